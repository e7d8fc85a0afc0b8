// The disk fails: every call on it in turn, for every n until a run meets no failure. What is there afterwards is the old or the new, whole.
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "kept.h"
#include "match/match.h"
#include "sys/fail.h"
#include "sys/file.h"
#include "test.h"

#define MOST 200 // calls of one case: more is a loop that never ends

static const struct {
	enum fail_kind kind;
	int error;
	const char *name;
} kinds[] = {
	{FAIL_OPEN, EMFILE, "open"},   {FAIL_WRITE, ENOSPC, "write"},    {FAIL_SYNC, EIO, "fsync"},       {FAIL_RENAME, EROFS, "rename"},
	{FAIL_MKDIR, ENOSPC, "mkdir"}, {FAIL_TRUNCATE, EIO, "truncate"}, {FAIL_UNLINK, EROFS, "unlink"}, {FAIL_ANY, ENOSPC, "any"},
};

static char root[64], path[FILE_PATH_MAX];
static struct why why;

static void remove_below(const char *folder)
{
	DIR *d = opendir(folder);
	for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
		char below[FILE_PATH_MAX + 300];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof below, "%s/%s", folder, entry->d_name);
		if (unlink(below) != 0)
			remove_below(below);
	}
	if (d != NULL)
		closedir(d);
	rmdir(folder);
}

static const char *at(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

// Runs `once` (whose result says whether the operation itself succeeded) with each call failed in turn; then `holds`, with the disk well.
static void each(const char *name, enum err (*once)(unsigned run), void (*holds)(unsigned run, bool done))
{
	unsigned run = 0, failures = 0;
	for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (unsigned n = 1; n < MOST; n++) {
			fail_clear();
			fail_at(kinds[k].kind, n, kinds[k].error);
			why.text[0] = 0;
			enum err e = once(++run);
			bool hit = fail_count(kinds[k].kind) >= n;
			fail_clear();
			failures += e != ERR_OK;
			CHECK_SAY(hit ? e == ERR_OK || e == ERR_SYSTEM : e == ERR_OK, "%s, %s number %u: %s", name, kinds[k].name, n, err_name(e));
			CHECK_SAY(e == ERR_OK || why.text[0] != 0, "%s, %s number %u: it does not say why", name, kinds[k].name, n);
			holds(run, e == ERR_OK);
			if (!hit)
				break;
			REQUIRE(n + 1 < MOST);
		}
	CHECK_SAY(failures > 3, "%s: only %u failures reached it", name, failures);
}

// --- Keys -----------------------------------------------------------------------------------------------------------------------

static void secret_of(unsigned run, uint8_t secret[static KEYFILE_SECRET])
{
	memset(secret, (int)run, KEYFILE_SECRET);
}

static const char *key_at(unsigned run)
{
	char name[32];
	snprintf(name, sizeof name, "key-%u", run);
	return at(name);
}

static enum err key_once(unsigned run)
{
	uint8_t secret[KEYFILE_SECRET];
	secret_of(run, secret);
	return keyfile_create(key_at(run), KEYFILE_RANDOM, secret, &why);
}

// A key is there whole, or not there; then it can be made.
static void key_holds(unsigned run, bool done)
{
	uint8_t secret[KEYFILE_SECRET], got[KEYFILE_SECRET];
	secret_of(run, secret);
	enum err e = keyfile_read(key_at(run), KEYFILE_RANDOM, got, &why);
	CHECK_SAY(e == ERR_OK || (!done && e == ERR_ABSENT), "run %u: %s", run, why.text);
	if (e == ERR_ABSENT)
		CHECK(keyfile_create(key_at(run), KEYFILE_RANDOM, secret, &why) == ERR_OK && keyfile_read(key_at(run), KEYFILE_RANDOM, got, &why) == ERR_OK);
	CHECK_BYTES(got, secret, sizeof secret);
}

static void keys(void)
{
	each("keyfile_create", key_once, key_holds);
}

// --- Files that are replaced ------------------------------------------------------------------------------------------------------

static unsigned last; // run whose content is in the file

static struct slice content(unsigned run, char room[static 64])
{
	return slice_of(room, (size_t)snprintf(room, 64, "content of run %u", run));
}

static enum err file_once(unsigned run)
{
	char room[64];
	return file_write(at("file"), content(run, room), FILE_SECRET, &why);
}

static void file_holds(unsigned run, bool done)
{
	char old_room[64], new_room[64];
	struct buf b;
	buf_init(&b, 64);
	CHECK(file_read(at("file"), 64, &b, &why) == ERR_OK);
	bool is_new = slice_equal(buf_slice(&b), content(run, new_room)), is_old = slice_equal(buf_slice(&b), content(last, old_room));
	CHECK_SAY(is_new || (!done && is_old), "run %u: \"%.*s\"", run, SLICE_ARGS(buf_slice(&b)));
	last = is_new ? run : last;
	buf_free(&b);
}

static void files(void)
{
	REQUIRE(file_once(0) == ERR_OK);
	each("file_write", file_once, file_holds);
}

// --- The index ------------------------------------------------------------------------------------------------------------------

#define TOKENS 20

static struct match *m;
static uint64_t held; // postings that were confirmed
static const uint8_t pepper[MATCH_PEPPER] = "pepper";

static enum err batch_add(unsigned run)
{
	struct match_token tokens[TOKENS] = {0};
	for (unsigned i = 0; i < TOKENS; i++)
		memcpy(tokens[i].id, (unsigned[]){run, i}, 2 * sizeof i);
	return match_add(m, run, 1000 + run, run, 1, tokens, TOKENS, &why);
}

// Every second time as after a crash: closed and opened again. The batch is not there, or there once; sent again it is there once.
static void batch_holds(unsigned run, bool done)
{
	if (run % 2 == 0) {
		match_close(m);
		m = NULL;
		enum err e = match_open(root, pepper, 1000, &m, &why);
		CHECK_SAY(e == ERR_OK, "run %u: %s", run, why.text);
		if (e != ERR_OK)
			exit(1);
	}
	CHECK(!done || match_size(m).postings == held + TOKENS);
	enum err e = batch_add(run);
	if (e != ERR_OK) { // a log that could not be mended says so until it is opened again
		match_close(m);
		REQUIRE(match_open(root, pepper, 1000, &m, &why) == ERR_OK);
		e = batch_add(run);
	}
	held += TOKENS;
	CHECK_SAY(e == ERR_OK && match_size(m).postings == held, "run %u: %s, %llu postings instead of %llu", run, err_name(e),
	          (unsigned long long)match_size(m).postings, (unsigned long long)held);
}

static void index_log(void)
{
	REQUIRE(match_open(root, pepper, 1000, &m, &why) == ERR_OK);
	each("match_add", batch_add, batch_holds);
	match_close(m);
	REQUIRE(match_open(root, pepper, 1000, &m, &why) == ERR_OK);
	CHECK(match_size(m).postings == held);
	match_close(m);
}

// --- What a client keeps before it sends ----------------------------------------------------------------------------------------

static struct cli client;
static struct platform platform;

static void id_of(unsigned run, uint8_t id[static RECORD_ID])
{
	memset(id, 0, RECORD_ID);
	memcpy(id, &run, sizeof run);
}

static enum err kept_once(unsigned run)
{
	static struct report report;
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET], secret[32] = {7};
	id_of(run, id);
	memset(batch_sk, (int)run, sizeof batch_sk);
	report_init(&report);
	report.kind = RECORD_ATTACK;
	report.audience = 1;
	report.team[0] = 1;
	snprintf(report.title, sizeof report.title, "report %u", run);
	const struct kept_new n = {.report = &report, .id = id, .batch_sk = batch_sk, .reply_secret = secret,
	                           .document = SLICE_LITERAL("{}"), .filing = SLICE_LITERAL("the bytes that were sent"), .tokens = 3};
	enum err e = kept_create(&client, &n);
	report_free(&report);
	why = client.why;
	return e;
}

// It is there whole, or it was never sent: nothing is between.
static void kept_holds(unsigned run, bool done)
{
	struct kept k, *list = NULL;
	size_t count = 0, found = 0;
	uint8_t id[RECORD_ID], secret[32] = {0};
	char title[64];
	struct buf b;
	id_of(run, id);
	buf_init(&b, 64);
	enum err e = kept_open(&client, id, &k);
	CHECK_SAY(e == ERR_OK || (!done && e == ERR_ABSENT), "run %u: %s", run, client.why.text);
	if (e == ERR_OK) {
		snprintf(title, sizeof title, "report %u", run);
		CHECK_TEXT(k.title, title);
		CHECK(k.part[KEPT_FILING].there && !k.part[KEPT_FILING].promised && k.tokens == 3);
		CHECK(kept_reply_secret(&client, &k, secret) == ERR_OK && secret[0] == 7);
		CHECK(kept_path(&client, &k, "filing", path) == ERR_OK && file_read(path, 64, &b, &why) == ERR_OK);
		CHECK(slice_is_text(buf_slice(&b), "the bytes that were sent"));
		CHECK(kept_path(&client, &k, "batch.key", path) == ERR_OK && keyfile_read(path, KEYFILE_SIGN, secret, &why) == ERR_OK);
		CHECK_SAY(kept_path(&client, &k, "document", path) == ERR_OK && file_has(path), "run %u: tokens could never follow", run);
	}
	CHECK_SAY(kept_all(&client, &list, &count) == ERR_OK, "run %u: %s", run, client.why.text); // nor does it hide the others
	for (size_t i = 0; i < count; i++)
		found += memcmp(list[i].id, id, RECORD_ID) == 0;
	CHECK(found == (e == ERR_OK));
	free(list);
	buf_free(&b);
}

static void kept(void)
{
	client.platform = &platform;
	snprintf(platform.home, sizeof platform.home, "%s", root);
	each("kept_create", kept_once, kept_holds);
}

static void begin(void)
{
	strcpy(root, "/tmp/tocsin-disk-XXXXXX");
	REQUIRE(crypto_init() == ERR_OK && mkdtemp(root) != NULL);
}

static void end(void)
{
	fail_clear();
	remove_below(root);
}

const struct test tests[] = {
	{"begin", begin}, {"keys", keys}, {"files", files}, {"index", index_log}, {"kept", kept}, {"end", end}, {NULL, NULL},
};
