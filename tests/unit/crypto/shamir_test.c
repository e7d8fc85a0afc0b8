#include "crypto/shamir.h"

#include "base/num.h"
#include "crypto/secret.h"
#include "test.h"

#define READ(shares) ((const uint8_t(*)[SCALAR])(shares))

// The group order l = 2^252 + 27742317777372353535851937790883648493, little-endian.
#define ORDER "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"

static void canonical(void)
{
	static const struct {
		const char *hex;
		bool good;
	} rows[] = {
		{"0000000000000000000000000000000000000000000000000000000000000000", true},
		{"0100000000000000000000000000000000000000000000000000000000000000", true},
		{"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", true}, // l − 1
		{ORDER, false},
		{"eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", false}, // l + 1
		{"0000000000000000000000000000000000000000000000000000000000000020", false},
		{"0000000000000000000000000000000000000000000000000000000000000080", false}, // bit 255
		{"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
	};
	CHECK(crypto_init() == ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t s[SCALAR];
		CHECK(hex_decode(slice_text(rows[i].hex), s, SCALAR));
		CHECK_SAY(scalar_is_canonical(s) == rows[i].good, "%s", rows[i].hex);
	}
}

// Every subset of t seats gives the secret back; every subset of t − 1 another scalar.
static void subsets(unsigned t, unsigned n)
{
	uint8_t secret[SCALAR], shares[SEATS_MAX][SCALAR];
	scalar_random(secret);
	shamir_split(secret, t, n, shares);
	unsigned ran = 0;
	for (uint32_t set = 0; set < UINT32_C(1) << n; set++) {
		unsigned count = (unsigned)__builtin_popcount(set), k = 0;
		if (count + 1 < t || count > t || count == 0)
			continue;
		uint8_t seats[SEATS_MAX], chosen[SEATS_MAX][SCALAR], got[SCALAR];
		for (unsigned i = n; i-- > 0;) // falling: the order of seats must not matter
			if ((set >> i & 1) != 0) {
				seats[k] = (uint8_t)(i + 1);
				memcpy(chosen[k++], shares[i], SCALAR);
			}
		CHECK(shamir_combine(seats, READ(chosen), count, got) == ERR_OK);
		CHECK_SAY((memcmp(got, secret, SCALAR) == 0) == (count == t), "t %u n %u set %x", t, n, set);
		ran++;
	}
	CHECK(ran >= 1);
}

static void combine(void)
{
	CHECK(crypto_init() == ERR_OK);
	static const unsigned rows[][2] = {{1, 1}, {1, 3}, {2, 2}, {2, 3}, {3, 5}, {5, 7}, {7, 7}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		subsets(rows[i][0], rows[i][1]);
}

static void largest(void)
{
	uint8_t secret[SCALAR], shares[SEATS_MAX][SCALAR], seats[SEATS_MAX], got[SCALAR];
	CHECK(crypto_init() == ERR_OK);
	scalar_random(secret);
	shamir_split(secret, SEATS_MAX, SEATS_MAX, shares);
	for (unsigned i = 0; i < SEATS_MAX; i++)
		seats[i] = (uint8_t)(i + 1);
	CHECK(shamir_combine(seats, READ(shares), SEATS_MAX, got) == ERR_OK);
	CHECK_BYTES(got, secret, SCALAR);
	shares[31][0] ^= 1;
	CHECK(shamir_combine(seats, READ(shares), SEATS_MAX, got) == ERR_OK);
	CHECK(memcmp(got, secret, SCALAR) != 0);
}

// f(x) = 3 + 5x + 7x²: f(1) = 15, f(2) = 41, f(32) = 7331.
static void evaluate(void)
{
	static const unsigned rows[][2] = {{1, 15}, {2, 41}, {32, 7331}};
	uint8_t f[3][SCALAR], want[SCALAR], got[SCALAR];
	scalar_of(3, f[0]);
	scalar_of(5, f[1]);
	scalar_of(7, f[2]);
	for (size_t i = 0; i < 3; i++) {
		shamir_evaluate(READ(f), 3, rows[i][0], got);
		scalar_of(rows[i][1], want);
		CHECK_BYTES(got, want, SCALAR);
	}
}

static void refused(void)
{
	static const struct {
		const char *what;
		uint8_t seats[3];
		unsigned count;
	} rows[] = {
		{"no share", {1, 2, 3}, 0},
		{"seat 0", {0, 2, 3}, 3},
		{"last seat 0", {1, 2, 0}, 3},
		{"a seat twice", {1, 2, 1}, 3},
		{"a seat twice in a row", {2, 2, 3}, 3},
		{"seat over the maximum", {1, 2, SEATS_MAX + 1}, 3},
		{"seat 255", {1, 255, 3}, 3},
		{"seat 64", {1, 64, 3}, 3},
	};
	uint8_t secret[SCALAR], shares[3][SCALAR], got[SCALAR], untouched[SCALAR];
	CHECK(crypto_init() == ERR_OK);
	scalar_random(secret);
	shamir_split(secret, 2, 3, shares);
	memset(got, 0xaa, SCALAR);
	memset(untouched, 0xaa, SCALAR);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_SAY(shamir_combine(rows[i].seats, READ(shares), rows[i].count, got) == ERR_INPUT, "%s", rows[i].what);
		CHECK_SAY(shamir_lagrange(rows[i].seats, rows[i].count, 0, got) == ERR_INPUT, "%s", rows[i].what);
	}
	CHECK(shamir_lagrange((const uint8_t[]){1, 2}, 2, 2, got) == ERR_INPUT);
	CHECK(hex_decode(slice_text(ORDER), shares[1], SCALAR));
	CHECK(shamir_combine((const uint8_t[]){1, 2}, READ(shares), 2, got) == ERR_INPUT);
	CHECK_BYTES(got, untouched, SCALAR);
}

const struct test tests[] = {
	{"canonical scalars", canonical}, {"any t shares combine", combine}, {"32 of 32", largest},
	{"polynomial by hand", evaluate}, {"refused seats and shares", refused}, {NULL, NULL},
};
