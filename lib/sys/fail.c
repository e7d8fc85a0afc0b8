#include "sys/fail.h"

#include <errno.h>

static unsigned counts[FAIL_KINDS + 1], marks[FAIL_KINDS + 1];
static int errors[FAIL_KINDS + 1];

void fail_at(enum fail_kind kind, unsigned nth, int error)
{
	counts[kind] = 0;
	marks[kind] = nth;
	errors[kind] = error;
}

void fail_clear(void)
{
	for (unsigned kind = 0; kind <= FAIL_KINDS; kind++)
		fail_at(kind, 0, 0);
}

unsigned fail_count(enum fail_kind kind)
{
	return counts[kind];
}

// Atomic only so that the threads of a daemon may pass here; fail_at() itself is for tests with one thread.
static bool hit(enum fail_kind kind)
{
	unsigned n = __atomic_add_fetch(&counts[kind], 1, __ATOMIC_RELAXED);
	if (marks[kind] == 0 || n != marks[kind])
		return false;
	errno = errors[kind];
	return true;
}

bool fail_now(enum fail_kind kind)
{
	bool any = hit(FAIL_ANY);
	return hit(kind) || any;
}
