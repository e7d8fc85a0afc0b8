#include "ledger/tree.h"

#include <inttypes.h>

#include "base/wire.h"
#include "crypto/hash.h"

void tree_leaf_hash(struct slice leaf, uint8_t out[static TREE_HASH])
{
	sha256_parts((struct slice[]){SLICE_LITERAL("\x00"), leaf}, 2, out);
}

void tree_node_hash(const uint8_t left[static TREE_HASH], const uint8_t right[static TREE_HASH], uint8_t out[static TREE_HASH])
{
	uint8_t both[1 + 2 * TREE_HASH] = {1};
	memcpy(both + 1, left, TREE_HASH);
	memcpy(both + 1 + TREE_HASH, right, TREE_HASH);
	sha256(slice_of(both, sizeof both), out);
}

void tree_empty_root(uint8_t out[static TREE_HASH])
{
	sha256(slice_of("", 0), out);
}

enum err tree_append(struct tree_frontier *f, const uint8_t leaf[static TREE_HASH], tree_write *write, void *ctx)
{
	if (f->size >= TREE_SIZE_MAX)
		return ERR_LIMIT;
	uint8_t node[TREE_HASH];
	memcpy(node, leaf, TREE_HASH);
	unsigned level = 0;
	for (;; level++) {
		enum err e = write != NULL ? write(ctx, level, f->size >> level, node) : ERR_OK;
		if (e != ERR_OK)
			return e;
		if ((f->size >> level & 1) == 0)
			break;
		tree_node_hash(f->hash[level], node, node);
	}
	memcpy(f->hash[level], node, TREE_HASH);
	f->size++;
	return ERR_OK;
}

void tree_root(const struct tree_frontier *f, uint8_t root[static TREE_HASH])
{
	INVARIANT(f->size <= TREE_SIZE_MAX);
	if (f->size == 0) {
		tree_empty_root(root);
		return;
	}
	unsigned level = (unsigned)__builtin_ctzll(f->size);
	uint8_t right[TREE_HASH];
	memcpy(right, f->hash[level], TREE_HASH);
	while (++level < TREE_LEVELS)
		if (f->size >> level & 1)
			tree_node_hash(f->hash[level], right, right);
	memcpy(root, right, TREE_HASH);
}

enum err tree_frontier_load(uint64_t size, tree_read *read, void *ctx, struct tree_frontier *f)
{
	if (size > TREE_SIZE_MAX)
		return ERR_LIMIT;
	struct tree_frontier loaded = {.size = size};
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if ((size >> level & 1) == 0)
			continue;
		enum err e = read(ctx, level, (size >> level) - 1, loaded.hash[level]);
		if (e != ERR_OK)
			return e;
	}
	*f = loaded;
	return ERR_OK;
}

void tree_frontier_encode(const struct tree_frontier *f, struct buf *b)
{
	buf_put_u64(b, f->size);
	for (unsigned level = TREE_LEVELS; level-- > 0;)
		if (f->size >> level & 1)
			buf_put(b, f->hash[level], TREE_HASH);
}

enum err tree_frontier_decode(struct slice s, struct tree_frontier *f, struct why *why)
{
	struct wire w = wire_of(s);
	struct tree_frontier decoded = {.size = wire_u64(&w)};
	if (decoded.size > TREE_SIZE_MAX)
		return why_set(why, ERR_LIMIT, "frontier: size %" PRIu64 " is over the maximum", decoded.size);
	for (unsigned level = TREE_LEVELS; level-- > 0;)
		if (decoded.size >> level & 1)
			wire_copy(&w, decoded.hash[level], TREE_HASH);
	enum err e = wire_end(&w, "frontier", why);
	if (e == ERR_OK)
		*f = decoded;
	return e;
}

// MTH of the leaves [from, from+n), where from is a multiple of the smallest power of two ≥ n, as in every split of RFC 6962
// section 2.1: the nodes of n's bits, folded from the right.
static enum err range_hash(uint64_t from, uint64_t n, tree_read *read, void *ctx, uint8_t out[static TREE_HASH])
{
	uint8_t right[TREE_HASH];
	bool first = true;
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if ((n >> level & 1) == 0)
			continue;
		uint8_t node[TREE_HASH];
		enum err e = read(ctx, level, ((from + n) >> level) - 1, node);
		if (e != ERR_OK)
			return e;
		if (first)
			memcpy(right, node, TREE_HASH);
		else
			tree_node_hash(node, right, right);
		first = false;
	}
	INVARIANT(!first);
	memcpy(out, right, TREE_HASH);
	return ERR_OK;
}

struct range {
	uint64_t from, n;
};

// The largest power of two smaller than n ≥ 2.
static uint64_t split(uint64_t n)
{
	return 1ULL << (63 - __builtin_clzll(n - 1));
}

// One step down the tree: the range becomes one of its halves, the other half is returned.
static struct range step(struct range *at, bool to_left)
{
	uint64_t k = split(at->n);
	struct range left = {at->from, k}, right = {at->from + k, at->n - k};
	*at = to_left ? left : right;
	return to_left ? right : left;
}

// Hashes of the ranges met on the way down, last one first.
static enum err emit(const struct range *ranges, size_t n, tree_read *read, void *ctx, struct tree_proof *proof)
{
	struct tree_proof made = {.n = n};
	INVARIANT(n <= TREE_PROOF_MAX);
	for (size_t i = 0; i < n; i++) {
		enum err e = range_hash(ranges[n - 1 - i].from, ranges[n - 1 - i].n, read, ctx, made.hash[i]);
		if (e != ERR_OK)
			return e;
	}
	*proof = made;
	return ERR_OK;
}

enum err tree_inclusion(uint64_t index, uint64_t size, tree_read *read, void *ctx, struct tree_proof *proof)
{
	if (index >= size || size > TREE_SIZE_MAX)
		return ERR_INPUT;
	struct range met[TREE_PROOF_MAX], at = {0, size};
	size_t n = 0;
	while (at.n > 1)
		met[n++] = step(&at, index - at.from < split(at.n));
	return emit(met, n, read, ctx, proof);
}

// SUBPROOF of section 2.1.2. `whole` is its flag b: while only left halves were taken, the old root itself is the verifier's.
enum err tree_consistency(uint64_t old, uint64_t size, tree_read *read, void *ctx, struct tree_proof *proof)
{
	if (old == 0 || old > size || size > TREE_SIZE_MAX)
		return ERR_INPUT;
	struct range met[TREE_PROOF_MAX], at = {0, size};
	size_t n = 0;
	bool whole = true;
	while (at.from + at.n != old) {
		bool to_left = old - at.from <= split(at.n);
		whole = whole && to_left;
		met[n++] = step(&at, to_left);
	}
	if (!whole)
		met[n++] = at;
	return emit(met, n, read, ctx, proof);
}

static enum err inclusion_length(size_t n, uint64_t index, uint64_t size, const char *too, struct why *why)
{
	return why_set(why, ERR_INPUT, "inclusion proof: %zu hashes are too %s for leaf %" PRIu64 " of %" PRIu64, n, too, index, size);
}

static enum err consistency_length(size_t n, uint64_t old, uint64_t size, const char *too, struct why *why)
{
	return why_set(why, ERR_INPUT, "consistency proof: %zu hashes are too %s from %" PRIu64 " to %" PRIu64, n, too, old, size);
}

enum err tree_inclusion_root(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH], const struct tree_proof *proof,
                             uint8_t root[static TREE_HASH], struct why *why)
{
	if (index >= size || size > TREE_SIZE_MAX)
		return why_set(why, ERR_INPUT, "inclusion proof: no leaf %" PRIu64 " in a tree of %" PRIu64, index, size);
	INVARIANT(proof->n <= TREE_PROOF_MAX);
	uint64_t fn = index, sn = size - 1;
	uint8_t r[TREE_HASH];
	memcpy(r, leaf, TREE_HASH);
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return inclusion_length(proof->n, index, size, "many", why);
		if ((fn & 1) != 0 || fn == sn) {
			tree_node_hash(proof->hash[i], r, r);
			unsigned up = fn != 0 ? (unsigned)__builtin_ctzll(fn) : 0; // a right edge without a sibling rises for free
			fn >>= up;
			sn >>= up;
		} else {
			tree_node_hash(r, proof->hash[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return inclusion_length(proof->n, index, size, "few", why);
	memcpy(root, r, TREE_HASH);
	return ERR_OK;
}

enum err tree_inclusion_verify(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH],
                               const struct tree_proof *proof, const uint8_t root[static TREE_HASH], struct why *why)
{
	uint8_t r[TREE_HASH];
	enum err e = tree_inclusion_root(index, size, leaf, proof, r, why);
	if (e != ERR_OK)
		return e;
	if (memcmp(r, root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "inclusion proof: leaf %" PRIu64 " of %" PRIu64 " leads to another root", index, size);
	return ERR_OK;
}

// Equal sizes: the proof is empty and the roots are one.
static enum err same_size_verify(uint64_t size, const uint8_t *old_root, const uint8_t *root, size_t n, struct why *why)
{
	if (n != 0)
		return why_set(why, ERR_INPUT, "consistency proof: %zu hashes between equal sizes", n);
	if (memcmp(old_root, root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "consistency proof: two roots of size %" PRIu64, size);
	return ERR_OK;
}

enum err tree_consistency_verify(uint64_t old, uint64_t size, const uint8_t old_root[static TREE_HASH],
                                 const uint8_t root[static TREE_HASH], const struct tree_proof *proof, struct why *why)
{
	if (old == 0 || old > size || size > TREE_SIZE_MAX)
		return why_set(why, ERR_INPUT, "consistency proof: impossible from size %" PRIu64 " to %" PRIu64, old, size);
	INVARIANT(proof->n <= TREE_PROOF_MAX);
	if (old == size)
		return same_size_verify(size, old_root, root, proof->n, why);
	// Steps 1 to 4: when old is a power of two its root is the first hash, and the proof leaves it out.
	bool power = (old & (old - 1)) == 0;
	size_t i = power ? 0 : 1;
	if (proof->n < 1)
		return consistency_length(proof->n, old, size, "few", why);
	uint64_t fn = old - 1, sn = size - 1;
	unsigned up = (unsigned)__builtin_ctzll(~fn);
	fn >>= up;
	sn >>= up;
	uint8_t fr[TREE_HASH], sr[TREE_HASH];
	memcpy(fr, power ? old_root : proof->hash[0], TREE_HASH);
	memcpy(sr, fr, TREE_HASH);
	for (; i < proof->n; i++) {
		const uint8_t *c = proof->hash[i];
		if (sn == 0)
			return consistency_length(proof->n, old, size, "many", why);
		if ((fn & 1) != 0 || fn == sn) {
			tree_node_hash(c, fr, fr);
			tree_node_hash(c, sr, sr);
			up = fn != 0 ? (unsigned)__builtin_ctzll(fn) : 0;
			fn >>= up;
			sn >>= up;
		} else {
			tree_node_hash(sr, c, sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return consistency_length(proof->n, old, size, "few", why);
	if (memcmp(fr, old_root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "consistency proof: another root at size %" PRIu64, old);
	if (memcmp(sr, root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "consistency proof: another root at size %" PRIu64, size);
	return ERR_OK;
}
