// The ledger: appending, signing checkpoints, collecting cosignatures.
#include "core.h"
#include "ledger/witness.h"
#include "log/log.h"
#include "sys/clock.h"

#define VALUE_COSIGNED "cosigned" // newest note under t cosignatures
#define VALUE_SIGNED "signed"     // newest note that the log itself has signed: it never signs a smaller tree

static enum err apply(void *core, uint64_t index, struct slice leaf, struct why *why)
{
	struct core *c = core;
	return governance_apply(c->governance, index, leaf, why);
}

static enum err append_charter(struct core *c, struct slice leaf, struct why *why)
{
	uint64_t index;
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = store_leaf_add(c->store, leaf, &index, why);
	if (e == ERR_OK)
		e = store_commit(c->store, why);
	else
		store_rollback(c->store);
	return e;
}

// What was cosigned before this start.
static enum err load_cosigned(struct core *c, struct why *why)
{
	struct slice note;
	struct checkpoint checkpoint;
	uint64_t time;
	enum err e = store_value_get(c->store, VALUE_COSIGNED, &note, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e == ERR_OK)
		e = follow_verify(core_charter(c), note, &checkpoint, &time, why);
	if (e == ERR_OK)
		c->cosigned_size = checkpoint.size;
	return e;
}

enum err ledger_open(struct core *c, struct slice charter_leaf, struct why *why)
{
	enum err e = ERR_OK;
	if ((c->governance = governance_new()) == NULL)
		return why_set(why, ERR_SYSTEM, "out of memory");
	if (store_frontier(c->store)->size == 0)
		e = append_charter(c, charter_leaf, why);
	if (e == ERR_OK)
		e = governance_pin(c->governance, charter_leaf, why);
	if (e == ERR_OK)
		e = store_leaf_each(c->store, 0, store_frontier(c->store)->size, apply, c, why);
	if (e == ERR_OK)
		e = follow_keys(core_charter(c), &c->log_key, c->witness_keys, why);
	return e == ERR_OK ? load_cosigned(c, why) : e;
}

enum err ledger_append(struct core *c, struct slice leaf, uint64_t *index, struct why *why)
{
	return store_leaf_add(c->store, leaf, index, why);
}

enum err ledger_checkpoint(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct slice note;
	(void)payload;
	enum err e = store_value_get(c->store, VALUE_COSIGNED, &note, why);
	if (e == ERR_ABSENT)
		return why_set(why, ERR_AWAY, "no checkpoint has the cosignatures of %u seats yet", core_charter(c)->t);
	buf_put_slice(reply, note);
	return e != ERR_OK ? e : buf_status(reply);
}

enum err ledger_charter(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	(void)payload, (void)why;
	buf_put_slice(reply, governance_charter_leaf(c->governance));
	return buf_status(reply);
}

enum err ledger_governance(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct document d;
	uint64_t index;
	enum err e = document_decode(payload, &d, why);
	if (e == ERR_OK)
		e = document_check_date(&d, clock_now(), why);
	if (e == ERR_OK)
		e = governance_check(c->governance, payload, why);
	if (e == ERR_OK)
		e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = ledger_append(c, payload, &index, why);
	if (e == ERR_OK)
		e = store_commit(c->store, why);
	if (e != ERR_OK) {
		store_rollback(c->store);
		return e;
	}
	e = governance_apply(c->governance, index, payload, why);
	INVARIANT(e == ERR_OK || e == ERR_SYSTEM); // it was checked above
	log_line(LOG_INFO, "governance", log_value("type", "%u", payload.p[0]), log_value("leaf", "%llu", (unsigned long long)index));
	buf_put_u64(reply, index);
	return e != ERR_OK ? e : buf_status(reply);
}

// --- Cosigning ------------------------------------------------------------------------------------------------------------------------

// Signs the tree as it is. The signed note is on disk before anybody sees it, so that no restart signs a smaller tree.
static enum err sign_newest(struct core *c, struct why *why)
{
	struct checkpoint checkpoint = {.size = store_frontier(c->store)->size};
	struct buf note;
	memcpy(checkpoint.origin, core_charter(c)->origin, sizeof checkpoint.origin);
	tree_root(store_frontier(c->store), checkpoint.root);
	buf_init(&note, NOTE_MAX);
	enum err e = checkpoint_sign(&checkpoint, &c->log_key, c->ledger_sk, &note, why);
	if (e == ERR_OK)
		e = store_begin(c->store, why);
	if (e == ERR_OK) {
		e = store_value_put(c->store, VALUE_SIGNED, buf_slice(&note), why);
		if (e == ERR_OK)
			e = store_commit(c->store, why);
		else
			store_rollback(c->store);
	}
	if (e == ERR_OK) {
		buf_free(&c->note);
		c->note = note;
		c->note_time = clock_now();
	} else {
		buf_free(&note);
	}
	return e;
}

static uint64_t note_size(const struct core *c)
{
	struct note parsed;
	struct checkpoint checkpoint;
	if (c->note.n == 0 || note_parse(buf_slice(&c->note), &parsed, NULL) != ERR_OK || checkpoint_parse(parsed.text, &checkpoint, NULL) != ERR_OK)
		return 0;
	return checkpoint.size;
}

// Whether the note has this seat's cosignature already.
static bool has_cosigned(const struct core *c, unsigned seat)
{
	struct checkpoint checkpoint;
	struct cosigners who;
	return checkpoint_verify(buf_slice(&c->note), &c->log_key, c->witness_keys, core_charter(c)->n, &checkpoint, &who, NULL) == ERR_OK &&
	       (who.seats >> (seat - 1) & 1) != 0;
}

static bool is_stale(const struct core *c)
{
	return note_size(c) != store_frontier(c->store)->size || clock_now() >= c->note_time + c->conf->refresh;
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
	(void)payload, (void)reply;
	return is_stale(c) ? sign_newest(c, why) : ERR_OK;
}

enum err ledger_witness_ask(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	unsigned seat = 0;
	enum err e = seat_of(c, payload, &seat, why);
	if (e != ERR_OK || c->note.n == 0 || has_cosigned(c, seat))
		return e;
	uint64_t size = note_size(c);
	struct witness_request r = {.old = c->seat_size[seat - 1], .note = buf_slice(&c->note)};
	if (r.old > size)
		return why_set(why, ERR_SYSTEM, "seat %u has cosigned %llu leaves, this ledger has %llu: the hub's disk is older than the seat's",
		               seat, (unsigned long long)r.old, (unsigned long long)size);
	if (r.old > 0 && r.old < size)
		e = tree_consistency(r.old, size, store_node_read, c->store, &r.proof);
	if (e != ERR_OK)
		return why_set(why, e, "consistency proof from %llu to %llu: the store lacks a node", (unsigned long long)r.old, (unsigned long long)size);
	witness_request_encode(&r, reply);
	return buf_status(reply);
}

static enum err keep_cosigned(struct core *c, struct why *why)
{
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = store_value_put(c->store, VALUE_COSIGNED, buf_slice(&c->note), why);
	if (e == ERR_OK)
		return store_commit(c->store, why);
	store_rollback(c->store);
	return e;
}

enum err ledger_witness_answer(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	unsigned seat = 0;
	struct checkpoint checkpoint;
	uint64_t time;
	struct buf note;
	enum err e = seat_of(c, payload, &seat, why);
	if (e != ERR_OK)
		return e;
	buf_init(&note, NOTE_MAX);
	e = checkpoint_add(buf_slice(&c->note), slice_part(payload, 1, payload.n), &c->witness_keys[seat - 1], &note, why);
	if (e != ERR_OK) {
		buf_free(&note);
		return why_at(why, e, "seat %u", seat);
	}
	buf_free(&c->note);
	c->note = note;
	c->seat_size[seat - 1] = note_size(c);
	bool enough = follow_verify(core_charter(c), buf_slice(&c->note), &checkpoint, &time, NULL) == ERR_OK;
	if (enough && (e = keep_cosigned(c, why)) == ERR_OK)
		c->cosigned_size = checkpoint.size;
	buf_put_u8(reply, enough && !is_stale(c));
	return e != ERR_OK ? e : buf_status(reply);
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
	if (size > store_frontier(c->store)->size)
		return why_set(why, ERR_SYSTEM, "seat %u has cosigned %llu leaves, this ledger has %llu: was an old store restored?", seat,
		               (unsigned long long)size, (unsigned long long)store_frontier(c->store)->size);
	c->seat_size[seat - 1] = size;
	return ERR_OK;
}
