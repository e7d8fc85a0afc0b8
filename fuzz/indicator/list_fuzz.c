// Any bytes as a feed of this format: what is in the set can be read back, and is its own canonical form.
#include "indicator/build.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct indicator_build *b;
	struct indicator_set *set;
	struct slice bytes;
	struct indicator x;
	struct observable o;
	if (indicator_build_new(NULL, NULL, NULL, &b, NULL) != ERR_OK)
		abort();
	enum err e = indicator_build_read(b, INDICATOR_LIST, slice_of(data, size), NULL, NULL);
	if (e != ERR_OK && e != ERR_INPUT)
		abort();
	if (indicator_build_bytes(b, 1, &bytes, NULL) != ERR_OK || indicator_open_bytes(bytes, &set, NULL) != ERR_OK)
		abort();
	for (uint32_t i = 0; i < indicator_count(set); i++)
		if (!indicator_get(set, i, &x) || observable_canonical(x.what.type, observable_value(&x.what), &o, NULL) != ERR_OK ||
		    !slice_equal(observable_value(&o), observable_value(&x.what)))
			abort();
	indicator_close(set);
	indicator_build_free(b);
	return 0;
}
