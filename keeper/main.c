// tocsin-keeper: one seat's daemon. Witnesses the ledger, evaluates tokens, vouches for filings, releases its share of records.
#include <stdio.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "http/server.h"
#include "keeper.h"
#include "log/log.h"
#include "sys/file.h"
#include "sys/standard.h"

static const struct role_table roles = {
	.daemon = "keeper",
	.roles = {{"net", net_run}, {"core", core_run}, {"keys", keys_run}, {NULL, NULL}},
	.channels = {{"net", "core", CORE_LINKS, CORE_FRAME_MAX}, {"core", "keys", 1, KEYS_FRAME_MAX}, {NULL, NULL, 0, 0}},
};

static int usage(FILE *to)
{
	fputs("usage: tocsin-keeper [-n] -c FILE\n"
	      "       tocsin-keeper init -c FILE\n"
	      "       tocsin-keeper charter -c FILE CHARTER\n"
	      "       tocsin-keeper quarter -c FILE [--quarter 2026Q4|next]\n"
	      "       tocsin-keeper check -c FILE\n"
	      "       tocsin-keeper --version\n",
	      to);
	return to == stdout ? 0 : 2;
}

struct arguments {
	const char *verb, *conf, *file, *quarter;
	bool check;
};

static bool arguments_read(int argc, char **argv, struct arguments *a)
{
	*a = (struct arguments){0};
	int from = 1;
	if (argc > 1 && argv[1][0] != '-')
		a->verb = argv[from++];
	for (int i = from; i < argc; i++) {
		if (strcmp(argv[i], "-n") == 0 && a->verb == NULL)
			a->check = true;
		else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			a->conf = argv[++i];
		else if (strcmp(argv[i], "--quarter") == 0 && i + 1 < argc)
			a->quarter = argv[++i];
		else if (argv[i][0] != '-' && a->verb != NULL && a->file == NULL)
			a->file = argv[i];
		else
			return false;
	}
	return a->conf != NULL;
}

static const char *const speakers[] = {"keeper", "keeper.net", "keeper.core", "keeper.keys"};

// The name that the log speaks under, with the level from the configuration.
static void open_log(const struct role *role, enum log_level level)
{
	unsigned i = 0;
	if (role != NULL)
		for (i = 1; i < 3 && strcmp(speakers[i] + strlen("keeper."), role->name) != 0; i++)
			;
	log_open(speakers[i], level);
}

static enum err conf_check(const struct keeper_conf *c, enum log_level *level, struct why *why)
{
	struct conf_address a;
	if (!log_level_named(c->log_level, level))
		return why_set(why, ERR_INPUT, "log-level: \"%s\" is not debug, info, warning or error", c->log_level);
	if (c->metrics.host[0] != 0 && !http_is_loopback(c->metrics.host))
		return why_set(why, ERR_INPUT, "metrics: \"%s\": only 127.0.0.0/8 or ::1: they are served without TLS", c->metrics.host);
	if (strlen(c->country) != 2 || c->country[0] < 'A' || c->country[0] > 'Z' || c->country[1] < 'A' || c->country[1] > 'Z')
		return why_set(why, ERR_INPUT, "country: \"%s\" is not two capital letters", c->country);
	enum err e = conf_address_parse(slice_text(c->advertise), 1, &a, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "advertise");
}

static int refuse(enum err e, const struct why *why)
{
	fprintf(stderr, "tocsin-keeper: %s: %s\n", err_name(e), why->text);
	return e == ERR_INPUT ? 2 : 1;
}

// The supervisor holds the lock of the state as long as the daemon runs.
static int supervise(const struct keeper_conf *c, char **argv)
{
	struct why why;
	int lock = -1;
	enum err e = file_lock(c->state, &lock, &why);
	if (e != ERR_OK)
		return refuse(e, &why);
	int status = role_supervise(&roles, argv);
	close(lock);
	return status;
}

static int run_verb(const struct arguments *a, const struct keeper_conf *conf)
{
	if (strcmp(a->verb, "init") == 0 && a->file == NULL && a->quarter == NULL)
		return keeper_init(conf);
	if (strcmp(a->verb, "charter") == 0 && a->file != NULL && a->quarter == NULL)
		return keeper_install_charter(conf, a->file);
	if (strcmp(a->verb, "quarter") == 0 && a->file == NULL)
		return keeper_make_quarter(conf, a->quarter);
	if (strcmp(a->verb, "check") == 0 && a->file == NULL && a->quarter == NULL)
		return keeper_check(conf);
	return usage(stderr);
}

int main(int argc, char **argv)
{
	standard_hold();
	const struct role *role = role_take(&roles, &argc, argv);
	static struct keeper_conf conf;
	struct arguments a;
	struct why why;
	enum log_level level = LOG_INFO;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tocsin-keeper " TOCSIN_VERSION);
		return standard_written("tocsin-keeper", 0);
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return standard_written("tocsin-keeper", usage(stdout));
	if (!arguments_read(argc, argv, &a))
		return usage(stderr);
	enum err e = conf_read(keeper_conf_fields, a.conf, &conf, &why);
	if (e == ERR_OK)
		e = conf_check(&conf, &level, &why);
	if (e == ERR_OK && crypto_init() != ERR_OK)
		e = why_set(&why, ERR_SYSTEM, "no source of randomness");
	if (e != ERR_OK)
		return refuse(e, &why);
	if (a.check) {
		conf_print(keeper_conf_fields, &conf, stdout);
		return standard_written("tocsin-keeper", 0);
	}
	if (a.verb != NULL)
		return standard_written("tocsin-keeper", run_verb(&a, &conf));
	open_log(role, level);
	return role == NULL ? supervise(&conf, argv) : role_run(&roles, role, &conf);
}
