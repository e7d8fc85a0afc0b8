// A secret key on disk: one file, one key, mode 0600. "TKEY1\n" ‖ type ‖ 32 bytes (protocol/crypto.md).
#ifndef TOCSIN_CRYPTO_KEYFILE_H
#define TOCSIN_CRYPTO_KEYFILE_H

#include "base/err.h"
#include "crypto/sign.h"

enum keyfile_type {
	KEYFILE_SIGN = 1,   // Ed25519 seed
	KEYFILE_HPKE = 2,   // X-Wing seed
	KEYFILE_SCALAR = 3, // ristretto255 scalar
	KEYFILE_RANDOM = 4, // 32 random bytes: peppers and alias keys
};
#define KEYFILE_SECRET 32

// Writes a key that must not exist yet (ERR_EXISTS).
MUST_USE enum err keyfile_create(const char *path, enum keyfile_type type, const uint8_t secret[static KEYFILE_SECRET], struct why *why);
// A fresh Ed25519 pair, kept as a KEYFILE_SIGN that must not exist yet.
MUST_USE enum err keyfile_make_sign(const char *path, uint8_t pk[static SIGN_PUBLIC], struct why *why);
// Reads it back; ERR_DENIED when others may read the file, ERR_INPUT when it is another type of key.
MUST_USE enum err keyfile_read(const char *path, enum keyfile_type type, uint8_t secret[static KEYFILE_SECRET], struct why *why);
// The Ed25519 pair of a KEYFILE_SIGN file.
MUST_USE enum err keyfile_read_sign(const char *path, uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET], struct why *why);

#endif
