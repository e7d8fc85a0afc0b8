// The group of every threshold construction here: ristretto255 (RFC 9496), in the encodings that travel. libsodium computes; this
// adds the checks that it leaves to its callers.
//
// A scalar is canonical below the group order l. An element is good when its encoding is canonical and it is not the identity,
// whose encoding is 32 zero bytes.
#ifndef TOCSIN_CRYPTO_GROUP_H
#define TOCSIN_CRYPTO_GROUP_H

#include "base/err.h"
#include "base/slice.h"

#define SCALAR 32 // bytes, little-endian
#define ELEMENT 32

// Constant time.
MUST_USE bool scalar_is_canonical(const uint8_t s[static SCALAR]);
MUST_USE bool scalar_is_zero(const uint8_t s[static SCALAR]);
// Uniform, never zero.
void scalar_random(uint8_t s[static SCALAR]);
// The scalar of a small number.
void scalar_of(unsigned v, uint8_t s[static SCALAR]);

MUST_USE bool element_is_good(const uint8_t element[static ELEMENT]);
// product = scalar·element, for a canonical scalar. False, with product undefined: the element is not good, or the scalar is zero.
MUST_USE bool element_product(uint8_t product[static ELEMENT], const uint8_t scalar[static SCALAR],
                              const uint8_t element[static ELEMENT]);
// sum += scalar·element; sum may be the identity before and after. False, with sum unchanged: as element_product.
MUST_USE bool element_add_product(uint8_t sum[static ELEMENT], const uint8_t scalar[static SCALAR],
                                  const uint8_t element[static ELEMENT]);

#endif
