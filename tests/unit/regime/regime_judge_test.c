// What conditions mean: each field, each sign, the calendar, who is bound, and that a doubtful finding is nothing.
#include "finding_row.h"

static size_t judge(const struct regime *r, const char *finding, unsigned entity, const char *today, struct defect *defects)
{
	struct finding f = finding_row(finding);
	return regime_judge(r, &f, entity, day(today), defects);
}

static const struct {
	const char *condition;
	const char *finding;
	bool holds;
} conditions[] = {
	{"flaw", "flaw", true},
	{"flaw", "kernel", false},
	{"flaw", "silenced", false},
	{"flaw", "flaw doubtful", false},
	{"flaw and confidence = alias", "flaw alias", true},
	{"flaw and confidence = exact", "flaw alias", false},
	{"flaw and exposure = internet", "flaw exposure=internet", true},
	{"flaw and exposure = internet", "flaw", false},
	{"flaw and exposure = unknown", "flaw", true},
	{"flaw and exposure != isolated", "flaw", true},
	{"flaw and exposure != isolated and exposure != unknown", "flaw", false},
	{"flaw and role = medical", "flaw role=medical", true},
	{"flaw and role != medical", "flaw role=medical", false},
	{"flaw and item-kind = library", "flaw item-kind=library", true},
	{"flaw and item-kind = library", "flaw", false},
	{"flaw and known-exploited", "flaw known-exploited", true},
	{"flaw and known-exploited", "flaw", false},
	{"flaw and not known-exploited", "flaw", true},
	{"flaw and not known-exploited", "flaw known-exploited", false},
	{"flaw and ransomware", "flaw ransomware", true},
	{"flaw and ransomware", "flaw known-exploited", false},
	{"flaw and kev-overdue", "flaw kev-due=2026-10-31", true},
	{"flaw and kev-overdue", "flaw kev-due=2026-11-01", false},
	{"flaw and kev-overdue", "flaw", false},
	{"flaw and not kev-overdue", "flaw", true},
	{"flaw and negligible", "flaw negligible", true},
	{"flaw and not negligible", "flaw negligible", false},
	{"flaw and score >= 9.0", "flaw score10=90", true},
	{"flaw and score >= 9", "flaw score10=90", true},
	{"flaw and score >= 9.0", "flaw score10=89", false},
	{"flaw and score > 9.0", "flaw score10=90", false},
	{"flaw and score <= 9.0", "flaw score10=90", true},
	{"flaw and score < 9.0", "flaw score10=90", false},
	{"flaw and score < 9.0", "flaw", false}, // no score given: neither more nor less
	{"flaw and score >= 4.0 and score < 7.0", "flaw score10=69", true},
	{"flaw and score >= 4.0 and score < 7.0", "flaw score10=70", false},
	{"flaw and epss >= 0.5", "flaw epss-ppm=500000", true},
	{"flaw and epss > 0.000001", "flaw epss-ppm=1", false},
	{"flaw and epss > 0.000001", "flaw epss-ppm=2", true},
	{"flaw and epss < 1", "flaw", false},
	{"flaw and fix = available", "flaw fixed=1", true},
	{"flaw and fix = available", "flaw", false},
	{"flaw and fix = none", "flaw", true},
	{"flaw and age > 30 days", "flaw since=2026-10-01", true},
	{"flaw and age > 30 days", "flaw since=2026-10-02", false},
	{"flaw and age >= 30 days", "flaw since=2026-10-02", true},
	{"flaw and age < 30 days", "flaw since=2026-10-02", false},
	{"flaw and age < 30 days", "flaw since=2026-10-03", true},
	{"flaw and age <= 30 days", "flaw since=2026-10-02", true},
	{"flaw and age > 0 days", "flaw since=2026-11-01", false},
	{"flaw and age < 0 days", "flaw since=2026-11-02", true},
	{"flaw and age > 1 month", "flaw since=2026-10-01", false},
	{"flaw and age > 1 month", "flaw since=2026-09-30", true}, // 30 October, not 31
	{"flaw and age > 30 days", "flaw", false},
	{"flaw and age < 30 days", "flaw", false},
	{"stale and age >= 15 days", "stale since=2026-10-17", true},
	{"unsupported and soon", "unsupported soon", true},
	{"unsupported and not soon", "unsupported soon", false},
	{"unsupported and extended-support", "unsupported extended=2026-11-02", true},
	{"unsupported and extended-support", "unsupported extended=2026-11-01", false},
	{"unsupported and extended-support", "unsupported", false},
	{"banned and level = restricted", "banned level=restricted", true},
	{"banned and level = restricted", "banned level=banned", false},
	{"banned and level != banned", "banned level=other", true},
	{"banned and use = core", "banned use=core", true},
	{"banned and use = core", "banned use=any", false},
	{"banned and out-by = passed", "banned out-by=2026-10-31", true},
	{"banned and out-by = passed", "banned out-by=2026-11-01", false},
	{"banned and out-by = ahead", "banned out-by=2026-11-01", true},
	{"banned and out-by = none", "banned", true},
	{"banned and out-by = none", "banned out-by=2026-10-31", false},
	{"caretaker and caretaker = none", "caretaker", true},
	{"caretaker and caretaker = unqualified", "caretaker", false},
	{"caretaker and caretaker = unqualified", "caretaker caretaker=X", true},
	{"credential and role = industrial", "credential role=industrial", true},
	{"restart and role = server", "restart role=server", true},
	{"answer q = no", "answer question=q answer=no", true},
	{"answer q = no", "answer question=q answer=yes", false},
	{"answer q = no", "answer question=p answer=no", false},
	{"answer q != yes", "answer question=q answer=unknown", true},
	{"answer q = no and role = server", "answer question=q answer=no", false},
};

static void each_condition(void)
{
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		struct defect defects[DEFECTS_OF_ONE_MAX];
		char lines[512];
		snprintf(lines, sizeof lines, "question q en Q\nquestion q fr Q\n%sdefect minor recorded when %s",
		         conditions[i].condition[0] == 'a' ? "" : "defect minor recorded when answer q = no\n", conditions[i].condition);
		struct regime *r = regime_with("all", lines);
		REQUIRE(r != NULL);
		size_t n = judge(r, conditions[i].finding, ENTITY_ANY, "2026-11-01", defects);
		CHECK_SAY(n == conditions[i].holds, "%s: %s", conditions[i].condition, conditions[i].finding);
		regime_free(r);
	}
}

static const struct {
	const char *delay, *today, *since, *due;
} delays[] = {
	{"0 days", "2026-11-01", "", "2026-11-01"},
	{"0 months", "2026-11-01", "", "2026-11-01"},
	{"1 day", "2026-12-31", "", "2027-01-01"},
	{"30 days", "2026-01-31", "", "2026-03-02"},
	{"1 month", "2026-01-31", "", "2026-02-28"},
	{"1 month", "2028-01-31", "", "2028-02-29"},
	{"1 month", "2100-01-31", "", "2100-02-28"},
	{"1 month", "2000-01-30", "", "2000-02-29"},
	{"1 month", "2026-02-28", "", "2026-03-28"},
	{"2 months", "2026-12-31", "", "2027-02-28"},
	{"2 months", "2026-11-15", "", "2027-01-15"},
	{"12 months", "2028-02-29", "", "2029-02-28"},
	{"48 months", "2028-02-29", "", "2032-02-29"},
	{"13 months", "2026-11-30", "", "2027-12-30"},
	{"1 month", "2026-12-01", "", "2027-01-01"},
	{"1200 months", "9990-01-01", "", "9999-12-31"}, // no later day can be written
	{"36500 days", "9999-12-31", "", "9999-12-31"},
	{"1 month from since", "2026-11-01", "2026-08-31", "2026-09-30"},
	{"1 month from since", "2026-11-01", "1970-01-01", "1970-02-01"},
	{"1 month from since", "2026-11-01", "", "2026-12-01"}, // it does not say since when
	{"0 days from since", "2026-11-01", "2027-01-01", "2027-01-01"},
};

static void the_calendar(void)
{
	for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
		char lines[128], due[TIME_TEXT];
		struct defect defects[DEFECTS_OF_ONE_MAX];
		snprintf(lines, sizeof lines, "defect major within %s when flaw", delays[i].delay);
		struct regime *r = regime_with("all", lines);
		REQUIRE(r != NULL);
		struct finding f = finding_row("flaw");
		if (delays[i].since[0] != 0)
			f.since = day(delays[i].since) + 3600; // an hour of the day changes nothing
		REQUIRE(regime_judge(r, &f, ENTITY_ANY, day(delays[i].today) + 86399, defects) == 1);
		time_print((uint64_t)defects[0].due, due);
		CHECK_TEXT(due + 10, "T00:00:00Z");
		due[10] = 0;
		CHECK_SAY(strcmp(due, delays[i].due) == 0, "%s from %s%s: got %s", delays[i].delay, delays[i].today, delays[i].since, due);
		regime_free(r);
	}
}

// Days that a damaged feed could give.
static void days_beyond_reason(void)
{
	static const int64_t odd[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, -62135596801, 253402300800};
	struct regime *r = regime_with("all", "defect major within 1 month from since when flaw and not kev-overdue\n"
	                                      "defect major within 1 month when flaw and age > 1200 months\n"
	                                      "defect minor recorded when banned and out-by = none");
	struct defect defects[DEFECTS_OF_ONE_MAX];
	REQUIRE(r != NULL);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct finding f = finding_row("flaw"), b = finding_row("banned");
		f.since = f.kev_due = b.out_by = odd[i];
		REQUIRE(regime_judge(r, &f, ENTITY_ANY, day("2026-11-01"), defects) == 1);
		CHECK_TEXT(defect_text(&defects[0]), "major 2026-12-01");
		CHECK(regime_judge(r, &b, ENTITY_ANY, day("2026-11-01"), defects) == 1);
	}
	regime_free(r);
}

static void first_line_decides(void)
{
	struct regime *r = regime_with("all", "defect minor recorded when flaw and negligible\n"
	                                      "defect critical within 0 days when flaw and exposure = internet\n"
	                                      "defect major within 2 months when flaw and fix = available\n"
	                                      "defect minor recorded when flaw");
	static const struct {
		const char *finding, *want;
	} of[] = {
		{"flaw negligible exposure=internet fixed=1", "minor recorded"},
		{"flaw exposure=internet fixed=1", "critical 2026-11-01"},
		{"flaw fixed=1", "major 2027-01-01"},
		{"flaw", "minor recorded"},
	};
	struct defect defects[DEFECTS_OF_ONE_MAX];
	REQUIRE(r != NULL);
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		REQUIRE(judge(r, of[i].finding, ENTITY_ANY, "2026-11-01", defects) == 1);
		CHECK_TEXT(defect_text(&defects[0]), of[i].want);
	}
	regime_free(r);
}

static void who_is_bound(void)
{
	static const struct {
		const char *binds;
		unsigned entity;
		bool bound;
	} of[] = {
		{"all", ENTITY_ANY, true},
		{"all", ENTITY_VITAL, true},
		{"vital", ENTITY_ANY, false},
		{"vital", ENTITY_VITAL, true},
		{"vital", ENTITY_ESSENTIAL, false},
		{"essential, important", ENTITY_IMPORTANT, true},
		{"essential,important", ENTITY_ESSENTIAL, true},
		{"essential, important", ENTITY_VITAL | ENTITY_ADMINISTRATION, false},
		{"administration", ENTITY_VITAL | ENTITY_ADMINISTRATION, true},
		{"vital, essential, important, administration", ENTITY_ANY, false},
	};
	struct defect defects[DEFECTS_OF_ONE_MAX];
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct regime *r = regime_with(of[i].binds, "defect minor recorded when flaw");
		REQUIRE(r != NULL);
		CHECK_SAY(judge(r, "flaw", of[i].entity, "2026-11-01", defects) == of[i].bound, "%s: %u", of[i].binds, of[i].entity);
		regime_free(r);
	}
}

// Whatever the regime says.
static void doubtful_is_nothing(void)
{
	struct regime *r = regime_with("all", "question q en Q\nquestion q fr Q\ndefect critical within 0 days when answer q != yes\n"
	                                      "defect critical within 0 days when flaw\ndefect minor recorded when unsupported\n"
	                                      "defect critical within 0 days when banned\ndefect critical within 0 days when restart\n"
	                                      "defect critical within 0 days when kernel\ndefect critical within 0 days when caretaker\n"
	                                      "defect critical within 0 days when credential\ndefect critical within 0 days when stale");
	struct defect defects[DEFECTS_OF_ONE_MAX];
	REQUIRE(r != NULL);
	for (enum finding_kind k = 0; k < FINDING_KINDS; k++) {
		struct finding f = finding_row("flaw question=q answer=no known-exploited exposure=internet");
		f.kind = k;
		CHECK(regime_judge(r, &f, ENTITY_ANY, day("2026-11-01"), defects) == (k != FINDING_SILENCED && k != FINDING_UNCOMPUTED));
		f.confidence = CONFIDENCE_DOUBTFUL;
		CHECK_SAY(regime_judge(r, &f, ~0u, day("2026-11-01"), defects) == 0, "%s", finding_kind_name(k));
	}
	regime_free(r);
}

#define INDICATOR(id, lines)                                                                                                      \
	"indicator " id "\nbasis B\ntitle en T\ntitle fr T\nevidence en E\nevidence fr E\n" lines "\n"

static void counts_of_threads_meet(void)
{
	struct regime *r = regime_of("tocsin-regime 1\nid r\nversion 2026-11-01\ntitle en T\ntitle fr T\nsource S\n" INDICATOR(
		"A", "counts machines\nhaving flaw and known-exploited\nhaving kernel") INDICATOR("B", "counts machines where role = server "
	                                                                                             "and exposure != internet\nhaving flaw"));
	struct regime_count *one, *other;
	const struct indicator_value *values;
	struct finding exploited = finding_row("flaw known-exploited"), kernel = finding_row("kernel");
	int64_t today = day("2026-11-01");
	REQUIRE(r != NULL && regime_count_new(r, &one, NULL) == ERR_OK && regime_count_new(r, &other, NULL) == ERR_OK);
	regime_count_finding(one, &exploited, today); // of no machine: counts nowhere
	regime_count_machine(one, ROLE_SERVER, EXPOSURE_INTERNET);
	regime_count_finding(one, &kernel, today);
	regime_count_finding(one, &exploited, today);
	regime_count_machine(other, ROLE_SERVER, EXPOSURE_UNKNOWN);
	regime_count_finding(other, &exploited, today);
	regime_count_machine(other, ROLE_WORKSTATION, EXPOSURE_UNKNOWN);
	regime_count_add(one, other);
	regime_count_free(other);
	REQUIRE(regime_count_values(one, &values) == 2);
	CHECK(values[0].part == 2 && values[0].whole == 3);
	CHECK(values[1].part == 1 && values[1].whole == 1);
	regime_count_free(one);
	regime_free(r);
}

static void verdicts(void)
{
	static const struct {
		uint64_t weighing[DEFECT_CLASSES];
		enum verdict want;
	} of[] = {
		{{0, 0, 0}, VERDICT_FAVOURABLE},   {{1000, 0, 0}, VERDICT_FAVOURABLE}, {{0, 1, 0}, VERDICT_REINSPECTION},
		{{9, 9, 0}, VERDICT_REINSPECTION}, {{0, 0, 1}, VERDICT_REFUSED},       {{9, 9, 9}, VERDICT_REFUSED},
	};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		CHECK_SAY(regime_verdict(of[i].weighing) == of[i].want, "row %zu", i);
	CHECK_TEXT(verdict_name(VERDICT_REINSPECTION), "re-inspection");
	CHECK_TEXT(defect_class_name(DEFECT_CRITICAL), "critical");
	CHECK_TEXT(entity_name(ENTITY_ADMINISTRATION), "administration");
	CHECK(answer_named(slice_text("not-applicable")) && !answer_named(slice_text("maybe")) && !answer_named(slice_text("")));
}

const struct test tests[] = {{"each_condition", each_condition},
                             {"the_calendar", the_calendar},
                             {"days_beyond_reason", days_beyond_reason},
                             {"first_line_decides", first_line_decides},
                             {"who_is_bound", who_is_bound},
                             {"doubtful_is_nothing", doubtful_is_nothing},
                             {"counts_of_threads_meet", counts_of_threads_meet},
                             {"verdicts", verdicts},
                             {NULL, NULL}};
