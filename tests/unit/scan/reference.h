// The meaning of protocol/indicator-set.md said once more, slowly and without cleverness: every line is decoded as a whole, cut
// into words, and every word is held against every indicator. For tests only.
#ifndef TOCSIN_TEST_REFERENCE_H
#define TOCSIN_TEST_REFERENCE_H

#include "indicator/indicator.h"

struct reference_hit {
	uint32_t indicator;
	size_t end; // of what was met, in the text; of a URL its beginning, which is what all its possible ends have in common
};

#define REFERENCE_HITS 4096

// By place, for qsort().
int reference_order(const void *a, const void *b);
// All hits in a text of several lines, each indicator and end once, sorted.
size_t reference_scan(const struct indicator_set *set, struct slice text, struct reference_hit hits[static REFERENCE_HITS]);

#endif
