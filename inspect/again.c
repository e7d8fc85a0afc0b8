// The points of a certificate, to be looked at again. A process of its own parses it and hands over its serial and keys, of fixed
// lengths: whatever that process does, it can say nothing else.
#include <stdlib.h>

#include "apart.h"
#include "base/num.h"
#include "drafting.h"

#define SAID_MAX (CERTIFICATE_SERIAL + CERTIFICATE_DEFECTS_MAX * POINT_KEY)

static enum err do_points(const void *path, struct buf *out, struct why *why)
{
	struct buf bytes;
	struct json root = {0}, defects;
	struct certificate c;
	struct certificate_head head;
	buf_init(&bytes, CERTIFICATE_MAX);
	enum err e = draft_read(path, &bytes, &root, &c, why);
	if (e == ERR_OK)
		e = certificate_head(&root, &head, why);
	if (e == ERR_OK)
		e = json_get_array(&root, "defects", &defects, why);
	if (e == ERR_OK)
		buf_put_slice(out, head.serial);
	for (size_t i = 0; e == ERR_OK && i < json_count(&defects); i++) {
		struct json defect = json_item(&defects, i);
		struct slice text;
		uint8_t key[POINT_KEY];
		e = json_get_text(&defect, "key", &text, why);
		if (e == ERR_OK && !hex_decode(text, key, sizeof key))
			e = json_refuse(&defect, why, ERR_INPUT, "key: not %d hexadecimal digits", 2 * POINT_KEY);
		if (e == ERR_OK)
			buf_put(out, key, sizeof key);
	}
	if (e == ERR_OK && buf_status(out) != ERR_OK)
		e = why_set(why, ERR_LIMIT, "more than %u defects", CERTIFICATE_DEFECTS_MAX);
	json_free(&root);
	buf_free(&bytes);
	return e;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, POINT_KEY);
}

static enum err keep(struct result *r, struct slice said, struct why *why)
{
	struct slice serial = slice_part(said, 0, CERTIFICATE_SERIAL), keys = slice_part(said, CERTIFICATE_SERIAL, said.n);
	uint8_t digits[CERTIFICATE_SERIAL / 2];
	if (!hex_decode(serial, digits, sizeof digits) || keys.n % POINT_KEY != 0)
		return why_set(why, ERR_SYSTEM, "the process that read the certificate before went wrong");
	uint8_t(*of)[POINT_KEY] = calloc(keys.n + 1, 1);
	enum err e = of == NULL ? why_set(why, ERR_SYSTEM, "no memory") : result_keep(r, &serial, why);
	if (e != ERR_OK) {
		free(of);
		return e;
	}
	r->only = of;
	r->only_n = keys.n / POINT_KEY;
	r->only_of = serial;
	if (keys.n > 0)
		memcpy(of, keys.p, keys.n);
	qsort(of, r->only_n, POINT_KEY, by_key);
	return ERR_OK;
}

enum err certificate_ask_again(const char *path, struct result *r, struct why *why)
{
	const char *const reads[] = {path, NULL};
	struct buf said;
	buf_init(&said, SAID_MAX);
	enum err e = apart(do_points, path, reads, SAID_MAX, &said, why);
	if (e == ERR_OK)
		e = keep(r, buf_slice(&said), why);
	buf_free(&said);
	return e;
}
