// Secrets: memory that is locked, guarded, wiped on free, absent from core files, and compared in constant time.
//
// Rule for the whole project: a long-lived secret lives in secret_new() memory; a short-lived one on the stack is wiped with
// secret_wipe() on every way out. A secret never goes into an arena, a log, an argument list or an environment variable.
#ifndef TOCSIN_CRYPTO_SECRET_H
#define TOCSIN_CRYPTO_SECRET_H

#include "base/err.h"
#include "base/slice.h"

// Before anything else of crypto/, and before a sandbox: starts libsodium and OpenSSL. May be called again. ERR_SYSTEM when there
// is no randomness.
MUST_USE enum err crypto_init(void);
// n zeroed bytes between guard pages, never swapped or dumped; aligned for bytes only, unless n is a multiple of 16. Stops the
// process when there is no locked memory left.
uint8_t *secret_new(size_t n);
void secret_free(uint8_t *secret); // wipes; NULL is allowed
void secret_wipe(void *p, size_t n);
// What the functions called so far left on the stack below their caller: libsodium 1.0.18 does not wipe the operands of scalar sums.
void secret_wipe_stack(void);
// Constant time in n.
MUST_USE bool secret_equal(const void *a, const void *b, size_t n);
// Cryptographically secure random bytes.
void random_bytes(void *p, size_t n);

#endif
