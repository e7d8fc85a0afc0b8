#include "lines.h"

#include <stdlib.h>

struct lines {
	struct scan *scan;
	struct lines_calls calls;
	uint8_t *buffer;
	size_t n;            // bytes in it
	uint64_t offset;     // of buffer[0]
	uint64_t number;     // newlines before buffer[0]
	uint64_t start;      // of the line that buffer[0] is in
	bool comments, stopped;
	struct scan_hit *hits;
	size_t count;
	// Within a block: how far line numbers have been counted, and the next comment.
	size_t counted, comment_from, block;
	uint64_t counted_number, counted_start;
};

// The resolver of clones runs before the sanitizers are ready; clang 14 has none.
#if defined(__x86_64__) && !defined(__clang__) && !defined(TOCSIN_SANITIZED)
__attribute__((target_clones("avx2", "default"), optimize("O3")))
#endif
size_t lines_count(const uint8_t *p, size_t n)
{
	typedef uint8_t lanes __attribute__((vector_size(32), aligned(1)));
	size_t count = 0;
	while (n >= sizeof(lanes)) {
		lanes sum = {0};
		size_t rounds = n / sizeof(lanes) < 255 ? n / sizeof(lanes) : 255; // a lane counts to 255
		for (size_t i = 0; i < rounds; i++)
			sum -= (lanes)(*(const lanes *)(const void *)(p + i * sizeof(lanes)) == '\n'); // true is -1
		for (size_t i = 0; i < sizeof(lanes); i++)
			count += sum[i];
		p += rounds * sizeof(lanes);
		n -= rounds * sizeof(lanes);
	}
	for (size_t i = 0; i < n; i++)
		count += p[i] == '\n';
	return count;
}

static void flush(struct lines *l);

static bool found(void *context, const struct scan_hit *hit)
{
	struct lines *l = context;
	if (l->stopped)
		return false;
	l->hits[l->count++] = *hit;
	if (l->count == LINES_HITS_MAX)
		flush(l);
	return !l->stopped;
}

static int by_place(const void *a, const void *b)
{
	const struct scan_hit *x = a, *y = b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->length != y->length)
		return x->length > y->length ? -1 : 1;
	return x->indicator < y->indicator ? -1 : x->indicator > y->indicator;
}

// Gives the comments between the last one given and `to`.
static void give_comments(struct lines *l, size_t to)
{
	while (l->comments && l->comment_from < to) {
		const uint8_t *p = memchr(l->buffer + l->comment_from, '#', to - l->comment_from);
		if (p == NULL) {
			l->comment_from = to;
			return;
		}
		size_t at = (size_t)(p - l->buffer);
		l->comment_from = at + 1;
		if (at > 0 ? p[-1] != '\n' : l->start != l->offset)
			continue;
		struct slice rest = slice_of(p, l->block - at);
		l->calls.comment(l->calls.context, slice_part(rest, 0, slice_find(rest, '\n', 0)));
	}
}

// The line around `offset`; counting goes on from the line counted last, or, after a flush in the middle, from the front.
static struct line line_at(struct lines *l, size_t offset)
{
	if (offset < l->counted) {
		l->counted = 0;
		l->counted_number = l->number;
		l->counted_start = l->start;
	}
	const uint8_t *b = l->buffer;
	const uint8_t *before = memrchr(b + l->counted, '\n', offset - l->counted);
	if (before != NULL) {
		size_t from = (size_t)(before - b) + 1;
		l->counted_number += lines_count(b + l->counted, from - l->counted);
		l->counted = from;
		l->counted_start = l->offset + from;
	}
	struct slice rest = slice_of(b + l->counted, l->block - l->counted);
	size_t n = slice_find(rest, '\n', offset - l->counted);
	bool whole = l->counted_start == l->offset + l->counted && (n < rest.n || l->block < LINES_ROOM);
	return (struct line){slice_part(rest, 0, n), l->counted_start, l->offset + l->counted, l->counted_number + 1, whole};
}

static void flush(struct lines *l)
{
	qsort(l->hits, l->count, sizeof *l->hits, by_place);
	for (size_t i = 0, to; i < l->count && !l->stopped; i = to) {
		struct line line = line_at(l, l->hits[i].offset);
		size_t from = (size_t)(line.at - l->offset), end = from + line.text.n;
		give_comments(l, from);
		for (to = i; to < l->count && (to == i || l->hits[to].offset < end); to++)
			l->hits[to].offset -= from;
		if (!l->calls.met(l->calls.context, &line, l->hits + i, to - i))
			l->stopped = true;
	}
	l->count = 0;
}

// Scans the first n bytes and moves the rest to the front.
static bool block(struct lines *l, size_t n, bool at_end)
{
	l->counted = l->comment_from = 0;
	l->counted_number = l->number;
	l->counted_start = l->start;
	l->block = n;
	size_t done = scan_block(l->scan, l->buffer, n, at_end);
	flush(l);
	give_comments(l, n);
	if (l->stopped)
		return false;
	const uint8_t *last = memrchr(l->buffer, '\n', done);
	if (last != NULL)
		l->start = l->offset + (uint64_t)(last - l->buffer) + 1;
	l->number += lines_count(l->buffer, done);
	l->offset += done;
	l->n -= done;
	memmove(l->buffer, l->buffer + done, l->n);
	return true;
}

enum err lines_new(const struct indicator_set *set, enum scan_path path, uint64_t now, const struct lines_calls *calls,
                   struct lines **out, struct why *why)
{
	struct lines *l = calloc(1, sizeof *l);
	if (l != NULL) {
		l->calls = *calls;
		l->buffer = aligned_alloc(64, LINES_ROOM);
		l->hits = malloc(LINES_HITS_MAX * sizeof *l->hits);
	}
	enum err e = l != NULL && l->buffer != NULL && l->hits != NULL ? scan_new(set, path, found, l, &l->scan, why)
	                                                               : why_set(why, ERR_SYSTEM, "no memory to scan");
	if (e != ERR_OK) {
		lines_free(l);
		return e;
	}
	scan_now(l->scan, now);
	scan_split(l->scan, true);
	*out = l;
	return ERR_OK;
}

void lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	scan_free(l->scan);
	free(l->buffer);
	free(l->hits);
	free(l);
}

void lines_now(struct lines *l, uint64_t now)
{
	scan_now(l->scan, now);
}

void lines_begin(struct lines *l, uint64_t offset, uint64_t number)
{
	scan_reset(l->scan);
	l->n = l->count = 0;
	l->offset = l->start = offset;
	l->number = number;
	l->comments = l->stopped = false;
}

void lines_comments(struct lines *l, bool on)
{
	l->comments = on && l->calls.comment != NULL;
}

uint8_t *lines_room(struct lines *l, size_t *n)
{
	size_t left = LINES_ROOM - l->n; // lines_put() leaves room
	*n = left < LINES_READ ? left : LINES_READ;
	return l->buffer + l->n;
}

bool lines_put(struct lines *l, size_t n)
{
	const uint8_t *last = memrchr(l->buffer + l->n, '\n', n);
	l->n += n;
	if (last != NULL)
		return block(l, (size_t)(last - l->buffer) + 1, false);
	return l->n < LINES_ROOM || block(l, l->n, false);
}

bool lines_end(struct lines *l)
{
	return block(l, l->n, true);
}

uint64_t lines_offset(const struct lines *l)
{
	return l->offset;
}

uint64_t lines_number(const struct lines *l)
{
	return l->number;
}

uint64_t lines_start(const struct lines *l)
{
	return l->start;
}

size_t lines_rest(const struct lines *l)
{
	return l->n;
}
