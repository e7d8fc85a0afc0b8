// Files that grow: followed by inotify and, for file systems that tell nothing, by looking every few seconds. Rotation by rename
// and by truncation, new files, links; worker threads share the files. How far each has been told is known at every moment.
//
// A line counts when its newline is there; the rest of a file without one counts when the file was rotated away, or at the end
// of follow_end(). A file that shrinks, or begins otherwise than before, is a new one.
#ifndef TOCSIN_WATCH_FOLLOW_H
#define TOCSIN_WATCH_FOLLOW_H

#include "place.h"
#include "shared.h"
#include "tell.h"

#define FOLLOW_THREADS_MAX 64u
#define FOLLOW_CHECK_MS 5000   // between two looks at everything
#define FOLLOW_LINGER_MS 10000 // that a file which was rotated away is followed after it last grew
#define FOLLOW_EVENTS_ROOM 65536 // bytes of inotify's events taken at once
#define FOLLOW_TURN (64u << 20) // bytes of one file before others have their turn

struct follow;

struct follow_how {
	struct shared *set;
	struct output *output;
	const char *const *pattern; // NULL ends the list; borrowed
	unsigned threads;
	unsigned open_max; // files kept open; those beyond are opened when they have grown
	bool from_end; // files that are there at the start, and are new to it: only what is added
	enum scan_path scan;
};

// Opens inotify: before the sandbox.
MUST_USE enum err follow_new(const struct follow_how *how, struct follow **f, struct why *why);
// What an earlier process had told. Then looks for files the first time, and starts the threads: inside the sandbox.
MUST_USE enum err follow_start(struct follow *f, const struct places *before, struct why *why);
int follow_fd(const struct follow *f); // readable: call follow_events()
void follow_events(struct follow *f);
void follow_tick(struct follow *f); // every second or so
bool follow_is_idle(struct follow *f); // everything there is has been told
void follow_wake(struct follow *f); // the set has changed
// Adds what has been told; true when it differs from the last call.
MUST_USE enum err follow_places(struct follow *f, struct places *p, bool *changed, struct why *why);
bool follow_adopted(struct follow *f); // files were found since the last call: their places should be noted soon
void follow_touch(struct follow *f); // the next call of follow_places() gives them all
// Stops the threads. `whole`: lines without newline are told first.
void follow_end(struct follow *f, bool whole);
void follow_free(struct follow *f);

#endif
