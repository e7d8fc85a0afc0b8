// Any bytes: as what an analyst hands to a keeper, and as a keeper's answer. What is accepted is encoded again: the same bytes.
#include "filing/release.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t request[32], sealing_sk[HPKE_SECRET];
	static const struct charter charter = {.origin = "origin", .t = 1, .n = 1, .seats[0] = {.index = 1, .name = "one"}};
	struct release r;
	struct share share;
	struct why why;
	struct buf b;
	buf_init(&b, RELEASE_MAX);
	if (release_decode(slice_of(data, size), &r, &why) == ERR_OK) {
		release_encode(&r, &b);
		if (!slice_equal(buf_slice(&b), slice_of(data, size)))
			abort();
	}
	buf_free(&b);
	if (released_open(slice_of(data, size), request, 1, &charter, sealing_sk, &share, &why) == ERR_OK)
		abort(); // nobody signs with the all-zero key
	return 0;
}
