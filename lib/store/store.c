#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite.h"
#include "sys/file.h"

#define FILE_NAME "store.sqlite"
#define APPLICATION 0x54530000      // application_id: "TS", then the kind
#define SNAPSHOT_WAIT_MS 5000       // for the owner to finish what a reader may not see half of (recovery, the last closing)
#define JOURNAL_MAX "67108864"      // bytes that the write-ahead log may keep after a checkpoint
#define CACHE_KIB "8192" // ids are random, so every record changes pages all over the indices: they stay in memory

// --- Errors -------------------------------------------------------------------------------------------------------------------

static const char *cause_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL: return "the disk is full";
	case SQLITE_READONLY: return "the store cannot be written";
	case SQLITE_IOERR: return "the disk failed";
	case SQLITE_CANTOPEN: return "the file cannot be opened";
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return "the file is damaged";
	case SQLITE_BUSY: case SQLITE_LOCKED: return "another process uses it";
	case SQLITE_NOMEM: return "no memory";
	default: return "refused";
	}
}

enum err store_fail(struct store *s, struct why *why, const char *doing)
{
	const int last = errno; // SQLite keeps none of a write that failed
	int rc = sqlite3_extended_errcode(s->db), error = sqlite3_system_errno(s->db);
	if (error == 0 && (rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_TRUNCATE))
		error = last;
	s->broken = s->writing;
	bool disk = (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN;
	return why_set(why, ERR_SYSTEM, "store: %s: %s: %s%s%s (%d)", doing, cause_of(rc), sqlite3_errmsg(s->db),
	               disk && error != 0 ? ": " : "", disk && error != 0 ? strerror(error) : "", rc);
}

enum err store_damaged(struct store *s, struct why *why, const char *what)
{
	s->broken = s->writing;
	return why_set(why, ERR_SYSTEM, "store: %s is damaged", what);
}

// --- Queries ------------------------------------------------------------------------------------------------------------------

// Ends the life of slices given out.
static void settle(struct store *s)
{
	if (s->lent != NULL)
		(void)sqlite3_reset(s->lent); // says again what the last step said
	s->lent = NULL;
}

struct query query_of(struct store *s, enum statement which)
{
	settle(s);
	struct query q = {.s = s};
	sqlite3_stmt **kept = &s->statement[which];
	if (*kept == NULL)
		q.rc = sqlite3_prepare_v3(s->db, store_sql[which], -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
	q.st = *kept;
	if (q.st != NULL) {
		INVARIANT(sqlite3_stmt_busy(q.st) == 0); // no operation is asked again from within its own callback
		INVARIANT(s->writing || sqlite3_stmt_readonly(q.st) != 0);
	}
	return q;
}

void query_u64(struct query *q, uint64_t v)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_int64(q->st, ++q->parameter, (sqlite3_int64)v);
}

void query_blob(struct query *q, struct slice v)
{
	if (q->rc == SQLITE_OK) // a NULL pointer would bind NULL
		q->rc = sqlite3_bind_blob64(q->st, ++q->parameter, v.p != NULL ? (const void *)v.p : "", v.n, SQLITE_STATIC);
}

void query_text(struct query *q, const char *v)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_text(q->st, ++q->parameter, v, -1, SQLITE_STATIC);
}

void query_end(struct query *q)
{
	if (q->st == NULL)
		return;
	(void)sqlite3_reset(q->st); // says again what the last step said
	(void)sqlite3_clear_bindings(q->st); // always SQLITE_OK
}

enum err query_row(struct query *q, struct why *why)
{
	// After a full disk SQLite has rolled back by itself: another write would be a transaction of its own.
	if (q->s->broken && q->st != NULL && sqlite3_stmt_readonly(q->st) == 0) {
		query_end(q);
		return why_set(why, ERR_SYSTEM, "store: something failed in this transaction: nothing of it is kept");
	}
	if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
		q->rc = sqlite3_step(q->st);
	if (q->rc == SQLITE_ROW)
		return ERR_OK;
	enum err e = q->rc == SQLITE_DONE ? ERR_ABSENT : store_fail(q->s, why, q->st != NULL ? sqlite3_sql(q->st) : "preparing");
	query_end(q);
	return e;
}

enum err query_run(struct query *q, struct why *why)
{
	enum err e = query_row(q, why);
	INVARIANT(e != ERR_OK); // no rows
	return e == ERR_ABSENT ? ERR_OK : e;
}

void query_lend(struct query *q)
{
	q->s->lent = q->st;
}

uint64_t column_u64(const struct query *q, int column)
{
	return (uint64_t)sqlite3_column_int64(q->st, column);
}

struct slice column_blob(const struct query *q, int column)
{
	const void *p = sqlite3_column_blob(q->st, column);
	return slice_of(p, (size_t)sqlite3_column_bytes(q->st, column));
}

enum err column_copy(const struct query *q, int column, void *to, size_t n, struct why *why)
{
	struct slice got = column_blob(q, column);
	if (got.n != n || got.p == NULL)
		return store_damaged(q->s, why, sqlite3_column_name(q->st, column));
	memcpy(to, got.p, n);
	return ERR_OK;
}

enum err store_number(struct store *s, enum statement which, uint64_t *v, struct why *why)
{
	struct query q = query_of(s, which);
	enum err e = query_row(&q, why);
	if (e != ERR_OK)
		return e;
	*v = column_u64(&q, 0);
	query_end(&q);
	return ERR_OK;
}

// --- Transactions -------------------------------------------------------------------------------------------------------------

static enum err control(struct store *s, enum statement which, struct why *why)
{
	struct query q = query_of(s, which);
	return query_run(&q, why);
}

enum err store_begin(struct store *s, struct why *why)
{
	INVARIANT(!s->writing);
	s->writing = true;
	enum err e = control(s, SQL_BEGIN, why);
	s->writing = e == ERR_OK;
	s->broken = s->followed = false;
	s->before = s->frontier;
	return e;
}

void store_rollback(struct store *s)
{
	if (!s->writing)
		return;
	settle(s);
	// SQLite may have rolled back by itself (disk full). What cannot be rolled back here is by closing, and was never committed.
	if (sqlite3_get_autocommit(s->db) == 0 && control(s, SQL_ROLLBACK, NULL) != ERR_OK)
		INVARIANT(sqlite3_get_autocommit(s->db) != 0);
	s->frontier = s->before;
	s->writing = s->broken = s->followed = false;
}

enum err store_commit(struct store *s, struct why *why)
{
	INVARIANT(s->writing);
	enum err e = s->broken ? why_set(why, ERR_SYSTEM, "store: something failed in this transaction: nothing of it is kept") : ERR_OK;
	if (e == ERR_OK && s->followed)
		e = store_frontier_save(s, why);
	if (e == ERR_OK)
		e = control(s, SQL_COMMIT, why);
	if (e != ERR_OK) {
		store_rollback(s);
		return e;
	}
	s->writing = s->followed = false;
	return ERR_OK;
}

// --- Opening ------------------------------------------------------------------------------------------------------------------

static enum err execute(struct store *s, const char *sql, struct why *why)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : store_fail(s, why, "opening");
}

// The first column of the first row of a PRAGMA, as a number or as text.
static enum err ask(struct store *s, const char *sql, int64_t *number, const char *want, struct why *why)
{
	sqlite3_stmt *st = NULL;
	enum err e = ERR_OK;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
		e = store_fail(s, why, "opening");
	else if (want == NULL)
		*number = sqlite3_column_int64(st, 0);
	else if (!slice_is_text(slice_of(sqlite3_column_text(st, 0), (size_t)sqlite3_column_bytes(st, 0)), want))
		e = why_set(why, ERR_SYSTEM, "store: opening: %s was refused", sql);
	(void)sqlite3_finalize(st); // says again what the last step said
	return e;
}

static const char *kind_name(int64_t application)
{
	if (application == (APPLICATION | STORE_HUB))
		return "a hub's";
	if (application == (APPLICATION | STORE_MEMBER))
		return "a member's";
	return application == (APPLICATION | STORE_KEEPER) ? "a keeper's" : "somebody else's";
}

// Of what schema the store is (0: empty), before anything in the file is touched.
static enum err recognise(struct store *s, int64_t *version, struct why *why)
{
	int64_t application = 0, tables = 0, ours = APPLICATION | s->kind;
	enum err e = ask(s, "PRAGMA application_id", &application, NULL, why);
	if (e == ERR_OK)
		e = ask(s, "PRAGMA user_version", version, NULL, why);
	if (e == ERR_OK)
		e = ask(s, "SELECT count(*) FROM sqlite_schema", &tables, NULL, why);
	if (e != ERR_OK || (application == 0 && *version == 0 && tables == 0))
		return e;
	if (application != ours)
		return why_set(why, ERR_INPUT, "store: this is %s store, not %s", kind_name(application), kind_name(ours));
	if (*version < 1)
		return store_damaged(s, why, "the schema's number");
	if (*version > STORE_SCHEMA)
		return why_set(why, ERR_INPUT, "store: made by a newer version (schema %lld, this program knows up to %d)", (long long)*version,
		               STORE_SCHEMA);
	return ERR_OK;
}

static enum err configure(struct store *s, struct why *why)
{
	int off = 0, on = 0;
	// Statements of a damaged or planted file get no chance to run code or to rewrite the schema.
	if (sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on) != SQLITE_OK || on != 1 ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, &off) != SQLITE_OK || off != 0 ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &off) != SQLITE_OK || off != 0 ||
	    sqlite3_busy_timeout(s->db, 0) != SQLITE_OK)
		return store_fail(s, why, "opening");
	return execute(s, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
	               "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
	               "PRAGMA cache_size = -" CACHE_KIB ";"
	               "PRAGMA journal_size_limit = " JOURNAL_MAX, why);
}

enum err store_upgrade(struct store *s, const struct store_step *steps, int64_t from, int64_t to, struct why *why)
{
	char mark[96];
	snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION | (int)s->kind, (int)to);
	enum err e = execute(s, "BEGIN IMMEDIATE", why);
	if (e != ERR_OK)
		return e;
	for (int64_t v = from; v < to && e == ERR_OK; v++)
		e = execute(s, s->kind == STORE_HUB ? steps[v].hub : steps[v].keeper, why);
	if (e == ERR_OK)
		e = execute(s, mark, why);
	if (e == ERR_OK)
		e = execute(s, "COMMIT", why);
	return e; // on failure the caller closes, which rolls back
}

static enum err prepare(struct store *s, struct why *why)
{
	int64_t version = 0;
	enum err e = configure(s, why);
	if (e == ERR_OK)
		e = recognise(s, &version, why);
	if (e == ERR_OK && sqlite3_db_readonly(s->db, "main") != 0) // SQLite opens what it cannot write for reading
		e = why_set(why, ERR_SYSTEM, "store: the file cannot be written");
	if (e == ERR_OK)
		e = ask(s, "PRAGMA journal_mode = WAL", NULL, "wal", why);
	if (e == ERR_OK && version < STORE_SCHEMA)
		e = store_upgrade(s, store_steps, version, STORE_SCHEMA, why);
	return e == ERR_OK ? store_frontier_load(s, why) : e;
}

// A snapshot reads under one transaction; it leaves the write-ahead log to the owner, also when it is the last to close.
static enum err prepare_snapshot(struct store *s, struct why *why)
{
	int64_t version = 0;
	int on = 0;
	if (sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &on) != SQLITE_OK || on != 1)
		return store_fail(s, why, "opening");
	enum err e = configure(s, why);
	if (e == ERR_OK && sqlite3_busy_timeout(s->db, SNAPSHOT_WAIT_MS) != SQLITE_OK)
		e = store_fail(s, why, "opening");
	if (e == ERR_OK)
		e = execute(s, "PRAGMA query_only = ON; BEGIN", why);
	if (e == ERR_OK)
		e = recognise(s, &version, why);
	if (e == ERR_OK && version < STORE_SCHEMA)
		e = why_set(why, ERR_INPUT, "store: of schema %lld, not %d: its daemon upgrades it at its next start", (long long)version, STORE_SCHEMA);
	return e == ERR_OK ? store_frontier_load(s, why) : e;
}

// The file is there before SQLite opens it, so that its mode (which the log's and the index's follow) is ours.
static enum err make_file(const char *path, struct why *why)
{
	if (file_has(path))
		return ERR_OK;
	enum err e = file_create(path, slice_of(NULL, 0), FILE_SECRET, why);
	return e == ERR_ABSENT ? why_at(why, ERR_SYSTEM, "store") : e;
}

static enum err open_file(const char *path, enum store_of kind, enum err (*ready)(struct store *s, struct why *why), struct store **out,
                          struct why *why)
{
	INVARIANT(kind == STORE_HUB || kind == STORE_KEEPER || kind == STORE_MEMBER);
	enum err e;
	struct store *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "store: no memory");
	s->kind = kind;
	int rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (s->db == NULL)
		e = why_set(why, ERR_SYSTEM, "store: no memory");
	else
		e = rc != SQLITE_OK ? store_fail(s, why, "opening") : ready(s, why);
	if (e != ERR_OK) {
		store_close(s);
		return why_at(why, e, "%s", path);
	}
	*out = s;
	return ERR_OK;
}

enum err store_open(const char *directory, enum store_of kind, struct store **out, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, directory, FILE_NAME, why);
	if (e == ERR_OK)
		e = make_file(path, why);
	return e == ERR_OK ? open_file(path, kind, prepare, out, why) : e;
}

enum err store_open_snapshot(const char *directory, enum store_of kind, struct store **out, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, directory, FILE_NAME, why);
	if (e == ERR_OK && !file_has(path))
		e = why_set(why, ERR_ABSENT, "%s: there is no store", path);
	return e == ERR_OK ? open_file(path, kind, prepare_snapshot, out, why) : e;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_rollback(s);
	settle(s);
	for (unsigned i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(s->statement[i]); // says again what its last step said
	INVARIANT(sqlite3_close(s->db) == SQLITE_OK); // nothing is left open
	free(s);
}

// --- Copying and verifying ------------------------------------------------------------------------------------------------------

// All pages in one step: in the reader's transaction where there is one, so no write of the owner begins it anew.
static enum err copy_pages(struct store *s, sqlite3 *to, const char *path, struct why *why)
{
	int rc = sqlite3_exec(to, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL);
	sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", s->db, "main") : NULL;
	if (b != NULL) {
		(void)sqlite3_backup_step(b, -1); // said again by the next call
		rc = sqlite3_backup_finish(b);
	} else if (rc == SQLITE_OK) {
		rc = SQLITE_ERROR;
	}
	return rc == SQLITE_OK ? ERR_OK : why_set(why, ERR_SYSTEM, "%s: %s: %s (%d)", path, cause_of(rc), sqlite3_errmsg(to), rc);
}

enum err store_backup(struct store *s, const char *directory, struct why *why)
{
	char path[FILE_PATH_MAX];
	sqlite3 *to = NULL;
	INVARIANT(!s->writing);
	enum err e = file_path(path, directory, FILE_NAME, why);
	if (e == ERR_OK)
		e = file_create(path, slice_of(NULL, 0), FILE_SECRET, why);
	if (e != ERR_OK)
		return e;
	settle(s);
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	e = rc == SQLITE_OK ? copy_pages(s, to, path, why) : why_set(why, ERR_SYSTEM, "%s: %s (%d)", path, cause_of(rc), rc);
	if (sqlite3_close(to) != SQLITE_OK && e == ERR_OK)
		e = why_set(why, ERR_SYSTEM, "%s: closing the copy failed", path);
	return e;
}

// No rows from the second question mean that all references hold; "ok" from the first that all else does.
enum err store_verify(struct store *s, struct why *why)
{
	sqlite3_stmt *st = NULL;
	enum err e = ask(s, "PRAGMA integrity_check(1)", NULL, "ok", why);
	if (e != ERR_OK)
		return why_set(why, ERR_SYSTEM, "store: the file is damaged (PRAGMA integrity_check)");
	if (sqlite3_prepare_v2(s->db, "PRAGMA foreign_key_check", -1, &st, NULL) != SQLITE_OK)
		return store_fail(s, why, "verifying");
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		e = why_set(why, ERR_SYSTEM, "store: row %lld of %s belongs to nothing", (long long)sqlite3_column_int64(st, 1),
		            (const char *)sqlite3_column_text(st, 0));
	else if (rc != SQLITE_DONE)
		e = store_fail(s, why, "verifying");
	(void)sqlite3_finalize(st); // says again what the last step said
	return e;
}
