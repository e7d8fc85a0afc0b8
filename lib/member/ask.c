#include "member/ask.h"

#include <inttypes.h>
#include <stdio.h>

#include "charter/field.h"

#define FORMAT 1

static void kind_of(const char *verb, char kind[static SIGN_KIND_MAX + 1])
{
	int n = snprintf(kind, SIGN_KIND_MAX + 1, "ask/%s", verb);
	INVARIANT(n > 4 && n <= SIGN_KIND_MAX);
}

void ask_encode(struct ask *a, const char *verb, const uint8_t sk[static SIGN_SECRET], struct slice origin, uint64_t now,
                struct buf *out)
{
	char kind[SIGN_KIND_MAX + 1];
	size_t start = out->n;
	struct buf credential;
	a->time = now;
	buf_put_u8(out, FORMAT);
	buf_put_u8(out, (uint8_t)a->by);
	buf_put_u8(out, a->to);
	buf_put_u64(out, a->time);
	buf_put(out, a->nonce, sizeof a->nonce);
	if (a->by == ASKER_MEMBER) {
		buf_init(&credential, CREDENTIAL_MAX);
		credential_encode(&a->credential, &credential);
		buf_put_vec16(out, buf_slice(&credential));
		buf_free(&credential);
	} else {
		buf_put_u8(out, a->seat);
	}
	buf_put_vec32(out, a->body);
	if (buf_status(out) != ERR_OK)
		return;
	kind_of(verb, kind);
	sign_message(sk, kind, origin, slice_of(out->p + start, out->n - start), a->signature);
	buf_put(out, a->signature, SIGN_BYTES);
}

static void asker_read(struct field_reader *f, struct ask *a)
{
	struct why inner;
	if (a->by == ASKER_KEEPER) {
		a->seat = wire_u8(&f->wire);
		return;
	}
	struct slice credential = wire_vec16(&f->wire);
	if (f->wire.bad)
		return;
	enum err e = credential_decode(credential, &a->credential, &inner);
	if (e != ERR_OK)
		field_refuse(f, e, "%s", inner.text);
}

enum err ask_decode(struct slice bytes, struct ask *a, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "ask", why);
	struct ask d = {0};
	uint8_t format = wire_u8(&f.wire), by = wire_u8(&f.wire);
	if (format != FORMAT)
		field_refuse(&f, ERR_INPUT, "format %u is unknown", format);
	if (by != ASKER_MEMBER && by != ASKER_KEEPER)
		field_refuse(&f, ERR_INPUT, "asker %u is unknown", by);
	d.by = by;
	d.to = wire_u8(&f.wire);
	d.time = wire_u64(&f.wire);
	wire_copy(&f.wire, d.nonce, sizeof d.nonce);
	if (!f.wire.bad)
		asker_read(&f, &d);
	d.body = wire_vec32(&f.wire);
	if (d.body.n > ASK_BODY_MAX)
		field_refuse(&f, ERR_LIMIT, "a body of %zu bytes, at most %u", d.body.n, ASK_BODY_MAX);
	d.signed_part = slice_part(bytes, 0, wire_at(&f.wire));
	wire_copy(&f.wire, d.signature, SIGN_BYTES);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*a = d;
	return e;
}

static enum err age_check(uint64_t time, uint64_t now, struct why *why)
{
	uint64_t age = now > time ? now - time : time - now;
	if (age > ASK_AGE_MAX)
		return why_set(why, ERR_DENIED, "ask: %" PRIu64 " seconds %s; look at the clock", age,
		               now > time ? "old" : "in the future");
	return ERR_OK;
}

enum err ask_check(const struct ask *a, const char *verb, uint8_t to, uint16_t roles, const struct governance *g,
                   uint64_t now, struct why *why)
{
	const struct charter *c = governance_charter(g);
	char kind[SIGN_KIND_MAX + 1];
	kind_of(verb, kind);
	if (c == NULL)
		return why_set(why, ERR_AWAY, "ask: no charter is pinned here");
	if (a->to != to)
		return why_set(why, ERR_DENIED, "ask: addressed to %u, this is %u (0 is the hub)", a->to, to);
	const uint8_t *key = a->credential.item.signing;
	if (a->by == ASKER_KEEPER) {
		const struct seat *seat = charter_seat(c, a->seat);
		if (seat == NULL)
			return why_set(why, ERR_DENIED, "ask: there is no seat %u", a->seat);
		key = seat->identity;
	}
	enum err e = age_check(a->time, now, why);
	if (e == ERR_OK && a->by == ASKER_MEMBER)
		e = credential_check(&a->credential, g, roles, now, why);
	// Last, since it hashes the whole body.
	if (e == ERR_OK && !sign_message_verify(key, kind, charter_origin(c), a->signed_part, a->signature))
		e = why_set(why, ERR_AUTH, "%s: the signature is false", kind);
	return e;
}
