// Own records on disk.
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "kept.h"
#include "label.h"
#include "sys/clock.h"

#define FILED_MAX 1024
#define RECORDS_MAX 100000 // that one home may keep

static const char *const part_names[] = {"filing", "tokens"};
static const char *const how_names[] = {"with", "later", "none"};

static enum err folder_path(struct cli *c, const uint8_t id[static RECORD_ID], char path[static FILE_PATH_MAX])
{
	char all[FILE_PATH_MAX];
	enum err e = file_path(all, c->platform->home, "records", &c->why);
	if (e == ERR_OK)
		e = file_dir(all, FILE_DIR, &c->why);
	return e == ERR_OK ? file_path(path, all, cli_hex(id, RECORD_ID), &c->why) : e;
}

enum err kept_path(struct cli *c, const struct kept *k, const char *name, char path[static FILE_PATH_MAX])
{
	return file_path(path, k->folder, name, &c->why);
}

static enum err put(struct cli *c, const struct kept *k, const char *name, struct slice content)
{
	char path[FILE_PATH_MAX];
	enum err e = kept_path(c, k, name, path);
	return e == ERR_OK ? file_write(path, content, FILE_SECRET, &c->why) : e;
}

static enum err get(struct cli *c, const struct kept *k, const char *name, size_t max, struct buf *b)
{
	char path[FILE_PATH_MAX];
	enum err e = kept_path(c, k, name, path);
	return e == ERR_OK ? file_read(path, max, b, &c->why) : e;
}

static bool has(struct cli *c, const struct kept *k, const char *name)
{
	char path[FILE_PATH_MAX];
	return kept_path(c, k, name, path) == ERR_OK && file_has(path);
}

// --- A new record -------------------------------------------------------------------------------------------------------------

static enum err summary_put(struct cli *c, const struct kept *k, const struct kept_new *n)
{
	struct json_writer w;
	struct buf out;
	buf_init(&out, KEPT_SUMMARY_MAX);
	json_begin(&w, &out, true);
	json_open_object(&w, NULL);
	json_put_string(&w, "title", n->report->title);
	json_put_string(&w, "kind", label_kind(n->report->kind));
	json_put_string(&w, "tlp", tlp_text(n->report->tlp));
	json_open_array(&w, "teams");
	for (unsigned i = 0; i < n->report->audience; i++)
		json_put_number(&w, NULL, n->report->team[i]);
	json_close(&w);
	json_put_time(&w, "created", clock_now());
	json_put_number(&w, "tokens", n->tokens);
	json_put_string(&w, "tokens_are", how_names[n->how]);
	json_put_bool(&w, "offline", n->offline);
	json_close(&w);
	enum err e = json_end(&w, &c->why);
	if (e == ERR_OK)
		e = put(c, k, "summary", buf_slice(&out));
	buf_free(&out);
	return e;
}

enum err kept_create(struct cli *c, const struct kept_new *n)
{
	struct kept k = {0};
	char path[FILE_PATH_MAX];
	enum err e = folder_path(c, n->id, k.folder);
	if (e == ERR_OK)
		e = file_dir(k.folder, FILE_DIR, &c->why);
	if (e == ERR_OK)
		e = kept_path(c, &k, "batch.key", path);
	if (e == ERR_OK)
		e = keyfile_create(path, KEYFILE_SIGN, n->batch_sk, &c->why); // SIGN_SECRET begins with the seed
	if (e == ERR_OK)
		e = kept_path(c, &k, "reply.secret", path);
	if (e == ERR_OK)
		e = keyfile_create(path, KEYFILE_RANDOM, n->reply_secret, &c->why);
	if (e == ERR_OK)
		e = summary_put(c, &k, n);
	if (e == ERR_OK)
		e = put(c, &k, "document", n->document);
	return e == ERR_OK ? put(c, &k, "filing", n->filing) : e;
}

// --- Reading back -------------------------------------------------------------------------------------------------------------

static enum err summary_teams(const struct json *root, struct kept *k, struct why *why)
{
	struct json teams;
	enum err e = json_get_array(root, "teams", &teams, why);
	for (size_t i = 0; e == ERR_OK && i < json_count(&teams) && i < RECORD_AUDIENCE_MAX; i++) {
		struct json item = json_item(&teams, i);
		uint64_t team;
		e = json_number(&item, 1, UINT16_MAX, &team, why);
		if (e == ERR_OK)
			k->team[k->audience++] = (uint16_t)team;
	}
	return e;
}

static enum err summary_fields(const struct json *root, struct kept *k, struct why *why)
{
	struct slice title, kind, tlp, created, how;
	enum err e = json_get_text(root, "title", &title, why);
	if (e == ERR_OK)
		e = json_get_text(root, "kind", &kind, why);
	if (e == ERR_OK)
		e = json_get_text(root, "tlp", &tlp, why);
	if (e == ERR_OK)
		e = json_get_text(root, "created", &created, why);
	if (e == ERR_OK)
		e = json_get_text(root, "tokens_are", &how, why);
	if (e == ERR_OK)
		e = json_get_number(root, "tokens", 0, OBSERVABLES_MAX, &k->tokens, why);
	if (e == ERR_OK)
		e = json_get_bool(root, "offline", &k->offline, why);
	if (e == ERR_OK)
		e = summary_teams(root, k, why);
	if (e != ERR_OK)
		return e;
	bool known = false;
	for (int i = KEPT_TOKENS_WITH; i <= KEPT_TOKENS_NONE; i++)
		if (slice_is_text(how, how_names[i])) {
			k->how = (enum kept_tokens)i;
			known = true;
		}
	if (!known || !tlp_parse(tlp, &k->tlp) || !time_parse(created, &k->created) || title.n > EXTRACT_TITLE_MAX ||
	    !label_kind_parse((const char *)kind.p, &k->kind))
		return why_set(why, ERR_INPUT, "not a summary");
	memcpy(k->title, title.p, title.n);
	k->title[title.n] = 0;
	return ERR_OK;
}

static enum err summary_get(struct cli *c, struct kept *k)
{
	struct buf text;
	struct json root = {0};
	buf_init(&text, KEPT_SUMMARY_MAX);
	enum err e = get(c, k, "summary", KEPT_SUMMARY_MAX, &text);
	if (e == ERR_OK)
		e = json_parse(buf_slice(&text), &root, &c->why);
	if (e == ERR_OK)
		e = summary_fields(&root, k, &c->why);
	json_free(&root);
	buf_free(&text);
	return e == ERR_OK ? e : why_at(&c->why, e, "%s/summary", k->folder);
}

static enum err part_get(struct cli *c, struct kept *k, enum kept_part part)
{
	char name[32];
	struct buf bytes;
	k->part[part].there = has(c, k, part_names[part]);
	snprintf(name, sizeof name, "%s.filed", part_names[part]);
	k->part[part].filed = has(c, k, name);
	snprintf(name, sizeof name, "%s.receipt", part_names[part]);
	if (!k->part[part].there || !has(c, k, name))
		return ERR_OK;
	buf_init(&bytes, RECEIPT_BYTES);
	enum err e = get(c, k, name, RECEIPT_BYTES, &bytes);
	if (e == ERR_OK)
		e = receipt_decode(buf_slice(&bytes), &k->part[part].receipt, &c->why);
	k->part[part].promised = e == ERR_OK;
	buf_free(&bytes);
	return e;
}

enum err kept_open(struct cli *c, const uint8_t id[static RECORD_ID], struct kept *k)
{
	*k = (struct kept){0};
	memcpy(k->id, id, RECORD_ID);
	enum err e = folder_path(c, id, k->folder);
	if (e == ERR_OK && !has(c, k, "filing"))
		e = why_set(&c->why, ERR_ABSENT, "record %s: not filed from here", cli_hex(id, RECORD_ID));
	if (e == ERR_OK)
		e = summary_get(c, k);
	if (e == ERR_OK)
		e = part_get(c, k, KEPT_FILING);
	return e == ERR_OK ? part_get(c, k, KEPT_TOKENS) : e;
}

static int by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	return x->created != y->created ? (x->created < y->created ? -1 : 1) : memcmp(x->id, y->id, RECORD_ID);
}

static enum err one_more(struct cli *c, const char *name, struct kept **list, size_t *count)
{
	uint8_t id[RECORD_ID];
	struct kept k, *bigger;
	if (!hex_decode(slice_text(name), id, sizeof id))
		return ERR_OK;
	enum err e = kept_open(c, id, &k);
	if (e == ERR_ABSENT) // begun and never finished: it was never sent
		return ERR_OK;
	if (e == ERR_OK && *count == RECORDS_MAX)
		e = why_set(&c->why, ERR_LIMIT, "more than %d records in %s", RECORDS_MAX, c->home);
	if (e != ERR_OK)
		return e;
	if ((bigger = reallocarray(*list, *count + 1, sizeof k)) == NULL)
		return why_set(&c->why, ERR_SYSTEM, "out of memory");
	*list = bigger;
	(*list)[(*count)++] = k;
	return ERR_OK;
}

enum err kept_all(struct cli *c, struct kept **list, size_t *count)
{
	char path[FILE_PATH_MAX];
	*list = NULL;
	*count = 0;
	enum err e = file_path(path, c->platform->home, "records", &c->why);
	DIR *d = e == ERR_OK ? opendir(path) : NULL;
	if (d == NULL)
		return e;
	for (struct dirent *entry; e == ERR_OK && (entry = readdir(d)) != NULL;)
		e = one_more(c, entry->d_name, list, count);
	closedir(d);
	if (e == ERR_OK && *count > 0)
		qsort(*list, *count, sizeof **list, by_age);
	if (e != ERR_OK) {
		free(*list);
		*list = NULL;
	}
	return e;
}

enum err kept_reply_secret(struct cli *c, const struct kept *k, uint8_t secret[static 32])
{
	char path[FILE_PATH_MAX];
	enum err e = kept_path(c, k, "reply.secret", path);
	return e == ERR_OK ? keyfile_read(path, KEYFILE_RANDOM, secret, &c->why) : e;
}

const char *kept_state(const struct kept *k)
{
	if (k->part[KEPT_FILING].filed)
		return "filed";
	if (k->part[KEPT_FILING].promised)
		return "promised";
	return k->offline ? "offline" : "sealed";
}

const char *kept_tokens_state(const struct kept *k)
{
	if (k->how == KEPT_TOKENS_NONE)
		return "none";
	if (k->how == KEPT_TOKENS_WITH)
		return kept_state(k);
	if (k->part[KEPT_TOKENS].filed)
		return "filed";
	return k->part[KEPT_TOKENS].promised ? "promised" : "pending";
}

// --- Sending ------------------------------------------------------------------------------------------------------------------

enum err kept_send(struct cli *c, struct kept *k, enum kept_part part, unsigned *seat)
{
	struct filing f;
	struct buf bytes;
	struct receipt receipt;
	uint8_t encoded[RECEIPT_BYTES];
	char name[32];
	buf_init(&bytes, FILING_MAX);
	cli_progress(c, "filing");
	enum err e = get(c, k, part_names[part], FILING_MAX, &bytes);
	if (e == ERR_OK)
		e = filing_decode(buf_slice(&bytes), &f, &c->why);
	if (e == ERR_OK)
		e = platform_file(c->platform, &f, seat, &receipt, &c->why);
	if (e == ERR_OK) {
		receipt_encode(&receipt, encoded);
		snprintf(name, sizeof name, "%s.receipt", part_names[part]);
		e = put(c, k, name, slice_of(encoded, sizeof encoded));
	}
	if (e == ERR_OK) {
		k->part[part].promised = true;
		k->part[part].receipt = receipt;
	}
	buf_free(&bytes);
	return e;
}

static enum err filed_put(struct cli *c, struct kept *k, enum kept_part part, const struct followed *under)
{
	struct json_writer w;
	struct buf out;
	char name[32];
	buf_init(&out, FILED_MAX);
	json_begin(&w, &out, true);
	json_open_object(&w, NULL);
	json_put_number(&w, "leaf", k->part[part].receipt.index);
	json_put_number(&w, "tree", under->checkpoint.size);
	json_put_time(&w, "cosigned", under->time);
	json_close(&w);
	enum err e = json_end(&w, &c->why);
	snprintf(name, sizeof name, "%s.filed", part_names[part]);
	if (e == ERR_OK)
		e = put(c, k, name, buf_slice(&out));
	buf_free(&out);
	return e;
}

enum err kept_confirm(struct cli *c, struct kept *k, enum kept_part part, unsigned timeout_ms)
{
	const struct receipt *r = &k->part[part].receipt;
	struct tree_proof proof;
	struct followed under;
	INVARIANT(k->part[part].promised);
	cli_progress(c, "waiting for the seats to cosign leaf %llu", (unsigned long long)r->index);
	enum err e = platform_wait_leaf(c->platform, r->index, slice_of(r->leaf, sizeof r->leaf), timeout_ms, &proof, &under, &c->why);
	if (e == ERR_OK)
		e = filed_put(c, k, part, &under);
	k->part[part].filed |= e == ERR_OK;
	return e;
}

// --- Tokens -------------------------------------------------------------------------------------------------------------------

static enum err list_load(struct cli *c, const struct common_list *wanted, const char *path, struct commonplace **list)
{
	struct buf text;
	buf_init(&text, COMMONPLACE_BYTES_MAX);
	enum err e = file_read(path, COMMONPLACE_BYTES_MAX, &text, &c->why);
	if (e == ERR_ABSENT)
		e = why_set(&c->why, ERR_ABSENT, "the platform's common-value list (version %u, SHA-256 %s) is not here: `tocsin common-values FILE`",
		            wanted->version, cli_hex(wanted->hash, 32));
	if (e == ERR_OK)
		e = commonplace_load(buf_slice(&text), list, &c->why);
	buf_free(&text);
	if (e == ERR_OK && memcmp(commonplace_hash(*list), wanted->hash, 32) != 0) {
		e = why_set(&c->why, ERR_AUTH, "common-values here (SHA-256 %.16s…) is not the ledger's version %u (SHA-256 %s): `tocsin common-values FILE`",
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
	for (unsigned i = 0; i < SEATS_MAX && at < sizeof text; i++)
		if (bits >> i & 1)
			at += (size_t)snprintf(text + at, sizeof text - at, "%s%u", at > 0 ? ", " : "", i + 1);
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
		e = batch_seal(id, list_version, v->tokens + from, n, batch_sk, charter->matcher_key, charter_origin(charter), &out->bytes);
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
                          const uint8_t id[static RECORD_ID], const uint8_t batch_sk[static SIGN_SECRET], struct kept_batches *out)
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
static enum err rows_of(struct cli *c, const struct kept *k, struct report *r, const struct commonplace *list, struct report_token **rows,
                        size_t *count)
{
	struct buf json;
	buf_init(&json, REPORT_DOCUMENT_MAX);
	enum err e = get(c, k, "document", REPORT_DOCUMENT_MAX, &json);
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
	enum err e = buf_status(&bytes) == ERR_OK ? put(c, k, "tokens", buf_slice(&bytes))
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
