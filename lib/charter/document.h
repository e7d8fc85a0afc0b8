// A governance document: a typed body and the signatures of officers and keepers. Its encoding is a leaf of the ledger.
// Bytes: protocol/governance.md. The first byte of every leaf is its type.
#ifndef TOCSIN_CHARTER_DOCUMENT_H
#define TOCSIN_CHARTER_DOCUMENT_H

#include "base/num.h"
#include "charter/charter.h"

#define DOCUMENT_MAX 65535 // one ledger leaf
#define DOCUMENT_SIGNATURES_MAX (2 * SEATS_MAX)
#define DOCUMENT_TIME_MAX TIME_YEAR_10000
#define DOCUMENT_ACTIVITY_FIRST 0x40
#define DOCUMENT_ACTIVITY_LAST 0x7f
#define DOCUMENT_TEAM_MAX 128         // bytes of an encoded team
#define QUARTER_MAX 1023              // the last quarter that may have sealing keys: the end of 2225
#define TOKEN_EPOCHS_MAX 250          // epochs of a class of token keys: one a year

// Leaf types. 0x01–0x3f are documents in the clear; 0x40–0x7f are activity leaves (filing/receipt.h).
enum document_type {
	DOCUMENT_CHARTER = 0x01,       // all n officers for the first, then t of the charter before
	DOCUMENT_QUARTER_KEY = 0x02,   // the seat's officer
	DOCUMENT_TOKEN_KEY = 0x03,     // all n keepers and t officers
	DOCUMENT_ACCREDITATION = 0x04, // t officers
	DOCUMENT_STANDING = 0x05,      // one officer to suspend for at most 72 hours, t to expel or restore
	DOCUMENT_COMMON_LIST = 0x06,   // t officers
	DOCUMENT_TEAM = 0x07,          // t officers
	DOCUMENT_CEREMONY = 0x08,      // t officers: the order to make token keys
	DOCUMENT_RESUME = 0x09,        // the seat's officer: its keeper may act again after a restored snapshot
};

enum signer { SIGNER_OFFICER = 1, SIGNER_KEEPER = 2 };

struct signature {
	enum signer by;
	uint8_t seat;
	uint8_t bytes[SIGN_BYTES];
};

struct document {
	enum document_type type;
	struct slice body; // borrowed
	unsigned signatures; // in ascending order of (by, seat): a document has one encoding
	struct signature signature[DOCUMENT_SIGNATURES_MAX];
};

// The kind under which the type is signed ("charter", "quarter-key", …); NULL for a type that does not exist.
const char *document_kind(enum document_type type);
void document_encode(const struct document *d, struct buf *out);
// d borrows from `leaf`. Refuses unknown types, two signatures of one signer, signatures out of order, trailing bytes. The
// body is not read: see below.
MUST_USE enum err document_decode(struct slice leaf, struct document *d, struct why *why);
// Adds (or replaces) the signature of (by, seat), in order. ERR_INPUT: no such seat number.
MUST_USE enum err document_sign(struct document *d, enum signer by, uint8_t seat, const uint8_t sk[static SIGN_SECRET],
                                struct slice origin, struct why *why);
// Adds the signatures that `other`, a copy of the same document, has and d has not. ERR_INPUT when they differ otherwise.
MUST_USE enum err document_merge(struct document *d, const struct document *other, struct why *why);
// Verifies every signature against the seats of `c`; bit i of *officers / *keepers is seat i's. ERR_AUTH at the first that is
// false or of an unknown seat.
MUST_USE enum err document_verify(const struct document *d, const struct charter *c, uint64_t *officers, uint64_t *keepers,
                                  struct why *why);

// --- Bodies -------------------------------------------------------------------------------------------------------------

struct quarter_key {
	uint8_t seat;
	uint16_t quarter;
	uint8_t key[HPKE_PUBLIC];
};

struct token_key {
	uint8_t class;    // 0..TOKEN_CLASSES-1
	uint16_t epoch;   // 1, 2, …: one more for each ceremony of the class
	unsigned t, n;    // of the ceremony: the charter's when the key was made
	uint8_t key[32];  // the group's public key
	uint8_t share[SEATS_MAX][32]; // public share of seat i+1
	uint8_t transcript[32];       // SHA-256 of the ceremony's transcript
};

// A batch of members: the RFC 6962 root over their items (member/accreditation.h).
struct accreditation {
	uint8_t root[32];
	uint32_t count;
	uint64_t issued;
};

enum standing_action { STANDING_SUSPEND = 1, STANDING_EXPEL = 2, STANDING_RESTORE = 3 };
#define SUSPENSION_MAX (72 * 3600) // seconds that one officer's suspension may last

struct standing {
	enum standing_action action;
	uint8_t card[CARD_ID];
	uint64_t issued;
	uint64_t until; // end of a suspension, after `issued` and at most SUSPENSION_MAX later; 0 otherwise
};

struct common_list {
	uint16_t version; // 1, 2, …
	uint8_t hash[32]; // SHA-256 of the list's file
};

struct ceremony_order {
	uint8_t id[16];   // random
	uint16_t epoch;   // of all TOKEN_CLASSES classes
	uint64_t issued;
};

struct resume {
	uint8_t seat;
	uint64_t issued;
};

void quarter_key_encode(const struct quarter_key *k, struct buf *out);
MUST_USE enum err quarter_key_decode(struct slice body, struct quarter_key *k, struct why *why);
void token_key_encode(const struct token_key *k, struct buf *out);
MUST_USE enum err token_key_decode(struct slice body, struct token_key *k, struct why *why);
void accreditation_encode(const struct accreditation *a, struct buf *out);
MUST_USE enum err accreditation_decode(struct slice body, struct accreditation *a, struct why *why);
void standing_encode(const struct standing *s, struct buf *out);
MUST_USE enum err standing_decode(struct slice body, struct standing *s, struct why *why);
void common_list_encode(const struct common_list *l, struct buf *out);
MUST_USE enum err common_list_decode(struct slice body, struct common_list *l, struct why *why);
void team_encode(const struct team *t, struct buf *out);
MUST_USE enum err team_decode(struct slice body, struct team *t, struct why *why);
void ceremony_order_encode(const struct ceremony_order *o, struct buf *out);
MUST_USE enum err ceremony_order_decode(struct slice body, struct ceremony_order *o, struct why *why);
void resume_encode(const struct resume *r, struct buf *out);
MUST_USE enum err resume_decode(struct slice body, struct resume *r, struct why *why);

// ERR_DENIED when the document is dated more than DOCUMENT_AHEAD_MAX after `now`: one officer's far-dated suspension would shut out
// later ones. Governance has no clock, so whoever takes in a document (hub, keeper) asks this first. ERR_INPUT: malformed.
#define DOCUMENT_AHEAD_MAX 300 // seconds
MUST_USE enum err document_check_date(const struct document *d, uint64_t now, struct why *why);

// The charter in a document's file, its signatures unread: for what a daemon has checked before and kept. ERR_ABSENT: no such file.
MUST_USE enum err document_read_charter(const char *path, struct charter *c, struct why *why);

#endif
