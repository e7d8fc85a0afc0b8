// Primitives, tokens and sealed records, on one core.
#include <sodium.h>
#include <string.h>

#include "bench.h"
#include "crypto/hpke.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"
#include "fixture.h"
#include "observable/observable.h"
#include "record/record.h"
#include "token/token.h"

#define LEAST 0.5 // seconds that each figure is measured for

// Operations per second of a statement that does `per` of them; also seconds of one in `cost`.
#define RATE(rate, per, statement)                                                                                               \
	do {                                                                                                                         \
		double start_ = bench_seconds(), now_;                                                                                   \
		double done_ = 0;                                                                                                        \
		do {                                                                                                                     \
			statement;                                                                                                           \
			done_ += (per);                                                                                                      \
		} while ((now_ = bench_seconds()) - start_ < LEAST);                                                                     \
		rate = done_ / (now_ - start_);                                                                                          \
	} while (0)

static void must(bool ok, const char *what)
{
	if (!ok)
		bench_fail(what);
}

void bench_crypto(void)
{
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC], plain[32] = {1}, sealed[32 + HPKE_OVERHEAD], seed[XWING_ENCAPS_SEED] = {2};
	uint8_t cipher[XWING_CIPHER], shared[XWING_SHARED];
	double rate;
	bench_title("X-Wing and HPKE, one core");
	hpke_keypair(sk, pk);
	RATE(rate, 1, must(xwing_encaps(pk, seed, cipher, shared) == ERR_OK, "xwing_encaps"));
	bench_row("X-Wing encapsulation", 1e6 / rate, "us");
	RATE(rate, 1, must(xwing_decaps(sk, cipher, shared) == ERR_OK, "xwing_decaps"));
	bench_row("X-Wing decapsulation", 1e6 / rate, "us");
	RATE(rate, 1, must(hpke_seal(pk, SLICE_LITERAL("i"), SLICE_LITERAL("a"), slice_of(plain, 32), sealed) == ERR_OK, "hpke_seal"));
	bench_row("a share sealed to a seat", 1e6 / rate, "us");
}

static struct { double multiply, base, hash; } group;

// What the group alone costs, in seconds: the limit that tokens are held against.
static void measure_group(void)
{
	uint8_t s[32], p[32], q[32], wide[64];
	double rate;
	crypto_core_ristretto255_scalar_random(s);
	crypto_core_ristretto255_random(p);
	randombytes_buf(wide, sizeof wide);
	RATE(rate, 1, must(crypto_scalarmult_ristretto255(q, s, p) == 0, "scalarmult"));
	group.multiply = 1 / rate;
	RATE(rate, 1, must(crypto_scalarmult_ristretto255_base(q, s) == 0, "scalarmult_base"));
	group.base = 1 / rate;
	RATE(rate, 1, must(crypto_core_ristretto255_from_hash(q, wide) == 0, "from_hash"));
	group.hash = 1 / rate;
	bench_row("group: multiplication", 1e6 * group.multiply, "us");
	bench_row("group: hash to element", 1e6 * group.hash, "us");
}

#define TOKENS 200
#define T 3
#define N 4

void bench_tokens(void)
{
	static struct observable o[TOKENS];
	const struct observable *list[TOKENS];
	struct token tokens[TOKENS];
	struct fixture *f = fixture_new(T, N);
	struct buf ask, answers[N];
	bench_title("Tokens: 200 observables, 3 of 4 keepers, every proof verified, one core");
	measure_group();
	for (unsigned i = 0; i < TOKENS; i++) {
		char text[32];
		snprintf(text, sizeof text, "host%u.example.org", i);
		must(observable_canonical(OBSERVABLE_DOMAIN, slice_text(text), &o[i], NULL) == ERR_OK, "observable_canonical");
		list[i] = &o[i];
	}
	struct token_client *client;
	buf_init(&ask, EVALUATE_MAX);
	double start = bench_seconds();
	must(token_client_new(list, TOKENS, f->governance, &client, NULL) == ERR_OK, "token_client_new");
	token_client_ask(client, &ask);
	double client_time = bench_seconds() - start, keeper_time = 0;
	struct evaluate e;
	must(evaluate_decode(buf_slice(&ask), &e, NULL) == ERR_OK, "evaluate_decode");
	for (unsigned i = 0; i < N; i++) {
		const struct token_key *key = governance_token_key(f->governance, OBSERVABLE_NAMES, 0);
		buf_init(&answers[i], EVALUATED_MAX);
		start = bench_seconds();
		must(evaluate_answer(&e, OBSERVABLE_NAMES, f->seat[i].token[OBSERVABLE_NAMES], key->share[i], &answers[i], NULL) == ERR_OK, "evaluate");
		keeper_time += (bench_seconds() - start) / N;
	}
	start = bench_seconds();
	for (unsigned i = 0; i < N; i++)
		must(token_client_answer(client, (uint8_t)(i + 1), buf_slice(&answers[i]), NULL) == ERR_OK, "token_client_answer");
	must(token_client_finish(client, tokens, NULL, NULL) == ERR_OK, "token_client_finish");
	client_time += bench_seconds() - start;
	// Group operations alone: client: hash, blind, 4 verifications of 4 multiplications each shared over the batch (2 per element), T
	// to interpolate, 1 to unblind. Keeper: 1 to evaluate, 1 for the composite.
	double client_limit = TOKENS * (group.hash + group.multiply * (1 + 2 * N + T + 1));
	double keeper_limit = TOKENS * group.multiply * 2;
	bench_row("client: tokens", TOKENS / client_time, "/s");
	bench_at_least("client: of what the group operations alone allow", 100 * client_limit / client_time, "%", 85, "");
	bench_row("keeper: evaluations", TOKENS / keeper_time, "/s");
	bench_at_least("keeper: of what the group operations alone allow", 100 * keeper_limit / keeper_time, "%", 85, "");
	token_client_free(client);
	buf_free(&ask);
	for (unsigned i = 0; i < N; i++)
		buf_free(&answers[i]);
	fixture_free(f);
}

void bench_records(void)
{
	struct fixture *f = fixture_new(5, 7);
	struct content c = {.card = fixture_card(f, FIXTURE_REPORTER)};
	struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_NATIONAL}};
	struct buf credential, envelope;
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
	double rate;
	buf_init(&credential, CREDENTIAL_MAX);
	credential_encode(&f->member[FIXTURE_REPORTER].credential, &credential);
	c.credential = buf_slice(&credential);
	c.document = SLICE_LITERAL("{\"version\":1}");
	bench_title("Sealed records, 5 of 7 seats, floor size, one core");
	RATE(rate, 1, {
		buf_init(&envelope, RECORD_MAX);
		must(record_seal(&c, &label, f->governance, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing, &envelope, id, batch_sk, NULL) == ERR_OK,
		     "record_seal");
		buf_free(&envelope);
	});
	bench_row("records sealed", rate, "/s");
	buf_free(&credential);
	fixture_free(f);
}
