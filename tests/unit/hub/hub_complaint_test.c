// Complaints of false cards: what lowers a seat's cap of vouchers, and what does not.
#include "running.h"

#include <glob.h>

#include "crypto/hash.h"

#define SENT 12
static struct sent sent[SENT];

static void start(void)
{
	hub_start();
	policy()->vouchers = 16;
	for (unsigned i = 0; i < SENT; i++)
		sent_make(&sent[i], FIXTURE_INTERNATIONAL, 1, 1);
}

static void stop(void)
{
	for (unsigned i = 0; i < SENT; i++)
		sent_free(&sent[i]);
	hub_stop();
}

static enum err file_under(const struct sent *s, uint8_t seat, uint8_t alias)
{
	struct voucher v = voucher_of(&s->filing, seat);
	v.alias[1] = alias;
	voucher_sign(&v, f->seat[seat - 1].voucher, f->origin);
	return file_with(&s->filing, &v);
}

// Asks to open the record, as `tocsin open` does before the keepers.
static enum err want(enum fixture_who who, const struct sent *s)
{
	struct buf body;
	uint8_t leaf[ACTIVITY_LEAF], hash[32] = {7}, salt[SALT];
	buf_init(&body, 100);
	random_bytes(salt, sizeof salt);
	activity_leaf(ACTIVITY_RELEASE, clock_now(), salt, hash, leaf);
	hub_request_ask(FIXTURE_INTERNATIONAL, s->id, leaf, &body);
	enum err e = hub_ask(who, HUB_REQUEST, &body);
	buf_free(&body);
	return e;
}

static enum err complain(enum fixture_who who, const struct sent *s)
{
	struct buf body;
	buf_init(&body, 100);
	hub_record_ask(FIXTURE_INTERNATIONAL, s->id, &body);
	enum err e = hub_ask(who, HUB_COMPLAIN, &body);
	CHECK(answer.n == 0);
	buf_free(&body);
	return e;
}

static enum err open_and_complain(enum fixture_who who, const struct sent *s)
{
	enum err e = want(who, s);
	return e == ERR_OK ? complain(who, s) : e;
}

static uint64_t cap(unsigned seat)
{
	uint64_t n = 0, aliases;
	OK(complaint_cap(&core, seat, (uint32_t)(clock_now() / 86400), &n, &aliases, &why));
	return n;
}

static void both(const struct sent *s)
{
	OK(open_and_complain(FIXTURE_ANALYST, s));
	OK(open_and_complain(FIXTURE_SECOND_ANALYST, s));
}

static void two_analysts_lower_the_cap(void)
{
	start();
	OK(file_under(&sent[0], 1, 1));
	OK(open_and_complain(FIXTURE_ANALYST, &sent[0]));
	CHECK(cap(1) == 16);
	OK(open_and_complain(FIXTURE_SECOND_ANALYST, &sent[0]));
	CHECK(cap(1) == 14 && cap(2) == 16 && cap(3) == 16);
	hub_restart();
	policy()->vouchers = 16;
	CHECK(cap(1) == 14);
	policy()->vouchers = 8; // of which 7 are left
	for (unsigned i = 1; i < 7; i++)
		OK(file_under(&sent[i], 1, 2));
	REFUSED(file_under(&sent[7], 1, 2), ERR_DENIED, "vouchers of seat 1 (lowered from 8: false cards under 1 of its aliases)");
	OK(file_under(&sent[7], 2, 2)); // through another seat
	stop();
}

// Liars: one analyst, however often and about however many records; one that never asked to open; one whose record it is not.
static void one_liar_lowers_nothing(void)
{
	start();
	for (unsigned i = 0; i < 6; i++) {
		OK(file_under(&sent[i], 1, (uint8_t)i));
		for (unsigned again = 0; again < 3; again++)
			OK(open_and_complain(FIXTURE_ANALYST, &sent[i]));
	}
	CHECK(cap(1) == 16);
	REFUSED(complain(FIXTURE_SECOND_ANALYST, &sent[0]), ERR_DENIED, "has not asked to open");
	REFUSED(complain(FIXTURE_NATIONAL_ANALYST, &sent[0]), ERR_DENIED, "");
	REFUSED(complain(FIXTURE_REPORTER, &sent[0]), ERR_DENIED, "");
	REFUSED(complain(FIXTURE_ANALYST, &sent[9]), ERR_ABSENT, "not here");
	CHECK(cap(1) == 16);
	OK(want(FIXTURE_SECOND_ANALYST, &sent[0])); // to ask is not to complain
	CHECK(cap(1) == 16);
	OK(complain(FIXTURE_SECOND_ANALYST, &sent[0]));
	CHECK(cap(1) == 14);
	stop();
}

// A member of an honest seat who files rubbish costs it one step, whatever he files; another seat nothing.
static void an_alias_counts_once(void)
{
	start();
	for (unsigned i = 0; i < 4; i++) {
		OK(file_under(&sent[i], 1, 1));
		both(&sent[i]);
		both(&sent[i]);
	}
	CHECK(cap(1) == 14 && cap(2) == 16);
	OK(file_under(&sent[4], 2, 1)); // the same bytes are another alias at another seat
	both(&sent[4]);
	CHECK(cap(1) == 14 && cap(2) == 14);
	stop();
}

static void the_last_eighth_stays(void)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		policy()->vouchers = 160; // so that filing goes on
		OK(file_under(&sent[i], 1, (uint8_t)i));
		both(&sent[i]);
		policy()->vouchers = 16;
		CHECK_SAY(cap(1) == (i < 7 ? 16 - 2 * (i + 1) : 2), "%u: %llu", i, (unsigned long long)cap(1));
		policy()->vouchers = 1;
		CHECK(cap(1) == 1); // of a small cap too: nobody closes a seat
	}
	stop();
}

static void it_is_over_after_a_month(void)
{
	start();
	OK(file_under(&sent[0], 1, 1));
	both(&sent[0]);
	for (unsigned day = 0; day <= 30; day++) {
		clock_set(NOW + 86400 * day);
		core_tick(&core); // forgets what is over
		CHECK_SAY(cap(1) == 14, "day %u", day);
	}
	clock_set(NOW + 86400 * 31);
	core_tick(&core);
	CHECK(cap(1) == 16);
	clock_set(NOW + 86400 * 32);
	core_tick(&core);
	uint64_t left = 9;
	OK(store_begin(core.store, &why)); // nor is anything of it kept
	OK(store_mark(core.store, "complaint", slice_of(sent[0].id, RECORD_ID), 0, &why));
	OK(store_count_get(core.store, "lowered", slice_of("\1", 1), NOW / 86400 + 30, &left, &why));
	CHECK(left == 0);
	store_rollback(core.store);
	stop();
}

// Whoever asked yesterday may complain today; whoever asks again, again.
static void who_asks_again_may_complain(void)
{
	start();
	OK(file_under(&sent[0], 1, 1));
	OK(want(FIXTURE_ANALYST, &sent[0]));
	OK(want(FIXTURE_SECOND_ANALYST, &sent[0]));
	clock_set(NOW + 86400);
	core_tick(&core);
	OK(complain(FIXTURE_ANALYST, &sent[0]));
	OK(want(FIXTURE_SECOND_ANALYST, &sent[0]));
	clock_set(NOW + 2 * 86400);
	core_tick(&core);
	hub_restart();
	policy()->vouchers = 16;
	OK(complain(FIXTURE_SECOND_ANALYST, &sent[0]));
	CHECK(cap(1) == 14);
	clock_set(NOW + 3 * 86400);
	REFUSED(complain(FIXTURE_SECOND_ANALYST, &sent[0]), ERR_DENIED, "has not asked to open"); // also before it is forgotten
	stop();
}

static bool store_has(struct slice bytes)
{
	char path[CONF_TEXT_MAX];
	glob_t files;
	bool found = false;
	hub_path(&conf, "store/*", path);
	INVARIANT(glob(path, 0, NULL, &files) == 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct buf b;
		buf_init(&b, 64u << 20);
		OK(file_read(files.gl_pathv[i], b.max, &b, &why));
		found = found || (b.n > 0 && memmem(b.p, b.n, bytes.p, bytes.n) != NULL);
		buf_free(&b);
	}
	globfree(&files);
	return found;
}

// A thief of the store who has the members' cards finds none of them in it, nor what any of them would have left about a record.
static void the_store_does_not_say_who(void)
{
	uint8_t both[CARD_ID + RECORD_ID], guess[32], name[32];
	start();
	OK(file_under(&sent[0], 1, 1));
	OK(open_and_complain(FIXTURE_ANALYST, &sent[0]));
	memcpy(both, f->member[FIXTURE_ANALYST].credential.item.card, CARD_ID);
	memcpy(both + CARD_ID, sent[0].id, RECORD_ID);
	core_asker(&core, both, NULL, name);
	CHECK(store_has(slice_of(name, 32)) && store_has(slice_of(sent[0].id, RECORD_ID))); // that we look at the right place
	core_asker(&core, both, both + CARD_ID, name);
	CHECK(store_has(slice_of(name, 32)));
	CHECK(!store_has(slice_of(both, CARD_ID)));
	sha256(slice_of(both, CARD_ID), guess);
	CHECK(!store_has(slice_of(guess, 32)));
	sha256(slice_of(both, sizeof both), guess);
	CHECK(!store_has(slice_of(guess, 32)));
	core.asker_key[0] ^= 1; // another pepper
	core_asker(&core, both, both + CARD_ID, name);
	CHECK(!store_has(slice_of(name, 32)));
	stop();
}

// A seat that puts all it vouches for under one alias gets no further than two members' days.
static void one_alias_does_not_stand_for_all(void)
{
	start();
	policy()->filings = 2;
	for (unsigned i = 0; i < 4; i++)
		OK(file_under(&sent[i], 1, 1));
	REFUSED(file_under(&sent[4], 1, 1), ERR_DENIED, "one alias of seat 1");
	OK(file_under(&sent[3], 1, 1)); // the same filing again is none
	OK(file_under(&sent[4], 1, 2));
	OK(file_under(&sent[5], 2, 1));
	uint64_t used = 0;
	OK(store_count_get(core.store, "vouchers", slice_of("\1", 1), NOW / 86400, &used, &why));
	CHECK(used == 5); // a refused one is not counted
	clock_set(NOW + 86400);
	OK(file_under(&sent[6], 1, 1));
	stop();
}

const struct test tests[] = {
	{"two_analysts_lower_the_cap", two_analysts_lower_the_cap},
	{"one_liar_lowers_nothing", one_liar_lowers_nothing},
	{"an_alias_counts_once", an_alias_counts_once},
	{"the_last_eighth_stays", the_last_eighth_stays},
	{"it_is_over_after_a_month", it_is_over_after_a_month},
	{"who_asks_again_may_complain", who_asks_again_may_complain},
	{"the_store_does_not_say_who", the_store_does_not_say_who},
	{"one_alias_does_not_stand_for_all", one_alias_does_not_stand_for_all},
	{NULL, NULL},
};
