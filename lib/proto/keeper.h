// The keeper's API: paths, and the bodies of questions and answers, for both sides. Page: protocol/keeper.md.
//
// Public:              GET  /v1/status          text, key=value lines
//                      GET  /v1/newest          the newest cosigned checkpoint this keeper holds (signed note)
//                      GET  /v1/credential/<card id, hex>   the encoded credential of an accredited card
// The hub's:           POST /add-checkpoint     C2SP tlog-witness
// Signed by officers:  POST /v1/governance      a suspension or expulsion, held at once; an order to resume
//                      POST /v1/cards           a card with its credential, stored when the credential holds
//                      POST /v1/ceremony        one step of a key ceremony, with the officers' order
// Signed by an analyst: POST /v1/release        a release (filing/release.h); answer: the re-sealed share
// Asks, POST /v1/<verb>:                        the table keeper_verbs below
#ifndef TOCSIN_PROTO_KEEPER_H
#define TOCSIN_PROTO_KEEPER_H

#include "filing/receipt.h"
#include "filing/release.h"
#include "filing/reply.h"
#include "filing/voucher.h"

enum keeper_verb {
	KEEPER_FILE = 1, // relay a filing (filing/filing.h) to the hub; answer: the hub's receipt
	KEEPER_EVALUATE, // token evaluation (token/token.h)
	KEEPER_CARD,     // body: a card id; answer: the encoded card
	KEEPER_CARDS,    // no body; answer: all cards, vec16 each
};
struct keeper_question {
	enum keeper_verb verb;
	const char *name;   // path "/v1/<name>", signature kind "ask/<name>"
	uint16_t roles;     // that the asking member must have; 0: any accredited member
	size_t body_max;
	size_t answer_max;
};
extern const struct keeper_question keeper_questions[]; // ends with name NULL
const struct keeper_question *keeper_question(enum keeper_verb verb);

// cards: vec16 card ‖ vec16 credential
void keeper_card_encode(struct slice card, struct slice credential, struct buf *out);
MUST_USE enum err keeper_card_decode(struct slice body, struct slice *card, struct slice *credential, struct why *why);
// The answer to the question "cards": calls `each` for every card, as bytes that nobody has judged, until it fails. ERR_INPUT: the answer
// ends in the middle of one; those before it were given.
MUST_USE enum err keeper_cards_each(struct slice answer, enum err (*each)(void *context, struct slice card, struct why *why), void *context,
                                    struct why *why);

// One step of a ceremony: the officers' order (an encoded document), class, round, the round's input (crypto/dkg.h; all seats'
// messages of the round before, concatenated in seat order). The last round's input is the encoded token_key body; its answer this
// keeper's signature on it.
#define CEREMONY_INPUT_MAX (4u << 20)
struct ceremony_step {
	struct slice order;
	uint8_t class;
	uint8_t round;
	struct slice input;
};
void ceremony_step_encode(const struct ceremony_step *s, struct buf *out);
MUST_USE enum err ceremony_step_decode(struct slice body, struct ceremony_step *s, struct why *why);

#endif
