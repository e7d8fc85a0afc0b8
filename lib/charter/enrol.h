// Enrolment files: the public keys that a hub, a keeper and an officer hand to whoever drafts the charter. Bytes: protocol/charter.md.
// They carry no signature: what counts is the charter that the officers read and sign.
#ifndef TOCSIN_CHARTER_ENROL_H
#define TOCSIN_CHARTER_ENROL_H

#include "charter/charter.h"

#define ENROL_MAX 4096

struct hub_enrolment {
	char address[CHARTER_ADDRESS_MAX + 1];
	uint8_t ledger_key[SIGN_PUBLIC], hub_key[SIGN_PUBLIC], hub_pin[32];
	uint8_t matcher_key[HPKE_PUBLIC];
};
void hub_enrolment_encode(const struct hub_enrolment *h, struct buf *out);
MUST_USE enum err hub_enrolment_decode(struct slice bytes, struct hub_enrolment *h, struct why *why);
// A seat without its officer key; index is 0 until the charter gives it one.
void seat_enrolment_encode(const struct seat *s, struct buf *out);
MUST_USE enum err seat_enrolment_decode(struct slice bytes, struct seat *s, struct why *why);
void officer_enrolment_encode(const uint8_t officer[static SIGN_PUBLIC], struct buf *out);
MUST_USE enum err officer_enrolment_decode(struct slice bytes, uint8_t officer[static SIGN_PUBLIC], struct why *why);

#endif
