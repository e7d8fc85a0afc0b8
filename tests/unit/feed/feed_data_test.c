// Every sample of real data, counted. What is refused is explained.
#include "said.h"

static bool has(struct said *s, const char *text)
{
	bool found = strstr(said_lines(s), text) != NULL;
	s->text.n--; // the NUL
	return found;
}

static void cve(void)
{
	struct said s;
	if (said_data(&s, "vuln/cve5-vulnrichment-sample.tar.zst", NULL)) {
		CHECK_SAY(s.facts[FACT_FLAW] == 513, "%zu", s.facts[FACT_FLAW]);
		CHECK_SAY(s.rejected == 2, "%zu", s.rejected);
		CHECK_SAY(s.scored == 426, "%zu", s.scored);
		CHECK_SAY(s.facts[FACT_AFFECTED] == 6899 && s.ranges == 12912, "%zu %zu", s.facts[FACT_AFFECTED], s.ranges);
		CHECK_SAY(s.facts[FACT_KEV] == 222, "%zu", s.facts[FACT_KEV]); // notes of CISA's container
		CHECK_SAY(s.facts[FACT_REFUSED] == 0, "%s", said_lines(&s));
		CHECK_SAY(s.facts[FACT_SOURCE] == 2 && s.dated != FACT_NO_DATE, "%zu", s.facts[FACT_SOURCE]); // again, with the newest change
	}
	said_free(&s);
}

// Shared between processes every record is read once.
static void parts(void)
{
	size_t flaws = 0, affected = 0;
	for (unsigned i = 0; i < 3; i++) {
		struct said s;
		if (said_data(&s, "vuln/cve5-vulnrichment-sample.tar.zst", &(struct feed_options){.part = i, .parts = 3, .dated = FACT_NO_DATE}))
			CHECK_SAY(s.facts[FACT_FLAW] == 171 && s.facts[FACT_REFUSED] == 0, "%zu", s.facts[FACT_FLAW]);
		flaws += s.facts[FACT_FLAW];
		affected += s.facts[FACT_AFFECTED];
		said_free(&s);
	}
	if (test_data("vuln/cve5-vulnrichment-sample.tar.zst") != NULL)
		CHECK_SAY(flaws == 513 && affected == 6899, "%zu %zu", flaws, affected);
}

// 216 lines: 31 records, and the indexer's own tables.
static void indexer(void)
{
	struct said s;
	if (said_data(&s, "vuln/wazuh-vd_reduced_feed.ndjson.zst", NULL)) {
		CHECK_SAY(s.facts[FACT_FLAW] == 31, "%zu", s.facts[FACT_FLAW]);
		CHECK_SAY(s.facts[FACT_AFFECTED] == 13489 && s.ranges == 14035, "%zu %zu", s.facts[FACT_AFFECTED], s.ranges);
		// Three CPEs that whoever made them cut and shifted: two of more than eleven attributes, one without a product.
		CHECK_SAY(s.facts[FACT_REFUSED] == 3 && has(&s, "affected[0].cpes[0]: CPE \"cpe:2.3:a:microsoft:visual_studio_tools"), "%s",
		          said_lines(&s));
	}
	said_free(&s);
}

// Records of OSV among those of other formats: all that is refused is of another kind.
static void osv(void)
{
	struct said s;
	if (said_data(&s, "vuln/osv-samples.tar.zst", &(struct feed_options){.kind = SOURCE_OSV, .dated = FACT_NO_DATE})) {
		CHECK_SAY(s.facts[FACT_FLAW] == 44 && s.facts[FACT_AFFECTED] == 34, "%zu %zu", s.facts[FACT_FLAW], s.facts[FACT_AFFECTED]);
		size_t others = 0;
		for (const char *at = said_lines(&s), *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
			char line[600];
			snprintf(line, sizeof line, "%.*s", (int)(end - at < 599 ? end - at : 599), at);
			bool other = strstr(line, "is no feed that is known") != NULL || strstr(line, "among those of the kind osv") != NULL;
			CHECK_SAY(other, "%s", line);
			others += other;
		}
		CHECK_SAY(others == s.facts[FACT_REFUSED] && others == 78, "%zu", others);
	}
	said_free(&s);
	if (said_data(&s, "vuln/osv-samples.tar.zst", &(struct feed_options){.kind = SOURCE_CVE, .dated = FACT_NO_DATE}))
		CHECK_SAY(s.facts[FACT_FLAW] == 24 && s.facts[FACT_AFFECTED] > 24, "%zu %zu", s.facts[FACT_FLAW], s.facts[FACT_AFFECTED]);
	said_free(&s);
	if (said_data(&s, "vuln/osv-samples.tar.zst", &(struct feed_options){.kind = SOURCE_DEBIAN, .dated = FACT_NO_DATE}))
		CHECK_SAY(s.facts[FACT_FLAW] == 3 && s.facts[FACT_AFFECTED] == 15, "%zu %zu", s.facts[FACT_FLAW], s.facts[FACT_AFFECTED]);
	said_free(&s);
}

static void kev(void)
{
	struct said s;
	if (said_data(&s, "vuln/kev-2026-07-23.json", NULL)) {
		CHECK(s.facts[FACT_KEV] == 1653 && s.facts[FACT_REFUSED] == 0 && s.facts[FACT_SOURCE] == 1);
		CHECK_SAY(s.ransomware == 331, "%zu", s.ransomware);
		CHECK(s.dated == 1784823670);
	}
	said_free(&s);
	if (said_data(&s, "vuln/kev-2025-08-25.json.zst", NULL))
		CHECK(s.facts[FACT_KEV] == 1404 && s.facts[FACT_REFUSED] == 0);
	said_free(&s);
}

static void epss(void)
{
	struct said s;
	if (said_data(&s, "vuln/epss-sample.csv", NULL))
		CHECK_SAY(s.facts[FACT_EPSS] == 20 && s.facts[FACT_REFUSED] == 0, "%zu", s.facts[FACT_EPSS]);
	said_free(&s);
	if (said_data(&s, "vuln/epss-claircore-testdata.csv", NULL))
		CHECK_SAY(s.facts[FACT_EPSS] == 29 && s.facts[FACT_REFUSED] == 0, "%zu", s.facts[FACT_EPSS]);
	said_free(&s);
}

static void eol(void)
{
	struct said s;
	if (said_data(&s, "products/eol-products.json", NULL)) {
		CHECK_SAY(s.facts[FACT_PRODUCT] == 464 && s.facts[FACT_CYCLE] == 8351, "%zu %zu", s.facts[FACT_PRODUCT], s.facts[FACT_CYCLE]);
		CHECK_SAY(s.days[DAY_DATE] == 7228 && s.days[DAY_NO] + s.days[DAY_YES] == 1123, "%zu", s.days[DAY_DATE]);
		CHECK_SAY(s.facts[FACT_REFUSED] == 0, "%s", said_lines(&s));
		CHECK(s.dated == 1787356800); // 2026-08-22
	}
	said_free(&s);
}

static void table(void)
{
	struct said s;
	const struct feed_options options = {.dated = FACT_NO_DATE, .ecosystem = SLICE_LITERAL("Debian:12")};
	if (said_data(&s, "products/debian12-affected.tsv", &options))
		CHECK_SAY(s.facts[FACT_AFFECTED] == 510 && s.facts[FACT_REFUSED] == 0, "%zu %s", s.facts[FACT_AFFECTED], said_lines(&s));
	said_free(&s);
}

const struct test tests[] = {{"CVE records", cve}, {"in three parts", parts}, {"an indexer's lines", indexer}, {"OSV", osv},     {"KEV", kev},
                             {"EPSS", epss},       {"end of life", eol},            {"table", table}, {NULL, NULL}};
