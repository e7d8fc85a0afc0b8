// Work on what others wrote, done by a process of its own that holds no key and can open nothing but what it is given.
#ifndef TOCSIN_INSPECT_APART_H
#define TOCSIN_INSPECT_APART_H

#include "base/buf.h"

typedef enum err apart_does(const void *ask, struct buf *out, struct why *why);

// Runs `does` so; the bytes it made into out (at most max), or its refusal. `reads` ends with NULL.
MUST_USE enum err apart(apart_does *does, const void *ask, const char *const *reads, size_t max, struct buf *out,
                        struct why *why);

// What the end of such a process comes to. It may have been taken over by what it read: a status that is no error of the list,
// and an end by a signal, are ERR_SYSTEM. `what`: what it read.
MUST_USE enum err apart_ended(int status, const char *what, struct slice said, struct why *why);

#endif
