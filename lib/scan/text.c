// Text that is not plain: escapes and foreign letters, and addresses with colons.
#include "scan/inside.h"

#define COLON_RUN_MAX SCAN_TOKEN_MAX

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static long hex_number(const uint8_t *p, size_t n, size_t digits)
{
	long v = 0;
	if (n < digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		int h = hex_of(p[i]);
		if (h < 0)
			return -1;
		v = v << 4 | h;
	}
	return v;
}

static struct unit code_point(long c, uint8_t raw)
{
	struct unit u = {.n = 1, .raw = raw};
	if (c < 0x80) {
		u.bytes[0] = (uint8_t)c;
	} else if (c < 0x800) {
		u = (struct unit){{(uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 63)), 0}, 2, raw};
	} else if (c < 0xd800 || c > 0xdfff) { // halves of a pair stand for nothing that a name could hold
		u = (struct unit){{(uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 63)), (uint8_t)(0x80 | (c & 63))}, 3, raw};
	}
	return u;
}

struct unit read_unit(const uint8_t *p, size_t n, unsigned how)
{
	struct unit plain = {{p[0], 0, 0}, 1, 1};
	long v;
	if (p[0] == '%' && (how & READ_PERCENT) != 0 && (v = hex_number(p + 1, n - 1, 2)) >= 0)
		return (struct unit){{(uint8_t)v, 0, 0}, 1, 3};
	if (p[0] != '\\' || (how & READ_ESCAPES) == 0 || n < 2)
		return plain;
	switch (p[1]) {
	case 'u':
		v = hex_number(p + 2, n - 2, 4);
		return v >= 0 ? code_point(v, 6) : plain;
	case 'x':
		v = hex_number(p + 2, n - 2, 2);
		return v >= 0 ? (struct unit){{(uint8_t)v, 0, 0}, 1, 4} : plain;
	case '"': case '/': case '\\':
		return (struct unit){{p[1], 0, 0}, 1, 2};
	case 'b': case 'f': case 'n': case 'r': case 't':
		return (how & READ_LETTERS) != 0 ? plain : (struct unit){{0, 0, 0}, 1, 2};
	}
	return plain;
}

static bool in_region(uint8_t c)
{
	return is_word(c) || c == '\\' || c == '%' || c == ':';
}

// The bytes [from, to) of the block, decoded into s->region. Returns how many; s->where has one entry more.
static size_t decode(struct scan *s, size_t from, size_t to, unsigned how)
{
	size_t n = 0;
	for (size_t i = from; i < to;) {
		struct unit u = read_unit(s->p + i, to - i, how);
		for (unsigned k = 0; k < u.n; k++) {
			s->where[n] = (uint32_t)i;
			s->region[n++] = u.bytes[k];
		}
		i += u.raw;
	}
	s->where[n] = (uint32_t)to;
	return n;
}

// Length of the letter at p[0] ≥ 0x80; 0 when it is no letter: malformed, a space or a punctuation mark.
static size_t letter_length(const uint8_t *p, size_t n)
{
	size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2, bad;
	if (length > n || !slice_is_utf8(slice_of(p, length), &bad))
		return 0;
	uint32_t c = p[0] & (0xff >> (length + 1));
	for (size_t i = 1; i < length; i++)
		c = c << 6 | (p[i] & 63);
	if (c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba)
		return 0;
	bool mark = c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x303f) ||
	            (c >= 0xff00 && c <= 0xff0f) || (c >= 0xff1a && c <= 0xff20) || c == 0xfeff || c == 0xfffd;
	return mark ? 0 : length;
}

size_t letter_before(const uint8_t *p, size_t end)
{
	if (p[end - 1] < 0x80)
		return is_token(p[end - 1]) ? 1 : 0;
	for (size_t n = 2; n <= 4 && n <= end; n++)
		if (p[end - n] >= 0xc0)
			return letter_length(p + end - n, n) == n ? n : 0;
	return 0;
}

// What runs to the end of a word from i, by letters; 0 when there stands no word character.
static size_t step(const struct view *v, size_t i)
{
	if (v->p[i] < 0x80)
		return is_token(v->p[i]) ? 1 : 0;
	return letter_length(v->p + i, v->n - i);
}

// The name of a token with foreign letters, as the DNS has it, in the token's place.
static void foreign(struct scan *s, const struct view *v, size_t start, size_t end, bool whole_only)
{
	struct observable o;
	struct slice text = slice_of(v->p + start, end - start);
	if (slice_find(text, '.', 0) == text.n || observable_canonical(OBSERVABLE_DOMAIN, text, &o, NULL) != ERR_OK)
		return;
	struct view name = {.p = (const uint8_t *)o.value, .n = o.n, .fixed = true, .fixed_start = view_at(v, start),
	                    .fixed_end = view_at(v, end)};
	check_token(s, &name, 0, o.n, whole_only);
}

// File names whose last part is plain and stands behind foreign letters.
static void plain_parts(struct scan *s, const struct view *v, size_t start, size_t end)
{
	s->files_only = true;
	for (size_t i = start; i < end;) {
		size_t from = i;
		while (i < end && v->p[i] < 0x80)
			i++;
		if (i > from)
			check_token(s, v, from, i, true);
		while (i < end && v->p[i] >= 0x80)
			i++;
	}
	s->files_only = false;
}

static void digests_of(struct scan *s, const struct view *v, size_t start, size_t end, bool first_only)
{
	for (size_t i = start; i < end;) {
		size_t from = i;
		while (i < end && hex_of(v->p[i]) >= 0)
			i++;
		if (i - from >= 32)
			check_digest(s, v, from, i);
		if (first_only)
			return;
		i += i == from;
	}
}

// One token of the decoded text, [start, end). `letters`: only what begins with the letter of an ambiguous escape counts.
static void region_token(struct scan *s, const struct view *v, size_t start, size_t end, bool letters)
{
	size_t raw_start = v->where[start], raw_end = v->where[end];
	bool has_foreign = false;
	for (size_t i = start; i < end; i++)
		has_foreign |= v->p[i] >= 0x80;
	// An escape in it or right before it, or the foreign mark that the plain run went on into.
	bool split = raw_end - raw_start != end - start || (start > 0 && v->where[start - 1] + 1 != raw_start) ||
	             (raw_start > 0 && s->p[raw_start - 1] >= 0x80) || (raw_end < s->n && s->p[raw_end] >= 0x80);
	if (end - start > SCAN_TOKEN_MAX ||
	    (letters && !(start > 0 && v->p[start - 1] == '\\' && v->where[start - 1] + 1 == raw_start &&
	                                                  memchr("bfnrt", s->p[raw_start], 5) != NULL)))
		return;
	if (!letters && !has_foreign && !split && !is_touched(s->p, s->n, raw_start, raw_end))
		return; // found as it stands
	digests_of(s, v, start, end, letters);
	if (has_foreign) {
		foreign(s, v, start, end, letters);
		plain_parts(s, v, start, end);
	} else {
		check_token(s, v, start, end, letters);
	}
}

static void region_tokens(struct scan *s, size_t n, bool letters)
{
	const struct view v = {.p = s->region, .n = n, .where = s->where, .letters = letters};
	size_t run = n, colons = 0; // a run of token characters and ':'
	for (size_t i = 0; i <= n;) {
		size_t start = i, length;
		while (i < n && (length = step(&v, i)) > 0)
			i += length;
		bool owned = v.where[i] > s->region_done && is_owned(s, v.where[i]);
		if (i > start && owned)
			region_token(s, &v, start, i, letters);
		if (run == n && start < n)
			run = start;
		if (i < n && v.p[i] == ':') {
			colons++;
			i++;
			continue;
		}
		size_t raw_start = run < n ? v.where[run] : 0, raw_end = v.where[i];
		bool split = raw_end - raw_start != i - run || (run > 0 && run < n && v.where[run - 1] + 1 != raw_start) ||
		             (raw_start > 0 && s->p[raw_start - 1] >= 0x80) || (raw_end < s->n && s->p[raw_end] >= 0x80);
		for (size_t k = run; k < i && !split; k++)
			split = v.p[k] >= 0x80;
		if (colons >= 2 && owned && i - run <= COLON_RUN_MAX && !letters && (split || is_touched(s->p, s->n, raw_start, raw_end)))
			check_ipv6(s, &v, run, i);
		run = n;
		colons = 0;
		i++;
	}
}

void scan_region(struct scan *s, size_t at)
{
	size_t from = at, to = at;
	if (at < s->region_done)
		return;
	while (from > 0 && at - from < BEHIND && in_region(s->p[from - 1]))
		from--;
	while (to < s->n && to - at < AHEAD + WINDOW_BYTES && in_region(s->p[to]))
		to++;
	size_t n = decode(s, from, to, READ_ESCAPES | READ_PERCENT);
	region_tokens(s, n, false);
	bool ambiguous = false;
	for (size_t i = from; i + 1 < to && !ambiguous; i++)
		ambiguous = s->p[i] == '\\' && memchr("bfnrt", s->p[i + 1], 5) != NULL;
	if (ambiguous) {
		n = decode(s, from, to, READ_ESCAPES | READ_PERCENT | READ_LETTERS);
		region_tokens(s, n, true);
	}
	s->region_done = to;
}

void scan_colons(struct scan *s, size_t at)
{
	size_t from = at, to = at;
	bool high = false;
	if (at < s->colon_done)
		return;
	while (from > 0 && at - from <= COLON_RUN_MAX && (is_word(s->p[from - 1]) || s->p[from - 1] == ':'))
		high |= s->p[--from] >= 0x80;
	while (to < s->n && to - at <= COLON_RUN_MAX && (is_word(s->p[to]) || s->p[to] == ':'))
		high |= s->p[to++] >= 0x80;
	s->colon_done = to;
	const struct view raw = view_raw(s);
	if (high || is_touched(s->p, s->n, from, to))
		mark_region(s, at);
	else if (to - from <= COLON_RUN_MAX && is_owned(s, to))
		check_ipv6(s, &raw, from, to);
}
