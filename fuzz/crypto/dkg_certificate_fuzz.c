// Any bytes as a success certificate (behind its length) and a bundle of ciphertexts: read by anybody, and recovered from by seat 1.
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/dkg.h"
#include "crypto/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[SCALAR] = {3};
	uint8_t share[SCALAR], product[ELEMENT];
	struct dkg_public public;
	if (crypto_init() != ERR_OK)
		return 0;
	struct wire w = wire_of(slice_of(data, size));
	struct slice certificate = wire_vec16(&w);
	enum err read = dkg_certificate_read(certificate, &public, NULL);
	if (read == ERR_OK && (public.t < 1 || public.t > public.n || public.n > SEATS_MAX || !element_is_good(public.group)))
		abort();
	if (dkg_recover(key, certificate, w.rest, share, &public, NULL) != ERR_OK)
		return 0;
	if (read != ERR_OK || dkg_key_public(share, product) != ERR_OK || memcmp(product, public.shares[0], ELEMENT) != 0)
		abort();
	return 0;
}
