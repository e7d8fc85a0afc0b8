// What hub and keeper remember, as operations of the domain. One header; SQLite behind it (PostgreSQL can stand there too).
//
// A store belongs to one process and one thread. Writes happen between store_begin() and store_commit(): after commit's ERR_OK
// they survive a power cut, and several questions may share one commit (group commit). ERR_EXISTS, ERR_DENIED, ERR_ABSENT and
// ERR_LIMIT from an operation have changed nothing and the transaction goes on; after ERR_SYSTEM it can only be rolled back, and
// store_commit() does so by itself. Writing outside a transaction, and a hub's operation on a keeper's store, are broken
// invariants. Slices given out are borrowed until the next call on the same store; those handed to a callback until it returns.
// A callback may ask other questions of the store, not the one it is called from.
#ifndef TOCSIN_STORE_STORE_H
#define TOCSIN_STORE_STORE_H

#include "filing/receipt.h"
#include "filing/reply.h"
#include "filing/voucher.h"
#include "ledger/tree.h"

#define STORE_SCHEMA 1 // a store of a newer schema is refused, an older one is upgraded on opening

struct store;
enum store_of { STORE_HUB = 1, STORE_KEEPER = 2, STORE_MEMBER = 3 }; // a member follows the ledger as a keeper does

// Opens (makes, when absent, with mode 0600) the store in a directory that exists and whose lock the caller holds. ERR_INPUT: made
// by a newer version, or of the other kind. A child of fork() must not use its parent's store.
MUST_USE enum err store_open(const char *directory, enum store_of kind, struct store **s, struct why *why);
void store_close(struct store *s); // an open transaction is rolled back
// The same store for reading, as it is at this one moment, beside the process that owns it or without one; no lock is needed. Every
// question is answered from that moment, whatever is written meanwhile; to write is a broken invariant. Nothing is upgraded:
// ERR_INPUT also for an older schema. ERR_ABSENT: there is none.
MUST_USE enum err store_open_snapshot(const char *directory, enum store_of kind, struct store **s, struct why *why);
// Writes a copy, durable when ERR_OK is returned, into a directory that has no store yet (ERR_EXISTS). Of a snapshot: its moment.
MUST_USE enum err store_backup(struct store *s, const char *directory, struct why *why);
// Whether what lies on disk is whole: pages, indices, references. Reads all of it. ERR_SYSTEM says what is damaged.
MUST_USE enum err store_verify(struct store *s, struct why *why);
MUST_USE enum err store_begin(struct store *s, struct why *why);
// When it fails nothing of the transaction is kept, and it is over.
MUST_USE enum err store_commit(struct store *s, struct why *why);
void store_rollback(struct store *s); // without a transaction (a commit that failed has ended it) nothing happens

// --- The ledger: leaves, nodes, frontier. The hub keeps every leaf; a keeper only documents (and the frontier over all). ------

// Appends a leaf and the nodes it completes; *index is its number.
MUST_USE enum err store_leaf_add(struct store *s, struct slice leaf, uint64_t *index, struct why *why);
MUST_USE enum err store_leaf_get(struct store *s, uint64_t index, struct slice *leaf, struct why *why);
// Calls `each` for leaves from..to-1 in order (those that are here), until it fails.
MUST_USE enum err store_leaf_each(struct store *s, uint64_t from, uint64_t to,
                                  enum err (*each)(void *context, uint64_t index, struct slice leaf, struct why *why), void *context,
                                  struct why *why);
// The frontier over all leaves so far (kept in memory, valid until the next append or rollback).
const struct tree_frontier *store_frontier(const struct store *s);
// A tree_read callback on a hub: context is the store.
enum err store_node_read(void *store, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH]);
// A keeper's way of appending: the leaf's hash always, its bytes only when it is a document.
MUST_USE enum err store_leaf_follow(struct store *s, struct slice leaf, uint64_t *index, struct why *why);

// Small named values: "checkpoint", "cosigned", "witnessed", … ERR_ABSENT when never written. "store/…"
// is the store's own.
#define STORE_NAME_MAX 64
#define STORE_VALUE_MAX (1u << 20)
MUST_USE enum err store_value_put(struct store *s, const char *name, struct slice value, struct why *why);
MUST_USE enum err store_value_get(struct store *s, const char *name, struct slice *value, struct why *why);
MUST_USE enum err store_value_remove(struct store *s, const char *name, struct why *why);

// --- Hub: records -------------------------------------------------------------------------------------------------------------

struct stored_record {
	uint64_t sequence;            // 1, 2, …; given by the store
	uint8_t id[RECORD_ID];
	uint8_t filing[32];
	uint64_t time;
	uint8_t seat;                 // that vouched
	uint8_t alias[ALIAS];
	uint64_t handle;              // random; all that the matcher knows of it
	uint64_t leaf;
	struct header header;         // decoded from the envelope's hdr0
	uint64_t size;                // bytes of the envelope; given by the store
};

// A new record with its envelope, its sealed batches (queued for the matcher) and its receipt. ERR_EXISTS: the id (or the handle)
// is taken by another filing, or this filing has its receipt already: ask store_receipt_get() first.
MUST_USE enum err store_record_add(struct store *s, const struct stored_record *r, struct slice envelope, const struct slice *batches,
                                   unsigned count, const uint8_t receipt[static RECEIPT_BYTES], struct why *why);
// The receipt of a filing that was accepted before (a record, tokens, or a reply). ERR_ABSENT otherwise.
MUST_USE enum err store_receipt_get(struct store *s, const uint8_t filing[static 32], uint8_t receipt[static RECEIPT_BYTES], struct why *why);
// Tokens that follow a record, with their receipt. ERR_ABSENT: no such record. ERR_EXISTS: this filing has its receipt already.
MUST_USE enum err store_tokens_add(struct store *s, const uint8_t record[static RECORD_ID], const uint8_t filing[static 32],
                                   const struct slice *batches, unsigned count, const uint8_t receipt[static RECEIPT_BYTES], struct why *why);
MUST_USE enum err store_record_get(struct store *s, const uint8_t id[static RECORD_ID], struct stored_record *r, struct why *why);
MUST_USE enum err store_record_by_handle(struct store *s, uint64_t handle, struct stored_record *r, struct why *why);
MUST_USE enum err store_envelope_get(struct store *s, const uint8_t id[static RECORD_ID], struct slice *envelope, struct why *why);
// Records whose audience has `team` (0: any), with sequence > after, in order, at most `limit`.
MUST_USE enum err store_record_each(struct store *s, uint16_t team, uint64_t after, unsigned limit,
                                    enum err (*each)(void *context, const struct stored_record *r, struct why *why), void *context,
                                    struct why *why);
MUST_USE enum err store_record_count(struct store *s, uint64_t *count, struct why *why);
// The 64-bit number by which the matcher knows the reporter (seat, alias): drawn at the first call, then the same. The first
// call writes; store_record_add makes it for its own record.
MUST_USE enum err store_reporter(struct store *s, uint8_t seat, const uint8_t alias[static ALIAS], uint64_t *reporter, struct why *why);

// Batches that the matcher has not confirmed yet, oldest first: the first with a number > after. ERR_ABSENT: none.
struct queued_batch {
	uint64_t number;              // 1, 2, …; never used again, also after store_batch_done
	uint64_t handle;              // of its record
	uint64_t reporter;
	uint8_t record[RECORD_ID];
	uint8_t batch_key[SIGN_PUBLIC];
	struct slice sealed;
};
MUST_USE enum err store_batch_next(struct store *s, uint64_t after, struct queued_batch *b, struct why *why);
MUST_USE enum err store_batch_done(struct store *s, uint64_t number, struct why *why);
MUST_USE enum err store_batch_count(struct store *s, uint64_t *count, struct why *why); // that wait
MUST_USE enum err store_batch_last(struct store *s, uint64_t *number, struct why *why); // the last number that was given; 0: none yet

// --- Counters with a day: vouchers per seat at the hub; tokens, filings, releases at a keeper -----------------------------------

// Adds `amount` to the counter (scope, key, day) unless the sum would pass `limit` (ERR_DENIED with "N of LIMIT used today"). *total
// is the sum after (or, when refused, before). limit ≤ INT64_MAX; scope is a name of at most STORE_NAME_MAX bytes.
#define STORE_KEY_MAX 64
MUST_USE enum err store_count_add(struct store *s, const char *scope, struct slice key, uint32_t day, uint64_t amount, uint64_t limit,
                                  uint64_t *total, struct why *why);
MUST_USE enum err store_count_get(struct store *s, const char *scope, struct slice key, uint32_t day, uint64_t *total, struct why *why);
// The counter's sum over the days from..to, both included.
MUST_USE enum err store_count_sum(struct store *s, const char *scope, struct slice key, uint32_t from, uint32_t to, uint64_t *total,
                                  struct why *why);
// Things done once: ERR_EXISTS when (scope, key) was marked before, on whatever day. Marks and counters of days before `day` are forgotten by
// store_forget.
MUST_USE enum err store_mark(struct store *s, const char *scope, struct slice key, uint32_t day, struct why *why);
MUST_USE enum err store_forget(struct store *s, uint32_t day, struct why *why);

// --- Hub: replies and bulletins ----------------------------------------------------------------------------------------------------

// A reply waits for the next bulletin, together with its filing's receipt. ERR_EXISTS: its tag was used before, also in an earlier
// bulletin, or this filing has its receipt already.
MUST_USE enum err store_reply_add(struct store *s, const uint8_t blob[static REPLY_BYTES], const uint8_t filing[static 32],
                                  const uint8_t receipt[static RECEIPT_BYTES], struct why *why);
// Makes a bulletin of all waiting replies (in random order; beyond BULLETIN_REPLIES_MAX some wait for the next). *number is its number
// (1, 2, …), *count its replies; ERR_ABSENT: none waits.
MUST_USE enum err store_bulletin_make(struct store *s, uint64_t time, uint64_t *number, unsigned *count, struct why *why);
// An encoded bulletin (filing/reply.h). ERR_ABSENT: no such number. *newest is the number of the last one (0: none yet).
MUST_USE enum err store_bulletin_get(struct store *s, uint64_t number, struct slice *bulletin, struct why *why);
MUST_USE enum err store_bulletin_newest(struct store *s, uint64_t *newest, struct why *why);

// --- Keeper: cards -------------------------------------------------------------------------------------------------------------------

MUST_USE enum err store_card_put(struct store *s, const uint8_t id[static CARD_ID], struct slice card, struct slice credential, struct why *why);
MUST_USE enum err store_card_get(struct store *s, const uint8_t id[static CARD_ID], struct slice *card, struct slice *credential, struct why *why);
MUST_USE enum err store_card_each(struct store *s, enum err (*each)(void *context, struct slice card, struct slice credential, struct why *why),
                                  void *context, struct why *why);
// Standing documents that came directly, to be held again after a restart, in the order of their coming; the same one is kept once.
MUST_USE enum err store_held_add(struct store *s, struct slice leaf, struct why *why);
MUST_USE enum err store_held_each(struct store *s, enum err (*each)(void *context, struct slice leaf, struct why *why), void *context,
                                  struct why *why);

#endif
