// Checkpoints: signing the newest tree, collecting the seats' cosignatures, serving what t of them have cosigned.
#include "core.h"
#include "ledger/witness.h"
#include "log/log.h"
#include "sys/clock.h"

#define VALUE_COSIGNED "cosigned" // newest note under t cosignatures
#define COSIGNATURE_OFF_MAX 300   // seconds: keepers act for 10 minutes on a cosignature, so one of a wrong clock is worth nothing

// --- What is served --------------------------------------------------------------------------------------------------------------------

// The time of the t-th cosignature, for those who watch. A charter that replaced seats may leave none.
static void cosigned_when(struct core *c, struct slice note)
{
	struct checkpoint checkpoint;
	uint64_t time;
	if (follow_verify(core_charter(c), note, &checkpoint, &time, NULL) == ERR_OK)
		c->cosigned_time = time;
}

// Its cosignatures are not counted again: that was done before it was written, under the charter of its time.
enum err ledger_load_cosigned(struct core *c, struct why *why)
{
	struct slice saved;
	struct note note;
	struct checkpoint checkpoint;
	enum err e = store_value_get(c->store, VALUE_COSIGNED, &saved, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e == ERR_OK)
		e = note_parse(saved, &note, why);
	if (e == ERR_OK)
		e = checkpoint_parse(note.text, &checkpoint, why);
	if (e != ERR_OK)
		return e;
	c->cosigned_size = checkpoint.size;
	cosigned_when(c, saved);
	return ERR_OK;
}

enum err ledger_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct slice note;
	(void)payload;
	enum err e = store_value_get(c->store, VALUE_COSIGNED, &note, why);
	if (e == ERR_ABSENT)
		return why_set(why, ERR_AWAY, "no checkpoint has the cosignatures of %u seats yet", core_charter(c)->t);
	if (e != ERR_OK)
		return e;
	buf_put_slice(reply, note);
	return buf_status(reply);
}

static enum err keep_cosigned(struct core *c, struct why *why)
{
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = store_value_put(c->store, VALUE_COSIGNED, buf_slice(&c->note), why);
	if (e == ERR_OK)
		e = store_commit(c->store, why);
	if (e != ERR_OK) {
		store_rollback(c->store);
		return e;
	}
	c->cosigned_size = c->note_size;
	cosigned_when(c, buf_slice(&c->note));
	return ERR_OK;
}

// --- A round ---------------------------------------------------------------------------------------------------------------------------

// Signs the tree as it is. Its leaves are on disk, so no restart signs a smaller one.
static enum err sign_newest(struct core *c, struct why *why)
{
	struct checkpoint checkpoint = {.size = store_frontier(c->store)->size};
	struct buf note;
	memcpy(checkpoint.origin, core_charter(c)->origin, sizeof checkpoint.origin);
	tree_root(store_frontier(c->store), checkpoint.root);
	buf_init(&note, NOTE_MAX);
	enum err e = checkpoint_sign(&checkpoint, &c->log_key, c->ledger_sk, &note, why);
	if (e != ERR_OK) {
		buf_free(&note);
		return e;
	}
	buf_free(&c->note);
	c->note = note;
	c->note_time = clock_now();
	c->note_size = checkpoint.size;
	c->note_cosigned = 0;
	return ERR_OK;
}

// Also when the clock was set back: what was cosigned "later" must not be waited for.
static bool is_stale(const struct core *c)
{
	uint64_t now = clock_now();
	return c->note.n == 0 || c->note_size != store_frontier(c->store)->size || now >= c->note_time + c->conf->refresh || now < c->note_time;
}

static bool is_enough(const struct core *c)
{
	return c->note.n > 0 && (unsigned)__builtin_popcount(c->note_cosigned) >= core_charter(c)->t;
}

static bool has_cosigned(const struct core *c, unsigned seat)
{
	return (c->note_cosigned >> (seat - 1) & 1) != 0;
}

static enum err seat_of(const struct core *c, struct slice payload, unsigned *seat, struct why *why)
{
	if (payload.n == 0 || payload.p[0] == 0 || payload.p[0] > core_charter(c)->n)
		return why_set(why, ERR_INPUT, "no such seat");
	*seat = payload.p[0];
	return ERR_OK;
}

enum err ledger_witness_round(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	(void)payload;
	enum err e = is_stale(c) ? sign_newest(c, why) : ERR_OK;
	if (e != ERR_OK)
		return e;
	buf_put_u8(reply, is_enough(c));
	return buf_status(reply);
}

enum err ledger_witness_ask(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	unsigned seat = 0;
	enum err e = seat_of(c, payload, &seat, why);
	if (e != ERR_OK || c->note.n == 0 || has_cosigned(c, seat))
		return e;
	struct witness_request r = {.old = c->seat_size[seat - 1], .note = buf_slice(&c->note)};
	if (r.old > c->note_size)
		return why_set(why, ERR_AWAY, "seat %u says that it has cosigned %llu leaves, this round has %llu", seat, (unsigned long long)r.old,
		               (unsigned long long)c->note_size);
	if (r.old > 0 && r.old < c->note_size)
		e = tree_consistency(r.old, c->note_size, store_node_read, c->store, &r.proof);
	if (e != ERR_OK)
		return why_set(why, ERR_SYSTEM, "consistency proof from %llu to %llu: the store lacks a node", (unsigned long long)r.old,
		               (unsigned long long)c->note_size);
	witness_request_encode(&r, reply);
	return buf_status(reply);
}

static enum err time_check(const struct core *c, struct slice note, unsigned seat, struct why *why)
{
	struct checkpoint checkpoint;
	struct cosigners who;
	uint64_t now = clock_now();
	enum err e = checkpoint_verify(note, &c->log_key, &c->witness_keys[seat - 1], 1, &checkpoint, &who, why);
	if (e != ERR_OK)
		return e;
	uint64_t off = now > who.times[0] ? now - who.times[0] : who.times[0] - now;
	if (off > COSIGNATURE_OFF_MAX)
		return why_set(why, ERR_DENIED, "its clock is %llu seconds %s", (unsigned long long)off, now > who.times[0] ? "behind" : "ahead");
	return ERR_OK;
}

// The note with the seat's cosignature in it; buf_free it also after a failure.
static enum err add_cosignature(const struct core *c, unsigned seat, struct slice lines, struct buf *note, struct why *why)
{
	buf_init(note, NOTE_MAX);
	if (c->note.n == 0 || has_cosigned(c, seat))
		return why_set(why, ERR_EXISTS, "nothing was asked of it");
	enum err e = checkpoint_add(buf_slice(&c->note), lines, &c->witness_keys[seat - 1], note, why);
	return e == ERR_OK ? time_check(c, buf_slice(note), seat, why) : e;
}

enum err ledger_witness_answer(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	unsigned seat = 0;
	struct buf note;
	enum err e = seat_of(c, payload, &seat, why);
	if (e != ERR_OK)
		return e;
	e = add_cosignature(c, seat, slice_part(payload, 1, payload.n), &note, why);
	if (e != ERR_OK) {
		buf_free(&note);
		return why_at(why, e, "seat %u", seat);
	}
	buf_free(&c->note);
	c->note = note;
	c->note_cosigned |= UINT32_C(1) << (seat - 1);
	c->ahead &= ~(UINT32_C(1) << (seat - 1));
	c->seat_size[seat - 1] = c->note_size;
	if (is_enough(c) && (e = keep_cosigned(c, why)) != ERR_OK)
		return e;
	buf_put_u8(reply, is_enough(c) && !is_stale(c));
	return buf_status(reply);
}

enum err ledger_witness_size(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	unsigned seat = 0;
	(void)reply;
	enum err e = seat_of(c, payload, &seat, why);
	if (e == ERR_OK && payload.n != 9)
		e = why_set(why, ERR_INPUT, "a size of %zu bytes", payload.n);
	if (e != ERR_OK)
		return e;
	uint64_t size = 0;
	for (unsigned i = 1; i < 9; i++)
		size = size << 8 | payload.p[i];
	if (size > store_frontier(c->store)->size) {
		c->ahead |= UINT32_C(1) << (seat - 1);
		return why_set(why, ERR_SYSTEM, "seat %u has cosigned %llu leaves, this ledger has %llu: was an old store restored?", seat,
		               (unsigned long long)size, (unsigned long long)store_frontier(c->store)->size);
	}
	c->seat_size[seat - 1] = size;
	return ERR_OK;
}
