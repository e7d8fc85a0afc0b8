#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "record/content.h"

// The shares that can be true: canonical, each seat once.
struct candidates {
	unsigned count;
	uint8_t seat[SEATS_MAX];
	uint8_t scalar[SEATS_MAX][SCALAR]; // secret
};

static enum err candidates_of(const struct share *shares, unsigned count, unsigned n, struct candidates *c, struct why *why)
{
	uint64_t seen = 0;
	c->count = 0;
	for (unsigned i = 0; i < count; i++) {
		uint8_t seat = shares[i].seat;
		if (seat == 0 || seat > n)
			return why_set(why, ERR_INPUT, "share: seat %u of %u", seat, n);
		if ((seen & UINT64_C(1) << seat) != 0)
			return why_set(why, ERR_INPUT, "share: seat %u twice", seat);
		seen |= UINT64_C(1) << seat;
		if (!scalar_is_canonical(shares[i].scalar))
			continue;
		c->seat[c->count] = seat;
		memcpy(c->scalar[c->count++], shares[i].scalar, SCALAR);
	}
	return ERR_OK;
}

// The scalar that the candidates in `subset` (a bit each) give.
static void subset_combine(const struct candidates *c, uint64_t subset, uint8_t s[static SCALAR])
{
	uint8_t seats[SEATS_MAX], scalars[SEATS_MAX][SCALAR];
	unsigned k = 0;
	for (unsigned i = 0; i < c->count; i++)
		if ((subset >> i & 1) != 0) {
			seats[k] = c->seat[i];
			memcpy(scalars[k++], c->scalar[i], SCALAR);
		}
	// Distinct seats and canonical scalars: it cannot fail.
	INVARIANT(shamir_combine(seats, (const uint8_t(*)[SCALAR])scalars, k, s) == ERR_OK);
	secret_wipe(scalars, sizeof scalars);
}

// The next number with as many bits: the subsets of the first m candidates all come before any with candidate m + 1.
static uint64_t subset_next(uint64_t subset)
{
	uint64_t low = subset & -subset, ripple = subset + low;
	return ripple | ((subset ^ ripple) >> 2) / low;
}

// Finds a t-subset whose scalar gives the commitment in the clear, which fixes s: a second one would be a collision in C.
static enum err search(const struct candidates *c, const struct envelope *e, uint8_t s[static SCALAR], struct record_keys *keys,
                       struct why *why)
{
	unsigned t = e->header.t;
	uint64_t subset = (UINT64_C(1) << t) - 1;
	for (unsigned tried = 0; subset >> c->count == 0; tried++, subset = subset_next(subset)) {
		if (tried == RECORD_SUBSETS_MAX)
			return why_set(why, ERR_LIMIT, "record: none of %d sets of %u shares opens it: too many are false",
			               RECORD_SUBSETS_MAX, t);
		subset_combine(c, subset, s);
		record_keys_derive(s, e->hdr0, keys);
		if (secret_equal(keys->commitment, e->commitment, RECORD_COMMITMENT))
			return ERR_OK;
	}
	return why_set(why, ERR_AUTH, "record: no %u of %u shares give the commitment", t, c->count);
}

// The keys, from the shares.
static enum err unlock(const struct envelope *e, const struct share *shares, unsigned count, struct record_keys *keys,
                       struct why *why)
{
	struct candidates c;
	uint8_t s[SCALAR];
	enum err result = candidates_of(shares, count, e->header.n, &c, why);
	if (result == ERR_OK && c.count < e->header.t)
		result = why_set(why, ERR_ABSENT, "record: %u usable shares, %u are needed", c.count, e->header.t);
	if (result == ERR_OK)
		result = search(&c, e, s, keys, why);
	secret_wipe(&c, sizeof c);
	secret_wipe(s, sizeof s);
	return result;
}

static enum err mac_check(const struct envelope *e, const struct record_keys *keys, struct why *why)
{
	uint8_t mac[RECORD_MAC];
	INVARIANT(e->shares.p == e->hdr0.p + e->hdr0.n + RECORD_COMMITMENT);
	record_mac(keys, slice_of(e->hdr0.p, e->hdr0.n + RECORD_COMMITMENT + e->shares.n), mac);
	bool good = secret_equal(mac, e->mac, RECORD_MAC);
	secret_wipe(mac, sizeof mac);
	return good ? ERR_OK : why_set(why, ERR_AUTH, "record: header or sealed shares were changed after sealing");
}

// The payload's plaintext, behind FRONT bytes of room; *body is what its length says.
static enum err payload_open(const struct envelope *e, const struct record_keys *keys, struct buf *plain, struct slice *body,
                             struct why *why)
{
	size_t n;
	if (!chunked_plain_size(e->payload.n, &n) || n < LENGTH_BYTES)
		return why_set(why, ERR_INPUT, "record: no payload has %zu bytes", e->payload.n);
	uint8_t *p = buf_add(plain, FRONT + n);
	if (p == NULL)
		return why_set(why, buf_status(plain), "record: no room for a payload of %zu bytes", n);
	enum err result = chunked_open(keys->payload, slice_of(e->header.id, RECORD_ID), e->payload, p + FRONT);
	if (result != ERR_OK)
		return why_set(why, result, "record: the payload does not open: it was changed after sealing");
	struct wire w = wire_of(slice_of(p + FRONT, n));
	*body = wire_vec32(&w);
	if (w.bad || record_padded(LENGTH_BYTES + body->n) != n)
		return why_set(why, ERR_INPUT, "record: a body of %zu bytes in a payload of %zu", body->n, n);
	uint8_t rest = 0;
	for (size_t i = 0; i < w.rest.n; i++)
		rest |= w.rest.p[i];
	return rest == 0 ? ERR_OK : why_set(why, ERR_INPUT, "record: padding is not zero");
}

// *digests: what the reporter sealed to each seat.
static enum err body_open(const struct envelope *e, struct slice bytes, struct buf *plain, struct slice origin,
                          struct content *content, struct card *reporter, struct slice *digests, struct why *why)
{
	struct body body;
	enum err result = content_decode(bytes, content, &body, why);
	if (result == ERR_OK && body.digests.n != (size_t)e->header.n * SHARE_DIGEST)
		result = why_set(why, ERR_INPUT, "%zu digests for %u shares", body.digests.n / SHARE_DIGEST, e->header.n);
	if (result == ERR_OK)
		result = card_decode(content->card, origin, reporter, why);
	if (result != ERR_OK)
		return why_at(why, result, "record");
	sha256(e->hdr0, plain->p);
	if (!sign_message_verify(reporter->signing, "record", origin, slice_of(plain->p, HDR0_HASH + body.covered.n), body.signature))
		return why_set(why, ERR_AUTH, "record: the reporter's signature is false");
	*digests = body.digests;
	return ERR_OK;
}

static uint64_t liars_of(const struct share *shares, unsigned count, struct slice digests)
{
	uint64_t liars = 0;
	uint8_t digest[SHARE_DIGEST];
	for (unsigned i = 0; i < count; i++) {
		share_digest(shares[i].seat, shares[i].scalar, digest);
		if (!secret_equal(digest, digests.p + (shares[i].seat - 1) * SHARE_DIGEST, SHARE_DIGEST))
			liars |= UINT64_C(1) << shares[i].seat;
	}
	return liars;
}

enum err record_open(const struct envelope *e, const struct share *shares, unsigned count, struct slice origin, struct buf *plain,
                     struct content *content, struct card *reporter, uint64_t *liars, struct why *why)
{
	struct record_keys keys;
	struct content inside;
	struct card card;
	struct slice body, digests = {0};
	buf_clear(plain);
	enum err result = unlock(e, shares, count, &keys, why);
	if (result == ERR_OK)
		result = mac_check(e, &keys, why);
	if (result == ERR_OK)
		result = payload_open(e, &keys, plain, &body, why);
	if (result == ERR_OK)
		result = body_open(e, body, plain, origin, &inside, &card, &digests, why);
	if (result == ERR_OK) {
		*content = inside;
		*reporter = card;
		*liars = liars_of(shares, count, digests);
	} else {
		buf_free(plain);
	}
	secret_wipe(&keys, sizeof keys);
	secret_wipe(&inside, sizeof inside);
	return result;
}
