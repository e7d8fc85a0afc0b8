#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/lock.h"

// What every process does: memory (never executable, see the conditions), time, waiting, descriptors it has.
static const char *const everyone[] = {
	"read", "write", "readv", "writev", "close", "lseek", "fstat", "fcntl", "poll", "ppoll", "select", "pselect6",
	"recvfrom", "recvmsg", "sendto", "sendmsg", "shutdown", "getsockopt",
	"futex", "munmap", "mremap", "madvise", "brk", "mlock", "mlock2", "munlock", "membarrier", "rseq", "set_robust_list",
	"clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrandom",
	"getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "uname", "sysinfo", "sched_yield", "sched_getaffinity",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "exit", "exit_group",
	NULL,
};
// Files below the paths that Landlock leaves, and what SQLite asks of them.
static const char *const files[] = {
	"openat", "newfstatat", "statx", "stat", "lstat", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
	"getdents64", "pread64", "pwrite64", "preadv", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "fadvise64",
	"flock", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "fchmod", "fchown", "umask",
	"fstatfs",
	NULL,
};
static const char *const roots[] = {"openat2", NULL};
// Connections: what libmicrohttpd, libcurl and the resolver ask for. No bind, no listen: the server's socket is there already.
static const char *const network[] = {
	"accept", "accept4", "connect", "getsockname", "getpeername", "setsockopt", "socketpair", "sendmmsg", "recvmmsg",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "pipe2", "pipe",
	"newfstatat", "stat", "lstat", "access", "faccessat", "faccessat2", "readlink", "pread64",
	NULL,
};
static const char *const parent[] = {"wait4", "waitid", "kill", "rt_sigtimedwait", "signalfd4", NULL};

// Threads, and news of the files that are followed.
static const char *const sensor[] = {"inotify_add_watch", "inotify_rm_watch", "epoll_wait", "epoll_pwait", "getrlimit", NULL};

static enum err refused(struct why *why, const char *call, int error)
{
	return why_set(why, ERR_SYSTEM, "seccomp: %s: %s", call, strerror(-error));
}

static int allow_list(scmp_filter_ctx filter, const char *const *names, const char **failing)
{
	for (; *names != NULL; names++) {
		int call = seccomp_syscall_resolve_name(*names);
		*failing = *names;
		// Calls that this architecture never had (open on arm64) need no rule.
		int result = call == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
		if (result != 0 && result != -EDOM)
			return result;
	}
	return 0;
}

struct condition {
	uint32_t action;
	const char *call;
	struct scmp_arg_cmp argument;
};

static int add_conditions(scmp_filter_ctx filter, const struct condition *c, size_t n, const char **failing)
{
	int result = 0;
	for (size_t i = 0; i < n && result == 0; i++) {
		*failing = c[i].call;
		result = seccomp_rule_add_array(filter, c[i].action, seccomp_syscall_resolve_name(c[i].call), 1, &c[i].argument);
	}
	return result;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Nothing that can be written becomes executable; a process signals itself only (abort); output on a terminal is not probed.
static int add_common(scmp_filter_ctx filter, const char **failing)
{
	const struct condition rules[] = {
		{SCMP_ACT_ALLOW, "mmap", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
		{SCMP_ACT_ERRNO(EACCES), "mmap", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)},
		{SCMP_ACT_ALLOW, "mprotect", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
		{SCMP_ACT_ALLOW, "tgkill", SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())},
		{SCMP_ACT_ALLOW, "prctl", SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)},
		{SCMP_ACT_ALLOW, "prlimit64", SCMP_A2(SCMP_CMP_EQ, 0)}, // reading a limit (sysconf)
		{SCMP_ACT_ALLOW, "ioctl", SCMP_A1(SCMP_CMP_EQ, FIONBIO)},
		{SCMP_ACT_ERRNO(ENOTTY), "ioctl", SCMP_A1(SCMP_CMP_NE, FIONBIO)},
	};
	return add_conditions(filter, rules, COUNT(rules), failing);
}

// Threads but no processes; Internet sockets but no others; files are opened for reading. Where a library tries and can live
// with a refusal, it gets an error instead of its end. clone3 hides its flags from the filter: without it, clone is used.
static int add_network(scmp_filter_ctx filter, const char **failing)
{
	const struct condition rules[] = {
		{SCMP_ACT_ALLOW, "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)},
		{SCMP_ACT_ALLOW, "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET)},
		{SCMP_ACT_ALLOW, "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET6)},
		{SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", SCMP_A0(SCMP_CMP_EQ, AF_UNIX)},
		{SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", SCMP_A0(SCMP_CMP_EQ, AF_NETLINK)},
		{SCMP_ACT_ALLOW, "openat", SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0)},
	};
	*failing = "clone3";
	int result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return result != 0 ? result : add_conditions(filter, rules, COUNT(rules), failing);
}

// Threads but no processes, as for the network.
static int add_sensor(scmp_filter_ctx filter, const char **failing)
{
	const struct condition rules[] = {{SCMP_ACT_ALLOW, "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)}};
	int result = allow_list(filter, sensor, failing);
	if (result == 0) {
		*failing = "clone3";
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	}
	return result != 0 ? result : add_conditions(filter, rules, COUNT(rules), failing);
}

static int add_rules(scmp_filter_ctx filter, const struct sandbox_plan *plan, const char **failing)
{
	static const char *const *const lists[] = {
		[SANDBOX_NETWORK] = network, [SANDBOX_CORE] = files, [SANDBOX_KEYS] = files, [SANDBOX_PARENT] = parent,
		[SANDBOX_SENSOR] = files};
	const enum sandbox_kind kind = plan->kind;
	int result = allow_list(filter, everyone, failing);
	if (result == 0)
		result = allow_list(filter, lists[kind], failing);
	if (result == 0 && plan->roots)
		result = allow_list(filter, roots, failing);
	if (result == 0)
		result = add_common(filter, failing);
	if (result == 0 && kind == SANDBOX_NETWORK)
		result = add_network(filter, failing);
	if (result == 0 && kind == SANDBOX_SENSOR)
		result = add_sensor(filter, failing);
	return result;
}

enum err lock_calls(const struct sandbox_plan *plan, struct why *why)
{
	const char *failing = "filter";
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return refused(why, "seccomp_init", -ENOMEM);
	int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (result == 0)
		result = add_rules(filter, plan, &failing);
	if (result == 0) {
		failing = "load";
		result = seccomp_load(filter);
	}
	seccomp_release(filter);
	return result == 0 ? ERR_OK : refused(why, failing, result);
}
