// Inside lib/feed: a CVE record's version lists, in a file of their own.
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

bool status_of(struct slice word, enum fact_status *status);
MUST_USE enum err cve_version(struct entries *e, const struct json *version, struct why *why);

#endif
