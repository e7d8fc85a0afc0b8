#include "crypto/hpke.h"

#include <sodium.h>

#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define KEM 0x647a
#define KDF 0x0001
#define AEAD 0x0003
#define MODE_BASE 0x00
#define LABEL_MAX 64 // bytes of "HPKE-v1" ‖ suite_id ‖ label, with room
#define KEY crypto_aead_chacha20poly1305_ietf_KEYBYTES
#define NONCE crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_chacha20poly1305_ietf_ABYTES
#define CONTEXT (1 + 32 + 32) // mode ‖ psk_id_hash ‖ info_hash

_Static_assert(HPKE_OVERHEAD == XWING_CIPHER + TAG, "enc ‖ ct");

struct schedule {
	uint8_t key[KEY], nonce[NONCE];
};

static void put_label(struct buf *b, const char *label)
{
	buf_put_text(b, "HPKE-v1");
	buf_put_text(b, "HPKE");
	buf_put_u16(b, KEM);
	buf_put_u16(b, KDF);
	buf_put_u16(b, AEAD);
	buf_put_text(b, label);
}

// RFC 9180, section 4.
static void labeled_extract(struct slice salt, const char *label, struct slice ikm, uint8_t prk[static 32])
{
	struct buf b;
	buf_init(&b, LABEL_MAX + ikm.n);
	put_label(&b, label);
	buf_put_slice(&b, ikm);
	INVARIANT(buf_status(&b) == ERR_OK);
	hkdf_sha256_extract(salt, buf_slice(&b), prk);
	buf_free(&b);
}

static void labeled_expand(const uint8_t prk[static 32], const char *label, struct slice info, uint8_t *out, uint16_t n)
{
	struct buf b;
	buf_init(&b, LABEL_MAX + info.n);
	buf_put_u16(&b, n);
	put_label(&b, label);
	buf_put_slice(&b, info);
	INVARIANT(buf_status(&b) == ERR_OK);
	hkdf_sha256_expand(prk, buf_slice(&b), out, n);
	buf_free(&b);
}

// KeySchedule (section 5.1) in base mode: psk and psk_id are empty.
static void key_schedule(const uint8_t shared[static XWING_SHARED], struct slice info, struct schedule *s)
{
	const struct slice none = SLICE_LITERAL("");
	uint8_t context[CONTEXT] = {MODE_BASE}, secret[32];
	labeled_extract(none, "psk_id_hash", none, context + 1);
	labeled_extract(none, "info_hash", info, context + 33);
	labeled_extract(slice_of(shared, XWING_SHARED), "secret", none, secret);
	labeled_expand(secret, "key", slice_of(context, sizeof context), s->key, KEY);
	labeled_expand(secret, "base_nonce", slice_of(context, sizeof context), s->nonce, NONCE);
	secret_wipe(secret, sizeof secret);
}

void hpke_keypair(uint8_t sk[static HPKE_SECRET], uint8_t pk[static HPKE_PUBLIC])
{
	random_bytes(sk, HPKE_SECRET);
	xwing_public(sk, pk);
}

enum err hpke_seal_derand(const uint8_t pk[static HPKE_PUBLIC], const uint8_t eseed[static XWING_ENCAPS_SEED],
                          struct slice info, struct slice aad, struct slice plain, uint8_t *sealed)
{
	uint8_t shared[XWING_SHARED];
	enum err e = xwing_encaps(pk, eseed, sealed, shared);
	if (e != ERR_OK)
		return e;
	struct schedule s;
	key_schedule(shared, info, &s);
	// The first message of a context: its nonce is base_nonce itself (section 5.2).
	INVARIANT(crypto_aead_chacha20poly1305_ietf_encrypt(sealed + XWING_CIPHER, NULL, plain.p, plain.n, aad.p, aad.n, NULL,
	                                                    s.nonce, s.key) == 0);
	secret_wipe(shared, sizeof shared);
	secret_wipe(&s, sizeof s);
	return ERR_OK;
}

enum err hpke_seal(const uint8_t pk[static HPKE_PUBLIC], struct slice info, struct slice aad, struct slice plain, uint8_t *sealed)
{
	uint8_t eseed[XWING_ENCAPS_SEED];
	random_bytes(eseed, sizeof eseed);
	enum err e = hpke_seal_derand(pk, eseed, info, aad, plain, sealed);
	secret_wipe(eseed, sizeof eseed);
	return e;
}

enum err hpke_open(const uint8_t sk[static HPKE_SECRET], struct slice info, struct slice aad, struct slice sealed, uint8_t *plain)
{
	if (sealed.n < HPKE_OVERHEAD)
		return ERR_INPUT;
	uint8_t shared[XWING_SHARED];
	enum err e = xwing_decaps(sk, sealed.p, shared);
	if (e != ERR_OK)
		return e;
	struct schedule s;
	key_schedule(shared, info, &s);
	bool good = crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.p + XWING_CIPHER, sealed.n - XWING_CIPHER,
	                                                      aad.p, aad.n, s.nonce, s.key) == 0;
	secret_wipe(shared, sizeof shared);
	secret_wipe(&s, sizeof s);
	return good ? ERR_OK : ERR_AUTH;
}
