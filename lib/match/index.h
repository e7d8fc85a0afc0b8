// The matcher's index in memory, for match.c and index.c alone: tokens, their postings, and records, found by hash tables.
#ifndef TOCSIN_MATCH_INDEX_H
#define TOCSIN_MATCH_INDEX_H

#include "match/log.h"

// In memory, 32-bit numbers throughout: tokens, postings and records each up to NONE. A token costs 16 bytes, a posting 12, a
// table slot 4 at a load of at most one half.
#define NONE UINT32_MAX
#define KEY 11 // bytes of the HMAC that are kept: two of 2^32 tokens are taken for one with a chance below 2^-24
#define COMMON 0x80

struct token_entry {
	uint8_t key[KEY];
	uint8_t flags; // class, and COMMON once it has been seen to be over the cap
	uint32_t postings; // newest first
};
struct posting {
	uint32_t record : 31;
	uint32_t derived : 1;
	uint32_t next; // of the same token
	uint32_t token;
};
struct segment { // the postings of one batch stand together
	uint32_t first, count, next;
};
struct record_entry {
	uint64_t handle, reporter;
	uint32_t segments;
	uint32_t mark; // place in the list that match_neighbours is making, when stamp is current
	uint32_t stamp;
	uint8_t seat;
};

// A growing array of fixed-size things.
struct array {
	void *p;
	uint32_t n, room;
};
// Open addressing over numbers of things that know their own key.
struct table {
	uint32_t *slot;
	uint32_t mask, used;
};

struct match {
	uint8_t *pepper; // secret
	uint32_t cap;
	int log;
	uint64_t end; // of the log
	uint32_t stamp;
	struct array tokens, postings, segments, records, batches;
	struct table by_token, by_handle, by_batch;
};

#define AT(array, type, i) (&((type *)(array).p)[i])

void *index_array_add(struct array *a, size_t size); // one more, not initialised; NULL: no memory
// Their numbers, NONE when they are not there.
uint32_t index_token(const struct match *m, const uint8_t key[static KEY]);
uint32_t index_record(const struct match *m, uint64_t handle);
bool index_batch_known(const struct match *m, uint64_t batch);
bool index_record_has(const struct match *m, uint32_t record, uint32_t token);
// An entry of the log; a batch that is known changes nothing. ERR_SYSTEM: no memory, and the index no longer follows the log.
MUST_USE enum err index_add(void *match, const struct match_entry *e, struct why *why);

#endif
