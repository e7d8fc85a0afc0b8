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

#define LEAST 0.05 // seconds of a slice
#define SLICES 8   // the best counts: what else the machine does is no property of the code

// Operations per second of a statement.
#define RATE(rate, statement)                                                                                                    \
	do {                                                                                                                         \
		rate = 0;                                                                                                                \
		for (unsigned slice_ = 0; slice_ < SLICES; slice_++) {                                                                   \
			double start_ = bench_seconds(), now_, done_ = 0;                                                                    \
			do {                                                                                                                 \
				statement;                                                                                                       \
				done_++;                                                                                                         \
			} while ((now_ = bench_seconds()) - start_ < LEAST);                                                                 \
			rate = done_ / (now_ - start_) > rate ? done_ / (now_ - start_) : rate;                                              \
		}                                                                                                                        \
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
	RATE(rate, must(xwing_encaps(pk, seed, cipher, shared) == ERR_OK, "xwing_encaps"));
	bench_row("X-Wing encapsulation", 1e6 / rate, "us");
	RATE(rate, must(xwing_decaps(sk, cipher, shared) == ERR_OK, "xwing_decaps"));
	bench_row("X-Wing decapsulation", 1e6 / rate, "us");
	RATE(rate, must(hpke_seal(pk, SLICE_LITERAL("i"), SLICE_LITERAL("a"), slice_of(plain, 32), sealed) == ERR_OK, "hpke_seal"));
	bench_row("a share sealed to a seat", 1e6 / rate, "us");
}

#define OPERATIONS 100u // of each kind, in a measurement of the group

struct group { double multiply, add, hash; }; // seconds

// What the group alone costs now: the limit that tokens are held against.
static struct group group_measure(void)
{
	uint8_t s[32], p[32], q[32], sum[32], wide[64];
	bool ok = true;
	crypto_core_ristretto255_scalar_random(s);
	crypto_core_ristretto255_random(p);
	crypto_core_ristretto255_random(sum);
	randombytes_buf(wide, sizeof wide);
	double start = bench_seconds();
	for (unsigned i = 0; i < OPERATIONS; i++)
		ok &= crypto_scalarmult_ristretto255(q, s, p) == 0;
	double multiplied = bench_seconds();
	for (unsigned i = 0; i < OPERATIONS; i++)
		ok &= crypto_core_ristretto255_add(sum, sum, p) == 0;
	double added = bench_seconds();
	for (unsigned i = 0; i < OPERATIONS; i++)
		ok &= crypto_core_ristretto255_from_hash(q, wide) == 0;
	must(ok, "group");
	return (struct group){(multiplied - start) / OPERATIONS, (added - multiplied) / OPERATIONS, (bench_seconds() - added) / OPERATIONS};
}

#define TOKENS 200
#define T 3
#define N 4

static struct observable observables[TOKENS];

static void observables_make(void)
{
	for (unsigned i = 0; i < TOKENS; i++) {
		char text[32];
		snprintf(text, sizeof text, "host%u.example.org", i);
		must(observable_canonical(OBSERVABLE_DOMAIN, slice_text(text), &observables[i], NULL) == ERR_OK, "observable_canonical");
	}
}

// Seconds of one round: all that the client does, and one keeper's part.
static void tokens_round(const struct fixture *f, double *client_time, double *keeper_time)
{
	const struct observable *list[TOKENS];
	struct token tokens[TOKENS];
	struct token_client *client;
	struct evaluate e;
	struct buf ask, answers[N];
	const struct token_key *key = governance_token_key(f->governance, OBSERVABLE_NAMES, 0);
	for (unsigned i = 0; i < TOKENS; i++)
		list[i] = &observables[i];
	buf_init(&ask, EVALUATE_MAX);
	double start = bench_seconds();
	must(token_client_new(list, TOKENS, f->governance, &client, NULL) == ERR_OK, "token_client_new");
	token_client_ask(client, &ask);
	*client_time = bench_seconds() - start;
	must(evaluate_decode(buf_slice(&ask), &e, NULL) == ERR_OK, "evaluate_decode");
	start = bench_seconds();
	for (unsigned i = 0; i < N; i++) {
		buf_init(&answers[i], EVALUATED_MAX);
		must(evaluate_answer(&e, OBSERVABLE_NAMES, f->seat[i].token[OBSERVABLE_NAMES], key->share[i], &answers[i], NULL) == ERR_OK, "evaluate");
	}
	*keeper_time = (bench_seconds() - start) / N;
	start = bench_seconds();
	for (unsigned i = 0; i < N; i++)
		must(token_client_answer(client, (uint8_t)(i + 1), buf_slice(&answers[i]), NULL) == ERR_OK, "token_client_answer");
	must(token_client_finish(client, tokens, NULL, NULL) == ERR_OK, "token_client_finish");
	*client_time += bench_seconds() - start;
	token_client_free(client);
	buf_free(&ask);
	for (unsigned i = 0; i < N; i++)
		buf_free(&answers[i]);
}

#define ROUNDS 15u

// The group is measured before and after every round, so that what else the machine does meanwhile slows both.
void bench_tokens(void)
{
	struct fixture *f = fixture_new(T, N);
	static double multiply[ROUNDS], add[ROUNDS], client[ROUNDS], keeper[ROUNDS], client_part[ROUNDS], keeper_part[ROUNDS];
	bench_title("Tokens: 200 observables, 3 of 4 keepers, every proof verified, one core");
	observables_make();
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct group a = group_measure();
		tokens_round(f, &client[i], &keeper[i]);
		struct group b = group_measure();
		multiply[i] = (a.multiply + b.multiply) / 2;
		add[i] = (a.add + b.add) / 2;
		// Group operations alone, for an element. Client: hash, blind; a multiplication and an addition for each of two composites of
		// each of N proofs, and for each of T shares; unblind. Keeper: evaluate; a multiplication and an addition for its composite.
		client_part[i] = TOKENS * ((a.hash + b.hash) / 2 + multiply[i] * (1 + 2 * N + T + 1) + add[i] * (2 * N + T)) / client[i];
		keeper_part[i] = TOKENS * (multiply[i] * 2 + add[i]) / keeper[i];
	}
	bench_row("group: multiplication", 1e6 * bench_quantile(multiply, ROUNDS, 0.5), "us");
	bench_row("group: addition (libsodium adds encodings)", 1e6 * bench_quantile(add, ROUNDS, 0.5), "us");
	bench_row("client: tokens", TOKENS / bench_quantile(client, ROUNDS, 0.5), "/s");
	bench_at_least("client: of what the group operations alone allow", 100 * bench_quantile(client_part, ROUNDS, 0.5), "%", 85, "");
	bench_row("keeper: evaluations", TOKENS / bench_quantile(keeper, ROUNDS, 0.5), "/s");
	bench_at_least("keeper: of what the group operations alone allow", 100 * bench_quantile(keeper_part, ROUNDS, 0.5), "%", 85, "");
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
	RATE(rate, {
		buf_init(&envelope, RECORD_MAX);
		must(record_seal(&c, &label, f->governance, FIXTURE_NOW, f->member[FIXTURE_REPORTER].signing, &envelope, id, batch_sk, NULL) == ERR_OK,
		     "record_seal");
		buf_free(&envelope);
	});
	bench_row("records sealed", rate, "/s");
	buf_free(&credential);
	fixture_free(f);
}
