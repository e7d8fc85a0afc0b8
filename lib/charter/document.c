#include "charter/document.h"

#include "base/wire.h"

static const char *const kinds[] = {
	[DOCUMENT_CHARTER] = "charter",
	[DOCUMENT_QUARTER_KEY] = "quarter-key",
	[DOCUMENT_TOKEN_KEY] = "token-key",
	[DOCUMENT_ACCREDITATION] = "accreditation",
	[DOCUMENT_STANDING] = "standing",
	[DOCUMENT_COMMON_LIST] = "common-list",
	[DOCUMENT_TEAM] = "team",
	[DOCUMENT_CEREMONY] = "ceremony",
	[DOCUMENT_RESUME] = "resume",
};

const char *document_kind(enum document_type type)
{
	return (size_t)type < sizeof kinds / sizeof *kinds ? kinds[type] : NULL;
}

void document_encode(const struct document *d, struct buf *out)
{
	buf_put_u8(out, (uint8_t)d->type);
	buf_put_vec16(out, d->body);
	buf_put_u8(out, (uint8_t)d->signatures);
	for (unsigned i = 0; i < d->signatures; i++) {
		buf_put_u8(out, (uint8_t)d->signature[i].by);
		buf_put_u8(out, d->signature[i].seat);
		buf_put(out, d->signature[i].bytes, SIGN_BYTES);
	}
}

// Officers before keepers, each in the order of seats; 0 for a signer that cannot be.
static unsigned rank(unsigned by, unsigned seat)
{
	bool known = (by == SIGNER_OFFICER || by == SIGNER_KEEPER) && seat >= 1 && seat <= SEATS_MAX;
	return known ? by << 8 | seat : 0;
}

enum err document_decode(struct slice leaf, struct document *d, struct why *why)
{
	struct wire w = wire_of(leaf);
	struct document got = {.type = wire_u8(&w)};
	if (!w.bad && document_kind(got.type) == NULL)
		return why_set(why, ERR_INPUT, "document: type 0x%02x is unknown", got.type);
	got.body = wire_vec16(&w);
	got.signatures = wire_u8(&w);
	if (got.signatures > DOCUMENT_SIGNATURES_MAX)
		return why_set(why, ERR_LIMIT, "document: %u signatures, at most %d", got.signatures, DOCUMENT_SIGNATURES_MAX);
	for (unsigned i = 0, last = 0; i < got.signatures && !w.bad; i++) {
		struct signature *s = &got.signature[i];
		s->by = wire_u8(&w);
		s->seat = wire_u8(&w);
		wire_copy(&w, s->bytes, SIGN_BYTES);
		unsigned now = rank(s->by, s->seat);
		if (!w.bad && (now == 0 || now <= last))
			return why_set(why, ERR_INPUT, "document: signature %u is of an unknown signer, doubled or out of order", i + 1);
		last = now;
	}
	enum err e = wire_end(&w, "document", why);
	if (e == ERR_OK)
		*d = got;
	return e;
}

// What is signed: type ‖ body. The caller frees b.
static struct slice covered(const struct document *d, struct buf *b)
{
	buf_init(b, 1 + d->body.n);
	buf_put_u8(b, (uint8_t)d->type);
	buf_put_slice(b, d->body);
	INVARIANT(buf_status(b) == ERR_OK);
	return buf_slice(b);
}

// Puts s at its place; replaces the same signer's.
static void place(struct document *d, const struct signature *s)
{
	unsigned at = 0, mine = rank(s->by, s->seat);
	while (at < d->signatures && rank(d->signature[at].by, d->signature[at].seat) < mine)
		at++;
	if (at == d->signatures || rank(d->signature[at].by, d->signature[at].seat) != mine) {
		INVARIANT(d->signatures < DOCUMENT_SIGNATURES_MAX); // as many as there are ranks
		memmove(&d->signature[at + 1], &d->signature[at], (d->signatures - at) * sizeof *s);
		d->signatures++;
	}
	d->signature[at] = *s;
}

enum err document_sign(struct document *d, enum signer by, uint8_t seat, const uint8_t sk[static SIGN_SECRET],
                       struct slice origin, struct why *why)
{
	const char *kind = document_kind(d->type);
	if (kind == NULL)
		return why_set(why, ERR_INPUT, "document: type 0x%02x is unknown", d->type);
	if (rank(by, seat) == 0)
		return why_set(why, ERR_INPUT, "document: seat %u cannot sign: seats are 1 to %d", seat, SEATS_MAX);
	struct signature s = {.by = by, .seat = seat};
	struct buf b;
	sign_message(sk, kind, origin, covered(d, &b), s.bytes);
	buf_free(&b);
	place(d, &s);
	return ERR_OK;
}

enum err document_merge(struct document *d, const struct document *other, struct why *why)
{
	if (d->type != other->type || !slice_equal(d->body, other->body))
		return why_set(why, ERR_INPUT, "document: the copies differ in more than their signatures");
	for (unsigned i = 0; i < other->signatures; i++) {
		const struct signature *s = &other->signature[i];
		bool had = false;
		for (unsigned j = 0; j < d->signatures; j++)
			had = had || (d->signature[j].by == s->by && d->signature[j].seat == s->seat);
		if (!had)
			place(d, s);
	}
	return ERR_OK;
}

enum err document_verify(const struct document *d, const struct charter *c, uint64_t *officers, uint64_t *keepers,
                         struct why *why)
{
	const char *kind = document_kind(d->type);
	uint64_t by[] = {[SIGNER_OFFICER] = 0, [SIGNER_KEEPER] = 0};
	if (kind == NULL)
		return why_set(why, ERR_INPUT, "document: type 0x%02x is unknown", d->type);
	struct buf b;
	struct slice message = covered(d, &b);
	enum err e = ERR_OK;
	for (unsigned i = 0; i < d->signatures && e == ERR_OK; i++) {
		const struct signature *s = &d->signature[i];
		const struct seat *seat = charter_seat(c, s->seat);
		const char *who = s->by == SIGNER_OFFICER ? "officer" : "keeper";
		if (seat == NULL)
			e = why_set(why, ERR_AUTH, "%s: signed by the %s of seat %u, which is none of %u", kind, who, s->seat, c->n);
		else if (!sign_message_verify(s->by == SIGNER_OFFICER ? seat->officer : seat->identity, kind, charter_origin(c), message,
		                              s->bytes))
			e = why_set(why, ERR_AUTH, "%s: the signature of seat %u's %s is false", kind, s->seat, who);
		else
			by[s->by] |= 1ULL << s->seat;
	}
	buf_free(&b);
	if (e != ERR_OK)
		return e;
	*officers = by[SIGNER_OFFICER];
	*keepers = by[SIGNER_KEEPER];
	return ERR_OK;
}
