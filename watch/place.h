// How far each log has been read: what a restart, also one after kill -9, goes on from. One text file, replaced as a whole:
//
//   tocsin-watch-places 1 open|closed
//   journal CURSOR
//   file DEVICE INODE OFFSET LINE HEAD HASH PATH       (one for each; PATH with %XX for bytes outside printable ASCII)
//   done DEVICE INODE OFFSET LINE HEAD HASH TAIL PATH  (a log that was rotated away and told to its end: its archive is known by it)
//   end HASH                                           (of all before, so that damage is seen)
//
// "open" says that the process may have told more than is written here: it was not closed in order.
#ifndef TOCSIN_WATCH_PLACE_H
#define TOCSIN_WATCH_PLACE_H

#include "base/buf.h"

#define PLACES_MAX 1000000u
#define PLACE_FILE_MAX ((size_t)1 << 30) // bytes of the file
#define PLACE_CURSOR_MAX 512
#define PLACE_PATH_MAX 65536 // bytes of a path, NUL included: above what the kernel takes
#define PLACE_HEAD 256u // bytes at the front of a log by which it is known again

struct place {
	uint64_t device, inode;
	uint64_t offset, line; // bytes and newlines told
	unsigned head;         // bytes hashed, at most PLACE_HEAD
	uint64_t hash;         // of them
	char *path;            // owned
	bool done;             // followed no more, and its end is known:
	uint64_t tail;         // hash of up to PLACE_HEAD bytes before `offset`
};

struct places {
	bool closed;
	char cursor[PLACE_CURSOR_MAX]; // of the journal; "" for none
	struct place *place;           // owned
	size_t n, room;
};

void places_free(struct places *p);
MUST_USE enum err places_add(struct places *p, const struct place *one, struct why *why); // copies the path
void places_print(const struct places *p, struct buf *out);
// *p is empty before; ERR_INPUT names line and rule.
MUST_USE enum err places_parse(struct slice text, struct places *p, struct why *why);
uint64_t place_hash(struct slice head);
// A file that begins so may be that log. False of a log that had no bytes.
bool place_begins(const struct place *p, struct slice head);
struct place *place_copy(const struct place *p); // place_free() it; NULL without memory
void place_free(struct place *p); // NULL allowed

#endif
