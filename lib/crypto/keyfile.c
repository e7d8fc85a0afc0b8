#include "crypto/keyfile.h"

#include "base/buf.h"
#include "crypto/secret.h"
#include "sys/file.h"

#define MAGIC "TKEY1\n"
#define MAGIC_BYTES 6
#define KEYFILE_BYTES (MAGIC_BYTES + 1 + KEYFILE_SECRET)

enum err keyfile_create(const char *path, enum keyfile_type type, const uint8_t secret[static KEYFILE_SECRET], struct why *why)
{
	uint8_t bytes[KEYFILE_BYTES];
	memcpy(bytes, MAGIC, MAGIC_BYTES);
	bytes[MAGIC_BYTES] = (uint8_t)type;
	memcpy(bytes + MAGIC_BYTES + 1, secret, KEYFILE_SECRET);
	enum err e = file_create(path, slice_of(bytes, sizeof bytes), FILE_SECRET, why);
	secret_wipe(bytes, sizeof bytes);
	return e;
}

enum err keyfile_make_sign(const char *path, uint8_t pk[static SIGN_PUBLIC], struct why *why)
{
	uint8_t seed[SIGN_SEED], sk[SIGN_SECRET], made[SIGN_PUBLIC];
	random_bytes(seed, sizeof seed);
	sign_keypair_from_seed(seed, made, sk);
	enum err e = keyfile_create(path, KEYFILE_SIGN, seed, why);
	if (e == ERR_OK)
		memcpy(pk, made, SIGN_PUBLIC);
	secret_wipe(seed, sizeof seed);
	secret_wipe(sk, sizeof sk);
	return e;
}

enum err keyfile_read(const char *path, enum keyfile_type type, uint8_t secret[static KEYFILE_SECRET], struct why *why)
{
	struct buf b;
	buf_init_secret(&b, KEYFILE_BYTES);
	enum err e = file_read_secret(path, KEYFILE_BYTES, &b, why);
	if (e == ERR_OK && (b.n != KEYFILE_BYTES || memcmp(b.p, MAGIC, MAGIC_BYTES) != 0))
		e = why_set(why, ERR_INPUT, "%s: not a key file of this version", path);
	if (e == ERR_OK && b.p[MAGIC_BYTES] != type)
		e = why_set(why, ERR_INPUT, "%s: a key of type %u, not %d", path, b.p[MAGIC_BYTES], type);
	if (e == ERR_OK)
		memcpy(secret, b.p + MAGIC_BYTES + 1, KEYFILE_SECRET);
	buf_free(&b);
	return e;
}

enum err keyfile_read_sign(const char *path, uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET], struct why *why)
{
	uint8_t seed[KEYFILE_SECRET];
	enum err e = keyfile_read(path, KEYFILE_SIGN, seed, why);
	if (e == ERR_OK)
		sign_keypair_from_seed(seed, pk, sk);
	secret_wipe(seed, sizeof seed);
	return e;
}
