// What core does between questions: hands queued batches to the matcher, publishes bulletins, forgets old counters.
#include "core.h"
#include "log/log.h"
#include "sys/clock.h"

#define FEED_MS 20       // of a tick, so that questions are not kept waiting
#define FEED_BUSY_MS 5   // the same while filings come in: receipts first, matches when it is calmer
#define BATCHES_A_TICK 64
#define MATCHER_REST_MS 1000 // before the matcher is tried again after a failure

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
static bool batch_settle(struct core *c, const struct queued_batch *b)
{
	struct why why;
	enum err e = hand_over(c, b, &why);
	if (e == ERR_AWAY || e == ERR_SYSTEM) {
		log_line(LOG_WARNING, "matcher-away", log_failure(e, &why));
		c->matcher_rest = clock_monotonic_ms() + MATCHER_REST_MS;
		return false;
	}
	c->count.batches_taken += e == ERR_OK;
	c->count.batches_refused += e != ERR_OK;
	if (e != ERR_OK)
		log_line(LOG_WARNING, "batch-refused", log_value("batch", "%llu", (unsigned long long)b->number), log_failure(e, &why));
	return store_batch_done(c->store, b->number, &why) == ERR_OK;
}

// The next batch, its bytes copied: the store's are lent until its next call only.
static bool batch_next(struct core *c, uint64_t after, struct queued_batch *b)
{
	static uint8_t sealed[BATCH_SEALED_MAX];
	if (store_batch_next(c->store, after, b, NULL) != ERR_OK)
		return false;
	size_t n = b->sealed.n < sizeof sealed ? b->sealed.n : sizeof sealed; // filing_decode has the same maximum: a longer one is damage
	memcpy(sealed, b->sealed.p, n);
	b->sealed = slice_of(sealed, n);
	return true;
}

// One commit for all that the matcher took: after a crash before it they are sent again, and the matcher knows their numbers.
static void feed_matcher(struct core *c)
{
	struct queued_batch b;
	struct why why;
	uint64_t start = clock_monotonic_ms(), after = 0, most = c->accepted != c->fed_at ? FEED_BUSY_MS : FEED_MS;
	c->fed_at = c->accepted;
	if (start < c->matcher_rest || !batch_next(c, after, &b))
		return;
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK) {
		unsigned done = 0;
		do {
			after = b.number;
			if (!batch_settle(c, &b))
				break;
		} while (++done < BATCHES_A_TICK && clock_monotonic_ms() - start < most && batch_next(c, after, &b));
		e = store_commit(c->store, &why);
	}
	if (e != ERR_OK) {
		log_line(LOG_ERROR, "queue-failed", log_failure(e, &why));
		c->matcher_rest = clock_monotonic_ms() + MATCHER_REST_MS;
	}
}

static void publish_bulletin(struct core *c, uint64_t now)
{
	uint64_t number;
	unsigned count;
	struct why why;
	uint64_t next = now - now % c->conf->bulletin + c->conf->bulletin;
	bool first = c->next_bulletin == 0; // a start is no reason to publish early, with few replies to hide among
	if (!first && now < c->next_bulletin && next >= c->next_bulletin) // a clock that was set back: a new time
		return;
	c->next_bulletin = next;
	if (first)
		return;
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK && (e = store_bulletin_make(c->store, now, &number, &count, &why)) == ERR_OK)
		e = store_commit(c->store, &why);
	c->count.bulletins += e == ERR_OK;
	c->count.replies += e == ERR_OK ? count : 0;
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
	core_watch_quarters(c, now);
	enum err e = store_begin(c->store, &why);
	if (e == ERR_OK && (e = store_forget(c->store, day > ASKED_DAYS ? day - ASKED_DAYS : 0, &why)) == ERR_OK)
		e = store_commit(c->store, &why);
	if (e != ERR_OK) {
		store_rollback(c->store);
		log_line(LOG_ERROR, "forgetting-failed", log_failure(e, &why));
	}
	c->day = day; // what could not be forgotten today goes with tomorrow's
}

void core_tick(void *core)
{
	struct core *c = core;
	uint64_t now = clock_now();
	feed_matcher(c);
	publish_bulletin(c, now);
	forget_old(c, now);
}
