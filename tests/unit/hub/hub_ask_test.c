// The hub's questions, asked by those who may and by those who may not; and the way of batches to the matcher.
#include "running.h"

#include "ledger/checkpoint.h"
#include "ledger/tile.h"

static struct buf body_new(void)
{
	struct buf b;
	buf_init(&b, CORE_FRAME_MAX);
	return b;
}

// Asks about a record of a team.
static enum err ask_record(enum fixture_who who, enum hub_verb verb, uint16_t team, const uint8_t *id)
{
	struct buf body = body_new();
	hub_record_ask(team, id, &body);
	enum err e = hub_ask(who, verb, &body);
	buf_free(&body);
	return e;
}

static void tick(void)
{
	for (unsigned i = 0; i < 100; i++) {
		struct queued_batch b;
		core.matcher_rest = 0;
		core_tick(&core);
		if (store_batch_next(core.store, 0, &b, NULL) == ERR_ABSENT)
			return;
	}
	CHECK_SAY(false, "batches stay in the queue");
}

// --- The ledger ------------------------------------------------------------------------------------------------------------------------

static enum err leaf_is(void *context, uint64_t index, struct slice leaf, struct why *w)
{
	(void)w;
	unsigned *seen = context;
	CHECK(index < f->leaves && slice_equal(leaf, buf_slice(&f->leaf[index])));
	++*seen;
	return ERR_OK;
}

static void entries(void)
{
	hub_start();
	const struct {
		uint64_t from;
		uint32_t most, count;
	} rows[] = {
		{0, 8192, f->leaves}, {0, 1, 1}, {3, 2, 2}, {f->leaves - 1, 5, 1}, {f->leaves, 5, 0}, {UINT64_MAX, UINT32_MAX, 0}, {0, 0, 0},
		{1, UINT32_MAX, f->leaves - 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf body = body_new();
		uint32_t count = 99;
		unsigned seen = 0;
		hub_entries_ask(rows[i].from, rows[i].most, &body);
		OK(hub_ask(FIXTURE_REPORTER, HUB_ENTRIES, &body));
		OK(hub_entries_answer_each(buf_slice(&answer), rows[i].from, leaf_is, &seen, &count, &why));
		CHECK_SAY(count == rows[i].count && seen == count, "row %zu: %u", i, count);
		buf_free(&body);
	}
	hub_stop();
}

static void proofs_and_tiles(void)
{
	struct tree_proof proof;
	hub_start();
	uint64_t size = ledger_size();
	const struct {
		uint64_t index, size;
		enum err cause;
	} rows[] = {{0, size, ERR_OK}, {size - 1, size, ERR_OK}, {0, 1, ERR_OK}, {size, size, ERR_ABSENT}, {0, size + 1, ERR_ABSENT},
	            {0, 0, ERR_ABSENT}, {UINT64_MAX, UINT64_MAX, ERR_ABSENT}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf body = body_new();
		hub_proof_ask(rows[i].index, rows[i].size, &body);
		CHECK_SAY(hub_ask(FIXTURE_REPORTER, HUB_PROOF, &body) == rows[i].cause, "row %zu: %s", i, why.text);
		if (rows[i].cause == ERR_OK)
			OK(hub_proof_answer_decode(buf_slice(&answer), &proof, &why));
		buf_free(&body);
	}
	const struct {
		const char *path;
		enum err cause;
	} tiles[] = {{"tile/0/000.p/12", ERR_OK}, {"tile/entries/000.p/12", ERR_OK}, {"tile/0/000.p/5", ERR_OK}, {"tile/0/000.p/13", ERR_ABSENT},
	             {"tile/0/000", ERR_ABSENT}, {"tile/0/001.p/1", ERR_ABSENT}, {"tile/63/000", ERR_ABSENT}, {"tile/0/0", ERR_INPUT},
	             {"/tile/0/000.p/1", ERR_INPUT}, {"tile/0/../keys/ledger.key", ERR_INPUT}, {"checkpoint", ERR_INPUT}, {"", ERR_INPUT}};
	CHECK(size == 12);
	for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++) {
		struct buf body = body_new();
		buf_put_text(&body, tiles[i].path);
		CHECK_SAY(hub_ask(FIXTURE_REPORTER, HUB_TILE, &body) == tiles[i].cause, "%s: %s", tiles[i].path, why.text);
		buf_free(&body);
	}
	hub_stop();
}

// --- Who may ask ------------------------------------------------------------------------------------------------------------------------

static void asks_are_judged(void)
{
	struct buf body = body_new(), frame = body_new();
	hub_start();
	hub_entries_ask(0, 1, &body);
	const struct ask good = {.by = ASKER_MEMBER, .to = ASK_TO_HUB, .body = buf_slice(&body),
	                         .credential = f->member[FIXTURE_REPORTER].credential};
	const uint8_t *sk = f->member[FIXTURE_REPORTER].signing;
	struct ask a = good;
	OK(hub_ask_signed(&a, HUB_ENTRIES, sk, NOW));
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, sk, NOW - 301), ERR_DENIED, "old");
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, sk, NOW + 301), ERR_DENIED, "future");
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, f->member[FIXTURE_ANALYST].signing, NOW), ERR_AUTH, "ask/entries");
	a.to = 1;
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, sk, NOW), ERR_DENIED, "addressed to 1");
	a = good;
	a.body.n = 8;
	REFUSED(hub_ask_signed(&a, HUB_LIST, sk, NOW), ERR_DENIED, "not accredited to analyse");
	a = (struct ask){.by = ASKER_KEEPER, .to = ASK_TO_HUB, .seat = 2, .body = buf_slice(&body)};
	OK(hub_ask_signed(&a, HUB_ENTRIES, f->seat[1].identity, NOW));
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, f->seat[0].identity, NOW), ERR_AUTH, "ask/entries");
	a.body.n = 8;
	REFUSED(hub_ask_signed(&a, HUB_LIST, f->seat[1].identity, NOW), ERR_DENIED, "keepers");
	REFUSED(hub_ask_signed(&a, HUB_BULLETIN, f->seat[1].identity, NOW), ERR_DENIED, "keepers");
	buf_put_u8(&frame, HUB_COMPLAIN + 1);
	REFUSED(hub_call(CORE_ASK, buf_slice(&frame)), ERR_INPUT, "no such question");
	REFUSED(hub_call(CORE_ASK, slice_of(NULL, 0)), ERR_INPUT, "no such question");
	buf_put_u8(&body, 0);
	REFUSED(hub_ask(FIXTURE_REPORTER, HUB_ENTRIES, &body), ERR_LIMIT, "13 bytes, at most 12");
	fixture_stand(f, FIXTURE_REPORTER, STANDING_SUSPEND, NOW, NOW + 3600);
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&f->leaf[f->leaves - 1])));
	a = good;
	a.body.n--;
	REFUSED(hub_ask_signed(&a, HUB_ENTRIES, sk, NOW), ERR_DENIED, "suspended");
	buf_free(&body);
	buf_free(&frame);
	hub_stop();
}

static enum err summary_count(void *context, const struct record_summary *s, struct why *w)
{
	struct header h;
	(void)w;
	CHECK(s->minute == NOW / 60 && s->seat == 1 && header_decode(s->hdr0, &h, &why) == ERR_OK);
	++*(unsigned *)context;
	return ERR_OK;
}

static enum err list(enum fixture_who who, uint16_t team, uint64_t after, unsigned *count)
{
	struct buf body = body_new();
	*count = 0;
	hub_list_ask(team, after, &body);
	enum err e = hub_ask(who, HUB_LIST, &body);
	if (e == ERR_OK)
		e = hub_summary_each(buf_slice(&answer), summary_count, count, &why);
	buf_free(&body);
	return e;
}

static void records_of_a_team(void)
{
	struct sent s;
	unsigned count;
	static const uint8_t unknown[RECORD_ID] = {1};
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	OK(file_through(&s.filing, 1));
	OK(list(FIXTURE_NATIONAL_ANALYST, FIXTURE_NATIONAL, 0, &count));
	CHECK(count == 1);
	OK(list(FIXTURE_NATIONAL_ANALYST, FIXTURE_NATIONAL, 1, &count));
	CHECK(count == 0);
	OK(list(FIXTURE_NATIONAL_ANALYST, FIXTURE_NATIONAL, UINT64_MAX, &count));
	CHECK(count == 0);
	OK(list(FIXTURE_ANALYST, FIXTURE_INTERNATIONAL, 0, &count));
	CHECK(count == 0);
	REFUSED(list(FIXTURE_ANALYST, FIXTURE_NATIONAL, 0, &count), ERR_DENIED, "not of 2");
	REFUSED(list(FIXTURE_ANALYST, 0, 0, &count), ERR_DENIED, "no team 0"); // "any" is not for asking
	REFUSED(list(FIXTURE_REPORTER, 0, 0, &count), ERR_DENIED, "");
	OK(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_RECORD, FIXTURE_NATIONAL, s.id));
	CHECK(slice_equal(buf_slice(&answer), s.filing.payload));
	const size_t max = answer.max;
	answer.max = s.filing.payload.n - 1;
	REFUSED(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_RECORD, FIXTURE_NATIONAL, s.id), ERR_LIMIT, "record: too long an answer");
	answer.max = max;
	const enum hub_verb verbs[] = {HUB_RECORD, HUB_MATCHES};
	for (unsigned i = 0; i < 2; i++) {
		REFUSED(ask_record(FIXTURE_ANALYST, verbs[i], FIXTURE_INTERNATIONAL, s.id), ERR_DENIED, "not addressed to team 1");
		REFUSED(ask_record(FIXTURE_ANALYST, verbs[i], FIXTURE_NATIONAL, s.id), ERR_DENIED, "not of 2");
		REFUSED(ask_record(FIXTURE_REPORTER, verbs[i], FIXTURE_NATIONAL, s.id), ERR_DENIED, "");
		REFUSED(ask_record(FIXTURE_NATIONAL_ANALYST, verbs[i], FIXTURE_NATIONAL, unknown), ERR_ABSENT, "not here");
	}
	sent_free(&s);
	hub_stop();
}

// --- Matches -----------------------------------------------------------------------------------------------------------------------------

struct neighbours {
	unsigned count;
	struct match_answer_neighbour one;
};

static enum err neighbour_keep(void *context, const struct match_answer_neighbour *n, struct why *w)
{
	struct neighbours *to = context;
	(void)w;
	to->count++;
	to->one = *n;
	return ERR_OK;
}

static void batches_reach_the_matcher(void)
{
	struct sent s, other;
	struct match_summary summary;
	struct neighbours found = {0};
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 6);
	sent_make(&other, FIXTURE_SECTOR, 4, 6); // shares 4, 5 and 6: classes 0, 1, 2
	OK(file_through(&s.filing, 1));
	REFUSED(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id), ERR_ABSENT, "no tokens");
	matcher_stop();
	struct channel *gone;
	int pair[2];
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	close(pair[1]);
	OK(channel_new(pair, 1, MATCHER_FRAME_MAX, &gone, &why));
	core.matcher = gone; // a matcher that has died
	uint64_t start = clock_monotonic_ms();
	core_tick(&core);
	CHECK(clock_monotonic_ms() - start < 1000 && core.matcher_rest > start);
	REFUSED(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id), ERR_AWAY, "");
	OK(file_through(&other.filing, 2)); // filing does not wait for it
	channel_free(gone);
	core.matcher = NULL;
	hub_restart();
	tick();
	OK(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id));
	OK(hub_matches_answer_each(buf_slice(&answer), &summary, neighbour_keep, &found, &why));
	CHECK(summary.tokens == 6 && summary.common == 0 && summary.neighbours == 1 && summary.reporters_least == 1 && summary.reporters_most == 2);
	CHECK(found.count == 1 && found.one.record.sequence == 2 && found.one.record.seat == 2);
	CHECK(found.one.shared[0] == 1 && found.one.shared[1] == 1 && found.one.shared[2] == 1 && found.one.shared[3] == 0);
	hub_restart(); // the index comes from its log
	OK(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id));
	sent_free(&s);
	sent_free(&other);
	hub_stop();
}

static void tokens_need_the_records_own_key(void)
{
	struct sent s, other;
	struct buf body = body_new();
	struct buf batch;
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 6);
	sent_make(&other, FIXTURE_NATIONAL, 20, 6);
	s.filing.batches = 0;
	OK(file_through(&s.filing, 1));
	// A batch that another record's key signed, and another record's own batch: taken, dropped by the matcher.
	buf_init(&batch, BATCH_SEALED_MAX);
	OK(batch_seal(s.id, 1, NULL, 0, other.batch_sk, f->charter.matcher_key, f->origin, &batch));
	struct filing tokens = {.kind = FILING_TOKENS, .batches = 2, .batch = {buf_slice(&batch), buf_slice(&other.sealed[0])}};
	memcpy(tokens.record, s.id, RECORD_ID);
	OK(file_through(&tokens, 1));
	tick();
	REFUSED(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id), ERR_ABSENT, "no tokens");
	// Its own.
	tokens.batches = 1;
	tokens.batch[0] = buf_slice(&s.sealed[0]);
	OK(file_through(&tokens, 1));
	tick();
	OK(ask_record(FIXTURE_NATIONAL_ANALYST, HUB_MATCHES, FIXTURE_NATIONAL, s.id));
	// Comparing: the analyst's own batch of one token that was filed and one that was not.
	struct token said[2] = {{.flags = TOKEN_REAL, .class = 1, .epoch = 1}, {.flags = TOKEN_REAL, .class = 1, .epoch = 1, .id = {0x99}}};
	memset(said[0].id, 0x40, TOKEN_ID);
	said[0].id[0] = 1;
	buf_clear(&batch);
	OK(batch_seal(s.id, 1, said, 2, f->member[FIXTURE_NATIONAL_ANALYST].signing, f->charter.matcher_key, f->origin, &batch));
	const struct slice both[] = {buf_slice(&batch), buf_slice(&batch)};
	hub_compare_ask(FIXTURE_NATIONAL, s.id, both, 2, &body);
	OK(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_COMPARE, &body));
	CHECK_SAY(answer.n == 8 && memcmp(answer.p, "\0\0\0\1\0\0\0\5", 8) == 0, "%zu bytes", answer.n);
	REFUSED(hub_ask(FIXTURE_ANALYST, HUB_COMPARE, &body), ERR_DENIED, "not of 2");
	buf_clear(&body);
	hub_compare_ask(FIXTURE_NATIONAL, s.id, &s.filing.batch[0], 1, &body); // signed by the record's key
	REFUSED(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_COMPARE, &body), ERR_AUTH, "not signed");
	buf_free(&body);
	buf_free(&batch);
	sent_free(&s);
	sent_free(&other);
	hub_stop();
}

// --- Requests ----------------------------------------------------------------------------------------------------------------------------

static struct buf request_of(const struct sent *s, uint16_t team, uint8_t salt, uint8_t type, uint64_t time)
{
	struct envelope e;
	struct buf out;
	uint8_t leaf[ACTIVITY_LEAF], hash[32] = {7};
	buf_init(&out, 100);
	OK(envelope_decode(s->filing.payload, &e, &why));
	activity_leaf(ACTIVITY_RELEASE, time, (const uint8_t[SALT]){salt}, hash, leaf);
	leaf[0] = type;
	hub_request_ask(team, e.header.id, leaf, &out);
	return out;
}

static void refuse_request(enum fixture_who who, const struct sent *s, uint16_t team, uint8_t type, uint64_t time, enum err cause, const char *text)
{
	struct buf body = request_of(s, team, 9, type, time);
	REFUSED(hub_ask(who, HUB_REQUEST, &body), cause, text);
	buf_free(&body);
}

static void requests_are_appended_once(void)
{
	struct sent s, unfiled;
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 2);
	sent_make(&unfiled, FIXTURE_NATIONAL, 1, 2);
	OK(file_through(&s.filing, 1));
	policy()->releases_analyst = 2;
	uint64_t size = ledger_size();
	struct buf first = request_of(&s, FIXTURE_NATIONAL, 1, ACTIVITY_RELEASE, NOW);
	struct buf second = request_of(&s, FIXTURE_NATIONAL, 2, ACTIVITY_RELEASE, NOW);
	struct buf third = request_of(&s, FIXTURE_NATIONAL, 3, ACTIVITY_RELEASE, NOW);
	for (unsigned again = 0; again < 3; again++) {
		OK(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_REQUEST, &first));
		CHECK(answer_u64() == size && ledger_size() == size + 1);
		hub_restart();
		policy()->releases_analyst = 2;
	}
	OK(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_REQUEST, &second));
	REFUSED(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_REQUEST, &third), ERR_DENIED, "2 of 2 used today");
	OK(hub_ask(FIXTURE_NATIONAL_ANALYST, HUB_REQUEST, &first)); // free
	CHECK(ledger_size() == size + 2);
	policy()->releases_analyst = 100;
	refuse_request(FIXTURE_ANALYST, &s, FIXTURE_NATIONAL, ACTIVITY_RELEASE, NOW, ERR_DENIED, "not of 2");
	refuse_request(FIXTURE_ANALYST, &s, FIXTURE_INTERNATIONAL, ACTIVITY_RELEASE, NOW, ERR_DENIED, "not addressed");
	refuse_request(FIXTURE_REPORTER, &s, FIXTURE_NATIONAL, ACTIVITY_RELEASE, NOW, ERR_DENIED, "");
	refuse_request(FIXTURE_NATIONAL_ANALYST, &unfiled, FIXTURE_NATIONAL, ACTIVITY_RELEASE, NOW, ERR_ABSENT, "not here");
	refuse_request(FIXTURE_NATIONAL_ANALYST, &s, FIXTURE_NATIONAL, ACTIVITY_FILING, NOW, ERR_INPUT, "type 0x40");
	refuse_request(FIXTURE_NATIONAL_ANALYST, &s, FIXTURE_NATIONAL, DOCUMENT_STANDING, NOW, ERR_INPUT, "type 0x05");
	refuse_request(FIXTURE_NATIONAL_ANALYST, &s, FIXTURE_NATIONAL, ACTIVITY_RELEASE, NOW + 3600, ERR_DENIED, "minute");
	refuse_request(FIXTURE_NATIONAL_ANALYST, &s, FIXTURE_NATIONAL, ACTIVITY_RELEASE, NOW - 90000, ERR_DENIED, "minute");
	CHECK(ledger_size() == size + 2);
	buf_free(&first);
	buf_free(&second);
	buf_free(&third);
	sent_free(&s);
	sent_free(&unfiled);
	hub_stop();
}

// What anybody may ask tells nothing of members or records.
static void status_tells_counts(void)
{
	hub_start();
	OK(hub_call(CORE_STATUS, slice_of(NULL, 0)));
	buf_put_u8(&answer, 0);
	CHECK_SAY(strstr((char *)answer.p, "ledger-size=12\ncosigned-size=0\nrecords=0\n") != NULL, "%s", (char *)answer.p);
	hub_stop();
}

const struct test tests[] = {
	{"entries", entries},
	{"proofs_and_tiles", proofs_and_tiles},
	{"asks_are_judged", asks_are_judged},
	{"records_of_a_team", records_of_a_team},
	{"batches_reach_the_matcher", batches_reach_the_matcher},
	{"tokens_need_the_records_own_key", tokens_need_the_records_own_key},
	{"requests_are_appended_once", requests_are_appended_once},
	{"status_tells_counts", status_tells_counts},
	{NULL, NULL},
};
