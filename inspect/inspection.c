// One inspection from its options to its exit status.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/num.h"
#include "certificate.h"
#include "product/purl.h"
#include "sandbox/sandbox.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "words.h"

// --- Options -------------------------------------------------------------------------------------------------------------------

static bool take_entity(struct inspection *i)
{
	struct slice rest = slice_text(i->entity == NULL ? "" : i->entity);
	for (bool more = i->entity != NULL; more;) {
		size_t end = slice_find(rest, ',', 0);
		struct slice word = slice_part(rest, 0, end);
		enum entity e;
		if (!entity_named(word, &e)) {
			verb_usage(i->verb, "--entity: \"%.*s\" is not vital, essential, important or administration", SLICE_ARGS(word));
			return false;
		}
		i->r.entity |= (unsigned)e;
		more = end < rest.n;
		rest = slice_part(rest, end + 1, rest.n);
	}
	return true;
}

// What does not belong to the verb: it would be taken and do nothing.
static const char *foreign(const struct inspection *i)
{
	const struct verb *v = i->verb;
	const bool one = v != &verb_fleet && v != &verb_answer, any = v != &verb_answer;
	const struct {
		const char *name;
		bool given, belongs;
	} options[] = {
		{"data", i->data != NULL, any},
		{"ecosystem", i->ecosystem != NULL, v == &verb_inventory || v == &verb_fleet},
		{"before", i->before != NULL, one},
		{"sarif", i->sarif != NULL, one},
		{"vex", i->vex != NULL, one},
		{"save", i->save != NULL, one},
		{"entity", i->entity != NULL, any},
		{"role", i->role != NULL, any},
		{"exposure", i->exposure != NULL, any},
		{"date", i->date != NULL, any},
		{"derogations", i->derogations != NULL, any},
		{"answers", i->answers != NULL, any},
		{"changed-since", i->changed_since != NULL, any},
		{"result", i->result != NULL, any},
		{"json", i->json, any},
		{"quiet", i->quiet, any},
		{"extended-support", i->extended, any},
	};
	for (size_t n = 0; n < sizeof options / sizeof *options; n++)
		if (options[n].given && !options[n].belongs)
			return options[n].name;
	return NULL;
}

// What goes to standard output goes there alone: two documents on it would be none.
static bool take_outputs(struct inspection *i)
{
	const char *const to[] = {i->result, i->sarif, i->vex, i->save};
	int there = i->json;
	for (size_t n = 0; n < sizeof to / sizeof *to; n++)
		there += to[n] != NULL && strcmp(to[n], "-") == 0;
	if (there > 1 || (i->save != NULL && strcmp(i->save, "-") == 0)) {
		verb_usage(i->verb, "to standard output goes one of --json, --result -, --sarif - and --vex -");
		return false;
	}
	i->quiet |= there > i->json;
	return true;
}

static bool take_words(struct inspection *i, struct finding_options *o)
{
	if (foreign(i) != NULL) {
		verb_usage(i->verb, "--%s does not belong to `%s`", foreign(i), i->verb->name);
		return false;
	}
	if (i->role != NULL && !item_role_named(slice_text(i->role), &o->role)) {
		verb_usage(i->verb, "--role: \"%s\" is not workstation, server, network, industrial, medical or other", i->role);
		return false;
	}
	if (i->exposure != NULL && !item_exposure_named(slice_text(i->exposure), &o->exposure)) {
		verb_usage(i->verb, "--exposure: \"%s\" is not isolated, internal or internet", i->exposure);
		return false;
	}
	const char *written = i->ecosystem == NULL ? NULL : ecosystem_misspelt(slice_text(i->ecosystem));
	if (written != NULL) { // in none of its packages would anything be found
		verb_usage(i->verb, "--ecosystem: \"%s\" is written \"%s\" by OSV", i->ecosystem, written);
		return false;
	}
	uint64_t day = 0;
	if (i->date != NULL && (strlen(i->date) != 10 || !time_parse(slice_text(i->date), &day))) {
		verb_usage(i->verb, "--date: \"%s\" is not a day like 2026-11-21", i->date);
		return false;
	}
	if (!word_language(i->language, &i->lang)) {
		verb_usage(i->verb, "--lang: \"%s\" is not en or fr", i->language);
		return false;
	}
	o->today = i->r.today = i->date != NULL ? (int64_t)day : (int64_t)clock_now();
	o->caretaker = slice_text(i->caretaker == NULL ? "" : i->caretaker);
	o->extended_support = i->extended;
	return take_entity(i) && take_outputs(i);
}

// --- What is read before the first hostile byte --------------------------------------------------------------------------------

// A regime by its path, or by its name among those installed.
static enum err find_regime(const char *word, char path[static FILE_PATH_MAX], struct why *why)
{
	char self[FILE_PATH_MAX];
	static const char *const places[] = {"/../share/tocsin/regimes", "/regimes"};
	if (strchr(word, '/') != NULL || strchr(word, '.') != NULL) {
		snprintf(path, FILE_PATH_MAX, "%s", word);
		return ERR_OK;
	}
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return why_set(why, ERR_SYSTEM, "/proc/self/exe: %s", strerror(errno));
	self[n] = 0;
	*strrchr(self, '/') = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if ((size_t)snprintf(path, FILE_PATH_MAX, "%s%s/%s.regime", self, places[i], word) < FILE_PATH_MAX && file_has(path))
			return ERR_OK;
	return why_set(why, ERR_ABSENT, "no regime \"%s\" is installed: --regime FILE gives the path of one", word);
}

// Under a law that binds nobody of this kind everything would be favourable.
static enum err check_binds(const struct inspection *i, const struct regime *r, struct why *why)
{
	static const enum entity all[] = {ENTITY_VITAL, ENTITY_ESSENTIAL, ENTITY_IMPORTANT, ENTITY_ADMINISTRATION};
	size_t n = regime_obligations(r), used = 0;
	unsigned bound = 0;
	char names[64] = "";
	for (size_t k = 0; k < n; k++) {
		unsigned binds = regime_obligation(r, k).binds;
		if (entity_binds(binds, i->r.entity))
			return ERR_OK;
		bound |= binds;
	}
	for (size_t k = 0; k < sizeof all / sizeof *all; k++)
		if ((bound & all[k]) != 0)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ", entity_name(all[k]));
	if (n == 0 || i->verb == &verb_answer)
		return ERR_OK;
	return why_set(why, ERR_INPUT, "regime %.*s binds only what is %s: say with --entity what this organisation is",
	               SLICE_ARGS(regime_id(r)), names);
}

static enum err add_regime(struct inspection *i, const char *word, struct why *why)
{
	char path[FILE_PATH_MAX];
	struct buf text;
	struct result *r = &i->r;
	if (r->regimes == RESULT_REGIMES_MAX)
		return why_set(why, ERR_LIMIT, "--regime: more than %d", RESULT_REGIMES_MAX);
	buf_init(&text, REGIME_FILE_MAX);
	enum err e = find_regime(word, path, why);
	if (e == ERR_OK)
		e = file_read(path, REGIME_FILE_MAX, &text, why);
	if (e == ERR_OK)
		e = regime_parse(buf_slice(&text), path, &r->regime[r->regimes], why);
	for (size_t n = 0; e == ERR_OK && n < r->regimes; n++)
		if (slice_equal(regime_id(r->regime[n]), regime_id(r->regime[r->regimes]))) {
			e = why_set(why, ERR_EXISTS, "%s: regime %.*s is given twice", path, SLICE_ARGS(regime_id(r->regime[n])));
			regime_free(r->regime[r->regimes]);
		}
	r->regimes += e == ERR_OK;
	buf_free(&text);
	return e == ERR_OK ? check_binds(i, r->regime[r->regimes - 1], why) : e;
}

static enum err read_derogations(struct inspection *i, struct why *why)
{
	struct buf text;
	buf_init(&text, DEROGATIONS_FILE_MAX);
	enum err e = file_read(i->derogations, DEROGATIONS_FILE_MAX, &text, why);
	if (e == ERR_OK)
		e = derogations_parse(buf_slice(&text), i->derogations, &i->r.derogations, why);
	for (size_t n = 0; e == ERR_OK && n < i->r.regimes; n++)
		e = derogations_check(i->r.derogations, i->r.regime[n], why);
	buf_free(&text);
	return e;
}

enum err inspection_open(const char *path, int flags, int *fd, struct stat *st, struct why *why)
{
	int opened = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags); // a pipe would keep us waiting
	if (opened < 0 || fstat(opened, st) != 0) {
		enum err e = why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno));
		if (opened >= 0)
			close(opened);
		return e;
	}
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) {
		close(opened);
		return why_set(why, ERR_INPUT, "%s: is no regular file", path);
	}
	*fd = opened;
	return ERR_OK;
}

static const char *data_path(const struct inspection *i)
{
	return i->data == NULL ? DATA_DEFAULT : i->data;
}

enum err inspection_check(const struct inspection *i, struct why *why)
{
	const struct stat *was = &i->knowledge_was;
	struct stat is;
	if (stat(data_path(i), &is) != 0 || is.st_ino != was->st_ino || is.st_dev != was->st_dev)
		return ERR_OK; // another file
	if (is.st_size == was->st_size && is.st_mtim.tv_sec == was->st_mtim.tv_sec && is.st_mtim.tv_nsec == was->st_mtim.tv_nsec)
		return ERR_OK;
	return why_set(why, ERR_SYSTEM, "%s: it was written over while it was read: inspect again", data_path(i));
}

static void on_cut_short(int signal)
{
	(void)signal;
	static const char text[] = "tocsin-inspect: system: the knowledge was cut short while it was read: do it again\n";
	ssize_t told = write(STDERR_FILENO, text, sizeof text - 1);
	(void)told;
	_exit(INSPECT_TROUBLE);
}

void inspection_guard(void)
{
	const struct sigaction cut = {.sa_handler = on_cut_short};
	INVARIANT(sigaction(SIGBUS, &cut, NULL) == 0);
}

static enum err prepare(struct inspection *i, const struct finding_options *o, struct why *why)
{
	const bool asks = i->verb == &verb_answer; // of the law alone
	enum err e = asks ? ERR_OK : data_open(data_path(i), KNOWLEDGE_CHECK_BOUNDS, &i->knowledge, why);
	i->r.knowledge = i->knowledge;
	if (e == ERR_OK && !asks && stat(data_path(i), &i->knowledge_was) != 0)
		e = why_set(why, ERR_SYSTEM, "%s: %s", data_path(i), strerror(errno));
	if (i->regimes.n == 0)
		i->regimes = (struct verb_list){1, {"founding"}};
	for (size_t n = 0; e == ERR_OK && n < i->regimes.n; n++)
		e = add_regime(i, i->regimes.word[n], why);
	if (e == ERR_OK && i->derogations != NULL)
		e = read_derogations(i, why);
	if (e == ERR_OK && i->before != NULL)
		e = certificate_ask_again(i->before, &i->r, why);
	if (e == ERR_OK && i->changed_since != NULL)
		e = knowledge_open(i->changed_since, KNOWLEDGE_CHECK_BOUNDS, &i->then, why);
	i->r.changed_since = i->then;
	return e == ERR_OK && !asks ? findings_new(i->knowledge, o, result_take, &i->r, &i->findings, why) : e;
}

// --- The sink that readers are given -------------------------------------------------------------------------------------------

// What was counted of the machine that ends.
static void sum(struct inspection *i)
{
	struct findings_count c = findings_counted(i->findings), *all = &i->r.count;
	all->items += c.items;
	all->matched += c.matched;
	all->refused += c.refused;
	all->flaws += c.flaws;
	all->silenced += c.silenced;
	all->uncomputed += c.uncomputed;
}

static enum err on_machine(void *context, const struct machine *m, struct why *why)
{
	struct inspection *i = context;
	struct machine known = *m;
	known.role = m->role != ROLE_UNKNOWN ? m->role : i->asked.role; // as in its findings
	known.exposure = m->exposure != EXPOSURE_UNKNOWN ? m->exposure : i->asked.exposure;
	sum(i);
	enum err e = i->save == NULL ? ERR_OK : i->save_sink.machine(i->save_sink.context, m, why);
	if (e == ERR_OK)
		e = result_machine(&i->r, &known, why);
	return e == ERR_OK ? i->findings_sink.machine(i->findings_sink.context, m, why) : e;
}

static enum err on_item(void *context, const struct item *item, struct why *why)
{
	struct inspection *i = context;
	enum err e = i->save == NULL ? ERR_OK : i->save_sink.item(i->save_sink.context, item, why);
	return e == ERR_OK ? i->findings_sink.item(i->findings_sink.context, item, why) : e;
}

static enum err on_restart(void *context, const struct restart *r, struct why *why)
{
	struct inspection *i = context;
	enum err e = i->save == NULL ? ERR_OK : i->save_sink.restart(i->save_sink.context, r, why);
	return e == ERR_OK ? i->findings_sink.restart(i->findings_sink.context, r, why) : e;
}

// One line on standard error, whatever stands in the file.
static void tell_line(const struct inspection *i, const char *what, const struct refused *r)
{
	struct buf line;
	buf_init(&line, 2 * TOLD_TEXT_MAX + 2 * WHY_MAX); // its rule is the longest part
	buf_printf(&line, "%s: %s: ", i->verb->name, what);
	if (r->line > 0)
		buf_printf(&line, "%llu: ", (unsigned long long)r->line);
	buf_put_u8(&line, '"');
	word_put(&line, r->text, TOLD_TEXT_MAX);
	buf_printf(&line, "\": %s\n", r->why);
	if (buf_status(&line) == ERR_OK)
		fwrite(line.p, 1, line.n, stderr);
	buf_free(&line);
}

static enum err on_refused(void *context, const struct refused *r, struct why *why)
{
	struct inspection *i = context;
	if (i->r.count.refused++ < INSPECT_TOLD_MAX)
		tell_line(i, "passed over", r);
	return i->save == NULL ? ERR_OK : i->save_sink.refused(i->save_sink.context, r, why);
}

static enum err on_note(void *context, const struct refused *r, struct why *why)
{
	const struct inspection *i = context;
	tell_line(i, "note", r); // on standard error, also where nothing else is printed: a column that is kept out may be a misspelt one
	return i->save == NULL ? ERR_OK : i->save_sink.note(i->save_sink.context, r, why);
}

bool inspection_begin(struct inspection *i, const struct verb *v, int argc, char **argv, int words, const char *wants,
                      int *status)
{
	*i = (struct inspection){.verb = v};
	result_init(&i->r);
	const struct verb_option table[] = {
		{"data", VERB_TEXT, &i->data, 0, 0},           {"regime", VERB_LIST, &i->regimes, 0, 0},
		{"entity", VERB_TEXT, &i->entity, 0, 0},       {"role", VERB_TEXT, &i->role, 0, 0},
		{"exposure", VERB_TEXT, &i->exposure, 0, 0},   {"caretaker", VERB_TEXT, &i->caretaker, 0, 0},
		{"date", VERB_TEXT, &i->date, 0, 0},           {"derogations", VERB_TEXT, &i->derogations, 0, 0},
		{"answers", VERB_TEXT, &i->answers, 0, 0},     {"lang", VERB_TEXT, &i->language, 0, 0},
		{"result", VERB_TEXT, &i->result, 0, 0},       {"sarif", VERB_TEXT, &i->sarif, 0, 0},
		{"vex", VERB_TEXT, &i->vex, 0, 0},             {"save", VERB_TEXT, &i->save, 0, 0},
		{"ecosystem", VERB_TEXT, &i->ecosystem, 0, 0}, {"before", VERB_TEXT, &i->before, 0, 0},
		{"changed-since", VERB_TEXT, &i->changed_since, 0, 0},
		{"json", VERB_FLAG, &i->json, 0, 0},           {"extended-support", VERB_FLAG, &i->extended, 0, 0},
		{"quiet", VERB_FLAG, &i->quiet, 0, 0},         {0},
	};
	struct finding_options o = {0};
	struct why why = {0};
	*status = INSPECT_USAGE;
	int n = verb_options(v, argc, argv, table);
	if (n < 0 || !take_words(i, &o))
		return false;
	if (n != words) {
		verb_usage(v, "%s is wanted, given: %d", wants, n);
		return false;
	}
	i->asked = o;
	enum err e = prepare(i, &o, &why);
	if (e != ERR_OK) {
		*status = verb_fail(v, INSPECT_TROUBLE, e, &why);
		return false;
	}
	buf_init(&i->saved, OUTPUT_MAX);
	inventory_write_init(&i->writer, &i->saved);
	i->save_sink = inventory_write_sink(&i->writer);
	i->findings_sink = findings_inventory(i->findings);
	i->sink = (struct inventory_sink){i, on_machine, on_item, on_restart, on_refused, on_note};
	return true;
}

enum err inspection_lock(struct inspection *i, enum sandbox_kind kind, const char *path, struct why *why)
{
	const char *const reads[] = {path, i->answers}, *const writes[] = {i->result, i->sarif, i->vex, i->save};
	char rooms[sizeof writes / sizeof *writes][FILE_PATH_MAX];
	struct sandbox_plan plan = {.kind = kind, .roots = i->verb == &verb_image};
	size_t n = 0;
	for (size_t k = 0; k < sizeof reads / sizeof *reads; k++)
		if (reads[k] != NULL)
			plan.read[n++] = reads[k];
	n = 0;
	for (size_t k = 0; k < sizeof writes / sizeof *writes; k++)
		if (writes[k] != NULL && strcmp(writes[k], "-") != 0) {
			snprintf(rooms[k], sizeof rooms[k], "%.*s", SLICE_ARGS(file_directory(writes[k])));
			plan.write[n++] = rooms[k];
		}
	return sandbox_enter(&plan, why);
}

// --- Outputs -------------------------------------------------------------------------------------------------------------------

typedef enum err printer(const struct inspection *i, struct buf *out, struct why *why);

static enum err write_one(const struct inspection *i, printer *print, const char *path, struct why *why)
{
	if (path == NULL)
		return ERR_OK;
	struct buf out;
	buf_init(&out, OUTPUT_MAX);
	enum err e = print(i, &out, why);
	if (e == ERR_OK)
		e = strcmp(path, "-") != 0 ? file_write(path, buf_slice(&out), FILE_PUBLIC, why) : verb_print(buf_slice(&out), why);
	buf_free(&out);
	return e;
}

int inspection_end(struct inspection *i)
{
	static const int status[] = {INSPECT_FAVOURABLE, INSPECT_REINSPECTION, INSPECT_REFUSED};
	struct why why = {0};
	sum(i);
	enum err e = answers_take(i, i->answers, &why);
	result_end(&i->r);
	if (e == ERR_OK)
		e = inspection_check(i, &why);
	if (i->r.count.refused > INSPECT_TOLD_MAX)
		fprintf(stderr, "%s: passed over: %s in all\n", i->verb->name, verb_count(i->r.count.refused));
	if (e == ERR_OK)
		e = write_one(i, print_json, i->result, &why);
	if (e == ERR_OK)
		e = write_one(i, print_sarif, i->sarif, &why);
	if (e == ERR_OK)
		e = write_one(i, print_vex, i->vex, &why);
	if (e == ERR_OK && i->save != NULL)
		e = inventory_write_end(&i->writer, &why);
	if (e == ERR_OK && i->save != NULL)
		e = file_write(i->save, buf_slice(&i->saved), FILE_PUBLIC, &why);
	if (e == ERR_OK && !i->quiet)
		e = write_one(i, i->json ? print_json : print_people, "-", &why);
	if (e != ERR_OK)
		return verb_fail(i->verb, INSPECT_TROUBLE, e, &why);
	return status[i->r.verdict];
}

void inspection_free(struct inspection *i)
{
	buf_free(&i->saved);
	findings_free(i->findings);
	result_free(&i->r);
	knowledge_close(i->knowledge);
	knowledge_close(i->then);
}
