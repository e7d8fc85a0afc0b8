// Any bytes as apk's database: every item and refusal is fit for a sink.
#include "fit.h"
#include "inventory/packages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why;
	if (size > 0 && apk_read(slice_of(data, size), SLICE_LITERAL("Alpine:v3.20"), &fit_sink, &why) != ERR_OK)
		abort();
	return 0;
}
