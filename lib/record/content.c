#include "record/content.h"

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define BODY_VERSION 1

void record_keys_derive(const uint8_t s[static SCALAR], struct slice hdr0, struct record_keys *keys)
{
	static const char prefix[] = "tocsin/v1/record"; // its NUL is the separator
	uint8_t k[32], info[sizeof prefix + HDR0_HASH];
	memcpy(info, prefix, sizeof prefix);
	sha256(hdr0, info + sizeof prefix);
	const struct slice none = {0}, key = slice_of(k, sizeof k);
	hkdf_sha512(none, slice_of(s, SCALAR), slice_of(info, sizeof info), k, sizeof k);
	hkdf_sha512(none, key, SLICE_LITERAL("tocsin/v1/record-payload"), keys->payload, sizeof keys->payload);
	hkdf_sha512(none, key, SLICE_LITERAL("tocsin/v1/record-mac"), keys->mac, sizeof keys->mac);
	hkdf_sha512(none, key, SLICE_LITERAL("tocsin/v1/record-commit"), keys->commitment, sizeof keys->commitment);
	secret_wipe(k, sizeof k);
}

void record_mac(const struct record_keys *keys, struct slice covered, uint8_t mac[static RECORD_MAC])
{
	hmac_sha256(slice_of(keys->mac, sizeof keys->mac), covered, mac);
}

void share_digest(uint8_t seat, const uint8_t scalar[static SCALAR], uint8_t digest[static SHARE_DIGEST])
{
	sha256_parts((const struct slice[]){slice_of(&seat, 1), slice_of(scalar, SCALAR)}, 2, digest);
}

static enum err name_check(struct slice name, struct why *why)
{
	size_t bad;
	if (name.n == 0 || name.n > ATTACHMENT_NAME_MAX)
		return why_set(why, ERR_INPUT, "attachment: a name of %zu bytes, must be 1 to %d", name.n, ATTACHMENT_NAME_MAX);
	if (!slice_is_utf8(name, &bad))
		return why_set(why, ERR_INPUT, "attachment: name is not UTF-8 at byte %zu", bad);
	if (slice_has_control(name))
		return why_set(why, ERR_INPUT, "attachment: control character in name \"%.*s\"", SLICE_ARGS(name));
	if (slice_find(name, '/', 0) < name.n || slice_find(name, '\\', 0) < name.n || slice_is_text(name, ".") ||
	    slice_is_text(name, ".."))
		return why_set(why, ERR_INPUT, "attachment: \"%.*s\" is a path, not a name", SLICE_ARGS(name));
	return ERR_OK;
}

static enum err sizes_check(const struct content *c, struct why *why)
{
	if (c->card.n > CARD_MAX)
		return why_set(why, ERR_LIMIT, "card: %zu bytes, at most %d", c->card.n, CARD_MAX);
	if (c->credential.n > CREDENTIAL_MAX)
		return why_set(why, ERR_LIMIT, "credential: %zu bytes, at most %d", c->credential.n, (int)CREDENTIAL_MAX);
	if (c->attachments > ATTACHMENTS_MAX)
		return why_set(why, ERR_LIMIT, "%u attachments, at most %d", c->attachments, ATTACHMENTS_MAX);
	return ERR_OK;
}

enum err content_check(const struct content *c, struct why *why)
{
	enum err e = sizes_check(c, why);
	for (unsigned i = 0; e == ERR_OK && i < c->attachments; i++) {
		const char *name = c->attachment[i].name;
		e = name_check(slice_of(name, strnlen(name, ATTACHMENT_NAME_MAX + 1)), why);
	}
	return e;
}

void content_encode(const struct content *c, struct slice digests, struct buf *out)
{
	buf_put_u8(out, BODY_VERSION);
	buf_put_u8(out, (uint8_t)(digests.n / SHARE_DIGEST));
	buf_put_slice(out, digests);
	buf_put_vec32(out, c->card);
	buf_put_vec16(out, c->credential);
	buf_put(out, c->reply_secret, sizeof c->reply_secret);
	buf_put_vec32(out, c->document);
	buf_put_u8(out, (uint8_t)c->attachments);
	for (unsigned i = 0; i < c->attachments; i++) {
		buf_put_vec16(out, slice_text(c->attachment[i].name));
		buf_put_vec32(out, c->attachment[i].bytes);
	}
}

size_t content_size(const struct content *c, unsigned seats)
{
	size_t n = 1 + 1 + seats * SHARE_DIGEST + 4 + c->card.n + 2 + c->credential.n + sizeof c->reply_secret + 4 +
	           c->document.n + 1 + SIGN_BYTES;
	for (unsigned i = 0; i < c->attachments; i++)
		n += 2 + strlen(c->attachment[i].name) + 4 + c->attachment[i].bytes.n;
	return n;
}

static enum err attachment_decode(struct wire *w, struct attachment *a, struct why *why)
{
	struct slice name = wire_vec16(w);
	a->bytes = wire_vec32(w);
	if (w->bad)
		return why_set(why, ERR_INPUT, "attachment: cut short at byte %zu", wire_at(w));
	enum err e = name_check(name, why);
	if (e != ERR_OK)
		return e;
	memcpy(a->name, name.p, name.n);
	a->name[name.n] = 0;
	return ERR_OK;
}

static enum err fields_decode(struct wire *w, struct content *c, struct slice *digests, struct why *why)
{
	uint8_t version = wire_u8(w), seats = wire_u8(w);
	if (!w->bad && version != BODY_VERSION)
		return why_set(why, ERR_INPUT, "version %u is unknown", version);
	if (seats > SEATS_MAX)
		return why_set(why, ERR_INPUT, "%u shares, at most %d", seats, SEATS_MAX);
	*digests = wire_take(w, seats * SHARE_DIGEST);
	c->card = wire_vec32(w);
	c->credential = wire_vec16(w);
	wire_copy(w, c->reply_secret, sizeof c->reply_secret);
	c->document = wire_vec32(w);
	c->attachments = wire_u8(w);
	enum err e = sizes_check(c, why);
	for (unsigned i = 0; e == ERR_OK && i < c->attachments; i++)
		e = attachment_decode(w, &c->attachment[i], why);
	return e;
}

enum err content_decode(struct slice bytes, struct content *c, struct body *b, struct why *why)
{
	struct wire w = wire_of(bytes);
	enum err e = fields_decode(&w, c, &b->digests, why);
	if (e == ERR_OK) {
		b->covered = slice_part(bytes, 0, wire_at(&w));
		wire_copy(&w, b->signature, SIGN_BYTES);
		e = wire_end(&w, "content", why);
	}
	if (e != ERR_OK)
		secret_wipe(c, sizeof *c);
	return e;
}
