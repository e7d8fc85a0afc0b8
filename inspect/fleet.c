// `fleet`: a directory of saved inventories. Threads take its files a few at a time; what they count is summed at the end.
#include "fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "sys/clock.h"
#include "words.h"

#define LOOK_EVERY_MS 100
#define SLOTS_A_THREAD 4u // batches whose lines wait for those before them
#define BAR 24            // characters of the progress bar

// What the threads share.
struct crew {
	struct fleet *f;
	int root, out; // out: of the lines, or -1
	const char *name;
	pthread_mutex_t lock; // of all that follows
	pthread_cond_t changed;
	struct fleet_walk walk;
	bool walked;        // to its end
	uint64_t batches;   // given out
	uint64_t written;   // batches whose lines are in `out`
	struct buf waiting[FLEET_THREADS_MAX * SLOTS_A_THREAD]; // lines of batch n in slot n % slots
	bool ready[FLEET_THREADS_MAX * SLOTS_A_THREAD];
	unsigned slots, running;
	enum err stopped;
	struct why why;
	atomic_uint_least64_t files, machines;
};

struct batch {
	uint64_t number;
	size_t n;
	char file[FLEET_BATCH][FILE_PATH_MAX];
	const char *problem[FLEET_BATCH];
};

static void stop(struct crew *c, enum err e, const struct why *why)
{
	pthread_mutex_lock(&c->lock);
	if (c->stopped == ERR_OK) {
		c->stopped = e;
		c->why = *why;
	}
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

// The next files; false: no more, or the work has stopped. Nobody runs further ahead than there are slots.
static bool take_batch(struct crew *c, struct batch *b)
{
	b->n = 0;
	pthread_mutex_lock(&c->lock);
	while (c->stopped == ERR_OK && c->out >= 0 && c->batches >= c->written + c->slots)
		pthread_cond_wait(&c->changed, &c->lock);
	while (c->stopped == ERR_OK && !c->walked && b->n < FLEET_BATCH) {
		c->walked = !fleet_walk_next(&c->walk, b->file[b->n], &b->problem[b->n]);
		b->n += !c->walked;
	}
	if (b->n > 0)
		b->number = c->batches++;
	pthread_mutex_unlock(&c->lock);
	return b->n > 0;
}

static enum err write_all(int fd, struct slice s, struct why *why)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno != EINTR)
			return why_set(why, ERR_SYSTEM, "the lines cannot be written: %s", strerror(errno));
		s = slice_part(s, n > 0 ? (size_t)n : 0, s.n);
	}
	return ERR_OK;
}

// Lines come out in the order of the walk: those of a batch wait until the ones before are written.
static enum err hand_in(struct crew *c, const struct batch *b, struct buf *lines, struct why *why)
{
	enum err e = buf_status(lines);
	if (e != ERR_OK)
		return why_set(why, e, "%s: too many machines in one file for their lines", b->file[0]);
	if (c->out < 0)
		return ERR_OK;
	pthread_mutex_lock(&c->lock);
	struct buf *slot = &c->waiting[b->number % c->slots];
	buf_clear(slot);
	buf_put_slice(slot, buf_slice(lines));
	e = buf_status(slot);
	c->ready[b->number % c->slots] = true;
	for (size_t at; e == ERR_OK && c->ready[at = c->written % c->slots]; c->written++) {
		e = write_all(c->out, buf_slice(&c->waiting[at]), why);
		c->ready[at] = false;
	}
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	buf_clear(lines);
	return e;
}

static enum err one_file(struct crew *c, struct fleet_hand *h, const char *file, const char *problem, struct why *why)
{
	struct why reason;
	int fd = problem != NULL ? -1 : openat(c->root, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		return fleet_hand_file(h, fd, file, why);
	why_set(&reason, ERR_SYSTEM, "%s", problem != NULL ? problem : strerrordesc_np(errno));
	return fleet_hand_unread(h, file, &reason, why);
}

static enum err work(struct crew *c, struct fleet_hand *h, struct why *why)
{
	struct batch *b = malloc(sizeof *b);
	enum err e = b == NULL ? why_set(why, ERR_SYSTEM, "no memory") : ERR_OK;
	while (e == ERR_OK && take_batch(c, b)) {
		uint64_t before = fleet_hand_machines(h);
		for (size_t i = 0; e == ERR_OK && i < b->n; i++)
			e = one_file(c, h, b->file[i], b->problem[i], why);
		atomic_fetch_add(&c->files, b->n);
		atomic_fetch_add(&c->machines, fleet_hand_machines(h) - before);
		if (e == ERR_OK)
			e = hand_in(c, b, fleet_hand_lines(h), why);
	}
	free(b);
	return e;
}

static void *thread(void *context)
{
	struct crew *c = context;
	struct fleet_hand *h = NULL;
	struct why why = {0};
	enum err e = fleet_hand_new(c->f, c->out >= 0, &h, &why);
	if (e == ERR_OK)
		e = work(c, h, &why);
	if (e != ERR_OK)
		stop(c, e, &why);
	pthread_mutex_lock(&c->lock);
	if (c->stopped == ERR_OK) {
		e = fleet_hand_end(h, &why);
		c->stopped = e;
		c->why = why;
	}
	c->running--;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	fleet_hand_free(h);
	return NULL;
}

// --- Progress ------------------------------------------------------------------------------------------------------------------

static uint64_t count_files(int root, const char *name)
{
	struct fleet_walk w;
	char path[FILE_PATH_MAX];
	const char *problem;
	uint64_t n = 0;
	if (isatty(STDERR_FILENO) != 1 || fleet_walk_open(&w, root, name, NULL) != ERR_OK)
		return 0; // nobody looks
	while (fleet_walk_next(&w, path, &problem))
		n++;
	return n;
}

static void show(const struct crew *c, uint64_t all, uint64_t ms)
{
	uint64_t files = atomic_load(&c->files), machines = atomic_load(&c->machines);
	char bar[BAR + 1];
	if (files == 0 || files > all || ms == 0)
		return;
	size_t done = (size_t)(files * BAR / all);
	memset(bar, '.', BAR);
	memset(bar, '#', done);
	bar[BAR] = 0;
	verb_progress("[%s] %s of %s files, %s machines/s, %s s left", bar, verb_count(files), verb_count(all),
	              verb_count(machines * 1000 / ms), verb_count((all - files) * ms / files / 1000));
}

static void wait_for_all(struct crew *c, uint64_t all)
{
	uint64_t begun = clock_monotonic_ms();
	pthread_mutex_lock(&c->lock);
	while (c->running > 0) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_EVERY_MS * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&c->changed, &c->lock, &until);
		pthread_mutex_unlock(&c->lock);
		show(c, all, clock_monotonic_ms() - begun);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	verb_progress_end();
}

// --- The whole -----------------------------------------------------------------------------------------------------------------

static int by_machine(const void *a, const void *b)
{
	const struct derogation *x = a, *y = b;
	return slice_compare(x->machine, y->machine);
}

static enum err find_machines_derogations(struct fleet *f, struct why *why)
{
	const struct derogations *d = f->i->r.derogations;
	size_t n = d == NULL ? 0 : derogations_count(d);
	if (n == 0)
		return ERR_OK;
	f->of_machines = calloc(n, sizeof *f->of_machines);
	if (f->of_machines == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	for (size_t k = 0; k < n; k++) {
		struct derogation g = derogation_at(d, k);
		if (g.machine.n > 0)
			f->of_machines[f->of_machines_n++] = g;
	}
	qsort(f->of_machines, f->of_machines_n, sizeof *f->of_machines, by_machine);
	return ERR_OK;
}

static enum err run_threads(struct crew *c, unsigned threads, struct why *why)
{
	pthread_t id[FLEET_THREADS_MAX];
	unsigned started = 0;
	uint64_t all = count_files(c->root, c->name);
	c->running = threads;
	for (; started < threads; started++)
		if (pthread_create(&id[started], NULL, thread, c) != 0)
			break;
	if (started < threads) {
		pthread_mutex_lock(&c->lock);
		c->running -= threads - started;
		pthread_mutex_unlock(&c->lock);
	}
	if (started == 0)
		return why_set(why, ERR_SYSTEM, "no thread can be started: %s", strerror(errno));
	wait_for_all(c, all);
	for (unsigned n = 0; n < started; n++)
		pthread_join(id[n], NULL);
	if (c->stopped != ERR_OK)
		*why = c->why;
	return c->stopped;
}

enum err fleet_inspect(struct fleet *f, struct inspection *i, int root, const char *name, unsigned threads, size_t cache_bytes,
                       int lines, struct why *why)
{
	*f = (struct fleet){.i = i, .steps = fleet_steps_new(), .cache = cache_bytes == 0 ? NULL : fleet_cache_new(cache_bytes)};
	struct crew *c = calloc(1, sizeof *c);
	if (f->steps == NULL || c == NULL || (cache_bytes > 0 && f->cache == NULL)) {
		free(c);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	*c = (struct crew){.f = f, .root = root, .out = lines, .name = name, .slots = SLOTS_A_THREAD * threads};
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	for (unsigned n = 0; n < c->slots; n++)
		buf_init(&c->waiting[n], OUTPUT_MAX);
	enum err e = find_machines_derogations(f, why);
	if (e == ERR_OK)
		e = fleet_walk_open(&c->walk, root, name, why);
	if (e == ERR_OK)
		e = run_threads(c, threads, why);
	fleet_walk_close(&c->walk);
	for (unsigned n = 0; n < c->slots; n++)
		buf_free(&c->waiting[n]);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
	return e;
}

void fleet_free(struct fleet *f)
{
	fleet_cache_free(f->cache);
	fleet_steps_free(f->steps);
	fleet_sum_free(&f->sum);
	free(f->of_machines);
	*f = (struct fleet){0};
}

// --- The verb ------------------------------------------------------------------------------------------------------------------

static unsigned processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > (int)FLEET_THREADS_MAX ? FLEET_THREADS_MAX : (unsigned)n;
}

// Where the lines go: under another name until they are all there.
static enum err open_lines(const char *path, char draft[static FILE_PATH_MAX], int *fd, struct why *why)
{
	*fd = -1;
	if (path == NULL)
		return ERR_OK;
	if (strcmp(path, "-") == 0) {
		*fd = dup(STDOUT_FILENO);
	} else {
		struct stat st;
		if (snprintf(draft, FILE_PATH_MAX, "%s.new", path) >= FILE_PATH_MAX)
			return why_set(why, ERR_LIMIT, "%s: the path is too long", path);
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) // as file_write()
			return why_set(why, ERR_SYSTEM, "%s: is no regular file, and would be replaced by one", path);
		unlink(draft); // of an inspection that was cut off
		*fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_PUBLIC);
	}
	return *fd >= 0 ? ERR_OK : why_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
}

static enum err close_lines(const char *path, const char *draft, int fd, enum err e, struct why *why)
{
	if (fd < 0)
		return e;
	bool file = strcmp(path, "-") != 0;
	if (e == ERR_OK && file && (fsync(fd) != 0 || rename(draft, path) != 0))
		e = why_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (close(fd) != 0 && e == ERR_OK)
		e = why_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (e != ERR_OK && file)
		unlink(draft);
	return e;
}

static enum err print(const struct fleet *f, const char *name, struct why *why)
{
	struct buf out;
	buf_init(&out, OUTPUT_MAX);
	enum err e = f->i->json ? fleet_print_json(f, name, &out, why) : fleet_print_people(f, name, &out, why);
	if (e == ERR_OK)
		e = verb_print(buf_slice(&out), why);
	buf_free(&out);
	return e;
}

// The worst verdict; nothing is favourable while something could not be read.
static int status_of(const struct fleet *f)
{
	const struct fleet_sum *s = &f->sum;
	enum verdict answers = f->i->r.verdict;
	if (s->verdicts[VERDICT_REFUSED] > 0 || answers == VERDICT_REFUSED)
		return INSPECT_REFUSED;
	if (s->verdicts[VERDICT_REINSPECTION] > 0 || answers == VERDICT_REINSPECTION)
		return INSPECT_REINSPECTION;
	return s->unread > 0 || s->machines == 0 ? INSPECT_TROUBLE : INSPECT_FAVOURABLE;
}

static void tell_unread(const struct fleet *f)
{
	const struct fleet_sum *s = &f->sum;
	for (size_t n = 0; n < s->told_n; n++) {
		struct buf line;
		buf_init(&line, 2 * FILE_PATH_MAX);
		word_put(&line, slice_text(s->told[n]->file), FILE_PATH_MAX);
		fprintf(stderr, "%s: not read: %.*s: %s\n", f->i->verb->name, SLICE_ARGS(buf_slice(&line)), s->told[n]->why.text);
		buf_free(&line);
	}
	if (s->unread > s->told_n)
		fprintf(stderr, "%s: not read: %s in all\n", f->i->verb->name, verb_count(s->unread));
	if (s->machines == 0)
		fprintf(stderr, "%s: nothing was inspected: no file below the directory could be read as an inventory\n",
		        f->i->verb->name);
}

static enum err inspect_all(struct fleet *f, struct inspection *i, int root, const char *name, struct why *why)
{
	char draft[FILE_PATH_MAX];
	int lines;
	unsigned threads = processors();
	enum err e = inspection_lock(i, SANDBOX_SENSOR, name, why);
	if (e == ERR_OK)
		e = open_lines(i->result, draft, &lines, why);
	if (e != ERR_OK)
		return e;
	e = fleet_inspect(f, i, root, name, threads, FLEET_CACHE_BYTES, lines, why);
	if (e == ERR_OK)
		e = inspection_check(i, why);
	e = close_lines(i->result, draft, lines, e, why);
	if (e == ERR_OK)
		e = answers_take(i, i->answers, why); // the organisation's, once: no machine's
	if (e != ERR_OK)
		return e;
	result_end(&i->r);
	tell_unread(f);
	return i->quiet ? ERR_OK : print(f, name, why);
}

static int run(int argc, char **argv)
{
	struct inspection i;
	struct fleet f = {0};
	struct why why = {0};
	int status;
	if (!inspection_begin(&i, &verb_fleet, argc, argv, 1, "one DIRECTORY", &status)) {
		inspection_free(&i);
		return status;
	}
	struct stat st;
	int root = -1;
	enum err e = inspection_open(argv[0], O_DIRECTORY, &root, &st, &why);
	if (e == ERR_OK)
		e = inspect_all(&f, &i, root, argv[0], &why);
	status = e == ERR_OK ? status_of(&f) : verb_fail(&verb_fleet, INSPECT_TROUBLE, e, &why);
	if (root >= 0)
		close(root);
	fleet_free(&f);
	inspection_free(&i);
	return status;
}

const struct verb verb_fleet = {
	"fleet",
	"[--data FILE] [--regime NAME|FILE]… [--entity vital|essential|important|administration,…]\n"
	"    [--role workstation|server|network|industrial|medical|other] [--exposure isolated|internal|internet]\n"
	"    [--caretaker NAME] [--date DAY] [--extended-support] [--derogations FILE] [--answers FILE] [--changed-since FILE]\n"
	"    [--ecosystem WORD] [--lang en|fr] [--json] [--quiet] [--result FILE] DIRECTORY",
	"many saved inventories, on all processors", run};
