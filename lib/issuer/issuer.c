#include "issuer/issuer.h"

#include <stdio.h>
#include <sys/mman.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "sys/file.h"

bool issuer_name_is(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return n > 0 && n <= ISSUER_NAME_MAX;
}

void issuer_print(const struct issued *kind, const struct issuer *i, struct buf *out)
{
	buf_printf(out, "tocsin-%s-key 1\nissuer %s\ned25519 ", kind->word, i->name);
	buf_put_hex(out, slice_of(i->pk, SIGN_PUBLIC));
	buf_put_u8(out, '\n');
}

// The value of the next line, which has to be "key value\n".
static bool take(struct slice *rest, const char *key, struct slice *value)
{
	size_t n = strlen(key), end = slice_find(*rest, '\n', 0);
	if (end >= rest->n || end <= n + 1 || memcmp(rest->p, key, n) != 0 || rest->p[n] != ' ')
		return false;
	*value = slice_part(*rest, n + 1, end - n - 1);
	*rest = slice_part(*rest, end + 1, rest->n);
	return true;
}

// The first line: "tocsin-WORD-<what> 1".
static bool take_title(struct slice *rest, const struct issued *kind, const char *what)
{
	char title[64];
	struct slice value;
	snprintf(title, sizeof title, "tocsin-%s-%s", kind->word, what);
	return take(rest, title, &value) && slice_is_text(value, "1");
}

static bool take_name(struct slice *rest, char name[static ISSUER_NAME_MAX + 1])
{
	struct slice value;
	if (!take(rest, "issuer", &value) || value.n > ISSUER_NAME_MAX || memchr(value.p, 0, value.n) != NULL)
		return false;
	memcpy(name, value.p, value.n);
	name[value.n] = 0;
	return issuer_name_is(name);
}

enum err issuer_parse(const struct issued *kind, struct slice text, struct issuer *out, struct why *why)
{
	struct issuer i;
	struct slice value;
	if (!take_title(&text, kind, "key"))
		return why_set(why, ERR_INPUT, "line 1: not \"tocsin-%s-key 1\"", kind->word);
	if (!take_name(&text, i.name))
		return why_set(why, ERR_INPUT, "line 2: no issuer of 1 to %d printable characters", ISSUER_NAME_MAX);
	if (!take(&text, "ed25519", &value) || !hex_decode(value, i.pk, SIGN_PUBLIC) || text.n != 0)
		return why_set(why, ERR_INPUT, "line 3: no Ed25519 key in hexadecimal, or something after it");
	*out = i;
	return ERR_OK;
}

enum err issuer_read(const struct issued *kind, const char *path, struct issuer *i, struct why *why)
{
	struct buf text;
	buf_init(&text, ISSUER_FILE_MAX);
	enum err e = file_read(path, ISSUER_FILE_MAX, &text, why);
	if (e == ERR_OK) {
		e = issuer_parse(kind, buf_slice(&text), i, why);
		if (e != ERR_OK)
			e = why_at(why, e, "%s", path);
	}
	buf_free(&text);
	return e;
}

void issuer_sign(const struct issued *kind, const struct issuer *i, const uint8_t sk[static SIGN_SECRET],
                 const uint8_t hash[static 32], struct buf *out)
{
	uint8_t signature[SIGN_BYTES];
	sign_message(sk, kind->purpose, slice_text(i->name), slice_of(hash, 32), signature);
	buf_printf(out, "tocsin-%s-signature 1\nissuer %s\nsha256 ", kind->word, i->name);
	buf_put_hex(out, slice_of(hash, 32));
	buf_put_text(out, "\ned25519 ");
	buf_put_base64(out, slice_of(signature, SIGN_BYTES));
	buf_put_u8(out, '\n');
}

enum err issuer_verify(const struct issued *kind, struct slice text, const struct issuer *i, const uint8_t hash[static 32],
                       struct why *why)
{
	char name[ISSUER_NAME_MAX + 1];
	uint8_t told[32], signature[SIGN_BYTES];
	struct slice value;
	size_t n;
	if (!take_title(&text, kind, "signature"))
		return why_set(why, ERR_INPUT, "signature: line 1: not \"tocsin-%s-signature 1\"", kind->word);
	if (!take_name(&text, name))
		return why_set(why, ERR_INPUT, "signature: line 2: no issuer");
	if (!take(&text, "sha256", &value) || !hex_decode(value, told, sizeof told))
		return why_set(why, ERR_INPUT, "signature: line 3: no SHA-256");
	if (!take(&text, "ed25519", &value) || !base64_decode(value, signature, sizeof signature, &n) || n != SIGN_BYTES ||
	    text.n != 0)
		return why_set(why, ERR_INPUT, "signature: line 4: no signature, or something after it");
	if (strcmp(name, i->name) != 0)
		return why_set(why, ERR_AUTH, "signature: by \"%s\", and the key is that of \"%s\"", name, i->name);
	if (memcmp(told, hash, sizeof told) != 0)
		return why_set(why, ERR_AUTH, "signature: of another file");
	if (!sign_message_verify(i->pk, kind->purpose, slice_text(i->name), slice_of(hash, 32), signature))
		return why_set(why, ERR_AUTH, "signature: false");
	return ERR_OK;
}

enum err issuer_hash(const struct issued *kind, const char *path, uint8_t hash[static 32], struct why *why)
{
	struct slice bytes;
	enum err e = file_map(path, kind->max, MAP_PRIVATE, &bytes, why);
	if (e != ERR_OK)
		return e;
	sha256(bytes, hash);
	munmap((void *)(uintptr_t)bytes.p, bytes.n);
	return ERR_OK;
}
