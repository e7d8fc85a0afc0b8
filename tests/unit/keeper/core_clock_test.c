// A keeper whose clock goes wrong: it acts on nothing, says that it is a clock, and destroys nothing.
#include "running_core.h"

#define DAYS 30

static uint64_t of_first_day(void)
{
	uint64_t total = 0;
	INVARIANT(store_count_get(core->store, "filings", SLICE_LITERAL("somebody"), FIXTURE_NOW / DAY, &total, &why) == ERR_OK);
	return total;
}

static void tick(uint64_t now)
{
	clock_set(now);
	core->next_forget = 0;
	core_tick(core);
}

static void a_wrong_clock_forgets_no_counter(void)
{
	set_up();
	follow_all();
	use("filings", SLICE_LITERAL("somebody"), 7);
	REQUIRE(of_first_day() == 7);
	REQUIRE(core_may_act(core, &why) == ERR_OK);
	tick(FIXTURE_NOW + DAYS * DAY); // nobody has cosigned anything for 30 days, or this clock is wrong
	CHECK(core_may_act(core, &why) == ERR_AWAY && strstr(why.text, "by its clock") != NULL);
	CHECK(of_first_day() == 7);
	tick(FIXTURE_NOW - DAYS * DAY);
	CHECK(core_may_act(core, &why) == ERR_AWAY && strstr(why.text, "clock is") != NULL);
	CHECK(of_first_day() == 7);
	tick(FIXTURE_NOW);
	CHECK(core_may_act(core, &why) == ERR_OK && of_first_day() == 7);
	tear_down();
}

static void a_confirmed_clock_forgets_old_counters(void)
{
	set_up();
	follow_all();
	use("filings", SLICE_LITERAL("somebody"), 7);
	clock_set(FIXTURE_NOW + DAYS * DAY);
	append_activity(1);
	follow_all(); // cosigned by others today
	REQUIRE(core_may_act(core, &why) == ERR_OK);
	tick(FIXTURE_NOW + DAYS * DAY);
	CHECK(of_first_day() == 0);
	tear_down();
}

const struct test tests[] = {
	{"a wrong clock forgets no counter", a_wrong_clock_forgets_no_counter},
	{"a confirmed clock forgets old counters", a_confirmed_clock_forgets_old_counters},
	{NULL, NULL},
};
