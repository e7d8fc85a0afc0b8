// The inspector's answers: refused by line, the last one counts, a question without one is a finding that says so. And how old data may be.

#include "inspected.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define TITLE "tocsin-answers 1\n"

static enum err take(struct inspected *x, const char *text, struct why *why)
{
	enum err e = answers_take(&x->i, inspected_file(0, slice_text(text)), why);
	inspected_unlink();
	return e;
}

// "q-one yes 2026-11-02 who: note; q-two …"
static void put_answers(struct buf *b, const struct result *r)
{
	buf_clear(b);
	for (size_t i = 0; i < r->findings; i++) {
		const struct finding *f = &r->finding[i];
		char day_text[TIME_TEXT] = "";
		if (f->since != FACT_NO_DATE)
			time_print((uint64_t)f->since, day_text);
		CHECK(f->kind == FINDING_ANSWER && f->confidence == CONFIDENCE_EXACT && slice_is_text(f->machine, "m"));
		buf_printf(b, "%s%.*s", i > 0 ? "; " : "", SLICE_ARGS(f->question));
		if (f->answer.n > 0)
			buf_printf(b, " %.*s %.10s %.*s: %.*s", SLICE_ARGS(f->answer), day_text, SLICE_ARGS(f->caretaker), SLICE_ARGS(f->reason));
	}
	buf_put_u8(b, 0);
}

static void test_taken(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{TITLE, "q-one; q-two"},
		{TITLE "q-one\tyes\t2026-11-02\tJ. D.\tchecked\n", "q-one yes 2026-11-02 J. D.: checked; q-two"},
		{TITLE "q-two\tno\t2026-11-02\tJ. D.\t\nq-one\tunknown\t2026-11-03\tK\tn", "q-one unknown 2026-11-03 K: n; q-two no 2026-11-02 J. D.: "},
		{TITLE "q-one\tnot-applicable\t2026-11-02\tJ. D.\n", "q-one not-applicable 2026-11-02 J. D.: ; q-two"},
		// The last one counts, whatever its day.
		{TITLE "q-one\tno\t2026-11-02\tA\tx\nq-one\tyes\t2026-11-01\tB\ty\n", "q-one yes 2026-11-01 B: y; q-two"},
		{TITLE "# a remark\n\n#\tq-one\nq-one\tyes\t2026-11-02\tA\t#\n", "q-one yes 2026-11-02 A: #; q-two"},
		// Of another regime; a part of an id is none.
		{TITLE "q-three\tyes\t2026-11-02\tA\t\nq\tyes\t2026-11-02\tA\t\nq-one2\tyes\t2026-11-02\tA\t\n", "q-one; q-two"},
		{TITLE "q-one\tyes\t2026-11-02\tJosé\té\n", "q-one yes 2026-11-02 José: é; q-two"},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		struct buf text;
		struct why why = {""};
		buf_init(&text, 1u << 16);
		inspected_begin(&x, NULL);
		inspected_machine(&x, "m", ROLE_SERVER);
		CHECK_SAY(take(&x, rows[i].text, &why) == ERR_OK, "row %zu: %s", i, why.text);
		put_answers(&text, &x.i.r);
		CHECK_SAY(strcmp((const char *)text.p, rows[i].want) == 0, "row %zu: \"%s\"", i, (const char *)text.p);
		inspected_end(&x);
		buf_free(&text);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *text, *says; // the line and what is wrong
	} rows[] = {
		{"", ":1: not \"tocsin-answers 1\""},
		{"tocsin-answers 1", ":1: not \"tocsin-answers 1\""},
		{"tocsin-answers 2\n", ":1: not \"tocsin-answers 1\""},
		{"tocsin-answers 1\r\n", ":1: not \"tocsin-answers 1\""},
		{" tocsin-answers 1\n", ":1: not \"tocsin-answers 1\""},
		{TITLE "q-one\n", ":2: \"\": an answer is yes, no, unknown or not-applicable"},
		{TITLE "q-one\tmaybe\t2026-11-02\tA\t\n", ":2: \"maybe\": an answer is"},
		{TITLE "q-one\tYes\t2026-11-02\tA\t\n", ":2: \"Yes\": an answer is"},
		{TITLE "q-one\t\t2026-11-02\tA\t\n", ":2: \"\": an answer is"},
		{TITLE "\tyes\t2026-11-02\tA\t\n", ":2: no question is named"},
		{TITLE "\n# x\nq-one\tyes\t2026-11-2\tA\t\n", ":4: \"2026-11-2\" is not a day like 2026-11-21"},
		{TITLE "q-one\tyes\t2026-13-02\tA\t\n", ":2: \"2026-13-02\" is not a day"},
		{TITLE "q-one\tyes\t2026-11-02T00:00:00Z\tA\t\n", ":2: \"2026-11-02T00:00:00Z\" is not a day"},
		{TITLE "q-one\tyes\t\tA\t\n", ":2: \"\" is not a day"},
		{TITLE "q-one\tyes\t2026-11-02\t\tnote\n", ":2: nobody is named who answered"},
		{TITLE "q-one\tyes\t2026-11-02\n", ":2: nobody is named who answered"},
		{TITLE "q-one\tyes\t2026-11-02\tA\tno\tte\n", ":2: field 5: over 512 bytes, or not plain text"},
		{TITLE "q-one\tyes\t2026-11-02\tA\x01\t\n", ":2: field 4: "},
		{TITLE "q-one\tyes\t2026-11-02\tA\tn\r\n", ":2: field 5: "},
		{TITLE "q-one\tyes\t2026-11-02\tA\t\xff\n", ":2: field 5: "},
		{TITLE "q-one\tyes\t2026-11-02\tA\t\x7f\n", ":2: field 5: "},
		{TITLE "q-one\tyes\t2026-11-02\tA\t\xc2\x9b" "31m\n", ":2: field 5: "}, // C1: the terminal's other escape
		{TITLE "q-one\tyes\t2026-11-02\tA\xc2\x80\t\n", ":2: field 4: "},
		// A line is refused whatever question it answers, and whatever stands before it.
		{TITLE "q-one\tyes\t2026-11-02\tA\t\nq-two\tno\t2026-11-02\tA\t\nother\tperhaps\t2026-11-02\tA\t\n", ":4: \"perhaps\""},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		struct why why = {""};
		inspected_begin(&x, NULL);
		enum err e = take(&x, rows[i].text, &why);
		CHECK_SAY(e == ERR_INPUT && strstr(why.text, rows[i].says) != NULL, "row %zu: %s: %s", i, err_name(e), why.text);
		CHECK(x.i.r.findings == 0);
		inspected_end(&x);
	}
}

static void test_long(void)
{
	char text[2048];
	struct inspected x;
	struct why why = {""};
	for (size_t n = 511; n <= 513; n++) {
		size_t at = (size_t)snprintf(text, sizeof text, TITLE "q-one\tyes\t2026-11-02\tA\t");
		memset(text + at, 'n', n);
		text[at + n] = 0;
		inspected_begin(&x, NULL);
		CHECK_SAY(take(&x, text, &why) == (n <= 512 ? ERR_OK : ERR_INPUT), "%zu", n);
		inspected_end(&x);
	}
	char *big = malloc((1u << 20) + 2);
	REQUIRE(big != NULL);
	memset(big, '#', (1u << 20) + 1);
	memcpy(big, TITLE, sizeof TITLE - 1);
	big[(1u << 20) + 1] = 0;
	inspected_begin(&x, NULL);
	CHECK(take(&x, big, &why) == ERR_LIMIT);
	inspected_end(&x);
	free(big);
	inspected_begin(&x, NULL);
	CHECK(answers_take(&x.i, "/tmp/tocsin-no-such-answers", &why) == ERR_ABSENT && x.i.r.findings == 0);
	inspected_end(&x);
}

// Every truncation is taken as what it says or refused; never another answer than the whole file's or none.
static void test_cut(void)
{
	static const char text[] = TITLE "q-one\tyes\t2026-11-02\tA\tn\nq-two\tno\t2026-11-02\tB\tm\n";
	for (size_t n = 0; n <= sizeof text - 1; n++) {
		struct inspected x;
		struct why why = {""};
		inspected_begin(&x, NULL);
		enum err e = answers_take(&x.i, inspected_file(0, slice_of(text, n)), &why);
		CHECK_SAY(e == ERR_OK || (e == ERR_INPUT && why.text[0] != 0), "%zu bytes", n);
		for (size_t i = 0; e == ERR_OK && i < x.i.r.findings; i++) {
			struct slice answer = x.i.r.finding[i].answer;
			CHECK_SAY(answer.n == 0 || slice_is_text(answer, i == 0 ? "yes" : "no"), "%zu bytes", n);
		}
		inspected_unlink();
		inspected_end(&x);
	}
}

// Two laws that ask the same are answered once; each judges the answer.
static void test_two_laws(void)
{
	static const char other[] = INSPECTED_LAW("other",
		INSPECTED_OBLIGATION("Q", "\tquestion q-two en Again?\n\tquestion q-two fr Encore ?\n\tquestion q-three en Else?\n\tquestion q-three fr Sinon ?\n"
		                          "\tdefect major within 2 months when answer q-two = no\n\tdefect minor recorded when answer q-three = no\n"));
	struct inspected x;
	struct why why = {""};
	inspected_begin(&x, NULL);
	x.i.r.regime[1] = regime_of(other);
	x.i.r.regimes = 2;
	CHECK_SAY(take(&x, TITLE "q-two\tno\t2026-11-02\tA\t\n", &why) == ERR_OK, "%s", why.text);
	CHECK(x.i.r.findings == 3 && x.i.r.points == 2);
	REQUIRE(x.i.r.points == 2);
	CHECK(x.i.r.point[0].regime == 0 && x.i.r.point[1].regime == 1 && x.i.r.point[0].finding == x.i.r.point[1].finding);
	inspected_end(&x);
	// Without a file every question is unanswered.
	inspected_begin(&x, NULL);
	CHECK(answers_take(&x.i, NULL, &why) == ERR_OK && x.i.r.findings == 2 && x.i.r.points == 0 && x.i.r.finding[0].answer.n == 0);
	inspected_end(&x);
}

// What a law asks of others is not left open by this organisation.
static void test_bound(void)
{
	static const char vital[] = "tocsin-regime 1\nid v\nversion 2026-01-01\ntitle en T\ntitle fr T\nsource S\nobligation V\n\tbasis B\n\tbinds vital\n"
	                            "\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n\tquestion q-v en V?\n\tquestion q-v fr V ?\n"
	                            "\tdefect major within 2 months when answer q-v = no\n";
	for (int entity = 0; entity < 2; entity++) {
		struct inspected x;
		struct why why = {""};
		inspected_begin(&x, vital);
		x.i.r.entity = entity == 0 ? ENTITY_IMPORTANT : ENTITY_VITAL | ENTITY_IMPORTANT;
		CHECK(answers_take(&x.i, NULL, &why) == ERR_OK && x.i.r.findings == (size_t)entity && result_unanswered(&x.i.r) == (uint64_t)entity);
		inspected_end(&x);
	}
}

// --- How old the data are --------------------------------------------------------------------------------------------------------------

static void test_ages(void)
{
	static const struct {
		enum source_kind kind;
		int64_t allowed;
	} kinds[] = { // protocol/inspection.md, "Certificate"
		{SOURCE_CVE, 7},   {SOURCE_OSV, 7},  {SOURCE_DEBIAN, 7},  {SOURCE_KEV, 7},        {SOURCE_CSAF, 30},      {SOURCE_EPSS, 30},
		{SOURCE_EOL, 31},  {SOURCE_TABLE, 31}, {SOURCE_BANNED, 92}, {SOURCE_PROVIDERS, 92}, {SOURCE_OPENVEX, 365}, {SOURCE_ALIASES, 3660},
	};
	static const struct {
		int64_t seconds; // since its day
		int64_t days;
		bool stale;
	} offsets[] = {{0, 0, false}, {86399, 0, false}, {86400, 1, false}, {-1, 0, false}, {-86400, 0, false}, {-86401, -1, true}};
	for (size_t i = 0; i < N(kinds); i++) {
		struct told t = told_new();
		struct age ages[AGES_MAX];
		int64_t since = told_date("2026-08-24");
		tell_source(&t, kinds[i].kind, "a source", "somebody", "2026-08-24", true);
		const struct knowledge *k = told_knowledge(&t);
		REQUIRE(k != NULL);
		for (size_t n = 0; n < N(offsets); n++) {
			CHECK(ages_of(k, since + offsets[n].seconds, ages) == 1);
			CHECK_SAY(ages[0].days == offsets[n].days && ages[0].stale == offsets[n].stale && ages[0].allowed == kinds[i].allowed, "%s, %lld: %lld days",
			          source_kind_name(kinds[i].kind), (long long)offsets[n].seconds, (long long)ages[0].days);
		}
		CHECK(ages_of(k, since + (kinds[i].allowed + 1) * 86400 - 1, ages) == 1 && !ages[0].stale);
		CHECK(ages_of(k, since + (kinds[i].allowed + 1) * 86400, ages) == 1 && ages[0].stale);
		told_free(&t);
	}
}

// A feed that does not say its day is as old as the day it came in.
static void test_undated(void)
{
	struct told t = told_new();
	struct age ages[AGES_MAX];
	tell_source(&t, SOURCE_OSV, "a source", "somebody", "", false);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	CHECK(ages_of(k, TOLD_TAKEN + 86400, ages) == 1 && ages[0].days == 1);
	told_free(&t);
}

// More sources than have room: what is stale is not among those left out.
static void test_many(void)
{
	struct told t = told_new();
	static struct age ages[AGES_MAX];
	char name[32];
	size_t stale = 0;
	for (int n = 0; n < AGES_MAX + 40; n++) {
		snprintf(name, sizeof name, "source %03d", n);
		tell_source(&t, SOURCE_CSAF, name, "somebody", n == AGES_MAX + 20 ? "2026-01-01" : "2026-08-24", false);
	}
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL && knowledge_sources(k) == AGES_MAX + 40);
	size_t n = ages_of(k, TOLD_TAKEN, ages);
	for (size_t i = 0; i < n; i++)
		stale += ages[i].stale;
	CHECK_SAY(n == AGES_MAX && stale == 1, "%zu of %zu", stale, n);
	told_free(&t);
}

static void test_missing(void)
{
	static const struct {
		enum source_kind has[4];
		const char *want; // "": nothing
	} rows[] = {
		{{SOURCE_OSV, SOURCE_KEV, SOURCE_EOL}, ""},
		{{SOURCE_CVE, SOURCE_KEV, SOURCE_EOL}, ""},
		{{SOURCE_DEBIAN, SOURCE_KEV, SOURCE_EOL}, ""},
		{{SOURCE_CSAF, SOURCE_KEV, SOURCE_EOL}, ""},
		{{SOURCE_TABLE, SOURCE_KEV, SOURCE_EOL}, ""},
		{{SOURCE_OPENVEX, SOURCE_KEV, SOURCE_EOL}, "no source of flaws (cve, osv, debian, csaf or table)"},
		{{SOURCE_EPSS, SOURCE_KEV, SOURCE_EOL}, "no source of flaws (cve, osv, debian, csaf or table)"},
		{{SOURCE_KEV, SOURCE_EOL}, "no source of flaws (cve, osv, debian, csaf or table)"},
		{{SOURCE_OSV, SOURCE_EOL}, "no list of known exploited flaws (kev)"},
		{{SOURCE_OSV, SOURCE_KEV}, "no end-of-life data (eol)"},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct told t = told_new();
		for (size_t n = 0; n < N(rows[i].has) && rows[i].has[n] != 0; n++)
			tell_source(&t, rows[i].has[n], "a source", "somebody", "2026-08-24", true);
		const struct knowledge *k = told_knowledge(&t);
		REQUIRE(k != NULL);
		const char *got = ages_missing(k);
		CHECK_SAY(strcmp(got == NULL ? "" : got, rows[i].want) == 0, "row %zu: %s", i, got == NULL ? "nothing" : got);
		told_free(&t);
	}
}

// A knowledge that was written over in place while it was read counts for nothing; one that takes its place is another file.
static void test_written_over(void)
{
	struct inspection i = {0};
	struct why why = {""};
	i.data = inspected_file(0, SLICE_LITERAL("knowledge"));
	REQUIRE(stat(i.data, &i.knowledge_was) == 0);
	CHECK(inspection_check(&i, &why) == ERR_OK);
	inspected_file(0, SLICE_LITERAL("another")); // by a rename
	CHECK_SAY(inspection_check(&i, &why) == ERR_OK, "%s", why.text);
	REQUIRE(stat(i.data, &i.knowledge_was) == 0);
	FILE *f = fopen(i.data, "a");
	REQUIRE(f != NULL && fputc('x', f) == 'x' && fclose(f) == 0);
	CHECK(inspection_check(&i, &why) == ERR_SYSTEM && strstr(why.text, "written over") != NULL);
	inspected_unlink();
	CHECK(inspection_check(&i, &why) == ERR_OK);
}

const struct test tests[] = {
	{"answers taken", test_taken},
	{"answers refused, by line", test_refused},
	{"as long as may be", test_long},
	{"cut at every byte", test_cut},
	{"two laws, one question", test_two_laws},
	{"asked of others", test_bound},
	{"how old each source may be", test_ages},
	{"a feed without a day", test_undated},
	{"more sources than have room", test_many},
	{"what a certificate needs", test_missing},
	{"a knowledge written over", test_written_over},
	{NULL, NULL},
};
