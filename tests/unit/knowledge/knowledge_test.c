#include "knowledge/facts.h"
#include "sys/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct slice s(const char *text)
{
	return slice_text(text);
}

#define N(a) (sizeof(a) / sizeof *(a))

static size_t rows_of(const struct knowledge *k, enum names names, const char *ecosystem, const char *vendor, const char *name,
                      struct knowledge_row *first)
{
	struct knowledge_rows rows = knowledge_affected(k, names, s(ecosystem), s(vendor), s(name));
	struct knowledge_row row;
	size_t n = 0;
	for (; knowledge_rows_next(&rows, &row); n++)
		if (n == 0 && first != NULL)
			*first = row;
	return n;
}

static const char *id_of(const struct knowledge *k, const char *name)
{
	static char text[FACT_TEXT_MAX + 1];
	uint32_t flaw;
	if (!knowledge_flaw_find(k, s(name), &flaw))
		return "none";
	struct knowledge_flaw f = knowledge_flaw(k, flaw);
	snprintf(text, sizeof text, "%.*s", SLICE_ARGS(f.id));
	return text;
}

static struct knowledge_flaw flaw_of(const struct knowledge *k, const char *name)
{
	uint32_t flaw = UINT32_MAX;
	CHECK_SAY(knowledge_flaw_find(k, s(name), &flaw), "%s", name);
	return knowledge_flaw(k, flaw);
}

static void lookups(void)
{
	struct told t = told_new();
	struct knowledge_row row = {0};
	tell_source(&t, SOURCE_OSV, "OSV Debian", "OSV", "2026-08-24", false);
	tell_flaw(&t, "DSA-1-1", "a title", 98, "2026-01-02", "");
	tell_affected(&t, "DSA-1-1", NAMES_SOURCE, "Debian:12", "openssl", VERSION_DEB, "0", "3.0.11-1");
	tell_affected(&t, "DSA-1-1", NAMES_BINARY, "Debian:12", "libssl3", VERSION_DEB, "0", "3.0.11-1");
	tell_affected(&t, "DSA-1-1", NAMES_SOURCE, "Debian:11", "openssl", VERSION_DEB, "0", "1.1.1n-1");
	struct fact_range r = told_range("1.0", "2.0", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_ranges(&t, "DSA-1-1", NAMES_PRODUCT, "", "Acme  Corp", "Rail Gun", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(&t, "DSA-1-1", NAMES_CPE, "", "", "cpe:2.3:a:acme:gun:*:*:*:*:*:wordpress:*:*", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(&t, "DSA-1-1", NAMES_CPE, "", "", "cpe:2.3:a:acme:plain:*:*:*:*:*:*:*:*", STATUS_UNAFFECTED, NULL, 0);
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	CHECK(rows_of(k, NAMES_SOURCE, "Debian:12", "", "openssl", &row) == 1);
	CHECK(slice_is_text(knowledge_flaw(k, row.flaw).id, "DSA-1-1") && slice_is_text(row.fixed, "3.0.11-1") && row.ranges == 1);
	struct fact_range got = knowledge_range(k, &row, 0);
	CHECK(slice_is_text(got.from, "0") && slice_is_text(got.to, "3.0.11-1") && got.scheme == VERSION_DEB && !got.single && !got.closed);
	CHECK(rows_of(k, NAMES_BINARY, "Debian:12", "", "libssl3", NULL) == 1);
	CHECK(rows_of(k, NAMES_BINARY, "Debian:12", "", "openssl", NULL) == 0);
	CHECK(rows_of(k, NAMES_SOURCE, "Debian:13", "", "openssl", NULL) == 0);
	CHECK(rows_of(k, NAMES_SOURCE, "Debian:12", "", "Openssl", NULL) == 0);
	CHECK(rows_of(k, NAMES_SOURCE, "", "", "", NULL) == 0);
	CHECK(rows_of(k, NAMES_PRODUCT, "", "acme_corp ", " RAIL-gun", NULL) == 1);
	CHECK(rows_of(k, NAMES_PRODUCT, "", "acme", "rail gun", NULL) == 0);
	CHECK(rows_of(k, NAMES_CPE, "", "", "cpe:/a:acme:gun:1.5", &row) == 1);
	CHECK(slice_is_text(row.cpe, "cpe:2.3:*:*:*:*:*:*:*:*:wordpress:*:*"));
	CHECK(rows_of(k, NAMES_CPE, "", "", "cpe:2.3:a:ACME:plain:*:*:*:*:*:*:*:*", &row) == 1 && row.cpe.n == 0 && row.ranges == 0);
	CHECK(rows_of(k, NAMES_CPE, "", "", "cpe:2.3:o:acme:gun:*:*:*:*:*:*:*:*", NULL) == 0);
	CHECK(rows_of(k, NAMES_CPE, "", "", "gun", NULL) == 0);
	struct knowledge_source source = knowledge_source(k, row.source);
	CHECK(knowledge_sources(k) == 1 && source.kind == SOURCE_OSV && slice_is_text(source.name, "OSV Debian") && source.records == 1 &&
	      source.taken == TOLD_TAKEN && source.dated == told_date("2026-08-24") && knowledge_made(k) == TOLD_TAKEN);
	told_free(&t);
}

static void aliases(void)
{
	static const struct {
		const char *vendor, *product, *to; // to: NULL: none
		bool whole;
	} rows[] = {
		{"Acme", "Box", "eol:both", false},     {"ACME", " box ", "eol:both", false}, {"", "box", "eol:product", false},
		{"other", "Box", "eol:product", false}, {"acme", "lid", "eol:vendor", true},  {"acme", "", "eol:vendor", true},
		{"other", "lid", NULL, false},          {"", "lid", NULL, false},             {"", "", NULL, false},
		{" ", " ", NULL, false},                {"acm", "", NULL, false},             {"acme corp", "lid", NULL, false},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "Acme", "Box", "eol:both");
	tell_alias(&t, "", "Box", "eol:product");
	tell_alias(&t, "Acme", "", "eol:vendor");
	tell_alias(&t, " ", "lid", "eol:blank"); // a blank is not "any"
	tell_alias(&t, "acm", " ", "eol:blank");
	const struct knowledge_change *all;
	CHECK(knowledge_build_changes(t.build, &all) == 1 && all[0].added == 3 && all[0].refused == 2);
	struct fact nobody = {.kind = FACT_ALIAS, .alias = {s(""), s(""), s("eol:x")}};
	CHECK(fact_check(&nobody, NULL) == ERR_INPUT);
	struct knowledge *k = told_knowledge(&t);
	for (size_t i = 0; k != NULL && i < N(rows); i++) {
		struct slice to = s("");
		bool whole = false, found = knowledge_alias(k, s(rows[i].vendor), s(rows[i].product), &to, &whole);
		CHECK_SAY(found == (rows[i].to != NULL) && (!found || (slice_is_text(to, rows[i].to) && whole == rows[i].whole)), "row %zu: %.*s", i, SLICE_ARGS(to));
	}
	told_free(&t);
}

// A product by its name alone: the first vendors, in byte order, and no more of them than the limit.
static void namesakes(void)
{
	struct told t = told_new();
	struct knowledge_rows rows[KNOWLEDGE_NAMESAKES_MAX];
	struct knowledge_row row;
	char vendor[16], flaw[16];
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	for (unsigned i = 40; i-- > 0;) {
		snprintf(vendor, sizeof vendor, "vendor %02u", i);
		snprintf(flaw, sizeof flaw, "CVE-2026-%04u", i);
		tell_ranges(&t, flaw, NAMES_PRODUCT, "", vendor, "All Over", STATUS_AFFECTED, NULL, 0);
		if (i < 2)
			tell_ranges(&t, flaw, NAMES_PRODUCT, "", vendor, "Two", STATUS_AFFECTED, NULL, 0);
	}
	tell_ranges(&t, "CVE-2026-0001", NAMES_SOURCE, "npm", "", "pack", STATUS_AFFECTED, NULL, 0);
	tell_ranges(&t, "CVE-2026-0001", NAMES_CPE, "", "", "cpe:2.3:a:acme:cpe:*:*:*:*:*:*:*:*", STATUS_AFFECTED, NULL, 0);
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	REQUIRE(knowledge_namesakes(k, s("ALL-over "), rows) == KNOWLEDGE_NAMESAKES_MAX);
	for (unsigned i = 0; i < KNOWLEDGE_NAMESAKES_MAX; i++) {
		snprintf(flaw, sizeof flaw, "CVE-2026-%04u", i);
		CHECK(knowledge_rows_next(&rows[i], &row) && slice_is_text(knowledge_flaw(k, row.flaw).id, flaw) && !knowledge_rows_next(&rows[i], &row));
	}
	CHECK(knowledge_namesakes(k, s("two"), rows) == 2);
	static const char *const none[] = {"", " ", "all", "all over it", "vendor 01", "pack", "cpe", "npm", "a:acme:cpe"};
	for (size_t i = 0; i < N(none); i++)
		CHECK_SAY(knowledge_namesakes(k, s(none[i]), rows) == 0, "\"%s\"", none[i]);
	CHECK(rows_of(k, NAMES_PRODUCT, "", "vendor 39", "all over", NULL) == 1); // with its vendor it is found none the less
	told_free(&t);
}

static void joined(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "", false);
	tell_flaw(&t, "GHSA-aaaa", "github's title", 50, "2026-02-01", "CVE-2026-1");
	tell_affected(&t, "GHSA-aaaa", NAMES_SOURCE, "PyPI", "thing", VERSION_PEP440, "0", "1.2");
	tell_flaw(&t, "PYSEC-2026-7", "", 0, "2026-02-02", "GHSA-aaaa");
	tell_affected(&t, "PYSEC-2026-7", NAMES_SOURCE, "PyPI", "thing", VERSION_PEP440, "0", "1.2");
	struct slice two[] = {s("CVE-2026-2"), s("CVE-2026-3")};
	tell(&t, &(struct fact){.kind = FACT_FLAW, .flaw = {.id = s("GHSA-two"), .aliases = two, .aliases_n = 2, .published = FACT_NO_DATE,
	                                                     .modified = FACT_NO_DATE}});
	tell_affected(&t, "GHSA-two", NAMES_SOURCE, "npm", "two", VERSION_SEMVER, "0", "1.2.0");
	tell_flaw(&t, "GHSA-only", "", 0, "", "OSV-1");
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "", false);
	tell_flaw(&t, "CVE-2026-1", "the record's title", 70, "2026-01-01", "");
	tell_flaw(&t, "CVE-2026-2", "", 0, "2026-01-01", "");
	tell_flaw(&t, "CVE-2026-3", "third", 0, "2026-01-01", "");
	tell(&t, &(struct fact){.kind = FACT_FLAW, .flaw = {.id = s("CVE-2026-9"), .published = FACT_NO_DATE, .modified = FACT_NO_DATE,
	                                                     .score10 = 90, .cvss = 4}});
	tell_source(&t, SOURCE_TABLE, "table", "us", "", true);
	tell(&t, &(struct fact){.kind = FACT_FLAW, .flaw = {.id = s("CVE-2026-9"), .title = s("a table's"), .published = FACT_NO_DATE,
	                                                     .modified = FACT_NO_DATE, .score10 = 100, .cvss = 3}});
	tell_source(&t, SOURCE_KEV, "KEV", "CISA", "2026-08-20", true);
	tell_kev(&t, "CVE-2026-1", "2026-03-01", "2026-03-22", true);
	tell_kev(&t, "CVE-2026-3", "2026-04-01", "2026-04-22", false);
	tell(&t, &(struct fact){.kind = FACT_KEV, .kev = {.id = s("CVE-2020-5"), .added = told_date("2026-04-01"), .due = FACT_NO_DATE,
	                                                    .digest = 0xfedcba98}});
	tell_source(&t, SOURCE_EPSS, "EPSS", "FIRST", "2026-08-20", true);
	tell_epss(&t, "CVE-2026-1", 940000, 990000);
	tell_epss(&t, "CVE-2026-2", 1000, 2000);
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	CHECK_TEXT(id_of(k, "GHSA-aaaa"), "CVE-2026-1");
	CHECK_TEXT(id_of(k, "PYSEC-2026-7"), "CVE-2026-1");
	CHECK_TEXT(id_of(k, "GHSA-two"), "GHSA-two"); // two CVEs are never one flaw
	CHECK_TEXT(id_of(k, "CVE-2026-2"), "CVE-2026-2");
	CHECK_TEXT(id_of(k, "OSV-1"), "GHSA-only");
	CHECK_TEXT(id_of(k, "CVE-2020-5"), "CVE-2020-5");
	CHECK_TEXT(id_of(k, "CVE-2026-10"), "none");
	CHECK_TEXT(id_of(k, ""), "none");
	struct knowledge_flaw f = flaw_of(k, "GHSA-aaaa");
	CHECK(slice_is_text(f.title, "the record's title") && f.score10 == 70 && f.cvss == 3 && f.published == told_date("2026-01-01"));
	CHECK(f.known_exploited && f.ransomware && f.kev_added == told_date("2026-03-01") && f.kev_due == told_date("2026-03-22"));
	CHECK(f.epss_ppm == 940000 && f.percentile_ppm == 990000 && !f.rejected);
	f = flaw_of(k, "GHSA-two");
	CHECK(f.known_exploited && !f.ransomware && f.epss_ppm == 1000 && f.kev_added == told_date("2026-04-01"));
	CHECK(!flaw_of(k, "CVE-2026-2").known_exploited && flaw_of(k, "CVE-2026-3").known_exploited);
	CHECK(flaw_of(k, "CVE-2020-5").kev_digest == 0xfedcba98 && f.kev_digest == 0);
	f = flaw_of(k, "CVE-2026-9");
	CHECK(slice_is_text(f.title, "a table's") && f.cvss == 4 && f.score10 == 90);
	CHECK(rows_of(k, NAMES_SOURCE, "PyPI", "", "thing", NULL) == 2);
	told_free(&t);
}

static void rejected(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "", false);
	tell_rejected(&t, "CVE-2026-1", "2026-01-01");
	tell_ranges(&t, "CVE-2026-1", NAMES_SOURCE, "npm", "", "a", STATUS_AFFECTED, NULL, 0);
	tell_flaw(&t, "CVE-2026-2", "", 10, "2026-01-01", "");
	tell_ranges(&t, "CVE-2026-2", NAMES_SOURCE, "npm", "", "b", STATUS_AFFECTED, NULL, 0);
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "", false);
	tell_rejected(&t, "GHSA-b", "2026-01-01");
	tell_ranges(&t, "GHSA-b", NAMES_SOURCE, "npm", "", "b", STATUS_AFFECTED, NULL, 0);
	tell_flaw(&t, "GHSA-c", "still", 10, "2026-01-01", "CVE-2026-1");
	tell_ranges(&t, "GHSA-c", NAMES_SOURCE, "npm", "", "c", STATUS_AFFECTED, NULL, 0);
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	CHECK(rows_of(k, NAMES_SOURCE, "npm", "", "a", NULL) == 0 && rows_of(k, NAMES_SOURCE, "npm", "", "b", NULL) == 1);
	CHECK(rows_of(k, NAMES_SOURCE, "npm", "", "c", NULL) == 1); // another source's word stands
	CHECK(flaw_of(k, "CVE-2026-1").rejected && flaw_of(k, "GHSA-b").rejected && !flaw_of(k, "CVE-2026-2").rejected);
	CHECK(slice_is_text(flaw_of(k, "CVE-2026-1").title, "still"));
	told_free(&t);
}

static void tell_half(struct told *t, int half)
{
	char id[32], name[32];
	for (int i = half; i < 60; i += 2) {
		snprintf(id, sizeof id, "CVE-2026-%d", i);
		snprintf(name, sizeof name, "package%d", i % 7);
		tell_flaw(t, id, "title", 55, "2026-01-01", i % 3 == 0 ? "GHSA-1" : "");
		tell_affected(t, id, NAMES_SOURCE, "npm", name, VERSION_SEMVER, "1.0.0", "2.0.0");
		const struct fact_range two[] = {told_range("1.0.0", name, VERSION_CUSTOM, STATUS_AFFECTED), told_single(id, VERSION_SEMVER, STATUS_FIXED)};
		tell_ranges(t, id, NAMES_SOURCE, "npm", "", "other", STATUS_UNAFFECTED, two, 2);
	}
	tell_source(t, SOURCE_EPSS, "EPSS of records", "FIRST", "", false);
	for (int i = half; i < 60; i += 2) {
		snprintf(id, sizeof id, "CVE-2025-%d", i);
		tell_epss(t, id, 1000 * (uint32_t)i, 5);
	}
}

static void tell_rest(struct told *t)
{
	static const char *const names[] = {"alias:deb", "cpe:/o:debian:debian_linux", NULL};
	tell_source(t, SOURCE_KEV, "KEV", "CISA", "2026-08-20", true);
	tell_kev(t, "CVE-2026-1", "2026-03-01", "", true);
	tell(t, &(struct fact){.kind = FACT_KEV, .kev = {.id = s("CVE-2026-7"), .added = 0, .due = FACT_NO_DATE, .digest = 7}});
	tell_source(t, SOURCE_EPSS, "EPSS", "FIRST", "2026-08-20", true);
	tell_epss(t, "CVE-2026-1", 940000, 990000);
	tell_source(t, SOURCE_EOL, "EOL", "endoflife.date", "2026-08-20", true);
	tell_product(t, "debian", "Debian", names);
	tell_cycle(t, "debian", "13", "", "13.6", "2028-08-09", "2030-06-30");
	tell_cycle(t, "debian", "12", "", "12.15", "2026-07-11", "2028-06-30");
	tell_named_cycle(t, "debian", "11", "Bullseye", "2026-08-31");
	tell_source(t, SOURCE_BANNED, "bans", "authority", "2026-08-20", true);
	tell_banned(t, "Acme", "", "banned", "2026-01-01", "2028-01-01");
	tell_source(t, SOURCE_PROVIDERS, "providers", "authority", "2026-08-20", true);
	tell_provider(t, "Aplomb", "PASSI", "2025-01-01", "2028-01-01", false);
	tell_source(t, SOURCE_ALIASES, "aliases", "us", "2026-08-20", true);
	tell_alias(t, "Debian Project", "Debian GNU/Linux", "eol:debian");
}

// In steps, at once, and once more over itself: the same bytes.
static void same_bytes(void)
{
	struct told all = told_new(), first = told_new();
	tell_source(&all, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_half(&all, 0);
	tell_source(&all, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_half(&all, 1);
	tell_rest(&all);
	tell_rest(&first);
	tell_source(&first, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_half(&first, 1);
	REQUIRE(told_knowledge(&first) != NULL && told_knowledge(&all) != NULL);
	struct told second = told_on(first.k);
	tell_source(&second, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_half(&second, 0);
	REQUIRE(told_knowledge(&second) != NULL);
	CHECK(slice_equal(buf_slice(&all.bytes), buf_slice(&second.bytes)));
	struct told again = told_on(second.k);
	REQUIRE(told_knowledge(&again) != NULL);
	CHECK(slice_equal(buf_slice(&all.bytes), buf_slice(&again.bytes)));
	struct buf twice;
	buf_init(&twice, KNOWLEDGE_FILE_MAX);
	CHECK(knowledge_build_bytes(again.build, TOLD_TAKEN, &twice, NULL) == ERR_OK);
	CHECK(slice_equal(buf_slice(&all.bytes), buf_slice(&twice)));
	uint32_t debian = 0;
	struct slice to;
	struct fact_cycle cycle;
	CHECK(knowledge_product(again.k, s("DEB"), &debian) && knowledge_cycles(again.k, debian) == 3);
	CHECK(knowledge_cycle_of(again.k, debian, s("12.5"), &cycle) && cycle.eol.day == told_date("2026-07-11"));
	CHECK(knowledge_cycle_of(again.k, debian, s("bullseye"), &cycle) && slice_is_text(cycle.codename, "Bullseye"));
	CHECK(flaw_of(again.k, "CVE-2026-7").kev_digest == 7);
	CHECK(knowledge_banned(again.k) == 1 && slice_is_text(knowledge_banned_row(again.k, 0).vendor, "Acme"));
	CHECK(knowledge_providers(again.k) == 1 && slice_is_text(knowledge_provider(again.k, 0).level, "élevé"));
	CHECK(knowledge_banned_row(again.k, 1).vendor.n == 0 && knowledge_provider(again.k, 1).name.n == 0);
	bool whole = true;
	CHECK(knowledge_alias(again.k, s("debian  project"), s("DEBIAN gnu/linux"), &to, &whole) && slice_is_text(to, "eol:debian") && !whole);
	CHECK(!knowledge_alias(again.k, s("debian"), s("debian gnu/linux"), &to, &whole));
	buf_free(&twice);
	told_free(&all);
	told_free(&first);
	told_free(&second);
	told_free(&again);
}

static struct knowledge_change change(struct told *t, size_t i)
{
	const struct knowledge_change *all;
	size_t n = knowledge_build_changes(t->build, &all);
	CHECK(i < n);
	return i < n ? all[i] : (struct knowledge_change){0};
}

static void replaced(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-01", false);
	tell_flaw(&t, "A-1", "one", 10, "2026-05-01", "");
	tell_affected(&t, "A-1", NAMES_SOURCE, "npm", "x", VERSION_SEMVER, "0", "1.0.0");
	tell_affected(&t, "A-1", NAMES_SOURCE, "npm", "y", VERSION_SEMVER, "0", "1.0.0");
	tell_flaw(&t, "A-2", "two", 10, "2026-05-01", "");
	tell_affected(&t, "A-2", NAMES_SOURCE, "npm", "x", VERSION_SEMVER, "0", "1.0.0");
	tell_flaw(&t, "A-3", "three", 10, "2026-05-01", "");
	tell_source(&t, SOURCE_TABLE, "whole", "us", "2026-08-01", true);
	tell_affected(&t, "B-1", NAMES_SOURCE, "npm", "x", VERSION_SEMVER, "0", "1.0.0");
	tell_affected(&t, "B-2", NAMES_SOURCE, "npm", "x", VERSION_SEMVER, "0", "1.0.0");
	REQUIRE(told_knowledge(&t) != NULL);
	CHECK(change(&t, 0).added == 3 && change(&t, 1).added == 2 && rows_of(t.k, NAMES_SOURCE, "npm", "", "x", NULL) == 4);

	struct told u = told_on(t.k);
	tell_source(&u, SOURCE_OSV, "OSV", "OSV", "2026-08-02", false);
	tell_flaw(&u, "A-1", "one, later", 20, "2026-06-01", "");
	tell_affected(&u, "A-1", NAMES_SOURCE, "npm", "y", VERSION_SEMVER, "0", "1.0.1");
	tell_flaw(&u, "A-2", "two, earlier", 20, "2026-04-01", "");
	tell_affected(&u, "A-2", NAMES_SOURCE, "npm", "y", VERSION_SEMVER, "0", "1.0.1");
	tell_flaw(&u, "A-4", "four", 20, "2026-04-01", "");
	tell_affected(&u, "A-2", NAMES_SOURCE, "npm", "z", VERSION_SEMVER, "0", "1.0.1"); // still of the earlier statement
	tell_source(&u, SOURCE_TABLE, "whole", "us", "2026-08-02", true);
	tell_affected(&u, "B-2", NAMES_SOURCE, "npm", "z", VERSION_SEMVER, "0", "1.0.0");
	tell_affected(&u, "B-3", NAMES_SOURCE, "npm", "z", VERSION_SEMVER, "0", "1.0.0");
	tell_affected(&u, "B-2", NAMES_SOURCE, "npm", "z2", VERSION_SEMVER, "0", "1.0.0");
	REQUIRE(told_knowledge(&u) != NULL);
	CHECK(slice_is_text(flaw_of(u.k, "A-1").title, "one, later") && slice_is_text(flaw_of(u.k, "A-2").title, "two"));
	CHECK(rows_of(u.k, NAMES_SOURCE, "npm", "", "x", NULL) == 1); // A-2's; A-1's and the table's are replaced
	CHECK(rows_of(u.k, NAMES_SOURCE, "npm", "", "y", NULL) == 1);
	CHECK(rows_of(u.k, NAMES_SOURCE, "npm", "", "z", NULL) == 2 && rows_of(u.k, NAMES_SOURCE, "npm", "", "z2", NULL) == 1);
	CHECK_TEXT(id_of(u.k, "B-1"), "none");
	struct knowledge_change osv = change(&u, 0), table = change(&u, 1);
	CHECK(osv.added == 1 && osv.replaced == 1 && osv.older == 1 && osv.removed == 0);
	CHECK(table.added == 1 && table.replaced == 1 && table.removed == 1 && !table.outdated);
	CHECK(knowledge_source(u.k, 0).records == 4 && knowledge_source(u.k, 1).records == 2);

	struct told v = told_on(u.k); // a whole feed from before what is held
	tell_source(&v, SOURCE_TABLE, "whole", "us", "2026-08-01", true);
	tell_affected(&v, "B-9", NAMES_SOURCE, "npm", "x", VERSION_SEMVER, "0", "1.0.0");
	REQUIRE(told_knowledge(&v) != NULL);
	CHECK(change(&v, 0).outdated && change(&v, 0).added == 0 && change(&v, 0).removed == 0);
	CHECK(slice_equal(buf_slice(&u.bytes), buf_slice(&v.bytes)));
	told_free(&t);
	told_free(&u);
	told_free(&v);
}

static void whole_feed_adds_to_a_record(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_DEBIAN, "tracker", "Debian", "", true);
	tell_flaw(&t, "CVE-2026-1", "", 0, "", "");
	tell_affected(&t, "CVE-2026-1", NAMES_SOURCE, "Debian:12", "a", VERSION_DEB, "0", "1");
	tell_flaw(&t, "CVE-2026-2", "", 0, "", "");
	tell_affected(&t, "CVE-2026-2", NAMES_SOURCE, "Debian:12", "a", VERSION_DEB, "0", "1");
	tell_flaw(&t, "CVE-2026-1", "titled now", 0, "", "");
	tell_affected(&t, "CVE-2026-1", NAMES_SOURCE, "Debian:12", "b", VERSION_DEB, "0", "1");
	tell_affected(&t, "CVE-2026-1", NAMES_SOURCE, "Debian:12", "b", VERSION_DEB, "0", "1"); // said twice, kept once
	REQUIRE(told_knowledge(&t) != NULL);
	CHECK(rows_of(t.k, NAMES_SOURCE, "Debian:12", "", "a", NULL) == 2 && rows_of(t.k, NAMES_SOURCE, "Debian:12", "", "b", NULL) == 1);
	CHECK(slice_is_text(flaw_of(t.k, "CVE-2026-1").title, "titled now") && change(&t, 0).added == 2);
	told_free(&t);
}

static void refused_facts(void)
{
	struct told t = told_new();
	struct why why;
	struct fact early = {.kind = FACT_EPSS, .epss = {s("CVE-2026-1"), 1, 1}};
	CHECK(knowledge_build_take(t.build, &early, &why) == ERR_INPUT);
	CHECK(knowledge_build_take(t.build, &(struct fact){.kind = FACT_SOURCE, .source = {.kind = SOURCE_OSV, .dated = FACT_NO_DATE}}, &why) == ERR_INPUT);
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "", false);
	const struct fact bad[] = {
		{.kind = FACT_REFUSED, .refused = s("a.json: no JSON")},
		{.kind = FACT_EPSS, .epss = {s(""), 1, 1}},
		{.kind = FACT_EPSS, .epss = {s("CVE\n1"), 1, 1}},
		{.kind = FACT_EPSS, .epss = {s("CVE-\xff"), 1, 1}},
		{.kind = FACT_EPSS, .epss = {s("CVE-1"), 1000001, 1}},
		{.kind = FACT_AFFECTED, .affected = {.flaw = s("A"), .names = NAMES_CPE, .name = s("no cpe")}},
		{.kind = FACT_AFFECTED, .affected = {.flaw = s("A"), .names = NAMES_PRODUCT, .name = s("  ")}},
		{.kind = FACT_CYCLE, .cycle = {.product = s("p"), .cycle = s("1"), .released = FACT_NO_DATE, .latest_released = FACT_NO_DATE}},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_SAY(knowledge_build_take(t.build, &bad[i], &why) == ERR_OK && change(&t, 0).refused == i + 1, "%zu: %llu refused", i,
		          (unsigned long long)change(&t, 0).refused);
	CHECK(slice_is_text(change(&t, 0).refusal, "a.json: no JSON"));
	tell_epss(&t, "CVE-2026-1", 5, 6);
	REQUIRE(told_knowledge(&t) != NULL);
	CHECK(flaw_of(t.k, "CVE-2026-1").epss_ppm == 5);
	told_free(&t);
}

// Whatever the room, the file is whole or the want of room is told: nothing that did not fit is read back.
static void too_small(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_half(&t, 0);
	tell_rest(&t);
	REQUIRE(told_knowledge(&t) != NULL);
	for (size_t max = 0; max <= t.bytes.n; max++) {
		struct buf out;
		buf_init(&out, max);
		enum err e = knowledge_build_bytes(t.build, TOLD_TAKEN, &out, NULL);
		CHECK_SAY(e == (max < t.bytes.n ? ERR_LIMIT : ERR_OK), "%zu of %zu bytes: %s", max, t.bytes.n, err_name(e));
		buf_free(&out);
	}
	told_free(&t);
}

// The file grows over the limit in the middle of the write, and the kernel kills the writer.
static void die_writing(struct told *t, const char *path)
{
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0}, half = {1024, 1024};
		if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &half) != 0)
			_exit(1);
		_exit(knowledge_build_write(t->build, path, TOLD_TAKEN, NULL) == ERR_OK ? 2 : 3);
	}
	int status = 0;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_SAY(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ, "status %x", (unsigned)status);
}

static void on_disk(void)
{
	char dir[] = "/tmp/tocsin-knowledge-XXXXXX", path[64], unfinished[64];
	struct told t = told_new();
	struct knowledge *k = NULL;
	struct why why;
	tell_rest(&t);
	REQUIRE(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/knowledge", dir);
	snprintf(unfinished, sizeof unfinished, "%s/knowledge.new", dir);
	CHECK(knowledge_open(path, KNOWLEDGE_CHECK_BOUNDS, &k, &why) == ERR_ABSENT);
	CHECK(knowledge_open(dir, KNOWLEDGE_CHECK_BOUNDS, &k, &why) == ERR_INPUT);
	CHECK(knowledge_build_write(t.build, path, TOLD_TAKEN, &why) == ERR_OK);
	REQUIRE(knowledge_open(path, KNOWLEDGE_CHECK_ALL, &k, &why) == ERR_OK);
	CHECK(flaw_of(k, "CVE-2026-1").known_exploited);
	struct told u = told_on(k);
	tell_source(&u, SOURCE_KEV, "KEV", "CISA", "2026-08-21", true);
	die_writing(&u, path);
	CHECK(file_has(unfinished));
	struct knowledge *still = NULL;
	REQUIRE(knowledge_open(path, KNOWLEDGE_CHECK_ALL, &still, &why) == ERR_OK);
	CHECK(flaw_of(still, "CVE-2026-1").known_exploited);
	knowledge_close(still);
	CHECK(knowledge_build_write(u.build, path, TOLD_TAKEN + 1, &why) == ERR_OK); // over the unfinished one
	CHECK(flaw_of(k, "CVE-2026-1").known_exploited);                            // the old map stays what it was
	knowledge_close(k);
	REQUIRE(knowledge_open(path, KNOWLEDGE_CHECK_BOUNDS, &k, &why) == ERR_OK);
	CHECK(knowledge_made(k) == TOLD_TAKEN + 1 && !flaw_of(k, "CVE-2026-1").known_exploited);
	size_t taken_now = 0;
	for (size_t i = 0; i < knowledge_sources(k); i++)
		taken_now += knowledge_source(k, i).taken == TOLD_TAKEN + 1;
	CHECK(taken_now == 1);
	knowledge_close(k);
	CHECK(knowledge_build_write(u.build, "/nonexistent/x", TOLD_TAKEN, &why) != ERR_OK);
	told_free(&t);
	told_free(&u);
	CHECK(file_remove(path, &why) == ERR_OK && rmdir(dir) == 0);
}

const struct test tests[] = {
	{"lookups by package, product and CPE", lookups},
	{"aliases: whose row goes before whose", aliases},
	{"a product by its name alone", namesakes},
	{"names joined into flaws", joined},
	{"rejected records", rejected},
	{"the same bytes in steps and at once", same_bytes},
	{"records replaced by later statements", replaced},
	{"a whole feed adds to a record", whole_feed_adds_to_a_record},
	{"refused facts are counted", refused_facts},
	{"no room for the file", too_small},
	{"on disk, and a writer that dies", on_disk},
	{NULL, NULL},
};
