#include "crypto/xwing.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/mlkem.h"
#include "crypto/secret.h"

#define X25519 32

_Static_assert(XWING_PUBLIC == MLKEM_PUBLIC + X25519, "pk = pk_M ‖ pk_X");
_Static_assert(XWING_CIPHER == MLKEM_CIPHER + X25519, "ct = ct_M ‖ ct_X");

struct expanded {
	uint8_t mlkem_secret[MLKEM_SECRET];
	uint8_t x_secret[X25519];
	uint8_t public[XWING_PUBLIC];
};

// expandDecapsulationKey (section 5.2).
static void expand(const uint8_t sk[static XWING_SECRET], struct expanded *e)
{
	uint8_t bytes[MLKEM_SEED + X25519];
	shake256(slice_of(sk, XWING_SECRET), bytes, sizeof bytes);
	mlkem_keygen(bytes, e->public, e->mlkem_secret);
	memcpy(e->x_secret, bytes + MLKEM_SEED, X25519);
	INVARIANT(crypto_scalarmult_curve25519_base(e->public + MLKEM_PUBLIC, e->x_secret) == 0);
	secret_wipe(bytes, sizeof bytes);
}

// Combiner (section 5.3).
static void combine(const uint8_t ss_m[static MLKEM_SHARED], const uint8_t ss_x[static X25519], const uint8_t ct_x[static X25519],
                    const uint8_t pk_x[static X25519], uint8_t shared[static XWING_SHARED])
{
	static const char label[6] = {'\\', '.', '/', '/', '^', '\\'};
	uint8_t input[MLKEM_SHARED + 3 * X25519 + sizeof label];
	memcpy(input, ss_m, 32);
	memcpy(input + 32, ss_x, 32);
	memcpy(input + 64, ct_x, 32);
	memcpy(input + 96, pk_x, 32);
	memcpy(input + 128, label, sizeof label);
	sha3_256(slice_of(input, sizeof input), shared);
	secret_wipe(input, sizeof input);
}

void xwing_public(const uint8_t sk[static XWING_SECRET], uint8_t pk[static XWING_PUBLIC])
{
	struct expanded e;
	expand(sk, &e);
	memcpy(pk, e.public, XWING_PUBLIC);
	secret_wipe(&e, sizeof e);
}

enum err xwing_encaps(const uint8_t pk[static XWING_PUBLIC], const uint8_t eseed[static XWING_ENCAPS_SEED],
                      uint8_t cipher[static XWING_CIPHER], uint8_t shared[static XWING_SHARED])
{
	const uint8_t *ek_x = eseed + 32, *pk_x = pk + MLKEM_PUBLIC;
	uint8_t ss_m[MLKEM_SHARED], ss_x[X25519], ct_m[MLKEM_CIPHER], ct_x[X25519];
	INVARIANT(crypto_scalarmult_curve25519_base(ct_x, ek_x) == 0);
	// libsodium refuses here a point of small order, whose product would be known to everybody.
	bool good = crypto_scalarmult_curve25519(ss_x, ek_x, pk_x) == 0 && mlkem_encaps(pk, eseed, ct_m, ss_m) == ERR_OK;
	if (good) {
		combine(ss_m, ss_x, ct_x, pk_x, shared);
		memcpy(cipher, ct_m, MLKEM_CIPHER);
		memcpy(cipher + MLKEM_CIPHER, ct_x, X25519);
	}
	secret_wipe(ss_m, sizeof ss_m);
	secret_wipe(ss_x, sizeof ss_x);
	return good ? ERR_OK : ERR_INPUT;
}

enum err xwing_decaps(const uint8_t sk[static XWING_SECRET], const uint8_t cipher[static XWING_CIPHER],
                      uint8_t shared[static XWING_SHARED])
{
	const uint8_t *ct_x = cipher + MLKEM_CIPHER;
	struct {
		struct expanded key;
		uint8_t ss_m[MLKEM_SHARED], ss_x[X25519];
	} w;
	expand(sk, &w.key);
	INVARIANT(mlkem_decaps(w.key.mlkem_secret, cipher, w.ss_m) == ERR_OK); // the key was made a line above
	bool good = crypto_scalarmult_curve25519(w.ss_x, w.key.x_secret, ct_x) == 0;
	if (good)
		combine(w.ss_m, w.ss_x, ct_x, w.key.public + MLKEM_PUBLIC, shared);
	secret_wipe(&w, sizeof w);
	return good ? ERR_OK : ERR_INPUT;
}
