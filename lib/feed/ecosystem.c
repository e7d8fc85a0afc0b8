// Which ecosystem, in OSV's words, a feed means that says it otherwise: a release's codename, the CPE of a distribution, the address
// of a collection. Only where it can be told exactly.
#include "feed/ecosystem.h"

#include "product/cpe.h"
#include "product/purl.h"

struct word {
	const char *says, *ecosystem;
};

// Of a CPE's vendor and product: the ID of os-release.
static const struct word systems[] = {
	{"almalinux:almalinux", "almalinux"}, {"rocky:rocky", "rocky"},  {"redhat:enterprise_linux", "rhel"}, {"suse:sles", "sles"},
	{"suse:sled", "sled"},                {"opensuse:leap", "opensuse-leap"},
};

static const struct word collections[] = {
	{"registry.npmjs.org", "npm"},      {"npmjs.com", "npm"},             {"npmjs.org", "npm"},
	{"pypi.org", "PyPI"},               {"pypi.python.org", "PyPI"},      {"repo.maven.apache.org", "Maven"},
	{"repo1.maven.org", "Maven"},       {"repo.maven.org", "Maven"},      {"central.sonatype.com", "Maven"},
	{"mvnrepository.com", "Maven"},     {"search.maven.org", "Maven"},    {"crates.io", "crates.io"},
	{"rubygems.org", "RubyGems"},       {"nuget.org", "NuGet"},           {"api.nuget.org", "NuGet"},
	{"packagist.org", "Packagist"},     {"repo.packagist.org", "Packagist"}, {"pkg.go.dev", "Go"},
	{"proxy.golang.org", "Go"},         {"hex.pm", "Hex"},                {"pub.dev", "Pub"},
	{"cran.r-project.org", "CRAN"},
};

#define FIND(table, text) find(table, sizeof(table) / sizeof *(table), text)

static struct slice find(const struct word *table, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_same_letters(text, slice_text(table[i].says)))
			return slice_text(table[i].ecosystem);
	return (struct slice){0};
}

static struct slice of_distribution(struct reading *r, struct slice id, struct slice release)
{
	struct buf out;
	struct slice ecosystem = {0};
	buf_init(&out, FACT_TEXT_MAX);
	if (distribution_ecosystem(id, release, &out))
		ecosystem = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&out)));
	buf_free(&out);
	return ecosystem;
}

struct slice ecosystem_of_codename(struct reading *r, struct slice distribution, struct slice codename)
{
	if (slice_is_text(distribution, "debian"))
		return of_distribution(r, distribution, codename);
	return slice_is_text(distribution, "canonical") ? of_distribution(r, SLICE_LITERAL("ubuntu"), codename) : (struct slice){0};
}

// "8", "8.5"; of SUSE "15" with the update "sp5": "15.5".
static struct slice release_of(struct reading *r, const struct cpe *c)
{
	struct slice update = c->at[CPE_UPDATE], version = {0};
	struct buf plain;
	buf_init(&plain, CPE_MAX);
	cpe_plain(c->at[CPE_VERSION], &plain);
	if (slice_starts_letters(update, "sp") && version_is_numbers(slice_part(update, 2, update.n)))
		version = reading_print(r, "%.*s.%.*s", SLICE_ARGS(buf_slice(&plain)), SLICE_ARGS(slice_part(update, 2, update.n)));
	else if (slice_is_text(update, "*") || slice_is_text(update, "-"))
		version = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&plain)));
	buf_free(&plain);
	return version_is_numbers(version) ? version : (struct slice){0};
}

struct slice ecosystem_of_cpe(struct reading *r, struct slice cpe)
{
	char room[CPE_MAX];
	struct cpe c;
	if (cpe.n > CPE_MAX || !slice_starts_letters(cpe, "cpe:") || cpe_parse(cpe, room, &c, NULL) != ERR_OK || slice_is_text(c.at[CPE_PART], "h"))
		return (struct slice){0};
	struct slice name = reading_print(r, "%.*s:%.*s", SLICE_ARGS(c.at[CPE_VENDOR]), SLICE_ARGS(c.at[CPE_PRODUCT]));
	struct slice id = FIND(systems, name), release = id.n > 0 ? release_of(r, &c) : id;
	return release.n > 0 ? of_distribution(r, id, release) : (struct slice){0};
}

static bool is_given(struct slice attribute)
{
	return attribute.n > 0 && attribute.p[0] != '*' && attribute.p[0] != '?' && !slice_is_text(attribute, "-");
}

bool cpe_names_product(const struct cpe *c)
{
	return is_given(c->at[CPE_VENDOR]) && is_given(c->at[CPE_PRODUCT]);
}

struct slice cpe_text(struct reading *r, struct slice attribute)
{
	struct buf plain;
	if (slice_is_text(attribute, "*") || slice_is_text(attribute, "-"))
		return (struct slice){0};
	buf_init(&plain, CPE_MAX);
	cpe_plain(attribute, &plain);
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&plain)));
	buf_free(&plain);
	return text;
}

struct slice cpe_pattern(struct reading *r, const struct cpe *c, bool update)
{
	struct cpe of = *c;
	struct buf out;
	buf_init(&out, 2 * CPE_MAX);
	of.at[CPE_VERSION] = SLICE_LITERAL("*");
	if (!update || slice_is_text(of.at[CPE_UPDATE], "-"))
		of.at[CPE_UPDATE] = SLICE_LITERAL("*");
	cpe_print(&of, &out);
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&out)));
	buf_free(&out);
	return text;
}

struct slice cpe_qualifiers(struct reading *r, struct slice pattern)
{
	char room[CPE_MAX];
	struct cpe c;
	struct buf out;
	if (cpe_parse(pattern, room, &c, NULL) != ERR_OK)
		return (struct slice){0};
	buf_init(&out, 2 * CPE_MAX);
	for (size_t a = CPE_UPDATE; a < CPE_ATTRIBUTES; a++) {
		struct slice word = cpe_text(r, c.at[a]);
		buf_put_text(&out, out.n > 0 && word.n > 0 ? " " : "");
		buf_put_slice(&out, word);
	}
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(text_cut(buf_slice(&out), FACT_TEXT_MAX)));
	buf_free(&out);
	return text;
}

bool ranges_add_update(struct reading *r, const struct fact_range *range, struct slice update)
{
	static const char *const between[] = {"-", "", " "};
	struct fact_range also = *range;
	bool ok = true;
	also.scheme = VERSION_CUSTOM;
	for (size_t i = 0; i < sizeof between / sizeof *between && range->single && update.n > 0 && ok; i++) {
		also.from = reading_print(r, "%.*s%s%.*s", SLICE_ARGS(range->from), between[i], SLICE_ARGS(update));
		ok = also.from.n == 0 || ranges_add(r, &also);
	}
	return ok;
}

struct slice package_name(struct reading *r, struct slice ecosystem, struct slice name)
{
	struct buf out;
	buf_init(&out, FACT_TEXT_MAX);
	ecosystem_name(ecosystem, name, &out);
	struct slice text = buf_status(&out) == ERR_OK ? reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&out))) : name;
	buf_free(&out);
	return text;
}

struct slice ecosystem_of_collection(struct slice url)
{
	size_t scheme = 0;
	while (scheme + 3 <= url.n && memcmp(url.p + scheme, "://", 3) != 0)
		scheme++;
	struct slice host = scheme + 3 <= url.n ? slice_part(url, scheme + 3, url.n) : url;
	host.n = slice_find(host, '/', 0);
	if (slice_starts_letters(host, "www."))
		host = slice_part(host, 4, host.n);
	return FIND(collections, host);
}

bool ecosystem_has_binaries(struct slice ecosystem)
{
	struct slice name = slice_part(ecosystem, 0, slice_find(ecosystem, ':', 0));
	return slice_is_text(name, "AlmaLinux") || slice_is_text(name, "Red Hat");
}

struct slice ecosystem_of_release(struct slice ecosystem)
{
	if (!slice_starts_letters(ecosystem, "Red Hat:"))
		return ecosystem;
	for (size_t i = 0; i + 1 < ecosystem.n; i++)
		if (ecosystem.p[i] == ':' && ecosystem.p[i + 1] == ':')
			return slice_part(ecosystem, 0, i);
	return ecosystem;
}
