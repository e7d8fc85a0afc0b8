#include "filing/receipt.h"

#include "base/wire.h"
#include "crypto/hash.h"

#define KIND "receipt"
#define SIGNED (RECEIPT_BYTES - SIGN_BYTES)

void activity_leaf(enum activity type, uint64_t time, const uint8_t salt[static SALT], const uint8_t hash[static 32],
                   uint8_t leaf[static ACTIVITY_LEAF])
{
	INVARIANT(time <= ACTIVITY_TIME_MAX);
	uint64_t minute = time / 60;
	leaf[0] = (uint8_t)type;
	for (unsigned i = 0; i < 4; i++)
		leaf[1 + i] = (uint8_t)(minute >> (24 - 8 * i));
	sha256_parts((struct slice[]){slice_of(salt, SALT), slice_of(hash, 32)}, 2, leaf + 5);
}

enum err activity_leaf_read(const uint8_t leaf[static ACTIVITY_LEAF], enum activity type, uint64_t *time, struct why *why)
{
	struct wire w = wire_of(slice_of(leaf, ACTIVITY_LEAF));
	uint8_t found = wire_u8(&w);
	if (found != type)
		return why_set(why, ERR_INPUT, "a leaf of type 0x%02x, not 0x%02x", found, (unsigned)type);
	*time = 60 * (uint64_t)wire_u32(&w);
	return ERR_OK;
}

void receipt_encode(const struct receipt *r, uint8_t out[static RECEIPT_BYTES])
{
	struct buf b;
	buf_init(&b, RECEIPT_BYTES);
	buf_put_u64(&b, r->time);
	buf_put(&b, r->filing, sizeof r->filing);
	buf_put_u64(&b, r->index);
	buf_put(&b, r->leaf, ACTIVITY_LEAF);
	buf_put(&b, r->signature, SIGN_BYTES);
	INVARIANT(buf_status(&b) == ERR_OK && b.n == RECEIPT_BYTES);
	memcpy(out, b.p, RECEIPT_BYTES);
	buf_free(&b);
}

enum err receipt_decode(struct slice bytes, struct receipt *r, struct why *why)
{
	struct wire w = wire_of(bytes);
	struct receipt got = {.time = wire_u64(&w)};
	wire_copy(&w, got.filing, sizeof got.filing);
	got.index = wire_u64(&w);
	wire_copy(&w, got.leaf, ACTIVITY_LEAF);
	wire_copy(&w, got.signature, SIGN_BYTES);
	enum err e = wire_end(&w, "receipt", why);
	if (e == ERR_OK && got.time > ACTIVITY_TIME_MAX)
		e = why_set(why, ERR_INPUT, "receipt: its time is beyond what a leaf can hold");
	if (e == ERR_OK)
		*r = got;
	return e;
}

void receipt_sign(struct receipt *r, const uint8_t hub_sk[static SIGN_SECRET], struct slice origin)
{
	uint8_t bytes[RECEIPT_BYTES];
	receipt_encode(r, bytes);
	sign_message(hub_sk, KIND, origin, slice_of(bytes, SIGNED), r->signature);
}

enum err receipt_check_signature(const struct receipt *r, const uint8_t hub_key[static SIGN_PUBLIC], struct slice origin, struct why *why)
{
	uint8_t bytes[RECEIPT_BYTES];
	receipt_encode(r, bytes);
	return sign_message_verify(hub_key, KIND, origin, slice_of(bytes, SIGNED), r->signature)
		? ERR_OK : why_set(why, ERR_AUTH, "receipt: not signed by the hub");
}

enum err receipt_check(const struct receipt *r, const uint8_t salt[static SALT], const uint8_t filing[static 32],
                       const struct charter *c, struct why *why)
{
	uint8_t leaf[ACTIVITY_LEAF];
	enum err e = receipt_check_signature(r, c->hub_key, charter_origin(c), why);
	if (e != ERR_OK)
		return e;
	if (memcmp(r->filing, filing, sizeof r->filing) != 0)
		return why_set(why, ERR_AUTH, "receipt: it was given for another filing");
	activity_leaf(ACTIVITY_FILING, r->time, salt, filing, leaf);
	if (memcmp(r->leaf, leaf, ACTIVITY_LEAF) != 0)
		return why_set(why, ERR_AUTH, "receipt: the promised leaf is not this filing's");
	return ERR_OK;
}
