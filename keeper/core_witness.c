// Witnessing (C2SP tlog-witness), and the rule about old snapshots: a keeper that once cosigned more than it remembers has been
// restored from a copy, and does nothing until its officer says so.
#include <inttypes.h>
#include <stdio.h>

#include "base/wire.h"
#include "core.h"
#include "log/log.h"

#define SEEN "seen"           // what others have shown us of our own cosignatures: size ‖ root ‖ time
#define SUSPENDED "suspended" // the reason, while suspended
#define COSIGNS "cosigns"     // since before the first cosignature: a store without it is not the one of keys/witnessed

static void raise_to(struct witnessed *w, uint64_t size, const uint8_t root[static TREE_HASH], uint64_t time)
{
	if (size > w->state.size) {
		w->state.size = size;
		memcpy(w->state.root, root, TREE_HASH);
	}
	if (time > w->time)
		w->time = time;
}

static enum err raise_from(struct core *c, struct slice bytes, const char *what, struct why *why)
{
	struct wire w = wire_of(bytes);
	uint8_t root[TREE_HASH];
	uint64_t size = wire_u64(&w);
	wire_copy(&w, root, sizeof root);
	uint64_t time = wire_u64(&w);
	enum err e = wire_end(&w, what, why);
	if (e != ERR_OK)
		return e;
	if (size == 0)
		memcpy(c->witnessed.state.root, root, TREE_HASH);
	raise_to(&c->witnessed, size, root, time);
	return ERR_OK;
}

enum err core_mark(struct core *c, struct why *why)
{
	static const uint8_t one = 1;
	return store_value_put(c->store, COSIGNS, slice_of(&one, sizeof one), why);
}

// Its keys have cosigned and its store does not know of it: counters, cards and suspensions are gone with the store that did.
static enum err suspend_lost(struct core *c, struct why *why)
{
	snprintf(c->reason, sizeof c->reason,
	         "its keys have cosigned a tree of %" PRIu64 " leaves, and its store remembers nothing: the store was lost",
	         c->witnessed.state.size);
	enum err e = store_begin(c->store, why);
	return e == ERR_OK ? core_end(c, store_value_put(c->store, SUSPENDED, slice_text(c->reason), why), why) : e;
}

// The reason, when it was suspended before; else what it is to do at the start.
static enum err load_mode(struct core *c, struct why *why)
{
	struct slice reason, mark;
	enum err e = store_value_get(c->store, COSIGNS, &mark, why);
	c->marked = e == ERR_OK;
	if (e == ERR_ABSENT && c->witnessed.time != 0)
		e = suspend_lost(c, why);
	if (e == ERR_OK || e == ERR_ABSENT)
		e = store_value_get(c->store, SUSPENDED, &reason, why);
	if (e == ERR_OK) {
		c->mode = MODE_SUSPENDED;
		c->count.alarms[ALARM_SUSPENDED]++;
		snprintf(c->reason, sizeof c->reason, "%.*s", SLICE_ARGS(reason));
		log_line(LOG_ERROR, "alarm", log_value("of", "suspended"), log_value("why", "%s", c->reason));
		return ERR_OK;
	}
	// One that has never cosigned has nothing to have forgotten.
	c->mode = c->witnessed.time == 0 ? MODE_ACTIVE : MODE_STARTING;
	return e == ERR_ABSENT ? ERR_OK : e;
}

enum err core_witness_load(struct core *c, struct why *why)
{
	struct buf none, reply;
	struct slice seen;
	buf_init(&none, 1);
	buf_init(&reply, KEYS_WITNESSED_BYTES);
	enum err e = core_ask_keys(c, KEYS_WITNESSED, &none, &reply, why);
	if (e == ERR_OK)
		e = raise_from(c, buf_slice(&reply), "witnessed", why);
	buf_free(&none);
	buf_free(&reply);
	if (e != ERR_OK)
		return e;
	e = store_value_get(c->store, SEEN, &seen, why);
	if (e == ERR_OK)
		e = raise_from(c, seen, SEEN, why);
	return e == ERR_OK || e == ERR_ABSENT ? load_mode(c, why) : e;
}

// --- Looking round ---------------------------------------------------------------------------------------------------------

static enum err suspend(struct core *c, const struct checkpoint *p, uint64_t time, struct why *why)
{
	struct buf seen;
	snprintf(c->reason, sizeof c->reason,
	         "it once cosigned a tree of %" PRIu64 " leaves at %" PRIu64 ", and remembers only %" PRIu64 " leaves at %" PRIu64
	         ": an old copy of its state was restored",
	         p->size, time, c->witnessed.state.size, c->witnessed.time);
	c->mode = MODE_SUSPENDED;
	c->count.alarms[ALARM_SUSPENDED]++;
	raise_to(&c->witnessed, p->size, p->root, time);
	log_line(LOG_ERROR, "alarm", log_value("of", "suspended"), log_value("why", "%s", c->reason));
	buf_init(&seen, KEYS_WITNESSED_BYTES);
	buf_put_u64(&seen, c->witnessed.state.size);
	buf_put(&seen, c->witnessed.state.root, TREE_HASH);
	buf_put_u64(&seen, c->witnessed.time);
	enum err e = buf_status(&seen) == ERR_OK ? store_begin(c->store, why) : why_set(why, ERR_SYSTEM, "out of memory");
	if (e == ERR_OK) {
		e = store_value_put(c->store, SEEN, buf_slice(&seen), why);
		if (e == ERR_OK)
			e = store_value_put(c->store, SUSPENDED, slice_text(c->reason), why);
		e = core_end(c, e, why);
	}
	buf_free(&seen);
	return e;
}

// A note that is no checkpoint of this ledger is of no interest: anybody can serve one.
enum err core_seen(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct checkpoint p;
	struct cosigners who;
	struct why ignored;
	(void)reply;
	if (c->seat == 0 || checkpoint_verify(payload, &c->log, &c->witnesses[c->seat - 1], 1, &p, &who, &ignored) != ERR_OK ||
	    who.count == 0)
		return ERR_OK;
	if (p.size <= c->witnessed.state.size && who.times[0] <= c->witnessed.time)
		return ERR_OK;
	return suspend(c, &p, who.times[0], why);
}

enum err core_started(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct wire w = wire_of(payload);
	uint8_t reached = wire_u8(&w);
	(void)reply;
	enum err e = wire_end(&w, "started", why);
	if (e != ERR_OK || reached == 0 || c->mode != MODE_STARTING)
		return e;
	c->mode = MODE_ACTIVE;
	log_line(LOG_INFO, "active", log_value("asked", "%u", reached));
	return ERR_OK;
}

// --- add-checkpoint --------------------------------------------------------------------------------------------------------

// The text must be the three lines of a checkpoint and no more: keys signs from size and root alone.
static enum err plain(struct slice note, struct checkpoint *p, struct why *why)
{
	struct note parsed;
	struct buf text;
	enum err e = note_parse(note, &parsed, why);
	if (e == ERR_OK)
		e = checkpoint_parse(parsed.text, p, why);
	if (e != ERR_OK)
		return e;
	buf_init(&text, NOTE_MAX);
	checkpoint_print(p, &text);
	bool same = buf_status(&text) == ERR_OK && slice_equal(buf_slice(&text), parsed.text);
	buf_free(&text);
	return same ? ERR_OK : why_set(why, ERR_INPUT, "witness: this ledger's checkpoints have no extension lines");
}

static enum err cosign(struct core *c, const struct checkpoint *p, struct buf *line, struct why *why)
{
	struct buf frame;
	if (!c->marked) {
		enum err e = store_begin(c->store, why);
		if (e == ERR_OK)
			e = core_end(c, core_mark(c, why), why);
		if (e != ERR_OK)
			return e;
		c->marked = true;
	}
	buf_init(&frame, KEYS_COSIGN_BYTES);
	buf_put_u8(&frame, c->seat);
	buf_put_u64(&frame, p->size);
	buf_put(&frame, p->root, TREE_HASH);
	enum err e = core_ask_keys(c, KEYS_COSIGN, &frame, line, why);
	buf_free(&frame);
	return e;
}

// Appends the line; what was cosigned and when is on keys' disk already.
static enum err remember(struct core *c, const struct checkpoint *p, struct slice answer, struct buf *reply, struct why *why)
{
	struct wire w = wire_of(answer);
	uint64_t time = wire_u64(&w);
	struct slice line = wire_take(&w, w.rest.n);
	enum err e = wire_end(&w, "cosignature", why);
	if (e != ERR_OK)
		return e;
	c->witnessed.state.size = p->size;
	memcpy(c->witnessed.state.root, p->root, TREE_HASH);
	if (time > c->witnessed.time)
		c->witnessed.time = time;
	c->count.cosignatures++;
	buf_put_u16(reply, WITNESS_COSIGN);
	buf_put_slice(reply, line);
	return ERR_OK;
}

static void put_refusal(struct core *c, enum witness_answer answer, const struct why *why, struct buf *reply)
{
	buf_put_u16(reply, (uint16_t)answer);
	if (answer == WITNESS_CONFLICT)
		buf_printf(reply, "%" PRIu64 "\n", c->witnessed.state.size);
	else
		buf_printf(reply, "%s\n", why->text);
	if (answer != WITNESS_INCONSISTENT)
		return;
	c->count.alarms[ALARM_INCONSISTENT]++;
	log_line(LOG_ERROR, "alarm", log_value("of", "inconsistent-ledger"), log_value("why", "%s", why->text));
}

enum err core_witness(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct witness_request r;
	struct witness_state next;
	struct checkpoint p;
	struct buf line;
	enum err e = core_awake(c, why);
	if (e == ERR_OK)
		e = witness_request_parse(payload, &r, why);
	if (e == ERR_OK)
		e = core_seen(c, r.note, NULL, why);
	if (e == ERR_OK)
		e = core_awake(c, why);
	if (e != ERR_OK)
		return e;
	enum witness_answer answer = witness_decide(&c->witnessed.state, &r, &c->log, &next, why);
	if (answer == WITNESS_COSIGN && plain(r.note, &p, why) != ERR_OK)
		answer = WITNESS_MALFORMED;
	if (answer != WITNESS_COSIGN) {
		put_refusal(c, answer, why, reply);
		return ERR_OK;
	}
	buf_init(&line, CHECKPOINT_ANSWER_MAX);
	e = cosign(c, &p, &line, why);
	if (e == ERR_OK)
		e = remember(c, &p, buf_slice(&line), reply, why);
	buf_free(&line);
	return e;
}
