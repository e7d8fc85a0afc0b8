// `verify`: what a certificate says, whether it is genuine, and whether its inspector was qualified. What it says is read by a
// process apart, which hands over lines; they are printed here, where none of them can steer the terminal.
#include <stdio.h>

#include "apart.h"
#include "certificate.h"
#include "json/json.h"
#include "words.h"

#define LABEL 18                  // columns
#define SHOWN_MAX (64u << 10)     // bytes of all lines
#define VALUE_MAX 200             // bytes of a value
#define QUESTIONS_SHOWN 5

struct verifying {
	struct certificate certificate;
	const struct knowledge *knowledge;
	enum language l;
};

struct showing {
	const struct verifying *v;
	const struct json *body;
	struct buf *out;
};

static void put_label(struct showing *s, const char *en, const char *fr)
{
	const char *label = word_say(s->v->l, en, fr);
	size_t columns = 0;
	for (const char *c = label; *c != 0; c++)
		columns += (*c & 0xc0) != 0x80;
	buf_printf(s->out, "%s%*s ", label, columns < LABEL ? (int)(LABEL - columns) : 0, "");
}

static void put_value(struct showing *s, const char *en, const char *fr, const struct json *of, const char *name)
{
	struct slice text = {0};
	if (json_opt_text(of, name, &text, NULL) != ERR_OK || text.n == 0)
		return;
	put_label(s, en, fr);
	word_put(s->out, text, VALUE_MAX);
	buf_put_u8(s->out, '\n');
}

static uint64_t number_of(const struct json *object, const char *name)
{
	uint64_t n = 0;
	return json_opt_number(object, name, 0, UINT32_MAX, &n, NULL) == ERR_OK ? n : 0;
}

static void put_counts(struct showing *s, size_t defects)
{
	struct json counts = json_find(s->body, "counts");
	put_label(s, "of", "portant sur");
	buf_printf(s->out,
	           s->v->l == LANGUAGE_FR ? "machines : %s, éléments : %s, illisibles : %s\n" : "%s machines, %s items, %s not read\n",
	           word_count(s->v->l, number_of(&counts, "machines")), word_count(s->v->l, number_of(&counts, "items")),
	           word_count(s->v->l, number_of(&counts, "passed_over")));
	put_label(s, "defects", "défaillances");
	buf_printf(s->out,
	           s->v->l == LANGUAGE_FR ? "%zu ; critiques : %s, majeures : %s, mineures : %s"
	                                  : "%zu: %s critical, %s major, %s minor",
	           defects, word_count(s->v->l, number_of(&counts, "critical")), word_count(s->v->l, number_of(&counts, "major")),
	           word_count(s->v->l, number_of(&counts, "minor")));
	if (number_of(&counts, "derogated") > 0)
		buf_printf(s->out, ", %s %s", word_count(s->v->l, number_of(&counts, "derogated")),
		           word_say(s->v->l, "under derogation", "sous dérogation"));
	buf_put_u8(s->out, '\n');
}

static void put_since(struct showing *s)
{
	static const char *const changes[][1 + LANGUAGES] = {
		{"cured", "cured", "corrigées"}, {"remaining", "remaining", "restantes"}, {"new", "new", "nouvelles"}};
	struct json since = json_find(s->body, "since");
	struct slice serial = {0};
	if (json_opt_text(&since, "serial", &serial, NULL) != ERR_OK || serial.n == 0)
		return;
	put_label(s, "re-inspection of", "contre-visite de");
	word_put(s->out, serial, VALUE_MAX);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct json keys = json_find(&since, changes[i][0]);
		buf_printf(s->out, "%s%zu %s", i == 0 ? word(s->v->l, WORD_COLON) : ", ", json_is_array(&keys) ? json_count(&keys) : 0,
		           changes[i][1 + s->v->l]);
	}
	buf_put_u8(s->out, '\n');
}

// The first machine's name, and how many more.
static void put_subject(struct showing *s)
{
	struct json subject = json_find(s->body, "subject"), counts = json_find(s->body, "counts");
	struct slice name = {0};
	uint64_t machines = number_of(&counts, "machines");
	if (json_opt_text(&subject, "name", &name, NULL) != ERR_OK || name.n == 0)
		return;
	put_label(s, "subject", "objet");
	word_put(s->out, name, VALUE_MAX);
	if (machines > 1)
		buf_printf(s->out, s->v->l == LANGUAGE_FR ? " et %s autre(s)" : " and %s more", word_count(s->v->l, machines - 1));
	buf_put_u8(s->out, '\n');
}

static void put_regimes(struct showing *s)
{
	struct json regimes = json_find(s->body, "regimes");
	for (size_t i = 0; i < json_count(&regimes) && i < RESULT_REGIMES_MAX; i++) {
		struct json regime = json_item(&regimes, i), titles = json_find(&regime, "title");
		struct slice title = {0}, id = {0}, version = {0};
		if (json_opt_text(&titles, language_name(s->v->l), &title, NULL) != ERR_OK ||
		    json_opt_text(&regime, "id", &id, NULL) != ERR_OK || json_opt_text(&regime, "version", &version, NULL) != ERR_OK)
			continue;
		put_label(s, i == 0 ? "under" : "", i == 0 ? "au titre de" : "");
		word_put(s->out, title, VALUE_MAX);
		buf_put_text(s->out, " (");
		word_put(s->out, id, REGIME_ID_MAX);
		buf_put_text(s->out, ", ");
		word_put(s->out, version, REGIME_ID_MAX);
		buf_put_text(s->out, ")\n");
	}
}

// How many questions were left open; they are named.
static size_t put_unanswered(struct showing *s)
{
	struct json list = json_find(s->body, "unanswered");
	size_t n = json_is_array(&list) ? json_count(&list) : 0;
	if (n == 0)
		return 0;
	put_label(s, "not answered", "sans réponse");
	buf_printf(s->out, "questions%s%zu", word(s->v->l, WORD_COLON), n);
	for (size_t i = 0; i < n && i < QUESTIONS_SHOWN; i++) {
		struct json one = json_item(&list, i);
		struct slice id = {0};
		if (json_text(&one, &id, NULL) != ERR_OK)
			id = SLICE_LITERAL("?");
		buf_put_text(s->out, i == 0 ? " (" : ", ");
		word_put(s->out, id, REGIME_ID_MAX);
	}
	buf_put_text(s->out, n > QUESTIONS_SHOWN ? ", …)\n" : ")\n");
	return n;
}

// The register's name, whatever the certificate says.
static void put_official(struct showing *s, const struct certificate_head *head, size_t unanswered)
{
	struct slice name = {0};
	const char *unofficial = certificate_unofficial(s->v->knowledge, s->v->certificate.key, head->day, &name);
	if (unofficial == NULL && unanswered > 0)
		unofficial = "questions were not answered";
	put_label(s, "official", "officiel");
	if (unofficial != NULL) {
		buf_printf(s->out, "%s%s", word_say(s->v->l, "no", "non"), word(s->v->l, WORD_COLON));
		word_put(s->out, word_reason(s->v->l, slice_text(unofficial)), VALUE_MAX);
		buf_put_text(s->out, s->v->knowledge == NULL ? " (--data)" : "");
	} else {
		buf_printf(s->out, "%s%s", word_say(s->v->l, "yes", "oui"), word(s->v->l, WORD_COLON));
		word_put(s->out, name, VALUE_MAX);
		buf_put_text(s->out, word_say(s->v->l, " was qualified on the day", " était qualifié ce jour-là"));
	}
	buf_put_u8(s->out, '\n');
}

static enum err do_show(const void *ask, struct buf *out, struct why *why)
{
	const struct verifying *v = ask;
	static const char *const verdicts[][LANGUAGES] = {
		[VERDICT_FAVOURABLE] = {"favourable", "favorable"},
		[VERDICT_REINSPECTION] = {"re-inspection", "contre-visite"},
		[VERDICT_REFUSED] = {"refused", "refusé"},
	};
	struct json body, inspector, defects;
	struct showing s = {v, &body, out};
	struct certificate_head head;
	enum err e = json_parse(v->certificate.body, &body, why);
	if (e != ERR_OK)
		return e;
	e = certificate_head(&body, &head, why);
	if (e == ERR_OK)
		e = json_get_array(&body, "defects", &defects, why);
	if (e == ERR_OK) {
		inspector = json_find(&body, "inspector");
		put_value(&s, "certificate", "certificat", &body, "serial");
		put_label(&s, "verdict", "verdict");
		buf_printf(out, "%s\n", verdicts[head.verdict][v->l]);
		put_value(&s, "inspected", "inspecté le", &body, "date");
		put_value(&s, "valid until", "valable jusqu'au", &body, "valid_until");
		put_value(&s, "re-inspection by", "à revoir d'ici au", &body, "reinspection_by");
		put_subject(&s);
		put_value(&s, "inspector", "inspecteur", &inspector, "name");
		put_regimes(&s);
		put_counts(&s, json_count(&defects));
		put_since(&s);
		put_official(&s, &head, put_unanswered(&s));
		e = buf_status(out) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "more than %u bytes to show", SHOWN_MAX);
	}
	json_free(&body);
	return e;
}

static enum err show(const struct verifying *v, struct why *why)
{
	const char *const nothing[] = {NULL};
	struct buf shown;
	buf_init(&shown, SHOWN_MAX);
	enum err e = apart(do_show, v, nothing, SHOWN_MAX, &shown, why);
	if (e == ERR_OK)
		e = verb_print(buf_slice(&shown), why);
	buf_free(&shown);
	if (e != ERR_OK)
		return e;
	printf("%-*s ", LABEL, "signature");
	for (size_t i = 0; i < SIGN_PUBLIC; i++)
		printf("%02x", v->certificate.key[i]);
	printf("%s%s\n", word(v->l, WORD_COLON), word_say(v->l, "good", "bonne"));
	return ERR_OK;
}

static int run_verify(int argc, char **argv)
{
	const char *data = NULL, *pdf = NULL, *language = NULL;
	const struct verb_option table[] = {
		{"data", VERB_TEXT, &data, 0, 0}, {"pdf", VERB_TEXT, &pdf, 0, 0}, {"lang", VERB_TEXT, &language, 0, 0}, {0}};
	struct verifying v = {0};
	struct knowledge *k = NULL;
	struct buf file;
	struct why why = {0};
	int n = verb_options(&verb_verify, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (!word_language(language, &v.l))
		return verb_usage(&verb_verify, "--lang: \"%s\" is not en or fr", language);
	if (n != 1)
		return verb_usage(&verb_verify, "one CERTIFICATE is wanted, given: %d", n);
	buf_init(&file, CERTIFICATE_MAX);
	enum err e = certificate_read(argv[0], &file, &v.certificate, &why);
	if (e == ERR_OK && data != NULL)
		e = data_open(data, KNOWLEDGE_CHECK_ALL, &k, &why);
	v.knowledge = k;
	if (e == ERR_OK)
		e = show(&v, &why);
	if (e == ERR_OK)
		e = certificate_page(&v.certificate, v.l, pdf, &why);
	knowledge_close(k);
	buf_free(&file);
	return e == ERR_OK ? 0 : verb_fail(&verb_verify, INSPECT_TROUBLE, e, &why);
}

const struct verb verb_verify = {"verify", "[--data FILE] [--pdf FILE] [--lang en|fr] CERTIFICATE",
                                 "is the certificate genuine, and was its inspector qualified", run_verify};
