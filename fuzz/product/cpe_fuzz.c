// Any bytes as a CPE name: what is accepted is written canonically, read back to the same, and covers itself.
#include "product/cpe.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[CPE_MAX], again_room[CPE_MAX];
	struct cpe c, again;
	struct why why;
	struct buf once, twice;
	buf_init(&once, 2 * CPE_MAX);
	buf_init(&twice, 2 * CPE_MAX);
	struct slice folded, twice_folded;
	if (product_fold(slice_of(data, size), room, sizeof room, &folded) &&
	    (!product_fold(folded, again_room, folded.n, &twice_folded) || !slice_equal(folded, twice_folded)))
		abort();
	if (cpe_parse(slice_of(data, size), room, &c, &why) == ERR_OK) {
		cpe_print(&c, &once);
		cpe_plain(c.at[CPE_VERSION], &twice);
		buf_clear(&twice);
		if (once.n <= CPE_MAX) {
			if (cpe_parse(buf_slice(&once), again_room, &again, &why) != ERR_OK)
				abort();
			cpe_print(&again, &twice);
			if (!slice_equal(buf_slice(&once), buf_slice(&twice)) || !cpe_covers(&c, &again))
				abort();
		}
		cpe_product(&c, &twice);
	}
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
