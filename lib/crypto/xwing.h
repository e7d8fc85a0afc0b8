// X-Wing (draft-connolly-cfrg-xwing-kem): X25519 + ML-KEM-768 with the SHA3-256 combiner.
//
// Stricter than the draft in one point: an X25519 element of small order, which no honest side ever sends, is refused, so that a
// fault in ML-KEM never leaves a shared secret that everybody knows.
#ifndef TOCSIN_CRYPTO_XWING_H
#define TOCSIN_CRYPTO_XWING_H

#include "base/err.h"
#include "base/slice.h"

#define XWING_SECRET 32
#define XWING_PUBLIC 1216
#define XWING_CIPHER 1120
#define XWING_SHARED 32
#define XWING_ENCAPS_SEED 64

// sk is 32 random bytes; pk follows from it.
void xwing_public(const uint8_t sk[static XWING_SECRET], uint8_t pk[static XWING_PUBLIC]);
// EncapsulateDerand (section 5.4.1); eseed is fresh randomness. ERR_INPUT when pk holds an unreduced ML-KEM coefficient or an
// X25519 point of small order.
MUST_USE enum err xwing_encaps(const uint8_t pk[static XWING_PUBLIC], const uint8_t eseed[static XWING_ENCAPS_SEED],
                               uint8_t cipher[static XWING_CIPHER], uint8_t shared[static XWING_SHARED]);
// Decapsulate (section 5.5). A false ciphertext gives an unrelated shared secret (implicit rejection); ERR_INPUT only for an
// X25519 point of small order in it.
MUST_USE enum err xwing_decaps(const uint8_t sk[static XWING_SECRET], const uint8_t cipher[static XWING_CIPHER],
                               uint8_t shared[static XWING_SHARED]);

#endif
