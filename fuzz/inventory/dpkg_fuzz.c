// Any bytes as a dpkg status file; the first byte says whether it has states: every item and refusal is fit for a sink.
#include "fit.h"
#include "inventory/packages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why;
	if (size > 0 && dpkg_read(slice_of(data + 1, size - 1), data[0] & 1, SLICE_LITERAL("Debian:12"), &fit_sink, &why) != ERR_OK)
		abort();
	return 0;
}
