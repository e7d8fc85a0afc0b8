// `cpeApplicability` of a CVE record (cve-schema 5.1): NVD's configurations. A configuration is a list of nodes, a node a list of
// CPE names with bounds. What is vulnerable only together with something else (AND) is restricted to it; that something is never
// affected itself.
#include "feed/cve.h"

#include "feed/ecosystem.h"
#include "product/cpe.h"

#include <stdlib.h>

#define MATCHES_MAX FACT_LIST_MAX // of one container
#define NODES_MAX 16u             // of one configuration; the public ones have two or three
#define BESIDE_MAX 8u             // names told of those that must be there besides
#define LOOK_MAX 64u              // names of a node among which a firmware's hardware is looked for

struct match {
	struct slice pattern, platform, vendor, product;
	struct slice update; // of the single version
	struct fact_range range;
	bool exclusive; // the range begins behind `from`
	bool vague;     // of which versions is not said, or not in a way that can be compared
	size_t place;
};

struct matches {
	struct reading *r;
	struct match *of;
	size_t n, room;
	bool full; // of MATCHES_MAX, and told
	bool lost; // something was refused: what is left must not say "unaffected"
};

#define LOST(m, at, why, ...) ((m)->lost = true, say_refused_at((m)->r, at, why, __VA_ARGS__))

static enum err add(struct matches *m, const struct json *at, const struct match *match, struct why *why)
{
	if (m->n == MATCHES_MAX) {
		m->full = true;
		return LOST(m, at, why, "more than %u CPE names, the rest is left out", MATCHES_MAX);
	}
	if (m->n == m->room) {
		size_t room = m->room == 0 ? 16 : 2 * m->room;
		struct match *more = reallocarray(m->of, room, sizeof *more);
		if (more == NULL)
			return why_set(why, m->r->stopped = ERR_SYSTEM, "no memory");
		m->of = more;
		m->room = room;
	}
	m->of[m->n] = *match;
	m->of[m->n].place = m->n;
	m->n++;
	return ERR_OK;
}

// ---- what must be there besides

static bool is_vulnerable(const struct json *match)
{
	struct json field = json_find(match, "vulnerable");
	bool truth = true;
	return json_bool(&field, &truth, NULL) != ERR_OK || truth;
}

static bool is_all(struct reading *r, const struct json *object)
{
	return slice_is_text(text_of(r, object, "operator"), "AND");
}

static void put_beside(struct reading *r, const struct json *node, size_t but, struct buf *names)
{
	struct json list = json_find(node, "cpeMatch");
	size_t n = json_is_array(&list) ? json_count(&list) : 0, put = 0;
	for (size_t i = 0; i < n && put <= BESIDE_MAX; i++) {
		struct json match = json_item(&list, i);
		if (i == but)
			continue;
		buf_put_text(names, names->n > 0 ? ", " : "");
		if (put++ < BESIDE_MAX)
			buf_put_slice(names, text_cut(text_of(r, &match, "criteria"), FACT_TEXT_MAX / BESIDE_MAX));
		else
			buf_put_text(names, "others");
	}
}

struct hardware {
	struct slice vendor, product; // as in the CPE
};

// What a node of a configuration says of the names of the others: made once, not for each of these.
struct node {
	struct slice beside; // its names
	struct hardware *of; // those of them that are hardware, but of AND
	size_t n;
};

struct place { // of a match
	const struct json *nodes;
	const struct node *others; // of all nodes, this one among them
	size_t node, match;
	bool all, all_of_node; // AND of the nodes; of this node's names
};

static bool add_hardware(struct reading *r, struct node *node, const struct cpe *c)
{
	struct slice vendor = reading_print(r, "%.*s", SLICE_ARGS(c->at[CPE_VENDOR]));
	struct slice product = reading_print(r, "%.*s", SLICE_ARGS(c->at[CPE_PRODUCT]));
	if (node->of == NULL)
		node->of = (struct hardware *)(void *)reading_room(r, LOOK_MAX * sizeof *node->of);
	if (node->of == NULL)
		return false;
	node->of[node->n++] = (struct hardware){vendor, product};
	return true;
}

static void read_node(struct reading *r, const struct json *item, struct node *node)
{
	struct json list = json_find(item, "cpeMatch");
	size_t n = json_is_array(&list) && !is_all(r, item) ? json_count(&list) : 0;
	struct buf names;
	*node = (struct node){.n = 0};
	buf_init(&names, 2 * FACT_TEXT_MAX);
	put_beside(r, item, SIZE_MAX, &names);
	node->beside = reading_print(r, "%.*s", SLICE_ARGS(text_cut(buf_slice(&names), FACT_TEXT_MAX)));
	buf_free(&names);
	for (size_t i = 0; i < n && i < LOOK_MAX; i++) {
		struct json match = json_item(&list, i);
		char room[CPE_MAX];
		struct cpe c;
		if (cpe_parse(text_of(r, &match, "criteria"), room, &c, NULL) == ERR_OK && slice_is_text(c.at[CPE_PART], "h") &&
		    !add_hardware(r, node, &c))
			return;
	}
}

// "x_firmware" runs on the "x" of the same vendor and on nothing else: that says no more than the name.
static bool goes_without_saying(const struct node *node, const struct cpe *of)
{
	struct slice product = of->at[CPE_PRODUCT], end = SLICE_LITERAL("_firmware");
	if (product.n <= end.n || !slice_equal(slice_part(product, product.n - end.n, end.n), end))
		return false;
	for (size_t i = 0; i < node->n; i++)
		if (slice_equal(node->of[i].vendor, of->at[CPE_VENDOR]) &&
		    slice_equal(node->of[i].product, slice_part(product, 0, product.n - end.n)))
			return true;
	return false;
}

static struct slice platform_of(struct reading *r, const struct place *p, const struct cpe *of)
{
	struct buf names;
	buf_init(&names, (NODES_MAX + 1) * 2 * FACT_TEXT_MAX);
	for (size_t i = 0; i < json_count(p->nodes); i++) {
		if (i == p->node && p->all_of_node) {
			struct json node = json_item(p->nodes, i);
			put_beside(r, &node, p->match, &names);
		} else if (i != p->node && p->all && !goes_without_saying(&p->others[i], of)) {
			buf_put_text(&names, names.n > 0 && p->others[i].beside.n > 0 ? ", " : "");
			buf_put_slice(&names, p->others[i].beside);
		}
	}
	struct slice text = reading_print(r, "%.*s", SLICE_ARGS(text_cut(buf_slice(&names), FACT_TEXT_MAX)));
	buf_free(&names);
	return text;
}

// ---- one CPE name

static bool is_wild(struct slice attribute)
{
	for (size_t i = 0; i < attribute.n; i++) {
		if (attribute.p[i] == '*' || attribute.p[i] == '?')
			return true;
		i += attribute.p[i] == '\\';
	}
	return false;
}

static void read_bounds(struct reading *r, const struct json *item, struct match *m)
{
	struct slice from = text_of(r, item, "versionStartIncluding"), behind = text_of(r, item, "versionStartExcluding");
	struct slice to = text_of(r, item, "versionEndIncluding"), below = text_of(r, item, "versionEndExcluding");
	m->exclusive = from.n == 0 && behind.n > 0;
	m->range.from = m->exclusive ? behind : from;
	m->range.closed = below.n == 0 && to.n > 0;
	m->range.to = below.n > 0 ? below : to;
	// NVD orders versions of numbers as everybody does. Of others nobody has written down how.
	bool bounded = m->range.from.n > 0 || m->range.to.n > 0;
	bool numbers = (m->range.from.n == 0 || version_is_numbers(m->range.from)) &&
	               (m->range.to.n == 0 || version_is_numbers(m->range.to));
	m->range.scheme = numbers && bounded ? VERSION_NUMBERS : VERSION_CUSTOM;
}

// The version in the name itself, where there are no bounds.
static void read_version(struct reading *r, const struct cpe *c, struct match *m)
{
	struct slice version = c->at[CPE_VERSION];
	if (slice_is_text(version, "*"))
		return;
	m->vague = slice_is_text(version, "-") || is_wild(version);
	if (m->vague)
		return;
	m->range.from = cpe_text(r, version);
	m->range.single = true;
	m->range.scheme = version_is_numbers(m->range.from) ? VERSION_NUMBERS : VERSION_CUSTOM;
	m->update = cpe_text(r, c->at[CPE_UPDATE]);
}

static enum err read_match(struct matches *m, const struct json *item, const struct place *p, struct why *why)
{
	struct match match = {.range = {.status = STATUS_AFFECTED}};
	char room[CPE_MAX];
	struct cpe c;
	if (!is_vulnerable(item) || m->full)
		return ERR_OK;
	if (cpe_parse(text_of(m->r, item, "criteria"), room, &c, NULL) != ERR_OK || !cpe_names_product(&c))
		return LOST(m, item, why, "criteria is no CPE that names a product");
	read_bounds(m->r, item, &match);
	if (match.range.from.n > FACT_TEXT_MAX || match.range.to.n > FACT_TEXT_MAX)
		return LOST(m, item, why, "a version of more than %u bytes", FACT_TEXT_MAX);
	bool bounded = match.range.from.n > 0 || match.range.to.n > 0;
	if (!bounded)
		read_version(m->r, &c, &match);
	match.pattern = cpe_pattern(m->r, &c, !bounded);
	match.platform = platform_of(m->r, p, &c);
	match.vendor = cpe_text(m->r, c.at[CPE_VENDOR]);
	match.product = cpe_text(m->r, c.at[CPE_PRODUCT]);
	return add(m, item, &match, why);
}

static bool is_negated(const struct json *object)
{
	struct json field = json_find(object, "negate");
	bool truth = false;
	return json_bool(&field, &truth, NULL) == ERR_OK && truth;
}

static enum err read_configuration(struct matches *m, const struct json *configuration, struct why *why)
{
	struct json nodes = json_find(configuration, "nodes");
	struct node others[NODES_MAX];
	struct place p = {.nodes = &nodes, .others = others, .all = is_all(m->r, configuration)};
	bool negated = is_negated(configuration);
	enum err e = ERR_OK;
	if (!json_is_array(&nodes) || json_count(&nodes) > NODES_MAX)
		return LOST(m, configuration, why, "a configuration is a list of at most %u nodes", NODES_MAX);
	for (size_t i = 0; i < json_count(&nodes); i++) {
		struct json node = json_item(&nodes, i);
		negated |= is_negated(&node);
		if (p.all)
			read_node(m->r, &node, &others[i]);
	}
	if (negated) // what is affected by not being there cannot be said of an inventory
		return LOST(m, configuration, why, "negate is not computed");
	for (p.node = 0; p.node < json_count(&nodes) && e == ERR_OK; p.node++) {
		struct json node = json_item(&nodes, p.node), list = json_find(&node, "cpeMatch");
		p.all_of_node = is_all(m->r, &node);
		if (!json_is_array(&list))
			e = LOST(m, &node, why, "a node is a list of cpeMatch");
		for (p.match = 0; json_is_array(&list) && p.match < json_count(&list) && e == ERR_OK; p.match++) {
			struct json item = json_item(&list, p.match);
			e = read_match(m, &item, &p, why);
		}
	}
	return e;
}

// ---- what is said: a statement for each name and what it is restricted to

static int by_name(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	int order = slice_compare(x->pattern, y->pattern);
	order = order != 0 ? order : slice_compare(x->platform, y->platform);
	order = order != 0 ? order : (int)x->exclusive - (int)y->exclusive;
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool same_statement(const struct match *x, const struct match *y)
{
	return slice_equal(x->pattern, y->pattern) && slice_equal(x->platform, y->platform);
}

// A range behind 1.0 is preceded by 1.0 itself, not affected: unless another such range may hold it.
static bool put_match(struct reading *r, const struct match *m, bool alone)
{
	struct fact_range start = {.from = m->range.from, .single = true, .scheme = m->range.scheme,
	                           .status = alone ? STATUS_UNAFFECTED : STATUS_UNKNOWN};
	return (!m->exclusive || ranges_add(r, &start)) && ranges_add(r, &m->range) && ranges_add_update(r, &m->range, m->update);
}

static enum err say_group(struct container *c, struct matches *m, const struct json *at, const struct match *of, size_t n,
                          struct why *why)
{
	struct fact_affected f = {.flaw = c->id, .names = NAMES_CPE, .name = of->pattern, .platform = of->platform};
	bool ok = true, unknown = m->lost;
	size_t exclusive = 0;
	if (cve_is_told(c->told, of->pattern))
		return ERR_OK;
	bool named = cve_product(c, of->vendor, of->product) != NULL; // before the ranges: it needs their room
	ranges_clear(m->r);
	for (size_t i = 0; i < n; i++) {
		exclusive += of[i].exclusive;
		unknown |= of[i].vague;
	}
	for (size_t i = 0; i < n && ok; i++)
		ok = of[i].vague || put_match(m->r, &of[i], exclusive == 1);
	f.otherwise = unknown || !ok ? STATUS_UNKNOWN : STATUS_UNAFFECTED;
	f.ranges = m->r->ranges;
	f.ranges_n = m->r->ranges_n;
	enum err e = ok ? ERR_OK : say_refused_at(m->r, at, why, "more than %u version entries, the rest is left out", FACT_LIST_MAX);
	if (e == ERR_OK)
		e = cve_say(c, at, &f, why);
	cve_add_told(c->told, of->pattern);
	if (e != ERR_OK || named)
		return e;
	f.names = NAMES_PRODUCT;
	f.vendor = of->vendor;
	f.name = of->product;
	f.platform = of->platform.n > 0 ? of->platform : cpe_qualifiers(m->r, of->pattern);
	return cve_say(c, at, &f, why);
}

enum err cve_applicability(struct container *c, const struct json *container, struct why *why)
{
	struct json list = json_find(container, "cpeApplicability");
	struct matches m = {.r = c->r};
	enum err e = ERR_OK;
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && e == ERR_OK; i++) {
		struct json configuration = json_item(&list, i);
		e = read_configuration(&m, &configuration, why);
	}
	if (m.n > 0)
		qsort(m.of, m.n, sizeof *m.of, by_name);
	for (size_t i = 0, end; i < m.n && e == ERR_OK; i = end) {
		for (end = i + 1; end < m.n && same_statement(&m.of[i], &m.of[end]);)
			end++;
		e = say_group(c, &m, &list, m.of + i, end - i, why);
	}
	free(m.of);
	return e;
}
