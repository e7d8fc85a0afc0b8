#include "filing/release.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "fixture.h"
#include "test.h"

#define NOW FIXTURE_NOW
#define ORIGIN (f->origin)

static struct fixture *f;
static struct governance *g;
// Analysts of team 1: ana and bea up to AMBER, fay up to GREEN, eve suspended; twin is another card with ana's signing key.
// odd is what careless officers would accredit: ana's card with another key. cem is of team 2, dan reports only, and nobody
// accredited zoe.
static struct fixture_member ana, bea, fay, eve, twin, odd, cem, dan, zoe;

static void twin_make(void)
{
	struct buf b;
	fixture_member_make(f, "Twin", "CERT Three", &twin);
	memcpy(twin.card.signing, ana.card.signing, SIGN_PUBLIC);
	memcpy(twin.signing, ana.signing, SIGN_SECRET);
	buf_init(&b, CARD_MAX);
	card_encode(&twin.card, twin.signing, ORIGIN, &b);
	memcpy(twin.encoded, b.p, b.n);
	twin.encoded_n = b.n;
	card_id(buf_slice(&b), twin.id);
	buf_free(&b);
}

static void platform(void)
{
	struct credential credentials[7];
	f = fixture_new(2, 3);
	g = f->governance;
	fixture_member_make(f, "Ana", "CERT One", &ana);
	fixture_member_make(f, "Bea", "CERT Two", &bea);
	fixture_member_make(f, "Fay", "CERT Two", &fay);
	fixture_member_make(f, "Cem", "CERT Four", &cem);
	fixture_member_make(f, "Dan", "Hospital", &dan);
	fixture_member_make(f, "Zoe", "Nowhere", &zoe);
	fixture_member_make(f, "Odd", "CERT One", &odd);
	memcpy(odd.id, ana.id, CARD_ID);
	twin_make();
	const struct item items[] = {
		fixture_item(&ana, ROLE_ANALYSE, 1, TLP_AMBER), fixture_item(&bea, ROLE_ANALYSE, 1, TLP_AMBER),
		fixture_item(&fay, ROLE_ANALYSE, 1, TLP_GREEN), fixture_item(&twin, ROLE_ANALYSE, 1, TLP_AMBER),
		fixture_item(&cem, ROLE_ANALYSE, 2, TLP_AMBER), fixture_item(&dan, ROLE_FILE, 0, TLP_CLEAR),
		fixture_item(&odd, ROLE_ANALYSE, 1, TLP_AMBER),
	};
	struct fixture_member *const to[] = {&ana, &bea, &fay, &twin, &cem, &dan, &odd};
	fixture_accredit(f, items, 7, credentials);
	for (size_t i = 0; i < 7; i++)
		to[i]->credential = credentials[i];
	zoe.credential = dan.credential;
	zoe.credential.item = fixture_item(&zoe, ROLE_ANALYSE, 1, TLP_AMBER);
	eve = f->member[FIXTURE_SECOND_ANALYST];
	fixture_stand(f, FIXTURE_SECOND_ANALYST, STANDING_SUSPEND, NOW - 60, NOW + 3600);
}

static void platform_free(void)
{
	fixture_free(f);
	f = NULL;
}

static struct slice card_of(const struct fixture_member *m)
{
	return slice_of(m->encoded, m->encoded_n);
}

// Of an AMBER record for teams 1 and 2.
static struct header record_header(void)
{
	struct header h = {.quarter = f->quarter, .t = 2, .n = 3};
	struct why why;
	h.label = (struct label){.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 2, .team = {1, 2}};
	CHECK(governance_committee(g, f->quarter, h.committee, &why) == ERR_OK);
	return h;
}

// --- Requests ------------------------------------------------------------------------------------------------------------------

// A request on its way: changed before it is signed, or afterwards in its signers.
struct attempt {
	struct request r;
	struct header h;                // of the record; encoded into hdr0
	uint64_t now;
	const struct fixture_member *signer;
	const struct fixture_member *second, *second_signer; // NULL: none
	struct buf hdr0, bytes;
};

static void attempt_init(struct attempt *a)
{
	*a = (struct attempt){.h = record_header(), .now = NOW, .signer = &ana};
	a->r = (struct request){.purpose = "phishing wave, week 3", .team = 1, .card = card_of(&ana), .time = NOW - 60,
	                        .expiry = NOW + 3600, .credential = ana.credential};
	memset(a->r.salt, 7, SALT);
	memset(a->r.commitment, 8, RECORD_COMMITMENT);
	buf_init(&a->hdr0, RECORD_HEADER_MAX);
	buf_init(&a->bytes, REQUEST_MAX);
}

static void attempt_done(struct attempt *a)
{
	buf_free(&a->hdr0);
	buf_free(&a->bytes);
}

// Encodes and signs as the attempt says; the request's bytes are then in a->bytes.
static void attempt_sign(struct attempt *a)
{
	struct why why;
	buf_clear(&a->hdr0);
	header_encode(&a->h, &a->hdr0);
	a->r.hdr0 = buf_slice(&a->hdr0);
	buf_clear(&a->bytes);
	request_encode(&a->r, a->signer->signing, ORIGIN, &a->bytes);
	if (a->second != NULL) {
		struct buf two;
		const uint8_t *sk = a->second_signer->signing;
		buf_init(&two, REQUEST_MAX);
		CHECK(request_cosign(buf_slice(&a->bytes), &a->second->credential, sk, ORIGIN, &two, &why) == ERR_OK);
		buf_clear(&a->bytes);
		buf_put_slice(&a->bytes, buf_slice(&two));
		buf_free(&two);
	}
	CHECK(buf_status(&a->bytes) == ERR_OK);
}

static void as_it_is(struct attempt *a) { (void)a; }
static void second_by_bea(struct attempt *a) { a->second = a->second_signer = &bea; }
static void ahead(struct attempt *a) { a->r.time = NOW + REQUEST_AHEAD_MAX; }
static void whole_day(struct attempt *a) { a->r.expiry = a->r.time + REQUEST_LIFE; }
static void last_second(struct attempt *a) { a->now = a->r.expiry - 1; }
static void old_quarter(struct attempt *a)
{
	a->now = quarter_start((uint16_t)(quarter_of(NOW) + 2)) - 1;
	a->r.time = a->now;
	a->r.expiry = a->now + 60;
}

static void too_far_ahead(struct attempt *a) { a->r.time = NOW + REQUEST_AHEAD_MAX + 1; }
static void expired(struct attempt *a) { a->now = a->r.expiry; }
static void too_long(struct attempt *a) { a->r.expiry = a->r.time + REQUEST_LIFE + 1; }
static void never_begins(struct attempt *a) { a->r.expiry = a->r.time; }
static void for_ever(struct attempt *a) { a->r.expiry = UINT64_MAX; }
static void team_of_another(struct attempt *a) { a->r.team = 2; }
static void team_not_addressed(struct attempt *a) { a->r.team = 3; }
static void team_that_is_none(struct attempt *a) { a->r.team = 99; }
static void ceiling(struct attempt *a) { a->h.label.tlp = TLP_RED; }
static void committee(struct attempt *a) { a->h.committee[0] ^= 1; }
static void quarter(struct attempt *a) { a->h.quarter += 40; }
static void stolen_signature(struct attempt *a) { a->signer = &bea; }
static void card_of_another(struct attempt *a) { a->r.card = card_of(&bea); }
static void card_of_same_key(struct attempt *a) { a->r.card = card_of(&twin); }
static void card_cut(struct attempt *a) { a->r.card.n--; }
static void credential_of_another(struct attempt *a) { a->r.credential = bea.credential; }
static void key_of_another(struct attempt *a)
{
	a->r.credential = odd.credential;
	a->signer = &odd;
}
static void raised_ceiling(struct attempt *a)
{
	a->h.label.tlp = TLP_RED;
	a->r.credential.item.ceiling = TLP_RED;
}
static void as(struct attempt *a, const struct fixture_member *p)
{
	a->signer = p;
	a->r.card = card_of(p);
	a->r.credential = p->credential;
}
static void by_reporter(struct attempt *a) { as(a, &dan); }
static void by_suspended(struct attempt *a) { as(a, &eve); }
static void by_stranger(struct attempt *a) { as(a, &zoe); }
static void second_is_first(struct attempt *a) { a->second = a->second_signer = &ana; }
static void second_is_twin(struct attempt *a) { a->second = a->second_signer = &twin; }
static void second_is_odd(struct attempt *a) { a->second = a->second_signer = &odd; }
static void second_of_other_team(struct attempt *a) { a->second = a->second_signer = &cem; }
static void second_is_reporter(struct attempt *a) { a->second = a->second_signer = &dan; }
static void second_is_suspended(struct attempt *a) { a->second = a->second_signer = &eve; }
static void second_is_forged(struct attempt *a)
{
	a->second = &bea;
	a->second_signer = &ana;
}
static void second_is_low(struct attempt *a) { a->second = a->second_signer = &fay; }

static void requests(void)
{
	static const struct {
		void (*change)(struct attempt *a);
		enum err want;
		const char *say; // part of the explanation
	} rows[] = {
		{as_it_is, ERR_OK, ""},
		{second_by_bea, ERR_OK, ""},
		{ahead, ERR_OK, ""},
		{whole_day, ERR_OK, ""},
		{last_second, ERR_OK, ""},
		{old_quarter, ERR_OK, ""},
		{too_far_ahead, ERR_DENIED, "the request is dated 301 seconds in the future; check the clock"},
		{expired, ERR_DENIED, "the request expired 0 seconds ago"},
		{too_long, ERR_DENIED, "the request does not expire within 24 hours of its date"},
		{never_begins, ERR_DENIED, "the request does not expire within 24 hours of its date"},
		{for_ever, ERR_DENIED, "the request does not expire within 24 hours of its date"},
		{team_of_another, ERR_DENIED, "analyst of team 1, not of 2"},
		{team_not_addressed, ERR_DENIED, ") is not in the audience of this record (1, 2)"},
		{team_that_is_none, ERR_DENIED, "team 99 (there is no such team) is not in the audience of this record (1, 2)"},
		{ceiling, ERR_DENIED, "may open up to TLP:AMBER, not TLP:RED"},
		{committee, ERR_DENIED, "not sealed to the committee"},
		{quarter, ERR_ABSENT, ""},
		{stolen_signature, ERR_AUTH, "the request is not signed by Ana"},
		{card_of_another, ERR_AUTH, "the credential was given to another card than Bea's"},
		{card_of_same_key, ERR_AUTH, "the credential was given to another card than Twin's"},
		{card_cut, ERR_INPUT, "the analyst's card: "},
		{credential_of_another, ERR_AUTH, "the credential was given to another card than Ana's"},
		{key_of_another, ERR_AUTH, "the credential was given to another card than Ana's"},
		{raised_ceiling, ERR_AUTH, "officers signed no such batch"},
		{by_reporter, ERR_DENIED, "not accredited to analyse"},
		{by_suspended, ERR_DENIED, "suspended until "},
		{by_stranger, ERR_AUTH, "officers signed no such batch"},
		{second_is_first, ERR_DENIED, "the second signature must be another analyst's than the first"},
		{second_is_twin, ERR_DENIED, "the second signature must be another analyst's than the first"},
		{second_is_odd, ERR_DENIED, "the second signature must be another analyst's than the first"},
		{second_of_other_team, ERR_DENIED, "the second analyst: credential: analyst of team 2, not of 1"},
		{second_is_reporter, ERR_DENIED, "the second analyst: credential: not accredited to analyse"},
		{second_is_suspended, ERR_DENIED, "the second analyst: credential: suspended until "},
		{second_is_forged, ERR_AUTH, "the second signature is false"},
		{second_is_low, ERR_DENIED, "the second analyst: credential: may open up to TLP:GREEN, not TLP:AMBER"},
	};
	platform();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct attempt a;
		struct request r;
		struct card analyst;
		struct why why = {""};
		attempt_init(&a);
		rows[i].change(&a);
		attempt_sign(&a);
		enum err e = request_decode(buf_slice(&a.bytes), &r, &why);
		CHECK_SAY(e == ERR_OK, "row %zu: %s", i, why.text);
		if (e == ERR_OK)
			e = request_check(&r, g, a.now, &analyst, &why);
		CHECK_SAY(e == rows[i].want && strstr(why.text, rows[i].say) != NULL, "row %zu: %s: %s", i, err_name(e), why.text);
		if (e == ERR_OK)
			CHECK_BYTES(analyst.sealing, ana.card.sealing, HPKE_PUBLIC);
		attempt_done(&a);
	}
	platform_free();
}

// Every bit that the signatures cover, and they themselves: changed anywhere, the request is refused.
static void tampered(void)
{
	struct attempt a;
	struct request r;
	struct card analyst;
	struct why why;
	platform();
	attempt_init(&a);
	second_by_bea(&a);
	attempt_sign(&a);
	for (size_t i = 0; i < a.bytes.n; i++) {
		a.bytes.p[i] ^= 4;
		if (request_decode(buf_slice(&a.bytes), &r, &why) == ERR_OK)
			CHECK_SAY(request_check(&r, g, NOW, &analyst, &why) != ERR_OK, "byte %zu", i);
		a.bytes.p[i] ^= 4;
	}
	for (size_t n = 0; n < a.bytes.n; n++)
		CHECK_SAY(request_decode(slice_of(a.bytes.p, n), &r, &why) == ERR_INPUT, "cut at %zu", n);
	buf_put_u8(&a.bytes, 0);
	CHECK(request_decode(buf_slice(&a.bytes), &r, &why) == ERR_INPUT);
	attempt_done(&a);
	platform_free();
}

static void purposes(void)
{
	static char longest[PURPOSE_MAX + 1];
	memset(longest, 'p', PURPOSE_MAX);
	static const struct {
		const char *text;
		enum err want;
	} rows[] = {
		{longest, ERR_OK}, {"d\u00e9tection \u4e2d", ERR_OK}, {"", ERR_INPUT},         {"a\nb", ERR_INPUT},
		{"\x1b[2J", ERR_INPUT}, {"\x7f", ERR_INPUT},           {"\xc2\x9b", ERR_INPUT}, {"\xff", ERR_INPUT},
	};
	platform();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct attempt a;
		struct request r;
		struct why why;
		attempt_init(&a);
		snprintf(a.r.purpose, sizeof a.r.purpose, "%s", rows[i].text);
		attempt_sign(&a);
		enum err e = request_decode(buf_slice(&a.bytes), &r, &why);
		CHECK_SAY(e == rows[i].want, "row %zu: %s", i, err_name(e));
		if (e == ERR_OK)
			CHECK_TEXT(r.purpose, rows[i].text);
		attempt_done(&a);
	}
	platform_free();
}

// A second signature changes neither name nor leaf; the salt and everything else does.
static void names(void)
{
	struct attempt a;
	struct request one, two;
	struct why why;
	uint8_t hash[2][32], leaf[2][ACTIVITY_LEAF], want[32];
	platform();
	attempt_init(&a);
	attempt_sign(&a);
	REQUIRE(request_decode(buf_slice(&a.bytes), &one, &why) == ERR_OK && !one.second);
	request_hash(&one, hash[0]);
	request_leaf(&one, leaf[0]);
	sha256_parts((struct slice[]){slice_of(one.salt, SALT), slice_of(hash[0], 32)}, 2, want);
	CHECK(leaf[0][0] == 0x41 && memcmp(leaf[0] + 5, want, 32) == 0);
	second_by_bea(&a);
	attempt_sign(&a);
	REQUIRE(request_decode(buf_slice(&a.bytes), &two, &why) == ERR_OK && two.second);
	request_hash(&two, hash[1]);
	request_leaf(&two, leaf[1]);
	CHECK_BYTES(hash[0], hash[1], 32);
	CHECK_BYTES(leaf[0], leaf[1], ACTIVITY_LEAF);
	struct buf third;
	buf_init(&third, REQUEST_MAX);
	CHECK(request_cosign(buf_slice(&a.bytes), &fay.credential, fay.signing, ORIGIN, &third, &why) == ERR_EXISTS);
	buf_free(&third);
	a.second = NULL;
	a.r.salt[0] ^= 1;
	attempt_sign(&a);
	REQUIRE(request_decode(buf_slice(&a.bytes), &two, &why) == ERR_OK);
	request_hash(&two, hash[1]);
	CHECK(memcmp(hash[0], hash[1], 32) != 0);
	a.r.time = ACTIVITY_TIME_MAX + 1;
	attempt_sign(&a);
	CHECK(request_decode(buf_slice(&a.bytes), &two, &why) == ERR_INPUT);
	attempt_done(&a);
	platform_free();
}

// --- Releases and released shares ----------------------------------------------------------------------------------------------

static void releases(void)
{
	static uint8_t large[REQUEST_MAX + RELEASE_CHECKPOINT_MAX];
	struct release r = {.request = SLICE_LITERAL("request"), .index = 1u << 20, .checkpoint = SLICE_LITERAL("note")}, got;
	struct why why;
	struct buf b;
	buf_init(&b, sizeof large + RELEASE_MAX);
	r.proof.n = TREE_PROOF_MAX;
	memset(r.share, 1, sizeof r.share);
	memset(r.proof.hash, 2, sizeof r.proof.hash);
	release_encode(&r, &b);
	REQUIRE(release_decode(buf_slice(&b), &got, &why) == ERR_OK);
	CHECK(got.index == r.index && got.proof.n == r.proof.n && slice_equal(got.request, r.request));
	CHECK(slice_equal(got.checkpoint, r.checkpoint) && memcmp(got.share, r.share, RECORD_SHARE) == 0);
	CHECK_BYTES(got.proof.hash, r.proof.hash, sizeof r.proof.hash);
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(release_decode(slice_of(b.p, n), &got, &why) == ERR_INPUT, "%zu", n);
	b.p[2 + r.request.n + RECORD_SHARE + 8] = TREE_PROOF_MAX + 1;
	CHECK(release_decode(buf_slice(&b), &got, &why) == ERR_LIMIT);
	const struct slice over[][2] = {
		{slice_of(large, REQUEST_MAX + 1), r.checkpoint},
		{r.request, slice_of(large, RELEASE_CHECKPOINT_MAX + 1)},
	};
	for (size_t i = 0; i < 2; i++) {
		buf_clear(&b);
		r.request = over[i][0];
		r.checkpoint = over[i][1];
		release_encode(&r, &b);
		CHECK(release_decode(buf_slice(&b), &got, &why) == ERR_LIMIT);
	}
	r.request = slice_of(large, REQUEST_MAX);
	r.checkpoint = slice_of(large, RELEASE_CHECKPOINT_MAX);
	buf_clear(&b);
	release_encode(&r, &b);
	CHECK(b.n <= RELEASE_MAX && release_decode(buf_slice(&b), &got, &why) == ERR_OK);
	buf_free(&b);
}

// What a keeper puts into its answer, and what the analyst holds it against.
struct answer {
	uint8_t seat, request[32], scalar[SCALAR];
	uint8_t aad_seat, aad_request[32]; // bound into the sealing
	const uint8_t *to;                 // sealing key
	const uint8_t *signer;
	struct slice info_origin, origin;
};

static void true_answer(struct answer *a) { (void)a; }
static void other_seat(struct answer *a) { a->seat = a->aad_seat = 2; }
static void sealed_for_other_seat(struct answer *a) { a->aad_seat = 2; }
static void other_request(struct answer *a) { a->request[0] ^= 1, a->aad_request[0] ^= 1; }
static void sealed_for_other_request(struct answer *a) { a->aad_request[31] ^= 1; }
static void other_analyst(struct answer *a) { a->to = bea.card.sealing; }
static void other_keeper(struct answer *a) { a->signer = f->seat[1].identity; }
static void voucher_key(struct answer *a) { a->signer = f->seat[0].voucher; }
static void other_platform(struct answer *a) { a->origin = SLICE_LITERAL("elsewhere"); }
static void sealed_on_other_platform(struct answer *a) { a->info_origin = SLICE_LITERAL("elsewhere"); }
static void no_scalar(struct answer *a) { memset(a->scalar, 0xff, SCALAR); }

static void answer_make(const struct answer *a, uint8_t bytes[static RELEASED_BYTES])
{
	struct released r = {.seat = a->seat};
	uint8_t aad[RELEASED_AAD], room[RECORD_INFO_MAX];
	memcpy(r.request, a->request, 32);
	released_aad(a->aad_request, a->aad_seat, aad);
	struct slice info = released_info(a->info_origin, room), scalar = slice_of(a->scalar, SCALAR);
	CHECK(hpke_seal(a->to, info, slice_of(aad, sizeof aad), scalar, r.sealed) == ERR_OK);
	released_sign(&r, a->signer, a->origin);
	released_encode(&r, bytes);
}

static void answers(void)
{
	static const struct {
		void (*change)(struct answer *a);
		enum err want;
		const char *say;
	} rows[] = {
		{true_answer, ERR_OK, ""},
		{other_seat, ERR_AUTH, "it is the answer of seat 2"},
		{sealed_for_other_seat, ERR_AUTH, "not sealed to this card for this request"},
		{other_request, ERR_AUTH, "it answers another request"},
		{sealed_for_other_request, ERR_AUTH, "not sealed to this card for this request"},
		{other_analyst, ERR_AUTH, "not sealed to this card for this request"},
		{other_keeper, ERR_AUTH, "it is not signed by this keeper"},
		{voucher_key, ERR_AUTH, "it is not signed by this keeper"},
		{other_platform, ERR_AUTH, "it is not signed by this keeper"},
		{sealed_on_other_platform, ERR_AUTH, "not sealed to this card for this request"},
		{no_scalar, ERR_AUTH, "the share is not a scalar"},
	};
	uint8_t bytes[RELEASED_BYTES + 1] = {0}, request[32] = {3};
	struct share share;
	struct why why = {""};
	platform();
	const struct charter *c = governance_charter(g);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer a = {.seat = 1, .request = {3}, .aad_seat = 1, .aad_request = {3}, .to = ana.card.sealing,
		                   .signer = f->seat[0].identity, .info_origin = ORIGIN, .origin = ORIGIN};
		scalar_random(a.scalar);
		rows[i].change(&a);
		answer_make(&a, bytes);
		memset(&share, 0, sizeof share);
		enum err e = released_open(slice_of(bytes, RELEASED_BYTES), request, 1, c, ana.sealing, &share, &why);
		CHECK_SAY(e == rows[i].want && strstr(why.text, rows[i].say) != NULL, "row %zu: %s: %s", i, err_name(e), why.text);
		CHECK(e == ERR_OK ? share.seat == 1 && memcmp(share.scalar, a.scalar, SCALAR) == 0 : share.seat == 0);
		CHECK(e == ERR_OK || strncmp(why.text, "seat 1 (", 8) == 0);
	}
	for (size_t n = 0; n <= RELEASED_BYTES + 1; n++)
		if (n != RELEASED_BYTES)
			CHECK_SAY(released_open(slice_of(bytes, n), request, 1, c, ana.sealing, &share, &why) == ERR_INPUT, "%zu", n);
	platform_free();
}

const struct test tests[] = {
	{"requests that may open a record, and that may not", requests},
	{"requests changed or cut anywhere", tampered},
	{"purposes", purposes},
	{"a request's name and leaf", names},
	{"what a keeper is handed", releases},
	{"what a keeper answers", answers},
	{NULL, NULL},
};
