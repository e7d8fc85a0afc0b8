// The verbs of a command: their options, what they say when something is wrong, and a line of progress.
#ifndef TOCSIN_VERB_VERB_H
#define TOCSIN_VERB_VERB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define VERB_USAGE 2     // exit status of a command that was asked wrongly
#define VERB_LIST_MAX 64 // times that an option may be given

// What is given: bool, const char *, uint64_t, uint64_t milliseconds, struct verb_list.
enum verb_kind { VERB_FLAG, VERB_TEXT, VERB_NUMBER, VERB_DURATION, VERB_LIST };

struct verb_list {
	size_t n;
	const char *word[VERB_LIST_MAX];
};

struct verb_option {
	const char *name; // without "--"; NULL ends the table
	enum verb_kind kind;
	void *to;
	uint64_t min, max; // of a number
};

struct verb {
	const char *name, *arguments, *help; // arguments: a line a way of calling it; one that begins with a blank goes on
	int (*run)(int argc, char **argv);   // the words after the verb
};

// main() of a command: finds the verb and runs it; help and version. `verbs` ends with NULL. 1 when what was printed could not be
// written, whatever the verb came to.
int verb_main(const char *program, const struct verb *const *verbs, int argc, char **argv);
// Takes the options out of argv wherever they stand ("--" ends them; "-" is a word; "-c X" is "--conf X"; a value
// that begins with "--" is given as --option=value). The number of words
// left; -1 after saying what is wrong.
int verb_options(const struct verb *v, int argc, char **argv, const struct verb_option *table);
int verb_usage(const struct verb *v, const char *format, ...) PRINTF_LIKE(2, 3); // VERB_USAGE
int verb_fail(const struct verb *v, int status, enum err e, const struct why *why); // says it; returns status
// Lines in which others may have put anything: control characters but the newline are shown as '?', so that none steers the
// terminal. ERR_SYSTEM when they cannot be written: the caller tells it, and verb_main() not again.
MUST_USE enum err verb_print(struct slice text, struct why *why);
// "1234567" as "1,234,567"; one of four static buffers, main thread only.
const char *verb_count(uint64_t n);
// One line on standard error that is written over; only on a terminal, and at most ten times a second.
void verb_progress(const char *format, ...) PRINTF_LIKE(1, 2);
void verb_progress_end(void);

#endif
