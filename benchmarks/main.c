// tocsin-bench: the figures of ./bench that one process can take by itself. One verb each; ./bench calls them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "crypto/secret.h"

static const char *title = "";

double bench_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_title(const char *t)
{
	title = t;
}

static void row(const char *what, double figure, const char *unit, const char *rule, double limit, const char *note)
{
	printf("%s\t%s\t%.6g\t%s\t%s\t%.6g\t%s\n", title, what, figure, unit, rule, limit, note);
	fflush(stdout);
}

void bench_row(const char *what, double figure, const char *unit)
{
	row(what, figure, unit, "", 0, "");
}

void bench_at_most(const char *what, double figure, const char *unit, double limit, const char *note)
{
	row(what, figure, unit, "<=", limit, note);
}

void bench_at_least(const char *what, double figure, const char *unit, double limit, const char *note)
{
	row(what, figure, unit, ">=", limit, note);
}

void bench_beside(const char *what, double figure, const char *unit, double other, const char *note)
{
	row(what, figure, unit, "beside", other, note);
}

void bench_fail(const char *what)
{
	fprintf(stderr, "tocsin-bench: %s\n", what);
	exit(1);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_quantile(double *list, size_t count, double part)
{
	if (count == 0)
		bench_fail("nothing was measured");
	qsort(list, count, sizeof *list, ascending);
	size_t i = (size_t)((double)count * part);
	return list[i < count ? i : count - 1];
}

static int usage(void)
{
	fputs("usage: tocsin-bench crypto\n"
	      "       tocsin-bench store DIRECTORY\n"
	      "       tocsin-bench ledger DIRECTORY LEAVES\n"
	      "       tocsin-bench match DIRECTORY TOKENS\n"
	      "       tocsin-bench fill DIRECTORY RECORDS MATCHER-DIRECTORY PEPPER\n"
	      "       tocsin-bench load DIRECTORY FILINGS CLIENTS HOME VOUCHER-KEY\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	if (crypto_init() != ERR_OK)
		bench_fail("no source of randomness");
	if (argc == 2 && strcmp(verb, "crypto") == 0) {
		bench_crypto();
		bench_tokens();
		bench_records();
	} else if (argc == 3 && strcmp(verb, "store") == 0) {
		bench_store(argv[2]);
	} else if (argc == 4 && strcmp(verb, "ledger") == 0 && n > 0) {
		bench_ledger(argv[2], n);
	} else if (argc == 4 && strcmp(verb, "match") == 0 && n > 0) {
		bench_match(argv[2], n);
	} else if (argc == 6 && strcmp(verb, "fill") == 0 && n > 0) {
		bench_fill(argv[2], n, argv[4], argv[5]);
	} else if (argc == 7 && strcmp(verb, "load") == 0 && n > 0) {
		const struct bench_load l = {.directory = argv[2], .count = (unsigned)n, .clients = (unsigned)strtoul(argv[4], NULL, 10),
		                             .home = argv[5], .voucher_key = argv[6]};
		bench_load(&l);
	} else {
		return usage();
	}
	return 0;
}
