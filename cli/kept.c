// Own records on disk.
#include <dirent.h>
#include <stdlib.h>

#include "crypto/keyfile.h"
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

enum err kept_put(struct cli *c, const struct kept *k, const char *name, struct slice content)
{
	char path[FILE_PATH_MAX];
	enum err e = kept_path(c, k, name, path);
	return e == ERR_OK ? file_write(path, content, FILE_SECRET, &c->why) : e;
}

enum err kept_get(struct cli *c, const struct kept *k, const char *name, size_t max, struct buf *b)
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
		e = kept_put(c, k, "summary", buf_slice(&out));
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
		e = kept_put(c, &k, "document", n->document);
	return e == ERR_OK ? kept_put(c, &k, "filing", n->filing) : e;
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
	enum err e = kept_get(c, k, "summary", KEPT_SUMMARY_MAX, &text);
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
	enum err e = kept_get(c, k, name, RECEIPT_BYTES, &bytes);
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
	enum err e = kept_get(c, k, part_names[part], FILING_MAX, &bytes);
	if (e == ERR_OK)
		e = filing_decode(buf_slice(&bytes), &f, &c->why);
	if (e == ERR_OK)
		e = platform_file(c->platform, &f, seat, &receipt, &c->why);
	if (e == ERR_OK) {
		receipt_encode(&receipt, encoded);
		snprintf(name, sizeof name, "%s.receipt", part_names[part]);
		e = kept_put(c, k, name, slice_of(encoded, sizeof encoded));
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
		e = kept_put(c, k, name, buf_slice(&out));
	buf_free(&out);
	return e;
}

enum err kept_confirm(struct cli *c, struct kept *k, enum kept_part part, unsigned timeout_ms)
{
	const struct receipt *r = &k->part[part].receipt;
	struct tree_proof proof;
	struct followed under;
	INVARIANT(k->part[part].promised);
	enum err e =
		platform_wait_leaf(c->platform, r->index, slice_of(r->leaf, sizeof r->leaf), timeout_ms, &proof, &under, &c->why);
	if (e == ERR_OK)
		e = filed_put(c, k, part, &under);
	k->part[part].filed |= e == ERR_OK;
	return e;
}
