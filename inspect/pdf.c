// The certificate on one page, through libharu, with a QR code through libqrencode.
#include <hpdf.h>
#include <qrencode.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "certificate.h"
#include "crypto/hash.h"
#include "json/json.h"
#include "words.h"

// Points of an A4 page.
#define PAGE_WIDTH 595.0f
#define MARGIN 50.0f
#define TOP 792.0f
#define BOTTOM 60.0f
#define LINE 13.0f
#define QR_SIZE 140.0f
#define LINE_MAX_BYTES 110 // characters of the small type that fit
#define DEFECTS_SHOWN 18

struct sheet {
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font plain, bold;
	enum language l;
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

// UTF-8 to WinAnsi: what it has of Latin letters; anything else is a question mark.
static void latin(struct slice text, char out[static LINE_MAX_BYTES + 1])
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < LINE_MAX_BYTES; i++) {
		uint8_t c = text.p[i];
		if (c >= ' ' && c < 127) {
			out[n++] = (char)c;
		} else if ((c == 0xc2 || c == 0xc3) && i + 1 < text.n) {
			out[n++] = (char)(uint8_t)((unsigned)(c & 3) << 6 | (text.p[++i] & 0x3fu));
		} else {
			out[n++] = '?';
			while (i + 1 < text.n && (text.p[i + 1] & 0xc0) == 0x80)
				i++;
		}
	}
	out[n] = 0;
}

static void put_text(struct sheet *s, HPDF_Font font, float size, float x, struct slice text)
{
	char line[LINE_MAX_BYTES + 1];
	latin(text, line);
	HPDF_Page_BeginText(s->page);
	HPDF_Page_SetFontAndSize(s->page, font, size);
	HPDF_Page_TextOut(s->page, x, s->y, line);
	HPDF_Page_EndText(s->page);
}

static void put_line(struct sheet *s, HPDF_Font font, float size, struct slice text)
{
	put_text(s, font, size, MARGIN, text);
	s->y -= size + 4;
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
	put_text(s, s->plain, 10, MARGIN + 130, text);
	s->y -= LINE;
}

static const char *say(const struct sheet *s, const char *en, const char *fr)
{
	return s->l == LANGUAGE_FR ? fr : en;
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
				HPDF_Page_Rectangle(s->page, left + (float)(column + 4) * module, top - (float)(row + 5) * module, module, module);
	HPDF_Page_Fill(s->page);
	QRcode_free(code);
}

// What a telephone reads: enough to check the signature against the file, and the file's hash against the page.
static void code_of(const struct certificate *c, struct slice serial, struct slice verdict, struct slice date, struct buf *content)
{
	uint8_t hash[32];
	sha256(c->body, hash);
	buf_printf(content, "tocsin-certificate 1\nserial %.*s\nverdict %.*s\ndate %.*s\nsha256 ", SLICE_ARGS(serial), SLICE_ARGS(verdict), SLICE_ARGS(date));
	buf_put_hex(content, slice_of(hash, sizeof hash));
	buf_put_text(content, "\nkey ");
	buf_put_base64(content, slice_of(c->key, sizeof c->key));
	buf_put_text(content, "\nsignature ");
	buf_put_base64(content, slice_of(c->signature, sizeof c->signature));
	buf_put_u8(content, 0);
}

static struct slice verdict_word(const struct sheet *s, struct slice verdict)
{
	enum word w = slice_is_text(verdict, verdict_name(VERDICT_FAVOURABLE)) ? WORD_FAVOURABLE : slice_is_text(verdict, verdict_name(VERDICT_REFUSED)) ? WORD_REFUSED : WORD_REINSPECTION;
	return slice_text(word(s->l, w));
}

static void put_counts(struct sheet *s, const struct json *body)
{
	static const enum word words[DEFECT_CLASSES] = {WORD_MINOR, WORD_MAJOR, WORD_CRITICAL};
	struct json counts = json_find(body, "counts");
	for (int c = DEFECT_CLASSES; c-- > 0;) {
		uint64_t n = 0;
		char number[24];
		if (json_opt_number(&counts, defect_class_name((enum defect_class)c), 0, UINT32_MAX, &n, NULL) != ERR_OK)
			continue;
		snprintf(number, sizeof number, "%llu", (unsigned long long)n);
		put_pair(s, word(s->l, words[c]), slice_text(number));
	}
}

static void put_defects(struct sheet *s, const struct json *body)
{
	struct json defects = json_find(body, "defects");
	size_t shown = 0, weighty = 0;
	for (size_t i = 0; i < json_count(&defects); i++) {
		struct json d = json_item(&defects, i);
		struct json titles = json_find(&d, "title");
		struct slice class = text_at(&d, "class"), item = text_at(&d, "item"), version = text_at(&d, "version"), what = text_at(&d, "flaw"), due = text_at(&d, "due");
		if (item.n == 0)
			item = text_at(&titles, s->l == LANGUAGE_FR ? "fr" : "en");
		if (slice_is_text(class, defect_class_name(DEFECT_MINOR)) || text_at(&d, "derogation").n > 0)
			continue;
		weighty++;
		if (shown == DEFECTS_SHOWN || s->y < BOTTOM + 90)
			continue;
		char line[4 * LINE_MAX_BYTES];
		int n = snprintf(line, sizeof line, "%.*s  %.*s  %.*s %.*s %.*s  (%.*s)", SLICE_ARGS(class), SLICE_ARGS(text_at(&d, "obligation")), SLICE_ARGS(slice_part(item, 0, 60)),
		                 SLICE_ARGS(slice_part(version, 0, 40)), SLICE_ARGS(what), SLICE_ARGS(slice_part(due, 0, 10)));
		put_line(s, s->plain, 8, slice_of(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1));
		shown++;
	}
	if (weighty > shown) {
		char line[80];
		int n = snprintf(line, sizeof line, "... %s %zu %s", say(s, "and", "et"), weighty - shown, say(s, "more in the certificate's file", "autres dans le fichier du certificat"));
		put_line(s, s->plain, 8, slice_of(line, (size_t)n));
	}
}

static void put_sources(struct sheet *s, const struct json *body)
{
	struct json knowledge = json_find(body, "knowledge"), sources = json_find(&knowledge, "sources");
	char line[512] = "";
	size_t used = 0;
	for (size_t i = 0; i < json_count(&sources); i++) {
		struct json source = json_item(&sources, i);
		int n = snprintf(line + used, sizeof line - used, "%s%.*s %.*s", i == 0 ? "" : ", ", SLICE_ARGS(slice_part(text_at(&source, "name"), 0, 30)),
		                 SLICE_ARGS(slice_part(text_at(&source, "dated"), 0, 10)));
		if (n < 0 || used + (size_t)n >= sizeof line)
			break;
		used += (size_t)n;
	}
	for (size_t at = 0; at < used; at += LINE_MAX_BYTES)
		put_line(s, s->plain, 8, slice_part(slice_of(line, used), at, LINE_MAX_BYTES));
}

static void compose(struct sheet *s, const struct certificate *c, const struct json *body, struct buf *content)
{
	struct json subject = json_find(body, "subject"), inspector = json_find(body, "inspector"), regimes = json_find(body, "regimes");
	struct slice serial = text_at(body, "serial"), verdict = text_at(body, "verdict"), date = slice_part(text_at(body, "date"), 0, 10);
	bool official = false;
	code_of(c, serial, verdict, date, content);
	s->y = TOP - 20;
	put_line(s, s->bold, 20, slice_text(say(s, "Certificate of inspection", "Certificat d'inspection")));
	put_line(s, s->bold, 14, verdict_word(s, verdict));
	s->y -= 8;
	put_pair(s, say(s, "Subject", "Objet"), text_at(&subject, "name"));
	put_pair(s, say(s, "System", "Système"), text_at(&subject, "system"));
	put_pair(s, say(s, "Inspected", "Inspecté le"), date);
	put_pair(s, say(s, "Valid until", "Valable jusqu'au"), slice_part(text_at(body, "valid_until"), 0, 10));
	put_pair(s, say(s, "Re-inspection by", "Contre-visite avant le"), slice_part(text_at(body, "reinspection_by"), 0, 10));
	put_pair(s, say(s, "Inspector", "Inspecteur"), text_at(&inspector, "name"));
	if (json_opt_bool(&inspector, "official", &official, NULL) == ERR_OK)
		put_pair(s, say(s, "Official", "Officiel"), official ? slice_text(say(s, "yes", "oui")) : text_at(&inspector, "unofficial_because"));
	put_pair(s, say(s, "Serial", "Numéro"), serial);
	put_counts(s, body);
	s->y -= 6;
	put_line(s, s->bold, 11, slice_text(say(s, "Under", "Au titre de")));
	for (size_t i = 0; i < json_count(&regimes) && i < 6; i++) {
		struct json regime = json_item(&regimes, i), titles = json_find(&regime, "title");
		put_line(s, s->plain, 9, text_at(&titles, s->l == LANGUAGE_FR ? "fr" : "en"));
	}
	s->y -= 6;
	put_line(s, s->bold, 11, slice_text(say(s, "Critical and major defects", "Défaillances critiques et majeures")));
	put_defects(s, body);
	s->y -= 6;
	put_line(s, s->bold, 11, slice_text(say(s, "Data", "Données")));
	put_sources(s, body);
	s->y = BOTTOM;
	put_line(s, s->plain, 8, slice_text(say(s, "The file is the certificate; this page and its code show it. Verify: tocsin-inspect verify FILE",
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

enum err certificate_pdf(const struct certificate *c, enum language l, struct buf *pdf, struct why *why)
{
	struct json body;
	struct buf content;
	struct sheet s = {.l = l};
	enum err e = json_parse(c->body, &body, why);
	if (e != ERR_OK)
		return e;
	buf_init(&content, 2048);
	s.doc = HPDF_New(on_error, &s);
	if (s.doc == NULL) {
		e = why_set(why, ERR_SYSTEM, "no memory for a page");
	} else if (setjmp(s.failed) == 0) {
		s.page = HPDF_AddPage(s.doc);
		HPDF_Page_SetSize(s.page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
		s.plain = HPDF_GetFont(s.doc, "Helvetica", "WinAnsiEncoding");
		s.bold = HPDF_GetFont(s.doc, "Helvetica-Bold", "WinAnsiEncoding");
		compose(&s, c, &body, &content);
		e = save(&s, pdf, why);
	} else {
		e = why_set(why, ERR_SYSTEM, "the page cannot be made (libharu %#lx)", (unsigned long)s.status);
	}
	if (s.doc != NULL)
		HPDF_Free(s.doc);
	buf_free(&content);
	json_free(&body);
	return e;
}
