// Failing on purpose: a test makes the n-th system call of a kind fail, so that error paths are run and not only written.
//
// Always compiled and inert: nothing outside a test calls fail_at(), and no environment variable or option reaches it. The
// counters are not synchronised: for single-threaded tests.
#ifndef TOCSIN_SYS_FAIL_H
#define TOCSIN_SYS_FAIL_H

#include <stdbool.h>

enum fail_kind {
	FAIL_OPEN,
	FAIL_READ,
	FAIL_WRITE,
	FAIL_SYNC, // fsync and fdatasync
	FAIL_RENAME,
	FAIL_UNLINK,
	FAIL_MKDIR,
	FAIL_TRUNCATE,
	FAIL_LOCK,
	FAIL_KINDS,
	FAIL_ANY = FAIL_KINDS, // whichever kind comes n-th
};

// The nth call (1 = the next one) of this kind from now fails with `error` as errno; those after it work. 0 disarms the kind.
void fail_at(enum fail_kind kind, unsigned nth, int error);
// Disarms everything and sets the counts to zero.
void fail_clear(void);
// Calls of this kind (FAIL_ANY: of all kinds) since the last fail_clear() or fail_at() on it.
unsigned fail_count(enum fail_kind kind);
// For the wrappers in sys: counts a call; true, with errno set, when it is the one that has to fail.
bool fail_now(enum fail_kind kind);

#endif
