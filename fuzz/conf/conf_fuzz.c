// Any text as a configuration file: what is accepted is printed and must be accepted again.
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"

struct trial {
	char name[CONF_TEXT_MAX], state[CONF_TEXT_MAX];
	uint64_t threads, keep;
	struct conf_address listen;
	bool open;
};

static const struct conf_field table[] = {
	{"name", CONF_TEXT, offsetof(struct trial, name), .max = 20},
	{"state", CONF_PATH, offsetof(struct trial, state)},
	{"threads", CONF_NUMBER, offsetof(struct trial, threads), .value = "4", .min = 1, .max = 64},
	{"keep", CONF_DURATION, offsetof(struct trial, keep), .min = 60, .max = UINT64_MAX},
	{"listen", CONF_ADDRESS, offsetof(struct trial, listen), .min = 0},
	{"open", CONF_FLAG, offsetof(struct trial, open)},
	{0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trial one = {0}, two = {0};
	struct why why;
	char *printed = NULL;
	size_t n = 0;
	if (conf_parse(table, "fuzz", slice_of(data, size), &one, &why) != ERR_OK)
		return 0;
	FILE *f = open_memstream(&printed, &n);
	if (f == NULL)
		return 0;
	conf_print(table, &one, f);
	fclose(f);
	if (conf_parse(table, "again", slice_of(printed, n), &two, &why) != ERR_OK || memcmp(&one, &two, sizeof one) != 0)
		abort();
	free(printed);
	return 0;
}
