#include "attempts.h"

static const struct sandbox_plan plans[] = {
	[SANDBOX_NETWORK] = {.kind = SANDBOX_NETWORK, .read = {state}},
	[SANDBOX_CORE] = {.kind = SANDBOX_CORE, .write = {state}},
	[SANDBOX_KEYS] = {.kind = SANDBOX_KEYS, .write = {state}},
	[SANDBOX_PARENT] = {.kind = SANDBOX_PARENT},
};
static const char *const kinds[] = {"network", "core", "keys", "parent"};

static const struct {
	const char *name;
	bool (*attempt)(void);
	enum end want[4]; // network, core, keys, parent
} rows[] = {
	{"inherited socket", try_inherited, {WORKS, WORKS, WORKS, WORKS}},
	{"lock memory", try_lock_memory, {WORKS, WORKS, WORKS, WORKS}},
	{"state directory", try_state, {KILLED, WORKS, WORKS, KILLED}},
	{"read state", try_read_state, {WORKS, WORKS, WORKS, KILLED}},
	{"internet socket", try_socket, {WORKS, KILLED, KILLED, KILLED}},
	{"connect", try_connect, {WORKS, KILLED, KILLED, KILLED}},
	{"thread", try_thread, {WORKS, KILLED, KILLED, KILLED}},
	{"signal", try_signal, {KILLED, KILLED, KILLED, WORKS}},
	{"read outside", try_read_outside, {REFUSED, REFUSED, REFUSED, KILLED}},
	{"write outside", try_write_outside, {KILLED, REFUSED, REFUSED, KILLED}},
	{"openat2", try_openat2, {KILLED, KILLED, KILLED, KILLED}},
	{"list root", try_list, {REFUSED, REFUSED, REFUSED, KILLED}},
	{"own memory", try_self_memory, {KILLED, REFUSED, REFUSED, KILLED}},
	{"leave state", try_leave_state, {KILLED, REFUSED, REFUSED, KILLED}},
	{"unix socket", try_unix_socket, {REFUSED, KILLED, KILLED, KILLED}},
	{"packet socket", try_packet_socket, {KILLED, KILLED, KILLED, KILLED}},
	{"bind", try_bind, {KILLED, KILLED, KILLED, KILLED}},
	{"exec", try_exec, {KILLED, KILLED, KILLED, KILLED}},
	{"fork", try_fork, {KILLED, KILLED, KILLED, KILLED}},
	{"ptrace", try_ptrace, {KILLED, KILLED, KILLED, KILLED}},
	{"executable memory", try_executable, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"make executable", try_make_executable, {KILLED, KILLED, KILLED, KILLED}},
	{"lock too much", try_lock_too_much, {REFUSED, REFUSED, REFUSED, REFUSED}},
	{"raise a limit", try_raise_limit, {KILLED, KILLED, KILLED, KILLED}},
	{"chroot", try_mount, {KILLED, KILLED, KILLED, KILLED}},
};

#ifdef TOCSIN_SANITIZED
static void test_attempts(void)
{
	(void)rows, (void)kinds, (void)ends, (void)plans, (void)run, (void)prepare;
	test_skip("seccomp and Landlock are left out of a build with sanitizers: run the release build");
}

static void test_roots(void)
{
	(void)try_openat2_state, (void)try_openat2_write;
	test_skip("seccomp and Landlock are left out of a build with sanitizers: run the release build");
}

static void test_ports(void)
{
	test_skip("Landlock is left out of a build with sanitizers: run the release build");
}
#else
static void test_attempts(void)
{
	REQUIRE(prepare());
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (unsigned kind = 0; kind < 4; kind++) {
			enum end got = run(&plans[kind], rows[i].attempt);
			CHECK_SAY(got == rows[i].want[kind], "%s, %s: %s", kinds[kind], rows[i].name, ends[got]);
		}
	CHECK(access(scratch(), F_OK) != 0);
}

// What seccomp cannot look into is bounded by the paths.
static void test_roots(void)
{
	REQUIRE(state[strlen(state) - 1] != 'X');
	for (unsigned kind = SANDBOX_CORE; kind <= SANDBOX_KEYS; kind++) {
		struct sandbox_plan plan = {.kind = (enum sandbox_kind)kind, .read = {state}, .roots = true};
		CHECK(run(&plan, try_openat2_state) == WORKS);
		CHECK(run(&plan, try_openat2) == REFUSED);
		CHECK(run(&plan, try_openat2_write) == REFUSED);
		plan.roots = false;
		CHECK(run(&plan, try_openat2_state) == KILLED);
	}
}

static void test_ports(void)
{
	if (sandbox_landlock_abi() < 4) {
		test_skip("Landlock ABI %d: ports need 4", sandbox_landlock_abi());
		return;
	}
	struct sandbox_plan plan = {.kind = SANDBOX_NETWORK, .connect = {1}};
	CHECK(run(&plan, try_connect) == REFUSED);
	plan.connect[1] = port;
	CHECK(run(&plan, try_connect) == WORKS);
}
#endif

static void *hold(void *mutex)
{
	pthread_mutex_lock(mutex);
	return NULL;
}

// Refusals: a path that is not there, and a second thread.
static void test_refused(void)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox_plan plan = {.kind = SANDBOX_CORE, .write = {"/nonexistent/state"}};
		struct why why;
		enum err e = sandbox_enter(&plan, &why);
#ifdef TOCSIN_SANITIZED
		_exit(e == ERR_OK ? 0 : 1); // paths are not looked at
#else
		_exit(e == ERR_ABSENT && strstr(why.text, "/nonexistent/state") != NULL ? 0 : 1);
#endif
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	pid = fork();
	if (pid == 0) {
		pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
		pthread_t thread;
		struct why why;
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO); // the broken invariant is expected
		pthread_mutex_lock(&mutex);
		if (pthread_create(&thread, NULL, hold, &mutex) == 0)
			_exit(sandbox_enter(&plans[SANDBOX_CORE], &why) == ERR_OK ? 0 : 1);
		_exit(2);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_clean(void)
{
	char path[FILE_PATH_MAX];
	snprintf(path, sizeof path, "%s/given", state);
	unlink(path);
	snprintf(path, sizeof path, "%s/lock", state);
	unlink(path);
	rmdir(state);
}

const struct test tests[] = {
	{"attempts", test_attempts},
	{"roots", test_roots},
	{"ports", test_ports},
	{"refused", test_refused},
	{"clean", test_clean},
	{NULL, NULL},
};
