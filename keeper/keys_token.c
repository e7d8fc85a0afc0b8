// Token shares: kept one file each, loaded at the start, used to evaluate.
#include <stdio.h>

#include "base/wire.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"
#include "keys.h"
#include "sys/file.h"
#include "token/token.h"

#define MAGIC "TSHR1\n"
#define MAGIC_BYTES 6
#define SHARE_FILE_MAX 2048

// --- Files ----------------------------------------------------------------------------------------------------------------

static void share_name(uint8_t class, uint16_t epoch, const uint8_t order[static KEYS_CEREMONY_ID],
                       char name[static KEYS_NAME_MAX])
{
	struct buf b;
	buf_init(&b, KEYS_NAME_MAX - 1);
	buf_printf(&b, "share-%u-%u-", class, epoch);
	buf_put_hex(&b, slice_of(order, KEYS_CEREMONY_ID));
	INVARIANT(buf_status(&b) == ERR_OK);
	memcpy(name, b.p, b.n);
	name[b.n] = 0;
	buf_free(&b);
}

static void share_encode(const struct keys_result *r, const uint8_t share[static SCALAR], struct buf *out)
{
	buf_put(out, MAGIC, MAGIC_BYTES);
	buf_put_u8(out, r->class);
	buf_put_u16(out, r->epoch);
	buf_put(out, r->order, sizeof r->order);
	buf_put_u8(out, r->seat);
	buf_put_u8(out, r->t);
	buf_put_u8(out, r->n);
	buf_put(out, r->group, ELEMENT);
	buf_put(out, r->public, r->n * (size_t)ELEMENT);
	buf_put(out, r->transcript, sizeof r->transcript);
	buf_put(out, share, SCALAR);
}

static enum err share_decode(struct slice bytes, const char *path, struct keys_result *r, uint8_t share[static SCALAR],
                             struct why *why)
{
	struct wire w = wire_of(bytes);
	if (!slice_equal(wire_take(&w, MAGIC_BYTES), SLICE_LITERAL(MAGIC)))
		wire_fail(&w);
	r->class = wire_u8(&w);
	r->epoch = wire_u16(&w);
	wire_copy(&w, r->order, sizeof r->order);
	r->seat = wire_u8(&w);
	r->t = wire_u8(&w);
	r->n = wire_u8(&w);
	if (r->n > SEATS_MAX || r->seat < 1 || r->seat > r->n || r->class >= TOKEN_CLASSES) {
		r->n = 0;
		wire_fail(&w);
	}
	wire_copy(&w, r->group, ELEMENT);
	wire_copy(&w, r->public, r->n * (size_t)ELEMENT);
	wire_copy(&w, r->transcript, sizeof r->transcript);
	wire_copy(&w, share, SCALAR);
	return wire_end(&w, path, why);
}

static enum err share_read(const struct keys *k, const char *name, struct keys_result *r, uint8_t share[static SCALAR],
                           struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf b;
	keys_path(k, name, path);
	buf_init_secret(&b, SHARE_FILE_MAX);
	enum err e = file_read_secret(path, SHARE_FILE_MAX, &b, why);
	if (e == ERR_OK)
		e = share_decode(buf_slice(&b), path, r, share, why);
	buf_free(&b);
	return e;
}

static enum err share_put(struct keys *k, const struct keys_result *r, const uint8_t share[static SCALAR], struct why *why)
{
	if (k->shares == KEYS_SHARES_MAX)
		return why_set(why, ERR_LIMIT, "more than %d token shares", KEYS_SHARES_MAX);
	struct keys_share *to = &k->share[k->shares];
	to->class = r->class;
	to->epoch = r->epoch;
	memcpy(to->public, r->public[r->seat - 1], ELEMENT);
	memcpy(k->secrets->share[k->shares], share, SCALAR);
	k->shares++;
	return ERR_OK;
}

static enum err load_one(void *keys, const char *name, struct why *why)
{
	struct keys *k = keys;
	struct keys_result r = {0};
	uint8_t share[SCALAR];
	enum err e = share_read(k, name, &r, share, why);
	if (e == ERR_OK)
		e = share_put(k, &r, share, why);
	secret_wipe(share, sizeof share);
	return e;
}

enum err keys_shares_load(struct keys *k, struct why *why)
{
	return keys_each_file(k, "share-", load_one, k, why);
}

enum err keys_share_find(const struct keys *k, uint8_t class, uint16_t epoch, const uint8_t order[static KEYS_CEREMONY_ID],
                         struct keys_result *r, struct why *why)
{
	char name[KEYS_NAME_MAX];
	uint8_t share[SCALAR];
	struct keys_result got = {0};
	share_name(class, epoch, order, name);
	enum err e = share_read(k, name, &got, share, why);
	secret_wipe(share, sizeof share);
	if (e == ERR_OK)
		*r = got;
	return e;
}

enum err keys_share_save(struct keys *k, const struct keys_result *r, const uint8_t share[static SCALAR], struct why *why)
{
	char name[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	struct buf b;
	share_name(r->class, r->epoch, r->order, name);
	keys_path(k, name, path);
	buf_init_secret(&b, SHARE_FILE_MAX);
	share_encode(r, share, &b);
	enum err e = buf_status(&b) != ERR_OK ? why_set(why, ERR_SYSTEM, "out of memory")
	                                      : file_create(path, buf_slice(&b), FILE_SECRET, why);
	buf_free(&b);
	if (e == ERR_EXISTS)
		return ERR_OK; // this round was answered before: the ceremony has one outcome
	return e == ERR_OK ? share_put(k, r, share, why) : e;
}

// --- Evaluation -----------------------------------------------------------------------------------------------------------

// Sizes first: a frame of exactly as many elements as it says.
static enum err frame_read(struct slice payload, struct keys_share *which, struct slice *elements, size_t *count, struct why *why)
{
	struct wire w = wire_of(payload);
	which->class = wire_u8(&w);
	which->epoch = wire_u16(&w);
	wire_copy(&w, which->public, ELEMENT);
	*count = wire_u16(&w);
	if (*count < 1 || *count > TOKEN_BATCH_MAX)
		return why_set(why, ERR_LIMIT, "evaluate: %zu elements; 1 to %d", *count, TOKEN_BATCH_MAX);
	*elements = wire_take(&w, *count * ELEMENT);
	return wire_end(&w, "evaluate", why);
}

static const uint8_t *share_of(const struct keys *k, const struct keys_share *which)
{
	for (unsigned i = 0; i < k->shares; i++)
		if (k->share[i].class == which->class && k->share[i].epoch == which->epoch &&
		    memcmp(k->share[i].public, which->public, ELEMENT) == 0)
			return k->secrets->share[i];
	return NULL;
}

enum err keys_evaluate(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct keys_share which;
	struct slice elements;
	size_t count;
	enum err e = frame_read(payload, &which, &elements, &count, why);
	if (e != ERR_OK)
		return e;
	const uint8_t *share = share_of(keys, &which);
	if (share == NULL)
		return why_set(why, ERR_ABSENT, "this keeper has no share of the key of class %u, epoch %u", which.class, which.epoch);
	struct evaluate one = {0};
	one.epoch[which.class] = which.epoch;
	one.count[which.class] = (uint16_t)count;
	one.element[which.class] = (const uint8_t(*)[VOPRF_ELEMENT])elements.p;
	return evaluate_answer(&one, which.class, share, which.public, reply, why);
}
