// What became of logs while nobody looked: renamed, or renamed and compressed. Before the threads are there.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "following.h"
#include "log/log.h"
#include "source.h"
#include "sys/file.h"

// The first bytes of what is in an archive; 0 of anything else.
static size_t unpacked_head(const char *path, uint8_t head[static PLACE_HEAD])
{
	struct source *s;
	struct why why;
	size_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || source_open(fd, path, &s, &why) != ERR_OK)
		return 0;
	for (size_t got = 1; source_is_packed(s) && n < PLACE_HEAD && got > 0; n += got)
		if (source_read(s, head + n, PLACE_HEAD - n, &got, &why) != ERR_OK)
			break;
	source_close(s);
	return n;
}

struct candidate {
	struct followed *file;
	const struct place *place;
};

struct search {
	struct follow *f;
	bool *found; // by missing place
	struct candidate *candidate;
	size_t n, room;
};

static void keep_candidate(struct search *s, const char *path, const struct place *p)
{
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (s->n == s->room) {
		size_t room = s->room > 0 ? 2 * s->room : 64;
		struct candidate *more = realloc(s->candidate, room * sizeof *more);
		if (more == NULL)
			return;
		s->candidate = more;
		s->room = room;
	}
	if (follow_find(s->f, st.st_dev, st.st_ino) == NULL)
		follow_adopt(s->f, path, true);
	struct followed *x = follow_find(s->f, st.st_dev, st.st_ino);
	bool told = x != NULL && x->head > 0 && x->offset == (uint64_t)st.st_size; // by its own place
	if (x != NULL && !told)
		s->candidate[s->n++] = (struct candidate){x, p};
}

// Does the archive begin as one of the missing logs did?
static void compare_archive(struct search *s, const char *path)
{
	uint8_t head[PLACE_HEAD];
	size_t n = unpacked_head(path, head);
	for (size_t i = 0; i < s->f->missing.n && n > 0; i++) {
		const struct place *p = &s->f->missing.place[i];
		if (!follow_is_kin(path, p->path) || !place_begins(p, slice_of(head, n)))
			continue;
		s->found[i] = true;
		keep_candidate(s, path, p);
	}
}

static void search_directory(struct search *s, struct slice directory)
{
	char path[FOLLOW_PATH_MAX];
	struct dirent *entry;
	snprintf(path, sizeof path, "%.*s", SLICE_ARGS(directory));
	DIR *d = opendir(path);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_type != DT_DIR &&
		    (size_t)snprintf(path, sizeof path, "%.*s/%s", SLICE_ARGS(directory), entry->d_name) < sizeof path)
			compare_archive(s, path);
	if (d != NULL)
		closedir(d);
}

// An archive that alone holds the log goes on where the log was told. Where several begin alike any may be the one, and each is
// told from its beginning: what is told twice is marked, what is not told is lost.
static void resume(struct search *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct candidate *c = &s->candidate[i];
		bool alone = true;
		for (size_t k = 0; k < s->n; k++)
			alone &= k == i || (s->candidate[k].file != c->file && s->candidate[k].place != c->place);
		char *told = strdup(c->place->path);
		place_free(c->file->holds);
		c->file->holds = place_copy(c->place);
		c->file->offset = 0;
		c->file->unpacked = alone ? c->place->offset : 0;
		c->file->unpacked_line = alone ? c->place->line : 0;
		c->file->replayed_to = alone && s->f->before.closed ? 0 : TELL_ALL;
		if (told != NULL && alone) {
			free(c->file->told);
			c->file->told = told;
		} else {
			free(told);
		}
		log_line(LOG_INFO, "log-archived", log_value("log", "%s", c->place->path), log_value("archive", "%s", c->file->path),
		         log_value("told", "%llu", (unsigned long long)c->file->unpacked));
	}
}

static void search_archives(struct follow *f)
{
	struct search s = {.f = f, .found = calloc(f->missing.n, sizeof *s.found)};
	for (size_t i = 0; i < f->missing.n && s.found != NULL; i++) {
		struct slice directory = file_directory(f->missing.place[i].path);
		bool searched = false;
		for (size_t k = 0; k < i && !searched; k++)
			searched = slice_equal(file_directory(f->missing.place[k].path), directory);
		if (!searched)
			search_directory(&s, directory);
	}
	resume(&s);
	for (size_t i = 0; i < f->missing.n; i++)
		if (s.found == NULL || !s.found[i])
			log_line(LOG_WARNING, "log-lost", log_value("log", "%s", f->missing.place[i].path),
			         log_value("why", "nothing beside it has its inode or holds it; told up to %llu",
			                   (unsigned long long)f->missing.place[i].offset));
	free(s.candidate);
	free(s.found);
}

void follow_rotated(struct follow *f)
{
	for (size_t i = 0; i < f->before.n; i++) {
		const struct place *p = &f->before.place[i];
		char found[FOLLOW_PATH_MAX];
		struct why why;
		const struct followed *known = follow_find(f, (dev_t)p->device, (ino_t)p->inode);
		if (known != NULL && known->head == p->head && known->hash == p->hash)
			continue;
		int fd = known != NULL ? -1 : follow_open(p->path, (dev_t)p->device, (ino_t)p->inode, found);
		bool same = fd >= 0 && follow_begins_as(fd, p); // inodes are given away again
		if (fd >= 0)
			close(fd);
		if (same)
			follow_adopt(f, found, true);
		else if (places_add(&f->missing, p, &why) != ERR_OK)
			log_line(LOG_ERROR, "log-lost", log_value("log", "%s", p->path), log_value("why", "%s", why.text));
	}
	if (f->missing.n > 0)
		search_archives(f);
}
