// os-release(5): which distribution this is, and OSV's word for its packages.
#ifndef TOCSIN_INVENTORY_OS_H
#define TOCSIN_INVENTORY_OS_H

#include "inventory/inventory.h"

#define OS_RELEASE_MAX 65536 // bytes of the file
#define OS_ECOSYSTEM_MAX 256

struct os_release {
	struct slice id, like, version_id, version, pretty, codename; // empty: not said
};

// Which database says what is installed.
enum os_packager { OS_DEB, OS_RPM, OS_APK };

// Reads the file as os-release(5) says: comments, quotes of both kinds, backslashes inside double quotes, the last assignment of a
// name wins. A line that is no assignment is refused, by line, and passed over. Values live in `room`, text.n bytes, and in `os`
// as long as room does. ERR_LIMIT: over OS_RELEASE_MAX. Other errors: the sink's.
MUST_USE enum err os_release_parse(struct slice text, char *room, struct os_release *os, const struct inventory_sink *sink, struct why *why);

// The ecosystem (ossf.github.io/osv-schema, "Defined ecosystems") of that packager's packages on this system, into `out`. False
// where OSV has no word or it would be a guess: then *note says why ("a derivative of debian…").
bool os_ecosystem(const struct os_release *os, enum os_packager packager, char out[static OS_ECOSYSTEM_MAX], const char **note);

// The name under which endoflife.date has the distribution with that ID and PRETTY_NAME, where that is neither its ID nor what the data
// calls an alias of it ("amzn": "amazon-linux"); else the ID. CentOS Stream has the ID of CentOS Linux, which ended earlier.
struct slice os_product(struct slice id, struct slice pretty);

#endif
