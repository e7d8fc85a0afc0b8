// What core reads of a matcher that was taken over.
#include "hub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct matcher_neighbours n;
	struct why why;
	if (matcher_neighbours_decode(slice_of(data, size), &n, &why) == ERR_OK)
		INVARIANT(n.count <= MATCH_NEIGHBOURS_MAX);
	return 0;
}
