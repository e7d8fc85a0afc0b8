// Certificates of results that others write: signed with keys of a byte, and their bodies looked at field by field.
#ifndef TOCSIN_TEST_CERTIFIED_H
#define TOCSIN_TEST_CERTIFIED_H

#include "certificate.h"
#include "inspected.h"
#include "json/json.h"
#include "sys/clock.h"

static inline void keys(uint8_t fill, uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET])
{
	uint8_t seed[SIGN_SEED];
	memset(seed, fill, sizeof seed);
	sign_keypair_from_seed(seed, pk, sk);
}

// The certificate of a body, into an empty buffer.
static inline void certify(struct slice body, uint8_t fill, struct buf *file)
{
	struct certificate c = {.body = body};
	uint8_t sk[SIGN_SECRET];
	keys(fill, c.key, sk);
	sign_message(sk, "inspection", SLICE_LITERAL("tocsin-inspect"), body, c.signature);
	buf_init(file, CERTIFICATE_MAX);
	certificate_print(&c, file);
	CHECK(buf_status(file) == ERR_OK);
}

// The body of the certificate of a result; before: bytes of the certificate before, or empty.
static inline enum err body_of(struct slice result, struct slice before, const struct knowledge *k, struct buf *body, struct why *why)
{
	struct certificate_ask ask = {.result = inspected_file(0, result), .before = before.n > 0 ? inspected_file(1, before) : NULL,
	                              .inspector = SLICE_LITERAL("Whoever"), .knowledge = k};
	uint8_t sk[SIGN_SECRET];
	keys(1, ask.key, sk);
	buf_init(body, CERTIFICATE_MAX);
	enum err e = certificate_body(&ask, body, why);
	inspected_unlink();
	return e;
}

static inline struct slice field(const struct buf *body, struct json *root, const char *object, const char *name)
{
	struct slice text = {0};
	struct why why = {""};
	CHECK_SAY(json_parse(buf_slice(body), root, &why) == ERR_OK, "%s", why.text);
	struct json in = object == NULL ? *root : json_find(root, object);
	CHECK_SAY(json_opt_text(&in, name, &text, &why) == ERR_OK, "%s", why.text);
	return text;
}

static inline void check_field(const struct buf *body, const char *object, const char *name, const char *want, const char *place)
{
	struct json root;
	struct slice got = field(body, &root, object, name);
	CHECK_SAY(slice_is_text(got, want), "%s: %s is \"%.*s\", not \"%s\"", place, name, SLICE_ARGS(got), want);
	json_free(&root);
}

#endif
