// What a process that was taken over would try, each in a child that locks itself into a plan first. For the tests of plans.
#ifndef TOCSIN_TEST_ATTEMPTS_H
#define TOCSIN_TEST_ATTEMPTS_H

#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "sys/file.h"

// How a child ended: its try worked, it was refused with an error, or it was killed for the attempt.
enum end { WORKS, REFUSED, KILLED, BROKEN };
static const char *const ends[] = {"works", "is refused", "is killed", "is broken"};

static char state[FILE_PATH_MAX] = "/tmp/tocsin-sandbox-XXXXXX";
static uint16_t port; // of a listening socket on the loopback
static int pair[2];
static pid_t tester;

// A file beside the state directory, of this test alone: writing it means that the box leaks.
static inline const char *scratch(void)
{
	static char path[FILE_PATH_MAX + 16];
	snprintf(path, sizeof path, "%s-outside", state);
	return path;
}

static inline bool try_read_outside(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static inline bool try_write_outside(void)
{
	return open(scratch(), O_WRONLY | O_CREAT, 0600) >= 0;
}

static inline bool try_list(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static inline bool try_self_memory(void)
{
	return open("/proc/self/mem", O_RDWR) >= 0;
}

static inline bool try_state(void)
{
	char path[FILE_PATH_MAX];
	struct why why;
	struct buf b;
	buf_init(&b, 100);
	bool ok = file_path(path, state, "file", &why) == ERR_OK &&
		file_write(path, SLICE_LITERAL("content"), FILE_SECRET, &why) == ERR_OK && file_read(path, 100, &b, &why) == ERR_OK &&
		slice_is_text(buf_slice(&b), "content") && file_remove(path, &why) == ERR_OK;
	int lock;
	return ok && file_lock(state, &lock, &why) == ERR_OK;
}

static inline bool try_read_state(void)
{
	char path[FILE_PATH_MAX];
	struct why why;
	struct buf b;
	buf_init(&b, 100);
	return file_path(path, state, "given", &why) == ERR_OK && file_read(path, 100, &b, &why) == ERR_OK && b.n == 5;
}

// Whatever a filter could not see: the way out of the state directory, for writing.
static inline bool try_openat2(void)
{
	struct open_how how = {.flags = O_RDWR};
	return syscall(SYS_openat2, AT_FDCWD, "/dev/null", &how, sizeof how) >= 0;
}

static inline bool openat2_state(uint64_t flags)
{
	struct open_how how = {.flags = flags, .resolve = RESOLVE_IN_ROOT};
	int root = open(state, O_PATH | O_DIRECTORY);
	return root >= 0 && syscall(SYS_openat2, root, "given", &how, sizeof how) >= 0;
}

static inline bool try_openat2_state(void)
{
	return openat2_state(O_RDONLY);
}

static inline bool try_openat2_write(void)
{
	return openat2_state(O_RDWR);
}

static inline bool try_leave_state(void)
{
	char path[FILE_PATH_MAX];
	struct why why;
	return file_path(path, state, "given", &why) == ERR_OK && rename(path, scratch()) == 0;
}

static inline bool try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static inline bool try_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static inline bool try_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static inline struct sockaddr_in loopback(uint16_t to)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static inline bool try_connect(void)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
}

static inline bool try_bind(void)
{
	struct sockaddr_in a = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
}

static inline bool try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return false;
}

static inline bool try_fork(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static inline void *nothing(void *p)
{
	return p;
}

static inline bool try_thread(void)
{
	pthread_t t;
	return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0;
}

static inline bool try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static inline bool try_signal(void)
{
	return kill(tester, 0) == 0;
}

static inline bool try_executable(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static inline bool try_make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static inline bool try_lock_memory(void)
{
	void *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && mlock(p, 65536) == 0;
}

static inline bool try_lock_too_much(void)
{
	size_t n = SANDBOX_LOCKED_MAX + 4096;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED && mlock(p, n) == 0;
}

static inline bool try_inherited(void)
{
	char c;
	return write(pair[0], "x", 1) == 1 && read(pair[1], &c, 1) == 1;
}

static inline bool try_raise_limit(void)
{
	struct rlimit l = {10000, 10000};
	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

static inline bool try_mount(void)
{
	return chroot(state) == 0;
}

static inline enum end run(const struct sandbox_plan *plan, bool (*attempt)(void))
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct why why;
		if (sandbox_enter(plan, &why) != ERR_OK || !sandbox_is_entered()) {
			fprintf(stderr, "%s\n", why.text);
			_exit(BROKEN);
		}
		_exit(attempt() ? WORKS : REFUSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return BROKEN;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : BROKEN;
	return (enum end)WEXITSTATUS(status);
}

static inline bool prepare(void)
{
	struct sockaddr_in a = loopback(0);
	socklen_t n = sizeof a;
	char path[FILE_PATH_MAX];
	struct why why;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = mkdtemp(state) != NULL && file_path(path, state, "given", &why) == ERR_OK &&
		file_write(path, SLICE_LITERAL("given"), FILE_SECRET, &why) == ERR_OK && fd >= 0 &&
		bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 64) == 0 && getsockname(fd, (struct sockaddr *)&a, &n) == 0 &&
		socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
	tester = getpid();
	port = ntohs(a.sin_port);
	return CHECK(ok);
}

// --- The plans of the daemons ---------------------------------------------------------------------------------------------------

static const char *const *foreign; // what belongs to other roles; NULL ends the list

static inline bool try_foreign(void)
{
	for (const char *const *path = foreign; *path != NULL; path++)
		if (open(*path, O_RDONLY) >= 0)
			return true;
	return false;
}

static const struct attempt {
	const char *name;
	bool (*attempt)(void);
} never[] = {
	{"files of other roles", try_foreign}, {"read outside", try_read_outside}, {"write outside", try_write_outside},
	{"list root", try_list}, {"own memory", try_self_memory}, {"openat2", try_openat2}, {"leave state", try_leave_state}, {"unix socket", try_unix_socket},
	{"packet socket", try_packet_socket}, {"connect", try_connect}, {"bind", try_bind}, {"exec", try_exec}, {"fork", try_fork},
	{"ptrace", try_ptrace}, {"signal", try_signal}, {"executable memory", try_executable}, {"make executable", try_make_executable},
	{"lock too much", try_lock_too_much}, {"raise a limit", try_raise_limit}, {"chroot", try_mount},
}, offline[] = {{"internet socket", try_socket}, {"thread", try_thread}};

static inline void expect_shut(const char *who, const struct sandbox_plan *plan, const struct attempt *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (plan->kind == SANDBOX_NETWORK && rows[i].attempt == try_connect && sandbox_landlock_abi() < 4)
			continue; // the kernel cannot tell ports apart
		enum end got = run(plan, rows[i].attempt);
		CHECK_SAY(got == REFUSED || got == KILLED, "%s, %s: %s", who, rows[i].name, ends[got]);
	}
}

// `home`: the one directory that is the role's; NULL for a network role.
static inline void expect_plan(const char *who, const struct sandbox_plan *plan, const char *home, const char *const *others)
{
#ifdef TOCSIN_SANITIZED
	(void)who, (void)plan, (void)home, (void)others, (void)expect_shut, (void)never, (void)offline, (void)try_lock_memory;
	(void)try_inherited, (void)try_read_state, (void)try_state;
	test_skip("seccomp and Landlock are left out of a build with sanitizers: run the release build");
#else
	foreign = others;
	snprintf(state, sizeof state, "%s", home != NULL ? home : "/tmp");
	expect_shut(who, plan, never, sizeof never / sizeof *never);
	CHECK_SAY(run(plan, try_inherited) == WORKS && run(plan, try_lock_memory) == WORKS, "%s: what it needs", who);
	if (home == NULL) {
		CHECK_SAY(run(plan, try_thread) == WORKS && run(plan, try_socket) == WORKS, "%s: threads and sockets", who);
		return;
	}
	expect_shut(who, plan, offline, sizeof offline / sizeof *offline);
	enum end got = run(plan, try_state);
	CHECK_SAY(got == WORKS && run(plan, try_read_state) == WORKS, "%s, its own directory: %s", who, ends[got]);
#endif
}

// A directory below the prepared state with the file that attempts move away from it, and a secret.
static inline void plan_folder(const char *top, const char *name, const char *secret)
{
	char path[FILE_PATH_MAX];
	struct why why;
	CHECK(snprintf(path, sizeof path, "%s/%s", top, name) > 0 && mkdir(path, 0700) == 0);
	snprintf(path, sizeof path, "%s/%s/given", top, name);
	CHECK(file_write(path, SLICE_LITERAL("given"), FILE_SECRET, &why) == ERR_OK);
	snprintf(path, sizeof path, "%s/%s/%s", top, name, secret);
	CHECK(file_write(path, SLICE_LITERAL("secret"), FILE_SECRET, &why) == ERR_OK);
}

#endif
