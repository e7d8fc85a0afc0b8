// Inside lib/feed: OSV's words for the packages that a feed names otherwise. Empty: cannot be told exactly.
#ifndef TOCSIN_FEED_ECOSYSTEM_H
#define TOCSIN_FEED_ECOSYSTEM_H

#include "feed/reading.h"

// distribution: "debian", "canonical".
struct slice ecosystem_of_codename(struct reading *r, struct slice distribution, struct slice codename);
// "cpe:/o:redhat:enterprise_linux:9" -> "Red Hat:enterprise_linux:9"; also AlmaLinux, Rocky Linux, SUSE.
struct slice ecosystem_of_cpe(struct reading *r, struct slice cpe);
// A CVE record's collectionURL: "https://registry.npmjs.org" -> "npm".
struct slice ecosystem_of_collection(struct slice url);
// A package's name as it is looked up there.
struct slice package_name(struct reading *r, struct slice ecosystem, struct slice name);
// Whether vendor and product are given, neither ANY nor a pattern.
struct cpe;
bool cpe_names_product(const struct cpe *c);
// The CPE as a row is named by it: any version, but the edition, language and targets that it is about. With `update` the update too,
// unless there is none: where a single version is meant it belongs to that version.
struct slice cpe_pattern(struct reading *r, const struct cpe *c, bool update);
// What a pattern says beyond the product, in words ("enterprise windows"): "" when that is nothing.
struct slice cpe_qualifiers(struct reading *r, struct slice pattern);
struct slice cpe_text(struct reading *r, struct slice attribute); // without its escapes; of any and none ""
// Version 1.0 with the update rc1 is also written 1.0-rc1, 1.0rc1 and "1.0 rc1": the single version `range` in these forms. Without an
// update or of no single version nothing. False: no room.
MUST_USE bool ranges_add_update(struct reading *r, const struct fact_range *range, struct slice update);
// Do OSV's records name binary packages there? Elsewhere they name source packages, or there is no difference.
bool ecosystem_has_binaries(struct slice ecosystem);
// Red Hat names the repository behind the release ("Red Hat:enterprise_linux:9::appstream"); a machine knows its release alone.
struct slice ecosystem_of_release(struct slice ecosystem);

#endif
