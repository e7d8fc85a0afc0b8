// tocsin inbox: downloads every bulletin since the last one, whole, and looks in them for the tags that only this home knows.
#include <stdlib.h>
#include <time.h>

#include "crypto/secret.h"
#include "label.h"
#include "sys/clock.h"
#include "talk.h"

#define NUMBER_MAX 32
#define POLL_MS 250
#define WAIT_MAX 86400 // seconds

struct expected {
	uint8_t tag[REPLY_TAG];
	uint32_t number;
	size_t talk;
};

struct inbox {
	struct cli *c;
	struct talk *talk;
	size_t talks;
	struct expected *expected; // sorted by tag
	size_t tags;
	uint64_t last, newest;     // bulletins
	uint64_t wait_s;
	unsigned fresh, foreign, forged, lost;
	struct json_writer *json;
};

static int by_tag(const void *a, const void *b)
{
	return memcmp(((const struct expected *)a)->tag, ((const struct expected *)b)->tag, REPLY_TAG);
}

// Every tag of every conversation: two analysts may have skipped numbers.
static enum err expect(struct inbox *x)
{
	x->expected = calloc(x->talks * REPLY_ROUNDS_MAX + 1, sizeof *x->expected);
	if (x->expected == NULL)
		return why_set(&x->c->why, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < x->talks; i++)
		for (uint32_t n = 0; n < REPLY_ROUNDS_MAX; n++) {
			struct expected *e = &x->expected[x->tags++];
			*e = (struct expected){.number = n, .talk = i};
			reply_tag(x->talk[i].secret, x->talk[i].incoming, n, e->tag);
		}
	qsort(x->expected, x->tags, sizeof *x->expected, by_tag);
	return ERR_OK;
}

static enum err last_read(struct inbox *x, bool again)
{
	char path[FILE_PATH_MAX];
	struct buf text;
	buf_init(&text, NUMBER_MAX);
	enum err e = file_path(path, x->c->platform->home, "bulletin", &x->c->why);
	if (e == ERR_OK && !again && file_has(path)) {
		e = file_read(path, NUMBER_MAX, &text, &x->c->why);
		if (e == ERR_OK && !num_parse(slice_trim(buf_slice(&text)), 0, INT64_MAX, &x->last))
			e = why_set(&x->c->why, ERR_INPUT, "%s: not the number of a bulletin", path);
	}
	buf_free(&text);
	return e;
}

static enum err last_write(struct inbox *x)
{
	char path[FILE_PATH_MAX], text[NUMBER_MAX];
	int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)x->last);
	enum err e = file_path(path, x->c->platform->home, "bulletin", &x->c->why);
	return e == ERR_OK ? file_write(path, slice_of(text, (size_t)n), FILE_SECRET, &x->c->why) : e;
}

// --- Showing ---------------------------------------------------------------------------------------------

static enum err show(struct cli *c, const struct talk *t, const struct message *m, void *context)
{
	struct inbox *x = context;
	struct card card;
	struct buf bytes;
	buf_init(&bytes, CARD_MAX);
	bool known = platform_card(c->platform, m->from, &card, &bytes, NULL) == ERR_OK;
	buf_free(&bytes);
	if (x->json != NULL) {
		json_open_object(x->json, NULL);
		json_put_hex(x->json, "id", slice_of(t->id, RECORD_ID));
		json_put_string(x->json, "title", t->title);
		json_put_number(x->json, "number", m->number);
		json_put_hex(x->json, "from", slice_of(m->from, CARD_ID));
		if (known) {
			json_put_string(x->json, "name", card.name);
			json_put_string(x->json, "organisation", card.organisation);
			json_put_string(x->json, "country", card.country);
		}
		json_put_time(x->json, "time", m->time);
		json_put_text(x->json, "text", buf_slice(&m->text));
		json_close(x->json);
		return ERR_OK;
	}
	cli_progress_end(c);
	printf("%s  %s\n", cli_dim(cli_time(m->time)), t->title);
	printf("record %s\n", cli_hex(t->id, RECORD_ID));
	if (known)
		printf("from   %s, %s, %s%s\n", card.name, card.organisation, card.country,
		       t->incoming == REPLY_TO_REPORTER ? " (analyst)" : " (reporter)");
	else
		printf("from   card %s\n", cli_hex(m->from, CARD_ID));
	printf("\n%.*s\n\n", SLICE_ARGS(buf_slice(&m->text)));
	return ERR_OK;
}

// --- Reading ---------------------------------------------------------------------------------------------

// Opens, verifies and keeps one. Sealed to another analyst's key: not for us. From nobody, or badly signed: counted and dropped.
static enum err take(struct inbox *x, const struct expected *found, const uint8_t blob[static REPLY_BYTES], uint64_t time)
{
	struct cli *c = x->c;
	struct slice origin = charter_origin(platform_charter(c->platform));
	uint8_t room[REPLY_ROOM], signature[SIGN_BYTES];
	struct reply r;
	struct card card;
	struct buf bytes;
	struct message m = {.number = found->number, .time = time};
	if (reply_open(blob, c->platform->sealing_sk, origin, room, &r, signature, &c->why) != ERR_OK) {
		x->foreign++;
		return ERR_OK;
	}
	buf_init(&bytes, CARD_MAX);
	buf_init(&m.text, REPLY_TEXT_MAX);
	enum err e = platform_card(c->platform, r.from, &card, &bytes, &c->why);
	bool genuine = e == ERR_OK && reply_check(&r, found->tag, card.signing, origin, signature);
	x->forged += !genuine && e != ERR_AWAY && e != ERR_SYSTEM;
	if (e != ERR_AWAY && e != ERR_SYSTEM)
		e = ERR_OK;
	if (e == ERR_OK && genuine) {
		memcpy(m.from, r.from, CARD_ID);
		memcpy(m.answer_to, r.answer_to, HPKE_PUBLIC);
		buf_put_slice(&m.text, r.text);
		e = talk_receive(c, &x->talk[found->talk], &m);
		if (e == ERR_OK) {
			x->fresh++;
			e = show(c, &x->talk[found->talk], &m, x);
		}
		e = e == ERR_EXISTS ? ERR_OK : e;
	}
	buf_free(&m.text);
	buf_free(&bytes);
	secret_wipe(room, sizeof room);
	return e;
}

static enum err bulletin_read(struct inbox *x, struct slice bytes)
{
	struct bulletin b;
	enum err e = bulletin_decode(bytes, &b, &x->c->why);
	if (e == ERR_OK && b.number != x->last + 1)
		e = why_set(&x->c->why, ERR_AUTH, "hub: asked for bulletin %llu, it gave %llu", (unsigned long long)x->last + 1,
		            (unsigned long long)b.number);
	for (uint32_t i = 0; e == ERR_OK && i < b.count; i++) {
		struct expected key;
		memcpy(key.tag, b.blob[i], REPLY_TAG);
		const struct expected *found = bsearch(&key, x->expected, x->tags, sizeof key, by_tag);
		if (found != NULL)
			e = take(x, found, b.blob[i], b.time);
	}
	return e;
}

static enum err ask(struct inbox *x, uint64_t number, struct buf *answer)
{
	struct buf body;
	buf_init(&body, 16);
	hub_bulletin_ask(number, &body);
	enum err e = platform_ask_hub(x->c->platform, HUB_BULLETIN, buf_slice(&body), answer, &x->c->why);
	buf_free(&body);
	if (e == ERR_OK && answer->n < 8)
		return why_set(&x->c->why, ERR_INPUT, "hub: an answer of %zu bytes about bulletins", answer->n);
	return e;
}

static enum err newest(struct inbox *x)
{
	struct buf answer;
	buf_init(&answer, 64);
	enum err e = ask(x, 0, &answer);
	x->newest = 0;
	for (size_t i = 0; e == ERR_OK && i < 8; i++)
		x->newest = x->newest << 8 | answer.p[i];
	buf_free(&answer);
	return e;
}

static enum err bulletins(struct inbox *x)
{
	enum err e = newest(x);
	while (e == ERR_OK && x->last < x->newest) {
		struct buf answer;
		buf_init(&answer, hub_question(HUB_BULLETIN)->answer_max);
		cli_progress(x->c, "bulletin %llu of %llu", (unsigned long long)x->last + 1, (unsigned long long)x->newest);
		e = ask(x, x->last + 1, &answer);
		if (e == ERR_OK)
			e = bulletin_read(x, slice_part(buf_slice(&answer), 8, answer.n));
		x->lost += e == ERR_ABSENT; // older than the hub keeps
		if (e == ERR_OK || e == ERR_ABSENT) {
			x->last++;
			e = last_write(x);
		}
		buf_free(&answer);
	}
	return e;
}

static enum err bulletins_until(struct inbox *x)
{
	uint64_t end = clock_monotonic_ms() + x->wait_s * 1000;
	for (;;) {
		enum err e = bulletins(x);
		if (e != ERR_OK || x->fresh > 0 || clock_monotonic_ms() >= end)
			return e;
		cli_progress(x->c, "bulletin %llu: nothing yet", (unsigned long long)x->last);
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
}

static void counts(const struct inbox *x)
{
	if (x->fresh == 0)
		printf("no new message (%s)\n", label_count(x->talks, "conversation", "conversations"));
	if (x->foreign > 0)
		printf("%s to other analysts of these records\n", label_count(x->foreign, "message", "messages"));
	if (x->forged > 0)
		printf("%s: %s under a tag of ours with a false signature\n", cli_bad("refused"),
		       label_count(x->forged, "message", "messages"));
	if (x->lost > 0)
		printf("%s the hub no longer keeps\n", label_count(x->lost, "bulletin", "bulletins"));
}

static int all_kept(struct inbox *x)
{
	for (size_t i = 0; i < x->talks; i++) {
		enum err e = talk_received(x->c, &x->talk[i], show, x);
		if (e != ERR_OK)
			return cli_fail(x->c, e);
	}
	return CLI_OK;
}

static int read_it(struct inbox *x, bool all, bool again)
{
	struct cli *c = x->c;
	enum err e = talk_all(c, &x->talk, &x->talks);
	if (e == ERR_OK && all)
		return all_kept(x);
	if (e == ERR_OK)
		e = expect(x);
	if (e == ERR_OK)
		e = last_read(x, again);
	if (e == ERR_OK)
		e = bulletins_until(x);
	if (e != ERR_OK)
		return cli_fail(c, e);
	cli_progress_end(c);
	if (x->json == NULL)
		counts(x);
	return CLI_OK;
}

static int run(struct cli *c)
{
	bool all = false, again = false;
	struct inbox x = {.c = c};
	const struct cli_option table[] = {
		{0, "all", CLI_FLAG, &all, 0}, {0, "again", CLI_FLAG, &again, 0}, {0, "wait", CLI_NUMBER, &x.wait_s, 0}, {0}};
	struct json_writer w;
	struct buf out;
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 0)
		return cli_usage(c, "no argument is wanted");
	if (x.wait_s > WAIT_MAX)
		return cli_usage(c, "--wait %llu: at most %d seconds", (unsigned long long)x.wait_s, WAIT_MAX);
	enum err e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_follow(c);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (c->json) {
		cli_json_begin(&w, &out);
		json_open_object(&w, NULL);
		json_open_array(&w, "messages");
		x.json = &w;
	}
	int status = read_it(&x, all, again);
	if (c->json) {
		json_close(&w);
		json_close(&w);
		status = status == CLI_OK ? cli_json_end(c, &w, &out) : (buf_free(&out), status);
	}
	if (x.expected != NULL)
		secret_wipe(x.expected, x.tags * sizeof *x.expected);
	free(x.expected);
	talk_free(x.talk, x.talks);
	return status;
}

const struct verb verb_inbox = {"inbox", "[--wait SECONDS] [--all] [--again]",
                                "messages about the records that were filed or opened here", run};
