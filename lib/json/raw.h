// What a tokenizer does not look at: one pass over the bytes of a document, as they come, that refuses malformed UTF-8 (RFC
// 3629), the escape \u0000 and escapes of surrogates without their other half (RFC 8259 section 7). Inside this room only.
#ifndef TOCSIN_JSON_RAW_H
#define TOCSIN_JSON_RAW_H

#include "base/slice.h"

// Between calls it remembers a character or an escape that the end of the bytes has cut. Starts as zeros.
struct json_raw {
	uint8_t cut[4];
	size_t cuts;
	uint8_t state;
	uint8_t digits; // of \uXXXX, read so far
	bool high;      // the first half of a pair has been read
	uint32_t unit;
};

// How many of these bytes are good: all, or those before the first that is refused; then *rule says why.
size_t json_raw_check(struct json_raw *r, struct slice bytes, const char **rule);
// Whether nothing has been cut.
bool json_raw_is_whole(const struct json_raw *r);

#endif
