// Opens arbitrary bytes under a key of zeros; an accepted or own message has exactly the sizes that the header promises.
#include "crypto/chunked.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[CHUNKED_KEY];
	const struct slice context = SLICE_LITERAL("fuzz");
	INVARIANT(crypto_init() == ERR_OK);
	size_t n = 0;
	bool possible = chunked_plain_size(size, &n);
	INVARIANT(!possible || chunked_sealed_size(n) == size);
	uint8_t *plain = malloc(n + 1);
	INVARIANT(plain != NULL);
	enum err e = chunked_open(key, context, slice_of(data, size), plain);
	INVARIANT(possible ? e == ERR_OK || e == ERR_AUTH : e == ERR_INPUT);
	free(plain);

	size_t sealed_n = chunked_sealed_size(size);
	uint8_t *sealed = malloc(sealed_n), *back = malloc(size + 1);
	INVARIANT(sealed != NULL && back != NULL);
	chunked_seal(key, context, slice_of(data, size), sealed);
	INVARIANT(chunked_open(key, context, slice_of(sealed, sealed_n), back) == ERR_OK);
	INVARIANT(size == 0 || memcmp(back, data, size) == 0);
	free(sealed);
	free(back);
	return 0;
}
