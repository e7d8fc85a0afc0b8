// What a seat's core counts, and its warning about its own sealing key.
#include "running_core.h"

#include "log/log.h"

static struct buf text;

static bool has(const char *line)
{
	return memmem(text.p, text.n, line, strlen(line)) != NULL;
}

#define HAS(line) CHECK_SAY(has("\n" line "\n"), "%s in %.*s", line, SLICE_ARGS(buf_slice(&text)))

static void scrape(void)
{
	buf_clear(&text);
	CHECK(core_metrics(core, slice_of(NULL, 0), &text, &why) == ERR_OK && text.n > 0 && text.p[text.n - 1] == '\n');
}

static void its_state_is_told(void)
{
	buf_init(&text, METRICS_MAX);
	set_up();
	scrape();
	HAS("tocsin_keeper_seat 1");
	HAS("tocsin_keeper_mode{mode=\"stale\"} 1");
	HAS("tocsin_keeper_mode{mode=\"active\"} 0");
	HAS("tocsin_keeper_ledger_leaves 0");
	CHECK(!has("tocsin_keeper_checkpoint_age_seconds")); // it holds none
	follow_all();
	clock_set(FIXTURE_NOW + 40);
	scrape();
	HAS("tocsin_keeper_mode{mode=\"active\"} 1");
	HAS("tocsin_keeper_checkpoint_age_seconds 40");
	clock_set(FIXTURE_NOW + FOLLOW_AGE_MAX + 1);
	scrape();
	HAS("tocsin_keeper_mode{mode=\"stale\"} 1");
	tear_down();
	buf_free(&text);
}

static char *watched(uint64_t now)
{
	static char said_text[4096];
	FILE *said = tmpfile();
	int kept = dup(STDERR_FILENO);
	INVARIANT(said != NULL && kept >= 0 && dup2(fileno(said), STDERR_FILENO) >= 0);
	clock_set(now);
	core_watch_quarter(core);
	INVARIANT(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	rewind(said);
	said_text[fread(said_text, 1, sizeof said_text - 1, said)] = 0;
	fclose(said);
	return said_text;
}

// Once a day, from 14 days before.
static void its_missing_key_is_told(void)
{
	buf_init(&text, METRICS_MAX);
	set_up();
	follow_all();
	const uint64_t end = quarter_start((uint16_t)(f->quarter + 1)), day = 86400;
	CHECK_TEXT(watched(end - 15 * day), "");
	CHECK(strstr(watched(end - 14 * day), "event=quarter-key-missing seat=1 quarter=2026Q4 begins=soon") != NULL);
	CHECK_TEXT(watched(end - 14 * day + 3600), ""); // said today
	CHECK(strstr(watched(end - 13 * day), "begins=soon") != NULL);
	CHECK(strstr(watched(end), "quarter=2026Q4 begins=\"now: nobody can report\"") != NULL);
	scrape();
	HAS("tocsin_keeper_quarter_key_missing{quarter=\"current\"} 1");
	clock_set(FIXTURE_NOW);
	scrape();
	HAS("tocsin_keeper_quarter_key_missing{quarter=\"current\"} 0");
	HAS("tocsin_keeper_quarter_key_missing{quarter=\"next\"} 1");
	tear_down();
	buf_free(&text);
}

const struct test tests[] = {
	{"its state is told", its_state_is_told},
	{"its missing key is told", its_missing_key_is_told},
	{NULL, NULL},
};
