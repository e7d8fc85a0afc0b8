// The papers of a filing and of an opening: voucher, receipt, activity leaves, release request, released share, replies.
// Bytes: protocol/filing.md and protocol/release.md.
#ifndef TOCSIN_FILING_FILING_H
#define TOCSIN_FILING_FILING_H

#include "member/ask.h"
#include "record/record.h"
#include "token/token.h"

#define ALIAS 32
#define SALT 32

// --- What a member hands to a relay (body of the ask "file") --------------------------------------------------------------

enum filing_kind { FILING_RECORD = 1, FILING_TOKENS = 2, FILING_REPLY = 3 }; // a record, tokens that follow, a reply
#define FILING_MAX (RECORD_MAX + BATCHES_MAX * (BATCH_SEALED_MAX + 4) + 256)

struct filing {
	enum filing_kind kind;
	uint8_t salt[SALT];            // of the ledger leaf, drawn by the submitter
	uint8_t record[RECORD_ID];     // of FILING_TOKENS: whose tokens these are; zeros otherwise
	struct slice payload;          // envelope or reply; empty for FILING_TOKENS
	unsigned batches;
	struct slice batch[BATCHES_MAX]; // sealed
};
void filing_encode(const struct filing *f, struct buf *out);
MUST_USE enum err filing_decode(struct slice bytes, struct filing *f, struct why *why);
// SHA-256 over the encoded filing without its salt: what the voucher names. The same bytes again give the same hash.
void filing_hash(const struct filing *f, uint8_t hash[static 32]);

// --- Voucher: a relay's word that an accredited member within its quota filed this ------------------------------------------

struct voucher {
	uint8_t seat;
	enum filing_kind kind;
	uint64_t time;
	uint8_t alias[ALIAS];
	uint8_t filing[32];            // filing_hash
	uint8_t signature[SIGN_BYTES];
};
#define VOUCHER_BYTES (1 + 1 + 8 + ALIAS + 32 + SIGN_BYTES)
#define VOUCHER_AGE_MAX 300 // seconds
void voucher_encode(const struct voucher *v, uint8_t out[static VOUCHER_BYTES]);
MUST_USE enum err voucher_decode(struct slice bytes, struct voucher *v, struct why *why);
void voucher_sign(struct voucher *v, const uint8_t sk[static SIGN_SECRET], struct slice origin);
MUST_USE enum err voucher_check(const struct voucher *v, const struct filing *f, const struct governance *g, uint64_t now, struct why *why);
// HMAC-SHA-256 of the member's signing key under the relay's key of the month.
void alias_of(const uint8_t month_key[static 32], const uint8_t signing[static SIGN_PUBLIC], uint8_t alias[static ALIAS]);

// --- Activity leaves ------------------------------------------------------------------------------------------------------

enum activity { ACTIVITY_FILING = 0x40, ACTIVITY_RELEASE = 0x41, ACTIVITY_PUBLICATION = 0x42, ACTIVITY_NOTICE = 0x43 };
#define ACTIVITY_LEAF (1 + 4 + 32)
// type ‖ minute ‖ SHA-256(salt ‖ hash)
void activity_leaf(enum activity type, uint64_t time, const uint8_t salt[static SALT], const uint8_t hash[static 32],
                   uint8_t leaf[static ACTIVITY_LEAF]);

// --- Receipt: the hub's signed promise to include ---------------------------------------------------------------------------

struct receipt {
	uint64_t time;                 // of acceptance; its minute is in the leaf
	uint8_t filing[32];
	uint64_t index;                // of the leaf in the ledger
	uint8_t leaf[ACTIVITY_LEAF];
	uint8_t signature[SIGN_BYTES];
};
#define RECEIPT_BYTES (8 + 32 + 8 + ACTIVITY_LEAF + SIGN_BYTES)
void receipt_encode(const struct receipt *r, uint8_t out[static RECEIPT_BYTES]);
MUST_USE enum err receipt_decode(struct slice bytes, struct receipt *r, struct why *why);
void receipt_sign(struct receipt *r, const uint8_t hub_sk[static SIGN_SECRET], struct slice origin);
// The signature, and that the leaf is the one this salt and filing give.
MUST_USE enum err receipt_check(const struct receipt *r, const uint8_t salt[static SALT], const uint8_t filing[static 32],
                                const struct charter *c, struct why *why);

// --- Release: an analyst's request to open a record -------------------------------------------------------------------------

#define PURPOSE_MAX 256
#define REQUEST_LIFE (24 * 3600)  // seconds at most from time to expiry
#define REQUEST_MAX (RECORD_HEADER_MAX + CARD_MAX + 2 * CREDENTIAL_MAX + PURPOSE_MAX + 512)

struct request {
	struct slice hdr0;             // borrowed
	uint8_t commitment[RECORD_COMMITMENT];
	char purpose[PURPOSE_MAX + 1];
	uint16_t team;                 // as whose analyst
	struct slice card;             // the analyst's encoded card, borrowed: its sealing key gets the shares
	struct credential credential;
	uint64_t time, expiry;
	uint8_t salt[SALT];
	uint8_t signature[SIGN_BYTES];
	bool second;                   // a second analyst's co-signature follows
	struct credential second_credential;
	uint8_t second_signature[SIGN_BYTES];
	struct slice signed_part;      // borrowed: what the first signature covers
};
void request_encode(struct request *r, const uint8_t sk[static SIGN_SECRET], struct slice origin, struct buf *out);
// Adds the second analyst's co-signature to an encoded request.
MUST_USE enum err request_cosign(struct slice request, const struct credential *credential, const uint8_t sk[static SIGN_SECRET],
                                 struct slice origin, struct buf *out, struct why *why);
MUST_USE enum err request_decode(struct slice bytes, struct request *r, struct why *why);
// All rules that need no counter: signatures, card matches credential, analyst accredited for team and TLP, team in the record's
// audience, time and expiry, hdr0's committee. *analyst gets the decoded card.
MUST_USE enum err request_check(const struct request *r, const struct governance *g, uint64_t now, struct card *analyst, struct why *why);
// SHA-256 of the first signer's part (so that a co-signature does not change it): names the request, and its leaf.
void request_hash(const struct request *r, uint8_t hash[static 32]);
void request_leaf(const struct request *r, uint8_t leaf[static ACTIVITY_LEAF]);

// What the analyst hands to a keeper (body of "release"): request ‖ share ‖ proof of the leaf's inclusion.
#define RELEASE_PROOF_MAX 64
struct release {
	struct slice request;
	uint8_t share[RECORD_SHARE];
	uint64_t index;                // of the leaf
	unsigned path;
	uint8_t hash[RELEASE_PROOF_MAX][32];
	struct slice checkpoint;       // signed note with cosignatures
};
#define RELEASE_MAX (REQUEST_MAX + RECORD_SHARE + 32 * RELEASE_PROOF_MAX + 16384)
void release_encode(const struct release *r, struct buf *out);
MUST_USE enum err release_decode(struct slice bytes, struct release *r, struct why *why);

// A keeper's answer: the share re-sealed to the analyst, bound to request and seat, signed by the keeper's identity key.
#define RELEASED_BYTES (1 + 32 + RECORD_SHARE + SIGN_BYTES)
struct released {
	uint8_t seat;
	uint8_t request[32];
	uint8_t sealed[RECORD_SHARE];
	uint8_t signature[SIGN_BYTES];
};
// HPKE info and associated data of the re-sealed share.
struct slice released_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX]);
void released_aad(const uint8_t request[static 32], uint8_t seat, uint8_t aad[static 33]);
void released_sign(struct released *r, const uint8_t identity_sk[static SIGN_SECRET], struct slice origin);
void released_encode(const struct released *r, uint8_t out[static RELEASED_BYTES]);
// Decodes, checks seat, request and signature, opens the share with the analyst's sealing key.
MUST_USE enum err released_open(struct slice bytes, const uint8_t request[static 32], const struct charter *c,
                                const uint8_t sealing_sk[static HPKE_SECRET], struct share *share, struct why *why);

// --- Replies: fixed-size sealed blobs under single-use tags -------------------------------------------------------------------

#define REPLY_TAG 16
#define REPLY_BYTES 8192                                     // every reply, tag included
#define REPLY_ROOM (REPLY_BYTES - REPLY_TAG - HPKE_OVERHEAD) // bytes of plaintext, padded
#define REPLY_TEXT_MAX (REPLY_ROOM - 2 - CARD_ID - HPKE_PUBLIC - 2 - SIGN_BYTES)
#define REPLY_ROUNDS_MAX 1000                                // messages in each direction of one conversation

enum reply_direction { REPLY_TO_REPORTER = 0, REPLY_TO_ANALYST = 1 };
struct reply {
	uint8_t from[CARD_ID];
	uint8_t answer_to[HPKE_PUBLIC]; // sealing key that an answer goes to
	struct slice text;              // UTF-8, at most REPLY_TEXT_MAX; borrowed when opened
};
// Tag of message `number` (from 0) in a direction, from the record's reply secret.
void reply_tag(const uint8_t reply_secret[static 32], enum reply_direction d, uint32_t number, uint8_t tag[static REPLY_TAG]);
MUST_USE enum err reply_seal(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t to[static HPKE_PUBLIC],
                             const uint8_t card_sk[static SIGN_SECRET], struct slice origin, uint8_t blob[static REPLY_BYTES],
                             struct why *why);
// room (REPLY_ROOM bytes) owns what *r borrows. The signature inside is left to reply_check, since the sender's key is found by
// the card id first.
MUST_USE enum err reply_open(const uint8_t blob[static REPLY_BYTES], const uint8_t sealing_sk[static HPKE_SECRET], struct slice origin,
                             uint8_t room[static REPLY_ROOM], struct reply *r, uint8_t signature[static SIGN_BYTES], struct why *why);
MUST_USE bool reply_check(const struct reply *r, const uint8_t tag[static REPLY_TAG], const uint8_t signing[static SIGN_PUBLIC],
                          struct slice origin, const uint8_t signature[static SIGN_BYTES]);

#endif
