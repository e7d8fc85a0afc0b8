#include "ledger/checkpoint.h"

// Input: a checkpoint, its text alone, or a witness's answer. The log's key comes from a seed of zeros.
static struct note_key log_key, witness;
static struct buf fixed; // a checkpoint of the log

static void make_keys(void)
{
	static const uint8_t zeros[SIGN_SEED], ones[SIGN_SEED] = {1};
	uint8_t pk[SIGN_PUBLIC], log_sk[SIGN_SECRET], sk[SIGN_SECRET];
	struct checkpoint c = {.origin = "log.example", .size = 7};
	sign_keypair_from_seed(zeros, pk, log_sk);
	INVARIANT(note_key_make(slice_text("log.example"), NOTE_ED25519, pk, &log_key, NULL) == ERR_OK);
	sign_keypair_from_seed(ones, pk, sk);
	INVARIANT(note_key_make(slice_text("seat.example"), NOTE_COSIGNATURE, pk, &witness, NULL) == ERR_OK);
	buf_init(&fixed, NOTE_MAX);
	INVARIANT(checkpoint_sign(&c, &log_key, log_sk, &fixed, NULL) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct checkpoint c;
	struct cosigners who;
	struct why why;
	struct buf b;
	if (fixed.n == 0)
		make_keys();
	buf_init(&b, NOTE_MAX);
	if (checkpoint_parse(s, &c, &why) == ERR_OK) {
		checkpoint_print(&c, &b);
		INVARIANT(b.n <= size && slice_equal(slice_part(s, 0, b.n), buf_slice(&b)));
	}
	if (checkpoint_verify(s, &log_key, &witness, 1, &c, &who, &why) == ERR_OK)
		INVARIANT(who.count <= 1 && c.size <= TREE_SIZE_MAX);
	buf_clear(&b);
	if (checkpoint_add(buf_slice(&fixed), s, &witness, &b, &why) == ERR_OK)
		INVARIANT(checkpoint_verify(buf_slice(&b), &log_key, &witness, 1, &c, &who, &why) == ERR_OK && who.count == 1);
	buf_free(&b);
	return 0;
}
