// The bench: each figure beside its limit or a competitor, measured in the same run. ./bench prints what these programs say.
//
// A row is one line on standard output, its fields separated by tabs: title, what, figure, unit, rule, limit, note. The rule says how
// the figure is held against the limit: "<=" and ">=" are promises, "beside" a competitor, "" nothing. A row with an empty figure has none: its
// note says why.
#ifndef TOCSIN_BENCH_H
#define TOCSIN_BENCH_H

#include <stdint.h>
#include <stddef.h>

// Seconds on the monotonic clock.
double bench_seconds(void);
void bench_title(const char *title); // of the rows that follow; a literal
void bench_row(const char *what, double figure, const char *unit);
void bench_at_most(const char *what, double figure, const char *unit, double limit, const char *note);
void bench_at_least(const char *what, double figure, const char *unit, double limit, const char *note);
void bench_beside(const char *what, double figure, const char *unit, double other, const char *note);
// Stops the program with a message: a bench that cannot run has no figure.
_Noreturn void bench_fail(const char *what);
// The value below which the given part of a list lies; sorts the list.
double bench_quantile(double *list, size_t count, double part);

// Each works in the directory and leaves its files there.
void bench_crypto(void);
void bench_tokens(void);
void bench_records(void);
void bench_store(const char *directory);
void bench_ledger(const char *directory, uint64_t leaves);
void bench_match(const char *directory, uint64_t tokens);
// Fills a hub's store with so many records more, and its matcher's log (pepper: a key file) with sixteen times as many ids, for the
// time that a hub takes to start.
void bench_fill(const char *directory, uint64_t records, const char *matcher, const char *pepper);
// Filings sent to the running hub of a member's platform, vouched for with the voucher key of seat 1 (a file).
struct bench_load {
	const char *home, *voucher_key, *directory;
	unsigned count, clients;
};
void bench_load(const struct bench_load *l);

#endif
