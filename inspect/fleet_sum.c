// What several threads counted becomes one: sums, the worst machines, the files not read.
#include <stdlib.h>

#include "fleet.h"

static int by_urgency(const struct fleet_machine *a, const struct fleet_machine *b)
{
	for (size_t c = DEFECT_CLASSES; c-- > 0;)
		if (a->number[FLEET_WEIGHING + c] != b->number[FLEET_WEIGHING + c])
			return a->number[FLEET_WEIGHING + c] > b->number[FLEET_WEIGHING + c] ? -1 : 1;
	if (a->number[FLEET_EXPLOITED] != b->number[FLEET_EXPLOITED])
		return a->number[FLEET_EXPLOITED] > b->number[FLEET_EXPLOITED] ? -1 : 1;
	int order = strcmp(a->file, b->file);
	return order != 0 ? order : strcmp(a->name, b->name);
}

enum err fleet_sum_worst(struct fleet_sum *s, const struct fleet_machine *m, struct why *why)
{
	size_t at = s->worst_n;
	if (m->verdict == VERDICT_FAVOURABLE)
		return ERR_OK;
	while (at > 0 && by_urgency(m, s->worst[at - 1]) < 0)
		at--;
	if (at == FLEET_WORST)
		return ERR_OK;
	struct fleet_machine *kept = s->worst_n == FLEET_WORST ? s->worst[FLEET_WORST - 1] : malloc(sizeof *kept);
	if (kept == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	s->worst_n += s->worst_n < FLEET_WORST;
	memmove(&s->worst[at + 1], &s->worst[at], (s->worst_n - 1 - at) * sizeof *s->worst);
	*kept = *m;
	s->worst[at] = kept;
	return ERR_OK;
}

enum err fleet_sum_unread(struct fleet_sum *s, const char *file, const struct why *reason, struct why *why)
{
	size_t at = s->told_n;
	s->unread++;
	while (at > 0 && strcmp(file, s->told[at - 1]->file) < 0)
		at--;
	if (at == FLEET_TOLD_MAX)
		return ERR_OK;
	struct fleet_unread *kept = s->told_n == FLEET_TOLD_MAX ? s->told[FLEET_TOLD_MAX - 1] : malloc(sizeof *kept);
	if (kept == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	s->told_n += s->told_n < FLEET_TOLD_MAX;
	memmove(&s->told[at + 1], &s->told[at], (s->told_n - 1 - at) * sizeof *s->told);
	strcpy(kept->file, file);
	kept->why = *reason;
	s->told[at] = kept;
	return ERR_OK;
}

enum err fleet_sum_add(struct fleet_sum *s, struct fleet_sum *other, struct why *why)
{
	enum err e = fleet_steps_sum(&s->steps, &other->steps, why);
	s->machines += other->machines;
	for (size_t i = 0; i <= VERDICT_REFUSED; i++)
		s->verdicts[i] += other->verdicts[i];
	for (size_t i = 0; i < FLEET_NUMBERS; i++)
		s->number[i] += other->number[i];
	for (size_t i = 0; e == ERR_OK && i < other->worst_n; i++)
		e = fleet_sum_worst(s, other->worst[i], why);
	for (size_t i = 0; e == ERR_OK && i < other->told_n; i++)
		e = fleet_sum_unread(s, other->told[i]->file, &other->told[i]->why, why);
	s->unread += other->unread - other->told_n;
	fleet_sum_free(other);
	return e;
}

void fleet_sum_free(struct fleet_sum *s)
{
	for (size_t i = 0; i < s->worst_n; i++)
		free(s->worst[i]);
	for (size_t i = 0; i < s->told_n; i++)
		free(s->told[i]);
	fleet_step_counts_free(&s->steps);
	*s = (struct fleet_sum){0};
}
