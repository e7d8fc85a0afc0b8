// rpm's SQLite database: the table Packages, a header in each row.
#include "inventory/packages.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inventory/rpm_log.h"
#include "inventory/root.h"

#define READINGS 3
#define PATH_MAX_HERE (ROOT_PATH_MAX + 16)

struct rpm_database {
	struct buf file; // SQLite works on these bytes
	sqlite3 *sqlite;
	char path[ROOT_PATH_MAX];
};

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

// Absent is empty.
static enum err read_beside(int root, const char *path, const char *ending, struct buf *b, struct why *why)
{
	char beside[PATH_MAX_HERE];
	snprintf(beside, sizeof beside, "%s%s", path, ending);
	enum err e = root_read(root, beside, RPM_DATABASE_MAX, b, NULL, why);
	return e == ERR_ABSENT ? ERR_OK : e;
}

// The database, then its log. What is checkpointed between the two changes the database, so it is looked at again afterwards.
static enum err read_once(int root, struct rpm_database *db, bool *whole, struct why *why)
{
	struct stat before, after;
	struct buf log, journal;
	int fd;
	buf_init(&log, RPM_DATABASE_MAX + 1);
	buf_init(&journal, RPM_DATABASE_MAX + 1);
	buf_clear(&db->file);
	enum err e = root_read(root, db->path, RPM_DATABASE_MAX, &db->file, &before, why);
	if (e == ERR_OK)
		e = read_beside(root, db->path, "-wal", &log, why);
	if (e == ERR_OK)
		e = read_beside(root, db->path, "-journal", &journal, why);
	if (e == ERR_OK)
		e = root_open(root, db->path, &fd, &after, why);
	if (e == ERR_OK) {
		close(fd);
		*whole = same_file(&before, &after) && journal.n == 0;
		if (*whole)
			e = rpm_log_apply(&db->file, buf_slice(&log), RPM_DATABASE_MAX, why);
	}
	buf_free(&log);
	buf_free(&journal);
	return e;
}

static enum err read_file(int root, struct rpm_database *db, struct why *why)
{
	bool whole = false;
	enum err e = ERR_OK;
	for (unsigned i = 0; i < READINGS && e == ERR_OK && !whole; i++)
		e = read_once(root, db, &whole, why);
	if (e == ERR_OK && !whole)
		e = why_set(why, ERR_AWAY, "%s: it is being written: try again when nothing is being installed", db->path);
	if (e == ERR_OK && (db->file.n < 100 || memcmp(db->file.p, "SQLite format 3", 16) != 0))
		e = why_set(why, ERR_INPUT, "%s: no SQLite database", db->path);
	if (e == ERR_OK) // SQLite refuses a database in memory whose mode is the write-ahead log (fileformat2.html, 1.3.3)
		db->file.p[18] = db->file.p[19] = 1;
	return e;
}

static enum err refuse(struct rpm_database *db, struct why *why)
{
	int code = sqlite3_errcode(db->sqlite);
	return why_set(why, code == SQLITE_NOMEM ? ERR_SYSTEM : ERR_INPUT, "%s: %s", db->path, sqlite3_errmsg(db->sqlite));
}

// The schema is a stranger's: nothing in it may run (sqlite.org/security.html).
static bool harden(sqlite3 *s)
{
	sqlite3_limit(s, SQLITE_LIMIT_LENGTH, (int)RPM_DATABASE_MAX);
	sqlite3_limit(s, SQLITE_LIMIT_ATTACHED, 0);
	return sqlite3_db_config(s, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) == SQLITE_OK &&
	       sqlite3_db_config(s, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) == SQLITE_OK &&
	       sqlite3_exec(s, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", NULL, NULL, NULL) == SQLITE_OK;
}

// A plain table, neither a view nor a virtual one.
static enum err find_table(struct rpm_database *db, struct why *why)
{
	sqlite3_stmt *q = NULL;
	static const char text[] = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'Packages' AND rootpage > 1";
	enum err e = ERR_OK;
	if (sqlite3_prepare_v2(db->sqlite, text, -1, &q, NULL) != SQLITE_OK)
		return refuse(db, why);
	int step = sqlite3_step(q);
	if (step == SQLITE_DONE)
		e = why_set(why, ERR_INPUT, "%s: no table Packages: not rpm's database", db->path);
	else if (step != SQLITE_ROW)
		e = refuse(db, why);
	sqlite3_finalize(q);
	return e;
}

static enum err open_sqlite(struct rpm_database *db, struct why *why)
{
	if (sqlite3_open_v2(":memory:", &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
	    !harden(db->sqlite))
		return why_set(why, ERR_SYSTEM, "%s: SQLite cannot be started", db->path);
	if (sqlite3_deserialize(db->sqlite, "main", db->file.p, (sqlite3_int64)db->file.n, (sqlite3_int64)db->file.n,
	                        SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
		return refuse(db, why);
	return find_table(db, why);
}

enum err rpm_open(int root, const char *path, struct rpm_database **db, struct why *why)
{
	struct rpm_database *new = calloc(1, sizeof *new);
	if (new == NULL || strlen(path) >= sizeof new->path) {
		free(new);
		return why_set(why, ERR_SYSTEM, "%s: no memory", path);
	}
	strcpy(new->path, path);
	buf_init(&new->file, RPM_DATABASE_MAX + 1);
	enum err e = read_file(root, new, why);
	if (e == ERR_OK)
		e = open_sqlite(new, why);
	if (e == ERR_OK)
		*db = new;
	else
		rpm_close(new);
	return e;
}

void rpm_close(struct rpm_database *db)
{
	if (db == NULL)
		return;
	sqlite3_close(db->sqlite);
	buf_free(&db->file);
	free(db);
}

static enum err take_header(struct slice blob, uint64_t number, struct slice ecosystem, const struct inventory_sink *sink, int64_t *updated,
                            struct why *why)
{
	struct rpm_header h;
	const char *rule;
	char version[2 * INVENTORY_TEXT_MAX + 16];
	if (!rpm_header_parse(blob, &h, &rule))
		return inventory_refuse(sink, number, h.name, rule, why);
	if (slice_is_text(h.name, "gpg-pubkey"))
		return ERR_OK;
	int n = h.has_epoch ? snprintf(version, sizeof version, "%u:", h.epoch) : 0;
	n += snprintf(version + n, sizeof version - (size_t)n, "%.*s-%.*s", SLICE_ARGS(h.version), SLICE_ARGS(h.release));
	struct item i = {
		.kind = ITEM_PACKAGE,
		.ecosystem = ecosystem,
		.name = h.name,
		.version = slice_of(version, (size_t)n),
		.vendor = h.vendor,
		.arch = h.arch,
		.since = INVENTORY_UNKNOWN_DATE,
		.line = number,
	};
	if (n > INVENTORY_TEXT_MAX)
		return inventory_refuse(sink, number, h.name, "a version longer than 1024 bytes", why);
	if (h.sourcerpm.n > 0 && !rpm_source(h.sourcerpm, &i))
		return inventory_refuse(sink, number, h.name, "SOURCERPM is not name-version-release.src.rpm", why);
	if (updated != NULL && h.installed > 0 && h.installed > *updated)
		*updated = h.installed;
	return sink->item != NULL ? sink->item(sink->context, &i, why) : ERR_OK;
}

enum err rpm_read(struct rpm_database *db, struct slice ecosystem, const struct inventory_sink *sink, int64_t *updated, struct why *why)
{
	sqlite3_stmt *q = NULL;
	enum err e = ERR_OK;
	uint64_t count = 0;
	if (sqlite3_prepare_v2(db->sqlite, "SELECT hnum, blob FROM main.Packages", -1, &q, NULL) != SQLITE_OK)
		return refuse(db, why);
	int step = SQLITE_DONE;
	while (e == ERR_OK && (step = sqlite3_step(q)) == SQLITE_ROW) {
		sqlite3_int64 number = sqlite3_column_int64(q, 0);
		if (++count > INVENTORY_ITEMS_MAX)
			e = why_set(why, ERR_LIMIT, "%s: more than %u packages", db->path, INVENTORY_ITEMS_MAX);
		else if (sqlite3_column_type(q, 1) != SQLITE_BLOB)
			e = inventory_refuse(sink, (uint64_t)number, (struct slice){0}, "no header", why);
		else
			e = take_header(slice_of(sqlite3_column_blob(q, 1), (size_t)sqlite3_column_bytes(q, 1)), (uint64_t)number, ecosystem, sink, updated, why);
	}
	if (e == ERR_OK && step != SQLITE_DONE)
		e = refuse(db, why);
	sqlite3_finalize(q);
	return e;
}
