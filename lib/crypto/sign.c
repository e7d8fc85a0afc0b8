#include "crypto/sign.h"

#include <sodium.h>

#include "base/buf.h"
#include "crypto/secret.h"

#define PREFIX "tocsin/v1/"
#define FRAME_MAX (sizeof PREFIX + SIGN_KIND_MAX + SIGN_ORIGIN_MAX + 2)

void sign_keypair(uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET])
{
	INVARIANT(crypto_sign_keypair(pk, sk) == 0);
}

void sign_keypair_from_seed(const uint8_t seed[static SIGN_SEED], uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET])
{
	INVARIANT(crypto_sign_seed_keypair(pk, sk, seed) == 0);
}

void sign_raw(const uint8_t sk[static SIGN_SECRET], struct slice message, uint8_t sig[static SIGN_BYTES])
{
	INVARIANT(crypto_sign_detached(sig, NULL, message.p, message.n, sk) == 0);
}

bool sign_raw_verify(const uint8_t pk[static SIGN_PUBLIC], struct slice message, const uint8_t sig[static SIGN_BYTES])
{
	return crypto_sign_verify_detached(sig, message.p, message.n, pk) == 0;
}

// What a signature of ours covers, in b; the caller frees it.
static struct slice framed(struct buf *b, const char *kind, struct slice origin, struct slice message)
{
	size_t kind_n = strlen(kind);
	INVARIANT(kind_n > 0 && kind_n <= SIGN_KIND_MAX);
	INVARIANT(origin.n > 0 && origin.n <= SIGN_ORIGIN_MAX && slice_find(origin, 0, 0) == origin.n);
	buf_init_secret(b, FRAME_MAX + message.n); // what is signed may be confidential
	buf_put_text(b, PREFIX);
	buf_put_text(b, kind);
	buf_put_u8(b, 0);
	buf_put_slice(b, origin);
	buf_put_u8(b, 0);
	buf_put_slice(b, message);
	INVARIANT(buf_status(b) == ERR_OK);
	return buf_slice(b);
}

void sign_message(const uint8_t sk[static SIGN_SECRET], const char *kind, struct slice origin, struct slice message,
                  uint8_t sig[static SIGN_BYTES])
{
	struct buf b;
	sign_raw(sk, framed(&b, kind, origin, message), sig);
	buf_free(&b);
}

bool sign_message_verify(const uint8_t pk[static SIGN_PUBLIC], const char *kind, struct slice origin, struct slice message,
                         const uint8_t sig[static SIGN_BYTES])
{
	struct buf b;
	bool good = sign_raw_verify(pk, framed(&b, kind, origin, message), sig);
	buf_free(&b);
	return good;
}
