#include "charter/governance.h"

#include "base/num.h"
#include "crypto/hash.h"
#include "fixture.h"
#include "test.h"

static struct fixture *f;

// Signs a body and applies it; the body is freed. Refusals leave the state as it was.
static enum err apply(enum document_type type, struct buf *body, uint64_t officers, uint64_t keepers, struct why *why)
{
	struct buf leaf;
	buf_init(&leaf, DOCUMENT_MAX);
	fixture_sign(f, type, buf_slice(body), officers, keepers, &leaf);
	enum err check = governance_check(f->governance, buf_slice(&leaf), NULL);
	enum err e = fixture_apply(f, buf_slice(&leaf), why);
	CHECK_SAY(check == e, "check says %s, apply %s", err_name(check), err_name(e)); // the hub must know what everybody will say
	buf_free(&leaf);
	buf_free(body);
	return e;
}

static struct buf body_new(void)
{
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	return b;
}

static enum err next_charter(const struct charter *c, uint64_t officers, struct why *why)
{
	struct buf b = body_new();
	charter_encode(c, &b);
	return apply(DOCUMENT_CHARTER, &b, officers, 0, why);
}

static void prepare_next(struct charter *c)
{
	struct document d;
	struct why why;
	*c = *governance_charter(f->governance);
	CHECK(document_decode(governance_charter_leaf(f->governance), &d, &why) == ERR_OK);
	charter_fingerprint(d.body, c->previous);
	c->number++;
	c->issued += 86400;
}

static void first_charter(void)
{
	f = fixture_new(2, 3);
	struct slice good = buf_slice(&f->leaf[0]);
	struct why why = {""};
	struct buf b = body_new(), leaf = body_new();
	charter_encode(&f->charter, &b);
	static const struct {
		uint64_t officers, keepers;
		enum err want;
	} rows[] = {{0xe, 0, ERR_OK}, {0xe, 0xe, ERR_OK}, {0x6, 0, ERR_DENIED}, {0, 0xe, ERR_DENIED}, {0, 0, ERR_DENIED}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct governance *g = governance_new();
		buf_clear(&leaf);
		fixture_sign(f, DOCUMENT_CHARTER, buf_slice(&b), rows[i].officers, rows[i].keepers, &leaf);
		CHECK_SAY(governance_check(g, buf_slice(&leaf), &why) == rows[i].want, "row %zu", i);
		CHECK_SAY(governance_apply(g, 0, buf_slice(&leaf), &why) == rows[i].want, "row %zu", i);
		CHECK((governance_charter(g) != NULL) == (rows[i].want == ERR_OK));
		governance_free(g);
	}
	struct governance *g = governance_new();
	CHECK(governance_apply(g, 1, buf_slice(&f->leaf[1]), &why) == ERR_DENIED); // nothing is pinned
	CHECK(governance_hold(g, buf_slice(&f->leaf[1]), &why) == ERR_DENIED);
	CHECK(governance_pin(g, buf_slice(&f->leaf[1]), &why) == ERR_INPUT); // a quarter key
	CHECK(governance_pin(g, good, &why) == ERR_OK && governance_pin(g, good, &why) == ERR_OK);
	CHECK(slice_equal(governance_charter_leaf(g), good));
	CHECK(governance_apply(g, 0, good, &why) == ERR_OK);
	struct charter other = f->charter;
	other.name[0] = 'f';
	buf_clear(&b), buf_clear(&leaf);
	charter_encode(&other, &b);
	fixture_sign(f, DOCUMENT_CHARTER, buf_slice(&b), 0xe, 0, &leaf);
	CHECK(governance_pin(g, buf_slice(&leaf), &why) == ERR_EXISTS);
	CHECK(governance_apply(g, 0, buf_slice(&leaf), &why) == ERR_AUTH);
	CHECK(governance_apply(g, 5, buf_slice(&leaf), &why) == ERR_DENIED); // a second first charter
	governance_free(g);
	buf_free(&b);
	buf_free(&leaf);
	fixture_free(f);
}

static void number_skips(struct charter *c) { c->number++; }
static void number_stays(struct charter *c) { c->number--; memset(c->previous, 0, 32); }
static void other_previous(struct charter *c) { c->previous[0] ^= 1; }
static void earlier(struct charter *c) { c->issued -= 2 * 86400; }
static void origin_moves(struct charter *c) { strcpy(c->origin, "fixture.example/new"); }
static void ledger_moves(struct charter *c) { c->ledger_key[0] ^= 1; }
static void team_turns(struct charter *c) { c->team[1].kind = TEAM_AUTHORITY; }
static void team_emigrates(struct charter *c) { strcpy(c->team[1].country, "ES"); }
static void nothing(struct charter *c) { (void)c; }

static void later_charter(void)
{
	static const struct {
		void (*change)(struct charter *c);
		uint64_t officers;
		enum err want;
	} rows[] = {
		{number_skips, 0xe, ERR_DENIED}, {number_stays, 0xe, ERR_DENIED}, {other_previous, 0xe, ERR_DENIED},
		{earlier, 0xe, ERR_DENIED},      {origin_moves, 0xe, ERR_AUTH},   {ledger_moves, 0xe, ERR_DENIED},
		{team_turns, 0xe, ERR_DENIED},   {team_emigrates, 0xe, ERR_DENIED}, {nothing, 0x2, ERR_DENIED},
		{nothing, 0x6, ERR_OK},
	};
	f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct charter c;
		struct why why = {""};
		prepare_next(&c);
		rows[i].change(&c);
		if (rows[i].change == origin_moves)
			f->origin = slice_text("fixture.example/new"); // signed for its own origin, as an attacker would
		CHECK_SAY(next_charter(&c, rows[i].officers, &why) == rows[i].want, "row %zu: %s", i, why.text);
		f->origin = charter_origin(&f->charter);
		CHECK(governance_charter(f->governance)->number == (rows[i].want == ERR_OK ? 2 : 1));
	}
	fixture_free(f);
}

// A later charter with a seat less and another team: its committee begins with the next quarter, teams stay, its officers rule.
static void new_committee(void)
{
	f = fixture_new(3, 4);
	uint8_t before[32], after[32];
	struct why why = {""};
	struct charter c;
	unsigned t, n;
	REQUIRE(governance_committee(f->governance, f->quarter, before, &why) == ERR_OK);
	prepare_next(&c);
	c.issued = FIXTURE_NOW;
	c.n = 3;
	c.t = 2;
	c.teams = 1;
	strcpy(c.team[0].name, "Renamed");
	REQUIRE(next_charter(&c, fixture_seats(3), &why) == ERR_OK);
	CHECK(governance_committee(f->governance, f->quarter, after, &why) == ERR_OK);
	CHECK_BYTES(before, after, 32);
	governance_threshold(f->governance, f->quarter, &t, &n);
	CHECK(t == 3 && n == 4);
	governance_threshold(f->governance, f->quarter + 1, &t, &n);
	CHECK(t == 2 && n == 3);
	CHECK(governance_teams(f->governance, NULL, 0) == 3);
	CHECK_TEXT(governance_team(f->governance, 1)->name, "Renamed");
	CHECK(governance_team(f->governance, 2) != NULL);
	struct buf b = body_new();
	common_list_encode(&(struct common_list){.version = 1}, &b);
	CHECK(apply(DOCUMENT_COMMON_LIST, &b, 1 << 4 | 1 << 1, 0, &why) == ERR_AUTH); // seat 4 is gone
	common_list_encode(&(struct common_list){.version = 1}, &b);
	CHECK(apply(DOCUMENT_COMMON_LIST, &b, 0x6, 0, &why) == ERR_OK); // two are enough now
	fixture_free(f);
}

static enum err quarter_key(unsigned seat, uint16_t quarter, uint8_t fill, uint64_t officers, struct why *why)
{
	struct quarter_key k = {.seat = (uint8_t)seat, .quarter = quarter};
	struct buf b = body_new();
	memset(k.key, fill, sizeof k.key);
	quarter_key_encode(&k, &b);
	return apply(DOCUMENT_QUARTER_KEY, &b, officers, 0, why);
}

static void quarter_keys(void)
{
	f = fixture_new(2, 3);
	struct why why = {""};
	uint8_t hash[32];
	uint16_t next = f->quarter + 1;
	CHECK(quarter_key(1, next, 1, 0x4, &why) == ERR_DENIED); // another seat's officer
	CHECK(quarter_key(1, next, 1, 0, &why) == ERR_DENIED);
	CHECK(quarter_key(4, next, 1, 0xe, &why) == ERR_DENIED); // no such seat
	CHECK(governance_quarter_key(f->governance, 1, next) == NULL);
	CHECK(governance_quarter_missing(f->governance, f->quarter) == 0 && governance_quarter_missing(f->governance, next) == 7);
	CHECK(quarter_key(1, next, 1, 0x2, &why) == ERR_OK);
	CHECK(governance_quarter_missing(f->governance, next) == 6 && governance_quarter_missing(f->governance, UINT16_MAX) == 7);
	CHECK(quarter_key(1, next, 1, 0x2, &why) == ERR_OK); // the same again
	CHECK(quarter_key(1, next, 2, 0x2, &why) == ERR_EXISTS);
	CHECK(quarter_key(2, next, 1, 0x4, &why) == ERR_OK);
	CHECK(governance_quarter_key(f->governance, 1, next)->key[0] == 1);
	CHECK(governance_committee(f->governance, next, hash, &why) == ERR_ABSENT && strstr(why.text, "seat 3") != NULL);
	CHECK(governance_quarter_key(f->governance, 0, next) == NULL && governance_quarter_key(f->governance, 33, next) == NULL);
	CHECK(governance_quarter_key(f->governance, 1, UINT16_MAX) == NULL);
	CHECK(governance_committee(f->governance, UINT16_MAX, hash, &why) == ERR_ABSENT);
	fixture_free(f);
}

// The bytes of protocol/governance.md, put together by hand.
static void committee_bytes(void)
{
	f = fixture_new(2, 3);
	uint8_t got[32], want[32], key[32];
	struct why why;
	struct buf b = body_new();
	buf_put_text(&b, "tocsin/v1/committee");
	buf_put_u8(&b, 0);
	buf_put_text(&b, "fixture.example/ledger");
	buf_put_u8(&b, 0);
	buf_put_u16(&b, f->quarter);
	buf_put_u8(&b, 2);
	buf_put_u8(&b, 3);
	for (unsigned i = 1; i <= 3; i++) {
		sha256(slice_of(governance_quarter_key(f->governance, i, f->quarter)->key, HPKE_PUBLIC), key);
		buf_put(&b, key, 32);
	}
	sha256(buf_slice(&b), want);
	CHECK(governance_committee(f->governance, f->quarter, got, &why) == ERR_OK);
	CHECK_BYTES(got, want, 32);
	CHECK(governance_committee(f->governance, f->quarter - 1, got, &why) == ERR_OK && memcmp(got, want, 32) != 0);
	buf_free(&b);
	fixture_free(f);
}

static void token_keys(void)
{
	static const struct {
		uint16_t epoch;
		unsigned t, n;
		uint64_t officers, keepers;
		enum err want;
	} rows[] = {
		{1, 2, 3, 0xe, 0xe, ERR_EXISTS}, {3, 2, 3, 0xe, 0xe, ERR_DENIED}, {2, 3, 3, 0xe, 0xe, ERR_DENIED},
		{2, 2, 2, 0xe, 0xe, ERR_DENIED}, {2, 2, 3, 0x2, 0xe, ERR_DENIED}, {2, 2, 3, 0xe, 0x6, ERR_DENIED},
		{2, 2, 3, 0xe, 0, ERR_DENIED},   {2, 2, 3, 0xc, 0xe, ERR_OK},     {2, 2, 3, 0xe, 0xe, ERR_EXISTS},
	};
	f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_key k = *governance_token_key(f->governance, 2, 1);
		struct why why = {""};
		struct buf b = body_new();
		k.epoch = rows[i].epoch;
		k.t = rows[i].t;
		k.n = rows[i].n;
		token_key_encode(&k, &b);
		enum err e = apply(DOCUMENT_TOKEN_KEY, &b, rows[i].officers, rows[i].keepers, &why);
		CHECK_SAY(e == rows[i].want, "row %zu: %s", i, why.text);
	}
	CHECK(governance_token_key(f->governance, 2, 0)->epoch == 2 && governance_token_key(f->governance, 2, 1)->epoch == 1);
	CHECK(governance_token_key(f->governance, 2, 3) == NULL && governance_token_key(f->governance, 4, 0) == NULL);
	CHECK(governance_token_key(f->governance, 1, 0)->epoch == 1);
	fixture_free(f);
}

static enum err standing(enum standing_action action, uint8_t card, uint64_t issued, uint64_t until, unsigned officers, bool hold)
{
	struct standing s = {.action = action, .card = {card}, .issued = issued, .until = until};
	struct why why;
	struct buf b = body_new(), leaf = body_new();
	standing_encode(&s, &b);
	if (!hold) {
		buf_free(&leaf);
		return apply(DOCUMENT_STANDING, &b, fixture_seats(officers), 0, &why);
	}
	fixture_sign(f, DOCUMENT_STANDING, buf_slice(&b), fixture_seats(officers), 0, &leaf);
	enum err e = governance_hold(f->governance, buf_slice(&leaf), &why);
	buf_free(&b);
	buf_free(&leaf);
	return e;
}

static enum member_state state(uint8_t card, uint64_t now)
{
	uint64_t until;
	return governance_standing(f->governance, (uint8_t[CARD_ID]){card}, now, &until);
}

#define NOW FIXTURE_NOW
#define HOUR 3600

static void standings(void)
{
	f = fixture_new(2, 3);
	CHECK(state(1, NOW) == MEMBER_GOOD);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 0, false) == ERR_DENIED);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + SUSPENSION_MAX + 1, 3, false) == ERR_INPUT);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, false) == ERR_OK);
	CHECK(state(1, NOW) == MEMBER_SUSPENDED && state(1, NOW + HOUR) == MEMBER_GOOD && state(2, NOW) == MEMBER_GOOD);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, false) == ERR_DENIED);     // a repetition
	CHECK(standing(STANDING_SUSPEND, 1, NOW - 1, NOW + HOUR, 1, false) == ERR_DENIED); // an older one
	CHECK(standing(STANDING_RESTORE, 1, NOW + 1, 0, 1, false) == ERR_DENIED);
	CHECK(standing(STANDING_RESTORE, 1, NOW, 0, 2, false) == ERR_DENIED); // not newer
	CHECK(standing(STANDING_RESTORE, 1, NOW + 1, 0, 2, false) == ERR_OK && state(1, NOW + 1) == MEMBER_GOOD);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, false) == ERR_DENIED); // replayed after the restoration
	CHECK(standing(STANDING_EXPEL, 1, NOW + 2, 0, 1, false) == ERR_DENIED);
	CHECK(standing(STANDING_EXPEL, 1, NOW + 2, 0, 2, false) == ERR_OK && state(1, NOW) == MEMBER_EXPELLED);
	CHECK(standing(STANDING_RESTORE, 1, NOW + 3, 0, 3, false) == ERR_DENIED && state(1, NOW + 4) == MEMBER_EXPELLED);
	CHECK(standing(STANDING_SUSPEND, 1, NOW + 3, NOW + HOUR, 1, false) == ERR_DENIED);
	fixture_free(f);
}

// One officer dates a suspension far ahead: it neither holds before its day nor shields the member from expulsion.
static void future_suspension(void)
{
	f = fixture_new(2, 3);
	uint64_t far = NOW + 365 * 86400u;
	CHECK(standing(STANDING_SUSPEND, 1, far, far + HOUR, 1, false) == ERR_OK);
	CHECK(state(1, NOW) == MEMBER_GOOD && state(1, far - STANDING_SKEW - 1) == MEMBER_GOOD);
	CHECK(state(1, far - STANDING_SKEW) == MEMBER_SUSPENDED);
	CHECK(standing(STANDING_EXPEL, 1, NOW, 0, 2, false) == ERR_OK && state(1, NOW) == MEMBER_EXPELLED);
	fixture_free(f);
}

// One officer ends nobody's suspension: not by a shorter one, not by a later one, not by many.
static void suspensions_add_up(void)
{
	f = fixture_new(2, 3);
	uint64_t until, far = NOW + 365 * 86400u;
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + 48 * HOUR, 1, false) == ERR_OK);
	CHECK(standing(STANDING_SUSPEND, 1, NOW + 1, NOW + 2, 1, false) == ERR_OK && state(1, NOW + 3) == MEMBER_SUSPENDED);
	CHECK(standing(STANDING_SUSPEND, 1, NOW + 9, NOW + 49 * HOUR, 1, false) == ERR_OK);
	CHECK(governance_standing(f->governance, (uint8_t[CARD_ID]){1}, NOW, &until) == MEMBER_SUSPENDED && until == NOW + 49 * HOUR);
	for (unsigned i = 1; i < SUSPENSIONS_MAX; i++)
		CHECK(standing(STANDING_SUSPEND, 1, far + i * HOUR, far + i * HOUR + 1, 1, false) == ERR_OK);
	CHECK(standing(STANDING_SUSPEND, 1, far + 99 * HOUR, far + 100 * HOUR, 1, false) == ERR_LIMIT);
	CHECK(state(1, NOW + 3) == MEMBER_SUSPENDED && state(1, NOW + 50 * HOUR) == MEMBER_GOOD);
	CHECK(state(1, far + HOUR) == MEMBER_SUSPENDED);
	CHECK(standing(STANDING_SUSPEND, 1, far + 99 * HOUR, far + 100 * HOUR, 1, true) == ERR_OK); // held apart from these
	CHECK(state(1, far + 99 * HOUR) == MEMBER_SUSPENDED);
	CHECK(standing(STANDING_RESTORE, 1, far + 99 * HOUR, 0, 2, false) == ERR_OK);
	CHECK(state(1, NOW + 3) == MEMBER_GOOD && state(1, far + HOUR) == MEMBER_GOOD && state(1, far + 99 * HOUR) == MEMBER_GOOD);
	CHECK(standing(STANDING_SUSPEND, 1, far + 100 * HOUR, far + 101 * HOUR, 1, false) == ERR_OK); // room again
	fixture_free(f);
}

static void held(void)
{
	f = fixture_new(2, 3);
	struct why why;
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, true) == ERR_OK && state(1, NOW) == MEMBER_SUSPENDED);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, true) == ERR_OK); // received twice
	CHECK(standing(STANDING_SUSPEND, 1, NOW - 9, NOW + 1, 1, true) == ERR_DENIED);
	CHECK(standing(STANDING_RESTORE, 1, NOW + 9, 0, 2, true) == ERR_DENIED);
	CHECK(standing(STANDING_EXPEL, 1, NOW + 9, 0, 1, true) == ERR_DENIED);
	CHECK(standing(STANDING_SUSPEND, 1, NOW - 5, NOW + 1, 1, false) == ERR_OK); // the ledger's own order
	CHECK(state(1, NOW + 2) == MEMBER_SUSPENDED);                             // and what is held holds
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, false) == ERR_OK);  // the same, in the ledger
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, true) == ERR_OK);   // received late
	CHECK(standing(STANDING_RESTORE, 1, NOW + 9, 0, 2, false) == ERR_OK && state(1, NOW + 9) == MEMBER_GOOD);
	CHECK(standing(STANDING_SUSPEND, 1, NOW, NOW + HOUR, 1, true) == ERR_DENIED); // too late
	CHECK(standing(STANDING_EXPEL, 2, NOW, 0, 2, true) == ERR_OK && state(2, NOW) == MEMBER_EXPELLED);
	CHECK(standing(STANDING_SUSPEND, 2, NOW + 1, NOW + 2, 1, true) == ERR_DENIED);
	CHECK(standing(STANDING_RESTORE, 2, NOW + 5, 0, 2, false) == ERR_OK && state(2, NOW + 6) == MEMBER_EXPELLED);
	CHECK(standing(STANDING_EXPEL, 2, NOW, 0, 2, false) == ERR_OK && state(2, NOW) == MEMBER_EXPELLED);
	CHECK(governance_hold(f->governance, buf_slice(&f->leaf[1]), &why) == ERR_DENIED); // a quarter key
	CHECK(governance_hold(f->governance, slice_of("\x05", 1), &why) == ERR_INPUT);
	fixture_free(f);
}

static void lists_teams_ceremonies(void)
{
	f = fixture_new(2, 3);
	struct why why;
	struct buf b = body_new();
	CHECK(governance_common_list(f->governance) == NULL && governance_ceremony(f->governance) == NULL);
	static const struct {
		uint16_t version;
		uint64_t officers;
		enum err want;
	} lists[] = {{2, 0xe, ERR_DENIED}, {1, 0x2, ERR_DENIED}, {1, 0x6, ERR_OK}, {1, 0x6, ERR_DENIED}, {2, 0xc, ERR_OK}};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		common_list_encode(&(struct common_list){.version = lists[i].version}, &b);
		CHECK_SAY(apply(DOCUMENT_COMMON_LIST, &b, lists[i].officers, 0, &why) == lists[i].want, "list %zu", i);
	}
	CHECK(governance_common_list(f->governance)->version == 2);
	static const struct {
		uint16_t id;
		uint64_t officers;
		enum err want;
	} teams[] = {{2, 0xe, ERR_EXISTS}, {9, 0x8, ERR_DENIED}, {9, 0xa, ERR_OK}, {9, 0xa, ERR_EXISTS}};
	for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) {
		team_encode(&(struct team){.id = teams[i].id, .kind = TEAM_AUTHORITY, .name = "Bank", .country = "PT"}, &b);
		CHECK_SAY(apply(DOCUMENT_TEAM, &b, teams[i].officers, 0, &why) == teams[i].want, "team %zu", i);
	}
	const struct team *list[4] = {NULL};
	CHECK(governance_teams(f->governance, list, 4) == 4 && list[3]->id == 9);
	static const struct {
		uint16_t epoch;
		uint64_t issued, officers;
		enum err want;
	} orders[] = {
		{1, 5, 0xe, ERR_DENIED}, {3, 5, 0xe, ERR_DENIED}, {2, 5, 0x2, ERR_DENIED},
		{2, 5, 0x6, ERR_OK},     {2, 5, 0x6, ERR_DENIED}, {2, 6, 0x6, ERR_OK}, // again, after a ceremony that failed
	};
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		ceremony_order_encode(&(struct ceremony_order){.epoch = orders[i].epoch, .issued = orders[i].issued}, &b);
		CHECK_SAY(apply(DOCUMENT_CEREMONY, &b, orders[i].officers, 0, &why) == orders[i].want, "order %zu", i);
	}
	CHECK(governance_ceremony(f->governance)->issued == 6);
	static const struct {
		uint8_t seat;
		uint64_t issued, officers;
		enum err want;
	} resumes[] = {
		{2, 5, 0x2, ERR_DENIED}, {2, 5, 0x4, ERR_OK}, {2, 5, 0x4, ERR_DENIED}, {2, 6, 0x4, ERR_OK}, {9, 6, 0xe, ERR_DENIED},
	};
	for (size_t i = 0; i < sizeof resumes / sizeof *resumes; i++) {
		resume_encode(&(struct resume){.seat = resumes[i].seat, .issued = resumes[i].issued}, &b);
		CHECK_SAY(apply(DOCUMENT_RESUME, &b, resumes[i].officers, 0, &why) == resumes[i].want, "resume %zu", i);
	}
	CHECK(governance_resumed(f->governance, 2) == 6 && governance_resumed(f->governance, 1) == 0);
	CHECK(governance_resumed(f->governance, 0) == 0 && governance_resumed(f->governance, 33) == 0);
	fixture_free(f);
}

static void accreditations(void)
{
	f = fixture_new(2, 3);
	static const struct {
		uint8_t root;
		uint32_t count;
		uint64_t officers;
		enum err want;
	} rows[] = {
		{1, 5, 0x2, ERR_DENIED}, {1, 5, 0x6, ERR_OK}, {1, 5, 0xc, ERR_OK}, {1, 6, 0xe, ERR_EXISTS}, {2, 0, 0xe, ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = body_new();
		struct why why;
		accreditation_encode(&(struct accreditation){.root = {rows[i].root}, .count = rows[i].count, .issued = 1}, &b);
		CHECK_SAY(apply(DOCUMENT_ACCREDITATION, &b, rows[i].officers, 0, &why) == rows[i].want, "row %zu", i);
	}
	CHECK(governance_batch(f->governance, (uint8_t[32]){1})->count == 5);
	CHECK(governance_batch(f->governance, (uint8_t[32]){2}) == NULL);
	fixture_free(f);
}

// Another process that reads the same ledger comes to the same state; activity leaves change nothing; unknown ones are refused.
static void replay(void)
{
	f = fixture_new(5, 7);
	struct governance *g = governance_new();
	uint8_t a[32], b[32];
	struct why why = {""};
	for (unsigned i = 0; i < f->leaves; i++)
		CHECK_SAY(governance_apply(g, i, buf_slice(&f->leaf[i]), &why) == ERR_OK, "%s", why.text);
	CHECK(governance_committee(g, f->quarter, a, &why) == ERR_OK);
	CHECK(governance_committee(f->governance, f->quarter, b, &why) == ERR_OK);
	CHECK_BYTES(a, b, 32);
	CHECK(governance_apply(g, 100, slice_of("\x40whatever", 9), &why) == ERR_OK);
	CHECK(governance_apply(g, 101, slice_of("\x7f", 1), &why) == ERR_OK);
	CHECK(governance_apply(g, 102, slice_of("\x3f", 1), &why) == ERR_INPUT);
	CHECK(governance_apply(g, 103, slice_of("\x80", 1), &why) == ERR_INPUT);
	CHECK(governance_apply(g, 104, slice_of("", 0), &why) == ERR_INPUT);
	governance_free(g);
	fixture_free(f);
}

// Charters up to the maximum, each by its predecessor's officer; then one too many.
static void many_charters(void)
{
	f = fixture_new(1, 1);
	struct why why = {""};
	for (unsigned i = 2; i <= GOVERNANCE_CHARTERS_MAX + 1; i++) {
		struct charter c;
		struct buf b = body_new(), leaf = body_new();
		prepare_next(&c);
		charter_encode(&c, &b);
		fixture_sign(f, DOCUMENT_CHARTER, buf_slice(&b), 2, 0, &leaf);
		enum err want = i <= GOVERNANCE_CHARTERS_MAX ? ERR_OK : ERR_LIMIT;
		CHECK_SAY(governance_apply(f->governance, 1000 + i, buf_slice(&leaf), &why) == want, "charter %u: %s", i, why.text);
		buf_free(&b);
		buf_free(&leaf);
	}
	fixture_free(f);
}

// Many batches: every one is found again. (Signatures are what takes the time here.)
static void many(void)
{
	f = fixture_new(1, 1);
	struct why why;
	for (uint32_t i = 1; i <= 1000; i++) {
		struct accreditation a = {.count = i, .issued = 1};
		uint8_t number[4] = {i >> 24, i >> 16 & 0xff, i >> 8 & 0xff, i & 0xff};
		struct buf b = body_new(), leaf = body_new();
		sha256(slice_of(number, sizeof number), a.root);
		accreditation_encode(&a, &b);
		fixture_sign(f, DOCUMENT_ACCREDITATION, buf_slice(&b), 2, 0, &leaf);
		CHECK(governance_apply(f->governance, 1000 + i, buf_slice(&leaf), &why) == ERR_OK);
		buf_free(&b);
		buf_free(&leaf);
	}
	for (uint32_t i = 1; i <= 1001; i++) {
		uint8_t root[32], number[4] = {i >> 24, i >> 16 & 0xff, i >> 8 & 0xff, i & 0xff};
		sha256(slice_of(number, sizeof number), root);
		const struct accreditation *a = governance_batch(f->governance, root);
		CHECK(i <= 1000 ? a != NULL && a->count == i : a == NULL);
	}
	fixture_free(f);
}

const struct test tests[] = {
	{"first charter", first_charter},
	{"later charter", later_charter},
	{"new committee", new_committee},
	{"quarter keys", quarter_keys},
	{"committee bytes", committee_bytes},
	{"token keys", token_keys},
	{"standings", standings},
	{"future suspension", future_suspension},
	{"suspensions add up", suspensions_add_up},
	{"held", held},
	{"lists, teams, ceremonies", lists_teams_ceremonies},
	{"accreditations", accreditations},
	{"replay", replay},
	{"many charters", many_charters},
	{"many", many},
	{NULL, NULL},
};
