// Filings: vouched for by a keeper, stored with their leaf and queued batches before the receipt leaves.
#include "core.h"
#include "crypto/secret.h"
#include "log/log.h"
#include "store/part.h"
#include "sys/clock.h"

#define ALIAS_DAYS 2 // a member's daily filings that one alias may use in a day

struct arrival {
	struct voucher voucher;
	struct filing filing;
	struct envelope envelope; // of FILING_RECORD
	uint8_t hash[32];
	uint64_t now;
	uint8_t leaf[ACTIVITY_LEAF];
	uint8_t receipt[RECEIPT_BYTES];
	uint64_t index;
};

static enum err check_kind(struct core *c, struct arrival *a, struct why *why)
{
	struct stored_record r;
	switch (a->filing.kind) {
	case FILING_RECORD: {
		enum err e = envelope_decode(a->filing.payload, &a->envelope, why);
		return e != ERR_OK ? e : header_check(&a->envelope.header, c->governance, a->now, why);
	}
	case FILING_TOKENS: {
		enum err e = store_record_get(c->store, a->filing.record, &r, why);
		return e == ERR_ABSENT ? why_set(why, e, "tokens for a record that is not here") : e;
	}
	case FILING_REPLY:
		return ERR_OK;
	}
	return why_set(why, ERR_INPUT, "filing of kind %d", a->filing.kind);
}

static enum err count_voucher(struct core *c, const struct arrival *a, struct why *why)
{
	uint64_t total, cap, lowered;
	const uint8_t seat = a->voucher.seat;
	const uint32_t today = (uint32_t)(a->now / 86400);
	enum err e = complaint_cap(c, seat, today, &cap, &lowered, why);
	if (e == ERR_OK)
		e = store_count_add(c->store, "vouchers", slice_of(&seat, 1), today, 1, cap, &total, why);
	if (e == ERR_DENIED && lowered > 0)
		return why_at(why, e, "vouchers of seat %u (lowered from %u: false cards under %llu of its aliases)", seat,
		              core_charter(c)->policy.vouchers, (unsigned long long)lowered);
	return e == ERR_DENIED ? why_at(why, e, "vouchers of seat %u", seat) : e;
}

// A seat may invent aliases, and the cap by complaints counts them: one alias must not stand for all that it vouches for. Twice a
// member's day, because a filing that a keeper charged on one day may reach the hub on the next.
static enum err count_alias(struct core *c, const struct arrival *a, struct why *why)
{
	uint64_t total;
	uint8_t key[1 + ALIAS] = {a->voucher.seat};
	memcpy(key + 1, a->voucher.alias, ALIAS);
	enum err e = store_count_add(c->store, "alias", slice_of(key, sizeof key), (uint32_t)(a->now / 86400), 1,
	                             (uint64_t)core_charter(c)->policy.filings * ALIAS_DAYS, &total, why);
	return e == ERR_DENIED ? why_at(why, e, "one alias of seat %u", a->voucher.seat) : e;
}

static enum err make_receipt(struct core *c, struct arrival *a, struct why *why)
{
	activity_leaf(ACTIVITY_FILING, a->now, a->filing.salt, a->hash, a->leaf);
	enum err e = store_leaf_add(c->store, slice_of(a->leaf, sizeof a->leaf), &a->index, why);
	if (e != ERR_OK)
		return e;
	struct receipt r = {.time = a->now, .index = a->index};
	memcpy(r.filing, a->hash, sizeof r.filing);
	memcpy(r.leaf, a->leaf, sizeof r.leaf);
	receipt_sign(&r, c->hub_sk, core_origin(c));
	receipt_encode(&r, a->receipt);
	return ERR_OK;
}

static enum err store_it(struct core *c, struct arrival *a, struct why *why)
{
	const struct filing *f = &a->filing;
	if (f->kind == FILING_REPLY)
		return store_reply_add(c->store, f->payload.p, a->hash, a->receipt, why);
	if (f->kind == FILING_TOKENS)
		return store_tokens_add(c->store, f->record, a->hash, f->batch, f->batches, a->receipt, why);
	struct stored_record r = {.time = a->now, .seat = a->voucher.seat, .leaf = a->index, .header = a->envelope.header, .size = f->payload.n};
	memcpy(r.id, a->envelope.header.id, RECORD_ID);
	memcpy(r.filing, a->hash, sizeof r.filing);
	memcpy(r.alias, a->voucher.alias, ALIAS);
	random_bytes(&r.handle, sizeof r.handle);
	r.handle &= INT64_MAX; // stores keep signed numbers
	return store_record_add(c->store, &r, f->payload, f->batch, f->batches, a->receipt, why);
}

// Inside the transaction of all filings that are waiting together: filing_settle() commits it, and their receipts leave after that.
static enum err accept_new(struct core *c, struct arrival *a, struct why *why)
{
	struct store_part part;
	enum err e = voucher_check(&a->voucher, &a->filing, c->governance, a->now, why);
	if (e == ERR_OK)
		e = check_kind(c, a, why);
	if (e == ERR_OK && !c->filing) {
		e = store_begin(c->store, why);
		c->filing = e == ERR_OK;
	}
	if (e == ERR_OK)
		e = store_part_begin(c->store, &part, why);
	if (e != ERR_OK)
		return e;
	e = count_voucher(c, a, why);
	if (e == ERR_OK)
		e = count_alias(c, a, why);
	if (e == ERR_OK)
		e = make_receipt(c, a, why);
	if (e == ERR_OK)
		e = store_it(c, a, why);
	struct why ending;
	enum err ended = store_part_end(c->store, &part, e == ERR_OK, &ending);
	if (e == ERR_OK && ended != ERR_OK)
		*why = ending;
	return e == ERR_OK ? ended : e;
}

enum err filing_accept(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct arrival a = {.now = clock_now()};
	enum err e = hub_filing_decode(payload, &a.voucher, &a.filing, why);
	if (e == ERR_OK) {
		filing_hash(&a.filing, a.hash);
		e = store_receipt_get(c->store, a.hash, a.receipt, why);
		if (e == ERR_ABSENT) {
			e = accept_new(c, &a, why);
			c->waiting += e == ERR_OK;
			c->count.filings[a.filing.kind][e]++;
		}
	} else {
		c->count.filings[0][e]++;
	}
	if (e != ERR_OK) {
		c->refused++;
		if (e == ERR_DENIED) // the voucher is a seat's: not anybody can fill the log
			log_line(LOG_WARNING, "filing-refused", log_value("seat", "%u", a.voucher.seat), log_failure(e, why));
		return e;
	}
	c->count.receipts++;
	buf_put(reply, a.receipt, sizeof a.receipt);
	return buf_status(reply);
}

enum err filing_settle(void *core, struct why *why)
{
	struct core *c = core;
	unsigned waiting = c->waiting;
	c->waiting = 0;
	if (!c->filing)
		return ERR_OK;
	c->filing = false; // the transaction is over, also when its commit fails
	enum err e = store_commit(c->store, why);
	if (e == ERR_OK)
		c->accepted += waiting;
	else {
		c->refused += waiting;
		c->count.uncommitted += waiting;
		log_line(LOG_ERROR, "filings-failed", log_value("filings", "%u", waiting), log_failure(e, why));
	}
	return e;
}
