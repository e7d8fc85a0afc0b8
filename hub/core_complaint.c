// Complaints: a card that is false when its record is opened lowers the cap of the seat that vouched for it.
//
// Nobody can prove to the hub what is inside a record without opening it to the hub. So what counts is the word of two analysts who
// may open it and have each spent one of the day's requests on it (that they opened it only keepers know); and it counts once for an
// alias, so that one member of an honest seat who files rubbish costs that seat one step, however much he files. (core_filing.c bounds
// what a dishonest seat can file under one alias.)
#include <inttypes.h>

#include "core.h"
#include "log/log.h"

#define LOWERED_DAYS 30  // that a complaint counts
#define LOWERED_STEPS 8u // an alias takes an eighth of the cap; the last eighth stays, or two liars could close a seat

// Whoever asks again may complain again: so it is counted by day, where a mark would stay the first day's.
enum err complaint_expect(struct core *c, const uint8_t record[static RECORD_ID], const uint8_t card[static CARD_ID], uint32_t today,
                          struct why *why)
{
	uint8_t key[ASKER];
	uint64_t total;
	core_asker(c, card, record, key);
	return store_count_add(c->store, "asked", slice_of(key, sizeof key), today, 1, UINT32_MAX, &total, why);
}

// *lowers: this complaint is the one that makes an alias count. Inside a transaction; ERR_EXISTS: nothing new.
static enum err note(struct core *c, const struct stored_record *r, const uint8_t card[static CARD_ID], uint32_t today, bool *lowers,
                     struct why *why)
{
	const uint32_t end = today + LOWERED_DAYS; // marks and counters are forgotten by their day
	uint8_t key[ASKER], alias[1 + ALIAS] = {r->seat};
	uint64_t total = 0;
	core_asker(c, card, r->id, key);
	memcpy(alias + 1, r->alias, ALIAS);
	enum err e = store_count_sum(c->store, "asked", slice_of(key, sizeof key), today - ASKED_DAYS, today, &total, why);
	if (e == ERR_OK && total == 0)
		e = why_set(why, ERR_DENIED, "complain: this analyst has not asked to open the record today or yesterday");
	if (e == ERR_OK)
		e = store_mark(c->store, "complained", slice_of(key, sizeof key), end, why);
	if (e != ERR_OK)
		return e;
	e = store_mark(c->store, "complaint", slice_of(r->id, RECORD_ID), end, why);
	if (e != ERR_EXISTS) // the first analyst's word is not enough
		return e;
	e = store_mark(c->store, "lowered", slice_of(alias, sizeof alias), end, why);
	if (e == ERR_OK)
		e = store_count_add(c->store, "lowered", slice_of(&r->seat, 1), end, 1, UINT32_MAX, &total, why);
	*lowers = e == ERR_OK;
	return e == ERR_EXISTS ? ERR_OK : e;
}

enum err complaint_take(struct core *c, const struct stored_record *r, const uint8_t card[static CARD_ID], uint32_t today,
                        struct why *why)
{
	bool lowers = false;
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = note(c, r, card, today, &lowers, why);
	if (e == ERR_OK)
		e = store_commit(c->store, why);
	if (e != ERR_OK)
		store_rollback(c->store);
	if (e == ERR_OK && lowers) {
		uint64_t cap, aliases;
		c->lowered_day[r->seat - 1] = 0;
		if ((e = complaint_cap(c, r->seat, today, &cap, &aliases, why)) == ERR_OK)
			log_line(LOG_WARNING, "vouchers-lowered", log_value("seat", "%u", r->seat), log_value("aliases", "%" PRIu64, aliases),
			         log_value("cap", "%" PRIu64, cap), log_value("policy", "%u", core_charter(c)->policy.vouchers));
	}
	return e == ERR_EXISTS ? ERR_OK : e;
}

enum err complaint_cap(struct core *c, unsigned seat, uint32_t today, uint64_t *cap, uint64_t *aliases, struct why *why)
{
	INVARIANT(seat >= 1 && seat <= SEATS_MAX);
	if (c->lowered_day[seat - 1] != today) { // counted once a day and after each change: filings ask for it, one by one
		const uint8_t key = (uint8_t)seat;
		enum err e = store_count_sum(c->store, "lowered", slice_of(&key, 1), today, today + LOWERED_DAYS, &c->lowered[seat - 1], why);
		if (e != ERR_OK)
			return e;
		c->lowered_day[seat - 1] = today;
	}
	*aliases = c->lowered[seat - 1];
	uint64_t steps = *aliases < LOWERED_STEPS - 1 ? *aliases : LOWERED_STEPS - 1;
	*cap = ((uint64_t)core_charter(c)->policy.vouchers * (LOWERED_STEPS - steps) + LOWERED_STEPS - 1) / LOWERED_STEPS;
	return ERR_OK;
}
