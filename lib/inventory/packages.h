// The package databases of distributions, from their bytes: what dpkg, apk and rpm keep below var/lib and lib. A record that breaks a
// rule is refused, by line, and the rest is read. Only what is on the machine is an item.
#ifndef TOCSIN_INVENTORY_PACKAGES_H
#define TOCSIN_INVENTORY_PACKAGES_H

#include "inventory/inventory.h"

#define PACKAGES_BYTES_MAX (256u << 20) // of a text database

// dpkg's status file (deb-control(5), dpkg-query(1) for the states). `stateless`: a file of var/lib/dpkg/status.d, as images
// without dpkg have them: no Status, installed. A package is on the machine in every state but not-installed and config-files;
// states other than "installed" are told as a note. Slices handed out are parts of `text`.
MUST_USE enum err dpkg_read(struct slice text, bool stateless, struct slice ecosystem, const struct inventory_sink *sink, struct why *why);

// apk's lib/apk/db/installed. The source is the origin; its version is the package's own.
MUST_USE enum err apk_read(struct slice text, struct slice ecosystem, const struct inventory_sink *sink, struct why *why);

#endif
