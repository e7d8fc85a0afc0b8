// A core with everything around it, for tests of a seat's rules: the keys' answers come from a thread, the hub's ledger stands here.
// Included by the one file of each test program.
#ifndef TOCSIN_TEST_RUNNING_CORE_H
#define TOCSIN_TEST_RUNNING_CORE_H

#include "seat.h"

#include <pthread.h>
#include <sys/socket.h>

#include "base/wire.h"
#include "core.h"
#include "filing/release.h"
#include "filing/voucher.h"
#include "proto/hub.h"

// Not every program uses all of it.
#define MAYBE __attribute__((unused))

#define LEVELS 8
#define LEAVES 200

static struct fixture *f;
static struct seat_state seat;
static struct core *core;
static pthread_t server;
static struct channel_link link_of_core;
static struct channel *channel;

// The hub's ledger: the fixture's documents, and what a test adds.
static struct buf ledger[LEAVES];
static unsigned ledger_n;
static struct tree_frontier frontier;
static uint8_t nodes[LEVELS][LEAVES][TREE_HASH];

MAYBE static enum err node_write(void *context, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	(void)context;
	memcpy(nodes[level][index], hash, TREE_HASH);
	return ERR_OK;
}

MAYBE static enum err node_read(void *context, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)context;
	memcpy(hash, nodes[level][index], TREE_HASH);
	return ERR_OK;
}

MAYBE static void append(struct slice leaf)
{
	uint8_t hash[TREE_HASH];
	buf_init(&ledger[ledger_n], TREE_LEAF_MAX);
	buf_put_slice(&ledger[ledger_n++], leaf);
	tree_leaf_hash(leaf, hash);
	seat_must(tree_append(&frontier, hash, node_write, NULL));
}

MAYBE static void append_activity(uint8_t what)
{
	uint8_t leaf[ACTIVITY_LEAF] = {ACTIVITY_FILING, what};
	append(slice_of(leaf, sizeof leaf));
}

// --- Setting up -----------------------------------------------------------------------------------------------------------

static void *serve(void *unused)
{
	struct why ended;
	const struct channel_server s = {.questions = keys_questions, .context = seat.keys, .links = &link_of_core, .count = 1,
	                                 .stop = -1};
	(void)unused;
	INVARIANT(channel_serve(&s, &ended) == ERR_OK);
	return NULL;
}

MAYBE static void open_core(void)
{
	int pair[2];
	char store[CONF_TEXT_MAX];
	INVARIANT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	link_of_core = (struct channel_link){pair[1], "core", KEYS_FRAME_MAX};
	seat_must(channel_new(&pair[0], 1, KEYS_FRAME_MAX, &channel, &why));
	INVARIANT(pthread_create(&server, NULL, serve, NULL) == 0);
	core = calloc(1, sizeof *core);
	INVARIANT(core != NULL);
	core->conf = &seat.conf;
	core->keys = channel;
	memcpy(core->identity, f->charter.seats[0].identity, SIGN_PUBLIC);
	keeper_path(&seat.conf, "store", store);
	seat_must(core_open(core, buf_slice(&f->leaf[0]), store, &why));
}

MAYBE static void close_core(void)
{
	core_close(core);
	free(core);
	channel_free(channel); // ends the server
	INVARIANT(pthread_join(server, NULL) == 0);
	close(link_of_core.fd);
}

MAYBE static void restart(void)
{
	close_core();
	seat_restart(&seat);
	open_core();
}

MAYBE static void set_up(void)
{
	f = fixture_new(NEEDED, SEATS);
	clock_set(FIXTURE_NOW);
	seat_make(&seat, f, 0);
	ledger_n = 0;
	frontier = (struct tree_frontier){0};
	for (unsigned i = 0; i < f->leaves; i++)
		append(buf_slice(&f->leaf[i]));
	open_core();
}

MAYBE static void tear_down(void)
{
	close_core();
	seat_remove(&seat);
	for (unsigned i = 0; i < ledger_n; i++)
		buf_free(&ledger[i]);
	fixture_free(f);
	clock_reset();
}

// --- The hub ----------------------------------------------------------------------------------------------------------------

// Seats 2 and 3 cosign what seat 1, under test, follows: its own cosignatures it must remember.
// A checkpoint over the first `size` leaves, cosigned at `time` by the seats of the mask (bit i is seat i's).
MAYBE static void sign_checkpoint(uint64_t size, uint8_t spoil, uint64_t seats, uint64_t time, struct buf *note)
{
	struct checkpoint c = {.size = size};
	struct tree_frontier at;
	struct note_key log, witness;
	char name[SIGN_ORIGIN_MAX + 16];
	seat_must(tree_frontier_load(size, node_read, NULL, &at));
	tree_root(&at, c.root);
	c.root[0] ^= spoil;
	memcpy(c.origin, f->charter.origin, sizeof c.origin);
	seat_must(note_key_make(f->origin, NOTE_ED25519, f->charter.ledger_key, &log, &why));
	buf_clear(note);
	seat_must(checkpoint_sign(&c, &log, f->ledger, note, &why));
	for (unsigned i = 1; i <= SEATS; i++) {
		struct buf line;
		if ((seats >> i & 1) == 0)
			continue;
		buf_init(&line, 1024);
		charter_witness_name(&f->charter, i, name);
		seat_must(note_key_make(slice_text(name), NOTE_COSIGNATURE, f->charter.seats[i - 1].witness, &witness, &why));
		seat_must(checkpoint_cosign(buf_slice(note), &witness, f->seat[i - 1].witness, time, &line, &why));
		buf_put_slice(note, buf_slice(&line));
		buf_free(&line);
	}
}

MAYBE static void answer_entries(uint64_t from, uint64_t to, int spoil, struct buf *frame)
{
	buf_clear(frame);
	buf_put_u64(frame, from);
	buf_put_u32(frame, (uint32_t)(to - from));
	for (uint64_t i = from; i < to; i++) {
		buf_put_vec16(frame, buf_slice(&ledger[i]));
		if ((int)i == spoil)
			frame->p[frame->n - 1] ^= 1;
	}
}

// What the follower does: the checkpoint, then leaves, at most `step` at a time. Leaf `spoil` is changed.
MAYBE static enum err follow(const struct buf *note, unsigned step, int spoil)
{
	struct buf reply, frame;
	uint64_t next = 0, end = 0;
	buf_init(&reply, 16);
	buf_init(&frame, 8 + HUB_ENTRIES_BYTES);
	enum err e = core_new_checkpoint(core, buf_slice(note), &reply, &why);
	while (e == ERR_OK) {
		struct wire w = wire_of(buf_slice(&reply));
		next = wire_u64(&w);
		end = wire_u64(&w);
		if (next == end)
			break;
		answer_entries(next, end - next > step ? next + step : end, spoil, &frame);
		buf_clear(&reply);
		e = core_leaves(core, buf_slice(&frame), &reply, &why);
	}
	buf_free(&reply);
	buf_free(&frame);
	return e;
}

MAYBE static void follow_all(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	sign_checkpoint(ledger_n, 0, 0xc, clock_now(), &note);
	CHECK_SAY(follow(&note, 5, -1) == ERR_OK, "%s", why.text);
	buf_free(&note);
}

MAYBE static bool acts(void)
{
	return core_may_act(core, &why) == ERR_OK;
}

// --- Counters -----------------------------------------------------------------------------------------------------------------

MAYBE static uint64_t used(const char *scope, enum fixture_who who)
{
	uint64_t total = 0;
	enum err e = store_count_get(core->store, scope, slice_of(f->member[who].id, CARD_ID), core_today(), &total, &why);
	return e == ERR_OK ? total : 0;
}

MAYBE static void use(const char *scope, struct slice key, uint64_t amount)
{
	uint64_t total;
	seat_must(store_begin(core->store, &why));
	seat_must(store_count_add(core->store, scope, key, core_today(), amount, UINT32_MAX, &total, &why));
	seat_must(store_commit(core->store, &why));
}

#endif
