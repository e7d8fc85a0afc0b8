// The threads of follow.c: each takes a file that may have grown, reads on from its place, and moves the place when all is out.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "following.h"
#include "log/log.h"
#include "source.h"
#include "sys/clock.h"

#define HEADER_LOOK (64u << 10) // bytes at the front of a file in which Zeek's header is looked for after a restart

void follow_queue(struct follow *f, struct followed *x)
{
	if (x->busy) {
		x->again = true;
		return;
	}
	if (x->queued || x->done)
		return;
	x->queued = true;
	x->next_queued = NULL;
	*f->last = x;
	f->last = &x->next_queued;
	pthread_cond_signal(&f->ready);
}

static bool met(void *context, const struct line *line, const struct scan_hit *hits, size_t count)
{
	struct worker_state *w = context;
	return tell_line(&w->teller, line, hits, count);
}

static void comment(void *context, struct slice text)
{
	struct worker_state *w = context;
	fields_header_line(&w->teller.header, text);
}

// The set that is in force now. False when there is none to be had (no memory): the file waits.
static bool take_set(struct worker_state *w)
{
	struct why why;
	if (w->lines == NULL || !shared_is_current(w->f->how.set, w->held)) {
		struct held_set *fresh = shared_take(w->f->how.set);
		struct lines *lines = NULL;
		const struct lines_calls calls = {met, comment, w};
		enum err e = lines_new(fresh->set, w->f->how.scan, clock_now(), &calls, &lines, &why);
		if (e != ERR_OK) {
			shared_drop(w->f->how.set, fresh);
			log_line(LOG_ERROR, "set-not-taken", log_failure(e, &why));
			return w->lines != NULL;
		}
		lines_free(w->lines);
		shared_drop(w->f->how.set, w->held);
		w->lines = lines;
		w->held = fresh;
	}
	lines_now(w->lines, clock_now());
	return true;
}

uint64_t follow_hash(int fd, unsigned n, unsigned *got)
{
	uint8_t head[PLACE_HEAD];
	ssize_t r = pread(fd, head, n, 0);
	*got = r > 0 ? (unsigned)r : 0;
	return place_hash(slice_of(head, *got));
}

bool follow_begins_as(int fd, const struct place *p)
{
	uint8_t head[PLACE_HEAD];
	ssize_t r = pread(fd, head, p->head, 0);
	return p->head == 0 || place_begins(p, slice_of(head, r > 0 ? (size_t)r : 0));
}

// The place of a file changes under the lock: the main thread writes it down.
static void start_over(struct follow *f, struct followed *x, const char *reason)
{
	log_line(LOG_INFO, "log-restarted", log_value("log", "%s", x->told), log_value("why", "%s", reason));
	pthread_mutex_lock(&f->lock);
	follow_finished(f, x, false);
	x->offset = x->line = x->replayed_to = 0;
	x->head = 0;
	place_free(x->holds);
	x->holds = NULL;
	f->changed = true;
	pthread_mutex_unlock(&f->lock);
	fields_header_free(&x->header);
	fields_header_init(&x->header);
	x->header_known = x->packed_known = false;
	x->unpacked = x->unpacked_line = x->tried = x->waits = 0;
}

// Truncated, or truncated and written again before we looked? Otherwise takes more of its front to know it by.
static void recognise(struct follow *f, struct followed *x, uint64_t size)
{
	const struct place was = follow_place(x);
	unsigned got;
	if (size < x->offset)
		start_over(f, x, "it is shorter than before");
	else if (x->head > 0 && !follow_begins_as(x->fd, &was))
		start_over(f, x, "it begins otherwise than before");
	if (!x->packed_known && size > 0) { // only now: it may have been empty when it was found
		uint8_t head[SOURCE_MAGIC_MAX];
		ssize_t n = pread(x->fd, head, sizeof head, 0);
		pthread_mutex_lock(&f->lock);
		x->packed = n > 0 && source_looks_packed(slice_of(head, (size_t)n));
		x->packed_known = n == (ssize_t)sizeof head;
		pthread_mutex_unlock(&f->lock);
		if (x->packed && x->offset > 0 && x->offset < size && x->holds == NULL) // how far its content was told is not noted
			x->replayed_to = TELL_ALL;
	}
	if (x->head < PLACE_HEAD && size > x->head) {
		uint64_t hash = follow_hash(x->fd, size < PLACE_HEAD ? (unsigned)size : PLACE_HEAD, &got);
		pthread_mutex_lock(&f->lock);
		x->hash = hash;
		x->head = got;
		pthread_mutex_unlock(&f->lock);
	}
}

// What the lines before x->offset said about the columns.
static void know_header(struct followed *x)
{
	uint8_t *look = x->offset > 0 && !x->header_known ? malloc(HEADER_LOOK) : NULL;
	x->header_known = true;
	if (look == NULL)
		return;
	ssize_t n = pread(x->fd, look, x->offset < HEADER_LOOK ? (size_t)x->offset : HEADER_LOOK, 0);
	struct slice text = slice_of(look, n > 0 ? (size_t)n : 0);
	for (size_t at = 0; at < text.n && text.p[at] == '#';) {
		size_t end = slice_find(text, '\n', at);
		fields_header_line(&x->header, slice_part(text, at, end - at));
		at = end + 1;
	}
	free(look);
}

// Everything that was met up to here is out: only now may the place move.
bool follow_settle(struct worker_state *w, uint64_t offset, uint64_t line)
{
	if (!output_flush(w->f->how.output))
		return false;
	pthread_mutex_lock(&w->f->lock);
	w->f->changed |= w->file->offset != offset;
	w->file->offset = offset;
	w->file->line = line;
	pthread_mutex_unlock(&w->f->lock);
	return true;
}

// Reads on from where the file was told. False when nothing can be told any more.
static bool read_on(struct worker_state *w, bool *more)
{
	struct followed *x = w->file;
	uint64_t at = x->offset, turn = 0;
	uint8_t first = 0;
	if (pread(x->fd, &first, 1, 0) < 0)
		log_line(LOG_WARNING, "log-unreadable", log_value("log", "%s", x->told), log_value("why", "%s", strerror(errno)));
	lines_begin(w->lines, at, x->line);
	lines_comments(w->lines, first == '#');
	for (;;) {
		size_t n;
		uint8_t *to = lines_room(w->lines, &n);
		ssize_t got = pread(x->fd, to, n, (off_t)at);
		if (got <= 0)
			break;
		at += (uint64_t)got;
		turn += (uint64_t)got;
		if (!lines_put(w->lines, (size_t)got))
			return false;
		bool within = lines_start(w->lines) != lines_offset(w->lines); // a line of over LINES_ROOM goes on to its end
		if (!within && !follow_settle(w, lines_offset(w->lines), lines_number(w->lines)))
			return false;
		if (!within && turn >= FOLLOW_TURN) {
			*more = true;
			return true;
		}
	}
	bool within = lines_start(w->lines) != lines_offset(w->lines);
	if ((x->finish && lines_rest(w->lines) > 0) || within) {
		if (!lines_end(w->lines))
			return false;
		return follow_settle(w, lines_offset(w->lines), lines_number(w->lines));
	}
	return true;
}

// False: it cannot be opened, now or, when it was rotated away and is not beside where it was, for ever.
static bool open_again(struct worker_state *w)
{
	struct followed *x = w->file;
	char path[FOLLOW_PATH_MAX], found[FOLLOW_PATH_MAX];
	if (x->fd >= 0)
		return true;
	pthread_mutex_lock(&w->f->lock);
	snprintf(path, sizeof path, "%s", x->path);
	pthread_mutex_unlock(&w->f->lock);
	int fd = follow_open(path, x->device, x->inode, found), why = errno;
	pthread_mutex_lock(&w->f->lock);
	x->fd = fd;
	w->f->open += fd >= 0;
	bool lost = fd < 0 && why == ENOENT && x->gone;
	x->finish |= lost;
	pthread_mutex_unlock(&w->f->lock);
	if (lost)
		log_line(LOG_INFO, "log-removed", log_value("log", "%s", x->told),
		         log_value("told", "%llu", (unsigned long long)x->offset));
	else if (fd < 0 && why != ENOENT)
		log_line(LOG_WARNING, "log-unreadable", log_value("log", "%s", x->told), log_value("why", "%s", strerror(why)));
	return fd >= 0;
}

// Under the lock, after its turn. What was rotated away stays open: its name is no help to find it again.
static void close_meanwhile(struct follow *f, struct followed *x)
{
	if (x->fd < 0 || f->open <= f->how.open_max || x->gone)
		return;
	close(x->fd);
	x->fd = -1;
	f->open--;
}

// The teller works with the file's header while it has the file.
static bool service(struct worker_state *w, bool *more)
{
	struct followed *x = w->file;
	struct stat st;
	if (!take_set(w) || !open_again(w))
		return true;
	if (fstat(x->fd, &st) != 0)
		return true;
	recognise(w->f, x, (uint64_t)st.st_size);
	know_header(x);
	if ((uint64_t)st.st_size != x->seen) {
		pthread_mutex_lock(&w->f->lock);
		x->seen = (uint64_t)st.st_size;
		x->grown_ms = clock_monotonic_ms();
		pthread_mutex_unlock(&w->f->lock);
	}
	w->teller = (struct teller){.output = w->f->how.output, .set = w->held->set, .path = x->told, .now = clock_now(),
	                            .replayed_to = x->replayed_to, .header = x->header};
	bool going = x->packed ? follow_archive(w, (uint64_t)st.st_size) : read_on(w, more);
	x->header = w->teller.header;
	return going;
}

void *follow_work(void *context)
{
	struct worker_state *w = context;
	struct follow *f = w->f;
	pthread_mutex_lock(&f->lock);
	for (;;) {
		while (f->first == NULL && !f->stopping) {
			pthread_mutex_unlock(&f->lock);
			if (w->lines != NULL)
				(void)take_set(w); // an idle thread does not keep an old set in memory
			pthread_mutex_lock(&f->lock);
			if (f->first == NULL && !f->stopping)
				pthread_cond_wait(&f->ready, &f->lock);
		}
		if (f->stopping)
			break;
		struct followed *x = f->first;
		f->first = x->next_queued;
		if (f->first == NULL)
			f->last = &f->first;
		x->queued = x->again = false;
		x->busy = true;
		f->busy++;
		w->file = x;
		pthread_mutex_unlock(&f->lock);
		bool more = false, going = service(w, &more);
		pthread_mutex_lock(&f->lock);
		x->busy = false;
		f->busy--;
		if (x->finish && !more && !x->again) {
			x->done = true;
			follow_finished(f, x, true);
		} else if (going && (more || x->again)) {
			follow_queue(f, x);
		}
		if (!more)
			close_meanwhile(f, x);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}
