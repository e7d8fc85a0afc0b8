// Cobblestone-256: round trips at every border, an independent sealing with libsodium, and every refusal of the specification.
#include <sodium.h>

#include "crypto/chunked.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/vectors.h"

#define CHUNK ((size_t)16384)
#define SEALED_CHUNK (CHUNK + 16)
#define HEADER ((size_t)56)

static const uint8_t key[CHUNKED_KEY] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                         16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
#define CONTEXT SLICE_LITERAL("context")

struct sealed {
	uint8_t *p; // exactly n bytes, owned
	size_t n;
	uint8_t *text; // the plaintext, owned
	size_t text_n;
};

static struct sealed sealed_new(size_t n)
{
	struct sealed s = {.n = chunked_sealed_size(n), .text_n = n, .text = malloc(n + (n == 0))};
	s.p = malloc(s.n);
	if (s.p == NULL || s.text == NULL)
		abort();
	random_bytes(s.text, n);
	chunked_seal(key, CONTEXT, slice_of(s.text, n), s.p);
	return s;
}

static void sealed_free(struct sealed *s)
{
	free(s->p);
	free(s->text);
}

// Opens a copy of exactly n bytes into a buffer of exactly the plaintext's size, first filled with 0xa5.
static enum err try_open(const uint8_t k[CHUNKED_KEY], struct slice context, struct slice sealed, struct bytes *plain)
{
	uint8_t *copy = malloc(sealed.n + (sealed.n == 0));
	size_t n = 0;
	bool possible = chunked_plain_size(sealed.n, &n);
	plain->n = n;
	plain->p = malloc(n + (n == 0));
	if (copy == NULL || plain->p == NULL)
		abort();
	memset(plain->p, 0xa5, n);
	if (sealed.n > 0)
		memcpy(copy, sealed.p, sealed.n);
	enum err e = chunked_open(k, context, slice_of(copy, sealed.n), plain->p);
	CHECK((e == ERR_INPUT) == !possible);
	free(copy);
	return e;
}

// The opening fails with `want`, and no byte of the text is given out.
static void refused(enum err want, const uint8_t k[CHUNKED_KEY], struct slice context, struct slice sealed, const char *what)
{
	struct bytes plain;
	CHECK_SAY(try_open(k, context, sealed, &plain) == want, "%s, %zu bytes", what, sealed.n);
	for (size_t i = 1; i < plain.n; i++)
		if (plain.p[i] != plain.p[0]) {
			CHECK_SAY(false, "%s: plaintext of a refused message was given out", what);
			break;
		}
	free(plain.p);
}

static const size_t sizes[] = {0,         1,         15,            16,        17,            CHUNK - 1,
                               CHUNK,     CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 5, 40 * CHUNK + 1};
#define SIZES (sizeof sizes / sizeof *sizes)

static void round_trips(void)
{
	for (size_t i = 0; i < SIZES; i++) {
		struct sealed s = sealed_new(sizes[i]), again = sealed_new(sizes[i]);
		struct bytes plain;
		CHECK(s.n == HEADER + sizes[i] + 16 * (sizes[i] / CHUNK + 1));
		CHECK_SAY(try_open(key, CONTEXT, slice_of(s.p, s.n), &plain) == ERR_OK, "%zu", sizes[i]);
		CHECK_SAY(bytes_are(plain, s.text, s.text_n), "%zu", sizes[i]);
		CHECK_SAY(memcmp(s.p, again.p, 24) != 0, "a fresh salt at each seal");
		free(plain.p);
		sealed_free(&s);
		sealed_free(&again);
	}
}

static void sizes_are_a_bijection(void)
{
	size_t next = 0, plain;
	for (size_t n = 0; n < 4 * SEALED_CHUNK; n++)
		if (chunked_plain_size(n, &plain)) {
			CHECK_SAY(plain == next && chunked_sealed_size(plain) == n, "%zu", n);
			next++;
		}
	CHECK(next > 3 * CHUNK);
	const size_t largest = ((size_t)1 << 52) - 1;
	CHECK(chunked_plain_size(chunked_sealed_size(largest), &plain) && plain == largest);
	CHECK(!chunked_plain_size(chunked_sealed_size(largest) + 1, &plain));
	CHECK(!chunked_plain_size(chunked_sealed_size(largest) + 17, &plain));
	CHECK(!chunked_plain_size(SIZE_MAX, &plain));
}

// Made once by another implementation: salt 100…123, "hello".
static void known_answer(void)
{
	struct bytes sealed = bytes_of_hex("6465666768696a6b6c6d6e6f707172737475767778797a7b8b92f011f28b44e763b52747167ae39d"
	                                   "53a9b64952d998a21ce3bb0c86f49f384f76b18d4432b7be49d04f6ab6a2d4a41150239810");
	struct bytes plain;
	CHECK(try_open(key, CONTEXT, bytes_slice(sealed), &plain) == ERR_OK && bytes_are(plain, "hello", 5));
	free(sealed.p), free(plain.p);
}

// 301 chunks, so that the counter passes 255, under the keys of known_answer(), sealed with libsodium. The digest of the result
// comes from another implementation.
static void counter_is_big_endian(void)
{
	REQUIRE(crypto_init() == ERR_OK);
	if (!crypto_aead_aes256gcm_is_available()) {
		test_skip("libsodium has no AES-256-GCM on this processor");
		return;
	}
	enum { TEXT = 300 * 16384 + 7 };
	struct bytes keys = bytes_of_hex("fc212a335a7a183b86980dc31ff373b7fa1972e207f062dc9ec48601429c3189f14ed2ce8cd0df91d173d145"
	                                 "8b92f011f28b44e763b52747167ae39d53a9b64952d998a21ce3bb0c86f49f38");
	struct bytes digest = bytes_of_hex("d92f72a65c680122690ea843aea09e2470e168536db7fb1ab9536c9041dfdaa1");
	uint8_t *text = calloc(1, TEXT), *sealed = malloc(chunked_sealed_size(TEXT)), got[32];
	REQUIRE(text != NULL && sealed != NULL);
	for (uint8_t i = 0; i < 24; i++)
		sealed[i] = (uint8_t)(100 + i);
	memcpy(sealed + 24, keys.p + 44, 32);
	for (size_t i = 0; i * CHUNK <= TEXT; i++) {
		uint8_t nonce[12];
		memcpy(nonce, keys.p + 32, 12);
		nonce[11] ^= (uint8_t)i;
		nonce[10] ^= (uint8_t)(i >> 8);
		size_t n = i < 300 ? CHUNK : 7;
		crypto_aead_aes256gcm_encrypt(sealed + HEADER + i * SEALED_CHUNK, NULL, text, n, NULL, 0, NULL, nonce, keys.p);
	}
	sha256(slice_of(sealed, chunked_sealed_size(TEXT)), got);
	CHECK(bytes_are(digest, got, 32));
	struct bytes plain;
	CHECK(try_open(key, CONTEXT, slice_of(sealed, chunked_sealed_size(TEXT)), &plain) == ERR_OK && bytes_are(plain, text, TEXT));
	free(keys.p), free(digest.p), free(text), free(sealed), free(plain.p);
}

static void truncations(void)
{
	struct sealed s = sealed_new(2 * CHUNK + 40);
	for (size_t n = 0; n <= HEADER + 40; n++)
		refused(n < HEADER + 16 ? ERR_INPUT : ERR_AUTH, key, CONTEXT, slice_of(s.p, n), "cut");
	for (size_t border = 1; border <= 2; border++)
		for (size_t n = HEADER + border * SEALED_CHUNK - 20; n <= HEADER + border * SEALED_CHUNK + 20; n++) {
			size_t over = (n - HEADER) % SEALED_CHUNK;
			refused(over < 16 ? ERR_INPUT : ERR_AUTH, key, CONTEXT, slice_of(s.p, n), "cut near a chunk's border");
		}
	for (size_t n = s.n - 60; n < s.n; n++)
		refused((n - HEADER) % SEALED_CHUNK < 16 ? ERR_INPUT : ERR_AUTH, key, CONTEXT, slice_of(s.p, n), "cut at the end");
	sealed_free(&s);
	// An empty message is one chunk of a tag alone.
	s = sealed_new(0);
	for (size_t n = 0; n < s.n; n++)
		refused(ERR_INPUT, key, CONTEXT, slice_of(s.p, n), "empty message, cut");
	sealed_free(&s);
	// A full chunk without its empty successor.
	s = sealed_new(CHUNK);
	refused(ERR_INPUT, key, CONTEXT, slice_of(s.p, HEADER + SEALED_CHUNK), "no last chunk");
	sealed_free(&s);
}

static void moved_chunks(void)
{
	struct sealed s = sealed_new(3 * CHUNK + 40);
	size_t longest = s.n + SEALED_CHUNK;
	uint8_t *m = malloc(longest), *chunks = m + HEADER;
	memcpy(m, s.p, s.n);
	memcpy(chunks, s.p + HEADER + SEALED_CHUNK, SEALED_CHUNK);
	memcpy(chunks + SEALED_CHUNK, s.p + HEADER, SEALED_CHUNK);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n), "the first two chunks swapped");

	memcpy(m, s.p, s.n);
	memcpy(chunks + 2 * SEALED_CHUNK, s.p + HEADER + SEALED_CHUNK, SEALED_CHUNK);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n), "a chunk in the place of the next");

	for (size_t at = 0; at < 3; at++) {
		memcpy(m, s.p, s.n);
		memcpy(chunks + (at + 1) * SEALED_CHUNK, s.p + HEADER + at * SEALED_CHUNK, s.n - HEADER - at * SEALED_CHUNK);
		refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n + SEALED_CHUNK), "a doubled chunk");
		memcpy(m, s.p, s.n);
		memcpy(chunks + at * SEALED_CHUNK, s.p + HEADER + (at + 1) * SEALED_CHUNK, s.n - HEADER - (at + 1) * SEALED_CHUNK);
		refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n - SEALED_CHUNK), "a missing chunk");
	}

	memcpy(m, s.p, s.n);
	memcpy(m + s.n, s.p + s.n - 56, 56);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n + 56), "the last chunk doubled");
	memset(m + s.n, 0, 1);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n + 1), "one byte more");

	// A chunk of another message under the same key.
	struct sealed other = sealed_new(3 * CHUNK + 40);
	memcpy(m, s.p, s.n);
	memcpy(chunks, other.p + HEADER, SEALED_CHUNK);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n), "a chunk of another message");
	memcpy(m, s.p, s.n);
	memcpy(m, other.p, 24);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n), "the salt of another message");
	memcpy(m, other.p, HEADER);
	refused(ERR_AUTH, key, CONTEXT, slice_of(m, s.n), "salt and commitment of another message");
	sealed_free(&other);
	sealed_free(&s);
	free(m);
}

static void wrong_key_and_context(void)
{
	static const size_t some[] = {0, 5, CHUNK};
	for (size_t i = 0; i < 3; i++) {
		struct sealed s = sealed_new(some[i]);
		struct slice all = slice_of(s.p, s.n);
		for (size_t bit = 0; bit < CHUNKED_KEY * 8; bit += 17) {
			uint8_t other[CHUNKED_KEY];
			memcpy(other, key, sizeof other);
			other[bit / 8] ^= (uint8_t)(1u << bit % 8);
			refused(ERR_AUTH, other, CONTEXT, all, "another key");
		}
		refused(ERR_AUTH, key, SLICE_LITERAL(""), all, "no context");
		refused(ERR_AUTH, key, SLICE_LITERAL("contex"), all, "a shorter context");
		refused(ERR_AUTH, key, SLICE_LITERAL("context\0"), all, "a longer context");
		refused(ERR_AUTH, key, SLICE_LITERAL("Context"), all, "another context");
		sealed_free(&s);
	}
}

static void flipped_bits(void)
{
	struct sealed s = sealed_new(CHUNK + 20);
	// Salt and commitment, the first chunk's start and tag, the last chunk and its tag.
	const size_t regions[][2] = {{0, HEADER}, {HEADER, HEADER + 4}, {HEADER + CHUNK, HEADER + SEALED_CHUNK}, {s.n - 36, s.n}};
	for (size_t r = 0; r < sizeof regions / sizeof *regions; r++)
		for (size_t at = regions[r][0]; at < regions[r][1]; at++) {
			s.p[at] ^= (uint8_t)(1u << at % 8);
			refused(ERR_AUTH, key, CONTEXT, slice_of(s.p, s.n), "a flipped bit");
			s.p[at] ^= (uint8_t)(1u << at % 8);
		}
	sealed_free(&s);
}

const struct test tests[] = {
	{"round_trips", round_trips},
	{"sizes_are_a_bijection", sizes_are_a_bijection},
	{"known_answer", known_answer},
	{"counter_is_big_endian", counter_is_big_endian},
	{"truncations", truncations},
	{"moved_chunks", moved_chunks},
	{"wrong_key_and_context", wrong_key_and_context},
	{"flipped_bits", flipped_bits},
	{NULL, NULL},
};
