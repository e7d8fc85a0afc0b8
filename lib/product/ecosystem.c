// From package URLs and distributions to the words of OSV (ossf.github.io/osv-schema, "Defined ecosystems").
#include "base/num.h"
#include "product/purl.h"

enum join { JOIN_SLASH, JOIN_COLON, JOIN_NAME };

static const struct {
	const char *type, *ecosystem;
	enum join join; // how the namespace and the name become OSV's name
} registries[] = {
	{"npm", "npm", JOIN_SLASH},           {"pypi", "PyPI", JOIN_NAME},           {"golang", "Go", JOIN_SLASH},
	{"cargo", "crates.io", JOIN_NAME},    {"maven", "Maven", JOIN_COLON},        {"nuget", "NuGet", JOIN_NAME},
	{"gem", "RubyGems", JOIN_NAME},       {"composer", "Packagist", JOIN_SLASH}, {"hex", "Hex", JOIN_SLASH},
	{"pub", "Pub", JOIN_NAME},            {"cran", "CRAN", JOIN_NAME},           {"bioconductor", "Bioconductor", JOIN_NAME},
	{"hackage", "Hackage", JOIN_NAME},    {"conan", "ConanCenter", JOIN_NAME},   {"swift", "SwiftURL", JOIN_SLASH},
	{"bitnami", "Bitnami", JOIN_NAME},    {"julia", "Julia", JOIN_NAME},         {"opam", "opam", JOIN_NAME},
	{"githubactions", "GitHub Actions", JOIN_SLASH},
};

// How a distribution's release is written in OSV.
enum release {
	RELEASE_NONE,
	RELEASE_WHOLE,
	RELEASE_MAJOR,  // "9" of 9.4
	RELEASE_MINOR,  // "v3.20" of 3.20.1
	RELEASE_DEBIAN,
	RELEASE_UBUNTU, // with ":LTS"
	RELEASE_LEAP,   // "Leap 15.5"
	RELEASE_SUSE,   // "15 SP5" of 15.5
};

// By ID of os-release.
static const struct distribution {
	const char *id, *before;
	enum release release;
} distributions[] = {
	{"debian", "Debian:", RELEASE_DEBIAN},
	{"ubuntu", "Ubuntu:", RELEASE_UBUNTU},
	{"alpine", "Alpine:v", RELEASE_MINOR},
	{"wolfi", "Wolfi", RELEASE_NONE},
	{"chainguard", "Chainguard", RELEASE_NONE},
	{"alpaquita", "Alpaquita:", RELEASE_WHOLE},
	{"almalinux", "AlmaLinux:", RELEASE_MAJOR},
	{"rocky", "Rocky Linux:", RELEASE_MAJOR},
	{"rhel", "Red Hat:enterprise_linux:", RELEASE_MAJOR},
	{"mageia", "Mageia:", RELEASE_MAJOR},
	{"photon", "Photon OS:", RELEASE_WHOLE},
	{"opensuse-leap", "openSUSE:Leap ", RELEASE_LEAP},
	{"opensuse-tumbleweed", "openSUSE:Tumbleweed", RELEASE_NONE},
	{"sles", "SUSE:Linux Enterprise Server ", RELEASE_SUSE},
	{"sled", "SUSE:Linux Enterprise Desktop ", RELEASE_SUSE},
};

// The words of scanners.
static const struct {
	const char *word, *id;
} other_words[] = {
	{"redhat", "rhel"}, {"alma", "almalinux"}, {"rocky-linux", "rocky"}, {"oracle", "ol"}, {"amazon", "amzn"},
	{"opensuse.leap", "opensuse-leap"}, {"opensuse.tumbleweed", "opensuse-tumbleweed"}, {"suse linux enterprise server", "sles"},
};

// distro-info-data's debian.csv and ubuntu.csv: series that are or may still be in use.
static const struct {
	const char *series, *release;
} debian_series[] = {
	{"wheezy", "7"}, {"jessie", "8"}, {"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"},
	{"forky", "14"}, {"duke", "15"}, {"sid", "sid"}, {"unstable", "sid"},
}, ubuntu_series[] = {
	{"trusty", "14.04"}, {"xenial", "16.04"}, {"bionic", "18.04"}, {"focal", "20.04"}, {"jammy", "22.04"}, {"kinetic", "22.10"},
	{"lunar", "23.04"}, {"mantic", "23.10"}, {"noble", "24.04"}, {"oracular", "24.10"}, {"plucky", "25.04"}, {"questing", "25.10"},
	{"resolute", "26.04"},
};

static bool is_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

// "3.20.1": the first number and the second (empty: none). Every number of it must be one.
static bool numbers(struct slice s, struct slice *major, struct slice *minor)
{
	size_t count = 0;
	*minor = (struct slice){0};
	for (size_t at = 0; at <= s.n; count++) {
		size_t end = slice_find(s, '.', at);
		struct slice one = slice_part(s, at, end - at);
		if (!is_digits(one))
			return false;
		if (count == 0)
			*major = one;
		else if (count == 1)
			*minor = one;
		at = end + 1;
	}
	return true;
}

static bool put_debian(struct slice release, struct buf *out)
{
	struct slice major, minor;
	release = slice_part(release, 0, slice_find(release, '/', 0)); // "forky/sid": the release to be
	if (numbers(release, &major, &minor)) {
		buf_put_slice(out, major);
		return true;
	}
	for (size_t i = 0; i < sizeof debian_series / sizeof *debian_series; i++)
		if (slice_is_text(release, debian_series[i].series)) {
			buf_put_text(out, debian_series[i].release);
			return true;
		}
	return false;
}

// April of an even year is LTS (wiki.ubuntu.com/Releases).
static bool put_ubuntu(struct slice release, struct buf *out)
{
	struct slice year, month;
	uint64_t number;
	for (size_t i = 0; i < sizeof ubuntu_series / sizeof *ubuntu_series; i++)
		if (slice_is_text(release, ubuntu_series[i].series))
			release = slice_text(ubuntu_series[i].release);
	if (!numbers(release, &year, &month) || month.n != 2 || !num_parse(year, 4, 99, &number))
		return false;
	bool lts = number % 2 == 0 && slice_is_text(month, "04");
	buf_printf(out, "%.*s.%.*s%s", SLICE_ARGS(year), SLICE_ARGS(month), lts ? ":LTS" : "");
	return true;
}

static bool put_numbers(enum release form, struct slice release, struct buf *out)
{
	struct slice major, minor;
	if (!numbers(release, &major, &minor) || (minor.n == 0 && (form == RELEASE_MINOR || form == RELEASE_LEAP)))
		return false;
	buf_put_slice(out, major);
	if (form == RELEASE_MINOR || form == RELEASE_LEAP)
		buf_printf(out, ".%.*s", SLICE_ARGS(minor));
	if (form == RELEASE_SUSE && minor.n > 0 && !slice_is_text(minor, "0"))
		buf_printf(out, " SP%.*s", SLICE_ARGS(minor));
	return true;
}

static bool put_release(const struct distribution *d, struct slice release, struct buf *out)
{
	buf_put_text(out, d->before);
	switch (d->release) {
	case RELEASE_NONE:
		return true;
	case RELEASE_WHOLE:
		buf_put_slice(out, release);
		return release.n > 0;
	case RELEASE_DEBIAN:
		return put_debian(release, out);
	case RELEASE_UBUNTU:
		return put_ubuntu(release, out);
	default:
		return put_numbers(d->release, release, out);
	}
}

struct slice distribution_id(struct slice word)
{
	for (size_t i = 0; i < sizeof other_words / sizeof *other_words; i++)
		if (slice_is_text(word, other_words[i].word))
			return slice_text(other_words[i].id);
	return word;
}

static const struct distribution *find_distribution(struct slice id)
{
	id = distribution_id(id);
	for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++)
		if (slice_is_text(id, distributions[i].id))
			return &distributions[i];
	return NULL;
}

bool distribution_of_ecosystem(struct slice ecosystem, struct slice *id, struct slice *release)
{
	*id = *release = (struct slice){0};
	for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++) {
		const struct distribution *d = &distributions[i];
		if (d->release == RELEASE_NONE || d->release == RELEASE_SUSE || !slice_starts(ecosystem, d->before))
			continue;
		struct slice rest = slice_part(ecosystem, strlen(d->before), ecosystem.n);
		*release = slice_part(rest, 0, slice_find(rest, ':', 0)); // "22.04:LTS"
		*id = slice_text(release->n > 0 ? d->id : "");
		return release->n > 0;
	}
	return false;
}

const char *ecosystem_misspelt(struct slice text)
{
	for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
		if (slice_same_letters(text, slice_text(registries[i].ecosystem)))
			return slice_is_text(text, registries[i].ecosystem) ? NULL : registries[i].ecosystem;
	for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++) {
		const char *before = distributions[i].before;
		size_t n = strcspn(before, ":"), all = strlen(before);
		struct slice name = slice_of(before, n), rest = slice_part(text, n, text.n);
		bool letter = rest.n > 0 && slice_lower(rest.p[0]) >= 'a' && slice_lower(rest.p[0]) <= 'z';
		if (!slice_same_letters(slice_part(text, 0, n), name) || letter || distributions[i].release == RELEASE_NONE)
			continue;
		bool one_form = all <= n + 2; // "Debian:", "Alpine:v"; of SUSE and Red Hat there are more than these
		bool named = slice_equal(slice_part(text, 0, n), name) && slice_starts(rest, ":") && rest.n > 1;
		bool whole = one_form ? slice_starts(text, before) && text.n > all : named;
		return whole ? NULL : before;
	}
	return NULL;
}

bool distribution_ecosystem(struct slice id, struct slice release, struct buf *ecosystem)
{
	size_t before = ecosystem->n;
	const struct distribution *d = find_distribution(id);
	if (d != NULL && put_release(d, release, ecosystem) && ecosystem->status == ERR_OK)
		return true;
	ecosystem->n = before;
	return false;
}

bool purl_is_distributed(const struct purl *p)
{
	return slice_is_text(p->type, "deb") || slice_is_text(p->type, "rpm") || slice_is_text(p->type, "apk");
}

bool purl_distribution(const struct purl *p, struct slice *id, struct slice *release)
{
	struct slice distro = purl_qualifier(p, "distro");
	if (distro.n == 0)
		distro = purl_qualifier(p, "distro_name");
	if (distro.n == 0 || !purl_is_distributed(p))
		return false;
	size_t hyphen = distro.n;
	while (hyphen > 0 && distro.p[hyphen - 1] != '-')
		hyphen--;
	if ((distro.p[0] >= '0' && distro.p[0] <= '9') || (hyphen == 0 && find_distribution(distro) == NULL)) {
		*id = distribution_id(p->space); // "3.16.0", "jessie"
		*release = distro;
	} else if (hyphen == 0 || find_distribution(distro) != NULL) {
		*id = distribution_id(distro); // "wolfi", "opensuse-tumbleweed"
		*release = (struct slice){0};
	} else {
		*id = distribution_id(slice_part(distro, 0, hyphen - 1));
		*release = slice_part(distro, hyphen, distro.n);
	}
	return id->n > 0;
}

static bool of_distribution(const struct purl *p, struct buf *ecosystem)
{
	struct slice id, release;
	if (purl_distribution(p, &id, &release))
		return distribution_ecosystem(id, release, ecosystem);
	return distribution_ecosystem(p->space, (struct slice){0}, ecosystem); // those without releases
}

static void put_name(const struct purl *p, const char *ecosystem, enum join join, struct buf *name)
{
	if (join != JOIN_NAME && p->space.n > 0) {
		ecosystem_name(slice_text(ecosystem), p->space, name);
		buf_put_u8(name, join == JOIN_COLON ? ':' : '/');
	}
	ecosystem_name(slice_text(ecosystem), p->name, name);
}

bool purl_ecosystem(const struct purl *p, struct buf *ecosystem, struct buf *name)
{
	for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
		if (slice_is_text(p->type, registries[i].type)) {
			buf_put_text(ecosystem, registries[i].ecosystem);
			put_name(p, registries[i].ecosystem, registries[i].join, name);
			return true;
		}
	if (!purl_is_distributed(p) || !of_distribution(p, ecosystem))
		return false;
	buf_put_slice(name, p->name);
	return true;
}

void ecosystem_name(struct slice ecosystem, struct slice name, struct buf *out)
{
	bool python = slice_is_text(ecosystem, "PyPI");
	bool folds = python || slice_is_text(ecosystem, "NuGet") || slice_is_text(ecosystem, "Packagist");
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		bool dash = python && (c == '-' || c == '_' || c == '.');
		bool again = dash && i > 0 && strchr("-_.", name.p[i - 1]) != NULL;
		if (!again)
			buf_put_u8(out, dash ? '-' : folds ? slice_lower(c) : c);
	}
}
