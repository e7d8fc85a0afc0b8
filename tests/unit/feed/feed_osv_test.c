// OSV records and Debian's tracker: a row for each rule; scores of CVSS vectors.
#include "said.h"

#include "feed/reading.h"

#define SOURCE "source osv OSV\n"
#define DATED "source osv OSV 2024-01-02\n"
#define FLAW "flaw O-1 modified 2024-01-02\n"
#define A "affected O-1 "
#define R "refused t: line 1: affected[0]"

static void affected_is(const char *affected, const char *want)
{
	char text[8192], all[8192];
	snprintf(text, sizeof text, "{\"id\":\"O-1\",\"modified\":\"2024-01-02T00:00:00Z\",\"affected\":[%s]}", affected);
	snprintf(all, sizeof all, SOURCE FLAW "%s" DATED, want);
	said_is(text, NULL, all);
}

static void ranges(void)
{
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2.0\"}]}]", "[,1.2.0):affected/semver else unaffected fixed 1.2.0\n"},
		{"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]", "[,):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"last_affected\":\"1.9.0\"}]}]", "[1.0.0,1.9.0]:affected/semver else unaffected\n"},
		// in any order; each fix cures its own range
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"fixed\":\"4.2.2\"},{\"introduced\":\"3.2.0\"},{\"fixed\":\"3.10.0\"},{\"introduced\":\"4.0.0\"}]}]",
		 "[3.2.0,3.10.0):affected/semver [4.0.0,4.2.2):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"introduced\":\"1.0.0\"},{\"fixed\":\"2.0.0\"},{\"fixed\":\"3.0.0\"}]}]", "[,2.0.0):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"limit\":\"2.0.0\"}]}]", "[1.0.0,2.0.0):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"limit\":\"*\"}]}]", "[1.0.0,):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"limit\":\"2.0.0\"},{\"limit\":\"*\"},{\"limit\":\"1.5.0\"}]}]",
		 "[1.0.0,):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"limit\":\"2.0.0\"},{\"limit\":\"1.5.0\"}]}]",
		 "[1.0.0,2.0.0):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"3.0.0\"},{\"limit\":\"2.0.0\"}]}]", "[,2.0.0):affected/semver else unaffected fixed 3.0.0\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"last_affected\":\"2.0.0\"},{\"limit\":\"2.0.0\"}]}]",
		 "[,2.0.0):affected/semver else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"fixed\":\"1.5.0\"},{\"introduced\":\"2.0.0\"},{\"limit\":\"2.0.0\"}]}]",
		 "[1.0.0,1.5.0):affected/semver else unaffected fixed 1.5.0\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"3.0.0\"},{\"limit\":\"2.0.0\"}]}]", "else unaffected\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"fixed\":\"2.0.0\"}]},{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"3.0.0\"}]}]",
		 "[1.0.0,2.0.0):affected/semver [3.0.0,):affected/semver else unaffected fixed 2.0.0\n"},
		// what has no order stays as it stands
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"b\"},{\"fixed\":\"a\"}]}]", "[b,a):affected/semver else unaffected fixed a\n"},
		// listed versions count besides ranges; those inside a range say nothing new
		{"\"versions\":[\"1.0.0\",\" 2.0.0 \"]", "=1.0.0:affected/semver =2.0.0:affected/semver else unaffected\n"},
		{"\"versions\":[\"1.5.0\",\"2.0.0\",\"0.9.0\",\"x\"],\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"fixed\":\"2.0.0\"}]}]",
		 "[1.0.0,2.0.0):affected/semver =2.0.0:affected/semver =0.9.0:affected/semver =x:affected/semver else unaffected fixed 2.0.0\n"},
		// commits say nothing of versions
		{"\"ranges\":[{\"type\":\"GIT\",\"repo\":\"r\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"c0ffee\"}]}]", "else unknown\n"},
		{"\"versions\":[\"1.0.0\"],\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]}]", "=1.0.0:affected/semver else unaffected\n"},
		{"\"versions\":[]", "else unknown\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char entry[2048], want[2048];
		snprintf(entry, sizeof entry, "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"p\"},%s}", rows[i].rest);
		snprintf(want, sizeof want, A "source npm p %s", rows[i].want);
		affected_is(entry, want);
	}
}

static void ecosystems(void)
{
	static const struct {
		const char *ecosystem, *name, *want;
	} rows[] = {
		{"Debian:12", "openssl", "source Debian:12 openssl [,2):affected/deb else unaffected fixed 2\n"},
		{"Red Hat:enterprise_linux:9::appstream", "openssl", "binary Red Hat:enterprise_linux:9 openssl [,2):affected/rpm else unaffected fixed 2\n"},
		{"Ubuntu:22.04:LTS", "xz-utils", "source Ubuntu:22.04:LTS xz-utils [,2):affected/deb else unaffected fixed 2\n"},
		{"Alpine:v3.20", "xz", "source Alpine:v3.20 xz [,2):affected/apk else unaffected fixed 2\n"},
		{"AlmaLinux:9", "xz-libs", "binary AlmaLinux:9 xz-libs [,2):affected/rpm else unaffected fixed 2\n"},
		{"PyPI", "Foo_Bar", "source PyPI foo-bar [,2):affected/pep440 else unaffected fixed 2\n"},
		{"Maven", "g:A", "source Maven g:A [,2):affected/maven else unaffected fixed 2\n"},
		{"Moon", "x", "source Moon x [,2):affected/custom else unaffected fixed 2\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char entry[2048], want[2048];
		snprintf(entry, sizeof entry, "{\"package\":{\"ecosystem\":\"%s\",\"name\":\"%s\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2\"}]}]}",
		         rows[i].ecosystem, rows[i].name);
		snprintf(want, sizeof want, A "%s", rows[i].want);
		affected_is(entry, want);
	}
	affected_is("{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"x\"},\"versions\":[\"1\"],\"ecosystem_specific\":{\"urgency\":\"unimportant\"}}",
	            A "source Debian:12 x =1:affected/deb else unaffected negligible\n");
	affected_is("{\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]}]}", ""); // a repository, no package
}

static void refused(void)
{
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"\"ranges\":[{\"type\":\"SEMVER\"}]", R ".ranges[0]: a range without events\n" A "source npm p else unknown\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[]}]", R ".ranges[0]: a range without events\n" A "source npm p else unknown\n"},
		{"\"ranges\":[{\"type\":\"CAL\",\"events\":[{\"introduced\":\"0\"}]}]", R ".ranges[0]: a range is of the type SEMVER, ECOSYSTEM or GIT\n" A "source npm p else unknown\n"},
		{"\"ranges\":[7]", R ".ranges[0]: a range is of the type SEMVER, ECOSYSTEM or GIT\n" A "source npm p else unknown\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.0.0\",\"limit\":\"2.0.0\"}]}]",
		 R ".ranges[0].events[1]: an event is one of introduced, fixed, last_affected and limit\n" A "source npm p [,):affected/semver else unknown\n"},
		{"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{},{\"introduced\":7}]}],\"versions\":[\"1.0.0\"]",
		 R ".ranges[0].events[0]: an event is one of introduced, fixed, last_affected and limit\n" R
		   ".ranges[0].events[1]: an event is one of introduced, fixed, last_affected and limit\n" A "source npm p =1.0.0:affected/semver else unknown\n"},
		{"\"versions\":[7,\"\",\"1.0.0\"]",
		 R ".versions[0]: a version is a text of at most 1024 bytes\n" R ".versions[1]: a version is a text of at most 1024 bytes\n" A "source npm p =1.0.0:affected/semver else unknown\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char entry[2048];
		snprintf(entry, sizeof entry, "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"p\"},%s}", rows[i].rest);
		affected_is(entry, rows[i].want);
	}
	affected_is("{\"package\":{\"name\":\"p\"}}", R ".package: a package has an ecosystem and a name\n");
	affected_is("{\"package\":{\"ecosystem\":\"npm\"}}", R ".package: a package has an ecosystem and a name\n");
	said_not("{\"affected\":[]}", NULL, "t: line 1: id: is missing, must be text");
	said_not("{\"id\":7,\"affected\":[]}", NULL, "t: line 1: id: 7 is no text");
	said_not("{\"id\":\" \",\"modified\":\"2024-01-02\"}", NULL, "t: line 1: the document: an id has 1 to 128 bytes");
	said_not("{\"id\":\"O-1\",\"modified\":true}", NULL, "t: line 1: the document: a record has the date of its last change in `modified`");
	said_not("{\"id\":\"O-1\",\"modified\":\"yesterday\"}", NULL, "t: line 1: the document: a record has the date of its last change in `modified`");
}

static void heads(void)
{
	said_is("{\"id\":\"GHSA-1\",\"modified\":\"2024-01-02T03:04:05.6+01:00\",\"published\":\"2023-01-01\",\"aliases\":[\"CVE-2024-1\",7],\"related\":[\"CVE-2024-2\"],"
	        "\"upstream\":[\"GHSA-3\"],\"withdrawn\":\"2024-01-01T00:00:00Z\",\"details\":\"d\",\"summary\":\" s \","
	        "\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"p\"}}]}",
	        NULL, SOURCE "refused t: line 1: aliases[1]: an id has 1 to 128 bytes\nflaw GHSA-1 = CVE-2024-1 \"s published 2023-01-01 modified 2024-01-02T02:04:05Z rejected\nsource osv OSV 2024-01-02T02:04:05Z\n");
	static const struct {
		const char *rest, *want;
	} rows[] = {
		{"\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}]", " v3:98"},
		{"\"severity\":[{\"type\":\"CVSS_V4\",\"score\":\"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N\"}]", ""},
		{"\"severity\":[{\"type\":\"CVSS_V2\",\"score\":\"AV:N/AC:L/Au:N/C:P/I:P/A:P\"}]", ""},
		{"\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N\"}]", ""},
		{"\"severity\":[{\"type\":\"CVSS_V4\",\"score\":\"CVSS:4.0/x\"},{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N\"}]", " v3:18"},
		{"\"database_specific\":{\"cvss\":{\"score\":7.5,\"vectorString\":\"CVSS:4.0/AV:N\"}}", " v4:75"},
		{"\"database_specific\":{\"cvss\":{\"score\":0,\"vectorString\":null}}", ""},
		{"\"database_specific\":{\"cvss\":{\"score\":11}}", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[1024], want[512];
		snprintf(text, sizeof text, "{\"id\":\"O-1\",\"modified\":\"2024-01-02T00:00:00Z\",%s}", rows[i].rest);
		snprintf(want, sizeof want, SOURCE "flaw O-1%s modified 2024-01-02\n" DATED, rows[i].want);
		said_is(text, NULL, want);
	}
}

// The flaws that a record is about, whatever field names them; what is only like them, never.
static void flaws(void)
{
	static const struct {
		const char *id, *rest, *want;
	} rows[] = {
		{"DEBIAN-CVE-2024-1000", "\"upstream\":[\"CVE-2024-1000\"]", " = CVE-2024-1000"},
		{"DEBIAN-CVE-2024-1000", "\"details\":\"\"", " = CVE-2024-1000"}, // its id says it
		{"UBUNTU-CVE-2024-1000", "\"upstream\":[\"CVE-2024-1000\"],\"related\":[\"USN-1-1\"]", " = CVE-2024-1000"},
		{"USN-7234-1", "\"upstream\":[\"CVE-2024-1000\",\"CVE-2024-1001\",\"UBUNTU-CVE-2024-1000\",\"UBUNTU-CVE-2024-1002\"]",
		 " = CVE-2024-1000 = CVE-2024-1001 = CVE-2024-1002"},
		{"RHSA-2024:1", "\"aliases\":[\"RHSA-old\"],\"related\":[\"CVE-2024-1000\",\"RHBA-2024:2\"]", " = RHSA-old = CVE-2024-1000"},
		{"ALSA-2024:1", "\"upstream\":[\"CVE-2024-1000\"],\"related\":[\"CVE-2024-1001\"]", " = CVE-2024-1000"},
		{"SUSE-SU-2024:1-1", "\"related\":[\"CVE-2024-1000\"],\"upstream\":[]", " = CVE-2024-1000"},
		{"CVE-2024-1000", "\"aliases\":[\"GHSA-1\"]", " = GHSA-1"},
		// related is only like it; what is upstream and no CVE may be about many flaws
		{"GHSA-1", "\"related\":[\"CVE-2024-1001\"]", ""},
		{"GHSA-1", "\"aliases\":[\"CVE-2024-1000\"],\"related\":[\"CVE-2024-1001\"]", " = CVE-2024-1000"},
		{"CVE-2024-1000", "\"related\":[\"CVE-2024-1001\"]", ""},
		{"DLA-1-1", "\"upstream\":[\"DSA-1-1\",\"XCVE-2024-1000\",\"CVE-24-1\",\"CVE-2024-1000-1\"]", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[1024], want[512];
		snprintf(text, sizeof text, "{\"id\":\"%s\",\"modified\":\"2024-01-02T00:00:00Z\",%s}", rows[i].id, rows[i].rest);
		snprintf(want, sizeof want, SOURCE "flaw %s%s modified 2024-01-02\n" DATED, rows[i].id, rows[i].want);
		said_is(text, NULL, want);
	}
	said_is("{\"id\":\"USN-1\",\"modified\":\"2024-01-02\",\"upstream\":[7,\"\",\"CVE-2024-1000\"]}", NULL,
	        SOURCE "refused t: line 1: upstream[0]: an id has 1 to 128 bytes\nrefused t: line 1: upstream[1]: an id has 1 to 128 bytes\n"
	               "flaw USN-1 = CVE-2024-1000 modified 2024-01-02\n" DATED);
}

// Names over the maximum are told, once; those before it are kept.
static void many_names(void)
{
	size_t room = 2100 * 18;
	char *text = malloc(room), *want = malloc(room * 2);
	REQUIRE(text != NULL && want != NULL);
	size_t n = (size_t)sprintf(text, "{\"id\":\"USN-1\",\"modified\":\"2024-01-02\",\"upstream\":[");
	size_t w = (size_t)sprintf(want, SOURCE "refused t: line 1: upstream[2048]: more than 2048 names of one record, the rest is left out\nflaw USN-1");
	for (int i = 0; i <= 2050; i++) {
		n += (size_t)sprintf(text + n, "%s\"CVE-2024-%d\"", i == 0 ? "" : ",", 10000 + i);
		w += i < 2048 ? (size_t)sprintf(want + w, " = CVE-2024-%d", 10000 + i) : 0;
	}
	strcpy(text + n, "]}");
	strcpy(want + w, " modified 2024-01-02\n" DATED);
	said_is(text, NULL, want);
	free(text);
	free(want);
}

// Scores as FIRST's calculator and NVD give them.
static void cvss(void)
{
	static const struct {
		const char *vector;
		int score10; // -1: refused
	} rows[] = {
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100}, // CVE-2021-44228
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75},  // CVE-2014-0160
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61},  // the specification's examples: CVE-2013-1937
		{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64},  // CVE-2013-0375
		{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31},  // CVE-2014-3566
		{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 99},  // CVE-2012-1516
		{"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42},  // CVE-2009-0783
		{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88},  // CVE-2012-0384
		{"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 78},  // CVE-2015-1098
		{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68},  // CVE-2014-2005
		{"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 93},  // CVE-2013-6014
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C/MAV:L", 98}, // base alone
		{"", -1},
		{"CVSS:3.1/", -1},
		{"CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", -1},
		{"CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", -1},
		{"CVSS:3.1/AV:N//AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
		{"CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t score10 = 255;
		bool ok = cvss3_score(slice_text(rows[i].vector), &score10);
		CHECK_SAY(ok == (rows[i].score10 >= 0), "%s", rows[i].vector);
		CHECK_SAY(score10 == (rows[i].score10 >= 0 ? rows[i].score10 : 255), "%s: %u", rows[i].vector, score10);
	}
	const char *whole = rows[0].vector;
	for (size_t n = 0; n < strlen(whole); n++) {
		uint8_t score10;
		CHECK_SAY(!cvss3_score(slice_of(whole, n), &score10), "%.*s", (int)n, whole);
	}
}

static void debian(void)
{
	static const struct feed_options dated = {.dated = 1704153600};
	said_is("{\"xz\":{\"CVE-2024-3094\":{\"description\":\"d\",\"scope\":\"local\",\"releases\":{"
	        "\"bookworm\":{\"status\":\"resolved\",\"repositories\":{},\"fixed_version\":\"0\",\"urgency\":\"unimportant\"},"
	        "\"trixie\":{\"status\":\"resolved\",\"fixed_version\":\"5.6.1+really5.4.5-1\",\"urgency\":\"high\"},"
	        "\"bullseye\":{\"status\":\"open\",\"urgency\":\"end-of-life\"},"
	        "\"sid\":{\"status\":\"undetermined\",\"urgency\":\"unimportant\"}}}},"
	        "\"aa\":{\"CVE-2024-3094\":{\"releases\":{\"buster\":{\"status\":\"open\"}}},\"TEMP-1-2\":{\"releases\":{}}}}",
	        &dated,
	        "source debian Debian security tracker by Debian 2024-01-02 whole\n"
	        "flaw CVE-2024-3094 \"d\n"
	        "affected CVE-2024-3094 source Debian:12 xz else unaffected negligible\n"
	        "affected CVE-2024-3094 source Debian:13 xz [,5.6.1+really5.4.5-1):affected/deb else unaffected fixed 5.6.1+really5.4.5-1\n"
	        "affected CVE-2024-3094 source Debian:11 xz else affected\n"
	        "affected CVE-2024-3094 source Debian:sid xz else investigated negligible\n"
	        "flaw CVE-2024-3094\n"
	        "affected CVE-2024-3094 source Debian:10 aa else affected\n"
	        "flaw TEMP-1-2\n");
	said_is("{\"xz\":{\"CVE-1\":{\"releases\":7,\"scope\":1},\"CVE-2\":{\"releases\":{\"moon\":{\"status\":\"open\"},\"buster\":{\"status\":\"resolved\"},"
	        "\"bullseye\":{\"status\":\"closed\"},\"bookworm\":7}}}}",
	        NULL,
	        "source debian Debian security tracker by Debian whole\n"
	        "refused t: byte 15: xz: CVE-1: no flaw with its releases\n"
	        "flaw CVE-2\n"
	        "refused t: releases.moon: is no release that is known\n"
	        "refused t: releases.buster: a status is open, undetermined, or resolved with a fixed_version\n"
	        "refused t: releases.bullseye: a status is open, undetermined, or resolved with a fixed_version\n"
	        "refused t: releases.bookworm: a status is open, undetermined, or resolved with a fixed_version\n");
}

const struct test tests[] = {{"ranges", ranges}, {"ecosystems", ecosystems}, {"refused", refused}, {"heads", heads}, {"flaws", flaws}, {"many names", many_names},
                             {"CVSS", cvss},     {"Debian's tracker", debian}, {NULL, NULL}};
