#include "record/content.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

// The scalar and its shares; secret.
struct sharing {
	uint8_t s[SCALAR], share[SEATS_MAX][SCALAR];
	uint8_t digest[SEATS_MAX][SHARE_DIGEST];
};

static void sharing_make(unsigned t, unsigned n, struct sharing *sharing)
{
	scalar_random(sharing->s);
	shamir_split(sharing->s, t, n, sharing->share);
	for (unsigned i = 0; i < n; i++)
		share_digest((uint8_t)(i + 1), sharing->share[i], sharing->digest[i]);
}

static enum err reporter_check(const struct content *content, const uint8_t card_sk[static SIGN_SECRET], struct slice origin,
                               struct why *why)
{
	struct card card;
	enum err e = card_decode(content->card, origin, &card, why);
	if (e != ERR_OK)
		return e;
	// libsodium's secret key ends with its public key.
	if (memcmp(card.signing, card_sk + SIGN_SEED, SIGN_PUBLIC) != 0)
		return why_set(why, ERR_INPUT, "record: the card is another key's");
	return ERR_OK;
}

static enum err size_check(const struct content *content, unsigned n, size_t *plain, struct why *why)
{
	size_t body = content_size(content, n);
	if (body > RECORD_MAX)
		return why_set(why, ERR_LIMIT, "record: %zu bytes of content, at most %u sealed", body, RECORD_MAX);
	*plain = record_padded(LENGTH_BYTES + body);
	size_t sealed = 2 + RECORD_HEADER_MAX + RECORD_COMMITMENT + n * RECORD_SHARE + RECORD_MAC + chunked_sealed_size(*plain);
	if (sealed > RECORD_MAX)
		return why_set(why, ERR_LIMIT, "record: %zu bytes sealed, at most %u", sealed, RECORD_MAX);
	return ERR_OK;
}

// FRONT ‖ length ‖ body ‖ signature ‖ zeros.
static enum err plain_build(const struct content *content, struct slice hdr0, const uint8_t card_sk[static SIGN_SECRET],
                            struct slice origin, struct slice digests, size_t padded, struct buf *plain)
{
	uint8_t signature[SIGN_BYTES];
	uint8_t *hash = buf_add(plain, HDR0_HASH);
	if (hash != NULL)
		sha256(hdr0, hash);
	content_encode(content, digests, plain);
	if (buf_status(plain) != ERR_OK)
		return buf_status(plain);
	sign_message(card_sk, "record", origin, buf_slice(plain), signature);
	buf_put(plain, signature, SIGN_BYTES);
	size_t body = plain->n - HDR0_HASH;
	for (unsigned i = 0; i < LENGTH_BYTES; i++)
		plain->p[FRONT + i] = (uint8_t)(body >> 8 * (LENGTH_BYTES - 1 - i));
	buf_put_zeros(plain, FRONT + padded - plain->n);
	return buf_status(plain);
}

static enum err shares_put(const struct sharing *sharing, const struct header *h, struct slice hdr0,
                           const uint8_t commitment[static RECORD_COMMITMENT], const struct governance *g, struct buf *out,
                           struct why *why)
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX];
	struct slice info = share_info(charter_origin(governance_charter(g)), room);
	enum err e = ERR_OK;
	for (uint8_t i = 0; e == ERR_OK && i < h->n; i++) {
		const struct quarter_key *key = governance_quarter_key(g, i + 1, h->quarter);
		uint8_t *sealed = buf_add(out, RECORD_SHARE);
		if (key == NULL || sealed == NULL) {
			e = ERR_SYSTEM;
			if (key == NULL)
				e = why_set(why, ERR_ABSENT, "record: seat %d has no key for quarter %s", i + 1, quarter_text(h->quarter).text);
			break;
		}
		share_aad(hdr0, commitment, i + 1, aad);
		e = hpke_seal(key->key, info, slice_of(aad, sizeof aad), slice_of(sharing->share[i], SCALAR), sealed);
		if (e != ERR_OK)
			e = why_set(why, e, "record: seat %d has a malformed key", i + 1);
	}
	return e;
}

// Everything after hdr0 is known: length ‖ hdr0 ‖ C ‖ shares ‖ MAC ‖ payload.
static enum err envelope_build(const struct header *h, struct slice hdr0, const struct sharing *sharing, struct slice plain,
                               const struct governance *g, struct buf *out, struct why *why)
{
	uint8_t mac[RECORD_MAC];
	struct record_keys keys;
	record_keys_derive(sharing->s, hdr0, &keys);
	buf_put_vec16(out, hdr0);
	buf_put(out, keys.commitment, RECORD_COMMITMENT);
	enum err e = shares_put(sharing, h, hdr0, keys.commitment, g, out, why);
	if (e == ERR_OK) {
		record_mac(&keys, slice_of(out->p + 2, out->n - 2), mac);
		buf_put(out, mac, RECORD_MAC);
		uint8_t *payload = buf_add(out, chunked_sealed_size(plain.n));
		if (payload != NULL)
			chunked_seal(keys.payload, slice_of(h->id, RECORD_ID), plain, payload);
		e = buf_status(out);
	}
	secret_wipe(&keys, sizeof keys);
	return e;
}

// A header that every decoder and keeper will accept today, and its encoding.
static enum err header_build(const struct label *label, const struct governance *g, uint64_t now,
                             const uint8_t batch_key[static SIGN_PUBLIC], struct header *h, struct buf *hdr0, struct why *why)
{
	unsigned t, n;
	if (label->audience > RECORD_AUDIENCE_MAX)
		return why_set(why, ERR_LIMIT, "label: %u teams, at most %d", label->audience, RECORD_AUDIENCE_MAX);
	governance_threshold(g, quarter_of(now), &t, &n);
	*h = (struct header){.quarter = quarter_of(now), .t = (uint8_t)t, .n = (uint8_t)n, .label = *label};
	random_bytes(h->id, RECORD_ID);
	memcpy(h->batch_key, batch_key, SIGN_PUBLIC);
	enum err e = governance_committee(g, h->quarter, h->committee, why);
	if (e != ERR_OK)
		return e;
	header_encode(h, hdr0);
	e = buf_status(hdr0);
	if (e == ERR_OK)
		e = header_decode(buf_slice(hdr0), h, why);
	return e == ERR_OK ? header_check(h, g, now, why) : e;
}

enum err record_seal(const struct content *content, const struct label *label, const struct governance *g, uint64_t now,
                     const uint8_t card_sk[static SIGN_SECRET], struct buf *envelope, uint8_t id[static RECORD_ID],
                     uint8_t batch_sk[static SIGN_SECRET], struct why *why)
{
	const struct charter *c = governance_charter(g);
	if (c == NULL)
		return why_set(why, ERR_ABSENT, "record: no charter is pinned");
	struct header h;
	struct sharing sharing;
	uint8_t batch_pk[SIGN_PUBLIC], fresh_sk[SIGN_SECRET];
	size_t padded = 0;
	struct buf hdr0, plain;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	buf_init_secret(&plain, RECORD_MAX);
	sign_keypair(batch_pk, fresh_sk);
	enum err e = content_check(content, why);
	if (e == ERR_OK)
		e = reporter_check(content, card_sk, charter_origin(c), why);
	if (e == ERR_OK)
		e = header_build(label, g, now, batch_pk, &h, &hdr0, why);
	if (e == ERR_OK)
		e = size_check(content, h.n, &padded, why);
	if (e == ERR_OK)
		sharing_make(h.t, h.n, &sharing);
	if (e == ERR_OK)
		e = plain_build(content, buf_slice(&hdr0), card_sk, charter_origin(c), slice_of(sharing.digest, h.n * SHARE_DIGEST),
		                padded, &plain);
	if (e == ERR_OK)
		e = envelope_build(&h, buf_slice(&hdr0), &sharing, slice_of(plain.p + FRONT, padded), g, envelope, why);
	if (e == ERR_OK) {
		memcpy(id, h.id, RECORD_ID);
		memcpy(batch_sk, fresh_sk, SIGN_SECRET);
	} else {
		buf_clear(envelope);
	}
	buf_free(&plain);
	buf_free(&hdr0);
	secret_wipe(fresh_sk, sizeof fresh_sk);
	secret_wipe(&sharing, sizeof sharing);
	return e;
}
