// Derogations: what they cover, on which days, and what is refused.
#include "finding_row.h"

#define HEAD "tocsin-derogations 1\n"
#define SAID "granted-by The authority\nreason No spare part before spring\n"

static struct derogations *derogations_of(const char *text)
{
	struct derogations *d = NULL;
	struct why why = {""};
	CHECK_SAY(derogations_parse(slice_text(text), "d", &d, &why) == ERR_OK, "%s", why.text);
	return d;
}

static const struct {
	const char *lines, *said;
} refused[] = {
	{"derogation", "d:2: derogation: nothing is said"},
	{"obligation r O", "d:2: obligation: \"derogation\" and a reference stand first"},
	{"derogation A\nobligation r O\n" SAID, "d:2: A: until is missing"},
	{"derogation A\nobligation r O\n" SAID "until never", "d:6: never: no date; as 2026-11-30, years 1970 to 9999"},
	{"derogation A\nobligation r O\n" SAID "until", "d:6: no date; as 2026-11-30, years 1970 to 9999"},
	{"derogation A\nobligation r O\n" SAID "until 2026-02-30", "d:6: 2026-02-30: no date; as 2026-11-30, years 1970 to 9999"},
	{"derogation A\nobligation r O\n" SAID "until 2026-02-03 or later", "d:6: or later: nothing may follow"},
	{"derogation A\nobligation r O\n" SAID "until 2026-02-03\nuntil 2027-02-03", "d:7: until: said twice"},
	{"derogation A\nobligation r O\n" SAID "from 2026-02-04\nuntil 2026-02-03",
	 "d:2: A: a day on which it holds (until is before from) is missing"},
	{"derogation A\n" SAID "until 2026-02-03", "d:2: A: obligation is missing"},
	{"derogation A\nobligation O\n" SAID "until 2026-02-03", "d:3: obligation: nothing is said"},
	{"derogation A\nobligation r O P\n" SAID "until 2026-02-03", "d:3: P: nothing may follow"},
	{"derogation A\nobligation r O\nobligation r P\n" SAID "until 2026-02-03", "d:4: obligation: said twice"},
	{"derogation A\nobligation r/O\n" SAID, "d:3: r/O: no id: 1 to 64 letters, digits and, not first, \". _ -\""},
	{"derogation A\nobligation r O\nreason R\nuntil 2026-02-03", "d:2: A: granted-by is missing"},
	{"derogation A\nobligation r O\ngranted-by G\nuntil 2026-02-03", "d:2: A: reason is missing"},
	{"derogation A\nobligation r O\n" SAID "item", "d:6: item: nothing is said"},
	{"derogation A\nobligation r O\n" SAID "item a\nitem b", "d:7: item: said twice"},
	{"derogation A\nobligation r O\n" SAID "version 1\nuntil 2026-02-03",
	 "d:6: version: no such field; here: derogation, obligation, granted-by, reason, item, flaw, machine, from, until"},
	{"derogation A\nobligation r O\n" SAID "until 2026-02-03\nderogation A\nobligation r P\n" SAID "until 2026-02-03",
	 "d:7: A: a derogation has this reference already"},
	{"derogation A\nderogation B\n", "d:2: A: obligation is missing"},
};

static void each_refusal(void)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		char text[1024];
		struct derogations *d = NULL;
		struct why why = {""};
		snprintf(text, sizeof text, HEAD "%s", refused[i].lines);
		CHECK_SAY(derogations_parse(slice_text(text), "d", &d, &why) == ERR_INPUT && d == NULL, "%s", text);
		CHECK_TEXT(why.text, refused[i].said);
		derogations_free(d);
	}
	struct derogations *d = NULL;
	CHECK(derogations_parse(slice_text("tocsin-regime 1\n"), "d", &d, NULL) == ERR_INPUT && d == NULL);
	CHECK(derogations_parse(slice_text(""), "d", &d, NULL) == ERR_INPUT && d == NULL);
}

static const struct {
	const char *scope, *today, *finding, *by; // by: the reference, "" none
} rows[] = {
	{"until 2026-11-30", "2026-11-01", "flaw", "A"},
	{"until 2026-11-30", "2026-11-30", "flaw", "A"}, // its last day included
	{"until 2026-11-30", "2026-12-01", "flaw", ""},
	{"from 2026-11-10\nuntil 2026-11-30", "2026-11-09", "flaw", ""},
	{"from 2026-11-10\nuntil 2026-11-30", "2026-11-10", "flaw", "A"},
	{"from 2026-11-10\nuntil 2026-11-10", "2026-11-10", "flaw", "A"},
	{"item openssl\nuntil 2026-11-30", "2026-11-01", "flaw item=libssl3 package=openssl", "A"},
	{"item libssl3\nuntil 2026-11-30", "2026-11-01", "flaw item=libssl3 package=openssl", "A"},
	{"item curl\nuntil 2026-11-30", "2026-11-01", "flaw item=libssl3 package=openssl", ""},
	{"item openssl\nuntil 2026-11-30", "2026-11-01", "flaw", ""},
	{"item openss\nuntil 2026-11-30", "2026-11-01", "flaw item=openssl", ""},
	{"flaw CVE-2026-1\nuntil 2026-11-30", "2026-11-01", "flaw flaw=CVE-2026-1", "A"},
	{"flaw CVE-2026-1\nuntil 2026-11-30", "2026-11-01", "flaw flaw=CVE-2026-10", ""},
	{"machine m1\nuntil 2026-11-30", "2026-11-01", "flaw machine=m1", "A"},
	{"machine m1\nuntil 2026-11-30", "2026-11-01", "flaw machine=m2", ""},
	{"machine m1\nitem x\nflaw f\nuntil 2026-11-30", "2026-11-01", "flaw machine=m1 item=x flaw=f", "A"},
	{"machine m1\nitem x\nflaw f\nuntil 2026-11-30", "2026-11-01", "flaw machine=m1 item=x flaw=g", ""},
	{"machine m1\nitem x\nflaw f\nuntil 2026-11-30", "2026-11-01", "flaw machine=m1 item=y flaw=f", ""},
	{"machine m1\nitem x\nflaw f\nuntil 2026-11-30", "2026-11-01", "flaw machine=m2 item=x flaw=f", ""},
};

static void what_is_covered(void)
{
	struct regime *r = regime_with("all", "defect major within 2 months when flaw");
	REQUIRE(r != NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[1024];
		struct defect defects[DEFECTS_OF_ONE_MAX];
		snprintf(text, sizeof text, HEAD "derogation A\n\tobligation r O\n" SAID "%s\n", rows[i].scope);
		struct derogations *d = derogations_of(text);
		struct finding f = finding_row(rows[i].finding);
		REQUIRE(d != NULL && regime_judge(r, &f, ENTITY_ANY, day(rows[i].today), defects) == 1);
		CHECK(!defects[0].derogated);
		derogations_apply(d, r, &f, day(rows[i].today) + 86399, defects, 1);
		CHECK_SAY(defects[0].derogated == (rows[i].by[0] != 0) && slice_is_text(defects[0].derogation, rows[i].by), "%s: %s on %s",
		          rows[i].scope, rows[i].finding, rows[i].today);
		derogations_free(d);
	}
	regime_free(r);
}

// Renewed, wider and narrower ones of the same thing; other regimes' and other obligations'.
static void the_longest_of_many(void)
{
	struct regime *r = regime_with("all", "defect major within 2 months when flaw");
	struct derogations *d = derogations_of(
		HEAD "derogation 2025\nobligation r O\n" SAID "item x\nuntil 2025-12-31\n"
		     "derogation 2026\nobligation r O\n" SAID "item x\nfrom 2026-01-01\nuntil 2026-12-31\n"
		     "derogation 2027\nobligation r O\n" SAID "item x\nfrom 2027-01-01\nuntil 2027-12-31\n"
		     "derogation all\nobligation r O\n" SAID "until 2026-11-15\n"
		     "derogation one\nobligation r O\n" SAID "item x\nflaw f\nuntil 2027-01-15\n"
		     "derogation other regime\nobligation s O\n" SAID "until 2030-01-01\n"
		     "derogation other obligation\nobligation r P\n" SAID "until 2030-01-01\n");
	static const struct {
		const char *today, *finding, *by;
	} of[] = {
		{"2026-11-01", "flaw item=x flaw=f", "one"}, {"2026-11-01", "flaw item=x flaw=g", "2026"}, {"2026-11-01", "flaw item=y flaw=f", "all"},
		{"2026-11-16", "flaw item=y", ""},           {"2025-12-31", "flaw item=x", "all"},         {"2027-01-01", "flaw item=x flaw=f", "2027"},
		{"2028-01-01", "flaw item=x", ""},
	};
	REQUIRE(r != NULL && d != NULL && derogations_count(d) == 7);
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct defect defects[DEFECTS_OF_ONE_MAX];
		struct finding f = finding_row(of[i].finding);
		REQUIRE(regime_judge(r, &f, ENTITY_ANY, day(of[i].today), defects) == 1);
		derogations_apply(d, r, &f, day(of[i].today), defects, 1);
		CHECK_SAY(slice_is_text(defects[0].derogation, of[i].by), "%s on %s: %.*s", of[i].finding, of[i].today,
		          SLICE_ARGS(defects[0].derogation));
		CHECK(defects[0].derogated == (of[i].by[0] != 0));
		CHECK(defects[0].derogated || defects[0].derogated_until == FACT_NO_DATE);
	}
	struct why why = {""};
	CHECK(derogations_check(d, r, &why) == ERR_INPUT);
	CHECK_TEXT(why.text, "d:39: P: no obligation of r");
	derogations_free(d);
	regime_free(r);
}

static void what_it_says(void)
{
	struct derogations *d = derogations_of("\xef\xbb\xbf" HEAD "# of the factory\n\nderogation DSI 2026/14\r\n  obligation r O\r\n" SAID
	                                       "machine press 3\nfrom 2026-01-01\nuntil 2026-12-31");
	REQUIRE(d != NULL && derogations_count(d) == 1);
	struct derogation g = derogation_at(d, 0);
	CHECK(slice_is_text(g.reference, "DSI 2026/14") && slice_is_text(g.granted_by, "The authority") && slice_is_text(g.machine, "press 3"));
	CHECK(slice_is_text(g.regime, "r") && slice_is_text(g.obligation, "O") && g.item.n == 0 && g.flaw.n == 0 && g.reason.n > 0);
	CHECK(g.from == day("2026-01-01") && g.until == day("2026-12-31"));
	derogations_free(d);
	d = derogations_of(HEAD); // none yet
	REQUIRE(d != NULL);
	CHECK(derogations_count(d) == 0);
	derogations_free(d);
}

static void truncated(void)
{
	static const char text[] = HEAD "derogation A\nobligation r O\n" SAID "item x\nuntil 2026-12-31\n";
	size_t taken = 0;
	for (size_t cut = 0; cut < sizeof text - 1; cut++) {
		struct derogations *d = NULL;
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		REQUIRE(exact != NULL);
		memcpy(exact, text, cut);
		taken += derogations_parse(slice_of(exact, cut), "d", &d, NULL) == ERR_OK;
		derogations_free(d);
		free(exact);
	}
	CHECK_SAY(taken == 3, "%zu", taken); // none yet, with and without its newline; whole, without its newline
}

const struct test tests[] = {{"each_refusal", each_refusal},
                             {"what_is_covered", what_is_covered},
                             {"the_longest_of_many", the_longest_of_many},
                             {"what_it_says", what_it_says},
                             {"truncated", truncated},
                             {NULL, NULL}};
