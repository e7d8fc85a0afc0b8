// The reader of every wire format: a cursor over borrowed bytes, big-endian, with a sticky failure.
//
// A read past the end, or a refused value, marks the cursor bad; every later read then returns zero or an empty slice. A
// decoder reads its whole message and checks wire_end() once: true only when nothing failed and nothing is left over.
#ifndef TOCSIN_BASE_WIRE_H
#define TOCSIN_BASE_WIRE_H

#include "base/err.h"
#include "base/slice.h"

struct wire {
	const uint8_t *start;
	struct slice rest;
	bool bad;
};

struct wire wire_of(struct slice s);
uint8_t wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
struct slice wire_take(struct wire *w, size_t n);
void wire_copy(struct wire *w, void *to, size_t n); // zeros when bad
struct slice wire_vec8(struct wire *w);
struct slice wire_vec16(struct wire *w);
struct slice wire_vec32(struct wire *w);
void wire_fail(struct wire *w); // a decoder refuses a value it read
size_t wire_at(const struct wire *w); // offset of the next byte, for messages
// ERR_OK when the message ended exactly here; otherwise ERR_INPUT with "<what>: … at byte N".
MUST_USE enum err wire_end(const struct wire *w, const char *what, struct why *why);

#endif
