// Any bytes: as the body inside a record. What decodes obeys content_check() and gives the same bytes again.
#include <stdlib.h>

#include "record/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct content c;
	struct body body;
	struct why why;
	if (content_decode(slice_of(data, size), &c, &body, &why) != ERR_OK)
		return 0;
	struct buf b;
	buf_init(&b, RECORD_MAX);
	content_encode(&c, body.digests, &b);
	if (content_check(&c, &why) != ERR_OK || content_size(&c, (unsigned)(body.digests.n / SHARE_DIGEST)) != size ||
	    !slice_equal(buf_slice(&b), body.covered))
		abort();
	buf_put(&b, body.signature, SIGN_BYTES);
	if (!slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_free(&b);
	return 0;
}
