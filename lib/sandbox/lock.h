// The two locks of the box, for sandbox.c alone.
#ifndef TOCSIN_SANDBOX_LOCK_H
#define TOCSIN_SANDBOX_LOCK_H

#include "sandbox/sandbox.h"

// Landlock: paths, and TCP ports from ABI 4 on.
MUST_USE enum err lock_paths(const struct sandbox_plan *plan, struct why *why);
// seccomp: the allow-list of the plan's kind; everything else kills the process.
MUST_USE enum err lock_calls(const struct sandbox_plan *plan, struct why *why);

#endif
