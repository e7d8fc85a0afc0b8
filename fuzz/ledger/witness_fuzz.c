#include "ledger/witness.h"

// Input: an add-checkpoint request. The log's key is made from the seed of zeros.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct note_key log_key;
	struct slice s = slice_of(data, size);
	struct witness_request r;
	struct why why;
	struct buf b;
	if (log_key.id == 0) {
		static const uint8_t zeros[SIGN_SEED];
		uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
		sign_keypair_from_seed(zeros, pk, sk);
		INVARIANT(note_key_make(slice_text("log.example"), NOTE_ED25519, pk, &log_key, NULL) == ERR_OK);
	}
	if (witness_request_parse(s, &r, &why) != ERR_OK)
		return 0;
	buf_init(&b, WITNESS_REQUEST_MAX);
	witness_request_encode(&r, &b);
	INVARIANT(slice_equal(buf_slice(&b), s));
	buf_free(&b);
	static const uint64_t sizes[] = {0, 1, 3, TREE_SIZE_MAX};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct witness_state state = {.size = sizes[i]}, next;
		if (witness_decide(&state, &r, &log_key, &next, &why) == WITNESS_COSIGN)
			INVARIANT(next.size >= state.size && r.old == state.size);
	}
	return 0;
}
