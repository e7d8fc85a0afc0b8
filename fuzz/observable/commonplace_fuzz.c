// Any bytes: a list that loads covers the value of each of its own `value` and `host` lines.
#include "observable/commonplace.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void covered(const struct commonplace *list, struct slice line)
{
	struct observable o;
	struct why why;
	struct slice rule = {0};
	line = slice_trim(line);
	size_t space = slice_find(line, ' ', 0);
	bool network = slice_is_text(slice_part(line, 0, space), "cidr");
	if (line.n == 0 || line.p[0] == '#' || slice_is_text(slice_part(line, 0, space), "value"))
		return;
	struct slice value = slice_trim(slice_part(line, space, line.n));
	if (observable_canonical(network ? OBSERVABLE_CIDR : OBSERVABLE_DOMAIN, value, &o, &why) != ERR_OK ||
	    !commonplace_has(list, &o, &rule) || rule.n == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct commonplace *list;
	struct why why;
	struct slice text = slice_of(data, size);
	if (commonplace_load(text, &list, &why) != ERR_OK)
		return 0;
	for (size_t at = slice_find(text, '\n', 0) + 1; at < text.n;) {
		size_t end = slice_find(text, '\n', at);
		covered(list, slice_part(text, at, end - at));
		at = end + 1;
	}
	commonplace_free(list);
	return 0;
}
