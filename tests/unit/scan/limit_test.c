// What is beyond a limit of the scanner is not missed: many of everything in one line, long URLs, and where the limits that a
// page names really lie.
#include "test.h"

#include <time.h>

#include "indicator/build.h"
#include "indicator/layout.h"
#include "scan/inside.h"

#define LINE_MAX (1u << 20)
#define MANY 300

static struct indicator_build *build;
static struct indicator_set *set;
static char line[LINE_MAX];
static size_t line_n;
static const enum scan_path paths[] = {SCAN_PORTABLE, SCAN_AVX2, SCAN_AVX512};

static struct {
	unsigned met[4096]; // by indicator
	size_t count;
} hits;

static bool count_hit(void *context, const struct scan_hit *hit)
{
	(void)context;
	hits.met[hit->indicator]++;
	hits.count++;
	return true;
}

static void begin(void)
{
	CHECK(indicator_build_new(NULL, NULL, NULL, &build, NULL) == ERR_OK);
	line_n = 0;
}

static void indicate(const char *type, const char *value)
{
	enum observable_type t;
	struct why why = {""};
	CHECK(observable_type_named(slice_text(type), &t));
	enum err e = indicator_build_add(build, t, slice_text(value), NULL, SLICE_LITERAL("x"), &why);
	CHECK_SAY(e == ERR_OK, "%s", why.text);
}

static void opened(void)
{
	struct slice bytes;
	CHECK(indicator_build_bytes(build, 1, &bytes, NULL) == ERR_OK && indicator_open_bytes(bytes, &set, NULL) == ERR_OK);
}

static void put(const char *text)
{
	size_t n = strlen(text);
	memcpy(line + line_n, text, n);
	line_n += n;
}

static void put_many(char c, size_t n)
{
	memset(line + line_n, c, n);
	line_n += n;
}

// The line meets `want` indicators, each of them `times` times, on every path.
static void meets(size_t want, unsigned times, const char *what)
{
	for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
		struct scan *scan;
		size_t met = 0;
		if (scan_new(set, paths[p], count_hit, NULL, &scan, NULL) != ERR_OK)
			continue;
		memset(&hits, 0, sizeof hits);
		CHECK(scan_block(scan, (const uint8_t *)line, line_n, true) == line_n);
		for (size_t i = 0; i < indicator_count(set); i++)
			met += hits.met[i] == times;
		CHECK_SAY(met == want && hits.count == want * times, "%s, %s: %zu of %zu, %zu hits", what, scan_path_name(paths[p]), met,
		          want, hits.count);
		scan_free(scan);
	}
}

static void end(void)
{
	indicator_close(set);
	indicator_build_free(build);
}

// URLs with anything between them that may stand between URLs.
static void many_urls(void)
{
	static const char *const between[] = {" ", ",", "\",\"", "','", "|", "&u=", "><", "\t", ") (", "\\n"};
	char url[128];
	begin();
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(url, sizeof url, "http://h%u.example/p/%u", i % 7, i);
		indicate("url", url);
	}
	opened();
	for (size_t b = 0; b < sizeof between / sizeof *between; b++) {
		line_n = 0;
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(url, sizeof url, "%shttp%s//h%u.example/p/%u", between[b], strchr(between[b], '&') != NULL ? "%3a" : ":",
			         i % 7, i);
			put(url);
		}
		meets(MANY, 1, between[b]);
	}
	end();
}

// One URL that is the continuation of many indicators, in the text and by itself.
static void many_indicators_of_one_url(void)
{
	static uint32_t found[SCAN_VALUE_MAX];
	char url[2048] = "http://evil.example";
	begin();
	for (unsigned i = 0; i < MANY; i++) {
		strcat(url, "/d");
		indicate("url", url);
	}
	opened();
	put("see ");
	put(url);
	put("/and/on.");
	meets(MANY, 1, "one URL");
	CHECK(scan_value(set, 0, OBSERVABLE_URL, slice_text(url), found, SCAN_VALUE_MAX) == MANY);
	CHECK(scan_value(set, 0, OBSERVABLE_URL, slice_text(url), found, 8) >= MANY); // says that there were more
	end();
}

static void many_of_everything(void)
{
	static const struct {
		const char *type, *before, *behind;
		int digits;
	} kinds[] = {
		{"domain", "d", ".example", 1}, {"ipv4", "192.0.2.", "", 1}, {"ipv6", "2001:db8::", "", 1},
		{"mail", "u", "@mail.example", 1},
		{"md5", "", "", 32}, {"filename", "f", ".exe", 1}, {"sha1", "", "", 40}, {"sha256", "", "", 64},
		{"cidr", "10.", ".0.0/16", 1},
	};
	enum { KINDS = sizeof kinds / sizeof *kinds, EACH = 40 };
	char value[128];
	begin();
	for (unsigned k = 0; k < KINDS; k++)
		for (unsigned i = 1; i <= EACH; i++) {
			snprintf(value, sizeof value, "%s%0*u%s", kinds[k].before, kinds[k].digits, i, kinds[k].behind);
			indicate(kinds[k].type, value);
		}
	opened();
	put("{");
	for (unsigned i = 1; i <= EACH; i++)
		for (unsigned k = 0; k < KINDS; k++) {
			snprintf(value, sizeof value, "%s%0*u%s", kinds[k].before, kinds[k].digits, i, kinds[k].behind);
			put("\"field\":\"");
			put(value);
			if (strchr(value, '/') != NULL)
				line_n -= 3; // an address in the network
			put("\",");
		}
	meets(KINDS * EACH, 1, "fields");
	end();
}

// Mail addresses at one '@' that are endings of each other; and a local part of the greatest length, all of it escaped.
static void mail(void)
{
	char local[LINE_MAX / 1024] = "";
	begin();
	for (unsigned i = 0; i < 32; i++) {
		memmove(local + 2, local, strlen(local) + 1);
		memcpy(local, "/a", 2);
		char value[128];
		snprintf(value, sizeof value, "%s@mail.example", local + 1);
		indicate("mail", value);
	}
	opened();
	put("to=<");
	put(local);
	put("@mail.example>");
	meets(32, 1, "endings");
	end();
	begin();
	memset(local, 'z', 64);
	strcpy(local + 64, "@mail.example");
	indicate("mail", local);
	opened();
	put("\"");
	for (unsigned i = 0; i < 64; i++)
		put("\\u007a");
	put("@mail.example\"");
	meets(1, 1, "escaped");
	end();
}

static void long_urls(void)
{
	static const struct {
		size_t user, path;   // bytes before the host, and after what the indicator names
		char fill;
		unsigned times;
	} rows[] = {
		{0, 10, 'x', 1},    {0, 2000, 'x', 1},  {0, 2100, 'x', 1}, {0, 4000, 'x', 1},   {0, 9000, 'x', 1},  {0, 100000, 'x', 1},
		{0, 3000, ' ', 1},  {0, 3000, '%', 1},  {0, 1400, '\xfc', 1}, {0, 5000, '\xff', 1}, {0, 5000, '\'', 1}, {0, 5000, '/', 1},
		{600, 10, 'x', 1},  {3000, 10, 'x', 1}, {3000, 5000, 'x', 1}, {4000, 10, 'x', 1},
		{4096, 10, 'x', 0}, {9000, 10, 'x', 0}, // scheme, user and host are within SCAN_URL_MAX, or it is none
	};
	begin();
	indicate("url", "http://evil.example/a");
	opened();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char what[64];
		line_n = 0;
		snprintf(what, sizeof what, "user %zu, path %zu of %02x", rows[i].user, rows[i].path, (unsigned char)rows[i].fill);
		put("x=http://");
		put_many('u', rows[i].user);
		put(rows[i].user > 0 ? "@evil.example/a?" : "evil.example/a?");
		put_many(rows[i].fill, rows[i].path);
		put(" y\n");
		meets(rows[i].times, 1, what);
	}
	end();
}

// The longest indicator, and what follows it.
static void longest(void)
{
	static const struct {
		const char *behind;
		unsigned met;
	} rows[] = {{"", 1}, {"/", 1}, {"?q", 1}, {"/and/on", 1}, {"#f", 1}, {"b", 0}, {"%62", 0}, {".", 1}, {"..b", 0}};
	char value[OBSERVABLE_MAX + 1];
	begin();
	memset(value, 'a', OBSERVABLE_MAX);
	memcpy(value, "http://evil.example/", 20);
	value[OBSERVABLE_MAX] = 0;
	indicate("url", value);
	opened();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char url[OBSERVABLE_MAX + 64];
		uint32_t found;
		line_n = 0;
		put(value);
		put(rows[i].behind);
		put(" ");
		meets(rows[i].met, 1, rows[i].behind);
		snprintf(url, sizeof url, "%s%s", value, rows[i].behind);
		bool alone = rows[i].met && strcmp(rows[i].behind, ".") != 0; // a value is no sentence
		CHECK_SAY(scan_value(set, 0, OBSERVABLE_URL, slice_text(url), &found, 1) == alone, "%s", rows[i].behind);
	}
	end();
}

// What stands before a host may be a user name of its URL, other hosts in it or not.
static void user_names(void)
{
	static const struct {
		const char *text;
		unsigned met;
	} rows[] = {
		{"http://evil.example@evil.example/a", 1},
		{"http://u,evil.example@evil.example/a", 1},
		{"http://u%40evil.example@evil.example/a", 1},
		{"http://u%2fevil.example@evil.example/a", 1},
		{"http://evil.example@other.example@evil.example/a", 1},
		{"http:\\/\\/evil.example@evil.example\\/a", 1},
		{"http%3a%2f%2fevil.example%40evil.example%2fa", 1},
		{"http\\u003a\\u002F\\x2fevil.example\\u0040evil.example/a", 1},
		{"evil.example@evil.example http://evil.example@evil.example/a", 1},
		{"evil.example@evil.example/a", 0},
		{"//evil.example@evil.example/a", 0},
		{"http:/evil.example@evil.example/a", 0},
		{"http://evil.example\\t@evil.example/a", 0},
		{"http://x/evil.example@evil.example/a", 0},
		{"http://x?evil.example@evil.example/a", 0},
		{"http://evil.example,evil.example/a", 0},
	};
	begin();
	indicate("url", "http://evil.example/a");
	opened();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		line_n = 0;
		put(rows[i].text);
		put("\n");
		meets(rows[i].met, 1, rows[i].text);
	}
	end();
}

// Lines that were made to keep a scanner busy: a megabyte that took it half a minute. (Processor time: whatever else runs.)
static void hostile_urls(void)
{
	static const struct {
		const char *front, *unit, *behind;
		size_t count; // in a line
		unsigned met;
	} rows[] = {
		{"", "evil.example,", "", 8000, 0},
		{"", "evil.example@", "", 8000, 0},
		{"http://", "evil.example@", "evil.example/a/", 200, 1},
		{"http://evil.example", "/", "", 4000, 0},
		{"http://evil.example", "/a", "", 2000, 1},
		{"http://evil.example/a?", "&", "", 4000, 1},
	};
	begin();
	indicate("url", "http://evil.example/a");
	opened();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned lines = 0;
		for (line_n = 0; line_n + 200000 < LINE_MAX; lines++) {
			put(rows[i].front);
			for (size_t k = 0; k < rows[i].count; k++)
				put(rows[i].unit);
			put(rows[i].behind);
			put("\n");
		}
		clock_t began = clock();
		meets(1, rows[i].met * lines, rows[i].unit);
		CHECK_SAY(clock() - began < 20 * CLOCKS_PER_SEC, "%s: %ld s on all paths", rows[i].unit,
		          (clock() - began) / CLOCKS_PER_SEC);
	}
	end();
}

// URLs with nothing between them that ends one: each goes on to the end of the line. What is before is not read again for each.
static void glued_urls(void)
{
	static const struct {
		const char *unit;
		size_t count; // in 4 KB
		unsigned met;
	} rows[] = {
		{"http://a.bc/x ", 290, 1}, {"http://a.bc/x,", 290, 1}, {"http://a.bc/x'", 290, 1}, {"http://a.bc/", 340, 0},
		{"://a.bc", 580, 0}, {"http://a.bc/?", 310, 0}, {"http://a.bc/../", 270, 0}, {"http:\\/\\/a.bc,", 270, 0},
		{"http%3a//a.bc,", 290, 0}, {"http%3a//a.bc/x&", 250, 1}, {"http://[a.bc/x|", 270, 0},
	};
	begin();
	indicate("url", "http://a.bc/x");
	opened();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scan *scan;
		line_n = 0;
		for (size_t k = 0; k < rows[i].count; k++)
			put(rows[i].unit);
		memset(&hits, 0, sizeof hits);
		CHECK(scan_new(set, SCAN_PORTABLE, count_hit, NULL, &scan, NULL) == ERR_OK);
		CHECK(scan_block(scan, (const uint8_t *)line, line_n, true) == line_n);
		CHECK_SAY(hits.count == rows[i].met * rows[i].count, "%s: %zu hits", rows[i].unit, hits.count);
		// Once as it is, twice in the form of a URL (with the mark at its end and without): of each half the line, in the mean.
		CHECK_SAY(scan->work < rows[i].count * (3 * line_n / 2 + 500), "%s: %llu bytes for each", rows[i].unit,
		          (unsigned long long)(scan->work / rows[i].count));
		scan_free(scan);
	}
	end();
}

// A set in which all records are one value, and every slot leads there: wrong answers at worst.
static void hostile_set(void)
{
	char value[64];
	begin();
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(value, sizeof value, "u%03u@mail.example", i);
		indicate("mail", value);
	}
	opened();
	struct set_record *records = (struct set_record *)(uintptr_t)set->records;
	struct set_slot *slots = (struct set_slot *)(uintptr_t)set->slots;
	uint64_t key = key_mail(key_name(SLICE_LITERAL("mail.example")), SLICE_LITERAL("u000"));
	for (uint32_t i = 0; i < MANY; i++)
		if (memcmp(set->text + records[i].value, "u000", 4) == 0)
			records[0].value = records[i].value;
	for (uint32_t i = 0; i < MANY; i++)
		records[i].value = records[0].value;
	for (uint64_t i = 0; i < set->head->slots; i++)
		slots[i] = (struct set_slot){.tag = (uint32_t)key, .ref = (uint32_t)(i % MANY) + 1};
	put("u000@mail.example ");
	memset(&hits, 0, sizeof hits);
	struct scan *scan;
	CHECK(scan_new(set, SCAN_PORTABLE, count_hit, NULL, &scan, NULL) == ERR_OK);
	CHECK(scan_block(scan, (const uint8_t *)line, line_n, true) == line_n && hits.count >= MANY);
	scan_free(scan);
	end();
}

static void names_of_paths(void)
{
	static const char *const refused[] = {"", "best", "AVX2", "avx", "avx5120", "portable ", "sse", "?"};
	enum scan_path path = SCAN_BEST;
	struct why why;
	CHECK(scan_path_named("portable", &path, &why) == ERR_OK && path == SCAN_PORTABLE);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK_SAY(scan_path_named(refused[i], &path, &why) == ERR_INPUT && path == SCAN_PORTABLE, "%s", refused[i]);
	CHECK(strstr(why.text, "portable, avx2 or avx512") != NULL);
	for (enum scan_path p = SCAN_AVX2; p <= SCAN_AVX512; p++) {
		enum err e = scan_path_named(scan_path_name(p), &path, &why);
		CHECK((e == ERR_OK && path == p) || e == ERR_ABSENT);
	}
}

const struct test tests[] = {
	{"many URLs in a line, whatever stands between them", many_urls},
	{"one URL and many indicators", many_indicators_of_one_url},
	{"many of everything in the fields of a line", many_of_everything},
	{"mail addresses", mail},
	{"long URLs", long_urls},
	{"the longest indicator", longest},
	{"user names before hosts", user_names},
	{"lines that keep a scanner busy", hostile_urls},
	{"URLs that are glued together", glued_urls},
	{"a set that lies", hostile_set},
	{"names of paths", names_of_paths},
	{NULL, NULL},
};
