#include "match/match.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "match/log.h"

// In memory, 32-bit numbers throughout: tokens, postings and records each up to NONE. A token costs 16 bytes, a posting 12, a
// table slot 4 at a load of at most one half.
#define NONE UINT32_MAX
#define KEY 11 // bytes of the HMAC that are kept: two of 2^32 tokens are taken for one with a chance below 2^-24
#define COMMON 0x80

struct token_entry {
	uint8_t key[KEY];
	uint8_t flags; // class, and COMMON once it has been seen to be over the cap
	uint32_t postings; // newest first
};
struct posting {
	uint32_t record : 31;
	uint32_t derived : 1;
	uint32_t next; // of the same token
	uint32_t token;
};
struct segment { // the postings of one batch stand together
	uint32_t first, count, next;
};
struct record_entry {
	uint64_t handle, reporter;
	uint32_t segments;
	uint32_t mark; // place in the list that match_neighbours is making, when stamp is current
	uint32_t stamp;
	uint8_t seat;
};

// A growing array of fixed-size things.
struct array {
	void *p;
	uint32_t n, room;
};
// Open addressing over numbers of things that know their own key.
struct table {
	uint32_t *slot;
	uint32_t mask, used;
};

struct match {
	uint8_t *pepper; // secret
	uint32_t cap;
	int log;
	uint32_t stamp;
	struct array tokens, postings, segments, records, batches;
	struct table by_token, by_handle, by_batch;
};

#define AT(array, type, i) (&((type *)(array).p)[i])

static void *array_add(struct array *a, size_t size)
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

static uint32_t token_find(const struct match *m, const uint8_t key[static KEY])
{
	const struct table *t = &m->by_token;
	for (uint32_t at = token_hash(key) & t->mask; t->slot != NULL && t->slot[at] != NONE; at = (at + 1) & t->mask)
		if (memcmp(AT(m->tokens, struct token_entry, t->slot[at])->key, key, KEY) == 0)
			return t->slot[at];
	return NONE;
}

static uint32_t handle_find(const struct match *m, uint64_t handle)
{
	const struct table *t = &m->by_handle;
	for (uint32_t at = number_hash(handle) & t->mask; t->slot != NULL && t->slot[at] != NONE; at = (at + 1) & t->mask)
		if (AT(m->records, struct record_entry, t->slot[at])->handle == handle)
			return t->slot[at];
	return NONE;
}

static bool batch_known(const struct match *m, uint64_t batch)
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
	uint32_t i = token_find(m, logged);
	if (i != NONE)
		return i;
	struct token_entry *t = table_grow(m, &m->by_token) ? array_add(&m->tokens, sizeof *t) : NULL;
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
	uint32_t i = handle_find(m, e->handle);
	if (i != NONE)
		return i;
	struct record_entry *r = table_grow(m, &m->by_handle) && m->records.n < NONE / 2 ? array_add(&m->records, sizeof *r) : NULL;
	if (r == NULL)
		return NONE;
	*r = (struct record_entry){.handle = e->handle, .reporter = e->reporter, .seat = e->seat, .segments = NONE};
	table_put(&m->by_handle, number_hash(e->handle), m->records.n - 1);
	return m->records.n - 1;
}

static bool record_has(const struct match *m, uint32_t record, uint32_t token)
{
	for (uint32_t s = AT(m->records, struct record_entry, record)->segments; s != NONE; s = AT(m->segments, struct segment, s)->next) {
		const struct segment *g = AT(m->segments, struct segment, s);
		for (uint32_t i = 0; i < g->count; i++)
			if (AT(m->postings, struct posting, g->first + i)->token == token)
				return true;
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
	if ((newest != NONE && AT(m->postings, struct posting, newest)->record == record) || (look && record_has(m, record, token)))
		return true;
	struct posting *p = array_add(&m->postings, sizeof *p);
	if (p == NULL)
		return false;
	*p = (struct posting){.record = record & 0x7fffffff, .derived = (logged[LOG_TOKEN - 1] & LOG_DERIVED) != 0, .next = newest, .token = token};
	AT(m->tokens, struct token_entry, token)->postings = m->postings.n - 1;
	g->count++;
	return true;
}

static enum err index_entry(void *context, const struct match_entry *e, struct why *why)
{
	struct match *m = context;
	if (batch_known(m, e->batch))
		return ERR_OK;
	uint32_t record = record_add(m, e);
	uint64_t *batch = record != NONE && table_grow(m, &m->by_batch) ? array_add(&m->batches, sizeof *batch) : NULL;
	if (batch == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	*batch = e->batch;
	table_put(&m->by_batch, number_hash(e->batch), m->batches.n - 1);
	struct segment g = {.first = m->postings.n, .next = AT(m->records, struct record_entry, record)->segments};
	bool look = g.next != NONE;
	for (uint32_t i = 0; i < e->count; i++)
		if (!posting_add(m, record, e->token[i], &g, look))
			return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	struct segment *to = array_add(&m->segments, sizeof *to);
	if (to == NULL)
		return why_set(why, ERR_SYSTEM, "matcher: out of memory at %u tokens", m->tokens.n);
	*to = g;
	AT(m->records, struct record_entry, record)->segments = m->segments.n - 1;
	return ERR_OK;
}

static void logged_token(const struct match *m, const struct match_token *t, uint8_t logged[static LOG_TOKEN])
{
	hmac_sha256(slice_of(m->pepper, MATCH_PEPPER), slice_of(t->id, MATCH_TOKEN_ID), logged);
	logged[LOG_TOKEN - 1] = (uint8_t)(t->class | (t->derived ? LOG_DERIVED : 0));
}

enum err match_add(struct match *m, uint64_t batch, uint64_t handle, uint64_t reporter, uint8_t seat, const struct match_token *tokens,
                   size_t count, struct why *why)
{
	uint8_t (*logged)[LOG_TOKEN];
	if (batch_known(m, batch))
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
		e = match_log_append(m->log, &entry, why);
	if (e == ERR_OK)
		e = index_entry(m, &entry, why);
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
	struct reporter *to = array_add(list, sizeof *to);
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
	uint32_t most_at_one = 0, all;
	bool ok = true;
	if (t->flags & COMMON)
		return true;
	for (uint32_t p = t->postings; p != NONE && ok; p = AT(m->postings, struct posting, p)->next)
		ok = reporter_add(&list, AT(m->records, struct record_entry, AT(m->postings, struct posting, p)->record));
	if (ok && list.n > m->cap) // fewer postings than the cap cannot have more reporters
		reporters_count(&list, &most_at_one, &all);
	free(list.p);
	if (most_at_one > m->cap)
		t->flags |= COMMON;
	return (t->flags & COMMON) != 0;
}

// Counts one shared token for every other record that has it.
static bool walk(struct match *m, uint32_t self, struct token_entry *t, struct array *found)
{
	for (uint32_t i = t->postings; i != NONE; i = AT(m->postings, struct posting, i)->next) {
		const struct posting *p = AT(m->postings, struct posting, i);
		struct record_entry *r = AT(m->records, struct record_entry, p->record);
		if (p->record == self)
			continue;
		if (r->stamp != m->stamp) {
			struct match_neighbour *n = array_add(found, sizeof *n);
			if (n == NULL)
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

static bool count_reporters(struct match *m, const struct record_entry *self, const struct array *found, struct match_summary *s)
{
	struct array list = {0};
	bool ok = reporter_add(&list, self);
	for (uint32_t i = 0; i < found->n && ok; i++) {
		uint32_t r = handle_find(m, AT(*found, struct match_neighbour, i)->handle);
		ok = reporter_add(&list, AT(m->records, struct record_entry, r));
	}
	reporters_count(&list, &s->reporters_least, &s->reporters_most);
	free(list.p);
	return ok;
}

static bool collect(struct match *m, uint32_t self, struct array *found, struct match_summary *s)
{
	m->stamp++;
	for (uint32_t i = AT(m->records, struct record_entry, self)->segments; i != NONE; i = AT(m->segments, struct segment, i)->next) {
		const struct segment *g = AT(m->segments, struct segment, i);
		for (uint32_t k = 0; k < g->count; k++) {
			struct token_entry *t = AT(m->tokens, struct token_entry, AT(m->postings, struct posting, g->first + k)->token);
			s->tokens++;
			if (token_is_common(m, t))
				s->common++;
			else if (!walk(m, self, t, found))
				return false;
		}
	}
	return count_reporters(m, AT(m->records, struct record_entry, self), found, s);
}

enum err match_neighbours(struct match *m, uint64_t handle, struct match_neighbour *list, size_t room, size_t *count,
                          struct match_summary *summary, struct why *why)
{
	struct array found = {0};
	struct match_summary s = {0};
	uint32_t self = handle_find(m, handle);
	if (self == NONE)
		return why_set(why, ERR_ABSENT, "no tokens were filed with this record yet");
	if (!collect(m, self, &found, &s)) {
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

enum err match_compare(struct match *m, uint64_t handle, const struct match_token *tokens, size_t count, uint32_t *missing, uint32_t *extra,
                       struct why *why)
{
	uint32_t self = handle_find(m, handle), absent = 0, filed = 0, met = 0;
	if (self == NONE)
		return why_set(why, ERR_ABSENT, "no tokens were filed with this record yet");
	for (uint32_t s = AT(m->records, struct record_entry, self)->segments; s != NONE; s = AT(m->segments, struct segment, s)->next)
		filed += AT(m->segments, struct segment, s)->count;
	for (size_t i = 0; i < count; i++) {
		uint8_t logged[LOG_TOKEN];
		logged_token(m, &tokens[i], logged);
		uint32_t t = token_find(m, logged);
		if (t != NONE && record_has(m, self, t))
			met++;
		else
			absent++;
	}
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
	enum err e = match_log_open(directory, pepper, &m->log, index_entry, m, why);
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
