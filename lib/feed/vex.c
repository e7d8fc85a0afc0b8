#include "feed/vex.h"

#include "feed/ecosystem.h"
#include "product/cpe.h"
#include "product/purl.h"

enum err vex_record(struct reading *r, const struct json *at, struct slice document, struct slice flaw, struct fact_flaw *f,
                    struct slice *id, struct why *why)
{
	*id = reading_print(r, "%.*s:%.*s", SLICE_ARGS(document), SLICE_ARGS(flaw));
	if (r->room != ROOM_LEFT)
		return say_full(r, at, why);
	if (id->n == 0 || flaw.n == 0 || flaw.n > FEED_ID_MAX)
		return say_refused_at(r, at, why, "a flaw has a name of at most %u bytes, and its document too", FEED_ID_MAX);
	f->id = *id;
	f->aliases = &flaw;
	f->aliases_n = 1;
	return say(r, at, &(struct fact){.kind = FACT_FLAW, .flaw = *f}, why);
}

// ---- ranges

static bool is_package_manager(struct slice type)
{
	return slice_is_text(type, "rpm") || slice_is_text(type, "deb") || slice_is_text(type, "apk");
}

// What is said of one version, or of all where none is named.
static void add_version(struct reading *r, const struct vex_statement *s, struct slice version, enum version_scheme scheme, bool packaged,
                        struct fact_affected *a)
{
	struct fact_range at = {.from = version, .status = s->status, .scheme = scheme};
	if (version.n == 0) {
		a->otherwise = s->status;
		return;
	}
	a->otherwise = STATUS_UNKNOWN;
	at.single = !(s->status == STATUS_FIXED && (s->from_here || packaged));
	ranges_first(r, &at);
	// The package that brings the fix: those of the same name before it lack it.
	if (s->status == STATUS_FIXED && packaged) {
		struct fact_range before = {.to = version, .status = STATUS_AFFECTED, .scheme = scheme};
		r->ranges[r->ranges_n++] = before; // there is room: the list had one
	}
	if (s->status == STATUS_FIXED)
		a->fixed = version;
}

struct constraint {
	struct slice sign, version;
};

static bool is_sign(uint8_t c)
{
	return c == '<' || c == '>' || c == '=' || c == '!';
}

static bool is_border(uint8_t c)
{
	return c == ' ' || c == ',' || c == '|';
}

// The next of ">=1.2|<1.5", ">= 1.2, < 1.5", "<V3.0 Update 2": blanks belong to a version unless a sign follows.
static bool next_constraint(struct slice *rest, struct constraint *c)
{
	size_t at = 0, end;
	while (at < rest->n && is_border(rest->p[at]))
		at++;
	for (end = at; end < rest->n && is_sign(rest->p[end]);)
		end++;
	c->sign = slice_part(*rest, at, end - at);
	for (at = end; end < rest->n && rest->p[end] != '|' && rest->p[end] != ','; end++)
		if (end > at + 1 && rest->p[end - 1] == ' ' && is_sign(rest->p[end]))
			break;
	c->version = slice_trim(slice_part(*rest, at, end - at));
	*rest = slice_part(*rest, end, rest->n);
	return c->version.n > 0 || c->sign.n > 0;
}

// False: words, no constraints.
static bool read_constraints(struct reading *r, struct slice text, struct fact_range range, struct fact_affected *a)
{
	struct constraint c;
	bool open = false;
	while (next_constraint(&text, &c)) {
		bool below = slice_is_text(c.sign, "<"), up_to = slice_is_text(c.sign, "<=");
		if (slice_is_text(c.version, "*") && c.sign.n == 0) {
			a->otherwise = range.status;
			return true;
		}
		if (slice_is_text(c.sign, ">=") && !open) {
			range.from = c.version;
			open = true;
			continue;
		}
		bool equal = slice_is_text(c.sign, "=") || (c.sign.n == 0 && range.scheme != VERSION_CUSTOM);
		if ((!below && !up_to && !equal) || (equal && open) || c.version.n == 0)
			return false;
		struct fact_range add = range;
		add.single = equal;
		add.closed = up_to;
		*(equal ? &add.from : &add.to) = c.version;
		if (!ranges_add(r, &add))
			return false;
		range.from = (struct slice){0};
		open = false;
	}
	return open ? ranges_add(r, &range) : r->ranges_n > 0;
}

// "vers:deb/>=1|<2" (package-url/vers-spec), "vers:all/*", "<V3.0". Outside vers there is no order: the bounds are kept for people.
static void add_range(struct reading *r, const struct vex_statement *s, struct slice text, struct fact_affected *a)
{
	struct fact_range range = {.status = s->status};
	struct slice list = text;
	a->otherwise = STATUS_UNKNOWN;
	if (slice_starts_letters(text, "vers:")) {
		size_t slash = slice_find(text, '/', 0);
		range.scheme = version_scheme_of_purl(slice_part(text, 5, slash - 5));
		list = slice_part(text, slash < text.n ? slash + 1 : slash, text.n);
	}
	if (read_constraints(r, list, range, a))
		return;
	// Words: equal to no version, and "unknown" of every other.
	range = (struct fact_range){.from = text, .single = true, .status = s->status};
	ranges_first(r, &range);
}

// ---- the names of a product

static enum err say_named(struct reading *r, const struct json *at, const struct vex_product *p, const struct vex_statement *s,
                          struct fact_affected a, struct slice version, enum version_scheme scheme, bool packaged, struct why *why)
{
	ranges_clear(r);
	if (p->ranged && slice_equal(version, p->version))
		add_range(r, s, version, &a);
	else
		add_version(r, s, version, scheme, packaged, &a);
	a.flaw = s->flaw;
	a.justification = s->justification;
	a.ranges = r->ranges;
	a.ranges_n = r->ranges_n;
	return say(r, at, &(struct fact){.kind = FACT_AFFECTED, .affected = a}, why);
}

static enum err say_purl(struct reading *r, const struct json *at, const struct vex_product *p, const struct vex_statement *s,
                         struct why *why)
{
	char room[PURL_MAX];
	struct purl purl;
	struct why refusal;
	struct buf ecosystem, name;
	struct fact_affected a = {.platform = p->platform};
	struct slice release = ecosystem_of_cpe(r, p->release);
	if (purl_parse(p->purl, room, &purl, &refusal) != ERR_OK)
		return say_refused_at(r, at, why, "%s", refusal.text);
	buf_init(&ecosystem, FACT_TEXT_MAX);
	buf_init(&name, FACT_TEXT_MAX);
	if (purl_ecosystem(&purl, &ecosystem, &name)) {
		a.ecosystem = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&ecosystem)));
		a.name = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&name)));
	} else {
		a.ecosystem = release; // a package of a distribution's release
		a.name = a.ecosystem.n > 0 ? purl.name : (struct slice){0};
	}
	if (a.ecosystem.n > 0 && slice_equal(a.platform, p->release) && slice_equal(a.ecosystem, release))
		a.platform = (struct slice){0};
	buf_free(&ecosystem);
	buf_free(&name);
	struct slice arch = purl_qualifier(&purl, "arch"), epoch = purl_qualifier(&purl, "epoch"), version = purl.version;
	bool packaged = is_package_manager(purl.type);
	a.names = packaged && !slice_is_text(arch, "src") && !slice_is_text(arch, "source") ? NAMES_BINARY : NAMES_SOURCE;
	if (version.n > 0 && epoch.n > 0 && slice_find(version, ':', 0) == version.n)
		version = reading_print(r, "%.*s:%.*s", SLICE_ARGS(epoch), SLICE_ARGS(version));
	if (version.n == 0)
		version = p->version;
	if (a.name.n > 0)
		return say_named(r, at, p, s, a, version, version_scheme_of_purl(purl.type), packaged, why);
	a.names = NAMES_PRODUCT; // no ecosystem is told: by its name alone
	a.vendor = purl.space;
	a.name = purl.name;
	return say_named(r, at, p, s, a, version, VERSION_CUSTOM, false, why);
}

static enum err say_cpe(struct reading *r, const struct json *at, const struct vex_product *p, const struct vex_statement *s,
                        struct why *why)
{
	char room[CPE_MAX];
	struct cpe cpe;
	struct why refusal;
	struct fact_affected a = {.names = NAMES_CPE, .platform = p->platform};
	struct slice version = p->version;
	if (cpe_parse(p->cpe, room, &cpe, &refusal) != ERR_OK)
		return say_refused_at(r, at, why, "%s", refusal.text);
	if (!cpe_names_product(&cpe))
		return say_refused_at(r, at, why, "\"%.*s\" names no product", SLICE_ARGS(text_cut(p->cpe, 80)));
	struct slice own = cpe_text(r, cpe.at[CPE_VERSION]);
	if (own.n > 0)
		version = own;
	a.name = cpe_pattern(r, &cpe, own.n > 0 || version.n == 0); // of a range an update says nothing
	return say_named(r, at, p, s, a, version, VERSION_CUSTOM, false, why);
}

enum err vex_say(struct reading *r, const struct json *at, const struct vex_product *p, const struct vex_statement *s, struct why *why)
{
	enum err e = ERR_OK;
	if (p->version.n > FACT_TEXT_MAX)
		return say_refused_at(r, at, why, "a version of more than %u bytes", FACT_TEXT_MAX);
	if (p->purl.n > 0)
		e = say_purl(r, at, p, s, why);
	if (p->cpe.n > 0 && e == ERR_OK)
		e = say_cpe(r, at, p, s, why);
	if (p->purl.n > 0 || p->cpe.n > 0 || p->name.n == 0 || e != ERR_OK)
		return e;
	struct fact_affected a = {.names = NAMES_PRODUCT, .vendor = p->vendor, .name = p->name, .platform = p->platform};
	return say_named(r, at, p, s, a, p->version, VERSION_CUSTOM, false, why);
}
