// The server half of a channel: one thread, one question after the other.
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "role/channel.h"
#include "sys/clock.h"

struct serving {
	const struct channel_server *s;
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

// ERR_AWAY: this client did not take its answer.
static enum err respond(const struct channel_server *s, const struct channel_link *l, struct frame f, struct why *why)
{
	struct why refused = {""};
	struct buf reply, refusal;
	buf_init_secret(&reply, l->max);
	buf_init(&refusal, 3 + WHY_MAX);
	enum err e = answer_question(s, l->from, f, &reply, &refused);
	struct frame back = {f.kind | FRAME_ANSWER, f.id, buf_slice(&reply)};
	if (e != ERR_OK) {
		frame_put_refusal(&refusal, e, &refused);
		INVARIANT(buf_status(&refusal) == ERR_OK);
		back = (struct frame){FRAME_ERROR, f.id, buf_slice(&refusal)};
	}
	e = frame_send(l->fd, back, CHANNEL_SEND_MS, why);
	buf_free(&reply);
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
static enum err serve_link(struct serving *v, unsigned i, struct why *why)
{
	const struct channel_link *l = &v->s->links[i];
	struct frame f;
	enum err e = frame_receive(l->fd, &v->readers[i], 0, &f, why);
	if (e == ERR_OK && (f.kind & FRAME_ANSWER) != 0)
		return why_set(why, ERR_INPUT, "role %s: question of kind %u", l->from, f.kind);
	if (e == ERR_OK) {
		e = respond(v->s, l, f, why);
		frame_reader_drop(&v->readers[i]);
		if (e != ERR_OK)
			cut(v, i);
	} else if (e == ERR_AWAY) {
		char c;
		ssize_t n = recv(l->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			cut(v, i);
	} else
		return why_at(why, e, "role %s", l->from);
	return ERR_OK;
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

static enum err serve_ready(struct serving *v, struct why *why)
{
	enum err e = ERR_OK;
	for (unsigned i = 0; i < v->s->count && e == ERR_OK; i++)
		if (v->polled[i].fd >= 0 && v->polled[i].revents != 0)
			e = serve_link(v, i, why);
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
