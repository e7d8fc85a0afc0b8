// A stream of log bytes, cut into lines that met an indicator. The scanner sees everything; only lines with a hit are looked at
// again. Bounded: one buffer of LINES_ROOM; a line that does not fit is scanned as it passes and given in part.
#ifndef TOCSIN_WATCH_LINES_H
#define TOCSIN_WATCH_LINES_H

#include "scan/scan.h"

#define LINES_ROOM (1u << 20)   // bytes; a line that fits is given as a whole
#define LINES_READ (256u << 10) // bytes read at once
#define LINES_HITS_MAX 8192u    // hits given at once; a line with more is given again

struct line {
	struct slice text;  // without the newline; a part of the line when !whole
	uint64_t start;     // offset of the line's first byte in the stream
	uint64_t at;        // offset of text.p
	uint64_t number;    // from 1
	bool whole;
};

struct lines_calls {
	// A line with hits, whose offsets are in line->text, ascending. False ends the reading.
	bool (*met)(void *context, const struct line *line, const struct scan_hit *hits, size_t count);
	// A line that starts with '#', when lines_comments() is on; in the order of the stream among the others.
	void (*comment)(void *context, struct slice text);
	void *context;
};

struct lines;

MUST_USE enum err lines_new(const struct indicator_set *set, enum scan_path path, uint64_t now, const struct lines_calls *calls,
                            struct lines **l, struct why *why);
void lines_free(struct lines *l);
void lines_now(struct lines *l, uint64_t now); // seconds: expired indicators do not match
// A stream, or its continuation: `number` newlines and `offset` bytes came before, the last of them a newline.
void lines_begin(struct lines *l, uint64_t offset, uint64_t number);
void lines_comments(struct lines *l, bool on);
// Where to read to, and how much at most (never 0).
uint8_t *lines_room(struct lines *l, size_t *n);
// n bytes were put there: scans what is whole. False when a call of met said so.
MUST_USE bool lines_put(struct lines *l, size_t n);
// Scans the rest, a line without newline.
MUST_USE bool lines_end(struct lines *l);
uint64_t lines_offset(const struct lines *l); // scanned so far: after the last newline, or within a line of over LINES_ROOM
uint64_t lines_number(const struct lines *l); // newlines before lines_offset()
uint64_t lines_start(const struct lines *l);  // of the line in which lines_offset() is
size_t lines_rest(const struct lines *l);     // bytes put and not yet scanned
// Newlines in n bytes.
size_t lines_count(const uint8_t *p, size_t n);

#endif
