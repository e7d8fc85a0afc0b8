// COCKTAIL-DKG (C2SP cocktail-dkg v0.2.1), ciphersuite COCKTAIL(Ristretto255, SHA-512): distributed generation of one scalar,
// t of n, without a dealer. Pure functions over messages: the network and the disk belong to the caller.
#ifndef TOCSIN_CRYPTO_DKG_H
#define TOCSIN_CRYPTO_DKG_H

#include "crypto/shamir.h"
// The helper who writes dkg.c completes this header from the specification (participants numbered as seats, 1..n).
#endif
