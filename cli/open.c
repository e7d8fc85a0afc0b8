// tocsin open: asks the keepers for a record's shares, with a request that is in the ledger first.
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "label.h"
#include "opened.h"
#include "opening.h"
#include "sys/clock.h"

#define WAIT_MS 60000        // for the request's leaf to be cosigned
#define REQUEST_SPARE_S 600  // a kept request is used again while it has this long to live

static void opening_free(struct opening *o)
{
	buf_free(&o->bytes);
	buf_free(&o->request_bytes);
	buf_free(&o->checkpoint);
	buf_free(&o->plain);
	secret_wipe(o->share, sizeof o->share);
	secret_wipe(&o->content, sizeof o->content);
	report_free(&o->report);
}

// --- Record and request ----------------------------------------------------------------------------------

static enum err envelope_get(struct opening *o)
{
	struct buf body;
	struct why *why = &o->c->why;
	buf_init(&body, 64);
	hub_record_ask(o->team, o->id, &body);
	cli_progress(o->c, "fetching the sealed record");
	enum err e = o->envelope_in != NULL ? cli_read(o->c, o->envelope_in, RECORD_MAX, &o->bytes)
	                                    : platform_ask_hub(o->c->platform, HUB_RECORD, buf_slice(&body), &o->bytes, why);
	buf_free(&body);
	if (e == ERR_OK)
		e = envelope_decode(buf_slice(&o->bytes), &o->envelope, why);
	if (e == ERR_OK && memcmp(o->envelope.header.id, o->id, RECORD_ID) != 0)
		e = why_set(why, ERR_AUTH, "%s: asked for record %s, it gave %s", o->envelope_in != NULL ? o->envelope_in : "hub",
		            cli_hex(o->id, RECORD_ID), cli_hex(o->envelope.header.id, RECORD_ID));
	return e == ERR_OK ? header_check_committee(&o->envelope.header, platform_governance(o->c->platform), why) : e;
}

static enum err request_new(struct opening *o)
{
	struct platform *p = o->c->platform;
	struct request r = {.hdr0 = o->envelope.hdr0,
	                    .team = o->team,
	                    .card = buf_slice(&p->card_bytes),
	                    .credential = p->credential,
	                    .time = clock_now(),
	                    .expiry = clock_now() + REQUEST_LIFE};
	size_t n = strlen(o->purpose);
	if (n == 0 || n > PURPOSE_MAX)
		return why_set(&o->c->why, ERR_INPUT, "--purpose: %zu bytes, must be 1 to %d", n, PURPOSE_MAX);
	memcpy(r.purpose, o->purpose, n + 1);
	memcpy(r.commitment, o->envelope.commitment, sizeof r.commitment);
	random_bytes(r.salt, sizeof r.salt);
	buf_clear(&o->request_bytes);
	request_encode(&r, p->signing_sk, charter_origin(opening_charter(o)), &o->request_bytes);
	enum err e = buf_status(&o->request_bytes);
	return e == ERR_OK ? request_decode(buf_slice(&o->request_bytes), &o->request, &o->c->why) : e;
}

// Whether the request now in o is one of ours for this record, and good for a while.
static bool request_serves(const struct opening *o)
{
	const struct request *r = &o->request;
	return slice_equal(r->hdr0, o->envelope.hdr0) && memcmp(r->commitment, o->envelope.commitment, RECORD_COMMITMENT) == 0 &&
	       r->team == o->team && slice_equal(r->card, buf_slice(&o->c->platform->card_bytes)) &&
	       r->expiry > clock_now() + REQUEST_SPARE_S && (o->purpose == NULL || strcmp(r->purpose, o->purpose) == 0);
}

static enum err request_load(struct opening *o, const char *path)
{
	buf_clear(&o->request_bytes);
	enum err e = file_read(path, REQUEST_MAX, &o->request_bytes, &o->c->why);
	return e == ERR_OK ? request_decode(buf_slice(&o->request_bytes), &o->request, &o->c->why) : e;
}

static enum err request_second(struct opening *o)
{
	enum err e = request_load(o, o->second);
	if (e == ERR_OK && !o->request.second)
		e = why_set(&o->c->why, ERR_DENIED, "%s has no second signature: another analyst of the team runs `tocsin cosign` on it",
		            o->second);
	if (e == ERR_OK && !request_serves(o))
		e = why_set(&o->c->why, ERR_DENIED,
		            "%s is not a request of this member for this record, team and purpose that is still good", o->second);
	return e;
}

// A request from the file, or the one that was made before, or a new one; kept before it is used.
static enum err request_get(struct opening *o)
{
	char path[FILE_PATH_MAX];
	enum err e = opened_folder(o->c, o->id, true, o->folder);
	if (e == ERR_OK)
		e = file_path(path, o->folder, "request", &o->c->why);
	if (e != ERR_OK)
		return e;
	if (o->second != NULL)
		e = request_second(o);
	else if (file_has(path) && request_load(o, path) == ERR_OK && request_serves(o))
		return ERR_OK;
	else if (o->purpose == NULL)
		e = why_set(&o->c->why, ERR_INPUT, "--purpose TEXT is needed: it goes into the signed request");
	else
		e = request_new(o);
	return e == ERR_OK ? file_write(path, buf_slice(&o->request_bytes), FILE_SECRET, &o->c->why) : e;
}

// The hub appends the request's leaf; then it must show under t cosignatures.
static enum err request_log(struct opening *o)
{
	struct buf body, answer;
	uint8_t leaf[ACTIVITY_LEAF];
	struct followed under;
	struct card analyst;
	struct why *why = &o->c->why;
	enum err e = request_check(&o->request, platform_governance(o->c->platform), clock_now(), &analyst, why);
	if (e != ERR_OK)
		return e;
	buf_init(&body, 64);
	buf_init(&answer, 64);
	request_leaf(&o->request, leaf);
	hub_request_ask(o->request.team, o->id, leaf, &body);
	request_hash(&o->request, o->hash);
	cli_progress(o->c, "the request goes into the ledger");
	e = platform_ask_hub(o->c->platform, HUB_REQUEST, buf_slice(&body), &answer, why);
	if (e == ERR_OK && answer.n != 8)
		e = why_set(why, ERR_INPUT, "hub: an answer of %zu bytes to a request, not 8", answer.n);
	for (size_t i = 0; e == ERR_OK && i < 8; i++)
		o->index = o->index << 8 | answer.p[i];
	buf_free(&body);
	buf_free(&answer);
	if (e != ERR_OK)
		return e;
	e = platform_wait_leaf(o->c->platform, o->index, slice_of(leaf, sizeof leaf), WAIT_MS, &o->proof, &under, why);
	if (e == ERR_OK)
		buf_put_slice(&o->checkpoint, under.note);
	return e == ERR_OK ? buf_status(&o->checkpoint) : e;
}

// Insisting: what hub or our own rules refused goes to the keepers all the same, with the newest checkpoint and no proof, so that
// each of them says by itself what it thinks of it.
static enum err request_insist(struct opening *o, enum err refused)
{
	struct followed newest;
	if (!o->insist || refused == ERR_SYSTEM || refused == ERR_AWAY)
		return refused;
	fprintf(stderr, "tocsin open: before the keepers: %s: %s\n", err_name(refused), o->c->why.text);
	request_hash(&o->request, o->hash);
	o->index = 0;
	o->proof = (struct tree_proof){0};
	buf_clear(&o->checkpoint);
	enum err e = follow_newest(o->c->platform->follow, &newest, &o->c->why);
	if (e == ERR_OK)
		buf_put_slice(&o->checkpoint, newest.note);
	return e == ERR_OK ? buf_status(&o->checkpoint) : e;
}

// --- Shares ----------------------------------------------------------------------------------------------

static void release_of(const struct opening *o, unsigned seat, struct buf *body)
{
	struct release r = {
		.request = buf_slice(&o->request_bytes), .index = o->index, .proof = o->proof, .checkpoint = buf_slice(&o->checkpoint)};
	memcpy(r.share, o->envelope.shares.p + (size_t)(seat - 1) * RECORD_SHARE, RECORD_SHARE);
	release_encode(&r, body);
}

// A seat's own words, without the client's address in front: the line names the seat already.
static void own_words(struct why *why, enum err e)
{
	char mark[32];
	snprintf(mark, sizeof mark, ": %s: ", err_name(e));
	const char *at = strstr(why->text, mark);
	if (at != NULL)
		memmove(why->text, at + strlen(mark), strlen(at + strlen(mark)) + 1);
}

static void share_take(struct opening *o, unsigned seat, const struct http_call *call)
{
	struct why *why = &o->why[seat - 1];
	enum err e = call->client == NULL ? why_set(why, ERR_AWAY, "its address in the charter cannot be used") : call->result;
	if (call->client != NULL && e != ERR_OK) {
		*why = call->why;
		own_words(why, e);
	}
	if (e == ERR_OK)
		e = released_open(buf_slice(call->answer), o->hash, (uint8_t)seat, opening_charter(o), o->c->platform->sealing_sk,
		                  &o->share[o->shares], why);
	if (e == ERR_OK) {
		o->shares++;
		o->answered |= UINT64_C(1) << (seat - 1);
	}
	o->result[seat - 1] = e;
}

// All seats of the record's committee at once.
static enum err shares_get(struct opening *o)
{
	struct http_call calls[SEATS_MAX] = {0}, asked[SEATS_MAX];
	struct buf body[SEATS_MAX], answer[SEATS_MAX];
	unsigned n = o->envelope.header.n, reachable = 0;
	for (unsigned i = 0; i < n; i++) {
		buf_init(&body[i], RELEASE_MAX);
		buf_init(&answer[i], RELEASED_BYTES);
		release_of(o, i + 1, &body[i]);
		calls[i] = (struct http_call){.client = i < opening_charter(o)->n ? o->c->platform->keeper[i] : NULL,
		                              .method = "POST",
		                              .path = "/v1/release",
		                              .body = buf_slice(&body[i]),
		                              .answer = &answer[i],
		                              .timeout_ms = PLATFORM_ROUND_MS};
		if (calls[i].client != NULL)
			asked[reachable++] = calls[i];
	}
	cli_progress(o->c, "asking %u keepers for their shares", n);
	http_call_all(asked, reachable);
	for (unsigned i = 0, k = 0; i < n; i++) {
		if (calls[i].client != NULL)
			calls[i] = asked[k++];
		share_take(o, i + 1, &calls[i]);
		buf_free(&body[i]);
		buf_free(&answer[i]);
	}
	if (o->shares >= o->envelope.header.t)
		return ERR_OK;
	for (unsigned i = 0; i < n; i++) // a reason that is the analyst's to mend is the one to tell
		if (o->result[i] == ERR_DENIED)
			return why_set(&o->c->why, ERR_DENIED, "%u of %u shares, %u are needed; seat %u: %s", o->shares, n,
			               o->envelope.header.t, i + 1, o->why[i].text);
	return why_set(&o->c->why, ERR_AWAY, "%u of %u shares, %u are needed", o->shares, n, o->envelope.header.t);
}

static enum err unseal(struct opening *o)
{
	struct why *why = &o->c->why;
	enum err e = record_open(&o->envelope, o->share, o->shares, charter_origin(opening_charter(o)), &o->plain, &o->content,
	                         &o->reporter, &o->liars, why);
	if (e == ERR_OK)
		e = report_decode(o->content.document, &o->report, why);
	if (e != ERR_OK)
		return e;
	struct credential credential;
	uint8_t id[CARD_ID];
	card_id(o->content.card, id);
	o->standing = ERR_ABSENT;
	if (o->content.credential.n == 0) {
		why_set(&o->standing_why, ERR_ABSENT, "the report carries no credential: its sender was not accredited yet");
		return ERR_OK;
	}
	e = credential_decode(o->content.credential, &credential, &o->standing_why);
	if (e == ERR_OK && (memcmp(credential.item.card, id, CARD_ID) != 0 ||
	                    memcmp(credential.item.signing, o->reporter.signing, SIGN_PUBLIC) != 0))
		e = why_set(&o->standing_why, ERR_AUTH, "the credential is another card's");
	if (e == ERR_OK)
		e = credential_check(&credential, platform_governance(o->c->platform), ROLE_FILE, clock_now(), &o->standing_why);
	o->standing = e;
	return ERR_OK;
}

// --- Comparing with what was filed -----------------------------------------------------------------------

static enum err compare_ask(struct opening *o, const struct kept_batches *batches)
{
	struct buf body, answer;
	buf_init(&body, hub_question(HUB_COMPARE)->body_max);
	buf_init(&answer, 64);
	hub_compare_ask(o->team, o->id, batches->batch, batches->count, &body);
	enum err e = buf_status(&body);
	if (e == ERR_OK)
		e = platform_ask_hub(o->c->platform, HUB_COMPARE, buf_slice(&body), &answer, &o->compare_why);
	if (e == ERR_OK) {
		struct wire w = wire_of(buf_slice(&answer));
		o->missing = wire_u32(&w);
		o->extra = wire_u32(&w);
		e = wire_end(&w, "comparison", &o->compare_why);
	}
	buf_free(&body);
	buf_free(&answer);
	return e;
}

// The body's observables are tokenised again and held against what the matcher has. A failure here does not undo the opening.
static void compare(struct opening *o)
{
	struct commonplace *list = NULL;
	struct kept_batches batches = {0};
	struct cli *c = o->c;
	uint16_t version = 0;
	size_t count = 0, room = o->report.extract.list.count;
	struct report_token *rows = calloc(room + 1, sizeof *rows);
	o->compare_tried = true;
	enum err e = rows == NULL ? why_set(&c->why, ERR_SYSTEM, "out of memory") : kept_common_list(c, &list, &version);
	if (e == ERR_OK)
		e = report_tokens(&o->report, list, rows, room, &count, &c->why);
	if (e == ERR_OK) {
		for (size_t i = 0; i < count; i++)
			o->common += rows[i].common;
		e = kept_seal_tokens(c, rows, count, version, o->id, c->platform->signing_sk, &batches);
		o->compare_why = c->why;
		if (e == ERR_OK)
			e = compare_ask(o, &batches);
		buf_free(&batches.bytes);
	} else {
		o->compare_why = c->why;
	}
	o->compared = e == ERR_OK;
	free(rows);
	commonplace_free(list);
}

// --- Keeping ---------------------------------------------------------------------------------------------

enum err opened_folder(struct cli *c, const uint8_t id[static RECORD_ID], bool make, char folder[static FILE_PATH_MAX])
{
	char all[FILE_PATH_MAX];
	enum err e = file_path(all, c->platform->home, "opened", &c->why);
	if (e == ERR_OK && make)
		e = file_dir(all, FILE_DIR, &c->why);
	if (e == ERR_OK)
		e = file_path(folder, all, cli_hex(id, RECORD_ID), &c->why);
	if (e == ERR_OK && make)
		e = file_dir(folder, FILE_DIR, &c->why);
	return e;
}

void opened_name(const char *name, char safe[static ATTACHMENT_NAME_MAX + 1])
{
	size_t n = 0;
	for (; name[n] != 0 && n < ATTACHMENT_NAME_MAX; n++) {
		unsigned char b = (unsigned char)name[n];
		safe[n] = b < 0x20 || b == 0x7f || strchr("/\\:*?\"<>|", b) != NULL ? '_' : (char)b;
	}
	safe[n] = 0;
	if (safe[0] == '.' || safe[0] == '-')
		safe[0] = '_';
	if (n == 0)
		memcpy(safe, "_", 2);
}

static enum err attachment_put(struct opening *o, const char *folder, unsigned i)
{
	char path[FILE_PATH_MAX], safe[ATTACHMENT_NAME_MAX + 1], name[ATTACHMENT_NAME_MAX + 16];
	opened_name(o->content.attachment[i].name, safe);
	snprintf(name, sizeof name, "%02u_%.*s", i, ATTACHMENT_NAME_MAX - 8,
	         safe); // numbered: two may have one name, and file_write adds ".new"
	enum err e = file_path(path, folder, name, &o->c->why);
	return e == ERR_OK ? file_write(path, o->content.attachment[i].bytes, FILE_SECRET, &o->c->why) : e;
}

static enum err put(struct opening *o, const char *folder, const char *name, struct slice content)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, folder, name, &o->c->why);
	return e == ERR_OK ? file_write(path, content, FILE_SECRET, &o->c->why) : e;
}

static enum err keep(struct opening *o)
{
	char path[FILE_PATH_MAX], attachments[FILE_PATH_MAX];
	const char *out = o->out != NULL ? o->out : o->folder;
	enum err e = put(o, o->folder, "envelope", buf_slice(&o->bytes));
	if (e == ERR_OK)
		e = put(o, o->folder, "card", o->content.card);
	if (e == ERR_OK)
		e = file_path(path, o->folder, "reply.secret", &o->c->why);
	if (e == ERR_OK && !file_has(path))
		e = keyfile_create(path, KEYFILE_RANDOM, o->content.reply_secret, &o->c->why);
	if (e == ERR_OK)
		e = put(o, out, "report.json", o->content.document);
	if (e == ERR_OK && o->content.attachments > 0)
		e = file_path(attachments, out, "attachments", &o->c->why);
	if (e == ERR_OK && o->content.attachments > 0)
		e = file_dir(attachments, FILE_DIR, &o->c->why);
	for (unsigned i = 0; e == ERR_OK && i < o->content.attachments; i++)
		e = attachment_put(o, attachments, i);
	return e;
}

// --- The verbs -------------------------------------------------------------------------------------------

static int request_hand_out(struct opening *o)
{
	enum err e = cli_write(o->c, o->request_out, buf_slice(&o->request_bytes), FILE_PUBLIC);
	if (e != ERR_OK)
		return cli_fail(o->c, e);
	if (!o->c->json && o->request_out != NULL && strcmp(o->request_out, "-") != 0)
		printf("request written to %s: another analyst of the team runs `tocsin cosign %s`\n", o->request_out, o->request_out);
	return CLI_OK;
}

static int open_it(struct opening *o)
{
	enum err e = cli_sync(o->c);
	if (e == ERR_OK)
		e = envelope_get(o);
	if (e == ERR_OK)
		e = request_get(o);
	if (e != ERR_OK)
		return cli_fail(o->c, e);
	if (o->request_only)
		return request_hand_out(o);
	if (o->out != NULL && (e = file_dir(o->out, FILE_DIR, &o->c->why)) != ERR_OK) // while nothing is spent
		return cli_fail(o->c, e);
	e = request_log(o);
	if (e != ERR_OK)
		e = request_insist(o, e);
	if (e != ERR_OK)
		return cli_fail(o->c, e);
	if ((e = shares_get(o)) != ERR_OK)
		return opening_fail(o, e);
	const enum err unsealed = e = unseal(o);
	if (e == ERR_OK)
		e = keep(o); // before anything else is asked of anybody: the opening is spent
	struct why why = o->c->why;
	opening_complain(o, unsealed);
	o->c->why = why;
	if (e != ERR_OK)
		return opening_fail(o, e);
	if (!o->no_compare)
		compare(o);
	if (o->c->json)
		return opening_show_json(o);
	opening_show(o);
	return CLI_OK;
}

static int run_open(struct cli *c)
{
	static struct opening o;
	uint64_t given = 0;
	o = (struct opening){.c = c};
	const struct cli_option table[] = {{0, "purpose", CLI_TEXT, &o.purpose, 0},
	                                   {0, "team", CLI_NUMBER, &given, 0},
	                                   {0, "out", CLI_TEXT, &o.out, 0},
	                                   {0, "second", CLI_TEXT, &o.second, 0},
	                                   {0, "request-only", CLI_FLAG, &o.request_only, 0},
	                                   {'o', NULL, CLI_TEXT, &o.request_out, 0},
	                                   {0, "no-compare", CLI_FLAG, &o.no_compare, 0},
	                                   {0, "envelope", CLI_TEXT, &o.envelope_in, 0},
	                                   {0, "insist", CLI_FLAG, &o.insist, 0},
	                                   {0}};
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 1)
		return cli_usage(c, "one record is needed");
	if (o.purpose == NULL && o.second == NULL)
		return cli_usage(c, "--purpose TEXT is needed: it is signed with the request");
	if (o.request_only != (o.request_out != NULL) || (o.request_only && o.second != NULL))
		return cli_usage(c, "--request-only and -o FILE go together, without --second");
	enum err e = cli_id(c, c->argv[0], "record", o.id, sizeof o.id);
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = label_own_team(c, given, &o.team);
	if (e != ERR_OK)
		return cli_fail(c, e);
	buf_init(&o.bytes, RECORD_MAX);
	buf_init(&o.request_bytes, REQUEST_MAX);
	buf_init(&o.checkpoint, RELEASE_CHECKPOINT_MAX);
	buf_init_secret(&o.plain, RECORD_MAX);
	report_init(&o.report);
	int status = open_it(&o);
	opening_free(&o);
	return status;
}

const struct verb verb_open = {
	"open",
	"ID --purpose TEXT [--team N] [--out DIR] [--no-compare] [--envelope FILE] [--insist]\n"
	"ID --second FILE [--team N] [--out DIR] [--no-compare]\n"
	"ID --purpose TEXT [--team N] --request-only -o FILE",
	"open a record through the keepers, for a purpose that is logged first",
	run_open,
};
