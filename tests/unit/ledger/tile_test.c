#include "ledger/tile.h"

#include "test.h"

static void good_paths(void)
{
	static const struct {
		struct tile t;
		const char *path;
	} rows[] = {
		{{false, 0, 0, 256}, "tile/0/000"},
		{{false, 0, 1234067, 256}, "tile/0/x001/x234/067"},
		{{false, 63, 999, 1}, "tile/63/999.p/1"},
		{{false, 1, 1000, 255}, "tile/1/x001/000.p/255"},
		{{true, 0, 273, 112}, "tile/entries/273.p/112"},
		{{true, 0, 1000000, 256}, "tile/entries/x001/x000/000"},
		{{true, 0, TILE_INDEX_MAX, 255}, "tile/entries/x018/x014/x398/x509/x481/983.p/255"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[TILE_PATH_MAX];
		struct tile t;
		struct why why;
		tile_path_print(&rows[i].t, path);
		CHECK_TEXT(path, rows[i].path);
		REQUIRE(tile_path_parse(slice_text(path), &t, &why) == ERR_OK);
		CHECK(t.entries == rows[i].t.entries && t.level == rows[i].t.level && t.index == rows[i].t.index);
		CHECK(t.width == rows[i].t.width);
		// A cut path is refused, or it is another tile's whole path; never the same tile.
		for (size_t cut = 0; cut < strlen(path); cut++)
			if (tile_path_parse(slice_of(path, cut), &t, &why) == ERR_OK)
				CHECK_SAY(t.width != rows[i].t.width, "%s cut at %zu", path, cut);
	}
}

static void refused_paths(void)
{
	static const struct {
		enum err e;
		const char *path;
	} rows[] = {
		{ERR_INPUT, ""},
		{ERR_INPUT, "tile"},
		{ERR_INPUT, "tile/"},
		{ERR_INPUT, "tile/0"},
		{ERR_INPUT, "tile/0/"},
		{ERR_INPUT, "/tile/0/000"},
		{ERR_INPUT, "tile/0/000/"},
		{ERR_INPUT, "tile//000"},
		{ERR_INPUT, "tile/00/000"},
		{ERR_INPUT, "tile/64/000"},
		{ERR_INPUT, "tile/-1/000"},
		{ERR_INPUT, "tile/+1/000"},
		{ERR_INPUT, "tile/data/000"},
		{ERR_INPUT, "tile/0/0"},
		{ERR_INPUT, "tile/0/00"},
		{ERR_INPUT, "tile/0/0000"},
		{ERR_INPUT, "tile/0/1000"},
		{ERR_INPUT, "tile/0/x000"},
		{ERR_INPUT, "tile/0/x000/001"},
		{ERR_INPUT, "tile/0/001/000"},
		{ERR_INPUT, "tile/0/x001/x000"},
		{ERR_INPUT, "tile/0/x01/000"},
		{ERR_INPUT, "tile/0/X001/000"},
		{ERR_INPUT, "tile/0/0x1"},
		{ERR_INPUT, "tile/0/ 01"},
		{ERR_INPUT, "tile/0/000.p"},
		{ERR_INPUT, "tile/0/000.p/"},
		{ERR_INPUT, "tile/0/000.p/0"},
		{ERR_INPUT, "tile/0/000.p/256"},
		{ERR_INPUT, "tile/0/000.p/01"},
		{ERR_INPUT, "tile/0/000.p/1/"},
		{ERR_INPUT, "tile/0/000.p/1/2"},
		{ERR_INPUT, "tile/0/000.q/1"},
		{ERR_INPUT, "tile/0/.p/1"},
		{ERR_INPUT, "tile/0/x001.p/1"},
		{ERR_INPUT, "tile/0/x001.p/000"},
		{ERR_INPUT, "tile/entries/0/000"},
		{ERR_INPUT, "tile/../000"},
		{ERR_INPUT, "tile/0/000\n"},
		{ERR_LIMIT, "tile/0/x018/x014/x398/x509/x481/984"},
		{ERR_INPUT, "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999"},
	};
	struct tile t = {.level = 42};
	struct why why;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(tile_path_parse(slice_text(rows[i].path), &t, &why) == rows[i].e && t.level == 42, "%s", rows[i].path);
	CHECK(tile_path_parse(slice_of("tile/0/000\0", 11), &t, &why) == ERR_INPUT);
}

// tlog-tiles, "Partial Tiles": the example of 70,000 leaves, and the one of 256.
static void widths(void)
{
	static const struct {
		uint64_t size;
		unsigned level;
		uint64_t index;
		unsigned width;
	} rows[] = {
		{70000, 0, 0, 256}, {70000, 0, 272, 256}, {70000, 0, 273, 112}, {70000, 0, 274, 0}, {70000, 1, 0, 256}, {70000, 1, 1, 17},
		{70000, 1, 2, 0},   {70000, 2, 0, 1},     {70000, 2, 1, 0},     {70000, 3, 0, 0},   {70000, 63, 0, 0},  {256, 0, 0, 256},
		{256, 0, 1, 0},     {256, 1, 0, 1},       {256, 2, 0, 0},       {0, 0, 0, 0},       {1, 0, 0, 1},       {255, 1, 0, 0},
		{TREE_SIZE_MAX, 7, 0, 64}, {TREE_SIZE_MAX, 0, TILE_INDEX_MAX, 256}, {TREE_SIZE_MAX, 8, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(tile_width(rows[i].size, rows[i].level, rows[i].index) == rows[i].width, "row %zu", i);
	CHECK(tile_full(70000, 0) == 273 && tile_full(70000, 1) == 1 && tile_full(70000, 2) == 0);
}

#define PUBLISHED 4096

struct site {
	size_t n, stop;
	struct tile tiles[PUBLISHED];
};

static enum err publish(void *ctx, const struct tile *t)
{
	struct site *s = ctx;
	if (s->n == s->stop)
		return ERR_SYSTEM;
	s->tiles[s->n++] = *t;
	return ERR_OK;
}

static bool has(const struct site *s, struct tile t)
{
	for (const struct tile *u = s->tiles; u < s->tiles + s->n; u++)
		if (u->entries == t.entries && u->level == t.level && u->index == t.index && u->width == t.width)
			return true;
	return false;
}

static void new_tiles(void)
{
	static struct site s;
	static const uint64_t sizes[] = {0, 1, 2, 255, 256, 257, 511, 512, 600, 65535, 65536, 65537, 70000};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t j = i; j < sizeof sizes / sizeof *sizes; j++) {
			s = (struct site){.stop = PUBLISHED};
			REQUIRE(tile_new(sizes[i], sizes[j], publish, &s) == ERR_OK);
			size_t want = 0;
			for (unsigned level = 0; level < 4; level++)
				for (uint64_t k = 0; k < 300; k++) {
					unsigned now = tile_width(sizes[j], level, k);
					if (now == tile_width(sizes[i], level, k))
						continue;
					want += level == 0 ? 2 : 1;
					CHECK_SAY(has(&s, (struct tile){false, level, k, now}), "%zu %zu", i, j);
					CHECK_SAY(level > 0 || has(&s, (struct tile){true, 0, k, now}), "%zu %zu", i, j);
				}
			CHECK_SAY(s.n == want, "%zu %zu: %zu, want %zu", i, j, s.n, want);
		}
	s = (struct site){.stop = 3};
	CHECK(tile_new(0, 70000, publish, &s) == ERR_SYSTEM);
}

#define LEAVES 700u
static uint8_t nodes[10][1024][TREE_HASH];

static enum err put(void *ctx, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	memcpy(nodes[level][index], hash, TREE_HASH);
	return ERR_OK;
}

static enum err get(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	if (level >= 10 || index >= LEAVES >> level)
		return ERR_ABSENT;
	memcpy(hash, nodes[level][index], TREE_HASH);
	return ERR_OK;
}

// A client that has only tiles: every node comes out of one of them.
static enum err from_tiles(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	struct tile t;
	unsigned first, count;
	struct buf b;
	tile_of_node(level, index, &t, &first, &count);
	t.width = tile_width(*(const uint64_t *)ctx, t.level, t.index);
	buf_init(&b, TILE_BYTES);
	enum err e = t.width > 0 ? tile_build(&t, get, NULL, &b) : ERR_ABSENT;
	if (e == ERR_OK)
		e = tile_node(buf_slice(&b), first, count, hash);
	buf_free(&b);
	return e;
}

static void proofs_from_tiles(void)
{
	struct tree_frontier f = {0};
	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t leaf[TREE_HASH];
		tree_leaf_hash(slice_of(&i, sizeof i), leaf);
		REQUIRE(tree_append(&f, leaf, put, NULL) == ERR_OK);
	}
	uint64_t size = LEAVES;
	for (unsigned level = 0; level < 10; level++)
		for (unsigned i = 0; i <= LEAVES >> level; i++) {
			uint8_t hash[TREE_HASH];
			enum err e = from_tiles(&size, level, i, hash);
			bool exists = i < LEAVES >> level;
			CHECK_SAY(exists ? e == ERR_OK && memcmp(hash, nodes[level][i], TREE_HASH) == 0 : e == ERR_ABSENT, "%u %u", level, i);
		}
	uint8_t root[TREE_HASH];
	tree_root(&f, root);
	for (unsigned i = 0; i < LEAVES; i += 97) {
		struct tree_proof p;
		REQUIRE(tree_inclusion(i, size, from_tiles, &size, &p) == ERR_OK);
		CHECK(tree_inclusion_verify(i, size, nodes[0][i], &p, root, NULL) == ERR_OK);
	}
	struct tree_proof p;
	CHECK(tree_inclusion(0, LEAVES + 100, from_tiles, &size, &p) == ERR_ABSENT);
	uint8_t bytes[TILE_BYTES + TREE_HASH] = {0};
	CHECK(tile_node(slice_of(bytes, 31), 0, 1, root) == ERR_INPUT);
	CHECK(tile_node(slice_of(bytes, TILE_BYTES + TREE_HASH), 0, 1, root) == ERR_INPUT);
	CHECK(tile_node(slice_of(bytes, 0), 0, 1, root) == ERR_ABSENT);
	CHECK(tile_node(slice_of(bytes, 255 * TREE_HASH), 0, 256, root) == ERR_ABSENT);
	CHECK(tile_node(slice_of(bytes, TILE_BYTES), 256, 1, root) == ERR_ABSENT);
}

static void bundles(void)
{
	static uint8_t long_leaf[TREE_LEAF_MAX + 1];
	static const size_t sizes[] = {1, 0, 255, 256, 300};
	struct buf b, tile;
	struct slice leaves[TILE_WIDTH];
	struct why why;
	buf_init(&b, TILE_BUNDLE_MAX);
	buf_init(&tile, TILE_BYTES);
	for (size_t i = 0; i < 5; i++) {
		long_leaf[0] = (uint8_t)i;
		uint8_t hash[TREE_HASH];
		tile_bundle_put(&b, slice_of(long_leaf, sizes[i]));
		tree_leaf_hash(slice_of(long_leaf, sizes[i]), hash);
		buf_put(&tile, hash, TREE_HASH);
	}
	REQUIRE(tile_bundle_decode(buf_slice(&b), 5, leaves, &why) == ERR_OK);
	for (size_t i = 0; i < 5; i++)
		CHECK(leaves[i].n == sizes[i] && (sizes[i] == 0 || leaves[i].p[0] == i));
	CHECK(tile_bundle_check(leaves, 5, buf_slice(&tile), &why) == ERR_OK);
	CHECK(tile_bundle_check(leaves, 4, buf_slice(&tile), &why) == ERR_INPUT);
	CHECK(tile_bundle_check(leaves, 0, slice_of("", 0), &why) == ERR_INPUT);
	for (size_t i = 0; i < 5; i++) {
		tile.p[i * TREE_HASH + 9] ^= 1;
		CHECK(tile_bundle_check(leaves, 5, buf_slice(&tile), &why) == ERR_AUTH);
		tile.p[i * TREE_HASH + 9] ^= 1;
	}
	leaves[0].n = 77;
	for (size_t cut = 0; cut < b.n; cut++)
		CHECK(tile_bundle_decode(slice_of(b.p, cut), 5, leaves, &why) == ERR_INPUT);
	CHECK(tile_bundle_decode(buf_slice(&b), 4, leaves, &why) == ERR_INPUT);
	CHECK(tile_bundle_decode(buf_slice(&b), 6, leaves, &why) == ERR_INPUT);
	buf_put_u8(&b, 0);
	CHECK(tile_bundle_decode(buf_slice(&b), 5, leaves, &why) == ERR_INPUT && leaves[0].n == 77);
	buf_clear(&b);
	tile_bundle_put(&b, slice_of(long_leaf, TREE_LEAF_MAX));
	CHECK(buf_status(&b) == ERR_OK && tile_bundle_decode(buf_slice(&b), 1, leaves, &why) == ERR_OK);
	CHECK(leaves[0].n == TREE_LEAF_MAX);
	tile_bundle_put(&b, slice_of(long_leaf, TREE_LEAF_MAX + 1));
	CHECK(buf_status(&b) == ERR_LIMIT);
	buf_free(&b);
	buf_free(&tile);
}

const struct test tests[] = {
	{"paths, printed and parsed", good_paths},
	{"paths refused", refused_paths},
	{"widths, with the specification's examples", widths},
	{"tiles to publish after appending", new_tiles},
	{"nodes and proofs from tiles alone", proofs_from_tiles},
	{"entry bundles", bundles},
	{NULL, NULL},
};
