// Inside lib/feed: what every format's reader has in its hands while one feed is read. A reader says facts; what it cannot take it
// refuses, with the path inside the record, and goes on. Only the sink's own error stops the reading.
#ifndef TOCSIN_FEED_READING_H
#define TOCSIN_FEED_READING_H

#include "base/csv.h"
#include "feed/feed.h"
#include "json/stream.h"

#define FEED_TITLE_MAX 256u // bytes kept of a title; descriptions run to kilobytes
#define FEED_ID_MAX 128u    // bytes of a record's identifier

struct reading_block;

struct reading {
	enum source_kind kind; // being read; 0: not known yet
	const struct feed_options *options;
	fact_sink *sink;
	void *context;
	enum source_kind wanted; // the only kind to be taken; 0: any
	const char *place;     // file, and member inside it: the beginning of every refusal
	enum err stopped;      // what ended the reading: the sink's error, or no memory
	bool said;             // a source has been said
	struct buf pending;    // refusals from before it, a line each: the source is the first fact
	uint64_t unheard;      // of those, left out for want of room: counted
	char first[WHY_MAX];   // the refusal that came first; empty: none
	uint64_t taken;        // facts handed on, the sources and refusals not among them
	int64_t said_dated, newest; // of the source that was said: its date then; the newest record since
	int64_t stated;        // what the document being read says of its own age
	struct buf name, author; // of the source that was said
	struct fact_range *ranges; // FACT_LIST_MAX of them, for the fact in the making
	size_t ranges_n;
	struct reading_block *blocks; // texts made for the record in the making
	enum { ROOM_LEFT, ROOM_FULL, ROOM_FULL_SAID } room; // full: what is left of that record is left out
	size_t full_max;  // of what it has too much
	const char *full;
};

MUST_USE enum err reading_init(struct reading *r, const struct feed_options *options, fact_sink *sink, void *context, struct why *why);
void reading_done(struct reading *r);

// The source that the facts to come belong to: said once, and again when kind or author change. name: the usual one of the kind.
MUST_USE enum err say_source(struct reading *r, enum source_kind kind, struct slice name, struct slice author, int64_t dated,
                             struct why *why);
// The same with the kind's usual name and author.
MUST_USE enum err say_usual_source(struct reading *r, enum source_kind kind, int64_t dated, struct why *why);
bool source_is_whole(enum source_kind kind); // a feed replaces all that its source said before
MUST_USE enum err tell_pending(struct reading *r, struct why *why); // refusals from before the source
struct slice pending_first(const struct reading *r); // the refusal that came first, while no source has been said
// Says the source again, not whole, when records turned out to be newer than what was said of it.
MUST_USE enum err say_newest(struct reading *r, struct why *why);
// Hands a fact on. One that fact_check() refuses is told as refused, at `at`, and gives ERR_OK; so is all that comes after the room for
// the record's texts is full, once.
MUST_USE enum err say(struct reading *r, const struct json *at, const struct fact *f, struct why *why);
MUST_USE enum err say_refused(struct reading *r, const struct why *refusal, struct why *why);
// A refusal at a value: path and rule. Returns what the sink returns.
MUST_USE enum err say_refused_at(struct reading *r, const struct json *at, struct why *why, const char *format, ...) PRINTF_LIKE(4, 5);
// A record's own error: told, unless the reading was stopped.
MUST_USE enum err say_failed(struct reading *r, enum err e, const struct why *refusal, struct why *why);

// The record has more than `max` of what is named ("bytes of texts"): what is left of it is left out.
void reading_full(struct reading *r, size_t max, const char *of);
MUST_USE enum err say_full(struct reading *r, const struct json *at, struct why *why); // tells, once, that the room was full; else nothing

// Memory for texts of the record in the making, gone with reading_next(). NULL: none left: r->stopped is set, or the record has more
// than its share (r->room).
char *reading_room(struct reading *r, size_t n);
void reading_next(struct reading *r);
struct slice reading_print(struct reading *r, const char *format, ...) PRINTF_LIKE(2, 3); // at most FACT_TEXT_MAX, else empty

// A text as facts have it: trimmed, control characters as blanks. A field that is missing or no text is empty.
struct slice text_plain(struct reading *r, struct slice text);
struct slice text_of(struct reading *r, const struct json *object, const char *name);
struct slice text_cut(struct slice text, size_t max);      // at a character
struct slice text_title(struct reading *r, struct slice text);
bool text_says_nothing(struct slice text);                 // "", "n/a", "unknown", "-"
bool text_is_among(const struct slice *list, size_t n, struct slice text);
bool text_is_cve(struct slice id);                         // CVE-YYYY-N…

// "2026-07-23", RFC 3339, and what feeds write instead: no zone (taken as UTC), "+0000", a time that cannot be read after a date that
// can (the day then). FACT_NO_DATE: none.
int64_t date_of_text(struct slice text);
int64_t date_of(const struct json *object, const char *name);
void date_newest(struct reading *r, int64_t date);

// Ranges of the fact in the making.
void ranges_clear(struct reading *r);
void ranges_first(struct reading *r, const struct fact_range *range); // the only one so far
void ranges_set(struct reading *r, const struct fact_range *ranges, size_t n); // at most FACT_LIST_MAX
MUST_USE bool ranges_add(struct reading *r, const struct fact_range *range); // false: more than FACT_LIST_MAX
bool version_is_numbers(struct slice text); // "5.10", "3"

// The base score x 10 of a CVSS 3.0 or 3.1 vector (CVSS v3.1 specification, section 7); false: no such vector.
bool cvss3_score(struct slice vector, uint8_t *score10);

// The kinds, each a record or a whole file. Errors: say_failed() tells them.
MUST_USE enum err cve_record(struct reading *r, const struct json *root, struct why *why);
MUST_USE enum err osv_record(struct reading *r, const struct json *root, struct why *why);
MUST_USE enum err csaf_record(struct reading *r, const struct json *root, struct why *why);
MUST_USE enum err openvex_record(struct reading *r, const struct json *root, struct why *why);
MUST_USE enum err cyclonedx_record(struct reading *r, const struct json *root, struct why *why);

// Streams of parts: what to ask json_stream for, and what takes them.
struct parts {
	const char *const *paths;
	size_t n;
	json_take *take; // context: the reading
};
extern const struct parts kev_parts, eol_parts, debian_parts;

// Tables: the head decides which. ERR_INPUT: a head that is not known, or lacks a column, or has one too many.
struct table;
MUST_USE enum err table_new(struct reading *r, struct table **t, struct why *why);
MUST_USE enum err table_put(struct table *t, struct slice bytes, struct why *why);
MUST_USE enum err table_end(struct table *t, struct why *why);
enum source_kind table_kind(const struct table *t); // 0 before its head was read
bool table_lists_nothing(const struct table *t);    // a head alone, of a list that may be empty
void table_free(struct table *t);

#endif
