// Whose word counts about a flaw, which version is held against it, and what is never guessed.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static const struct finding_options options = {.today = TOLD_TAKEN};

static void hold(struct told *t, const struct found_row *rows, size_t n)
{
	const struct knowledge *k = told_knowledge(t);
	if (k != NULL)
		found_rows(k, options, rows, n);
	told_free(t);
}

// Affected below `fixed`, by upstream, under vendor and product.
static void tell_upstream(struct told *t, const char *flaw, const char *vendor, const char *product, enum version_scheme scheme, const char *fixed)
{
	struct fact_range r = told_range("0", fixed, scheme, STATUS_AFFECTED);
	tell_flaw(t, flaw, "", 0, "2026-01-02", "");
	tell_ranges(t, flaw, NAMES_PRODUCT, "", vendor, product, STATUS_UNAFFECTED, &r, 1);
}

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
	hold(&t, rows, N(rows));
}

static void test_distribution(void)
{
	static const char cpe[] = "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*";
	struct told t = told_new();
	struct fact_range r = told_range("0", "3.0.11", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_upstream(&t, "CVE-1", "openssl", "openssl", VERSION_NUMBERS, "3.0.11");
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
	hold(&t, rows, N(rows));
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
		hold(&t, rows, N(rows));
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
	hold(&t, rows, N(rows));
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
	hold(&t, rows, N(rows));
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
	tell_upstream(&t, "CVE-5", "acme", "numbers", VERSION_NUMBERS, "2.0");
	tell_upstream(&t, "CVE-6", "acme", "two", VERSION_NUMBERS, "2.0");
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
	hold(&t, rows, N(rows));
}

// A processor alone restricts nothing, unless the item says that it is of another, or says nothing and no PC has it.
static void test_processors(void)
{
	static const struct {
		const char *name, *on;
	} products[] = {{"server", "x64-based Systems, ARM64-based Systems"}, {"phone", "Android"}, {"desk", "Windows 10 for x64-based Systems"},
	                {"old", "32-bit Systems"}, {"wide", "64-bit"}, {"mac", "ARM64-based Systems"}, {"host", "s390x, ppc64le"},
	                {"both", "aarch64, amd64"}};
	struct told t = told_new();
	struct fact_range r = told_range("0", "2.0", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	for (size_t i = 0; i < N(products); i++)
		tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-1"), .names = NAMES_PRODUCT,
			.vendor = slice_text("acme"), .name = slice_text(products[i].name), .platform = slice_text(products[i].on),
			.otherwise = STATUS_UNAFFECTED, .ranges = &r, .ranges_n = 1}});
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-2", NAMES_CPE, "", "", "cpe:2.3:o:acme:os:*:*:*:*:*:*:x64:*", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(&t, "CVE-2", NAMES_CPE, "", "", "cpe:2.3:o:acme:os2:*:*:*:*:*:*:phone:*", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(&t, "CVE-2", NAMES_CPE, "", "", "cpe:2.3:o:acme:os3:*:*:*:*:enterprise:*:x64:*", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(&t, "CVE-2", NAMES_CPE, "", "", "cpe:2.3:o:acme:os4:*:*:*:*:*:*:arm64:*", STATUS_UNAFFECTED, &r, 1);
	tell_source(&t, SOURCE_OPENVEX, "VEX", "acme", "2026-08-24", false);
	tell_flaw(&t, "CVE-1", "", 0, "2026-01-02", "");
	r.status = STATUS_UNAFFECTED;
	tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-1"), .names = NAMES_PRODUCT,
		.vendor = slice_text("acme"), .name = slice_text("old"), .platform = slice_text("x64"), .ranges = &r, .ranges_n = 1}});
	static const struct found_row rows[] = {
		{"vendor=acme|name=server|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=server|version=1.0|arch=amd64", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=server|version=1.0|arch=all", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=server|version=1.0|arch=i386", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"}, // of another one
		{"vendor=acme|name=server|version=1.0|cpe=cpe:2.3:o:acme:x:1.0:*:*:*:*:*:itanium:*", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=phone|version=1.0", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=desk|version=1.0", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=old|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"}, // what is cleared on one is not on all
		{"vendor=acme|name=old|version=1.0|arch=x86_64", "silenced doubtful CVE-1 by=acme"},
		{"vendor=acme|name=wide|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=both|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		// nobody told the item's, and no PC is among these
		{"vendor=acme|name=mac|version=1.0", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=mac|version=1.0|arch=all", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=mac|version=1.0|arch=aarch64", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=host|version=1.0", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=host|version=1.0|arch=s390x", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os4:1.0:*:*:*:*:*:*:*|name=os|version=1.0", "flaw doubtful CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os4:1.0:*:*:*:*:*:*:*|name=os|version=1.0|arch=arm64", "flaw exact CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os:1.0:*:*:*:*:*:*:*|name=os|version=1.0", "flaw exact CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os:1.0:*:*:*:*:*:*:*|name=os (x86)|version=1.0", "flaw doubtful CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os:1.0:*:*:*:*:*:*:*|name=os|version=1.0|arch=arm64", "flaw doubtful CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os:1.0:*:*:*:*:*:arm64:*|name=os|version=1.0", ""},
		{"cpe=cpe:2.3:o:acme:os2:1.0:*:*:*:*:*:*:*|name=os|version=1.0", "flaw doubtful CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:o:acme:os3:1.0:*:*:*:*:*:*:*|name=os|version=1.0", "flaw doubtful CVE-2 fixed=2.0 by=MITRE"},
	};
	hold(&t, rows, N(rows));
}

static void test_confidence(void)
{
	static const char box[] = "cpe:2.3:a:acme:box:*:*:*:*:*:*:*:*";
	struct told t = told_new();
	struct fact_range r = told_range("0", "2.0", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_upstream(&t, "CVE-1", "Acme Corp", "Big Box", VERSION_NUMBERS, "2.0");
	tell_flaw(&t, "CVE-2", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-2", NAMES_CPE, "", "", box, STATUS_UNAFFECTED, &r, 1);
	tell_flaw(&t, "CVE-3", "", 0, "2026-01-02", "");
	tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-3"), .names = NAMES_PRODUCT, .vendor = slice_text("acme"),
		.name = slice_text("reader"), .platform = slice_text("iOS"), .otherwise = STATUS_UNAFFECTED, .ranges = &r, .ranges_n = 1}});
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell(&t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-4"), .names = NAMES_PRODUCT, .vendor = slice_text("acme"),
		.name = slice_text("player"), .platform = slice_text("iOS"), .otherwise = STATUS_UNAFFECTED, .ranges = &r, .ranges_n = 1}});
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "acme", "player", STATUS_UNAFFECTED, &r, 1);
	tell_flaw(&t, "CVE-5", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-5", NAMES_CPE, "", "", "cpe:2.3:a:acme:plugin:*:*:*:*:*:wordpress:*:*", STATUS_UNAFFECTED, &r, 1);
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "Acme", "The Box", box);
	tell_alias(&t, "Acme", "The Box Lite", "eol:box");
	tell_alias(&t, "Acme", "The Plugin", "cpe:2.3:a:acme:plugin:*:*:*:*:*:*:*:*");
	static const struct found_row rows[] = {
		{"cpe=cpe:2.3:a:acme:box:1.0|name=whatever|version=1.0", "flaw exact CVE-2 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:a:acme:box:1.0|vendor=Acme|name=The Box|version=1.0", "flaw exact CVE-2 fixed=2.0 by=MITRE"}, // the surer way
		{"cpe=cpe:2.3:o:acme:box:1.0|name=whatever|version=1.0", ""},
		{"cpe=cpe:2.3:a:acme:boxer:1.0|name=whatever|version=1.0", ""},
		{"vendor=acme_corp|name=big-box|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=ACME  Corp|name=BIG BOX|version=1.0", "flaw alias CVE-1 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=big-box|version=1.0", ""}, // part of a name is no name
		{"name=big-box|version=1.0", "flaw doubtful CVE-1 fixed=2.0 by=MITRE"}, // whose, nobody told
		{"vendor=acme|name=the box|version=1.0", "flaw alias CVE-2 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=the box|version=2.0", ""},
		{"vendor=acme|name=the boxes|version=1.0", ""},
		{"vendor=acme|name=the box lite|version=1.0", ""},
		{"vendor=acme|name=reader|version=1.0", "flaw doubtful CVE-3 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=reader|version=2.0", ""},
		// A record about one edition is none about another, and doubtful of one that does not say which it is.
		{"cpe=cpe:2.3:a:acme:plugin:1.0:*:*:*:*:wordpress:*:*|name=p|version=1.0", "flaw exact CVE-5 fixed=2.0 by=MITRE"},
		{"cpe=cpe:2.3:a:acme:plugin:1.0:*:*:*:*:drupal:*:*|name=p|version=1.0", ""},
		{"cpe=cpe:2.3:a:acme:plugin:1.0:*:*:*:*:*:*:*|name=p|version=1.0", "flaw doubtful CVE-5 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=the plugin|version=1.0", "flaw doubtful CVE-5 fixed=2.0 by=MITRE"},
		{"vendor=acme|name=player|version=1.0", "flaw alias CVE-4 fixed=2.0 by=MITRE"}, // one row is for every platform
	};
	hold(&t, rows, N(rows));
}

// Nothing but a name: whatever bears it is held against it, and doubtful.
static void test_alone(void)
{
	struct told t = told_new();
	struct fact_range custom = told_range("1.0", "2.0", VERSION_CUSTOM, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	tell_upstream(&t, "CVE-1", "F5", "nginx", VERSION_NUMBERS, "1.20");
	tell_upstream(&t, "CVE-2", "acme", "proxy", VERSION_NUMBERS, "2.0");
	tell_upstream(&t, "CVE-3", "other", "Proxy", VERSION_NUMBERS, "3.0");
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "acme", "odd", STATUS_UNAFFECTED, &custom, 1);
	tell_upstream(&t, "CVE-5", "acme", "called", VERSION_NUMBERS, "2.0");
	tell_affected(&t, "CVE-6", NAMES_SOURCE, "Maven", "org.acme:called", VERSION_NUMBERS, "0", "2.0");
	tell_affected(&t, "CVE-7", NAMES_CPE, "", "cpe:2.3:a:acme:all:*:*:*:*:*:*:*:*", VERSION_NUMBERS, "0", "2.0");
	tell_upstream(&t, "CVE-8", "acme", "twice", VERSION_NUMBERS, "2.0");
	tell_ranges(&t, "CVE-8", NAMES_PRODUCT, "", "other", "twice", STATUS_UNAFFECTED, NULL, 0);
	tell_source(&t, SOURCE_OPENVEX, "vex", "us", "2026-08-24", false);
	tell_ranges(&t, "CVE-2", NAMES_PRODUCT, "", "other", "proxy", STATUS_UNAFFECTED, NULL, 0);
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "", "Called", "pkg:maven/org.acme/called");
	tell_alias(&t, "House", "", "cpe:2.3:a:acme:all:*:*:*:*:*:*:*:*");
	tell_alias(&t, "House", "nginx", "eol:nginx");
	static const struct found_row rows[] = {
		{"name=nginx|version=1.18.0", "flaw doubtful CVE-1 fixed=1.20 by=MITRE"},
		{"name= NGINX|version=1.18.0|kind=system", "flaw doubtful CVE-1 fixed=1.20 by=MITRE"},
		{"name=nginx|version=1.18.0|kind=firmware|purl=pkg:generic/nginx@1.18.0", "flaw doubtful CVE-1 fixed=1.20 by=MITRE"},
		{"name=nginx|version=1.20", ""},
		{"name=nginx proxy|version=1.18.0", ""},
		// Vendor and product in one name, or the vendor once more in it, are a record's own names.
		{"name=F5 nginx|version=1.18.0", "flaw alias CVE-1 fixed=1.20 by=MITRE"},
		{"name=f5 NGINX|version=1.20", ""},
		{"name=F5 nginx|version=1.18.0|vendor=F5", "flaw alias CVE-1 fixed=1.20 by=MITRE"},
		{"name=F5 nginx|version=1.18.0|vendor=acme", ""},
		{"name=F5 nginx|version=1.18.0|kind=library", ""},
		{"name=F5 nginx plus|version=1.18.0", ""},
		{"name=the F5 nginx|version=1.18.0", ""},
		{"name=f5|version=1.18.0", ""},
		{"name=nginx|version=1.18.0|kind=library", ""}, // a library's bare name is nobody's
		{"name=nginx|version=1.18.0|kind=package", ""}, // of a distribution that is not known
		{"eco=Debian:12|name=nginx|version=1.18.0|kind=package", ""},
		{"eco=npm|name=nginx|version=1.18.0", ""},
		{"name=nginx|version=1.18.0|cpe=cpe:2.3:a:acme:nginx:1.18.0", ""}, // the identifier says whose it is
		{"name=nginx|version=1.18.0|vendor=acme", ""},
		{"name=nginx|version=1.18.0|vendor=F5", "flaw alias CVE-1 fixed=1.20 by=MITRE"},
		// Of several vendors each; a VEX statement of one silences what is no surer than itself.
		{"name=proxy|version=1.5", "silenced doubtful CVE-2 by=us; flaw doubtful CVE-3 fixed=3.0 by=MITRE"},
		{"name=proxy|version=2.5", "flaw doubtful CVE-3 fixed=3.0 by=MITRE"},
		{"name=proxy|version=1.5|vendor=acme", "flaw alias CVE-2 fixed=2.0 by=MITRE"},
		{"name=twice|version=1.5", "flaw doubtful CVE-8 fixed=2.0 by=MITRE"},
		{"name=odd|version=1.5", "uncomputed doubtful CVE-4: 1.0 to 2.0: its versionType has no order"},
		{"name=odd", "uncomputed doubtful CVE-4: its version is not known"},
		// A table that names the product says whose it is; one that names the vendor alone does not.
		{"name=called|version=1.5", "flaw alias CVE-6 fixed=2.0 by=MITRE"},
		{"name=called|version=1.5|vendor=whoever", "flaw alias CVE-6 fixed=2.0 by=MITRE"},
		{"name=called|version=2.5", ""},
		{"name=called|version=1.5|kind=library", ""},
		{"name=whatever|version=1.5|vendor=house", "flaw doubtful CVE-7 fixed=2.0 by=MITRE"},
		{"name=nginx|version=1.5|vendor=house", ""}, // its own row goes before
		{"name=whatever|version=2.5|vendor=house", ""},
		{"name=whatever|version=1.5", ""},
	};
	hold(&t, rows, N(rows));
}

// What a table of aliases says of support: of one product, of a product of any vendor, of all that a vendor makes.
static void test_alias_of_support(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_EOL, "eol", "eol", "2026-08-24", true);
	tell_product(&t, "box", "Box", NULL);
	tell_cycle(&t, "box", "1", "", "", "2020-01-01", "");
	tell_product(&t, "named", "Named", NULL);
	tell_cycle(&t, "named", "1", "", "", "2021-01-01", "");
	tell_product(&t, "debian", "Debian", NULL);
	tell_named_cycle(&t, "debian", "10", "Buster", "2022-09-10");
	tell_named_cycle(&t, "debian", "9", "Stretch", "2020-07-18");
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "Acme", "Kasten", "eol:box");
	tell_alias(&t, "", "Kiste", "eol:box");
	tell_alias(&t, "House", "", "eol:box");
	tell_alias(&t, "Void", "", "eol:nothing");
	static const struct found_row rows[] = {
		{"vendor=acme|name=kasten|version=1.0", "unsupported alias Box 1 ended=2020-01-01"},
		{"vendor=acme|name=kiste|version=1.0", "unsupported alias Box 1 ended=2020-01-01"},
		{"name=Kiste|version=1.0", "unsupported alias Box 1 ended=2020-01-01"},
		{"vendor=house|name=whatever|version=1.0", "unsupported doubtful Box 1 ended=2020-01-01"},
		{"vendor=house|name=named|version=1.0", "unsupported alias Named 1 ended=2021-01-01"}, // its own name says more
		{"name=Debian|version=buster", "unsupported alias Debian 10 ended=2022-09-10"}, // a code name
		{"name=Debian GNU/Linux stretch", "unsupported alias Debian 9 ended=2020-07-18"},
		{"name=Debian 10 buster", "unsupported alias Debian 10 ended=2022-09-10"},
		{"name=Debian buster netinst", ""},
		{"name=Debian|version=busters", ""},
		{"name=Debian buster|version=9.1", "unsupported doubtful Debian 10 ended=2022-09-10"}, // which of them
		{"name=Kasten|version=1.0", ""},
		{"name=Kiste|version=1.0|kind=library", ""},
		{"name=Kiste|version=1.0|kind=package", ""},
		{"vendor=void|name=whatever|version=1.0", ""},
		{"name=whatever|version=1.0", ""},
		{"vendor=acme|name=whatever|version=1.0", ""},
	};
	hold(&t, rows, N(rows));
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
	hold(&t, rows, N(rows));
}

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
	{"source and binary names and versions, one ecosystem", test_names},
	{"a distribution's package only against its distribution's word", test_distribution},
	{"Debian's tracker decides over OSV's copy", test_tracker},
	{"VEX silences what it is about, and shows whose word it is", test_vex},
	{"a rejected flaw says nothing", test_rejected},
	{"what cannot be computed is not guessed", test_uncomputed},
	{"how sure a match is", test_confidence},
	{"processors alone restrict nothing", test_processors},
	{"nothing but a name to go by", test_alone},
	{"aliases and support", test_alias_of_support},
	{"which version cures", test_cure},
	{"what a finding carries", test_fields},
	{"counts of a machine; a sink that stops", test_counts},
	{"the words of kinds", test_words},
	{NULL, NULL},
};
