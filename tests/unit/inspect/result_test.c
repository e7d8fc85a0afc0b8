// What a result keeps: findings with their words, the points of them with keys that stay, and no more than it has room for.

#include "inspected.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static void key_of_row(const char *law, const char *row, uint8_t key[static POINT_KEY])
{
	struct inspected x;
	inspected_begin(&x, law);
	inspected_take(&x, row);
	CHECK_SAY(x.i.r.points > 0, "%s: no point", row);
	if (x.i.r.points > 0)
		memcpy(key, x.i.r.point[0].key, POINT_KEY);
	inspected_end(&x);
}

static void test_keys(void)
{
	static const char other_law[] = INSPECTED_LAW("other", INSPECTED_OBLIGATION("U", "\tdefect minor recorded when flaw\n"));
	static const char other_obligation[] = INSPECTED_LAW("law", INSPECTED_OBLIGATION("V", "\tdefect minor recorded when flaw\n"));
	static const struct {
		const char *law, *a, *other, *b;
		bool same;
	} rows[] = {
		{NULL, "flaw machine=m item=a flaw=CVE-1", NULL, "flaw machine=m item=a flaw=CVE-1", true},
		// What changes from one inspection to the next.
		{NULL, "flaw machine=m item=a flaw=CVE-1 version=1 score10=50", NULL, "flaw machine=m item=a flaw=CVE-1 version=2 fixed=3 known-exploited score10=90", true},
		{NULL, "flaw machine=m item=a flaw=CVE-1", NULL, "flaw machine=m item=a flaw=CVE-1 exposure=internet known-exploited", true},
		{NULL, "unsupported machine=m item=Ubuntu-22.04.3 product=Ubuntu item-kind=system", NULL, "unsupported machine=m item=Ubuntu-22.04.4 product=Ubuntu item-kind=system", true},
		{NULL, "stale machine=m item=Ubuntu-22.04.3 item-kind=system", NULL, "stale machine=m item=Ubuntu-22.04.4 item-kind=system", true},
		{NULL, "kernel machine=m item=kernel fixed=6.1.1 item-kind=system", NULL, "kernel machine=m item=kernel fixed=6.1.2 item-kind=system", true},
		// What is another fault, or another thing.
		{NULL, "flaw machine=m item=a flaw=CVE-1", NULL, "flaw machine=m item=a flaw=CVE-2", false},
		{NULL, "flaw machine=m item=a flaw=CVE-1", NULL, "flaw machine=m item=b flaw=CVE-1", false},
		{NULL, "flaw machine=m item=a flaw=CVE-1", NULL, "flaw machine=n item=a flaw=CVE-1", false},
		{NULL, "flaw machine=ma item=b flaw=CVE-1", NULL, "flaw machine=m item=ab flaw=CVE-1", false},
		{NULL, "banned machine=m item=a", NULL, "credential machine=m item=a", false},
		{NULL, "unsupported machine=m item=a product=x item-kind=system", NULL, "unsupported machine=m item=a product=y item-kind=system", false},
		{NULL, "unsupported machine=m item=a package=a product=x item-kind=system", NULL, "unsupported machine=m item=b package=b product=x item-kind=system", false},
		{NULL, "restart machine=m item=a package=/f item-kind=system", NULL, "restart machine=m item=b package=/f item-kind=system", false},
		{NULL, "answer machine=m question=q-one answer=no", NULL, "answer machine=m question=q-two answer=no", false},
		{NULL, "flaw machine=m item=a flaw=CVE-1", other_law, "flaw machine=m item=a flaw=CVE-1", false},
		{NULL, "flaw machine=m item=a flaw=CVE-1", other_obligation, "flaw machine=m item=a flaw=CVE-1", false},
	};
	for (size_t i = 0; i < N(rows); i++) {
		uint8_t a[POINT_KEY] = {0}, b[POINT_KEY] = {1};
		key_of_row(rows[i].law, rows[i].a, a);
		key_of_row(rows[i].other, rows[i].b, b);
		CHECK_SAY((memcmp(a, b, POINT_KEY) == 0) == rows[i].same, "\"%s\" and \"%s\"", rows[i].a, rows[i].b);
	}
}

// The bytes of a key, as protocol/inspection.md states them.
static void test_key_bytes(void)
{
	struct inspected x;
	inspected_begin(&x, NULL);
	inspected_take(&x, "flaw machine=m item=openssl flaw=CVE-2026-1");
	REQUIRE(x.i.r.points == 2); // of the obligations U and O
	char hex[2 * POINT_KEY + 1];
	for (size_t i = 0; i < POINT_KEY; i++)
		snprintf(hex + 2 * i, 3, "%02x", x.i.r.point[0].key[i]);
	// printf '\0\4flaw\0\3law\0\1U\0\1m\0\7openssl\0\12CVE-2026-1\0\0' | sha256sum
	CHECK_TEXT(hex, "8c22431c3d501ff37701240b27f2e056");
	CHECK(memcmp(x.i.r.point[0].key, x.i.r.point[1].key, POINT_KEY) != 0);
	inspected_end(&x);
}

static void test_weighing(void)
{
	struct inspected x;
	inspected_begin(&x, NULL);
	result_end(&x.i.r);
	CHECK(x.i.r.verdict == VERDICT_FAVOURABLE);
	inspected_take(&x, "stale");
	inspected_take(&x, "flaw doubtful known-exploited exposure=internet");
	inspected_take(&x, "silenced known-exploited exposure=internet");
	inspected_take(&x, "uncomputed known-exploited exposure=internet");
	result_end(&x.i.r);
	CHECK(x.i.r.verdict == VERDICT_FAVOURABLE && x.i.r.findings == 4 && x.i.r.points == 1 && x.i.r.doubtful == 1);
	inspected_take(&x, "flaw fixed=1");
	result_end(&x.i.r);
	CHECK(x.i.r.verdict == VERDICT_REINSPECTION && x.i.r.weighing[DEFECT_MAJOR] == 1 && x.i.r.weighing[DEFECT_MINOR] == 2);
	inspected_take(&x, "flaw known-exploited exposure=internet");
	result_end(&x.i.r);
	CHECK(x.i.r.verdict == VERDICT_REFUSED && x.i.r.weighing[DEFECT_CRITICAL] == 1);
	inspected_end(&x);
}

static void test_derogated(void)
{
	static const char text[] = "tocsin-derogations 1\nderogation D-1\nobligation law U\nitem a\ngranted-by G\nreason R\nuntil 2027-01-01\n";
	struct inspected x;
	struct why why = {""};
	inspected_begin(&x, NULL);
	CHECK_SAY(derogations_parse(slice_text(text), "d", &x.i.r.derogations, &why) == ERR_OK, "%s", why.text);
	inspected_take(&x, "flaw item=a known-exploited exposure=internet");
	inspected_take(&x, "flaw item=b fixed=2");
	result_end(&x.i.r);
	CHECK(x.i.r.derogated[DEFECT_CRITICAL] == 1 && x.i.r.weighing[DEFECT_CRITICAL] == 0 && x.i.r.verdict == VERDICT_REINSPECTION);
	CHECK(x.i.r.point[0].defect.derogated && slice_is_text(x.i.r.point[0].defect.derogation, "D-1"));
	inspected_end(&x);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, POINT_KEY);
}

// A re-inspection looks at the points of the one before: cured ones are gone, others remain, new ones are not asked.
static void test_only(void)
{
	static const char *const before[] = {"flaw machine=m item=a flaw=CVE-1", "flaw machine=m item=b flaw=CVE-2", "stale machine=m"};
	static const char *const now[] = {"flaw machine=m item=b flaw=CVE-2", "flaw machine=m item=c flaw=CVE-3 known-exploited exposure=internet"};
	struct inspected x, y;
	inspected_begin(&x, NULL);
	inspected_begin(&y, NULL);
	for (size_t i = 0; i < N(before); i++)
		inspected_take(&x, before[i]);
	REQUIRE(x.i.r.points == 5);
	y.i.r.only_n = x.i.r.points;
	y.i.r.only = calloc(x.i.r.points, POINT_KEY);
	REQUIRE(y.i.r.only != NULL);
	for (size_t i = 0; i < x.i.r.points; i++)
		memcpy(y.i.r.only[i], x.i.r.point[i].key, POINT_KEY);
	qsort(y.i.r.only, y.i.r.only_n, POINT_KEY, by_key);
	for (size_t i = 0; i < N(now); i++)
		inspected_take(&y, now[i]);
	result_end(&y.i.r);
	CHECK(y.i.r.points == 2 && y.i.r.findings == 2 && y.i.r.verdict == VERDICT_FAVOURABLE && y.i.r.weighing[DEFECT_MINOR] == 2);
	inspected_end(&x);
	inspected_end(&y);
	// A certificate without a defect: nothing is asked again.
	inspected_begin(&y, NULL);
	y.i.r.only = calloc(1, POINT_KEY);
	inspected_take(&y, now[1]);
	CHECK(y.i.r.points == 0);
	inspected_end(&y);
}

static void test_changed_since(void)
{
	static const struct {
		const char *row;
		bool kept;
	} rows[] = {
		{"flaw flaw=CVE-1", false},                                       // not exploited, then as now
		{"flaw flaw=CVE-1 known-exploited kev-due=2026-09-01", true},     // exploited since
		{"flaw flaw=CVE-2 known-exploited kev-due=2026-09-01", false},    // exploited then too
		{"flaw flaw=CVE-2 known-exploited kev-due=2026-08-30", true},     // due sooner
		{"flaw flaw=CVE-2 known-exploited ransomware kev-due=2026-09-01", true},
		{"flaw flaw=CVE-3 known-exploited kev-due=2026-09-01 kev-digest=7", false},
		{"flaw flaw=CVE-3 known-exploited kev-due=2026-09-01 kev-digest=8", true},  // the list has other words for it
		{"flaw flaw=CVE-3 known-exploited kev-due=2026-09-01", false},              // none was made
		{"flaw flaw=CVE-2 known-exploited kev-due=2026-09-01 kev-digest=8", false}, // then
		{"flaw flaw=CVE-2", true},                                        // off the list
		{"flaw flaw=CVE-9", false},                                       // a flaw that nobody knew of then, and nobody exploits
		{"flaw flaw=CVE-9 known-exploited kev-due=2026-09-01", true},
		{"silenced flaw=CVE-1 known-exploited kev-due=2026-09-01", true},
		{"unsupported item=a", false},
		{"answer question=q-one answer=no", false},
	};
	struct told then = told_new();
	tell_source(&then, SOURCE_OSV, "OSV", "OSV", "2026-08-01", false);
	tell_flaw(&then, "CVE-1", "", 0, "2026-01-02", "");
	tell_flaw(&then, "CVE-2", "", 0, "2026-01-02", "");
	tell_source(&then, SOURCE_KEV, "KEV", "CISA", "2026-08-01", true);
	tell_kev(&then, "CVE-2", "2026-08-01", "2026-09-01", false);
	tell(&then, &(struct fact){.kind = FACT_KEV, .kev = {.id = SLICE_LITERAL("CVE-3"), .added = told_date("2026-08-01"),
		.due = told_date("2026-09-01"), .digest = 7}});
	REQUIRE(told_knowledge(&then) != NULL);
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		inspected_begin(&x, NULL);
		x.i.r.changed_since = then.k;
		inspected_take(&x, rows[i].row);
		CHECK_SAY((x.i.r.findings == 1) == rows[i].kept, "%s", rows[i].row);
		inspected_end(&x);
	}
	told_free(&then);
}

// Words are the result's own, whatever becomes of the reader's.
static void test_kept(void)
{
	struct inspected x;
	char row[64];
	inspected_begin(&x, NULL);
	for (int n = 0; n < 2000; n++) {
		snprintf(row, sizeof row, "flaw machine=m item=item-%d flaw=CVE-%d", n / 3, n);
		inspected_take(&x, row);
	}
	memset(row, 'x', sizeof row);
	for (int n = 0; n < 2000; n++) {
		snprintf(row, sizeof row, "item-%d", n / 3);
		CHECK(slice_is_text(x.i.r.finding[n].machine, "m") && slice_is_text(x.i.r.finding[n].item, row));
		snprintf(row, sizeof row, "CVE-%d", n);
		CHECK(slice_is_text(x.i.r.finding[n].flaw, row));
	}
	inspected_machine(&x, "first", ROLE_SERVER);
	inspected_machine(&x, "second", ROLE_SERVER);
	CHECK(slice_is_text(x.i.r.subject, "first") && slice_is_text(x.i.r.subject_os, "An OS") && x.i.r.machines == 2);
	inspected_end(&x);
}

static void test_limits(void)
{
	struct inspected x;
	struct why why = {""};
	struct finding f = finding_row("flaw item=a");
	inspected_begin(&x, NULL);
	inspected_take(&x, "stale");
	// As if so many had been found: the room is there, and untouched memory costs nothing.
	free(x.i.r.finding);
	x.i.r.findings_room = RESULT_FINDINGS_MAX + 1;
	x.i.r.finding = calloc(x.i.r.findings_room, sizeof *x.i.r.finding);
	REQUIRE(x.i.r.finding != NULL);
	x.i.r.findings = RESULT_FINDINGS_MAX - 1;
	CHECK_SAY(result_take(&x.i.r, &f, &why) == ERR_OK, "%s", why.text);
	CHECK(result_take(&x.i.r, &f, &why) == ERR_LIMIT && x.i.r.findings == RESULT_FINDINGS_MAX);
	CHECK_TEXT(why.text, "more than 1000000 findings");
	struct slice huge = {(const uint8_t *)"", RESULT_TEXT_MAX + 1}; // refused before it is read
	CHECK(result_keep(&x.i.r, &huge, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "the findings take more than 512 MiB");
	inspected_end(&x);
}

static void test_indicators(void)
{
	static const char law[] = INSPECTED_LAW("law", INSPECTED_OBLIGATION("U", "\tdefect minor recorded when flaw\n")
		"indicator I-1\n\tbasis B\n\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n\tcounts machines where role = server\n\thaving flaw\n");
	const struct indicator_value *v = NULL;
	struct inspected x;
	inspected_begin(&x, law);
	inspected_take(&x, "flaw"); // of no machine
	inspected_machine(&x, "a", ROLE_SERVER);
	inspected_take(&x, "flaw");
	inspected_take(&x, "flaw");
	inspected_machine(&x, "b", ROLE_SERVER);
	inspected_machine(&x, "c", ROLE_WORKSTATION);
	inspected_take(&x, "flaw");
	REQUIRE(x.i.r.indicators[0] != NULL && regime_count_values(x.i.r.indicators[0], &v) == 1);
	CHECK(v[0].part == 1 && v[0].whole == 2);
	inspected_end(&x);
}

const struct test tests[] = {
	{"keys of points: the same for the same fault of the same thing", test_keys},
	{"the bytes of a key", test_key_bytes},
	{"what weighs, and the verdict", test_weighing},
	{"what a derogation covers does not weigh", test_derogated},
	{"only the points of an earlier inspection", test_only},
	{"only what changed", test_changed_since},
	{"words are kept", test_kept},
	{"more than there is room for", test_limits},
	{"indicators count machines", test_indicators},
	{NULL, NULL},
};
