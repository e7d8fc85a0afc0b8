// CVE records: a row for each rule.
#include "said.h"

#define HEAD "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},"
#define SOURCE "source cve CVE List by CVE Program\n"
#define FLAW "flaw CVE-2024-0001\n"
#define A "affected CVE-2024-0001 "
#define R "refused t: line 1: containers.cna.affected[0]"

static void record_is(const char *affected, const char *want)
{
	char text[8192], all[8192];
	snprintf(text, sizeof text, HEAD "\"containers\":{\"cna\":{\"affected\":[%s]}}}", affected);
	snprintf(all, sizeof all, SOURCE FLAW "%s", want);
	said_is(text, NULL, all);
}

// Version lists of one product, whose default status is unaffected.
static void versions(void)
{
	static const struct {
		const char *list, *want;
	} rows[] = {
		{"", "else unaffected\n"},
		{"{\"version\":\"1.0\",\"status\":\"affected\"}", "=1.0:affected/custom else unaffected\n"},
		{"{\"version\":\"1.0\",\"status\":\"affected\",\"versionType\":\"semver\"}", "=1.0:affected/numbers else unaffected\n"},
		{"{\"version\":\"1.0.0-rc.1\",\"status\":\"affected\",\"versionType\":\"semver\"}", "=1.0.0-rc.1:affected/semver else unaffected\n"},
		{"{\"version\":\"0\",\"lessThan\":\"2\",\"status\":\"affected\"}", "[,2):affected/custom else unaffected\n"},
		{"{\"version\":\"0\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"custom\"}", "[,2):affected/custom else unaffected\n"},
		{"{\"version\":\"unspecified\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"patch\"}", "[,2):affected/custom else unaffected\n"},
		{"{\"version\":\"1\",\"lessThanOrEqual\":\"2\",\"status\":\"affected\",\"versionType\":\"rpm\"}", "[1,2]:affected/rpm else unaffected\n"},
		{"{\"version\":\"1.2.3\",\"lessThan\":\"2.0.0-rc1\",\"status\":\"affected\",\"versionType\":\"SemVer\"}", "[1.2.3,2.0.0-rc1):affected/semver else unaffected\n"},
		{"{\"version\":\"1.2\",\"lessThan\":\"*\",\"status\":\"affected\",\"versionType\":\"maven\"}", "[1.2,):affected/maven else unaffected\n"},
		{"{\"version\":\"5.10.3\",\"lessThanOrEqual\":\"5.10.*\",\"status\":\"unaffected\",\"versionType\":\"semver\"}", "[5.10.3,5.10.*):unaffected/numbers else unaffected\n"},
		{"{\"version\":\"2.0.0-a\",\"lessThan\":\"2.*\",\"status\":\"affected\",\"versionType\":\"semver\"}", "[2.0.0-a,2.*):affected/semver else unaffected\n"},
		{"{\"version\":\"2\",\"lessThan\":\"2.*\",\"status\":\"affected\",\"versionType\":\"python\"}", "[2,2.*):affected/pep440 else unaffected\n"},
		{"{\"version\":\"2\",\"lessThan\":\"2.*\",\"status\":\"affected\",\"versionType\":\"custom\"}", "[2,2.*):affected/custom else unaffected\n"},
		{"{\"version\":\"6.8\",\"lessThanOrEqual\":\"*\",\"status\":\"unaffected\",\"versionType\":\"original_commit_for_fix\"}", "[6.8,):unaffected/numbers else unaffected\n"},
		{"{\"version\":\"*\",\"status\":\"affected\"}", "[,):affected/custom else unaffected\n"},
		{"{\"version\":\"*\",\"lessThan\":\"*\",\"status\":\"affected\"}", "[,):affected/custom else unaffected\n"},
		{"{\"version\":\"2\",\"lessThan\":\"2\",\"status\":\"affected\"}", "[2,2):affected/custom else unaffected\n"},
		{"{\"version\":\"2\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"semver\"}", "[2,2):affected/numbers else unknown\n"},
		{"{\"version\":\"2\",\"lessThanOrEqual\":\"2\",\"status\":\"affected\",\"versionType\":\"semver\"}", "[2,2]:affected/numbers else unaffected\n"},
		// words and comparisons: what is said cannot be computed, so nothing is said to be unaffected
		{"{\"version\":\"1.0 and earlier\",\"status\":\"affected\"}", "=1.0 and earlier:affected/custom else unknown\n"},
		{"{\"version\":\"all\",\"status\":\"affected\"}", "=all:affected/custom else unknown\n"},
		{"{\"version\":\"n/a\",\"status\":\"unaffected\"}", "=n/a:unaffected/custom else unaffected\n"},
		{"{\"version\":\">= 1.2, <1.5\",\"status\":\"affected\"}", "[1.2,1.5):affected/custom else unaffected\n"},
		{"{\"version\":\"<= 1.5\",\"status\":\"affected\"}", "[,1.5]:affected/custom else unaffected\n"},
		{"{\"version\":\"> 1.5\",\"status\":\"affected\"}", "=> 1.5:affected/custom else unknown\n"},
		// changes: by increasing `at`, outside the range without effect
		{"{\"version\":\"1\",\"lessThan\":\"3\",\"status\":\"affected\",\"versionType\":\"semver\",\"changes\":[{\"at\":\"2.10\",\"status\":\"unknown\"},{\"at\":\"2.9\",\"status\":\"unaffected\"}]}",
		 "[1,2.9):affected/numbers [2.9,2.10):unaffected/numbers [2.10,3):unknown/numbers else unaffected\n"},
		{"{\"version\":\"1\",\"lessThanOrEqual\":\"3\",\"status\":\"affected\",\"versionType\":\"rpm\",\"changes\":[{\"at\":\"0.5\",\"status\":\"unknown\"},{\"at\":\"3\",\"status\":\"unaffected\"},{\"at\":\"4\",\"status\":\"affected\"}]}",
		 "[1,3):unknown/rpm [3,3]:unaffected/rpm else unaffected\n"},
		{"{\"version\":\"1\",\"lessThan\":\"3\",\"status\":\"affected\",\"versionType\":\"rpm\",\"changes\":[{\"at\":\"3\",\"status\":\"unaffected\"}]}", "[1,3):affected/rpm else unaffected\n"},
		{"{\"version\":\"1\",\"lessThan\":\"3\",\"status\":\"affected\",\"versionType\":\"custom\",\"changes\":[{\"at\":\"2.10\",\"status\":\"unknown\"},{\"at\":\"2.9\",\"status\":\"unaffected\"}]}",
		 "[1,2.10):affected/custom [2.10,2.9):unknown/custom [2.9,3):unaffected/custom else unaffected\n"},
		{"{\"version\":\"1.0.0\",\"lessThan\":\"3.0.0-a\",\"status\":\"affected\",\"versionType\":\"semver\",\"changes\":[{\"at\":\"two\",\"status\":\"unknown\"},{\"at\":\"2.0.0\",\"status\":\"unaffected\"}]}",
		 "[1.0.0,two):affected/custom [two,2.0.0):unknown/custom [2.0.0,3.0.0-a):unaffected/custom else unaffected\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char entry[2048], want[2048];
		snprintf(entry, sizeof entry, "{\"vendor\":\"v\",\"product\":\"p\",\"defaultStatus\":\"unaffected\",\"versions\":[%s]}", rows[i].list);
		snprintf(want, sizeof want, A "product v p %s", rows[i].want);
		record_is(entry, want);
	}
}

// An entry of the list that cannot be taken is told; the rest stays, but no longer says "unaffected".
static void refused_versions(void)
{
	static const struct {
		const char *entry, *rule;
	} rows[] = {
		{"{\"status\":\"affected\"}", "an entry without version"},
		{"{\"version\":\"\",\"status\":\"affected\"}", "an entry without version"},
		{"{\"version\":7,\"status\":\"affected\"}", "an entry without version"},
		{"7", "an entry without version"},
		{"{\"version\":\"2\"}", "a status is affected, unaffected or unknown"},
		{"{\"version\":\"2\",\"status\":\"Affected\"}", "a status is affected, unaffected or unknown"},
		{"{\"version\":\"2\",\"status\":true}", "a status is affected, unaffected or unknown"},
	};
	char entry[16000], want[512];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(entry, sizeof entry, "{\"vendor\":\"v\",\"product\":\"p\",\"defaultStatus\":\"unaffected\",\"versions\":["
		                              "{\"version\":\"1\",\"status\":\"affected\"},%s]}", rows[i].entry);
		snprintf(want, sizeof want, R ".versions[1]: %s\n" A "product v p =1:affected/custom else unknown\n", rows[i].rule);
		record_is(entry, want);
	}
	record_is("{\"vendor\":\"v\",\"product\":\"p\",\"versions\":[{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"changes\":[{\"at\":\"1.5\"}]}]}",
	          R ".versions[0].changes[0]: a change has `at`, of at most 1024 bytes, and a status\n" A "product v p else unknown\n");
	record_is("{\"vendor\":\"v\",\"product\":\"p\",\"defaultStatus\":\"maybe\"}",
	          R ": a default status is affected, unaffected or unknown\n" A "product v p else unknown\n");
	record_is("[]", R ": an affected entry is an object\n");
}

// A version of 10 kB refuses its entry, not the record.
static void long_version(void)
{
	char *text = malloc(20000);
	REQUIRE(text != NULL);
	int n = snprintf(text, 20000, HEAD "\"containers\":{\"cna\":{\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"versions\":["
	                                   "{\"version\":\"1\",\"status\":\"affected\"},{\"status\":\"affected\",\"version\":\"");
	memset(text + n, '9', 10000);
	snprintf(text + n + 10000, 9000, "\"}]},{\"vendor\":\"v\",\"product\":\"q\"}]}}}");
	said_is(text, NULL, SOURCE FLAW R ".versions[1]: a version of more than 1024 bytes\n" A "product v p =1:affected/custom else unknown\n" A
	                    "product v q else unknown\n");
	free(text);
}

static void names(void)
{
	static const struct {
		const char *entry, *want;
	} rows[] = {
		{"{\"vendor\":\" Acme\\n Inc \",\"product\":\"Router\\t5\"}", A "product Acme  Inc Router 5 else unknown\n"},
		{"{\"vendor\":\"n/a\",\"product\":\"n/a\"}", ""},
		{"{\"vendor\":\"v\",\"product\":\"p\",\"platforms\":[\"Windows\",\"n/a\",\" x64 \"]}", A "product v p on Windows, x64 else unknown\n"},
		{"{\"vendor\":\"v\",\"product\":\"p\",\"cpes\":[\"cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*\",\"cpe:2.3:a:v:p:2.0:*:*:*:*:*:*:*\",\"cpe:/o:v:q:1\"]}",
		 A "product v p else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:*:*:* else unknown\n" A "cpe cpe:2.3:o:v:q:*:*:*:*:*:*:*:* else unknown\n"},
		{"{\"collectionURL\":\"https://registry.npmjs.org/\",\"packageName\":\"@a/b\",\"versions\":[{\"version\":\"1.0.0\",\"lessThan\":\"2.0.0\",\"status\":\"affected\",\"versionType\":\"semver\"}]}",
		 A "source npm @a/b [1.0.0,2.0.0):affected/numbers else unknown\n"},
		{"{\"collectionURL\":\"https://pypi.org\",\"packageName\":\"A_b.C\"}", A "source PyPI a-b-c else unknown\n"},
		// the collection's order holds for its package, not for the product
		{"{\"vendor\":\"v\",\"product\":\"p\",\"collectionURL\":\"https://repo.maven.apache.org/maven2\",\"packageName\":\"g:a\",\"versions\":[{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\"},{\"version\":\"3\",\"lessThan\":\"4\",\"status\":\"affected\",\"versionType\":\"custom\"}]}",
		 A "source Maven g:a [1,2):affected/maven [3,4):affected/custom else unknown\n" A "product v p [1,2):affected/custom [3,4):affected/custom else unknown\n"},
		{"{\"vendor\":\"v\",\"product\":\"p\",\"collectionURL\":\"https://wordpress.org/plugins\",\"packageName\":\"w\"}", A "product v p else unknown\n"},
		// a distribution's repository: its product is the distribution
		{"{\"vendor\":\"Red Hat\",\"product\":\"Red Hat Enterprise Linux 9\",\"collectionURL\":\"https://access.redhat.com/downloads/content/package-browser/\",\"packageName\":\"xz\","
		 "\"cpes\":[\"cpe:/o:redhat:enterprise_linux:9\",\"cpe:/a:redhat:enterprise_linux:9::appstream\"],\"defaultStatus\":\"affected\",\"versions\":[{\"version\":\"0:5.2-1.el9\",\"lessThan\":\"*\",\"status\":\"unaffected\",\"versionType\":\"rpm\"}]}",
		 A "source Red Hat:enterprise_linux:9 xz [0:5.2-1.el9,):unaffected/rpm else affected\n"},
		// commits: left out where another entry tells the same product by versions
		{"{\"vendor\":\"Linux\",\"product\":\"Linux\",\"versions\":[{\"version\":\"abc\",\"lessThan\":\"def\",\"status\":\"affected\",\"versionType\":\"git\"}]},"
		 "{\"vendor\":\"Linux\",\"product\":\"Linux\",\"versions\":[{\"version\":\"5.1\",\"status\":\"affected\"}]}",
		 A "product Linux Linux =5.1:affected/custom else unknown\n"},
		{"{\"vendor\":\"v\",\"product\":\"p\",\"versions\":[{\"version\":\"abc\",\"lessThan\":\"def\",\"status\":\"affected\",\"versionType\":\"git\"}]}",
		 A "product v p [abc,def):affected/custom else unknown\n"},
		{"{\"vendor\":\"v\",\"product\":\"p\",\"cpes\":[\"cpe:2.3:x\",7]}",
		 A "product v p else unknown\n" R ".cpes[0]: CPE \"cpe:2.3:x\": part \"x\": must be a, o or h\n" R ".cpes[1]: 7 is no text\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		record_is(rows[i].entry, rows[i].want);
}

// What a CPE says beyond the product goes with it; the product's own name is then restricted to it, unless one CPE says no more.
static void qualifiers(void)
{
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"\"cpes\":[\"cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*\"]",
		 A "product v p on wordpress else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:* else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:v:p:1:*:*:fr:enterprise:windows:x64:*\",\"cpe:2.3:a:v:p:2:*:*:fr:enterprise:windows:x64:*\",\"cpe:2.3:a:v:p:1:*:*:*:*:macos:*:*\"]",
		 A "product v p on fr enterprise windows x64, macos else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:fr:enterprise:windows:x64:* else unknown\n"
		 A "cpe cpe:2.3:a:v:p:*:*:*:*:*:macos:*:* else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*\",\"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*\"]",
		 A "product v p else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:* else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:*:*:* else unknown\n"},
		{"\"platforms\":[\"Linux\"],\"cpes\":[\"cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*\"]",
		 A "product v p on Linux else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:* else unknown\n"},
		{"\"cpes\":[\"cpe:/a:v:p:::~~pro~~~\"]", A "product v p on pro else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:pro:*:*:* else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:v:p:*:*:*:*:-:*:*:*\"]", A "product v p else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:-:*:*:* else unknown\n"},
		// an update belongs to a single version; of a range it is an example
		{"\"cpes\":[\"cpe:2.3:a:v:p:1.0:rc1:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"1.0\",\"status\":\"affected\"}]",
		 A "product v p on rc1 =1.0:affected/custom else unknown\n" A "cpe cpe:2.3:a:v:p:*:rc1:*:*:*:*:*:* =1.0:affected/custom else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:v:p:1.0:-:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"1.0\",\"status\":\"affected\"}]",
		 A "product v p =1.0:affected/custom else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:*:*:* =1.0:affected/custom else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:v:p:1.0:rc1:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"0\",\"lessThan\":\"1.1\",\"status\":\"affected\"}]",
		 A "product v p [,1.1):affected/custom else unknown\n" A "cpe cpe:2.3:a:v:p:*:*:*:*:*:*:*:* [,1.1):affected/custom else unknown\n"},
		{"\"cpes\":[\"cpe:2.3:a:*:p:*:*:*:*:*:wordpress:*:*\"]", A "product v p else unknown\n" R ".cpes[0]: names no product\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char entry[2048];
		snprintf(entry, sizeof entry, "{\"vendor\":\"v\",\"product\":\"p\",%s}", rows[i].rest);
		record_is(entry, rows[i].want);
	}
}

#define CPE_P "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"
#define CP "cpe " CPE_P " "
#define OR_NODE(matches) "{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[" matches "]}"
#define MATCH(cpe, rest) "{\"vulnerable\":true,\"criteria\":\"" cpe "\"" rest "}"
#define BESIDE(cpe) "{\"vulnerable\":false,\"criteria\":\"" cpe "\"}"
#define CR "refused t: line 1: containers.cna.cpeApplicability[0]"

// Configurations: bounds, what runs on what, what cannot be said.
static void applicability(void)
{
	static const struct {
		const char *list, *want;
	} rows[] = {
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionEndExcluding\":\"2.10\"")) "]}", "[,2.10):affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionStartIncluding\":\"1\",\"versionEndIncluding\":\"2.10\"")) "]}", "[1,2.10]:affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionStartExcluding\":\"1\",\"versionEndExcluding\":\"2\"") "," MATCH(CPE_P, ",\"versionEndIncluding\":\"0.9\"")) "]}",
		 "[,0.9]:affected/numbers =1:unaffected/numbers [1,2):affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionStartExcluding\":\"1\"") "," MATCH(CPE_P, ",\"versionStartExcluding\":\"2\"")) "]}",
		 "=1:unknown/numbers [1,):affected/numbers =2:unknown/numbers [2,):affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionStartIncluding\":\"3\",\"versionEndExcluding\":\"4\"") "," MATCH(CPE_P, ",\"versionEndExcluding\":\"2\"")) "]}",
		 "[3,4):affected/numbers [,2):affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionEndExcluding\":\"1.0.2k\"")) "]}", "[,1.0.2k):affected/custom else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:1\\\\.2:*:*:*:*:*:*:*", "")) "]}", "=1.2:affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, "")) "]}", "[,):affected/custom else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:-:*:*:*:*:*:*:*", "")) "]}", "else unknown"},
		{"{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:2.*:*:*:*:*:*:*:*", "")) "]}", "else unknown"},
		// vulnerable: false alone says nothing; of two lists both count
		{"{\"nodes\":[" OR_NODE(BESIDE("cpe:2.3:o:v:q:*:*:*:*:*:*:*:*") "," MATCH(CPE_P, ",\"versionEndExcluding\":\"2\"")) "]}", "[,2):affected/numbers else unaffected"},
		{"{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionEndExcluding\":\"2\"")) "]},{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:3:*:*:*:*:*:*:*", "")) "]}",
		 "[,2):affected/numbers =3:affected/numbers else unaffected"},
	};
	char text[8192], want[4096];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, HEAD "\"containers\":{\"cna\":{\"cpeApplicability\":[%s]}}}", rows[i].list);
		snprintf(want, sizeof want, SOURCE FLAW A CP "%s\n" A "product v p %s\n", rows[i].want, rows[i].want);
		said_is(text, NULL, want);
	}
	static const struct {
		const char *containers, *want;
	} whole[] = {
		// a qualifier, an update
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*", ",\"versionEndExcluding\":\"2\"")) "]}]}",
		 A "cpe cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:* [,2):affected/numbers else unaffected\n" A "product v p on wordpress [,2):affected/numbers else unaffected\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:v:p:1.0:rc1:*:*:*:*:*:*", "")) "]}]}",
		 A "cpe cpe:2.3:a:v:p:*:rc1:*:*:*:*:*:* =1.0:affected/numbers =1.0-rc1:affected/custom =1.0rc1:affected/custom =1.0 rc1:affected/custom else unaffected\n"
		 A "product v p on rc1 =1.0:affected/numbers =1.0-rc1:affected/custom =1.0rc1:affected/custom =1.0 rc1:affected/custom else unaffected\n"},
		// what runs on something is restricted to it, and that something is never affected
		{"\"cna\":{\"cpeApplicability\":[{\"operator\":\"AND\",\"nodes\":[" OR_NODE(MATCH(CPE_P, "")) "," OR_NODE(BESIDE("cpe:2.3:o:w:x:-:*:*:*:*:*:*:*")) "]}]}",
		 A "cpe " CPE_P " on cpe:2.3:o:w:x:-:*:*:*:*:*:*:* [,):affected/custom else unaffected\n"
		 A "product v p on cpe:2.3:o:w:x:-:*:*:*:*:*:*:* [,):affected/custom else unaffected\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"operator\":\"OR\",\"nodes\":[{\"operator\":\"AND\",\"cpeMatch\":[" MATCH(CPE_P, "") "," MATCH("cpe:2.3:o:w:x:1:*:*:*:*:*:*:*", "") "]}]}]}",
		 A "cpe " CPE_P " on cpe:2.3:o:w:x:1:*:*:*:*:*:*:* [,):affected/custom else unaffected\n"
		 A "product v p on cpe:2.3:o:w:x:1:*:*:*:*:*:*:* [,):affected/custom else unaffected\n"
		 A "cpe cpe:2.3:o:w:x:*:*:*:*:*:*:*:* on " CPE_P " =1:affected/numbers else unaffected\n" A "product w x on " CPE_P " =1:affected/numbers else unaffected\n"},
		// a firmware runs on its own hardware: that goes without saying
		{"\"cna\":{\"cpeApplicability\":[{\"operator\":\"AND\",\"nodes\":[" OR_NODE(MATCH("cpe:2.3:o:v:r_firmware:1:*:*:*:*:*:*:*", "")) "," OR_NODE(BESIDE("cpe:2.3:h:v:r:-:*:*:*:*:*:*:*")) "]}]}",
		 A "cpe cpe:2.3:o:v:r_firmware:*:*:*:*:*:*:*:* =1:affected/numbers else unaffected\n" A "product v r_firmware =1:affected/numbers else unaffected\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"operator\":\"AND\",\"nodes\":[" OR_NODE(MATCH("cpe:2.3:o:v:r_firmware:1:*:*:*:*:*:*:*", "")) "," OR_NODE(BESIDE("cpe:2.3:h:v:s:-:*:*:*:*:*:*:*")) "]}]}",
		 A "cpe cpe:2.3:o:v:r_firmware:*:*:*:*:*:*:*:* on cpe:2.3:h:v:s:-:*:*:*:*:*:*:* =1:affected/numbers else unaffected\n"
		 A "product v r_firmware on cpe:2.3:h:v:s:-:*:*:*:*:*:*:* =1:affected/numbers else unaffected\n"},
		// versions that can be compared come first, of that CPE and of that name
		{"\"cna\":{\"affected\":[{\"vendor\":\"V\",\"product\":\"P\",\"cpes\":[\"" CPE_P "\"],\"versions\":[{\"version\":\"7\",\"status\":\"affected\"}]}],"
		 "\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH(CPE_P, "")) "]}]}",
		 A "product V P =7:affected/custom else unknown\n" A CP "=7:affected/custom else unknown\n"},
		{"\"cna\":{\"affected\":[{\"vendor\":\"V\",\"product\":\"P\",\"versions\":[{\"version\":\"7\",\"lessThan\":\"8\",\"status\":\"affected\",\"versionType\":\"semver\"}]}],"
		 "\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH(CPE_P, "")) "]}]}",
		 A "product V P [7,8):affected/numbers else unknown\n" A CP "[,):affected/custom else unaffected\n"},
		{"\"cna\":{\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"cpes\":[\"" CPE_P "\"],\"versions\":[{\"version\":\"7\",\"lessThan\":\"8\",\"status\":\"affected\",\"versionType\":\"custom\"}]}],"
		 "\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH(CPE_P, ",\"versionEndExcluding\":\"8\"")) "]}]}",
		 A "product v p [7,8):affected/custom else unknown\n" A CP "[7,8):affected/custom else unknown\n"
		 A CP "[,8):affected/numbers else unaffected\n" A "product v p [,8):affected/numbers else unaffected\n"},
		// refused: what is left says "unaffected" of nothing
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[{\"negate\":true,\"cpeMatch\":[" MATCH(CPE_P, "") "]}]}]}", CR ": negate is not computed\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"negate\":true,\"nodes\":[]},{\"nodes\":[" OR_NODE(MATCH(CPE_P, "")) "]}]}",
		 CR ": negate is not computed\n" A CP "[,):affected/custom else unknown\n" A "product v p [,):affected/custom else unknown\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":7}]}", CR ": a configuration is a list of at most 16 nodes\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[{},7]}]}", CR ".nodes[0]: a node is a list of cpeMatch\n" CR ".nodes[1]: a node is a list of cpeMatch\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:x", "") ",7," MATCH("cpe:2.3:a:*:p:*:*:*:*:*:*:*:*", "")) "]}]}",
		 CR ".nodes[0].cpeMatch[0]: criteria is no CPE that names a product\n" CR ".nodes[0].cpeMatch[1]: criteria is no CPE that names a product\n"
		 CR ".nodes[0].cpeMatch[2]: criteria is no CPE that names a product\n"},
		{"\"cna\":{\"cpeApplicability\":[7]},\"adp\":[{\"cpeApplicability\":7}]", CR ": a configuration is a list of at most 16 nodes\n"},
	};
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		snprintf(text, sizeof text, HEAD "\"containers\":{%s}}", whole[i].containers);
		snprintf(want, sizeof want, SOURCE FLAW "%s", whole[i].want);
		said_is(text, NULL, want);
	}
}

#define CNA(versions) "\"cna\":{\"affected\":[{\"vendor\":\"Example Corp\",\"product\":\"P Q\",\"defaultStatus\":\"unaffected\",\"versions\":[" versions "]}]}"
#define ADP(rest) "\"adp\":[{\"providerMetadata\":{\"shortName\":\"CISA-ADP\"}," rest "}]"
#define ADP_Q "{\"vendor\":\"example_corp\",\"product\":\"p-q\",\"cpes\":[\"cpe:2.3:a:example_corp:p_q:*:*:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"9\",\"status\":\"affected\"}]}"
#define WITH_Q "\"cpes\":[\"cpe:2.3:a:example_corp:p_q:*:*:*:*:*:*:*:*\"]"
#define ADP_R "{\"vendor\":\"example_corp\",\"product\":\"p-q\"," WITH_Q ",\"versions\":[{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"semver\"}]}"
#define CPE_Q "cpe cpe:2.3:a:example_corp:p_q:*:*:*:*:*:*:*:* "

// An ADP adds; of a product that the CNA speaks of, the CNA's word holds, with the ADP's CPEs.
static void others(void)
{
	static const struct {
		const char *containers, *want;
	} rows[] = {
		{CNA("{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"semver\"}") "," ADP("\"affected\":[" ADP_Q "]"),
		 A "product Example Corp P Q [1,2):affected/numbers else unaffected\n" A CPE_Q "[1,2):affected/numbers else unaffected\n"},
		// single versions without order say nothing of their neighbours: ranges that have one count besides, of a CPE of the CNA's, too
		{CNA("{\"version\":\"1\",\"status\":\"affected\",\"versionType\":\"custom\"},{\"version\":\"1.1\",\"status\":\"affected\"}") "," ADP("\"affected\":[" ADP_R "]"),
		 A "product Example Corp P Q =1:affected/custom =1.1:affected/custom else unaffected\n" A CPE_Q "=1:affected/custom =1.1:affected/custom else unaffected\n"
		 A "product example_corp p-q [1,2):affected/numbers else unknown\n" A CPE_Q "[1,2):affected/numbers else unknown\n"},
		{"\"cna\":{\"affected\":[{\"vendor\":\"Example Corp\",\"product\":\"P Q\"," WITH_Q ",\"versions\":[{\"version\":\"1\",\"status\":\"affected\"}]}]}," ADP("\"affected\":[" ADP_R "]"),
		 A "product Example Corp P Q =1:affected/custom else unknown\n" A CPE_Q "=1:affected/custom else unknown\n"
		 A "product example_corp p-q [1,2):affected/numbers else unknown\n" A CPE_Q "[1,2):affected/numbers else unknown\n"},
		// not when one of them has an order, nor ranges that have none, nor singles
		{CNA("{\"version\":\"1\",\"status\":\"affected\"},{\"version\":\"1.1\",\"status\":\"affected\",\"versionType\":\"semver\"}") "," ADP("\"affected\":[" ADP_R "]"),
		 A "product Example Corp P Q =1:affected/custom =1.1:affected/numbers else unaffected\n" A CPE_Q "=1:affected/custom =1.1:affected/numbers else unaffected\n"},
		{CNA("{\"version\":\"1\",\"status\":\"affected\"}") "," ADP("\"affected\":[{\"vendor\":\"example_corp\",\"product\":\"p-q\"," WITH_Q ",\"versions\":[{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"custom\"}]}]"),
		 A "product Example Corp P Q =1:affected/custom else unaffected\n" A CPE_Q "=1:affected/custom else unaffected\n"},
		{CNA("{\"version\":\"1\",\"status\":\"affected\"}") "," ADP("\"affected\":[" ADP_Q "]"),
		 A "product Example Corp P Q =1:affected/custom else unaffected\n" A CPE_Q "=1:affected/custom else unaffected\n"},
		// what the CNA says cannot be computed: both are said
		{CNA("{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"custom\"}") "," ADP("\"affected\":[" ADP_Q "]"),
		 A "product Example Corp P Q [1,2):affected/custom else unaffected\n" A "product example_corp p-q =9:affected/custom else unknown\n"
		 A CPE_Q "=9:affected/custom else unknown\n"},
		{"\"cna\":{\"affected\":[{\"vendor\":\"n/a\",\"product\":\"n/a\",\"versions\":[{\"version\":\"n/a\",\"status\":\"affected\"}]}]}," ADP("\"affected\":[" ADP_Q "]"),
		 A "product example_corp p-q =9:affected/custom else unknown\n" A CPE_Q "=9:affected/custom else unknown\n"},
		// a CPE of which the CNA has said versions, by its list or by its configuration
		{"\"cna\":{\"affected\":[{\"vendor\":\"x\",\"product\":\"y\",\"cpes\":[\"cpe:2.3:a:example_corp:p_q:1:*:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"1\",\"status\":\"affected\"}]}]}," ADP("\"affected\":[" ADP_Q "]"),
		 A "product x y =1:affected/custom else unknown\n" A CPE_Q "=1:affected/custom else unknown\n" A "product example_corp p-q =9:affected/custom else unknown\n"},
		{"\"cna\":{\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:example_corp:p_q:1:*:*:*:*:*:*:*", "")) "]}]},"
		 ADP("\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:example_corp:p_q:2:*:*:*:*:*:*:*", "")) "]}]"),
		 A CPE_Q "=1:affected/numbers else unaffected\n" A "product example_corp p_q =1:affected/numbers else unaffected\n"},
		{"\"cna\":{}," ADP("\"cpeApplicability\":[{\"nodes\":[" OR_NODE(MATCH("cpe:2.3:a:example_corp:p_q:2:*:*:*:*:*:*:*", "")) "]}]"),
		 A CPE_Q "=2:affected/numbers else unaffected\n" A "product example_corp p_q =2:affected/numbers else unaffected\n"},
		// several lists of one ADP about one product all count
		{"\"cna\":{}," ADP("\"affected\":[" ADP_Q ",{\"cpes\":[\"cpe:2.3:a:example_corp:p_q:8:*:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"8\",\"status\":\"affected\"}]}]"),
		 A "product example_corp p-q =9:affected/custom else unknown\n" A CPE_Q "=9:affected/custom else unknown\n" A CPE_Q "=8:affected/custom else unknown\n"},
		// CISA's note
		{"\"cna\":{}," ADP("\"metrics\":[{\"other\":{\"type\":\"ssvc\",\"content\":{}}},{\"other\":{\"type\":\"kev\",\"content\":{\"dateAdded\":\"2024-02-12\"}}}]"),
		 "kev CVE-2024-0001 [||] added 2024-02-12\n"},
		{"\"cna\":{}," ADP("\"metrics\":[7,{\"other\":{\"type\":\"kev\",\"content\":{\"dateAdded\":\"soon\"}}},{\"other\":{\"type\":\"kev\"}}]"),
		 "refused t: line 1: containers.adp[0].metrics[1]: dateAdded is no date\nrefused t: line 1: containers.adp[0].metrics[2]: dateAdded is no date\n"},
		{"\"cna\":{\"metrics\":[{\"other\":{\"type\":\"kev\",\"content\":{\"dateAdded\":\"2024-02-12\"}}}]}", ""}, // not the CNA's to say
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[8192], want[4096];
		snprintf(text, sizeof text, HEAD "\"containers\":{%s}}", rows[i].containers);
		snprintf(want, sizeof want, SOURCE FLAW "%s", rows[i].want);
		said_is(text, NULL, want);
	}
}

static void heads(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.2\",\"cveMetadata\":{\"cveId\":\"CVE-2024-12345\",\"state\":\"REJECTED\",\"dateRejected\":\"2024-05-06\"},"
		 "\"containers\":{\"cna\":{\"affected\":[{\"vendor\":\"v\",\"product\":\"p\"}]}}}",
		 SOURCE "flaw CVE-2024-12345 modified 2024-05-06 rejected\nsource cve CVE List by CVE Program 2024-05-06\n"},
		{HEAD "\"containers\":{\"cna\":{\"title\":\" T\\u0007t \",\"metrics\":[{\"cvssV2_0\":{\"baseScore\":5}},{\"cvssV3_0\":{\"baseScore\":9.8}},{\"cvssV3_1\":{\"baseScore\":7.5}}]}}}",
		 SOURCE "flaw CVE-2024-0001 \"T t v3:75\n"},
		{HEAD "\"containers\":{\"cna\":{\"descriptions\":[{\"lang\":\"fr\",\"value\":\"non\"},{\"lang\":\"en-US\",\"value\":\"yes\"}],\"metrics\":[{\"cvssV3_1\":{\"baseScore\":7.5}},{\"cvssV4_0\":{\"baseScore\":6.9}}]},"
		      "\"adp\":[{\"metrics\":[{\"cvssV4_0\":{\"baseScore\":1}}]}]}}",
		 SOURCE "flaw CVE-2024-0001 \"yes v4:69\n"},
		{HEAD "\"containers\":{\"cna\":{\"metrics\":[{\"cvssV3_1\":{\"baseScore\":\"7\"}},{\"cvssV3_1\":{\"baseScore\":11}}]},\"adp\":[{\"metrics\":7},{\"metrics\":[{\"cvssV2_0\":{\"baseScore\":4.3}}],"
		      "\"affected\":[{\"vendor\":\"v\",\"product\":\"p\"}]}]}}",
		 SOURCE "flaw CVE-2024-0001 v2:43\n" A "product v p else unknown\n"},
		// an indexer's line: packages of distributions, by platform
		{"{\"name\":\"CVE-2024-0001\",\"payload\":" HEAD "\"containers\":{\"cna\":{},\"adp\":["
		 "{\"providerMetadata\":{\"shortName\":\"debian\"},\"affected\":[{\"vendor\":\"debian\",\"product\":\"ctdb\",\"defaultStatus\":\"unaffected\",\"platforms\":[\"bookworm\",\"sid\",\"moon\"],"
		 "\"versions\":[{\"version\":\"0\",\"lessThan\":\"2:4.17\",\"status\":\"affected\",\"versionType\":\"deb\"}]}]},"
		 "{\"providerMetadata\":{\"shortName\":\"canonical\"},\"affected\":[{\"vendor\":\"canonical\",\"product\":\"pound\",\"platforms\":[\"jammy\"],"
		 "\"versions\":[{\"version\":\"0\",\"lessThan\":\"1.2\",\"status\":\"affected\",\"versionType\":\"custom\"}]}]},"
		 "{\"providerMetadata\":{\"shortName\":\"rocky\"},\"affected\":[{\"vendor\":\"rocky\",\"product\":\"lua\",\"platforms\":[\"cpe:/o:rocky:rocky:8.0\",\"cpe:/o:rocky:rocky:8.5\"]}]},"
		 "{\"providerMetadata\":{\"shortName\":\"suse\"},\"affected\":[{\"vendor\":\"suse\",\"product\":\"xz\",\"platforms\":[\"cpe:/o:suse:sles:15:sp5\",\"cpe:/o:suse:ses:7\"]}]},"
		 "{\"providerMetadata\":{\"shortName\":\"alas\"},\"affected\":[{\"vendor\":\"amazon\",\"product\":\"xz\"}]}]}}}\n"
		 "{\"name\":\"TID-1\",\"payload\":{\"source\":1}}\n",
		 "source cve CVE indexer\n" FLAW
		 A "binary Debian:12 ctdb [,2:4.17):affected/deb else unaffected\n" A "binary Debian:sid ctdb [,2:4.17):affected/deb else unaffected\n"
		 A "product debian ctdb on moon [,2:4.17):affected/deb else unaffected\n"
		 A "binary Ubuntu:22.04:LTS pound [,1.2):affected/deb else unknown\n"
		 A "binary Rocky Linux:8 lua else unknown\n"
		 A "binary SUSE:Linux Enterprise Server 15 SP5 xz else unknown\n" A "product suse xz on cpe:/o:suse:ses:7 else unknown\n"
		 A "product amazon xz else unknown\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		said_is(rows[i].text, NULL, rows[i].want);
}

// Records that are refused as a whole; alone in its file nothing is said at all.
static void refused_heads(void)
{
	static const struct {
		const char *text, *rule;
	} rows[] = {
		{"{\"dataType\":\"X\"}", "dataType: is not CVE_RECORD"},
		{"{\"containers\":{}}", "dataType: is missing, must be text"},
		{"{\"dataType\":\"CVE_RECORD\"}", "dataVersion: is missing, must be text"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"4.0\"}", "dataVersion: 4.0 is no version 5 of the record format"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\"}", "cveMetadata.cveId: is missing, must be text"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-24-1\"}}", "cveMetadata.cveId: is no CVE identifier"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001x\"}}", "cveMetadata.cveId: is no CVE identifier"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"RESERVED\"}}", "cveMetadata.state: a state is PUBLISHED or REJECTED"},
		{HEAD "\"containers\":[]}", "containers: [] is no object"},
		{HEAD "\"x\":1}", "containers: is missing, must be object"},
		{"{\"dataType\":\"CVE_RECORD\",\"dataType\":\"CVE_RECORD\"}", "line 1, column 35: duplicate object key near '\"dataType\"'"},
	};
	char good[2048], want[2048];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(want, sizeof want, "t: line 1: %s", rows[i].rule);
		said_not(rows[i].text, NULL, want);
		// Among others it is told, and they are taken.
		snprintf(good, sizeof good, "[%s," HEAD "\"containers\":{}}]", rows[i].text);
		snprintf(want, sizeof want, SOURCE "refused t: %s\n" FLAW, rows[i].rule);
		if (strstr(rows[i].rule, "duplicate") == NULL)
			said_is(good, NULL, want);
	}
}

const struct test tests[] = {
	{"versions", versions}, {"refused versions", refused_versions}, {"a version of 10 kB", long_version},
	{"names", names},       {"heads", heads},                       {"refused heads", refused_heads},
	{"qualifiers", qualifiers}, {"configurations", applicability}, {"what others add", others},
	{NULL, NULL},
};
