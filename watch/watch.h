// tocsin-watch: the verbs, their options, and what they share.
#ifndef TOCSIN_WATCH_WATCH_H
#define TOCSIN_WATCH_WATCH_H

#include <stdio.h>

#include "indicator/indicator.h"

// Exit status. hunt and run are like grep: did anything meet?
enum { WATCH_OK = 0, WATCH_MET = 0, WATCH_NOTHING = 1, WATCH_FAILED = 1, WATCH_TROUBLE = 2, WATCH_USAGE = 2 };

enum watch_kind { WATCH_FLAG, WATCH_TEXT, WATCH_NUMBER, WATCH_DURATION }; // bool, const char *, uint64_t, uint64_t milliseconds

struct watch_option {
	const char *name; // without "--"; NULL ends the table
	enum watch_kind kind;
	void *to;
	uint64_t min, max; // of a number
};

struct verb {
	const char *name, *arguments, *help;
	int (*run)(int argc, char **argv); // the words after the verb
};

// Takes the options out of argv wherever they stand ("--" ends them; "-" is a word; "-c X" is "--conf X"). The number of words
// left; -1 after saying what is wrong.
int watch_options(const struct verb *v, int argc, char **argv, const struct watch_option *table);
int watch_usage(const struct verb *v, const char *format, ...) PRINTF_LIKE(2, 3); // WATCH_USAGE
int watch_fail(const struct verb *v, int status, enum err e, const struct why *why); // says it; returns status
// "1234567" as "1,234,567"; one of four static buffers, main thread only.
const char *watch_count(uint64_t n);
// One line on standard error that is written over; only on a terminal, and at most ten times a second.
void watch_progress(const char *format, ...) PRINTF_LIKE(1, 2);
void watch_progress_end(void);

extern const struct verb verb_compile, verb_show, verb_hunt, verb_run, verb_key, verb_sign, verb_update, verb_send;

#endif
