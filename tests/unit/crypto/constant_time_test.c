// Constant time: under valgrind every secret is marked undefined, so that a branch or an index that depends on one is an error.
//
// Run by hand: valgrind --error-exitcode=99 constant_time_test. Elsewhere it reports itself skipped.
#include "crypto/hash.h"
#include "crypto/mlkem.h"
#include "crypto/mlkem_ring.h"
#include "crypto/secret.h"
#include "watch.h"

static void keygen(uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET])
{
	uint8_t rho[32] = {1}, sigma[32] = {2}, z[32] = {3};
	secret(sigma, sizeof sigma);
	secret(z, sizeof z);
	mlkem_keygen_from(rho, sigma, z, ek, dk);
	CHECK(is_secret(dk, 3 * RING_BYTES12) && is_secret(dk + MLKEM_SECRET - 32, 32));
	public(ek, MLKEM_PUBLIC);
	// dk = s ‖ ek ‖ H(ek) ‖ z: the middle is public.
	public(dk + 3 * RING_BYTES12, MLKEM_PUBLIC + 32);
}

static void mlkem_key_generation(void)
{
	uint8_t ek[MLKEM_PUBLIC], dk[MLKEM_SECRET];
	if (!watched())
		return;
	keygen(ek, dk);
	CHECK_SAY(VALGRIND_CHECK_MEM_IS_DEFINED(ek, sizeof ek) == 0, "ek is public");
}

static void mlkem_encapsulation(void)
{
	uint8_t ek[MLKEM_PUBLIC], dk[MLKEM_SECRET], m[32] = {4}, c[MLKEM_CIPHER], shared[MLKEM_SHARED];
	if (!watched())
		return;
	keygen(ek, dk);
	secret(m, sizeof m);
	CHECK(mlkem_encaps(ek, m, c, shared) == ERR_OK);
	CHECK(is_secret(shared, sizeof shared));
}

static void mlkem_decapsulation(void)
{
	uint8_t ek[MLKEM_PUBLIC], dk[MLKEM_SECRET], m[32] = {4}, c[MLKEM_CIPHER], a[MLKEM_SHARED], b[MLKEM_SHARED];
	if (!watched())
		return;
	keygen(ek, dk);
	CHECK(mlkem_encaps(ek, m, c, a) == ERR_OK);
	CHECK(mlkem_decaps(dk, c, b) == ERR_OK); // accepted: c is public, whether it is a true one is secret
	CHECK(is_secret(b, sizeof b));
	public(b, sizeof b);
	CHECK_BYTES(a, b, sizeof a);
	c[5] ^= 1;
	CHECK(mlkem_decaps(dk, c, b) == ERR_OK); // rejected
	public(b, sizeof b);
	CHECK(memcmp(a, b, sizeof a) != 0);
}

static void comparison(void)
{
	uint8_t a[64] = {1}, b[64] = {1};
	if (!watched())
		return;
	secret(a, sizeof a);
	bool equal = secret_equal(a, b, sizeof a);
	public(&equal, sizeof equal); // the answer is public
	CHECK(equal);
}

const struct test tests[] = {
	{"mlkem_key_generation", mlkem_key_generation},
	{"mlkem_encapsulation", mlkem_encapsulation},
	{"mlkem_decapsulation", mlkem_decapsulation},
	{"comparison", comparison},
	{NULL, NULL},
};
