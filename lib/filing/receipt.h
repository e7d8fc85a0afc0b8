// A receipt: the hub's signed promise to include a filing in the ledger; and the activity leaf that it promises. A filing counts
// as filed only when the leaf is proved to be in a checkpoint that t seats have cosigned. Bytes: protocol/filing.md.
#ifndef TOCSIN_FILING_RECEIPT_H
#define TOCSIN_FILING_RECEIPT_H

#include "filing/filing.h"

// --- Activity leaves: that something happened in that minute, and nothing to guess it from -----------------------------------

// First byte of the leaf; below 0x40 are governance documents (charter/document.h).
enum activity { ACTIVITY_FILING = 0x40, ACTIVITY_RELEASE = 0x41, ACTIVITY_PUBLICATION = 0x42, ACTIVITY_NOTICE = 0x43 };
#define ACTIVITY_LEAF (1 + 4 + 32)
#define ACTIVITY_TIME_MAX (60 * (uint64_t)UINT32_MAX + 59) // seconds: the minute has four bytes
// type ‖ minute ‖ SHA-256(salt ‖ hash). time ≤ ACTIVITY_TIME_MAX (more is a broken invariant: decoders refuse it).
void activity_leaf(enum activity type, uint64_t time, const uint8_t salt[static SALT], const uint8_t hash[static 32],
                   uint8_t leaf[static ACTIVITY_LEAF]);
// Whether a leaf is of this type (ERR_INPUT otherwise); *time is when its minute begins, in seconds. What was hashed is not there to see.
MUST_USE enum err activity_leaf_read(const uint8_t leaf[static ACTIVITY_LEAF], enum activity type, uint64_t *time, struct why *why);

// --- Receipt ---------------------------------------------------------------------------------------------------------------

#define RECEIPT_BYTES (8 + 32 + 8 + ACTIVITY_LEAF + SIGN_BYTES)
struct receipt {
	uint64_t time;            // of acceptance; its minute is in the leaf
	uint8_t filing[32];       // filing_hash
	uint64_t index;           // of the leaf in the ledger
	uint8_t leaf[ACTIVITY_LEAF];
	uint8_t signature[SIGN_BYTES];
};

void receipt_encode(const struct receipt *r, uint8_t out[static RECEIPT_BYTES]);
MUST_USE enum err receipt_decode(struct slice bytes, struct receipt *r, struct why *why);
// Fills the signature, with the secret half of the charter's hub key.
void receipt_sign(struct receipt *r, const uint8_t hub_sk[static SIGN_SECRET], struct slice origin);
// That whoever holds this hub key signed it (ERR_AUTH otherwise), whatever it says.
MUST_USE enum err receipt_check_signature(const struct receipt *r, const uint8_t hub_key[static SIGN_PUBLIC], struct slice origin,
                                          struct why *why);
// That the hub signed it, for this filing, and that the leaf is the one this salt gives (ERR_AUTH otherwise).
MUST_USE enum err receipt_check(const struct receipt *r, const uint8_t salt[static SALT], const uint8_t filing[static 32],
                                const struct charter *c, struct why *why);

#endif
