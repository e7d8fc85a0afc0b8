// The bytes of a log file, whether it is plain, gzip or Zstandard: by what the file starts with, not by its name.
#ifndef TOCSIN_WATCH_SOURCE_H
#define TOCSIN_WATCH_SOURCE_H

#include <sys/types.h>

#include "base/err.h"
#include "base/slice.h"

#define SOURCE_WINDOW_LOG_MAX 27 // Zstandard windows up to 128 MiB: what `zstd --ultra` writes without --long

#define SOURCE_MAGIC_MAX 4       // bytes at the front of a file that say what it is

struct source;

// Takes the descriptor over, also when it fails.
MUST_USE enum err source_open(int fd, const char *path, struct source **s, struct why *why);
void source_close(struct source *s); // NULL allowed
bool source_is_packed(const struct source *s);
// Up to n bytes; *got 0: the end. ERR_INPUT: packed bytes that are damaged or end too early (all before was given).
MUST_USE enum err source_read(struct source *s, uint8_t *to, size_t n, size_t *got, struct why *why);
uint64_t source_taken(const struct source *s); // bytes of the file itself read so far
bool source_looks_packed(struct slice head); // of a file's first SOURCE_MAGIC_MAX bytes
bool source_looks_foreign(struct slice head); // the same: packed by what is not understood here, xz, bzip2 or lz4

#endif
