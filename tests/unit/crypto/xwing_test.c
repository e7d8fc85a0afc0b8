// X-Wing against the vectors of its draft, and every refusal.
#include "crypto/mlkem.h"
#include "crypto/secret.h"
#include "crypto/vectors.h"
#include "crypto/xwing.h"
#include "crypto/xwing_vectors.h"

static void check_vector(const char *seed_hex, const char *eseed_hex, const char *pk_hex, const char *ct_hex, const char *ss_hex)
{
	struct bytes seed = bytes_of_hex(seed_hex), eseed = bytes_of_hex(eseed_hex), want_pk = bytes_of_hex(pk_hex),
	             want_ct = bytes_of_hex(ct_hex), want_ss = bytes_of_hex(ss_hex);
	uint8_t pk[XWING_PUBLIC], ct[XWING_CIPHER], ss[XWING_SHARED], again[XWING_SHARED];
	REQUIRE(seed.n == XWING_SECRET && eseed.n == XWING_ENCAPS_SEED);
	xwing_public(seed.p, pk);
	CHECK(bytes_are(want_pk, pk, sizeof pk));
	CHECK(xwing_encaps(pk, eseed.p, ct, ss) == ERR_OK);
	CHECK(bytes_are(want_ct, ct, sizeof ct));
	CHECK(bytes_are(want_ss, ss, sizeof ss));
	CHECK(xwing_decaps(seed.p, ct, again) == ERR_OK);
	CHECK(bytes_are(want_ss, again, sizeof again));
	free(seed.p), free(eseed.p), free(want_pk.p), free(want_ct.p), free(want_ss.p);
}

static void own_vector(void)
{
	check_vector(XWING_SEED_HEX, XWING_ESEED_HEX, XWING_PK_HEX, XWING_CT_HEX, XWING_SS_HEX);
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void draft_vectors(void)
{
	json_t *root = vectors_load("xwing.json"), *v;
	size_t i;
	if (root == NULL)
		return;
	CHECK(json_array_size(root) >= 3);
	json_array_foreach(root, i, v)
		check_vector(text_of(v, "sk"), text_of(v, "eseed"), text_of(v, "pk"), text_of(v, "ct"), text_of(v, "ss"));
	json_decref(root);
}

// All u of small order of Curve25519 (and of its twist), canonical and not: 0, 1, the two of order 8, p-1, p, p+1.
static const char *const small_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
};

static void small_order_is_refused(void)
{
	uint8_t sk[XWING_SECRET] = {7}, eseed[XWING_ENCAPS_SEED] = {8}, pk[XWING_PUBLIC], ct[XWING_CIPHER], ss[XWING_SHARED];
	xwing_public(sk, pk);
	REQUIRE(xwing_encaps(pk, eseed, ct, ss) == ERR_OK);
	for (size_t i = 0; i < sizeof small_order / sizeof *small_order; i++) {
		uint8_t bad_pk[XWING_PUBLIC], bad_ct[XWING_CIPHER], out[XWING_CIPHER] = {0}, zeros[XWING_CIPHER] = {0}, got[32] = {0};
		struct bytes u = bytes_of_hex(small_order[i]);
		memcpy(bad_pk, pk, sizeof pk);
		memcpy(bad_pk + MLKEM_PUBLIC, u.p, 32);
		CHECK_SAY(xwing_encaps(bad_pk, eseed, out, got) == ERR_INPUT, "%s", small_order[i]);
		memcpy(bad_ct, ct, sizeof ct);
		memcpy(bad_ct + MLKEM_CIPHER, u.p, 32);
		CHECK_SAY(xwing_decaps(sk, bad_ct, got) == ERR_INPUT, "%s", small_order[i]);
		CHECK_BYTES(out, zeros, sizeof out);
		CHECK_BYTES(got, zeros, sizeof got);
		free(u.p);
	}
}

static void unreduced_key_is_refused(void)
{
	uint8_t sk[XWING_SECRET] = {7}, eseed[XWING_ENCAPS_SEED] = {8}, pk[XWING_PUBLIC], ct[XWING_CIPHER], ss[XWING_SHARED];
	xwing_public(sk, pk);
	for (size_t at = 0; at < MLKEM_PUBLIC - 32; at += 3) {
		uint8_t kept[2] = {pk[at], pk[at + 1]};
		pk[at] = 0x01; // 0xd01 = q
		pk[at + 1] = (uint8_t)((pk[at + 1] & 0xf0) | 0x0d);
		CHECK_SAY(xwing_encaps(pk, eseed, ct, ss) == ERR_INPUT, "byte %zu", at);
		memcpy(pk + at, kept, 2);
	}
	CHECK(xwing_encaps(pk, eseed, ct, ss) == ERR_OK);
}

static void any_flipped_bit_gives_another_secret(void)
{
	uint8_t sk[XWING_SECRET] = {9}, eseed[XWING_ENCAPS_SEED], pk[XWING_PUBLIC], ct[XWING_CIPHER], ss[XWING_SHARED];
	uint8_t got[XWING_SHARED];
	random_bytes(eseed, sizeof eseed);
	xwing_public(sk, pk);
	REQUIRE(xwing_encaps(pk, eseed, ct, ss) == ERR_OK);
	// The last bit of ct_X is ignored by X25519, but not by the combiner.
	for (size_t bit = XWING_CIPHER * 8; bit-- > 0; bit -= bit < 89 ? bit : 88) {
		ct[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REQUIRE(xwing_decaps(sk, ct, got) == ERR_OK);
		CHECK_SAY(memcmp(got, ss, sizeof ss) != 0, "bit %zu", bit);
		ct[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	sk[31] ^= 1;
	CHECK(xwing_decaps(sk, ct, got) == ERR_OK && memcmp(got, ss, sizeof ss) != 0);
}

const struct test tests[] = {
	{"own_vector", own_vector},
	{"draft_vectors", draft_vectors},
	{"small_order_is_refused", small_order_is_refused},
	{"unreduced_key_is_refused", unreduced_key_is_refused},
	{"any_flipped_bit_gives_another_secret", any_flipped_bit_gives_another_secret},
	{NULL, NULL},
};
