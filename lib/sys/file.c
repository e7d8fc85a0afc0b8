#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fail.h"

#define READ_STEP 65536 // bytes asked of read() at once

static enum err refuse(struct why *why, const char *path, const char *call)
{
	int error = errno;
	return why_set(why, error == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s: %s", path, call, strerror(error));
}

static int open_file(const char *path, int flags, mode_t mode)
{
	return fail_now(FAIL_OPEN) ? -1 : open(path, flags | O_CLOEXEC, mode);
}

static int sync_file(int fd)
{
	return fail_now(FAIL_SYNC) ? -1 : fsync(fd);
}

static bool write_all(int fd, struct slice s)
{
	while (s.n > 0) {
		ssize_t n = fail_now(FAIL_WRITE) ? -1 : write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = slice_part(s, (size_t)n, s.n);
	}
	return true;
}

struct slice file_directory(const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n > 0 ? slice_of(path, n) : SLICE_LITERAL(".");
}

// ERR_LIMIT when it is too long.
static enum err parent_of(char parent[FILE_PATH_MAX], const char *path, struct why *why)
{
	struct slice directory = file_directory(path);
	if (strlen(path) >= FILE_PATH_MAX)
		return why_set(why, ERR_LIMIT, "path of %zu bytes: at most %d", strlen(path), FILE_PATH_MAX - 1);
	snprintf(parent, FILE_PATH_MAX, "%.*s", SLICE_ARGS(directory));
	return ERR_OK;
}

static enum err sync_parent(const char *path, struct why *why)
{
	char parent[FILE_PATH_MAX];
	enum err e = parent_of(parent, path, why);
	if (e != ERR_OK)
		return e;
	int fd = open_file(parent, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return refuse(why, parent, "open");
	if (sync_file(fd) != 0)
		e = refuse(why, parent, "fsync");
	close(fd);
	return e == ERR_OK ? ERR_OK : ERR_SYSTEM;
}

// Reads what is left of fd, at most max bytes, into b.
static enum err read_rest(int fd, const char *path, size_t max, struct buf *b, struct why *why)
{
	for (size_t total = 0;;) {
		// One byte over the maximum is asked for, so that a longer file is noticed without storing it.
		size_t ask = max - total < READ_STEP ? max - total : READ_STEP;
		uint8_t over;
		uint8_t *to = ask > 0 ? buf_add(b, ask) : &over;
		if (to == NULL)
			return why_set(why, buf_status(b), "%s: no room for %zu bytes", path, total + ask);
		ssize_t n = fail_now(FAIL_READ) ? -1 : read(fd, to, ask > 0 ? ask : 1);
		int error = errno;
		b->n -= ask - (n > 0 && ask > 0 ? (size_t)n : 0);
		if (n < 0 && error == EINTR)
			continue;
		errno = error;
		if (n < 0)
			return refuse(why, path, "read");
		if (n == 0)
			return ERR_OK;
		if (ask == 0)
			return why_set(why, ERR_LIMIT, "%s: more than %zu bytes", path, max);
		total += (size_t)n;
	}
}

static enum err read_checked(const char *path, size_t max, bool secret, struct buf *b, struct why *why)
{
	int fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return refuse(why, path, "open");
	size_t before = b->n;
	if (max > b->max - b->n)
		max = b->max - b->n;
	enum err e = ERR_OK;
	struct stat st;
	if (fstat(fd, &st) != 0)
		e = refuse(why, path, "fstat");
	else if (!S_ISREG(st.st_mode))
		e = why_set(why, ERR_INPUT, "%s: not a regular file", path);
	else if (secret && (st.st_uid != geteuid() || (st.st_mode & 077) != 0))
		e = why_set(why, ERR_DENIED, "%s: mode %03o, owner %u: a secret must be mode 600 and belong to user %u", path,
			(unsigned)st.st_mode & 0777, st.st_uid, geteuid());
	else if (st.st_size > 0 && (uintmax_t)st.st_size > max)
		e = why_set(why, ERR_LIMIT, "%s: %jd bytes: at most %zu", path, (intmax_t)st.st_size, max);
	else
		e = read_rest(fd, path, max, b, why);
	close(fd);
	if (e != ERR_OK && b->n > before) {
		memset(b->p + before, 0, b->n - before);
		b->n = before;
	}
	return e;
}

enum err file_read(const char *path, size_t max, struct buf *b, struct why *why)
{
	return read_checked(path, max, false, b, why);
}

enum err file_read_secret(const char *path, size_t max, struct buf *b, struct why *why)
{
	INVARIANT(b->secret);
	return read_checked(path, max, true, b, why);
}

// Writes the content to "<path>.new" and syncs it; the name goes to `new`.
static enum err write_beside(char new[FILE_PATH_MAX], const char *path, struct slice content, mode_t mode, struct why *why)
{
	if ((size_t)snprintf(new, FILE_PATH_MAX, "%s.new", path) >= FILE_PATH_MAX)
		return why_set(why, ERR_LIMIT, "path of %zu bytes: at most %d", strlen(path), FILE_PATH_MAX - 5);
	// A left-over of a crash is removed, so that the new file gets its own mode and not the old one's.
	if (unlink(new) != 0 && errno != ENOENT)
		return refuse(why, new, "unlink");
	int fd = open_file(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (fd < 0)
		return refuse(why, new, "open");
	enum err e = ERR_OK;
	if (fchmod(fd, mode) != 0) // whatever the umask is
		e = refuse(why, new, "fchmod");
	else if (!write_all(fd, content))
		e = refuse(why, new, "write");
	else if (sync_file(fd) != 0)
		e = refuse(why, new, "fsync");
	if (close(fd) != 0 && e == ERR_OK)
		e = refuse(why, new, "close");
	if (e != ERR_OK)
		unlink(new);
	return e;
}

enum err file_write(const char *path, struct slice content, mode_t mode, struct why *why)
{
	char new[FILE_PATH_MAX];
	struct stat st;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) // /dev/null would become a file, for everybody
		return why_set(why, ERR_SYSTEM, "%s: is no regular file, and would be replaced by one", path);
	enum err e = write_beside(new, path, content, mode, why);
	if (e != ERR_OK)
		return e;
	if (fail_now(FAIL_RENAME) || rename(new, path) != 0) {
		e = refuse(why, path, "rename");
		unlink(new);
		return e;
	}
	return sync_parent(path, why);
}

enum err file_create(const char *path, struct slice content, mode_t mode, struct why *why)
{
	char new[FILE_PATH_MAX];
	enum err e = write_beside(new, path, content, mode, why);
	if (e != ERR_OK)
		return e;
	// RENAME_NOREPLACE and not a look before: two makers cannot both win.
	if (fail_now(FAIL_RENAME) || renameat2(AT_FDCWD, new, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
		e = errno == EEXIST ? why_set(why, ERR_EXISTS, "%s: there already", path) : refuse(why, path, "rename");
		unlink(new);
		return e;
	}
	return sync_parent(path, why);
}

enum err file_append_open(const char *path, mode_t mode, int *fd, struct why *why)
{
	int made = open_file(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, mode);
	if (made < 0)
		return refuse(why, path, "open");
	enum err e = sync_parent(path, why);
	if (e != ERR_OK)
		close(made);
	else
		*fd = made;
	return e;
}

enum err file_append(int fd, struct slice bytes, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return why_set(why, ERR_SYSTEM, "append: fstat: %s", strerror(errno));
	const char *call = "write";
	if (write_all(fd, bytes)) {
		call = "fdatasync";
		if (!fail_now(FAIL_SYNC) && fdatasync(fd) == 0)
			return ERR_OK;
	}
	int error = errno;
	bool cut = !fail_now(FAIL_TRUNCATE) && ftruncate(fd, st.st_size) == 0 && !fail_now(FAIL_SYNC) && fdatasync(fd) == 0;
	return why_set(why, ERR_SYSTEM, "append: %s: %s%s", call, strerror(error), cut ? "" : "; a torn tail may be left");
}

enum err file_dir(const char *path, mode_t mode, struct why *why)
{
	struct stat st;
	if (!fail_now(FAIL_MKDIR) && mkdir(path, mode) == 0)
		return sync_parent(path, why);
	if (errno != EEXIST)
		return refuse(why, path, "mkdir");
	if (stat(path, &st) != 0)
		return refuse(why, path, "stat");
	return S_ISDIR(st.st_mode) ? ERR_OK : why_set(why, ERR_EXISTS, "%s: not a directory", path);
}

enum err file_lock(const char *dir, int *fd, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, dir, "lock", why);
	if (e != ERR_OK)
		return e;
	int made = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, FILE_SECRET);
	if (made < 0)
		return refuse(why, path, "open");
	// Of the open file and not of the process (fcntl_locking(2)), so that it is not lost when any descriptor of it is closed.
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (!fail_now(FAIL_LOCK) && fcntl(made, F_OFD_SETLK, &whole) == 0) {
		*fd = made;
		return ERR_OK;
	}
	bool held = errno == EAGAIN || errno == EACCES;
	e = held ? why_set(why, ERR_EXISTS, "%s: another process uses this directory", dir) : refuse(why, path, "lock");
	close(made);
	return e;
}

enum err file_remove(const char *path, struct why *why)
{
	if (fail_now(FAIL_UNLINK) || unlink(path) != 0)
		return refuse(why, path, "unlink");
	return sync_parent(path, why);
}

bool file_has(const char *path)
{
	return access(path, F_OK) == 0;
}

enum err file_path(char path[FILE_PATH_MAX], const char *dir, const char *name, struct why *why)
{
	if (name[0] == 0 || name[0] == '.' || strchr(name, '/') != NULL)
		return why_set(why, ERR_INPUT, "file name \"%s\": must not be empty, begin with '.' or contain '/'", name);
	char joined[FILE_PATH_MAX];
	if ((size_t)snprintf(joined, sizeof joined, "%s/%s", dir, name) >= sizeof joined)
		return why_set(why, ERR_LIMIT, "path of %zu bytes: at most %d", strlen(dir) + 1 + strlen(name), FILE_PATH_MAX - 1);
	memcpy(path, joined, strlen(joined) + 1);
	return ERR_OK;
}

enum err file_map(const char *path, uint64_t max, int flags, struct slice *bytes, struct why *why)
{
	struct stat st;
	int fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0); // a pipe would keep us waiting
	if (fd < 0)
		return why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno));
	enum err e = ERR_OK;
	void *map = MAP_FAILED;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		e = why_set(why, ERR_INPUT, "%s: is no regular file", path);
	else if (st.st_size == 0)
		e = why_set(why, ERR_INPUT, "%s: is empty", path);
	else if ((uint64_t)st.st_size > max)
		e = why_set(why, ERR_LIMIT, "%s: over %" PRIu64 " bytes", path, max);
	else if ((map = mmap(NULL, (size_t)st.st_size, PROT_READ, flags, fd, 0)) == MAP_FAILED)
		e = why_set(why, ERR_SYSTEM, "%s: mmap: %s", path, strerror(errno));
	close(fd);
	if (e == ERR_OK)
		*bytes = slice_of(map, (size_t)st.st_size);
	return e;
}
