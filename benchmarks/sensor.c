// The sensor's figures, beside the tools that people use today, on the same files in the page cache. Prints rows as
// benchmarks/bench.h describes.
//   tocsin-bench-sensor DIRECTORY figures MIB WATCH [quick]    made lines: compiling, opening, scanning, the program running
//   tocsin-bench-sensor DIRECTORY real LINES SET LIST TITLE    any lines and any set; LIST: its values, for the other tools
//   tocsin-bench-sensor DIRECTORY scan SET FILE…               one file scanned with one set, in processor time
#include "sensor.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "indicator/build.h"
#include "scan/scan.h"

#define RUNS 5
#define BUFFER (256u << 10)
#define PIECE (16u << 20)
#define PATH_ROOM 1024

static clockid_t clock_used = CLOCK_MONOTONIC;
double sensor_seconds(void)
{
	struct timespec t;
	clock_gettime(clock_used, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void sensor_fail(const char *what)
{
	fprintf(stderr, "tocsin-bench-sensor: %s\n", what);
	exit(1);
}

static char title[64] = "sensor";
void sensor_title(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(title, sizeof title, format, args);
	va_end(args);
}

void sensor_row(const char *what, double figure, const char *unit, const char *rule, double limit, const char *note)
{
	printf("%s\t%s\t%.6g\t%s\t%s\t%.6g\t%s\n", title, what, figure, unit, rule, limit, note);
	fflush(stdout);
}

void sensor_none(const char *what, const char *note)
{
	printf("%s\t%s\t\t\t\t0\t%s\n", title, what, note);
	fflush(stdout);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double sensor_quantile(double *list, size_t count, double part)
{
	if (count == 0)
		sensor_fail("nothing was measured");
	qsort(list, count, sizeof *list, by_size);
	size_t i = (size_t)((double)count * part);
	return list[i < count ? i : count - 1];
}

off_t sensor_size(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static bool count_hit(void *context, const struct scan_hit *hit)
{
	(void)hit;
	++*(size_t *)context;
	return true;
}

// What the threads of one scan share: each takes the next piece, as the command does.
struct shared {
	const struct indicator_set *set;
	const char *path;
	enum scan_path way;
	off_t size;
	_Atomic off_t next;
};

struct part {
	struct shared *shared;
	size_t hits;
};

// The start of the first line at or after `at`.
static off_t line_at(int fd, off_t at, off_t size)
{
	char text[65536];
	for (off_t from = at - 1; at > 0 && from < size;) {
		ssize_t n = pread(fd, text, sizeof text, from);
		if (n <= 0)
			sensor_fail("cannot read");
		const char *line = memchr(text, '\n', (size_t)n);
		if (line != NULL)
			return from + (line - text) + 1;
		from += n;
	}
	return at > 0 ? size : 0;
}

static void scan_piece(struct scan *scan, int fd, uint8_t *buffer, off_t at, off_t to)
{
	size_t kept = 0;
	while (at < to) {
		size_t want = BUFFER - kept < (size_t)(to - at) ? BUFFER - kept : (size_t)(to - at);
		ssize_t got = pread(fd, buffer + kept, want, at);
		if (got <= 0)
			sensor_fail("cannot read");
		at += got;
		size_t n = kept + (size_t)got, done = scan_block(scan, buffer, n, at == to);
		kept = n - done;
		memmove(buffer, buffer + done, kept);
	}
}

static void *scan_part(void *p)
{
	struct part *part = p;
	struct shared *s = part->shared;
	struct scan *scan;
	struct why why;
	uint8_t *buffer = malloc(BUFFER);
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	size_t hits = 0; // of its own: threads do not write beside each other
	if (buffer == NULL || fd < 0 || scan_new(s->set, s->way, count_hit, &hits, &scan, &why) != ERR_OK)
		sensor_fail("cannot scan");
	for (off_t at; (at = atomic_fetch_add(&s->next, PIECE)) < s->size;)
		scan_piece(scan, fd, buffer, line_at(fd, at, s->size), line_at(fd, at + PIECE, s->size));
	part->hits = hits;
	scan_free(scan);
	close(fd);
	free(buffer);
	return NULL;
}

// Bytes per second, median of RUNS.
static double rate(const struct indicator_set *set, const char *path, unsigned cores, enum scan_path way, size_t *hits)
{
	double took[RUNS];
	off_t size = sensor_size(path);
	for (unsigned r = 0; r < RUNS; r++) {
		struct shared shared = {.set = set, .path = path, .way = way, .size = size};
		struct part parts[2] = {{.shared = &shared}, {.shared = &shared}};
		pthread_t thread;
		double start = sensor_seconds();
		if (cores == 2 && pthread_create(&thread, NULL, scan_part, &parts[1]) != 0)
			sensor_fail("cannot start a thread");
		scan_part(&parts[0]);
		if (cores == 2)
			pthread_join(thread, NULL);
		took[r] = sensor_seconds() - start;
		*hits = parts[0].hits + parts[1].hits;
	}
	return (double)size / sensor_quantile(took, RUNS, 0.5);
}

static struct indicator_set *compile(const char *csv, const char *path, double *took, double *open_took)
{
	struct indicator_build *b;
	struct indicator_set *set;
	struct why why;
	int fd = open(csv, O_RDONLY | O_CLOEXEC);
	size_t n = (size_t)sensor_size(csv);
	double start = sensor_seconds();
	void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || indicator_build_new(NULL, NULL, NULL, &b, &why) != ERR_OK ||
	    indicator_build_read(b, INDICATOR_CSV, slice_of(map, n), NULL, &why) != ERR_OK ||
	    indicator_build_write(b, 1, path, &why) != ERR_OK)
		sensor_fail("cannot compile");
	*took = sensor_seconds() - start;
	indicator_build_free(b);
	munmap(map, n);
	close(fd);
	start = sensor_seconds();
	if (indicator_open(path, &set, &why) != ERR_OK)
		sensor_fail(why.text);
	*open_took = sensor_seconds() - start;
	return set;
}

// Every path that this machine has (of the largest set the best alone); the best is the figure, which is returned.
static double scans(const struct indicator_set *set, size_t count, const char *corpus, double promise)
{
	static const enum scan_path ways[] = {SCAN_BEST, SCAN_AVX2, SCAN_PORTABLE};
	static const char *const said[] = {"scan, one core", "scan, one core, AVX2", "scan, one core, portable"};
	double best = 0;
	for (size_t i = 0; i < (count > 2000000 ? 1 : sizeof ways / sizeof *ways); i++) {
		struct scan *scan;
		size_t hits;
		char what[64], note[64];
		if (scan_new(set, ways[i], count_hit, &hits, &scan, NULL) != ERR_OK)
			continue;
		scan_free(scan);
		double r = rate(set, corpus, 1, ways[i], &hits) / 1e9;
		best = i == 0 ? r : best;
		snprintf(note, sizeof note, "%zu hits; median of %d", hits, RUNS);
		snprintf(what, sizeof what, "%s, %zu indicators", said[i], count);
		sensor_row(what, r, "GB/s", i == 0 && promise > 0 ? ">=" : "", promise, note);
	}
	return best;
}

struct made { // the files of one set of indicators
	char csv[PATH_ROOM], set[PATH_ROOM], list[PATH_ROOM];
};

static void write_list(const struct made *m)
{
	char command[4 * PATH_ROOM];
	snprintf(command, sizeof command, "cut -d, -f2 '%s' | tail -n +2 > '%s'", m->csv, m->list);
	if (system(command) != 0)
		sensor_fail("cannot write the list");
}

static double figures(const char *directory, size_t count, const char *corpus, struct made *m)
{
	double took, open_took;
	size_t hits;
	char what[64];
	bool million = count == 1000000;
	snprintf(m->csv, sizeof m->csv, "%s/indicators-%zu.csv", directory, count);
	snprintf(m->set, sizeof m->set, "%s/indicators-%zu.set", directory, count);
	snprintf(m->list, sizeof m->list, "%s/indicators-%zu.list", directory, count);
	sensor_indicators(m->csv, count, NULL, 0);
	struct indicator_set *set = compile(m->csv, m->set, &took, &open_took);
	sensor_title("sensor, %zu indicators", count);
	snprintf(what, sizeof what, "compile %zu indicators from CSV", count);
	sensor_row(what, took, "s", million ? "<=" : "", 1, "");
	sensor_row("open the set", open_took * 1000, "ms", million ? "<=" : "", 50, "checksums of the whole file included");
	sensor_row("set file, an indicator, all metadata included", (double)indicator_bytes(set) / indicator_count(set), "bytes", "",
	           0, "");
	double best = scans(set, count, corpus, million ? 1.0 : count == 10000 ? 1.3 : 0);
	if (count <= 1000000) {
		snprintf(what, sizeof what, "scan, two cores, against one, %zu indicators", count);
		sensor_row(what, rate(set, corpus, 2, SCAN_BEST, &hits) / 1e9 / best, "times", ">=", 1.8, "");
	}
	indicator_close(set);
	return best;
}

static void made_lines(const char *directory, size_t mib, const char *watch, bool quick)
{
	static struct sensor_wanted kept[SENSOR_KEPT];
	static struct made few, many, most;
	char corpus[PATH_ROOM], path[PATH_ROOM];
	snprintf(path, sizeof path, "%s/kept.csv", directory);
	snprintf(corpus, sizeof corpus, "%s/corpus.log", directory);
	sensor_indicators(path, SENSOR_KEPT, kept, SENSOR_KEPT);
	sensor_row("lines planted", (double)sensor_corpus(corpus, mib << 20, kept, SENSOR_KEPT), "lines", "", 0,
	           "0.1 % of the lines");
	sensor_wc(corpus);
	double first = figures(directory, 10000, corpus, &few);
	write_list(&few);
	sensor_grep(few.list, corpus, 16u << 20, first);
	sensor_rg(few.list, corpus, 16u << 20, first);
	sensor_hyperscan(few.list, corpus, first);
	double second = figures(directory, 1000000, corpus, &many);
	sensor_row("from 10,000 to 1,000,000 indicators it loses", 100 * (1 - second / first), "%", "<=", 35, "");
	if (!quick) {
		write_list(&many);
		sensor_grep(many.list, corpus, 2u << 20, second);
		sensor_rg(many.list, corpus, 2u << 20, second);
		sensor_hyperscan(many.list, corpus, second);
		(void)figures(directory, 10000000, corpus, &most);
		unlink(most.csv);
		unlink(most.set);
	}
	const struct sensor_run run = {watch, directory, many.set, sensor_planted(kept, SENSOR_KEPT, 'd')->value};
	sensor_title("sensor, tocsin-watch run with 1,000,000 indicators");
	sensor_memory(&run, corpus);
	sensor_delay(&run, corpus, 50e6, quick ? 3 : 10);
	sensor_many(&run, quick ? 2000 : 100000);
}

static void real_lines(const char *lines, const char *path, const char *list)
{
	struct indicator_set *set;
	struct why why;
	if (indicator_open(path, &set, &why) != ERR_OK)
		sensor_fail(why.text);
	sensor_wc(lines);
	double best = scans(set, indicator_count(set), lines, 0);
	bool large = indicator_count(set) > 100000;
	sensor_grep(list, lines, (large ? 1u : 8u) << 20, best);
	if (!large) { // they take a minute to begin
		sensor_rg(list, lines, 8u << 20, best);
		sensor_hyperscan(list, lines, best);
	}
	indicator_close(set);
}

static void scan_files(const char *path, char *const *files)
{
	static const enum scan_path ways[] = {SCAN_AVX512, SCAN_AVX2, SCAN_PORTABLE};
	struct indicator_set *set;
	struct why why;
	if (indicator_open(path, &set, &why) != ERR_OK)
		sensor_fail(why.text);
	clock_used = CLOCK_THREAD_CPUTIME_ID; // comparable on a machine that others use too
	for (; *files != NULL; files++)
		for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
			struct scan *scan;
			size_t hits;
			if (scan_new(set, ways[w], count_hit, &hits, &scan, NULL) != ERR_OK)
				continue;
			scan_free(scan);
			double r = rate(set, *files, 1, ways[w], &hits);
			printf("%s\t%s\t%.3f GB/s\t%zu hits\n", *files, scan_path_name(ways[w]), r / 1e9, hits);
		}
	indicator_close(set);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[2] : "";
	size_t mib = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 0;
	if (strcmp(verb, "figures") == 0 && argc >= 5 && mib > 0) {
		made_lines(argv[1], mib, argv[4], argc > 5);
	} else if (strcmp(verb, "real") == 0 && argc == 7) {
		sensor_title("%s", argv[6]);
		real_lines(argv[3], argv[4], argv[5]);
	} else if (strcmp(verb, "scan") == 0 && argc > 4) {
		scan_files(argv[3], argv + 4);
	} else {
		fputs("usage: tocsin-bench-sensor DIRECTORY figures MIB WATCH [quick]\n"
		      "       tocsin-bench-sensor DIRECTORY real LINES SET LIST TITLE\n"
		      "       tocsin-bench-sensor DIRECTORY scan SET FILE...\n",
		      stderr);
		return 2;
	}
	return 0;
}
