// Inside follow: the files, and the threads that read them (follow_read.c) beside the one that finds them (follow.c).
#ifndef TOCSIN_WATCH_FOLLOWING_H
#define TOCSIN_WATCH_FOLLOWING_H

#include <pthread.h>
#include <sys/types.h>

#include "follow.h"

#define BUCKETS 65536u
#define FOLLOW_PATH_MAX 8192 // bytes of a directory and a name in it
#define FINISHED_MAX 1024u   // logs that are followed no more and by which their archives are known, the newest

struct followed {
	char *path; // where it is, or was last
	char *told; // the name it goes by in sightings: that under which it was met first
	int fd;    // -1: closed meanwhile, since more files are followed than may be open
	int watch; // of the file itself, for what a link points to; else -1
	dev_t device;
	ino_t inode;
	uint64_t offset, line;
	uint64_t replayed_to; // bytes that may have been told before; of what is in an archive: none, or TELL_ALL
	struct fields_header header;
	bool header_known;
	unsigned head;
	uint64_t hash;
	uint64_t seen, grown_ms; // its size, and when that last changed
	bool packed_known, packed; // an archive: `offset` is 0 until it was told to its end, then the size that it had
	uint64_t unpacked, unpacked_line; // bytes and lines told of what is in it
	uint64_t tried; // size at which it could not be told further
	bool tried_late; // and it had not grown for a while
	uint64_t waits; // hash of what it waited for when it was last unpacked in vain, see follow_known(); 0: it does not wait
	struct place *holds; // the log that was compressed into it; noted in its stead until the archive is told; owned
	bool queued, busy, again; // waits for a thread; is at one; has to go there again
	bool gone, finish, done;  // rotated away; tell the rest too; to be closed
	struct followed *next_queued, *next_inode, *next_path;
};

struct worker_state {
	struct follow *f;
	struct held_set *held;
	struct lines *lines;
	struct teller teller;
	struct followed *file;
	pthread_t thread;
};

struct watched {
	char *directory; // NULL: a file
};

struct follow {
	struct follow_how how;
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t ready;
	struct followed *first, **last; // queue
	struct followed **files;        // all
	size_t n, room;
	struct followed *by_inode[BUCKETS], *by_path[BUCKETS];
	unsigned busy, started;
	unsigned open; // descriptors of files
	bool stopping, changed;
	struct place finished[FINISHED_MAX]; // told to their ends (done), or truncated; they own their paths
	size_t finished_n; // ever
	struct worker_state worker[FOLLOW_THREADS_MAX];
	// The main thread's own.
	struct watched *watched; // by watch descriptor
	size_t watched_room;
	struct places before, missing; // missing: of those before, what is nowhere under a name of its own
	bool first_look, adopted;
	uint64_t checked_ms, check_took_ms;
};

// Under the lock: the file goes to a thread, once, and again when it is at one.
void follow_queue(struct follow *f, struct followed *x);
// A thread's life; the context is its struct worker_state.
void *follow_work(void *context);
// Opens the file of that identity: at its path, or, when it was renamed while nobody had it open, beside it; `found` is where.
// -1: errno says why, ENOENT when it is neither.
int follow_open(const char *path, dev_t device, ino_t inode, char found[FOLLOW_PATH_MAX]);
// Main thread: begins to follow what lies at that path. `gone`: it was found under the name it was rotated to.
void follow_adopt(struct follow *f, const char *path, bool gone);
struct followed *follow_find(struct follow *f, dev_t device, ino_t inode);
// At the start, after the first look: what was rotated, or rotated and compressed, while nobody looked.
void follow_rotated(struct follow *f);
// A worker's: an archive, as far as it is written. False when nothing can be told any more.
bool follow_archive(struct worker_state *w, uint64_t size);
int follow_again(const struct followed *x); // its file from the first byte, a descriptor to be closed; -1: errno says why
// Whether what is in the worker's archive was told as a log. In ascending order of how sure it is.
enum follow_known {
	FOLLOW_NEW,      // not that is known
	FOLLOW_DOUBTFUL, // perhaps: it is told again and marked
	FOLLOW_WAIT,     // it is a log that is followed, or not to be known yet: later
	FOLLOW_RESUME,   // as far as the file now says
	FOLLOW_TOLD,     // all of it
};
// `late`: it has not grown for a while. ERR_SYSTEM when it cannot be read; what is damaged ends there.
MUST_USE enum err follow_known(struct worker_state *w, bool late, enum follow_known *known, struct why *why);
// An archive of that name may be one of that log: in one directory, and its name begins as the log's does.
bool follow_is_kin(const char *archive, const char *log);
// Under the lock: the log is followed no more, or begins anew (not `whole`: what it held is no longer there to read).
void follow_finished(struct follow *f, const struct followed *x, bool whole);
bool follow_settle(struct worker_state *w, uint64_t offset, uint64_t line);
// Hash of the first n bytes; *got is how many there were.
uint64_t follow_hash(int fd, unsigned n, unsigned *got);
// place_begins() of its first bytes. True of a log that had none: its inode says that it is the one.
bool follow_begins_as(int fd, const struct place *p);
struct place follow_place(const struct followed *x); // borrows the name it goes by

#endif
