// The ledger as static files (C2SP tlog-tiles): names of tiles and entry bundles, which of them exist, and their content.
//
// A tile of level L and index N is up to 256 consecutive tree nodes of level 8·L, from node N·256 on; an entry bundle of index
// N is the leaves themselves from N·256 on. Full ones (width 256) never change; a partial one is never hashed into the level
// above.
#ifndef TOCSIN_LEDGER_TILE_H
#define TOCSIN_LEDGER_TILE_H

#include "ledger/tree.h"

#define TILE_HEIGHT 8
#define TILE_WIDTH 256                        // hashes in a full tile, leaves in a full bundle
#define TILE_BYTES (TILE_WIDTH * TREE_HASH)   // of a full tile
#define TILE_LEVEL_MAX 63                     // in a path; a tree of TREE_SIZE_MAX has tiles up to level 7
#define TILE_INDEX_MAX (TREE_SIZE_MAX / TILE_WIDTH - 1)
#define TILE_PATH_MAX 48                      // bytes of the longest path, final NUL included
#define TILE_BUNDLE_MAX (TILE_WIDTH * (2 + TREE_LEAF_MAX)) // bytes of the largest entry bundle

struct tile {
	bool entries;   // an entry bundle; its level is 0
	unsigned level; // at most TILE_LEVEL_MAX
	uint64_t index; // at most TILE_INDEX_MAX
	unsigned width; // 1 to TILE_WIDTH; less than TILE_WIDTH is a partial tile
};

// "tile/<L>/<N>[.p/<W>]" and "tile/entries/<N>[.p/<W>]", N in elements of three digits, all but the last behind an x:
// index 1234067 is "x001/x234/067". No slash in front. There is one spelling of each path and parsing refuses any other.
void tile_path_print(const struct tile *t, char path[static TILE_PATH_MAX]);
MUST_USE enum err tile_path_parse(struct slice path, struct tile *t, struct why *why);

// How wide tile (level, index) is in a tree of `size` leaves: 0 when it does not exist, TILE_WIDTH when it is complete.
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);
// Number of full tiles of a level in a tree of `size` leaves. The partial tile, if any, is the one behind them.
uint64_t tile_full(uint64_t size, unsigned level);
// Calls `each` for every tile and bundle that a tree of `size` has and a tree of `old` leaves had not or had narrower: what to
// publish after appending. Bundles first, then levels upwards. Stops at the first error. old ≤ size ≤ TREE_SIZE_MAX.
typedef enum err tile_each(void *ctx, const struct tile *t);
MUST_USE enum err tile_new(uint64_t old, uint64_t size, tile_each *each, void *ctx);

// The bytes of a hash tile, from stored nodes: width·32 bytes appended to b.
MUST_USE enum err tile_build(const struct tile *t, tree_read *read, void *ctx, struct buf *b);
// The one tile that holds node (level, index), and which of its hashes, [first, first+count), the node spans. `width` of the
// tile is left to the caller (tile_width); a tile narrower than first+count does not hold the node.
void tile_of_node(unsigned level, uint64_t index, struct tile *t, unsigned *first, unsigned *count);
// The node over hashes [first, first+count) of a tile's bytes, count a power of two that divides first. ERR_INPUT when the tile
// is not a whole number of hashes, at most 256; ERR_ABSENT when it is too narrow.
MUST_USE enum err tile_node(struct slice bytes, unsigned first, unsigned count, uint8_t hash[static TREE_HASH]);

// An entry bundle: each leaf behind its length in two bytes. Appending over TREE_LEAF_MAX: ERR_LIMIT in the buffer.
void tile_bundle_put(struct buf *b, struct slice leaf);
// Exactly `width` leaves, borrowed from the bundle; refuses a truncated leaf and bytes left over.
MUST_USE enum err tile_bundle_decode(struct slice bundle, unsigned width, struct slice leaves[static TILE_WIDTH],
                                     struct why *why);
// Whether the leaves hash to the bytes of the level 0 tile of the same index and width. ERR_AUTH names the first that does not.
MUST_USE enum err tile_bundle_check(const struct slice *leaves, unsigned width, struct slice tile, struct why *why);

#endif
