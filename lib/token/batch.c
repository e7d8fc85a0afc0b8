#include "base/wire.h"
#include "crypto/secret.h"
#include "token/token.h"

#define VERSION 1
#define KIND "token-batch"
#define INFO "tocsin/v1/" KIND // its NUL is the separator
#define INFO_MAX (sizeof INFO + SIGN_ORIGIN_MAX)

static const size_t sizes[] = {16, 64, 256, TOKEN_BATCH_MAX}; // slots
#define SIZES (sizeof sizes / sizeof *sizes)

static size_t padded(size_t count)
{
	size_t i = 0;
	while (sizes[i] < count)
		i++;
	return sizes[i];
}

static bool is_size(size_t slots)
{
	return slots <= TOKEN_BATCH_MAX && padded(slots) == slots;
}

static struct slice batch_info(struct slice origin, uint8_t room[static INFO_MAX])
{
	INVARIANT(origin.n <= SIGN_ORIGIN_MAX);
	memcpy(room, INFO, sizeof INFO);
	memcpy(room + sizeof INFO, origin.p, origin.n);
	return slice_of(room, sizeof INFO + origin.n);
}

static int by_id(const struct token *one, const struct token *other)
{
	return memcmp(one->id, other->id, TOKEN_ID);
}

// In place (Shell, Ciura's gaps): qsort() sorts in memory of its own, which it does not wipe.
static void sort(struct token *slots, size_t count)
{
	static const size_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
	struct token moved;
	for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
		for (size_t i = gaps[g]; i < count; i++) {
			size_t at = i;
			moved = slots[i];
			for (; at >= gaps[g] && by_id(&slots[at - gaps[g]], &moved) > 0; at -= gaps[g])
				slots[at] = slots[at - gaps[g]];
			slots[at] = moved;
		}
	secret_wipe(&moved, sizeof moved);
}

// A token has one id per value, class and epoch: equal ids are one token. Returns how many are left.
static size_t merge(struct token *slots, size_t count)
{
	size_t kept = 0;
	sort(slots, count);
	for (size_t i = 0; i < count; i++)
		if (kept > 0 && by_id(&slots[kept - 1], &slots[i]) == 0)
			slots[kept - 1].flags &= slots[i].flags;
		else
			slots[kept++] = slots[i];
	return kept;
}

static bool real_is_good(const struct token *t)
{
	return (t->flags == TOKEN_REAL || t->flags == (TOKEN_REAL | TOKEN_DERIVED)) && t->class < TOKEN_CLASSES && t->epoch != 0;
}

// Real slots and dummies, sorted; returns how many.
static size_t slots_fill(const struct token *tokens, size_t count, struct token slots[static TOKEN_BATCH_MAX])
{
	if (count > 0)
		memcpy(slots, tokens, count * sizeof *slots);
	size_t real = merge(slots, count), all = padded(real);
	for (size_t i = real; i < all; i++) {
		slots[i] = (struct token){0};
		random_bytes(slots[i].id, TOKEN_ID);
	}
	sort(slots, all);
	return all;
}

static void plain_put(uint16_t list_version, const struct token *slots, size_t count, struct buf *plain)
{
	buf_put_u8(plain, VERSION);
	buf_put_u16(plain, list_version);
	buf_put_u16(plain, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		buf_put_u8(plain, slots[i].flags);
		buf_put_u8(plain, slots[i].class);
		buf_put_u16(plain, slots[i].epoch);
		buf_put(plain, slots[i].id, TOKEN_ID);
	}
}

enum err batch_seal(const uint8_t record_id[static RECORD_ID], uint16_t list_version, const struct token *tokens, size_t count,
                    const uint8_t batch_sk[static SIGN_SECRET], const uint8_t matcher_key[static HPKE_PUBLIC],
                    struct slice origin, struct buf *sealed)
{
	if (count > TOKEN_BATCH_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < count; i++)
		if (!real_is_good(&tokens[i]))
			return ERR_INPUT;
	struct token slots[TOKEN_BATCH_MAX];
	uint8_t signature[SIGN_BYTES], room[INFO_MAX];
	struct buf plain; // record id ‖ plaintext: what is signed, then sealed without the id
	buf_init_secret(&plain, RECORD_ID + BATCH_PLAIN_MAX);
	buf_put(&plain, record_id, RECORD_ID);
	plain_put(list_version, slots, slots_fill(tokens, count, slots), &plain);
	enum err e = buf_status(&plain);
	if (e == ERR_OK) {
		sign_message(batch_sk, KIND, origin, buf_slice(&plain), signature);
		buf_put(&plain, signature, SIGN_BYTES);
		e = buf_status(&plain);
	}
	size_t before = sealed->n;
	uint8_t *to = e == ERR_OK ? buf_add(sealed, plain.n - RECORD_ID + HPKE_OVERHEAD) : NULL;
	if (e == ERR_OK && to == NULL)
		e = buf_status(sealed);
	if (e == ERR_OK)
		e = hpke_seal(matcher_key, batch_info(origin, room), slice_of(record_id, RECORD_ID),
		              slice_of(plain.p + RECORD_ID, plain.n - RECORD_ID), to);
	if (e != ERR_OK)
		sealed->n = before;
	secret_wipe(slots, sizeof slots);
	buf_free(&plain);
	return e;
}

// One slot, into the next place of the batch: what is copied anywhere else would have to be wiped there. *last: the id before.
static enum err slot_take(struct wire *w, size_t at, const uint8_t **last, struct batch *b, struct why *why)
{
	struct token *t = &b->token[b->count];
	t->flags = wire_u8(w);
	t->class = wire_u8(w);
	t->epoch = wire_u16(w);
	const uint8_t *id = wire_take(w, TOKEN_ID).p; // the size was checked
	memcpy(t->id, id, TOKEN_ID);
	if (!real_is_good(t) && (t->flags | t->class | t->epoch) != 0)
		return why_set(why, ERR_INPUT, "batch: slot %zu: flags %u, class %u, epoch %u", at, t->flags, t->class, t->epoch);
	if (*last != NULL && memcmp(id, *last, TOKEN_ID) <= 0)
		return why_set(why, ERR_INPUT, "batch: slot %zu is not above the one before", at);
	*last = id;
	if (t->flags != 0)
		b->count++;
	return ERR_OK;
}

// A plaintext whose signature is good.
static enum err plain_take(struct slice plain, struct batch *b, struct why *why)
{
	struct wire w = wire_of(plain);
	const uint8_t *last = NULL;
	uint8_t version = wire_u8(&w);
	b->list_version = wire_u16(&w);
	b->count = 0;
	size_t slots = wire_u16(&w);
	if (w.bad || version != VERSION)
		return why_set(why, ERR_INPUT, "batch: version %u is unknown", version);
	if (!is_size(slots) || w.rest.n != slots * TOKEN_SLOT)
		return why_set(why, ERR_INPUT, "batch: %zu slots in %zu bytes", slots, w.rest.n);
	for (size_t i = 0; i < slots; i++) {
		enum err e = slot_take(&w, i, &last, b, why);
		if (e != ERR_OK)
			return e;
	}
	return wire_end(&w, "batch", why);
}

// room = record id ‖ plaintext.
static enum err signed_take(struct slice room, const uint8_t batch_key[static SIGN_PUBLIC], struct slice origin, struct batch *b,
                            struct why *why)
{
	struct slice covered = slice_of(room.p, room.n - SIGN_BYTES);
	if (!sign_message_verify(batch_key, KIND, origin, covered, room.p + covered.n))
		return why_set(why, ERR_AUTH, "batch: not signed by the record's batch key");
	return plain_take(slice_of(covered.p + RECORD_ID, covered.n - RECORD_ID), b, why);
}

enum err batch_open(struct slice sealed, const uint8_t record_id[static RECORD_ID], const uint8_t batch_key[static SIGN_PUBLIC],
                    const uint8_t matcher_sk[static HPKE_SECRET], struct slice origin, struct batch *batch, struct why *why)
{
	const size_t least = HPKE_OVERHEAD + BATCH_HEAD + sizes[0] * TOKEN_SLOT + SIGN_BYTES;
	if (sealed.n < least || sealed.n > BATCH_SEALED_MAX)
		return why_set(why, ERR_INPUT, "batch: %zu bytes, must be %zu to %d", sealed.n, least, (int)BATCH_SEALED_MAX);
	uint8_t room[RECORD_ID + BATCH_PLAIN_MAX], info[INFO_MAX];
	struct batch got;
	size_t n = sealed.n - HPKE_OVERHEAD;
	memcpy(room, record_id, RECORD_ID);
	enum err e = hpke_open(matcher_sk, batch_info(origin, info), slice_of(record_id, RECORD_ID), sealed, room + RECORD_ID);
	if (e != ERR_OK)
		e = why_set(why, e, "batch: not sealed to this matcher, or for another record");
	else
		e = signed_take(slice_of(room, RECORD_ID + n), batch_key, origin, &got, why);
	if (e == ERR_OK)
		*batch = got;
	secret_wipe(room, sizeof room);
	secret_wipe(&got, sizeof got);
	secret_wipe_stack();
	return e;
}
