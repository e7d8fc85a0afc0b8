#include "http/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#include "sys/clock.h"

#define HEADER_ERROR "tocsin-error:"
#define HOST_MAX 256
#define NAME_MAX_PEER 64
#define URL_MAX 2048
#define REFUSAL_MAX (WHY_MAX + 64) // bytes kept of the text of a refusal
#define PIN_TEXT 64

struct http_client {
	char name[NAME_MAX_PEER], host[HOST_MAX]; // host as in a URL
	char pin[PIN_TEXT];
	uint16_t port;
	unsigned timeout_ms;
	pthread_mutex_t lock; // guards the idle handles, each with its open connection
	CURL *idle[HTTP_CLIENT_IDLE];
	unsigned idle_n;
};

// What comes back while it comes.
struct arrival {
	CURL *handle;
	struct buf *answer; // NULL: dropped
	size_t before; // bytes in it before this call
	struct buf refusal; // body of an answer other than 2xx
	char error[16]; // value of the Tocsin-Error header
	bool over;
};

enum err http_client_init(struct why *why)
{
	CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
	return result == CURLE_OK ? ERR_OK : why_set(why, ERR_SYSTEM, "libcurl: %s", curl_easy_strerror(result));
}

static bool is_host(const char *host)
{
	size_t n = strlen(host);
	return n > 0 && n < HOST_MAX - 2 && strspn(host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:") == n;
}

enum err http_client_new(const struct http_peer *peer, struct http_client **client, struct why *why)
{
	if (!is_host(peer->host))
		return why_set(why, ERR_INPUT, "%s: \"%s\" is not a host", peer->name, peer->host);
	struct http_client *c = calloc(1, sizeof *c);
	if (c == NULL)
		return why_set(why, ERR_SYSTEM, "%s: no memory", peer->name);
	struct buf pin;
	buf_init(&pin, PIN_TEXT - 1);
	buf_put_text(&pin, "sha256//");
	buf_put_base64(&pin, slice_of(peer->pin, TLS_PIN));
	if (buf_status(&pin) == ERR_OK)
		memcpy(c->pin, pin.p, pin.n);
	buf_free(&pin);
	snprintf(c->name, sizeof c->name, "%s", peer->name);
	snprintf(c->host, sizeof c->host, strchr(peer->host, ':') != NULL ? "[%s]" : "%s", peer->host);
	c->port = peer->port;
	c->timeout_ms = peer->timeout_ms > 0 ? peer->timeout_ms : HTTP_TOTAL_MS;
	INVARIANT(c->pin[0] != 0 && pthread_mutex_init(&c->lock, NULL) == 0);
	*client = c;
	return ERR_OK;
}

void http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->idle_n; i++)
		curl_easy_cleanup(c->idle[i]);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static CURL *take_handle(struct http_client *c)
{
	CURL *handle = NULL;
	INVARIANT(pthread_mutex_lock(&c->lock) == 0);
	if (c->idle_n > 0)
		handle = c->idle[--c->idle_n];
	INVARIANT(pthread_mutex_unlock(&c->lock) == 0);
	return handle != NULL ? handle : curl_easy_init();
}

static void put_handle(struct http_client *c, CURL *handle)
{
	curl_easy_reset(handle); // forgets the options, keeps the connection
	INVARIANT(pthread_mutex_lock(&c->lock) == 0);
	if (c->idle_n < HTTP_CLIENT_IDLE) {
		c->idle[c->idle_n++] = handle;
		handle = NULL;
	}
	INVARIANT(pthread_mutex_unlock(&c->lock) == 0);
	if (handle != NULL)
		curl_easy_cleanup(handle);
}

static size_t on_body(char *p, size_t one, size_t n, void *arrival)
{
	struct arrival *a = arrival;
	long status = 0;
	(void)one; // always 1
	curl_easy_getinfo(a->handle, CURLINFO_RESPONSE_CODE, &status);
	if (status / 100 != 2) {
		buf_put_slice(&a->refusal, slice_part(slice_of(p, n), 0, a->refusal.max - a->refusal.n));
		return n;
	}
	if (a->answer == NULL)
		return n;
	buf_put(a->answer, p, n);
	a->over = buf_status(a->answer) != ERR_OK;
	return a->over ? 0 : n;
}

static size_t on_header(char *p, size_t one, size_t n, void *arrival)
{
	(void)one;
	struct arrival *a = arrival;
	if (slice_starts_letters(slice_of(p, n), HEADER_ERROR)) {
		struct slice value = slice_trim(slice_part(slice_of(p, n), strlen(HEADER_ERROR), n));
		if (value.n < sizeof a->error) {
			memcpy(a->error, value.p, value.n);
			a->error[value.n] = 0;
		}
	}
	return n;
}

#define SET(option, value) (curl_easy_setopt(h, (option), (value)) == CURLE_OK)

// The trust is the pin alone, which libcurl checks whether or not the chain and the name are looked at.
static bool set_trust(CURL *h, const struct http_client *c)
{
	return SET(CURLOPT_PINNEDPUBLICKEY, c->pin) && SET(CURLOPT_SSL_VERIFYPEER, 0L) && SET(CURLOPT_SSL_VERIFYHOST, 0L) &&
		SET(CURLOPT_CAINFO, NULL) && SET(CURLOPT_CAPATH, NULL) && SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3) &&
		SET(CURLOPT_PROTOCOLS_STR, "https") && SET(CURLOPT_PROXY, "") && SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
		SET(CURLOPT_FOLLOWLOCATION, 0L);
}

static bool set_body(CURL *h, const struct http_call *call)
{
	if (strcmp(call->method, "GET") == 0 || (strcmp(call->method, "DELETE") == 0 && call->body.n == 0))
		return true;
	return SET(CURLOPT_POST, 1L) && SET(CURLOPT_POSTFIELDS, call->body.n > 0 ? (const char *)call->body.p : "") &&
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
}

static bool set_exchange(CURL *h, const struct http_call *call, const char *url, struct curl_slist *headers, struct arrival *a)
{
	return SET(CURLOPT_URL, url) && SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(CURLOPT_NOSIGNAL, 1L) &&
		SET(CURLOPT_HTTPHEADER, headers) && SET(CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_MS) &&
		SET(CURLOPT_TIMEOUT_MS, (long)(call->timeout_ms > 0 ? call->timeout_ms : call->client->timeout_ms)) && SET(CURLOPT_WRITEFUNCTION, on_body) &&
		SET(CURLOPT_WRITEDATA, a) && SET(CURLOPT_HEADERFUNCTION, on_header) && SET(CURLOPT_HEADERDATA, a) &&
		set_body(h, call) && SET(CURLOPT_CUSTOMREQUEST, call->method);
}

static enum err judge_transfer(const struct http_call *call, CURLcode result, const struct arrival *a, struct why *why)
{
	switch (result) {
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return why_set(why, ERR_AUTH, "does not hold the pinned key");
	case CURLE_WRITE_ERROR:
		if (a->over)
			return why_set(why, buf_status(call->answer), "answer over %zu bytes", call->answer->max);
		return why_set(why, ERR_SYSTEM, "%s", curl_easy_strerror(result));
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
		return why_set(why, ERR_SYSTEM, "%s", curl_easy_strerror(result));
	case CURLE_URL_MALFORMAT:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
		return why_set(why, ERR_INPUT, "%s", curl_easy_strerror(result));
	default:
		return why_set(why, ERR_AWAY, "%s", curl_easy_strerror(result));
	}
}

// The cause of a refusal without our header: somebody else's server, or one step before ours.
static enum err cause_of(long status)
{
	switch (status) {
	case 401:
		return ERR_AUTH;
	case 403:
		return ERR_DENIED;
	case 404:
		return ERR_ABSENT;
	case 409:
		return ERR_EXISTS;
	case 413:
	case 414:
	case 431:
		return ERR_LIMIT;
	default:
		return status >= 500 ? ERR_AWAY : ERR_INPUT;
	}
}

static enum err judge_status(long status, const struct arrival *a, struct why *why)
{
	if (status / 100 == 2)
		return ERR_OK;
	enum err e = a->error[0] != 0 ? err_named(a->error) : cause_of(status);
	if (e == ERR_OK)
		e = ERR_INPUT; // a refusal that says "ok"
	struct slice text = slice_trim(slice_of(a->refusal.p, a->refusal.n));
	if (a->error[0] == 0)
		return why_set(why, e, "%s: status %ld", err_name(e), status);
	return why_set(why, e, "%.*s", SLICE_ARGS(text)); // begins with the cause
}

static enum err perform(struct http_call *call, CURL *h, const char *url, struct arrival *a)
{
	long status = 0;
	// Without "Expect", libcurl would wait for a "100 Continue" before larger bodies.
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	struct curl_slist *more = headers != NULL ? curl_slist_append(headers, "Content-Type: application/octet-stream") : NULL;
	enum err e;
	if (more == NULL || !set_trust(h, call->client) || !set_exchange(h, call, url, more, a))
		e = why_set(&call->why, ERR_SYSTEM, "libcurl refuses its options");
	else {
		CURLcode result = curl_easy_perform(h);
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
		call->status = (unsigned)status;
		snprintf(call->refused, sizeof call->refused, "%.*s", SLICE_ARGS(buf_slice(&a->refusal)));
		e = result == CURLE_OK ? judge_status(status, a, &call->why) : judge_transfer(call, result, a, &call->why);
	}
	curl_slist_free_all(headers);
	return e;
}

enum err http_call(struct http_call *call)
{
	struct http_client *c = call->client;
	char url[URL_MAX];
	call->why.text[0] = call->refused[0] = 0;
	call->status = 0;
	if ((size_t)snprintf(url, sizeof url, "https://%s:%u%s", c->host, c->port, call->path) >= sizeof url)
		return call->result = why_set(&call->why, ERR_LIMIT, "%s: path of %zu bytes", c->name, strlen(call->path));
	CURL *h = take_handle(c);
	if (h == NULL)
		return call->result = why_set(&call->why, ERR_SYSTEM, "%s: no memory", c->name);
	struct arrival a = {.handle = h, .answer = call->answer, .before = call->answer != NULL ? call->answer->n : 0};
	buf_init(&a.refusal, REFUSAL_MAX);
	enum err e = perform(call, h, url, &a);
	buf_free(&a.refusal);
	put_handle(c, h);
	if (e != ERR_OK && call->answer != NULL && call->answer->n > a.before)
		call->answer->n = a.before; // half an answer is none
	return call->result = e == ERR_OK ? e : why_at(&call->why, e, "%s %s:%u", c->name, c->host, c->port);
}

static void *run_call(void *one)
{
	struct http_call *call = one;
	uint64_t began = clock_monotonic_ms();
	(void)!http_call(call); // its result is in it
	call->took_ms = (unsigned)(clock_monotonic_ms() - began);
	return NULL;
}

void http_call_all(struct http_call *calls, size_t count)
{
	INVARIANT(count <= HTTP_CALLS_MAX);
	pthread_t threads[HTTP_CALLS_MAX];
	bool started[HTTP_CALLS_MAX] = {false};
	for (size_t i = 1; i < count; i++)
		started[i] = pthread_create(&threads[i], NULL, run_call, &calls[i]) == 0;
	// The first here, and those for which there was no thread.
	for (size_t i = 0; i < count; i++)
		if (!started[i])
			run_call(&calls[i]);
	for (size_t i = 1; i < count; i++)
		if (started[i])
			INVARIANT(pthread_join(threads[i], NULL) == 0);
}

void http_encode(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		bool plain = letter || (c != 0 && strchr("-._~", c) != NULL);
		plain ? buf_put_u8(b, c) : buf_printf(b, "%%%02X", c);
	}
}
