// officer: what the officer of a seat does, away from any home: keys, signing, merging; drafts and publishing are in the files beside it.
#include <stdlib.h>
#include <unistd.h>

#include "charter/enrol.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "officer.h"
#include "words.h"

// --- init -------------------------------------------------------------------------------------------------------------------------

static enum err key_make(struct cli *c, const char *folder, uint8_t pk[static SIGN_PUBLIC])
{
	char path[FILE_PATH_MAX];
	enum err e = file_dir(folder, FILE_DIR, &c->why);
	if (e == ERR_OK)
		e = file_path(path, folder, "officer.key", &c->why);
	return e == ERR_OK ? keyfile_make_sign(path, pk, &c->why) : e;
}

static int init_run(struct cli *c)
{
	const char *to = NULL;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0}};
	char path[FILE_PATH_MAX];
	uint8_t pk[SIGN_PUBLIC];
	struct words w;
	struct buf b;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc > 0 || to == NULL)
		return cli_usage(c, "-o DIR is wanted");
	buf_init(&b, ENROL_MAX);
	enum err e = key_make(c, to, pk);
	if (e == ERR_OK)
		e = file_path(path, to, "officer.enrol", &c->why);
	if (e == ERR_OK) {
		officer_enrolment_encode(pk, &b);
		e = file_create(path, buf_slice(&b), FILE_PUBLIC, &c->why);
	}
	buf_free(&b);
	if (e != ERR_OK)
		return cli_fail(c, e);
	words_begin(&w, c);
	words_put(&w, "officer", "%s", cli_groups(pk, sizeof pk));
	words_put(&w, "key", "%s/officer.key", to);
	words_put(&w, "enrolment", "%s", path);
	return words_end(&w);
}

const struct verb officer_init = {"officer init", "-o DIR", "make an officer's key; keep it off every network", init_run};

// --- show -------------------------------------------------------------------------------------------------------------------------

static bool is_folder(const char *path, const char *file)
{
	return strcmp(path, file) != 0; // document_file() went inside
}

// The charter that its signatures are held against: the one that is given, or the document itself. *known NULL: neither.
static enum err known_charter(struct cli *c, const struct document *d, const char *path, const struct charter **known)
{
	static struct charter charter; // large for a stack
	uint8_t fingerprint[32];
	enum err e = path != NULL ? charter_file(c, path, &charter, fingerprint) : ERR_OK;
	bool there = path != NULL || (d->type == DOCUMENT_CHARTER && charter_decode(d->body, &charter, NULL) == ERR_OK);
	*known = e == ERR_OK && there ? &charter : NULL;
	return e;
}

static int show_run(struct cli *c)
{
	const char *charter_path = NULL;
	const struct cli_option options[] = {{0, "charter", CLI_TEXT, &charter_path, 0}, {0}};
	char file[FILE_PATH_MAX];
	struct document d;
	struct words w;
	struct buf b;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1)
		return cli_usage(c, "one document");
	buf_init(&b, DOCUMENT_MAX);
	enum err e = document_file(c, c->argv[0], file, &b, &d);
	const struct charter *known = NULL;
	if (e == ERR_OK)
		e = known_charter(c, &d, charter_path, &known);
	if (e == ERR_OK && is_folder(c->argv[0], file) && !c->json)
		e = batch_show(c, c->argv[0], &d);
	int status = CLI_OK;
	if (e == ERR_OK) {
		words_begin(&w, c);
		bool good = document_words(&w, &d, known);
		status = words_end(&w);
		status = good ? status : CLI_FAILED;
	}
	buf_free(&b);
	return e == ERR_OK ? status : cli_fail(c, e);
}

const struct verb officer_show = {"officer show", "{DOC|BATCHDIR} [--charter FILE]", "say what a document says", show_run};

// --- sign -------------------------------------------------------------------------------------------------------------------------

struct signing {
	const char *key, *charter_path, *origin, *to;
	uint64_t seat;
	bool yes;
};

// A signature that no reader would accept helps nobody: the key must be the one that the charter has for the seat.
static enum err seat_check(struct cli *c, const struct charter *charter, uint64_t seat, const uint8_t pk[static SIGN_PUBLIC])
{
	const struct seat *s = charter_seat(charter, (unsigned)seat);
	if (s == NULL)
		return why_set(&c->why, ERR_INPUT, "--seat %llu: the charter has %u seats", (unsigned long long)seat, charter->n);
	if (memcmp(s->officer, pk, SIGN_PUBLIC) != 0)
		return why_set(&c->why, ERR_DENIED, "the key is not that of the officer of seat %u (%s)", s->index, s->name);
	return ERR_OK;
}

static enum err sign_it(struct cli *c, const struct signing *s, struct document *d)
{
	static struct charter charter;
	bool known;
	char origin[SIGN_ORIGIN_MAX + 1];
	uint8_t pk[SIGN_PUBLIC];
	uint8_t *sk = secret_new(SIGN_SECRET);
	enum err e = document_origin(c, d, s->charter_path, s->origin, &charter, &known, origin);
	// The first charter is signed under its own seats, a later one under those before it.
	if (e == ERR_OK)
		e = keyfile_read_sign(s->key, pk, sk, &c->why);
	if (e == ERR_OK && known)
		e = seat_check(c, &charter, s->seat, pk);
	if (e == ERR_OK)
		e = document_sign(d, SIGNER_OFFICER, (uint8_t)s->seat, sk, slice_text(origin), &c->why);
	secret_free(sk);
	return e;
}

static int sign_run(struct cli *c)
{
	struct signing s = {0};
	const struct cli_option options[] = {
		{0, "key", CLI_TEXT, &s.key, 0},       {0, "seat", CLI_NUMBER, &s.seat, 0},   {0, "charter", CLI_TEXT, &s.charter_path, 0},
		{0, "origin", CLI_TEXT, &s.origin, 0}, {'o', "output", CLI_TEXT, &s.to, 0},  {'y', "yes", CLI_FLAG, &s.yes, 0},
		{0},
	};
	char file[FILE_PATH_MAX];
	struct document d;
	struct words w;
	struct buf b;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1 || s.key == NULL || s.seat == 0 || s.seat > SEATS_MAX)
		return cli_usage(c, "a document, --key FILE and --seat N are wanted");
	buf_init(&b, DOCUMENT_MAX);
	const struct charter *known = NULL;
	enum err e = document_file(c, c->argv[0], file, &b, &d);
	if (e == ERR_OK)
		e = known_charter(c, &d, s.charter_path, &known);
	if (e == ERR_OK && is_folder(c->argv[0], file))
		e = batch_show(c, c->argv[0], &d);
	int status = CLI_OK;
	if (e == ERR_OK && !c->json) { // what is signed is shown first
		words_begin(&w, c);
		document_words(&w, &d, known);
		status = words_end(&w);
	}
	if (e == ERR_OK && !s.yes && isatty(STDIN_FILENO) == 1 && !cli_confirm("Sign this?"))
		e = why_set(&c->why, ERR_DENIED, "not signed");
	if (e == ERR_OK)
		e = sign_it(c, &s, &d);
	if (e == ERR_OK)
		e = document_write(c, &d, s.to != NULL ? s.to : file);
	if (e == ERR_OK && c->json) {
		words_begin(&w, c);
		document_words(&w, &d, NULL);
		words_put(&w, "file", "%s", s.to != NULL ? s.to : file);
		status = words_end(&w);
	} else if (e == ERR_OK) {
		printf("signed as officer of seat %llu: %s\n", (unsigned long long)s.seat, s.to != NULL ? s.to : file);
	}
	buf_free(&b);
	return e == ERR_OK ? status : cli_fail(c, e);
}

const struct verb officer_sign = {
	"officer sign",
	"{DOC|BATCHDIR} --key FILE --seat N {--charter FILE|--origin ORIGIN} [-o DOC] [--yes]",
	"add an officer's signature, after showing what is signed",
	sign_run,
};

// --- merge ------------------------------------------------------------------------------------------------------------------------

static int merge_run(struct cli *c)
{
	const char *to = NULL;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0}};
	char file[FILE_PATH_MAX];
	struct document d, other;
	struct words w;
	struct buf first, next;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc < 2 || to == NULL)
		return cli_usage(c, "two documents or more, and -o FILE");
	buf_init(&first, DOCUMENT_MAX);
	buf_init(&next, DOCUMENT_MAX);
	enum err e = document_file(c, c->argv[0], file, &first, &d);
	for (int i = 1; i < c->argc && e == ERR_OK; i++) {
		buf_clear(&next);
		e = document_file(c, c->argv[i], file, &next, &other);
		if (e == ERR_OK && (e = document_merge(&d, &other, &c->why)) != ERR_OK)
			why_at(&c->why, e, "%s", file);
	}
	if (e == ERR_OK)
		e = document_write(c, &d, to);
	int status = CLI_OK;
	if (e == ERR_OK) {
		words_begin(&w, c);
		document_words(&w, &d, NULL);
		words_put(&w, "file", "%s", to);
		status = words_end(&w);
	}
	buf_free(&first);
	buf_free(&next);
	return e == ERR_OK ? status : cli_fail(c, e);
}

const struct verb officer_merge = {"officer merge", "DOC DOC… -o DOC", "put the signatures of copies together", merge_run};

// --- The verb ---------------------------------------------------------------------------------------------------------------------

static const struct verb *const subs[] = {
	&officer_init,    &officer_charter, &officer_show,        &officer_sign,           &officer_merge,  &officer_accredit, &officer_suspend,
	&officer_expel,   &officer_restore, &officer_team,        &officer_common_list,    &officer_order_ceremony, &officer_resume,
	&officer_publish, NULL,
};

static int officer_run(struct cli *c)
{
	for (unsigned i = 0; c->argc > 0 && subs[i] != NULL; i++)
		if (strcmp(subs[i]->name + strlen("officer "), c->argv[0]) == 0) {
			c->verb = subs[i];
			c->argc--;
			c->argv++;
			return subs[i]->run(c);
		}
	if (c->argc > 0)
		fprintf(stderr, "tocsin officer: no verb \"%s\"\n", c->argv[0]);
	for (unsigned i = 0; subs[i] != NULL; i++)
		fprintf(stderr, "  tocsin %-22s %s\n", subs[i]->name, subs[i]->help);
	return CLI_USAGE;
}

const struct verb verb_officer = {
	"officer",
	"init|charter|show|sign|merge|accredit|suspend|expel|restore|team|common-list|order-ceremony|resume|publish …",
	"draft, sign and publish what governs the platform",
	officer_run,
	subs,
};
