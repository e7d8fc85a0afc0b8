// Shamir sharing of a ristretto255 scalar (Shamir 1979).
//
// Seats are numbered 1..n; the share of seat i is the polynomial's value at i. A split makes no Feldman commitments: on a record's
// secret they would hand it to a quantum computer. (Only crypto/dkg.h commits, and only to token keys.)
#ifndef TOCSIN_CRYPTO_SHAMIR_H
#define TOCSIN_CRYPTO_SHAMIR_H

#include "crypto/group.h"

#define SEATS_MAX 32 // seats of a committee

// shares[i] belongs to seat i+1. 1 ≤ t ≤ n ≤ SEATS_MAX and a canonical secret (anything else is a broken invariant).
void shamir_split(const uint8_t secret[static SCALAR], unsigned t, unsigned n, uint8_t shares[][SCALAR]);
// The value at `seat` of the polynomial with `t` coefficients, the constant one first.
void shamir_evaluate(const uint8_t coefficients[][SCALAR], unsigned t, unsigned seat, uint8_t value[static SCALAR]);
// The secret from exactly `count` shares of distinct seats. ERR_INPUT: there is none, a seat is 0, above SEATS_MAX or doubled,
// or a share is not canonical. Fewer shares than the threshold give some other scalar: only the caller can tell.
MUST_USE enum err shamir_combine(const uint8_t *seats, const uint8_t shares[][SCALAR], unsigned count,
                                 uint8_t secret[static SCALAR]);
// Lagrange coefficient at 0 of seats[which] among `count` distinct seats (ERR_INPUT as above).
MUST_USE enum err shamir_lagrange(const uint8_t *seats, unsigned count, unsigned which, uint8_t coefficient[static SCALAR]);

#endif
