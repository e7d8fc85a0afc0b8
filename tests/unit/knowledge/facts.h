// Facts in a line each, and a knowledge of a few of them in memory: for the tests of every room that needs to know something.
//
//	struct told t = told_new();
//	tell_source(&t, SOURCE_OSV, "OSV Debian", "OSV", "2026-08-24", false);
//	tell_flaw(&t, "DSA-1-1", "a title", 98, "2026-01-02", "CVE-2026-1");
//	tell_affected(&t, "DSA-1-1", NAMES_SOURCE, "Debian:12", "openssl", VERSION_DEB, "0", "3.0.11-1");
//	struct knowledge *k = told_knowledge(&t);
//	…
//	told_free(&t);
//
// A fact that is refused or a build that fails is a failed check of the running test.
#ifndef TOCSIN_TEST_FACTS_H
#define TOCSIN_TEST_FACTS_H

#include "base/num.h"
#include "knowledge/build.h"
#include "test.h"

#define TOLD_TAKEN 1787529600 // 2026-08-24: when all builds of tests are made

struct told {
	struct knowledge_build *build;
	struct buf bytes;
	struct knowledge *k; // of told_knowledge()
};

static inline struct told told_on(const struct knowledge *before)
{
	struct told t = {0};
	struct why why = {{0}};
	CHECK_SAY(knowledge_build_new(before, &t.build, &why) == ERR_OK, "%s", why.text);
	buf_init(&t.bytes, KNOWLEDGE_FILE_MAX);
	return t;
}

static inline struct told told_new(void)
{
	return told_on(NULL);
}

// "2026-08-24" or an RFC 3339 time; NULL or "": not said.
static inline int64_t told_date(const char *text)
{
	uint64_t seconds = 0;
	if (text == NULL || text[0] == 0)
		return FACT_NO_DATE;
	CHECK_SAY(time_parse(slice_text(text), &seconds), "\"%s\" is no date", text);
	return (int64_t)seconds;
}

static inline void tell(struct told *t, const struct fact *f)
{
	struct why why = {{0}};
	CHECK_SAY(fact_check(f, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(knowledge_build_take(t->build, f, &why) == ERR_OK, "%s", why.text);
}

static inline void tell_source(struct told *t, enum source_kind kind, const char *name, const char *author, const char *dated, bool whole)
{
	tell(t, &(struct fact){.kind = FACT_SOURCE, .source = {.kind = kind, .name = slice_text(name), .author = slice_text(author),
	                                                       .dated = told_date(dated), .whole = whole}});
}

// One alias or "". `day`: published and modified.
static inline void tell_flaw(struct told *t, const char *id, const char *title, unsigned score10, const char *day, const char *alias)
{
	struct slice aliases[1] = {slice_text(alias)};
	tell(t, &(struct fact){.kind = FACT_FLAW, .flaw = {.id = slice_text(id), .title = slice_text(title), .score10 = (uint8_t)score10,
	                                                   .cvss = score10 != 0 ? 3 : 0, .published = told_date(day), .modified = told_date(day),
	                                                   .aliases = aliases, .aliases_n = alias[0] != 0}});
}

static inline void tell_rejected(struct told *t, const char *id, const char *day)
{
	tell(t, &(struct fact){.kind = FACT_FLAW, .flaw = {.id = slice_text(id), .published = told_date(day), .modified = told_date(day),
	                                                   .rejected = true}});
}

static inline struct fact_range told_range(const char *from, const char *to, enum version_scheme scheme, enum fact_status status)
{
	return (struct fact_range){.from = slice_text(from), .to = slice_text(to), .scheme = scheme, .status = status};
}

static inline struct fact_range told_single(const char *version, enum version_scheme scheme, enum fact_status status)
{
	return (struct fact_range){.from = slice_text(version), .single = true, .scheme = scheme, .status = status};
}

static inline void tell_ranges(struct told *t, const char *flaw, enum names names, const char *ecosystem, const char *vendor, const char *name,
                               enum fact_status otherwise, const struct fact_range *ranges, size_t n)
{
	tell(t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text(flaw), .names = names, .ecosystem = slice_text(ecosystem),
		.vendor = slice_text(vendor), .name = slice_text(name), .otherwise = otherwise, .ranges = ranges, .ranges_n = n}});
}

// Affected from `from` up to, but not with, `fixed`; "" or "*": no fix.
static inline void tell_affected(struct told *t, const char *flaw, enum names names, const char *ecosystem, const char *name,
                                 enum version_scheme scheme, const char *from, const char *fixed)
{
	struct fact_range r = told_range(from, fixed, scheme, STATUS_AFFECTED);
	tell(t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text(flaw), .names = names, .ecosystem = slice_text(ecosystem),
		.name = slice_text(name), .otherwise = STATUS_UNAFFECTED, .ranges = &r, .ranges_n = 1,
		.fixed = strcmp(fixed, "*") == 0 ? slice_of("", 0) : slice_text(fixed)}});
}

// A VEX statement: this version of a package is not affected, because …
static inline void tell_silent(struct told *t, const char *flaw, enum names names, const char *ecosystem, const char *name,
                               const char *version, const char *justification)
{
	struct fact_range r = told_single(version, VERSION_CUSTOM, STATUS_UNAFFECTED);
	tell(t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text(flaw), .names = names, .ecosystem = slice_text(ecosystem),
		.name = slice_text(name), .otherwise = version[0] != 0 ? STATUS_UNKNOWN : STATUS_UNAFFECTED, .ranges = &r, .ranges_n = version[0] != 0,
		.justification = slice_text(justification)}});
}

static inline void tell_kev(struct told *t, const char *id, const char *added, const char *due, bool ransomware)
{
	tell(t, &(struct fact){.kind = FACT_KEV, .kev = {.id = slice_text(id), .vendor = slice_text("Vendor"), .product = slice_text("Product"),
		.name = slice_text("a name"), .added = told_date(added), .due = told_date(due), .ransomware = ransomware}});
}

static inline void tell_epss(struct told *t, const char *id, uint32_t score_ppm, uint32_t percentile_ppm)
{
	tell(t, &(struct fact){.kind = FACT_EPSS, .epss = {slice_text(id), score_ppm, percentile_ppm}});
}

// names: "alias:…", "cpe:…", "purl:…", NULL at the end of the list; NULL: none.
static inline void tell_product(struct told *t, const char *name, const char *title, const char *const *names)
{
	struct slice list[16];
	size_t n = 0;
	for (; names != NULL && n < 16 && names[n] != NULL; n++)
		list[n] = slice_text(names[n]);
	tell(t, &(struct fact){.kind = FACT_PRODUCT, .product = {.name = slice_text(name), .title = slice_text(title), .names = list, .names_n = n}});
}

// "2026-08-24", "yes", "no", or "".
static inline struct fact_day told_day(const char *text)
{
	if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
		return (struct fact_day){.is = text[0] == 'y' ? DAY_YES : DAY_NO, .day = FACT_NO_DATE};
	return (struct fact_day){.is = text[0] == 0 ? DAY_NONE : DAY_DATE, .day = told_date(text)};
}

static inline void tell_cycle(struct told *t, const char *product, const char *cycle, const char *label, const char *latest, const char *eol,
                              const char *eoes)
{
	tell(t, &(struct fact){.kind = FACT_CYCLE, .cycle = {.product = slice_text(product), .cycle = slice_text(cycle), .label = slice_text(label),
		.latest = slice_text(latest), .released = FACT_NO_DATE, .latest_released = FACT_NO_DATE, .eol = told_day(eol), .eoes = told_day(eoes)}});
}

static inline void tell_named_cycle(struct told *t, const char *product, const char *cycle, const char *codename, const char *eol)
{
	tell(t, &(struct fact){.kind = FACT_CYCLE, .cycle = {.product = slice_text(product), .cycle = slice_text(cycle),
		.codename = slice_text(codename), .released = FACT_NO_DATE, .latest_released = FACT_NO_DATE, .eol = told_day(eol)}});
}

static inline void tell_banned(struct told *t, const char *vendor, const char *product, const char *level, const char *from, const char *out_by)
{
	tell(t, &(struct fact){.kind = FACT_BANNED, .banned = {.vendor = slice_text(vendor), .product = slice_text(product),
		.level = slice_text(level), .use = slice_text("any"), .basis = slice_text("a decision"), .from = told_date(from), .out_by = told_date(out_by)}});
}

static inline void tell_provider(struct told *t, const char *name, const char *qualification, const char *from, const char *until, bool suspended)
{
	tell(t, &(struct fact){.kind = FACT_PROVIDER, .provider = {.name = slice_text(name), .number = slice_text("1"),
		.qualification = slice_text(qualification), .level = slice_text("élevé"), .from = told_date(from), .until = told_date(until),
		.suspended = suspended}});
}

static inline void tell_alias(struct told *t, const char *vendor, const char *product, const char *to)
{
	tell(t, &(struct fact){.kind = FACT_ALIAS, .alias = {slice_text(vendor), slice_text(product), slice_text(to)}});
}

// What has been told until now; lives until told_free(). NULL after a failed check. Call it once.
static inline struct knowledge *told_knowledge(struct told *t)
{
	struct why why = {{0}};
	CHECK_SAY(knowledge_build_bytes(t->build, TOLD_TAKEN, &t->bytes, &why) == ERR_OK, "%s", why.text);
	if (t->bytes.n > 0)
		CHECK_SAY(knowledge_open_bytes(buf_slice(&t->bytes), &t->k, &why) == ERR_OK, "%s", why.text);
	return t->k;
}

static inline void told_free(struct told *t)
{
	knowledge_close(t->k);
	knowledge_build_free(t->build);
	buf_free(&t->bytes);
	*t = (struct told){0};
}

#endif
