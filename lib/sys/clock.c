#include "sys/clock.h"

#include <time.h>

#include "base/err.h"

static uint64_t set; // 0: not set

uint64_t clock_now(void)
{
	uint64_t fixed = __atomic_load_n(&set, __ATOMIC_RELAXED);
	if (fixed != 0)
		return fixed;
	struct timespec t;
	INVARIANT(clock_gettime(CLOCK_REALTIME, &t) == 0 && t.tv_sec >= 0);
	return (uint64_t)t.tv_sec;
}

uint64_t clock_monotonic_ms(void)
{
	struct timespec t;
	INVARIANT(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void clock_set(uint64_t seconds)
{
	__atomic_store_n(&set, seconds, __ATOMIC_RELAXED);
}

void clock_reset(void)
{
	clock_set(0);
}
