// Snapshots, copies, verification, and the steps from an older schema.
#include "sample.h"

#include "store/sqlite.h" // the steps of the schema, and to damage a store behind its back

static void file_one(struct store *s, uint64_t number)
{
	uint64_t index;
	CHECK(store_begin(s, &why) == ERR_OK && store_leaf_add(s, SLICE_LITERAL("\x41leaf"), &index, &why) == ERR_OK);
	CHECK_SAY(sample_add(s, number) == ERR_OK && store_commit(s, &why) == ERR_OK, "%s", why.text);
}

static struct store *snapshot_of(const char *directory)
{
	struct store *s = NULL;
	CHECK_SAY(store_open_snapshot(directory, STORE_HUB, &s, &why) == ERR_OK, "%s", why.text);
	return s;
}

// What is written after its moment is not there, through as many commits as there are; the owner is never held up.
static void a_snapshot_is_one_moment(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t count = 0;
	for (uint64_t i = 1; i <= 3; i++)
		file_one(s, i);
	struct store *at = snapshot_of(directory);
	REQUIRE(at != NULL);
	for (uint64_t i = 4; i <= 40; i++)
		file_one(s, i);
	CHECK(store_record_count(at, &count, &why) == ERR_OK && count == 3 && store_frontier(at)->size == 3);
	CHECK(sample_is_here(at, 3) && !sample_is_here(at, 4));
	CHECK(store_record_count(s, &count, &why) == ERR_OK && count == 40);
	store_close(at);
	store_close(s);
	at = snapshot_of(directory); // nobody else has it open
	CHECK(at != NULL && store_verify(at, &why) == ERR_OK && store_frontier(at)->size == 40);
	store_close(at);
	sample_remove(directory);
}

static void a_copy_is_the_snapshots_moment(void)
{
	char copies[] = "/tmp/tocsin-copy-XXXXXX";
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB), *copy = NULL;
	uint64_t count = 0, last = 0;
	REQUIRE(mkdtemp(copies) != NULL);
	for (uint64_t i = 1; i <= 7; i++)
		file_one(s, i);
	struct store *at = snapshot_of(directory);
	REQUIRE(at != NULL);
	file_one(s, 8);
	CHECK_SAY(store_backup(at, copies, &why) == ERR_OK, "%s", why.text);
	CHECK(store_backup(at, copies, &why) == ERR_EXISTS);
	CHECK(store_backup(at, "/nonexistent/folder", &why) != ERR_OK);
	store_close(at);
	copy = sample_open(copies, STORE_HUB);
	CHECK(store_record_count(copy, &count, &why) == ERR_OK && count == 7 && sample_is_here(copy, 7) && !sample_is_here(copy, 8));
	CHECK(store_batch_count(copy, &count, &why) == ERR_OK && store_batch_last(copy, &last, &why) == ERR_OK);
	CHECK(count == 7 && last == 7); // 1, 2, 0, 1, 2, 0, 1 batches
	CHECK(store_verify(copy, &why) == ERR_OK);
	store_close(copy);
	store_close(s);
	sample_remove(copies);
	sample_remove(directory);
}

static void numbers_are_never_given_twice(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t count = 1, last = 1;
	CHECK(store_batch_count(s, &count, &why) == ERR_OK && count == 0 && store_batch_last(s, &last, &why) == ERR_OK && last == 0);
	file_one(s, 2);
	CHECK(store_begin(s, &why) == ERR_OK && store_batch_done(s, 1, &why) == ERR_OK && store_batch_done(s, 2, &why) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(store_batch_count(s, &count, &why) == ERR_OK && count == 0 && store_batch_last(s, &last, &why) == ERR_OK && last == 2);
	store_close(s);
	sample_remove(directory);
}

static void alter(const char *directory, const char *sql)
{
	char path[FILE_PATH_MAX];
	sqlite3 *db = NULL;
	REQUIRE(file_path(path, directory, "store.sqlite", &why) == ERR_OK);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK_SAY(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void refused(void)
{
	static const struct {
		enum store_of kind;
		const char *sql;
		enum err opens, verifies;
		const char *says;
	} rows[] = {
		{STORE_HUB, "", ERR_OK, ERR_OK, ""},
		{STORE_KEEPER, "", ERR_INPUT, ERR_OK, "this is a hub's store, not a keeper's"},
		{STORE_HUB, "PRAGMA user_version = 2", ERR_INPUT, ERR_OK, "newer version"},
		{STORE_HUB, "PRAGMA user_version = 0", ERR_SYSTEM, ERR_OK, "damaged"},
		{STORE_HUB, "PRAGMA foreign_keys = OFF; INSERT INTO batch (record, sealed) VALUES (999, x'00')", ERR_OK, ERR_SYSTEM, "of batch belongs to nothing"},
		{STORE_HUB, "PRAGMA foreign_keys = OFF; DELETE FROM record WHERE sequence = 1", ERR_OK, ERR_SYSTEM, "belongs to nothing"},
		{STORE_HUB, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'receipt'", ERR_OK, ERR_SYSTEM, "damaged"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *directory = sample_directory();
		struct store *s = sample_open(directory, STORE_HUB);
		file_one(s, 1);
		store_close(s);
		if (rows[i].sql[0] != 0)
			alter(directory, rows[i].sql);
		s = NULL;
		why.text[0] = 0;
		enum err e = store_open_snapshot(directory, rows[i].kind, &s, &why);
		CHECK_SAY(e == rows[i].opens && (e == ERR_OK) == (s != NULL), "row %zu: %s", i, why.text);
		if (e == ERR_OK)
			CHECK_SAY(store_verify(s, &why) == rows[i].verifies, "row %zu: %s", i, why.text);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		store_close(s);
		sample_remove(directory);
	}
	struct store *none = NULL;
	const char *directory = sample_directory();
	CHECK(store_open_snapshot(directory, STORE_HUB, &none, &why) == ERR_ABSENT && none == NULL);
	sample_remove(directory);
}

static void write_to_a_snapshot(const char *directory)
{
	struct store *s = snapshot_of(directory);
	_exit(store_begin(s, &why) == ERR_OK ? 0 : 1); // the second BEGIN is refused by SQLite
}

static void a_snapshot_cannot_be_written(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	file_one(s, 1);
	store_close(s);
	CHECK(sample_child(write_to_a_snapshot, directory) != 0);
	sample_remove(directory);
}

// --- Schema ---------------------------------------------------------------------------------------------------------------------

// A later program's second and third step; the middle one of `broken` fails.
static const struct store_step later[] = {
	{NULL, NULL},
	{"ALTER TABLE bulletin ADD COLUMN made INTEGER NOT NULL DEFAULT 0", "CREATE TABLE more (a INTEGER) STRICT"},
	{"UPDATE bulletin SET made = 7; CREATE INDEX bulletin_made ON bulletin (made)", "INSERT INTO more VALUES (3)"},
};
static const struct store_step broken[] = {{NULL, NULL}, {"CREATE TABLE more (a INTEGER) STRICT", ""}, {"INSERT INTO nowhere VALUES (1)", ""}};

static int64_t number(struct store *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return v;
}

// This schema is the older one of the steps above: all that was filed is there afterwards, and this program refuses the result.
static void an_older_store_is_upgraded(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	for (uint64_t i = 1; i <= 3; i++)
		file_one(s, i);
	CHECK_SAY(store_upgrade(s, later, STORE_SCHEMA, STORE_SCHEMA + 2, &why) == ERR_OK, "%s", why.text);
	CHECK(number(s, "PRAGMA user_version") == STORE_SCHEMA + 2);
	CHECK(number(s, "SELECT count(made) FROM bulletin") == 0 && number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'bulletin_made'") == 1);
	for (uint64_t i = 1; i <= 3; i++)
		CHECK(sample_is_here(s, i));
	CHECK(store_verify(s, &why) == ERR_OK);
	store_close(s);
	s = NULL;
	CHECK(store_open(directory, STORE_HUB, &s, &why) == ERR_INPUT && s == NULL && strstr(why.text, "made by a newer version") != NULL);
	CHECK(store_open_snapshot(directory, STORE_HUB, &s, &why) == ERR_INPUT && s == NULL);
	sample_remove(directory);
}

static void a_step_that_fails_undoes_all(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	file_one(s, 1);
	CHECK(store_upgrade(s, broken, STORE_SCHEMA, STORE_SCHEMA + 2, &why) == ERR_SYSTEM);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(number(s, "PRAGMA user_version") == STORE_SCHEMA && number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0);
	CHECK(sample_is_here(s, 1));
	store_close(s);
	sample_remove(directory);
}

// The keeper's steps are its own.
static void a_keepers_store_too(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_KEEPER);
	CHECK_SAY(store_upgrade(s, later, STORE_SCHEMA, STORE_SCHEMA + 2, &why) == ERR_OK, "%s", why.text);
	CHECK(number(s, "SELECT a FROM more") == 3);
	store_close(s);
	sample_remove(directory);
}

const struct test tests[] = {
	{"a_snapshot_is_one_moment", a_snapshot_is_one_moment},
	{"a_copy_is_the_snapshots_moment", a_copy_is_the_snapshots_moment},
	{"numbers_are_never_given_twice", numbers_are_never_given_twice},
	{"refused", refused},
	{"a_snapshot_cannot_be_written", a_snapshot_cannot_be_written},
	{"an_older_store_is_upgraded", an_older_store_is_upgraded},
	{"a_step_that_fails_undoes_all", a_step_that_fails_undoes_all},
	{"a_keepers_store_too", a_keepers_store_too},
	{NULL, NULL},
};
