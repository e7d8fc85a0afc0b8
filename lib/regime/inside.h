// Inside lib/regime: the lines of its files, conditions, and what a parsed regime is.
#ifndef TOCSIN_REGIME_INSIDE_H
#define TOCSIN_REGIME_INSIDE_H

#include "regime/regime.h"

// text.c: a file of lines "word rest", with blank lines and lines of "#" between them.
struct text {
	const char *name;
	struct slice file;  // what is left of it
	struct slice left;  // what is left of the current line
	size_t line;        // its number
	struct why *why;
};

// Checks size, UTF-8 and the first line. `bytes` outlive *t.
MUST_USE enum err text_open(struct text *t, struct slice bytes, const char *name, size_t max, const char *first, struct why *why);
MUST_USE enum err text_next(struct text *t, bool *more); // the next line that says something
struct slice text_word(struct text *t);                  // the next word of the line; empty: none
// "name:line: value: rule", the value cut at 60 bytes; without one "name:line: rule".
enum err text_refuse(const struct text *t, enum err e, struct slice value, const char *rule, ...) PRINTF_LIKE(4, 5);
enum err text_memory(const struct text *t);
MUST_USE enum err text_end(struct text *t); // nothing is left on the line
MUST_USE enum err text_said(struct text *t, struct slice word, struct slice *value);        // the rest of the line, once
MUST_USE enum err text_id(struct text *t, struct slice word, struct slice *id);             // one id, once
MUST_USE enum err text_day(struct text *t, struct slice word, struct slice *text, int64_t *day); // one date, once
MUST_USE enum err text_in_language(struct text *t, struct slice word, struct slice value[static LANGUAGES]);
// The array with room for one element behind its n; NULL: no memory, and the array is as it was.
void *room_for_one(void *array, size_t n, size_t size);

// condition.c
enum field {
	FIELD_ANSWER, FIELD_EXPOSURE, FIELD_ROLE, FIELD_ITEM_KIND, FIELD_CONFIDENCE, FIELD_AGE, FIELD_KNOWN_EXPLOITED, FIELD_RANSOMWARE,
	FIELD_KEV_OVERDUE, FIELD_NEGLIGIBLE, FIELD_SCORE, FIELD_EPSS, FIELD_FIX, FIELD_SOON, FIELD_EXTENDED_SUPPORT, FIELD_LEVEL,
	FIELD_USE, FIELD_OUT_BY, FIELD_CARETAKER, FIELDS
};
enum sign { SIGN_LESS, SIGN_AT_MOST, SIGN_MORE, SIGN_AT_LEAST, SIGN_IS, SIGN_IS_NOT, SIGNS };

struct span { // of the calendar
	uint32_t n;
	bool months; // else days
};

struct comparison {
	enum field field;
	enum sign sign;
	uint32_t value; // of a yes/no field 1 or, after "not", 0; of a word its number; of a score tenths, of an EPSS score millionths
	struct span span; // of an age
};

struct condition {
	enum finding_kind kind;
	size_t question; // of a FINDING_ANSWER
	size_t n;
	struct comparison of[REGIME_COMPARISONS_MAX];
};

// Where a question's id is looked up, and what may be asked there.
struct asked {
	const struct question *questions;
	size_t n;
};

MUST_USE enum err condition_parse(struct text *t, const struct asked *asked, struct condition *c); // kind first
MUST_USE enum err condition_parse_machine(struct text *t, struct condition *c);                      // comparisons of role and exposure
MUST_USE enum err span_parse(struct text *t, struct span *s);                                        // "2 months", "30 days"
// Does it hold for f? Not asked of doubtful findings. `asked` as at parsing.
bool condition_holds(const struct condition *c, const struct asked *asked, const struct finding *f, int64_t today);
bool condition_covers(const struct condition *c, const struct condition *other); // whenever `other` holds, c does: told from their words
bool condition_says(const struct condition *c, enum field f);
bool condition_has_day(const struct condition *c); // findings of its kind have a day since when
bool day_known(int64_t t);  // within years 1 to 9999
int64_t day_of(int64_t t);  // its 00:00 UTC
int64_t day_after(int64_t day, struct span s);

// parse.c
struct words {
	struct slice id, basis;
	struct slice title[LANGUAGES], evidence[LANGUAGES], note[LANGUAGES];
	size_t line;
};

struct duty {
	struct words words;
	unsigned binds;
	bool bound; // `binds` was said
	size_t questions, rules; // how many it has
};

struct rule { // a defect line
	size_t obligation;
	size_t line;
	enum defect_class class;
	bool recorded;   // no day is set
	bool from_since; // the delay runs from the finding's own day where it has one
	struct span delay;
	struct condition when;
};

struct indicator {
	struct words words;
	bool counted; // `counts` was said
	struct condition where;
	size_t having, having_n; // in the regime's
};

struct regime {
	uint8_t *text;
	uint8_t hash[32];
	struct words words; // of the whole
	struct slice version, source;
	struct duty *duties;
	size_t duties_n;
	struct question *questions;
	bool *used; // by a defect line, a question each
	size_t questions_n;
	struct rule *rules;
	size_t rules_n;
	size_t *by_kind; // rules in the order of kinds, then of the file
	size_t kind_at[FINDING_KINDS + 1];
	struct indicator *indicators;
	size_t indicators_n;
	struct condition *having;
	size_t having_n;
};

#endif
