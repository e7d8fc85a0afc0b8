// The entries of a record's lists by the product that they are about, with what they say of its versions: so that those of one list need
// not be read again for each of another.
#include "feed/cve.h"

#include "product/cpe.h"

#include <stdlib.h>

enum err cve_versions(struct container *c, const struct json *entry, struct entries *e, enum fact_status *otherwise,
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

bool cve_is_computable(const struct reading *r, const struct entries *e, enum fact_status otherwise)
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

bool cve_has_order(const struct reading *r)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (!r->ranges[i].single && r->ranges[i].scheme != VERSION_CUSTOM)
			return true;
	return false;
}

bool cve_is_bounded(const struct reading *r)
{
	for (size_t i = 0; i < r->ranges_n; i++)
		if (!r->ranges[i].single && r->ranges[i].to.n > 0)
			return true;
	return false;
}

// As names are held against each other. False: too long to be anybody's, or no room.
static bool fold(struct reading *r, struct slice text, struct slice *folded)
{
	char room[2 * FACT_TEXT_MAX];
	if (!product_fold(text, room, sizeof room, folded))
		return false;
	char *p = reading_room(r, folded->n);
	if (p != NULL)
		memcpy(p, room, folded->n);
	folded->p = (const uint8_t *)p;
	return p != NULL;
}

static int by_name(const struct cve_product *x, const struct cve_product *y)
{
	int order = slice_compare(x->vendor, y->vendor);
	return order != 0 ? order : slice_compare(x->name, y->name);
}

static int by_product(const void *a, const void *b)
{
	const struct cve_product *x = a, *y = b;
	int order = by_name(x, y);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

// What an entry says of versions; false: nothing that can be compared.
static bool take_versions(struct container *c, const struct json *entry, struct cve_product *p)
{
	struct entries e = {.r = c->r, .quiet = true}; // told when the entry itself is read
	struct why refusal;
	if (cve_versions(c, entry, &e, &p->otherwise, &refusal) != ERR_OK || !cve_is_computable(c->r, &e, p->otherwise))
		return false;
	struct fact_range *own = (struct fact_range *)(void *)reading_room(c->r, c->r->ranges_n * sizeof *own);
	if (own == NULL)
		return false;
	if (c->r->ranges_n > 0)
		memcpy(own, c->r->ranges, c->r->ranges_n * sizeof *own);
	p->ranges = own;
	p->ranges_n = c->r->ranges_n;
	p->bounded = cve_is_bounded(c->r);
	p->loose = is_loose(c->r);
	return true;
}

static bool take_name(struct container *c, const struct json *entry, struct cve_product *p)
{
	return fold(c->r, text_of(c->r, entry, "vendor"), &p->vendor) && fold(c->r, text_of(c->r, entry, "product"), &p->name);
}

static bool is_git(const struct json *entry)
{
	struct json versions = json_find(entry, "versions");
	size_t n = json_is_array(&versions) ? json_count(&versions) : 0;
	for (size_t i = 0; i < n; i++) {
		struct json v = json_item(&versions, i);
		struct slice type = {0};
		if (json_get_text(&v, "versionType", &type, NULL) != ERR_OK || !slice_same_letters(type, SLICE_LITERAL("git")))
			return false;
	}
	return n > 0;
}

static void make_products(struct container *c, const struct json *list, bool versions, struct cve_products *t)
{
	size_t n = json_is_array(list) ? json_count(list) : 0;
	*t = (struct cve_products){.of = (struct cve_product *)(void *)reading_room(c->r, n * sizeof *t->of), .made = true};
	for (size_t i = 0; i < n && t->of != NULL && c->r->room == ROOM_LEFT; i++) {
		struct json entry = json_item(list, i);
		struct cve_product p = {.place = i};
		if (take_name(c, &entry, &p) && (versions ? take_versions(c, &entry, &p) : !is_git(&entry)))
			t->of[t->n++] = p;
	}
	if (t->n > 0)
		qsort(t->of, t->n, sizeof *t->of, by_product);
	for (size_t i = t->n; i-- > 1;)
		if (by_name(&t->of[i - 1], &t->of[i]) == 0) {
			t->of[i - 1].behind = t->of[i].behind + 1;
			t->of[i - 1].loose &= t->of[i].loose;
		}
}

// The first entry about that product; NULL: none.
static const struct cve_product *find_product(struct container *c, const struct cve_products *t, struct slice vendor, struct slice name)
{
	struct cve_product key = {0};
	size_t low = 0, high = t->n;
	if (t->n == 0 || !fold(c->r, vendor, &key.vendor) || !fold(c->r, name, &key.name))
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_product(&t->of[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->n && by_name(&t->of[low], &key) == 0 ? &t->of[low] : NULL;
}

const struct cve_product *cve_product(struct container *c, struct slice vendor, struct slice product)
{
	struct cve_products *t = &c->told->versions;
	if (!t->made)
		make_products(c, c->cna != NULL ? c->cna : c->affected, true, t);
	return find_product(c, t, vendor, product);
}

// Commits say nothing of a version. Where another entry of the list has the same product by versions, this one is left out.
bool cve_is_told_by_versions(struct container *c, const struct json *entry, struct slice vendor, struct slice product)
{
	struct cve_products *t = &c->told->not_git;
	if (!is_git(entry))
		return false;
	if (!t->made)
		make_products(c, c->affected, false, t);
	return find_product(c, t, vendor, product) != NULL;
}
