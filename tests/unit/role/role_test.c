#include "test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "role/channel.h"
#include "sys/clock.h"

#define MAX 100000
#define LINKS 4
#define THREADS 16
#define CALLS 200
#define PATIENT_MS 20000

static void put_head(uint8_t head[FRAME_HEAD], uint32_t n, uint16_t kind, uint64_t id)
{
	for (unsigned i = 0; i < 4; i++)
		head[i] = (uint8_t)(n >> (24 - 8 * i));
	head[4] = (uint8_t)(kind >> 8);
	head[5] = (uint8_t)kind;
	for (unsigned i = 0; i < 8; i++)
		head[6 + i] = (uint8_t)(id >> (56 - 8 * i));
}

// Two frames in a row, cut at every byte, come out whole.
static void test_cuts(void)
{
	uint8_t bytes[2 * FRAME_HEAD + 5];
	put_head(bytes, 5, 7, 0x0102030405060708);
	memcpy(bytes + FRAME_HEAD, "hello", 5);
	put_head(bytes + FRAME_HEAD + 5, 0, 8, 9);
	for (size_t cut = 0; cut <= sizeof bytes; cut++) {
		struct frame_reader r;
		struct frame f = {0};
		struct why why;
		unsigned whole = 0;
		frame_reader_init(&r, 5);
		for (size_t at = 0, used = 0; at < sizeof bytes; at += used) {
			struct slice piece = at < cut ? slice_of(bytes + at, cut - at) : slice_of(bytes + at, sizeof bytes - at);
			bool complete;
			REQUIRE(frame_take(&r, piece, &used, &complete, &f, &why) == ERR_OK);
			if (complete && ++whole == 1)
				CHECK(f.kind == 7 && f.id == 0x0102030405060708 && slice_is_text(f.payload, "hello"));
		}
		CHECK_SAY(whole == 2 && f.kind == 8 && f.id == 9 && f.payload.n == 0, "cut at %zu", cut);
		frame_reader_done(&r);
	}
}

static void test_refused_frames(void)
{
	static const struct {
		uint32_t n;
		uint16_t kind;
		enum err e;
	} rows[] = {
		{10, 1, ERR_OK}, {0, 1, ERR_OK}, {10, 0xffff, ERR_OK},
		{11, 1, ERR_LIMIT}, {FRAME_MAX, 1, ERR_LIMIT}, {UINT32_MAX, 1, ERR_LIMIT}, {0x80000000, 1, ERR_LIMIT}, {0, 0, ERR_INPUT},
		{10, 0, ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct frame_reader r;
		struct frame f;
		struct why why;
		size_t used;
		bool complete;
		uint8_t head[FRAME_HEAD];
		put_head(head, rows[i].n, rows[i].kind, 1);
		frame_reader_init(&r, 10);
		CHECK(frame_take(&r, slice_of(head, sizeof head), &used, &complete, &f, &why) == rows[i].e);
		frame_reader_done(&r);
	}
}

static void test_refusals(void)
{
	struct why why = {"seat 3: no"}, back;
	struct buf b;
	buf_init(&b, 1000);
	frame_put_refusal(&b, ERR_DENIED, &why);
	struct slice s = buf_slice(&b);
	CHECK(frame_refusal(s, &back) == ERR_DENIED);
	CHECK_TEXT(back.text, "seat 3: no");
	for (size_t n = 0; n < s.n; n++)
		CHECK(frame_refusal(slice_part(s, 0, n), &back) == ERR_SYSTEM);
	buf_put_u8(&b, 0);
	CHECK(frame_refusal(buf_slice(&b), &back) == ERR_SYSTEM);
	b.p[0] = ERR_OK;
	CHECK(frame_refusal(slice_part(buf_slice(&b), 0, b.n - 1), &back) == ERR_SYSTEM);
	b.p[0] = ERR_SYSTEM + 1;
	CHECK(frame_refusal(slice_part(buf_slice(&b), 0, b.n - 1), &back) == ERR_SYSTEM);
	buf_free(&b);
}

enum { ASK_ECHO = 1, ASK_DENY, ASK_FILL, ASK_SMALL, ASK_OTHER, ASK_SLOW };

static enum err answer_echo(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)context, (void)why;
	buf_put_slice(reply, payload);
	return ERR_OK;
}

static enum err answer_deny(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)context;
	buf_put_text(reply, "never sent");
	return why_set(why, ERR_DENIED, "%.*s: no", SLICE_ARGS(payload));
}

static enum err answer_fill(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)context, (void)payload, (void)why;
	buf_put_zeros(reply, MAX + 1);
	return ERR_OK;
}

// Waits until the test writes to the pipe whose reading end is the context.
static enum err answer_slow(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)payload, (void)why;
	struct pollfd p = {.fd = *(int *)context, .events = POLLIN};
	poll(&p, 1, PATIENT_MS);
	buf_put_text(reply, "late");
	return ERR_OK;
}

static const struct channel_question questions[] = {
	{ASK_ECHO, MAX, NULL, answer_echo},
	{ASK_DENY, 100, NULL, answer_deny},
	{ASK_FILL, 0, NULL, answer_fill},
	{ASK_SMALL, 4, "client", answer_echo},
	{ASK_OTHER, 4, "somebody", answer_echo},
	{ASK_SLOW, 0, NULL, answer_slow},
	{0},
};

// A server in a thread of its own, and the client's ends.
struct pair {
	pthread_t thread;
	struct channel_link links[LINKS];
	struct channel_server s;
	int client[LINKS], stop[2], gate[2];
	unsigned ticks;
	enum err result;
	struct why why;
};

static void *serve(void *pair)
{
	struct pair *p = pair;
	p->result = channel_serve(&p->s, &p->why);
	return NULL;
}

static bool start(struct pair *p)
{
	bool ok = pipe(p->stop) == 0 && pipe(p->gate) == 0;
	for (unsigned i = 0; i < LINKS && ok; i++) {
		int fds[2];
		ok = socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0;
		p->client[i] = fds[0];
		p->links[i] = (struct channel_link){fds[1], "client", MAX};
	}
	p->s = (struct channel_server){.questions = questions, .links = p->links, .count = LINKS, .stop = p->stop[0],
		.context = &p->gate[0]};
	p->result = ERR_SYSTEM;
	return ok && pthread_create(&p->thread, NULL, serve, p) == 0;
}

static enum err finish(struct pair *p)
{
	close(p->stop[1]);
	CHECK(pthread_join(p->thread, NULL) == 0);
	close(p->stop[0]);
	for (unsigned i = 0; i < LINKS; i++)
		close(p->links[i].fd);
	close(p->gate[0]);
	close(p->gate[1]);
	return p->result;
}

static void test_questions(void)
{
	static const struct {
		uint16_t kind;
		const char *payload;
		enum err e;
		const char *text;
	} rows[] = {
		{ASK_ECHO, "", ERR_OK, ""},
		{ASK_ECHO, "abc", ERR_OK, "abc"},
		{ASK_SMALL, "1234", ERR_OK, "1234"},
		{ASK_SMALL, "12345", ERR_LIMIT, "question 4: 5 bytes: at most 4"},
		{ASK_DENY, "seat", ERR_DENIED, "seat: no"},
		{ASK_FILL, "", ERR_LIMIT, "answer to question 3: over 100000 bytes"},
		{ASK_OTHER, "", ERR_DENIED, "question 5: not for client to ask"},
		{99, "", ERR_INPUT, "question 99: no such question"},
		{FRAME_KIND_MAX, "", ERR_INPUT, "question 32766: no such question"},
	};
	struct pair p;
	struct channel *c;
	struct why why;
	REQUIRE(start(&p));
	REQUIRE(channel_new(p.client, LINKS, MAX, &c, &why) == ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf answer;
		buf_init(&answer, MAX);
		enum err e = channel_call(c, rows[i].kind, slice_text(rows[i].payload), &answer, PATIENT_MS, &why);
		CHECK_SAY(e == rows[i].e, "row %zu: %s", i, why.text);
		if (e == ERR_OK)
			CHECK(slice_is_text(buf_slice(&answer), rows[i].text));
		else
			CHECK_TEXT(why.text, rows[i].text);
		buf_free(&answer);
	}
	struct buf big;
	buf_init(&big, MAX + 1);
	buf_put_zeros(&big, MAX + 1);
	CHECK(channel_call(c, ASK_ECHO, buf_slice(&big), NULL, PATIENT_MS, &why) == ERR_LIMIT);
	CHECK(channel_call(c, ASK_ECHO, slice_part(buf_slice(&big), 0, MAX), NULL, PATIENT_MS, &why) == ERR_OK);
	buf_free(&big);
	CHECK(finish(&p) == ERR_OK);
	CHECK(channel_call(c, ASK_ECHO, slice_of(NULL, 0), NULL, PATIENT_MS, &why) == ERR_AWAY); // the server has gone
	channel_free(c);
}

static void *ask_many(void *channel)
{
	struct why why;
	uintptr_t bad = 0;
	for (unsigned i = 0; i < CALLS; i++) {
		uint8_t payload[3000];
		size_t n = (i * 37u) % sizeof payload;
		memset(payload, (int)(i + (uintptr_t)&why / 64), n);
		struct buf answer;
		buf_init(&answer, MAX);
		if (channel_call(channel, ASK_ECHO, slice_of(payload, n), &answer, PATIENT_MS, &why) != ERR_OK ||
			!slice_equal(buf_slice(&answer), slice_of(payload, n)))
			bad++;
		buf_free(&answer);
	}
	return (void *)bad;
}

static void test_threads(void)
{
	struct pair p;
	struct channel *c;
	struct why why;
	pthread_t threads[THREADS];
	REQUIRE(start(&p));
	REQUIRE(channel_new(p.client, LINKS, MAX, &c, &why) == ERR_OK);
	for (unsigned i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&threads[i], NULL, ask_many, c) == 0);
	for (unsigned i = 0; i < THREADS; i++) {
		void *bad;
		REQUIRE(pthread_join(threads[i], &bad) == 0);
		CHECK_SAY(bad == NULL, "%zu answers of %d are wrong", (size_t)(uintptr_t)bad, CALLS);
	}
	channel_free(c);
	CHECK(finish(&p) == ERR_OK);
}

// An answer that comes after its question was given up is not taken for the next one's.
static void test_late(void)
{
	struct pair p;
	struct channel *c;
	struct why why;
	struct buf answer;
	buf_init(&answer, MAX);
	REQUIRE(start(&p));
	REQUIRE(channel_new(p.client, 1, MAX, &c, &why) == ERR_OK);
	CHECK(channel_call(c, ASK_SLOW, slice_of(NULL, 0), &answer, 20, &why) == ERR_AWAY);
	CHECK(answer.n == 0);
	CHECK(write(p.gate[1], "x", 1) == 1);
	CHECK(channel_call(c, ASK_ECHO, SLICE_LITERAL("now"), &answer, PATIENT_MS, &why) == ERR_OK);
	CHECK(slice_is_text(buf_slice(&answer), "now"));
	buf_free(&answer);
	channel_free(c);
	for (unsigned i = 1; i < LINKS; i++)
		close(p.client[i]);
	CHECK(finish(&p) == ERR_OK);
}

// What a role that was taken over may send.
static void test_hostile(void)
{
	static const struct {
		uint32_t n;
		uint16_t kind;
		enum err e;
	} rows[] = {
		{MAX + 1, 1, ERR_LIMIT}, {UINT32_MAX, 1, ERR_LIMIT}, {0, 0, ERR_INPUT}, {0, 0x8001, ERR_INPUT},
		{0, FRAME_ERROR, ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pair p;
		uint8_t head[FRAME_HEAD];
		REQUIRE(start(&p));
		put_head(head, rows[i].n, rows[i].kind, 1);
		CHECK(send(p.client[0], head, sizeof head, MSG_NOSIGNAL) == sizeof head);
		CHECK(pthread_join(p.thread, NULL) == 0);
		CHECK_SAY(p.result == rows[i].e, "row %zu: %s", i, p.why.text);
		REQUIRE(pthread_create(&p.thread, NULL, serve, &p) == 0); // finish() joins once more
		CHECK(finish(&p) == ERR_OK);
		for (unsigned n = 0; n < LINKS; n++)
			close(p.client[n]);
	}
}

// Half a frame keeps nobody waiting, and a client that goes in the middle of one is forgotten.
static void test_half(void)
{
	struct pair p;
	struct channel *c;
	struct why why;
	uint8_t head[FRAME_HEAD];
	REQUIRE(start(&p));
	put_head(head, 100, ASK_ECHO, 1);
	CHECK(send(p.client[0], head, 9, MSG_NOSIGNAL) == 9);
	CHECK(send(p.client[1], head, FRAME_HEAD, MSG_NOSIGNAL) == FRAME_HEAD);
	REQUIRE(channel_new(p.client + 2, 2, MAX, &c, &why) == ERR_OK);
	CHECK(channel_call(c, ASK_ECHO, SLICE_LITERAL("a"), NULL, PATIENT_MS, &why) == ERR_OK);
	close(p.client[0]);
	CHECK(channel_call(c, ASK_ECHO, SLICE_LITERAL("a"), NULL, PATIENT_MS, &why) == ERR_OK);
	close(p.client[1]);
	channel_free(c); // now all have gone, and the server ends by itself
	CHECK(pthread_join(p.thread, NULL) == 0);
	CHECK(p.result == ERR_OK);
	REQUIRE(pthread_create(&p.thread, NULL, serve, &p) == 0);
	CHECK(finish(&p) == ERR_OK);
}

// Answers that are not to the question cut the link: the client must never take another's answer for its own.
static void test_false_server(void)
{
	static const struct {
		uint16_t kind;
		uint64_t id;
	} rows[] = {{ASK_ECHO, 1}, {ASK_DENY | FRAME_ANSWER, 1}, {ASK_ECHO | FRAME_ANSWER, 2}, {0, 1}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int fds[2];
		uint8_t head[FRAME_HEAD];
		struct channel *c;
		struct why why;
		REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
		REQUIRE(channel_new(fds, 1, MAX, &c, &why) == ERR_OK);
		put_head(head, 0, rows[i].kind, rows[i].id);
		CHECK(send(fds[1], head, sizeof head, 0) == sizeof head);
		enum err e = channel_call(c, ASK_ECHO, slice_of(NULL, 0), NULL, PATIENT_MS, &why);
		CHECK_SAY(e == ERR_SYSTEM || e == ERR_INPUT, "row %zu: %s", i, why.text);
		CHECK(channel_call(c, ASK_ECHO, slice_of(NULL, 0), NULL, PATIENT_MS, &why) == ERR_AWAY);
		channel_free(c);
		close(fds[1]);
	}
}

static void on_tick(void *pair)
{
	struct pair *p = pair;
	if (++p->ticks == 3)
		close(p->stop[1]);
}

static void test_tick(void)
{
	struct pair p = {.ticks = 0};
	REQUIRE(pipe(p.stop) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, p.client) == 0);
	struct channel_link link = {p.client[1], "client", MAX};
	struct channel_server s = {.questions = questions, .context = &p, .links = &link, .count = 1, .stop = p.stop[0],
		.tick = on_tick, .tick_ms = 5};
	CHECK(channel_serve(&s, &p.why) == ERR_OK);
	CHECK(p.ticks == 3);
	close(p.stop[0]);
	close(p.client[0]);
	close(p.client[1]);
}

// --- Questions that share a settle ---------------------------------------------------------------------------------------------

enum { ASK_GROUP = 20, ASK_LOOK };

struct grouped {
	char order[16]; // g: a grouped question answered, s: settled, e: another question answered
	size_t n;
	enum err settle;
};

static enum err answer_group(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	struct grouped *g = context;
	g->order[g->n++] = 'g';
	if (payload.n == 0)
		return why_set(why, ERR_INPUT, "empty");
	buf_put_slice(reply, payload);
	return ERR_OK;
}

static enum err answer_look(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	struct grouped *g = context;
	(void)payload, (void)why;
	g->order[g->n++] = 'e';
	buf_put_text(reply, "looked");
	return ERR_OK;
}

static enum err settle_group(void *context, struct why *why)
{
	struct grouped *g = context;
	g->order[g->n++] = 's';
	return g->settle == ERR_OK ? ERR_OK : why_set(why, g->settle, "the disk is full");
}

static const struct channel_question grouped_questions[] = {
	{ASK_LOOK, 0, NULL, answer_look, NULL}, {ASK_GROUP, MAX, NULL, answer_group, settle_group}, {0}};

// All four questions lie there when the server begins. One of the group is refused by itself, the other is asked first.
static void test_settle(void)
{
	static const struct {
		enum err settle, want;
		const char *text;
	} rows[] = {{ERR_OK, ERR_OK, "23"}, {ERR_SYSTEM, ERR_SYSTEM, "the disk is full"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static const struct { uint16_t kind; const char *payload; } asked[LINKS] = {{ASK_LOOK, ""}, {ASK_GROUP, "1"}, {ASK_GROUP, ""}, {ASK_GROUP, "23"}};
		struct grouped g = {.settle = rows[i].settle};
		struct channel_link links[LINKS];
		struct why why;
		int client[LINKS];
		for (unsigned k = 0; k < LINKS; k++) {
			int fds[2];
			REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
			client[k] = fds[0];
			links[k] = (struct channel_link){fds[1], "client", MAX};
			REQUIRE(frame_send(client[k], (struct frame){asked[k].kind, k + 1, slice_text(asked[k].payload)}, PATIENT_MS, &why) == ERR_OK);
			REQUIRE(shutdown(client[k], SHUT_WR) == 0); // the server ends when it has read all
		}
		struct channel_server s = {.questions = grouped_questions, .context = &g, .links = links, .count = LINKS, .stop = -1};
		CHECK(channel_serve(&s, &why) == ERR_OK);
		CHECK_TEXT(g.order, "gggse");
		for (unsigned k = 0; k < LINKS; k++) {
			struct frame_reader r;
			struct frame f;
			frame_reader_init(&r, MAX);
			REQUIRE(frame_receive(client[k], &r, PATIENT_MS, &f, &why) == ERR_OK);
			enum err want = k == 0 ? ERR_OK : k == 2 ? ERR_INPUT : rows[i].want;
			CHECK(f.id == k + 1 && (f.kind == FRAME_ERROR) == (want != ERR_OK));
			if (f.kind == FRAME_ERROR)
				CHECK(frame_refusal(f.payload, &why) == want);
			if (k == 3)
				CHECK_TEXT(want == ERR_OK ? (f.payload.n == 2 ? "23" : "?") : why.text, rows[i].text);
			frame_reader_done(&r);
			close(client[k]);
			close(links[k].fd);
		}
	}
}

const struct test tests[] = {
	{"cuts", test_cuts},
	{"refused_frames", test_refused_frames},
	{"refusals", test_refusals},
	{"questions", test_questions},
	{"threads", test_threads},
	{"late", test_late},
	{"hostile", test_hostile},
	{"half", test_half},
	{"false_server", test_false_server},
	{"tick", test_tick},
	{"settle", test_settle},
	{NULL, NULL},
};
