// Whose word counts about a flaw, which version is held against it, and which cures.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static void test_names(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "Debian:12", "openssl", VERSION_DEB, "0", "3.0.11-1");
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-2", NAMES_BINARY, "Debian:12", "libssl3", VERSION_DEB, "0", "2.0");
	tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-3", NAMES_SOURCE, "npm", "lodash", VERSION_SEMVER, "0", "4.17.21");
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-4", NAMES_SOURCE, "npm", "left-pad", VERSION_SEMVER, "1.0.0", "*");
	static const struct found_row rows[] = {
		{"eco=Debian:12|name=openssl|version=3.0.9-1", "flaw exact CVE-1 fixed=3.0.11-1 by=OSV"},
		{"eco=Debian:12|name=openssl|version=3.0.11-1", ""},
		{"eco=Debian:12|name=openssl|version=3.0.11-1~deb12u2", "flaw exact CVE-1 fixed=3.0.11-1 by=OSV"},
		// A row about a source package is held against the source's version, one about a binary against the binary's.
		{"eco=Debian:12|name=libssl-dev|version=9.9|source=openssl|source-version=3.0.9-1", "flaw exact CVE-1 fixed=3.0.11-1 by=OSV"},
		{"eco=Debian:12|name=libssl-dev|version=1.0|source=openssl|source-version=3.0.11-1", ""},
		{"eco=Debian:12|name=libssl-dev|version=3.0.9-1|source=openssl", "flaw exact CVE-1 fixed=3.0.11-1 by=OSV"},
		{"eco=Debian:12|name=libssl3|version=1.0|source=x|source-version=9", "flaw exact CVE-2 fixed=2.0 by=OSV"},
		{"eco=Debian:12|name=libssl3|version=2.0|source=x|source-version=1", ""},
		{"eco=Debian:12|name=openssl|version=1|source=other", ""},
		// Another release, another distribution, another case are other names.
		{"eco=Debian:11|name=openssl|version=1", ""},
		{"eco=Ubuntu:22.04:LTS|name=openssl|version=1", ""},
		{"eco=Debian:12|name=OpenSSL|version=1", ""},
		{"name=openssl|version=1", ""},
		{"eco=npm|name=lodash|version=4.17.20|kind=library", "flaw exact CVE-3 fixed=4.17.21 by=OSV"},
		{"eco=npm|name=lodash|version=4.17.21|kind=library", ""},
		{"eco=npm|name=left-pad|version=1.3.0|kind=library", "flaw exact CVE-4 by=OSV"},
		{"eco=npm|name=left-pad|version=0.9.0|kind=library", ""},
	};
	found_told(&t, rows, N(rows));
}

static void test_distribution(void)
{
	static const char cpe[] = "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*";
	struct told t = told_new();
	struct fact_range r = told_range("0", "3.0.11", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	found_upstream(&t, "CVE-1", "openssl", "openssl", VERSION_NUMBERS, "3.0.11");
	tell_ranges(&t, "CVE-1", NAMES_CPE, "", "", cpe, STATUS_UNAFFECTED, &r, 1);
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "openssl", "libssl3", cpe);
	// Upstream's word about a version that a distribution has mended itself would be wrong: it is not asked, whatever names fit.
	static const struct found_row rows[] = {
		{"name=openssl|vendor=openssl|version=3.0.9", "flaw alias CVE-1 fixed=3.0.11 by=MITRE"},
		{"eco=Debian:12|name=openssl|vendor=openssl|version=3.0.9|cpe=cpe:2.3:a:openssl:openssl:3.0.9", ""},
		{"eco=Debian:12|name=libssl3|vendor=openssl|version=3.0.9", ""},
		{"eco=Ubuntu:22.04:LTS|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=Alpine:v3.20|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=AlmaLinux:9|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=Rocky Linux:9|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=Red Hat:enterprise_linux:9::baseos|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=SUSE:Linux Enterprise Server 15 SP5|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=openSUSE:Leap 15.5|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=Wolfi|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"eco=Alpaquita:23|name=openssl|vendor=openssl|version=3.0.9", ""},
		// A package of a distribution that has no word in OSV is a distribution's package all the same.
		{"kind=package|name=openssl|vendor=openssl|version=3.0.9", ""},
		{"kind=package|name=libssl3|vendor=openssl|version=3.0.9", ""},
		{"kind=package|name=openssl|version=3.0.9|purl=pkg:rpm/amzn/openssl@3.0.9|cpe=cpe:2.3:a:openssl:openssl:3.0.9", ""},
		{"kind=package|name=openssl|version=3.0.9|cpe=cpe:2.3:a:openssl:openssl:3.0.9", "flaw exact CVE-1 fixed=3.0.11 by=MITRE"},
		// A registry is no distribution.
		{"eco=npm|name=openssl|vendor=openssl|version=3.0.9", "flaw alias CVE-1 fixed=3.0.11 by=MITRE"},
		{"eco=Debianish|name=openssl|vendor=openssl|version=3.0.9", "flaw alias CVE-1 fixed=3.0.11 by=MITRE"},
	};
	found_told(&t, rows, N(rows));
}

static void tell_tracked(struct told *t, const char *flaw, const char *name, const char *fixed, bool negligible)
{
	struct fact_range r = told_range("", fixed, VERSION_DEB, STATUS_AFFECTED);
	tell(t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text(flaw), .names = NAMES_SOURCE, .ecosystem = slice_text("Debian:12"),
		.name = slice_text(name), .otherwise = STATUS_UNAFFECTED, .ranges = &r, .ranges_n = 1, .fixed = slice_text(fixed), .negligible = negligible}});
}

// Debian's own tracker decides over OSV's copy of it, whichever came first and whichever is graver.
static void test_tracker(void)
{
	static const struct found_row rows[] = {
		{"eco=Debian:12|name=a|version=1.5", "flaw exact CVE-1 fixed=2.0 by=Debian"},
		{"eco=Debian:12|name=a|version=2.5", ""}, // OSV's copy says 3.0
		{"eco=Debian:12|name=b|version=1.5", "flaw exact CVE-2 fixed=2.0 by=Debian negligible"},
		{"eco=Debian:12|name=c|version=1.5", "flaw exact CVE-3 fixed=9 by=OSV"}, // the tracker says nothing of it
		{"eco=Debian:12|name=d|version=1.5", "flaw exact CVE-4 by=Debian"},      // no fix yet, whatever the copy promises
	};
	for (int first = 0; first < 2; first++) {
		struct told t = told_new();
		for (int n = 0; n < 2; n++) {
			if (n == first) {
				tell_source(&t, SOURCE_DEBIAN, "tracker", "Debian", "2026-08-24", true);
				tell_tracked(&t, "CVE-1", "a", "2.0", false);
				tell_tracked(&t, "CVE-2", "b", "2.0", true);
				tell_tracked(&t, "CVE-4", "d", "", false);
				continue;
			}
			tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
			tell_flaw(&t, "DSA-1", "", 0, "2026-01-02", "CVE-1");
			tell_affected(&t, "DSA-1", NAMES_SOURCE, "Debian:12", "a", VERSION_DEB, "0", "3.0");
			tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
			tell_affected(&t, "CVE-2", NAMES_SOURCE, "Debian:12", "b", VERSION_DEB, "0", "3.0");
			tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
			tell_affected(&t, "CVE-3", NAMES_SOURCE, "Debian:12", "c", VERSION_DEB, "0", "9");
			tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
			tell_affected(&t, "CVE-4", NAMES_SOURCE, "Debian:12", "d", VERSION_DEB, "0", "1.9");
		}
		found_told(&t, rows, N(rows));
	}
}

static void test_vex(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	for (int i = 1; i <= 5; i++) {
		char id[16], name[8];
		snprintf(id, sizeof id, "CVE-%d", i);
		snprintf(name, sizeof name, "p%d", i);
		tell_flaw(&t, id, "", 0, "2026-01-02", "");
		tell_affected(&t, id, NAMES_SOURCE, "npm", name, VERSION_SEMVER, "0", "2.0.0");
	}
	tell_source(&t, SOURCE_OPENVEX, "vex", "Acme's security team", "2026-08-24", false);
	tell_silent(&t, "CVE-1", NAMES_SOURCE, "npm", "p1", "1.0.0", "vulnerable_code_not_present");
	tell_silent(&t, "CVE-2", NAMES_SOURCE, "npm", "p2", "", "inline_mitigations_already_exist");
	tell_source(&t, SOURCE_CSAF, "csaf", "Acme PSIRT", "2026-08-24", false);
	tell_silent(&t, "CVE-3", NAMES_SOURCE, "npm", "p3", "1.0.0", "vulnerable_code_not_in_execute_path");
	tell_silent(&t, "CVE-9", NAMES_SOURCE, "npm", "p9", "1.0.0", "component_not_present");
	// Meant for one platform; on which this item runs nobody said.
	struct fact_range r = told_single("1.0.0", VERSION_CUSTOM, STATUS_UNAFFECTED);
	tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-4"), .names = NAMES_SOURCE, .ecosystem = slice_text("npm"),
		.name = slice_text("p4"), .otherwise = STATUS_UNKNOWN, .ranges = &r, .ranges_n = 1, .platform = slice_text("windows")}});
	struct fact_range below = told_range("0", "2.0.0", VERSION_SEMVER, STATUS_AFFECTED);
	struct fact_range open = told_single("1.0.0", VERSION_CUSTOM, STATUS_INVESTIGATED);
	tell_ranges(&t, "CVE-10", NAMES_SOURCE, "npm", "", "p10", STATUS_UNKNOWN, &open, 1);
	// "Fixed" of one version is a word about it; "fixed from here on" is a range, which silences nothing that another range affirms.
	tell_affected(&t, "CVE-7", NAMES_SOURCE, "Red Hat:enterprise_linux:9", "kernel", VERSION_RPM, "0", "5.14.0-427");
	struct fact_range mended = told_single("1.0.0", VERSION_SEMVER, STATUS_FIXED);
	tell_ranges(&t, "CVE-3", NAMES_SOURCE, "npm", "", "p6", STATUS_UNKNOWN, &mended, 1);
	struct fact_range stream[] = {told_range("5.14.0-284", "*", VERSION_RPM, STATUS_FIXED), told_range("0", "5.14.0-284", VERSION_RPM, STATUS_AFFECTED)};
	tell_ranges(&t, "CVE-7", NAMES_SOURCE, "Red Hat:enterprise_linux:9", "", "kernel", STATUS_UNKNOWN, stream, 2);
	// A plain record that says "not affected" is no VEX: it silences nothing that another record affirms.
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_silent(&t, "CVE-5", NAMES_SOURCE, "npm", "p5", "1.0.0", "");
	tell_ranges(&t, "CVE-3", NAMES_SOURCE, "npm", "", "p6", STATUS_UNAFFECTED, &below, 1);
	static const struct found_row rows[] = {
		{"eco=npm|name=p1|version=1.0.0", "silenced exact CVE-1 by=Acme's security team: vulnerable_code_not_present"},
		{"eco=npm|name=p1|version=1.0.1", "flaw exact CVE-1 fixed=2.0.0 by=OSV"}, // of another version nothing was said
		{"eco=npm|name=p1|version=2.0.0", ""},
		{"eco=npm|name=p2|version=1.0.0", "silenced exact CVE-2 by=Acme's security team: inline_mitigations_already_exist"},
		{"eco=npm|name=p2|version=1.9.9", "silenced exact CVE-2 by=Acme's security team: inline_mitigations_already_exist"},
		{"eco=npm|name=p3|version=1.0.0", "silenced exact CVE-3 by=Acme PSIRT: vulnerable_code_not_in_execute_path"},
		{"eco=npm|name=p3|version=1.0", "uncomputed exact CVE-3: 0 to 2.0.0: version \"1.0\", byte 4: not major.minor.patch"},
		{"eco=npm|name=p4|version=1.0.0", "flaw exact CVE-4 fixed=2.0.0 by=OSV"}, // a doubtful match silences nothing
		{"eco=npm|name=p5|version=1.0.0", "flaw exact CVE-5 fixed=2.0.0 by=OSV"},
		{"eco=npm|name=p6|version=1.0.0", "silenced exact CVE-3 by=Acme PSIRT"},
		{"eco=npm|name=p6|version=1.0.1", "flaw exact CVE-3 fixed=2.0.0 by=MITRE"},
		{"eco=Red Hat:enterprise_linux:9|name=kernel|version=5.14.0-284", "flaw exact CVE-7 fixed=5.14.0-427 by=Acme PSIRT"},
		{"eco=Red Hat:enterprise_linux:9|name=kernel|version=5.14.0-427", ""},
		{"eco=npm|name=p9", ""},
		{"eco=npm|name=p1", "uncomputed exact CVE-1: its version is not known"},
		{"eco=npm|name=p9|version=1.0.0", ""}, // nobody said that it is affected
		{"eco=npm|name=p10|version=1.0.0", "uncomputed exact CVE-10: its author has not said yet whether it is affected"},
	};
	found_told(&t, rows, N(rows));
}

static void test_rejected(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_rejected(&t, "CVE-1", "2026-01-02");
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_flaw(&t, "GHSA-1", "", 0, "2026-01-02", "CVE-1");
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "2.0.0");
	tell_affected(&t, "CVE-2", NAMES_SOURCE, "npm", "p", VERSION_SEMVER, "0", "2.0.0");
	static const struct found_row rows[] = {
		{"eco=npm|name=p|version=1.0.0", "flaw exact CVE-2 fixed=2.0.0 by=OSV"},
	};
	found_told(&t, rows, N(rows));
}

static void test_uncomputed(void)
{
	struct told t = told_new();
	struct fact_range custom = told_range("1.0", "2.0", VERSION_CUSTOM, STATUS_AFFECTED);
	struct fact_range exact = told_single("build 7 (b)", VERSION_CUSTOM, STATUS_AFFECTED);
	struct fact_range spared = told_single("1.5", VERSION_CUSTOM, STATUS_UNAFFECTED);
	const struct fact_range both[] = {spared, custom};
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-1", NAMES_PRODUCT, "", "acme", "range", STATUS_UNAFFECTED, &custom, 1);
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-2", NAMES_PRODUCT, "", "acme", "single", STATUS_UNAFFECTED, &exact, 1);
	tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-3", NAMES_PRODUCT, "", "acme", "both", STATUS_UNAFFECTED, both, 2);
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "acme", "unknown", STATUS_UNKNOWN, NULL, 0);
	found_upstream(&t, "CVE-5", "acme", "numbers", VERSION_NUMBERS, "2.0");
	found_upstream(&t, "CVE-6", "acme", "two", VERSION_NUMBERS, "2.0");
	tell_source(&t, SOURCE_OSV, "other", "other", "2026-08-24", false);
	tell_ranges(&t, "CVE-6", NAMES_PRODUCT, "", "acme", "two", STATUS_UNAFFECTED, &custom, 1);
	static const struct found_row rows[] = {
		{"vendor=acme|name=range|version=1.5", "uncomputed alias CVE-1: 1.0 to 2.0: its versionType has no order"},
		{"vendor=acme|name=range|version=9", "uncomputed alias CVE-1: 1.0 to 2.0: its versionType has no order"},
		{"vendor=acme|name=range|version=1.0", "flaw alias CVE-1 by=MITRE"}, // an end of the range is in it without any order
		{"vendor=acme|name=range|version=2.0", ""},
		{"vendor=acme|name=range", "uncomputed alias CVE-1: its version is not known"},
		{"vendor=acme|name=single|version=build 7 (b)", "flaw alias CVE-2 by=MITRE"},
		{"vendor=acme|name=single|version=build 8", ""},
		{"vendor=acme|name=single|version=build 7", ""},
		{"vendor=acme|name=both|version=1.5", ""},
		{"vendor=acme|name=both|version=1.6", "uncomputed alias CVE-3: 1.0 to 2.0: its versionType has no order"},
		{"vendor=acme|name=unknown|version=1", "uncomputed alias CVE-4: the record does not say"},
		{"vendor=acme|name=numbers|version=1.5", "flaw alias CVE-5 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=numbers|version=2.0.0", ""},
		{"vendor=acme|name=numbers", "uncomputed alias CVE-5: its version is not known"},
		// One record can be computed and affirms: that another cannot does not hinder.
		{"vendor=acme|name=two|version=1.5", "flaw alias CVE-6 fixed=2.0 by=MITRE"},
		// One clears it, another cannot be computed, perhaps about another edition.
		{"vendor=acme|name=two|version=3.0", "uncomputed alias CVE-6: 1.0 to 2.0: its versionType has no order"},
	};
	found_told(&t, rows, N(rows));
}

// Which version cures: the feed's own word, else the end of the affected range that holds this version.
static void test_cure(void)
{
	struct told t = told_new();
	const struct fact_range branches[] = {told_range("1.0", "1.1.9", VERSION_NUMBERS, STATUS_AFFECTED),
	                                      told_range("3.0", "3.0.5", VERSION_NUMBERS, STATUS_AFFECTED)};
	struct fact_range closed = told_range("1.0", "1.5", VERSION_NUMBERS, STATUS_AFFECTED), series = told_range("2.0", "2.*", VERSION_NUMBERS, STATUS_AFFECTED);
	closed.closed = true;
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-1", NAMES_PRODUCT, "", "v", "branches", STATUS_UNAFFECTED, branches, 2);
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-2", NAMES_PRODUCT, "", "v", "closed", STATUS_UNAFFECTED, &closed, 1);
	tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-3", NAMES_PRODUCT, "", "v", "series", STATUS_UNAFFECTED, &series, 1);
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "v", "two", STATUS_UNAFFECTED, &closed, 1);
	tell_flaw(&t, "CVE-5", "", 0, "2026-01-02", "");
	tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-5"), .names = NAMES_PRODUCT, .vendor = slice_text("v"),
		.name = slice_text("said"), .otherwise = STATUS_UNAFFECTED, .ranges = &closed, .ranges_n = 1, .fixed = slice_text("1.5.1")}});
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "v", "two", STATUS_UNAFFECTED, branches, 2);
	static const struct found_row rows[] = {
		{"vendor=v|name=branches|version=1.1.0", "flaw alias CVE-1 fixed=1.1.9 by=MITRE"},
		{"vendor=v|name=branches|version=3.0.1", "flaw alias CVE-1 fixed=3.0.5 by=MITRE"},
		{"vendor=v|name=branches|version=1.1.9", ""},
		{"vendor=v|name=branches|version=2.0", ""},
		{"vendor=v|name=closed|version=1.5", "flaw alias CVE-2 by=MITRE"},
		{"vendor=v|name=closed|version=1.5.1", ""},
		{"vendor=v|name=series|version=2.7", "flaw alias CVE-3 by=MITRE"},
		{"vendor=v|name=said|version=1.2", "flaw alias CVE-5 fixed=1.5.1 by=MITRE"},
		{"vendor=v|name=two|version=1.1", "flaw alias CVE-4 fixed=1.1.9 by=OSV"}, // of two that agree the one that names a cure
	};
	found_told(&t, rows, N(rows));
}

const struct test tests[] = {
	{"source and binary names and versions, one ecosystem", test_names},
	{"a distribution's package only against its distribution's word", test_distribution},
	{"Debian's tracker decides over OSV's copy", test_tracker},
	{"VEX silences what it is about, and shows whose word it is", test_vex},
	{"a rejected flaw says nothing", test_rejected},
	{"what cannot be computed is not guessed", test_uncomputed},
	{"which version cures", test_cure},
	{NULL, NULL},
};
