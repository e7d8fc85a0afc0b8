// A thread that works when it is woken, or when a while has passed, until it is stopped.
//
//     static void work(void *context)  // worker_wait in a loop, until it says false
#ifndef TOCSIN_SYS_WORKER_H
#define TOCSIN_SYS_WORKER_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

struct worker *worker_new(void); // NULL when out of memory
// Starts the thread, once; false when there is none to be had.
bool worker_run(struct worker *w, void (*work)(void *context), void *context);
// Tells the thread to end, waits for it, frees. NULL, and a worker that was never run, are allowed.
void worker_stop(struct worker *w);
// From any thread: the next or present worker_wait returns at once. Several wakes before it count as one.
void worker_wake(struct worker *w);

// In the thread: until woken, stopped, or `ms` have passed. *woken (may be NULL) says whether it was woken. False: end.
bool worker_wait(struct worker *w, uint64_t ms, bool *woken);
bool worker_stopping(struct worker *w);

#endif
