// Any bytes: as an envelope. What decodes is written again and must give the same bytes.
#include <stdlib.h>

#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct envelope e;
	struct header h;
	struct why why;
	if (header_decode(slice_of(data, size), &h, &why) == ERR_OK) {
		struct buf b;
		buf_init(&b, RECORD_HEADER_MAX);
		header_encode(&h, &b);
		if (buf_status(&b) != ERR_OK || !slice_equal(buf_slice(&b), slice_of(data, size)))
			abort();
		buf_free(&b);
	}
	if (envelope_decode(slice_of(data, size), &e, &why) != ERR_OK)
		return 0;
	struct buf b;
	buf_init(&b, RECORD_MAX);
	struct buf hdr0;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(&e.header, &hdr0);
	buf_put_vec16(&b, buf_slice(&hdr0));
	buf_put(&b, e.commitment, RECORD_COMMITMENT);
	buf_put_slice(&b, e.shares);
	buf_put(&b, e.mac, RECORD_MAC);
	buf_put_slice(&b, e.payload);
	if (!slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_free(&hdr0);
	buf_free(&b);
	return 0;
}
