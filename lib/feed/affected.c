// `affected` of a CVE record: products, packages, CPEs, platforms, and whose versions hold for them.
#include "feed/cve.h"

#include "feed/ecosystem.h"
#include "product/cpe.h"

#define CPES_MAX 256u // products named by one affected entry

static enum err say_affected(struct container *c, const struct json *at, struct fact_affected a, struct why *why)
{
	a.flaw = c->id;
	a.ranges = c->r->ranges;
	a.ranges_n = c->r->ranges_n;
	return cve_say(c, at, &a, why);
}

static bool read_cpe(const struct json *item, char room[static CPE_MAX], struct cpe *c, struct why *refusal)
{
	struct slice text;
	if (json_text(item, &text, refusal) != ERR_OK)
		return false;
	if (cpe_parse(slice_trim(text), room, c, refusal) == ERR_OK && cpe_names_product(c))
		return true;
	char rule[WHY_MAX];
	memcpy(rule, refusal->text, sizeof rule);
	json_refuse(item, refusal, ERR_INPUT, "%s", rule[0] != 0 ? rule : "names no product");
	return false;
}

struct cpe_names {
	struct slice of[CPES_MAX];
	size_t at[CPES_MAX], n; // where in the list
};

// Several CPEs of one product, one for each version, are one name: the versions stand in the version list. An update stays where that has
// no end. besides: also those of which who comes first has said versions. quiet: refusals have been told.
static enum err read_cpes(struct container *c, const struct json *entry, bool update, bool besides, bool quiet, struct cpe_names *names,
                          struct why *why)
{
	struct json cpes = json_find(entry, "cpes");
	size_t n = json_is_array(&cpes) ? json_count(&cpes) : 0;
	enum err err = ERR_OK;
	names->n = 0;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json item = json_item(&cpes, i);
		struct cpe cpe;
		struct why refusal = {""};
		char room[CPE_MAX];
		if (!read_cpe(&item, room, &cpe, &refusal)) {
			err = quiet ? ERR_OK : say_refused(c->r, &refusal, why);
			continue;
		}
		struct slice name = cpe_pattern(c->r, &cpe, update);
		if (text_is_among(names->of, names->n, name) || (!besides && cve_is_told(c->told, name)))
			continue;
		if (names->n == CPES_MAX)
			return quiet ? ERR_OK : say_refused_at(c->r, &cpes, why, "more than %u products in one entry, the rest is left out", CPES_MAX);
		names->at[names->n] = i;
		names->of[names->n++] = name;
	}
	return err;
}

static enum err say_cpes(struct container *c, const struct json *entry, const struct cpe_names *names, enum fact_status otherwise,
                         struct why *why)
{
	struct json cpes = json_find(entry, "cpes");
	enum err err = ERR_OK;
	for (size_t i = 0; i < names->n && err == ERR_OK && c->r->room == ROOM_LEFT; i++) {
		struct json item = json_item(&cpes, names->at[i]);
		err = say_affected(c, &item, (struct fact_affected){.names = NAMES_CPE, .name = names->of[i], .otherwise = otherwise}, why);
	}
	return err;
}

static void add_told(struct container *c, const struct cpe_names *names)
{
	for (size_t i = 0; i < names->n && !c->indexed; i++)
		cve_add_told(c->told, names->of[i]);
}

// "Windows, Linux": at most FACT_TEXT_MAX bytes; what does not fit makes another statement.
static enum err say_on_platforms(struct container *c, const struct json *entry, struct fact_affected a, const struct slice *platforms,
                                 size_t n, struct why *why)
{
	struct buf joined;
	enum err err = ERR_OK;
	buf_init(&joined, FACT_TEXT_MAX);
	for (size_t i = 0; i <= n && err == ERR_OK; i++) {
		if (i == n || joined.n + platforms[i].n + 2 > FACT_TEXT_MAX) {
			a.platform = buf_slice(&joined);
			if (joined.n > 0 || n == 0)
				err = say_affected(c, entry, a, why);
			buf_clear(&joined);
		}
		if (i < n) {
			buf_put_text(&joined, joined.n > 0 ? ", " : "");
			buf_put_slice(&joined, text_cut(platforms[i], FACT_TEXT_MAX / 2));
		}
	}
	buf_free(&joined);
	return err;
}

#define PLATFORMS_MAX 256u

struct platforms {
	struct slice exact[PLATFORMS_MAX], other[PLATFORMS_MAX]; // ecosystems; as given
	size_t exacts, others;
};

static enum err read_platforms(struct container *c, const struct json *entry, struct platforms *p, struct why *why)
{
	struct json list = json_find(entry, "platforms");
	size_t n = json_is_array(&list) ? json_count(&list) : 0;
	p->exacts = p->others = 0;
	for (size_t i = 0; i < n; i++) {
		struct json item = json_item(&list, i);
		struct slice text, ecosystem = {0};
		if (json_text(&item, &text, NULL) != ERR_OK || text_says_nothing(text = text_plain(c->r, text)))
			continue;
		if (c->indexed)
			ecosystem = ecosystem_of_codename(c->r, c->author, text);
		if (c->indexed && ecosystem.n == 0)
			ecosystem = ecosystem_of_cpe(c->r, text);
		if (ecosystem.n > 0 && p->exacts < PLATFORMS_MAX && !text_is_among(p->exact, p->exacts, ecosystem))
			p->exact[p->exacts++] = ecosystem;
		else if (ecosystem.n == 0 && p->others < PLATFORMS_MAX)
			p->other[p->others++] = text;
		else if (ecosystem.n == 0 || p->exacts == PLATFORMS_MAX)
			return say_refused_at(c->r, &item, why, "more than %u platforms, the rest is left out", PLATFORMS_MAX);
	}
	return ERR_OK;
}

// Where every CPE of the entry says more than the product ("for WordPress", "the enterprise edition"), the product's name alone is not
// sure to mean it.
static void add_qualifiers(struct container *c, const struct json *entry, struct platforms *p)
{
	struct json cpes = json_find(entry, "cpes");
	size_t n = json_is_array(&cpes) ? json_count(&cpes) : 0, before = p->others;
	for (size_t i = 0; i < n; i++) {
		struct json item = json_item(&cpes, i);
		struct cpe cpe;
		struct why refusal = {""};
		char room[CPE_MAX];
		if (!read_cpe(&item, room, &cpe, &refusal))
			continue;
		struct slice words = cpe_qualifiers(c->r, cpe_pattern(c->r, &cpe, !cve_is_bounded(c->r)));
		if (words.n == 0) {
			p->others = before;
			return;
		}
		if (p->others < PLATFORMS_MAX && !text_is_among(p->other, p->others, words))
			p->other[p->others++] = words;
	}
}

// A package of a collection whose packages have a name of their own.
static enum err say_package(struct container *c, const struct json *entry, struct slice package, struct slice collection,
                            enum fact_status otherwise, struct why *why)
{
	struct fact_affected a = {.names = NAMES_SOURCE, .name = package, .otherwise = otherwise};
	struct json cpes = json_find(entry, "cpes");
	struct slice said[PLATFORMS_MAX];
	size_t n = 0;
	a.ecosystem = ecosystem_of_collection(collection);
	a.name = package_name(c->r, a.ecosystem, package);
	if (a.ecosystem.n > 0)
		return say_affected(c, entry, a, why);
	enum err err = ERR_OK;
	for (size_t i = 0; json_is_array(&cpes) && i < json_count(&cpes) && err == ERR_OK; i++) {
		struct json item = json_item(&cpes, i);
		struct slice text;
		if (json_text(&item, &text, NULL) != ERR_OK)
			continue;
		a.ecosystem = ecosystem_of_cpe(c->r, text);
		if (a.ecosystem.n == 0 || text_is_among(said, n, a.ecosystem))
			continue;
		if (n == PLATFORMS_MAX)
			return say_refused_at(c->r, &item, why, "more than %u releases, the rest is left out", PLATFORMS_MAX);
		said[n++] = a.ecosystem;
		err = say_affected(c, entry, a, why);
	}
	return err;
}

static bool is_repository(struct slice collection)
{
	return slice_starts_letters(collection, "https://access.redhat.com/downloads/content/package-browser");
}

static enum err say_product(struct container *c, const struct json *entry, struct fact_affected a, struct why *why)
{
	struct platforms p;
	enum err err = read_platforms(c, entry, &p, why);
	for (size_t i = 0; i < p.exacts && err == ERR_OK; i++) {
		struct fact_affected package = {.names = NAMES_BINARY, .ecosystem = p.exact[i], .name = a.name, .otherwise = a.otherwise};
		err = say_affected(c, entry, package, why);
	}
	if (err != ERR_OK || (p.exacts > 0 && p.others == 0))
		return err;
	if (p.others == 0)
		add_qualifiers(c, entry, &p);
	return say_on_platforms(c, entry, a, p.other, p.others, why);
}

static enum version_scheme scheme_behind(const struct container *c, struct slice collection)
{
	if (c->indexed && (slice_is_text(c->author, "debian") || slice_is_text(c->author, "canonical")))
		return VERSION_DEB;
	return version_scheme_of_ecosystem(ecosystem_of_collection(collection));
}

enum after { AFTER_NOBODY, AFTER_CNA, BESIDES_CNA }; // what is left to say of an ADP's entry: all; nothing; its own versions, too

// The versions of all entries from this one on that are about its product, for the CPEs of an ADP's entry.
static enum err say_of_cna(struct container *c, const struct json *entry, const struct cve_product *of, struct why *why)
{
	struct cpe_names names[2]; // without the update, for versions with an end; with it
	enum err e = read_cpes(c, entry, false, false, false, &names[0], why);
	if (e == ERR_OK)
		e = read_cpes(c, entry, true, false, true, &names[1], why);
	if (names[0].n == 0 && names[1].n == 0)
		return e;
	for (size_t i = 0; i <= of->behind && e == ERR_OK && c->r->room == ROOM_LEFT; i++) {
		const struct cpe_names *its = &names[!of[i].bounded];
		if (its->n == 0) { // looked at: counts all the same
			e = cve_count(c, 0) ? ERR_OK : say_full(c->r, entry, why);
			continue;
		}
		ranges_set(c->r, of[i].ranges, of[i].ranges_n);
		e = say_cpes(c, entry, its, of[i].otherwise, why);
		add_told(c, its);
	}
	return e;
}

// An ADP's entry about a product of which the CNA says versions: these hold for the CPEs that the ADP adds to it. Its own ranges count
// besides where they have an order and all that the CNA says has none.
static enum err say_after_cna(struct container *c, const struct json *entry, struct slice vendor, struct slice product, enum after *after,
                              struct why *why)
{
	const struct cve_product *of = c->cna != NULL && !text_says_nothing(product) ? cve_product(c, vendor, product) : NULL;
	enum fact_status otherwise;
	*after = of != NULL ? AFTER_CNA : AFTER_NOBODY;
	enum err e = of != NULL ? say_of_cna(c, entry, of, why) : ERR_OK;
	if (e != ERR_OK || of == NULL || !of->loose)
		return e;
	struct entries own = {.r = c->r, .quiet = true};
	e = cve_versions(c, entry, &own, &otherwise, why);
	if (e == ERR_OK && cve_has_order(c->r))
		*after = BESIDES_CNA;
	return e;
}

// The entry's CPEs, of the versions in the ranges.
static enum err say_own_cpes(struct container *c, const struct json *entry, const struct entries *e, enum fact_status otherwise,
                             bool besides, struct why *why)
{
	struct cpe_names names;
	enum err err = read_cpes(c, entry, !cve_is_bounded(c->r), besides, besides, &names, why);
	if (err == ERR_OK)
		err = say_cpes(c, entry, &names, otherwise, why);
	if (cve_is_computable(c->r, e, otherwise))
		add_told(c, &names);
	return err;
}

enum err cve_affected(struct container *c, const struct json *entry, struct why *why)
{
	struct reading *r = c->r;
	struct slice vendor = text_of(r, entry, "vendor"), product = text_of(r, entry, "product");
	struct slice package = text_of(r, entry, "packageName"), collection = text_of(r, entry, "collectionURL");
	struct entries e = {.r = r};
	struct fact_affected a = {.names = NAMES_PRODUCT, .vendor = vendor, .name = product};
	bool packaged = package.n > 0 && collection.n > 0, names = !text_says_nothing(product);
	if (!json_is_object(entry))
		return say_refused_at(r, entry, why, "an affected entry is an object");
	if (cve_is_told_by_versions(c, entry, vendor, product))
		return ERR_OK;
	enum after after;
	enum err err = say_after_cna(c, entry, vendor, product, &after, why);
	if (err != ERR_OK || after == AFTER_CNA)
		return err;
	// The collection's own order holds for its packages alone: read the list with it, then without.
	enum version_scheme behind = scheme_behind(c, collection);
	if (packaged) {
		e.scheme = is_repository(collection) ? VERSION_RPM : behind;
		err = cve_versions(c, entry, &e, &a.otherwise, why);
		if (err == ERR_OK)
			err = say_package(c, entry, package, collection, a.otherwise, why);
	}
	// In a repository of a distribution the product is the distribution: it is not affected by every flaw of its packages.
	if (err != ERR_OK || (packaged && is_repository(collection)))
		return err;
	if (!packaged || behind != VERSION_CUSTOM) {
		e = (struct entries){.r = r, .scheme = packaged ? VERSION_CUSTOM : behind, .quiet = packaged};
		err = cve_versions(c, entry, &e, &a.otherwise, why);
	}
	if (err == ERR_OK && names)
		err = say_product(c, entry, a, why);
	return err == ERR_OK ? say_own_cpes(c, entry, &e, a.otherwise, after == BESIDES_CNA, why) : err;
}
