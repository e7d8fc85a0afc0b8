#include "store/sqlite.h"

#define BOTH \
	"CREATE TABLE leaf (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;" \
	"CREATE TABLE value (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;" \
	"CREATE TABLE counter (day INTEGER NOT NULL, scope TEXT NOT NULL, key BLOB NOT NULL, total INTEGER NOT NULL," \
	" PRIMARY KEY (day, scope, key)) STRICT, WITHOUT ROWID;" \
	"CREATE TABLE mark (scope TEXT NOT NULL, key BLOB NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (scope, key)) STRICT," \
	" WITHOUT ROWID;" \
	"CREATE INDEX mark_day ON mark (day);"

// The envelope has its own table, so that a list of records never reads one. A batch's number is never used again (AUTOINCREMENT):
// the matcher knows by it what it has. Waiting replies lie in random order, so that not even the disk knows which came first.
#define HUB_1 \
	"CREATE TABLE node (level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)) STRICT," \
	" WITHOUT ROWID;" \
	"CREATE TABLE record (sequence INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, filing BLOB NOT NULL, time INTEGER NOT NULL," \
	" seat INTEGER NOT NULL, alias BLOB NOT NULL, handle INTEGER NOT NULL UNIQUE, leaf INTEGER NOT NULL, size INTEGER NOT NULL," \
	" hdr0 BLOB NOT NULL) STRICT;" \
	"CREATE TABLE audience (team INTEGER NOT NULL, record INTEGER NOT NULL REFERENCES record, PRIMARY KEY (team, record)) STRICT," \
	" WITHOUT ROWID;" \
	"CREATE TABLE envelope (record INTEGER PRIMARY KEY REFERENCES record, bytes BLOB NOT NULL) STRICT;" \
	"CREATE TABLE receipt (filing BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;" \
	"CREATE TABLE reporter (seat INTEGER NOT NULL, alias BLOB NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (seat, alias)) STRICT," \
	" WITHOUT ROWID;" \
	"CREATE TABLE batch (number INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER NOT NULL REFERENCES record, sealed BLOB NOT NULL)" \
	" STRICT;" \
	"CREATE TABLE tag (tag BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;" \
	"CREATE TABLE waiting (place INTEGER PRIMARY KEY, blob BLOB NOT NULL) STRICT;" \
	"CREATE TABLE bulletin (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"

#define KEEPER_1 \
	"CREATE TABLE card (id BLOB PRIMARY KEY, card BLOB NOT NULL, credential BLOB NOT NULL) STRICT;" \
	"CREATE TABLE held (number INTEGER PRIMARY KEY, leaf BLOB NOT NULL, hash BLOB NOT NULL UNIQUE) STRICT;"

const struct store_step store_steps[STORE_SCHEMA] = {
	{BOTH HUB_1, BOTH KEEPER_1},
};

#define RECORD_COLUMNS "sequence, id, filing, time, seat, alias, handle, leaf, size, hdr0"

const char *const store_sql[STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",

	[SQL_LEAF_ADD] = "INSERT INTO leaf VALUES (?, ?)",
	[SQL_LEAF_GET] = "SELECT bytes FROM leaf WHERE number = ?",
	[SQL_LEAF_EACH] = "SELECT number, bytes FROM leaf WHERE number >= ? AND number < ? ORDER BY number",
	[SQL_LEAF_COUNT] = "SELECT ifnull(max(number) + 1, 0) FROM leaf",
	[SQL_NODE_ADD] = "INSERT INTO node VALUES (?, ?, ?)",
	[SQL_NODE_GET] = "SELECT hash FROM node WHERE level = ? AND number = ?",

	[SQL_VALUE_PUT] = "INSERT INTO value VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
	[SQL_VALUE_GET] = "SELECT bytes FROM value WHERE name = ?",
	[SQL_VALUE_REMOVE] = "DELETE FROM value WHERE name = ?",

	[SQL_RECORD_TAKEN] = "SELECT 1 FROM record WHERE id = ? OR handle = ?",
	[SQL_RECORD_ADD] = "INSERT INTO record (id, filing, time, seat, alias, handle, leaf, size, hdr0)"
	                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_AUDIENCE_ADD] = "INSERT INTO audience VALUES (?, ?)",
	[SQL_ENVELOPE_ADD] = "INSERT INTO envelope VALUES (?, ?)",
	[SQL_ENVELOPE_GET] = "SELECT bytes FROM envelope JOIN record ON record = sequence WHERE id = ?",
	[SQL_RECORD_GET] = "SELECT " RECORD_COLUMNS " FROM record WHERE id = ?",
	[SQL_RECORD_BY_HANDLE] = "SELECT " RECORD_COLUMNS " FROM record WHERE handle = ?",
	[SQL_RECORD_EACH] = "SELECT " RECORD_COLUMNS " FROM record WHERE sequence > ? ORDER BY sequence LIMIT ?",
	[SQL_RECORD_EACH_TEAM] = "SELECT " RECORD_COLUMNS " FROM audience JOIN record ON record = sequence"
	                         " WHERE record > ? AND team = ?3 ORDER BY record LIMIT ?2",
	[SQL_RECORD_COUNT] = "SELECT count(*) FROM record",
	[SQL_RECORD_SEQUENCE] = "SELECT sequence FROM record WHERE id = ?",

	[SQL_RECEIPT_ADD] = "INSERT INTO receipt VALUES (?, ?)",
	[SQL_RECEIPT_GET] = "SELECT bytes FROM receipt WHERE filing = ?",
	[SQL_REPORTER_ADD] = "INSERT INTO reporter VALUES (?, ?, ?)",
	[SQL_REPORTER_GET] = "SELECT number FROM reporter WHERE seat = ? AND alias = ?",
	[SQL_BATCH_ADD] = "INSERT INTO batch (record, sealed) VALUES (?, ?)",
	[SQL_BATCH_NEXT] = "SELECT b.number, r.handle, p.number, r.id, r.hdr0, b.sealed FROM batch b JOIN record r ON r.sequence = b.record"
	                   " JOIN reporter p ON p.seat = r.seat AND p.alias = r.alias WHERE b.number > ? ORDER BY b.number LIMIT 1",
	[SQL_BATCH_DONE] = "DELETE FROM batch WHERE number = ?",
	[SQL_BATCH_COUNT] = "SELECT count(*) FROM batch",
	[SQL_BATCH_LAST] = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'batch'",

	[SQL_COUNT_PUT] = "INSERT INTO counter VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET total = excluded.total",
	[SQL_COUNT_GET] = "SELECT total FROM counter WHERE day = ? AND scope = ? AND key = ?",
	[SQL_COUNT_SUM] = "WITH RECURSIVE of (day) AS (VALUES (?1) UNION ALL SELECT day + 1 FROM of WHERE day < ?2)" // a look-up for each day
	                  " SELECT ifnull(sum(total), 0) FROM of CROSS JOIN counter c ON c.day = of.day AND c.scope = ?3 AND c.key = ?4",
	[SQL_MARK_ADD] = "INSERT INTO mark VALUES (?, ?, ?)",
	[SQL_MARK_GET] = "SELECT 1 FROM mark WHERE scope = ? AND key = ?",
	[SQL_COUNT_FORGET] = "DELETE FROM counter WHERE day < ?",
	[SQL_MARK_FORGET] = "DELETE FROM mark WHERE day < ?",

	[SQL_TAG_ADD] = "INSERT INTO tag VALUES (?)",
	[SQL_TAG_GET] = "SELECT 1 FROM tag WHERE tag = ?",
	[SQL_WAITING_ADD] = "INSERT INTO waiting VALUES (?, ?)",
	[SQL_WAITING_EACH] = "SELECT place, blob FROM waiting ORDER BY place LIMIT ?",
	[SQL_WAITING_REMOVE] = "DELETE FROM waiting WHERE place <= ?",
	[SQL_BULLETIN_ADD] = "INSERT INTO bulletin VALUES (?, ?)",
	[SQL_BULLETIN_GET] = "SELECT bytes FROM bulletin WHERE number = ?",
	[SQL_BULLETIN_NEWEST] = "SELECT ifnull(max(number), 0) FROM bulletin",

	[SQL_CARD_PUT] = "INSERT INTO card VALUES (?, ?, ?) ON CONFLICT (id)"
	                 " DO UPDATE SET card = excluded.card, credential = excluded.credential",
	[SQL_CARD_GET] = "SELECT card, credential FROM card WHERE id = ?",
	[SQL_CARD_EACH] = "SELECT card, credential FROM card ORDER BY id",
	[SQL_HELD_ADD] = "INSERT INTO held (leaf, hash) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
	[SQL_HELD_EACH] = "SELECT leaf FROM held ORDER BY number",
};
