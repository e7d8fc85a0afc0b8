// The follower: carries the hub's checkpoints and leaves to core, and at the start what hub and peers hold of our own
// cosignatures. It verifies nothing: core does.
#include <inttypes.h>
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/hash.h"
#include "http/client.h"
#include "keeper.h"
#include "log/log.h"
#include "proto/hub.h"
#include "sys/worker.h"

#define LOOK_ROUND_MS 2000 // between look rounds at the start, while nobody answers
// After a cosignature of ours the hub is asked again and again, at twice the interval each time, until it serves another checkpoint:
// that is t−1 other cosignatures away.
#define AGAIN_FIRST_MS 10
#define AGAIN_MOST_MS 640

struct follower {
	struct follower_plan plan;
	struct worker *worker;
	uint8_t offered[32]; // SHA-256 of the note that was offered to core last
	enum err failing; // ERR_OK: the last look went well. So a lasting failure is one line in the log
};

// --- The look round at the start --------------------------------------------------------------------------------------------

// *answered: it was there, be it to say that it has none.
static enum err fetch(struct http_client *client, const char *path, struct buf *note, bool *answered, struct why *why)
{
	struct http_call call = {.client = client, .method = "GET", .path = path, .answer = note};
	enum err e = http_call(&call);
	if (e != ERR_OK)
		*why = call.why;
	*answered = call.status != 0;
	return e;
}

static bool look_at(struct follower *f, struct http_client *client, const char *path)
{
	struct buf note;
	struct why why;
	buf_init(&note, NOTE_MAX);
	bool answered;
	enum err e = fetch(client, path, &note, &answered, &why);
	if (e == ERR_OK && channel_call(f->plan.core, CORE_SEEN, buf_slice(&note), NULL, CORE_TIMEOUT_MS, &why) != ERR_OK)
		answered = false;
	buf_free(&note);
	return answered;
}

static enum mode mode_of(struct follower *f)
{
	struct buf reply;
	struct why why;
	buf_init(&reply, 1);
	enum err e = channel_call(f->plan.core, CORE_MODE, slice_of(NULL, 0), &reply, CORE_TIMEOUT_MS, &why);
	enum mode mode = e == ERR_OK && reply.n == 1 ? (enum mode)reply.p[0] : MODE_STARTING;
	buf_free(&reply);
	return mode;
}

// Everybody is asked before core may start; one who answers is enough, since an unreachable one must not stop the seat for ever.
static bool look_round(struct follower *f)
{
	struct why why;
	if (mode_of(f) != MODE_STARTING)
		return true;
	uint8_t reached = look_at(f, f->plan.hub, "/checkpoint");
	for (unsigned i = 0; i < f->plan.peers_n && !worker_stopping(f->worker); i++)
		reached += look_at(f, f->plan.peers[i], "/v1/newest");
	if (reached == 0 || worker_stopping(f->worker))
		return false;
	return channel_call(f->plan.core, CORE_STARTED, slice_of(&reached, 1), NULL, CORE_TIMEOUT_MS, &why) == ERR_OK;
}

// --- The ledger ---------------------------------------------------------------------------------------------------------------

struct wanted {
	uint64_t next, end;
};

static enum err wanted_read(const struct buf *reply, struct wanted *wanted, struct why *why)
{
	struct wire w = wire_of(buf_slice(reply));
	wanted->next = wire_u64(&w);
	wanted->end = wire_u64(&w);
	return wire_end(&w, "wanted leaves", why);
}

static enum err offer_checkpoint(struct follower *f, struct wanted *wanted, struct why *why)
{
	struct buf note, reply;
	buf_init(&note, NOTE_MAX);
	buf_init(&reply, 16);
	bool answered;
	enum err e = fetch(f->plan.hub, "/checkpoint", &note, &answered, why);
	sha256(buf_slice(&note), f->offered);
	if (e == ERR_OK)
		e = channel_call(f->plan.core, CORE_CHECKPOINT, buf_slice(&note), &reply, CORE_TIMEOUT_MS, why);
	if (e == ERR_OK)
		e = wanted_read(&reply, wanted, why);
	buf_free(&note);
	buf_free(&reply);
	return e;
}

static enum err fetch_leaves(struct follower *f, const struct wanted *wanted, struct buf *leaves, struct why *why)
{
	struct buf question, ask;
	uint64_t most = wanted->end - wanted->next;
	buf_init(&question, 12);
	buf_init(&ask, ASK_OVERHEAD_MAX);
	buf_put_u64(&question, wanted->next);
	buf_put_u32(&question, most < HUB_ENTRIES_MAX ? (uint32_t)most : HUB_ENTRIES_MAX);
	enum err e = channel_call(f->plan.core, CORE_ENTRIES_ASK, buf_slice(&question), &ask, CORE_TIMEOUT_MS, why);
	struct http_call call = {.client = f->plan.hub, .method = "POST", .path = "/v1/entries", .body = buf_slice(&ask),
	                         .answer = leaves};
	if (e == ERR_OK && (e = http_call(&call)) != ERR_OK)
		*why = call.why;
	buf_free(&question);
	buf_free(&ask);
	return e;
}

static enum err carry_leaves(struct follower *f, struct wanted *wanted, struct why *why)
{
	struct buf frame, leaves, reply;
	buf_init(&frame, 8 + HUB_ENTRIES_BYTES);
	buf_init(&leaves, HUB_ENTRIES_BYTES);
	buf_init(&reply, 16);
	enum err e = fetch_leaves(f, wanted, &leaves, why);
	buf_put_u64(&frame, wanted->next);
	buf_put_slice(&frame, buf_slice(&leaves));
	if (e == ERR_OK && buf_status(&frame) != ERR_OK)
		e = why_set(why, buf_status(&frame), "leaves: too many bytes");
	if (e == ERR_OK)
		e = channel_call(f->plan.core, CORE_LEAVES, buf_slice(&frame), &reply, CORE_TIMEOUT_MS, why);
	if (e == ERR_OK)
		e = wanted_read(&reply, wanted, why);
	buf_free(&frame);
	buf_free(&leaves);
	buf_free(&reply);
	return e;
}

static enum err follow(struct follower *f, struct why *why)
{
	struct wanted wanted = {0, 0};
	enum err e = offer_checkpoint(f, &wanted, why);
	while (e == ERR_OK && wanted.next < wanted.end && !worker_stopping(f->worker))
		e = carry_leaves(f, &wanted, why);
	return e == ERR_ABSENT ? ERR_OK : e; // a young platform: no checkpoint has its cosignatures yet
}

static void say(struct follower *f, enum err e, const struct why *why)
{
	if (e != ERR_OK && e != f->failing)
		log_line(e == ERR_AWAY ? LOG_WARNING : LOG_ERROR, "not-following", log_failure(e, why));
	if (e == ERR_OK && f->failing != ERR_OK)
		log_line(LOG_INFO, "following");
	f->failing = e;
}

static void follow_once(struct follower *f)
{
	struct why why;
	say(f, follow(f, &why), &why);
}

// After it was woken; false: the end.
static bool follow_grown(struct follower *f)
{
	uint8_t before[sizeof f->offered];
	bool again = false;
	memcpy(before, f->offered, sizeof before);
	follow_once(f);
	for (uint64_t ms = AGAIN_FIRST_MS; ms <= AGAIN_MOST_MS && memcmp(f->offered, before, sizeof before) == 0; ms *= 2) {
		if (!worker_wait(f->worker, ms, &again))
			return false;
		if (again) // another cosignature: its checkpoint is on its way too
			ms = AGAIN_FIRST_MS;
		follow_once(f);
	}
	return true;
}

static void work(void *follower)
{
	struct follower *f = follower;
	bool grown = false;
	while (!look_round(f))
		if (!worker_wait(f->worker, LOOK_ROUND_MS, &grown))
			return;
	follow_once(f);
	while (worker_wait(f->worker, f->plan.poll * 1000, &grown)) {
		if (!grown)
			follow_once(f);
		else if (!follow_grown(f))
			return;
	}
}

// --- From outside -------------------------------------------------------------------------------------------------------------

enum err follower_start(const struct follower_plan *plan, struct follower **out, struct why *why)
{
	struct follower *f = calloc(1, sizeof *f);
	if (f == NULL || (f->worker = worker_new()) == NULL) {
		free(f);
		return why_set(why, ERR_SYSTEM, "follower: out of memory");
	}
	f->plan = *plan;
	if (!worker_run(f->worker, work, f)) {
		follower_stop(f);
		return why_set(why, ERR_SYSTEM, "follower: no thread");
	}
	*out = f;
	return ERR_OK;
}

void follower_wake(struct follower *f)
{
	worker_wake(f->worker);
}

void follower_stop(struct follower *f)
{
	if (f == NULL)
		return;
	worker_stop(f->worker);
	free(f);
}
