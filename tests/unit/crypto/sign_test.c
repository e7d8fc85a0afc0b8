// Ed25519 against RFC 8032 and Wycheproof, and the frame of signed messages.
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "crypto/vectors.h"

// RFC 8032, 7.1, test 2.
static void rfc8032(void)
{
	struct bytes seed = bytes_of_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
	struct bytes public = bytes_of_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	struct bytes want = bytes_of_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	                                 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET], sig[SIGN_BYTES];
	sign_keypair_from_seed(seed.p, pk, sk);
	CHECK(bytes_are(public, pk, sizeof pk));
	sign_raw(sk, SLICE_LITERAL("\x72"), sig);
	CHECK(bytes_are(want, sig, sizeof sig));
	CHECK(sign_raw_verify(pk, SLICE_LITERAL("\x72"), sig));
	CHECK(!sign_raw_verify(pk, SLICE_LITERAL("\x73"), sig));
	CHECK(!sign_raw_verify(pk, SLICE_LITERAL(""), sig));
	for (size_t i = 0; i < SIGN_BYTES * 8; i++) {
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK_SAY(!sign_raw_verify(pk, SLICE_LITERAL("\x72"), sig), "bit %zu", i);
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	free(seed.p), free(public.p), free(want.p);
}

static void one(const json_t *group, const json_t *test, bool valid, int id)
{
	struct bytes pk = bytes_of(json_object_get(group, "publicKey"), "pk"), message = bytes_of(test, "msg"),
	             sig = bytes_of(test, "sig");
	REQUIRE(pk.n == SIGN_PUBLIC);
	bool good = sig.n == SIGN_BYTES && sign_raw_verify(pk.p, bytes_slice(message), sig.p);
	CHECK_SAY(good == valid, "tcId %d", id);
	free(pk.p), free(message.p), free(sig.p);
}

static void verify_wycheproof(void)
{
	wycheproof("wycheproof-ed25519_test.json.gz", 151, one);
}

// Points of small order, and encodings that are not canonical, are no public keys.
static void weak_keys_are_refused(void)
{
	static const char *const keys[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct bytes pk = bytes_of_hex(keys[i]);
		// R = pk, s = 0 is what a point of small order would accept for some messages.
		uint8_t sig[SIGN_BYTES] = {0};
		memcpy(sig, pk.p, 32);
		for (uint8_t m = 0; m < 16; m++)
			CHECK_SAY(!sign_raw_verify(pk.p, slice_of(&m, 1), sig), "%s", keys[i]);
		free(pk.p);
	}
}

static void a_frame_counts_for_one_purpose(void)
{
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET], other[SIGN_PUBLIC], unused[SIGN_SECRET], sig[SIGN_BYTES], raw[SIGN_BYTES];
	sign_keypair(pk, sk);
	sign_keypair(other, unused);
	struct slice origin = SLICE_LITERAL("ledger.example/1"), message = SLICE_LITERAL("hello");
	sign_message(sk, "card", origin, message, sig);
	CHECK(sign_message_verify(pk, "card", origin, message, sig));
	static const char bytes[] = "tocsin/v1/card\0ledger.example/1\0hello";
	sign_raw(sk, slice_of(bytes, sizeof bytes - 1), raw);
	CHECK_BYTES(raw, sig, SIGN_BYTES);

	CHECK(!sign_message_verify(other, "card", origin, message, sig));
	CHECK(!sign_message_verify(pk, "cart", origin, message, sig));
	CHECK(!sign_message_verify(pk, "car", origin, message, sig));
	CHECK(!sign_message_verify(pk, "card", SLICE_LITERAL("ledger.example/2"), message, sig));
	CHECK(!sign_message_verify(pk, "card", SLICE_LITERAL("ledger.example/"), SLICE_LITERAL("1hello"), sig));
	CHECK(!sign_message_verify(pk, "card", origin, SLICE_LITERAL("hell"), sig));
	CHECK(!sign_message_verify(pk, "card", origin, SLICE_LITERAL(""), sig));
	CHECK(!sign_raw_verify(pk, message, sig));
	sig[63] ^= 0x10;
	CHECK(!sign_message_verify(pk, "card", origin, message, sig));
	sign_message(sk, "card", origin, slice_of(NULL, 0), sig);
	CHECK(sign_message_verify(pk, "card", origin, SLICE_LITERAL(""), sig));
}

const struct test tests[] = {
	{"rfc8032", rfc8032},
	{"verify_wycheproof", verify_wycheproof},
	{"weak_keys_are_refused", weak_keys_are_refused},
	{"a_frame_counts_for_one_purpose", a_frame_counts_for_one_purpose},
	{NULL, NULL},
};
