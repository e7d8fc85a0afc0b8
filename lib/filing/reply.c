#include "filing/reply.h"

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define KIND "reply"
#define INFO "tocsin/v1/reply"
#define TAG_INFO "tocsin/v1/reply-tag"

_Static_assert(sizeof INFO + SIGN_ORIGIN_MAX <= RECORD_INFO_MAX, "room of the HPKE info");

void reply_tag(const uint8_t reply_secret[static 32], enum reply_direction d, uint32_t number, uint8_t tag[static REPLY_TAG])
{
	INVARIANT(number < REPLY_ROUNDS_MAX);
	uint8_t info[sizeof TAG_INFO + 5] = TAG_INFO; // with its NUL
	uint8_t *p = info + sizeof TAG_INFO;
	*p++ = (uint8_t)d;
	for (unsigned i = 0; i < 4; i++)
		*p++ = (uint8_t)(number >> (24 - 8 * i));
	hkdf_sha512(slice_of(NULL, 0), slice_of(reply_secret, 32), slice_of(info, sizeof info), tag, REPLY_TAG);
}

static struct slice reply_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX])
{
	INVARIANT(origin.n <= SIGN_ORIGIN_MAX);
	memcpy(room, INFO, sizeof INFO); // with its NUL
	memcpy(room + sizeof INFO, origin.p, origin.n);
	return slice_of(room, sizeof INFO + origin.n);
}

// What a person's screen may be given: UTF-8 without control characters (C0, DEL, C1) but newline and tab.
static bool is_readable(struct slice text)
{
	size_t bad;
	if (!slice_is_utf8(text, &bad))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\t' && slice_control(text, i) > 0)
			return false;
	return true;
}

// tag ‖ from ‖ answer_to ‖ text, in b; the caller frees it.
static struct slice signed_bytes(const struct reply *r, const uint8_t tag[static REPLY_TAG], struct buf *b)
{
	buf_init_secret(b, REPLY_TAG + CARD_ID + HPKE_PUBLIC + REPLY_TEXT_MAX);
	buf_put(b, tag, REPLY_TAG);
	buf_put(b, r->from, CARD_ID);
	buf_put(b, r->answer_to, HPKE_PUBLIC);
	buf_put_slice(b, r->text);
	INVARIANT(buf_status(b) == ERR_OK);
	return buf_slice(b);
}

// from ‖ answer_to ‖ text ‖ signature, then zeros up to REPLY_ROOM.
static void put_plain(const struct reply *r, const uint8_t signature[static SIGN_BYTES], struct buf *b)
{
	buf_put(b, r->from, CARD_ID);
	buf_put(b, r->answer_to, HPKE_PUBLIC);
	buf_put_vec16(b, r->text);
	buf_put(b, signature, SIGN_BYTES);
	buf_put_zeros(b, REPLY_ROOM - b->n);
	INVARIANT(buf_status(b) == ERR_OK);
}

enum err reply_seal(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t to[static HPKE_PUBLIC],
                    const uint8_t card_sk[static SIGN_SECRET], struct slice origin, uint8_t blob[static REPLY_BYTES],
                    struct why *why)
{
	if (r->text.n > REPLY_TEXT_MAX)
		return why_set(why, ERR_LIMIT, "reply: %zu bytes of text; at most %d", r->text.n, REPLY_TEXT_MAX);
	if (!is_readable(r->text))
		return why_set(why, ERR_INPUT, "reply: the text is not UTF-8, or has control characters other than newline and tab");
	uint8_t room[RECORD_INFO_MAX], signature[SIGN_BYTES], sealed[REPLY_BYTES - REPLY_TAG];
	struct buf covered, plain;
	sign_message(card_sk, KIND, origin, signed_bytes(r, tag, &covered), signature);
	buf_init_secret(&plain, REPLY_ROOM);
	put_plain(r, signature, &plain);
	enum err e = hpke_seal(to, reply_info(origin, room), slice_of(tag, REPLY_TAG), buf_slice(&plain), sealed);
	if (e == ERR_OK) {
		memcpy(blob, tag, REPLY_TAG);
		memcpy(blob + REPLY_TAG, sealed, sizeof sealed);
	} else
		e = why_set(why, e, "reply: the recipient's sealing key is not a key");
	buf_free(&covered);
	buf_free(&plain);
	return e;
}

static bool only_zeros(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0)
			return false;
	return true;
}

// What put_plain wrote.
static enum err parse_plain(struct slice plain, struct reply *r, uint8_t signature[static SIGN_BYTES], struct why *why)
{
	struct wire w = wire_of(plain);
	struct reply got;
	uint8_t sig[SIGN_BYTES];
	wire_copy(&w, got.from, CARD_ID);
	wire_copy(&w, got.answer_to, HPKE_PUBLIC);
	got.text = wire_vec16(&w);
	wire_copy(&w, sig, SIGN_BYTES);
	struct slice padding = wire_take(&w, w.rest.n);
	enum err e = wire_end(&w, "reply", why);
	if (e != ERR_OK)
		return e;
	if (!only_zeros(padding))
		return why_set(why, ERR_INPUT, "reply: bytes follow its signature");
	if (!is_readable(got.text))
		return why_set(why, ERR_INPUT, "reply: its text is not UTF-8, or has control characters other than newline and tab");
	*r = got;
	memcpy(signature, sig, SIGN_BYTES);
	return ERR_OK;
}

enum err reply_open(const uint8_t blob[static REPLY_BYTES], const uint8_t sealing_sk[static HPKE_SECRET],
                    struct slice origin, uint8_t room[static REPLY_ROOM], struct reply *r,
                    uint8_t signature[static SIGN_BYTES], struct why *why)
{
	uint8_t info[RECORD_INFO_MAX];
	enum err e = hpke_open(sealing_sk, reply_info(origin, info), slice_of(blob, REPLY_TAG),
	                       slice_of(blob + REPLY_TAG, REPLY_BYTES - REPLY_TAG), room);
	if (e != ERR_OK)
		return why_set(why, e, "reply: not sealed to this key under this tag");
	return parse_plain(slice_of(room, REPLY_ROOM), r, signature, why);
}

bool reply_check(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t signing[static SIGN_PUBLIC],
                 struct slice origin, const uint8_t signature[static SIGN_BYTES])
{
	struct buf covered;
	bool good = sign_message_verify(signing, KIND, origin, signed_bytes(r, tag, &covered), signature);
	buf_free(&covered);
	return good;
}

void bulletin_encode(const struct bulletin *b, struct buf *out)
{
	INVARIANT(b->count <= BULLETIN_REPLIES_MAX);
	buf_put_u64(out, b->number);
	buf_put_u64(out, b->time);
	buf_put_u32(out, b->count);
	buf_put(out, b->blob, (size_t)b->count * REPLY_BYTES);
}

enum err bulletin_decode(struct slice bytes, struct bulletin *b, struct why *why)
{
	struct wire w = wire_of(bytes);
	struct bulletin got = {.number = wire_u64(&w)};
	got.time = wire_u64(&w);
	got.count = wire_u32(&w);
	if (got.count > BULLETIN_REPLIES_MAX)
		return why_set(why, ERR_LIMIT, "bulletin: %u replies; at most %d", got.count, BULLETIN_REPLIES_MAX);
	got.blob = (const uint8_t(*)[REPLY_BYTES])wire_take(&w, (size_t)got.count * REPLY_BYTES).p;
	enum err e = wire_end(&w, "bulletin", why);
	if (e == ERR_OK)
		*b = got;
	return e;
}
