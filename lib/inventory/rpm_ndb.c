// rpm's own "new" database (lib/backend/ndb/rpmpkg.c), little-endian, in blocks of 16 bytes: a header, pages of slots that say where
// each package lies, and the blobs, each with a head before it and a tail with an Adler-32 behind it.
#include "inventory/rpm_form.h"

#include <stdlib.h>
#include <zlib.h>

#define BLOCK 16u
#define HEADER_BYTES 32u
#define SLOT_PAGE 4096u
#define HEAD_BYTES 16u // magic, number, time, length
#define TAIL_BYTES 12u // Adler-32 of all before it, length, magic
#define VERSION 0u

struct ndb {
	struct slice file;
	const char *path;
	uint32_t slot_blocks; // before the first blob
	uint8_t *used;        // a bit a block
};

struct slot {
	uint32_t number, first, blocks; // of a package
};

static uint32_t u32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool is_magic(const uint8_t *p, const char *magic)
{
	return memcmp(p, magic, 4) == 0;
}

bool rpm_ndb_is(struct slice file)
{
	return file.n >= HEADER_BYTES && is_magic(file.p, "RpmP");
}

static enum err damaged(const struct ndb *d, size_t at, const char *rule, struct why *why)
{
	return why_set(why, ERR_INPUT, "%s: damaged: byte %zu: %s", d->path, at, rule);
}

static enum err read_header(struct ndb *d, struct why *why)
{
	if (!rpm_ndb_is(d->file))
		return why_set(why, ERR_INPUT, "%s: no ndb database of rpm's", d->path);
	uint32_t version = u32(d->file.p + 4), pages = u32(d->file.p + 12);
	if (version != VERSION)
		return why_set(why, ERR_INPUT, "%s: an ndb database of version %u: only %u is known", d->path, version, VERSION);
	if (pages == 0 || pages > d->file.n / SLOT_PAGE || d->file.n % BLOCK != 0)
		return why_set(why, ERR_INPUT, "%s: cut off: %zu bytes, with %u pages of slots", d->path, d->file.n, pages);
	d->slot_blocks = pages * (SLOT_PAGE / BLOCK);
	return ERR_OK;
}

static bool is_unused(const struct ndb *d, const struct slot *s)
{
	for (size_t i = 0; i < s->blocks; i++)
		if (!rpm_first_use(d->used, (size_t)s->first + i))
			return false;
	return true;
}

// *header lives as long as the file's bytes.
static enum err read_blob(const struct ndb *d, const struct slot *s, struct slice *header, struct why *why)
{
	size_t at = (size_t)s->first * BLOCK;
	uint64_t end = (uint64_t)s->first + s->blocks;
	if (s->number == 0 || s->first < d->slot_blocks || end > d->file.n / BLOCK || (end - s->first) * BLOCK < HEAD_BYTES + TAIL_BYTES)
		return why_set(why, ERR_INPUT, "%s: damaged: package %u lies in the blocks from %u to %llu", d->path, s->number, s->first,
		               (unsigned long long)end);
	if (!is_unused(d, s))
		return damaged(d, at, "two packages in one place", why);
	struct slice blob = slice_part(d->file, at, (size_t)s->blocks * BLOCK);
	const uint8_t *tail = blob.p + blob.n - TAIL_BYTES;
	uint32_t n = u32(blob.p + 12);
	if (!is_magic(blob.p, "BlbS") || u32(blob.p + 4) != s->number || !is_magic(tail + 8, "BlbE") || u32(tail + 4) != n)
		return damaged(d, at, "no package, or another", why);
	if (((uint64_t)HEAD_BYTES + n + TAIL_BYTES + BLOCK - 1) / BLOCK != s->blocks)
		return damaged(d, at, "the package's length is not that of its place", why);
	if (adler32_z(1, blob.p, blob.n - TAIL_BYTES) != u32(tail))
		return damaged(d, at, "the package's Adler-32 is another", why);
	*header = slice_part(blob, HEAD_BYTES, n);
	return ERR_OK;
}

static enum err read_slots(const struct ndb *d, rpm_take *take, void *context, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t at = HEADER_BYTES; at < (size_t)d->slot_blocks * BLOCK && e == ERR_OK; at += BLOCK) {
		const uint8_t *p = d->file.p + at;
		struct slot s = {u32(p + 4), u32(p + 8), u32(p + 12)};
		struct slice header;
		if (!is_magic(p, "Slot"))
			e = damaged(d, at, "no slot", why);
		else if (s.first != 0) { // else it is free
			e = read_blob(d, &s, &header, why);
			if (e == ERR_OK)
				e = take(context, s.number, header, why);
		}
	}
	return e;
}

enum err rpm_ndb_read(struct slice file, const char *path, rpm_take *take, void *context, struct why *why)
{
	struct ndb d = {.file = file, .path = path};
	enum err e = read_header(&d, why);
	if (e != ERR_OK)
		return e;
	d.used = calloc(file.n / BLOCK / 8 + 1, 1);
	e = d.used == NULL ? why_set(why, ERR_SYSTEM, "%s: no memory for its blocks", path) : read_slots(&d, take, context, why);
	free(d.used);
	return e;
}
