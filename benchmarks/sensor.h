// Inside tocsin-bench-sensor. Rows as benchmarks/bench.h describes them; a row without a figure says why there is none.
#ifndef TOCSIN_BENCH_SENSOR_H
#define TOCSIN_BENCH_SENSOR_H

#include <stddef.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define SENSOR_KEPT 9000 // indicators whose values are planted in the corpus

double sensor_seconds(void);
_Noreturn void sensor_fail(const char *what);
void sensor_title(const char *format, ...) PRINTF_LIKE(1, 2); // of the rows that follow
void sensor_row(const char *what, double figure, const char *unit, const char *rule, double limit, const char *note);
void sensor_none(const char *what, const char *note);
double sensor_quantile(double *list, size_t count, double part); // sorts the list
off_t sensor_size(const char *path);

// --- The corpus (sensor_corpus.c) ----------------------------------------------------------------------------------------------

struct sensor_wanted {
	char type, value[200]; // type: its first letter, '6' for ipv6, 0 for what is not planted
};

// Writes a CSV with `count` rows, the same at every call; keeps the first `room` values.
void sensor_indicators(const char *path, size_t count, struct sensor_wanted *kept, size_t room);
// Writes at least so many bytes of log: by bytes half Suricata EVE, a third Zeek, the rest nginx and DNS, one line in a thousand
// with one of the values. How many lines that were.
size_t sensor_corpus(const char *path, size_t bytes, const struct sensor_wanted *kept, size_t n);
const struct sensor_wanted *sensor_planted(const struct sensor_wanted *kept, size_t n, char type);

// --- Other tools on the same file (sensor_rivals.c) ----------------------------------------------------------------------------

// `list`: one value a line. A tool that is not installed, or does not end within SENSOR_PATIENCE, has a row that says so.
#define SENSOR_PATIENCE 60 // seconds
void sensor_wc(const char *corpus);
void sensor_grep(const char *list, const char *corpus, size_t bytes, double ours);
void sensor_rg(const char *list, const char *corpus, size_t bytes, double ours);
void sensor_hyperscan(const char *list, const char *corpus, double ours);

// --- The running program (sensor_run.c) ----------------------------------------------------------------------------------------

struct sensor_run {
	const char *program, *directory, *set; // tocsin-watch; where files may be made; what it is run with
	const char *domain;                    // an indicator of the set, for lines that must meet
};

// The peak of its resident memory beyond the mapped set while it reads the corpus once.
void sensor_memory(const struct sensor_run *run, const char *corpus);
// Lines of the corpus written to a file at that rate, and from lines that meet to their sightings.
void sensor_delay(const struct sensor_run *run, const char *corpus, double bytes_per_second, unsigned duration);
// So many followed files.
void sensor_many(const struct sensor_run *run, unsigned files);

#endif
