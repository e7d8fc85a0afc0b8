// Answers to asks: each decoded and checked here, whatever net did with it.
#include "core.h"
#include "crypto/hash.h"
#include "ledger/tile.h"
#include "log/log.h"
#include "sys/clock.h"

#define MATCHES_COUNT_AT 20 // bytes of the answer to "matches" before the count

// One ask on its way to its answer.
struct asked {
	struct core *core;
	struct ask ask;
	uint64_t now;
	struct buf *reply;
	struct why *why;
};

static void count_patch(struct buf *reply, size_t at, uint32_t count)
{
	for (unsigned i = 0; i < 4 && buf_status(reply) == ERR_OK; i++)
		reply->p[at + i] = (uint8_t)(count >> (24 - 8 * i));
}

struct entries {
	struct buf *reply;
	uint32_t count;
	bool full;
};

static enum err entry_put(void *entries, uint64_t index, struct slice leaf, struct why *why)
{
	struct entries *e = entries;
	(void)index;
	e->full = e->reply->n + 2 + leaf.n > HUB_ENTRIES_BYTES;
	if (e->full)
		return why_set(why, ERR_LIMIT, "entries: the answer is full");
	buf_put_vec16(e->reply, leaf);
	e->count++;
	return buf_status(e->reply);
}

static enum err answer_entries(struct asked *a)
{
	struct entries entries = {.reply = a->reply};
	uint64_t from, size = store_frontier(a->core->store)->size;
	uint32_t most;
	enum err e = hub_entries_ask_decode(a->ask.body, &from, &most, a->why);
	if (e != ERR_OK)
		return e;
	size_t at = a->reply->n;
	buf_put_u32(a->reply, 0);
	if (from < size)
		e = store_leaf_each(a->core->store, from, most < size - from ? from + most : size, entry_put, &entries, a->why);
	if (e != ERR_OK && !entries.full)
		return e;
	count_patch(a->reply, at, entries.count);
	return buf_status(a->reply);
}

static enum err answer_proof(struct asked *a)
{
	uint64_t index, size;
	struct tree_proof proof;
	enum err e = hub_proof_ask_decode(a->ask.body, &index, &size, a->why);
	if (e != ERR_OK)
		return e;
	if (index >= size || size > store_frontier(a->core->store)->size)
		return why_set(a->why, ERR_ABSENT, "no leaf %llu in a tree of %llu leaves here", (unsigned long long)index, (unsigned long long)size);
	e = tree_inclusion(index, size, store_node_read, a->core->store, &proof);
	if (e != ERR_OK)
		return why_set(a->why, e, "the store lacks a node of the proof");
	hub_proof_answer(&proof, a->reply);
	return ERR_OK;
}

static enum err answer_bundle(struct asked *a, const struct tile *t)
{
	for (unsigned i = 0; i < t->width; i++) {
		struct slice leaf;
		enum err e = store_leaf_get(a->core->store, t->index * TILE_WIDTH + i, &leaf, a->why);
		if (e != ERR_OK)
			return e;
		tile_bundle_put(a->reply, leaf);
	}
	return ERR_OK;
}

static enum err answer_tile(struct asked *a)
{
	struct tile t;
	enum err e = tile_path_parse(a->ask.body, &t, a->why);
	if (e != ERR_OK)
		return e;
	if (t.width > tile_width(store_frontier(a->core->store)->size, t.level, t.index))
		return why_set(a->why, ERR_ABSENT, "no such tile yet");
	return t.entries ? answer_bundle(a, &t) : tile_build(&t, store_node_read, a->core->store, a->reply);
}

// --- What analysts ask ----------------------------------------------------------------------------------------------------------------

// hdr0 (of maximum RECORD_HEADER_MAX) owns what the summary borrows.
static struct record_summary summary_of(const struct stored_record *r, struct buf *hdr0)
{
	buf_clear(hdr0);
	header_encode(&r->header, hdr0);
	return (struct record_summary){.sequence = r->sequence, .minute = r->time / 60, .leaf = r->leaf, .size = r->size, .seat = r->seat,
	                               .hdr0 = buf_slice(hdr0)};
}

static enum err list_one(void *asked, const struct stored_record *r, struct why *why)
{
	struct asked *a = asked;
	struct buf hdr0;
	(void)why;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	struct record_summary s = summary_of(r, &hdr0);
	hub_summary_encode(&s, a->reply);
	buf_free(&hdr0);
	return buf_status(a->reply);
}

// The one rule of all that analysts ask: this one is of the team, and may open what is marked so.
static enum err is_analyst(struct asked *a, uint16_t team, enum tlp tlp)
{
	return credential_check_analyst(&a->ask.credential, a->core->governance, team, tlp, a->now, a->why);
}

static enum err answer_list(struct asked *a)
{
	uint16_t team;
	uint64_t after;
	enum err e = hub_list_ask_decode(a->ask.body, &team, &after, a->why);
	if (e == ERR_OK)
		e = is_analyst(a, team, TLP_CLEAR);
	return e != ERR_OK ? e : store_record_each(a->core->store, team, after, HUB_LIST_MAX, list_one, a, a->why);
}

// The record, when the asker may know of it: an analyst of a team in its audience.
static enum err record_for(struct asked *a, uint16_t team, const uint8_t id[static RECORD_ID], struct stored_record *r)
{
	enum err e = is_analyst(a, team, TLP_CLEAR);
	if (e == ERR_OK)
		e = store_record_get(a->core->store, id, r, a->why);
	if (e == ERR_OK && !label_audience_has(&r->header.label, team))
		e = why_set(a->why, ERR_DENIED, "this record is not addressed to team %u", team);
	return e;
}

static enum err answer_record(struct asked *a)
{
	uint16_t team;
	uint8_t id[RECORD_ID];
	struct stored_record r;
	struct slice envelope;
	enum err e = hub_record_ask_decode(a->ask.body, &team, id, a->why);
	if (e == ERR_OK)
		e = record_for(a, team, id, &r);
	if (e == ERR_OK)
		e = store_envelope_get(a->core->store, id, &envelope, a->why);
	if (e != ERR_OK)
		return e;
	buf_put_slice(a->reply, envelope);
	return ERR_OK;
}

static enum err matches_of(struct asked *a, uint64_t handle, struct matcher_neighbours *n)
{
	struct buf frame, answer;
	buf_init(&frame, 8);
	buf_init(&answer, MATCHER_FRAME_MAX);
	buf_put_u64(&frame, handle);
	enum err e = channel_call(a->core->matcher, MATCHER_NEIGHBOURS, buf_slice(&frame), &answer, MATCHER_TIMEOUT_MS, a->why);
	if (e == ERR_OK)
		e = matcher_neighbours_decode(buf_slice(&answer), n, a->why);
	buf_free(&frame);
	buf_free(&answer);
	return e;
}

// A handle that is not here is what an older store leaves of records that came after it: nothing can be told of them.
static enum err neighbours_put(struct asked *a, const struct matcher_neighbours *n)
{
	enum err e = ERR_OK;
	uint32_t count = 0;
	struct buf hdr0;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	size_t at = a->reply->n + MATCHES_COUNT_AT;
	hub_matches_answer(&n->summary, 0, a->reply);
	for (uint32_t i = 0; i < n->count && (e == ERR_OK || e == ERR_ABSENT); i++) {
		struct match_answer_neighbour out = {.derived = n->list[i].derived};
		struct stored_record r;
		memcpy(out.shared, n->list[i].shared, sizeof out.shared);
		if ((e = store_record_by_handle(a->core->store, n->list[i].handle, &r, a->why)) != ERR_OK)
			continue;
		out.record = summary_of(&r, &hdr0);
		hub_matches_answer_neighbour(&out, a->reply);
		count++;
	}
	buf_free(&hdr0);
	if (e != ERR_OK && e != ERR_ABSENT)
		return e;
	count_patch(a->reply, at, count);
	return buf_status(a->reply);
}

static enum err answer_matches(struct asked *a)
{
	static struct matcher_neighbours n; // large; one question at a time
	uint16_t team;
	uint8_t id[RECORD_ID];
	struct stored_record r;
	enum err e = hub_record_ask_decode(a->ask.body, &team, id, a->why);
	if (e == ERR_OK)
		e = record_for(a, team, id, &r);
	if (e == ERR_OK)
		e = matches_of(a, r.handle, &n);
	if (e != ERR_OK)
		return e;
	return neighbours_put(a, &n);
}

static enum err answer_compare(struct asked *a)
{
	uint16_t team;
	uint8_t id[RECORD_ID];
	struct slice batches[BATCHES_MAX];
	unsigned count = 0;
	struct stored_record r;
	struct buf frame;
	buf_init(&frame, MATCHER_FRAME_MAX);
	enum err e = hub_compare_ask_decode(a->ask.body, &team, id, batches, &count, a->why);
	if (e == ERR_OK)
		e = record_for(a, team, id, &r);
	if (e == ERR_OK) {
		buf_put_u64(&frame, r.handle);
		buf_put(&frame, id, RECORD_ID);
		buf_put(&frame, a->ask.credential.item.signing, SIGN_PUBLIC); // an analyst signs its comparison itself
		for (unsigned i = 0; i < count; i++)
			buf_put_vec32(&frame, batches[i]);
		e = buf_status(&frame) != ERR_OK ? why_set(a->why, ERR_LIMIT, "compare: too many batches")
		                                 : channel_call(a->core->matcher, MATCHER_COMPARE, buf_slice(&frame), a->reply, MATCHER_TIMEOUT_MS, a->why);
	}
	buf_free(&frame);
	return e;
}

// --- Requests to open ------------------------------------------------------------------------------------------------------------------

// What an analyst asks to be appended: the leaf of a request that only keepers see, about a record that is here.
struct wish {
	uint16_t team;
	uint8_t id[RECORD_ID];
	uint8_t leaf[ACTIVITY_LEAF];
};

// The leaf of a request that is alive: its minute is the request's own time.
static enum err leaf_check(const struct wish *w, uint64_t now, struct why *why)
{
	uint64_t time;
	enum err e = activity_leaf_read(w->leaf, ACTIVITY_RELEASE, &time, why);
	if (e != ERR_OK)
		return why_at(why, e, "request");
	if (time > now + REQUEST_AHEAD_MAX || time + 60 + REQUEST_LIFE < now)
		return why_set(why, ERR_DENIED, "request: its minute is not within the %d hours that a request lives", REQUEST_LIFE / 3600);
	return ERR_OK;
}

static enum err wish_check(struct asked *a, const struct wish *w)
{
	struct stored_record stored;
	enum err e = leaf_check(w, a->now, a->why);
	if (e == ERR_OK)
		e = record_for(a, w->team, w->id, &stored);
	return e != ERR_OK ? e : is_analyst(a, w->team, stored.header.label.tlp);
}

// Every request makes the ledger grow for ever, so they are counted as openings are.
static enum err wish_store(struct asked *a, const struct wish *w, const uint8_t hash[static 32], uint64_t *index)
{
	struct core *c = a->core;
	uint64_t total;
	uint8_t asker[ASKER];
	core_asker(c, a->ask.credential.item.card, NULL, asker);
	enum err e = store_begin(c->store, a->why);
	if (e != ERR_OK)
		return e;
	e = store_count_add(c->store, "requests", slice_of(asker, sizeof asker), (uint32_t)(a->now / 86400), 1,
	                    core_charter(c)->policy.releases_analyst, &total, a->why);
	if (e == ERR_OK)
		e = complaint_expect(c, w->id, a->ask.credential.item.card, (uint32_t)(a->now / 86400), a->why);
	if (e == ERR_OK)
		e = ledger_append_named(c, "request", hash, slice_of(w->leaf, sizeof w->leaf), index, a->why);
	if (e == ERR_OK)
		e = store_commit(c->store, a->why);
	if (e != ERR_OK)
		store_rollback(c->store);
	return e;
}

static enum err answer_request(struct asked *a)
{
	struct wish w;
	uint8_t hash[32];
	uint64_t index = 0;
	enum err e = hub_request_ask_decode(a->ask.body, &w.team, w.id, w.leaf, a->why);
	if (e == ERR_OK)
		e = wish_check(a, &w);
	if (e != ERR_OK)
		return e;
	sha256(slice_of(w.leaf, sizeof w.leaf), hash);
	e = ledger_index(a->core, "request", hash, &index, a->why);
	if (e == ERR_ABSENT && (e = wish_store(a, &w, hash, &index)) == ERR_OK) {
		a->core->count.requests++;
		log_line(LOG_INFO, "release-requested", log_value("team", "%u", w.team), log_value("leaf", "%llu", (unsigned long long)index));
	}
	if (e == ERR_OK)
		buf_put_u64(a->reply, index);
	return e;
}

// An analyst who opened a record says that the card inside is false: with a second one's word the seat that vouched pays for it.
static enum err answer_complain(struct asked *a)
{
	uint16_t team;
	uint8_t id[RECORD_ID];
	struct stored_record r;
	enum err e = hub_record_ask_decode(a->ask.body, &team, id, a->why);
	if (e == ERR_OK)
		e = record_for(a, team, id, &r);
	return e == ERR_OK ? complaint_take(a->core, &r, a->ask.credential.item.card, (uint32_t)(a->now / 86400), a->why) : e;
}

static enum err answer_bulletin(struct asked *a)
{
	uint64_t number, newest = 0;
	struct slice bulletin;
	enum err e = hub_bulletin_ask_decode(a->ask.body, &number, a->why);
	if (e == ERR_OK)
		e = store_bulletin_newest(a->core->store, &newest, a->why);
	if (e != ERR_OK)
		return e;
	buf_put_u64(a->reply, newest);
	if (number == 0)
		return ERR_OK;
	e = store_bulletin_get(a->core->store, number, &bulletin, a->why);
	if (e == ERR_OK)
		buf_put_slice(a->reply, bulletin);
	return e;
}

static const struct {
	enum hub_verb verb;
	enum err (*answer)(struct asked *a);
} answers[] = {
	{HUB_ENTRIES, answer_entries}, {HUB_PROOF, answer_proof},     {HUB_TILE, answer_tile},
	{HUB_LIST, answer_list},       {HUB_RECORD, answer_record},   {HUB_MATCHES, answer_matches},
	{HUB_REQUEST, answer_request}, {HUB_COMPARE, answer_compare}, {HUB_BULLETIN, answer_bulletin},
	{HUB_COMPLAIN, answer_complain},
};

static enum err decide(void *core, const struct hub_question *q, struct slice payload, struct buf *reply, struct why *why)
{
	struct asked a = {.core = core, .now = clock_now(), .reply = reply, .why = why};
	enum err e = ask_decode(slice_part(payload, 1, payload.n), &a.ask, why);
	if (e == ERR_OK && a.ask.body.n > q->body_max)
		e = why_set(why, ERR_LIMIT, "%s: a body of %zu bytes, at most %zu", q->name, a.ask.body.n, q->body_max);
	if (e == ERR_OK && a.ask.by == ASKER_KEEPER && !q->keepers)
		e = why_set(why, ERR_DENIED, "%s: keepers do not ask this", q->name);
	if (e == ERR_OK)
		e = ask_check(&a.ask, q->name, ASK_TO_HUB, q->roles, a.core->governance, a.now, why);
	for (size_t i = 0; e == ERR_OK && i < sizeof answers / sizeof *answers; i++)
		if (answers[i].verb == q->verb)
			e = answers[i].answer(&a);
	const enum err room = buf_status(reply);
	return room == ERR_OK ? e : why_set(why, room, "%s: %s", q->name, room == ERR_LIMIT ? "too long an answer" : "no memory for the answer");
}

enum err ask_answer(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	const struct hub_question *q = payload.n > 0 ? hub_question((enum hub_verb)payload.p[0]) : NULL;
	enum err e = q != NULL ? decide(core, q, payload, reply, why) : why_set(why, ERR_INPUT, "no such question");
	c->count.asks[q != NULL ? q->verb : 0][e]++;
	return e;
}
