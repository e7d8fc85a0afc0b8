#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"

// What tests call often enough to want it short: success or the end.
static void must(enum err e, const struct why *why)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "fixture: %s: %s\n", err_name(e), why != NULL ? why->text : "");
	abort();
}

static void seed(const char *label, unsigned a, uint8_t out[static 32])
{
	char text[160];
	int n = snprintf(text, sizeof text, "fixture/%s/%u", label, a);
	INVARIANT(n > 0 && (size_t)n < sizeof text);
	sha256(slice_text(text), out);
}

static void signing_key(const char *label, unsigned a, uint8_t pk[static SIGN_PUBLIC], uint8_t sk[static SIGN_SECRET])
{
	uint8_t s[SIGN_SEED];
	seed(label, a, s);
	sign_keypair_from_seed(s, pk, sk);
}

static void sealing_key(const char *label, unsigned a, uint8_t pk[static HPKE_PUBLIC], uint8_t sk[static HPKE_SECRET])
{
	seed(label, a, sk);
	xwing_public(sk, pk);
}

uint64_t fixture_seats(unsigned count)
{
	return ((1ULL << count) - 1) << 1;
}

static void seat_make(struct fixture *f, unsigned i)
{
	struct seat *s = &f->charter.seats[i];
	struct fixture_seat *secret = &f->seat[i];
	s->index = (uint8_t)(i + 1);
	snprintf(s->name, sizeof s->name, "Seat %u", i + 1);
	snprintf(s->country, sizeof s->country, "%c%c", 'A' + i % 26, 'A' + i / 26);
	snprintf(s->address, sizeof s->address, "127.0.0.1:%u", 9001 + i);
	signing_key("officer", i, s->officer, secret->officer);
	signing_key("identity", i, s->identity, secret->identity);
	signing_key("witness", i, s->witness, secret->witness);
	signing_key("voucher", i, s->voucher, secret->voucher);
	uint8_t ceremony[32];
	seed("ceremony", i, ceremony);
	must(voprf_derive_key(ceremony, SLICE_LITERAL("ceremony"), secret->ceremony, s->ceremony), NULL);
	seed("tls", i, s->tls_pin);
}

static void charter_make(struct fixture *f, unsigned t, unsigned n)
{
	static const struct team teams[] = {
		{FIXTURE_INTERNATIONAL, TEAM_INTERNATIONAL, "International team", "ZZ"},
		{FIXTURE_NATIONAL, TEAM_NATIONAL, "National team", "PT"},
		{FIXTURE_SECTOR, TEAM_SECTOR, "Hospitals", "PT"},
	};
	struct charter *c = &f->charter;
	c->number = 1;
	c->issued = FIXTURE_NOW - 30 * 86400;
	snprintf(c->name, sizeof c->name, "Fixture");
	snprintf(c->origin, sizeof c->origin, "fixture.example/ledger");
	signing_key("ledger", 0, c->ledger_key, f->ledger);
	signing_key("hub", 0, c->hub_key, f->hub);
	seed("hub-tls", 0, c->hub_pin);
	snprintf(c->hub_address, sizeof c->hub_address, "127.0.0.1:9000");
	sealing_key("matcher", 0, c->matcher_key, f->matcher);
	c->t = t;
	c->n = n;
	for (unsigned i = 0; i < n; i++)
		seat_make(f, i);
	c->teams = sizeof teams / sizeof *teams;
	memcpy(c->team, teams, sizeof teams);
	c->policy = policy_default();
	f->origin = charter_origin(c);
}

void fixture_sign(const struct fixture *f, enum document_type type, struct slice body, uint64_t officers, uint64_t keepers,
                  struct buf *leaf)
{
	struct document d = {.type = type, .body = body};
	for (uint8_t seat = 1; seat <= SEATS_MAX; seat++) {
		if (officers >> seat & 1)
			must(document_sign(&d, SIGNER_OFFICER, seat, f->seat[seat - 1].officer, f->origin, NULL), NULL);
		if (keepers >> seat & 1)
			must(document_sign(&d, SIGNER_KEEPER, seat, f->seat[seat - 1].identity, f->origin, NULL), NULL);
	}
	document_encode(&d, leaf);
	must(buf_status(leaf), NULL);
}

enum err fixture_apply(struct fixture *f, struct slice leaf, struct why *why)
{
	INVARIANT(f->leaves < FIXTURE_LEAVES_MAX);
	enum err e = governance_apply(f->governance, f->leaves, leaf, why);
	if (e != ERR_OK)
		return e;
	struct buf *copy = &f->leaf[f->leaves++];
	buf_init(copy, DOCUMENT_MAX);
	buf_put_slice(copy, leaf);
	return buf_status(copy);
}

// Signs a body, applies it, and frees it.
static void enact(struct fixture *f, enum document_type type, struct buf *body, uint64_t officers, uint64_t keepers)
{
	struct buf leaf;
	struct why why;
	must(buf_status(body), NULL);
	buf_init(&leaf, DOCUMENT_MAX);
	fixture_sign(f, type, buf_slice(body), officers, keepers, &leaf);
	must(fixture_apply(f, buf_slice(&leaf), &why), &why);
	buf_free(&leaf);
	buf_free(body);
}

static void quarter_keys(struct fixture *f, uint16_t quarter, const char *label, bool last)
{
	for (unsigned i = 0; i < f->charter.n; i++) {
		struct quarter_key k = {.seat = (uint8_t)(i + 1), .quarter = quarter};
		struct buf body;
		sealing_key(label, i, k.key, last ? f->seat[i].last_sealing : f->seat[i].sealing);
		buf_init(&body, DOCUMENT_MAX);
		quarter_key_encode(&k, &body);
		enact(f, DOCUMENT_QUARTER_KEY, &body, 1ULL << (i + 1), 0);
	}
}

// The tests are the dealer that the platform never has.
static void token_keys(struct fixture *f)
{
	for (uint8_t class = 0; class < TOKEN_CLASSES; class++) {
		struct token_key k = {.class = class, .epoch = 1, .t = f->charter.t, .n = f->charter.n};
		uint8_t s[32], shares[SEATS_MAX][SCALAR];
		struct buf body;
		seed("token", class, s);
		must(voprf_derive_key(s, SLICE_LITERAL("fixture"), f->token[class], k.key), NULL);
		shamir_split(f->token[class], k.t, k.n, shares);
		for (unsigned i = 0; i < k.n; i++) {
			memcpy(f->seat[i].token[class], shares[i], SCALAR);
			must(voprf_public(shares[i], k.share[i]), NULL);
		}
		seed("transcript", class, k.transcript);
		buf_init(&body, DOCUMENT_MAX);
		token_key_encode(&k, &body);
		enact(f, DOCUMENT_TOKEN_KEY, &body, fixture_seats(k.t), fixture_seats(k.n));
	}
}

void fixture_member_make(const struct fixture *f, const char *name, const char *organisation, struct fixture_member *m)
{
	struct buf b;
	*m = (struct fixture_member){.card = {.country = "PT", .sector = "health", .issued = FIXTURE_NOW - 7 * 86400}};
	snprintf(m->card.name, sizeof m->card.name, "%s", name);
	snprintf(m->card.organisation, sizeof m->card.organisation, "%s", organisation);
	uint8_t nonce[32];
	seed(name, 2, nonce);
	memcpy(m->card.nonce, nonce, sizeof m->card.nonce);
	signing_key(name, 0, m->card.signing, m->signing);
	sealing_key(name, 1, m->card.sealing, m->sealing);
	buf_init(&b, CARD_MAX);
	card_encode(&m->card, m->signing, f->origin, &b);
	must(buf_status(&b), NULL);
	memcpy(m->encoded, b.p, b.n);
	m->encoded_n = b.n;
	card_id(buf_slice(&b), m->id);
	buf_free(&b);
}

struct item fixture_item(const struct fixture_member *m, uint16_t roles, uint16_t team, enum tlp ceiling)
{
	struct item i = {.roles = roles, .team = team, .ceiling = ceiling};
	i.from = FIXTURE_NOW - 86400;
	i.until = FIXTURE_NOW + 365 * 86400;
	memcpy(i.card, m->id, CARD_ID);
	memcpy(i.signing, m->card.signing, SIGN_PUBLIC);
	return i;
}

void fixture_accredit(struct fixture *f, const struct item *items, uint32_t count, struct credential *credentials)
{
	struct accreditation a = {.count = count, .issued = FIXTURE_NOW - 86400};
	struct buf body;
	must(batch_root(items, count, a.root), NULL);
	buf_init(&body, DOCUMENT_MAX);
	accreditation_encode(&a, &body);
	enact(f, DOCUMENT_ACCREDITATION, &body, fixture_seats(f->charter.t), 0);
	for (uint32_t i = 0; i < count; i++)
		must(batch_credential(items, count, i, &credentials[i]), NULL);
}

static void members(struct fixture *f)
{
	static const struct {
		const char *name, *organisation;
		uint16_t roles, team;
		enum tlp ceiling;
	} rows[FIXTURE_MEMBERS] = {
		[FIXTURE_REPORTER] = {"Reporter", "First hospital", ROLE_FILE, 0, TLP_CLEAR},
		[FIXTURE_SECOND_REPORTER] = {"Second reporter", "Second hospital", ROLE_FILE, 0, TLP_CLEAR},
		[FIXTURE_ANALYST] = {"Analyst", "International team", ROLE_FILE | ROLE_ANALYSE | ROLE_DECLARE, FIXTURE_INTERNATIONAL,
		                     TLP_RED},
		[FIXTURE_SECOND_ANALYST] = {"Second analyst", "International team", ROLE_ANALYSE, FIXTURE_INTERNATIONAL, TLP_AMBER},
		[FIXTURE_NATIONAL_ANALYST] = {"National analyst", "National team", ROLE_FILE | ROLE_ANALYSE, FIXTURE_NATIONAL,
		                              TLP_AMBER_STRICT},
		[FIXTURE_INSPECTOR] = {"Inspector", "Court of auditors", ROLE_INSPECT, 0, TLP_CLEAR},
	};
	struct item items[FIXTURE_MEMBERS];
	struct credential credentials[FIXTURE_MEMBERS];
	for (unsigned i = 0; i < FIXTURE_MEMBERS; i++) {
		fixture_member_make(f, rows[i].name, rows[i].organisation, &f->member[i]);
		items[i] = fixture_item(&f->member[i], rows[i].roles, rows[i].team, rows[i].ceiling);
	}
	fixture_accredit(f, items, FIXTURE_MEMBERS, credentials);
	for (unsigned i = 0; i < FIXTURE_MEMBERS; i++)
		f->member[i].credential = credentials[i];
}

void fixture_stand(struct fixture *f, enum fixture_who who, enum standing_action action, uint64_t issued, uint64_t until)
{
	struct standing s = {.action = action, .issued = issued, .until = until};
	struct buf body;
	memcpy(s.card, f->member[who].id, CARD_ID);
	buf_init(&body, DOCUMENT_MAX);
	standing_encode(&s, &body);
	enact(f, DOCUMENT_STANDING, &body, fixture_seats(action == STANDING_SUSPEND ? 1 : f->charter.t), 0);
}

struct slice fixture_card(const struct fixture *f, enum fixture_who who)
{
	return slice_of(f->member[who].encoded, f->member[who].encoded_n);
}

struct fixture *fixture_new(unsigned t, unsigned n)
{
	must(crypto_init(), NULL);
	struct fixture *f = calloc(1, sizeof *f);
	INVARIANT(f != NULL && (f->governance = governance_new()) != NULL);
	struct buf body;
	charter_make(f, t, n);
	f->quarter = quarter_of(FIXTURE_NOW);
	buf_init(&body, CHARTER_MAX);
	charter_encode(&f->charter, &body);
	enact(f, DOCUMENT_CHARTER, &body, fixture_seats(n), 0);
	quarter_keys(f, f->quarter - 1, "last-quarter", true);
	quarter_keys(f, f->quarter, "quarter", false);
	token_keys(f);
	members(f);
	return f;
}

void fixture_free(struct fixture *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->leaves; i++)
		buf_free(&f->leaf[i]);
	governance_free(f->governance);
	free(f);
}
