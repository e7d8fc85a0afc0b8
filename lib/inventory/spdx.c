// SPDX 2.3 in JSON (spdx.github.io/spdx-spec/v2.3), and its earlier 2.x.
#include "inventory/bill.h"

// primaryPackagePurpose (section 7.24). Faint: no item unless something names it exactly.
static const struct {
	const char *purpose;
	enum item_kind kind;
	bool sure, faint;
} purposes[] = {
	{"APPLICATION", ITEM_APPLICATION, true, false}, {"FRAMEWORK", ITEM_LIBRARY, true, false},
	{"LIBRARY", ITEM_LIBRARY, true, false},         {"CONTAINER", ITEM_APPLICATION, true, false},
	{"DEVICE", ITEM_EQUIPMENT, true, false},        {"FIRMWARE", ITEM_FIRMWARE, true, false},
	{"OPERATING-SYSTEM", ITEM_SYSTEM, true, false}, {"OPERATING_SYSTEM", ITEM_SYSTEM, true, false},
	{"FILE", ITEM_APPLICATION, false, true},
};

static bool is_said(struct slice value)
{
	return value.n > 0 && !slice_is_text(value, "NOASSERTION") && !slice_is_text(value, "NONE");
}

static enum err get_said(const struct json *package, const char *field, struct slice *value, struct why *why)
{
	struct slice text = {0};
	enum err e = json_opt_text(package, field, &text, why);
	if (e == ERR_OK && is_said(text))
		*value = text;
	return e;
}

// "Organization: Acme (security@acme.example)" (section 7.5). A person is nobody's product.
static struct slice organization(struct slice who)
{
	if (!slice_starts(who, "Organization:"))
		return (struct slice){0};
	who = slice_trim(slice_part(who, strlen("Organization:"), who.n));
	if (who.n > 0 && who.p[who.n - 1] == ')') {
		size_t open = who.n;
		while (open > 0 && who.p[open - 1] != '(')
			open--;
		if (open > 1)
			who.n = open - 1;
	}
	return slice_trim(who);
}

// The first purl and the first CPE.
static enum err read_references(const struct json *package, struct draft *d, struct why *why)
{
	struct json list = json_find(package, "externalRefs");
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list); i++) {
		struct json one = json_item(&list, i);
		struct slice type = {0}, locator = {0};
		enum err e = json_opt_text(&one, "referenceType", &type, why);
		if (e == ERR_OK)
			e = json_opt_text(&one, "referenceLocator", &locator, why);
		if (e != ERR_OK)
			return e;
		if (slice_starts(type, "http://spdx.org/rdf/references/"))
			type = slice_part(type, strlen("http://spdx.org/rdf/references/"), type.n);
		if (d->purl.n == 0 && slice_is_text(type, "purl"))
			d->purl = locator;
		else if (d->cpe.n == 0 && (slice_is_text(type, "cpe23Type") || slice_is_text(type, "cpe22Type")))
			d->cpe = locator;
	}
	return ERR_OK;
}

// "built package from: glibc 2.36-9", as trivy writes it.
static enum err read_source(const struct json *package, struct draft *d, struct why *why)
{
	struct slice text = {0};
	enum err e = json_opt_text(package, "sourceInfo", &text, why);
	if (e != ERR_OK || !slice_starts(text, "built package from: "))
		return e;
	text = slice_trim(slice_part(text, strlen("built package from: "), text.n));
	size_t blank = slice_find(text, ' ', 0);
	d->source = slice_part(text, 0, blank);
	d->source_version = slice_trim(slice_part(text, blank, text.n));
	return ERR_OK;
}

// A lock file, as trivy writes it: an application that groups what was found in it, by an annotation or (before 0.58) a text.
static bool is_lock_file(const struct json *package)
{
	static const char *const lists[] = {"annotations", "attributionTexts"};
	for (size_t l = 0; l < 2; l++) {
		struct json list = json_find(package, lists[l]);
		for (size_t i = 0; json_is_array(&list) && i < json_count(&list); i++) {
			struct json one = json_item(&list, i), comment = json_find(&one, "comment");
			struct slice text = {0};
			if (json_text(l == 0 ? &comment : &one, &text, NULL) == ERR_OK && slice_is_text(text, "Class: lang-pkgs"))
				return true;
		}
	}
	return false;
}

static void set_purpose(struct slice purpose, struct draft *d)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (slice_is_text(purpose, purposes[i].purpose)) {
			d->kind = purposes[i].kind;
			d->kind_sure = purposes[i].sure;
			d->faint = purposes[i].faint;
		}
}

static enum err read_package(const struct json *package, struct slice *id, struct slice *purpose, struct draft *d, struct why *why)
{
	struct slice supplier = {0};
	enum err e = json_want_object(package, why);
	if (e == ERR_OK)
		e = json_get_text(package, "name", &d->name, why);
	if (e == ERR_OK)
		e = json_opt_text(package, "SPDXID", id, why);
	if (e == ERR_OK)
		e = get_said(package, "versionInfo", &d->version, why);
	if (e == ERR_OK)
		e = get_said(package, "supplier", &supplier, why);
	if (e == ERR_OK)
		e = json_opt_text(package, "primaryPackagePurpose", purpose, why);
	if (e == ERR_OK)
		e = read_references(package, d, why);
	if (e == ERR_OK)
		e = read_source(package, d, why);
	d->vendor = organization(supplier);
	set_purpose(*purpose, d);
	d->faint |= e == ERR_OK && slice_is_text(*purpose, "APPLICATION") && is_lock_file(package);
	return e;
}

static bool is_described(const struct bill *b, struct slice id)
{
	for (size_t i = 0; i < b->describes; i++)
		if (slice_equal(slice_of(b->described[i].p, b->described[i].n), id))
			return true;
	return false;
}

enum err spdx_describes(struct bill *b, struct slice id, struct why *why)
{
	if (b->describes == BILL_DESCRIBED_MAX || id.n == 0 || id.n > INVENTORY_TEXT_MAX || is_described(b, id))
		return ERR_OK;
	return bill_keep(b, &b->described[b->describes++], id, why);
}

// "SPDXRef-DOCUMENT DESCRIBES SPDXRef-…", and the same the other way round (section 11.1).
enum err spdx_relationship(struct bill *b, const struct json *relationship, struct why *why)
{
	struct slice from = {0}, type = {0}, to = {0};
	if (json_opt_text(relationship, "spdxElementId", &from, NULL) != ERR_OK ||
	    json_opt_text(relationship, "relationshipType", &type, NULL) != ERR_OK ||
	    json_opt_text(relationship, "relatedSpdxElement", &to, NULL) != ERR_OK)
		return ERR_OK;
	if (slice_is_text(type, "DESCRIBES") && slice_is_text(from, "SPDXRef-DOCUMENT"))
		return spdx_describes(b, to, why);
	if (slice_is_text(type, "DESCRIBED_BY") && slice_is_text(to, "SPDXRef-DOCUMENT"))
		return spdx_describes(b, from, why);
	return ERR_OK;
}

// The only package that the document describes names the machine.
static enum err name_machine(struct bill *b, struct slice name, struct why *why)
{
	if (b->describes != 1)
		return ERR_OK;
	b->named = true;
	return bill_keep(b, &b->machine, name, why);
}

enum err spdx_package(struct bill *b, const struct json *package, struct why *why)
{
	struct draft d = {.kind = ITEM_APPLICATION};
	struct slice id = {0}, purpose = {0};
	struct why rule;
	b->ordinal++;
	if (read_package(package, &id, &purpose, &d, &rule) != ERR_OK)
		return bill_refuse(b, d.name, rule.text, why);
	bool described = is_described(b, id), system = d.kind_sure && d.kind == ITEM_SYSTEM;
	enum err e = described ? name_machine(b, d.name, why) : ERR_OK;
	if (e == ERR_OK && system)
		e = bill_system(b, d.name, d.version, (struct slice){0}, true, why);
	if (e != ERR_OK || (described && slice_is_text(purpose, "CONTAINER")))
		return e;
	if (bill_is_told(b, system, &d))
		return ERR_OK;
	return bill_item(b, &d, why);
}
