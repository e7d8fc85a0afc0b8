// The verb backup: a copy of the hub's state as of one moment, made beside the running hub. Sealed content only: no pepper ever, and
// no key unless it is asked for.
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "follow/follow.h"
#include "hub.h"
#include "match/log.h"
#include "sys/clock.h"
#include "sys/file.h"

#define MANIFEST "backup" // written last: without it a copy is not whole
#define COPIED_MAX 65536

static void place(const char *dir, const char *name, char path[static CONF_TEXT_MAX])
{
	INVARIANT(snprintf(path, CONF_TEXT_MAX, "%s/%s", dir, name) < CONF_TEXT_MAX);
}

static enum err copy_file(const struct hub_conf *c, const char *dir, const char *name, bool secret, struct why *why)
{
	char from[CONF_TEXT_MAX], to[CONF_TEXT_MAX];
	struct buf b;
	hub_path(c, name, from);
	place(dir, name, to);
	if (secret)
		buf_init_secret(&b, COPIED_MAX);
	else
		buf_init(&b, COPIED_MAX);
	enum err e = secret ? file_read_secret(from, COPIED_MAX, &b, why) : file_read(from, COPIED_MAX, &b, why);
	if (e == ERR_OK)
		e = file_create(to, buf_slice(&b), secret ? FILE_SECRET : FILE_PUBLIC, why);
	buf_free(&b);
	return e;
}

static enum err make_folders(const char *dir, bool keys, struct why *why)
{
	static const char *const names[] = {"store", "matcher", "keys"};
	char path[CONF_TEXT_MAX];
	place(dir, MANIFEST, path);
	enum err e = file_dir(dir, FILE_DIR, why);
	if (e == ERR_OK && file_has(path))
		e = why_set(why, ERR_EXISTS, "%s: there is a backup already", dir);
	for (unsigned i = 0; i < (keys ? 3 : 2) && e == ERR_OK; i++) {
		place(dir, names[i], path);
		e = file_dir(path, FILE_DIR, why);
	}
	return e;
}

static enum err copy_small(const struct hub_conf *c, const char *dir, bool keys, struct why *why)
{
	static const struct {
		const char *name;
		bool secret;
	} files[] = {{"charter", false}, {"store/charter", false}, {"tls.pem", false}, {"hub.enrol", false}, {"keys/ledger.key", true},
	             {"keys/hub.key", true}, {"matcher/matcher.key", true}, {"tls.key", true}};
	enum err e = ERR_OK;
	for (unsigned i = 0; i < sizeof files / sizeof *files && e == ERR_OK; i++)
		if (keys || !files[i].secret)
			e = copy_file(c, dir, files[i].name, files[i].secret, why);
	return e;
}

static enum err put_manifest(struct store *s, const char *dir, uint64_t last, uint64_t entries, bool keys, struct why *why)
{
	char path[CONF_TEXT_MAX], time[TIME_TEXT];
	uint8_t root[TREE_HASH];
	uint64_t records = 0, queued = 0;
	struct buf b;
	enum err e = store_record_count(s, &records, why);
	if (e == ERR_OK)
		e = store_batch_count(s, &queued, why);
	if (e != ERR_OK)
		return e;
	buf_init(&b, 4096);
	time_print(clock_now(), time);
	tree_root(store_frontier(s), root);
	buf_printf(&b, "made=%s\nversion=%s\nschema=%d\nleaves=%" PRIu64 "\nroot=", time, TOCSIN_VERSION, STORE_SCHEMA, store_frontier(s)->size);
	buf_put_hex(&b, slice_of(root, sizeof root));
	buf_printf(&b, "\nrecords=%" PRIu64 "\nqueued=%" PRIu64 "\nlast-batch=%" PRIu64 "\nmatcher-batches=%" PRIu64 "\nkeys=%s\n", records, queued, last,
	           entries, keys ? "yes" : "no");
	place(dir, MANIFEST, path);
	e = buf_status(&b) != ERR_OK ? why_set(why, ERR_SYSTEM, "out of memory") : file_create(path, buf_slice(&b), FILE_PUBLIC, why);
	if (e == ERR_OK)
		printf("%.*s", SLICE_ARGS(buf_slice(&b)));
	buf_free(&b);
	return e;
}

// The store first, the matcher's log after it: a batch that the store has let go is in the log by then. What came after the store's
// moment is left out of the log again, since a restored store gives those numbers a second time.
static enum err copy_all(const struct hub_conf *c, const char *dir, bool keys, struct why *why)
{
	char from[CONF_TEXT_MAX], to[CONF_TEXT_MAX];
	struct store *s = NULL;
	uint64_t last = 0, entries = 0;
	hub_path(c, "store", from);
	place(dir, "store", to);
	enum err e = make_folders(dir, keys, why);
	if (e == ERR_OK)
		e = store_open_snapshot(from, STORE_HUB, &s, why);
	if (e == ERR_OK)
		e = store_backup(s, to, why);
	if (e == ERR_OK)
		e = store_batch_last(s, &last, why);
	hub_path(c, "matcher", from);
	place(dir, "matcher", to);
	if (e == ERR_OK)
		e = match_log_copy(from, to, last, &entries, why);
	if (e == ERR_OK)
		e = copy_small(c, dir, keys, why);
	if (e == ERR_OK)
		e = put_manifest(s, dir, last, entries, keys, why);
	store_close(s);
	return e;
}

// A copy inside the state shares its fate, and would be in every later restoration of it.
static enum err outside(const struct hub_conf *c, const char *dir, struct why *why)
{
	char parent[CONF_TEXT_MAX], state[PATH_MAX], to[PATH_MAX];
	struct slice folder = file_directory(dir);
	snprintf(parent, sizeof parent, "%.*s", SLICE_ARGS(folder));
	if (realpath(c->state, state) == NULL || (realpath(dir, to) == NULL && realpath(parent, to) == NULL))
		return ERR_OK; // what is not there is told when it is opened
	size_t n = strlen(state);
	return strncmp(to, state, n) == 0 && (to[n] == '/' || to[n] == 0)
	         ? why_set(why, ERR_INPUT, "%s: lies in the state directory %s", dir, c->state) : ERR_OK;
}

int hub_backup(const struct hub_conf *c, const char *dir, bool keys)
{
	struct why why;
	enum err e = strlen(dir) > CONF_TEXT_MAX - 64 ? why_set(&why, ERR_LIMIT, "%.64s…: a path of %zu bytes", dir, strlen(dir))
	                                              : outside(c, dir, &why);
	if (e == ERR_OK)
		e = copy_all(c, dir, keys, &why);
	if (e == ERR_OK)
		return 0;
	fprintf(stderr, "tocsin-hub: backup: %s: %s\n", err_name(e), why.text);
	return 1;
}
