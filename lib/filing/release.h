// A release: how an analyst opens a record. The signed request goes into the ledger first; then each keeper checks it by itself
// and re-seals its share to the analyst, bound to request and seat. Bytes and the order of a keeper's checks:
// protocol/release.md.
#ifndef TOCSIN_FILING_RELEASE_H
#define TOCSIN_FILING_RELEASE_H

#include "filing/receipt.h"
#include "ledger/tree.h"
#include "member/ask.h"
#include "record/record.h"

// --- Request -----------------------------------------------------------------------------------------------------------------

#define PURPOSE_MAX 255                // bytes
#define REQUEST_LIFE (24 * 3600)       // seconds at most from time to expiry
#define REQUEST_AHEAD_MAX 300          // seconds that its time may be in the future
#define REQUEST_MAX (RECORD_HEADER_MAX + CARD_MAX + 2 * CREDENTIAL_MAX + PURPOSE_MAX + 512)

struct request {
	struct slice hdr0;             // borrowed
	uint8_t commitment[RECORD_COMMITMENT];
	char purpose[PURPOSE_MAX + 1]; // UTF-8 without control characters, not empty
	uint16_t team;                 // as whose analyst
	struct slice card;             // the analyst's encoded card, borrowed: its sealing key gets the shares
	struct credential credential;
	uint64_t time, expiry;         // seconds
	uint8_t salt[SALT];            // of the ledger leaf
	uint8_t signature[SIGN_BYTES];
	bool second;                   // a second analyst has signed too
	struct credential second_credential;
	uint8_t second_signature[SIGN_BYTES];
	struct slice signed_part;      // borrowed: what both signatures cover
};

// Signs with the card's key and writes the request, without a second signature. Fills r->signature and nothing else of r.
void request_encode(struct request *r, const uint8_t sk[static SIGN_SECRET], struct slice origin, struct buf *out);
// Writes an encoded request again, with the second analyst's signature. ERR_EXISTS: it has one already.
MUST_USE enum err request_cosign(struct slice request, const struct credential *credential, const uint8_t sk[static SIGN_SECRET],
                                 struct slice origin, struct buf *out, struct why *why);
// r borrows from `bytes`. Refuses what struct request's comments forbid; judges nothing else.
MUST_USE enum err request_decode(struct slice bytes, struct request *r, struct why *why);
// All rules that need neither counter nor ledger proof: committee and audience of hdr0, times, the card and both signatures, and
// that the analysts are accredited for team and marking at `now`. *analyst gets the decoded card. `g` has a charter.
// ERR_INPUT, ERR_AUTH, or ERR_DENIED with a sentence that can be shown to the analyst.
MUST_USE enum err request_check(const struct request *r, const struct governance *g, uint64_t now, struct card *analyst,
                                struct why *why);
// SHA-256 of signed_part (a co-signature does not change it): names a decoded request, and goes into its leaf.
void request_hash(const struct request *r, uint8_t hash[static 32]);
void request_leaf(const struct request *r, uint8_t leaf[static ACTIVITY_LEAF]);

// --- What the analyst hands to a keeper (the body of POST /v1/release, bare: the request in it is signed) ------------------------------------------------------------

#define RELEASE_CHECKPOINT_MAX 16384
#define RELEASE_MAX (REQUEST_MAX + RECORD_SHARE + TREE_HASH * TREE_PROOF_MAX + RELEASE_CHECKPOINT_MAX + 64)

struct release {
	struct slice request;
	uint8_t share[RECORD_SHARE]; // the asked seat's, as it stands in the envelope
	uint64_t index;              // of the request's leaf
	struct tree_proof proof;     // of its inclusion in checkpoint's tree
	struct slice checkpoint;     // signed note with cosignatures
};

void release_encode(const struct release *r, struct buf *out);
// r borrows from `bytes`. Checks sizes only.
MUST_USE enum err release_decode(struct slice bytes, struct release *r, struct why *why);

// --- A keeper's answer: its share, re-sealed to the analyst and signed with the keeper's identity key --------------------------

#define RELEASED_BYTES (1 + 32 + RECORD_SHARE + SIGN_BYTES)
struct released {
	uint8_t seat;
	uint8_t request[32]; // request_hash
	uint8_t sealed[RECORD_SHARE];
	uint8_t signature[SIGN_BYTES];
};

// HPKE info ("tocsin/v1/released" 0x00 origin; lives in room) and associated data (request ‖ seat) of the re-sealed share.
#define RELEASED_AAD 33
struct slice released_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX]);
void released_aad(const uint8_t request[static 32], uint8_t seat, uint8_t aad[static RELEASED_AAD]);
// Fills the signature.
void released_sign(struct released *r, const uint8_t identity_sk[static SIGN_SECRET], struct slice origin);
void released_encode(const struct released *r, uint8_t out[static RELEASED_BYTES]);
// The analyst's side: that `seat` answered this request, and its share (secret), opened with the analyst's sealing key.
// ERR_INPUT: not an answer at all; ERR_AUTH: of another seat, to another request, badly signed or not sealed to this key.
MUST_USE enum err released_open(struct slice bytes, const uint8_t request[static 32], uint8_t seat, const struct charter *c,
                                const uint8_t sealing_sk[static HPKE_SECRET], struct share *share, struct why *why);

#endif
