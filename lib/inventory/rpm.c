// rpm's database below a root: where it lies, one state of it, and its headers as items.
#include "inventory/packages.h"

#include <stdio.h>
#include <stdlib.h>

#include "inventory/rpm_form.h"
#include "inventory/rpm_log.h"
#include "inventory/root.h"

#define READINGS 3
#define NOTE_MAX 64
#define PATH_MAX_HERE (ROOT_PATH_MAX + 16)

struct rpm_database {
	struct buf file;
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

// SQLite's log and journal. What is checkpointed between the two changes the database, so it is looked at again afterwards.
static enum err add_log(int root, struct rpm_database *db, const struct stat *before, bool *whole, struct why *why)
{
	struct stat after;
	struct buf log, journal;
	buf_init(&log, RPM_DATABASE_MAX + 1);
	buf_init(&journal, RPM_DATABASE_MAX + 1);
	enum err e = read_beside(root, db->path, "-wal", &log, why);
	if (e == ERR_OK)
		e = read_beside(root, db->path, "-journal", &journal, why);
	if (e == ERR_OK)
		e = root_stat(root, db->path, &after, why);
	if (e == ERR_OK) {
		*whole = same_file(before, &after) && journal.n == 0;
		if (*whole)
			e = rpm_log_apply(&db->file, buf_slice(&log), RPM_DATABASE_MAX, why);
	}
	buf_free(&log);
	buf_free(&journal);
	return e;
}

static enum err take_nothing(void *context, uint64_t number, struct slice header, struct why *why)
{
	(void)context, (void)number, (void)header, (void)why;
	return ERR_OK;
}

static enum err read_form(struct rpm_database *db, rpm_take *take, void *context, struct why *why)
{
	struct slice file = buf_slice(&db->file);
	if (rpm_sqlite_is(file))
		return rpm_sqlite_read(db->file.p, db->file.n, db->path, take, context, why);
	if (rpm_ndb_is(file))
		return rpm_ndb_read(file, db->path, take, context, why);
	if (rpm_bdb_is(file))
		return rpm_bdb_read(file, db->path, take, context, why);
	return why_set(why, ERR_INPUT, "%s: no SQLite database, no ndb and no Berkeley DB: not rpm's", db->path);
}

// rpm's own lock, on a file beside the database.
static bool is_locked(int root, const struct rpm_database *db)
{
	char lock[PATH_MAX_HERE];
	const char *name = strrchr(db->path, '/');
	snprintf(lock, sizeof lock, "%.*s.rpm.lock", name != NULL ? (int)(name + 1 - db->path) : 0, db->path);
	return root_is_locked(root, lock) || root_is_locked(root, db->path);
}

// ndb and Berkeley DB change in place, and have no log to say what was whole: a damage that rpm is just making is none.
static enum err check_form(int root, struct rpm_database *db, const struct stat *before, bool *whole, struct why *why)
{
	struct stat after;
	enum err e = read_form(db, take_nothing, NULL, why);
	if (e == ERR_INPUT)
		*whole = root_stat(root, db->path, &after, NULL) == ERR_OK && same_file(before, &after) && !is_locked(root, db);
	return e == ERR_INPUT && !*whole ? ERR_OK : e;
}

static enum err read_once(int root, struct rpm_database *db, bool *whole, struct why *why)
{
	struct stat before;
	buf_clear(&db->file);
	enum err e = root_read(root, db->path, RPM_DATABASE_MAX, &db->file, &before, why);
	*whole = true;
	if (e != ERR_OK)
		return e;
	return rpm_sqlite_is(buf_slice(&db->file)) ? add_log(root, db, &before, whole, why) : check_form(root, db, &before, whole, why);
}

static enum err read_file(int root, struct rpm_database *db, struct why *why)
{
	bool whole = false;
	enum err e = ERR_OK;
	for (unsigned i = 0; i < READINGS && e == ERR_OK && !whole; i++)
		e = read_once(root, db, &whole, why);
	if (e == ERR_OK && !whole)
		e = why_set(why, ERR_AWAY, "%s: it is being written: try again when nothing is being installed", db->path);
	return e;
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
		*db = new;
	else
		rpm_close(new);
	return e;
}

void rpm_close(struct rpm_database *db)
{
	if (db == NULL)
		return;
	buf_free(&db->file);
	free(db);
}

struct reading {
	const struct rpm_database *db;
	struct slice ecosystem;
	const struct inventory_sink *sink;
	int64_t *updated;
	uint64_t count, modular;
};

static enum err take_header(struct reading *r, uint64_t number, struct slice blob, struct why *why)
{
	struct rpm_header h;
	const char *rule;
	char version[2 * INVENTORY_TEXT_MAX + 16];
	if (!rpm_header_parse(blob, &h, &rule))
		return inventory_refuse(r->sink, number, h.name, rule, why);
	if (slice_is_text(h.name, "gpg-pubkey"))
		return ERR_OK;
	int n = h.has_epoch ? snprintf(version, sizeof version, "%u:", h.epoch) : 0;
	n += snprintf(version + n, sizeof version - (size_t)n, "%.*s-%.*s", SLICE_ARGS(h.version), SLICE_ARGS(h.release));
	struct item i = {
		.kind = ITEM_PACKAGE,
		.ecosystem = r->ecosystem,
		.name = h.name,
		.version = slice_of(version, (size_t)n),
		.vendor = h.vendor,
		.arch = h.arch,
		.since = INVENTORY_UNKNOWN_DATE,
		.line = number,
	};
	if (n > INVENTORY_TEXT_MAX)
		return inventory_refuse(r->sink, number, h.name, "a version longer than 1024 bytes", why);
	if (h.sourcerpm.n > 0 && !rpm_source(h.sourcerpm, &i))
		return inventory_refuse(r->sink, number, h.name, "SOURCERPM is not name-version-release.src.rpm", why);
	if (r->updated != NULL && h.installed > 0 && h.installed > *r->updated)
		*r->updated = h.installed;
	r->modular += h.module.n > 0;
	return r->sink->item != NULL ? r->sink->item(r->sink->context, &i, why) : ERR_OK;
}

static enum err take(void *context, uint64_t number, struct slice header, struct why *why)
{
	struct reading *r = context;
	if (++r->count > INVENTORY_ITEMS_MAX)
		return why_set(why, ERR_LIMIT, "%s: more than %u packages", r->db->path, INVENTORY_ITEMS_MAX);
	return header.p != NULL ? take_header(r, number, header, why) : inventory_refuse(r->sink, number, (struct slice){0}, "no header", why);
}

enum err rpm_read(struct rpm_database *db, struct slice ecosystem, const struct inventory_sink *sink, int64_t *updated, struct why *why)
{
	struct reading r = {.db = db, .ecosystem = ecosystem, .sink = sink, .updated = updated};
	enum err e = read_form(db, take, &r, why);
	return e == ERR_OK ? rpm_note_modules(sink, r.modular, why) : e;
}

enum err rpm_note_modules(const struct inventory_sink *sink, uint64_t n, struct why *why)
{
	char text[NOTE_MAX];
	snprintf(text, sizeof text, "%llu packages of modules", (unsigned long long)n);
	return n == 0 ? ERR_OK : inventory_note(sink, 0, slice_text(text), "the version that cures a flaw may be that of another stream", why);
}
