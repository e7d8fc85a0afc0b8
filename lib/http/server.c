#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/patience.h"
#include "http/tls.h"

#define THREADS 4
#define CONNECTIONS 512
#define PER_ADDRESS 64
#define TIMEOUT_SECONDS 30
#define BACKLOG 1024
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3" // GnuTLS's strong set without anything before TLS 1.3
#define DROPPED_MAX (8u << 20) // bytes read of a body that will be refused, before the connection is cut
#define FAILURE_MAX (WHY_MAX + 16) // bytes of an answer that says why

struct http_server {
	struct http_server_plan plan; // certificate and key point into the buffers below
	struct buf certificate, key;
	int listening; // -1 once the library owns it
	uint16_t port;
	struct MHD_Daemon *daemon; // NULL until started
	struct patience *patience; // NULL until started
	_Atomic uint64_t answered[HTTP_CLASSES];
};

// One request while it arrives and is answered.
struct http_exchange {
	struct MHD_Connection *connection;
	struct patient *patient; // the connection's
	const struct http_route *route;
	struct slice tail;
	char path[HTTP_PATH_MAX];
	char peer[HTTP_PEER_MAX];
	struct buf body;
	bool too_large;
	size_t dropped; // bytes of a body that will be refused
	unsigned refusal; // status decided before the handler; 0: none
};

static unsigned status_of(enum err e)
{
	switch (e) {
	case ERR_OK:
		return 200;
	case ERR_INPUT:
		return 400;
	case ERR_AUTH:
		return 401;
	case ERR_DENIED:
		return 403;
	case ERR_ABSENT:
		return 404;
	case ERR_EXISTS:
		return 409;
	case ERR_LIMIT:
		return 413;
	case ERR_AWAY:
		return 503;
	case ERR_SYSTEM:
		return 500;
	}
	return 500;
}

const char *http_query(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->exchange->connection, MHD_HEADER_KIND, name);
}

// Does the route's path fit? *tail is what "*" stands for.
static bool path_fits(const char *pattern, const char *path, struct slice *tail)
{
	size_t n = strlen(pattern);
	if (n == 0 || pattern[n - 1] != '*') {
		*tail = slice_of(NULL, 0);
		return strcmp(pattern, path) == 0;
	}
	*tail = slice_text(path);
	if (tail->n < n || memcmp(path, pattern, n - 1) != 0)
		return false;
	*tail = slice_part(*tail, n - 1, tail->n);
	for (size_t i = 0; i < tail->n; i++)
		if (tail->p[i] < ' ' || tail->p[i] == 0x7f)
			return false;
	return true;
}

static bool method_fits(const char *wanted, const char *method)
{
	return strcmp(wanted, method) == 0 || (strcmp(wanted, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

// Fills in the route, or the refusal (404, 405).
static void find_route(const struct http_server *s, struct http_exchange *x, const char *method)
{
	bool elsewhere = false;
	for (const struct http_route *r = s->plan.routes; r->method != NULL; r++) {
		struct slice tail;
		if (!path_fits(r->path, x->path, &tail))
			continue;
		elsewhere = true;
		if (!method_fits(r->method, method))
			continue;
		x->route = r;
		x->tail = tail;
		return;
	}
	x->refusal = elsewhere ? 405 : 404;
}

static void print_peer(struct MHD_Connection *c, char peer[HTTP_PEER_MAX])
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info != NULL ? info->client_addr : NULL;
	const void *address = NULL;
	if (a != NULL && a->sa_family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
	if (a != NULL && a->sa_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
	if (address == NULL || inet_ntop(a->sa_family, address, peer, HTTP_PEER_MAX) == NULL)
		strcpy(peer, "?");
}

static enum MHD_Result queue(struct http_server *s, struct MHD_Connection *c, unsigned status, const char *type, const char *error,
	unsigned max_age, struct slice body)
{
	s->answered[status / 100 < HTTP_CLASSES ? status / 100 : 0]++;
	struct MHD_Response *r = MHD_create_response_from_buffer(body.n, (void *)body.p, MHD_RESPMEM_MUST_COPY);
	if (r == NULL)
		return MHD_NO; // cuts the connection
	char cache[40] = "no-store";
	if (max_age > 0)
		snprintf(cache, sizeof cache, "max-age=%u", max_age);
	bool ok = MHD_add_response_header(r, "Content-Type", type) == MHD_YES &&
		MHD_add_response_header(r, "Cache-Control", cache) == MHD_YES &&
		MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES &&
		(error == NULL || MHD_add_response_header(r, "Tocsin-Error", error) == MHD_YES);
	enum MHD_Result result = ok ? MHD_queue_response(c, status, r) : MHD_NO;
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result queue_failure(struct http_server *s, struct MHD_Connection *c, unsigned status, enum err e, const char *text)
{
	char line[FAILURE_MAX];
	int n = snprintf(line, sizeof line, "%s: %s\n", err_name(e), text);
	size_t used = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
	return queue(s, c, status, "text/plain; charset=utf-8", err_name(e), 0, slice_of(line, used));
}

static enum MHD_Result queue_refusal(struct http_server *s, struct MHD_Connection *c, unsigned status)
{
	switch (status) {
	case 404:
		return queue_failure(s, c, 404, ERR_ABSENT, "no such path");
	case 405:
		return queue_failure(s, c, 405, ERR_INPUT, "method not for this path");
	case 503:
		return queue_failure(s, c, 503, ERR_AWAY, "too many large requests at once: try again");
	case 413:
		return queue_failure(s, c, 413, ERR_LIMIT, "body over the maximum of this path");
	default:
		return queue_failure(s, c, 400, ERR_INPUT, "malformed request");
	}
}

static enum MHD_Result answer(struct http_server *s, struct http_exchange *x, const char *method)
{
	struct http_request r = {method, x->path, x->tail, buf_slice(&x->body), x->peer, x};
	struct http_answer a = {.status = 200, .type = "application/octet-stream"};
	struct why why = {""};
	buf_init(&a.body, HTTP_ANSWER_MAX);
	patience_working(x->patient);
	enum err e = x->route->answer(s->plan.context, &r, &a, &why);
	if (e == ERR_OK && buf_status(&a.body) != ERR_OK)
		e = why_set(&why, ERR_SYSTEM, "answer over %u bytes", HTTP_ANSWER_MAX);
	if (e == ERR_OK && !patience_hold(x->patient, x->body.room + a.body.n))
		e = why_set(&why, ERR_AWAY, "too many large answers at once: try again");
	patience_answering(x->patient, a.body.n);
	if (e == ERR_SYSTEM && s->plan.on_failure != NULL)
		s->plan.on_failure(s->plan.context, &r, &why);
	enum MHD_Result result = e == ERR_OK
		? queue(s, x->connection, a.status, a.type, NULL, a.max_age, buf_slice(&a.body))
		: queue_failure(s, x->connection, status_of(e), e, e == ERR_SYSTEM ? "internal failure" : why.text);
	buf_free(&a.body);
	return result;
}

// Asked for before the body's buffer grows, which is to twice of what is needed.
static bool room_for(struct http_exchange *x, size_t n)
{
	size_t need = x->body.n + n;
	size_t ahead = 2 * need < x->body.max ? 2 * need : x->body.max;
	return need <= x->body.room || need > x->body.max || patience_hold(x->patient, ahead);
}

// A body that will be refused is read and dropped all the same: cut in the middle of sending it, a client would rarely see the
// answer. Not without end, though: false means to cut the connection.
static bool take_body(struct http_exchange *x, const char *p, size_t n)
{
	patience_received(x->patient, n);
	if (x->refusal == 0 && !x->too_large) {
		if (!room_for(x, n))
			x->refusal = 503;
		else
			buf_put(&x->body, p, n);
		x->too_large = buf_status(&x->body) != ERR_OK;
		if (x->too_large || x->refusal != 0) {
			buf_free(&x->body);
			INVARIANT(patience_hold(x->patient, 0));
		}
		return true;
	}
	x->dropped += n;
	return x->dropped <= DROPPED_MAX;
}

// The library calls this first with the headers, then for each part of the body, then without one.
static enum MHD_Result on_request(void *server, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *part, size_t *part_n, void **state)
{
	(void)version;
	struct http_server *s = server;
	struct http_exchange *x = *state;
	if (x->connection == NULL) {
		x->connection = c;
		patience_receiving(x->patient);
		print_peer(c, x->peer);
		// The library has decoded %XX in url already: a NUL from %00 has cut it, which cannot be told apart, and is harmless.
		if (x->refusal == 0 && strlen(url) < sizeof x->path)
			strcpy(x->path, url);
		else if (x->refusal == 0)
			x->refusal = 400;
		if (x->refusal == 0)
			find_route(s, x, method);
		buf_init(&x->body, x->route != NULL ? x->route->body_max : 0);
		return MHD_YES;
	}
	if (*part_n > 0) {
		bool on = take_body(x, part, *part_n);
		*part_n = 0;
		return on ? MHD_YES : MHD_NO;
	}
	patience_answering(x->patient, 0);
	if (x->refusal != 0 || x->too_large)
		return queue_refusal(s, c, x->refusal != 0 ? x->refusal : 413);
	return answer(s, x, method);
}

// Called with the undecoded request target before anything else: where an exchange begins.
static void *on_target(void *server, const char *target, struct MHD_Connection *c)
{
	(void)server;
	struct http_exchange *x = calloc(1, sizeof *x);
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	INVARIANT(x != NULL && info != NULL && info->socket_context != NULL);
	x->patient = info->socket_context;
	if (strlen(target) >= HTTP_PATH_MAX || strstr(target, "%00") != NULL)
		x->refusal = 400;
	return x;
}

static void on_completed(void *server, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code)
{
	(void)server;
	(void)c;
	(void)code;
	struct http_exchange *x = *state;
	if (x != NULL) {
		buf_free(&x->body);
		patience_waiting(x->patient);
		free(x);
	}
	*state = NULL;
}

static void on_connection(void *server, struct MHD_Connection *c, void **patient, enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = server;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*patient = patience_add(s->patience, MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
		INVARIANT(*patient != NULL);
	} else {
		patience_remove(*patient);
		*patient = NULL;
	}
}

bool http_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && memcmp(&v6, &loopback, sizeof loopback) == 0;
}

static enum err bind_socket(struct http_server *s, const char *host, struct why *why)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = {{0}};
	socklen_t n = sizeof a;
	int yes = 1;
	const char *numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
	if (inet_pton(AF_INET, numeric, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(s->plan.port);
		n = sizeof a.v4;
	} else if (inet_pton(AF_INET6, numeric, &a.v6.sin6_addr) == 1) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(s->plan.port);
		n = sizeof a.v6;
	} else
		return why_set(why, ERR_INPUT, "listen address \"%s\": must be numeric", host);
	if (s->plan.plain && !http_is_loopback(host))
		return why_set(why, ERR_INPUT, "listen address \"%s\": without TLS only 127.0.0.0/8 or ::1", host);
	s->listening = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listening < 0 || setsockopt(s->listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
		bind(s->listening, &a.any, n) != 0 || listen(s->listening, BACKLOG) != 0 || getsockname(s->listening, &a.any, &n) != 0)
		return why_set(why, ERR_SYSTEM, "listen on %s:%u: %s", host, s->plan.port, strerror(errno));
	s->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return ERR_OK;
}

// The library takes the pair as C strings, and would only complain when it starts.
static enum err copy_pair(struct http_server *s, struct why *why)
{
	buf_put_slice(&s->certificate, s->plan.certificate);
	buf_put_u8(&s->certificate, 0);
	buf_put_slice(&s->key, s->plan.key);
	buf_put_u8(&s->key, 0);
	if (buf_status(&s->certificate) != ERR_OK || buf_status(&s->key) != ERR_OK)
		return why_set(why, ERR_INPUT, "TLS key pair: a PEM of at most %d bytes each", TLS_PEM_MAX);
	gnutls_datum_t certificate = {s->certificate.p, (unsigned)s->certificate.n - 1}, key = {s->key.p, (unsigned)s->key.n - 1};
	gnutls_certificate_credentials_t trial;
	if (gnutls_certificate_allocate_credentials(&trial) != GNUTLS_E_SUCCESS)
		return why_set(why, ERR_SYSTEM, "TLS key pair: no memory");
	int result = gnutls_certificate_set_x509_key_mem(trial, &certificate, &key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(trial);
	return result >= 0 ? ERR_OK : why_set(why, ERR_INPUT, "TLS key pair: %s", gnutls_strerror(result));
}

enum err http_server_open(const struct http_server_plan *plan, struct http_server **server, struct why *why)
{
	struct http_server *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "server: no memory");
	s->plan = *plan;
	s->listening = -1;
	buf_init(&s->certificate, TLS_PEM_MAX + 1);
	buf_init_secret(&s->key, TLS_PEM_MAX + 1);
	enum err e = plan->plain ? ERR_OK : copy_pair(s, why);
	if (e == ERR_OK)
		e = bind_socket(s, plan->host, why);
	s->plan.certificate = s->plan.key = slice_of(NULL, 0);
	s->plan.host = NULL;
	if (e == ERR_OK)
		*server = s;
	else
		http_server_close(s);
	return e;
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

static unsigned or_else(unsigned value, unsigned otherwise)
{
	return value > 0 ? value : otherwise;
}

void http_server_answers(const struct http_server *s, uint64_t by_class[static HTTP_CLASSES])
{
	for (unsigned i = 0; i < HTTP_CLASSES; i++)
		by_class[i] = s->answered[i];
}

enum err http_server_start(struct http_server *s, struct why *why)
{
	const struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate.p},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, s->key.p},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	const struct http_server_plan *p = &s->plan;
	unsigned threads = or_else(p->threads, THREADS), connections = or_else(p->connections, CONNECTIONS);
	unsigned timeout = or_else(p->timeout_seconds, TIMEOUT_SECONDS);
	enum err e = patience_start(timeout, connections, &s->patience, why);
	if (e != ERR_OK)
		return e;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (p->plain ? 0 : MHD_USE_TLS), 0, NULL, NULL, on_request, s,
		MHD_OPTION_LISTEN_SOCKET, s->listening,
		MHD_OPTION_ARRAY, p->plain ? none : tls,
		MHD_OPTION_THREAD_POOL_SIZE, threads,
		MHD_OPTION_CONNECTION_LIMIT, connections > threads ? connections : threads,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, or_else(p->per_address, PER_ADDRESS),
		MHD_OPTION_CONNECTION_TIMEOUT, timeout,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_END);
	if (s->daemon == NULL)
		return why_set(why, ERR_SYSTEM, "server on port %u: the library did not start: %s", s->port, strerror(errno));
	s->listening = -1;
	return ERR_OK;
}

void http_server_close(struct http_server *s)
{
	if (s == NULL)
		return;
	if (s->daemon != NULL)
		MHD_stop_daemon(s->daemon); // closes the socket
	patience_stop(s->patience);
	if (s->listening >= 0)
		close(s->listening);
	buf_free(&s->certificate);
	buf_free(&s->key);
	free(s);
}
