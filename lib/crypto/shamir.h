// Shamir sharing of a ristretto255 scalar (Shamir 1979), and the group's scalar arithmetic that sharing needs.
//
// Seats are numbered 1..n; the share of seat i is the polynomial's value at i. No Feldman commitments are ever made: they
// would reveal the secret to a quantum computer.
#ifndef TOCSIN_CRYPTO_SHAMIR_H
#define TOCSIN_CRYPTO_SHAMIR_H

#include "base/err.h"
#include "base/slice.h"

#define SCALAR 32
#define SEATS_MAX 32 // seats of a committee

// A canonical scalar: below the group order l.
MUST_USE bool scalar_is_canonical(const uint8_t s[static SCALAR]);
// Uniform, never zero.
void scalar_random(uint8_t s[static SCALAR]);
// shares[i] belongs to seat i+1. 1 ≤ t ≤ n ≤ SEATS_MAX (anything else is a broken invariant).
void shamir_split(const uint8_t secret[static SCALAR], unsigned t, unsigned n, uint8_t shares[][SCALAR]);
// The secret from exactly `count` shares of distinct seats. ERR_INPUT: a seat is 0, above SEATS_MAX or doubled, or a share is
// not canonical.
MUST_USE enum err shamir_combine(const uint8_t *seats, const uint8_t shares[][SCALAR], unsigned count,
                                 uint8_t secret[static SCALAR]);
// Lagrange coefficient at 0 of seats[which] among `count` distinct seats (ERR_INPUT as above).
MUST_USE enum err shamir_lagrange(const uint8_t *seats, unsigned count, unsigned which, uint8_t coefficient[static SCALAR]);

#endif
