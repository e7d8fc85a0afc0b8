// tocsin-hub: stores sealed records, matches token ids, keeps the ledger; can read nothing.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "http/client.h"
#include "http/server.h"
#include "hub.h"
#include "log/log.h"
#include "sys/file.h"
#include "sys/standard.h"

const struct conf_field hub_conf_fields[] = {
	{"listen", CONF_ADDRESS, offsetof(struct hub_conf, listen), true, NULL, 1, 0, "Address and port that the hub listens on."},
	{"advertise", CONF_TEXT, offsetof(struct hub_conf, advertise), true, NULL, 0, CHARTER_ADDRESS_MAX,
	 "Address and port by which members and keepers reach the hub; it goes into the charter."},
	{"state", CONF_PATH, offsetof(struct hub_conf, state), true, NULL, 0, 0,
	 "Directory of the store, the ledger and the keys. Made when absent, mode 0700."},
	{"pepper", CONF_PATH, offsetof(struct hub_conf, pepper), true, NULL, 0, 0,
	 "File of the matcher's pepper. It must lie on another device than the state directory, and in no backup of it."},
	{"bulletin", CONF_DURATION, offsetof(struct hub_conf, bulletin), false, "600s", 1, 86400,
	 "Time between bulletins of replies. Shorter ones tell an observer more about who writes when."},
	{"refresh", CONF_DURATION, offsetof(struct hub_conf, refresh), false, "60s", 1, 300,
	 "Time after which a ledger that did not grow asks the keepers for new cosignatures. Keepers act for 10 minutes on one."},
	{"metrics", CONF_ADDRESS, offsetof(struct hub_conf, metrics), false, NULL, 1, 0,
	 "Address and port on which metrics are served without TLS, 127.0.0.0/8 or ::1 only. None are served when it is missing."},
	{"log-level", CONF_TEXT, offsetof(struct hub_conf, log_level), false, "info", 0, 0, "debug, info, warning or error."},
	{NULL},
};

static const struct role_table roles = {
	.daemon = "hub",
	.roles = {{"net", net_run}, {"core", core_run}, {"matcher", matcher_run}, {NULL, NULL}},
	.channels = {{"net", "core", CORE_LINKS, CORE_FRAME_MAX}, {"core", "matcher", 1, MATCHER_FRAME_MAX}, {NULL, NULL, 0, 0}},
};

static int usage(FILE *to)
{
	fputs("usage: tocsin-hub [-n] -c FILE          run, or only check the configuration\n"
	      "       tocsin-hub init -c FILE          make keys and the enrolment file\n"
	      "       tocsin-hub charter -c FILE CHARTER   install the charter\n"
	      "       tocsin-hub check -c FILE         store, ledger and matcher's log agree\n"
	      "       tocsin-hub backup -c FILE [--keys] DIRECTORY   copy the state, also while the hub runs\n"
	      "       tocsin-hub --version\n",
	      to);
	return to == stdout ? 0 : 2;
}

struct arguments {
	const char *verb, *conf, *file;
	bool check, keys;
};

static bool arguments_read(int argc, char **argv, struct arguments *a)
{
	*a = (struct arguments){0};
	int from = 1;
	if (argc > 1 && argv[1][0] != '-')
		a->verb = argv[from++];
	for (int i = from; i < argc; i++) {
		if (strcmp(argv[i], "-n") == 0)
			a->check = true;
		else if (strcmp(argv[i], "--keys") == 0 && a->verb != NULL && strcmp(a->verb, "backup") == 0)
			a->keys = true;
		else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			a->conf = argv[++i];
		else if (argv[i][0] != '-' && a->verb != NULL && a->file == NULL)
			a->file = argv[i];
		else
			return false;
	}
	return a->conf != NULL;
}

// A state directory below the root and with room for its file names; a level that exists.
static enum err conf_check(const struct hub_conf *c, enum log_level *level, struct why *why)
{
	if (!log_level_named(c->log_level, level))
		return why_set(why, ERR_INPUT, "log-level: \"%s\" is not debug, info, warning or error", c->log_level);
	if (c->metrics.host[0] != 0 && !http_is_loopback(c->metrics.host))
		return why_set(why, ERR_INPUT, "metrics: \"%s\": only 127.0.0.0/8 or ::1: they are served without TLS", c->metrics.host);
	if (strlen(c->state) > CONF_TEXT_MAX - 64)
		return why_set(why, ERR_INPUT, "state: a path of %zu bytes, at most %d", strlen(c->state), CONF_TEXT_MAX - 64);
	return ERR_OK;
}

static int run_verb(const struct arguments *a, const struct hub_conf *conf)
{
	if (strcmp(a->verb, "init") == 0 && a->file == NULL)
		return hub_init(conf);
	if (strcmp(a->verb, "charter") == 0 && a->file != NULL)
		return hub_install_charter(conf, a->file);
	if (strcmp(a->verb, "check") == 0 && a->file == NULL)
		return hub_check(conf);
	if (strcmp(a->verb, "backup") == 0 && a->file != NULL)
		return hub_backup(conf, a->file, a->keys);
	return usage(stderr);
}

int main(int argc, char **argv)
{
	standard_hold();
	const struct role *role = role_take(&roles, &argc, argv);
	static struct hub_conf conf;
	struct arguments a;
	struct why why;
	enum log_level level = LOG_INFO;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tocsin-hub " TOCSIN_VERSION);
		return standard_written("tocsin-hub", 0);
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return standard_written("tocsin-hub", usage(stdout));
	if (!arguments_read(argc, argv, &a))
		return usage(stderr);
	enum err e = conf_read(hub_conf_fields, a.conf, &conf, &why);
	if (e == ERR_OK)
		e = conf_check(&conf, &level, &why);
	if (e == ERR_OK && crypto_init() != ERR_OK)
		e = why_set(&why, ERR_SYSTEM, "no source of randomness");
	if (e != ERR_OK) {
		fprintf(stderr, "tocsin-hub: %s: %s\n", err_name(e), why.text);
		return 2;
	}
	if (a.check) {
		conf_print(hub_conf_fields, &conf, stdout);
		return standard_written("tocsin-hub", 0);
	}
	if (a.verb != NULL)
		return standard_written("tocsin-hub", run_verb(&a, &conf));
	static char name[32] = "hub"; // of the log, for ever
	if (role != NULL)
		snprintf(name, sizeof name, "hub.%s", role->name);
	log_open(name, level);
	return role == NULL ? role_supervise(&roles, argv) : role_run(&roles, role, &conf);
}
