// OSV records (ossf/osv-schema 1.7), one JSON document each.
#include "feed/ecosystem.h"

#include <stdlib.h>

#define EVENTS_MAX 2000u // of one range
#define ALIASES_MAX 2048u // a kernel's advisory names some six hundred flaws
#define HELD_MAX 64u     // ranges that listed versions are held against

enum event_kind { EVENT_INTRODUCED, EVENT_FIXED, EVENT_LAST, EVENT_LIMIT };

static const char *const event_names[] = {"introduced", "fixed", "last_affected", "limit"};

struct event {
	enum event_kind kind;
	unsigned place; // in the record
	struct slice version;
};

struct order {
	enum version_scheme scheme;
	bool fails; // two versions have no order
};

struct package {
	struct reading *r;
	struct slice id, ecosystem;
	enum version_scheme scheme; // of the ecosystem
	struct event *events;       // EVENTS_MAX
	size_t fixes;
	struct slice fixed;
	bool lost;                  // something was refused: what is left must not say "unaffected"
	bool bounded;               // a range was behind its limit: of no version
};

#define LOST(p, at, why, ...) ((p)->lost = true, say_refused_at((p)->r, at, why, __VA_ARGS__))

// ---- events

static bool is_zero(struct slice version)
{
	return slice_is_text(version, "0");
}

static int by_place(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	return (x->place > y->place) - (x->place < y->place);
}

// "0" is before all others, whatever the scheme makes of it; equals stay as they stand.
static int by_version(const void *a, const void *b, void *context)
{
	const struct event *x = a, *y = b;
	struct order *o = context;
	int order = (int)is_zero(y->version) - (int)is_zero(x->version);
	if (order == 0 && !is_zero(x->version) && version_compare(o->scheme, x->version, y->version, &order, NULL) != ERR_OK)
		o->fails = true;
	return order != 0 ? order : by_place(a, b);
}

// Where the scheme has no order they stay as the record has them.
static void sort_events(struct event *events, size_t n, enum version_scheme scheme)
{
	struct order order = {.scheme = scheme};
	qsort_r(events, n, sizeof *events, by_version, &order);
	if (order.fails)
		qsort(events, n, sizeof *events, by_place);
}

// Of several limits the highest counts; "*" is none. *limit stays empty without one.
static enum err read_events(struct package *p, const struct json *range, enum version_scheme scheme, size_t *n, struct slice *limit,
                            struct why *why)
{
	bool unlimited = false;
	struct json list = json_find(range, "events");
	size_t count = json_is_array(&list) ? json_count(&list) : 0;
	*n = 0;
	*limit = (struct slice){0};
	if (count == 0 || count > EVENTS_MAX)
		return count == 0 ? LOST(p, range, why, "a range without events") : LOST(p, range, why, "more than %u events in one range", EVENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct json item = json_item(&list, i);
		struct event event = {0};
		unsigned kinds = 0;
		for (enum event_kind k = EVENT_INTRODUCED; k <= EVENT_LIMIT; k++) {
			struct slice text = text_of(p->r, &item, event_names[k]);
			if (text.n > 0)
				event = (struct event){k, (unsigned)i, text}, kinds++;
		}
		if (kinds != 1 || event.version.n > FACT_TEXT_MAX) {
			enum err e = kinds != 1 ? LOST(p, &item, why, "an event is one of introduced, fixed, last_affected and limit")
			                        : LOST(p, &item, why, "a version of more than %u bytes", FACT_TEXT_MAX);
			if (e != ERR_OK)
				return e;
		} else if (event.kind == EVENT_LIMIT) {
			int order = 1;
			unlimited = unlimited || slice_is_text(event.version, "*");
			if (limit->n == 0 || (version_compare(scheme, event.version, *limit, &order, NULL) == ERR_OK && order > 0))
				*limit = event.version;
		} else {
			p->events[(*n)++] = event;
		}
	}
	if (unlimited)
		*limit = (struct slice){0};
	return ERR_OK;
}

static enum err add(struct package *p, const struct json *at, const struct fact_range *range, struct why *why)
{
	return ranges_add(p->r, range) ? ERR_OK : LOST(p, at, why, "more than %u versions and ranges", FACT_LIST_MAX);
}

// "BeforeLimits" of the algorithm: whatever the events say, from the limit on the range says nothing.
static enum err add_below(struct package *p, const struct json *at, struct fact_range range, struct slice limit, struct why *why)
{
	int from = -1, to = 1;
	if (limit.n > 0 && range.from.n > 0 && version_compare(range.scheme, range.from, limit, &from, NULL) == ERR_OK && from >= 0) {
		p->bounded = true;
		return ERR_OK;
	}
	if (limit.n > 0 && (range.to.n == 0 || (version_compare(range.scheme, range.to, limit, &to, NULL) == ERR_OK && to >= 0))) {
		range.to = limit;
		range.closed = false;
	}
	return add(p, at, &range, why);
}

// The algorithm of the schema, "Evaluation": walked once for all versions.
static enum err unroll(struct package *p, const struct json *at, size_t n, struct slice limit, enum version_scheme scheme, struct why *why)
{
	struct fact_range range = {.status = STATUS_AFFECTED, .scheme = scheme};
	bool inside = false;
	enum err err = ERR_OK;
	sort_events(p->events, n, scheme);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		const struct event *event = &p->events[i];
		if (event->kind == EVENT_FIXED) {
			p->fixed = event->version;
			p->fixes++;
		}
		if (event->kind == EVENT_INTRODUCED && !inside)
			range.from = is_zero(event->version) ? (struct slice){0} : event->version;
		if (event->kind != EVENT_INTRODUCED && inside) {
			range.to = event->version;
			range.closed = event->kind == EVENT_LAST;
			err = add_below(p, at, range, limit, why);
		}
		inside = event->kind == EVENT_INTRODUCED;
	}
	range.to = (struct slice){0};
	range.closed = false;
	return inside && err == ERR_OK ? add_below(p, at, range, limit, why) : err;
}

static enum err read_range(struct package *p, const struct json *range, struct why *why)
{
	struct slice type = text_of(p->r, range, "type"), limit;
	enum version_scheme scheme = p->scheme;
	size_t n;
	if (slice_is_text(type, "GIT")) // commits, not versions
		return ERR_OK;
	if (slice_is_text(type, "SEMVER"))
		scheme = VERSION_SEMVER;
	else if (!slice_is_text(type, "ECOSYSTEM"))
		return LOST(p, range, why, "a range is of the type SEMVER, ECOSYSTEM or GIT");
	enum err err = read_events(p, range, scheme, &n, &limit, why);
	return err == ERR_OK ? unroll(p, range, n, limit, scheme, why) : err;
}

// ---- versions

// A listed version that a range holds already says nothing new; lists run to thousands.
static bool is_held(const struct package *p, size_t ranges, struct slice version)
{
	for (size_t i = 0; i < ranges && i < HELD_MAX; i++) {
		const struct fact_range *r = &p->r->ranges[i];
		int below = -1, above = 1;
		if (r->from.n > 0 && version_compare(r->scheme, r->from, version, &below, NULL) != ERR_OK)
			continue;
		if (r->to.n > 0 && version_compare(r->scheme, r->to, version, &above, NULL) != ERR_OK)
			continue;
		if (version_check(r->scheme, version, NULL) == ERR_OK && below <= 0 && (above > 0 || (above == 0 && r->closed)))
			return true;
	}
	return false;
}

static enum err read_versions(struct package *p, const struct json *list, struct why *why)
{
	size_t ranges = p->r->ranges_n, n = json_is_array(list) ? json_count(list) : 0;
	enum err err = ERR_OK;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct json item = json_item(list, i);
		struct slice text;
		if (json_text(&item, &text, NULL) != ERR_OK || (text = text_plain(p->r, text)).n == 0 || text.n > FACT_TEXT_MAX) {
			err = LOST(p, &item, why, "a version is a text of at most %u bytes", FACT_TEXT_MAX);
			continue;
		}
		if (is_held(p, ranges, text))
			continue;
		struct fact_range range = {.from = text, .single = true, .status = STATUS_AFFECTED, .scheme = p->scheme};
		if (p->r->ranges_n == FACT_LIST_MAX)
			return LOST(p, &item, why, "more than %u versions and ranges, the rest is left out", FACT_LIST_MAX);
		err = add(p, &item, &range, why);
	}
	return err;
}

// ---- one affected package

static bool is_negligible(struct reading *r, const struct json *affected)
{
	struct json specific = json_find(affected, "ecosystem_specific");
	return slice_is_text(text_of(r, &specific, "urgency"), "unimportant");
}

static enum err read_affected(struct package *p, const struct json *affected, struct why *why)
{
	struct json package = json_find(affected, "package"), ranges = json_find(affected, "ranges"), versions = json_find(affected, "versions");
	struct slice name = text_of(p->r, &package, "name");
	enum err err = ERR_OK;
	if (package.value == NULL) // commits of a repository alone
		return ERR_OK;
	p->ecosystem = ecosystem_of_release(text_of(p->r, &package, "ecosystem"));
	if (p->ecosystem.n == 0 || name.n == 0)
		return say_refused_at(p->r, &package, why, "a package has an ecosystem and a name");
	p->scheme = version_scheme_of_ecosystem(p->ecosystem);
	p->lost = p->bounded = false;
	p->fixed = (struct slice){0};
	p->fixes = 0;
	ranges_clear(p->r);
	for (size_t i = 0; json_is_array(&ranges) && i < json_count(&ranges) && err == ERR_OK; i++) {
		struct json range = json_item(&ranges, i);
		err = read_range(p, &range, why);
	}
	if (err == ERR_OK)
		err = read_versions(p, &versions, why);
	if (err != ERR_OK)
		return err;
	p->lost |= p->r->ranges_n == 0 && !p->bounded; // a package without versions: of which ones is not said
	struct fact f = {.kind = FACT_AFFECTED};
	f.affected = (struct fact_affected){
		.flaw = p->id,
		.names = ecosystem_has_binaries(p->ecosystem) ? NAMES_BINARY : NAMES_SOURCE,
		.ecosystem = p->ecosystem,
		.name = package_name(p->r, p->ecosystem, name),
		.otherwise = p->lost ? STATUS_UNKNOWN : STATUS_UNAFFECTED,
		.ranges = p->r->ranges,
		.ranges_n = p->r->ranges_n,
		.fixed = p->fixes == 1 ? p->fixed : (struct slice){0}, // of several, each cures its own range
		.negligible = is_negligible(p->r, affected),
	};
	return say(p->r, affected, &f, why);
}

// ---- its score

static bool numeric_score(struct reading *r, const struct json *root, struct fact_flaw *flaw)
{
	struct json specific = json_find(root, "database_specific"), cvss = json_find(&specific, "cvss"), score = json_find(&cvss, "score");
	struct slice vector = text_of(r, &cvss, "vectorString");
	double value;
	if (json_decimal(&score, 0, 10, &value, NULL) != ERR_OK || value <= 0)
		return false;
	flaw->score10 = (uint8_t)(value * 10 + 0.5);
	flaw->cvss = slice_starts_letters(vector, "CVSS:4") ? 4 : vector.n == 0 || slice_starts_letters(vector, "CVSS:3") ? 3 : 2;
	return true;
}

static void read_score(struct reading *r, const struct json *root, struct fact_flaw *flaw)
{
	struct json list = json_find(root, "severity");
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list); i++) {
		struct json item = json_item(&list, i);
		if (slice_is_text(text_of(r, &item, "type"), "CVSS_V3") && cvss3_score(text_of(r, &item, "score"), &flaw->score10)) {
			flaw->cvss = 3;
			return;
		}
	}
	numeric_score(r, root, flaw);
}

// ---- names

struct name_list {
	struct reading *r;
	struct slice of[ALIASES_MAX];
	size_t n, cves;
	bool full; // and told
};

// "CVE-2024-1000" of itself, and of what a distribution makes of it ("UBUNTU-CVE-2024-1000"); else empty.
static struct slice cve_in(struct slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if ((i == 0 || id.p[i - 1] == '-') && text_is_cve(slice_part(id, i, id.n)))
			return slice_part(id, i, id.n);
	return (struct slice){0};
}

static enum err add_name(struct name_list *names, const struct json *at, struct slice name, struct why *why)
{
	if (names->full || text_is_among(names->of, names->n, name))
		return ERR_OK;
	names->full = names->n == ALIASES_MAX;
	if (names->full)
		return say_refused_at(names->r, at, why, "more than %u names of one record, the rest is left out", ALIASES_MAX);
	names->of[names->n++] = name;
	names->cves += text_is_cve(name);
	return ERR_OK;
}

// flaws: of names that are no aliases (of what the record is about, not of it) the CVEs alone. They are what is known to be exploited;
// other ids would join records that speak of different flaws.
static enum err add_names(struct name_list *names, const struct json *root, const char *field, bool flaws, struct why *why)
{
	struct json list = json_find(root, field);
	enum err e = ERR_OK;
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && e == ERR_OK; i++) {
		struct json item = json_item(&list, i);
		struct slice text;
		bool ok = json_text(&item, &text, NULL) == ERR_OK && (text = text_plain(names->r, text)).n > 0 && text.n <= FEED_ID_MAX;
		if (!ok)
			e = say_refused_at(names->r, &item, why, "an id has 1 to %u bytes", FEED_ID_MAX);
		else if (!flaws || cve_in(text).n > 0)
			e = add_name(names, &item, flaws ? cve_in(text) : text, why);
	}
	return e;
}

// Advisories of distributions: what they name as related is what they cure. Of any other record it is a flaw that is only like it.
static bool is_advisory(struct slice id)
{
	static const char *const begin[] = {"ALSA-", "ALBA-", "ALEA-",     "DLA-",  "DSA-",  "ELA-",  "MGASA-", "OESA-",
	                                    "RHBA-", "RHEA-", "RHSA-",     "RLSA-", "RXSA-", "SUSE-", "USN-",   "openSUSE-"};
	for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
		if (slice_starts_letters(id, begin[i]))
			return true;
	return false;
}

// The record's own id and `upstream` name the flaws that a distribution's record is about (schema 1.7; before it, `related`).
static enum err read_names(struct name_list *names, const struct json *root, struct slice id, struct why *why)
{
	struct slice own = cve_in(id);
	enum err e = add_names(names, root, "aliases", false, why);
	if (e == ERR_OK && own.n > 0 && own.n < id.n)
		e = add_name(names, root, own, why);
	if (e == ERR_OK)
		e = add_names(names, root, "upstream", true, why);
	if (e == ERR_OK && names->cves == 0 && is_advisory(id))
		e = add_names(names, root, "related", true, why);
	return e;
}

// ---- the record

enum err osv_record(struct reading *r, const struct json *root, struct why *why)
{
	struct name_list names = {.r = r};
	struct slice id;
	struct json affected = json_find(root, "affected");
	struct fact f = {.kind = FACT_FLAW};
	enum err err = json_get_text(root, "id", &id, why);
	if (err != ERR_OK)
		return err;
	id = text_plain(r, id);
	if (id.n == 0 || id.n > FEED_ID_MAX)
		return json_refuse(root, why, ERR_INPUT, "an id has 1 to %u bytes", FEED_ID_MAX);
	struct slice title = text_of(r, root, "summary");
	f.flaw = (struct fact_flaw){.id = id,
	                            .title = text_title(r, title.n > 0 ? title : text_of(r, root, "details")),
	                            .published = date_of(root, "published"),
	                            .modified = date_of(root, "modified"),
	                            .rejected = json_find(root, "withdrawn").value != NULL};
	if (f.flaw.modified == FACT_NO_DATE)
		return json_refuse(root, why, ERR_INPUT, "a record has the date of its last change in `modified`");
	read_score(r, root, &f.flaw);
	err = say_usual_source(r, SOURCE_OSV, FACT_NO_DATE, why);
	date_newest(r, f.flaw.modified);
	if (err == ERR_OK)
		err = read_names(&names, root, id, why);
	f.flaw.aliases = names.of;
	f.flaw.aliases_n = names.n;
	if (err == ERR_OK)
		err = say(r, root, &f, why);
	struct package p = {.r = r, .id = id, .events = (struct event *)(void *)reading_room(r, EVENTS_MAX * sizeof(struct event))};
	if (p.events == NULL) // no memory, or this record had its share
		return r->stopped;
	for (size_t i = 0; !f.flaw.rejected && json_is_array(&affected) && i < json_count(&affected) && err == ERR_OK; i++) {
		struct json item = json_item(&affected, i);
		err = read_affected(&p, &item, why);
	}
	return err;
}
