// Keys that answer for files: made once, read back, refused when anything of them is changed; a signature of that file by that issuer alone.
#include <errno.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "issuer/issuer.h"
#include "sys/fail.h"
#include "test.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static const struct issued kind = {"thing", "thing", 1024};

struct place {
	char directory[32], key[64], pub[FILE_PATH_MAX];
};

static void begin(struct place *p)
{
	strcpy(p->directory, "/tmp/tocsin-issuer-XXXXXX");
	CHECK(crypto_init() == ERR_OK && mkdtemp(p->directory) != NULL);
	snprintf(p->key, sizeof p->key, "%s/key", p->directory);
}

static void end(struct place *p)
{
	static const char *const names[] = {"key", "key.pub", "file", "file.sig"};
	char path[64];
	for (size_t i = 0; i < N(names); i++) {
		snprintf(path, sizeof path, "%s/%s", p->directory, names[i]);
		unlink(path);
	}
	CHECK(rmdir(p->directory) == 0); // nothing else was made
}

static void made_once(void)
{
	struct place p;
	struct issuer i, again;
	struct why why = {""};
	begin(&p);
	CHECK_SAY(issuer_make(&kind, p.key, "acme", p.pub, &why) == ERR_OK, "%s", why.text);
	REQUIRE(issuer_read(&kind, p.pub, &i, &why) == ERR_OK);
	CHECK_TEXT(i.name, "acme");
	CHECK(issuer_make(&kind, p.key, "other", p.pub, &why) == ERR_EXISTS);
	CHECK(unlink(p.key) == 0);
	// The public half of a key that is kept elsewhere: it stays, and no key is made that would not be its own.
	CHECK(issuer_make(&kind, p.key, "other", p.pub, &why) == ERR_EXISTS && strstr(why.text, "key.pub") != NULL);
	CHECK(!file_has(p.key));
	CHECK(issuer_read(&kind, p.pub, &again, &why) == ERR_OK && memcmp(i.pk, again.pk, sizeof i.pk) == 0 && strcmp(again.name, "acme") == 0);
	end(&p);
}

// A full disk: no key is left without its public half, and it can be asked again.
static void half_made(void)
{
	static const enum fail_kind kinds[] = {FAIL_WRITE, FAIL_RENAME};
	for (size_t k = 0; k < N(kinds); k++)
		for (unsigned nth = 1;; nth++) {
			struct place p;
			struct why why = {""};
			begin(&p);
			fail_clear();
			fail_at(kinds[k], nth, ENOSPC);
			enum err e = issuer_make(&kind, p.key, "acme", p.pub, &why);
			bool failed = fail_count(kinds[k]) >= nth;
			fail_clear();
			CHECK_SAY(e == ERR_OK || (e == ERR_SYSTEM && why.text[0] != 0), "kind %zu, call %u: %s", k, nth, why.text);
			CHECK_SAY(file_has(p.key) <= file_has(p.pub), "kind %zu, call %u: a key without its public half", k, nth);
			if (e != ERR_OK && !file_has(p.pub))
				CHECK_SAY(issuer_make(&kind, p.key, "acme", p.pub, &why) == ERR_OK, "kind %zu, call %u: %s", k, nth, why.text);
			end(&p);
			if (!failed)
				break;
		}
}

static void names(void)
{
	static const char *const bad[] = {"", " ", "a b", "a\n", "\x1b[", "é", "12345678901234567890123456789012345678901234567890123456789012345"};
	struct place p;
	struct why why = {""};
	begin(&p);
	for (size_t i = 0; i < N(bad); i++) {
		CHECK_SAY(issuer_make(&kind, p.key, bad[i], p.pub, &why) == ERR_INPUT, "\"%s\"", bad[i]);
		CHECK(!file_has(p.key));
	}
	end(&p);
}

static void keys_refused(void)
{
	static const char hex[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	static const struct {
		const char *head, *issuer, *key, *end;
		bool good;
	} rows[] = {
		{"tocsin-thing-key 1\n", "issuer a\n", "ed25519 ", "\n", true},   {"tocsin-thing-key 2\n", "issuer a\n", "ed25519 ", "\n", false},
		{"tocsin-other-key 1\n", "issuer a\n", "ed25519 ", "\n", false},  {"tocsin-thing-key 1\r\n", "issuer a\n", "ed25519 ", "\n", false},
		{"tocsin-thing-key 1\n", "issuer \n", "ed25519 ", "\n", false},   {"tocsin-thing-key 1\n", "issuer a b\n", "ed25519 ", "\n", false},
		{"tocsin-thing-key 1\n", "issuer a\n", "ed25519 0", "\n", false}, {"tocsin-thing-key 1\n", "issuer a\n", "ed448 ", "\n", false},
		{"tocsin-thing-key 1\n", "issuer a\n", "ed25519 ", "\n\n", false}, {"", "issuer a\n", "ed25519 ", "\n", false},
	};
	for (size_t i = 0; i < N(rows); i++) {
		char text[256];
		struct issuer got;
		struct why why = {""};
		int n = snprintf(text, sizeof text, "%s%s%s%s%s", rows[i].head, rows[i].issuer, rows[i].key, hex, rows[i].end);
		CHECK_SAY((issuer_parse(&kind, slice_text(text), &got, &why) == ERR_OK) == rows[i].good, "row %zu: %s", i, why.text);
		for (size_t cut = 0; rows[i].good && cut < (size_t)n; cut++)
			CHECK_SAY(issuer_parse(&kind, slice_of(text, cut), &got, &why) == ERR_INPUT && why.text[0] != 0, "%zu bytes", cut);
	}
}

static void signatures(void)
{
	struct place p;
	struct issuer i;
	struct buf text;
	struct why why = {""};
	char file[64], signature[FILE_PATH_MAX];
	begin(&p);
	snprintf(file, sizeof file, "%s/file", p.directory);
	REQUIRE(issuer_make(&kind, p.key, "acme", p.pub, &why) == ERR_OK);
	REQUIRE(file_write(file, SLICE_LITERAL("content"), FILE_PUBLIC, &why) == ERR_OK);
	CHECK_SAY(issuer_sign_file(&kind, file, p.key, &i, signature, &why) == ERR_OK, "%s", why.text);
	CHECK(issuer_verify_bytes(&kind, file, SLICE_LITERAL("content"), &i, &why) == ERR_OK);
	CHECK(issuer_verify_bytes(&kind, file, SLICE_LITERAL("contents"), &i, &why) == ERR_AUTH);
	const struct issued other = {"thing", "another purpose", 1024};
	CHECK(issuer_verify_bytes(&other, file, SLICE_LITERAL("content"), &i, &why) == ERR_AUTH);
	struct issuer stranger = i;
	strcpy(stranger.name, "else");
	CHECK(issuer_verify_bytes(&kind, file, SLICE_LITERAL("content"), &stranger, &why) == ERR_AUTH);
	stranger = i;
	stranger.pk[0] ^= 1;
	CHECK(issuer_verify_bytes(&kind, file, SLICE_LITERAL("content"), &stranger, &why) == ERR_AUTH);
	uint8_t hash[32];
	CHECK(issuer_hash(&kind, file, hash, &why) == ERR_OK);
	buf_init(&text, ISSUER_FILE_MAX);
	REQUIRE(file_read(signature, ISSUER_FILE_MAX, &text, &why) == ERR_OK);
	for (size_t n = 0; n <= text.n; n++)
		CHECK_SAY((issuer_verify(&kind, slice_part(buf_slice(&text), 0, n), &i, hash, &why) == ERR_OK) == (n == text.n), "%zu bytes", n);
	buf_free(&text);
	end(&p);
}

const struct test tests[] = {
	{"a pair is made once", made_once}, {"a pair half made", half_made}, {"names that are none", names}, {"public halves refused", keys_refused}, {"signatures", signatures}, {NULL, NULL},
};
