// Tokens of a report: the platform's common list, evaluation through the keepers, sealed batches, and those that follow a record.
#include <stdlib.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "kept.h"

static enum err list_load(struct cli *c, const struct common_list *wanted, const char *path, struct commonplace **list)
{
	struct buf text;
	buf_init(&text, COMMONPLACE_BYTES_MAX);
	enum err e = file_read(path, COMMONPLACE_BYTES_MAX, &text, &c->why);
	if (e == ERR_ABSENT)
		e = why_set(&c->why, ERR_ABSENT,
		            "the platform's common-value list (version %u, SHA-256 %s) is not here: `tocsin common-values FILE`",
		            wanted->version, cli_hex(wanted->hash, 32));
	if (e == ERR_OK)
		e = commonplace_load(buf_slice(&text), list, &c->why);
	if (e == ERR_INPUT || e == ERR_LIMIT)
		why_at(&c->why, e, "%s is damaged (`tocsin common-values FILE` installs the list again)", path);
	buf_free(&text);
	if (e == ERR_OK && memcmp(commonplace_hash(*list), wanted->hash, 32) != 0) {
		e = why_set(&c->why, ERR_AUTH,
		            "common-values here (SHA-256 %.16s…) is not the ledger's version %u (SHA-256 %s): `tocsin common-values "
		            "FILE`",
		            cli_hex(commonplace_hash(*list), 32), wanted->version, cli_hex(wanted->hash, 32));
		commonplace_free(*list);
		*list = NULL;
	}
	return e;
}

enum err kept_common_list(struct cli *c, struct commonplace **list, uint16_t *version)
{
	char path[FILE_PATH_MAX];
	const struct common_list *wanted = governance_common_list(platform_governance(c->platform));
	*list = NULL;
	*version = wanted != NULL ? wanted->version : 0;
	if (wanted == NULL)
		return ERR_OK;
	enum err e = file_path(path, c->platform->home, "common-values", &c->why);
	return e == ERR_OK ? list_load(c, wanted, path, list) : e;
}

size_t kept_count(const struct report_token *rows, size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += !rows[i].common && !rows[i].background;
	return n;
}

const char *kept_seats(uint64_t bits)
{
	static char text[256];
	size_t at = 0;
	text[0] = 0;
	for (unsigned seat = 1; seat <= SEATS_MAX && at < sizeof text; seat++)
		if (bits >> seat & 1)
			at += (size_t)snprintf(text + at, sizeof text - at, "%s%u", at > 0 ? ", " : "", seat);
	return text;
}

// What one evaluation needs in memory; observables are 2 KiB each, so they are on the heap.
struct evaluation {
	struct observable *whole;
	const struct observable **wanted;
	struct token *tokens;
	size_t count;
};

static void evaluation_free(struct evaluation *v)
{
	free(v->whole);
	free(v->wanted);
	free(v->tokens);
}

static bool evaluation_fill(struct evaluation *v, const struct report_token *rows, size_t count)
{
	size_t room = kept_count(rows, count) + 1; // none is no reason for a NULL
	v->whole = calloc(room, sizeof *v->whole);
	v->wanted = calloc(room, sizeof *v->wanted);
	v->tokens = calloc(room, sizeof *v->tokens);
	if (v->whole == NULL || v->wanted == NULL || v->tokens == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!rows[i].common && !rows[i].background) {
			struct observable *o = &v->whole[v->count];
			o->type = rows[i].entry->type;
			o->n = rows[i].entry->value.n;
			memcpy(o->value, rows[i].entry->value.p, o->n);
			v->wanted[v->count++] = o;
		}
	return true;
}

static void flag_derived(struct evaluation *v, const struct report_token *rows, size_t count)
{
	for (size_t i = 0, n = 0; i < count; i++)
		if (!rows[i].common && !rows[i].background)
			v->tokens[n++].flags |= rows[i].entry->derived ? TOKEN_DERIVED : 0;
}

// At least one batch: that there are no tokens is nobody's business either.
static enum err batches_seal(struct cli *c, const struct evaluation *v, uint16_t list_version, const uint8_t id[static RECORD_ID],
                             const uint8_t batch_sk[static SIGN_SECRET], struct kept_batches *out)
{
	const struct charter *charter = platform_charter(c->platform);
	size_t end[BATCHES_MAX], from = 0;
	enum err e = ERR_OK;
	do {
		size_t n = v->count - from < TOKEN_BATCH_MAX ? v->count - from : TOKEN_BATCH_MAX;
		if (out->count == BATCHES_MAX)
			return why_set(&c->why, ERR_LIMIT, "%zu tokens: more than %d batches", v->count, BATCHES_MAX);
		e = batch_seal(id, list_version, v->tokens + from, n, batch_sk, charter->matcher_key, charter_origin(charter),
		               &out->bytes);
		if (e == ERR_OK)
			e = buf_status(&out->bytes);
		if (e != ERR_OK)
			return why_set(&c->why, e, "the batch of tokens could not be sealed");
		end[out->count++] = out->bytes.n;
		from += n;
	} while (from < v->count);
	for (unsigned i = 0; i < out->count; i++) {
		size_t begin = i > 0 ? end[i - 1] : 0;
		out->batch[i] = slice_of(out->bytes.p + begin, end[i] - begin);
	}
	return ERR_OK;
}

enum err kept_seal_tokens(struct cli *c, const struct report_token *rows, size_t count, uint16_t list_version,
                          const uint8_t id[static RECORD_ID], const uint8_t batch_sk[static SIGN_SECRET],
                          struct kept_batches *out)
{
	struct evaluation v = {0};
	*out = (struct kept_batches){0};
	buf_init(&out->bytes, KEPT_BATCHES_BYTES);
	enum err e = evaluation_fill(&v, rows, count) ? ERR_OK : why_set(&c->why, ERR_SYSTEM, "no memory for %zu tokens", count);
	if (e == ERR_OK && v.count > 0) {
		cli_progress(c, "%zu tokens through %u keepers", v.count, platform_charter(c->platform)->n);
		e = platform_tokens(c->platform, v.wanted, v.count, v.tokens, NULL, &out->liars, &c->why);
	}
	if (e == ERR_OK) {
		flag_derived(&v, rows, count);
		e = batches_seal(c, &v, list_version, id, batch_sk, out);
	}
	evaluation_free(&v);
	return e;
}

// The rows of a kept document; r owns what they borrow. *rows is the caller's to free.
static enum err rows_of(struct cli *c, const struct kept *k, struct report *r, const struct commonplace *list,
                        struct report_token **rows, size_t *count)
{
	struct buf json;
	buf_init(&json, REPORT_DOCUMENT_MAX);
	enum err e = kept_get(c, k, "document", REPORT_DOCUMENT_MAX, &json);
	if (e == ERR_OK)
		e = report_decode(buf_slice(&json), r, &c->why);
	buf_free(&json);
	if (e != ERR_OK)
		return e;
	*rows = calloc(r->extract.list.count + 1, sizeof **rows);
	if (*rows == NULL)
		return why_set(&c->why, ERR_SYSTEM, "out of memory");
	return report_tokens(r, list, *rows, r->extract.list.count, count, &c->why);
}

static enum err tokens_filing_put(struct cli *c, struct kept *k, const struct kept_batches *batches)
{
	struct filing f = {.kind = FILING_TOKENS, .batches = batches->count};
	struct buf bytes;
	buf_init(&bytes, FILING_MAX);
	random_bytes(f.salt, sizeof f.salt);
	memcpy(f.record, k->id, RECORD_ID);
	memcpy(f.batch, batches->batch, sizeof f.batch);
	filing_encode(&f, &bytes);
	enum err e = buf_status(&bytes) == ERR_OK ? kept_put(c, k, "tokens", buf_slice(&bytes))
	                                          : why_set(&c->why, buf_status(&bytes), "the tokens do not fit in one filing");
	k->part[KEPT_TOKENS].there |= e == ERR_OK;
	buf_free(&bytes);
	return e;
}

enum err kept_make_tokens(struct cli *c, struct kept *k)
{
	static struct report r;
	struct report_token *rows = NULL;
	struct commonplace *list = NULL;
	struct kept_batches batches = {0};
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	uint16_t version;
	size_t count = 0;
	char path[FILE_PATH_MAX];
	report_init(&r);
	enum err e = kept_common_list(c, &list, &version);
	if (e == ERR_OK)
		e = rows_of(c, k, &r, list, &rows, &count);
	if (e == ERR_OK)
		e = kept_path(c, k, "batch.key", path);
	if (e == ERR_OK)
		e = keyfile_read_sign(path, pk, sk, &c->why);
	if (e == ERR_OK) {
		e = kept_seal_tokens(c, rows, count, version, k->id, sk, &batches);
		if (e == ERR_OK)
			e = tokens_filing_put(c, k, &batches);
		buf_free(&batches.bytes);
	}
	secret_wipe(sk, sizeof sk);
	free(rows);
	commonplace_free(list);
	report_free(&r);
	return e;
}
