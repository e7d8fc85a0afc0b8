// Counters and marks of a day; a keeper's cards and held documents.
#include <inttypes.h>

#include "crypto/hash.h"
#include "store/sqlite.h"

static bool is_counter(const char *scope, struct slice key)
{
	size_t n = strnlen(scope, STORE_NAME_MAX + 1);
	return n > 0 && n <= STORE_NAME_MAX && key.n <= STORE_KEY_MAX;
}

enum err store_count_get(struct store *s, const char *scope, struct slice key, uint32_t day, uint64_t *total, struct why *why)
{
	INVARIANT(is_counter(scope, key));
	struct query q = query_of(s, SQL_COUNT_GET);
	query_u64(&q, day);
	query_text(&q, scope);
	query_blob(&q, key);
	enum err e = query_row(&q, why);
	if (e == ERR_OK) {
		*total = column_u64(&q, 0);
		query_end(&q);
	} else if (e == ERR_ABSENT) {
		*total = 0;
		e = ERR_OK;
	}
	return e;
}

enum err store_count_sum(struct store *s, const char *scope, struct slice key, uint32_t from, uint32_t to, uint64_t *total,
                         struct why *why)
{
	INVARIANT(is_counter(scope, key) && from <= to);
	struct query q = query_of(s, SQL_COUNT_SUM);
	query_u64(&q, from);
	query_u64(&q, to);
	query_text(&q, scope);
	query_blob(&q, key);
	enum err e = query_row(&q, why);
	if (e != ERR_OK)
		return e;
	*total = column_u64(&q, 0);
	query_end(&q);
	return ERR_OK;
}

enum err store_count_add(struct store *s, const char *scope, struct slice key, uint32_t day, uint64_t amount, uint64_t limit,
                         uint64_t *total, struct why *why)
{
	INVARIANT(s->writing && limit <= INT64_MAX);
	uint64_t sum;
	enum err e = store_count_get(s, scope, key, day, &sum, why);
	if (e != ERR_OK)
		return e;
	if (sum > limit || amount > limit - sum) {
		*total = sum;
		return why_set(why, ERR_DENIED, "%s: %" PRIu64 " of %" PRIu64 " used today; %" PRIu64 " more asked", scope, sum, limit, amount);
	}
	sum += amount;
	struct query q = query_of(s, SQL_COUNT_PUT);
	query_u64(&q, day);
	query_text(&q, scope);
	query_blob(&q, key);
	query_u64(&q, sum);
	e = query_run(&q, why);
	if (e == ERR_OK)
		*total = sum;
	return e;
}

enum err store_mark(struct store *s, const char *scope, struct slice key, uint32_t day, struct why *why)
{
	INVARIANT(s->writing && is_counter(scope, key));
	struct query q = query_of(s, SQL_MARK_GET);
	query_text(&q, scope);
	query_blob(&q, key);
	enum err e = query_row(&q, why);
	if (e == ERR_OK) {
		query_end(&q);
		return why_set(why, ERR_EXISTS, "%s: done before", scope);
	}
	if (e != ERR_ABSENT)
		return e;
	q = query_of(s, SQL_MARK_ADD);
	query_text(&q, scope);
	query_blob(&q, key);
	query_u64(&q, day);
	return query_run(&q, why);
}

enum err store_forget(struct store *s, uint32_t day, struct why *why)
{
	struct query q = query_of(s, SQL_COUNT_FORGET);
	query_u64(&q, day);
	enum err e = query_run(&q, why);
	if (e != ERR_OK)
		return e;
	q = query_of(s, SQL_MARK_FORGET);
	query_u64(&q, day);
	return query_run(&q, why);
}

// --- Cards --------------------------------------------------------------------------------------------------------------------

enum err store_card_put(struct store *s, const uint8_t id[static CARD_ID], struct slice card, struct slice credential,
                        struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	struct query q = query_of(s, SQL_CARD_PUT);
	query_blob(&q, slice_of(id, CARD_ID));
	query_blob(&q, card);
	query_blob(&q, credential);
	return query_run(&q, why);
}

enum err store_card_get(struct store *s, const uint8_t id[static CARD_ID], struct slice *card, struct slice *credential,
                        struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	struct query q = query_of(s, SQL_CARD_GET);
	query_blob(&q, slice_of(id, CARD_ID));
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "card: it is not here");
	if (e != ERR_OK)
		return e;
	*card = column_blob(&q, 0);
	*credential = column_blob(&q, 1);
	query_lend(&q);
	return ERR_OK;
}

enum err store_card_each(struct store *s,
                         enum err (*each)(void *context, struct slice card, struct slice credential, struct why *why),
                         void *context, struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	struct query q = query_of(s, SQL_CARD_EACH);
	enum err e;
	while ((e = query_row(&q, why)) == ERR_OK) {
		struct slice card = column_blob(&q, 0), credential = column_blob(&q, 1);
		e = each(context, card, credential, why);
		if (e != ERR_OK) {
			query_end(&q);
			return e;
		}
	}
	return e == ERR_ABSENT ? ERR_OK : e;
}

// --- Held documents -----------------------------------------------------------------------------------------------------------

enum err store_held_add(struct store *s, struct slice leaf, struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	if (leaf.n > TREE_LEAF_MAX)
		return why_set(why, ERR_LIMIT, "store: a document of %zu bytes, at most %d", leaf.n, TREE_LEAF_MAX);
	uint8_t hash[32];
	sha256(leaf, hash);
	struct query q = query_of(s, SQL_HELD_ADD);
	query_blob(&q, leaf);
	query_blob(&q, slice_of(hash, sizeof hash));
	return query_run(&q, why);
}

enum err store_held_each(struct store *s, enum err (*each)(void *context, struct slice leaf, struct why *why), void *context,
                         struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	struct query q = query_of(s, SQL_HELD_EACH);
	enum err e;
	while ((e = query_row(&q, why)) == ERR_OK) {
		e = each(context, column_blob(&q, 0), why);
		if (e != ERR_OK) {
			query_end(&q);
			return e;
		}
	}
	return e == ERR_ABSENT ? ERR_OK : e;
}
