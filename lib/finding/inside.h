// Inside lib/finding: one machine's state, and what a package's rows come to.
#ifndef TOCSIN_FINDING_INSIDE_H
#define TOCSIN_FINDING_INSIDE_H

#include "finding/finding.h"

// One flaw of one item, after all that is said of it was weighed. Its slices live in the knowledge.
struct hit {
	enum finding_kind kind; // FLAW, SILENCED, UNCOMPUTED
	enum confidence confidence;
	bool investigated;           // UNCOMPUTED because its author does not know yet
	bool silences;               // a VEX statement about this version: "not affected"
	struct knowledge_row row;    // whose word decided
	struct slice fixed;
};

struct hits {
	struct hit *of;
	size_t n, room;
};

// Everything in an item that decides its hits.
struct subject {
	struct slice ecosystem, name, version, source, source_version, vendor, cpe, arch; // arch: not of what is distributed
	bool distributed;
	bool alone; // it has nothing but its name: no vendor, no identifier
};

// What the knowledge says of a subject, a hit a flaw, in the order of the flaws.
MUST_USE enum err weigh(const struct knowledge *k, const struct subject *s, struct hits *hits, struct why *why);
// The version that a row is held against.
struct slice subject_version(const struct subject *s, const struct knowledge_row *row);

// Hits of subjects seen before, in bounded memory: full, it forgets all.
struct cache;
struct cache *cache_new(bool off); // off: keeps nothing
void cache_free(struct cache *c);
// The hits of s, weighed now or before; valid until the next call.
MUST_USE enum err cache_hits(struct cache *c, const struct knowledge *k, const struct subject *s, const struct hits **hits, struct why *why);

// The list of bans, its names folded once for all items.
struct findings;
struct ban {
	struct fact_banned row;
	struct buf vendor, product;
};
MUST_USE enum err bans_fold(struct findings *f, struct why *why);
void bans_free(struct findings *f);

struct findings {
	const struct knowledge *k;
	struct ban *bans;
	size_t bans_n;
	struct finding_options options;
	finding_sink *sink;
	void *context;
	struct cache *cache;
	struct buf text; // the machine's strings
	struct machine machine;
	struct findings_count count;
};

// A finding with what the machine and the item say filled in.
struct finding finding_start(const struct findings *f, enum finding_kind kind, enum confidence confidence, const struct item *i);
MUST_USE enum err finding_tell(struct findings *f, const struct finding *found, struct why *why);

MUST_USE enum err support_of_system(struct findings *f, struct why *why);
MUST_USE enum err support_of_item(struct findings *f, const struct item *i, struct why *why);
// The cycle that the item's names tell of: ALIAS where they are those of the product and nothing else, DOUBTFUL where more is said than
// is understood, one thing twice and differently, or of another maker. False: none.
bool cycle_by_name(const struct findings *f, const struct item *i, uint32_t *product, struct fact_cycle *cycle, enum confidence *confidence);
MUST_USE enum err bans_of_item(struct findings *f, const struct item *i, struct why *why);
MUST_USE enum err caretaker_of(struct findings *f, const struct item *i, struct slice caretaker, struct why *why);

// Is it a package of a distribution, whose word is the only one that counts? Also of one that OSV has no word for: nothing is said then.
bool is_distributed(const struct item *i);
// Has it nothing but a name to be known by? A library's bare name is nobody's in particular: it does not count.
bool is_alone(const struct item *i);

#endif
