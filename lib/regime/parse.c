// A regime file: fields of the whole, then obligations and indicators with their own. protocol/regime.md is the page.
#include <stdlib.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "inside.h"

struct parser {
	struct text t;
	struct regime *r;
	struct duty *duty;           // the obligation being read, or
	struct indicator *indicator; // the indicator; neither: the head
	int64_t version_day;
};

static struct asked asked(const struct regime *r)
{
	return (struct asked){r->questions, r->questions_n};
}

static enum err missing(struct parser *p, const struct words *w, const char *what)
{
	p->t.line = w->line;
	return text_refuse(&p->t, ERR_INPUT, w->id, "%s is missing", what);
}

static enum err both(struct parser *p, const struct words *w, const struct slice value[static LANGUAGES], const char *en, const char *fr)
{
	if (value[LANGUAGE_EN].n == 0)
		return missing(p, w, en);
	return value[LANGUAGE_FR].n == 0 ? missing(p, w, fr) : ERR_OK;
}

static enum err words_done(struct parser *p, const struct words *w)
{
	enum err e = w->basis.n == 0 ? missing(p, w, "basis") : ERR_OK;
	if (e == ERR_OK)
		e = both(p, w, w->title, "title en", "title fr");
	if (e == ERR_OK)
		e = both(p, w, w->evidence, "evidence en", "evidence fr");
	if (e == ERR_OK && (w->note[LANGUAGE_EN].n > 0 || w->note[LANGUAGE_FR].n > 0))
		e = both(p, w, w->note, "note en", "note fr");
	return e;
}

static enum err head_done(struct parser *p)
{
	const struct words *w = &p->r->words;
	if (w->id.n == 0)
		return missing(p, w, "id");
	if (p->r->version.n == 0)
		return missing(p, w, "version");
	if (p->r->source.n == 0)
		return missing(p, w, "source");
	return both(p, w, w->title, "title en", "title fr");
}

static enum err duty_done(struct parser *p)
{
	const struct duty *d = p->duty;
	enum err e = words_done(p, &d->words);
	if (e == ERR_OK && !d->bound)
		e = missing(p, &d->words, "binds");
	if (e == ERR_OK && d->rules == 0)
		e = missing(p, &d->words, "a defect line");
	for (size_t i = p->r->questions_n - d->questions; e == ERR_OK && i < p->r->questions_n; i++) {
		const struct question *q = &p->r->questions[i];
		struct words at = {.id = q->id, .line = d->words.line};
		e = both(p, &at, q->text, "its text in en", "its text in fr");
		if (e == ERR_OK && !p->r->used[i])
			e = missing(p, &at, "a defect line for this question");
	}
	return e;
}

static enum err indicator_done(struct parser *p)
{
	enum err e = words_done(p, &p->indicator->words);
	if (e == ERR_OK && !p->indicator->counted)
		e = missing(p, &p->indicator->words, "counts");
	if (e == ERR_OK && p->indicator->having_n == 0)
		e = missing(p, &p->indicator->words, "having");
	return e;
}

// What was being read is whole.
static enum err section_done(struct parser *p)
{
	if (p->duty != NULL)
		return duty_done(p);
	return p->indicator != NULL ? indicator_done(p) : head_done(p);
}

static enum err section_begin(struct parser *p, struct slice word, struct words *w)
{
	size_t line = p->t.line;
	enum err e = section_done(p);
	p->t.line = line; // section_done may have told another
	w->line = line;
	return e == ERR_OK ? text_id(&p->t, word, &w->id) : e;
}

static enum err obligation_line(struct parser *p, struct slice word)
{
	struct regime *r = p->r;
	struct duty duty = {.bound = false};
	enum err e = section_begin(p, word, &duty.words);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < r->duties_n; i++)
		if (slice_equal(r->duties[i].words.id, duty.words.id))
			return text_refuse(&p->t, ERR_INPUT, duty.words.id, "an obligation has this id already, in line %zu", r->duties[i].words.line);
	if (r->duties_n == REGIME_OBLIGATIONS_MAX)
		return text_refuse(&p->t, ERR_LIMIT, duty.words.id, "more than %u obligations", REGIME_OBLIGATIONS_MAX);
	struct duty *more = room_for_one(r->duties, r->duties_n, sizeof *more);
	if (more == NULL)
		return text_memory(&p->t);
	r->duties = more;
	r->duties[r->duties_n] = duty;
	p->duty = &r->duties[r->duties_n++];
	p->indicator = NULL;
	return ERR_OK;
}

static enum err indicator_line(struct parser *p, struct slice word)
{
	struct regime *r = p->r;
	struct indicator indicator = {.having = r->having_n};
	enum err e = section_begin(p, word, &indicator.words);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < r->indicators_n; i++)
		if (slice_equal(r->indicators[i].words.id, indicator.words.id))
			return text_refuse(&p->t, ERR_INPUT, indicator.words.id, "an indicator has this id already, in line %zu",
			                   r->indicators[i].words.line);
	if (r->indicators_n == REGIME_INDICATORS_MAX)
		return text_refuse(&p->t, ERR_LIMIT, indicator.words.id, "more than %u indicators", REGIME_INDICATORS_MAX);
	struct indicator *more = room_for_one(r->indicators, r->indicators_n, sizeof *more);
	if (more == NULL)
		return text_memory(&p->t);
	r->indicators = more;
	r->indicators[r->indicators_n] = indicator;
	p->indicator = &r->indicators[r->indicators_n++];
	p->duty = NULL;
	return ERR_OK;
}

// "all", or names of kinds of organisations joined by commas.
static enum err binds_line(struct parser *p, struct slice word)
{
	struct duty *d = p->duty;
	struct slice list = {0};
	if (d->bound)
		return text_refuse(&p->t, ERR_INPUT, word, "said twice");
	enum err e = text_said(&p->t, word, &list);
	d->bound = true;
	if (e != ERR_OK || slice_is_text(list, "all"))
		return e;
	for (size_t at = 0; at <= list.n;) {
		size_t comma = slice_find(list, ',', at);
		struct slice name = slice_trim(slice_part(list, at, comma - at));
		enum entity one = ENTITY_ANY;
		if (!entity_named(name, &one))
			return text_refuse(&p->t, ERR_INPUT, name.n > 0 ? name : list,
			                   "binds \"all\", or of vital, essential, important, administration, joined by commas");
		if ((d->binds & one) != 0)
			return text_refuse(&p->t, ERR_INPUT, name, "said twice");
		d->binds |= one;
		at = comma + 1;
	}
	return ERR_OK;
}

static enum err question_new(struct parser *p, struct slice id)
{
	struct regime *r = p->r;
	if (p->duty->questions == REGIME_LINES_MAX)
		return text_refuse(&p->t, ERR_LIMIT, id, "more than %u questions of one obligation", REGIME_LINES_MAX);
	struct question *more = room_for_one(r->questions, r->questions_n, sizeof *more);
	if (more == NULL)
		return text_memory(&p->t);
	r->questions = more;
	bool *used = room_for_one(r->used, r->questions_n, sizeof *used);
	if (used == NULL)
		return text_memory(&p->t);
	r->used = used;
	r->used[r->questions_n] = false;
	r->questions[r->questions_n++] = (struct question){.obligation = (size_t)(p->duty - r->duties), .id = id};
	p->duty->questions++;
	return ERR_OK;
}

// "question backups-tested en …": a line for each language.
static enum err question_line(struct parser *p, struct slice word)
{
	struct regime *r = p->r;
	struct text id_only = p->t;
	struct slice id = {0};
	size_t i = 0;
	id_only.left = text_word(&p->t);
	enum err e = text_id(&id_only, word, &id);
	if (e != ERR_OK)
		return e;
	while (i < r->questions_n && !slice_equal(r->questions[i].id, id))
		i++;
	if (i < r->questions_n && i < r->questions_n - p->duty->questions)
		return text_refuse(&p->t, ERR_INPUT, id, "a question of another obligation has this id already");
	if (i == r->questions_n)
		e = question_new(p, id);
	return e == ERR_OK ? text_in_language(&p->t, id, r->questions[i].text) : e;
}

// "within 2 months", "within 1 month from since", "recorded".
static enum err delay_parse(struct parser *p, struct slice class, struct rule *rule)
{
	struct slice word = text_word(&p->t);
	if (slice_is_text(word, "recorded")) {
		rule->recorded = true;
		if (rule->class == DEFECT_MINOR)
			return ERR_OK;
		return text_refuse(&p->t, ERR_INPUT, class, "only a minor defect is recorded without a delay; \"within\" and a delay follow");
	}
	if (!slice_is_text(word, "within"))
		return text_refuse(&p->t, ERR_INPUT, class, "a class without delay: \"within\" and a delay follow (or, minor, \"recorded\")");
	enum err e = span_parse(&p->t, &rule->delay);
	struct text ahead = p->t;
	if (e != ERR_OK || !slice_is_text(text_word(&ahead), "from"))
		return e;
	p->t = ahead;
	word = text_word(&p->t);
	if (!slice_is_text(word, "since"))
		return text_refuse(&p->t, ERR_INPUT, word, "\"from\" is followed by \"since\" only");
	rule->from_since = true;
	return ERR_OK;
}

// What the words allow but no law may mean.
static enum err rule_sound(struct parser *p, const struct rule *rule)
{
	const struct condition *c = &rule->when;
	struct slice kind = slice_text(finding_kind_name(c->kind));
	if (c->kind == FINDING_SILENCED || c->kind == FINDING_UNCOMPUTED)
		return text_refuse(&p->t, ERR_INPUT, kind, "never a defect: it is not known to be affected");
	if (c->kind == FINDING_UNSUPPORTED && rule->class != DEFECT_MINOR && !condition_says(c, FIELD_SOON))
		return text_refuse(&p->t, ERR_INPUT, kind, "say \"soon\" or \"not soon\": support that has yet to end is a finding too");
	if (c->kind == FINDING_ANSWER && p->r->questions[c->question].obligation != rule->obligation)
		return text_refuse(&p->t, ERR_INPUT, kind, "a question of another obligation");
	if (rule->from_since && !condition_has_day(c))
		return text_refuse(&p->t, ERR_INPUT, kind, "has no day that a delay could run \"from since\"");
	for (size_t i = p->r->rules_n - p->duty->rules; i < p->r->rules_n; i++)
		if (condition_covers(&p->r->rules[i].when, c))
			return text_refuse(&p->t, ERR_INPUT, kind, "never reached: line %zu decides before", p->r->rules[i].line);
	return ERR_OK;
}

static enum err rule_parse(struct parser *p, struct rule *rule)
{
	struct slice class = text_word(&p->t);
	struct asked a = asked(p->r);
	for (rule->class = 0; rule->class < DEFECT_CLASSES; rule->class++)
		if (slice_is_text(class, defect_class_name(rule->class)))
			break;
	if (rule->class == DEFECT_CLASSES)
		return text_refuse(&p->t, ERR_INPUT, class, "a class follows \"defect\": minor, major or critical");
	enum err e = delay_parse(p, class, rule);
	if (e != ERR_OK)
		return e;
	struct slice when = text_word(&p->t);
	if (!slice_is_text(when, "when"))
		return text_refuse(&p->t, ERR_INPUT, when.n > 0 ? when : class, "\"when\" and a condition follow the delay");
	e = condition_parse(&p->t, &a, &rule->when);
	return e == ERR_OK ? rule_sound(p, rule) : e;
}

static enum err defect_line(struct parser *p)
{
	struct regime *r = p->r;
	struct rule rule = {.obligation = (size_t)(p->duty - r->duties), .line = p->t.line};
	enum err e = rule_parse(p, &rule);
	if (e != ERR_OK)
		return e;
	if (p->duty->rules == REGIME_LINES_MAX)
		return text_refuse(&p->t, ERR_LIMIT, (struct slice){0}, "more than %u defect lines of one obligation", REGIME_LINES_MAX);
	struct rule *more = room_for_one(r->rules, r->rules_n, sizeof *more);
	if (more == NULL)
		return text_memory(&p->t);
	r->rules = more;
	r->rules[r->rules_n++] = rule;
	p->duty->rules++;
	if (rule.when.kind == FINDING_ANSWER)
		r->used[rule.when.question] = true;
	return ERR_OK;
}

// "machines", "machines where role = server".
static enum err counts_line(struct parser *p, struct slice word)
{
	struct indicator *i = p->indicator;
	if (i->counted)
		return text_refuse(&p->t, ERR_INPUT, word, "said twice");
	i->counted = true;
	if (!slice_is_text(text_word(&p->t), "machines"))
		return text_refuse(&p->t, ERR_INPUT, word, "\"machines\" follows");
	if (p->t.left.n == 0)
		return ERR_OK;
	struct slice where = text_word(&p->t);
	if (!slice_is_text(where, "where"))
		return text_refuse(&p->t, ERR_INPUT, where, "\"where\" and comparisons may follow \"machines\"");
	return condition_parse_machine(&p->t, &i->where);
}

static enum err having_line(struct parser *p)
{
	struct regime *r = p->r;
	struct condition c;
	struct asked a = asked(r);
	enum err e = condition_parse(&p->t, &a, &c);
	if (e != ERR_OK)
		return e;
	for (size_t i = p->indicator->having; i < r->having_n; i++)
		if (condition_covers(&r->having[i], &c))
			return text_refuse(&p->t, ERR_INPUT, slice_text(finding_kind_name(c.kind)), "a \"having\" line before holds whenever this one does");
	if (p->indicator->having_n == REGIME_LINES_MAX)
		return text_refuse(&p->t, ERR_LIMIT, (struct slice){0}, "more than %u \"having\" lines", REGIME_LINES_MAX);
	struct condition *more = room_for_one(r->having, r->having_n, sizeof *more);
	if (more == NULL)
		return text_memory(&p->t);
	r->having = more;
	r->having[r->having_n++] = c;
	p->indicator->having_n++;
	return ERR_OK;
}

static enum err words_line(struct parser *p, struct slice word, struct words *w, const char *others)
{
	if (slice_is_text(word, "basis"))
		return text_said(&p->t, word, &w->basis);
	if (slice_is_text(word, "title"))
		return text_in_language(&p->t, word, w->title);
	if (slice_is_text(word, "evidence"))
		return text_in_language(&p->t, word, w->evidence);
	if (slice_is_text(word, "note"))
		return text_in_language(&p->t, word, w->note);
	return text_refuse(&p->t, ERR_INPUT, word, "no such field; here: basis, title, evidence, note, %s", others);
}

static enum err head_line(struct parser *p, struct slice word)
{
	struct regime *r = p->r;
	if (slice_is_text(word, "id"))
		return text_id(&p->t, word, &r->words.id);
	if (slice_is_text(word, "version"))
		return text_day(&p->t, word, &r->version, &p->version_day);
	if (slice_is_text(word, "title"))
		return text_in_language(&p->t, word, r->words.title);
	if (slice_is_text(word, "source"))
		return text_said(&p->t, word, &r->source);
	return text_refuse(&p->t, ERR_INPUT, word, "no such field; here: id, version, title, source, obligation, indicator");
}

static enum err duty_line(struct parser *p, struct slice word)
{
	if (slice_is_text(word, "binds"))
		return binds_line(p, word);
	if (slice_is_text(word, "defect"))
		return defect_line(p);
	if (slice_is_text(word, "question"))
		return question_line(p, word);
	return words_line(p, word, &p->duty->words, "binds, question, defect, obligation, indicator");
}

static enum err line(struct parser *p)
{
	struct slice word = text_word(&p->t);
	if (slice_is_text(word, "obligation"))
		return obligation_line(p, word);
	if (slice_is_text(word, "indicator"))
		return indicator_line(p, word);
	if (p->duty != NULL)
		return duty_line(p, word);
	if (p->indicator == NULL)
		return head_line(p, word);
	if (slice_is_text(word, "counts"))
		return counts_line(p, word);
	if (slice_is_text(word, "having"))
		return having_line(p);
	return words_line(p, word, &p->indicator->words, "counts, having, obligation, indicator");
}

// Rules in the order of kinds, and no finding under more obligations than fit.
static enum err index_rules(struct parser *p)
{
	struct regime *r = p->r;
	size_t at = 0;
	r->by_kind = calloc(r->rules_n + 1, sizeof *r->by_kind);
	if (r->by_kind == NULL)
		return text_memory(&p->t);
	for (size_t kind = 0; kind < FINDING_KINDS; kind++) {
		size_t obligations = 0, last = SIZE_MAX;
		r->kind_at[kind] = at;
		for (size_t i = 0; i < r->rules_n; i++) {
			if (r->rules[i].when.kind != kind)
				continue;
			obligations += r->rules[i].obligation != last;
			last = r->rules[i].obligation;
			r->by_kind[at++] = i;
		}
		if (obligations > DEFECTS_OF_ONE_MAX && kind != FINDING_ANSWER) // a question has one obligation
			return text_refuse(&p->t, ERR_LIMIT, slice_text(finding_kind_name((enum finding_kind)kind)),
			                   "defects of one kind under more than %u obligations", DEFECTS_OF_ONE_MAX);
	}
	r->kind_at[FINDING_KINDS] = at;
	return ERR_OK;
}

static enum err parse(struct parser *p)
{
	bool more = true;
	p->r->words.line = 1;
	while (more) {
		enum err e = text_next(&p->t, &more);
		if (e == ERR_OK && more)
			e = line(p);
		if (e != ERR_OK)
			return e;
	}
	enum err e = section_done(p);
	if (e == ERR_OK && p->r->duties_n + p->r->indicators_n == 0)
		e = missing(p, &p->r->words, "an obligation or an indicator");
	return e == ERR_OK ? index_rules(p) : e;
}

enum err regime_parse(struct slice text, const char *name, struct regime **out, struct why *why)
{
	struct parser p = {.r = calloc(1, sizeof *p.r)};
	size_t n = text.n <= REGIME_FILE_MAX ? text.n : 0;
	if (p.r != NULL)
		p.r->text = malloc(n + 1);
	if (p.r == NULL || p.r->text == NULL) {
		regime_free(p.r);
		return why_set(why, ERR_SYSTEM, "%s: no memory", name);
	}
	if (n > 0)
		memcpy(p.r->text, text.p, n);
	sha256(text, p.r->hash);
	enum err e = text_open(&p.t, slice_of(p.r->text, text.n), name, REGIME_FILE_MAX, "tocsin-regime 1", why);
	if (e == ERR_OK)
		e = parse(&p);
	if (e == ERR_OK)
		*out = p.r;
	else
		regime_free(p.r);
	return e;
}
