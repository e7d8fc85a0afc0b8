// Verbs and their options.
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/clock.h"
#include "sys/standard.h"
#include "verb/verb.h"

#define PROGRESS_EVERY_MS 100

static const char *program = "";
static bool print_told; // that standard output cannot be written
static bool progress_shown;
static uint64_t progress_ms;

static bool duration(const char *text, uint64_t *ms)
{
	static const struct {
		char letter;
		uint64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	size_t n = strlen(text);
	for (size_t i = 0; n > 1 && i < sizeof units / sizeof *units; i++)
		if (text[n - 1] == units[i].letter && num_parse(slice_of(text, n - 1), 1, 1000000, ms)) {
			*ms *= units[i].ms;
			return true;
		}
	return false;
}

static bool give(const struct verb *v, const struct verb_option *o, const char *value)
{
	switch (o->kind) {
	case VERB_FLAG:
		*(bool *)o->to = true;
		return true;
	case VERB_TEXT:
		*(const char **)o->to = value;
		return true;
	case VERB_NUMBER:
		if (num_parse(slice_text(value), o->min, o->max, o->to))
			return true;
		verb_usage(v, "--%s: \"%s\" is not a number from %" PRIu64 " to %" PRIu64, o->name, value, o->min, o->max);
		return false;
	case VERB_LIST: {
		struct verb_list *list = o->to;
		if (list->n < VERB_LIST_MAX) {
			list->word[list->n++] = value;
			return true;
		}
		verb_usage(v, "--%s: more than %d times", o->name, VERB_LIST_MAX);
		return false;
	}
	case VERB_DURATION:
		if (duration(value, o->to))
			return true;
		verb_usage(v, "--%s: \"%s\" is not a number and s, m, h or d, from 1s to 1000000d", o->name, value);
		return false;
	}
	return false;
}

static const struct verb_option *find(const struct verb_option *table, const char *name, size_t n)
{
	for (; table->name != NULL; table++)
		if (strlen(table->name) == n && memcmp(table->name, name, n) == 0)
			return table;
	return NULL;
}

int verb_options(const struct verb *v, int argc, char **argv, const struct verb_option *table)
{
	int kept = 0;
	bool over = false;
	for (int i = 0; i < argc; i++) {
		const char *word = strcmp(argv[i], "-c") == 0 ? "--conf" : argv[i], *value = NULL;
		if (over || word[0] != '-' || word[1] == 0) {
			argv[kept++] = argv[i];
			continue;
		}
		if (strcmp(word, "--") == 0) {
			over = true;
			continue;
		}
		size_t n = word[1] == '-' ? strcspn(word + 2, "=") : 0;
		const struct verb_option *o = n > 0 ? find(table, word + 2, n) : NULL;
		if (o == NULL || (o->kind == VERB_FLAG && word[2 + n] == '=')) {
			verb_usage(v, "%s %s", o == NULL ? "no option" : "no value belongs to", word);
			return -1;
		}
		if (word[2 + n] == '=')
			value = word + 3 + n;
		else if (o->kind != VERB_FLAG && i + 1 < argc)
			value = argv[++i];
		bool option = value != NULL && word[2 + n] != '=' && value[0] == '-' && value[1] == '-'; // a word was forgotten
		if (o->kind != VERB_FLAG && (value == NULL || option)) {
			verb_usage(v, "%s wants a word%s%s", word, option ? ", not " : "", option ? value : "");
			return -1;
		}
		if (!give(v, o, value))
			return -1;
	}
	return kept;
}

static void arguments_of(FILE *out, const struct verb *v)
{
	const char *rest = v->arguments;
	do {
		size_t n = strcspn(rest, "\n");
		if (rest[0] == ' ') // goes on
			fprintf(out, "  %.*s\n", (int)n, rest);
		else
			fprintf(out, "  %s %s %.*s\n", program, v->name, (int)n, rest);
		rest += n + (rest[n] == '\n');
	} while (*rest != 0);
}

static int overview(FILE *out, const struct verb *const *verbs)
{
	fprintf(out, "usage: %s VERB …\n\n", program);
	for (; *verbs != NULL; verbs++)
		fprintf(out, "  %-10s %s\n", (*verbs)->name, (*verbs)->help);
	fprintf(out, "\n`%s VERB --help` has the arguments of a verb; all of it: %s(1).\n", program, program);
	return out == stdout ? 0 : VERB_USAGE;
}

static int run(const struct verb *v, int argc, char **argv)
{
	if (argc != 1 || strcmp(argv[0], "--help") != 0)
		return v->run(argc, argv);
	printf("%s\n\n", v->help);
	arguments_of(stdout, v);
	return 0;
}

static int find_and_run(const struct verb *const *verbs, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", program, TOCSIN_VERSION);
		return 0;
	}
	if (argc < 2)
		return overview(stderr, verbs);
	bool help = strcmp(argv[1], "help") == 0; // "help VERB" is "VERB --help"
	if (strcmp(argv[1], "--help") == 0 || (help && argc == 2))
		return overview(stdout, verbs);
	const char *name = argv[help ? 2 : 1];
	for (const struct verb *const *v = verbs; *v != NULL; v++)
		if (strcmp(name, (*v)->name) == 0)
			return help ? run(*v, 1, (char *[]){(char[]){"--help"}, NULL}) : run(*v, argc - 2, argv + 2);
	fprintf(stderr, "%s: no verb \"%s\"\n", program, name);
	return overview(stderr, verbs);
}

int verb_main(const char *name, const struct verb *const *verbs, int argc, char **argv)
{
	program = name;
	standard_hold();
	int status = find_and_run(verbs, argc, argv);
	return print_told ? 1 : standard_written(program, status);
}

int verb_usage(const struct verb *v, const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "%s %s: ", program, v->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nusage:\n", stderr);
	arguments_of(stderr, v);
	return VERB_USAGE;
}

int verb_fail(const struct verb *v, int status, enum err e, const struct why *why)
{
	verb_progress_end();
	fprintf(stderr, "%s %s: %s: %s\n", program, v->name, err_name(e), why->text);
	return status;
}

enum err verb_print(struct slice text, struct why *why)
{
	for (size_t i = 0; i < text.n;) {
		size_t end = i, control = 0;
		while (end < text.n && (text.p[end] == '\n' || (control = slice_control(text, end)) == 0))
			end++;
		fwrite(text.p + i, 1, end - i, stdout);
		if (control > 0)
			putchar('?');
		i = end + control;
	}
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return ERR_OK;
	print_told = true;
	return why_set(why, ERR_SYSTEM, "standard output: %s", strerror(errno));
}

const char *verb_count(uint64_t n)
{
	static char turn[4][32];
	static unsigned which;
	char digits[32], *to = turn[which++ % 4], *out = to;
	int count = snprintf(digits, sizeof digits, "%" PRIu64, n);
	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = 0;
	return to;
}

void verb_progress(const char *format, ...)
{
	static int terminal = -1;
	uint64_t now = clock_monotonic_ms();
	if (terminal < 0)
		terminal = isatty(STDERR_FILENO) == 1;
	if (terminal == 0 || now < progress_ms + PROGRESS_EVERY_MS)
		return;
	va_list arguments;
	char line[160];
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\r\033[K%s", line);
	progress_shown = true;
	progress_ms = now;
}

void verb_progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}
