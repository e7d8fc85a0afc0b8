// `certify`. A result is read by a process without the key; the process with the key hashes and signs what that one
// hands over, and reads nothing of it.
#include <stdio.h>

#include "apart.h"
#include "certificate.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "issuer/issuer.h"
#include "sys/file.h"
#include "words.h"

#define KIND "inspection"

static const struct issued issued_certificate = {"inspector", "inspector", CERTIFICATE_MAX};

struct body {
	struct certificate_ask ask;
	const char *data;
};

static enum err do_body(const void *context, struct buf *out, struct why *why)
{
	const struct body *b = context;
	struct certificate_ask ask = b->ask;
	struct knowledge *k = NULL;
	enum err e = b->data == NULL ? ERR_OK : data_open(b->data, KNOWLEDGE_CHECK_ALL, &k, why);
	ask.knowledge = k;
	if (e == ERR_OK)
		e = certificate_body(&ask, out, why);
	knowledge_close(k);
	return e;
}

struct certify {
	const char *key, *inspector, *before, *data, *out, *pdf;
	enum language l;
};

static enum err sign_body(struct certificate *c, const char *key, struct why *why)
{
	uint8_t sk[SIGN_SECRET];
	enum err e = keyfile_read_sign(key, c->key, sk, why);
	if (e == ERR_OK)
		sign_message(sk, KIND, SLICE_LITERAL("tocsin-inspect"), c->body, c->signature);
	secret_wipe(sk, sizeof sk);
	return e;
}

static enum err certify(const struct certify *o, const char *result, struct why *why)
{
	struct body work = {{.result = result, .before = o->before, .inspector = slice_text(o->inspector)}, o->data};
	struct certificate c = {0};
	struct issuer inspector;
	struct buf body, file;
	char pub[FILE_PATH_MAX];
	buf_init(&body, CERTIFICATE_MAX);
	buf_init(&file, CERTIFICATE_MAX);
	enum err e = issuer_beside(o->key, ".pub", pub, why);
	if (e == ERR_OK)
		e = issuer_read(&issued_certificate, pub, &inspector, why);
	if (e == ERR_ABSENT)
		why_at(why, e, "no key, `tocsin-inspect certify key --name NAME %s` makes one", o->key);
	if (e == ERR_OK) {
		const char *reads[4] = {result};
		size_t n = 1;
		if (o->before != NULL)
			reads[n++] = o->before;
		if (o->data != NULL)
			reads[n++] = o->data;
		memcpy(work.ask.key, inspector.pk, sizeof work.ask.key);
		e = apart(do_body, &work, reads, CERTIFICATE_MAX, &body, why);
	}
	c.body = buf_slice(&body);
	if (e == ERR_OK)
		e = sign_body(&c, o->key, why);
	if (e == ERR_OK && memcmp(c.key, inspector.pk, sizeof c.key) != 0)
		e = why_set(why, ERR_INPUT, "%s is not the public key of %s", pub, o->key);
	if (e == ERR_OK) {
		certificate_print(&c, &file);
		e = buf_status(&file) == ERR_OK ? file_write(o->out, buf_slice(&file), FILE_PUBLIC, why)
		                                : why_set(why, ERR_LIMIT, "the certificate is over %u bytes", CERTIFICATE_MAX);
	}
	if (e == ERR_OK)
		e = certificate_page(&c, o->l, o->pdf, why);
	buf_free(&file);
	buf_free(&body);
	return e;
}

static int make_key(const char *key, const char *name)
{
	char pub[FILE_PATH_MAX];
	struct why why = {0};
	enum err e = issuer_make(&issued_certificate, key, name, pub, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_certify, INSPECT_TROUBLE, e, &why);
	printf("%s: keep it; %s: its public half, for the register of providers\n", key, pub);
	return 0;
}

static int run_certify(int argc, char **argv)
{
	struct certify o = {0};
	const char *name = NULL, *language = NULL;
	const struct verb_option table[] = {{"key", VERB_TEXT, &o.key, 0, 0},       {"inspector", VERB_TEXT, &o.inspector, 0, 0},
	                                    {"before", VERB_TEXT, &o.before, 0, 0}, {"data", VERB_TEXT, &o.data, 0, 0},
	                                    {"out", VERB_TEXT, &o.out, 0, 0},       {"pdf", VERB_TEXT, &o.pdf, 0, 0},
	                                    {"lang", VERB_TEXT, &language, 0, 0},   {"name", VERB_TEXT, &name, 0, 0},
	                                    {0}};
	struct why why = {0};
	int n = verb_options(&verb_certify, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (!word_language(language, &o.l))
		return verb_usage(&verb_certify, "--lang: \"%s\" is not en or fr", language);
	if (n > 0 && strcmp(argv[0], "key") == 0)
		return n == 2 && name != NULL ? make_key(argv[1], name)
		                              : verb_usage(&verb_certify, "`certify key` wants --name NAME and one KEY to write");
	if (n != 1 || o.key == NULL || o.out == NULL || o.inspector == NULL || o.inspector[0] == 0)
		return verb_usage(&verb_certify, "one RESULT, --key KEY, --inspector NAME and --out CERTIFICATE");
	if (name != NULL)
		return verb_usage(&verb_certify, "--name belongs to the key; who inspects is --inspector");
	enum err e = certify(&o, argv[0], &why);
	if (e != ERR_OK)
		return verb_fail(&verb_certify, INSPECT_TROUBLE, e, &why);
	printf("%s: signed\n", o.out);
	return 0;
}

const struct verb verb_certify = {
	"certify",
	"--key KEY --inspector NAME --out CERTIFICATE [--pdf FILE] [--lang en|fr] [--before CERTIFICATE] [--data FILE] RESULT\n"
	"key --name NAME KEY",
	"sign what an inspection came to", run_certify};
