#include "inventory/os.h"

#include "base/num.h"

static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

// What a shell would make of the value, without running one: '…' as it stands; "…" with \ before one of "$`\; bare text without
// anything special to a shell. Several quoted parts side by side are not supported (os-release(5)).
static const char *unquote(struct slice v, char *room, struct slice *value)
{
	uint8_t quote = v.n > 0 && (v.p[0] == '"' || v.p[0] == '\'') ? v.p[0] : 0;
	size_t n = 0;
	for (size_t i = quote != 0; i < v.n; i++) {
		uint8_t c = v.p[i];
		if (quote != 0 && c == quote) {
			*value = slice_of(room, n);
			return i + 1 == v.n ? NULL : "text follows a closed quote";
		}
		if (c == '\\' && quote != '\'') {
			if (i + 1 == v.n)
				return "a backslash at the end";
			if (quote == 0 || strchr("\"$`\\", v.p[i + 1]) != NULL)
				c = v.p[++i];
		} else if (quote != '\'' && (c == '$' || c == '`'))
			return "a value a shell would compute";
		else if (quote == 0 && strchr(" \t\"';&|<>()", c) != NULL)
			return "a value that needs quotes";
		room[n++] = (char)c;
	}
	*value = slice_of(room, n);
	return quote == 0 ? NULL : "a quote is not closed";
}

static struct slice *field(struct os_release *os, struct slice name)
{
	const struct {
		const char *name;
		struct slice *at;
	} fields[] = {
		{"ID", &os->id},          {"ID_LIKE", &os->like},        {"VERSION_ID", &os->version_id},
		{"VERSION", &os->version}, {"PRETTY_NAME", &os->pretty}, {"VERSION_CODENAME", &os->codename},
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (slice_is_text(name, fields[i].name))
			return fields[i].at;
	return NULL;
}

static const char *line_parse(struct slice line, char *room, struct os_release *os)
{
	const char *rule;
	struct slice value;
	size_t equals = slice_find(line, '=', 0);
	struct slice name = slice_part(line, 0, equals);
	if (equals == line.n || !is_name(name))
		return "no NAME=value";
	rule = memchr(line.p, 0, line.n) != NULL ? "a NUL" : unquote(slice_part(line, equals + 1, line.n), room, &value);
	if (rule != NULL)
		return rule;
	struct slice *at = field(os, name);
	if (at != NULL && inventory_text(value, &value, &rule))
		*at = value;
	return rule;
}

enum err os_release_parse(struct slice text, char *room, struct os_release *os, const struct inventory_sink *sink, struct why *why)
{
	if (text.n > OS_RELEASE_MAX)
		return why_set(why, ERR_LIMIT, "os-release: %zu bytes: at most %d", text.n, OS_RELEASE_MAX);
	*os = (struct os_release){0};
	uint64_t number = 1;
	for (size_t at = 0; at < text.n; number++) {
		size_t end = slice_find(text, '\n', at);
		struct slice line = slice_trim(slice_part(text, at, end - at));
		const char *rule = line.n == 0 || line.p[0] == '#' ? NULL : line_parse(line, room + at, os);
		enum err e = rule == NULL ? ERR_OK : inventory_refuse(sink, number, line, rule, why);
		if (e != ERR_OK)
			return e;
		at = end + 1;
	}
	if (os->id.n == 0)
		os->id = SLICE_LITERAL("linux"); // os-release(5): the default
	return ERR_OK;
}

// The words of OSV, by os-release ID. `release`: how its release is written.
enum release {
	RELEASE_WHOLE,  // "9" of Mageia
	RELEASE_MAJOR,  // "9" of 9.4
	RELEASE_MINOR,  // "v3.20" of 3.20.1
	RELEASE_UBUNTU, // with ":LTS"
	RELEASE_DEBIAN, // by number; by series where there is none
	RELEASE_PRETTY, // PRETTY_NAME without the word in front ("openSUSE Leap 15.5")
	RELEASE_NONE,
};
static const struct word {
	const char *id, *ecosystem;
	enum os_packager packager;
	enum release release;
} words[] = {
	{"debian", "Debian", OS_DEB, RELEASE_DEBIAN},
	{"ubuntu", "Ubuntu", OS_DEB, RELEASE_UBUNTU},
	{"alpine", "Alpine", OS_APK, RELEASE_MINOR},
	{"wolfi", "Wolfi", OS_APK, RELEASE_NONE},
	{"chainguard", "Chainguard", OS_APK, RELEASE_NONE},
	{"alpaquita", "Alpaquita", OS_APK, RELEASE_WHOLE},
	{"almalinux", "AlmaLinux", OS_RPM, RELEASE_MAJOR},
	{"rocky", "Rocky Linux", OS_RPM, RELEASE_MAJOR},
	{"rhel", "Red Hat:enterprise_linux", OS_RPM, RELEASE_MAJOR},
	{"mageia", "Mageia", OS_RPM, RELEASE_MAJOR},
	{"photon", "Photon OS", OS_RPM, RELEASE_WHOLE},
	{"opensuse-leap", "openSUSE", OS_RPM, RELEASE_PRETTY},
	{"opensuse-tumbleweed", "openSUSE", OS_RPM, RELEASE_PRETTY},
	{"sles", "SUSE", OS_RPM, RELEASE_PRETTY},
	{"sled", "SUSE", OS_RPM, RELEASE_PRETTY},
};

// debian.csv of distro-info-data: series that os-release may name without a number (testing says its codename only).
static const char *const debian_series[][2] = {
	{"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"}, {"duke", "15"}, {"sid", "sid"},
};

static bool is_digits(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool debian(const struct os_release *os, struct buf *out, const char **note)
{
	if (is_digits(os->version_id)) {
		buf_put_slice(out, os->version_id);
		return true;
	}
	for (size_t i = 0; os->version_id.n == 0 && i < sizeof debian_series / sizeof *debian_series; i++)
		if (slice_is_text(os->codename, debian_series[i][0])) {
			buf_put_text(out, debian_series[i][1]);
			*note = "no VERSION_ID: a Debian before its release, or sid; taken by its codename";
			return true;
		}
	*note = "Debian without a release number or a known codename: its packages have no ecosystem";
	return false;
}

// "22.04" is LTS: April of an even year (wiki.ubuntu.com/Releases).
static bool ubuntu(struct slice v, struct buf *out, const char **note)
{
	uint64_t year;
	struct slice month = slice_part(v, 3, v.n);
	*note = "Ubuntu without a release such as 22.04: its packages have no ecosystem";
	if (v.n != 5 || v.p[2] != '.' || !is_digits(month) || !num_parse(slice_part(v, 0, 2), 10, 99, &year))
		return false;
	*note = NULL;
	buf_put_slice(out, v);
	if (year % 2 == 0 && slice_is_text(month, "04"))
		buf_put_text(out, ":LTS");
	return true;
}

// The first `parts` numbers between dots; what follows them must be a dot or the end ("3.21.0_alpha20240807" is edge, no branch).
static bool numbers(struct slice v, unsigned parts, const char *before, struct buf *out, const char **note)
{
	size_t end = 0;
	bool plain = v.n > 0 && v.p[0] != '.';
	for (size_t i = 0; i < v.n; i++)
		plain &= v.p[i] == '.' || (v.p[i] >= '0' && v.p[i] <= '9');
	for (unsigned i = 0; i < parts && end < v.n; i++)
		end = slice_find(v, '.', end + (i > 0));
	bool enough = plain && (parts < 2 || (slice_find(v, '.', 0) + 1 < v.n && v.p[end - 1] != '.'));
	if (enough) {
		buf_put_text(out, before);
		buf_put_slice(out, slice_part(v, 0, end));
	} else
		*note = "VERSION_ID is not the number of a release: its packages have no ecosystem";
	return enough;
}

static bool pretty(const struct os_release *os, const struct word *word, struct buf *out, const char **note)
{
	size_t n = strlen(word->ecosystem);
	bool ok = os->pretty.n > n + 1 && memcmp(os->pretty.p, word->ecosystem, n) == 0 && os->pretty.p[n] == ' ';
	if (ok)
		buf_put_slice(out, slice_part(os->pretty, n + 1, os->pretty.n));
	else
		*note = "PRETTY_NAME does not begin with the distribution's name: its packages have no ecosystem";
	return ok;
}

static bool put_release(const struct os_release *os, const struct word *word, struct buf *out, const char **note)
{
	if (word->release != RELEASE_NONE)
		buf_put_u8(out, ':');
	switch (word->release) {
	case RELEASE_WHOLE:
		if (os->version_id.n == 0)
			*note = "no VERSION_ID: its packages have no ecosystem";
		buf_put_slice(out, os->version_id);
		return os->version_id.n > 0;
	case RELEASE_MAJOR:
		return numbers(os->version_id, 1, "", out, note);
	case RELEASE_MINOR:
		return numbers(os->version_id, 2, "v", out, note);
	case RELEASE_UBUNTU:
		return ubuntu(os->version_id, out, note);
	case RELEASE_DEBIAN:
		return debian(os, out, note);
	case RELEASE_PRETTY:
		return pretty(os, word, out, note);
	case RELEASE_NONE:
		break;
	}
	return true;
}

static const char *stranger(const struct os_release *os)
{
	static const char *const parents[][2] = {
		{"ubuntu", "a derivative of Ubuntu: its packages are not Ubuntu's, and which are is not guessed"},
		{"debian", "a derivative of Debian: its packages are not Debian's, and which are is not guessed"},
		{"rhel", "a relative of Red Hat Enterprise Linux: its packages are not Red Hat's, and nothing is guessed"},
		{"suse", "a relative of SUSE: its packages are not SUSE's, and nothing is guessed"},
		{"alpine", "a derivative of Alpine: its packages are not Alpine's, and nothing is guessed"},
	};
	for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
		for (size_t at = 0; at < os->like.n;) {
			size_t end = slice_find(os->like, ' ', at);
			if (slice_is_text(slice_part(os->like, at, end - at), parents[i][0]))
				return parents[i][1];
			at = end + 1;
		}
	return "OSV has no word for this distribution: its packages have no ecosystem";
}

bool os_ecosystem(const struct os_release *os, enum os_packager packager, char out[static OS_ECOSYSTEM_MAX], const char **note)
{
	const struct word *word = NULL;
	for (size_t i = 0; i < sizeof words / sizeof *words && word == NULL; i++)
		if (slice_is_text(os->id, words[i].id))
			word = &words[i];
	*note = NULL;
	if (word == NULL || word->packager != packager) {
		*note = word == NULL ? stranger(os) : "a package database that is not this distribution's own: its packages have no ecosystem";
		return false;
	}
	struct buf b;
	buf_init(&b, OS_ECOSYSTEM_MAX - 1);
	buf_put_text(&b, word->ecosystem);
	bool known = put_release(os, word, &b, note);
	if (buf_status(&b) != ERR_OK) {
		known = false;
		*note = "its release is written too long: its packages have no ecosystem";
	}
	if (known) {
		memcpy(out, b.p, b.n);
		out[b.n] = 0;
	}
	buf_free(&b);
	return known;
}
