// The cosigner: whenever the ledger has grown, and from time to time when it has not, it carries the newest tree to every keeper
// (C2SP tlog-witness) and their cosignatures back to core. It verifies nothing: core does.
#include <stdlib.h>

#include "base/num.h"
#include "http/client.h"
#include "hub.h"
#include "ledger/witness.h"
#include "log/log.h"
#include "sys/clock.h"
#include "sys/worker.h"

#define CALL_MS 5000   // for one keeper to answer
#define COSIGNATURES_MAX 16384 // bytes of its answer
#define REST_FIRST_MS 500  // before a keeper that failed is asked again; doubled each time
#define REST_MOST_MS 20000 // while asking costs a round CALL_MS: with it, less than a member's command waits (KEPT_WAIT_MS)
#define REST_QUICK_MOST_MS 2000 // while it costs nothing: it refuses (suspended), or nothing listens there (it restarts)
#define QUICK_MS 1000 // a failure within this cost the round nothing
#define RETRY_MS 1000  // between rounds while fewer than t have cosigned

struct witness {
	struct http_client *client; // NULL: its address is no address
	uint64_t rest_until;        // clock_monotonic_ms
	uint64_t rest_ms;           // the last rest; 0 after an answer
	_Atomic bool failing;       // read by those who watch
};

struct cosigner {
	struct channel *core;
	uint64_t refresh_ms;
	unsigned n;
	struct witness witness[SEATS_MAX];
	struct worker *worker;
};

static void say_failure(struct witness *w, unsigned seat, bool quick, enum err e, const struct why *why)
{
	uint64_t most = quick ? REST_QUICK_MOST_MS : REST_MOST_MS, next = w->rest_ms == 0 ? REST_FIRST_MS : w->rest_ms * 2;
	w->rest_ms = next < most ? next : most;
	w->rest_until = clock_monotonic_ms() + w->rest_ms;
	if (!w->failing)
		log_line(LOG_WARNING, "witness-away", log_value("seat", "%u", seat), log_failure(e, why));
	w->failing = true;
}

// A keeper that has another size than core thinks says so; core makes the next request from there.
static void learn_size(struct cosigner *c, unsigned seat, const struct http_call *call)
{
	uint8_t payload[9] = {(uint8_t)seat};
	uint64_t size;
	struct why why;
	if (!num_parse(slice_trim(slice_text(call->refused)), 0, TREE_SIZE_MAX, &size))
		return;
	for (unsigned i = 0; i < 8; i++)
		payload[1 + i] = (uint8_t)(size >> (56 - 8 * i));
	if (channel_call(c->core, CORE_WITNESS_SIZE, slice_of(payload, sizeof payload), NULL, CORE_TIMEOUT_MS, &why) != ERR_OK)
		log_line(LOG_WARNING, "witness-size-refused", log_value("seat", "%u", seat), log_value("why", "%s", why.text));
}

static bool hand_over(struct cosigner *c, unsigned seat, struct slice lines)
{
	struct buf payload, answer;
	struct why why;
	buf_init(&payload, COSIGNATURES_MAX + 1);
	buf_init(&answer, 1);
	buf_put_u8(&payload, (uint8_t)seat);
	buf_put_slice(&payload, lines);
	enum err e = channel_call(c->core, CORE_WITNESS_ANSWER, buf_slice(&payload), &answer, CORE_TIMEOUT_MS, &why);
	if (e != ERR_OK)
		say_failure(&c->witness[seat - 1], seat, true, e, &why);
	bool enough = e == ERR_OK && answer.n == 1 && answer.p[0] == 1;
	buf_free(&payload);
	buf_free(&answer);
	return enough;
}

struct round {
	struct http_call calls[SEATS_MAX];
	unsigned seats[SEATS_MAX];
	struct buf asks[SEATS_MAX], answers[SEATS_MAX];
	unsigned count;
};

// *enough: t seats have cosigned the newest tree already.
static enum err round_begin(struct cosigner *c, bool *enough)
{
	struct why why;
	struct buf answer;
	buf_init(&answer, 1);
	enum err e = channel_call(c->core, CORE_WITNESS_ROUND, slice_of(NULL, 0), &answer, CORE_TIMEOUT_MS, &why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "checkpoint-failed", log_failure(e, &why));
	*enough = e == ERR_OK && answer.n == 1 && answer.p[0] == 1;
	buf_free(&answer);
	return e;
}

// The requests that core has for seats that are not resting.
static void round_make(struct cosigner *c, struct round *r)
{
	r->count = 0;
	for (unsigned seat = 1; seat <= c->n; seat++) {
		struct witness *w = &c->witness[seat - 1];
		uint8_t payload = (uint8_t)seat;
		struct why why;
		if (w->client == NULL || clock_monotonic_ms() < w->rest_until)
			continue;
		unsigned i = r->count;
		buf_init(&r->asks[i], WITNESS_REQUEST_MAX);
		buf_init(&r->answers[i], COSIGNATURES_MAX);
		enum err e = channel_call(c->core, CORE_WITNESS_ASK, slice_of(&payload, 1), &r->asks[i], CORE_TIMEOUT_MS, &why);
		if (e != ERR_OK)
			say_failure(w, seat, true, e, &why);
		if (e != ERR_OK || r->asks[i].n == 0) {
			buf_free(&r->asks[i]);
			continue;
		}
		r->seats[i] = seat;
		r->calls[i] = (struct http_call){.client = w->client, .method = "POST", .path = "/add-checkpoint", .body = buf_slice(&r->asks[i]),
		                                 .answer = &r->answers[i]};
		r->count++;
	}
}

// True when the newest tree has its t cosignatures.
static bool round_run(struct cosigner *c)
{
	static struct round r; // one thread
	bool enough;
	if (round_begin(c, &enough) != ERR_OK)
		return false;
	round_make(c, &r);
	http_call_all(r.calls, r.count);
	for (unsigned i = 0; i < r.count; i++) {
		struct witness *w = &c->witness[r.seats[i] - 1];
		if (r.calls[i].result == ERR_OK) {
			if (w->failing)
				log_line(LOG_INFO, "witness-back", log_value("seat", "%u", r.seats[i]));
			w->failing = false;
			w->rest_ms = 0;
			enough |= hand_over(c, r.seats[i], buf_slice(&r.answers[i]));
		} else if (r.calls[i].status == WITNESS_CONFLICT) {
			learn_size(c, r.seats[i], &r.calls[i]);
		} else {
			say_failure(w, r.seats[i], r.calls[i].took_ms < QUICK_MS, r.calls[i].result, &r.calls[i].why);
		}
		buf_free(&r.asks[i]);
		buf_free(&r.answers[i]);
	}
	return enough; // not merely nobody left to ask: seats that failed are asked again when they have rested
}

static void work(void *cosigner)
{
	struct cosigner *c = cosigner;
	uint64_t pause = 0;
	while (worker_wait(c->worker, pause, NULL))
		pause = round_run(c) ? c->refresh_ms : RETRY_MS;
}

static void witness_open(struct cosigner *c, const struct seat *s)
{
	struct conf_address a;
	struct why why;
	char name[16];
	snprintf(name, sizeof name, "seat %u", s->index);
	enum err e = conf_address_parse(slice_text(s->address), 1, &a, &why);
	struct http_peer peer = {.name = name, .host = a.host, .port = a.port, .timeout_ms = CALL_MS};
	memcpy(peer.pin, s->tls_pin, TLS_PIN);
	if (e == ERR_OK)
		e = http_client_new(&peer, &c->witness[s->index - 1].client, &why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "witness-unusable", log_value("seat", "%u", s->index), log_failure(e, &why));
}

enum err cosigner_start(const struct charter *charter, struct channel *core, uint64_t refresh, struct cosigner **out, struct why *why)
{
	struct cosigner *c = calloc(1, sizeof *c);
	if (c == NULL || (c->worker = worker_new()) == NULL) {
		free(c);
		return why_set(why, ERR_SYSTEM, "cosigner: out of memory");
	}
	c->core = core;
	c->refresh_ms = refresh * 1000;
	c->n = charter->n;
	for (unsigned i = 0; i < c->n; i++)
		witness_open(c, &charter->seats[i]);
	if (!worker_run(c->worker, work, c)) {
		cosigner_stop(c);
		return why_set(why, ERR_SYSTEM, "cosigner: no thread");
	}
	*out = c;
	return ERR_OK;
}

void cosigner_wake(struct cosigner *c)
{
	worker_wake(c->worker);
}

uint32_t cosigner_failing(const struct cosigner *c)
{
	uint32_t seats = 0;
	for (unsigned i = 0; i < c->n; i++)
		if (c->witness[i].failing || c->witness[i].client == NULL)
			seats |= UINT32_C(1) << i;
	return seats;
}

void cosigner_stop(struct cosigner *c)
{
	if (c == NULL)
		return;
	worker_stop(c->worker);
	for (unsigned i = 0; i < c->n; i++)
		http_client_free(c->witness[i].client);
	free(c);
}
