#include "inventory/live.h"

#include <stdio.h>

#include "inventory/root.h"

#define MAPS_MAX (64u << 20) // bytes of one process's map
#define PATH_TEXT 64

struct scan {
	int root;
	const struct inventory_sink *sink;
	uint64_t unread;
	struct buf maps, small;
};

// What is deleted as soon as it is made, or never was a package's.
static bool is_passing(struct slice path)
{
	static const char *const prefixes[] = {"/memfd:", "/dev/", "/SYSV", "/tmp/", "/var/tmp/", "/run/", "/var/run/", "/proc/", "/[aio]", "/anon_hugepage", "/drm", "/i915"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (slice_starts(path, prefixes[i]))
			return true;
	return path.n == 0 || path.p[0] != '/';
}

// One line of proc_pid_maps(5): "address perms offset dev inode pathname". The path of a deleted file mapped to execute, or empty.
static struct slice deleted_file(struct slice line)
{
	static const char mark[] = " (deleted)";
	size_t at = 0;
	if (!slice_ends(line, mark))
		return (struct slice){0};
	line.n -= sizeof mark - 1;
	for (unsigned column = 0; column < 5; column++) {
		size_t end = slice_find(line, ' ', at);
		if (column == 1 && slice_find(slice_part(line, at, end - at), 'x', 0) == end - at)
			return (struct slice){0};
		for (at = end; at < line.n && line.p[at] == ' ';)
			at++;
	}
	struct slice path = slice_part(line, at, line.n);
	return is_passing(path) ? (struct slice){0} : path;
}

// The deepest unit of the process's control group: "0::/system.slice/ssh.service".
static struct slice unit_of(struct slice cgroup)
{
	struct slice unit = {0};
	for (size_t at = 0; at < cgroup.n; at++) {
		size_t end = at;
		while (end < cgroup.n && cgroup.p[end] != '/' && cgroup.p[end] != '\n')
			end++;
		struct slice part = slice_part(cgroup, at, end - at);
		bool service = part.n > 8 && slice_ends(part, ".service"), scope = part.n > 6 && slice_ends(part, ".scope");
		if (service || (scope && unit.n == 0))
			unit = part;
		at = end;
	}
	return unit;
}

// "comm" or "cgroup" of the process; empty when it is gone. False: '?' stands for some of it.
static bool small_file(struct scan *s, const char *pid, const char *name, char room[static INVENTORY_TEXT_MAX], struct slice *text)
{
	char path[PATH_TEXT];
	struct why why;
	snprintf(path, sizeof path, "proc/%s/%s", pid, name);
	buf_clear(&s->small);
	if (root_read(s->root, path, 4096, &s->small, NULL, &why) != ERR_OK)
		buf_clear(&s->small);
	struct slice all = buf_slice(&s->small);
	struct slice raw = strcmp(name, "cgroup") == 0 ? unit_of(all) : slice_trim(all);
	raw.n = raw.n < INVENTORY_TEXT_MAX ? raw.n : INVENTORY_TEXT_MAX;
	if (raw.n > 0)
		memcpy(room, raw.p, raw.n); // the buffer is needed for the next one
	return inventory_mend(slice_of(room, raw.n), room, text);
}

static enum err tell(struct scan *s, const char *pid, struct slice file, struct why *why)
{
	struct restart r = {.file = file};
	char rooms[3][INVENTORY_TEXT_MAX];
	for (const char *c = pid; *c != 0; c++)
		r.pid = r.pid * 10 + (uint64_t)(*c - '0');
	bool whole = inventory_mend(file, rooms[0], &r.file);
	whole &= small_file(s, pid, "comm", rooms[1], &r.process);
	whole &= small_file(s, pid, "cgroup", rooms[2], &r.unit);
	enum err e = s->sink->restart != NULL ? s->sink->restart(s->sink->context, &r, why) : ERR_OK;
	return e != ERR_OK || whole ? e
	                            : inventory_note(s->sink, 0, r.file, "the file of a process to restart, its unit or its own name is no text of at "
	                                                                 "most 1024 bytes: '?' stands for what it was not", why);
}

static enum err take_maps(struct scan *s, const char *pid, struct why *why)
{
	struct slice maps = buf_slice(&s->maps), before = {0};
	enum err e = ERR_OK;
	for (size_t at = 0; at < maps.n && e == ERR_OK;) {
		size_t end = slice_find(maps, '\n', at);
		struct slice file = deleted_file(slice_part(maps, at, end - at));
		at = end + 1;
		if (file.n > 0 && !slice_equal(file, before)) {
			e = tell(s, pid, file, why);
			before = file;
		}
	}
	return e;
}

static enum err take_process(void *context, int dir, const char *name, struct why *why)
{
	struct scan *s = context;
	char path[PATH_TEXT];
	(void)dir;
	for (const char *c = name; *c != 0; c++)
		if (*c < '0' || *c > '9' || c - name > 18)
			return ERR_OK;
	snprintf(path, sizeof path, "proc/%s/maps", name);
	buf_clear(&s->maps);
	enum err e = root_read(s->root, path, MAPS_MAX, &s->maps, NULL, why);
	if (e == ERR_DENIED || e == ERR_LIMIT)
		s->unread++;
	if (e == ERR_DENIED || e == ERR_LIMIT || e == ERR_ABSENT) // gone meanwhile
		return ERR_OK;
	return e != ERR_OK ? e : take_maps(s, name, why);
}

enum err restart_scan(int root, const struct inventory_sink *sink, uint64_t *unread, struct why *why)
{
	struct scan s = {.root = root, .sink = sink};
	buf_init(&s.maps, MAPS_MAX + 1);
	buf_init(&s.small, 8192);
	enum err e = root_list(root, "proc", take_process, &s, why);
	buf_free(&s.maps);
	buf_free(&s.small);
	if (e == ERR_OK)
		*unread = s.unread;
	return e;
}
