// Weighing: all rows of all sources about one item become one hit a flaw.
#include <stdlib.h>

#include "inside.h"
#include "product/architecture.h"
#include "product/cpe.h"
#include "product/purl.h"

#define HITS_MAX 200000u // rows about one item; linux has some thousands

static const char *const distributions[] = {"Debian",    "Ubuntu", "Alpine",     "AlmaLinux", "Rocky Linux", "Red Hat", "openSUSE",    "SUSE", "Mageia",
                                            "Wolfi",     "Chainguard", "openEuler", "Photon OS", "Alpaquita", "MinimOS", "Azure Linux", "Echo",
                                            "BellSoft Hardened Containers"};

bool is_distributed(const struct item *i)
{
	struct slice name = slice_part(i->ecosystem, 0, slice_find(i->ecosystem, ':', 0));
	if (i->ecosystem.n == 0) // a CPE alone is how people name a product, not how packagers name a package
		return i->kind == ITEM_PACKAGE && (i->purl.n > 0 || i->cpe.n == 0);
	for (size_t n = 0; n < sizeof distributions / sizeof *distributions; n++)
		if (slice_is_text(name, distributions[n]))
			return true;
	return false;
}

bool is_alone(const struct item *i)
{
	return i->kind != ITEM_LIBRARY && i->ecosystem.n == 0 && i->vendor.n == 0 && i->cpe.n == 0 && i->name.n > 0 && !is_distributed(i);
}

static enum err add(struct hits *h, const struct hit *hit, struct why *why)
{
	if (h->n == h->room) {
		size_t room = h->room == 0 ? 16 : h->room > HITS_MAX / 2 ? HITS_MAX : h->room * 2;
		if (h->n == HITS_MAX)
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
	unsigned own; // processors that the item names; 0: not looked yet
};

static bool is_vex(const struct knowledge *k, const struct knowledge_row *row)
{
	enum source_kind kind = knowledge_source(k, row->source).kind;
	return kind == SOURCE_CSAF || kind == SOURCE_OPENVEX;
}

// Could the row say of any version that it is affected? "Unknown" of a record that is no VEX leaves that open.
static bool may_affirm(const struct knowledge *k, const struct knowledge_row *row, bool vex)
{
	enum fact_status said = row->otherwise;
	for (uint16_t i = 0;; i++) {
		if (said == STATUS_AFFECTED || said == STATUS_INVESTIGATED || (said == STATUS_UNKNOWN && !vex))
			return true;
		if (i == row->ranges)
			return false;
		said = knowledge_range(k, row, i).status;
	}
}

static bool is_named_alone(const struct knowledge *k, const struct knowledge_row *row, struct slice version)
{
	for (uint16_t i = 0; i < row->ranges; i++) {
		struct fact_range r = knowledge_range(k, row, i);
		if (r.single && slice_equal(r.from, version))
			return true;
	}
	return false;
}

// Nothing but processors, and the item names one of these: what is affected on them is as good as not restricted. An item that names none
// is taken for a PC's.
static bool is_any_processor(struct weighing *w, struct slice platform)
{
	unsigned on = 0;
	if (!architectures_alone(platform, &on))
		return false;
	if (w->own == 0)
		w->own = architectures_in(w->s->arch) | architectures_in(w->s->name) | architectures_in(w->s->cpe);
	if (w->own == 0)
		w->own = architectures_in(SLICE_LITERAL("x86 x64"));
	return (w->own & on) != 0;
}

// "Not affected" is kept as SILENCED until all rows are known: it may outweigh another. What a VEX document does not say of this version
// is nothing; "fixed from 1.2 on" is a range like any other, "1.2-acme3 is fixed" a word about that version.
static enum err row_of(struct weighing *w, const struct knowledge_row *row, enum confidence confidence)
{
	if (knowledge_flaw(w->k, row->flaw).rejected)
		return ERR_OK;
	struct slice version = subject_version(w->s, row);
	struct why reason = {{0}};
	bool vex = is_vex(w->k, row);
	enum fact_status status = version.n == 0 ? STATUS_UNKNOWN : knowledge_status(w->k, row, version, vex ? &reason : NULL);
	if (status == STATUS_UNKNOWN && ((vex && version.n > 0 && reason.text[0] == 0) || !may_affirm(w->k, row, vex)))
		return ERR_OK;
	struct hit hit = {.kind = FINDING_UNCOMPUTED, .confidence = confidence, .row = *row};
	if (status == STATUS_AFFECTED) {
		hit.kind = FINDING_FLAW;
		hit.fixed = cure(w->k, row, version);
	}
	if (status == STATUS_UNAFFECTED || status == STATUS_FIXED)
		hit.kind = FINDING_SILENCED;
	hit.silences = vex && (status == STATUS_UNAFFECTED || (status == STATUS_FIXED && is_named_alone(w->k, row, version)));
	// Nobody told us on which platform this item runs.
	if (row->platform.n > 0 && (hit.silences || !is_any_processor(w, row->platform)))
		hit.confidence = CONFIDENCE_DOUBTFUL;
	hit.investigated = status == STATUS_INVESTIGATED;
	return add(w->hits, &hit, w->why);
}

// A pattern may say more than the product ("for WordPress", "the enterprise edition"). False: the name says otherwise; doubtful: it says
// nothing of that.
static bool fits(struct weighing *w, const struct knowledge_row *row, struct slice name, enum confidence *confidence)
{
	char pattern_room[CPE_MAX], name_room[CPE_MAX];
	struct cpe p, n;
	if (row->cpe.n == 0)
		return true;
	if (cpe_parse(row->cpe, pattern_room, &p, NULL) != ERR_OK || cpe_parse(name, name_room, &n, NULL) != ERR_OK)
		return false;
	for (size_t a = CPE_VERSION; a < CPE_ATTRIBUTES; a++)
		if (slice_is_text(n.at[a], "*") && !slice_is_text(p.at[a], "*")) {
			n.at[a] = p.at[a];
			if (a != CPE_TARGET_HW || is_vex(w->k, row) || !is_any_processor(w, p.at[a]))
				*confidence = CONFIDENCE_DOUBTFUL;
		}
	return cpe_covers(&p, &n);
}

static enum err weigh_rows(struct weighing *w, struct knowledge_rows rows, struct slice name, enum confidence confidence)
{
	struct knowledge_row row;
	enum err e = ERR_OK;
	while (e == ERR_OK && knowledge_rows_next(&rows, &row)) {
		enum confidence sure = confidence;
		if (row.names != NAMES_CPE || fits(w, &row, name, &sure))
			e = row_of(w, &row, sure);
	}
	return e;
}

static enum err rows_of(struct weighing *w, enum names names, struct slice ecosystem, struct slice vendor, struct slice name,
                        enum confidence confidence)
{
	return weigh_rows(w, knowledge_affected(w->k, names, ecosystem, vendor, name), name, confidence);
}

static enum err rows_of_package(struct weighing *w, struct slice purl, enum confidence confidence)
{
	char room[PURL_MAX];
	struct purl p;
	struct buf ecosystem, name;
	enum err e = ERR_OK;
	buf_init(&ecosystem, PURL_MAX);
	buf_init(&name, PURL_MAX);
	if (purl_parse(purl, room, &p, NULL) == ERR_OK && purl_ecosystem(&p, &ecosystem, &name))
		e = buf_status(&ecosystem) != ERR_OK ? buf_status(&ecosystem) : buf_status(&name);
	if (e == ERR_OK && name.n > 0)
		e = rows_of(w, NAMES_SOURCE, buf_slice(&ecosystem), (struct slice){0}, buf_slice(&name), confidence);
	if (e == ERR_OK && name.n > 0)
		e = rows_of(w, NAMES_BINARY, buf_slice(&ecosystem), (struct slice){0}, buf_slice(&name), confidence);
	buf_free(&ecosystem);
	buf_free(&name);
	return e;
}

// By what a table of the knowledge says that vendor and product are called. *known: it says which product of the feeds this is.
static enum err rows_of_alias(struct weighing *w, bool *known)
{
	struct slice to = {0};
	bool whole = false;
	*known = false;
	if (!knowledge_alias(w->k, w->s->vendor, w->s->name, &to, &whole) || to.n <= 4)
		return ERR_OK;
	enum confidence confidence = whole ? CONFIDENCE_DOUBTFUL : CONFIDENCE_ALIAS;
	bool cpe = memcmp(to.p, "cpe:", 4) == 0, package = memcmp(to.p, "pkg:", 4) == 0; // "eol:…" is for support.c
	*known = (cpe || package) && !whole;
	return cpe ? rows_of(w, NAMES_CPE, (struct slice){0}, (struct slice){0}, to, confidence)
	           : package ? rows_of_package(w, to, confidence) : ERR_OK;
}

// Of a product whose vendor nobody told: what is said of all that have its name. Nobody's defect, but somebody should look.
static enum err rows_of_name(struct weighing *w)
{
	struct knowledge_rows rows[KNOWLEDGE_NAMESAKES_MAX];
	size_t n = knowledge_namesakes(w->k, w->s->name, rows);
	enum err e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = weigh_rows(w, rows[i], w->s->name, CONFIDENCE_DOUBTFUL);
	return e;
}

// Vendor and product both spelt as the record has them: its own way of naming. Also in one name ("Microsoft Windows Server 2016"), and
// where the name says the vendor once more.
static enum err rows_of_product(struct weighing *w)
{
	struct slice vendor = w->s->vendor, name = w->s->name;
	enum err e = vendor.n > 0 ? rows_of(w, NAMES_PRODUCT, (struct slice){0}, vendor, name, CONFIDENCE_ALIAS) : ERR_OK;
	for (size_t at = slice_find(name, ' ', 0); at < name.n && e == ERR_OK; at = slice_find(name, ' ', at + 1)) {
		struct slice before = slice_part(name, 0, at), behind = slice_part(name, at + 1, name.n);
		if (w->s->alone || slice_same_letters(before, vendor))
			e = rows_of(w, NAMES_PRODUCT, (struct slice){0}, before, behind, CONFIDENCE_ALIAS);
	}
	return e;
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
	if (s->distributed)
		return e;
	if (e == ERR_OK && s->cpe.n > 0)
		e = rows_of(w, NAMES_CPE, (struct slice){0}, (struct slice){0}, s->cpe, CONFIDENCE_EXACT);
	if (e == ERR_OK && (s->vendor.n > 0 || s->alone))
		e = rows_of_product(w);
	bool known = false;
	if (e == ERR_OK && (s->vendor.n > 0 || s->alone))
		e = rows_of_alias(w, &known);
	return e == ERR_OK && s->alone && !known ? rows_of_name(w) : e;
}

// Of one flaw in an order that does not depend on how they came.
static int by_flaw(const void *a, const void *b)
{
	const struct knowledge_row *x = &((const struct hit *)a)->row, *y = &((const struct hit *)b)->row;
	if (x->flaw != y->flaw)
		return x->flaw > y->flaw ? 1 : -1;
	if (x->source != y->source)
		return x->source > y->source ? 1 : -1;
	if (x->names != y->names)
		return x->names > y->names ? 1 : -1;
	return (x->internal > y->internal) - (x->internal < y->internal);
}

// Of two rows that agree: the surer match, then the one that names a cure.
static bool is_better(const struct hit *h, const struct hit *than)
{
	if (than == NULL || h->confidence != than->confidence)
		return than == NULL || h->confidence > than->confidence;
	return h->fixed.n > 0 && than->fixed.n == 0;
}

// What the rows of one flaw come to; false: nothing to say. The distribution's own tracker decides over those who repeat it; a VEX
// statement "not affected" silences, unless it is doubtful that this item is meant; "affected" outweighs the rest; what cannot be
// computed outweighs a plain "not affected", which may be meant for another edition of the product.
static bool merge(const struct weighing *w, const struct hit *of, size_t n, struct hit *result)
{
	const struct hit *best[FINDING_KINDS] = {0}, *tracker = NULL, *vex = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct hit *h = &of[i];
		if (h->silences) {
			vex = is_better(h, vex) ? h : vex;
			continue;
		}
		bool tracked = w->s->distributed && knowledge_source(w->k, h->row.source).kind == SOURCE_DEBIAN;
		if (tracked && (tracker == NULL || h->kind < tracker->kind)) // one flaw, two records of it: FINDING_FLAW is the first kind
			tracker = h;
		if (is_better(h, best[h->kind]))
			best[h->kind] = h;
	}
	const struct hit *said = tracker;
	if (said == NULL)
		said = best[FINDING_FLAW];
	if (said == NULL && !(w->s->distributed && best[FINDING_SILENCED] != NULL))
		said = best[FINDING_UNCOMPUTED];
	if (said == NULL || said->kind == FINDING_SILENCED)
		return false;
	bool silenced = vex != NULL && (vex->confidence > CONFIDENCE_DOUBTFUL || said->confidence == CONFIDENCE_DOUBTFUL);
	*result = silenced ? *vex : *said;
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
