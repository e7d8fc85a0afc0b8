// tocsin: the command of members, analysts and officers.
#include <stdarg.h>
#include <stdlib.h>

#include "cli.h"
#include "crypto/secret.h"
#include "sys/clock.h"
#include "sys/standard.h"

extern const struct verb verb_card, verb_cards, verb_ceremony, verb_common, verb_cosign, verb_file, verb_inbox, verb_init, verb_join, verb_ledger,
	verb_list, verb_matches, verb_officer, verb_open, verb_receipts, verb_reply, verb_report, verb_sponsor, verb_status;

static const struct verb *const verbs[] = {
	&verb_init, &verb_card, &verb_join, &verb_status, &verb_cards, &verb_ledger,
	&verb_report, &verb_receipts, &verb_inbox, &verb_reply, &verb_file, &verb_common,
	&verb_list, &verb_matches, &verb_open, &verb_cosign,
	&verb_sponsor, &verb_officer, &verb_ceremony,
	NULL,
};

static const struct verb *verb_named(const char *name)
{
	for (unsigned i = 0; verbs[i] != NULL; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

// Every form of a verb's arguments on a line of its own.
static void usage_lines(FILE *out, const struct verb *v)
{
	const char *rest = v->arguments;
	do {
		size_t n = strcspn(rest, "\n");
		fprintf(out, "  tocsin %s %.*s\n", v->name, (int)n, rest);
		rest += n + (rest[n] == '\n');
	} while (*rest != 0);
}

static int overview(FILE *out)
{
	fputs("usage: tocsin [--home DIR] [--json] VERB …\n\n", out);
	for (unsigned i = 0; verbs[i] != NULL; i++)
		fprintf(out, "  %-13s %s\n", verbs[i]->name, verbs[i]->help);
	fputs("\n`tocsin help VERB` has the arguments of a verb.\n", out);
	return out == stdout ? CLI_OK : CLI_USAGE;
}

static int help_one(const struct verb *v)
{
	printf("%s\n\n", v->help);
	for (unsigned i = 0; v->subs != NULL && v->subs[i] != NULL; i++)
		usage_lines(stdout, v->subs[i]);
	if (v->subs == NULL)
		usage_lines(stdout, v);
	return CLI_OK;
}

static int help_none(const char *word)
{
	fprintf(stderr, "tocsin help: no verb \"%s\" there; `tocsin help` lists them\n", word);
	return CLI_USAGE;
}

static int help(int argc, char **argv)
{
	if (argc == 0)
		return overview(stdout);
	const struct verb *v = verb_named(argv[0]);
	if (v == NULL) {
		fprintf(stderr, "tocsin: no verb \"%s\"\n", argv[0]);
		return CLI_USAGE;
	}
	for (unsigned i = 0; argc > 1 && v->subs != NULL && v->subs[i] != NULL; i++)
		if (strcmp(v->subs[i]->name + strlen(v->name) + 1, argv[1]) == 0)
			return argc == 2 ? help_one(v->subs[i]) : help_none(argv[2]);
	return argc == 1 ? help_one(v) : help_none(argv[1]);
}

int cli_usage(struct cli *c, const char *format, ...)
{
	va_list arguments;
	cli_progress_end(c);
	fprintf(stderr, "tocsin %s: ", c->verb->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nusage:\n", stderr);
	usage_lines(stderr, c->verb);
	return CLI_USAGE;
}

// --home DIR and --json in front of the verb; false when something else stands there.
static bool globals_read(struct cli *c, int argc, char **argv, int *at)
{
	for (; *at < argc && argv[*at][0] == '-'; ++*at) {
		if (strcmp(argv[*at], "--json") == 0)
			c->json = true;
		else if (strcmp(argv[*at], "--home") == 0 && *at + 1 < argc)
			snprintf(c->home, sizeof c->home, "%s", argv[++*at]);
		else
			return false;
	}
	return true;
}

// Left empty when nothing says where it is: keys are made nowhere by accident.
static void home_default(struct cli *c)
{
	const char *home = getenv("TOCSIN_HOME"), *user = getenv("HOME");
	if (home != NULL && *home != 0)
		snprintf(c->home, sizeof c->home, "%s", home);
	else if (user != NULL && *user != 0)
		snprintf(c->home, sizeof c->home, "%s/.tocsin", user);
}

static int run(struct cli *c)
{
	if (crypto_init() != ERR_OK)
		return cli_fail(c, why_set(&c->why, ERR_SYSTEM, "no source of randomness"));
	enum err e = http_client_init(&c->why);
	if (e != ERR_OK)
		return cli_fail(c, e);
	int status = c->verb->run(c);
	cli_progress_end(c);
	platform_close(c->platform);
	char who[64];
	snprintf(who, sizeof who, "tocsin %s", c->verb->name);
	return standard_written(who, status);
}

int main(int argc, char **argv)
{
	static struct cli c;
	int at = 1;
	standard_hold();
	c.started_ms = clock_monotonic_ms();
	home_default(&c);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tocsin " TOCSIN_VERSION);
		return standard_written("tocsin", CLI_OK);
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return standard_written("tocsin", overview(stdout));
	if (!globals_read(&c, argc, argv, &at)) {
		bool home = strcmp(argv[at], "--home") == 0;
		fprintf(stderr, "tocsin: %s%s\n\n", home ? "--home wants a directory" : "no option ", home ? "" : argv[at]);
		return overview(stderr);
	}
	if (at == argc)
		return overview(stderr);
	if (strcmp(argv[at], "help") == 0)
		return standard_written("tocsin help", help(argc - at - 1, argv + at + 1));
	if ((c.verb = verb_named(argv[at])) == NULL) {
		fprintf(stderr, "tocsin: no verb \"%s\"; `tocsin help` lists them\n", argv[at]);
		return CLI_USAGE;
	}
	c.argc = argc - at - 1;
	c.argv = argv + at + 1;
	return run(&c);
}
