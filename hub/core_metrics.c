// What core and matcher tell those who watch: counts since the start and sizes, with no member, record or value in them. The manual
// page tocsin-hub(8) has the list.
#include <stdio.h>

#include "base/wire.h"
#include "core.h"
#include "log/log.h"
#include "sys/clock.h"

#define P "tocsin_hub_"

static void put_filings(const struct core *c, struct buf *b)
{
	static const char *const kinds[] = {"unknown", "record", "tokens", "reply"};
	metric_family(b, METRIC_COUNTER, P "filings_total", "New filings, by kind and result.");
	for (unsigned i = 0; i <= FILING_REPLY; i++)
		metric_causes(b, P "filings_total", "kind", kinds[i], c->count.filings[i]);
	metric_one(b, METRIC_COUNTER, P "filings_uncommitted_total", "Filings counted as ok whose commit then failed: they got no receipt.",
	           c->count.uncommitted);
	metric_one(b, METRIC_COUNTER, P "receipts_total", "Receipts made, those for a filing that came again included.", c->count.receipts);
}

static void put_asks(const struct core *c, struct buf *b)
{
	metric_family(b, METRIC_COUNTER, P "asks_total", "Questions of members and keepers, by verb and result.");
	metric_causes(b, P "asks_total", "verb", "unknown", c->count.asks[0]);
	for (const struct hub_question *q = hub_questions; q->name != NULL; q++)
		metric_causes(b, P "asks_total", "verb", q->name, c->count.asks[q->verb]);
	metric_one(b, METRIC_COUNTER, P "requests_total", "Requests to open a record that were appended to the ledger.", c->count.requests);
	metric_family(b, METRIC_COUNTER, P "documents_total", "Governance documents that came, by result.");
	for (unsigned i = 0; i < METRIC_CAUSES; i++)
		metric_sample(b, P "documents_total", c->count.documents[i], {"result", err_name((enum err)i)});
	metric_one(b, METRIC_COUNTER, P "bulletins_total", "Bulletins of replies that were published.", c->count.bulletins);
	metric_one(b, METRIC_COUNTER, P "replies_total", "Replies in them.", c->count.replies);
}

// --- Ledger, store, matcher ---------------------------------------------------------------------------------------------------------------

static enum err put_caps(struct core *c, uint64_t now, struct buf *b, struct why *why)
{
	metric_family(b, METRIC_GAUGE, P "voucher_cap", "Vouchers that are taken from a seat today: the charter's number, less for false cards.");
	for (unsigned i = 1; i <= core_charter(c)->n; i++) {
		char seat[12];
		uint64_t cap, aliases;
		enum err e = complaint_cap(c, i, (uint32_t)(now / 86400), &cap, &aliases, why);
		if (e != ERR_OK)
			return e;
		snprintf(seat, sizeof seat, "%u", i);
		metric_sample(b, P "voucher_cap", cap, {"seat", seat});
	}
	return ERR_OK;
}

static void put_ledger(const struct core *c, uint64_t now, struct buf *b)
{
	metric_one(b, METRIC_GAUGE, P "ledger_leaves", "Leaves of the ledger.", store_frontier(c->store)->size);
	metric_one(b, METRIC_GAUGE, P "cosigned_leaves", "Leaves of the newest checkpoint under t cosignatures.", c->cosigned_size);
	if (c->cosigned_time != 0)
		metric_one(b, METRIC_GAUGE, P "checkpoint_age_seconds", "Since the newest checkpoint got the last of its t cosignatures.",
		           now > c->cosigned_time ? now - c->cosigned_time : 0);
	metric_family(b, METRIC_GAUGE, P "witness_ahead", "1 when a seat says that it has cosigned more leaves than this ledger has: an old store was restored.");
	for (unsigned i = 0; i < core_charter(c)->n; i++) {
		char seat[12];
		snprintf(seat, sizeof seat, "%u", i + 1);
		metric_sample(b, P "witness_ahead", c->ahead >> i & 1, {"seat", seat});
	}
}

static enum err put_store(const struct core *c, struct buf *b, struct why *why)
{
	uint64_t records = 0, queued = 0;
	enum err e = store_record_count(c->store, &records, why);
	if (e == ERR_OK)
		e = store_batch_count(c->store, &queued, why);
	if (e != ERR_OK)
		return e;
	metric_one(b, METRIC_GAUGE, P "records", "Records in the store.", records);
	metric_one(b, METRIC_GAUGE, P "batches_queued", "Sealed batches that wait for the matcher.", queued);
	metric_family(b, METRIC_COUNTER, P "batches_total", "Sealed batches handed to the matcher, by result.");
	metric_sample(b, P "batches_total", c->count.batches_taken, {"result", "taken"});
	metric_sample(b, P "batches_total", c->count.batches_refused, {"result", "refused"});
	return ERR_OK;
}

// A matcher that does not answer is told by one gauge; the others are left out.
static void put_matcher(struct core *c, struct buf *b)
{
	static const char *const rows[][2] = {{P "matcher_postings", "Tokens of all records that the matcher remembers."},
	                                      {P "matcher_tokens", "Distinct tokens among them."},
	                                      {P "matcher_records", "Records that it knows."},
	                                      {P "matcher_bytes", "Bytes of its index in memory."}};
	struct buf answer;
	struct why why;
	buf_init(&answer, 4 * 8);
	enum err e = c->matcher == NULL ? ERR_AWAY : channel_call(c->matcher, MATCHER_STATUS, slice_of(NULL, 0), &answer, METRICS_MATCHER_MS, &why);
	bool up = e == ERR_OK && answer.n == 4 * 8;
	metric_one(b, METRIC_GAUGE, P "matcher_up", "1 when the matcher answers.", up);
	struct wire w = wire_of(buf_slice(&answer));
	for (unsigned i = 0; up && i < 4; i++)
		metric_one(b, METRIC_GAUGE, rows[i][0], rows[i][1], wire_u64(&w));
	buf_free(&answer);
}

// --- Sealing keys of quarters --------------------------------------------------------------------------------------------------------------

static void put_quarters(const struct core *c, uint64_t now, struct buf *b)
{
	const uint16_t quarter = quarter_of(now);
	metric_family(b, METRIC_GAUGE, P "quarter_key_missing", "1 when the ledger lacks a seat's sealing key for the current or the next quarter.");
	for (unsigned next = 0; next < 2; next++) {
		uint32_t missing = governance_quarter_missing(c->governance, (uint16_t)(quarter + next));
		for (unsigned i = 0; i < core_charter(c)->n; i++) {
			char seat[12];
			snprintf(seat, sizeof seat, "%u", i + 1);
			metric_sample(b, P "quarter_key_missing", missing >> i & 1, {"seat", seat}, {"quarter", next ? "next" : "current"});
		}
	}
	metric_one(b, METRIC_GAUGE, P "quarter_ends_seconds", "Until the current quarter's end.", quarter_start((uint16_t)(quarter + 1)) - now);
}

void core_watch_quarters(struct core *c, uint64_t now)
{
	const uint16_t quarter = quarter_of(now);
	bool soon = quarter_start((uint16_t)(quarter + 1)) - now <= QUARTER_WARNING;
	for (unsigned next = 0; next < (soon ? 2 : 1); next++) {
		uint32_t missing = governance_quarter_missing(c->governance, (uint16_t)(quarter + next));
		for (unsigned i = 0; i < core_charter(c)->n; i++)
			if ((missing >> i & 1) != 0)
				log_line(LOG_WARNING, "quarter-key-missing", log_value("seat", "%u", i + 1),
				         log_value("quarter", "%s", quarter_text((uint16_t)(quarter + next)).text),
				         log_value("begins", "%s", next ? "soon" : "now: nobody can report"));
	}
}

enum err core_metrics(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	uint64_t now = clock_now();
	(void)payload;
	metric_family(reply, METRIC_GAUGE, P "info", "The version that runs.");
	metric_sample(reply, P "info", 1, {"version", TOCSIN_VERSION});
	metric_one(reply, METRIC_GAUGE, "process_start_time_seconds", "When it was started, seconds since 1970.", c->started);
	put_filings(c, reply);
	put_asks(c, reply);
	put_ledger(c, now, reply);
	enum err e = put_store(c, reply, why);
	if (e == ERR_OK)
		e = put_caps(c, now, reply, why);
	put_matcher(c, reply);
	put_quarters(c, now, reply);
	return e != ERR_OK ? e : buf_status(reply);
}
