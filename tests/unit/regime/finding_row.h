// A finding written as one line of words, for tables of tests: "flaw exposure=internet known-exploited fixed=1.2 since=2026-09-30".
#ifndef TOCSIN_TEST_FINDING_ROW_H
#define TOCSIN_TEST_FINDING_ROW_H

#include "test.h"

#include "base/num.h"
#include "regime/regime.h"

static inline int64_t day(const char *text)
{
	uint64_t seconds = 0;
	CHECK_SAY(time_parse(slice_text(text), &seconds), "%s", text);
	return (int64_t)seconds;
}

static inline bool finding_word(struct finding *f, struct slice key, struct slice value)
{
	const struct {
		const char *name;
		bool *yes;
		struct slice *text;
		int64_t *date;
	} fields[] = {
		{"known-exploited", .yes = &f->known_exploited}, {"ransomware", .yes = &f->ransomware}, {"negligible", .yes = &f->negligible},
		{"soon", .yes = &f->soon},           {"fixed", .text = &f->fixed},         {"level", .text = &f->level},
		{"use", .text = &f->use},            {"caretaker", .text = &f->caretaker}, {"question", .text = &f->question},
		{"answer", .text = &f->answer},      {"item", .text = &f->item},           {"package", .text = &f->package},
		{"flaw", .text = &f->flaw},          {"machine", .text = &f->machine},     {"since", .date = &f->since},
		{"version", .text = &f->version},    {"ecosystem", .text = &f->ecosystem}, {"product", .text = &f->product},
		{"latest", .text = &f->latest},      {"cycle", .text = &f->cycle},         {"reason", .text = &f->reason},
		{"kev-due", .date = &f->kev_due},    {"out-by", .date = &f->out_by},       {"extended", .date = &f->extended_until},
	};
	uint64_t n;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (!slice_is_text(key, fields[i].name))
			continue;
		if (fields[i].yes != NULL)
			*fields[i].yes = true;
		if (fields[i].text != NULL)
			*fields[i].text = value;
		if (fields[i].date == NULL)
			return true;
		bool good = time_parse(value, &n);
		*fields[i].date = (int64_t)n;
		return good;
	}
	if (slice_is_text(key, "score10") && num_parse(value, 0, 100, &n)) {
		f->score10 = (uint8_t)n;
		return true;
	}
	if (slice_is_text(key, "kev-digest") && num_parse(value, 0, UINT32_MAX, &n)) {
		f->kev_digest = (uint32_t)n;
		return true;
	}
	if (slice_is_text(key, "epss-ppm") && num_parse(value, 0, 1000000, &n)) {
		f->epss_ppm = (uint32_t)n;
		return true;
	}
	if (slice_is_text(key, "doubtful") || slice_is_text(key, "alias")) {
		f->confidence = slice_is_text(key, "alias") ? CONFIDENCE_ALIAS : CONFIDENCE_DOUBTFUL;
		return true;
	}
	return (slice_is_text(key, "exposure") && item_exposure_named(value, &f->exposure)) ||
	       (slice_is_text(key, "role") && item_role_named(value, &f->role)) ||
	       (slice_is_text(key, "item-kind") && item_kind_named(value, &f->item_kind));
}

static inline struct finding finding_row(const char *row)
{
	struct finding f = {.confidence = CONFIDENCE_EXACT, .published = FACT_NO_DATE, .kev_added = FACT_NO_DATE, .kev_due = FACT_NO_DATE,
	                    .ended = FACT_NO_DATE, .extended_until = FACT_NO_DATE, .from = FACT_NO_DATE, .out_by = FACT_NO_DATE,
	                    .since = FACT_NO_DATE};
	struct slice rest = slice_text(row);
	for (bool first = true; rest.n > 0; first = false) {
		size_t n = slice_find(rest, ' ', 0);
		struct slice word = slice_part(rest, 0, n);
		size_t equals = slice_find(word, '=', 0);
		bool good = first ? finding_kind_named(word, &f.kind)
		                  : finding_word(&f, slice_part(word, 0, equals), slice_part(word, equals + 1, word.n));
		CHECK_SAY(good, "\"%s\": \"%.*s\"", row, SLICE_ARGS(word));
		rest = slice_part(rest, n + 1, rest.n);
	}
	return f;
}

static inline struct regime *regime_of(const char *text)
{
	struct regime *r = NULL;
	struct why why = {""};
	CHECK_SAY(regime_parse(slice_text(text), "test.regime", &r, &why) == ERR_OK, "%s", why.text);
	return r;
}

// A regime of one obligation "O" whose lines are given.
static inline struct regime *regime_with(const char *binds, const char *lines)
{
	static char text[8192];
	snprintf(text, sizeof text,
	         "tocsin-regime 1\nid r\nversion 2026-11-01\ntitle en T\ntitle fr T\nsource S\nobligation O\nbasis B\nbinds %s\n"
	         "title en T\ntitle fr T\nevidence en E\nevidence fr E\n%s\n",
	         binds, lines);
	return regime_of(text);
}

// "critical 2026-11-01", "minor recorded", in static memory.
static inline const char *defect_text(const struct defect *d)
{
	static char text[64];
	char due[TIME_TEXT] = "recorded";
	if (d->due != FACT_NO_DATE)
		time_print((uint64_t)d->due, due);
	snprintf(text, sizeof text, "%s %.10s", defect_class_name(d->class), due);
	return text;
}

#endif
