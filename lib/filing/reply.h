// Replies: how analysts and a reporter write to each other. Sealed blobs of one size under single-use random tags that only those
// who hold the record's reply secret can tell; published in bulletins that every member downloads whole, so that nobody learns
// who reads what. Bytes: protocol/reply.md.
#ifndef TOCSIN_FILING_REPLY_H
#define TOCSIN_FILING_REPLY_H

#include "charter/charter.h"
#include "record/record.h"

#define REPLY_TAG 16
#define REPLY_BYTES 8192                                     // every reply: tag ‖ sealed
#define REPLY_ROOM (REPLY_BYTES - REPLY_TAG - HPKE_OVERHEAD) // bytes of plaintext, padded with zeros
#define REPLY_TEXT_MAX (REPLY_ROOM - CARD_ID - HPKE_PUBLIC - 2 - SIGN_BYTES)
#define REPLY_ROUNDS_MAX 1000                                // messages in each direction of one conversation

enum reply_direction { REPLY_TO_REPORTER = 0, REPLY_TO_ANALYST = 1 };

struct reply {
	uint8_t from[CARD_ID];          // the sender's card
	uint8_t answer_to[HPKE_PUBLIC]; // sealing key that an answer goes to
	struct slice text;              // UTF-8 without control characters but newline and tab, at most REPLY_TEXT_MAX
};

// Tag of message `number` (0 to REPLY_ROUNDS_MAX-1) in a direction: HKDF-SHA-512 of the record's reply secret.
void reply_tag(const uint8_t reply_secret[static 32], enum reply_direction d, uint32_t number, uint8_t tag[static REPLY_TAG]);
// Signs with the sender's card key and seals to `to`. ERR_LIMIT: the text is too long; ERR_INPUT: it is not the text that
// struct reply asks for, or `to` is not a key.
MUST_USE enum err reply_seal(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t to[static HPKE_PUBLIC],
                             const uint8_t card_sk[static SIGN_SECRET], struct slice origin, uint8_t blob[static REPLY_BYTES],
                             struct why *why);
// Opens a blob under the tag it carries; r->text borrows from room (secret: the caller wipes it). ERR_AUTH: not sealed to this
// key; ERR_INPUT: what is inside is no reply. The signature is left to reply_check, as the sender's card is found by r->from
// first: until then r->from is only a claim.
MUST_USE enum err reply_open(const uint8_t blob[static REPLY_BYTES], const uint8_t sealing_sk[static HPKE_SECRET],
                             struct slice origin, uint8_t room[static REPLY_ROOM], struct reply *r,
                             uint8_t signature[static SIGN_BYTES], struct why *why);
// Whether the holder of `signing`, which the caller took from the card r->from, wrote this under this tag.
MUST_USE bool reply_check(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t signing[static SIGN_PUBLIC],
                          struct slice origin, const uint8_t signature[static SIGN_BYTES]);

// --- Bulletins: all replies of ten minutes -----------------------------------------------------------------------------------

#define BULLETIN_REPLIES_MAX 4096
#define BULLETIN_MAX (8 + 8 + 4 + (size_t)BULLETIN_REPLIES_MAX * REPLY_BYTES)

struct bulletin {
	uint64_t number; // one more each
	uint64_t time;   // of publication, seconds
	uint32_t count;  // at most BULLETIN_REPLIES_MAX
	const uint8_t (*blob)[REPLY_BYTES]; // borrowed; the first REPLY_TAG bytes are the tag
};

void bulletin_encode(const struct bulletin *b, struct buf *out);
// b borrows from `bytes`. ERR_LIMIT: too many replies.
MUST_USE enum err bulletin_decode(struct slice bytes, struct bulletin *b, struct why *why);

#endif
