// The role net: HTTP and TLS to members, hub and peers. It decides nothing: every question goes to core as a frame. The one thing
// it does by itself is to pass a filing on to the hub, once core has answered with a voucher.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/wire.h"
#include "filing/receipt.h"
#include "filing/release.h"
#include "http/client.h"
#include "http/server.h"
#include "keeper.h"
#include "ledger/witness.h"
#include "log/log.h"
#include "metric/metric.h"
#include "proto/hub.h"
#include "sys/file.h"

#define THREADS 8
#define CONNECTIONS 1000
#define PER_ADDRESS 256 // whole organisations come from one address
#define CARD_AGE 300    // seconds that a credential may be cached
#define PEER_MS 5000    // for a peer to answer

struct net {
	struct channel *core;
	struct http_server *server, *metrics; // metrics: NULL when the configuration has none
	struct http_client *hub, *peers[SEATS_MAX];
	unsigned peers_n;
	struct follower *follower;
};

static enum err ask_core(struct net *n, enum core_kind kind, struct slice payload, struct http_answer *a, struct why *why)
{
	return channel_call(n->core, (uint16_t)kind, payload, &a->body, CORE_TIMEOUT_MS, why);
}

// --- Routes -----------------------------------------------------------------------------------------------------------------

static enum err answer_status(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	a->type = "text/plain; charset=utf-8";
	return ask_core(net, CORE_STATUS, r->body, a, why);
}

static enum err answer_newest(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	a->type = "text/plain; charset=utf-8";
	return ask_core(net, CORE_NEWEST, r->body, a, why);
}

static enum err answer_credential(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	uint8_t id[CARD_ID];
	if (!hex_decode(r->tail, id, sizeof id))
		return why_set(why, ERR_INPUT, "a card id has %d hexadecimal digits", 2 * CARD_ID);
	a->max_age = CARD_AGE;
	return ask_core(net, CORE_CREDENTIAL, slice_of(id, sizeof id), a, why);
}

// C2SP tlog-witness has statuses of its own; core says which.
static enum err answer_witness(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	struct net *n = net;
	struct buf reply;
	buf_init(&reply, CHECKPOINT_ANSWER_MAX + 2);
	enum err e = channel_call(n->core, CORE_WITNESS, r->body, &reply, CORE_TIMEOUT_MS, why);
	if (e == ERR_OK) {
		struct wire w = wire_of(buf_slice(&reply));
		a->status = wire_u16(&w);
		a->type = a->status == WITNESS_CONFLICT ? "text/x.tlog.size" : "text/plain; charset=utf-8";
		buf_put_slice(&a->body, wire_take(&w, w.rest.n));
		e = wire_end(&w, "cosignature", why);
	}
	buf_free(&reply);
	if (e == ERR_OK && a->status == WITNESS_COSIGN)
		follower_wake(n->follower);
	return e;
}

static enum err answer_governance(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_GOVERNANCE, r->body, a, why);
}

static enum err answer_ceremony(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_CEREMONY, r->body, a, why);
}

static enum err answer_release(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_RELEASE, r->body, a, why);
}

static enum err answer_evaluate(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_EVALUATE, r->body, a, why);
}

static enum err answer_card(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_CARD, r->body, a, why);
}

// "cards" has two kinds of question: an ask for all cards begins with its format (1); a card put here with a length of two bytes.
// A card is never as short as 256 bytes (its sealing key alone has more), so the first byte tells them apart.
static enum err answer_cards(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, r->body.n > 0 && r->body.p[0] == 1 ? CORE_CARDS : CORE_CARD_PUT, r->body, a, why);
}

static enum err pass_on(struct net *n, struct slice bytes, const struct buf *voucher, struct http_answer *a, struct why *why)
{
	struct ask ask;
	struct buf body;
	enum err e = ask_decode(bytes, &ask, why);
	if (e != ERR_OK || voucher->n != VOUCHER_BYTES)
		return e != ERR_OK ? e : why_set(why, ERR_SYSTEM, "a voucher of %zu bytes", voucher->n);
	buf_init(&body, VOUCHER_BYTES + FILING_MAX);
	hub_filing_encode(voucher->p, ask.body, &body);
	struct http_call call = {.client = n->hub, .method = "POST", .path = "/v1/filings", .body = buf_slice(&body),
	                         .answer = &a->body};
	e = buf_status(&body) != ERR_OK ? why_set(why, ERR_LIMIT, "file: a filing of %zu bytes", ask.body.n) : http_call(&call);
	if (e != ERR_OK && buf_status(&body) == ERR_OK)
		*why = call.why;
	buf_free(&body);
	return e;
}

static enum err answer_file(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	struct net *n = net;
	struct buf voucher;
	buf_init(&voucher, VOUCHER_BYTES);
	enum err e = channel_call(n->core, CORE_FILE, r->body, &voucher, CORE_TIMEOUT_MS, why);
	if (e == ERR_OK)
		e = pass_on(n, r->body, &voucher, a, why);
	buf_free(&voucher);
	return e;
}

#define CARD_PUT_MAX (CARD_MAX + CREDENTIAL_MAX + 4)

static const struct http_route routes[] = {
	{"GET", "/v1/status", 0, answer_status},
	{"GET", "/v1/newest", 0, answer_newest},
	{"GET", "/v1/credential/*", 0, answer_credential},
	{"POST", "/add-checkpoint", WITNESS_REQUEST_MAX, answer_witness},
	{"POST", "/v1/governance", DOCUMENT_MAX, answer_governance},
	{"POST", "/v1/ceremony", CEREMONY_INPUT_MAX + DOCUMENT_MAX + 16, answer_ceremony},
	{"POST", "/v1/release", RELEASE_MAX, answer_release},
	{"POST", "/v1/file", FILING_MAX + ASK_OVERHEAD_MAX, answer_file},
	{"POST", "/v1/evaluate", EVALUATE_MAX + ASK_OVERHEAD_MAX, answer_evaluate},
	{"POST", "/v1/card", CARD_ID + ASK_OVERHEAD_MAX, answer_card},
	{"POST", "/v1/cards", CARD_PUT_MAX, answer_cards},
	{NULL, NULL, 0, NULL},
};

static void on_failure(void *net, const struct http_request *r, const struct why *why)
{
	(void)net;
	log_line(LOG_ERROR, "request-failed", log_value("path", "%s", r->path), log_value("why", "%s", why->text));
}

// --- Metrics, for this machine only ------------------------------------------------------------------------------------------------

static enum err answer_metrics(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	static const char *const classes[HTTP_CLASSES] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
	struct net *n = net;
	uint64_t answers[HTTP_CLASSES];
	a->type = METRIC_TYPE;
	enum err e = ask_core(net, CORE_METRICS, r->body, a, why);
	http_server_answers(n->server, answers);
	metric_family(&a->body, METRIC_COUNTER, "tocsin_keeper_http_answers_total", "Answers to HTTP requests, by the hundreds of their status.");
	for (unsigned i = 1; i < HTTP_CLASSES; i++)
		metric_sample(&a->body, "tocsin_keeper_http_answers_total", answers[i], {"status", classes[i]});
	return e;
}

static enum err metrics_open(struct net *n, const struct keeper_conf *c, struct why *why)
{
	static const struct http_route metrics_routes[] = {{"GET", "/metrics", 0, answer_metrics}, {NULL}};
	const struct http_server_plan plan = {.host = c->metrics.host, .port = c->metrics.port, .plain = true, .routes = metrics_routes,
	                                      .context = n, .threads = 1, .connections = 16, .per_address = 16, .on_failure = on_failure};
	if (c->metrics.host[0] == 0)
		return ERR_OK;
	enum err e = http_server_open(&plan, &n->metrics, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "metrics");
}

// --- Start --------------------------------------------------------------------------------------------------------------------

static enum err server_open(struct net *n, const struct keeper_conf *c, struct why *why)
{
	char certificate_path[CONF_TEXT_MAX], key_path[CONF_TEXT_MAX];
	struct buf certificate, key;
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	keeper_path(c, "tls.pem", certificate_path);
	keeper_path(c, "tls.key", key_path);
	enum err e = tls_read_files(certificate_path, key_path, &certificate, &key, why);
	const struct http_server_plan plan = {
		.host = c->listen.host, .port = c->listen.port, .certificate = buf_slice(&certificate), .key = buf_slice(&key),
		.routes = routes, .context = n, .threads = THREADS, .connections = CONNECTIONS, .per_address = PER_ADDRESS,
		.on_failure = on_failure,
	};
	if (e == ERR_OK)
		e = http_server_open(&plan, &n->server, why);
	buf_free(&certificate);
	buf_free(&key);
	return e;
}

static enum err client_open(const char *name, const char *address, const uint8_t pin[static TLS_PIN], unsigned ms,
                            unsigned short *port,
                            struct http_client **client, struct why *why)
{
	struct conf_address a;
	enum err e = conf_address_parse(slice_text(address), 1, &a, why);
	if (e != ERR_OK)
		return why_at(why, e, "charter: %s", name);
	struct http_peer peer = {.name = name, .host = a.host, .port = a.port, .timeout_ms = ms};
	memcpy(peer.pin, pin, TLS_PIN);
	*port = a.port;
	return http_client_new(&peer, client, why);
}

void keeper_plan_net(struct sandbox_plan *plan)
{
	*plan = (struct sandbox_plan){.kind = SANDBOX_NETWORK, .files = CONNECTIONS + 256};
}

// Hub and peers; the ports are all that this process may reach.
static enum err clients_open(struct net *n, const struct charter *charter, const uint8_t own_pin[static TLS_PIN],
                             struct sandbox_plan *plan,
                             struct why *why)
{
	unsigned ports = 0;
	enum err e = client_open("hub", charter->hub_address, charter->hub_pin, 0, &plan->connect[ports++], &n->hub, why);
	for (unsigned i = 0; i < charter->n && e == ERR_OK; i++) {
		const struct seat *s = &charter->seats[i];
		char name[16];
		if (memcmp(s->tls_pin, own_pin, TLS_PIN) == 0)
			continue;
		snprintf(name, sizeof name, "seat %u", s->index);
		e = client_open(name, s->address, s->tls_pin, PEER_MS, &plan->connect[ports++], &n->peers[n->peers_n++], why);
	}
	return e;
}

static enum err read_pin(const struct keeper_conf *c, uint8_t pin[static TLS_PIN], struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf pem;
	buf_init(&pem, TLS_PEM_MAX);
	keeper_path(c, "tls.pem", path);
	enum err e = file_read(path, TLS_PEM_MAX, &pem, why);
	if (e == ERR_OK)
		e = tls_pin(buf_slice(&pem), pin, why);
	buf_free(&pem);
	return e;
}

static enum err start(struct net *n, struct role_self *self, const struct keeper_conf *c, struct why *why)
{
	static struct charter charter; // large for a stack
	struct sandbox_plan plan;
	keeper_plan_net(&plan);
	uint8_t pin[TLS_PIN];
	enum err e = keeper_charter_now(c, &charter, why);
	if (e == ERR_OK)
		e = http_client_init(why);
	if (e == ERR_OK)
		e = read_pin(c, pin, why);
	if (e == ERR_OK)
		e = server_open(n, c, why);
	if (e == ERR_OK)
		e = metrics_open(n, c, why);
	if (e == ERR_OK)
		e = clients_open(n, &charter, pin, &plan, why);
	if (e == ERR_OK)
		e = role_enter(self, &plan, why);
	if (e != ERR_OK)
		return e;
	n->core = role_channel(self, "core");
	const struct follower_plan follow = {n->core, n->hub, n->peers, n->peers_n, c->hub_poll};
	e = follower_start(&follow, &n->follower, why);
	if (e == ERR_OK && n->metrics != NULL)
		e = http_server_start(n->metrics, why);
	return e == ERR_OK ? http_server_start(n->server, why) : e;
}

int net_run(struct role_self *self, void *conf)
{
	static struct net n;
	struct why why;
	const struct keeper_conf *c = conf;
	enum err e = start(&n, self, c, &why);
	if (e == ERR_OK) {
		log_line(LOG_INFO, "listening", log_value("address", "%s:%u", c->listen.host, http_server_port(n.server)));
		role_ready(self);
		role_wait(self);
	} else {
		log_line(LOG_ERROR, "failed", log_failure(e, &why));
	}
	http_server_close(n.metrics);
	http_server_close(n.server);
	follower_stop(n.follower);
	http_client_free(n.hub);
	for (unsigned i = 0; i < n.peers_n; i++)
		http_client_free(n.peers[i]);
	return e != ERR_OK;
}
