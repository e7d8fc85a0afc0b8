// What every value of an inventory goes through, and how a refused one is shown.
#include "inventory/inventory.h"

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

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f || (s.p[i] == 0xc2 && i + 1 < s.n && s.p[i + 1] < 0xa0))
			return true;
	return false;
}

bool inventory_text(struct slice raw, struct slice *text, const char **rule)
{
	size_t bad;
	struct slice s = raw.n > 0 && raw.p[0] > ' ' && raw.p[0] < 0x7f && raw.p[raw.n - 1] > ' ' && raw.p[raw.n - 1] < 0x7f ? raw : trim(raw);
	*rule = s.n > INVENTORY_TEXT_MAX   ? "a value is longer than 1024 bytes"
	        : !slice_is_utf8(s, &bad) ? "a value is not UTF-8"
	        : has_control(s)          ? "a value holds a control character"
	                                  : NULL;
	if (*rule == NULL)
		*text = s;
	return *rule == NULL;
}

// The beginning of a refused text with '?' for what cannot be shown.
static struct slice show(struct slice text, char room[static INVENTORY_SHOWN_MAX])
{
	size_t n = text.n < INVENTORY_SHOWN_MAX ? text.n : INVENTORY_SHOWN_MAX, bad;
	for (size_t i = 0; i < n; i++)
		room[i] = text.p[i] < 0x20 || text.p[i] == 0x7f ? '?' : (char)text.p[i];
	while (!slice_is_utf8(slice_of(room, n), &bad))
		room[bad] = '?';
	for (size_t i = 0; i + 1 < n; i++)
		if ((uint8_t)room[i] == 0xc2 && (uint8_t)room[i + 1] < 0xa0)
			room[i] = room[i + 1] = '?';
	return slice_of(room, n);
}

static enum err tell(enum err (*told)(void *, const struct refused *, struct why *), const struct inventory_sink *sink, uint64_t line,
                     struct slice text, const char *rule, struct why *why)
{
	char room[INVENTORY_SHOWN_MAX];
	if (told == NULL)
		return ERR_OK;
	struct slice shown;
	const char *unfit;
	if (!inventory_text(show(text, room), &shown, &unfit))
		shown = (struct slice){0};
	struct refused r = {.line = line, .text = shown, .why = rule};
	return told(sink->context, &r, why);
}

enum err inventory_refuse(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why)
{
	return tell(sink->refused, sink, line, text, rule, why);
}

enum err inventory_note(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why)
{
	return tell(sink->note, sink, line, text, rule, why);
}
