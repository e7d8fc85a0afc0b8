// Sealing and opening, with everything that somebody on the way, a seat or a reporter could change.
#include "fixture.h"
#include "test.h"

#include "base/num.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "record/content.h"

static const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_NATIONAL}};

struct sealed {
	struct buf envelope;
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
};

static void content_make(const struct fixture *f, struct content *c)
{
	*c = (struct content){.card = fixture_card(f, FIXTURE_REPORTER), .credential = SLICE_LITERAL("credential"), .document = SLICE_LITERAL("{\"a\":1}")};
	memset(c->reply_secret, 0x5a, sizeof c->reply_secret);
	c->attachments = 2;
	strcpy(c->attachment[0].name, "mail.eml");
	c->attachment[0].bytes = SLICE_LITERAL("From: nobody\r\n");
	strcpy(c->attachment[1].name, "empty");
}

static bool seal(const struct fixture *f, struct sealed *s)
{
	static struct content c;
	struct why why;
	content_make(f, &c);
	buf_init(&s->envelope, RECORD_MAX);
	enum err e = record_seal(&c, &label, f->governance, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing, &s->envelope, s->id, s->batch_sk, &why);
	return CHECK_SAY(e == ERR_OK, "%s", why.text);
}

// What an honest seat does with a share of the envelope.
static enum err seat_open(const struct fixture *f, const struct envelope *e, unsigned seat, struct share *share)
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX];
	share_aad(e->hdr0, e->commitment, (uint8_t)seat, aad);
	share->seat = (uint8_t)seat;
	return hpke_open(f->seat[seat - 1].sealing, share_info(f->origin, room), slice_of(aad, sizeof aad),
	                 slice_of(e->shares.p + (seat - 1) * RECORD_SHARE, RECORD_SHARE), share->scalar);
}

// The shares of the seats in `mask` (bit i: seat i).
static unsigned seats_open(const struct fixture *f, const struct envelope *e, unsigned mask, struct share *shares)
{
	unsigned count = 0;
	for (unsigned seat = 1; seat <= e->header.n; seat++)
		if ((mask >> seat & 1) != 0)
			CHECK_SAY(seat_open(f, e, seat, &shares[count++]) == ERR_OK, "seat %u", seat);
	return count;
}

static struct content opened;
static struct card reporter;
static struct buf plain;
static uint64_t liars;
static struct why why;

static enum err open_with(const struct fixture *f, const struct envelope *e, const struct share *shares, unsigned count)
{
	buf_free(&plain);
	buf_init_secret(&plain, RECORD_MAX);
	liars = UINT64_MAX;
	return record_open(e, shares, count, f->origin, &plain, &opened, &reporter, &liars, &why);
}

#define REFUSED(call, cause, says)                                                                                               \
	do {                                                                                                                         \
		why.text[0] = 0;                                                                                                         \
		enum err got_ = (call);                                                                                                  \
		CHECK_SAY(got_ == (cause) && strstr(why.text, (says)) != NULL, "%s: %s", err_name(got_), why.text);                      \
	} while (0)

static void keys_by_hand(void)
{
	static const uint8_t s[SCALAR] = {1};
	struct record_keys keys;
	uint8_t mac[RECORD_MAC], want[32];
	record_keys_derive(s, SLICE_LITERAL("hdr0"), &keys);
	record_mac(&keys, SLICE_LITERAL("abc"), mac);
	// Computed from protocol/record.md with another implementation of HMAC.
	CHECK(hex_decode(SLICE_LITERAL("2286ef565a3b4d0585e3524b6941a57acc6fa62560f0d012c8ff99edd4c1edfe"), want, 32));
	CHECK_BYTES(keys.payload, want, 32);
	CHECK(hex_decode(SLICE_LITERAL("5d2d3b186256842f34f21eaa7bdaa64436db7432ffaf016e25ba688681fd7811"), want, 32));
	CHECK_BYTES(keys.mac, want, 32);
	CHECK(hex_decode(SLICE_LITERAL("8409e9330d99f9af105dcd240d267b38eb0ec11f7008a75a1d90bab1b1ade813"), want, 32));
	CHECK_BYTES(keys.commitment, want, 32);
	CHECK(hex_decode(SLICE_LITERAL("34aff34ce2b44ed56db4d58b4485e81c8a60bd7caf7adcc4f7be5eb59f4f4770"), want, 32));
	CHECK_BYTES(mac, want, 32);
}

static void round_trip(unsigned t, unsigned n)
{
	struct fixture *f = fixture_new(t, n);
	struct sealed s;
	struct envelope e;
	struct share shares[SEATS_MAX];
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	CHECK(header_check(&e.header, f->governance, FIXTURE_NOW, &why) == ERR_OK);
	CHECK(e.header.t == t && e.header.n == n && memcmp(e.header.id, s.id, RECORD_ID) == 0);
	CHECK_BYTES(s.batch_sk + SIGN_SEED, e.header.batch_key, SIGN_PUBLIC);
	CHECK(memmem(s.envelope.p, s.envelope.n, fixture_card(f, FIXTURE_REPORTER).p, fixture_card(f, FIXTURE_REPORTER).n) == NULL);
	for (unsigned mask = 0; mask < 2u << n; mask += 2) {
		if ((unsigned)__builtin_popcount(mask) != t)
			continue;
		REQUIRE(open_with(f, &e, shares, seats_open(f, &e, mask, shares)) == ERR_OK);
		CHECK(liars == 0 && opened.attachments == 2);
		CHECK_TEXT(opened.attachment[0].name, "mail.eml");
		CHECK(slice_is_text(opened.attachment[0].bytes, "From: nobody\r\n") && slice_is_text(opened.document, "{\"a\":1}"));
		CHECK(slice_equal(opened.card, fixture_card(f, FIXTURE_REPORTER)) && slice_is_text(opened.credential, "credential"));
		CHECK(opened.reply_secret[0] == 0x5a && memcmp(reporter.signing, f->member[FIXTURE_REPORTER].signing + SIGN_SEED, SIGN_PUBLIC) == 0);
	}
	REFUSED(open_with(f, &e, shares, t - 1), ERR_ABSENT, "needed");
	CHECK(liars == UINT64_MAX && plain.p == NULL);
	REFUSED(open_with(f, &e, shares, 0), ERR_ABSENT, "needed");
	buf_free(&s.envelope);
	fixture_free(f);
}

static void two_of_three(void)
{
	round_trip(2, 3);
}

static void five_of_seven(void)
{
	round_trip(5, 7);
}

// A bit of a place, and who notices: the decoder, the keeper, or the opener by the given words.
static void flips(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct sealed s;
	struct envelope e, changed;
	struct share shares[SEATS_MAX];
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	unsigned count = seats_open(f, &e, 2 | 4, shares);
	const size_t c_at = 2 + e.hdr0.n, shares_at = c_at + RECORD_COMMITMENT, mac_at = shares_at + e.shares.n;
	const size_t payload_at = mac_at + RECORD_MAC;
	unsigned counts[5] = {0};
	for (size_t at = 0; at < s.envelope.n; at += at < shares_at || (at >= mac_at && at < payload_at) ? 1 : 61) {
		struct share own;
		s.envelope.p[at] ^= (uint8_t)(1 << at % 8);
		bool decodes = envelope_decode(buf_slice(&s.envelope), &changed, &why) == ERR_OK;
		const char *says = at < shares_at ? "give the commitment" : at < payload_at ? "changed after sealing" : "payload does not open";
		if (at < 7)
			CHECK_SAY(!decodes || at == 5 || at == 6, "byte %zu", at);
		if (decodes) {
			REFUSED(open_with(f, &changed, shares, count), ERR_AUTH, says);
			// Keepers refuse every change of header and commitment, and a change of their own share.
			bool mine = at < shares_at || (at < mac_at && (at - shares_at) / RECORD_SHARE == 0);
			CHECK_SAY((seat_open(f, &changed, 1, &own) == ERR_OK) == !mine, "byte %zu", at);
		}
		counts[!decodes ? 0 : at < c_at ? 1 : at < shares_at ? 2 : at < payload_at ? 3 : 4]++;
		s.envelope.p[at] ^= (uint8_t)(1 << at % 8);
	}
	for (unsigned i = 0; i < 5; i++)
		CHECK_SAY(counts[i] > 0, "kind %u", i);
	buf_free(&s.envelope);
	fixture_free(f);
}

static void swaps(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct sealed a, b;
	struct envelope ea, eb, mixed;
	struct share of_a[3], of_b[3], one;
	REQUIRE(f != NULL && seal(f, &a) && seal(f, &b));
	REQUIRE(envelope_decode(buf_slice(&a.envelope), &ea, &why) == ERR_OK);
	REQUIRE(envelope_decode(buf_slice(&b.envelope), &eb, &why) == ERR_OK);
	CHECK(memcmp(a.id, b.id, RECORD_ID) != 0 && memcmp(ea.header.batch_key, eb.header.batch_key, SIGN_PUBLIC) != 0);
	seats_open(f, &ea, 2 | 4 | 8, of_a);
	seats_open(f, &eb, 2 | 4 | 8, of_b);
	// The shares of another record, opened honestly, and one of each.
	REFUSED(open_with(f, &ea, of_b, 3), ERR_AUTH, "commitment");
	one = of_a[0], of_a[0] = of_b[0];
	REFUSED(open_with(f, &ea, of_a, 2), ERR_AUTH, "commitment");
	of_a[0] = one;
	// Two seats' shares under each other's number.
	of_a[0].seat = 2, of_a[1].seat = 1;
	REFUSED(open_with(f, &ea, of_a, 2), ERR_AUTH, "commitment");
	of_a[0].seat = 1, of_a[1].seat = 2;
	// A hub hands a keeper another seat's share, another record's share, or its own under another header.
	mixed = ea;
	mixed.shares = slice_of(ea.shares.p + RECORD_SHARE, RECORD_SHARE);
	CHECK(seat_open(f, &mixed, 1, &one) == ERR_AUTH);
	mixed.shares = eb.shares;
	CHECK(seat_open(f, &mixed, 1, &one) == ERR_AUTH);
	mixed = ea;
	memcpy(mixed.commitment, eb.commitment, RECORD_COMMITMENT);
	CHECK(seat_open(f, &mixed, 1, &one) == ERR_AUTH);
	buf_free(&a.envelope);
	buf_free(&b.envelope);
	fixture_free(f);
}

// A label with other rights, in an envelope that is otherwise the same.
static void labels(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct sealed s;
	struct envelope e, changed;
	struct share shares[3], one;
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	unsigned count = seats_open(f, &e, 2 | 4, shares);
	for (unsigned i = 0; i < 4; i++) {
		struct header h = e.header;
		struct buf hdr0, b;
		if (i == 0)
			h.label.tlp = TLP_GREEN;
		if (i == 1)
			h.label.team[0]++;
		if (i == 2)
			h.label.team[h.label.audience++] = FIXTURE_SECTOR;
		if (i == 3)
			h.label.kind = RECORD_FLAW;
		buf_init(&hdr0, RECORD_HEADER_MAX);
		buf_init(&b, RECORD_MAX);
		header_encode(&h, &hdr0);
		buf_put_vec16(&b, buf_slice(&hdr0));
		buf_put_slice(&b, slice_part(buf_slice(&s.envelope), 2 + e.hdr0.n, s.envelope.n));
		REQUIRE(envelope_decode(buf_slice(&b), &changed, &why) == ERR_OK);
		CHECK_SAY(seat_open(f, &changed, 1, &one) == ERR_AUTH, "row %u", i);
		REFUSED(open_with(f, &changed, shares, count), ERR_AUTH, "commitment");
		buf_free(&hdr0);
		buf_free(&b);
	}
	buf_free(&s.envelope);
	fixture_free(f);
}

static void lies(void)
{
	static const struct {
		unsigned asked, false_seats, not_canonical; // bits of seats
		enum err want;
	} rows[] = {
		{0xfe, 0, 0, ERR_OK},       {0xfe, 0x02, 0, ERR_OK},    {0xfe, 0x80, 0, ERR_OK},    {0xfe, 0x08, 0, ERR_OK},
		{0xfe, 0x06, 0, ERR_OK},    {0xfe, 0x84, 0, ERR_OK},    {0xfe, 0x00, 0x10, ERR_OK}, {0xfe, 0x20, 0x04, ERR_OK},
		{0x7e, 0x10, 0, ERR_OK},    {0xfe, 0x0e, 0, ERR_AUTH},  {0x7e, 0x06, 0, ERR_AUTH},  {0x3e, 0x02, 0, ERR_AUTH},
		{0x3e, 0, 0x02, ERR_ABSENT}, {0xfe, 0, 0x0e, ERR_ABSENT}, {0xfe, 0xfe, 0, ERR_AUTH},
	};
	struct fixture *f = fixture_new(5, 7);
	struct sealed s;
	struct envelope e;
	struct share shares[SEATS_MAX];
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned count = seats_open(f, &e, rows[i].asked, shares);
		for (unsigned k = 0; k < count; k++) {
			if ((rows[i].false_seats >> shares[k].seat & 1) != 0)
				shares[k].scalar[3] ^= 1;
			if ((rows[i].not_canonical >> shares[k].seat & 1) != 0)
				memset(shares[k].scalar, 0xff, SCALAR);
		}
		enum err got = open_with(f, &e, shares, count);
		CHECK_SAY(got == rows[i].want, "row %zu: %s", i, why.text);
		if (got == ERR_OK)
			CHECK_SAY(liars == (rows[i].false_seats | rows[i].not_canonical), "row %zu: %llx", i, (unsigned long long)liars);
		else
			CHECK(liars == UINT64_MAX && plain.p == NULL);
	}
	unsigned count = seats_open(f, &e, 0x3e, shares);
	shares[4].seat = 1;
	REFUSED(open_with(f, &e, shares, count), ERR_INPUT, "seat 1 twice");
	shares[4].seat = 0;
	REFUSED(open_with(f, &e, shares, count), ERR_INPUT, "seat 0 of 7");
	shares[4].seat = 8;
	REFUSED(open_with(f, &e, shares, count), ERR_INPUT, "seat 8 of 7");
	buf_free(&s.envelope);
	fixture_free(f);
}

static struct header header_of(const struct fixture *f, unsigned t, unsigned n)
{
	struct header h = {.quarter = quarter_of(FIXTURE_NOW), .t = (uint8_t)t, .n = (uint8_t)n, .label = label};
	CHECK(governance_committee(f->governance, h.quarter, h.committee, &why) == ERR_OK);
	return h;
}

// An envelope around any plaintext, with the given shares; nothing is sealed to seats.
static void envelope_forge(const struct header *h, const uint8_t s[static SCALAR], struct slice text, struct buf *b)
{
	struct buf hdr0;
	struct record_keys keys;
	uint8_t mac[RECORD_MAC];
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(h, &hdr0);
	record_keys_derive(s, buf_slice(&hdr0), &keys);
	buf_init(b, RECORD_MAX);
	buf_put_vec16(b, buf_slice(&hdr0));
	buf_put(b, keys.commitment, RECORD_COMMITMENT);
	buf_put_zeros(b, (size_t)h->n * RECORD_SHARE);
	record_mac(&keys, slice_of(b->p + 2, b->n - 2), mac);
	buf_put(b, mac, RECORD_MAC);
	chunked_seal(keys.payload, slice_of(h->id, RECORD_ID), text, buf_add(b, chunked_sealed_size(text.n)));
	buf_free(&hdr0);
}

// Two polynomials that meet in seat 2: seats 1 and 2 have one secret, seats 2 and 3 another.
static void two_texts(void)
{
	struct fixture *f = fixture_new(2, 3);
	REQUIRE(f != NULL);
	struct header h = header_of(f, 2, 3);
	static const uint8_t text[RECORD_FLOOR];
	uint8_t s[SCALAR], other[SCALAR], shares[3][SCALAR];
	const uint8_t seats[] = {2, 3};
	struct buf b;
	struct envelope e;
	scalar_random(s);
	shamir_split(s, 2, 3, shares);
	scalar_random(shares[2]);
	CHECK(shamir_combine(seats, (const uint8_t(*)[SCALAR])shares + 1, 2, other) == ERR_OK && !secret_equal(s, other, SCALAR));
	struct share given[3];
	for (unsigned i = 0; i < 3; i++) {
		given[i].seat = (uint8_t)(i + 1);
		memcpy(given[i].scalar, shares[i], SCALAR);
	}
	envelope_forge(&h, s, slice_of(text, sizeof text), &b);
	REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
	REFUSED(open_with(f, &e, given, 2), ERR_INPUT, "cut short"); // C and MAC hold: it came as far as the body
	REFUSED(open_with(f, &e, given + 1, 2), ERR_AUTH, "commitment");
	buf_free(&b);
	envelope_forge(&h, other, slice_of(text, sizeof text), &b);
	REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
	REFUSED(open_with(f, &e, given, 2), ERR_AUTH, "commitment");
	buf_free(&b);
	fixture_free(f);
}

enum forgery { HONEST, OTHER_SIGNER, OTHER_LABEL, OTHER_ORIGIN, PADDING, TOO_SHORT, TOO_LONG, BEYOND, TRAILING, CARD_CHANGED, FORGERIES };

static void plain_forge(const struct fixture *f, const struct header *h, enum forgery what, struct buf *b)
{
	static struct content c;
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET], signature[SIGN_BYTES];
	struct header signed_header = *h;
	struct slice origin = what == OTHER_ORIGIN ? SLICE_LITERAL("elsewhere.example/log") : f->origin;
	struct buf hdr0, body;
	sign_keypair(pk, sk);
	content_make(f, &c);
	if (what == OTHER_LABEL)
		signed_header.label.tlp = TLP_RED;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(&signed_header, &hdr0);
	buf_init(&body, RECORD_MAX);
	sha256(buf_slice(&hdr0), buf_add(&body, HDR0_HASH));
	content_encode(&c, &body);
	if (what == CARD_CHANGED)
		body.p[HDR0_HASH + 1 + 4 + 8] ^= 1;
	sign_message(what == OTHER_SIGNER ? sk : f->member[FIXTURE_REPORTER].signing, "record", origin, buf_slice(&body), signature);
	buf_put(&body, signature, SIGN_BYTES);
	if (what == TRAILING)
		buf_put_u8(&body, 0);
	size_t n = body.n - HDR0_HASH;
	size_t said = what == TOO_SHORT ? n - 1 : what == TOO_LONG ? n + 1 : what == BEYOND ? RECORD_FLOOR : n;
	buf_init(b, RECORD_MAX);
	buf_put_u32(b, (uint32_t)said);
	buf_put(b, body.p + HDR0_HASH, n);
	buf_put_zeros(b, RECORD_FLOOR - b->n);
	if (what == PADDING)
		b->p[RECORD_FLOOR - 1] = 1;
	buf_free(&hdr0);
	buf_free(&body);
}

static void forgeries(void)
{
	static const struct {
		enum err want;
		const char *says;
	} rows[FORGERIES] = {
		[HONEST] = {ERR_OK, ""},
		[OTHER_SIGNER] = {ERR_AUTH, "reporter's signature"},
		[OTHER_LABEL] = {ERR_AUTH, "reporter's signature"},
		[OTHER_ORIGIN] = {ERR_AUTH, "reporter's signature"},
		[PADDING] = {ERR_INPUT, "padding is not zero"},
		[TOO_SHORT] = {ERR_INPUT, ""}, // the last byte of the signature is among the zeros, or the body is cut
		[TOO_LONG] = {ERR_INPUT, "too many"},
		[BEYOND] = {ERR_INPUT, ""},
		[TRAILING] = {ERR_INPUT, "too many"},
		[CARD_CHANGED] = {ERR_AUTH, "card"},
	};
	struct fixture *f = fixture_new(2, 3);
	REQUIRE(f != NULL);
	struct header h = header_of(f, 2, 3);
	uint8_t s[SCALAR], shares[3][SCALAR];
	struct share given[2] = {{.seat = 1}, {.seat = 2}};
	scalar_random(s);
	shamir_split(s, 2, 3, shares);
	memcpy(given[0].scalar, shares[0], SCALAR);
	memcpy(given[1].scalar, shares[1], SCALAR);
	for (enum forgery i = 0; i < FORGERIES; i++) {
		struct buf text, b;
		struct envelope e;
		plain_forge(f, &h, i, &text);
		envelope_forge(&h, s, buf_slice(&text), &b);
		REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
		why.text[0] = 0;
		enum err got = open_with(f, &e, given, 2);
		CHECK_SAY(got == rows[i].want && (got == ERR_OK || strstr(why.text, rows[i].says) != NULL), "row %u: %s %s", i, err_name(got), why.text);
		CHECK((got == ERR_OK) == (plain.p != NULL));
		buf_free(&text);
		buf_free(&b);
	}
	fixture_free(f);
}

// Seventeen seats, nine needed, eight true: 24310 subsets, and none opens it.
static void bound(void)
{
	struct header h = {.t = 9, .n = 17, .label = label};
	struct envelope e;
	struct share given[17];
	struct buf b;
	static const uint8_t text[RECORD_FLOOR];
	struct fixture *f = fixture_new(2, 3);
	REQUIRE(f != NULL);
	uint8_t s[SCALAR], shares[17][SCALAR];
	scalar_random(s);
	shamir_split(s, 9, 17, shares);
	for (unsigned i = 0; i < 17; i++) {
		given[i].seat = (uint8_t)(i + 1);
		memcpy(given[i].scalar, shares[i], SCALAR);
		given[i].scalar[0] ^= i < 9;
	}
	envelope_forge(&h, s, slice_of(text, sizeof text), &b);
	REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
	REFUSED(open_with(f, &e, given, 17), ERR_LIMIT, "4096");
	buf_free(&b);
	fixture_free(f);
}

static void quarters(void)
{
	struct fixture *f = fixture_new(2, 3);
	REQUIRE(f != NULL);
	struct header h = header_of(f, 2, 3), bad;
	uint64_t start = quarter_start(h.quarter), next = quarter_start(h.quarter + 1);
	const struct {
		uint64_t now;
		enum err want;
	} rows[] = {{start, ERR_OK},
	            {next - 1, ERR_OK},
	            {next, ERR_OK},
	            {next + RECORD_GRACE - 1, ERR_OK},
	            {next + RECORD_GRACE, ERR_DENIED},
	            {start - 1, ERR_DENIED},
	            {quarter_start(h.quarter + 2) - 1, ERR_DENIED},
	            {quarter_start(h.quarter + 2), ERR_DENIED},
	            {0, ERR_DENIED}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(header_check(&h, f->governance, rows[i].now, &why) == rows[i].want, "row %zu: %s", i, why.text);
	CHECK(header_check_committee(&h, f->governance, &why) == ERR_OK);
	bad = h, bad.committee[31] ^= 1;
	REFUSED(header_check(&bad, f->governance, FIXTURE_NOW, &why), ERR_DENIED, "committee");
	bad = h, bad.t = 3;
	REFUSED(header_check(&bad, f->governance, FIXTURE_NOW, &why), ERR_DENIED, "3 of 3");
	bad = h, bad.n = 2;
	REFUSED(header_check(&bad, f->governance, FIXTURE_NOW, &why), ERR_DENIED, "2 of 2");
	bad = h, bad.label.team[0] = 65535;
	REFUSED(header_check(&bad, f->governance, FIXTURE_NOW, &why), ERR_DENIED, "team 65535");
	bad = h, bad.quarter += 8;
	REFUSED(header_check_committee(&bad, f->governance, &why), ERR_ABSENT, "no key");
	fixture_free(f);
}

static enum err seal_bad(const struct fixture *f, const struct content *c, const struct label *l, uint64_t now, const uint8_t *sk)
{
	struct buf b;
	uint8_t id[RECORD_ID] = {9}, batch_sk[SIGN_SECRET] = {9};
	buf_init(&b, RECORD_MAX);
	enum err e = record_seal(c, l, f->governance, now, sk, &b, id, batch_sk, &why);
	CHECK(b.n == 0 && id[0] == 9 && batch_sk[0] == 9);
	buf_free(&b);
	return e;
}

static void seal_refusals(void)
{
	static struct content c;
	static uint8_t big[RECORD_MAX];
	struct fixture *f = fixture_new(2, 3);
	REQUIRE(f != NULL);
	struct label l = label;
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	sign_keypair(pk, sk);
	content_make(f, &c);
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, sk), ERR_INPUT, "another key");
	REFUSED(seal_bad(f, &c, &l, quarter_start(quarter_of(FIXTURE_NOW) + 8), f->member[FIXTURE_REPORTER].signing), ERR_ABSENT, "no key");
	l.audience = 0;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_INPUT, "no audience");
	l.audience = RECORD_AUDIENCE_MAX + 1;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_LIMIT, "9 teams");
	l = label, l.team[0] = 65535;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_DENIED, "team 65535");
	l = label, l.tlp = TLP_COUNT;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_INPUT, "TLP");
	l = label, l.kind = 0;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_INPUT, "kind");
	strcpy(c.attachment[1].name, "a/b");
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_INPUT, "path");
	strcpy(c.attachment[1].name, "ab");
	c.attachments = ATTACHMENTS_MAX + 1;
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_LIMIT, "attachments");
	content_make(f, &c);
	c.card.n--;
	CHECK(seal_bad(f, &c, &label, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing) != ERR_OK);
	content_make(f, &c);
	c.document = slice_of(big, sizeof big);
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_LIMIT, "at most 33554432");
	c.document.n = 33030144; // padded, it is too large
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing), ERR_LIMIT, "at most 33554432");
	fixture_free(f);
}

// The largest document that fits, once.
static void largest(void)
{
	static struct content c;
	static uint8_t big[32500000];
	struct fixture *f = fixture_new(2, 3);
	struct sealed s;
	struct envelope e;
	struct share shares[3];
	REQUIRE(f != NULL);
	content_make(f, &c);
	big[sizeof big - 1] = 7;
	c.document = slice_of(big, sizeof big);
	buf_init(&s.envelope, RECORD_MAX);
	REQUIRE(record_seal(&c, &label, f->governance, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing, &s.envelope, s.id, s.batch_sk, &why) == ERR_OK);
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	REQUIRE(open_with(f, &e, shares, seats_open(f, &e, 4 | 8, shares)) == ERR_OK);
	CHECK(slice_equal(opened.document, c.document));
	buf_free(&plain);
	buf_free(&s.envelope);
	fixture_free(f);
}

const struct test tests[] = {{"keys: computed by hand", keys_by_hand},
                             {"2 of 3: round trip, too few", two_of_three},
                             {"5 of 7: round trip, too few", five_of_seven},
                             {"a bit of each region", flips},
                             {"shares swapped between seats and records", swaps},
                             {"another label", labels},
                             {"lying shares are survived and named", lies},
                             {"two groups cannot open two texts", two_texts},
                             {"forged inside", forgeries},
                             {"subsets are bounded", bound},
                             {"quarters and committee", quarters},
                             {"what is not sealed", seal_refusals},
                             {"the largest", largest},
                             {NULL, NULL}};
