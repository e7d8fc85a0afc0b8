#include "apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"

static void work(apart_does *does, const void *ask, const char *const *reads, size_t max, int to)
{
	struct sandbox_plan plan = {.kind = SANDBOX_CORE};
	struct buf out;
	struct why why = {0};
	size_t n = 0;
	for (; *reads != NULL; reads++)
		plan.read[n++] = *reads;
	buf_init(&out, max);
	enum err e = sandbox_enter(&plan, &why);
	if (e == ERR_OK)
		e = does(ask, &out, &why);
	struct slice bytes = e == ERR_OK ? buf_slice(&out) : slice_text(why.text);
	for (size_t done = 0; done < bytes.n;) {
		ssize_t put = write(to, bytes.p + done, bytes.n - done);
		if (put < 0 && errno != EINTR)
			_exit(1 + (int)ERR_SYSTEM);
		done += put > 0 ? (size_t)put : 0;
	}
	_exit(e == ERR_OK ? 0 : 1 + (int)e);
}

enum err apart_ended(int status, const char *what, struct slice said, struct why *why)
{
	if (!WIFEXITED(status))
		return why_set(why, ERR_SYSTEM, "%s: the process that read it ended with signal %d", what, WTERMSIG(status));
	if (WEXITSTATUS(status) == 0)
		return ERR_OK;
	int e = WEXITSTATUS(status) - 1;
	bool told = e > ERR_OK && e <= ERR_SYSTEM && said.n > 0;
	said = told ? slice_part(said, 0, WHY_MAX - 1) : SLICE_LITERAL("the process that read it failed without a word");
	return why_set(why, told ? (enum err)e : ERR_SYSTEM, "%.*s", SLICE_ARGS(said));
}

enum err apart(apart_does *does, const void *ask, const char *const *reads, size_t max, struct buf *out, struct why *why)
{
	int ends[2], status = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return why_set(why, ERR_SYSTEM, "pipe: %s", strerror(errno));
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return why_set(why, ERR_SYSTEM, "fork: %s", strerror(errno));
	}
	if (pid == 0)
		work(does, ask, reads, max, ends[1]);
	close(ends[1]);
	uint8_t room[65536];
	for (ssize_t n; (n = read(ends[0], room, sizeof room)) != 0;)
		if (n > 0)
			buf_put(out, room, (size_t)n);
		else if (errno != EINTR)
			break;
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (buf_status(out) != ERR_OK)
		return why_set(why, ERR_LIMIT, "more than %zu bytes", max);
	return apart_ended(status, *reads == NULL ? "a certificate" : *reads, buf_slice(out), why);
}
