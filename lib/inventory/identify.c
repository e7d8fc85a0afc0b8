#include "inventory/identify.h"

#include "inventory/packages.h"

static struct buf *room_of(struct identity *d, size_t n)
{
	struct buf *const rooms[IDENTITY_BUFS] = {&d->purl, &d->cpe, &d->ecosystem, &d->package, &d->version, &d->product};
	return rooms[n];
}

void identity_init(struct identity *d)
{
	for (size_t n = 0; n < IDENTITY_BUFS; n++)
		buf_init(room_of(d, n), 4 * PURL_MAX);
}

void identity_clear(struct identity *d)
{
	for (size_t n = 0; n < IDENTITY_BUFS; n++)
		buf_clear(room_of(d, n));
}

enum err identity_status(const struct identity *d)
{
	enum err e = ERR_OK;
	for (size_t n = 0; n < IDENTITY_BUFS && e == ERR_OK; n++)
		e = buf_status(room_of((struct identity *)(uintptr_t)d, n));
	return e;
}

void identity_done(struct identity *d)
{
	for (size_t n = 0; n < IDENTITY_BUFS; n++)
		buf_free(room_of(d, n));
}

// With the epoch, which a purl may tell apart.
static struct slice version_of(struct identity *d, const struct purl *p)
{
	struct slice epoch = purl_qualifier(p, "epoch");
	if (!purl_is_distributed(p) || p->version.n == 0 || epoch.n == 0 || slice_is_text(epoch, "0") ||
	    slice_find(p->version, ':', 0) < p->version.n)
		return p->version;
	buf_printf(&d->version, "%.*s:%.*s", SLICE_ARGS(epoch), SLICE_ARGS(p->version));
	return buf_slice(&d->version);
}

bool has_epoch_before(struct slice said, struct slice version)
{
	size_t more = said.n > version.n ? said.n - version.n : 0;
	return more > 1 && said.p[more - 1] == ':' && slice_equal(slice_part(said, more, said.n), version);
}

static void take_package(struct identity *d, const struct purl *p, struct slice version, struct item *i)
{
	struct slice package = buf_slice(&d->package);
	bool same = version.n == 0 || slice_equal(i->version, version);
	i->ecosystem = buf_slice(&d->ecosystem);
	if (purl_is_distributed(p)) {
		i->name = package;
		i->version = same || has_epoch_before(i->version, version) ? i->version : version;
		return;
	}
	if (i->source.n == 0 && !slice_equal(i->name, package))
		i->source = package;
	if (i->source_version.n == 0 && !same)
		i->source_version = version;
}

const char *identify_purl(struct identity *d, struct slice text, struct item *i)
{
	struct purl p;
	struct why why;
	if (text.n == 0)
		return NULL;
	if (purl_parse(text, d->purl_room, &p, &why) != ERR_OK)
		return "no package URL";
	purl_print(&p, &d->purl);
	i->purl = buf_slice(&d->purl);
	struct slice version = version_of(d, &p);
	bool known = purl_ecosystem(&p, &d->ecosystem, &d->package);
	if (i->version.n == 0)
		i->version = version;
	if (i->name.n == 0)
		i->name = known ? buf_slice(&d->package) : p.name;
	if (known && i->ecosystem.n == 0)
		take_package(d, &p, version, i);
	// Percent-decoding may bring out anything.
	const char *rule = NULL;
	const struct slice made[] = {i->purl, i->name, i->version, i->ecosystem, i->source, i->source_version};
	for (size_t m = 0; m < sizeof made / sizeof *made; m++) {
		struct slice plain;
		if (!inventory_text(made[m], &plain, &rule) || plain.n != made[m].n)
			return "a package URL with a blank at an end, a control character, or longer than 1024 bytes";
	}
	return NULL;
}

static bool is_value(struct slice attribute)
{
	return attribute.n > 0 && !slice_is_text(attribute, "*") && !slice_is_text(attribute, "-");
}

static void put_words(struct slice attribute, struct buf *out)
{
	size_t from = out->n;
	cpe_plain(attribute, out);
	for (size_t n = from; n < out->n; n++)
		if (out->p[n] == '_')
			out->p[n] = ' ';
}

// "windows_server_2012" of "microsoft", with the update "r2" behind the version.
static void take_names(struct identity *d, const struct cpe *c, struct item *i)
{
	bool nameless = i->name.n == 0 && i->purl.n == 0 && i->vendor.n == 0 && is_value(c->at[CPE_VENDOR]) && is_value(c->at[CPE_PRODUCT]);
	if (nameless) {
		put_words(c->at[CPE_VENDOR], &d->product);
		size_t vendor = d->product.n;
		put_words(c->at[CPE_PRODUCT], &d->product);
		struct slice both = buf_slice(&d->product);
		i->vendor = slice_trim(slice_part(both, 0, vendor));
		i->name = slice_trim(slice_part(both, vendor, both.n));
	}
	if (i->version.n > 0 || !is_value(c->at[CPE_VERSION]))
		return;
	buf_clear(&d->version);
	cpe_plain(c->at[CPE_VERSION], &d->version);
	if (is_value(c->at[CPE_UPDATE])) {
		buf_put_u8(&d->version, ' ');
		cpe_plain(c->at[CPE_UPDATE], &d->version);
	}
	i->version = slice_trim(buf_slice(&d->version));
}

const char *identify_cpe(struct identity *d, struct slice text, struct item *i, bool has_kind)
{
	struct cpe c;
	struct why why;
	if (text.n == 0)
		return NULL;
	if (cpe_parse(text, d->cpe_room, &c, &why) != ERR_OK)
		return "no CPE name";
	cpe_print(&c, &d->cpe);
	i->cpe = buf_slice(&d->cpe);
	take_names(d, &c, i);
	if (!has_kind)
		i->kind = slice_is_text(c.at[CPE_PART], "h") ? ITEM_EQUIPMENT
		          : slice_is_text(c.at[CPE_PART], "o") ? ITEM_SYSTEM : ITEM_APPLICATION;
	return i->cpe.n > INVENTORY_TEXT_MAX ? "a CPE name longer than 1024 bytes" : NULL;
}
