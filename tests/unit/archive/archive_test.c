#include "test.h"

#include "archive/archive.h"
#include "base/buf.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

struct entry {
	const char *name;
	int type; // AE_IFREG…
	const char *bytes;
	size_t n;
};

struct seen {
	struct buf text; // "name=bytes;"
	size_t max;      // of one member; 0: read none
	size_t stop;     // refuse this visit, counted from 1
	size_t visits;
	int grows; // a file that gets longer while it is read, or 0
};

static int file_of(struct slice bytes)
{
	int fd = memfd_create("archive", 0);
	if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
		abort();
	return fd;
}

// format: "tar", "zip", "raw"; filter: "", "gzip", "zstd"…; n entries.
static void make(const char *format, const char *filter, const struct entry *entry, size_t n, struct buf *out)
{
	static char room[4 << 20];
	size_t used = 0;
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	CHECK(strcmp(format, "tar") == 0 ? archive_write_set_format_pax_restricted(a) == ARCHIVE_OK
	                                 : archive_write_set_format_by_name(a, format) == ARCHIVE_OK);
	if (filter[0] != '\0')
		CHECK(archive_write_add_filter_by_name(a, filter) == ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	CHECK(archive_write_open_memory(a, room, sizeof room, &used) == ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		archive_entry_clear(e);
		archive_entry_set_pathname(e, entry[i].name);
		archive_entry_set_filetype(e, (unsigned)entry[i].type);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)entry[i].n);
		if (entry[i].type == AE_IFLNK)
			archive_entry_set_symlink(e, "/etc/passwd");
		CHECK(archive_write_header(a, e) >= ARCHIVE_WARN);
		if (entry[i].n > 0)
			CHECK(archive_write_data(a, entry[i].bytes, entry[i].n) == (la_ssize_t)entry[i].n);
	}
	CHECK(archive_write_close(a) == ARCHIVE_OK);
	archive_entry_free(e);
	archive_write_free(a);
	buf_init(out, sizeof room);
	buf_put(out, room, used);
}

static enum err see(void *context, struct archive_member *m, struct why *why)
{
	struct seen *seen = context;
	struct slice bytes = {0};
	if (++seen->visits == seen->stop)
		return why_set(why, ERR_DENIED, "enough");
	if (seen->grows > 0 && write(seen->grows, "x", 1) != 1)
		abort();
	enum err e = seen->max > 0 ? archive_all(m, seen->max, &bytes, why) : ERR_OK;
	if (e == ERR_OK)
		buf_printf(&seen->text, "%.*s=%.*s;", SLICE_ARGS(archive_name(m)), SLICE_ARGS(bytes));
	return e;
}

static enum err walk(struct slice bytes, const char *name, struct seen *seen, struct why *why)
{
	int fd = file_of(bytes);
	buf_init(&seen->text, 1 << 16);
	enum err e = archive_walk(fd, name, see, seen, why);
	close(fd);
	buf_put_u8(&seen->text, 0);
	return e;
}

static const struct entry three[] = {
	{"a.json", AE_IFREG, "{\"a\":1}", 7},
	{"folder", AE_IFDIR, "", 0},
	{"folder/../../b", AE_IFREG, "bb", 2},
	{"link", AE_IFLNK, "", 0},
	{"/etc/empty", AE_IFREG, "", 0},
};

static void archives(void)
{
	static const struct {
		const char *format, *filter;
	} rows[] = {{"tar", ""}, {"tar", "gzip"}, {"tar", "zstd"}, {"tar", "xz"}, {"tar", "bzip2"}, {"zip", ""}, {"ustar", ""}, {"gnutar", "zstd"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct seen seen = {.max = 100};
		struct why why = {""};
		make(rows[i].format, rows[i].filter, three, 5, &b);
		enum err e = walk(buf_slice(&b), "x", &seen, &why);
		CHECK_SAY(e == ERR_OK, "%s.%s: %s", rows[i].format, rows[i].filter, why.text);
		CHECK_TEXT((char *)seen.text.p, "a.json={\"a\":1};folder/../../b=bb;/etc/empty=;");
		buf_free(&seen.text);
		seen = (struct seen){0}; // nothing is read: passed over
		CHECK(walk(buf_slice(&b), "x", &seen, &why) == ERR_OK);
		CHECK_TEXT((char *)seen.text.p, "a.json=;folder/../../b=;/etc/empty=;");
		buf_free(&seen.text);
		seen = (struct seen){.max = 100, .stop = 2};
		CHECK(walk(buf_slice(&b), "x", &seen, &why) == ERR_DENIED && seen.visits == 2);
		CHECK_TEXT(why.text, "enough");
		buf_free(&seen.text);
		buf_free(&b);
	}
}

// Without its directory at the end a zip tells no link from a file.
static void zip_as_a_stream(void)
{
	struct buf b;
	struct seen seen = {.max = 100};
	struct why why;
	make("zip", "gzip", three, 5, &b);
	CHECK(walk(buf_slice(&b), "x", &seen, &why) == ERR_OK);
	CHECK_TEXT((char *)seen.text.p, "a.json={\"a\":1};folder/../../b=bb;link=/etc/passwd;/etc/empty=;");
	buf_free(&seen.text);
	buf_free(&b);
}

static void plain(void)
{
	static const struct {
		const char *filter, *name, *bytes, *want;
	} rows[] = {
		{"", "x.json", "{\"a\":1}", "x.json={\"a\":1};"},
		{"", "x.csv", "a;b\n1;2\n", "x.csv=a;b\n1;2\n;"},
		{"", "x.gz", "only the name", "x.gz=only the name;"},
		{"", "-", "P", "-=P;"},
		{"", "x", "Rar!\x1a\x07\x01", "x=Rar!\x1a\x07\x01;"},
		{"", "x", "#mtree\nx type=file\n", "x=#mtree\nx type=file\n;"},
		{"", "x", "begin 644 x\n#86)C\n`\nend\n", "x=begin 644 x\n#86)C\n`\nend\n;"},
		{"", "x", "!<arch>\n", "x=!<arch>\n;"},
		{"", "x", "text that has PK\5\6 in it", "x=text that has PK\5\6 in it;"},
		{"gzip", "d/x.json.gz", "{}", "d/x.json={};"},
		{"zstd", "x.json.zst", "{}", "x.json={};"},
		{"xz", "x.json.xz", "{}", "x.json={};"},
		{"bzip2", "x.json.bz2", "{}", "x.json={};"},
		{"gzip", "x", "{}", "x={};"},
		{"gzip", ".gz", "{}", ".gz={};"},
		{"", "x", "", "x=;"},
		{"gzip", "x.gz", "", "x=;"},
		{"zstd", "x.zst", "", "x=;"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct seen seen = {.max = 100};
		struct why why = {""};
		struct entry one = {"x", AE_IFREG, rows[i].bytes, strlen(rows[i].bytes)};
		make("raw", rows[i].filter, &one, 1, &b);
		CHECK_SAY(walk(buf_slice(&b), rows[i].name, &seen, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK_TEXT((char *)seen.text.p, rows[i].want);
		buf_free(&seen.text);
		buf_free(&b);
	}
}

// Every prefix: refused, or as many whole members as are there; never a member cut short.
static void truncation(void)
{
	static const struct {
		const char *format, *filter;
	} rows[] = {{"tar", "gzip"}, {"tar", "zstd"}, {"raw", "gzip"}, {"raw", "zstd"}, {"raw", "xz"}, {"raw", "bzip2"}, {"zip", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		make(rows[i].format, rows[i].filter, three, 1, &b);
		size_t accepted = 0;
		for (size_t n = 14; n < b.n; n++) { // less is no compression that can be told
			struct seen seen = {.max = 100};
			struct why why = {""};
			enum err e = walk(slice_part(buf_slice(&b), 0, n), "x", &seen, &why);
			if (e == ERR_OK)
				CHECK_SAY(strcmp((char *)seen.text.p, "a.json={\"a\":1};") == 0, "%s.%s cut at %zu: %s", rows[i].format, rows[i].filter,
				          n, seen.text.p);
			else
				CHECK_SAY(e == ERR_INPUT && strncmp(why.text, "x: ", 3) == 0, "%s", why.text);
			accepted += e == ERR_OK;
			buf_free(&seen.text);
		}
		CHECK_SAY(accepted < b.n / 2, "%s.%s: %zu of %zu prefixes accepted", rows[i].format, rows[i].filter, accepted, b.n);
		buf_free(&b);
	}
}

static void damage(void)
{
	struct buf b;
	struct seen seen = {.max = 100};
	struct why why;
	make("zip", "", three, 5, &b);
	b.p[30 + 6 + 20] ^= 0x40; // in the first member
	enum err e = walk(buf_slice(&b), "x.zip", &seen, &why);
	CHECK(e == ERR_INPUT || strstr((char *)seen.text.p, "a.json={\"a\":1};") != NULL);
	buf_free(&seen.text);
	buf_free(&b);
	make("raw", "xz", three, 1, &b);
	b.p[b.n / 2] ^= 1;
	seen.visits = 0;
	CHECK(walk(buf_slice(&b), "x.xz", &seen, &why) == ERR_INPUT);
	CHECK(strncmp(why.text, "x.xz: ", 6) == 0);
	buf_free(&seen.text);
	buf_free(&b);
	CHECK(archive_walk(-1, "x", see, &seen, &why) == ERR_SYSTEM);
	int folder = open("/", O_RDONLY | O_DIRECTORY);
	CHECK(archive_walk(folder, "x", see, &seen, &why) == ERR_SYSTEM);
	CHECK_TEXT(why.text, "x: cannot be read: Is a directory");
	close(folder);
}

static void twice_compressed(void)
{
	struct buf once, twice;
	struct seen seen = {.max = 1000};
	struct why why;
	make("raw", "gzip", three, 1, &once);
	struct entry inner = {"x", AE_IFREG, (char *)once.p, once.n};
	make("raw", "gzip", &inner, 1, &twice);
	CHECK(walk(buf_slice(&twice), "x", &seen, &why) == ERR_INPUT && seen.visits == 0);
	CHECK_TEXT(why.text, "x: compressed more than once");
	buf_free(&twice);
	buf_free(&seen.text);
	make("tar", "", &inner, 1, &twice); // an archive holds what it holds: nothing inside it is opened
	CHECK(walk(buf_slice(&twice), "x", &seen, &why) == ERR_OK && seen.visits == 1);
	CHECK(seen.text.n > 2 && memcmp(seen.text.p, "x=\x1f\x8b", 4) == 0);
	buf_free(&once);
	buf_free(&twice);
	buf_free(&seen.text);
}

// 80 MiB of one letter in a few kilobytes: read in pieces, asked whole, passed over.
static void bombs(void)
{
	static const struct {
		const char *format, *filter;
		size_t max;
		enum err e;
		const char *why;
	} rows[] = {
		{"raw", "gzip", 200u << 20, ERR_LIMIT, "bomb: expands to more than 400 times its size"},
		{"raw", "zstd", 200u << 20, ERR_LIMIT, "bomb: expands to more than 400 times its size"},
		{"tar", "bzip2", 200u << 20, ERR_LIMIT, "bomb: expands to more than 400 times its size"},
		{"zip", "", 200u << 20, ERR_LIMIT, "bomb: expands to more than 400 times its size"},
		{"tar", "zstd", 0, ERR_LIMIT, "bomb: expands to more than 400 times its size"},
		{"raw", "gzip", 1u << 20, ERR_LIMIT, "bomb: bomb: more than 1048576 bytes"},
		{"zip", "", 1u << 20, ERR_LIMIT, "bomb: x: more than 1048576 bytes"},
		{"zip", "", 0, ERR_OK, NULL}, // nothing of it comes out
	};
	size_t n = 80u << 20;
	char *same = malloc(n);
	REQUIRE(same != NULL);
	memset(same, 'x', n);
	struct entry one = {"x", AE_IFREG, same, n};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct seen seen = {.max = rows[i].max};
		struct why why = {""};
		make(rows[i].format, rows[i].filter, &one, 1, &b);
		enum err e = walk(buf_slice(&b), "bomb", &seen, &why);
		CHECK_SAY(e == rows[i].e, "%s.%s: %s", rows[i].format, rows[i].filter, err_name(e));
		if (e != ERR_OK)
			CHECK_TEXT(why.text, rows[i].why);
		buf_free(&seen.text);
		buf_free(&b);
	}
	free(same);
}

// A zip through a pipe that nobody reads: what has to be expanded to pass it over is counted, as is each member.
static void bomb_as_a_stream(void)
{
	struct entry many[3];
	size_t n = 1u << 20;
	char *same = calloc(1, n);
	REQUIRE(same != NULL);
	for (size_t i = 0; i < 3; i++)
		many[i] = (struct entry){"x", AE_IFREG, same, n};
	static const struct {
		struct archive_limits limit;
		const char *why; // NULL: accepted
	} rows[] = {
		{{3, 3u << 20, 4000, 0}, NULL},
		{{2, 3u << 20, 4000, 0}, "x: more than 2 members"},
		{{3, (3u << 20) - 1, 4000, 0}, "x: expands to more than 3145727 bytes"},
		{{3, 3u << 20, 400, 2u << 20}, "x: expands to more than 400 times its size"},
	};
	struct buf b;
	make("zip", "", many, 3, &b);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct seen seen = {0};
		struct why why = {""};
		int ends[2];
		buf_init(&seen.text, 1000);
		REQUIRE(pipe(ends) == 0 && write(ends[1], b.p, b.n) == (ssize_t)b.n);
		close(ends[1]);
		enum err e = archive_walk_within(ends[0], "x", &rows[i].limit, see, &seen, &why);
		CHECK_SAY(e == (rows[i].why == NULL ? ERR_OK : ERR_LIMIT), "%zu: %s, %zu visits", i, err_name(e), seen.visits);
		CHECK_TEXT(why.text, rows[i].why == NULL ? "" : rows[i].why);
		close(ends[0]);
		buf_free(&seen.text);
	}
	buf_free(&b);
	free(same);
}

static void limits(void)
{
	static const struct {
		struct archive_limits limit;
		const char *why; // NULL: accepted
	} rows[] = {
		{{5, 9, 1, 9}, NULL},
		{{4, 100, 400, 100}, "x: more than 4 members"},
		{{5, 8, 400, 100}, "x: expands to more than 8 bytes"},
	};
	struct buf b;
	make("zip", "", three, 5, &b);
	int fd = file_of(buf_slice(&b));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct seen seen = {.max = 100};
		struct why why = {""};
		buf_init(&seen.text, 1000);
		enum err e = archive_walk_within(fd, "x", &rows[i].limit, see, &seen, &why);
		CHECK(e == (rows[i].why == NULL ? ERR_OK : ERR_LIMIT));
		CHECK_TEXT(why.text, rows[i].why == NULL ? "" : rows[i].why);
		buf_free(&seen.text);
	}
	close(fd);
	buf_free(&b);
}

static void names(void)
{
	static char long_name[ARCHIVE_NAME_MAX + 2];
	struct entry one = {long_name, AE_IFREG, "x", 1};
	struct seen seen = {0};
	struct why why;
	struct buf b;
	for (size_t n = ARCHIVE_NAME_MAX; n <= ARCHIVE_NAME_MAX + 1; n++) {
		memset(long_name, 'n', n);
		make("gnutar", "", &one, 1, &b);
		enum err e = walk(buf_slice(&b), "x", &seen, &why);
		CHECK_SAY(e == (n <= ARCHIVE_NAME_MAX ? ERR_OK : ERR_LIMIT), "%zu: %s", n, err_name(e));
		buf_free(&b);
		buf_free(&seen.text);
	}
	one.name = "caf\xe9\xff";
	make("gnutar", "", &one, 1, &b);
	CHECK(walk(buf_slice(&b), "x", &seen, &why) == ERR_OK);
	CHECK_TEXT((char *)seen.text.p, "caf?\?=;");
	buf_free(&b);
	buf_free(&seen.text);
	one.name = "caf\303\251";
	make("gnutar", "", &one, 1, &b);
	CHECK(walk(buf_slice(&b), "x", &seen, &why) == ERR_OK);
	CHECK_TEXT((char *)seen.text.p, "caf\303\251=;");
	buf_free(&b);
	buf_free(&seen.text);
}

static void pipes_and_changes(void)
{
	struct buf b;
	struct seen seen = {.max = 100};
	struct why why;
	int ends[2];
	make("tar", "zstd", three, 5, &b);
	REQUIRE(pipe(ends) == 0);
	REQUIRE(write(ends[1], b.p, b.n) == (ssize_t)b.n);
	close(ends[1]);
	buf_init(&seen.text, 1000);
	CHECK(archive_walk(ends[0], "pipe", see, &seen, &why) == ERR_OK && seen.visits == 3);
	close(ends[0]);
	int fd = file_of(buf_slice(&b));
	CHECK(lseek(fd, 5, SEEK_SET) == 5); // read from its start, whatever it stood at
	CHECK(archive_walk(fd, "file", see, &seen, &why) == ERR_OK && seen.visits == 6);
	CHECK(lseek(fd, 0, SEEK_CUR) == 5);
	seen.grows = fd;
	CHECK(archive_walk(fd, "file", see, &seen, &why) == ERR_AWAY);
	CHECK_TEXT(why.text, "file: changed while it was read");
	close(fd);
	buf_free(&seen.text);
	buf_free(&b);
}

const struct test tests[] = {
	{"tar and zip, each compression; names are names", archives},
	{"a zip as a stream", zip_as_a_stream},
	{"what is no archive is one member", plain},
	{"every prefix", truncation},
	{"damage, a folder, nothing", damage},
	{"compressed twice", twice_compressed},
	{"bombs", bombs},
	{"a bomb as a stream", bomb_as_a_stream},
	{"limits", limits},
	{"long and malformed names", names},
	{"a pipe; a file that changes", pipes_and_changes},
	{NULL, NULL},
};
