// C2SP chunked-encryption v1, instance Cobblestone-256 (AES-256-GCM, SHA-512), over memory.
//
// sealed = salt (24) ‖ commitment (32) ‖ chunks; each chunk of 16384 bytes of plaintext and the last, always shorter, one (empty
// when nothing is left) have a tag of 16 bytes. At most 2^38 chunks.
#ifndef TOCSIN_CRYPTO_CHUNKED_H
#define TOCSIN_CRYPTO_CHUNKED_H

#include "base/err.h"
#include "base/slice.h"

#define CHUNKED_KEY 32

// Bytes of ciphertext for n bytes of plaintext; n below 4 PiB (anything else is a broken invariant).
size_t chunked_sealed_size(size_t n);
// Bytes of plaintext in n bytes of ciphertext; false when no plaintext has that many.
MUST_USE bool chunked_plain_size(size_t n, size_t *plain);
// sealed gets chunked_sealed_size(plain.n) bytes; the per-message randomness is fresh.
void chunked_seal(const uint8_t key[static CHUNKED_KEY], struct slice context, struct slice plain, uint8_t *sealed);
// ERR_INPUT for an impossible size; ERR_AUTH when key, context or any chunk is wrong, cut, moved or doubled; plain
// is then zeroed or untouched.
MUST_USE enum err chunked_open(const uint8_t key[static CHUNKED_KEY], struct slice context, struct slice sealed, uint8_t *plain);

#endif
