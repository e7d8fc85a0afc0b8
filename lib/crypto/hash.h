// Hashes, MACs and key derivation (OpenSSL 3): SHA-256, SHA-512, SHA3/SHAKE (FIPS 202), HMAC (RFC 2104), HKDF (RFC 5869).
// None of these can fail on valid lengths; a failure of the library stops the process.
#ifndef TOCSIN_CRYPTO_HASH_H
#define TOCSIN_CRYPTO_HASH_H

#include "base/err.h"
#include "base/slice.h"

void sha256(struct slice s, uint8_t out[static 32]);
// SHA-256 over the concatenation of `count` parts, without a length between them.
void sha256_parts(const struct slice *parts, size_t count, uint8_t out[static 32]);
void sha512(struct slice s, uint8_t out[static 64]);
void sha512_parts(const struct slice *parts, size_t count, uint8_t out[static 64]);
void sha3_256(struct slice s, uint8_t out[static 32]);
void sha3_512(struct slice s, uint8_t out[static 64]);
void shake128(struct slice s, uint8_t *out, size_t n);
void shake256(struct slice s, uint8_t *out, size_t n);
void hmac_sha256(struct slice key, struct slice s, uint8_t out[static 32]);
void hmac_sha512(struct slice key, struct slice s, uint8_t out[static 64]);
// RFC 5869. `n` at most 255 hash lengths.
void hkdf_sha256(struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t n);
void hkdf_sha512(struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t n);
// The two steps alone, as RFC 9180 needs them.
void hkdf_sha256_extract(struct slice salt, struct slice ikm, uint8_t prk[static 32]);
void hkdf_sha256_expand(const uint8_t prk[static 32], struct slice info, uint8_t *out, size_t n);
// HKDF-Expand alone, as C2SP chunked-encryption needs it (its key of 32 bytes is the prk).
void hkdf_sha512_expand(struct slice prk, struct slice info, uint8_t *out, size_t n);

// A number for tables whose keys others choose: SipHash-2-4 (libsodium's crypto_shorthash) under a key that each process draws
// at first use, so that nobody can make two keys meet or many fall into one slot. `before` chains: 0, or the number of what
// comes before. Not to be written down: the next process has others. (Where nobody gains by it: base/fnv.h.)
uint64_t hash_keyed(uint64_t before, struct slice s);

#endif
