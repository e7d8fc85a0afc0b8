#include "json/stream.h"

#include "base/buf.h"
#include "json/raw.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <yajl/yajl_parse.h>

#define CHUNK (64u << 10) // bytes given to yajl at once
#define GATHER 4096u      // bytes without an event, from which on small puts are gathered
#define QUOTE_MAX 60      // bytes of a refused value shown in a message

enum step_kind { STEP_NAME, STEP_STAR, STEP_ITEM };

struct step {
	enum step_kind kind;
	struct slice name;
};

struct path {
	char *text; // owned
	struct step step[JSON_STREAM_STEPS_MAX];
	size_t steps;
};

typedef uint16_t paths; // a set, by number

struct json_stream {
	struct path path[JSON_STREAM_PARTS_MAX];
	size_t count;
	json_take *take;
	void *context;
	yajl_handle yajl;
	enum err status;
	struct why reason; // of the refusal, also for the puts after it

	uint64_t fed;   // bytes that yajl had before this chunk
	uint64_t event; // where the last event ended
	struct buf held; // gathered, not yet given to yajl
	struct json_raw raw;

	bool complete;                              // the root is closed
	unsigned depth;                             // objects and arrays open
	unsigned quiet;                             // not 0: everything deeper than quiet - 1 is skipped
	paths here[JSON_STREAM_STEPS_MAX + 1];      // by depth: the paths that lead to the value open there
	paths seen[JSON_STREAM_STEPS_MAX + 1];      // and whose next name was met in it
	paths next;                                 // the paths that lead to the next value
	struct buf name[JSON_STREAM_STEPS_MAX];     // by depth: what a star stands for

	bool building;
	size_t part;
	uint64_t offset;
	json_t *open[JSON_DEPTH_MAX]; // of the part; the first owns the rest
	size_t opens;
	struct buf key; // of the next value
	size_t values, bytes;
};

// yajl writes to what it is given without looking.
static void *memory_new(void *context, size_t n)
{
	(void)context;
	void *p = malloc(n);
	INVARIANT(p != NULL);
	return p;
}

static void *memory_grow(void *context, void *old, size_t n)
{
	(void)context;
	void *p = realloc(old, n);
	INVARIANT(p != NULL);
	return p;
}

static void memory_free(void *context, void *p)
{
	(void)context;
	free(p);
}

static enum err refuse_at(struct json_stream *s, uint64_t at, enum err e, const char *format, ...) PRINTF_LIKE(4, 5);

static enum err refuse_at(struct json_stream *s, uint64_t at, enum err e, const char *format, ...)
{
	char text[WHY_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return s->status = why_set(&s->reason, e, "byte %llu: %s", (unsigned long long)at, text);
}

// Whose child the value is: by name, or by place. Only for a refusal.
static void way_to(struct json *step, const struct json *parent, json_t *child)
{
	*step = (struct json){.value = child, .parent = parent};
	void *state = NULL;
	for (struct json field; json_next(parent, &state, &field);)
		if (field.value == child)
			step->name = field.name;
	step->index = json_count(parent) - 1;
}

// A refusal inside the part that is being built. Returns 0, as a callback that stops does.
static int refuse_inside(struct json_stream *s, enum err e, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse_inside(struct json_stream *s, enum err e, const char *format, ...)
{
	char text[WHY_MAX], path[JSON_PATH_MAX];
	struct json way[JSON_DEPTH_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < s->opens; i++)
		if (i == 0)
			way[i] = (struct json){.value = s->open[0]};
		else
			way_to(&way[i], &way[i - 1], s->open[i]);
	path[0] = '\0';
	if (s->opens > 1)
		json_path(&way[s->opens - 1], path);
	refuse_at(s, s->event, e, "%s%s%s: %s", s->path[s->part].text, path[0] == '\0' || path[0] == '[' ? "" : ".", path, text);
	return 0;
}

static int part_ends(struct json_stream *s, json_t *value)
{
	const struct path *p = &s->path[s->part];
	struct json_part part = {.part = s->part, .offset = s->offset, .value = {.value = value}};
	size_t stars = 0;
	for (size_t i = 0; i < p->steps; i++)
		if (p->step[i].kind == STEP_STAR)
			part.star[stars++] = buf_slice(&s->name[i]);
	s->building = false;
	s->status = s->take(s->context, &part, &s->reason);
	json_decref(value);
	return s->status == ERR_OK;
}

// The value becomes a child of the innermost open one, or is the part.
static int value_put(struct json_stream *s, json_t *value, bool opens)
{
	if (value == NULL)
		return refuse_inside(s, ERR_SYSTEM, "no memory");
	if (++s->values > JSON_STREAM_PART_VALUES_MAX) {
		json_decref(value);
		return refuse_inside(s, ERR_LIMIT, "more values than %u", JSON_STREAM_PART_VALUES_MAX);
	}
	json_t *parent = s->opens > 0 ? s->open[s->opens - 1] : NULL;
	int failed = 0;
	if (parent != NULL && json_is_array(parent))
		failed = json_array_append_new(parent, value);
	else if (parent != NULL)
		failed = json_object_setn_new_nocheck(parent, (const char *)s->key.p, s->key.n - 1, value);
	if (failed)
		return refuse_inside(s, ERR_SYSTEM, "no memory");
	if (opens)
		s->open[s->opens++] = value;
	return opens || parent != NULL ? 1 : part_ends(s, value);
}

static bool bytes_fit(struct json_stream *s, size_t n)
{
	s->bytes += n;
	if (s->bytes <= JSON_STREAM_PART_BYTES_MAX)
		return true;
	refuse_inside(s, ERR_LIMIT, "more than %u bytes of text", JSON_STREAM_PART_BYTES_MAX);
	return false;
}

static paths next_by(struct json_stream *s, enum step_kind kind, struct slice name)
{
	paths found = 0, from = s->depth <= JSON_STREAM_STEPS_MAX ? s->here[s->depth] : 0;
	for (size_t i = 0; from >> i != 0; i++) {
		if (!(from >> i & 1) || s->path[i].steps < s->depth)
			continue;
		const struct step *step = &s->path[i].step[s->depth - 1];
		if (step->kind == kind && (kind != STEP_NAME || slice_equal(step->name, name)))
			found |= (paths)(1u << i);
	}
	return found;
}

static bool part_starts(struct json_stream *s, size_t length)
{
	for (size_t i = 0; s->next >> i != 0; i++)
		if (s->next >> i & 1 && s->path[i].steps == s->depth) {
			s->building = true;
			s->part = i;
			s->offset = s->event - length;
			s->opens = s->values = s->bytes = 0;
			return true;
		}
	return false;
}

// A value other than an object or array, `length` bytes as written. True when it is to be built.
static bool scalar_wanted(struct json_stream *s, size_t length)
{
	s->event = s->fed + yajl_get_bytes_consumed(s->yajl);
	if (s->quiet != 0)
		return false;
	if (s->building)
		return true;
	if (s->depth == 0)
		refuse_at(s, s->event, ERR_INPUT, "a document is an object or an array");
	return s->status == ERR_OK && s->next != 0 && part_starts(s, length);
}

static int on_null(void *context)
{
	struct json_stream *s = context;
	return scalar_wanted(s, 4) ? value_put(s, json_null(), false) : s->status == ERR_OK;
}

static int on_boolean(void *context, int truth)
{
	struct json_stream *s = context;
	return scalar_wanted(s, truth ? 4 : 5) ? value_put(s, json_boolean(truth), false) : s->status == ERR_OK;
}

static int on_number(void *context, const char *text, size_t n)
{
	struct json_stream *s = context;
	if (!scalar_wanted(s, n))
		return s->status == ERR_OK;
	json_error_t error;
	json_t *value = bytes_fit(s, n) ? json_loadb(text, n, JSON_DECODE_ANY, &error) : NULL;
	if (value == NULL && s->status == ERR_OK)
		return refuse_inside(s, ERR_INPUT, "%.*s: %s", (int)(n < QUOTE_MAX ? n : QUOTE_MAX), text, error.text);
	return value != NULL && value_put(s, value, false);
}

static int on_text(void *context, const unsigned char *text, size_t n)
{
	struct json_stream *s = context;
	if (!scalar_wanted(s, 0))
		return s->status == ERR_OK;
	return bytes_fit(s, n) && value_put(s, json_stringn_nocheck((const char *)text, n), false);
}

static int key_in_part(struct json_stream *s, struct slice name)
{
	if (!bytes_fit(s, name.n))
		return 0;
	if (json_object_getn(s->open[s->opens - 1], (const char *)name.p, name.n) != NULL)
		return refuse_inside(s, ERR_INPUT, "\"%.*s\" is there twice", (int)(name.n < QUOTE_MAX ? name.n : QUOTE_MAX), name.p);
	buf_clear(&s->key);
	buf_put_slice(&s->key, name);
	buf_put_u8(&s->key, 0); // a name may be empty, a pointer to it not
	return buf_status(&s->key) == ERR_OK || refuse_inside(s, ERR_SYSTEM, "no memory");
}

static int on_key(void *context, const unsigned char *text, size_t n)
{
	struct json_stream *s = context;
	struct slice name = slice_of(text, n);
	s->event = s->fed + yajl_get_bytes_consumed(s->yajl);
	if (s->quiet != 0)
		return 1;
	if (s->building)
		return key_in_part(s, name);
	paths named = next_by(s, STEP_NAME, name), starred = next_by(s, STEP_STAR, name);
	s->next = named | starred;
	if (named & s->seen[s->depth]) {
		refuse_at(s, s->event, ERR_INPUT, "\"%.*s\" is there twice", (int)(n < QUOTE_MAX ? n : QUOTE_MAX), text);
		return 0;
	}
	if (s->next != 0)
		s->seen[s->depth] |= named;
	if (starred == 0)
		return 1;
	struct buf *kept = &s->name[s->depth - 1];
	buf_clear(kept);
	buf_put_slice(kept, name);
	return buf_status(kept) == ERR_OK || (refuse_at(s, s->event, ERR_SYSTEM, "no memory"), 0);
}

static int opens(struct json_stream *s, bool array)
{
	s->event = s->fed + yajl_get_bytes_consumed(s->yajl);
	if (s->depth == JSON_DEPTH_MAX) {
		refuse_at(s, s->event, ERR_LIMIT, "nested deeper than %u", JSON_DEPTH_MAX);
		return 0;
	}
	unsigned depth = s->depth++;
	if (s->quiet != 0)
		return 1;
	if (!s->building && s->next == 0) {
		s->quiet = depth + 1;
		return 1;
	}
	s->depth = depth; // where the value stands
	bool builds = s->building || part_starts(s, 1);
	s->depth = depth + 1;
	if (builds)
		return value_put(s, array ? json_array() : json_object(), true);
	s->here[s->depth] = s->next;
	s->seen[s->depth] = 0;
	s->next = array ? next_by(s, STEP_ITEM, (struct slice){0}) : 0;
	return 1;
}

static int on_object(void *context)
{
	return opens(context, false);
}

static int on_array(void *context)
{
	return opens(context, true);
}

static int on_close(void *context)
{
	struct json_stream *s = context;
	s->event = s->fed + yajl_get_bytes_consumed(s->yajl);
	s->depth--;
	s->complete = s->depth == 0;
	if (s->quiet != 0) {
		if (s->depth + 1 == s->quiet)
			s->quiet = 0;
	} else if (s->building && --s->opens == 0) {
		if (!part_ends(s, s->open[0]))
			return 0;
	}
	if (!s->building && s->quiet == 0 && s->depth > 0)
		s->next = next_by(s, STEP_ITEM, (struct slice){0}); // in an object the next key says
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_boolean, .yajl_number = on_number, .yajl_string = on_text, .yajl_start_map = on_object,
	.yajl_map_key = on_key, .yajl_end_map = on_close, .yajl_start_array = on_array, .yajl_end_array = on_close,
};

// "a.b[]" at `text`, one name with its brackets; *text moves behind it and its dot.
static bool name_parse(struct path *p, char **text)
{
	size_t n = strcspn(*text, ".[]");
	struct slice name = slice_of(*text, n);
	bool star = slice_is_text(name, "*");
	if (n > 0) {
		if (p->steps == JSON_STREAM_STEPS_MAX || (!star && memchr(name.p, '*', n) != NULL))
			return false;
		p->step[p->steps++] = (struct step){star ? STEP_STAR : STEP_NAME, name};
	} else if (p->steps > 0 || **text != '[') {
		return false; // "a..b"; only a path of brackets starts without a name
	}
	for (*text += n; strncmp(*text, "[]", 2) == 0; *text += 2) {
		if (p->steps == JSON_STREAM_STEPS_MAX)
			return false;
		p->step[p->steps++].kind = STEP_ITEM;
	}
	if (**text == '\0')
		return true;
	return *(*text)++ == '.' && **text != '\0';
}

static enum err path_parse(const char *text, struct path *p, struct why *why)
{
	size_t stars = 0;
	p->text = strdup(text);
	if (p->text == NULL)
		return why_set(why, ERR_SYSTEM, "no memory for a path");
	char *at = p->text;
	do
		if (!name_parse(p, &at))
			return why_set(why, ERR_INPUT, "path \"%s\": not names and brackets, or more than %u", text, JSON_STREAM_STEPS_MAX);
	while (*at != '\0');
	for (size_t i = 0; i < p->steps; i++)
		stars += p->step[i].kind == STEP_STAR;
	if (stars > JSON_STREAM_STARS_MAX)
		return why_set(why, ERR_LIMIT, "path \"%s\": more than %u stars", text, JSON_STREAM_STARS_MAX);
	return ERR_OK;
}

void json_stream_again(struct json_stream *s)
{
	static yajl_alloc_funcs memory = {memory_new, memory_grow, memory_free, NULL};
	if (s->yajl != NULL)
		yajl_free(s->yajl);
	if (s->building && s->opens > 0)
		json_decref(s->open[0]);
	s->yajl = yajl_alloc(&callbacks, &memory, s);
	INVARIANT(s->yajl != NULL && yajl_config(s->yajl, yajl_dont_validate_strings, 1)); // lib/json/raw does, and better
	s->status = ERR_OK;
	s->fed = s->event = 0;
	s->raw = (struct json_raw){0};
	s->depth = s->quiet = 0;
	s->building = s->complete = false;
	s->opens = 0;
	s->next = (paths)((1u << s->count) - 1);
	buf_clear(&s->held);
}

enum err json_stream_new(const char *const *texts, size_t n, json_take *take, void *context, struct json_stream **out,
                         struct why *why)
{
	if (n > JSON_STREAM_PARTS_MAX)
		return why_set(why, ERR_LIMIT, "%zu paths, the maximum is %u", n, JSON_STREAM_PARTS_MAX);
	struct json_stream *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	s->take = take;
	s->context = context;
	buf_init(&s->held, JSON_STREAM_TEXT_MAX + CHUNK);
	buf_init(&s->key, JSON_STREAM_TEXT_MAX + CHUNK);
	for (size_t i = 0; i < JSON_STREAM_STEPS_MAX; i++)
		buf_init(&s->name[i], JSON_STREAM_TEXT_MAX + CHUNK);
	for (size_t i = 0; i < n; i++) {
		enum err e = path_parse(texts[i], &s->path[s->count++], why);
		if (e != ERR_OK) {
			json_stream_free(s);
			return e;
		}
	}
	json_stream_again(s);
	*out = s;
	return ERR_OK;
}

void json_stream_free(struct json_stream *s)
{
	if (s == NULL)
		return;
	if (s->building && s->opens > 0)
		json_decref(s->open[0]);
	if (s->yajl != NULL)
		yajl_free(s->yajl);
	for (size_t i = 0; i < s->count; i++)
		free(s->path[i].text);
	for (size_t i = 0; i < JSON_STREAM_STEPS_MAX; i++)
		buf_free(&s->name[i]);
	buf_free(&s->held);
	buf_free(&s->key);
	free(s);
}

// yajl's words: "lexical error: invalid char in json text.\n".
static enum err refuse_syntax(struct json_stream *s, uint64_t at)
{
	unsigned char *words = yajl_get_error(s->yajl, 0, NULL, 0);
	refuse_at(s, at, ERR_INPUT, "%.*s", words != NULL ? (int)strcspn((char *)words, "\n") : 0, words != NULL ? (char *)words : "");
	yajl_free_error(s->yajl, words);
	return s->status;
}

static enum err tell(const struct json_stream *s, struct why *why)
{
	return s->status == ERR_OK ? ERR_OK : why_set(why, s->status, "%s", s->reason.text);
}

// Behind the root only blanks: yajl lets a text that has no end pass there.
static enum err nothing_follows(struct json_stream *s, struct slice bytes)
{
	for (size_t i = s->event > s->fed ? (size_t)(s->event - s->fed) : 0; i < bytes.n; i++)
		if (strchr(" \t\r\n", bytes.p[i]) == NULL || bytes.p[i] == '\0')
			return refuse_at(s, s->fed + i, ERR_INPUT, "more follows the document");
	return ERR_OK;
}

// At most a chunk, or the text that has been gathered for one.
static enum err feed(struct json_stream *s, struct slice bytes)
{
	const char *rule;
	size_t good = json_raw_check(&s->raw, bytes, &rule);
	yajl_status status = yajl_parse(s->yajl, bytes.p, good);
	if (s->status != ERR_OK)
		return s->status;
	if (status != yajl_status_ok)
		return refuse_syntax(s, s->fed + yajl_get_bytes_consumed(s->yajl));
	if (s->complete && nothing_follows(s, slice_part(bytes, 0, good)) != ERR_OK)
		return s->status;
	s->fed += good;
	if (rule != NULL)
		return refuse_at(s, s->fed, ERR_INPUT, "%s", rule);
	if (s->fed - s->event > JSON_STREAM_TEXT_MAX)
		return refuse_at(s, s->event, ERR_LIMIT, "one text of more than %u bytes", JSON_STREAM_TEXT_MAX);
	return ERR_OK;
}

static void hold(struct json_stream *s, struct slice bytes, size_t want)
{
	buf_put_slice(&s->held, bytes);
	if (buf_status(&s->held) != ERR_OK)
		(void)refuse_at(s, s->fed, ERR_SYSTEM, "no memory");
	else if (s->held.n >= want) {
		(void)feed(s, buf_slice(&s->held));
		buf_clear(&s->held);
	}
}

enum err json_stream_put(struct json_stream *s, struct slice bytes, struct why *why)
{
	while (bytes.n > 0 && s->status == ERR_OK) {
		// yajl reads a token that its bytes have cut again from the start: to stay linear it gets as much as it has already.
		size_t cut = (size_t)(s->fed - s->event), left = JSON_STREAM_TEXT_MAX + 1 - cut;
		size_t want = cut <= GATHER ? 1 : cut < left ? cut : left, n;
		if (s->held.n == 0 && bytes.n >= want) {
			size_t most = want > CHUNK ? want : CHUNK;
			n = bytes.n < most ? bytes.n : most;
			(void)feed(s, slice_part(bytes, 0, n));
		} else {
			n = bytes.n < want - s->held.n ? bytes.n : want - s->held.n;
			hold(s, slice_part(bytes, 0, n), want);
		}
		bytes = slice_part(bytes, n, bytes.n);
	}
	return tell(s, why);
}

enum err json_stream_end(struct json_stream *s, struct why *why)
{
	if (s->status == ERR_OK && s->held.n > 0) {
		(void)feed(s, buf_slice(&s->held));
		buf_clear(&s->held);
	}
	if (s->status == ERR_OK && yajl_complete_parse(s->yajl) != yajl_status_ok && s->status == ERR_OK)
		(void)refuse_syntax(s, s->fed);
	INVARIANT(s->status != ERR_OK || json_raw_is_whole(&s->raw));
	return tell(s, why);
}
