#include "crypto/schnorr.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

// HashToScalar: SHA-512, little-endian, reduced.
static void hash_to_scalar(const struct slice *parts, size_t count, uint8_t s[static SCALAR])
{
	uint8_t wide[64];
	sha512_parts(parts, count, wide);
	crypto_core_ristretto255_scalar_reduce(s, wide);
	secret_wipe(wide, sizeof wide);
}

static void challenge(const uint8_t r[static ELEMENT], const uint8_t pk[static ELEMENT], struct slice message,
                      uint8_t c[static SCALAR])
{
	const struct slice parts[] = {SLICE_LITERAL("COCKTAIL-DKG-Ristretto255-SHA512-H7"), slice_of(r, ELEMENT),
	                              slice_of(pk, ELEMENT), message};
	hash_to_scalar(parts, 4, c);
}

bool schnorr_sign(const uint8_t sk[static SCALAR], struct slice message, uint8_t sig[static SCHNORR_BYTES])
{
	uint8_t pk[ELEMENT], k[SCALAR], r[ELEMENT], c[SCALAR], product[SCALAR];
	const struct slice parts[] = {SLICE_LITERAL("COCKTAIL-DKG-Ristretto255-SHA512-NONCE"), slice_of(sk, SCALAR), message};
	memset(sig, 0, SCHNORR_BYTES);
	hash_to_scalar(parts, 3, k);
	// Both multiplications refuse a zero scalar.
	bool good = scalar_is_canonical(sk) && crypto_scalarmult_ristretto255_base(pk, sk) == 0 &&
	            crypto_scalarmult_ristretto255_base(r, k) == 0;
	if (good) {
		challenge(r, pk, message, c);
		crypto_core_ristretto255_scalar_mul(product, c, sk);
		memcpy(sig, r, ELEMENT);
		crypto_core_ristretto255_scalar_add(sig + ELEMENT, k, product);
	}
	secret_wipe(k, sizeof k);
	secret_wipe(product, sizeof product);
	secret_wipe_stack();
	return good;
}

bool schnorr_verify(const uint8_t pk[static ELEMENT], struct slice message, const uint8_t sig[static SCHNORR_BYTES])
{
	const uint8_t *r = sig, *z = sig + ELEMENT;
	if (!scalar_is_canonical(z) || !element_is_good(r) || !element_is_good(pk))
		return false;
	uint8_t c[SCALAR], left[ELEMENT], right[ELEMENT];
	challenge(r, pk, message, c);
	memcpy(right, r, ELEMENT);
	return crypto_scalarmult_ristretto255_base(left, z) == 0 && element_add_product(right, c, pk) &&
	       sodium_memcmp(left, right, ELEMENT) == 0;
}
