// Following the ledger, and waiting for a leaf to be in it for good.
#include <time.h>

#include "base/num.h"
#include "platform/inside.h"
#include "sys/clock.h"

#define POLL_LEAST_MS 4   // between looks for a leaf: a quarter of the time waited so far, within these
#define POLL_MOST_MS 250

enum err platform_checkpoint(struct platform *p, struct buf *note, struct why *why)
{
	return platform_call(p, 0, "GET", "/checkpoint", (struct slice){0}, note, why);
}

static enum err follow_one(struct platform *p, uint64_t from, uint64_t wanted, struct why *why)
{
	struct buf body, answer;
	buf_init(&body, 12);
	buf_init(&answer, HUB_ENTRIES_BYTES);
	hub_entries_ask(from, wanted < HUB_ENTRIES_MAX ? (uint32_t)wanted : HUB_ENTRIES_MAX, &body);
	enum err e = platform_ask_hub(p, HUB_ENTRIES, buf_slice(&body), &answer, why);
	if (e == ERR_OK)
		e = follow_entries(p->follow, buf_slice(&answer), why);
	buf_free(&body);
	buf_free(&answer);
	return e;
}

static enum err follow_note(struct platform *p, struct slice note, struct why *why)
{
	uint64_t from, wanted;
	unsigned refused;
	enum err e = follow_start(p->follow, note, why);
	while (e == ERR_OK && (wanted = follow_wanted(p->follow, &from)) > 0)
		e = follow_one(p, from, wanted, why);
	if (e == ERR_OK)
		e = follow_finish(p->follow, &refused, why);
	if (e != ERR_OK)
		follow_abandon(p->follow);
	return e;
}

static enum err is_fresh(struct platform *p, struct why *why)
{
	struct followed newest;
	char text[TIME_TEXT];
	enum err e = follow_newest(p->follow, &newest, why);
	if (e != ERR_OK || clock_now() < newest.time + FOLLOW_AGE_MAX)
		return e;
	time_print(newest.time, text);
	return why_set(why, ERR_AWAY, "the hub shows nothing newer than %s", text);
}

enum err platform_sync(struct platform *p, struct why *why)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	enum err e = platform_credential(p, false, why);
	if (e == ERR_OK)
		e = platform_checkpoint(p, &note, why);
	if (e == ERR_OK)
		e = follow_note(p, buf_slice(&note), why);
	buf_free(&note);
	return e == ERR_OK ? is_fresh(p, why) : e;
}

static enum err prove(struct platform *p, uint64_t index, struct slice leaf, const struct checkpoint *c, struct tree_proof *proof,
                      struct why *why)
{
	uint8_t hash[TREE_HASH];
	struct buf body, answer;
	struct tree_proof found;
	buf_init(&body, 16);
	buf_init(&answer, 2 + TREE_PROOF_MAX * TREE_HASH);
	hub_proof_ask(index, c->size, &body);
	tree_leaf_hash(leaf, hash);
	enum err e = platform_ask_hub(p, HUB_PROOF, buf_slice(&body), &answer, why);
	if (e == ERR_OK)
		e = hub_proof_answer_decode(buf_slice(&answer), &found, why);
	if (e == ERR_OK)
		e = tree_inclusion_verify(index, c->size, hash, &found, c->root, why);
	if (e == ERR_OK)
		*proof = found;
	buf_free(&body);
	buf_free(&answer);
	return e == ERR_AUTH ? why_at(why, e, "leaf %llu of the ledger is not what was promised", (unsigned long long)index) : e;
}

// Who has no home follows nothing: the cosignatures, which are what counts, are verified all the same.
static enum err note_take(struct platform *p, struct slice note, struct why *why)
{
	struct checkpoint c;
	uint64_t time;
	return p->follow != NULL ? follow_note(p, note, why) : follow_verify(platform_charter(p), note, &c, &time, why);
}

// Follows the hub's newest checkpoint when it reaches past the leaf; ERR_ABSENT while it does not. An older one is not followed: that
// would be a commit to disk for every look.
static enum err look_for(struct platform *p, uint64_t index, struct why *why)
{
	struct buf note;
	struct note parsed;
	struct checkpoint c;
	buf_init(&note, NOTE_MAX);
	enum err e = platform_checkpoint(p, &note, why);
	if (e == ERR_OK)
		e = note_parse(buf_slice(&note), &parsed, why);
	if (e == ERR_OK)
		e = checkpoint_parse(parsed.text, &c, why);
	if (e == ERR_OK && c.size <= index)
		e = why_set(why, ERR_ABSENT, "leaf %llu is not under %u cosignatures yet", (unsigned long long)index, platform_charter(p)->t);
	if (e == ERR_OK)
		e = note_take(p, buf_slice(&note), why);
	buf_free(&note);
	return e == ERR_OK && p->follow != NULL ? is_fresh(p, why) : e;
}

static void rest(uint64_t waited)
{
	uint64_t ms = waited / 4;
	ms = ms < POLL_LEAST_MS ? POLL_LEAST_MS : ms > POLL_MOST_MS ? POLL_MOST_MS : ms;
	nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000L}, NULL);
}

enum err platform_wait_cosigned(struct platform *p, uint64_t index, unsigned timeout_ms, struct why *why)
{
	uint64_t start = clock_monotonic_ms(), waited = 0;
	for (;;) {
		enum err e = look_for(p, index, why);
		if (e != ERR_AWAY && e != ERR_ABSENT)
			return e;
		waited = clock_monotonic_ms() - start;
		if (waited >= timeout_ms)
			return e == ERR_ABSENT ? ERR_AWAY : e;
		if (p->waiting != NULL)
			p->waiting(p->waiter, index);
		rest(waited);
	}
}

enum err platform_wait_leaf(struct platform *p, uint64_t index, struct slice leaf, unsigned timeout_ms, struct tree_proof *proof,
                            struct followed *under, struct why *why)
{
	struct followed newest = {0};
	enum err e = platform_credential(p, false, why);
	if (e == ERR_OK)
		e = platform_wait_cosigned(p, index, timeout_ms, why);
	if (e == ERR_OK)
		e = follow_newest(p->follow, &newest, why);
	if (e == ERR_OK && newest.checkpoint.size <= index) // never: what was followed reaches past it
		e = why_set(why, ERR_AWAY, "leaf %llu is not under %u cosignatures yet", (unsigned long long)index, platform_charter(p)->t);
	if (e == ERR_OK)
		e = prove(p, index, leaf, &newest.checkpoint, proof, why);
	return e == ERR_OK ? follow_newest(p->follow, under, why) : e;
}
