// Any bytes: as a release request. One that is accepted gets a second signature, which must change neither its name nor its leaf.
#include "filing/release.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t sk[SIGN_SECRET] = {1};
	struct request r, again;
	struct why why;
	struct buf b;
	uint8_t hash[2][32], leaf[2][ACTIVITY_LEAF];
	if (request_decode(slice_of(data, size), &r, &why) != ERR_OK)
		return 0;
	buf_init(&b, 2 * REQUEST_MAX);
	enum err e = request_cosign(slice_of(data, size), &r.credential, sk, SLICE_LITERAL("origin"), &b, &why);
	if (e != (r.second ? ERR_EXISTS : ERR_OK))
		abort();
	if (e == ERR_OK) {
		if (request_decode(buf_slice(&b), &again, &why) != ERR_OK || !again.second)
			abort();
		request_hash(&r, hash[0]);
		request_hash(&again, hash[1]);
		request_leaf(&r, leaf[0]);
		request_leaf(&again, leaf[1]);
		if (memcmp(hash[0], hash[1], 32) != 0 || memcmp(leaf[0], leaf[1], ACTIVITY_LEAF) != 0)
			abort();
	}
	buf_free(&b);
	return 0;
}
