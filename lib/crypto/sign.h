// Ed25519 (RFC 8032) and the project's signed messages.
//
// Every signature of ours covers "tocsin/v1/<kind>" 0x00 <ledger origin> 0x00 <message>, so a signature made for one purpose or
// one platform never counts for another. Where a cited specification fixes the bytes, sign_raw() is used.
#ifndef TOCSIN_CRYPTO_SIGN_H
#define TOCSIN_CRYPTO_SIGN_H

#include "base/err.h"
#include "base/slice.h"

#define SIGN_PUBLIC 32
#define SIGN_SEED 32
#define SIGN_SECRET 64 // seed ‖ public, libsodium's form
#define SIGN_BYTES 64
#define SIGN_KIND_MAX 32
#define SIGN_ORIGIN_MAX 128

void sign_keypair(uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET]);
void sign_keypair_from_seed(const uint8_t seed[static SIGN_SEED], uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET]);
void sign_raw(const uint8_t sk[static SIGN_SECRET], struct slice message, uint8_t sig[static SIGN_BYTES]);
MUST_USE bool sign_raw_verify(const uint8_t pk[static SIGN_PUBLIC], struct slice message, const uint8_t sig[static SIGN_BYTES]);
// kind and origin: non-empty, no NUL, at most the maxima above (anything else is a broken invariant).
void sign_message(const uint8_t sk[static SIGN_SECRET], const char *kind, struct slice origin, struct slice message,
                  uint8_t sig[static SIGN_BYTES]);
MUST_USE bool sign_message_verify(const uint8_t pk[static SIGN_PUBLIC], const char *kind, struct slice origin,
                                  struct slice message, const uint8_t sig[static SIGN_BYTES]);

#endif
