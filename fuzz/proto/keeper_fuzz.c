#include "proto/keeper.h"

// Input: a body of the keeper's API. What decodes must give the same bytes again.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), card, credential;
	struct ceremony_step step;
	struct why why;
	struct buf b;
	buf_init(&b, size + 1);
	if (keeper_card_decode(s, &card, &credential, &why) == ERR_OK) {
		keeper_card_encode(card, credential, &b);
		INVARIANT(buf_status(&b) == ERR_OK && slice_equal(buf_slice(&b), s));
	}
	buf_clear(&b);
	if (ceremony_step_decode(s, &step, &why) == ERR_OK) {
		INVARIANT(step.class < TOKEN_CLASSES);
		ceremony_step_encode(&step, &b);
		INVARIANT(buf_status(&b) == ERR_OK && slice_equal(buf_slice(&b), s));
	}
	buf_free(&b);
	return 0;
}
