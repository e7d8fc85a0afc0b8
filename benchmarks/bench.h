// The bench: each figure beside its limit or a competitor, measured in the same run. A program prints a table, or JSON lines.
#ifndef TOCSIN_BENCH_H
#define TOCSIN_BENCH_H

#include <stdint.h>

// Seconds on the monotonic clock.
double bench_seconds(void);
// One row: what, how much, its unit, and what it is to be compared with ("" when nothing).
void bench_row(const char *what, double figure, const char *unit, double beside, const char *beside_what);
void bench_say(const char *title);
// Stops the program with a message: a bench that cannot run has no figure.
_Noreturn void bench_fail(const char *what);

void bench_crypto(void);
void bench_tokens(void);
void bench_records(void);
void bench_store(const char *directory);
void bench_match(const char *directory);
void bench_ledger(void);

#endif
