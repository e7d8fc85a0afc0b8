// An ask as it arrives from the network: what is borrowed lies inside the message.
#include <stdlib.h>

#include "member/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ask a;
	struct why why;
	if (ask_decode(slice_of(data, size), &a, &why) != ERR_OK)
		return 0;
	if (a.signed_part.p != data || a.signed_part.n + SIGN_BYTES != size)
		abort();
	if (memcmp(a.signature, data + a.signed_part.n, SIGN_BYTES) != 0)
		abort();
	if (a.body.n > 0 && (a.body.p < data || a.body.p + a.body.n != data + a.signed_part.n))
		abort();
	return 0;
}
