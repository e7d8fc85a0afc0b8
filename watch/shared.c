#include "shared.h"

#include <pthread.h>
#include <stdlib.h>

struct shared {
	pthread_mutex_t lock;
	const char *path;
	struct held_set *now;
};

static enum err load(const char *path, struct held_set **out, struct why *why)
{
	struct held_set *h = calloc(1, sizeof *h);
	if (h == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	enum err e = indicator_open(path, &h->set, why);
	if (e != ERR_OK) {
		free(h);
		return e;
	}
	h->holders = 1; // the program
	*out = h;
	return ERR_OK;
}

enum err shared_new(const char *path, struct shared **out, struct why *why)
{
	struct shared *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	pthread_mutex_init(&s->lock, NULL);
	s->path = path;
	enum err e = load(path, &s->now, why);
	if (e != ERR_OK)
		free(s);
	else
		*out = s;
	return e;
}

// Under the lock: true when the caller has to free it.
static bool drop(struct held_set *h)
{
	INVARIANT(h->holders > 0);
	return --h->holders == 0;
}

static void destroy(struct held_set *h)
{
	indicator_close(h->set);
	free(h);
}

void shared_free(struct shared *s)
{
	if (s == NULL)
		return;
	shared_drop(s, s->now);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

enum err shared_reload(struct shared *s, struct why *why)
{
	struct held_set *fresh;
	enum err e = load(s->path, &fresh, why);
	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&s->lock);
	struct held_set *old = s->now;
	s->now = fresh;
	bool unused = drop(old);
	pthread_mutex_unlock(&s->lock);
	if (unused)
		destroy(old);
	return ERR_OK;
}

struct held_set *shared_take(struct shared *s)
{
	pthread_mutex_lock(&s->lock);
	struct held_set *h = s->now;
	h->holders++;
	pthread_mutex_unlock(&s->lock);
	return h;
}

void shared_drop(struct shared *s, struct held_set *h)
{
	if (h == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	bool unused = drop(h);
	pthread_mutex_unlock(&s->lock);
	if (unused)
		destroy(h);
}

bool shared_is_current(struct shared *s, const struct held_set *h)
{
	pthread_mutex_lock(&s->lock);
	bool is = s->now == h;
	pthread_mutex_unlock(&s->lock);
	return is;
}
