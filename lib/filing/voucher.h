// A voucher: a relay's word to the hub that an accredited member within its quota handed it this filing. It names nobody; the
// alias lets the hub count one member's filings of one month at one relay, and no more. Bytes: protocol/filing.md.
#ifndef TOCSIN_FILING_VOUCHER_H
#define TOCSIN_FILING_VOUCHER_H

#include "filing/filing.h"

#define ALIAS 32
#define VOUCHER_BYTES (1 + 1 + 8 + ALIAS + 32 + SIGN_BYTES)
#define VOUCHER_AGE_MAX 300 // seconds that a voucher's time may be off, either way

struct voucher {
	uint8_t seat;             // from 1
	enum filing_kind kind;
	uint64_t time;
	uint8_t alias[ALIAS];
	uint8_t filing[32];       // filing_hash
	uint8_t signature[SIGN_BYTES];
};

void voucher_encode(const struct voucher *v, uint8_t out[static VOUCHER_BYTES]);
MUST_USE enum err voucher_decode(struct slice bytes, struct voucher *v, struct why *why);
// Fills the signature, with the secret half of the seat's voucher key.
void voucher_sign(struct voucher *v, const uint8_t sk[static SIGN_SECRET], struct slice origin);
// The hub's check: that it names this filing and its kind (ERR_AUTH), that an existing seat signed it (ERR_AUTH), and that it is
// fresh (ERR_DENIED). `g` has a charter. Counting per seat and alias is the caller's.
MUST_USE enum err voucher_check(const struct voucher *v, const struct filing *f, const struct governance *g, uint64_t now,
                                struct why *why);
// HMAC-SHA-256 of the member's signing key under the relay's random key of the month.
void alias_of(const uint8_t month_key[static 32], const uint8_t signing[static SIGN_PUBLIC], uint8_t alias[static ALIAS]);

#endif
