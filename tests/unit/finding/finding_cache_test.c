// What was weighed before is said again as it was: the cache changes time, never a finding; also when it is full and forgets.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define WORLDS 60
#define ITEMS 60

static const struct finding_options options = {.today = TOLD_TAKEN};

static uint64_t state; // xorshift: the same worlds at every run
static unsigned any(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % below);
}

static const char *const ecosystems[] = {"Debian:12", "npm", "Alpine:v3.20", ""};
static const char *const versions[] = {"1.0.0", "1.1.0", "1.2.0", "1.2", "2.0.0", "", "build 7"};
static const char *const cpes[] = {"", "cpe:2.3:a:acme:a:1.0", "cpe:2.3:a:acme:b:1.0:*:*:*:*:windows"};
static const char *const flaws[] = {"CVE-1", "CVE-2", "CVE-3", "GHSA-1", "DSA-1"};

static struct fact_range any_range(void)
{
	static const enum version_scheme schemes[] = {VERSION_SEMVER, VERSION_DEB, VERSION_NUMBERS, VERSION_CUSTOM};
	static const enum fact_status statuses[] = {STATUS_UNKNOWN, STATUS_AFFECTED, STATUS_AFFECTED, STATUS_UNAFFECTED, STATUS_FIXED, STATUS_INVESTIGATED};
	enum version_scheme scheme = schemes[any(N(schemes))];
	enum fact_status status = statuses[any(N(statuses))];
	const char *from = versions[any(5)];
	return any(2) == 0 ? told_single(from, scheme, status) : told_range(any(2) == 0 ? "0" : from, any(3) == 0 ? "*" : versions[any(5)], scheme, status);
}

static void tell_any(struct told *t, bool vex)
{
	static const char *const patterns[] = {"cpe:2.3:a:acme:a:*:*:*:*:*:*:*:*", "cpe:2.3:a:acme:b:*:*:*:*:*:windows:*:*"};
	struct fact_range ranges[3] = {any_range(), any_range(), any_range()};
	enum names names = (enum names)any(4);
	struct fact f = {.kind = FACT_AFFECTED};
	f.affected = (struct fact_affected){.flaw = slice_text(flaws[any(N(flaws))]), .names = names, .otherwise = vex || any(3) > 0 ? STATUS_UNKNOWN : STATUS_UNAFFECTED,
	                                    .ranges = ranges, .ranges_n = any(4), .name = slice_text(any(2) == 0 ? "a" : "b")};
	if (names == NAMES_CPE)
		f.affected.name = slice_text(patterns[any(2)]);
	if (names == NAMES_PRODUCT)
		f.affected.vendor = SLICE_LITERAL("acme");
	if (names == NAMES_SOURCE || names == NAMES_BINARY)
		f.affected.ecosystem = slice_text(ecosystems[any(3)]);
	if (any(5) == 0)
		f.affected.platform = SLICE_LITERAL("iOS");
	tell(t, &f);
}

static struct told any_world(void)
{
	static const struct {
		enum source_kind kind;
		const char *name;
		bool whole, vex;
	} sources[] = {{SOURCE_CVE, "CVE", false, false}, {SOURCE_OSV, "OSV", false, false}, {SOURCE_DEBIAN, "Debian", true, false},
	               {SOURCE_CSAF, "CSAF", false, true}, {SOURCE_OPENVEX, "VEX", false, true}};
	struct told t = told_new();
	for (size_t i = 0; i < N(sources); i++) {
		tell_source(&t, sources[i].kind, sources[i].name, sources[i].name, "2026-08-24", sources[i].whole);
		for (size_t n = 0; n < N(flaws); n++)
			if (any(3) == 0)
				tell_flaw(&t, flaws[n], "", 0, "2026-01-02", any(3) == 0 ? flaws[any(3)] : "");
		if (i == 0 && any(3) == 0)
			tell_rejected(&t, flaws[any(N(flaws))], "2026-01-03");
		for (unsigned n = any(8); n > 0; n--)
			tell_any(&t, sources[i].vex);
	}
	return t;
}

static struct item any_item(void)
{
	struct item i = {.kind = any(2) == 0 ? ITEM_PACKAGE : ITEM_APPLICATION, .since = INVENTORY_UNKNOWN_DATE};
	i.ecosystem = slice_text(ecosystems[any(N(ecosystems))]);
	i.name = slice_text(any(2) == 0 ? "a" : "b");
	i.version = slice_text(versions[any(N(versions))]);
	i.source = slice_text(any(2) == 0 ? "a" : "");
	i.source_version = slice_text(versions[any(N(versions))]);
	i.vendor = slice_text(any(2) == 0 ? "acme" : "");
	i.cpe = slice_text(cpes[any(N(cpes))]);
	return i;
}

// Rules that hold whatever is told.
static void check_sane(struct found *to, const struct knowledge *k, const struct item *i)
{
	const struct finding *f = &to->last;
	uint32_t flaw = 0;
	CHECK(f->flaw.n > 0 && knowledge_flaw_find(k, f->flaw, &flaw) && !knowledge_flaw(k, flaw).rejected);
	CHECK(f->author.n > 0 && slice_equal(f->item, i->name) && slice_equal(f->version, i->version));
	CHECK((f->kind == FINDING_FLAW || f->fixed.n == 0) && (f->kind != FINDING_UNCOMPUTED || f->reason.n > 0));
	if (f->kind == FINDING_SILENCED)
		CHECK(slice_is_text(f->author, "CSAF") || slice_is_text(f->author, "VEX"));
	if (slice_is_text(i->ecosystem, "Debian:12"))
		CHECK(f->confidence != CONFIDENCE_ALIAS);
}

static void test_property(void)
{
	size_t with = 0;
	state = 88172645463325252u;
	for (int world = 0; world < WORLDS; world++) {
		struct told t = any_world();
		const struct knowledge *k = told_knowledge(&t);
		struct found cached;
		REQUIRE(k != NULL);
		found_begin(&cached, k, &options);
		for (int n = 0; n < ITEMS; n++) {
			struct found fresh;
			struct item i = any_item();
			found_begin(&fresh, k, &options);
			fresh.last = (struct finding){0};
			const char *want = found_of_item(&fresh, &i), *got = found_of_item(&cached, &i);
			CHECK_SAY(strcmp(got, want) == 0, "world %d, item %d: \"%s\" and \"%s\"", world, n, got, want);
			for (int f = 0; f < (int)N(flaws); f++) { // a flaw is said once
				const char *first = strstr(got, flaws[f]);
				CHECK_SAY(first == NULL || strstr(first + 1, flaws[f]) == NULL, "\"%s\"", got);
			}
			if (fresh.told > 0)
				check_sane(&fresh, k, &i);
			with += fresh.told > 0;
			found_end(&fresh);
		}
		found_end(&cached);
		told_free(&t);
	}
	CHECK_SAY(with > 500, "only %zu items with a finding", with);
}

// More items than the cache keeps, with long names too: the second round is as the first.
static void test_forgets(void)
{
	enum { DISTINCT = 140000, LONG = 18000 };
	static char name[INVENTORY_TEXT_MAX];
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "1.0.50000");
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	struct why why = {{0}};
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	struct inventory_sink s = findings_inventory(to.f);
	uint64_t before = 0;
	for (int round = 0; round < 2; round++) {
		for (int n = 0; n < DISTINCT; n++) {
			char version[32];
			snprintf(version, sizeof version, "1.0.%d", n);
			struct item i = {.ecosystem = SLICE_LITERAL("npm"), .name = SLICE_LITERAL("p"), .version = slice_text(version)};
			uint64_t told = to.told;
			CHECK(s.item(s.context, &i, &why) == ERR_OK);
			if ((to.told - told == 1) != (n < 50000)) {
				CHECK_SAY(false, "round %d: %s is wrong", round, version);
				break;
			}
			found_text(&to);
		}
		CHECK_SAY(to.told - before == 50000, "round %d: %llu", round, (unsigned long long)(to.told - before));
		before = to.told;
	}
	memset(name, 'n', sizeof name - 1);
	for (int n = 0; n < LONG; n++) {
		char version[32];
		snprintf(version, sizeof version, "1.0.%d", n);
		struct item i = {.ecosystem = SLICE_LITERAL("npm"), .name = slice_text(name), .version = slice_text(version)};
		struct item p = {.ecosystem = SLICE_LITERAL("npm"), .name = SLICE_LITERAL("p"), .version = slice_text(version)};
		CHECK(s.item(s.context, &i, &why) == ERR_OK && to.told == before);
		CHECK(s.item(s.context, &p, &why) == ERR_OK && to.told == ++before);
		found_text(&to);
	}
	found_end(&to);
	told_free(&t);
}

// One package with many flaws, in many versions: more hits than are kept.
static void test_many_hits(void)
{
	enum { FLAWS = 3000, VERSIONS = 200 };
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	for (int n = 0; n < FLAWS; n++) {
		char id[32], fixed[32];
		snprintf(id, sizeof id, "CVE-2026-%d", n);
		snprintf(fixed, sizeof fixed, "6.1.%d", n % VERSIONS);
		tell_flaw(&t, id, "", 0, "2026-01-02", "");
		tell_affected(&t, id, NAMES_SOURCE, "Debian:12", "linux", VERSION_DEB, "0", fixed);
	}
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	struct why why = {{0}};
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	struct inventory_sink s = findings_inventory(to.f);
	for (int round = 0; round < 2; round++)
		for (int n = 0; n < VERSIONS; n++) {
			char version[32];
			uint64_t told = to.told;
			snprintf(version, sizeof version, "6.1.%d", n);
			struct item i = {.ecosystem = SLICE_LITERAL("Debian:12"), .name = SLICE_LITERAL("linux"), .version = slice_text(version)};
			CHECK(s.item(s.context, &i, &why) == ERR_OK);
			CHECK_SAY(to.told - told == (uint64_t)(FLAWS / VERSIONS * (VERSIONS - 1 - n)), "round %d, %s: %llu", round, version, (unsigned long long)(to.told - told));
			buf_clear(&to.text);
		}
	found_end(&to);
	told_free(&t);
}

// Two machines with the same packages hear the same, each under its own name, role and exposure.
static void test_machines(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "2.0.0");
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	struct item i = item_row("eco=npm|name=p|version=1.0.0");
	for (int n = 0; n < 2; n++) {
		struct machine m = machine_named(n == 0 ? "one" : "two");
		m.exposure = n == 0 ? EXPOSURE_INTERNET : EXPOSURE_ISOLATED;
		found_of_machine(&to, &m);
		CHECK_TEXT(found_of_item(&to, &i), "flaw exact CVE-1 fixed=2.0.0 by=OSV");
		CHECK(slice_equal(to.last.machine, m.name) && to.last.exposure == m.exposure && findings_counted(to.f).flaws == 1);
	}
	found_end(&to);
	told_free(&t);
}

// Keys are the item's words with their lengths: no two items share one.
static void test_keys(void)
{
	static const struct found_row rows[] = {
		{"eco=npm|name=ab|version=1.0.0", "flaw exact CVE-1 fixed=2.0.0 by=OSV"},
		{"eco=npm|name=a|version=b1.0.0", "uncomputed exact CVE-2: 0 to 2.0.0: version \"b1.0.0\", byte 1: not major.minor.patch"},
		{"eco=npma|name=b|version=1.0.0", ""},
		{"eco=npm|name=x|version=1.0.0|source=ab", "flaw exact CVE-1 fixed=2.0.0 by=OSV"},
		{"eco=npm|name=x|version=3.0.0|source=ab|source-version=1.0.0", "flaw exact CVE-1 fixed=2.0.0 by=OSV"},
		{"eco=npm|name=x|version=1.0.0|source=ab|source-version=3.0.0", ""},
		{"name=box|vendor=acme|version=1.0.0", "flaw alias CVE-3 fixed=2.0.0 by=OSV"},
		{"name=box|vendor=acme|version=1.0.0|kind=package", ""},
		{"name=box|vendor=acm|version=1.0.0", ""},
		{"eco=npm|name=ab|version=1.0.0", "flaw exact CVE-1 fixed=2.0.0 by=OSV"},
	};
	struct told t = told_new();
	struct fact_range r = told_range("0", "2.0.0", VERSION_SEMVER, STATUS_AFFECTED);
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "npm", "ab", VERSION_SEMVER, "0", "2.0.0");
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-2", NAMES_SOURCE, "npm", "a", VERSION_SEMVER, "0", "2.0.0");
	tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-3", NAMES_PRODUCT, "", "acme", "box", STATUS_UNAFFECTED, &r, 1);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	told_free(&t);
}

const struct test tests[] = {
	{"random items over random facts: cached as fresh", test_property},
	{"more items than are kept", test_forgets},
	{"more hits than are kept", test_many_hits},
	{"two machines with the same packages", test_machines},
	{"no two items share a key", test_keys},
	{NULL, NULL},
};
