#include "base/slice.h"

bool slice_equal(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_is_text(struct slice a, const char *text)
{
	return slice_equal(a, slice_text(text));
}

bool slice_starts(struct slice s, const char *with)
{
	return slice_is_text(slice_part(s, 0, strlen(with)), with);
}

bool slice_ends(struct slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && slice_is_text(slice_part(s, s.n - n, n), with);
}

bool slice_same_letters(struct slice a, struct slice b)
{
	size_t i = 0;
	while (a.n == b.n && i < a.n && slice_lower(a.p[i]) == slice_lower(b.p[i]))
		i++;
	return a.n == b.n && i == a.n;
}

bool slice_starts_letters(struct slice s, const char *with)
{
	struct slice start = slice_text(with);
	return slice_same_letters(slice_part(s, 0, start.n), start);
}

struct slice slice_unmarked(struct slice text)
{
	return slice_part(text, slice_starts(text, "\xef\xbb\xbf") ? 3 : 0, text.n);
}

int slice_compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

struct slice slice_part(struct slice s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return slice_of(from == 0 ? s.p : s.p + from, n); // s.p may be NULL
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = slice_part(s, 1, s.n);
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t slice_find(struct slice s, uint8_t c, size_t from)
{
	if (from >= s.n)
		return s.n;
	const uint8_t *hit = memchr(s.p + from, c, s.n - from);
	return hit != NULL ? (size_t)(hit - s.p) : s.n;
}

// The length of the sequence at p (RFC 3629, section 4), or 0 when it is malformed.
static size_t utf8_length(const uint8_t *p, size_t n)
{
	uint8_t c = p[0], low = 0x80, high = 0xbf;
	size_t length = c < 0x80 ? 1 : c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
	if (length == 0 || length > n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	if (c == 0xed)
		high = 0x9f;
	if (c == 0xf0)
		low = 0x90;
	if (c == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < length; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;
	return length;
}

bool slice_is_utf8(struct slice s, size_t *bad)
{
	for (size_t i = 0; i < s.n;) {
		uint64_t eight;
		if (s.n - i >= sizeof eight && (memcpy(&eight, s.p + i, sizeof eight), (eight & 0x8080808080808080u) == 0)) {
			i += sizeof eight; // most text is ASCII
			continue;
		}
		size_t length = utf8_length(s.p + i, s.n - i);
		if (length == 0) {
			*bad = i;
			return false;
		}
		i += length;
	}
	return true;
}

struct slice slice_cut(struct slice s, size_t n)
{
	if (n < s.n)
		while (n > 0 && (s.p[n] & 0xc0) == 0x80)
			n--;
	return slice_part(s, 0, n);
}

size_t slice_control(struct slice s, size_t i)
{
	if (s.p[i] < 0x20 || s.p[i] == 0x7f)
		return 1;
	return s.p[i] == 0xc2 && i + 1 < s.n && s.p[i + 1] >= 0x80 && s.p[i + 1] < 0xa0 ? 2 : 0;
}

bool slice_has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (slice_control(s, i) > 0)
			return true;
	return false;
}
