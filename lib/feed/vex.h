// Inside lib/feed: what CSAF, OpenVEX and CycloneDX share: a statement that products, named by package URL, CPE or vendor and name, have
// a status for a flaw.
#ifndef TOCSIN_FEED_VEX_H
#define TOCSIN_FEED_VEX_H

#include "feed/reading.h"

struct vex_product {
	struct slice purl, cpe;      // as given; empty: none
	struct slice vendor, name;   // where there is neither
	struct slice version;        // of vendor and name, or of a CPE or purl that has none
	bool ranged;                 // `version` is a range ("<V3.0", "vers:…")
	struct slice platform;       // what it is a part of: names, for people and to restrict the statement
	struct slice release;        // of these the CPE that may be a distribution's release
};

struct vex_statement {
	struct slice flaw;           // id of the record
	enum fact_status status;
	bool from_here;              // FIXED from this version on
	struct slice justification;
};

// A record of one document about one flaw: "<document>:<flaw>", an alias of the flaw. Two documents that speak of one flaw must not
// replace each other. *id is the record's.
MUST_USE enum err vex_record(struct reading *r, const struct json *at, struct slice document, struct slice flaw, struct fact_flaw *f,
                             struct slice *id, struct why *why);
MUST_USE enum err vex_say(struct reading *r, const struct json *at, const struct vex_product *p, const struct vex_statement *s,
                          struct why *why);

#endif
