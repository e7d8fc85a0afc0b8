// The matcher's memory: which records share which token ids. The log on disk is the truth; the index is rebuilt from it.
//
// Nothing but HMAC-SHA-256(pepper, id), random 64-bit handles of records and random 64-bit numbers of reporters ever gets here.
// Postings per token, never pairs: a token seen in N records costs N entries. Neighbours are worked out when asked.
// One process, one thread.
#ifndef TOCSIN_MATCH_MATCH_H
#define TOCSIN_MATCH_MATCH_H

#include "base/buf.h"

#define MATCH_PEPPER 32
#define MATCH_TOKEN_ID 32
#define MATCH_NEIGHBOURS_MAX 1000 // most neighbours told of one record, the strongest first
#define MATCH_CLASSES 4

struct match; // opaque

struct match_token {
	uint8_t id[MATCH_TOKEN_ID];
	uint8_t class;   // 0..MATCH_CLASSES-1
	uint8_t derived; // 0 or 1
};

// What two records share.
struct match_neighbour {
	uint64_t handle;
	uint32_t shared[MATCH_CLASSES]; // tokens by class, derived ones not counted
	uint32_t derived;               // derived tokens in common
};

struct match_summary {
	uint32_t tokens;  // of the record
	uint32_t common;  // of them over the cap: they match nothing
	uint32_t neighbours; // in all, also those beyond MATCH_NEIGHBOURS_MAX
	uint32_t reporters_least, reporters_most; // distinct reporters among the record and its neighbours (trust.md: at least the
	                                          // most at any one seat, at most all of them)
};

// Opens the log in a directory and rebuilds the index. A torn last entry (a crash in the middle of a write) is cut off; anything
// else that is wrong is ERR_AUTH with the offset. `cap`: a token seen by more distinct reporters than this is common.
MUST_USE enum err match_open(const char *directory, const uint8_t pepper[static MATCH_PEPPER], uint32_t cap, struct match **m, struct why *why);
void match_close(struct match *m);
// Adds a record's tokens durably: after ERR_OK they survive a power cut. `batch` is the number of the hub's queue: adding the same
// batch again changes nothing. `seat` is where the reporter's alias lives.
MUST_USE enum err match_add(struct match *m, uint64_t batch, uint64_t handle, uint64_t reporter, uint8_t seat,
                            const struct match_token *tokens, size_t count, struct why *why);
// The neighbours of a record: *found ≤ room entries, most shared first. ERR_ABSENT: no tokens under this handle.
MUST_USE enum err match_neighbours(struct match *m, uint64_t handle, struct match_neighbour *list, size_t room, size_t *found,
                                   struct match_summary *summary, struct why *why);
// How a list of tokens compares with what is filed under a handle: missing there, and extra there.
MUST_USE enum err match_compare(struct match *m, uint64_t handle, const struct match_token *tokens, size_t count,
                                uint32_t *missing, uint32_t *extra, struct why *why);
// Tokens, distinct tokens, records, and bytes in memory: for status and benches.
struct match_size {
	uint64_t postings, tokens, records, bytes;
};
struct match_size match_size(const struct match *m);

#endif
