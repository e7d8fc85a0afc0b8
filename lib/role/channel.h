// Questions from one role to another: a client half that many threads share, and a server half that is one loop.
//
// A channel is a fixed number of socket pairs made by the supervisor; each carries one question at a time, so the number of
// pairs is the number of questions that can be outstanding. What a server answers is a closed table of questions.
#ifndef TOCSIN_ROLE_CHANNEL_H
#define TOCSIN_ROLE_CHANNEL_H

#include "role/frame.h"

#define CHANNEL_LINKS_MAX 64 // socket pairs of one channel
#define CHANNEL_LINKS_SERVED 256 // socket pairs one server listens on
#define CHANNEL_SEND_MS 10000 // a peer that does not take its answer for so long is cut off

struct channel; // the client half

// Takes over the descriptors (made non-blocking; closed by channel_free). `max` is the most payload bytes of a
// question (ERR_LIMIT from channel_call) and of an answer.
MUST_USE enum err channel_new(const int *fds, unsigned count, size_t max, struct channel **c, struct why *why);
void channel_free(struct channel *c);
// Asks and waits for the answer; safe from any number of threads. The answer is appended to `answer` (may be NULL when none is
// expected). The server's refusals come back as they were (cause and explanation). ERR_AWAY: no answer in time, the
// server is gone, or all links are busy until the timeout. A late answer is dropped by its id when the link is used next.
MUST_USE enum err channel_call(struct channel *c, uint16_t kind, struct slice payload, struct buf *answer, unsigned timeout_ms,
	struct why *why);

// One row of what a server answers. `answer` appends to `reply`; on failure the reply is thrown away and cause and explanation
// are sent. `payload` is borrowed during the call.
struct channel_question {
	uint16_t kind; // 0 ends the table
	size_t max; // most bytes of the question's payload: more is refused with ERR_LIMIT
	const char *from; // the only role that may ask; NULL: any client of this server
	enum err (*answer)(void *context, struct slice payload, struct buf *reply, struct why *why);
	// NULL: the answer leaves at once. Otherwise it leaves after settle has succeeded, called once for all such questions that were
	// waiting together: so they can share a commit. No other question and no tick comes in between. When it fails, so have they all.
	// The same function in all rows that have one.
	enum err (*settle)(void *context, struct why *why);
};

struct channel_link {
	int fd;
	const char *from; // name of the role at the other end
	size_t max; // most payload bytes of a question or an answer
};

struct channel_server {
	const struct channel_question *questions;
	void *context;
	const struct channel_link *links;
	unsigned count;
	int stop; // descriptor that ends the loop when it becomes readable or is hung up; -1: none
	void (*tick)(void *context); // called about every tick_ms between questions; NULL: never
	unsigned tick_ms;
};

// Serves until told to stop or until every client has gone (both ERR_OK; an answer in the making is finished first). A frame
// over its maximum or out of form ends it with ERR_LIMIT or ERR_INPUT: a role that breaks the frame format has been taken over
// or is broken, and the daemon stops. A question not in the table, or without memory for it, is answered with a refusal.
MUST_USE enum err channel_serve(const struct channel_server *s, struct why *why);

#endif
