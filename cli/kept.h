// What a home keeps of the records that were filed from it: everything needed to send the identical bytes again, to send tokens
// later, to know that it is filed, and to read and write replies.
//
//   records/<id>/  batch.key reply.secret     secrets (key files)
//                  summary document           JSON: what was filed, to whom; the sealed document itself
//                  filing                     the encoded filing: written last, so a directory without it was never sent
//                  filing.receipt             the hub's promise
//                  filing.filed               JSON: proved to be under t cosignatures
//                  tokens tokens.receipt tokens.filed    the same for tokens that follow
//                  in-… out-… next answer-to  its conversation (talk.h)
#ifndef TOCSIN_CLI_KEPT_H
#define TOCSIN_CLI_KEPT_H

#include "cli.h"
#include "report/report.h"

#define KEPT_SUMMARY_MAX 65536
#define KEPT_WAIT_MS 30000 // that a command waits for the inclusion of what it filed

enum kept_tokens { KEPT_TOKENS_WITH, KEPT_TOKENS_LATER, KEPT_TOKENS_NONE }; // in the filing; to follow; unwanted
enum kept_part { KEPT_FILING, KEPT_TOKENS };

struct kept {
	uint8_t id[RECORD_ID];
	char folder[FILE_PATH_MAX];
	char title[EXTRACT_TITLE_MAX + 1];
	enum tlp tlp;
	enum record_kind kind;
	unsigned audience;
	uint16_t team[RECORD_AUDIENCE_MAX];
	uint64_t created;
	uint64_t tokens;      // how many the report has
	enum kept_tokens how;
	bool offline;         // made to be carried
	struct { // by kept_part
		bool there, promised, filed;
		struct receipt receipt; // when promised
	} part[2];
};

// What a new record keeps.
struct kept_new {
	const struct report *report;
	const uint8_t *id;           // RECORD_ID
	const uint8_t *batch_sk;     // SIGN_SECRET
	const uint8_t *reply_secret; // 32
	struct slice document, filing;
	uint64_t tokens;
	enum kept_tokens how;
	bool offline;
};
// Durable when it returns ERR_OK, and then whole.
MUST_USE enum err kept_create(struct cli *c, const struct kept_new *n);
// ERR_ABSENT: nothing under that id was filed from here.
MUST_USE enum err kept_open(struct cli *c, const uint8_t id[static RECORD_ID], struct kept *k);
// All of them, the oldest first; the caller frees the list.
MUST_USE enum err kept_all(struct cli *c, struct kept **list, size_t *count);
MUST_USE enum err kept_path(struct cli *c, const struct kept *k, const char *name, char path[static FILE_PATH_MAX]);
// A file of the record: replaced, or appended to b.
MUST_USE enum err kept_put(struct cli *c, const struct kept *k, const char *name, struct slice content);
MUST_USE enum err kept_get(struct cli *c, const struct kept *k, const char *name, size_t max, struct buf *b);
MUST_USE enum err kept_reply_secret(struct cli *c, const struct kept *k, uint8_t secret[static 32]);

// "sealed", "promised", "filed", …: where a record, and where its tokens stand.
const char *kept_state(const struct kept *k);
const char *kept_tokens_state(const struct kept *k);

// Sends a part's bytes (the same ones every time) and keeps the receipt; *seat is the relay.
MUST_USE enum err kept_send(struct cli *c, struct kept *k, enum kept_part part, unsigned *seat);
// Waits until a promised part is proved to be in the ledger, at most timeout_ms, and keeps that. ERR_AWAY: not yet.
MUST_USE enum err kept_confirm(struct cli *c, struct kept *k, enum kept_part part, unsigned timeout_ms);
// Makes the filing of tokens that follow, from the kept document and key, and keeps it. ERR_AWAY: too few keepers answer.
MUST_USE enum err kept_make_tokens(struct cli *c, struct kept *k);

// --- Tokens of a report ----------------------------------------------------------------------------------

// The platform's common list as it is in the home; NULL with ERR_OK when the ledger has none. ERR_ABSENT, ERR_AUTH: not the one
// of the ledger, with the command that mends it. *version is what batches state.
MUST_USE enum err kept_common_list(struct cli *c, struct commonplace **list, uint16_t *version);

#define KEPT_BATCHES_BYTES (BATCHES_MAX * (BATCH_SEALED_MAX + 16))
struct kept_batches {
	struct buf bytes;                // owns them
	struct slice batch[BATCHES_MAX];
	unsigned count;
	uint64_t liars;                  // seats that answered falsely
};
// Asks the keepers for the tokens of the rows that are neither common nor background, and seals them under batch_sk. The caller
// frees bytes in any case.
MUST_USE enum err kept_seal_tokens(struct cli *c, const struct report_token *rows, size_t count, uint16_t list_version,
                                   const uint8_t id[static RECORD_ID], const uint8_t batch_sk[static SIGN_SECRET],
                                   struct kept_batches *out);
// How many rows become tokens.
size_t kept_count(const struct report_token *rows, size_t count);
// "seats 2, 3". One static buffer.
const char *kept_seats(uint64_t bits);

#endif
