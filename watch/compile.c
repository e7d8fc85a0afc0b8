// `compile` and `show`: what goes into a set file, and what is in one.
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "indicator/build.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "watch.h"

#define INPUT_MAX ((size_t)2 << 30) // bytes of one input
#define WORDS_MAX 4096             // of the command line
#define TOLD_MAX 20u               // refusals printed in full without --verbose

struct told {
	uint64_t refused, common, notes;
	size_t bytes; // of all inputs
	bool verbose;
	const char *input;
};

static void told(void *context, enum indicator_verdict verdict, struct slice place, struct slice value, const char *rule)
{
	struct told *t = context;
	uint64_t *n = verdict == INDICATOR_REFUSED ? &t->refused : verdict == INDICATOR_COMMON ? &t->common : &t->notes;
	static const char *const names[] = {[INDICATOR_REFUSED] = "refused", [INDICATOR_COMMON] = "common",
	                                    [INDICATOR_NOTE] = "note"};
	if (++*n > TOLD_MAX && !t->verbose)
		return;
	struct why line;
	value = slice_part(value, 0, 100);
	why_set(&line, ERR_OK, "%s: %s: %.*s: \"%.*s\"", names[verdict], t->input, SLICE_ARGS(place), SLICE_ARGS(value));
	verb_progress_end();
	fprintf(stderr, "%s: %s\n", line.text, rule);
	if (*n == TOLD_MAX && !t->verbose)
		fprintf(stderr, "further ones are only counted (--verbose prints all)\n");
}

static enum err read_input(const char *path, struct buf *b, struct why *why)
{
	buf_init(b, INPUT_MAX);
	if (strcmp(path, "-") != 0)
		return file_read(path, INPUT_MAX, b, why);
	for (;;) {
		uint8_t *to = buf_add(b, 65536);
		if (to == NULL)
			return why_set(why, ERR_LIMIT, "standard input: over %zu bytes", INPUT_MAX);
		ssize_t n = read(STDIN_FILENO, to, 65536);
		if (n < 0 && errno != EINTR)
			return why_set(why, ERR_SYSTEM, "standard input: %s", strerror(errno));
		b->n -= 65536 - (n > 0 ? (size_t)n : 0);
		if (n == 0)
			return ERR_OK;
	}
}

static bool tlp_named(const char *name, enum extract_tlp *tlp)
{
	for (enum extract_tlp t = EXTRACT_TLP_CLEAR; t <= EXTRACT_TLP_RED; t++)
		if (strcasecmp(name, extract_tlp_name(t)) == 0 || strcasecmp(name, extract_tlp_name(t) + strlen("TLP:")) == 0) {
			*tlp = t;
			return true;
		}
	return false;
}

struct compile_options {
	const char *out, *format, *common, *tlp, *source, *expires, *made;
	bool stats, verbose;
};

static enum err read_one(struct indicator_build *build, const struct compile_options *o, const char *path,
                         const struct indicator_meta *defaults, struct told *t, struct why *why)
{
	struct buf in;
	enum indicator_format format;
	t->input = path;
	verb_progress("reading %s", path);
	enum err e = read_input(path, &in, why);
	t->bytes += in.n;
	if (e == ERR_OK) {
		format = indicator_guess(buf_slice(&in));
		if (o->format != NULL)
			(void)indicator_format_named(slice_text(o->format), &format); // defaults_of() saw that it is one
		e = indicator_build_read(build, format, buf_slice(&in), defaults, why);
		if (e != ERR_OK)
			e = why_at(why, e, "%s", path);
	}
	buf_free(&in);
	return e;
}

static enum err load_common(const char *path, struct commonplace **common, struct why *why)
{
	struct buf text;
	buf_init(&text, COMMONPLACE_BYTES_MAX);
	enum err e = file_read(path, COMMONPLACE_BYTES_MAX, &text, why);
	if (e == ERR_OK)
		e = commonplace_load(buf_slice(&text), common, why);
	buf_free(&text);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "--common");
}

static uint64_t total_of(const struct indicator_stats *s)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < OBSERVABLE_TYPES; i++)
		total += s->of[observable_types[i]];
	return total;
}

static void show_stats(const struct indicator_stats *s, uint64_t bytes, uint64_t ms)
{
	uint64_t total = total_of(s);
	for (unsigned i = 0; i < OBSERVABLE_TYPES; i++) {
		uint32_t n = s->of[observable_types[i]];
		if (n > 0)
			printf("%12s  %s\n", verb_count(n), observable_type_name(observable_types[i]));
	}
	printf("%12s  indicators of %s values read\n", verb_count(total), verb_count(s->read));
	printf("%12s  duplicates\n%12s  common values left out\n%12s  refused\n", verb_count(s->duplicates), verb_count(s->common),
	       verb_count(s->refused));
	printf("%12s  bytes, %.1f for each indicator, in %.2f s\n", verb_count(bytes),
	       total > 0 ? (double)bytes / (double)total : 0.0, (double)ms / 1000);
}

// What is said of an option that is wrong is the caller's to mend: nothing was read yet.
static enum err defaults_of(const struct compile_options *o, struct indicator_meta *d, uint64_t *made, struct why *why)
{
	enum indicator_format format;
	*d = (struct indicator_meta){.confidence = INDICATOR_CONFIDENCE_NONE};
	if (o->source != NULL)
		d->source = slice_text(o->source);
	if (d->source.n > INDICATOR_TEXT_MAX)
		return why_set(why, ERR_INPUT, "--source: %zu bytes, the maximum is %u", d->source.n, INDICATOR_TEXT_MAX);
	if (o->format != NULL && !indicator_format_named(slice_text(o->format), &format))
		return why_set(why, ERR_INPUT, "--format: \"%s\" is not csv, zeek, list, stix or misp", o->format);
	if (o->tlp != NULL && !tlp_named(o->tlp, &d->tlp))
		return why_set(why, ERR_INPUT, "--tlp: \"%s\" is not clear, green, amber, amber+strict or red", o->tlp);
	if (o->expires != NULL && !time_parse(slice_text(o->expires), &d->expiry))
		return why_set(why, ERR_INPUT, "--expires: \"%s\" is not a date or a time of RFC 3339", o->expires);
	if (o->made != NULL && !time_parse(slice_text(o->made), made))
		return why_set(why, ERR_INPUT, "--made: \"%s\" is not a date or a time of RFC 3339", o->made);
	return ERR_OK;
}

static enum err compile(const struct compile_options *o, const struct indicator_meta *defaults, uint64_t made, int argc,
                        char **argv, struct why *why)
{
	struct commonplace *common = NULL;
	struct indicator_build *build = NULL;
	struct told t = {.verbose = o->verbose};
	uint64_t began = clock_monotonic_ms();
	enum err e = ERR_OK;
	if (e == ERR_OK && o->common != NULL)
		e = load_common(o->common, &common, why);
	if (e == ERR_OK)
		e = indicator_build_new(common, told, &t, &build, why);
	for (int i = 0; i < argc && e == ERR_OK; i++)
		e = read_one(build, o, argv[i], defaults, &t, why);
	if (e == ERR_OK && t.bytes == 0) // a feed that could not be fetched
		e = why_set(why, ERR_INPUT, "there is nothing in the input: %s stays as it is", o->out);
	if (e == ERR_OK && t.refused > 0 && t.common == 0 && total_of(indicator_build_stats(build)) == 0) // it would meet nothing
		e = why_set(why, ERR_INPUT, "every value was refused: %s stays as it is", o->out);
	if (e == ERR_OK) {
		struct slice bytes = {0};
		verb_progress("writing %s", o->out);
		e = indicator_build_bytes(build, made, &bytes, why);
		if (e == ERR_OK)
			e = file_write(o->out, bytes, FILE_PUBLIC, why);
		verb_progress_end();
		if (e == ERR_OK && o->stats)
			show_stats(indicator_build_stats(build), bytes.n, clock_monotonic_ms() - began);
	}
	indicator_build_free(build);
	commonplace_free(common);
	return e;
}

static int run_compile(int argc, char **argv)
{
	struct compile_options o = {0};
	static char out_option[] = "--out";
	char *words[WORDS_MAX];
	const struct verb_option table[] = {{"out", VERB_TEXT, &o.out, 0, 0},       {"format", VERB_TEXT, &o.format, 0, 0},
	                                     {"common", VERB_TEXT, &o.common, 0, 0}, {"tlp", VERB_TEXT, &o.tlp, 0, 0},
	                                     {"source", VERB_TEXT, &o.source, 0, 0}, {"expires", VERB_TEXT, &o.expires, 0, 0},
	                                     {"made", VERB_TEXT, &o.made, 0, 0},     {"stats", VERB_FLAG, &o.stats, 0, 0},
	                                     {"verbose", VERB_FLAG, &o.verbose, 0, 0}, {0}};
	struct why why;
	if (argc > WORDS_MAX)
		return verb_usage(&verb_compile, "more than %d words", WORDS_MAX);
	for (int i = 0; i < argc; i++)
		words[i] = strcmp(argv[i], "-o") == 0 ? out_option : argv[i];
	int n = verb_options(&verb_compile, argc, words, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n == 0 || o.out == NULL)
		return verb_usage(&verb_compile, "%s", n == 0 ? "no input" : "-o SET is needed");
	struct indicator_meta defaults;
	uint64_t made = clock_now();
	if (defaults_of(&o, &defaults, &made, &why) != ERR_OK)
		return verb_usage(&verb_compile, "%s", why.text);
	enum err e = compile(&o, &defaults, made, n, words, &why);
	return e == ERR_OK ? WATCH_OK : verb_fail(&verb_compile, WATCH_FAILED, e, &why);
}

static int run_show(int argc, char **argv)
{
	struct indicator_set *set;
	struct why why;
	char made[TIME_TEXT];
	bool list = false;
	const struct verb_option table[] = {{"list", VERB_FLAG, &list, 0, 0}, {0}};
	int n = verb_options(&verb_show, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n != 1)
		return verb_usage(&verb_show, "one SET");
	enum err e = indicator_open(argv[0], &set, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_show, WATCH_FAILED, e, &why);
	uint64_t now = clock_now();
	uint32_t expired = 0;
	for (uint32_t i = 0; i < indicator_count(set); i++) {
		struct indicator x;
		expired += indicator_expired(set, i, now);
		if (list && indicator_get(set, i, &x))
			printf("%s\t%s\t%.*s\t%.*s\n", observable_type_name(x.what.type), x.what.value, SLICE_ARGS(x.meta.id),
			       SLICE_ARGS(x.meta.source));
	}
	if (!list) {
		time_print(indicator_made(set), made);
		printf("made %s, %s bytes\n", made, verb_count(indicator_bytes(set)));
		for (unsigned i = 0; i < OBSERVABLE_TYPES; i++)
			if (indicator_count_of(set, observable_types[i]) > 0)
				printf("%12s  %s\n", verb_count(indicator_count_of(set, observable_types[i])),
				       observable_type_name(observable_types[i]));
		printf("%12s  indicators, %s of them expired\n", verb_count(indicator_count(set)), verb_count(expired));
	}
	indicator_close(set);
	return WATCH_OK;
}

const struct verb verb_compile = {
	"compile",
	"IN… -o SET [--format csv|zeek|list|stix|misp] [--common FILE] [--source NAME] [--tlp TLP] [--expires TIME] [--made TIME] "
	"[--stats] [--verbose]",
	"make a set file out of feeds (\"-\": standard input)",
	run_compile,
};
const struct verb verb_show = {"show", "SET [--list]", "say what is in a set file", run_show};
