// rpm's older databases laid out by hand: Berkeley DB's hash (dbinc/db_page.h) and ndb (rpm's lib/backend/ndb/rpmpkg.c).
#ifndef TOCSIN_TEST_RPM_FORMS_H
#define TOCSIN_TEST_RPM_FORMS_H

#include <zlib.h>

#include "rpm_fixture.h"

#define BDB_BUCKETS 4u // one page each, from page 1 on; values follow
#define BDB_HEADER 26u

struct bdb_layout {
	uint32_t page; // bytes
	bool big_endian;
	bool here; // values on the page of their key, as far as they fit: all do, or none
};

static inline void bdb_u16(const struct bdb_layout *l, uint8_t *p, uint32_t v)
{
	p[!l->big_endian] = (uint8_t)(v >> 8);
	p[l->big_endian] = (uint8_t)v;
}

static inline void bdb_u32(const struct bdb_layout *l, uint8_t *p, uint32_t v)
{
	bdb_u16(l, p + (l->big_endian ? 0 : 2), v >> 16);
	bdb_u16(l, p + (l->big_endian ? 2 : 0), v & 0xffff);
}

static inline uint32_t bdb_get16(const struct bdb_layout *l, const uint8_t *p)
{
	return (uint32_t)p[!l->big_endian] << 8 | p[l->big_endian];
}

static inline uint8_t *bdb_page(struct buf *b, const struct bdb_layout *l, uint32_t number)
{
	return b->p + (size_t)number * l->page;
}

static inline uint32_t bdb_new_page(struct buf *b, const struct bdb_layout *l, uint8_t kind)
{
	uint32_t number = (uint32_t)(b->n / l->page);
	uint8_t *p = buf_add(b, l->page);
	memset(p, 0, l->page);
	bdb_u32(l, p + 8, number);
	bdb_u16(l, p + 22, kind == 7 ? 0 : l->page);
	p[25] = kind;
	return number;
}

// A key or value at the end of what is free on its page.
static inline void bdb_put_entry(struct buf *b, const struct bdb_layout *l, uint32_t page, struct slice entry)
{
	uint8_t *p = bdb_page(b, l, page);
	uint32_t entries = bdb_get16(l, p + 20), low = bdb_get16(l, p + 22) % 65536;
	low = (low == 0 ? l->page : low) - (uint32_t)entry.n;
	memcpy(p + low, entry.p, entry.n);
	bdb_u16(l, p + BDB_HEADER + 2 * entries, low);
	bdb_u16(l, p + 20, entries + 1);
	bdb_u16(l, p + 22, low);
}

static inline uint32_t bdb_put_value(struct buf *b, const struct bdb_layout *l, struct slice value)
{
	uint32_t first = 0, last = 0;
	for (size_t at = 0; at < value.n;) {
		struct slice part = slice_part(value, at, l->page - BDB_HEADER);
		uint32_t page = bdb_new_page(b, l, 7);
		uint8_t *p = bdb_page(b, l, page);
		memcpy(p + BDB_HEADER, part.p, part.n);
		bdb_u16(l, p + 20, 1);
		bdb_u16(l, p + 22, (uint32_t)part.n);
		bdb_u32(l, p + 12, last);
		if (last != 0)
			bdb_u32(l, bdb_page(b, l, last) + 16, page);
		first = first == 0 ? page : first;
		last = page;
		at += part.n;
	}
	return first;
}

// Berkeley DB's default hash of a key (hash/hash_func.c, __ham_func4 and later: Fowler, Noll, Vo), and the bucket among four.
static inline uint32_t bdb_bucket(const uint8_t key[static 4])
{
	uint32_t hash = 0;
	for (size_t i = 0; i < 4; i++)
		hash = hash * 16777619u ^ key[i];
	return hash % BDB_BUCKETS;
}

static inline void bdb_put(struct buf *b, const struct bdb_layout *l, uint32_t number, struct slice value)
{
	uint8_t key[5] = {1}, elsewhere[12] = {3};
	bdb_u32(l, key + 1, number);
	uint32_t page = 1 + bdb_bucket(key + 1);
	while (bdb_get16(l, bdb_page(b, l, page) + 16 + (l->big_endian ? 2 : 0)) != 0) // the last page of the bucket
		page = bdb_get16(l, bdb_page(b, l, page) + 16 + (l->big_endian ? 2 : 0));
	uint32_t entries = bdb_get16(l, bdb_page(b, l, page) + 20), low = bdb_get16(l, bdb_page(b, l, page) + 22);
	uint32_t bytes = l->here || number == 0 ? (uint32_t)value.n + 1 : 12;
	if ((low == 0 ? l->page : low) < BDB_HEADER + 2 * (entries + 2) + 5 + bytes) {
		uint32_t next = bdb_new_page(b, l, 13);
		bdb_u32(l, bdb_page(b, l, page) + 16, next);
		bdb_u32(l, bdb_page(b, l, next) + 12, page);
		page = next;
	}
	bdb_put_entry(b, l, page, slice_of(key, 5));
	if (bytes == 12 && number != 0) {
		bdb_u32(l, elsewhere + 4, bdb_put_value(b, l, value));
		bdb_u32(l, elsewhere + 8, (uint32_t)value.n);
		bdb_put_entry(b, l, page, slice_of(elsewhere, 12));
		return;
	}
	uint8_t *whole = malloc(value.n + 1);
	whole[0] = 1;
	memcpy(whole + 1, value.p, value.n);
	bdb_put_entry(b, l, page, slice_of(whole, value.n + 1));
	free(whole);
}

// Empty, with record 0 that counts.
static inline void bdb_start(struct buf *b, const struct bdb_layout *l)
{
	bdb_new_page(b, l, 8);
	uint8_t *p = b->p, counter[4];
	bdb_u32(l, p + 12, 0x00061561);
	bdb_u32(l, p + 16, 9);
	bdb_u32(l, p + 20, l->page);
	bdb_u32(l, p + 72, BDB_BUCKETS - 1);
	bdb_u32(l, p + 76, BDB_BUCKETS - 1);
	bdb_u32(l, p + 80, BDB_BUCKETS / 2 - 1);
	for (size_t i = 0; i < 3; i++) // doublings 0, 1 and 2: bucket n is on page n + 1
		bdb_u32(l, p + 96 + 4 * i, 1);
	for (uint32_t i = 0; i < BDB_BUCKETS; i++)
		bdb_new_page(b, l, 13);
	bdb_u32(l, counter, 1000);
	bdb_put(b, l, 0, slice_of(counter, 4));
}

static inline void bdb_end(struct buf *b, const struct bdb_layout *l)
{
	bdb_u32(l, b->p + 32, (uint32_t)(b->n / l->page) - 1);
}

static const struct bdb_layout little = {.big_endian = false}; // ndb's order

#define NDB_SLOTS 4096u

static inline void ndb_start(struct buf *b)
{
	buf_put_zeros(b, NDB_SLOTS);
	memcpy(b->p, "RpmP", 4);
	bdb_u32(&little, b->p + 12, 1);
	for (size_t at = 32; at < NDB_SLOTS; at += 16)
		memcpy(b->p + at, "Slot", 4);
}

static inline void ndb_put(struct buf *b, uint32_t slot, uint32_t number, struct slice value)
{
	size_t start = b->n;
	uint8_t head[16] = "BlbS", tail[12] = "        BlbE";
	bdb_u32(&little, head + 4, number);
	bdb_u32(&little, head + 12, (uint32_t)value.n);
	buf_put(b, head, 16);
	buf_put_slice(b, value);
	buf_put_zeros(b, (16 - (value.n + 28) % 16) % 16);
	bdb_u32(&little, tail, (uint32_t)adler32_z(1, b->p + start, b->n - start));
	bdb_u32(&little, tail + 4, (uint32_t)value.n);
	buf_put(b, tail, 12);
	bdb_u32(&little, b->p + 32 + 16 * slot + 4, number);
	bdb_u32(&little, b->p + 32 + 16 * slot + 8, (uint32_t)(start / 16));
	bdb_u32(&little, b->p + 32 + 16 * slot + 12, (uint32_t)((b->n - start) / 16));
}

#endif
