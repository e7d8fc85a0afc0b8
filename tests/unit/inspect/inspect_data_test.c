// `data` as a program: a knowledge is made, signed, installed; never one that is older, of a day to come, or changed.
#include <fcntl.h>
#include <sys/wait.h>

#include "crypto/secret.h"
#include "inspected.h"
#include "sys/clock.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define DAY 86400
#define NOW 1790856000u // 2026-10-01

static char directory[] = "/tmp/tocsin-data-XXXXXX";

static const char *at(const char *name)
{
	static char paths[8][64];
	static unsigned which;
	char *path = paths[which++ % 8];
	snprintf(path, sizeof paths[0], "%s/%s", directory, name);
	return path;
}

// The exit status of `data WORD…`.
static int data(const char *const *words)
{
	char *argv[12];
	int argc = 0;
	for (; words[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	argv[argc] = NULL;
	int before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY); // hundreds of refusals
	CHECK(before >= 0 && nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
	int status = verb_data.run(argc, argv);
	CHECK(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	close(nowhere);
	return status;
}
#define DATA(...) data((const char *const[]){__VA_ARGS__, NULL})

static void begin(void)
{
	struct why why;
	CHECK(crypto_init() == ERR_OK);
	if (!file_has(directory))
		REQUIRE(mkdtemp(directory) != NULL);
	CHECK(file_write(at("banned.csv"), SLICE_LITERAL("vendor,product,level\nBad,,banned\n"), FILE_PUBLIC, &why) == ERR_OK);
	if (!file_has(at("key")))
		CHECK(DATA("key", "--name", "authority", at("key")) == 0);
}

// A knowledge made at a time, signed.
static const char *made(const char *name, uint64_t now)
{
	clock_set(now);
	CHECK(DATA("update", "--data", at(name), "--dated", "2026-09-01", at("banned.csv")) == 0);
	CHECK(DATA("sign", "--key", at("key"), at(name)) == 0);
	clock_set(NOW);
	return at(name);
}

static void clocks(void)
{
	static const struct {
		const char *name;
		int64_t days; // when it was made, from now
		int status;
	} rows[] = {{"a", -2, 0}, {"b", -3, 1}, {"c", -1, 0}, {"d", 2, 1}, {"e", 365, 1}, {"f", 0, 0}, {"g", -1, 1}};
	begin();
	for (size_t i = 0; i < N(rows); i++) {
		const char *from = made(rows[i].name, (uint64_t)(NOW + rows[i].days * DAY));
		CHECK_SAY(DATA("install", "--issuer", at("key.pub"), "--data", at("installed"), from) == rows[i].status, "%s", rows[i].name);
	}
	clock_reset();
}

static void options(void)
{
	static const char *const refused[][8] = {
		{NULL}, {"update"}, {"show", "x"}, {"install", "x"}, {"key", "x"}, {"sign", "x"}, {"forget"},
		{"show", "--dated", "2026-09-01"}, {"show", "--kind", "kev"}, {"key", "--name", "a", "--data", "x", "y"}, {"sign", "--key", "k", "--name", "n", "f"},
		{"update", "--kind", "", "f"}, {"update", "--kind", "KEV", "f"}, {"update", "--dated", "2026-13-01", "f"}, {"update", "--dated", "2026-10-03", "f"},
		{"update", "--issuer", "i", "f"}, {"install", "--issuer", "i", "--ecosystem", "e", "f"},
	};
	clock_set(NOW);
	for (size_t i = 0; i < N(refused); i++)
		CHECK_SAY(data(refused[i]) == INSPECT_USAGE, "row %zu", i);
	clock_reset();
}

// Every byte of what is signed counts.
static void changed(void)
{
	struct buf bytes;
	struct why why;
	char from[64];
	begin();
	strcpy(from, made("whole", NOW));
	buf_init(&bytes, 1u << 20);
	REQUIRE(file_read(from, 1u << 20, &bytes, &why) == ERR_OK);
	for (size_t n = 0; n < bytes.n; n += bytes.n / 37 + 1) {
		bytes.p[n] ^= 1;
		CHECK(file_write(from, buf_slice(&bytes), FILE_PUBLIC, &why) == ERR_OK);
		CHECK_SAY(DATA("install", "--issuer", at("key.pub"), "--data", at("other"), from) == 1 && !file_has(at("other")), "byte %zu", n);
		bytes.p[n] ^= 1;
	}
	for (size_t n = 0; n < bytes.n; n += bytes.n - n > 64 ? 61 : 7) {
		CHECK(file_write(from, slice_part(buf_slice(&bytes), 0, n), FILE_PUBLIC, &why) == ERR_OK);
		CHECK_SAY(DATA("install", "--issuer", at("key.pub"), "--data", at("other"), from) == 1, "%zu bytes", n);
	}
	CHECK(file_write(from, buf_slice(&bytes), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(DATA("install", "--issuer", at("key.pub"), "--data", at("other"), from) == 0);
	buf_free(&bytes);
	clock_reset();
}

// As `cp` writes over a file: it is cut short first.
static void cut_short(void)
{
	char path[64], said[256] = "";
	int ends[2], status = 0;
	begin();
	strcpy(path, made("whole", NOW));
	REQUIRE(pipe(ends) == 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct knowledge *k;
		struct why why;
		inspection_guard();
		if (dup2(ends[1], STDERR_FILENO) < 0 || knowledge_open(path, KNOWLEDGE_CHECK_ALL, &k, &why) != ERR_OK || truncate(path, 0) != 0)
			_exit(99);
		_exit(knowledge_sources(k) + knowledge_banned_row(k, 0).vendor.p[0] > 0 ? 98 : 97);
	}
	close(ends[1]);
	REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_SAY(WIFEXITED(status) && WEXITSTATUS(status) == INSPECT_TROUBLE, "%d", status);
	CHECK(read(ends[0], said, sizeof said - 1) > 0);
	CHECK_TEXT(said, "tocsin-inspect: system: the knowledge was cut short while it was read: do it again\n");
	close(ends[0]);
	clock_reset();
}

static void clear(void)
{
	static const char *const names[] = {"banned.csv", "key", "key.pub", "a", "b", "c", "d", "e", "f", "g", "whole", "installed", "other"};
	for (size_t i = 0; i < N(names); i++) {
		char path[80];
		unlink(at(names[i]));
		snprintf(path, sizeof path, "%s.sig", at(names[i]));
		unlink(path);
	}
	CHECK(rmdir(directory) == 0); // nothing else was left
}

const struct test tests[] = {
	{"asked wrongly", options}, {"older, and of a day to come", clocks}, {"changed or cut", changed}, {"cut short while it is read", cut_short},
	{"nothing is left", clear}, {NULL, NULL},
};
