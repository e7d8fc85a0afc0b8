#include "match/index.h"

#include <stdlib.h>

void *index_array_add(struct array *a, size_t size)
{
	if (a->n == a->room) {
		uint64_t room = a->room + (uint64_t)a->room / 4 + 64;
		void *p = room >= NONE ? NULL : realloc(a->p, room * size);
		if (p == NULL)
			return NULL;
		a->p = p;
		a->room = (uint32_t)room;
	}
	return (char *)a->p + a->n++ * size;
}

// --- Tables ---------------------------------------------------------------------------------------------------------------------

static uint32_t token_hash(const uint8_t *key)
{
	uint32_t h;
	memcpy(&h, key, sizeof h);
	return h;
}

static uint32_t number_hash(uint64_t v)
{
	return (uint32_t)(v * 0x9e3779b97f4a7c15u >> 32);
}

static uint32_t hash_of(const struct match *m, const struct table *t, uint32_t i)
{
	if (t == &m->by_token)
		return token_hash(AT(m->tokens, struct token_entry, i)->key);
	return number_hash(t == &m->by_handle ? AT(m->records, struct record_entry, i)->handle : *AT(m->batches, uint64_t, i));
}

static void table_put(struct table *t, uint32_t hash, uint32_t i)
{
	uint32_t at = hash & t->mask;
	while (t->slot[at] != NONE)
		at = (at + 1) & t->mask;
	t->slot[at] = i;
	t->used++;
}

// Makes room for one more.
static bool table_grow(const struct match *m, struct table *t)
{
	if (t->slot != NULL && t->used < t->mask / 2)
		return true;
	uint64_t room = t->slot == NULL ? 1024 : 2 * ((uint64_t)t->mask + 1);
	struct table bigger = {.mask = (uint32_t)(room - 1)};
	if (room > NONE || (bigger.slot = malloc(room * sizeof *bigger.slot)) == NULL)
		return false;
	memset(bigger.slot, 0xff, room * sizeof *bigger.slot);
	for (uint64_t i = 0; t->slot != NULL && i <= t->mask; i++)
		if (t->slot[i] != NONE)
			table_put(&bigger, hash_of(m, t, t->slot[i]), t->slot[i]);
	free(t->slot);
	*t = bigger;
	return true;
}

uint32_t index_token(const struct match *m, const uint8_t key[static KEY])
{
	const struct table *t = &m->by_token;
	for (uint32_t at = token_hash(key) & t->mask; t->slot != NULL && t->slot[at] != NONE; at = (at + 1) & t->mask)
		if (memcmp(AT(m->tokens, struct token_entry, t->slot[at])->key, key, KEY) == 0)
			return t->slot[at];
	return NONE;
}

uint32_t index_record(const struct match *m, uint64_t handle)
{
	const struct table *t = &m->by_handle;
	for (uint32_t at = number_hash(handle) & t->mask; t->slot != NULL && t->slot[at] != NONE; at = (at + 1) & t->mask)
		if (AT(m->records, struct record_entry, t->slot[at])->handle == handle)
			return t->slot[at];
	return NONE;
}

bool index_batch_known(const struct match *m, uint64_t batch)
{
	const struct table *t = &m->by_batch;
	for (uint32_t at = number_hash(batch) & t->mask; t->slot != NULL && t->slot[at] != NONE; at = (at + 1) & t->mask)
		if (*AT(m->batches, uint64_t, t->slot[at]) == batch)
			return true;
	return false;
}

// --- Adding -----------------------------------------------------------------------------------------------------------------------

static uint32_t token_add(struct match *m, const uint8_t logged[static LOG_TOKEN])
{
	uint32_t i = index_token(m, logged);
	if (i != NONE)
		return i;
	struct token_entry *t = table_grow(m, &m->by_token) ? index_array_add(&m->tokens, sizeof *t) : NULL;
	if (t == NULL)
		return NONE;
	memcpy(t->key, logged, KEY);
	t->flags = logged[LOG_TOKEN - 1] & (uint8_t)~LOG_DERIVED;
	t->postings = NONE;
	table_put(&m->by_token, token_hash(t->key), m->tokens.n - 1);
	return m->tokens.n - 1;
}

static uint32_t record_add(struct match *m, const struct match_entry *e)
{
	uint32_t i = index_record(m, e->handle);
	if (i != NONE)
		return i;
	struct record_entry *r = table_grow(m, &m->by_handle) && m->records.n < NONE / 2 ? index_array_add(&m->records, sizeof *r) : NULL;
	if (r == NULL)
		return NONE;
	*r = (struct record_entry){.handle = e->handle, .reporter = e->reporter, .seat = e->seat, .segments = NONE};
	table_put(&m->by_handle, number_hash(e->handle), m->records.n - 1);
	return m->records.n - 1;
}

// The token's list and the record's may both be long (a value in every report; a record whose tokens came in a thousand batches): the
// end of the shorter one ends the search.
bool index_record_has(const struct match *m, uint32_t record, uint32_t token)
{
	uint32_t p = AT(m->tokens, struct token_entry, token)->postings, s = AT(m->records, struct record_entry, record)->segments, i = 0;
	while (p != NONE && s != NONE) {
		const struct posting *one = AT(m->postings, struct posting, p);
		const struct segment *g = AT(m->segments, struct segment, s);
		if (one->record == record || (i < g->count && AT(m->postings, struct posting, g->first + i)->token == token))
			return true;
		p = one->next;
		if (++i >= g->count) {
			s = g->next;
			i = 0;
		}
	}
	return false;
}

// Puts one token under the record, once.
static bool posting_add(struct match *m, uint32_t record, const uint8_t logged[static LOG_TOKEN], struct segment *g, bool look)
{
	uint32_t token = token_add(m, logged);
	if (token == NONE)
		return false;
	uint32_t newest = AT(m->tokens, struct token_entry, token)->postings;
	if ((newest != NONE && AT(m->postings, struct posting, newest)->record == record) || (look && index_record_has(m, record, token)))
		return true;
	struct posting *p = index_array_add(&m->postings, sizeof *p);
	if (p == NULL)
		return false;
	*p = (struct posting){.record = record & 0x7fffffff, .derived = (logged[LOG_TOKEN - 1] & LOG_DERIVED) != 0, .next = newest, .token = token};
	AT(m->tokens, struct token_entry, token)->postings = m->postings.n - 1;
	g->count++;
	return true;
}

enum err index_add(void *match, const struct match_entry *e, struct why *why)
{
	struct match *m = match;
	if (index_batch_known(m, e->batch))
		return ERR_OK;
	uint32_t record = record_add(m, e);
	uint64_t *batch = record != NONE && table_grow(m, &m->by_batch) ? index_array_add(&m->batches, sizeof *batch) : NULL;
	if (batch == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	*batch = e->batch;
	table_put(&m->by_batch, number_hash(e->batch), m->batches.n - 1);
	struct segment g = {.first = m->postings.n, .next = AT(m->records, struct record_entry, record)->segments};
	bool look = g.next != NONE;
	for (uint32_t i = 0; i < e->count; i++)
		if (!posting_add(m, record, e->token[i], &g, look))
			return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	struct segment *to = index_array_add(&m->segments, sizeof *to);
	if (to == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	*to = g;
	AT(m->records, struct record_entry, record)->segments = m->segments.n - 1;
	return ERR_OK;
}
