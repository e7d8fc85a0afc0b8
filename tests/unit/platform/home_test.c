// A home: made, opened, and refused when it is readable by others, mixed up or damaged.
#include <fcntl.h>

#include "crypto/secret.h"
#include "home_of.h"

static enum err try_open(const char *home, enum platform_need need, struct why *why)
{
	struct platform *p = NULL;
	enum err e = platform_open(home, need, &p, why);
	CHECK((e == ERR_OK) == (p != NULL));
	platform_close(p);
	return e;
}

static struct card wanted(const char *name, const char *country)
{
	struct card c = {.organisation = "A hospital", .sector = "health"};
	snprintf(c.name, sizeof c.name, "%s", name);
	snprintf(c.country, sizeof c.country, "%s", country);
	return c;
}

static void makes(void)
{
	char home[] = "/tmp/tocsin-home-XXXXXX", inside[64], origin[SIGN_ORIGIN_MAX + 1];
	struct card card = wanted("Ana", "PT");
	uint8_t id[CARD_ID], again[CARD_ID];
	struct stat s;
	struct why why;
	struct platform *p = NULL;
	REQUIRE(crypto_init() == ERR_OK && mkdtemp(home) != NULL);
	snprintf(inside, sizeof inside, "%s/home", home);
	CHECK(try_open(inside, PLATFORM_KEYS, &why) == ERR_ABSENT);
	CHECK_SAY(strstr(why.text, "tocsin init") != NULL, "%s", why.text);
	CHECK_SAY(platform_create(inside, &card, "x.example/log", id, &why) == ERR_OK, "%s", why.text);
	CHECK(stat(inside, &s) == 0 && (s.st_mode & 0777) == 0700);
	CHECK(stat(home_file(inside, "signing.key"), &s) == 0 && (s.st_mode & 0777) == 0600);
	REQUIRE(platform_open(inside, PLATFORM_KEYS, &p, &why) == ERR_OK);
	CHECK_BYTES(p->card_id, id, CARD_ID);
	CHECK(platform_origin(p, origin, &why) == ERR_OK);
	CHECK_TEXT(origin, "x.example/log");
	platform_close(p);
	CHECK(platform_create(inside, &card, "x.example/log", again, &why) == ERR_EXISTS);
	CHECK(try_open(inside, PLATFORM_CHARTER, &why) == ERR_ABSENT);
	CHECK_SAY(strstr(why.text, "tocsin join") != NULL, "%s", why.text);
	home_remove(home);
}

static void refuses_to_make(void)
{
	static const struct {
		const char *name, *country, *origin;
	} rows[] = {
		{"", "PT", "x.example/log"},      {"A\nB", "PT", "x.example/log"}, {"\xff", "PT", "x.example/log"}, {"Ana", "pt", "x.example/log"},
		{"Ana", "P", "x.example/log"},    {"Ana", "PT", ""},               {"Ana", "PT", "with space"},     {"Ana", "PT", "a+b"},
		{"Ana", "PT", "line\nbreak"},
	};
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct card card = wanted(rows[i].name, rows[i].country);
		uint8_t id[CARD_ID];
		struct why why;
		CHECK_SAY(platform_create("/tmp/tocsin-home-refused", &card, rows[i].origin, id, &why) == ERR_INPUT, "row %u: %s", i, why.text);
		CHECK_SAY(access("/tmp/tocsin-home-refused", F_OK) != 0, "row %u left a home behind", i);
	}
}

// What stands in a home, changed in one way each.
static void break_mode(const char *home)
{
	chmod(home, 0750);
}

static void break_key_mode(const char *home)
{
	chmod(home_file(home, "signing.key"), 0640);
}

static void break_sealing_mode(const char *home)
{
	chmod(home_file(home, "sealing.key"), 0604);
}

static void lose_key(const char *home)
{
	unlink(home_file(home, "sealing.key"));
}

static void lose_home(const char *home)
{
	home_remove(home);
}

static void home_is_file(const char *home)
{
	home_remove(home);
	INVARIANT(file_write(home, SLICE_LITERAL("x"), FILE_SECRET, NULL) == ERR_OK);
}

static void swap_keys(const char *home)
{
	rename(home_file(home, "sealing.key"), home_file(home, "third.key"));
	rename(home_file(home, "signing.key"), home_file(home, "sealing.key"));
	rename(home_file(home, "third.key"), home_file(home, "signing.key"));
}

static void new_key(const char *home, const char *name, enum keyfile_type type)
{
	uint8_t secret[KEYFILE_SECRET];
	memset(secret, 7, sizeof secret);
	unlink(home_file(home, name));
	INVARIANT(keyfile_create(home_file(home, name), type, secret, NULL) == ERR_OK);
}

static void foreign_signing(const char *home)
{
	new_key(home, "signing.key", KEYFILE_SIGN);
}

static void foreign_sealing(const char *home)
{
	new_key(home, "sealing.key", KEYFILE_HPKE);
}

static struct fixture *shared; // its other members' cards are foreign

static void foreign_card(const char *home)
{
	home_put(home, "card", fixture_card(shared, FIXTURE_ANALYST));
}

static void lose_card(const char *home)
{
	unlink(home_file(home, "card"));
}

static void other_origin(const char *home)
{
	home_put(home, "origin", SLICE_LITERAL("other.example/ledger"));
}

static void empty_origin(const char *home)
{
	home_put(home, "origin", (struct slice){0});
}

static void lose_origin(const char *home)
{
	unlink(home_file(home, "origin"));
}

static void refuses_homes(void)
{
	static const struct {
		const char *name;
		void (*spoil)(const char *home);
		enum err want;
	} rows[] = {
		{"readable home", break_mode, ERR_DENIED},
		{"readable signing key", break_key_mode, ERR_DENIED},
		{"readable sealing key", break_sealing_mode, ERR_DENIED},
		{"no sealing key", lose_key, ERR_ABSENT},
		{"no home", lose_home, ERR_ABSENT},
		{"a file for a home", home_is_file, ERR_INPUT},
		{"keys swapped", swap_keys, ERR_INPUT},
		{"another signing key", foreign_signing, ERR_AUTH},
		{"another sealing key", foreign_sealing, ERR_AUTH},
		{"somebody's card", foreign_card, ERR_AUTH},
		{"no card", lose_card, ERR_ABSENT},
		{"another origin", other_origin, ERR_AUTH},
		{"an empty origin", empty_origin, ERR_INPUT},
		{"no origin", lose_origin, ERR_ABSENT},
	};
	shared = fixture_new(2, 3);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *home = home_of(shared, FIXTURE_REPORTER, false);
		struct why why;
		CHECK_SAY(try_open(home, PLATFORM_KEYS, &why) == ERR_OK, "%s: %s", rows[i].name, why.text);
		rows[i].spoil(home);
		enum err e = try_open(home, PLATFORM_KEYS, &why);
		CHECK_SAY(e == rows[i].want, "%s: %s: %s", rows[i].name, err_name(e), why.text);
		home_remove(home);
	}
	fixture_free(shared);
}

static void cut_card(void)
{
	struct fixture *f = fixture_new(2, 3);
	const char *home = home_of(f, FIXTURE_REPORTER, false);
	struct slice card = fixture_card(f, FIXTURE_REPORTER);
	struct why why;
	for (size_t n = 0; n < card.n; n++) {
		int fd = creat(home_file(home, "card"), 0644);
		REQUIRE(fd >= 0 && write(fd, card.p, n) == (ssize_t)n);
		close(fd);
		CHECK_SAY(try_open(home, PLATFORM_KEYS, &why) != ERR_OK, "%zu bytes", n);
	}
	home_remove(home);
	fixture_free(f);
}

static void joins(void)
{
	struct fixture *f = fixture_new(2, 3), *other = fixture_new(3, 4);
	const char *home = home_of(f, FIXTURE_REPORTER, false);
	struct slice charter = buf_slice(&f->leaf[0]);
	struct buf unsigned_one;
	struct document d;
	struct platform *p = NULL;
	struct why why;
	// One signature of an officer missing; a cut one; not a charter at all.
	buf_init(&unsigned_one, DOCUMENT_MAX);
	REQUIRE(document_decode(charter, &d, &why) == ERR_OK);
	d.signatures--;
	document_encode(&d, &unsigned_one);
	CHECK(platform_join(home, buf_slice(&unsigned_one), &why) == ERR_DENIED);
	for (size_t n = 0; n < charter.n; n += 37)
		CHECK_SAY(platform_join(home, slice_part(charter, 0, n), &why) != ERR_OK, "%zu bytes", n);
	CHECK(platform_join(home, buf_slice(&f->leaf[1]), &why) != ERR_OK);
	CHECK(!file_has(home_file(home, "charter")));
	CHECK_SAY(platform_join(home, charter, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(platform_join(home, charter, &why) == ERR_OK, "again: %s", why.text);
	CHECK(platform_join(home, buf_slice(&other->leaf[0]), &why) == ERR_EXISTS);
	REQUIRE(platform_open(home, PLATFORM_CHARTER, &p, &why) == ERR_OK);
	CHECK(platform_charter(p)->n == 3 && p->hub != NULL && p->keeper[2] != NULL && p->keeper[3] == NULL);
	platform_close(p);
	home_put(home, "origin", SLICE_LITERAL("other.example/ledger"));
	CHECK(platform_join(home, charter, &why) == ERR_DENIED);
	buf_free(&unsigned_one);
	home_remove(home);
	fixture_free(f);
	fixture_free(other);
}

static void visits(void)
{
	struct fixture *f = fixture_new(2, 3);
	const char *home = home_of(f, FIXTURE_REPORTER, true);
	struct platform *p = NULL;
	struct buf answer;
	struct why why;
	buf_init(&answer, 100);
	CHECK(platform_visit(home_file(home, "card"), &p, &why) == ERR_INPUT);
	CHECK(platform_visit(home_file(home, "nothing"), &p, &why) == ERR_ABSENT);
	REQUIRE(platform_visit(home_file(home, "charter"), &p, &why) == ERR_OK);
	CHECK(platform_charter(p)->n == 3 && p->signing_sk == NULL && p->store == NULL);
	CHECK(platform_call(p, 4, "GET", "/v1/status", (struct slice){0}, &answer, &why) == ERR_INPUT);
	platform_close(p);
	home_remove(home);
	fixture_free(f);
}

// A credential file of another card, or a damaged one, counts as none: the keepers are asked (and none is there).
static void credentials(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct platform *p = NULL;
	struct why why;
	struct buf own, other;
	const char *home = home_of(f, FIXTURE_REPORTER, true);
	clock_set(FIXTURE_NOW);
	buf_init(&own, CREDENTIAL_MAX);
	buf_init(&other, CREDENTIAL_MAX);
	credential_encode(&f->member[FIXTURE_REPORTER].credential, &own);
	credential_encode(&f->member[FIXTURE_ANALYST].credential, &other);
	REQUIRE(platform_open(home, PLATFORM_CHARTER, &p, &why) == ERR_OK);
	CHECK(platform_credential(p, false, &why) == ERR_AWAY);
	CHECK(platform_sync(p, &why) == ERR_AWAY);
	home_put(home, "credential", buf_slice(&other));
	CHECK(platform_credential(p, false, &why) == ERR_AWAY);
	home_put(home, "credential", slice_part(buf_slice(&own), 0, own.n - 1));
	CHECK(platform_credential(p, false, &why) == ERR_AWAY);
	CHECK(p->credential_bytes.n == 0);
	home_put(home, "credential", buf_slice(&own));
	CHECK_SAY(platform_credential(p, false, &why) == ERR_OK, "%s", why.text);
	CHECK(platform_credential(p, true, &why) == ERR_AWAY);
	CHECK(!p->accredited);
	platform_close(p);
	buf_free(&own);
	buf_free(&other);
	home_remove(home);
	fixture_free(f);
	clock_reset();
}

const struct test tests[] = {
	{"makes a home", makes},
	{"refuses what a card may not have", refuses_to_make},
	{"refuses spoiled homes", refuses_homes},
	{"refuses a cut card", cut_card},
	{"joins once", joins},
	{"visits without a home", visits},
	{"takes its own credential only", credentials},
	{NULL, NULL},
};
