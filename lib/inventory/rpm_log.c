#include "inventory/rpm_log.h"

#include "base/wire.h"

#define LOG_HEADER 32u
#define FRAME_HEADER 24u
#define DATABASE_HEADER 100u
#define MAGIC 0x377f0682u // the last bit: checksums over big-endian words
#define FORMAT 3007000u

struct log {
	struct slice bytes;
	bool big_endian;
	uint32_t page;       // bytes
	uint32_t salt[2];
	uint32_t sum[2];     // running
};

static uint32_t word(const uint8_t *p, bool big_endian)
{
	return big_endian ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
	                  : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

// Section 4.2; n is a multiple of 8.
static void add_to_sum(struct log *l, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		l->sum[0] += word(p + i, l->big_endian) + l->sum[1];
		l->sum[1] += word(p + i + 4, l->big_endian) + l->sum[0];
	}
}

static bool open_log(struct log *l, struct slice bytes)
{
	struct wire w = wire_of(slice_part(bytes, 0, LOG_HEADER));
	uint32_t magic = wire_u32(&w), format = wire_u32(&w);
	*l = (struct log){.bytes = bytes, .big_endian = magic & 1};
	l->page = wire_u32(&w);
	(void)wire_u32(&w); // number of the checkpoint
	l->salt[0] = wire_u32(&w);
	l->salt[1] = wire_u32(&w);
	uint32_t sum0 = wire_u32(&w), sum1 = wire_u32(&w);
	if (w.bad || (magic & ~1u) != MAGIC || format != FORMAT || l->page < 512 || l->page > 65536 || (l->page & (l->page - 1)) != 0)
		return false;
	add_to_sum(l, bytes.p, LOG_HEADER - 8);
	return l->sum[0] == sum0 && l->sum[1] == sum1;
}

// What the database's own head says, where it has one; 1: 65536 (section 1.3.2).
static bool has_pages_of(const struct buf *database, uint32_t page)
{
	uint32_t own = database->n < DATABASE_HEADER ? 0 : (uint32_t)database->p[16] << 8 | database->p[17];
	return database->n == 0 || (own == 1 ? 65536 : own) == page;
}

// The frame at `at` is of this log and whole. *pages: the size of the database after its commit; 0: no commit.
static bool next_frame(struct log *l, size_t at, uint32_t *number, uint32_t *pages)
{
	struct wire w = wire_of(slice_part(l->bytes, at, FRAME_HEADER));
	*number = wire_u32(&w);
	*pages = wire_u32(&w);
	uint32_t salt0 = wire_u32(&w), salt1 = wire_u32(&w), sum0 = wire_u32(&w), sum1 = wire_u32(&w);
	if (w.bad || *number == 0 || salt0 != l->salt[0] || salt1 != l->salt[1] || l->bytes.n - at < FRAME_HEADER + (size_t)l->page)
		return false;
	add_to_sum(l, l->bytes.p + at, 8);
	add_to_sum(l, l->bytes.p + at + FRAME_HEADER, l->page);
	return l->sum[0] == sum0 && l->sum[1] == sum1;
}

static enum err put_page(struct buf *database, const struct log *l, size_t at, uint32_t number, size_t max, struct why *why)
{
	size_t start = (size_t)(number - 1) * l->page, end = start + l->page;
	if (end > max)
		return why_set(why, ERR_LIMIT, "rpm's database: more than %zu bytes", max);
	if (end > database->n)
		buf_put_zeros(database, end - database->n);
	if (buf_status(database) != ERR_OK)
		return why_set(why, buf_status(database), "rpm's database: no memory for %zu bytes", end);
	memcpy(database->p + start, l->bytes.p + at + FRAME_HEADER, l->page);
	return ERR_OK;
}

enum err rpm_log_apply(struct buf *database, struct slice bytes, size_t max, struct why *why)
{
	struct log l;
	uint32_t number, pages, final = 0;
	size_t end = LOG_HEADER;
	enum err e = ERR_OK;
	if (!open_log(&l, bytes) || !has_pages_of(database, l.page))
		return ERR_OK;
	for (size_t at = LOG_HEADER; next_frame(&l, at, &number, &pages);) {
		at += FRAME_HEADER + l.page;
		if (pages != 0) {
			end = at;
			final = pages;
		}
	}
	for (size_t at = LOG_HEADER; at < end && e == ERR_OK; at += FRAME_HEADER + l.page) {
		struct wire w = wire_of(slice_part(bytes, at, 4));
		e = put_page(database, &l, at, wire_u32(&w), max, why);
	}
	// The last commit says how large the database is: it may have shrunk.
	if (e == ERR_OK && final > 0 && (size_t)final * l.page < database->n)
		database->n = (size_t)final * l.page;
	return e;
}
