#include "sample.h"

#include <sqlite3.h> // to damage and to age a store behind its back

// --- Opening ------------------------------------------------------------------------------------------------------------------

static void alter(const char *directory, const char *sql)
{
	char path[FILE_PATH_MAX];
	sqlite3 *db = NULL;
	REQUIRE(file_path(path, directory, "store.sqlite", &why) == ERR_OK);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void test_kinds_and_versions(void)
{
	static const struct {
		enum store_of made, opened;
		const char *sql;
		enum err want;
		const char *says;
	} rows[] = {
		{STORE_HUB, STORE_HUB, "", ERR_OK, ""},
		{STORE_KEEPER, STORE_KEEPER, "", ERR_OK, ""},
		{STORE_MEMBER, STORE_MEMBER, "", ERR_OK, ""},
		{STORE_MEMBER, STORE_KEEPER, "", ERR_INPUT, "this is a member's store, not a keeper's"},
		{STORE_KEEPER, STORE_MEMBER, "", ERR_INPUT, "this is a keeper's store, not a member's"},
		{STORE_KEEPER, STORE_HUB, "", ERR_INPUT, "this is a keeper's store, not a hub's"},
		{STORE_HUB, STORE_KEEPER, "", ERR_INPUT, "this is a hub's store, not a keeper's"},
		{STORE_HUB, STORE_HUB, "PRAGMA application_id = 7", ERR_INPUT, "somebody else's"},
		{STORE_HUB, STORE_HUB, "PRAGMA user_version = 2", ERR_INPUT, "newer version (schema 2, this program knows up to 1)"},
		{STORE_HUB, STORE_HUB, "PRAGMA user_version = 0", ERR_SYSTEM, "damaged"},
		{STORE_HUB, STORE_HUB, "PRAGMA user_version = -1", ERR_SYSTEM, "damaged"},
		{STORE_HUB, STORE_HUB, "DELETE FROM node WHERE level = 0", ERR_SYSTEM, "the ledger is damaged"},
		{STORE_KEEPER, STORE_KEEPER, "UPDATE value SET bytes = x'00'", ERR_SYSTEM, "the frontier is damaged"},
		{STORE_HUB, STORE_HUB, "PRAGMA application_id = 0; PRAGMA user_version = 0", ERR_INPUT, "somebody else's"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *directory = sample_directory();
		uint64_t index;
		struct store *s = sample_open(directory, rows[i].made);
		CHECK(store_begin(s, &why) == ERR_OK);
		enum err e = rows[i].made == STORE_HUB ? store_leaf_add(s, SLICE_LITERAL("\x41leaf"), &index, &why)
		                                       : store_leaf_follow(s, SLICE_LITERAL("\x01leaf"), &index, &why);
		CHECK(e == ERR_OK && store_commit(s, &why) == ERR_OK);
		store_close(s);
		if (rows[i].sql[0] != 0)
			alter(directory, rows[i].sql);
		s = NULL;
		e = store_open(directory, rows[i].opened, &s, &why);
		CHECK_SAY(e == rows[i].want, "row %zu: %s", i, why.text);
		CHECK_SAY(e == ERR_OK || strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		CHECK((e == ERR_OK) == (s != NULL));
		store_close(s);
		sample_remove(directory);
	}
}

static void test_files(void)
{
	const char *directory = sample_directory();
	char path[FILE_PATH_MAX];
	struct store *s = sample_open(directory, STORE_HUB), *none = NULL;
	CHECK(store_begin(s, &why) == ERR_OK && store_value_put(s, "a", SLICE_LITERAL("b"), &why) == ERR_OK && store_commit(s, &why) == ERR_OK);
	struct stat st;
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/store.sqlite%s", directory, (const char *[]){"", "-wal", "-shm"}[i]);
		CHECK_SAY(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "%s", path);
	}
	store_close(s);
	snprintf(path, sizeof path, "%s/none", directory);
	CHECK(store_open(path, STORE_HUB, &none, &why) == ERR_SYSTEM);
	snprintf(path, sizeof path, "%s/store.sqlite", directory);
	CHECK(file_write(path, SLICE_LITERAL("this is a text of some length, and no store of anything at all"), FILE_SECRET, &why) == ERR_OK);
	CHECK(store_open(directory, STORE_HUB, &none, &why) == ERR_SYSTEM);
	CHECK_SAY(strstr(why.text, "damaged") != NULL, "%s", why.text);
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK(store_open(directory, STORE_HUB, &none, &why) == ERR_SYSTEM);
	CHECK(none == NULL);
	rmdir(path);
	sample_remove(directory);
}

// As somebody whom the modes bind.
static void open_without_rights(const char *directory)
{
	struct store *s = NULL;
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		_exit(2);
	_exit(store_open(directory, STORE_HUB, &s, &why) == ERR_SYSTEM && s == NULL ? 0 : 1);
}

static void test_read_only(void)
{
	char path[FILE_PATH_MAX];
	const char *directory = sample_directory();
	CHECK(chmod(directory, 0555) == 0);
	CHECK(sample_child(open_without_rights, directory) == 0);
	CHECK(chmod(directory, 0755) == 0);
	store_close(sample_open(directory, STORE_HUB));
	snprintf(path, sizeof path, "%s/store.sqlite", directory);
	CHECK(chmod(path, 0444) == 0); // SQLite alone would open it for reading
	CHECK(chmod(directory, 0777) == 0);
	CHECK(sample_child(open_without_rights, directory) == 0);
	CHECK(chmod(directory, 0700) == 0);
	sample_remove(directory);
}

// --- Broken invariants --------------------------------------------------------------------------------------------------------

static void put_outside(const char *directory)
{
	(void)!store_value_put(sample_open(directory, STORE_HUB), "a", SLICE_LITERAL("b"), &why);
}

static void done_outside(const char *directory)
{
	(void)!store_batch_done(sample_open(directory, STORE_HUB), 1, &why);
}

static void forget_outside(const char *directory)
{
	(void)!store_forget(sample_open(directory, STORE_HUB), 1, &why);
}

static void begin_twice(const char *directory)
{
	struct store *s = sample_open(directory, STORE_HUB);
	(void)!store_begin(s, &why);
	(void)!store_begin(s, &why);
}

static void commit_nothing(const char *directory)
{
	(void)!store_commit(sample_open(directory, STORE_HUB), &why);
}

static void follow_at_hub(const char *directory)
{
	uint64_t index;
	struct store *s = sample_open(directory, STORE_HUB);
	(void)!store_begin(s, &why);
	(void)!store_leaf_follow(s, SLICE_LITERAL("a"), &index, &why);
}

static void card_at_hub(const char *directory)
{
	static const uint8_t card_id[CARD_ID];
	struct slice card, credential;
	(void)!store_card_get(sample_open(directory, STORE_HUB), card_id, &card, &credential, &why);
}

static void test_invariants(void)
{
	static void (*const rows[])(const char *) = {put_outside, done_outside, forget_outside, begin_twice, commit_nothing, follow_at_hub,
	                                             card_at_hub};
	const char *directory = sample_directory();
	store_close(sample_open(directory, STORE_HUB));
	CHECK(freopen("/dev/null", "w", stderr) != NULL); // seven broken invariants say so
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(sample_child(rows[i], directory) == -6, "row %zu", i); // SIGABRT
	sample_remove(directory);
}

const struct test tests[] = {
	{"kinds_and_versions", test_kinds_and_versions},
	{"files", test_files},
	{"read_only", test_read_only},
	{"invariants", test_invariants},
	{NULL, NULL},
};
