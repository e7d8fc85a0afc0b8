// Following the ledger: leaves count only when, with all before them, they give the root of a checkpoint under t cosignatures.
#include <inttypes.h>

#include "base/wire.h"
#include "core.h"
#include "log/log.h"
#include "proto/hub.h"
#include "sys/file.h"

#define NEWEST "checkpoint" // the note of the newest applied checkpoint

// --- Start ----------------------------------------------------------------------------------------------------------------

static enum err apply_again(void *core, uint64_t index, struct slice leaf, struct why *why)
{
	struct core *c = core;
	struct why refused;
	enum err e = governance_apply(c->g, index, leaf, &refused);
	if (e == ERR_SYSTEM || (index == 0 && e != ERR_OK))
		return why_set(why, e, "leaf %" PRIu64 ": %s", index, refused.text);
	if (e != ERR_OK) // was refused before, and is again
		log_line(LOG_DEBUG, "document-refused", log_value("leaf", "%" PRIu64, index), log_failure(e, &refused));
	return ERR_OK;
}

// Its cosignatures are not counted again: that was done, under the charter of its time, before it was written.
static enum err load_newest(struct core *c, struct why *why)
{
	struct slice saved;
	enum err e = store_value_get(c->store, NEWEST, &saved, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	struct wire w = wire_of(saved);
	c->newest_time = wire_u64(&w);
	buf_put_slice(&c->newest, wire_take(&w, w.rest.n));
	e = wire_end(&w, NEWEST, why);
	return e == ERR_OK ? buf_status(&c->newest) : e;
}

enum err core_follow_load(struct core *c, struct why *why)
{
	enum err e = store_leaf_each(c->store, 0, store_frontier(c->store)->size, apply_again, c, why);
	return e == ERR_OK ? load_newest(c, why) : e;
}

// --- Applying -------------------------------------------------------------------------------------------------------------

// For net, which cannot ask before it has locked itself in.
static void copy_charter(const struct core *c)
{
	char path[CONF_TEXT_MAX];
	struct why why;
	keeper_path(c->conf, "store/charter", path);
	enum err e = file_write(path, governance_charter_leaf(c->g), FILE_PUBLIC, &why);
	if (e != ERR_OK)
		log_line(LOG_WARNING, "charter-not-copied", log_failure(e, &why));
}

static enum err save_newest(struct core *c, struct slice note, uint64_t time, struct why *why)
{
	struct buf b;
	buf_init(&b, NOTE_MAX + 8);
	buf_put_u64(&b, time);
	buf_put_slice(&b, note);
	enum err e = buf_status(&b) == ERR_OK ? store_value_put(c->store, NEWEST, buf_slice(&b), why) : why_set(why, ERR_SYSTEM, "out of memory");
	buf_free(&b);
	return e;
}

static void adopt_newest(struct core *c, struct slice note, uint64_t time)
{
	buf_clear(&c->newest);
	buf_put_slice(&c->newest, note);
	INVARIANT(buf_status(&c->newest) == ERR_OK);
	c->newest_time = time;
}

// The same tree, cosigned anew.
static enum err refresh(struct core *c, const struct checkpoint *p, struct slice note, uint64_t time, struct why *why)
{
	uint8_t root[TREE_HASH];
	tree_root(store_frontier(c->store), root);
	if (memcmp(root, p->root, TREE_HASH) != 0) {
		log_line(LOG_ERROR, "alarm", log_value("of", "forked-ledger"), log_value("leaves", "%" PRIu64, p->size));
		return why_set(why, ERR_AUTH, "checkpoint of %" PRIu64 " leaves: its root is not that of the leaves applied here", p->size);
	}
	if (time <= c->newest_time)
		return ERR_OK;
	enum err e = store_begin(c->store, why);
	if (e == ERR_OK)
		e = core_end(c, save_newest(c, note, time, why), why);
	if (e == ERR_OK)
		adopt_newest(c, note, time);
	return e;
}

// Appends all pending leaves and compares the root; inside a transaction.
static enum err append_pending(struct core *c, struct why *why)
{
	struct wire w = wire_of(buf_slice(&c->pending.leaves));
	uint8_t root[TREE_HASH];
	enum err e = ERR_OK;
	while (e == ERR_OK && w.rest.n > 0) {
		uint64_t index;
		e = store_leaf_follow(c->store, wire_vec16(&w), &index, why);
	}
	if (e != ERR_OK)
		return e;
	tree_root(store_frontier(c->store), root);
	if (store_frontier(c->store)->size != c->pending.checkpoint.size || memcmp(root, c->pending.checkpoint.root, TREE_HASH) != 0) {
		log_line(LOG_ERROR, "alarm", log_value("of", "false-leaves"), log_value("leaves", "%" PRIu64, c->pending.checkpoint.size));
		return why_set(why, ERR_AUTH, "the hub's leaves do not give the root of its checkpoint of %" PRIu64 " leaves", c->pending.checkpoint.size);
	}
	return save_newest(c, buf_slice(&c->pending.note), c->pending.time, why);
}

// Only now, when the leaves are proved and on disk, do they count. A document that breaks a rule should never have got into the
// ledger: the hub is at fault, and the others go on without it, as every party does.
static enum err govern(struct core *c, uint64_t from, struct why *why)
{
	struct wire w = wire_of(buf_slice(&c->pending.leaves));
	uint32_t number = core_charter(c)->number;
	for (uint64_t i = from; w.rest.n > 0; i++) {
		struct why refused;
		enum err e = governance_apply(c->g, i, wire_vec16(&w), &refused);
		INVARIANT(e != ERR_SYSTEM); // out of memory: what is in memory would no longer be what is on disk
		if (e != ERR_OK)
			log_line(LOG_WARNING, "hub-misbehaves", log_value("leaf", "%" PRIu64, i), log_failure(e, &refused));
	}
	if (core_charter(c)->number == number)
		return ERR_OK;
	copy_charter(c);
	log_line(LOG_WARNING, "charter", log_value("number", "%u", core_charter(c)->number), log_value("do", "restart to use its addresses"));
	return core_adopt_charter(c, why);
}

static void drop_pending(struct core *c)
{
	c->pending.checkpoint = (struct checkpoint){0};
	buf_free(&c->pending.leaves);
	buf_clear(&c->pending.note);
}

// The very first leaf must be the pinned charter, before anything is written.
static enum err check_first(struct core *c, struct why *why)
{
	struct wire w = wire_of(buf_slice(&c->pending.leaves));
	enum err e = store_frontier(c->store)->size > 0 ? ERR_OK : governance_apply(c->g, 0, wire_vec16(&w), why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "alarm", log_value("of", "another-platform"), log_failure(e, why));
	return e;
}

static enum err apply_pending(struct core *c, struct why *why)
{
	uint64_t from = store_frontier(c->store)->size;
	enum err e = check_first(c, why);
	if (e == ERR_OK)
		e = store_begin(c->store, why);
	if (e == ERR_OK)
		e = core_end(c, append_pending(c, why), why);
	if (e == ERR_OK) {
		adopt_newest(c, buf_slice(&c->pending.note), c->pending.time);
		e = govern(c, from, why);
		log_line(LOG_DEBUG, "followed", log_value("from", "%" PRIu64, from), log_value("to", "%" PRIu64, c->pending.checkpoint.size));
	}
	drop_pending(c);
	return e;
}

// --- Questions of net -----------------------------------------------------------------------------------------------------

static void put_wanted(const struct core *c, struct buf *reply)
{
	bool any = c->pending.checkpoint.size > 0;
	buf_put_u64(reply, any ? c->pending.next : 0);
	buf_put_u64(reply, any ? c->pending.checkpoint.size : 0);
}

static enum err take_note(struct core *c, struct slice note, struct why *why)
{
	uint64_t have = store_frontier(c->store)->size, time;
	struct checkpoint p;
	enum err e = core_checkpoint(c, note, &p, &time, why);
	if (e != ERR_OK)
		return e;
	if (p.size < have)
		return why_set(why, ERR_DENIED, "checkpoint of %" PRIu64 " leaves; %" PRIu64 " have been applied here", p.size, have);
	if (p.size == have)
		return refresh(c, &p, note, time, why);
	c->pending.checkpoint = p;
	c->pending.time = time;
	c->pending.next = have;
	buf_clear(&c->pending.leaves);
	buf_clear(&c->pending.note);
	buf_put_slice(&c->pending.note, note);
	return buf_status(&c->pending.note);
}

enum err core_new_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	enum err e = core_seen(c, payload, NULL, why);
	drop_pending(c);
	if (e == ERR_OK && !slice_equal(payload, buf_slice(&c->newest)))
		e = take_note(c, payload, why);
	if (e == ERR_OK)
		put_wanted(c, reply);
	return e;
}

enum err core_entries_ask(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct wire w = wire_of(payload);
	uint64_t from = wire_u64(&w);
	uint32_t most = wire_u32(&w);
	struct buf frame;
	enum err e = wire_end(&w, "entries", why);
	if (e != ERR_OK)
		return e;
	buf_init(&frame, KEYS_ASK_BYTES);
	buf_put_u8(&frame, c->seat);
	buf_put_u64(&frame, from);
	buf_put_u32(&frame, most);
	e = core_ask_keys(c, KEYS_ASK_ENTRIES, &frame, reply, why);
	buf_free(&frame);
	return e;
}

static enum err collect(void *core, uint64_t index, struct slice leaf, struct why *why)
{
	struct core *c = core;
	if (index >= c->pending.checkpoint.size)
		return ERR_OK; // the ledger has grown since
	buf_put_vec16(&c->pending.leaves, leaf);
	c->pending.next = index + 1;
	return buf_status(&c->pending.leaves) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "more than %u bytes of leaves up to one checkpoint", PENDING_MAX);
}

enum err core_leaves(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct wire w = wire_of(payload);
	uint64_t from = wire_u64(&w);
	struct slice answer = wire_take(&w, w.rest.n);
	uint32_t count = 0;
	enum err e = wire_end(&w, "leaves", why);
	if (e == ERR_OK && (c->pending.checkpoint.size == 0 || from != c->pending.next))
		e = why_set(why, ERR_DENIED, "leaves from %" PRIu64 ": not wanted", from);
	if (e != ERR_OK)
		return e;
	e = hub_entries_answer_each(answer, from, collect, c, &count, why);
	if (e == ERR_OK && count == 0)
		e = why_set(why, ERR_AWAY, "the hub has no leaf %" PRIu64 ", though its checkpoint says so", from);
	if (e == ERR_OK && c->pending.next == c->pending.checkpoint.size)
		e = apply_pending(c, why);
	if (e == ERR_OK)
		put_wanted(c, reply);
	else
		drop_pending(c);
	return e;
}
