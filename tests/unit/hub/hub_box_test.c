// The boxes of the hub's roles, tried from inside: the very plans that the daemon enters.
#include "attempts.h"

#include "hub.h"

static void boxes(void)
{
	static struct hub_conf conf;
	static struct charter charter = {.n = 1};
	struct sandbox_plan plan;
	char top[64], path[CONF_TEXT_MAX], ledger[128], matcher[128], store[128], command[128];
	REQUIRE(prepare());
	snprintf(top, sizeof top, "%s", state);
	snprintf(conf.state, sizeof conf.state, "%s", top);
	snprintf(charter.seats[0].address, sizeof charter.seats[0].address, "127.0.0.1:1");
	plan_folder(top, "store", "records");
	plan_folder(top, "keys", "ledger.key");
	plan_folder(top, "matcher", "matcher.key");
	snprintf(ledger, sizeof ledger, "%s/keys/ledger.key", top);
	snprintf(matcher, sizeof matcher, "%s/matcher/matcher.key", top);
	snprintf(store, sizeof store, "%s/store/records", top);
	hub_plan_net(&charter, &plan);
	expect_plan("net", &plan, NULL, (const char *const[]){store, ledger, matcher, top, NULL});
	hub_plan_core(&conf, path, &plan);
	expect_plan("core", &plan, path, (const char *const[]){ledger, matcher, top, NULL});
	hub_plan_matcher(&conf, path, &plan);
	expect_plan("matcher", &plan, path, (const char *const[]){ledger, store, top, NULL});
	snprintf(command, sizeof command, "rm -rf '%s'", top);
	CHECK(system(command) == 0 && access(scratch(), F_OK) != 0);
}

const struct test tests[] = {{"boxes", boxes}, {NULL, NULL}};
