#include "member/card.h"

#include "fixture.h"
#include "test.h"

static struct fixture *f;

static struct buf encoded(const struct card *c, struct slice origin)
{
	struct buf b;
	buf_init(&b, CARD_MAX);
	card_encode(c, f->member[0].signing, origin, &b);
	CHECK(buf_status(&b) == ERR_OK);
	return b;
}

static void round_trip(void)
{
	f = fixture_new(2, 3);
	struct card c = f->member[0].card, got;
	struct why why = {""};
	strcpy(c.name, "Informática — 病院");
	memset(c.organisation, 'o', CARD_TEXT_MAX);
	struct buf b = encoded(&c, f->origin);
	REQUIRE(card_decode(buf_slice(&b), f->origin, &got, &why) == ERR_OK);
	CHECK(memcmp(&c, &got, sizeof c) == 0);
	uint8_t id[CARD_ID], other[CARD_ID];
	card_id(buf_slice(&b), id);
	buf_free(&b);
	c.nonce[0] ^= 1;
	b = encoded(&c, f->origin);
	card_id(buf_slice(&b), other);
	CHECK(memcmp(id, other, CARD_ID) != 0);
	buf_free(&b);
	fixture_free(f);
}

static void cut_and_flipped(void)
{
	f = fixture_new(2, 3);
	struct card got = {.issued = 42};
	struct why why;
	struct buf b = encoded(&f->member[0].card, f->origin);
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(card_decode(slice_of(b.p, n), f->origin, &got, &why) != ERR_OK, "%zu bytes", n);
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 1;
		CHECK_SAY(card_decode(buf_slice(&b), f->origin, &got, &why) != ERR_OK, "byte %zu", i);
		b.p[i] ^= 1;
	}
	CHECK(got.issued == 42);
	CHECK(card_decode(buf_slice(&b), slice_text("another.example/ledger"), &got, &why) == ERR_AUTH);
	buf_put_u8(&b, 0);
	CHECK(card_decode(buf_slice(&b), f->origin, &got, &why) != ERR_OK);
	buf_free(&b);
	fixture_free(f);
}

static void no_name(struct card *c) { c->name[0] = 0; }
static void no_organisation(struct card *c) { c->organisation[0] = 0; }
static void no_sector(struct card *c) { c->sector[0] = 0; }
static void escape(struct card *c) { strcpy(c->name, "a\x1b[2J"); }
static void del(struct card *c) { strcpy(c->organisation, "a\x7f"); }
static void surrogate(struct card *c) { strcpy(c->sector, "\xed\xa0\x80"); }
static void overlong(struct card *c) { strcpy(c->sector, "\xc0\xaf"); }
static void country(struct card *c) { strcpy(c->country, "P1"); }
static void no_date(struct card *c) { c->issued = 0; }
static void late(struct card *c) { c->issued = DOCUMENT_TIME_MAX; }
static void other_key(struct card *c) { c->signing[5] ^= 1; }
static void zero_key(struct card *c) { memset(c->signing, 0, SIGN_PUBLIC); }

// Signed all the same: the rule must see it.
static void refused(void)
{
	static const struct {
		void (*spoil)(struct card *c);
		enum err want;
		const char *says;
	} rows[] = {
		{no_name, ERR_INPUT, "name is empty"},        {no_organisation, ERR_INPUT, "organisation is empty"},
		{no_sector, ERR_INPUT, "sector is empty"},    {escape, ERR_INPUT, "control"},
		{del, ERR_INPUT, "control"},                  {surrogate, ERR_INPUT, "UTF-8"},
		{overlong, ERR_INPUT, "UTF-8"},               {country, ERR_INPUT, "two letters"},
		{no_date, ERR_INPUT, "date"},                 {late, ERR_INPUT, "date"},
		{other_key, ERR_AUTH, "own signature"},       {zero_key, ERR_AUTH, "own signature"},
	};
	f = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct card c = f->member[0].card, got;
		struct why why = {""};
		rows[i].spoil(&c);
		struct buf b = encoded(&c, f->origin);
		CHECK_SAY(card_decode(buf_slice(&b), f->origin, &got, &why) == rows[i].want, "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		buf_free(&b);
	}
	fixture_free(f);
}

static void vouches(void)
{
	f = fixture_new(2, 3);
	const struct fixture_member *sponsor = &f->member[1];
	struct vouch v = {.issued = FIXTURE_NOW}, got;
	struct why why;
	uint8_t bytes[VOUCH_BYTES + 1] = {0};
	memcpy(v.card, f->member[0].id, CARD_ID);
	memcpy(v.sponsor, sponsor->id, CARD_ID);
	vouch_encode(&v, sponsor->signing, f->origin, bytes);
	struct slice s = slice_of(bytes, VOUCH_BYTES);
	REQUIRE(vouch_decode(s, sponsor->card.signing, f->origin, &got, &why) == ERR_OK);
	CHECK(memcmp(&v, &got, sizeof v) == 0);
	CHECK(vouch_decode(s, f->member[0].card.signing, f->origin, &got, &why) == ERR_AUTH);
	CHECK(vouch_decode(s, sponsor->card.signing, slice_text("other"), &got, &why) == ERR_AUTH);
	CHECK(vouch_decode(slice_of(bytes, sizeof bytes), sponsor->card.signing, f->origin, &got, &why) == ERR_INPUT);
	for (size_t n = 0; n < VOUCH_BYTES; n++)
		CHECK(vouch_decode(slice_of(bytes, n), sponsor->card.signing, f->origin, &got, &why) == ERR_INPUT);
	for (size_t i = 0; i < VOUCH_BYTES; i++) {
		bytes[i] ^= 2;
		CHECK_SAY(vouch_decode(s, sponsor->card.signing, f->origin, &got, &why) != ERR_OK, "byte %zu", i);
		bytes[i] ^= 2;
	}
	memcpy(v.card, sponsor->id, CARD_ID);
	vouch_encode(&v, sponsor->signing, f->origin, bytes);
	CHECK(vouch_decode(s, sponsor->card.signing, f->origin, &got, &why) == ERR_INPUT); // for itself
	fixture_free(f);
}

const struct test tests[] = {
	{"round trip", round_trip}, {"cut and flipped", cut_and_flipped}, {"refused", refused}, {"vouches", vouches}, {NULL, NULL},
};
