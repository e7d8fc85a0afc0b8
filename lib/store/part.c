#include "store/part.h"

#include "store/sqlite.h"

static enum err run(struct store *s, const char *sql, struct why *why)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : store_fail(s, why, sql);
}

enum err store_part_begin(struct store *s, struct store_part *p, struct why *why)
{
	INVARIANT(s->writing);
	if (s->broken)
		return why_set(why, ERR_SYSTEM, "store: something failed in this transaction: nothing of it is kept");
	p->before = s->frontier;
	return run(s, "SAVEPOINT part", why);
}

enum err store_part_end(struct store *s, const struct store_part *p, bool keep, struct why *why)
{
	INVARIANT(s->writing);
	if (s->broken) // SQLite may have given up the transaction by itself
		return why_set(why, ERR_SYSTEM, "store: something failed in this transaction: nothing of it is kept");
	if (keep)
		return run(s, "RELEASE part", why);
	s->frontier = p->before;
	return run(s, "ROLLBACK TO part; RELEASE part", why);
}
