#include "sample.h"

// Random steps on a hub's and on a keeper's ledger against a naive model: arrays in memory, roots worked out from all leaves.

#define LEAVES_MAX 400
#define STEPS 60

struct model {
	unsigned n;
	uint8_t leaf[LEAVES_MAX][40];
	unsigned length[LEAVES_MAX];
};

static unsigned draw(unsigned below)
{
	static uint64_t state;
	uint8_t byte[4];
	sample_bytes("draw", state++, byte, sizeof byte);
	return ((unsigned)byte[0] << 16 | (unsigned)byte[1] << 8 | byte[2]) % below;
}

static struct slice leaf_of(const struct model *m, unsigned i)
{
	return slice_of(m->leaf[i], m->length[i]);
}

static bool is_document(struct slice leaf)
{
	return leaf.n > 0 && leaf.p[0] < 0x40;
}

// RFC 6962 section 2.1, word by word.
static void naive_root(const struct model *m, unsigned from, unsigned n, uint8_t root[static TREE_HASH])
{
	uint8_t left[TREE_HASH], right[TREE_HASH];
	unsigned k = 1;
	if (n == 0) {
		sha256(slice_of(NULL, 0), root);
	} else if (n == 1) {
		tree_leaf_hash(leaf_of(m, from), root);
	} else {
		while (2 * k < n)
			k *= 2;
		naive_root(m, from, k, left);
		naive_root(m, from + k, n - k, right);
		tree_node_hash(left, right, root);
	}
}

struct walk {
	const struct model *m;
	enum store_of kind;
	unsigned next, end;
	bool good;
};

static enum err walk_leaf(void *context, uint64_t index, struct slice leaf, struct why *w)
{
	(void)w;
	struct walk *at = context;
	while (at->kind == STORE_KEEPER && at->next < at->end && !is_document(leaf_of(at->m, at->next)))
		at->next++;
	at->good = at->good && index == at->next && index < at->end && slice_equal(leaf, leaf_of(at->m, at->next));
	at->next++;
	return ERR_OK;
}

static void check_walk(struct store *s, enum store_of kind, const struct model *m, unsigned from, unsigned to)
{
	struct walk at = {.m = m, .kind = kind, .next = from, .end = to < m->n ? to : m->n, .good = true};
	CHECK(store_leaf_each(s, from, to, walk_leaf, &at, &why) == ERR_OK);
	while (kind == STORE_KEEPER && at.next < at.end && !is_document(leaf_of(m, at.next)))
		at.next++;
	CHECK_SAY(at.good && at.next == (from < at.end ? at.end : from), "from %u to %u of %u: at %u", from, to, m->n, at.next);
}

static void check_proof(struct store *s, const struct model *m, const uint8_t root[static TREE_HASH])
{
	struct tree_proof proof;
	uint8_t leaf[TREE_HASH], old_root[TREE_HASH];
	unsigned index = draw(m->n), old = 1 + draw(m->n);
	tree_leaf_hash(leaf_of(m, index), leaf);
	CHECK(tree_inclusion(index, m->n, store_node_read, s, &proof) == ERR_OK);
	CHECK(tree_inclusion_verify(index, m->n, leaf, &proof, root, &why) == ERR_OK);
	naive_root(m, 0, old, old_root);
	CHECK(tree_consistency(old, m->n, store_node_read, s, &proof) == ERR_OK);
	CHECK(tree_consistency_verify(old, m->n, old_root, root, &proof, &why) == ERR_OK);
}

static void check_all(struct store *s, enum store_of kind, const struct model *m)
{
	uint8_t root[TREE_HASH], want[TREE_HASH];
	struct slice leaf;
	CHECK_SAY(store_frontier(s)->size == m->n, "%llu, not %u", (unsigned long long)store_frontier(s)->size, m->n);
	tree_root(store_frontier(s), root);
	naive_root(m, 0, m->n, want);
	CHECK_BYTES(root, want, TREE_HASH);
	for (unsigned i = 0; i < m->n; i++) {
		bool kept = kind == STORE_HUB || is_document(leaf_of(m, i));
		enum err e = store_leaf_get(s, i, &leaf, &why);
		CHECK(kept ? e == ERR_OK && slice_equal(leaf, leaf_of(m, i)) : e == ERR_ABSENT);
	}
	CHECK(store_leaf_get(s, m->n, &leaf, &why) == ERR_ABSENT);
	check_walk(s, kind, m, 0, m->n);
	check_walk(s, kind, m, draw(m->n + 3), draw(m->n + 3));
	check_walk(s, kind, m, 0, UINT32_MAX);
	if (kind == STORE_HUB && m->n > 0)
		check_proof(s, m, root);
}

static void add_leaf(struct store *s, enum store_of kind, struct model *m)
{
	uint64_t index = 0;
	unsigned i = m->n++;
	m->length[i] = draw(sizeof m->leaf[i] + 1);
	sample_bytes("leaf", draw(1u << 24), m->leaf[i], m->length[i]);
	enum err e = kind == STORE_HUB ? store_leaf_add(s, leaf_of(m, i), &index, &why) : store_leaf_follow(s, leaf_of(m, i), &index, &why);
	CHECK_SAY(e == ERR_OK && index == i, "%s", why.text);
}

static void run_model(enum store_of kind)
{
	static struct model kept, now;
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, kind);
	memset(&kept, 0, sizeof kept);
	for (unsigned step = 0; step < STEPS; step++) {
		now = kept;
		CHECK(store_begin(s, &why) == ERR_OK);
		for (unsigned i = draw(12); i > 0 && now.n < LEAVES_MAX; i--)
			add_leaf(s, kind, &now);
		if (step % 10 == 0)
			check_all(s, kind, &now); // what is not committed yet is seen from inside
		switch (draw(3)) {
		case 0:
			store_rollback(s);
			break;
		case 1:
			store_close(s);
			s = sample_open(directory, kind);
			break;
		default:
			CHECK(store_commit(s, &why) == ERR_OK);
			kept = now;
		}
		check_all(s, kind, &kept);
		store_close(s);
		s = sample_open(directory, kind);
		check_all(s, kind, &kept);
	}
	CHECK(kept.n > 50);
	store_close(s);
	sample_remove(directory);
}

static void test_hub_model(void)
{
	run_model(STORE_HUB);
}

static void test_keeper_model(void)
{
	run_model(STORE_KEEPER);
}

static void test_limits(void)
{
	static uint8_t bytes[TREE_LEAF_MAX + 1];
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t index = 77;
	struct slice leaf;
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_leaf_add(s, slice_of(bytes, sizeof bytes), &index, &why) == ERR_LIMIT && index == 77);
	CHECK(store_leaf_add(s, slice_of(bytes, TREE_LEAF_MAX), &index, &why) == ERR_OK && index == 0);
	CHECK(store_leaf_add(s, slice_of(NULL, 0), &index, &why) == ERR_OK && index == 1);
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(store_leaf_get(s, 0, &leaf, &why) == ERR_OK && leaf.n == TREE_LEAF_MAX);
	CHECK(store_leaf_get(s, 1, &leaf, &why) == ERR_OK && leaf.n == 0);
	CHECK(store_leaf_get(s, UINT64_MAX, &leaf, &why) == ERR_ABSENT);
	store_close(s);
	sample_remove(directory);
}

const struct test tests[] = {
	{"hub_model", test_hub_model},
	{"keeper_model", test_keeper_model},
	{"limits", test_limits},
	{NULL, NULL},
};
