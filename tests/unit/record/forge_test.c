// What a reporter could seal and must not: two texts in one record, false insides, too much. And the bound of the search.
#include "sealing.h"

#include "crypto/hash.h"

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

enum forgery {
	HONEST,
	OTHER_SIGNER,
	OTHER_LABEL,
	OTHER_ORIGIN,
	PADDING,
	TOO_SHORT,
	TOO_LONG,
	BEYOND,
	TRAILING,
	CARD_CHANGED,
	DIGESTS_FEWER,
	PADDED_MORE,
	FORGERIES
};

static void plain_forge(const struct fixture *f, const struct header *h, enum forgery what, struct buf *b)
{
	static const uint8_t digests[3 * SHARE_DIGEST];
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
	content_encode(&c, slice_of(digests, (what == DIGESTS_FEWER ? 2 : 3) * SHARE_DIGEST), &body);
	if (what == CARD_CHANGED)
		body.p[HDR0_HASH + 1 + 1 + sizeof digests + 4 + 8] ^= 1;
	sign_message(what == OTHER_SIGNER ? sk : reporter_sk(f), "record", origin, buf_slice(&body), signature);
	buf_put(&body, signature, SIGN_BYTES);
	if (what == TRAILING)
		buf_put_u8(&body, 0);
	size_t n = body.n - HDR0_HASH;
	size_t said = what == TOO_SHORT ? n - 1 : what == TOO_LONG ? n + 1 : what == BEYOND ? RECORD_FLOOR : n;
	buf_init(b, RECORD_MAX);
	buf_put_u32(b, (uint32_t)said);
	buf_put(b, body.p + HDR0_HASH, n);
	buf_put_zeros(b, (what == PADDED_MORE ? record_padded(RECORD_FLOOR + 1) : RECORD_FLOOR) - b->n);
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
		[DIGESTS_FEWER] = {ERR_INPUT, "2 digests for 3 shares"},
		[PADDED_MORE] = {ERR_INPUT, "in a payload of 17408"},
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
		CHECK_SAY(got == rows[i].want, "row %u: %s %s", i, err_name(got), why.text);
		CHECK_SAY(got == ERR_OK || strstr(why.text, rows[i].says) != NULL, "row %u: %s", i, why.text);
		CHECK((got == ERR_OK) == (plain.p != NULL));
		CHECK(got != ERR_OK || liars == 6); // digests of nothing: that reporter lied
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
		if (i < 9)
			scalar_random(given[i].scalar);
		else
			memcpy(given[i].scalar, shares[i], SCALAR);
	}
	envelope_forge(&h, s, slice_of(text, sizeof text), &b);
	REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
	REFUSED(open_with(f, &e, given, 17), ERR_LIMIT, "4096");
	buf_free(&b);
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
	REFUSED(seal_bad(f, &c, &l, quarter_start(quarter_of(FIXTURE_NOW) + 8), reporter_sk(f)), ERR_ABSENT, "no key");
	l.audience = 0;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, reporter_sk(f)), ERR_INPUT, "no audience");
	l.audience = RECORD_AUDIENCE_MAX + 1;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, reporter_sk(f)), ERR_LIMIT, "9 teams");
	l = label, l.team[0] = 65535;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, reporter_sk(f)), ERR_DENIED, "team 65535");
	l = label, l.tlp = TLP_COUNT;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, reporter_sk(f)), ERR_INPUT, "TLP");
	l = label, l.kind = 0;
	REFUSED(seal_bad(f, &c, &l, FIXTURE_NOW, reporter_sk(f)), ERR_INPUT, "kind");
	strcpy(c.attachment[1].name, "a/b");
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, reporter_sk(f)), ERR_INPUT, "path");
	strcpy(c.attachment[1].name, "ab");
	c.attachments = ATTACHMENTS_MAX + 1;
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, reporter_sk(f)), ERR_LIMIT, "attachments");
	content_make(f, &c);
	c.card.n--;
	CHECK(seal_bad(f, &c, &label, FIXTURE_NOW, reporter_sk(f)) != ERR_OK);
	content_make(f, &c);
	c.document = slice_of(big, sizeof big);
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, reporter_sk(f)), ERR_LIMIT, "at most 33554432");
	c.document.n = 33030144; // padded, it is too large
	REFUSED(seal_bad(f, &c, &label, FIXTURE_NOW, reporter_sk(f)), ERR_LIMIT, "at most 33554432");
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
	REQUIRE(record_seal(&c, &label, f->governance, FIXTURE_NOW, reporter_sk(f), &s.envelope, s.id, s.batch_sk, &why) ==
	        ERR_OK);
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	REQUIRE(open_with(f, &e, shares, seats_open(f, &e, 4 | 8, shares)) == ERR_OK);
	CHECK(slice_equal(opened.document, c.document));
	buf_free(&plain);
	buf_free(&s.envelope);
	fixture_free(f);
}

const struct test tests[] = {{"two groups cannot open two texts", two_texts},
                             {"forged inside", forgeries},
                             {"subsets are bounded", bound},
                             {"what is not sealed", seal_refusals},
                             {"the largest", largest},
                             {NULL, NULL}};
