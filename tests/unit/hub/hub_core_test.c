// The hub's core with a real store and the matcher's real questions: filings, governance, cosigning, as keepers and attackers meet them.
#include "running.h"

#include "crypto/hash.h"
#include "crypto/voprf.h"
#include "ledger/witness.h"

// --- Filings ---------------------------------------------------------------------------------------------------------------------------

static bool receipt_is_good(const struct filing *filing)
{
	struct receipt r;
	uint8_t hash[32];
	struct slice leaf;
	filing_hash(filing, hash);
	return receipt_decode(buf_slice(&answer), &r, &why) == ERR_OK && receipt_check(&r, filing->salt, hash, &f->charter, &why) == ERR_OK &&
	       store_leaf_get(core.store, r.index, &leaf, &why) == ERR_OK && slice_equal(leaf, slice_of(r.leaf, sizeof r.leaf));
}

static void the_same_filing_gets_its_receipt(void)
{
	struct sent s;
	uint8_t first[RECEIPT_BYTES];
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	uint64_t size = ledger_size();
	OK(file_through(&s.filing, 1));
	REQUIRE(answer.n == RECEIPT_BYTES);
	CHECK(receipt_is_good(&s.filing));
	memcpy(first, answer.p, sizeof first);
	for (unsigned again = 0; again < 3; again++) { // at once, through another relay a day later, after a crash
		struct voucher v = voucher_of(&s.filing, 2);
		clock_set(NOW + 86400 * again);
		if (again == 2)
			hub_restart();
		OK(again == 0 ? file_through(&s.filing, 1) : file_with(&s.filing, &v)); // whatever voucher comes with it
		CHECK(answer.n == RECEIPT_BYTES && memcmp(answer.p, first, sizeof first) == 0);
	}
	CHECK(ledger_size() == size + 1);
	clock_set(NOW);
	s.filing.salt[0] ^= 1; // the same record, another filing
	REFUSED(file_through(&s.filing, 1), ERR_EXISTS, "taken by another filing");
	CHECK(ledger_size() == size + 1 && core.accepted == 0); // since the restart
	sent_free(&s);
	hub_stop();
}

static void vouchers_are_judged(void)
{
	struct sent s, other;
	hub_start();
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	sent_make(&other, FIXTURE_NATIONAL, 1, 5);
	uint64_t size = ledger_size();
	const struct {
		uint8_t seat, signer;
		int64_t late;
		enum filing_kind kind;
		enum err cause;
		const char *says;
	} rows[] = {
		{4, 1, 0, FILING_RECORD, ERR_AUTH, "no seat 4"},
		{2, 1, 0, FILING_RECORD, ERR_AUTH, "not signed by seat 2"},
		{1, 1, 301, FILING_RECORD, ERR_DENIED, "301 seconds old"},
		{1, 1, -301, FILING_RECORD, ERR_DENIED, "in the future"},
		{1, 1, 0, FILING_REPLY, ERR_AUTH, "another filing"},
		{33, 1, 0, FILING_RECORD, ERR_INPUT, "seat 33"},
		{1, 1, 0, 7, ERR_INPUT, "kind of filing 7"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct voucher v = voucher_of(&s.filing, rows[i].seat);
		v.kind = rows[i].kind;
		v.time = (uint64_t)((int64_t)NOW - rows[i].late);
		voucher_sign(&v, f->seat[rows[i].signer - 1].voucher, f->origin);
		REFUSED(file_with(&s.filing, &v), rows[i].cause, rows[i].says);
	}
	struct voucher v = voucher_of(&s.filing, 1);
	voucher_sign(&v, f->seat[0].voucher, f->origin);
	REFUSED(file_with(&other.filing, &v), ERR_AUTH, "another filing"); // replayed for other bytes
	CHECK(ledger_size() == size);
	OK(file_with(&s.filing, &v));
	sent_free(&s);
	sent_free(&other);
	hub_stop();
}

static void refused_filings_leave_nothing(void)
{
	struct sent s;
	hub_start();
	uint64_t size = ledger_size(), records = 9;
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	struct filing bad = s.filing;
	bad.payload.n--;
	REFUSED(file_through(&bad, 1), ERR_INPUT, "");
	bad.payload = SLICE_LITERAL("not an envelope");
	REFUSED(file_through(&bad, 1), ERR_INPUT, "");
	bad = (struct filing){.kind = FILING_TOKENS, .record = {1}, .batches = 1, .batch = {s.filing.batch[0]}};
	REFUSED(file_through(&bad, 1), ERR_ABSENT, "tokens for a record that is not here");
	REFUSED(hub_call(CORE_FILING, SLICE_LITERAL("x")), ERR_INPUT, "voucher");
	clock_set(NOW + 200u * 86400); // two quarters later
	REFUSED(file_through(&s.filing, 1), ERR_DENIED, "sealed for quarter");
	clock_set(NOW);
	uint64_t used = 9;
	OK(store_count_get(core.store, "vouchers", slice_of("\1", 1), NOW / 86400, &used, &why));
	OK(store_record_count(core.store, &records, &why));
	CHECK(ledger_size() == size && used == 0 && records == 0);
	sent_free(&s);
	hub_stop();
}

static uint64_t vouchers_used(void)
{
	uint64_t used = 0;
	enum err e = store_count_get(core.store, "vouchers", slice_of("\1", 1), NOW / 86400, &used, &why);
	CHECK(e == ERR_OK || e == ERR_ABSENT);
	return used;
}

// One of them is refused after its leaf and its voucher were written: that part alone is undone.
static void filings_share_a_commit(void)
{
	struct sent s[2];
	hub_start();
	uint64_t size = ledger_size(), records = 9;
	sent_make(&s[0], FIXTURE_NATIONAL, 1, 5);
	sent_make(&s[1], FIXTURE_NATIONAL, 1, 5);
	struct filing other = s[0].filing; // other bytes under the same record id
	random_bytes(other.salt, SALT);
	together = true;
	OK(file_through(&s[0].filing, 1));
	REFUSED(file_through(&other, 1), ERR_EXISTS, "its id is taken");
	OK(file_through(&s[1].filing, 1));
	OK(file_through(&s[0].filing, 1)); // the same again, before the commit
	CHECK(receipt_is_good(&s[0].filing));
	together = false;
	OK(filing_settle(&core, &why));
	CHECK(core.accepted == 2);
	hub_restart();
	OK(store_record_count(core.store, &records, &why));
	CHECK(ledger_size() == size + 2 && records == 2 && vouchers_used() == 2);
	OK(file_through(&s[1].filing, 1));
	CHECK(receipt_is_good(&s[1].filing) && ledger_size() == size + 2);
	sent_free(&s[0]);
	sent_free(&s[1]);
	hub_stop();
}

static void filings_without_their_commit_leave_nothing(void)
{
	struct sent s;
	hub_start();
	uint64_t size = ledger_size(), records = 9;
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	together = true;
	OK(file_through(&s.filing, 1));
	together = false;
	hub_restart(); // no receipt has left
	OK(store_record_count(core.store, &records, &why));
	CHECK(ledger_size() == size && records == 0 && vouchers_used() == 0);
	OK(filing_settle(&core, &why)); // nothing waits
	sent_free(&s);
	hub_stop();
}

static void vouchers_are_capped_by_seat_and_day(void)
{
	struct sent s[4];
	hub_start();
	policy()->vouchers = 2;
	for (unsigned i = 0; i < 4; i++)
		sent_make(&s[i], FIXTURE_NATIONAL, 1, 1);
	OK(file_through(&s[0].filing, 1));
	OK(file_through(&s[1].filing, 1));
	REFUSED(file_through(&s[2].filing, 1), ERR_DENIED, "vouchers of seat 1");
	OK(file_through(&s[1].filing, 1)); // a retry is no new filing
	OK(file_through(&s[2].filing, 2));
	clock_set(NOW + 86400);
	OK(file_through(&s[3].filing, 1));
	for (unsigned i = 0; i < 4; i++)
		sent_free(&s[i]);
	hub_stop();
}

// --- Replies and bulletins --------------------------------------------------------------------------------------------------------------

static enum err reply_send(uint8_t tag, uint8_t salt)
{
	static uint8_t blob[REPLY_BYTES];
	blob[0] = tag;
	struct filing r = {.kind = FILING_REPLY, .salt = {salt}, .payload = slice_of(blob, sizeof blob)};
	return file_through(&r, 1);
}

static uint64_t bulletin_newest(void)
{
	struct buf body;
	buf_init(&body, 8);
	hub_bulletin_ask(0, &body);
	OK(hub_ask(FIXTURE_REPORTER, HUB_BULLETIN, &body));
	buf_free(&body);
	return answer_u64();
}

static void replies_reach_one_bulletin(void)
{
	struct buf body;
	struct bulletin b;
	hub_start();
	core_tick(&core);
	OK(reply_send(1, 1));
	OK(reply_send(2, 1));
	OK(reply_send(1, 1)); // the same filing
	REFUSED(reply_send(1, 2), ERR_EXISTS, "tag was used");
	core_tick(&core);
	CHECK(bulletin_newest() == 0);
	hub_restart();
	core_tick(&core);
	CHECK(bulletin_newest() == 0); // a start is no reason to publish
	clock_set(NOW + 600);
	core_tick(&core);
	CHECK(bulletin_newest() == 1);
	clock_set(NOW + 1200);
	core_tick(&core);
	CHECK(bulletin_newest() == 1); // none waits
	REFUSED(reply_send(2, 3), ERR_EXISTS, "tag was used"); // also after it was published
	OK(reply_send(3, 1));
	clock_set(NOW); // set back
	core_tick(&core);
	CHECK(bulletin_newest() == 2);
	buf_init(&body, 8);
	hub_bulletin_ask(1, &body);
	OK(hub_ask(FIXTURE_REPORTER, HUB_BULLETIN, &body));
	OK(bulletin_decode(slice_part(buf_slice(&answer), 8, answer.n), &b, &why));
	CHECK(b.number == 1 && b.count == 2 && b.time == NOW + 600);
	buf_clear(&body);
	hub_bulletin_ask(7, &body);
	REFUSED(hub_ask(FIXTURE_REPORTER, HUB_BULLETIN, &body), ERR_ABSENT, "bulletin");
	buf_free(&body);
	hub_stop();
}

// --- Governance --------------------------------------------------------------------------------------------------------------------------

static struct buf standing(enum standing_action action, uint64_t issued, unsigned officers)
{
	struct standing s = {.action = action, .issued = issued, .until = action == STANDING_SUSPEND ? issued + 3600 : 0};
	struct buf body, leaf;
	memcpy(s.card, f->member[FIXTURE_INSPECTOR].id, CARD_ID);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	standing_encode(&s, &body);
	fixture_sign(f, DOCUMENT_STANDING, buf_slice(&body), fixture_seats(officers), 0, &leaf);
	buf_free(&body);
	return leaf;
}

static void documents_are_appended_once(void)
{
	hub_start();
	uint64_t size = ledger_size();
	struct buf all = standing(STANDING_EXPEL, NOW, 3), fewer = standing(STANDING_EXPEL, NOW, 2);
	for (unsigned i = 0; i < f->leaves; i++) {
		OK(hub_call(CORE_GOVERNANCE, buf_slice(&f->leaf[i])));
		CHECK_SAY(answer_u64() == i, "leaf %u", i);
	}
	CHECK(ledger_size() == size);
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&all)));
	CHECK(answer_u64() == size && ledger_size() == size + 1);
	hub_restart();
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&all)));
	CHECK(answer_u64() == size);
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&fewer))); // anybody can leave a signature out
	CHECK_SAY(answer_u64() == size && ledger_size() == size + 1, "%llu leaves", (unsigned long long)ledger_size());
	buf_free(&all);
	buf_free(&fewer);
	hub_stop();
}

static void documents_are_judged(void)
{
	hub_start();
	uint64_t size = ledger_size();
	uint8_t activity[ACTIVITY_LEAF] = {ACTIVITY_FILING};
	struct buf few = standing(STANDING_EXPEL, NOW, 1), false_one = standing(STANDING_EXPEL, NOW, 2);
	struct buf future = standing(STANDING_SUSPEND, NOW + 86400, 1);
	false_one.p[false_one.n - 1] ^= 1;
	REFUSED(hub_call(CORE_GOVERNANCE, buf_slice(&few)), ERR_DENIED, "");
	REFUSED(hub_call(CORE_GOVERNANCE, buf_slice(&future)), ERR_DENIED, "in the future");
	REFUSED(hub_call(CORE_GOVERNANCE, buf_slice(&false_one)), ERR_AUTH, "");
	REFUSED(hub_call(CORE_GOVERNANCE, slice_of(activity, sizeof activity)), ERR_INPUT, "");
	REFUSED(hub_call(CORE_GOVERNANCE, slice_of(NULL, 0)), ERR_INPUT, "");
	for (size_t n = 0; n < few.n; n++)
		CHECK(hub_call(CORE_GOVERNANCE, slice_of(few.p, n)) != ERR_OK);
	CHECK(ledger_size() == size);
	struct buf good = standing(STANDING_SUSPEND, NOW, 1);
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&good)));
	CHECK(governance_standing(core.governance, f->member[FIXTURE_INSPECTOR].id, NOW, &size) == MEMBER_SUSPENDED);
	buf_free(&few);
	buf_free(&future);
	buf_free(&false_one);
	buf_free(&good);
	hub_stop();
}

// --- Cosigning ---------------------------------------------------------------------------------------------------------------------------

static bool round_begin(void)
{
	OK(hub_call(CORE_WITNESS_ROUND, slice_of(NULL, 0)));
	return answer.n == 1 && answer.p[0] == 1;
}

// What core asks of a seat; false: nothing. The request borrows from the answer.
static bool seat_asked(unsigned seat, struct witness_request *r)
{
	uint8_t payload = (uint8_t)seat;
	OK(hub_call(CORE_WITNESS_ASK, slice_of(&payload, 1)));
	if (answer.n == 0)
		return false;
	OK(witness_request_parse(buf_slice(&answer), r, &why));
	return true;
}

static enum err seat_says(unsigned seat, struct slice lines)
{
	struct buf payload;
	buf_init(&payload, CHECKPOINT_ANSWER_MAX + 1);
	buf_put_u8(&payload, (uint8_t)seat);
	buf_put_slice(&payload, lines);
	enum err e = hub_call(CORE_WITNESS_ANSWER, buf_slice(&payload));
	buf_free(&payload);
	return e;
}

static enum err seat_says_size(unsigned seat, uint64_t size)
{
	uint8_t payload[9] = {(uint8_t)seat};
	for (unsigned i = 0; i < 8; i++)
		payload[1 + i] = (uint8_t)(size >> (56 - 8 * i));
	return hub_call(CORE_WITNESS_SIZE, slice_of(payload, sizeof payload));
}

// The seat's line over a note, by the key of `signer`.
static struct buf lines_of(struct slice note, unsigned seat, unsigned signer, uint64_t time)
{
	struct buf lines;
	buf_init(&lines, CHECKPOINT_ANSWER_MAX);
	OK(checkpoint_cosign(note, &core.witness_keys[seat - 1], f->seat[signer - 1].witness, time, &lines, &why));
	return lines;
}

// An honest seat: checks the request as a keeper does, and answers.
static enum err seat_cosigns(unsigned seat, struct witness_state *state)
{
	struct witness_request r;
	if (!seat_asked(seat, &r))
		return ERR_ABSENT;
	enum witness_answer w = witness_decide(state, &r, &core.log_key, state, &why);
	if (w == WITNESS_CONFLICT) {
		OK(seat_says_size(seat, state->size));
		CHECK(seat_asked(seat, &r));
		w = witness_decide(state, &r, &core.log_key, state, &why);
	}
	CHECK_SAY(w == WITNESS_COSIGN, "seat %u: %d: %s", seat, (int)w, why.text);
	struct buf lines = lines_of(r.note, seat, seat, clock_now());
	enum err e = seat_says(seat, buf_slice(&lines));
	buf_free(&lines);
	return e;
}

static uint64_t served_size(void)
{
	struct checkpoint c;
	uint64_t time;
	if (hub_call(CORE_CHECKPOINT, slice_of(NULL, 0)) != ERR_OK)
		return 0;
	OK(follow_verify(core_charter(&core), buf_slice(&answer), &c, &time, &why));
	return c.size;
}

static void t_seats_make_a_checkpoint(void)
{
	struct witness_state state[3] = {{0}};
	struct witness_request r;
	hub_start();
	REFUSED(hub_call(CORE_CHECKPOINT, slice_of(NULL, 0)), ERR_AWAY, "2 seats");
	CHECK(!seat_asked(1, &r)); // no round yet
	CHECK(!round_begin());
	OK(seat_cosigns(1, &state[0]));
	CHECK(answer.p[0] == 0 && served_size() == 0);
	CHECK(seat_cosigns(1, &state[0]) == ERR_ABSENT); // is not asked twice
	OK(seat_cosigns(3, &state[2]));
	CHECK(answer.p[0] == 1 && served_size() == ledger_size());
	CHECK(round_begin());
	uint64_t before = ledger_size();
	struct sent s;
	sent_make(&s, FIXTURE_NATIONAL, 1, 5);
	OK(file_through(&s.filing, 1));
	CHECK(!round_begin() && served_size() == before); // still what t have cosigned
	OK(seat_cosigns(1, &state[0])); // now with a consistency proof
	OK(seat_cosigns(2, &state[1])); // and one that was away
	CHECK(served_size() == before + 1 && core.cosigned_size == before + 1);
	hub_restart();
	CHECK(core.cosigned_size == before + 1 && served_size() == before + 1);
	clock_set(NOW + 59);
	CHECK(!round_begin()); // a new note after the start
	OK(seat_cosigns(1, &state[0])); // by way of a conflict
	OK(seat_cosigns(2, &state[1]));
	CHECK(round_begin());
	clock_set(NOW + 59 + 60);
	CHECK(!round_begin()); // newer times are wanted
	OK(seat_cosigns(1, &state[0]));
	OK(seat_cosigns(2, &state[1]));
	CHECK(round_begin());
	clock_set(NOW);
	CHECK(!round_begin()); // also when the clock was set back
	sent_free(&s);
	hub_stop();
}

static void lying_and_late_seats(void)
{
	struct witness_request r;
	hub_start();
	CHECK(!round_begin());
	REQUIRE(seat_asked(1, &r));
	struct buf note;
	buf_init(&note, NOTE_MAX);
	buf_put_slice(&note, r.note);
	const struct {
		unsigned seat, signer;
		int64_t off;
		enum err cause;
		const char *says;
	} rows[] = {
		{1, 2, 0, ERR_AUTH, "seat 1"},
		{1, 1, -301, ERR_DENIED, "301 seconds behind"},
		{1, 1, 301, ERR_DENIED, "301 seconds ahead"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf lines = lines_of(buf_slice(&note), rows[i].seat, rows[i].signer, (uint64_t)((int64_t)NOW + rows[i].off));
		REFUSED(seat_says(rows[i].seat, buf_slice(&lines)), rows[i].cause, rows[i].says);
		buf_free(&lines);
	}
	struct buf lines = lines_of(buf_slice(&note), 1, 1, NOW);
	REFUSED(seat_says(2, buf_slice(&lines)), ERR_AUTH, "seat 2"); // another seat's line
	REFUSED(seat_says(4, buf_slice(&lines)), ERR_INPUT, "no such seat");
	REFUSED(seat_says(0, buf_slice(&lines)), ERR_INPUT, "no such seat");
	REFUSED(seat_says(1, SLICE_LITERAL("")), ERR_INPUT, "seat 1");
	REFUSED(seat_says(1, SLICE_LITERAL("nonsense\n")), ERR_INPUT, "seat 1");
	CHECK(core.note_cosigned == 0);
	OK(seat_says(1, buf_slice(&lines)));
	REFUSED(seat_says(1, buf_slice(&lines)), ERR_EXISTS, "nothing was asked");
	struct buf late = lines_of(buf_slice(&note), 2, 2, NOW);
	struct buf document = standing(STANDING_SUSPEND, NOW, 1);
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&document)));
	CHECK(!round_begin());
	REFUSED(seat_says(2, buf_slice(&late)), ERR_AUTH, "seat 2"); // of the round before
	REFUSED(seat_says_size(2, ledger_size() + 1), ERR_SYSTEM, "old store");
	OK(seat_says_size(2, 1));
	REQUIRE(seat_asked(2, &r));
	CHECK(r.old == 1 && r.proof.n > 0 && served_size() == 0);
	REFUSED(hub_call(CORE_WITNESS_SIZE, SLICE_LITERAL("\1\0")), ERR_INPUT, "a size of 2 bytes");
	buf_free(&lines);
	buf_free(&late);
	buf_free(&document);
	buf_free(&note);
	hub_stop();
}

// The second charter: one seat more, and three to open.
static struct buf second_charter(void)
{
	struct charter c = f->charter;
	struct buf body, leaf;
	struct document first;
	uint8_t sk[SIGN_SECRET];
	OK(document_decode(buf_slice(&f->leaf[0]), &first, &why));
	charter_fingerprint(first.body, c.previous);
	c.number = 2;
	c.issued = NOW;
	c.t = 3;
	c.n = 4;
	c.seats[3] = c.seats[2];
	c.seats[3].index = 4;
	sign_keypair(c.seats[3].officer, sk);
	sign_keypair(c.seats[3].identity, sk);
	sign_keypair(c.seats[3].witness, f->seat[3].witness);
	sign_keypair(c.seats[3].voucher, sk);
	random_bytes(c.seats[3].tls_pin, sizeof c.seats[3].tls_pin);
	OK(voprf_public(f->token[0], c.seats[3].ceremony));
	buf_init(&body, CHARTER_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	charter_encode(&c, &body);
	fixture_sign(f, DOCUMENT_CHARTER, buf_slice(&body), fixture_seats(2), 0, &leaf);
	buf_free(&body);
	return leaf;
}

static void a_second_charter_changes_the_seats(void)
{
	struct witness_state state[4] = {{0}};
	static struct charter now;
	hub_start();
	CHECK(!round_begin());
	OK(seat_cosigns(1, &state[0]));
	OK(seat_cosigns(2, &state[1]));
	uint64_t before = ledger_size();
	struct buf leaf = second_charter();
	OK(hub_call(CORE_GOVERNANCE, buf_slice(&leaf)));
	CHECK(core_charter(&core)->n == 4 && ledger_size() == before + 1);
	CHECK(!round_begin());
	OK(seat_cosigns(4, &state[3]));
	OK(seat_cosigns(1, &state[0]));
	CHECK(core.cosigned_size == before);
	hub_restart(); // the newest checkpoint is cosigned by two, as the first charter said
	OK(hub_charter_now(&conf, &now, &why));
	CHECK(now.number == 2 && core.cosigned_size == before);
	CHECK(!round_begin());
	OK(seat_cosigns(1, &state[0]));
	OK(seat_cosigns(2, &state[1]));
	OK(seat_cosigns(4, &state[3]));
	CHECK(served_size() == before + 1);
	buf_free(&leaf);
	hub_stop();
}

const struct test tests[] = {
	{"the_same_filing_gets_its_receipt", the_same_filing_gets_its_receipt},
	{"vouchers_are_judged", vouchers_are_judged},
	{"refused_filings_leave_nothing", refused_filings_leave_nothing},
	{"filings_share_a_commit", filings_share_a_commit},
	{"filings_without_their_commit_leave_nothing", filings_without_their_commit_leave_nothing},
	{"vouchers_are_capped_by_seat_and_day", vouchers_are_capped_by_seat_and_day},
	{"replies_reach_one_bulletin", replies_reach_one_bulletin},
	{"documents_are_appended_once", documents_are_appended_once},
	{"documents_are_judged", documents_are_judged},
	{"t_seats_make_a_checkpoint", t_seats_make_a_checkpoint},
	{"lying_and_late_seats", lying_and_late_seats},
	{"a_second_charter_changes_the_seats", a_second_charter_changes_the_seats},
	{NULL, NULL},
};
