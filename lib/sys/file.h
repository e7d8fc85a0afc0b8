// Files: every call on the disk that can fail, made durable and bounded.
//
// ERR_ABSENT means that the path does not exist, ERR_LIMIT that the content is over the maximum, ERR_SYSTEM that the disk or
// the kernel refused: `why` then names the path, the call and the reason. All descriptors are close-on-exec.
// (The C library's header of the same name, for flock(), is hidden by this one.)
#ifndef TOCSIN_SYS_FILE_H
#define TOCSIN_SYS_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define FILE_PUBLIC 0644 // mode of a file that everybody may read
#define FILE_SECRET 0600 // mode of a file with a key in it
#define FILE_DIR 0700    // mode of a state directory
#define FILE_PATH_MAX 1024 // bytes of a path, final NUL included

// Appends the whole regular file to `b`. ERR_LIMIT when it has more than `max` bytes or does not fit in b.
MUST_USE enum err file_read(const char *path, size_t max, struct buf *b, struct why *why);
// The same for a file with a secret: ERR_DENIED when group or others have any right on it, or when it belongs to somebody else.
// `b` must be from buf_init_secret().
MUST_USE enum err file_read_secret(const char *path, size_t max, struct buf *b, struct why *why);

// Maps a regular file of 1 to `max` bytes read-only; munmap() its bytes. ERR_INPUT: no regular file, or empty. `flags` are mmap()'s:
// MAP_PRIVATE or MAP_SHARED, and more.
MUST_USE enum err file_map(const char *path, uint64_t max, int flags, struct slice *bytes, struct why *why);

// Replaces the file as a whole: temporary file beside it ("<path>.new"), fsync, rename, fsync of the directory. After ERR_OK
// the new content survives a power cut; after a failure (or a power cut) the file holds either the old content or the new one.
// One writer per path. ERR_SYSTEM too where something else than a file is (a device, a pipe, a directory): it stays.
MUST_USE enum err file_write(const char *path, struct slice content, mode_t mode, struct why *why);
// The same, but ERR_EXISTS when the path is there already: for keys and other files that are made once.
MUST_USE enum err file_create(const char *path, struct slice content, mode_t mode, struct why *why);

// Opens a file for file_append(), creating it durably. The caller closes *fd.
MUST_USE enum err file_append_open(const char *path, mode_t mode, int *fd, struct why *why);
// Adds the bytes at the end and waits until they are on the disk (fdatasync). When it fails the file is cut back to its
// former length; if that fails too, `why` says so, and the caller must stop using the file (a torn tail may follow the last record).
MUST_USE enum err file_append(int fd, struct slice bytes, struct why *why);

// Makes a directory durably. ERR_OK when it is there already (its mode is then left alone); ERR_EXISTS when the path is
// something else than a directory.
MUST_USE enum err file_dir(const char *path, mode_t mode, struct why *why);
// Takes the lock of a state directory (a lock on the file "<dir>/lock"), so that two daemons never share one. ERR_EXISTS when another
// process holds it. The lock lasts until *fd is closed by all who inherited it.
MUST_USE enum err file_lock(const char *dir, int *fd, struct why *why);
// Removes a file durably; ERR_ABSENT when there is none. The blocks are not overwritten: file systems keep copies anyway.
MUST_USE enum err file_remove(const char *path, struct why *why);
bool file_has(const char *path);
// "<dir>/<name>" into path; ERR_LIMIT over FILE_PATH_MAX, ERR_INPUT when name is empty, starts with '.', or contains '/'.
MUST_USE enum err file_path(char path[FILE_PATH_MAX], const char *dir, const char *name, struct why *why);
// The directory that a path is in: borrowed from it, or "." when it names none. Slashes at the end are no part of a name.
struct slice file_directory(const char *path);

#endif
