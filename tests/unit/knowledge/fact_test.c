#include "knowledge/fact.h"
#include "test.h"

static struct slice s(const char *text)
{
	return slice_text(text);
}

static struct slice long_text(size_t n)
{
	static char text[FACT_TEXT_MAX + 100];
	memset(text, 'x', sizeof text);
	return slice_of(text, n);
}

#define DAY(at) {.is = DAY_DATE, .day = (at)}
#define NO_DAY {.is = DAY_NONE, .day = FACT_NO_DATE}

static const struct fact_range ranges[] = {
	{.from = {(const uint8_t *)"0", 1}, .to = {(const uint8_t *)"1.2", 3}, .status = STATUS_AFFECTED, .scheme = VERSION_DEB},
	{.from = {(const uint8_t *)"2.0", 3}, .to = {(const uint8_t *)"2.*", 3}, .closed = true, .status = STATUS_FIXED, .scheme = VERSION_CUSTOM},
	{.from = {(const uint8_t *)"3", 1}, .single = true, .status = STATUS_INVESTIGATED, .scheme = VERSION_NUMBERS},
};

// One of each kind, all fields set.
static size_t samples(struct fact *f)
{
	static struct slice names[2];
	size_t n = 0;
	names[0] = s("GHSA-1");
	names[1] = s("déjà");
	f[n++] = (struct fact){.kind = FACT_SOURCE, .source = {SOURCE_OSV, s("OSV"), s("OSV's authors"), 1, true}};
	f[n++] = (struct fact){.kind = FACT_FLAW, .flaw = {s("CVE-1"), s("title"), names, 2, 5, FACT_NO_DATE, 98, 4, true}};
	f[n++] = (struct fact){.kind = FACT_AFFECTED, .affected = {s("CVE-1"), NAMES_BINARY, s("Debian:12"), s("v"), s("n"), s("arm64"),
		STATUS_UNAFFECTED, ranges, 3, s("1.2"), s("not there"), true}};
	f[n++] = (struct fact){.kind = FACT_KEV, .kev = {s("CVE-1"), s("v"), s("p"), s("n"), 10, 20, true, 0xfedcba98}};
	f[n++] = (struct fact){.kind = FACT_EPSS, .epss = {s("CVE-1"), 1000000, 0}};
	f[n++] = (struct fact){.kind = FACT_PRODUCT, .product = {s("debian"), s("Debian"), s("os"), names, 2}};
	f[n++] = (struct fact){.kind = FACT_CYCLE, .cycle = {s("debian"), s("12"), s("l"), s("12.5"), s("Bookworm"), 1, 2, DAY(5), NO_DAY, {DAY_YES, FACT_NO_DATE},
		{DAY_NO, FACT_NO_DATE}, DAY(0)}};
	f[n++] = (struct fact){.kind = FACT_BANNED, .banned = {s("v"), s("p"), s("banned"), s("core"), s("b"), s("n"), 1, FACT_NO_DATE}};
	f[n++] = (struct fact){.kind = FACT_PROVIDER, .provider = {.name = s("n"), .number = s("1"), .qualification = s("q"), .activities = s("a"),
		.level = s("l"), .basis = s("b"), .from = 1, .until = 2, .suspended = true}};
	f[n++] = (struct fact){.kind = FACT_ALIAS, .alias = {s("v"), s("p"), s("eol:p")}};
	f[n++] = (struct fact){.kind = FACT_REFUSED, .refused = s("a.json: line 1: no")};
	return n;
}

#define SAMPLES_MAX 16

static void round_trip(void)
{
	struct fact all[SAMPLES_MAX], got;
	struct buf out, again;
	struct why why;
	struct fact_room *room = fact_room_new();
	size_t n = samples(all);
	buf_init(&out, 1 << 20);
	buf_init(&again, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		CHECK_SAY(fact_check(&all[i], &why) == ERR_OK, "%zu: %s", i, why.text);
		fact_put(&out, &all[i]);
	}
	struct slice in = buf_slice(&out);
	for (size_t i = 0; i < n; i++) {
		CHECK_SAY(fact_take(&in, room, &got, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK(got.kind == all[i].kind && fact_check(&got, &why) == ERR_OK);
		fact_put(&again, &got);
		if (got.kind == FACT_AFFECTED)
			CHECK(got.affected.ranges_n == 3 && got.affected.ranges[1].closed && slice_is_text(got.affected.ranges[2].from, "3") &&
			      got.affected.negligible && slice_is_text(got.affected.justification, "not there"));
		if (got.kind == FACT_CYCLE)
			CHECK(got.cycle.eol.is == DAY_DATE && got.cycle.eol.day == 5 && got.cycle.eoes.is == DAY_YES && got.cycle.discontinued.is == DAY_NO);
	}
	CHECK(in.n == 0 && fact_take(&in, room, &got, &why) == ERR_ABSENT);
	CHECK(slice_equal(buf_slice(&out), buf_slice(&again)));
	buf_free(&out);
	buf_free(&again);
	fact_room_free(room);
}

// Cut anywhere, a fact is not there yet; with its length put right, it is none.
static void truncated(void)
{
	struct fact all[SAMPLES_MAX], got;
	struct why why;
	struct fact_room *room = fact_room_new();
	size_t n = samples(all);
	for (size_t i = 0; i < n; i++) {
		struct buf out;
		buf_init(&out, 1 << 20);
		fact_put(&out, &all[i]);
		for (size_t cut = 0; cut < out.n; cut++) {
			uint8_t *copy = malloc(out.n);
			REQUIRE(copy != NULL);
			memcpy(copy, out.p, out.n);
			struct slice in = slice_of(copy, cut), before = in;
			CHECK(fact_take(&in, room, &got, &why) == ERR_ABSENT && in.p == before.p && in.n == before.n);
			for (size_t b = 0; b < 4 && cut >= 4; b++)
				copy[b] = (uint8_t)((cut - 4) >> (24 - 8 * b));
			in = slice_of(copy, cut);
			enum err e = fact_take(&in, room, &got, &why);
			CHECK_SAY(e == (cut < 4 ? ERR_ABSENT : ERR_INPUT), "kind %d cut at %zu: %s", all[i].kind, cut, err_name(e));
			free(copy);
		}
		buf_put_u8(&out, 0);
		out.p[3]++;
		struct slice in = buf_slice(&out);
		CHECK(fact_take(&in, room, &got, &why) == ERR_INPUT); // a byte too many
		buf_free(&out);
	}
	fact_room_free(room);
}

static void refused_bytes(void)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
	} rows[] = {
#define ROW(what, bytes) {what, bytes, sizeof(bytes) - 1}
		ROW("an empty fact", "\0\0\0\0"),
		ROW("a length over the maximum", "\xff\xff\xff\xff"),
		ROW("kind 0", "\0\0\0\1\0"),
		ROW("kind 12", "\0\0\0\1\x0c"),
		ROW("a fact that ends after its kind", "\0\0\0\1\5"),
		ROW("a source of kind 0", "\0\0\0\x10\1\0\0\1a\0\0\0\0\0\0\0\0\0\0\1"),
		ROW("a source of kind 200", "\0\0\0\x10\1\xc8\0\1a\0\0\0\0\0\0\0\0\0\0\1"),
		ROW("a flag of 2", "\0\0\0\x10\1\1\0\1a\0\0\0\0\0\0\0\0\0\0\2"),
		ROW("a score over a million", "\0\0\0\x0c\5\0\1a\0\x0f\x42\x41\0\0\0\0"),
		ROW("a text longer than the fact", "\0\0\0\x0c\5\0\xffX\0\0\0\0\0\0\0\0"),
		ROW("a list longer than the fact", "\0\0\0\x0f\6\0\1a\0\0\0\0\0\0\x40\0\0\0\0"),
		ROW("a list over the maximum", "\0\0\0\x0f\6\0\1a\0\0\0\0\xff\xff\xff\xff\0\0\0"),
	};
	struct fact_room *room = fact_room_new();
	struct fact got;
	struct why why;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice in = slice_of(rows[i].bytes, rows[i].n);
		CHECK_SAY(fact_take(&in, room, &got, &why) == ERR_INPUT, "%s", rows[i].what);
	}
	struct slice whole = slice_of("\0\0\0\x10\1\1\0\1a\0\0\0\0\0\0\0\0\0\0\1", 20);
	CHECK(fact_take(&whole, room, &got, &why) == ERR_OK && got.source.kind == SOURCE_CVE && got.source.whole);
	fact_room_free(room);
}

static void refused_facts(void)
{
	static struct slice many[FACT_LIST_MAX + 1];
	struct slice empty_name[] = {{(const uint8_t *)"", 0}};
	struct fact_range bad_range = {.from = s("1"), .to = s("2"), .status = (enum fact_status)9};
	struct fact_range empty_single = {.single = true};
	for (size_t i = 0; i < FACT_LIST_MAX + 1; i++)
		many[i] = s("a");
	const struct {
		const char *part;
		bool put; // the encoder refuses it too
		struct fact f;
	} rows[] = {
		{"kind", true, {.kind = (enum fact_kind)0}},
		{"kind", true, {.kind = (enum fact_kind)77}},
		{"name: is empty", false, {.kind = FACT_SOURCE, .source = {.kind = SOURCE_OSV}}},
		{"kind", true, {.kind = FACT_SOURCE, .source = {.name = s("a")}}},
		{"over 1024", true, {.kind = FACT_EPSS, .epss = {.id = long_text(FACT_TEXT_MAX + 1)}}},
		{"control character at byte 1", false, {.kind = FACT_EPSS, .epss = {.id = s("a\nb")}}},
		{"control character at byte 1", false, {.kind = FACT_EPSS, .epss = {.id = slice_of("a\0b", 3)}}},
		{"control character", false, {.kind = FACT_EPSS, .epss = {.id = s("a\x7f")}}},
		{"no UTF-8 at byte 1", false, {.kind = FACT_EPSS, .epss = {.id = s("a\xc3")}}},
		{"no UTF-8", false, {.kind = FACT_EPSS, .epss = {.id = s("\xed\xa0\x80")}}},
		{"score", true, {.kind = FACT_EPSS, .epss = {.id = s("a"), .score_ppm = 1000001}}},
		{"score10", true, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .score10 = 101}}},
		{"cvss", true, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .cvss = 5}}},
		{"published: a date", false, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .published = -1}}},
		{"modified: a date", false, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .modified = FACT_DATE_MAX + 1}}},
		{"aliases: is empty", false, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .aliases = empty_name, .aliases_n = 1}}},
		{"aliases", true, {.kind = FACT_FLAW, .flaw = {.id = s("a"), .aliases = many, .aliases_n = FACT_LIST_MAX + 1}}},
		{"names", true, {.kind = FACT_AFFECTED, .affected = {.flaw = s("a"), .name = s("b"), .names = (enum names)4}}},
		{"name: is empty", false, {.kind = FACT_AFFECTED, .affected = {.flaw = s("a")}}},
		{"status", true, {.kind = FACT_AFFECTED, .affected = {.flaw = s("a"), .name = s("b"), .ranges = &bad_range, .ranges_n = 1}}},
		{"single version", false, {.kind = FACT_AFFECTED, .affected = {.flaw = s("a"), .name = s("b"), .ranges = &empty_single, .ranges_n = 1}}},
		{"eol: a day without", false, {.kind = FACT_CYCLE, .cycle = {.product = s("a"), .cycle = s("1"), .eol = {DAY_DATE, FACT_NO_DATE}}}},
		{"eol", true, {.kind = FACT_CYCLE, .cycle = {.product = s("a"), .cycle = s("1"), .eol = {4, 0}}}},
		{"level: is empty", false, {.kind = FACT_BANNED, .banned = {.vendor = s("a")}}},
		{"to: is empty", false, {.kind = FACT_ALIAS, .alias = {s("a"), s("b"), s("")}}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {{0}};
		enum err e = fact_check(&rows[i].f, &why);
		CHECK_SAY((e == ERR_INPUT || e == ERR_LIMIT) && strstr(why.text, rows[i].part) != NULL, "row %zu: %s, \"%s\"", i, err_name(e), why.text);
		struct buf out;
		buf_init(&out, 1 << 20);
		fact_put(&out, &rows[i].f);
		CHECK_SAY((buf_status(&out) == ERR_LIMIT) == rows[i].put, "row %zu: put gives %s", i, err_name(buf_status(&out)));
		buf_free(&out);
	}
}

static void titles(void)
{
	char text[FACT_TEXT_MAX + 2];
	memset(text, 'x', sizeof text);
	CHECK(fact_title(slice_of(text, FACT_TEXT_MAX)).n == FACT_TEXT_MAX && fact_title(slice_of(text, 3)).n == 3);
	CHECK(fact_title(slice_of(text, FACT_TEXT_MAX + 1)).n == FACT_TEXT_MAX);
	memcpy(text + FACT_TEXT_MAX - 1, "\xc3\xa9", 2);
	CHECK(fact_title(slice_of(text, FACT_TEXT_MAX + 1)).n == FACT_TEXT_MAX - 1);
	struct fact f = {.kind = FACT_FLAW, .flaw = {.id = s("a"), .title = slice_of(text, FACT_TEXT_MAX + 1)}}, got;
	struct buf out;
	struct fact_room *room = fact_room_new();
	buf_init(&out, 1 << 16);
	CHECK(fact_check(&f, NULL) == ERR_OK);
	fact_put(&out, &f);
	struct slice in = buf_slice(&out);
	CHECK(fact_take(&in, room, &got, NULL) == ERR_OK && got.flaw.title.n == FACT_TEXT_MAX - 1);
	buf_free(&out);
	fact_room_free(room);
}

static void kinds(void)
{
	enum source_kind k;
	for (unsigned i = 1; i < SOURCE_KINDS; i++) {
		const char *name = source_kind_name((enum source_kind)i);
		CHECK(name[0] != 0 && source_kind_named(s(name), &k) && k == (enum source_kind)i);
	}
	CHECK_TEXT(source_kind_name((enum source_kind)0), "");
	CHECK_TEXT(source_kind_name((enum source_kind)99), "");
	static const char *const none[] = {"", "CVE", "cve ", "osv2"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(!source_kind_named(s(none[i]), &k));
}

const struct test tests[] = {
	{"round trip of every kind", round_trip},
	{"truncated at every byte", truncated},
	{"refused bytes", refused_bytes},
	{"refused facts", refused_facts},
	{"titles are cut at a character", titles},
	{"kinds of sources", kinds},
	{NULL, NULL},
};
