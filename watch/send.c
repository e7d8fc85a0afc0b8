// `send`: sightings become sealed records and tokens, by way of `tocsin report`. It reads sightings, never a log; what it lets
// out is counted per indicator and hour, shown first, and lies in the spool until the home has taken it.
//
//   SPOOL/places               how far the sightings have been counted (place.h)
//   SPOOL/<hour>-<hash>.csv    a report that is to be made; removed when `tocsin report` has sealed it. The hash is of its rows
//                              and of the places from which they were counted: equal rows of later sightings are another report,
//                              and those that a killed sending counted already are the same one
//   SPOOL/sync                 there while a sealed record waits in the home for the platform
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "hourly.h"
#include "json/json.h"
#include "place.h"
#include "sys/file.h"
#include "watch.h"

#define READ_AT_ONCE (4u << 20)
#define SAID_MAX (1u << 20) // bytes of what `tocsin` prints
#define CSV_MAX ((size_t)8 << 20)
#define ROWS_OF_A_REPORT 5000u // well below what a report and its batches hold
#define ARGUMENTS_MAX 32 // of `tocsin`
#define REPORT_HASH 16   // bytes of the hash in a report's name
#define REPORT_NAME (strlen("2026-01-02T03-.csv") + 2 * REPORT_HASH) // bytes of it

struct send {
	const char *spool, *home, *to, *tlp, *program;
	bool yes, dry_run;
	struct places before, now;
	struct hourly hourly;
	char places_path[FILE_PATH_MAX];
	uint8_t counted_from[32]; // hash of the places before
};

// --- Counting ----------------------------------------------------------------------------------------------------------------

static uint64_t begin_at(const struct send *s, int fd, const struct stat *st)
{
	uint8_t head[PLACE_HEAD];
	for (size_t i = 0; i < s->before.n; i++) {
		const struct place *b = &s->before.place[i];
		if (b->inode != st->st_ino || b->device != st->st_dev || (uint64_t)st->st_size < b->offset)
			continue;
		ssize_t n = pread(fd, head, b->head, 0);
		if (place_begins(b, slice_of(head, n > 0 ? (size_t)n : 0)))
			return b->offset;
	}
	return 0;
}

static enum err count_lines(struct send *s, const char *path, struct slice text, size_t *used, struct why *why)
{
	*used = 0;
	for (size_t end; (end = slice_find(text, '\n', *used)) < text.n; *used = end + 1) {
		struct slice line = slice_part(text, *used, end - *used);
		if (line.n == 0)
			continue;
		enum err e = hourly_add(&s->hourly, line, why);
		if (e == ERR_LIMIT && s->hourly.n == HOURLY_MAX)
			return ERR_LIMIT; // the rest stays for the next time
		if (e == ERR_INPUT && s->hourly.refused <= 5)
			fprintf(stderr, "%s: not a sighting: %s\n", path, why->text);
		else if (e != ERR_OK && e != ERR_INPUT && e != ERR_LIMIT)
			return e;
	}
	return ERR_OK;
}

static enum err count_file(struct send *s, const char *path, struct why *why)
{
	struct stat st;
	struct place p = {.path = (char *)path};
	uint8_t *room = malloc(READ_AT_ONCE);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum err e = room == NULL ? why_set(why, ERR_SYSTEM, "no memory") : ERR_OK;
	if (e == ERR_OK && (fd < 0 || fstat(fd, &st) != 0))
		e = why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (e == ERR_OK && !S_ISREG(st.st_mode))
		e = why_set(why, ERR_INPUT, "%s: is no regular file: it could not be gone on with the next time", path);
	if (e == ERR_OK) {
		p.device = st.st_dev;
		p.inode = st.st_ino;
		p.offset = begin_at(s, fd, &st);
	}
	while (e == ERR_OK) {
		size_t used = 0;
		ssize_t n = pread(fd, room, READ_AT_ONCE, (off_t)p.offset);
		if (n < 0)
			e = why_set(why, ERR_SYSTEM, "%s: read: %s", path, strerror(errno));
		if (n <= 0)
			break;
		e = count_lines(s, path, slice_of(room, (size_t)n), &used, why);
		if (e == ERR_OK && used == 0 && n == (ssize_t)READ_AT_ONCE)
			used = (size_t)n; // a line of that length is no sighting
		if (used == 0)
			break;
		p.offset += used;
	}
	bool full = e == ERR_LIMIT;
	if (e == ERR_OK || full) {
		ssize_t n = pread(fd, room, p.offset < PLACE_HEAD ? (size_t)p.offset : PLACE_HEAD, 0);
		p.head = n > 0 ? (unsigned)n : 0;
		p.hash = place_hash(slice_of(room, p.head));
		e = places_add(&s->now, &p, why);
	}
	if (fd >= 0)
		close(fd);
	free(room);
	return e;
}

// --- The spool ---------------------------------------------------------------------------------------------------------------

static enum err spool_rows(struct send *s, size_t from, size_t to, struct why *why)
{
	struct buf csv, name;
	uint8_t hash[32];
	char time[TIME_TEXT], path[FILE_PATH_MAX];
	buf_init(&csv, CSV_MAX);
	buf_init(&name, REPORT_NAME + 1);
	hourly_csv(&s->hourly, from, to, &csv);
	const struct slice parts[] = {slice_of(s->counted_from, sizeof s->counted_from), buf_slice(&csv)};
	sha256_parts(parts, sizeof parts / sizeof *parts, hash);
	time_print(s->hourly.row[from].hour, time);
	buf_printf(&name, "%.13s-", time);
	buf_put_hex(&name, slice_of(hash, REPORT_HASH));
	buf_put_text(&name, ".csv");
	buf_put_u8(&name, 0);
	enum err e = buf_status(&csv) != ERR_OK ? buf_status(&csv) : buf_status(&name);
	if (e == ERR_OK)
		e = file_path(path, s->spool, (const char *)name.p, why);
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&csv), FILE_SECRET, why);
	buf_free(&csv);
	buf_free(&name);
	return e;
}

// Files that were not named this time keep their places, as long as they are there.
static enum err keep_others(struct send *s, struct why *why)
{
	enum err e = ERR_OK;
	size_t named = s->now.n;
	for (size_t i = 0; i < s->before.n && e == ERR_OK; i++) {
		const struct place *b = &s->before.place[i];
		struct stat st;
		bool kept = stat(b->path, &st) == 0 && st.st_ino == b->inode && st.st_dev == b->device;
		for (size_t k = 0; k < named && kept; k++)
			kept = s->now.place[k].inode != b->inode || s->now.place[k].device != b->device;
		if (kept)
			e = places_add(&s->now, b, why);
	}
	return e;
}

static enum err spool_all(struct send *s, struct why *why)
{
	const struct hourly *h = &s->hourly;
	enum err e = keep_others(s, why);
	for (size_t from = 0, to; from < h->n && e == ERR_OK; from = to) {
		for (to = from; to < h->n && h->row[to].hour == h->row[from].hour && to - from < ROWS_OF_A_REPORT;)
			to++;
		e = spool_rows(s, from, to, why);
	}
	struct buf text;
	buf_init(&text, PLACE_FILE_MAX);
	s->now.closed = true;
	places_print(&s->now, &text);
	if (e == ERR_OK)
		e = file_write(s->places_path, buf_slice(&text), FILE_SECRET, why);
	buf_free(&text);
	return e;
}

static int is_report(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return n == REPORT_NAME && strcmp(d->d_name + n - 4, ".csv") == 0;
}

// --- tocsin ------------------------------------------------------------------------------------------------------------------

// Runs it and takes what it prints; the exit status, or -1.
static int run_tocsin(const struct send *s, const char *const *arguments, struct buf *said)
{
	const char *argv[ARGUMENTS_MAX] = {s->program};
	int n = 1, pipes[2], status = 0;
	if (s->home != NULL) {
		argv[n++] = "--home";
		argv[n++] = s->home;
	}
	argv[n++] = "--json";
	for (; *arguments != NULL && n < ARGUMENTS_MAX - 1; arguments++)
		argv[n++] = *arguments;
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		fprintf(stderr, "tocsin-watch send: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(pipes[1]);
	for (;;) {
		uint8_t room[4096];
		ssize_t got = read(pipes[0], room, sizeof room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		buf_put(said, room, (size_t)got);
	}
	close(pipes[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The state of the record that was made; false when none was.
static bool made_state(const struct buf *said, char state[static 16])
{
	struct json root;
	struct slice text = {0};
	if (json_parse(buf_slice(said), &root, NULL) != ERR_OK)
		return false;
	bool made = json_get_text(&root, "state", &text, NULL) == ERR_OK && text.n < 16;
	if (made) {
		memcpy(state, text.p, text.n);
		state[text.n] = 0;
	}
	json_free(&root);
	return made;
}

static enum err set_sync(const struct send *s, bool on, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, s->spool, "sync", why);
	if (e == ERR_OK && on)
		return file_write(path, (struct slice){0}, FILE_SECRET, why);
	if (e == ERR_OK)
		e = file_remove(path, why);
	return e == ERR_ABSENT ? ERR_OK : e;
}

// What an earlier sending left sealed in the home: the same bytes go again.
static enum err sync_home(const struct send *s, struct why *why)
{
	static const char *const arguments[] = {"receipts", "--sync", NULL};
	char path[FILE_PATH_MAX];
	struct buf said;
	enum err e = file_path(path, s->spool, "sync", why);
	if (e != ERR_OK || !file_has(path))
		return e;
	buf_init(&said, SAID_MAX);
	int status = run_tocsin(s, arguments, &said);
	buf_free(&said);
	if (status == 0)
		return set_sync(s, false, why);
	return why_set(why, ERR_AWAY, "sealed records wait in the home; they go at the next sending");
}

static enum err report(const struct send *s, const char *name, struct why *why)
{
	char path[FILE_PATH_MAX], title[128], occurred[32], state[16] = "";
	const char *arguments[ARGUMENTS_MAX];
	struct buf said;
	int n = 0;
	enum err e = file_path(path, s->spool, name, why);
	if (e != ERR_OK)
		return e;
	snprintf(title, sizeof title, "Sightings of %.10s, %.2s:00 to %.2s:59 UTC", name, name + 11, name + 11);
	snprintf(occurred, sizeof occurred, "%.13s:00:00Z", name);
	arguments[n++] = "report";
	arguments[n++] = path;
	arguments[n++] = "--format";
	arguments[n++] = "csv";
	arguments[n++] = "--title";
	arguments[n++] = title;
	arguments[n++] = "--occurred";
	arguments[n++] = occurred;
	arguments[n++] = "--yes";
	if (s->to != NULL) {
		arguments[n++] = "--to";
		arguments[n++] = s->to;
	}
	if (s->tlp != NULL) {
		arguments[n++] = "--tlp";
		arguments[n++] = s->tlp;
	}
	arguments[n] = NULL;
	buf_init(&said, SAID_MAX);
	int status = run_tocsin(s, arguments, &said);
	bool made = made_state(&said, state);
	buf_free(&said);
	if (!made)
		return why_set(why, status == 127 || status < 0 ? ERR_SYSTEM : ERR_AWAY,
		               "%s: `%s report` made no record (exit %d); it stays in the spool", name, s->program, status);
	printf("%s: %s\n", name, state);
	if (strcmp(state, "filed") != 0)
		e = set_sync(s, true, why);
	return e == ERR_OK ? file_remove(path, why) : e;
}

static enum err report_all(const struct send *s, struct why *why)
{
	struct dirent **names;
	enum err e = sync_home(s, why);
	int n = scandir(s->spool, &names, is_report, alphasort);
	if (n < 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", s->spool, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (e == ERR_OK)
			e = report(s, names[i]->d_name, why);
		free(names[i]);
	}
	free(names);
	char path[FILE_PATH_MAX];
	if (e == ERR_OK && file_path(path, s->spool, "sync", why) == ERR_OK && file_has(path))
		e = why_set(why, ERR_AWAY, "sealed, and not with the hub yet: records wait in the home; they go at the next sending");
	return e;
}

// --- The verb ----------------------------------------------------------------------------------------------------------------

static void show(const struct send *s)
{
	const struct hourly *h = &s->hourly;
	if (h->n == 0)
		return;
	printf("leaves this machine, sealed to the platform's teams:\n");
	printf("%-20s  %9s  %-10s  %s\n", "hour", "sightings", "type", "indicator");
	for (size_t i = 0; i < h->n; i++) {
		char time[TIME_TEXT];
		const struct hourly_row *r = &h->row[i];
		time_print(r->hour, time);
		printf("%-20s  %9llu  %-10s  %s\n", time, (unsigned long long)r->count, observable_type_name(r->type), r->value);
	}
	printf("%zu rows, %llu sightings; no log line, host, field or file name\n", h->n, (unsigned long long)h->sightings);
}

static bool agreed(const struct send *s)
{
	char answer[16] = "";
	if (s->yes || s->hourly.n == 0)
		return true;
	if (isatty(STDIN_FILENO) != 1)
		return false;
	fputs("Seal and file this? (yes/no) ", stdout);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}

static enum err open_spool(struct send *s, int *lock, struct why *why)
{
	struct buf text;
	enum err e = file_dir(s->spool, FILE_DIR, why);
	if (e == ERR_OK)
		e = file_lock(s->spool, lock, why);
	if (e == ERR_OK)
		e = file_path(s->places_path, s->spool, "places", why);
	if (e != ERR_OK)
		return e;
	buf_init(&text, PLACE_FILE_MAX);
	e = file_read(s->places_path, PLACE_FILE_MAX, &text, why);
	if (e == ERR_OK)
		e = places_parse(buf_slice(&text), &s->before, why);
	sha256(buf_slice(&text), s->counted_from);
	buf_free(&text);
	return e == ERR_ABSENT ? ERR_OK : e;
}

static enum err send_all(struct send *s, int argc, char **argv, int *lock, struct why *why)
{
	enum err e = open_spool(s, lock, why);
	for (int i = 0; i < argc && e == ERR_OK; i++)
		e = count_file(s, argv[i], why);
	if (e != ERR_OK)
		return e;
	hourly_sort(&s->hourly);
	show(s);
	if (s->hourly.refused > 0)
		fprintf(stderr, "%llu lines were no sightings\n", (unsigned long long)s->hourly.refused);
	if (s->dry_run)
		return ERR_OK;
	if (!agreed(s))
		return why_set(why, ERR_DENIED, "nothing was sent; answer \"yes\" on a terminal, or give --yes");
	e = spool_all(s, why);
	return e == ERR_OK ? report_all(s, why) : e;
}

static int run_send(int argc, char **argv)
{
	static struct send s = {.program = "tocsin"};
	const struct verb_option table[] = {{"spool", VERB_TEXT, &s.spool, 0, 0}, {"home", VERB_TEXT, &s.home, 0, 0},
	                                     {"to", VERB_TEXT, &s.to, 0, 0},       {"tlp", VERB_TEXT, &s.tlp, 0, 0},
	                                     {"tocsin", VERB_TEXT, &s.program, 0, 0}, {"yes", VERB_FLAG, &s.yes, 0, 0},
	                                     {"dry-run", VERB_FLAG, &s.dry_run, 0, 0}, {0}};
	struct why why;
	int lock = -1, n = verb_options(&verb_send, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n == 0 || s.spool == NULL)
		return verb_usage(&verb_send, "%s", n == 0 ? "no file of sightings" : "--spool DIR is needed");
	hourly_init(&s.hourly);
	enum err e = send_all(&s, n, argv, &lock, &why);
	hourly_free(&s.hourly);
	places_free(&s.before);
	places_free(&s.now);
	if (lock >= 0)
		close(lock);
	return e == ERR_OK ? WATCH_OK : verb_fail(&verb_send, WATCH_FAILED, e, &why);
}

const struct verb verb_send = {
	"send",
	"SIGHTINGS… --spool DIR [--home DIR] [--to TEAM[,TEAM]…] [--tlp TLP] [--tocsin PROGRAM] [--dry-run | --yes]",
	"report what was met, counted per indicator and hour, through the sealed path",
	run_send,
};
