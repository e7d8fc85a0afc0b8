// What the entries of a row say of a version: CVE record format 5 (versions.md), and what cannot be computed.
#include "knowledge/facts.h"

static struct slice s(const char *text)
{
	return slice_text(text);
}

#define AFF STATUS_AFFECTED
#define UNAFF STATUS_UNAFFECTED
#define FIX STATUS_FIXED
#define UNK STATUS_UNKNOWN

struct entry {
	const char *from, *to; // to NULL: single
	bool closed;
	enum version_scheme scheme;
	enum fact_status status;
};

#define ENTRIES_MAX 4

static const struct {
	enum fact_status otherwise;
	struct entry entries[ENTRIES_MAX];
	const char *version;
	enum fact_status status;
	const char *why; // part of it; NULL: empty
} rows[] = {
	// one range
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "1.0", AFF, NULL},
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "1.9.9", AFF, NULL},
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "2.0", UNAFF, NULL},
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "2.0.0", UNAFF, NULL},
	{UNAFF, {{"1.0", "2.0", true, VERSION_NUMBERS, AFF}}, "2.0", AFF, NULL},
	{UNAFF, {{"1.0", "2.0", true, VERSION_NUMBERS, AFF}}, "2.0.1", UNAFF, NULL},
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "0.9", UNAFF, NULL},
	{UNK, {{"1.0", "2.0", false, VERSION_NUMBERS, AFF}}, "3.0", UNK, NULL}, // the source itself does not say
	{UNK, {{0}}, "3.0", UNK, NULL},
	{AFF, {{0}}, "anything at all", AFF, NULL},
	// no bounds
	{UNAFF, {{"0", "2.0", false, VERSION_NUMBERS, AFF}}, "0.0.1", AFF, NULL},
	{UNAFF, {{"", "2.0", false, VERSION_NUMBERS, AFF}}, "0.0.1", AFF, NULL},
	{UNAFF, {{"1.0", "*", false, VERSION_NUMBERS, AFF}}, "99", AFF, NULL},
	{UNAFF, {{"0", "*", false, VERSION_CUSTOM, AFF}}, "whatever-7", AFF, NULL},
	{UNAFF, {{"0", "", false, VERSION_CUSTOM, AFF}}, "whatever-7", AFF, NULL},
	// the end of a series
	{UNAFF, {{"2.0", "2.*", false, VERSION_NUMBERS, AFF}}, "2.99", AFF, NULL},
	{UNAFF, {{"2.0", "2.*", false, VERSION_NUMBERS, AFF}}, "3.0", UNAFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_NUMBERS, AFF}}, "1.5", AFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_NUMBERS, AFF}}, "20.1", UNAFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_SEMVER, AFF}}, "1.5.0", AFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_SEMVER, AFF}}, "3.0.0", UNAFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_CUSTOM, AFF}}, "2.5", AFF, NULL},
	{UNAFF, {{"0", "2.*", false, VERSION_CUSTOM, AFF}}, "1.5", UNK, "0 to 2.*"},
	// the first that holds wins
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, FIX}, {"1.0", "3.0", false, VERSION_NUMBERS, AFF}}, "1.5", FIX, NULL},
	{UNAFF, {{"1.0", "2.0", false, VERSION_NUMBERS, FIX}, {"1.0", "3.0", false, VERSION_NUMBERS, AFF}}, "2.5", AFF, NULL},
	{AFF, {{"1.5", NULL, false, VERSION_NUMBERS, UNAFF}, {"1.0", "3.0", false, VERSION_NUMBERS, AFF}}, "1.5.0", UNAFF, NULL},
	// single versions
	{UNAFF, {{"1.5", NULL, false, VERSION_CUSTOM, AFF}}, "1.5", AFF, NULL},
	{UNAFF, {{"1.5", NULL, false, VERSION_CUSTOM, AFF}}, "1.5.0", AFF, NULL}, // that they are one needs no order
	{UNAFF, {{"1.5", NULL, false, VERSION_CUSTOM, AFF}}, "1.50", UNAFF, NULL},
	{UNAFF, {{"1.5", NULL, false, VERSION_CUSTOM, AFF}}, "1.5a", UNAFF, NULL},
	{UNAFF, {{"12L", NULL, false, VERSION_CUSTOM, AFF}}, "12l", AFF, NULL},
	{UNAFF, {{"12L", NULL, false, VERSION_CUSTOM, AFF}}, "12", UNAFF, NULL},
	{UNAFF, {{"12L", NULL, false, VERSION_CUSTOM, AFF}}, "12l.0", UNAFF, NULL},
	{AFF, {{"1.5", NULL, false, VERSION_CUSTOM, UNAFF}}, "1.5.0", AFF, NULL}, // but it clears nobody
	{AFF, {{"12L", NULL, false, VERSION_CUSTOM, FIX}}, "12l", AFF, NULL},
	{UNAFF, {{"1.5", NULL, false, VERSION_NUMBERS, AFF}}, "1.5.0", AFF, NULL},
	{UNAFF, {{"V1.5 SP2", NULL, false, VERSION_NUMBERS, AFF}}, "V1.5 SP2", AFF, NULL},
	{UNAFF, {{"V1.5 SP2", NULL, false, VERSION_NUMBERS, AFF}}, "1.5", UNAFF, NULL},
	// what has no order
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.1", UNK, "1.0 to 1.2: its versionType has no order"},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.0", AFF, NULL},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.2", UNAFF, NULL}, // it is not below itself
	{UNAFF, {{"1.0", "1.2", true, VERSION_CUSTOM, AFF}}, "1.2", AFF, NULL},
	{UNAFF, {{"0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.2", UNAFF, NULL},
	{UNAFF, {{"0", "1.2", true, VERSION_CUSTOM, AFF}}, "1.2", AFF, NULL},
	{UNAFF, {{"1.0", "1.2", false, VERSION_SEMVER, AFF}}, "1.1.0", UNK, "1.0 to 1.2"},
	{UNAFF, {{"1.0.0", "1.2.0", false, VERSION_SEMVER, AFF}}, "1.1", UNK, "1.0.0 to 1.2.0"},
	{UNAFF, {{"1.0.0", "bad", false, VERSION_SEMVER, AFF}}, "0.9.0", UNAFF, NULL}, // below the start whatever the end
	{UNAFF, {{"bad", "1.0.0", false, VERSION_SEMVER, AFF}}, "1.0.0", UNAFF, NULL},
	{UNAFF, {{"bad", "1.0.0", false, VERSION_SEMVER, AFF}}, "0.9.0", UNK, "bad to 1.0.0"},
	// an entry before it decided
	{UNAFF, {{"1.1", NULL, false, VERSION_CUSTOM, FIX}, {"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.1", FIX, NULL},
	// what cannot be computed would change nothing
	{AFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "1.1", AFF, NULL},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}, {"1.1", NULL, false, VERSION_CUSTOM, AFF}}, "1.1", AFF, NULL},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}, {"1.1", NULL, false, VERSION_CUSTOM, FIX}}, "1.1", UNK, "1.0 to 1.2"},
	{AFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}, {"2.0", "2.2", false, VERSION_CUSTOM, UNAFF}}, "1.1", UNK, "1.0 to 1.2"},
	{AFF, {{"1.0", "1.2", false, VERSION_CUSTOM, UNAFF}, {"2.0", "2.2", false, VERSION_CUSTOM, UNAFF}}, "1.1", UNK, "1.0 to 1.2"},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}, {"2.0", "2.2", false, VERSION_CUSTOM, UNAFF}, {"0", "*", false, VERSION_CUSTOM, AFF}}, "1.1", UNK, "1.0 to 1.2"},
	{UNAFF, {{"1.0", "1.2", false, VERSION_CUSTOM, AFF}}, "", UNK, "1.0 to 1.2"},
};

static void table(void)
{
	char name[16];
	struct told t = told_new();
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "", false);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fact_range ranges[ENTRIES_MAX];
		size_t n = 0;
		for (; n < ENTRIES_MAX && rows[i].entries[n].from != NULL; n++) {
			const struct entry *e = &rows[i].entries[n];
			ranges[n] = e->to == NULL ? told_single(e->from, e->scheme, e->status) : told_range(e->from, e->to, e->scheme, e->status);
			ranges[n].closed = e->closed;
		}
		snprintf(name, sizeof name, "row%zu", i);
		tell_ranges(&t, "CVE-2026-1", NAMES_PRODUCT, "", "", name, rows[i].otherwise, ranges, n);
	}
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct knowledge_row row;
		struct why why = {"what was there before"};
		snprintf(name, sizeof name, "row%zu", i);
		struct knowledge_rows all = knowledge_affected(k, NAMES_PRODUCT, s(""), s(""), s(name));
		REQUIRE(knowledge_rows_next(&all, &row));
		enum fact_status got = knowledge_status(k, &row, s(rows[i].version), &why);
		CHECK_SAY(got == rows[i].status, "row %zu, \"%s\": %d, want %d (%s)", i, rows[i].version, got, rows[i].status, why.text);
		CHECK_SAY(rows[i].why == NULL ? why.text[0] == 0 : strstr(why.text, rows[i].why) != NULL, "row %zu: \"%s\"", i, why.text);
		CHECK(knowledge_status(k, &row, s(rows[i].version), NULL) == got);
	}
	told_free(&t);
}

static void long_versions(void)
{
	struct told t = told_new();
	char version[10001];
	memset(version, '1', sizeof version);
	version[sizeof version - 1] = 0;
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "", false);
	tell_affected(&t, "CVE-2026-1", NAMES_SOURCE, "Debian:12", "a", VERSION_DEB, "0", "2");
	tell_affected(&t, "CVE-2026-2", NAMES_SOURCE, "Debian:12", "a", VERSION_DEB, "0", "*");
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	struct knowledge_rows all = knowledge_affected(k, NAMES_SOURCE, s("Debian:12"), s(""), s("a"));
	struct knowledge_row row;
	struct why why;
	CHECK(knowledge_rows_next(&all, &row) && knowledge_status(k, &row, s(version), &why) == STATUS_UNKNOWN && strstr(why.text, "0 to 2: ") != NULL);
	CHECK(knowledge_rows_next(&all, &row) && knowledge_status(k, &row, s(version), &why) == STATUS_AFFECTED);
	CHECK(!knowledge_rows_next(&all, &row));
	told_free(&t);
}

// Thousands of rows of one package, each with thousands of single versions.
static void many_ranges(void)
{
	static struct fact_range list[FACT_LIST_MAX];
	static char texts[FACT_LIST_MAX][12];
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "", false);
	for (size_t i = 0; i < FACT_LIST_MAX; i++) {
		snprintf(texts[i], sizeof *texts, "%zu.%zu.0", i / 100, i % 100);
		list[i] = told_single(texts[i], VERSION_SEMVER, STATUS_AFFECTED);
	}
	char id[32];
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof id, "GHSA-%d", i);
		tell_ranges(&t, id, NAMES_SOURCE, "npm", "", "linux", STATUS_UNAFFECTED, list, FACT_LIST_MAX);
	}
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	CHECK_SAY(t.bytes.n < 1000000, "equal lists are kept once: %zu bytes", t.bytes.n);
	struct knowledge_rows all = knowledge_affected(k, NAMES_SOURCE, s("npm"), s(""), s("linux"));
	struct knowledge_row row;
	size_t n = 0;
	for (; knowledge_rows_next(&all, &row); n++)
		CHECK(row.ranges == FACT_LIST_MAX && knowledge_status(k, &row, s("163.83.0"), NULL) == STATUS_AFFECTED &&
		      knowledge_status(k, &row, s("163.84.0"), NULL) == STATUS_UNAFFECTED);
	CHECK(n == 50);
	told_free(&t);
}

const struct test tests[] = {
	{"status of a version", table},
	{"versions over the limit", long_versions},
	{"lists of thousands", many_ranges},
	{NULL, NULL},
};
