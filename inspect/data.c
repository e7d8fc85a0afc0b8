// `data`: the knowledge that inspections are held against. Feeds are parsed by sandboxed processes that hold nothing; what they
// make of them, facts, is put together here.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "base/num.h"
#include "feed/feed.h"
#include "inspect.h"
#include "issuer/issuer.h"
#include "knowledge/build.h"
#include "product/purl.h"
#include "sandbox/sandbox.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "words.h"

#define FACTS_BUFFER (1u << 20)   // written when it is full
#define FACTS_ROOM (64u << 20)    // and never more than this: one fact is far smaller
#define FACTS_MAX (8ull << 30) // bytes of facts of one process
#define PARSERS_MAX 8u
#define SHOWN_MAX (16u << 20) // bytes that are printed

static const struct issued issued_knowledge = {"knowledge", "knowledge", KNOWLEDGE_FILE_MAX};

// --- A process that parses -----------------------------------------------------------------------------------------------------

struct parser {
	pid_t pid;
	int facts; // a file without a name
	int said;  // a pipe: why it failed
};

struct facts {
	int fd;
	uint64_t written;
	struct buf b;
};

static enum err flush(struct facts *f, struct why *why)
{
	f->written += f->b.n;
	if (f->written > FACTS_MAX)
		return why_set(why, ERR_LIMIT, "more than %llu GiB of facts", FACTS_MAX >> 30);
	for (size_t done = 0; done < f->b.n;) {
		ssize_t n = write(f->fd, f->b.p + done, f->b.n - done);
		if (n < 0 && errno != EINTR)
			return why_set(why, ERR_SYSTEM, "the facts cannot be written: %s", strerror(errno));
		done += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&f->b);
	return ERR_OK;
}

static enum err take_fact(void *context, const struct fact *fact, struct why *why)
{
	struct facts *f = context;
	fact_put(&f->b, fact);
	if (buf_status(&f->b) != ERR_OK)
		return why_set(why, ERR_LIMIT, "a fact of more than %u bytes", FACTS_ROOM);
	return f->b.n >= FACTS_BUFFER ? flush(f, why) : ERR_OK;
}

static enum err parse(const char *path, int fd, bool directory, const struct feed_options *o, int facts, struct why *why)
{
	struct sandbox_plan plan = {.kind = SANDBOX_CORE, .read = {directory ? path : NULL}};
	struct facts f = {.fd = facts};
	enum err e = sandbox_enter(&plan, why);
	if (e != ERR_OK)
		return e;
	buf_init(&f.b, FACTS_ROOM);
	e = directory ? feed_read_directory(path, o, take_fact, &f, why) : feed_read(fd, path, o, take_fact, &f, why);
	if (e == ERR_OK)
		e = flush(&f, why);
	buf_free(&f.b);
	return e;
}

// An unnamed file beside the knowledge: facts may be larger than memory likes.
static int scratch(const char *beside)
{
	char directory[FILE_PATH_MAX];
	snprintf(directory, sizeof directory, "%.*s", SLICE_ARGS(file_directory(beside)));
	return open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static enum err start(struct parser *p, const char *path, const char *data, const struct feed_options *o, struct why *why)
{
	struct stat st;
	int said[2], fd;
	enum err e = inspection_open(path, 0, &fd, &st, why);
	if (e != ERR_OK)
		return e;
	p->facts = scratch(data);
	if (p->facts < 0 || pipe2(said, O_CLOEXEC) != 0) {
		e = why_set(why, ERR_SYSTEM, "%s: nothing can be written beside it (--data FILE names another place): %s", data,
		                     strerror(errno));
		if (p->facts >= 0)
			close(p->facts);
		close(fd);
		return e;
	}
	struct feed_options options = *o;
	if (options.dated == FACT_NO_DATE)
		options.dated = st.st_mtim.tv_sec;
	p->pid = fork();
	if (p->pid == 0) {
		struct why mine = {0};
		e = parse(path, fd, S_ISDIR(st.st_mode), &options, p->facts, &mine);
		ssize_t told = e == ERR_OK ? 0 : write(said[1], mine.text, strlen(mine.text));
		_exit(e == ERR_OK && told >= 0 ? 0 : 1 + (int)e);
	}
	close(fd);
	close(said[1]);
	p->said = said[0];
	if (p->pid > 0)
		return ERR_OK;
	close(p->facts);
	close(p->said);
	return why_set(why, ERR_SYSTEM, "no process to read %s", path);
}

static enum err wait_for(struct parser *p, const char *path, struct why *why)
{
	int status = 0;
	char text[WHY_MAX] = {0};
	size_t n = 0;
	for (ssize_t got; n < sizeof text - 1 && (got = read(p->said, text + n, sizeof text - 1 - n)) > 0;)
		n += (size_t)got;
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	return apart_ended(status, path, slice_of(text, n), why);
}

// --- The build -----------------------------------------------------------------------------------------------------------------

static void tell_refused(struct slice text)
{
	struct buf line;
	buf_init(&line, 2 * FACT_TEXT_MAX);
	word_put(&line, text, FACT_TEXT_MAX);
	fprintf(stderr, "passed over: %.*s\n", SLICE_ARGS(buf_slice(&line)));
	buf_free(&line);
}

// *said: among them is a source; of a feed read in parts some may have refusals alone.
static enum err take_facts(struct knowledge_build *b, int fd, bool *said, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return why_set(why, ERR_SYSTEM, "facts: %s", strerror(errno));
	if (st.st_size == 0)
		return ERR_OK;
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	struct fact_room *room = fact_room_new();
	if (map == MAP_FAILED || room == NULL) {
		fact_room_free(room);
		return why_set(why, ERR_SYSTEM, "facts: %s", strerror(errno));
	}
	struct slice rest = slice_of(map, (size_t)st.st_size);
	enum err e = ERR_OK;
	while (e == ERR_OK && rest.n > 0) {
		struct fact f;
		e = fact_take(&rest, room, &f, why);
		*said |= e == ERR_OK && f.kind == FACT_SOURCE;
		if (e == ERR_OK && f.kind == FACT_REFUSED)
			tell_refused(f.refused);
		if (e == ERR_OK)
			e = knowledge_build_take(b, &f, why);
	}
	fact_room_free(room);
	munmap(map, (size_t)st.st_size);
	return e;
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > (long)PARSERS_MAX ? PARSERS_MAX : (unsigned)n;
}

// One source, parsed by as many processes as there are processors, each a part of its records.
static enum err read_source(struct knowledge_build *b, const char *path, const char *data, const struct feed_options *o,
                            struct why *why)
{
	struct parser parsers[PARSERS_MAX];
	unsigned n = processors(), started = 0;
	bool said = false;
	enum err e = ERR_OK;
	struct feed_options part = *o;
	part.parts = n;
	while (e == ERR_OK && started < n) {
		part.part = started;
		parsers[started] = (struct parser){-1, -1, -1};
		e = start(&parsers[started], path, data, &part, why);
		started += e == ERR_OK;
	}
	for (unsigned i = 0; i < started; i++) {
		struct why other;
		enum err ended = wait_for(&parsers[i], path, e == ERR_OK ? why : &other);
		e = e == ERR_OK ? ended : e;
		if (e == ERR_OK)
			e = take_facts(b, parsers[i].facts, &said, why);
		close(parsers[i].facts);
		close(parsers[i].said);
	}
	return e == ERR_OK && !said ? why_set(why, ERR_INPUT, "%s: holds no feed", path) : e;
}

static enum err print_and_free(struct buf *out, struct why *why)
{
	enum err e = buf_status(out);
	e = e == ERR_OK ? verb_print(buf_slice(out), why) : why_set(why, e, "more than %u bytes to print", SHOWN_MAX);
	buf_free(out);
	return e;
}

static void put_changes(struct knowledge_build *b, struct buf *out)
{
	const struct knowledge_change *changes;
	size_t n = knowledge_build_changes(b, &changes);
	for (size_t i = 0; i < n; i++) {
		const struct knowledge_change *c = &changes[i];
		const struct {
			uint64_t n;
			const char *what;
		} parts[] = {{c->replaced, "replaced"},
		             {c->removed, "removed"},
		             {c->older, "older than what is held: not taken"},
		             {c->refused, "passed over"}};
		buf_printf(out, "%-24.*s ", SLICE_ARGS(c->source));
		if (c->outdated) {
			buf_put_text(out, "as a whole older than what is held: not taken\n");
			continue;
		}
		buf_printf(out, "%s new", verb_count(c->added));
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
			if (parts[k].n > 0)
				buf_printf(out, ", %s %s", verb_count(parts[k].n), parts[k].what);
		if (c->refusal.n > 0)
			buf_printf(out, " (%.*s)", SLICE_ARGS(c->refusal));
		buf_put_u8(out, '\n');
	}
}

static enum err print_changes(struct knowledge_build *b, struct why *why)
{
	struct buf out;
	buf_init(&out, SHOWN_MAX);
	put_changes(b, &out);
	return print_and_free(&out, why);
}

static enum err update(const char *data, size_t n, char **sources, const struct feed_options *o, struct why *why)
{
	struct knowledge *before = NULL;
	struct knowledge_build *b = NULL;
	enum err e = knowledge_open(data, KNOWLEDGE_CHECK_ALL, &before, why);
	if (e == ERR_OK || e == ERR_ABSENT)
		e = knowledge_build_new(before, &b, why);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = read_source(b, sources[i], data, o, why);
	if (e == ERR_OK)
		e = knowledge_build_write(b, data, (int64_t)clock_now(), why);
	if (e == ERR_OK)
		e = print_changes(b, why);
	knowledge_build_free(b);
	knowledge_close(before);
	return e;
}

// --- Verbs ---------------------------------------------------------------------------------------------------------------------

static void print_day(int64_t seconds, char text[static TIME_TEXT])
{
	if (seconds == FACT_NO_DATE || seconds < 0)
		strcpy(text, "?");
	else
		time_print((uint64_t)seconds, text);
	text[10] = 0;
}

enum err data_open(const char *path, enum knowledge_check check, struct knowledge **k, struct why *why)
{
	enum err e = knowledge_open(path, check, k, why);
	return e == ERR_ABSENT ? why_at(why, e, "no knowledge yet, `tocsin-inspect data update --data %s FEED…` makes it", path) : e;
}

static int show(const struct verb *v, const char *data)
{
	struct knowledge *k;
	struct why why = {0};
	enum err e = data_open(data, KNOWLEDGE_CHECK_ALL, &k, &why);
	if (e != ERR_OK)
		return verb_fail(v, INSPECT_TROUBLE, e, &why);
	struct age ages[AGES_MAX];
	struct buf out;
	buf_init(&out, SHOWN_MAX);
	size_t n = ages_of(k, (int64_t)clock_now(), ages);
	buf_printf(&out, "%-10s %-28s %-12s %8s %8s  %s\n", "kind", "source", "dated", "days", "may be", "records");
	for (size_t i = 0; i < n; i++) {
		char day[TIME_TEXT] = "?";
		print_day(ages[i].source.dated, day);
		buf_printf(&out, "%-10s %-28.*s %-12s %8lld %8lld  %s%s\n", source_kind_name(ages[i].source.kind),
		           SLICE_ARGS(ages[i].source.name), day, (long long)ages[i].days, (long long)ages[i].allowed,
		           verb_count(ages[i].source.records), ages[i].stale ? "  STALE" : "");
	}
	const char *missing = ages_missing(k);
	if (missing != NULL)
		buf_printf(&out, "no certificate can be made: %s\n", missing);
	e = print_and_free(&out, &why);
	knowledge_close(k);
	return e == ERR_OK ? 0 : verb_fail(v, INSPECT_TROUBLE, e, &why);
}

// A knowledge file that its issuer answers for takes the place of ours. It is read once: what is verified is what is installed.
static enum err install(const char *from, const char *issuer, const char *data, struct why *why)
{
	struct issuer i;
	struct knowledge *k = NULL;
	struct buf bytes;
	buf_init(&bytes, KNOWLEDGE_FILE_MAX);
	enum err e = issuer_read(&issued_knowledge, issuer, &i, why);
	if (e == ERR_OK)
		e = file_read(from, KNOWLEDGE_FILE_MAX, &bytes, why);
	if (e == ERR_OK)
		e = issuer_verify_bytes(&issued_knowledge, from, buf_slice(&bytes), &i, why);
	if (e == ERR_OK)
		e = knowledge_open_bytes(buf_slice(&bytes), &k, why);
	if (e != ERR_OK) {
		buf_free(&bytes);
		return e;
	}
	int64_t made = knowledge_made(k);
	knowledge_close(k);
	if (made > (int64_t)clock_now() + CLOCK_AHEAD) { // whatever is made until then would be older, and never be taken
		buf_free(&bytes);
		return why_set(why, ERR_DENIED, "%s was made on a day to come: a clock is wrong, its maker's or this one", from);
	}
	e = knowledge_open(data, KNOWLEDGE_CHECK_BOUNDS, &k, why);
	if (e == ERR_OK) {
		if (knowledge_made(k) > made)
			e = why_set(why, ERR_DENIED, "%s is older than what is installed: not taken", from);
		knowledge_close(k);
	} else if (e == ERR_ABSENT)
		e = ERR_OK;
	if (e == ERR_OK)
		e = file_write(data, buf_slice(&bytes), FILE_PUBLIC, why);
	if (e == ERR_OK) {
		char day[TIME_TEXT];
		print_day(made, day);
		printf("%s: the knowledge that \"%s\" made on %s\n", data, i.name, day);
	}
	buf_free(&bytes);
	return e;
}

struct asked {
	const char *data, *ecosystem, *name, *kind, *issuer, *key, *dated;
};

// An option that was given and does not belong there; NULL: none.
static const char *foreign(const struct asked *a, const char *sub)
{
	const struct {
		const char *name, *given, *subs;
	} options[] = {{"data", a->data, "update show install"},
	               {"ecosystem", a->ecosystem, "update"},
	               {"name", a->name, "update key"},
	               {"kind", a->kind, "update"},
	               {"issuer", a->issuer, "install"},
	               {"key", a->key, "sign"},
	               {"dated", a->dated, "update"}};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].given != NULL && strstr(options[i].subs, sub) == NULL)
			return options[i].name;
	return NULL;
}

// A day ahead is none of a feed's: what comes later would be older than it, and never taken.
static bool take_options(const struct asked *a, struct feed_options *o)
{
	uint64_t day = 0;
	const char *written = a->ecosystem == NULL ? NULL : ecosystem_misspelt(slice_text(a->ecosystem));
	if (written != NULL) {
		verb_usage(&verb_data, "--ecosystem: \"%s\" is written \"%s\" by OSV", a->ecosystem, written);
		return false;
	}
	*o = (struct feed_options){.dated = FACT_NO_DATE, .ecosystem = slice_text(a->ecosystem == NULL ? "" : a->ecosystem),
	                           .name = slice_text(a->name == NULL ? "" : a->name)};
	if (a->kind != NULL && !source_kind_named(slice_text(a->kind), &o->kind)) {
		char names[SOURCE_KINDS * 16] = "";
		size_t used = 0;
		for (int k = 1; k < SOURCE_KINDS; k++)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", k == 1 ? "" : ", ",
			                         source_kind_name((enum source_kind)k));
		verb_usage(&verb_data, "--kind: \"%s\" is not %s", a->kind, names);
		return false;
	}
	if (a->dated != NULL && !time_parse(slice_text(a->dated), &day)) {
		verb_usage(&verb_data, "--dated: \"%s\" is not a day like 2026-11-21", a->dated);
		return false;
	}
	if (day > clock_now() + CLOCK_AHEAD) {
		verb_usage(&verb_data, "--dated: \"%s\" is yet to come", a->dated);
		return false;
	}
	if (a->dated != NULL)
		o->dated = (int64_t)day;
	return true;
}

static int make_key(const char *key, const char *name)
{
	struct why why = {0};
	char path[FILE_PATH_MAX];
	enum err e = issuer_make(&issued_knowledge, key, name, path, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_data, INSPECT_TROUBLE, e, &why);
	printf("%s: keep it; %s: give it to those who take knowledge of \"%s\"\n", key, path, name);
	return 0;
}

static int sign(const char *file, const char *key)
{
	struct why why = {0};
	struct issuer i;
	char path[FILE_PATH_MAX];
	enum err e = issuer_sign_file(&issued_knowledge, file, key, &i, path, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_data, INSPECT_TROUBLE, e, &why);
	printf("%s: signed by \"%s\"\n", path, i.name);
	return 0;
}

static const char *wanted(const char *sub)
{
	static const char *const subs[][2] = {{"update", "`data update` wants a FILE or DIRECTORY of feeds"},
	                                      {"show", "to `data show` no word belongs"},
	                                      {"install", "`data install` wants --issuer ISSUER.pub and one SIGNED knowledge"},
	                                      {"key", "`data key` wants --name NAME and one KEY to write"},
	                                      {"sign", "`data sign` wants --key KEY and one FILE"}};
	for (size_t i = 0; i < sizeof subs / sizeof *subs; i++)
		if (strcmp(sub, subs[i][0]) == 0)
			return subs[i][1];
	return "update, show, install, key or sign";
}

static int run(int argc, char **argv)
{
	struct asked a = {0};
	const struct verb_option table[] = {{"data", VERB_TEXT, &a.data, 0, 0},   {"ecosystem", VERB_TEXT, &a.ecosystem, 0, 0},
	                                    {"name", VERB_TEXT, &a.name, 0, 0},   {"kind", VERB_TEXT, &a.kind, 0, 0},
	                                    {"key", VERB_TEXT, &a.key, 0, 0},     {"issuer", VERB_TEXT, &a.issuer, 0, 0},
	                                    {"dated", VERB_TEXT, &a.dated, 0, 0}, {0}};
	struct feed_options o;
	struct why why = {0};
	int n = verb_options(&verb_data, argc, argv, table);
	if (n < 0 || !take_options(&a, &o))
		return INSPECT_USAGE;
	const char *data = a.data == NULL ? DATA_DEFAULT : a.data, *sub = n > 0 ? argv[0] : "";
	enum err e;
	if (n > 0 && foreign(&a, sub) != NULL)
		return verb_usage(&verb_data, "--%s does not belong to `data %s`", foreign(&a, sub), sub);
	if (n > 1 && strcmp(sub, "update") == 0)
		e = update(data, (size_t)n - 1, argv + 1, &o, &why);
	else if (n == 1 && strcmp(sub, "show") == 0)
		return show(&verb_data, data);
	else if (n == 2 && strcmp(sub, "install") == 0 && a.issuer != NULL)
		e = install(argv[1], a.issuer, data, &why);
	else if (n == 2 && strcmp(sub, "key") == 0 && a.name != NULL)
		return make_key(argv[1], a.name);
	else if (n == 2 && strcmp(sub, "sign") == 0 && a.key != NULL)
		return sign(argv[1], a.key);
	else
		return verb_usage(&verb_data, "%s", wanted(sub));
	return e == ERR_OK ? 0 : verb_fail(&verb_data, INSPECT_TROUBLE, e, &why);
}

const struct verb verb_data = {
	"data",
	"update [--data FILE] [--kind KIND] [--name NAME] [--ecosystem WORD] [--dated DAY] FILE|DIRECTORY…\n"
	"show [--data FILE]\n"
	"install --issuer ISSUER.pub [--data FILE] SIGNED\n"
	"key --name NAME KEY\n"
	"sign --key KEY FILE",
	"the knowledge, to be made first: take in feeds, show its age, hand it over signed", run};
