// Any bytes as a round 1 message or as a state of a key ceremony; the first byte says which.
#include <stdlib.h>
#include <string.h>

#include "crypto/dkg.h"
#include "crypto/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Seat 1 of 2; `bytes` is what seat 2 sent in round 1.
static void round1(struct slice bytes)
{
	static const uint8_t d[2][SCALAR] = {{3}, {5}}, f[2][SCALAR] = {{7}, {11}}, e[SCALAR] = {13};
	uint8_t keys[2][ELEMENT];
	struct dkg_setup setup = {2, 2, (const uint8_t(*)[ELEMENT])keys, SLICE_LITERAL("fuzz")};
	struct dkg *dkg;
	unsigned liar;
	if (dkg_key_public(d[0], keys[0]) != ERR_OK || dkg_key_public(d[1], keys[1]) != ERR_OK ||
	    dkg_new(&setup, d[0], &dkg, NULL) != ERR_OK || dkg_commit_with(dkg, d[0], f, e, NULL, NULL) != ERR_OK)
		abort();
	const struct dkg_message messages[] = {{1, dkg_commitment(dkg)}, {2, bytes}};
	enum err got = dkg_accept(dkg, d[0], messages, 2, &liar, NULL);
	if ((got == ERR_OK) != (dkg_phase(dkg) == DKG_ACCEPTED) || (got != ERR_OK && liar > 2))
		abort();
	dkg_free(dkg);
}

// What is read as a state is written as the same bytes.
static void state(struct slice bytes)
{
	struct dkg *dkg;
	struct buf again;
	if (dkg_decode(bytes, &dkg, NULL) != ERR_OK)
		return;
	buf_init(&again, DKG_STATE_MAX);
	dkg_encode(dkg, &again);
	if (buf_status(&again) != ERR_OK || !slice_equal(buf_slice(&again), bytes))
		abort();
	buf_free(&again);
	dkg_free(dkg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (crypto_init() != ERR_OK || size == 0)
		return 0;
	if (data[0] % 2 == 0)
		round1(slice_of(data + 1, size - 1));
	else
		state(slice_of(data + 1, size - 1));
	return 0;
}
