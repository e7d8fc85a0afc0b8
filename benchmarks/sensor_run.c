// The program itself, `tocsin-watch run`: its memory, the delay of its sightings, many files.
#include "sensor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/slice.h"

#define TEXT_MAX 4096
#define PROBE "probe-"     // before the number of a line that must meet
#define PROBE_DIGITS 6
#define PROBES_MAX 100000u
#define WRITE_BYTES (64u << 10)
#define PROBE_EVERY 0.010  // seconds between two of them
#define PATIENCE 120.0     // seconds for anything at all
#define FILES_A_DIRECTORY 1000u
#define PROBES_OF_MANY 300u

struct running {
	pid_t pid;
	const char *set;
	int out, log; // its standard output and standard error
	char text[1 << 16];
	size_t n;     // bytes of a line that has not ended
	bool ready;
	size_t sightings;
	double peak;  // MiB resident beyond the set, when it was asked
	double *told; // by number of the probe: when its sighting came; 0: not yet
	size_t probes;
};

static void start(struct running *r, const struct sensor_run *run, const char *const *words)
{
	const char *argv[16] = {run->program, "run", "--set", run->set};
	int out[2], log[2];
	size_t n = 4;
	for (; *words != NULL; words++)
		argv[n++] = *words;
	*r = (struct running){.set = run->set, .told = calloc(PROBES_MAX, sizeof *r->told)};
	fflush(stdout);
	if (r->told == NULL || pipe2(out, O_CLOEXEC) != 0 || pipe2(log, O_CLOEXEC) != 0 || (r->pid = fork()) < 0)
		sensor_fail("cannot start the sensor");
	if (r->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(log[1], STDERR_FILENO);
		execv(run->program, (char **)(void *)argv);
		_exit(127);
	}
	close(out[1]);
	close(log[1]);
	r->out = out[0];
	r->log = log[0];
}

static void end(struct running *r)
{
	kill(r->pid, SIGTERM);
	waitpid(r->pid, NULL, 0);
	close(r->out);
	close(r->log);
	free(r->told);
}

static void sighting(struct running *r, struct slice line, double now)
{
	const char *at = memmem(line.p, line.n, PROBE, strlen(PROBE));
	r->sightings++;
	if (at == NULL)
		return;
	size_t number = strtoul(at + strlen(PROBE), NULL, 10);
	if (number < PROBES_MAX && r->told[number] == 0) {
		r->told[number] = now;
		r->probes++;
	}
}

static bool read_out(struct running *r)
{
	ssize_t got = read(r->out, r->text + r->n, sizeof r->text - r->n);
	double now = sensor_seconds();
	if (got <= 0)
		return false;
	size_t n = r->n + (size_t)got, from = 0;
	struct slice text = slice_of(r->text, n);
	for (size_t end_of; (end_of = slice_find(text, '\n', from)) < n; from = end_of + 1)
		sighting(r, slice_part(text, from, end_of - from), now);
	if (from == 0 && n == sizeof r->text)
		from = n; // no sighting is that long
	r->n = n - from;
	memmove(r->text, r->text + from, r->n);
	return true;
}

static void read_log(struct running *r)
{
	char text[TEXT_MAX];
	ssize_t n = read(r->log, text, sizeof text - 1);
	text[n > 0 ? n : 0] = 0;
	r->ready |= strstr(text, "event=ready") != NULL; // lines are written whole
	if (strstr(text, "level=error") != NULL)
		fputs(text, stderr);
}

// Takes what comes within so many milliseconds. False: it has ended.
static bool step(struct running *r, int ms)
{
	struct pollfd p[] = {{r->out, POLLIN, 0}, {r->log, POLLIN, 0}};
	if (poll(p, 2, ms) < 0 && errno != EINTR)
		sensor_fail("cannot wait for the sensor");
	if (p[1].revents & POLLIN)
		read_log(r);
	return (p[0].revents & (POLLIN | POLLHUP)) == 0 || read_out(r);
}

static void wait_ready(struct running *r)
{
	double until = sensor_seconds() + PATIENCE;
	while (!r->ready)
		if (!step(r, 1) || sensor_seconds() > until)
			sensor_fail("the sensor does not start");
}

// Resident, without the pages of the set's own mapping.
static double resident(const struct running *r)
{
	char path[64], line[TEXT_MAX];
	size_t kib = 0, sum = 0;
	bool own = false;
	snprintf(path, sizeof path, "/proc/%d/smaps", (int)r->pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = 0;
		size_t n = strlen(line), set = strlen(r->set);
		if (strncmp(line, "Rss:", 4) == 0 && sscanf(line + 4, "%zu", &kib) == 1)
			sum += own ? 0 : kib;
		else if (strchr("0123456789abcdef", line[0]) != NULL)
			own = n > set && strcmp(line + n - set, r->set) == 0;
	}
	if (f != NULL)
		fclose(f);
	return (double)sum / 1024;
}

static void look(struct running *r)
{
	double now = resident(r);
	r->peak = now > r->peak ? now : r->peak;
}

void sensor_memory(const struct sensor_run *run, const char *corpus)
{
	struct running r;
	char note[128];
	start(&r, run, (const char *[]){"--once", corpus, NULL});
	double began = sensor_seconds(), looked = 0;
	while (step(&r, 5))
		if (sensor_seconds() > looked + 0.02) {
			look(&r);
			looked = sensor_seconds();
		}
	double took = sensor_seconds() - began;
	end(&r);
	if (r.sightings == 0 || r.peak == 0)
		sensor_fail("the sensor told nothing");
	snprintf(note, sizeof note, "its peak; %zu sightings", r.sightings);
	sensor_row("tocsin-watch run: resident beyond the mapped set", r.peak, "MiB", "<=", 64, note);
	sensor_row("tocsin-watch run --once, start and sightings included", (double)sensor_size(corpus) / took / 1e9, "GB/s", "", 0,
	           "all cores");
}

// --- Delay -------------------------------------------------------------------------------------------------------------------

struct writer {
	const char *domain, *path;
	struct slice text;     // whole lines, written again and again
	double rate, duration; // bytes a second; seconds
	double *written;       // shared: when each probe began to be written
	size_t probes;
	double took, bytes;
};

static size_t put_probe(const struct writer *w, uint8_t *to, size_t number)
{
	return (size_t)sprintf((char *)to,
	                       "{\"timestamp\":\"2026-05-02T10:20:30.123456+0200\",\"event_type\":\"dns\",\"src_ip\":\"10.1.2.3\","
	                                   "\"dns\":{\"type\":\"query\",\"rrname\":\"" PROBE "%0*zu.%s\",\"rrtype\":\"A\"}}\n",
	                       PROBE_DIGITS, number, w->domain);
}

// Whole lines, WRITE_BYTES at a time, when they are due; now and then a probe among them.
static void write_log(struct writer *w)
{
	static uint8_t block[WRITE_BYTES + TEXT_MAX];
	int fd = open(w->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	double began = sensor_seconds(), next = began;
	size_t at = 0;
	for (double now = began; now < began + w->duration; now = sensor_seconds()) {
		if (w->bytes > (now - began) * w->rate) {
			double wait = w->bytes / w->rate - (now - began);
			nanosleep(&(struct timespec){(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)}, NULL);
			continue;
		}
		struct slice part = slice_part(w->text, at, WRITE_BYTES);
		size_t n = part.n;
		while (n > 0 && part.p[n - 1] != '\n')
			n--;
		memcpy(block, part.p, n);
		at = at + WRITE_BYTES < w->text.n ? at + n : 0;
		if (now >= next && w->probes < PROBES_MAX) {
			n += put_probe(w, block + n, w->probes);
			next += PROBE_EVERY;
			w->written[w->probes++] = sensor_seconds();
		}
		if (write(fd, block, n) != (ssize_t)n)
			sensor_fail("cannot write the log");
		w->bytes += (double)n;
	}
	w->took = sensor_seconds() - began;
	close(fd);
}

static void *shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		sensor_fail("no memory");
	return p;
}

static struct slice map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = (size_t)sensor_size(path);
	void *p = fd >= 0 ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	if (p == MAP_FAILED)
		sensor_fail("cannot read the corpus");
	close(fd);
	return slice_of(p, n);
}

static void make_empty(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || close(fd) != 0)
		sensor_fail("cannot make a log");
}

static void delays(struct running *r, const double *written, size_t probes, const char *what, const char *note)
{
	char text[128];
	double *late = calloc(probes, sizeof *late);
	if (late == NULL || r->probes != probes)
		sensor_fail(late == NULL ? "no memory" : "a line that meets was not told");
	for (size_t i = 0; i < probes; i++)
		late[i] = (r->told[i] - written[i]) * 1000;
	snprintf(text, sizeof text, "%s, half of them", what);
	sensor_row(text, sensor_quantile(late, probes, 0.5), "ms", "", 0, "");
	snprintf(text, sizeof text, "%s, 99 of 100", what);
	sensor_row(text, sensor_quantile(late, probes, 0.99), "ms", "<=", 100, note);
	snprintf(text, sizeof text, "%s, the slowest of %zu", what, probes);
	sensor_row(text, late[probes - 1], "ms", "", 0, "");
	free(late);
}

void sensor_delay(const struct sensor_run *run, const char *corpus, double bytes_per_second, unsigned duration)
{
	struct running r;
	char path[TEXT_MAX], state[TEXT_MAX], note[128];
	int status;
	double *written = shared(PROBES_MAX * sizeof *written);
	struct writer *w = shared(sizeof *w);
	struct slice text = map_file(corpus);
	snprintf(path, sizeof path, "%s/live.log", run->directory);
	snprintf(state, sizeof state, "%s/live.state", run->directory);
	make_empty(path);
	*w = (struct writer){run->domain, path, slice_part(text, 0, 64u << 20), bytes_per_second, duration, written, 0, 0, 0};
	start(&r, run, (const char *[]){"--state", state, path, NULL});
	wait_ready(&r);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		write_log(w);
		_exit(0);
	}
	double until = sensor_seconds() + duration + PATIENCE;
	pid_t ended = 0;
	while (child > 0 && (ended != child || r.probes < w->probes) && sensor_seconds() < until) {
		if (!step(&r, 10))
			sensor_fail("the sensor has ended");
		if (ended == 0)
			ended = waitpid(child, &status, WNOHANG);
	}
	if (child < 0 || ended != child || status != 0)
		sensor_fail("the writer failed");
	snprintf(note, sizeof note, "%.1f MB/s written by another process for %.0f s", w->bytes / w->took / 1e6, w->took);
	delays(&r, written, w->probes, "from a line written to its sighting", note);
	end(&r);
	unlink(path);
	munmap((void *)(uintptr_t)text.p, text.n);
	munmap(w, sizeof *w);
	munmap(written, PROBES_MAX * sizeof *written);
}

// --- Many files --------------------------------------------------------------------------------------------------------------

static void file_of(const struct sensor_run *run, unsigned i, char path[TEXT_MAX])
{
	snprintf(path, TEXT_MAX, "%s/many/%03u/%03u.log", run->directory, i / FILES_A_DIRECTORY, i % FILES_A_DIRECTORY);
}

static void add_line(const struct sensor_run *run, unsigned i, const char *first, size_t number)
{
	char path[TEXT_MAX];
	file_of(run, i, path);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "May  2 10:20:30 host app: %s%0*zu.%s\n", first, PROBE_DIGITS, number, run->domain) < 0 ||
	    close(fd) != 0)
		sensor_fail("cannot write a log");
}

static void make_files(const struct sensor_run *run, unsigned files)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "%s/many", run->directory);
	int rc = mkdir(path, 0755);
	for (unsigned i = 0; i < files && rc == 0; i++) {
		snprintf(path, sizeof path, "%s/many/%03u", run->directory, i / FILES_A_DIRECTORY);
		if (i % FILES_A_DIRECTORY == 0)
			rc = mkdir(path, 0755);
		add_line(run, i, "host", i);
	}
	if (rc != 0)
		sensor_fail("cannot make the directory of many files");
}

void sensor_many(const struct sensor_run *run, unsigned files)
{
	static double written[PROBES_OF_MANY];
	struct running r;
	char state[TEXT_MAX], pattern[TEXT_MAX], what[128];
	make_files(run, files);
	snprintf(state, sizeof state, "%s/many.state", run->directory);
	snprintf(pattern, sizeof pattern, "%s/many/*/*.log", run->directory);
	double began = sensor_seconds();
	start(&r, run, (const char *[]){"--state", state, pattern, NULL});
	wait_ready(&r);
	double ready = sensor_seconds() - began;
	while (r.sightings < files)
		if (!step(&r, 10) || sensor_seconds() > began + PATIENCE)
			sensor_fail("a line of the many files was not told");
	double told = sensor_seconds() - began;
	snprintf(what, sizeof what, "%u files: from the start to ready", files);
	sensor_row(what, ready, "s", "", 0, "all found");
	snprintf(what, sizeof what, "%u files: from the start to a sighting of each", files);
	sensor_row(what, told, "s", "", 0, "");
	for (size_t i = 0; i < PROBES_OF_MANY; i++) {
		written[i] = sensor_seconds();
		add_line(run, (unsigned)(i * 7919 % files), PROBE, i);
		for (double until = written[i] + PATIENCE; r.told[i] == 0;)
			if (!step(&r, 1) || sensor_seconds() > until)
				sensor_fail("a line of the many files was not told");
	}
	look(&r);
	snprintf(what, sizeof what, "%u files: a line added to one of them", files);
	delays(&r, written, PROBES_OF_MANY, what, "");
	snprintf(what, sizeof what, "%u files: resident beyond the mapped set", files);
	sensor_row(what, r.peak, "MiB", "<=", 64, "");
	end(&r);
}
