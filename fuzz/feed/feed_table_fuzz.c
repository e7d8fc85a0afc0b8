// Any bytes as a table, whole and in pieces: the same facts.
#include "feed/reading.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err take(void *context, const struct fact *f, struct why *why)
{
	struct buf *facts = context;
	if (fact_check(f, why) != ERR_OK)
		abort();
	fact_put(facts, f);
	return ERR_OK;
}

static enum err run(struct slice text, size_t step, struct buf *facts)
{
	static const struct feed_options options = {.dated = FACT_NO_DATE, .ecosystem = SLICE_LITERAL("npm")};
	struct reading r;
	struct table *t;
	struct why why;
	enum err e = reading_init(&r, &options, take, facts, &why);
	if (e != ERR_OK || table_new(&r, &t, &why) != ERR_OK)
		abort();
	for (size_t at = 0; at < text.n && e == ERR_OK; at += step)
		e = table_put(t, slice_part(text, at, step), &why);
	if (e == ERR_OK)
		e = table_end(t, &why);
	table_free(t);
	reading_done(&r);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, pieces;
	buf_init(&whole, 64u << 20);
	buf_init(&pieces, 64u << 20);
	enum err e = run(slice_of(data, size), size + 1, &whole);
	if (run(slice_of(data, size), 1 + size % 7, &pieces) != e || whole.n != pieces.n || (whole.n > 0 && memcmp(whole.p, pieces.p, whole.n) != 0))
		abort();
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
