// STIX and MISP as a stream: no input may do harm, and what is made of it opens.
#include "indicator/build.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct indicator_build *b;
	struct indicator_set *set;
	struct slice bytes;
	struct why why;
	if (size == 0 || indicator_build_new(NULL, NULL, NULL, &b, &why) != ERR_OK)
		return 0;
	enum err e = indicator_build_read(b, data[0] & 1 ? INDICATOR_MISP : INDICATOR_STIX, slice_of(data + 1, size - 1), NULL, &why);
	if (e == ERR_OK) {
		if (indicator_build_bytes(b, 1, &bytes, &why) != ERR_OK || indicator_open_bytes(bytes, &set, &why) != ERR_OK)
			abort();
		for (uint32_t i = 0; i < indicator_count(set); i++) {
			struct indicator x;
			if (!indicator_get(set, i, &x))
				abort();
		}
		indicator_close(set);
	}
	indicator_build_free(b);
	return 0;
}
