// A hub in memory that a test makes lie, and a follower of it with its store in a folder of its own.
#ifndef TOCSIN_TEST_FOLLOWER_H
#define TOCSIN_TEST_FOLLOWER_H

#include <dirent.h>
#include <unistd.h>

#include "fixture.h"
#include "follow/follow.h"
#include "proto/hub.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "test.h"

#define T 2
#define N 3
#define LEAVES_MAX 256

// A hub in memory: the leaves it shows, which a test may change.
struct hub {
	struct fixture *f;
	struct buf leaf[LEAVES_MAX];
	unsigned leaves;
};

static inline void hub_add(struct hub *h, struct slice leaf)
{
	INVARIANT(h->leaves < LEAVES_MAX);
	buf_init(&h->leaf[h->leaves], DOCUMENT_MAX);
	buf_put_slice(&h->leaf[h->leaves++], leaf);
}

static inline void hub_open(struct hub *h, struct fixture *f)
{
	*h = (struct hub){.f = f};
	for (unsigned i = 0; i < f->leaves; i++)
		hub_add(h, buf_slice(&f->leaf[i]));
}

static inline void hub_close(struct hub *h)
{
	for (unsigned i = 0; i < h->leaves; i++)
		buf_free(&h->leaf[i]);
}

static inline void hub_activity(struct hub *h, uint8_t fill)
{
	uint8_t leaf[ACTIVITY_LEAF];
	memset(leaf, fill, sizeof leaf);
	leaf[0] = ACTIVITY_FILING;
	hub_add(h, slice_of(leaf, sizeof leaf));
}

// A checkpoint over the first `size` leaves, cosigned by seats 1 to `cosigners` at time, time + 1, …
static inline void hub_note(const struct hub *h, uint64_t size, unsigned cosigners, uint64_t time, struct buf *note)
{
	const struct charter *c = governance_charter(h->f->governance);
	struct note_key log, witnesses[SEATS_MAX];
	struct tree_frontier frontier = {0};
	struct checkpoint checkpoint = {.size = size};
	for (uint64_t i = 0; i < size; i++) {
		uint8_t hash[TREE_HASH];
		tree_leaf_hash(buf_slice(&h->leaf[i]), hash);
		INVARIANT(tree_append(&frontier, hash, NULL, NULL) == ERR_OK);
	}
	tree_root(&frontier, checkpoint.root);
	snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", c->origin);
	INVARIANT(follow_keys(c, &log, witnesses, NULL) == ERR_OK);
	buf_init(note, NOTE_MAX);
	INVARIANT(checkpoint_sign(&checkpoint, &log, h->f->ledger, note, NULL) == ERR_OK);
	for (unsigned i = 0; i < cosigners; i++) {
		struct buf line;
		buf_init(&line, NOTE_MAX);
		INVARIANT(checkpoint_cosign(buf_slice(note), &witnesses[i], h->f->seat[i].witness, time + i, &line, NULL) == ERR_OK);
		buf_put_slice(note, buf_slice(&line));
		buf_free(&line);
	}
}

// "entries" from..to-1.
static inline void hub_entries(const struct hub *h, uint64_t from, uint64_t to, struct buf *answer)
{
	buf_init(answer, HUB_ENTRIES_BYTES);
	buf_put_u32(answer, (uint32_t)(to - from));
	for (uint64_t i = from; i < to; i++)
		buf_put_vec16(answer, buf_slice(&h->leaf[i]));
}

// --- The follower -------------------------------------------------------------------------------------------------------------

struct follower {
	struct hub hub;
	struct fixture *f;
	char folder[64];
	struct store *store;
	struct follow *follow;
};

static inline bool follower_reopen(struct follower *a)
{
	struct why why;
	follow_close(a->follow);
	store_close(a->store);
	a->follow = NULL;
	a->store = NULL;
	enum err e = store_open(a->folder, STORE_MEMBER, &a->store, &why);
	if (e == ERR_OK)
		e = follow_open(a->store, buf_slice(&a->f->leaf[0]), &a->follow, &why);
	return CHECK_SAY(e == ERR_OK, "%s", why.text);
}

static inline void follower_open(struct follower *a)
{
	*a = (struct follower){.f = fixture_new(T, N)};
	clock_set(FIXTURE_NOW);
	hub_open(&a->hub, a->f);
	snprintf(a->folder, sizeof a->folder, "/tmp/tocsin-follow-XXXXXX");
	INVARIANT(mkdtemp(a->folder) != NULL);
	follower_reopen(a);
}

static inline void follower_close(struct follower *a)
{
	follow_close(a->follow);
	store_close(a->store);
	hub_close(&a->hub);
	fixture_free(a->f);
	DIR *d = opendir(a->folder);
	for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
		char path[FILE_PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", a->folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(a->folder);
	clock_reset();
}

// Follows to `size` in answers of at most `most` leaves.
static inline enum err follow_to(struct follower *a, uint64_t size, unsigned cosigners, uint64_t time, uint64_t most, unsigned *refused, struct why *why)
{
	struct buf note, answer;
	uint64_t from, wanted;
	hub_note(&a->hub, size, cosigners, time, &note);
	enum err e = follow_start(a->follow, buf_slice(&note), why);
	while (e == ERR_OK && (wanted = follow_wanted(a->follow, &from)) > 0) {
		hub_entries(&a->hub, from, from + (wanted < most ? wanted : most), &answer);
		e = follow_entries(a->follow, buf_slice(&answer), why);
		buf_free(&answer);
	}
	if (e == ERR_OK)
		e = follow_finish(a->follow, refused, why);
	buf_free(&note);
	return e;
}

static inline enum err follow_all(struct follower *a, struct why *why)
{
	unsigned refused = 0;
	enum err e = follow_to(a, a->hub.leaves, N, FIXTURE_NOW, 7, &refused, why);
	CHECK(refused == 0);
	return e;
}

static inline uint64_t size_now(struct follower *a, uint64_t *time)
{
	struct followed newest = {0};
	CHECK(follow_newest(a->follow, &newest, NULL) == ERR_OK);
	if (time != NULL)
		*time = newest.time;
	CHECK(newest.checkpoint.size == store_frontier(a->store)->size);
	return newest.checkpoint.size;
}

#endif
