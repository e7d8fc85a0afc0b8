// tocsin-bench: the figures of ./bench that need no daemons.
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "crypto/secret.h"

static int json;

double bench_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_say(const char *title)
{
	if (!json)
		printf("\n%s\n", title);
}

void bench_row(const char *what, double figure, const char *unit, double beside, const char *beside_what)
{
	if (json)
		printf("{\"what\":\"%s\",\"figure\":%.6g,\"unit\":\"%s\",\"beside\":%.6g,\"beside_what\":\"%s\"}\n", what, figure, unit, beside, beside_what);
	else if (*beside_what)
		printf("  %-52s %12.4g %-10s beside %10.4g  %s\n", what, figure, unit, beside, beside_what);
	else
		printf("  %-52s %12.4g %-10s\n", what, figure, unit);
	fflush(stdout);
}

void bench_fail(const char *what)
{
	fprintf(stderr, "tocsin-bench: %s failed\n", what);
	exit(1);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

int main(int argc, char **argv)
{
	// On a real disk: figures from a memory file system would flatter.
	char directory[] = "bench-XXXXXX";
	json = argc == 2 && strcmp(argv[1], "--json") == 0;
	if (argc > 2 || (argc == 2 && !json)) {
		fputs("usage: tocsin-bench [--json]   (works in a directory that it makes here)\n", stderr);
		return 2;
	}
	if (crypto_init() != ERR_OK || mkdtemp(directory) == NULL)
		bench_fail("starting");
	bench_crypto();
	bench_tokens();
	bench_records();
	bench_ledger();
	bench_store(directory);
	bench_match(directory);
	return nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : 1;
}
