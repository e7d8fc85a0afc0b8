// Any bytes as the ciphertexts that a seat has kept of a ceremony; the first byte is the number of seats. What is taken apart gives the same
// bytes again.
#include <stdlib.h>

#include "crypto/dkg_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice ciphertexts[SEATS_MAX];
	struct why why;
	struct buf again;
	if (size == 0)
		return 0;
	struct slice bundle = slice_of(data + 1, size - 1);
	unsigned n = data[0] % (SEATS_MAX + 1);
	if (dkg_bundle_decode(bundle, n, ciphertexts, &why) != ERR_OK)
		return 0;
	buf_init(&again, size);
	for (unsigned j = 0; j < n; j++) {
		if (ciphertexts[j].n < DKG_CIPHERTEXT_MIN || ciphertexts[j].n > DKG_CIPHERTEXT_MAX)
			abort();
		buf_put_u64(&again, ciphertexts[j].n);
		buf_put_slice(&again, ciphertexts[j]);
	}
	if (buf_status(&again) != ERR_OK || !slice_equal(buf_slice(&again), bundle))
		abort();
	buf_free(&again);
	return 0;
}
