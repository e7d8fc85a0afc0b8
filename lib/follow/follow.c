#include "follow/follow.h"

#include <stdlib.h>

#include "base/wire.h"
#include "proto/hub.h"

struct follow {
	struct store *store;
	struct governance *governance;
	struct buf note; // of the checkpoint being followed
	struct checkpoint checkpoint;
	uint64_t time;    // of its cosignatures
	uint64_t applied; // leaves whose documents are in the governance
	bool started;
	bool older; // the note repeats the newest tree with older cosignatures: nothing of it is kept
};

#define VALUE_NOTE "followed" // u64 time of its cosignatures ‖ note of the newest checkpoint that was followed to its end

enum err follow_keys(const struct charter *c, struct note_key *log, struct note_key witnesses[static SEATS_MAX], struct why *why)
{
	enum err e = note_key_make(charter_origin(c), NOTE_ED25519, c->ledger_key, log, why);
	for (unsigned i = 0; i < c->n && e == ERR_OK; i++) {
		char name[SIGN_ORIGIN_MAX + 16];
		charter_witness_name(c, i + 1, name);
		e = note_key_make(slice_text(name), NOTE_COSIGNATURE, c->seats[i].witness, &witnesses[i], why);
	}
	return e;
}

static int newest_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x < y) - (x > y);
}

enum err follow_verify(const struct charter *c, struct slice note, struct checkpoint *checkpoint, uint64_t *time, struct why *why)
{
	struct note_key log, witnesses[SEATS_MAX];
	struct cosigners who;
	struct checkpoint found;
	enum err e = follow_keys(c, &log, witnesses, why);
	if (e == ERR_OK)
		e = checkpoint_verify(note, &log, witnesses, c->n, &found, &who, why);
	if (e != ERR_OK)
		return e;
	if (who.count < c->t)
		return why_set(why, ERR_AUTH, "checkpoint of size %llu: cosigned by %u seats, %u are needed", (unsigned long long)found.size, who.count,
		               c->t);
	qsort(who.times, c->n, sizeof who.times[0], newest_first);
	*checkpoint = found;
	*time = who.times[c->t - 1];
	return ERR_OK;
}

static enum err apply(void *follow, uint64_t index, struct slice leaf, struct why *why)
{
	struct follow *f = follow;
	return governance_apply(f->governance, index, leaf, why);
}

// At opening, everything stored was accepted once; what was refused then is refused again and stays without effect.
static enum err apply_stored(void *follow, uint64_t index, struct slice leaf, struct why *why)
{
	enum err e = apply(follow, index, leaf, why);
	return e == ERR_SYSTEM ? e : ERR_OK;
}

enum err follow_open(struct store *s, struct slice charter, struct follow **out, struct why *why)
{
	struct follow *f = calloc(1, sizeof *f);
	if (f == NULL)
		return why_set(why, ERR_SYSTEM, "ledger: out of memory");
	f->store = s;
	buf_init(&f->note, NOTE_MAX);
	f->governance = governance_new();
	f->applied = store_frontier(s)->size;
	enum err e = f->governance == NULL ? why_set(why, ERR_SYSTEM, "ledger: out of memory") : governance_pin(f->governance, charter, why);
	if (e == ERR_OK)
		e = store_leaf_each(s, 0, f->applied, apply_stored, f, why);
	if (e == ERR_OK)
		*out = f;
	else
		follow_close(f);
	return e;
}

void follow_close(struct follow *f)
{
	if (f == NULL)
		return;
	follow_abandon(f);
	governance_free(f->governance);
	buf_free(&f->note);
	free(f);
}

struct governance *follow_governance(struct follow *f)
{
	return f->governance;
}

// Its cosignatures are not counted again: that was done before it was written, under the charter of its time, which a later one may
// have replaced.
enum err follow_newest(struct follow *f, struct followed *newest, struct why *why)
{
	struct slice saved;
	struct note note;
	enum err e = store_value_get(f->store, VALUE_NOTE, &saved, why);
	if (e == ERR_ABSENT) {
		*newest = (struct followed){0};
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	struct wire w = wire_of(saved);
	struct followed n = {.time = wire_u64(&w)};
	n.note = wire_take(&w, w.rest.n);
	e = note_parse(n.note, &note, why);
	if (e == ERR_OK)
		e = checkpoint_parse(note.text, &n.checkpoint, why);
	if (e != ERR_OK)
		return why_at(why, ERR_SYSTEM, "ledger: what was followed last");
	*newest = n;
	return ERR_OK;
}

// A note must extend, or repeat with newer times, what was followed before.
static enum err extends(struct follow *f, const struct checkpoint *c, struct why *why)
{
	const struct tree_frontier *frontier = store_frontier(f->store);
	uint8_t root[TREE_HASH];
	if (c->size < frontier->size)
		return why_set(why, ERR_AUTH, "checkpoint of size %llu: the ledger had %llu leaves before, it never shrinks",
		               (unsigned long long)c->size, (unsigned long long)frontier->size);
	tree_root(frontier, root);
	if (c->size == frontier->size && memcmp(root, c->root, TREE_HASH) != 0)
		return why_set(why, ERR_AUTH, "checkpoint of size %llu: another root than before: the hub shows two ledgers",
		               (unsigned long long)c->size);
	return ERR_OK;
}

enum err follow_start(struct follow *f, struct slice note, struct why *why)
{
	follow_abandon(f);
	enum err e = follow_verify(governance_charter(f->governance), note, &f->checkpoint, &f->time, why);
	if (e == ERR_OK)
		e = extends(f, &f->checkpoint, why);
	if (e != ERR_OK)
		return e;
	struct followed newest;
	f->older = follow_newest(f, &newest, NULL) == ERR_OK && newest.checkpoint.size == f->checkpoint.size && f->time < newest.time;
	buf_clear(&f->note);
	buf_put_slice(&f->note, note);
	if (buf_status(&f->note) != ERR_OK)
		return why_set(why, ERR_LIMIT, "checkpoint of %zu bytes, at most %d", note.n, NOTE_MAX);
	e = store_begin(f->store, why);
	f->started = e == ERR_OK;
	return e;
}

uint64_t follow_wanted(const struct follow *f, uint64_t *from)
{
	*from = store_frontier(f->store)->size;
	return f->started ? f->checkpoint.size - *from : 0;
}

static enum err note_save(struct follow *f, struct why *why)
{
	struct buf b;
	buf_init(&b, 8 + NOTE_MAX);
	buf_put_u64(&b, f->time);
	buf_put_slice(&b, buf_slice(&f->note));
	enum err e = buf_status(&b) == ERR_OK ? store_value_put(f->store, VALUE_NOTE, buf_slice(&b), why)
	                                      : why_set(why, ERR_SYSTEM, "ledger: out of memory");
	buf_free(&b);
	return e;
}

static enum err entry_add(void *follow, uint64_t index, struct slice leaf, struct why *why)
{
	struct follow *f = follow;
	uint64_t at;
	if (index >= f->checkpoint.size)
		return why_set(why, ERR_INPUT, "entries: leaf %llu was not asked for", (unsigned long long)index);
	// Until a leaf is applied the charter in force is the pinned one.
	if (index == 0 && !slice_equal(leaf, governance_charter_leaf(f->governance)))
		return why_set(why, ERR_AUTH, "entries: leaf 0 is not the pinned charter: this is another platform's ledger");
	return store_leaf_follow(f->store, leaf, &at, why);
}

enum err follow_entries(struct follow *f, struct slice answer, struct why *why)
{
	uint64_t from;
	uint32_t count = 0;
	INVARIANT(f->started);
	follow_wanted(f, &from);
	enum err e = hub_entries_answer_each(answer, from, entry_add, f, &count, why);
	if (e == ERR_OK && count == 0)
		e = why_set(why, ERR_INPUT, "entries: the hub withholds the leaves from %llu on", (unsigned long long)from);
	if (e != ERR_OK)
		follow_abandon(f);
	return e;
}

struct applying {
	struct follow *follow;
	unsigned refused;
	struct why *why;
};

static enum err apply_new(void *applying, uint64_t index, struct slice leaf, struct why *why)
{
	struct applying *a = applying;
	enum err e = apply(a->follow, index, leaf, why);
	if (e == ERR_OK || e == ERR_SYSTEM)
		return e;
	a->refused++;
	if (a->why != why)
		*a->why = *why;
	return ERR_OK;
}

enum err follow_finish(struct follow *f, unsigned *refused, struct why *why)
{
	uint8_t root[TREE_HASH];
	struct why last = {""};
	struct applying a = {.follow = f, .why = &last};
	INVARIANT(f->started);
	tree_root(store_frontier(f->store), root);
	enum err e = ERR_OK;
	if (store_frontier(f->store)->size != f->checkpoint.size || memcmp(root, f->checkpoint.root, TREE_HASH) != 0)
		e = why_set(why, ERR_AUTH, "ledger: the leaves up to %llu do not give the cosigned root: the hub changed or left out some",
		            (unsigned long long)f->checkpoint.size);
	if (e == ERR_OK && !f->older)
		e = note_save(f, why);
	if (e != ERR_OK) {
		follow_abandon(f);
		return e;
	}
	f->started = false; // the transaction is over, also when its commit fails
	e = store_commit(f->store, why);
	if (e != ERR_OK)
		return e;
	e = store_leaf_each(f->store, f->applied, f->checkpoint.size, apply_new, &a, why);
	if (e != ERR_OK)
		return e;
	f->applied = f->checkpoint.size;
	*refused = a.refused;
	if (a.refused > 0 && why != NULL)
		*why = last;
	return ERR_OK;
}

void follow_abandon(struct follow *f)
{
	if (f->started)
		store_rollback(f->store);
	f->started = false;
}
