// What a finding carries, and how many there are.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static const struct finding_options options = {.today = TOLD_TAKEN};

static void test_fields(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV npm", "OSV", "2026-08-24", false);
	tell_flaw(&t, "GHSA-1", "a title", 75, "2026-01-02", "CVE-2026-1");
	tell_affected(&t, "GHSA-1", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "2.0.0");
	tell_source(&t, SOURCE_KEV, "KEV", "CISA", "2026-08-24", true);
	tell_kev(&t, "CVE-2026-1", "2026-02-03", "2026-02-24", true);
	tell_source(&t, SOURCE_EPSS, "EPSS", "FIRST", "2026-08-24", true);
	tell_epss(&t, "CVE-2026-1", 123456, 900000);
	const struct knowledge *k = told_knowledge(&t);
	struct finding_options o = options;
	struct found to;
	o.role = ROLE_SERVER;
	o.exposure = EXPOSURE_INTERNAL;
	REQUIRE(k != NULL);
	found_begin(&to, k, &o);
	struct item i = item_row("eco=npm|name=p|version=1.0.0|kind=library|purl=pkg:npm/p@1.0.0");
	CHECK_TEXT(found_of_item(&to, &i), "flaw exact CVE-2026-1 fixed=2.0.0 by=OSV exploited");
	const struct finding *f = &to.last;
	CHECK(slice_is_text(f->title, "a title") && slice_is_text(f->source, "OSV npm") && slice_is_text(f->purl, "pkg:npm/p@1.0.0"));
	CHECK(slice_is_text(f->package, "p") && slice_is_text(f->ecosystem, "npm") && f->item_kind == ITEM_LIBRARY);
	CHECK(f->score10 == 75 && f->epss_ppm == 123456 && f->ransomware);
	CHECK(f->published == told_date("2026-01-02") && f->since == f->published);
	CHECK(f->kev_added == told_date("2026-02-03") && f->kev_due == told_date("2026-02-24"));
	CHECK(f->ended == FACT_NO_DATE && f->extended_until == FACT_NO_DATE && f->from == FACT_NO_DATE && f->out_by == FACT_NO_DATE);
	// Role and exposure: the item's own, else the machine's, else the option's.
	CHECK(f->role == ROLE_SERVER && f->exposure == EXPOSURE_INTERNAL);
	struct machine m = machine_named("m1");
	m.role = ROLE_NETWORK;
	found_of_machine(&to, &m);
	found_of_item(&to, &i);
	CHECK(f->role == ROLE_NETWORK && f->exposure == EXPOSURE_INTERNAL && slice_is_text(f->machine, "m1"));
	i.role = ROLE_MEDICAL;
	i.exposure = EXPOSURE_INTERNET;
	found_of_item(&to, &i);
	CHECK(f->role == ROLE_MEDICAL && f->exposure == EXPOSURE_INTERNET);
	m = machine_named("m2");
	i.role = ROLE_UNKNOWN;
	i.exposure = EXPOSURE_UNKNOWN;
	found_of_machine(&to, &m); // nothing of the machine before is left
	found_of_item(&to, &i);
	CHECK(f->role == ROLE_SERVER && f->exposure == EXPOSURE_INTERNAL && slice_is_text(f->machine, "m2"));
	found_end(&to);
	told_free(&t);
}

static void test_counts(void)
{
	struct told t = told_new();
	struct fact_range custom = told_range("1", "2", VERSION_CUSTOM, STATUS_AFFECTED);
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "2.0.0");
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-2", NAMES_SOURCE, "npm", "", "p", STATUS_UNAFFECTED, &custom, 1);
	tell_source(&t, SOURCE_OPENVEX, "vex", "us", "2026-08-24", false);
	tell_silent(&t, "CVE-1", NAMES_SOURCE, "npm", "p", "1.0.0", "x");
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	struct why why = {{0}};
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	struct inventory_sink s = findings_inventory(to.f);
	struct item one = item_row("eco=npm|name=p|version=1.0.0"), two = item_row("eco=npm|name=p|version=1.0.1"), none = item_row("eco=npm|name=q|version=1.0.0");
	struct refused r = {1, slice_text("x"), "a rule"};
	found_of_item(&to, &one);
	found_of_item(&to, &two);
	found_of_item(&to, &none);
	CHECK(s.refused(s.context, &r, &why) == ERR_OK);
	struct findings_count c = findings_counted(to.f);
	CHECK(c.items == 3 && c.matched == 2 && c.flaws == 1 && c.silenced == 1 && c.uncomputed == 2 && c.refused == 1);
	struct machine m = machine_named("m");
	found_of_machine(&to, &m);
	c = findings_counted(to.f);
	CHECK(c.items == 0 && c.matched == 0 && c.flaws == 0 && c.silenced == 0 && c.uncomputed == 0 && c.refused == 0);
	// What the sink says stops the reader.
	to.stop_after = to.told + 2;
	CHECK(s.item(s.context, &two, &why) == ERR_AWAY);
	CHECK_TEXT(why.text, "enough");
	found_end(&to);
	told_free(&t);
}

static void test_words(void)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		enum finding_kind k = FINDING_KINDS;
		CHECK(finding_kind_named(slice_text(finding_kind_name((enum finding_kind)i)), &k) && k == (enum finding_kind)i);
	}
	static const char *const none[] = {"", "flaws", "Flaw", "flaw ", "none"};
	for (size_t i = 0; i < N(none); i++) {
		enum finding_kind k = FINDING_STALE;
		CHECK_SAY(!finding_kind_named(slice_text(none[i]), &k) && k == FINDING_STALE, "%s", none[i]);
	}
	CHECK_TEXT(finding_kind_name(FINDING_KINDS), "");
	CHECK_TEXT(confidence_name(CONFIDENCE_DOUBTFUL), "doubtful");
	CHECK_TEXT(confidence_name(CONFIDENCE_ALIAS), "alias");
	CHECK_TEXT(confidence_name(CONFIDENCE_EXACT), "exact");
}

const struct test tests[] = {
	{"what a finding carries", test_fields},
	{"counts of a machine; a sink that stops", test_counts},
	{"the words of kinds", test_words},
	{NULL, NULL},
};
