// sys/worker: woken, timed out, stopped; no wake is lost.
#include "sys/worker.h"

#include <stdatomic.h>

#include "sys/clock.h"
#include "test.h"

struct bench {
	struct worker *w;
	_Atomic unsigned woken, timed_out;
	uint64_t ms;
};

static void work(void *context)
{
	struct bench *b = context;
	bool woken;
	while (worker_wait(b->w, b->ms, &woken))
		woken ? b->woken++ : b->timed_out++;
	CHECK(worker_stopping(b->w));
}

static void test_wakes(void)
{
	struct bench b = {.w = worker_new(), .ms = 60000};
	REQUIRE(b.w != NULL && worker_run(b.w, work, &b));
	for (unsigned i = 1; i <= 100; i++) {
		worker_wake(b.w);
		while (b.woken < i) // each wake is seen: the next one only comes after it
			;
	}
	uint64_t start = clock_monotonic_ms();
	worker_stop(b.w);
	CHECK(clock_monotonic_ms() - start < 30000); // not the minute that it waits for
	CHECK(b.woken == 100 && b.timed_out == 0);
}

static void test_wake_before_run(void)
{
	struct bench b = {.w = worker_new(), .ms = 60000};
	REQUIRE(b.w != NULL);
	worker_wake(b.w);
	worker_wake(b.w);
	REQUIRE(worker_run(b.w, work, &b));
	while (b.woken == 0)
		;
	worker_stop(b.w);
	CHECK(b.woken == 1);
}

static void test_time_passes(void)
{
	struct bench b = {.w = worker_new(), .ms = 1};
	REQUIRE(b.w != NULL && worker_run(b.w, work, &b));
	while (b.timed_out < 3)
		;
	worker_stop(b.w);
	CHECK(b.woken == 0);
}

static void test_never_run(void)
{
	worker_stop(NULL);
	struct worker *w = worker_new();
	REQUIRE(w != NULL);
	worker_stop(w);
}

const struct test tests[] = {
	{"wakes", test_wakes}, {"wake_before_run", test_wake_before_run}, {"time_passes", test_time_passes},
	{"never_run", test_never_run}, {NULL, NULL},
};
