// The scanner against the reference: random sets and lines made of what can go wrong, every path, random cuts.
// TOCSIN_SCAN_CASES=1000000 compares so many texts, TOCSIN_SCAN_SEED others.
#include "test.h"

#include "compare.h"

#include <time.h>

static uint64_t state;
static size_t draw(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)((state >> 20) % n);
}

#define PICK(list) ((list)[draw(sizeof(list) / sizeof *(list))])

static struct indicator_set *some_set(struct indicator_build **b, size_t keep_of_8)
{
	uint64_t wanted = 0;
	for (size_t i = 0; i < COMPARE_VALUES; i++)
		wanted |= (uint64_t)(draw(8) < keep_of_8) << i;
	return compare_set(b, wanted);
}

static size_t put_text(char *out, const char *text)
{
	size_t n = strlen(text);
	memcpy(out, text, n);
	return n;
}

// Text with some of its characters escaped.
static size_t put_escaped(char *out, const char *text)
{
	size_t n = 0;
	for (; *text != 0; text++) {
		unsigned char c = (unsigned char)*text;
		switch (draw(12)) {
		case 0:
			n += (size_t)sprintf(out + n, "%%%02x", c);
			break;
		case 1:
			n += (size_t)sprintf(out + n, draw(2) == 0 ? "\\u%04x" : "\\u%04X", c);
			break;
		case 2:
			n += (size_t)sprintf(out + n, "\\x%02X", c);
			break;
		case 3:
			if (c == '/' || c == '\\' || c == '"')
				out[n++] = '\\';
			out[n++] = (char)c;
			break;
		case 4:
			out[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
			break;
		default:
			out[n++] = (char)c;
		}
	}
	return n;
}

static size_t some_text(char *out)
{
	static const char *const pieces[] = {
		" ", " ", "\n", "\"", ".", ".", ":", "::", "/", "\\", "%", "@", "-", "_", "www.", "not", "x", "1", "\\n", "\\t", "\\\"",
		"\\/", "\\\\", "://",
		"http://", "https://", "http:\\/\\/", "http%3A%2F%2F", "user@", "b\303\274cher.example", "\xc3\xa9", "\xe2\x80\x9c",
		"\xff", "?", "#", "&", "=", ",",
		"'", "[", "]", ":8080", ":443", "/a", "/a/b", "?x=1", "&y", "::ffff:", "2001:db8:", ".com", "com", "198.51.100.7",
		"198.51.7.7", "0:0:0:0:0:ffff:",
		"\\u002e", "%2e", "%2E", "\\u00", "%4", "evil.com.", "c:\\\\temp\\\\", "c:\\temp\\", "ab", "0123456789abcdef", "(1)",
		"any", "aA:bB:",
		"8:9", "\x00", "\t", "fe80::1:2%eth0", "1.2.3.4.5", "01.2.3.4", "{", "<", ">", "|", "=\"", "id:", "c:", "\\ud83d",
		"\\u00fc", "+", "!"};
	size_t n = 0;
	for (size_t count = 1 + draw(7); count > 0 && n < 1500; count--) {
		const char *value = strchr(PICK(compare_values), ' ') + 1;
		switch (draw(5)) {
		case 0:
			n += put_text(out + n, value);
			break;
		case 1:
			n += put_escaped(out + n, value);
			break;
		default: {
			const char *piece = PICK(pieces);
			n += *piece == 0 ? (out[n] = 0, 1) : draw(8) == 0 ? put_escaped(out + n, piece) : put_text(out + n, piece);
		}
		}
	}
	return n;
}

// In parts of any size; the rest is given again.
static void scan_parts(struct scan *scan, struct compare_hits *h, struct slice text, size_t cut)
{
	size_t at = 0, n = 0;
	h->count = 0;
	while (at + n < text.n || n > 0) {
		size_t more = cut != 0 ? cut : 1 + draw(text.n);
		n = n + more < text.n - at ? n + more : text.n - at;
		h->base = at;
		size_t done = scan_block(scan, text.p + at, n, at + n == text.n);
		at += done;
		n -= done;
		if (done == 0 && at + n == text.n && n > 0)
			break;
	}
	scan_reset(scan);
}

static void random_lines(size_t sets, size_t lines)
{
	static struct reference_hit want[REFERENCE_HITS];
	static struct compare_hits h;
	static char text[65536];
	static const enum scan_path paths[] = {SCAN_BEST, SCAN_PORTABLE, SCAN_AVX2};
	size_t hits = 0, wrong = 0;
	for (size_t i = 0; i < sets && wrong < 5; i++) {
		struct indicator_build *b;
		struct indicator_set *set = some_set(&b, 1 + draw(8));
		struct scan *scan[3] = {NULL};
		REQUIRE(set != NULL);
		for (size_t k = 0; k < 3; k++)
			if (scan_new(set, paths[k], compare_keep, &h, &scan[k], NULL) != ERR_OK)
				scan[k] = NULL;
		for (size_t j = 0; j < lines && wrong < 5; j++) {
			size_t n = 0;
			for (size_t some = 1 + draw(3); some > 0; some--) {
				for (size_t pad = draw(3) == 0 ? draw(140) : 0; pad > 0; pad--)
					text[n++] = ' ';
				n += some_text(text + n);
			}
			struct slice s = slice_of(text, n);
			size_t count = reference_scan(set, s, want);
			hits += count;
			for (size_t k = 0; k < 3; k++)
				if (scan[k] != NULL) {
					compare_scan(scan[k], &h, s);
					wrong += !compare_same(set, s, &h, want, count, scan_path_name(scan_path(scan[k])));
				}
			scan_parts(scan[0], &h, s, draw(4) == 0 ? 1 + draw(3) : 0);
			wrong += !compare_same(set, s, &h, want, count, "in parts");
		}
		for (size_t k = 0; k < 3; k++)
			scan_free(scan[k]);
		indicator_close(set);
		indicator_build_free(b);
	}
	printf("# %zu texts, %zu hits\n", sets * lines, hits);
	CHECK_SAY(wrong == 0, "%zu texts differ", wrong);
	CHECK(hits > sets);
}

static void against_reference(void)
{
	const char *many = getenv("TOCSIN_SCAN_CASES"), *seed = getenv("TOCSIN_SCAN_SEED");
	state = seed != NULL ? strtoull(seed, NULL, 10) * 7919 + 1 : 20260521;
#ifdef TOCSIN_SANITIZED
	size_t cases = 15000;
#else
	size_t cases = 100000;
#endif
	random_lines((many != NULL ? strtoull(many, NULL, 10) : cases) / 100, 100);
}

// A line without an end: what is found must not depend on where windows and blocks are cut. The same text in lines is the truth.
static void endless_line(void)
{
	enum { BYTES = 300000 };
	static struct compare_hits a, b;
	static char piece[65536];
	char *text = malloc(BYTES);
	struct indicator_build *build;
	state = 4711;
	struct indicator_set *set = some_set(&build, 8);
	struct scan *scan;
	REQUIRE(text != NULL && set != NULL && scan_new(set, SCAN_BEST, compare_keep, &a, &scan, NULL) == ERR_OK);
	for (unsigned turn = 0; turn < 6; turn++) {
		size_t n = 0;
		while (n + 4000 < BYTES) {
			size_t m = draw(30) == 0 ? 0 : some_text(piece);
			for (size_t i = 0; i < m; i++)
				text[n++] = piece[i] == '\n' ? ' ' : piece[i];
			for (size_t pad = draw(300); pad > 0 && n + 4000 < BYTES; pad--)
				text[n++] = '"';
			memcpy(text + n, "  \n  ", 5);
			n += 5;
		}
		compare_scan(scan, &a, slice_of(text, n));
		a.count = a.count < REFERENCE_HITS ? a.count : REFERENCE_HITS;
		qsort(a.list, a.count, sizeof *a.list, reference_order);
		struct compare_hits *lines = malloc(sizeof *lines);
		*lines = a;
		for (size_t i = 0; i < n; i++)
			text[i] = text[i] == '\n' ? ' ' : text[i];
		compare_scan(scan, &a, slice_of(text, n));
		b = a;
		CHECK(lines->count > 100 && lines->count < REFERENCE_HITS);
		CHECK(compare_same(set, slice_of(text, 0), &b, lines->list, lines->count, "one line, whole"));
		size_t at = 0, have = 0;
		a.count = 0;
		while (at < n) { // in parts; more than SCAN_TAIL_MAX is never left
			have = have + 1 + draw(150000);
			have = have < n - at ? have : n - at;
			a.base = at;
			size_t done = scan_block(scan, (uint8_t *)text + at, have, at + have == n);
			CHECK(done <= have && have - done <= SCAN_TAIL_MAX);
			at += done;
			have -= done;
		}
		CHECK(compare_same(set, slice_of(text, 0), &a, lines->list, lines->count, "one line, in parts"));
		free(lines);
	}
	scan_free(scan);
	indicator_close(set);
	indicator_build_free(build);
	free(text);
}

static size_t value_hits(const struct indicator_set *set, uint64_t now, enum observable_type type, const char *value)
{
	uint32_t found[8];
	return scan_value(set, now, type, slice_text(value), found, 8);
}

static void values_and_expiry(void)
{
	struct indicator_build *b;
	struct slice bytes;
	struct indicator_set *set;
	struct scan *scan;
	static struct compare_hits h;
	static const char csv[] = "type,value,expiry\ndomain,evil.com,1000\nurl,http://evil.com/a,\ncidr,10.0.0.0/8,\nmail,a@b.com,\nfilename,c:\\x y.exe,\n"
	                          "md5,0123456789abcdef0123456789abcdef,\nipv6,2001:db8::1,\nurl,http://[2001:db8::2]/,\n";
	REQUIRE(indicator_build_new(NULL, NULL, NULL, &b, NULL) == ERR_OK);
	REQUIRE(indicator_build_read(b, INDICATOR_CSV, slice_text(csv), NULL, NULL) == ERR_OK);
	REQUIRE(indicator_build_bytes(b, 1, &bytes, NULL) == ERR_OK && indicator_open_bytes(bytes, &set, NULL) == ERR_OK);
	CHECK(value_hits(set, 0, OBSERVABLE_DOMAIN, "WWW.evil.com.") == 1 &&
	      value_hits(set, 999, OBSERVABLE_DOMAIN, "evil.com") == 1);
	CHECK(value_hits(set, 1000, OBSERVABLE_DOMAIN, "evil.com") == 0 && value_hits(set, 0, OBSERVABLE_DOMAIN, "notevil.com") == 0);
	CHECK(value_hits(set, 0, OBSERVABLE_URL, "http://EVIL.com/a/b") == 1 &&
	      value_hits(set, 0, OBSERVABLE_URL, "http://evil.com/ab") == 0);
	CHECK(value_hits(set, 0, OBSERVABLE_IPV4, "10.9.8.7") == 1 && value_hits(set, 0, OBSERVABLE_IPV6, "::ffff:10.9.8.7") == 1);
	CHECK(value_hits(set, 0, OBSERVABLE_IPV4, "11.9.8.7") == 0 && value_hits(set, 0, OBSERVABLE_IPV6, "2001:DB8::1") == 1);
	CHECK(value_hits(set, 0, OBSERVABLE_MAIL, "A@b.com") == 1 && value_hits(set, 0, OBSERVABLE_MAIL, "xa@b.com") == 0);
	CHECK(value_hits(set, 0, OBSERVABLE_FILENAME, "C:\\X y.exe") == 1 && value_hits(set, 0, OBSERVABLE_FILENAME, "y.exe") == 0);
	CHECK(value_hits(set, 0, OBSERVABLE_MD5, "0123456789ABCDEF0123456789abcdef") == 1 &&
	      value_hits(set, 0, OBSERVABLE_IPV4, "x") == 0);
	CHECK(scan_has_host(set, slice_text("evil.com")) && scan_has_host(set, slice_text("2001:db8::2")) &&
	      !scan_has_host(set, slice_text("www.evil.com")));
	REQUIRE(scan_new(set, SCAN_BEST, compare_keep, &h, &scan, NULL) == ERR_OK);
	scan_now(scan, 1000);
	scan_split(scan, true);
	compare_scan(scan, &h, slice_text("{\"hostname\":\"evil.com\",\"url\":\"/a\"}"));
	CHECK(h.count == 1 && h.list[0].indicator == SCAN_SPLIT);
	compare_scan(scan, &h, slice_text("GET http://evil.com/b"));
	CHECK(h.count == 0);
	scan_free(scan);
	indicator_close(set);
	indicator_build_free(b);
}

const struct test tests[] = {{"a line of 300,000 bytes, any cut", endless_line},
                             {"single values, expiry, hosts apart from their paths", values_and_expiry},
                             {"random texts and sets, all paths, any cut, against the reference", against_reference},
                             {NULL, NULL}};
