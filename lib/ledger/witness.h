// Witnessing (C2SP tlog-witness): the add-checkpoint request that the log sends, and the witness's decision. Pure: what the
// witness remembers is passed in and out, and it is the caller who writes it to disk, in the same transaction, before it cosigns.
#ifndef TOCSIN_LEDGER_WITNESS_H
#define TOCSIN_LEDGER_WITNESS_H

#include "ledger/checkpoint.h"

#define WITNESS_LINE_MAX 45 // bytes of a proof line: base64 of a hash and newline
#define WITNESS_REQUEST_MAX (NOTE_MAX + TREE_PROOF_MAX * WITNESS_LINE_MAX + 32) // bytes of a request body

struct witness_request {
	uint64_t old; // size of the checkpoint that the log thinks the witness cosigned last
	struct tree_proof proof;
	struct slice note; // borrowed from the body
};

// "old <size>\n", the proof in base64 with one hash on a line, an empty line, the checkpoint.
void witness_request_encode(const struct witness_request *r, struct buf *b);
// Refuses a body over WITNESS_REQUEST_MAX and a proof over TREE_PROOF_MAX (ERR_LIMIT), and all that is not as above (ERR_INPUT).
// The checkpoint is looked at by witness_decide.
MUST_USE enum err witness_request_parse(struct slice body, struct witness_request *r, struct why *why);

// The largest checkpoint of this log that the witness has cosigned; all zero when it never has.
struct witness_state {
	uint64_t size;
	uint8_t root[TREE_HASH];
};

// What the witness answers: the values are those of HTTP in tlog-witness.
enum witness_answer {
	WITNESS_COSIGN = 200,
	WITNESS_MALFORMED = 400,    // also: old size over the checkpoint's size
	WITNESS_FORBIDDEN = 403,    // the log's signature is missing or false
	WITNESS_UNKNOWN = 404,      // another log
	WITNESS_CONFLICT = 409,     // the old size is not that of the last checkpoint: the answer's body is state->size and newline
	WITNESS_INCONSISTENT = 422, // the proof is false: perhaps the log shows two histories; worth an alarm
};

// Decides on a request for the one log whose key is given. On WITNESS_COSIGN, `next` is what to remember (never smaller than
// `state`; the same when the log asks again for a newer time); otherwise `next` is untouched and `why` says which rule refused.
MUST_USE enum witness_answer witness_decide(const struct witness_state *state, const struct witness_request *r,
                                            const struct note_key *log, struct witness_state *next, struct why *why);

#endif
