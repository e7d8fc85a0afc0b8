// `certify` and `verify`. A result is read by a process without the key; the process with the key hashes and signs what that one
// hands over, and reads nothing of it.
#include <stdio.h>

#include "apart.h"
#include "base/num.h"
#include "certificate.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "issuer/issuer.h"
#include "json/json.h"
#include "sys/file.h"

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
	enum err e = b->data == NULL ? ERR_OK : knowledge_open(b->data, KNOWLEDGE_CHECK_ALL, &k, why);
	ask.knowledge = k;
	if (e == ERR_OK)
		e = certificate_body(&ask, out, why);
	knowledge_close(k);
	return e;
}

struct page {
	struct certificate certificate;
	enum language l;
};

static enum err do_pdf(const void *ask, struct buf *out, struct why *why)
{
	const struct page *p = ask;
	return certificate_pdf(&p->certificate, p->l, out, why);
}

static enum err write_pdf(const struct certificate *c, enum language l, const char *path, struct why *why)
{
	struct page p = {*c, l};
	struct buf pdf;
	const char *const nothing[] = {NULL};
	if (path == NULL)
		return ERR_OK;
	buf_init(&pdf, PDF_MAX);
	enum err e = apart(do_pdf, &p, nothing, PDF_MAX, &pdf, why);
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&pdf), FILE_PUBLIC, why);
	buf_free(&pdf);
	return e;
}

// --- certify -------------------------------------------------------------------------------------------------------------------------

struct certify {
	const char *key, *inspector, *before, *data, *out, *pdf, *language;
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
		e = buf_status(&file) == ERR_OK ? file_write(o->out, buf_slice(&file), FILE_PUBLIC, why) : why_set(why, ERR_LIMIT, "the certificate is over %u bytes", CERTIFICATE_MAX);
	}
	if (e == ERR_OK)
		e = write_pdf(&c, o->language != NULL && strcmp(o->language, "fr") == 0 ? LANGUAGE_FR : LANGUAGE_EN, o->pdf, why);
	buf_free(&file);
	buf_free(&body);
	return e;
}

static int run_certify(int argc, char **argv)
{
	struct certify o = {0};
	const char *name = NULL;
	const struct verb_option table[] = {
		{"key", VERB_TEXT, &o.key, 0, 0},       {"inspector", VERB_TEXT, &o.inspector, 0, 0}, {"before", VERB_TEXT, &o.before, 0, 0}, {"data", VERB_TEXT, &o.data, 0, 0},
		{"out", VERB_TEXT, &o.out, 0, 0},       {"pdf", VERB_TEXT, &o.pdf, 0, 0},             {"lang", VERB_TEXT, &o.language, 0, 0}, {"name", VERB_TEXT, &name, 0, 0},
		{0}};
	struct why why = {0};
	char pub[FILE_PATH_MAX];
	int n = verb_options(&verb_certify, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (n == 2 && strcmp(argv[0], "key") == 0 && name != NULL) {
		enum err e = issuer_make(&issued_certificate, argv[1], name, pub, &why);
		if (e != ERR_OK)
			return verb_fail(&verb_certify, INSPECT_TROUBLE, e, &why);
		printf("%s: keep it; %s: its public half, for the register of providers\n", argv[1], pub);
		return 0;
	}
	if (n != 1 || o.key == NULL || o.out == NULL || o.inspector == NULL)
		return verb_usage(&verb_certify, "one RESULT, --key KEY, --inspector NAME and --out CERTIFICATE");
	enum err e = certify(&o, argv[0], &why);
	if (e != ERR_OK)
		return verb_fail(&verb_certify, INSPECT_TROUBLE, e, &why);
	printf("%s: signed\n", o.out);
	return 0;
}

const struct verb verb_certify = {"certify",
                                  "--key KEY --inspector NAME --out CERTIFICATE [--pdf FILE] [--lang en|fr] [--before CERTIFICATE] [--data FILE] RESULT\n"
                                  "key --name NAME KEY",
                                  "sign what an inspection came to", run_certify};

// --- verify --------------------------------------------------------------------------------------------------------------------------

// What a stranger wrote must not steer the terminal: control characters (C0, DEL, C1) are shown as '?'.
static void print_plain(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool c1 = text.p[i] == 0xc2 && i + 1 < text.n && text.p[i + 1] < 0xa0;
		putchar(text.p[i] < ' ' || text.p[i] == 127 || c1 ? '?' : text.p[i]);
		i += c1;
	}
}

static enum err text_of(const struct json *body, const char *name, const char *label, struct why *why)
{
	struct slice text = {0};
	enum err e = json_opt_text(body, name, &text, why);
	if (e == ERR_OK && text.n > 0) {
		printf("%-18s ", label);
		print_plain(text);
		putchar('\n');
	}
	return e;
}

struct verifying {
	struct certificate certificate;
	const struct knowledge *knowledge;
};

static uint64_t number_of(const struct json *object, const char *name)
{
	uint64_t n = 0;
	return json_opt_number(object, name, 0, UINT32_MAX, &n, NULL) == ERR_OK ? n : 0;
}

static void print_counts(const struct json *body, size_t defects)
{
	struct json counts = json_find(body, "counts"), since = json_find(body, "since");
	struct slice serial = {0};
	printf("%-18s %s machines, %s items, %s not read\n", "of", verb_count(number_of(&counts, "machines")), verb_count(number_of(&counts, "items")),
	       verb_count(number_of(&counts, "passed_over")));
	printf("%-18s %zu", "defects", defects);
	for (int c = DEFECT_CLASSES; c-- > 0;) {
		const char *class = defect_class_name((enum defect_class)c);
		printf("%s%s %s", c == DEFECT_CLASSES - 1 ? ": " : ", ", verb_count(number_of(&counts, class)), class);
	}
	if (number_of(&counts, "derogated") > 0)
		printf(", %s under derogation", verb_count(number_of(&counts, "derogated")));
	puts("");
	if (json_opt_text(&since, "serial", &serial, NULL) != ERR_OK || serial.n == 0)
		return;
	static const char *const changes[] = {"cured", "remaining", "new"};
	printf("%-18s ", "re-inspection of");
	print_plain(serial);
	putchar(':');
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct json keys = json_find(&since, changes[i]);
		printf("%s %zu %s", i == 0 ? "" : ",", json_is_array(&keys) ? json_count(&keys) : 0, changes[i]);
	}
	puts("");
}

// Prints what the certificate says; runs apart, because it reads what others wrote.
static enum err do_show(const void *ask, struct buf *out, struct why *why)
{
	const struct verifying *v = ask;
	struct json body, part, defects;
	struct slice text, name = {0};
	uint64_t day = 0;
	(void)out;
	enum err e = json_parse(v->certificate.body, &body, why);
	if (e != ERR_OK)
		return e;
	e = text_of(&body, "serial", "certificate", why);
	if (e == ERR_OK)
		e = text_of(&body, "verdict", "verdict", why);
	if (e == ERR_OK)
		e = text_of(&body, "date", "inspected", why);
	if (e == ERR_OK)
		e = text_of(&body, "valid_until", "valid until", why);
	if (e == ERR_OK)
		e = text_of(&body, "reinspection_by", "re-inspection by", why);
	part = json_find(&body, "subject");
	if (e == ERR_OK && json_is_object(&part))
		e = text_of(&part, "name", "subject", why);
	part = json_find(&body, "inspector");
	if (e == ERR_OK && json_is_object(&part))
		e = text_of(&part, "name", "inspector", why);
	if (e == ERR_OK)
		e = json_get_array(&body, "defects", &defects, why);
	if (e == ERR_OK)
		print_counts(&body, json_count(&defects));
	if (e == ERR_OK)
		e = json_get_text(&body, "date", &text, why);
	if (e == ERR_OK && !time_parse(text, &day))
		e = json_refuse(&body, why, ERR_INPUT, "date: no date");
	if (e == ERR_OK) {
		const char *unofficial = certificate_unofficial(v->knowledge, v->certificate.key, (int64_t)day, &name);
		printf("%-18s ", "official");
		if (unofficial == NULL) { // the register's name, whatever the certificate says
			printf("yes: ");
			print_plain(name);
			puts(" was qualified on the day");
		} else {
			printf("no: %s\n", unofficial);
		}
	}
	fflush(stdout);
	json_free(&body);
	return e;
}

static int run_verify(int argc, char **argv)
{
	const char *data = NULL, *pdf = NULL, *language = NULL;
	const struct verb_option table[] = {{"data", VERB_TEXT, &data, 0, 0}, {"pdf", VERB_TEXT, &pdf, 0, 0}, {"lang", VERB_TEXT, &language, 0, 0}, {0}};
	struct verifying v = {0};
	struct knowledge *k = NULL;
	struct buf file, nothing;
	struct why why = {0};
	const char *const reads[] = {NULL};
	int n = verb_options(&verb_verify, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (n != 1)
		return verb_usage(&verb_verify, "one CERTIFICATE");
	buf_init(&file, CERTIFICATE_MAX);
	buf_init(&nothing, WHY_MAX);
	enum err e = file_read(argv[0], CERTIFICATE_MAX, &file, &why);
	if (e == ERR_OK)
		e = certificate_parse(buf_slice(&file), &v.certificate, &why);
	if (e == ERR_OK && data != NULL)
		e = knowledge_open(data, KNOWLEDGE_CHECK_ALL, &k, &why);
	v.knowledge = k;
	if (e == ERR_OK)
		e = apart(do_show, &v, reads, WHY_MAX, &nothing, &why);
	if (e == ERR_OK) {
		printf("%-18s ", "signature");
		for (size_t i = 0; i < SIGN_PUBLIC; i++)
			printf("%02x", v.certificate.key[i]);
		puts(": good");
		e = write_pdf(&v.certificate, language != NULL && strcmp(language, "fr") == 0 ? LANGUAGE_FR : LANGUAGE_EN, pdf, &why);
	}
	knowledge_close(k);
	buf_free(&nothing);
	buf_free(&file);
	return e == ERR_OK ? 0 : verb_fail(&verb_verify, INSPECT_TROUBLE, e, &why);
}

const struct verb verb_verify = {"verify", "[--data FILE] [--pdf FILE] [--lang en|fr] CERTIFICATE", "is the certificate genuine, and was its inspector qualified", run_verify};
