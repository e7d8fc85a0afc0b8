// What officers send directly: suspensions and expulsions that hold at once, the word to go on after a restored snapshot, and the
// steps of a key ceremony.
#include <inttypes.h>
#include <stdio.h>

#include "base/wire.h"
#include "core.h"
#include "log/log.h"
#include "sys/clock.h"

#define RESUMED "resumed"     // when the last order to resume was issued
#define SUSPENDED "suspended" // core_witness.c
#define ORDER "ceremony"      // the newest order to make keys: issued ‖ id
#define ORDER_AGE_MAX (7 * DAY)

// --- Standings ------------------------------------------------------------------------------------------------------------

static enum err hold_again(void *core, struct slice leaf, struct why *why)
{
	struct core *c = core;
	struct why refused;
	(void)why;
	enum err e = governance_hold(c->g, leaf, &refused);
	if (e != ERR_OK) // the ledger has a newer word
		log_line(LOG_DEBUG, "standing-superseded", log_failure(e, &refused));
	return ERR_OK;
}

enum err core_held_load(struct core *c, struct why *why)
{
	return store_held_each(c->store, hold_again, c, why);
}

// The answer says whether there is a card of that id: an officer may have mistyped it, and what is held then holds nobody.
static enum err hold(struct core *c, const struct document *d, struct slice leaf, struct buf *reply, struct why *why)
{
	struct standing s;
	struct slice card, credential;
	enum err e = standing_decode(d->body, &s, why);
	if (e == ERR_OK)
		e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = store_held_add(c->store, leaf, why);
	if (e == ERR_OK)
		e = governance_hold(c->g, leaf, why);
	e = core_end(c, e, why);
	if (e != ERR_OK)
		return e;
	log_line(LOG_INFO, "standing-held");
	e = store_card_get(c->store, s.card, &card, &credential, why);
	buf_put_u8(reply, e == ERR_OK);
	return e == ERR_ABSENT ? ERR_OK : e;
}

// --- Resuming ---------------------------------------------------------------------------------------------------------------

static enum err resumed_before(struct core *c, uint64_t *issued, struct why *why)
{
	struct slice saved;
	*issued = governance_resumed(c->g, c->seat);
	enum err e = store_value_get(c->store, RESUMED, &saved, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	struct wire w = wire_of(saved);
	uint64_t last = wire_u64(&w);
	if (last > *issued)
		*issued = last;
	return wire_end(&w, RESUMED, why);
}

static enum err check_resume(struct core *c, const struct document *d, struct resume *r, struct why *why)
{
	uint64_t officers = 0, keepers = 0, before = 0;
	enum err e = resume_decode(d->body, r, why);
	if (e == ERR_OK)
		e = document_verify(d, core_charter(c), &officers, &keepers, why);
	if (e == ERR_OK && (c->seat == 0 || r->seat != c->seat))
		e = why_set(why, ERR_DENIED, "resume: for seat %u, this is %u", r->seat, c->seat);
	if (e == ERR_OK && (officers >> c->seat & 1) == 0)
		e = why_set(why, ERR_DENIED, "resume: not signed by the officer of seat %u", c->seat);
	if (e == ERR_OK)
		e = resumed_before(c, &before, why);
	if (e == ERR_OK && r->issued <= before)
		e = why_set(why, ERR_DENIED, "resume: not newer than the last (a repetition?)");
	if (e == ERR_OK && r->issued > clock_now() + FUTURE_SECONDS)
		e = why_set(why, ERR_DENIED, "resume: issued in the future");
	return e;
}

static enum err resume(struct core *c, const struct document *d, struct why *why)
{
	struct resume r;
	struct buf issued;
	enum err e = check_resume(c, d, &r, why);
	if (e == ERR_OK && c->mode != MODE_SUSPENDED)
		e = why_set(why, ERR_DENIED, "resume: this keeper is not suspended");
	if (e != ERR_OK)
		return e;
	buf_init(&issued, 8);
	buf_put_u64(&issued, r.issued);
	e = buf_status(&issued) == ERR_OK ? store_begin(c->store, why) : why_set(why, ERR_SYSTEM, "out of memory");
	if (e == ERR_OK) {
		e = store_value_put(c->store, RESUMED, buf_slice(&issued), why);
		if (e == ERR_OK)
			e = store_value_remove(c->store, SUSPENDED, why);
		if (e == ERR_OK)
			e = core_mark(c, why);
		e = core_end(c, e, why);
	}
	buf_free(&issued);
	if (e == ERR_OK) {
		c->mode = MODE_ACTIVE;
		c->marked = true;
		log_line(LOG_WARNING, "resumed", log_value("leaves", "%" PRIu64, c->witnessed.state.size));
	}
	return e;
}

enum err core_governance(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct document d;
	enum err e = document_decode(payload, &d, why);
	if (e != ERR_OK)
		return e;
	switch (d.type) {
	case DOCUMENT_STANDING: return hold(c, &d, payload, reply, why);
	case DOCUMENT_RESUME: return resume(c, &d, why);
	default: return why_set(why, ERR_DENIED, "%s: goes to the hub; keepers take suspensions, expulsions and orders to resume",
	                        document_kind(d.type));
	}
}

// --- Ceremonies ---------------------------------------------------------------------------------------------------------------

// Of the last days, by this clock.
static bool is_alive(uint64_t issued)
{
	return clock_now() <= issued + ORDER_AGE_MAX;
}

static enum err check_order(const struct core *c, struct slice bytes, uint8_t class, struct ceremony_order *o, struct why *why)
{
	struct document d;
	uint64_t officers = 0, keepers = 0;
	enum err e = document_decode(bytes, &d, why);
	if (e == ERR_OK && d.type != DOCUMENT_CEREMONY)
		e = why_set(why, ERR_INPUT, "ceremony: the order is a %s", document_kind(d.type));
	if (e == ERR_OK)
		e = document_verify(&d, core_charter(c), &officers, &keepers, why);
	if (e == ERR_OK)
		e = ceremony_order_decode(d.body, o, why);
	if (e != ERR_OK)
		return e;
	unsigned signers = (unsigned)__builtin_popcountll(officers), t = core_charter(c)->t;
	if (signers < t)
		return why_set(why, ERR_DENIED, "ceremony: the order is signed by %u officers, %u are needed", signers, t);
	if (o->issued > clock_now() + FUTURE_SECONDS || !is_alive(o->issued))
		return why_set(why, ERR_DENIED, "ceremony: the order is not of the last %d days", ORDER_AGE_MAX / DAY);
	const struct token_key *newest = governance_token_key(c->g, class, 0);
	if (o->epoch != (newest != NULL ? newest->epoch : 0) + 1)
		return why_set(why, ERR_DENIED, "ceremony: the order is for epoch %u; class %u is at %u", o->epoch, class,
		               newest != NULL ? newest->epoch : 0);
	return ERR_OK;
}

// The newest order that began here; zeros: none ever.
static enum err order_load(struct core *c, uint64_t *issued, uint8_t id[static 16], struct why *why)
{
	struct slice saved;
	*issued = 0;
	memset(id, 0, 16);
	enum err e = store_value_get(c->store, ORDER, &saved, why);
	if (e != ERR_OK)
		return e == ERR_ABSENT ? ERR_OK : e;
	struct wire w = wire_of(saved);
	*issued = wire_u64(&w);
	wire_copy(&w, id, 16);
	return wire_end(&w, ORDER, why);
}

// An older order must not undo what a newer one has begun.
static enum err newest_order(struct core *c, const struct ceremony_order *o, struct why *why)
{
	struct buf b;
	uint8_t id[16];
	uint64_t issued;
	enum err e = order_load(c, &issued, id, why);
	if (e != ERR_OK)
		return e;
	if (o->issued == issued && memcmp(o->id, id, sizeof id) == 0)
		return ERR_OK;
	if (o->issued <= issued)
		return why_set(why, ERR_DENIED,
		               "ceremony: issued at %" PRIu64 ", not after the order that began here, issued at %" PRIu64, o->issued, issued);
	buf_init(&b, 8 + sizeof id);
	buf_put_u64(&b, o->issued);
	buf_put(&b, o->id, sizeof o->id);
	e = buf_status(&b) == ERR_OK ? store_begin(c->store, why) : why_set(why, ERR_SYSTEM, "out of memory");
	if (e == ERR_OK)
		e = core_end(c, store_value_put(c->store, ORDER, buf_slice(&b), why), why);
	buf_free(&b);
	return e;
}

static void put_frame(const struct core *c, const struct ceremony_step *s, const struct ceremony_order *o, struct buf *frame)
{
	const struct charter *charter = core_charter(c);
	buf_put_u8(frame, c->seat);
	buf_put_u8(frame, (uint8_t)charter->t);
	buf_put_u8(frame, (uint8_t)charter->n);
	buf_put_u8(frame, s->class);
	buf_put_u8(frame, s->round);
	buf_put_u16(frame, o->epoch);
	buf_put(frame, o->id, sizeof o->id);
	for (unsigned i = 0; i < charter->n; i++)
		buf_put(frame, charter->seats[i].ceremony, ELEMENT);
	buf_put_zeros(frame, (SEATS_MAX - charter->n) * (size_t)ELEMENT);
	buf_put_slice(frame, s->input);
}

enum err core_ceremony(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct ceremony_step s;
	struct ceremony_order o;
	struct buf frame;
	enum err e = core_awake(c, why);
	if (e == ERR_OK)
		e = ceremony_step_decode(payload, &s, why);
	if (e == ERR_OK)
		e = check_order(c, s.order, s.class, &o, why);
	if (e == ERR_OK)
		e = newest_order(c, &o, why);
	if (e != ERR_OK)
		return e;
	buf_init(&frame, KEYS_FRAME_MAX);
	put_frame(c, &s, &o, &frame);
	e = core_ask_keys(c, KEYS_CEREMONY, &frame, reply, why);
	buf_free(&frame);
	log_line(LOG_INFO, "ceremony", log_value("class", "%u", s.class), log_value("round", "%u", s.round),
	         log_value("epoch", "%u", o.epoch), log_value("result", "%s", err_name(e)));
	return e;
}

static enum err end_ceremony(struct core *c, unsigned class, uint16_t epoch, struct why *why)
{
	struct buf frame;
	buf_init(&frame, 3);
	buf_put_u8(&frame, (uint8_t)class);
	buf_put_u16(&frame, epoch);
	enum err e = core_ask_keys(c, KEYS_CEREMONY_OVER, &frame, NULL, why);
	buf_free(&frame);
	return e;
}

void core_end_ceremonies(struct core *c)
{
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		const struct token_key *key = governance_token_key(c->g, class, 0);
		struct why why;
		if (key == NULL || key->epoch == c->over[class])
			continue;
		enum err e = end_ceremony(c, class, key->epoch, &why);
		if (e == ERR_OK)
			c->over[class] = key->epoch;
		else
			log_line(LOG_WARNING, "ceremony-not-forgotten", log_value("class", "%u", class), log_failure(e, &why));
	}
}

enum err core_lapse_ceremonies(struct core *c, struct why *why)
{
	uint64_t issued;
	uint8_t id[16];
	enum err e = order_load(c, &issued, id, why);
	if (e == ERR_OK && !is_alive(issued))
		for (unsigned class = 0; class < TOKEN_CLASSES && e == ERR_OK; class++) {
			const struct token_key *newest = governance_token_key(c->g, class, 0);
			e = end_ceremony(c, class, (uint16_t)((newest != NULL ? newest->epoch : 0) + 1), why);
		}
	return e;
}
