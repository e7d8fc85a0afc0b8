// The server half of a channel: one thread, one question after the other.
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "role/channel.h"
#include "sys/clock.h"

// An answer that waits for its settle.
struct held {
	bool waits;
	uint16_t kind;
	uint64_t id;
	struct buf reply; // wiped when freed
};

struct serving {
	const struct channel_server *s;
	struct held held[CHANNEL_LINKS_SERVED];
	struct frame asked[CHANNEL_LINKS_SERVED]; // kind 0: nothing
	struct frame_reader readers[CHANNEL_LINKS_SERVED];
	struct pollfd polled[CHANNEL_LINKS_SERVED + 1]; // the last one is the stop
	unsigned open;
	uint64_t next_tick;
};

static const struct channel_question *find_question(const struct channel_server *s, uint16_t kind)
{
	for (const struct channel_question *q = s->questions; q->kind != 0; q++)
		if (q->kind == kind)
			return q;
	return NULL;
}

static enum err answer_question(const struct channel_server *s, const char *from, struct frame f, struct buf *reply,
	struct why *why)
{
	const struct channel_question *q = find_question(s, f.kind);
	if (q == NULL)
		return why_set(why, ERR_INPUT, "question %u: no such question", f.kind);
	if (q->from != NULL && strcmp(q->from, from) != 0)
		return why_set(why, ERR_DENIED, "question %u: not for %s to ask", f.kind, from);
	if (f.payload.n > q->max)
		return why_set(why, ERR_LIMIT, "question %u: %zu bytes: at most %zu", f.kind, f.payload.n, q->max);
	enum err e = q->answer(s->context, f.payload, reply, why);
	if (e != ERR_OK)
		return e;
	e = buf_status(reply);
	return e == ERR_OK ? e : why_set(why, e, "answer to question %u: over %zu bytes", f.kind, reply->max);
}

static enum err send_back(const struct channel_link *l, struct frame asked, enum err result, struct slice reply,
	const struct why *refused, struct why *why)
{
	struct buf refusal;
	struct frame back = {asked.kind | FRAME_ANSWER, asked.id, reply};
	buf_init(&refusal, 3 + WHY_MAX);
	if (result != ERR_OK) {
		frame_put_refusal(&refusal, result, refused);
		INVARIANT(buf_status(&refusal) == ERR_OK);
		back = (struct frame){FRAME_ERROR, asked.id, buf_slice(&refusal)};
	}
	enum err e = frame_send(l->fd, back, CHANNEL_SEND_MS, why);
	buf_free(&refusal);
	return e;
}

static void cut(struct serving *v, unsigned i)
{
	// Told to the client now; the descriptor itself is closed by its owner.
	shutdown(v->polled[i].fd, SHUT_RDWR);
	v->polled[i].fd = -1;
	frame_reader_done(&v->readers[i]);
	v->open--;
}

// At most one question of one client, so that none can keep the others waiting.
static enum err take(struct serving *v, unsigned i, struct why *why)
{
	const struct channel_link *l = &v->s->links[i];
	enum err e = frame_receive(l->fd, &v->readers[i], 0, &v->asked[i], why);
	if (e == ERR_OK)
		return (v->asked[i].kind & FRAME_ANSWER) == 0
			? ERR_OK : why_set(why, ERR_INPUT, "role %s: question of kind %u", l->from, v->asked[i].kind);
	const struct frame lost = v->asked[i];
	v->asked[i].kind = 0;
	if (e == ERR_SYSTEM) { // of one question there was no room for: the others are answered
		struct why refused = *why, away;
		if (send_back(l, lost, e, slice_of(NULL, 0), &refused, &away) != ERR_OK)
			cut(v, i);
		return ERR_OK;
	}
	if (e != ERR_AWAY)
		return why_at(why, e, "role %s", l->from);
	char c;
	ssize_t n = recv(l->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		cut(v, i);
	return ERR_OK;
}

static void respond(struct serving *v, unsigned i)
{
	const struct channel_link *l = &v->s->links[i];
	const struct channel_question *q = find_question(v->s, v->asked[i].kind);
	struct why refused = {""}, away;
	struct held *h = &v->held[i];
	buf_init_secret(&h->reply, l->max);
	enum err e = answer_question(v->s, l->from, v->asked[i], &h->reply, &refused);
	h->waits = e == ERR_OK && q->settle != NULL;
	h->kind = v->asked[i].kind;
	h->id = v->asked[i].id;
	bool sent = h->waits || send_back(l, v->asked[i], e, buf_slice(&h->reply), &refused, &away) == ERR_OK;
	if (!h->waits)
		buf_free(&h->reply);
	v->asked[i].kind = 0;
	frame_reader_drop(&v->readers[i]);
	if (!sent) // this client did not take its answer
		cut(v, i);
}

// The answers that wait leave, or one refusal for all of them.
static void settle(struct serving *v, enum err (*settle_all)(void *context, struct why *why))
{
	struct why why = {""}, away;
	enum err e = settle_all(v->s->context, &why);
	for (unsigned i = 0; i < v->s->count; i++) {
		struct held *h = &v->held[i];
		if (!h->waits)
			continue;
		h->waits = false;
		if (send_back(&v->s->links[i], (struct frame){.kind = h->kind, .id = h->id}, e, buf_slice(&h->reply), &why, &away) != ERR_OK)
			cut(v, i);
		buf_free(&h->reply);
	}
}

// Runs the tick when it is due; milliseconds until the next one, -1 for ever.
static int tick(struct serving *v)
{
	if (v->s->tick == NULL)
		return -1;
	uint64_t now = clock_monotonic_ms();
	if (now >= v->next_tick) {
		v->s->tick(v->s->context);
		now = clock_monotonic_ms();
		v->next_tick = now + v->s->tick_ms;
	}
	return (int)(v->next_tick - now);
}

// First the questions that share a settle, then the others.
static enum err serve_ready(struct serving *v, struct why *why)
{
	enum err (*settle_all)(void *context, struct why *why) = NULL;
	enum err e = ERR_OK;
	for (unsigned i = 0; i < v->s->count && e == ERR_OK; i++)
		if (v->polled[i].fd >= 0 && v->polled[i].revents != 0)
			e = take(v, i, why);
	for (unsigned i = 0; i < v->s->count && e == ERR_OK; i++) {
		const struct channel_question *q = v->asked[i].kind != 0 ? find_question(v->s, v->asked[i].kind) : NULL;
		if (q == NULL || q->settle == NULL)
			continue;
		INVARIANT(settle_all == NULL || settle_all == q->settle);
		settle_all = q->settle;
		respond(v, i);
	}
	if (settle_all != NULL)
		settle(v, settle_all);
	for (unsigned i = 0; i < v->s->count && e == ERR_OK; i++)
		if (v->asked[i].kind != 0)
			respond(v, i);
	return e;
}

static enum err loop(struct serving *v, struct why *why)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && v->open > 0) {
		int n = poll(v->polled, v->s->count + 1, tick(v));
		if (n < 0 && errno != EINTR)
			return why_set(why, ERR_SYSTEM, "poll: %s", strerror(errno));
		if (n > 0 && v->polled[v->s->count].revents != 0)
			return ERR_OK;
		if (n > 0)
			e = serve_ready(v, why);
	}
	return e;
}

enum err channel_serve(const struct channel_server *s, struct why *why)
{
	INVARIANT(s->count <= CHANNEL_LINKS_SERVED);
	struct serving v = {.s = s, .open = s->count, .next_tick = clock_monotonic_ms() + s->tick_ms};
	for (unsigned i = 0; i < s->count; i++) {
		v.polled[i] = (struct pollfd){.fd = s->links[i].fd, .events = POLLIN};
		frame_reader_init(&v.readers[i], s->links[i].max);
	}
	v.polled[s->count] = (struct pollfd){.fd = s->stop, .events = POLLIN};
	enum err e = loop(&v, why);
	for (unsigned i = 0; i < s->count; i++)
		if (v.polled[i].fd >= 0)
			frame_reader_done(&v.readers[i]);
	return e;
}
