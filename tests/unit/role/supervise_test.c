// A whole daemon of two roles: this program itself, started again with "--daemon MODE".
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/log.h"
#include "role/role.h"
#include "sys/clock.h"

#define PATIENT_MS 20000
#define ASK 1

static enum err answer_ask(void *mode, struct slice payload, struct buf *reply, struct why *why)
{
	(void)why;
	if (strcmp(mode, "abort") == 0)
		abort();
	if (strcmp(mode, "socket") == 0)
		(void)!socket(AF_INET, SOCK_STREAM, 0);
	buf_printf(reply, "core heard %.*s", SLICE_ARGS(payload));
	return ERR_OK;
}

static int run_core(struct role_self *self, void *mode)
{
	static const struct channel_question questions[] = {{ASK, 100, "net", answer_ask}, {0}};
	struct sandbox_plan plan = {.kind = SANDBOX_CORE};
	struct why why;
	if (strcmp(mode, "refuse") == 0)
		return 3;
	if (role_enter(self, &plan, &why) != ERR_OK)
		return 1;
	role_ready(self);
	return role_serve(self, questions, mode, NULL, 0, &why) == ERR_OK ? 0 : 1;
}

static int run_net(struct role_self *self, void *mode)
{
	(void)mode;
	struct sandbox_plan plan = {.kind = SANDBOX_NETWORK};
	struct why why;
	struct buf answer;
	buf_init(&answer, 100);
	if (role_enter(self, &plan, &why) != ERR_OK)
		return 1;
	if (channel_call(role_channel(self, "core"), ASK, SLICE_LITERAL("net"), &answer, PATIENT_MS, &why) == ERR_OK) {
		log_line(LOG_INFO, "answer", log_slice("text", buf_slice(&answer)));
		role_ready(self);
	}
	buf_free(&answer);
	role_wait(self);
	return 0;
}

static const struct role_table table = {
	.daemon = "trial",
	.roles = {{"net", run_net}, {"core", run_core}},
	.channels = {{"net", "core", 2, 1000}},
};

// Before the test frame's main: the other processes of the daemon have the same executable.
__attribute__((constructor)) static void be_daemon(int argc, char **argv)
{
	const struct role *role = role_take(&table, &argc, argv);
	if (argc < 3 || strcmp(argv[1], "--daemon") != 0)
		return;
	_exit(role == NULL ? role_supervise(&table, argv) : role_run(&table, role, argv[2]));
}

struct trial {
	pid_t pid;
	int output;
	char log[16384];
	size_t n;
};

static bool start(struct trial *t, const char *mode)
{
	int fds[2];
	*t = (struct trial){0};
	if (pipe(fds) != 0)
		return false;
	fflush(stdout);
	t->pid = fork();
	if (t->pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		execl("/proc/self/exe", "trial", "--daemon", mode, (char *)NULL);
		_exit(9);
	}
	close(fds[1]);
	t->output = fds[0];
	return t->pid > 0;
}

// Reads the log until a line has the text, or (NULL) until its end.
static bool expect(struct trial *t, const char *text)
{
	uint64_t deadline = clock_monotonic_ms() + PATIENT_MS;
	while (text == NULL || strstr(t->log, text) == NULL) {
		struct pollfd p = {.fd = t->output, .events = POLLIN};
		if (clock_monotonic_ms() > deadline || poll(&p, 1, PATIENT_MS) != 1)
			return false;
		ssize_t n = read(t->output, t->log + t->n, sizeof t->log - 1 - t->n);
		if (n <= 0)
			return text == NULL;
		t->n += (size_t)n;
	}
	return true;
}

static int finish(struct trial *t)
{
	int status;
	expect(t, NULL);
	close(t->output);
	if (waitpid(t->pid, &status, 0) != t->pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void test_stop(void)
{
	static const int signals[] = {SIGTERM, SIGINT};
	for (size_t i = 0; i < 2; i++) {
		struct trial t;
		REQUIRE(start(&t, "fine"));
		CHECK_SAY(expect(&t, "event=ready"), "%s", t.log);
		CHECK_SAY(strstr(t.log, "role=trial.net event=answer text=\"core heard net\"") != NULL, "%s", t.log);
		CHECK(kill(t.pid, signals[i]) == 0);
		CHECK_SAY(finish(&t) == 0, "%s", t.log);
		CHECK(strstr(t.log, "event=stopping") != NULL && strstr(t.log, "level=error") == NULL);
	}
}

// When the supervisor is killed, so that it cannot tell anybody, the roles end all the same: their log is closed.
static void test_orphans(void)
{
	struct trial t;
	int status;
	REQUIRE(start(&t, "fine"));
	CHECK(expect(&t, "event=ready"));
	CHECK(kill(t.pid, SIGKILL) == 0);
	CHECK(waitpid(t.pid, &status, 0) == t.pid);
	CHECK(expect(&t, NULL));
	close(t.output);
}

static void test_crashes(void)
{
	static const struct {
		const char *mode, *text;
	} rows[] = {
		{"abort", "event=role-killed of=core signal=6"},
		{"refuse", "event=role-ended of=core status=3"},
#ifndef TOCSIN_SANITIZED
		{"socket", "event=role-killed of=core signal=31 why=\"a system call outside its sandbox\""},
#endif
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trial t;
		REQUIRE(start(&t, rows[i].mode));
		CHECK_SAY(finish(&t) == 1, "%s", t.log);
		CHECK_SAY(strstr(t.log, rows[i].text) != NULL, "%s: %s", rows[i].mode, t.log);
		CHECK(strstr(t.log, "event=ready") == NULL);
	}
}

// "--role" by hand, without the descriptors.
static void test_by_hand(void)
{
	static const char *const names[] = {"core", "nobody", ""};
	for (size_t i = 0; i < 3; i++) {
		int status;
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			close_range(2, ~0u, 0);
			execl("/proc/self/exe", "trial", "--role", names[i], "--daemon", "fine", (char *)NULL);
			_exit(9);
		}
		CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 2);
	}
}

const struct test tests[] = {
	{"stop", test_stop},
	{"orphans", test_orphans},
	{"crashes", test_crashes},
	{"by_hand", test_by_hand},
	{NULL, NULL},
};
