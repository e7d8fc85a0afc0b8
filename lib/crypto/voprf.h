// VOPRF of RFC 9497 (mode 0x01), ristretto255-SHA512, with batched DLEQ proofs and a key shared t-of-n.
//
// The client blinds; each seat evaluates under its share and proves it against its published share; the client verifies every
// proof, interpolates t evaluations and finalises. The output equals RFC 9497's for the one key nobody holds.
//
// Everywhere: an element is a canonical ristretto255 encoding and not the identity, a scalar is below the group order (RFC 9497,
// 2.1 and 4.1). A batch has 1..VOPRF_BATCH_MAX elements; any other count is ERR_LIMIT. After a failure every output is zeroed.
#ifndef TOCSIN_CRYPTO_VOPRF_H
#define TOCSIN_CRYPTO_VOPRF_H

#include "crypto/shamir.h"

#define VOPRF_ELEMENT ELEMENT
#define VOPRF_PROOF 64 // c ‖ s
#define VOPRF_OUTPUT 64
#define VOPRF_INPUT_MAX 65535 // bytes (RFC 9497, 1.2)
#define VOPRF_BATCH_MAX 1024  // elements under one proof

// pk = sk·B. sk canonical and not zero: ERR_INPUT otherwise.
MUST_USE enum err voprf_public(const uint8_t sk[static SCALAR], uint8_t pk[static VOPRF_ELEMENT]);
// DeriveKeyPair (RFC 9497, 3.2.1): for the public vectors only. ERR_LIMIT: info is over VOPRF_INPUT_MAX.
MUST_USE enum err voprf_derive_key(const uint8_t seed[static 32], struct slice info, uint8_t sk[static SCALAR],
                                   uint8_t pk[static VOPRF_ELEMENT]);

// blinded = blind · HashToGroup(input), blind fresh, random and secret (RFC 9497, 3.3.1). ERR_INPUT: the input hashes to the
// identity; ERR_LIMIT: it is too long.
MUST_USE enum err voprf_blind(struct slice input, uint8_t blind[static SCALAR], uint8_t blinded[static VOPRF_ELEMENT]);
// As voprf_blind with a given blind: for the public vectors only.
MUST_USE enum err voprf_blind_with(struct slice input, const uint8_t blind[static SCALAR], uint8_t blinded[static VOPRF_ELEMENT]);

// BlindEvaluate (3.3.2) over `count` elements under one key, with one proof (2.2.1). ERR_INPUT: the key pair does not fit
// together, or an element is refused: *bad is then its index, and `count` in every other case. `evaluated` must not overlap
// `blinded`.
MUST_USE enum err voprf_evaluate(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT],
                                 const uint8_t blinded[][VOPRF_ELEMENT], size_t count, uint8_t evaluated[][VOPRF_ELEMENT],
                                 uint8_t proof[static VOPRF_PROOF], size_t *bad);
// As voprf_evaluate with the proof's random scalar given: for the public vectors only.
MUST_USE enum err voprf_evaluate_with(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT],
                                      const uint8_t blinded[][VOPRF_ELEMENT], size_t count, const uint8_t r[static SCALAR],
                                      uint8_t evaluated[][VOPRF_ELEMENT], uint8_t proof[static VOPRF_PROOF], size_t *bad);
// VerifyProof (2.2.2). ERR_AUTH: the proof does not hold for this public (share) key; ERR_INPUT: an element or a scalar is
// malformed.
MUST_USE enum err voprf_verify(const uint8_t pk[static VOPRF_ELEMENT], const uint8_t blinded[][VOPRF_ELEMENT],
                               const uint8_t evaluated[][VOPRF_ELEMENT], size_t count, const uint8_t proof[static VOPRF_PROOF]);

// Interpolates at 0, for each of `count` elements, the evaluations of exactly `t` distinct seats; evaluated[k] points at seat
// seats[k]'s `count` elements. The proofs must have been verified before: a false evaluation gives a false element here.
// ERR_INPUT: t is 0, a seat is 0, above SEATS_MAX or doubled, an element is refused, or a sum is the identity.
MUST_USE enum err voprf_combine(const uint8_t *seats, unsigned t, const uint8_t (*const *evaluated)[VOPRF_ELEMENT], size_t count,
                                uint8_t combined[][VOPRF_ELEMENT]);
// Finalize (3.3.2, without its VerifyProof) of `count` inputs; inverts the blinds together. outputs are secret.
MUST_USE enum err voprf_finalize(const struct slice *inputs, const uint8_t blinds[][SCALAR],
                                 const uint8_t combined[][VOPRF_ELEMENT], size_t count, uint8_t outputs[][VOPRF_OUTPUT]);

#endif
