// Any bytes as a certificate: refused with a rule, or printed again as the same bytes.
#include <stdlib.h>

#include "certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate c;
	struct why why = {""};
	struct buf again;
	enum err e = certificate_parse(slice_of(data, size), &c, &why);
	if (e != ERR_OK) {
		if (why.text[0] == 0 || (e != ERR_INPUT && e != ERR_AUTH && e != ERR_LIMIT))
			abort();
		if (e != ERR_AUTH)
			return 0;
	}
	buf_init(&again, CERTIFICATE_MAX); // a false signature has been read all the same
	certificate_print(&c, &again);
	if (!slice_equal(buf_slice(&again), slice_of(data, size)))
		abort();
	buf_free(&again);
	return 0;
}
