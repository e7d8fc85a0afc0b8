// A computer's own databases, read below a root directory: "/" for the running machine, or a directory into which a container or a disk
// was unpacked. Nothing of it is executed, no helper program is started, no symbolic link leads out of it, nothing is written.
//
//   etc/os-release, usr/lib/os-release        which system, and OSV's word for its packages
//   var/lib/dpkg/status, …/status.d/*         dpkg (and images without dpkg)
//   lib/apk/db/installed                      apk
//   var/lib/rpm/, usr/lib/sysimage/rpm/       rpm: rpmdb.sqlite (SQLite), Packages.db (ndb), Packages (Berkeley DB)
//   boot/vmlinuz-*, lib/modules/*             installed kernels
//   proc/*/maps                               running machine: what still runs a file that was replaced
//
// A sandbox for it allows openat2, and reading below the root.
#ifndef TOCSIN_INVENTORY_MACHINE_H
#define TOCSIN_INVENTORY_MACHINE_H

#include "inventory/inventory.h"

struct machine_options {
	bool running;           // root_fd is this machine's "/": host name, kernel and processes are looked at
	int64_t taken;          // now, Unix seconds, or INVENTORY_UNKNOWN_DATE
	struct slice name;      // empty: the host name
	struct slice caretaker; // the rest as in struct machine
	enum item_role role;
	enum item_exposure exposure;
};

// Tells the machine, then notes, its packages, and the processes that need a restart. root_fd: a directory, the caller's.
// ERR_ABSENT: no package database below the root; ERR_INPUT: one that cannot be read here; ERR_AWAY: one that changes all the time
// while it is read; ERR_DENIED: no right to read it; ERR_LIMIT. An error is never a shorter list: the sink then has heard of
// no item, or the reading stopped in the middle with that error.
MUST_USE enum err inventory_machine(int root_fd, const struct machine_options *o, const struct inventory_sink *sink, struct why *why);

#endif
