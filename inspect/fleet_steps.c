// Steps over all machines: a table of their names, shared, and each thread's counts by number.
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "fleet.h"

#define SLOTS (2 * FLEET_STEPS_MAX) // power of two

struct entry {
	enum step_kind kind;
	uint32_t at; // in the text: ecosystem, name, to, each with its length
	uint32_t n;
};

struct fleet_steps {
	pthread_mutex_t lock;
	struct entry of[FLEET_STEPS_MAX]; // 0: all that has no room
	uint32_t slots[SLOTS]; // number; 0: free
	size_t n;
	struct buf text, key;
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
};

struct fleet_steps *fleet_steps_new(void)
{
	struct fleet_steps *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	crypto_shorthash_keygen(s->hash_key);
	buf_init(&s->text, FLEET_STEPS_TEXT);
	buf_init(&s->key, 4 * FACT_TEXT_MAX + 16);
	s->n = 1;
	return s;
}

void fleet_steps_free(struct fleet_steps *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	buf_free(&s->text);
	buf_free(&s->key);
	free(s);
}

struct fleet_step fleet_step_of(const struct finding *f)
{
	struct fleet_step step = {.kind = step_kind_of(f), .name = f->item};
	switch (step.kind) {
	case STEP_UPDATE:
		step.name = f->kind == FINDING_STALE ? (struct slice){0} : f->package;
		step.ecosystem = f->ecosystem;
		step.to = f->fixed;
		break;
	case STEP_MITIGATE:
		step.name = f->package;
		step.ecosystem = f->ecosystem;
		break;
	case STEP_REPLACE:
		step.to = f->latest;
		break;
	case STEP_REBOOT:
		step.to = f->fixed;
		break;
	case STEP_ANSWER:
		step.name = f->question;
		break;
	case STEP_REMOVE:
	case STEP_RESTART:
	case STEP_CREDENTIAL:
	case STEP_CARETAKER:
	case STEP_KINDS:
		break;
	}
	return step;
}

static uint32_t number_of(struct fleet_steps *s, enum step_kind kind)
{
	struct slice key = buf_slice(&s->key);
	uint64_t hash = 0;
	crypto_shorthash((uint8_t *)&hash, key.p, key.n, s->hash_key);
	for (size_t i = (hash + (unsigned)kind) & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1)) {
		uint32_t number = s->slots[i];
		const struct entry *e = &s->of[number];
		if (number != 0 && (e->kind != kind || !slice_equal(slice_part(buf_slice(&s->text), e->at, e->n), key)))
			continue;
		if (number != 0 || s->n == FLEET_STEPS_MAX || s->text.n + key.n > FLEET_STEPS_TEXT)
			return number;
		s->of[s->n] = (struct entry){kind, (uint32_t)s->text.n, (uint32_t)key.n};
		buf_put_slice(&s->text, key);
		return s->slots[i] = (uint32_t)s->n++;
	}
}

enum err fleet_steps_number(struct fleet_steps *s, const struct fleet_step *step, uint32_t *number, struct why *why)
{
	const struct slice texts[] = {step->ecosystem, step->name, step->to};
	pthread_mutex_lock(&s->lock);
	buf_clear(&s->key);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_put_vec16(&s->key, slice_part(texts[i], 0, FACT_TEXT_MAX));
	enum err e = buf_status(&s->key);
	if (e == ERR_OK)
		*number = number_of(s, step->kind);
	if (e == ERR_OK)
		e = buf_status(&s->text);
	pthread_mutex_unlock(&s->lock);
	return e == ERR_OK ? ERR_OK : why_set(why, e, "no memory for the steps");
}

// --- Counts --------------------------------------------------------------------------------------------------------------------

static bool more(void **of, size_t n, size_t room, size_t size)
{
	uint8_t *p = reallocarray(*of, room, size);
	if (p == NULL)
		return false;
	memset(p + n * size, 0, (room - n) * size);
	*of = p;
	return true;
}

static enum err room_for(struct fleet_step_counts *c, uint32_t number, struct why *why)
{
	size_t room = c->n == 0 ? 64 : c->n;
	if (number < c->n)
		return ERR_OK;
	while (room <= number)
		room *= 2;
	if (!more((void **)&c->of, c->n, room, sizeof *c->of) || !more((void **)&c->mine, c->n, room, sizeof *c->mine) ||
	    !more((void **)&c->touched, c->n, room, sizeof *c->touched))
		return why_set(why, ERR_SYSTEM, "no memory for the steps");
	c->n = room;
	return ERR_OK;
}

enum err fleet_steps_add(struct fleet_step_counts *c, const struct fleet_part *p, struct why *why)
{
	enum err e = room_for(c, p->step, why);
	if (e != ERR_OK)
		return e;
	struct fleet_part *mine = &c->mine[p->step];
	if (mine->defects == 0) {
		*mine = *p;
		c->touched[c->touched_n++] = p->step;
		return ERR_OK;
	}
	mine->defects += p->defects;
	mine->exploited += p->exploited;
	if (p->due < mine->due)
		mine->due = p->due;
	if (p->worst > mine->worst)
		mine->worst = p->worst;
	return ERR_OK;
}

static void sum(struct fleet_step_count *to, const struct fleet_step_count *more_of)
{
	if (more_of->machines == 0)
		return;
	if (to->machines == 0 || more_of->due < to->due)
		to->due = more_of->due;
	if (more_of->worst > to->worst)
		to->worst = more_of->worst;
	to->machines += more_of->machines;
	to->defects += more_of->defects;
	to->exploited += more_of->exploited;
}

void fleet_steps_machine(struct fleet_step_counts *c, bool counts)
{
	for (size_t i = 0; i < c->touched_n; i++) {
		struct fleet_part *mine = &c->mine[c->touched[i]];
		const struct fleet_step_count one = {1, mine->defects, mine->exploited, mine->due, mine->worst};
		if (counts)
			sum(&c->of[c->touched[i]], &one);
		mine->defects = 0;
	}
	c->touched_n = 0;
}

enum err fleet_steps_sum(struct fleet_step_counts *all, const struct fleet_step_counts *of, struct why *why)
{
	enum err e = of->n == 0 ? ERR_OK : room_for(all, (uint32_t)of->n - 1, why);
	for (size_t i = 0; e == ERR_OK && i < of->n; i++)
		sum(&all->of[i], &of->of[i]);
	return e;
}

void fleet_step_counts_free(struct fleet_step_counts *c)
{
	free(c->of);
	free(c->mine);
	free(c->touched);
	*c = (struct fleet_step_counts){0};
}

static struct slice take(struct slice *text)
{
	size_t n = (size_t)text->p[0] << 8 | text->p[1];
	struct slice taken = slice_part(*text, 2, n);
	*text = slice_part(*text, 2 + n, text->n);
	return taken;
}

// Most urgent first, then most rewarding; then by name, so that the order is always the same.
static int by_reward(const void *a, const void *b)
{
	const struct fleet_todo *x = a, *y = b;
	const struct fleet_step_count *m = &x->count, *n = &y->count;
	if (m->worst != n->worst)
		return (int)n->worst - (int)m->worst;
	if (m->exploited != n->exploited)
		return m->exploited > n->exploited ? -1 : 1;
	if (m->defects != n->defects)
		return m->defects > n->defects ? -1 : 1;
	if (m->machines != n->machines)
		return m->machines > n->machines ? -1 : 1;
	int order = (int)x->step.kind - (int)y->step.kind;
	if (order == 0)
		order = slice_compare(x->step.name, y->step.name);
	if (order == 0)
		order = slice_compare(x->step.ecosystem, y->step.ecosystem);
	return order != 0 ? order : slice_compare(x->step.to, y->step.to);
}

enum err fleet_steps_list(const struct fleet_steps *s, const struct fleet_step_counts *all, struct fleet_todo **todo, size_t *n,
                          struct fleet_step_count *others, struct why *why)
{
	struct fleet_todo *list = calloc(s->n, sizeof *list);
	size_t found = 0;
	if (list == NULL)
		return why_set(why, ERR_SYSTEM, "no memory for the steps");
	*others = all->n > 0 ? all->of[0] : (struct fleet_step_count){0};
	for (size_t i = 1; i < s->n && i < all->n; i++) {
		struct slice text = slice_part(buf_slice(&s->text), s->of[i].at, s->of[i].n);
		if (all->of[i].machines == 0)
			continue;
		struct fleet_todo *t = &list[found++];
		t->count = all->of[i];
		t->step.kind = s->of[i].kind;
		t->step.ecosystem = take(&text);
		t->step.name = take(&text);
		t->step.to = take(&text);
	}
	if (found > 0)
		qsort(list, found, sizeof *list, by_reward);
	*todo = list;
	*n = found;
	return ERR_OK;
}
