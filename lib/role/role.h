// The processes of a daemon: one executable, one process per role, each with an address space of its own.
//
//     int main(int argc, char **argv)
//     {
//         const struct role *role = role_take(&hub_roles, &argc, argv); // NULL: this is the supervisor
//         …read arguments and configuration, the same in all…
//         return role == NULL ? role_supervise(&hub_roles, argv) : role_run(&hub_roles, role, &conf);
//     }
//
// The supervisor starts each role as `/proc/self/exe --role NAME <the same arguments>` with its ends of the channels on fixed
// descriptors, then holds no key, no database and no network. It restarts nothing: when a role ends unexpectedly it stops the
// others and exits with 1 (systemd starts all anew). On SIGTERM or SIGINT it stops the roles in the table's order, one after the
// other (clients before servers: network, core, keys), each with ROLE_STOP_MS before SIGKILL. Roles ignore SIGTERM themselves;
// they end when their stop descriptor is hung up, so also when the supervisor dies.
#ifndef TOCSIN_ROLE_ROLE_H
#define TOCSIN_ROLE_ROLE_H

#include "role/channel.h"
#include "sandbox/sandbox.h"

#define ROLES_MAX 8
#define ROLE_CHANNELS_MAX 16
#define ROLE_STOP_MS 10000  // for one role to end
#define ROLE_READY_MS 60000 // for all roles to be ready

struct role_self; // a running role, given to its run function

struct role {
	const char *name; // NULL ends the list; order = order of stopping
	// Prepares (opens, binds, reads keys), calls role_enter(), takes its channels, calls role_ready(), works until
	// role_stop_fd() says stop. Its result is the exit status: 0 after a stop.
	int (*run)(struct role_self *self, void *daemon);
};

struct role_channel {
	const char *client, *server; // names of roles; client NULL ends the list
	unsigned links; // questions that can be outstanding at once
	size_t max; // most payload bytes of a question or an answer, at most FRAME_MAX
};

struct role_table {
	const char *daemon; // "hub": for the log, with the role's name ("hub.core")
	struct role roles[ROLES_MAX + 1];
	struct role_channel channels[ROLE_CHANNELS_MAX + 1];
};

// Reads and removes a leading "--role NAME" from the arguments and opens the log under that name. NULL when there is none: descriptors beyond
// standard error are then closed, so call it before anything is opened. An
// unknown name or missing descriptors end the process with status 2.
const struct role *role_take(const struct role_table *t, int *argc, char **argv);
// Starts and watches the roles; returns the exit status. When all are ready: log line "ready", and READY=1 to $NOTIFY_SOCKET.
MUST_USE int role_supervise(const struct role_table *t, char **argv);
// Calls the role's run function.
MUST_USE int role_run(const struct role_table *t, const struct role *role, void *daemon);

// Locks the process in (sandbox_enter); before any channel is handed out.
MUST_USE enum err role_enter(struct role_self *self, const struct sandbox_plan *plan, struct why *why);
// The client half of the channel to that server, after role_enter(). Owned by the role's process until it ends. Asking for a
// channel that the table does not give to this role is a broken invariant.
MUST_USE struct channel *role_channel(struct role_self *self, const char *server);
// Tells the supervisor that this role is ready to work.
void role_ready(struct role_self *self);
// Readable (hung up) when the role has to end.
int role_stop_fd(const struct role_self *self);
// Serves all clients of this role until the stop: channel_serve() with the links and the stop descriptor filled in.
MUST_USE enum err role_serve(struct role_self *self, const struct channel_question *questions, void *context,
	void (*tick)(void *context), unsigned tick_ms, struct why *why);
// For a role without clients (network): waits for the stop.
void role_wait(struct role_self *self);

#endif
