// How long the server waits for a client. libmicrohttpd cuts a connection on which nothing arrives; here those are cut that stay just
// alive: headers or a handshake that drip, bodies and readers slower than a rate, and, when connections or memory run short, all that
// are not at work. Private to lib/http and its tests.
//
//   waiting ──request──▶ receiving ──work──▶ working ──answering──▶ answering ──waiting──▶ waiting
//
// A thread looks at all of them several times a second. Cutting is shutdown(2): the descriptor stays its owner's to close.
#ifndef TOCSIN_HTTP_PATIENCE_H
#define TOCSIN_HTTP_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PATIENCE_RATE 16384u           // bytes per second that a body or a reader must keep after the timeout
#define PATIENCE_RATE_PRESSED 262144u  // the same when short of connections or memory
#define PATIENCE_GRACE_PRESSED_MS 5000u // instead of the timeout, for a body or a reader
#define PATIENCE_WAIT_PRESSED_MS 1000u // for the headers of a request, instead of twice the timeout
#define PATIENCE_HELD_MAX (256u << 20) // bytes of bodies and answers, all connections together
#define PATIENCE_FREE (128u << 10)     // bytes of each that do not count, so that small questions are always heard

struct patience;
struct patient; // one connection

// Pressed: more than half of `connections` are open, or more than half of PATIENCE_HELD_MAX is held.
MUST_USE enum err patience_start(unsigned timeout_seconds, unsigned connections, struct patience **p, struct why *why);
void patience_stop(struct patience *p); // after the last connection was removed; NULL is allowed

// All from any thread. NULL without memory.
struct patient *patience_add(struct patience *p, int fd); // waiting
void patience_remove(struct patient *c);                  // before fd is closed
void patience_receiving(struct patient *c);
void patience_received(struct patient *c, size_t bytes);
void patience_working(struct patient *c); // no deadline: the time is ours
void patience_answering(struct patient *c, size_t bytes);
void patience_waiting(struct patient *c); // gives back what it held
// Takes note of `bytes` of memory now held for it, instead of what was before. False: there is no room, and it holds nothing.
MUST_USE bool patience_hold(struct patient *c, size_t bytes);

#endif
