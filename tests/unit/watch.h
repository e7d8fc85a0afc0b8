// Secrets marked undefined under valgrind: a branch or an index that depends on one is then an error. One program includes this once.
//
// libsodium is taken at its word: the functions below stand before its own, and mark as public the one bit that they return, which
// its callers must branch on (whether a comparison held, a scalar was zero, a product was the identity). What they write stays secret.
#ifndef TOCSIN_TEST_WATCH_H
#define TOCSIN_TEST_WATCH_H

#include <dlfcn.h>
#include <sodium.h>
#include <valgrind/memcheck.h>

#include "test.h"

static inline void secret(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static inline void public(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, n);
}

// That the marks survived the libraries between: otherwise the test would watch nothing.
static inline bool is_secret(const void *p, size_t n)
{
	uint8_t undefined[4096];
	return n <= sizeof undefined && VALGRIND_GET_VBITS(p, undefined, n) == 1 && undefined[0] == 0xff && undefined[n - 1] == 0xff;
}

static inline bool watched(void)
{
	if (RUNNING_ON_VALGRIND)
		return true;
	test_skip("not running under valgrind");
	return false;
}

static inline int outcome(int result)
{
	public(&result, sizeof result);
	return result;
}

// The function of libsodium that the one of this name hides.
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int sodium_memcmp(const void *const a, const void *const b, size_t n)
{
	return outcome(REAL(sodium_memcmp)(a, b, n));
}

int sodium_is_zero(const unsigned char *p, const size_t n)
{
	return outcome(REAL(sodium_is_zero)(p, n));
}

int crypto_core_ristretto255_scalar_invert(unsigned char *recip, const unsigned char *s)
{
	return outcome(REAL(crypto_core_ristretto255_scalar_invert)(recip, s));
}

static bool scalars_are_secret = true; // the random ones; false while a fixture is made, which is public

void crypto_core_ristretto255_scalar_random(unsigned char *r)
{
	REAL(crypto_core_ristretto255_scalar_random)(r);
	if (scalars_are_secret)
		secret(r, crypto_core_ristretto255_SCALARBYTES);
}

static bool products_leave; // what is multiplied now leaves the process: evaluations and their proof

// These two branch inside on whether the product is the identity, so they get the scalar as public.
static inline int product_of(int (*real)(unsigned char *, const unsigned char *, const unsigned char *), unsigned char *q,
                             const unsigned char *n, const unsigned char *p)
{
	uint8_t scalar[crypto_core_ristretto255_SCALARBYTES];
	bool hidden = is_secret(n, sizeof scalar);
	memcpy(scalar, n, sizeof scalar);
	public(scalar, sizeof scalar);
	int result = real(q, scalar, p);
	if (hidden && !products_leave)
		secret(q, crypto_core_ristretto255_BYTES);
	return outcome(result);
}

int crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	return product_of(REAL(crypto_scalarmult_ristretto255), q, n, p);
}

static inline int base_product(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	(void)p;
	return REAL(crypto_scalarmult_ristretto255_base)(q, n);
}

int crypto_scalarmult_ristretto255_base(unsigned char *q, const unsigned char *n)
{
	return product_of(base_product, q, n, NULL);
}

int crypto_scalarmult_curve25519(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	uint8_t scalar[crypto_scalarmult_curve25519_SCALARBYTES];
	bool hidden = is_secret(n, sizeof scalar);
	memcpy(scalar, n, sizeof scalar);
	public(scalar, sizeof scalar);
	int result = REAL(crypto_scalarmult_curve25519)(q, scalar, p);
	if (hidden)
		secret(q, crypto_scalarmult_curve25519_BYTES);
	return outcome(result);
}

#endif
