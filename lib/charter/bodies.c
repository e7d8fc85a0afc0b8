// The bodies of governance documents. Fields and sizes: protocol/governance.md.
#include <stdlib.h>

#include "base/num.h"
#include "charter/document.h"
#include "charter/field.h"
#include "crypto/voprf.h"
#include "sys/file.h"

static uint64_t time_read(struct field_reader *f, const char *name)
{
	uint64_t t = wire_u64(&f->wire);
	if (t == 0 || t >= DOCUMENT_TIME_MAX)
		field_refuse(f, ERR_INPUT, "%s is no date between 1970 and 9999", name);
	return t;
}

static uint8_t seat_read(struct field_reader *f)
{
	uint8_t seat = wire_u8(&f->wire);
	if (seat == 0 || seat > SEATS_MAX)
		field_refuse(f, ERR_INPUT, "seat %u is not 1 to %d", seat, SEATS_MAX);
	return seat;
}

static uint16_t epoch_read(struct field_reader *f)
{
	uint16_t epoch = wire_u16(&f->wire);
	if (epoch == 0 || epoch > TOKEN_EPOCHS_MAX)
		field_refuse(f, ERR_INPUT, "epoch %u is not 1 to %d", epoch, TOKEN_EPOCHS_MAX);
	return epoch;
}

void quarter_key_encode(const struct quarter_key *k, struct buf *out)
{
	buf_put_u8(out, k->seat);
	buf_put_u16(out, k->quarter);
	buf_put(out, k->key, HPKE_PUBLIC);
}

enum err quarter_key_decode(struct slice body, struct quarter_key *k, struct why *why)
{
	struct field_reader f = field_reader_of(body, "quarter key", why);
	struct quarter_key d = {.seat = seat_read(&f)};
	d.quarter = wire_u16(&f.wire);
	if (d.quarter > QUARTER_MAX)
		field_refuse(&f, ERR_LIMIT, "quarter %s is after the last, %s", quarter_text(d.quarter).text,
		             quarter_text(QUARTER_MAX).text);
	wire_copy(&f.wire, d.key, HPKE_PUBLIC);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*k = d;
	return e;
}

void token_key_encode(const struct token_key *k, struct buf *out)
{
	INVARIANT(k->n <= SEATS_MAX && k->t <= SEATS_MAX);
	buf_put_u8(out, k->class);
	buf_put_u16(out, k->epoch);
	buf_put_u8(out, (uint8_t)k->t);
	buf_put_u8(out, (uint8_t)k->n);
	buf_put(out, k->key, sizeof k->key);
	buf_put(out, k->share, sizeof k->share[0] * k->n);
	buf_put(out, k->transcript, sizeof k->transcript);
}

static void element_read(struct field_reader *f, const char *name, unsigned seat, uint8_t to[static 32])
{
	wire_copy(&f->wire, to, 32);
	if (!f->wire.bad && !element_is_good(to))
		field_refuse(f, ERR_INPUT, "%s (seat %u) is no ristretto255 element, or the identity", name, seat);
}

enum err token_key_decode(struct slice body, struct token_key *k, struct why *why)
{
	struct field_reader f = field_reader_of(body, "token key", why);
	struct token_key d = {.class = wire_u8(&f.wire)};
	if (d.class >= TOKEN_CLASSES)
		field_refuse(&f, ERR_INPUT, "class %u is not below %d", d.class, TOKEN_CLASSES);
	d.epoch = epoch_read(&f);
	d.t = wire_u8(&f.wire);
	d.n = wire_u8(&f.wire);
	if (d.n == 0 || d.n > SEATS_MAX || d.t > d.n || 2 * d.t <= d.n)
		field_refuse(&f, ERR_INPUT, "threshold %u of %u is not more than half, at most all", d.t, d.n);
	element_read(&f, "the group's key", 0, d.key);
	for (unsigned i = 0; i < d.n && !f.wire.bad; i++)
		element_read(&f, "a public share", i + 1, d.share[i]);
	wire_copy(&f.wire, d.transcript, sizeof d.transcript);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*k = d;
	return e;
}

void accreditation_encode(const struct accreditation *a, struct buf *out)
{
	buf_put(out, a->root, sizeof a->root);
	buf_put_u32(out, a->count);
	buf_put_u64(out, a->issued);
}

enum err accreditation_decode(struct slice body, struct accreditation *a, struct why *why)
{
	struct field_reader f = field_reader_of(body, "accreditation", why);
	struct accreditation d = {0};
	wire_copy(&f.wire, d.root, sizeof d.root);
	d.count = wire_u32(&f.wire);
	if (d.count == 0)
		field_refuse(&f, ERR_INPUT, "a batch of nobody");
	d.issued = time_read(&f, "its date");
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*a = d;
	return e;
}

void standing_encode(const struct standing *s, struct buf *out)
{
	buf_put_u8(out, (uint8_t)s->action);
	buf_put(out, s->card, CARD_ID);
	buf_put_u64(out, s->issued);
	buf_put_u64(out, s->until);
}

enum err standing_decode(struct slice body, struct standing *s, struct why *why)
{
	struct field_reader f = field_reader_of(body, "standing", why);
	struct standing d = {.action = wire_u8(&f.wire)};
	if (d.action < STANDING_SUSPEND || d.action > STANDING_RESTORE)
		field_refuse(&f, ERR_INPUT, "action %u is unknown", d.action);
	wire_copy(&f.wire, d.card, CARD_ID);
	d.issued = time_read(&f, "its date");
	d.until = wire_u64(&f.wire);
	bool suspends = d.action == STANDING_SUSPEND;
	if (suspends && (d.until <= d.issued || d.until - d.issued > SUSPENSION_MAX))
		field_refuse(&f, ERR_INPUT, "a suspension ends after it was issued, at most %d hours later", SUSPENSION_MAX / 3600);
	if (!suspends && d.until != 0)
		field_refuse(&f, ERR_INPUT, "only a suspension has an end");
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*s = d;
	return e;
}

void common_list_encode(const struct common_list *l, struct buf *out)
{
	buf_put_u16(out, l->version);
	buf_put(out, l->hash, sizeof l->hash);
}

enum err common_list_decode(struct slice body, struct common_list *l, struct why *why)
{
	struct field_reader f = field_reader_of(body, "common list", why);
	struct common_list d = {.version = wire_u16(&f.wire)};
	if (d.version == 0)
		field_refuse(&f, ERR_INPUT, "version 0: the first is 1");
	wire_copy(&f.wire, d.hash, sizeof d.hash);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*l = d;
	return e;
}

void team_encode(const struct team *t, struct buf *out)
{
	buf_put_u16(out, t->id);
	buf_put_u8(out, (uint8_t)t->kind);
	field_put_text(out, t->name);
	field_put_country(out, t->country);
}

enum err team_decode(struct slice body, struct team *t, struct why *why)
{
	struct field_reader f = field_reader_of(body, "team", why);
	struct team d = {.id = wire_u16(&f.wire)};
	if (d.id == 0)
		field_refuse(&f, ERR_INPUT, "number 0: the first is 1");
	d.kind = wire_u8(&f.wire);
	if (d.kind < TEAM_INTERNATIONAL || d.kind > TEAM_SECTOR)
		field_refuse(&f, ERR_INPUT, "kind %u is unknown", d.kind);
	field_text(&f, "its name", CHARTER_NAME_MAX, d.name);
	field_country(&f, "its country", d.country);
	if (d.kind != TEAM_SECTOR && (d.kind == TEAM_INTERNATIONAL) != (strcmp(d.country, "ZZ") == 0))
		field_refuse(&f, ERR_INPUT, "country %s: ZZ for an international team, their own for a national one and an authority",
		             d.country);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*t = d;
	return e;
}

void ceremony_order_encode(const struct ceremony_order *o, struct buf *out)
{
	buf_put(out, o->id, sizeof o->id);
	buf_put_u16(out, o->epoch);
	buf_put_u64(out, o->issued);
}

enum err ceremony_order_decode(struct slice body, struct ceremony_order *o, struct why *why)
{
	struct field_reader f = field_reader_of(body, "ceremony order", why);
	struct ceremony_order d = {0};
	wire_copy(&f.wire, d.id, sizeof d.id);
	d.epoch = epoch_read(&f);
	d.issued = time_read(&f, "its date");
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*o = d;
	return e;
}

void resume_encode(const struct resume *r, struct buf *out)
{
	buf_put_u8(out, r->seat);
	buf_put_u64(out, r->issued);
}

enum err resume_decode(struct slice body, struct resume *r, struct why *why)
{
	struct field_reader f = field_reader_of(body, "resume", why);
	struct resume d = {.seat = seat_read(&f)};
	d.issued = time_read(&f, "its date");
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*r = d;
	return e;
}

// When the document says it was issued; 0 for the types that carry no date.
static enum err issued_of(const struct document *d, uint64_t *issued, struct why *why)
{
	union {
		struct charter charter;
		struct accreditation accreditation;
		struct standing standing;
		struct ceremony_order order;
		struct resume resume;
	} *body = malloc(sizeof *body);
	if (body == NULL)
		return why_set(why, ERR_SYSTEM, "out of memory");
	enum err e = ERR_OK;
	uint64_t found = 0;
	if (d->type == DOCUMENT_CHARTER && (e = charter_decode(d->body, &body->charter, why)) == ERR_OK)
		found = body->charter.issued;
	else if (d->type == DOCUMENT_ACCREDITATION && (e = accreditation_decode(d->body, &body->accreditation, why)) == ERR_OK)
		found = body->accreditation.issued;
	else if (d->type == DOCUMENT_STANDING && (e = standing_decode(d->body, &body->standing, why)) == ERR_OK)
		found = body->standing.issued;
	else if (d->type == DOCUMENT_CEREMONY && (e = ceremony_order_decode(d->body, &body->order, why)) == ERR_OK)
		found = body->order.issued;
	else if (d->type == DOCUMENT_RESUME && (e = resume_decode(d->body, &body->resume, why)) == ERR_OK)
		found = body->resume.issued;
	free(body);
	*issued = found;
	return e;
}

enum err document_check_date(const struct document *d, uint64_t now, struct why *why)
{
	uint64_t issued;
	char text[TIME_TEXT];
	enum err e = issued_of(d, &issued, why);
	if (e != ERR_OK || issued <= now + DOCUMENT_AHEAD_MAX)
		return e;
	time_print(issued, text);
	return why_set(why, ERR_DENIED, "%s: dated %s, more than %d seconds in the future", document_kind(d->type), text, DOCUMENT_AHEAD_MAX);
}

enum err document_read_charter(const char *path, struct charter *c, struct why *why)
{
	struct buf leaf;
	struct document d;
	buf_init(&leaf, DOCUMENT_MAX);
	enum err e = file_read(path, DOCUMENT_MAX, &leaf, why);
	if (e == ERR_OK)
		e = document_decode(buf_slice(&leaf), &d, why);
	if (e == ERR_OK && d.type != DOCUMENT_CHARTER)
		e = why_set(why, ERR_INPUT, "%s: not a charter", path);
	if (e == ERR_OK)
		e = charter_decode(d.body, c, why);
	buf_free(&leaf);
	return e;
}
