// Following the ledger (follow/follow.h): leaves count only when, with all before them, they give the root of a checkpoint under
// t cosignatures. They come in many frames and are kept in memory until the last one is here, so that no other question meets a
// half-applied ledger.
#include <inttypes.h>

#include "base/wire.h"
#include "core.h"
#include "log/log.h"
#include "proto/hub.h"
#include "sys/file.h"

// --- The newest checkpoint ----------------------------------------------------------------------------------------------------

// A charter that replaced seats may leave a note with too few cosignatures of seats that still exist: then there is none until
// the next.
void core_take_newest(struct core *c)
{
	struct followed newest;
	struct why why;
	enum err e = follow_newest(c->follow, &newest, &why);
	if (e != ERR_OK)
		log_line(LOG_WARNING, "no-checkpoint", log_failure(e, &why));
	buf_clear(&c->newest);
	c->newest_time = 0;
	if (e != ERR_OK || newest.checkpoint.size == 0)
		return;
	buf_put_slice(&c->newest, newest.note);
	c->newest_time = newest.time;
	INVARIANT(buf_status(&c->newest) == ERR_OK);
}

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

// --- Applying -------------------------------------------------------------------------------------------------------------

static void drop_pending(struct core *c)
{
	c->pending.end = 0;
	buf_free(&c->pending.answers);
	buf_clear(&c->pending.note);
}

static void alarm_if_false(struct core *c, enum alarm which, enum err e, const struct why *why)
{
	if (e != ERR_AUTH)
		return;
	c->count.alarms[which]++;
	log_line(LOG_ERROR, "alarm", log_value("of", "%s", which == ALARM_FORKED ? "forked-ledger" : "false-leaves"),
	         log_value("why", "%s", why->text));
}

// What the new documents changed.
static enum err adopt(struct core *c, uint32_t charter, unsigned refused, const struct why *last, struct why *why)
{
	if (refused > 0)
		log_line(LOG_WARNING, "hub-misbehaves", log_value("refused", "%u", refused), log_value("last", "%s", last->text));
	enum err e = ERR_OK;
	if (core_charter(c)->number != charter) {
		copy_charter(c);
		log_line(LOG_WARNING, "charter", log_value("number", "%u", core_charter(c)->number),
		         log_value("do", "restart to use its addresses"));
		e = core_adopt_charter(c, why);
	}
	core_take_newest(c);
	core_end_ceremonies(c);
	log_line(LOG_DEBUG, "followed", log_value("leaves", "%" PRIu64, store_frontier(c->store)->size));
	return e;
}

// In one transaction, all or nothing. A document that breaks a rule should never have got into the ledger: the hub is at fault,
// and this keeper goes on without it, as every party does.
static enum err apply(struct core *c, struct slice note, struct slice answers, struct why *why)
{
	uint32_t charter = core_charter(c)->number;
	unsigned refused = 0;
	struct wire w = wire_of(answers);
	struct why last = {""};
	enum err e = follow_start(c->follow, note, why);
	alarm_if_false(c, ALARM_FORKED, e, why);
	if (e != ERR_OK)
		return e;
	while (e == ERR_OK && w.rest.n > 0)
		e = follow_entries(c->follow, wire_vec32(&w), why);
	if (e == ERR_OK) {
		e = follow_finish(c->follow, &refused, &last);
		if (e != ERR_OK)
			*why = last;
	}
	alarm_if_false(c, ALARM_FALSE_LEAVES, e, why);
	// Out of memory in the middle of it: what is in memory no longer is what is on disk.
	INVARIANT(e != ERR_SYSTEM || store_frontier(c->store)->size == c->applied);
	if (e != ERR_OK)
		return e;
	c->applied = store_frontier(c->store)->size;
	return adopt(c, charter, refused, &last, why);
}

// --- Questions of net -----------------------------------------------------------------------------------------------------

static void put_wanted(const struct core *c, struct buf *reply)
{
	buf_put_u64(reply, c->pending.end > 0 ? c->pending.next : 0);
	buf_put_u64(reply, c->pending.end);
}

static enum err take_note(struct core *c, struct slice note, struct why *why)
{
	uint64_t have = store_frontier(c->store)->size, time;
	struct checkpoint p;
	enum err e = follow_verify(core_charter(c), note, &p, &time, why);
	if (e != ERR_OK)
		return e;
	if (p.size <= have)
		return apply(c, note, slice_of(NULL, 0), why);
	c->pending.end = p.size;
	c->pending.next = have;
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

static enum err only_count(void *context, uint64_t index, struct slice leaf, struct why *why)
{
	(void)context;
	(void)index;
	(void)leaf;
	(void)why;
	return ERR_OK;
}

static enum err collect(struct core *c, uint64_t from, struct slice answer, struct why *why)
{
	uint32_t count = 0;
	if (c->pending.end == 0 || from != c->pending.next)
		return why_set(why, ERR_DENIED, "leaves from %" PRIu64 ": not wanted", from);
	enum err e = hub_entries_answer_each(answer, from, only_count, NULL, &count, why);
	if (e == ERR_OK && count == 0)
		e = why_set(why, ERR_AWAY, "the hub withholds the leaves from %" PRIu64 " on", from);
	if (e != ERR_OK)
		return e;
	buf_put_vec32(&c->pending.answers, answer);
	c->pending.next += count;
	if (buf_status(&c->pending.answers) != ERR_OK)
		return why_set(why, ERR_LIMIT, "more than %u bytes of leaves up to one checkpoint", PENDING_MAX);
	return ERR_OK;
}

enum err core_leaves(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct wire w = wire_of(payload);
	uint64_t from = wire_u64(&w);
	struct slice answer = wire_take(&w, w.rest.n);
	enum err e = wire_end(&w, "leaves", why);
	if (e == ERR_OK)
		e = collect(c, from, answer, why);
	bool whole = e == ERR_OK && c->pending.next >= c->pending.end;
	if (whole)
		e = apply(c, buf_slice(&c->pending.note), buf_slice(&c->pending.answers), why);
	if (whole || e != ERR_OK)
		drop_pending(c);
	if (e == ERR_OK)
		put_wanted(c, reply);
	return e;
}
