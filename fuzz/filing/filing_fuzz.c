// Any bytes: as a filing, an offline file, a voucher and a receipt. What is accepted is encoded again and must be the same bytes.
#include "filing/receipt.h"
#include "filing/voucher.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(struct slice a, struct slice b)
{
	if (!slice_equal(a, b))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_of(data, size);
	struct filing f;
	struct voucher v;
	struct receipt r;
	struct why why;
	struct buf b;
	uint8_t hash[32], voucher[VOUCHER_BYTES], receipt[RECEIPT_BYTES];
	buf_init(&b, FILING_MAX);
	if (filing_decode(bytes, &f, &why) == ERR_OK) {
		filing_hash(&f, hash);
		filing_encode(&f, &b);
		same(buf_slice(&b), bytes);
	}
	buf_clear(&b);
	if (offline_decode(bytes, &f, &why) == ERR_OK) {
		offline_encode(&f, &b);
		same(buf_slice(&b), bytes);
	}
	buf_free(&b);
	if (voucher_decode(bytes, &v, &why) == ERR_OK) {
		voucher_encode(&v, voucher);
		same(slice_of(voucher, sizeof voucher), bytes);
	}
	if (receipt_decode(bytes, &r, &why) == ERR_OK) {
		receipt_encode(&r, receipt);
		same(slice_of(receipt, sizeof receipt), bytes);
	}
	return 0;
}
