#include "version/version.h"

#include "version/scheme.h"

#define QUOTED_MAX 64 // bytes of a refused version that the explanation shows

static const struct {
	const char *name;
	enum err (*check)(struct slice text, struct why *why);
	int (*compare)(struct slice a, struct slice b);
} schemes[VERSION_SCHEMES] = {
	[VERSION_CUSTOM] = {"custom", NULL, NULL},
	[VERSION_DEB] = {"deb", scheme_deb_check, scheme_deb_compare},
	[VERSION_RPM] = {"rpm", scheme_rpm_check, scheme_rpm_compare},
	[VERSION_APK] = {"apk", scheme_apk_check, scheme_apk_compare},
	[VERSION_SEMVER] = {"semver", scheme_semver_check, scheme_semver_compare},
	[VERSION_PEP440] = {"pep440", scheme_pep440_check, scheme_pep440_compare},
	[VERSION_MAVEN] = {"maven", scheme_maven_check, scheme_maven_compare},
	[VERSION_GEM] = {"gem", scheme_gem_check, scheme_gem_compare},
	[VERSION_NUMBERS] = {"numbers", scheme_numbers_check, scheme_numbers_compare},
	[VERSION_NUGET] = {"nuget", scheme_nuget_check, scheme_nuget_compare},
	[VERSION_COMPOSER] = {"composer", scheme_composer_check, scheme_composer_compare},
	[VERSION_PVP] = {"pvp", scheme_numbers_check, scheme_cran_compare}, // pvp.haskell.org, "Version numbers": lists of numbers
	[VERSION_CRAN] = {"cran", scheme_cran_check, scheme_cran_compare},
	[VERSION_PUB] = {"pub", scheme_semver_check, scheme_pub_compare},
};

struct word {
	const char *text;
	enum version_scheme scheme;
};

// The CVE record format names custom, git, maven, python, rpm and semver; the others are written by those who know their
// packages.
static const struct word types[] = {
	{"semver", VERSION_SEMVER}, {"python", VERSION_PEP440}, {"pep440", VERSION_PEP440}, {"rpm", VERSION_RPM},
	{"maven", VERSION_MAVEN},   {"deb", VERSION_DEB},       {"dpkg", VERSION_DEB},      {"apk", VERSION_APK},
	{"gem", VERSION_GEM},       {"numbers", VERSION_NUMBERS}, {"nuget", VERSION_NUGET}, {"composer", VERSION_COMPOSER},
	{"pvp", VERSION_PVP},       {"cran", VERSION_CRAN},     {"pub", VERSION_PUB},
};

// OSV schema, "Defined ecosystems", those whose own tools order versions by one of our schemes.
static const struct word ecosystems[] = {
	{"Debian", VERSION_DEB},
	{"Ubuntu", VERSION_DEB},
	{"Echo", VERSION_DEB},
	{"AlmaLinux", VERSION_RPM},
	{"Azure Linux", VERSION_RPM},
	{"Mageia", VERSION_RPM},
	{"openEuler", VERSION_RPM},
	{"openSUSE", VERSION_RPM},
	{"Photon OS", VERSION_RPM},
	{"Red Hat", VERSION_RPM},
	{"Rocky Linux", VERSION_RPM},
	{"SUSE", VERSION_RPM},
	{"Alpaquita", VERSION_APK},
	{"Alpine", VERSION_APK},
	{"BellSoft Hardened Containers", VERSION_APK},
	{"Chainguard", VERSION_APK},
	{"MinimOS", VERSION_APK},
	{"Wolfi", VERSION_APK},
	{"Bitnami", VERSION_SEMVER},
	{"crates.io", VERSION_SEMVER},
	{"GitHub Actions", VERSION_SEMVER},
	{"Go", VERSION_SEMVER},
	{"Hex", VERSION_SEMVER},
	{"Julia", VERSION_SEMVER},
	{"Kubernetes", VERSION_SEMVER},
	{"npm", VERSION_SEMVER},
	{"SwiftURL", VERSION_SEMVER},
	{"VSCode", VERSION_SEMVER},
	{"PyPI", VERSION_PEP440},
	{"Maven", VERSION_MAVEN},
	{"RubyGems", VERSION_GEM},
	{"NuGet", VERSION_NUGET},
	{"Packagist", VERSION_COMPOSER},
	{"GHC", VERSION_PVP},
	{"Hackage", VERSION_PVP},
	{"Bioconductor", VERSION_CRAN},
	{"CRAN", VERSION_CRAN},
	{"Pub", VERSION_PUB},
};

static const struct word purl_types[] = {
	{"deb", VERSION_DEB},       {"rpm", VERSION_RPM},     {"apk", VERSION_APK},      {"npm", VERSION_SEMVER},
	{"golang", VERSION_SEMVER}, {"cargo", VERSION_SEMVER}, {"hex", VERSION_SEMVER},   {"swift", VERSION_SEMVER},
	{"julia", VERSION_SEMVER},  {"bitnami", VERSION_SEMVER}, {"pypi", VERSION_PEP440}, {"maven", VERSION_MAVEN},
	{"gem", VERSION_GEM},       {"nuget", VERSION_NUGET}, {"composer", VERSION_COMPOSER}, {"hackage", VERSION_PVP},
	{"cran", VERSION_CRAN},     {"bioconductor", VERSION_CRAN}, {"pub", VERSION_PUB},
};

static enum version_scheme look_up(const struct word *words, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_same_letters(slice_text(words[i].text), text))
			return words[i].scheme;
	return VERSION_CUSTOM;
}
#define LOOK_UP(words, text) look_up(words, sizeof(words) / sizeof(words)[0], text)

enum version_scheme version_scheme_of_type(struct slice version_type)
{
	return LOOK_UP(types, version_type);
}

enum version_scheme version_scheme_of_ecosystem(struct slice ecosystem)
{
	return LOOK_UP(ecosystems, slice_part(ecosystem, 0, slice_find(ecosystem, ':', 0)));
}

enum version_scheme version_scheme_of_purl(struct slice type)
{
	return LOOK_UP(purl_types, type);
}

const char *version_scheme_name(enum version_scheme s)
{
	INVARIANT((unsigned)s < VERSION_SCHEMES);
	return schemes[s].name;
}

enum err version_check(enum version_scheme s, struct slice text, struct why *why)
{
	INVARIANT((unsigned)s < VERSION_SCHEMES);
	if (text.n > VERSION_MAX)
		return why_set(why, ERR_LIMIT, "version: %zu bytes; at most %d", text.n, VERSION_MAX);
	if (schemes[s].check == NULL)
		return why_set(why, ERR_ABSENT, "versions of the scheme \"%s\" have no order", schemes[s].name);
	if (text.n == 0)
		return why_set(why, ERR_INPUT, "version: empty");
	return schemes[s].check(text, why);
}

enum err version_compare(enum version_scheme s, struct slice a, struct slice b, int *order, struct why *why)
{
	enum err e = version_check(s, a, why);
	if (e == ERR_OK)
		e = version_check(s, b, why);
	if (e == ERR_OK)
		*order = schemes[s].compare(a, b);
	return e;
}

bool scheme_take_word(struct slice *rest, const char *word)
{
	bool there = slice_starts_letters(*rest, word);
	scheme_take(rest, there ? strlen(word) : 0);
	return there;
}

struct slice scheme_take_until(struct slice *rest, uint8_t c)
{
	struct slice taken = scheme_take(rest, slice_find(*rest, c, 0));
	scheme_take_byte(rest, c);
	return taken;
}

static struct slice without_zeros(struct slice digits)
{
	size_t n = 0;
	while (n < digits.n && digits.p[n] == '0')
		n++;
	scheme_take(&digits, n);
	return digits;
}

int scheme_number_compare(struct slice a, struct slice b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return slice_compare(a, b);
}

bool scheme_is_zero(struct slice digits)
{
	return without_zeros(digits).n == 0;
}

int scheme_caseless_compare(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		uint8_t ca = slice_lower(a.p[i]), cb = slice_lower(b.p[i]);
		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

enum err scheme_refuse(struct slice text, struct slice rest, const char *rule, struct why *why)
{
	struct slice shown = slice_part(text, 0, QUOTED_MAX);
	return why_set(why, ERR_INPUT, "version \"%.*s%s\", byte %zu: %s", SLICE_ARGS(shown), text.n > shown.n ? "…" : "",
	               text.n - rest.n + 1, rule);
}
