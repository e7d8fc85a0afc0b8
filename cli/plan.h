// What `tocsin report` is about to seal and file: built from source and options, sealed, shown, and then filed as shown.
#ifndef TOCSIN_CLI_PLAN_H
#define TOCSIN_CLI_PLAN_H

#include "cli.h"
#include "kept.h"
#include "report/report.h"

struct plan_options {
	const char *source; // NULL: none
	const char *format, *title, *kind, *tlp, *to, *occurred, *description, *description_file, *offline;
	struct cli_list observe, attach;
	bool yes, dry_run, no_tokens, with_background, all;
};

struct plan {
	const struct plan_options *o;
	struct report report;
	bool unlabelled;             // neither source nor options said a marking
	bool stale;                  // the ledger could not be followed just now
	struct commonplace *list;    // NULL: none in the ledger, or no tokens wanted
	uint16_t list_version;
	struct report_token *rows;
	size_t count, tokens;        // rows, and those that become tokens
	struct buf document, envelope;
	size_t inside;               // bytes that are sealed, before padding
	uint8_t id[RECORD_ID];
	uint8_t batch_sk[SIGN_SECRET], reply_secret[32];
};
// Large: static. plan_free also after a failure.
void plan_init(struct plan *p, const struct plan_options *o);
void plan_free(struct plan *p);
// Reads and checks everything, and seals. The platform is open.
MUST_USE enum err plan_make(struct cli *c, struct plan *p);
// What will be sealed, which observables become tokens, which are common, which were refused: on stdout.
void plan_show(struct cli *c, const struct plan *p);
void plan_json(struct cli *c, struct json_writer *w, const struct plan *p); // the same, into an open object
// Keeps everything durably. batches NULL: without tokens.
MUST_USE enum err plan_keep(struct cli *c, const struct plan *p, const struct kept_batches *batches, enum kept_tokens how);

#endif
