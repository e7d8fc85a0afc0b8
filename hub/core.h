// The role core: the store, the ledger and its key. It decodes every frame again and decides; one question at a time.
#ifndef TOCSIN_HUB_CORE_H
#define TOCSIN_HUB_CORE_H

#include "follow/follow.h"
#include "hub.h"
#include "metric/metric.h"

// What happened since the start, and how it ended; never to whom or about what.
struct core_counts {
	uint64_t filings[FILING_REPLY + 1][METRIC_CAUSES]; // [0]: not even a filing
	uint64_t uncommitted; // filings counted as accepted whose commit failed
	uint64_t receipts;    // given out, the repeated ones too
	uint64_t asks[HUB_COMPLAIN + 1][METRIC_CAUSES];    // [0]: no such question
	uint64_t documents[METRIC_CAUSES];
	uint64_t requests; // to open, appended to the ledger
	uint64_t batches_taken, batches_refused, bulletins, replies;
};

struct core {
	const struct hub_conf *conf;
	int lock; // of the store's directory; -1: not taken
	struct store *store;
	struct governance *governance;
	uint8_t *ledger_sk, *hub_sk; // secret
	uint8_t *asker_key;          // secret, of the pepper; core_asker()
	struct note_key log_key, witness_keys[SEATS_MAX];
	struct channel *matcher;
	// Cosigning: the note that the seats are asked to cosign, and what each is known to have.
	struct buf note;             // signed; collects cosignatures; empty before the first round
	uint64_t note_time;          // when its first signature was made
	uint64_t note_size;          // of its tree
	uint32_t note_cosigned;      // bit i: seat i+1 has cosigned it
	uint64_t seat_size[SEATS_MAX];
	uint64_t cosigned_size;      // of the newest under t cosignatures
	uint32_t ahead;              // bit i: seat i+1 says that it has cosigned more leaves than there are here
	uint64_t cosigned_time;      // when the t-th of them was made; 0: none yet
	// Ticks.
	uint64_t next_bulletin;      // 0 before the first tick
	uint64_t matcher_rest;       // clock_monotonic_ms() before which the matcher is left alone
	uint32_t day;                // counters of other days are forgotten
	uint64_t accepted, refused;  // filings since the start
	uint64_t fed_at;             // `accepted` when the matcher was last fed
	uint64_t started;            // clock_now()
	struct core_counts count;
	uint32_t lowered_day[SEATS_MAX]; // of `lowered`; 0: not counted yet
	uint64_t lowered[SEATS_MAX];     // aliases of each seat that lower its cap of vouchers
	bool filing;                 // a transaction of filings is open, until filing_settle()
	unsigned waiting;            // filings in it
};

// Keys, charter, store and ledger, as c->conf says; core_close() also after a failure. The matcher's channel is the caller's.
MUST_USE enum err core_open(struct core *c, struct why *why);
void core_close(struct core *c);
extern const struct channel_question core_questions[]; // context: the core

const struct charter *core_charter(const struct core *c);
struct slice core_origin(const struct core *c);

#define ASKER_KEY 32
#define ASKER 32
#define ASKED_DAYS 1u // before today: who asked then may still complain; counters of older days are nobody's business and forgotten
// How the store names who asked (about a record; NULL: about whatever): whoever steals the store has no key to test guesses with.
void core_asker(const struct core *c, const uint8_t card[static CARD_ID], const uint8_t *record, uint8_t name[static ASKER]);

// core_ledger.c
MUST_USE enum err ledger_open(struct core *c, struct slice charter_leaf, struct why *why); // leaf 0, governance from the stored leaves
// Leaves that are appended once, whoever asks again: `what` ("document", "request") and a hash name one. ERR_ABSENT: not appended yet.
MUST_USE enum err ledger_index(struct core *c, const char *what, const uint8_t hash[static 32], uint64_t *index, struct why *why);
// Appends such a leaf inside the caller's transaction.
MUST_USE enum err ledger_append_named(struct core *c, const char *what, const uint8_t hash[static 32], struct slice leaf, uint64_t *index,
                                      struct why *why);
enum err ledger_charter(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_governance(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_cosign.c
MUST_USE enum err ledger_load_cosigned(struct core *c, struct why *why); // what was cosigned before this start
enum err ledger_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_round(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_ask(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_answer(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_size(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_filing.c
enum err filing_accept(void *core, struct slice payload, struct buf *reply, struct why *why);

enum err filing_settle(void *core, struct why *why); // commits what filing_accept() has written since the last time

// core_complaint.c: a card that is false when its record is opened lowers the cap of the seat that vouched (protocol/hub.md, complain)
// This analyst asks to open this record; inside the caller's transaction.
MUST_USE enum err complaint_expect(struct core *c, const uint8_t record[static RECORD_ID], const uint8_t card[static CARD_ID],
                                   uint32_t today, struct why *why);
// Its word that the card inside is false. ERR_DENIED: it has not asked to open the record.
MUST_USE enum err complaint_take(struct core *c, const struct stored_record *r, const uint8_t card[static CARD_ID], uint32_t today,
                                 struct why *why);
// Vouchers that the hub takes from a seat today, and of how many aliases the cap is lowered.
MUST_USE enum err complaint_cap(struct core *c, unsigned seat, uint32_t today, uint64_t *cap, uint64_t *aliases, struct why *why);

// core_ask.c
enum err ask_answer(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_metrics.c
enum err core_metrics(void *core, struct slice payload, struct buf *reply, struct why *why);
void core_watch_quarters(struct core *c, uint64_t now); // says which seats' sealing keys are missing, now or soon

// core_tick.c
void core_tick(void *core);

#endif
