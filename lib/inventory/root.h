// Files below a root directory, which may be the image of a stranger: no symbolic link leads out of it (openat2 with
// RESOLVE_IN_ROOT), nothing but regular files is read, nothing is written, nothing executed.
#ifndef TOCSIN_INVENTORY_ROOT_H
#define TOCSIN_INVENTORY_ROOT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

#define ROOT_PATH_MAX 1024
#define ROOT_LIST_MAX 4194304u // names in one directory

// Paths are relative ("var/lib/dpkg/status"). ERR_ABSENT: no such file; ERR_DENIED: no right; ERR_INPUT: no regular file;
// ERR_SYSTEM. The caller closes *fd.
MUST_USE enum err root_open(int root, const char *path, int *fd, struct stat *info, struct why *why);
// Its state alone. Errors of root_open.
MUST_USE enum err root_stat(int root, const char *path, struct stat *info, struct why *why);
// The whole file, one state of it: ERR_AWAY when it changed during each of three readings. ERR_LIMIT over max or b's maximum. *info
// (may be NULL) is its state.
MUST_USE enum err root_read(int root, const char *path, size_t max, struct buf *b, struct stat *info, struct why *why);
// Names of the directory, "." and ".." left out, in no order; `entry` gets the descriptor of the directory for fstatat(). Anything
// but ERR_OK of `entry` ends it and is its result.
typedef enum err root_entry(void *context, int dir, const char *name, struct why *why);
MUST_USE enum err root_list(int root, const char *path, root_entry *entry, void *context, struct why *why);
// Whether there is a regular file, also one that may not be read; any link on the way stays inside.
bool root_has(int root, const char *path);
// Whether another process holds an fcntl() lock on that file. False also where the file cannot be opened.
bool root_is_locked(int root, const char *path);

#endif
