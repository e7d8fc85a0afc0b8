#include "json/raw.h"

enum { TEXT, ESCAPE, DIGITS, OTHER_HALF };

static const char utf8_rule[] = "malformed UTF-8";
static const char lone_rule[] = "an escaped surrogate without its other half";

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four digits of \uXXXX are complete.
static const char *unit_ends(struct json_raw *r)
{
	bool first = r->unit >= 0xd800 && r->unit <= 0xdbff, second = r->unit >= 0xdc00 && r->unit <= 0xdfff;
	if (r->unit == 0)
		return "\\u0000";
	if (r->high != second)
		return lone_rule;
	r->high = first;
	r->state = first ? OTHER_HALF : TEXT;
	return NULL;
}

static const char *step(struct json_raw *r, uint8_t c)
{
	int digit;
	switch (r->state) {
	case ESCAPE:
		if (r->high && c != 'u')
			return lone_rule;
		r->state = c == 'u' ? DIGITS : TEXT;
		r->digits = 0;
		r->unit = 0;
		return NULL;
	case DIGITS:
		digit = digit_of(c);
		if (digit < 0)
			return "\\u without four hexadecimal digits";
		r->unit = r->unit << 4 | (unsigned)digit;
		return ++r->digits == 4 ? unit_ends(r) : NULL;
	case OTHER_HALF:
		r->state = ESCAPE;
		return c == '\\' ? NULL : lone_rule;
	default:
		r->state = c == '\\' ? ESCAPE : TEXT;
		return NULL;
	}
}

// A backslash outside a text is refused by whoever reads the tokens.
static size_t escapes(struct json_raw *r, struct slice bytes, const char **rule)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (r->state == TEXT && (i = slice_find(bytes, '\\', i)) == bytes.n)
			break;
		*rule = step(r, bytes.p[i]);
		if (*rule != NULL)
			return i;
	}
	return bytes.n;
}

// A character that may still become whole: cut at the end, and not bad already.
static bool is_cut(const uint8_t *p, size_t n)
{
	uint8_t whole[4];
	size_t bad;
	static const uint8_t ends[] = {0x80, 0x90, 0xa0}; // one of them is allowed after every first byte
	if (n == 0 || n > 3)
		return false;
	memcpy(whole, p, n);
	for (size_t length = n + 1; length <= 4; length++)
		for (size_t e = 0; e < sizeof ends; e++) {
			memset(whole + n, 0x80, sizeof whole - n);
			whole[n] = ends[e];
			if (slice_is_utf8(slice_of(whole, length), &bad))
				return true;
		}
	return false;
}

// Completes the character that the last call left cut; *used: how many bytes that took.
static bool mend(struct json_raw *r, struct slice bytes, size_t *used)
{
	size_t bad;
	for (*used = 0; r->cuts > 0 && *used < bytes.n;) {
		r->cut[r->cuts++] = bytes.p[(*used)++];
		if (slice_is_utf8(slice_of(r->cut, r->cuts), &bad))
			r->cuts = 0;
		else if (!is_cut(r->cut, r->cuts))
			return false;
	}
	return true;
}

static bool characters(struct json_raw *r, struct slice bytes, size_t *good)
{
	size_t used, bad;
	if (!mend(r, bytes, &used)) {
		*good = used - 1;
		return false;
	}
	struct slice rest = slice_part(bytes, used, bytes.n);
	*good = bytes.n;
	if (slice_is_utf8(rest, &bad))
		return true;
	if (!is_cut(rest.p + bad, rest.n - bad)) {
		*good = used + bad;
		return false;
	}
	r->cuts = rest.n - bad;
	memcpy(r->cut, rest.p + bad, r->cuts);
	return true;
}

size_t json_raw_check(struct json_raw *r, struct slice bytes, const char **rule)
{
	size_t good;
	const char *escape_rule = NULL;
	*rule = characters(r, bytes, &good) ? NULL : utf8_rule;
	size_t escaped = escapes(r, slice_part(bytes, 0, good), &escape_rule);
	if (escape_rule != NULL)
		*rule = escape_rule;
	return escaped;
}

bool json_raw_is_whole(const struct json_raw *r)
{
	return r->cuts == 0 && r->state == TEXT;
}
