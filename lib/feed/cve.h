// Inside lib/feed: a CVE record's affected entries (affected.c), version lists (versions.c) and configurations (applicability.c), in
// files of their own.
#ifndef TOCSIN_FEED_CVE_H
#define TOCSIN_FEED_CVE_H

#include "feed/reading.h"

#define CVE_CHANGES_MAX 256u // of one range; the longest in the public list has some forty

// One version list in the making, in the reading's ranges.
struct entries {
	struct reading *r;
	enum version_scheme scheme; // of entries without a type, where the package's collection has an order
	bool lost;                  // an entry was refused or cannot be read as versions: what is left must not say "unaffected"
	bool quiet;                 // refusals were told when the list was read before
	unsigned full;
};

// CPE names, as cpe_pattern() gives them, of which the record has said versions that can be compared.
#define CVE_TOLD_MAX 256u // what comes after is said once more: "affected" outweighs

struct told_names {
	struct slice of[CVE_TOLD_MAX];
	size_t n, before; // those before `before` are the word of somebody who comes first
};
bool cve_is_told(const struct told_names *t, struct slice pattern); // by who comes first
void cve_add_told(struct told_names *t, struct slice pattern);

// One container of a record: the CNA's, then an ADP's.
struct container {
	struct reading *r;
	struct slice id;             // of the record
	const struct json *affected; // the list, for a look at its other entries
	const struct json *cna;      // the CNA's list, where its word comes first; NULL: this is the CNA's, or an indexer's
	struct slice author;         // short name of who says it
	bool indexed;                // of an indexer, which names a distribution's packages as products
	struct told_names *told;
};

// Does the CNA say of that product, by vendor and name, versions that can be compared? Uses the ranges of the reading.
bool cve_tells_product(struct container *c, struct slice vendor, struct slice product);
MUST_USE enum err cve_affected(struct container *c, const struct json *entry, struct why *why); // one entry of the list
MUST_USE enum err cve_applicability(struct container *c, const struct json *container, struct why *why);

bool cve_score(const struct json *container, struct fact_flaw *flaw); // false: the container has none
bool status_of(struct slice word, enum fact_status *status);
MUST_USE enum err cve_version(struct entries *e, const struct json *version, struct why *why);

#endif
