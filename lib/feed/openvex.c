// OpenVEX 0.2.0, and the vulnerabilities of a CycloneDX document with their analysis.
#include "feed/vex.h"

#include <stdlib.h>

static struct slice author_of(struct slice author)
{
	return author.n > 0 ? text_cut(author, FEED_TITLE_MAX) : SLICE_LITERAL("unknown");
}

static bool named(const struct slice word, const char *const *words, const enum fact_status *statuses, enum fact_status *status)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (slice_is_text(word, words[i])) {
			*status = statuses[i];
			return true;
		}
	return false;
}

// ---- OpenVEX

// A product is named by its @id (a package URL as a rule) or by its identifiers.
static struct vex_product product_of(struct reading *r, const struct json *item)
{
	struct json identifiers = json_find(item, "identifiers");
	struct vex_product p = {.purl = text_of(r, &identifiers, "purl"), .cpe = text_of(r, &identifiers, "cpe23")};
	struct slice id = text_of(r, item, "@id");
	if (p.cpe.n == 0)
		p.cpe = text_of(r, &identifiers, "cpe22");
	if (p.purl.n == 0 && slice_starts_letters(id, "pkg:"))
		p.purl = id;
	else if (p.cpe.n == 0 && slice_starts_letters(id, "cpe:"))
		p.cpe = id;
	else if (p.purl.n == 0 && p.cpe.n == 0)
		p.name = id;
	return p;
}

// A statement about a part of a product holds for that part there, and nowhere else.
static enum err say_products(struct reading *r, const struct json *products, const struct vex_statement *s, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < json_count(products) && e == ERR_OK; i++) {
		struct json item = json_item(products, i), parts = json_find(&item, "subcomponents");
		struct vex_product whole = product_of(r, &item);
		size_t n = json_is_array(&parts) ? json_count(&parts) : 0;
		if (whole.purl.n == 0 && whole.cpe.n == 0 && whole.name.n == 0)
			e = say_refused_at(r, &item, why, "a product has an @id or identifiers");
		else
			e = vex_say(r, &item, &whole, s, why);
		for (size_t k = 0; k < n && e == ERR_OK; k++) {
			struct json sub = json_item(&parts, k);
			struct vex_product part = product_of(r, &sub);
			part.platform = text_cut(whole.purl.n > 0 ? whole.purl : whole.cpe.n > 0 ? whole.cpe : whole.name, FACT_TEXT_MAX);
			part.release = whole.purl.n > 0 ? (struct slice){0} : whole.cpe;
			e = vex_say(r, &sub, &part, s, why);
		}
	}
	return e;
}

static enum err openvex_statement(struct reading *r, const struct json *item, struct slice document, int64_t changed, struct why *why)
{
	static const char *const words[] = {"not_affected", "affected", "fixed", "under_investigation", NULL};
	static const enum fact_status statuses[] = {STATUS_UNAFFECTED, STATUS_AFFECTED, STATUS_FIXED, STATUS_INVESTIGATED};
	struct json vulnerability = json_find(item, "vulnerability"), products = json_find(item, "products");
	struct slice flaw = text_of(r, &vulnerability, "name");
	struct vex_statement s = {.justification = text_of(r, item, "justification")};
	struct fact_flaw f = {.published = date_of(item, "timestamp"), .modified = date_of(item, "last_updated")};
	if (flaw.n == 0)
		flaw = text_of(r, &vulnerability, "@id");
	if (flaw.n == 0 && json_is_text(&vulnerability)) // 0.0.1
		flaw = text_of(r, item, "vulnerability");
	if (!named(text_of(r, item, "status"), words, statuses, &s.status))
		return say_refused_at(r, item, why, "a status is not_affected, affected, fixed or under_investigation");
	if (!json_is_array(&products))
		return say_refused_at(r, item, why, "a statement names its products");
	if (s.justification.n == 0)
		s.justification = text_title(r, text_of(r, item, "impact_statement"));
	if (f.modified == FACT_NO_DATE)
		f.modified = f.published != FACT_NO_DATE ? f.published : changed;
	date_newest(r, f.modified);
	f.title = text_title(r, text_of(r, &vulnerability, "description"));
	enum err e = vex_record(r, item, document, flaw, &f, &s.flaw, why);
	return e == ERR_OK && s.flaw.n > 0 ? say_products(r, &products, &s, why) : e;
}

enum err openvex_record(struct reading *r, const struct json *root, struct why *why)
{
	struct json statements = json_find(root, "statements");
	struct slice context = text_of(r, root, "@context"), id = text_of(r, root, "@id");
	enum err e = json_want_array(&statements, why);
	if (e == ERR_OK && !slice_starts_letters(context, "https://openvex.dev/ns"))
		e = json_refuse(root, why, ERR_INPUT, "the @context of an OpenVEX document begins with https://openvex.dev/ns");
	if (e == ERR_OK && (id.n == 0 || id.n > FACT_TEXT_MAX - FEED_ID_MAX - 1))
		e = json_refuse(root, why, ERR_INPUT, "a document has an @id of at most %u bytes", FACT_TEXT_MAX - FEED_ID_MAX - 1);
	if (e != ERR_OK)
		return e;
	int64_t changed = date_of(root, "last_updated");
	if (changed == FACT_NO_DATE)
		changed = date_of(root, "timestamp");
	struct slice author = author_of(text_of(r, root, "author"));
	e = say_source(r, SOURCE_OPENVEX, reading_print(r, "VEX %.*s", SLICE_ARGS(author)), author, changed, why);
	date_newest(r, changed);
	for (size_t i = 0; i < json_count(&statements) && e == ERR_OK; i++) {
		struct json item = json_item(&statements, i);
		e = openvex_statement(r, &item, id, changed, why);
	}
	return e;
}

// ---- CycloneDX

#define COMPONENTS_MAX 200000u
#define NESTING_MAX 32u

struct component {
	struct slice ref;
	struct vex_product product;
};

struct components {
	struct component *of;
	size_t n, room;
};

static bool add_component(struct reading *r, struct components *c, const struct json *item)
{
	struct json supplier = json_find(item, "supplier");
	if (c->n == c->room) {
		size_t room = c->room == 0 ? 256 : 2 * c->room;
		struct component *more = c->n < COMPONENTS_MAX ? reallocarray(c->of, room, sizeof *more) : NULL;
		if (more == NULL)
			return false;
		c->of = more;
		c->room = room;
	}
	struct component *new = &c->of[c->n];
	*new = (struct component){.ref = text_of(r, item, "bom-ref")};
	new->product = (struct vex_product){.purl = text_of(r, item, "purl"), .cpe = text_of(r, item, "cpe"), .name = text_of(r, item, "name"),
	                                    .vendor = text_of(r, &supplier, "name"), .version = text_of(r, item, "version")};
	if (new->product.vendor.n == 0)
		new->product.vendor = text_of(r, item, "group");
	c->n += new->ref.n > 0;
	return true;
}

static bool add_components(struct reading *r, struct components *c, const struct json *list, unsigned depth)
{
	bool ok = depth < NESTING_MAX;
	for (size_t i = 0; json_is_array(list) && i < json_count(list) && ok; i++) {
		struct json item = json_item(list, i), inner = json_find(&item, "components");
		ok = add_component(r, c, &item) && (inner.value == NULL || add_components(r, c, &inner, depth + 1));
	}
	return ok;
}

static int by_ref(const void *a, const void *b)
{
	return slice_compare(((const struct component *)a)->ref, ((const struct component *)b)->ref);
}

// The component a reference means: its bom-ref, the end of a BOM-Link ("urn:cdx:…#ref"), or a package URL itself.
static bool component_of(const struct components *c, struct slice ref, struct vex_product *p)
{
	if (slice_starts_letters(ref, "urn:cdx:") && slice_find(ref, '#', 0) < ref.n)
		ref = slice_part(ref, slice_find(ref, '#', 0) + 1, ref.n);
	struct component key = {.ref = ref};
	const struct component *found = c->n > 0 ? bsearch(&key, c->of, c->n, sizeof key, by_ref) : NULL;
	*p = found != NULL ? found->product : (struct vex_product){.purl = slice_starts_letters(ref, "pkg:") ? ref : (struct slice){0}};
	return found != NULL || p->purl.n > 0;
}

static enum err say_affects(struct reading *r, const struct components *c, const struct json *affects, struct vex_statement s,
                            struct why *why)
{
	static const char *const words[] = {"affected", "unaffected", "unknown", NULL};
	static const enum fact_status statuses[] = {STATUS_AFFECTED, STATUS_UNAFFECTED, STATUS_UNKNOWN};
	struct json versions = json_find(affects, "versions");
	size_t n = json_is_array(&versions) ? json_count(&versions) : 0;
	struct slice ref = text_of(r, affects, "ref");
	enum fact_status analysed = s.status;
	struct vex_product p;
	if (!component_of(c, ref, &p))
		return say_refused_at(r, affects, why, "\"%.*s\": no such component", SLICE_ARGS(text_cut(ref, 80)));
	if (n == 0)
		return vex_say(r, affects, &p, &s, why);
	enum err e = ERR_OK;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		struct json item = json_item(&versions, i);
		struct slice version = text_of(r, &item, "version"), range = text_of(r, &item, "range"), word = text_of(r, &item, "status");
		struct vex_product one = p;
		one.version = version.n > 0 ? version : range;
		one.ranged = version.n == 0;
		s.status = analysed;
		if (word.n > 0 && analysed != STATUS_INVESTIGATED && !named(word, words, statuses, &s.status))
			e = say_refused_at(r, &item, why, "a status is affected, unaffected or unknown");
		else
			e = vex_say(r, &item, &one, &s, why);
	}
	return e;
}

static enum err cyclonedx_vulnerability(struct reading *r, const struct components *c, const struct json *v, struct slice document,
                                        int64_t changed, struct why *why)
{
	static const char *const words[] = {"resolved", "resolved_with_pedigree", "exploitable", "in_triage", "false_positive",
	                                    "not_affected", NULL};
	static const enum fact_status statuses[] = {STATUS_FIXED,        STATUS_FIXED,      STATUS_AFFECTED,
	                                            STATUS_INVESTIGATED, STATUS_UNAFFECTED, STATUS_UNAFFECTED};
	struct json analysis = json_find(v, "analysis"), affects = json_find(v, "affects");
	struct slice state = text_of(r, &analysis, "state");
	struct vex_statement s = {.status = STATUS_UNKNOWN, .justification = text_of(r, &analysis, "justification")};
	struct fact_flaw f = {.published = date_of(v, "published"), .modified = date_of(v, "updated")};
	if (state.n > 0 && !named(state, words, statuses, &s.status))
		return say_refused_at(r, v, why, "\"%.*s\": no state of an analysis", SLICE_ARGS(text_cut(state, 80)));
	if (analysis.value == NULL) // a scanner's list, no statement
		return ERR_OK;
	if (s.justification.n == 0)
		s.justification = text_title(r, text_of(r, &analysis, "detail"));
	if (f.modified == FACT_NO_DATE || f.modified < changed)
		f.modified = changed;
	f.title = text_title(r, text_of(r, v, "description"));
	enum err e = vex_record(r, v, document, text_of(r, v, "id"), &f, &s.flaw, why);
	for (size_t i = 0; s.flaw.n > 0 && json_is_array(&affects) && i < json_count(&affects) && e == ERR_OK; i++) {
		struct json item = json_item(&affects, i);
		e = say_affects(r, c, &item, s, why);
	}
	return e;
}

// Who says it: the supplier or the manufacturer, else the product's name.
static struct slice cyclonedx_author(struct reading *r, const struct json *metadata, const struct json *component)
{
	static const char *const names[] = {"supplier", "manufacturer", "manufacture"};
	struct slice author = {0};
	for (size_t i = 0; i < sizeof names / sizeof *names && author.n == 0; i++) {
		struct json who = json_find(metadata, names[i]);
		author = text_of(r, &who, "name");
	}
	return author_of(author.n > 0 ? author : text_of(r, component, "name"));
}

enum err cyclonedx_record(struct reading *r, const struct json *root, struct why *why)
{
	struct json list = json_find(root, "components"), metadata = json_find(root, "metadata"), own = json_find(&metadata, "component");
	struct json vulnerabilities = json_find(root, "vulnerabilities");
	struct slice document = text_of(r, root, "serialNumber");
	struct components c = {0};
	if (!slice_is_text(text_of(r, root, "bomFormat"), "CycloneDX"))
		return json_refuse(root, why, ERR_INPUT, "bomFormat is not CycloneDX");
	if (!json_is_array(&vulnerabilities))
		return json_refuse(root, why, ERR_INPUT, "a CycloneDX document without vulnerabilities is no feed");
	struct slice author = cyclonedx_author(r, &metadata, &own);
	int64_t changed = date_of(&metadata, "timestamp");
	if (document.n == 0)
		document = author;
	bool ok = add_components(r, &c, &list, 0) && (own.value == NULL || add_component(r, &c, &own));
	enum err e = ok ? ERR_OK : json_refuse(&list, why, ERR_LIMIT, "more than %u components, or too deep", COMPONENTS_MAX);
	if (c.n > 0)
		qsort(c.of, c.n, sizeof *c.of, by_ref);
	if (e == ERR_OK)
		e = say_source(r, SOURCE_OPENVEX, reading_print(r, "VEX %.*s", SLICE_ARGS(author)), author, changed, why);
	date_newest(r, changed);
	for (size_t i = 0; i < json_count(&vulnerabilities) && e == ERR_OK; i++) {
		struct json item = json_item(&vulnerabilities, i);
		e = cyclonedx_vulnerability(r, &c, &item, text_cut(document, FEED_TITLE_MAX), changed, why);
	}
	free(c.of);
	return e;
}
