#include "reference.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE 4096

struct line { // decoded
	size_t n;
	unsigned char c[LINE];
	size_t at[LINE + 1]; // offset of each character; of the end too
	bool escape[LINE];   // comes out of an escape
};

struct found {
	const struct indicator_set *set;
	struct reference_hit *hits;
	size_t count, base;
	// URLs by indicator and place of "://": what two readings find is one.
	struct reference_hit urls[256];
	size_t url_count;
};

static void add(struct found *f, uint32_t indicator, size_t end)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->hits[i].indicator == indicator && f->hits[i].end == f->base + end)
			return;
	if (f->count < REFERENCE_HITS)
		f->hits[f->count++] = (struct reference_hit){indicator, f->base + end};
}

static int digits(const unsigned char *p, size_t n, size_t count)
{
	char text[8];
	if (n < count)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!isxdigit(p[i]))
			return -1;
	snprintf(text, sizeof text, "%.*s", (int)count, p);
	return (int)strtol(text, NULL, 16);
}

static void put(struct line *l, unsigned c, size_t at, bool escape)
{
	if (l->n < LINE) {
		l->c[l->n] = (unsigned char)c;
		l->escape[l->n] = escape;
		l->at[l->n++] = at;
	}
}

// escapes: \u \x \" \/ \\; percent: %XX; letters: \n and its like are a backslash and a letter, else an end of words.
static void decode(struct line *l, const unsigned char *p, size_t n, bool escapes, bool percent, bool letters)
{
	l->n = 0;
	for (size_t i = 0; i < n;) {
		int v;
		if (percent && p[i] == '%' && (v = digits(p + i + 1, n - i - 1, 2)) >= 0) {
			put(l, (unsigned)v, i, true);
			i += 3;
		} else if (escapes && p[i] == '\\' && i + 1 < n && p[i + 1] == 'u' && (v = digits(p + i + 2, n - i - 2, 4)) >= 0) {
			if (v < 0x80) {
				put(l, (unsigned)v, i, true);
			} else if (v < 0x800) {
				put(l, 0xc0u | (unsigned)v >> 6, i, true);
				put(l, 0x80u | ((unsigned)v & 63), i, true);
			} else if (v >= 0xd800 && v < 0xe000) {
				put(l, 0, i, true);
			} else {
				put(l, 0xe0u | (unsigned)v >> 12, i, true);
				put(l, 0x80u | ((unsigned)v >> 6 & 63), i, true);
				put(l, 0x80u | ((unsigned)v & 63), i, true);
			}
			i += 6;
		} else if (escapes && p[i] == '\\' && i + 1 < n && p[i + 1] == 'x' && (v = digits(p + i + 2, n - i - 2, 2)) >= 0) {
			put(l, (unsigned)v, i, true);
			i += 4;
		} else if (escapes && p[i] == '\\' && i + 1 < n && strchr("\"/\\", p[i + 1]) != NULL && p[i + 1] != 0) {
			put(l, p[i + 1], i, true);
			i += 2;
		} else if (escapes && !letters && p[i] == '\\' && i + 1 < n && strchr("bfnrt", p[i + 1]) != NULL && p[i + 1] != 0) {
			put(l, 0, i, true);
			i += 2;
		} else {
			put(l, p[i], i, false);
			i++;
		}
	}
	l->at[l->n] = n;
}

static bool plain(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_';
}

// Length of the word character at i: a plain one, or a letter of another script.
static size_t letter(const struct line *l, size_t i)
{
	size_t bad;
	unsigned char c = l->c[i];
	if (c < 0x80)
		return plain(c) ? 1 : 0;
	for (size_t n = 2; n <= 4 && i + n <= l->n; n++)
		if (slice_is_utf8(slice_of(l->c + i, n), &bad)) {
			unsigned long v = n == 2 ? c & 31u : n == 3 ? c & 15u : c & 7u;
			for (size_t k = 1; k < n; k++)
				v = v << 6 | (l->c[i + k] & 63u);
			bool mark = (v < 0xc0 && v != 0xaa && v != 0xb5 && v != 0xba) || v == 0xd7 || v == 0xf7 ||
			            (v >= 0x2000 && v <= 0x206f) || (v >= 0x3000 && v <= 0x303f) || (v >= 0xff00 && v <= 0xff0f) ||
			            (v >= 0xff1a && v <= 0xff20) || v == 0xfeff || v == 0xfffd;
			return mark ? 0 : n;
		}
	return 0;
}

static bool net_has(const char *net, const char *address)
{
	char text[64];
	unsigned char a[16], b[16];
	snprintf(text, sizeof text, "%s", net);
	char *slash = strchr(text, '/');
	*slash = 0;
	int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, a) != 1 || inet_pton(family, address, b) != 1)
		return false;
	for (int i = 0; i < atoi(slash + 1); i++)
		if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

static void met_address(struct found *f, const struct observable *o, size_t end)
{
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		if ((x.what.type == o->type && strcmp(x.what.value, o->value) == 0) ||
		    (x.what.type == OBSERVABLE_CIDR && net_has(x.what.value, o->value)))
			add(f, i, end);
	}
}

// An address with colons: what is glued in front is taken off. False when it is none; *from is where it begins.
static bool ipv6_of(const struct line *l, size_t *from, size_t end, struct observable *o)
{
	while (end > *from && (l->c[end - 1] == '.' || (l->c[end - 1] == ':' && (end - *from < 2 || l->c[end - 2] != ':'))))
		end--;
	for (;;) {
		size_t colon = *from;
		bool hex = true;
		while (colon < end && l->c[colon] != ':')
			hex &= isxdigit(l->c[colon++]) != 0;
		if (colon >= end)
			return false;
		bool two = colon + 1 < end && l->c[colon + 1] == ':';
		if (colon == *from ? two : hex && colon - *from <= 4)
			break;
		*from = two ? colon : colon + 1;
	}
	return observable_canonical(OBSERVABLE_IPV6, slice_of(l->c + *from, end - *from), o, NULL) == ERR_OK;
}

static void met_name(struct found *f, const struct line *l, size_t start, size_t end, bool whole)
{
	struct observable o;
	struct slice word = slice_of(l->c + start, end - start);
	size_t trimmed = word.n;
	while (trimmed > 0 && word.p[trimmed - 1] == '.')
		trimmed--;
	size_t hit_end = l->at[start + trimmed];
	bool foreign = false;
	char name[LINE];
	for (size_t i = 0; i < word.n; i++)
		foreign |= word.p[i] >= 0x80;
	if (foreign) {
		if (observable_canonical(OBSERVABLE_DOMAIN, word, &o, NULL) != ERR_OK)
			return;
		snprintf(name, sizeof name, "%s", o.value);
		hit_end = l->at[end];
	} else {
		snprintf(name, sizeof name, "%.*s", (int)trimmed, word.p);
	}
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		size_t n = strlen(name), m = x.what.n;
		if (x.what.type == OBSERVABLE_DOMAIN && n >= m && strcasecmp(name + n - m, x.what.value) == 0 &&
		    (n == m || (name[n - m - 1] == '.' && !whole)))
			add(f, i, hit_end);
	}
}

static bool local_char(unsigned char c)
{
	return isalnum(c) || (c != 0 && c < 0x7f && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static void met_mail(struct found *f, const struct line *l, size_t start, size_t end)
{
	while (end > start && l->c[end - 1] == '.')
		end--;
	if (start == 0 || l->c[start - 1] != '@')
		return;
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		const char *at = strchr(x.what.value, '@');
		if (x.what.type != OBSERVABLE_MAIL || strlen(at + 1) != end - start ||
		    strncasecmp(at + 1, (const char *)l->c + start, end - start) != 0)
			continue;
		size_t n = (size_t)(at - x.what.value);
		if (start - 1 < n || strncasecmp(x.what.value, (const char *)l->c + start - 1 - n, n) != 0)
			continue;
		unsigned char before = start - 1 > n ? l->c[start - 2 - n] : 0;
		if (!plain(before) && before < 0x80 && before != '+' && local_char(l->c[start - 1 - n]))
			add(f, i, l->at[end]);
	}
}

static void met_digests(struct found *f, const struct line *l, bool letters)
{
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		unsigned type = x.what.type;
		if (type < OBSERVABLE_MD5 || type > OBSERVABLE_CERTIFICATE)
			continue;
		for (size_t at = 0; at + x.what.n <= l->n; at++)
			if ((!letters || (at > 0 && l->c[at - 1] == '\\' && !l->escape[at - 1] && strchr("bf", l->c[at]) != NULL)) &&
			    strncasecmp((const char *)l->c + at, x.what.value, x.what.n) == 0 &&
			    (at == 0 || !(isalnum(l->c[at - 1]) || l->c[at - 1] >= 0x80)) &&
			    (at + x.what.n == l->n || !(isalnum(l->c[at + x.what.n]) || l->c[at + x.what.n] >= 0x80)))
				add(f, i, l->at[at + x.what.n]);
	}
}

// As the line stands only paths are met (their backslashes look like escapes), and not where an escape goes on with the word.
static bool goes_on(const struct line *l, size_t at)
{
	static struct line rest;
	decode(&rest, l->c + at, l->n - at, true, true, false);
	return rest.n > 0 && (plain(rest.c[0]) || rest.c[0] >= 0x80);
}

static void met_files(struct found *f, const struct line *l, bool raw)
{
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		size_t n = x.what.n;
		if (x.what.type != OBSERVABLE_FILENAME || (raw && strchr(x.what.value, '\\') == NULL))
			continue;
		for (size_t at = 0; at + n <= l->n; at++) {
			size_t end = at + n;
			bool same = strncasecmp((const char *)l->c + at, x.what.value, n) == 0;
			while (same && end < l->n && l->c[end] == '.')
				end++; // the end of a sentence
			if (same && (at == 0 || !(plain(l->c[at - 1]) || l->c[at - 1] >= 0x80)) &&
			    (end == l->n || !(plain(l->c[end]) || l->c[end] >= 0x80)) && !(raw && goes_on(l, end)))
				add(f, i, l->at[at + n]);
		}
	}
}

// Every URL of the line: from each "://" back to its scheme and on to its end.
static bool scheme_char(unsigned char c)
{
	return isalnum(c) || c == '+' || c == '-' || c == '.';
}

static void add_url(struct found *f, uint32_t indicator, size_t start, size_t colon, bool letters)
{
	for (size_t i = 0; i < f->url_count; i++)
		if (f->urls[i].indicator == indicator && f->urls[i].end == colon && letters)
			return;
	if (f->url_count < 256)
		f->urls[f->url_count++] = (struct reference_hit){indicator, colon};
	add(f, indicator, start);
}

static void met_url(struct found *f, const char *url, size_t start, size_t colon_at, bool letters)
{
	static const char *const ports[][2] = {{"http:", ":80"}, {"https:", ":443"}, {"ftp:", ":21"}, {"ws:", ":80"},
	                                       {"wss:", ":443"}};
	char any[2][OBSERVABLE_URL_FRONT + 16] = {"", ""};
	const char *colon = strchr(url, ':'), *path = strchr(colon + 3, '/');
	snprintf(any[0], sizeof any[0], "any%s", colon);
	const char *bracket = memchr(colon + 3, ']', (size_t)(path - colon - 3)), *from = bracket != NULL ? bracket : colon + 3;
	for (size_t i = 0; i < 5; i++)
		if (strncmp(url, ports[i][0], strlen(ports[i][0])) == 0 && memchr(from, ':', (size_t)(path - from)) == NULL)
			snprintf(any[1], sizeof any[1], "any%.*s%s%s", (int)(path - colon), colon, ports[i][1], path);
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		const char *texts[] = {url, any[0], any[1]}, *u = x.what.value;
		for (size_t t = 0; t < 3 && x.what.type == OBSERVABLE_URL; t++) {
			size_t n = strlen(u);
			if (strncmp(texts[t], u, n) != 0)
				continue;
			char last = u[n - 1], next = texts[t][n];
			bool query = strchr(u, '?') != NULL;
			if (next == 0 || next == '/' || next == '?' || last == '/' || last == '?' || (query && (next == '&' || last == '&')))
				add_url(f, i, start, colon_at, letters);
		}
	}
}

static void met_urls(struct found *f, const struct line *l, const unsigned char *raw, bool percent, bool letters)
{
	for (size_t at = 1; at + 3 < l->n; at++) {
		if (memcmp(l->c + at, "://", 3) != 0)
			continue;
		if (percent && raw[l->at[at]] != '%' && raw[l->at[at + 1]] != '%' && raw[l->at[at + 2]] != '%')
			continue;
		size_t from = at, end = at + 3;
		while (from > 0 && scheme_char(l->c[from - 1]))
			from--;
		while (from < at && !isalpha(l->c[from]))
			from++;
		while (end < l->n && l->c[end] > 0x20 && l->c[end] != 0x7f && strchr("\"<>\\", l->c[end]) == NULL &&
		       !(percent && raw[l->at[end]] == '&'))
			end++;
		size_t ends[256], count = 0, trimmed = end;
		ends[count++] = end;
		while (trimmed > from && strchr(".,;:!?)]'", l->c[trimmed - 1]) != NULL && l->c[trimmed - 1] != 0)
			trimmed--;
		ends[count++] = trimmed;
		for (size_t i = from; i < end && count < 8; i++)
			if (strchr("'`|{}^", l->c[i]) != NULL || (l->c[i] == ',' && end - i > 5 && memcmp(l->c + i + 1, "http", 4) == 0))
				ends[count++] = i;
		for (size_t i = 0; i < count && from < at; i++) {
			char url[OBSERVABLE_URL_FRONT + 1];
			size_t n;
			if (ends[i] <= from || observable_url_front(slice_of(l->c + from, ends[i] - from), url, &n, NULL) != ERR_OK)
				continue;
			url[n] = 0;
			met_url(f, url, l->at[from], l->at[at], letters);
		}
	}
}

static void met_fingerprint(struct found *f, const struct line *l, size_t start, size_t end)
{
	for (uint32_t i = 0; i < indicator_count(f->set); i++) {
		struct indicator x;
		if (!indicator_get(f->set, i, &x))
			abort();
		bool same = x.what.type == OBSERVABLE_CERTIFICATE && end - start == x.what.n / 2 * 3 - 1;
		for (size_t k = 0; same && k < end - start; k++)
			same = k % 3 == 2 ? l->c[start + k] == ':' : tolower(l->c[start + k]) == x.what.value[k / 3 * 2 + k % 3];
		if (same)
			add(f, i, l->at[end]);
	}
}

// Words of the fully decoded line.
static void met_words(struct found *f, const struct line *l, bool letters)
{
	for (size_t i = 0; i < l->n;) {
		size_t start = i, step;
		while (i < l->n && (step = letter(l, i)) > 0)
			i += step;
		if (i == start) {
			i++;
			continue;
		}
		bool ambiguous = start > 0 && l->c[start - 1] == '\\' && !l->escape[start - 1] && strchr("bfnrt", l->c[start]) != NULL;
		if (letters && !ambiguous)
			continue;
		struct observable o;
		size_t colon = start, trimmed = i;
		while (trimmed > start && l->c[trimmed - 1] == '.')
			trimmed--;
		for (size_t k = 1; k <= 4 && colon >= k; k++)
			if ((k == 1 && l->c[colon - 1] == ':') || letter(l, colon - k) == k) {
				colon -= k;
				k = 0;
			}
		size_t first = colon;
		bool tail = start > 0 && l->c[start - 1] == ':' && ipv6_of(l, &first, i, &o) && first < start;
		if (!tail && observable_canonical(OBSERVABLE_IPV4, slice_of(l->c + start, trimmed - start), &o, NULL) == ERR_OK)
			met_address(f, &o, l->at[trimmed]);
		met_name(f, l, start, i, letters);
		met_mail(f, l, start, i);
	}
	for (size_t i = 0; i < l->n && !letters;) {
		size_t start = i, colons = 0, step;
		struct observable o;
		while (i < l->n && ((step = letter(l, i)) > 0 || l->c[i] == ':')) {
			colons += l->c[i] == ':';
			i += step > 0 ? step : 1;
		}
		if (colons >= 2) {
			size_t first = start, end = i;
			met_fingerprint(f, l, start, i);
			while (end > start && (l->c[end - 1] == '.' || (l->c[end - 1] == ':' && (end - start < 2 || l->c[end - 2] != ':'))))
				end--;
			if (ipv6_of(l, &first, i, &o))
				met_address(f, &o, l->at[end]);
		}
		i += i == start;
	}
}

int reference_order(const void *a, const void *b)
{
	const struct reference_hit *x = a, *y = b;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->indicator < y->indicator ? -1 : x->indicator > y->indicator;
}

size_t reference_scan(const struct indicator_set *set, struct slice text, struct reference_hit hits[static REFERENCE_HITS])
{
	static struct line l;
	struct found f = {.set = set, .hits = hits};
	for (size_t from = 0; from < text.n;) {
		size_t end = slice_find(text, '\n', from);
		const unsigned char *p = text.p + from;
		f.base = from;
		f.url_count = 0;
		decode(&l, p, end - from, true, true, false);
		met_words(&f, &l, false);
		met_digests(&f, &l, false);
		met_files(&f, &l, false);
		met_urls(&f, &l, p, true, false);
		decode(&l, p, end - from, true, true, true);
		met_words(&f, &l, true);
		met_digests(&f, &l, true);
		met_files(&f, &l, false);
		decode(&l, p, end - from, true, false, false);
		met_urls(&f, &l, p, false, false);
		decode(&l, p, end - from, true, false, true);
		met_urls(&f, &l, p, false, true);
		decode(&l, p, end - from, false, false, false);
		met_files(&f, &l, true);
		from = end + 1;
	}
	qsort(hits, f.count, sizeof *hits, reference_order);
	return f.count;
}
