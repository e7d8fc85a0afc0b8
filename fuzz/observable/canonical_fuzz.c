// The first byte picks the type, the rest is the value: a canonical form is its own canonical form, and what derives is canonical.
#include "observable/observable.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct observable *o)
{
	struct observable again;
	struct why why;
	if (o->n > OBSERVABLE_MAX || strlen(o->value) != o->n)
		abort();
	if (observable_canonical(o->type, observable_value(o), &again, &why) != ERR_OK || again.type != o->type ||
	    !slice_equal(observable_value(o), observable_value(&again)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct observable o, derived[OBSERVABLE_DERIVED_MAX];
	struct why why;
	if (size == 0)
		return 0;
	struct slice value = slice_of(data + 1, size - 1);
	if (observable_canonical(observable_types[data[0] % OBSERVABLE_TYPES], value, &o, &why) == ERR_OK) {
		check(&o);
		for (size_t n = observable_derive(&o, derived); n > 0; n--)
			check(&derived[n - 1]);
	}
	if (observable_guess(value, &o, &why) == ERR_OK)
		check(&o);
	return 0;
}
