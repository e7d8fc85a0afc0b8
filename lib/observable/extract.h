// Reads what people really send (free text, CSV, MISP events, STIX bundles) into a list of observables. Whatever gave no
// token stands in the list's refusals with its place and the rule; only input that cannot be read at all is an error.
#ifndef TOCSIN_OBSERVABLE_EXTRACT_H
#define TOCSIN_OBSERVABLE_EXTRACT_H

#include "base/buf.h"
#include "observable/list.h"

#define EXTRACT_BYTES_MAX (64u << 20) // bytes of one input
#define EXTRACT_TITLE_MAX 512         // bytes of a title; longer ones are cut at a character

enum extract_format { EXTRACT_TEXT, EXTRACT_CSV, EXTRACT_MISP, EXTRACT_STIX };

// Marking of the source, by TLP 2.0 (white is clear).
enum extract_tlp {
	EXTRACT_TLP_NONE,
	EXTRACT_TLP_CLEAR,
	EXTRACT_TLP_GREEN,
	EXTRACT_TLP_AMBER,
	EXTRACT_TLP_AMBER_STRICT,
	EXTRACT_TLP_RED,
};

// What the source says about itself.
struct extract_meta {
	char title[EXTRACT_TITLE_MAX + 1]; // "" when it has none
	uint64_t date;                     // seconds since 1970; 0 when it has none
	enum extract_tlp tlp;              // the strictest marking met
};

struct extract {
	struct observable_list list; // derived entries included
	struct extract_meta meta;
};

void extract_init(struct extract *x);
void extract_free(struct extract *x); // may be called twice

// Each adds to *x (extract_init first). ERR_INPUT: not such a file (place and rule in why); ERR_LIMIT: over OBSERVABLES_MAX or
// another maximum. After an error *x holds what came before it.
// Text may be UTF-8, with or without a mark, UTF-16 with one, or Windows-1252 (noted in the refusals); no line is too long.
MUST_USE enum err extract_text(struct slice in, struct extract *x, struct why *why);
// RFC 4180 with ',', ';', tab or '|'. A first row of known column names says what the columns are; without one every cell is
// taken for what it can only be.
MUST_USE enum err extract_csv(struct slice in, struct extract *x, struct why *why);
// One event, {"Event":…}, {"response":[…]} or a list of these, with their objects. Deleted attributes are left out and noted.
MUST_USE enum err extract_misp(struct slice in, struct extract *x, struct why *why);
// A STIX 2.0 or 2.1 bundle, a TAXII envelope, one object or a list: observable objects, observed-data, indicators whose pattern
// is a combination of equalities by AND and OR.
MUST_USE enum err extract_stix(struct slice in, struct extract *x, struct why *why);

// Their parts, for who reads a document too large for one list a part at a time (json/stream.h): one STIX object; one attribute, object
// or proposal of a MISP event. Nothing is derived. The rest as above.
struct json;
MUST_USE enum err extract_stix_object(const struct json *object, struct extract *x, struct why *why);
MUST_USE enum err extract_misp_attribute(const struct json *attribute, struct extract *x, struct why *why);
MUST_USE enum err extract_misp_object(const struct json *object, struct extract *x, struct why *why);
MUST_USE enum err extract_misp_proposal(const struct json *proposal, struct extract *x, struct why *why);

// The format it looks like, by its first bytes; EXTRACT_TEXT when it looks like nothing else.
enum extract_format extract_guess(struct slice in);
MUST_USE enum err extract_any(struct slice in, enum extract_format format, struct extract *x, struct why *why);
// The input as UTF-8 without byte order mark, as the readers see it. ERR_INPUT: no text (why says at which byte).
MUST_USE enum err extract_utf8(struct slice in, struct buf *utf8, struct why *why);
const char *extract_format_name(enum extract_format format); // "text", "csv", "misp", "stix"
const char *extract_tlp_name(enum extract_tlp tlp); // "TLP:AMBER+STRICT"; "" for none

#endif
