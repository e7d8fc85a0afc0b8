// The three forms that rpm's database of packages has had, each from the bytes of its file: nothing is opened, nothing is written. The
// bytes are a stranger's: each page or block of them is used at most once, so time and memory are bounded by the file's size.
//
//   SQLite            rpmdb.sqlite   rpm 4.16 and later: Fedora 33, RHEL 9, Amazon Linux 2023, Azure Linux
//   ndb               Packages.db    SUSE and openSUSE (rpm's lib/backend/ndb)
//   Berkeley DB hash  Packages       before: RHEL 5 to 8 and their relatives, Amazon Linux 2
#ifndef TOCSIN_INVENTORY_RPM_FORM_H
#define TOCSIN_INVENTORY_RPM_FORM_H

#include "base/err.h"
#include "base/slice.h"

// Gets each package's number in the database and its header, which lives until it returns; .p NULL: a record that is none. Anything but
// ERR_OK ends the reading and is its result.
typedef enum err rpm_take(void *context, uint64_t number, struct slice header, struct why *why);

bool rpm_sqlite_is(struct slice file);
bool rpm_ndb_is(struct slice file);
bool rpm_bdb_is(struct slice file); // a Berkeley DB, of any kind

// `path` is for the explanation. ERR_INPUT: damaged, cut off, or of a kind that rpm does not write; ERR_SYSTEM: no memory; or the taker's.
// rpm_sqlite_read changes the first page of `file` (see there), which must not move meanwhile.
MUST_USE enum err rpm_sqlite_read(uint8_t *file, size_t n, const char *path, rpm_take *take, void *context, struct why *why);
// Berkeley DB's hash in versions 8 to 10 and both byte orders (its dbinc/db_page.h), without checksums and encryption. Record 0, which
// counts, is no package.
MUST_USE enum err rpm_bdb_read(struct slice file, const char *path, rpm_take *take, void *context, struct why *why);
// Version 0. Every blob's Adler-32 is checked.
MUST_USE enum err rpm_ndb_read(struct slice file, const char *path, rpm_take *take, void *context, struct why *why);

// Marks one of the places that `bits` are for. False: it was.
static inline bool rpm_first_use(uint8_t *bits, size_t place)
{
	uint8_t bit = (uint8_t)(1u << place % 8);
	bool first = (bits[place / 8] & bit) == 0;
	bits[place / 8] |= bit;
	return first;
}

#endif
