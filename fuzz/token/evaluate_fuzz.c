// Any bytes: as the body of "evaluate". What decodes gives the same bytes again, and a keeper's answer to it fits.
#include <stdlib.h>

#include "crypto/secret.h"
#include "token/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t sk[SCALAR] = {7};
	struct evaluate e;
	struct why why;
	uint8_t pk[VOPRF_ELEMENT];
	if (crypto_init() != ERR_OK || voprf_public(sk, pk) != ERR_OK)
		abort();
	if (evaluate_decode(slice_of(data, size), &e, &why) != ERR_OK)
		return 0;
	struct buf b;
	buf_init(&b, EVALUATE_MAX);
	evaluate_encode(&e, &b);
	if (!slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_free(&b);
	buf_init(&b, EVALUATED_MAX);
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		if (e.count[class] > 0) {
			size_t before = b.n;
			enum err result = evaluate_answer(&e, class, sk, pk, &b, &why);
			if (b.n != before + (result == ERR_OK ? (size_t)e.count[class] * VOPRF_ELEMENT + VOPRF_PROOF : 0))
				abort();
		}
	buf_free(&b);
	return 0;
}
