#include "ledger/tree.h"

#include <dirent.h>
#include <jansson.h>

#include "base/num.h"
#include "base/wire.h"
#include "crypto/hash.h"
#include "test.h"

#define LEAVES 300u
#define ROWS 512u

// Nodes as a store would keep them.
static uint8_t nodes[10][ROWS][TREE_HASH];
static bool stored[10][ROWS];
static struct tree_frontier edges[LEAVES + 1]; // after each append
static unsigned writes_left;                   // before the store fails

static enum err put(void *ctx, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	if (writes_left == 0)
		return ERR_SYSTEM;
	writes_left--;
	INVARIANT(level < 10 && index < ROWS);
	CHECK(!stored[level][index]);
	memcpy(nodes[level][index], hash, TREE_HASH);
	stored[level][index] = true;
	return ERR_OK;
}

static enum err get(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	if (level >= 10 || index >= ROWS || !stored[level][index])
		return ERR_ABSENT;
	memcpy(hash, nodes[level][index], TREE_HASH);
	return ERR_OK;
}

static void leaf_at(unsigned i, uint8_t hash[static TREE_HASH])
{
	uint8_t leaf[300] = {(uint8_t)(i >> 8), (uint8_t)i};
	tree_leaf_hash(slice_of(leaf, 2 + i % 200), hash);
}

// MTH of RFC 6962 section 2.1, word for word.
static void naive(unsigned from, unsigned n, uint8_t out[static TREE_HASH])
{
	if (n == 1) {
		leaf_at(from, out);
		return;
	}
	unsigned k = 1;
	while (k * 2 < n)
		k *= 2;
	uint8_t both[1 + 64] = {1};
	naive(from, k, both + 1);
	naive(from + k, n - k, both + 33);
	sha256(slice_of(both, sizeof both), out);
}

// PATH of section 2.1.1, word for word.
static void naive_path(unsigned m, unsigned from, unsigned n, struct tree_proof *p)
{
	if (n == 1)
		return;
	unsigned k = 1;
	while (k * 2 < n)
		k *= 2;
	naive_path(m < k ? m : m - k, m < k ? from : from + k, m < k ? k : n - k, p);
	naive(m < k ? from + k : from, m < k ? n - k : k, p->hash[p->n++]);
}

// SUBPROOF of section 2.1.2, word for word.
static void naive_subproof(unsigned m, unsigned from, unsigned n, bool b, struct tree_proof *p)
{
	if (m == n) {
		if (!b)
			naive(from, n, p->hash[p->n++]);
		return;
	}
	unsigned k = 1;
	while (k * 2 < n)
		k *= 2;
	naive_subproof(m <= k ? m : m - k, m <= k ? from : from + k, m <= k ? k : n - k, m <= k && b, p);
	naive(m <= k ? from + k : from, m <= k ? n - k : k, p->hash[p->n++]);
}

static void grow(void)
{
	if (edges[LEAVES].size == LEAVES)
		return;
	writes_left = UINT32_MAX;
	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t leaf[TREE_HASH];
		leaf_at(i, leaf);
		edges[i + 1] = edges[i];
		CHECK(tree_append(&edges[i + 1], leaf, put, NULL) == ERR_OK);
	}
}

static void known_roots(void)
{
	static const struct {
		const char *leaf, *root;
	} rows[] = {
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	struct tree_frontier f = {0};
	uint8_t leaf[16], hash[TREE_HASH], root[TREE_HASH], want[TREE_HASH];
	tree_root(&f, root);
	REQUIRE(hex_decode(slice_text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), want, 32));
	CHECK_BYTES(root, want, 32);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].leaf) / 2;
		REQUIRE(hex_decode(slice_text(rows[i].leaf), leaf, n) && hex_decode(slice_text(rows[i].root), want, 32));
		tree_leaf_hash(slice_of(leaf, n), hash);
		REQUIRE(tree_append(&f, hash, NULL, NULL) == ERR_OK);
		tree_root(&f, root);
		CHECK_SAY(memcmp(root, want, 32) == 0, "root of %zu leaves", i + 1);
	}
}

static void roots_match_naive(void)
{
	grow();
	for (unsigned n = 1; n <= LEAVES; n++) {
		uint8_t root[TREE_HASH], want[TREE_HASH];
		struct tree_frontier loaded;
		naive(0, n, want);
		tree_root(&edges[n], root);
		CHECK_SAY(memcmp(root, want, TREE_HASH) == 0, "size %u", n);
		REQUIRE(tree_frontier_load(n, get, NULL, &loaded) == ERR_OK);
		tree_root(&loaded, root);
		CHECK_SAY(memcmp(root, want, TREE_HASH) == 0, "loaded size %u", n);
	}
	// The nodes that exist are exactly the complete subtrees.
	for (unsigned level = 0; level < 10; level++)
		for (unsigned i = 0; i < ROWS; i++)
			CHECK_SAY(stored[level][i] == (i < LEAVES >> level), "node %u of level %u", i, level);
}

static bool same_proof(const struct tree_proof *a, const struct tree_proof *b)
{
	return a->n == b->n && memcmp(a->hash, b->hash, a->n * TREE_HASH) == 0;
}

// Every way in which a proof can be a little wrong. `verify` gets the altered proof and must refuse.
static void refuse_altered(const struct tree_proof *good, enum err (*verify)(void *ctx, const struct tree_proof *p), void *ctx)
{
	struct tree_proof p;
	for (size_t i = 0; i < good->n; i++)
		for (unsigned bit = 0; bit < 8 * TREE_HASH; bit += 37) {
			p = *good;
			p.hash[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
			CHECK_SAY(verify(ctx, &p) == ERR_AUTH, "bit %u of hash %zu of %zu", bit, i, good->n);
		}
	for (size_t i = 0; i < good->n; i++) {
		p = *good;
		memmove(p.hash[i], p.hash[i + 1], (good->n - i - 1) * TREE_HASH);
		p.n--;
		CHECK_SAY(verify(ctx, &p) == ERR_INPUT, "without hash %zu of %zu", i, good->n);
	}
	for (size_t i = 0; i <= good->n; i++) {
		p = *good;
		memmove(p.hash[i + 1], p.hash[i], (good->n - i) * TREE_HASH);
		memset(p.hash[i], 7, TREE_HASH);
		p.n++;
		CHECK_SAY(verify(ctx, &p) == ERR_INPUT, "with a hash before %zu of %zu", i, good->n);
	}
}

struct claim {
	uint64_t a, b;
	uint8_t leaf[TREE_HASH], old_root[TREE_HASH], root[TREE_HASH];
};

static enum err verify_inclusion(void *ctx, const struct tree_proof *p)
{
	const struct claim *c = ctx;
	return tree_inclusion_verify(c->a, c->b, c->leaf, p, c->root, NULL);
}

static enum err verify_consistency(void *ctx, const struct tree_proof *p)
{
	const struct claim *c = ctx;
	return tree_consistency_verify(c->a, c->b, c->old_root, c->root, p, NULL);
}

static void inclusion(void)
{
	grow();
	for (unsigned size = 1; size <= LEAVES; size += size < 70 ? 1 : 23)
		for (unsigned index = 0; index < size; index++) {
			struct tree_proof proof, want = {0};
			struct claim c = {index, size};
			REQUIRE(tree_inclusion(index, size, get, NULL, &proof) == ERR_OK);
			leaf_at(index, c.leaf);
			tree_root(&edges[size], c.root);
			CHECK_SAY(verify_inclusion(&c, &proof) == ERR_OK, "leaf %u of %u", index, size);
			if (size <= 20 || index % 31 == 0) {
				naive_path(index, 0, size, &want);
				CHECK_SAY(same_proof(&proof, &want), "leaf %u of %u", index, size);
				refuse_altered(&proof, verify_inclusion, &c);
				for (c.a = 0; size <= 20 && c.a <= size; c.a++)
					CHECK((verify_inclusion(&c, &proof) == ERR_OK) == (c.a == index));
				c.a = index;
				c.leaf[0] ^= 1;
				CHECK(verify_inclusion(&c, &proof) == ERR_AUTH);
			}
		}
}

static void consistency(void)
{
	grow();
	for (unsigned size = 1; size <= LEAVES; size += size < 40 ? 1 : 13)
		for (unsigned old = 1; old <= size; old++) {
			struct tree_proof proof, want = {0};
			struct claim c = {old, size};
			REQUIRE(tree_consistency(old, size, get, NULL, &proof) == ERR_OK);
			tree_root(&edges[old], c.old_root);
			tree_root(&edges[size], c.root);
			CHECK_SAY(verify_consistency(&c, &proof) == ERR_OK, "%u to %u", old, size);
			if (size <= 20 || old % 31 == 0) {
				naive_subproof(old, 0, size, true, &want);
				CHECK_SAY(same_proof(&proof, &want), "%u to %u", old, size);
				refuse_altered(&proof, verify_consistency, &c);
				c.old_root[31] ^= 0x80;
				CHECK(verify_consistency(&c, &proof) == ERR_AUTH);
				c.old_root[31] ^= 0x80;
				c.root[0] ^= 1;
				CHECK(verify_consistency(&c, &proof) == ERR_AUTH);
			}
		}
}

static void refusals(void)
{
	grow();
	struct tree_proof p = {0};
	uint8_t hash[TREE_HASH] = {0};
	CHECK(tree_inclusion(0, 0, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_inclusion(5, 5, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_inclusion(0, TREE_SIZE_MAX + 1, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_inclusion(0, LEAVES + 1, get, NULL, &p) == ERR_ABSENT);
	CHECK(tree_consistency(0, 5, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_consistency(6, 5, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_consistency(1, UINT64_MAX, get, NULL, &p) == ERR_INPUT);
	CHECK(tree_consistency(5, 1000, get, NULL, &p) == ERR_ABSENT);
	CHECK(tree_inclusion_verify(UINT64_MAX, UINT64_MAX, hash, &p, hash, NULL) == ERR_INPUT);
	CHECK(tree_consistency_verify(0, 0, hash, hash, &p, NULL) == ERR_INPUT);
	CHECK(tree_consistency_verify(0, 5, hash, hash, &p, NULL) == ERR_INPUT);
	CHECK(tree_consistency_verify(1, UINT64_MAX, hash, hash, &p, NULL) == ERR_INPUT);
	CHECK(tree_frontier_load(TREE_SIZE_MAX + 1, get, NULL, &edges[0]) == ERR_LIMIT);
	CHECK(edges[0].size == 0);
	struct tree_frontier full = {.size = TREE_SIZE_MAX};
	CHECK(tree_append(&full, hash, NULL, NULL) == ERR_LIMIT);
	full.size = TREE_SIZE_MAX - 1;
	CHECK(tree_append(&full, hash, NULL, NULL) == ERR_OK && full.size == TREE_SIZE_MAX);
}

static enum err any_node(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	memset(hash, (int)(level * 31 + index), TREE_HASH);
	return level < TREE_LEVELS ? ERR_OK : ERR_ABSENT;
}

static void largest_tree(void)
{
	struct tree_proof p;
	static const uint64_t olds[] = {1, 2, 3, (1ULL << 61) - 1, (1ULL << 61) + 1, TREE_SIZE_MAX - 1, TREE_SIZE_MAX};
	for (size_t i = 0; i < sizeof olds / sizeof *olds; i++) {
		CHECK(tree_consistency(olds[i], TREE_SIZE_MAX, any_node, NULL, &p) == ERR_OK && p.n <= TREE_PROOF_MAX);
		CHECK(tree_inclusion(olds[i] - 1, TREE_SIZE_MAX, any_node, NULL, &p) == ERR_OK && p.n == 62);
	}
	CHECK(tree_consistency(TREE_SIZE_MAX - 1, TREE_SIZE_MAX, any_node, NULL, &p) == ERR_OK && p.n == TREE_PROOF_MAX);
}

// A store that fails at any write leaves the frontier as it was.
static void failing_store(void)
{
	grow();
	for (unsigned allowed = 0; allowed < 9; allowed++) {
		struct tree_frontier f = edges[255], before = f;
		uint8_t leaf[TREE_HASH];
		leaf_at(255, leaf);
		memset(stored, 0, sizeof stored);
		writes_left = allowed;
		CHECK(tree_append(&f, leaf, put, NULL) == ERR_SYSTEM);
		CHECK_BYTES(&f, &before, sizeof f);
	}
	memset(stored, 0, sizeof stored);
	memset(edges, 0, sizeof edges);
	grow();
}

static void frontier_round_trip(void)
{
	grow();
	struct buf b;
	struct why why;
	buf_init(&b, TREE_FRONTIER_MAX);
	for (unsigned n = 0; n <= LEAVES; n += 7) {
		struct tree_frontier f = {.size = 77};
		uint8_t root[TREE_HASH], want[TREE_HASH];
		buf_clear(&b);
		tree_frontier_encode(&edges[n], &b);
		REQUIRE(buf_status(&b) == ERR_OK && tree_frontier_decode(buf_slice(&b), &f, &why) == ERR_OK);
		tree_root(&f, root);
		tree_root(&edges[n], want);
		CHECK_BYTES(root, want, TREE_HASH);
		f.size = 77;
		for (size_t cut = 0; cut < b.n; cut++)
			CHECK(tree_frontier_decode(slice_of(b.p, cut), &f, &why) == ERR_INPUT && f.size == 77);
		buf_put_u8(&b, 0);
		CHECK(tree_frontier_decode(buf_slice(&b), &f, &why) == ERR_INPUT);
	}
	buf_clear(&b);
	buf_put_u64(&b, TREE_SIZE_MAX + 1);
	buf_put_zeros(&b, TREE_HASH * 2);
	struct tree_frontier f;
	CHECK(tree_frontier_decode(buf_slice(&b), &f, &why) == ERR_LIMIT);
	buf_free(&b);
}

// Vectors: a number that JSON cannot hold as an integer is 2^64 - 1.
static uint64_t number(const json_t *o, const char *name)
{
	double v = json_number_value(json_object_get(o, name));
	return v >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)v;
}

static bool hash_of(const json_t *text, uint8_t out[static TREE_HASH])
{
	size_t n = 0;
	const char *s = json_string_value(text);
	return s != NULL && base64_decode(slice_text(s), out, TREE_HASH, &n) && n == TREE_HASH;
}

static bool proof_of(const json_t *list, struct tree_proof *p)
{
	p->n = json_array_size(list);
	for (size_t i = 0; i < p->n; i++)
		if (p->n > TREE_PROOF_MAX || !hash_of(json_array_get(list, i), p->hash[i]))
			return false;
	return true;
}

// A root of another length cannot even be passed; where two such roots only stand for "equal" or "different" they are hashed.
static void root_of(const json_t *text, uint8_t out[static TREE_HASH])
{
	if (!hash_of(text, out))
		sha256(slice_text(json_string_value(text)), out);
}

static enum err run_vector(const json_t *o)
{
	struct tree_proof p;
	uint8_t leaf[TREE_HASH], root[TREE_HASH], old_root[TREE_HASH];
	if (!proof_of(json_object_get(o, "proof"), &p))
		return ERR_INPUT;
	if (json_object_get(o, "leafHash") != NULL) {
		if (!hash_of(json_object_get(o, "leafHash"), leaf) || !hash_of(json_object_get(o, "root"), root))
			return ERR_INPUT;
		return tree_inclusion_verify(number(o, "leafIdx"), number(o, "treeSize"), leaf, &p, root, NULL);
	}
	root_of(json_object_get(o, "root1"), old_root);
	root_of(json_object_get(o, "root2"), root);
	return tree_consistency_verify(number(o, "size1"), number(o, "size2"), old_root, root, &p, NULL);
}

static unsigned good, bad;

static void walk(const char *folder)
{
	DIR *d = opendir(folder);
	REQUIRE(d != NULL);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[1024];
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (strstr(e->d_name, ".json") == NULL) {
			walk(path);
			continue;
		}
		json_t *o = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
		CHECK_SAY(o != NULL, "%s", path);
		bool refused = json_is_true(json_object_get(o, "wantErr"));
		CHECK_SAY(o == NULL || (run_vector(o) != ERR_OK) == refused, "%s", path);
		refused ? bad++ : good++;
		json_decref(o);
	}
	closedir(d);
}

static void vectors(void)
{
	const char *path = test_vector("rfc6962-proofs");
	if (path == NULL)
		return;
	char folder[1024];
	snprintf(folder, sizeof folder, "%s", path);
	walk(folder);
	CHECK_SAY(good == 12 && bad == 184, "%u good and %u tampered vectors", good, bad);
}

const struct test tests[] = {
	{"known roots of RFC 6962's eight leaves", known_roots},
	{"roots and stored nodes against a naive tree", roots_match_naive},
	{"inclusion proofs", inclusion},
	{"consistency proofs", consistency},
	{"impossible sizes", refusals},
	{"the largest tree's proofs fit", largest_tree},
	{"a store that fails", failing_store},
	{"frontier round trip and truncation", frontier_round_trip},
	{"public proof vectors", vectors},
	{NULL, NULL},
};
