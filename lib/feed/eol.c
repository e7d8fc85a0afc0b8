// End-of-life data of endoflife.date: its API v1 (/products/full), and a file of the fields of its product pages.
//
//     API    {"result": [{name, label, aliases, category, identifiers: [{type, id}], releases: [{name, eolFrom, isEol, …}]}]}
//     file   {"source": "… 2026-08-22", "products": {name: {title, category, identifiers: [{cpe: …}], releases: [{releaseCycle, eol, …}]}}}
#include "feed/reading.h"

#include <stdio.h>

#define NAMES_MAX 256u // further names and identifiers of one product

static const char *const paths[] = {"source", "generated", "generated_at", "last_modified", "result[]", "products.*"};
enum { PATH_SOURCE, PATH_GENERATED, PATH_GENERATED_AT, PATH_LAST_MODIFIED, PATH_RESULT, PATH_PRODUCTS };

// ---- days

// A field that is a date, or a plain yes or no.
static bool day_of(const struct json *release, const char *name, struct fact_day *day)
{
	struct json field = json_find(release, name);
	struct slice text;
	bool truth;
	*day = (struct fact_day){.is = DAY_NONE, .day = FACT_NO_DATE};
	if (field.value == NULL)
		return true;
	if (json_bool(&field, &truth, NULL) == ERR_OK) {
		day->is = truth ? DAY_YES : DAY_NO;
		return true;
	}
	if (json_text(&field, &text, NULL) != ERR_OK)
		return false;
	day->day = date_of_text(text);
	day->is = DAY_DATE;
	return day->day != FACT_NO_DATE;
}

// The API has two fields for each: since when, and whether today. The day says more.
static bool day_of_api(const struct json *release, const char *from, const char *is, struct fact_day *day)
{
	return day_of(release, from, day) && (day->is != DAY_NONE || day_of(release, is, day));
}

static const char *read_days(const struct json *release, bool api, struct fact_cycle *c)
{
	static const struct {
		const char *field, *from, *is;
		size_t at;
	} days[] = {
		{"eol", "eolFrom", "isEol", offsetof(struct fact_cycle, eol)},
		{"eoas", "eoasFrom", "isEoas", offsetof(struct fact_cycle, eoas)},
		{"eoes", "eoesFrom", "isEoes", offsetof(struct fact_cycle, eoes)},
		{"discontinued", "discontinuedFrom", "isDiscontinued", offsetof(struct fact_cycle, discontinued)},
		{"lts", "ltsFrom", "isLts", offsetof(struct fact_cycle, lts)},
	};
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct fact_day *day = (struct fact_day *)(void *)((char *)c + days[i].at);
		if (!(api ? day_of_api(release, days[i].from, days[i].is, day) : day_of(release, days[i].field, day)))
			return days[i].field;
	}
	return NULL;
}

// ---- cycles

// Labels of the pages carry places to fill: "__RELEASE_CYCLE__ (__CODENAME__)".
static struct slice filled(struct reading *r, struct slice label, struct slice cycle, struct slice codename)
{
	static const char *const places[] = {"__RELEASE_CYCLE__", "__CODENAME__"};
	const struct slice with[] = {cycle, codename};
	struct buf out;
	buf_init(&out, FACT_TEXT_MAX);
	for (size_t at = 0; at < label.n;) {
		size_t p = 0;
		while (p < 2 && !slice_starts(slice_part(label, at, label.n), places[p]))
			p++;
		if (p < 2)
			buf_put_slice(&out, with[p]);
		else
			buf_put_u8(&out, label.p[at]);
		at += p < 2 ? strlen(places[p]) : 1;
	}
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(buf_slice(&out)));
	buf_free(&out);
	return text_cut(text, FEED_TITLE_MAX);
}

static enum err say_cycle(struct reading *r, const struct json *release, struct slice product, bool api, struct why *why)
{
	struct fact f = {.kind = FACT_CYCLE};
	struct json latest = json_find(release, "latest");
	struct fact_cycle *c = &f.cycle;
	c->product = product;
	c->cycle = text_of(r, release, api ? "name" : "releaseCycle");
	c->codename = text_title(r, text_of(r, release, "codename"));
	c->label = filled(r, text_of(r, release, api ? "label" : "releaseLabel"), c->cycle, c->codename);
	c->latest = api ? text_of(r, &latest, "name") : text_of(r, release, "latest");
	c->released = date_of(release, "releaseDate");
	c->latest_released = api ? date_of(&latest, "date") : date_of(release, "latestReleaseDate");
	const char *bad = read_days(release, api, c);
	if (bad != NULL)
		return say_refused_at(r, release, why, "%.*s: %s is neither a date nor true or false", SLICE_ARGS(text_cut(product, 80)), bad);
	return say(r, release, &f, why);
}

// ---- products

struct name_list {
	struct reading *r;
	struct slice list[NAMES_MAX];
	size_t n, lost;
};

static void add_name(struct name_list *n, const char *kind, struct slice text)
{
	struct slice name = text.n > 0 && n->n < NAMES_MAX ? reading_print(n->r, "%s:%.*s", kind, SLICE_ARGS(text)) : (struct slice){0};
	if (name.n > 0)
		n->list[n->n++] = name;
	else
		n->lost += text.n > 0;
}

static void read_aliases(struct name_list *n, const struct json *list)
{
	for (size_t i = 0; json_is_array(list) && i < json_count(list); i++) {
		struct json item = json_item(list, i);
		struct slice text;
		if (json_text(&item, &text, NULL) != ERR_OK)
			continue;
		text = text_plain(n->r, text);
		add_name(n, "alias", text.n > 0 && text.p[0] == '/' ? slice_part(text, 1, text.n) : text); // "/debian": a page's address
	}
}

static void read_identifiers(struct name_list *n, const struct json *list)
{
	static const char *const kinds[] = {"cpe", "purl", "repology"};
	for (size_t i = 0; json_is_array(list) && i < json_count(list); i++) {
		struct json item = json_item(list, i);
		struct slice type = text_of(n->r, &item, "type");
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			add_name(n, kinds[k], slice_is_text(type, kinds[k]) ? text_of(n->r, &item, "id") : text_of(n->r, &item, kinds[k]));
	}
}

static enum err say_product(struct reading *r, const struct json *product, struct slice name, bool api, uint64_t offset, struct why *why)
{
	struct name_list names = {.r = r};
	struct json aliases = json_find(product, api ? "aliases" : "alternate_urls"), identifiers = json_find(product, "identifiers");
	struct json releases = json_find(product, "releases");
	struct fact f = {.kind = FACT_PRODUCT};
	if (name.n == 0 || name.n > FACT_TEXT_MAX || !json_is_array(&releases))
		return say_refused_at(r, NULL, why, "byte %llu: a product has a name and a list of releases", (unsigned long long)offset);
	read_aliases(&names, &aliases);
	read_identifiers(&names, &identifiers);
	f.product = (struct fact_product){.name = name, .title = text_title(r, text_of(r, product, api ? "label" : "title")),
	                                  .category = text_of(r, product, "category"), .names = names.list, .names_n = names.n};
	enum err e = say(r, product, &f, why);
	if (names.lost > 0 && e == ERR_OK)
		e = say_refused_at(r, product, why, "%.*s: %zu of its names and identifiers are left out: more than %u, or longer than %u bytes",
		                   SLICE_ARGS(text_cut(name, 80)), names.lost, NAMES_MAX, FACT_TEXT_MAX);
	for (size_t i = 0; i < json_count(&releases) && e == ERR_OK; i++) {
		struct json release = json_item(&releases, i);
		e = say_cycle(r, &release, name, api, why);
	}
	return e;
}

static void take_date(struct reading *r, const struct json *value)
{
	struct slice text;
	if (json_text(value, &text, NULL) != ERR_OK)
		return;
	size_t at = text.n; // the last word: a source may name its commit before its day
	while (at > 0 && text.p[at - 1] != ' ')
		at--;
	int64_t date = date_of_text(slice_part(text, at, text.n));
	r->stated = date > r->stated ? date : r->stated;
}

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct reading *r = context;
	bool api = part->part == PATH_RESULT;
	reading_next(r);
	if (part->part < PATH_RESULT) {
		take_date(r, &part->value);
		return ERR_OK;
	}
	enum err e = say_usual_source(r, SOURCE_EOL, r->stated, why);
	if (e != ERR_OK)
		return e;
	struct slice name = api ? text_of(r, &part->value, "name") : text_plain(r, part->star[0]);
	return say_product(r, &part->value, name, api, part->offset, why);
}

const struct parts eol_parts = {paths, sizeof paths / sizeof *paths, take};
