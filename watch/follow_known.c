// Is what an archive holds told already? logrotate compresses a log that was followed, and a pattern that covers rotated names
// then finds the archive too. It is that log when it begins as the log began, and what stands before the place up to which the
// log was told is the same in both: logs have times in them.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "following.h"
#include "log/log.h"
#include "source.h"
#include "sys/clock.h"
#include "sys/file.h"

#define ALIKE_MAX 16u // logs that begin as the archive does and are looked at; beyond them it is told again, marked
#define BLOCK (64u << 10)

// "app" of "/var/log/app.log": what the names of all its rotated files begin with.
static struct slice stem_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	return slice_of(name, strcspn(name, "."));
}

bool follow_is_kin(const char *archive, const char *log)
{
	const char *slash = strrchr(archive, '/'), *name = slash != NULL ? slash + 1 : archive;
	struct slice stem = stem_of(log);
	return slice_equal(file_directory(archive), file_directory(log)) && strncmp(name, (const char *)stem.p, stem.n) == 0;
}

static size_t before(uint64_t offset) // bytes before it that are compared
{
	return offset < PLACE_HEAD ? (size_t)offset : PLACE_HEAD;
}

static bool read_before(int fd, uint64_t offset, uint8_t bytes[static PLACE_HEAD])
{
	size_t n = before(offset);
	return fd >= 0 && pread(fd, bytes, n, (off_t)(offset - n)) == (ssize_t)n;
}

void follow_finished(struct follow *f, const struct followed *x, bool whole)
{
	struct place *to = &f->finished[f->finished_n % FINISHED_MAX];
	uint8_t bytes[PLACE_HEAD];
	char *path = x->packed || x->offset == 0 ? NULL : strdup(x->told);
	if (path == NULL)
		return;
	free(to->path);
	*to = follow_place(x);
	to->path = path;
	to->done = whole && read_before(x->fd, x->offset, bytes); // of one that began anew nothing is left
	to->tail = to->done ? place_hash(slice_of(bytes, before(x->offset))) : 0;
	f->finished_n++;
}

// --- Logs that begin alike ---------------------------------------------------------------------------------------------------

struct alike {
	struct place place; // owns its path
	int fd;             // of a log that is followed; -1: it is not to be had
	bool live;
	uint8_t bytes[PLACE_HEAD]; // of the archive, before the place's offset
};

struct search {
	struct alike log[ALIKE_MAX];
	size_t n;
	bool more; // than fit
};

static void add(struct search *s, const struct place *p, const struct followed *live)
{
	s->more |= s->n == ALIKE_MAX;
	char *path = s->n < ALIKE_MAX ? strdup(p->path) : NULL;
	if (path == NULL)
		return;
	struct alike *a = &s->log[s->n++];
	*a = (struct alike){.place = *p, .fd = -1, .live = live != NULL};
	a->place.path = path;
	if (live != NULL && live->fd >= 0)
		a->fd = fcntl(live->fd, F_DUPFD_CLOEXEC, 0); // it is read from outside the lock
}

static void search_alike(struct follow *f, const struct followed *x, struct slice head, struct search *s)
{
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n; i++) {
		const struct followed *y = f->files[i];
		const struct place p = follow_place(y);
		if (y != x && !y->packed && !y->done && follow_is_kin(x->path, y->told) && place_begins(&p, head))
			add(s, &p, y);
	}
	for (size_t i = 0; i < FINISHED_MAX && i < f->finished_n; i++) {
		const struct place *p = &f->finished[i];
		if (follow_is_kin(x->path, p->path) && place_begins(p, head))
			add(s, p, NULL);
	}
	pthread_mutex_unlock(&f->lock);
}

static void search_done(struct search *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->log[i].place.path);
		if (s->log[i].fd >= 0)
			close(s->log[i].fd);
	}
}

// --- The archive -------------------------------------------------------------------------------------------------------------

// What is in the archive: how much, and what stands before its end and before the places of the logs.
struct content {
	uint64_t n;
	bool whole; // it ended as an archive should
	uint8_t tail[PLACE_HEAD];
};

// The source from its first byte. `stop`: no more than that.
static enum err read_content(struct source *s, struct search *logs, uint64_t stop, struct content *c, struct why *why)
{
	uint8_t *room = malloc(PLACE_HEAD + BLOCK); // a block, and what stood before it
	enum err e = room != NULL ? ERR_OK : why_set(why, ERR_SYSTEM, "no memory");
	*c = (struct content){.whole = false};
	for (size_t got = 1; e == ERR_OK && got > 0 && c->n < stop;) {
		size_t most = stop - c->n < BLOCK ? (size_t)(stop - c->n) : BLOCK;
		e = source_read(s, room + PLACE_HEAD, most, &got, why);
		c->whole = e == ERR_OK && got == 0;
		for (size_t i = 0; i < logs->n; i++) {
			uint64_t at = logs->log[i].place.offset;
			size_t n = before(at);
			if (at > c->n && at <= c->n + got)
				memcpy(logs->log[i].bytes, room + PLACE_HEAD + (at - c->n) - n, n);
		}
		c->n += got;
		memcpy(c->tail, room + PLACE_HEAD + got - before(c->n), before(c->n));
		memmove(room, room + got, PLACE_HEAD);
	}
	free(room);
	return e;
}

// What decides, besides the content: as long as none of it has changed the archive need not be unpacked to its end again.
static uint64_t state_of(const struct search *s, int fd, bool late)
{
	uint64_t state[4 + 4 * ALIKE_MAX] = {s->n, s->more, late};
	size_t n = 3;
	struct stat st;
	if (fstat(fd, &st) != 0)
		return 0;
	state[n++] = (uint64_t)st.st_size ^ (uint64_t)st.st_mtim.tv_sec << 32 ^ (uint64_t)st.st_mtim.tv_nsec;
	for (size_t i = 0; i < s->n; i++) {
		const struct alike *a = &s->log[i];
		state[n++] = a->live;
		state[n++] = a->place.inode;
		state[n++] = a->place.offset;
		state[n++] = a->fd >= 0 && fstat(a->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	}
	return place_hash(slice_of(state, n * sizeof *state));
}

static enum follow_known of_live(const struct alike *a, const struct content *c, bool late)
{
	uint8_t bytes[PLACE_HEAD];
	struct stat st;
	uint64_t at = a->place.offset < c->n ? a->place.offset : c->n;
	if (a->fd < 0 || fstat(a->fd, &st) != 0 || !read_before(a->fd, at, bytes))
		return late ? FOLLOW_DOUBTFUL : FOLLOW_WAIT;
	if (memcmp(bytes, a->place.offset < c->n ? a->bytes : c->tail, before(at)) != 0)
		return FOLLOW_NEW;
	if ((c->whole || late) && c->n <= a->place.offset)
		return FOLLOW_TOLD; // of one that is damaged: as far as it can be read
	// The rest is the log's to tell; what the archive has beyond it is told then.
	return c->whole && a->place.offset == (uint64_t)st.st_size && a->place.offset > 0 ? FOLLOW_RESUME : FOLLOW_WAIT;
}

static enum follow_known of_finished(const struct alike *a, const struct content *c, bool late)
{
	if (c->n < a->place.offset)
		return c->whole || late ? FOLLOW_DOUBTFUL : FOLLOW_WAIT;
	if (!a->place.done)
		return FOLLOW_DOUBTFUL;
	return place_hash(slice_of(a->bytes, before(a->place.offset))) == a->place.tail ? FOLLOW_RESUME : FOLLOW_NEW;
}

static enum follow_known judge(const struct search *s, const struct content *c, bool late, const struct alike **log)
{
	enum follow_known best = s->more ? FOLLOW_DOUBTFUL : FOLLOW_NEW;
	for (size_t i = 0; i < s->n; i++) {
		const struct alike *a = &s->log[i];
		enum follow_known k = a->live ? of_live(a, c, late) : of_finished(a, c, late);
		// Of several the longest: what begins alike and is short says little.
		if (k > best || (k == best && *log != NULL && a->place.offset > (*log)->place.offset)) {
			best = k;
			*log = a;
		}
	}
	return best;
}

static void resume(struct worker_state *w, const struct alike *a)
{
	struct followed *x = w->file;
	struct place *holds = place_copy(&a->place);
	char *told = strdup(a->place.path);
	if (holds == NULL || told == NULL) { // told from its beginning rather than not at all
		place_free(holds);
		free(told);
		x->replayed_to = TELL_ALL;
		return;
	}
	pthread_mutex_lock(&w->f->lock);
	place_free(x->holds);
	free(x->told);
	x->holds = holds;
	x->told = told;
	pthread_mutex_unlock(&w->f->lock);
	x->unpacked = a->place.offset;
	x->unpacked_line = a->place.line;
}

static enum err look(struct worker_state *w, int fd, bool late, enum follow_known *known, struct why *why)
{
	struct search s = {.n = 0};
	char path[FOLLOW_PATH_MAX];
	struct content c;
	struct source *source;
	const struct alike *log = NULL;
	pthread_mutex_lock(&w->f->lock); // the main thread may rename it
	snprintf(path, sizeof path, "%s", w->file->path);
	pthread_mutex_unlock(&w->f->lock);
	enum err e = source_open(fd, path, &source, why);
	if (e != ERR_OK)
		return e;
	e = read_content(source, &s, PLACE_HEAD, &c, why);
	if (e == ERR_INPUT && c.n < PLACE_HEAD)
		*known = late ? FOLLOW_NEW : FOLLOW_WAIT; // too little to be known by
	else
		search_alike(w->f, w->file, slice_of(c.tail, (size_t)c.n), &s);
	source_close(source);
	if (s.n == 0)
		return e == ERR_INPUT ? ERR_OK : e;
	uint64_t state = state_of(&s, w->file->fd, late);
	if (state != 0 && state == w->file->waits && !w->file->finish) {
		*known = FOLLOW_WAIT;
		search_done(&s);
		return ERR_OK;
	}
	fd = follow_again(w->file);
	e = fd >= 0 ? source_open(fd, path, &source, why) : why_set(why, ERR_SYSTEM, "%s: cannot be read anew", path);
	if (e == ERR_OK) {
		e = read_content(source, &s, UINT64_MAX, &c, why);
		source_close(source);
		*known = judge(&s, &c, late, &log);
		if (*known == FOLLOW_WAIT && w->file->finish) // there is no later
			*known = FOLLOW_DOUBTFUL;
	}
	w->file->waits = *known == FOLLOW_WAIT ? state : 0;
	if (*known == FOLLOW_RESUME)
		resume(w, log);
	if (*known == FOLLOW_DOUBTFUL)
		w->file->replayed_to = TELL_ALL;
	if (*known != FOLLOW_NEW && *known != FOLLOW_WAIT)
		log_line(LOG_INFO, "log-archived", log_value("log", "%s", log != NULL ? log->place.path : "?"),
		         log_value("archive", "%s", path), log_value("told", "%llu", (unsigned long long)w->file->unpacked));
	search_done(&s);
	return e == ERR_INPUT ? ERR_OK : e;
}

enum err follow_known(struct worker_state *w, bool late, enum follow_known *known, struct why *why)
{
	int fd = follow_again(w->file);
	*known = FOLLOW_NEW;
	return fd >= 0 ? look(w, fd, late, known, why) : why_set(why, ERR_SYSTEM, "%s: cannot be read anew", w->file->told);
}
