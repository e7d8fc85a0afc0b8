// Inside lib/feed: a CVE record's affected entries (affected.c, by product: product.c), version lists (versions.c) and configurations
// (applicability.c), in files of their own.
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

// What one record may come to, whoever's entries multiply whose. What comes after is left out, and told.
#define CVE_STATEMENTS_MAX 32768u  // facts about products
#define CVE_STATED_MAX (64u << 20) // bytes of the names and versions in them, and CVE_ENTRY_BYTES for each version entry
#define CVE_ENTRY_BYTES 16u

// An entry of a list of affected ones, with what it says of versions.
struct cve_product {
	struct slice vendor, name; // folded
	size_t place;              // in the list
	enum fact_status otherwise;
	const struct fact_range *ranges;
	size_t ranges_n;
	bool bounded;  // versions up to an end
	bool loose;    // it and those of its product behind it: nothing but singles without an order
	size_t behind; // how many of its product come behind it
};

// Of a list, by vendor and name, each product's in the order of the list; made when first asked.
struct cve_products {
	struct cve_product *of;
	size_t n;
	bool made;
};

// What the containers of one record have in common.
struct told_names {
	struct slice of[CVE_TOLD_MAX];
	size_t n, before; // those before `before` are the word of somebody who comes first
	size_t statements, stated;
	struct cve_products versions; // of the CNA's list (an indexer's: the container's own), those that can be compared
	struct cve_products not_git;  // of the container's own list, those that are no commits: their names alone
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

// Counts a statement against what the record may come to. False: that was too much, say_full() tells it.
MUST_USE bool cve_count(struct container *c, size_t bytes);
MUST_USE enum err cve_say(struct container *c, const struct json *at, const struct fact_affected *a, struct why *why);

// What an entry of a list says of versions, into the ranges of the reading.
MUST_USE enum err cve_versions(struct container *c, const struct json *entry, struct entries *e, enum fact_status *otherwise,
                               struct why *why);
// Of what has been read into the ranges: can a version be held against it; has any range an order; has any an end (a CPE's own version
// and update are then one of those, or the last).
bool cve_is_computable(const struct reading *r, const struct entries *e, enum fact_status otherwise);
bool cve_has_order(const struct reading *r);
bool cve_is_bounded(const struct reading *r);
// The first of the CNA's entries (an indexer's: of the container's own) that says of that product, by vendor and name, versions that can be
// compared; NULL: none. Uses the ranges of the reading.
const struct cve_product *cve_product(struct container *c, struct slice vendor, struct slice product);
// Is this an entry of commits, and another of the container's list about the same product is not?
bool cve_is_told_by_versions(struct container *c, const struct json *entry, struct slice vendor, struct slice product);
MUST_USE enum err cve_affected(struct container *c, const struct json *entry, struct why *why); // one entry of the list
MUST_USE enum err cve_applicability(struct container *c, const struct json *container, struct why *why);

bool cve_score(const struct json *container, struct fact_flaw *flaw); // false: the container has none
bool status_of(struct slice word, enum fact_status *status);
MUST_USE enum err cve_version(struct entries *e, const struct json *version, struct why *why);

#endif
