// Releases: every rule of protocol/release.md, then the counters, then keys.
#include <inttypes.h>

#include "core.h"
#include "crypto/hash.h"
#include "filing/release.h"
#include "log/log.h"
#include "sys/clock.h"

struct opening {
	struct release release;
	struct request request;
	struct header header;
	struct card analyst;
	uint8_t hash[32]; // of the request
};

// Log first: the request's leaf is in a tree that t seats have cosigned.
static enum err check_logged(const struct core *c, const struct opening *o, struct why *why)
{
	struct checkpoint p;
	uint64_t time;
	uint8_t leaf[ACTIVITY_LEAF], hash[TREE_HASH];
	enum err e = follow_verify(core_charter(c), o->release.checkpoint, &p, &time, why);
	if (e != ERR_OK)
		return e;
	request_leaf(&o->request, leaf);
	tree_leaf_hash(slice_of(leaf, sizeof leaf), hash);
	e = tree_inclusion_verify(o->release.index, p.size, hash, &o->release.proof, p.root, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "the request is not in the ledger");
}

static enum err check(const struct core *c, struct slice payload, struct opening *o, struct why *why)
{
	enum err e = release_decode(payload, &o->release, why);
	if (e == ERR_OK)
		e = request_decode(o->release.request, &o->request, why);
	if (e == ERR_OK)
		e = request_check(&o->request, c->g, clock_now(), &o->analyst, why);
	if (e == ERR_OK)
		e = header_decode(o->request.hdr0, &o->header, why);
	if (e == ERR_OK && c->seat > o->header.n)
		e = why_set(why, ERR_DENIED, "seat %u is not of the committee of this record (%u seats)", c->seat, o->header.n);
	if (e == ERR_OK)
		e = check_logged(c, o, why);
	if (e == ERR_OK)
		request_hash(&o->request, o->hash);
	return e;
}

// Above the rate, a second analyst answers for it too.
static enum err check_second(struct core *c, const struct opening *o, struct why *why)
{
	uint64_t used = 0, free = core_charter(c)->policy.cosign_above;
	enum err e = store_count_get(c->store, "releases/analyst", slice_of(o->request.credential.item.card, CARD_ID), core_today(),
	                             &used, why);
	if (e != ERR_OK && e != ERR_ABSENT)
		return e;
	if (used >= free && !o->request.second)
		return why_set(why, ERR_DENIED, "after %" PRIu64 " openings in a day a second analyst must sign the request too", free);
	return ERR_OK;
}

static enum err count(struct core *c, const char *scope, const char *what, struct slice key, uint32_t limit, struct why *why)
{
	uint64_t total = 0, line = (uint64_t)limit * ALARM_PERCENT / 100;
	enum err e = store_count_add(c->store, scope, key, core_today(), 1, limit, &total, why);
	if (e != ERR_OK)
		return e;
	if (total > line && total - 1 <= line) {
		c->count.alarms[ALARM_QUOTA]++;
		log_line(LOG_WARNING, "alarm", log_value("of", "quota"), log_value("what", "openings %s", what),
		         log_value("used", "%" PRIu64, total), log_value("limit", "%u", limit));
	}
	return ERR_OK;
}

static enum err count_all(struct core *c, const struct opening *o, struct why *why)
{
	const struct policy *p = &core_charter(c)->policy;
	const uint8_t team[2] = {(uint8_t)(o->request.team >> 8), (uint8_t)o->request.team};
	enum err e = store_mark(c->store, "request", slice_of(o->hash, sizeof o->hash), core_today(), why);
	if (e == ERR_OK)
		e = check_second(c, o, why);
	if (e == ERR_OK)
		e = count(c, "releases/analyst", "by this analyst", slice_of(o->request.credential.item.card, CARD_ID),
		          p->releases_analyst, why);
	if (e == ERR_OK)
		e = count(c, "releases/team", "for this team", slice_of(team, sizeof team), p->releases_team, why);
	if (e == ERR_OK)
		e = count(c, "releases/all", "in all", SLICE_LITERAL("all"), p->releases_all, why);
	return e;
}

static enum err charge(struct core *c, const struct opening *o, struct why *why)
{
	enum err e = store_begin(c->store, why);
	if (e == ERR_OK)
		e = core_end(c, count_all(c, o, why), why);
	return e == ERR_EXISTS ? ERR_OK : e; // the same request again
}

static enum err open_share(struct core *c, const struct opening *o, struct buf *reply, struct why *why)
{
	struct buf frame;
	uint8_t aad[SHARE_AAD];
	share_aad(o->request.hdr0, o->request.commitment, c->seat, aad);
	buf_init(&frame, KEYS_RELEASE_BYTES);
	buf_put_u16(&frame, o->header.quarter);
	buf_put(&frame, aad, sizeof aad);
	buf_put(&frame, o->release.share, RECORD_SHARE);
	buf_put(&frame, o->hash, sizeof o->hash);
	buf_put(&frame, o->analyst.sealing, HPKE_PUBLIC);
	enum err e = core_ask_keys(c, KEYS_RELEASE, &frame, reply, why);
	buf_free(&frame);
	return e;
}

enum err core_release(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	static struct opening o; // large for a stack; one thread
	enum err e = core_may_act(c, why);
	if (e == ERR_OK)
		e = check(c, payload, &o, why);
	if (e == ERR_OK)
		e = charge(c, &o, why);
	if (e == ERR_OK)
		e = open_share(c, &o, reply, why);
	log_line(LOG_INFO, "release", log_value("result", "%s", err_name(e)));
	return e;
}
