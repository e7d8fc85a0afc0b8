// What core tells those who watch: counts since the start and its state, with no member, record or value in them. The manual page
// tocsin-keeper(8) has the list.
#include <inttypes.h>

#include "core.h"
#include "log/log.h"
#include "sys/clock.h"

#define P "tocsin_keeper_"

static void put_asked(const struct core *c, struct buf *b)
{
	static const char *const verbs[COUNTED] = {"file", "evaluate", "card", "cards", "card-put", "credential", "release", "governance",
	                                           "ceremony", "add-checkpoint"};
	metric_family(b, METRIC_COUNTER, P "asks_total", "Questions, by verb and result: ok, or the cause of the refusal.");
	for (unsigned i = 0; i < COUNTED; i++)
		metric_causes(b, P "asks_total", "verb", verbs[i], c->count.asked[i]);
	metric_one(b, METRIC_COUNTER, P "vouchers_total", "Vouchers given for filings.", c->count.asked[COUNT_FILE][ERR_OK]);
	metric_one(b, METRIC_COUNTER, P "releases_total", "Shares of records released to analysts.", c->count.asked[COUNT_RELEASE][ERR_OK]);
	metric_one(b, METRIC_COUNTER, P "cosignatures_total", "Cosignatures given to the ledger.", c->count.cosignatures);
}

static void put_elements(const struct core *c, struct buf *b)
{
	static const char *const classes[TOKEN_CLASSES] = {"address", "name", "digest", "other"};
	metric_family(b, METRIC_COUNTER, P "elements_total", "Blinded elements evaluated, by class.");
	for (unsigned i = 0; i < TOKEN_CLASSES; i++)
		metric_sample(b, P "elements_total", c->count.elements[i], {"class", classes[i]});
}

static void put_alarms(const struct core *c, struct buf *b)
{
	static const char *const names[ALARMS] = {"quota", "suspended", "inconsistent-ledger", "forked-ledger", "false-leaves"};
	metric_family(b, METRIC_COUNTER, P "alarms_total", "Alarms in the log, by what they are of.");
	for (unsigned i = 0; i < ALARMS; i++)
		metric_sample(b, P "alarms_total", c->count.alarms[i], {"of", names[i]});
}

static void put_state(const struct core *c, uint64_t now, struct buf *b)
{
	static const char *const modes[] = {"starting", "active", "stale", "suspended"};
	metric_family(b, METRIC_GAUGE, P "mode", "1 for the mode it is in; it evaluates, vouches and releases only when active.");
	for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
		metric_sample(b, P "mode", strcmp(modes[i], core_mode(c)) == 0, {"mode", modes[i]});
	metric_one(b, METRIC_GAUGE, P "seat", "Its seat; 0 when the charter in force has none for it.", c->seat);
	metric_one(b, METRIC_GAUGE, P "ledger_leaves", "Leaves of the ledger that it has followed.", store_frontier(c->store)->size);
	metric_one(b, METRIC_GAUGE, P "witnessed_leaves", "Leaves of the largest tree that it has cosigned.", c->witnessed.state.size);
	if (c->newest_time != 0)
		metric_one(b, METRIC_GAUGE, P "checkpoint_age_seconds", "Since the newest checkpoint it holds got the last of its t cosignatures.",
		           now > c->newest_time ? now - c->newest_time : 0);
}

// --- The sealing key of the quarter -----------------------------------------------------------------------------------------------

static bool quarter_missing(const struct core *c, uint64_t now, unsigned next)
{
	uint32_t missing = governance_quarter_missing(c->g, (uint16_t)(quarter_of(now) + next));
	return c->seat != 0 && (missing >> (c->seat - 1) & 1) != 0;
}

static uint64_t quarter_left(uint64_t now)
{
	return quarter_start((uint16_t)(quarter_of(now) + 1)) - now;
}

static void put_quarter(const struct core *c, uint64_t now, struct buf *b)
{
	metric_family(b, METRIC_GAUGE, P "quarter_key_missing", "1 when the ledger lacks this seat's sealing key for the current or the next quarter.");
	metric_sample(b, P "quarter_key_missing", quarter_missing(c, now, 0), {"quarter", "current"});
	metric_sample(b, P "quarter_key_missing", quarter_missing(c, now, 1), {"quarter", "next"});
	metric_one(b, METRIC_GAUGE, P "quarter_ends_seconds", "Until the current quarter's end.", quarter_left(now));
}

void core_watch_quarter(struct core *c)
{
	uint64_t now = clock_now();
	uint16_t quarter = quarter_of(now);
	if (c->watched == now / DAY)
		return;
	c->watched = (uint32_t)(now / DAY);
	for (unsigned next = 0; next < (quarter_left(now) <= QUARTER_WARNING ? 2 : 1); next++)
		if (quarter_missing(c, now, next))
			log_line(LOG_WARNING, "quarter-key-missing", log_value("seat", "%u", c->seat),
			         log_value("quarter", "%s", quarter_text((uint16_t)(quarter + next)).text),
			         log_value("begins", "%s", next ? "soon" : "now: nobody can report"));
}

enum err core_metrics(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	const struct core *c = core;
	uint64_t now = clock_now();
	(void)payload;
	(void)why;
	metric_family(reply, METRIC_GAUGE, P "info", "The version that runs.");
	metric_sample(reply, P "info", 1, {"version", TOCSIN_VERSION});
	metric_one(reply, METRIC_GAUGE, "process_start_time_seconds", "When it was started, seconds since 1970.", c->started);
	put_state(c, now, reply);
	put_asked(c, reply);
	put_elements(c, reply);
	put_alarms(c, reply);
	put_quarter(c, now, reply);
	return buf_status(reply);
}
