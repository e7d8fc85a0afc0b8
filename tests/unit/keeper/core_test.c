// The rules of a seat: what core follows, refuses, counts and forgets. Keys answers from a thread, as it does from its process.
#include "seat.h"

#include <pthread.h>
#include <sys/socket.h>

#include "base/wire.h"
#include "core.h"
#include "filing/release.h"
#include "filing/voucher.h"
#include "proto/hub.h"

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

static enum err node_write(void *context, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	(void)context;
	memcpy(nodes[level][index], hash, TREE_HASH);
	return ERR_OK;
}

static enum err node_read(void *context, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)context;
	memcpy(hash, nodes[level][index], TREE_HASH);
	return ERR_OK;
}

static void append(struct slice leaf)
{
	uint8_t hash[TREE_HASH];
	buf_init(&ledger[ledger_n], TREE_LEAF_MAX);
	buf_put_slice(&ledger[ledger_n++], leaf);
	tree_leaf_hash(leaf, hash);
	seat_must(tree_append(&frontier, hash, node_write, NULL));
}

static void append_activity(uint8_t what)
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

static void open_core(void)
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

static void close_core(void)
{
	core_close(core);
	free(core);
	channel_free(channel); // ends the server
	INVARIANT(pthread_join(server, NULL) == 0);
	close(link_of_core.fd);
}

static void restart(void)
{
	close_core();
	seat_restart(&seat);
	open_core();
}

static void set_up(void)
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

static void tear_down(void)
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
static void sign_checkpoint(uint64_t size, uint8_t spoil, uint64_t seats, uint64_t time, struct buf *note)
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

static void answer_entries(uint64_t from, uint64_t to, int spoil, struct buf *frame)
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
static enum err follow(const struct buf *note, unsigned step, int spoil)
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

static void follow_all(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	sign_checkpoint(ledger_n, 0, 0xc, clock_now(), &note);
	CHECK_SAY(follow(&note, 5, -1) == ERR_OK, "%s", why.text);
	buf_free(&note);
}

static bool acts(void)
{
	return core_may_act(core, &why) == ERR_OK;
}

// --- Following --------------------------------------------------------------------------------------------------------------

static void only_proved_leaves_count(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	set_up();
	CHECK(!acts());
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW, &note);
	CHECK(follow(&note, 100, -1) == ERR_AUTH); // one seat is not enough
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW, &note);
	for (int i = 0; i < (int)ledger_n; i++) {
		CHECK_SAY(follow(&note, 4, i) == ERR_AUTH, "leaf %d: %s", i, why.text);
		CHECK(store_frontier(core->store)->size == 0 && governance_token_key(core->g, 0, 0) == NULL);
	}
	CHECK(!acts());
	CHECK_SAY(follow(&note, 3, -1) == ERR_OK, "%s", why.text);
	CHECK(acts() && governance_token_key(core->g, 0, 0) != NULL);
	restart();
	CHECK(acts() && governance_token_key(core->g, 0, 0) != NULL);
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH); // the same size, another root
	sign_checkpoint(ledger_n - 1, 0, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH); // it shrinks
	append_activity(1);
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH);
	CHECK(store_frontier(core->store)->size == ledger_n - 1);
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW + 1, &note);
	CHECK(follow(&note, 4, -1) == ERR_OK);
	CHECK(store_frontier(core->store)->size == ledger_n);
	tear_down();
	buf_free(&note);
}

static void ten_minutes(void)
{
	struct buf note;
	buf_init(&note, NOTE_MAX);
	set_up();
	follow_all();
	clock_set(FIXTURE_NOW + FOLLOW_AGE_MAX - 1);
	CHECK(acts());
	clock_set(FIXTURE_NOW + FOLLOW_AGE_MAX);
	CHECK(!acts() && strstr(why.text, "no checkpoint younger than 10 minutes") != NULL);
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW + FOLLOW_AGE_MAX, &note);
	CHECK(follow(&note, 4, -1) == ERR_AUTH && !acts()); // one seat's word
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW + FOLLOW_AGE_MAX, &note);
	CHECK(follow(&note, 4, -1) == ERR_OK && acts()); // the same tree, cosigned anew
	clock_set(FIXTURE_NOW);
	CHECK(!acts()); // a clock that went back does not make old things new
	tear_down();
	buf_free(&note);
}

// --- Members ----------------------------------------------------------------------------------------------------------------

static enum err ask(enum keeper_verb verb, enum fixture_who who, uint8_t nonce, struct slice body, struct buf *reply)
{
	typedef enum err question(void *core, struct slice payload, struct buf *reply, struct why *why);
	static question *const questions[] = {[KEEPER_FILE] = core_file, [KEEPER_EVALUATE] = core_evaluate,
	                                      [KEEPER_CARD] = core_card};
	struct ask a = {.by = ASKER_MEMBER, .to = 1, .credential = f->member[who].credential, .body = body};
	struct buf bytes;
	memset(a.nonce, nonce, sizeof a.nonce);
	buf_init(&bytes, ASK_OVERHEAD_MAX + EVALUATE_MAX + REPLY_BYTES + 100);
	ask_encode(&a, keeper_question(verb)->name, f->member[who].signing, f->origin, clock_now(), &bytes);
	buf_clear(reply);
	enum err e = questions[verb](core, buf_slice(&bytes), reply, &why);
	buf_free(&bytes);
	return e;
}

static uint64_t used(const char *scope, enum fixture_who who)
{
	uint64_t total = 0;
	enum err e = store_count_get(core->store, scope, slice_of(f->member[who].id, CARD_ID), core_today(), &total, &why);
	return e == ERR_OK ? total : 0;
}

static void use(const char *scope, struct slice key, uint64_t amount)
{
	uint64_t total;
	seat_must(store_begin(core->store, &why));
	seat_must(store_count_add(core->store, scope, key, core_today(), amount, UINT32_MAX, &total, &why));
	seat_must(store_commit(core->store, &why));
}

static void elements(unsigned count, struct buf *body)
{
	static uint8_t blinded[8][ELEMENT];
	uint8_t blind[SCALAR];
	struct evaluate v = {.epoch = {1}, .count = {(uint16_t)count}, .element = {(const uint8_t(*)[ELEMENT])blinded}};
	for (uint8_t i = 0; i < count; i++)
		seat_must(voprf_blind(slice_of(&i, 1), blind, blinded[i]));
	buf_clear(body);
	evaluate_encode(&v, body);
}

static void tokens_are_announced_and_counted(void)
{
	struct buf body, reply;
	buf_init(&body, EVALUATE_MAX);
	buf_init(&reply, EVALUATED_MAX);
	set_up();
	elements(3, &body);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_AWAY); // nothing followed yet
	follow_all();
	CHECK_SAY(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK, "%s", why.text);
	CHECK(reply.n == 3 * ELEMENT + VOPRF_PROOF);
	restart();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK);
	CHECK(used("tokens/address", FIXTURE_REPORTER) == 3); // the same announcement: once
	elements(2, &body);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_EXISTS);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 2, buf_slice(&body), &reply) == ERR_OK);
	CHECK(used("tokens/address", FIXTURE_REPORTER) == 5);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_INSPECTOR, 3, buf_slice(&body), &reply) == ERR_DENIED); // may not file
	use("tokens/address", slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), f->charter.policy.tokens[0] - 6);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(reply.n == 0 && used("tokens/address", FIXTURE_REPORTER) == f->charter.policy.tokens[0] - 1);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_SECOND_REPORTER, 4, buf_slice(&body), &reply) == ERR_OK); // another member's own
	clock_set(FIXTURE_NOW + DAY);
	follow_all();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 5, buf_slice(&body), &reply) == ERR_OK); // another day
	tear_down();
	buf_free(&body);
	buf_free(&reply);
}

static void filings_are_vouched_for_and_counted(void)
{
	struct buf body, reply;
	struct voucher v;
	uint8_t blob[REPLY_BYTES] = {1}, hash[32];
	struct filing filing = {.kind = FILING_REPLY, .payload = slice_of(blob, sizeof blob)};
	buf_init(&body, FILING_MAX);
	buf_init(&reply, VOUCHER_BYTES);
	filing_encode(&filing, &body);
	filing_hash(&filing, hash);
	set_up();
	follow_all();
	for (uint8_t i = 0; i < 2; i++) {
		CHECK_SAY(ask(KEEPER_FILE, FIXTURE_REPORTER, i, buf_slice(&body), &reply) == ERR_OK, "%s", why.text);
		CHECK(voucher_decode(buf_slice(&reply), &v, &why) == ERR_OK);
		CHECK(voucher_check(&v, &filing, f->governance, FIXTURE_NOW, &why) == ERR_OK);
	}
	CHECK(used("filings", FIXTURE_REPORTER) == 1); // the identical filing: once
	CHECK(ask(KEEPER_FILE, FIXTURE_INSPECTOR, 3, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 3, slice_part(buf_slice(&body), 0, body.n - 1), &reply) == ERR_INPUT);
	use("filings", slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), f->charter.policy.filings - 1);
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_OK); // a repetition, still
	body.p[body.n - 1] ^= 1;
	CHECK(ask(KEEPER_FILE, FIXTURE_REPORTER, 4, buf_slice(&body), &reply) == ERR_DENIED);
	tear_down();
	buf_free(&body);
	buf_free(&reply);
}

static void standing_of(enum fixture_who who, unsigned officers, struct buf *leaf)
{
	struct standing s = {.action = STANDING_SUSPEND, .issued = FIXTURE_NOW, .until = FIXTURE_NOW + 3600};
	struct buf body;
	buf_init(&body, DOCUMENT_MAX);
	memcpy(s.card, f->member[who].id, CARD_ID);
	standing_encode(&s, &body);
	fixture_sign(f, DOCUMENT_STANDING, buf_slice(&body), officers, 0, leaf);
	buf_free(&body);
}

static void a_suspension_holds_on_receipt(void)
{
	struct buf leaf, body, reply;
	buf_init(&leaf, DOCUMENT_MAX);
	buf_init(&body, EVALUATE_MAX);
	buf_init(&reply, EVALUATED_MAX);
	elements(1, &body);
	set_up();
	follow_all();
	standing_of(FIXTURE_REPORTER, 0, &leaf);
	CHECK(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_DENIED); // nobody signed it
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 1, buf_slice(&body), &reply) == ERR_OK);
	buf_clear(&leaf);
	standing_of(FIXTURE_REPORTER, 0x8, &leaf);
	CHECK_SAY(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(core_governance(core, buf_slice(&leaf), &reply, &why) == ERR_OK);
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 2, buf_slice(&body), &reply) == ERR_DENIED);
	restart();
	CHECK(ask(KEEPER_EVALUATE, FIXTURE_REPORTER, 3, buf_slice(&body), &reply) == ERR_DENIED);
	CHECK(core_governance(core, buf_slice(&f->leaf[0]), &reply, &why) == ERR_DENIED); // a charter goes to the hub
	tear_down();
	buf_free(&leaf);
	buf_free(&body);
	buf_free(&reply);
}

static void cards_are_kept_for_members(void)
{
	struct buf body, reply, credential;
	buf_init(&body, 2 * CARD_MAX);
	buf_init(&reply, CARD_MAX);
	buf_init(&credential, CREDENTIAL_MAX);
	set_up();
	const struct fixture_member *m = &f->member[FIXTURE_ANALYST];
	credential_encode(&m->credential, &credential);
	keeper_card_encode(fixture_card(f, FIXTURE_ANALYST), buf_slice(&credential), &body);
	CHECK(core_card_put(core, buf_slice(&body), &reply, &why) != ERR_OK); // its batch is not in the ledger yet
	follow_all();
	CHECK_SAY(core_card_put(core, buf_slice(&body), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(core_card_put(core, slice_part(buf_slice(&body), 0, body.n - 1), &reply, &why) == ERR_INPUT);
	buf_clear(&body);
	keeper_card_encode(fixture_card(f, FIXTURE_REPORTER), buf_slice(&credential), &body);
	CHECK(core_card_put(core, buf_slice(&body), &reply, &why) == ERR_AUTH); // another's credential
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 1, slice_of(m->id, CARD_ID), &reply) == ERR_OK);
	CHECK(slice_equal(buf_slice(&reply), fixture_card(f, FIXTURE_ANALYST)));
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 2, slice_of(f->member[FIXTURE_REPORTER].id, CARD_ID), &reply) == ERR_ABSENT);
	CHECK(ask(KEEPER_CARD, FIXTURE_REPORTER, 3, slice_of(m->id, CARD_ID - 1), &reply) == ERR_INPUT);
	buf_clear(&reply);
	CHECK(core_credential(core, slice_of(m->id, CARD_ID), &reply, &why) == ERR_OK);
	CHECK(slice_equal(buf_slice(&reply), buf_slice(&credential)));
	tear_down();
	buf_free(&body);
	buf_free(&reply);
	buf_free(&credential);
}

// --- Ceremonies ---------------------------------------------------------------------------------------------------------------

static enum err step_one(enum document_type type, uint64_t officers, uint8_t id, uint16_t epoch, uint64_t issued,
                         struct buf *reply)
{
	struct ceremony_order o = {.epoch = epoch, .issued = issued};
	struct buf body, order, step;
	memset(o.id, id, sizeof o.id);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&order, DOCUMENT_MAX);
	buf_init(&step, CEREMONY_INPUT_MAX);
	ceremony_order_encode(&o, &body);
	fixture_sign(f, type, buf_slice(&body), officers, 0, &order);
	const struct ceremony_step s = {.order = buf_slice(&order), .class = 1, .round = 1};
	ceremony_step_encode(&s, &step);
	buf_clear(reply);
	enum err e = core_ceremony(core, buf_slice(&step), reply, &why);
	buf_free(&body);
	buf_free(&order);
	buf_free(&step);
	return e;
}

static void ceremonies_are_ordered(void)
{
	static const struct {
		enum document_type type;
		uint64_t officers;
		uint8_t id;
		uint16_t epoch;
		int64_t age;
		enum err want;
	} rows[] = {
		{DOCUMENT_CEREMONY, 0x2, 1, 2, 0, ERR_DENIED},       // one officer
		{DOCUMENT_RESUME, 0x6, 1, 2, 0, ERR_INPUT},          // not an order
		{DOCUMENT_CEREMONY, 0x6, 1, 1, 0, ERR_DENIED},       // made already
		{DOCUMENT_CEREMONY, 0x6, 1, 3, 0, ERR_DENIED},       // not due
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 8 * DAY, ERR_DENIED}, // of last week
		{DOCUMENT_CEREMONY, 0x6, 1, 2, -4000, ERR_DENIED},   // of tomorrow
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_OK},
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_OK},          // again
		{DOCUMENT_CEREMONY, 0xc, 2, 2, 30, ERR_OK},          // anew
		{DOCUMENT_CEREMONY, 0x6, 1, 2, 60, ERR_DENIED},      // the old one must not undo it
	};
	struct buf reply;
	buf_init(&reply, 1u << 16);
	set_up();
	follow_all();
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t issued = (uint64_t)((int64_t)FIXTURE_NOW - rows[i].age);
		enum err e = step_one(rows[i].type, rows[i].officers, rows[i].id, rows[i].epoch, issued, &reply);
		CHECK_SAY(e == rows[i].want, "row %u: %s: %s", i, err_name(e), e == ERR_OK ? "" : why.text);
		CHECK((reply.n == DKG_COMMITMENT_BYTES(NEEDED, SEATS)) == (e == ERR_OK));
	}
	tear_down();
	buf_free(&reply);
}

// --- Release ----------------------------------------------------------------------------------------------------------------

struct opening {
	struct buf request, body, note, hdr0;
	struct header header;
	uint8_t commitment[RECORD_COMMITMENT], share[RECORD_SHARE], scalar[SCALAR];
	uint64_t index;
};

static void opening_init(struct opening *o)
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX], pk[HPKE_PUBLIC];
	*o = (struct opening){.header = {.quarter = f->quarter, .t = NEEDED, .n = SEATS}, .commitment = {3}};
	o->header.label = (struct label){.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_INTERNATIONAL}};
	memcpy(o->header.batch_key, f->member[0].card.signing, SIGN_PUBLIC);
	seat_must(governance_committee(f->governance, f->quarter, o->header.committee, &why));
	buf_init(&o->request, REQUEST_MAX);
	buf_init(&o->body, RELEASE_MAX);
	buf_init(&o->note, NOTE_MAX);
	buf_init(&o->hdr0, RECORD_HEADER_MAX);
	header_encode(&o->header, &o->hdr0);
	share_aad(buf_slice(&o->hdr0), o->commitment, 1, aad);
	xwing_public(f->seat[0].sealing, pk);
	scalar_random(o->scalar);
	seat_must(hpke_seal(pk, share_info(f->origin, room), slice_of(aad, sizeof aad), slice_of(o->scalar, SCALAR), o->share));
}

static void opening_done(struct opening *o)
{
	buf_free(&o->request);
	buf_free(&o->body);
	buf_free(&o->note);
	buf_free(&o->hdr0);
}

// A new request, logged; `salt` makes it another one.
static void ask_to_open(struct opening *o, uint8_t salt)
{
	const struct fixture_member *m = &f->member[FIXTURE_ANALYST];
	struct request r = {.hdr0 = buf_slice(&o->hdr0), .purpose = "help", .team = FIXTURE_INTERNATIONAL, .card = fixture_card(f,
	    FIXTURE_ANALYST),
	                    .credential = m->credential, .time = clock_now(), .expiry = clock_now() + 3600, .salt = {salt}};
	uint8_t leaf[ACTIVITY_LEAF];
	struct request decoded;
	memcpy(r.commitment, o->commitment, sizeof r.commitment);
	buf_clear(&o->request);
	request_encode(&r, m->signing, f->origin, &o->request);
	seat_must(request_decode(buf_slice(&o->request), &decoded, &why));
	request_leaf(&decoded, leaf);
	o->index = ledger_n;
	append(slice_of(leaf, sizeof leaf));
	sign_checkpoint(ledger_n, 0, 0xc, clock_now(), &o->note);
}

static void cosign_request(struct opening *o, enum fixture_who who)
{
	struct buf with;
	buf_init(&with, REQUEST_MAX);
	seat_must(request_cosign(buf_slice(&o->request), &f->member[who].credential, f->member[who].signing, f->origin, &with, &why));
	buf_free(&o->request);
	o->request = with;
}

static enum err open_it(struct opening *o, struct buf *reply)
{
	struct release r = {.request = buf_slice(&o->request), .index = o->index, .checkpoint = buf_slice(&o->note)};
	memcpy(r.share, o->share, RECORD_SHARE);
	seat_must(tree_inclusion(o->index, ledger_n, node_read, NULL, &r.proof));
	buf_clear(&o->body);
	release_encode(&r, &o->body);
	buf_clear(reply);
	return core_release(core, buf_slice(&o->body), reply, &why);
}

static void a_release_is_logged_first_and_counted(void)
{
	struct opening o;
	struct buf reply;
	buf_init(&reply, RELEASED_BYTES);
	set_up();
	opening_init(&o);
	ask_to_open(&o, 1);
	CHECK(open_it(&o, &reply) == ERR_AWAY);
	follow_all();
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	CHECK(open_it(&o, &reply) == ERR_OK && used("releases/analyst", FIXTURE_ANALYST) == 1); // a repetition: once
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW, &o.note);
	CHECK(open_it(&o, &reply) == ERR_AUTH); // one cosignature
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW, &o.note);
	CHECK(open_it(&o, &reply) == ERR_AUTH); // another tree
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW, &o.note);
	o.index--;
	CHECK(open_it(&o, &reply) == ERR_AUTH); // another leaf
	o.index++;
	o.share[40] ^= 1;
	CHECK(open_it(&o, &reply) == ERR_AUTH && strstr(why.text, "share does not open") != NULL);
	o.share[40] ^= 1;
	CHECK(open_it(&o, &reply) == ERR_OK && used("releases/analyst", FIXTURE_ANALYST) == 1);
	clock_set(FIXTURE_NOW + 4000);
	follow_all();
	CHECK(open_it(&o, &reply) == ERR_DENIED); // expired
	opening_done(&o);
	tear_down();
	buf_free(&reply);
}

static void above_the_rate_a_second_analyst_signs(void)
{
	struct opening o;
	struct buf reply;
	buf_init(&reply, RELEASED_BYTES);
	set_up();
	const struct policy *p = &f->charter.policy;
	const struct slice card = slice_of(f->member[FIXTURE_ANALYST].id, CARD_ID);
	opening_init(&o);
	use("releases/analyst", card, p->cosign_above - 1);
	ask_to_open(&o, 1);
	follow_all();
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	ask_to_open(&o, 2);
	CHECK(open_it(&o, &reply) == ERR_DENIED && strstr(why.text, "second analyst") != NULL);
	CHECK(used("releases/analyst", FIXTURE_ANALYST) == p->cosign_above);
	cosign_request(&o, FIXTURE_SECOND_ANALYST);
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	ask_to_open(&o, 3);
	cosign_request(&o, FIXTURE_ANALYST); // itself
	CHECK(open_it(&o, &reply) == ERR_DENIED);
	use("releases/analyst", card, p->releases_analyst - p->cosign_above - 1);
	ask_to_open(&o, 4);
	cosign_request(&o, FIXTURE_SECOND_ANALYST);
	CHECK(open_it(&o, &reply) == ERR_DENIED); // the day's end
	opening_done(&o);
	tear_down();
	buf_free(&reply);
}

// --- Witnessing -------------------------------------------------------------------------------------------------------------

static unsigned witness(uint64_t old, uint64_t size, uint8_t spoil, struct buf *reply)
{
	struct buf note, body;
	struct witness_request r = {.old = old};
	buf_init(&note, NOTE_MAX);
	buf_init(&body, WITNESS_REQUEST_MAX);
	sign_checkpoint(size, spoil, 0, clock_now(), &note);
	if (old > 0)
		seat_must(tree_consistency(old, size, node_read, NULL, &r.proof));
	r.note = buf_slice(&note);
	witness_request_encode(&r, &body);
	buf_clear(reply);
	enum err e = core_witness(core, buf_slice(&body), reply, &why);
	buf_free(&note);
	buf_free(&body);
	struct wire w = wire_of(buf_slice(reply));
	return e == ERR_OK ? wire_u16(&w) : 0;
}

static void witnessing_is_tlog_witness(void)
{
	struct buf reply;
	buf_init(&reply, CHECKPOINT_ANSWER_MAX);
	set_up();
	CHECK(witness(0, 4, 0, &reply) == 200); // before anything has been followed
	CHECK(witness(4, 6, 0, &reply) == 200);
	CHECK(witness(4, 8, 0, &reply) == 409 && slice_is_text(slice_part(buf_slice(&reply), 2, reply.n), "6\n"));
	CHECK(witness(6, 8, 1, &reply) == 422);
	CHECK(witness(6, 6, 0, &reply) == 200); // a newer time
	restart();
	CHECK(core->mode == MODE_STARTING && witness(6, 8, 0, &reply) == 0);
	uint8_t reached = 0;
	CHECK(core_started(core, slice_of(&reached, 1), &reply, &why) == ERR_OK && core->mode == MODE_STARTING);
	reached = 1;
	CHECK(core_started(core, slice_of(&reached, 1), &reply, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	CHECK(witness(0, 8, 0, &reply) == 409);
	CHECK(witness(6, 8, 0, &reply) == 200);
	tear_down();
	buf_free(&reply);
}

static void resume_order(unsigned seat_index, uint64_t officers, uint64_t issued, struct buf *leaf)
{
	struct resume r = {.seat = (uint8_t)seat_index, .issued = issued};
	struct buf body;
	buf_init(&body, DOCUMENT_MAX);
	resume_encode(&r, &body);
	buf_clear(leaf);
	fixture_sign(f, DOCUMENT_RESUME, buf_slice(&body), officers, 0, leaf);
	buf_free(&body);
}

static void an_old_copy_does_nothing_until_resumed(void)
{
	struct buf note, reply, order;
	buf_init(&note, NOTE_MAX);
	buf_init(&reply, CHECKPOINT_ANSWER_MAX);
	buf_init(&order, DOCUMENT_MAX);
	set_up();
	CHECK(witness(0, 4, 0, &reply) == 200);
	sign_checkpoint(6, 0, 0xc, FIXTURE_NOW + 5, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE); // not ours
	sign_checkpoint(4, 0, 0x2, FIXTURE_NOW, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE); // remembered
	CHECK(core_seen(core, SLICE_LITERAL("nonsense"), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	resume_order(1, 0x2, FIXTURE_NOW - 10, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // nothing to resume
	sign_checkpoint(6, 0, 0x2, FIXTURE_NOW + 5, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_SUSPENDED);
	CHECK(witness(4, 8, 0, &reply) == 0 && !acts());
	restart();
	CHECK(core->mode == MODE_SUSPENDED && witness(4, 8, 0, &reply) == 0);
	resume_order(1, 0x4, FIXTURE_NOW, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // another officer
	resume_order(2, 0x4, FIXTURE_NOW, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // another seat
	resume_order(1, 0x2, FIXTURE_NOW + 4000, &order);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // the future
	resume_order(1, 0x2, FIXTURE_NOW, &order);
	CHECK_SAY(core_governance(core, buf_slice(&order), &reply, &why) == ERR_OK, "%s", why.text);
	CHECK(core->mode == MODE_ACTIVE && witness(4, 8, 0, &reply) == 409); // it goes on from what it was shown
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_ACTIVE);
	CHECK(witness(6, 8, 0, &reply) == 200);
	sign_checkpoint(9, 0, 0x2, FIXTURE_NOW + 50, &note);
	CHECK(core_seen(core, buf_slice(&note), NULL, &why) == ERR_OK && core->mode == MODE_SUSPENDED);
	CHECK(core_governance(core, buf_slice(&order), &reply, &why) == ERR_DENIED); // the same order again
	tear_down();
	buf_free(&note);
	buf_free(&reply);
	buf_free(&order);
}

const struct test tests[] = {
	{"only proved leaves count", only_proved_leaves_count},
	{"a keeper acts for ten minutes on a checkpoint", ten_minutes},
	{"tokens are announced and counted", tokens_are_announced_and_counted},
	{"filings are vouched for and counted", filings_are_vouched_for_and_counted},
	{"a suspension holds on receipt", a_suspension_holds_on_receipt},
	{"cards are kept for members", cards_are_kept_for_members},
	{"ceremonies are ordered by t officers, the newest only", ceremonies_are_ordered},
	{"a release is logged first, and counted", a_release_is_logged_first_and_counted},
	{"above the rate a second analyst signs", above_the_rate_a_second_analyst_signs},
	{"witnessing is tlog-witness", witnessing_is_tlog_witness},
	{"an old copy does nothing until resumed", an_old_copy_does_nothing_until_resumed},
	{NULL, NULL},
};
