// Derogations: found by what they name, in a sorted list.
#include <stdlib.h>

#include "crypto/hash.h"
#include "inside.h"

enum { SCOPE_ITEM = 1, SCOPE_FLAW = 2, SCOPE_MACHINE = 4, SCOPES = 8 }; // what a derogation names

struct derogations {
	uint8_t *text;
	uint8_t hash[32];
	char *name;
	struct derogation *of; // by regime, obligation, item, flaw, machine
	size_t n;
	bool scopes[SCOPES]; // which there are
};

struct reading {
	struct text t;
	struct derogations *d;
	struct slice until_text, from_text; // of the last derogation: empty until said
};

void derogations_free(struct derogations *d)
{
	if (d == NULL)
		return;
	free(d->text);
	free(d->name);
	free(d->of);
	free(d);
}

static struct derogation *last(struct reading *r)
{
	return &r->d->of[r->d->n - 1];
}

static size_t line_of(const struct derogations *d, const struct derogation *g)
{
	size_t n = 1;
	for (const uint8_t *p = d->text; p < g->reference.p; p++)
		n += *p == '\n';
	return n;
}

static enum err missing(struct reading *r, const char *what)
{
	r->t.line = line_of(r->d, last(r));
	return text_refuse(&r->t, ERR_INPUT, last(r)->reference, "%s is missing", what);
}

static enum err done(struct reading *r)
{
	if (r->d->n == 0)
		return ERR_OK;
	const struct derogation *g = last(r);
	if (g->obligation.n == 0)
		return missing(r, "obligation");
	if (g->granted_by.n == 0)
		return missing(r, "granted-by");
	if (g->reason.n == 0)
		return missing(r, "reason");
	if (r->until_text.n == 0)
		return missing(r, "until");
	if (g->from != FACT_NO_DATE && g->from > g->until)
		return missing(r, "a day on which it holds (until is before from)");
	return ERR_OK;
}

static enum err begin(struct reading *r, struct slice word)
{
	struct derogations *d = r->d;
	enum err e = done(r);
	if (e != ERR_OK)
		return e;
	struct derogation new = {.from = FACT_NO_DATE, .until = FACT_NO_DATE};
	if (d->n == DEROGATIONS_MAX)
		return text_refuse(&r->t, ERR_LIMIT, word, "more than %u", DEROGATIONS_MAX);
	if ((e = text_said(&r->t, word, &new.reference)) != ERR_OK)
		return e;
	struct derogation *more = room_for_one(d->of, d->n, sizeof *more);
	if (more == NULL)
		return text_memory(&r->t);
	d->of = more;
	d->of[d->n++] = new;
	r->until_text = r->from_text = (struct slice){0};
	return ERR_OK;
}

// "fr-founding S3.updates"
static enum err obligation_line(struct reading *r, struct slice word)
{
	struct text regime = r->t;
	struct derogation *g = last(r);
	regime.left = text_word(&r->t);
	enum err e = text_id(&regime, word, &g->regime);
	return e == ERR_OK ? text_id(&r->t, word, &g->obligation) : e;
}

static enum err line(struct reading *r)
{
	struct slice word = text_word(&r->t);
	if (slice_is_text(word, "derogation"))
		return begin(r, word);
	if (r->d->n == 0)
		return text_refuse(&r->t, ERR_INPUT, word, "\"derogation\" and a reference stand first");
	struct derogation *g = last(r);
	if (slice_is_text(word, "obligation"))
		return obligation_line(r, word);
	if (slice_is_text(word, "granted-by"))
		return text_said(&r->t, word, &g->granted_by);
	if (slice_is_text(word, "reason"))
		return text_said(&r->t, word, &g->reason);
	if (slice_is_text(word, "item"))
		return text_said(&r->t, word, &g->item);
	if (slice_is_text(word, "flaw"))
		return text_said(&r->t, word, &g->flaw);
	if (slice_is_text(word, "machine"))
		return text_said(&r->t, word, &g->machine);
	if (slice_is_text(word, "from"))
		return text_day(&r->t, word, &r->from_text, &g->from);
	if (slice_is_text(word, "until"))
		return text_day(&r->t, word, &r->until_text, &g->until);
	return text_refuse(&r->t, ERR_INPUT, word,
	                   "no such field; here: derogation, obligation, granted-by, reason, item, flaw, machine, from, until");
}

static int by_scope(const void *a, const void *b)
{
	const struct derogation *x = a, *y = b;
	const struct slice of_x[] = {x->regime, x->obligation, x->item, x->flaw, x->machine};
	const struct slice of_y[] = {y->regime, y->obligation, y->item, y->flaw, y->machine};
	int order = 0;
	for (size_t i = 0; order == 0 && i < sizeof of_x / sizeof *of_x; i++)
		order = slice_compare(of_x[i], of_y[i]);
	return order;
}

static int by_reference(const void *a, const void *b)
{
	const struct derogation *x = a, *y = b;
	int order = slice_compare(x->reference, y->reference);
	return order != 0 ? order : (x->reference.p > y->reference.p) - (x->reference.p < y->reference.p); // the first in the file first
}

static unsigned scope_of(const struct derogation *g)
{
	return (g->item.n > 0 ? SCOPE_ITEM : 0) | (g->flaw.n > 0 ? SCOPE_FLAW : 0) | (g->machine.n > 0 ? SCOPE_MACHINE : 0);
}

static enum err sort(struct reading *r)
{
	struct derogations *d = r->d;
	if (d->n == 0)
		return ERR_OK;
	qsort(d->of, d->n, sizeof *d->of, by_reference);
	for (size_t i = 1; i < d->n; i++)
		if (slice_equal(d->of[i - 1].reference, d->of[i].reference)) {
			r->t.line = line_of(d, &d->of[i]);
			return text_refuse(&r->t, ERR_INPUT, d->of[i].reference, "a derogation has this reference already");
		}
	qsort(d->of, d->n, sizeof *d->of, by_scope);
	for (size_t i = 0; i < d->n; i++)
		d->scopes[scope_of(&d->of[i])] = true;
	return ERR_OK;
}

static enum err read_all(struct reading *r)
{
	bool more = true;
	while (more) {
		enum err e = text_next(&r->t, &more);
		if (e == ERR_OK && more)
			e = line(r);
		if (e != ERR_OK)
			return e;
	}
	enum err e = done(r);
	return e == ERR_OK ? sort(r) : e;
}

enum err derogations_parse(struct slice text, const char *name, struct derogations **out, struct why *why)
{
	struct reading r = {.d = calloc(1, sizeof *r.d)};
	size_t n = text.n <= DEROGATIONS_FILE_MAX ? text.n : 0;
	if (r.d != NULL) {
		r.d->text = malloc(n + 1);
		r.d->name = strdup(name);
	}
	if (r.d == NULL || r.d->text == NULL || r.d->name == NULL) {
		derogations_free(r.d);
		return why_set(why, ERR_SYSTEM, "%s: no memory", name);
	}
	if (n > 0)
		memcpy(r.d->text, text.p, n);
	sha256(text, r.d->hash);
	enum err e = text_open(&r.t, slice_of(r.d->text, text.n), name, DEROGATIONS_FILE_MAX, "tocsin-derogations 1", why);
	if (e == ERR_OK)
		e = read_all(&r);
	if (e == ERR_OK)
		*out = r.d;
	else
		derogations_free(r.d);
	return e;
}

size_t derogations_count(const struct derogations *d)
{
	return d->n;
}

struct derogation derogation_at(const struct derogations *d, size_t i)
{
	INVARIANT(i < d->n);
	return d->of[i];
}

const uint8_t *derogations_hash(const struct derogations *d)
{
	return d->hash;
}

static bool has_obligation(const struct regime *r, struct slice id)
{
	for (size_t i = 0; i < r->duties_n; i++)
		if (slice_equal(r->duties[i].words.id, id))
			return true;
	return false;
}

enum err derogations_check(const struct derogations *d, const struct regime *r, struct why *why)
{
	struct text at = {.name = d->name, .why = why};
	for (size_t i = 0; i < d->n; i++) {
		const struct derogation *g = &d->of[i];
		if (!slice_equal(g->regime, r->words.id) || has_obligation(r, g->obligation))
			continue;
		at.line = line_of(d, g);
		return text_refuse(&at, ERR_INPUT, g->obligation, "no obligation of %.*s", SLICE_ARGS(r->words.id));
	}
	return ERR_OK;
}

// The first that does not come before `key`.
static size_t first_of(const struct derogations *d, const struct derogation *key)
{
	size_t low = 0, high = d->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_scope(&d->of[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void cover(const struct derogations *d, const struct derogation *key, int64_t today, struct defect *defect)
{
	if (d->scopes[scope_of(key)])
		for (size_t i = first_of(d, key); i < d->n && by_scope(&d->of[i], key) == 0; i++) {
			const struct derogation *g = &d->of[i];
			if (g->from > today || g->until < today || (defect->derogated && g->until <= defect->derogated_until))
				continue;
			defect->derogated = true;
			defect->derogation = g->reference;
			defect->derogated_until = g->until;
		}
}

void derogations_apply(const struct derogations *d, const struct regime *r, const struct finding *f, int64_t today,
                       struct defect *defects, size_t n)
{
	const struct slice any = {0}, items[] = {any, f->item, f->package}, flaws[] = {any, f->flaw}, machines[] = {any, f->machine};
	today = day_of(today);
	for (size_t i = 0; i < n; i++) {
		INVARIANT(defects[i].obligation < r->duties_n);
		struct derogation key = {.regime = r->words.id, .obligation = r->duties[defects[i].obligation].words.id};
		for (size_t choice = 0; choice < 3 * 2 * 2; choice++) {
			key.item = items[choice % 3];
			key.flaw = flaws[choice / 3 % 2];
			key.machine = machines[choice / 6];
			cover(d, &key, today, &defects[i]);
		}
	}
}
