// The state of governance: what the documents of the ledger, applied in order, add up to. Hub, keepers and clients all hold one
// and decide by it alone.
#ifndef TOCSIN_CHARTER_GOVERNANCE_H
#define TOCSIN_CHARTER_GOVERNANCE_H

#include "charter/document.h"

struct governance; // opaque

struct governance *governance_new(void); // NULL when out of memory
void governance_free(struct governance *g);

// Pins the first charter: the encoded document (leaf 0). Checks that all its officers signed.
MUST_USE enum err governance_pin(struct governance *g, struct slice leaf, struct why *why);
// Whether `leaf` would be accepted next, without applying it: what the hub asks before it appends.
MUST_USE enum err governance_check(const struct governance *g, struct slice leaf, struct why *why);
// Applies leaf number `index`. Leaf 0 must equal the pinned charter (or pins it when none is). Activity leaves change nothing.
// A document that breaks a rule is refused (ERR_AUTH, ERR_DENIED, ERR_INPUT) and changes nothing: the caller goes on with the next
// leaf and reports the hub.
MUST_USE enum err governance_apply(struct governance *g, uint64_t index, struct slice leaf, struct why *why);
// A suspension or expulsion that reached this keeper directly, before the ledger: holds at once.
MUST_USE enum err governance_hold(struct governance *g, struct slice leaf, struct why *why);

// The charter in force; NULL before one is pinned.
const struct charter *governance_charter(const struct governance *g);
// The encoded document of the charter in force.
struct slice governance_charter_leaf(const struct governance *g);
// Sealing key of a seat for a quarter; NULL when none was published.
const struct quarter_key *governance_quarter_key(const struct governance *g, unsigned seat, uint16_t quarter);
// Hash of a quarter's committee: SHA-256 over t, n and all seats' sealing keys (protocol/record.md). ERR_ABSENT when a seat has
// not published its key for that quarter (why names it).
MUST_USE enum err governance_committee(const struct governance *g, uint16_t quarter, uint8_t hash[static 32], struct why *why);
// Token key of a class for an epoch, or the newest with epoch 0; NULL when there is none.
const struct token_key *governance_token_key(const struct governance *g, unsigned class, uint16_t epoch);
const struct common_list *governance_common_list(const struct governance *g); // NULL when none
const struct team *governance_team(const struct governance *g, uint16_t id);  // founding or added; NULL when none
unsigned governance_teams(const struct governance *g, const struct team **list, unsigned room); // fills list, returns how many exist
// The batch with this root and size of tree; NULL when no such accreditation is in the ledger.
const struct accreditation *governance_batch(const struct governance *g, const uint8_t root[static 32]);

enum member_state { MEMBER_GOOD, MEMBER_SUSPENDED, MEMBER_EXPELLED };
// Standing of a card at `now`; *until is the end of a suspension.
enum member_state governance_standing(const struct governance *g, const uint8_t card[static CARD_ID], uint64_t now, uint64_t *until);

#endif
