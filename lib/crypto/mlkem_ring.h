// The ring R_q = Z_3329[X]/(X^256 + 1) of ML-KEM (FIPS 203, sections 4 and 7). Private to mlkem.c and its tests.
//
// Nothing here divides, branches or indexes by a coefficient; ring_uniform() alone does, and its input is public.
#ifndef TOCSIN_CRYPTO_MLKEM_RING_H
#define TOCSIN_CRYPTO_MLKEM_RING_H

#include "base/err.h"
#include "base/slice.h"

#define RING_N 256
#define RING_Q 3329
#define RING_BYTES12 384 // encoded with 12 bits each

// "Reduced" is 0 ≤ c < q: what every function here returns and takes, except the sums of ring_multiply_add(), which only
// ring_ntt_inverse() and ring_scale() may take.
struct poly {
	int16_t c[RING_N];
};

void ring_ntt(struct poly *p); // algorithm 9
// Algorithm 10, times 2^16: undoes the factor that ring_multiply_add() leaves.
void ring_ntt_inverse(struct poly *p);
// sum += a ∘ b · 2^-16 in the NTT domain (algorithms 11, 12). At most five onto a zero sum.
void ring_multiply_add(struct poly *sum, const struct poly *a, const struct poly *b);
// times 2^16: after ring_multiply_add() when the result stays in the NTT domain.
void ring_scale(struct poly *p);
void ring_add(struct poly *p, const struct poly *a);
void ring_subtract(struct poly *p, const struct poly *a); // p = p - a

// ByteEncode_12 and ByteDecode_12 (algorithms 5, 6). Decoding reduces modulo q; false when that changed anything.
void ring_encode(const struct poly *p, uint8_t out[static RING_BYTES12]);
bool ring_decode(struct poly *p, const uint8_t in[static RING_BYTES12]);
// ByteEncode_d(Compress_d(p)) and back (section 4.2.1), 32·d bytes, d ≤ 10.
void ring_compress(const struct poly *p, unsigned d, uint8_t *out);
void ring_decompress(struct poly *p, unsigned d, const uint8_t *in);

// SampleNTT(rho ‖ j ‖ i) (algorithm 7). Takes time that depends on rho, which is public.
void ring_uniform(struct poly *p, const uint8_t rho[static 32], uint8_t j, uint8_t i);
// SamplePolyCBD_2(PRF_2(seed, n)) (algorithm 8).
void ring_noise(struct poly *p, const uint8_t seed[static 32], uint8_t n);

#endif
