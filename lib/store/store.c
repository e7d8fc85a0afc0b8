#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite.h"
#include "sys/file.h"

#define FILE_NAME "store.sqlite"
#define APPLICATION 0x54530000      // application_id: "TS", then the kind
#define JOURNAL_MAX "67108864"      // bytes that the write-ahead log may keep after a checkpoint

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
	int rc = sqlite3_extended_errcode(s->db), error = sqlite3_system_errno(s->db);
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
	               "PRAGMA journal_size_limit = " JOURNAL_MAX, why);
}

static enum err upgrade(struct store *s, int64_t version, struct why *why)
{
	char mark[96];
	snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION | (int)s->kind, STORE_SCHEMA);
	enum err e = execute(s, "BEGIN IMMEDIATE", why);
	if (e != ERR_OK)
		return e;
	for (int64_t v = version; v < STORE_SCHEMA && e == ERR_OK; v++)
		e = execute(s, s->kind == STORE_HUB ? store_steps[v].hub : store_steps[v].keeper, why);
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
		e = upgrade(s, version, why);
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

enum err store_open(const char *directory, enum store_of kind, struct store **out, struct why *why)
{
	INVARIANT(kind == STORE_HUB || kind == STORE_KEEPER || kind == STORE_MEMBER);
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, directory, FILE_NAME, why);
	if (e == ERR_OK)
		e = make_file(path, why);
	if (e != ERR_OK)
		return e;
	struct store *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "store: no memory");
	s->kind = kind;
	int rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (s->db == NULL)
		e = why_set(why, ERR_SYSTEM, "store: no memory");
	else
		e = rc != SQLITE_OK ? store_fail(s, why, "opening") : prepare(s, why);
	if (e != ERR_OK) {
		store_close(s);
		return why_at(why, e, "%s", path);
	}
	*out = s;
	return ERR_OK;
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
