// Any bytes as what a seat or a client receives: what is accepted must verify, and one changed bit must not.
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "crypto/voprf.h"

#define COUNT_MAX 4

typedef uint8_t element[VOPRF_ELEMENT];

#define READ(array) ((const uint8_t(*)[32])(array))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The elements as a batch to evaluate: good ones give a proof that verifies.
static void evaluate(const element *blinded, size_t count)
{
	static const uint8_t sk[SCALAR] = {7};
	element pk, evaluated[COUNT_MAX];
	uint8_t proof[VOPRF_PROOF];
	size_t bad = 0, good = 0;
	if (voprf_public(sk, pk) != ERR_OK)
		abort();
	while (good < count && element_is_good(blinded[good]))
		good++;
	enum err e = voprf_evaluate(sk, pk, blinded, count, evaluated, proof, &bad);
	if ((e == ERR_OK) != (good == count) || bad != good)
		abort();
	if (e == ERR_OK && voprf_verify(pk, blinded, READ(evaluated), count, proof) != ERR_OK)
		abort();
}

// pk ‖ proof ‖ blinded elements ‖ as many evaluated ones.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	element pk, elements[2 * COUNT_MAX], combined[COUNT_MAX];
	uint8_t proof[VOPRF_PROOF];
	const size_t head = sizeof pk + sizeof proof;
	if (crypto_init() != ERR_OK || size < head + 2 * VOPRF_ELEMENT)
		return 0;
	size_t count = (size - head) / (2 * VOPRF_ELEMENT);
	count = count > COUNT_MAX ? COUNT_MAX : count;
	memcpy(pk, data, sizeof pk);
	memcpy(proof, data + sizeof pk, sizeof proof);
	memcpy(elements, data + head, 2 * count * VOPRF_ELEMENT);
	const element *blinded = READ(elements), *evaluated = READ(elements + count);
	evaluate(blinded, count);
	if (voprf_verify(pk, blinded, evaluated, count, proof) == ERR_OK) {
		proof[data[size - 1] % VOPRF_PROOF] ^= 1;
		if (voprf_verify(pk, blinded, evaluated, count, proof) == ERR_OK)
			abort();
	}
	if (voprf_combine((const uint8_t[]){1, 2}, 2, (const element *const[]){blinded, evaluated}, count, combined) == ERR_OK &&
	    !element_is_good(combined[count - 1]))
		abort();
	return 0;
}
