// Any bytes as a file of places, also under a right hash: what is accepted is printed and read again to the same bytes.
#include <stdlib.h>

#include "place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct places *p)
{
	struct places q;
	struct buf one, two;
	struct why why;
	buf_init(&one, PLACE_FILE_MAX);
	buf_init(&two, PLACE_FILE_MAX);
	places_print(p, &one);
	if (places_parse(buf_slice(&one), &q, &why) != ERR_OK)
		abort();
	places_print(&q, &two);
	if (!slice_equal(buf_slice(&one), buf_slice(&two)))
		abort();
	places_free(&q);
	buf_free(&one);
	buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct places p;
	struct buf text;
	struct why why;
	if (places_parse(slice_of(data, size), &p, &why) == ERR_OK) {
		again(&p);
		places_free(&p);
	}
	buf_init(&text, PLACE_FILE_MAX);
	buf_put(&text, data, size);
	if (size > 0 && data[size - 1] == '\n')
		buf_printf(&text, "end %016llx\n", (unsigned long long)place_hash(buf_slice(&text)));
	if (places_parse(buf_slice(&text), &p, &why) == ERR_OK) {
		again(&p);
		places_free(&p);
	}
	buf_free(&text);
	return 0;
}
