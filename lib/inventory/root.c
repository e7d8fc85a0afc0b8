#include "inventory/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READINGS 3 // of a file that changes
#define STEP 65536u
#define OPENINGS 64u

static int open_in(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int fd = -1;
	for (unsigned i = 0; fd < 0 && i < OPENINGS && (i == 0 || errno == EAGAIN); i++) // a rename elsewhere met a ".." (openat2(2))
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	return fd;
}

static enum err refuse(struct why *why, const char *path)
{
	int error = errno;
	enum err e = error == ENOENT || error == ENOTDIR || error == ESRCH ? ERR_ABSENT
	             : error == EACCES || error == EPERM                  ? ERR_DENIED
	             : error == ELOOP                                     ? ERR_INPUT
	                                                                  : ERR_SYSTEM;
	return why_set(why, e, "%s: %s", path, strerror(error));
}

enum err root_open(int root, const char *path, int *fd, struct stat *info, struct why *why)
{
	// Looked at before it is opened: to open a pipe or a device can have effects.
	int look = open_in(root, path, O_PATH), found = -1;
	if (look < 0)
		return refuse(why, path);
	enum err e = fstat(look, info) != 0 ? refuse(why, path) : ERR_OK;
	close(look);
	if (e == ERR_OK && S_ISREG(info->st_mode)) {
		found = open_in(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
		if (found < 0 || fstat(found, info) != 0)
			e = refuse(why, path);
	}
	if (e == ERR_OK && !S_ISREG(info->st_mode))
		e = why_set(why, ERR_INPUT, "%s: not a regular file", path);
	if (e != ERR_OK && found >= 0)
		close(found);
	else if (e == ERR_OK)
		*fd = found;
	return e;
}

static enum err read_to_end(int fd, const char *path, size_t max, struct buf *b, struct why *why)
{
	for (size_t start = b->n;;) {
		size_t room = max - (b->n - start);
		size_t want = room < STEP ? room + 1 : STEP; // one over the maximum, to notice a longer file
		uint8_t *to = buf_add(b, want);
		if (to == NULL)
			return why_set(why, buf_status(b), "%s: more than %zu bytes", path, max);
		ssize_t n = read(fd, to, want);
		b->n -= want - (n > 0 ? (size_t)n : 0);
		if (n < 0 && errno != EINTR)
			return refuse(why, path);
		if (b->n - start > max)
			return why_set(why, ERR_LIMIT, "%s: more than %zu bytes", path, max);
		if (n == 0)
			return ERR_OK;
	}
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

// *whole: nothing changed it meanwhile.
static enum err read_once(int root, const char *path, size_t max, struct buf *b, struct stat *info, bool *whole, struct why *why)
{
	int fd;
	struct stat after;
	enum err e = root_open(root, path, &fd, info, why);
	if (e != ERR_OK)
		return e;
	size_t start = b->n;
	e = read_to_end(fd, path, max, b, why);
	if (e == ERR_OK && fstat(fd, &after) != 0)
		e = refuse(why, path);
	// Files of /proc have no size, and no state to compare.
	*whole = e == ERR_OK && (info->st_size == 0 || (same_state(info, &after) && b->n - start == (size_t)info->st_size));
	close(fd);
	return e;
}

enum err root_read(int root, const char *path, size_t max, struct buf *b, struct stat *info, struct why *why)
{
	struct stat local;
	size_t start = b->n;
	for (unsigned i = 0; i < READINGS; i++) {
		bool whole;
		b->n = start;
		enum err e = read_once(root, path, max, b, info != NULL ? info : &local, &whole, why);
		if (e != ERR_OK || whole)
			return e;
	}
	b->n = start;
	return why_set(why, ERR_AWAY, "%s: it changed while it was read, %d times: try again when nothing is being installed", path, READINGS);
}

enum err root_list(int root, const char *path, root_entry *entry, void *context, struct why *why)
{
	int fd = open_in(root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return refuse(why, path);
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		enum err e = refuse(why, path);
		close(fd);
		return e;
	}
	enum err e = ERR_OK;
	size_t count = 0;
	struct dirent *d = NULL;
	while (e == ERR_OK && (errno = 0, d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		e = ++count > ROOT_LIST_MAX ? why_set(why, ERR_LIMIT, "%s: more than %u names", path, ROOT_LIST_MAX)
		                            : entry(context, fd, d->d_name, why);
	}
	if (e == ERR_OK && errno != 0) // half a directory is no directory
		e = refuse(why, path);
	closedir(dir);
	return e;
}

enum err root_stat(int root, const char *path, struct stat *info, struct why *why)
{
	int fd;
	enum err e = root_open(root, path, &fd, info, why);
	if (e == ERR_OK)
		close(fd);
	return e;
}

bool root_has(int root, const char *path)
{
	struct stat info;
	enum err e = root_stat(root, path, &info, NULL);
	return e == ERR_OK || e == ERR_DENIED;
}

bool root_is_locked(int root, const char *path)
{
	int fd;
	struct stat info;
	if (root_open(root, path, &fd, &info, NULL) != ERR_OK)
		return false;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	bool locked = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return locked;
}
