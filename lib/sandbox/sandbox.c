#include "sandbox/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log/log.h"
#include "sandbox/lock.h"

#define FILES_DEFAULT 256

static bool entered;

bool sandbox_is_entered(void)
{
	return entered;
}

static enum err failed(struct why *why, const char *mechanism)
{
	return why_set(why, ERR_SYSTEM, "%s: %s", mechanism, strerror(errno));
}

// A thread started before would stay outside of Landlock.
static enum err check_threads(struct why *why)
{
	struct stat st;
	if (stat("/proc/self/task", &st) != 0)
		return failed(why, "/proc/self/task");
	INVARIANT(st.st_nlink == 3); // ".", "..", and one thread
	return ERR_OK;
}

static bool set_limit(int which, rlim_t most)
{
	struct rlimit l;
	if (getrlimit(which, &l) != 0)
		return false;
	if (l.rlim_max > most)
		l.rlim_max = most;
	l.rlim_cur = l.rlim_max;
	return setrlimit(which, &l) == 0;
}

static enum err set_limits(const struct sandbox_plan *plan, struct why *why)
{
	if (!set_limit(RLIMIT_CORE, 0))
		return failed(why, "RLIMIT_CORE");
	if (!set_limit(RLIMIT_MEMLOCK, SANDBOX_LOCKED_MAX))
		return failed(why, "RLIMIT_MEMLOCK");
	if (!set_limit(RLIMIT_NOFILE, plan->files > 0 ? plan->files : FILES_DEFAULT))
		return failed(why, "RLIMIT_NOFILE");
#ifndef TOCSIN_SANITIZED // the leak check at exit needs a thread of its own and to look into the process
	bool threads = plan->kind == SANDBOX_NETWORK || plan->kind == SANDBOX_SENSOR;
	if (!threads && !set_limit(RLIMIT_NPROC, 0))
		return failed(why, "RLIMIT_NPROC");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return failed(why, "PR_SET_DUMPABLE");
#endif
	return ERR_OK;
}

// What matters when an operator starts a daemon as root: root without capabilities is an ordinary user that owns some files.
static enum err drop_rights(struct why *why)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed(why, "no_new_privs");
	if (syscall(SYS_capset, &head, none) != 0)
		return failed(why, "capset");
	return ERR_OK;
}

enum err sandbox_enter(const struct sandbox_plan *plan, struct why *why)
{
	enum err e = check_threads(why);
	if (e == ERR_OK)
		e = set_limits(plan, why);
	if (e == ERR_OK)
		e = drop_rights(why);
#ifdef TOCSIN_SANITIZED
	if (e == ERR_OK)
		log_line(LOG_WARNING, "sandbox-incomplete", log_value("why", "built with sanitizers: no Landlock, no seccomp"));
#else
	if (e == ERR_OK)
		e = lock_paths(plan, why);
	if (e == ERR_OK)
		e = lock_calls(plan, why);
#endif
	if (e == ERR_OK)
		entered = true;
	return e;
}
