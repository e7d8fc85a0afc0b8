#include "charter/enrol.h"

#include "charter/field.h"

#define MAGIC "TENR1\n"
#define MAGIC_BYTES 6

enum enrolment { ENROL_HUB = 1, ENROL_SEAT = 2, ENROL_OFFICER = 3 };

static void head_put(struct buf *out, enum enrolment kind)
{
	buf_put_text(out, MAGIC);
	buf_put_u8(out, (uint8_t)kind);
}

static void head_read(struct field_reader *f, enum enrolment kind)
{
	struct slice magic = wire_take(&f->wire, MAGIC_BYTES);
	uint8_t found = wire_u8(&f->wire);
	if (!slice_is_text(magic, MAGIC))
		field_refuse(f, ERR_INPUT, "not an enrolment file of this version");
	else if (found != kind)
		field_refuse(f, ERR_INPUT, "an enrolment of kind %u, not %d (1 hub, 2 keeper, 3 officer)", found, kind);
}

void hub_enrolment_encode(const struct hub_enrolment *h, struct buf *out)
{
	head_put(out, ENROL_HUB);
	field_put_text(out, h->address);
	buf_put(out, h->ledger_key, SIGN_PUBLIC);
	buf_put(out, h->hub_key, SIGN_PUBLIC);
	buf_put(out, h->hub_pin, 32);
	buf_put(out, h->matcher_key, HPKE_PUBLIC);
}

enum err hub_enrolment_decode(struct slice bytes, struct hub_enrolment *h, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "hub's enrolment", why);
	struct hub_enrolment r;
	head_read(&f, ENROL_HUB);
	field_address(&f, "address", CHARTER_ADDRESS_MAX, r.address);
	wire_copy(&f.wire, r.ledger_key, SIGN_PUBLIC);
	wire_copy(&f.wire, r.hub_key, SIGN_PUBLIC);
	wire_copy(&f.wire, r.hub_pin, 32);
	wire_copy(&f.wire, r.matcher_key, HPKE_PUBLIC);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*h = r;
	return e;
}

void seat_enrolment_encode(const struct seat *s, struct buf *out)
{
	head_put(out, ENROL_SEAT);
	field_put_text(out, s->name);
	field_put_country(out, s->country);
	field_put_text(out, s->address);
	buf_put(out, s->identity, SIGN_PUBLIC);
	buf_put(out, s->witness, SIGN_PUBLIC);
	buf_put(out, s->voucher, SIGN_PUBLIC);
	buf_put(out, s->ceremony, sizeof s->ceremony);
	buf_put(out, s->tls_pin, sizeof s->tls_pin);
}

enum err seat_enrolment_decode(struct slice bytes, struct seat *s, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "keeper's enrolment", why);
	struct seat r = {0};
	head_read(&f, ENROL_SEAT);
	field_text(&f, "name", CHARTER_NAME_MAX, r.name);
	field_country(&f, "country", r.country);
	field_address(&f, "address", CHARTER_ADDRESS_MAX, r.address);
	wire_copy(&f.wire, r.identity, SIGN_PUBLIC);
	wire_copy(&f.wire, r.witness, SIGN_PUBLIC);
	wire_copy(&f.wire, r.voucher, SIGN_PUBLIC);
	wire_copy(&f.wire, r.ceremony, sizeof r.ceremony);
	wire_copy(&f.wire, r.tls_pin, sizeof r.tls_pin);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*s = r;
	return e;
}

void officer_enrolment_encode(const uint8_t officer[static SIGN_PUBLIC], struct buf *out)
{
	head_put(out, ENROL_OFFICER);
	buf_put(out, officer, SIGN_PUBLIC);
}

enum err officer_enrolment_decode(struct slice bytes, uint8_t officer[static SIGN_PUBLIC], struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "officer's enrolment", why);
	uint8_t key[SIGN_PUBLIC];
	head_read(&f, ENROL_OFFICER);
	wire_copy(&f.wire, key, SIGN_PUBLIC);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		memcpy(officer, key, SIGN_PUBLIC);
	return e;
}
