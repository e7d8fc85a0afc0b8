// Items as rows of text, and what is found of them as text, so that a table says both.
//
//	item  "eco=Debian:12|name=libssl3|version=3.0.9-1|source=openssl"
//	found "flaw exact CVE-2026-1 fixed=3.0.11-1 by=Debian"; several are joined with "; "
#ifndef TOCSIN_TEST_FOUND_H
#define TOCSIN_TEST_FOUND_H

#include "knowledge/facts.h"
#include "finding/finding.h"

#define FOUND_MAX (64u << 20)

struct found {
	struct findings *f;
	struct buf text;
	struct finding last;
	uint64_t told;
	uint64_t stop_after; // findings after which the sink says ERR_AWAY; 0: never
};

static inline void found_put(struct buf *b, const char *name, struct slice text)
{
	if (text.n > 0)
		buf_printf(b, " %s%.*s", name, SLICE_ARGS(text));
}

static inline void found_day(struct buf *b, const char *name, int64_t seconds)
{
	char text[TIME_TEXT];
	if (seconds == FACT_NO_DATE)
		return;
	time_print((uint64_t)seconds, text);
	buf_printf(b, " %s%.10s", name, text);
}

static inline void found_print(struct buf *b, const struct finding *f)
{
	buf_printf(b, "%s%s %s", b->n > 0 ? "; " : "", finding_kind_name(f->kind), confidence_name(f->confidence));
	found_put(b, "", f->flaw);
	found_put(b, "", f->product);
	found_put(b, "", f->cycle);
	found_put(b, "latest=", f->latest);
	found_put(b, "", f->level);
	found_put(b, "caretaker=", f->caretaker);
	found_put(b, "fixed=", f->fixed);
	found_day(b, "ended=", f->ended);
	found_day(b, "extended=", f->extended_until);
	found_day(b, "out-by=", f->out_by);
	if (f->kind == FINDING_FLAW || f->kind == FINDING_SILENCED)
		found_put(b, "by=", f->author);
	if (f->soon)
		buf_put_text(b, " soon");
	if (f->negligible)
		buf_put_text(b, " negligible");
	if (f->known_exploited)
		buf_put_text(b, " exploited");
	if (f->kind != FINDING_BANNED && f->reason.n > 0)
		buf_printf(b, ": %.*s", SLICE_ARGS(f->reason));
}

static inline enum err found_sink(void *context, const struct finding *f, struct why *why)
{
	struct found *to = context;
	to->told++;
	to->last = *f;
	if (to->told == to->stop_after)
		return why_set(why, ERR_AWAY, "enough");
	found_print(&to->text, f);
	return ERR_OK;
}

// An item's words; a word that is none fails the test. The slices are parts of the row.
static inline struct item item_row(const char *row)
{
	struct item i = {.kind = ITEM_APPLICATION, .since = INVENTORY_UNKNOWN_DATE, .line = 1};
	const struct {
		const char *name;
		struct slice *to;
	} texts[] = {{"eco", &i.ecosystem}, {"name", &i.name},     {"version", &i.version}, {"source", &i.source}, {"source-version", &i.source_version},
	             {"vendor", &i.vendor}, {"purl", &i.purl},     {"cpe", &i.cpe},         {"caretaker", &i.caretaker},
	             {"arch", &i.arch}};
	for (struct slice rest = slice_text(row); rest.n > 0;) {
		size_t end = slice_find(rest, '|', 0);
		struct slice word = slice_part(rest, 0, end);
		size_t equals = slice_find(word, '=', 0);
		struct slice key = slice_part(word, 0, equals), value = slice_part(word, equals + 1, word.n);
		bool good = (slice_is_text(key, "kind") && item_kind_named(value, &i.kind)) || (slice_is_text(key, "role") && item_role_named(value, &i.role)) ||
		            (slice_is_text(key, "exposure") && item_exposure_named(value, &i.exposure)) ||
		            (slice_is_text(key, "credentials") && item_credentials_named(value, &i.credentials));
		for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
			if (slice_is_text(key, texts[n].name)) {
				*texts[n].to = value;
				good = true;
			}
		CHECK_SAY(good, "\"%s\": \"%.*s\"", row, SLICE_ARGS(word));
		rest = slice_part(rest, end + 1, rest.n);
	}
	return i;
}

static inline struct machine machine_named(const char *name)
{
	return (struct machine){.name = slice_text(name), .taken = INVENTORY_UNKNOWN_DATE, .updated = INVENTORY_UNKNOWN_DATE};
}

static inline void found_begin(struct found *to, const struct knowledge *k, const struct finding_options *o)
{
	struct why why = {{0}};
	*to = (struct found){0};
	buf_init(&to->text, FOUND_MAX);
	CHECK_SAY(findings_new(k, o, found_sink, to, &to->f, &why) == ERR_OK, "%s", why.text);
}

static inline void found_end(struct found *to)
{
	findings_free(to->f);
	buf_free(&to->text);
}

// What has been found since the last call.
static inline const char *found_text(struct found *to)
{
	buf_put_u8(&to->text, 0);
	CHECK(buf_status(&to->text) == ERR_OK);
	buf_clear(&to->text);
	return (const char *)to->text.p; // until the next finding
}

static inline const char *found_of_item(struct found *to, const struct item *i)
{
	struct inventory_sink s = findings_inventory(to->f);
	struct why why = {{0}};
	CHECK_SAY(s.item(s.context, i, &why) == ERR_OK, "%s", why.text);
	return found_text(to);
}

static inline const char *found_of_machine(struct found *to, const struct machine *m)
{
	struct inventory_sink s = findings_inventory(to->f);
	struct why why = {{0}};
	CHECK_SAY(s.machine(s.context, m, &why) == ERR_OK, "%s", why.text);
	return found_text(to);
}

// A table of items against one knowledge, on one day: the same at its first second as at its last.
struct found_row {
	const char *item, *want;
};

static inline void found_rows(const struct knowledge *k, struct finding_options o, const struct found_row *rows, size_t n)
{
	for (int late = 0; late < 2; late++) {
		struct found to;
		o.today += late * 86399;
		found_begin(&to, k, &o);
		for (size_t i = 0; i < n; i++) {
			struct item item = item_row(rows[i].item);
			const char *got = found_of_item(&to, &item);
			CHECK_SAY(strcmp(got, rows[i].want) == 0, "%s%s\n    got  \"%s\"\n    want \"%s\"", rows[i].item, late ? " (late in the day)" : "", got, rows[i].want);
		}
		found_end(&to);
	}
}

// The same against what has been told, which is freed.
static inline void found_told(struct told *t, const struct found_row *rows, size_t n)
{
	const struct knowledge *k = told_knowledge(t);
	if (k != NULL)
		found_rows(k, (struct finding_options){.today = TOLD_TAKEN}, rows, n);
	told_free(t);
}

// Affected below `fixed`, by upstream, under vendor and product.
static inline void found_upstream(struct told *t, const char *flaw, const char *vendor, const char *product, enum version_scheme scheme,
                                  const char *fixed)
{
	struct fact_range r = told_range("0", fixed, scheme, STATUS_AFFECTED);
	tell_flaw(t, flaw, "", 0, "2026-01-02", "");
	tell_ranges(t, flaw, NAMES_PRODUCT, "", vendor, product, STATUS_UNAFFECTED, &r, 1);
}

#endif
