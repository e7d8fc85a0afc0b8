#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void files_free(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->path[i]);
	free(f->path);
	*f = (struct files){0};
}

enum err files_put(struct files *f, const char *path, struct why *why)
{
	if (f->n == FILES_MAX)
		return why_set(why, ERR_LIMIT, "more than %u files", FILES_MAX);
	if (f->n == f->room) {
		size_t room = f->room > 0 ? f->room * 2 : 64;
		char **more = realloc(f->path, room * sizeof *more);
		if (more == NULL)
			return why_set(why, ERR_SYSTEM, "no memory for %zu files", room);
		f->path = more;
		f->room = room;
	}
	f->path[f->n] = strdup(path);
	if (f->path[f->n] == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	f->n++;
	return ERR_OK;
}

static enum err add_path(struct files *f, const char *path, unsigned depth, struct why *why);

static enum err add_directory(struct files *f, const char *path, unsigned depth, struct why *why)
{
	struct dirent **names;
	int n = depth < FILES_DEPTH_MAX ? scandir(path, &names, NULL, alphasort) : (errno = ELOOP, -1);
	if (n < 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	enum err e = ERR_OK;
	for (int i = 0; i < n; i++) {
		char below[PATH_MAX]; // what is longer the kernel opens not
		bool fits = (size_t)snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name) < sizeof below;
		if (e == ERR_OK && names[i]->d_name[0] != '.' && fits)
			e = add_path(f, below, depth + 1, why);
		free(names[i]);
	}
	free(names);
	return e;
}

// Below a directory links and sockets are passed over; named ones are opened whatever they are.
static enum err add_path(struct files *f, const char *path, unsigned depth, struct why *why)
{
	struct stat st;
	int r = depth > 0 ? lstat(path, &st) : stat(path, &st);
	if (r != 0)
		return depth > 0 ? ERR_OK : why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_directory(f, path, depth, why);
	return depth > 0 && !S_ISREG(st.st_mode) ? ERR_OK : files_put(f, path, why);
}

enum err files_add(struct files *f, const char *pattern, struct why *why)
{
	struct stat st;
	glob_t found;
	if (stat(pattern, &st) == 0 || strpbrk(pattern, "*?[") == NULL)
		return add_path(f, pattern, 0, why);
	int r = glob(pattern, 0, NULL, &found);
	if (r != 0)
		return why_set(why, r == GLOB_NOMATCH ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", pattern,
		               r == GLOB_NOMATCH ? "no such file" : "cannot be read");
	enum err e = ERR_OK;
	for (size_t i = 0; i < found.gl_pathc && e == ERR_OK; i++)
		e = add_path(f, found.gl_pathv[i], 0, why);
	globfree(&found);
	return e;
}

void files_root(const char *pattern, char *root, size_t room)
{
	size_t n = strcspn(pattern, "*?[");
	if (pattern[n] == 0) {
		const char *slash = strrchr(pattern, '/');
		n = slash != NULL ? (size_t)(slash - pattern) : 0;
	} else {
		while (n > 0 && pattern[n] != '/')
			n--;
	}
	if (n == 0)
		snprintf(root, room, "%s", pattern[0] == '/' ? "/" : ".");
	else
		snprintf(root, room, "%.*s", (int)n, pattern);
}
