// Any bytes as a package URL: what is accepted is written canonically, and that is read back to the same.
#include "product/purl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[PURL_MAX], again_room[PURL_MAX];
	struct purl p, again;
	struct why why;
	struct buf once, twice, ecosystem, name;
	if (purl_parse(slice_of(data, size), room, &p, &why) != ERR_OK)
		return 0;
	buf_init(&once, 4 * PURL_MAX);
	buf_init(&twice, 4 * PURL_MAX);
	buf_init(&ecosystem, PURL_MAX + 100);
	buf_init(&name, PURL_MAX + 1);
	purl_print(&p, &once);
	if (buf_status(&once) != ERR_OK)
		abort();
	if (once.n <= PURL_MAX) {
		if (purl_parse(buf_slice(&once), again_room, &again, &why) != ERR_OK)
			abort();
		purl_print(&again, &twice);
		if (!slice_equal(buf_slice(&once), buf_slice(&twice)))
			abort();
	}
	if (purl_ecosystem(&p, &ecosystem, &name) && (ecosystem.n == 0 || buf_status(&name) != ERR_OK))
		abort();
	ecosystem_name(buf_slice(&ecosystem), buf_slice(&name), &twice);
	buf_free(&once);
	buf_free(&twice);
	buf_free(&ecosystem);
	buf_free(&name);
	return 0;
}
