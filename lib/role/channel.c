#include "role/channel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sys/clock.h"

struct link {
	int fd; // -1: cut off
	bool busy;
	struct frame_reader reader;
};

struct channel {
	pthread_mutex_t lock; // guards busy, fd, and next_id
	pthread_cond_t freed;
	uint64_t next_id;
	size_t max;
	unsigned count;
	struct link links[];
};

enum err channel_new(const int *fds, unsigned count, size_t max, struct channel **c, struct why *why)
{
	INVARIANT(count > 0 && count <= CHANNEL_LINKS_MAX);
	struct channel *made = calloc(1, sizeof *made + count * sizeof *made->links);
	if (made == NULL)
		return why_set(why, ERR_SYSTEM, "channel of %u links: no memory", count);
	pthread_condattr_t monotonic;
	INVARIANT(pthread_condattr_init(&monotonic) == 0);
	INVARIANT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	INVARIANT(pthread_cond_init(&made->freed, &monotonic) == 0);
	INVARIANT(pthread_mutex_init(&made->lock, NULL) == 0);
	pthread_condattr_destroy(&monotonic);
	made->count = count;
	made->max = max;
	for (unsigned i = 0; i < count; i++) {
		made->links[i].fd = fds[i];
		// Room for a refusal even where answers are empty.
		frame_reader_init(&made->links[i].reader, max > 3 + WHY_MAX ? max : 3 + WHY_MAX);
	}
	*c = made;
	return ERR_OK;
}

void channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->count; i++) {
		if (c->links[i].fd >= 0)
			close(c->links[i].fd);
		frame_reader_done(&c->links[i].reader);
	}
	pthread_cond_destroy(&c->freed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

// With the lock held: a free link, or NULL; *alive says whether any link is left at all.
static struct link *find_free(struct channel *c, bool *alive)
{
	*alive = false;
	for (unsigned i = 0; i < c->count; i++) {
		if (c->links[i].fd < 0)
			continue;
		*alive = true;
		if (!c->links[i].busy)
			return &c->links[i];
	}
	return NULL;
}

static enum err take_link(struct channel *c, uint64_t deadline, struct link **l, uint64_t *id, struct why *why)
{
	struct timespec until = {.tv_sec = (time_t)(deadline / 1000), .tv_nsec = (long)(deadline % 1000) * 1000000};
	enum err e = ERR_OK;
	bool alive;
	INVARIANT(pthread_mutex_lock(&c->lock) == 0);
	while ((*l = find_free(c, &alive)) == NULL && alive && e == ERR_OK)
		if (pthread_cond_timedwait(&c->freed, &c->lock, &until) == ETIMEDOUT)
			e = why_set(why, ERR_AWAY, "all %u links to the other role are busy", c->count);
	if (*l != NULL) {
		e = ERR_OK;
		(*l)->busy = true;
		*id = ++c->next_id;
	} else if (e == ERR_OK)
		e = why_set(why, ERR_AWAY, "the other role is gone");
	INVARIANT(pthread_mutex_unlock(&c->lock) == 0);
	return e;
}

static void release_link(struct channel *c, struct link *l, bool cut)
{
	INVARIANT(pthread_mutex_lock(&c->lock) == 0);
	l->busy = false;
	if (cut) {
		close(l->fd);
		l->fd = -1;
	}
	// All: when the last link has gone, everybody who waits has to learn it.
	INVARIANT(pthread_cond_broadcast(&c->freed) == 0);
	INVARIANT(pthread_mutex_unlock(&c->lock) == 0);
}

static unsigned left(uint64_t deadline)
{
	uint64_t now = clock_monotonic_ms();
	return now < deadline ? (unsigned)(deadline - now) : 0;
}

// Is there nothing more to read on the link, not even later?
static bool is_gone(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static enum err receive_answer(struct link *l, uint16_t kind, uint64_t id, uint64_t deadline, struct buf *answer, bool *cut,
	struct why *why)
{
	struct frame f;
	enum err e;
	do {
		e = frame_receive(l->fd, &l->reader, left(deadline), &f, why);
		if (e != ERR_OK) {
			*cut = (e != ERR_AWAY && e != ERR_SYSTEM) || is_gone(l->fd);
			return e;
		}
	} while (f.id < id); // the late answer to a question that was given up
	if (f.id == id && f.kind == FRAME_ERROR)
		return frame_refusal(f.payload, why);
	if (f.id != id || f.kind != (kind | FRAME_ANSWER)) {
		*cut = true;
		return why_set(why, ERR_SYSTEM, "answer of kind %u to question %u", f.kind, kind);
	}
	if (answer == NULL)
		return ERR_OK;
	buf_put_slice(answer, f.payload);
	e = buf_status(answer);
	return e == ERR_OK ? e : why_set(why, e, "answer of %zu bytes to question %u: no room", f.payload.n, kind);
}

enum err channel_call(struct channel *c, uint16_t kind, struct slice payload, struct buf *answer, unsigned timeout_ms,
	struct why *why)
{
	INVARIANT(kind > 0 && kind <= FRAME_KIND_MAX);
	uint64_t deadline = clock_monotonic_ms() + timeout_ms, id;
	struct link *l;
	// The server takes a longer frame for an attack.
	if (payload.n > c->max)
		return why_set(why, ERR_LIMIT, "question %u: %zu bytes: at most %zu", kind, payload.n, c->max);
	enum err e = take_link(c, deadline, &l, &id, why);
	if (e != ERR_OK)
		return e;
	bool cut = false;
	e = frame_send(l->fd, (struct frame){kind, id, payload}, left(deadline), why);
	if (e != ERR_OK)
		cut = true; // perhaps in the middle of a frame
	else
		e = receive_answer(l, kind, id, deadline, answer, &cut, why);
	frame_reader_drop(&l->reader);
	release_link(c, l, cut);
	return e;
}
