// What the hub's core counts, and its warnings about sealing keys. check and backup are rehearsed on a whole platform: tests/system.
#include "running.h"

static bool has(const char *line)
{
	return memmem(answer.p, answer.n, line, strlen(line)) != NULL;
}

#define HAS(line) CHECK_SAY(has("\n" line "\n"), "%s", line)

static void scrape(void)
{
	OK(hub_call(CORE_METRICS, slice_of(NULL, 0)));
	CHECK(answer.n < METRICS_MAX && answer.p[answer.n - 1] == '\n');
}

static void filings_are_counted_by_kind_and_cause(void)
{
	struct sent s;
	hub_start();
	scrape();
	HAS("tocsin_hub_filings_total{kind=\"record\",result=\"ok\"} 0");
	HAS("tocsin_hub_matcher_up 1");
	HAS("tocsin_hub_cosigned_leaves 0");
	CHECK(!has("tocsin_hub_checkpoint_age_seconds")); // there is none yet
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	OK(file_through(&s.filing, 1));
	OK(file_through(&s.filing, 1)); // the same again: another receipt, no other filing
	s.filing.salt[0] ^= 1;
	REFUSED(file_through(&s.filing, 1), ERR_EXISTS, "taken");
	struct voucher v = voucher_of(&s.filing, 2);
	REFUSED(file_with(&s.filing, &v), ERR_AUTH, "not signed");
	REFUSED(hub_call(CORE_FILING, SLICE_LITERAL("x")), ERR_INPUT, "");
	scrape();
	HAS("tocsin_hub_filings_total{kind=\"record\",result=\"ok\"} 1");
	HAS("tocsin_hub_filings_total{kind=\"record\",result=\"exists\"} 1");
	HAS("tocsin_hub_filings_total{kind=\"record\",result=\"auth\"} 1");
	HAS("tocsin_hub_filings_total{kind=\"unknown\",result=\"input\"} 1");
	HAS("tocsin_hub_receipts_total 2");
	HAS("tocsin_hub_records 1");
	HAS("tocsin_hub_batches_queued 1");
	core_tick(&core);
	scrape();
	HAS("tocsin_hub_batches_queued 0");
	HAS("tocsin_hub_batches_total{result=\"taken\"} 1");
	HAS("tocsin_hub_matcher_postings 5");
	HAS("tocsin_hub_matcher_records 1");
	sent_free(&s);
	hub_stop();
}

static void asks_and_documents_are_counted(void)
{
	struct buf body;
	hub_start();
	buf_init(&body, 64);
	hub_bulletin_ask(0, &body);
	OK(hub_ask(FIXTURE_REPORTER, HUB_BULLETIN, &body));
	buf_clear(&body);
	hub_list_ask(FIXTURE_NATIONAL, 0, &body);
	CHECK(hub_ask(FIXTURE_REPORTER, HUB_LIST, &body) == ERR_DENIED); // no analyst
	CHECK(hub_call(CORE_ASK, SLICE_LITERAL("\xff")) == ERR_INPUT);
	CHECK(hub_call(CORE_GOVERNANCE, SLICE_LITERAL("?")) == ERR_INPUT);
	scrape();
	HAS("tocsin_hub_asks_total{verb=\"bulletin\",result=\"ok\"} 1");
	HAS("tocsin_hub_asks_total{verb=\"list\",result=\"denied\"} 1");
	HAS("tocsin_hub_asks_total{verb=\"unknown\",result=\"input\"} 1");
	HAS("tocsin_hub_documents_total{result=\"input\"} 1");
	HAS("tocsin_hub_documents_total{result=\"auth\"} 0");
	buf_free(&body);
	hub_stop();
}

static void a_matcher_that_is_away_is_told(void)
{
	hub_start();
	matcher_stop();
	scrape();
	HAS("tocsin_hub_matcher_up 0");
	CHECK(!has("tocsin_hub_matcher_postings"));
	hub_stop();
}

// A seat that has cosigned more than there is here: an old store was restored.
static void seats_that_are_ahead_are_told(void)
{
	uint8_t payload[9] = {2, [7] = 9};
	hub_start();
	CHECK(hub_call(CORE_WITNESS_SIZE, slice_of(payload, sizeof payload)) == ERR_SYSTEM);
	scrape();
	HAS("tocsin_hub_witness_ahead{seat=\"1\"} 0");
	HAS("tocsin_hub_witness_ahead{seat=\"2\"} 1");
	hub_stop();
}

// --- Sealing keys --------------------------------------------------------------------------------------------------------------------------

// What is logged by a look at the sealing keys at that time.
static void watched(uint64_t now, char text[static 4096])
{
	FILE *said = tmpfile();
	int kept = dup(STDERR_FILENO);
	INVARIANT(said != NULL && kept >= 0 && dup2(fileno(said), STDERR_FILENO) >= 0);
	log_open("hub.core", LOG_WARNING);
	core_watch_quarters(&core, now);
	log_open("hub.core", LOG_ERROR + 1);
	INVARIANT(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	rewind(said);
	text[fread(text, 1, 4095, said)] = 0;
	fclose(said);
}

static void missing_keys_are_told(void)
{
	char text[4096];
	hub_start(); // has the keys of this quarter and the last
	const uint64_t end = quarter_start((uint16_t)(f->quarter + 1)), day = 86400;
	clock_set(end - 15 * day);
	scrape();
	HAS("tocsin_hub_quarter_key_missing{seat=\"2\",quarter=\"current\"} 0");
	HAS("tocsin_hub_quarter_key_missing{seat=\"2\",quarter=\"next\"} 1");
	HAS("tocsin_hub_quarter_ends_seconds 1296000");
	watched(end - 15 * day, text);
	CHECK_TEXT(text, "");
	watched(end - 14 * day - 1, text);
	CHECK_TEXT(text, "");
	watched(end - 14 * day, text);
	for (unsigned seat = 1; seat <= 3; seat++) {
		char want[128];
		snprintf(want, sizeof want, "event=quarter-key-missing seat=%u quarter=2026Q4 begins=soon\n", seat);
		CHECK_SAY(strstr(text, want) != NULL, "%s", text);
	}
	watched(end, text);
	CHECK_SAY(strstr(text, "seat=3 quarter=2026Q4 begins=\"now: nobody can report\"") != NULL && strstr(text, "2027Q1") == NULL, "%s", text);
	clock_set(end);
	scrape();
	HAS("tocsin_hub_quarter_key_missing{seat=\"2\",quarter=\"current\"} 1");
	clock_set(NOW);
	hub_stop();
}

const struct test tests[] = {
	{"filings_are_counted_by_kind_and_cause", filings_are_counted_by_kind_and_cause},
	{"asks_and_documents_are_counted", asks_and_documents_are_counted},
	{"a_matcher_that_is_away_is_told", a_matcher_that_is_away_is_told},
	{"seats_that_are_ahead_are_told", seats_that_are_ahead_are_told},
	{"missing_keys_are_told", missing_keys_are_told},
	{NULL, NULL},
};
