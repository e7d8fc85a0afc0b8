// HPKE single shot against the vectors of draft-ietf-hpke-pq, and every refusal.
#include "crypto/hpke.h"
#include "crypto/secret.h"
#include "crypto/vectors.h"

static json_t *our_entry(json_t *root)
{
	json_t *e;
	size_t i;
	json_array_foreach(root, i, e)
		if (json_integer_value(json_object_get(e, "kdf_id")) == 1 && json_integer_value(json_object_get(e, "aead_id")) == 3 &&
		    json_integer_value(json_object_get(e, "kem_id")) == 0x647a && json_integer_value(json_object_get(e, "mode")) == 0)
			return e;
	return NULL;
}

// The first encryption of the entry is the single shot.
static void draft_vector(void)
{
	json_t *root = vectors_load("hpke-xwing.json"), *e = root != NULL ? our_entry(root) : NULL;
	if (root == NULL)
		return;
	REQUIRE(e != NULL);
	json_t *shot = json_array_get(json_object_get(e, "encryptions"), 0);
	struct bytes sk = bytes_of(e, "skRm"), pk = bytes_of(e, "pkRm"), eseed = bytes_of(e, "ikmE"), info = bytes_of(e, "info"),
	             enc = bytes_of(e, "enc"), aad = bytes_of(shot, "aad"), pt = bytes_of(shot, "pt"), ct = bytes_of(shot, "ct");
	REQUIRE(sk.n == HPKE_SECRET && pk.n == HPKE_PUBLIC && eseed.n == XWING_ENCAPS_SEED && ct.n == pt.n + 16);
	uint8_t public[HPKE_PUBLIC], *sealed = malloc(pt.n + HPKE_OVERHEAD), *plain = malloc(pt.n);
	xwing_public(sk.p, public);
	CHECK(bytes_are(pk, public, sizeof public));
	CHECK(hpke_seal_derand(pk.p, eseed.p, bytes_slice(info), bytes_slice(aad), bytes_slice(pt), sealed) == ERR_OK);
	CHECK(bytes_are(enc, sealed, XWING_CIPHER));
	CHECK(bytes_are(ct, sealed + XWING_CIPHER, pt.n + 16));
	CHECK(hpke_open(sk.p, bytes_slice(info), bytes_slice(aad), slice_of(sealed, pt.n + HPKE_OVERHEAD), plain) == ERR_OK);
	CHECK(bytes_are(pt, plain, pt.n));
	free(sk.p), free(pk.p), free(eseed.p), free(info.p), free(enc.p), free(aad.p), free(pt.p), free(ct.p);
	free(sealed), free(plain);
	json_decref(root);
}

static void round_trips(void)
{
	static const size_t sizes[] = {0, 1, 32, 63, 64, 65, 5000};
	static uint8_t text[5000], sealed[5000 + HPKE_OVERHEAD], again[5000 + HPKE_OVERHEAD], plain[5000];
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC];
	hpke_keypair(sk, pk);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t n = sizes[i];
		random_bytes(text, n);
		struct slice info = slice_of(text, n / 2), aad = slice_of(i % 2 ? text : NULL, i % 2 ? n : 0);
		CHECK(hpke_seal(pk, info, aad, slice_of(text, n), sealed) == ERR_OK);
		CHECK(hpke_seal(pk, info, aad, slice_of(text, n), again) == ERR_OK);
		CHECK_SAY(memcmp(sealed, again, XWING_CIPHER) != 0, "fresh randomness at each seal");
		CHECK(hpke_open(sk, info, aad, slice_of(sealed, n + HPKE_OVERHEAD), plain) == ERR_OK);
		CHECK_BYTES(plain, text, n);
	}
}

static void refusals(void)
{
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC], other[HPKE_SECRET], unused[HPKE_PUBLIC], plain[20 + 1], zeros[20] = {0};
	struct slice info = SLICE_LITERAL("info"), aad = SLICE_LITERAL("aad"), text = SLICE_LITERAL("twenty bytes of text");
	uint8_t sealed[20 + HPKE_OVERHEAD + 1];
	hpke_keypair(sk, pk);
	hpke_keypair(other, unused);
	REQUIRE(text.n == 20 && hpke_seal(pk, info, aad, text, sealed) == ERR_OK);
	struct slice all = slice_of(sealed, sizeof sealed - 1);
	CHECK(hpke_open(sk, info, aad, all, plain) == ERR_OK);
	CHECK(hpke_open(sk, SLICE_LITERAL("inf"), aad, all, plain) == ERR_AUTH);
	CHECK(hpke_open(sk, SLICE_LITERAL(""), aad, all, plain) == ERR_AUTH);
	CHECK_BYTES(plain, zeros, 20);
	CHECK(hpke_open(sk, info, SLICE_LITERAL("aae"), all, plain) == ERR_AUTH);
	CHECK(hpke_open(sk, info, SLICE_LITERAL(""), all, plain) == ERR_AUTH);
	CHECK(hpke_open(sk, aad, info, all, plain) == ERR_AUTH);
	CHECK(hpke_open(other, info, aad, all, plain) == ERR_AUTH);
	for (size_t n = 0; n < all.n; n++) {
		// Of exactly n bytes, so that a read past the end is seen.
		uint8_t *cut = malloc(n + (n == 0));
		memcpy(cut, sealed, n);
		if (n < HPKE_OVERHEAD || n % 4 == 0)
			CHECK_SAY(hpke_open(sk, info, aad, slice_of(cut, n), plain) == (n < HPKE_OVERHEAD ? ERR_INPUT : ERR_AUTH), "%zu", n);
		free(cut);
	}
	sealed[all.n] = 0;
	CHECK(hpke_open(sk, info, aad, slice_of(sealed, all.n + 1), plain) == ERR_AUTH);
	for (size_t bit = 0; bit < all.n * 8; bit += 37) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK_SAY(hpke_open(sk, info, aad, all, plain) == ERR_AUTH, "bit %zu", bit);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	memset(sealed + XWING_CIPHER - 32, 0, 32);
	CHECK_SAY(hpke_open(sk, info, aad, all, plain) == ERR_INPUT, "an X25519 point of small order");
	memset(pk, 0xff, 3);
	CHECK_SAY(hpke_seal(pk, info, aad, text, sealed) == ERR_INPUT, "an unreduced key");
}

const struct test tests[] = {
	{"draft_vector", draft_vector}, {"round_trips", round_trips}, {"refusals", refusals}, {NULL, NULL},
};
