// KEV, EPSS, end of life, the table of affected packages, our own lists.
#include "said.h"

#define KEV "source kev CISA KEV by CISA 2026-07-23T16:21:10Z whole\n"

static void kev(void)
{
	said_is("{\"title\":\"t\",\"catalogVersion\":\"2026.07.23\",\"dateReleased\":\"2026-07-23T16:21:10.8082Z\",\"count\":2,\"vulnerabilities\":["
	        "{\"cveID\":\"CVE-2024-0001\",\"vendorProject\":\"SimpleHelp \",\"product\":\" PeopleSoft\",\"vulnerabilityName\":\" n \","
	        "\"dateAdded\":\"2026-07-22\",\"dueDate\":\"2026-07-25\",\"knownRansomwareCampaignUse\":\"Known\"},"
	        "{\"cveID\":\" CVE-2024-0002 \",\"dateAdded\":\"2026-07-22\",\"knownRansomwareCampaignUse\":\"Unknown\"}]}",
	        NULL, KEV "kev CVE-2024-0001 [SimpleHelp|PeopleSoft|n] added 2026-07-22 due 2026-07-25 ransomware\n"
	                  "kev CVE-2024-0002 [||] added 2026-07-22\n");
	said_is("{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cveID\":\"CVE-1\",\"dateAdded\":\"2026-07-22\"},7,"
	        "{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":true},{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-07-22\",\"dueDate\":\"soon\"},"
	        "{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-02-30\"},{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-07-22\"}],\"dateReleased\":\"2026-07-23\"}",
	        &(struct feed_options){.dated = 86400},
	        "source kev CISA KEV by CISA 1970-01-02 whole\n"
	        "refused t: byte 41: cveID is no CVE identifier\n"
	        "refused t: byte 84: cveID is no CVE identifier\n"
	        "refused t: byte 86: CVE-2024-0001: dateAdded is no date\n"
	        "refused t: byte 129: CVE-2024-0001: dueDate is no date\n"
	        "refused t: byte 197: CVE-2024-0001: dateAdded is no date\nkev CVE-2024-0001 [||] added 2026-07-22\n");
	said_not("{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23\",\"vulnerabilities\":[", NULL,
	         "t: byte 69: parse error: premature EOF");
}

static uint32_t digest_of(const char *rest)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	char text[512];
	struct said s;
	struct why why = {""};
	said_init(&s, true);
	snprintf(text, sizeof text, "{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23\",\"vulnerabilities\":[{%s}]}", rest);
	CHECK_SAY(said_read(&s, text, strlen(text), &none, &why) == ERR_OK && s.facts[FACT_KEV] == 1, "%s: %s", rest, why.text);
	said_free(&s);
	return s.digest;
}

// Whatever an entry says otherwise is seen; in which order it says it is not.
static void digests(void)
{
#define AN_ENTRY "\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-07-22\""
	static const char *const rows[] = {
		AN_ENTRY, AN_ENTRY ",\"notes\":\"\"", AN_ENTRY ",\"notes\":\"a\"", AN_ENTRY ",\"shortDescription\":\"a\"", AN_ENTRY ",\"product\":\"a\"",
		AN_ENTRY ",\"product\":\"a \"", AN_ENTRY ",\"notes\":\"a\",\"product\":\"b\"", AN_ENTRY ",\"notes\":\"b\",\"product\":\"a\"",
		AN_ENTRY ",\"cwes\":[]", AN_ENTRY ",\"cwes\":[\"a\",\"b\"]", AN_ENTRY ",\"cwes\":[\"b\",\"a\"]", AN_ENTRY ",\"cwes\":[\"ab\"]",
		AN_ENTRY ",\"cwes\":{\"a\":\"b\"}", AN_ENTRY ",\"more\":1", AN_ENTRY ",\"more\":1.5", AN_ENTRY ",\"more\":true", AN_ENTRY ",\"more\":false",
		"\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-07-23\"", "\"cveID\":\"CVE-2024-0002\",\"dateAdded\":\"2026-07-22\"",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k <= i; k++)
			CHECK_SAY((digest_of(rows[i]) == digest_of(rows[k])) == (i == k), "%s\n%s", rows[i], rows[k]);
	CHECK(digest_of("\"dateAdded\":\"2026-07-22\",\"cveID\":\"CVE-2024-0001\"") == digest_of(AN_ENTRY) && digest_of(AN_ENTRY) != 0);
}

// Half of a whole feed ends the reading with an error: what its source said before must not be lost.
static void half(void)
{
	static const char text[] = "{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23\",\"vulnerabilities\":[{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2026-07-22\"}";
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	struct said s;
	struct why why = {""};
	said_init(&s, false);
	CHECK(said_read(&s, text, strlen(text), &none, &why) == ERR_INPUT);
	CHECK(s.facts[FACT_KEV] == 1);
	CHECK_SAY(strncmp(why.text, "t: byte ", 8) == 0, "%s", why.text);
	said_free(&s);
}

// A whole feed without an entry, or of which none can be taken, is a fault: it must not wipe what its source said before.
static void empty(void)
{
	static const struct {
		const char *text;
		size_t sources;
		const char *why; // NULL: any
	} rows[] = {
		{"{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23T16:21:10Z\",\"vulnerabilities\":[]}", 0, NULL},
		{"{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23T16:21:10Z\"}", 0, NULL},
		{"{\"catalogVersion\":\"1\",\"vulnerabilities\":{}}", 0, NULL},
		{"{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cve\":\"CVE-2024-0001\"},7]}", 1, NULL}, // none that can be taken
		{"{\"generated_at\":\"2026-08-20\",\"result\":[]}", 0, NULL},
		{"{\"source\":\"2026-08-22\",\"products\":{}}", 0, NULL},
		{"{\"source\":\"2026-08-22\",\"products\":{\"a\":{\"releases\":7}}}", 1, NULL},
		{"{\"xz\":{\"CVE-1\":{\"scope\":\"local\"}}}", 1, NULL},
		{"#model_version:v1,score_date:2026-09-29\ncve,epss,percentile\n", 1, NULL},
		{"cve,epss,percentile\nCVE-1,0,0\n", 1, NULL},
		{"package,cve,status,ecosystem\n", 1, NULL},
		{"vendor;product;level\n;;\n", 1, NULL}, // not empty: nothing of it can be read
		{"vendor;level;from\na;banned;31/12/2024\nb;none;\n", 1, "line 2: \"31/12/2024\": no date: write 2026-01-31"},
		{"package,cve,status\na,CVE-1,affected\n", 1, "line 2: \"a\": of which ecosystem? There is no such column, and none was given (--ecosystem)"},
	};
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct said s;
		struct why why = {""};
		said_init(&s, true);
		enum err e = said_read(&s, rows[i].text, strlen(rows[i].text), &none, &why);
		CHECK_SAY(e == ERR_INPUT && slice_starts(slice_text(why.text), "t: holds no entry that can be taken"), "%s: %s %s", rows[i].text, err_name(e), why.text);
		CHECK_SAY(rows[i].why == NULL || strstr(why.text, rows[i].why) != NULL, "%s: %s", rows[i].text, why.text);
		CHECK_SAY(s.facts[FACT_SOURCE] == rows[i].sources, "%s", rows[i].text);
		said_free(&s);
	}
}

// A list that an authority keeps ends with its last row: the head alone says that nothing stands on it any more.
static void emptied(void)
{
	said_is("vendor;product;level\n", NULL, "source banned banned equipment whole\n");
	said_is("name,qualification\n", NULL, "source providers qualified providers whole\n");
	said_is("vendor;level;note\n\"A\nB\";banned;\"one\r\ntwo\"\n", NULL, "source banned banned equipment whole\nbanned A B||banned|any||one  two\n");
	said_is("vendor,product,to\n# nothing yet\n", NULL, "source aliases aliases whole\n");
}

static void epss(void)
{
	said_is("#model_version:v2026.06.15,score_date:2026-09-29T12:00:22Z\ncve,epss,percentile\nCVE-1999-0001,0.03351,0.88255\nCVE-1999-0002,1,0\n"
	        "CVE-1999-0003,0.0000005,0.99999949\n",
	        NULL, "source epss EPSS by FIRST 2026-09-29T12:00:22Z whole\nepss CVE-1999-0001 33510 882550\nepss CVE-1999-0002 1000000 0\n"
	              "epss CVE-1999-0003 1 999999\n");
	said_is("#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile,more\n"
	        "CVE-1,0.1,0.1,\nCVE-1999-0001,1.1,0.1,\nCVE-1999-0001,-0.1,0.1,\nCVE-1999-0001,0.1,,\nCVE-1999-0001,9e-05,0.1,\nCVE-1999-0001,.,0.1,\n"
	        "CVE-1999-0001,0.1\nCVE-1999-0001,0.1,0.1,,\nCVE-1999-0001,0.1,0.1,\n\"CVE-1999-0001,0.1,0.2,\n",
	        NULL, "source epss EPSS by FIRST 2024-10-25 whole\n"
	              "refused t: line 3: \"CVE-1\": no CVE identifier\n"
	              "refused t: line 4: \"1.1\": a score is a number from 0 to 1\n"
	              "refused t: line 5: \"-0.1\": a score is a number from 0 to 1\n"
	              "refused t: line 6: \"\": a percentile is a number from 0 to 1\n"
	              "refused t: line 7: \"9e-05\": a score is a number from 0 to 1\n"
	              "refused t: line 8: \".\": a score is a number from 0 to 1\n"
	              "refused t: line 9: \"CVE-1999-0001\": the row has fewer cells than the head\n"
	              "refused t: line 10: \"CVE-1999-0001\": the row has more cells than the head\n"
	              "epss CVE-1999-0001 100000 100000\n"
	              "refused t: line 12: \"CVE-1999-0001,0.1,0.2,\": column 1: a quote is not closed\n");
}

#define EOL "source eol endoflife.date by endoflife.date 2026-08-22 whole\n"

static void eol(void)
{
	said_is("{\"source\":\"endoflife-date/endoflife.date a70e 2026-08-22\",\"licence\":\"MIT\",\"products\":{\"debian\":{\"title\":\"Debian\",\"category\":\"os\","
	        "\"identifiers\":[{\"cpe\":\"cpe:/o:debian:debian_linux\"},{\"purl\":\"pkg:deb/debian/base-files\"},{\"repology\":\"x\"},7],\"alternate_urls\":[\"/deb\",\"\"],"
	        "\"releases\":[{\"releaseCycle\":\"13\",\"codename\":\"Trixie\",\"releaseLabel\":\"__RELEASE_CYCLE__ (__CODENAME__)\",\"releaseDate\":\"2025-08-09\","
	        "\"eol\":\"2028-08-09\",\"eoes\":true,\"eoas\":false,\"lts\":\"2026-01-01\",\"latest\":\"13.6\",\"latestReleaseDate\":\"2026-07-11\"}]}}}",
	        NULL, EOL "product debian \"Debian os alias:deb cpe:cpe:/o:debian:debian_linux purl:pkg:deb/debian/base-files repology:x\n"
	                  "cycle debian 13 \"13 (Trixie) called Trixie latest 13.6 of 2026-07-11 from 2025-08-09 eol 2028-08-09 eoas no eoes yes lts 2026-01-01\n");
	said_is("{\"schema_version\":\"1.2.1\",\"generated_at\":\"2026-08-20T00:00:00+00:00\",\"last_modified\":\"2026-08-22\",\"total\":1,\"result\":[{\"name\":\"ubuntu\",\"label\":\"Ubuntu\","
	        "\"aliases\":[\"ubuntu-linux\"],\"category\":\"os\",\"identifiers\":[{\"id\":\"cpe:2.3:o:canonical:ubuntu_linux\",\"type\":\"cpe\"}],"
	        "\"releases\":[{\"name\":\"22.04\",\"codename\":\"Jammy Jellyfish\",\"label\":\"22.04 LTS\",\"releaseDate\":\"2022-04-21\",\"isLts\":true,\"ltsFrom\":null,\"isEoas\":true,\"eoasFrom\":\"2024-09-30\","
	        "\"isEol\":false,\"eolFrom\":\"2027-04-01\",\"isEoes\":null,\"isMaintained\":true,\"latest\":{\"name\":\"22.04.5\",\"date\":\"2024-09-12\",\"link\":null}}]}]}",
	        NULL, EOL "product ubuntu \"Ubuntu os alias:ubuntu-linux cpe:cpe:2.3:o:canonical:ubuntu_linux\n"
	                  "cycle ubuntu 22.04 \"22.04 LTS called Jammy Jellyfish latest 22.04.5 of 2024-09-12 from 2022-04-21 eol 2027-04-01 eoas 2024-09-30 lts yes\n");
	said_is("{\"source\":\"2026-08-22\",\"products\":{\"a\":{\"releases\":7},\"b\":7,\"c\":{\"releases\":[{\"releaseCycle\":\"1\",\"eol\":7},{\"releaseCycle\":\"2\",\"eol\":\"soon\"},"
	        "{\"eol\":true},{\"releaseCycle\":\"3\",\"releaseDate\":false}]}}}",
	        NULL, EOL "refused t: byte 39: a product has a name and a list of releases\nrefused t: byte 58: a product has a name and a list of releases\n"
	                  "product c\nrefused t: releases[0]: c: eol is neither a date nor true or false\nrefused t: releases[1]: c: eol is neither a date nor true or false\n"
	                  "refused t: releases[2]: cycle->cycle: is empty\ncycle c 3\n");
}

#define TABLE "source table affected packages whole\n"

static void table(void)
{
	static const struct feed_options debian = {.dated = FACT_NO_DATE, .ecosystem = SLICE_LITERAL("Debian:12")};
	said_is("package\tcve\tstatus\tversion_from\tless_than\tversion_type\tdefault_status\n"
	        "a\tCVE-1\tunaffected\t\t\t\tunaffected\n"
	        "b\tCVE-1\taffected\t0\t2:4.17\tdeb\tunaffected\n"
	        "b\tCVE-1\tunaffected\t2:4.17\t*\t\tunaffected\n"
	        "b\tCVE-2\taffected\t1.0\t\t\t\n"
	        "c\tCVE-2\taffected\t\t\t\tunaffected\n",
	        &debian, TABLE "affected CVE-1 binary Debian:12 a else unaffected\n"
	                       "affected CVE-1 binary Debian:12 b [,2:4.17):affected/deb [2:4.17,*):unaffected/deb else unaffected\n"
	                       "affected CVE-2 binary Debian:12 b =1.0:affected/deb else unknown\n"
	                       "affected CVE-2 binary Debian:12 c [,):affected/deb else unaffected\n");
	said_is("cve,package,ecosystem,status,less_than\n\"CVE-1\",\"a,b\",npm,affected,2.0.0\nCVE-1,c,,affected,2\nCVE-1,,npm,affected,2\n,c,npm,affected,2\nCVE-1,c,npm,yes,2\n",
	        NULL, TABLE "refused t: line 3: \"c\": of which ecosystem? There is no such column, and none was given (--ecosystem)\n"
	                    "refused t: line 4: \"CVE-1\": a row has a package and a flaw\n"
	                    "refused t: line 5: \"\": a row has a package and a flaw\n"
	                    "refused t: line 6: \"yes\": a status is affected, unaffected or unknown\n"
	                    "affected CVE-1 binary npm a,b [,2.0.0):affected/semver else unknown\n");
	said_not("cve,package,status,comment\nCVE-1,a,affected,x\n", NULL, "t: line 1: the column \"comment\" is not known in a table of the kind table (protocol/feeds.md has them)");
	said_not("cve,package,status,cve\nCVE-1,a,affected,x\n", NULL, "t: line 1: the column \"cve\" stands twice in a table of the kind table (protocol/feeds.md has them)");
	said_not("a,b,c\n1,2,3\n", NULL, "t: line 1: the head of no table that is known: of each kind some columns must be there (protocol/feeds.md)");
	said_not("cve,epss,percentile\n", &(struct feed_options){.kind = SOURCE_TABLE, .dated = FACT_NO_DATE}, "t: is a feed of the kind epss among those of the kind table");
}

static void lists(void)
{
	said_is("vendor;product;level;use;basis;note;from;out_by\n Acme ;;banned;;Law 1;\"a;b\";2024-01-01;2027-01-01\nB;R1;restricted;core;;;;\n", NULL,
	        "source banned banned equipment whole\nbanned Acme||banned|any|Law 1|a;b from 2024-01-01 out by 2027-01-01\nbanned B|R1|restricted|core||\n");
	said_is("vendor,level,use,from,out_by\n,banned,,,\nA,forbidden,,,\nA,banned,cores,,\nA,banned,,01/02/2024,\nA,banned,,,2024-13-01\nA,banned,,true,\nA,banned,,,\n", NULL,
	        "source banned banned equipment whole\nrefused t: line 2: \"\": a row names a vendor\nrefused t: line 3: \"forbidden\": a level is banned or restricted\n"
	        "refused t: line 4: \"cores\": a use is core, access, management or any\nrefused t: line 5: \"01/02/2024\": no date: write 2026-01-31\n"
	        "refused t: line 6: \"2024-13-01\": no date: write 2026-01-31\nrefused t: line 7: \"true\": no date: write 2026-01-31\nbanned A||banned|any||\n");
	said_is("name,number,qualification,activities,level,basis,from,until,suspended\nExample 1,7,PRIS,response,high,Law 2,2024-01-01,2027-01-01,no\nExample 2,,PASSI,,,,,,yes\n", NULL,
	        "source providers qualified providers whole\nprovider Example 1|7|PRIS|response|high|Law 2 from 2024-01-01 until 2027-01-01\n"
	        "provider Example 2||PASSI||| suspended\n");
	said_is("name,qualification,from,until,suspended,key\n,x,,,,\nA,x,maybe,,,\nA,x,,maybe,,\nA,x,2024-01-02,2024-01-01,,\nA,x,,,maybe,\nA,x,,,,00\nA,x,,,,0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f\n", NULL,
	        "source providers qualified providers whole\nrefused t: line 2: \"\": a row names a provider\nrefused t: line 3: \"maybe\": no date: write 2026-01-31\n"
	        "refused t: line 4: \"maybe\": no date: write 2026-01-31\nrefused t: line 5: \"2024-01-01\": ends before it begins\nrefused t: line 6: \"maybe\": suspended is yes or no\n"
	        "refused t: line 7: \"00\": a key is an Ed25519 public key of 64 hexadecimal digits\nprovider A||x||| key 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f\n");
	said_is("vendor,product,to\nMicrosoft,Windows 10,cpe:2.3:o:microsoft:windows_10:1.0:*:*:*:*:*:*:*\n,Node.js,eol:nodejs\nx,y,pkg:npm/%40a/b@1.0\n,,eol:x\nx,y,z\nx,y,cpe:2.3:a\nx,y,pkg:\n", NULL,
	        "source aliases aliases whole\nalias Microsoft|Windows 10|cpe:2.3:o:microsoft:windows_10:*:*:*:*:*:*:*:*\nalias |Node.js|eol:nodejs\nalias x|y|pkg:npm/%40a/b\n"
	        "refused t: line 5: \"eol:x\": a row names a vendor or a product\nrefused t: line 6: \"z\": points at cpe:…, pkg:… or eol:…\n"
	        "refused t: line 7: \"cpe:2.3:a\": names no product\nrefused t: line 8: \"pkg:\": purl \"pkg:\": \"\": a type and no name\n");
	said_not("vendor,level,from,until\n", NULL, "t: line 1: the column \"until\" is not known in a table of the kind banned (protocol/feeds.md has them)");
	said_not("vendor,product\n", NULL, "t: line 1: the head of no table that is known: of each kind some columns must be there (protocol/feeds.md)");
}

// The examples that are installed are read whole.
static void examples(void)
{
	static const struct {
		const char *name;
		enum fact_kind kind;
		size_t facts;
	} rows[] = {{"banned", FACT_BANNED, 3}, {"providers", FACT_PROVIDER, 3}, {"aliases", FACT_ALIAS, 9}};
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char name[100];
		struct said s;
		struct why why = {""};
		snprintf(name, sizeof name, "packaging/inspect/%s.csv", rows[i].name);
		const char *path = test_source(name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		said_init(&s, true);
		CHECK_SAY(feed_read(fd, path, &none, said_take, &s, &why) == ERR_OK, "%s", why.text);
		CHECK_SAY(s.facts[rows[i].kind] == rows[i].facts && s.facts[FACT_REFUSED] == 0, "%s: %s", name, said_lines(&s));
		said_free(&s);
		close(fd);
	}
}

// A cut at every byte: never more than what stands there, never a crash.
static void cut(void)
{
	static const char text[] = "#model_version:v1,score_date:2026-09-29T12:00:22Z\ncve,epss,percentile\nCVE-1999-0001,0.03351,0.88255\n";
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	for (size_t n = 0; n < sizeof text; n++) {
		struct said s;
		struct why why = {""};
		said_init(&s, true);
		enum err e = said_read(&s, text, n, &none, &why);
		CHECK_SAY(e == (n >= sizeof text - 8 ? ERR_OK : ERR_INPUT), "%zu: %s", n, why.text);
		CHECK_SAY(s.facts[FACT_EPSS] == (n >= sizeof text - 8), "%zu", n); // "0.8" is a percentile, too
		said_free(&s);
	}
}

const struct test tests[] = {{"KEV", kev}, {"what an entry says otherwise", digests}, {"half a feed", half}, {"no entry", empty}, {"an emptied list", emptied}, {"EPSS", epss}, {"end of life", eol}, {"table of affected packages", table},
                             {"our own lists", lists}, {"examples", examples}, {"cut anywhere", cut}, {NULL, NULL}};
