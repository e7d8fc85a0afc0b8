#include "test.h"

#include <unistd.h>

#include "log/log.h"
#include "sys/clock.h"

static void check_line(const char *value, const char *want)
{
	char line[LOG_LINE_MAX], whole[LOG_LINE_MAX];
	const struct log_field fields[] = {log_value("k", "%s", value), {0}};
	size_t n = log_print(line, LOG_INFO, "e", fields);
	snprintf(whole, sizeof whole, "time=2009-02-13T23:31:30Z level=info role=trial event=e k=%s\n", want);
	CHECK_TEXT(line, whole);
	CHECK(n == strlen(line));
}

static void test_values(void)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{"plain", "plain"},
		{"127.0.0.1:8443", "127.0.0.1:8443"},
		{"", "\"\""},
		{"two words", "\"two words\""},
		{"a=b", "\"a=b\""},
		{"say \"no\"", "\"say \\\"no\\\"\""},
		{"a\\b", "\"a\\\\b\""},
		{"x\nlevel=error", "\"x\\x0alevel=error\""},
		{"\x1b[31m", "\"\\x1b[31m\""},
		{"\xc3\xa9", "\"\\xc3\\xa9\""},
		{"\x7f", "\"\\x7f\""},
	};
	clock_set(1234567890);
	unsetenv("JOURNAL_STREAM");
	log_open("trial", LOG_INFO);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_line(rows[i].value, rows[i].want);
	char line[LOG_LINE_MAX];
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_open("trial", LOG_INFO);
	log_print(line, LOG_ERROR, "e", (const struct log_field[]){{0}});
	CHECK_TEXT(line, "<3>time=2009-02-13T23:31:30Z level=error role=trial event=e\n");
	unsetenv("JOURNAL_STREAM");
	log_open("trial", LOG_INFO);
}

static void test_slices(void)
{
	struct log_field f = log_slice("k", SLICE_LITERAL("a\0b"));
	CHECK_TEXT(f.value, "a?b");
	uint8_t many[LOG_VALUE_MAX + 10];
	memset(many, 'x', sizeof many);
	f = log_slice("k", slice_of(many, sizeof many));
	CHECK(strlen(f.value) == LOG_VALUE_MAX - 1);
	f = log_slice("k", slice_of(NULL, 0));
	CHECK_TEXT(f.value, "");
}

// A line that is too long stays one line within its room.
static void test_long(void)
{
	char line[LOG_LINE_MAX], odd[LOG_VALUE_MAX];
	struct log_field fields[17] = {{0}};
	memset(odd, '\n', sizeof odd - 1);
	odd[sizeof odd - 1] = 0;
	for (int i = 0; i < 16; i++)
		fields[i] = log_value("k", "%s", odd);
	size_t n = log_print(line, LOG_INFO, "e", fields);
	CHECK(n <= LOG_LINE_MAX - 1 && n == strlen(line) && strchr(line, '\n') == line + n - 1);
}

static void test_levels(void)
{
	enum log_level level;
	CHECK(log_level_named("debug", &level) && level == LOG_DEBUG);
	CHECK(log_level_named("error", &level) && level == LOG_ERROR);
	CHECK(!log_level_named("Debug", &level) && !log_level_named("", &level) && !log_level_named("notice", &level));
	int fds[2], kept = dup(STDERR_FILENO);
	char read_back[500] = "";
	REQUIRE(pipe(fds) == 0 && dup2(fds[1], STDERR_FILENO) >= 0);
	close(fds[1]);
	struct why why = {"hub: no"};
	log_open("trial", LOG_WARNING);
	log_line(LOG_DEBUG, "below");
	log_line(LOG_INFO, "below", log_value("n", "%d", 1));
	log_line(LOG_WARNING, "above", log_failure(ERR_DENIED, &why));
	log_line(LOG_ERROR, "last");
	dup2(kept, STDERR_FILENO);
	close(kept);
	CHECK(read(fds[0], read_back, sizeof read_back - 1) > 0);
	close(fds[0]);
	CHECK_TEXT(read_back, "time=2009-02-13T23:31:30Z level=warning role=trial event=above cause=denied why=\"hub: no\"\n"
		"time=2009-02-13T23:31:30Z level=error role=trial event=last\n");
}

const struct test tests[] = {
	{"values", test_values},
	{"slices", test_slices},
	{"long", test_long},
	{"levels", test_levels},
	{NULL, NULL},
};
