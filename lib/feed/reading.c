#include "feed/reading.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK (64u << 10)
#define PENDING_MAX (1u << 20) // bytes of refusals that come before the source
#define PLACE_SHOWN_MAX 200u   // bytes of the end of a place: what is refused there must not be cut off
#define BLOCKS_MAX (64u << 20) // bytes of texts made for one record

struct reading_block {
	struct reading_block *before;
	size_t used, room, total; // total: with the blocks before
	char p[];
};

enum err reading_init(struct reading *r, const struct feed_options *options, fact_sink *sink, void *context, struct why *why)
{
	*r = (struct reading){.options = options, .sink = sink, .context = context, .place = "", .said_dated = FACT_NO_DATE,
	                      .newest = FACT_NO_DATE, .stated = FACT_NO_DATE};
	buf_init(&r->pending, PENDING_MAX);
	buf_init(&r->name, FACT_TEXT_MAX);
	buf_init(&r->author, FACT_TEXT_MAX);
	r->ranges = calloc(FACT_LIST_MAX, sizeof *r->ranges);
	return r->ranges != NULL ? ERR_OK : why_set(why, ERR_SYSTEM, "no memory to read a feed");
}

void reading_done(struct reading *r)
{
	while (r->blocks != NULL) {
		struct reading_block *b = r->blocks;
		r->blocks = b->before;
		free(b);
	}
	buf_free(&r->pending);
	buf_free(&r->name);
	buf_free(&r->author);
	free(r->ranges);
	r->ranges = NULL;
}

void reading_next(struct reading *r)
{
	while (r->blocks != NULL && r->blocks->before != NULL) {
		struct reading_block *b = r->blocks;
		r->blocks = b->before;
		free(b);
	}
	if (r->blocks != NULL)
		r->blocks->used = 0;
	r->room = ROOM_LEFT;
}

void reading_full(struct reading *r, size_t max, const char *of)
{
	if (r->room != ROOM_LEFT)
		return;
	r->room = ROOM_FULL;
	r->full_max = max;
	r->full = of;
}

char *reading_room(struct reading *r, size_t n)
{
	struct reading_block *b = r->blocks;
	n = (n + 15) / 16 * 16; // so that what follows may be anything
	if (b == NULL || b->room - b->used < n) {
		size_t room = n > BLOCK ? n : BLOCK, total = (b != NULL ? b->total : 0) + room;
		if (total > BLOCKS_MAX) { // the record's fault: the others are read
			reading_full(r, BLOCKS_MAX, "bytes of texts");
			return NULL;
		}
		struct reading_block *more = malloc(sizeof *more + room);
		if (more == NULL) {
			r->stopped = ERR_SYSTEM;
			return NULL;
		}
		*more = (struct reading_block){.before = b, .room = room, .total = total};
		r->blocks = b = more;
	}
	b->used += n;
	return b->p + b->used - n;
}

struct slice reading_print(struct reading *r, const char *format, ...)
{
	char text[FACT_TEXT_MAX + 1];
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	char *p = n > 0 && (size_t)n < sizeof text ? reading_room(r, (size_t)n) : NULL;
	if (p == NULL)
		return (struct slice){0};
	memcpy(p, text, (size_t)n);
	return slice_of(p, (size_t)n);
}

// ---- what is said

static enum err hand_on(struct reading *r, const struct fact *f, struct why *why)
{
	enum err e = r->sink(r->context, f, why);
	if (e != ERR_OK)
		r->stopped = e;
	return e;
}

bool source_is_whole(enum source_kind kind)
{
	return kind != SOURCE_CVE && kind != SOURCE_OSV && kind != SOURCE_CSAF && kind != SOURCE_OPENVEX;
}

enum err tell_pending(struct reading *r, struct why *why)
{
	struct slice all = buf_slice(&r->pending);
	enum err e = ERR_OK;
	for (size_t at = 0, end; at < all.n && e == ERR_OK; at = end + 1) {
		end = slice_find(all, '\n', at);
		e = hand_on(r, &(struct fact){.kind = FACT_REFUSED, .refused = slice_part(all, at, end - at)}, why);
	}
	buf_clear(&r->pending);
	if (e == ERR_OK && r->unheard > 0) {
		char text[80];
		snprintf(text, sizeof text, "and %llu more that were refused before the first that could be read", (unsigned long long)r->unheard);
		e = hand_on(r, &(struct fact){.kind = FACT_REFUSED, .refused = slice_text(text)}, why);
		r->unheard = 0;
	}
	return e;
}

struct slice pending_first(const struct reading *r)
{
	return slice_part(buf_slice(&r->pending), 0, slice_find(buf_slice(&r->pending), '\n', 0));
}

enum err say_source(struct reading *r, enum source_kind kind, struct slice name, struct slice author, int64_t dated, struct why *why)
{
	if (r->said && r->kind == kind && slice_equal(buf_slice(&r->author), author))
		return ERR_OK;
	if (r->room != ROOM_LEFT) // the name may be among what was left out; nothing that follows will be said
		return say_full(r, NULL, why);
	enum err e = r->said ? say_newest(r, why) : ERR_OK;
	if (e != ERR_OK)
		return e;
	if (dated == FACT_NO_DATE && source_is_whole(kind)) // of records the newest one tells, at the end
		dated = r->options->dated;
	r->kind = kind;
	r->said = true;
	r->said_dated = dated;
	r->newest = FACT_NO_DATE;
	buf_clear(&r->name);
	buf_put_slice(&r->name, r->options->name.n > 0 ? r->options->name : name);
	buf_clear(&r->author);
	buf_put_slice(&r->author, author);
	struct fact f = {.kind = FACT_SOURCE};
	f.source = (struct fact_source){.kind = kind, .name = buf_slice(&r->name), .author = buf_slice(&r->author), .dated = dated,
	                                .whole = source_is_whole(kind)};
	e = buf_status(&r->name) != ERR_OK ? buf_status(&r->name) : buf_status(&r->author);
	if (e != ERR_OK)
		return why_set(why, r->stopped = e, "the name of a source is longer than %u bytes", FACT_TEXT_MAX);
	e = hand_on(r, &f, why);
	return e == ERR_OK ? tell_pending(r, why) : e;
}

enum err say_usual_source(struct reading *r, enum source_kind kind, int64_t dated, struct why *why)
{
	static const struct {
		const char *name, *author;
	} usual[SOURCE_KINDS] = {
		[SOURCE_CVE] = {"CVE List", "CVE Program"},
		[SOURCE_OSV] = {"OSV", ""},
		[SOURCE_DEBIAN] = {"Debian security tracker", "Debian"},
		[SOURCE_CSAF] = {"CSAF", ""},
		[SOURCE_OPENVEX] = {"VEX", ""},
		[SOURCE_KEV] = {"CISA KEV", "CISA"},
		[SOURCE_EPSS] = {"EPSS", "FIRST"},
		[SOURCE_EOL] = {"endoflife.date", "endoflife.date"},
		[SOURCE_BANNED] = {"banned equipment", ""},
		[SOURCE_PROVIDERS] = {"qualified providers", ""},
		[SOURCE_ALIASES] = {"aliases", ""},
		[SOURCE_TABLE] = {"affected packages", ""},
	};
	return say_source(r, kind, slice_text(usual[kind].name), slice_text(usual[kind].author), dated, why);
}

enum err say(struct reading *r, const struct json *at, const struct fact *f, struct why *why)
{
	struct why own = {""};
	if (r->room != ROOM_LEFT)
		return say_full(r, at, why);
	enum err e = fact_check(f, &own);
	if (e == ERR_OK) {
		r->taken++;
		return hand_on(r, f, why);
	}
	return e == ERR_SYSTEM ? r->stopped = e : say_refused_at(r, at, why, "%s", own.text);
}

enum err say_full(struct reading *r, const struct json *at, struct why *why)
{
	if (r->room != ROOM_FULL)
		return ERR_OK;
	r->room = ROOM_FULL_SAID;
	return say_refused_at(r, at, why, "more than %zu %s in one record, the rest of it is left out", r->full_max, r->full);
}

enum err say_refused(struct reading *r, const struct why *refusal, struct why *why)
{
	struct why told;
	if (r->first[0] == 0)
		snprintf(r->first, sizeof r->first, "%s", refusal->text);
	size_t n = strlen(r->place), from = n > PLACE_SHOWN_MAX ? n - PLACE_SHOWN_MAX : 0;
	while ((r->place[from] & 0xc0) == 0x80)
		from++;
	why_set(&told, ERR_OK, "%s%s: %s", from > 0 ? "…" : "", r->place + from, refusal->text);
	struct fact f = {.kind = FACT_REFUSED, .refused = slice_text(told.text)};
	size_t bad; // a message that was cut inside a character
	while (!slice_is_utf8(f.refused, &bad))
		f.refused.n = bad;
	if (r->said)
		return hand_on(r, &f, why);
	if (r->pending.n + f.refused.n < PENDING_MAX) { // else thousands of files before the first that is a feed
		buf_put_slice(&r->pending, f.refused);
		buf_put_u8(&r->pending, '\n');
	} else {
		r->unheard++;
	}
	return buf_status(&r->pending) == ERR_OK ? ERR_OK : why_set(why, r->stopped = ERR_SYSTEM, "no memory");
}

enum err say_refused_at(struct reading *r, const struct json *at, struct why *why, const char *format, ...)
{
	char text[WHY_MAX];
	struct why refusal;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (at != NULL)
		json_refuse(at, &refusal, ERR_INPUT, "%s", text);
	else
		why_set(&refusal, ERR_INPUT, "%s", text);
	return say_refused(r, &refusal, why);
}

enum err say_failed(struct reading *r, enum err e, const struct why *refusal, struct why *why)
{
	if (e == ERR_OK && r->stopped == ERR_OK)
		return ERR_OK;
	if (r->stopped == ERR_OK && e != ERR_SYSTEM)
		return say_refused(r, refusal, why);
	if (r->stopped == ERR_OK)
		r->stopped = e;
	return why_set(why, r->stopped, "%s", refusal->text[0] != 0 ? refusal->text : "no memory for a record's texts");
}

// ---- texts

static bool is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7f;
}

struct slice text_plain(struct reading *r, struct slice text)
{
	size_t i = 0;
	text = slice_trim(text);
	while (i < text.n && !is_control(text.p[i]))
		i++;
	char *p = i < text.n ? reading_room(r, text.n) : NULL;
	if (p == NULL)
		return i < text.n ? (struct slice){0} : text;
	for (i = 0; i < text.n; i++)
		p[i] = is_control(text.p[i]) ? ' ' : (char)text.p[i];
	return slice_trim(slice_of(p, text.n));
}

struct slice text_of(struct reading *r, const struct json *object, const char *name)
{
	struct json field = json_find(object, name);
	struct slice text = {0};
	if (!json_is_text(&field) || json_text(&field, &text, NULL) != ERR_OK)
		return (struct slice){0};
	return text_plain(r, text);
}

struct slice text_cut(struct slice text, size_t max)
{
	return slice_trim(slice_cut(text, max));
}

struct slice text_title(struct reading *r, struct slice text)
{
	return text_plain(r, text_cut(slice_trim(text), FEED_TITLE_MAX));
}

bool text_says_nothing(struct slice text)
{
	return text.n == 0 || slice_is_text(text, "-") || slice_same_letters(text, SLICE_LITERAL("n/a")) ||
	       slice_same_letters(text, SLICE_LITERAL("unknown"));
}

bool text_is_among(const struct slice *list, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_equal(list[i], text))
			return true;
	return false;
}

// cve-schema: ^CVE-[0-9]{4}-[0-9]{4,19}$
bool text_is_cve(struct slice id)
{
	if (id.n < 13 || id.n > 28 || !slice_starts(id, "CVE-") || id.p[8] != '-')
		return false;
	for (size_t i = 4; i < id.n; i++)
		if (i != 8 && (id.p[i] < '0' || id.p[i] > '9'))
			return false;
	return true;
}

// ---- dates

int64_t date_of_text(struct slice text)
{
	char own[48];
	uint64_t seconds;
	text = slice_trim(text);
	if (text.n < 10 || text.n > 40)
		return FACT_NO_DATE;
	if (time_parse(text, &seconds))
		return (int64_t)seconds;
	memcpy(own, text.p, text.n);
	memcpy(own + text.n, "Z", 2);
	if (time_parse(slice_of(own, text.n + 1), &seconds))
		return (int64_t)seconds;
	if (text.n > 20 && (own[text.n - 5] == '+' || own[text.n - 5] == '-')) { // "+0000"
		memmove(own + text.n - 1, own + text.n - 2, 2);
		own[text.n - 2] = ':';
		if (time_parse(slice_of(own, text.n + 1), &seconds))
			return (int64_t)seconds;
	}
	bool time_follows = text.n > 10 && (text.p[10] == 'T' || text.p[10] == ' ');
	return time_follows && time_parse(slice_part(text, 0, 10), &seconds) ? (int64_t)seconds : FACT_NO_DATE;
}

int64_t date_of(const struct json *object, const char *name)
{
	struct json field = json_find(object, name);
	struct slice text;
	if (!json_is_text(&field) || json_text(&field, &text, NULL) != ERR_OK)
		return FACT_NO_DATE;
	return date_of_text(text);
}

void date_newest(struct reading *r, int64_t date)
{
	if (date > r->newest)
		r->newest = date;
}

enum err say_newest(struct reading *r, struct why *why)
{
	int64_t newest = r->newest != FACT_NO_DATE ? r->newest : r->options->dated;
	if (!r->said || source_is_whole(r->kind) || newest == FACT_NO_DATE || newest <= r->said_dated)
		return ERR_OK;
	struct fact f = {.kind = FACT_SOURCE};
	f.source = (struct fact_source){.kind = r->kind, .name = buf_slice(&r->name), .author = buf_slice(&r->author), .dated = newest};
	r->said_dated = newest;
	return hand_on(r, &f, why);
}

// ---- ranges

void ranges_clear(struct reading *r)
{
	r->ranges_n = 0;
}

void ranges_first(struct reading *r, const struct fact_range *range)
{
	r->ranges[0] = *range;
	r->ranges_n = 1;
}

void ranges_set(struct reading *r, const struct fact_range *ranges, size_t n)
{
	if (n > 0)
		memcpy(r->ranges, ranges, n * sizeof *ranges);
	r->ranges_n = n;
}

bool ranges_add(struct reading *r, const struct fact_range *range)
{
	if (r->ranges_n == FACT_LIST_MAX)
		return false;
	r->ranges[r->ranges_n++] = *range;
	return true;
}

bool version_is_numbers(struct slice text)
{
	bool digit = false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.' && !digit)
			return false;
		digit = text.p[i] != '.';
		if (digit && (text.p[i] < '0' || text.p[i] > '9'))
			return false;
	}
	return digit;
}
