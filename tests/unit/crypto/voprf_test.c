#include "crypto/voprf.h"

#include "crypto/secret.h"
#include "rfc9497.h"
#include "vectors.h"

#define BATCH 4

typedef uint8_t element[VOPRF_ELEMENT];
typedef uint8_t output[VOPRF_OUTPUT];

#define READ(array) ((const uint8_t(*)[32])(array))

// Splits a comma-separated list of hexadecimal strings.
static size_t split(const char *text, struct bytes part[static BATCH])
{
	size_t count = 0;
	while (count < BATCH) {
		const char *comma = strchrnul(text, ',');
		char *one = strndup(text, (size_t)(comma - text));
		part[count++] = bytes_of_hex(one);
		free(one);
		if (*comma == 0)
			break;
		text = comma + 1;
	}
	return count;
}

static size_t fixed(const char *text, void *to, size_t n)
{
	struct bytes part[BATCH];
	size_t count = split(text, part);
	for (size_t i = 0; i < count; i++) {
		CHECK(part[i].n == n);
		memcpy((uint8_t *)to + i * n, part[i].p, n);
		free(part[i].p);
	}
	return count;
}

struct key {
	uint8_t sk[SCALAR], pk[VOPRF_ELEMENT];
};

static struct key rfc_key(void)
{
	struct key k;
	CHECK(crypto_init() == ERR_OK);
	CHECK(fixed(RFC9497_SK, k.sk, SCALAR) == 1 && fixed(RFC9497_PK, k.pk, VOPRF_ELEMENT) == 1);
	return k;
}

// One row of the RFC, from the blind to the output.
static void row(const struct key *k, const struct rfc9497 *v)
{
	struct bytes in[BATCH];
	struct slice inputs[BATCH];
	uint8_t blinds[BATCH][SCALAR], r[SCALAR], proof[VOPRF_PROOF], want_proof[VOPRF_PROOF];
	element blinded[BATCH], evaluated[BATCH], want[BATCH];
	output outputs[BATCH], want_outputs[BATCH];
	size_t count = split(v->input, in), bad;
	REQUIRE(fixed(v->blind, blinds, SCALAR) == count && fixed(v->r, r, SCALAR) == 1);
	REQUIRE(fixed(v->blinded, want, VOPRF_ELEMENT) == count);
	for (size_t i = 0; i < count; i++) {
		inputs[i] = bytes_slice(in[i]);
		CHECK(voprf_blind_with(inputs[i], blinds[i], blinded[i]) == ERR_OK);
		CHECK_BYTES(blinded[i], want[i], VOPRF_ELEMENT);
	}
	REQUIRE(fixed(v->evaluated, want, VOPRF_ELEMENT) == count && fixed(v->proof, want_proof, VOPRF_PROOF) == 1);
	CHECK(voprf_evaluate_with(k->sk, k->pk, READ(blinded), count, r, evaluated, proof, &bad) == ERR_OK);
	CHECK(bad == count);
	CHECK_BYTES(evaluated, want, count * VOPRF_ELEMENT);
	CHECK_BYTES(proof, want_proof, VOPRF_PROOF);
	CHECK(voprf_verify(k->pk, READ(blinded), READ(evaluated), count, proof) == ERR_OK);
	REQUIRE(fixed(v->output, want_outputs, VOPRF_OUTPUT) == count);
	CHECK(voprf_finalize(inputs, READ(blinds), READ(evaluated), count, outputs) == ERR_OK);
	CHECK_BYTES(outputs, want_outputs, count * VOPRF_OUTPUT);
	for (size_t i = 0; i < count; i++)
		free(in[i].p);
}

static void derive(void)
{
	struct key k = rfc_key(), derived;
	struct bytes seed = bytes_of_hex(RFC9497_SEED), info = bytes_of_hex(RFC9497_KEY_INFO);
	CHECK(voprf_derive_key(seed.p, bytes_slice(info), derived.sk, derived.pk) == ERR_OK);
	CHECK_BYTES(&derived, &k, sizeof k);
	CHECK(voprf_derive_key(seed.p, slice_of(seed.p, VOPRF_INPUT_MAX + 1), derived.sk, derived.pk) == ERR_LIMIT);
	free(seed.p);
	free(info.p);
}

static void typed(void)
{
	struct key k = rfc_key();
	for (size_t i = 0; i < sizeof rfc9497 / sizeof *rfc9497; i++)
		row(&k, &rfc9497[i]);
}

static void whole_file(void)
{
	json_t *root = vectors_load("rfc9497-ristretto255.json"), *group, *test;
	size_t i, j, ran = 0;
	if (root == NULL)
		return;
	json_array_foreach(root, i, group)
	{
		if (json_integer_value(json_object_get(group, "mode")) != 1)
			continue;
		struct key k = rfc_key();
		CHECK_TEXT(json_string_value(json_object_get(group, "skSm")), RFC9497_SK);
		json_array_foreach(json_object_get(group, "vectors"), j, test)
		{
			const json_t *proof = json_object_get(test, "Proof");
#define TEXT(object, name) json_string_value(json_object_get((object), (name)))
			row(&k, &(struct rfc9497){TEXT(test, "Input"), TEXT(test, "Blind"), TEXT(test, "BlindedElement"),
			                          TEXT(test, "EvaluationElement"), TEXT(proof, "proof"), TEXT(proof, "r"),
			                          TEXT(test, "Output")});
			ran++;
		}
	}
	CHECK_SAY(ran == 3, "%zu vectors", ran);
	json_decref(root);
}

// A key split t of n, and what each seat answers to one blinded batch.
struct threshold {
	unsigned t, n;
	size_t count;
	uint8_t shares[SEATS_MAX][SCALAR];
	element publics[SEATS_MAX], blinded[BATCH], evaluated[SEATS_MAX][BATCH];
	uint8_t proofs[SEATS_MAX][VOPRF_PROOF];
};

static void answer(struct threshold *s, const struct key *k, unsigned t, unsigned n)
{
	size_t bad;
	s->t = t;
	s->n = n;
	shamir_split(k->sk, t, n, s->shares);
	for (unsigned i = 0; i < n; i++) {
		CHECK(voprf_public(s->shares[i], s->publics[i]) == ERR_OK);
		CHECK(voprf_evaluate(s->shares[i], s->publics[i], READ(s->blinded), s->count, s->evaluated[i], s->proofs[i], &bad) ==
		      ERR_OK);
		CHECK(voprf_verify(s->publics[i], READ(s->blinded), READ(s->evaluated[i]), s->count, s->proofs[i]) == ERR_OK);
	}
}

// Combines the seats of one set; true when the outputs are `want`.
static bool gives(const struct threshold *s, uint32_t set, const struct slice *inputs, const uint8_t blinds[][SCALAR],
                  const output *want)
{
	uint8_t seats[SEATS_MAX];
	const uint8_t(*evaluated[SEATS_MAX])[VOPRF_ELEMENT];
	unsigned count = 0;
	for (unsigned i = s->n; i-- > 0;)
		if ((set >> i & 1) != 0) {
			seats[count] = (uint8_t)(i + 1);
			evaluated[count++] = READ(s->evaluated[i]);
		}
	element combined[BATCH];
	output outputs[BATCH];
	CHECK(voprf_combine(seats, count, evaluated, s->count, combined) == ERR_OK);
	CHECK(voprf_finalize(inputs, blinds, READ(combined), s->count, outputs) == ERR_OK);
	return memcmp(outputs, want, s->count * VOPRF_OUTPUT) == 0;
}

// The third row of the RFC (a batch of two): every subset of t seats gives the RFC's output, every subset of t − 1 something else.
static void threshold(void)
{
	static const unsigned rows[][2] = {{1, 1}, {2, 2}, {2, 3}, {3, 5}, {5, 7}};
	const struct rfc9497 *v = &rfc9497[2];
	struct key k = rfc_key();
	struct bytes in[BATCH];
	struct slice inputs[BATCH];
	uint8_t blinds[BATCH][SCALAR];
	output want[BATCH];
	struct threshold s = {.count = split(v->input, in)};
	REQUIRE(s.count == 2 && fixed(v->blind, blinds, SCALAR) == 2 && fixed(v->output, want, VOPRF_OUTPUT) == 2);
	for (size_t i = 0; i < s.count; i++) {
		inputs[i] = bytes_slice(in[i]);
		CHECK(voprf_blind_with(inputs[i], blinds[i], s.blinded[i]) == ERR_OK);
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		answer(&s, &k, rows[i][0], rows[i][1]);
		for (uint32_t set = 1; set < UINT32_C(1) << s.n; set++) {
			unsigned count = (unsigned)__builtin_popcount(set);
			if (count == s.t || count == s.t - 1)
				CHECK_SAY(gives(&s, set, inputs, READ(blinds), want) == (count == s.t), "t %u n %u set %x", s.t, s.n, set);
		}
	}
	for (size_t i = 0; i < s.count; i++)
		free(in[i].p);
}

#define ORDER "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

// RFC 9496, A.2 and A.3: encodings that every decoder refuses, and the identity, which decodes but is refused here.
static const struct {
	const char *what, *hex;
} bad_elements[] = {
	{"identity", ZERO},
	{"non-canonical field element p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
	{"all ones", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
	{"a good element with bit 255 set", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e41280bc"},
	{"another one", "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b9c5"},
	{"bit 255, out of range", "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
	{"negative field element", "0100000000000000000000000000000000000000000000000000000000000000"},
	{"non-square", "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"},
	{"negative xy", "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e"},
	{"y is zero", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
};

struct batch {
	struct key k;
	element blinded[BATCH], evaluated[BATCH];
	uint8_t proof[VOPRF_PROOF];
};

static struct batch good_batch(void)
{
	struct batch b = {.k = rfc_key()};
	uint8_t blind[SCALAR];
	size_t bad;
	for (uint8_t i = 0; i < BATCH; i++)
		CHECK(voprf_blind(slice_of(&i, 1), blind, b.blinded[i]) == ERR_OK);
	CHECK(voprf_evaluate(b.k.sk, b.k.pk, READ(b.blinded), BATCH, b.evaluated, b.proof, &bad) == ERR_OK);
	return b;
}

static enum err verify(const struct batch *b)
{
	return voprf_verify(b->k.pk, READ(b->blinded), READ(b->evaluated), BATCH, b->proof);
}

static void elements_refused(void)
{
	static const element zero;
	for (size_t i = 0; i < sizeof bad_elements / sizeof *bad_elements; i++) {
		struct batch b = good_batch();
		element bad, combined[BATCH];
		size_t which = 0;
		CHECK(hex_decode(slice_text(bad_elements[i].hex), bad, sizeof bad));
		CHECK_SAY(!element_is_good(bad), "%s", bad_elements[i].what);
		struct batch c = b;
		memcpy(c.blinded[2], bad, sizeof bad);
		CHECK_SAY(verify(&c) == ERR_INPUT, "blinded: %s", bad_elements[i].what);
		CHECK(voprf_evaluate(c.k.sk, c.k.pk, READ(c.blinded), BATCH, c.evaluated, c.proof, &which) == ERR_INPUT && which == 2);
		for (size_t j = 0; j < BATCH; j++)
			CHECK_BYTES(c.evaluated[j], zero, sizeof zero);
		c = b;
		memcpy(c.evaluated[BATCH - 1], bad, sizeof bad);
		CHECK_SAY(verify(&c) == ERR_INPUT, "evaluated: %s", bad_elements[i].what);
		CHECK(voprf_combine((const uint8_t[]){1, 2}, 2, (const uint8_t(*const[])[32]){READ(b.evaluated), READ(c.evaluated)}, BATCH,
		                    combined) == ERR_INPUT);
		CHECK_BYTES(combined[0], zero, sizeof zero);
		c = b;
		memcpy(c.k.pk, bad, sizeof bad);
		CHECK_SAY(verify(&c) == ERR_INPUT, "key: %s", bad_elements[i].what);
		output outputs[1];
		CHECK(voprf_finalize(&(struct slice){NULL, 0}, READ(b.k.sk), READ(bad), 1, outputs) == ERR_INPUT);
	}
}

static void scalars_refused(void)
{
	static const char *const rows[] = {ORDER, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	                                   "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd989", ZERO};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool zero = strcmp(rows[i], ZERO) == 0;
		uint8_t s[SCALAR];
		size_t which;
		element pk;
		output outputs[1];
		CHECK(hex_decode(slice_text(rows[i]), s, SCALAR));
		struct batch b = good_batch(), c = b;
		memcpy(c.proof, s, SCALAR);
		CHECK_SAY(verify(&c) == (zero ? ERR_AUTH : ERR_INPUT), "c %s", rows[i]);
		c = b;
		memcpy(c.proof + SCALAR, s, SCALAR);
		CHECK_SAY(verify(&c) == (zero ? ERR_AUTH : ERR_INPUT), "s %s", rows[i]);
		CHECK_SAY(voprf_public(s, pk) == ERR_INPUT, "%s", rows[i]);
		CHECK(voprf_blind_with(SLICE_LITERAL("x"), s, pk) == ERR_INPUT);
		CHECK(voprf_evaluate(s, c.k.pk, READ(c.blinded), BATCH, c.evaluated, c.proof, &which) == ERR_INPUT && which == BATCH);
		CHECK(voprf_evaluate_with(b.k.sk, b.k.pk, READ(b.blinded), BATCH, s, c.evaluated, c.proof, &which) == ERR_INPUT);
		CHECK(voprf_finalize(&SLICE_LITERAL("x"), READ(s), READ(b.evaluated), 1, outputs) == ERR_INPUT);
	}
}

static void swap(element a, element b)
{
	element t;
	memcpy(t, a, sizeof t);
	memcpy(a, b, sizeof t);
	memcpy(b, t, sizeof t);
}

static void proofs_refused(void)
{
	struct batch b = good_batch(), c;
	uint8_t other[SCALAR];
	CHECK(verify(&b) == ERR_OK);
	for (size_t bit = 0; bit < 8 * VOPRF_PROOF; bit += 5) {
		c = b;
		c.proof[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK_SAY(verify(&c) != ERR_OK, "proof bit %zu", bit);
	}
	c = b;
	scalar_random(other);
	CHECK(voprf_public(other, c.k.pk) == ERR_OK);
	CHECK(verify(&c) == ERR_AUTH); // somebody else's share key
	c = b;
	swap(c.evaluated[0], c.evaluated[1]);
	CHECK(verify(&c) == ERR_AUTH);
	c = b;
	swap(c.blinded[0], c.blinded[1]);
	CHECK(verify(&c) == ERR_AUTH);
	c = b;
	swap(c.blinded[0], c.blinded[1]);
	swap(c.evaluated[0], c.evaluated[1]);
	CHECK(verify(&c) == ERR_AUTH); // the pairs fit, their order does not
	c = b;
	memcpy(c.evaluated[3], c.evaluated[2], VOPRF_ELEMENT);
	CHECK(verify(&c) == ERR_AUTH);
	CHECK(voprf_verify(b.k.pk, READ(b.blinded), READ(b.evaluated), BATCH - 1, b.proof) == ERR_AUTH);
	size_t which;
	CHECK(voprf_evaluate(other, b.k.pk, READ(b.blinded), BATCH, c.evaluated, c.proof, &which) == ERR_INPUT); // pk of another key
}

static void seats_refused(void)
{
	static const struct {
		const char *what;
		uint8_t seats[3];
		unsigned t;
	} rows[] = {
		{"no seat", {1, 2, 3}, 0},         {"seat 0", {0, 1, 2}, 3},
		{"a seat twice", {3, 1, 3}, 3},    {"seat over the maximum", {1, 2, SEATS_MAX + 1}, 3},
		{"too many", {1, 2, 3}, SEATS_MAX + 1},
	};
	struct batch b = good_batch();
	const uint8_t(*const evaluated[])[32] = {READ(b.evaluated), READ(b.evaluated), READ(b.evaluated)};
	element combined[BATCH];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(voprf_combine(rows[i].seats, rows[i].t, evaluated, BATCH, combined) == ERR_INPUT, "%s", rows[i].what);
}

static void counts_refused(void)
{
	static element many[VOPRF_BATCH_MAX + 1], out[VOPRF_BATCH_MAX + 1];
	static output outputs[VOPRF_BATCH_MAX + 1];
	static struct slice inputs[VOPRF_BATCH_MAX + 1];
	struct batch b = good_batch();
	static const size_t rows[] = {0, VOPRF_BATCH_MAX + 1, SIZE_MAX};
	size_t which;
	for (size_t i = 0; i < 3; i++) {
		CHECK(voprf_evaluate(b.k.sk, b.k.pk, READ(many), rows[i], out, b.proof, &which) == ERR_LIMIT);
		CHECK(voprf_verify(b.k.pk, READ(many), READ(out), rows[i], b.proof) == ERR_LIMIT);
		CHECK(voprf_combine((const uint8_t[]){1}, 1, (const uint8_t(*const[])[32]){READ(many)}, rows[i], out) == ERR_LIMIT);
		CHECK(voprf_finalize(inputs, READ(many), READ(out), rows[i], outputs) == ERR_LIMIT);
	}
	static uint8_t long_input[VOPRF_INPUT_MAX + 1];
	element blinded;
	uint8_t blind[SCALAR];
	CHECK(voprf_blind(slice_of(long_input, VOPRF_INPUT_MAX), blind, blinded) == ERR_OK);
	CHECK(voprf_blind(slice_of(long_input, VOPRF_INPUT_MAX + 1), blind, blinded) == ERR_LIMIT);
	CHECK(scalar_is_zero(blind));
	inputs[0] = slice_of(long_input, sizeof long_input);
	CHECK(voprf_finalize(inputs, READ(b.k.sk), READ(b.evaluated), 1, outputs) == ERR_LIMIT);
}

// 130 blinds: three groups of the joint inversion, the last one partial. Each output equals the one computed alone.
static void inverted_together(void)
{
	enum { MANY = 130 };
	static uint8_t blinds[MANY][SCALAR], text[MANY];
	static element blinded[MANY], evaluated[MANY];
	static struct slice inputs[MANY];
	static output outputs[MANY];
	struct key k = rfc_key();
	output alone;
	uint8_t proof[VOPRF_PROOF];
	size_t bad;
	for (size_t i = 0; i < MANY; i++) {
		text[i] = (uint8_t)i;
		inputs[i] = slice_of(&text[i], 1);
		CHECK(voprf_blind(inputs[i], blinds[i], blinded[i]) == ERR_OK);
	}
	CHECK(voprf_evaluate(k.sk, k.pk, READ(blinded), MANY, evaluated, proof, &bad) == ERR_OK);
	CHECK(voprf_verify(k.pk, READ(blinded), READ(evaluated), MANY, proof) == ERR_OK);
	CHECK(voprf_finalize(inputs, READ(blinds), READ(evaluated), MANY, outputs) == ERR_OK);
	for (size_t i = 0; i < MANY; i++) {
		CHECK(voprf_finalize(&inputs[i], READ(blinds[i]), READ(evaluated[i]), 1, &alone) == ERR_OK);
		CHECK_SAY(memcmp(alone, outputs[i], sizeof alone) == 0, "input %zu", i);
	}
	struct bytes want[BATCH];
	REQUIRE(split(rfc9497[0].output, want) == 1);
	CHECK_BYTES(outputs[0], want[0].p, VOPRF_OUTPUT); // input 0x00, whatever the blind
	free(want[0].p);
	memset(blinds[129], 0, SCALAR);
	CHECK(voprf_finalize(inputs, READ(blinds), READ(evaluated), MANY, outputs) == ERR_INPUT);
	CHECK(memcmp(outputs[0], (output){0}, sizeof *outputs) == 0);
}

const struct test tests[] = {
	{"DeriveKeyPair", derive},
	{"RFC 9497 A.1.2", typed},
	{"RFC 9497 vectors, whole file", whole_file},
	{"threshold equals single key", threshold},
	{"blinds inverted together", inverted_together},
	{"refused elements", elements_refused},
	{"refused scalars", scalars_refused},
	{"refused proofs", proofs_refused},
	{"refused seats", seats_refused},
	{"refused counts", counts_refused},
	{NULL, NULL},
};
