#include <sodium.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "dkg_table.h"

static void setups_refused(void)
{
	static struct table t;
	static const uint8_t long_name[DKG_SESSION_MAX + 1];
	CHECK(crypto_init() == ERR_OK);
	for (unsigned i = 0; i < 4; i++) {
		scalar_random(t.keys[i]);
		CHECK(dkg_key_public(t.keys[i], t.publics[i]) == ERR_OK);
	}
	const struct {
		const char *what;
		unsigned t, n;
		size_t name;
		enum err want;
	} rows[] = {
		{"good", 2, 3, 1, ERR_OK},
		{"the longest name", 3, 3, DKG_SESSION_MAX, ERR_OK},
		{"t 0", 0, 3, 1, ERR_LIMIT},
		{"n 0", 0, 0, 1, ERR_LIMIT},
		{"t over n", 4, 3, 1, ERR_LIMIT},
		{"n over the maximum", 2, SEATS_MAX + 1, 1, ERR_LIMIT},
		{"no name", 2, 3, 0, ERR_LIMIT},
		{"a name too long", 2, 3, DKG_SESSION_MAX + 1, ERR_LIMIT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dkg_setup setup = {rows[i].t, rows[i].n, READ(t.publics), slice_of(long_name, rows[i].name)};
		struct dkg *dkg = NULL;
		CHECK_SAY(dkg_new(&setup, t.keys[0], &dkg, NULL) == rows[i].want, "%s", rows[i].what);
		CHECK((dkg != NULL) == (rows[i].want == ERR_OK));
		dkg_free(dkg);
	}
	struct dkg_setup setup = {2, 3, READ(t.publics), SLICE_LITERAL("a")};
	struct dkg *dkg = NULL;
	struct why why;
	uint8_t zero[SCALAR] = {0}, order[SCALAR];
	CHECK(hex_decode(slice_text("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), order, SCALAR));
	CHECK(dkg_new(&setup, t.keys[3], &dkg, NULL) == ERR_INPUT); // no seat of ours
	CHECK(dkg_new(&setup, zero, &dkg, NULL) == ERR_INPUT);
	CHECK(dkg_new(&setup, order, &dkg, NULL) == ERR_INPUT);
	memcpy(t.publics[2], t.publics[0], ELEMENT);
	CHECK(dkg_new(&setup, t.keys[0], &dkg, &why) == ERR_INPUT && strstr(why.text, "seat 3") != NULL);
	memset(t.publics[1], 0, ELEMENT);
	CHECK(dkg_new(&setup, t.keys[0], &dkg, &why) == ERR_INPUT && strstr(why.text, "seat 2") != NULL);
	memset(t.publics[1], 0xff, ELEMENT);
	CHECK(dkg_new(&setup, t.keys[0], &dkg, &why) == ERR_INPUT && strstr(why.text, "seat 2") != NULL);
	CHECK(dkg == NULL);
}

// Where things lie in a round 1 message of a 3-of-5 ceremony.
enum { POP = 3 * ELEMENT, EPHEMERAL = POP + DKG_SIGNATURE, FRAMES = EPHEMERAL + ELEMENT, FRAME = 8 + DKG_CIPHERTEXT_MIN };

// One change to what seat 4 sends, as seat 2 sees it: other bytes, or (NULL) one bit, which in the first element's last byte is bit
// 255.
static void lie(const char *what, size_t at, const void *with, size_t n, size_t whole, enum err want, unsigned seat)
{
	static struct table t;
	uint8_t copy[DKG_COMMITMENT_BYTES(3, 5) + 1] = {0};
	struct why why = {""};
	unsigned liar = 99;
	committed(&t, 3, 5);
	memcpy(copy, t.round1[3].bytes.p, t.round1[3].bytes.n);
	for (size_t i = 0; i < n; i++)
		copy[at + i] = with != NULL ? ((const uint8_t *)with)[i] : copy[at + i] ^ (at == ELEMENT - 1 ? 0x80 : 1);
	t.round1[3].bytes = slice_of(copy, whole);
	enum err got = dkg_accept(t.seats[1], t.keys[1], t.round1, 5, &liar, &why);
	CHECK_SAY(got == want && liar == seat, "%s: %s, seat %u (%s)", what, err_name(got), liar, why.text);
	CHECK_SAY(want == ERR_OK || strstr(why.text, "seat 4") != NULL, "%s: %s", what, why.text);
	CHECK(dkg_phase(t.seats[1]) == (want == ERR_OK ? DKG_ACCEPTED : DKG_ABORTED));
	restart(&t, 1, false); // and it stays so
	gather1(&t);
	uint8_t signature[DKG_SIGNATURE];
	if (want != ERR_OK) {
		CHECK(dkg_accept(t.seats[1], t.keys[1], t.round1, 5, &liar, NULL) == ERR_DENIED);
		CHECK(dkg_certify(t.seats[1], t.keys[1], SLICE_LITERAL(""), signature, NULL) == ERR_DENIED);
	}
	stand_up(&t);
}

static void liars(void)
{
	static const uint8_t zero[ELEMENT], ones[ELEMENT] = {[0 ... 31] = 0xff}, huge[8] = {0, 0, 0, 0, 0, 1, 0, 1},
	                                    wrap[8] = {[0 ... 7] = 0xff}, small[8] = {[7] = DKG_CIPHERTEXT_MIN - 1};
	const size_t whole = DKG_COMMITMENT_BYTES(3, 5);
	lie("nothing changed", 0, NULL, 0, whole, ERR_OK, 0);
	lie("another seat's ciphertext changed: not ours to see", FRAMES + 8, NULL, 1, whole, ERR_OK, 0);
	lie("commitment is the identity", 0, zero, ELEMENT, whole, ERR_INPUT, 4);
	lie("commitment is not canonical", ELEMENT, ones, ELEMENT, whole, ERR_INPUT, 4);
	lie("commitment with bit 255", ELEMENT - 1, NULL, 1, whole, ERR_INPUT, 4);
	lie("false proof of possession, R", POP, NULL, 1, whole, ERR_AUTH, 4);
	lie("false proof of possession, z", POP + ELEMENT, NULL, 1, whole, ERR_AUTH, 4);
	lie("z is not canonical", POP + ELEMENT, ones, SCALAR, whole, ERR_AUTH, 4);
	lie("R is the identity", POP, zero, ELEMENT, whole, ERR_AUTH, 4);
	lie("ephemeral key is the identity", EPHEMERAL, zero, ELEMENT, whole, ERR_INPUT, 4);
	lie("ciphertext changed", FRAMES + FRAME + 8, NULL, 1, whole, ERR_AUTH, 4);
	lie("tag changed", FRAMES + 2 * FRAME - 1, NULL, 1, whole, ERR_AUTH, 4);
	lie("ciphertext length above the maximum", FRAMES, huge, 8, whole, ERR_LIMIT, 4);
	lie("ciphertext length that wraps", FRAMES + FRAME, wrap, 8, whole, ERR_LIMIT, 4);
	lie("ciphertext below the minimum", FRAMES, small, 8, whole, ERR_INPUT, 4);
	lie("one byte short", 0, NULL, 0, whole - 1, ERR_INPUT, 4);
	lie("one byte long", 0, NULL, 0, whole + 1, ERR_INPUT, 4);
	lie("empty", 0, NULL, 0, 0, ERR_INPUT, 4);
	for (size_t n = 1; n < whole; n += 61)
		lie("cut short", 0, NULL, 0, n, ERR_INPUT, 4);
}

// Seat 4 sends a valid message with another threshold, or a share that is not its polynomial's: both need its cooperation.
static void false_dealer(void)
{
	static struct table t, other;
	unsigned liar;
	struct why why;
	// A commitment with one point more (threshold elevation): the message no longer has the ceremony's length.
	committed(&t, 3, 5);
	memcpy(other.keys, t.keys, sizeof t.keys);
	seat_down(&other, 4, 5, t.setup.session);
	CHECK(dkg_commit(other.seats[3], other.keys[3], NULL, NULL) == ERR_OK);
	t.round1[3].bytes = dkg_commitment(other.seats[3]);
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) != ERR_OK && liar == 4);
	// Another polynomial's ciphertext under the same ephemeral key: it decrypts, and does not fit the commitment.
	uint8_t f[3][SCALAR], g[3][SCALAR], e[SCALAR], copy[DKG_COMMITMENT_BYTES(3, 5)];
	stand_up(&other);
	seat_down(&other, 3, 5, t.setup.session);
	struct dkg *honest = other.seats[3], *false_one = NULL;
	CHECK(dkg_new(&other.setup, other.keys[3], &false_one, NULL) == ERR_OK);
	for (unsigned k = 0; k < 3; k++)
		scalar_random(f[k]);
	scalar_random(e);
	memcpy(g, f, sizeof f);
	scalar_random(g[1]);
	CHECK(dkg_commit_with(honest, other.keys[3], READ(f), e, NULL, NULL) == ERR_OK);
	CHECK(dkg_commit_with(false_one, other.keys[3], READ(g), e, NULL, NULL) == ERR_OK);
	memcpy(copy, dkg_commitment(honest).p, sizeof copy);
	memcpy(copy + FRAMES + FRAME, dkg_commitment(false_one).p + FRAMES + FRAME, FRAME);
	t.round1[3].bytes = slice_of(copy, sizeof copy);
	CHECK(dkg_accept(t.seats[1], t.keys[1], t.round1, 5, &liar, &why) == ERR_AUTH && liar == 4);
	CHECK_SAY(strstr(why.text, "commitment") != NULL, "%s", why.text);
	// Seat 3 was sent a true share and sees nothing.
	CHECK(dkg_accept(t.seats[4], t.keys[4], t.round1, 5, &liar, &why) == ERR_OK);
	dkg_free(false_one);
	stand_up(&other);
	stand_up(&t);
}

// The share of seat 4 for seat 2 with the group order added: it fits the commitment as a number, and is not canonical. Written from
// the specification's H6, since no function of ours would encrypt it.
static void share_not_canonical(void)
{
	static struct table t;
	static const uint8_t length[8] = {DKG_CONTEXT};
	uint8_t shared[2][ELEMENT], k[64], context[DKG_CONTEXT], order[SCALAR], plain[SCALAR], copy[DKG_COMMITMENT_BYTES(3, 5)];
	unsigned liar;
	struct why why = {""};
	committed(&t, 3, 5);
	memcpy(copy, t.round1[3].bytes.p, sizeof copy);
	const uint8_t *e = copy + EPHEMERAL;
	uint8_t *c = copy + FRAMES + FRAME + 8;
	CHECK(dkg_context(&t.setup, context, NULL) == ERR_OK);
	CHECK(element_product(shared[0], t.keys[1], e) && element_product(shared[1], t.keys[1], t.publics[3]));
	const struct slice parts[] = {
		SLICE_LITERAL("COCKTAIL-DKG-Ristretto255-SHA512-H6"), slice_of(shared, sizeof shared), slice_of(e, ELEMENT),
		slice_of(t.publics[3], ELEMENT), slice_of(t.publics[1], ELEMENT), slice_of(length, 8), slice_of(context, DKG_CONTEXT)};
	sha512_parts(parts, 7, k);
	REQUIRE(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, c, DKG_CIPHERTEXT_MIN, NULL, 0, k + 32, k) == 0);
	CHECK(hex_decode(slice_text("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), order, SCALAR));
	sodium_add(plain, order, SCALAR);
	CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(c, NULL, plain, SCALAR, NULL, 0, NULL, k + 32, k) == 0);
	t.round1[3].bytes = slice_of(copy, sizeof copy);
	CHECK(dkg_accept(t.seats[1], t.keys[1], t.round1, 5, &liar, &why) == ERR_INPUT && liar == 4);
	CHECK_SAY(strstr(why.text, "not a scalar") != NULL, "%s", why.text);
	stand_up(&t);
}

// A message replayed from another session, or from another seat of this one.
static void replayed(void)
{
	static struct table t, other;
	unsigned liar;
	committed(&t, 3, 5);
	memcpy(other.keys, t.keys, sizeof t.keys);
	seat_down(&other, 3, 5, SLICE_LITERAL("last year"));
	CHECK(dkg_commit(other.seats[3], other.keys[3], NULL, NULL) == ERR_OK);
	t.round1[3].bytes = dkg_commitment(other.seats[3]);
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, NULL) == ERR_AUTH && liar == 4);
	t.round1[3].bytes = dkg_commitment(t.seats[4]);
	CHECK(dkg_accept(t.seats[1], t.keys[1], t.round1, 5, &liar, NULL) == ERR_AUTH && liar == 4);
	stand_up(&other);
	stand_up(&t);
}

// What the relay can do without a lie: nothing of this ends the ceremony.
static void relayed(void)
{
	static struct table t;
	struct why why;
	unsigned liar;
	committed(&t, 3, 5);
	struct dkg_message saved = t.round1[4];
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 4, &liar, &why) == ERR_AWAY && liar == 5);
	CHECK_SAY(strstr(why.text, "seat 5") != NULL, "%s", why.text);
	t.round1[4] = t.round1[2];
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_EXISTS && liar == 3);
	t.round1[4] = (struct dkg_message){0, saved.bytes};
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_INPUT && liar == 0);
	t.round1[4].seat = 6;
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_INPUT && liar == 0);
	t.round1[4] = saved;
	struct slice ours = t.round1[0].bytes;
	t.round1[0].bytes = t.round1[1].bytes;
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_EXISTS && liar == 0);
	t.round1[0].bytes = ours;
	CHECK(dkg_accept(t.seats[0], t.keys[1], t.round1, 5, &liar, &why) == ERR_INPUT && liar == 0); // another seat's key
	CHECK(dkg_phase(t.seats[0]) == DKG_COMMITTED);
	CHECK(dkg_commit(t.seats[0], t.keys[0], NULL, NULL) == ERR_DENIED); // never two polynomials in one session
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_OK);
	CHECK(dkg_accept(t.seats[0], t.keys[0], t.round1, 5, &liar, &why) == ERR_DENIED);
	stand_up(&t);
}

static enum err finish(struct table *t, unsigned i, size_t count, unsigned *liar, struct why *why)
{
	uint8_t share[SCALAR], untouched[SCALAR] = {0};
	struct dkg_public public;
	struct buf certificate;
	buf_init(&certificate, DKG_CERTIFICATE_MAX);
	memset(share, 0, SCALAR);
	enum err e = dkg_finish(t->seats[i], t->keys[i], t->round3, count, share, &certificate, &public, liar, why);
	CHECK((e == ERR_OK) == (memcmp(share, untouched, SCALAR) != 0));
	CHECK((e == ERR_OK) == (certificate.n > 0));
	buf_free(&certificate);
	return e;
}

static void signatures(void)
{
	static struct table t;
	unsigned liar;
	struct why why;
	uint8_t signature[DKG_SIGNATURE + 1] = {0};
	accepted(&t, 3, 5);
	CHECK(dkg_certify(t.seats[0], t.keys[0], SLICE_LITERAL("another charter"), signature, &why) == ERR_DENIED);
	CHECK(finish(&t, 0, 4, &liar, &why) == ERR_AWAY && liar == 5);
	struct dkg_message saved = t.round3[3];
	t.round3[3].seat = 2;
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_EXISTS && liar == 2);
	t.round3[3] = saved;
	memcpy(signature, saved.bytes.p, DKG_SIGNATURE);
	t.round3[3].bytes = slice_of(signature, DKG_SIGNATURE + 1);
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_INPUT && liar == 4);
	t.round3[3].bytes.n = DKG_SIGNATURE - 1;
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_INPUT && liar == 4);
	t.round3[3].bytes.n = DKG_SIGNATURE;
	for (size_t i = 0; i < DKG_SIGNATURE; i += 9) {
		signature[i] ^= 4;
		CHECK_SAY(finish(&t, 0, 5, &liar, &why) == ERR_AUTH && liar == 4, "byte %zu", i);
		signature[i] ^= 4;
	}
	t.round3[3].bytes = t.round3[2].bytes; // another seat's signature
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_AUTH && liar == 4);
	CHECK_SAY(strstr(why.text, "seat 4") != NULL, "%s", why.text);
	t.round3[3] = saved;
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_OK && liar == 0); // a false signature of others does not end the ceremony
	stand_up(&t);
}

// A split view: seat 4 shows seat 1 another message than the rest, both valid. Everybody accepts, and nobody finishes.
static void split_view(void)
{
	static struct table t;
	unsigned liar;
	struct why why;
	struct dkg *twin = NULL;
	committed(&t, 3, 5);
	CHECK(dkg_new(&t.setup, t.keys[3], &twin, NULL) == ERR_OK);
	CHECK(dkg_commit(twin, t.keys[3], NULL, NULL) == ERR_OK);
	for (unsigned i = 0; i < 5; i++) {
		struct slice saved = t.round1[3].bytes;
		if (i == 0)
			t.round1[3].bytes = dkg_commitment(twin);
		CHECK(dkg_accept(t.seats[i], t.keys[i], t.round1, 5, &liar, &why) == ERR_OK);
		t.round1[3].bytes = saved;
		certify(&t, i, SLICE_LITERAL(""));
	}
	CHECK(finish(&t, 0, 5, &liar, &why) == ERR_AUTH && liar == 2); // the first that saw something else than seat 1
	for (unsigned i = 1; i < 5; i++)
		CHECK(finish(&t, i, 5, &liar, &why) == ERR_AUTH && liar == 1);
	dkg_free(twin);
	stand_up(&t);
	// The same with an extension on which seat 2 disagrees.
	committed(&t, 2, 3);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(dkg_accept(t.seats[i], t.keys[i], t.round1, 3, &liar, &why) == ERR_OK);
		certify(&t, i, i == 1 ? SLICE_LITERAL("x") : SLICE_LITERAL("y"));
	}
	CHECK(finish(&t, 0, 3, &liar, &why) == ERR_AUTH && liar == 2);
	stand_up(&t);
}

static void certificates(void)
{
	static struct table t;
	unsigned liar;
	uint8_t share[SCALAR], again[SCALAR];
	struct dkg_public public, read;
	struct buf certificate;
	accepted(&t, 3, 5);
	buf_init(&certificate, DKG_CERTIFICATE_MAX);
	REQUIRE(dkg_finish(t.seats[2], t.keys[2], t.round3, 5, share, &certificate, &public, &liar, NULL) == ERR_OK);
	struct slice good = buf_slice(&certificate), bundle = dkg_bundle(t.seats[2]);
	for (size_t n = 0; n < good.n; n += 1 + (n > 130) * 30) {
		uint8_t *cut = malloc(n + 1);
		memcpy(cut, good.p, n);
		CHECK_SAY(dkg_certificate_read(slice_of(cut, n), &read, NULL) == ERR_INPUT, "%zu bytes", n);
		free(cut);
	}
	for (size_t i = 0; i < good.n; i += 41) {
		certificate.p[i] ^= 1;
		CHECK_SAY(dkg_certificate_read(good, &read, NULL) != ERR_OK, "byte %zu", i);
		CHECK(dkg_recover(t.keys[2], good, bundle, again, &read, NULL) != ERR_OK);
		certificate.p[i] ^= 1;
	}
	buf_put_u8(&certificate, 0);
	CHECK(buf_status(&certificate) == ERR_OK && dkg_certificate_read(buf_slice(&certificate), &read, NULL) == ERR_INPUT);
	good = slice_of(certificate.p, certificate.n - 1);
	for (size_t n = 0; n < bundle.n; n += 11)
		CHECK(dkg_recover(t.keys[2], good, slice_part(bundle, 0, n), again, &read, NULL) == ERR_INPUT);
	CHECK(dkg_recover(t.keys[2], good, dkg_bundle(t.seats[1]), again, &read, NULL) == ERR_AUTH); // another seat's bundle
	scalar_random(again);
	CHECK(dkg_recover(again, good, bundle, again, &read, NULL) == ERR_INPUT); // nobody's key
	CHECK(dkg_recover(t.keys[2], good, bundle, again, &read, NULL) == ERR_OK);
	CHECK_BYTES(again, share, SCALAR);
	buf_free(&certificate);
	stand_up(&t);
}

// Bytes of a state that nobody may choose freely.
static void states_refused(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
	} rows[] = {
		{"version 0", 0, 0}, {"version 2", 0, 2},      {"phase 0", 1, 0},  {"phase 6", 1, 6},
		{"t 0", 2, 0},       {"t over n", 2, 6},       {"n below t", 3, 2}, {"n over the maximum", 3, SEATS_MAX + 1},
		{"seat 0", 4, 0},    {"seat over n", 4, 6},    {"phase before the message", 1, DKG_STARTED},
		{"phase after", 1, DKG_CERTIFIED},             {"a ceremony key out of range", 5 + DKG_CONTEXT + 31, 0xff},
	};
	static struct table t;
	struct buf state;
	struct dkg *dkg = NULL;
	committed(&t, 3, 5);
	buf_init(&state, DKG_STATE_MAX);
	dkg_encode(t.seats[0], &state);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t saved = state.p[rows[i].at];
		state.p[rows[i].at] = rows[i].value;
		CHECK_SAY(dkg_decode(buf_slice(&state), &dkg, NULL) == ERR_INPUT, "%s", rows[i].what);
		CHECK(dkg == NULL);
		state.p[rows[i].at] = saved;
	}
	CHECK(dkg_decode(buf_slice(&state), &dkg, NULL) == ERR_OK);
	dkg_free(dkg);
	buf_free(&state);
	stand_up(&t);
}

// Dealers whose secrets cancel each other: at every seat the outcome is the specification's, and no key is ever the identity.
static void cancelling(void)
{
	static struct table t;
	uint8_t f[2][2][SCALAR], e[SCALAR], two[SCALAR];
	unsigned liar;
	struct why why;
	static const struct {
		const char *what;
		int sign_of[2]; // coefficient k of seat 2 is −(seat 1's)
		bool zero_share; // seat 1's polynomial is zero at seat 2
		enum err want;
	} rows[] = {
		{"independent", {0, 0}, false, ERR_OK},
		{"a share is zero", {0, 0}, true, ERR_OK},
		{"the highest coefficients cancel", {0, 1}, false, ERR_OK},
		{"the secrets cancel", {1, 0}, false, ERR_AUTH},
		{"everything cancels", {1, 1}, false, ERR_AUTH},
	};
	CHECK(crypto_init() == ERR_OK);
	scalar_of(2, two);
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		for (unsigned i = 0; i < 2; i++) {
			scalar_random(t.keys[i]);
			for (unsigned k = 0; k < 2; k++)
				if (i == 1 && rows[r].sign_of[k] != 0)
					crypto_core_ristretto255_scalar_negate(f[1][k], f[0][k]);
				else
					scalar_random(f[i][k]);
		}
		if (rows[r].zero_share) {
			crypto_core_ristretto255_scalar_mul(f[0][0], two, f[0][1]);
			crypto_core_ristretto255_scalar_negate(f[0][0], f[0][0]);
		}
		seat_down(&t, 2, 2, SLICE_LITERAL("a"));
		for (unsigned i = 0; i < 2; i++) {
			scalar_random(e);
			CHECK(dkg_commit_with(t.seats[i], t.keys[i], READ(f[i]), e, NULL, NULL) == ERR_OK);
		}
		gather1(&t);
		CHECK_SAY(dkg_accept(t.seats[1], t.keys[1], t.round1, 2, &liar, &why) == rows[r].want, "%s", rows[r].what);
		CHECK(liar == 0);
		stand_up(&t);
	}
}

// All seats together can sign any transcript; a certificate with a false proof of possession is refused all the same.
static void conspiracy(void)
{
	static struct table t;
	unsigned liar;
	uint8_t share[SCALAR];
	struct dkg_public public;
	struct buf certificate;
	struct why why;
	accepted(&t, 2, 3);
	buf_init(&certificate, DKG_CERTIFICATE_MAX);
	REQUIRE(dkg_finish(t.seats[0], t.keys[0], t.round3, 3, share, &certificate, &public, &liar, NULL) == ERR_OK);
	size_t n = certificate.n - 3 * DKG_SIGNATURE;
	certificate.p[n - 15 - 3 * ELEMENT - 1] ^= 1; // before "charter", its length and the ephemeral keys: the last proof's z
	for (unsigned i = 0; i < 3; i++)
		CHECK(schnorr_sign(t.keys[i], slice_of(certificate.p, n), certificate.p + n + i * DKG_SIGNATURE));
	CHECK(dkg_certificate_read(buf_slice(&certificate), &public, &why) == ERR_AUTH);
	CHECK_SAY(strstr(why.text, "seat 3: its proof") != NULL, "%s", why.text);
	buf_free(&certificate);
	stand_up(&t);
}

const struct test tests[] = {
	{"refused setups", setups_refused},
	{"lying seats are named", liars},
	{"false dealers are named", false_dealer},
	{"a share that is not canonical", share_not_canonical},
	{"replayed messages", replayed},
	{"missing, doubled and changed on the way", relayed},
	{"false signatures are named", signatures},
	{"split views never finish", split_view},
	{"certificates and recovery", certificates},
	{"refused states", states_refused},
	{"dealers that cancel each other", cancelling},
	{"a certificate by conspiracy", conspiracy},
	{NULL, NULL},
};
