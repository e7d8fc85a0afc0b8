// The two clocks. Everything that writes or compares a date asks here, so that a test can set the day.
#ifndef TOCSIN_SYS_CLOCK_H
#define TOCSIN_SYS_CLOCK_H

#include <stdint.h>

// Seconds since 1970-01-01T00:00:00Z.
uint64_t clock_now(void);
// Milliseconds on a clock that never goes back: for timeouts. Not changed by clock_set().
uint64_t clock_monotonic_ms(void);

// Tests only: clock_now() answers `seconds` until clock_reset(). Safe to call while other threads read the clock.
void clock_set(uint64_t seconds);
void clock_reset(void);

#endif
