// The role net: HTTP and TLS. It decides nothing: every question goes to core as a frame.
#include <stdlib.h>

#include "http/client.h"
#include "http/server.h"
#include "hub.h"
#include "log/log.h"
#include "metric/metric.h"
#include "sys/file.h"

#define ROUTES_MAX 24
#define PATH_MAX_ROUTE 32
#define THREADS 8
#define CONNECTIONS 2000
#define PER_ADDRESS 512 // keepers and whole organisations come from one address

struct net {
	struct channel *core;
	struct cosigner *cosigner;
	unsigned seats;
	struct http_server *server, *metrics; // metrics: NULL when the configuration has none
	struct http_route routes[ROUTES_MAX];
	char paths[ROUTES_MAX][PATH_MAX_ROUTE];
};

static enum err ask_core(struct net *n, enum core_kind kind, struct slice payload, struct http_answer *a, struct why *why)
{
	return channel_call(n->core, kind, payload, &a->body, CORE_TIMEOUT_MS, why);
}

static enum err answer_checkpoint(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	a->type = "text/plain; charset=utf-8";
	return ask_core(net, CORE_CHECKPOINT, r->body, a, why);
}

static enum err answer_charter(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return ask_core(net, CORE_CHARTER, r->body, a, why);
}

static enum err answer_status(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	a->type = "text/plain; charset=utf-8";
	return ask_core(net, CORE_STATUS, r->body, a, why);
}

// Whatever may make the ledger grow wakes the cosigner.
static enum err grow(struct net *n, enum core_kind kind, struct slice payload, struct http_answer *a, struct why *why)
{
	enum err e = ask_core(n, kind, payload, a, why);
	if (e == ERR_OK)
		cosigner_wake(n->cosigner);
	return e;
}

static enum err answer_governance(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return grow(net, CORE_GOVERNANCE, r->body, a, why);
}

static enum err answer_filing(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	return grow(net, CORE_FILING, r->body, a, why);
}

static const struct hub_question *question_of(const char *path)
{
	for (const struct hub_question *q = hub_questions; q->name != NULL; q++)
		if (strcmp(path + strlen("/v1/"), q->name) == 0)
			return q;
	return NULL;
}

static enum err answer_ask(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	struct net *n = net;
	const struct hub_question *q = question_of(r->path);
	INVARIANT(q != NULL); // the routes were made from the same table
	struct buf frame;
	buf_init(&frame, CORE_FRAME_MAX);
	buf_put_u8(&frame, (uint8_t)q->verb);
	buf_put_slice(&frame, r->body);
	enum err e = buf_status(&frame) != ERR_OK  ? why_set(why, ERR_LIMIT, "%s: question too large", q->name)
	             : q->verb == HUB_REQUEST ? grow(n, CORE_ASK, buf_slice(&frame), a, why)
	                                      : ask_core(n, CORE_ASK, buf_slice(&frame), a, why);
	buf_free(&frame);
	return e;
}

static void routes_make(struct net *n)
{
	struct http_route *to = n->routes;
	*to++ = (struct http_route){"GET", "/checkpoint", 0, answer_checkpoint};
	*to++ = (struct http_route){"GET", "/v1/charter", 0, answer_charter};
	*to++ = (struct http_route){"GET", "/v1/status", 0, answer_status};
	*to++ = (struct http_route){"POST", "/v1/governance", DOCUMENT_MAX, answer_governance};
	*to++ = (struct http_route){"POST", "/v1/filings", VOUCHER_BYTES + FILING_MAX, answer_filing};
	for (const struct hub_question *q = hub_questions; q->name != NULL; q++, to++) {
		char *path = n->paths[to - n->routes];
		snprintf(path, PATH_MAX_ROUTE, "/v1/%s", q->name);
		*to = (struct http_route){"POST", path, q->body_max + ASK_OVERHEAD_MAX, answer_ask};
	}
	INVARIANT(to - n->routes < ROUTES_MAX);
}

static void on_failure(void *net, const struct http_request *r, const struct why *why)
{
	(void)net;
	log_line(LOG_ERROR, "request-failed", log_value("path", "%s", r->path), log_value("why", "%s", why->text));
}

static enum err server_open(struct net *n, const struct hub_conf *c, struct why *why)
{
	char certificate_path[CONF_TEXT_MAX], key_path[CONF_TEXT_MAX];
	struct buf certificate, key;
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	hub_path(c, "tls.pem", certificate_path);
	hub_path(c, "tls.key", key_path);
	enum err e = tls_read_files(certificate_path, key_path, &certificate, &key, why);
	routes_make(n);
	const struct http_server_plan plan = {
		.host = c->listen.host, .port = c->listen.port, .certificate = buf_slice(&certificate), .key = buf_slice(&key),
		.routes = n->routes, .context = n, .threads = THREADS, .connections = CONNECTIONS, .per_address = PER_ADDRESS,
		.on_failure = on_failure,
	};
	if (e == ERR_OK)
		e = http_server_open(&plan, &n->server, why);
	buf_free(&certificate);
	buf_free(&key);
	return e;
}

// --- Metrics, for this machine only -----------------------------------------------------------------------------------------------------

static void put_own_metrics(const struct net *n, struct buf *b)
{
	static const char *const classes[HTTP_CLASSES] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
	uint64_t answers[HTTP_CLASSES];
	uint32_t failing = cosigner_failing(n->cosigner);
	http_server_answers(n->server, answers);
	metric_family(b, METRIC_COUNTER, "tocsin_hub_http_answers_total", "Answers to HTTP requests, by the hundreds of their status.");
	for (unsigned i = 1; i < HTTP_CLASSES; i++)
		metric_sample(b, "tocsin_hub_http_answers_total", answers[i], {"status", classes[i]});
	metric_family(b, METRIC_GAUGE, "tocsin_hub_witness_failing", "1 when a seat's keeper does not cosign.");
	for (unsigned i = 0; i < n->seats; i++) {
		char seat[12];
		snprintf(seat, sizeof seat, "%u", i + 1);
		metric_sample(b, "tocsin_hub_witness_failing", failing >> i & 1, {"seat", seat});
	}
}

static enum err answer_metrics(void *net, const struct http_request *r, struct http_answer *a, struct why *why)
{
	a->type = METRIC_TYPE;
	enum err e = ask_core(net, CORE_METRICS, r->body, a, why);
	put_own_metrics(net, &a->body);
	return e;
}

static enum err metrics_open(struct net *n, const struct hub_conf *c, struct why *why)
{
	static const struct http_route routes[] = {{"GET", "/metrics", 0, answer_metrics}, {NULL}};
	const struct http_server_plan plan = {.host = c->metrics.host, .port = c->metrics.port, .plain = true, .routes = routes, .context = n,
	                                      .threads = 1, .connections = 16, .per_address = 16, .on_failure = on_failure};
	if (c->metrics.host[0] == 0)
		return ERR_OK;
	enum err e = http_server_open(&plan, &n->metrics, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "metrics");
}

void hub_plan_net(const struct charter *charter, struct sandbox_plan *plan)
{
	*plan = (struct sandbox_plan){.kind = SANDBOX_NETWORK, .files = CONNECTIONS + 256};
	unsigned ports = 0; // zero ends the list, so no holes
	for (unsigned i = 0; i < charter->n && ports < SANDBOX_PORTS_MAX; i++) {
		struct conf_address a;
		if (conf_address_parse(slice_text(charter->seats[i].address), 1, &a, NULL) == ERR_OK)
			plan->connect[ports++] = a.port;
	}
}

static enum err start(struct net *n, struct role_self *self, const struct hub_conf *c, const struct charter *charter, struct why *why)
{
	struct sandbox_plan plan;
	hub_plan_net(charter, &plan);
	enum err e = http_client_init(why);
	if (e == ERR_OK)
		e = server_open(n, c, why);
	if (e == ERR_OK)
		e = metrics_open(n, c, why);
	if (e == ERR_OK)
		e = role_enter(self, &plan, why);
	if (e != ERR_OK)
		return e;
	n->core = role_channel(self, "core");
	n->seats = charter->n;
	e = cosigner_start(charter, n->core, c->refresh, &n->cosigner, why);
	if (e == ERR_OK && n->metrics != NULL)
		e = http_server_start(n->metrics, why);
	return e == ERR_OK ? http_server_start(n->server, why) : e;
}

int net_run(struct role_self *self, void *conf)
{
	const struct hub_conf *c = conf;
	struct net n = {0};
	struct why why;
	static struct charter charter; // large for a stack
	enum err e = hub_charter_now(c, &charter, &why);
	if (e == ERR_OK)
		e = start(&n, self, c, &charter, &why);
	if (e == ERR_OK) {
		log_line(LOG_INFO, "listening", log_value("address", "%s:%u", c->listen.host, http_server_port(n.server)));
		role_ready(self);
		role_wait(self);
	} else {
		log_line(LOG_ERROR, "start-failed", log_failure(e, &why));
	}
	http_server_close(n.metrics);
	http_server_close(n.server);
	cosigner_stop(n.cosigner);
	return e != ERR_OK;
}
