#include "crypto/shamir.h"

#include <sodium.h>

#include "crypto/secret.h"

void shamir_evaluate(const uint8_t coefficients[][SCALAR], unsigned t, unsigned seat, uint8_t value[static SCALAR])
{
	INVARIANT(t >= 1 && seat >= 1 && seat <= SEATS_MAX);
	uint8_t x[SCALAR], sum[SCALAR];
	scalar_of(seat, x);
	memcpy(sum, coefficients[t - 1], SCALAR);
	for (unsigned k = t - 1; k-- > 0;) {
		crypto_core_ristretto255_scalar_mul(sum, sum, x);
		crypto_core_ristretto255_scalar_add(sum, sum, coefficients[k]);
	}
	memcpy(value, sum, SCALAR);
	secret_wipe(sum, sizeof sum);
	secret_wipe_stack(); // libsodium's sums and products
}

void shamir_split(const uint8_t secret[static SCALAR], unsigned t, unsigned n, uint8_t shares[][SCALAR])
{
	INVARIANT(t >= 1 && t <= n && n <= SEATS_MAX && scalar_is_canonical(secret));
	uint8_t coefficients[SEATS_MAX][SCALAR];
	memcpy(coefficients[0], secret, SCALAR);
	for (unsigned k = 1; k < t; k++)
		scalar_random(coefficients[k]);
	for (unsigned i = 0; i < n; i++)
		shamir_evaluate((const uint8_t(*)[SCALAR])coefficients, t, i + 1, shares[i]);
	secret_wipe(coefficients, sizeof coefficients);
	secret_wipe_stack();
}

static bool seats_are_distinct(const uint8_t *seats, unsigned count)
{
	uint64_t seen = 0;
	for (unsigned i = 0; i < count; i++) {
		if (seats[i] == 0 || seats[i] > SEATS_MAX || (seen & UINT64_C(1) << seats[i]) != 0)
			return false;
		seen |= UINT64_C(1) << seats[i];
	}
	return count > 0;
}

// The product over the other seats m of m / (m − seats[which]). Seats are public: nothing to wipe.
static void lagrange(const uint8_t *seats, unsigned count, unsigned which, uint8_t coefficient[static SCALAR])
{
	uint8_t above[SCALAR], below[SCALAR], inverse[SCALAR], mine[SCALAR], other[SCALAR], difference[SCALAR];
	scalar_of(1, above);
	scalar_of(1, below);
	scalar_of(seats[which], mine);
	for (unsigned m = 0; m < count; m++) {
		if (m == which)
			continue;
		scalar_of(seats[m], other);
		crypto_core_ristretto255_scalar_sub(difference, other, mine);
		crypto_core_ristretto255_scalar_mul(above, above, other);
		crypto_core_ristretto255_scalar_mul(below, below, difference);
	}
	// Distinct numbers below the group order: no factor is zero, so the inverse exists.
	INVARIANT(crypto_core_ristretto255_scalar_invert(inverse, below) == 0);
	crypto_core_ristretto255_scalar_mul(coefficient, above, inverse);
}

enum err shamir_lagrange(const uint8_t *seats, unsigned count, unsigned which, uint8_t coefficient[static SCALAR])
{
	if (!seats_are_distinct(seats, count) || which >= count)
		return ERR_INPUT;
	lagrange(seats, count, which, coefficient);
	return ERR_OK;
}

enum err shamir_combine(const uint8_t *seats, const uint8_t shares[][SCALAR], unsigned count, uint8_t secret[static SCALAR])
{
	if (!seats_are_distinct(seats, count))
		return ERR_INPUT;
	for (unsigned i = 0; i < count; i++)
		if (!scalar_is_canonical(shares[i]))
			return ERR_INPUT;
	uint8_t sum[SCALAR] = {0}, term[SCALAR], coefficient[SCALAR];
	for (unsigned i = 0; i < count; i++) {
		lagrange(seats, count, i, coefficient);
		crypto_core_ristretto255_scalar_mul(term, coefficient, shares[i]);
		crypto_core_ristretto255_scalar_add(sum, sum, term);
	}
	memcpy(secret, sum, SCALAR);
	secret_wipe(sum, sizeof sum);
	secret_wipe(term, sizeof term);
	secret_wipe_stack();
	return ERR_OK;
}
