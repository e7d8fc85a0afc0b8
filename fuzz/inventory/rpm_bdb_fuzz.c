// Any bytes as a Berkeley DB of rpm's: no byte of it is handed out twice.
#include <stdlib.h>

#include "inventory/packages.h"
#include "inventory/rpm_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err take(void *context, uint64_t number, struct slice header, struct why *why)
{
	size_t *left = context;
	struct rpm_header h;
	const char *rule;
	(void)why;
	if (number == 0 || header.p == NULL || header.n > *left)
		abort();
	*left -= header.n;
	if (rpm_header_parse(header, &h, &rule) != (rule == NULL))
		abort();
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why;
	size_t left = size;
	enum err e = rpm_bdb_read(slice_of(data, size), "fuzz", take, &left, &why);
	if (e != ERR_OK && e != ERR_INPUT)
		abort();
	return 0;
}
