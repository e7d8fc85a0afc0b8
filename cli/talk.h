// Conversations: a reporter and the analysts who opened its record, by single-use tags (filing/reply.h). What a home keeps beside
// the record (kept.h, opened.h):
//
//   next          the number of the next message from here: durable before the message is sealed, so that no tag is used twice
//   out-N         the encoded filing of message N: the identical bytes are sent again until there is a receipt
//   out-N.text    JSON: what it says
//   out-N.receipt the hub's promise
//   in-N          JSON: message N that was received, opened and verified
//   answer-to     the sealing key that the newest of these asked to be answered to
#ifndef TOCSIN_CLI_TALK_H
#define TOCSIN_CLI_TALK_H

#include "cli.h"
#include "filing/reply.h"
#include "report/report.h"

struct talk {
	uint8_t id[RECORD_ID];
	char folder[FILE_PATH_MAX];
	char title[EXTRACT_TITLE_MAX + 1]; // "" when it is not known
	enum reply_direction incoming;
	uint8_t secret[32];                // the record's reply secret: wipe it
};
// The conversation about a record that was filed or opened here. ERR_ABSENT: neither.
MUST_USE enum err talk_open(struct cli *c, const uint8_t id[static RECORD_ID], struct talk *t);
// All of them; the caller wipes and frees with talk_free.
MUST_USE enum err talk_all(struct cli *c, struct talk **list, size_t *count);
void talk_free(struct talk *list, size_t count);

struct message {
	uint32_t number;
	uint8_t from[CARD_ID];
	uint8_t answer_to[HPKE_PUBLIC];
	uint64_t time;   // of the bulletin
	struct buf text;
};
// Keeps a verified message. ERR_EXISTS: it is there.
MUST_USE enum err talk_receive(struct cli *c, const struct talk *t, const struct message *m);
// Calls `each` for every message received, by number.
MUST_USE enum err talk_received(struct cli *c, const struct talk *t,
                                enum err (*each)(struct cli *c, const struct talk *t, const struct message *m, void *context),
                                void *context);

// Seals under the next number and sends; when its tag is taken, under the one after it. ERR_ABSENT: nobody to answer to yet.
MUST_USE enum err talk_send(struct cli *c, const struct talk *t, struct slice text, uint32_t *number, unsigned *seat);
// Sends again what has no receipt yet; *sent counts.
MUST_USE enum err talk_resend(struct cli *c, const struct talk *t, unsigned *sent);

#endif
