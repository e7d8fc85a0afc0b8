// Lines with what can go wrong in them, cut everywhere: at every byte, at every place of a window, into every three parts.
#include "test.h"

#include "compare.h"

#include <stdlib.h>

#define PAD_MAX 132 // two windows of the widest path, and a little
#define TEXT_MAX 1024

static const char *const lines[] = {
	"evil.com", "notevil.com evil.com.au evil.community", "WWW.Evil.COM. x", "(evil.com)", "\"evil.com\"",
	"evil.com:443 evil.com/a", "a..evil.com ..evil.com",
	"x-evil.com _evil.com -evil.com", "www\\u002eevil\\u002ecom", "www%2eevil%2Ecom", "evil\\.com", "\\nevil.com",
	"\\\\nevil.com", "\\u006eevil.com", "\\nnevil.com",
	"\\tb.evil.com \\bb.evil.com", "b\303\274cher.example", "B\303\234CHER.example", "b\\u00fccher.example",
	"xn--bcher-kva.example", "\303\274evil.com", "\342\200\234evil.com\342\200\235",
	"\377evil.com\376", "evil.com\\u00e9", "a-b.evil.org",
	"1.2.3.4", "1.2.3.4.5 01.2.3.4 1.2.3.45 11.2.3.4", "1.2.3.4. 1.2.3.4, 1.2.3.4-x", "1.2.3.4:80 [1.2.3.4]",
	"::ffff:1.2.3.4 ::1.2.3.4", "::ffff:102:304", "a:1.2.3.4 id:1.2.3.4",
	"198.51.100.7 198.51.7.7 198.52.1.1", "1\\u002e2.3.4", "192.0.2.77/32", "0:0:0:0:0:ffff:192.0.2.77", "2001:db8::1",
	"2001:0DB8:0:0:0:0:0:1", "addr:2001:db8::1: 2001:db8::1.",
	"[2001:db8::1]:443", "2001:db8::ffff 2001:db9::1", "fe80::1:2%eth0", "1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8.",
	"x:1:2:3:4:5:6:7:8", ":::1 1:::2 ::",
	"user@evil.com", "xuser@evil.com user@evil.com.", "<user@evil.com>,\"a+b@evil.com\"", "o'x@b.evil.com +user@evil.com",
	"user%40evil.com", "mailto:USER@EVIL.COM?x",
	"0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF0", "x0123456789abcdef0123456789abcdef",
	"\\f0123456789abcdef0123456789abcdef",
	"0123456789abcdef0123456789abcdef01234567", "=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef=",
	"ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01", "ABCDEF0123456789ABCDEF0123456789ABCDEF01 AB:CD",
	"http://evil.com/a", "http://evil.com/ab http://evil.com/a/b http://evil.com/a?x", "HTTP://EVIL.COM:80/a#f",
	"http:\\/\\/evil.com\\/a\\/b", "https://evil.com/a/b?x=1&y=2",
	"https://evil.com/a/b?x=12", "(http://evil.com/a).", "'http://evil.com/a','http://evil.com/b'",
	"r=http%3A%2F%2Fevil.com%2Fa&x", "ftp://evil.com:8080/a evil.com:8080/a",
	"http://u:p@evil.com/a", "http://1.2.3.4/x/y http://1.2.3.4:80/x", "http://[2001:db8::1]/y",
	"https://www.evil.com/ wss://www.evil.com/q http://www.evil.com:443/",
	"http://evil.com/a%20b http://evil.com/a b", "https://a-b.evil.org/?q https://a-b.evil.org/?q&x",
	"xhttp://evil.com/nos://evil.com/nos", "://evil.com/a 1http://evil.com/a",
	"http://evil.com", "http://evil.com|http://evil.com/a", "http://evil.com/a\"", "http:\\u002f/evil.com/a",
	"http:%2f/evil.com/a",
	"bad.exe xbad.exe bad.exe. bad.exe.", "BAD.EXE,bad.exex", "c:\\temp\\bad.exe", "c:\\\\temp\\\\bad.exe", "C:\\TEMP\\BAD.EXE\"",
	"c:\\temp\\bad.exe\\u0041", "x y.evil.com xx y.evil.com",
	"report (1).7z report (1).7za", "report\\u0020(1).7z", "file:///c:/temp/bad.exe",
	"{\"hostname\":\"evil.com\",\"url\":\"\\/a\",\"ip\":\"1.2.3.4\"}",
	"1.2.3.4\t2001:db8::1\tevil.com\t-\t0123456789abcdef0123456789abcdef", "evil.com\n1.2.3.4\n\nuser@evil.com",
	"evil.\ncom 1.2.3\n.4 http://\nevil.com/a c:\\temp\n\\bad.exe", "\\ud83devil.com \\u0000evil.com\\x00",
	"%65vil.com %zzevil.com %4evil.com %", "\\u00 \\x \\", "evil.com\\",
};
#define LINES (sizeof lines / sizeof *lines)

static struct indicator_build *build;
static struct indicator_set *set;
static struct compare_hits have;
static struct reference_hit want[REFERENCE_HITS];
static const enum scan_path paths[] = {SCAN_AVX512, SCAN_AVX2, SCAN_PORTABLE};
static struct scan *scans[3];
static size_t wrong, cases;

static bool begin(void)
{
	build = NULL;
	set = compare_set(&build, UINT64_MAX);
	wrong = cases = 0;
	for (size_t i = 0; i < 3; i++)
		if (set == NULL || scan_new(set, paths[i], compare_keep, &have, &scans[i], NULL) != ERR_OK)
			scans[i] = NULL;
	return set != NULL;
}

static void end(size_t least)
{
	for (size_t i = 0; i < 3; i++)
		scan_free(scans[i]);
	indicator_close(set);
	indicator_build_free(build);
	CHECK_SAY(wrong == 0, "%zu of %zu", wrong, cases);
	CHECK_SAY(cases >= least, "%zu cases", cases);
}

static void compare(struct slice text, size_t count, const char *how)
{
	cases++;
	wrong += wrong < 5 && !compare_same(set, text, &have, want, count, how);
}

static void all_paths(struct slice text, size_t count)
{
	for (size_t i = 0; i < 3; i++)
		if (scans[i] != NULL) {
			compare_scan(scans[i], &have, text);
			compare(text, count, scan_path_name(scan_path(scans[i])));
		}
}

static void truncated(void)
{
	size_t hits = 0;
	REQUIRE(begin());
	for (size_t i = 0; i < LINES; i++)
		for (size_t n = 0; n <= strlen(lines[i]); n++) {
			struct slice text = slice_of(lines[i], n);
			size_t count = reference_scan(set, text, want);
			hits += count;
			all_paths(text, count);
			text = slice_of(lines[i] + n, strlen(lines[i]) - n); // and its front cut off
			count = reference_scan(set, text, want);
			all_paths(text, count);
		}
	CHECK_SAY(hits > 1000, "%zu", hits);
	end(10000);
}

// Where in a window of the scanner a line lies makes no difference, nor what stands around it.
static void every_place(void)
{
	static const char around[] = " \n\"";
	char text[TEXT_MAX];
	REQUIRE(begin());
	for (size_t i = 0; i < LINES; i++) {
		size_t n = strlen(lines[i]);
		for (size_t pad = 0; pad < PAD_MAX; pad++)
			for (size_t a = 0; around[a] != 0; a++) {
				memset(text, around[a], pad);
				memcpy(text + pad, lines[i], n);
				text[pad + n] = around[a];
				size_t count = pad < 2 ? reference_scan(set, slice_of(text, pad + n + 1), want) : 0;
				if (pad >= 2) { // the same again, further on
					count = reference_scan(set, slice_of(text + pad - 1, n + 2), want);
					for (size_t h = 0; h < count; h++)
						want[h].end += pad - 1;
				}
				all_paths(slice_of(text, pad + n + 1), count);
			}
	}
	end(90000);
}

// One block, or two or three, each cut at a and b; what a call leaves is given again with the next.
static void in_parts(struct scan *scan, struct slice text, size_t a, size_t b)
{
	const size_t to[] = {a, b, text.n};
	size_t at = 0;
	have.count = 0;
	for (size_t i = 0; i < 3; i++) {
		size_t n = to[i] - at;
		uint8_t *exact = malloc(n > 0 ? n : 1);
		memcpy(exact, text.p + at, n);
		have.base = at;
		at += scan_block(scan, exact, n, i == 2);
		free(exact);
	}
	scan_reset(scan);
	CHECK(at == text.n);
}

static void every_border(void)
{
	REQUIRE(begin());
#ifdef TOCSIN_SANITIZED
	const size_t step = 5;
#else
	const size_t step = 1;
#endif
	for (size_t i = 0; i < LINES; i++) {
		struct slice text = slice_text(lines[i]);
		size_t count = reference_scan(set, text, want);
		for (size_t a = 0; a <= text.n; a++)
			for (size_t b = a; b <= text.n; b += b == a || b + step > text.n ? 1 : step)
				for (size_t k = 0; k < 3; k++)
					if (scans[k] != NULL) {
						in_parts(scans[k], text, a, b);
						compare(text, count, "in three parts");
					}
	}
	end(30000);
}

const struct test tests[] = {{"lines cut at every byte", truncated}, {"lines at every place of a window", every_place},
                             {"lines in every three parts", every_border}, {NULL, NULL}};
