// Filings at the hub, over TLS: records of the floor size with one batch, made beforehand and vouched for as a keeper would.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "filing/receipt.h"
#include "filing/voucher.h"
#include "platform/platform.h"
#include "sys/clock.h"

#define CLIENTS_MAX 64
#define BODY_MAX (64u << 10)

struct sent {
	struct buf body, answer; // voucher ‖ filing; receipt
	uint8_t salt[SALT], hash[32];
	double took;
};

struct load {
	const struct bench_load *l;
	struct platform *platform;
	struct sent *sent;
	unsigned next;  // atomic
	unsigned failed;
	struct why why; // of the last failure
};

static void must(enum err e, const struct why *why)
{
	if (e != ERR_OK)
		bench_fail(why->text);
}

// --- What is sent ------------------------------------------------------------------------------------------------------------------

static void seal(struct load *o, struct buf *envelope, struct buf *batch)
{
	struct platform *p = o->platform;
	struct content c = {.card = buf_slice(&p->card_bytes), .credential = buf_slice(&p->credential_bytes), .document = SLICE_LITERAL("{\"version\":1}")};
	struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {1}};
	struct token tokens[8];
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
	struct why why;
	random_bytes(c.reply_secret, sizeof c.reply_secret);
	must(record_seal(&c, &label, platform_governance(p), clock_now(), p->signing_sk, envelope, id, batch_sk, &why), &why);
	for (unsigned i = 0; i < 8; i++) {
		tokens[i] = (struct token){.flags = TOKEN_REAL, .epoch = 1};
		random_bytes(tokens[i].id, TOKEN_ID);
	}
	must(batch_seal(id, 0, tokens, 8, batch_sk, platform_charter(p)->matcher_key, charter_origin(platform_charter(p)), batch), &why);
}

static void prepare_one(struct load *o, struct sent *s, const uint8_t *voucher_sk)
{
	struct buf envelope, batch, filing;
	uint8_t encoded[VOUCHER_BYTES];
	buf_init(&envelope, BODY_MAX);
	buf_init(&batch, BATCH_SEALED_MAX);
	buf_init(&filing, BODY_MAX);
	buf_init(&s->body, BODY_MAX);
	buf_init(&s->answer, RECEIPT_BYTES);
	seal(o, &envelope, &batch);
	struct filing f = {.kind = FILING_RECORD, .payload = buf_slice(&envelope), .batches = 1, .batch = {buf_slice(&batch)}};
	random_bytes(f.salt, sizeof f.salt);
	memcpy(s->salt, f.salt, sizeof s->salt);
	filing_hash(&f, s->hash);
	struct voucher v = {.seat = 1, .kind = FILING_RECORD, .time = clock_now()};
	random_bytes(v.alias, sizeof v.alias);
	memcpy(v.filing, s->hash, sizeof v.filing);
	voucher_sign(&v, voucher_sk, charter_origin(platform_charter(o->platform)));
	voucher_encode(&v, encoded);
	filing_encode(&f, &filing);
	hub_filing_encode(encoded, buf_slice(&filing), &s->body);
	if (buf_status(&s->body) != ERR_OK)
		bench_fail("a filing is too large");
	buf_free(&envelope);
	buf_free(&batch);
	buf_free(&filing);
}

static void prepare(struct load *o)
{
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	struct why why;
	must(keyfile_read_sign(o->l->voucher_key, pk, sk, &why), &why);
	for (unsigned i = 0; i < o->l->count; i++)
		prepare_one(o, &o->sent[i], sk);
	secret_wipe(sk, sizeof sk);
}

// --- Sending -----------------------------------------------------------------------------------------------------------------------

static void *client_run(void *load)
{
	struct load *o = load;
	for (;;) {
		unsigned i = __atomic_fetch_add(&o->next, 1, __ATOMIC_RELAXED);
		if (i >= o->l->count)
			return NULL;
		struct sent *s = &o->sent[i];
		struct http_call call = {.client = o->platform->hub, .method = "POST", .path = "/v1/filings", .body = buf_slice(&s->body), .answer = &s->answer};
		double start = bench_seconds();
		enum err e = http_call(&call);
		s->took = bench_seconds() - start;
		if (e != ERR_OK) {
			__atomic_fetch_add(&o->failed, 1, __ATOMIC_RELAXED);
			o->why = call.why;
		}
	}
}

static double send_all(struct load *o)
{
	pthread_t threads[CLIENTS_MAX];
	double start = bench_seconds();
	for (unsigned i = 0; i < o->l->clients; i++)
		if (pthread_create(&threads[i], NULL, client_run, o) != 0)
			bench_fail("no thread");
	for (unsigned i = 0; i < o->l->clients; i++)
		pthread_join(threads[i], NULL);
	return bench_seconds() - start;
}

static void receipts_check(struct load *o)
{
	struct why why;
	for (unsigned i = 0; i < o->l->count; i++) {
		struct receipt r;
		must(receipt_decode(buf_slice(&o->sent[i].answer), &r, &why), &why);
		must(receipt_check(&r, o->sent[i].salt, o->sent[i].hash, platform_charter(o->platform), &why), &why);
	}
}

// --- The bare store ----------------------------------------------------------------------------------------------------------------

// The same bytes, in commits of as many as there are clients, nothing checked and nothing signed.
static double bare_store(const struct load *o)
{
	struct store *s;
	struct why why;
	uint64_t index;
	uint8_t receipt[RECEIPT_BYTES] = {0};
	must(store_open(o->l->directory, STORE_HUB, &s, &why), &why);
	double start = bench_seconds();
	for (unsigned i = 0; i < o->l->count; i++) {
		struct voucher v;
		struct filing f;
		struct envelope e;
		must(hub_filing_decode(buf_slice(&o->sent[i].body), &v, &f, &why), &why);
		must(envelope_decode(f.payload, &e, &why), &why);
		struct stored_record r = {.time = 1, .seat = 1, .header = e.header, .size = f.payload.n, .handle = i + 1};
		uint8_t leaf[ACTIVITY_LEAF];
		memcpy(r.id, e.header.id, sizeof r.id);
		memcpy(r.filing, o->sent[i].hash, sizeof r.filing);
		memcpy(r.alias, v.alias, sizeof r.alias);
		activity_leaf(ACTIVITY_FILING, 1, f.salt, r.filing, leaf);
		if (i % o->l->clients == 0)
			must(store_begin(s, &why), &why);
		must(store_leaf_add(s, slice_of(leaf, sizeof leaf), &index, &why), &why);
		r.leaf = index;
		must(store_record_add(s, &r, f.payload, f.batch, f.batches, receipt, &why), &why);
		if (i % o->l->clients == o->l->clients - 1 || i == o->l->count - 1)
			must(store_commit(s, &why), &why);
	}
	double rate = o->l->count / (bench_seconds() - start);
	store_close(s);
	return rate;
}

void bench_load(const struct bench_load *l)
{
	struct load o = {.l = l, .sent = calloc(l->count, sizeof *o.sent)};
	double *took = calloc(l->count, sizeof *took);
	struct why why;
	if (o.sent == NULL || took == NULL || l->clients == 0 || l->clients > CLIENTS_MAX)
		bench_fail("load");
	must(http_client_init(&why), &why);
	must(platform_open(l->home, PLATFORM_MEMBER, &o.platform, &why), &why);
	must(platform_sync(o.platform, &why), &why);
	prepare(&o);
	bench_title("Filing at the hub: records of the floor size with a batch, over TLS, durable before the receipt");
	double seconds = send_all(&o);
	if (o.failed > 0)
		bench_fail(o.why.text);
	receipts_check(&o);
	for (unsigned i = 0; i < l->count; i++)
		took[i] = 1e3 * o.sent[i].took;
	bench_at_least("filings, 16 clients", l->count / seconds, "/s", 1000, "");
	bench_row("receipt, median", bench_quantile(took, l->count, 0.5), "ms");
	bench_at_most("receipt, p99", bench_quantile(took, l->count, 0.99), "ms", 100, "");
	bench_beside("filings, 16 clients", l->count / seconds, "/s", bare_store(&o), "the bare store, 16 a commit, nothing verified or signed");
	for (unsigned i = 0; i < l->count; i++) {
		buf_free(&o.sent[i].body);
		buf_free(&o.sent[i].answer);
	}
	free(o.sent);
	free(took);
	platform_close(o.platform);
}
