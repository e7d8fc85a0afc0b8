// What to do: points gathered under the one step that cures them, the most urgent first.

#include "inspected.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define ROWS_MAX 8

static const char *const kinds[STEP_KINDS] = {"update", "replace", "remove", "restart", "reboot", "credential", "caretaker", "mitigate", "answer"};

static void put_step(struct buf *b, const struct step *s)
{
	char due[TIME_TEXT] = "";
	if (s->due != INT64_MAX)
		time_print((uint64_t)s->due, due);
	buf_printf(b, "%s%s", b->n > 0 ? "; " : "", kinds[s->kind]);
	if (s->machine.n > 0)
		buf_printf(b, " [%.*s]", SLICE_ARGS(s->machine));
	buf_printf(b, " %.*s", SLICE_ARGS(s->package));
	if (s->from.n > 0)
		buf_printf(b, " from %.*s", SLICE_ARGS(s->from));
	if (s->to.n > 0)
		buf_printf(b, " to %.*s", SLICE_ARGS(s->to));
	buf_printf(b, ": %s%s%.10s, %zu", defect_class_name(s->worst), due[0] != 0 ? " " : "", due, s->n);
	if (s->known_exploited > 0)
		buf_printf(b, ", %u exploited", s->known_exploited);
}

static const struct row {
	const char *findings[ROWS_MAX];
	const char *want;
} rows[] = {
	{{NULL}, ""},
	// One update cures all flaws of a package; the highest version cures them all.
	{{"flaw item=libssl3 package=openssl ecosystem=Debian:12 flaw=CVE-1 version=3.0.9-1 fixed=3.0.9-1+deb12u1",
	  "flaw item=openssl package=openssl ecosystem=Debian:12 flaw=CVE-2 version=3.0.9-1 fixed=3.0.11-1",
	  "flaw item=libssl3 package=openssl ecosystem=Debian:12 flaw=CVE-3 version=3.0.9-1 fixed=3.0.10-1"},
	 "update openssl from 3.0.9-1 to 3.0.11-1: major 2026-09-24, 6"},
	{{"flaw item=box package=box flaw=CVE-1 fixed=3.0.12", "flaw item=box package=box flaw=CVE-2 fixed=3.0.9"}, "update box to 3.0.12: major 2026-09-24, 4"},
	{{"flaw item=box package=box flaw=CVE-1 fixed=3.0.9", "flaw item=box package=box flaw=CVE-2 fixed=3.0.12"}, "update box to 3.0.12: major 2026-09-24, 4"},
	{{"flaw item=box package=box flaw=CVE-1 fixed=build-9", "flaw item=box package=box flaw=CVE-2 fixed=build-10"}, "update box to build-10: major 2026-09-24, 4"},
	// Without a cure it is another step than with one.
	{{"flaw item=a package=a flaw=CVE-1 fixed=2", "flaw item=a package=a flaw=CVE-2"}, "update a to 2: major 2026-09-24, 2; mitigate a: minor, 2"},
	// The same name in two ecosystems, on two machines, is not the same package.
	{{"flaw item=a package=a ecosystem=npm flaw=CVE-1 fixed=2.0.0", "flaw item=a package=a ecosystem=PyPI flaw=CVE-2 fixed=2.0.0"},
	 "update a to 2.0.0: major 2026-09-24, 2; update a to 2.0.0: major 2026-09-24, 2"},
	{{"flaw machine=m item=a package=a flaw=CVE-1 fixed=2", "flaw machine=n item=a package=a flaw=CVE-1 fixed=2"},
	 "update [m] a to 2: major 2026-09-24, 2; update [n] a to 2: major 2026-09-24, 2"},
	// Class, then day, then exploited, then score, then how many, then the first told.
	{{"stale item=os", "flaw item=a package=a flaw=CVE-1 fixed=2", "flaw item=b package=b flaw=CVE-2 fixed=2 known-exploited exposure=internet",
	  "flaw item=c package=c flaw=CVE-3 fixed=2 known-exploited"},
	 "update b to 2: critical 2026-08-24, 2, 2 exploited; update a to 2: major 2026-09-24, 2; update c to 2: major 2026-10-24, 2, 2 exploited; "
	 "update os: minor, 1"},
	{{"flaw item=a package=a flaw=CVE-1 score10=50", "flaw item=b package=b flaw=CVE-2 score10=90", "flaw item=c package=c flaw=CVE-3 score10=50",
	  "flaw item=c package=c flaw=CVE-4 score10=40"},
	 "mitigate b: minor, 2; mitigate c: minor, 4; mitigate a: minor, 2"},
	{{"flaw item=a package=a flaw=CVE-1 known-exploited score10=90", "flaw item=b package=b flaw=CVE-2 known-exploited", "flaw item=b package=b flaw=CVE-3 known-exploited"},
	 "mitigate b: major 2026-10-24, 4, 4 exploited; mitigate a: major 2026-10-24, 2, 2 exploited"},
	{{"flaw item=z package=z flaw=CVE-1", "flaw item=a package=a flaw=CVE-2"}, "mitigate a: minor, 2; mitigate z: minor, 2"},
	// A process that runs two replaced files is restarted once; two that run the same file are two.
	{{"restart item=nginx package=/usr/lib/libssl.so.3", "restart item=nginx package=/usr/lib/libc.so.6", "restart item=sshd package=/usr/lib/libc.so.6"},
	 "restart nginx: minor, 2; restart sshd: minor, 1"},
	// Each question is a step of its own.
	{{"answer question=q-one answer=no", "answer question=q-two answer=no"}, "answer q-one: major 2026-10-24, 1; answer q-two: major 2026-10-24, 1"},
	{{"unsupported item=a package=a version=1 product=A cycle=1 latest=3.1", "banned item=b package=b", "credential item=c package=c", "caretaker", "kernel item=kernel fixed=6.1.2"},
	 "remove b: critical 2026-08-24, 1; replace a from 1 to 3.1: major 2026-10-24, 1; reboot kernel to 6.1.2: minor, 1; credential c: minor, 1; caretaker : minor, 1"},
	// What is no defect asks for nothing.
	{{"silenced item=a flaw=CVE-1", "flaw doubtful item=a flaw=CVE-2", "answer question=q-one answer=yes", "answer question=q-one answer=unknown"}, ""},
};

static void test_steps(void)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		struct steps s;
		struct buf text;
		struct why why = {""};
		inspected_begin(&x, NULL);
		buf_init(&text, 1u << 16);
		for (size_t n = 0; n < ROWS_MAX && rows[i].findings[n] != NULL; n++)
			inspected_take(&x, rows[i].findings[n]);
		CHECK_SAY(result_steps(&x.i.r, &s, &why) == ERR_OK, "%s", why.text);
		size_t points = 0;
		for (size_t n = 0; n < s.n; n++) {
			put_step(&text, &s.step[n]);
			points += s.step[n].n;
			for (size_t p = 0; p < s.step[n].n; p++) // the points are those of the step
				CHECK(step_kind_of(&x.i.r.finding[x.i.r.point[s.point[s.step[n].first + p]].finding]) == s.step[n].kind);
		}
		buf_put_u8(&text, 0);
		CHECK_SAY(strcmp((const char *)text.p, rows[i].want) == 0, "row %zu\n    got  \"%s\"\n    want \"%s\"", i, (const char *)text.p, rows[i].want);
		CHECK_SAY(points == x.i.r.points, "row %zu: %zu of %zu points", i, points, x.i.r.points);
		steps_free(&s);
		buf_free(&text);
		inspected_end(&x);
	}
}

// What a derogation covers is recorded, and asks for nothing.
static void test_derogated(void)
{
	static const char text[] = "tocsin-derogations 1\nderogation D-1\nobligation law U\nitem a\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	                           "derogation D-2\nobligation law O\nitem a\ngranted-by G\nreason R\nuntil 2027-01-01\n";
	struct inspected x;
	struct steps s;
	struct why why = {""};
	inspected_begin(&x, NULL);
	CHECK_SAY(derogations_parse(slice_text(text), "d", &x.i.r.derogations, &why) == ERR_OK, "%s", why.text);
	inspected_take(&x, "flaw item=a package=a flaw=CVE-1 fixed=2");
	CHECK(result_steps(&x.i.r, &s, &why) == ERR_OK && s.n == 0 && x.i.r.points == 2);
	steps_free(&s);
	inspected_end(&x);
}

static void test_higher(void)
{
	static const struct {
		const char *ecosystem, *a, *b, *want;
	} pairs[] = {
		{"Debian:12", "1.0~rc1", "1.0", "1.0"}, {"Debian:12", "1.0", "1.0~rc1", "1.0"}, {"Debian:12", "1:0.9", "1.0", "1:0.9"},
		{"npm", "1.10.0", "1.9.0", "1.10.0"},   {"npm", "1.9.0", "x", "x"},             {"npm", "x", "1.9.0", "1.9.0"},
		{"", "1.10", "1.9", "1.10"},            {"", "1.9", "1.10", "1.10"},            {"", "b", "a", "a"},
		{"", "", "1", "1"},                     {"", "1", "", "1"},                     {"", "", "", ""},
		{"NuGet", "1.10", "1.9", "1.10"},      {"Packagist", "v1.9", "1.10", "1.10"},
		{"ConanCenter", "1.10", "1.9", "1.9"}, // an order of its own, which is not known here
	};
	for (size_t i = 0; i < N(pairs); i++) {
		struct slice got = step_higher(slice_text(pairs[i].a), slice_text(pairs[i].b), slice_text(pairs[i].ecosystem));
		CHECK_SAY(slice_is_text(got, pairs[i].want), "%s: %s and %s: \"%.*s\"", pairs[i].ecosystem, pairs[i].a, pairs[i].b, SLICE_ARGS(got));
	}
}

const struct test tests[] = {
	{"points gathered under steps, the most urgent first", test_steps},
	{"what a derogation covers asks for nothing", test_derogated},
	{"of two versions the one that cures both", test_higher},
	{NULL, NULL},
};
