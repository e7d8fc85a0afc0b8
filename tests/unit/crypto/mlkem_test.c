// ML-KEM-768 against Wycheproof and CCTV, and its ring arithmetic against schoolbook definitions.
#include "crypto/mlkem.h"
#include "crypto/mlkem_ring.h"
#include "crypto/vectors.h"

static void one_keygen(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	struct bytes seed = bytes_of(test, "seed"), ek = bytes_of(test, "ek"), dk = bytes_of(test, "dk");
	uint8_t got_ek[MLKEM_PUBLIC], got_dk[MLKEM_SECRET];
	REQUIRE(valid && seed.n == MLKEM_SEED);
	mlkem_keygen(seed.p, got_ek, got_dk);
	CHECK_SAY(bytes_are(ek, got_ek, sizeof got_ek), "tcId %d: ek", id);
	CHECK_SAY(bytes_are(dk, got_dk, sizeof got_dk), "tcId %d: dk", id);
	free(seed.p), free(ek.p), free(dk.p);
}

static void keygen_wycheproof(void)
{
	wycheproof("wycheproof-mlkem_768_keygen_seed_test.json.gz", 100, one_keygen);
}

static void one_encaps(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	struct bytes ek = bytes_of(test, "ek"), m = bytes_of(test, "m"), c = bytes_of(test, "c"), k = bytes_of(test, "K");
	if (ek.n == MLKEM_PUBLIC && m.n == 32) {
		uint8_t cipher[MLKEM_CIPHER] = {0}, shared[MLKEM_SHARED] = {0}, zeros[MLKEM_CIPHER] = {0};
		enum err e = mlkem_encaps(ek.p, m.p, cipher, shared);
		CHECK_SAY(e == (valid ? ERR_OK : ERR_INPUT), "tcId %d", id);
		CHECK_SAY(valid ? bytes_are(c, cipher, sizeof cipher) && bytes_are(k, shared, sizeof shared)
		                : memcmp(cipher, zeros, sizeof cipher) == 0 && memcmp(shared, zeros, sizeof shared) == 0,
		          "tcId %d", id);
	} else
		CHECK_SAY(!valid, "tcId %d: a size that the types exclude", id);
	free(ek.p), free(m.p), free(c.p), free(k.p);
}

static void encaps_wycheproof(void)
{
	wycheproof("wycheproof-mlkem_768_encaps_test.json.gz", 265, one_encaps);
}

static void one_whole(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	struct bytes seed = bytes_of(test, "seed"), c = bytes_of(test, "c"), k = bytes_of(test, "K"), want_ek = bytes_of(test, "ek");
	if (seed.n == MLKEM_SEED && c.n == MLKEM_CIPHER) {
		uint8_t ek[MLKEM_PUBLIC], dk[MLKEM_SECRET], shared[MLKEM_SHARED];
		mlkem_keygen(seed.p, ek, dk);
		CHECK_SAY(want_ek.n == 0 || bytes_are(want_ek, ek, sizeof ek), "tcId %d: ek", id);
		CHECK_SAY(valid && mlkem_decaps(dk, c.p, shared) == ERR_OK && bytes_are(k, shared, sizeof shared), "tcId %d", id);
	} else
		CHECK_SAY(!valid, "tcId %d: a size that the types exclude", id);
	free(seed.p), free(c.p), free(k.p), free(want_ek.p);
}

static void decaps_wycheproof(void)
{
	wycheproof("wycheproof-mlkem_768_test.json.gz", 193, one_whole);
}

static void one_expanded(const json_t *group, const json_t *test, bool valid, int id)
{
	(void)group;
	struct bytes dk = bytes_of(test, "dk"), c = bytes_of(test, "c"), k = bytes_of(test, "K");
	if (dk.n == MLKEM_SECRET && c.n == MLKEM_CIPHER) {
		uint8_t shared[MLKEM_SHARED];
		CHECK_SAY(mlkem_decaps(dk.p, c.p, shared) == (valid ? ERR_OK : ERR_INPUT), "tcId %d", id);
		CHECK_SAY(!valid || bytes_are(k, shared, sizeof shared), "tcId %d", id);
	} else
		CHECK_SAY(!valid, "tcId %d: a size that the types exclude", id);
	free(dk.p), free(c.p), free(k.p);
}

static void semi_expanded_wycheproof(void)
{
	wycheproof("wycheproof-mlkem_768_semi_expanded_decaps_test.json.gz", 9, one_expanded);
}

static char *load_text(const char *name)
{
	const char *path = test_vector(name);
	size_t n;
	return path != NULL ? (char *)test_read(path, &n) : NULL;
}

// 780 keys, each with one coefficient that is not reduced: every position, every value from q to 4095.
static void modulus_cctv(void)
{
	char *text = load_text("cctv-mlkem/modulus/ML-KEM-768.txt.gz"), *rest = text;
	if (text == NULL)
		return;
	static const uint8_t m[32];
	size_t refused = 0;
	for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != 0;) {
		struct bytes ek = bytes_of_hex(line);
		uint8_t cipher[MLKEM_CIPHER], shared[MLKEM_SHARED];
		CHECK(ek.n == MLKEM_PUBLIC && mlkem_encaps(ek.p, m, cipher, shared) == ERR_INPUT);
		free(ek.p);
		refused++;
	}
	CHECK(refused == 780);
	free(text);
}

// A ciphertext whose re-encryption has a zero byte before the first difference: a compare as of text would accept it.
static void strcmp_cctv(void)
{
	char *text = load_text("cctv-mlkem/strcmp/ML-KEM-768.txt"), *rest = text;
	if (text == NULL)
		return;
	struct bytes dk = {0}, c = {0}, k = {0};
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *value = strstr(line, " = ");
		if (value == NULL)
			continue;
		struct bytes b = bytes_of_hex(value + 3);
		*(strncmp(line, "dk", 2) == 0 ? &dk : *line == 'c' ? &c : &k) = b;
	}
	uint8_t shared[MLKEM_SHARED];
	REQUIRE(dk.n == MLKEM_SECRET && c.n == MLKEM_CIPHER);
	CHECK(mlkem_decaps(dk.p, c.p, shared) == ERR_OK && bytes_are(k, shared, sizeof shared));
	free(dk.p), free(c.p), free(k.p), free(text);
}

static void any_flipped_bit_gives_another_secret(void)
{
	uint8_t seed[MLKEM_SEED] = {1}, m[32] = {2}, ek[MLKEM_PUBLIC], dk[MLKEM_SECRET], c[MLKEM_CIPHER];
	uint8_t a[32], b[32], last[32] = {0};
	mlkem_keygen(seed, ek, dk);
	REQUIRE(mlkem_encaps(ek, m, c, a) == ERR_OK && mlkem_decaps(dk, c, b) == ERR_OK);
	CHECK_BYTES(a, b, 32);
	for (size_t bit = 0; bit < MLKEM_CIPHER * 8; bit += 43) {
		c[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REQUIRE(mlkem_decaps(dk, c, b) == ERR_OK);
		CHECK_SAY(memcmp(a, b, 32) != 0 && memcmp(b, last, 32) != 0, "bit %zu", bit);
		memcpy(last, b, 32);
		c[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t at = RING_BYTES12 * 3; at < MLKEM_SECRET - 32; at += 31) {
		dk[at] ^= 1;
		CHECK_SAY(mlkem_decaps(dk, c, b) == ERR_INPUT, "byte %zu of dk is under the hash", at);
		dk[at] ^= 1;
	}
}

// Section 4.2.1 with integers: round(2^d x / q) is floor((2^(d+1) x + q) / 2q).
static void compression_is_exact(void)
{
	static const unsigned ds[] = {1, 4, 10};
	for (size_t k = 0; k < sizeof ds / sizeof *ds; k++)
		for (int x = 0; x < RING_Q; x += RING_N) {
			struct poly p = {0}, back;
			unsigned d = ds[k];
			uint8_t out[320];
			for (int i = 0; i < RING_N; i++)
				p.c[i] = (int16_t)(x + i < RING_Q ? x + i : 0);
			ring_compress(&p, d, out);
			ring_decompress(&back, d, out);
			for (int i = 0; i < RING_N; i++) {
				uint64_t y = (((uint64_t)p.c[i] << (d + 1)) + RING_Q) / (2 * RING_Q) % (1u << d);
				uint64_t want = (y * RING_Q * 2 + (1u << d)) / (2u << d);
				CHECK_SAY((uint64_t)back.c[i] == want, "d %u, x %d: %d, want %d", d, p.c[i], back.c[i], (int)want);
			}
		}
}

// The product of two polynomials modulo X^256 + 1, the slow way.
static void ntt_multiplies(void)
{
	uint8_t seed[32] = {3};
	for (uint8_t round = 0; round < 4; round++) {
		struct poly a, b, na, nb, product = {0};
		ring_uniform(&a, seed, round, 0);
		ring_uniform(&b, seed, round, 1);
		if (round == 3)
			for (size_t i = 0; i < RING_N; i++)
				a.c[i] = b.c[i] = RING_Q - 1;
		int64_t want[RING_N] = {0};
		for (size_t i = 0; i < RING_N; i++)
			for (size_t j = 0; j < RING_N; j++)
				want[(i + j) % RING_N] += (i + j < RING_N ? 1 : -1) * (int64_t)a.c[i] * b.c[j];
		na = a, nb = b;
		ring_ntt(&na);
		ring_ntt(&nb);
		ring_multiply_add(&product, &na, &nb);
		ring_ntt_inverse(&product);
		for (size_t i = 0; i < RING_N; i++)
			CHECK_SAY(product.c[i] == ((want[i] % RING_Q) + RING_Q) % RING_Q, "round %d, coefficient %zu", round, i);
	}
}

const struct test tests[] = {
	{"compression_is_exact", compression_is_exact},
	{"ntt_multiplies", ntt_multiplies},
	{"keygen_wycheproof", keygen_wycheproof},
	{"encaps_wycheproof", encaps_wycheproof},
	{"decaps_wycheproof", decaps_wycheproof},
	{"semi_expanded_wycheproof", semi_expanded_wycheproof},
	{"modulus_cctv", modulus_cctv},
	{"strcmp_cctv", strcmp_cctv},
	{"any_flipped_bit_gives_another_secret", any_flipped_bit_gives_another_secret},
	{NULL, NULL},
};
