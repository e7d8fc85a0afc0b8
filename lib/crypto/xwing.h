// X-Wing (draft-connolly-cfrg-xwing-kem): X25519 + ML-KEM-768 with the SHA3-256 combiner.
#ifndef TOCSIN_CRYPTO_XWING_H
#define TOCSIN_CRYPTO_XWING_H

#include "base/err.h"
#include "base/slice.h"

#define XWING_SECRET 32
#define XWING_PUBLIC 1216
#define XWING_CIPHER 1120
#define XWING_SHARED 32
#define XWING_ENCAPS_SEED 64

void xwing_public(const uint8_t sk[static XWING_SECRET], uint8_t pk[static XWING_PUBLIC]);
// ERR_INPUT when pk holds an unreduced ML-KEM coefficient.
MUST_USE enum err xwing_encaps(const uint8_t pk[static XWING_PUBLIC], const uint8_t eseed[static XWING_ENCAPS_SEED],
                               uint8_t cipher[static XWING_CIPHER], uint8_t shared[static XWING_SHARED]);
MUST_USE enum err xwing_decaps(const uint8_t sk[static XWING_SECRET], const uint8_t cipher[static XWING_CIPHER],
                               uint8_t shared[static XWING_SHARED]);

#endif
