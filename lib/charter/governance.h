// The state of governance: what the documents of the ledger, applied in order, add up to. Hub, keepers and clients all hold one
// and decide by it alone.
#ifndef TOCSIN_CHARTER_GOVERNANCE_H
#define TOCSIN_CHARTER_GOVERNANCE_H

#include "charter/document.h"

#define GOVERNANCE_CHARTERS_MAX 1000          // charters, one after the other
#define GOVERNANCE_BATCHES_MAX (1u << 20)     // accredited batches
#define GOVERNANCE_STANDINGS_MAX (1u << 18)   // cards that were ever suspended, expelled or restored
#define GOVERNANCE_TEAMS_MAX 4096             // teams, founding and added
#define SUSPENSIONS_MAX 8                     // suspensions of a card that do not touch, until a restoration clears them
#define STANDING_SKEW 600                     // seconds that an officer's clock may run ahead of ours

struct governance; // opaque

// What the functions below lend is theirs, and good until the next pin, apply or hold.
struct governance *governance_new(void); // NULL when out of memory
void governance_free(struct governance *g);

// Pins the first charter: the encoded document (leaf 0). Checks that all its officers signed.
MUST_USE enum err governance_pin(struct governance *g, struct slice leaf, struct why *why);
// Whether `leaf` would be accepted next, without applying it: what the hub asks before it appends. (It has no clock: a hub
// refuses a document dated in the future itself.)
MUST_USE enum err governance_check(const struct governance *g, struct slice leaf, struct why *why);
// Applies leaf number `index`. Leaf 0 must equal the pinned charter (or pins it when none is). Activity leaves change nothing.
// A document that breaks a rule is refused and changes nothing: ERR_AUTH (a false signature), ERR_DENIED (too few signatures, out
// of turn, a repetition), ERR_EXISTS (a second key, team or batch in one place), ERR_INPUT, ERR_LIMIT. The caller goes on with
// the next leaf and reports the hub. A quarter key or an accreditation that is there already is accepted and changes nothing.
// ERR_SYSTEM: out of memory; the state no longer follows the ledger.
MUST_USE enum err governance_apply(struct governance *g, uint64_t index, struct slice leaf, struct why *why);
// A suspension or expulsion that reached this keeper directly, before the ledger: holds at once, to its end or until the ledger
// has a newer restoration (an expulsion for ever). It never changes what the ledger may hold: the same document is accepted there
// later. (No clock here either: a keeper refuses a document dated in the future itself.)
MUST_USE enum err governance_hold(struct governance *g, struct slice leaf, struct why *why);

// The charter in force; NULL before one is pinned.
const struct charter *governance_charter(const struct governance *g);
// The encoded document of the charter in force.
struct slice governance_charter_leaf(const struct governance *g);
// Sealing key of a seat for a quarter; NULL when none was published.
const struct quarter_key *governance_quarter_key(const struct governance *g, unsigned seat, uint16_t quarter);
// Threshold and seats of the committee that opens the records sealed in a quarter: those of the newest charter issued before the
// quarter began, or of the first. Zeros before a charter is pinned.
void governance_threshold(const struct governance *g, uint16_t quarter, unsigned *t, unsigned *n);
// Hash of a quarter's committee: SHA-256 over its t, n and all its seats' sealing keys (protocol/governance.md). ERR_ABSENT when
// a seat has not published its key for that quarter (why names it).
MUST_USE enum err governance_committee(const struct governance *g, uint16_t quarter, uint8_t hash[static 32], struct why *why);
// The seats of a quarter's committee that have published no sealing key for it: bit i is seat i + 1. While one is missing nothing can
// be sealed in that quarter.
#define QUARTER_WARNING (14u * 24 * 3600) // seconds before a quarter begins from which a missing key is warned of
uint32_t governance_quarter_missing(const struct governance *g, uint16_t quarter);
// Token key of a class for an epoch, or the newest with epoch 0; NULL when there is none.
const struct token_key *governance_token_key(const struct governance *g, unsigned class, uint16_t epoch);
const struct common_list *governance_common_list(const struct governance *g); // NULL when none
const struct team *governance_team(const struct governance *g, uint16_t id);  // founding or added; NULL when none
// Fills list with at most `room` teams, returns how many exist.
unsigned governance_teams(const struct governance *g, const struct team **list, unsigned room);
// The batch with this root (its size is for the caller to compare); NULL when no such accreditation is in the ledger.
const struct accreditation *governance_batch(const struct governance *g, const uint8_t root[static 32]);
const struct ceremony_order *governance_ceremony(const struct governance *g); // the newest; NULL when none
// When its officer last let a seat's keeper act again; 0 for never.
uint64_t governance_resumed(const struct governance *g, unsigned seat);

enum member_state { MEMBER_GOOD, MEMBER_SUSPENDED, MEMBER_EXPELLED };
// Standing of a card at `now`; *until is the end of a suspension, 0 when there is none.
enum member_state governance_standing(const struct governance *g, const uint8_t card[static CARD_ID], uint64_t now,
                                       uint64_t *until);

#endif
