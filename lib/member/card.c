#include "member/card.h"

#include "charter/field.h"
#include "crypto/hash.h"

#define FORMAT 1
#define CARD_KIND "card"
#define VOUCH_KIND "vouch"

void card_encode(const struct card *c, const uint8_t sk[static SIGN_SECRET], struct slice origin, struct buf *out)
{
	struct buf body;
	uint8_t signature[SIGN_BYTES];
	buf_init(&body, CARD_MAX);
	buf_put_u8(&body, FORMAT);
	field_put_text(&body, c->name);
	field_put_text(&body, c->organisation);
	field_put_country(&body, c->country);
	field_put_text(&body, c->sector);
	buf_put(&body, c->nonce, sizeof c->nonce);
	buf_put_u64(&body, c->issued);
	buf_put(&body, c->signing, SIGN_PUBLIC);
	buf_put(&body, c->sealing, HPKE_PUBLIC);
	INVARIANT(buf_status(&body) == ERR_OK); // every field is bounded by the struct
	sign_message(sk, CARD_KIND, origin, buf_slice(&body), signature);
	buf_put_slice(out, buf_slice(&body));
	buf_put(out, signature, SIGN_BYTES);
	buf_free(&body);
}

enum err card_decode(struct slice bytes, struct slice origin, struct card *c, struct why *why)
{
	if (bytes.n < SIGN_BYTES || bytes.n > CARD_MAX)
		return why_set(why, ERR_INPUT, "card: %zu bytes, between %d and %d are possible", bytes.n, SIGN_BYTES, CARD_MAX);
	struct slice body = slice_part(bytes, 0, bytes.n - SIGN_BYTES);
	struct field_reader f = field_reader_of(body, "card", why);
	struct card d = {0};
	uint8_t format = wire_u8(&f.wire);
	if (format != FORMAT)
		field_refuse(&f, ERR_INPUT, "format %u is unknown", format);
	field_text(&f, "its name", CARD_TEXT_MAX, d.name);
	field_text(&f, "its organisation", CARD_TEXT_MAX, d.organisation);
	field_country(&f, "its country", d.country);
	field_text(&f, "its sector", CARD_TEXT_MAX, d.sector);
	wire_copy(&f.wire, d.nonce, sizeof d.nonce);
	d.issued = wire_u64(&f.wire);
	if (d.issued == 0 || d.issued >= DOCUMENT_TIME_MAX)
		field_refuse(&f, ERR_INPUT, "its date is not between 1970 and 9999");
	wire_copy(&f.wire, d.signing, SIGN_PUBLIC);
	wire_copy(&f.wire, d.sealing, HPKE_PUBLIC);
	enum err e = field_end(&f);
	if (e != ERR_OK)
		return e;
	if (!sign_message_verify(d.signing, CARD_KIND, origin, body, bytes.p + body.n))
		return why_set(why, ERR_AUTH, "card: its own signature is false");
	*c = d;
	return ERR_OK;
}

void card_id(struct slice bytes, uint8_t id[static CARD_ID])
{
	sha256(bytes, id);
}

static struct slice vouch_put(const struct vouch *v, struct buf *b)
{
	buf_init(b, VOUCH_BYTES);
	buf_put(b, v->card, CARD_ID);
	buf_put(b, v->sponsor, CARD_ID);
	buf_put_u64(b, v->issued);
	INVARIANT(buf_status(b) == ERR_OK);
	return buf_slice(b);
}

void vouch_encode(const struct vouch *v, const uint8_t sk[static SIGN_SECRET], struct slice origin,
                  uint8_t out[static VOUCH_BYTES])
{
	struct buf b;
	struct slice body = vouch_put(v, &b);
	memcpy(out, body.p, body.n);
	sign_message(sk, VOUCH_KIND, origin, body, out + body.n);
	buf_free(&b);
}

enum err vouch_decode(struct slice bytes, const uint8_t sponsor_key[static SIGN_PUBLIC], struct slice origin,
                      struct vouch *v, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "vouch", why);
	struct vouch d = {0};
	wire_copy(&f.wire, d.card, CARD_ID);
	wire_copy(&f.wire, d.sponsor, CARD_ID);
	d.issued = wire_u64(&f.wire);
	if (d.issued == 0 || d.issued >= DOCUMENT_TIME_MAX)
		field_refuse(&f, ERR_INPUT, "its date is not between 1970 and 9999");
	if (memcmp(d.card, d.sponsor, CARD_ID) == 0)
		field_refuse(&f, ERR_INPUT, "nobody vouches for its own card");
	struct slice signature = wire_take(&f.wire, SIGN_BYTES);
	enum err e = field_end(&f);
	if (e != ERR_OK)
		return e;
	if (!sign_message_verify(sponsor_key, VOUCH_KIND, origin, slice_part(bytes, 0, bytes.n - SIGN_BYTES), signature.p))
		return why_set(why, ERR_AUTH, "vouch: the sponsor's signature is false");
	*v = d;
	return ERR_OK;
}
