// Frames between the roles of a daemon, on a local stream socket: u32 payload length, u16 kind, u64 id, payload.
//
// A reader keeps what has arrived so far, so a half frame blocks nobody; the length is refused before a byte is stored.
#ifndef TOCSIN_ROLE_FRAME_H
#define TOCSIN_ROLE_FRAME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define FRAME_HEAD 14           // bytes before the payload
#define FRAME_MAX (64u << 20)   // bytes of payload on any channel; each channel states its own, smaller maximum
#define FRAME_ANSWER 0x8000     // added to the kind of a question in its answer
#define FRAME_ERROR 0xffff      // kind of a refusal: u8 enum err, vec16 explanation
#define FRAME_KIND_MAX 0x7ffe   // kinds of questions are 1 to this

struct frame {
	uint16_t kind;
	uint64_t id;
	struct slice payload;
};

struct frame_reader {
	size_t max; // of a payload
	size_t head_n;
	uint8_t head[FRAME_HEAD];
	size_t want, got; // payload bytes, once the head is complete: of the frame, and taken of it
	struct buf payload; // wiped when freed
};

void frame_reader_init(struct frame_reader *r, size_t max);
void frame_reader_done(struct frame_reader *r);
// Wipes and frees the whole frame it holds, if any; a half frame is kept.
void frame_reader_drop(struct frame_reader *r);
// Takes bytes from `s` up to the end of one frame; *used says how many. *complete: *f holds the frame, its payload is borrowed
// from the reader until the next call. ERR_LIMIT: the length is over the maximum; ERR_INPUT: kind 0. Both are final. ERR_SYSTEM:
// there was no memory for the frame, which is taken to its end and gone; *f has its kind and id, and the next one may be read.
MUST_USE enum err frame_take(struct frame_reader *r, struct slice s, size_t *used, bool *complete, struct frame *f,
	struct why *why);

// Sends one frame on a non-blocking or blocking stream socket. ERR_AWAY: the peer is gone, or did not take it in time (the
// stream is then cut in the middle of a frame: close it).
MUST_USE enum err frame_send(int fd, struct frame f, unsigned timeout_ms, struct why *why);
// Waits for a whole frame. ERR_AWAY: nothing whole came in time (what came is kept: call again), or the peer is gone. Else
// as frame_take().
MUST_USE enum err frame_receive(int fd, struct frame_reader *r, unsigned timeout_ms, struct frame *f, struct why *why);

// A refusal as payload of FRAME_ERROR, and back. frame_refusal() returns the cause it read, never ERR_OK; a malformed one is
// ERR_SYSTEM.
void frame_put_refusal(struct buf *b, enum err e, const struct why *why);
MUST_USE enum err frame_refusal(struct slice payload, struct why *why);

#endif
