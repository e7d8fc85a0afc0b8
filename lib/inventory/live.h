// What a machine runs, beside what is installed on it.
#ifndef TOCSIN_INVENTORY_LIVE_H
#define TOCSIN_INVENTORY_LIVE_H

#include "inventory/inventory.h"
#include "inventory/os.h"

#define KERNEL_RELEASE_MAX 256

// The newest installed kernel of the flavour that `running` has ("amd64" of 6.1.0-18-amd64), or of all where none has it, in the
// packager's order; never older than `running`. Empty text: none is installed below this root (a container). `running` may be empty.
MUST_USE enum err kernel_newest(int root, enum os_packager packager, struct slice running, char newest[static KERNEL_RELEASE_MAX],
                                struct why *why);

// Tells each program or library that a process has mapped to execute and whose file is no more there: removed, or replaced by an
// update. Left out: what never was a file of a package (memfd, /dev, /tmp, /var/tmp, /run, System V shared memory).
// *unread: processes that may not be looked at without more rights.
MUST_USE enum err restart_scan(int root, const struct inventory_sink *sink, uint64_t *unread, struct why *why);

#endif
