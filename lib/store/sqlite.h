// The store over SQLite: what its files share. Nothing of this leaves lib/store.
//
// All SQL is in schema.c: the steps that make the tables, and one text per statement. A statement is prepared at its first use and
// kept until the store is closed.
#ifndef TOCSIN_STORE_SQLITE_H
#define TOCSIN_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

enum statement {
	SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK,
	SQL_LEAF_ADD, SQL_LEAF_GET, SQL_LEAF_EACH, SQL_LEAF_COUNT, SQL_NODE_ADD, SQL_NODE_GET,
	SQL_VALUE_PUT, SQL_VALUE_GET, SQL_VALUE_REMOVE,
	SQL_RECORD_TAKEN, SQL_RECORD_ADD, SQL_AUDIENCE_ADD, SQL_ENVELOPE_ADD, SQL_ENVELOPE_GET, SQL_RECORD_GET, SQL_RECORD_BY_HANDLE,
	SQL_RECORD_EACH, SQL_RECORD_EACH_TEAM, SQL_RECORD_COUNT, SQL_RECORD_SEQUENCE,
	SQL_RECEIPT_ADD, SQL_RECEIPT_GET, SQL_REPORTER_ADD, SQL_REPORTER_GET, SQL_BATCH_ADD, SQL_BATCH_NEXT, SQL_BATCH_DONE,
	SQL_BATCH_COUNT, SQL_BATCH_LAST,
	SQL_COUNT_PUT, SQL_COUNT_GET, SQL_COUNT_SUM, SQL_MARK_ADD, SQL_MARK_GET, SQL_COUNT_FORGET, SQL_MARK_FORGET,
	SQL_TAG_ADD, SQL_TAG_GET, SQL_WAITING_ADD, SQL_WAITING_EACH, SQL_WAITING_REMOVE, SQL_BULLETIN_ADD, SQL_BULLETIN_GET,
	SQL_BULLETIN_NEWEST,
	SQL_CARD_PUT, SQL_CARD_GET, SQL_CARD_EACH, SQL_HELD_ADD, SQL_HELD_EACH,
	STATEMENTS,
};

extern const char *const store_sql[STATEMENTS];
// What takes a store of schema i to schema i+1.
struct store_step {
	const char *hub, *keeper;
};
extern const struct store_step store_steps[STORE_SCHEMA];
// Takes a store from schema `from` to `to`, all steps in one transaction. On failure only closing is left, which undoes them.
MUST_USE enum err store_upgrade(struct store *s, const struct store_step *steps, int64_t from, int64_t to, struct why *why);

struct store {
	sqlite3 *db;
	enum store_of kind;
	bool writing;                  // between begin and commit
	bool broken;                   // something failed since begin: nothing but a rollback is left
	bool followed;                 // a keeper's frontier differs from the one on disk
	struct tree_frontier frontier; // over all leaves so far
	struct tree_frontier before;   // as it was at begin
	sqlite3_stmt *lent;            // the statement that owns the slices given out last
	sqlite3_stmt *statement[STATEMENTS];
};

// One use of a statement: values in the order of its ?, then run or row. Failures of binding are sticky until then.
struct query {
	struct store *s;
	sqlite3_stmt *st; // NULL when it could not be prepared
	int rc;
	int parameter;
};

// Ends the life of slices given out before. A statement that writes outside a transaction is a broken invariant.
struct query query_of(struct store *s, enum statement which);
void query_u64(struct query *q, uint64_t v);       // as the signed number of the same bits
void query_blob(struct query *q, struct slice v);  // borrowed until the query ends
void query_text(struct query *q, const char *v);   // the same
// A statement without rows, to its end.
MUST_USE enum err query_run(struct query *q, struct why *why);
// The next row. ERR_ABSENT after the last one (why is left alone) or ERR_SYSTEM; both end the query.
MUST_USE enum err query_row(struct query *q, struct why *why);
void query_end(struct query *q);
// The row's slices live until the next query_of().
void query_lend(struct query *q);

uint64_t column_u64(const struct query *q, int column);
struct slice column_blob(const struct query *q, int column);
// A column of exactly n bytes. ERR_SYSTEM: the store is damaged.
MUST_USE enum err column_copy(const struct query *q, int column, void *to, size_t n, struct why *why);
// The one number that a query without parameters answers.
MUST_USE enum err store_number(struct store *s, enum statement which, uint64_t *v, struct why *why);
// Says what SQLite said; inside a transaction nothing but a rollback is left.
enum err store_fail(struct store *s, struct why *why, const char *doing);
// Bytes on disk that this program never wrote.
enum err store_damaged(struct store *s, struct why *why, const char *what);
// Puts a keeper's frontier on disk; reads the frontier of either kind.
MUST_USE enum err store_frontier_save(struct store *s, struct why *why);
MUST_USE enum err store_frontier_load(struct store *s, struct why *why);

#endif
