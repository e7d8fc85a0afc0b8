#include "crypto/secret.h"

#include <sodium.h>

#include "crypto/hash.h"

#define STACK_USED 8192 // bytes: more than libsodium's functions use

enum err crypto_init(void)
{
	// 1 means "was started before".
	if (sodium_init() < 0)
		return ERR_SYSTEM;
	// OpenSSL reads its configuration file at its first use: here, so that a process that later enters a sandbox need not.
	uint8_t digest[32];
	sha256(SLICE_LITERAL(""), digest);
	return ERR_OK;
}

uint8_t *secret_new(size_t n)
{
	uint8_t *secret = sodium_malloc(n);
	INVARIANT(secret != NULL);
	// sodium_malloc() locks too, but libsodium 1.0.18 ignores the result: memory over RLIMIT_MEMLOCK would be swapped silently.
	INVARIANT(sodium_mlock(secret, n) == 0);
	sodium_memzero(secret, n);
	return secret;
}

void secret_free(uint8_t *secret)
{
	sodium_free(secret);
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void secret_wipe_stack(void)
{
	sodium_stackzero(STACK_USED);
}

bool secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void random_bytes(void *p, size_t n)
{
	randombytes_buf(p, n);
}
