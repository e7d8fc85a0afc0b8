// Inside of the role core: the rules. For core*.c only. One thread; every question is answered before the next is read.
#ifndef TOCSIN_KEEPER_CORE_H
#define TOCSIN_KEEPER_CORE_H

#include "follow/follow.h"
#include "keeper.h"
#include "ledger/witness.h"
#include "metric/metric.h"
#include "store/store.h"

#define FUTURE_SECONDS 300 // that the clocks of others may run ahead of ours
#define ALARM_PERCENT 80   // of a member's daily quota
#define OVER_QUOTA_MS 60000 // at least between two log lines of asks over a quota
#define PENDING_MAX (1u << 30) // bytes of leaves collected for one checkpoint; they are applied only as a whole
#define DAY 86400

// The largest tree that this keeper has cosigned, and when last.
struct witnessed {
	struct witness_state state;
	uint64_t time;
};

// A checkpoint under t cosignatures that has not been applied yet, and the hub's leaves up to it as far as they are here.
struct pending {
	uint64_t end, next;       // its size (0: none), and the next leaf wanted
	struct buf note, answers; // answers: the hub's, vec32 each
};

// What happened since the start, and how it ended; never to whom or about what.
enum counted {
	COUNT_FILE, COUNT_EVALUATE, COUNT_CARD, COUNT_CARDS, COUNT_CARD_PUT, COUNT_CREDENTIAL, COUNT_RELEASE, COUNT_GOVERNANCE, COUNT_CEREMONY,
	COUNT_WITNESS, COUNTED
};
enum alarm { ALARM_QUOTA, ALARM_SUSPENDED, ALARM_INCONSISTENT, ALARM_FORKED, ALARM_FALSE_LEAVES, ALARMS };
struct core_counts {
	uint64_t asked[COUNTED][METRIC_CAUSES];
	uint64_t elements[TOKEN_CLASSES]; // evaluated
	uint64_t alarms[ALARMS], cosignatures;
};

struct core {
	const struct keeper_conf *conf;
	struct store *store;
	struct follow *follow;
	struct governance *g;           // follow's
	uint64_t applied;               // leaves that g has seen
	struct channel *keys;
	uint8_t identity[SIGN_PUBLIC];  // of this keeper: what finds its seat in a later charter
	uint8_t seat;                   // 0: the charter in force has none for this keeper
	enum mode mode;
	char reason[WHY_MAX];           // of a suspension
	struct witnessed witnessed;
	bool marked;                    // the store knows that this keeper cosigns
	struct note_key log, witnesses[SEATS_MAX];
	struct buf newest;              // the note of the newest applied checkpoint; empty: none
	uint64_t newest_time;           // when the t-th seat last cosigned it
	struct pending pending;
	uint64_t next_forget;
	uint64_t started;               // clock_now()
	uint32_t watched;               // day of the last look at the sealing keys
	uint16_t over[TOKEN_CLASSES];   // epoch whose ceremony keys knows to be over; 0: none
	struct core_counts count;
	uint64_t over_quota_said;       // clock_monotonic_ms of the last such line; 0: never
};

// Opens the store and brings the state to where it was left; conf, identity and keys are set. core_close() also after a failure.
MUST_USE enum err core_open(struct core *c, struct slice charter, const char *store, struct why *why);
void core_close(struct core *c);
const struct charter *core_charter(const struct core *c);
struct slice core_origin(const struct core *c);
// ERR_AWAY unless this keeper may answer at all (not starting, not suspended, with a seat).
MUST_USE enum err core_awake(const struct core *c, struct why *why);
// The same, and its view of the governance records is fresh: what evaluating, vouching and releasing need.
MUST_USE enum err core_may_act(const struct core *c, struct why *why);
MUST_USE enum err core_ask_keys(struct core *c, enum keys_kind kind, const struct buf *frame, struct buf *reply, struct why *why);
// Commits after ERR_OK, rolls back after anything else; the result of all.
MUST_USE enum err core_end(struct core *c, enum err e, struct why *why);
uint32_t core_today(void);
// Takes seat and keys from the charter in force; at the start and whenever that may have changed.
MUST_USE enum err core_adopt_charter(struct core *c, struct why *why);

// core_witness.c: in the open transaction, what a store that lost its memory would lack.
MUST_USE enum err core_mark(struct core *c, struct why *why);

// core_metrics.c
enum err core_metrics(void *core, struct slice payload, struct buf *reply, struct why *why);
void core_tick(void *core); // every minute: forgets what is over, with a clock that others confirm
void core_watch_quarter(struct core *c); // once a day: says when this seat's sealing key is missing, now or soon
const char *core_mode(const struct core *c); // "starting", "active", "suspended", or "stale"

// core_ask.c: file, evaluate, cards
enum err core_file(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_evaluate(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_card(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_cards(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_card_put(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_credential(void *core, struct slice payload, struct buf *reply, struct why *why);
// core_release.c
enum err core_release(void *core, struct slice payload, struct buf *reply, struct why *why);
// core_governance.c: standings, resuming, ceremonies
enum err core_governance(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_ceremony(void *core, struct slice payload, struct buf *reply, struct why *why);
MUST_USE enum err core_held_load(struct core *c, struct why *why);
// Keys forgets what ceremonies left: those whose keys are in the ledger, and those whose order has become too old to go on with.
void core_end_ceremonies(struct core *c);
MUST_USE enum err core_lapse_ceremonies(struct core *c, struct why *why);
// core_witness.c: cosigning, and the look round for cosignatures that were forgotten
MUST_USE enum err core_witness_load(struct core *c, struct why *why);
enum err core_witness(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_seen(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_started(void *core, struct slice payload, struct buf *reply, struct why *why);
// core_follow.c: the ledger
void core_take_newest(struct core *c); // from the store, at the start and after following
enum err core_new_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_entries_ask(void *core, struct slice payload, struct buf *reply, struct why *why);
enum err core_leaves(void *core, struct slice payload, struct buf *reply, struct why *why);

#endif
