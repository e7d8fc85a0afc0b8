// Following the ledger, and waiting for a leaf to be in it for good.
#include <time.h>

#include "base/num.h"
#include "platform/inside.h"
#include "sys/clock.h"

#define WAIT_POLL_MS 250

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

enum err platform_wait_leaf(struct platform *p, uint64_t index, struct slice leaf, unsigned timeout_ms, struct tree_proof *proof,
                            struct followed *under, struct why *why)
{
	uint64_t end = clock_monotonic_ms() + timeout_ms;
	struct followed newest = {0};
	for (;;) {
		enum err e = platform_sync(p, why);
		if (e == ERR_OK)
			e = follow_newest(p->follow, &newest, why);
		if (e == ERR_OK && newest.checkpoint.size > index)
			break;
		if (e != ERR_OK && e != ERR_AWAY)
			return e;
		if (clock_monotonic_ms() >= end)
			return e != ERR_OK ? e
			                   : why_set(why, ERR_AWAY, "leaf %llu is not under %u cosignatures yet", (unsigned long long)index,
			                             platform_charter(p)->t);
		nanosleep(&(struct timespec){.tv_nsec = WAIT_POLL_MS * 1000000L}, NULL);
	}
	enum err e = prove(p, index, leaf, &newest.checkpoint, proof, why);
	return e == ERR_OK ? follow_newest(p->follow, under, why) : e;
}
