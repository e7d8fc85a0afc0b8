#include "talk.h"

#include <dirent.h>
#include <stdlib.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "kept.h"
#include "opened.h"
#include "sys/clock.h"

#define MESSAGE_MAX 65536 // bytes of a kept message
#define TRIES_MAX 16      // numbers tried when tags are taken
#define NAME_ROOM 32

static enum err put(struct cli *c, const struct talk *t, const char *name, struct slice content)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, t->folder, name, &c->why);
	return e == ERR_OK ? file_write(path, content, FILE_SECRET, &c->why) : e;
}

static enum err get(struct cli *c, const struct talk *t, const char *name, size_t max, struct buf *b)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, t->folder, name, &c->why);
	return e == ERR_OK ? file_read(path, max, b, &c->why) : e;
}

static bool has(const struct talk *t, const char *name)
{
	char path[FILE_PATH_MAX];
	return file_path(path, t->folder, name, NULL) == ERR_OK && file_has(path);
}

// --- Finding ---------------------------------------------------------------------------------------------

static void title_read(struct cli *c, struct talk *t)
{
	struct buf text;
	struct json root = {0};
	struct slice title;
	buf_init(&text, REPORT_DOCUMENT_MAX);
	if (get(c, t, "report.json", REPORT_DOCUMENT_MAX, &text) == ERR_OK && json_parse(buf_slice(&text), &root, NULL) == ERR_OK &&
	    json_get_text(&root, "title", &title, NULL) == ERR_OK && title.n <= EXTRACT_TITLE_MAX) {
		memcpy(t->title, title.p, title.n);
		t->title[title.n] = 0;
	}
	json_free(&root);
	buf_free(&text);
}

static enum err open_opened(struct cli *c, struct talk *t)
{
	char path[FILE_PATH_MAX];
	enum err e = opened_folder(c, t->id, false, t->folder);
	if (e == ERR_OK && !has(t, "reply.secret"))
		e = why_set(&c->why, ERR_ABSENT, "record %s was neither filed nor opened here", cli_hex(t->id, RECORD_ID));
	if (e == ERR_OK)
		e = file_path(path, t->folder, "reply.secret", &c->why);
	if (e == ERR_OK)
		e = keyfile_read(path, KEYFILE_RANDOM, t->secret, &c->why);
	if (e == ERR_OK)
		title_read(c, t);
	t->incoming = REPLY_TO_ANALYST;
	return e;
}

enum err talk_open(struct cli *c, const uint8_t id[static RECORD_ID], struct talk *t)
{
	struct kept k;
	*t = (struct talk){.incoming = REPLY_TO_REPORTER};
	memcpy(t->id, id, RECORD_ID);
	enum err e = kept_open(c, id, &k);
	if (e == ERR_ABSENT)
		return open_opened(c, t);
	if (e != ERR_OK)
		return e;
	memcpy(t->folder, k.folder, sizeof t->folder);
	memcpy(t->title, k.title, sizeof t->title);
	return kept_reply_secret(c, &k, t->secret);
}

static enum err all_below(struct cli *c, const char *name, struct talk **list, size_t *count)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, c->platform->home, name, &c->why);
	DIR *d = e == ERR_OK ? opendir(path) : NULL;
	if (d == NULL)
		return e;
	for (struct dirent *entry; e == ERR_OK && (entry = readdir(d)) != NULL;) {
		uint8_t id[RECORD_ID];
		struct talk t;
		if (!hex_decode(slice_text(entry->d_name), id, sizeof id))
			continue;
		e = talk_open(c, id, &t);
		bool opened_and_filed =
			e == ERR_OK && t.incoming == REPLY_TO_REPORTER && strcmp(name, "opened") == 0; // listed by "records"
		if (e == ERR_OK && !opened_and_filed) {
			struct talk *bigger = reallocarray(*list, *count + 1, sizeof t);
			if (bigger == NULL)
				e = why_set(&c->why, ERR_SYSTEM, "out of memory");
			else
				(*list = bigger)[(*count)++] = t;
		}
		secret_wipe(&t, sizeof t);
		e = e == ERR_ABSENT ? ERR_OK : e;
	}
	closedir(d);
	return e;
}

enum err talk_all(struct cli *c, struct talk **list, size_t *count)
{
	*list = NULL;
	*count = 0;
	enum err e = all_below(c, "records", list, count);
	if (e == ERR_OK)
		e = all_below(c, "opened", list, count);
	if (e != ERR_OK) {
		talk_free(*list, *count);
		*list = NULL;
	}
	return e;
}

void talk_free(struct talk *list, size_t count)
{
	if (list != NULL)
		secret_wipe(list, count * sizeof *list);
	free(list);
}

// --- Received --------------------------------------------------------------------------------------------

enum err talk_receive(struct cli *c, const struct talk *t, const struct message *m)
{
	struct json_writer w;
	struct buf out;
	char name[NAME_ROOM];
	snprintf(name, sizeof name, "in-%04u", m->number);
	if (has(t, name))
		return why_set(&c->why, ERR_EXISTS, "message %u is here already", m->number);
	buf_init(&out, MESSAGE_MAX);
	json_begin(&w, &out, true);
	json_open_object(&w, NULL);
	json_put_number(&w, "number", m->number);
	json_put_hex(&w, "from", slice_of(m->from, CARD_ID));
	json_put_base64(&w, "answer_to", slice_of(m->answer_to, HPKE_PUBLIC));
	json_put_time(&w, "time", m->time);
	json_put_text(&w, "text", buf_slice(&m->text));
	json_close(&w);
	enum err e = json_end(&w, &c->why);
	if (e == ERR_OK)
		e = put(c, t, "answer-to", slice_of(m->answer_to, HPKE_PUBLIC));
	if (e == ERR_OK)
		e = put(c, t, name, buf_slice(&out));
	buf_free(&out);
	return e;
}

static enum err message_read(struct cli *c, const struct talk *t, const char *name, struct message *m)
{
	struct buf json;
	struct json root = {0};
	struct slice from = {0}, answer = {0}, time = {0}, text = {0};
	uint64_t number = 0;
	size_t n = 0;
	buf_init(&json, MESSAGE_MAX);
	enum err e = get(c, t, name, MESSAGE_MAX, &json);
	if (e == ERR_OK)
		e = json_parse(buf_slice(&json), &root, &c->why);
	if (e == ERR_OK)
		e = json_get_number(&root, "number", 0, REPLY_ROUNDS_MAX - 1, &number, &c->why);
	if (e == ERR_OK)
		e = json_get_text(&root, "from", &from, &c->why);
	if (e == ERR_OK)
		e = json_get_text(&root, "answer_to", &answer, &c->why);
	if (e == ERR_OK)
		e = json_get_text(&root, "time", &time, &c->why);
	if (e == ERR_OK)
		e = json_get_text(&root, "text", &text, &c->why);
	if (e == ERR_OK && (!hex_decode(from, m->from, CARD_ID) || !base64_decode(answer, m->answer_to, HPKE_PUBLIC, &n) ||
	                    n != HPKE_PUBLIC || !time_parse(time, &m->time)))
		e = why_set(&c->why, ERR_INPUT, "%s/%s: not a kept message", t->folder, name);
	m->number = (uint32_t)number;
	buf_put_slice(&m->text, text);
	json_free(&root);
	buf_free(&json);
	return e;
}

enum err talk_received(struct cli *c, const struct talk *t,
                       enum err (*each)(struct cli *c, const struct talk *t, const struct message *m, void *context),
                       void *context)
{
	enum err e = ERR_OK;
	if (!has(t, "answer-to"))
		return ERR_OK;
	for (uint32_t n = 0; e == ERR_OK && n < REPLY_ROUNDS_MAX; n++) {
		char name[NAME_ROOM];
		struct message m;
		snprintf(name, sizeof name, "in-%04u", n);
		if (!has(t, name))
			continue;
		buf_init(&m.text, MESSAGE_MAX);
		e = message_read(c, t, name, &m);
		if (e == ERR_OK)
			e = each(c, t, &m, context);
		buf_free(&m.text);
	}
	return e;
}

// --- Sending ---------------------------------------------------------------------------------------------

// Takes the next number; nobody here uses it again.
static enum err number_take(struct cli *c, const struct talk *t, uint32_t *number)
{
	struct buf text;
	uint64_t next = 0;
	buf_init(&text, NAME_ROOM);
	enum err e = has(t, "next") ? get(c, t, "next", NAME_ROOM, &text) : ERR_OK;
	if (e == ERR_OK && text.n > 0 && !num_parse(slice_trim(buf_slice(&text)), 0, REPLY_ROUNDS_MAX, &next))
		e = why_set(&c->why, ERR_INPUT, "%s/next: not a number up to %d", t->folder, REPLY_ROUNDS_MAX);
	if (e == ERR_OK && next == REPLY_ROUNDS_MAX)
		e = why_set(&c->why, ERR_LIMIT, "this conversation has had its %d messages from here", REPLY_ROUNDS_MAX);
	buf_clear(&text);
	buf_printf(&text, "%llu\n", (unsigned long long)next + 1);
	if (e == ERR_OK)
		e = put(c, t, "next", buf_slice(&text));
	if (e == ERR_OK)
		*number = (uint32_t)next;
	buf_free(&text);
	return e;
}

// To whom: the newest message's wish, else (an analyst's first) the reporter's card.
static enum err recipient(struct cli *c, const struct talk *t, uint8_t to[static HPKE_PUBLIC])
{
	struct buf b;
	struct card card;
	buf_init(&b, CARD_MAX);
	enum err e = ERR_OK;
	if (has(t, "answer-to")) {
		e = get(c, t, "answer-to", HPKE_PUBLIC, &b);
		if (e == ERR_OK && b.n != HPKE_PUBLIC)
			e = why_set(&c->why, ERR_INPUT, "%s/answer-to: %zu bytes, not a key", t->folder, b.n);
		if (e == ERR_OK)
			memcpy(to, b.p, HPKE_PUBLIC);
	} else if (t->incoming == REPLY_TO_REPORTER) {
		e = why_set(&c->why, ERR_ABSENT,
		            "nobody has written about this record yet (`tocsin inbox` looks), so there is nobody to answer");
	} else {
		e = get(c, t, "card", CARD_MAX, &b);
		if (e == ERR_OK)
			e = card_decode(buf_slice(&b), charter_origin(platform_charter(c->platform)), &card, &c->why);
		if (e == ERR_OK)
			memcpy(to, card.sealing, HPKE_PUBLIC);
	}
	buf_free(&b);
	return e;
}

static enum err text_keep(struct cli *c, const struct talk *t, uint32_t number, struct slice text)
{
	struct json_writer w;
	struct buf out;
	char name[NAME_ROOM];
	buf_init(&out, MESSAGE_MAX);
	snprintf(name, sizeof name, "out-%04u.text", number);
	json_begin(&w, &out, true);
	json_open_object(&w, NULL);
	json_put_number(&w, "number", number);
	json_put_time(&w, "time", clock_now());
	json_put_text(&w, "text", text);
	json_close(&w);
	enum err e = json_end(&w, &c->why);
	if (e == ERR_OK)
		e = put(c, t, name, buf_slice(&out));
	buf_free(&out);
	return e;
}

// Seals under this number and keeps the filing.
static enum err seal(struct cli *c, const struct talk *t, uint32_t number, struct slice text)
{
	struct platform *p = c->platform;
	struct reply r = {.text = text};
	struct filing f = {.kind = FILING_REPLY};
	uint8_t to[HPKE_PUBLIC], tag[REPLY_TAG], blob[REPLY_BYTES];
	struct buf bytes;
	char name[NAME_ROOM];
	memcpy(r.from, p->card_id, CARD_ID);
	memcpy(r.answer_to, p->card.sealing, HPKE_PUBLIC);
	reply_tag(t->secret, t->incoming == REPLY_TO_REPORTER ? REPLY_TO_ANALYST : REPLY_TO_REPORTER, number, tag);
	enum err e = recipient(c, t, to);
	if (e == ERR_OK)
		e = reply_seal(&r, tag, to, p->signing_sk, charter_origin(platform_charter(p)), blob, &c->why);
	if (e == ERR_OK)
		e = text_keep(c, t, number, text);
	if (e != ERR_OK)
		return e;
	buf_init(&bytes, 2 * REPLY_BYTES);
	random_bytes(f.salt, sizeof f.salt);
	f.payload = slice_of(blob, sizeof blob);
	filing_encode(&f, &bytes);
	snprintf(name, sizeof name, "out-%04u", number);
	e = buf_status(&bytes) == ERR_OK ? put(c, t, name, buf_slice(&bytes)) : why_set(&c->why, ERR_SYSTEM, "out of memory");
	buf_free(&bytes);
	return e;
}

static enum err forward(struct cli *c, const struct talk *t, uint32_t number, unsigned *seat)
{
	struct filing f;
	struct receipt receipt;
	struct buf bytes;
	uint8_t encoded[RECEIPT_BYTES];
	char name[NAME_ROOM];
	buf_init(&bytes, 2 * REPLY_BYTES);
	snprintf(name, sizeof name, "out-%04u", number);
	cli_progress(c, "sending");
	enum err e = get(c, t, name, 2 * REPLY_BYTES, &bytes);
	if (e == ERR_OK)
		e = filing_decode(buf_slice(&bytes), &f, &c->why);
	if (e == ERR_OK)
		e = platform_file(c->platform, &f, seat, &receipt, &c->why);
	if (e == ERR_OK) {
		receipt_encode(&receipt, encoded);
		snprintf(name, sizeof name, "out-%04u.receipt", number);
		e = put(c, t, name, slice_of(encoded, sizeof encoded));
	} else if (e == ERR_EXISTS) { // another message has this tag: these bytes will never be taken
		char path[FILE_PATH_MAX];
		if (file_path(path, t->folder, name, NULL) != ERR_OK || file_remove(path, NULL) != ERR_OK)
			return why_set(&c->why, ERR_SYSTEM, "%s/%s cannot be removed", t->folder, name);
	}
	buf_free(&bytes);
	return e;
}

enum err talk_send(struct cli *c, const struct talk *t, struct slice text, uint32_t *number, unsigned *seat)
{
	uint8_t to[HPKE_PUBLIC];
	enum err e = recipient(c, t, to); // before a number is spent
	for (unsigned i = 0; e == ERR_OK && i < TRIES_MAX; i++) {
		e = number_take(c, t, number);
		if (e == ERR_OK)
			e = seal(c, t, *number, text);
		if (e == ERR_OK)
			e = forward(c, t, *number, seat);
		else
			return e;
		if (e != ERR_OK && e != ERR_EXISTS)
			return why_at(&c->why, e, "the message is kept, and `tocsin receipts --sync` sends it again");
		if (e == ERR_OK)
			return e;
		e = ERR_OK;
	}
	return e != ERR_OK ? e
	                   : why_set(&c->why, ERR_EXISTS,
	                             "%d numbers in a row are taken: somebody writes at the same time, or wastes tags", TRIES_MAX);
}

static enum err kept_text(struct cli *c, const struct talk *t, uint32_t number, struct buf *out)
{
	struct buf json;
	struct json root = {0};
	struct slice text = {0};
	char name[NAME_ROOM];
	buf_init(&json, MESSAGE_MAX);
	snprintf(name, sizeof name, "out-%04u.text", number);
	enum err e = get(c, t, name, MESSAGE_MAX, &json);
	if (e == ERR_OK)
		e = json_parse(buf_slice(&json), &root, &c->why);
	if (e == ERR_OK)
		e = json_get_text(&root, "text", &text, &c->why);
	buf_put_slice(out, text);
	json_free(&root);
	buf_free(&json);
	return e;
}

enum err talk_resend(struct cli *c, const struct talk *t, unsigned *sent)
{
	enum err e = ERR_OK;
	if (!has(t, "next"))
		return ERR_OK;
	for (uint32_t n = 0; e == ERR_OK && n < REPLY_ROUNDS_MAX; n++) {
		char name[NAME_ROOM], receipt[NAME_ROOM];
		unsigned seat;
		uint32_t other;
		snprintf(name, sizeof name, "out-%04u", n);
		snprintf(receipt, sizeof receipt, "out-%04u.receipt", n);
		if (!has(t, name) || has(t, receipt))
			continue;
		e = forward(c, t, n, &seat);
		if (e == ERR_EXISTS) {
			struct buf text;
			buf_init(&text, MESSAGE_MAX);
			e = kept_text(c, t, n, &text);
			if (e == ERR_OK)
				e = talk_send(c, t, buf_slice(&text), &other, &seat);
			buf_free(&text);
		}
		*sent += e == ERR_OK;
	}
	return e;
}
