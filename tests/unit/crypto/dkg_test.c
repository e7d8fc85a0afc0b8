#include "crypto/dkg.h"

#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"
#include "base/wire.h"
#include "vectors.h"

#define READ(array) ((const uint8_t(*)[32])(array))
#define FILE_NAME "cocktail-dkg-ristretto255-sha512.json"

// Seats of one ceremony in one place, and the messages between them.
struct table {
	struct dkg_setup setup;
	uint8_t keys[SEATS_MAX][SCALAR], publics[SEATS_MAX][ELEMENT];
	struct dkg *seats[SEATS_MAX];
	struct dkg_message round1[SEATS_MAX], round3[SEATS_MAX];
	uint8_t signatures[SEATS_MAX][DKG_SIGNATURE];
};

static void seat_down(struct table *t, unsigned threshold, unsigned n, struct slice session)
{
	struct why why = {""};
	t->setup = (struct dkg_setup){threshold, n, READ(t->publics), session};
	for (unsigned i = 0; i < n; i++) {
		t->seats[i] = NULL;
		CHECK(dkg_key_public(t->keys[i], t->publics[i]) == ERR_OK);
	}
	for (unsigned i = 0; i < n; i++) {
		CHECK_SAY(dkg_new(&t->setup, t->keys[i], &t->seats[i], &why) == ERR_OK, "%s", why.text);
		CHECK(t->seats[i] != NULL && dkg_seat(t->seats[i]) == i + 1);
	}
}

static void stand_up(struct table *t)
{
	for (unsigned i = 0; i < t->setup.n; i++)
		dkg_free(t->seats[i]);
}

// The state goes through its bytes, as in a keeper that restarts. Every shorter state is refused, unless `quick`.
static void restart(struct table *t, unsigned i, bool quick)
{
	struct buf state;
	struct why why = {""};
	struct dkg *again = NULL;
	buf_init(&state, DKG_STATE_MAX);
	dkg_encode(t->seats[i], &state);
	CHECK(buf_status(&state) == ERR_OK);
	for (size_t n = quick ? state.n : 0; n < state.n; n++) {
		uint8_t *cut = malloc(n + 1);
		memcpy(cut, state.p, n);
		CHECK_SAY(dkg_decode(slice_of(cut, n), &again, NULL) == ERR_INPUT, "%zu of %zu bytes", n, state.n);
		free(cut);
	}
	CHECK(again == NULL);
	CHECK_SAY(dkg_decode(buf_slice(&state), &again, &why) == ERR_OK, "%s", why.text);
	buf_put_u8(&state, 0);
	struct dkg *longer = NULL;
	CHECK(dkg_decode(buf_slice(&state), &longer, NULL) == ERR_INPUT);
	CHECK(longer == NULL);
	dkg_free(t->seats[i]);
	t->seats[i] = again;
	buf_free(&state);
}

static void gather1(struct table *t)
{
	for (unsigned i = 0; i < t->setup.n; i++)
		t->round1[i] = (struct dkg_message){i + 1, dkg_commitment(t->seats[i])};
}

static void certify(struct table *t, unsigned i, struct slice extension)
{
	CHECK(dkg_certify(t->seats[i], t->keys[i], extension, t->signatures[i], NULL) == ERR_OK);
	t->round3[i] = (struct dkg_message){i + 1, slice_of(t->signatures[i], DKG_SIGNATURE)};
}

// The specification's "Transparent Derivation Scheme" of its vectors; `counter` only for a stream.
static void derived(const struct table *t, struct slice seed, const char *label, unsigned who, int counter, uint8_t out[static 64])
{
	char text[64];
	snprintf(text, sizeof text, "%s_%u", label, who);
	const uint8_t sizes[8] = {[0] = (uint8_t)t->setup.t, [4] = (uint8_t)t->setup.n}, count[8] = {(uint8_t)counter};
	const struct slice parts[] = {seed, SLICE_LITERAL("COCKTAIL(Ristretto255, SHA-512)"), slice_of(sizes, 8), slice_text(text),
	                              slice_of(count, counter < 0 ? 0 : 8)};
	sha512_parts(parts, 5, out);
}

static void derived_scalar(const struct table *t, struct slice seed, const char *label, unsigned who, int counter,
                           uint8_t s[static SCALAR])
{
	uint8_t wide[64];
	derived(t, seed, label, who, counter, wide);
	crypto_core_ristretto255_scalar_reduce(s, wide);
}

static struct bytes item(const json_t *array, size_t i)
{
	const char *hex = json_string_value(json_array_get(array, i));
	return bytes_of_hex(hex != NULL ? hex : "");
}

// Frees the expected bytes.
static void same_at(int line, struct bytes want, const void *p, size_t n)
{
	CHECK_SAY(bytes_are(want, p, n), "line %d", line);
	free(want.p);
}

#define SAME(...) same_at(__LINE__, __VA_ARGS__)

// Round 1 of seat i+1 byte for byte, its randomness drawn as the vectors' authors did.
static void vector_round1(struct table *t, const json_t *vector, struct slice seed, unsigned i)
{
	const json_t *want = json_array_get(json_object_get(vector, "round1"), i);
	const json_t *payload = json_array_get(json_object_get(vector, "payloads"), i);
	uint8_t coefficients[SEATS_MAX][SCALAR], ephemeral[SCALAR];
	struct bytes text = bytes_of_hex(payload != NULL ? json_string_value(payload) : "");
	struct slice payloads[SEATS_MAX];
	for (unsigned j = 0; j < t->setup.n; j++)
		payloads[j] = bytes_slice(text);
	for (unsigned k = 0; k < t->setup.t; k++)
		derived_scalar(t, seed, "round1_participant", i + 1, (int)k, coefficients[k]);
	derived_scalar(t, seed, "round1_participant", i + 1, (int)t->setup.t, ephemeral);
	CHECK(dkg_commit_with(t->seats[i], t->keys[i], READ(coefficients), ephemeral, payload != NULL ? payloads : NULL, NULL) ==
	      ERR_OK);
	struct wire w = wire_of(dkg_commitment(t->seats[i]));
	for (unsigned k = 0; k < t->setup.t; k++)
		SAME(item(json_object_get(want, "vss_commitment"), k), wire_take(&w, ELEMENT).p, ELEMENT);
	SAME(bytes_of(want, "pop"), wire_take(&w, DKG_SIGNATURE).p, DKG_SIGNATURE);
	SAME(bytes_of(want, "ephemeral_public_key"), wire_take(&w, ELEMENT).p, ELEMENT);
	for (unsigned j = 0; j < t->setup.n; j++) {
		struct slice c = wire_take(&w, wire_u64(&w));
		SAME(item(json_object_get(want, "encrypted_shares"), j), c.p, c.n);
	}
	CHECK(wire_end(&w, "message", NULL) == ERR_OK);
	if (payload == NULL)
		CHECK(dkg_commitment(t->seats[i]).n == DKG_COMMITMENT_BYTES(t->setup.t, t->setup.n));
	free(text.p);
}

static void vector_round2(struct table *t, const json_t *vector, unsigned i)
{
	unsigned liar;
	struct why why = {""};
	const json_t *payloads = json_object_get(vector, "payloads");
	CHECK_SAY(dkg_accept(t->seats[i], t->keys[i], t->round1, t->setup.n, &liar, &why) == ERR_OK, "%s", why.text);
	for (unsigned j = 0; j < t->setup.n; j++) {
		struct buf got;
		buf_init_secret(&got, DKG_PAYLOAD_MAX);
		CHECK(dkg_payload(t->seats[i], t->keys[i], j + 1, &got) == ERR_OK);
		SAME(item(payloads, j), got.p, got.n);
		buf_free(&got);
	}
}

static void vector_recovery(const struct table *t, const json_t *vector, unsigned i, struct slice certificate, struct slice bundle,
                            const uint8_t share[static SCALAR])
{
	uint8_t recovered[SCALAR];
	struct dkg_public public;
	const json_t *want = json_object_get(vector, "recovery");
	CHECK(dkg_recover(t->keys[i], certificate, bundle, recovered, &public, NULL) == ERR_OK);
	CHECK_BYTES(recovered, share, SCALAR);
	if (!json_is_object(want) || json_integer_value(json_object_get(want, "participant_id")) != i + 1)
		return;
	SAME(bytes_of(want, "recovered_secret_share"), recovered, SCALAR);
	SAME(bytes_of(want, "recovered_verification_share"), public.shares[i], ELEMENT);
	struct wire w = wire_of(bundle);
	for (unsigned j = 0; j < t->setup.n; j++) {
		struct slice c = wire_take(&w, wire_u64(&w));
		SAME(item(json_object_get(want, "ciphertexts"), j), c.p, c.n);
	}
	CHECK(wire_end(&w, "bundle", NULL) == ERR_OK);
}

static void vector_round3(struct table *t, const json_t *vector, unsigned i)
{
	uint8_t share[SCALAR], hash[64];
	struct dkg_public public, read;
	struct why why = {""};
	unsigned liar;
	const json_t *round2 = json_object_get(vector, "round2");
	struct buf certificate;
	buf_init(&certificate, DKG_CERTIFICATE_MAX);
	CHECK_SAY(dkg_finish(t->seats[i], t->keys[i], t->round3, t->setup.n, share, &certificate, &public, &liar, &why) == ERR_OK, "%s",
	          why.text);
	sha512(slice_part(buf_slice(&certificate), 0, certificate.n - t->setup.n * DKG_SIGNATURE), hash);
	SAME(bytes_of(json_object_get(vector, "round3"), "transcript_hash"), hash, sizeof hash);
	SAME(bytes_of(json_array_get(round2, i), "secret_share"), share, SCALAR);
	SAME(bytes_of(vector, "group_public_key"), public.group, ELEMENT);
	SAME(bytes_of(vector, "extension"), public.extension, public.extension_n);
	for (unsigned j = 0; j < t->setup.n; j++)
		SAME(bytes_of(json_array_get(round2, j), "verification_share"), public.shares[j], ELEMENT);
	CHECK(dkg_certificate_read(buf_slice(&certificate), &read, NULL) == ERR_OK);
	CHECK(memcmp(&read, &public, sizeof read) == 0);
	vector_recovery(t, vector, i, buf_slice(&certificate), dkg_bundle(t->seats[i]), share);
	buf_free(&certificate);
}

static void one_vector(const json_t *vector, struct slice seed)
{
	static struct table t;
	uint8_t context[DKG_CONTEXT];
	unsigned n = (unsigned)json_integer_value(json_object_get(vector, "n"));
	struct bytes session = bytes_of(vector, "session_tag"), extension = bytes_of(vector, "extension");
	const json_t *config = json_object_get(vector, "config");
	t.setup.t = (unsigned)json_integer_value(json_object_get(vector, "t"));
	t.setup.n = n;
	for (unsigned i = 0; i < n; i++) {
		derived_scalar(&t, seed, "static_secret_key", i + 1, -1, t.keys[i]);
		SAME(item(json_object_get(config, "static_secret_keys"), i), t.keys[i], SCALAR);
	}
	seat_down(&t, t.setup.t, n, bytes_slice(session));
	for (unsigned i = 0; i < n; i++)
		SAME(item(json_object_get(config, "static_public_keys"), i), t.publics[i], ELEMENT);
	CHECK(dkg_context(&t.setup, context, NULL) == ERR_OK);
	SAME(bytes_of(vector, "context"), context, sizeof context);
	for (unsigned i = 0; i < n; i++)
		vector_round1(&t, vector, seed, i);
	gather1(&t);
	for (unsigned i = 0; i < n; i++)
		vector_round2(&t, vector, i);
	for (unsigned i = 0; i < n; i++) {
		certify(&t, i, bytes_slice(extension));
		const json_t *want = json_array_get(json_object_get(json_object_get(vector, "round3"), "signatures"), i);
		SAME(bytes_of(want, "signature"), t.signatures[i], DKG_SIGNATURE);
	}
	for (unsigned i = 0; i < n; i++)
		vector_round3(&t, vector, i);
	stand_up(&t);
	free(session.p);
	free(extension.p);
}

static void vectors(void)
{
	CHECK(crypto_init() == ERR_OK);
	json_t *root = vectors_load(FILE_NAME), *vector;
	size_t i;
	if (root == NULL)
		return;
	struct bytes seed = bytes_of(root, "seed");
	json_array_foreach(json_object_get(root, "vectors"), i, vector)
		one_vector(vector, bytes_slice(seed));
	CHECK_SAY(i == 4, "%zu vectors", i);
	free(seed.p);
	json_decref(root);
}

// A 3-of-5 ceremony with random keys, up to the round 1 messages.
static void committed(struct table *t, unsigned threshold, unsigned n)
{
	CHECK(crypto_init() == ERR_OK);
	for (unsigned i = 0; i < n; i++)
		scalar_random(t->keys[i]);
	seat_down(t, threshold, n, SLICE_LITERAL("address 2026 and random bytes"));
	for (unsigned i = 0; i < n; i++)
		CHECK(dkg_commit(t->seats[i], t->keys[i], NULL, NULL) == ERR_OK);
	gather1(t);
}

static void accepted(struct table *t, unsigned threshold, unsigned n)
{
	unsigned liar;
	committed(t, threshold, n);
	for (unsigned i = 0; i < n; i++)
		CHECK(dkg_accept(t->seats[i], t->keys[i], t->round1, n, &liar, NULL) == ERR_OK && liar == 0);
	for (unsigned i = 0; i < n; i++)
		certify(t, i, SLICE_LITERAL("charter"));
}

// What the keys are for: shares of any t seats evaluate as one key would, each proved against its published share.
static void evaluates(const struct dkg_public *public, const uint8_t shares[][SCALAR], unsigned first)
{
	uint8_t seats[SEATS_MAX], blind[SCALAR], blinded[1][ELEMENT], evaluated[SEATS_MAX][1][ELEMENT], combined[1][ELEMENT];
	uint8_t whole[SCALAR], direct[1][ELEMENT], proof[VOPRF_PROOF];
	const uint8_t(*pointers[SEATS_MAX])[ELEMENT];
	size_t bad;
	CHECK(voprf_blind(SLICE_LITERAL("198.51.100.7"), blind, blinded[0]) == ERR_OK);
	for (unsigned k = 0; k < public->t; k++) {
		unsigned i = first + k;
		seats[k] = (uint8_t)(i + 1);
		CHECK(voprf_evaluate(shares[i], public->shares[i], READ(blinded), 1, evaluated[k], proof, &bad) == ERR_OK);
		CHECK(voprf_verify(public->shares[i], READ(blinded), READ(evaluated[k]), 1, proof) == ERR_OK);
		pointers[k] = READ(evaluated[k]);
	}
	CHECK(voprf_combine(seats, public->t, pointers, 1, combined) == ERR_OK);
	CHECK(shamir_combine(seats, shares + first, public->t, whole) == ERR_OK); // a test may; nobody else ever does
	CHECK(voprf_evaluate(whole, public->group, READ(blinded), 1, direct, proof, &bad) == ERR_OK);
	CHECK_BYTES(combined, direct, ELEMENT);
}

// Every state goes through its bytes between the rounds; messages arrive in falling order.
static void whole_run(unsigned threshold, unsigned n, bool quick)
{
	static struct table t;
	static uint8_t shares[SEATS_MAX][SCALAR];
	struct dkg_public public = {0};
	unsigned liar;
	CHECK(crypto_init() == ERR_OK);
	for (unsigned i = 0; i < n; i++)
		scalar_random(t.keys[i]);
	seat_down(&t, threshold, n, SLICE_LITERAL("a"));
	for (unsigned i = 0; i < n; i++) {
		restart(&t, i, quick);
		CHECK(dkg_commit(t.seats[i], t.keys[i], NULL, NULL) == ERR_OK);
		restart(&t, i, quick || i > 0);
	}
	struct dkg_message falling[SEATS_MAX];
	gather1(&t);
	for (unsigned i = 0; i < n; i++)
		falling[i] = t.round1[n - 1 - i];
	static uint8_t copies[SEATS_MAX][DKG_COMMITMENT_BYTES(SEATS_MAX, SEATS_MAX)]; // a restart frees what round1 borrows
	for (unsigned i = 0; i < n; i++) {
		memcpy(copies[i], falling[i].bytes.p, falling[i].bytes.n);
		falling[i].bytes.p = copies[i];
	}
	for (unsigned i = 0; i < n; i++) {
		CHECK(dkg_accept(t.seats[i], t.keys[i], falling, n, &liar, NULL) == ERR_OK && liar == 0);
		restart(&t, i, quick || i > 0);
		certify(&t, i, SLICE_LITERAL("the charter's hash"));
		restart(&t, i, quick || i > 0);
		certify(&t, i, SLICE_LITERAL("the charter's hash")); // once more: the same signature
	}
	for (unsigned i = 0; i < n; i++) {
		struct buf certificate;
		buf_init(&certificate, DKG_CERTIFICATE_MAX);
		CHECK(dkg_finish(t.seats[i], t.keys[i], t.round3, n, shares[i], &certificate, &public, &liar, NULL) == ERR_OK);
		CHECK(slice_is_text(slice_of(public.extension, public.extension_n), "the charter's hash"));
		buf_free(&certificate);
	}
	evaluates(&public, READ(shares), 0);
	evaluates(&public, READ(shares), n - threshold);
	stand_up(&t);
}

static void runs(void)
{
	whole_run(2, 3, false);
	whole_run(1, 1, true);
	whole_run(5, 7, true);
}

static void largest(void)
{
	whole_run(2, SEATS_MAX, true);
}

// Payloads of the greatest size, and one byte more.
static void payloads(void)
{
	static struct table t;
	static uint8_t text[DKG_PAYLOAD_MAX + 1];
	unsigned liar;
	CHECK(crypto_init() == ERR_OK);
	random_bytes(text, sizeof text);
	for (unsigned i = 0; i < 2; i++)
		scalar_random(t.keys[i]);
	seat_down(&t, 2, 2, SLICE_LITERAL("a"));
	struct slice send[2] = {slice_of(text, DKG_PAYLOAD_MAX), slice_of(text, DKG_PAYLOAD_MAX + 1)};
	CHECK(dkg_commit(t.seats[0], t.keys[0], send, NULL) == ERR_LIMIT);
	send[1].n = 7;
	for (unsigned i = 0; i < 2; i++)
		CHECK(dkg_commit(t.seats[i], t.keys[i], send, NULL) == ERR_OK);
	struct buf got;
	buf_init_secret(&got, 2 * DKG_PAYLOAD_MAX);
	CHECK(dkg_payload(t.seats[0], t.keys[0], 2, &got) == ERR_DENIED); // nothing accepted yet
	for (unsigned i = 0; i < 2; i++) {
		gather1(&t); // a restart frees what was gathered before
		CHECK(dkg_accept(t.seats[i], t.keys[i], t.round1, 2, &liar, NULL) == ERR_OK);
		restart(&t, i, true);
		buf_clear(&got);
		CHECK(dkg_payload(t.seats[i], t.keys[i], 1, &got) == ERR_OK);
		CHECK(slice_equal(buf_slice(&got), send[i]));
		CHECK(dkg_payload(t.seats[i], t.keys[i], 0, &got) == ERR_ABSENT);
		CHECK(dkg_payload(t.seats[i], t.keys[i], 3, &got) == ERR_ABSENT);
		CHECK(dkg_payload(t.seats[i], t.keys[1 - i], 1, &got) == ERR_INPUT); // another seat's key
	}
	buf_free(&got);
	stand_up(&t);
}

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

static void schnorr(void)
{
	uint8_t sk[SCALAR], pk[ELEMENT], sig[SCHNORR_BYTES], zero[SCHNORR_BYTES] = {0};
	CHECK(crypto_init() == ERR_OK);
	scalar_random(sk);
	CHECK(dkg_key_public(sk, pk) == ERR_OK);
	CHECK(schnorr_sign(sk, SLICE_LITERAL("m"), sig) && schnorr_verify(pk, SLICE_LITERAL("m"), sig));
	CHECK(!schnorr_verify(pk, SLICE_LITERAL("n"), sig));
	CHECK(!schnorr_verify(sig, SLICE_LITERAL("m"), sig));   // another key
	CHECK(!schnorr_verify(zero, SLICE_LITERAL("m"), sig));  // the identity as key
	CHECK(!schnorr_verify(pk, SLICE_LITERAL("m"), zero));
	// z + l is the same number mod l, and not canonical.
	uint8_t order[SCALAR];
	CHECK(hex_decode(slice_text("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), order, SCALAR));
	sodium_add(sig + ELEMENT, order, SCALAR);
	CHECK(!schnorr_verify(pk, SLICE_LITERAL("m"), sig));
	CHECK(!schnorr_sign(zero, SLICE_LITERAL("m"), sig) && memcmp(sig, zero, sizeof sig) == 0);
	CHECK(!schnorr_sign(order, SLICE_LITERAL("m"), sig));
}

const struct test tests[] = {
	{"C2SP vectors", vectors},
	{"whole runs through states", runs},
	{"32 seats", largest},
	{"payloads", payloads},
	{"Schnorr signature", schnorr},
	{"refused setups", setups_refused},
	{"lying seats are named", liars},
	{"false dealers are named", false_dealer},
	{"replayed messages", replayed},
	{"missing, doubled and changed on the way", relayed},
	{"false signatures are named", signatures},
	{"split views never finish", split_view},
	{"certificates and recovery", certificates},
	{"refused states", states_refused},
	{NULL, NULL},
};
