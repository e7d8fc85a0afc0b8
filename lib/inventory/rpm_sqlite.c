// rpm's SQLite database: the table Packages, a header in each row. SQLite works on the bytes in memory.
#include "inventory/rpm_form.h"

#include <sqlite3.h>

#define HEADER_BYTES 100u         // of the file
#define ROW_BYTES 7u              // at least: its pointer, two lengths of one byte, and a record of two values
#define SCHEMA_TEXT_MAX 65536     // bytes of a value while the schema is read
#define SCHEMA_STATEMENT_MAX 4096 // bytes; rpm's have less than 100
#define SCHEMA_STEPS 1000         // of SQLite's machine, between two calls of schema_is_long
#define SCHEMA_CALLS 100u

struct base {
	sqlite3 *sqlite;
	const char *path;
	size_t bytes;
	unsigned calls; // of schema_is_long
};

bool rpm_sqlite_is(struct slice file)
{
	return file.n >= HEADER_BYTES && memcmp(file.p, "SQLite format 3", 16) == 0;
}

static enum err refuse(const struct base *b, struct why *why)
{
	int code = sqlite3_errcode(b->sqlite);
	if (code == SQLITE_INTERRUPT)
		return why_set(why, ERR_INPUT, "%s: damaged: a schema without end: pages are used twice", b->path);
	return why_set(why, code == SQLITE_NOMEM ? ERR_SYSTEM : ERR_INPUT, "%s: %s", b->path, sqlite3_errmsg(b->sqlite));
}

// Pages that several others point to make a schema without end out of a small file.
static int schema_is_long(void *context)
{
	struct base *b = context;
	return ++b->calls > SCHEMA_CALLS;
}

// The schema is a stranger's: nothing in it may run (sqlite.org/security.html).
static bool harden(struct base *b)
{
	sqlite3 *s = b->sqlite;
	sqlite3_limit(s, SQLITE_LIMIT_LENGTH, SCHEMA_TEXT_MAX);
	sqlite3_limit(s, SQLITE_LIMIT_SQL_LENGTH, SCHEMA_STATEMENT_MAX);
	sqlite3_limit(s, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_progress_handler(s, SCHEMA_STEPS, schema_is_long, b);
	return sqlite3_db_config(s, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) == SQLITE_OK &&
	       sqlite3_exec(s, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", NULL, NULL, NULL) == SQLITE_OK;
}

// Whether the question has a row.
static enum err ask(struct base *b, const char *question, bool *row, struct why *why)
{
	sqlite3_stmt *q = NULL;
	if (sqlite3_prepare_v2(b->sqlite, question, -1, &q, NULL) != SQLITE_OK)
		return refuse(b, why);
	int step = sqlite3_step(q);
	*row = step == SQLITE_ROW;
	enum err e = step == SQLITE_ROW || step == SQLITE_DONE ? ERR_OK : refuse(b, why);
	sqlite3_finalize(q);
	return e;
}

// A plain table, neither a view nor a virtual one; none of its columns is computed when it is read.
static enum err find_table(struct base *b, struct why *why)
{
	bool found = false, computed = false;
	enum err e = ask(b, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'Packages' AND rootpage > 1", &found, why);
	if (e == ERR_OK)
		e = ask(b, "SELECT 1 FROM pragma_table_xinfo('Packages') WHERE hidden <> 0", &computed, why);
	if (e == ERR_OK && (!found || computed))
		e = why_set(why, ERR_INPUT, "%s: no table Packages: not rpm's database", b->path);
	return e;
}

// Of no page that is used once do more bytes come than the file has.
static enum err read_rows(struct base *b, rpm_take *take, void *context, struct why *why)
{
	sqlite3_stmt *q = NULL;
	enum err e = ERR_OK;
	if (sqlite3_prepare_v2(b->sqlite, "SELECT hnum, blob FROM main.Packages", -1, &q, NULL) != SQLITE_OK)
		return refuse(b, why);
	int step = SQLITE_DONE;
	uint64_t bytes = 0;
	while (e == ERR_OK && (step = sqlite3_step(q)) == SQLITE_ROW) {
		struct slice header = {0};
		if (sqlite3_column_type(q, 1) == SQLITE_BLOB) {
			header.p = sqlite3_column_blob(q, 1);
			header.n = (size_t)sqlite3_column_bytes(q, 1);
		}
		bytes += ROW_BYTES + (uint64_t)header.n;
		e = bytes > b->bytes ? why_set(why, ERR_INPUT, "%s: damaged: its rows are larger than it: pages are used twice", b->path)
		                     : take(context, (uint64_t)sqlite3_column_int64(q, 0), header, why);
	}
	if (e == ERR_OK && step != SQLITE_DONE)
		e = refuse(b, why);
	sqlite3_finalize(q);
	return e;
}

static enum err open_base(struct base *b, uint8_t *file, struct why *why)
{
	if (sqlite3_open_v2(":memory:", &b->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK || !harden(b))
		return why_set(why, ERR_SYSTEM, "%s: SQLite cannot be started", b->path);
	if (sqlite3_deserialize(b->sqlite, "main", file, (sqlite3_int64)b->bytes, (sqlite3_int64)b->bytes, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
		return refuse(b, why);
	return find_table(b, why);
}

enum err rpm_sqlite_read(uint8_t *file, size_t n, const char *path, rpm_take *take, void *context, struct why *why)
{
	struct base b = {.path = path, .bytes = n};
	if (!rpm_sqlite_is(slice_of(file, n)))
		return why_set(why, ERR_INPUT, "%s: no SQLite database", path);
	// SQLite refuses a database in memory whose mode is the write-ahead log (fileformat2.html, 1.3.3).
	file[18] = file[19] = 1;
	enum err e = open_base(&b, file, why);
	if (e == ERR_OK) {
		sqlite3_progress_handler(b.sqlite, 0, NULL, NULL);
		sqlite3_limit(b.sqlite, SQLITE_LIMIT_LENGTH, n < INT32_MAX ? (int)n : INT32_MAX);
		e = read_rows(&b, take, context, why);
	}
	sqlite3_close(b.sqlite);
	return e;
}
