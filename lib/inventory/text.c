// What every value of an inventory goes through, and how a refused one is shown.
#include "inventory/inventory.h"

#include <stdio.h>

#include "base/num.h"

// Bytes of a blank at either end that ASCII does not know: U+00A0, U+200B, U+FEFF. 0: none.
static size_t wide_blank(const uint8_t *p, size_t n)
{
	if (n >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
		return 2;
	if (n >= 3 && (memcmp(p, "\xe2\x80\x8b", 3) == 0 || memcmp(p, "\xef\xbb\xbf", 3) == 0))
		return 3;
	return 0;
}

static struct slice trim(struct slice s)
{
	for (size_t before = s.n + 1; s.n < before;) {
		before = s.n;
		s = slice_trim(s);
		s = slice_part(s, wide_blank(s.p, s.n), s.n);
		if (s.n >= 2 && wide_blank(s.p + s.n - 2, 2) == 2)
			s.n -= 2;
		else if (s.n >= 3 && wide_blank(s.p + s.n - 3, 3) == 3)
			s.n -= 3;
	}
	return s;
}

bool inventory_text(struct slice raw, struct slice *text, const char **rule)
{
	size_t bad;
	struct slice s = raw.n > 0 && raw.p[0] > ' ' && raw.p[0] < 0x7f && raw.p[raw.n - 1] > ' ' && raw.p[raw.n - 1] < 0x7f ? raw : trim(raw);
	*rule = s.n > INVENTORY_TEXT_MAX  ? "a value is longer than 1024 bytes"
	        : !slice_is_utf8(s, &bad) ? "a value is not UTF-8"
	        : slice_has_control(s)    ? "a value holds a control character"
	                                  : NULL;
	if (*rule == NULL)
		*text = s;
	return *rule == NULL;
}

// '?' for what is no UTF-8 and for control characters, in one pass each.
static void replace(char *p, size_t n)
{
	size_t bad, c;
	for (size_t at = 0; at < n && !slice_is_utf8(slice_of(p + at, n - at), &bad); at += bad + 1)
		p[at + bad] = '?';
	for (size_t i = 0; i < n; i += c > 0 ? c : 1) {
		c = slice_control(slice_of(p, n), i);
		memset(p + i, '?', c);
	}
}

static struct slice mend(struct slice raw, char *room, size_t max)
{
	struct slice s = trim(raw);
	size_t n = s.n < max ? s.n : max;
	if (n > 0)
		memmove(room, s.p, n); // it may be there already
	replace(room, n);
	return trim(slice_of(room, n));
}

bool inventory_mend(struct slice raw, char room[static INVENTORY_TEXT_MAX], struct slice *text)
{
	const char *rule;
	if (inventory_text(raw, text, &rule))
		return true;
	*text = mend(raw, room, INVENTORY_TEXT_MAX);
	return false;
}

// The rule may quote what it refuses, cut in the middle of a character.
static enum err tell(enum err (*told)(void *, const struct refused *, struct why *), const struct inventory_sink *sink, uint64_t line,
                     struct slice text, const char *rule, struct why *why)
{
	char room[INVENTORY_SHOWN_MAX], said[WHY_MAX];
	if (told == NULL)
		return ERR_OK;
	struct slice fit = mend(slice_text(rule), said, sizeof said - 1);
	memmove(said, fit.p, fit.n);
	said[fit.n] = 0;
	struct refused r = {.line = line, .text = mend(text, room, sizeof room), .why = said};
	return told(sink->context, &r, why);
}

enum err inventory_begin(const struct inventory_sink *sink, const struct machine *m, struct why *why)
{
	char room[INVENTORY_TEXT_MAX], date[24];
	struct machine fit = *m;
	bool named = inventory_mend(m->name, room, &fit.name);
	bool dated = m->updated == INVENTORY_UNKNOWN_DATE || (m->updated >= 0 && m->updated < TIME_YEAR_10000);
	if (!dated)
		fit.updated = INVENTORY_UNKNOWN_DATE;
	enum err e = sink->machine != NULL ? sink->machine(sink->context, &fit, why) : ERR_OK;
	if (e == ERR_OK && !named)
		e = inventory_note(sink, 0, m->name, "the machine's name is no text of at most 1024 bytes: '?' stands for what it was not", why);
	snprintf(date, sizeof date, "%lld", (long long)m->updated);
	if (e == ERR_OK && !dated)
		e = inventory_note(sink, 0, slice_text(date), "the package manager's last change, in seconds, is before 1970 or after 9999: not known", why);
	return e;
}

enum err inventory_refuse(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why)
{
	return tell(sink->refused, sink, line, text, rule, why);
}

enum err inventory_note(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why)
{
	return tell(sink->note, sink, line, text, rule, why);
}
