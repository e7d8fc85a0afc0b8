#include "member/ask.h"

#include "fixture.h"
#include "test.h"

static struct fixture *f;

static struct buf member_ask(enum fixture_who who, uint8_t to, uint64_t now)
{
	struct buf b;
	struct ask a = {.by = ASKER_MEMBER, .to = to, .nonce = {7}, .body = SLICE_LITERAL("what?")};
	a.credential = f->member[who].credential;
	buf_init(&b, ASK_BODY_MAX + ASK_OVERHEAD_MAX);
	ask_encode(&a, "file", f->member[who].signing, f->origin, now, &b);
	CHECK(buf_status(&b) == ERR_OK && a.time == now);
	return b;
}

static struct buf keeper_ask(uint8_t seat, const uint8_t *sk)
{
	struct buf b;
	struct ask a = {.by = ASKER_KEEPER, .to = ASK_TO_HUB, .seat = seat, .body = SLICE_LITERAL("")};
	buf_init(&b, ASK_OVERHEAD_MAX);
	ask_encode(&a, "file", sk, f->origin, FIXTURE_NOW, &b);
	CHECK(buf_status(&b) == ERR_OK);
	return b;
}

static void round_trip(void)
{
	f = fixture_new(2, 3);
	struct buf b = member_ask(FIXTURE_ANALYST, 2, FIXTURE_NOW);
	struct ask a;
	struct why why = {""};
	REQUIRE(ask_decode(buf_slice(&b), &a, &why) == ERR_OK);
	CHECK(a.by == ASKER_MEMBER && a.to == 2 && a.nonce[0] == 7 && a.time == FIXTURE_NOW && slice_is_text(a.body, "what?"));
	CHECK(a.signed_part.n == b.n - SIGN_BYTES && memcmp(a.credential.item.card, f->member[FIXTURE_ANALYST].id, CARD_ID) == 0);
	CHECK_SAY(ask_check(&a, "file", 2, ROLE_ANALYSE, f->governance, FIXTURE_NOW, &why) == ERR_OK, "%s", why.text);
	buf_free(&b);
	b = keeper_ask(3, f->seat[2].identity);
	REQUIRE(ask_decode(buf_slice(&b), &a, &why) == ERR_OK);
	CHECK(a.by == ASKER_KEEPER && a.seat == 3 && a.body.n == 0);
	CHECK_SAY(ask_check(&a, "file", ASK_TO_HUB, 0, f->governance, FIXTURE_NOW, &why) == ERR_OK, "%s", why.text);
	buf_free(&b);
	fixture_free(f);
}

static void cut_and_flipped(void)
{
	f = fixture_new(2, 3);
	struct buf asks[] = {member_ask(FIXTURE_ANALYST, 0, FIXTURE_NOW), keeper_ask(1, f->seat[0].identity)};
	for (size_t k = 0; k < 2; k++) {
		struct buf *b = &asks[k];
		struct ask a;
		struct why why;
		for (size_t n = 0; n < b->n; n++)
			CHECK_SAY(ask_decode(slice_of(b->p, n), &a, &why) == ERR_INPUT, "%zu bytes", n);
		for (size_t i = 0; i < b->n; i++) {
			b->p[i] ^= 1;
			CHECK_SAY(ask_decode(buf_slice(b), &a, &why) != ERR_OK ||
			          ask_check(&a, "file", a.to, 0, f->governance, FIXTURE_NOW, &why) != ERR_OK, "byte %zu", i);
			b->p[i] ^= 1;
		}
		buf_put_u8(b, 0);
		CHECK(ask_decode(buf_slice(b), &a, &why) == ERR_INPUT);
		buf_free(b);
	}
	fixture_free(f);
}

static void checks(void)
{
	static const struct {
		enum fixture_who who;
		const char *verb;
		uint8_t to;
		uint16_t roles;
		int after;
		enum err want;
		const char *says;
	} rows[] = {
		{FIXTURE_REPORTER, "file", 2, ROLE_FILE, 0, ERR_OK, ""},
		{FIXTURE_REPORTER, "file", 2, ROLE_FILE, ASK_AGE_MAX, ERR_OK, ""},
		{FIXTURE_REPORTER, "file", 2, ROLE_FILE, -ASK_AGE_MAX, ERR_OK, ""},
		{FIXTURE_REPORTER, "file", 2, ROLE_FILE, ASK_AGE_MAX + 1, ERR_DENIED, "301 seconds old"},
		{FIXTURE_REPORTER, "file", 2, ROLE_FILE, -ASK_AGE_MAX - 1, ERR_DENIED, "in the future"},
		{FIXTURE_REPORTER, "evaluate", 2, ROLE_FILE, 0, ERR_AUTH, "ask/evaluate"},
		{FIXTURE_REPORTER, "file", 1, ROLE_FILE, 0, ERR_DENIED, "addressed to 2"},
		{FIXTURE_REPORTER, "file", ASK_TO_HUB, ROLE_FILE, 0, ERR_DENIED, "addressed to 2"},
		{FIXTURE_REPORTER, "file", 2, ROLE_ANALYSE, 0, ERR_DENIED, "not accredited"},
		{FIXTURE_SECOND_REPORTER, "file", 2, ROLE_FILE, 0, ERR_DENIED, "suspended until"},
		{FIXTURE_INSPECTOR, "file", 2, ROLE_INSPECT, 0, ERR_DENIED, "expelled"},
	};
	f = fixture_new(2, 3);
	fixture_stand(f, FIXTURE_SECOND_REPORTER, STANDING_SUSPEND, FIXTURE_NOW, FIXTURE_NOW + 3600);
	fixture_stand(f, FIXTURE_INSPECTOR, STANDING_EXPEL, FIXTURE_NOW, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = member_ask(rows[i].who, 2, FIXTURE_NOW);
		struct ask a;
		struct why why = {""};
		REQUIRE(ask_decode(buf_slice(&b), &a, &why) == ERR_OK);
		uint64_t now = (uint64_t)FIXTURE_NOW + (uint64_t)(int64_t)rows[i].after;
		enum err e = ask_check(&a, rows[i].verb, rows[i].to, rows[i].roles, f->governance, now, &why);
		CHECK_SAY(e == rows[i].want && strstr(why.text, rows[i].says) != NULL, "row %zu: %s %s", i, err_name(e), why.text);
		buf_free(&b);
	}
	fixture_free(f);
}

// Another's credential, another platform, another keeper's or no keeper's key, no charter.
static void strangers(void)
{
	f = fixture_new(2, 3);
	struct ask a = {.by = ASKER_MEMBER, .credential = f->member[FIXTURE_ANALYST].credential}, got;
	struct why why;
	struct buf b;
	buf_init(&b, ASK_OVERHEAD_MAX);
	ask_encode(&a, "file", f->member[FIXTURE_REPORTER].signing, f->origin, FIXTURE_NOW, &b);
	CHECK(ask_decode(buf_slice(&b), &got, &why) == ERR_OK);
	CHECK(ask_check(&got, "file", 0, 0, f->governance, FIXTURE_NOW, &why) == ERR_AUTH);
	buf_clear(&b);
	ask_encode(&a, "file", f->member[FIXTURE_ANALYST].signing, slice_text("elsewhere"), FIXTURE_NOW, &b);
	CHECK(ask_decode(buf_slice(&b), &got, &why) == ERR_OK);
	CHECK(ask_check(&got, "file", 0, 0, f->governance, FIXTURE_NOW, &why) == ERR_AUTH);
	buf_free(&b);
	static const struct {
		uint8_t seat;
		unsigned key;
		enum err want;
	} rows[] = {{2, 0, ERR_AUTH}, {0, 0, ERR_DENIED}, {4, 3, ERR_DENIED}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		b = keeper_ask(rows[i].seat, f->seat[rows[i].key % 3].identity);
		CHECK(ask_decode(buf_slice(&b), &got, &why) == ERR_OK);
		CHECK_SAY(ask_check(&got, "file", 0, 0, f->governance, FIXTURE_NOW, &why) == rows[i].want, "row %zu", i);
		buf_free(&b);
	}
	b = member_ask(FIXTURE_ANALYST, 0, FIXTURE_NOW);
	struct governance *empty = governance_new();
	CHECK(ask_decode(buf_slice(&b), &got, &why) == ERR_OK && ask_check(&got, "file", 0, 0, empty, FIXTURE_NOW, &why) == ERR_AWAY);
	governance_free(empty);
	buf_free(&b);
	fixture_free(f);
}

// A body that does not fit leaves the error in the buffer; one over the maximum is refused when read.
static void too_big(void)
{
	f = fixture_new(1, 1);
	struct ask a = {.by = ASKER_KEEPER, .seat = 1};
	struct why why;
	struct buf b;
	uint8_t *big = calloc(1, ASK_BODY_MAX + 1);
	REQUIRE(big != NULL);
	a.body = slice_of(big, ASK_BODY_MAX + 1);
	buf_init(&b, 1024);
	ask_encode(&a, "file", f->seat[0].identity, f->origin, FIXTURE_NOW, &b);
	CHECK(buf_status(&b) == ERR_LIMIT);
	buf_free(&b);
	buf_init(&b, ASK_BODY_MAX + ASK_OVERHEAD_MAX);
	ask_encode(&a, "file", f->seat[0].identity, f->origin, FIXTURE_NOW, &b);
	CHECK(buf_status(&b) == ERR_OK && ask_decode(buf_slice(&b), &a, &why) == ERR_LIMIT);
	buf_free(&b);
	free(big);
	fixture_free(f);
}

const struct test tests[] = {
	{"round trip", round_trip}, {"cut and flipped", cut_and_flipped}, {"checks", checks},
	{"strangers", strangers},   {"too big", too_big},                 {NULL, NULL},
};
