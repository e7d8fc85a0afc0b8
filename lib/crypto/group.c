#include "crypto/group.h"

#include <sodium.h>

#include "crypto/secret.h"

bool scalar_is_canonical(const uint8_t s[static SCALAR])
{
	// libsodium 1.0.18 exports no such check: a scalar is canonical when reducing it changes nothing.
	uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES] = {0}, reduced[SCALAR];
	memcpy(wide, s, SCALAR);
	crypto_core_ristretto255_scalar_reduce(reduced, wide);
	bool same = sodium_memcmp(reduced, s, SCALAR) == 0;
	secret_wipe(wide, sizeof wide);
	secret_wipe(reduced, sizeof reduced);
	return same;
}

bool scalar_is_zero(const uint8_t s[static SCALAR])
{
	return sodium_is_zero(s, SCALAR) == 1;
}

void scalar_random(uint8_t s[static SCALAR])
{
	do
		crypto_core_ristretto255_scalar_random(s);
	while (scalar_is_zero(s));
}

void scalar_of(unsigned v, uint8_t s[static SCALAR])
{
	memset(s, 0, SCALAR);
	for (size_t i = 0; i < sizeof v; i++)
		s[i] = (uint8_t)(v >> 8 * i);
}

// libsodium 1.0.18 decodes an element without looking at bit 255, which a canonical encoding never sets (RFC 9496, 4.3.1).
static bool has_high_bit(const uint8_t element[static ELEMENT])
{
	return element[ELEMENT - 1] >> 7 != 0;
}

bool element_is_good(const uint8_t element[static ELEMENT])
{
	// It also takes the identity for valid.
	return !has_high_bit(element) && crypto_core_ristretto255_is_valid_point(element) == 1 && sodium_is_zero(element, ELEMENT) == 0;
}

bool element_product(uint8_t product[static ELEMENT], const uint8_t scalar[static SCALAR], const uint8_t element[static ELEMENT])
{
	// It refuses other malformed encodings, and any product that is the identity.
	return !has_high_bit(element) && crypto_scalarmult_ristretto255(product, scalar, element) == 0;
}

bool element_add_product(uint8_t sum[static ELEMENT], const uint8_t scalar[static SCALAR], const uint8_t element[static ELEMENT])
{
	uint8_t product[ELEMENT], after[ELEMENT];
	if (!element_product(product, scalar, element) || crypto_core_ristretto255_add(after, sum, product) != 0)
		return false;
	memcpy(sum, after, ELEMENT);
	return true;
}
