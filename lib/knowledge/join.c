// Names joined into flaws. A record's id and its aliases are one flaw, across records; but two CVEs are never one: a record that lists
// several stays a flaw of its own and takes over what is known of their exploitation. Ties go to the source's kind (CVE, then OSV, then
// the others), its name, and the id.
#include "knowledge/building.h"

#include <stdlib.h>

struct node {
	uint32_t parent, text;
	uint32_t cve;  // of a root: node + 1 of the CVE in its set; 0: none
	uint32_t best; // of a root: node + 1 of the name it goes by
	uint32_t flaw; // of a root
	bool stated;   // some record's id, not an alias alone
};

struct join {
	struct knowledge_build *b;
	struct intern ids;     // text reference -> value: node + 1
	struct intern digests; // {flaw, digest} -> value: 1, it counts already
	struct buf nodes;
};

#define NODES(j) ((struct node *)(void *)(j)->nodes.p)
#define NODE_COUNT(j) ((j)->nodes.n / sizeof(struct node))

static bool is_cve(const struct knowledge_build *b, uint32_t text)
{
	struct slice s = intern_bytes(&b->strings, text);
	return s.n > 4 && slice_starts(s, "CVE-");
}

static uint32_t node_of(struct join *j, uint32_t text)
{
	uint32_t ref = build_intern(j->b, &j->ids, slice_of(&text, sizeof text));
	uint32_t *value = intern_value(&j->ids, ref);
	if (*value == 0) {
		struct node n = {.parent = (uint32_t)NODE_COUNT(j), .text = text};
		n.cve = is_cve(j->b, text) ? n.parent + 1 : 0;
		*value = n.parent + 1;
		build_append(j->b, &j->nodes, &n, sizeof n);
	}
	return *value - 1;
}

static uint32_t root(struct join *j, uint32_t n)
{
	struct node *all = NODES(j);
	while (all[n].parent != n) {
		all[n].parent = all[all[n].parent].parent;
		n = all[n].parent;
	}
	return n;
}

static void unite(struct join *j, uint32_t x, uint32_t y)
{
	struct node *all = NODES(j);
	x = root(j, x);
	y = root(j, y);
	if (x == y || (all[x].cve != 0 && all[y].cve != 0))
		return;
	uint32_t up = x < y ? x : y, down = x < y ? y : x;
	all[down].parent = up;
	all[up].cve = all[up].cve != 0 ? all[up].cve : all[down].cve;
}

static const uint32_t *aliases_of(const struct knowledge_build *b, const struct build_record *r, size_t *n)
{
	struct slice s = intern_bytes(&b->name_lists, r->aliases);
	*n = s.n / sizeof(uint32_t);
	return (const uint32_t *)(const void *)s.p;
}

// Of a record that is no CVE itself: how many different CVEs it goes by.
static size_t cves_of(const struct knowledge_build *b, const struct build_record *r)
{
	size_t n, count = 0;
	const uint32_t *aliases = aliases_of(b, r, &n);
	uint32_t first = 0;
	for (size_t i = 0; i < n && !is_cve(b, r->id); i++) {
		if (!is_cve(b, aliases[i]) || aliases[i] == first)
			continue;
		first = first == 0 ? aliases[i] : first;
		count++;
	}
	return count;
}

static void unite_record(struct join *j, const struct build_record *r)
{
	size_t n;
	uint32_t self = node_of(j, r->id);
	size_t cves = cves_of(j->b, r);
	bool own = is_cve(j->b, r->id);
	const uint32_t *aliases = aliases_of(j->b, r, &n);
	if (j->b->status != ERR_OK)
		return;
	NODES(j)[self].stated = true;
	for (size_t i = 0; i < n && !r->rejected; i++) {
		bool cve = is_cve(j->b, aliases[i]);
		uint32_t other = node_of(j, aliases[i]);
		if (j->b->status == ERR_OK && !(cve && (own || cves > 1)))
			unite(j, self, other);
	}
}

static struct slice name_of(const struct join *j, uint32_t node)
{
	return intern_bytes(&j->b->strings, NODES(j)[node].text);
}

// A set goes by its CVE; without one, by the first of the ids that have a record, in byte order.
static void name_sets(struct join *j)
{
	for (uint32_t i = 0; i < NODE_COUNT(j); i++) {
		struct node *top = &NODES(j)[root(j, i)];
		if (top->cve != 0) {
			top->best = top->cve;
			continue;
		}
		const struct node *n = &NODES(j)[i], *best = top->best == 0 ? NULL : &NODES(j)[top->best - 1];
		if (best == NULL || n->stated > best->stated ||
		    (n->stated == best->stated && slice_compare(name_of(j, i), name_of(j, top->best - 1)) < 0))
			top->best = i + 1;
	}
}

static int compare_sets(const void *x, const void *y, void *join)
{
	const struct join *j = join;
	const struct node *a = &NODES(j)[*(const uint32_t *)x], *b = &NODES(j)[*(const uint32_t *)y];
	return slice_compare(name_of(j, a->best - 1), name_of(j, b->best - 1));
}

static enum err number_flaws(struct join *j, struct order *o)
{
	uint32_t *roots = calloc(NODE_COUNT(j) + 1, sizeof *roots);
	for (uint32_t i = 0; roots != NULL && i < NODE_COUNT(j); i++)
		if (root(j, i) == i)
			roots[o->flaws_n++] = i;
	o->flaws = calloc(o->flaws_n + 1, sizeof *o->flaws);
	o->names = calloc(NODE_COUNT(j) + 1, sizeof *o->names);
	if (roots == NULL || o->flaws == NULL || o->names == NULL) {
		free(roots);
		return ERR_SYSTEM;
	}
	qsort_r(roots, o->flaws_n, sizeof *roots, compare_sets, j);
	for (size_t i = 0; i < o->flaws_n; i++) {
		struct node *top = &NODES(j)[roots[i]];
		top->flaw = (uint32_t)i;
		o->flaws[i] = (struct file_flaw){.id = NODES(j)[top->best - 1].text, .published = FACT_NO_DATE, .kev_added = FACT_NO_DATE,
		                                 .kev_due = FACT_NO_DATE};
	}
	free(roots);
	return ERR_OK;
}

static uint32_t flaw_of(struct join *j, uint32_t text)
{
	return NODES(j)[root(j, node_of(j, text))].flaw;
}

static int compare_names(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	return slice_compare(intern_bytes(&b->strings, ((const struct file_slot *)x)->tag),
	                     intern_bytes(&b->strings, ((const struct file_slot *)y)->tag));
}

// In byte order: the place of a name in its table must not depend on when it was first heard of.
static void list_names(struct join *j, struct order *o)
{
	for (uint32_t i = 0; i < NODE_COUNT(j); i++)
		o->names[o->names_n++] = (struct file_slot){NODES(j)[i].text, NODES(j)[root(j, i)].flaw};
	qsort_r(o->names, o->names_n, sizeof *o->names, compare_names, j->b);
}

static void fill_flaw(struct file_flaw *f, const struct build_record *r)
{
	f->title = f->title != 0 ? f->title : r->title;
	f->published = f->published != FACT_NO_DATE ? f->published : r->published;
	if (r->cvss > f->cvss || (f->cvss == 0 && f->score10 == 0)) {
		f->cvss = r->cvss;
		f->score10 = r->score10;
	}
}

// Records come in the order of precedence.
static void fill_flaws(struct join *j, struct order *o)
{
	uint8_t *states = calloc(o->flaws_n + 1, 1); // 1: a record that is not rejected; 2: the CVE record is
	for (size_t i = 0; i < o->records_n; i++) {
		struct build_record *r = &RECORDS(j->b)[o->records[i]];
		r->flaw = flaw_of(j, r->id);
		struct file_flaw *f = &o->flaws[r->flaw];
		if (r->bare)
			continue;
		bool word = SOURCES(j->b)[r->held.source].said.kind == SOURCE_CVE && r->id == f->id;
		if (!r->rejected)
			fill_flaw(f, r);
		if (states != NULL)
			states[r->flaw] |= (uint8_t)((r->rejected ? 4 : 1) | (word && r->rejected ? 2 : 0));
	}
	for (size_t i = 0; states != NULL && i < o->flaws_n; i++)
		if ((states[i] & 2) != 0 || states[i] == 4)
			o->flaws[i].flags |= FLAW_REJECTED;
	if (states == NULL)
		j->b->status = ERR_SYSTEM;
	free(states);
}

static int64_t earlier(int64_t x, int64_t y)
{
	return x == FACT_NO_DATE ? y : y == FACT_NO_DATE || x < y ? x : y;
}

// Each digest of a flaw once, in whatever order they come: two lists that say the same are one.
static void add_digest(struct join *j, struct order *o, uint32_t flaw, uint32_t digest)
{
	const uint32_t pair[] = {flaw, digest};
	if (digest == 0)
		return;
	uint32_t ref = build_intern(j->b, &j->digests, slice_of(pair, sizeof pair)), *counts = intern_value(&j->digests, ref);
	o->flaws[flaw].kev_digest += *counts != 0 ? 0 : digest;
	*counts = 1;
}

// Where the catalogue itself is held, a record's note of it does not count: the note stays when the catalogue has dropped the flaw.
static void fill_exploited(struct join *j, struct order *o)
{
	bool catalogue = false;
	for (size_t i = 0; i < KEV_COUNT(j->b) && !catalogue; i++) {
		const struct held *held = &KEVS(j->b)[i].held;
		catalogue = build_live(j->b, held) && SOURCES(j->b)[held->source].said.kind == SOURCE_KEV;
	}
	for (size_t i = 0; i < KEV_COUNT(j->b); i++) {
		const struct build_kev *kev = &KEVS(j->b)[i];
		if (!build_live(j->b, &kev->held) || (catalogue && SOURCES(j->b)[kev->held.source].said.kind != SOURCE_KEV))
			continue;
		uint32_t flaw = flaw_of(j, kev->id);
		struct file_flaw *f = &o->flaws[flaw];
		f->flags |= (uint8_t)(FLAW_EXPLOITED | (kev->ransomware ? FLAW_RANSOMWARE : 0));
		f->kev_added = earlier(f->kev_added, kev->added);
		f->kev_due = earlier(f->kev_due, kev->due);
		add_digest(j, o, flaw, kev->digest);
	}
}

// Of several sources of scores the newest counts. Within one, a flaw's own name goes before its other names; else the higher.
static enum err fill_scores(struct join *j, struct order *o)
{
	uint32_t *from = calloc(o->flaws_n + 1, sizeof *from); // entry + 1
	if (from == NULL)
		return ERR_SYSTEM;
	for (size_t i = 0; i < EPSS_COUNT(j->b); i++) {
		const struct build_epss *e = &EPSS(j->b)[i], *old;
		if (!build_live(j->b, &e->held))
			continue;
		uint32_t flaw = flaw_of(j, e->id);
		struct file_flaw *f = &o->flaws[flaw];
		old = from[flaw] == 0 ? NULL : &EPSS(j->b)[from[flaw] - 1];
		if (old != NULL) {
			const struct build_source *new_source = &SOURCES(j->b)[e->held.source], *old_source = &SOURCES(j->b)[old->held.source];
			if (new_source->said.dated != old_source->said.dated ? new_source->said.dated < old_source->said.dated
			    : new_source != old_source                       ? new_source->rank > old_source->rank
			                                                     : e->id != f->id && (old->id == f->id || e->score_ppm <= old->score_ppm))
				continue;
		}
		from[flaw] = (uint32_t)i + 1;
		f->epss_ppm = e->score_ppm;
		f->percentile_ppm = e->percentile_ppm;
	}
	free(from);
	return ERR_OK;
}

static void inherit(struct file_flaw *f, const struct file_flaw *from)
{
	f->flags |= from->flags & (FLAW_EXPLOITED | FLAW_RANSOMWARE);
	f->kev_added = earlier(f->kev_added, from->kev_added);
	f->kev_due = earlier(f->kev_due, from->kev_due);
	if (from->epss_ppm > f->epss_ppm) {
		f->epss_ppm = from->epss_ppm;
		f->percentile_ppm = from->percentile_ppm;
	}
}

static void inherit_all(struct join *j, struct order *o)
{
	uint32_t *own = calloc(o->flaws_n + 1, sizeof *own); // digests before any was inherited: those are what is handed on
	if (own == NULL)
		j->b->status = ERR_SYSTEM;
	for (size_t i = 0; own != NULL && i < o->flaws_n; i++)
		own[i] = o->flaws[i].kev_digest;
	for (size_t i = 0; own != NULL && i < o->records_n; i++) {
		const struct build_record *r = &RECORDS(j->b)[o->records[i]];
		size_t n;
		if (r->rejected || cves_of(j->b, r) < 2)
			continue;
		const uint32_t *aliases = aliases_of(j->b, r, &n);
		for (size_t a = 0; a < n; a++) {
			uint32_t from = is_cve(j->b, aliases[a]) ? flaw_of(j, aliases[a]) : r->flaw;
			if (from == r->flaw)
				continue;
			inherit(&o->flaws[r->flaw], &o->flaws[from]);
			add_digest(j, o, r->flaw, own[from]);
		}
	}
	free(own);
}

enum err build_join(struct knowledge_build *b, struct order *o, struct why *why)
{
	struct join j = {.b = b};
	buf_init(&j.nodes, BUILD_TABLE_MAX);
	enum err e = intern_init(&j.ids) && intern_init(&j.digests) ? ERR_OK : ERR_SYSTEM;
	for (size_t i = 0; e == ERR_OK && i < o->records_n && b->status == ERR_OK; i++)
		unite_record(&j, &RECORDS(b)[o->records[i]]);
	for (size_t i = 0; e == ERR_OK && i < KEV_COUNT(b) && b->status == ERR_OK; i++)
		if (build_live(b, &KEVS(b)[i].held))
			node_of(&j, KEVS(b)[i].id);
	for (size_t i = 0; e == ERR_OK && i < EPSS_COUNT(b) && b->status == ERR_OK; i++)
		if (build_live(b, &EPSS(b)[i].held))
			node_of(&j, EPSS(b)[i].id);
	e = e == ERR_OK ? b->status : e;
	if (e == ERR_OK) {
		name_sets(&j);
		e = number_flaws(&j, o);
	}
	if (e == ERR_OK) {
		list_names(&j, o);
		fill_flaws(&j, o);
		fill_exploited(&j, o);
		e = fill_scores(&j, o);
		inherit_all(&j, o);
		e = e == ERR_OK ? b->status : e;
	}
	buf_free(&j.nodes);
	intern_free(&j.ids);
	intern_free(&j.digests);
	return e == ERR_OK ? ERR_OK : why_set(why, e, "no memory to join the names of flaws");
}
