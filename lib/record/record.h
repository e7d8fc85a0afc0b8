// The sealed record: what everything confidential travels in. Bytes and reasons: protocol/record.md.
//
//   envelope = length of hdr0 ‖ hdr0 ‖ C ‖ n × share ‖ MAC ‖ payload
//
// hdr0 is in the clear and is all that keepers and hub may know. s is a random scalar, shared t of n; K = HKDF-SHA-512(s, hdr0);
// C commits to K; share i is HPKE-sealed to seat i; the payload is Cobblestone-256 under a key from K, padded.
#ifndef TOCSIN_RECORD_RECORD_H
#define TOCSIN_RECORD_RECORD_H

#include "charter/governance.h"
#include "member/accreditation.h"

#define RECORD_ID 16
#define RECORD_COMMITMENT 32
#define RECORD_MAC 32
#define RECORD_SHARE (SCALAR + HPKE_OVERHEAD)
#define RECORD_AUDIENCE_MAX 8        // teams that one record may address
#define RECORD_FLOOR (16u << 10)     // bytes: the smallest padded payload
#define RECORD_MAX (32u << 20)       // bytes of one envelope
#define RECORD_HEADER_MAX 256        // bytes of hdr0
#define RECORD_GRACE (30u * 24 * 3600) // seconds after its end that a quarter's keys are still accepted
#define RECORD_SUBSETS_MAX 4096      // t-subsets of shares that record_open tries
#define ATTACHMENTS_MAX 64
#define ATTACHMENT_NAME_MAX 255

enum record_kind { RECORD_ATTACK = 1, RECORD_FLAW = 2 }; // an attack suffered, a flaw found

struct label {
	enum record_kind kind;
	enum tlp tlp;
	unsigned audience;                   // teams, at least 1, ascending, no doubles
	uint16_t team[RECORD_AUDIENCE_MAX];
	uint16_t retention;                  // room kept for later: 0
	uint8_t veto;                        // room kept for later: 0
};

struct header {
	uint16_t quarter;
	uint8_t id[RECORD_ID];
	uint8_t committee[32];               // governance_committee of that quarter
	uint8_t t, n;
	struct label label;
	uint8_t batch_key[SIGN_PUBLIC];      // signs this record's token batches
};

// An envelope taken apart by envelope_decode(); slices borrow from it and lie next to each other there.
struct envelope {
	struct header header;
	struct slice hdr0;
	uint8_t commitment[RECORD_COMMITMENT];
	struct slice shares; // n × RECORD_SHARE
	uint8_t mac[RECORD_MAC];
	struct slice payload;
};

// A name is UTF-8 of 1..ATTACHMENT_NAME_MAX bytes without control characters, '/' and '\\', and is not "." or "..": it may become
// a file's name.
struct attachment {
	char name[ATTACHMENT_NAME_MAX + 1];
	struct slice bytes;
};

// What is inside. Slices are borrowed.
struct content {
	struct slice card;                    // the reporter's encoded card
	struct slice credential;              // its encoded credential, empty when not yet accredited (offline)
	uint8_t reply_secret[32];             // root of the reply tags (filing/reply.h)
	struct slice document;                // the report, JSON (report/report.h)
	unsigned attachments;
	struct attachment attachment[ATTACHMENTS_MAX];
};

bool label_audience_has(const struct label *l, uint16_t team);
// At most RECORD_AUDIENCE_MAX teams (more is a broken invariant); all other rules are the decoder's.
void header_encode(const struct header *h, struct buf *out);
// Refuses every value that the comments above forbid, and t ≤ n/2.
MUST_USE enum err header_decode(struct slice hdr0, struct header *h, struct why *why);
// Takes an envelope apart and checks every size, the padding's included; verifies nothing.
MUST_USE enum err envelope_decode(struct slice bytes, struct envelope *e, struct why *why);
// Checks hdr0 against the platform, for as long as the record lives: committee, t and n are its quarter's, and the teams
// exist. ERR_DENIED, or ERR_ABSENT when a seat has no key for that quarter.
MUST_USE enum err header_check_committee(const struct header *h, const struct governance *g, struct why *why);
// As header_check_committee, and a quarter that is current, or the last one within RECORD_GRACE of its end: may be filed now.
MUST_USE enum err header_check(const struct header *h, const struct governance *g, uint64_t now, struct why *why);
// SHA-256 of the whole envelope: what vouchers and receipts name.
void envelope_hash(struct slice bytes, uint8_t hash[static 32]);
// SHA-256(hdr0 ‖ C) ‖ seat: the associated data of a share.
#define SHARE_AAD 33
void share_aad(struct slice hdr0, const uint8_t commitment[static RECORD_COMMITMENT], uint8_t seat,
               uint8_t aad[static SHARE_AAD]);
// HPKE info of shares: "tocsin/v1/share" 0x00 origin. The result borrows `room`.
#define RECORD_INFO_MAX (SIGN_ORIGIN_MAX + 40)
struct slice share_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX]);

// Seals `content` for the current quarter of `g` into the empty buffer `envelope` (of maximum RECORD_MAX). batch_sk (secret) is
// returned so that token batches can be signed, now or later. ERR_ABSENT: a seat has no key for this quarter. ERR_LIMIT: larger
// than RECORD_MAX. ERR_DENIED: an audience that does not exist. ERR_INPUT: a label or content that no decoder would accept, or a
// card that is not card_sk's. On failure the envelope is empty.
MUST_USE enum err record_seal(const struct content *content, const struct label *label, const struct governance *g, uint64_t now,
                              const uint8_t card_sk[static SIGN_SECRET], struct buf *envelope, uint8_t id[static RECORD_ID],
                              uint8_t batch_sk[static SIGN_SECRET], struct why *why);

// One opened share from a seat.
struct share {
	uint8_t seat;
	uint8_t scalar[SCALAR];
};
// Combines t of the shares so that C opens, trying at most RECORD_SUBSETS_MAX subsets while some seat lied; checks the MAC, opens
// the payload, verifies the reporter's card and signature. Whether the card is accredited is the caller's question.
//
// `plain` (buf_init_secret, maximum RECORD_MAX) owns the bytes that *content borrows; it is wiped on failure. *liars: bit i set =
// seat i's share is not the one whose digest the signed body names (so either the seat lied or the reporter did). Subsets are
// tried in an order in which up to three false shares among t + 3 always end within the bound for t ≤ 26, and any number for
// n ≤ 14.
// ERR_ABSENT: fewer than t canonical shares. ERR_INPUT: a seat twice or outside 1..n, or a malformed body. ERR_AUTH: no subset
// opens it, or the MAC, the payload, the card or the inner signature is false. ERR_LIMIT: bound reached, more subsets exist.
MUST_USE enum err record_open(const struct envelope *e, const struct share *shares, unsigned count, struct slice origin,
                              struct buf *plain, struct content *content, struct card *reporter, uint64_t *liars,
                              struct why *why);

// Padmé (Nikitin et al., PETS 2019) with the floor RECORD_FLOOR.
size_t record_padded(size_t n);

#endif
