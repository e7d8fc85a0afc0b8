// Sealing and opening in memory, for the tests of records: the fixture's reporter seals, its seats open.
#ifndef TOCSIN_TEST_SEALING_H
#define TOCSIN_TEST_SEALING_H

#include "crypto/secret.h"
#include "fixture.h"
#include "record/content.h"
#include "test.h"

static const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_NATIONAL}};

struct sealed {
	struct buf envelope;
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
};

static inline const uint8_t *reporter_sk(const struct fixture *f)
{
	return f->member[FIXTURE_REPORTER].signing;
}

static inline void content_make(const struct fixture *f, struct content *c)
{
	*c = (struct content){.card = fixture_card(f, FIXTURE_REPORTER), .credential = SLICE_LITERAL("credential")};
	c->document = SLICE_LITERAL("{\"a\":1}");
	memset(c->reply_secret, 0x5a, sizeof c->reply_secret);
	c->attachments = 2;
	strcpy(c->attachment[0].name, "mail.eml");
	c->attachment[0].bytes = SLICE_LITERAL("From: nobody\r\n");
	strcpy(c->attachment[1].name, "empty");
}

static inline bool seal(const struct fixture *f, struct sealed *s)
{
	static struct content c;
	struct why why;
	content_make(f, &c);
	buf_init(&s->envelope, RECORD_MAX);
	enum err e = record_seal(&c, &label, f->governance, FIXTURE_NOW, reporter_sk(f), &s->envelope, s->id, s->batch_sk, &why);
	return CHECK_SAY(e == ERR_OK, "%s", why.text);
}

// What an honest seat does with a share of the envelope.
static inline enum err seat_open(const struct fixture *f, const struct envelope *e, unsigned seat, struct share *share)
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX];
	share_aad(e->hdr0, e->commitment, (uint8_t)seat, aad);
	share->seat = (uint8_t)seat;
	return hpke_open(f->seat[seat - 1].sealing, share_info(f->origin, room), slice_of(aad, sizeof aad),
	                 slice_of(e->shares.p + (seat - 1) * RECORD_SHARE, RECORD_SHARE), share->scalar);
}

// The shares of the seats in `mask` (bit i: seat i).
static inline unsigned seats_open(const struct fixture *f, const struct envelope *e, unsigned mask, struct share *shares)
{
	unsigned count = 0;
	for (unsigned seat = 1; seat <= e->header.n; seat++)
		if ((mask >> seat & 1) != 0)
			CHECK_SAY(seat_open(f, e, seat, &shares[count++]) == ERR_OK, "seat %u", seat);
	return count;
}

// What open_with() gave last.
static struct content opened;
static struct card reporter;
static struct buf plain;
static uint64_t liars;
static struct why why;

static inline enum err open_with(const struct fixture *f, const struct envelope *e, const struct share *shares, unsigned count)
{
	buf_free(&plain);
	buf_init_secret(&plain, RECORD_MAX);
	liars = UINT64_MAX;
	return record_open(e, shares, count, f->origin, &plain, &opened, &reporter, &liars, &why);
}

#define REFUSED(call, cause, says)                                                                                               \
	do {                                                                                                                         \
		why.text[0] = 0;                                                                                                         \
		enum err got_ = (call);                                                                                                  \
		CHECK_SAY(got_ == (cause) && strstr(why.text, (says)) != NULL, "%s: %s", err_name(got_), why.text);                      \
	} while (0)

// A header that the platform accepts.
static inline struct header header_of(const struct fixture *f, unsigned t, unsigned n)
{
	struct header h = {.quarter = quarter_of(FIXTURE_NOW), .t = (uint8_t)t, .n = (uint8_t)n, .label = label};
	CHECK(governance_committee(f->governance, h.quarter, h.committee, &why) == ERR_OK);
	return h;
}

#endif
