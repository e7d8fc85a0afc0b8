#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/fail.h"
#include "sys/file.h"

static char dir[] = "/tmp/tocsin-file-XXXXXX";
static struct why why;

static const char *at(const char *name)
{
	static char path[FILE_PATH_MAX];
	CHECK(file_path(path, dir, name, &why) == ERR_OK);
	return path;
}

static enum err holds(const char *name, size_t max, char text[100])
{
	struct buf b;
	buf_init(&b, 99);
	enum err e = file_read(at(name), max, &b, &why);
	snprintf(text, 100, "%.*s", (int)b.n, b.n > 0 ? (const char *)b.p : "");
	buf_free(&b);
	return e;
}

static mode_t mode_of(const char *name)
{
	struct stat st;
	return stat(at(name), &st) == 0 ? st.st_mode & 07777 : 0;
}

static void test_round_trip(void)
{
	char text[100];
	umask(0);
	CHECK(file_write(at("a"), SLICE_LITERAL("first"), FILE_SECRET, &why) == ERR_OK);
	CHECK(mode_of("a") == 0600);
	CHECK(file_write(at("a"), SLICE_LITERAL("second one"), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(mode_of("a") == 0644);
	umask(077);
	CHECK(file_write(at("a"), SLICE_LITERAL("second one"), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(mode_of("a") == 0644);
	CHECK(holds("a", 10, text) == ERR_OK);
	CHECK_TEXT(text, "second one");
	CHECK(!file_has(at("a.new")));
	CHECK(file_create(at("a"), SLICE_LITERAL("third"), FILE_PUBLIC, &why) == ERR_EXISTS);
	CHECK(!file_has(at("a.new")));
	CHECK(file_write(at("empty"), slice_of(NULL, 0), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(holds("empty", 0, text) == ERR_OK);
	CHECK(file_remove(at("a"), &why) == ERR_OK && !file_has(at("a")));
	CHECK(file_remove(at("a"), &why) == ERR_ABSENT);
	CHECK(file_create(at("a"), SLICE_LITERAL("third"), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(holds("a", 10, text) == ERR_OK);
	CHECK_TEXT(text, "third");
}

static void test_refused(void)
{
	char text[100];
	struct buf b;
	buf_init_secret(&b, 100);
	CHECK(file_write(at("r"), SLICE_LITERAL("0123456789"), FILE_PUBLIC, &why) == ERR_OK);
	CHECK(holds("none", 10, text) == ERR_ABSENT);
	CHECK(holds("r", 9, text) == ERR_LIMIT);
	CHECK(holds("r", 0, text) == ERR_LIMIT);
	CHECK_TEXT(text, "");
	CHECK(file_read(dir, 100, &b, &why) == ERR_INPUT); // a directory
	CHECK(file_read("/dev/zero", 100, &b, &why) == ERR_INPUT);
	CHECK(file_read("/proc/self/maps", 10, &b, &why) == ERR_LIMIT); // its size is not told
	CHECK(b.n == 0);
	CHECK(file_read_secret(at("r"), 100, &b, &why) == ERR_DENIED);
	CHECK(chmod(at("r"), 0640) == 0 && file_read_secret(at("r"), 100, &b, &why) == ERR_DENIED);
	CHECK(chmod(at("r"), 0600) == 0 && file_read_secret(at("r"), 100, &b, &why) == ERR_OK);
	CHECK(b.n == 10);
	CHECK(file_dir(at("r"), FILE_DIR, &why) == ERR_EXISTS);
	CHECK(file_dir(at("d"), FILE_DIR, &why) == ERR_OK && file_dir(at("d"), FILE_DIR, &why) == ERR_OK);
	CHECK(mode_of("d") == 0700);
	CHECK(file_write(at("d"), SLICE_LITERAL("x"), FILE_PUBLIC, &why) == ERR_SYSTEM);
	struct stat st;
	CHECK(mkfifo(at("pipe"), 0600) == 0); // as /dev/null: it is not replaced
	CHECK(file_write(at("pipe"), SLICE_LITERAL("x"), FILE_PUBLIC, &why) == ERR_SYSTEM && strstr(why.text, "no regular file") != NULL);
	CHECK(stat(at("pipe"), &st) == 0 && S_ISFIFO(st.st_mode) && !file_has(at("pipe.new")));
	struct slice mapped;
	CHECK(file_map(at("pipe"), 10, MAP_PRIVATE, &mapped, &why) == ERR_INPUT); // and nobody waits for it
	CHECK(unlink(at("pipe")) == 0);
	CHECK(file_write("/nonexistent/a", SLICE_LITERAL("x"), FILE_PUBLIC, &why) == ERR_ABSENT);
	CHECK(file_dir("/nonexistent/a", FILE_DIR, &why) == ERR_ABSENT);
	char path[FILE_PATH_MAX], longest[FILE_PATH_MAX];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	CHECK(file_path(path, dir, longest, &why) == ERR_LIMIT);
	CHECK(file_write(longest, SLICE_LITERAL("x"), FILE_PUBLIC, &why) == ERR_LIMIT);
	static const char *const names[] = {"", ".", "..", ".a", "a/b", "/", "../a"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK_SAY(file_path(path, dir, names[i], &why) == ERR_INPUT, "%s", names[i]);
	buf_free(&b);
}

// Every call of a replacement fails once: the file always holds the old content or the new one, and no error is lost.
static void test_write_fails(void)
{
	static const int errors[] = {EIO, ENOSPC};
	unsigned n = 0;
	for (bool clean = false; !clean;) {
		char text[100];
		fail_clear();
		CHECK(file_write(at("w"), SLICE_LITERAL("old"), FILE_PUBLIC, &why) == ERR_OK);
		n++;
		fail_at(FAIL_ANY, n, errors[n % 2]);
		enum err e = file_write(at("w"), SLICE_LITERAL("new"), FILE_PUBLIC, &why);
		clean = fail_count(FAIL_ANY) < n;
		fail_clear();
		CHECK(e == (clean ? ERR_OK : ERR_SYSTEM));
		CHECK(holds("w", 10, text) == ERR_OK);
		CHECK_SAY(strcmp(text, "new") == 0 || (!clean && strcmp(text, "old") == 0), "call %u: %s", n, text);
		CHECK(!file_has(at("w.new")));
	}
	CHECK_SAY(n == 7, "open, write, fsync, rename, open, fsync; then none: %u", n);
}

static void test_append(void)
{
	int fd;
	char text[100];
	REQUIRE(file_append_open(at("log"), FILE_SECRET, &fd, &why) == ERR_OK);
	CHECK(file_append(fd, SLICE_LITERAL("one "), &why) == ERR_OK);
	fail_at(FAIL_SYNC, 1, EIO);
	CHECK(file_append(fd, SLICE_LITERAL("lost "), &why) == ERR_SYSTEM);
	CHECK(strstr(why.text, "torn") == NULL);
	CHECK(file_append(fd, SLICE_LITERAL("two "), &why) == ERR_OK);
	fail_at(FAIL_WRITE, 1, ENOSPC);
	CHECK(file_append(fd, SLICE_LITERAL("lost "), &why) == ERR_SYSTEM);
	CHECK(holds("log", 100, text) == ERR_OK);
	CHECK_TEXT(text, "one two ");
	fail_at(FAIL_SYNC, 1, EIO);
	fail_at(FAIL_TRUNCATE, 1, EIO);
	CHECK(file_append(fd, SLICE_LITERAL("torn "), &why) == ERR_SYSTEM);
	CHECK(strstr(why.text, "torn") != NULL);
	fail_clear();
	close(fd);
	REQUIRE(file_append_open(at("log"), FILE_SECRET, &fd, &why) == ERR_OK);
	CHECK(file_append(fd, SLICE_LITERAL("three"), &why) == ERR_OK);
	CHECK(holds("log", 100, text) == ERR_OK);
	CHECK_TEXT(text, "one two torn three");
	close(fd);
}

static void test_read_fails(void)
{
	static const enum fail_kind kinds[] = {FAIL_OPEN, FAIL_READ};
	char text[100];
	CHECK(file_write(at("f"), SLICE_LITERAL("x"), FILE_PUBLIC, &why) == ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		fail_at(kinds[i], 1, EIO);
		CHECK(holds("f", 10, text) == ERR_SYSTEM);
	}
	fail_at(FAIL_READ, 1, EINTR);
	CHECK(holds("f", 10, text) == ERR_OK);
	CHECK_TEXT(text, "x");
	fail_clear();
	int fd;
	fail_at(FAIL_LOCK, 1, EIO);
	CHECK(file_lock(dir, &fd, &why) == ERR_SYSTEM);
	fail_at(FAIL_UNLINK, 1, EIO);
	CHECK(file_remove(at("f"), &why) == ERR_SYSTEM && file_has(at("f")));
	fail_at(FAIL_MKDIR, 1, ENOSPC);
	CHECK(file_dir(at("no"), FILE_DIR, &why) == ERR_SYSTEM && !file_has(at("no")));
	fail_clear();
}

static void test_lock(void)
{
	int fd, second, status;
	REQUIRE(file_lock(dir, &fd, &why) == ERR_OK);
	CHECK(file_lock(dir, &second, &why) == ERR_EXISTS); // also within one process
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(file_lock(dir, &second, &why) == ERR_EXISTS ? 0 : 1);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(fd);
	REQUIRE(file_lock(dir, &fd, &why) == ERR_OK);
	close(fd);
	CHECK(file_lock("/nonexistent", &fd, &why) == ERR_ABSENT);
}

static void test_clock(void)
{
	CHECK(clock_now() > 1600000000);
	clock_set(1234567890);
	CHECK(clock_now() == 1234567890);
	uint64_t before = clock_monotonic_ms();
	CHECK(clock_monotonic_ms() >= before && before != 1234567890);
	clock_reset();
	CHECK(clock_now() > 1600000000);
}

static void test_start(void)
{
	REQUIRE(mkdtemp(dir) != NULL);
}

static void test_clean(void)
{
	static const char *const left[] = {"a", "empty", "r", "w", "log", "f", "lock"};
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		unlink(at(left[i]));
	rmdir(at("d"));
	CHECK(rmdir(dir) == 0);
}

static void test_directory(void)
{
	static const char *const rows[][2] = {{"/var/log/a.log", "/var/log"}, {"a.log", "."}, {"", "."}, {"/a", "/"}, {"/", "/"}, {"a/", "."},
	                                      {"./a", "."}, {"../a", ".."}, {"/var//a", "/var"}, {"/var/log/", "/var"}, {"//a", "/"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(slice_is_text(file_directory(rows[i][0]), rows[i][1]), "%s", rows[i][0]);
}

const struct test tests[] = {
	{"start", test_start},
	{"round_trip", test_round_trip},
	{"refused", test_refused},
	{"write_fails", test_write_fails},
	{"append", test_append},
	{"read_fails", test_read_fails},
	{"lock", test_lock},
	{"directory", test_directory},
	{"clock", test_clock},
	{"clean", test_clean},
	{NULL, NULL},
};
