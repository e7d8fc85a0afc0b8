// Which names are one flaw, and the order in which everything stands in the file. It depends on what is said alone, not on the order
// in which it was said: so knowledge brought up to date in steps is the same file as knowledge made at once.
#include "knowledge/building.h"

#include <stdlib.h>

static int compare_text(const struct knowledge_build *b, uint32_t x, uint32_t y)
{
	return x == y ? 0 : slice_compare(intern_bytes(&b->strings, x), intern_bytes(&b->strings, y));
}

static int compare_number(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

static int compare_sources(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	const struct build_source *s = &SOURCES(b)[*(const uint32_t *)x], *t = &SOURCES(b)[*(const uint32_t *)y];
	return s->said.kind != t->said.kind ? compare_number(s->said.kind, t->said.kind) : compare_text(b, s->name, t->name);
}

static int compare_records(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	const struct build_record *r = &RECORDS(b)[*(const uint32_t *)x], *s = &RECORDS(b)[*(const uint32_t *)y];
	int order = compare_number(SOURCES(b)[r->held.source].rank, SOURCES(b)[s->held.source].rank);
	return order != 0 ? order : compare_text(b, r->id, s->id);
}

static const struct build_key *key_at(const struct knowledge_build *b, uint32_t ref)
{
	return (const struct build_key *)(const void *)intern_bytes(&b->keys, ref).p;
}

static int compare_keys(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	const struct build_key *k = key_at(b, *(const uint32_t *)x), *l = key_at(b, *(const uint32_t *)y);
	int order = compare_number(k->names, l->names);
	order = order != 0 ? order : compare_text(b, k->space, l->space);
	return order != 0 ? order : compare_text(b, k->name, l->name);
}

// Rows of one key. The rows of one record stay as its source gave them.
static int compare_rows(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
	const struct build_record *r = &RECORDS(b)[ROWS(b)[i].record], *s = &RECORDS(b)[ROWS(b)[j].record];
	int order = compare_number(r->flaw, s->flaw);
	order = order != 0 ? order : compare_number(r->rank, s->rank);
	return order != 0 ? order : compare_number(i, j);
}

static bool same_row(const struct build_row *x, const struct build_row *y)
{
	return x->record == y->record && x->ranges == y->ranges && x->extra == y->extra && x->otherwise == y->otherwise &&
	       x->negligible == y->negligible;
}

static bool row_counts(const struct knowledge_build *b, const struct build_row *row)
{
	const struct build_record *r = &RECORDS(b)[row->record];
	return build_live(b, &r->held) && !r->rejected;
}

static bool make(uint32_t **list, size_t n)
{
	*list = calloc(n + 1, sizeof **list);
	return *list != NULL;
}

static enum err order_records(struct knowledge_build *b, struct order *o, struct why *why)
{
	o->sources_n = SOURCE_COUNT(b);
	if (!make(&o->sources, o->sources_n) || !make(&o->records, RECORD_COUNT(b)))
		return why_set(why, ERR_SYSTEM, "no memory");
	for (size_t i = 0; i < o->sources_n; i++)
		o->sources[i] = (uint32_t)i;
	qsort_r(o->sources, o->sources_n, sizeof *o->sources, compare_sources, b);
	for (size_t i = 0; i < o->sources_n; i++)
		SOURCES(b)[o->sources[i]].rank = (uint32_t)i;
	for (size_t i = 0; i < RECORD_COUNT(b); i++)
		if (build_live(b, &RECORDS(b)[i].held))
			o->records[o->records_n++] = (uint32_t)i;
	qsort_r(o->records, o->records_n, sizeof *o->records, compare_records, b);
	for (size_t i = 0; i < o->records_n; i++)
		RECORDS(b)[o->records[i]].rank = (uint32_t)i;
	return ERR_OK;
}

// The keys in use, sorted; afterwards the value of a key is its rank + 1.
static enum err order_keys(struct knowledge_build *b, struct order *o, struct why *why)
{
	if (!make(&o->keys, b->keys.count))
		return why_set(why, ERR_SYSTEM, "no memory");
	intern_clear_values(&b->keys);
	for (size_t i = 0; i < ROW_COUNT(b); i++) {
		if (!row_counts(b, &ROWS(b)[i]))
			continue;
		o->rows_n++;
		uint32_t *value = intern_value(&b->keys, ROWS(b)[i].key);
		if (*value == 0)
			o->keys[o->keys_n++] = ROWS(b)[i].key;
		*value = 1;
	}
	qsort_r(o->keys, o->keys_n, sizeof *o->keys, compare_keys, b);
	for (size_t i = 0; i < o->keys_n; i++)
		*intern_value(&b->keys, o->keys[i]) = (uint32_t)i + 1;
	return ERR_OK;
}

// Puts each key's rows together, sorts them and leaves out what is said twice.
static enum err order_rows(struct knowledge_build *b, struct order *o, struct why *why)
{
	uint32_t *next;
	if (!make(&next, o->keys_n) || !make(&o->key_rows, o->keys_n + 1) || !make(&o->rows, o->rows_n)) {
		free(next);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	for (size_t i = 0; i < ROW_COUNT(b); i++)
		if (row_counts(b, &ROWS(b)[i]))
			o->key_rows[*intern_value(&b->keys, ROWS(b)[i].key)]++;
	for (size_t i = 0; i < o->keys_n; i++) {
		next[i] = o->key_rows[i];
		o->key_rows[i + 1] += o->key_rows[i];
	}
	for (size_t i = 0; i < ROW_COUNT(b); i++)
		if (row_counts(b, &ROWS(b)[i]))
			o->rows[next[*intern_value(&b->keys, ROWS(b)[i].key) - 1]++] = (uint32_t)i;
	free(next);
	size_t out = 0;
	for (size_t i = 0, end = 0, begin = 0; i < o->keys_n; i++, begin = end) {
		end = o->key_rows[i + 1];
		qsort_r(o->rows + begin, end - begin, sizeof *o->rows, compare_rows, b);
		o->key_rows[i] = (uint32_t)out;
		for (size_t at = begin; at < end; at++)
			if (at == begin || !same_row(&ROWS(b)[o->rows[at]], &ROWS(b)[o->rows[at - 1]]))
				o->rows[out++] = o->rows[at];
	}
	o->key_rows[o->keys_n] = (uint32_t)out;
	o->rows_n = out;
	return ERR_OK;
}

enum err build_order(struct knowledge_build *b, struct order *o, struct why *why)
{
	*o = (struct order){0};
	enum err e = order_records(b, o, why);
	if (e == ERR_OK)
		e = build_join(b, o, why);
	if (e == ERR_OK)
		e = order_keys(b, o, why);
	if (e == ERR_OK)
		e = order_rows(b, o, why);
	if (e != ERR_OK)
		order_free(o);
	return e;
}

void order_free(struct order *o)
{
	free(o->sources);
	free(o->records);
	free(o->rows);
	free(o->keys);
	free(o->key_rows);
	free(o->flaws);
	free(o->names);
	*o = (struct order){0};
}
