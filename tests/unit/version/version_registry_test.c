// The orders of NuGet, Composer, Haskell, R and Dart, written out from their own documents.
#include "order.h"

static void nuget_order(void)
{
	static const char *const published[] = { // "Version basics", from the oldest
		"1.0.1-aaa", "1.0.1-alpha", "1.0.1-alpha10", "1.0.1-alpha2", "1.0.1-beta", "1.0.1-open", "1.0.1-rc.2", "1.0.1-rc.10",
		"1.0.1-zzz", "1.0.1", NULL,
	};
	order_ascending(VERSION_NUGET, published);
	static const char *const normalised[] = { // "Normalized version numbers"
		"1", "=1.0", "=1.00", "=1.0.0", "=1.0.0.0", "1.00.0.1", "=1.0.0.1", "1.0.1", "=1.0.01.0", "1.0.7", "=1.0.7+r3456", "=1.0.7+1",
		"1.1.1", "=1.01.1", NULL,
	};
	order_ascending(VERSION_NUGET, normalised);
	static const char *const more[] = {
		"1.0-0", "=1.0-00", "1.0-1", "1.0-9", "1.0-10", "1.0--", "1.0-a", "=1.0-A", "=1.0.0-a+x", "=1.0.0.0-A+Y", "1.0-a.0",
		"1.0-a.B", "=1.0-A.b", "1.0-B", "=1.0-b", "1.0-c", "1.0", "1.0.0.1-rc", "1.0.0.1", "1.0.0.9", "1.0.0.10", "1.9",
		"1.10", "13.0.1", "99999999999999999999", "100000000000000000000", NULL,
	};
	order_ascending(VERSION_NUGET, more);
}

static void nuget_refused(void)
{
	static const char *const list[] = {
		"", ".", "1.", ".1", "1..2", "1.2.3.4.5", "v1.2.3", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-a_b", "1.2.3-é", "1.0.*", "[1.0]",
		"1.0,", " 1.0", "1.0 ", "-1", "1.2.3+a+b", "1.2.3-a.", "a", "1.a", "1.0a", NULL,
	};
	order_refused(VERSION_NUGET, list);
}

// What VersionParser::normalize makes equal stands with '='.
static void composer_order(void)
{
	static const char *const release[] = {
		"1.0-dev", "=1.0.0.0-dev", "=1.0.dev", "=1.0dev", "=1-DEV", "=1.0-.dev", "1.0-alpha-dev", "=1.0a.dev", "1.0-alpha",
		"=1.0.0.0-alpha",
		"=1.0a", "=v1_A", "=1.0.alpha", "1.0-alpha1-dev", "1.0-alpha1", "=1.0-alpha.1", "=1.0a-1", "=1.0.0-ALPHA01", "1.0-alpha1.2", "=1.0-a.1-2",
		"1.0-alpha2", "1.0-alpha10", "1.0-beta", "=1.0b", "1.0-beta5", "1.0-RC", "=1.0rc", "1.0-RC1-dev", "1.0-RC1", "=1.0.0.0-rc.1",
		"1.0", "=1", "=v1.0", "=V1.0.0", "=1.0.0.0", "=01.00", "=1.0-stable", "=1.0.Stable5", "=1.0-", "=1.0+build.5", "= 1.0 ",
		"1.0-patch-dev", "1.0-p", "=1.0-pl", "=1.0patch", "1.0-patch1", "=1.0p1", "=1.0-pl.1", "1.0-p2", "1.0.0.1", "1.0.1-dev", "1.0.1", "1.0.9",
		"1.0.10", "1.0.x-dev", "=1.0.X-DEV", "=1.0.*.dev", "1.1-dev", "1.1", "1.9999.99999", "1.x-dev", "=1.x.x-dev", "=1.xdev", "2.0-dev", "2.0",
		"99999", NULL,
	};
	order_ascending(VERSION_COMPOSER, release);
	static const char *const dates[] = { // their numbers are not filled up to four
		"2010-01-dev", "2010-01", "=2010:01", "=v2010-01+x", "2010-01-01-RC1", "2010-01-01", "=2010:01-01", "2010-01-01-001", "2010-01-01-p1",
		"2010-01-02",
		"2010-11", "2010-102", "123456", "20100102-dev", "20100102", "=v20100102", "20100102-p1", "20100103", NULL,
	};
	order_ascending(VERSION_COMPOSER, dates);
	CHECK(order_of(VERSION_COMPOSER, "2010-01", "2010.01") == -1); // a dot makes it a version like others, and 2010.1.0.0 of it
	CHECK(order_of(VERSION_COMPOSER, "99999.0", "201001") == -1);
}

static void composer_refused(void)
{
	static const char *const list[] = {
		"", " ", "v", "dev-main", "dev-1.0", "master", "1.0.x", "1.*", "x-dev", "1.2.3.4.5", "1.2.3.4.5-dev", "1.0-1", "1.0-x", "1.0-gamma", "1.0-beta_1",
		"1.0 beta", "1.0-betaa", "1..0", "1.0--dev-", "1.0+", "1.0+a b", "+a", "12345a5x", "123456.1.x", "1.0@dev", "1.0 as 2.0", "2010-1", "201-01", "2010-01-1-1",
		"20100101010101010101", "1.0,2", "1.0-é", "1.0+é", "vv1", "-1", "1.x-beta", NULL,
	};
	order_refused(VERSION_COMPOSER, list);
}

static void list_orders(void)
{
	static const char *const pvp[] = {"0", "=00", "0.0", "0.1", "1", "1.0", "=1.00", "1.0.0", "1.0.1", "1.9", "1.10", "2", "10.0", NULL};
	order_ascending(VERSION_PVP, pvp);
	static const char *const pvp_refused[] = {"", "1.", ".1", "1..2", "1.0-rc", "1.0-1", "v1", "1.x", " 1", "1 ", "1.0+1", NULL};
	order_refused(VERSION_PVP, pvp_refused);
	static const char *const cran[] = {"0-0", "=0.0", "1", "1.0", "=1-0", "1.0.0", "=1.0-0", "1.0-1", "=1.0.1", "=01-0.1", "1.0-9", "1.0.10", "1.2", "2-1", NULL};
	order_ascending(VERSION_CRAN, cran);
	static const char *const cran_refused[] = {"", "1.", "1-", "-1", ".1", "1..2", "1.-2", "1--2", "1.0a", "v1.0", "1_0", " 1.0", "1.0+1", NULL};
	order_refused(VERSION_CRAN, cran_refused);
}

static void pub_order(void)
{
	static const char *const list[] = { // pub_semver, "Version priority"
		"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc.1+build.1", "1.0.0", "1.0.0+0.3.7", "1.3.7+build",
		"1.3.7+build.2.b8f12d7", "1.3.7+build.11.e0f985a", "1.3.8", NULL,
	};
	order_ascending(VERSION_PUB, list);
	static const char *const refused[] = {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3+", "1.2.3-", "1.2.3-01", "1.2.3 ", "any", "^1.2.3", NULL};
	order_refused(VERSION_PUB, refused);
}

const struct test tests[] = {
	{"NuGet", nuget_order},
	{"NuGet refuses", nuget_refused},
	{"Composer", composer_order},
	{"Composer refuses", composer_refused},
	{"Haskell and R", list_orders},
	{"Dart", pub_order},
	{NULL, NULL},
};
