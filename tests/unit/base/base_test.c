// base/: what is accepted, what is refused, and that nothing is written past a maximum.
#include "base/buf.h"
#include "base/fnv.h"
#include "base/num.h"
#include "base/wire.h"
#include "test.h"

static void numbers(void)
{
	static const struct {
		const char *text;
		uint64_t min, max, value;
		bool ok;
	} rows[] = {
		{"0", 0, 9, 0, true},
		{"42", 0, 99, 42, true},
		{"18446744073709551615", 0, UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", 0, UINT64_MAX, 0, false},
		{"", 0, 9, 0, false},
		{"00", 0, 9, 0, false},
		{"07", 0, 9, 0, false},
		{"-1", 0, 9, 0, false},
		{"+1", 0, 9, 0, false},
		{" 1", 0, 9, 0, false},
		{"1a", 0, 99, 0, false},
		{"10", 0, 9, 0, false},
		{"1", 2, 9, 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t v = 7;
		bool ok = num_parse(slice_text(rows[i].text), rows[i].min, rows[i].max, &v);
		CHECK_SAY(ok == rows[i].ok, "%s", rows[i].text);
		CHECK_SAY(v == (rows[i].ok ? rows[i].value : 7), "%s", rows[i].text);
	}
}

static void base64(void)
{
	static const char *const refused[] = {"A", "AA", "AAA", "AA=A", "AB==", "AAB=", "A===", "====", "A A=", "AA==AA==", "AAAA\n"};
	for (size_t n = 0; n < 40; n++) {
		uint8_t bytes[40], back[40];
		size_t got = 0;
		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t)(i * 37 + n);
		struct buf b;
		buf_init(&b, 100);
		buf_put_base64(&b, slice_of(bytes, n));
		CHECK(base64_decode(buf_slice(&b), back, sizeof back, &got) && got == n);
		CHECK(n == 0 || memcmp(back, bytes, n) == 0);
		CHECK(n == 0 || !base64_decode(buf_slice(&b), back, n - 1, &got));
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		uint8_t out[16];
		size_t n;
		CHECK_SAY(!base64_decode(slice_text(refused[i]), out, sizeof out, &n), "%s", refused[i]);
	}
}

static void times(void)
{
	static const struct {
		const char *text;
		uint64_t seconds;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2000-02-29T12:00:00Z", 951825600},
		{"2017-05-12T07:44:00+00:00", 1494575040},
		{"2017-05-12T09:44:00.123+02:00", 1494575040},
		{"2017-05-12", 1494547200},
		{"9999-12-31T23:59:59Z", 253402300799},
	};
	static const char *const bad[] = {"",          "2017",       "2017-13-01", "2017-02-29", "2017-05-12T",
	                                  "2017-05-12T07:44Z", "2017-05-12T24:00:00Z", "2017-05-12T07:44:00",
	                                  "2017-05-12T07:44:00.Z", "2017-05-12T07:44:00Z ", "1969-12-31T23:59:59Z",
	                                  "1970-01-01T00:00:00+01:00", "2017-05-12T07:44:00.5"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		uint64_t s = 1;
		CHECK_SAY(time_parse(slice_text(good[i].text), &s) && s == good[i].seconds, "%s", good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint64_t s;
		CHECK_SAY(!time_parse(slice_text(bad[i]), &s), "%s", bad[i]);
	}
	for (uint64_t s = 0; s < 253402300799u; s += 86400u * 97 + 12345) {
		char text[TIME_TEXT];
		uint64_t back = 0;
		time_print(s, text);
		CHECK_SAY(time_parse(slice_text(text), &back) && back == s, "%s", text);
	}
}

static void utf8(void)
{
	static const char *const bad[] = {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82", "\x80"};
	size_t at = 99;
	CHECK(slice_is_utf8(slice_text("d\xc3\xa9j\xc3\xa0 \xe2\x82\xac \xf0\x9f\x94\x94"), &at));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[16];
		snprintf(text, sizeof text, "ab%s", bad[i]);
		CHECK(!slice_is_utf8(slice_text(text), &at) && at == 2);
	}
}

static void cut_at_a_character(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *want;
	} rows[] = {{"abc", 3, "abc"}, {"abc", 9, "abc"}, {"abc", 2, "ab"}, {"abc", 0, ""}, {"", 4, ""}, {"d\xc3\xa9j\xc3\xa0", 3, "d\xc3\xa9"},
	            {"d\xc3\xa9j\xc3\xa0", 2, "d"}, {"\xe2\x82\xac", 2, ""}, {"\xf0\x9f\x94\x94!", 3, ""}, {"\xf0\x9f\x94\x94!", 4, "\xf0\x9f\x94\x94"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(slice_is_text(slice_cut(slice_text(rows[i].text), rows[i].n), rows[i].want), "%s at %zu", rows[i].text, rows[i].n);
}

static void controls(void)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {{" ", 0}, {"~", 0}, {"\xc3\xa9", 0}, {"\xc2\xa0", 0}, {"\xc2", 0}, {"\x80", 0}, {"\n", 1}, {"\t", 1}, {"\x1b[31m", 1}, {"\x7f", 1},
	            {"\xc2\x80", 2}, {"\xc2\x9b" "31m", 2}, {"\xc2\x9f", 2}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char behind[16];
		CHECK_SAY(slice_control(slice_text(rows[i].text), 0) == rows[i].n, "row %zu", i);
		snprintf(behind, sizeof behind, "a\xc3\xa9%s", rows[i].text);
		CHECK_SAY(slice_has_control(slice_text(behind)) == (rows[i].n > 0), "row %zu", i);
	}
	CHECK(!slice_has_control((struct slice){0}));
}

static void buffer_keeps_its_maximum(void)
{
	struct buf b;
	buf_init(&b, 5);
	buf_put_u32(&b, 0x01020304);
	buf_put_u16(&b, 5);
	CHECK(buf_status(&b) == ERR_LIMIT && b.n == 4);
	buf_put_u8(&b, 1);
	CHECK_SAY(b.n == 4, "a put after a failure must be ignored");
	buf_clear(&b);
	uint8_t long_run[256] = {0};
	buf_put_vec8(&b, slice_of(long_run, sizeof long_run));
	CHECK(buf_status(&b) == ERR_LIMIT && b.n == 0);
	buf_free(&b);
	buf_free(&b);
}

static void wire_reads_what_buf_wrote(void)
{
	struct buf b;
	buf_init(&b, 1000);
	buf_put_u8(&b, 1);
	buf_put_u16(&b, 0x0203);
	buf_put_u32(&b, 0x04050607);
	buf_put_u64(&b, 0x08090a0b0c0d0e0f);
	buf_put_vec8(&b, SLICE_LITERAL("a"));
	buf_put_vec16(&b, SLICE_LITERAL("bc"));
	buf_put_vec32(&b, SLICE_LITERAL(""));
	for (size_t cut = 0; cut <= b.n + 1; cut++) {
		uint8_t copy[64] = {0};
		memcpy(copy, b.p, b.n);
		struct wire w = wire_of(slice_of(copy, cut));
		bool same = wire_u8(&w) == 1 && wire_u16(&w) == 0x0203 && wire_u32(&w) == 0x04050607 &&
		            wire_u64(&w) == 0x08090a0b0c0d0e0f && slice_is_text(wire_vec8(&w), "a") &&
		            slice_is_text(wire_vec16(&w), "bc") && slice_is_text(wire_vec32(&w), "");
		struct why why;
		CHECK_SAY((wire_end(&w, "frame", &why) == ERR_OK) == (cut == b.n), "cut %zu", cut);
		CHECK(same || cut < b.n);
	}
	buf_free(&b);
}

static void why_is_one_line(void)
{
	struct why why;
	CHECK(why_set(&why, ERR_INPUT, "line %d: \"%s\" is no address", 3, "1.2\n.3\x1b[") == ERR_INPUT);
	CHECK(why_at(&why, ERR_INPUT, "file %s", "x.csv") == ERR_INPUT);
	CHECK_TEXT(why.text, "file x.csv: line 3: \"1.2?.3?[\" is no address");
	CHECK(why_set(&why, ERR_INPUT, "\xc2\x9b" "31m \xc3\xa9 \xc2\xa0") == ERR_INPUT);
	CHECK_TEXT(why.text, "??31m \xc3\xa9 \xc2\xa0");
	CHECK(why_set(NULL, ERR_DENIED, "x") == ERR_DENIED);
	for (int e = ERR_OK; e <= ERR_SYSTEM; e++)
		CHECK(err_named(err_name((enum err)e)) == (enum err)e);
}

// The published values of FNV-1a, 64 bits (draft-eastlake-fnv, appendix C).
static void fnv(void)
{
	CHECK(fnv1a(SLICE_LITERAL("")) == 0xcbf29ce484222325);
	CHECK(fnv1a(SLICE_LITERAL("a")) == 0xaf63dc4c8601ec8c);
	CHECK(fnv1a(SLICE_LITERAL("foobar")) == 0x85944171f73967e8);
}

static void beginnings(void)
{
	static const struct {
		const char *s, *with;
		bool starts, ends, letters, same; // letters: starts with it in any case
	} rows[] = {
		{"", "", true, true, true, true},          {"a", "", true, true, true, false},       {"", "a", false, false, false, false},
		{"abc", "ab", true, false, true, false},   {"abc", "bc", false, true, false, false}, {"abc", "abc", true, true, true, true},
		{"abc", "abcd", false, false, false, false}, {"aBc", "AbC", false, false, true, true}, {"aBc", "AB", false, false, true, false},
		{"abc", "b", false, false, false, false},  {"abab", "ab", true, true, true, false},  {"[a", "{A", false, false, false, false},
		{"@", "`", false, false, false, false},    {"Z^", "z~", false, false, false, false}, {"K", "\xe2\x84\xaa", false, false, false, false},
		{"\xc3\x89", "\xc3\xa9", false, false, false, false}, {"i", "\xc4\xb0", false, false, false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice s = slice_text(rows[i].s), with = slice_text(rows[i].with);
		CHECK_SAY(slice_starts(s, rows[i].with) == rows[i].starts && slice_ends(s, rows[i].with) == rows[i].ends, "row %zu", i);
		CHECK_SAY(slice_starts_letters(s, rows[i].with) == rows[i].letters, "row %zu", i);
		CHECK_SAY(slice_same_letters(s, with) == rows[i].same && slice_same_letters(with, s) == rows[i].same, "row %zu", i);
	}
	CHECK(!slice_same_letters(slice_of("a\0b", 3), slice_of("a\0c", 3))); // a NUL ends nothing
	CHECK(slice_starts((struct slice){0}, "") && !slice_ends((struct slice){0}, "x"));
	static const char *const marked[][2] = {{"\xef\xbb\xbf", ""}, {"\xef\xbb\xbf{}", "{}"}, {"\xef\xbb\xbf\xef\xbb\xbf", "\xef\xbb\xbf"},
	                                        {"", ""}, {"\xef\xbb", "\xef\xbb"}, {"\xfe\xbb\xbf", "\xfe\xbb\xbf"}, {"a\xef\xbb\xbf", "a\xef\xbb\xbf"}};
	for (size_t i = 0; i < sizeof marked / sizeof *marked; i++)
		CHECK_SAY(slice_is_text(slice_unmarked(slice_text(marked[i][0])), marked[i][1]), "row %zu", i);
}

const struct test tests[] = {
	{"numbers", numbers}, {"base64", base64}, {"times", times}, {"utf8", utf8}, {"cut_at_a_character", cut_at_a_character}, {"controls", controls}, {"beginnings", beginnings},
	{"buffer_keeps_its_maximum", buffer_keeps_its_maximum}, {"wire_reads_what_buf_wrote", wire_reads_what_buf_wrote},
	{"why_is_one_line", why_is_one_line}, {"fnv", fnv}, {NULL, NULL},
};
