// How sure it is that an item is what a record names.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

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
	found_told(&t, rows, N(rows));
}

static void test_confidence(void)
{
	static const char box[] = "cpe:2.3:a:acme:box:*:*:*:*:*:*:*:*";
	struct told t = told_new();
	struct fact_range r = told_range("0", "2.0", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	found_upstream(&t, "CVE-1", "Acme Corp", "Big Box", VERSION_NUMBERS, "2.0");
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
	found_told(&t, rows, N(rows));
}

// Nothing but a name: whatever bears it is held against it, and doubtful.
static void test_alone(void)
{
	struct told t = told_new();
	struct fact_range custom = told_range("1.0", "2.0", VERSION_CUSTOM, STATUS_AFFECTED);
	tell_source(&t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	found_upstream(&t, "CVE-1", "F5", "nginx", VERSION_NUMBERS, "1.20");
	found_upstream(&t, "CVE-2", "acme", "proxy", VERSION_NUMBERS, "2.0");
	found_upstream(&t, "CVE-3", "other", "Proxy", VERSION_NUMBERS, "3.0");
	tell_flaw(&t, "CVE-4", "", 0, "2026-01-02", "");
	tell_ranges(&t, "CVE-4", NAMES_PRODUCT, "", "acme", "odd", STATUS_UNAFFECTED, &custom, 1);
	found_upstream(&t, "CVE-5", "acme", "called", VERSION_NUMBERS, "2.0");
	tell_affected(&t, "CVE-6", NAMES_SOURCE, "Maven", "org.acme:called", VERSION_NUMBERS, "0", "2.0");
	tell_affected(&t, "CVE-7", NAMES_CPE, "", "cpe:2.3:a:acme:all:*:*:*:*:*:*:*:*", VERSION_NUMBERS, "0", "2.0");
	found_upstream(&t, "CVE-8", "acme", "twice", VERSION_NUMBERS, "2.0");
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
	found_told(&t, rows, N(rows));
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
	found_told(&t, rows, N(rows));
}

const struct test tests[] = {
	{"how sure a match is", test_confidence},
	{"processors alone restrict nothing", test_processors},
	{"nothing but a name to go by", test_alone},
	{"aliases and support", test_alias_of_support},
	{NULL, NULL},
};
