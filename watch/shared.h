// The set that is in force, swapped while others scan with the one before: whoever scans holds what it began with.
#ifndef TOCSIN_WATCH_SHARED_H
#define TOCSIN_WATCH_SHARED_H

#include "indicator/indicator.h"

struct shared; // of the program
struct held_set {
	struct indicator_set *set;
	unsigned holders; // private
};

// Opens the first set.
MUST_USE enum err shared_new(const char *path, struct shared **s, struct why *why);
void shared_free(struct shared *s); // nobody holds one any more
// Opens the file anew. On failure the old set stays in force.
MUST_USE enum err shared_reload(struct shared *s, struct why *why);
struct held_set *shared_take(struct shared *s);
void shared_drop(struct shared *s, struct held_set *h); // NULL allowed
bool shared_is_current(struct shared *s, const struct held_set *h);

#endif
