#include "role/frame.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/wire.h"
#include "sys/clock.h"

#define RECEIVE_STEP 65536 // bytes read at once

void frame_reader_init(struct frame_reader *r, size_t max)
{
	INVARIANT(max <= FRAME_MAX);
	*r = (struct frame_reader){.max = max};
	buf_init_secret(&r->payload, max);
}

void frame_reader_done(struct frame_reader *r)
{
	buf_free(&r->payload);
}

void frame_reader_drop(struct frame_reader *r)
{
	if (r->head_n != FRAME_HEAD || r->got != r->want)
		return;
	r->head_n = r->got = 0;
	buf_free(&r->payload);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void read_head(const struct frame_reader *r, uint32_t *n, struct frame *f)
{
	struct wire w = wire_of(slice_of(r->head, FRAME_HEAD));
	*n = wire_u32(&w);
	f->kind = wire_u16(&w);
	f->id = wire_u64(&w);
}

enum err frame_take(struct frame_reader *r, struct slice s, size_t *used, bool *complete, struct frame *f, struct why *why)
{
	struct frame got = {0};
	uint32_t n;
	frame_reader_drop(r); // it was borrowed until now
	size_t head = least(FRAME_HEAD - r->head_n, s.n);
	memcpy(r->head + r->head_n, s.p, head);
	r->head_n += head;
	*used = head;
	*complete = false;
	if (r->head_n < FRAME_HEAD)
		return ERR_OK;
	read_head(r, &n, &got);
	if (n > r->max)
		return why_set(why, ERR_LIMIT, "frame of %u bytes: at most %zu", n, r->max);
	if (got.kind == 0)
		return why_set(why, ERR_INPUT, "frame of kind 0");
	r->want = n;
	size_t body = least(r->want - r->got, s.n - head);
	buf_put(&r->payload, s.p + head, body);
	r->got += body;
	*used = head + body;
	if (r->got < r->want)
		return ERR_OK;
	if (buf_status(&r->payload) != ERR_OK) {
		*f = got;
		return why_set(why, ERR_SYSTEM, "frame of %u bytes: no memory", n);
	}
	got.payload = buf_slice(&r->payload);
	*f = got;
	*complete = true;
	return ERR_OK;
}

// Waits for events until the deadline; false when it has passed.
static bool wait_for(int fd, short events, uint64_t deadline)
{
	for (;;) {
		uint64_t now = clock_monotonic_ms();
		struct pollfd p = {.fd = fd, .events = events};
		int n = poll(&p, 1, now < deadline ? (int)least((size_t)(deadline - now), INT32_MAX) : 0);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

enum err frame_send(int fd, struct frame f, unsigned timeout_ms, struct why *why)
{
	INVARIANT(f.payload.n <= FRAME_MAX);
	uint64_t deadline = clock_monotonic_ms() + timeout_ms;
	struct buf head;
	buf_init(&head, FRAME_HEAD);
	buf_put_u32(&head, (uint32_t)f.payload.n);
	buf_put_u16(&head, f.kind);
	buf_put_u64(&head, f.id);
	enum err e = buf_status(&head);
	struct slice rest[2] = {buf_slice(&head), f.payload};
	while (e == ERR_OK && rest[0].n + rest[1].n > 0) {
		struct iovec parts[2] = {{(void *)rest[0].p, rest[0].n}, {(void *)rest[1].p, rest[1].n}};
		struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			if (!wait_for(fd, POLLOUT, deadline))
				e = why_set(why, ERR_AWAY, "a frame of %zu bytes was not taken in %u ms", f.payload.n, timeout_ms);
		} else if (n < 0 && errno != EINTR)
			e = why_set(why, ERR_AWAY, "the other role is gone: %s", strerror(errno));
		else if (n > 0) {
			size_t head_part = least((size_t)n, rest[0].n);
			rest[0] = slice_part(rest[0], head_part, rest[0].n);
			rest[1] = slice_part(rest[1], (size_t)n - head_part, rest[1].n);
		}
	}
	buf_free(&head);
	return e;
}

// How much to ask of the socket: never past the end of this frame, so nothing has to be kept between frames.
static size_t wanted(const struct frame_reader *r)
{
	if (r->head_n < FRAME_HEAD || r->got == r->want)
		return r->head_n < FRAME_HEAD ? FRAME_HEAD - r->head_n : FRAME_HEAD;
	return least(r->want - r->got, RECEIVE_STEP);
}

enum err frame_receive(int fd, struct frame_reader *r, unsigned timeout_ms, struct frame *f, struct why *why)
{
	uint64_t deadline = clock_monotonic_ms() + timeout_ms;
	uint8_t piece[RECEIVE_STEP];
	for (;;) {
		ssize_t n = recv(fd, piece, wanted(r), MSG_DONTWAIT);
		if (n == 0)
			return why_set(why, ERR_AWAY, "the other role is gone");
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return why_set(why, ERR_AWAY, "the other role is gone: %s", strerror(errno));
		if (n < 0) {
			if (!wait_for(fd, POLLIN, deadline))
				return why_set(why, ERR_AWAY, "no whole frame in %u ms", timeout_ms);
			continue;
		}
		size_t used;
		bool complete;
		enum err e = frame_take(r, slice_of(piece, (size_t)n), &used, &complete, f, why);
		explicit_bzero(piece, (size_t)n);
		if (e != ERR_OK || complete)
			return e;
	}
}

void frame_put_refusal(struct buf *b, enum err e, const struct why *why)
{
	buf_put_u8(b, (uint8_t)e);
	buf_put_vec16(b, slice_part(slice_text(why->text), 0, WHY_MAX - 1));
}

enum err frame_refusal(struct slice payload, struct why *why)
{
	struct wire w = wire_of(payload);
	uint8_t cause = wire_u8(&w);
	struct slice text = wire_vec16(&w);
	enum err e = wire_end(&w, "refusal", why);
	if (e != ERR_OK || cause == ERR_OK || cause > ERR_SYSTEM || text.n >= WHY_MAX)
		return why_set(why, ERR_SYSTEM, "malformed refusal of %zu bytes", payload.n);
	return why_set(why, (enum err)cause, "%.*s", SLICE_ARGS(text));
}
