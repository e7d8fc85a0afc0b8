#include "run_conf.h"

#include <unistd.h>

#include "follow.h"
#include "log/log.h"
#include "sys/file.h"

#define LIST_MAX 262144 // bytes of the file of patterns

static const struct conf_field fields[] = {
	{"set", CONF_PATH, offsetof(struct run_conf, set), true, NULL, 0, 0,
	 "The set file. When it is replaced, the new one is in force at once; a bad one leaves the old one in force."},
	{"files", CONF_TEXT, offsetof(struct run_conf, files), false, NULL, 0, 0,
	 "Logs to follow, separated by spaces: absolute paths, directories, shell patterns."},
	{"files-from", CONF_PATH, offsetof(struct run_conf, files_from), false, NULL, 0, 0,
	 "A file with one such path or pattern a line."},
	{"journal", CONF_FLAG, offsetof(struct run_conf, journal), false, "no", 0, 0,
	 "Follow the systemd journal of this machine too."},
	{"journal-directory", CONF_PATH, offsetof(struct run_conf, journal_directory), false, NULL, 0, 0,
	 "Follow the journal files of this directory (those that systemd-journal-remote receives) instead of this machine's."},
	{"state", CONF_PATH, offsetof(struct run_conf, state), true, NULL, 0, 0,
	 "Directory in which the places are remembered. Made when absent, mode 0700."},
	{"output", CONF_PATH, offsetof(struct run_conf, output), false, NULL, 0, 0,
	 "File that sightings are appended to; opened anew on SIGHUP. Standard output when absent."},
	{"start", CONF_TEXT, offsetof(struct run_conf, start), false, "beginning", 0, 0,
	 "Where to begin in logs that are there at the start and were never read: beginning or end."},
	{"threads", CONF_NUMBER, offsetof(struct run_conf, threads), false, "0", 0, FOLLOW_THREADS_MAX,
	 "Threads that scan; 0: one a core."},
	{"dedup", CONF_DURATION, offsetof(struct run_conf, dedup), false, NULL, 1, 86400,
	 "Within this time the same indicator at the same host is told once, and then how often it came again."},
	{"log-level", CONF_TEXT, offsetof(struct run_conf, log_level), false, "info", 0, 0, "debug, info, warning or error."},
	{NULL},
};

static enum err add_pattern(struct run_conf *c, const char *pattern, struct why *why)
{
	if (strcmp(pattern, "-") == 0) {
		c->standard_input = true;
		return ERR_OK;
	}
	if (c->patterns == RUN_PATTERNS_MAX)
		return why_set(why, ERR_LIMIT, "more than %u patterns", RUN_PATTERNS_MAX);
	c->pattern[c->patterns++] = pattern;
	return ERR_OK;
}

// Words in text that stays, NULs put between them.
static enum err add_words(struct run_conf *c, char *text, const char *between, bool absolute, struct why *why)
{
	char *state = NULL;
	enum err e = ERR_OK;
	for (char *w = strtok_r(text, between, &state); w != NULL && e == ERR_OK; w = strtok_r(NULL, between, &state)) {
		if (*w == '#' && absolute && strcmp(between, "\n") == 0)
			continue;
		if (absolute && *w != '/')
			e = why_set(why, ERR_INPUT, "\"%s\" is not an absolute path", w);
		else
			e = add_pattern(c, w, why);
	}
	return e;
}

static enum err take_conf(const struct run_options *o, struct run_conf *c, struct why *why)
{
	enum log_level level;
	enum err e = conf_read(fields, o->conf, c, why);
	if (e == ERR_OK && !log_level_named(c->log_level, &level))
		e = why_set(why, ERR_INPUT, "log-level: \"%s\" is not debug, info, warning or error", c->log_level);
	if (e == ERR_OK && strcmp(c->start, "beginning") != 0 && strcmp(c->start, "end") != 0)
		e = why_set(why, ERR_INPUT, "start: \"%s\" is neither beginning nor end", c->start);
	if (e != ERR_OK)
		return e;
	log_open("watch", level);
	if (o->check)
		conf_print(fields, c, stdout);
	e = add_words(c, c->files, " \t", true, why);
	if (e != ERR_OK)
		return why_at(why, e, "files");
	if (c->files_from[0] == 0)
		return ERR_OK;
	buf_init(&c->list, LIST_MAX);
	e = file_read(c->files_from, LIST_MAX - 1, &c->list, why);
	buf_put_u8(&c->list, 0);
	if (e == ERR_OK)
		e = buf_status(&c->list);
	if (e == ERR_OK)
		e = add_words(c, (char *)c->list.p, "\n", true, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "files-from");
}

// An option's path in the place of the configuration's.
static enum err take_path(const char *name, const char *option, char path[static CONF_TEXT_MAX], struct why *why)
{
	size_t n = option != NULL ? strlen(option) : 0;
	if (n >= CONF_TEXT_MAX || (option != NULL && n == 0))
		return why_set(why, ERR_INPUT, "--%s: a path of %zu bytes, must have 1 to %u", name, n, CONF_TEXT_MAX - 1);
	if (option != NULL)
		memcpy(path, option, n + 1);
	return ERR_OK;
}

enum err run_conf_take(const struct run_options *o, int argc, char **argv, struct run_conf *c, struct why *why)
{
	enum err e = o->conf != NULL ? take_conf(o, c, why) : ERR_OK;
	if (e != ERR_OK && o->conf != NULL && strncmp(why->text, o->conf, strlen(o->conf)) != 0)
		e = why_at(why, e, "%s", o->conf); // conf_read() says it, with the line
	for (int i = 0; i < argc && e == ERR_OK; i++)
		e = add_pattern(c, argv[i], why);
	if (e == ERR_OK)
		e = take_path("set", o->set, c->set, why);
	if (e == ERR_OK)
		e = take_path("state", o->state, c->state, why);
	if (e == ERR_OK)
		e = take_path("output", o->output, c->output, why);
	if (e == ERR_OK)
		e = take_path("journal-directory", o->journal_directory, c->journal_directory, why);
	if (o->threads > 0)
		c->threads = o->threads;
	if (o->from_end)
		strcpy(c->start, "end");
	c->journal |= o->journal || c->journal_directory[0] != 0;
	if (c->threads == 0) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		c->threads = cores > 0 && cores < (long)FOLLOW_THREADS_MAX ? (uint64_t)cores : 1;
	}
	if (e == ERR_OK && c->patterns == 0 && !c->standard_input && !c->journal)
		e = why_set(why, ERR_INPUT, "nothing to follow: no file, no pattern, no journal");
	return e;
}
