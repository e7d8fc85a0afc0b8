#include "crypto/chunked.h"

#include <openssl/evp.h>

#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define LABEL "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"
#define SALT 24
#define COMMITMENT 32
#define HEADER (SALT + COMMITMENT)
#define NONCE 12
#define TAG 16
#define CHUNK ((size_t)16384)
#define CHUNKS_MAX ((uint64_t)1 << 38)

struct keys {
	uint8_t key[CHUNKED_KEY], nonce[NONCE], commitment[COMMITMENT];
};

_Static_assert(sizeof(struct keys) == CHUNKED_KEY + NONCE + COMMITMENT, "one run of HKDF output");

static void derive(const uint8_t key[static CHUNKED_KEY], const uint8_t salt[static SALT], struct slice context, struct keys *k)
{
	struct buf info;
	buf_init(&info, sizeof LABEL + SALT + context.n);
	buf_put(&info, LABEL, sizeof LABEL); // its NUL is the 0x00 of the specification
	buf_put(&info, salt, SALT);
	buf_put_slice(&info, context);
	INVARIANT(buf_status(&info) == ERR_OK);
	hkdf_sha512_expand(slice_of(key, CHUNKED_KEY), buf_slice(&info), (uint8_t *)k, sizeof *k);
	buf_free(&info);
}

// An AES-256-GCM context that has the key; `sealing` says which way.
static EVP_CIPHER_CTX *cipher_new(const struct keys *k, bool sealing)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	INVARIANT(c != NULL && EVP_CipherInit_ex2(c, EVP_aes_256_gcm(), k->key, NULL, sealing, NULL) == 1);
	return c;
}

static void start_chunk(EVP_CIPHER_CTX *c, const struct keys *k, uint64_t number)
{
	uint8_t nonce[NONCE];
	memcpy(nonce, k->nonce, NONCE);
	for (size_t i = 0; i < 8; i++)
		nonce[NONCE - 1 - i] ^= (uint8_t)(number >> 8 * i);
	INVARIANT(EVP_CipherInit_ex2(c, NULL, NULL, nonce, -1, NULL) == 1);
}

static void seal_chunk(EVP_CIPHER_CTX *c, const struct keys *k, uint64_t number, struct slice plain, uint8_t *sealed)
{
	int n = 0;
	start_chunk(c, k, number);
	INVARIANT(plain.n == 0 || EVP_EncryptUpdate(c, sealed, &n, plain.p, (int)plain.n) == 1);
	INVARIANT(EVP_EncryptFinal_ex(c, sealed + n, &n) == 1);
	INVARIANT(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, sealed + plain.n) == 1);
}

// sealed holds at least a tag.
static bool open_chunk(EVP_CIPHER_CTX *c, const struct keys *k, uint64_t number, struct slice sealed, uint8_t *plain)
{
	int n = 0;
	uint8_t tag[TAG];
	size_t plain_n = sealed.n - TAG;
	start_chunk(c, k, number);
	memcpy(tag, sealed.p + plain_n, TAG);
	INVARIANT(plain_n == 0 || EVP_DecryptUpdate(c, plain, &n, sealed.p, (int)plain_n) == 1);
	INVARIANT(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1);
	uint8_t nothing[TAG];
	return EVP_DecryptFinal_ex(c, nothing, &n) == 1;
}

size_t chunked_sealed_size(size_t n)
{
	INVARIANT(n / CHUNK < CHUNKS_MAX);
	return HEADER + n + (n / CHUNK + 1) * TAG;
}

bool chunked_plain_size(size_t n, size_t *plain)
{
	if (n < HEADER)
		return false;
	size_t full = (n - HEADER) / (CHUNK + TAG), last = (n - HEADER) % (CHUNK + TAG);
	// last = 0 is a message cut at a chunk's border; every last chunk that remains possible is shorter than CHUNK.
	if (last < TAG || full >= CHUNKS_MAX)
		return false;
	*plain = full * CHUNK + last - TAG;
	return true;
}

void chunked_seal(const uint8_t key[static CHUNKED_KEY], struct slice context, struct slice plain, uint8_t *sealed)
{
	struct keys k;
	INVARIANT(plain.n / CHUNK < CHUNKS_MAX);
	random_bytes(sealed, SALT);
	derive(key, sealed, context, &k);
	memcpy(sealed + SALT, k.commitment, COMMITMENT);
	EVP_CIPHER_CTX *c = cipher_new(&k, true);
	uint8_t *to = sealed + HEADER;
	for (size_t i = 0; i <= plain.n / CHUNK; i++, to += CHUNK + TAG)
		seal_chunk(c, &k, i, slice_part(plain, i * CHUNK, CHUNK), to);
	EVP_CIPHER_CTX_free(c);
	secret_wipe(&k, sizeof k);
}

enum err chunked_open(const uint8_t key[static CHUNKED_KEY], struct slice context, struct slice sealed, uint8_t *plain)
{
	size_t n;
	if (!chunked_plain_size(sealed.n, &n))
		return ERR_INPUT;
	struct keys k;
	derive(key, sealed.p, context, &k);
	bool good = secret_equal(k.commitment, sealed.p + SALT, COMMITMENT);
	if (good) {
		EVP_CIPHER_CTX *c = cipher_new(&k, false);
		for (size_t i = 0; good && i <= n / CHUNK; i++)
			good = open_chunk(c, &k, i, slice_part(sealed, HEADER + i * (CHUNK + TAG), CHUNK + TAG), plain + i * CHUNK);
		EVP_CIPHER_CTX_free(c);
		if (!good)
			secret_wipe(plain, n); // no chunk of a message that is false anywhere
	}
	secret_wipe(&k, sizeof k);
	return good ? ERR_OK : ERR_AUTH;
}
