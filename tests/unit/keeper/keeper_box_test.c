// The boxes of the keeper's roles, tried from inside: the very plans that the daemon enters.
#include "attempts.h"

#include "keeper.h"

static void boxes(void)
{
	static struct keeper_conf conf;
	struct sandbox_plan plan;
	char top[64], path[CONF_TEXT_MAX], identity[128], store[128], command[128];
	REQUIRE(prepare());
	snprintf(top, sizeof top, "%s", state);
	snprintf(conf.state, sizeof conf.state, "%s", top);
	plan_folder(top, "store", "counters");
	plan_folder(top, "keys", "identity");
	snprintf(identity, sizeof identity, "%s/keys/identity", top);
	snprintf(store, sizeof store, "%s/store/counters", top);
	keeper_plan_net(&plan);
	plan.connect[0] = 1; // the daemon's comes from its charter
	expect_plan("net", &plan, NULL, (const char *const[]){store, identity, top, NULL});
	keeper_plan_core(&conf, path, &plan);
	expect_plan("core", &plan, path, (const char *const[]){identity, top, NULL});
	keeper_plan_keys(&conf, path, &plan);
	expect_plan("keys", &plan, path, (const char *const[]){store, top, NULL});
	snprintf(command, sizeof command, "rm -rf '%s'", top);
	CHECK(system(command) == 0 && access(scratch(), F_OK) != 0);
}

const struct test tests[] = {{"boxes", boxes}, {NULL, NULL}};
