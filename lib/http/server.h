// The HTTPS server: a table of routes over libmicrohttpd. TLS 1.3 only, HTTP/1.1, keep-alive, a pool of threads on epoll.
//
// A handler that fails gives an answer with one line of text `<cause>: <why>`, type text/plain, header `Tocsin-Error: <cause>`:
// input 400, auth 401, denied 403, absent 404, exists 409, limit 413, away 503, system 500 (whose `why` stays here: the answer
// says only "system: internal failure"; on_failure sees it). Outside the table: 404, 405; over a route's body maximum: 413.
#ifndef TOCSIN_HTTP_SERVER_H
#define TOCSIN_HTTP_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define HTTP_PATH_MAX 1024           // bytes of a path with its query
#define HTTP_ANSWER_MAX (256u << 20) // bytes of an answer's body
#define HTTP_CONNECTION_MEMORY 32768 // bytes per connection for the request line and headers
#define HTTP_PEER_MAX 64

struct http_server;
struct http_exchange; // the library's side of a request

struct http_request {
	const char *method;
	const char *path; // decoded, without the query
	struct slice tail; // what "*" stood for: at least one byte, no control characters
	struct slice body;
	const char *peer; // the client's address without port
	struct http_exchange *exchange;
};

struct http_answer {
	unsigned status;   // 200 unless the handler says otherwise
	const char *type;  // "application/octet-stream" unless…; borrowed for ever (a literal)
	unsigned max_age;  // seconds a cache may keep it; 0: no-store
	struct buf body;   // to be filled; freed by the server
};

// Both valid during the handler; NULL when absent. A parameter or header given twice: the first.
const char *http_query(const struct http_request *r, const char *name);
const char *http_header(const struct http_request *r, const char *name);

struct http_route {
	const char *method; // "GET" (also answers HEAD), "POST", "PUT", "DELETE"; NULL ends the table
	const char *path;   // exact, or ending in "/*" for one variable tail (which may contain '/')
	size_t body_max;    // bytes of the request's body; 0: none allowed
	enum err (*answer)(void *context, const struct http_request *r, struct http_answer *a, struct why *why);
};

struct http_server_plan {
	const char *host; // numeric address, or "localhost"
	uint16_t port;    // 0: any free one
	struct slice certificate, key; // PEM; copied
	const struct http_route *routes; // borrowed while the server runs; the first row that fits answers
	void *context;
	unsigned threads;         // handlers at work at once; 0: 4
	unsigned connections;     // open at once; 0: 512
	unsigned per_address;     // of them from one address; 0: 64
	bool plain; // without TLS, for what only this machine may ask: the address must be 127.0.0.0/8 or ::1 (ERR_INPUT otherwise)
	unsigned timeout_seconds; // a connection without progress is cut, a slow one too (http/patience.h); 0: 30
	// Told of every ERR_SYSTEM, to log it; NULL: nobody.
	void (*on_failure)(void *context, const struct http_request *r, const struct why *why);
};

// Binds and listens, so before sandbox_enter(). ERR_SYSTEM: the address cannot be bound; ERR_INPUT: the key pair is bad.
MUST_USE enum err http_server_open(const struct http_server_plan *plan, struct http_server **s, struct why *why);
// 127.0.0.0/8, ::1 or localhost.
bool http_is_loopback(const char *host);
uint16_t http_server_port(const struct http_server *s);
// Answers so far, by the hundreds of their status (0: statuses that do not exist). From any thread.
#define HTTP_CLASSES 6
void http_server_answers(const struct http_server *s, uint64_t by_class[static HTTP_CLASSES]);
// Starts the threads, so after sandbox_enter(). Handlers run in them, several at once.
MUST_USE enum err http_server_start(struct http_server *s, struct why *why);
// Stops accepting, finishes what is being answered, ends the threads. NULL is allowed.
void http_server_close(struct http_server *s);

#endif
