// A byte for the scheme, then two versions with a NUL between them: checking and comparing agree, and the order is antisymmetric.
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

// The order of the two, which must be there exactly when both are versions.
static int compare(enum version_scheme s, struct slice a, struct slice b, bool both)
{
	struct why why;
	int order = 0;
	if ((version_compare(s, a, b, &order, &why) == ERR_OK) != both)
		abort();
	return sign(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	enum version_scheme s = data[0] % VERSION_SCHEMES;
	struct slice texts = slice_of(data + 1, size - 1);
	size_t middle = slice_find(texts, 0, 0);
	struct slice a = slice_part(texts, 0, middle), b = slice_part(texts, middle + 1, texts.n);
	struct why why;
	bool a_is = version_check(s, a, &why) == ERR_OK, b_is = version_check(s, b, &why) == ERR_OK;
	if ((s == VERSION_CUSTOM || a.n > VERSION_MAX) && a_is)
		abort();
	int ab = compare(s, a, b, a_is && b_is);
	if (ab != -compare(s, b, a, a_is && b_is))
		abort();
	if (compare(s, a, a, a_is) != 0 || compare(s, b, b, b_is) != 0)
		abort();
	return 0;
}
