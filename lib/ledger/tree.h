// The Merkle tree of the ledger: RFC 6962 section 2.1 hashing, appending, and both proofs. It stores nothing.
//
// A *node* (level, index) is the hash over the leaves [index·2^level, (index+1)·2^level), all of them present: level 0 are the
// leaf hashes. Nodes never change once they exist, so a store keeps them forever and can make every proof from them. The newest
// nodes are handed to the store by tree_append(); proofs ask for them back through a callback.
#ifndef TOCSIN_LEDGER_TREE_H
#define TOCSIN_LEDGER_TREE_H

#include "base/buf.h"

#define TREE_HASH 32                 // bytes: SHA-256
#define TREE_LEAF_MAX 65535          // bytes of one leaf (an entry bundle has 16-bit lengths)
#define TREE_SIZE_MAX (1ULL << 62)   // leaves; more would need a proof longer than tlog-witness allows
#define TREE_LEVELS 63               // levels of nodes in the largest tree
#define TREE_PROOF_MAX 63            // hashes in the longest proof of a tree of TREE_SIZE_MAX leaves (tlog-witness: at most 63)
#define TREE_FRONTIER_MAX (8 + TREE_LEVELS * TREE_HASH) // bytes of an encoded frontier

// SHA-256(0x00 ‖ leaf), SHA-256(0x01 ‖ left ‖ right) and SHA-256(""): RFC 6962 section 2.1.
void tree_leaf_hash(struct slice leaf, uint8_t out[static TREE_HASH]);
void tree_node_hash(const uint8_t left[static TREE_HASH], const uint8_t right[static TREE_HASH], uint8_t out[static TREE_HASH]);
void tree_empty_root(uint8_t out[static TREE_HASH]);

// The right edge of a tree: for each bit l set in `size`, the node of level l that ends the first size>>l<<l leaves. All zero
// is the empty tree. It is everything that appending needs.
struct tree_frontier {
	uint64_t size;
	uint8_t hash[TREE_LEVELS][TREE_HASH]; // hash[l] counts only when bit l of size is set
};

// Takes one node to be stored. A failure ends the append with that error.
typedef enum err tree_write(void *ctx, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH]);
// Gives back one node. ERR_ABSENT when it is not stored; every error travels to the caller of the proof.
typedef enum err tree_read(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH]);

// Adds a leaf hash. `write` (may be NULL) gets the leaf as level 0, then every node that this leaf completes, upwards. When it
// fails the frontier is as before (undo the writes of this call with the store's transaction). ERR_LIMIT: the tree is full.
MUST_USE enum err tree_append(struct tree_frontier *f, const uint8_t leaf[static TREE_HASH], tree_write *write, void *ctx);
void tree_root(const struct tree_frontier *f, uint8_t root[static TREE_HASH]);
// The frontier of the first `size` leaves, from stored nodes (one read per bit set). With tree_root(): any earlier root.
MUST_USE enum err tree_frontier_load(uint64_t size, tree_read *read, void *ctx, struct tree_frontier *f);
// size(8) ‖ the hashes that count, highest level first. Decoding refuses a size over the maximum and any other length.
void tree_frontier_encode(const struct tree_frontier *f, struct buf *b);
MUST_USE enum err tree_frontier_decode(struct slice s, struct tree_frontier *f, struct why *why);

struct tree_proof {
	size_t n;
	uint8_t hash[TREE_PROOF_MAX][TREE_HASH]; // in the order of RFC 6962: from the leaves towards the root
};

// Audit path of leaf `index` in the tree of the first `size` leaves (RFC 6962 section 2.1.1). ERR_INPUT unless
// index < size ≤ TREE_SIZE_MAX.
MUST_USE enum err tree_inclusion(uint64_t index, uint64_t size, tree_read *read, void *ctx, struct tree_proof *proof);
// Consistency proof from `old` to `size` leaves (RFC 6962 section 2.1.2); empty when they are equal. ERR_INPUT unless
// 0 < old ≤ size ≤ TREE_SIZE_MAX: nothing can be proved about an empty tree.
MUST_USE enum err tree_consistency(uint64_t old, uint64_t size, tree_read *read, void *ctx, struct tree_proof *proof);

// The root that a proof leads to: RFC 9162 section 2.1.3.2 without its last comparison. ERR_INPUT as below.
MUST_USE enum err tree_inclusion_root(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH],
                                      const struct tree_proof *proof, uint8_t root[static TREE_HASH], struct why *why);
// RFC 9162 section 2.1.3.2. ERR_INPUT: index or length impossible for this size; ERR_AUTH: it leads to another root.
MUST_USE enum err tree_inclusion_verify(uint64_t index, uint64_t size, const uint8_t leaf[static TREE_HASH],
                                        const struct tree_proof *proof, const uint8_t root[static TREE_HASH], struct why *why);
// RFC 9162 section 2.1.4.2. ERR_INPUT: sizes or length impossible, also old = 0; ERR_AUTH: one of the roots is another.
MUST_USE enum err tree_consistency_verify(uint64_t old, uint64_t size, const uint8_t old_root[static TREE_HASH],
                                          const uint8_t root[static TREE_HASH], const struct tree_proof *proof, struct why *why);

#endif
