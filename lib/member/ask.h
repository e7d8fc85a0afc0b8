// An ask: any authenticated question of a member (or of a keeper) to the hub or to a keeper. One frame for all of them.
// Bytes: protocol/ask.md.
#ifndef TOCSIN_MEMBER_ASK_H
#define TOCSIN_MEMBER_ASK_H

#include "member/accreditation.h"

#define ASK_AGE_MAX 300          // seconds an ask is good for, either way
#define ASK_BODY_MAX (33u << 20) // bytes
#define ASK_OVERHEAD_MAX (CREDENTIAL_MAX + 256)
#define ASK_TO_HUB 0             // else the seat that is asked

enum asker { ASKER_MEMBER = 1, ASKER_KEEPER = 2 };

struct ask {
	enum asker by;
	uint8_t to;                 // ASK_TO_HUB or a seat: an ask to one keeper is worthless at another
	uint8_t seat;               // of a keeper that asks
	struct credential credential; // of a member that asks
	uint64_t time;
	uint8_t nonce[16];          // announcement of a token evaluation; random otherwise
	struct slice body;          // borrowed
	uint8_t signature[SIGN_BYTES];
	struct slice signed_part;   // borrowed: what the signature covers
};

// Signs with the member's card key (by member) or the keeper's identity key (by keeper). `verb` names the question, for example
// "file" or "evaluate": the signature's kind is "ask/<verb>", at most SIGN_KIND_MAX. Fills time and signature, leaves
// a->signed_part alone.
void ask_encode(struct ask *a, const char *verb, const uint8_t sk[static SIGN_SECRET], struct slice origin, uint64_t now,
                struct buf *out);
MUST_USE enum err ask_decode(struct slice bytes, struct ask *a, struct why *why);
// The addressee, the age, the signature; for a member the credential with `roles`; for a keeper that its seat exists: a caller
// that wants members only looks at a->by. A repeat within ASK_AGE_MAX passes: who must not act twice remembers nonces.
MUST_USE enum err ask_check(const struct ask *a, const char *verb, uint8_t to, uint16_t roles, const struct governance *g,
                            uint64_t now, struct why *why);

#endif
