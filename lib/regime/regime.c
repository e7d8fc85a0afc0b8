// A regime that was read: what it says, what it makes of findings, what it counts.
#include <stdlib.h>

#include "inside.h"

const char *language_name(enum language l)
{
	return l == LANGUAGE_FR ? "fr" : "en";
}

const char *defect_class_name(enum defect_class c)
{
	static const char *const names[DEFECT_CLASSES] = {"minor", "major", "critical"};
	return c < DEFECT_CLASSES ? names[c] : "";
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {"favourable", "re-inspection", "refused"};
	return v <= VERDICT_REFUSED ? names[v] : "";
}

static const char *const entities[] = {"vital", "essential", "important", "administration"};

const char *entity_name(enum entity e)
{
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (e == 1u << i)
			return entities[i];
	return "";
}

bool entity_named(struct slice name, enum entity *e)
{
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (slice_is_text(name, entities[i])) {
			*e = (enum entity)(1u << i);
			return true;
		}
	return false;
}

bool entity_binds(unsigned binds, unsigned entity)
{
	return binds == ENTITY_ANY || (binds & entity) != 0;
}

void regime_free(struct regime *r)
{
	if (r == NULL)
		return;
	free(r->text);
	free(r->duties);
	free(r->questions);
	free(r->used);
	free(r->rules);
	free(r->by_kind);
	free(r->indicators);
	free(r->having);
	free(r);
}

struct slice regime_id(const struct regime *r)
{
	return r->words.id;
}

struct slice regime_version(const struct regime *r)
{
	return r->version;
}

struct slice regime_title(const struct regime *r, enum language l)
{
	INVARIANT(l < LANGUAGES);
	return r->words.title[l];
}

struct slice regime_source(const struct regime *r)
{
	return r->source;
}

const uint8_t *regime_hash(const struct regime *r)
{
	return r->hash;
}

size_t regime_obligations(const struct regime *r)
{
	return r->duties_n;
}

struct obligation regime_obligation(const struct regime *r, size_t i)
{
	INVARIANT(i < r->duties_n);
	const struct words *w = &r->duties[i].words;
	struct obligation o = {.id = w->id, .basis = w->basis, .binds = r->duties[i].binds};
	for (size_t l = 0; l < LANGUAGES; l++) {
		o.title[l] = w->title[l];
		o.evidence[l] = w->evidence[l];
		o.note[l] = w->note[l];
	}
	return o;
}

size_t regime_questions(const struct regime *r)
{
	return r->questions_n;
}

struct question regime_question(const struct regime *r, size_t i)
{
	INVARIANT(i < r->questions_n);
	return r->questions[i];
}

static int64_t due_of(const struct rule *rule, const struct finding *f, int64_t today)
{
	if (rule->recorded)
		return FACT_NO_DATE;
	return day_after(rule->from_since && day_known(f->since) ? day_of(f->since) : today, rule->delay);
}

size_t regime_judge(const struct regime *r, const struct finding *f, unsigned entity, int64_t today,
                    struct defect defects[static DEFECTS_OF_ONE_MAX])
{
	const struct asked asked = {r->questions, r->questions_n};
	size_t n = 0, decided = SIZE_MAX;
	if (f->confidence == CONFIDENCE_DOUBTFUL || f->kind >= FINDING_KINDS)
		return 0;
	today = day_of(today);
	for (size_t i = r->kind_at[f->kind]; i < r->kind_at[f->kind + 1]; i++) {
		const struct rule *rule = &r->rules[r->by_kind[i]];
		unsigned binds = r->duties[rule->obligation].binds;
		if (rule->obligation == decided || !entity_binds(binds, entity) ||
		    !condition_holds(&rule->when, &asked, f, today))
			continue;
		decided = rule->obligation;
		INVARIANT(n < DEFECTS_OF_ONE_MAX);
		defects[n++] = (struct defect){
			.obligation = decided, .class = rule->class, .due = due_of(rule, f, today), .derogated_until = FACT_NO_DATE};
	}
	return n;
}

enum verdict regime_verdict(const uint64_t weighing[static DEFECT_CLASSES])
{
	if (weighing[DEFECT_CRITICAL] > 0)
		return VERDICT_REFUSED;
	return weighing[DEFECT_MAJOR] > 0 ? VERDICT_REINSPECTION : VERDICT_FAVOURABLE;
}

struct regime_count {
	const struct regime *r;
	struct indicator_value *values;
	bool *open; // the machine counts, and nothing was found yet: an indicator each
	bool *found; // something was
};

enum err regime_count_new(const struct regime *r, struct regime_count **out, struct why *why)
{
	size_t n = r->indicators_n;
	struct regime_count *c = calloc(1, sizeof *c);
	if (c != NULL) {
		c->values = calloc(n + 1, sizeof *c->values);
		c->open = calloc(n + 1, sizeof *c->open);
		c->found = calloc(n + 1, sizeof *c->found);
	}
	if (c == NULL || c->values == NULL || c->open == NULL || c->found == NULL) {
		regime_count_free(c);
		return why_set(why, ERR_SYSTEM, "no memory to count with");
	}
	c->r = r;
	for (size_t i = 0; i < n; i++) {
		const struct words *w = &r->indicators[i].words;
		c->values[i] = (struct indicator_value){.id = w->id, .basis = w->basis};
		for (size_t l = 0; l < LANGUAGES; l++) {
			c->values[i].title[l] = w->title[l];
			c->values[i].evidence[l] = w->evidence[l];
			c->values[i].note[l] = w->note[l];
		}
	}
	*out = c;
	return ERR_OK;
}

void regime_count_free(struct regime_count *c)
{
	if (c == NULL)
		return;
	free(c->values);
	free(c->open);
	free(c->found);
	free(c);
}

void regime_count_machine(struct regime_count *c, enum item_role role, enum item_exposure exposure)
{
	const struct finding machine = {.kind = FINDING_KINDS, .role = role, .exposure = exposure};
	for (size_t i = 0; i < c->r->indicators_n; i++) {
		const struct condition *where = &c->r->indicators[i].where;
		c->open[i] = where->n == 0 || condition_holds(where, NULL, &machine, 0);
		c->found[i] = false;
		c->values[i].whole += c->open[i];
	}
}

static bool has(const struct regime *r, const struct indicator *i, const struct finding *f, int64_t today)
{
	const struct asked asked = {r->questions, r->questions_n};
	for (size_t n = 0; n < i->having_n; n++)
		if (condition_holds(&r->having[i->having + n], &asked, f, today))
			return true;
	return false;
}

void regime_count_finding(struct regime_count *c, const struct finding *f, int64_t today)
{
	if (f->confidence == CONFIDENCE_DOUBTFUL)
		return;
	today = day_of(today);
	for (size_t i = 0; i < c->r->indicators_n; i++)
		if (c->open[i] && has(c->r, &c->r->indicators[i], f, today))
			regime_count_known(c, i);
}

void regime_count_known(struct regime_count *c, size_t indicator)
{
	INVARIANT(indicator < c->r->indicators_n);
	c->values[indicator].part += c->open[indicator];
	c->found[indicator] |= c->open[indicator];
	c->open[indicator] = false;
}

bool regime_count_has(const struct regime_count *c, size_t indicator)
{
	INVARIANT(indicator < c->r->indicators_n);
	return c->found[indicator];
}

void regime_count_add(struct regime_count *c, const struct regime_count *other)
{
	INVARIANT(c->r == other->r && c != other);
	for (size_t i = 0; i < c->r->indicators_n; i++) {
		c->values[i].part += other->values[i].part;
		c->values[i].whole += other->values[i].whole;
	}
}

size_t regime_count_values(const struct regime_count *c, const struct indicator_value **values)
{
	*values = c->values;
	return c->r->indicators_n;
}
