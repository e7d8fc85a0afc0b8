// Batches for the matcher: sizes, order, and every way in which one is not this record's.
#include "fixture.h"
#include "test.h"

#include "crypto/secret.h"
#include "token/token.h"

#define INFO "tocsin/v1/token-batch\0batch.example/log"
static const struct slice origin = SLICE_LITERAL("batch.example/log");
static const uint8_t id[RECORD_ID] = {1}, other_id[RECORD_ID] = {2}, matcher_sk[HPKE_SECRET] = {3}, other_sk[HPKE_SECRET] = {4};
static const uint8_t seed[SIGN_SEED] = {5}, other_seed[SIGN_SEED] = {6};

static struct keys {
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET], other_pk[SIGN_PUBLIC], other_sk[SIGN_SECRET], matcher[HPKE_PUBLIC];
} k;
static struct token tokens[TOKEN_BATCH_MAX + 1];
static struct batch got;
static struct why why;

static void keys_make(void)
{
	CHECK(crypto_init() == ERR_OK);
	sign_keypair_from_seed(seed, k.pk, k.sk);
	sign_keypair_from_seed(other_seed, k.other_pk, k.other_sk);
	xwing_public(matcher_sk, k.matcher);
	for (unsigned i = 0; i <= TOKEN_BATCH_MAX; i++) {
		tokens[i] = (struct token){TOKEN_REAL, i % TOKEN_CLASSES, (uint16_t)(i + 1), {0}};
		if (i % 3 == 0)
			tokens[i].flags |= TOKEN_DERIVED;
		tokens[i].id[0] = (uint8_t)(i * 37);
		tokens[i].id[1] = (uint8_t)i;
		tokens[i].id[2] = (uint8_t)(i >> 8);
		tokens[i].id[31] = 1;
	}
}

static bool batch_has(const struct batch *b, const struct token *t)
{
	for (size_t i = 0; i < b->count; i++)
		if (memcmp(b->token[i].id, t->id, TOKEN_ID) == 0)
			return b->token[i].flags == t->flags && b->token[i].class == t->class && b->token[i].epoch == t->epoch;
	return false;
}

static void sizes(void)
{
	static const struct {
		size_t count, slots;
	} rows[] = {{0, 16}, {1, 16}, {15, 16}, {16, 16}, {17, 64}, {64, 64}, {65, 256}, {256, 256}, {257, 1024}, {1024, 1024}};
	struct buf sealed;
	keys_make();
	buf_init(&sealed, BATCH_SEALED_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t count = rows[i].count;
		buf_clear(&sealed);
		REQUIRE(batch_seal(id, 7, tokens, count, k.sk, k.matcher, origin, &sealed) == ERR_OK);
		CHECK(sealed.n == HPKE_OVERHEAD + BATCH_HEAD + rows[i].slots * TOKEN_SLOT + SIGN_BYTES);
		CHECK_SAY(batch_open(buf_slice(&sealed), id, k.pk, matcher_sk, origin, &got, &why) == ERR_OK, "%s", why.text);
		CHECK(got.count == count && got.list_version == 7);
		for (size_t j = 0; j < count; j++)
			CHECK(batch_has(&got, &tokens[j]));
		for (size_t j = 1; j < count; j++)
			CHECK(memcmp(got.token[j - 1].id, got.token[j].id, TOKEN_ID) < 0);
	}
	buf_free(&sealed);
}

static void doubles(void)
{
	struct token pair[4];
	struct buf sealed;
	keys_make();
	// Token 0 is derived, 1 is not: derived twice stays derived, derived and direct is direct.
	pair[0] = pair[1] = tokens[0];
	pair[2] = pair[3] = tokens[1];
	pair[2].flags |= TOKEN_DERIVED;
	buf_init(&sealed, BATCH_SEALED_MAX);
	REQUIRE(batch_seal(id, 1, pair, 4, k.sk, k.matcher, origin, &sealed) == ERR_OK);
	REQUIRE(batch_open(buf_slice(&sealed), id, k.pk, matcher_sk, origin, &got, &why) == ERR_OK);
	CHECK(got.count == 2 && batch_has(&got, &tokens[0]) && batch_has(&got, &tokens[1]));
	buf_free(&sealed);
}

static void not_sealed(void)
{
	struct buf sealed;
	keys_make();
	buf_init(&sealed, BATCH_SEALED_MAX);
	buf_put_u8(&sealed, 9);
	CHECK(batch_seal(id, 1, tokens, TOKEN_BATCH_MAX + 1, k.sk, k.matcher, origin, &sealed) == ERR_LIMIT);
	static const struct token bad[] = {{0, 0, 1, {1}}, {TOKEN_DERIVED, 0, 1, {1}}, {4 | TOKEN_REAL, 0, 1, {1}},
	                                   {TOKEN_REAL, TOKEN_CLASSES, 1, {1}}, {TOKEN_REAL, 0, 0, {1}}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_SAY(batch_seal(id, 1, &bad[i], 1, k.sk, k.matcher, origin, &sealed) == ERR_INPUT, "row %zu", i);
	uint8_t malformed[HPKE_PUBLIC];
	memset(malformed, 0xff, sizeof malformed);
	CHECK(batch_seal(id, 1, tokens, 1, k.sk, malformed, origin, &sealed) == ERR_INPUT);
	CHECK(sealed.n == 1 && sealed.p[0] == 9);
	buf_free(&sealed);
}

static void not_opened(void)
{
	const struct slice elsewhere = SLICE_LITERAL("elsewhere.example/log");
	struct buf sealed;
	keys_make();
	buf_init(&sealed, BATCH_SEALED_MAX + 1);
	REQUIRE(batch_seal(id, 7, tokens, 3, k.sk, k.matcher, origin, &sealed) == ERR_OK);
	struct slice s = buf_slice(&sealed);
	got.count = 77;
	CHECK(batch_open(s, other_id, k.pk, matcher_sk, origin, &got, &why) == ERR_AUTH);
	CHECK(batch_open(s, id, k.pk, other_sk, origin, &got, &why) == ERR_AUTH);
	CHECK(batch_open(s, id, k.other_pk, matcher_sk, origin, &got, &why) == ERR_AUTH && strstr(why.text, "batch key") != NULL);
	CHECK(batch_open(s, id, k.pk, matcher_sk, elsewhere, &got, &why) == ERR_AUTH);
	for (size_t at = 0; at < s.n; at += at < XWING_CIPHER ? 13 : 1) {
		sealed.p[at] ^= 0x10;
		CHECK_SAY(batch_open(s, id, k.pk, matcher_sk, origin, &got, &why) == ERR_AUTH, "byte %zu", at);
		sealed.p[at] ^= 0x10;
	}
	for (size_t n = 0; n < s.n; n++)
		CHECK_SAY(batch_open(slice_of(s.p, n), id, k.pk, matcher_sk, origin, &got, &why) == ERR_INPUT, "cut at %zu", n);
	buf_put_u8(&sealed, 0);
	CHECK(batch_open(buf_slice(&sealed), id, k.pk, matcher_sk, origin, &got, &why) == ERR_AUTH);
	CHECK(got.count == 77);
	buf_free(&sealed);
}

struct slots {
	uint8_t bytes[BATCH_HEAD + 64 * TOKEN_SLOT];
	size_t n;
};

// Sixteen slots in order; the fourth real, the others dummies.
static struct slots slots_make(void)
{
	struct slots s = {.bytes = {1, 0, 7, 0, 16}, .n = BATCH_HEAD + 16 * TOKEN_SLOT};
	for (unsigned i = 0; i < 16; i++)
		s.bytes[BATCH_HEAD + i * TOKEN_SLOT + 4] = (uint8_t)(i * 3);
	s.bytes[BATCH_HEAD + 3 * TOKEN_SLOT] = TOKEN_REAL;
	s.bytes[BATCH_HEAD + 3 * TOKEN_SLOT + 3] = 1;
	return s;
}

// Signed over `signed_id` and sealed for `id`, by hand.
static enum err inside_open(const struct slots *s, const uint8_t signed_id[static RECORD_ID])
{
	struct buf inside, sealed;
	uint8_t signature[SIGN_BYTES];
	buf_init(&inside, RECORD_ID + sizeof s->bytes + SIGN_BYTES);
	buf_init(&sealed, sizeof s->bytes + SIGN_BYTES + HPKE_OVERHEAD);
	buf_put(&inside, signed_id, RECORD_ID);
	buf_put(&inside, s->bytes, s->n);
	sign_message(k.sk, "token-batch", origin, buf_slice(&inside), signature);
	buf_put(&inside, signature, SIGN_BYTES);
	struct slice plain = slice_part(buf_slice(&inside), RECORD_ID, inside.n);
	CHECK(hpke_seal(k.matcher, SLICE_LITERAL(INFO), slice_of(id, RECORD_ID), plain, buf_add(&sealed, plain.n + HPKE_OVERHEAD)) ==
	      ERR_OK);
	enum err e = batch_open(buf_slice(&sealed), id, k.pk, matcher_sk, origin, &got, &why);
	buf_free(&inside);
	buf_free(&sealed);
	return e;
}

static void insides(void)
{
	static const struct {
		size_t at; // in the plaintext; slot 3 starts at 113, slot 4 at 149
		uint8_t value;
		enum err want;
	} rows[] = {
		{2, 8, ERR_OK},      {113, 3, ERR_OK},     {114, 3, ERR_OK},     {116, 9, ERR_OK},     {0, 0, ERR_INPUT},
		{0, 2, ERR_INPUT},   {4, 15, ERR_INPUT},   {4, 17, ERR_INPUT},   {4, 64, ERR_INPUT},   {3, 4, ERR_INPUT},
		{113, 0, ERR_INPUT}, {113, 2, ERR_INPUT},  {113, 4, ERR_INPUT},  {113, 5, ERR_INPUT},  {114, 4, ERR_INPUT},
		{116, 0, ERR_INPUT}, {149, 1, ERR_INPUT},  {150, 1, ERR_INPUT},  {151, 1, ERR_INPUT},  {152, 1, ERR_INPUT},
		{117, 13, ERR_INPUT}, {117, 5, ERR_INPUT},
	};
	keys_make();
	struct slots s = slots_make();
	REQUIRE(inside_open(&s, id) == ERR_OK);
	CHECK(got.count == 1 && got.token[0].epoch == 1 && got.token[0].id[0] == 9);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s = slots_make();
		s.bytes[rows[i].at] = rows[i].value;
		CHECK_SAY(inside_open(&s, id) == rows[i].want, "row %zu: %s", i, why.text);
	}
	s = slots_make();
	s.bytes[BATCH_HEAD + 4 * TOKEN_SLOT + 4] = 9; // the id of the slot before
	CHECK(inside_open(&s, id) == ERR_INPUT);
	s = slots_make();
	CHECK(inside_open(&s, other_id) == ERR_AUTH); // sealed here, signed for there
	for (s.n = BATCH_HEAD + 15 * TOKEN_SLOT; s.n < BATCH_HEAD + 18 * TOKEN_SLOT; s.n += TOKEN_SLOT / 2)
		CHECK((inside_open(&s, id) == ERR_OK) == (s.n == BATCH_HEAD + 16 * TOKEN_SLOT));
}

const struct test tests[] = {{"sizes and round trip", sizes},
                             {"doubles are one", doubles},
                             {"what is not sealed", not_sealed},
                             {"another record, key, signer, origin; bits; truncation", not_opened},
                             {"what is signed and still refused", insides},
                             {NULL, NULL}};
