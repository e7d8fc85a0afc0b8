// The rules of a seat: what core follows, refuses, counts and forgets. Keys answers from a thread, as it does from its process.
#include "running_core.h"

#include "sys/file.h"

// --- Following --------------------------------------------------------------------------------------------------------------

static void only_proved_leaves_count(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	set_up();
	CHECK(!acts());
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW, &note);
	CHECK(follow(&note, 100, -1) == ERR_AUTH); // one seat is not enough
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW, &note);
	for (int i = 0; i < (int)ledger_n; i++) {
		CHECK_SAY(follow(&note, 4, i) == ERR_AUTH, "leaf %d: %s", i, why.text);
		CHECK(store_frontier(core->store)->size == 0 && governance_token_key(core->g, 0, 0) == NULL);
	}
	CHECK(!acts());
	CHECK_SAY(follow(&note, 3, -1) == ERR_OK, "%s", why.text);
	CHECK(acts() && governance_token_key(core->g, 0, 0) != NULL);
	restart();
	CHECK(acts() && governance_token_key(core->g, 0, 0) != NULL);
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH); // the same size, another root
	sign_checkpoint(ledger_n - 1, 0, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH); // it shrinks
	append_activity(1);
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH);
	CHECK(store_frontier(core->store)->size == ledger_n - 1);
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_OK);
	CHECK(store_frontier(core->store)->size == ledger_n);
	tear_down();
	buf_free(&note);
}

static void ten_minutes(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	set_up();
	follow_all();
	clock_set(FIXTURE_NOW + FOLLOW_AGE_MAX - 1);
	CHECK(acts());
	clock_set(FIXTURE_NOW + FOLLOW_AGE_MAX);
	CHECK(!acts() && strstr(why.text, "no checkpoint younger than 10 minutes") != NULL);
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW + FOLLOW_AGE_MAX, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH && !acts()); // one seat's word
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW + FOLLOW_AGE_MAX, &note);
	CHECK(follow(&note, 4, -1) == ERR_OK && acts()); // the same tree, cosigned anew
	clock_set(FIXTURE_NOW);
	CHECK(!acts()); // a clock that went back does not make old things new
	tear_down();
	buf_free(&note);
}

// --- Members ----------------------------------------------------------------------------------------------------------------

static enum err ask(enum keeper_verb verb, enum fixture_who who, uint8_t nonce, struct slice body, struct buf *reply)
{
	typedef enum err question(void *core, struct slice payload, struct buf *reply, struct why *why);
	static question *const questions[] = {[KEEPER_FILE] = core_file, [KEEPER_EVALUATE] = core_evaluate,
	                                      [KEEPER_CARD] = core_card};
	struct ask a = {.by = ASKER_MEMBER, .to = 1, .credential = f->member[who].credential, .body = body};
	struct buf bytes;
	memset(a.nonce, nonce, sizeof a.nonce);
	buf_init(&bytes, ASK_OVERHEAD_MAX + EVALUATE_MAX + REPLY_BYTES + 100);
	ask_encode(&a, keeper_question(verb)->name, f->member[who].signing, f->origin, clock_now(), &bytes);
	buf_clear(reply);
	enum err e = questions[verb](core, buf_slice(&bytes), reply, &why);
	buf_free(&bytes);
	return e;
}

static void elements(unsigned count, struct buf *body)
{
	static uint8_t blinded[8][ELEMENT];
	uint8_t blind[SCALAR];
	struct evaluate v = {.epoch = {1}, .count = {(uint16_t)count}, .element = {(const uint8_t(*)[ELEMENT])blinded}};
	for (uint8_t i = 0; i < count; i++)
		seat_must(voprf_blind(slice_of(&i, 1), blind, blinded[i]));
	buf_clear(body);
	evaluate_encode(&v, body);
}

static void tokens_are_announced_and_counted(void)
{
	struct buf body, reply;
	buf_init(&body, EVALUATE_MAX);
	buf_init(&reply, EVALUATED_MAX);
	set_up();
	elements(3, &body);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_AWAY); // nothing followed yet
	follow_all();
	CHECK_SAY(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK, "%s", why.text);
	CHECK(reply.n == 3 * ELEMENT + VOPRF_PROOF);
	restart();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK);
	CHECK(used("tokens/address", FIXTURE_REPORTER) == 3); // the same announcement: once
	elements(2, &body);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_EXISTS);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 2, buf_slice(&body), &reply) == ERR_OK);
	CHECK(used("tokens/address", FIXTURE_REPORTER) == 5);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_INSPECTOR, 3, buf_slice(&body), &reply) == ERR_DENIED); // may not file
	use("tokens/address", slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), f->charter.policy.tokens[0] - 6);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(reply.n == 0 && used("tokens/address", FIXTURE_REPORTER) == f->charter.policy.tokens[0] - 1);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_SECOND_REPORTER, 4, buf_slice(&body), &reply) == ERR_OK); // another member's own
	clock_set(FIXTURE_NOW + DAY);
	follow_all();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 5, buf_slice(&body), &reply) == ERR_OK); // another day
	tear_down();
	buf_free(&body);
	buf_free(&reply);
}

static void filings_are_vouched_for_and_counted(void)
{
	struct buf body, reply;
	struct voucher v;
	uint8_t blob[REPLY_BYTES] = {1}, hash[32];
	struct filing filing = {.kind = FILING_REPLY, .payload = slice_of(blob, sizeof blob)};
	buf_init(&body, FILING_MAX);
	buf_init(&reply, VOUCHER_BYTES);
	filing_encode(&filing, &body);
	filing_hash(&filing, hash);
	set_up();
	follow_all();
	for (uint8_t i = 0; i < 2; i++) {
		CHECK_SAY(ask(KEEPER_FILE, FIXTURE_REPORTER, i, buf_slice(&body), &reply) == ERR_OK, "%s", why.text);
		CHECK(voucher_decode(buf_slice(&reply), &v, &why) == ERR_OK);
		CHECK(voucher_check(&v, &filing, f->governance, FIXTURE_NOW, &why) == ERR_OK);
	}
	CHECK(used("filings", FIXTURE_REPORTER) == 1); // the identical filing: once
	CHECK(ask(KEEPER_FILE, FIXTURE_INSPECTOR, 3, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 3, slice_part(buf_slice(&body), 0, body.n - 1), &reply) == ERR_INPUT);
	use("filings", slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), f->charter.policy.filings - 1);
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_OK); // a repetition, still
	body.p[body.n - 1] ^= 1;
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_DENIED);
	tear_down();
	buf_free(&body);
	buf_free(&reply);
}

static void standing_of(enum fixture_who who, unsigned officers, struct buf *leaf)
{
	struct standing s = {.action = STANDING_SUSPEND, .issued = FIXTURE_NOW, .until = FIXTURE_NOW + 3600};
	struct buf body;
	buf_init(&body, DOCUMENT_MAX);
	memcpy(s.card, f->member[who].id, CARD_ID);
	standing_encode(&s, &body);
	fixture_sign(f, DOCUMENT_STANDING, buf_slice(&body), officers, 0, leaf);
	buf_free(&body);
}

static void a_suspension_holds_on_receipt(void)
{
	struct buf leaf, body, reply;
	buf_init(&leaf, DOCUMENT_MAX);
	buf_init(&body, EVALUATE_MAX);
	buf_init(&reply, EVALUATED_MAX);
	elements(1, &body);
	set_up();
	follow_all();
	standing_of(FIXTURE_REPORTER, 0, &leaf);
	CHECK(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_DENIED); // nobody signed it
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK);
	buf_clear(&leaf);
	standing_of(FIXTURE_REPORTER, 0x8, &leaf);
	buf_clear(&reply);
	CHECK_SAY(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(reply.n == 1 && reply.p[0] == 0); // nobody gave it the card
	CHECK(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_OK);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 2, buf_slice(&body), &reply) == ERR_DENIED);
	restart();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 3, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(core_governance(core, buf_slice(&f->leaf[0]), &reply, &why) == ERR_DENIED); // a charter goes to the hub
	tear_down();
	buf_free(&leaf);
	buf_free(&body);
	buf_free(&reply);
}

static void cards_are_kept_for_members(void)
{
	struct buf body, reply, credential;
	buf_init(&body, 2 * CARD_MAX);
	buf_init(&reply, CARD_MAX);
	buf_init(&credential, CREDENTIAL_MAX);
	set_up();
	const struct fixture_member *m = &f->member[FIXTURE_ANALYST];
	credential_encode(&m->credential, &credential);
	keeper_card_encode(fixture_card(f, FIXTURE_ANALYST), buf_slice(&credential), &body);
	CHECK(core_card_put(core, buf_slice(&body), &reply, &why) != ERR_OK); // its batch is not in the ledger yet
	follow_all();
	CHECK_SAY(core_card_put(core, buf_slice(&body), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(core_card_put(core, slice_part(buf_slice(&body), 0, body.n - 1), &reply, &why) == ERR_INPUT);
	buf_clear(&body);
	keeper_card_encode(fixture_card(f, FIXTURE_REPORTER), buf_slice(&credential), &body);
	CHECK(core_card_put(core, buf_slice(&body), &reply, &why) == ERR_AUTH); // another's credential
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 1, slice_of(m->id, CARD_ID), &reply) == ERR_OK);
	CHECK(slice_equal(buf_slice(&reply), fixture_card(f, FIXTURE_ANALYST)));
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 2, slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), &reply) == ERR_ABSENT);
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 3, slice_of(m->id, CARD_ID - 1), &reply) == ERR_INPUT);
	buf_clear(&reply);
	CHECK(core_credential(core, slice_of(m->id, CARD_ID), &reply, &why) == ERR_OK);
	CHECK(slice_equal(buf_slice(&reply), buf_slice(&credential)));
	tear_down();
	buf_free(&body);
	buf_free(&reply);
	buf_free(&credential);
}

// --- Ceremonies ---------------------------------------------------------------------------------------------------------------

static enum err step_one(enum document_type type, uint64_t officers, uint8_t id, uint16_t epoch, uint64_t issued,
                         struct buf *reply)
{
	struct ceremony_order o = {.epoch = epoch, .issued = issued};
	struct buf body, order, step;
	memset(o.id, id, sizeof o.id);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&order, DOCUMENT_MAX);
	buf_init(&step, CEREMONY_INPUT_MAX);
	ceremony_order_encode(&o, &body);
	fixture_sign(f, type, buf_slice(&body), officers, 0, &order);
	const struct ceremony_step s = {.order = buf_slice(&order), .class = 1, .round = 1};
	ceremony_step_encode(&s, &step);
	buf_clear(reply);
	enum err e = core_ceremony(core, buf_slice(&step), reply, &why);
	buf_free(&body);
	buf_free(&order);
	buf_free(&step);
	return e;
}

static void state_put(const char *name, char path[static CONF_TEXT_MAX])
{
	keeper_path(&seat.conf, name, path);
	seat_must(file_write(path, SLICE_LITERAL("a polynomial"), FILE_SECRET, &why));
}

// The fixture's ledger has the keys of epoch 1.
static void ceremonies_end_with_their_key(void)
{
	char over[CONF_TEXT_MAX], under_way[CONF_TEXT_MAX], half[CONF_TEXT_MAX];
	set_up();
	state_put("keys/dkg-1-1.state", over);
	state_put("keys/dkg-1-2.state", under_way);
	state_put("keys/dkg-1-.state", half); // no name of ours
	CHECK(core->over[1] == 0);
	follow_all();
	CHECK(core->over[1] == 1 && !file_has(over) && file_has(under_way) && file_has(half));
	restart();
	state_put("keys/dkg-1-1.state", over); // a crash came before it was removed
	append_activity(1);
	follow_all();
	CHECK(!file_has(over) && file_has(under_way));
	tear_down();
}

// A ceremony that nobody finished: as long as its order may still be followed what it left is kept, and no longer.
static void ceremonies_lapse(void)
{
	char half[CONF_TEXT_MAX], other[CONF_TEXT_MAX];
	static const struct {
		unsigned age; // of the order
		bool kept;
	} rows[] = {{60, true}, {7 * DAY, true}, {7 * DAY + 1, false}, {30 * DAY, false}};
	struct buf reply;
	buf_init(&reply, 1u << 16);
	set_up();
	follow_all();
	keeper_path(&seat.conf, "keys/dkg-1-2.state", half);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_SAY(step_one(DOCUMENT_CEREMONY, 0x6, (uint8_t)(1 + i), 2, clock_now(), &reply) == ERR_OK, "%s", why.text);
		state_put("keys/dkg-2-2.state", other); // of a class whose first round this order never came to
		CHECK(file_has(half));
		clock_set(clock_now() + rows[i].age);
		core->next_forget = 0;
		core_tick(core);
		CHECK(file_has(half) && file_has(other)); // a clock that nobody confirms destroys nothing
		append_activity((uint8_t)i);
		follow_all();
		core_tick(core);
		CHECK_SAY(file_has(half) == rows[i].kept && file_has(other) == rows[i].kept, "row %u", i);
	}
	tear_down();
	buf_free(&reply);
}

static void ceremonies_are_ordered(void)
{
	static const struct {
		enum document_type type;
		uint64_t officers;
		uint8_t id;
		uint16_t epoch;
		int64_t age;
		enum err want;
	} rows[] = {
		{DOCUMENT_CEREMONY, 0x2, 1, 2, 0, ERR_DENIED},       // one officer
		{DOCUMENT_RESUME, 0x6, 1, 2, 0, ERR_INPUT},          // not an order
		{DOCUMENT_CEREMONY, 0x6, 1, 1, 0, ERR_DENIED},       // made already
		{DOCUMENT_CEREMONY, 0x6, 1, 3, 0, ERR_DENIED},       // not due
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 8 * DAY, ERR_DENIED}, // of last week
		{DOCUMENT_CEREMONY, 0x6, 1, 2, -4000, ERR_DENIED},   // of tomorrow
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_OK},
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_OK},          // again
		{DOCUMENT_CEREMONY, 0xc, 2, 2, 30, ERR_OK},          // anew
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_DENIED},      // the old one must not undo it
	};
	struct buf reply;
	buf_init(&reply, 1u << 16);
	set_up();
	follow_all();
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t issued = (uint64_t)((int64_t)FIXTURE_NOW - rows[i].age);
		enum err e = step_one(rows[i].type, rows[i].officers, rows[i].id, rows[i].epoch, issued, &reply);
		CHECK_SAY(e == rows[i].want, "row %u: %s: %s", i, err_name(e), e == ERR_OK ? "" : why.text);
		CHECK((reply.n == DKG_COMMITMENT_BYTES(NEEDED, SEATS)) == (e == ERR_OK));
	}
	tear_down();
	buf_free(&reply);
}

// --- Witnessing -------------------------------------------------------------------------------------------------------------

static unsigned witness(uint64_t old, uint64_t size, uint8_t spoil, struct buf *reply)
{
	struct buf note, body;
	struct witness_request r = {.old = old};
	buf_init(&note, NOTE_MAX);
	buf_init(&body, WITNESS_REQUEST_MAX);
	sign_checkpoint(size, spoil, 0, clock_now(), &note);
	if (old > 0)
		seat_must(tree_consistency(old, size, node_read, NULL, &r.proof));
	r.note = buf_slice(&note);
	witness_request_encode(&r, &body);
	buf_clear(reply);
	enum err e = core_witness(core, buf_slice(&body), reply, &why);
	buf_free(&note);
	buf_free(&body);
	struct wire w = wire_of(buf_slice(reply));
	return e == ERR_OK ? wire_u16(&w) : 0;
}

static void witnessing_is_tlog_witness(void)
{
	struct buf reply;
	buf_init(&reply, CHECKPOINT_ANSWER_MAX);
	set_up();
	CHECK(witness(0, 4, 0, &reply) == 200); // before anything has been followed
	CHECK(witness(4, 6, 0, &reply) == 200);
	CHECK(witness(4, 8, 0, &reply) == 409 && slice_is_text(slice_part(buf_slice(&reply), 2, reply.n), "6\n"));
	CHECK(witness(6, 8, 1, &reply) == 422);
	CHECK(witness(6, 6, 0, &reply) == 200); // a newer time
	restart();
	CHECK(core->mode == MODE_STARTING && witness(6, 8, 0, &reply) == 0);
	uint8_t reached = 0;
	CHECK(core_started(core, slice_of(&reached, 1), &reply, &why) == ERR_OK && core->mode == MODE_STARTING);
	reached = 1;
	CHECK(core_started(core, slice_of(&reached, 1), &reply, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	CHECK(witness(0, 8, 0, &reply) == 409);
	CHECK(witness(6, 8, 0, &reply) == 200);
	tear_down();
	buf_free(&reply);
}

static void resume_order(unsigned seat_index, uint64_t officers, uint64_t issued, struct buf *leaf)
{
	struct resume r = {.seat = (uint8_t)seat_index, .issued = issued};
	struct buf body;
	buf_init(&body, DOCUMENT_MAX);
	resume_encode(&r, &body);
	buf_clear(leaf);
	fixture_sign(f, DOCUMENT_RESUME, buf_slice(&body), officers, 0, leaf);
	buf_free(&body);
}

static void an_old_copy_does_nothing_until_resumed(void)
{
	struct buf note, reply, order;
	buf_init(&note, NOTE_MAX);
	buf_init(&reply, CHECKPOINT_ANSWER_MAX);
	buf_init(&order, DOCUMENT_MAX);
	set_up();
	CHECK(witness(0, 4, 0, &reply) == 200);
	sign_checkpoint(6, 0, 0xc, FIXTURE_NOW + 5, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE); // not ours
	sign_checkpoint(4, 0, 0x2, FIXTURE_NOW, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE); // remembered
	CHECK(core_seen(core, SLICE_LITERAL("nonsense"), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	resume_order(1, 0x2, FIXTURE_NOW - 10, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // nothing to resume
	sign_checkpoint(6, 0, 0x2, FIXTURE_NOW + 5, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_SUSPENDED);
	CHECK(witness(4, 8, 0, &reply) == 0 && !acts());
	restart();
	CHECK(core->mode == MODE_SUSPENDED && witness(4, 8, 0, &reply) == 0);
	resume_order(1, 0x4, FIXTURE_NOW, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // another officer
	resume_order(2, 0x4, FIXTURE_NOW, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // another seat
	resume_order(1, 0x2, FIXTURE_NOW + 4000, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // the future
	resume_order(1, 0x2, FIXTURE_NOW, &order);
	CHECK_SAY(core_governance(core, buf_slice(&order), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(core->mode == MODE_ACTIVE && witness(4, 8, 0, &reply) == 409); // it goes on from what it was shown
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	CHECK(witness(6, 8, 0, &reply) == 200);
	sign_checkpoint(9, 0, 0x2, FIXTURE_NOW + 50, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_SUSPENDED);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // the same order again
	tear_down();
	buf_free(&note);
	buf_free(&reply);
	buf_free(&order);
}

// The store of the seat is lost, its keys are not.
static void lose_store(void)
{
	static const char *const files[] = {"store/store.sqlite", "store/store.sqlite-wal", "store/store.sqlite-shm"};
	char path[CONF_TEXT_MAX];
	close_core();
	for (unsigned i = 0; i < 3; i++) {
		keeper_path(&seat.conf, files[i], path);
		CHECK(unlink(path) == 0 || i > 0);
	}
	seat_restart(&seat);
	open_core();
}

static void a_lost_store_does_nothing_until_resumed(void)
{
	struct buf reply, order;
	buf_init(&reply, CHECKPOINT_ANSWER_MAX);
	buf_init(&order, DOCUMENT_MAX);
	set_up();
	lose_store();
	CHECK(core->mode == MODE_ACTIVE); // nothing was cosigned
	CHECK(witness(0, 4, 0, &reply) == 200);
	restart();
	CHECK(core->mode == MODE_STARTING); // the store is the one that it had
	lose_store();
	CHECK_SAY(core->mode == MODE_SUSPENDED && strstr(core->reason, "4 leaves") != NULL, "%s", core->reason);
	restart();
	CHECK(core->mode == MODE_SUSPENDED && witness(4, 8, 0, &reply) == 0 && !acts());
	resume_order(1, 0x2, FIXTURE_NOW, &order);
	CHECK_SAY(core_governance(core, buf_slice(&order), &reply, &why) == ERR_OK && core->mode == MODE_ACTIVE, "%s", why.text);
	restart();
	CHECK(core->mode == MODE_STARTING);
	tear_down();
	buf_free(&reply);
	buf_free(&order);
}

const struct test tests[] = {
	{"only proved leaves count", only_proved_leaves_count},
	{"a keeper acts for ten minutes on a checkpoint", ten_minutes},
	{"tokens are announced and counted", tokens_are_announced_and_counted},
	{"filings are vouched for and counted", filings_are_vouched_for_and_counted},
	{"a suspension holds on receipt", a_suspension_holds_on_receipt},
	{"cards are kept for members", cards_are_kept_for_members},
	{"ceremonies are ordered by t officers, the newest only", ceremonies_are_ordered},
	{"ceremonies end with their key", ceremonies_end_with_their_key},
	{"ceremonies end with their order", ceremonies_lapse},
	{"witnessing is tlog-witness", witnessing_is_tlog_witness},
	{"an old copy does nothing until resumed", an_old_copy_does_nothing_until_resumed},
	{"a lost store does nothing until resumed", a_lost_store_does_nothing_until_resumed},
	{NULL, NULL},
};
