#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <sodium.h>

#include "crypto/secret.h"

#define HASH_MAX 64

enum algorithm { SHA256, SHA512, SHA3_256, SHA3_512, SHAKE128, SHAKE256, ALGORITHMS };

static const struct {
	const char *name;
	size_t n; // bytes of output; 0: as many as asked
} table[ALGORITHMS] = {
	[SHA256] = {"SHA2-256", 32},   [SHA512] = {"SHA2-512", 64},   [SHA3_256] = {"SHA3-256", 32},
	[SHA3_512] = {"SHA3-512", 64}, [SHAKE128] = {"SHAKE-128", 0}, [SHAKE256] = {"SHAKE-256", 0},
};

static EVP_MD *fetched[ALGORITHMS]; // kept until exit: an implicit fetch at each call costs more than a short hash
static EVP_MAC *fetched_hmac;

static void fetch(void)
{
	for (int a = 0; a < ALGORITHMS; a++)
		INVARIANT((fetched[a] = EVP_MD_fetch(NULL, table[a].name, NULL)) != NULL);
	INVARIANT((fetched_hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) != NULL);
}

static void start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	INVARIANT(pthread_once(&once, fetch) == 0);
}

static void digest(enum algorithm a, const struct slice *parts, size_t count, uint8_t *out, size_t n)
{
	start();
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	INVARIANT(c != NULL && EVP_DigestInit_ex2(c, fetched[a], NULL) == 1);
	for (size_t i = 0; i < count; i++)
		INVARIANT(parts[i].n == 0 || EVP_DigestUpdate(c, parts[i].p, parts[i].n) == 1);
	INVARIANT((table[a].n == 0 ? EVP_DigestFinalXOF(c, out, n) : EVP_DigestFinal_ex(c, out, NULL)) == 1);
	EVP_MD_CTX_free(c);
}

void sha256(struct slice s, uint8_t out[static 32])
{
	digest(SHA256, &s, 1, out, 32);
}

void sha256_parts(const struct slice *parts, size_t count, uint8_t out[static 32])
{
	digest(SHA256, parts, count, out, 32);
}

void sha512(struct slice s, uint8_t out[static 64])
{
	digest(SHA512, &s, 1, out, 64);
}

void sha512_parts(const struct slice *parts, size_t count, uint8_t out[static 64])
{
	digest(SHA512, parts, count, out, 64);
}

void sha3_256(struct slice s, uint8_t out[static 32])
{
	digest(SHA3_256, &s, 1, out, 32);
}

void sha3_512(struct slice s, uint8_t out[static 64])
{
	digest(SHA3_512, &s, 1, out, 64);
}

void shake128(struct slice s, uint8_t *out, size_t n)
{
	digest(SHAKE128, &s, 1, out, n);
}

void shake256(struct slice s, uint8_t *out, size_t n)
{
	digest(SHAKE256, &s, 1, out, n);
}

static void hmac(enum algorithm a, struct slice key, const struct slice *parts, size_t count, uint8_t *out)
{
	start();
	EVP_MAC_CTX *c = EVP_MAC_CTX_new(fetched_hmac);
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)table[a].name, 0),
	                       OSSL_PARAM_construct_end()};
	// A NULL key would mean "the key given before", so an empty key needs an address.
	INVARIANT(c != NULL && EVP_MAC_init(c, key.n ? key.p : (const uint8_t *)"", key.n, params) == 1);
	for (size_t i = 0; i < count; i++)
		INVARIANT(parts[i].n == 0 || EVP_MAC_update(c, parts[i].p, parts[i].n) == 1);
	size_t n;
	INVARIANT(EVP_MAC_final(c, out, &n, table[a].n) == 1 && n == table[a].n);
	EVP_MAC_CTX_free(c);
}

void hmac_sha256(struct slice key, struct slice s, uint8_t out[static 32])
{
	hmac(SHA256, key, &s, 1, out);
}

void hmac_sha512(struct slice key, struct slice s, uint8_t out[static 64])
{
	hmac(SHA512, key, &s, 1, out);
}

// RFC 5869, 2.3. Not OpenSSL's HKDF: 3.0 refuses an info over 1024 bytes.
static void expand(enum algorithm a, struct slice prk, struct slice info, uint8_t *out, size_t n)
{
	INVARIANT(n <= 255 * table[a].n);
	uint8_t block[HASH_MAX];
	for (size_t done = 0, i = 1; done < n; i++) {
		uint8_t counter = (uint8_t)i;
		struct slice parts[] = {slice_of(block, i == 1 ? 0 : table[a].n), info, slice_of(&counter, 1)};
		hmac(a, prk, parts, 3, block);
		size_t take = n - done < table[a].n ? n - done : table[a].n;
		memcpy(out + done, block, take);
		done += take;
	}
	secret_wipe(block, sizeof block);
}

static void hkdf(enum algorithm a, struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t n)
{
	uint8_t prk[HASH_MAX];
	// RFC 5869, 2.2: no salt means a hash length of zeros, which as an HMAC key is the same as an empty key.
	hmac(a, salt, &ikm, 1, prk);
	expand(a, slice_of(prk, table[a].n), info, out, n);
	secret_wipe(prk, sizeof prk);
}

void hkdf_sha256(struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t n)
{
	hkdf(SHA256, salt, ikm, info, out, n);
}

void hkdf_sha512(struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t n)
{
	hkdf(SHA512, salt, ikm, info, out, n);
}

void hkdf_sha256_extract(struct slice salt, struct slice ikm, uint8_t prk[static 32])
{
	hmac(SHA256, salt, &ikm, 1, prk);
}

void hkdf_sha256_expand(const uint8_t prk[static 32], struct slice info, uint8_t *out, size_t n)
{
	expand(SHA256, slice_of(prk, 32), info, out, n);
}

void hkdf_sha512_expand(struct slice prk, struct slice info, uint8_t *out, size_t n)
{
	expand(SHA512, prk, info, out, n);
}

static uint8_t table_key[crypto_shorthash_KEYBYTES];

static void draw_table_key(void)
{
	crypto_shorthash_keygen(table_key);
}

uint64_t hash_keyed(uint64_t before, struct slice s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t key[crypto_shorthash_KEYBYTES];
	uint64_t h;
	INVARIANT(pthread_once(&once, draw_table_key) == 0);
	memcpy(key, table_key, sizeof key);
	for (int i = 0; i < 8; i++)
		key[i] ^= (uint8_t)(before >> 8 * i);
	_Static_assert(sizeof h == crypto_shorthash_BYTES, "one number");
	crypto_shorthash((uint8_t *)&h, s.n > 0 ? s.p : (const uint8_t *)"", s.n, key);
	return h;
}
