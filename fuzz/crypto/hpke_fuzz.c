// Opens arbitrary bytes; the first says how many of the next are info. What we seal ourselves must open.
#include "crypto/hpke.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t sk[HPKE_SECRET] = {1}, eseed[XWING_ENCAPS_SEED] = {2};
	static uint8_t pk[HPKE_PUBLIC];
	static bool started;
	if (!started) {
		INVARIANT(crypto_init() == ERR_OK);
		xwing_public(sk, pk);
		started = true;
	}
	struct slice all = slice_of(data, size), info = slice_part(all, 1, size > 0 ? data[0] : 0), aad = SLICE_LITERAL("aad");
	struct slice sealed = slice_part(all, 1 + info.n, size);
	uint8_t *plain = malloc(size + 1), *own = malloc(size + HPKE_OVERHEAD);
	INVARIANT(plain != NULL && own != NULL);
	enum err e = hpke_open(sk, info, aad, sealed, plain);
	INVARIANT(e == ERR_OK || e == ERR_INPUT || e == ERR_AUTH);
	INVARIANT(e != ERR_OK || sealed.n >= HPKE_OVERHEAD);
	INVARIANT(hpke_seal_derand(pk, eseed, info, aad, all, own) == ERR_OK);
	INVARIANT(hpke_open(sk, info, aad, slice_of(own, size + HPKE_OVERHEAD), plain) == ERR_OK);
	INVARIANT(size == 0 || memcmp(plain, data, size) == 0);
	free(plain);
	free(own);
	return 0;
}
