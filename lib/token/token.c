#include "token/token.h"

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

// uint8_t class ‖ u16 epoch follow the NUL of each name.
#define ID_NAME "tocsin/v1/token-id"
#define LOCK_NAME "tocsin/v1/token-lock"

_Static_assert(TOKEN_BATCH_MAX <= VOPRF_BATCH_MAX, "a class of a batch has one proof");
_Static_assert((int)TOKEN_CLASSES == (int)OBSERVABLE_CLASSES, "every class has its own key");

void token_input(uint8_t type, struct slice canonical, struct buf *out)
{
	buf_put_u8(out, type);
	buf_put_slice(out, canonical);
}

static void derive(const uint8_t output[static VOPRF_OUTPUT], const char *name, size_t name_n, uint8_t class, uint16_t epoch,
                   uint8_t key[static 32])
{
	uint8_t info[sizeof LOCK_NAME + 3];
	memcpy(info, name, name_n);
	info[name_n] = class;
	info[name_n + 1] = (uint8_t)(epoch >> 8);
	info[name_n + 2] = (uint8_t)epoch;
	hkdf_sha512(slice_of(NULL, 0), slice_of(output, VOPRF_OUTPUT), slice_of(info, name_n + 3), key, 32);
}

void token_derive(const uint8_t output[static VOPRF_OUTPUT], uint8_t class, uint16_t epoch, uint8_t id[static TOKEN_ID],
                  uint8_t *lock)
{
	derive(output, ID_NAME, sizeof ID_NAME, class, epoch, id);
	if (lock != NULL)
		derive(output, LOCK_NAME, sizeof LOCK_NAME, class, epoch, lock);
}

void evaluate_encode(const struct evaluate *e, struct buf *out)
{
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		buf_put_u16(out, e->epoch[class]);
		buf_put_u16(out, e->count[class]);
	}
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		if (e->count[class] > 0)
			buf_put(out, e->element[class], (size_t)e->count[class] * VOPRF_ELEMENT);
}

enum err evaluate_decode(struct slice body, struct evaluate *e, struct why *why)
{
	struct evaluate got = {0};
	struct wire w = wire_of(body);
	size_t sum = 0;
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		got.epoch[class] = wire_u16(&w);
		got.count[class] = wire_u16(&w);
		sum += got.count[class];
		if (!w.bad && (got.epoch[class] != 0) != (got.count[class] != 0))
			return why_set(why, ERR_INPUT, "evaluate: class %u has %u elements for epoch %u", class, got.count[class],
			               got.epoch[class]);
	}
	if (!w.bad && sum == 0)
		return why_set(why, ERR_INPUT, "evaluate: no elements");
	if (sum > TOKEN_BATCH_MAX)
		return why_set(why, ERR_LIMIT, "evaluate: %zu elements, at most %d", sum, TOKEN_BATCH_MAX);
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		got.element[class] = (const uint8_t(*)[VOPRF_ELEMENT])wire_take(&w, (size_t)got.count[class] * VOPRF_ELEMENT).p;
	enum err result = wire_end(&w, "evaluate", why);
	if (result == ERR_OK)
		*e = got;
	return result;
}

enum err evaluate_answer(const struct evaluate *e, unsigned class, const uint8_t share_sk[static SCALAR],
                         const uint8_t share_pk[static VOPRF_ELEMENT], struct buf *answer, struct why *why)
{
	size_t count = e->count[class], bad, before = answer->n;
	uint8_t *p = buf_add(answer, count * VOPRF_ELEMENT + VOPRF_PROOF);
	if (p == NULL)
		return why_set(why, buf_status(answer), "evaluate: no room for the answer");
	enum err result = voprf_evaluate(share_sk, share_pk, e->element[class], count, (uint8_t(*)[VOPRF_ELEMENT])p,
	                                 p + count * VOPRF_ELEMENT, &bad);
	if (result == ERR_OK)
		return ERR_OK;
	answer->n = before;
	if (bad < count)
		return why_set(why, result, "evaluate: class %u: element %zu is malformed", class, bad);
	return why_set(why, result, "evaluate: class %u: %zu elements, or a share that is not the published one's", class, count);
}
