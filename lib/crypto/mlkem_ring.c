#include "crypto/mlkem_ring.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

#define Q RING_Q
#define Q_INVERSE 62209 // q^-1 modulo 2^16

// 17^BitRev7(i) · 2^16 modulo q, centred (FIPS 203, appendix A, in Montgomery form).
static const int16_t zetas[128] = {
	-1044, -758, -359, -1517, 1493, 1422, 287, 202, -171, 622, 1577, 182, 962, -1202, -1474, 1468,
	573, -1325, 264, 383, -829, 1458, -1602, -130, -681, 1017, 732, 608, -1542, 411, -205, -1571,
	1223, 652, -552, 1015, -1293, 1491, -282, -1544, 516, -8, -320, -666, -1618, -1162, 126, 1469,
	-853, -90, -271, 830, 107, -1421, -247, -951, -398, 961, -1508, -725, 448, -1065, 677, -1275,
	-1103, 430, 555, 843, -1251, 871, 1550, 105, 422, 587, 177, -235, -291, -460, 1574, 1653,
	-246, 778, 1159, -147, -777, 1483, -602, 1119, -1590, 644, -872, 349, 418, 329, -156, -75,
	817, 1097, 603, 610, 1322, -1285, -1465, 384, -1215, -136, 1218, -1335, -874, 220, -1187, -1659,
	-1185, -1530, -1278, 794, -1510, -854, -870, 478, -108, -308, 996, 991, 958, -1460, 1522, 1628,
};

// For |a| < q·2^15: the r with |r| < q and r = a · 2^-16 modulo q.
static inline int16_t montgomery(int32_t a)
{
	int16_t t = (int16_t)(uint16_t)((uint32_t)a * Q_INVERSE);
	return (int16_t)((a - (int32_t)t * Q) >> 16);
}

// For every a: the r = a modulo q with 0 ≤ r < q.
static inline int16_t reduce(int16_t a)
{
	// 20159 = round(2^26 / q): t is a / q rounded to the nearest, so that |r| ≤ q/2.
	int32_t t = (20159 * (int32_t)a + (1 << 25)) >> 26;
	int32_t r = a - t * Q;
	return (int16_t)(r + ((r >> 31) & Q));
}

static void reduce_all(struct poly *p)
{
	for (size_t i = 0; i < RING_N; i++)
		p->c[i] = reduce(p->c[i]);
}

void ring_ntt(struct poly *p)
{
	size_t k = 1;
	// Each of the 7 layers adds less than q to a magnitude below q: 8q < 2^15, so one reduction at the end is enough.
	for (size_t half = 128; half >= 2; half /= 2)
		for (size_t start = 0; start < RING_N; start += 2 * half) {
			int16_t zeta = zetas[k++];
			for (size_t i = start; i < start + half; i++) {
				int16_t t = montgomery((int32_t)zeta * p->c[i + half]);
				p->c[i + half] = (int16_t)(p->c[i] - t);
				p->c[i] = (int16_t)(p->c[i] + t);
			}
		}
	reduce_all(p);
}

void ring_ntt_inverse(struct poly *p)
{
	size_t k = 127;
	reduce_all(p);
	for (size_t half = 2; half <= 128; half *= 2)
		for (size_t start = 0; start < RING_N; start += 2 * half) {
			int16_t zeta = zetas[k--];
			for (size_t i = start; i < start + half; i++) {
				int16_t a = p->c[i], b = p->c[i + half];
				p->c[i] = reduce((int16_t)(a + b));
				p->c[i + half] = montgomery((int32_t)zeta * (b - a));
			}
		}
	// 1441 = 2^32 / 128 modulo q: the factor 1/128 of algorithm 10 and the promised 2^16.
	for (size_t i = 0; i < RING_N; i++)
		p->c[i] = reduce(montgomery((int32_t)p->c[i] * 1441));
}

void ring_multiply_add(struct poly *sum, const struct poly *a, const struct poly *b)
{
	for (size_t i = 0; i < RING_N; i += 2) {
		// gamma of the pair is 17^(2·BitRev7(i/2) + 1): the last layer's zeta, its negative for every second pair.
		int16_t zeta = zetas[64 + i / 4];
		int32_t gamma = i % 4 == 0 ? zeta : -zeta;
		int32_t a0 = a->c[i], a1 = a->c[i + 1], b0 = b->c[i], b1 = b->c[i + 1];
		// a0·b0 + q·gamma and a0·b1 + a1·b0 are below 2q² < q·2^15; each result is below q, so five fit in 16 bits.
		sum->c[i] = (int16_t)(sum->c[i] + montgomery(a0 * b0 + montgomery(a1 * b1) * gamma));
		sum->c[i + 1] = (int16_t)(sum->c[i + 1] + montgomery(a0 * b1 + a1 * b0));
	}
}

void ring_scale(struct poly *p)
{
	for (size_t i = 0; i < RING_N; i++)
		p->c[i] = reduce(montgomery((int32_t)p->c[i] * 1353)); // 2^32 modulo q
}

void ring_add(struct poly *p, const struct poly *a)
{
	for (size_t i = 0; i < RING_N; i++)
		p->c[i] = reduce((int16_t)(p->c[i] + a->c[i]));
}

void ring_subtract(struct poly *p, const struct poly *a)
{
	for (size_t i = 0; i < RING_N; i++)
		p->c[i] = reduce((int16_t)(p->c[i] - a->c[i]));
}

void ring_encode(const struct poly *p, uint8_t out[static RING_BYTES12])
{
	for (size_t i = 0; i < RING_N; i += 2, out += 3) {
		uint32_t two = (uint32_t)p->c[i] | (uint32_t)p->c[i + 1] << 12;
		out[0] = (uint8_t)two;
		out[1] = (uint8_t)(two >> 8);
		out[2] = (uint8_t)(two >> 16);
	}
}

bool ring_decode(struct poly *p, const uint8_t in[static RING_BYTES12])
{
	int32_t changed = 0;
	for (size_t i = 0; i < RING_N; i += 2, in += 3) {
		uint32_t two = (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
		int16_t a = (int16_t)(two & 0xfff), b = (int16_t)(two >> 12);
		p->c[i] = reduce(a);
		p->c[i + 1] = reduce(b);
		changed |= (a ^ p->c[i]) | (b ^ p->c[i + 1]);
	}
	return changed == 0;
}

// round(2^d · x / q) modulo 2^d, for 0 ≤ x < q and d ≤ 10.
static inline uint32_t compress(int16_t x, unsigned d)
{
	// With u < 2^22 and 20642679 = ceil(2^36 / q), the product over 2^36 exceeds u / q by less than 2^-14 < 1/q: its floor is
	// exact.
	uint64_t u = ((uint32_t)x << d) + Q / 2;
	return (uint32_t)(u * 20642679 >> 36) & ((1u << d) - 1);
}

void ring_compress(const struct poly *p, unsigned d, uint8_t *out)
{
	uint32_t pending = 0; // fewer than 8 + d bits
	unsigned bits = 0;
	for (size_t i = 0; i < RING_N; i++) {
		pending |= compress(p->c[i], d) << bits;
		for (bits += d; bits >= 8; bits -= 8, pending >>= 8)
			*out++ = (uint8_t)pending;
	}
}

void ring_decompress(struct poly *p, unsigned d, const uint8_t *in)
{
	uint32_t pending = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < RING_N; i++) {
		for (; bits < d; bits += 8)
			pending |= (uint32_t)*in++ << bits;
		uint32_t y = pending & ((1u << d) - 1);
		__asm__("" : "+r"(y)); // with d = 1 a compiler might see that y is 0 or 1 and branch on it
		p->c[i] = (int16_t)((y * Q + (1u << (d - 1))) >> d);
		pending >>= d;
		bits -= d;
	}
}

// A coefficient takes 1.5 / (q / 4096) = 1.85 bytes on average. Three blocks of SHAKE128 are enough in 99 of 100 cases; more
// than eight are never needed (FIPS 203, appendix B: 5 already fail with a probability below 2^-261).
#define BLOCK 168
#define FIRST_BLOCKS 3
#define BLOCKS_MAX 8

static size_t accept(struct poly *p, const uint8_t *in, size_t n)
{
	size_t got = 0;
	for (size_t at = 0; at + 3 <= n && got < RING_N; at += 3) {
		uint16_t a = (uint16_t)(in[at] | (in[at + 1] & 15) << 8), b = (uint16_t)(in[at + 1] >> 4 | in[at + 2] << 4);
		if (a < Q)
			p->c[got++] = (int16_t)a;
		if (b < Q && got < RING_N)
			p->c[got++] = (int16_t)b;
	}
	return got;
}

void ring_uniform(struct poly *p, const uint8_t rho[static 32], uint8_t j, uint8_t i)
{
	uint8_t seed[34], stream[BLOCKS_MAX * BLOCK];
	memcpy(seed, rho, 32);
	seed[32] = j;
	seed[33] = i;
	// SHAKE of OpenSSL 3.0 gives its output once, so a longer one is squeezed again from the start.
	for (size_t blocks = FIRST_BLOCKS;; blocks++) {
		INVARIANT(blocks <= BLOCKS_MAX);
		shake128(slice_of(seed, sizeof seed), stream, blocks * BLOCK);
		if (accept(p, stream, blocks * BLOCK) == RING_N)
			return;
	}
}

void ring_noise(struct poly *p, const uint8_t seed[static 32], uint8_t n)
{
	struct {
		uint8_t input[33], stream[RING_N / 2]; // half a byte for each coefficient
	} s;
	memcpy(s.input, seed, 32);
	s.input[32] = n;
	shake256(slice_of(s.input, sizeof s.input), s.stream, sizeof s.stream);
	for (size_t i = 0; i < RING_N; i++) {
		int four = s.stream[i / 2] >> 4 * (i % 2);
		p->c[i] = reduce((int16_t)((four & 1) + (four >> 1 & 1) - (four >> 2 & 1) - (four >> 3 & 1)));
	}
	secret_wipe(&s, sizeof s);
}
