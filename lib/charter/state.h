// Inside of governance: the state, and a change to it that the rules have admitted. For lib/charter only.
#ifndef TOCSIN_CHARTER_STATE_H
#define TOCSIN_CHARTER_STATE_H

#include "charter/governance.h"
#include "charter/table.h"

// The standings of a card from one source. Suspensions add up: were the newest to replace the others, one officer could end
// another's by a shorter or later one, which takes t officers. They are in order, and those that touch are one.
struct suspension {
	uint64_t from, until;
};
struct standing_side {
	struct standing newest; // action 0: none
	unsigned suspensions;
	struct suspension suspension[SUSPENSIONS_MAX];
};

// What the ledger says of a card, and what reached this keeper before the ledger.
struct standings {
	uint8_t card[CARD_ID];
	struct standing_side ledger, held;
};

// The committee of the quarters from `from` on, until the next row's.
struct committee {
	uint16_t from;
	uint8_t t, n;
};

struct quarter_row {
	struct quarter_key *seat[SEATS_MAX];
};

struct governance {
	bool pinned;
	struct charter charter; // in force
	uint8_t *leaf;          // its document
	size_t leaf_n;
	uint8_t first[32];       // SHA-256 of leaf 0
	uint8_t fingerprint[32]; // of the charter in force
	unsigned committees;
	struct committee committee[GOVERNANCE_CHARTERS_MAX];
	struct quarter_row *quarter[QUARTER_MAX + 1];
	uint16_t epochs[TOKEN_CLASSES]; // newest of each class, 0 for none
	struct token_key *token[TOKEN_CLASSES][TOKEN_EPOCHS_MAX];
	struct table batches;   // struct accreditation
	struct table standings; // struct standings
	struct common_list common;   // version 0: none
	unsigned teams, team_room;
	struct team *team;
	struct ceremony_order ceremony; // epoch 0: none
	uint64_t resumed[SEATS_MAX];
};

// A document taken apart and admitted by the rules of its type.
struct change {
	struct slice leaf;
	struct document document;
	bool known; // it says what the state already holds: nothing to do
	union {
		struct charter charter;
		struct quarter_key quarter_key;
		struct token_key token_key;
		struct accreditation accreditation;
		struct standing standing;
		struct common_list common_list;
		struct team team;
		struct ceremony_order ceremony;
		struct resume resume;
	};
};

// Decodes, verifies and judges `leaf` as the next document of the ledger (or, when held, as one that comes before it). Fills *c.
MUST_USE enum err rules_judge(const struct governance *g, struct slice leaf, bool held, struct change *c, struct why *why);
// The first charter, signed by all its own officers.
MUST_USE enum err rules_judge_first(struct slice leaf, struct change *c, struct why *why);

#endif
