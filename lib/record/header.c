#include "base/wire.h"
#include "crypto/chunked.h"
#include "crypto/hash.h"
#include "record/record.h"

#define MAGIC "TSR1"
#define MAGIC_BYTES 4
#define SUITE 1
#define INFO "tocsin/v1/share"

bool label_audience_has(const struct label *l, uint16_t team)
{
	for (unsigned i = 0; i < l->audience; i++)
		if (l->team[i] == team)
			return true;
	return false;
}

static void label_encode(const struct label *l, struct buf *out)
{
	INVARIANT(l->audience <= RECORD_AUDIENCE_MAX);
	buf_put_u8(out, (uint8_t)l->kind);
	buf_put_u8(out, (uint8_t)l->tlp);
	buf_put_u16(out, l->retention);
	buf_put_u8(out, l->veto);
	buf_put_u8(out, (uint8_t)l->audience);
	for (unsigned i = 0; i < l->audience; i++)
		buf_put_u16(out, l->team[i]);
}

void header_encode(const struct header *h, struct buf *out)
{
	buf_put(out, MAGIC, MAGIC_BYTES);
	buf_put_u8(out, SUITE);
	buf_put_u16(out, h->quarter);
	buf_put(out, h->id, RECORD_ID);
	buf_put(out, h->committee, sizeof h->committee);
	buf_put_u8(out, h->t);
	buf_put_u8(out, h->n);
	label_encode(&h->label, out);
	buf_put(out, h->batch_key, SIGN_PUBLIC);
}

static enum err label_check(const struct label *l, struct why *why)
{
	if (l->kind != RECORD_ATTACK && l->kind != RECORD_FLAW)
		return why_set(why, ERR_INPUT, "label: kind %u does not exist", (unsigned)l->kind);
	if ((unsigned)l->tlp >= TLP_COUNT)
		return why_set(why, ERR_INPUT, "label: TLP %u does not exist", (unsigned)l->tlp);
	if (l->retention != 0 || l->veto != 0)
		return why_set(why, ERR_INPUT, "label: retention %u and veto %u must be 0 in this version", l->retention, l->veto);
	if (l->audience == 0)
		return why_set(why, ERR_INPUT, "label: no audience");
	for (unsigned i = 0; i < l->audience; i++)
		if (l->team[i] == 0 || (i > 0 && l->team[i] <= l->team[i - 1]))
			return why_set(why, ERR_INPUT, "label: team %u at place %u: teams are above 0 and ascending", l->team[i], i + 1);
	return ERR_OK;
}

static enum err label_decode(struct wire *w, struct label *l, struct why *why)
{
	l->kind = (enum record_kind)wire_u8(w);
	l->tlp = (enum tlp)wire_u8(w);
	l->retention = wire_u16(w);
	l->veto = wire_u8(w);
	l->audience = wire_u8(w);
	if (l->audience > RECORD_AUDIENCE_MAX)
		return why_set(why, ERR_LIMIT, "label: %u teams, at most %d", l->audience, RECORD_AUDIENCE_MAX);
	for (unsigned i = 0; i < l->audience; i++)
		l->team[i] = wire_u16(w);
	return w->bad ? why_set(why, ERR_INPUT, "label: cut short") : label_check(l, why);
}

enum err header_decode(struct slice hdr0, struct header *h, struct why *why)
{
	struct header got = {0};
	struct wire w = wire_of(hdr0);
	struct slice magic = wire_take(&w, MAGIC_BYTES);
	uint8_t suite = wire_u8(&w);
	if (w.bad || !slice_is_text(magic, MAGIC))
		return why_set(why, ERR_INPUT, "record: does not start with " MAGIC);
	if (suite != SUITE)
		return why_set(why, ERR_INPUT, "record: suite %u is unknown", suite);
	got.quarter = wire_u16(&w);
	wire_copy(&w, got.id, RECORD_ID);
	wire_copy(&w, got.committee, sizeof got.committee);
	got.t = wire_u8(&w);
	got.n = wire_u8(&w);
	if (!w.bad && (got.n > SEATS_MAX || got.t > got.n || 2 * got.t <= got.n))
		return why_set(why, ERR_INPUT, "record: %u of %u seats: n/2 < t ≤ n ≤ %d", got.t, got.n, SEATS_MAX);
	enum err e = label_decode(&w, &got.label, why);
	if (e != ERR_OK)
		return why_at(why, e, "record");
	wire_copy(&w, got.batch_key, SIGN_PUBLIC);
	e = wire_end(&w, "record header", why);
	if (e == ERR_OK)
		*h = got;
	return e;
}

static enum err payload_check(size_t n, struct why *why)
{
	size_t plain;
	if (!chunked_plain_size(n, &plain))
		return why_set(why, ERR_INPUT, "envelope: no payload has %zu bytes", n);
	if (record_padded(plain) != plain)
		return why_set(why, ERR_INPUT, "envelope: a payload of %zu bytes is not padded as it must be", plain);
	return ERR_OK;
}

enum err envelope_decode(struct slice bytes, struct envelope *e, struct why *why)
{
	if (bytes.n > RECORD_MAX)
		return why_set(why, ERR_LIMIT, "envelope: %zu bytes, at most %u", bytes.n, RECORD_MAX);
	struct envelope got;
	struct wire w = wire_of(bytes);
	got.hdr0 = wire_vec16(&w);
	enum err result = header_decode(got.hdr0, &got.header, why);
	if (result != ERR_OK)
		return why_at(why, result, "envelope");
	wire_copy(&w, got.commitment, RECORD_COMMITMENT);
	got.shares = wire_take(&w, (size_t)got.header.n * RECORD_SHARE);
	wire_copy(&w, got.mac, RECORD_MAC);
	got.payload = wire_take(&w, w.rest.n);
	result = wire_end(&w, "envelope", why);
	if (result == ERR_OK)
		result = payload_check(got.payload.n, why);
	if (result == ERR_OK)
		*e = got;
	return result;
}

enum err header_check_committee(const struct header *h, const struct governance *g, struct why *why)
{
	uint8_t committee[32];
	unsigned t, n;
	governance_threshold(g, h->quarter, &t, &n);
	if (n == 0)
		return why_set(why, ERR_ABSENT, "record: no charter is pinned");
	if (h->t != t || h->n != n)
		return why_set(why, ERR_DENIED, "record: shared %u of %u, the charter says %u of %u", h->t, h->n, t, n);
	enum err e = governance_committee(g, h->quarter, committee, why);
	if (e != ERR_OK)
		return why_at(why, e, "record of quarter %s", quarter_text(h->quarter).text);
	if (memcmp(committee, h->committee, sizeof committee) != 0)
		return why_set(why, ERR_DENIED, "record: not sealed to the committee of quarter %s", quarter_text(h->quarter).text);
	for (unsigned i = 0; i < h->label.audience; i++)
		if (governance_team(g, h->label.team[i]) == NULL)
			return why_set(why, ERR_DENIED, "record: team %u does not exist", h->label.team[i]);
	return ERR_OK;
}

enum err header_check(const struct header *h, const struct governance *g, uint64_t now, struct why *why)
{
	uint16_t quarter = quarter_of(now);
	bool late = h->quarter + 1 == quarter && now - quarter_start(quarter) < RECORD_GRACE;
	if (h->quarter != quarter && !late)
		return why_set(why, ERR_DENIED, "record: sealed for quarter %s, now is %s", quarter_text(h->quarter).text,
		               quarter_text(quarter).text);
	return header_check_committee(h, g, why);
}

void envelope_hash(struct slice bytes, uint8_t hash[static 32])
{
	sha256(bytes, hash);
}

void share_aad(struct slice hdr0, const uint8_t commitment[static RECORD_COMMITMENT], uint8_t seat, uint8_t aad[static SHARE_AAD])
{
	sha256_parts((const struct slice[]){hdr0, slice_of(commitment, RECORD_COMMITMENT)}, 2, aad);
	aad[SHARE_AAD - 1] = seat;
}

struct slice share_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX])
{
	// The literal's own NUL is the separator.
	INVARIANT(origin.n <= SIGN_ORIGIN_MAX);
	memcpy(room, INFO, sizeof INFO);
	memcpy(room + sizeof INFO, origin.p, origin.n);
	return slice_of(room, sizeof INFO + origin.n);
}

size_t record_padded(size_t n)
{
	if (n <= RECORD_FLOOR)
		return RECORD_FLOOR;
	unsigned exponent = 63 - (unsigned)__builtin_clzll(n);
	unsigned digits = 32 - (unsigned)__builtin_clz(exponent); // significant bits that may follow the first
	size_t mask = ((size_t)1 << (exponent - digits)) - 1;
	return (n + mask) & ~mask;
}
