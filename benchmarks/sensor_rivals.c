// What people use today, on the same file in the page cache.
#include "sensor.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND_MAX 8192
#define SENTENCE_MAX 128

void sensor_wc(const char *corpus)
{
	char command[COMMAND_MAX];
	snprintf(command, sizeof command, "wc -l '%s' > /dev/null", corpus);
	if (system(command) != 0)
		sensor_fail("cannot count the lines");
	double start = sensor_seconds();
	if (system(command) != 0)
		sensor_fail("cannot count the lines");
	sensor_row("wc -l", (double)sensor_size(corpus) / (sensor_seconds() - start) / 1e9, "GB/s", "", 0, "");
}

// A command with the list and the first bytes of the corpus as $1 and $2, both in the page cache.
static void tool(const char *what, const char *command, const char *list, const char *corpus, size_t bytes, double ours)
{
	char line[COMMAND_MAX], note[SENTENCE_MAX];
	if ((off_t)bytes > sensor_size(corpus))
		bytes = (size_t)sensor_size(corpus);
	snprintf(line, sizeof line, "head -c %zu '%s' > '%s.part'; cat '%s.part' '%s' > /dev/null", bytes, corpus, corpus, corpus,
	         list);
	if (system(line) != 0)
		sensor_fail("cannot take a part of the corpus");
	snprintf(line, sizeof line, "timeout %d sh -c '%s' sh '%s' '%s.part' > /dev/null 2>&1", SENSOR_PATIENCE, command, list,
	         corpus);
	double start = sensor_seconds();
	int rc = system(line);
	double took = sensor_seconds() - start;
	int status = WIFEXITED(rc) ? WEXITSTATUS(rc) : 255; // like grep: 0 met, 1 did not
	snprintf(note, sizeof note, "%zu MiB of it, start included", bytes >> 20);
	if (status <= 1) {
		sensor_row(what, (double)bytes / took / 1e9, "GB/s", "beside", ours, note);
		return;
	}
	if (status == 124)
		snprintf(note, sizeof note, "not at its end after %d s on %zu MiB", SENSOR_PATIENCE, bytes >> 20);
	else
		snprintf(note, sizeof note, "failed with status %d", status);
	sensor_none(what, note);
}

void sensor_grep(const char *list, const char *corpus, size_t bytes, double ours)
{
	tool("grep -F -f", "LC_ALL=C exec grep -a -c -F -f \"$1\" \"$2\"", list, corpus, bytes, ours);
}

void sensor_rg(const char *list, const char *corpus, size_t bytes, double ours)
{
	if (system("command -v rg > /dev/null 2>&1") != 0)
		sensor_none("rg -F -f", "not installed (package ripgrep)");
	else
		tool("rg -F -f", "exec rg -a -j1 -c -F -f \"$1\" \"$2\"", list, corpus, bytes, ours);
}

#ifndef SENSOR_HYPERSCAN
void sensor_hyperscan(const char *list, const char *corpus, double ours)
{
	(void)list;
	(void)corpus;
	(void)ours;
	sensor_none("Hyperscan, literals", "not installed (package libhyperscan-dev)");
}
#else
#include <hs/hs.h>

#define BLOCK (256u << 10)
#define LONG_ENOUGH 3.0 // seconds of scanning

struct literals {
	char *text;
	const char **at;
	size_t *lengths, n;
	unsigned *flags, *ids;
};

static void read_literals(const char *list, struct literals *l)
{
	size_t size = (size_t)sensor_size(list), room = 1, got = 0;
	FILE *f = fopen(list, "r");
	l->text = malloc(size + 1);
	if (f == NULL || l->text == NULL || (got = fread(l->text, 1, size, f)) != size)
		sensor_fail("cannot read the list");
	fclose(f);
	l->text[size] = 0;
	for (size_t i = 0; i < size; i++)
		room += l->text[i] == '\n';
	l->at = calloc(room, sizeof *l->at);
	l->lengths = calloc(room, sizeof *l->lengths);
	l->flags = calloc(room, sizeof *l->flags);
	l->ids = calloc(room, sizeof *l->ids);
	if (l->at == NULL || l->lengths == NULL || l->flags == NULL || l->ids == NULL)
		sensor_fail("no memory");
	for (char *p = strtok(l->text, "\n"); p != NULL; p = strtok(NULL, "\n"), l->n++) {
		l->at[l->n] = p;
		l->lengths[l->n] = strlen(p);
		l->flags[l->n] = HS_FLAG_CASELESS;
		l->ids[l->n] = (unsigned)l->n;
	}
}

static int literal_met(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	(void)id;
	(void)from;
	(void)to;
	(void)flags;
	++*(size_t *)context;
	return 0;
}

// In a process of its own: its compiler cannot be stopped otherwise.
static void literals_in(const char *list, const char *corpus, double ours)
{
	static char block[BLOCK];
	struct literals l = {0};
	hs_database_t *db;
	hs_compile_error_t *error;
	hs_scratch_t *scratch = NULL;
	char note[SENTENCE_MAX];
	size_t met = 0, bytes = 0, n;
	read_literals(list, &l);
	double start = sensor_seconds();
	if (hs_compile_lit_multi(l.at, l.flags, l.ids, l.lengths, (unsigned)l.n, HS_MODE_BLOCK, NULL, &db, &error) != HS_SUCCESS)
		sensor_fail(error->message);
	sensor_row("Hyperscan, compile the literals", sensor_seconds() - start, "s", "", 0, "");
	FILE *f = fopen(corpus, "r");
	if (f == NULL || hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
		sensor_fail("cannot scan with Hyperscan");
	start = sensor_seconds();
	while ((n = fread(block, 1, sizeof block, f)) > 0 && sensor_seconds() - start < LONG_ENOUGH) {
		if (hs_scan(db, block, (unsigned)n, 0, scratch, literal_met, &met) != HS_SUCCESS)
			sensor_fail("cannot scan with Hyperscan");
		bytes += n;
	}
	double took = sensor_seconds() - start;
	snprintf(note, sizeof note, "%zu MiB of it, %zu hits at no border asked for", bytes >> 20, met);
	sensor_row("Hyperscan, literals", (double)bytes / took / 1e9, "GB/s", "beside", ours, note);
	fclose(f);
}

void sensor_hyperscan(const char *list, const char *corpus, double ours)
{
	char note[SENTENCE_MAX];
	int status;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		alarm(SENSOR_PATIENCE);
		literals_in(list, corpus, ours);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		sensor_fail("cannot start Hyperscan");
	snprintf(note, sizeof note, "not at its end after %d s", SENSOR_PATIENCE);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		sensor_none("Hyperscan, literals", WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? note : "failed");
}
#endif
