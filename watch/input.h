// Standard input as a log, read by a thread of its own to its end. It has no place that could be remembered.
#ifndef TOCSIN_WATCH_INPUT_H
#define TOCSIN_WATCH_INPUT_H

#include "shared.h"
#include "tell.h"

struct input;

struct input_how {
	struct shared *set;
	struct output *output;
	enum scan_path scan;
};

MUST_USE enum err input_start(const struct input_how *how, struct input **in, struct why *why);
bool input_is_over(struct input *in); // all of it has been told
void input_free(struct input *in);    // NULL allowed; only when it is over

#endif
