#include "following.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "files.h"
#include "log/log.h"
#include "sys/clock.h"
#include "sys/file.h"

#define DIRECTORY_EVENTS (IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR)

// --- Tables ------------------------------------------------------------------------------------------------------------------

static size_t inode_bucket(dev_t device, ino_t inode)
{
	return (size_t)(((uint64_t)inode * 0x9e3779b97f4a7c15ull ^ (uint64_t)device) >> 20) % BUCKETS;
}

static size_t path_bucket(const char *path)
{
	return (size_t)hash_keyed(0, slice_text(path)) % BUCKETS; // names of logs can be chosen: hosts, programs
}

struct followed *follow_find(struct follow *f, dev_t device, ino_t inode)
{
	struct followed *x = f->by_inode[inode_bucket(device, inode)];
	while (x != NULL && (x->inode != inode || x->device != device))
		x = x->next_inode;
	return x;
}

static struct followed *find_path(struct follow *f, const char *path)
{
	struct followed *x = f->by_path[path_bucket(path)];
	while (x != NULL && (x->gone || strcmp(x->path, path) != 0))
		x = x->next_path;
	return x;
}

static void unlink_path(struct follow *f, struct followed *x)
{
	struct followed **at = &f->by_path[path_bucket(x->path)];
	while (*at != x)
		at = &(*at)->next_path;
	*at = x->next_path;
}

static void link_path(struct follow *f, struct followed *x)
{
	struct followed **at = &f->by_path[path_bucket(x->path)];
	x->next_path = *at;
	*at = x;
}

static void forget(struct follow *f, size_t i)
{
	struct followed *x = f->files[i], **at = &f->by_inode[inode_bucket(x->device, x->inode)];
	unlink_path(f, x);
	while (*at != x)
		at = &(*at)->next_inode;
	*at = x->next_inode;
	f->files[i] = f->files[--f->n];
	if (x->watch >= 0)
		inotify_rm_watch(f->fd, x->watch);
	if (x->fd >= 0) {
		close(x->fd);
		f->open--;
	}
	fields_header_free(&x->header);
	place_free(x->holds);
	free(x->path);
	free(x->told);
	free(x);
	f->changed = true;
}

// --- Finding files: in the main thread ---------------------------------------------------------------------------------------

static void note_watch(struct follow *f, int watch, const char *directory)
{
	if (watch < 0)
		return;
	if ((size_t)watch >= f->watched_room) {
		size_t room = (size_t)watch * 2 + 64;
		struct watched *more = realloc(f->watched, room * sizeof *more);
		if (more == NULL)
			return; // the regular look finds what is not told
		memset(more + f->watched_room, 0, (room - f->watched_room) * sizeof *more);
		f->watched = more;
		f->watched_room = room;
	}
	if (directory != NULL && f->watched[watch].directory == NULL)
		f->watched[watch].directory = strdup(directory);
}

static void watch_directory(struct follow *f, const char *directory)
{
	note_watch(f, inotify_add_watch(f->fd, directory, DIRECTORY_EVENTS), directory);
}

static void watch_around(struct follow *f, const char *path)
{
	char directory[FOLLOW_PATH_MAX];
	snprintf(directory, sizeof directory, "%.*s", SLICE_ARGS(file_directory(path)));
	watch_directory(f, directory);
}

static int by_inode(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static const struct place *place_of(const struct follow *f, const struct stat *st, int fd)
{
	size_t low = 0, high = f->before.n; // sorted by inode
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (f->before.place[middle].inode < st->st_ino)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < f->before.n && f->before.place[i].inode == st->st_ino; i++) {
		const struct place *p = &f->before.place[i];
		if (p->device == st->st_dev && (uint64_t)st->st_size >= p->offset && follow_begins_as(fd, p))
			return p;
	}
	return NULL;
}

static void resume(struct followed *x, const struct place *p)
{
	x->offset = p->offset;
	x->line = p->line;
	x->head = p->head;
	x->hash = p->hash;
	char *told = strdup(p->path);
	if (told != NULL) {
		free(x->told);
		x->told = told;
	}
}

static bool keep(struct follow *f, struct followed *x)
{
	if (f->n == f->room) {
		size_t room = f->room > 0 ? f->room * 2 : 64;
		struct followed **more = realloc(f->files, room * sizeof *more);
		if (more == NULL)
			return false;
		f->files = more;
		f->room = room;
	}
	f->files[f->n++] = x;
	f->open++;
	if (f->open > f->how.open_max) {
		close(x->fd);
		x->fd = -1;
		f->open--;
	}
	struct followed **at = &f->by_inode[inode_bucket(x->device, x->inode)];
	x->next_inode = *at;
	*at = x;
	link_path(f, x);
	f->changed = true;
	follow_queue(f, x);
	return true;
}

void follow_adopt(struct follow *f, const char *path, bool gone)
{
	struct stat st, link;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd < 0 && errno != ENOENT)
			log_line(LOG_WARNING, "log-unreadable", log_value("log", "%s", path), log_value("why", "%s", strerror(errno)));
		if (fd >= 0)
			close(fd);
		return;
	}
	struct followed *x = calloc(1, sizeof *x);
	if (x == NULL || (x->path = strdup(path)) == NULL || (x->told = strdup(path)) == NULL) {
		close(fd);
		free(x != NULL ? x->path : NULL);
		free(x);
		return;
	}
	*x = (struct followed){.path = x->path, .told = x->told, .fd = fd, .watch = -1, .device = st.st_dev, .inode = st.st_ino,
	                       .gone = gone, .grown_ms = clock_monotonic_ms()};
	fields_header_init(&x->header);
	const struct place *p = place_of(f, &st, fd);
	if (f->first_look && !f->before.closed)
		x->replayed_to = (uint64_t)st.st_size; // also of a file that was found, told and not noted yet
	if (p != NULL)
		resume(x, p);
	else if (f->first_look && f->how.from_end)
		x->offset = (uint64_t)st.st_size;
	if (lstat(path, &link) == 0 && S_ISLNK(link.st_mode)) {
		x->watch = inotify_add_watch(f->fd, path, IN_MODIFY);
		note_watch(f, x->watch, NULL);
	}
	unsigned long long offset = x->offset; // afterwards it is a thread's
	pthread_mutex_lock(&f->lock);
	bool kept = keep(f, x);
	pthread_mutex_unlock(&f->lock);
	f->adopted |= kept;
	if (kept)
		log_line(LOG_DEBUG, "log-followed", log_value("log", "%s", path), log_value("offset", "%llu", offset));
}

// The file at `path`: known, known under another name, or new; and what was there before is rotated away.
static void look_at(struct follow *f, const char *path)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && !S_ISREG(st.st_mode))
		return;
	pthread_mutex_lock(&f->lock);
	struct followed *named = find_path(f, path), *known = there ? follow_find(f, st.st_dev, st.st_ino) : NULL;
	if (named != NULL && named != known) {
		named->gone = true;
		named->grown_ms = clock_monotonic_ms();
		follow_queue(f, named);
	}
	if (known != NULL && known != named && known->gone) {
		char *now = strdup(path);
		if (now != NULL) {
			unlink_path(f, known);
			free(known->path);
			known->path = now;
			link_path(f, known);
			known->gone = known->finish;
		}
	}
	if (known != NULL && ((uint64_t)st.st_size != known->offset || known->packed))
		follow_queue(f, known);
	pthread_mutex_unlock(&f->lock);
	if (there && known == NULL)
		follow_adopt(f, path, false);
}

static void look_for(struct follow *f, const char *pattern)
{
	struct files found = {0};
	struct why why;
	char root[FILE_PATH_MAX];
	files_root(pattern, root, sizeof root);
	watch_directory(f, root);
	enum err e = files_add(&found, pattern, &why);
	if (e != ERR_OK && e != ERR_ABSENT)
		log_line(LOG_WARNING, "pattern-unreadable", log_value("pattern", "%s", pattern), log_failure(e, &why));
	const char *around = NULL;
	for (size_t i = 0; i < found.n; i++) {
		const char *slash = strrchr(found.path[i], '/');
		size_t n = slash != NULL ? (size_t)(slash - found.path[i]) : 0;
		if (around == NULL || strncmp(around, found.path[i], n + 1) != 0 || strchr(around + n + 1, '/') != NULL)
			watch_around(f, found.path[i]);
		around = found.path[i];
		look_at(f, found.path[i]);
	}
	files_free(&found);
}

static void look_everywhere(struct follow *f)
{
	uint64_t began = clock_monotonic_ms();
	for (const char *const *p = f->how.pattern; *p != NULL; p++)
		look_for(f, *p);
	f->checked_ms = clock_monotonic_ms();
	f->check_took_ms = f->checked_ms - began;
}

static bool wanted(const struct follow *f, const char *path)
{
	for (const char *const *p = f->how.pattern; *p != NULL; p++) {
		size_t n = strlen(*p);
		if (fnmatch(*p, path, FNM_PATHNAME | FNM_PERIOD) == 0 || (strncmp(*p, path, n) == 0 && (path[n] == '/' || path[n] == 0)))
			return true;
	}
	return false;
}

static void event(struct follow *f, const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW) {
		look_everywhere(f);
		return;
	}
	if (e->wd < 0 || (size_t)e->wd >= f->watched_room)
		return;
	struct watched *w = &f->watched[e->wd];
	if (e->mask & IN_IGNORED) {
		free(w->directory);
		w->directory = NULL;
		return;
	}
	if (w->directory == NULL) { // what a link points to
		pthread_mutex_lock(&f->lock);
		for (size_t i = 0; i < f->n; i++)
			if (f->files[i]->watch == e->wd)
				follow_queue(f, f->files[i]);
		pthread_mutex_unlock(&f->lock);
		return;
	}
	char path[FOLLOW_PATH_MAX];
	bool here = strcmp(w->directory, ".") == 0, root = strcmp(w->directory, "/") == 0;
	snprintf(path, sizeof path, "%s%s%s", here ? "" : w->directory, here || root ? "" : "/", e->len > 0 ? e->name : "");
	if (e->mask & IN_ISDIR) {
		f->checked_ms = 0; // a new directory may hold files already
		return;
	}
	if (e->mask & IN_MODIFY) {
		pthread_mutex_lock(&f->lock);
		struct followed *x = find_path(f, path);
		if (x != NULL && !x->packed) // an archive when it is closed: it would be read from its start for every write
			follow_queue(f, x);
		pthread_mutex_unlock(&f->lock);
		if (x != NULL)
			return;
	}
	if (wanted(f, path))
		look_at(f, path);
}

void follow_events(struct follow *f)
{
	_Alignas(struct inotify_event) char buffer[FOLLOW_EVENTS_ROOM];
	ssize_t n;
	while ((n = read(f->fd, buffer, sizeof buffer)) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *e = (const struct inotify_event *)(const void *)at;
			event(f, e);
			at += sizeof *e + e->len;
		}
}

// --- From outside ------------------------------------------------------------------------------------------------------------

enum err follow_new(const struct follow_how *how, struct follow **out, struct why *why)
{
	struct follow *f = calloc(1, sizeof *f);
	if (f == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	f->how = *how;
	f->last = &f->first;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->ready, NULL);
	f->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->fd < 0) {
		free(f);
		return why_set(why, ERR_SYSTEM, "inotify: %s", strerror(errno));
	}
	*out = f;
	return ERR_OK;
}

enum err follow_start(struct follow *f, const struct places *before, struct why *why)
{
	enum err e = ERR_OK;
	f->before.closed = before->closed;
	for (size_t i = 0; i < before->n && e == ERR_OK; i++) {
		const struct place *p = &before->place[i];
		if (!p->done) {
			e = places_add(&f->before, p, why);
			continue;
		}
		struct place *to = &f->finished[f->finished_n % FINISHED_MAX];
		char *path = strdup(p->path);
		if (path == NULL)
			continue;
		free(to->path);
		*to = *p;
		to->path = path;
		f->finished_n++;
	}
	if (e != ERR_OK)
		return e;
	if (f->before.n > 0)
		qsort(f->before.place, f->before.n, sizeof *f->before.place, by_inode);
	f->first_look = true;
	look_everywhere(f);
	follow_rotated(f);
	f->first_look = false;
	places_free(&f->before);
	for (unsigned i = 0; i < f->how.threads; i++) {
		f->worker[i].f = f;
		if (pthread_create(&f->worker[i].thread, NULL, follow_work, &f->worker[i]) != 0)
			break;
		f->started++;
	}
	return f->started > 0 ? ERR_OK : why_set(why, ERR_SYSTEM, "no thread to be had");
}

int follow_fd(const struct follow *f)
{
	return f->fd;
}

void follow_tick(struct follow *f)
{
	uint64_t now = clock_monotonic_ms(), rest = 20 * f->check_took_ms;
	if (now >= f->checked_ms + (rest > FOLLOW_CHECK_MS ? rest : FOLLOW_CHECK_MS))
		look_everywhere(f);
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n;) {
		struct followed *x = f->files[i];
		if (x->done && !x->busy && !x->queued) {
			forget(f, i);
			continue;
		}
		if (x->gone && !x->finish) {
			x->finish = now >= x->grown_ms + FOLLOW_LINGER_MS;
			follow_queue(f, x);
		}
		i++;
	}
	pthread_mutex_unlock(&f->lock);
}

bool follow_is_idle(struct follow *f)
{
	pthread_mutex_lock(&f->lock);
	bool idle = f->first == NULL && f->busy == 0;
	pthread_mutex_unlock(&f->lock);
	return idle;
}

void follow_wake(struct follow *f)
{
	pthread_mutex_lock(&f->lock);
	pthread_cond_broadcast(&f->ready);
	pthread_mutex_unlock(&f->lock);
}

struct place follow_place(const struct followed *x)
{
	return (struct place){x->device, x->inode, x->offset, x->line, x->head, x->hash, x->told, false, 0};
}

enum err follow_places(struct follow *f, struct places *p, bool *changed, struct why *why)
{
	enum err e = ERR_OK;
	pthread_mutex_lock(&f->lock);
	*changed = f->changed;
	f->changed = false;
	for (size_t i = 0; i < f->n && *changed && e == ERR_OK; i++) {
		const struct followed *x = f->files[i];
		const struct place own = follow_place(x);
		e = places_add(p, x->holds != NULL && x->offset == 0 ? x->holds : &own, why);
	}
	size_t first = f->finished_n > FINISHED_MAX ? f->finished_n - FINISHED_MAX : 0;
	for (size_t i = first; i < f->finished_n && *changed && e == ERR_OK; i++)
		if (f->finished[i % FINISHED_MAX].done)
			e = places_add(p, &f->finished[i % FINISHED_MAX], why);
	pthread_mutex_unlock(&f->lock);
	return e;
}

bool follow_adopted(struct follow *f)
{
	bool adopted = f->adopted;
	f->adopted = false;
	return adopted;
}

void follow_touch(struct follow *f)
{
	pthread_mutex_lock(&f->lock);
	f->changed = true;
	pthread_mutex_unlock(&f->lock);
}

void follow_end(struct follow *f, bool whole)
{
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n && whole; i++) {
		f->files[i]->finish = true;
		follow_queue(f, f->files[i]);
	}
	while (whole && (f->first != NULL || f->busy > 0) && !output_is_broken(f->how.output)) {
		pthread_mutex_unlock(&f->lock);
		usleep(1000);
		pthread_mutex_lock(&f->lock);
	}
	f->changed = true;
	f->stopping = true;
	pthread_cond_broadcast(&f->ready);
	pthread_mutex_unlock(&f->lock);
	for (unsigned i = 0; i < f->started; i++) {
		pthread_join(f->worker[i].thread, NULL);
		lines_free(f->worker[i].lines);
		shared_drop(f->how.set, f->worker[i].held);
	}
	f->started = 0;
}

void follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	if (f->started > 0) // a start that failed behind follow_start(): what threads wait on cannot be destroyed
		follow_end(f, false);
	while (f->n > 0)
		forget(f, f->n - 1);
	for (size_t i = 0; i < f->watched_room; i++)
		free(f->watched[i].directory);
	for (size_t i = 0; i < FINISHED_MAX; i++)
		free(f->finished[i].path);
	places_free(&f->missing);
	free(f->watched);
	free(f->files);
	close(f->fd);
	pthread_cond_destroy(&f->ready);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
