// Tokens: from observables to the ids that meet, through the keepers. Bytes: protocol/token.md.
//
// The client side of a threshold evaluation: token_ask_* blinds and frames the elements for a keeper, token_answer_add verifies a
// keeper's answer, token_finish interpolates and derives ids and locks.
#ifndef TOCSIN_TOKEN_TOKEN_H
#define TOCSIN_TOKEN_TOKEN_H

#include "charter/governance.h"
#include "crypto/voprf.h"
#include "observable/observable.h"
#include "record/record.h"

#define TOKEN_ID 32
#define TOKEN_LOCK 32
#define TOKEN_BATCH_MAX 1024 // slots of the largest batch; more tokens go in several
#define TOKEN_SLOT 36        // bytes: flags ‖ class ‖ epoch ‖ id

enum token_flag { TOKEN_REAL = 1, TOKEN_DERIVED = 2 };

struct token {
	uint8_t flags;
	uint8_t class;
	uint16_t epoch;
	uint8_t id[TOKEN_ID];
};

// "input" of the OPRF: type code ‖ canonical value.
void token_input(uint8_t type, struct slice canonical, struct buf *out);
// id and lock from the OPRF's output.
void token_derive(const uint8_t output[static VOPRF_OUTPUT], uint8_t class, uint16_t epoch, uint8_t id[static TOKEN_ID],
                  uint8_t lock[static TOKEN_LOCK]);

// --- Evaluation request and answer (the body of the ask "evaluate") -------------------------------------------------------

#define EVALUATE_MAX (4 + TOKEN_CLASSES * 4 + TOKEN_BATCH_MAX * VOPRF_ELEMENT)
struct evaluate {
	uint16_t epoch[TOKEN_CLASSES];
	uint16_t count[TOKEN_CLASSES];              // elements per class; the sum is 1..TOKEN_BATCH_MAX
	const uint8_t (*element[TOKEN_CLASSES])[VOPRF_ELEMENT]; // borrowed
};
void evaluate_encode(const struct evaluate *e, struct buf *out);
MUST_USE enum err evaluate_decode(struct slice body, struct evaluate *e, struct why *why);
// The answer: for each class with elements, count × element ‖ proof, in class order.
#define EVALUATED_MAX (TOKEN_BATCH_MAX * VOPRF_ELEMENT + TOKEN_CLASSES * VOPRF_PROOF)

struct token_client; // one batch of inputs on its way; holds blinds (secret)
// inputs: count ≤ TOKEN_BATCH_MAX observables. Blinds them all; groups them by class. Epochs are the newest in g.
MUST_USE enum err token_client_new(const struct observable *const *observables, size_t count, const struct governance *g,
                                   struct token_client **client, struct why *why);
void token_client_free(struct token_client *c);
// The body of the ask, the same for every keeper.
void token_client_ask(const struct token_client *c, struct buf *body);
// Verifies a seat's answer against its published shares. ERR_AUTH/ERR_INPUT: this seat lied or is broken (why names it).
MUST_USE enum err token_client_answer(struct token_client *c, uint8_t seat, struct slice answer, struct why *why);
unsigned token_client_answers(const struct token_client *c); // verified so far; t are enough
// Interpolates and finalises: tokens[i] and locks[i] (locks may be NULL; secret) are those of observable i.
MUST_USE enum err token_client_finish(struct token_client *c, struct token *tokens, uint8_t (*locks)[TOKEN_LOCK], struct why *why);

// --- Batches: what is filed with a record --------------------------------------------------------------------------------

// Sealed to the matcher's key: slots padded to 16, 64, 256 or 1024, signed by the record's batch key.
#define BATCH_PLAIN_MAX (64 + TOKEN_BATCH_MAX * TOKEN_SLOT + SIGN_BYTES)
#define BATCH_SEALED_MAX (BATCH_PLAIN_MAX + HPKE_OVERHEAD)
#define BATCHES_MAX 32 // per filing
MUST_USE enum err batch_seal(const uint8_t record_id[static RECORD_ID], uint16_t list_version, const struct token *tokens, size_t count,
                             const uint8_t batch_sk[static SIGN_SECRET], const uint8_t matcher_key[static HPKE_PUBLIC],
                             struct slice origin, struct buf *sealed);
struct batch {
	uint16_t list_version;
	size_t count; // real slots only
	struct token token[TOKEN_BATCH_MAX];
};
// The matcher's side. ERR_AUTH: not sealed to this key, for another record, or not signed by batch_key.
MUST_USE enum err batch_open(struct slice sealed, const uint8_t record_id[static RECORD_ID], const uint8_t batch_key[static SIGN_PUBLIC],
                             const uint8_t matcher_sk[static HPKE_SECRET], struct slice origin, struct batch *batch, struct why *why);

#endif
