// Which scheme a word means, what is refused whatever the scheme, and that each order is an order.
#include "order.h"

static void names(void)
{
	static const char *const want[VERSION_SCHEMES] = {
		"custom", "deb", "rpm", "apk", "semver", "pep440", "maven", "gem", "numbers", "nuget", "composer", "pvp", "cran", "pub",
	};
	for (int s = 0; s < VERSION_SCHEMES; s++) {
		CHECK_TEXT(version_scheme_name(s), want[s]);
		CHECK(version_scheme_of_type(slice_text(want[s])) == (enum version_scheme)s);
	}
}

struct word {
	const char *text;
	enum version_scheme scheme;
};

static void words(const struct word *rows, size_t n, enum version_scheme (*scheme_of)(struct slice text))
{
	for (size_t i = 0; i < n; i++) {
		enum version_scheme got = scheme_of(slice_text(rows[i].text));
		CHECK_SAY(got == rows[i].scheme, "\"%s\": got %s, want %s", rows[i].text, version_scheme_name(got),
		          version_scheme_name(rows[i].scheme));
	}
}
#define WORDS(rows, scheme_of) words(rows, sizeof(rows) / sizeof(rows)[0], scheme_of)

static void types(void)
{
	static const struct word rows[] = {
		{"semver", VERSION_SEMVER}, {"SemVer", VERSION_SEMVER}, {"python", VERSION_PEP440}, {"rpm", VERSION_RPM},
		{"maven", VERSION_MAVEN},   {"deb", VERSION_DEB},       {"dpkg", VERSION_DEB},      {"DPKG", VERSION_DEB},
		{"apk", VERSION_APK},       {"custom", VERSION_CUSTOM}, {"Custom", VERSION_CUSTOM}, {"git", VERSION_CUSTOM},
		{"", VERSION_CUSTOM},       {"sem", VERSION_CUSTOM},    {"semvers", VERSION_CUSTOM}, {"release train", VERSION_CUSTOM},
		{"patch", VERSION_CUSTOM}, {"8.0U2", VERSION_CUSTOM}, {" rpm", VERSION_CUSTOM},
		{"original_commit_for_fix", VERSION_CUSTOM},
		{"date", VERSION_CUSTOM},   {"firmware", VERSION_CUSTOM},
	};
	WORDS(rows, version_scheme_of_type);
}

static void ecosystems(void)
{
	static const struct word rows[] = {
		{"Debian", VERSION_DEB}, {"Debian:12", VERSION_DEB}, {"Ubuntu:22.04:LTS", VERSION_DEB}, {"Alpine:v3.20", VERSION_APK},
		{"Wolfi", VERSION_APK}, {"AlmaLinux:9", VERSION_RPM}, {"Rocky Linux:9", VERSION_RPM},
		{"Red Hat:rhel_e4s:9.2::appstream", VERSION_RPM},
		{"openSUSE:Leap 15.5", VERSION_RPM}, {"npm", VERSION_SEMVER}, {"Go", VERSION_SEMVER}, {"crates.io", VERSION_SEMVER},
		{"PyPI", VERSION_PEP440}, {"Maven:https://maven.google.com", VERSION_MAVEN}, {"RubyGems", VERSION_GEM},
		{"RUBYGEMS", VERSION_GEM},
		{"NuGet", VERSION_NUGET}, {"Packagist", VERSION_COMPOSER}, {"Packagist:https://packages.drupal.org/8", VERSION_COMPOSER},
		{"Hackage", VERSION_PVP}, {"GHC", VERSION_PVP}, {"CRAN", VERSION_CRAN}, {"Bioconductor", VERSION_CRAN},
		{"", VERSION_CUSTOM}, {":12", VERSION_CUSTOM}, {"Debian12", VERSION_CUSTOM}, {"Debian 12", VERSION_CUSTOM},
		{"Deb", VERSION_CUSTOM}, {"GIT", VERSION_CUSTOM}, {"Android", VERSION_CUSTOM}, {"Linux", VERSION_CUSTOM},
		{"Root:Debian:12", VERSION_CUSTOM}, {"ConanCenter", VERSION_CUSTOM}, {"OSS-Fuzz", VERSION_CUSTOM},
		{"Pub", VERSION_PUB}, {"opam", VERSION_CUSTOM}, {"Nu Get", VERSION_CUSTOM}, {"Composer", VERSION_CUSTOM},
	};
	WORDS(rows, version_scheme_of_ecosystem);
}

static void purl_types(void)
{
	static const struct word rows[] = {
		{"deb", VERSION_DEB}, {"rpm", VERSION_RPM}, {"apk", VERSION_APK}, {"npm", VERSION_SEMVER}, {"pypi", VERSION_PEP440},
		{"golang", VERSION_SEMVER}, {"cargo", VERSION_SEMVER}, {"maven", VERSION_MAVEN}, {"gem", VERSION_GEM},
		{"hex", VERSION_SEMVER},
		{"generic", VERSION_CUSTOM}, {"github", VERSION_CUSTOM}, {"nuget", VERSION_NUGET}, {"composer", VERSION_COMPOSER},
		{"hackage", VERSION_PVP}, {"cran", VERSION_CRAN}, {"pub", VERSION_PUB}, {"packagist", VERSION_CUSTOM},
		{"alpm", VERSION_CUSTOM},
		{"conan", VERSION_CUSTOM}, {"oci", VERSION_CUSTOM}, {"", VERSION_CUSTOM}, {"go", VERSION_CUSTOM},
		{"pkg:deb", VERSION_CUSTOM},
	};
	WORDS(rows, version_scheme_of_purl);
}

static void custom_has_no_order(void)
{
	struct why why;
	int order = NO_ORDER;
	CHECK(version_check(VERSION_CUSTOM, slice_text("1.0"), &why) == ERR_ABSENT);
	CHECK(version_compare(VERSION_CUSTOM, slice_text("1.0"), slice_text("1.0"), &order, &why) == ERR_ABSENT && order == NO_ORDER);
}

// A version of n bytes that every scheme accepts is hard to find; each has its own.
static const struct {
	const char *start;
	char filling;
} longest[VERSION_SCHEMES] = {
	[VERSION_CUSTOM] = {"1", '1'},      [VERSION_DEB] = {"1", '~'},    [VERSION_RPM] = {"1", '^'},
	[VERSION_APK] = {"1", '1'},         [VERSION_SEMVER] = {"1.0.0-", '-'}, [VERSION_PEP440] = {"1+", 'a'},
	[VERSION_MAVEN] = {"1", '-'},       [VERSION_GEM] = {"1-", '-'},   [VERSION_NUMBERS] = {"1", '0'},
	[VERSION_NUGET] = {"1.0-", '-'},    [VERSION_COMPOSER] = {"1a", '1'}, [VERSION_PVP] = {"1", '1'},
	[VERSION_CRAN] = {"1-", '1'},       [VERSION_PUB] = {"1.0.0+", '-'},
};

static void limit(void)
{
	enum { TOO_LONG = 10 * 1024 };
	static const size_t sizes[] = {VERSION_MAX + 1, TOO_LONG};
	uint8_t *text = malloc(TOO_LONG);
	for (int s = 0; s < VERSION_SCHEMES; s++) {
		memset(text, longest[s].filling, TOO_LONG);
		memcpy(text, longest[s].start, strlen(longest[s].start));
		struct why why = {""};
		int order = NO_ORDER;
		struct slice one = slice_text("1.0.0");
		if (s != VERSION_CUSTOM)
			CHECK_SAY(order_of_slices(s, slice_of(text, VERSION_MAX), slice_of(text, VERSION_MAX), &why) == 0, "%s: %s",
			          version_scheme_name(s), why.text);
		for (int i = 0; i < 2; i++) {
			CHECK(version_check(s, slice_of(text, sizes[i]), &why) == ERR_LIMIT);
			CHECK(version_compare(s, slice_of(text, sizes[i]), one, &order, &why) == ERR_LIMIT);
			CHECK(s == VERSION_CUSTOM || version_compare(s, one, slice_of(text, sizes[i]), &order, &why) == ERR_LIMIT);
		}
		CHECK(order == NO_ORDER);
	}
	free(text);
}

// No byte but those of printable ASCII (and white space around, where a scheme trims it) is ever part of a version.
static void every_byte(void)
{
	for (int s = VERSION_DEB; s < VERSION_SCHEMES; s++)
		for (unsigned c = 0; c < 256; c++) {
			uint8_t text[] = "1.0.0-1.0";
			text[8] = (uint8_t)c;
			struct why why;
			enum err e = version_check(s, slice_of(text, 9), &why);
			bool trims = (s == VERSION_PEP440 || s == VERSION_GEM) && c >= '\t' && c <= ' ';
			bool may_pass = trims || (c > ' ' && c < 0x7f);
			CHECK_SAY(e == ERR_INPUT || (e == ERR_OK && may_pass), "%s: byte %u", version_scheme_name(s), c);
		}
}

// Cut at every byte: refused or a version, never anything else; and comparing agrees with checking.
static void truncation(void)
{
	static const char *const texts[VERSION_SCHEMES] = {
		[VERSION_DEB] = "2:4.17.12+dfsg~rc1-0.1+deb12u10~bpo11+1",
		[VERSION_RPM] = "12:4.18.0~rc1^git20230101.abc_d-305.el8_10.2",
		[VERSION_APK] = "1.02.3z_alpha01_git20230101~0123abcdef-r10",
		[VERSION_SEMVER] = "v1.22.333-alpha.1.x-y-z+build.001.-a",
		[VERSION_PEP440] = " v1!2.0.3-alpha_4.post.5-dev6+ubuntu-1.a_02 ",
		[VERSION_MAVEN] = "1.0.0-alpha-1.foo.2-RC3.Final-SNAPSHOT",
		[VERSION_GEM] = " 1.02.0.b3.0.rc-1.a-b ",
		[VERSION_NUMBERS] = "1.02.300.0004.5",
		[VERSION_NUGET] = "1.02.3.4-Alpha.01.x-y+build.001",
		[VERSION_COMPOSER] = " v1.22.333.4-beta1.2-3-dev+build.1",
		[VERSION_PVP] = "1.02.300.0004.5",
		[VERSION_CRAN] = "1.02-300.0004-5",
		[VERSION_PUB] = "1.22.333-alpha.1.x-y-z+build.001.-a",
	};
	for (int s = VERSION_DEB; s < VERSION_SCHEMES; s++) {
		struct slice whole = slice_text(texts[s]);
		unsigned versions = 0;
		for (size_t n = 0; n <= whole.n; n++) {
			struct why why = {""};
			struct slice cut = order_copy(slice_part(whole, 0, n));
			enum err e = version_check(s, cut, &why);
			free((void *)cut.p);
			CHECK(e == ERR_OK || (e == ERR_INPUT && why.text[0] != 0));
			versions += e == ERR_OK;
			int order = order_of_slices(s, slice_part(whole, 0, n), whole, &why);
			CHECK((order != NO_ORDER) == (e == ERR_OK) && (n < whole.n || order == 0));
		}
		CHECK(versions > 5 && order_of(s, texts[s], texts[s]) == 0);
	}
}

static const char *const pieces_of[VERSION_SCHEMES][48] = {
	[VERSION_DEB] = {"0", "1", "00", "10", "9", "a", "Z", "~", "^", "+", ".", "-", "-1", ":", "1:", "~rc1", "+b1", ".0"},
	[VERSION_RPM] = {"0", "1", "00", "10", "9", "a", "Z", "~", "^", "+", ".", "_", "1:", "~rc1", "^git1", ".0", ".a"},
	[VERSION_APK] = {"0", "1", ".0", ".01", ".1", "a", "b", "_alpha", "_beta", "_pre", "_rc", "_cvs", "_git",
		"_p", "_p1", "1", "~a", "~0", "-r0", "-r1", "-r01"},
	[VERSION_SEMVER] = {"0", "1", "-0", "-1", "-a", "-alpha", ".0", ".1", ".a", ".a1", "-", "+b", "+1", "v"},
	[VERSION_PEP440] = {"0", "1", ".0", ".1", "1!", "a", "b1", "rc2", ".post", ".post1", "-1", ".dev",
		".dev1", "+a", "+1", ".a", ".1", "v", "-"},
	[VERSION_MAVEN] = {".0", ".1", ".10", "0", "1", "-alpha", "-beta1", "-b2", "-rc", "-cr", "-SNAPSHOT",
		"-ga", "-final", "-sp", "-sp1", "-x", "-y2"},
	[VERSION_GEM] = {"0", "1", ".0", ".1", ".10", "a", ".a", ".b1", ".0a", "-", "-1", "-a", ".rc", ".A"},
	[VERSION_NUMBERS] = {"0", "1", ".", ".0", ".00", ".1", ".10", "10", "99999999999999999999"},
	[VERSION_NUGET] = {"0", "1", ".0", ".00", ".1", "-0", "-01", "-a", "-A", ".a", ".B1", "-", "+b", "+B"},
	[VERSION_COMPOSER] = {"0", "1", ".0", ".1", ".x-dev", "-dev", "-a", "alpha1", ".b2", "-beta", "-RC", "rc1", "-p", "pl1", "-patch2",
		".1", "-1", "-stable", "+x", "v", "2024", "01", "-01", ":02"},
	[VERSION_PVP] = {"0", "1", ".0", ".00", ".1", ".10", "10"},
	[VERSION_CRAN] = {"0", "1", ".0", "-0", "-00", ".1", "-1", ".10", "10"},
	[VERSION_PUB] = {"0", "1", "-0", "-1", "-a", ".0", ".1", ".a", "-", "+b", "+1", "+01", "+1.0", "v"},
};

// number{.number}[-word[number]]: the shape in which Maven's order has no cycles.
static bool is_plain_maven(const char *text)
{
	const char *digits = "0123456789";
	size_t n;
	do {
		if ((n = strspn(text, digits)) == 0)
			return false;
		text += n;
	} while (*text++ == '.');
	if (text[-1] == 0)
		return true;
	n = strcspn(text, "-.0123456789");
	return text[-1] == '-' && n > 0 && text[n + strspn(text + n, digits)] == 0;
}

// Releases are compared only if both sides have one, so rpm is an order among those with and among those without.
static bool is_comparable(enum version_scheme s, char (*texts)[ORDER_TEXT])
{
	static const char *const releases[] = {"-1", "-1.el8", "-2"};
	if (s == VERSION_RPM && order_random() % 2 == 0)
		for (int i = 0; i < 3; i++)
			if (strlen(texts[i]) + 8 < ORDER_TEXT)
				strcat(texts[i], releases[order_random() % 3]);
	for (int i = 0; i < 3; i++) {
		if (s == VERSION_MAVEN && !is_plain_maven(texts[i]))
			return false;
		struct why why;
		if (version_check(s, slice_text(texts[i]), &why) != ERR_OK)
			return false;
	}
	return true;
}

#define TRIPLES 12000

static void order_is_an_order(enum version_scheme s)
{
	size_t count = 0;
	while (pieces_of[s][count] != NULL)
		count++;
	unsigned seen[3] = {0};
	for (unsigned done = 0; done < TRIPLES;) {
		char t[3][ORDER_TEXT];
		order_neighbours(t, 3, pieces_of[s], count);
		if (!is_comparable(s, t))
			continue;
		done++;
		int ab = order_of(s, t[0], t[1]), ba = order_of(s, t[1], t[0]);
		int bc = order_of(s, t[1], t[2]), ac = order_of(s, t[0], t[2]);
		seen[ab + 1]++;
		CHECK_SAY(ab == -ba, "%s: \"%s\" and \"%s\": %d and %d", version_scheme_name(s), t[0], t[1], ab, ba);
		CHECK(order_of(s, t[0], t[0]) == 0);
		bool transitive = !(ab <= 0 && bc <= 0) || ac == (ab + bc < 0 ? -1 : 0);
		CHECK_SAY(transitive, "%s: \"%s\" \"%s\" \"%s\": %d %d %d", version_scheme_name(s), t[0], t[1], t[2], ab, bc, ac);
	}
	bool all = seen[0] > TRIPLES / 16 && seen[1] > TRIPLES / 16 && seen[2] > TRIPLES / 16;
	CHECK_SAY(all, "%s: %u %u %u", version_scheme_name(s), seen[0], seen[1], seen[2]);
}

static void random_triples(void)
{
	for (int s = VERSION_DEB; s < VERSION_SCHEMES; s++)
		order_is_an_order(s);
}

const struct test tests[] = {
	{"names", names},
	{"types of CVE records", types},
	{"ecosystems of OSV", ecosystems},
	{"types of purl", purl_types},
	{"custom has no order", custom_has_no_order},
	{"limit", limit},
	{"every byte", every_byte},
	{"truncation", truncation},
	{"random triples: antisymmetric and transitive", random_triples},
	{NULL, NULL},
};
