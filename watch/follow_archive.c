// Archives that are followed: each is told once; one that is still being written, as far as it goes.
#include <fcntl.h>
#include <unistd.h>

#include "following.h"
#include "log/log.h"
#include "source.h"

// What was told before: read over, and its first lines taken for what they say about the columns. *left: bytes still to be read over
// when the archive ends before that.
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

static enum err read_archive(struct worker_state *w, int fd, bool *going, struct why *why)
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
	if (*going && left == 0 && (e == ERR_OK || x->finish)) // a half line may still be written to its end
		*going = lines_end(w->lines);
	if (left == 0) {
		x->unpacked = lines_start(w->lines);
		x->unpacked_line = lines_number(w->lines);
	}
	return e;
}

bool follow_archive(struct worker_state *w, uint64_t size)
{
	struct followed *x = w->file;
	struct why why;
	bool going = true;
	if (x->told_whole || x->offset == size)
		return true;
	int fd = fcntl(x->fd, F_DUPFD_CLOEXEC, 0); // the source closes its own
	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	w->teller.replayed_to = x->replayed_to > 0 ? UINT64_MAX : 0; // it counts bytes of the file, not of what is in it
	enum err e = read_archive(w, fd, &going, &why);
	if (e != ERR_OK) // not whole yet, or damaged: when it grows it is read on
		log_line(LOG_WARNING, "archive-unreadable", log_failure(e, &why));
	if (!going || !follow_settle(w, e == ERR_OK ? size : 0, 0))
		return false;
	pthread_mutex_lock(&w->f->lock);
	x->told_whole = e == ERR_OK;
	pthread_mutex_unlock(&w->f->lock);
	return true;
}
