// A charter's body: what is accepted is written back to the same bytes.
#include <stdlib.h>

#include "charter/charter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charter c;
	struct why why;
	if (charter_decode(slice_of(data, size), &c, &why) != ERR_OK)
		return 0;
	struct buf b;
	buf_init(&b, CHARTER_MAX);
	charter_encode(&c, &b);
	if (buf_status(&b) != ERR_OK || !slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_free(&b);
	return 0;
}
