// CSAF 2.0 documents, the VEX profile included: what the product tree names, and what each vulnerability says of it.
#include "feed/vex.h"

#include <stdlib.h>

#define PRODUCTS_MAX 500000u
#define REASONS_MAX 1000000u
#define GROUPS_MAX 1000u
#define BRANCHES_MAX 32u // inside each other
#define RELATIONS_MAX 32u // relationships that lead from one product to the next

struct product {
	struct slice id;
	struct vex_product is;
};

struct tree {
	struct reading *r;
	struct product *of; // sorted by id once all are there
	size_t n, room, sorted;
};

struct path { // the branches that lead to a product
	struct slice vendor, name, version;
	bool ranged;
};

// ---- the product tree

static bool add(struct tree *t, struct slice id, const struct vex_product *is)
{
	if (id.n == 0)
		return true; // no statement can mean it
	if (t->n == t->room) {
		size_t room = t->room == 0 ? 256 : 2 * t->room;
		struct product *more = t->n < PRODUCTS_MAX ? reallocarray(t->of, room, sizeof *more) : NULL;
		if (more == NULL)
			return false;
		t->of = more;
		t->room = room;
	}
	t->of[t->n++] = (struct product){id, *is};
	return true;
}

// A full product name, with the branches above it. One without branches is known by its whole name.
static bool add_full_name(struct tree *t, const struct json *full, const struct path *path)
{
	struct json helper = json_find(full, "product_identification_helper");
	struct vex_product p = {.purl = text_of(t->r, &helper, "purl"), .cpe = text_of(t->r, &helper, "cpe"), .vendor = path->vendor,
	                        .name = path->name, .version = path->version, .ranged = path->ranged};
	if (p.name.n == 0)
		p.name = text_of(t->r, full, "name");
	return add(t, text_of(t->r, full, "product_id"), &p);
}

static bool add_branches(struct tree *t, const struct json *list, struct path path, unsigned depth)
{
	bool ok = depth < BRANCHES_MAX;
	for (size_t i = 0; json_is_array(list) && i < json_count(list) && ok; i++) {
		struct json branch = json_item(list, i), inner = json_find(&branch, "branches"), full = json_find(&branch, "product");
		struct slice category = text_of(t->r, &branch, "category"), name = text_of(t->r, &branch, "name");
		struct path here = path;
		if (slice_is_text(category, "vendor")) {
			here.vendor = name;
		} else if (slice_is_text(category, "product_name")) {
			here.name = name;
		} else if (slice_starts_letters(category, "product_version")) {
			here.version = name;
			here.ranged = slice_is_text(category, "product_version_range");
		}
		ok = (full.value == NULL || add_full_name(t, &full, &here)) &&
		     (inner.value == NULL || add_branches(t, &inner, here, depth + 1));
	}
	return ok;
}

static int by_id(const void *a, const void *b)
{
	return slice_compare(((const struct product *)a)->id, ((const struct product *)b)->id);
}

static void sort(struct tree *t)
{
	if (t->n > 0)
		qsort(t->of, t->n, sizeof *t->of, by_id);
	t->sorted = t->n;
}

static const struct product *find(const struct tree *t, struct slice id)
{
	struct product key = {.id = id};
	return t->sorted > 0 ? bsearch(&key, t->of, t->sorted, sizeof key, by_id) : NULL;
}

static const char *const related[] = {"product_reference", "relates_to_product_reference"};

// What a part of `whole` is restricted to, besides what restricts the two already: a package of a module of a release.
static struct slice platform_of(struct reading *r, const struct vex_product *part, const struct vex_product *whole)
{
	struct slice name = whole->cpe.n > 0 ? whole->cpe : whole->name.n > 0 ? whole->name : whole->purl;
	const struct slice all[] = {part->platform, name, whole->platform};
	struct buf out;
	buf_init(&out, 4 * FACT_TEXT_MAX);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		buf_put_text(&out, out.n > 0 && all[i].n > 0 ? ", " : "");
		buf_put_slice(&out, text_cut(all[i], FACT_TEXT_MAX));
	}
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(text_cut(buf_slice(&out), FACT_TEXT_MAX)));
	buf_free(&out);
	return text;
}

// "openssl as a component of RHEL 9": the component, restricted to what it is a part of. False: one of the two is not known (yet).
static bool add_relationship(struct tree *t, const struct json *item, bool *ok)
{
	struct json full = json_find(item, "full_product_name");
	const struct product *part = find(t, text_of(t->r, item, related[0])), *whole = find(t, text_of(t->r, item, related[1]));
	if (part == NULL || whole == NULL)
		return false;
	struct vex_product p = part->is;
	p.platform = platform_of(t->r, &part->is, &whole->is);
	p.release = whole->is.cpe.n > 0 ? whole->is.cpe : whole->is.release.n > 0 ? whole->is.release : p.release;
	*ok = add(t, text_of(t->r, &full, "product_id"), &p);
	return true;
}

static enum err refuse_relationships(struct tree *t, const struct json *list, const bool *done, bool *ok, struct why *why)
{
	struct tree open = {.r = t->r}; // what they would have named
	enum err e = ERR_OK;
	for (size_t i = 0; i < json_count(list) && *ok; i++) {
		struct json item = json_item(list, i), full = json_find(&item, "full_product_name");
		*ok = done[i] || add(&open, text_of(t->r, &full, "product_id"), &(struct vex_product){0});
	}
	sort(&open);
	for (size_t i = 0; i < json_count(list) && e == ERR_OK; i++) {
		struct json item = json_item(list, i), field;
		size_t f = find(t, text_of(t->r, &item, related[0])) == NULL ? 0 : 1; // what is not known, or was not before the last round
		if (done[i])
			continue;
		field = json_find(&item, related[f]);
		const struct json *at = field.value != NULL ? &field : &item;
		struct slice id = text_of(t->r, &item, related[f]);
		if (find(t, id) == NULL && find(&open, id) == NULL)
			e = say_refused_at(t->r, at, why, "no such product in the product tree");
		else
			e = say_refused_at(t->r, at, why, "leads back to itself, to what is refused, or over more than %u relationships",
			                   RELATIONS_MAX);
	}
	free(open.of);
	return e;
}

// In whatever order they stand: one whose products another relationship names waits for that one.
static enum err add_relationships(struct tree *t, const struct json *list, bool *ok, struct why *why)
{
	size_t n = json_is_array(list) ? json_count(list) : 0, left = n;
	bool *done = calloc(n + 1, sizeof *done);
	*ok = done != NULL;
	for (size_t round = 0, before = n + 1; round < RELATIONS_MAX && left > 0 && left < before && *ok; round++) {
		before = left;
		for (size_t i = 0; i < n && *ok; i++) {
			struct json item = json_item(list, i);
			if (!done[i] && add_relationship(t, &item, ok))
				done[i] = true, left--;
		}
		sort(t);
	}
	enum err e = left > 0 && *ok ? refuse_relationships(t, list, done, ok, why) : ERR_OK;
	free(done);
	return e;
}

static enum err read_tree(struct tree *t, const struct json *root, struct why *why)
{
	struct json tree = json_find(root, "product_tree"), branches = json_find(&tree, "branches");
	struct json names = json_find(&tree, "full_product_names"), relationships = json_find(&tree, "relationships");
	bool ok = add_branches(t, &branches, (struct path){0}, 0);
	for (size_t i = 0; json_is_array(&names) && i < json_count(&names) && ok; i++) {
		struct json full = json_item(&names, i);
		ok = add_full_name(t, &full, &(struct path){0});
	}
	sort(t);
	enum err e = ok ? add_relationships(t, &relationships, &ok, why) : ERR_OK;
	if (e != ERR_OK || ok)
		return e;
	return json_refuse(&tree, why, ERR_LIMIT, "more than %u products, or branches deeper than %u", PRODUCTS_MAX, BRANCHES_MAX);
}

// ---- what a vulnerability says

// Why products are not affected: of each the first reason that names it.
struct reason {
	struct slice product, text;
	size_t place;
};

struct reasons {
	struct reading *r;
	const struct json *groups;
	struct reason *of; // sorted by product
	size_t n, room;
};

static bool add_reasons(struct reasons *l, const struct json *object, struct slice text)
{
	struct json ids = json_find(object, "product_ids");
	for (size_t i = 0; json_is_array(&ids) && i < json_count(&ids); i++) {
		struct json item = json_item(&ids, i);
		struct slice id;
		if (json_text(&item, &id, NULL) != ERR_OK)
			continue;
		if (l->n == l->room) {
			size_t room = l->room == 0 ? 256 : 2 * l->room;
			struct reason *more = l->n < REASONS_MAX ? reallocarray(l->of, room, sizeof *more) : NULL;
			if (more == NULL)
				return false;
			l->of = more;
			l->room = room;
		}
		l->of[l->n] = (struct reason){text_plain(l->r, id), text, l->n};
		l->n++;
	}
	return true;
}

// Those of an object, by its products and by its groups.
static bool add_object(struct reasons *l, const struct json *object, struct slice text)
{
	struct json ids = json_find(object, "group_ids");
	size_t groups = json_is_array(l->groups) ? json_count(l->groups) : 0, n = json_is_array(&ids) ? json_count(&ids) : 0;
	bool ok = groups <= GROUPS_MAX && n <= GROUPS_MAX && add_reasons(l, object, text);
	for (size_t i = 0; i < n && ok; i++)
		for (size_t g = 0; g < groups && ok; g++) {
			struct json id = json_item(&ids, i), group = json_item(l->groups, g);
			struct slice name;
			if (json_text(&id, &name, NULL) == ERR_OK && slice_equal(text_plain(l->r, name), text_of(l->r, &group, "group_id")))
				ok = add_reasons(l, &group, text);
		}
	return ok;
}

static int by_product(const void *a, const void *b)
{
	const struct reason *x = a, *y = b;
	int order = slice_compare(x->product, y->product);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

// Flags first; else what a threat of the category impact says.
static bool read_reasons(struct reasons *l, const struct json *v)
{
	struct json flags = json_find(v, "flags"), threats = json_find(v, "threats");
	bool ok = true;
	for (size_t i = 0; json_is_array(&flags) && i < json_count(&flags) && ok; i++) {
		struct json flag = json_item(&flags, i);
		ok = add_object(l, &flag, text_of(l->r, &flag, "label"));
	}
	for (size_t i = 0; json_is_array(&threats) && i < json_count(&threats) && ok; i++) {
		struct json threat = json_item(&threats, i);
		if (slice_is_text(text_of(l->r, &threat, "category"), "impact"))
			ok = add_object(l, &threat, text_title(l->r, text_of(l->r, &threat, "details")));
	}
	if (l->n > 0)
		qsort(l->of, l->n, sizeof *l->of, by_product);
	return ok;
}

static struct slice reason_of(const struct reasons *l, struct slice product)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (slice_compare(l->of[middle].product, product) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n && slice_equal(l->of[low].product, product) ? l->of[low].text : (struct slice){0};
}

static enum err say_status(struct tree *t, const struct reasons *reasons, const struct json *list, struct vex_statement s, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; json_is_array(list) && i < json_count(list) && e == ERR_OK; i++) {
		struct json item = json_item(list, i);
		struct slice id;
		const struct product *p = json_text(&item, &id, NULL) == ERR_OK ? find(t, text_plain(t->r, id)) : NULL;
		if (p == NULL) {
			e = say_refused_at(t->r, &item, why, "no such product in the product tree");
			continue;
		}
		s.justification = s.status == STATUS_UNAFFECTED ? reason_of(reasons, p->id) : (struct slice){0};
		e = vex_say(t->r, &item, &p->is, &s, why);
	}
	return e;
}

static enum err say_statuses(struct tree *t, const struct json *root, const struct json *v, struct slice flaw, struct why *why)
{
	static const struct {
		const char *name;
		enum fact_status status;
		bool from_here;
	} lists[] = {
		{"known_affected", STATUS_AFFECTED, false},       {"first_affected", STATUS_AFFECTED, false},
		{"last_affected", STATUS_AFFECTED, false},        {"known_not_affected", STATUS_UNAFFECTED, false},
		{"fixed", STATUS_FIXED, false},                   {"first_fixed", STATUS_FIXED, true},
		{"under_investigation", STATUS_INVESTIGATED, false},
	};
	struct json status = json_find(v, "product_status"), tree = json_find(root, "product_tree");
	struct json groups = json_find(&tree, "product_groups");
	struct reasons reasons = {.r = t->r, .groups = &groups};
	enum err e = ERR_OK;
	if (!read_reasons(&reasons, v))
		e = say_refused_at(t->r, v, why, "more than %u reasons or %u groups: not all justifications are kept", REASONS_MAX, GROUPS_MAX);
	for (size_t i = 0; i < sizeof lists / sizeof *lists && e == ERR_OK; i++) {
		struct json list = json_find(&status, lists[i].name);
		struct vex_statement s = {.flaw = flaw, .status = lists[i].status, .from_here = lists[i].from_here};
		e = say_status(t, &reasons, &list, s, why);
	}
	free(reasons.of);
	return e;
}

// The highest of the scores: which product has which is not kept.
static void read_scores(const struct json *v, struct fact_flaw *f)
{
	static const struct {
		const char *name;
		uint8_t cvss;
	} kinds[] = {{"cvss_v2", 2}, {"cvss_v3", 3}, {"cvss_v4", 4}};
	struct json scores = json_find(v, "scores");
	for (size_t i = 0; json_is_array(&scores) && i < json_count(&scores); i++) {
		struct json item = json_item(&scores, i);
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			struct json cvss = json_find(&item, kinds[k].name), score = json_find(&cvss, "baseScore");
			double value;
			if (json_decimal(&score, 0, 10, &value, NULL) != ERR_OK)
				continue;
			uint8_t score10 = (uint8_t)(value * 10 + 0.5);
			if (kinds[k].cvss > f->cvss || (kinds[k].cvss == f->cvss && score10 > f->score10)) {
				f->cvss = kinds[k].cvss;
				f->score10 = score10;
			}
		}
	}
}

static enum err read_vulnerability(struct tree *t, const struct json *root, const struct json *v, struct slice document, int64_t published,
                                   int64_t changed, struct why *why)
{
	struct json ids = json_find(v, "ids");
	struct slice flaw = text_of(t->r, v, "cve"), id;
	struct fact_flaw f = {.published = published, .modified = changed, .title = text_title(t->r, text_of(t->r, v, "title"))};
	if (flaw.n == 0 && json_is_array(&ids) && json_count(&ids) > 0) {
		struct json first = json_item(&ids, 0);
		flaw = text_of(t->r, &first, "text");
	}
	read_scores(v, &f);
	enum err e = vex_record(t->r, v, document, flaw, &f, &id, why);
	return e == ERR_OK && id.n > 0 ? say_statuses(t, root, v, id, why) : e;
}

enum err csaf_record(struct reading *r, const struct json *root, struct why *why)
{
	struct json document = json_find(root, "document"), tracking = json_find(&document, "tracking");
	struct json publisher = json_find(&document, "publisher"), list = json_find(root, "vulnerabilities");
	struct slice id = text_of(r, &tracking, "id"), version = text_of(r, &document, "csaf_version");
	struct slice author = text_cut(text_of(r, &publisher, "name"), FEED_TITLE_MAX);
	int64_t changed = date_of(&tracking, "current_release_date"), published = date_of(&tracking, "initial_release_date");
	struct tree t = {.r = r};
	if (!slice_is_text(version, "2.0") && !slice_is_text(version, "2.1"))
		return json_refuse(&document, why, ERR_INPUT, "csaf_version is not 2.0");
	if (id.n == 0 || id.n > FACT_TEXT_MAX - FEED_ID_MAX - 1 || author.n == 0 || changed == FACT_NO_DATE)
		return json_refuse(&document, why, ERR_INPUT, "a document has a publisher, a tracking id and the date of its current release");
	enum err e = read_tree(&t, root, why);
	if (e == ERR_OK)
		e = say_source(r, SOURCE_CSAF, reading_print(r, "CSAF %.*s", SLICE_ARGS(author)), author, changed, why);
	date_newest(r, changed);
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && e == ERR_OK; i++) {
		struct json v = json_item(&list, i);
		e = read_vulnerability(&t, root, &v, id, published, changed, why);
	}
	free(t.of);
	return e;
}
