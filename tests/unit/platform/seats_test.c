// Tokens and filing through keepers that lie, refuse or are away: real HTTPS on loopback, keepers in this process.
#include "home_of.h"
#include "http/server.h"
#include "proto/keeper.h"

#define N 4
#define T 3

enum behaviour { HONEST, AWAY, LIES, REFUSES, OTHERS_SHARE, CUTS };

struct keepers {
	struct fixture *f;
	struct http_server *server[N];
	struct keeper {
		struct keepers *all;
		unsigned seat; // from 1
		enum behaviour is;
		unsigned asked;
		uint8_t nonce[16]; // of the last ask
		struct buf filing; // the last one
	} keeper[N];
	struct platform *p;
	const char *home;
};

static enum err evaluate(struct keeper *k, struct slice body, struct buf *answer, struct why *why)
{
	struct evaluate e;
	const struct fixture *f = k->all->f;
	enum err r = evaluate_decode(body, &e, why);
	unsigned share = k->is == OTHERS_SHARE ? k->seat % N : k->seat - 1;
	for (unsigned class = 0; class < TOKEN_CLASSES && r == ERR_OK; class++) {
		const struct token_key *key = governance_token_key(f->governance, class, e.epoch[class]);
		if (e.count[class] > 0)
			r = evaluate_answer(&e, class, f->seat[share].token[class], key->share[share], answer, why);
	}
	return r;
}

static enum err receipt(struct keeper *k, struct slice body, struct buf *answer, struct why *why)
{
	struct filing filing;
	struct receipt r = {.time = FIXTURE_NOW, .index = 7};
	enum err e = filing_decode(body, &filing, why);
	if (e != ERR_OK)
		return e;
	filing_hash(&filing, r.filing);
	activity_leaf(ACTIVITY_FILING, r.time, filing.salt, r.filing, r.leaf);
	if (k->is == OTHERS_SHARE) // a receipt of another filing
		r.filing[0] ^= 1;
	receipt_sign(&r, k->all->f->hub, k->all->f->origin);
	receipt_encode(&r, buf_add(answer, RECEIPT_BYTES));
	buf_clear(&k->filing);
	buf_put_slice(&k->filing, body);
	return ERR_OK;
}

static enum err answer(void *keeper, const struct http_request *r, struct http_answer *a, struct why *why)
{
	struct keeper *k = keeper;
	struct ask ask;
	const char *verb = r->path + strlen("/v1/");
	k->asked++;
	enum err e = ask_decode(r->body, &ask, why);
	if (e == ERR_OK)
		e = ask_check(&ask, verb, (uint8_t)k->seat, ROLE_FILE, k->all->f->governance, FIXTURE_NOW, why);
	if (e != ERR_OK)
		return e;
	memcpy(k->nonce, ask.nonce, sizeof k->nonce);
	if (k->is == REFUSES)
		return why_set(why, ERR_DENIED, "20000 of 20000 used today");
	e = strcmp(verb, "evaluate") == 0 ? evaluate(k, ask.body, &a->body, why) : receipt(k, ask.body, &a->body, why);
	if (e == ERR_OK && k->is == LIES)
		a->body.p[a->body.n - 1] ^= 1;
	if (e == ERR_OK && k->is == CUTS)
		a->body.n--;
	return e;
}

static const struct http_route routes[] = {
	{"POST", "/v1/evaluate", EVALUATE_MAX + ASK_OVERHEAD_MAX, answer},
	{"POST", "/v1/file", FILING_MAX + ASK_OVERHEAD_MAX, answer},
	{NULL},
};

static struct buf certificate, key;

static void keepers_open(struct keepers *a)
{
	struct why why;
	*a = (struct keepers){.f = fixture_new(T, N)};
	clock_set(FIXTURE_NOW);
	a->home = home_of(a->f, FIXTURE_REPORTER, true);
	INVARIANT(http_client_init(&why) == ERR_OK);
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	INVARIANT(tls_make("keeper", &certificate, &key, &why) == ERR_OK);
	INVARIANT(platform_open(a->home, PLATFORM_CHARTER, &a->p, &why) == ERR_OK);
	for (unsigned i = 0; i < N; i++) {
		struct http_server_plan plan = {.host = "127.0.0.1", .certificate = buf_slice(&certificate), .key = buf_slice(&key), .routes = routes,
		                                .context = &a->keeper[i]};
		a->keeper[i] = (struct keeper){.all = a, .seat = i + 1};
		buf_init(&a->keeper[i].filing, FILING_MAX);
		INVARIANT(http_server_open(&plan, &a->server[i], &why) == ERR_OK && http_server_start(a->server[i], &why) == ERR_OK);
	}
	// The ledger as followed, without a hub: what platform_sync() would have left.
	for (unsigned i = 1; i < a->f->leaves; i++)
		INVARIANT(governance_apply(platform_governance(a->p), i, buf_slice(&a->f->leaf[i]), &why) == ERR_OK);
	a->p->credential = a->f->member[FIXTURE_REPORTER].credential;
	credential_encode(&a->p->credential, &a->p->credential_bytes);
}

// Clients to the keepers of this process in place of the charter's; who is away has a client to a port where nobody is.
static void keepers_are(struct keepers *a, const enum behaviour is[static N])
{
	struct why why;
	for (unsigned i = 0; i < N; i++) {
		struct http_peer peer = {.name = "seat", .host = "127.0.0.1", .port = is[i] == AWAY ? 1 : http_server_port(a->server[i])};
		INVARIANT(tls_pin(buf_slice(&certificate), peer.pin, &why) == ERR_OK);
		http_client_free(a->p->keeper[i]);
		INVARIANT(http_client_new(&peer, &a->p->keeper[i], &why) == ERR_OK);
		a->keeper[i].is = is[i];
		a->keeper[i].asked = 0;
		buf_clear(&a->keeper[i].filing);
	}
}

static void keepers_close(struct keepers *a)
{
	platform_close(a->p);
	for (unsigned i = 0; i < N; i++) {
		http_server_close(a->server[i]);
		buf_free(&a->keeper[i].filing);
	}
	buf_free(&certificate);
	buf_free(&key);
	home_remove(a->home);
	fixture_free(a->f);
	clock_reset();
}

static void observe(struct observable *o, unsigned i)
{
	char value[32];
	snprintf(value, sizeof value, "198.51.%u.%u", i / 256, i % 256);
	memset(o, 0, sizeof *o);
	INVARIANT(observable_canonical(OBSERVABLE_IPV4, slice_text(value), o, NULL) == ERR_OK);
}

static void tokens(void)
{
	static const struct {
		const char *name;
		enum behaviour is[N];
		enum err want;
		uint64_t liars; // bit i: seat i
	} rows[] = {
		{"all honest", {HONEST, HONEST, HONEST, HONEST}, ERR_OK, 0},
		{"one away", {HONEST, AWAY, HONEST, HONEST}, ERR_OK, 0},
		{"one lies", {LIES, HONEST, HONEST, HONEST}, ERR_OK, 1 << 1},
		{"one with another's share", {HONEST, HONEST, HONEST, OTHERS_SHARE}, ERR_OK, 1 << 4},
		{"one cuts its answer", {HONEST, HONEST, CUTS, HONEST}, ERR_OK, 1 << 3},
		{"one refuses", {HONEST, HONEST, REFUSES, HONEST}, ERR_OK, 0},
		{"two away", {AWAY, AWAY, HONEST, HONEST}, ERR_AWAY, 0},
		{"two lie", {HONEST, LIES, LIES, HONEST}, ERR_AWAY, 1 << 2 | 1 << 3},
		{"one lies, one away", {HONEST, LIES, AWAY, HONEST}, ERR_AWAY, 1 << 2},
		{"two refuse", {HONEST, REFUSES, REFUSES, HONEST}, ERR_DENIED, 0},
		{"nobody", {AWAY, AWAY, AWAY, AWAY}, ERR_AWAY, 0},
	};
	struct keepers a;
	struct observable o[3];
	const struct observable *list[] = {&o[0], &o[1], &o[2]};
	struct token first[3] = {{0}}, token[3];
	keepers_open(&a);
	for (unsigned i = 0; i < 3; i++)
		observe(&o[i], i);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t liars = 99;
		struct why why = {""};
		keepers_are(&a, rows[i].is);
		enum err e = platform_tokens(a.p, list, 3, token, NULL, &liars, &why);
		CHECK_SAY(e == rows[i].want, "%s: %s: %s", rows[i].name, err_name(e), why.text);
		CHECK_SAY(liars == rows[i].liars, "%s: liars %llx", rows[i].name, (unsigned long long)liars);
		if (e != ERR_OK)
			continue;
		if (i == 0)
			memcpy(first, token, sizeof first);
		CHECK_SAY(memcmp(first, token, sizeof first) == 0, "%s: other tokens", rows[i].name);
	}
	keepers_close(&a);
}

// More than one batch: every batch has an announcement of its own, the same at all keepers, and the places are kept.
static void batches(void)
{
	static const enum behaviour honest[N] = {HONEST, HONEST, HONEST, HONEST};
	static struct observable o[TOKEN_BATCH_MAX + 2];
	static const struct observable *list[TOKEN_BATCH_MAX + 2];
	static struct token all[TOKEN_BATCH_MAX + 2], one;
	static uint8_t locks[TOKEN_BATCH_MAX + 2][TOKEN_LOCK], lock[1][TOKEN_LOCK];
	struct keepers a;
	struct why why = {""};
	uint8_t nonce[16];
	keepers_open(&a);
	keepers_are(&a, honest);
	for (unsigned i = 0; i < TOKEN_BATCH_MAX + 2; i++) {
		observe(&o[i], i);
		list[i] = &o[i];
	}
	CHECK_SAY(platform_tokens(a.p, list, TOKEN_BATCH_MAX + 2, all, locks, NULL, &why) == ERR_OK, "%s", why.text);
	for (unsigned i = 0; i < N; i++) {
		CHECK(a.keeper[i].asked == 2);
		CHECK_BYTES(a.keeper[i].nonce, a.keeper[0].nonce, 16);
	}
	memcpy(nonce, a.keeper[0].nonce, 16);
	CHECK(platform_tokens(a.p, &list[TOKEN_BATCH_MAX + 1], 1, &one, lock, NULL, &why) == ERR_OK);
	CHECK_BYTES(one.id, all[TOKEN_BATCH_MAX + 1].id, TOKEN_ID);
	CHECK_BYTES(lock[0], locks[TOKEN_BATCH_MAX + 1], TOKEN_LOCK);
	CHECK(memcmp(nonce, a.keeper[0].nonce, 16) != 0);
	CHECK(platform_tokens(a.p, list, 0, all, NULL, NULL, &why) == ERR_OK);
	keepers_close(&a);
}

static void files(void)
{
	static const struct {
		const char *name;
		enum behaviour is[N];
		enum err want;
		uint64_t relays; // who may have relayed
	} rows[] = {
		{"all honest", {HONEST, HONEST, HONEST, HONEST}, ERR_OK, 0x1e},
		{"one honest", {AWAY, LIES, HONEST, OTHERS_SHARE}, ERR_OK, 1 << 3},
		{"one honest among refusals", {REFUSES, HONEST, REFUSES, REFUSES}, ERR_OK, 1 << 2},
		{"cut and false receipts", {CUTS, CUTS, LIES, HONEST}, ERR_OK, 1 << 4},
		{"nobody", {AWAY, AWAY, AWAY, AWAY}, ERR_AWAY, 0},
		{"all refuse", {REFUSES, REFUSES, REFUSES, REFUSES}, ERR_DENIED, 0},
		{"a refusal says more than absence", {AWAY, AWAY, REFUSES, AWAY}, ERR_DENIED, 0},
		{"all lie", {LIES, LIES, LIES, LIES}, ERR_AUTH, 0},
	};
	struct keepers a;
	uint8_t payload[REPLY_BYTES] = {1, 2, 3};
	struct filing filing = {.kind = FILING_REPLY, .salt = {9}, .payload = slice_of(payload, sizeof payload)};
	struct buf bytes;
	keepers_open(&a);
	buf_init(&bytes, FILING_MAX);
	filing_encode(&filing, &bytes);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned seat = 0;
		struct receipt r = {0};
		struct why why = {""};
		keepers_are(&a, rows[i].is);
		enum err e = platform_file(a.p, &filing, &seat, &r, &why);
		CHECK_SAY(e == rows[i].want, "%s: %s: %s", rows[i].name, err_name(e), why.text);
		CHECK_SAY(e != ERR_OK ? seat == 0 && r.time == 0 : (rows[i].relays >> seat & 1) != 0 && r.index == 7, "%s: seat %u", rows[i].name, seat);
		if (e == ERR_OK)
			CHECK_SAY(slice_equal(buf_slice(&a.keeper[seat - 1].filing), buf_slice(&bytes)), "%s: other bytes", rows[i].name);
	}
	buf_free(&bytes);
	keepers_close(&a);
}

// An ask without a credential never leaves; a peer with another key is not spoken to.
static void alone(void)
{
	static const enum behaviour honest[N] = {HONEST, HONEST, HONEST, HONEST};
	struct keepers a;
	struct buf b;
	struct why why;
	keepers_open(&a);
	keepers_are(&a, honest);
	buf_init(&b, EVALUATED_MAX);
	struct http_peer peer = {.name = "seat 1", .host = "127.0.0.1", .port = http_server_port(a.server[0])};
	http_client_free(a.p->keeper[0]);
	REQUIRE(http_client_new(&peer, &a.p->keeper[0], &why) == ERR_OK);
	CHECK(platform_ask_keeper(a.p, 1, KEEPER_CARDS, (struct slice){0}, &b, &why) == ERR_AUTH);
	CHECK(a.keeper[0].asked == 0);
	buf_clear(&a.p->credential_bytes);
	CHECK(platform_ask_keeper(a.p, 2, KEEPER_CARDS, (struct slice){0}, &b, &why) == ERR_ABSENT);
	CHECK(platform_ask_keeper(a.p, N + 1, KEEPER_CARDS, (struct slice){0}, &b, &why) == ERR_INPUT);
	CHECK(a.keeper[1].asked == 0);
	buf_free(&b);
	keepers_close(&a);
}

const struct test tests[] = {
	{"tokens among liars and absent seats", tokens},
	{"batches", batches},
	{"files through whom it can", files},
	{"asks only who it knows", alone},
	{NULL, NULL},
};
