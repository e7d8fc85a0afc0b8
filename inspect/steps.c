// What to do: the points of a result gathered under the one step that cures them, the most urgent first.
#include <stdlib.h>

#include "result.h"

enum step_kind step_kind_of(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_FLAW:
	case FINDING_UNCOMPUTED:
	case FINDING_SILENCED:
		return f->fixed.n > 0 ? STEP_UPDATE : STEP_MITIGATE;
	case FINDING_STALE:
		return STEP_UPDATE;
	case FINDING_UNSUPPORTED:
		return STEP_REPLACE;
	case FINDING_BANNED:
		return STEP_REMOVE;
	case FINDING_RESTART:
		return STEP_RESTART;
	case FINDING_KERNEL:
		return STEP_REBOOT;
	case FINDING_CREDENTIAL:
		return STEP_CREDENTIAL;
	case FINDING_CARETAKER:
		return STEP_CARETAKER;
	case FINDING_ANSWER:
	case FINDING_KINDS:
		break;
	}
	return STEP_ANSWER;
}

// What the step is done to.
static struct slice thing_of(const struct finding *f)
{
	switch (step_kind_of(f)) {
	case STEP_RESTART:
		return f->item; // its package is the file that was replaced
	case STEP_ANSWER:
		return f->question;
	default:
		return f->package.n > 0 ? f->package : f->item;
	}
}

struct sorted {
	const struct result *r;
	uint32_t point;
};

static const struct finding *finding_of(const struct sorted *s)
{
	return &s->r->finding[s->r->point[s->point].finding];
}

// The same step: the same thing done to the same package or process of the same machine.
static int same_step(const struct sorted *a, const struct sorted *b)
{
	const struct finding *x = finding_of(a), *y = finding_of(b);
	int order = (int)step_kind_of(x) - (int)step_kind_of(y);
	if (order == 0)
		order = slice_compare(x->machine, y->machine);
	if (order == 0)
		order = slice_compare(thing_of(x), thing_of(y));
	if (order == 0)
		order = slice_compare(x->ecosystem, y->ecosystem);
	return order;
}

static int by_step(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = same_step(x, y);
	return order != 0 ? order : (x->point > y->point) - (x->point < y->point);
}

// Most urgent first: class, day, known exploited, score, number of points, then the first point.
static int by_urgency(const void *a, const void *b)
{
	const struct step *x = a, *y = b;
	if (x->worst != y->worst)
		return (int)y->worst - (int)x->worst;
	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	if (x->known_exploited != y->known_exploited)
		return x->known_exploited > y->known_exploited ? -1 : 1;
	if (x->score10 != y->score10)
		return (int)y->score10 - (int)x->score10;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

// The version that cures them all: the highest that can be told, else the one of the last point.
struct slice step_higher(struct slice a, struct slice b, struct slice ecosystem)
{
	int order = 0;
	enum version_scheme scheme = ecosystem.n > 0 ? version_scheme_of_ecosystem(ecosystem) : VERSION_NUMBERS; // products
	if (a.n == 0 || version_compare(scheme, a, b, &order, NULL) != ERR_OK)
		return b.n > 0 ? b : a;
	return order >= 0 ? a : b;
}

static void add(struct step *s, const struct point *p, const struct finding *f)
{
	if (s->n++ == 0) {
		s->kind = step_kind_of(f);
		s->machine = f->machine;
		s->package = thing_of(f);
		s->from = f->version;
		s->worst = p->defect.class;
		s->due = INT64_MAX;
	}
	s->to = step_higher(s->to, f->kind == FINDING_UNSUPPORTED ? f->latest : f->fixed, f->ecosystem);
	if (p->defect.class > s->worst)
		s->worst = p->defect.class;
	if (p->defect.due != FACT_NO_DATE && p->defect.due < s->due)
		s->due = p->defect.due;
	s->known_exploited += f->known_exploited;
	if (f->score10 > s->score10)
		s->score10 = f->score10;
}

enum err result_steps(const struct result *r, struct steps *out, struct why *why)
{
	*out = (struct steps){0};
	if (r->points == 0)
		return ERR_OK;
	struct sorted *order = calloc(r->points, sizeof *order);
	out->step = calloc(r->points, sizeof *out->step);
	out->point = calloc(r->points, sizeof *out->point);
	if (order == NULL || out->step == NULL || out->point == NULL) {
		free(order);
		steps_free(out);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	size_t n = 0;
	for (size_t i = 0; i < r->points; i++)
		if (!r->point[i].defect.derogated)
			order[n++] = (struct sorted){r, (uint32_t)i};
	qsort(order, n, sizeof *order, by_step);
	for (size_t i = 0; i < n; i++) {
		out->point[i] = order[i].point;
		if (i == 0 || same_step(&order[i - 1], &order[i]) != 0)
			out->step[out->n++].first = i;
		add(&out->step[out->n - 1], &r->point[order[i].point], finding_of(&order[i]));
	}
	free(order);
	qsort(out->step, out->n, sizeof *out->step, by_urgency);
	return ERR_OK;
}

void steps_free(struct steps *s)
{
	free(s->step);
	free(s->point);
	*s = (struct steps){0};
}
