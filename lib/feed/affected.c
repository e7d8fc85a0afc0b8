// `affected` of a CVE record: products, packages, CPEs, platforms, and whose versions hold for them.
#include "feed/cve.h"

#include "feed/ecosystem.h"
#include "product/cpe.h"

#define GIT_MAX 1000u // entries of a list that are held against each other
#define CPES_MAX 256u // products named by one affected entry

static enum err entry_versions(struct container *c, const struct json *entry, struct entries *e, enum fact_status *otherwise,
                               struct why *why)
{
	struct json versions = json_find(entry, "versions");
	size_t n = json_is_array(&versions) ? json_count(&versions) : 0;
	struct slice word = text_of(c->r, entry, "defaultStatus");
	enum err err = ERR_OK;
	*otherwise = STATUS_UNKNOWN;
	if (word.n > 0 && !status_of(word, otherwise) && !e->quiet)
		err = say_refused_at(c->r, entry, why, "a default status is affected, unaffected or unknown");
	ranges_clear(c->r);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json v = json_item(&versions, i);
		err = cve_version(e, &v, why);
	}
	if (e->lost && *otherwise == STATUS_UNAFFECTED)
		*otherwise = STATUS_UNKNOWN;
	return err;
}

static enum err say_affected(struct container *c, const struct json *at, struct fact_affected a, struct why *why)
{
	a.flaw = c->id;
	a.ranges = c->r->ranges;
	a.ranges_n = c->r->ranges_n;
	return say(c->r, at, &(struct fact){.kind = FACT_AFFECTED, .affected = a}, why);
}

// Can a version be held against what has been read into the ranges?
static bool is_computable(const struct reading *r, const struct entries *e, enum fact_status otherwise)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (r->ranges[i].scheme == VERSION_CUSTOM && !r->ranges[i].single && (r->ranges[i].from.n > 0 || r->ranges[i].to.n > 0))
			return false;
	return !e->lost && (r->ranges_n > 0 || otherwise != STATUS_UNKNOWN);
}

// Nothing but singles that have no order: equal to a version or not, and mute about its neighbours.
static bool is_loose(const struct reading *r)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (!r->ranges[i].single || r->ranges[i].scheme != VERSION_CUSTOM)
			return false;
	return r->ranges_n > 0;
}

static bool has_order(const struct reading *r)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (!r->ranges[i].single && r->ranges[i].scheme != VERSION_CUSTOM)
			return true;
	return false;
}

// Versions up to an end: a CPE's own version and update are then one of them, or the last.
static bool is_bounded(const struct reading *r)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (!r->ranges[i].single && r->ranges[i].to.n > 0)
			return true;
	return false;
}

static bool list_has(const struct slice *list, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_equal(list[i], text))
			return true;
	return false;
}

bool cve_is_told(const struct told_names *t, struct slice pattern)
{
	return list_has(t->of, t->before, pattern);
}

void cve_add_told(struct told_names *t, struct slice pattern)
{
	if (t->n < CVE_TOLD_MAX && !list_has(t->of, t->n, pattern))
		t->of[t->n++] = pattern;
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

// Several CPEs of one product, one for each version, are one name: the versions stand in the version list.
// besides: also of those of which who comes first has said versions.
static enum err say_cpes(struct container *c, const struct json *entry, enum fact_status otherwise, bool computable, bool besides,
                         struct why *why)
{
	struct json cpes = json_find(entry, "cpes");
	size_t n = json_is_array(&cpes) ? json_count(&cpes) : 0, said = 0;
	struct slice names[CPES_MAX];
	enum err err = ERR_OK;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json item = json_item(&cpes, i);
		struct cpe cpe;
		struct why refusal = {""};
		char room[CPE_MAX];
		if (!read_cpe(&item, room, &cpe, &refusal)) {
			err = say_refused(c->r, &refusal, why);
			continue;
		}
		struct slice name = cpe_pattern(c->r, &cpe, !is_bounded(c->r));
		if (list_has(names, said, name) || (!besides && cve_is_told(c->told, name)))
			continue;
		if (said == CPES_MAX) {
			err = say_refused_at(c->r, &cpes, why, "more than %u products in one entry, the rest is left out", CPES_MAX);
			break;
		}
		names[said++] = name;
		err = say_affected(c, &item, (struct fact_affected){.names = NAMES_CPE, .name = name, .otherwise = otherwise}, why);
	}
	for (size_t i = 0; i < said && computable && !c->indexed; i++)
		cve_add_told(c->told, names[i]);
	return err;
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
		if (ecosystem.n > 0 && p->exacts < PLATFORMS_MAX && !list_has(p->exact, p->exacts, ecosystem))
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
		struct slice words = cpe_qualifiers(c->r, cpe_pattern(c->r, &cpe, !is_bounded(c->r)));
		if (words.n == 0) {
			p->others = before;
			return;
		}
		if (p->others < PLATFORMS_MAX && !list_has(p->other, p->others, words))
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
		if (a.ecosystem.n == 0 || list_has(said, n, a.ecosystem))
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
	return text_starts(collection, "https://access.redhat.com/downloads/content/package-browser");
}

static bool is_git(const struct json *entry)
{
	struct json versions = json_find(entry, "versions");
	size_t n = json_is_array(&versions) ? json_count(&versions) : 0;
	for (size_t i = 0; i < n; i++) {
		struct json v = json_item(&versions, i);
		struct slice type = {0};
		if (json_get_text(&v, "versionType", &type, NULL) != ERR_OK || !text_same(type, "git"))
			return false;
	}
	return n > 0;
}

// Commits say nothing of a version. Where another entry of the list has the same product by versions, this one is left out.
static bool is_told_by_versions(const struct container *c, const struct json *entry, struct slice vendor, struct slice product)
{
	struct slice v, p;
	if (json_count(c->affected) > GIT_MAX || !is_git(entry))
		return false;
	for (size_t i = 0; i < json_count(c->affected); i++) {
		struct json other = json_item(c->affected, i);
		v = text_of(c->r, &other, "vendor");
		p = text_of(c->r, &other, "product");
		if (other.value != entry->value && slice_equal(v, vendor) && slice_equal(p, product) && !is_git(&other))
			return true;
	}
	return false;
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

static bool same_name(struct slice a, struct slice b)
{
	struct buf x, y;
	buf_init(&x, 2 * FACT_TEXT_MAX);
	buf_init(&y, 2 * FACT_TEXT_MAX);
	product_fold(a, &x);
	product_fold(b, &y);
	bool same = buf_status(&x) == ERR_OK && buf_status(&y) == ERR_OK && slice_equal(buf_slice(&x), buf_slice(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

// The next entry of the CNA's list, from *at on, that names this product and gives versions that can be compared: they are then in the
// ranges.
static bool next_of_cna(struct container *c, const struct json *list, size_t *at, struct slice vendor, struct slice product,
                        enum fact_status *otherwise)
{
	size_t n = json_is_array(list) && json_count(list) <= GIT_MAX ? json_count(list) : 0;
	while (*at < n) {
		struct json entry = json_item(list, (*at)++);
		struct entries e = {.r = c->r, .quiet = true};
		struct why refusal;
		if (!same_name(text_of(c->r, &entry, "vendor"), vendor) || !same_name(text_of(c->r, &entry, "product"), product))
			continue;
		if (entry_versions(c, &entry, &e, otherwise, &refusal) == ERR_OK && is_computable(c->r, &e, *otherwise))
			return true;
	}
	return false;
}

bool cve_tells_product(struct container *c, struct slice vendor, struct slice product)
{
	enum fact_status otherwise;
	return next_of_cna(c, c->cna != NULL ? c->cna : c->affected, &(size_t){0}, vendor, product, &otherwise);
}

enum after { AFTER_NOBODY, AFTER_CNA, BESIDES_CNA }; // what is left to say of an ADP's entry: all; nothing; its own versions, too

// An ADP's entry about a product of which the CNA says versions: these hold for the CPEs that the ADP adds to it. Its own ranges count
// besides where they have an order and all that the CNA says has none.
static enum err say_after_cna(struct container *c, const struct json *entry, struct slice vendor, struct slice product, enum after *after,
                              struct why *why)
{
	enum fact_status otherwise;
	enum err e = ERR_OK;
	bool loose = true;
	*after = AFTER_NOBODY;
	if (c->cna == NULL || json_count(c->affected) > GIT_MAX || text_says_nothing(product))
		return ERR_OK;
	for (size_t at = 0; e == ERR_OK && next_of_cna(c, c->cna, &at, vendor, product, &otherwise);) {
		*after = AFTER_CNA;
		loose &= is_loose(c->r);
		e = say_cpes(c, entry, otherwise, true, false, why);
	}
	if (e != ERR_OK || *after == AFTER_NOBODY || !loose)
		return e;
	struct entries own = {.r = c->r, .quiet = true};
	e = entry_versions(c, entry, &own, &otherwise, why);
	if (e == ERR_OK && has_order(c->r))
		*after = BESIDES_CNA;
	return e;
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
	if (is_told_by_versions(c, entry, vendor, product))
		return ERR_OK;
	enum after after;
	enum err err = say_after_cna(c, entry, vendor, product, &after, why);
	if (err != ERR_OK || after == AFTER_CNA)
		return err;
	// The collection's own order holds for its packages alone: read the list with it, then without.
	enum version_scheme behind = scheme_behind(c, collection);
	if (packaged) {
		e.scheme = is_repository(collection) ? VERSION_RPM : behind;
		err = entry_versions(c, entry, &e, &a.otherwise, why);
		if (err == ERR_OK)
			err = say_package(c, entry, package, collection, a.otherwise, why);
	}
	// In a repository of a distribution the product is the distribution: it is not affected by every flaw of its packages.
	if (err != ERR_OK || (packaged && is_repository(collection)))
		return err;
	if (!packaged || behind != VERSION_CUSTOM) {
		e = (struct entries){.r = r, .scheme = packaged ? VERSION_CUSTOM : behind, .quiet = packaged};
		err = entry_versions(c, entry, &e, &a.otherwise, why);
	}
	if (err == ERR_OK && names)
		err = say_product(c, entry, a, why);
	return err == ERR_OK ? say_cpes(c, entry, a.otherwise, is_computable(r, &e, a.otherwise), after == BESIDES_CNA, why) : err;
}
