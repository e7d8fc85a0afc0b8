#include "role/role.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "log/log.h"
#include "role/layout.h"

#define NAME_MAX_ROLE 48

struct role_self {
	const struct role_table *table;
	const struct role *role;
	struct channel *channels[ROLE_CHANNELS_MAX]; // by row; NULL until asked for
};

static const struct role *find_role(const struct role_table *t, const char *name)
{
	for (const struct role *r = t->roles; r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

static bool adopt_fds(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int kind;
		socklen_t n = sizeof kind;
		int fd = ROLE_FD_CONTROL + (int)i;
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &kind, &n) != 0 || kind != AF_UNIX || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
			return false;
	}
	return true;
}

const struct role *role_take(const struct role_table *t, int *argc, char **argv)
{
	static char full[NAME_MAX_ROLE];
	log_open(t->daemon, LOG_INFO);
	if (*argc < 2 || strcmp(argv[1], ROLE_OPTION) != 0) {
		if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0) { // what whoever started us left open is not ours to hold
			fprintf(stderr, "%s: close_range: %s\n", t->daemon, strerror(errno));
			exit(2);
		}
		return NULL;
	}
	const struct role *role = *argc > 2 ? find_role(t, argv[2]) : NULL;
	if (role == NULL || !adopt_fds(1 + layout_links(t, role->name, ROLE_CHANNELS_MAX))) {
		fprintf(stderr, "%s: %s is for the program itself\n", argv[0], ROLE_OPTION);
		exit(2);
	}
	snprintf(full, sizeof full, "%s.%s", t->daemon, role->name);
	log_open(full, LOG_INFO);
	prctl(PR_SET_NAME, full, 0, 0, 0); // cosmetic: for ps
	memmove(argv + 1, argv + 3, (size_t)(*argc - 2) * sizeof *argv); // with the final NULL
	*argc -= 2;
	return role;
}

int role_run(const struct role_table *t, const struct role *role, void *daemon)
{
	struct role_self self = {.table = t, .role = role};
	signal(SIGPIPE, SIG_IGN);
	int status = role->run(&self, daemon);
	for (unsigned i = 0; i < ROLE_CHANNELS_MAX; i++)
		channel_free(self.channels[i]);
	return status;
}

enum err role_enter(struct role_self *self, const struct sandbox_plan *plan, struct why *why)
{
	enum err e = sandbox_enter(plan, why);
	return e == ERR_OK ? e : why_at(why, e, "sandbox of role %s", self->role->name);
}

struct channel *role_channel(struct role_self *self, const char *server)
{
	INVARIANT(sandbox_is_entered());
	const struct role_channel *rows = self->table->channels;
	unsigned i = 0;
	while (rows[i].client != NULL && (strcmp(rows[i].client, self->role->name) != 0 || strcmp(rows[i].server, server) != 0))
		i++;
	INVARIANT(rows[i].client != NULL);
	if (self->channels[i] == NULL) {
		int fds[CHANNEL_LINKS_MAX];
		struct why why;
		unsigned first = ROLE_FD_FIRST + layout_links(self->table, self->role->name, i);
		INVARIANT(rows[i].links <= CHANNEL_LINKS_MAX);
		for (unsigned n = 0; n < rows[i].links; n++)
			fds[n] = (int)(first + n);
		INVARIANT(channel_new(fds, rows[i].links, rows[i].max, &self->channels[i], &why) == ERR_OK);
	}
	return self->channels[i];
}

void role_ready(struct role_self *self)
{
	(void)self;
	// When the supervisor is gone, the stop descriptor says so.
	ssize_t n = send(ROLE_FD_CONTROL, "r", 1, MSG_NOSIGNAL);
	(void)n;
}

int role_stop_fd(const struct role_self *self)
{
	(void)self;
	return ROLE_FD_CONTROL;
}

enum err role_serve(struct role_self *self, const struct channel_question *questions, void *context, void (*tick)(void *context),
	unsigned tick_ms, struct why *why)
{
	INVARIANT(sandbox_is_entered());
	const struct role_channel *rows = self->table->channels;
	struct channel_link links[CHANNEL_LINKS_SERVED];
	unsigned count = 0;
	for (unsigned i = 0; rows[i].client != NULL; i++) {
		if (strcmp(rows[i].server, self->role->name) != 0)
			continue;
		unsigned first = ROLE_FD_FIRST + layout_links(self->table, self->role->name, i);
		INVARIANT(count + rows[i].links <= CHANNEL_LINKS_SERVED);
		for (unsigned n = 0; n < rows[i].links; n++)
			links[count++] = (struct channel_link){(int)(first + n), rows[i].client, rows[i].max};
	}
	struct channel_server s = {questions, context, links, count, ROLE_FD_CONTROL, tick, tick_ms};
	enum err e = channel_serve(&s, why);
	if (e == ERR_OK)
		role_wait(self); // clients end first in a stop; to end before being told would count as a failure
	return e;
}

void role_wait(struct role_self *self)
{
	struct pollfd stop = {.fd = role_stop_fd(self), .events = POLLIN};
	while (poll(&stop, 1, -1) < 0)
		INVARIANT(errno == EINTR);
}
