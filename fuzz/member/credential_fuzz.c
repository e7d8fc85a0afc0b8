// A credential: what is accepted is written back to the same bytes, and counts for nothing where no batch is known.
#include <stdlib.h>

#include "member/accreditation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct governance *nobody;
	struct credential c;
	struct why why;
	struct buf b;
	if (nobody == NULL && (nobody = governance_new()) == NULL)
		return 0;
	if (credential_decode(slice_of(data, size), &c, &why) != ERR_OK)
		return 0;
	buf_init(&b, CREDENTIAL_MAX);
	credential_encode(&c, &b);
	if (buf_status(&b) != ERR_OK || !slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_free(&b);
	if (credential_check(&c, nobody, c.item.roles, c.item.from, &why) != ERR_AUTH)
		abort();
	return 0;
}
