// SQLite's write-ahead log (sqlite.org/fileformat2.html, section 4), applied to a database in memory: SQLite would want the files.
#ifndef TOCSIN_INVENTORY_RPM_LOG_H
#define TOCSIN_INVENTORY_RPM_LOG_H

#include "base/buf.h"
#include "base/err.h"

// Copies the pages of committed transactions into `database`, at most `max` bytes. What follows the last whole commit is not there
// for any reader, and is left out; a log that is not one, or of another page size, has no effect. An empty one neither.
MUST_USE enum err rpm_log_apply(struct buf *database, struct slice log, size_t max, struct why *why);

#endif
