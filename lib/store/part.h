// Part of a transaction: what one question of several that share a commit has written, and only that, can be undone.
#ifndef TOCSIN_STORE_PART_H
#define TOCSIN_STORE_PART_H

#include "store/store.h"

struct store_part {
	struct tree_frontier before;
};
// Between store_begin() and store_commit(); parts do not nest.
MUST_USE enum err store_part_begin(struct store *s, struct store_part *p, struct why *why);
// Ends it; without `keep` everything since its beginning is undone, the frontier too. After ERR_SYSTEM, from here or from an operation
// inside it, nothing of the whole transaction can be kept: store_commit() says so.
MUST_USE enum err store_part_end(struct store *s, const struct store_part *p, bool keep, struct why *why);

#endif
