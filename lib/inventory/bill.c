#include "inventory/bill.h"

#include "base/num.h"
#include "inventory/identify.h"
#include "inventory/packages.h"
#include "product/cpe.h"

static struct slice text_of(const struct bill_text *t)
{
	return slice_of(t->p, t->n);
}

enum err bill_refuse(struct bill *b, struct slice text, const char *rule, struct why *why)
{
	return b->looks ? ERR_OK : inventory_refuse(b->sink, b->ordinal, text, rule, why);
}

enum err bill_keep(struct bill *b, struct bill_text *to, struct slice text, struct why *why)
{
	struct slice fit;
	const char *rule;
	if (!inventory_text(text, &fit, &rule))
		return bill_refuse(b, text, rule, why);
	if (fit.n > 0)
		memcpy(to->p, fit.p, fit.n);
	to->n = fit.n;
	return ERR_OK;
}

enum err bill_taken(struct bill *b, const struct json *object, const char *field, struct why *why)
{
	struct slice text = {0};
	struct why rule;
	uint64_t seconds;
	if (json_opt_text(object, field, &text, &rule) != ERR_OK)
		return bill_refuse(b, text, rule.text, why);
	if (text.n == 0)
		return ERR_OK;
	if (!time_parse(slice_trim(text), &seconds))
		return bill_refuse(b, text, "no time such as 2026-01-02T03:04:05Z", why);
	b->taken = (int64_t)seconds;
	return ERR_OK;
}

// VERSION_ID has less than a scanner's release here: "12" of Debian's 12.5, "8" of CentOS' 8.3.2011.
static struct slice version_id(struct slice id, struct slice release)
{
	release = slice_part(release, 0, slice_find(release, ' ', 0)); // "2 (Karoo)"
	if (slice_is_text(id, "debian") || slice_is_text(id, "centos"))
		release = slice_part(release, 0, slice_find(release, '.', 0));
	return release;
}

enum err bill_system(struct bill *b, struct slice id, struct slice release, struct slice pretty, bool sure, struct why *why)
{
	struct bill_text lower = {.n = 0};
	struct buf ecosystem;
	if (b->os_sure || (b->os_id.n > 0 && !sure) || id.n == 0 || b->told)
		return ERR_OK;
	b->os_sure = sure;
	b->system_at = sure ? b->ordinal + 1 : 0;
	for (; lower.n < id.n && lower.n < sizeof lower.p; lower.n++)
		lower.p[lower.n] = (char)slice_lower(id.p[lower.n]);
	struct slice known = distribution_id(text_of(&lower)), version = version_id(known, release);
	bool number = version.n > 0 && version.p[0] >= '0' && version.p[0] <= '9';
	enum err e = bill_keep(b, &b->os_id, known, why);
	if (!number)
		version.n = slice_find(version, '/', 0); // "trixie/sid"
	if (e == ERR_OK)
		e = bill_keep(b, number ? &b->os_version : &b->os_codename, version, why);
	if (e == ERR_OK)
		e = bill_keep(b, &b->os_name, pretty, why);
	buf_init(&ecosystem, INVENTORY_TEXT_MAX);
	if (e == ERR_OK && distribution_ecosystem(known, release, &ecosystem))
		e = bill_keep(b, &b->ecosystem, buf_slice(&ecosystem), why);
	buf_free(&ecosystem);
	return e;
}

bool bill_is_told(const struct bill *b, bool system, const struct draft *d)
{
	return system && b->system_at == b->ordinal + 1 && (b->ecosystem.n > 0 || (d->purl.n == 0 && d->cpe.n == 0));
}

enum err bill_look(struct bill *b, struct slice text, struct why *why)
{
	char room[PURL_MAX];
	struct purl p;
	struct slice id, release;
	if (b->os_id.n > 0 || text.n == 0 || purl_parse(text, room, &p, NULL) != ERR_OK || !purl_distribution(&p, &id, &release))
		return ERR_OK;
	return bill_system(b, id, release, (struct slice){0}, false, why);
}

enum err bill_machine(struct bill *b, struct why *why)
{
	if (b->told)
		return ERR_OK;
	b->told = true;
	struct machine m = {
		.name = text_of(&b->machine), .os_id = text_of(&b->os_id), .os_version = text_of(&b->os_version), .os_name = text_of(&b->os_name),
		.os_codename = text_of(&b->os_codename), .ecosystem = text_of(&b->ecosystem), .taken = b->taken, .updated = INVENTORY_UNKNOWN_DATE,
	};
	return inventory_begin(b->sink, &m, why);
}

// An empty buffer again; buf_clear keeps its room.
static struct buf *fresh(struct buf *b)
{
	buf_clear(b);
	return b;
}

static bool has_epoch(struct slice version)
{
	size_t colon = slice_find(version, ':', 0);
	uint64_t number;
	return colon < version.n && num_parse(slice_part(version, 0, colon), 0, UINT32_MAX, &number);
}

static void put_version(struct buf *out, struct slice epoch, struct slice version, struct slice release)
{
	if (epoch.n > 0 && !slice_is_text(epoch, "0") && !has_epoch(version))
		buf_printf(out, "%.*s:", SLICE_ARGS(epoch));
	buf_put_slice(out, version);
	if (release.n > 0)
		buf_printf(out, "-%.*s", SLICE_ARGS(release));
}

static bool ends_with(struct slice s, struct slice end)
{
	return s.n >= end.n && slice_equal(slice_part(s, s.n - end.n, end.n), end);
}

// The version that the purl says, by which it is looked up ("1.21.0" of stdlib, which is called "go1.21.0"), with the epoch that only
// one of the two may tell.
static enum err set_version(struct bill *b, struct item *i, const struct purl *p, struct why *why)
{
	struct slice said = i->version, version = p->version, epoch = purl_qualifier(p, "epoch");
	enum err e = ERR_OK;
	if (version.n == 0 || (has_epoch(said) && has_epoch_before(said, version)))
		version = said;
	else if (!ends_with(said, version) && !ends_with(version, said) && !slice_same_letters(said, version))
		e = inventory_note(b->sink, b->ordinal, said, "another version than in its purl, which is taken", why);
	if (!slice_is_text(p->type, "deb") && !slice_is_text(p->type, "rpm"))
		epoch.n = 0;
	put_version(fresh(&b->item_version), epoch, version, (struct slice){0});
	i->version = buf_slice(&b->item_version);
	return e;
}

// What a manifest asks for is not what is there: told, and no version.
static enum err drop_range(struct bill *b, struct item *i, struct why *why)
{
	struct slice said = i->version;
	while (i->version.n > 1 && i->version.p[0] == '=') // "==1.2" is one
		i->version = slice_trim(slice_part(i->version, 1, i->version.n));
	if (i->version.n == 0 || strchr("<>=^~*!|", i->version.p[0]) == NULL)
		return ERR_OK;
	i->version = (struct slice){0};
	return bill_refuse(b, said, "a range of versions, not the one that is there: taken without a version", why);
}

// The source package: the purl's upstream, then what properties say.
static void set_source(struct bill *b, const struct draft *d, struct item *i, const struct purl *p)
{
	struct slice upstream = purl_qualifier(p, "upstream"), name = d->source, version = d->source_version;
	struct slice epoch = d->source_epoch, release = d->source_release;
	if (slice_is_text(p->type, "rpm") && (upstream.n > 0 || name.n == 0) && rpm_source(upstream.n > 0 ? upstream : d->source_rpm, i))
		return;
	if (upstream.n > 0) {
		size_t at = slice_find(upstream, '@', 0);
		name = slice_part(upstream, 0, at);
		version = slice_part(upstream, at + 1, upstream.n);
		epoch = release = (struct slice){0};
	}
	put_version(fresh(&b->item_source_version), epoch, version, version.n > 0 ? release : (struct slice){0});
	buf_put_slice(fresh(&b->item_source), name);
	i->source = buf_slice(&b->item_source);
	i->source_version = version.n > 0 ? buf_slice(&b->item_source_version) : (struct slice){0};
	if (slice_equal(i->source, p->name) && (i->source_version.n == 0 || slice_equal(i->source_version, i->version)))
		i->source = i->source_version = (struct slice){0};
}

// A package of a distribution that does not say which: the machine's, where it can be.
static bool of_machine(struct bill *b, const struct purl *p)
{
	struct slice release = b->os_version.n > 0 ? text_of(&b->os_version) : text_of(&b->os_codename);
	struct slice id, said;
	if (!purl_is_distributed(p) || b->ecosystem.n == 0)
		return false;
	if (purl_distribution(p, &id, &said) && (said.n > 0 || !slice_equal(id, text_of(&b->os_id)))) // "distro=ubuntu" says no release
		return false;
	fresh(&b->item_ecosystem);
	return distribution_ecosystem(p->space.n > 0 ? p->space : text_of(&b->os_id), release, &b->item_ecosystem) &&
	       slice_equal(buf_slice(&b->item_ecosystem), text_of(&b->ecosystem));
}

// Scanners write the purl of a Go module in lower case, and its name as it is: "github.com/Masterminds/semver". The name counts, alone or
// behind its group, where the two differ in nothing else.
static void set_spelling(struct bill *b, const struct draft *d)
{
	for (unsigned grouped = 0; grouped < 2; grouped++) {
		struct buf *said = fresh(&b->spelling);
		if (grouped)
			buf_printf(said, "%.*s/", SLICE_ARGS(d->group));
		ecosystem_name(buf_slice(&b->item_ecosystem), d->name, said);
		if (said->n > 0 && buf_status(said) == ERR_OK && slice_same_letters(buf_slice(said), buf_slice(&b->item_name)))
			memcpy(b->item_name.p, said->p, said->n);
	}
}

static void set_ecosystem(struct bill *b, const struct draft *d, struct item *i, const struct purl *p)
{
	fresh(&b->item_name);
	if (purl_ecosystem(p, fresh(&b->item_ecosystem), &b->item_name)) {
		if (!purl_is_distributed(p))
			set_spelling(b, d);
		i->name = buf_slice(&b->item_name);
		i->ecosystem = buf_slice(&b->item_ecosystem);
	} else if (of_machine(b, p)) {
		buf_put_slice(&b->item_name, p->name);
		i->name = buf_slice(&b->item_name);
		i->ecosystem = buf_slice(&b->item_ecosystem);
	} else if (i->name.n == 0) {
		buf_put_slice(&b->item_name, p->name);
		i->name = buf_slice(&b->item_name);
	}
}

static enum item_kind kind_of(const struct draft *d, const struct purl *p)
{
	static const char *const system[] = {"deb", "rpm", "apk", "alpm", "qpkg"};
	static const char *const whole[] = {"oci", "docker", "generic", "github", "bitnami", "swid", "brew"};
	for (size_t i = 0; i < sizeof system / sizeof *system; i++)
		if (slice_is_text(p->type, system[i]) && (!d->kind_sure || d->kind == ITEM_LIBRARY || d->kind == ITEM_APPLICATION))
			return ITEM_PACKAGE;
	if (d->kind_sure)
		return d->kind;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (slice_is_text(p->type, whole[i]))
			return ITEM_APPLICATION;
	return ITEM_LIBRARY;
}

static enum err read_purl(struct bill *b, const struct draft *d, char room[static PURL_MAX], struct purl *p, struct item *i,
                          struct why *why)
{
	struct why rule;
	*p = (struct purl){0};
	i->kind = d->kind;
	if (d->purl.n == 0)
		return ERR_OK;
	if (purl_parse(d->purl, room, p, &rule) != ERR_OK)
		return bill_refuse(b, d->purl, rule.text, why);
	purl_print(p, fresh(&b->item_purl));
	if (buf_status(&b->item_purl) != ERR_OK) {
		*p = (struct purl){0};
		return bill_refuse(b, d->purl, "a purl is longer than 1024 bytes", why);
	}
	i->purl = buf_slice(&b->item_purl);
	i->kind = kind_of(d, p);
	b->modular += d->modular || purl_qualifier(p, "rpmmod").n > 0;
	i->arch = purl_qualifier(p, "arch");
	enum err e = set_version(b, i, p, why);
	set_ecosystem(b, d, i, p);
	set_source(b, d, i, p);
	return e;
}

static enum err read_cpe(struct bill *b, const struct draft *d, struct item *i, struct why *why)
{
	char room[CPE_MAX];
	struct cpe c;
	struct why rule;
	if (d->cpe.n == 0)
		return ERR_OK;
	if (cpe_parse(d->cpe, room, &c, &rule) != ERR_OK)
		return bill_refuse(b, d->cpe, rule.text, why);
	cpe_print(&c, fresh(&b->item_cpe));
	if (buf_status(&b->item_cpe) != ERR_OK)
		return bill_refuse(b, d->cpe, "a CPE is longer than 1024 bytes", why);
	i->cpe = buf_slice(&b->item_cpe);
	if (i->version.n == 0 && !slice_is_text(c.at[CPE_VERSION], "*") && !slice_is_text(c.at[CPE_VERSION], "-")) {
		cpe_plain(c.at[CPE_VERSION], fresh(&b->item_version));
		i->version = buf_slice(&b->item_version);
	}
	return ERR_OK;
}

// Every value of the item as a sink may expect it. *bad: what is not.
static bool is_fit(struct item *i, struct slice *bad, const char **rule)
{
	struct slice *const values[] = {&i->name, &i->version, &i->source, &i->source_version, &i->vendor, &i->arch, &i->ecosystem};
	for (size_t v = 0; v < sizeof values / sizeof *values; v++)
		if (!inventory_text(*values[v], values[v], rule)) {
			*bad = *values[v];
			return false;
		}
	return true;
}

static enum err whole(const struct bill *b)
{
	const struct buf *const all[] = {&b->item_ecosystem, &b->item_name, &b->item_version, &b->item_source, &b->item_source_version};
	enum err e = ERR_OK;
	for (size_t i = 0; i < sizeof all / sizeof *all && e == ERR_OK; i++)
		e = buf_status(all[i]);
	return e;
}

static enum err give(struct bill *b, struct item *i, struct why *why)
{
	struct slice bad;
	const char *rule;
	enum err e = whole(b);
	if (e == ERR_SYSTEM)
		return why_set(why, e, "no memory");
	if (e != ERR_OK)
		return bill_refuse(b, i->name, "a value is longer than 1024 bytes", why);
	if (!is_fit(i, &bad, &rule))
		return bill_refuse(b, bad, rule, why);
	if (i->name.n == 0)
		return bill_refuse(b, i->version, "no name", why);
	if (++b->items > INVENTORY_ITEMS_MAX)
		return why_set(why, ERR_LIMIT, "more than %u items", INVENTORY_ITEMS_MAX);
	return b->sink->item == NULL ? ERR_OK : b->sink->item(b->sink->context, i, why);
}

enum err bill_item(struct bill *b, const struct draft *d, struct why *why)
{
	char room[PURL_MAX];
	struct purl p;
	struct slice bad;
	const char *rule;
	struct item i = {.name = d->name, .version = d->version, .vendor = d->vendor, .line = b->ordinal};
	i.since = INVENTORY_UNKNOWN_DATE;
	if (slice_is_text(i.version, "UNKNOWN") || slice_is_text(i.version, "unknown")) // syft's, for an archive that does not say
		i.version = (struct slice){0};
	if (b->looks)
		return bill_look(b, d->purl, why);
	if (d->faint && d->purl.n == 0 && d->cpe.n == 0) {
		b->passed++;
		return ERR_OK;
	}
	enum err e = b->told ? ERR_OK : bill_look(b, d->purl, why); // from a pipe nothing may be known yet
	if (e == ERR_OK)
		e = bill_machine(b, why);
	if (e == ERR_OK && !is_fit(&i, &bad, &rule))
		return bill_refuse(b, bad, rule, why);
	struct buf *const all[] = {&b->item_ecosystem, &b->item_name, &b->item_version, &b->item_source, &b->item_source_version};
	for (size_t n = 0; n < sizeof all / sizeof *all; n++)
		buf_clear(all[n]);
	if (e == ERR_OK)
		e = read_purl(b, d, room, &p, &i, why);
	if (e == ERR_OK)
		e = drop_range(b, &i, why);
	if (e == ERR_OK)
		e = read_cpe(b, d, &i, why);
	return e == ERR_OK ? give(b, &i, why) : e;
}

