// The charter: the pinned root of a platform. A small file that a member gets out of band and whose fingerprint it checks.
//
// It names the platform, the ledger's origin and key, the hub's and matcher's keys, the seats with theirs, the threshold, the
// founding teams and the numbers of the platform's policy. The first charter is signed by the officers of all its seats and is
// leaf 0 of the ledger; a later one counts when t officers of the one before have signed it and it is in the ledger.
// Bytes: protocol/charter.md.
#ifndef TOCSIN_CHARTER_CHARTER_H
#define TOCSIN_CHARTER_CHARTER_H

#include "base/buf.h"
#include "crypto/hpke.h"
#include "crypto/shamir.h"
#include "crypto/sign.h"

#define CHARTER_MAX 32768       // bytes of one encoded charter, signatures included
#define CHARTER_NAME_MAX 64     // bytes of a name, UTF-8
#define CHARTER_ADDRESS_MAX 128 // bytes of "host:port"
#define CHARTER_TEAMS_MAX 64    // founding teams
#define CHARTER_RETENTION_MAX 400 // quarters
#define CARD_ID 32              // SHA-256 of a card (member/card.h)
#define TOKEN_CLASSES 4         // address, name, digest, other (observable/observable.h)

enum team_kind { TEAM_INTERNATIONAL = 1, TEAM_NATIONAL = 2, TEAM_AUTHORITY = 3, TEAM_SECTOR = 4 };

struct seat {
	uint8_t index;                     // 1..n, in order
	char name[CHARTER_NAME_MAX + 1];   // the organisation that holds it
	char country[3];                   // ISO 3166-1 alpha-2, upper case
	char address[CHARTER_ADDRESS_MAX + 1];
	uint8_t officer[SIGN_PUBLIC];      // governance, offline
	uint8_t identity[SIGN_PUBLIC];     // the keeper
	uint8_t witness[SIGN_PUBLIC];      // cosignatures on checkpoints; key name "<origin>/seat/<index>"
	uint8_t voucher[SIGN_PUBLIC];
	uint8_t ceremony[32];              // long-term key of the key ceremony (crypto/dkg.h), an element
	uint8_t tls_pin[32];               // SHA-256 of the TLS certificate's SubjectPublicKeyInfo
};

struct team {
	uint16_t id;                       // 1..65535, never used again
	enum team_kind kind;
	char name[CHARTER_NAME_MAX + 1];
	char country[3];                   // "ZZ": an international team; a sector's may be too
};

// Numbers that keepers and hub enforce; all per day (UTC) unless said otherwise.
struct policy {
	uint32_t tokens[TOKEN_CLASSES]; // evaluations per member, by class
	uint32_t filings;               // records and replies per member at one relay
	uint32_t vouchers;              // vouchers per seat that the hub accepts
	uint32_t releases_analyst;      // openings per analyst at one keeper
	uint32_t releases_team;
	uint32_t releases_all;
	uint32_t cosign_above;          // openings per analyst after which a second analyst must sign too
	uint32_t common_cap;            // a token seen by more distinct reporters than this stops matching
	uint16_t retention;             // quarters a seat keeps a sealing key after its quarter ends, 1..CHARTER_RETENTION_MAX
};

struct charter {
	uint32_t number;        // 1 for the first, then one more each
	uint64_t issued;        // seconds since the epoch
	uint8_t previous[32];   // fingerprint of the charter before; zeros in the first
	char name[CHARTER_NAME_MAX + 1];
	char origin[SIGN_ORIGIN_MAX + 1]; // the ledger's origin, as in its checkpoints
	uint8_t ledger_key[SIGN_PUBLIC];  // signs checkpoints
	uint8_t hub_key[SIGN_PUBLIC];     // signs receipts
	uint8_t hub_pin[32];
	char hub_address[CHARTER_ADDRESS_MAX + 1];
	uint8_t matcher_key[HPKE_PUBLIC];
	unsigned t, n;          // n/2 < t ≤ n ≤ SEATS_MAX
	struct seat seats[SEATS_MAX];
	unsigned teams;
	struct team team[CHARTER_TEAMS_MAX];
	// Cards that t officers may accredit without sponsors: the people of the founding teams.
	unsigned founders;
	uint8_t founder[CHARTER_TEAMS_MAX][CARD_ID];
	struct policy policy;
};

// The signed body (without signatures, which travel in a document: charter/document.h).
void charter_encode(const struct charter *c, struct buf *out);
// Refuses everything that charter.h's comments forbid, naming the field; also a signing or ceremony key that is missing (zeros)
// or in two places.
MUST_USE enum err charter_decode(struct slice body, struct charter *c, struct why *why);
// What people compare when they join: SHA-256 of the body.
void charter_fingerprint(struct slice body, uint8_t fingerprint[static 32]);
// NULL when there is no such seat (index from 1) or team.
const struct seat *charter_seat(const struct charter *c, unsigned index);
const struct team *charter_team(const struct charter *c, uint16_t id);
struct slice charter_origin(const struct charter *c);
// "<origin>/seat/<index>": the key name of a seat's cosignatures.
void charter_witness_name(const struct charter *c, unsigned seat, char name[static SIGN_ORIGIN_MAX + 16]);
// The policy that the tools propose: small enough for a national platform's first year.
struct policy policy_default(void);

// A quarter is counted from 1970: (year - 1970) * 4 + (month - 1) / 3. Seconds after year 9999 count as its end.
uint16_t quarter_of(uint64_t seconds);
uint64_t quarter_start(uint16_t quarter); // seconds
// As people write it: "2026Q4".
struct quarter_text {
	char text[sizeof "18353Q4"]; // the last that a u16 counts
};
struct quarter_text quarter_text(uint16_t quarter);
bool quarter_named(struct slice text, uint16_t *quarter);

#endif
