// Accreditation: what t officers signed for a card, and the credential by which a member shows it.
// A batch is a list of items; officers sign its RFC 6962 root once (charter/document.h). Bytes: protocol/member.md.
#ifndef TOCSIN_MEMBER_ACCREDITATION_H
#define TOCSIN_MEMBER_ACCREDITATION_H

#include "member/card.h"

enum member_role { // bits
	ROLE_FILE = 1,
	ROLE_ANALYSE = 2,
	ROLE_DECLARE = 4,
	ROLE_INSPECT = 8,
	ROLE_SECTOR = 16,
};
#define ROLES_ALL 31u

// TLP 2.0 (FIRST), as on the wire.
enum tlp { TLP_CLEAR = 0, TLP_GREEN = 1, TLP_AMBER = 2, TLP_AMBER_STRICT = 3, TLP_RED = 4 };
#define TLP_COUNT 5
const char *tlp_text(enum tlp tlp); // "TLP:AMBER+STRICT"
// Accepts any case, with or without "TLP:", and WHITE for CLEAR.
MUST_USE bool tlp_parse(struct slice text, enum tlp *tlp);

struct item {
	uint8_t card[CARD_ID];
	uint8_t signing[SIGN_PUBLIC]; // the card's, so that whoever checks a credential needs no card
	uint16_t roles;
	uint16_t team;                // of an analyst (ROLE_ANALYSE); 0 otherwise
	enum tlp ceiling;             // highest marking that the analyst may open
	uint64_t from, until;         // seconds
};
#define ITEM_BYTES (CARD_ID + SIGN_PUBLIC + 2 + 2 + 1 + 8 + 8)
void item_encode(const struct item *i, uint8_t out[static ITEM_BYTES]);
MUST_USE enum err item_decode(struct slice bytes, struct item *i, struct why *why);
// Text of roles, "file,analyse", and back (comma separated; refuses what it does not know).
void roles_print(uint16_t roles, char text[static 64]);
MUST_USE bool roles_parse(struct slice text, uint16_t *roles);

#define CREDENTIAL_PATH_MAX 32 // batches of up to 2^32 items
struct credential {
	struct item item;
	uint32_t index, count;        // place in its batch
	unsigned path;                // hashes
	uint8_t hash[CREDENTIAL_PATH_MAX][32];
};
#define CREDENTIAL_MAX (ITEM_BYTES + 4 + 4 + 1 + 32 * CREDENTIAL_PATH_MAX)
void credential_encode(const struct credential *c, struct buf *out);
MUST_USE enum err credential_decode(struct slice bytes, struct credential *c, struct why *why);
// Root over `count` items; and the credential of item `index` (hashes the whole batch). ERR_INPUT: nobody, or no such item.
MUST_USE enum err batch_root(const struct item *items, uint32_t count, uint8_t root[static 32]);
MUST_USE enum err batch_credential(const struct item *items, uint32_t count, uint32_t index, struct credential *c);
// The credentials of all items, in order, hashing the batch once (64 bytes of memory an item). A failure of `each` ends it.
typedef enum err credential_each(void *context, const struct credential *c);
MUST_USE enum err batch_each(const struct item *items, uint32_t count, credential_each *each, void *context);
// Whether the credential holds at `now`: its batch is in the ledger, it is neither suspended, expelled nor out of its dates, and
// it has all of `roles` (bits). ERR_AUTH or ERR_DENIED with the reason.
MUST_USE enum err credential_check(const struct credential *c, const struct governance *g, uint16_t roles, uint64_t now,
                                   struct why *why);
// As credential_check for an analyst who wants a record of `team` at `tlp`.
MUST_USE enum err credential_check_analyst(const struct credential *c, const struct governance *g, uint16_t team, enum tlp tlp,
                                           uint64_t now, struct why *why);

#endif
