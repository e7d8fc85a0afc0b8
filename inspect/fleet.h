// A fleet: a directory of saved inventories, inspected on all processors in memory that does not grow with their number.
//
// Equal items of machines of one role and exposure give equal findings, so what an item adds to its machine (an effect) is worked
// out once and kept (fleet_cache). Only where a derogation names the machine is it worked out again. The numbers are those that
// an inspection of each machine by itself gives (tests/unit/inspect/fleet_test.c).
//
//     fleet.c        the verb: files handed to threads        fleet_cache.c   effects of items seen before
//     fleet_hand.c   one thread: a machine's numbers          fleet_steps.c   what to do, over all machines
//     fleet_walk.c   the files below a directory              fleet_sum.c     what threads counted, together
//     fleet_print.c  the outputs (protocol/fleet.md)
//
// Memory: FLEET_CACHE_BYTES; the table of steps, and a thread's counts of them, 6 MiB a thread; a thread's largest file up to
// FLEET_ROOM, larger files one at a time up to NATIVE_BYTES_MAX.
#ifndef TOCSIN_INSPECT_FLEET_H
#define TOCSIN_INSPECT_FLEET_H

#include <dirent.h>

#include "inspect.h"
#include "sys/file.h"

#define FLEET_THREADS_MAX 32u
#define FLEET_CACHE_BYTES (64u << 20)
#define FLEET_STEPS_MAX 65536u       // different steps; those beyond are counted as one
#define FLEET_STEPS_TEXT (16u << 20) // bytes of their names
#define FLEET_ROOM (4u << 20)        // bytes of a file; one that is larger waits for the others of its size
#define FLEET_WORST 20u              // machines that are named
#define FLEET_TOLD_MAX 20u           // files not read that are named
#define FLEET_DEPTH_MAX 16u          // directories in one another
#define FLEET_BATCH 32u              // files a thread takes at a time

// --- What is counted of a machine, an item, the fleet --------------------------------------------------------------------------

enum fleet_number {
	FLEET_ITEMS, FLEET_MATCHED, FLEET_PASSED_OVER, FLEET_FLAWS, FLEET_SILENCED, FLEET_UNCOMPUTED, FLEET_DOUBTFUL, FLEET_EXPLOITED,
	FLEET_WEIGHING, // one a class of defects
	FLEET_DEROGATED = FLEET_WEIGHING + DEFECT_CLASSES, // the same
	FLEET_NUMBERS = FLEET_DEROGATED + DEFECT_CLASSES
};

// What to do on every machine that needs it: update NAME to TO, replace it, …
struct fleet_step {
	enum step_kind kind;
	struct slice ecosystem, name, to; // updates only have an ecosystem; no name: whatever there is of its kind
};

// What is added to one step.
struct fleet_part {
	int64_t due; // the earliest; INT64_MAX: none has a date
	uint32_t step, defects, exploited;
	enum defect_class worst;
};

// What an item, or the machine itself, adds to its machine's numbers. A mark is an indicator that counts the machine:
// regime * 256 + indicator.
struct fleet_effect {
	uint32_t number[FLEET_NUMBERS];
	uint32_t parts_n, marks_n;
	const struct fleet_part *parts;
	const uint16_t *marks;
};

// --- Effects of items seen before (fleet_cache.c) ------------------------------------------------------------------------------

// Shared by all threads. Full, a part of it forgets everything.
struct fleet_cache;
struct fleet_cache *fleet_cache_new(size_t bytes); // NULL: no memory
void fleet_cache_free(struct fleet_cache *c);
// True: *e is the effect of `key`, valid until fleet_cache_leave(c, *place), which must follow.
bool fleet_cache_find(struct fleet_cache *c, struct slice key, uint64_t *place, struct fleet_effect *e);
void fleet_cache_leave(struct fleet_cache *c, uint64_t place);
// Keeps it, if there is room for one so large. `place` as fleet_cache_find gave it.
void fleet_cache_put(struct fleet_cache *c, struct slice key, uint64_t place, const struct fleet_effect *e);

// --- Steps (fleet_steps.c) -----------------------------------------------------------------------------------------------------

struct fleet_steps; // the table, shared by all threads
struct fleet_steps *fleet_steps_new(void);
void fleet_steps_free(struct fleet_steps *s);
struct fleet_step fleet_step_of(const struct finding *f); // the step that cures it
// Its number; 0 for those beyond the table's maximum. Any thread.
MUST_USE enum err fleet_steps_number(struct fleet_steps *s, const struct fleet_step *step, uint32_t *number, struct why *why);

// A thread's counts of them.
struct fleet_step_count {
	uint64_t machines, defects, exploited;
	int64_t due;
	enum defect_class worst;
};
struct fleet_step_counts {
	struct fleet_step_count *of; // by number
	struct fleet_part *mine;     // of the machine in hand, by number; defects 0: none
	uint32_t *touched;           // numbers that `mine` has something of
	size_t n, touched_n;
};
MUST_USE enum err fleet_steps_add(struct fleet_step_counts *c, const struct fleet_part *p, struct why *why);
void fleet_steps_machine(struct fleet_step_counts *c, bool counts); // the machine ends; counts or not
MUST_USE enum err fleet_steps_sum(struct fleet_step_counts *all, const struct fleet_step_counts *of, struct why *why);
void fleet_step_counts_free(struct fleet_step_counts *c);

struct fleet_todo {
	struct fleet_step step; // its texts live as long as the table
	struct fleet_step_count count;
};
// All of them, the most urgent and most rewarding first; `others`: those beyond the table's maximum. The caller frees *todo.
MUST_USE enum err fleet_steps_list(const struct fleet_steps *s, const struct fleet_step_counts *all, struct fleet_todo **todo,
                                   size_t *n, struct fleet_step_count *others, struct why *why);

// --- Files below a directory (fleet_walk.c) ------------------------------------------------------------------------------------

// In the order in which the file system has them. Hidden ones are left out; a symbolic link is not followed.
struct fleet_walk {
	DIR *open[FLEET_DEPTH_MAX];
	size_t length[FLEET_DEPTH_MAX]; // of the path up to there
	size_t depth;
	char path[FILE_PATH_MAX];       // below the root, with a '/' at its end
};
MUST_USE enum err fleet_walk_open(struct fleet_walk *w, int root, const char *name, struct why *why); // root stays the caller's
// The next file's path below the root; false: no more. *problem: why it cannot be read, or NULL.
bool fleet_walk_next(struct fleet_walk *w, char path[static FILE_PATH_MAX], const char **problem);
void fleet_walk_close(struct fleet_walk *w);

// --- The whole -----------------------------------------------------------------------------------------------------------------

struct fleet_machine {
	char file[FILE_PATH_MAX];
	char name[INVENTORY_TEXT_MAX + 1];
	enum verdict verdict;
	uint64_t number[FLEET_NUMBERS];
};
struct fleet_unread {
	char file[FILE_PATH_MAX];
	struct why why;
};
struct fleet_sum {
	uint64_t machines, unread, verdicts[VERDICT_REFUSED + 1], number[FLEET_NUMBERS];
	struct fleet_machine *worst[FLEET_WORST]; // the worst first
	size_t worst_n;
	struct fleet_unread *told[FLEET_TOLD_MAX]; // by name
	size_t told_n;
	struct fleet_step_counts steps;
};
// Keeps m among the worst, if it is. A machine that is favourable is none of them.
MUST_USE enum err fleet_sum_worst(struct fleet_sum *s, const struct fleet_machine *m, struct why *why);
// Counts a file that was not read, and keeps it among those told, if it is.
MUST_USE enum err fleet_sum_unread(struct fleet_sum *s, const char *file, const struct why *reason, struct why *why);
// Adds what another counted, and empties it.
MUST_USE enum err fleet_sum_add(struct fleet_sum *s, struct fleet_sum *other, struct why *why);
void fleet_sum_free(struct fleet_sum *s);

struct fleet {
	struct inspection *i; // regimes, derogations, knowledge: read by all threads; its result takes the indicators
	struct fleet_cache *cache; // NULL: every item is worked out
	struct fleet_steps *steps;
	struct derogation *of_machines; // those that name one, by its name
	size_t of_machines_n;
	struct fleet_sum sum;
};
// threads: at least 1. cache_bytes 0: no cache. lines: a line a machine and a file not read is written there; -1: none.
// root: the directory, `name` what messages call it.
MUST_USE enum err fleet_inspect(struct fleet *f, struct inspection *i, int root, const char *name, unsigned threads,
                                size_t cache_bytes, int lines, struct why *why);
void fleet_free(struct fleet *f);

// One thread's work (fleet_hand.c).
struct fleet_hand;
MUST_USE enum err fleet_hand_new(struct fleet *f, bool lines, struct fleet_hand **h, struct why *why);
void fleet_hand_free(struct fleet_hand *h);
// Reads one open file; it closes fd. ERR_OK too when the file cannot be read: that is counted and told. Otherwise the work cannot
// go on.
MUST_USE enum err fleet_hand_file(struct fleet_hand *h, int fd, const char *file, struct why *why);
MUST_USE enum err fleet_hand_unread(struct fleet_hand *h, const char *file, const struct why *reason, struct why *why);
struct buf *fleet_hand_lines(struct fleet_hand *h); // what there is to write; the caller empties it
uint64_t fleet_hand_machines(const struct fleet_hand *h);
// When all threads are done: its counts into the fleet's.
MUST_USE enum err fleet_hand_end(struct fleet_hand *h, struct why *why);

// Outputs (fleet_print.c).
void fleet_print_line(struct buf *out, const struct fleet_machine *m);
void fleet_print_unread(struct buf *out, const char *file, const struct why *reason);
MUST_USE enum err fleet_print_people(const struct fleet *f, const char *name, struct buf *out, struct why *why);
MUST_USE enum err fleet_print_json(const struct fleet *f, const char *name, struct buf *out, struct why *why);

#endif
