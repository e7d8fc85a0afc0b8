#include <sodium.h>

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/voprf.h"
#include "dkg_table.h"
#include "vectors.h"

#define FILE_NAME "cocktail-dkg-ristretto255-sha512.json"

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
	sha512(dkg_transcript(buf_slice(&certificate), &public), hash);
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
	{NULL, NULL},
};
