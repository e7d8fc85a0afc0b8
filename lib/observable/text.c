// Free text. A word is what stands between white space and quotes; a word that looks like an observable and is not accepted is
// listed among the refusals, other words are prose.
#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

#define ADDRESS_WRITTEN 64 // bytes of an IPv6 address or network, refanged
#define SCHEME_MAX 16      // bytes of a scheme that may follow a comma

struct scan {
	struct extract *x;
	struct slice place;    // "line 12"
	struct slice before;   // the word before this one
	bool defanged;         // this word was
	struct slice original; // the word as it stands in the text
	size_t whole;          // length of the word once refanged
	struct why *why;
};

// Length of a separator at the start of s, or 0: ASCII space and quotes, no-break space, « », U+2000–U+206F, CJK punctuation.
static size_t separator(struct slice s)
{
	if (strchr(" \t\r\n\v\f\"<>|`", s.p[0]) != NULL)
		return 1;
	if (s.n >= 2 && s.p[0] == 0xc2 && (s.p[1] == 0xa0 || s.p[1] == 0xab || s.p[1] == 0xbb))
		return 2;
	if (s.n < 3)
		return 0;
	bool general = s.p[0] == 0xe2 && (s.p[1] == 0x80 || s.p[1] == 0x81);
	bool ideographic = s.p[0] == 0xe3 && s.p[1] == 0x80 && s.p[2] <= 0x91;
	bool wide = s.p[0] == 0xef && s.p[1] == 0xbc && (s.p[2] == 0x88 || s.p[2] == 0x89 || s.p[2] == 0x8c || s.p[2] == 0x9a);
	return general || ideographic || wide ? 3 : 0;
}

// +1, -1 or 0 for each kind of bracket.
static void count(int balance[static 3], uint8_t c, int sign)
{
	static const char open[] = "([{", close[] = ")]}";
	for (size_t i = 0; i < 3; i++)
		balance[i] += c == (uint8_t)open[i] ? sign : c == (uint8_t)close[i] ? -sign : 0;
}

// Without the punctuation that the sentence put around it. Brackets go when they are not closed (opened) inside.
static struct slice bare(struct slice s)
{
	int balance[3] = {0};
	for (size_t i = 0; i < s.n; i++)
		count(balance, s.p[i], 1);
	for (; s.n > 0; s = slice_part(s, 1, s.n)) {
		uint8_t c = s.p[0];
		bool unclosed = (c == '(' && balance[0] > 0) || (c == '[' && balance[1] > 0) || (c == '{' && balance[2] > 0);
		if (!unclosed && strchr("'*,;:!?=", c) == NULL)
			break;
		count(balance, c, -1);
	}
	for (; s.n > 0; s.n--) {
		uint8_t c = s.p[s.n - 1];
		bool unopened = (c == ')' && balance[0] < 0) || (c == ']' && balance[1] < 0) || (c == '}' && balance[2] < 0);
		if (!unopened && strchr("'*,;:!?.", c) == NULL)
			break;
		count(balance, c, -1);
	}
	return s;
}

static enum err found(struct scan *s, unsigned kind, struct slice written)
{
	// What is the whole word is shown as it stands in the text; parts of a word are shown refanged.
	return put_value(s->x, kind, false, written.n == s->whole ? s->original : written, s->place, s->why);
}

static enum err refused(struct scan *s, struct slice value, const char *rule)
{
	return put_refusal(s->x, s->place, value, rule, s->why);
}

static bool all(struct slice s, bool (*is)(uint8_t))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return s.n > 0;
}

static size_t dots(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '.';
	return n;
}

static bool digits_and_dots(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!form_is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	return s.n > 0;
}

static bool after_version_word(const struct scan *s)
{
	static const char *const words[] = {"version", "versions", "ver", "v", "build", "release",
	                                    "rev", "revision", "firmware", "update"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_same_letters(s->before, slice_text(words[i])))
			return true;
	return false;
}

static enum err quad(struct scan *s, struct slice p)
{
	if (!s->defanged && after_version_word(s))
		return refused(s, p, "after such a word this could be a version number");
	if (!s->defanged && p.p[0] == '0')
		return refused(s, p, "no address in use begins with 0");
	return found(s, OBSERVABLE_IPV4, p);
}

// "end.Next": a full stop without a space after it, unless the whole is in capitals.
static bool sentence_end(struct slice p)
{
	size_t dot = p.n;
	while (dot > 0 && p.p[dot - 1] != '.')
		dot--;
	struct slice label = slice_part(p, dot, p.n);
	return label.n > 1 && label.p[0] >= 'A' && label.p[0] <= 'Z' && label.p[1] >= 'a' && label.p[1] <= 'z';
}

static enum err name(struct scan *s, struct slice p)
{
	struct observable o;
	struct why rule = {""};
	size_t dot = p.n;
	while (dot > 0 && p.p[dot - 1] != '.')
		dot--;
	// One letter, or something with digits, after the last dot: "e.g", "v1.2": prose.
	if (p.n - dot < 2 || dot < 2)
		return s->defanged ? refused(s, p, "defanged, but no name") : ERR_OK;
	if (observable_canonical(OBSERVABLE_DOMAIN, p, &o, &rule) != ERR_OK)
		return s->defanged ? refused(s, p, rule.text) : ERR_OK;
	if (!s->defanged && sentence_end(p))
		return refused(s, p, "a name, or the end of a sentence without a space");
	if (!name_has_known_end(observable_value(&o)))
		return s->defanged ? found(s, OBSERVABLE_DOMAIN, p) : refused(s, p, "its last label is no public suffix: a file name?");
	if (!s->defanged && name_may_be_file(observable_value(&o)))
		return refused(s, p, "could be a domain or a file name");
	return found(s, OBSERVABLE_DOMAIN, p);
}

// A piece without separators, colons or slashes.
static enum err piece(struct scan *s, struct slice p)
{
	p = bare(p);
	while (p.n > 0 && (p.p[0] == '.' || p.p[0] == '-'))
		p = slice_part(p, 1, p.n);
	if (p.n < 3)
		return ERR_OK;
	if (all(p, form_is_hex) && value_fits(KIND_HASH, p))
		return found(s, KIND_HASH, p);
	if (slice_starts_letters(p, "CVE-"))
		return found(s, OBSERVABLE_CVE, p);
	if (slice_starts_letters(p, "AS") && p.n >= 6 && all(slice_part(p, 2, p.n), form_is_digit))
		return found(s, OBSERVABLE_ASN, p);
	if (slice_find(p, '@', 0) < p.n)
		return slice_find(p, '.', slice_find(p, '@', 0)) < p.n ? found(s, OBSERVABLE_MAIL, p) : ERR_OK;
	if (digits_and_dots(p) && dots(p) == 3)
		return quad(s, p);
	if (p.n > 1 && slice_lower(p.p[0]) == 'v' && digits_and_dots(slice_part(p, 1, p.n)) && dots(p) == 3)
		return refused(s, p, "a version number");
	if (dots(p) > 0)
		return slice_find(p, '\\', 0) == p.n ? name(s, p) : ERR_OK;
	return p.n >= 26 && value_fits(OBSERVABLE_WALLET, p) ? found(s, OBSERVABLE_WALLET, p) : ERR_OK;
}

// "host/path" gives the host; "12/03", "and/or" are prose; a hash may stand behind a slash.
static enum err slashed(struct scan *s, struct slice p)
{
	size_t slash = slice_find(p, '/', 0);
	struct slice head = slice_part(p, 0, slash), tail = slice_part(p, slash + 1, p.n);
	if (digits_and_dots(head) && dots(head) == 3)
		return all(tail, form_is_digit) ? found(s, OBSERVABLE_CIDR, p) : found(s, OBSERVABLE_IPV4, p);
	struct observable o;
	if (dots(head) > 0 && observable_canonical(OBSERVABLE_DOMAIN, head, &o, NULL) == ERR_OK &&
	    name_has_known_end(observable_value(&o)) && (s->defanged || !name_may_be_file(observable_value(&o))))
		return found(s, OBSERVABLE_URL, p);
	enum err e = ERR_OK;
	for (size_t from = 0; from <= p.n && e == ERR_OK;) {
		size_t end = slice_find(p, '/', from);
		struct slice part = slice_part(p, from, end - from);
		if (all(part, form_is_hex) && value_fits(KIND_HASH, part))
			e = found(s, KIND_HASH, part);
		from = end + 1;
	}
	return e;
}

// A piece without colons.
static enum err plain(struct scan *s, struct slice p)
{
	return slice_find(p, '/', 0) < p.n ? slashed(s, p) : piece(s, p);
}

// "md5:…", "ip:1.2.3.4", "host:8080", an IPv6 address.
static enum err coloned(struct scan *s, struct slice p)
{
	enum err e = ERR_OK;
	for (size_t colon; e == ERR_OK && (colon = slice_find(p, ':', 0)) < p.n;) {
		struct slice right = slice_part(p, colon + 1, p.n);
		// "::" and "1::" are too short to be meant.
		if (p.n >= 5 && p.n <= ADDRESS_WRITTEN && value_fits(OBSERVABLE_IPV6, p))
			return found(s, OBSERVABLE_IPV6, p);
		if (p.n <= ADDRESS_WRITTEN && slice_find(right, ':', 0) < right.n && value_fits(OBSERVABLE_CIDR, p))
			return found(s, OBSERVABLE_CIDR, p);
		if (slice_starts_letters(p, "cpe:"))
			return found(s, OBSERVABLE_PRODUCT, p);
		size_t zone = slice_find(p, '%', 0);
		if (zone < p.n && zone >= 5 && zone <= ADDRESS_WRITTEN && value_fits(OBSERVABLE_IPV6, slice_part(p, 0, zone)))
			return found(s, OBSERVABLE_IPV6, p); // refused there, with the reason
		e = plain(s, slice_part(p, 0, colon));
		p = all(right, form_is_digit) ? slice_part(p, p.n, 0) : right;
	}
	return e == ERR_OK ? plain(s, p) : e;
}

static enum err pieces(struct scan *s, struct slice w)
{
	enum err e = ERR_OK;
	for (size_t i = 0, from = 0; i <= w.n && e == ERR_OK; i++)
		if (i == w.n || strchr(",;=()[]{}'\"|", w.p[i]) != NULL) {
			e = coloned(s, bare(slice_part(w, from, i - from)));
			from = i + 1;
		}
	return e;
}

// Where the scheme of the first "://" in w begins, or w.n.
static size_t scheme_at(struct slice w)
{
	const uint8_t *hit = w.n > 3 ? memmem(w.p, w.n, "://", 3) : NULL;
	size_t at = hit != NULL ? (size_t)(hit - w.p) : w.n;
	if (hit != NULL)
		while (at > 0 && (form_is_alnum(w.p[at - 1]) || strchr("+-", w.p[at - 1]) != NULL))
			at--;
	return at;
}

// ",2021-03-04" and the like: a date column that was glued to the URL before it.
static bool glued_date(struct slice s)
{
	return s.n >= 11 && s.p[0] == ',' && all(slice_part(s, 1, 4), form_is_digit) && (s.p[5] == '-' || s.p[5] == '/') &&
	       all(slice_part(s, 6, 2), form_is_digit);
}

// s begins with "scheme://".
static bool begins_url(struct slice s)
{
	size_t n = 0;
	while (n < s.n && n < SCHEME_MAX && form_is_alnum(s.p[n]))
		n++;
	return n > 0 && n + 3 <= s.n && memcmp(s.p + n, "://", 3) == 0;
}

// Where a URL that begins w ends: at a comma or semicolon before another URL, or before a date.
static size_t url_end(struct slice w)
{
	for (size_t i = 8; i < w.n; i++)
		if ((w.p[i] == ',' || w.p[i] == ';') &&
		    (glued_date(slice_part(w, i, w.n)) || begins_url(slice_part(w, i + 1, w.n))))
			return i;
	return w.n;
}

// A word with "://" in it: what stands before the URL, then one or more URLs.
static enum err urls(struct scan *s, struct slice w, size_t at)
{
	enum err e = at > 0 ? pieces(s, slice_part(w, 0, at)) : ERR_OK;
	while (e == ERR_OK && at < w.n) {
		w = slice_part(w, at, w.n);
		size_t end = url_end(w);
		e = found(s, OBSERVABLE_URL, bare(slice_part(w, 0, end)));
		if (e == ERR_OK && glued_date(slice_part(w, end, w.n)))
			return put_note(s->x, s->place, slice_part(w, end, w.n), "a date glued to the URL before it; left out", s->why);
		at = end + 1;
	}
	return e;
}

static enum err word(struct scan *s, struct slice written)
{
	char text[OBSERVABLE_WRITTEN_MAX];
	if (written.n > sizeof text)
		return refused(s, written, "a word of this length is not read");
	memcpy(text, written.p, written.n);
	size_t n = observable_refang(text, written.n);
	s->defanged = n != written.n || memcmp(text, written.p, n) != 0;
	struct slice w = bare(slice_of(text, n));
	s->original = written;
	s->whole = w.n;
	size_t at = scheme_at(w);
	return at < w.n ? urls(s, w, at) : pieces(s, w);
}

static enum err line(struct scan *s, struct slice in)
{
	enum err e = ERR_OK;
	size_t from = 0;
	s->before = (struct slice){0};
	for (size_t i = 0; i <= in.n && e == ERR_OK;) {
		size_t length = i < in.n ? separator(slice_part(in, i, in.n)) : 1;
		if (length == 0) {
			i++;
			continue;
		}
		struct slice w = slice_part(in, from, i - from);
		w = w.n <= OBSERVABLE_WRITTEN_MAX ? bare(w) : w;
		if (w.n > 2)
			e = word(s, w);
		if (w.n > 0)
			s->before = w;
		i += length;
		from = i;
	}
	return e;
}

enum err extract_text(struct slice in, struct extract *x, struct why *why)
{
	struct buf utf8;
	char place[32];
	size_t number = 0;
	buf_init(&utf8, 3 * (size_t)EXTRACT_BYTES_MAX);
	enum err e = reading_decode(in, &utf8, x, why);
	struct slice rest = buf_slice(&utf8);
	while (e == ERR_OK && rest.n > 0) {
		size_t end = slice_find(rest, '\n', 0);
		int n = snprintf(place, sizeof place, "line %zu", ++number);
		struct scan s = {.x = x, .place = slice_of(place, (size_t)n), .why = why};
		e = line(&s, slice_part(rest, 0, end));
		rest = slice_part(rest, end + 1, rest.n);
	}
	buf_free(&utf8);
	return e == ERR_OK ? observable_list_derive(&x->list, why) : e;
}
