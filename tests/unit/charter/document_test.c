#include "charter/document.h"

#include "fixture.h"
#include "test.h"

static struct fixture *f;

static struct buf leaf_of(enum document_type type, struct slice body, uint64_t officers, uint64_t keepers)
{
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	fixture_sign(f, type, body, officers, keepers, &b);
	return b;
}

static void kinds(void)
{
	CHECK_TEXT(document_kind(DOCUMENT_CHARTER), "charter");
	CHECK_TEXT(document_kind(DOCUMENT_TOKEN_KEY), "token-key");
	CHECK_TEXT(document_kind(DOCUMENT_RESUME), "resume");
	CHECK(document_kind(0) == NULL && document_kind(0x0a) == NULL && document_kind(0x40) == NULL);
}

static void round_trip(void)
{
	f = fixture_new(5, 7);
	struct buf b = leaf_of(DOCUMENT_TEAM, SLICE_LITERAL("any body"), fixture_seats(5), fixture_seats(7)), again;
	struct document d;
	struct why why = {""};
	uint64_t officers = 0, keepers = 0;
	REQUIRE(document_decode(buf_slice(&b), &d, &why) == ERR_OK);
	CHECK(d.type == DOCUMENT_TEAM && slice_is_text(d.body, "any body") && d.signatures == 12);
	CHECK_SAY(document_verify(&d, &f->charter, &officers, &keepers, &why) == ERR_OK, "%s", why.text);
	CHECK(officers == fixture_seats(5) && keepers == fixture_seats(7));
	buf_init(&again, DOCUMENT_MAX);
	document_encode(&d, &again);
	CHECK(slice_equal(buf_slice(&b), buf_slice(&again)));
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(document_decode(slice_of(b.p, n), &d, &why) == ERR_INPUT, "%zu bytes", n);
	buf_put_u8(&b, 0);
	CHECK(document_decode(buf_slice(&b), &d, &why) == ERR_INPUT);
	buf_free(&b);
	buf_free(&again);
	fixture_free(f);
}

// Every flipped bit of a signed document makes it unreadable or false.
static void forged(void)
{
	f = fixture_new(2, 3);
	struct buf b = leaf_of(DOCUMENT_TEAM, SLICE_LITERAL("any body"), fixture_seats(2), fixture_seats(1));
	for (size_t i = 0; i < b.n; i++) {
		struct document d;
		struct why why;
		uint64_t officers, keepers;
		b.p[i] ^= 4;
		CHECK_SAY(document_decode(buf_slice(&b), &d, &why) != ERR_OK ||
		          document_verify(&d, &f->charter, &officers, &keepers, &why) == ERR_AUTH, "byte %zu", i);
		b.p[i] ^= 4;
	}
	buf_free(&b);
	fixture_free(f);
}

// Bytes: type, length 0, count, then signatures of (by, seat) with 64 bytes each.
static void bad_signers(void)
{
	static const struct {
		uint8_t type, count;
		struct {
			uint8_t by, seat;
		} signer[3];
		enum err want;
	} rows[] = {
		{DOCUMENT_TEAM, 0, {{0}}, ERR_OK},
		{DOCUMENT_TEAM, 2, {{1, 1}, {2, 1}}, ERR_OK},
		{DOCUMENT_TEAM, 3, {{1, 1}, {1, 32}, {2, 32}}, ERR_OK},
		{DOCUMENT_TEAM, 2, {{1, 1}, {1, 1}}, ERR_INPUT},
		{DOCUMENT_TEAM, 2, {{1, 2}, {1, 1}}, ERR_INPUT},
		{DOCUMENT_TEAM, 2, {{2, 1}, {1, 1}}, ERR_INPUT},
		{DOCUMENT_TEAM, 1, {{0, 1}}, ERR_INPUT},
		{DOCUMENT_TEAM, 1, {{3, 1}}, ERR_INPUT},
		{DOCUMENT_TEAM, 1, {{1, 0}}, ERR_INPUT},
		{DOCUMENT_TEAM, 1, {{1, 33}}, ERR_INPUT},
		{DOCUMENT_TEAM, 65, {{1, 1}}, ERR_LIMIT},
		{0, 0, {{0}}, ERR_INPUT},
		{0x0a, 0, {{0}}, ERR_INPUT},
		{0x40, 0, {{0}}, ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct document d;
		struct why why;
		buf_init(&b, DOCUMENT_MAX);
		buf_put_u8(&b, rows[i].type);
		buf_put_u16(&b, 0);
		buf_put_u8(&b, rows[i].count);
		for (unsigned k = 0; k < rows[i].count && k < 3; k++) {
			buf_put_u8(&b, rows[i].signer[k].by);
			buf_put_u8(&b, rows[i].signer[k].seat);
			buf_put_zeros(&b, SIGN_BYTES);
		}
		CHECK_SAY(document_decode(buf_slice(&b), &d, &why) == rows[i].want, "row %zu", i);
		buf_free(&b);
	}
}

static void sign_and_merge(void)
{
	f = fixture_new(2, 3);
	struct why why;
	struct slice body = SLICE_LITERAL("body");
	struct document a = {.type = DOCUMENT_TEAM, .body = body}, b = a, other = {.type = DOCUMENT_RESUME, .body = body};
	uint64_t officers, keepers;
	CHECK(document_sign(&a, SIGNER_OFFICER, 3, f->seat[2].officer, f->origin, &why) == ERR_OK);
	CHECK(document_sign(&a, SIGNER_OFFICER, 1, f->seat[0].officer, f->origin, &why) == ERR_OK);
	CHECK(document_sign(&a, SIGNER_OFFICER, 3, f->seat[2].officer, f->origin, &why) == ERR_OK); // replaces
	CHECK(a.signatures == 2 && a.signature[0].seat == 1 && a.signature[1].seat == 3);
	CHECK(document_sign(&b, SIGNER_KEEPER, 2, f->seat[1].identity, f->origin, &why) == ERR_OK);
	CHECK(document_sign(&b, SIGNER_OFFICER, 1, f->seat[0].officer, f->origin, &why) == ERR_OK);
	CHECK(document_merge(&a, &b, &why) == ERR_OK && a.signatures == 3);
	CHECK(document_verify(&a, &f->charter, &officers, &keepers, &why) == ERR_OK && officers == 10 && keepers == 4);
	CHECK(document_merge(&a, &other, &why) == ERR_INPUT);
	other = (struct document){.type = DOCUMENT_TEAM, .body = SLICE_LITERAL("bodY")};
	CHECK(document_merge(&a, &other, &why) == ERR_INPUT);
	CHECK(document_sign(&a, SIGNER_OFFICER, 0, f->seat[0].officer, f->origin, &why) == ERR_INPUT);
	CHECK(document_sign(&a, SIGNER_OFFICER, 33, f->seat[0].officer, f->origin, &why) == ERR_INPUT);
	CHECK(document_sign(&a, 3, 1, f->seat[0].officer, f->origin, &why) == ERR_INPUT);
	fixture_free(f);
}

// Signatures of another seat, role, type, platform, or of a seat that is none.
static void wrong_signatures(void)
{
	f = fixture_new(2, 3);
	static const struct {
		unsigned key; // whose officer key (from 0)
		enum signer by;
		uint8_t seat;
		enum document_type signed_as;
		const char *origin;
		const char *says;
	} rows[] = {
		{0, SIGNER_OFFICER, 2, DOCUMENT_TEAM, "fixture.example/ledger", "seat 2's officer"},
		{0, SIGNER_KEEPER, 1, DOCUMENT_TEAM, "fixture.example/ledger", "seat 1's keeper"},
		{0, SIGNER_OFFICER, 1, DOCUMENT_RESUME, "fixture.example/ledger", "seat 1's officer"},
		{0, SIGNER_OFFICER, 1, DOCUMENT_TEAM, "fixture.example/other", "seat 1's officer"},
		{0, SIGNER_OFFICER, 4, DOCUMENT_TEAM, "fixture.example/ledger", "none of 3"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct document d = {.type = rows[i].signed_as, .body = SLICE_LITERAL("body")};
		struct why why = {""};
		uint64_t officers = 99, keepers = 99;
		const uint8_t *sk = f->seat[rows[i].key].officer;
		CHECK(document_sign(&d, rows[i].by, rows[i].seat, sk, slice_text(rows[i].origin), &why) == ERR_OK);
		d.type = DOCUMENT_TEAM;
		CHECK_SAY(document_verify(&d, &f->charter, &officers, &keepers, &why) == ERR_AUTH, "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		CHECK(officers == 99 && keepers == 99);
	}
	fixture_free(f);
}

// Bodies: each row spoils one range of bytes of a good one.

static bool decodes(enum document_type type, struct slice body, struct why *why)
{
	union {
		struct quarter_key quarter;
		struct token_key token;
		struct accreditation accreditation;
		struct standing standing;
		struct common_list list;
		struct team team;
		struct ceremony_order order;
		struct resume resume;
	} to;
	switch (type) {
	case DOCUMENT_QUARTER_KEY: return quarter_key_decode(body, &to.quarter, why) == ERR_OK;
	case DOCUMENT_TOKEN_KEY: return token_key_decode(body, &to.token, why) == ERR_OK;
	case DOCUMENT_ACCREDITATION: return accreditation_decode(body, &to.accreditation, why) == ERR_OK;
	case DOCUMENT_STANDING: return standing_decode(body, &to.standing, why) == ERR_OK;
	case DOCUMENT_COMMON_LIST: return common_list_decode(body, &to.list, why) == ERR_OK;
	case DOCUMENT_TEAM: return team_decode(body, &to.team, why) == ERR_OK;
	case DOCUMENT_CEREMONY: return ceremony_order_decode(body, &to.order, why) == ERR_OK;
	case DOCUMENT_RESUME: return resume_decode(body, &to.resume, why) == ERR_OK;
	default: return false;
	}
}

static struct buf good_body(enum document_type type)
{
	struct standing suspension = {.action = STANDING_SUSPEND, .issued = 5, .until = 5 + SUSPENSION_MAX};
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	switch (type) {
	case DOCUMENT_QUARTER_KEY: quarter_key_encode(governance_quarter_key(f->governance, 2, f->quarter), &b); break;
	case DOCUMENT_TOKEN_KEY: token_key_encode(governance_token_key(f->governance, 1, 0), &b); break;
	case DOCUMENT_ACCREDITATION: accreditation_encode(&(struct accreditation){.count = 3, .issued = 5}, &b); break;
	case DOCUMENT_STANDING: standing_encode(&suspension, &b); break;
	case DOCUMENT_COMMON_LIST: common_list_encode(&(struct common_list){.version = 1}, &b); break;
	case DOCUMENT_TEAM: team_encode(&f->charter.team[1], &b); break;
	case DOCUMENT_CEREMONY: ceremony_order_encode(&(struct ceremony_order){.epoch = 2, .issued = 5}, &b); break;
	default: resume_encode(&(struct resume){.seat = 1, .issued = 5}, &b); break;
	}
	CHECK(buf_status(&b) == ERR_OK);
	return b;
}

static void bodies_cut_short(void)
{
	f = fixture_new(2, 3);
	for (enum document_type type = DOCUMENT_QUARTER_KEY; type <= DOCUMENT_RESUME; type++) {
		struct buf b = good_body(type);
		struct why why = {""};
		CHECK_SAY(decodes(type, buf_slice(&b), &why), "%s: %s", document_kind(type), why.text);
		for (size_t n = 0; n < b.n; n++)
			CHECK_SAY(!decodes(type, slice_of(b.p, n), &why), "%s at %zu", document_kind(type), n);
		buf_put_u8(&b, 0);
		CHECK_SAY(!decodes(type, buf_slice(&b), &why), "%s and a byte", document_kind(type));
		buf_free(&b);
	}
	fixture_free(f);
}

#define IDENTITY "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" // 32 bytes with the NUL

static void bodies_refused(void)
{
	static const struct {
		enum document_type type;
		size_t at, n;
		const char *bytes;
		const char *says;
	} rows[] = {
		{DOCUMENT_QUARTER_KEY, 0, 1, "\x00", "seat 0"},
		{DOCUMENT_QUARTER_KEY, 0, 1, "\x21", "seat 33"},
		{DOCUMENT_QUARTER_KEY, 1, 2, "\x04\x00", "quarter 2226Q1"},
		{DOCUMENT_TOKEN_KEY, 0, 1, "\x04", "class 4"},
		{DOCUMENT_TOKEN_KEY, 1, 2, "\x00\x00", "epoch 0"},
		{DOCUMENT_TOKEN_KEY, 1, 2, "\x00\xfb", "epoch 251"},
		{DOCUMENT_TOKEN_KEY, 3, 1, "\x01", "threshold 1 of 3"},
		{DOCUMENT_TOKEN_KEY, 3, 1, "\x04", "threshold 4 of 3"},
		{DOCUMENT_TOKEN_KEY, 3, 2, "\x00\x00", "threshold 0 of 0"},
		{DOCUMENT_TOKEN_KEY, 3, 2, "\x21\x21", "threshold 33 of 33"},
		{DOCUMENT_TOKEN_KEY, 5, 32, IDENTITY, "the group's key"},
		{DOCUMENT_TOKEN_KEY, 36, 1, "\xff", "the group's key"},
		{DOCUMENT_TOKEN_KEY, 68, 1, "\xff", "public share (seat 1)"},
		{DOCUMENT_TOKEN_KEY, 101, 32, IDENTITY, "public share (seat 3)"},
		{DOCUMENT_ACCREDITATION, 32, 4, "\0\0\0\0", "nobody"},
		{DOCUMENT_ACCREDITATION, 36, 8, "\0\0\0\0\0\0\0\0", "date"},
		{DOCUMENT_ACCREDITATION, 36, 1, "\x80", "date"},
		{DOCUMENT_STANDING, 0, 1, "\x00", "action 0"},
		{DOCUMENT_STANDING, 0, 1, "\x04", "action 4"},
		{DOCUMENT_STANDING, 0, 1, "\x02", "only a suspension"},
		{DOCUMENT_STANDING, 0, 1, "\x03", "only a suspension"},
		{DOCUMENT_STANDING, 40, 1, "\x04", "72 hours"}, // issued one second earlier
		{DOCUMENT_STANDING, 41, 8, "\0\0\0\0\0\0\0\5", "72 hours"},
		{DOCUMENT_STANDING, 41, 8, "\0\0\0\0\0\0\0\0", "72 hours"},
		{DOCUMENT_STANDING, 41, 1, "\x80", "72 hours"},
		{DOCUMENT_COMMON_LIST, 0, 2, "\0\0", "version 0"},
		{DOCUMENT_TEAM, 0, 2, "\0\0", "number 0"},
		{DOCUMENT_TEAM, 2, 1, "\0", "kind 0"},
		{DOCUMENT_TEAM, 2, 1, "\1", "country PT"},
		{DOCUMENT_TEAM, 4, 1, "\xff", "UTF-8"},
		{DOCUMENT_TEAM, 4, 1, "\x1b", "control"},
		{DOCUMENT_CEREMONY, 16, 2, "\0\0", "epoch 0"},
		{DOCUMENT_CEREMONY, 18, 8, "\0\0\0\0\0\0\0\0", "date"},
		{DOCUMENT_RESUME, 0, 1, "\0", "seat 0"},
		{DOCUMENT_RESUME, 1, 8, "\0\0\0\0\0\0\0\0", "date"},
	};
	f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = good_body(rows[i].type);
		struct why why = {""};
		memcpy(b.p + rows[i].at, rows[i].bytes, rows[i].n);
		CHECK_SAY(!decodes(rows[i].type, buf_slice(&b), &why), "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu wants \"%s\", says \"%s\"", i, rows[i].says, why.text);
		buf_free(&b);
	}
	fixture_free(f);
}

static void dates(void)
{
	struct standing st = {.action = STANDING_EXPEL, .issued = 1000000};
	struct common_list list = {.version = 1};
	struct document d = {.type = DOCUMENT_STANDING};
	struct buf body;
	struct why why;
	buf_init(&body, DOCUMENT_MAX);
	standing_encode(&st, &body);
	d.body = buf_slice(&body);
	CHECK(document_check_date(&d, 1000000, &why) == ERR_OK);
	CHECK(document_check_date(&d, 1000000 - DOCUMENT_AHEAD_MAX, &why) == ERR_OK);
	CHECK(document_check_date(&d, 1000000 - DOCUMENT_AHEAD_MAX - 1, &why) == ERR_DENIED);
	CHECK_TEXT(why.text, "standing: dated 1970-01-12T13:46:40Z, more than 300 seconds in the future");
	d.body.n--;
	CHECK(document_check_date(&d, 1000000, &why) == ERR_INPUT);
	buf_clear(&body);
	common_list_encode(&list, &body);
	d = (struct document){.type = DOCUMENT_COMMON_LIST, .body = buf_slice(&body)};
	CHECK(document_check_date(&d, 0, &why) == ERR_OK);
	buf_free(&body);
}

const struct test tests[] = {
	{"dates", dates},
	{"kinds", kinds},
	{"round trip", round_trip},
	{"forged", forged},
	{"bad signers", bad_signers},
	{"sign and merge", sign_and_merge},
	{"wrong signatures", wrong_signatures},
	{"bodies cut short", bodies_cut_short},
	{"bodies refused", bodies_refused},
	{NULL, NULL},
};
