// A member's card: who it is, in the clear, with its keys. Keepers keep cards and serve them to members; the hub never has one.
// Bytes: protocol/member.md.
#ifndef TOCSIN_MEMBER_CARD_H
#define TOCSIN_MEMBER_CARD_H

#include "charter/governance.h"

#define CARD_MAX 4096
#define CARD_TEXT_MAX 128 // bytes of name, organisation, sector

struct card {
	char name[CARD_TEXT_MAX + 1];         // of the person or desk that acts
	char organisation[CARD_TEXT_MAX + 1];
	char country[3];
	char sector[CARD_TEXT_MAX + 1];
	uint8_t nonce[16];                    // so that a card id tells nothing to who guesses names
	uint64_t issued;
	uint8_t signing[SIGN_PUBLIC];
	uint8_t sealing[HPKE_PUBLIC];
};

// Encodes and signs with the card's own key; the encoding is body ‖ signature.
void card_encode(const struct card *c, const uint8_t sk[static SIGN_SECRET], struct slice origin, struct buf *out);
// Decodes and verifies the card's own signature (ERR_AUTH). Texts must be UTF-8 without control characters.
MUST_USE enum err card_decode(struct slice bytes, struct slice origin, struct card *c, struct why *why);
// SHA-256 of the whole encoding.
void card_id(struct slice bytes, uint8_t id[static CARD_ID]);

// A sponsor's word for a card.
struct vouch {
	uint8_t card[CARD_ID];    // of the candidate
	uint8_t sponsor[CARD_ID];
	uint64_t issued;
};
#define VOUCH_BYTES (2 * CARD_ID + 8 + SIGN_BYTES)
void vouch_encode(const struct vouch *v, const uint8_t sk[static SIGN_SECRET], struct slice origin,
                  uint8_t out[static VOUCH_BYTES]);
// Verifies against the sponsor's signing key.
MUST_USE enum err vouch_decode(struct slice bytes, const uint8_t sponsor_key[static SIGN_PUBLIC], struct slice origin,
                               struct vouch *v, struct why *why);

#endif
