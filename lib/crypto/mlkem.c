#include "crypto/mlkem.h"

#include "crypto/hash.h"
#include "crypto/mlkem_ring.h"
#include "crypto/secret.h"

// FIPS 203, section 8, ML-KEM-768; eta1 = eta2 = 2.
#define K 3
#define D_U 10
#define D_V 4
#define U_BYTES (32 * D_U)
#define VECTOR_BYTES (K * RING_BYTES12)

// Where the parts of dk = s ‖ ek ‖ H(ek) ‖ z begin (algorithm 16).
#define DK_EK VECTOR_BYTES
#define DK_HASH (DK_EK + MLKEM_PUBLIC)
#define DK_Z (DK_HASH + 32)

_Static_assert(MLKEM_PUBLIC == VECTOR_BYTES + 32, "ek = t ‖ rho");
_Static_assert(MLKEM_SECRET == DK_Z + 32, "dk = s ‖ ek ‖ H(ek) ‖ z");
_Static_assert(MLKEM_CIPHER == K * U_BYTES + 32 * D_V, "c = u ‖ v");

struct vector {
	struct poly p[K];
};

static bool vector_decode(struct vector *v, const uint8_t in[static VECTOR_BYTES])
{
	bool good = true;
	for (size_t i = 0; i < K; i++)
		good &= ring_decode(&v->p[i], in + i * RING_BYTES12);
	return good;
}

static void vector_encode(const struct vector *v, uint8_t out[static VECTOR_BYTES])
{
	for (size_t i = 0; i < K; i++)
		ring_encode(&v->p[i], out + i * RING_BYTES12);
}

static void vector_noise(struct vector *v, const uint8_t seed[static 32], uint8_t first)
{
	for (uint8_t i = 0; i < K; i++)
		ring_noise(&v->p[i], seed, (uint8_t)(first + i));
}

static void vector_ntt(struct vector *v)
{
	for (size_t i = 0; i < K; i++)
		ring_ntt(&v->p[i]);
}

static void inner_product(struct poly *sum, const struct vector *a, const struct vector *b)
{
	*sum = (struct poly){0};
	for (size_t i = 0; i < K; i++)
		ring_multiply_add(sum, &a->p[i], &b->p[i]);
}

// Row i of A ∘ v, or of its transpose. A[i][j] = SampleNTT(rho ‖ j ‖ i).
static void matrix_row(struct poly *sum, const uint8_t rho[static 32], uint8_t i, bool transposed, const struct vector *v)
{
	struct poly entry;
	*sum = (struct poly){0};
	for (uint8_t j = 0; j < K; j++) {
		ring_uniform(&entry, rho, transposed ? i : j, transposed ? j : i);
		ring_multiply_add(sum, &entry, &v->p[j]);
	}
}

// K-PKE.KeyGen (algorithm 13) from line 2.
static void pke_keygen(const uint8_t rho[static 32], const uint8_t sigma[static 32], uint8_t ek[static MLKEM_PUBLIC],
                       uint8_t s_bytes[static VECTOR_BYTES])
{
	struct {
		struct vector s, e, t;
	} w;
	vector_noise(&w.s, sigma, 0);
	vector_noise(&w.e, sigma, K);
	vector_ntt(&w.s);
	vector_ntt(&w.e);
	for (uint8_t i = 0; i < K; i++) {
		matrix_row(&w.t.p[i], rho, i, false, &w.s);
		ring_scale(&w.t.p[i]);
		ring_add(&w.t.p[i], &w.e.p[i]);
	}
	vector_encode(&w.t, ek);
	memcpy(ek + VECTOR_BYTES, rho, 32);
	vector_encode(&w.s, s_bytes);
	secret_wipe(&w, sizeof w);
}

// K-PKE.Encrypt (algorithm 14). False, with the ciphertext of the reduced key, when a coefficient of ek is not reduced.
static bool pke_encrypt(const uint8_t ek[static MLKEM_PUBLIC], const uint8_t m[static 32], const uint8_t r[static 32],
                        uint8_t cipher[static MLKEM_CIPHER])
{
	struct {
		struct vector t, y, e1;
		struct poly e2, mu, sum;
	} w;
	bool reduced = vector_decode(&w.t, ek);
	vector_noise(&w.y, r, 0);
	vector_noise(&w.e1, r, K);
	ring_noise(&w.e2, r, 2 * K);
	vector_ntt(&w.y);
	for (uint8_t i = 0; i < K; i++) {
		matrix_row(&w.sum, ek + VECTOR_BYTES, i, true, &w.y);
		ring_ntt_inverse(&w.sum);
		ring_add(&w.sum, &w.e1.p[i]);
		ring_compress(&w.sum, D_U, cipher + i * U_BYTES);
	}
	inner_product(&w.sum, &w.t, &w.y);
	ring_ntt_inverse(&w.sum);
	ring_decompress(&w.mu, 1, m);
	ring_add(&w.sum, &w.e2);
	ring_add(&w.sum, &w.mu);
	ring_compress(&w.sum, D_V, cipher + K * U_BYTES);
	secret_wipe(&w, sizeof w);
	return reduced;
}

// K-PKE.Decrypt (algorithm 15).
static void pke_decrypt(const uint8_t s_bytes[static VECTOR_BYTES], const uint8_t cipher[static MLKEM_CIPHER],
                        uint8_t m[static 32])
{
	struct {
		struct vector s, u;
		struct poly v, sum;
	} w;
	for (size_t i = 0; i < K; i++)
		ring_decompress(&w.u.p[i], D_U, cipher + i * U_BYTES);
	ring_decompress(&w.v, D_V, cipher + K * U_BYTES);
	// The coefficients of an own key are reduced; those of one that was made elsewhere count modulo q (algorithm 6).
	(void)vector_decode(&w.s, s_bytes);
	vector_ntt(&w.u);
	inner_product(&w.sum, &w.s, &w.u);
	ring_ntt_inverse(&w.sum);
	ring_subtract(&w.v, &w.sum);
	ring_compress(&w.v, 1, m);
	secret_wipe(&w, sizeof w);
}

void mlkem_keygen_from(const uint8_t rho[static 32], const uint8_t sigma[static 32], const uint8_t z[static 32],
                       uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET])
{
	pke_keygen(rho, sigma, ek, dk);
	memcpy(dk + DK_EK, ek, MLKEM_PUBLIC);
	sha3_256(slice_of(ek, MLKEM_PUBLIC), dk + DK_HASH);
	memcpy(dk + DK_Z, z, 32);
}

void mlkem_keygen(const uint8_t seed[static MLKEM_SEED], uint8_t ek[static MLKEM_PUBLIC], uint8_t dk[static MLKEM_SECRET])
{
	uint8_t d[33], expanded[64];
	memcpy(d, seed, 32);
	d[32] = K; // in the final FIPS 203 only: it separates the parameter sets
	sha3_512(slice_of(d, sizeof d), expanded);
	mlkem_keygen_from(expanded, expanded + 32, seed + 32, ek, dk);
	secret_wipe(d, sizeof d);
	secret_wipe(expanded, sizeof expanded);
}

// (K, r) = G(m ‖ H(ek)).
static void shared_and_randomness(const uint8_t m[static 32], const uint8_t ek_hash[static 32], uint8_t both[static 64])
{
	uint8_t input[64];
	memcpy(input, m, 32);
	memcpy(input + 32, ek_hash, 32);
	sha3_512(slice_of(input, sizeof input), both);
	secret_wipe(input, sizeof input);
}

enum err mlkem_encaps(const uint8_t ek[static MLKEM_PUBLIC], const uint8_t m[static 32], uint8_t cipher[static MLKEM_CIPHER],
                      uint8_t shared[static MLKEM_SHARED])
{
	uint8_t hash[32], both[64], result[MLKEM_CIPHER];
	sha3_256(slice_of(ek, MLKEM_PUBLIC), hash);
	shared_and_randomness(m, hash, both);
	bool reduced = pke_encrypt(ek, m, both + 32, result);
	if (reduced) {
		memcpy(cipher, result, sizeof result);
		memcpy(shared, both, MLKEM_SHARED);
	}
	secret_wipe(both, sizeof both);
	return reduced ? ERR_OK : ERR_INPUT;
}

// a where the n bytes of x and y are equal, otherwise b.
static void select_if_equal(const uint8_t *x, const uint8_t *y, size_t n, const uint8_t a[static 32], const uint8_t b[static 32],
                            uint8_t out[static 32])
{
	uint32_t difference = 0;
	for (size_t i = 0; i < n; i++)
		difference |= x[i] ^ y[i];
	uint32_t mask = (difference - 1) >> 24; // 0xff when there is none: the difference is a byte
	__asm__("" : "+r"(mask));               // else a compiler might see that only two values occur and branch
	for (size_t i = 0; i < 32; i++)
		out[i] = (uint8_t)((a[i] & mask) | (b[i] & ~mask));
}

enum err mlkem_decaps(const uint8_t dk[static MLKEM_SECRET], const uint8_t cipher[static MLKEM_CIPHER],
                      uint8_t shared[static MLKEM_SHARED])
{
	uint8_t hash[32];
	sha3_256(slice_of(dk + DK_EK, MLKEM_PUBLIC), hash);
	if (memcmp(hash, dk + DK_HASH, 32) != 0) // a hash of public bytes
		return ERR_INPUT;
	struct {
		uint8_t m[32], both[64], again[MLKEM_CIPHER], reject_input[32 + MLKEM_CIPHER], rejected[32];
	} w;
	pke_decrypt(dk, cipher, w.m);
	shared_and_randomness(w.m, dk + DK_HASH, w.both);
	memcpy(w.reject_input, dk + DK_Z, 32);
	memcpy(w.reject_input + 32, cipher, MLKEM_CIPHER);
	shake256(slice_of(w.reject_input, sizeof w.reject_input), w.rejected, sizeof w.rejected);
	// The key's own ek passed the hash check above; encapsulation's modulus check is no part of algorithm 18.
	(void)pke_encrypt(dk + DK_EK, w.m, w.both + 32, w.again);
	select_if_equal(cipher, w.again, MLKEM_CIPHER, w.both, w.rejected, shared);
	secret_wipe(&w, sizeof w);
	return ERR_OK;
}
