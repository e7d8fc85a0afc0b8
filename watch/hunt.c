// `hunt`: one set over many files, on all cores. Large plain files are cut into pieces; what is met is told in the order of the
// files and lines, whichever thread found it, so two runs print the same.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "sandbox/sandbox.h"
#include "source.h"
#include "sys/clock.h"
#include "tell.h"
#include "watch.h"

#define PIECE (16u << 20)        // bytes of a plain file that one thread takes at once
#define HELD_MAX (16u << 20)     // bytes of met lines that a thread holds before its turn comes
#define THREADS_MAX 256u
#define PROGRESS_MS 100

// What is known of a file besides its name, once its first piece was taken.
struct hunt {
	struct indicator_set *set;
	struct output *output;
	enum scan_path scan;
	uint64_t now, began_ms;
	struct files files;

	pthread_mutex_t lock;
	pthread_cond_t turned;
	// The next piece to be taken.
	size_t file;
	uint64_t from, size; // of that file; size 0: not looked at yet
	bool cut;            // that file can be cut
	uint64_t pieces;     // taken
	uint64_t turn;       // piece that may tell
	// The file that is being told.
	struct teller teller;
	uint64_t lines_before; // newlines in its pieces told
	unsigned failed;       // files
	bool stopped;
	uint64_t bytes, packed_done, total; // scanned; of files done; of all files
	unsigned working;
};

struct piece {
	uint64_t index;
	size_t file;
	uint64_t from, to; // of the file; to UINT64_MAX: all
	bool first, last;
	int fd;
};

// One thread.
struct hunter {
	struct hunt *h;
	struct lines *lines;
	struct piece piece;
	struct buf held; // lines met before the turn: struct held, hits, text
	bool telling;    // it is this piece's turn, and what was held has been told
	uint64_t counted;
};

struct held {
	struct line line;
	size_t count, text; // 0 hits: a comment
};

// --- Turns -------------------------------------------------------------------------------------------------------------------

static void begin_file(struct hunt *h, const struct piece *p)
{
	if (!p->first)
		return;
	fields_header_free(&h->teller.header);
	h->teller = (struct teller){.output = h->output, .set = h->set, .path = h->files.path[p->file], .now = h->now};
	fields_header_init(&h->teller.header);
	h->lines_before = 0;
}

static bool tell_held(struct hunt *h, const struct buf *held)
{
	const uint8_t *p = held->p;
	for (size_t at = 0; at < held->n;) {
		struct held x;
		struct scan_hit hits[LINES_HITS_MAX < 64 ? LINES_HITS_MAX : 64];
		memcpy(&x, p + at, sizeof x);
		const uint8_t *hit = p + at + sizeof x, *text = hit + x.count * sizeof *hits;
		x.line.text = slice_of(text, x.text);
		x.line.number += h->lines_before;
		if (x.count == 0)
			fields_header_line(&h->teller.header, x.line.text);
		for (size_t done = 0; done < x.count;) {
			size_t n = x.count - done < 64 ? x.count - done : 64;
			memcpy(hits, hit + done * sizeof *hits, n * sizeof *hits);
			if (!tell_line(&h->teller, &x.line, hits, n))
				return false;
			done += n;
		}
		at += sizeof x + x.count * sizeof *hits + x.text;
	}
	return true;
}

// Waits until all pieces before this one have been told. Those never wait for this one.
static bool take_turn(struct hunter *t)
{
	struct hunt *h = t->h;
	if (t->telling)
		return true;
	pthread_mutex_lock(&h->lock);
	while (h->turn != t->piece.index && !h->stopped)
		pthread_cond_wait(&h->turned, &h->lock);
	bool go = !h->stopped;
	pthread_mutex_unlock(&h->lock);
	if (!go)
		return false;
	begin_file(h, &t->piece);
	t->telling = true;
	go = buf_status(&t->held) == ERR_OK && tell_held(h, &t->held);
	buf_clear(&t->held);
	return go;
}

static void hold(struct hunter *t, const struct line *line, const struct scan_hit *hits, size_t count)
{
	struct held x = {*line, count, line->text.n};
	buf_put(&t->held, &x, sizeof x);
	buf_put(&t->held, hits, count * sizeof *hits);
	buf_put_slice(&t->held, line->text);
}

static bool met(void *context, const struct line *line, const struct scan_hit *hits, size_t count)
{
	struct hunter *t = context;
	size_t wants = sizeof(struct held) + count * sizeof *hits + line->text.n;
	if (!t->telling && t->held.n + wants <= HELD_MAX) {
		hold(t, line, hits, count);
		return true;
	}
	if (!take_turn(t))
		return false;
	struct line here = *line;
	here.number += t->h->lines_before;
	return tell_line(&t->h->teller, &here, hits, count);
}

static void comment(void *context, struct slice text)
{
	struct hunter *t = context;
	struct line line = {.text = text};
	if (!t->telling && t->held.n + sizeof(struct held) + text.n <= HELD_MAX)
		hold(t, &line, NULL, 0);
	else if (take_turn(t))
		fields_header_line(&t->h->teller.header, text);
}

// --- Pieces ------------------------------------------------------------------------------------------------------------------

static void say_failed(struct hunt *h, const char *path, const char *why)
{
	pthread_mutex_lock(&h->lock);
	h->failed++;
	verb_progress_end();
	fprintf(stderr, "tocsin-watch hunt: %s%s%s\n", path, *path != 0 ? ": " : "", why);
	pthread_mutex_unlock(&h->lock);
}

static bool is_packed(int fd)
{
	uint8_t head[4];
	ssize_t n = pread(fd, head, sizeof head, 0);
	return n < 0 || source_looks_packed(slice_of(head, (size_t)n));
}

// Its bytes hold no text: that nothing met would be no answer.
static void warn_foreign(struct hunt *h, int fd, const char *path)
{
	uint8_t head[SOURCE_MAGIC_MAX];
	ssize_t n = pread(fd, head, sizeof head, 0);
	if (n > 0 && source_looks_foreign(slice_of(head, (size_t)n)))
		say_failed(h, path, "is packed by xz, bzip2 or lz4, which is not read: give it unpacked, or through a pipe");
}

// The next piece; false when there is none. The file is open.
static bool take_piece(struct hunt *h, struct piece *p)
{
	bool given = false;
	int error = 0;
	pthread_mutex_lock(&h->lock);
	while (!given && h->file < h->files.n && !h->stopped) {
		const char *path = h->files.path[h->file];
		struct stat st;
		int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0 || fstat(fd, &st) != 0) {
			error = errno;
			if (fd >= 0)
				close(fd);
			h->file++;
			h->from = 0;
			pthread_mutex_unlock(&h->lock);
			say_failed(h, path, strerror(error));
			pthread_mutex_lock(&h->lock);
			continue;
		}
		if (h->from == 0) {
			h->cut = S_ISREG(st.st_mode) && st.st_size > 2 * (off_t)PIECE && !is_packed(fd);
			h->size = (uint64_t)st.st_size;
		}
		bool more = h->cut && h->size - h->from > PIECE;
		*p = (struct piece){h->pieces++, h->file, h->from, more ? h->from + PIECE : UINT64_MAX, h->from == 0, !more, fd};
		h->from = more ? h->from + PIECE : 0;
		h->file += !more;
		h->working++;
		given = true;
	}
	pthread_mutex_unlock(&h->lock);
	return given;
}

static void add_bytes(struct hunt *h, uint64_t n)
{
	__atomic_fetch_add(&h->bytes, n, __ATOMIC_RELAXED);
}

// The whole of a file, or its part from 0 to p->to.
static enum err read_whole(struct hunter *t, struct source *s, struct why *why)
{
	bool first = true, going = true;
	uint64_t seen = 0, at = 0;
	for (size_t n, got = 1; going && got > 0 && at < t->piece.to;) {
		uint8_t *to = lines_room(t->lines, &n);
		if (t->piece.to - at < n)
			n = (size_t)(t->piece.to - at);
		enum err e = source_read(s, to, n, &got, why);
		if (e != ERR_OK)
			return e; // the caller scans what came before the damage
		if (first && got > 0)
			lines_comments(t->lines, *to == '#');
		first = false;
		at += got;
		going = got == 0 || lines_put(t->lines, got);
		add_bytes(t->h, source_taken(s) - seen);
		seen = source_taken(s);
	}
	return ERR_OK;
}

// Lines whose first byte is in [from, to). A piece after the first begins after the first newline at from - 1 or later.
static enum err read_piece(struct hunter *t, struct why *why)
{
	const struct piece *p = &t->piece;
	const char *path = t->h->files.path[p->file];
	uint64_t at = p->from;
	bool begun = p->first, going = true;
	uint8_t head = 0;
	if (pread(p->fd, &head, 1, 0) < 0)
		return why_set(why, ERR_SYSTEM, "%s: read: %s", path, strerror(errno));
	lines_begin(t->lines, 0, 0);
	lines_comments(t->lines, head == '#');
	if (!begun)
		at--;
	while (going) {
		size_t n;
		uint8_t *to = lines_room(t->lines, &n);
		ssize_t got = pread(p->fd, to, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return why_set(why, ERR_SYSTEM, "%s: read: %s", path, strerror(errno));
		size_t use = (size_t)got;
		add_bytes(t->h, use);
		if (use == 0)
			return ERR_OK; // the end of the file; the caller scans what is left
		if (!begun) {
			const uint8_t *nl = memchr(to, '\n', use);
			size_t skip = nl != NULL ? (size_t)(nl - to) + 1 : use;
			at += skip;
			if (at >= p->to)
				return ERR_OK; // all of it belongs to a line that began before
			if (nl == NULL)
				continue;
			begun = true;
			lines_begin(t->lines, at, 0);
			lines_comments(t->lines, head == '#');
			to = lines_room(t->lines, &n);
			use -= skip;
			memmove(to, to + skip, use);
			if (use == 0)
				continue;
		}
		if (p->to != UINT64_MAX && at + use >= p->to) { // up to the newline at to - 1 or later
			size_t from = at >= p->to ? 0 : (size_t)(p->to - 1 - at);
			const uint8_t *nl = memchr(to + from, '\n', use - from);
			if (nl != NULL) {
				use = (size_t)(nl - to) + 1;
				going = false;
			}
		}
		at += use;
		if (!lines_put(t->lines, use))
			return ERR_OK;
	}
	return ERR_OK;
}

static void hunt_piece(struct hunter *t)
{
	struct hunt *h = t->h;
	struct piece *p = &t->piece;
	const char *path = h->files.path[p->file];
	struct why why;
	struct source *s = NULL;
	enum err e;
	t->telling = false;
	buf_clear(&t->held);
	if (p->first)
		warn_foreign(h, p->fd, path);
	if (!p->first || !p->last) {
		e = read_piece(t, &why);
		close(p->fd);
	} else {
		lines_begin(t->lines, 0, 0);
		e = source_open(p->fd, path, &s, &why);
		if (e == ERR_OK)
			e = read_whole(t, s, &why);
		source_close(s);
	}
	bool going = lines_end(t->lines);
	if (going)
		going = take_turn(t);
	if (e != ERR_OK)
		say_failed(h, "", why.text);
	if (going && !output_flush(h->output))
		going = false;
	pthread_mutex_lock(&h->lock);
	h->lines_before += lines_number(t->lines);
	h->turn++;
	h->working--;
	h->stopped |= !going;
	pthread_cond_broadcast(&h->turned);
	pthread_mutex_unlock(&h->lock);
}

static void *work(void *context)
{
	struct hunter *t = context;
	while (take_piece(t->h, &t->piece))
		hunt_piece(t);
	return NULL;
}

// --- All of it ---------------------------------------------------------------------------------------------------------------

static void show_progress(const struct hunt *h)
{
	uint64_t bytes = __atomic_load_n(&h->bytes, __ATOMIC_RELAXED), ms = clock_monotonic_ms() - h->began_ms;
	double rate = ms > 0 ? (double)bytes / (double)ms * 1000 : 0;
	char bar[21];
	unsigned full = h->total > 0 ? (unsigned)(bytes * 20 / h->total) : 0;
	for (unsigned i = 0; i < 20; i++)
		bar[i] = i < full ? '#' : '.';
	bar[20] = 0;
	double left = rate > 0 && h->total > bytes ? (double)(h->total - bytes) / rate : 0;
	verb_progress("[%s] %3u %%  %.2f GB/s  %.0f s left  %s sightings", bar, full * 5, rate / 1e9, left,
	               verb_count(output_count(h->output)));
}

static void measure(struct hunt *h)
{
	struct stat st;
	for (size_t i = 0; i < h->files.n; i++)
		if (stat(h->files.path[i], &st) == 0)
			h->total += (uint64_t)st.st_size;
}

static enum err hunt_all(struct hunt *h, unsigned threads, struct why *why)
{
	struct hunter *t = calloc(threads, sizeof *t);
	pthread_t *id = calloc(threads, sizeof *id);
	unsigned ready = 0, started = 0;
	enum err e = t != NULL && id != NULL ? ERR_OK : why_set(why, ERR_SYSTEM, "no memory");
	for (; e == ERR_OK && ready < threads; ready++) {
		const struct lines_calls calls = {met, comment, &t[ready]};
		t[ready].h = h;
		buf_init(&t[ready].held, HELD_MAX + 4096);
		e = lines_new(h->set, h->scan, h->now, &calls, &t[ready].lines, why);
	}
	for (; e == ERR_OK && started < threads && pthread_create(&id[started], NULL, work, &t[started]) == 0;)
		started++;
	if (e == ERR_OK && started == 0)
		e = why_set(why, ERR_SYSTEM, "no thread to be had");
	pthread_mutex_lock(&h->lock);
	while (started > 0 && !h->stopped && (h->file < h->files.n || h->working > 0)) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_MS * 1000000l;
		until.tv_sec += until.tv_nsec / 1000000000l;
		until.tv_nsec %= 1000000000l;
		pthread_cond_timedwait(&h->turned, &h->lock, &until);
		show_progress(h);
	}
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < started; i++)
		pthread_join(id[i], NULL);
	for (unsigned i = 0; i < ready; i++) {
		lines_free(t[i].lines);
		buf_free(&t[i].held);
	}
	free(t);
	free(id);
	return e;
}

struct hunt_options {
	const char *set, *scan;
	bool text, summary, quiet, no_sandbox;
	uint64_t threads, dedup;
};

static enum err prepare(struct hunt *h, const struct hunt_options *o, int argc, char **argv, struct why *why)
{
	enum err e = indicator_open(o->set, &h->set, why);
	for (int i = 0; i < argc && e == ERR_OK; i++) {
		if (strcmp(argv[i], "-") != 0) {
			struct why one;
			enum err found = files_add(&h->files, argv[i], &one);
			if (found == ERR_ABSENT || found == ERR_SYSTEM)
				say_failed(h, "", one.text);
			else if (found != ERR_OK)
				e = why_set(why, found, "%s", one.text);
		} else {
			e = files_put(&h->files, "-", why);
		}
	}
	struct output_how how = {o->text, o->text && isatty(STDOUT_FILENO) == 1, o->quiet, o->summary, o->dedup};
	if (e == ERR_OK)
		e = output_new(STDOUT_FILENO, &how, &h->output, why);
	if (e == ERR_OK && !o->no_sandbox) { // archives are hostile and unpacking is not simple: nothing is written, nobody is called
		const struct sandbox_plan plan = {.kind = SANDBOX_SENSOR, .read = {"/"}, .files = 4096};
		verb_progress("%zu files", h->files.n); // looks for the terminal before it is too late
		e = sandbox_enter(&plan, why);
	}
	return e;
}

static int conclude(struct hunt *h, const struct hunt_options *o)
{
	verb_progress_end();
	output_tick(h->output, UINT64_MAX);
	bool whole = output_flush(h->output);
	if (o->summary)
		output_summary(h->output, o->quiet ? stdout : stderr);
	uint64_t ms = clock_monotonic_ms() - h->began_ms;
	if (isatty(STDERR_FILENO) == 1)
		fprintf(stderr, "%s files, %s bytes in %.2f s (%.2f GB/s), %s sightings\n", verb_count(h->files.n), verb_count(h->bytes),
		        (double)ms / 1000, ms > 0 ? (double)h->bytes / 1e6 / (double)ms : 0, verb_count(output_count(h->output)));
	if (!whole)
		fprintf(stderr, "tocsin-watch hunt: standard output could not be written\n");
	if (fflush(stdout) != 0 || !whole || h->failed > 0)
		return WATCH_TROUBLE;
	return output_count(h->output) > 0 ? WATCH_MET : WATCH_NOTHING;
}

static int run_hunt(int argc, char **argv)
{
	static struct hunt h = {.lock = PTHREAD_MUTEX_INITIALIZER, .turned = PTHREAD_COND_INITIALIZER};
	struct hunt_options o = {.threads = 0};
	const struct verb_option table[] = {{"set", VERB_TEXT, &o.set, 0, 0},          {"text", VERB_FLAG, &o.text, 0, 0},
	                                     {"summary", VERB_FLAG, &o.summary, 0, 0},  {"quiet", VERB_FLAG, &o.quiet, 0, 0},
	                                     {"threads", VERB_NUMBER, &o.threads, 1, THREADS_MAX},
	                                     {"dedup", VERB_DURATION, &o.dedup, 0, 0},  {"scan", VERB_TEXT, &o.scan, 0, 0},
	                                     {"no-sandbox", VERB_FLAG, &o.no_sandbox, 0, 0}, {0}};
	struct why why;
	int n = verb_options(&verb_hunt, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n == 0 || o.set == NULL)
		return verb_usage(&verb_hunt, "%s", n == 0 ? "no FILE" : "--set SET is needed");
	if (o.threads == 0) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		o.threads = cores > 0 && cores < (long)THREADS_MAX ? (uint64_t)cores : 1;
	}
	if (o.scan != NULL && scan_path_named(o.scan, &h.scan, &why) != ERR_OK)
		return verb_usage(&verb_hunt, "--scan: %s", why.text);
	h.now = clock_now();
	h.began_ms = clock_monotonic_ms();
	enum err e = prepare(&h, &o, n, argv, &why);
	if (e == ERR_OK)
		measure(&h);
	h.began_ms = clock_monotonic_ms();
	if (e == ERR_OK)
		e = hunt_all(&h, (unsigned)o.threads, &why);
	int status = e == ERR_OK ? conclude(&h, &o) : verb_fail(&verb_hunt, WATCH_TROUBLE, e, &why);
	output_free(h.output);
	fields_header_free(&h.teller.header);
	files_free(&h.files);
	indicator_close(h.set);
	return status;
}

const struct verb verb_hunt = {
	"hunt",
	"--set SET FILE…|PATTERN…|- [--text] [--summary] [--quiet] [--dedup WINDOW] [--threads N] [--scan portable|avx2|avx512] "
	"[--no-sandbox]",
	"scan files, directories and archives once (exit 0: met, 1: nothing, 2: trouble)",
	run_hunt,
};
