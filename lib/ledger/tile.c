#include "ledger/tile.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "base/wire.h"

void tile_path_print(const struct tile *t, char path[static TILE_PATH_MAX])
{
	INVARIANT(t->level <= TILE_LEVEL_MAX && t->index <= TILE_INDEX_MAX && t->width >= 1 && t->width <= TILE_WIDTH);
	int n = t->entries ? snprintf(path, TILE_PATH_MAX, "tile/entries/") : snprintf(path, TILE_PATH_MAX, "tile/%u/", t->level);
	uint64_t unit = 1;
	while (t->index / unit >= 1000)
		unit *= 1000;
	for (; unit > 1; unit /= 1000)
		n += snprintf(path + n, (size_t)(TILE_PATH_MAX - n), "x%03u/", (unsigned)(t->index / unit % 1000));
	n += snprintf(path + n, (size_t)(TILE_PATH_MAX - n), "%03u", (unsigned)(t->index % 1000));
	if (t->width < TILE_WIDTH)
		n += snprintf(path + n, (size_t)(TILE_PATH_MAX - n), ".p/%u", t->width);
	INVARIANT(n < TILE_PATH_MAX);
}

// Takes the text before the next slash, or the whole rest.
static struct slice element(struct slice *rest)
{
	size_t end = slice_find(*rest, '/', 0);
	struct slice taken = slice_part(*rest, 0, end);
	*rest = slice_part(*rest, end + 1, rest->n);
	return taken;
}

static bool three_digits(struct slice s, uint64_t *index)
{
	if (s.n != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	uint64_t v = (uint64_t)(s.p[0] - '0') * 100 + (uint64_t)(s.p[1] - '0') * 10 + (uint64_t)(s.p[2] - '0');
	if (*index > (UINT64_MAX - v) / 1000)
		return false;
	*index = *index * 1000 + v;
	return true;
}

// <N>: "x001/x234/067" and, after it, ".p" when a width follows.
static bool index_parse(struct slice *rest, uint64_t *index, bool *partial)
{
	struct slice e;
	*index = 0;
	for (e = element(rest); e.n > 0 && e.p[0] == 'x'; e = element(rest))
		if (!three_digits(slice_part(e, 1, e.n), index))
			return false;
	*partial = e.n > 2 && e.p[e.n - 2] == '.' && e.p[e.n - 1] == 'p';
	return three_digits(*partial ? slice_part(e, 0, e.n - 2) : e, index);
}

enum err tile_path_parse(struct slice path, struct tile *t, struct why *why)
{
	if (path.n >= TILE_PATH_MAX)
		return why_set(why, ERR_INPUT, "tile path: %zu bytes are more than any path has", path.n);
	struct slice rest = path;
	struct tile parsed = {.width = TILE_WIDTH};
	uint64_t level = 0, width = TILE_WIDTH;
	if (!slice_is_text(element(&rest), "tile"))
		return why_set(why, ERR_INPUT, "tile path: \"%.*s\" does not begin with tile/", SLICE_ARGS(path));
	struct slice kind = element(&rest);
	parsed.entries = slice_is_text(kind, "entries");
	if (!parsed.entries && !num_parse(kind, 0, TILE_LEVEL_MAX, &level))
		return why_set(why, ERR_INPUT, "tile path: level \"%.*s\" is neither entries nor 0 to 63", SLICE_ARGS(kind));
	bool partial = false;
	if (!index_parse(&rest, &parsed.index, &partial) || (partial && !num_parse(rest, 1, TILE_WIDTH - 1, &width)))
		return why_set(why, ERR_INPUT, "tile path: \"%.*s\" has no well-formed index and width", SLICE_ARGS(path));
	if (parsed.index > TILE_INDEX_MAX)
		return why_set(why, ERR_LIMIT, "tile path: index %" PRIu64 " is beyond the largest tree", parsed.index);
	parsed.level = (unsigned)level;
	parsed.width = (unsigned)width;
	// Leading x000 elements and a slash too many would be second spellings of the same tile.
	char canonical[TILE_PATH_MAX];
	tile_path_print(&parsed, canonical);
	if (!slice_is_text(path, canonical))
		return why_set(why, ERR_INPUT, "tile path: \"%.*s\" is spelled %s", SLICE_ARGS(path), canonical);
	*t = parsed;
	return ERR_OK;
}

// Nodes of level 8·level in a tree of `size` leaves.
static uint64_t nodes(uint64_t size, unsigned level)
{
	return level * TILE_HEIGHT < 64 ? size >> (level * TILE_HEIGHT) : 0;
}

uint64_t tile_full(uint64_t size, unsigned level)
{
	return nodes(size, level) / TILE_WIDTH;
}

unsigned tile_width(uint64_t size, unsigned level, uint64_t index)
{
	uint64_t full = tile_full(size, level);
	if (index < full)
		return TILE_WIDTH;
	return index == full ? (unsigned)(nodes(size, level) % TILE_WIDTH) : 0;
}

static enum err level_new(uint64_t old, uint64_t size, struct tile t, tile_each *each, void *ctx)
{
	if (nodes(old, t.level) == nodes(size, t.level))
		return ERR_OK;
	for (t.index = tile_full(old, t.level); (t.width = tile_width(size, t.level, t.index)) > 0; t.index++) {
		enum err e = each(ctx, &t);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err tile_new(uint64_t old, uint64_t size, tile_each *each, void *ctx)
{
	INVARIANT(old <= size && size <= TREE_SIZE_MAX);
	enum err e = level_new(old, size, (struct tile){.entries = true}, each, ctx);
	for (unsigned level = 0; e == ERR_OK && nodes(size, level) > 0; level++)
		e = level_new(old, size, (struct tile){.level = level}, each, ctx);
	return e;
}

enum err tile_build(const struct tile *t, tree_read *read, void *ctx, struct buf *b)
{
	INVARIANT(!t->entries && t->width >= 1 && t->width <= TILE_WIDTH && t->index <= TILE_INDEX_MAX);
	for (unsigned i = 0; i < t->width; i++) {
		uint8_t hash[TREE_HASH];
		enum err e = read(ctx, t->level * TILE_HEIGHT, t->index * TILE_WIDTH + i, hash);
		if (e != ERR_OK)
			return e;
		buf_put(b, hash, sizeof hash);
	}
	return buf_status(b);
}

void tile_of_node(unsigned level, uint64_t index, struct tile *t, unsigned *first, unsigned *count)
{
	INVARIANT(level < TREE_LEVELS);
	unsigned inside = level % TILE_HEIGHT;
	uint64_t per_tile = TILE_WIDTH >> inside;
	*t = (struct tile){.level = level / TILE_HEIGHT, .index = index / per_tile};
	*first = (unsigned)(index % per_tile) << inside;
	*count = 1u << inside;
}

enum err tile_node(struct slice bytes, unsigned first, unsigned count, uint8_t hash[static TREE_HASH])
{
	INVARIANT(count >= 1 && count <= TILE_WIDTH && (count & (count - 1)) == 0 && first % count == 0);
	if (bytes.n % TREE_HASH != 0 || bytes.n > TILE_BYTES)
		return ERR_INPUT;
	if (first >= TILE_WIDTH || (first + count) * TREE_HASH > bytes.n)
		return ERR_ABSENT;
	uint8_t work[TILE_WIDTH][TREE_HASH];
	memcpy(work, bytes.p + first * TREE_HASH, count * TREE_HASH);
	for (unsigned n = count; n > 1; n /= 2)
		for (unsigned i = 0; i < n / 2; i++)
			tree_node_hash(work[2 * i], work[2 * i + 1], work[i]);
	memcpy(hash, work[0], TREE_HASH);
	return ERR_OK;
}

void tile_bundle_put(struct buf *b, struct slice leaf)
{
	buf_put_vec16(b, leaf);
}

enum err tile_bundle_decode(struct slice bundle, unsigned width, struct slice leaves[static TILE_WIDTH], struct why *why)
{
	INVARIANT(width >= 1 && width <= TILE_WIDTH);
	struct wire w = wire_of(bundle);
	struct slice read[TILE_WIDTH];
	for (unsigned i = 0; i < width; i++)
		read[i] = wire_vec16(&w);
	enum err e = wire_end(&w, "entry bundle", why);
	if (e == ERR_OK)
		memcpy(leaves, read, width * sizeof *read);
	return e;
}

enum err tile_bundle_check(const struct slice *leaves, unsigned width, struct slice tile, struct why *why)
{
	if (width < 1 || width > TILE_WIDTH || tile.n != width * TREE_HASH)
		return why_set(why, ERR_INPUT, "entry bundle: %u leaves beside a tile of %zu bytes", width, tile.n);
	for (unsigned i = 0; i < width; i++) {
		uint8_t hash[TREE_HASH];
		tree_leaf_hash(leaves[i], hash);
		if (memcmp(hash, tile.p + i * TREE_HASH, TREE_HASH) != 0)
			return why_set(why, ERR_AUTH, "entry bundle: leaf %u is not the one in the tile", i);
	}
	return ERR_OK;
}
