// The certificate on one page, through libharu, with a QR code through libqrencode.
#include <hpdf.h>
#include <qrencode.h>
#include <setjmp.h>
#include <stdio.h>

#include "apart.h"
#include "base/num.h"
#include "certificate.h"
#include "crypto/hash.h"
#include "json/json.h"
#include "sys/file.h"
#include "words.h"

// Points of an A4 page.
#define PAGE_WIDTH 595.0f
#define MARGIN 50.0f
#define TOP 792.0f
#define BOTTOM 60.0f
#define LINE 13.0f
#define QR_SIZE 140.0f
#define BESIDE_CODE (TOP - QR_SIZE - LINE) // lines above that stand beside the code
#define VALUES (MARGIN + 130)              // where values begin
#define TEXT_MAX 512      // bytes of a line; what does not fit on the page is cut
#define NAME_MAX_BYTES 60 // of one name in a line of several
#define SOURCES_LINE 110  // bytes of a line of sources
#define REGIMES_SHOWN 6
#define CODE_MAX 1024     // bytes of what the code holds

struct sheet {
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font plain, bold;
	enum language l;
	struct buf line; // in the making
	float y;
	jmp_buf failed;
	HPDF_STATUS status;
};

static void on_error(HPDF_STATUS status, HPDF_STATUS detail, void *sheet)
{
	struct sheet *s = sheet;
	(void)detail;
	s->status = status;
	longjmp(s->failed, 1);
}

// What WinAnsi has beyond Latin-1 and a name or a title may hold.
static uint8_t beyond_latin(const uint8_t *p, size_t n)
{
	static const struct {
		char utf8[4];
		uint8_t ansi;
	} table[] = {{"’", 0x92}, {"–", 0x96}, {"—", 0x97}, {"…", 0x85}, {"œ", 0x9c}, {"Œ", 0x8c}, {"€", 0x80}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (n >= strlen(table[i].utf8) && memcmp(p, table[i].utf8, strlen(table[i].utf8)) == 0)
			return table[i].ansi;
	return '?';
}

// UTF-8 to WinAnsi; what it does not have is a question mark.
static void latin(struct slice text, char out[static TEXT_MAX + 1])
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < TEXT_MAX; i++) {
		uint8_t c = text.p[i];
		if (c >= ' ' && c < 127) {
			out[n++] = (char)c;
		} else if ((c == 0xc2 || c == 0xc3) && i + 1 < text.n && slice_control(text, i) == 0) {
			out[n++] = (char)(uint8_t)((unsigned)(c & 3) << 6 | (text.p[++i] & 0x3fu));
		} else {
			out[n++] = (char)beyond_latin(text.p + i, text.n - i);
			while (i + 1 < text.n && (text.p[i + 1] & 0xc0) == 0x80)
				i++;
		}
	}
	out[n] = 0;
}

// What does not fit from x to the margin, or to the code, is cut, and one sees that it is.
static void put_text(struct sheet *s, HPDF_Font font, float size, float x, struct slice text)
{
	char line[TEXT_MAX + 1];
	const float right = PAGE_WIDTH - MARGIN - (s->y > BESIDE_CODE ? QR_SIZE : 0);
	latin(text, line);
	HPDF_Page_BeginText(s->page);
	HPDF_Page_SetFontAndSize(s->page, font, size);
	size_t fits = HPDF_Page_MeasureText(s->page, line, right - x, HPDF_FALSE, NULL);
	if (fits < strlen(line))
		strcpy(line + (fits > 3 ? fits - 3 : 0), "...");
	HPDF_Page_TextOut(s->page, x, s->y, line);
	HPDF_Page_EndText(s->page);
}

static void put_line(struct sheet *s, HPDF_Font font, float size, struct slice text)
{
	put_text(s, font, size, MARGIN, text);
	s->y -= size + 4;
}

static void line_start(struct sheet *s)
{
	buf_clear(&s->line);
}

// Until the next one starts.
static struct slice line_end(struct sheet *s)
{
	if (buf_status(&s->line) != ERR_OK)
		longjmp(s->failed, 1);
	return buf_slice(&s->line);
}

static struct slice text_at(const struct json *object, const char *name)
{
	struct slice text = {0};
	return json_opt_text(object, name, &text, NULL) == ERR_OK ? text : (struct slice){0};
}

static void put_pair(struct sheet *s, const char *label, struct slice text)
{
	if (text.n == 0)
		return;
	put_text(s, s->bold, 10, MARGIN, slice_text(label));
	put_text(s, s->plain, 10, VALUES, text);
	s->y -= LINE;
}

static const char *say(const struct sheet *s, const char *en, const char *fr)
{
	return word_say(s->l, en, fr);
}

// A square of dark modules, four light ones around.
static void put_code(struct sheet *s, const char *content)
{
	QRcode *code = QRcode_encodeString8bit(content, 0, QR_ECLEVEL_M);
	if (code == NULL)
		longjmp(s->failed, 1);
	float module = QR_SIZE / (float)(code->width + 8), left = PAGE_WIDTH - MARGIN - QR_SIZE, top = TOP;
	HPDF_Page_SetRGBFill(s->page, 0, 0, 0);
	for (int row = 0; row < code->width; row++)
		for (int column = 0; column < code->width; column++)
			if ((code->data[row * code->width + column] & 1) != 0)
				HPDF_Page_Rectangle(s->page, left + (float)(column + 4) * module, top - (float)(row + 5) * module, module,
				                    module);
	HPDF_Page_Fill(s->page);
	QRcode_free(code);
}

// What a telephone reads: enough to check the signature against the file, and the file's hash against the page.
static void code_of(const struct certificate *c, const struct certificate_head *head, struct buf *content)
{
	uint8_t hash[32];
	char day[TIME_TEXT];
	time_print((uint64_t)head->day, day);
	sha256(c->body, hash);
	buf_printf(content, "tocsin-certificate 1\nserial %.*s\nverdict %s\ndate %.10s\nsha256 ", SLICE_ARGS(head->serial),
	           verdict_name(head->verdict), day);
	buf_put_hex(content, slice_of(hash, sizeof hash));
	buf_put_text(content, "\nkey ");
	buf_put_base64(content, slice_of(c->key, sizeof c->key));
	buf_put_text(content, "\nsignature ");
	buf_put_base64(content, slice_of(c->signature, sizeof c->signature));
	buf_put_u8(content, 0);
}

// "REFUSED: withdraw what is critical from production": the word, and below it what follows.
static void put_verdict(struct sheet *s, enum verdict verdict, uint64_t machines)
{
	enum word refused = machines > 1 ? WORD_REFUSED_SOME : WORD_REFUSED;
	enum word w = verdict == VERDICT_FAVOURABLE ? WORD_FAVOURABLE : verdict == VERDICT_REFUSED ? refused : WORD_REINSPECTION;
	const char *text = word(s->l, w), *colon = word(s->l, WORD_COLON), *rest = strstr(text, colon);
	put_line(s, s->bold, 14, rest == NULL ? slice_text(text) : slice_of(text, (size_t)(rest - text)));
	if (rest != NULL)
		put_line(s, s->plain, 10, slice_text(rest + strlen(colon)));
}

static unsigned long long number_at(const struct json *object, const char *name)
{
	uint64_t n = 0;
	return json_opt_number(object, name, 0, UINT32_MAX, &n, NULL) == ERR_OK ? n : 0;
}

// What was inspected, and what of it was not: a part must not pass for the whole.
static void put_counts(struct sheet *s, const struct json *body)
{
	struct json counts = json_find(body, "counts"), since = json_find(body, "since");
	char line[160];
	if (s->y > BESIDE_CODE) // long lines: below the code
		s->y = BESIDE_CODE;
	snprintf(line, sizeof line,
	         s->l == LANGUAGE_FR ? "machines : %llu, éléments : %llu ; illisibles : %llu, non calculables : %llu, douteux : %llu"
	                             : "%llu machines, %llu items; %llu not read, %llu not computable, %llu doubtful",
	         number_at(&counts, "machines"), number_at(&counts, "items"), number_at(&counts, "passed_over"),
	         number_at(&counts, "uncomputed"), number_at(&counts, "doubtful"));
	put_pair(s, say(s, "Of", "Portant sur"), slice_text(line));
	put_pair(s, say(s, "Re-inspection of", "Contre-visite de"), text_at(&since, "serial"));
	snprintf(line, sizeof line,
	         s->l == LANGUAGE_FR ? "critiques : %llu, majeures : %llu, mineures : %llu ; sous dérogation : %llu"
	                             : "%llu critical, %llu major, %llu minor; %llu under derogation",
	         number_at(&counts, "critical"), number_at(&counts, "major"), number_at(&counts, "minor"),
	         number_at(&counts, "derogated"));
	put_pair(s, say(s, "Defects", "Défaillances"), slice_text(line));
}

// How many questions nobody answered, and the first.
static void put_unanswered(struct sheet *s, const struct json *body)
{
	struct json list = json_find(body, "unanswered");
	size_t n = json_is_array(&list) ? json_count(&list) : 0;
	struct slice id = {0};
	if (n == 0)
		return;
	struct json one = json_item(&list, 0);
	if (json_text(&one, &id, NULL) != ERR_OK)
		id = (struct slice){0};
	line_start(s);
	buf_printf(&s->line, "questions%s%zu (", word(s->l, WORD_COLON), n);
	word_put(&s->line, id, REGIME_ID_MAX);
	buf_put_text(&s->line, n > 1 ? ", …)" : ")");
	put_pair(s, say(s, "Not answered", "Sans réponse"), line_end(s));
}

static void put_official(struct sheet *s, const struct json *inspector)
{
	bool official = false;
	if (json_opt_bool(inspector, "official", &official, NULL) != ERR_OK)
		return;
	line_start(s);
	if (!official) {
		buf_printf(&s->line, "%s%s", say(s, "no", "non"), word(s->l, WORD_COLON));
		word_put(&s->line, word_reason(s->l, text_at(inspector, "unofficial_because")), TEXT_MAX);
	}
	put_pair(s, say(s, "Official", "Officiel"),
	         official ? slice_text(say(s, "yes, by the register when signed", "oui, selon le registre à la signature"))
	                  : line_end(s));
}

// How grave, until when, of what and where.
static struct slice defect_of(struct sheet *s, const struct json *d, enum defect_class class)
{
	struct slice due = slice_cut(text_at(d, "due"), 10), version = text_at(d, "version"), machine = text_at(d, "machine");
	line_start(s);
	buf_put_text(&s->line, word(s->l, class == DEFECT_CRITICAL ? WORD_CRITICAL : WORD_MAJOR));
	if (due.n > 0)
		buf_printf(&s->line, "%s%.*s", say(s, ", by ", ", d'ici au "), SLICE_ARGS(due));
	buf_put_text(&s->line, word(s->l, WORD_COLON));
	word_put(&s->line, text_at(d, "item"), NAME_MAX_BYTES);
	buf_put_text(&s->line, version.n > 0 ? " " : "");
	word_put(&s->line, version, NAME_MAX_BYTES);
	if (machine.n > 0) {
		buf_put_text(&s->line, text_at(d, "item").n > 0 ? "  [" : "[");
		word_put(&s->line, machine, NAME_MAX_BYTES);
		buf_put_u8(&s->line, ']');
	}
	return line_end(s);
}

// Why: the flaw and its cure, or the question, or the end of support; under which obligation.
static struct slice reason_of(struct sheet *s, const struct json *d)
{
	struct json titles = json_find(d, "title");
	struct slice flaw = text_at(d, "flaw"), question = text_at(d, "question"), fixed = text_at(d, "fixed"),
	             ended = slice_cut(text_at(d, "ended"), 10);
	struct slice what = flaw.n > 0 ? flaw : question.n > 0 ? question : word_reason(s->l, text_at(d, "reason"));
	line_start(s);
	word_put(&s->line, what, NAME_MAX_BYTES);
	if (fixed.n > 0) {
		buf_put_text(&s->line, say(s, ", cured by ", ", corrigée par "));
		word_put(&s->line, fixed, NAME_MAX_BYTES);
	}
	if (ended.n > 0)
		buf_printf(&s->line, "%s%.*s", say(s, "support ended ", "fin de support le "), SLICE_ARGS(ended));
	buf_put_text(&s->line, what.n + ended.n > 0 ? "  -  " : "");
	word_put(&s->line, text_at(d, "obligation"), REGIME_ID_MAX);
	buf_put_text(&s->line, word(s->l, WORD_COLON));
	word_put(&s->line, text_at(&titles, language_name(s->l)), TEXT_MAX);
	return line_end(s);
}

static void put_defect(struct sheet *s, const struct json *d, enum defect_class class)
{
	put_line(s, s->bold, 8, defect_of(s, d, class));
	put_line(s, s->plain, 8, reason_of(s, d));
}

static void put_defects(struct sheet *s, const struct json *body)
{
	struct json defects = json_find(body, "defects");
	const float top = s->y;
	size_t left = 0;
	for (int class = DEFECT_CLASSES; class-- > DEFECT_MAJOR;)
		for (size_t i = 0; i < json_count(&defects); i++) {
			struct json d = json_item(&defects, i);
			if (!slice_is_text(text_at(&d, "class"), defect_class_name((enum defect_class)class)) ||
			    text_at(&d, "derogation").n > 0)
				continue;
			if (left > 0 || s->y < BOTTOM + 90)
				left++;
			else
				put_defect(s, &d, (enum defect_class)class);
		}
	if (s->y == top)
		put_line(s, s->plain, 8, slice_text(say(s, "none", "aucune")));
	if (left > 0) {
		char line[80];
		int n = snprintf(line, sizeof line, "... %s %zu %s", say(s, "and", "et"), left,
		                 say(s, "more in the certificate's file", "de plus dans le fichier du certificat"));
		put_line(s, s->plain, 8, slice_of(line, (size_t)n));
	}
}

// Broken behind commas.
static void put_sources(struct sheet *s, const struct json *body)
{
	struct json knowledge = json_find(body, "knowledge"), sources = json_find(&knowledge, "sources");
	size_t n = json_count(&sources);
	line_start(s);
	for (size_t i = 0; i < n && s->y > BOTTOM + 2 * LINE; i++) {
		struct json source = json_item(&sources, i);
		word_put(&s->line, word_reason(s->l, text_at(&source, "name")), NAME_MAX_BYTES);
		buf_put_u8(&s->line, ' ');
		word_put(&s->line, slice_cut(text_at(&source, "dated"), 10), 10);
		buf_put_text(&s->line, i + 1 < n ? ", " : "");
		if (s->line.n < SOURCES_LINE - 30 && i + 1 < n)
			continue;
		put_line(s, s->plain, 8, line_end(s));
		line_start(s);
	}
}

static void put_regimes(struct sheet *s, const struct json *body)
{
	struct json regimes = json_find(body, "regimes");
	put_line(s, s->bold, 11, slice_text(say(s, "Under", "Au titre de")));
	for (size_t i = 0; i < json_count(&regimes) && i < REGIMES_SHOWN; i++) {
		struct json regime = json_item(&regimes, i), titles = json_find(&regime, "title");
		line_start(s);
		word_put(&s->line, text_at(&titles, language_name(s->l)), 2 * NAME_MAX_BYTES);
		buf_put_text(&s->line, " (");
		word_put(&s->line, text_at(&regime, "id"), REGIME_ID_MAX);
		buf_put_text(&s->line, ", ");
		word_put(&s->line, slice_cut(text_at(&regime, "version"), 10), 10);
		buf_put_u8(&s->line, ')');
		put_line(s, s->plain, 9, line_end(s));
	}
}

// The first machine's name, and how many more; the number is seen however long the name.
static void put_subject(struct sheet *s, const struct json *subject, unsigned long long machines)
{
	line_start(s);
	word_put(&s->line, text_at(subject, "name"), machines > 1 ? NAME_MAX_BYTES / 2 : TEXT_MAX);
	if (machines > 1)
		buf_printf(&s->line, s->l == LANGUAGE_FR ? " et %llu autre(s)" : " and %llu more", machines - 1);
	put_pair(s, say(s, "Subject", "Objet"), line_end(s));
}

static void compose(struct sheet *s, const struct certificate_head *head, const struct json *body, const struct buf *content)
{
	struct json subject = json_find(body, "subject"), inspector = json_find(body, "inspector");
	char date[TIME_TEXT];
	time_print((uint64_t)head->day, date);
	date[10] = 0;
	s->y = TOP - 20;
	put_line(s, s->bold, 20, slice_text(say(s, "Certificate of inspection", "Certificat d'inspection")));
	struct json counts = json_find(body, "counts");
	unsigned long long machines = number_at(&counts, "machines");
	put_verdict(s, head->verdict, machines);
	s->y -= 8;
	put_subject(s, &subject, machines);
	put_pair(s, say(s, "System", "Système"), text_at(&subject, "system"));
	put_pair(s, say(s, "Inspected", "Inspecté le"), slice_text(date));
	put_pair(s, say(s, "Valid until", "Valable jusqu'au"), slice_cut(text_at(body, "valid_until"), 10));
	put_pair(s, say(s, "Re-inspection by", "Contre-visite d'ici au"), slice_cut(text_at(body, "reinspection_by"), 10));
	put_pair(s, say(s, "Inspector", "Inspecteur"), text_at(&inspector, "name"));
	put_pair(s, say(s, "Serial", "Numéro"), head->serial);
	put_counts(s, body);
	put_unanswered(s, body);
	put_official(s, &inspector);
	s->y -= 6;
	put_regimes(s, body);
	s->y -= 6;
	put_line(s, s->bold, 11, slice_text(say(s, "Critical and major defects", "Défaillances critiques et majeures")));
	put_defects(s, body);
	s->y -= 6;
	put_line(s, s->bold, 11, slice_text(say(s, "Data", "Données")));
	put_sources(s, body);
	s->y = BOTTOM;
	put_line(
		s, s->plain, 8,
		slice_text(say(s, "The file is the certificate; this page and its code show it. Verify: tocsin-inspect verify FILE",
	                   "Le fichier fait foi ; cette page et son code le montrent. Vérifier : tocsin-inspect verify FICHIER")));
	put_code(s, (const char *)content->p);
}

static enum err save(struct sheet *s, struct buf *pdf, struct why *why)
{
	HPDF_SaveToStream(s->doc);
	HPDF_UINT32 size = HPDF_GetStreamSize(s->doc);
	uint8_t *to = size <= PDF_MAX ? buf_add(pdf, size) : NULL;
	if (to == NULL || HPDF_ReadFromStream(s->doc, to, &size) == HPDF_INVALID_STREAM)
		return why_set(why, ERR_LIMIT, "a page of more than %u MiB", PDF_MAX >> 20);
	return ERR_OK;
}

// What jumps back here has changed only what s points to: no variable of this call.
static enum err draw(struct sheet *s, const struct certificate_head *head, const struct json *body, struct buf *content, struct buf *pdf,
                     struct why *why)
{
	if (setjmp(s->failed) != 0)
		return why_set(why, ERR_SYSTEM, "the page cannot be made (libharu %#lx)", (unsigned long)s->status);
	s->doc = HPDF_New(on_error, s);
	if (s->doc == NULL)
		longjmp(s->failed, 1);
	s->page = HPDF_AddPage(s->doc);
	HPDF_Page_SetSize(s->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
	s->plain = HPDF_GetFont(s->doc, "Helvetica", "WinAnsiEncoding");
	s->bold = HPDF_GetFont(s->doc, "Helvetica-Bold", "WinAnsiEncoding");
	compose(s, head, body, content);
	return save(s, pdf, why);
}

enum err certificate_pdf(const struct certificate *c, enum language l, struct buf *pdf, struct why *why)
{
	struct json body;
	struct buf content;
	struct certificate_head head;
	struct sheet s = {.l = l};
	enum err e = json_parse(c->body, &body, why);
	if (e != ERR_OK)
		return e;
	e = certificate_head(&body, &head, why);
	buf_init(&content, CODE_MAX);
	buf_init(&s.line, 4 * TEXT_MAX);
	if (e == ERR_OK)
		code_of(c, &head, &content);
	if (e == ERR_OK && buf_status(&content) != ERR_OK)
		e = why_set(why, buf_status(&content), "no memory for the code");
	if (e == ERR_OK)
		e = draw(&s, &head, &body, &content, pdf, why);
	if (s.doc != NULL)
		HPDF_Free(s.doc);
	buf_free(&s.line);
	buf_free(&content);
	json_free(&body);
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

enum err certificate_page(const struct certificate *c, enum language l, const char *path, struct why *why)
{
	const struct page p = {*c, l};
	const char *const nothing[] = {NULL};
	struct buf pdf;
	if (path == NULL)
		return ERR_OK;
	buf_init(&pdf, PDF_MAX);
	enum err e = apart(do_pdf, &p, nothing, PDF_MAX, &pdf, why);
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&pdf), FILE_PUBLIC, why);
	buf_free(&pdf);
	return e;
}
