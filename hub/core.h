// The role core: the store, the ledger and its key. It decodes every frame again and decides; one question at a time.
#ifndef TOCSIN_HUB_CORE_H
#define TOCSIN_HUB_CORE_H

#include "follow/follow.h"
#include "hub.h"

struct core {
	const struct hub_conf *conf;
	struct store *store;
	struct governance *governance;
	uint8_t *ledger_sk, *hub_sk; // secret
	struct note_key log_key, witness_keys[SEATS_MAX];
	struct channel *matcher;
	// Cosigning: the note that the seats are asked to cosign, and what each is known to have.
	struct buf note;             // signed; collects cosignatures
	uint64_t note_time;          // when its first signature was made
	uint64_t seat_size[SEATS_MAX];
	uint64_t cosigned_size;      // of the newest under t cosignatures
	// Ticks.
	uint64_t next_bulletin;
	uint32_t day;                // counters of other days are forgotten
	uint64_t accepted, refused;  // filings since the start
};

const struct charter *core_charter(const struct core *c);
struct slice core_origin(const struct core *c);

// core_ledger.c
MUST_USE enum err ledger_open(struct core *c, struct slice charter_leaf, struct why *why); // leaf 0, governance from the stored leaves
// Appends inside the caller's transaction.
MUST_USE enum err ledger_append(struct core *c, struct slice leaf, uint64_t *index, struct why *why);
enum err ledger_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_charter(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_governance(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_round(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_ask(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_answer(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err ledger_witness_size(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_filing.c
enum err filing_accept(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_ask.c
enum err ask_answer(void *core, struct slice payload, struct buf *reply, struct why *why);

// core_tick.c
void core_tick(void *core);

#endif
