// The matcher's log: one checksummed entry per batch, appended durably; the index is rebuilt from it. Page: protocol/matcher.md.
#ifndef TOCSIN_MATCH_LOG_H
#define TOCSIN_MATCH_LOG_H

#include "match/match.h"

#define LOG_TOKENS_MAX 1024 // tokens of one entry: a full batch
#define LOG_TOKEN 33        // bytes: HMAC ‖ flags
#define LOG_HEAD 29         // bytes of an entry's body before its tokens
#define LOG_BODY_MAX (LOG_HEAD + LOG_TOKENS_MAX * LOG_TOKEN)
#define LOG_DERIVED 0x80    // flag; the low bits are the class

struct match_entry {
	uint64_t batch, handle, reporter;
	uint8_t seat;
	uint32_t count;
	const uint8_t (*token)[LOG_TOKEN]; // borrowed
};

// Opens or makes "<directory>/tokens.log", checks that it belongs to this pepper, calls `each` for every entry, cuts a torn last
// entry off. *fd is ready for match_log_append and the caller's to close; *end is behind the last entry.
MUST_USE enum err match_log_open(const char *directory, const uint8_t pepper[static MATCH_PEPPER], int *fd, uint64_t *end,
                                 enum err (*each)(void *context, const struct match_entry *e, struct why *why), void *context,
                                 struct why *why);
// Reads a log without changing it, also beside the process that appends to it: an entry that is not whole yet is not there. pepper
// NULL: whatever pepper it was written under. ERR_ABSENT: there is no log.
MUST_USE enum err match_log_read(const char *directory, const uint8_t *pepper,
                                 enum err (*each)(void *context, const struct match_entry *e, struct why *why), void *context,
                                 struct why *why);
// Copies, durably, the entries of batches up to number `last` to "<to>/tokens.log", which must not exist (ERR_EXISTS): the log as it
// belongs to a store that had given that number last. A log that is not there gives none. *entries: how many.
MUST_USE enum err match_log_copy(const char *directory, const char *to, uint64_t last, uint64_t *entries, struct why *why);
// Appends at *end, durably, and moves it. What an append that failed left behind there is cut off first.
MUST_USE enum err match_log_append(int fd, uint64_t *end, const struct match_entry *e, struct why *why);

#endif
