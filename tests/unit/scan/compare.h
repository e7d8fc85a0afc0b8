// What the scanner finds, held against the reference. For the tests of lib/scan.
#ifndef TOCSIN_TEST_COMPARE_H
#define TOCSIN_TEST_COMPARE_H

#include "indicator/build.h"
#include "reference.h"
#include "scan/scan.h"

#define COMPARE_VALUES 38 // one of everything, and what is close to it: "type value"
extern const char *const compare_values[COMPARE_VALUES];

// The set of the values whose bit is set; the build owns its bytes. NULL without memory.
struct indicator_set *compare_set(struct indicator_build **b, uint64_t wanted);

struct compare_hits {
	struct reference_hit list[REFERENCE_HITS];
	size_t count, base; // base: of the block being scanned, in the text
};

// For scan_new(); the context is the struct compare_hits.
bool compare_keep(void *context, const struct scan_hit *hit);
// The text at once, in memory that ends where it ends.
void compare_scan(struct scan *scan, struct compare_hits *h, struct slice text);
// False, after saying what the one has and the other has not. Sorts what the scanner found.
bool compare_same(const struct indicator_set *set, struct slice text, struct compare_hits *have, const struct reference_hit *want,
                  size_t count, const char *how);

#endif
