// Encapsulates to an arbitrary key and decapsulates an arbitrary ciphertext; short input is filled up with zeros.
#include "crypto/mlkem.h"
#include "crypto/mlkem_ring.h"
#include "crypto/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The modulus check of FIPS 203, section 7.2, in the plainest way.
static bool is_reduced(const uint8_t *ek)
{
	for (size_t i = 0; i < MLKEM_PUBLIC - 32; i += 3)
		if ((ek[i] | (ek[i + 1] & 15) << 8) >= RING_Q || (ek[i + 1] >> 4 | ek[i + 2] << 4) >= RING_Q)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[MLKEM_SEED] = {1}, m[32] = {2};
	static uint8_t own_ek[MLKEM_PUBLIC], own_dk[MLKEM_SECRET];
	static bool started;
	if (!started) {
		INVARIANT(crypto_init() == ERR_OK);
		mlkem_keygen(seed, own_ek, own_dk);
		started = true;
	}
	uint8_t ek[MLKEM_PUBLIC] = {0}, c[MLKEM_CIPHER] = {0}, shared[MLKEM_SHARED];
	struct slice all = slice_of(data, size), first = slice_part(all, 0, sizeof ek), second = slice_part(all, sizeof ek, sizeof c);
	if (first.n > 0)
		memcpy(ek, first.p, first.n);
	if (second.n > 0)
		memcpy(c, second.p, second.n);
	INVARIANT(mlkem_decaps(own_dk, c, shared) == ERR_OK);
	INVARIANT((mlkem_encaps(ek, m, c, shared) == ERR_OK) == is_reduced(ek));
	return 0;
}
