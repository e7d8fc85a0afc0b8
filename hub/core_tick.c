// What core does between questions: hands queued batches to the matcher, publishes bulletins, forgets old counters.
#include "core.h"
#include "log/log.h"
#include "sys/clock.h"

#define BATCHES_A_TICK 64   // so that questions are not kept waiting
#define COUNTERS_KEPT 40u   // days

static enum err hand_over(struct core *c, const struct queued_batch *b, struct why *why)
{
	struct stored_record r;
	struct buf frame;
	enum err e = store_record_by_handle(c->store, b->handle, &r, why);
	if (e != ERR_OK)
		return e;
	buf_init(&frame, MATCHER_FRAME_MAX);
	buf_put_u64(&frame, b->number);
	buf_put_u64(&frame, b->handle);
	buf_put_u64(&frame, b->reporter);
	buf_put_u8(&frame, r.seat);
	buf_put(&frame, b->record, RECORD_ID);
	buf_put(&frame, b->batch_key, SIGN_PUBLIC);
	buf_put_slice(&frame, b->sealed);
	e = buf_status(&frame) != ERR_OK ? why_set(why, ERR_LIMIT, "batch of %zu bytes", b->sealed.n)
	                                 : channel_call(c->matcher, MATCHER_ADD, buf_slice(&frame), NULL, MATCHER_TIMEOUT_MS, why);
	buf_free(&frame);
	return e;
}

// A batch that the matcher has durably, or will never take, leaves the queue. False: try later.
static bool batch_settle(struct core *c, struct queued_batch *b)
{
	struct why why;
	enum err e = hand_over(c, b, &why);
	if (e == ERR_AWAY || e == ERR_SYSTEM) {
		log_line(LOG_WARNING, "matcher-away", log_failure(e, &why));
		return false;
	}
	if (e != ERR_OK)
		log_line(LOG_WARNING, "batch-refused", log_value("batch", "%llu", (unsigned long long)b->number), log_failure(e, &why));
	return store_batch_done(c->store, b->number, &why) == ERR_OK;
}

static void feed_matcher(struct core *c)
{
	static struct queued_batch b; // its bytes are the store's until the next call, so they are copied
	static uint8_t sealed[BATCH_SEALED_MAX];
	struct why why;
	uint64_t after = 0;
	for (unsigned i = 0; i < BATCHES_A_TICK; i++) {
		if (store_batch_next(c->store, after, &b, &why) != ERR_OK)
			return;
		if (b.sealed.n > sizeof sealed)
			b.sealed.n = sizeof sealed; // cannot be: filing_decode has the same maximum; it would not open
		memcpy(sealed, b.sealed.p, b.sealed.n);
		b.sealed.p = sealed;
		after = b.number;
		if (store_begin(c->store, &why) != ERR_OK)
			return;
		if (!batch_settle(c, &b) || store_commit(c->store, &why) != ERR_OK) {
			store_rollback(c->store);
			return;
		}
	}
}

static void publish_bulletin(struct core *c, uint64_t now)
{
	uint64_t number;
	unsigned count;
	struct why why;
	if (now < c->next_bulletin)
		return;
	c->next_bulletin = now - now % c->conf->bulletin + c->conf->bulletin;
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK && (e = store_bulletin_make(c->store, now, &number, &count, &why)) == ERR_OK)
		e = store_commit(c->store, &why);
	if (e == ERR_OK)
		log_line(LOG_INFO, "bulletin", log_value("number", "%llu", (unsigned long long)number), log_value("replies", "%u", count));
	else
		store_rollback(c->store);
	if (e != ERR_OK && e != ERR_ABSENT)
		log_line(LOG_ERROR, "bulletin-failed", log_failure(e, &why));
}

static void forget_old(struct core *c, uint64_t now)
{
	uint32_t day = (uint32_t)(now / 86400);
	struct why why;
	if (c->day == day)
		return;
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK && (e = store_forget(c->store, day > COUNTERS_KEPT ? day - COUNTERS_KEPT : 0, &why)) == ERR_OK)
		e = store_commit(c->store, &why);
	if (e == ERR_OK)
		c->day = day;
	else
		store_rollback(c->store);
}

void core_tick(void *core)
{
	struct core *c = core;
	uint64_t now = clock_now();
	feed_matcher(c);
	publish_bulletin(c, now);
	forget_old(c, now);
}
