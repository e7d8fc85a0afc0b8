// Any bytes: every entry that extract_text finds is canonical, every refusal has a place and a rule, meta is text.
#include "observable/extract.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct extract x;
	struct why why;
	size_t bad;
	extract_init(&x);
	enum err e = extract_text(slice_of(data, size), &x, &why);
	if (e == ERR_SYSTEM)
		abort();
	for (size_t i = 0; i < x.list.count; i++) {
		struct observable o;
		if (observable_canonical(x.list.entries[i].type, x.list.entries[i].value, &o, &why) != ERR_OK ||
		    !slice_equal(observable_value(&o), x.list.entries[i].value))
			abort();
		if (observable_list_find(&x.list, o.type, observable_value(&o)) != &x.list.entries[i])
			abort();
	}
	for (size_t i = 0; i < x.list.refused; i++)
		if (x.list.refusals[i].place.n == 0 || x.list.refusals[i].rule.n == 0 || !slice_is_utf8(x.list.refusals[i].value, &bad))
			abort();
	if (!slice_is_utf8(slice_of(x.meta.title, strlen(x.meta.title)), &bad))
		abort();
	extract_free(&x);
	return 0;
}
