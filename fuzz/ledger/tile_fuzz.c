#include "ledger/tile.h"

// Input: a tile's path; also an entry bundle behind a byte of width, a tile's bytes, and a frontier.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct slice leaves[TILE_WIDTH];
	struct tile t;
	struct why why;
	struct buf b;
	uint8_t hash[TREE_HASH];
	char path[TILE_PATH_MAX];
	if (tile_path_parse(s, &t, &why) == ERR_OK) {
		tile_path_print(&t, path);
		INVARIANT(slice_is_text(s, path));
	}
	if (size == 0)
		return 0;
	unsigned width = 1u + data[0];
	struct slice rest = slice_part(s, 1, size);
	buf_init(&b, size + 1);
	if (tile_bundle_decode(rest, width, leaves, &why) == ERR_OK) {
		for (unsigned i = 0; i < width; i++)
			tile_bundle_put(&b, leaves[i]);
		INVARIANT(slice_equal(buf_slice(&b), rest));
	}
	for (unsigned count = 1; count <= TILE_WIDTH; count *= 2)
		if (tile_node(rest, data[0] / count * count, count, hash) == ERR_OK)
			INVARIANT((data[0] / count * count + count) * TREE_HASH <= rest.n);
	struct tree_frontier f;
	buf_clear(&b);
	if (tree_frontier_decode(s, &f, &why) == ERR_OK) {
		tree_frontier_encode(&f, &b);
		tree_root(&f, hash);
		INVARIANT(slice_equal(buf_slice(&b), s));
	}
	buf_free(&b);
	return 0;
}
