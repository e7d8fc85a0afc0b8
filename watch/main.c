// tocsin-watch: which line of which log met which indicator. tocsin-watch(1).
#include "crypto/secret.h"
#include "watch.h"
#include "when.h"

static const struct verb *const verbs[] = {&verb_compile, &verb_show, &verb_hunt, &verb_run,
                                           &verb_update,  &verb_sign, &verb_key,  &verb_send, NULL};

int main(int argc, char **argv)
{
	if (crypto_init() != ERR_OK) {
		fputs("tocsin-watch: no source of randomness\n", stderr);
		return WATCH_TROUBLE;
	}
	when_init();
	return verb_main("tocsin-watch", verbs, argc, argv);
}
