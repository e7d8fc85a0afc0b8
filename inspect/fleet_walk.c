// The files below a directory, one after the other, without keeping their names.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet.h"

enum err fleet_walk_open(struct fleet_walk *w, int root, const char *name, struct why *why)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	*w = (struct fleet_walk){0};
	if (d == NULL) {
		enum err e = why_set(why, ERR_SYSTEM, "%s: %s", name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return e;
	}
	w->open[w->depth++] = d;
	return ERR_OK;
}

void fleet_walk_close(struct fleet_walk *w)
{
	while (w->depth > 0)
		closedir(w->open[--w->depth]);
}

// Goes down; NULL, or why not.
static const char *enter(struct fleet_walk *w, const char *name, size_t n)
{
	size_t at = w->length[w->depth - 1];
	if (w->depth == FLEET_DEPTH_MAX)
		return "directories are more than 16 deep";
	int fd = openat(dirfd(w->open[w->depth - 1]), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		const char *problem = strerrordesc_np(errno);
		if (fd >= 0)
			close(fd);
		return problem;
	}
	memcpy(w->path + at, name, n);
	w->path[at + n] = '/';
	w->length[w->depth] = at + n + 1;
	w->open[w->depth++] = d;
	return NULL;
}

static unsigned char type_of(const struct fleet_walk *w, const struct dirent *entry)
{
	struct stat st;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	return fstatat(dirfd(w->open[w->depth - 1]), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? IFTODT(st.st_mode) : DT_UNKNOWN;
}

bool fleet_walk_next(struct fleet_walk *w, char path[static FILE_PATH_MAX], const char **problem)
{
	*problem = NULL;
	while (w->depth > 0) {
		errno = 0;
		const struct dirent *entry = readdir(w->open[w->depth - 1]);
		size_t at = w->length[w->depth - 1], n = entry == NULL ? 0 : strlen(entry->d_name);
		memcpy(path, w->path, at);
		path[at] = 0;
		if (entry == NULL) {
			bool broken = errno != 0;
			closedir(w->open[--w->depth]);
			if (!broken)
				continue;
			*problem = "the directory cannot be read to its end";
			return true;
		}
		if (entry->d_name[0] == '.')
			continue;
		if (at + n + 2 > FILE_PATH_MAX) {
			*problem = "a path that is too long";
			return true;
		}
		memcpy(path + at, entry->d_name, n + 1);
		unsigned char type = type_of(w, entry);
		if (type == DT_DIR && (*problem = enter(w, entry->d_name, n)) == NULL)
			continue;
		if (type == DT_LNK)
			*problem = "a symbolic link is not followed";
		else if (type != DT_REG && type != DT_DIR)
			*problem = "is no file";
		return true;
	}
	return false;
}
