// What `run` is to do: its configuration file, and the options besides it or in its place (tocsin-watch(1), CONFIGURATION).
#ifndef TOCSIN_WATCH_RUN_CONF_H
#define TOCSIN_WATCH_RUN_CONF_H

#include "base/buf.h"
#include "conf/conf.h"

#define RUN_PATTERNS_MAX 1024u

struct run_options {
	const char *conf, *set, *state, *output, *scan, *journal_directory;
	bool text, summary, once, from_end, no_sandbox, check, journal;
	uint64_t threads, dedup;
};

struct run_conf {
	char set[CONF_TEXT_MAX], files[CONF_TEXT_MAX], files_from[CONF_TEXT_MAX], state[CONF_TEXT_MAX], output[CONF_TEXT_MAX];
	char start[CONF_TEXT_MAX], log_level[CONF_TEXT_MAX], journal_directory[CONF_TEXT_MAX];
	bool journal;
	uint64_t threads, dedup; // threads: at least 1; dedup: seconds
	// Not of the file alone: what is followed.
	const char *pattern[RUN_PATTERNS_MAX + 1];
	size_t patterns;
	bool standard_input;
	struct buf list; // owns text of patterns
};

// *c is zeroed before; the arguments stay in use, buf_free() c->list in the end. Opens the log at the level of the file. With
// --check prints what the file says.
MUST_USE enum err run_conf_take(const struct run_options *o, int argc, char **argv, struct run_conf *c, struct why *why);

#endif
