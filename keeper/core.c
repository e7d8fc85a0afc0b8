// The role core: decides. Holds the store and the state of governance, and no key.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"
#include "log/log.h"
#include "proto/hub.h"
#include "sys/clock.h"
#include "sys/file.h"

#define CORE_TICK_MS 60000
#define KEPT_DAYS 2 // counters and marks: an ask lives 5 minutes, a request 24 hours

const struct charter *core_charter(const struct core *c)
{
	return governance_charter(c->g);
}

struct slice core_origin(const struct core *c)
{
	return charter_origin(core_charter(c));
}

uint32_t core_today(void)
{
	return (uint32_t)(clock_now() / DAY);
}

enum err core_awake(const struct core *c, struct why *why)
{
	if (c->mode == MODE_STARTING)
		return why_set(why, ERR_AWAY, "this keeper is starting: it has not yet reached the hub or another keeper");
	if (c->mode == MODE_SUSPENDED)
		return why_set(why, ERR_AWAY, "this keeper is suspended until its officer resumes it: %s", c->reason);
	if (c->seat == 0)
		return why_set(why, ERR_AWAY, "this keeper has no seat in the charter in force");
	return ERR_OK;
}

enum err core_may_act(const struct core *c, struct why *why)
{
	enum err e = core_awake(c, why);
	if (e != ERR_OK)
		return e;
	uint64_t now = clock_now();
	if (c->newest_time == 0)
		return why_set(why, ERR_AWAY, "this keeper has no checkpoint younger than 10 minutes (none at all yet)");
	if (c->newest_time > now + FUTURE_SECONDS)
		return why_set(why, ERR_AWAY, "this keeper's clock is %" PRIu64 " seconds behind its newest checkpoint",
		               c->newest_time - now);
	if (c->newest_time + FOLLOW_AGE_MAX <= now)
		return why_set(why, ERR_AWAY, "this keeper has no checkpoint younger than 10 minutes (%" PRIu64
		               " seconds old by its clock)", now - c->newest_time);
	return ERR_OK;
}

enum err core_ask_keys(struct core *c, enum keys_kind kind, const struct buf *frame, struct buf *reply, struct why *why)
{
	if (buf_status(frame) != ERR_OK)
		return why_set(why, buf_status(frame), "question to keys too large");
	return channel_call(c->keys, kind, buf_slice(frame), reply, KEYS_TIMEOUT_MS, why);
}

enum err core_end(struct core *c, enum err e, struct why *why)
{
	if (e == ERR_OK)
		return store_commit(c->store, why);
	store_rollback(c->store);
	return e;
}

// --- The charter ----------------------------------------------------------------------------------------------------------

enum err core_adopt_charter(struct core *c, struct why *why)
{
	const struct charter *charter = core_charter(c);
	uint8_t before = c->seat;
	c->seat = 0;
	for (unsigned i = 0; i < charter->n; i++)
		if (memcmp(charter->seats[i].identity, c->identity, SIGN_PUBLIC) == 0)
			c->seat = charter->seats[i].index;
	if (c->seat == 0)
		log_line(LOG_ERROR, "no-seat", log_value("charter", "%u", charter->number));
	else if (c->seat != before)
		log_line(LOG_INFO, "seat", log_value("seat", "%u", c->seat), log_value("of", "%u", charter->n),
		         log_value("charter", "%u", charter->number));
	return follow_keys(charter, &c->log, c->witnesses, why);
}

// --- Small questions --------------------------------------------------------------------------------------------------------

const char *core_mode(const struct core *c)
{
	struct why why;
	if (c->mode == MODE_STARTING)
		return "starting";
	if (c->mode == MODE_SUSPENDED)
		return "suspended";
	return core_may_act(c, &why) == ERR_OK ? "active" : "stale";
}

static enum err answer_status(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	const struct core *c = core;
	uint64_t now = clock_now();
	(void)payload;
	(void)why;
	buf_printf(reply, "version=%s\nseat=%u\nstate=%s\ncharter=%u\n", TOCSIN_VERSION, c->seat, core_mode(c),
	           core_charter(c)->number);
	buf_printf(reply, "leaves=%" PRIu64 "\nwitnessed=%" PRIu64 "\ntime=%" PRIu64 "\n", store_frontier(c->store)->size,
	           c->witnessed.state.size, now);
	if (c->newest_time != 0)
		buf_printf(reply, "checkpoint-age=%" PRIu64 "\n", now > c->newest_time ? now - c->newest_time : 0);
	return ERR_OK;
}

static enum err answer_newest(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	const struct core *c = core;
	(void)payload;
	if (c->newest.n == 0)
		return why_set(why, ERR_ABSENT, "this keeper holds no checkpoint yet");
	buf_put_slice(reply, buf_slice(&c->newest));
	return ERR_OK;
}

static enum err answer_mode(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	const struct core *c = core;
	(void)payload;
	(void)why;
	buf_put_u8(reply, (uint8_t)c->mode);
	return ERR_OK;
}

// Every question that has an effect or an answer for others is counted by its result.
#define COUNTED_QUESTION(question, which)                                                                                        \
	static enum err counted_##question(void *core, struct slice payload, struct buf *reply, struct why *why)                     \
	{                                                                                                                            \
		struct core *c = core;                                                                                                   \
		enum err e = core_##question(core, payload, reply, why);                                                                 \
		c->count.asked[which][e]++;                                                                                              \
		return e;                                                                                                                \
	}
COUNTED_QUESTION(file, COUNT_FILE)
COUNTED_QUESTION(evaluate, COUNT_EVALUATE)
COUNTED_QUESTION(card, COUNT_CARD)
COUNTED_QUESTION(cards, COUNT_CARDS)
COUNTED_QUESTION(card_put, COUNT_CARD_PUT)
COUNTED_QUESTION(credential, COUNT_CREDENTIAL)
COUNTED_QUESTION(release, COUNT_RELEASE)
COUNTED_QUESTION(governance, COUNT_GOVERNANCE)
COUNTED_QUESTION(ceremony, COUNT_CEREMONY)
COUNTED_QUESTION(witness, COUNT_WITNESS)

static const struct channel_question questions[] = {
	{CORE_FILE, ASK_BODY_MAX + ASK_OVERHEAD_MAX, "net", counted_file},
	{CORE_EVALUATE, EVALUATE_MAX + ASK_OVERHEAD_MAX, "net", counted_evaluate},
	{CORE_CARD, CARD_ID + ASK_OVERHEAD_MAX, "net", counted_card},
	{CORE_CARDS, ASK_OVERHEAD_MAX, "net", counted_cards},
	{CORE_RELEASE, RELEASE_MAX, "net", counted_release},
	{CORE_GOVERNANCE, DOCUMENT_MAX, "net", counted_governance},
	{CORE_CARD_PUT, CARD_MAX + CREDENTIAL_MAX + 4, "net", counted_card_put},
	{CORE_CEREMONY, CEREMONY_INPUT_MAX + DOCUMENT_MAX + 16, "net", counted_ceremony},
	{CORE_CREDENTIAL, CARD_ID, "net", counted_credential},
	{CORE_STATUS, 0, "net", answer_status},
	{CORE_NEWEST, 0, "net", answer_newest},
	{CORE_WITNESS, WITNESS_REQUEST_MAX, "net", counted_witness},
	{CORE_MODE, 0, "net", answer_mode},
	{CORE_SEEN, NOTE_MAX, "net", core_seen},
	{CORE_STARTED, 1, "net", core_started},
	{CORE_CHECKPOINT, NOTE_MAX, "net", core_new_checkpoint},
	{CORE_ENTRIES_ASK, 12, "net", core_entries_ask},
	{CORE_METRICS, 0, "net", core_metrics},
	{CORE_LEAVES, 8 + HUB_ENTRIES_BYTES, "net", core_leaves},
	{0, 0, NULL, NULL},
};

// --- Housekeeping -------------------------------------------------------------------------------------------------------------

// Sealing keys whose quarter and retention are over: that is how records are erased for good.
static enum err forget_quarters(struct core *c, struct why *why)
{
	struct buf frame;
	uint16_t now = quarter_of(clock_now()), kept = core_charter(c)->policy.retention;
	if (now <= kept)
		return ERR_OK;
	buf_init(&frame, 2);
	buf_put_u16(&frame, (uint16_t)(now - kept));
	enum err e = core_ask_keys(c, KEYS_FORGET, &frame, NULL, why);
	buf_free(&frame);
	return e;
}

void core_tick(void *core)
{
	struct core *c = core;
	struct why why;
	core_watch_quarter(c);
	if (clock_monotonic_ms() < c->next_forget)
		return;
	c->next_forget = clock_monotonic_ms() + 3600000;
	// Only with a clock that others confirm: a wrong one must destroy nothing, neither keys nor what was counted today.
	if (core_may_act(c, &why) != ERR_OK) {
		c->next_forget = 0;
		return;
	}
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK)
		e = core_end(c, store_forget(c->store, core_today() - KEPT_DAYS, &why), &why);
	if (e == ERR_OK)
		e = forget_quarters(c, &why);
	if (e == ERR_OK)
		e = core_lapse_ceremonies(c, &why);
	if (e != ERR_OK)
		log_line(LOG_WARNING, "forgetting-failed", log_failure(e, &why));
}

// --- Start -----------------------------------------------------------------------------------------------------------------

// Core holds no key, and reads none: keys tells the public half.
static enum err ask_identity(struct core *c, struct why *why)
{
	struct buf frame, reply;
	buf_init(&frame, 1);
	buf_init(&reply, SIGN_PUBLIC);
	enum err e = core_ask_keys(c, KEYS_IDENTITY, &frame, &reply, why);
	if (e == ERR_OK && reply.n != SIGN_PUBLIC)
		e = why_set(why, ERR_SYSTEM, "keys: an identity of %zu bytes", reply.n);
	if (e == ERR_OK)
		memcpy(c->identity, reply.p, SIGN_PUBLIC);
	buf_free(&frame);
	buf_free(&reply);
	return e;
}

enum err core_open(struct core *c, struct slice charter, const char *store, struct why *why)
{
	c->started = clock_now();
	buf_init(&c->newest, NOTE_MAX);
	buf_init(&c->pending.note, NOTE_MAX);
	buf_init(&c->pending.answers, PENDING_MAX);
	enum err e = store_open(store, STORE_KEEPER, &c->store, why);
	if (e == ERR_OK)
		e = follow_open(c->store, charter, &c->follow, why);
	if (e != ERR_OK)
		return e;
	c->g = follow_governance(c->follow);
	c->applied = store_frontier(c->store)->size;
	core_take_newest(c);
	e = core_held_load(c, why);
	if (e == ERR_OK)
		e = core_adopt_charter(c, why);
	return e == ERR_OK ? core_witness_load(c, why) : e;
}

void core_close(struct core *c)
{
	follow_close(c->follow);
	store_close(c->store);
	buf_free(&c->newest);
	buf_free(&c->pending.note);
	buf_free(&c->pending.answers);
}

void keeper_plan_core(const struct keeper_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan)
{
	keeper_path(c, "store", path);
	*plan = (struct sandbox_plan){.kind = SANDBOX_CORE, .write = {path}};
}

static enum err enter(struct core *c, struct role_self *self, struct why *why)
{
	char store[CONF_TEXT_MAX], path[CONF_TEXT_MAX];
	struct buf charter;
	struct sandbox_plan plan;
	keeper_path(c->conf, "charter", path);
	keeper_plan_core(c->conf, store, &plan);
	buf_init(&charter, DOCUMENT_MAX);
	enum err e = file_read(path, DOCUMENT_MAX, &charter, why);
	if (e == ERR_OK)
		e = role_enter(self, &plan, why);
	if (e == ERR_OK) {
		c->keys = role_channel(self, "keys");
		e = ask_identity(c, why);
	}
	if (e == ERR_OK)
		e = core_open(c, buf_slice(&charter), store, why);
	buf_free(&charter);
	return e;
}

int core_run(struct role_self *self, void *conf)
{
	struct core *c = calloc(1, sizeof *c);
	struct why why;
	INVARIANT(c != NULL);
	c->conf = conf;
	enum err e = enter(c, self, &why);
	if (e == ERR_OK) {
		role_ready(self);
		e = role_serve(self, questions, c, core_tick, CORE_TICK_MS, &why);
	}
	if (e != ERR_OK)
		log_line(LOG_ERROR, "failed", log_failure(e, &why));
	core_close(c);
	free(c);
	return e != ERR_OK;
}
