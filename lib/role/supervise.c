// The supervisor: starts the roles, waits, stops them in order.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/log.h"
#include "role/layout.h"
#include "sys/clock.h"

#define FDS_MAX (2 + CHANNEL_LINKS_SERVED) // descriptors given to one role
#define ARGS_MAX 64

struct child {
	pid_t pid; // 0: not running
	int control; // -1: closed
	bool ready;
};

struct supervisor {
	const struct role_table *t;
	unsigned count;
	struct child children[ROLES_MAX];
	int links[ROLE_CHANNELS_MAX][CHANNEL_LINKS_MAX][2]; // client's end, server's end
	sigset_t signals;
	int signal_fd, notify_fd;
	bool failed, announced;
	uint64_t deadline; // for all roles to be ready
};

static bool make_links(struct supervisor *s)
{
	for (unsigned i = 0; s->t->channels[i].client != NULL; i++) {
		const struct role_channel *row = &s->t->channels[i];
		INVARIANT(row->links > 0 && row->links <= CHANNEL_LINKS_MAX && strcmp(row->client, row->server) != 0);
		for (unsigned n = 0; n < row->links; n++)
			if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->links[i][n]) != 0)
				return false;
	}
	return true;
}

static void close_links(struct supervisor *s)
{
	for (unsigned i = 0; s->t->channels[i].client != NULL; i++)
		for (unsigned n = 0; n < s->t->channels[i].links; n++)
			for (unsigned end = 0; end < 2; end++)
				close(s->links[i][n][end]);
}

// The role's descriptors, in the order of layout.h.
static unsigned collect_fds(const struct supervisor *s, const char *role, int control, int fds[FDS_MAX])
{
	unsigned count = 0;
	fds[count++] = control;
	for (unsigned i = 0; s->t->channels[i].client != NULL; i++) {
		bool client = strcmp(s->t->channels[i].client, role) == 0;
		if (!client && strcmp(s->t->channels[i].server, role) != 0)
			continue;
		for (unsigned n = 0; n < s->t->channels[i].links; n++) {
			INVARIANT(count < FDS_MAX);
			fds[count++] = s->links[i][n][client ? 0 : 1];
		}
	}
	return count;
}

// In the new process: puts the descriptors in their places, closes all others, and becomes the role.
_Noreturn static void become(const struct supervisor *s, const char *role, int control, char **argv)
{
	int fds[FDS_MAX];
	unsigned count = collect_fds(s, role, control, fds);
	char *args[ARGS_MAX] = {argv[0], (char *)ROLE_OPTION, (char *)role};
	bool ok = true;
	unsigned n = 3;
	for (char **a = argv + 1; *a != NULL && (ok = n < ARGS_MAX - 1); a++)
		args[n++] = *a;
	// First out of the way of all places, so that none is overwritten before it is used.
	for (unsigned i = 0; i < count && ok; i++)
		ok = (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, ROLE_FD_CONTROL + FDS_MAX)) >= 0;
	for (unsigned i = 0; i < count && ok; i++)
		ok = dup2(fds[i], ROLE_FD_CONTROL + (int)i) >= 0;
	ok = ok && close_range(ROLE_FD_CONTROL + count, ~0u, 0) == 0;
	// The supervisor alone decides when a role ends; systemd sends SIGTERM to all of them.
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &s->signals, NULL);
	if (ok)
		execv("/proc/self/exe", args);
	log_line(LOG_ERROR, "exec-failed", log_value("of", "%s", role), log_value("why", "%s", strerror(errno)));
	_exit(1);
}

static bool start(struct supervisor *s, unsigned i, char **argv)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		become(s, s->t->roles[i].name, pair[1], argv);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return false;
	}
	s->children[i] = (struct child){.pid = pid, .control = pair[0]};
	return true;
}

// systemd's readiness protocol (sd_notify(3)): one datagram. The socket is connected before the sandbox is entered.
static int open_notify(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof a.sun_path)
		return -1;
	size_t n = strlen(path);
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == 0)
		return fd;
	log_line(LOG_WARNING, "no-notify", log_value("why", "%s", strerror(errno)));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void announce(struct supervisor *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (!s->children[i].ready)
			return;
	s->announced = true;
	log_line(LOG_INFO, "ready");
	if (s->notify_fd >= 0 && write(s->notify_fd, "READY=1", 7) != 7)
		log_line(LOG_WARNING, "no-notify", log_value("why", "%s", strerror(errno)));
}

static void read_control(struct supervisor *s, unsigned i)
{
	char c[16];
	struct child *child = &s->children[i];
	ssize_t n = recv(child->control, c, sizeof c, MSG_DONTWAIT);
	if (n > 0 && !child->ready) {
		child->ready = true;
		announce(s);
	} else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(child->control); // its end will be reported by SIGCHLD
		child->control = -1;
	}
}

static void report(const struct supervisor *s, unsigned i, int status, bool expected)
{
	const char *name = s->t->roles[i].name;
	if (WIFSIGNALED(status)) {
		int signal = WTERMSIG(status);
		log_line(LOG_ERROR, "role-killed", log_value("of", "%s", name), log_value("signal", "%d", signal),
			log_value("why", "%s", signal == SIGSYS ? "a system call outside its sandbox" : strsignal(signal)));
	} else if (!expected || WEXITSTATUS(status) != 0)
		log_line(LOG_ERROR, "role-ended", log_value("of", "%s", name), log_value("status", "%d", WEXITSTATUS(status)));
}

// Collects every child that has ended; `stopping` is the one that was asked to, -1: none. A bad end marks the run as failed.
static void reap(struct supervisor *s, int stopping)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (unsigned i = 0; i < s->count; i++) {
			if (s->children[i].pid != pid)
				continue;
			bool expected = stopping == (int)i;
			report(s, i, status, expected);
			s->children[i].pid = 0;
			if (!expected || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
				s->failed = true;
		}
}

static void stop(struct supervisor *s, unsigned i)
{
	struct child *child = &s->children[i];
	uint64_t deadline = clock_monotonic_ms() + ROLE_STOP_MS;
	sigset_t ended;
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	if (child->control >= 0)
		close(child->control); // the order to stop
	child->control = -1;
	reap(s, (int)i);
	for (uint64_t now; child->pid != 0 && (now = clock_monotonic_ms()) < deadline; reap(s, (int)i)) {
		uint64_t left = deadline - now;
		struct timespec t = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000};
		sigtimedwait(&ended, NULL, &t);
	}
	if (child->pid == 0)
		return;
	log_line(LOG_ERROR, "role-stuck", log_value("of", "%s", s->t->roles[i].name));
	s->failed = true;
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

// true: a signal to stop was read.
static bool read_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;
	while (read(s->signal_fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo != SIGCHLD)
			return true;
		reap(s, -1);
	}
	return false;
}

static int patience(const struct supervisor *s)
{
	uint64_t now = clock_monotonic_ms();
	return s->announced ? -1 : now < s->deadline ? (int)(s->deadline - now) : 0;
}

// Until a stop is asked for or something fails.
static void watch(struct supervisor *s)
{
	bool asked = false;
	while (!asked && !s->failed) {
		struct pollfd polled[ROLES_MAX + 1] = {{.fd = s->signal_fd, .events = POLLIN}};
		for (unsigned i = 0; i < s->count; i++)
			polled[i + 1] = (struct pollfd){.fd = s->children[i].control, .events = POLLIN};
		int n = poll(polled, s->count + 1, patience(s));
		if (n == 0) {
			log_line(LOG_ERROR, "not-ready", log_value("after-ms", "%d", ROLE_READY_MS));
			s->failed = true;
		}
		for (unsigned i = 0; i < s->count && n > 0; i++)
			if (polled[i + 1].revents != 0)
				read_control(s, i);
		if (n > 0 && polled[0].revents != 0)
			asked = read_signals(s);
	}
}

static bool take_signals(struct supervisor *s)
{
	sigemptyset(&s->signals);
	sigaddset(&s->signals, SIGTERM);
	sigaddset(&s->signals, SIGINT);
	sigaddset(&s->signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &s->signals, NULL) != 0)
		return false;
	s->signal_fd = signalfd(-1, &s->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd >= 0;
}

static void start_all(struct supervisor *s, char **argv)
{
	// Servers first, so that a client's first question finds somebody.
	for (unsigned i = s->count; i-- > 0 && !s->failed;)
		if (!start(s, i, argv)) {
			log_line(LOG_ERROR, "not-started", log_value("of", "%s", s->t->roles[i].name),
				log_value("why", "%s", strerror(errno)));
			s->failed = true;
		}
	close_links(s);
}

int role_supervise(const struct role_table *t, char **argv)
{
	static struct supervisor s; // its tables are large for a stack
	s = (struct supervisor){.t = t, .notify_fd = -1, .deadline = clock_monotonic_ms() + ROLE_READY_MS};
	for (s.count = 0; t->roles[s.count].name != NULL; s.count++)
		s.children[s.count].control = -1;
	if (!take_signals(&s) || !make_links(&s)) {
		log_line(LOG_ERROR, "not-started", log_value("why", "%s", strerror(errno)));
		return 1;
	}
	s.notify_fd = open_notify();
	start_all(&s, argv);
	struct why why;
	struct sandbox_plan plan = {.kind = SANDBOX_PARENT};
	enum err e = s.failed ? ERR_OK : sandbox_enter(&plan, &why);
	if (e != ERR_OK) {
		log_line(LOG_ERROR, "not-started", log_failure(e, &why));
		s.failed = true;
	}
	watch(&s);
	log_line(LOG_INFO, "stopping");
	for (unsigned i = 0; i < s.count; i++)
		if (s.children[i].pid != 0)
			stop(&s, i);
	return s.failed ? 1 : 0;
}
