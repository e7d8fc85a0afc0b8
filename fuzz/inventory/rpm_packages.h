// What is asked of every form of rpm's database over any bytes: no byte of it is handed out twice, and it ends with a word for it.
#include <stdlib.h>

#include "inventory/packages.h"
#include "inventory/rpm_form.h"

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

static void read_packages(enum err (*read)(struct slice, const char *, rpm_take *, void *, struct why *), struct slice file)
{
	struct why why;
	size_t left = file.n;
	enum err e = read(file, "fuzz", take, &left, &why);
	if (e != ERR_OK && e != ERR_INPUT)
		abort();
}
