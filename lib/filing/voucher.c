#include "filing/voucher.h"

#include "base/wire.h"
#include "crypto/hash.h"

#define KIND "voucher"
#define SIGNED (VOUCHER_BYTES - SIGN_BYTES)

void voucher_encode(const struct voucher *v, uint8_t out[static VOUCHER_BYTES])
{
	struct buf b;
	buf_init(&b, VOUCHER_BYTES);
	buf_put_u8(&b, v->seat);
	buf_put_u8(&b, (uint8_t)v->kind);
	buf_put_u64(&b, v->time);
	buf_put(&b, v->alias, ALIAS);
	buf_put(&b, v->filing, sizeof v->filing);
	buf_put(&b, v->signature, SIGN_BYTES);
	INVARIANT(buf_status(&b) == ERR_OK && b.n == VOUCHER_BYTES);
	memcpy(out, b.p, VOUCHER_BYTES);
	buf_free(&b);
}

enum err voucher_decode(struct slice bytes, struct voucher *v, struct why *why)
{
	struct wire w = wire_of(bytes);
	struct voucher got = {.seat = wire_u8(&w)};
	got.kind = (enum filing_kind)wire_u8(&w);
	got.time = wire_u64(&w);
	wire_copy(&w, got.alias, ALIAS);
	wire_copy(&w, got.filing, sizeof got.filing);
	wire_copy(&w, got.signature, SIGN_BYTES);
	enum err e = wire_end(&w, "voucher", why);
	if (e != ERR_OK)
		return e;
	if (got.seat < 1 || got.seat > SEATS_MAX)
		return why_set(why, ERR_INPUT, "voucher: seat %u; 1 to %d", got.seat, SEATS_MAX);
	if (got.kind < FILING_RECORD || got.kind > FILING_REPLY)
		return why_set(why, ERR_INPUT, "voucher: kind of filing %d does not exist", (int)got.kind);
	*v = got;
	return ERR_OK;
}

void voucher_sign(struct voucher *v, const uint8_t sk[static SIGN_SECRET], struct slice origin)
{
	uint8_t bytes[VOUCHER_BYTES];
	voucher_encode(v, bytes);
	sign_message(sk, KIND, origin, slice_of(bytes, SIGNED), v->signature);
}

enum err voucher_check(const struct voucher *v, const struct filing *f, const struct governance *g, uint64_t now, struct why *why)
{
	const struct charter *c = governance_charter(g);
	INVARIANT(c != NULL);
	const struct seat *seat = charter_seat(c, v->seat);
	uint8_t hash[32], bytes[VOUCHER_BYTES];
	if (seat == NULL)
		return why_set(why, ERR_AUTH, "voucher: there is no seat %u", v->seat);
	voucher_encode(v, bytes);
	if (!sign_message_verify(seat->voucher, KIND, charter_origin(c), slice_of(bytes, SIGNED), v->signature))
		return why_set(why, ERR_AUTH, "voucher: not signed by seat %u (%s)", v->seat, seat->name);
	if (v->time > now && v->time - now > VOUCHER_AGE_MAX)
		return why_set(why, ERR_DENIED, "voucher of seat %u (%s): made %llu seconds in the future; check its clock", v->seat,
		               seat->name, (unsigned long long)(v->time - now));
	if (v->time < now && now - v->time > VOUCHER_AGE_MAX)
		return why_set(why, ERR_DENIED, "voucher of seat %u (%s): %llu seconds old; at most %d", v->seat, seat->name,
		               (unsigned long long)(now - v->time), VOUCHER_AGE_MAX);
	filing_hash(f, hash);
	if (v->kind != f->kind || memcmp(v->filing, hash, sizeof hash) != 0)
		return why_set(why, ERR_AUTH, "voucher of seat %u (%s): it was given for another filing", v->seat, seat->name);
	return ERR_OK;
}

void alias_of(const uint8_t month_key[static 32], const uint8_t signing[static SIGN_PUBLIC], uint8_t alias[static ALIAS])
{
	hmac_sha256(slice_of(month_key, 32), slice_of(signing, SIGN_PUBLIC), alias);
}
