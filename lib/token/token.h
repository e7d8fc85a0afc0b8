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

// A dummy slot has no flag. TOKEN_DERIVED is only ever set with TOKEN_REAL: a value that the report has only through another one
// (observable_derive).
enum token_flag { TOKEN_REAL = 1, TOKEN_DERIVED = 2 };

struct token {
	uint8_t flags;
	uint8_t class;  // enum observable_class
	uint16_t epoch; // of the class's key, from 1
	uint8_t id[TOKEN_ID];
};

// "input" of the OPRF: type code ‖ canonical value.
void token_input(uint8_t type, struct slice canonical, struct buf *out);
// id and lock (secret; NULL when nobody wants it) from the OPRF's output (secret).
void token_derive(const uint8_t output[static VOPRF_OUTPUT], uint8_t class, uint16_t epoch, uint8_t id[static TOKEN_ID],
                  uint8_t *lock);

// --- Evaluation request and answer (the body of the ask "evaluate") -------------------------------------------------------

#define EVALUATE_MAX (TOKEN_CLASSES * 4 + TOKEN_BATCH_MAX * VOPRF_ELEMENT)
struct evaluate {
	uint16_t epoch[TOKEN_CLASSES];              // from 1; 0 for a class without elements
	uint16_t count[TOKEN_CLASSES];              // elements per class; the sum is 1..TOKEN_BATCH_MAX
	const uint8_t (*element[TOKEN_CLASSES])[VOPRF_ELEMENT]; // borrowed
};
void evaluate_encode(const struct evaluate *e, struct buf *out);
// Checks counts and epochs; the elements themselves are voprf_evaluate's to refuse. *e borrows from `body`.
MUST_USE enum err evaluate_decode(struct slice body, struct evaluate *e, struct why *why);
// The answer: for each class with elements, count × element ‖ proof, in class order.
#define EVALUATED_MAX (TOKEN_BATCH_MAX * VOPRF_ELEMENT + TOKEN_CLASSES * VOPRF_PROOF)
// One class of a keeper's answer: evaluates e's elements of `class` under this seat's share and appends to the answer. share_pk
// is the published share. ERR_INPUT: an element is malformed (why has its place), or the share is not the published one's.
MUST_USE enum err evaluate_answer(const struct evaluate *e, unsigned class, const uint8_t share_sk[static SCALAR],
                                  const uint8_t share_pk[static VOPRF_ELEMENT], struct buf *answer, struct why *why);

struct token_client; // one batch of inputs on its way; holds blinds (secret)
// Blinds 1..TOKEN_BATCH_MAX observables (copied), grouped by class and within a class in the order given: to a keeper they are
// uniformly random, doubles too, so it learns how many there are of each class and nothing else. Epochs are the newest in g.
// ERR_LIMIT: none or too many. ERR_ABSENT: a class has no key yet.
MUST_USE enum err token_client_new(const struct observable *const *observables, size_t count, const struct governance *g,
                                   struct token_client **client, struct why *why);
void token_client_free(struct token_client *c);
// The body of the ask, the same for every keeper.
void token_client_ask(const struct token_client *c, struct buf *body);
// Verifies a seat's answer against its published shares. ERR_AUTH/ERR_INPUT: this seat lied or is broken (why names it); it may
// answer again. ERR_EXISTS: it has answered. Answers beyond those needed are verified and then dropped.
MUST_USE enum err token_client_answer(struct token_client *c, uint8_t seat, struct slice answer, struct why *why);
// Answers that are needed: the threshold t of the ceremony that made the keys. And answers verified so far.
unsigned token_client_needed(const struct token_client *c);
unsigned token_client_answers(const struct token_client *c);
// Interpolates and finalises: tokens[i] (TOKEN_REAL; who derived observable i adds TOKEN_DERIVED) and locks[i] (secret; locks may
// be NULL) are those of observable i. ERR_ABSENT: too few answers. ERR_AUTH: the published shares do not give the class's key.
MUST_USE enum err token_client_finish(struct token_client *c, struct token *tokens, uint8_t (*locks)[TOKEN_LOCK],
                                      struct why *why);

// --- Batches: what is filed with a record --------------------------------------------------------------------------------

// Sealed to the matcher's key: slots padded with dummies to 16, 64, 256 or 1024, signed by the record's batch key.
#define BATCH_HEAD 5 // bytes: version ‖ list version ‖ slots
#define BATCH_PLAIN_MAX (BATCH_HEAD + TOKEN_BATCH_MAX * TOKEN_SLOT + SIGN_BYTES)
#define BATCH_SEALED_MAX (BATCH_PLAIN_MAX + HPKE_OVERHEAD)
#define BATCHES_MAX 32 // per filing
// Slots are sorted by id, so their order says nothing about the report, and doubles become one (derived only when all are).
// count may be 0: nobody but the matcher then sees that there are no tokens. ERR_LIMIT: over TOKEN_BATCH_MAX. ERR_INPUT: a token
// without TOKEN_REAL, of an unknown class or flag or of epoch 0, or a malformed matcher_key. Appends to `sealed`.
MUST_USE enum err batch_seal(const uint8_t record_id[static RECORD_ID], uint16_t list_version, const struct token *tokens,
                             size_t count, const uint8_t batch_sk[static SIGN_SECRET],
                             const uint8_t matcher_key[static HPKE_PUBLIC], struct slice origin, struct buf *sealed);
struct batch {
	uint16_t list_version;
	size_t count; // real slots only, ascending by id, no doubles
	struct token token[TOKEN_BATCH_MAX];
};
// The matcher's side. ERR_AUTH: not sealed to this key, for another record, or not signed by batch_key. ERR_INPUT: malformed.
MUST_USE enum err batch_open(struct slice sealed, const uint8_t record_id[static RECORD_ID],
                             const uint8_t batch_key[static SIGN_PUBLIC], const uint8_t matcher_sk[static HPKE_SECRET],
                             struct slice origin, struct batch *batch, struct why *why);

#endif
