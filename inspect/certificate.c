#include "certificate.h"

#include "base/num.h"
#include "drafting.h"
#include "sys/file.h"

#define HEAD "{\"body\":"
#define MIDDLE ",\"signature\":{\"ed25519\":\""
#define VALUE "\",\"value\":\""
#define TAIL "\"}}\n"
#define SIGNATURE_TEXT 88 // base64 of 64 bytes
#define KIND "inspection"

static const struct slice origin = {(const uint8_t *)"tocsin-inspect", 14};

void certificate_print(const struct certificate *c, struct buf *out)
{
	buf_put_text(out, HEAD);
	buf_put_slice(out, c->body);
	buf_put_text(out, MIDDLE);
	buf_put_hex(out, slice_of(c->key, sizeof c->key));
	buf_put_text(out, VALUE);
	buf_put_base64(out, slice_of(c->signature, sizeof c->signature));
	buf_put_text(out, TAIL);
}

// One certificate, one file: what is hexadecimal is written in lower case.
static bool take_hex(struct slice hex, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < hex.n; i++)
		if (hex.p[i] >= 'A' && hex.p[i] <= 'F')
			return false;
	return hex_decode(hex, out, n);
}

enum err certificate_parse(struct slice file, struct certificate *c, struct why *why)
{
	const size_t head = sizeof HEAD - 1, middle = sizeof MIDDLE - 1, value = sizeof VALUE - 1, tail = sizeof TAIL - 1;
	const size_t end = middle + 2 * SIGN_PUBLIC + value + SIGNATURE_TEXT + tail;
	if (file.n > CERTIFICATE_MAX)
		return why_set(why, ERR_LIMIT, "a certificate of more than %u MiB", CERTIFICATE_MAX >> 20);
	if (file.n < head + 2 + end || memcmp(file.p, HEAD, head) != 0)
		return why_set(why, ERR_INPUT, "not a certificate: it does not begin with %s or is too short", HEAD);
	const uint8_t *at = file.p + file.n - end;
	size_t n;
	if (memcmp(at, MIDDLE, middle) != 0 || !take_hex(slice_of(at + middle, 2 * SIGN_PUBLIC), c->key, SIGN_PUBLIC) ||
	    memcmp(at + middle + 2 * SIGN_PUBLIC, VALUE, value) != 0 ||
	    !base64_decode(slice_of(at + middle + 2 * SIGN_PUBLIC + value, SIGNATURE_TEXT), c->signature, SIGN_BYTES, &n) ||
	    n != SIGN_BYTES || memcmp(file.p + file.n - tail, TAIL, tail) != 0)
		return why_set(why, ERR_INPUT, "not a certificate: its end is not a signature");
	c->body = slice_part(file, head, file.n - head - end);
	if (!sign_message_verify(c->key, KIND, origin, c->body, c->signature))
		return why_set(why, ERR_AUTH, "the signature is false: the certificate was changed");
	return ERR_OK;
}

enum err certificate_read(const char *path, struct buf *file, struct certificate *c, struct why *why)
{
	enum err e = file_read(path, CERTIFICATE_MAX, file, why);
	if (e != ERR_OK)
		return e;
	e = certificate_parse(buf_slice(file), c, why);
	return e == ERR_OK ? e : why_at(why, e, "%s", path);
}

enum err certificate_head(const struct json *body, struct certificate_head *h, struct why *why)
{
	struct certificate_head head;
	struct slice result;
	uint8_t serial[CERTIFICATE_SERIAL / 2];
	enum err e = json_get_text(body, "serial", &head.serial, why);
	if (e == ERR_OK && !take_hex(head.serial, serial, sizeof serial))
		e = json_refuse(body, why, ERR_INPUT, "serial: \"%.*s\" is not %d hexadecimal digits in lower case",
		                SLICE_ARGS(slice_cut(head.serial, 40)), CERTIFICATE_SERIAL);
	if (e == ERR_OK)
		e = json_get_text(body, "result_sha256", &result, why);
	if (e == ERR_OK && !slice_equal(slice_cut(result, head.serial.n), head.serial))
		e = json_refuse(body, why, ERR_INPUT, "serial: \"%.*s\" is not how result_sha256 begins", SLICE_ARGS(head.serial));
	if (e == ERR_OK)
		e = draft_verdict(body, &head.verdict, why);
	if (e == ERR_OK)
		e = draft_day(body, "date", &head.day, why);
	if (e == ERR_OK)
		*h = head;
	return e;
}

static bool has_key(const struct fact_provider *p, const uint8_t key[static SIGN_PUBLIC])
{
	uint8_t own[SIGN_PUBLIC];
	return p->key.n == 2 * SIGN_PUBLIC && hex_decode(p->key, own, sizeof own) && memcmp(own, key, sizeof own) == 0;
}

const char *certificate_unofficial(const struct knowledge *k, const uint8_t key[static SIGN_PUBLIC], int64_t day,
                                   struct slice *name)
{
	const char *why = "its key is not in the register of qualified providers";
	for (size_t i = 0; k != NULL && i < knowledge_providers(k); i++) {
		struct fact_provider p = knowledge_provider(k, i);
		if (!has_key(&p, key))
			continue;
		*name = p.name;
		if ((why = finding_unqualified(&p, day)) == NULL)
			return NULL;
	}
	return k == NULL ? "no register of providers is at hand" : why;
}
