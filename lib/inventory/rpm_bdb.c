// Berkeley DB's hash access method (dbinc/db_page.h, hash/hash.c). Page 0 says how many buckets there are; a bucket is a chain of
// pages of keys and values, numbered with the help of the `spares`; a value too large for that is a chain of overflow pages.
#include "inventory/rpm_form.h"

#include <stdlib.h>

#include "base/buf.h"

#define META_BYTES 512u
#define MAGIC_AT 12u
#define MAGIC_HASH 0x00061561u
#define VERSION_MIN 8u
#define VERSION_MAX 10u
#define PAGE_MIN 512u
#define PAGE_MAX 65536u
#define PAGE_HEADER 26u
#define SPARES 32u
#define KEY_BYTES 5u       // the kind of entry and four bytes of number
#define ELSEWHERE_BYTES 12u // kind, three unused, first page, length
#define FIRST_BUCKETS 2u    // of a new database

enum { META_CHECKSUM = 1 }; // a flag
enum { PAGE_HASH_UNSORTED = 2, PAGE_OVERFLOW = 7, PAGE_HASH_META = 8, PAGE_HASH = 13 };
enum { ENTRY_HERE = 1, ENTRY_ELSEWHERE = 3 };

struct bdb {
	struct slice file;
	const char *path;
	rpm_take *take;
	void *context;
	bool big_endian;
	uint32_t page_bytes, last_page, last_bucket;
	uint32_t spares[SPARES];
	uint8_t *used;    // a bit a page
	struct buf value; // of overflow pages
};

struct page {
	struct slice bytes;
	uint32_t number, next;
	uint32_t entries, high; // of an overflow page, `high` is how many bytes it holds
	uint8_t kind;
};

static uint32_t u16(const struct bdb *b, const uint8_t *p)
{
	return b->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t u32(const struct bdb *b, const uint8_t *p)
{
	return b->big_endian ? u16(b, p) << 16 | u16(b, p + 2) : u16(b, p + 2) << 16 | u16(b, p);
}

static bool is_hash(struct slice file, bool big_endian)
{
	struct bdb b = {.big_endian = big_endian};
	return file.n >= META_BYTES && u32(&b, file.p + MAGIC_AT) == MAGIC_HASH;
}

// The other magics: B-tree, queue, heap.
bool rpm_bdb_is(struct slice file)
{
	static const uint32_t magics[] = {MAGIC_HASH, 0x00053162, 0x00042253, 0x00074582};
	if (file.n < META_BYTES)
		return false;
	for (size_t i = 0; i < 2 * sizeof magics / sizeof *magics; i++) {
		struct bdb b = {.big_endian = i % 2 == 1};
		if (u32(&b, file.p + MAGIC_AT) == magics[i / 2])
			return true;
	}
	return false;
}

static enum err damaged(const struct bdb *b, uint32_t page, const char *rule, struct why *why)
{
	return why_set(why, ERR_INPUT, "%s: damaged: page %u: %s", b->path, page, rule);
}

static enum err read_meta(struct bdb *b, struct why *why)
{
	b->big_endian = is_hash(b->file, true);
	if (!b->big_endian && !is_hash(b->file, false))
		return why_set(why, ERR_INPUT, "%s: no hash database of Berkeley DB", b->path);
	const uint8_t *p = b->file.p;
	uint32_t version = u32(b, p + 16);
	b->page_bytes = u32(b, p + 20);
	b->last_page = u32(b, p + 32);
	b->last_bucket = u32(b, p + 72);
	for (size_t i = 0; i < SPARES; i++)
		b->spares[i] = u32(b, p + 96 + 4 * i);
	if (version < VERSION_MIN || version > VERSION_MAX)
		return why_set(why, ERR_INPUT, "%s: Berkeley DB's hash of version %u: only 8 to 10 are known", b->path, version);
	if (p[24] != 0 || (p[26] & META_CHECKSUM) != 0)
		return why_set(why, ERR_INPUT, "%s: an encrypted or checksummed Berkeley DB: rpm writes none", b->path);
	if (p[25] != PAGE_HASH_META || b->page_bytes < PAGE_MIN || b->page_bytes > PAGE_MAX || (b->page_bytes & (b->page_bytes - 1)) != 0)
		return damaged(b, 0, "its kind, or the size of pages", why);
	if (b->last_page >= b->file.n / b->page_bytes)
		return why_set(why, ERR_INPUT, "%s: cut off: %zu bytes end before page %u of %u bytes", b->path, b->file.n, b->last_page, b->page_bytes);
	return b->last_bucket > b->last_page ? damaged(b, 0, "more buckets than pages", why) : ERR_OK;
}

// A new database has pages that were never written, which are empty buckets (hash/hash_conv.c, __ham_pgin). It loses them as it grows:
// from then on zeros are a damage.
static bool is_unwritten(const struct bdb *b, struct slice page)
{
	static const uint8_t zeros[PAGE_HEADER];
	return b->last_bucket < FIRST_BUCKETS && memcmp(page.p, zeros, sizeof zeros) == 0;
}

static enum err open_page(struct bdb *b, uint64_t number, struct page *page, struct why *why)
{
	if (number == 0 || number > b->last_page)
		return why_set(why, ERR_INPUT, "%s: damaged: a page %llu of %u", b->path, (unsigned long long)number, b->last_page);
	struct slice bytes = slice_part(b->file, (size_t)number * b->page_bytes, b->page_bytes);
	const uint8_t *p = bytes.p;
	*page = (struct page){bytes, (uint32_t)number, u32(b, p + 16), u16(b, p + 20), u16(b, p + 22), p[25]};
	if (!rpm_first_use(b->used, page->number))
		return damaged(b, page->number, "used twice", why);
	if (is_unwritten(b, bytes)) {
		page->kind = PAGE_HASH;
		return ERR_OK;
	}
	return u32(b, p + 8) != page->number ? damaged(b, page->number, "it has the number of another", why) : ERR_OK;
}

// A value of n bytes in the pages from `first` on.
static enum err join_pages(struct bdb *b, uint32_t first, uint32_t n, struct why *why)
{
	enum err e = ERR_OK;
	uint32_t next = first;
	buf_clear(&b->value);
	while (e == ERR_OK && next != 0) {
		struct page page;
		e = open_page(b, next, &page, why);
		if (e != ERR_OK)
			return e;
		if (page.kind != PAGE_OVERFLOW || page.high > b->page_bytes - PAGE_HEADER || page.high > n - b->value.n)
			return damaged(b, page.number, "no part of that value", why);
		buf_put_slice(&b->value, slice_part(page.bytes, PAGE_HEADER, page.high));
		if (buf_status(&b->value) != ERR_OK)
			return why_set(why, ERR_SYSTEM, "%s: no memory for a value", b->path);
		next = page.next;
	}
	return b->value.n == n && n > 0 ? ERR_OK : damaged(b, first, "a value that ends before its length", why);
}

static enum err take_pair(struct bdb *b, const struct page *page, struct slice key, struct slice value, struct why *why)
{
	if (key.n != KEY_BYTES || key.p[0] != ENTRY_HERE)
		return damaged(b, page->number, "a key that is no number", why);
	uint32_t number = u32(b, key.p + 1);
	struct slice header = slice_part(value, 1, value.n);
	if (value.p[0] == ENTRY_ELSEWHERE && value.n == ELSEWHERE_BYTES) {
		enum err e = join_pages(b, u32(b, value.p + 4), u32(b, value.p + 8), why);
		if (e != ERR_OK)
			return e;
		header = buf_slice(&b->value);
	} else if (value.p[0] != ENTRY_HERE)
		return damaged(b, page->number, "a value of another kind", why);
	return number == 0 ? ERR_OK : b->take(b->context, number, header, why);
}

// Entry i, which lies right below the one before it.
static bool entry_at(const struct bdb *b, const struct page *page, uint32_t i, struct slice *entry)
{
	const uint8_t *offsets = page->bytes.p + PAGE_HEADER;
	uint32_t end = i == 0 ? b->page_bytes : u16(b, offsets + 2 * (i - 1)), start = u16(b, offsets + 2 * i);
	if (start < PAGE_HEADER + 2 * page->entries || start >= end || end > b->page_bytes)
		return false;
	*entry = slice_part(page->bytes, start, end - start);
	return true;
}

static enum err take_page(struct bdb *b, const struct page *page, struct why *why)
{
	enum err e = ERR_OK;
	if (page->kind != PAGE_HASH && page->kind != PAGE_HASH_UNSORTED)
		return damaged(b, page->number, "no page of a bucket", why);
	if (page->entries % 2 != 0 || page->entries > (b->page_bytes - PAGE_HEADER) / 2)
		return damaged(b, page->number, "the number of its entries", why);
	for (uint32_t i = 0; i < page->entries && e == ERR_OK; i += 2) {
		struct slice key, value;
		e = entry_at(b, page, i, &key) && entry_at(b, page, i + 1, &value) ? take_pair(b, page, key, value, why)
		                                                                  : damaged(b, page->number, "an entry outside it", why);
	}
	return e;
}

// Each doubling of the table has pages of its own, spares[n] further than the buckets' numbers (db_page.h, BUCKET_TO_PAGE).
static uint64_t page_of(const struct bdb *b, uint32_t bucket)
{
	unsigned doublings = 0;
	while (doublings < SPARES - 1 && bucket >> doublings != 0)
		doublings++;
	return (uint64_t)bucket + b->spares[doublings];
}

static enum err read_bucket(struct bdb *b, uint64_t next, struct why *why)
{
	do {
		struct page page;
		enum err e = open_page(b, next, &page, why);
		if (e == ERR_OK)
			e = take_page(b, &page, why);
		if (e != ERR_OK)
			return e;
		next = page.next;
	} while (next != 0);
	return ERR_OK;
}

static enum err read_buckets(struct bdb *b, struct why *why)
{
	enum err e = ERR_OK;
	for (uint32_t bucket = 0; bucket <= b->last_bucket && e == ERR_OK; bucket++)
		e = read_bucket(b, page_of(b, bucket), why);
	return e;
}

enum err rpm_bdb_read(struct slice file, const char *path, rpm_take *take, void *context, struct why *why)
{
	struct bdb b = {.file = file, .path = path, .take = take, .context = context};
	enum err e = read_meta(&b, why);
	if (e != ERR_OK)
		return e;
	buf_init(&b.value, file.n);
	b.used = calloc((size_t)b.last_page / 8 + 1, 1);
	e = b.used == NULL ? why_set(why, ERR_SYSTEM, "%s: no memory for its pages", path) : read_buckets(&b, why);
	free(b.used);
	buf_free(&b.value);
	return e;
}
