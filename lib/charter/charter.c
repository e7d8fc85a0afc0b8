#include "charter/charter.h"

#include <stdio.h>
#include <time.h>

#include "charter/document.h"
#include "charter/field.h"
#include "crypto/hash.h"
#include "crypto/voprf.h"
#include "ledger/note.h"

#define FORMAT 1

static void seat_put(const struct seat *s, struct buf *out)
{
	field_put_text(out, s->name);
	field_put_country(out, s->country);
	field_put_text(out, s->address);
	buf_put(out, s->officer, SIGN_PUBLIC);
	buf_put(out, s->identity, SIGN_PUBLIC);
	buf_put(out, s->witness, SIGN_PUBLIC);
	buf_put(out, s->voucher, SIGN_PUBLIC);
	buf_put(out, s->ceremony, sizeof s->ceremony);
	buf_put(out, s->tls_pin, sizeof s->tls_pin);
}

static void seat_read(struct field_reader *f, unsigned index, struct seat *s)
{
	s->index = (uint8_t)index;
	field_text(f, "a seat's name", CHARTER_NAME_MAX, s->name);
	field_country(f, "a seat's country", s->country);
	field_address(f, "a seat's address", CHARTER_ADDRESS_MAX, s->address);
	wire_copy(&f->wire, s->officer, SIGN_PUBLIC);
	wire_copy(&f->wire, s->identity, SIGN_PUBLIC);
	wire_copy(&f->wire, s->witness, SIGN_PUBLIC);
	wire_copy(&f->wire, s->voucher, SIGN_PUBLIC);
	wire_copy(&f->wire, s->ceremony, sizeof s->ceremony);
	if (!f->wire.bad && !element_is_good(s->ceremony))
		field_refuse(f, ERR_INPUT, "the ceremony key of seat %u is no ristretto255 element, or the identity", index);
	wire_copy(&f->wire, s->tls_pin, sizeof s->tls_pin);
}

// The policy's 32-bit numbers in the order of the wire.
#define POLICY_NUMBERS (TOKEN_CLASSES + 7)
static void policy_fields(struct policy *p, uint32_t *field[static POLICY_NUMBERS])
{
	for (unsigned i = 0; i < TOKEN_CLASSES; i++)
		field[i] = &p->tokens[i];
	uint32_t *rest[] = {&p->filings,      &p->vouchers,     &p->releases_analyst, &p->releases_team,
	                    &p->releases_all, &p->cosign_above, &p->common_cap};
	memcpy(field + TOKEN_CLASSES, rest, sizeof rest);
}

static void policy_put(struct policy p, struct buf *out)
{
	uint32_t *field[POLICY_NUMBERS];
	policy_fields(&p, field);
	for (unsigned i = 0; i < POLICY_NUMBERS; i++)
		buf_put_u32(out, *field[i]);
	buf_put_u16(out, p.retention);
}

static void policy_read(struct field_reader *f, struct policy *p)
{
	uint32_t *field[POLICY_NUMBERS];
	policy_fields(p, field);
	for (unsigned i = 0; i < POLICY_NUMBERS; i++)
		*field[i] = wire_u32(&f->wire);
	p->retention = wire_u16(&f->wire);
	if (p->retention == 0 || p->retention > CHARTER_RETENTION_MAX)
		field_refuse(f, ERR_INPUT, "retention of %u quarters is not between 1 and %d", p->retention, CHARTER_RETENTION_MAX);
}

void charter_encode(const struct charter *c, struct buf *out)
{
	buf_put_u8(out, FORMAT);
	buf_put_u32(out, c->number);
	buf_put_u64(out, c->issued);
	buf_put(out, c->previous, sizeof c->previous);
	field_put_text(out, c->name);
	field_put_text(out, c->origin);
	buf_put(out, c->ledger_key, SIGN_PUBLIC);
	buf_put(out, c->hub_key, SIGN_PUBLIC);
	buf_put(out, c->hub_pin, sizeof c->hub_pin);
	field_put_text(out, c->hub_address);
	buf_put(out, c->matcher_key, HPKE_PUBLIC);
	INVARIANT(c->t <= SEATS_MAX && c->n <= SEATS_MAX && c->teams <= CHARTER_TEAMS_MAX && c->founders <= CHARTER_TEAMS_MAX);
	buf_put_u8(out, (uint8_t)c->t);
	buf_put_u8(out, (uint8_t)c->n);
	for (unsigned i = 0; i < c->n; i++)
		seat_put(&c->seats[i], out);
	buf_put_u8(out, (uint8_t)c->teams);
	for (unsigned i = 0; i < c->teams; i++) {
		struct buf team;
		buf_init(&team, DOCUMENT_TEAM_MAX);
		team_encode(&c->team[i], &team);
		buf_put_vec8(out, buf_slice(&team));
		buf_free(&team);
	}
	buf_put_u8(out, (uint8_t)c->founders);
	buf_put(out, c->founder, CARD_ID * (size_t)c->founders);
	policy_put(c->policy, out);
}

static void origin_read(struct field_reader *f, char *origin)
{
	struct note_key key;
	struct why inner = {""};
	field_text(f, "the ledger's origin", SIGN_ORIGIN_MAX, origin);
	if (!f->wire.bad && note_key_make(slice_text(origin), NOTE_ED25519, (uint8_t[SIGN_PUBLIC]){0}, &key, &inner) != ERR_OK)
		field_refuse(f, ERR_INPUT, "the ledger's origin: %s", inner.text);
}

static void seats_read(struct field_reader *f, struct charter *c)
{
	c->t = wire_u8(&f->wire);
	c->n = wire_u8(&f->wire);
	if (c->n == 0 || c->n > SEATS_MAX || c->t > c->n || 2 * c->t <= c->n) {
		field_refuse(f, ERR_INPUT, "threshold %u of %u seats: more than half, at most all of 1 to %d", c->t, c->n, SEATS_MAX);
		return;
	}
	for (unsigned i = 0; i < c->n; i++)
		seat_read(f, i + 1, &c->seats[i]);
}

static void teams_read(struct field_reader *f, struct charter *c)
{
	c->teams = wire_u8(&f->wire);
	if (c->teams > CHARTER_TEAMS_MAX) {
		field_refuse(f, ERR_LIMIT, "%u founding teams, at most %d", c->teams, CHARTER_TEAMS_MAX);
		return;
	}
	for (unsigned i = 0; i < c->teams && !f->wire.bad; i++) {
		struct slice body = wire_vec8(&f->wire);
		struct why inner = {""};
		if (!f->wire.bad && team_decode(body, &c->team[i], &inner) != ERR_OK)
			field_refuse(f, ERR_INPUT, "founding %s", inner.text);
		for (unsigned j = 0; j < i; j++)
			if (c->team[j].id == c->team[i].id)
				field_refuse(f, ERR_INPUT, "founding team %u is there twice", c->team[i].id);
	}
}

static void founders_read(struct field_reader *f, struct charter *c)
{
	c->founders = wire_u8(&f->wire);
	if (c->founders > CHARTER_TEAMS_MAX) {
		field_refuse(f, ERR_LIMIT, "%u founders, at most %d", c->founders, CHARTER_TEAMS_MAX);
		return;
	}
	for (unsigned i = 0; i < c->founders; i++) {
		wire_copy(&f->wire, c->founder[i], CARD_ID);
		for (unsigned j = 0; j < i; j++)
			if (memcmp(c->founder[j], c->founder[i], CARD_ID) == 0)
				field_refuse(f, ERR_INPUT, "founder %u is there twice", i + 1);
	}
}

// Every key has one place: a key in two places would let one holder count as two, or sign one thing for another.
static void keys_check(struct field_reader *f, const struct charter *c)
{
	const uint8_t *key[2 + 5 * SEATS_MAX] = {c->ledger_key, c->hub_key};
	unsigned n = 2;
	for (unsigned i = 0; i < c->n; i++) {
		const struct seat *s = &c->seats[i];
		const uint8_t *of_seat[] = {s->officer, s->identity, s->witness, s->voucher, s->ceremony};
		memcpy(key + n, of_seat, sizeof of_seat);
		n += 5;
	}
	for (unsigned i = 0; i < n; i++) {
		static const char *const kind[] = {"officer", "identity", "witness", "voucher", "ceremony"};
		const char *name = i == 0 ? "ledger" : i == 1 ? "hub" : kind[(i - 2) % 5];
		unsigned seat = i < 2 ? 0 : (i - 2) / 5 + 1;
		if (field_is_zero(key[i], SIGN_PUBLIC))
			field_refuse(f, ERR_INPUT, "the %s key (seat %u) is missing", name, seat);
		for (unsigned j = 0; j < i; j++)
			if (memcmp(key[i], key[j], SIGN_PUBLIC) == 0)
				field_refuse(f, ERR_INPUT, "the %s key (seat %u) is also in another place", name, seat);
	}
}

enum err charter_decode(struct slice body, struct charter *c, struct why *why)
{
	struct field_reader f = field_reader_of(body, "charter", why);
	struct charter d = {0};
	uint8_t format = wire_u8(&f.wire);
	if (format != FORMAT)
		field_refuse(&f, ERR_INPUT, "format %u is unknown", format);
	d.number = wire_u32(&f.wire);
	d.issued = wire_u64(&f.wire);
	wire_copy(&f.wire, d.previous, sizeof d.previous);
	if (d.number == 0 || (d.number == 1) != field_is_zero(d.previous, sizeof d.previous))
		field_refuse(&f, ERR_INPUT, "number %u: the first is 1 and only it has no predecessor", d.number);
	if (d.issued >= DOCUMENT_TIME_MAX)
		field_refuse(&f, ERR_INPUT, "issued after year 9999");
	field_text(&f, "the platform's name", CHARTER_NAME_MAX, d.name);
	origin_read(&f, d.origin);
	wire_copy(&f.wire, d.ledger_key, SIGN_PUBLIC);
	wire_copy(&f.wire, d.hub_key, SIGN_PUBLIC);
	wire_copy(&f.wire, d.hub_pin, sizeof d.hub_pin);
	field_address(&f, "the hub's address", CHARTER_ADDRESS_MAX, d.hub_address);
	wire_copy(&f.wire, d.matcher_key, HPKE_PUBLIC);
	seats_read(&f, &d);
	teams_read(&f, &d);
	founders_read(&f, &d);
	policy_read(&f, &d.policy);
	if (!f.wire.bad)
		keys_check(&f, &d);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*c = d;
	return e;
}

void charter_fingerprint(struct slice body, uint8_t fingerprint[static 32])
{
	sha256(body, fingerprint);
}

const struct seat *charter_seat(const struct charter *c, unsigned index)
{
	return index >= 1 && index <= c->n ? &c->seats[index - 1] : NULL;
}

const struct team *charter_team(const struct charter *c, uint16_t id)
{
	for (unsigned i = 0; i < c->teams; i++)
		if (c->team[i].id == id)
			return &c->team[i];
	return NULL;
}

struct slice charter_origin(const struct charter *c)
{
	return slice_text(c->origin);
}

void charter_witness_name(const struct charter *c, unsigned seat, char name[static SIGN_ORIGIN_MAX + 16])
{
	snprintf(name, SIGN_ORIGIN_MAX + 16, "%s/seat/%u", c->origin, seat);
}

struct policy policy_default(void)
{
	return (struct policy){
		.tokens = {20000, 20000, 20000, 10000},
		.filings = 200,
		.vouchers = 20000,
		.releases_analyst = 200,
		.releases_team = 1000,
		.releases_all = 5000,
		.cosign_above = 50,
		.common_cap = 50,
		.retention = 8,
	};
}

#define FIRST_YEAR 1970u

uint16_t quarter_of(uint64_t seconds)
{
	struct tm tm;
	time_t t = (time_t)(seconds < DOCUMENT_TIME_MAX ? seconds : DOCUMENT_TIME_MAX - 1);
	INVARIANT(gmtime_r(&t, &tm) != NULL);
	return (uint16_t)((tm.tm_year - 70) * 4 + tm.tm_mon / 3);
}

uint64_t quarter_start(uint16_t quarter)
{
	struct tm tm = {.tm_year = 70 + quarter / 4, .tm_mon = quarter % 4 * 3, .tm_mday = 1};
	return (uint64_t)timegm(&tm);
}

struct quarter_text quarter_text(uint16_t quarter)
{
	struct quarter_text t;
	snprintf(t.text, sizeof t.text, "%uQ%u", FIRST_YEAR + quarter / 4u, quarter % 4 + 1u);
	return t;
}

bool quarter_named(struct slice text, uint16_t *quarter)
{
	uint64_t year;
	if (text.n != 6 || text.p[4] != 'Q' || text.p[5] < '1' || text.p[5] > '4' ||
	    !num_parse(slice_part(text, 0, 4), FIRST_YEAR, 9999, &year))
		return false;
	*quarter = (uint16_t)((year - FIRST_YEAR) * 4 + text.p[5] - '1');
	return true;
}
