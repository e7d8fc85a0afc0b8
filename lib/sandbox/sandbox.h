// The box a process locks itself into, once, before it reads the first hostile byte: no_new_privs, no capabilities, resource
// limits, not dumpable, Landlock (paths; floor: ABI 2) and a seccomp allow-list whose default is to kill the process.
//
// A daemon refuses to start when a promised mechanism is missing. Call it while the process has one thread: threads started
// later inherit the box, threads started before would stay outside (checked: a second thread is a broken invariant).
// In a build with sanitizers (TOCSIN_SANITIZED) Landlock, seccomp, RLIMIT_NPROC and "not dumpable" are left out, because they do
// not mix with the leak check, and a log line
// of level warning says so; everything else is applied.
#ifndef TOCSIN_SANDBOX_SANDBOX_H
#define TOCSIN_SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

#define SANDBOX_PATHS_MAX 64
#define SANDBOX_PORTS_MAX 64
#define SANDBOX_LOCKED_MAX (8u << 20) // bytes: what an unprivileged Debian 12 user may lock

enum sandbox_kind {
	SANDBOX_NETWORK, // threads, epoll, TCP in and out, DNS; opens files read-only and only below `read`
	SANDBOX_CORE,    // files and SQLite below `write`; no socket of any kind beyond those it inherited; no thread
	SANDBOX_KEYS,    // like core, for the process that holds keys: additionally locks memory
	SANDBOX_PARENT,  // the supervisor: waits for its children, signals them, logs; opens nothing
	SANDBOX_SENSOR,  // like core, with threads and inotify: reads logs below `read`, writes below `write`
};

struct sandbox_plan {
	enum sandbox_kind kind;
	const char *read[SANDBOX_PATHS_MAX + 1];  // files or directories to be read; NULL ends the list
	const char *write[SANDBOX_PATHS_MAX + 1]; // directories in which files are read, written, made, renamed, removed
	// Network only: outgoing TCP to these ports alone, where the kernel can (ABI 4). 0 ends the list; an empty list leaves
	// outgoing TCP free. Listening sockets are bound before: binding is always refused from ABI 4 on.
	unsigned short connect[SANDBOX_PORTS_MAX + 1];
	// Not network: openat2 too, for files below a root (inventory/root.h). seccomp cannot see what it asks for, because that is in memory; what
	// bounds it is Landlock: `read` and `write`, as for everything that is opened.
	bool roots;
	unsigned files; // most open descriptors; 0: 256. Network: at least its connections, in and out, and 64 more
};

// Everything in the plan must exist: ERR_ABSENT names the path. ERR_SYSTEM names the mechanism that is missing or failed
// ("Landlock", "seccomp", "no_new_privs", "RLIMIT_…"). On failure the process may be half locked in: it must exit.
MUST_USE enum err sandbox_enter(const struct sandbox_plan *plan, struct why *why);
bool sandbox_is_entered(void);
// What the kernel offers, for `-n` and for tests: 0 when there is no Landlock.
int sandbox_landlock_abi(void);

#endif
