// The Schnorr signature of COCKTAIL-DKG (C2SP cocktail-dkg v0.2.1, "Schnorr Signature Scheme"), ciphersuite COCKTAIL(Ristretto255,
// SHA-512). It is neither EdDSA nor anything else, and is used for key ceremonies only (crypto/dkg.h). Nonces are deterministic.
#ifndef TOCSIN_CRYPTO_SCHNORR_H
#define TOCSIN_CRYPTO_SCHNORR_H

#include "crypto/group.h"

#define SCHNORR_BYTES 64 // R ‖ z

// False, with sig zeroed: sk is zero or not canonical, or the nonce came out zero (probability 2^-252; the same message must never
// be tried again with another nonce).
MUST_USE bool schnorr_sign(const uint8_t sk[static SCALAR], struct slice message, uint8_t sig[static SCHNORR_BYTES]);
MUST_USE bool schnorr_verify(const uint8_t pk[static ELEMENT], struct slice message, const uint8_t sig[static SCHNORR_BYTES]);

#endif
