// Any bytes: as a bulletin, and as what a hostile sender sealed in a reply.
#include "crypto/secret.h"
#include "filing/reply.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void bulletin(struct slice bytes)
{
	struct bulletin got;
	struct why why;
	struct buf b;
	if (bulletin_decode(bytes, &got, &why) != ERR_OK)
		return;
	buf_init(&b, BULLETIN_MAX);
	bulletin_encode(&got, &b);
	if (!slice_equal(buf_slice(&b), bytes))
		abort();
	buf_free(&b);
}

// The bytes, with zeros behind, as the plaintext of a blob.
static void plaintext(struct slice bytes)
{
	static const char info[] = "tocsin/v1/reply\0origin";
	static uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC], blob[REPLY_BYTES], plain[REPLY_ROOM], room[REPLY_ROOM];
	static bool ready;
	uint8_t signature[SIGN_BYTES];
	struct reply r;
	struct why why;
	if (!ready) {
		if (crypto_init() != ERR_OK)
			abort();
		hpke_keypair(sk, pk);
		ready = true;
	}
	memset(plain, 0, sizeof plain);
	memcpy(plain, bytes.p, bytes.n < REPLY_ROOM ? bytes.n : REPLY_ROOM);
	if (hpke_seal(pk, slice_of(info, sizeof info - 1), slice_of(blob, REPLY_TAG), slice_of(plain, REPLY_ROOM), blob + REPLY_TAG))
		abort();
	enum err e = reply_open(blob, sk, SLICE_LITERAL("origin"), room, &r, signature, &why);
	if (e == ERR_OK ? r.text.n > REPLY_TEXT_MAX : e != ERR_INPUT)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bulletin(slice_of(data, size));
	plaintext(slice_of(data, size));
	return 0;
}
