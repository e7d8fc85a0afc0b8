// What was met, counted: the table at the end, and the table that turns a flood into one sighting per indicator, host and window.
// Both are bounded, whatever the logs hold.
#ifndef TOCSIN_WATCH_TALLY_H
#define TOCSIN_WATCH_TALLY_H

#include <stdio.h>

#include "sighting.h"

#define TALLY_ROWS_MAX 100000u // indicators counted one by one; the others together
#define TALLY_HOSTS_MAX 64u    // hosts of one indicator told apart
#define FLOOD_ROWS_MAX 16384u  // pairs of indicator and host with an open window

struct tally;

struct tally *tally_new(void); // NULL without memory
void tally_free(struct tally *t);
void tally_add(struct tally *t, const struct sighting *s);
uint64_t tally_count(const struct tally *t);
void tally_print(struct tally *t, FILE *out);

// The first sighting of a pair passes at once; those that follow within the window are counted. When the window ends and there
// were such, the first one is told once more, with the same event.id, and "repeats" and "until" in `tocsin`.
struct flood;

struct flood *flood_new(uint64_t window_ms);
void flood_free(struct flood *f);
// True: tell it, and flood_keep() the text. What ends by it, or has to make room for it, is appended to out.
bool flood_pass(struct flood *f, const struct sighting *s, struct buf *out);
void flood_keep(struct flood *f, struct slice printed);
// Ends the windows that were opened before read_ms - window; all of them with UINT64_MAX.
void flood_end(struct flood *f, uint64_t read_ms, struct buf *out);

#endif
