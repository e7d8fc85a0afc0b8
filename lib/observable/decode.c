#include "observable/reading.h"

// The 27 characters of Windows-1252 between 0x80 and 0x9f; 0: none.
static const uint16_t windows[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static void put_character(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_put_u8(b, (uint8_t)c);
	} else if (c < 0x800) {
		buf_put_u16(b, (uint16_t)(0xc080 | (c >> 6) << 8 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_put_u8(b, (uint8_t)(0xe0 | c >> 12));
		buf_put_u16(b, (uint16_t)(0x8080 | (c >> 6 & 0x3f) << 8 | (c & 0x3f)));
	} else {
		buf_put_u32(b, 0xf0808080 | (c >> 18) << 24 | (c >> 12 & 0x3f) << 16 | (c >> 6 & 0x3f) << 8 | (c & 0x3f));
	}
}

static enum err from_utf16(struct slice in, bool big, struct buf *utf8, struct why *why)
{
	if (in.n % 2 != 0)
		return why_set(why, ERR_INPUT, "UTF-16 text of an odd number of bytes");
	for (size_t i = 0; i < in.n; i += 2) {
		uint32_t c = (uint32_t)(big ? in.p[i] << 8 | in.p[i + 1] : in.p[i + 1] << 8 | in.p[i]);
		if (c >= 0xd800 && c < 0xdc00 && i + 4 <= in.n) {
			uint32_t low = (uint32_t)(big ? in.p[i + 2] << 8 | in.p[i + 3] : in.p[i + 3] << 8 | in.p[i + 2]);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		if (c >= 0xd800 && c < 0xe000)
			return why_set(why, ERR_INPUT, "byte %zu: a lone surrogate in UTF-16 text", i + 3);
		put_character(utf8, c);
	}
	return ERR_OK;
}

static enum err from_windows(struct slice in, size_t bad, struct buf *utf8, struct why *why)
{
	for (size_t i = 0; i < in.n; i++) {
		uint32_t c = in.p[i] >= 0x80 && in.p[i] < 0xa0 ? windows[in.p[i] - 0x80] : in.p[i];
		if (c == 0 && in.p[i] != 0)
			return why_set(why, ERR_INPUT, "byte %zu is not UTF-8, and byte %zu (0x%02x) is no Windows-1252", bad + 1, i + 1,
			               in.p[i]);
		put_character(utf8, c);
	}
	return ERR_OK;
}

enum err reading_decode(struct slice in, struct buf *utf8, struct extract *x, struct why *why)
{
	size_t bad = 0;
	enum err e = ERR_OK;
	if (in.n > EXTRACT_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "%zu bytes, the maximum is %u", in.n, EXTRACT_BYTES_MAX);
	if (slice_starts(in, "\xff\xfe")) {
		e = from_utf16(slice_part(in, 2, in.n), false, utf8, why);
	} else if (slice_starts(in, "\xfe\xff")) {
		e = from_utf16(slice_part(in, 2, in.n), true, utf8, why);
	} else if (slice_starts(in, "\xef\xbb\xbf") && slice_is_utf8(in, &bad)) {
		buf_put_slice(utf8, slice_part(in, 3, in.n));
	} else if (slice_is_utf8(in, &bad)) {
		buf_put_slice(utf8, in);
	} else {
		e = put_note(x, SLICE_LITERAL("the file"), SLICE_LITERAL(""), "is not UTF-8; read as Windows-1252", why);
		if (e == ERR_OK)
			e = from_windows(in, bad, utf8, why);
	}
	if (e != ERR_OK)
		return e;
	if (buf_status(utf8) != ERR_OK)
		return why_set(why, buf_status(utf8), "the text does not fit in memory once it is UTF-8");
	const uint8_t *nul = utf8->n > 0 ? memchr(utf8->p, 0, utf8->n) : NULL;
	if (nul != NULL)
		return why_set(why, ERR_INPUT, "byte %zu is NUL: this is no text", (size_t)(nul - utf8->p) + 1);
	return ERR_OK;
}

enum err extract_utf8(struct slice in, struct buf *utf8, struct why *why)
{
	struct extract notes;
	extract_init(&notes);
	enum err e = reading_decode(in, utf8, &notes, why);
	extract_free(&notes);
	return e;
}
