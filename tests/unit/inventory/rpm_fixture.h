// Headers and databases of rpm, made by hand.
#ifndef TOCSIN_TEST_RPM_FIXTURE_H
#define TOCSIN_TEST_RPM_FIXTURE_H

#include <sqlite3.h>

#include "base/buf.h"
#include "test.h"

struct rpm_fixture {
	const char *name, *version, *release, *arch, *source;
	uint32_t epoch, installed; // 0: none
	const char *module;
};

struct rpm_tags {
	struct buf index, data;
	uint32_t count;
};

static inline void rpm_put_entry(struct rpm_tags *t, uint32_t tag, uint32_t type, uint32_t count)
{
	buf_put_u32(&t->index, tag);
	buf_put_u32(&t->index, type);
	buf_put_u32(&t->index, (uint32_t)t->data.n);
	buf_put_u32(&t->index, count);
	t->count++;
}

static inline void rpm_put_text(struct rpm_tags *t, uint32_t tag, const char *text)
{
	if (text == NULL)
		return;
	rpm_put_entry(t, tag, 6, 1);
	buf_put(&t->data, text, strlen(text) + 1);
}

static inline void rpm_put_number(struct rpm_tags *t, uint32_t tag, uint32_t number)
{
	if (number == 0)
		return;
	while (t->data.n % 4 != 0)
		buf_put_u8(&t->data, 0);
	rpm_put_entry(t, tag, 4, 1);
	buf_put_u32(&t->data, number);
}

// The region that rpm puts first, tags in order, what was added at installation behind it.
static inline void rpm_put_header(struct buf *out, const struct rpm_fixture *f)
{
	struct rpm_tags t = {.count = 0};
	buf_init(&t.index, 1u << 16);
	buf_init(&t.data, 1u << 16);
	rpm_put_text(&t, 1000, f->name);
	rpm_put_text(&t, 1001, f->version);
	rpm_put_text(&t, 1002, f->release);
	rpm_put_number(&t, 1003, f->epoch);
	rpm_put_entry(&t, 1005, 9, 1); // a description in several languages
	buf_put(&t.data, "text", 5);
	rpm_put_text(&t, 1022, f->arch);
	rpm_put_text(&t, 1044, f->source);
	rpm_put_text(&t, 5096, f->module);
	struct rpm_tags region = {.count = 0};
	buf_init(&region.index, 64);
	buf_init(&region.data, 1u << 16);
	buf_put_slice(&region.data, buf_slice(&t.data));
	rpm_put_entry(&region, 63, 7, 16);
	buf_put_u32(&t.data, 63); // the region's trailer: how far before it the region begins
	buf_put_u32(&t.data, 7);
	buf_put_u32(&t.data, -(t.count + 1) * 16);
	buf_put_u32(&t.data, 16);
	rpm_put_number(&t, 1008, f->installed);
	buf_put_u32(out, t.count + 1);
	buf_put_u32(out, (uint32_t)t.data.n);
	buf_put_slice(out, buf_slice(&region.index));
	buf_put_slice(out, buf_slice(&t.index));
	buf_put_slice(out, buf_slice(&t.data));
	buf_free(&t.index);
	buf_free(&t.data);
	buf_free(&region.index);
	buf_free(&region.data);
}

static inline bool rpm_sql(sqlite3 *db, const char *text)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
}

static inline bool rpm_insert(sqlite3 *db, struct slice blob)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(db, "INSERT INTO Packages (blob) VALUES (?)", -1, &q, NULL) == SQLITE_OK &&
	          sqlite3_bind_blob(q, 1, blob.p, (int)blob.n, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(q) == SQLITE_DONE;
	sqlite3_finalize(q);
	return ok;
}

// As rpm makes it, open in its mode.
static inline sqlite3 *rpm_create(const char *path)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open(path, &db) == SQLITE_OK && rpm_sql(db, "PRAGMA secure_delete = OFF; PRAGMA case_sensitive_like = ON; PRAGMA journal_mode = WAL") &&
	          rpm_sql(db, "CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
	return CHECK(ok) ? db : NULL;
}

static inline bool rpm_add(sqlite3 *db, const struct rpm_fixture *f)
{
	struct buf blob;
	buf_init(&blob, 1u << 16);
	rpm_put_header(&blob, f);
	bool ok = rpm_insert(db, buf_slice(&blob));
	buf_free(&blob);
	return ok;
}

#endif
