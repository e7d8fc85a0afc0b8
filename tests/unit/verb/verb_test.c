// Options taken wherever they stand, or refused by name; lines that others wrote steer no terminal; output that is lost is told.
#include <fcntl.h>
#include <unistd.h>

#include "test.h"
#include "verb/verb.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

static bool flag;
static const char *text;
static uint64_t number, wait_ms;
static struct verb_list list;
static const struct verb_option table[] = {{"flag", VERB_FLAG, &flag, 0, 0}, {"text", VERB_TEXT, &text, 0, 0}, {"number", VERB_NUMBER, &number, 2, 9},
                                           {"wait", VERB_DURATION, &wait_ms, 0, 0}, {"list", VERB_LIST, &list, 0, 0}, {"conf", VERB_TEXT, &text, 0, 0}, {0}};

static int nothing(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static const struct verb verb = {"try", "[--flag] FILE", "a try", nothing};

// What `run` puts out on a descriptor, in static memory.
static const char *caught(int fd, void (*run)(void *), void *context)
{
	static char got[4096];
	int ends[2], before = dup(fd);
	fflush(NULL);
	if (pipe(ends) != 0 || dup2(ends[1], fd) < 0)
		abort();
	close(ends[1]);
	run(context);
	fflush(NULL);
	dup2(before, fd);
	close(before);
	ssize_t n = read(ends[0], got, sizeof got - 1);
	close(ends[0]);
	got[n > 0 ? n : 0] = 0;
	return got;
}

struct line {
	char *word[8];
	int n, left;
};

static void take(void *context)
{
	struct line *l = context;
	flag = false;
	text = NULL;
	number = wait_ms = 0;
	list.n = 0;
	l->left = verb_options(&verb, l->n, l->word, table);
}

static void options(void)
{
	static const struct {
		const char *word[8];
		int left;         // -1: refused
		const char *says; // then
	} rows[] = {
		{{"a", "b"}, 2, ""},
		{{"--flag", "a", "--text", "x", "b", "--number=9", "--list=1"}, 2, ""},
		{{"--", "--flag"}, 1, ""},
		{{"-", "--wait", "2m"}, 1, ""},
		{{"-c", "file"}, 0, ""},
		{{"--text=--flag"}, 0, ""},
		{{"--text", "--flag"}, -1, "--text wants a word, not --flag"},
		{{"--list", "--"}, -1, "--list wants a word, not --"},
		{{"--colour"}, -1, "no option --colour"},
		{{"--fla"}, -1, "no option --fla"},
		{{"-x"}, -1, "no option -x"},
		{{"--flag=yes"}, -1, "no value belongs to --flag=yes"},
		{{"--text"}, -1, "--text wants a word"},
		{{"--number", "1"}, -1, "--number: \"1\" is not a number from 2 to 9"},
		{{"--number", "+3"}, -1, "\"+3\" is not a number"},
		{{"--number="}, -1, "\"\" is not a number"},
		{{"--wait", "2"}, -1, "\"2\" is not a number and s, m, h or d"},
		{{"--wait", "2w"}, -1, "\"2w\" is not"},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct line l = {0};
		for (; l.n < 8 && rows[i].word[l.n] != NULL; l.n++)
			l.word[l.n] = (char *)(uintptr_t)rows[i].word[l.n];
		const char *said = caught(STDERR_FILENO, take, &l);
		CHECK_SAY(l.left == rows[i].left && (l.left >= 0 || strstr(said, rows[i].says) != NULL), "row %zu: %d: %s", i, l.left, said);
	}
}

static void print(void *context)
{
	struct why why;
	CHECK(verb_print(slice_text(context), &why) == ERR_OK);
}

static void controls(void)
{
	static const struct {
		const char *from, *want;
	} rows[] = {{"one\ntwo\n", "one\ntwo\n"}, {"d\xc3\xa9j\xc3\xa0 \xe2\x82\xac", "d\xc3\xa9j\xc3\xa0 \xe2\x82\xac"}, {"\x1b[31m", "?[31m"}, {"\xc2\x9b" "31m", "?31m"},
	            {"a\rb\tc\x7f", "a?b?c?"}, {"\x1b]0;title\x07", "?]0;title?"}};
	for (size_t i = 0; i < N(rows); i++)
		CHECK_TEXT(caught(STDOUT_FILENO, print, (char *)(uintptr_t)rows[i].from), rows[i].want);
}

// A disk that is full is no success.
static void full(void)
{
	struct why why = {""};
	int before = dup(STDOUT_FILENO), fd = open("/dev/full", O_WRONLY);
	fflush(stdout);
	REQUIRE(fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	enum err e = verb_print(SLICE_LITERAL("lost\n"), &why);
	clearerr(stdout);
	const struct verb *const verbs[] = {&verb, NULL};
	char *help[] = {(char[]){"program"}, (char[]){"--help"}, NULL};
	int status = verb_main("program", verbs, 2, help);
	dup2(before, STDOUT_FILENO);
	clearerr(stdout);
	close(before);
	close(fd);
	CHECK_SAY(e == ERR_SYSTEM && strstr(why.text, "standard output") != NULL, "%s", why.text);
	CHECK_SAY(status == 1, "%d", status);
}

static void counts(void)
{
	CHECK_TEXT(verb_count(0), "0");
	CHECK_TEXT(verb_count(999), "999");
	CHECK_TEXT(verb_count(1000), "1,000");
	CHECK_TEXT(verb_count(UINT64_MAX), "18,446,744,073,709,551,615");
}

const struct test tests[] = {{"options", options}, {"control characters", controls}, {"a full disk", full}, {"numbers", counts}, {NULL, NULL}};
