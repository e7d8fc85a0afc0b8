// From a line that met something to sightings, and from sightings to the output: one output, any number of tellers.
#ifndef TOCSIN_WATCH_TELL_H
#define TOCSIN_WATCH_TELL_H

#include "lines.h"
#include "tally.h"

#define TELL_ALL UINT64_MAX // see struct teller
#define OUTPUT_BUFFER (256u << 10) // bytes held back at most, besides one sighting

struct output_how {
	bool text, colour, quiet; // quiet: nothing but the summary
	bool summary;
	uint64_t window_ms; // of repeats; 0: every sighting is told
};

// Whole lines reach the descriptor in the order in which tellers gave them. Threads may share it.
struct output;

MUST_USE enum err output_new(int fd, const struct output_how *how, struct output **o, struct why *why);
void output_free(struct output *o); // NULL allowed
void output_sighting(struct output *o, const struct sighting *s);
// Everything told so far is in the file or pipe. False: it could not be written, and nothing more will be.
MUST_USE bool output_flush(struct output *o);
// The same, and on the disk when it is a file.
MUST_USE bool output_sync(struct output *o);
void output_tick(struct output *o, uint64_t read_ms); // ends windows; UINT64_MAX: all
bool output_is_broken(const struct output *o);
uint64_t output_count(const struct output *o); // sightings, repeats included
void output_reopen(struct output *o, int fd); // takes the descriptor; the old one is closed
void output_summary(struct output *o, FILE *to);

// One stream's teller; zeroed but for these. Calls for lines.h.
struct teller {
	struct output *output;
	const struct indicator_set *set;
	const char *path; // of the log, as told
	bool journal;
	uint64_t now;        // seconds, for expiry
	uint64_t at_ms;      // time of the event, when the stream knows it; else 0
	uint64_t replayed_to; // lines that start before this offset may have been told before a crash; TELL_ALL: any
	struct fields_header header;
};
bool tell_line(struct teller *t, const struct line *line, const struct scan_hit *hits, size_t count);

#endif
