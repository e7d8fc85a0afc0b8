#include "crypto/voprf.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/secret.h"

#define HASH 64   // bytes of SHA-512
#define BLOCK 128 // bytes of its input block

// contextString (RFC 9497, 3.1): "OPRFV1-" ‖ mode 1 ‖ "-" ‖ the ciphersuite's identifier.
#define CONTEXT "OPRFV1-\x01-ristretto255-SHA512"
#define ELEMENT_OF(p) slice_of((p), VOPRF_ELEMENT)

// An I2OSP(n, 2) in a slice; the array lives as long as the enclosing block.
#define TWO_BYTES(n) slice_of((const uint8_t[]){(uint8_t)((n) >> 8), (uint8_t)(n)}, 2)

#define PARTS_MAX 16

// expand_message_xmd with SHA-512 to 64 bytes (RFC 9380, 5.3.1; one block, ell = 1) over the concatenation of `parts`.
static void expand(const struct slice *parts, size_t count, struct slice dst, uint8_t out[static HASH])
{
	static const uint8_t zeros[BLOCK];
	INVARIANT(count + 4 <= PARTS_MAX && dst.n <= 255);
	const uint8_t length = (uint8_t)dst.n;
	struct slice all[PARTS_MAX] = {slice_of(zeros, sizeof zeros)};
	size_t n = 1;
	for (size_t i = 0; i < count; i++)
		all[n++] = parts[i];
	all[n++] = slice_of((const uint8_t[]){0, HASH, 0}, 3);
	all[n++] = dst;
	all[n++] = slice_of(&length, 1);
	uint8_t first[HASH];
	sha512_parts(all, n, first);
	const struct slice again[] = {slice_of(first, HASH), SLICE_LITERAL("\x01"), dst, slice_of(&length, 1)};
	sha512_parts(again, 4, out);
	secret_wipe(first, sizeof first);
}

// HashToScalar (RFC 9497, 4.1) with the given DST.
static void hash_to_scalar(const struct slice *parts, size_t count, struct slice dst, uint8_t s[static SCALAR])
{
	uint8_t wide[HASH];
	expand(parts, count, dst, wide);
	crypto_core_ristretto255_scalar_reduce(s, wide);
	secret_wipe(wide, sizeof wide);
}

// HashToGroup (RFC 9497, 4.1). False: the identity.
static bool hash_to_group(struct slice input, uint8_t element[static VOPRF_ELEMENT])
{
	uint8_t wide[HASH];
	expand(&input, 1, SLICE_LITERAL("HashToGroup-" CONTEXT), wide);
	bool good = crypto_core_ristretto255_from_hash(element, wide) == 0 && element_is_good(element);
	secret_wipe(wide, sizeof wide);
	return good;
}

static bool scalar_is_good(const uint8_t s[static SCALAR])
{
	return scalar_is_canonical(s) && !scalar_is_zero(s);
}

static bool count_is_good(size_t count)
{
	return count >= 1 && count <= VOPRF_BATCH_MAX;
}

enum err voprf_public(const uint8_t sk[static SCALAR], uint8_t pk[static VOPRF_ELEMENT])
{
	if (scalar_is_good(sk) && crypto_scalarmult_ristretto255_base(pk, sk) == 0)
		return ERR_OK;
	memset(pk, 0, VOPRF_ELEMENT);
	return ERR_INPUT;
}

enum err voprf_derive_key(const uint8_t seed[static 32], struct slice info, uint8_t sk[static SCALAR],
                          uint8_t pk[static VOPRF_ELEMENT])
{
	memset(sk, 0, SCALAR);
	memset(pk, 0, VOPRF_ELEMENT);
	if (info.n > VOPRF_INPUT_MAX)
		return ERR_LIMIT;
	uint8_t counter = 0;
	const struct slice parts[] = {slice_of(seed, 32), TWO_BYTES(info.n), info, slice_of(&counter, 1)};
	do
		hash_to_scalar(parts, 4, SLICE_LITERAL("DeriveKeyPair" CONTEXT), sk);
	while (scalar_is_zero(sk) && ++counter != 0);
	return voprf_public(sk, pk);
}

enum err voprf_blind_with(struct slice input, const uint8_t blind[static SCALAR], uint8_t blinded[static VOPRF_ELEMENT])
{
	memset(blinded, 0, VOPRF_ELEMENT);
	if (input.n > VOPRF_INPUT_MAX)
		return ERR_LIMIT;
	if (!scalar_is_good(blind))
		return ERR_INPUT;
	uint8_t element[VOPRF_ELEMENT], product[VOPRF_ELEMENT];
	bool good = hash_to_group(input, element) && element_product(product, blind, element);
	if (good)
		memcpy(blinded, product, VOPRF_ELEMENT);
	secret_wipe(element, sizeof element);
	return good ? ERR_OK : ERR_INPUT;
}

enum err voprf_blind(struct slice input, uint8_t blind[static SCALAR], uint8_t blinded[static VOPRF_ELEMENT])
{
	scalar_random(blind);
	enum err e = voprf_blind_with(input, blind, blinded);
	if (e != ERR_OK)
		secret_wipe(blind, SCALAR);
	return e;
}

// The seed of ComputeComposites (RFC 9497, 2.2.1).
static void composite_seed(const uint8_t pk[static VOPRF_ELEMENT], uint8_t seed[static HASH])
{
	const struct slice dst = SLICE_LITERAL("Seed-" CONTEXT);
	const struct slice parts[] = {TWO_BYTES(VOPRF_ELEMENT), ELEMENT_OF(pk), TWO_BYTES(dst.n), dst};
	sha512_parts(parts, 4, seed);
}

static void composite_weight(const uint8_t seed[static HASH], size_t i, const uint8_t c[static VOPRF_ELEMENT],
                             const uint8_t d[static VOPRF_ELEMENT], uint8_t weight[static SCALAR])
{
	const struct slice parts[] = {TWO_BYTES(HASH), slice_of(seed, HASH), TWO_BYTES(i), TWO_BYTES(VOPRF_ELEMENT), ELEMENT_OF(c),
	                              TWO_BYTES(VOPRF_ELEMENT), ELEMENT_OF(d), SLICE_LITERAL("Composite")};
	hash_to_scalar(parts, 8, SLICE_LITERAL("HashToScalar-" CONTEXT), weight);
}

// ComputeComposites: m is the weighted sum of c, and z that of d unless z is NULL (the prover's ComputeCompositesFast then
// multiplies m by the key, at a fraction of the price).
static bool composites(const uint8_t pk[static VOPRF_ELEMENT], const uint8_t c[][VOPRF_ELEMENT], const uint8_t d[][VOPRF_ELEMENT],
                       size_t count, uint8_t m[static VOPRF_ELEMENT], uint8_t *z)
{
	uint8_t seed[HASH], weight[SCALAR];
	composite_seed(pk, seed);
	memset(m, 0, VOPRF_ELEMENT); // the identity's encoding
	if (z != NULL)
		memset(z, 0, VOPRF_ELEMENT);
	for (size_t i = 0; i < count; i++) {
		composite_weight(seed, i, c[i], d[i], weight);
		if (!element_add_product(m, weight, c[i]) || (z != NULL && !element_add_product(z, weight, d[i])))
			return false;
	}
	return true;
}

// The challenge of GenerateProof and VerifyProof over pk, M, Z, t2 and t3.
static void challenge(const uint8_t *const elements[static 5], uint8_t c[static SCALAR])
{
	struct slice parts[11];
	const struct slice length = TWO_BYTES(VOPRF_ELEMENT);
	for (size_t i = 0; i < 5; i++) {
		parts[2 * i] = length;
		parts[2 * i + 1] = ELEMENT_OF(elements[i]);
	}
	parts[10] = SLICE_LITERAL("Challenge");
	hash_to_scalar(parts, 11, SLICE_LITERAL("HashToScalar-" CONTEXT), c);
}

// GenerateProof (RFC 9497, 2.2.1).
static bool prove(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT], const uint8_t blinded[][VOPRF_ELEMENT],
                  const uint8_t evaluated[][VOPRF_ELEMENT], size_t count, const uint8_t r[static SCALAR],
                  uint8_t proof[static VOPRF_PROOF])
{
	uint8_t m[VOPRF_ELEMENT], z[VOPRF_ELEMENT], t2[VOPRF_ELEMENT], t3[VOPRF_ELEMENT], product[SCALAR];
	if (!composites(pk, blinded, evaluated, count, m, NULL) || !element_product(z, sk, m) || !element_product(t3, r, m) ||
	    crypto_scalarmult_ristretto255_base(t2, r) != 0)
		return false;
	challenge((const uint8_t *const[]){pk, m, z, t2, t3}, proof);
	crypto_core_ristretto255_scalar_mul(product, proof, sk);
	crypto_core_ristretto255_scalar_sub(proof + SCALAR, r, product);
	secret_wipe(product, sizeof product);
	return true;
}

static enum err key_pair_fits(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT])
{
	uint8_t derived[VOPRF_ELEMENT];
	enum err e = voprf_public(sk, derived);
	return e == ERR_OK && sodium_memcmp(derived, pk, VOPRF_ELEMENT) != 0 ? ERR_INPUT : e;
}

enum err voprf_evaluate_with(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT],
                             const uint8_t blinded[][VOPRF_ELEMENT], size_t count, const uint8_t r[static SCALAR],
                             uint8_t evaluated[][VOPRF_ELEMENT], uint8_t proof[static VOPRF_PROOF], size_t *bad)
{
	*bad = count;
	memset(proof, 0, VOPRF_PROOF);
	if (!count_is_good(count))
		return ERR_LIMIT;
	enum err e = scalar_is_good(r) ? key_pair_fits(sk, pk) : ERR_INPUT;
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		// sk is not zero: the element is refused.
		if (!element_product(evaluated[i], sk, blinded[i])) {
			*bad = i;
			e = ERR_INPUT;
		}
	if (e == ERR_OK && !prove(sk, pk, blinded, (const uint8_t(*)[VOPRF_ELEMENT])evaluated, count, r, proof))
		e = ERR_INPUT;
	if (e != ERR_OK) {
		memset(evaluated, 0, count * VOPRF_ELEMENT);
		memset(proof, 0, VOPRF_PROOF);
	}
	return e;
}

enum err voprf_evaluate(const uint8_t sk[static SCALAR], const uint8_t pk[static VOPRF_ELEMENT],
                        const uint8_t blinded[][VOPRF_ELEMENT], size_t count, uint8_t evaluated[][VOPRF_ELEMENT],
                        uint8_t proof[static VOPRF_PROOF], size_t *bad)
{
	uint8_t r[SCALAR];
	scalar_random(r);
	enum err e = voprf_evaluate_with(sk, pk, blinded, count, r, evaluated, proof, bad);
	secret_wipe(r, sizeof r);
	secret_wipe_stack();
	return e;
}

enum err voprf_verify(const uint8_t pk[static VOPRF_ELEMENT], const uint8_t blinded[][VOPRF_ELEMENT],
                      const uint8_t evaluated[][VOPRF_ELEMENT], size_t count, const uint8_t proof[static VOPRF_PROOF])
{
	const uint8_t *c = proof, *s = proof + SCALAR;
	if (!count_is_good(count))
		return ERR_LIMIT;
	if (!scalar_is_canonical(c) || !scalar_is_canonical(s) || !element_is_good(pk))
		return ERR_INPUT;
	// Every element is decoded here, and its product with a weight is the identity only when the element is.
	uint8_t m[VOPRF_ELEMENT], z[VOPRF_ELEMENT], t2[VOPRF_ELEMENT], t3[VOPRF_ELEMENT], want[SCALAR];
	if (!composites(pk, blinded, evaluated, count, m, z))
		return ERR_INPUT;
	// What still fails needs a zero scalar or an identity composite: an honest prover meets it with probability 2^-252.
	if (crypto_scalarmult_ristretto255_base(t2, s) != 0 || !element_add_product(t2, c, pk) || !element_product(t3, s, m) ||
	    !element_add_product(t3, c, z))
		return ERR_AUTH;
	challenge((const uint8_t *const[]){pk, m, z, t2, t3}, want);
	return sodium_memcmp(want, c, SCALAR) == 0 ? ERR_OK : ERR_AUTH;
}

enum err voprf_combine(const uint8_t *seats, unsigned t, const uint8_t (*const *evaluated)[VOPRF_ELEMENT], size_t count,
                       uint8_t combined[][VOPRF_ELEMENT])
{
	uint8_t coefficients[SEATS_MAX][SCALAR];
	if (!count_is_good(count))
		return ERR_LIMIT;
	enum err e = t >= 1 && t <= SEATS_MAX ? ERR_OK : ERR_INPUT;
	for (unsigned k = 0; e == ERR_OK && k < t; k++)
		e = shamir_lagrange(seats, t, k, coefficients[k]);
	memset(combined, 0, count * VOPRF_ELEMENT);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		for (unsigned k = 0; e == ERR_OK && k < t; k++)
			if (!element_add_product(combined[i], coefficients[k], evaluated[k][i]))
				e = ERR_INPUT;
		if (sodium_is_zero(combined[i], VOPRF_ELEMENT) != 0)
			e = ERR_INPUT;
	}
	if (e != ERR_OK)
		memset(combined, 0, count * VOPRF_ELEMENT);
	return e;
}

#define GROUP 64 // blinds inverted together: at 64 the one inversion weighs a microsecond per blind

// inverses[i] = 1/blinds[i] with one inversion and 3(count−1) multiplications (Montgomery's trick): inverses[i] first holds the
// product of the blinds before i. False: a blind is zero or not canonical.
static bool invert_together(const uint8_t blinds[][SCALAR], size_t count, uint8_t inverses[static GROUP][SCALAR])
{
	uint8_t product[SCALAR], inverse[SCALAR];
	scalar_of(1, product);
	for (size_t i = 0; i < count; i++) {
		if (!scalar_is_good(blinds[i]))
			return false;
		memcpy(inverses[i], product, SCALAR);
		crypto_core_ristretto255_scalar_mul(product, product, blinds[i]);
	}
	bool good = crypto_core_ristretto255_scalar_invert(inverse, product) == 0;
	for (size_t i = count; good && i-- > 0;) {
		crypto_core_ristretto255_scalar_mul(inverses[i], inverses[i], inverse);
		crypto_core_ristretto255_scalar_mul(inverse, inverse, blinds[i]);
	}
	secret_wipe(product, sizeof product);
	secret_wipe(inverse, sizeof inverse);
	return good;
}

static enum err finalize_one(struct slice input, const uint8_t inverse[static SCALAR], const uint8_t element[static VOPRF_ELEMENT],
                             uint8_t output[static VOPRF_OUTPUT])
{
	if (input.n > VOPRF_INPUT_MAX)
		return ERR_LIMIT;
	uint8_t unblinded[VOPRF_ELEMENT];
	if (!element_product(unblinded, inverse, element))
		return ERR_INPUT;
	const struct slice parts[] = {TWO_BYTES(input.n), input, TWO_BYTES(VOPRF_ELEMENT), ELEMENT_OF(unblinded),
	                              SLICE_LITERAL("Finalize")};
	sha512_parts(parts, 5, output);
	secret_wipe(unblinded, sizeof unblinded);
	return ERR_OK;
}

enum err voprf_finalize(const struct slice *inputs, const uint8_t blinds[][SCALAR], const uint8_t combined[][VOPRF_ELEMENT],
                        size_t count, uint8_t outputs[][VOPRF_OUTPUT])
{
	if (!count_is_good(count))
		return ERR_LIMIT;
	uint8_t inverses[GROUP][SCALAR];
	enum err e = ERR_OK;
	for (size_t from = 0; e == ERR_OK && from < count; from += GROUP) {
		size_t here = count - from < GROUP ? count - from : GROUP;
		if (!invert_together(blinds + from, here, inverses))
			e = ERR_INPUT;
		for (size_t i = from; e == ERR_OK && i < from + here; i++)
			e = finalize_one(inputs[i], inverses[i - from], combined[i], outputs[i]);
	}
	secret_wipe(inverses, sizeof inverses);
	secret_wipe_stack();
	if (e != ERR_OK)
		secret_wipe(outputs, count * VOPRF_OUTPUT);
	return e;
}
