#include "charter/charter.h"

#include "fixture.h"
#include "test.h"

static struct buf encoded(const struct charter *c)
{
	struct buf b;
	buf_init(&b, CHARTER_MAX);
	charter_encode(c, &b);
	CHECK(buf_status(&b) == ERR_OK);
	return b;
}

static void round_trip(void)
{
	static const struct {
		unsigned t, n;
	} rows[] = {{1, 1}, {2, 2}, {2, 3}, {5, 7}, {7, 7}, {17, 32}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture *f = fixture_new(rows[i].t, rows[i].n);
		struct charter c;
		struct why why = {""};
		f->charter.founders = 2;
		f->charter.founder[1][0] = 7;
		struct buf b = encoded(&f->charter), again;
		CHECK_SAY(charter_decode(buf_slice(&b), &c, &why) == ERR_OK, "%s", why.text);
		again = encoded(&c);
		CHECK(slice_equal(buf_slice(&b), buf_slice(&again)));
		CHECK(c.t == rows[i].t && c.n == rows[i].n && c.founders == 2 && c.policy.retention == f->charter.policy.retention);
		buf_free(&b);
		buf_free(&again);
		fixture_free(f);
	}
}

static void cut_short(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct buf b = encoded(&f->charter);
	struct charter c = {.number = 42};
	struct why why;
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(charter_decode(slice_of(b.p, n), &c, &why) == ERR_INPUT, "%zu bytes", n);
	buf_put_u8(&b, 0);
	CHECK(charter_decode(buf_slice(&b), &c, &why) == ERR_INPUT);
	CHECK(c.number == 42); // untouched by every refusal
	buf_free(&b);
	fixture_free(f);
}

static void number_zero(struct charter *c) { c->number = 0; }
static void number_two(struct charter *c) { c->number = 2; }
static void first_with_previous(struct charter *c) { c->previous[3] = 1; }
static void far_future(struct charter *c) { c->issued = DOCUMENT_TIME_MAX; }
static void no_name(struct charter *c) { c->name[0] = 0; }
static void latin1(struct charter *c) { strcpy(c->name, "S\xe3o"); }
static void newline(struct charter *c) { strcpy(c->name, "a\nb"); }
static void c1_control(struct charter *c) { strcpy(c->name, "a\xc2\x9b" "b"); }
static void origin_space(struct charter *c) { strcpy(c->origin, "a b"); }
static void origin_plus(struct charter *c) { strcpy(c->origin, "a+b"); }
static void no_port(struct charter *c) { strcpy(c->hub_address, "hub.example"); }
static void port_zero(struct charter *c) { strcpy(c->hub_address, "hub.example:0"); }
static void port_big(struct charter *c) { strcpy(c->hub_address, "hub.example:65536"); }
static void no_host(struct charter *c) { strcpy(c->hub_address, ":443"); }
static void host_slash(struct charter *c) { strcpy(c->seats[1].address, "a/b:443"); }
static void half(struct charter *c) { c->t = 1, c->n = 2; }
static void over_all(struct charter *c) { c->t = 4; }
static void nobody(struct charter *c) { c->t = c->n = 0; }
static void lower_country(struct charter *c) { strcpy(c->seats[0].country, "pt"); }
static void no_officer(struct charter *c) { memset(c->seats[2].officer, 0, SIGN_PUBLIC); }
static void same_officer(struct charter *c) { memcpy(c->seats[2].officer, c->seats[0].officer, SIGN_PUBLIC); }
static void two_uses(struct charter *c) { memcpy(c->seats[2].voucher, c->seats[2].witness, SIGN_PUBLIC); }
static void hub_is_ledger(struct charter *c) { memcpy(c->hub_key, c->ledger_key, SIGN_PUBLIC); }
static void ceremony_identity(struct charter *c) { memset(c->seats[1].ceremony, 0, 32); }
static void team_zero(struct charter *c) { c->team[0].id = 0; }
static void team_twice(struct charter *c) { c->team[1].id = c->team[0].id; }
static void team_kind(struct charter *c) { c->team[1].kind = 9; }
static void national_zz(struct charter *c) { strcpy(c->team[1].country, "ZZ"); }
static void international_pt(struct charter *c) { strcpy(c->team[0].country, "PT"); }
static void founder_twice(struct charter *c) { c->founders = 2; }
static void no_retention(struct charter *c) { c->policy.retention = 0; }
static void long_retention(struct charter *c) { c->policy.retention = CHARTER_RETENTION_MAX + 1; }

static void refused(void)
{
	static const struct {
		void (*spoil)(struct charter *c);
		const char *says;
	} rows[] = {
		{number_zero, "number 0"},           {number_two, "number 2"},
		{first_with_previous, "number 1"},   {far_future, "year 9999"},
		{no_name, "name is empty"},          {latin1, "not UTF-8"},
		{newline, "control character"},      {c1_control, "control character"},
		{origin_space, "origin"},            {origin_plus, "origin"},
		{no_port, "host:port"},              {port_zero, "host:port"},
		{port_big, "host:port"},             {no_host, "host:port"},
		{host_slash, "host:port"},           {half, "threshold 1 of 2"},
		{over_all, "threshold 4 of 3"},      {nobody, "threshold 0 of 0"},
		{lower_country, "two letters"},      {no_officer, "officer key (seat 3) is missing"},
		{same_officer, "officer key (seat 3) is also"}, {two_uses, "voucher key (seat 3) is also"},
		{hub_is_ledger, "hub key (seat 0) is also"}, {ceremony_identity, "ceremony key of seat 2"},
		{team_zero, "number 0"},             {team_twice, "is there twice"},
		{team_kind, "kind 9"},               {national_zz, "country ZZ"},
		{international_pt, "country PT"},    {founder_twice, "founder 2"},
		{no_retention, "retention of 0"},    {long_retention, "retention of 401"},
	};
	struct fixture *f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct charter c = f->charter, out;
		struct why why = {""};
		rows[i].spoil(&c);
		struct buf b = encoded(&c);
		CHECK_SAY(charter_decode(buf_slice(&b), &out, &why) == ERR_INPUT, "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu wants \"%s\", says \"%s\"", i, rows[i].says, why.text);
		buf_free(&b);
	}
	fixture_free(f);
}

// A byte that is flipped anywhere either is refused or gives another charter: nothing in the body is ignored.
static void every_byte_counts(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct buf b = encoded(&f->charter);
	for (size_t i = 0; i < b.n; i++) {
		struct charter c;
		struct why why;
		b.p[i] ^= 1;
		if (charter_decode(buf_slice(&b), &c, &why) == ERR_OK) {
			struct buf again = encoded(&c);
			CHECK_SAY(slice_equal(buf_slice(&b), buf_slice(&again)), "byte %zu", i);
			buf_free(&again);
		}
		b.p[i] ^= 1;
	}
	buf_free(&b);
	fixture_free(f);
}

static void addresses(void)
{
	static const char *const good[] = {"hub.example:443", "127.0.0.1:1", "[::1]:8443", "[2001:db8::a]:65535", "a:1"};
	struct fixture *f = fixture_new(1, 1);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct charter c;
		struct why why = {""};
		strcpy(f->charter.hub_address, good[i]);
		struct buf b = encoded(&f->charter);
		CHECK_SAY(charter_decode(buf_slice(&b), &c, &why) == ERR_OK, "%s: %s", good[i], why.text);
		CHECK_TEXT(c.hub_address, good[i]);
		buf_free(&b);
	}
	fixture_free(f);
}

static void lookups(void)
{
	struct fixture *f = fixture_new(2, 3);
	char name[SIGN_ORIGIN_MAX + 16];
	CHECK(charter_seat(&f->charter, 0) == NULL && charter_seat(&f->charter, 4) == NULL);
	CHECK(charter_seat(&f->charter, 3)->index == 3);
	CHECK(charter_team(&f->charter, 99) == NULL && charter_team(&f->charter, 2)->kind == TEAM_NATIONAL);
	charter_witness_name(&f->charter, 3, name);
	CHECK_TEXT(name, "fixture.example/ledger/seat/3");
	fixture_free(f);
}

static void quarters(void)
{
	static const struct {
		uint64_t seconds;
		uint16_t quarter;
	} rows[] = {
		{0, 0},
		{7775999, 0},          // 1970-03-31T23:59:59Z
		{7776000, 1},          // 1970-04-01
		{1767225599, 223},     // 2025-12-31T23:59:59Z
		{1767225600, 224},     // 2026-01-01
		{1709251199, 216},     // 2024-02-29T23:59:59Z
		{1711929599, 216},     // 2024-03-31T23:59:59Z
		{1711929600, 217},
		{UINT64_MAX, 32119},   // the end of year 9999
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(quarter_of(rows[i].seconds) == rows[i].quarter, "row %zu: %u", i, quarter_of(rows[i].seconds));
	CHECK(quarter_start(224) == 1767225600 && quarter_start(0) == 0);
	CHECK(strcmp(quarter_text(0).text, "1970Q1") == 0 && strcmp(quarter_text(UINT16_MAX).text, "18353Q4") == 0);
	for (uint16_t q = 0; q <= QUARTER_MAX; q++)
		CHECK(quarter_of(quarter_start(q)) == q && (q == 0 || quarter_of(quarter_start(q) - 1) == q - 1));
	uint16_t named = 0;
	CHECK(quarter_named(slice_text("2026Q3"), &named) && named == 226);
	for (unsigned q = 0; q <= QUARTER_MAX; q++)
		CHECK(quarter_named(slice_text(quarter_text((uint16_t)q).text), &named) && named == q);
	static const char *const refused[] = {"", "2026", "2026Q", "2026Q0", "2026Q5", "2026q3", "1969Q4", "12026Q3", "+226Q3", " 026Q3", "2026Q3 ", "2026-3"};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK_SAY(!quarter_named(slice_text(refused[i]), &named) && named == QUARTER_MAX, "\"%s\"", refused[i]);
}

const struct test tests[] = {
	{"round trip", round_trip},
	{"cut short", cut_short},
	{"refused", refused},
	{"every byte counts", every_byte_counts},
	{"addresses", addresses},
	{"lookups", lookups},
	{"quarters", quarters},
	{NULL, NULL},
};
