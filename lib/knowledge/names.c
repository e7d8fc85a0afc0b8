#include "knowledge/layout.h"

#include "product/cpe.h"
#include "product/purl.h"

static bool put(struct folded *out, const void *p, size_t n)
{
	if (n > FOLD_MAX - out->n)
		return false;
	memcpy(out->bytes + out->n, p, n);
	out->n += n;
	return true;
}

static bool put_fold(struct folded *out, struct slice name)
{
	struct slice folded;
	if (!product_fold(name, (char *)out->bytes + out->n, FOLD_MAX - out->n, &folded))
		return false;
	out->n += folded.n;
	return true;
}

bool fold_name(struct slice name, struct folded *out)
{
	out->n = 0;
	return put_fold(out, name);
}

// End-of-life data writes "cpe:2.3:a:vendor:product" and stops there; the formatted string has eleven attributes.
static bool complete(struct slice cpe, char room[static CPE_MAX], struct slice *whole)
{
	size_t attributes = 0;
	if (cpe.n >= CPE_MAX)
		return false;
	memcpy(room, cpe.p, cpe.n);
	for (size_t i = 0; i < cpe.n; i++) {
		attributes += cpe.p[i] == ':' && !(i > 0 && cpe.p[i - 1] == '\\');
	}
	attributes = attributes < 2 ? 0 : attributes - 1; // "cpe:2.3:"
	size_t n = cpe.n;
	for (; slice_starts_letters(cpe, "cpe:2.3:") && attributes < CPE_ATTRIBUTES; attributes++) {
		if (n + 2 > CPE_MAX)
			return false;
		memcpy(room + n, ":*", 2);
		n += 2;
	}
	*whole = slice_of(room, n);
	return true;
}

// *product: where that begins.
static bool put_cpe(struct folded *out, struct slice cpe, size_t *product)
{
	char padded[CPE_MAX], room[CPE_MAX];
	struct slice whole;
	struct cpe c;
	if (!complete(slice_trim(cpe), padded, &whole) || cpe_parse(whole, room, &c, NULL) != ERR_OK)
		return false;
	bool ok = put(out, c.at[CPE_PART].p, c.at[CPE_PART].n) && put(out, ":", 1) && put(out, c.at[CPE_VENDOR].p, c.at[CPE_VENDOR].n) &&
	          put(out, ":", 1);
	*product = out->n;
	return ok && put(out, c.at[CPE_PRODUCT].p, c.at[CPE_PRODUCT].n);
}

bool fold_cpe(struct slice cpe, struct folded *out, struct slice *space, struct slice *name)
{
	size_t product;
	out->n = 0;
	if (!put_cpe(out, cpe, &product))
		return false;
	*space = slice_of(out->bytes, product - 1);
	*name = slice_of(out->bytes + product, out->n - product);
	return true;
}

// What tells one product from another in a purl: not the version, the file inside it, the architecture or the release.
static bool put_purl(struct folded *out, struct slice text)
{
	char room[PURL_MAX];
	struct purl p;
	struct buf b;
	if (purl_parse(text, room, &p, NULL) != ERR_OK)
		return false;
	size_t kept = 0;
	for (size_t i = 0; i < p.qualifiers; i++)
		if (slice_is_text(p.qualifier[i].key, "repository_url") || slice_is_text(p.qualifier[i].key, "tag_id"))
			p.qualifier[kept++] = p.qualifier[i];
	p.qualifiers = kept;
	p.version = p.subpath = slice_of("", 0);
	buf_init(&b, FOLD_MAX);
	purl_print(&p, &b);
	INVARIANT(buf_status(&b) != ERR_SYSTEM); // a few hundred bytes; "no such name" instead would lose what is said of it
	bool ok = buf_status(&b) == ERR_OK && put(out, b.p, b.n);
	buf_free(&b);
	return ok;
}

bool fold_product(struct slice name, struct folded *out, bool *identifier)
{
	size_t product;
	name = slice_trim(name);
	*identifier = true;
	out->n = 0;
	if (slice_starts_letters(name, "purl:pkg:"))
		name = slice_part(name, 5, name.n);
	if (slice_starts_letters(name, "cpe:cpe:"))
		name = slice_part(name, 4, name.n);
	if (slice_starts_letters(name, "pkg:"))
		return put_purl(out, name);
	if (slice_starts_letters(name, "cpe:/") || slice_starts_letters(name, "cpe:2.3:"))
		return put(out, "cpe:", 4) && put_cpe(out, name, &product);
	if (slice_starts_letters(name, "repology:"))
		return put(out, "repology:", 9) && put_fold(out, slice_part(name, 9, name.n));
	*identifier = false;
	return put_fold(out, slice_starts_letters(name, "alias:") ? slice_part(name, 6, name.n) : name) && out->n > 0;
}
