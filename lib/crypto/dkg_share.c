// The shares of COCKTAIL-DKG: encrypted, decrypted, verified against the commitments, added up.
#include <sodium.h>

#include "crypto/dkg_private.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define TAG (DKG_CIPHERTEXT_MIN - SCALAR)

// The AEAD's key (32 bytes) and nonce (24) between a sender and a recipient: H6 over both Diffie-Hellman results, a1·b1 and a2·b2.
// False: a product is the identity, which good elements never give.
static bool channel(const struct dkg *dkg, const uint8_t *const ab[static 4], const uint8_t ephemeral[static ELEMENT],
                    const uint8_t *sender, const uint8_t *recipient, uint8_t out[static 64])
{
	static const uint8_t context_n[8] = {DKG_CONTEXT}; // little-endian
	uint8_t shared[2][ELEMENT];
	bool good = element_product(shared[0], ab[0], ab[1]) && element_product(shared[1], ab[2], ab[3]);
	const struct slice parts[] = {
		SLICE_LITERAL("COCKTAIL-DKG-Ristretto255-SHA512-H6"), slice_of(shared, sizeof shared), slice_of(ephemeral, ELEMENT),
		slice_of(sender, ELEMENT), slice_of(recipient, ELEMENT), slice_of(context_n, 8), slice_of(dkg->context, DKG_CONTEXT)};
	if (good)
		sha512_parts(parts, sizeof parts / sizeof *parts, out);
	secret_wipe(shared, sizeof shared);
	return good;
}

enum err dkg_put_share(struct dkg *dkg, const uint8_t key[static SCALAR], const uint8_t ephemeral[static SCALAR],
                       const struct dkg_sender *sender, unsigned j, const uint8_t share[static SCALAR], struct slice payload)
{
	uint8_t k[64];
	const uint8_t *const to = dkg->keys[j];
	if (!channel(dkg, (const uint8_t *const[]){ephemeral, to, key, to}, sender->ephemeral, dkg->keys[dkg->seat - 1], to, k))
		return ERR_INPUT;
	struct buf plain;
	buf_init_secret(&plain, SCALAR + DKG_PAYLOAD_MAX);
	buf_put(&plain, share, SCALAR);
	buf_put_slice(&plain, payload);
	buf_put_u64(&dkg->mine, plain.n + TAG);
	uint8_t *c = buf_add(&dkg->mine, plain.n + TAG);
	enum err e = buf_status(&plain) != ERR_OK ? buf_status(&plain) : buf_status(&dkg->mine);
	if (e == ERR_OK)
		INVARIANT(crypto_aead_xchacha20poly1305_ietf_encrypt(c, NULL, plain.p, plain.n, NULL, 0, NULL, k + 32, k) == 0);
	buf_free(&plain);
	secret_wipe(k, sizeof k);
	return e;
}

// The commitments' polynomial "in the exponent" at a seat: the sum of seat^k · C_k. The identity among aggregated commitments adds
// nothing.
static bool commitment_at(const uint8_t commitment[][ELEMENT], unsigned t, unsigned seat, uint8_t out[static ELEMENT])
{
	uint8_t x[SCALAR], power[SCALAR];
	scalar_of(seat, x);
	scalar_of(1, power);
	memset(out, 0, ELEMENT);
	for (unsigned k = 0; k < t; k++) {
		if (sodium_is_zero(commitment[k], ELEMENT) == 0 && !element_add_product(out, power, commitment[k]))
			return false;
		crypto_core_ristretto255_scalar_mul(power, power, x);
	}
	return true;
}

bool dkg_sum_up(const struct dkg *dkg, struct dkg_public *public)
{
	uint8_t sum[SEATS_MAX][ELEMENT] = {{0}};
	for (unsigned j = 0; j < dkg->n; j++)
		for (unsigned k = 0; k < dkg->t; k++)
			if (crypto_core_ristretto255_add(sum[k], sum[k], dkg->senders[j].commitment[k]) != 0)
				return false;
	memset(public, 0, sizeof *public);
	public->t = dkg->t;
	public->n = dkg->n;
	memcpy(public->context, dkg->context, DKG_CONTEXT);
	memcpy(public->keys, dkg->keys, sizeof public->keys);
	memcpy(public->group, sum[0], ELEMENT);
	memcpy(public->extension, dkg->extension, dkg->extension_n);
	public->extension_n = dkg->extension_n;
	for (unsigned m = 0; m < dkg->n; m++)
		if (!commitment_at((const uint8_t(*)[ELEMENT])sum, dkg->t, m + 1, public->shares[m]) || !element_is_good(public->shares[m]))
			return false;
	return element_is_good(public->group);
}

// "Round 2", steps 3.1 to 3.3, for the ciphertext of seat j+1: its plaintext in a buffer of its own.
enum err dkg_open_share(const struct dkg *dkg, const uint8_t key[static SCALAR], unsigned j, struct slice ciphertext,
                        struct buf *plain, struct why *why)
{
	uint8_t k[64];
	const struct dkg_sender *from = &dkg->senders[j];
	const uint8_t *const ab[] = {key, from->ephemeral, key, dkg->keys[j]};
	uint8_t *to = buf_add(plain, ciphertext.n - TAG);
	if (to == NULL)
		return why_set(why, buf_status(plain), "seat %u: no room for the plaintext", j + 1);
	bool good = channel(dkg, ab, from->ephemeral, dkg->keys[j], dkg->keys[dkg->seat - 1], k) &&
	            crypto_aead_xchacha20poly1305_ietf_decrypt(to, NULL, NULL, ciphertext.p, ciphertext.n, NULL, 0, k + 32, k) == 0;
	secret_wipe(k, sizeof k);
	if (!good)
		return why_set(why, ERR_AUTH, "seat %u: its ciphertext for seat %u does not decrypt", j + 1, dkg->seat);
	if (!scalar_is_canonical(to))
		return why_set(why, ERR_INPUT, "seat %u: its share for seat %u is not a scalar", j + 1, dkg->seat);
	return ERR_OK;
}

// s·B = Σ i^k·C_k. A share may be zero (its sender alone would know): the identity then, on both sides.
static bool share_is_good(const struct dkg *dkg, unsigned j, const uint8_t share[static SCALAR])
{
	uint8_t got[ELEMENT] = {0}, want[ELEMENT];
	if (!scalar_is_zero(share) && crypto_scalarmult_ristretto255_base(got, share) != 0)
		return false;
	return commitment_at((const uint8_t(*)[ELEMENT])dkg->senders[j].commitment, dkg->t, dkg->seat, want) &&
	       sodium_memcmp(got, want, ELEMENT) == 0;
}

enum err dkg_open_all(const struct dkg *dkg, const uint8_t key[static SCALAR], const struct slice ciphertexts[static SEATS_MAX],
                      uint8_t share[static SCALAR], struct dkg_public *public, unsigned *liar, struct why *why)
{
	uint8_t sum[SCALAR] = {0}, check[ELEMENT];
	struct buf plain;
	buf_init_secret(&plain, SCALAR + DKG_PAYLOAD_MAX);
	enum err e = ERR_OK;
	for (unsigned j = 0; e == ERR_OK && j < dkg->n; j++) {
		buf_clear(&plain);
		*liar = j + 1;
		e = dkg_open_share(dkg, key, j, ciphertexts[j], &plain, why);
		if (e == ERR_OK && !share_is_good(dkg, j, plain.p))
			e = why_set(why, ERR_AUTH, "seat %u: its share for seat %u does not fit its commitment", j + 1, dkg->seat);
		if (e == ERR_OK)
			crypto_core_ristretto255_scalar_add(sum, sum, plain.p);
	}
	if (e == ERR_OK) {
		*liar = 0;
		if (!dkg_sum_up(dkg, public) || crypto_scalarmult_ristretto255_base(check, sum) != 0 ||
		    sodium_memcmp(check, public->shares[dkg->seat - 1], ELEMENT) != 0)
			e = why_set(why, ERR_AUTH, "ceremony: the shares add up to no key");
		else
			memcpy(share, sum, SCALAR);
	}
	buf_free(&plain);
	secret_wipe(sum, sizeof sum);
	secret_wipe_stack();
	return e;
}

