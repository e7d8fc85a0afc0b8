// Sealing and opening, with everything that somebody on the way, a seat or a reporter could change.
#include "sealing.h"

#include "base/num.h"

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
		CHECK(opened.reply_secret[0] == 0x5a && memcmp(reporter.signing, reporter_sk(f) + SIGN_SEED, SIGN_PUBLIC) == 0);
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
		const char *says = at < shares_at    ? "give the commitment"
		                   : at < payload_at ? "changed after sealing"
		                                     : "payload does not open";
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
				scalar_random(shares[k].scalar);
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

// Seats 1 and 4 add one each. Among the first five their Lagrange coefficients are 5 and -5: the sum is right all the same.
static void cancelling_lies(void)
{
	struct fixture *f = fixture_new(5, 7);
	struct sealed s;
	struct envelope e;
	struct share shares[SEATS_MAX];
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	for (unsigned mask = 0x3e; mask <= 0xfe; mask += 0xc0) {
		unsigned count = seats_open(f, &e, mask, shares);
		for (unsigned k = 0; k < 4; k += 3)
			for (unsigned i = 0; i < SCALAR && ++shares[k].scalar[i] == 0; i++)
				continue; // the carry
		CHECK_SAY(open_with(f, &e, shares, count) == ERR_OK, "%s", why.text);
		CHECK_SAY(liars == (1 << 1 | 1 << 4), "%llx", (unsigned long long)liars);
	}
	buf_free(&s.envelope);
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

const struct test tests[] = {{"keys: computed by hand", keys_by_hand},
                             {"2 of 3: round trip, too few", two_of_three},
                             {"5 of 7: round trip, too few", five_of_seven},
                             {"a bit of each region", flips},
                             {"shares swapped between seats and records", swaps},
                             {"another label", labels},
                             {"lying shares are survived and named", lies},
                             {"two lies that cancel each other are named", cancelling_lies},
                             {"quarters and committee", quarters},
                             {NULL, NULL}};
