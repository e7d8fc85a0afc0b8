#include "sys/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"

struct worker {
	pthread_t thread;
	pthread_mutex_t lock; // guards the flags
	pthread_cond_t changed;
	bool running, woken, stop;
	void (*work)(void *context);
	void *context;
};

struct worker *worker_new(void)
{
	pthread_condattr_t monotonic;
	struct worker *w = calloc(1, sizeof *w);
	if (w == NULL)
		return NULL;
	INVARIANT(pthread_mutex_init(&w->lock, NULL) == 0);
	INVARIANT(pthread_condattr_init(&monotonic) == 0 && pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	INVARIANT(pthread_cond_init(&w->changed, &monotonic) == 0);
	return w;
}

static void *run(void *worker)
{
	struct worker *w = worker;
	w->work(w->context);
	return NULL;
}

bool worker_run(struct worker *w, void (*work)(void *context), void *context)
{
	INVARIANT(!w->running);
	w->work = work;
	w->context = context;
	w->running = pthread_create(&w->thread, NULL, run, w) == 0;
	return w->running;
}

static void set(struct worker *w, bool *flag)
{
	INVARIANT(pthread_mutex_lock(&w->lock) == 0);
	*flag = true;
	INVARIANT(pthread_cond_signal(&w->changed) == 0);
	INVARIANT(pthread_mutex_unlock(&w->lock) == 0);
}

void worker_wake(struct worker *w)
{
	set(w, &w->woken);
}

void worker_stop(struct worker *w)
{
	if (w == NULL)
		return;
	if (w->running) {
		set(w, &w->stop);
		INVARIANT(pthread_join(w->thread, NULL) == 0);
	}
	INVARIANT(pthread_cond_destroy(&w->changed) == 0 && pthread_mutex_destroy(&w->lock) == 0);
	free(w);
}

static struct timespec after(uint64_t ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

bool worker_wait(struct worker *w, uint64_t ms, bool *woken)
{
	struct timespec until = after(ms);
	INVARIANT(pthread_mutex_lock(&w->lock) == 0);
	while (!w->woken && !w->stop)
		if (pthread_cond_timedwait(&w->changed, &w->lock, &until) != 0)
			break;
	if (woken != NULL)
		*woken = w->woken;
	w->woken = false;
	bool go = !w->stop;
	INVARIANT(pthread_mutex_unlock(&w->lock) == 0);
	return go;
}

bool worker_stopping(struct worker *w)
{
	INVARIANT(pthread_mutex_lock(&w->lock) == 0);
	bool stop = w->stop;
	INVARIANT(pthread_mutex_unlock(&w->lock) == 0);
	return stop;
}
