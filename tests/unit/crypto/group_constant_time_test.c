// Constant time of what the threshold constructions do with their secrets: scalars, Shamir, evaluation and unblinding, and a share on
// its way through a keeper (opened, checked, sealed again). Under valgrind alone.
#include "watch.h"

#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/mlkem.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"

// X-Wing with a key generation whose rho is public, as it stands in the public key: what is sampled from it branches.
static void watched_keygen(const uint8_t seed[static MLKEM_SEED], uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET])
{
	uint8_t d[33], expanded[64];
	memcpy(d, seed, 32);
	d[32] = 3;
	sha3_512(slice_of(d, sizeof d), expanded);
	public(expanded, 32);
	mlkem_keygen_from(expanded, expanded + 32, seed + 32, ek, dk);
	public(ek, MLKEM_PUBLIC);
	public(dk + MLKEM_SECRET - 64 - MLKEM_PUBLIC, MLKEM_PUBLIC + 32);
}
#define mlkem_keygen watched_keygen
#include "../../../lib/crypto/xwing.c"

// Branches inside on whether the tag is true, so it gets the key as public.
int crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char *m, unsigned long long *mlen, unsigned char *nsec, const unsigned char *c,
                                              unsigned long long clen, const unsigned char *ad, unsigned long long adlen,
                                              const unsigned char *npub, const unsigned char *k)
{
	uint8_t key[crypto_aead_chacha20poly1305_ietf_KEYBYTES], nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
	CHECK_SAY(is_secret(k, sizeof key), "the key comes from a secret");
	memcpy(key, k, sizeof key);
	memcpy(nonce, npub, sizeof nonce);
	public(key, sizeof key);
	public(nonce, sizeof nonce);
	int result = REAL(crypto_aead_chacha20poly1305_ietf_decrypt)(m, mlen, nsec, c, clen, ad, adlen, nonce, key);
	secret(m, clen - crypto_aead_chacha20poly1305_ietf_ABYTES);
	return result;
}

#define T 3
#define N 5

static void shamir(void)
{
	static const uint8_t seats[T] = {1, 3, 5};
	uint8_t s[SCALAR], shares[N][SCALAR], some[T][SCALAR], again[SCALAR];
	if (!watched())
		return;
	scalar_random(s);
	CHECK(is_secret(s, SCALAR));
	shamir_split(s, T, N, shares);
	for (unsigned i = 0; i < N; i++)
		CHECK_SAY(is_secret(shares[i], SCALAR), "share %u", i + 1);
	for (unsigned i = 0; i < T; i++)
		memcpy(some[i], shares[seats[i] - 1], SCALAR);
	CHECK(shamir_combine(seats, (const uint8_t(*)[SCALAR])some, T, again) == ERR_OK);
	CHECK(is_secret(again, SCALAR));
	public(again, SCALAR);
	public(s, SCALAR);
	CHECK_BYTES(again, s, SCALAR);
	memset(some[1], 0xff, SCALAR); // not canonical: that, and nothing else, is to be seen
	secret(some[1], SCALAR);
	CHECK(shamir_combine(seats, (const uint8_t(*)[SCALAR])some, T, again) == ERR_INPUT);
}

static void scalars(void)
{
	uint8_t s[SCALAR] = {5};
	if (!watched())
		return;
	secret(s, sizeof s);
	CHECK(scalar_is_canonical(s) && !scalar_is_zero(s));
	memset(s, 0xff, sizeof s);
	secret(s, sizeof s);
	CHECK(!scalar_is_canonical(s));
	memset(s, 0, sizeof s);
	secret(s, sizeof s);
	CHECK(scalar_is_zero(s));
}

#define COUNT 2
static const struct slice inputs[COUNT] = {SLICE_LITERAL("\x01one"), SLICE_LITERAL("\x01two")};

// The client's blinds, the keeper's key and its proof's random scalar are secret; blinded and evaluated elements travel.
static void evaluation(void)
{
	uint8_t sk[SCALAR], pk[ELEMENT], blinds[COUNT][SCALAR], blinded[COUNT][ELEMENT], evaluated[COUNT][ELEMENT], proof[VOPRF_PROOF];
	uint8_t outputs[COUNT][VOPRF_OUTPUT];
	size_t bad;
	if (!watched())
		return;
	scalar_random(sk);
	products_leave = true;
	CHECK(voprf_public(sk, pk) == ERR_OK);
	for (unsigned i = 0; i < COUNT; i++)
		CHECK(voprf_blind(inputs[i], blinds[i], blinded[i]) == ERR_OK && is_secret(blinds[i], SCALAR));
	CHECK(voprf_evaluate(sk, pk, (const uint8_t(*)[ELEMENT])blinded, COUNT, evaluated, proof, &bad) == ERR_OK);
	CHECK(is_secret(sk, SCALAR) && is_secret(proof + SCALAR, SCALAR)); // r − c·sk, which the next line publishes
	public(proof, sizeof proof);
	CHECK(voprf_verify(pk, (const uint8_t(*)[ELEMENT])blinded, (const uint8_t(*)[ELEMENT])evaluated, COUNT, proof) == ERR_OK);
	products_leave = false;
	CHECK(voprf_finalize(inputs, (const uint8_t(*)[SCALAR])blinds, (const uint8_t(*)[ELEMENT])evaluated, COUNT, outputs) == ERR_OK);
	CHECK(is_secret(outputs, sizeof outputs));
	CHECK(voprf_evaluate(sk, blinded[0], (const uint8_t(*)[ELEMENT])blinded, COUNT, evaluated, proof, &bad) == ERR_INPUT);
}

// What a keeper does with its share: hpke_open, scalar_is_canonical, hpke_seal.
static void released_share(void)
{
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC], share[SCALAR] = {7}, opened[SCALAR], sealed[SCALAR + HPKE_OVERHEAD], eseed[64] = {9};
	const struct slice info = SLICE_LITERAL("info"), aad = SLICE_LITERAL("aad");
	if (!watched())
		return;
	random_bytes(sk, sizeof sk);
	secret(sk, sizeof sk);
	xwing_public(sk, pk);
	public(pk, sizeof pk);
	secret(share, sizeof share);
	secret(eseed, sizeof eseed);
	CHECK(hpke_seal_derand(pk, eseed, info, aad, slice_of(share, SCALAR), sealed) == ERR_OK);
	public(sealed, sizeof sealed);
	CHECK(hpke_open(sk, info, aad, slice_of(sealed, sizeof sealed), opened) == ERR_OK);
	CHECK(is_secret(opened, SCALAR) && scalar_is_canonical(opened));
	CHECK(hpke_seal_derand(pk, eseed, info, aad, slice_of(opened, SCALAR), sealed) == ERR_OK);
	public(sealed, sizeof sealed);
	sealed[3] ^= 1; // implicit rejection in ML-KEM, then a false tag
	CHECK(hpke_open(sk, info, aad, slice_of(sealed, sizeof sealed), opened) == ERR_AUTH);
}

const struct test tests[] = {
	{"shamir", shamir}, {"scalars", scalars}, {"evaluation", evaluation}, {"released_share", released_share}, {NULL, NULL},
};
