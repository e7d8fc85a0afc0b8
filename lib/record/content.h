// What a record is made of between the scalar and the bytes: the keys from s, and the body that the payload holds. Private to
// lib/record, its tests and fuzzers. Bytes: protocol/record.md.
#ifndef TOCSIN_RECORD_CONTENT_H
#define TOCSIN_RECORD_CONTENT_H

#include "crypto/chunked.h"
#include "record/record.h"

#define HDR0_HASH 32
// The payload's plaintext is length ‖ body ‖ zeros, and the body's signature covers SHA-256(hdr0) ‖ body. Both sides keep room for
// FRONT bytes before the length: with it the length's place holds that hash while the signature is made or checked, so that a
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
// The body up to its signature.
void content_encode(const struct content *c, struct buf *out);
// Takes a body apart; *c borrows. *covered is the part before the signature, `signature` what follows. Verifies nothing.
MUST_USE enum err content_decode(struct slice body, struct content *c, struct slice *covered, uint8_t signature[static SIGN_BYTES],
                                 struct why *why);
// Bytes of the body, signature included.
size_t content_size(const struct content *c);

#endif
