// Hashes, HMAC and HKDF against FIPS 180-4, FIPS 202, RFC 4231, RFC 5869 and Wycheproof.
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/vectors.h"

enum which { SHA256, SHA512, SHA3_256, SHA3_512, SHAKE128, SHAKE256 };

// The empty message and "abc": the examples of FIPS 180-4 and FIPS 202.
static const struct {
	enum which which;
	const char *message, *digest;
} digests[] = {
	{SHA256, "",
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{SHA256, "abc",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{SHA512, "",
	 "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	 "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
	{SHA512, "abc",
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	{SHA3_256, "",
	 "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
	{SHA3_256, "abc",
	 "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	{SHA3_512, "",
	 "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
	 "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"},
	{SHA3_512, "abc",
	 "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
	 "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
	{SHAKE128, "",
	 "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"},
	{SHAKE128, "abc",
	 "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8"},
	{SHAKE256, "",
	 "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"},
	{SHAKE256, "abc",
	 "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"},
};

static size_t run(enum which which, struct slice s, uint8_t out[64])
{
	switch (which) {
	case SHA256: sha256(s, out); return 32;
	case SHA512: sha512(s, out); return 64;
	case SHA3_256: sha3_256(s, out); return 32;
	case SHA3_512: sha3_512(s, out); return 64;
	case SHAKE128: shake128(s, out, 32); return 32;
	case SHAKE256: shake256(s, out, 32); return 32;
	}
	abort();
}

static void known_digests(void)
{
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
		uint8_t want[64], got[64];
		size_t n = run(digests[i].which, slice_text(digests[i].message), got);
		REQUIRE(hex_decode(slice_text(digests[i].digest), want, n));
		CHECK_SAY(memcmp(got, want, n) == 0, "algorithm %d, \"%s\"", digests[i].which, digests[i].message);
	}
	uint8_t null[32], empty[32];
	sha256(slice_of(NULL, 0), null);
	sha256(SLICE_LITERAL(""), empty);
	CHECK_BYTES(null, empty, 32);
}

static void parts_are_one_message(void)
{
	const struct slice whole = SLICE_LITERAL("abcdefgh");
	uint8_t want[64], got[64];
	for (size_t cut = 0; cut <= whole.n; cut++) {
		struct slice parts[] = {slice_part(whole, 0, cut), slice_of(NULL, 0), slice_part(whole, cut, whole.n)};
		sha256(whole, want);
		sha256_parts(parts, 3, got);
		CHECK_BYTES(got, want, 32);
		sha512(whole, want);
		sha512_parts(parts, 3, got);
		CHECK_BYTES(got, want, 64);
	}
}

static void longer_shake_begins_with_shorter(void)
{
	uint8_t all[1000], some[1000];
	shake128(SLICE_LITERAL("seed"), all, sizeof all);
	for (size_t n = 1; n < sizeof all; n += 167) {
		shake128(SLICE_LITERAL("seed"), some, n);
		CHECK_BYTES(all, some, n);
	}
}

static void hmac_rfc4231(void)
{
	uint8_t got[64], want[64];
	hmac_sha256(SLICE_LITERAL("Jefe"), SLICE_LITERAL("what do ya want for nothing?"), got);
	REQUIRE(hex_decode(SLICE_LITERAL("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"), want, 32));
	CHECK_BYTES(got, want, 32);
	hmac_sha512(SLICE_LITERAL("Jefe"), SLICE_LITERAL("what do ya want for nothing?"), got);
	REQUIRE(hex_decode(SLICE_LITERAL("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	                                 "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"), want, 64));
	CHECK_BYTES(got, want, 64);
	uint8_t other[64];
	hmac_sha512(SLICE_LITERAL("Jeff"), SLICE_LITERAL("what do ya want for nothing?"), other);
	CHECK(memcmp(got, other, 64) != 0);
}

// RFC 5869, A.1 and A.3.
static void hkdf_rfc5869(void)
{
	static const struct {
		const char *ikm, *salt, *info, *prk, *okm;
	} rows[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		 "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
		 "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		 "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
		 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bytes ikm = bytes_of_hex(rows[i].ikm), salt = bytes_of_hex(rows[i].salt), info = bytes_of_hex(rows[i].info);
		struct bytes want_prk = bytes_of_hex(rows[i].prk), want = bytes_of_hex(rows[i].okm);
		uint8_t prk[32], okm[42];
		hkdf_sha256_extract(bytes_slice(salt), bytes_slice(ikm), prk);
		CHECK(bytes_are(want_prk, prk, sizeof prk));
		hkdf_sha256_expand(prk, bytes_slice(info), okm, sizeof okm);
		CHECK(bytes_are(want, okm, sizeof okm));
		free(ikm.p), free(salt.p), free(info.p), free(want_prk.p), free(want.p);
	}
}

static void one_hkdf(const json_t *test, bool valid, int id, size_t hash,
                     void (*hkdf)(struct slice, struct slice, struct slice, uint8_t *, size_t))
{
	struct bytes ikm = bytes_of(test, "ikm"), salt = bytes_of(test, "salt"), info = bytes_of(test, "info"),
	             okm = bytes_of(test, "okm");
	size_t size = (size_t)json_integer_value(json_object_get(test, "size"));
	if (valid) {
		uint8_t *got = malloc(size + 1);
		hkdf(bytes_slice(salt), bytes_slice(ikm), bytes_slice(info), got, size);
		CHECK_SAY(okm.n == size && bytes_are(okm, got, size), "tcId %d", id);
		free(got);
	} else
		CHECK_SAY(size > 255 * hash, "tcId %d: the only refusal is the length, which is the caller's duty", id);
	free(ikm.p), free(salt.p), free(info.p), free(okm.p);
}

static void one_sha256(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	one_hkdf(test, valid, id, 32, hkdf_sha256);
}

static void one_sha512(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	one_hkdf(test, valid, id, 64, hkdf_sha512);
}

static void hkdf_sha256_wycheproof(void)
{
	wycheproof("wycheproof-hkdf_sha256_test.json.gz", 86, one_sha256);
}

static void hkdf_sha512_wycheproof(void)
{
	wycheproof("wycheproof-hkdf_sha512_test.json.gz", 83, one_sha512);
}

static void hkdf_info_may_be_long(void)
{
	uint8_t info[4096] = {1}, a[32], b[32], prk[32] = {2};
	hkdf_sha256_expand(prk, slice_of(info, sizeof info), a, 32);
	info[4095] ^= 1;
	hkdf_sha256_expand(prk, slice_of(info, sizeof info), b, 32);
	CHECK(memcmp(a, b, 32) != 0);
}

static void secrets(void)
{
	CHECK(crypto_init() == ERR_OK);
	CHECK(crypto_init() == ERR_OK);
	uint8_t *s = secret_new(100), zeros[100] = {0};
	CHECK(secret_equal(s, zeros, 100));
	s[99] = 1;
	CHECK(!secret_equal(s, zeros, 100));
	CHECK(secret_equal(s, zeros, 99));
	secret_wipe(s, 100);
	CHECK(secret_equal(s, zeros, 100));
	random_bytes(s, 100);
	CHECK(!secret_equal(s, zeros, 100));
	secret_free(s);
	secret_free(NULL);
}

// The same within a process, chained or not; another in the next one, so that no number can be prepared.
static void numbers_for_tables(void)
{
	uint64_t a = hash_keyed(0, SLICE_LITERAL("a")), other = 0;
	int ends[2];
	CHECK(a == hash_keyed(0, SLICE_LITERAL("a")));
	CHECK(a != hash_keyed(0, SLICE_LITERAL("b")) && a != hash_keyed(1, SLICE_LITERAL("a")) && a != hash_keyed(0, (struct slice){0}));
	CHECK(hash_keyed(a, SLICE_LITERAL("b")) != hash_keyed(hash_keyed(0, SLICE_LITERAL("b")), SLICE_LITERAL("a")));
	REQUIRE(pipe(ends) == 0);
	if (fork() == 0) { // as itself, so that it draws its own
		char fd[16];
		snprintf(fd, sizeof fd, "%d", ends[1]);
		setenv("TOCSIN_TEST_NUMBER", fd, 1);
		execl("/proc/self/exe", "hash_test", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	CHECK(read(ends[0], &other, sizeof other) == (ssize_t)sizeof other);
	CHECK(other != a);
	close(ends[0]);
	wait(NULL);
}

__attribute__((constructor)) static void child(void)
{
	const char *fd = getenv("TOCSIN_TEST_NUMBER");
	if (fd == NULL)
		return;
	uint64_t a = hash_keyed(0, SLICE_LITERAL("a"));
	_exit(write(atoi(fd), &a, sizeof a) != (ssize_t)sizeof a);
}

const struct test tests[] = {
	{"secrets", secrets},
	{"numbers_for_tables", numbers_for_tables},
	{"known_digests", known_digests},
	{"parts_are_one_message", parts_are_one_message},
	{"longer_shake_begins_with_shorter", longer_shake_begins_with_shorter},
	{"hmac_rfc4231", hmac_rfc4231},
	{"hkdf_rfc5869", hkdf_rfc5869},
	{"hkdf_sha256_wycheproof", hkdf_sha256_wycheproof},
	{"hkdf_sha512_wycheproof", hkdf_sha512_wycheproof},
	{"hkdf_info_may_be_long", hkdf_info_may_be_long},
	{NULL, NULL},
};
