// `run`: the sensor itself. One process that reads logs and the set, writes sightings and its places, and can do nothing else.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "follow.h"
#include "input.h"
#include "journal.h"
#include "log/log.h"
#include "run_conf.h"
#include "sandbox/sandbox.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "watch.h"

#define TICK_MS 200       // how often places are looked at
#define PLACES_MS 1000    // at most one writing of places in this time
#define DESCRIPTORS_MAX 262144u
#define DESCRIPTORS_OWN 200u // set, output, state, journal, inotify; one or two a thread that works
#define PLACES_NAME "places"

struct sensor {
	const struct run_options *o;
	struct run_conf conf;
	enum scan_path scan;
	struct shared *set;
	struct output *output;
	struct follow *follow;
	struct journal *journal;
	struct places before;
	char places_path[FILE_PATH_MAX];
	int lock_fd, set_fd, signal_fd;
	uint64_t places_ms;
	struct input *input;
	bool stopped, places_failed;
	bool unreadable; // something is, and there is no later
};

// --- Getting ready -----------------------------------------------------------------------------------------------------------

// After a full disk or a power cut the file may end within a line, which the next sighting must not continue.
static bool ends_line(const char *path, int fd)
{
	struct stat st;
	char last = 0;
	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	int r = open(path, O_RDONLY | O_CLOEXEC);
	bool ends = r >= 0 && pread(r, &last, 1, st.st_size - 1) == 1 && last == '\n';
	if (r >= 0)
		close(r);
	return ends || write(fd, "\n", 1) == 1; // one that cannot be read: an empty line does no harm
}

static enum err open_output(const struct sensor *s, int *fd, struct why *why)
{
	*fd = STDOUT_FILENO;
	if (s->conf.output[0] == 0)
		return ERR_OK;
	*fd = open(s->conf.output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (*fd >= 0 && ends_line(s->conf.output, *fd))
		return ERR_OK;
	enum err e = why_set(why, ERR_SYSTEM, "%s: %s: %s", s->conf.output, *fd < 0 ? "open" : "write", strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return e;
}

static enum err read_places(struct sensor *s, struct why *why)
{
	struct buf text;
	s->before.closed = true;
	if (s->conf.state[0] == 0)
		return ERR_OK;
	enum err e = file_dir(s->conf.state, FILE_DIR, why);
	if (e == ERR_OK)
		e = file_lock(s->conf.state, &s->lock_fd, why);
	if (e == ERR_OK)
		e = file_path(s->places_path, s->conf.state, PLACES_NAME, why);
	if (e != ERR_OK)
		return e;
	buf_init(&text, PLACE_FILE_MAX);
	e = file_read(s->places_path, PLACE_FILE_MAX, &text, why);
	if (e == ERR_OK)
		e = places_parse(buf_slice(&text), &s->before, why);
	buf_free(&text);
	if (e == ERR_INPUT)
		return why_at(why, e, "%s: remove it to begin anew", s->places_path);
	return e == ERR_ABSENT ? ERR_OK : e;
}

static void directory_of(const char *path, char directory[FILE_PATH_MAX])
{
	snprintf(directory, FILE_PATH_MAX, "%.*s", SLICE_ARGS(file_directory(path)));
}

static enum err watch_set(struct sensor *s, struct why *why)
{
	char directory[FILE_PATH_MAX];
	directory_of(s->conf.set, directory);
	s->set_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->set_fd < 0 || inotify_add_watch(s->set_fd, directory, IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
		return why_set(why, ERR_SYSTEM, "%s: inotify: %s", directory, strerror(errno));
	return ERR_OK;
}

static enum err watch_signals(struct sensor *s, struct why *why)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	s->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return s->signal_fd >= 0 ? ERR_OK : why_set(why, ERR_SYSTEM, "signalfd: %s", strerror(errno));
}

// What may be read: the directories of the patterns, where links lead from there now, the set's; written: places and output.
struct paths {
	struct sandbox_plan plan;
	char text[SANDBOX_PATHS_MAX * 2 + 8][FILE_PATH_MAX];
	size_t n, reads, writes;
};

static bool may_read(struct paths *p, const char *path)
{
	char real[PATH_MAX];
	if (realpath(path, real) == NULL)
		return true; // not there: nothing to be read
	for (size_t i = 0; i < p->reads; i++) {
		size_t n = strlen(p->plan.read[i]);
		if (strncmp(real, p->plan.read[i], n) == 0 && (real[n] == 0 || real[n] == '/' || n == 1))
			return true;
	}
	if (p->reads == SANDBOX_PATHS_MAX || strlen(real) >= FILE_PATH_MAX)
		return false;
	strcpy(p->text[p->n], real);
	p->plan.read[p->reads++] = p->text[p->n++];
	return true;
}

// What is not there may come, unless this is all the time it has; what can never be followed is refused.
static enum err look_for_logs(struct sensor *s, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < s->conf.patterns && e == ERR_OK; i++) {
		struct files found = {0};
		struct stat st;
		e = files_add(&found, s->conf.pattern[i], why);
		if (e == ERR_ABSENT && !s->o->once) {
			log_line(LOG_WARNING, "log-not-there", log_value("pattern", "%s", s->conf.pattern[i]),
			         log_value("why", "nothing is there yet; it is followed when it comes"));
			e = ERR_OK;
		}
		if (e == ERR_OK && found.n == 1 && stat(found.path[0], &st) == 0 && !S_ISREG(st.st_mode))
			e = why_set(why, ERR_INPUT, "%s: is no regular file; what comes through a pipe is followed as \"-\"", found.path[0]);
		for (size_t k = 0; k < found.n && s->o->once; k++)
			s->unreadable |= access(found.path[k], R_OK) != 0; // told when it is opened
		files_free(&found);
	}
	return e;
}

// As many descriptors as this process may have.
static unsigned descriptors(void)
{
	struct rlimit files = {0, 0};
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 0;
	files.rlim_cur = files.rlim_max < DESCRIPTORS_MAX ? files.rlim_max : DESCRIPTORS_MAX;
	return setrlimit(RLIMIT_NOFILE, &files) == 0 ? (unsigned)files.rlim_cur : 0;
}

static enum err enter(struct sensor *s, struct why *why)
{
	static struct paths p;
	char directory[FILE_PATH_MAX];
	bool room = true;
	p.plan = (struct sandbox_plan){.kind = SANDBOX_SENSOR, .files = descriptors()};
	directory_of(s->conf.set, directory);
	room &= may_read(&p, directory);
	for (size_t i = 0; i < s->conf.patterns; i++) {
		struct files found = {0};
		files_root(s->conf.pattern[i], directory, sizeof directory);
		if (access(directory, R_OK | X_OK) != 0)
			return why_set(why, ERR_ABSENT, "%s: the directory of \"%s\": %s", directory, s->conf.pattern[i], strerror(errno));
		room &= may_read(&p, directory);
		if (files_add(&found, s->conf.pattern[i], NULL) == ERR_OK)
			for (size_t k = 0; k < found.n; k++) {
				char real[PATH_MAX];
				if (realpath(found.path[k], real) != NULL) {
					directory_of(real, directory);
					room &= may_read(&p, directory);
				}
			}
		files_free(&found);
	}
	if (s->journal != NULL) {
		static const char *const places[] = {"/var/log/journal", "/run/log/journal", "/etc/machine-id",
		                                     "/proc/sys/kernel/random/boot_id"};
		for (size_t i = 0; i < sizeof places / sizeof *places; i++)
			room &= may_read(&p, places[i]);
		if (s->conf.journal_directory[0] != 0)
			room &= may_read(&p, s->conf.journal_directory);
	}
	if (!room)
		return why_set(why, ERR_LIMIT, "logs in more than %u directories that are not below each other", SANDBOX_PATHS_MAX);
	if (s->conf.state[0] != 0)
		p.plan.write[p.writes++] = s->conf.state;
	if (s->conf.output[0] != 0) {
		directory_of(s->conf.output, p.text[p.n]);
		p.plan.write[p.writes++] = p.text[p.n++];
	}
	return sandbox_enter(&p.plan, why);
}

static enum err prepare(struct sensor *s, int argc, char **argv, struct why *why)
{
	int fd = -1;
	enum err e = run_conf_take(s->o, argc, argv, &s->conf, why);
	if (e == ERR_OK)
		e = shared_new(s->conf.set, &s->set, why);
	if (e != ERR_OK || s->o->check)
		return e;
	e = look_for_logs(s, why);
	if (e == ERR_OK)
		e = read_places(s, why);
	if (e == ERR_OK)
		e = open_output(s, &fd, why);
	struct output_how how = {s->o->text, s->o->text && isatty(STDOUT_FILENO) == 1 && s->conf.output[0] == 0, false, s->o->summary,
	                         s->o->dedup > 0 ? s->o->dedup : s->conf.dedup * 1000};
	if (e == ERR_OK)
		e = output_new(fd, &how, &s->output, why);
	if (e == ERR_OK)
		e = watch_set(s, why);
	if (e == ERR_OK)
		e = watch_signals(s, why);
	bool from_end = strcmp(s->conf.start, "end") == 0;
	unsigned all = descriptors();
	struct follow_how follow = {s->set, s->output, s->conf.pattern, (unsigned)s->conf.threads,
	                            all > 2 * DESCRIPTORS_OWN ? all - DESCRIPTORS_OWN : all / 2,
	                            from_end, s->scan};
	if (e == ERR_OK)
		e = follow_new(&follow, &s->follow, why);
	const char *directory = s->conf.journal_directory[0] != 0 ? s->conf.journal_directory : NULL;
	struct journal_how journal = {s->set, s->output, s->scan, directory, s->before.cursor, !s->before.closed, from_end};
	if (e == ERR_OK && s->conf.journal)
		e = journal_new(&journal, &s->journal, why);
	if (e == ERR_OK && !s->o->no_sandbox)
		e = enter(s, why);
	else if (e == ERR_OK)
		log_line(LOG_WARNING, "no-sandbox");
	return e;
}

// --- Running -----------------------------------------------------------------------------------------------------------------

static void set_changed(struct sensor *s)
{
	_Alignas(struct inotify_event) char buffer[FOLLOW_EVENTS_ROOM];
	const char *slash = strrchr(s->conf.set, '/'), *name = slash != NULL ? slash + 1 : s->conf.set;
	bool mine = false;
	ssize_t n;
	while ((n = read(s->set_fd, buffer, sizeof buffer)) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *e = (const struct inotify_event *)(const void *)at;
			mine |= (e->mask & IN_Q_OVERFLOW) != 0 || (e->len > 0 && strcmp(e->name, name) == 0);
			at += sizeof *e + e->len;
		}
	struct why why;
	if (!mine)
		return;
	enum err e = shared_reload(s->set, &why);
	if (e != ERR_OK) {
		log_line(LOG_ERROR, "set-refused", log_failure(e, &why), log_value("in-force", "the set before"));
		return;
	}
	struct held_set *h = shared_take(s->set);
	log_line(LOG_INFO, "set-taken", log_value("indicators", "%u", indicator_count(h->set)));
	shared_drop(s->set, h);
	follow_wake(s->follow);
}

static void signalled(struct sensor *s)
{
	struct signalfd_siginfo info;
	struct why why;
	int fd;
	while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo != SIGHUP) {
			s->stopped = true;
			continue;
		}
		if (s->conf.output[0] == 0)
			continue;
		enum err e = open_output(s, &fd, &why);
		if (e == ERR_OK)
			output_reopen(s->output, fd);
		else
			log_line(LOG_ERROR, "output-not-reopened", log_failure(e, &why));
	}
}

// What has been told is on the disk before the place says so. What could not be written is written the next time.
static enum err write_places(struct sensor *s, bool closed, struct why *why)
{
	struct places now = {.closed = closed};
	struct buf text;
	bool changed = false, moved = s->journal != NULL && journal_cursor(s->journal, now.cursor);
	if (s->conf.state[0] == 0)
		return ERR_OK;
	enum err e = follow_places(s->follow, &now, &changed, why);
	if (e == ERR_OK && moved && !changed) {
		follow_touch(s->follow);
		e = follow_places(s->follow, &now, &changed, why);
	}
	if (e == ERR_OK && (changed || moved)) {
		buf_init(&text, PLACE_FILE_MAX);
		places_print(&now, &text);
		e = output_sync(s->output) ? buf_status(&text) : why_set(why, ERR_SYSTEM, "the output cannot be written");
		if (e == ERR_OK)
			e = file_write(s->places_path, buf_slice(&text), FILE_SECRET, why);
		buf_free(&text);
	}
	if (e != ERR_OK)
		follow_touch(s->follow);
	places_free(&now);
	return e;
}

static void keep_places(struct sensor *s)
{
	struct why why;
	uint64_t now = clock_monotonic_ms();
	if (now < s->places_ms + PLACES_MS && !follow_adopted(s->follow))
		return;
	enum err e = write_places(s, false, &why);
	if (e != ERR_OK && !s->places_failed) // once, not every second
		log_line(LOG_ERROR, "places-not-written", log_failure(e, &why));
	else if (e == ERR_OK && s->places_failed)
		log_line(LOG_INFO, "places-written");
	s->places_failed = e != ERR_OK;
	uint64_t took = clock_monotonic_ms() - now;
	s->places_ms = now + 20 * took; // 100,000 files take a while: one part in twenty at most
}

static bool is_over(struct sensor *s)
{
	bool read = s->input == NULL || input_is_over(s->input);
	if (output_is_broken(s->output))
		return true;
	if (s->conf.patterns == 0 && s->journal == NULL)
		return read;
	return s->o->once && read && follow_is_idle(s->follow) && (s->journal == NULL || journal_is_idle(s->journal));
}

static void loop(struct sensor *s)
{
	while (!s->stopped && !is_over(s)) {
		struct pollfd p[] = {{follow_fd(s->follow), POLLIN, 0}, {s->set_fd, POLLIN, 0}, {s->signal_fd, POLLIN, 0}};
		poll(p, 3, s->o->once || s->input != NULL ? 20 : TICK_MS);
		if (p[0].revents & POLLIN)
			follow_events(s->follow);
		if (p[1].revents & POLLIN)
			set_changed(s);
		if (p[2].revents & POLLIN)
			signalled(s);
		follow_tick(s->follow);
		output_tick(s->output, (uint64_t)clock_now() * 1000);
		keep_places(s);
	}
}

static int work(struct sensor *s, struct why *why)
{
	enum err e = follow_start(s->follow, &s->before, why);
	if (e == ERR_OK && s->journal != NULL)
		e = journal_start(s->journal, why);
	const struct input_how how = {s->set, s->output, s->scan};
	if (e == ERR_OK && s->conf.standard_input)
		e = input_start(&how, &s->input, why);
	follow_touch(s->follow);
	if (e == ERR_OK)
		e = write_places(s, false, why); // from now on a kill is known by it
	if (e != ERR_OK)
		return verb_fail(&verb_run, WATCH_TROUBLE, e, why);
	struct held_set *h = shared_take(s->set);
	log_line(LOG_INFO, "ready", log_value("indicators", "%u", indicator_count(h->set)),
	         log_value("threads", "%u", (unsigned)s->conf.threads));
	shared_drop(s->set, h);
	loop(s);
	follow_end(s->follow, s->o->once);
	output_tick(s->output, UINT64_MAX);
	e = write_places(s, true, why);
	if (e == ERR_OK && !output_flush(s->output))
		e = why_set(why, ERR_SYSTEM, "the output cannot be written");
	if (s->o->summary)
		output_summary(s->output, stderr);
	log_line(LOG_INFO, "stopped", log_value("sightings", "%llu", (unsigned long long)output_count(s->output)));
	if (e != ERR_OK)
		return verb_fail(&verb_run, WATCH_TROUBLE, e, why);
	if (!s->o->once && s->conf.patterns + (s->journal != NULL) > 0)
		return WATCH_OK; // a daemon that was stopped in order
	if (s->unreadable)
		return WATCH_TROUBLE;
	return output_count(s->output) > 0 ? WATCH_MET : WATCH_NOTHING;
}

static int run_run(int argc, char **argv)
{
	static struct sensor s = {.lock_fd = -1, .set_fd = -1, .signal_fd = -1};
	static struct run_options o;
	const struct verb_option table[] = {
		{"conf", VERB_TEXT, &o.conf, 0, 0},       {"set", VERB_TEXT, &o.set, 0, 0},
		{"state", VERB_TEXT, &o.state, 0, 0},
		{"output", VERB_TEXT, &o.output, 0, 0},   {"text", VERB_FLAG, &o.text, 0, 0},
		{"summary", VERB_FLAG, &o.summary, 0, 0},
		{"once", VERB_FLAG, &o.once, 0, 0},       {"from-end", VERB_FLAG, &o.from_end, 0, 0},
		{"journal", VERB_FLAG, &o.journal, 0, 0},
		{"threads", VERB_NUMBER, &o.threads, 1, FOLLOW_THREADS_MAX}, {"dedup", VERB_DURATION, &o.dedup, 0, 0},
		{"journal-directory", VERB_TEXT, &o.journal_directory, 0, 0},
		{"scan", VERB_TEXT, &o.scan, 0, 0},       {"no-sandbox", VERB_FLAG, &o.no_sandbox, 0, 0},
		{"check", VERB_FLAG, &o.check, 0, 0},
		{0}};
	struct why why;
	int n = verb_options(&verb_run, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (o.conf == NULL && (o.set == NULL || (n == 0 && !o.journal && o.journal_directory == NULL)))
		return verb_usage(&verb_run, "-c FILE, or --set SET and what to follow");
	log_open("watch", LOG_INFO);
	s.o = &o;
	if (o.scan != NULL && scan_path_named(o.scan, &s.scan, &why) != ERR_OK)
		return verb_usage(&verb_run, "--scan: %s", why.text);
	enum err e = prepare(&s, n, argv, &why);
	int status = e != ERR_OK ? verb_fail(&verb_run, WATCH_TROUBLE, e, &why) : o.check ? WATCH_OK : work(&s, &why);
	if (s.input != NULL && !input_is_over(s.input))
		_exit(status); // it sits in read(2)
	input_free(s.input);
	journal_end(s.journal);
	follow_free(s.follow);
	output_free(s.output);
	shared_free(s.set);
	places_free(&s.before);
	buf_free(&s.conf.list);
	return status;
}

const struct verb verb_run = {
	"run",
	"-c FILE [--check]\n"
	"--set SET FILE…|PATTERN…|- [--journal] [--journal-directory DIR] [--state DIR] [--output FILE] [--from-end] [--once] "
	"[--text] [--summary] [--dedup WINDOW] [--threads N] [--scan portable|avx2|avx512] [--no-sandbox]",
	"follow logs, the journal or standard input, and tell what meets",
	run_run,
};
