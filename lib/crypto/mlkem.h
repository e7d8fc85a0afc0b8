// ML-KEM-768 (FIPS 203, final). Constant time: no division, no branch and no index that depends on a secret.
#ifndef TOCSIN_CRYPTO_MLKEM_H
#define TOCSIN_CRYPTO_MLKEM_H

#include "base/err.h"
#include "base/slice.h"

#define MLKEM_SEED 64   // d ‖ z
#define MLKEM_PUBLIC 1184
#define MLKEM_SECRET 2400 // the semi-expanded decapsulation key dk of FIPS 203
#define MLKEM_CIPHER 1088
#define MLKEM_SHARED 32

// ML-KEM.KeyGen_internal(d, z) (FIPS 203, algorithm 16).
void mlkem_keygen(const uint8_t seed[static MLKEM_SEED], uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET]);
// What follows (rho, sigma) = G(d ‖ 3) in it (algorithm 13 from line 2): apart, so that the constant-time test can treat rho,
// which is published in ek, as public. Not for other callers.
void mlkem_keygen_from(const uint8_t rho[static 32], const uint8_t sigma[static 32], const uint8_t z[static 32],
                       uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET]);
// ML-KEM.Encaps_internal(ek, m) (algorithm 17) after the modulus check of section 7.2: ERR_INPUT when a coefficient of ek is
// not reduced.
MUST_USE enum err mlkem_encaps(const uint8_t ek[static MLKEM_PUBLIC], const uint8_t m[static 32],
                               uint8_t cipher[static MLKEM_CIPHER], uint8_t shared[static MLKEM_SHARED]);
// ML-KEM.Decaps_internal (algorithm 18), implicit rejection included: never fails. ERR_INPUT only when the hash check of
// section 7.3 on dk is false.
MUST_USE enum err mlkem_decaps(const uint8_t dk[static MLKEM_SECRET], const uint8_t cipher[static MLKEM_CIPHER],
                               uint8_t shared[static MLKEM_SHARED]);

#endif
