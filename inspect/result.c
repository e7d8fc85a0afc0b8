#include "result.h"

#include <stdlib.h>

#include "crypto/hash.h"

#define TEXT_BLOCK (256u << 10)

// Strings in blocks that never move.
struct texts {
	struct texts *next;
	size_t used, room, total;
	uint8_t bytes[];
};

enum err result_keep(struct result *r, struct slice *s, struct why *why)
{
	if (s->n == 0) {
		*s = (struct slice){0};
		return ERR_OK;
	}
	size_t total = r->text == NULL ? 0 : r->text->total;
	if (r->text == NULL || r->text->room - r->text->used < s->n) {
		size_t room = s->n > TEXT_BLOCK ? s->n : TEXT_BLOCK;
		if (total + room > RESULT_TEXT_MAX)
			return why_set(why, ERR_LIMIT, "the findings take more than %u MiB", RESULT_TEXT_MAX >> 20);
		struct texts *t = malloc(sizeof *t + room);
		if (t == NULL)
			return why_set(why, ERR_SYSTEM, "no memory");
		*t = (struct texts){r->text, 0, room, total + room};
		r->text = t;
	}
	uint8_t *to = r->text->bytes + r->text->used;
	memcpy(to, s->p, s->n);
	r->text->used += s->n;
	*s = slice_of(to, s->n);
	return ERR_OK;
}

void result_init(struct result *r)
{
	*r = (struct result){0};
}

void result_free(struct result *r)
{
	for (size_t i = 0; i < r->regimes; i++) {
		regime_free(r->regime[i]);
		regime_count_free(r->indicators[i]);
	}
	derogations_free(r->derogations);
	free(r->finding);
	free(r->only);
	free(r->point);
	while (r->text != NULL) {
		struct texts *next = r->text->next;
		free(r->text);
		r->text = next;
	}
	*r = (struct result){0};
}

// Room for one more of an array.
static enum err grow(void **of, size_t n, size_t *room, size_t size, struct why *why)
{
	if (n >= RESULT_FINDINGS_MAX)
		return why_set(why, ERR_LIMIT, "more than %u findings", RESULT_FINDINGS_MAX);
	if (n < *room)
		return ERR_OK;
	size_t more = *room == 0 ? 256 : *room * 2;
	void *p = reallocarray(*of, more, size);
	if (p == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	*of = p;
	*room = more;
	return ERR_OK;
}

static enum err keep(struct result *r, const struct finding *f, uint32_t *at, struct why *why)
{
	enum err e = grow((void **)&r->finding, r->findings, &r->findings_room, sizeof *r->finding, why);
	if (e != ERR_OK)
		return e;
	struct finding *k = &r->finding[r->findings];
	*k = *f;
	struct slice *of[] = {&k->machine, &k->item,   &k->version, &k->package,   &k->ecosystem, &k->purl,    &k->cpe,   &k->flaw,
	                      &k->title,   &k->source, &k->author,  &k->fixed,     &k->reason,    &k->product, &k->cycle, &k->latest,
	                      &k->level,   &k->use,    &k->basis,   &k->caretaker, &k->question,  &k->answer};
	// The machine and the item are mostly those of the finding before.
	const struct finding *before = r->findings > 0 ? k - 1 : NULL;
	for (size_t i = 0; e == ERR_OK && i < sizeof of / sizeof *of; i++) {
		size_t offset = (size_t)((uint8_t *)of[i] - (uint8_t *)k);
		const struct slice *same = before == NULL ? NULL : (const struct slice *)((const uint8_t *)before + offset);
		if (same != NULL && slice_equal(*same, *of[i]))
			*of[i] = *same;
		else
			e = result_keep(r, of[i], why);
	}
	if (e == ERR_OK)
		*at = (uint32_t)r->findings++;
	return e;
}

static void key_of(const struct result *r, struct point *p)
{
	const struct finding *f = &r->finding[p->finding];
	// What a system calls itself changes with every update ("Ubuntu 22.04.4 LTS"): of the machine itself the product counts.
	struct slice item = f->item_kind == ITEM_SYSTEM && f->package.n == 0 ? f->product : f->item;
	struct obligation o = regime_obligation(r->regime[p->regime], p->defect.obligation);
	const struct slice parts[] = {
		slice_text(finding_kind_name(f->kind)), regime_id(r->regime[p->regime]), o.id, f->machine, item, f->flaw, f->question};
	struct buf b;
	uint8_t hash[32];
	buf_init(&b, 16 * INVENTORY_TEXT_MAX);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		buf_put_vec16(&b, parts[i]);
	INVARIANT(buf_status(&b) == ERR_OK);
	sha256(buf_slice(&b), hash);
	memcpy(p->key, hash, POINT_KEY);
	buf_free(&b);
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, POINT_KEY);
}

static bool is_asked(const struct result *r, const struct point *p)
{
	return r->only == NULL || bsearch(p->key, r->only, r->only_n, POINT_KEY, by_key) != NULL;
}

static enum err judge(struct result *r, uint32_t at, uint16_t regime, struct why *why)
{
	struct defect defects[DEFECTS_OF_ONE_MAX];
	const struct finding *f = &r->finding[at];
	size_t n = regime_judge(r->regime[regime], f, r->entity, r->today, defects);
	if (r->derogations != NULL)
		derogations_apply(r->derogations, r->regime[regime], f, r->today, defects, n);
	for (size_t i = 0; i < n; i++) {
		enum err e = grow((void **)&r->point, r->points, &r->points_room, sizeof *r->point, why);
		if (e != ERR_OK)
			return e;
		struct point *p = &r->point[r->points];
		*p = (struct point){.finding = at, .regime = regime, .defect = defects[i]};
		key_of(r, p);
		if (!is_asked(r, p))
			continue;
		r->points++;
		(p->defect.derogated ? r->derogated : r->weighing)[p->defect.class]++;
	}
	return ERR_OK;
}

// Was the same known of its exploitation then?
bool result_is_unchanged(const struct result *r, const struct finding *f)
{
	uint32_t at;
	if (f->flaw.n == 0)
		return true; // nothing that a list of exploited flaws could change
	if (!knowledge_flaw_find(r->changed_since, f->flaw, &at))
		return !f->known_exploited;
	struct knowledge_flaw then = knowledge_flaw(r->changed_since, at);
	if (then.kev_digest != f->kev_digest && then.kev_digest != 0 && f->kev_digest != 0)
		return false; // the list's own words
	return then.known_exploited == f->known_exploited && then.ransomware == f->ransomware && then.kev_due == f->kev_due;
}

enum err result_take(void *result, const struct finding *f, struct why *why)
{
	struct result *r = result;
	uint32_t at = 0;
	if (r->changed_since != NULL && result_is_unchanged(r, f))
		return ERR_OK;
	enum err e = keep(r, f, &at, why);
	if (e == ERR_OK)
		r->doubtful += f->confidence == CONFIDENCE_DOUBTFUL;
	for (size_t i = 0; e == ERR_OK && i < r->regimes; i++) {
		if (r->indicators[i] != NULL && r->machines > 0)
			regime_count_finding(r->indicators[i], f, r->today);
		e = judge(r, at, (uint16_t)i, why);
	}
	return e;
}

enum err result_machine(struct result *r, const struct machine *m, struct why *why)
{
	enum err e = ERR_OK;
	if (r->machines++ == 0) {
		r->subject = m->name;
		r->subject_os = m->os_name;
		e = result_keep(r, &r->subject, why);
		if (e == ERR_OK)
			e = result_keep(r, &r->subject_os, why);
	}
	for (size_t i = 0; e == ERR_OK && i < r->regimes; i++) {
		if (r->indicators[i] == NULL)
			e = regime_count_new(r->regime[i], &r->indicators[i], why);
		if (e == ERR_OK)
			regime_count_machine(r->indicators[i], m->role, m->exposure);
	}
	return e;
}

void result_end(struct result *r)
{
	r->verdict = regime_verdict(r->weighing);
}

uint64_t result_unanswered(const struct result *r)
{
	uint64_t n = 0;
	for (size_t i = 0; r->only == NULL && r->changed_since == NULL && i < r->findings; i++) {
		const struct finding *f = &r->finding[i];
		n += f->kind == FINDING_ANSWER && answer_is_open(f->answer);
	}
	return n;
}
