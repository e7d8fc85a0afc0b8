// A filing: what a member hands to a relay, any keeper of its choice (the body of the ask "file"). The relay reads nothing in it,
// vouches for it (filing/voucher.h) and passes it to the hub, which answers with a receipt (filing/receipt.h).
// Bytes: protocol/filing.md.
#ifndef TOCSIN_FILING_FILING_H
#define TOCSIN_FILING_FILING_H

#include "member/ask.h"
#include "record/record.h"
#include "token/token.h"

#define SALT 32
// One ask carries it, with a voucher in front on its way to the hub. The largest record leaves room for some of its batches; the
// rest follow as FILING_TOKENS.
#define FILING_MAX (ASK_BODY_MAX - 1024)

enum filing_kind { FILING_RECORD = 1, FILING_TOKENS = 2, FILING_REPLY = 3 }; // a record, tokens that follow it, a reply

struct filing {
	enum filing_kind kind;
	uint8_t salt[SALT];              // of the ledger leaf, drawn by the submitter
	uint8_t record[RECORD_ID];       // of FILING_TOKENS: whose tokens these are; zeros otherwise
	struct slice payload;            // an envelope, or a reply of REPLY_BYTES; empty for FILING_TOKENS
	unsigned batches;                // sealed batches: any number with a record, at least 1 with FILING_TOKENS, none with a reply
	struct slice batch[BATCHES_MAX];
};

// A filing that filing_decode would refuse is not the encoder's to find; over FILING_MAX shows in the buffer's own maximum.
void filing_encode(const struct filing *f, struct buf *out);
// f borrows from `bytes`. ERR_LIMIT: a maximum; ERR_INPUT: everything else that struct filing's comments forbid. The envelope and
// the batches are not looked into.
MUST_USE enum err filing_decode(struct slice bytes, struct filing *f, struct why *why);
// SHA-256 of the encoded filing, salt included: its name in vouchers and receipts. A relay that changes a bit, even of the salt,
// makes another filing of it, and the member's own bytes still count when they come through an honest relay.
void filing_hash(const struct filing *f, uint8_t hash[static 32]);

// The offline file: a record without batches, sealed to the current quarter, that anyone accredited may carry to a relay. What
// only the reporter needs later (the batch key) is not in it.
#define OFFLINE_MAGIC "TOFF1\n"
#define OFFLINE_MAX (RECORD_MAX + 256)
// f is a FILING_RECORD without batches (anything else is a broken invariant).
void offline_encode(const struct filing *f, struct buf *out);
// f borrows from `bytes`. ERR_INPUT also when it is not an offline file or holds anything but a record alone.
MUST_USE enum err offline_decode(struct slice bytes, struct filing *f, struct why *why);

#endif
