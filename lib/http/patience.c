#include "http/patience.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "sys/clock.h"

#define LOOK_MS 100

enum phase { WAITING, RECEIVING, WORKING, ANSWERING };

struct patient {
	struct patience *of;
	struct patient *next, **place; // place: what points here
	int fd;
	enum phase phase;
	uint64_t since; // of the phase, milliseconds
	size_t bytes;   // that moved, or have to, in this phase
	size_t held;    // beyond PATIENCE_FREE
	bool cut;
};

struct patience {
	pthread_mutex_t mutex;
	pthread_cond_t stop;
	pthread_t thread;
	bool stopping;
	uint64_t timeout_ms;
	unsigned open, connections;
	size_t held;
	struct patient *first;
};

static bool is_pressed(const struct patience *p)
{
	return p->open > p->connections / 2 || p->held > PATIENCE_HELD_MAX / 2;
}

// When this connection will have been waited for long enough.
static uint64_t due(const struct patient *c, bool pressed)
{
	const uint64_t timeout = c->of->timeout_ms;
	switch (c->phase) {
	case WAITING: {
		uint64_t wait = 2 * timeout; // it may begin at the end of an idle time, and has a timeout from there
		return c->since + (pressed && wait > PATIENCE_WAIT_PRESSED_MS ? PATIENCE_WAIT_PRESSED_MS : wait);
	}
	case RECEIVING:
	case ANSWERING: {
		uint64_t grace = pressed && timeout > PATIENCE_GRACE_PRESSED_MS ? PATIENCE_GRACE_PRESSED_MS : timeout;
		return c->since + grace + (uint64_t)c->bytes * 1000 / (pressed ? PATIENCE_RATE_PRESSED : PATIENCE_RATE);
	}
	case WORKING:
		break;
	}
	return UINT64_MAX;
}

static void look(struct patience *p)
{
	uint64_t now = clock_monotonic_ms();
	bool pressed = is_pressed(p);
	for (struct patient *c = p->first; c != NULL; c = c->next)
		if (!c->cut && now > due(c, pressed)) {
			c->cut = true;
			shutdown(c->fd, SHUT_RDWR);
		}
}

static void *watch(void *patience)
{
	struct patience *p = patience;
	pthread_mutex_lock(&p->mutex);
	while (!p->stopping) {
		struct timespec t;
		look(p);
		clock_gettime(CLOCK_MONOTONIC, &t);
		t.tv_nsec += LOOK_MS * 1000000L;
		t.tv_sec += t.tv_nsec / 1000000000L;
		t.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&p->stop, &p->mutex, &t);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

enum err patience_start(unsigned timeout_seconds, unsigned connections, struct patience **patience, struct why *why)
{
	struct patience *p = calloc(1, sizeof *p);
	pthread_condattr_t attributes;
	if (p == NULL)
		return why_set(why, ERR_SYSTEM, "patience: no memory");
	p->timeout_ms = (uint64_t)timeout_seconds * 1000;
	p->connections = connections;
	INVARIANT(pthread_mutex_init(&p->mutex, NULL) == 0 && pthread_condattr_init(&attributes) == 0);
	INVARIANT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&p->stop, &attributes) == 0);
	int error = pthread_create(&p->thread, NULL, watch, p);
	if (error != 0) {
		free(p);
		return why_set(why, ERR_SYSTEM, "patience: no thread: %s", strerror(error));
	}
	*patience = p;
	return ERR_OK;
}

void patience_stop(struct patience *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->mutex);
	INVARIANT(p->first == NULL && p->held == 0);
	p->stopping = true;
	pthread_cond_signal(&p->stop);
	pthread_mutex_unlock(&p->mutex);
	pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->stop);
	pthread_mutex_destroy(&p->mutex);
	free(p);
}

struct patient *patience_add(struct patience *p, int fd)
{
	struct patient *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	*c = (struct patient){.of = p, .fd = fd, .since = clock_monotonic_ms()};
	pthread_mutex_lock(&p->mutex);
	c->next = p->first;
	c->place = &p->first;
	if (c->next != NULL)
		c->next->place = &c->next;
	p->first = c;
	p->open++;
	pthread_mutex_unlock(&p->mutex);
	return c;
}

void patience_remove(struct patient *c)
{
	struct patience *p = c->of;
	pthread_mutex_lock(&p->mutex);
	*c->place = c->next;
	if (c->next != NULL)
		c->next->place = c->place;
	p->open--;
	p->held -= c->held;
	pthread_mutex_unlock(&p->mutex);
	free(c);
}

static void enter(struct patient *c, enum phase phase, size_t bytes)
{
	pthread_mutex_lock(&c->of->mutex);
	c->phase = phase;
	c->since = clock_monotonic_ms();
	c->bytes = bytes;
	if (phase == WAITING) {
		c->of->held -= c->held;
		c->held = 0;
	}
	pthread_mutex_unlock(&c->of->mutex);
}

void patience_receiving(struct patient *c)
{
	enter(c, RECEIVING, 0);
}

void patience_received(struct patient *c, size_t bytes)
{
	pthread_mutex_lock(&c->of->mutex);
	c->bytes += bytes;
	pthread_mutex_unlock(&c->of->mutex);
}

void patience_working(struct patient *c)
{
	enter(c, WORKING, 0);
}

void patience_answering(struct patient *c, size_t bytes)
{
	enter(c, ANSWERING, bytes);
}

void patience_waiting(struct patient *c)
{
	enter(c, WAITING, 0);
}

bool patience_hold(struct patient *c, size_t bytes)
{
	struct patience *p = c->of;
	size_t counted = bytes > PATIENCE_FREE ? bytes - PATIENCE_FREE : 0;
	pthread_mutex_lock(&p->mutex);
	p->held -= c->held;
	bool room = counted <= PATIENCE_HELD_MAX - p->held;
	c->held = room ? counted : 0;
	p->held += c->held;
	pthread_mutex_unlock(&p->mutex);
	return room;
}
