// A report: what a member says happened, as one JSON document with attachments; from a MISP event, a STIX bundle, CSV, text or
// fields. It is the content of a sealed record (record/record.h, `document`). Page: protocol/report.md.
#ifndef TOCSIN_REPORT_REPORT_H
#define TOCSIN_REPORT_REPORT_H

#include "observable/commonplace.h"
#include "observable/extract.h"
#include "record/record.h"

#define REPORT_DOCUMENT_MAX (16u << 20) // bytes of the JSON document
#define REPORT_TEXT_MAX (1u << 20)      // bytes of the description

struct report {
	enum record_kind kind;
	char title[EXTRACT_TITLE_MAX + 1]; // UTF-8 of one line, never empty in a document
	struct buf description; // UTF-8; of control characters only newline and tab
	uint64_t occurred;      // seconds; 0: unknown
	enum tlp tlp;           // AMBER+STRICT until somebody says otherwise
	unsigned audience;      // teams, ascending, no doubles; at least one in a document
	uint16_t team[RECORD_AUDIENCE_MAX];
	struct extract extract; // observables and refusals
	enum extract_format format; // that a source was read as
	unsigned attachments;   // the source file itself is attachment 0 when there is one
	struct attachment attachment[ATTACHMENTS_MAX];
	struct buf attached;    // owns the attachments' bytes
};
// Large: not for the stack of a thread.
void report_init(struct report *r);
void report_free(struct report *r); // may be called twice

// Reads a source (format guessed unless given) and takes title, date, marking and observables from it; keeps the source as an
// attachment. A text is also the description; in text and CSV the first line or the file's name is the title and the strictest
// "TLP:…" found anywhere the marking. When a source marks all its observables as background (a MISP producer that never sets
// to_ids) the mark says nothing: report_foreground() is called. `path` may have folders: its last part names the attachment.
// Options on the command line overrule. Once for a report, before report_attach(): a second source is a broken invariant.
MUST_USE enum err report_from_source(struct report *r, const char *path, struct slice bytes, const enum extract_format *format,
                                     struct why *why);
// Copies the bytes. ERR_EXISTS: another attachment has that name. ERR_LIMIT: ATTACHMENTS_MAX or RECORD_MAX. ERR_INPUT: a name
// that record.h forbids.
MUST_USE enum err report_attach(struct report *r, const char *name, struct slice bytes, struct why *why);
// One observable as "type=value" or a bare value; what it gives besides itself is added too.
MUST_USE enum err report_observe(struct report *r, struct slice text, struct why *why);
// Background observables become ordinary ones, so that they give tokens; a note tells of it.
MUST_USE enum err report_foreground(struct report *r, struct why *why);
// Both check their text: ERR_INPUT names the byte; ERR_LIMIT over EXTRACT_TITLE_MAX or REPORT_TEXT_MAX.
MUST_USE enum err report_title(struct report *r, struct slice text, struct why *why);
MUST_USE enum err report_describe(struct report *r, struct slice text, struct why *why);
// Puts a team where it belongs. ERR_EXISTS: it is there. ERR_LIMIT: RECORD_AUDIENCE_MAX.
MUST_USE enum err report_address(struct report *r, uint16_t team, struct why *why);
// The JSON document; and back, strictly: unknown fields, values that are not canonical, doubles and wrong order are refused with
// their path. Attachments are not part of the document. *r is initialised by the caller, and after a refusal only fit for
// report_free().
MUST_USE enum err report_encode(const struct report *r, struct buf *json, struct why *why);
MUST_USE enum err report_decode(struct slice json, struct report *r, struct why *why);

// Which observables become tokens: all but background ones and those the common list covers. One row for each entry, in the
// list's order; `list` may be NULL (then nothing is common). Borrows from r and list. ERR_LIMIT: less room than entries.
struct report_token {
	const struct observable_entry *entry;
	bool common;       // left out
	bool background;   // left out: the source says it is not for detection
	struct slice rule; // of the common list, when common
};
MUST_USE enum err report_tokens(const struct report *r, const struct commonplace *list, struct report_token *out, size_t room,
                                size_t *count, struct why *why);

#endif
