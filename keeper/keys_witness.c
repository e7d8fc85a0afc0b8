// The witness key: cosigns trees that never shrink and never fork, whatever core says.
#include <inttypes.h>

#include "base/wire.h"
#include "keys.h"
#include "sys/clock.h"
#include "sys/file.h"

#define WITNESSED "witnessed"

static void put_witnessed(const struct keys *k, struct buf *out)
{
	buf_put_u64(out, k->witnessed.size);
	buf_put(out, k->witnessed.root, TREE_HASH);
	buf_put_u64(out, k->witnessed.time);
}

enum err keys_witness_load(struct keys *k, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf b;
	keys_path(k, WITNESSED, path);
	buf_init(&b, KEYS_WITNESSED_BYTES);
	enum err e = file_read(path, KEYS_WITNESSED_BYTES, &b, why);
	if (e == ERR_ABSENT) {
		buf_free(&b);
		return ERR_OK; // it has never cosigned
	}
	struct wire w = wire_of(buf_slice(&b));
	if (e == ERR_OK) {
		k->witnessed.size = wire_u64(&w);
		wire_copy(&w, k->witnessed.root, TREE_HASH);
		k->witnessed.time = wire_u64(&w);
		e = wire_end(&w, path, why);
	}
	buf_free(&b);
	return e;
}

enum err keys_witnessed(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	enum err e = keys_size("witnessed", payload, 0, why);
	if (e == ERR_OK)
		put_witnessed(keys, reply);
	return e;
}

// The new state is on disk before anything is signed.
static enum err witness(struct keys *k, uint64_t size, const uint8_t root[static TREE_HASH], uint64_t now, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf b;
	if (size < k->witnessed.size)
		return why_set(why, ERR_DENIED, "cosign: a tree of %" PRIu64 " leaves after one of %" PRIu64, size, k->witnessed.size);
	if (size == k->witnessed.size && k->witnessed.time != 0 && memcmp(root, k->witnessed.root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "cosign: another root for %" PRIu64 " leaves than the one cosigned before", size);
	const struct keys_witnessed before = k->witnessed;
	k->witnessed.size = size;
	memcpy(k->witnessed.root, root, TREE_HASH);
	if (now > k->witnessed.time)
		k->witnessed.time = now;
	keys_path(k, WITNESSED, path);
	buf_init(&b, KEYS_WITNESSED_BYTES);
	put_witnessed(k, &b);
	enum err e = buf_status(&b) != ERR_OK ? why_set(why, ERR_SYSTEM, "out of memory")
	                                      : file_write(path, buf_slice(&b), FILE_SECRET, why);
	buf_free(&b);
	if (e != ERR_OK)
		k->witnessed = before;
	return e;
}

enum err keys_cosign(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct keys *k = keys;
	struct wire w = wire_of(payload);
	uint8_t seat = wire_u8(&w);
	struct checkpoint c = {.size = wire_u64(&w)};
	wire_copy(&w, c.root, TREE_HASH);
	uint64_t now = clock_now();
	enum err e = wire_end(&w, "cosign", why);
	if (e != ERR_OK)
		return e;
	struct note_key key;
	struct buf name, text;
	buf_init(&name, NOTE_NAME_MAX);
	buf_init(&text, NOTE_MAX);
	buf_printf(&name, "%s/seat/%u", k->origin, seat);
	memcpy(c.origin, k->origin, sizeof c.origin);
	checkpoint_print(&c, &text);
	INVARIANT(buf_status(&text) == ERR_OK);
	// libsodium's form of a secret key ends with the public one.
	e = buf_status(&name) != ERR_OK ? why_set(why, ERR_LIMIT, "cosign: the origin is too long")
	                                : note_key_make(buf_slice(&name), NOTE_COSIGNATURE, k->secrets->witness + SIGN_SEED, &key,
	                                                why);
	if (e == ERR_OK)
		e = witness(k, c.size, c.root, now, why);
	if (e == ERR_OK)
		buf_put_u64(reply, now);
	if (e == ERR_OK)
		note_put_signature(reply, buf_slice(&text), &key, k->secrets->witness, now);
	buf_free(&name);
	buf_free(&text);
	return e;
}
