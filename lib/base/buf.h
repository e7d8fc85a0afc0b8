// A growing run of bytes, born with its maximum. Also the writer of every wire format: integers are big-endian.
//
// Errors are sticky: after a failed put (over the maximum, or no memory) every further put is ignored and buf_status() says
// why, so a caller writes a whole message and checks once.
#ifndef TOCSIN_BASE_BUF_H
#define TOCSIN_BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
	uint8_t *p; // owned
	size_t n;   // bytes in use
	size_t room;
	size_t max; // never more than this
	enum err status;
	bool secret; // old copies are wiped when it grows and when it is freed
};

void buf_init(struct buf *b, size_t max);
// The same for content that must not linger in freed memory.
void buf_init_secret(struct buf *b, size_t max);
void buf_free(struct buf *b); // may be called twice; leaves an empty buffer of the same maximum
void buf_clear(struct buf *b); // empties it, keeps the room, clears the error
struct slice buf_slice(const struct buf *b); // valid until the next put
MUST_USE enum err buf_status(const struct buf *b);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_slice(struct buf *b, struct slice s);
void buf_put_text(struct buf *b, const char *text); // without the NUL
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
// A length of one, two or four bytes, then the bytes. Over the length's range: ERR_LIMIT.
void buf_put_vec8(struct buf *b, struct slice s);
void buf_put_vec16(struct buf *b, struct slice s);
void buf_put_vec32(struct buf *b, struct slice s);
void buf_put_zeros(struct buf *b, size_t n);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_put_hex(struct buf *b, struct slice s); // lower case
void buf_put_base64(struct buf *b, struct slice s); // RFC 4648 section 4, padded
// n writable bytes at the end, counted as used; NULL when it has failed.
uint8_t *buf_add(struct buf *b, size_t n);

#endif
