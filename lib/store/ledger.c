// The ledger's leaves, nodes and frontier; and named values.
#include <inttypes.h>

#include "crypto/hash.h"
#include "store/sqlite.h"

#define FRONTIER "store/frontier" // a keeper's, among the values
#define DOCUMENT_END 0x40   // first byte of a leaf: below are documents, which a keeper keeps

const struct tree_frontier *store_frontier(const struct store *s)
{
	return &s->frontier;
}

static enum err node_add(void *context, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	struct store *s = context;
	struct query q = query_of(s, SQL_NODE_ADD);
	query_u64(&q, level);
	query_u64(&q, index);
	query_blob(&q, slice_of(hash, TREE_HASH));
	return query_run(&q, NULL);
}

enum err store_node_read(void *store, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	struct store *s = store;
	INVARIANT(s->kind == STORE_HUB);
	struct query q = query_of(s, SQL_NODE_GET);
	query_u64(&q, level);
	query_u64(&q, index);
	enum err e = query_row(&q, NULL);
	if (e != ERR_OK)
		return e;
	e = column_copy(&q, 0, hash, TREE_HASH, NULL);
	query_end(&q);
	return e;
}

static enum err leaf_put(struct store *s, uint64_t number, struct slice leaf, struct why *why)
{
	struct query q = query_of(s, SQL_LEAF_ADD);
	query_u64(&q, number);
	query_blob(&q, leaf);
	return query_run(&q, why);
}

static enum err leaf_check(const struct store *s, struct slice leaf, struct why *why)
{
	INVARIANT(s->writing);
	if (leaf.n > TREE_LEAF_MAX)
		return why_set(why, ERR_LIMIT, "ledger: a leaf of %zu bytes, at most %d", leaf.n, TREE_LEAF_MAX);
	if (s->frontier.size >= TREE_SIZE_MAX)
		return why_set(why, ERR_LIMIT, "ledger: it is full");
	return ERR_OK;
}

enum err store_leaf_add(struct store *s, struct slice leaf, uint64_t *index, struct why *why)
{
	INVARIANT(s->kind == STORE_HUB);
	enum err e = leaf_check(s, leaf, why);
	if (e != ERR_OK)
		return e;
	uint8_t hash[TREE_HASH];
	uint64_t number = s->frontier.size;
	tree_leaf_hash(leaf, hash);
	e = leaf_put(s, number, leaf, why);
	if (e == ERR_OK && tree_append(&s->frontier, hash, node_add, s) != ERR_OK)
		e = store_fail(s, why, "adding a node");
	if (e == ERR_OK)
		*index = number;
	return e;
}

enum err store_leaf_follow(struct store *s, struct slice leaf, uint64_t *index, struct why *why)
{
	INVARIANT(s->kind != STORE_HUB);
	enum err e = leaf_check(s, leaf, why);
	if (e != ERR_OK)
		return e;
	uint8_t hash[TREE_HASH];
	uint64_t number = s->frontier.size;
	tree_leaf_hash(leaf, hash);
	if (leaf.n > 0 && leaf.p[0] < DOCUMENT_END)
		e = leaf_put(s, number, leaf, why);
	if (e != ERR_OK)
		return e;
	e = tree_append(&s->frontier, hash, NULL, NULL);
	INVARIANT(e == ERR_OK); // the limit was checked, nothing is written
	s->followed = true;
	*index = number;
	return ERR_OK;
}

enum err store_leaf_get(struct store *s, uint64_t index, struct slice *leaf, struct why *why)
{
	struct query q = query_of(s, SQL_LEAF_GET);
	query_u64(&q, index);
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "ledger: leaf %" PRIu64 " is not here", index);
	if (e != ERR_OK)
		return e;
	*leaf = column_blob(&q, 0);
	query_lend(&q);
	return ERR_OK;
}

enum err store_leaf_each(struct store *s, uint64_t from, uint64_t to,
                         enum err (*each)(void *context, uint64_t index, struct slice leaf, struct why *why), void *context,
                         struct why *why)
{
	to = to < s->frontier.size ? to : s->frontier.size;
	struct query q = query_of(s, SQL_LEAF_EACH);
	query_u64(&q, from < to ? from : to);
	query_u64(&q, to);
	enum err e;
	while ((e = query_row(&q, why)) == ERR_OK) {
		uint64_t number = column_u64(&q, 0);
		if (s->kind == STORE_HUB && number != from++)
			e = store_damaged(s, why, "the ledger");
		else
			e = each(context, number, column_blob(&q, 1), why);
		if (e != ERR_OK) {
			query_end(&q);
			return e;
		}
	}
	return e == ERR_ABSENT ? ERR_OK : e;
}

// --- Frontier on disk ---------------------------------------------------------------------------------------------------------

enum err store_frontier_save(struct store *s, struct why *why)
{
	struct buf b;
	buf_init(&b, TREE_FRONTIER_MAX);
	tree_frontier_encode(&s->frontier, &b);
	enum err e = buf_status(&b) == ERR_OK ? store_value_put(s, FRONTIER, buf_slice(&b), why)
	                                      : why_set(why, ERR_SYSTEM, "store: no memory");
	buf_free(&b);
	return e;
}

enum err store_frontier_load(struct store *s, struct why *why)
{
	if (s->kind == STORE_HUB) {
		uint64_t size = 0;
		enum err e = store_number(s, SQL_LEAF_COUNT, &size, why);
		if (e == ERR_OK && tree_frontier_load(size, store_node_read, s, &s->frontier) != ERR_OK)
			e = store_damaged(s, why, "the ledger");
		return e;
	}
	struct slice saved;
	enum err e = store_value_get(s, FRONTIER, &saved, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e == ERR_OK && tree_frontier_decode(saved, &s->frontier, why) != ERR_OK)
		e = store_damaged(s, why, "the frontier");
	return e;
}

// --- Named values -------------------------------------------------------------------------------------------------------------

static bool is_name(const char *name)
{
	size_t n = strnlen(name, STORE_NAME_MAX + 1);
	return n > 0 && n <= STORE_NAME_MAX;
}

enum err store_value_put(struct store *s, const char *name, struct slice value, struct why *why)
{
	INVARIANT(s->writing && is_name(name));
	if (value.n > STORE_VALUE_MAX)
		return why_set(why, ERR_LIMIT, "store: %s has %zu bytes, at most %u", name, value.n, STORE_VALUE_MAX);
	struct query q = query_of(s, SQL_VALUE_PUT);
	query_text(&q, name);
	query_blob(&q, value);
	return query_run(&q, why);
}

enum err store_value_get(struct store *s, const char *name, struct slice *value, struct why *why)
{
	INVARIANT(is_name(name));
	struct query q = query_of(s, SQL_VALUE_GET);
	query_text(&q, name);
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "store: %s was never written", name);
	if (e != ERR_OK)
		return e;
	*value = column_blob(&q, 0);
	query_lend(&q);
	return ERR_OK;
}

enum err store_value_remove(struct store *s, const char *name, struct why *why)
{
	INVARIANT(s->writing && is_name(name));
	struct query q = query_of(s, SQL_VALUE_REMOVE);
	query_text(&q, name);
	return query_run(&q, why);
}
