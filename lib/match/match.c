#include "match/match.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "match/index.h"

// --- Adding -----------------------------------------------------------------------------------------------------------------------

static void logged_token(const struct match *m, const struct match_token *t, uint8_t logged[static LOG_TOKEN])
{
	hmac_sha256(slice_of(m->pepper, MATCH_PEPPER), slice_of(t->id, MATCH_TOKEN_ID), logged);
	logged[LOG_TOKEN - 1] = (uint8_t)(t->class | (t->derived ? LOG_DERIVED : 0));
}

enum err match_add(struct match *m, uint64_t batch, uint64_t handle, uint64_t reporter, uint8_t seat, const struct match_token *tokens,
                   size_t count, struct why *why)
{
	uint8_t (*logged)[LOG_TOKEN];
	if (index_batch_known(m, batch))
		return ERR_OK;
	if (count > LOG_TOKENS_MAX)
		return why_set(why, ERR_LIMIT, "matcher: %zu tokens in a batch, at most %d", count, LOG_TOKENS_MAX);
	if ((logged = malloc((count + 1) * sizeof *logged)) == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory");
	enum err e = ERR_OK;
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		if (tokens[i].class >= MATCH_CLASSES)
			e = why_set(why, ERR_INPUT, "matcher: class %u of token %zu does not exist", tokens[i].class, i);
		logged_token(m, &tokens[i], logged[i]);
	}
	struct match_entry entry = {batch, handle, reporter, seat, (uint32_t)count, (const uint8_t(*)[LOG_TOKEN])logged};
	if (e == ERR_OK)
		e = match_log_append(m->log, &m->end, &entry, why);
	if (e == ERR_OK) {
		e = index_add(m, &entry, why);
		INVARIANT(e == ERR_OK); // no memory: the log has what the index has not, and only a new start makes them agree
	}
	free(logged);
	return e;
}

// --- Asking -----------------------------------------------------------------------------------------------------------------------

struct reporter {
	uint64_t number;
	uint8_t seat;
};

static bool reporter_add(struct array *list, const struct record_entry *r)
{
	struct reporter *to = index_array_add(list, sizeof *to);
	if (to == NULL)
		return false;
	*to = (struct reporter){.number = r->reporter, .seat = r->seat};
	return true;
}

static int by_seat_then_number(const void *a, const void *b)
{
	const struct reporter *x = a, *y = b;
	if (x->seat != y->seat)
		return x->seat < y->seat ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

// Distinct reporters of a list, which it sorts: the most at any one seat, and all of them.
static void reporters_count(struct array *list, uint32_t *most_at_one, uint32_t *all)
{
	uint32_t here = 0;
	*most_at_one = *all = 0;
	if (list->n > 0)
		qsort(list->p, list->n, sizeof(struct reporter), by_seat_then_number);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct reporter *r = AT(*list, struct reporter, i);
		if (i > 0 && r->seat == r[-1].seat && r->number == r[-1].number)
			continue;
		here = i > 0 && r->seat == r[-1].seat ? here + 1 : 1;
		*all += 1;
		if (here > *most_at_one)
			*most_at_one = here;
	}
}

// Common: more distinct reporters at one seat than the cap. One member has one alias a month at a seat, so it cannot make a value
// common alone, not even through several seats.
static bool token_is_common(struct match *m, struct token_entry *t)
{
	struct array list = {0};
	uint32_t most_at_one = 0, all, postings = 0;
	bool ok = true;
	if (t->flags & COMMON)
		return true;
	// No more postings than the cap cannot have more reporters: nearly always the answer, and no record is looked at for it.
	for (uint32_t p = t->postings; p != NONE && postings <= m->cap; p = AT(m->postings, struct posting, p)->next)
		postings++;
	if (postings <= m->cap)
		return false;
	for (uint32_t p = t->postings; p != NONE && ok; p = AT(m->postings, struct posting, p)->next)
		ok = reporter_add(&list, AT(m->records, struct record_entry, AT(m->postings, struct posting, p)->record));
	if (ok)
		reporters_count(&list, &most_at_one, &all);
	free(list.p);
	if (most_at_one > m->cap)
		t->flags |= COMMON;
	return (t->flags & COMMON) != 0;
}

// Counts one shared token for every other record that has it.
static bool walk(struct match *m, uint32_t self, struct token_entry *t, struct array *found, struct array *reporters)
{
	for (uint32_t i = t->postings; i != NONE; i = AT(m->postings, struct posting, i)->next) {
		const struct posting *p = AT(m->postings, struct posting, i);
		struct record_entry *r = AT(m->records, struct record_entry, p->record);
		if (p->record == self)
			continue;
		if (r->stamp != m->stamp) {
			struct match_neighbour *n = index_array_add(found, sizeof *n);
			if (n == NULL || !reporter_add(reporters, r))
				return false;
			*n = (struct match_neighbour){.handle = r->handle};
			r->stamp = m->stamp;
			r->mark = found->n - 1;
		}
		struct match_neighbour *n = AT(*found, struct match_neighbour, r->mark);
		if (p->derived)
			n->derived++;
		else
			n->shared[t->flags & (MATCH_CLASSES - 1)]++;
	}
	return true;
}

static uint64_t strength(const struct match_neighbour *n)
{
	uint64_t whole = 0;
	for (unsigned i = 0; i < MATCH_CLASSES; i++)
		whole += n->shared[i];
	return whole << 32 | n->derived;
}

static int stronger_first(const void *a, const void *b)
{
	uint64_t x = strength(a), y = strength(b);
	return (x < y) - (x > y);
}

static bool collect(struct match *m, uint32_t self, struct array *found, struct array *reporters, struct match_summary *s)
{
	if (++m->stamp == 0) { // no record may look as if it had been met
		for (uint32_t i = 0; i < m->records.n; i++)
			AT(m->records, struct record_entry, i)->stamp = 0;
		m->stamp = 1;
	}
	for (uint32_t i = AT(m->records, struct record_entry, self)->segments; i != NONE; i = AT(m->segments, struct segment, i)->next) {
		const struct segment *g = AT(m->segments, struct segment, i);
		for (uint32_t k = 0; k < g->count; k++) {
			struct token_entry *t = AT(m->tokens, struct token_entry, AT(m->postings, struct posting, g->first + k)->token);
			s->tokens++;
			if (token_is_common(m, t))
				s->common++;
			else if (!walk(m, self, t, found, reporters))
				return false;
		}
	}
	if (!reporter_add(reporters, AT(m->records, struct record_entry, self)))
		return false;
	reporters_count(reporters, &s->reporters_least, &s->reporters_most);
	return true;
}

enum err match_neighbours(struct match *m, uint64_t handle, struct match_neighbour *list, size_t room, size_t *count,
                          struct match_summary *summary, struct why *why)
{
	struct array found = {0}, reporters = {0};
	struct match_summary s = {0};
	uint32_t self = index_record(m, handle);
	if (self == NONE)
		return why_set(why, ERR_ABSENT, "no tokens were filed with this record yet");
	bool whole = collect(m, self, &found, &reporters, &s);
	free(reporters.p);
	if (!whole) {
		free(found.p);
		return why_set(why, ERR_SYSTEM, "matcher: out of memory");
	}
	s.neighbours = found.n;
	if (found.n > 0) {
		qsort(found.p, found.n, sizeof(struct match_neighbour), stronger_first);
		*count = found.n < room ? found.n : room;
		memcpy(list, found.p, *count * sizeof *list);
	} else {
		*count = 0;
	}
	*summary = s;
	free(found.p);
	return ERR_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, LOG_TOKEN - 1);
}

// Of `count` tokens, doubles counted once: how many the record has, and how many it has not.
static void meet(const struct match *m, uint32_t record, uint8_t (*logged)[LOG_TOKEN], size_t count, uint32_t *met, uint32_t *absent)
{
	qsort(logged, count, sizeof *logged, by_bytes);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && by_bytes(logged[i - 1], logged[i]) == 0)
			continue;
		uint32_t t = index_token(m, logged[i]);
		if (t != NONE && index_record_has(m, record, t))
			*met += 1;
		else
			*absent += 1;
	}
}

enum err match_compare(struct match *m, uint64_t handle, const struct match_token *tokens, size_t count, uint32_t *missing, uint32_t *extra,
                       struct why *why)
{
	uint32_t self = index_record(m, handle), absent = 0, filed = 0, met = 0;
	uint8_t (*logged)[LOG_TOKEN];
	if (self == NONE)
		return why_set(why, ERR_ABSENT, "no tokens were filed with this record yet");
	if ((logged = malloc((count + 1) * sizeof *logged)) == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory");
	for (uint32_t s = AT(m->records, struct record_entry, self)->segments; s != NONE; s = AT(m->segments, struct segment, s)->next)
		filed += AT(m->segments, struct segment, s)->count;
	for (size_t i = 0; i < count; i++)
		logged_token(m, &tokens[i], logged[i]);
	meet(m, self, logged, count, &met, &absent);
	free(logged);
	*missing = absent;
	*extra = filed - met;
	return ERR_OK;
}

struct match_size match_size(const struct match *m)
{
	return (struct match_size){
		.postings = m->postings.n,
		.tokens = m->tokens.n,
		.records = m->records.n,
		.bytes = (uint64_t)m->tokens.room * sizeof(struct token_entry) + (uint64_t)m->postings.room * sizeof(struct posting) +
		         (uint64_t)m->segments.room * sizeof(struct segment) + (uint64_t)m->records.room * sizeof(struct record_entry) +
		         (uint64_t)m->batches.room * sizeof(uint64_t) +
		         4 * ((uint64_t)m->by_token.mask + m->by_handle.mask + m->by_batch.mask + 3),
	};
}

enum err match_open(const char *directory, const uint8_t pepper[static MATCH_PEPPER], uint32_t cap, struct match **out, struct why *why)
{
	struct match *m = calloc(1, sizeof *m);
	if (m == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory");
	m->pepper = secret_new(MATCH_PEPPER);
	memcpy(m->pepper, pepper, MATCH_PEPPER);
	m->cap = cap;
	m->log = -1;
	enum err e = match_log_open(directory, pepper, &m->log, &m->end, index_add, m, why);
	if (e != ERR_OK)
		match_close(m);
	else
		*out = m;
	return e;
}

void match_close(struct match *m)
{
	if (m == NULL)
		return;
	if (m->log >= 0)
		close(m->log);
	secret_free(m->pepper);
	free(m->tokens.p);
	free(m->postings.p);
	free(m->segments.p);
	free(m->records.p);
	free(m->batches.p);
	free(m->by_token.slot);
	free(m->by_handle.slot);
	free(m->by_batch.slot);
	free(m);
}
