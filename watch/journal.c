#include "journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>
#undef LOG_DEBUG // <syslog.h>'s
#undef LOG_INFO
#undef LOG_WARNING

#include "log/log.h"
#include "sys/clock.h"
#include "when.h"

#define WAIT_US 500000
#define SETTLE_EVERY 256u // entries between two notes of the place while there are more
#define HITS_MAX 256u     // of one entry that are told at once

struct journal {
	struct journal_how how;
	sd_journal *j;
	pthread_t thread;
	pthread_mutex_t lock;
	char cursor[PLACE_CURSOR_MAX];
	bool changed, idle, running, stopping;
	uint64_t replayed_to; // microseconds
	uint64_t us; // of the entry that is being told
	struct held_set *held;
	struct scan *scan;
	struct teller teller;
	struct buf entry;
	struct scan_hit hits[HITS_MAX];
	size_t count;
};

static enum err failed(struct why *why, const char *what, int r)
{
	return why_set(why, r == -ENOENT ? ERR_ABSENT : ERR_SYSTEM, "journal: %s: %s", what, strerror(-r));
}

enum err journal_new(const struct journal_how *how, struct journal **out, struct why *why)
{
	struct journal *j = calloc(1, sizeof *j);
	if (j == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	j->how = *how;
	buf_init(&j->entry, JOURNAL_ENTRY_MAX);
	pthread_mutex_init(&j->lock, NULL);
	snprintf(j->cursor, sizeof j->cursor, "%s", how->cursor);
	enum err e = ERR_OK;
	int r = how->directory != NULL ? sd_journal_open_directory(&j->j, how->directory, 0)
	                               : sd_journal_open(&j->j, SD_JOURNAL_LOCAL_ONLY);
	if (r < 0)
		e = failed(why, how->directory != NULL ? how->directory : "open", r);
	else if ((r = sd_journal_set_data_threshold(j->j, JOURNAL_ENTRY_MAX)) < 0) // otherwise compressed fields end at 64 KiB
		e = failed(why, "threshold", r);
	else if ((r = sd_journal_get_fd(j->j)) < 0) // makes its inotify descriptor while it may
		e = failed(why, "watch", r);
	if (e == ERR_OK)
		*out = j;
	else
		journal_end(j);
	return e;
}

static int by_place(const void *a, const void *b)
{
	const struct scan_hit *x = a, *y = b;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool tell_hits(struct journal *j)
{
	// The place of an entry is its time in microseconds: "offset" of the sighting.
	const struct line line = {buf_slice(&j->entry), j->us, j->us, 0, true};
	qsort(j->hits, j->count, sizeof *j->hits, by_place);
	bool told = tell_line(&j->teller, &line, j->hits, j->count);
	j->count = 0;
	return told;
}

static bool found(void *context, const struct scan_hit *hit)
{
	struct journal *j = context;
	j->hits[j->count++] = *hit;
	return j->count < HITS_MAX || tell_hits(j);
}

static bool take_set(struct journal *j)
{
	struct why why;
	if (j->scan == NULL || !shared_is_current(j->how.set, j->held)) {
		struct held_set *fresh = shared_take(j->how.set);
		struct scan *scan;
		if (scan_new(fresh->set, j->how.scan, found, j, &scan, &why) != ERR_OK) {
			shared_drop(j->how.set, fresh);
			return j->scan != NULL;
		}
		scan_free(j->scan);
		shared_drop(j->how.set, j->held);
		j->scan = scan;
		j->held = fresh;
	}
	scan_now(j->scan, clock_now());
	return true;
}

// NAME=value lines; newlines within a value become spaces so that a line is a field.
static void gather(struct journal *j, uint64_t us)
{
	const void *data;
	size_t n;
	buf_clear(&j->entry);
	SD_JOURNAL_FOREACH_DATA(j->j, data, n) {
		size_t from = j->entry.n;
		if (from + n + 1 > JOURNAL_ENTRY_MAX) {
			log_line(LOG_WARNING, "journal-entry-cut", log_value("realtime", "%llu", (unsigned long long)us));
			n = JOURNAL_ENTRY_MAX - from - 1;
		}
		if (n == 0)
			return;
		buf_put(&j->entry, data, n);
		for (size_t i = from; i < j->entry.n; i++)
			if (j->entry.p[i] == '\n')
				j->entry.p[i] = ' ';
		buf_put_u8(&j->entry, '\n');
	}
}

static bool tell_entry(struct journal *j, uint64_t us)
{
	gather(j, us);
	j->us = us;
	j->count = 0;
	j->teller = (struct teller){.output = j->how.output, .set = j->held->set, .path = "journal", .journal = true,
	                            .now = clock_now(), .replayed_to = j->replayed_to, .at_ms = us / 1000};
	bool whole = scan_block(j->scan, j->entry.p, j->entry.n, true) == j->entry.n;
	return whole && (j->count == 0 || tell_hits(j));
}

static void settle(struct journal *j)
{
	char *cursor = NULL;
	if (!output_flush(j->how.output) || sd_journal_get_cursor(j->j, &cursor) < 0)
		return;
	pthread_mutex_lock(&j->lock);
	j->changed = true;
	if (strlen(cursor) < sizeof j->cursor)
		strcpy(j->cursor, cursor);
	pthread_mutex_unlock(&j->lock);
	free(cursor);
}

static bool stopping(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	bool is = j->stopping;
	pthread_mutex_unlock(&j->lock);
	return is || output_is_broken(j->how.output);
}

static void *work(void *context)
{
	struct journal *j = context;
	unsigned unsettled = 0;
	while (!stopping(j)) {
		uint64_t us = 0;
		int r = take_set(j) ? sd_journal_next(j->j) : 0;
		if (r > 0) {
			if (sd_journal_get_realtime_usec(j->j, &us) >= 0 && !tell_entry(j, us))
				break;
			if (++unsettled >= SETTLE_EVERY) {
				settle(j);
				unsettled = 0;
			}
			continue;
		}
		if (unsettled > 0)
			settle(j);
		unsettled = 0;
		pthread_mutex_lock(&j->lock);
		j->idle = true;
		pthread_mutex_unlock(&j->lock);
		sd_journal_wait(j->j, WAIT_US);
	}
	return NULL;
}

enum err journal_start(struct journal *j, struct why *why)
{
	uint64_t us;
	int r;
	if (j->how.replay && sd_journal_seek_tail(j->j) >= 0 && sd_journal_previous(j->j) > 0 &&
	    sd_journal_get_realtime_usec(j->j, &us) >= 0)
		j->replayed_to = us + 1;
	if (j->cursor[0] != 0) {
		r = sd_journal_seek_cursor(j->j, j->cursor);
		if (r >= 0 && sd_journal_next(j->j) > 0 && sd_journal_test_cursor(j->j, j->cursor) <= 0)
			sd_journal_previous(j->j); // it is gone: this one is the next, and not told yet
	} else {
		r = j->how.from_end ? sd_journal_seek_tail(j->j) : sd_journal_seek_head(j->j);
		if (r >= 0 && j->how.from_end)
			sd_journal_previous(j->j);
	}
	if (r < 0)
		return failed(why, "seek", r);
	j->running = pthread_create(&j->thread, NULL, work, j) == 0;
	return j->running ? ERR_OK : why_set(why, ERR_SYSTEM, "no thread to be had");
}

bool journal_cursor(struct journal *j, char cursor[static PLACE_CURSOR_MAX])
{
	pthread_mutex_lock(&j->lock);
	memcpy(cursor, j->cursor, PLACE_CURSOR_MAX);
	bool changed = j->changed;
	j->changed = false;
	pthread_mutex_unlock(&j->lock);
	return changed;
}

bool journal_is_idle(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	bool idle = j->idle;
	pthread_mutex_unlock(&j->lock);
	return idle;
}

void journal_end(struct journal *j)
{
	if (j == NULL)
		return;
	pthread_mutex_lock(&j->lock);
	j->stopping = true;
	pthread_mutex_unlock(&j->lock);
	if (j->running)
		pthread_join(j->thread, NULL);
	sd_journal_close(j->j);
	scan_free(j->scan);
	shared_drop(j->how.set, j->held);
	buf_free(&j->entry);
	pthread_mutex_destroy(&j->lock);
	free(j);
}
