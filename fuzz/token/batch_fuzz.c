// Any bytes: as a sealed batch, and signed and sealed as the inside of one. What opens is sorted and can be sealed again.
#include <stdlib.h>

#include "crypto/secret.h"
#include "token/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t id[RECORD_ID] = {1}, matcher_sk[HPKE_SECRET] = {2}, seed[SIGN_SEED] = {3};
static const struct slice origin = SLICE_LITERAL("fuzz.example/log");

static void check(const struct batch *b, const uint8_t sk[static SIGN_SECRET], const uint8_t matcher_pk[static HPKE_PUBLIC])
{
	for (size_t i = 1; i < b->count; i++)
		if (memcmp(b->token[i - 1].id, b->token[i].id, TOKEN_ID) >= 0)
			abort();
	struct buf sealed;
	buf_init(&sealed, BATCH_SEALED_MAX);
	if (batch_seal(id, b->list_version, b->token, b->count, sk, matcher_pk, origin, &sealed) != ERR_OK)
		abort();
	buf_free(&sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct batch batch;
	static const char info[] = "tocsin/v1/token-batch\0fuzz.example/log";
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET], matcher_pk[HPKE_PUBLIC], signature[SIGN_BYTES];
	struct why why;
	struct buf inside, sealed;
	if (crypto_init() != ERR_OK || size > BATCH_SEALED_MAX)
		return 0;
	sign_keypair_from_seed(seed, pk, sk);
	xwing_public(matcher_sk, matcher_pk);
	if (batch_open(slice_of(data, size), id, pk, matcher_sk, origin, &batch, &why) == ERR_OK)
		check(&batch, sk, matcher_pk);
	buf_init(&inside, RECORD_ID + BATCH_SEALED_MAX + SIGN_BYTES);
	buf_init(&sealed, RECORD_ID + BATCH_SEALED_MAX + SIGN_BYTES + HPKE_OVERHEAD);
	buf_put(&inside, id, RECORD_ID);
	buf_put(&inside, data, size);
	sign_message(sk, "token-batch", origin, buf_slice(&inside), signature);
	buf_put(&inside, signature, SIGN_BYTES);
	struct slice plain = slice_part(buf_slice(&inside), RECORD_ID, inside.n);
	if (hpke_seal(matcher_pk, slice_of(info, sizeof info - 1), slice_of(id, RECORD_ID), plain,
	              buf_add(&sealed, plain.n + HPKE_OVERHEAD)) != ERR_OK)
		abort();
	if (batch_open(buf_slice(&sealed), id, pk, matcher_sk, origin, &batch, &why) == ERR_OK)
		check(&batch, sk, matcher_pk);
	buf_free(&inside);
	buf_free(&sealed);
	return 0;
}
