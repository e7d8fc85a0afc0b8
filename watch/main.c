// tocsin-watch: which line of which log met which indicator. tocsin-watch(1).
#include <string.h>

#include "crypto/secret.h"
#include "watch.h"
#include "when.h"

static const struct verb *const verbs[] = {&verb_compile, &verb_show, &verb_hunt, &verb_run,
                                           &verb_update,  &verb_sign, &verb_key,  &verb_send};
#define VERBS (sizeof verbs / sizeof *verbs)

static int overview(FILE *out)
{
	fputs("usage: tocsin-watch VERB …\n\n", out);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(out, "  %-9s %s\n", verbs[i]->name, verbs[i]->help);
	fputs("\n`tocsin-watch VERB --help` has the arguments of a verb; all of it: tocsin-watch(1).\n", out);
	return out == stdout ? WATCH_OK : WATCH_USAGE;
}

static int help(const struct verb *v)
{
	printf("%s\n\n", v->help);
	const char *rest = v->arguments;
	do {
		size_t n = strcspn(rest, "\n");
		printf("  tocsin-watch %s %.*s\n", v->name, (int)n, rest);
		rest += n + (rest[n] == '\n');
	} while (*rest != 0);
	return WATCH_OK;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tocsin-watch " TOCSIN_VERSION);
		return WATCH_OK;
	}
	if (argc < 2)
		return overview(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return overview(stdout);
	if (crypto_init() != ERR_OK) {
		fputs("tocsin-watch: no source of randomness\n", stderr);
		return WATCH_TROUBLE;
	}
	when_init();
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(argv[1], verbs[i]->name) != 0)
			continue;
		if (argc == 3 && strcmp(argv[2], "--help") == 0)
			return help(verbs[i]);
		return verbs[i]->run(argc - 2, argv + 2);
	}
	fprintf(stderr, "tocsin-watch: no verb \"%s\"\n", argv[1]);
	return overview(stderr);
}
