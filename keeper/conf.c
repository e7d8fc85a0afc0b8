// The configuration: its keys, and where in the state directory things lie.
#include <stdio.h>

#include "keeper.h"

#define STATE_PATH_MAX (CONF_TEXT_MAX - 96) // room for the names of the files below

const struct conf_field keeper_conf_fields[] = {
	{"listen", CONF_ADDRESS, offsetof(struct keeper_conf, listen), true, NULL, 1, 0,
	 "Address and port that the keeper listens on."},
	{"advertise", CONF_TEXT, offsetof(struct keeper_conf, advertise), true, NULL, 0, CHARTER_ADDRESS_MAX,
	 "Address and port by which members and the hub reach the keeper; it goes into the charter."},
	{"state", CONF_PATH, offsetof(struct keeper_conf, state), true, NULL, 0, STATE_PATH_MAX,
	 "Directory of the keys and the store. Made when absent, mode 0700."},
	{"name", CONF_TEXT, offsetof(struct keeper_conf, name), true, NULL, 0, CHARTER_NAME_MAX,
	 "Organisation that holds the seat; it goes into the charter."},
	{"country", CONF_TEXT, offsetof(struct keeper_conf, country), true, NULL, 0, 2,
	 "Its country, two capital letters (ISO 3166-1)."},
	{"hub-poll", CONF_DURATION, offsetof(struct keeper_conf, hub_poll), false, "2s", 1, 300,
	 "Time between looks at the hub's newest checkpoint."},
	{"metrics", CONF_ADDRESS, offsetof(struct keeper_conf, metrics), false, NULL, 1, 0,
	 "Address and port on which metrics are served without TLS, 127.0.0.0/8 or ::1 only. None are served when it is missing."},
	{"log-level", CONF_TEXT, offsetof(struct keeper_conf, log_level), false, "info", 0, 0, "debug, info, warning or error."},
	{NULL},
};

void keeper_path(const struct keeper_conf *c, const char *name, char path[static CONF_TEXT_MAX])
{
	INVARIANT(snprintf(path, CONF_TEXT_MAX, "%s/%s", c->state, name) < CONF_TEXT_MAX);
}
