// Files as they are handed over: plain, compressed (gz, zst, xz, bz2) or archives of files (tar, zip, either compressed), through
// libarchive, in one way: a walk over members, each read as a stream. Nothing is unpacked to disk, no member inside a member is
// opened. Bounded: a bomb ends with ERR_LIMIT, not with a full disk or memory.
//
// One compression at most, round the whole: a compressed archive yes, something compressed twice no. What is neither compressed
// nor an archive is one member, an empty file one empty member. A zip is known by its first bytes, never by what a file ends
// with. Formats other than these are not spoken (rar, 7zip, iso, cab, mtree…): such a file comes through as one member of bytes.
//
// libarchive parses hostile bytes: call it in a process that holds no key and no database. It does not compare the checksum of
// gzip: where that matters, what was signed is verified before it comes here.
#ifndef TOCSIN_ARCHIVE_ARCHIVE_H
#define TOCSIN_ARCHIVE_ARCHIVE_H

#include "base/err.h"
#include "base/slice.h"

#define ARCHIVE_MEMBERS_MAX 5000000u
#define ARCHIVE_BYTES_MAX (64ull << 30)   // of all members, expanded
#define ARCHIVE_RATIO_MAX 400u            // expanded to compressed, once more than ARCHIVE_RATIO_FREE came out
#define ARCHIVE_RATIO_FREE (64ull << 20)
#define ARCHIVE_NAME_MAX 4096u

struct archive_member; // the one being visited

// The path inside, only ever a name ("../x" and "/etc/x" come through); when it is no archive the name given to the walk without
// the ending of its compression. Valid UTF-8: a malformed byte becomes '?'; "member 17" when the archive tells none.
struct slice archive_name(const struct archive_member *m);
// Up to `room` bytes; *n == 0 at the end of the member. ERR_INPUT: damaged; ERR_LIMIT: over a maximum above.
MUST_USE enum err archive_read(struct archive_member *m, void *p, size_t room, size_t *n, struct why *why);
// The whole member, at most `max` bytes, into memory that is valid until the next call on the walk.
MUST_USE enum err archive_all(struct archive_member *m, size_t max, struct slice *bytes, struct why *why);

// Called for each regular file. What is not read is skipped; where that takes expanding it (a compressed tar, a zip through a pipe) it
// counts as what is read. Anything but ERR_OK ends the walk and is its result.
typedef enum err archive_visit(void *context, struct archive_member *m, struct why *why);

// fd, a file or a pipe, is read from its start and stays the caller's; name is what messages call it. Results besides that of the
// visit: ERR_INPUT: damaged. ERR_LIMIT. ERR_AWAY: the file changed while it was read. ERR_SYSTEM: it could not be read.
MUST_USE enum err archive_walk(int fd, const char *name, archive_visit *visit, void *context, struct why *why);

struct archive_limits {
	uint64_t members, bytes, ratio, free;
};

// The same under limits of the caller's.
MUST_USE enum err archive_walk_within(int fd, const char *name, const struct archive_limits *limits, archive_visit *visit, void *context,
                                      struct why *why);

#endif
