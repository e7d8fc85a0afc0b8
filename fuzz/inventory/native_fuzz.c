// Any bytes as an inventory file: what is accepted is written again, and that is accepted and gives the same.
#include "inventory/native.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err rewrite(struct slice text, struct buf *out)
{
	struct inventory_writer w;
	struct why why;
	inventory_write_init(&w, out);
	struct inventory_sink sink = inventory_write_sink(&w);
	enum err e = inventory_native(text, "fuzz", &sink, &why);
	return e == ERR_OK ? inventory_write_end(&w, &why) : e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one, two;
	buf_init(&one, 1u << 24);
	buf_init(&two, 1u << 24);
	if (rewrite(slice_of(data, size), &one) == ERR_OK && (rewrite(buf_slice(&one), &two) != ERR_OK || !slice_equal(buf_slice(&one), buf_slice(&two))))
		abort();
	buf_free(&one);
	buf_free(&two);
	return 0;
}
