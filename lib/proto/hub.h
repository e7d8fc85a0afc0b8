// The hub's API: paths, and the bodies of questions and answers, for both sides. Page: protocol/hub.md.
//
// Public:            GET /checkpoint          newest checkpoint with at least t cosignatures (signed note)
//                    GET /v1/charter          the charter in force (an encoded document)
//                    GET /v1/status           text, key=value lines
// Signed by officers: POST /v1/governance     a document; appended when it is accepted
// With a voucher:    POST /v1/filings         a keeper hands on a filing; answer: the receipt
// Asks (member/ask.h), POST /v1/<verb>:       the table hub_verbs below
#ifndef TOCSIN_PROTO_HUB_H
#define TOCSIN_PROTO_HUB_H

#include "filing/receipt.h"
#include "filing/release.h"
#include "filing/reply.h"
#include "filing/voucher.h"
#include "ledger/tree.h"
#include "match/match.h"

#define HUB_ENTRIES_MAX 8192           // leaves in one answer
#define HUB_ENTRIES_BYTES (8u << 20)   // and bytes
#define HUB_LIST_MAX 500               // records in one answer
#define HUB_STATUS_MAX 4096

enum hub_verb {
	HUB_ENTRIES = 1, // leaves of the ledger
	HUB_PROOF,       // inclusion proof
	HUB_TILE,        // a C2SP tile or entry bundle by its path
	HUB_LIST,        // records addressed to a team
	HUB_RECORD,      // one envelope
	HUB_MATCHES,     // what the matcher knows about one record
	HUB_REQUEST,     // an analyst's request to open a record: appended to the ledger
	HUB_COMPARE,     // an opened record's tokens against what was filed
	HUB_BULLETIN,    // a bulletin of replies
	HUB_COMPLAIN,    // an opened record's card is false
};
struct hub_question {
	enum hub_verb verb;
	const char *name;   // path "/v1/<name>", signature kind "ask/<name>"
	uint16_t roles;     // that the asking member must have; 0: any accredited member
	bool keepers;       // keepers may ask too
	size_t body_max;    // bytes of the ask's body
	size_t answer_max;
};
extern const struct hub_question hub_questions[]; // ends with name NULL
const struct hub_question *hub_question(enum hub_verb verb);

// entries: from, most wanted → first index, leaves
void hub_entries_ask(uint64_t from, uint32_t most, struct buf *body);
MUST_USE enum err hub_entries_ask_decode(struct slice body, uint64_t *from, uint32_t *most, struct why *why);
// The answer is u32 count, then count × vec16 leaf: written with buf_put_u32 and buf_put_vec16. Reading calls `each`.
MUST_USE enum err hub_entries_answer_each(struct slice answer, uint64_t from,
                                          enum err (*each)(void *context, uint64_t index, struct slice leaf, struct why *why),
                                          void *context, uint32_t *count, struct why *why);
// proof: index, size → hashes
void hub_proof_ask(uint64_t index, uint64_t size, struct buf *body);
MUST_USE enum err hub_proof_ask_decode(struct slice body, uint64_t *index, uint64_t *size, struct why *why);
void hub_proof_answer(const struct tree_proof *proof, struct buf *out);
MUST_USE enum err hub_proof_answer_decode(struct slice answer, struct tree_proof *proof, struct why *why);
// list: team, after (sequence) → summaries in order
struct record_summary {
	uint64_t sequence;
	uint64_t minute;      // of acceptance, minutes since the epoch
	uint64_t leaf;        // in the ledger
	uint64_t size;        // bytes of the envelope
	uint8_t seat;         // that vouched for it
	struct slice hdr0;    // decode with header_decode; borrowed
};
void hub_list_ask(uint16_t team, uint64_t after, struct buf *body);
MUST_USE enum err hub_list_ask_decode(struct slice body, uint16_t *team, uint64_t *after, struct why *why);
void hub_summary_encode(const struct record_summary *s, struct buf *out); // an answer is their concatenation
MUST_USE enum err hub_summary_each(struct slice answer, enum err (*each)(void *context, const struct record_summary *s, struct why *why),
                                   void *context, struct why *why);
// record, matches, complain: team, id
void hub_record_ask(uint16_t team, const uint8_t id[static RECORD_ID], struct buf *body);
MUST_USE enum err hub_record_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], struct why *why);
// The answer to "record" is the envelope, to "complain" nothing. To "matches": a match_summary, then for each neighbour what is shared and its summary.
struct match_answer_neighbour {
	uint32_t shared[MATCH_CLASSES];
	uint32_t derived;
	struct record_summary record;
};
void hub_matches_answer(const struct match_summary *summary, uint32_t count, struct buf *out);
void hub_matches_answer_neighbour(const struct match_answer_neighbour *n, struct buf *out);
MUST_USE enum err hub_matches_answer_each(struct slice answer, struct match_summary *summary,
                                          enum err (*each)(void *context, const struct match_answer_neighbour *n, struct why *why),
                                          void *context, struct why *why);
// request: team, record id, the leaf of a request to open (filing/release.h) → index of the leaf (u64). The request itself, with the
// analyst's card and purpose, is for keepers: the hub never sees a card.
void hub_request_ask(uint16_t team, const uint8_t id[static RECORD_ID], const uint8_t leaf[static ACTIVITY_LEAF], struct buf *body);
MUST_USE enum err hub_request_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], uint8_t leaf[static ACTIVITY_LEAF],
                                         struct why *why);
// compare: team, id, sealed batches (u8 count, vec32 each) → u32 missing, u32 extra
void hub_compare_ask(uint16_t team, const uint8_t id[static RECORD_ID], const struct slice *batches, unsigned count, struct buf *body);
MUST_USE enum err hub_compare_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], struct slice batches[static BATCHES_MAX],
                                         unsigned *count, struct why *why);
// bulletin: number (0: only ask which is the newest) → u64 newest, then the bulletin when a number was given
void hub_bulletin_ask(uint64_t number, struct buf *body);
MUST_USE enum err hub_bulletin_ask_decode(struct slice body, uint64_t *number, struct why *why);
// filings: voucher ‖ filing
void hub_filing_encode(const uint8_t voucher[static VOUCHER_BYTES], struct slice filing, struct buf *out);
MUST_USE enum err hub_filing_decode(struct slice body, struct voucher *v, struct filing *f, struct why *why);

#endif
