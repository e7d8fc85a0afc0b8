// The orders of Semantic Versioning, Python, Maven, RubyGems and plain numbers, written out from their specifications.
#include "order.h"

static void semver_order(void)
{
	static const char *const section_11[] = {"1.0.0", "2.0.0", "2.1.0", "2.1.1", NULL};
	order_ascending(VERSION_SEMVER, section_11);
	static const char *const section_11_4[] = {
		"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
		NULL,
	};
	order_ascending(VERSION_SEMVER, section_11_4);
	static const char *const more[] = {
		"0.0.0-0", "0.0.0-0.0", "0.0.0-1", "0.0.0-2", "0.0.0-10", "0.0.0-99999999999999999999", "0.0.0-100000000000000000000",
		"0.0.0--", "0.0.0---",
		"0.0.0--1", "0.0.0-00a", "0.0.0-1a", "0.0.0-A", "0.0.0-a", "=0.0.0-a+b.1", "=0.0.0-a+2", "0.0.0-a.0", "0.0.0-a.0.0",
		"0.0.0-a.b", "0.0.0-a-b",
		"0.0.0-ab", "0.0.0",
		"=v0.0.0", "=0.0.0+1", "=0.0.0+001.-.a", "=v0.0.0+2", "0.0.9", "0.0.10", "0.9.0", "0.10.0-x+y", "=0.10.0-x+z", "0.10.0",
		"9.0.0", "10.0.0",
		"99999999999999999999.0.0", "100000000000000000000.0.0", NULL,
	};
	order_ascending(VERSION_SEMVER, more);
	static const char *const go[] = {
		"v0.0.0-20191109021931-daa7c04131f5", "v0.0.0-20200101000000-abcdefabcdef", "v1.2.3-pre.0.20191109021931-daa7c04131f5",
		"v1.2.3",
		"v1.2.4-0.20191109021931-daa7c04131f5", "v1.2.4", "v2.0.0+incompatible", NULL,
	};
	order_ascending(VERSION_SEMVER, go);
}

static void semver_refused(void)
{
	static const char *const list[] = {
		"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3-01", "1.2.3-a..b",
		"1.2.3-a.", "1.2.3-.a", "1.2.3+", "1.2.3+a..b", "1.2.3+a+b", "1.2.3-é", "1.2.3_a", "V1.2.3", "vv1.2.3", "v",
		" 1.2.3", "1.2.3 ", "=1.2.3", "1.2.x", "a.b.c", "1..3", ".1.2", "-1.2.3", "1.2.3-a_b", "1.2.3-a.00",
		"1.2.3-+a",  "1.2.3+-.",   "^1.2.3",      "1,2,3",     "1.2.3\n",   "1.2-rc.1", NULL,
	};
	order_refused(VERSION_SEMVER, list);
}

static void pep440_order(void)
{
	static const char *const published[] = { // "Summary of permitted suffixes and relative ordering"
		"1.dev0",        "1.0.dev456",   "1.0a1",  "1.0a2.dev456", "1.0a12.dev456", "1.0a12",
		"1.0b1.dev456",  "1.0b2",        "1.0b2.post345.dev456",   "1.0b2.post345", "1.0rc1.dev456",
		"1.0rc1",        "1.0",          "1.0+abc.5",              "1.0+abc.7",     "1.0+5",
		"1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1",  NULL,
	};
	order_ascending(VERSION_PEP440, published);
	static const char *const more[] = {
		"0.0.dev0", "0", "=0.0.0.0", "0.1", "1.0.dev0+a", "1.0a0.dev0", "1.0a0", "1.0a0+x", "1.0a0.post0.dev0", "1.0a0.post0",
		"1.0a1", "1.0a2", "1.0a10",
		"1.0b0", "1.0rc0", "1.0", "1.0+a", "1.0+a.b", "1.0+a.0", "1.0+a.1", "1.0+b", "1.0+0", "=1.0+00", "1.0+0.a", "1.0+1",
		"1.0+10", "1.0.post0.dev0",
		"1.0.post0", "1.0.post1", "1.0.post10", "1.0.0.1", "1.0.1", "1.9", "1.10", "2.0", "10.0", "2024.1", "1!0.dev0", "1!0.1",
		"2!0", "10!0", NULL,
	};
	order_ascending(VERSION_PEP440, more);
}

// Each list is one version in the ways in which PEP 440, "Normalization", lets it be written, then one that is newer.
static void pep440_normalisation(void)
{
	static const char *const alpha[] = {
		"1.1a1", "=1.1A1", "=1.1alpha1", "=1.1ALPHA1", "=1.1.a1", "=1.1-a1", "=1.1_a1", "=1.1a.1", "=1.1a-1", "=1.1a_1",
		"=1.1-alpha-1", "=v1.1a1",
		"=V1.1a1", "=0!1.1a1", "=1.1.0a01", "=01.01a1", "= 1.1a1", "=1.1a1 ", "=\t1.1a1\r\n", "1.1a2", "1.1b2", NULL,
	};
	order_ascending(VERSION_PEP440, alpha);
	static const char *const beta[] = {"1.1b2", "=1.1beta2", "=1.1.BETA.2", "=1.1-b_2", "1.1rc0", "1.1rc1", NULL};
	order_ascending(VERSION_PEP440, beta);
	static const char *const candidate[] = {
		"1.1rc3", "=1.1c3", "=1.1pre3", "=1.1preview3", "=1.1-C-3", "=1.1_PREVIEW.3", "1.1rc3.post1", "1.1", NULL,
	};
	order_ascending(VERSION_PEP440, candidate);
	static const char *const post[] = {
		"1.1.post4", "=1.1-4", "=1.1post4", "=1.1-post4", "=1.1_post-4", "=1.1rev4", "=1.1.r4", "=1.1r-4", "=1.1.REV.4",
		"=1.1-04", "1.1.post5", "1.1.1", NULL,
	};
	order_ascending(VERSION_PEP440, post);
	static const char *const dev[] = {
		"1.1.dev5", "=1.1dev5", "=1.1-dev5", "=1.1_DEV_5", "=1.1dev-5", "=1.1.dev05", "1.1.dev6", "1.1a0", NULL,
	};
	order_ascending(VERSION_PEP440, dev);
	static const char *const implicit[] = {
		"1.1.dev", "=1.1.dev0", "1.1a.dev", "=1.1a0.dev0", "1.1a", "=1.1a0", "=1.1a.", "=1.1alpha", "1.1rc", "=1.1c", "=1.1rc0",
		"1.1.post.dev", "=1.1rdev",
		"1.1.post", "=1.1.post0", "=1.1-0", "=1.1r", "=1.1-r", NULL,
	};
	order_ascending(VERSION_PEP440, implicit);
	static const char *const both[] = {"1.0a.post1", "=1.0a0.post1", "=1.0a--1", "=1.0a.-1", "1.0a-1", "=1.0a1", "1.0", NULL};
	order_ascending(VERSION_PEP440, both);
	static const char *const local[] = {
		"1.0", "1.0+ubuntu.1", "=1.0+UBUNTU-1", "=1.0+ubuntu_1", "=1.0+Ubuntu.01", "1.0+ubuntu.2", "1.0+1", NULL,
	};
	order_ascending(VERSION_PEP440, local);
}

static void pep440_refused(void)
{
	static const char *const list[] = {
		"", "v", "a", "1.", ".1", "1..0", "1.0x", "1.0-", "1.0.", "1.0_", "1.0+", "1.0+a+b", "1.0+a..b",
		"1.0+.a", "1.0+a.", "1.0+a!", "1!", "!1", "1!2!3", "a!1", "1.0alphaa", "1.0ab1", "1.0a1b1", "1.0.dev1.post1",
		"1.0.dev1a1",
		"1.0.post1a1", "1.0.post1.post2", "1.0--1", "1.0-1-1", "1.0..a1", "1.0a...1", "vv1.0", "v 1.0", "1 .0", "1.0 a1",
		"1.0-1.0", "1:1.0",
		"1.0~rc1", "2012-01-01x", "french toast", "1.0\xc3\xa9", "1.0+\xc3\xa9", "1.0.devx", "1.0post1r1",  "-1", NULL,
	};
	order_refused(VERSION_PEP440, list);
}

static void maven_order(void)
{
	static const char *const qualifiers[] = {
		"0.9", "1-alpha", "1-alpha-1", "=1-alpha1", "=1-a1", "=1a1", "=1.0-alpha-1", "=1.0.alpha1", "=1.0.0.Alpha01", "1-alpha2",
		"1-alpha10", "1-beta",
		"1-b2", "=1.0.0.Beta2", "1-milestone", "1-m3", "1-rc", "=1-cr", "=1-CR", "1-rc1-SNAPSHOT", "1-rc1", "=1-cr1",
		"=1.0.0.RC1", "1-SNAPSHOT", "=1-snapshot",
		"=1.0-SNAPSHOT", "1", "=1.0", "=1.0.0", "=1-0", "=1.", "=1-", "=1.ga", "=1-final", "=1-release", "=1.0.0.GA",
		"=1.0.Final", "=01.00", "1-sp", "1-sp-1", "=1-sp1",
		"1-a", "1-abc", "=1.abc", "=1-ABC", "1-abc1", "1-jre", "1-x", "1-1", "=1.0-1", "=1-01", "1-1-a", "1-2", "1-10",
		"1.0.1-alpha", "1.0.1-SNAPSHOT", "1.0.1", "1.0.1-sp",
		"1.0.1-x", "1.0.1-1", "1.1", "1.2", "1.10", "2", "10", NULL,
	};
	order_ascending(VERSION_MAVEN, qualifiers);
	static const char *const spring[] = {
		"Finchley.SR1", "Greenwich.SR1", "r03", "2.14.0-rc1", "2.14.0", "2.14.1", "2.17.0", "5.3.0-M1", "5.3.0-RC1",
		"5.3.0-SNAPSHOT", "5.3.0", "=5.3.0.RELEASE",
		"=5.3.0.Final", "5.3.0.SP1", "5.3.1", "31.1-android", "31.1-jre", "20030418", NULL,
	};
	order_ascending(VERSION_MAVEN, spring);
}

// Maven's own order has this cycle; so has this one.
static void maven_cycle(void)
{
	CHECK(order_of(VERSION_MAVEN, "1.0.alpha.1", "1") == -1);
	CHECK(order_of(VERSION_MAVEN, "1", "1-1") == -1);
	CHECK(order_of(VERSION_MAVEN, "1-1", "1.0.alpha.1") == -1);
}

static void maven_refused(void)
{
	static const char *const list[] = {
		"", " ", "1 ", " 1", "1 0", "[1.0,2.0)", "1,2", "(,1]", "1/2", "1\\2", "1:2", "\"1\"", "<1", ">1", "1|2", "1?", "1.*",
		"1\n", "1\t", "1\x7f", "1\xc3\xa9", NULL,
	};
	order_refused(VERSION_MAVEN, list);
}

static void gem_order(void)
{
	static const char *const list[] = {
		"0.a", "0", "=0.0", "=00", "0.0.1", "0.9.a", "0.9", "1.A", "1.a", "=1.0.a", "=1.0.0.a", "=1.0a", "=1.a.0", "1.a.1",
		"=1.a1", "=1.a01", "1.a.2.b", "1.a.2", "1.a10", "1.b",
		"1.pre", "=1.0.pre", "1-1", "=1.pre.1", "=1.0-1", "1-2", "1.rc", "1.rc1", "=1.0.0.rc.1", "1.rc2", "1.0", "=1", "=1.0.0",
		"=01", "= 1.0", "=1.0 \n", "1.0.1.a", "1.0.1", "1.1.rc1",
		"1.1", "1.2.b3.1", "1.2", "1.9", "1.9.9", "1.10", "2", "10", NULL,
	};
	order_ascending(VERSION_GEM, list);
	static const char *const words[] = {"1.a.b", "=1.a.0.b", "1.a.2.b", "1.a.2", "1.a.10", "1.b", NULL};
	order_ascending(VERSION_GEM, words);
}

static void gem_refused(void)
{
	static const char *const list[] = {
		"", " ", "a", "a1", "1a", ".1", "1.", "1..2", "-1", "1-", "1-.a", "1-a.", "1_0", "1.0+b", "v1.0", "1 .0", "1.0 a",
		"1.a_b", "1,0", "~>1", "1.0\xc3\xa9", "1.0/2", "1.a.-", "1:0", NULL,
	};
	order_refused(VERSION_GEM, list);
}

static void numbers_order(void)
{
	static const char *const list[] = {
		"0", "=0.0", "=000", "0.0.1", "0.1", "1", "=1.0", "=1.0.0", "=01.00", "1.0.0.1", "1.0.1", "1.1", "1.9", "1.10", "2",
		"3.0.11", "3.0.100", "10",
		"340282366920938463463374607431768211455", "340282366920938463463374607431768211456", NULL,
	};
	order_ascending(VERSION_NUMBERS, list);
}

static void numbers_refused(void)
{
	static const char *const list[] = {
		"", ".", "1.", ".1", "1..2", "a", "1a", "1.a", "v1", "-1", "1-1", "+1", "1 ", " 1", "1,0", "1_0", "1.0\n", "0x1", "1e3",
		"\xd9\xa1", NULL,
	};
	order_refused(VERSION_NUMBERS, list);
}

const struct test tests[] = {
	{"semver: order", semver_order},
	{"semver: refused", semver_refused},
	{"pep440: order", pep440_order},
	{"pep440: normalisation", pep440_normalisation},
	{"pep440: refused", pep440_refused},
	{"maven: order", maven_order},
	{"maven: its own cycle", maven_cycle},
	{"maven: refused", maven_refused},
	{"gem: order", gem_order},
	{"gem: refused", gem_refused},
	{"numbers: order", numbers_order},
	{"numbers: refused", numbers_refused},
	{NULL, NULL},
};
