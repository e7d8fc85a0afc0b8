// Archives that are followed: each is told once; one that is still being written, as far as it goes.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "following.h"
#include "log/log.h"
#include "source.h"
#include "sys/clock.h"

// What was told before: read over, and its first lines taken for what they say about the columns. *left: bytes still to be read
// over when the archive ends before that.
static enum err read_over(struct worker_state *w, struct source *s, uint64_t *left, struct why *why)
{
	bool first = true;
	while (*left > 0) {
		size_t n, got;
		uint8_t *to = lines_room(w->lines, &n);
		enum err e = source_read(s, to, *left < n ? (size_t)*left : n, &got, why);
		if (e != ERR_OK || got == 0)
			return e;
		for (size_t at = 0; first && at < got && to[at] == '#';) {
			size_t end = slice_find(slice_of(to, got), '\n', at);
			fields_header_line(&w->teller.header, slice_of(to + at, end - at));
			at = end + 1;
		}
		lines_comments(w->lines, first ? *to == '#' : w->teller.header.zeek);
		first = false;
		*left -= got;
	}
	return ERR_OK;
}

static enum err read_lines(struct worker_state *w, struct source *s, bool *going, struct why *why)
{
	enum err e = ERR_OK;
	bool first = w->file->unpacked == 0;
	for (size_t n, got = 1; e == ERR_OK && *going && got > 0; first = false) {
		uint8_t *to = lines_room(w->lines, &n);
		e = source_read(s, to, n, &got, why);
		if (first && e == ERR_OK && got > 0)
			lines_comments(w->lines, *to == '#');
		*going = e != ERR_OK || got == 0 || lines_put(w->lines, got);
	}
	return e;
}

// `half`: its last line, which has no newline, is not told yet.
static enum err read_archive(struct worker_state *w, int fd, bool late, bool *half, bool *going, struct why *why)
{
	struct followed *x = w->file;
	struct source *s;
	uint64_t left = x->unpacked;
	lines_begin(w->lines, x->unpacked, x->unpacked_line);
	enum err e = source_open(fd, x->told, &s, why);
	if (e != ERR_OK)
		return e;
	e = read_over(w, s, &left, why);
	if (e == ERR_OK && left == 0)
		e = read_lines(w, s, going, why);
	source_close(s);
	*half = lines_rest(w->lines) > 0;
	if (*going && left == 0 && (e == ERR_OK ? late || !*half : x->finish)) { // else it may still be written to its end
		*going = lines_end(w->lines);
		*half = false;
	}
	if (left == 0) {
		x->unpacked = lines_start(w->lines);
		x->unpacked_line = lines_number(w->lines);
	}
	return e;
}

int follow_again(const struct followed *x)
{
	int fd = fcntl(x->fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static bool tell_archive(struct worker_state *w, uint64_t size, bool late)
{
	struct followed *x = w->file;
	struct why why;
	bool going = true, half = false;
	int fd = follow_again(x);
	enum err e = fd >= 0 ? ERR_OK : why_set(&why, ERR_SYSTEM, "%s: cannot be read anew: %s", x->told, strerror(errno));
	w->teller.replayed_to = x->replayed_to > 0 ? TELL_ALL : 0; // it counts bytes of the file, not of what is in it
	if (e == ERR_OK)
		e = read_archive(w, fd, late, &half, &going, &why);
	if (e != ERR_OK) // not whole yet, or damaged: when it grows it is read on
		log_line(LOG_WARNING, "archive-unreadable", log_failure(e, &why));
	x->tried = size;
	x->tried_late = late;
	return going && follow_settle(w, e == ERR_OK && !half ? size : x->offset, 0);
}

bool follow_archive(struct worker_state *w, uint64_t size)
{
	struct followed *x = w->file;
	struct why why;
	bool late = x->finish || clock_monotonic_ms() >= x->grown_ms + FOLLOW_LINGER_MS;
	enum follow_known known = FOLLOW_NEW;
	if (x->offset == size || (x->tried == size && x->tried_late == late))
		return true;
	if (x->unpacked == 0 && x->holds == NULL && x->replayed_to != TELL_ALL) {
		enum err e = follow_known(w, late, &known, &why);
		if (e != ERR_OK)
			log_line(LOG_WARNING, "archive-unreadable", log_failure(e, &why));
		if (e != ERR_OK || known == FOLLOW_WAIT)
			return true;
	}
	w->teller.path = x->told; // the log's, when that is known now
	return known == FOLLOW_TOLD ? follow_settle(w, size, 0) : tell_archive(w, size, late);
}
