// CVE JSON 5.0 to 5.2 records (cve-schema), also as the payload of a line of an indexer's ndjson.
#include "feed/cve.h"

#include "feed/ecosystem.h"
#include "product/cpe.h"

#define GIT_MAX 1000u // entries of a list that are held against each other
#define CPES_MAX 256u // products named by one affected entry

struct container {
	struct reading *r;
	struct slice id;
	const struct json *affected; // the list, for a look at its other entries
	struct slice author;         // short name of who says it
	bool indexed;                // of an indexer, which names a distribution's packages as products
};

// ---- scores

static bool score_of(const struct json *metric, const char *name, uint8_t *score10)
{
	struct json cvss = json_find(metric, name), score = json_find(&cvss, "baseScore");
	double value;
	if (json_decimal(&score, 0, 10, &value, NULL) != ERR_OK)
		return false;
	*score10 = (uint8_t)(value * 10 + 0.5);
	return true;
}

static bool container_score(const struct json *container, struct fact_flaw *flaw)
{
	static const struct {
		const char *name;
		uint8_t cvss;
	} order[] = {{"cvssV4_0", 4}, {"cvssV3_1", 3}, {"cvssV3_0", 3}, {"cvssV2_0", 2}};
	struct json metrics = json_find(container, "metrics");
	size_t n = json_is_array(&metrics) ? json_count(&metrics) : 0;
	for (size_t o = 0; o < sizeof order / sizeof *order; o++)
		for (size_t i = 0; i < n; i++) {
			struct json metric = json_item(&metrics, i);
			if (score_of(&metric, order[o].name, &flaw->score10)) {
				flaw->cvss = order[o].cvss;
				return true;
			}
		}
	return false;
}

// ---- one affected entry

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

static bool list_has(const struct slice *list, size_t n, struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_equal(list[i], text))
			return true;
	return false;
}

// Several CPEs of one product, one for each version, are one name: the versions stand in the version list.
static enum err say_cpes(struct container *c, const struct json *entry, enum fact_status otherwise, struct why *why)
{
	struct json cpes = json_find(entry, "cpes");
	size_t n = json_is_array(&cpes) ? json_count(&cpes) : 0, said = 0;
	struct slice names[CPES_MAX];
	struct buf product;
	enum err err = ERR_OK;
	buf_init(&product, CPE_MAX);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json item = json_item(&cpes, i);
		struct slice text;
		struct cpe cpe;
		struct why refusal;
		char room[CPE_MAX];
		if (json_text(&item, &text, &refusal) != ERR_OK) {
			err = say_refused(c->r, &refusal, why);
			continue;
		}
		if (cpe_parse(slice_trim(text), room, &cpe, &refusal) != ERR_OK) {
			err = say_refused_at(c->r, &item, why, "%s", refusal.text);
			continue;
		}
		if (!cpe_names_product(&cpe)) {
			err = say_refused_at(c->r, &item, why, "names no product");
			continue;
		}
		buf_clear(&product);
		cpe_product(&cpe, &product);
		if (list_has(names, said, buf_slice(&product)))
			continue;
		if (said == CPES_MAX) {
			err = say_refused_at(c->r, &cpes, why, "more than %u products in one entry, the rest is left out", CPES_MAX);
			break;
		}
		names[said] = reading_print(c->r, "%.*s", SLICE_ARGS(buf_slice(&product)));
		struct fact_affected a = {.names = NAMES_CPE, .name = names[said++], .otherwise = otherwise};
		err = say_affected(c, &item, a, why);
	}
	buf_free(&product);
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
	for (size_t i = 0; json_is_array(&cpes) && i < json_count(&cpes) && n < PLATFORMS_MAX && err == ERR_OK; i++) {
		struct json item = json_item(&cpes, i);
		struct slice text;
		if (json_text(&item, &text, NULL) != ERR_OK)
			continue;
		a.ecosystem = ecosystem_of_cpe(c->r, text);
		if (a.ecosystem.n == 0 || list_has(said, n, a.ecosystem))
			continue;
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
	return say_on_platforms(c, entry, a, p.other, p.others, why);
}

static enum version_scheme scheme_behind(const struct container *c, struct slice collection)
{
	if (c->indexed && (slice_is_text(c->author, "debian") || slice_is_text(c->author, "canonical")))
		return VERSION_DEB;
	return version_scheme_of_ecosystem(ecosystem_of_collection(collection));
}

static enum err read_affected(struct container *c, const struct json *entry, struct why *why)
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
	enum err err = ERR_OK;
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
		struct entries again = {.r = r, .scheme = packaged ? VERSION_CUSTOM : behind, .quiet = packaged};
		err = entry_versions(c, entry, &again, &a.otherwise, why);
	}
	if (err == ERR_OK && names)
		err = say_product(c, entry, a, why);
	return err == ERR_OK ? say_cpes(c, entry, a.otherwise, why) : err;
}

static enum err read_container(struct reading *r, const struct json *container, struct slice id, bool indexed, struct why *why)
{
	struct json list = json_find(container, "affected"), provider = json_find(container, "providerMetadata");
	struct container c = {.r = r, .id = id, .affected = &list, .author = text_of(r, &provider, "shortName"), .indexed = indexed};
	enum err err = ERR_OK;
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && err == ERR_OK; i++) {
		struct json entry = json_item(&list, i);
		err = read_affected(&c, &entry, why);
	}
	return err;
}

// ---- the record

// The title, else the beginning of the English description.
static struct slice title_of(struct reading *r, const struct json *container)
{
	struct slice title = text_of(r, container, "title"), text;
	struct json list = json_find(container, "descriptions");
	for (size_t i = 0; title.n == 0 && json_is_array(&list) && i < json_count(&list); i++) {
		struct json d = json_item(&list, i);
		if (text_starts(text_of(r, &d, "lang"), "en") && json_get_text(&d, "value", &text, NULL) == ERR_OK)
			title = text;
	}
	return text_title(r, title);
}

static enum err read_head(const struct json *record, struct fact_flaw *flaw, struct why *why)
{
	struct json type = json_find(record, "dataType"), version = json_find(record, "dataVersion"), meta = json_find(record, "cveMetadata");
	struct json id = json_find(&meta, "cveId"), state = json_find(&meta, "state");
	struct slice text;
	enum err e = json_want_object(record, why);
	if (e == ERR_OK)
		e = json_text(&type, &text, why);
	if (e == ERR_OK && !slice_is_text(text, "CVE_RECORD"))
		e = json_refuse(&type, why, ERR_INPUT, "is not CVE_RECORD");
	if (e == ERR_OK)
		e = json_text(&version, &text, why);
	if (e == ERR_OK && (text.n < 2 || memcmp(text.p, "5.", 2) != 0))
		e = json_refuse(&version, why, ERR_INPUT, "%.*s is no version 5 of the record format", (int)(text.n < 20 ? text.n : 20), text.p);
	if (e == ERR_OK)
		e = json_text(&id, &flaw->id, why);
	if (e == ERR_OK && !text_is_cve(flaw->id))
		e = json_refuse(&id, why, ERR_INPUT, "is no CVE identifier");
	if (e == ERR_OK)
		e = json_text(&state, &text, why);
	flaw->rejected = e == ERR_OK && slice_is_text(text, "REJECTED");
	if (e == ERR_OK && !flaw->rejected && !slice_is_text(text, "PUBLISHED"))
		e = json_refuse(&state, why, ERR_INPUT, "a state is PUBLISHED or REJECTED");
	flaw->published = date_of(&meta, "datePublished");
	flaw->modified = date_of(&meta, flaw->rejected && json_find(&meta, "dateUpdated").value == NULL ? "dateRejected" : "dateUpdated");
	return e;
}

static enum err read_record(struct reading *r, const struct json *record, bool indexed, struct why *why)
{
	struct fact_flaw flaw = {0};
	struct json containers = json_find(record, "containers"), cna = json_find(&containers, "cna"), adp = json_find(&containers, "adp");
	size_t adps = json_is_array(&adp) ? json_count(&adp) : 0;
	enum err err = read_head(record, &flaw, why);
	if (err == ERR_OK)
		err = json_want_object(&containers, why);
	if (err != ERR_OK)
		return err;
	flaw.title = title_of(r, &cna);
	bool scored = container_score(&cna, &flaw);
	for (size_t i = 0; i < adps && !scored; i++) {
		struct json container = json_item(&adp, i);
		scored = container_score(&container, &flaw);
	}
	// What an indexer made of records is a source of its own: it must not take the place of the records themselves.
	err = indexed ? say_source(r, SOURCE_CVE, SLICE_LITERAL("CVE indexer"), (struct slice){0}, FACT_NO_DATE, why)
	              : say_usual_source(r, SOURCE_CVE, FACT_NO_DATE, why);
	date_newest(r, flaw.modified);
	if (err == ERR_OK)
		err = say(r, record, &(struct fact){.kind = FACT_FLAW, .flaw = flaw}, why);
	if (err == ERR_OK && !flaw.rejected)
		err = read_container(r, &cna, flaw.id, false, why);
	for (size_t i = 0; i < adps && !flaw.rejected && err == ERR_OK; i++) {
		struct json container = json_item(&adp, i);
		err = read_container(r, &container, flaw.id, indexed, why);
	}
	return err;
}

enum err cve_record(struct reading *r, const struct json *root, struct why *why)
{
	struct json payload = json_find(root, "payload"), type = json_find(&payload, "dataType");
	if (payload.value == NULL)
		return read_record(r, root, false, why);
	// The indexer keeps its own tables in the same file: lines that hold no record.
	return type.value == NULL ? ERR_OK : read_record(r, &payload, true, why);
}
