#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inventory/machine.h"
#include "inventory/packages.h"
#include "inventory/rpm_log.h"
#include "rpm_image.h"

static const struct rpm_fixture bash = {"bash", "5.1.8", "6.el9", "x86_64", "bash-5.1.8-6.el9.src.rpm", 0, 1700000000};
static const struct rpm_fixture libs = {"openssl-libs", "3.0.7", "27.el9", "x86_64", "openssl-3.0.7-27.el9.src.rpm", 1, 1700000100};
static const struct rpm_fixture perl = {"perl-Carp", "1.50", "460.el9", "noarch", "perl-5.32.1-481.el9.src.rpm", 2, 0};
static const struct rpm_fixture key = {"gpg-pubkey", "fd431d51", "4ae0493b", NULL, NULL, 0, 1700000200};

static void headers(void)
{
	struct buf b;
	struct rpm_header h;
	const char *rule;
	buf_init(&b, 1u << 16);
	rpm_put_header(&b, &libs);
	REQUIRE(rpm_header_parse(buf_slice(&b), &h, &rule));
	CHECK(slice_is_text(h.name, "openssl-libs") && slice_is_text(h.version, "3.0.7") && slice_is_text(h.release, "27.el9"));
	CHECK(slice_is_text(h.arch, "x86_64") && slice_is_text(h.sourcerpm, "openssl-3.0.7-27.el9.src.rpm") && h.vendor.n == 0);
	CHECK(h.has_epoch && h.epoch == 1 && h.installed == 1700000100);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *copy = malloc(n + 1);
		memcpy(copy, b.p, n);
		CHECK_SAY(!rpm_header_parse(slice_of(copy, n), &h, &rule) && rule != NULL, "%zu bytes", n);
		free(copy);
	}
	for (size_t i = 0; i < b.n * 8; i++) { // no bit of it leads outside
		uint8_t *copy = malloc(b.n);
		memcpy(copy, b.p, b.n);
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		bool ok = rpm_header_parse(slice_of(copy, b.n), &h, &rule);
		CHECK(ok == (rule == NULL));
		free(copy);
	}
	buf_free(&b);
}

static void refused_headers(void)
{
	static const struct {
		struct rpm_fixture f;
		const char *why;
	} rows[] = {
		{{NULL, "1", "1", NULL, NULL, 0, 0}, "no name"},
		{{"a", NULL, "1", NULL, NULL, 0, 0}, "no name, version"},
		{{"a", "1", NULL, NULL, NULL, 0, 0}, "or release"},
		{{"", "1", "1", NULL, NULL, 0, 0}, "no name"},
		{{"a b", "1", "1", NULL, NULL, 0, 0}, "not of ASCII without blanks"},
		{{"a", "1\n2", "1", NULL, NULL, 0, 0}, "a control character"},
		{{"a\xff", "1", "1", NULL, NULL, 0, 0}, "not UTF-8"},
	};
	struct rpm_header h;
	const char *rule;
	struct buf b;
	buf_init(&b, 1u << 20);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		rpm_put_header(&b, &rows[i].f);
		CHECK_SAY(!rpm_header_parse(buf_slice(&b), &h, &rule) && strstr(rule, rows[i].why) != NULL, "%zu: %s", i, rule);
	}
	// The name as a number, as two texts, outside the data, without its end.
	static const uint32_t entries[][4] = {{1000, 4, 0, 1}, {1000, 6, 0, 2}, {1000, 6, 8, 1}, {1000, 6, UINT32_MAX, 1}, {1000, 6, 5, 1},
	                                      {1003, 6, 0, 1}, {1003, 4, 0, 0}, {1003, 4, 2, 1}, {1003, 4, 6, 1}, {1003, 4, 8, 1},
	                                      {1003, 4, 12, 1}, {1008, 4, UINT32_MAX - 3, 1}};
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		buf_clear(&b);
		buf_put_u32(&b, 1);
		buf_put_u32(&b, 8);
		for (size_t k = 0; k < 4; k++)
			buf_put_u32(&b, entries[i][k]);
		buf_put(&b, "abc\0efgh", 8);
		CHECK_SAY(!rpm_header_parse(buf_slice(&b), &h, &rule) && strstr(rule, "no name, version") == NULL, "%zu: %s", i, rule);
	}
	static const uint32_t lengths[][2] = {{0, 0}, {0, 24}, {65536, 0}, {1, UINT32_MAX}, {UINT32_MAX, 8}, {1, 9}, {2, 8}};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		buf_clear(&b);
		buf_put_u32(&b, lengths[i][0]);
		buf_put_u32(&b, lengths[i][1]);
		buf_put_zeros(&b, 24);
		CHECK(!rpm_header_parse(buf_slice(&b), &h, &rule) && strstr(rule, "two lengths") != NULL);
	}
	buf_free(&b);
}

static void put_entry(struct buf *b, uint32_t tag, uint32_t type, uint32_t offset)
{
	buf_put_u32(b, tag);
	buf_put_u32(b, type);
	buf_put_u32(b, offset);
	buf_put_u32(b, 1);
}

// The name 60000 times, each of 64 MiB of blanks: refused for one. And as often, short: the last one counts.
static void header_written_often(void)
{
	enum { TIMES = 60000, BYTES = 64 << 20 };
	static const struct {
		uint32_t n;
		const char *rule;
	} rows[] = {{BYTES, "a text of more than 4096 bytes"}, {4097, "a text of more than 4096 bytes"}, {4096, NULL}};
	struct rpm_header h;
	struct buf b;
	buf_init(&b, BYTES + (TIMES + 3) * 16 + 16);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *rule;
		buf_clear(&b);
		buf_put_u32(&b, TIMES + 3);
		buf_put_u32(&b, rows[i].n + 4);
		for (uint32_t k = 0; k < TIMES; k++)
			put_entry(&b, 1000, 6, k == 0 ? rows[i].n : 0);
		put_entry(&b, 1001, 6, rows[i].n + 2);
		put_entry(&b, 1002, 6, rows[i].n + 2);
		put_entry(&b, 1009, 4, 1); // the size, not aligned: nobody's
		memset(buf_add(&b, rows[i].n), ' ', rows[i].n);
		b.p[b.n - 1] = 'n';
		buf_put(&b, "\0v1", 4);
		bool ok = rpm_header_parse(buf_slice(&b), &h, &rule);
		CHECK_SAY(ok == (rows[i].rule == NULL) && (ok || strcmp(rule, rows[i].rule) == 0), "%zu: %s", i, ok ? "accepted" : rule);
		CHECK(!ok || slice_is_text(h.name, "n"));
	}
	buf_free(&b);
}

static void sources(void)
{
	static const struct {
		const char *name, *version, *file, *source, *source_version; // source NULL: refused
	} rows[] = {
		{"bash", "5.1.8-6.el9", "bash-5.1.8-6.el9.src.rpm", "", ""},
		{"openssl-libs", "1:3.0.7-27.el9", "openssl-3.0.7-27.el9.src.rpm", "openssl", "1:3.0.7-27.el9"},
		{"perl-Carp", "2:1.50-460", "perl-5.32.1-481.src.rpm", "perl", "5.32.1-481"},
		{"a", "1-1", "a-b-c-1-1.nosrc.rpm", "a-b-c", "1-1"},
		{"a", "1-1", "", NULL, NULL}, {"a", "1-1", "a-1-1.rpm", NULL, NULL}, {"a", "1-1", "a-1.src.rpm", NULL, NULL},
		{"a", "1-1", "-1-1.src.rpm", NULL, NULL}, {"a", "1-1", "a--1.src.rpm", NULL, NULL}, {"a", "1-1", "a-1-.src.rpm", NULL, NULL},
		{"a", "1-1", ".src.rpm", NULL, NULL}, {"a", "1-1", "-.src.rpm", NULL, NULL}, {"a", "1-1", "a-1-1.src.rpmx", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct item item = {.name = slice_text(rows[i].name), .version = slice_text(rows[i].version)};
		bool ok = rpm_source(slice_text(rows[i].file), &item);
		CHECK_SAY(ok == (rows[i].source != NULL), "%s", rows[i].file);
		CHECK_SAY(!ok || (slice_is_text(item.source, rows[i].source) && slice_is_text(item.source_version, rows[i].source_version)), "%s", rows[i].file);
	}
}

static unsigned files_in(const char *folder)
{
	unsigned n = 0;
	char path[128];
	snprintf(path, sizeof path, "%s/%s", image, folder);
	DIR *d = opendir(path);
	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

#define MACHINE "machine m|rocky|9.4|Rocky Linux:9\n"
#define BASH "item package|Rocky Linux:9|bash|5.1.8-6.el9|||x86_64\n"
#define LIBS "item package|Rocky Linux:9|openssl-libs|1:3.0.7-27.el9|openssl|1:3.0.7-27.el9|x86_64\n"
#define PERL "item package|Rocky Linux:9|perl-Carp|2:1.50-460.el9|perl|5.32.1-481.el9|noarch\n"

static void a_database(void)
{
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	sqlite3 *db = rpm_create(database);
	REQUIRE(db != NULL && rpm_add(db, &bash) && rpm_add(db, &libs) && rpm_add(db, &key) && rpm_insert(db, SLICE_LITERAL("rubbish")) && rpm_add(db, &perl));
	CHECK(rpm_sql(db, "INSERT INTO Packages (blob) VALUES ('text')"));
	// Committed, in the log alone: whoever reads the file only would find nothing at all.
	CHECK_SAY(read_image(root, &r, &why) == ERR_OK, "%s", why.text);
	CHECK_TEXT(recorder_text(&r), MACHINE BASH LIBS "refused 4||its two lengths are not those of the header\n" PERL "refused 6||no header\n");
	CHECK(r.machine.updated == 1700000100); // a key is no package
	buf_free(&r.text);
	// Not committed: not there.
	CHECK(rpm_sql(db, "BEGIN; DELETE FROM Packages WHERE hnum > 2"));
	CHECK(read_image(root, &r, &why) == ERR_OK && r.items == 3);
	buf_free(&r.text);
	CHECK(rpm_sql(db, "COMMIT"));
	CHECK(read_image(root, &r, &why) == ERR_OK && r.items == 2 && r.refusals == 0);
	buf_free(&r.text);
	CHECK(rpm_sql(db, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM"));
	sqlite3_close(db);
	// A journal to be rolled back: what the file holds is half a transaction.
	int fd = openat(root, "var/lib/rpm/rpmdb.sqlite-journal", O_WRONLY | O_CREAT, 0644);
	CHECK(write(fd, "x", 1) == 1 && read_image(root, &r, &why) == ERR_AWAY && r.machines == 0);
	buf_free(&r.text);
	close(fd);
	CHECK(unlinkat(root, "var/lib/rpm/rpmdb.sqlite-journal", 0) == 0);
	unsigned before = files_in("var/lib/rpm");
	CHECK(read_image(root, &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), MACHINE BASH LIBS);
	CHECK_SAY(files_in("var/lib/rpm") == before, "reading left a file behind");
	buf_free(&r.text);
	image_free(root);
}

// An epoch of 0 and none at all; two versions of one package; packages of a module.
static void odd_packages(void)
{
	static const struct rpm_fixture rows[] = {
		{"kernel-core", "5.14.0", "1.el9", "x86_64", "kernel-5.14.0-1.el9.src.rpm", 0, 1700000000, NULL},
		{"kernel-core", "5.14.0", "2.el9", "x86_64", "kernel-5.14.0-2.el9.src.rpm", 0, 1700000000, NULL},
		{"nodejs", "18.19.0", "1.module+el9.3.0+1", "x86_64", "nodejs-18.19.0-1.module+el9.3.0+1.src.rpm", 1, 0, "nodejs:18:9030020240101:rhel9"},
		{"npm", "10.2.3", "1.module+el9.3.0+1", "x86_64", NULL, 1, 0, "nodejs:18:9030020240101:rhel9"},
	};
	int root = image_new();
	struct recorder r;
	struct buf zero;
	struct why why = {""};
	sqlite3 *db = rpm_create(database);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		REQUIRE(db != NULL && rpm_add(db, &rows[i]));
	buf_init(&zero, 1u << 16);
	rpm_put_header(&zero, &libs);
	for (size_t i = 0; i + 16 <= zero.n; i += 4) // the epoch's entry: where it lies there are four zeros instead
		if (memcmp(zero.p + i, "\0\0\003\353\0\0\0\004", 8) == 0) {
			size_t data = zero.n - ((size_t)zero.p[4] << 24 | (size_t)zero.p[5] << 16 | (size_t)zero.p[6] << 8 | zero.p[7]);
			zero.p[data + ((size_t)zero.p[i + 10] << 8 | zero.p[i + 11]) + 3] = 0;
			break;
		}
	REQUIRE(rpm_insert(db, buf_slice(&zero)));
	buf_free(&zero);
	sqlite3_close(db);
	CHECK_SAY(read_image(root, &r, &why) == ERR_OK, "%s", why.text);
	CHECK_TEXT(recorder_text(&r), MACHINE "item package|Rocky Linux:9|kernel-core|5.14.0-1.el9|kernel|5.14.0-1.el9|x86_64\n"
	                                      "item package|Rocky Linux:9|kernel-core|5.14.0-2.el9|kernel|5.14.0-2.el9|x86_64\n"
	                                      "item package|Rocky Linux:9|nodejs|1:18.19.0-1.module+el9.3.0+1|||x86_64\n"
	                                      "item package|Rocky Linux:9|npm|1:10.2.3-1.module+el9.3.0+1|||x86_64\n"
	                                      "item package|Rocky Linux:9|openssl-libs|0:3.0.7-27.el9|openssl|0:3.0.7-27.el9|x86_64\n"
	                                      "note 0|2 packages of modules|the version that cures a flaw may be that of another stream\n");
	buf_free(&r.text);
	image_free(root);
}

static void not_databases(void)
{
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	sqlite3 *db = NULL;
	CHECK(sqlite3_open(database, &db) == SQLITE_OK && rpm_sql(db, "CREATE TABLE a (b)"));
	CHECK(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no table Packages") != NULL);
	buf_free(&r.text);
	CHECK(rpm_sql(db, "CREATE VIEW Packages AS SELECT 1 AS hnum, x'00' AS blob"));
	CHECK_SAY(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no table Packages") != NULL, "%s", why.text);
	buf_free(&r.text);
	CHECK(rpm_sql(db, "DROP VIEW Packages; CREATE TABLE Packages (c)"));
	CHECK_SAY(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no such column") != NULL, "%s", why.text);
	buf_free(&r.text);
	sqlite3_close(db);
	static const char *const texts[] = {"", "SQLite format 3", "rubbish that is longer than a header of SQLite, rubbish that is longer than a header of SQLite"};
	for (size_t i = 0; i < 3; i++) {
		int fd = open(database, O_WRONLY | O_TRUNC);
		CHECK(write(fd, texts[i], strlen(texts[i])) == (ssize_t)strlen(texts[i]));
		close(fd);
		CHECK(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no SQLite database") != NULL);
		buf_free(&r.text);
	}
	CHECK(unlink(database) == 0);
	close(openat(root, "var/lib/rpm/Packages", O_CREAT | O_WRONLY, 0644));
	CHECK(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no SQLite database, no ndb and no Berkeley DB") != NULL);
	buf_free(&r.text);
	CHECK(unlinkat(root, "var/lib/rpm/Packages", 0) == 0);
	CHECK(read_image(root, &r, &why) == ERR_ABSENT);
	buf_free(&r.text);
	image_free(root);
}

// Cut or changed anywhere: an error, or items that are whole; never a crash. The log likewise: only whole commits count.
static void damaged(void)
{
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	size_t n, log_n;
	sqlite3 *db = rpm_create(database);
	for (unsigned i = 0; i < 60; i++)
		REQUIRE(db != NULL && rpm_add(db, &libs));
	char log_path[160];
	snprintf(log_path, sizeof log_path, "%s-wal", database);
	unsigned char *log = test_read(log_path, &log_n);
	CHECK(rpm_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	sqlite3_close(db);
	unsigned char *bytes = test_read(database, &n);
	REQUIRE(bytes != NULL && log != NULL && log_n > 4096);
	for (size_t i = 0; i < n; i += 61) {
		int fd = open(database, O_WRONLY | O_TRUNC);
		bytes[i] ^= 0xff;
		CHECK(write(fd, bytes, n) == (ssize_t)n && (i % 2 == 0 || ftruncate(fd, (off_t)i) == 0));
		bytes[i] ^= 0xff;
		close(fd);
		enum err e = read_image(root, &r, &why);
		CHECK_SAY(e == ERR_OK || e == ERR_INPUT, "%s: %s", err_name(e), why.text);
		buf_free(&r.text);
	}
	struct buf file;
	buf_init(&file, 1u << 20);
	for (size_t cut = 0; cut < log_n; cut += 977) {
		buf_clear(&file);
		CHECK(rpm_log_apply(&file, slice_of(log, cut), 1u << 20, &why) == ERR_OK && file.n % 4096 == 0);
	}
	buf_clear(&file);
	CHECK(rpm_log_apply(&file, slice_of(log, log_n), 1u << 20, &why) == ERR_OK && file.n > 0);
	size_t all = file.n;
	buf_clear(&file);
	CHECK(rpm_log_apply(&file, slice_of(log, log_n), all - 1, &why) == ERR_LIMIT);
	// A database of pages of another size: it is not this one's log.
	for (uint32_t size = 512; size <= 65536; size *= 2) {
		buf_clear(&file);
		buf_put(&file, bytes, 100);
		buf_put_zeros(&file, n - 100);
		file.p[16] = size == 65536 ? 0 : (uint8_t)(size >> 8);
		file.p[17] = size == 65536;
		CHECK(rpm_log_apply(&file, slice_of(log, log_n), 1u << 20, &why) == ERR_OK);
		CHECK_SAY((file.n == n && memcmp(file.p + 100, bytes + 100, n - 100) == 0) == (size == 4096), "pages of %u", size);
	}
	for (size_t i = 0; i < 32; i++) { // its head: another log, or none
		buf_clear(&file);
		log[i] ^= 1;
		CHECK(rpm_log_apply(&file, slice_of(log, log_n), 1u << 20, &why) == ERR_OK && file.n == 0);
		log[i] ^= 1;
	}
	buf_free(&file);
	free(bytes);
	free(log);
	image_free(root);
}

// Lays a chain through pages of a B-tree's inside: all that the first points to is the second, and so on; the last one's is a leaf.
// Of `from` and the others, the first page with the kind of an inner page of a table. A small file is then a tree of 60^n leaves.
static void chain_pages(uint8_t *bytes, size_t n, size_t from, size_t page_bytes)
{
	size_t last = from, leaf = 0, inner = 0;
	for (size_t page = 2; page <= n / page_bytes && inner < 12; page++) {
		const uint8_t *p = bytes + (page - 1) * page_bytes;
		leaf = *p == 13 ? page : leaf;
		inner += *p == 5;
	}
	for (size_t page = 2; page <= n / page_bytes + 1; page++) {
		bool end = page > n / page_bytes || inner == 0;
		if (!end && (bytes[(page - 1) * page_bytes] != 5 || page == from))
			continue;
		uint8_t *p = bytes + (last - 1) * page_bytes, *head = last == 1 ? p + 100 : p;
		size_t cells = (size_t)head[3] << 8 | head[4], to = end ? leaf : page;
		for (size_t i = 0; i <= cells; i++) {
			uint8_t *at = i == cells ? head + 8 : p + ((size_t)head[12 + 2 * i] << 8 | head[13 + 2 * i]);
			for (size_t k = 0; k < 4; k++)
				at[k] = (uint8_t)(to >> (24 - 8 * k));
		}
		if (end)
			return;
		last = page;
		inner--;
	}
}

// The tree of the packages, and that of the schema: each would be read for longer than anybody waits.
static void pages_used_often(void)
{
	static const char *const rules[] = {"its rows are larger than it", "a schema without end"};
	for (unsigned schema = 0; schema < 2; schema++) {
		int root = image_new();
		struct recorder r;
		struct why why = {""};
		size_t n, from = 1;
		sqlite3 *db = NULL;
		sqlite3_stmt *q = NULL;
		REQUIRE(sqlite3_open(database, &db) == SQLITE_OK && rpm_sql(db, "PRAGMA page_size = 512; BEGIN; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)"));
		for (unsigned i = 0; i < 3000; i++) {
			char sql[96];
			snprintf(sql, sizeof sql, schema ? "CREATE TABLE t%u (a)" : "INSERT INTO Packages VALUES (%u, zeroblob(200))", i + 1);
			CHECK(rpm_sql(db, sql));
		}
		CHECK(rpm_sql(db, "COMMIT"));
		CHECK(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'Packages'", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW);
		if (!schema)
			from = (size_t)sqlite3_column_int(q, 0);
		sqlite3_finalize(q);
		sqlite3_close(db);
		uint8_t *bytes = test_read(database, &n);
		REQUIRE(bytes != NULL);
		chain_pages(bytes, n, from, 512);
		int fd = open(database, O_WRONLY | O_TRUNC);
		CHECK(write(fd, bytes, n) == (ssize_t)n);
		close(fd);
		free(bytes);
		CHECK_SAY(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, rules[schema]) != NULL && r.machines == 0, "%s", why.text);
		buf_free(&r.text);
		image_free(root);
	}
}

// Columns that are computed when they are read, by what the schema says.
static void computed_columns(void)
{
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	sqlite3 *db = NULL;
	REQUIRE(sqlite3_open(database, &db) == SQLITE_OK && rpm_sql(db, "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, n, blob AS (length(hex(zeroblob(n)))))") &&
	        rpm_sql(db, "INSERT INTO Packages (n) VALUES (100000000)"));
	sqlite3_close(db);
	CHECK_SAY(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "no table Packages") != NULL, "%s", why.text);
	buf_free(&r.text);
	image_free(root);
}

// Another process installs and removes: pairs of packages in one transaction each, the log brought home now and then.
static void while_written(void)
{
	int root = image_new(), ready[2];
	struct why why = {""};
	char byte = 0;
	unsigned read_whole = 0;
	REQUIRE(pipe(ready) == 0);
	pid_t child = fork();
	if (child == 0) {
		sqlite3 *db = rpm_create(database);
		for (unsigned i = 0;; i++) {
			bool ok = rpm_sql(db, "BEGIN") && rpm_add(db, &bash) && rpm_add(db, &libs) && rpm_sql(db, "COMMIT") &&
			          (i % 7 != 0 || rpm_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)")) &&
			          (i % 20 != 19 || rpm_sql(db, "DELETE FROM Packages"));
			if (!ok || (i == 3 && write(ready[1], "x", 1) != 1))
				_exit(1);
		}
	}
	REQUIRE(read(ready[0], &byte, 1) == 1);
	for (unsigned i = 0; i < 100; i++) {
		struct recorder r;
		enum err e = read_image(root, &r, &why);
		CHECK_SAY(e == ERR_OK || e == ERR_AWAY, "%s: %s", err_name(e), why.text);
		CHECK_SAY(e != ERR_OK || (r.items % 2 == 0 && r.refusals == 0), "%u items", r.items);
		read_whole += e == ERR_OK;
		buf_free(&r.text);
	}
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	close(ready[0]), close(ready[1]);
	struct recorder r;
	CHECK_SAY(read_image(root, &r, &why) == ERR_OK && r.items % 2 == 0, "%s", why.text); // killed in the middle: the log as it was left
	buf_free(&r.text);
	printf("  %u of 100 readings while it was written\n", read_whole);
	image_free(root);
}

const struct test tests[] = {
	{"headers, truncated and changed at every place", headers},
	{"headers that are refused", refused_headers},
	{"a header with a tag many times", header_written_often},
	{"source packages", sources},
	{"a database, its log, nothing left behind", a_database},
	{"epochs, kernels, modules", odd_packages},
	{"what is no database", not_databases},
	{"damaged", damaged},
	{"pages of SQLite that are used often", pages_used_often},
	{"columns that are computed", computed_columns},
	{"while it is written", while_written},
	{NULL, NULL},
};
