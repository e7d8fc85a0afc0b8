#include "member/accreditation.h"

#include "fixture.h"
#include "test.h"

static struct fixture *f;

static void markings(void)
{
	static const struct {
		const char *text;
		int tlp; // -1: refused
	} rows[] = {
		{"TLP:CLEAR", TLP_CLEAR}, {"TLP:WHITE", TLP_CLEAR}, {"white", TLP_CLEAR}, {"green", TLP_GREEN}, {"tlp:amber", TLP_AMBER},
		{"AMBER+STRICT", TLP_AMBER_STRICT}, {"Tlp:Red", TLP_RED}, {"", -1}, {"TLP:", -1}, {"TLP:TLP:RED", -1}, {"TLP: RED", -1},
		{"AMBER+", -1}, {"AMBER STRICT", -1}, {"RED ", -1}, {"EX:RED", -1}, {"ROUGE", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum tlp tlp = TLP_RED;
		bool ok = tlp_parse(slice_text(rows[i].text), &tlp);
		CHECK_SAY(rows[i].tlp < 0 ? !ok : ok && (int)tlp == rows[i].tlp, "\"%s\"", rows[i].text);
	}
	for (unsigned i = 0; i < TLP_COUNT; i++) {
		enum tlp tlp;
		CHECK(tlp_parse(slice_text(tlp_text((enum tlp)i)), &tlp) && tlp == (enum tlp)i);
	}
}

static void roles(void)
{
	static const struct {
		const char *text;
		int roles;
	} rows[] = {
		{"file", 1}, {"file,analyse", 3}, {"sector, file", 17}, {"file,analyse,declare,inspect,sector", 31},
		{"", -1}, {"file,", -1}, {",file", -1}, {"file,file", -1}, {"File", -1}, {"admin", -1}, {"file;analyse", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint16_t got = 0;
		bool ok = roles_parse(slice_text(rows[i].text), &got);
		CHECK_SAY(rows[i].roles < 0 ? !ok && got == 0 : ok && got == rows[i].roles, "\"%s\"", rows[i].text);
	}
	for (uint16_t r = 1; r <= ROLES_ALL; r++) {
		char text[64];
		uint16_t again;
		roles_print(r, text);
		CHECK(roles_parse(slice_text(text), &again) && again == r);
	}
}

static void no_roles(struct item *i) { i->roles = 0; }
static void unknown_role(struct item *i) { i->roles |= 32; }
static void analyst_of_nobody(struct item *i) { i->team = 0; }
static void reporter_in_team(struct item *i) { i->roles = ROLE_FILE; }
static void ceiling(struct item *i) { i->ceiling = (enum tlp)TLP_COUNT; }
static void empty_time(struct item *i) { i->until = i->from; }
static void backwards(struct item *i) { i->until = i->from - 1; }
static void endless(struct item *i) { i->until = UINT64_MAX; }

static void items(void)
{
	static void (*const spoil[])(struct item *) = {
		no_roles, unknown_role, analyst_of_nobody, reporter_in_team, ceiling, empty_time, backwards, endless,
	};
	f = fixture_new(2, 3);
	struct item good = f->member[FIXTURE_ANALYST].credential.item, got;
	struct why why;
	uint8_t bytes[ITEM_BYTES];
	item_encode(&good, bytes);
	CHECK(item_decode(slice_of(bytes, sizeof bytes), &got, &why) == ERR_OK && got.team == 1 && got.ceiling == TLP_RED);
	for (size_t n = 0; n < ITEM_BYTES; n++)
		CHECK(item_decode(slice_of(bytes, n), &got, &why) == ERR_INPUT);
	for (size_t i = 0; i < sizeof spoil / sizeof *spoil; i++) {
		struct item bad = good;
		spoil[i](&bad);
		item_encode(&bad, bytes);
		CHECK_SAY(item_decode(slice_of(bytes, sizeof bytes), &got, &why) == ERR_INPUT, "row %zu", i);
	}
	fixture_free(f);
}

static void credential_bytes(void)
{
	f = fixture_new(2, 3);
	struct credential got;
	struct why why = {""};
	struct buf b;
	buf_init(&b, CREDENTIAL_MAX + 1);
	credential_encode(&f->member[FIXTURE_ANALYST].credential, &b);
	REQUIRE(credential_decode(buf_slice(&b), &got, &why) == ERR_OK);
	CHECK(credential_check(&got, f->governance, ROLE_ANALYSE, FIXTURE_NOW, &why) == ERR_OK);
	for (size_t n = 0; n < b.n; n++)
		CHECK(credential_decode(slice_of(b.p, n), &got, &why) == ERR_INPUT);
	for (size_t i = 0; i < b.n; i++) { // nothing in a credential can be changed
		b.p[i] ^= 1;
		CHECK_SAY(credential_decode(buf_slice(&b), &got, &why) != ERR_OK ||
		          credential_check(&got, f->governance, 0, FIXTURE_NOW, &why) == ERR_AUTH, "byte %zu", i);
		b.p[i] ^= 1;
	}
	buf_put_u8(&b, 0);
	CHECK(credential_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
	buf_free(&b);
	fixture_free(f);
}

static void batches(void)
{
	static const uint32_t counts[] = {1, 2, 3, 7, 8, 1000};
	static struct item list[1000];
	static struct credential credentials[1000];
	f = fixture_new(2, 3);
	for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
		struct why why = {""};
		for (uint32_t i = 0; i < counts[k]; i++) {
			list[i] = f->member[FIXTURE_REPORTER].credential.item;
			list[i].card[0] = (uint8_t)i, list[i].card[1] = (uint8_t)(i >> 8), list[i].card[2] = (uint8_t)k;
		}
		fixture_accredit(f, list, counts[k], credentials);
		for (uint32_t i = 0; i < counts[k]; i++)
			CHECK_SAY(credential_check(&credentials[i], f->governance, ROLE_FILE, FIXTURE_NOW, &why) == ERR_OK, "%u of %u: %s", i,
			          counts[k], why.text);
		struct credential c = credentials[0];
		c.count++;
		CHECK(credential_check(&c, f->governance, 0, FIXTURE_NOW, &why) == ERR_AUTH);
		c = credentials[0];
		c.path++;
		CHECK(credential_check(&c, f->governance, 0, FIXTURE_NOW, &why) == ERR_AUTH);
		c = credentials[0];
		c.item.roles = ROLE_INSPECT;
		CHECK(credential_check(&c, f->governance, 0, FIXTURE_NOW, &why) == ERR_AUTH);
		if (counts[k] > 1) {
			c = credentials[0];
			c.index = 1;
			CHECK(credential_check(&c, f->governance, 0, FIXTURE_NOW, &why) == ERR_AUTH);
		}
	}
	uint8_t root[32];
	struct credential c;
	CHECK(batch_root(list, 0, root) == ERR_INPUT && batch_credential(list, 3, 3, &c) == ERR_INPUT);
	fixture_free(f);
}

struct expected {
	const struct item *items;
	uint32_t count, next, stop;
};

static enum err same_as_alone(void *context, const struct credential *c)
{
	struct expected *x = context;
	struct credential alone;
	if (x->next == x->stop)
		return ERR_AWAY;
	CHECK(batch_credential(x->items, x->count, x->next++, &alone) == ERR_OK);
	struct buf a, b;
	buf_init(&a, CREDENTIAL_MAX), buf_init(&b, CREDENTIAL_MAX);
	credential_encode(&alone, &a), credential_encode(c, &b);
	CHECK(slice_equal(buf_slice(&a), buf_slice(&b)));
	buf_free(&a), buf_free(&b);
	return ERR_OK;
}

static void all_at_once(void)
{
	static struct item list[130];
	for (uint32_t i = 0; i < 130; i++)
		list[i] = (struct item){.card = {(uint8_t)i}, .roles = ROLE_FILE, .until = 1};
	for (uint32_t count = 0; count <= 130; count++) {
		struct expected x = {list, count, 0, UINT32_MAX};
		CHECK(batch_each(list, count, same_as_alone, &x) == (count == 0 ? ERR_INPUT : ERR_OK) && x.next == count);
	}
	struct expected x = {list, 130, 0, 7};
	CHECK(batch_each(list, 130, same_as_alone, &x) == ERR_AWAY && x.next == 7);
}

// Accredited, but not by the ledger that is asked.
static void other_platform(void)
{
	f = fixture_new(2, 3);
	struct fixture_member m;
	struct credential c;
	struct why why;
	fixture_member_make(f, "Somebody", "Nowhere", &m);
	struct item item = fixture_item(&m, ROLE_FILE, 0, TLP_CLEAR);
	CHECK(batch_credential(&item, 1, 0, &c) == ERR_OK);
	CHECK(credential_check(&c, f->governance, ROLE_FILE, FIXTURE_NOW, &why) == ERR_AUTH);
	fixture_accredit(f, &item, 1, &c);
	CHECK(credential_check(&c, f->governance, ROLE_FILE, FIXTURE_NOW, &why) == ERR_OK);
	fixture_free(f);
}

static void checks(void)
{
	static const struct {
		enum fixture_who who;
		uint16_t roles;
		int64_t after; // seconds after FIXTURE_NOW
		const char *says; // NULL: accepted
	} rows[] = {
		{FIXTURE_REPORTER, ROLE_FILE, 0, NULL},
		{FIXTURE_ANALYST, ROLE_FILE | ROLE_ANALYSE | ROLE_DECLARE, 0, NULL},
		{FIXTURE_REPORTER, ROLE_FILE, -86400, NULL},
		{FIXTURE_REPORTER, ROLE_FILE, -86401, "valid from 2026-09-20"},
		{FIXTURE_REPORTER, ROLE_FILE, 365 * 86400 - 1, NULL},
		{FIXTURE_REPORTER, ROLE_FILE, 365 * 86400, "expired at 2027-09-21"},
		{FIXTURE_REPORTER, ROLE_FILE | ROLE_ANALYSE, 0, "not accredited to analyse"},
		{FIXTURE_REPORTER, ROLE_DECLARE | ROLE_INSPECT, 0, "not accredited to declare,inspect"},
		{FIXTURE_SECOND_REPORTER, ROLE_FILE, 10, "suspended until 2026-09-21T15:13:20Z"},
		{FIXTURE_SECOND_REPORTER, ROLE_FILE, 3600, NULL},
		{FIXTURE_INSPECTOR, ROLE_INSPECT, 10, "expelled"},
	};
	f = fixture_new(2, 3);
	fixture_stand(f, FIXTURE_SECOND_REPORTER, STANDING_SUSPEND, FIXTURE_NOW, FIXTURE_NOW + 3600);
	fixture_stand(f, FIXTURE_INSPECTOR, STANDING_EXPEL, FIXTURE_NOW, 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		enum err e = credential_check(&f->member[rows[i].who].credential, f->governance, rows[i].roles,
		                              (uint64_t)(FIXTURE_NOW + rows[i].after), &why);
		CHECK_SAY(e == (rows[i].says == NULL ? ERR_OK : ERR_DENIED), "row %zu: %s", i, why.text);
		CHECK_SAY(rows[i].says == NULL || strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
	}
	fixture_free(f);
}

static void analysts(void)
{
	static const struct {
		enum fixture_who who;
		uint16_t team;
		enum tlp tlp;
		const char *says;
	} rows[] = {
		{FIXTURE_ANALYST, 1, TLP_RED, NULL},
		{FIXTURE_SECOND_ANALYST, 1, TLP_AMBER, NULL},
		{FIXTURE_NATIONAL_ANALYST, 2, TLP_AMBER_STRICT, NULL},
		{FIXTURE_SECOND_ANALYST, 1, TLP_AMBER_STRICT, "up to TLP:AMBER, not TLP:AMBER+STRICT"},
		{FIXTURE_NATIONAL_ANALYST, 2, TLP_RED, "up to TLP:AMBER+STRICT"},
		{FIXTURE_ANALYST, 2, TLP_CLEAR, "analyst of team 1"},
		{FIXTURE_ANALYST, 9, TLP_CLEAR, "no team 9"},
		{FIXTURE_REPORTER, 0, TLP_CLEAR, "not accredited to analyse"},
		{FIXTURE_INSPECTOR, 1, TLP_CLEAR, "not accredited to analyse"},
	};
	f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		enum err e = credential_check_analyst(&f->member[rows[i].who].credential, f->governance, rows[i].team, rows[i].tlp,
		                                      FIXTURE_NOW, &why);
		CHECK_SAY(e == (rows[i].says == NULL ? ERR_OK : ERR_DENIED), "row %zu: %s", i, why.text);
		CHECK_SAY(rows[i].says == NULL || strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
	}
	fixture_free(f);
}

const struct test tests[] = {
	{"markings", markings},
	{"roles", roles},
	{"items", items},
	{"credential bytes", credential_bytes},
	{"batches", batches},
	{"all at once", all_at_once},
	{"other platform", other_platform},
	{"checks", checks},
	{"analysts", analysts},
	{NULL, NULL},
};
