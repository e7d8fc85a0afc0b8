// The HTTPS client: one peer, known by the pin of its key, over libcurl. TLS 1.3 only, keep-alive, no redirect, no proxy, no
// cookie, nothing from the environment. Any number of threads may share a client.
#ifndef TOCSIN_HTTP_CLIENT_H
#define TOCSIN_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "http/tls.h"

#define HTTP_CONNECT_MS 5000 // to reach a peer and finish the handshake
#define HTTP_TOTAL_MS 30000  // for a whole exchange, unless the peer says otherwise
#define HTTP_CALLS_MAX 64    // exchanges of http_call_all()
#define HTTP_REFUSED_MAX 63  // bytes kept of the body of a refusal, for protocols that answer with one
#define HTTP_CLIENT_IDLE 16  // connections kept open to one peer

struct http_client;

struct http_peer {
	const char *name; // "hub", "seat 3": for explanations
	const char *host; // name or address (IPv6 without brackets)
	uint16_t port;
	uint8_t pin[TLS_PIN];
	unsigned timeout_ms; // 0: HTTP_TOTAL_MS
};

// Call once, before threads are started and before sandbox_enter(): prepares libcurl.
MUST_USE enum err http_client_init(struct why *why);
// Copies what it needs. ERR_INPUT when the host is not a host.
MUST_USE enum err http_client_new(const struct http_peer *peer, struct http_client **c, struct why *why);
void http_client_free(struct http_client *c); // NULL is allowed

struct http_call {
	struct http_client *client;
	const char *method; // "GET", "POST", "PUT", "DELETE"
	const char *path;   // "/records/…?from=3": already percent-encoded (http_encode)
	struct slice body;  // borrowed during the call
	struct buf *answer; // the body of a 2xx answer is appended; its maximum bounds the answer; NULL: none wanted
	unsigned timeout_ms; // for this exchange; 0: the peer's
	enum err result;
	struct why why;
	unsigned status; // of the answer; 0 when there was none
	unsigned took_ms; // by http_call_all: until it ended, however that was
	char refused[HTTP_REFUSED_MAX + 1]; // first bytes of the body of an answer other than 2xx, as text
};

// One exchange; also the result. A peer's refusal comes back with its cause and text, as "hub 127.0.0.1:8443: denied: …".
// ERR_AWAY: not reached, or not in time; ERR_AUTH: the peer does not hold the pinned key; ERR_LIMIT: the answer is over the
// maximum, or the peer found the question too large; ERR_INPUT: also an answer outside HTTP.
MUST_USE enum err http_call(struct http_call *call);
// All at once, each in its result; returns when all have ended. At most HTTP_CALLS_MAX.
void http_call_all(struct http_call *calls, size_t count);
// Percent-encodes a path segment or query value into b (RFC 3986 unreserved characters stay).
void http_encode(struct buf *b, struct slice s);

#endif
