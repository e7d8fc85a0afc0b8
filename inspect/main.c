// tocsin-inspect: the inspection of computers and products under the law. tocsin-inspect(1).
#include <stdio.h>

#include "crypto/secret.h"
#include "inspect.h"

static const struct verb *const verbs[] = {&verb_data,   &verb_machine, &verb_image,  &verb_sbom,    &verb_inventory, &verb_fleet,
                                           &verb_answer, &verb_certify, &verb_verify, &verb_declare, NULL};

int main(int argc, char **argv)
{
	if (crypto_init() != ERR_OK) {
		fputs("tocsin-inspect: no source of randomness\n", stderr);
		return INSPECT_TROUBLE;
	}
	inspection_guard();
	return verb_main("tocsin-inspect", verbs, argc, argv);
}
