#include "test.h"

#include <unistd.h>

#include "conf/conf.h"

struct trial {
	char name[CONF_TEXT_MAX], state[CONF_TEXT_MAX];
	uint64_t threads, keep;
	struct conf_address listen, hub;
	bool open;
};

static const struct conf_field table[] = {
	{"name", CONF_TEXT, offsetof(struct trial, name), .max = 20, .help = "Who this is."},
	{"state", CONF_PATH, offsetof(struct trial, state), .required = true, .help = "Where files are."},
	{"threads", CONF_NUMBER, offsetof(struct trial, threads), .value = "4", .min = 1, .max = 64, .help = "How many."},
	{"keep", CONF_DURATION, offsetof(struct trial, keep), .value = "30d", .min = 60, .max = 31536000, .help = "How long."},
	{"listen", CONF_ADDRESS, offsetof(struct trial, listen), .value = "127.0.0.1:0", .min = 0, .help = "Where to listen."},
	{"hub", CONF_ADDRESS, offsetof(struct trial, hub), .min = 1, .help = "Whom to ask."},
	{"open", CONF_FLAG, offsetof(struct trial, open), .value = "no", .help = "For all."},
	{0},
};

#define WITH "state /s\n"

static void test_rows(void)
{
	static const struct {
		const char *text, *why; // NULL: accepted
	} rows[] = {
		{"state /s", NULL},
		{WITH "# name x\n\n  \t\n", NULL},
		{WITH "\tname   two words # and more  \n", NULL},
		{WITH "name \xc3\xa9\n", NULL},
		{WITH "threads 64\nkeep 60s\nopen yes\n", NULL},
		{WITH "keep 365d\n", NULL},
		{WITH "listen [::1]:0\nhub hub.example:8443\n", NULL},
		{WITH "listen 0.0.0.0:65535\n", NULL},
		{"", "t.conf: state: required, but not given"},
		{"name x\n", "t.conf: state: required, but not given"},
		{WITH "colour red\n", "t.conf:2: \"colour\": no such key"},
		{WITH "State /t\n", "t.conf:2: \"State\": no such key"},
		{WITH "name=x\n", "t.conf:2: \"name=x\": no such key"},
		{WITH "state /t\n", "t.conf:2: state: given twice"},
		{WITH "name\n", "t.conf:2: name: has no value"},
		{WITH "name   \n", "t.conf:2: name: has no value"},
		{WITH "name 123456789012345678901\n", "t.conf:2: name \"123456789012345678901\": must have at most 20 bytes"},
		{"state s\n", "t.conf:1: state \"s\": must be an absolute path"},
		{WITH "threads 0\n", "t.conf:2: threads \"0\": must be a number from 1 to 64"},
		{WITH "threads 65\n", "t.conf:2: threads \"65\": must be a number from 1 to 64"},
		{WITH "threads 04\n", "t.conf:2: threads \"04\": must be a number from 1 to 64"},
		{WITH "threads -1\n", "t.conf:2: threads \"-1\": must be a number from 1 to 64"},
		{WITH "threads 4 5\n", "t.conf:2: threads \"4 5\": must be a number from 1 to 64"},
		{WITH "keep 60\n", "keep \"60\": must be a number with s, m, h or d"},
		{WITH "keep 59s\n", "keep \"59s\": must"},
		{WITH "keep 366d\n", "keep \"366d\": must"},
		{WITH "keep d\n", "keep \"d\": must"},
		{WITH "keep 1w\n", "keep \"1w\": must"},
		{WITH "keep 213503982334602d\n", "keep \"213503982334602d\": must"}, // over 64 bits in seconds
		{WITH "hub hub.example\n", "hub \"hub.example\": must be host:port"},
		{WITH "hub hub.example:0\n", "must have a port from 1 to 65535"},
		{WITH "hub hub.example:65536\n", "must have a port from 1 to 65535"},
		{WITH "hub :1\n", "must be host:port"},
		{WITH "hub ::1:1\n", "must be host:port"},
		{WITH "hub [::1:1\n", "must be host:port"},
		{WITH "hub [::1]1\n", "must be host:port"},
		{WITH "hub []:1\n", "must be host:port"},
		{WITH "hub [\n", "must be host:port"},
		{WITH "hub [::g]:1\n", "must be host:port"},
		{WITH "hub a/b:1\n", "must be host:port"},
		{WITH "hub -a:1\n", "must be host:port"},
		{WITH "hub a:+1\n", "must have a port"},
		{WITH "open maybe\n", "t.conf:2: open \"maybe\": must be yes or no"},
		{WITH "open Yes\n", "must be yes or no"},
		{WITH "name \xff\n", "t.conf: byte 14: not UTF-8"},
		{WITH "name a\rb\n", "t.conf: byte 15: control character 13"},
		{WITH "# \x1b\n", "t.conf: byte 11: control character 27"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trial t;
		struct why why = {""};
		enum err e = conf_parse(table, "t.conf", slice_text(rows[i].text), &t, &why);
		CHECK_SAY(e == (rows[i].why == NULL ? ERR_OK : ERR_INPUT), "%s: %s", rows[i].text, why.text);
		CHECK_SAY(rows[i].why == NULL || strstr(why.text, rows[i].why) != NULL, "%s: %s", rows[i].text, why.text);
	}
}

static void test_values(void)
{
	struct trial t;
	struct why why;
	REQUIRE(conf_parse(table, "t", slice_text(WITH "name  a b\t\nhub [2001:db8::1]:443\nkeep 2h\nopen yes"), &t,
				&why) == ERR_OK);
	CHECK_TEXT(t.name, "a b");
	CHECK_TEXT(t.state, "/s");
	CHECK_TEXT(t.hub.host, "2001:db8::1");
	CHECK_TEXT(t.listen.host, "127.0.0.1");
	CHECK(t.hub.port == 443 && t.listen.port == 0 && t.keep == 7200 && t.threads == 4 && t.open);
	REQUIRE(conf_parse(table, "t", SLICE_LITERAL(WITH), &t, &why) == ERR_OK);
	CHECK(t.name[0] == 0 && t.hub.host[0] == 0 && t.hub.port == 0 && t.keep == 30 * 86400 && !t.open);
}

// What conf_print() writes is read back to the same.
static void test_print(void)
{
	static const char *const texts[] = {
		WITH, WITH "name a b\nhub [::1]:7\nkeep 61s\nopen yes\nthreads 1\n", WITH "keep 2d\nlisten localhost:80\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct trial one, two;
		struct why why = {""};
		char *printed = NULL;
		size_t n = 0;
		memset(&one, 0, sizeof one);
		memset(&two, 0, sizeof two);
		CHECK(conf_parse(table, "one", slice_text(texts[i]), &one, &why) == ERR_OK);
		FILE *f = open_memstream(&printed, &n);
		REQUIRE(f != NULL);
		conf_print(table, &one, f);
		fclose(f);
		CHECK_SAY(conf_parse(table, "two", slice_of(printed, n), &two, &why) == ERR_OK, "%s: %s", printed, why.text);
		CHECK(memcmp(&one, &two, sizeof one) == 0);
		free(printed);
	}
}

static void test_manual(void)
{
	char *printed = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&printed, &n);
	REQUIRE(f != NULL);
	conf_manual(table, f);
	fclose(f);
	for (const struct conf_field *row = table; row->name != NULL; row++)
		CHECK(strstr(printed, row->name) != NULL && strstr(printed, row->help) != NULL);
	CHECK(strstr(printed, "From 1 to 64.\nDefault: 4.\n") != NULL);
	free(printed);
}

static void test_from_file(void)
{
	char path[] = "/tmp/tocsin-conf-XXXXXX";
	struct trial t;
	struct why why;
	int fd = mkstemp(path);
	REQUIRE(fd >= 0 && write(fd, WITH, strlen(WITH)) == (ssize_t)strlen(WITH));
	CHECK(conf_read(table, path, &t, &why) == ERR_OK);
	CHECK_TEXT(t.state, "/s");
	CHECK(ftruncate(fd, CONF_FILE_MAX + 1) == 0);
	CHECK(conf_read(table, path, &t, &why) == ERR_LIMIT);
	CHECK(ftruncate(fd, 20) == 0);
	CHECK(conf_read(table, path, &t, &why) == ERR_INPUT); // zeros
	close(fd);
	unlink(path);
	CHECK(conf_read(table, path, &t, &why) == ERR_ABSENT);
}

const struct test tests[] = {
	{"rows", test_rows},
	{"values", test_values},
	{"print", test_print},
	{"manual", test_manual},
	{"from_file", test_from_file},
	{NULL, NULL},
};
