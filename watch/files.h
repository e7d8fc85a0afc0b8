// Which files a pattern means: a path, a directory (all regular files below it), or a shell pattern.
#ifndef TOCSIN_WATCH_FILES_H
#define TOCSIN_WATCH_FILES_H

#include "base/err.h"
#include <stddef.h>

#define FILES_MAX 1000000u // files of one command
#define FILES_DEPTH_MAX 32u // directories inside each other

struct files {
	char **path; // owned
	size_t n, room;
};

void files_free(struct files *f);
// Adds the path as it stands. ERR_LIMIT: over FILES_MAX.
MUST_USE enum err files_put(struct files *f, const char *path, struct why *why);
// Adds what it means, sorted. ERR_ABSENT: nothing; ERR_LIMIT: over FILES_MAX.
MUST_USE enum err files_add(struct files *f, const char *pattern, struct why *why);
// The directory below which everything lies that the pattern can ever mean: what stands before its first wildcard.
void files_root(const char *pattern, char *root, size_t room);

#endif
