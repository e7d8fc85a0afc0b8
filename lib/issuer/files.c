// Keys, signatures and the files they lie in.
#include <stdio.h>

#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "issuer/issuer.h"

enum err issuer_beside(const char *path, const char *ending, char to[static FILE_PATH_MAX], struct why *why)
{
	if ((size_t)snprintf(to, FILE_PATH_MAX, "%s%s", path, ending) >= FILE_PATH_MAX)
		return why_set(why, ERR_LIMIT, "%s: a path of over %d bytes", path, FILE_PATH_MAX);
	return ERR_OK;
}

enum err issuer_make(const struct issued *kind, const char *key, const char *name, char pub[static FILE_PATH_MAX],
                     struct why *why)
{
	struct issuer i;
	struct buf text;
	if (!issuer_name_is(name))
		return why_set(why, ERR_INPUT, "name: \"%s\" is not 1 to %d printable characters without a space", name, ISSUER_NAME_MAX);
	strcpy(i.name, name);
	buf_init(&text, ISSUER_FILE_MAX);
	enum err e = issuer_beside(key, ".pub", pub, why);
	if (e == ERR_OK && file_has(pub)) // of a key that may still be in use somewhere else: before another key is made
		e = why_set(why, ERR_EXISTS, "%s: it is there already", pub);
	if (e == ERR_OK)
		e = keyfile_make_sign(key, i.pk, why);
	if (e == ERR_OK) {
		issuer_print(kind, &i, &text);
		e = buf_status(&text) == ERR_OK ? file_create(pub, buf_slice(&text), FILE_PUBLIC, why)
		                                : why_set(why, ERR_SYSTEM, "no memory");
		if (e != ERR_OK && !file_has(pub) && file_remove(key, NULL) != ERR_OK) // made just now; nobody has its public half
			e = why_at(why, e, "%s is to be removed", key);
	}
	buf_free(&text);
	return e;
}

enum err issuer_sign_file(const struct issued *kind, const char *file, const char *key, struct issuer *i,
                          char signature[static FILE_PATH_MAX], struct why *why)
{
	uint8_t sk[SIGN_SECRET], pk[SIGN_PUBLIC], hash[32];
	char pub[FILE_PATH_MAX];
	struct buf text;
	enum err e = issuer_beside(key, ".pub", pub, why);
	if (e == ERR_OK)
		e = issuer_beside(file, ".sig", signature, why);
	if (e == ERR_OK)
		e = issuer_read(kind, pub, i, why);
	if (e == ERR_OK)
		e = issuer_hash(kind, file, hash, why);
	if (e == ERR_OK)
		e = keyfile_read_sign(key, pk, sk, why);
	if (e != ERR_OK)
		return e;
	if (memcmp(pk, i->pk, sizeof pk) != 0)
		e = why_set(why, ERR_INPUT, "%s is not the public key of %s", pub, key);
	buf_init(&text, ISSUER_FILE_MAX);
	if (e == ERR_OK) {
		issuer_sign(kind, i, sk, hash, &text);
		e = buf_status(&text) == ERR_OK ? file_write(signature, buf_slice(&text), FILE_PUBLIC, why)
		                                : why_set(why, ERR_SYSTEM, "no memory");
	}
	secret_wipe(sk, sizeof sk);
	buf_free(&text);
	return e;
}

enum err issuer_verify_bytes(const struct issued *kind, const char *file, struct slice bytes, const struct issuer *i,
                             struct why *why)
{
	char signature[FILE_PATH_MAX];
	uint8_t hash[32];
	struct buf text;
	buf_init(&text, ISSUER_FILE_MAX);
	enum err e = issuer_beside(file, ".sig", signature, why);
	if (e == ERR_OK)
		e = file_read(signature, ISSUER_FILE_MAX, &text, why);
	sha256(bytes, hash);
	if (e == ERR_OK)
		e = issuer_verify(kind, buf_slice(&text), i, hash, why);
	buf_free(&text);
	return e;
}
