// The lines of a regime or of a derogations file: what any editor writes, strictly read.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "inside.h"

#define SHOWN_MAX 60u // bytes of a refused value in a message

enum err text_refuse(const struct text *t, enum err e, struct slice value, const char *rule, ...)
{
	char said[WHY_MAX];
	va_list arguments;
	va_start(arguments, rule);
	vsnprintf(said, sizeof said, rule, arguments);
	va_end(arguments);
	size_t n = value.n;
	if (n > SHOWN_MAX) // not in the middle of a character
		for (n = SHOWN_MAX; n > 0 && (value.p[n] & 0xc0) == 0x80;)
			n--;
	return why_set(t->why, e, "%s:%zu: %.*s%s%s%s", t->name, t->line, (int)n, (const char *)value.p, n < value.n ? "…" : "",
	               value.n > 0 ? ": " : "", said);
}

enum err text_memory(const struct text *t)
{
	return why_set(t->why, ERR_SYSTEM, "%s: no memory", t->name);
}

void *room_for_one(void *array, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0) // room is always a power of two
		return array;
	return reallocarray(array, n == 0 ? 1 : 2 * n, size);
}

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\t' && slice_control(s, i) > 0)
			return true;
	return false;
}

// The next line, trimmed, of whatever kind.
static enum err line_take(struct text *t, bool *more)
{
	*more = t->file.n > 0;
	if (!*more)
		return ERR_OK;
	size_t n = slice_find(t->file, '\n', 0), past = n < t->file.n ? n + 1 : n;
	struct slice line = slice_part(t->file, 0, n);
	t->file = slice_part(t->file, past, t->file.n - past);
	t->line++;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	size_t bad;
	if (line.n > REGIME_LINE_MAX)
		return text_refuse(t, ERR_LIMIT, line, "longer than %u bytes", REGIME_LINE_MAX);
	if (!slice_is_utf8(line, &bad))
		return text_refuse(t, ERR_INPUT, (struct slice){0}, "not UTF-8 at byte %zu of the line", bad + 1);
	if (has_control(line))
		return text_refuse(t, ERR_INPUT, line, "holds a control character");
	t->left = slice_trim(line);
	return ERR_OK;
}

enum err text_open(struct text *t, struct slice bytes, const char *name, size_t max, const char *first, struct why *why)
{
	*t = (struct text){.name = name, .why = why};
	if (bytes.n > max)
		return why_set(why, ERR_LIMIT, "%s: %zu bytes: at most %zu", name, bytes.n, max);
	t->file = slice_unmarked(bytes);
	bool more;
	enum err e = line_take(t, &more);
	if (e != ERR_OK)
		return e;
	if (!more || !slice_is_text(t->left, first)) {
		t->line = 1;
		return text_refuse(t, ERR_INPUT, t->left, "the first line is \"%s\"", first);
	}
	return ERR_OK;
}

enum err text_next(struct text *t, bool *more)
{
	enum err e;
	do
		e = line_take(t, more);
	while (e == ERR_OK && *more && (t->left.n == 0 || t->left.p[0] == '#'));
	return e;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct slice text_word(struct text *t)
{
	size_t n = 0, next;
	while (n < t->left.n && !is_blank(t->left.p[n]))
		n++;
	struct slice word = slice_part(t->left, 0, n);
	for (next = n; next < t->left.n && is_blank(t->left.p[next]);)
		next++;
	t->left = slice_part(t->left, next, t->left.n - next);
	return word;
}

enum err text_end(struct text *t)
{
	return t->left.n == 0 ? ERR_OK : text_refuse(t, ERR_INPUT, t->left, "nothing may follow");
}

enum err text_said(struct text *t, struct slice word, struct slice *value)
{
	if (value->n > 0)
		return text_refuse(t, ERR_INPUT, word, "said twice");
	if (t->left.n == 0)
		return text_refuse(t, ERR_INPUT, word, "nothing is said");
	if (slice_find(t->left, '\t', 0) < t->left.n)
		return text_refuse(t, ERR_INPUT, t->left, "a tab in a text");
	*value = t->left;
	t->left.n = 0;
	return ERR_OK;
}

static bool is_id(struct slice s)
{
	if (s.n == 0 || s.n > REGIME_ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], letter = c | 0x20;
		bool plain = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9');
		if (!plain && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return true;
}

enum err text_id(struct text *t, struct slice word, struct slice *id)
{
	if (id->n > 0)
		return text_refuse(t, ERR_INPUT, word, "said twice");
	struct slice s = text_word(t);
	if (s.n == 0)
		return text_refuse(t, ERR_INPUT, word, "nothing is said");
	if (!is_id(s))
		return text_refuse(t, ERR_INPUT, s, "no id: 1 to %u letters, digits and, not first, \". _ -\"", REGIME_ID_MAX);
	*id = s;
	return text_end(t);
}

enum err text_day(struct text *t, struct slice word, struct slice *text, int64_t *day)
{
	uint64_t seconds;
	if (text->n > 0)
		return text_refuse(t, ERR_INPUT, word, "said twice");
	struct slice s = text_word(t);
	if (s.n != 10 || !time_parse(s, &seconds))
		return text_refuse(t, ERR_INPUT, s, "no date; as 2026-11-30, years 1970 to 9999");
	*text = s;
	*day = (int64_t)seconds;
	return text_end(t);
}

enum err text_in_language(struct text *t, struct slice word, struct slice value[static LANGUAGES])
{
	struct slice language = text_word(t);
	for (enum language l = 0; l < LANGUAGES; l++)
		if (slice_is_text(language, language_name(l)))
			return text_said(t, word, &value[l]);
	return text_refuse(t, ERR_INPUT, language.n > 0 ? language : word, "a language follows: en or fr");
}
