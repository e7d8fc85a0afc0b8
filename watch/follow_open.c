// Opening what is followed, also when it was renamed while it was not open.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "following.h"
#include "sys/file.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_exactly(const char *path, dev_t device, ino_t inode)
{
	struct stat st;
	int fd = open(path, OPEN_FLAGS);
	if (fd < 0 || (fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

int follow_open(const char *path, dev_t device, ino_t inode, char found[FOLLOW_PATH_MAX])
{
	char directory[FOLLOW_PATH_MAX];
	struct dirent *entry;
	struct slice in = file_directory(path);
	int fd = open_exactly(path, device, inode);
	snprintf(found, FOLLOW_PATH_MAX, "%s", path);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	snprintf(directory, sizeof directory, "%.*s", SLICE_ARGS(in));
	DIR *d = opendir(directory);
	while (fd < 0 && d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_ino == inode &&
		    (size_t)snprintf(found, FOLLOW_PATH_MAX, "%s/%s", directory, entry->d_name) < FOLLOW_PATH_MAX)
			fd = open_exactly(found, device, inode);
	if (d != NULL)
		closedir(d);
	if (fd < 0)
		errno = ENOENT;
	return fd;
}
