#include "inventory/os.h"

#include "product/purl.h"

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

// The distributions that OSV has words for (product/purl.h makes them), and whose packages those are.
static const struct {
	const char *id;
	enum os_packager packager;
} owners[] = {
	{"debian", OS_DEB}, {"ubuntu", OS_DEB}, {"alpine", OS_APK}, {"wolfi", OS_APK}, {"chainguard", OS_APK}, {"alpaquita", OS_APK},
	{"almalinux", OS_RPM}, {"rocky", OS_RPM}, {"rhel", OS_RPM}, {"mageia", OS_RPM}, {"photon", OS_RPM}, {"opensuse-leap", OS_RPM},
	{"opensuse-tumbleweed", OS_RPM}, {"sles", OS_RPM}, {"sled", OS_RPM},
};

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

// Empty, with the note, where there is none.
static void put_ecosystem(const struct os_release *os, enum os_packager packager, struct buf *out, const char **note)
{
	size_t i = 0;
	while (i < sizeof owners / sizeof *owners && !slice_is_text(os->id, owners[i].id))
		i++;
	bool series = os->version_id.n == 0 && slice_is_text(os->id, "debian"); // before its release it has a codename only
	*note = NULL;
	if (i == sizeof owners / sizeof *owners)
		*note = stranger(os);
	else if (owners[i].packager != packager)
		*note = "a package database that is not this distribution's own: its packages have no ecosystem";
	else if (!distribution_ecosystem(os->id, series ? os->codename : os->version_id, out)) {
		*note = "its release (VERSION_ID) is none that OSV can have a word for: its packages have no ecosystem";
		buf_clear(out);
	} else if (series)
		*note = "no VERSION_ID: a Debian before its release, or sid; taken by its codename";
}

bool os_ecosystem(const struct os_release *os, enum os_packager packager, char out[static OS_ECOSYSTEM_MAX], const char **note)
{
	struct buf b;
	buf_init(&b, OS_ECOSYSTEM_MAX - 1);
	put_ecosystem(os, packager, &b, note);
	bool known = b.n > 0 && buf_status(&b) == ERR_OK;
	if (known) {
		memcpy(out, b.p, b.n);
		out[b.n] = 0;
	} else if (*note == NULL)
		*note = "its release is written too long: its packages have no ecosystem";
	buf_free(&b);
	return known;
}

struct slice os_product(struct slice id, struct slice pretty)
{
	static const char *const names[][2] = {
		{"amzn", "amazon-linux"}, {"ol", "oracle-linux"},           {"opensuse-leap", "opensuse"},
		{"photon", "vmware-photon"}, {"sle-micro", "suse-linux-micro"}, {"sl-micro", "suse-linux-micro"},
	};
	static const struct slice stream = SLICE_LITERAL("CentOS Stream");
	if (slice_is_text(id, "centos") && slice_equal(slice_part(pretty, 0, stream.n), stream))
		return SLICE_LITERAL("centos-stream");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_is_text(id, names[i][0]))
			return slice_text(names[i][1]);
	return id;
}
