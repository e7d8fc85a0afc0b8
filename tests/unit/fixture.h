// A platform in memory for unit tests: every secret key at hand, a charter, quarter and token keys, teams and members.
//
// It is the same in every run except the token keys' sharing. Seats are indexed from 0 in arrays, numbered from 1 in messages.
#ifndef TOCSIN_FIXTURE_H
#define TOCSIN_FIXTURE_H

#include "charter/governance.h"
#include "member/accreditation.h"
#include "member/ask.h"

#define FIXTURE_NOW 1790000000u // 2026-09-21T14:13:20Z: the quarter is 226
#define FIXTURE_LEAVES_MAX 128

// Teams of the charter.
#define FIXTURE_INTERNATIONAL 1 // TEAM_INTERNATIONAL
#define FIXTURE_NATIONAL 2      // TEAM_NATIONAL, country PT
#define FIXTURE_SECTOR 3        // TEAM_SECTOR, country PT

// Members, all accredited in one batch from a day before FIXTURE_NOW until a year after it.
enum fixture_who {
	FIXTURE_REPORTER,         // files
	FIXTURE_SECOND_REPORTER,  // files, another organisation
	FIXTURE_ANALYST,          // files, analyses for the international team up to RED, declares
	FIXTURE_SECOND_ANALYST,   // the same team, up to AMBER
	FIXTURE_NATIONAL_ANALYST, // the national team, up to AMBER+STRICT
	FIXTURE_INSPECTOR,        // inspects
	FIXTURE_MEMBERS,
};

struct fixture_seat {
	uint8_t officer[SIGN_SECRET], identity[SIGN_SECRET], witness[SIGN_SECRET], voucher[SIGN_SECRET];
	uint8_t ceremony[32];
	uint8_t sealing[HPKE_SECRET];      // of the quarter of FIXTURE_NOW
	uint8_t last_sealing[HPKE_SECRET]; // of the quarter before
	uint8_t token[TOKEN_CLASSES][SCALAR]; // share of epoch 1
};

struct fixture_member {
	struct card card;
	uint8_t encoded[CARD_MAX];
	size_t encoded_n;
	uint8_t id[CARD_ID];
	uint8_t signing[SIGN_SECRET];
	uint8_t sealing[HPKE_SECRET];
	struct credential credential;
};

struct fixture {
	struct charter charter;
	struct slice origin; // of the charter
	uint16_t quarter;    // of FIXTURE_NOW
	uint8_t ledger[SIGN_SECRET], hub[SIGN_SECRET];
	uint8_t matcher[HPKE_SECRET];
	struct fixture_seat seat[SEATS_MAX];
	uint8_t token[TOKEN_CLASSES][SCALAR]; // the whole keys of epoch 1
	struct fixture_member member[FIXTURE_MEMBERS];
	struct governance *governance; // all of the leaves below, applied
	unsigned leaves;               // the ledger: leaf 0 is the charter
	struct buf leaf[FIXTURE_LEAVES_MAX];
};

// A platform of n seats of which t open. Stops the program when anything fails.
struct fixture *fixture_new(unsigned t, unsigned n);
void fixture_free(struct fixture *f); // NULL is allowed

// The card of `who` with its encoding.
struct slice fixture_card(const struct fixture *f, enum fixture_who who);
// Encodes a document of `type` over `body`, signed by the seats of the bit masks (bit i is seat i's): see fixture_seats().
void fixture_sign(const struct fixture *f, enum document_type type, struct slice body, uint64_t officers, uint64_t keepers,
                  struct buf *leaf);
// The mask of seats 1..count.
uint64_t fixture_seats(unsigned count);
// Applies `leaf` as the next one, and keeps a copy when it was accepted.
MUST_USE enum err fixture_apply(struct fixture *f, struct slice leaf, struct why *why);
// Suspends, expels or restores a member in the ledger, signed by as many officers as needed. Stops the program when refused.
void fixture_stand(struct fixture *f, enum fixture_who who, enum standing_action action, uint64_t issued, uint64_t until);
// A member that is in no batch yet, by a name of the test's choice; and the item that would accredit it.
void fixture_member_make(const struct fixture *f, const char *name, const char *organisation, struct fixture_member *m);
struct item fixture_item(const struct fixture_member *m, uint16_t roles, uint16_t team, enum tlp ceiling);
// Signs and applies an accreditation of the items, and gives each its credential. Stops the program when refused.
void fixture_accredit(struct fixture *f, const struct item *items, uint32_t count, struct credential *credentials);

#endif
