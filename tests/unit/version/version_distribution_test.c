// The orders of dpkg, rpm and apk, written out from their manuals.
#include "order.h"

static void deb_order(void)
{
	static const char *const tilde_end_letters_rest[] = {
		"1.0~~", "1.0~~a", "1.0~", "1.0~1", "1.0~a", "1.0~rc1-1", "1.0~rc1-2", "1.0", "=1.0-0", "=1.00", "=0:1.0", "=00:1.0-00",
		"1.0-0a", "1.0-0.1", "1.0-1~bpo12+1", "1.0-1", "=1.0-01", "1.0-1a", "1.0-1+deb12u1", "1.0-1+deb12u2",
		"1.0-1+deb12u10", "1.0-2", "1.0-10", "1.0A", "1.0Z", "1.0a", "1.0z", "1.0+", "1.0+b1", "1.0-1-1", "1.0.0", "1.0.1", "1.1",
		"1.9",
		"1.10", "2.0", "1:0.9", "1:1.0", "2:0", "10:0~", "10:0", NULL,
	};
	order_ascending(VERSION_DEB, tilde_end_letters_rest);
	static const char *const part_by_part[] = {
		"0~", "0", "=0-0", "0+1", "1", "1a", "1a0b", "1a1", "1ab", "1b", "1+", "1-1-0", "1.", "=1.0", "1.1", NULL,
	};
	order_ascending(VERSION_DEB, part_by_part);
	static const char *const real[] = {
		"2.36-9+deb12u4", "2.36-9+deb12u10", "2:4.17.10+dfsg-0+deb12u1", "2:4.17.12+dfsg-0+deb12u1", NULL,
	};
	order_ascending(VERSION_DEB, real);
	static const char *const not_a_digit_in_front[] = {"~1", "1", "A", "a", "a1", "+1", NULL};
	order_ascending(VERSION_DEB, not_a_digit_in_front);
	static const char *const long_numbers[] = {
		"99999999999999999999", "100000000000000000000", "=0000100000000000000000000", "100000000000000000001", NULL,
	};
	order_ascending(VERSION_DEB, long_numbers);
	order_ascending(VERSION_RPM, long_numbers);
	order_ascending(VERSION_APK, long_numbers);
	order_ascending(VERSION_PEP440, long_numbers);
	order_ascending(VERSION_MAVEN, long_numbers);
	order_ascending(VERSION_GEM, long_numbers);
	order_ascending(VERSION_NUMBERS, long_numbers);
}

static void deb_colon(void)
{
	CHECK(order_of(VERSION_DEB, "0:1:2", "0:1:10") == -1); // a colon is part of the version once there is an epoch
	CHECK(order_of(VERSION_DEB, "2147483647:1", "2147483646:2") == 1);
}

static void deb_refused(void)
{
	static const char *const list[] = {
		"", ":1", "a:1", "1a:1", "-1:1", "+1:1", " 1:1", "1 :1", "2147483648:1", "99999999999999999999:1", "1:", "1.0-", "-",
		"-1", "1:-1",
		"1-:", "1:1-:2", "1_0", "1.0 ", " 1.0", "1/0", "1.0-1_1", "1.0\n", "1.0\xc3\xa9", "<unfixed>", "1,0", "1.0*", "1^2",
		"1.0-1^2", NULL,
	};
	order_refused(VERSION_DEB, list);
}

static void rpm_order(void)
{
	static const char *const tilde_end_caret_letters_digits[] = {
		"0.9", "1.0~~1", "1.0~", "1.0~^1", "1.0~RC1", "1.0~a", "1.0~rc1", "=1.0~rc.1", "=1.0~rc_1",
		"1.0~rc1^x", "1.0~rc2", "1.0~rc10", "1.0~1", "1.0", "=1.0.", "=1_0", "=1.0+", "=01.00",
		"=0:1.0", "=00:1.0", "1.0^~1", "1.0^", "1.0^^", "1.0^a", "1.0^1", "1.0^1^1", "1.0^2",
		"1.0A", "=1.0.A", "1.0a~1", "1.0a", "1.0a^1", "1.0a1", "=1.0.a.1", "1.0aa", "1.0b",
		"1.0.0", "1.0.0a", "1.0.1", "1.1", "=1.01", "1.9", "1.10", "2", "1:0.1",
		"1:1",        "2:0",          "10:0",         NULL,
	};
	order_ascending(VERSION_RPM, tilde_end_caret_letters_digits);
	static const char *const with_release[] = {
		"1.0~rc1-5", "1.0-0.1.rc1", "1.0-1~1", "1.0-1", "=1.0-01", "1.0-1^a", "1.0-1.el8", "1.0-1.el9",
		"1.0-1.el9_1",    "1.0-1.el9_1.2",     "1.0-1.el10",  "1.0-1.1",       "1.0-2",        "1.0-10",            "1.0^git1-1",
		"1.0.1-1",        "1:0-1",             "1:1.0.2k-24.el7", "1:1.0.2k-25.el7_9", "1:1.1.1k-4.el8",         NULL,
	};
	order_ascending(VERSION_RPM, with_release);
}

static void rpm_release_of_one_side_only(void)
{
	CHECK(order_of(VERSION_RPM, "1.0-1", "1.0") == 0 && order_of(VERSION_RPM, "1.0", "1.0-2") == 0);
	CHECK(order_of(VERSION_RPM, "1.0-1", "1.0-2") == -1);
	CHECK(order_of(VERSION_RPM, "1.0-9", "1.1") == -1 && order_of(VERSION_RPM, "1:1.0", "1.0-9") == 1);
}

static void rpm_refused(void)
{
	static const char *const list[] = {
		"",      ":1",      "a:1",   "1a:1",  "-1:1",  "1:",       "1.0-",         "-",      "-1",   "1:-1", "1-2-3",
		"1.0 ",  " 1.0",    "1/0",   "1:2:3", "1\n",  "1.0-1:2",  "1.0\xc3\xa9", "1,0",    "1*",   "1%",   "1.0-1-",
		"(1.0)", "1.0-1 el7", NULL,
	};
	order_refused(VERSION_RPM, list);
}

static void apk_order(void)
{
	// After a common start: a suffix that announces < nothing < -r < ~ < number of a suffix < other suffix < letter < number.
	static const char *const list[] = {
		"0", "=00", "0-r1", "0.0", "0.9", "1_alpha_alpha", "1_alpha_rc", "1_alpha", "1_alpha-r0", "=1_alpha-r00", "1_alpha-r1",
		"1_alpha~0",
		"1_alpha~0-r1", "1_alpha~0a", "1_alpha~1", "1_alpha0", "=1_alpha00", "1_alpha1_pre", "1_alpha1", "=1_alpha01",
		"1_alpha1-r3",
		"1_alpha1~f", "1_alpha1_p", "1_alpha2", "1_alpha10", "1_alpha_cvs", "1_alpha_p", "1_beta", "1_beta1", "1_beta9", "1_pre",
		"1_pre1",
		"1_pre2", "1_rc_beta", "1_rc", "1_rc1", "1_rc2", "1_rc10", "1_rc10_git20230101", "1_rc10_p1", "1", "=01", "=001", "1-r0",
		"1-r1",
		"=1-r01", "1-r2", "1-r10", "1~0", "1~0-r0", "1~00", "1~1", "1~1a", "1~a", "1~abc", "1~abd", "1~f", "1_cvs", "1_cvs1",
		"1_svn", "1_svn7",
		"1_git", "1_git20230101", "1_git20230102", "1_hg", "1_p_alpha", "1_p", "1_p-r1", "1_p0", "1_p1", "=1_p01", "1_p1-r0",
		"1_p2", "1_p10",
		"1_p_p", "1a_alpha", "1a", "1a-r1", "1a~b", "1a_p1", "1b", "1z", "1.0_alpha", "1.0", "1.0-r1", "1.0~a", "1.0_p", "1.0a",
		"1.0.0_rc1", "1.0.0",
		"1.0.1", "1.00", "1.000", "1.001", "1.01_rc1", "1.01", "1.01.5", "1.010", "1.02", "1.05", "1.09", "1.09.9", "1.1_alpha",
		"1.1", "1.1-r1",
		"1.1a", "1.1.0", "1.1.1", "1.2", "1.5", "1.9", "1.10", "1.11", "1.100", "2_alpha", "2", "9", "10", "=010", "11",
		"20230101", NULL,
	};
	order_ascending(VERSION_APK, list);
	static const char *const real[] = {
		"1.1.1d-r2", "1.1.1d-r3", "1.1.1k-r0", "3.0.8-r0", "3.0.8-r3", "3.1.4_alpha1-r0", "3.1.4_rc1-r0", "3.1.4-r0", "3.1.4-r10",
		"3.1.4_git20240101-r0",
		"3.1.4_p1-r0", "3.1.4.1-r0", "3.1.10-r0", NULL,
	};
	order_ascending(VERSION_APK, real);
}

static void apk_refused(void)
{
	static const char *const list[] = {
		"", "a", ".1", "1.", "1..2", "1.a", "1ab", "1a1", "1a.1", "1A", "1_", "1_foo",
		"1_rcc", "1_r", "1_Alpha", "1_alpha.1", "1_p1.2", "1_alpha1a", "1~", "1~g", "1~A", "1~ab~cd", "1~a_p1", "1~a.1",
		"1-", "1-r", "1-1", "1-ra", "1-r1-r2", "1-r1.0", "1-r1_p1", "1-r1~a", "1-R1", "v1", "1 ", " 1",
		"_alpha", "-r1", "~a", "1+1", "1:1-r0", "1_alpha_", "1\n", "1_rc1a", "1_p_", "1\xc3\xa9", "1a_", "1.0-rc1", "1.0-r1a",
		NULL,
	};
	order_refused(VERSION_APK, list);
}

const struct test tests[] = {
	{"deb: order", deb_order},
	{"deb: a colon after the epoch", deb_colon},
	{"deb: refused", deb_refused},
	{"rpm: order", rpm_order},
	{"rpm: a release on one side only", rpm_release_of_one_side_only},
	{"rpm: refused", rpm_refused},
	{"apk: order", apk_order},
	{"apk: refused", apk_refused},
	{NULL, NULL},
};
