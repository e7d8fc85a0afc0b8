// CSAF, OpenVEX, CycloneDX: a row for each rule.
#include "said.h"

#define HEAD                                                                                                                              \
	"{\"document\":{\"csaf_version\":\"2.0\",\"publisher\":{\"name\":\"Example Corp\"},\"tracking\":{\"id\":\"EX-1\",\"initial_release_date\":\"2024-01-01T00:00:00Z\"," \
	"\"current_release_date\":\"2024-01-02T00:00:00Z\"}},"
#define SOURCE "source csaf CSAF Example Corp by Example Corp 2024-01-02\n"
#define FLAW "flaw EX-1:CVE-2024-1 = CVE-2024-1 published 2024-01-01 modified 2024-01-02\n"
#define A "affected EX-1:CVE-2024-1 "

// The products of every row: by branches, with and without identifiers, ranges, a relationship, a whole name.
#define TREE                                                                                                                              \
	"\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"Acme\",\"branches\":[{\"category\":\"product_name\",\"name\":\"Router\",\"branches\":[" \
	"{\"category\":\"product_version\",\"name\":\"1.0\",\"product\":{\"name\":\"Router 1.0\",\"product_id\":\"V1\"}},"                     \
	"{\"category\":\"product_version_range\",\"name\":\"<V3.0\",\"product\":{\"name\":\"Router <V3.0\",\"product_id\":\"R1\"}},"           \
	"{\"category\":\"product_version_range\",\"name\":\"vers:deb/>=1.0|<2.0|3.0\",\"product\":{\"name\":\"x\",\"product_id\":\"R2\"}},"    \
	"{\"category\":\"product_version_range\",\"name\":\"vers:all/*\",\"product\":{\"name\":\"x\",\"product_id\":\"R3\"}},"                 \
	"{\"category\":\"product_version_range\",\"name\":\"all before 3\",\"product\":{\"name\":\"x\",\"product_id\":\"R4\"}}],"              \
	"\"product\":{\"name\":\"Router\",\"product_id\":\"ALL\"}},"                                                                           \
	"{\"category\":\"product_name\",\"name\":\"Fw\",\"product\":{\"name\":\"Fw\",\"product_id\":\"C1\",\"product_identification_helper\":{\"cpe\":\"cpe:2.3:o:acme:fw:2.1:*:*:*:*:*:*:*\"}}}]},"  \
	"{\"category\":\"product_version\",\"name\":\"xz\",\"product\":{\"name\":\"xz\",\"product_id\":\"P1\",\"product_identification_helper\":{\"purl\":\"pkg:rpm/redhat/xz@5.2-1.el9?arch=src&epoch=1\"}}}," \
	"{\"category\":\"product_version\",\"name\":\"n\",\"product\":{\"name\":\"n\",\"product_id\":\"N1\",\"product_identification_helper\":{\"purl\":\"pkg:npm/%40a/b@1.0.0\"}}}]," \
	"\"full_product_names\":[{\"name\":\"Red Hat Enterprise Linux 9\",\"product_id\":\"OS\",\"product_identification_helper\":{\"cpe\":\"cpe:/o:redhat:enterprise_linux:9\"}}]," \
	"\"relationships\":[{\"category\":\"default_component_of\",\"product_reference\":\"P1\",\"relates_to_product_reference\":\"OS\","      \
	"\"full_product_name\":{\"name\":\"xz in OS\",\"product_id\":\"OS:P1\"}}],"                            \
	"\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"ALL\",\"V1\"]}]}"

#define TOOL(id, help) "{\"name\":\"" id " name\",\"product_id\":\"" id "\",\"product_identification_helper\":{" help "}}"
#define RELATION(id, part, whole) \
	"{\"category\":\"default_component_of\",\"product_reference\":\"" part "\",\"relates_to_product_reference\":\"" whole "\",\"full_product_name\":{\"name\":\"x\",\"product_id\":\"" id "\"}}"
#define GONE "no such product in the product tree\n"
#define ROUND "leads back to itself, to what is refused, or over more than 32 relationships\n"
#define RR "refused t: product_tree.relationships"
#define RS "refused t: vulnerabilities[0].product_status.fixed[0]: no such product in the product tree\n"

// A package of a module of a release: relationships over relationships, in any order; circles and names that lead nowhere.
static void relationships(void)
{
	static const struct {
		const char *list, *want;
	} rows[] = {
		{RELATION("T", "PKG", "OS"), A "binary Red Hat:enterprise_linux:9 nodejs [1:18-1.el9,):fixed/rpm [,1:18-1.el9):affected/rpm else unknown fixed 1:18-1.el9\n"},
		{RELATION("M", "MOD", "OS") "," RELATION("T", "PKG", "M"),
		 A "binary Red Hat:enterprise_linux:9 nodejs on MOD name, cpe:/o:redhat:enterprise_linux:9 [1:18-1.el9,):fixed/rpm [,1:18-1.el9):affected/rpm else unknown fixed 1:18-1.el9\n"},
		{RELATION("T", "PKG", "M") "," RELATION("M", "MOD", "OS"), // the same, the other way round
		 A "binary Red Hat:enterprise_linux:9 nodejs on MOD name, cpe:/o:redhat:enterprise_linux:9 [1:18-1.el9,):fixed/rpm [,1:18-1.el9):affected/rpm else unknown fixed 1:18-1.el9\n"},
		{RELATION("T", "M", "OS") "," RELATION("M", "PKG", "MOD"), // the part is a relationship's product
		 A "binary Red Hat:enterprise_linux:9 nodejs on MOD name, cpe:/o:redhat:enterprise_linux:9 [1:18-1.el9,):fixed/rpm [,1:18-1.el9):affected/rpm else unknown fixed 1:18-1.el9\n"},
		{RELATION("T", "APP", "M") "," RELATION("M", "MOD", "APP"), A "product APP name on MOD name, APP name else fixed\n"},
		{RELATION("T", "PKG", "gone"), RR "[0].relates_to_product_reference: " GONE "|" RS},
		{RELATION("T", "gone", "M") "," RELATION("M", "MOD", "OS"), RR "[0].product_reference: " GONE "|" RS},
		{RELATION("T", "PKG", "M") "," RELATION("M", "MOD", "T"),
		 RR "[0].relates_to_product_reference: " ROUND RR "[1].relates_to_product_reference: " ROUND "|" RS},
		{RELATION("T", "T", "OS"), RR "[0].product_reference: " ROUND "|" RS},
		{RELATION("T", "PKG", "M") "," RELATION("M", "MOD", "gone"),
		 RR "[0].relates_to_product_reference: " ROUND RR "[1].relates_to_product_reference: " GONE "|" RS},
		{"7,{\"product_reference\":\"PKG\"}", RR "[0]: " GONE RR "[1]: " GONE "|" RS},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[8192], want[2048];
		const char *bar = strchr(rows[i].want, '|');
		int before = bar == NULL ? 0 : (int)(bar - rows[i].want);
		snprintf(text, sizeof text, HEAD "\"product_tree\":{\"full_product_names\":[" TOOL("OS", "\"cpe\":\"cpe:/o:redhat:enterprise_linux:9\"") ","
		         TOOL("MOD", "") "," TOOL("APP", "") "," TOOL("PKG", "\"purl\":\"pkg:rpm/redhat/nodejs@18-1.el9?arch=x86_64&epoch=1\"")
		         "],\"relationships\":[%s]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"product_status\":{\"fixed\":[\"T\"]}}]}", rows[i].list);
		snprintf(want, sizeof want, SOURCE "%.*s" FLAW "%s", before, rows[i].want, bar != NULL ? bar + 1 : rows[i].want);
		said_is(text, NULL, want);
	}
	// As long as is followed, and one longer.
	for (int n = 32; n <= 33; n++) {
		char text[16384];
		struct said s;
		struct why why = {""};
		int at = snprintf(text, sizeof text, HEAD "\"product_tree\":{\"full_product_names\":[" TOOL("R0", "") "],\"relationships\":[");
		for (int k = n; k > 0; k--)
			at += snprintf(text + at, sizeof text - (size_t)at, "{\"product_reference\":\"R0\",\"relates_to_product_reference\":\"R%d\",\"full_product_name\":{\"product_id\":\"R%d\"}}%s", k - 1, k, k > 1 ? "," : "");
		snprintf(text + at, sizeof text - (size_t)at, "]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"product_status\":{\"fixed\":[\"R%d\"]}}]}", n);
		said_init(&s, false);
		CHECK(said_read(&s, text, strlen(text), &(struct feed_options){.dated = FACT_NO_DATE}, &why) == ERR_OK);
		CHECK_SAY(s.facts[FACT_REFUSED] == (n > 32 ? 2 : 0) && s.facts[FACT_AFFECTED] == (n <= 32), "%d: %s", n, said_lines(&s));
		said_free(&s);
	}
}

static void csaf(void)
{
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"\"known_affected\":[\"ALL\"]", A "product Acme Router else affected\n"},
		{"\"known_affected\":[\"V1\"]", A "product Acme Router =1.0:affected/custom else unknown\n"},
		{"\"known_affected\":[\"R1\"]", A "product Acme Router [,V3.0):affected/custom else unknown\n"},
		{"\"known_affected\":[\"R2\"]", A "product Acme Router [1.0,2.0):affected/deb =3.0:affected/deb else unknown\n"},
		{"\"known_affected\":[\"R3\"]", A "product Acme Router else affected\n"},
		{"\"known_affected\":[\"R4\"]", A "product Acme Router =all before 3:affected/custom else unknown\n"},
		{"\"known_affected\":[\"C1\"]", A "cpe cpe:2.3:o:acme:fw:*:*:*:*:*:*:*:* =2.1:affected/custom else unknown\n"},
		{"\"known_affected\":[\"N1\"]", A "source npm @a/b =1.0.0:affected/semver else unknown\n"},
		{"\"known_affected\":[\"OS\"]", A "cpe cpe:2.3:o:redhat:enterprise_linux:*:*:*:*:*:*:*:* =9:affected/custom else unknown\n"},
		{"\"fixed\":[\"V1\"]", A "product Acme Router =1.0:fixed/custom else unknown fixed 1.0\n"},
		{"\"first_fixed\":[\"V1\"]", A "product Acme Router [1.0,):fixed/custom else unknown fixed 1.0\n"},
		// a distribution's package: what is older than the fix lacks it
		{"\"fixed\":[\"OS:P1\"]", A "source Red Hat:enterprise_linux:9 xz [1:5.2-1.el9,):fixed/rpm [,1:5.2-1.el9):affected/rpm else unknown fixed 1:5.2-1.el9\n"},
		{"\"under_investigation\":[\"ALL\"]", A "product Acme Router else investigated\n"},
		{"\"known_not_affected\":[\"V1\",\"ALL\",\"C1\"]},\"flags\":[{\"label\":\"component_not_present\",\"group_ids\":[\"G\"]}],\"threats\":[{\"category\":\"impact\",\"details\":\" no \",\"product_ids\":[\"C1\",\"V1\"]}",
		 A "product Acme Router =1.0:unaffected/custom else unknown since component_not_present\n"
		 A "product Acme Router else unaffected since component_not_present\n"
		 A "cpe cpe:2.3:o:acme:fw:*:*:*:*:*:*:*:* =2.1:unaffected/custom else unknown since no\n"},
		{"\"known_affected\":[\"gone\",7,\"ALL\"]",
		 "refused t: vulnerabilities[0].product_status.known_affected[0]: no such product in the product tree\n"
		 "refused t: vulnerabilities[0].product_status.known_affected[1]: no such product in the product tree\n" A "product Acme Router else affected\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[8192], want[2048];
		bool flags = strstr(rows[i].rest, "\"flags\"") != NULL;
		snprintf(text, sizeof text, "%s%s,\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"product_status\":{%s%s}]}", HEAD, TREE, rows[i].rest, flags ? "]" : "}");
		snprintf(want, sizeof want, SOURCE FLAW "%s", rows[i].want);
		said_is(text, NULL, want);
	}
	said_is(HEAD "\"vulnerabilities\":[{\"ids\":[{\"text\":\"I-1\"}],\"title\":\" T \",\"scores\":[{\"cvss_v2\":{\"baseScore\":10}},{\"cvss_v3\":{\"baseScore\":5.5}},{\"cvss_v3\":{\"baseScore\":7.1}}]},{},7]}",
	        NULL, SOURCE "flaw EX-1:I-1 = I-1 \"T v3:71 published 2024-01-01 modified 2024-01-02\n"
	                     "refused t: vulnerabilities[1]: a flaw has a name of at most 128 bytes, and its document too\n"
	                     "refused t: vulnerabilities[2]: a flaw has a name of at most 128 bytes, and its document too\n");
	said_not("{\"document\":{\"csaf_version\":\"1.2\"}}", NULL, "t: document: csaf_version is not 2.0");
	said_not("{\"document\":7}", NULL, "t: document: csaf_version is not 2.0");
	said_not("{\"document\":{\"csaf_version\":\"2.0\",\"publisher\":{\"name\":\"x\"},\"tracking\":{\"id\":\"y\",\"current_release_date\":false}}}", NULL,
	         "t: document: a document has a publisher, a tracking id and the date of its current release");
}

#define VEX "source openvex VEX Example by Example 2024-01-02\n"
#define VFLAW "flaw https://x/1:CVE-2024-1 = CVE-2024-1 modified 2024-01-02\n"
#define VA "affected https://x/1:CVE-2024-1 "

static void openvex(void)
{
	static const struct {
		const char *statement, *want;
	} rows[] = {
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"not_affected\",\"justification\":\"component_not_present\",\"products\":[{\"@id\":\"pkg:npm/a@1.0.0\"}]",
		 VFLAW VA "source npm a =1.0.0:unaffected/semver else unknown since component_not_present\n"},
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"not_affected\",\"impact_statement\":\"none\",\"products\":[{\"@id\":\"pkg:npm/a\"}]",
		 VFLAW VA "source npm a else unaffected since none\n"},
		{"\"vulnerability\":\"CVE-2024-1\",\"status\":\"affected\",\"products\":[{\"@id\":\"x\",\"identifiers\":{\"cpe23\":\"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*\",\"purl\":\"pkg:pypi/A_b\"}}]",
		 VFLAW VA "source PyPI a-b else affected\n" VA "cpe cpe:2.3:a:v:p:*:*:*:*:*:*:*:* =1:affected/custom else unknown\n"},
		{"\"vulnerability\":{\"@id\":\"CVE-2024-1\"},\"status\":\"fixed\",\"products\":[{\"@id\":\"pkg:oci/image@sha256%3Aab\",\"subcomponents\":[{\"@id\":\"pkg:deb/debian/xz-utils@5.4?distro=debian-12&arch=amd64\"}]}]",
		 VFLAW VA "product image =sha256:ab:fixed/custom else unknown fixed sha256:ab\n"
		 VA "binary Debian:12 xz-utils on pkg:oci/image@sha256%3Aab [5.4,):fixed/deb [,5.4):affected/deb else unknown fixed 5.4\n"},
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"under_investigation\",\"products\":[{\"@id\":\"our product\"}]", VFLAW VA "product our product else investigated\n"},
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"fine\",\"products\":[]", "refused t: statements[0]: a status is not_affected, affected, fixed or under_investigation\n"},
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"fixed\"", "refused t: statements[0]: a statement names its products\n"},
		{"\"vulnerability\":{},\"status\":\"fixed\",\"products\":[]", "refused t: statements[0]: a flaw has a name of at most 128 bytes, and its document too\n"},
		{"\"vulnerability\":{\"name\":\"CVE-2024-1\"},\"status\":\"fixed\",\"products\":[{},7,{\"@id\":\"pkg:\"}]",
		 VFLAW "refused t: statements[0].products[0]: a product has an @id or identifiers\nrefused t: statements[0].products[1]: a product has an @id or identifiers\n"
		       "refused t: statements[0].products[2]: purl \"pkg:\": \"\": a type and no name\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4096], want[2048];
		snprintf(text, sizeof text, "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://x/1\",\"author\":\"Example\",\"timestamp\":\"2024-01-02T00:00:00Z\",\"statements\":[{%s}]}",
		         rows[i].statement);
		snprintf(want, sizeof want, VEX "%s", rows[i].want);
		said_is(text, NULL, want);
	}
	said_not("{\"@context\":\"https://schema.org\",\"@id\":\"x\",\"statements\":[]}", NULL, "t: the document: the @context of an OpenVEX document begins with https://openvex.dev/ns");
	said_not("{\"@context\":\"https://openvex.dev/ns\",\"statements\":[]}", NULL, "t: the document: a document has an @id of at most 895 bytes");
	said_not("{\"@context\":\"https://openvex.dev/ns\",\"@id\":\"x\"}", NULL, "t: statements: is missing, must be array");
}

#define BOM "source openvex VEX Example by Example 2024-01-02\n"
#define BFLAW "flaw urn:uuid:1:CVE-2024-1 = CVE-2024-1 modified 2024-01-02\n"
#define BA "affected urn:uuid:1:CVE-2024-1 "

static void cyclonedx(void)
{
	static const struct {
		const char *vulnerability, *want;
	} rows[] = {
		{"\"analysis\":{\"state\":\"not_affected\",\"justification\":\"code_not_reachable\"},\"affects\":[{\"ref\":\"a\"}]",
		 BFLAW BA "source npm a =1.0.0:unaffected/semver else unknown since code_not_reachable\n"},
		{"\"analysis\":{\"state\":\"exploitable\"},\"affects\":[{\"ref\":\"urn:cdx:1/1#b\"}]", BFLAW BA "product Acme lib =2:affected/custom else unknown\n"},
		{"\"analysis\":{\"state\":\"false_positive\",\"detail\":\"d\"},\"affects\":[{\"ref\":\"own\"}]", BFLAW BA "product Thing else unaffected since d\n"},
		{"\"analysis\":{\"state\":\"resolved\"},\"affects\":[{\"ref\":\"pkg:npm/z@2.0.0\"}]", BFLAW BA "source npm z =2.0.0:fixed/semver else unknown fixed 2.0.0\n"},
		{"\"analysis\":{\"state\":\"in_triage\"},\"affects\":[{\"ref\":\"b\",\"versions\":[{\"version\":\"2\"},{\"range\":\"vers:npm/<3.0.0\",\"status\":\"unaffected\"}]}]",
		 BFLAW BA "product Acme lib =2:investigated/custom else unknown\n" BA "product Acme lib [,3.0.0):investigated/semver else unknown\n"},
		{"\"analysis\":{\"state\":\"exploitable\"},\"affects\":[{\"ref\":\"b\",\"versions\":[{\"version\":\"2\"},{\"range\":\"vers:npm/>=3.0.0\",\"status\":\"unaffected\"}]}]",
		 BFLAW BA "product Acme lib =2:affected/custom else unknown\n" BA "product Acme lib [3.0.0,):unaffected/semver else unknown\n"},
		{"\"affects\":[{\"ref\":\"b\"}]", ""}, // a scanner's list: nobody has judged it
		{"\"analysis\":{\"state\":\"fine\"}", "refused t: vulnerabilities[0]: \"fine\": no state of an analysis\n"},
		{"\"analysis\":{\"state\":\"exploitable\"},\"affects\":[{\"ref\":\"gone\"},7,{\"ref\":\"b\",\"versions\":[{\"version\":\"1\",\"status\":\"odd\"}]}]",
		 BFLAW "refused t: vulnerabilities[0].affects[0]: \"gone\": no such component\nrefused t: vulnerabilities[0].affects[1]: \"\": no such component\n"
		       "refused t: vulnerabilities[0].affects[2].versions[0]: a status is affected, unaffected or unknown\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4096], want[2048];
		snprintf(text, sizeof text,
		         "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"serialNumber\":\"urn:uuid:1\",\"metadata\":{\"timestamp\":\"2024-01-02T00:00:00Z\",\"supplier\":{\"name\":\"Example\"},"
		         "\"component\":{\"bom-ref\":\"own\",\"name\":\"Thing\"}},\"components\":[{\"bom-ref\":\"a\",\"name\":\"a\",\"purl\":\"pkg:npm/a@1.0.0\","
		         "\"components\":[{\"bom-ref\":\"b\",\"group\":\"Acme\",\"name\":\"lib\",\"version\":\"2\"}]}],\"vulnerabilities\":[{\"id\":\"CVE-2024-1\",%s}]}",
		         rows[i].vulnerability);
		snprintf(want, sizeof want, BOM "%s", rows[i].want);
		said_is(text, NULL, want);
	}
	said_not("{\"bomFormat\":\"CycloneDX\",\"components\":[]}", NULL, "t: the document: a CycloneDX document without vulnerabilities is no feed");
	said_not("{\"bomFormat\":\"Else\",\"vulnerabilities\":[]}", NULL, "t: the document: bomFormat is not CycloneDX");
}

const struct test tests[] = {{"CSAF", csaf}, {"relationships", relationships}, {"OpenVEX", openvex}, {"CycloneDX", cyclonedx}, {NULL, NULL}};
