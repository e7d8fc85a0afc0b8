// Weighing: all rows of all sources about one item become one hit a flaw.
#include <stdlib.h>

#include "inside.h"
#include "product/cpe.h"

#define HITS_MAX 200000u // rows about one item; linux has some thousands

static const char *const distributions[] = {"Debian", "Ubuntu", "Alpine", "AlmaLinux", "Rocky Linux", "Red Hat",   "openSUSE",
                                            "SUSE",   "Mageia", "Wolfi",  "Chainguard", "openEuler",  "Photon OS"};

bool is_of_distribution(struct slice ecosystem)
{
	struct slice name = slice_part(ecosystem, 0, slice_find(ecosystem, ':', 0));
	for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++)
		if (slice_is_text(name, distributions[i]))
			return true;
	return false;
}

static enum err add(struct hits *h, const struct hit *hit, struct why *why)
{
	if (h->n == h->room) {
		size_t room = h->room == 0 ? 16 : h->room * 2;
		if (room > HITS_MAX)
			return why_set(why, ERR_LIMIT, "more than %u statements about one package", HITS_MAX);
		struct hit *more = reallocarray(h->of, room, sizeof *more);
		if (more == NULL)
			return why_set(why, ERR_SYSTEM, "no memory");
		h->of = more;
		h->room = room;
	}
	h->of[h->n++] = *hit;
	return ERR_OK;
}

struct slice subject_version(const struct subject *s, const struct knowledge_row *row)
{
	return row->names == NAMES_SOURCE && s->source_version.n > 0 ? s->source_version : s->version;
}

// The version that cures: the feed's own, or the open end of the affected range that holds this version.
static struct slice cure(const struct knowledge *k, const struct knowledge_row *row, struct slice version)
{
	if (row->fixed.n > 0)
		return row->fixed;
	for (uint16_t i = 0; i < row->ranges; i++) {
		struct fact_range r = knowledge_range(k, row, i);
		int order = 0;
		if (r.status == STATUS_AFFECTED && !r.single && !r.closed && r.to.n > 0 && slice_find(r.to, '*', 0) == r.to.n &&
		    version_compare(r.scheme, version, r.to, &order, NULL) == ERR_OK && order < 0)
			return r.to;
	}
	return (struct slice){0};
}

struct weighing {
	const struct knowledge *k;
	const struct subject *s;
	struct hits *hits;
	struct why *why;
};

// "Not affected" is kept as SILENCED until all rows are known: it may outweigh another.
static enum err row_of(struct weighing *w, const struct knowledge_row *row, enum confidence confidence)
{
	if (knowledge_flaw(w->k, row->flaw).rejected)
		return ERR_OK;
	struct slice version = subject_version(w->s, row);
	enum fact_status status = version.n == 0 ? STATUS_UNKNOWN : knowledge_status(w->k, row, version, NULL);
	struct hit hit = {.kind = FINDING_UNCOMPUTED, .confidence = confidence, .row = *row};
	if (row->platform.n > 0) // nobody told us on which platform this item runs
		hit.confidence = CONFIDENCE_DOUBTFUL;
	if (status == STATUS_AFFECTED) {
		hit.kind = FINDING_FLAW;
		hit.fixed = cure(w->k, row, version);
	}
	if (status == STATUS_UNAFFECTED || status == STATUS_FIXED)
		hit.kind = FINDING_SILENCED;
	hit.investigated = status == STATUS_INVESTIGATED;
	return add(w->hits, &hit, w->why);
}

static enum err rows_of(struct weighing *w, enum names names, struct slice ecosystem, struct slice vendor, struct slice name,
                        enum confidence confidence)
{
	struct knowledge_rows rows = knowledge_affected(w->k, names, ecosystem, vendor, name);
	struct knowledge_row row;
	enum err e = ERR_OK;
	while (e == ERR_OK && knowledge_rows_next(&rows, &row))
		e = row_of(w, &row, confidence);
	return e;
}

// By what a table of the knowledge says that vendor and product are called.
static enum err rows_of_alias(struct weighing *w, struct slice to)
{
	if (to.n > 4 && memcmp(to.p, "cpe:", 4) == 0)
		return rows_of(w, NAMES_CPE, (struct slice){0}, (struct slice){0}, to, CONFIDENCE_ALIAS);
	return ERR_OK; // "eol:…" is for support.c
}

static enum err all_rows(struct weighing *w)
{
	const struct subject *s = w->s;
	enum err e = ERR_OK;
	if (s->ecosystem.n > 0) {
		e = rows_of(w, NAMES_SOURCE, s->ecosystem, (struct slice){0}, s->source.n > 0 ? s->source : s->name, CONFIDENCE_EXACT);
		if (e == ERR_OK)
			e = rows_of(w, NAMES_BINARY, s->ecosystem, (struct slice){0}, s->name, CONFIDENCE_EXACT);
	}
	if (is_of_distribution(s->ecosystem))
		return e;
	if (e == ERR_OK && s->cpe.n > 0)
		e = rows_of(w, NAMES_CPE, (struct slice){0}, (struct slice){0}, s->cpe, CONFIDENCE_EXACT);
	if (e == ERR_OK && s->vendor.n > 0) {
		struct slice to = {0};
		// Vendor and product both spelt as the record has them: its own way of naming.
		e = rows_of(w, NAMES_PRODUCT, (struct slice){0}, s->vendor, s->name, CONFIDENCE_ALIAS);
		if (e == ERR_OK && knowledge_alias(w->k, s->vendor, s->name, &to))
			e = rows_of_alias(w, to);
	}
	return e;
}

static int by_flaw(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	return (x->row.flaw > y->row.flaw) - (x->row.flaw < y->row.flaw);
}

static bool is_vex(const struct weighing *w, const struct hit *h)
{
	enum source_kind kind = knowledge_source(w->k, h->row.source).kind;
	return kind == SOURCE_CSAF || kind == SOURCE_OPENVEX;
}

// Of two rows that agree: the surer match, then the one that names a cure.
static bool is_better(const struct hit *h, const struct hit *than)
{
	if (than == NULL || h->confidence != than->confidence)
		return than == NULL || h->confidence > than->confidence;
	return h->fixed.n > 0 && than->fixed.n == 0;
}

// What the rows of one flaw come to; false: nothing to say. The distribution's own tracker decides over those who repeat it; a VEX
// statement "not affected" silences; "affected" outweighs the rest; what cannot be computed outweighs a plain "not affected", which
// may be meant for another edition of the product.
static bool merge(const struct weighing *w, const struct hit *of, size_t n, struct hit *result)
{
	const struct hit *best[FINDING_KINDS] = {0}, *tracker = NULL, *vex = NULL;
	bool distribution = is_of_distribution(w->s->ecosystem);
	for (size_t i = 0; i < n; i++) {
		const struct hit *h = &of[i];
		if (h->kind == FINDING_SILENCED && is_vex(w, h)) {
			vex = h;
			continue;
		}
		if (distribution && knowledge_source(w->k, h->row.source).kind == SOURCE_DEBIAN)
			tracker = h;
		if (is_better(h, best[h->kind]))
			best[h->kind] = h;
	}
	const struct hit *said = tracker;
	if (said == NULL)
		said = best[FINDING_FLAW];
	if (said == NULL && !(distribution && best[FINDING_SILENCED] != NULL))
		said = best[FINDING_UNCOMPUTED];
	if (said == NULL || said->kind == FINDING_SILENCED)
		return false;
	*result = vex != NULL ? *vex : *said;
	return true;
}

enum err weigh(const struct knowledge *k, const struct subject *s, struct hits *hits, struct why *why)
{
	struct weighing w = {k, s, hits, why};
	hits->n = 0;
	enum err e = all_rows(&w);
	if (e != ERR_OK)
		return e;
	if (hits->n > 1)
		qsort(hits->of, hits->n, sizeof *hits->of, by_flaw);
	size_t kept = 0;
	for (size_t i = 0, end; i < hits->n; i = end) {
		for (end = i + 1; end < hits->n && hits->of[end].row.flaw == hits->of[i].row.flaw;)
			end++;
		struct hit result;
		if (merge(&w, hits->of + i, end - i, &result))
			hits->of[kept++] = result;
	}
	hits->n = kept;
	return ERR_OK;
}
