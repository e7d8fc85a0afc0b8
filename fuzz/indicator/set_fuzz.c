// Any bytes as a set file. The first byte says what to do with the checksums: left as they are, nothing gets past them; put
// right, what is behind them must hold too.
#include "indicator/layout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_right(uint8_t *p, size_t n)
{
	struct set_header h;
	if (n < sizeof h)
		return;
	memcpy(&h, p, sizeof h);
	memcpy(h.magic, SET_MAGIC, 8);
	h.version = SET_VERSION;
	h.bytes = n;
	for (int i = 0; i < SET_SECTIONS; i++)
		if (h.sections[i].offset <= n && h.sections[i].bytes <= n - h.sections[i].offset)
			h.sections[i].crc = crc32c(0, p + h.sections[i].offset, h.sections[i].bytes);
	h.crc = 0;
	h.crc = crc32c(0, &h, sizeof h);
	memcpy(p, &h, sizeof h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct indicator_set *set;
	struct indicator x;
	if (size == 0)
		return 0;
	uint8_t *copy = malloc(size);
	if (copy == NULL)
		return 0;
	memcpy(copy, data + 1, size - 1);
	if (data[0] != 0)
		put_right(copy, size - 1);
	if (indicator_open_bytes(slice_of(copy, size - 1), &set, NULL) == ERR_OK) {
		for (uint32_t i = 0; i < indicator_count(set) && i < 1000; i++)
			if (indicator_get(set, i, &x))
				(void)indicator_expired(set, i, x.meta.expiry);
		indicator_close(set);
	}
	free(copy);
	return 0;
}
