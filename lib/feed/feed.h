// Feeds as they are published, turned into facts. Each reader streams: its memory does not grow with the feed. A record that
// cannot be taken is told (FACT_REFUSED, with file, path and rule) and passed over; a feed that is no feed is refused.
//
// These parse hostile bytes: run them in a process that holds no key and no database.
#ifndef TOCSIN_FEED_FEED_H
#define TOCSIN_FEED_FEED_H

#include "archive/archive.h"
#include "knowledge/fact.h"

#define FEED_LINE_MAX (16u << 20) // bytes of one line of a feed of lines

struct feed_options {
	enum source_kind kind; // 0: tell by the content
	struct slice name;     // of the source; "": the kind's usual name
	int64_t dated;         // used where the feed itself gives no date: the file's own time
	unsigned part, parts;  // of `parts` processes that share a file's members, or a directory's files, this one is `part`; parts 0: all
	struct slice ecosystem; // of a table of affected packages without such a column: "Debian:12"
};

// Reads a file: plain, compressed, or an archive of records (all members of one kind). The first fact is the source; only of a part
// that took nothing there may be refusals alone. Of records (CVE, OSV, CSAF, VEX) the source is said again at the end, not whole, with
// the date of the newest. ERR_INPUT: not a feed that is known, with what its first bytes look like; or one that replaces all its source
// said and is damaged: what was said of it must not be used.
MUST_USE enum err feed_read(int fd, const char *path, const struct feed_options *options, fact_sink *sink, void *context,
                            struct why *why);
// A directory of records or of feeds, walked in byte order of the names, symbolic links not followed.
MUST_USE enum err feed_read_directory(const char *path, const struct feed_options *options, fact_sink *sink, void *context,
                                      struct why *why);

#endif
