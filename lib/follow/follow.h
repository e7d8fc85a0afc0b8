// Following the ledger: a checkpoint under t cosignatures, every leaf up to it, and the governance that they add up to. Clients and
// keepers do it alike, so that the hub can withhold, change or reorder nothing without being noticed.
//
//     follow_start (a note) → follow_entries (answers of the hub's "entries", until follow_wanted is 0) → follow_finish
//
// Nothing is believed before follow_finish() has found the checkpoint's root; on any failure all of it is undone.
#ifndef TOCSIN_FOLLOW_FOLLOW_H
#define TOCSIN_FOLLOW_FOLLOW_H

#include "ledger/checkpoint.h"
#include "store/store.h"

struct follow;

// The follower's store holds documents and frontier (store_leaf_follow). `charter` is the pinned first charter (leaf 0): it and the
// stored documents are applied. The store stays the caller's and must outlive it.
MUST_USE enum err follow_open(struct store *s, struct slice charter, struct follow **f, struct why *why);
void follow_close(struct follow *f); // NULL is allowed
struct governance *follow_governance(struct follow *f);

// The newest checkpoint that was followed to its end; size 0 when there is none. time: the newest moment at which t seats had
// cosigned it (the t-th newest of their times). note: its signed note (borrowed until the next call).
struct followed {
	struct checkpoint checkpoint;
	uint64_t time;
	struct slice note;
};
MUST_USE enum err follow_newest(struct follow *f, struct followed *newest, struct why *why);

// The rule of trust.md: whoever acts holds every governance record up to a checkpoint younger than this.
#define FOLLOW_AGE_MAX 600 // seconds

// Checks a note: the log's signature, at least t cosignatures, not smaller than the newest, the same root when of the same size
// (ERR_AUTH: a second history). Opens the store's transaction.
MUST_USE enum err follow_start(struct follow *f, struct slice note, struct why *why);
// How many leaves are wanted next, and from which index; 0: follow_finish.
uint64_t follow_wanted(const struct follow *f, uint64_t *from);
// An answer of the hub's "entries" that begins at the wanted index.
MUST_USE enum err follow_entries(struct follow *f, struct slice answer, struct why *why);
// Compares the root, applies the documents, commits. Documents that break a rule are left out and counted in *refused (a hub that
// appended them is broken or lies); `why` then tells of the last one.
MUST_USE enum err follow_finish(struct follow *f, unsigned *refused, struct why *why);
void follow_abandon(struct follow *f); // undoes a follow_start

// How a charter's keys are named in notes: the log's key, and the seats' witness keys in order.
MUST_USE enum err follow_keys(const struct charter *c, struct note_key *log, struct note_key witnesses[static SEATS_MAX], struct why *why);
// Verifies a note against a charter: ERR_AUTH also when fewer than t seats have cosigned it. *time as in struct followed.
MUST_USE enum err follow_verify(const struct charter *c, struct slice note, struct checkpoint *checkpoint, uint64_t *time, struct why *why);

#endif
