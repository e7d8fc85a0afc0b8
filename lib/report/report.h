// A report: what a member says happened, as one JSON document with attachments; from a MISP event, a STIX bundle, CSV, text or fields.
// It is the content of a sealed record (record/record.h, `document`). Page: protocol/report.md.
#ifndef TOCSIN_REPORT_REPORT_H
#define TOCSIN_REPORT_REPORT_H

#include "observable/commonplace.h"
#include "observable/extract.h"
#include "record/record.h"

#define REPORT_DOCUMENT_MAX (16u << 20) // bytes of the JSON document
#define REPORT_TEXT_MAX (1u << 20)      // bytes of the description

struct report {
	enum record_kind kind;
	char title[EXTRACT_TITLE_MAX + 1];
	struct buf description; // UTF-8
	uint64_t occurred;      // seconds; 0: unknown
	enum tlp tlp;
	unsigned audience;
	uint16_t team[RECORD_AUDIENCE_MAX];
	struct extract extract; // observables and refusals
	unsigned attachments;   // the source file itself is attachment 0 when there is one
	struct attachment attachment[ATTACHMENTS_MAX];
	struct buf attached;    // owns the attachments' bytes
};
void report_init(struct report *r);
void report_free(struct report *r);

// Reads a source (format guessed unless given) and takes title, date, marking and observables from it; keeps the source as an
// attachment. Options on the command line overrule.
MUST_USE enum err report_from_source(struct report *r, const char *path, struct slice bytes, const enum extract_format *format, struct why *why);
MUST_USE enum err report_attach(struct report *r, const char *name, struct slice bytes, struct why *why);
// One observable as "type=value" or a bare value.
MUST_USE enum err report_observe(struct report *r, struct slice text, struct why *why);
// The JSON document; and back, strictly.
MUST_USE enum err report_encode(const struct report *r, struct buf *json, struct why *why);
MUST_USE enum err report_decode(struct slice json, struct report *r, struct why *why);

// Which observables become tokens: all but background ones and those the common list covers.
struct report_token {
	const struct observable_entry *entry;
	bool common;       // left out
	bool background;   // left out: the source says it is not for detection
	struct slice rule; // of the common list, when common
};
MUST_USE enum err report_tokens(const struct report *r, const struct commonplace *list, struct report_token *out, size_t room, size_t *count,
                                struct why *why);

#endif
