// ceremony: carries the messages of a key ceremony between the keepers (protocol/keeper.md, "Ceremony"). It is trusted with delivery
// only: what the keepers agreed on is read from the success certificate and compared with the charter.
//
// Every answer is kept in --dir as soon as it is there, so that a command that was killed goes on where it was:
// class<c>-round<r>-seat<s>, class<c>-certificate, and at the end token-key-<class> for the officers.
#include <stdarg.h>
#include <stdlib.h>

#include "crypto/dkg.h"
#include "crypto/hash.h"
#include "words.h"

#define ROUNDS 4
#define ANSWER_MAX (DKG_CERTIFICATE_MAX + DKG_COMMITMENT_MAX)

static const char *const classes[TOKEN_CLASSES] = {"address", "name", "digest", "other"};

struct ceremony {
	struct cli *cli;
	const struct charter *charter;
	struct buf order;        // the encoded document
	struct ceremony_order o;
	const char *folder;
	struct buf answers[SEATS_MAX]; // of the round under way
	struct dkg_public public;      // of the class under way
};

PRINTF_LIKE(3, 4) // a file of the folder
static enum err path_make(struct ceremony *m, char path[static FILE_PATH_MAX], const char *format, ...)
{
	char name[64];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	return file_path(path, m->folder, name, &m->cli->why);
}

// --- Rounds -----------------------------------------------------------------------------------------------------------------------

static enum err kept_read(struct ceremony *m, unsigned class, unsigned round, unsigned seat, struct buf *answer)
{
	char path[FILE_PATH_MAX];
	enum err e = path_make(m, path, "class%u-round%u-seat%u", class, round, seat);
	return e == ERR_OK ? file_read(path, ANSWER_MAX, answer, &m->cli->why) : e;
}

static enum err kept_write(struct ceremony *m, unsigned class, unsigned round, unsigned seat, const struct buf *answer)
{
	char path[FILE_PATH_MAX];
	enum err e = path_make(m, path, "class%u-round%u-seat%u", class, round, seat);
	return e == ERR_OK ? file_write(path, buf_slice(answer), FILE_PUBLIC, &m->cli->why) : e;
}

// The keepers whose answer is not kept yet are asked at once.
static enum err ask_missing(struct ceremony *m, unsigned class, unsigned round, const struct buf *body, const bool *missing)
{
	struct http_call calls[SEATS_MAX];
	unsigned seats[SEATS_MAX], count = 0;
	enum err e = ERR_OK;
	for (unsigned i = 0; i < m->charter->n; i++) {
		if (!missing[i])
			continue;
		if (m->cli->platform->keeper[i] == NULL)
			return why_set(&m->cli->why, ERR_AWAY, "seat %u: its address in the charter cannot be used", i + 1);
		seats[count] = i;
		calls[count++] = (struct http_call){.client = m->cli->platform->keeper[i], .method = "POST", .path = "/v1/ceremony",
		                                    .body = buf_slice(body), .answer = &m->answers[i]};
	}
	http_call_all(calls, count);
	for (unsigned i = 0; i < count; i++) {
		if (calls[i].result != ERR_OK && e == ERR_OK) {
			e = calls[i].result;
			m->cli->why = calls[i].why;
		}
		if (calls[i].result == ERR_OK) {
			enum err kept = kept_write(m, class, round, seats[i] + 1, &m->answers[seats[i]]);
			e = e == ERR_OK ? kept : e;
		}
	}
	return e == ERR_OK ? ERR_OK : why_at(&m->cli->why, e, "%s keys, round %u", classes[class], round);
}

// One round with all keepers; m->answers are its answers.
static enum err round_run(struct ceremony *m, unsigned class, unsigned round, struct slice input)
{
	const struct ceremony_step step = {.order = buf_slice(&m->order), .class = (uint8_t)class, .round = (uint8_t)round, .input = input};
	bool missing[SEATS_MAX] = {false};
	struct buf body;
	enum err e = ERR_OK;
	cli_progress(m->cli, "%s keys, round %u of %d", classes[class], round, ROUNDS);
	buf_init(&body, CEREMONY_INPUT_MAX + DOCUMENT_MAX + 64);
	ceremony_step_encode(&step, &body);
	if (buf_status(&body) != ERR_OK)
		e = why_set(&m->cli->why, ERR_LIMIT, "%s keys, round %u: too long", classes[class], round);
	for (unsigned i = 0; i < m->charter->n && e == ERR_OK; i++) {
		buf_clear(&m->answers[i]);
		e = kept_read(m, class, round, i + 1, &m->answers[i]);
		missing[i] = e == ERR_ABSENT;
		e = e == ERR_ABSENT ? ERR_OK : e;
	}
	if (e == ERR_OK)
		e = ask_missing(m, class, round, &body, missing);
	buf_free(&body);
	return e;
}

// What the keepers agreed on must be this ceremony, under the charter's keys; and all of them must have the same certificate.
static enum err certificate_judge(struct ceremony *m, unsigned class)
{
	struct cli *c = m->cli;
	uint8_t keys[SEATS_MAX][ELEMENT], session[sizeof m->o.id + 1], context[DKG_CONTEXT];
	const struct charter *x = m->charter;
	for (unsigned i = 0; i < x->n; i++) {
		memcpy(keys[i], x->seats[i].ceremony, ELEMENT);
		if (!slice_equal(buf_slice(&m->answers[i]), buf_slice(&m->answers[0])))
			return why_set(&c->why, ERR_AUTH, "%s keys: seat %u has another certificate than seat 1", classes[class], i + 1);
	}
	memcpy(session, m->o.id, sizeof m->o.id);
	session[sizeof m->o.id] = (uint8_t)class;
	const struct dkg_setup setup = {x->t, x->n, keys, slice_of(session, sizeof session)};
	enum err e = dkg_context(&setup, context, &c->why);
	if (e == ERR_OK)
		e = dkg_certificate_read(buf_slice(&m->answers[0]), &m->public, &c->why);
	if (e != ERR_OK)
		return why_at(&c->why, e, "%s keys", classes[class]);
	if (m->public.t != x->t || m->public.n != x->n || memcmp(m->public.context, context, sizeof context) != 0 ||
	    memcmp(m->public.keys, keys, x->n * sizeof *keys) != 0 || m->public.extension_n != 0)
		return why_set(&c->why, ERR_AUTH, "%s keys: the certificate is of another ceremony, or of other keys than the charter's", classes[class]);
	return ERR_OK;
}

// All answers one after the other, behind their lengths when `framed`.
static void answers_join(const struct ceremony *m, bool framed, struct buf *out)
{
	buf_clear(out);
	for (unsigned i = 0; i < m->charter->n; i++)
		framed ? buf_put_vec32(out, buf_slice(&m->answers[i])) : buf_put_slice(out, buf_slice(&m->answers[i]));
}

static enum err agree(struct ceremony *m, unsigned class, struct buf *input)
{
	enum err e = round_run(m, class, 1, (struct slice){0});
	if (e == ERR_OK) {
		answers_join(m, true, input);
		e = round_run(m, class, 2, buf_slice(input));
	}
	if (e == ERR_OK) {
		answers_join(m, false, input);
		e = round_run(m, class, 3, buf_slice(input));
	}
	return e == ERR_OK ? certificate_judge(m, class) : e;
}

static void key_of(struct ceremony *m, unsigned class, struct token_key *k)
{
	*k = (struct token_key){.class = (uint8_t)class, .epoch = m->o.epoch, .t = m->public.t, .n = m->public.n};
	memcpy(k->key, m->public.group, ELEMENT);
	memcpy(k->share, m->public.shares, k->n * sizeof *k->share);
	sha256(dkg_transcript(buf_slice(&m->answers[0]), &m->public), k->transcript);
}

// The keepers' signatures into the document; each is verified before the officers are asked for theirs.
static enum err document_make(struct ceremony *m, unsigned class, struct slice body, char path[static FILE_PATH_MAX])
{
	struct cli *c = m->cli;
	uint64_t officers, keepers;
	struct document d = {.type = DOCUMENT_TOKEN_KEY, .body = body, .signatures = m->charter->n};
	for (unsigned i = 0; i < m->charter->n; i++) {
		if (m->answers[i].n != SIGN_BYTES)
			return why_set(&c->why, ERR_INPUT, "%s keys: seat %u: a signature of %zu bytes", classes[class], i + 1, m->answers[i].n);
		d.signature[i] = (struct signature){.by = SIGNER_KEEPER, .seat = (uint8_t)(i + 1)};
		memcpy(d.signature[i].bytes, m->answers[i].p, SIGN_BYTES);
	}
	enum err e = document_verify(&d, m->charter, &officers, &keepers, &c->why);
	if (e == ERR_OK)
		e = path_make(m, path, "token-key-%s", classes[class]);
	if (e == ERR_OK && file_has(path)) // officers may have signed it already
		return ERR_OK;
	return e == ERR_OK ? document_write(c, &d, path) : e;
}

static enum err class_run(struct ceremony *m, unsigned class, struct words *w)
{
	struct token_key k;
	struct buf input, body;
	char path[FILE_PATH_MAX];
	buf_init(&input, CEREMONY_INPUT_MAX);
	buf_init(&body, DOCUMENT_MAX);
	enum err e = agree(m, class, &input);
	if (e == ERR_OK) {
		key_of(m, class, &k);
		token_key_encode(&k, &body);
		e = round_run(m, class, 4, buf_slice(&body));
	}
	if (e == ERR_OK)
		e = document_make(m, class, buf_slice(&body), path);
	if (e == ERR_OK) {
		char name[32];
		words_put(w, classes[class], "%s", path);
		snprintf(name, sizeof name, "%s key", classes[class]);
		words_put(w, name, "%s", cli_groups(k.key, sizeof k.key));
		snprintf(name, sizeof name, "%s transcript", classes[class]);
		words_put(w, name, "%s", cli_groups(k.transcript, sizeof k.transcript));
	}
	buf_free(&input);
	buf_free(&body);
	return e;
}

// --- The verb ---------------------------------------------------------------------------------------------------------------------

static enum err order_take(struct ceremony *m, const char *path)
{
	struct cli *c = m->cli;
	struct document d;
	char file[FILE_PATH_MAX];
	uint64_t officers = 0, keepers = 0;
	enum err e = document_file(c, path, file, &m->order, &d);
	if (e == ERR_OK && d.type != DOCUMENT_CEREMONY)
		e = why_set(&c->why, ERR_INPUT, "%s: a %s, no order to make token keys", path, document_name(d.type));
	if (e == ERR_OK)
		e = document_verify(&d, m->charter, &officers, &keepers, &c->why);
	if (e == ERR_OK && (unsigned)__builtin_popcountll(officers) < m->charter->t)
		e = why_set(&c->why, ERR_DENIED, "%s: signed by %d officers, %u are needed", path, __builtin_popcountll(officers), m->charter->t);
	return e == ERR_OK ? ceremony_order_decode(d.body, &m->o, &c->why) : e;
}

// A folder belongs to one order: messages of another would end the ceremony.
static enum err folder_take(struct ceremony *m)
{
	char path[FILE_PATH_MAX];
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	enum err e = file_dir(m->folder, FILE_DIR, &m->cli->why);
	if (e == ERR_OK)
		e = path_make(m, path, "order");
	if (e == ERR_OK && file_has(path)) {
		e = file_read(path, DOCUMENT_MAX, &b, &m->cli->why);
		if (e == ERR_OK && !slice_equal(buf_slice(&b), buf_slice(&m->order)))
			e = why_set(&m->cli->why, ERR_EXISTS, "%s: holds the messages of another order", m->folder);
	} else if (e == ERR_OK) {
		e = file_write(path, buf_slice(&m->order), FILE_PUBLIC, &m->cli->why);
	}
	buf_free(&b);
	return e;
}

static enum err ceremony(struct ceremony *m, const char *charter, const char *order, struct words *w)
{
	struct cli *c = m->cli;
	enum err e = cli_visit(c, charter);
	if (e == ERR_OK) {
		m->charter = platform_charter(c->platform);
		e = order_take(m, order);
	}
	if (e == ERR_OK)
		e = folder_take(m);
	for (unsigned class = 0; class < TOKEN_CLASSES && e == ERR_OK; class++)
		e = class_run(m, class, w);
	return e;
}

static int ceremony_run(struct cli *c)
{
	const char *charter = NULL;
	struct ceremony *m = calloc(1, sizeof *m);
	if (m == NULL)
		return cli_fail(c, why_set(&c->why, ERR_SYSTEM, "out of memory"));
	const struct cli_option options[] = {{0, "charter", CLI_TEXT, &charter, 0}, {0, "dir", CLI_TEXT, &m->folder, 0}, {0}};
	struct words w;
	if (!cli_options(c, options)) {
		free(m);
		return CLI_USAGE;
	}
	if (c->argc != 1 || charter == NULL || m->folder == NULL) {
		free(m);
		return cli_usage(c, "the order, --charter FILE and --dir DIR");
	}
	m->cli = c;
	buf_init(&m->order, DOCUMENT_MAX);
	for (unsigned i = 0; i < SEATS_MAX; i++)
		buf_init(&m->answers[i], ANSWER_MAX);
	words_begin(&w, c);
	enum err e = ceremony(m, charter, c->argv[0], &w);
	cli_progress_end(c);
	int status = CLI_FAILED;
	if (e == ERR_OK || !c->json) // half a table is still worth reading aloud
		status = words_end(&w);
	else
		buf_free(&w.out);
	if (e != ERR_OK)
		status = cli_fail(c, e);
	for (unsigned i = 0; i < SEATS_MAX; i++)
		buf_free(&m->answers[i]);
	buf_free(&m->order);
	free(m);
	return status;
}

const struct verb verb_ceremony = {"ceremony", "ORDER --charter FILE --dir DIR", "make token keys with all keepers", ceremony_run};
