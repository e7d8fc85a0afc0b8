// What a record is made of between the scalar and the bytes: the keys from s, and the body that the payload holds. Private to
// lib/record, its tests and fuzzers. Bytes: protocol/record.md.
#ifndef TOCSIN_RECORD_CONTENT_H
#define TOCSIN_RECORD_CONTENT_H

#include "crypto/chunked.h"
#include "record/record.h"

#define HDR0_HASH 32
// The payload's plaintext is length ‖ body ‖ zeros, and the body's signature covers SHA-256(hdr0) ‖ body. Both sides keep FRONT
// bytes of room before the length: with it the length's place holds that hash while the signature is made or checked, so that a
// report of 30 MB is signed where it lies.
#define LENGTH_BYTES 4
#define FRONT (HDR0_HASH - LENGTH_BYTES)

// Everything that s and hdr0 give; secret, except commitment.
struct record_keys {
	uint8_t payload[CHUNKED_KEY];
	uint8_t mac[32];
	uint8_t commitment[RECORD_COMMITMENT];
};
void record_keys_derive(const uint8_t s[static SCALAR], struct slice hdr0, struct record_keys *keys);
// The MAC over `covered` = hdr0 ‖ C ‖ shares.
void record_mac(const struct record_keys *keys, struct slice covered, uint8_t mac[static RECORD_MAC]);

// The rules that a decoder holds a content against, sizes apart.
MUST_USE enum err content_check(const struct content *c, struct why *why);
// What the body says of each share, so that a false one names its seat: with the sum alone, two false shares that cancel each
// other in the subset that opens the record would make honest seats look false.
#define SHARE_DIGEST 32
void share_digest(uint8_t seat, const uint8_t scalar[static SCALAR], uint8_t digest[static SHARE_DIGEST]);

// The body up to its signature. `digests`: n × SHARE_DIGEST.
void content_encode(const struct content *c, struct slice digests, struct buf *out);
// A body taken apart; borrowed.
struct body {
	struct slice digests;            // whole digests, at most SEATS_MAX
	struct slice covered;            // the part before the signature
	uint8_t signature[SIGN_BYTES];
};
// *c and *b borrow from `bytes`. Verifies nothing.
MUST_USE enum err content_decode(struct slice bytes, struct content *c, struct body *b, struct why *why);
// Bytes of the body for n seats, signature included.
size_t content_size(const struct content *c, unsigned n);

#endif
