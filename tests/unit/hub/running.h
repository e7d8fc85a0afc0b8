// A hub's core in this process: a real store in a temporary directory, and the matcher's real questions in a thread behind a channel.
#ifndef TOCSIN_HUB_RUNNING_H
#define TOCSIN_HUB_RUNNING_H

#include "test.h"

#include <ftw.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "fixture.h"
#include "log/log.h"
#include "record/content.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/file.h"

#define NOW FIXTURE_NOW

static struct fixture *f;
static struct core core;
static struct hub_conf conf;
static struct why why;
static struct buf answer;
static pthread_t matcher_thread;
static int matcher_fd = -1;
static bool matcher_runs;
static bool together; // filings are not settled one by one: the test does it

// --- The matcher -----------------------------------------------------------------------------------------------------------------------

static inline void *matcher_work(void *matcher)
{
	const struct channel_link link = {.fd = matcher_fd, .from = "core", .max = MATCHER_FRAME_MAX};
	const struct channel_server s = {.questions = matcher_questions, .context = matcher, .links = &link, .count = 1, .stop = -1};
	struct why ended;
	enum err e = channel_serve(&s, &ended);
	INVARIANT(e == ERR_OK);
	matcher_close(matcher);
	return NULL;
}

static inline void matcher_start(void)
{
	struct matcher *m;
	int pair[2];
	INVARIANT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
	INVARIANT(matcher_open(&conf, &m, &why) == ERR_OK);
	matcher_fd = pair[1];
	INVARIANT(channel_new(pair, 1, MATCHER_FRAME_MAX, &core.matcher, &why) == ERR_OK);
	INVARIANT(pthread_create(&matcher_thread, NULL, matcher_work, m) == 0);
	matcher_runs = true;
}

static inline void matcher_stop(void)
{
	if (!matcher_runs)
		return;
	channel_free(core.matcher);
	core.matcher = NULL;
	INVARIANT(pthread_join(matcher_thread, NULL) == 0);
	close(matcher_fd);
	matcher_runs = false;
}

// --- The hub ---------------------------------------------------------------------------------------------------------------------------

static inline void folder(const char *name)
{
	char path[CONF_TEXT_MAX];
	hub_path(&conf, name, path);
	INVARIANT(file_dir(path, FILE_DIR, &why) == ERR_OK);
}

static inline void key(const char *name, enum keyfile_type type, const uint8_t *secret)
{
	char path[CONF_TEXT_MAX];
	hub_path(&conf, name, path);
	INVARIANT(keyfile_create(path, type, secret, &why) == ERR_OK);
}

// As after a kill: whatever was not committed is gone.
static inline void hub_restart(void)
{
	matcher_stop();
	core_close(&core);
	core = (struct core){.conf = &conf};
	enum err e = core_open(&core, &why);
	if (e != ERR_OK)
		fprintf(stderr, "%s\n", why.text);
	INVARIANT(e == ERR_OK);
	matcher_start();
}

// A hub with the fixture's keys, charter and documents. An Ed25519 secret key begins with its seed.
static inline void hub_start_of(unsigned t, unsigned n)
{
	char path[CONF_TEXT_MAX];
	uint8_t pepper[32] = {9};
	log_open("hub.core", LOG_ERROR + 1); // refusals are wanted here
	f = fixture_new(t, n);
	clock_set(NOW);
	conf = (struct hub_conf){.state = "/tmp/tocsin-hub-XXXXXX", .bulletin = 600, .refresh = 60};
	INVARIANT(mkdtemp(conf.state) != NULL);
	folder("keys");
	folder("store");
	folder("matcher");
	snprintf(conf.pepper, sizeof conf.pepper, "%.400s/pepper", conf.state);
	key("keys/ledger.key", KEYFILE_SIGN, f->ledger);
	key("keys/hub.key", KEYFILE_SIGN, f->hub);
	key("matcher/matcher.key", KEYFILE_HPKE, f->matcher);
	key("pepper", KEYFILE_RANDOM, pepper);
	hub_path(&conf, "charter", path);
	INVARIANT(file_write(path, buf_slice(&f->leaf[0]), FILE_PUBLIC, &why) == ERR_OK);
	buf_init(&answer, CORE_FRAME_MAX);
	core = (struct core){.conf = &conf, .lock = -1};
	buf_init(&core.note, NOTE_MAX);
	hub_restart();
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

static inline void hub_stop(void)
{
	matcher_stop();
	core_close(&core);
	buf_free(&answer);
	INVARIANT(nftw(conf.state, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
	clock_reset();
	fixture_free(f);
	f = NULL;
}

// The pinned charter's policy, for a test to lower; until the next restart.
static inline struct policy *policy(void)
{
	return &((struct charter *)core_charter(&core))->policy;
}

// --- Asking ----------------------------------------------------------------------------------------------------------------------------

// A question of net, with the checks that the channel's server makes.
static inline enum err hub_call(enum core_kind kind, struct slice payload)
{
	const struct channel_question *q = core_questions;
	while (q->kind != kind)
		INVARIANT((q++)->kind != 0);
	why.text[0] = 0;
	buf_clear(&answer);
	if (payload.n > q->max)
		return why_set(&why, ERR_LIMIT, "too large");
	enum err e = q->answer(&core, payload, &answer, &why);
	if (q->settle == NULL || together)
		return e;
	struct why failed;
	enum err settled = q->settle(&core, &failed);
	if (e == ERR_OK && settled != ERR_OK)
		why = failed;
	return e == ERR_OK ? settled : e;
}

static inline enum err hub_ask_signed(struct ask *a, enum hub_verb verb, const uint8_t *sk, uint64_t when)
{
	struct buf frame;
	buf_init(&frame, CORE_FRAME_MAX);
	buf_put_u8(&frame, (uint8_t)verb);
	ask_encode(a, hub_question(verb)->name, sk, f->origin, when, &frame);
	enum err e = hub_call(CORE_ASK, buf_slice(&frame));
	buf_free(&frame);
	return e;
}

static inline enum err hub_ask(enum fixture_who who, enum hub_verb verb, const struct buf *body)
{
	struct ask a = {.by = ASKER_MEMBER, .to = ASK_TO_HUB, .body = buf_slice(body), .credential = f->member[who].credential};
	random_bytes(a.nonce, sizeof a.nonce);
	return hub_ask_signed(&a, verb, f->member[who].signing, clock_now());
}

static inline uint64_t answer_u64(void)
{
	uint64_t v = 0;
	for (size_t i = 0; i < answer.n; i++)
		v = v << 8 | answer.p[i];
	return answer.n == 8 ? v : UINT64_MAX;
}

static inline uint64_t ledger_size(void)
{
	return store_frontier(core.store)->size;
}

#define OK(call) CHECK_SAY((call) == ERR_OK, "%s", why.text)
#define REFUSED(call, cause, says)                                                                                               \
	do {                                                                                                                         \
		why.text[0] = 0;                                                                                                         \
		enum err refused_ = (call);                                                                                              \
		CHECK_SAY(refused_ == (cause) && strstr(why.text, (says)) != NULL, "%s: %s", err_name(refused_), why.text);             \
	} while (0)

// The fixture's documents, so that its quarter keys and members hold here too.
static inline void hub_start(void)
{
	hub_start_of(2, 3);
	for (unsigned i = 1; i < f->leaves; i++) {
		OK(hub_call(CORE_GOVERNANCE, buf_slice(&f->leaf[i])));
		CHECK(answer_u64() == i);
	}
}

// --- Filing ----------------------------------------------------------------------------------------------------------------------------

struct sent {
	struct filing filing;
	struct buf envelope, bytes;
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
	struct buf sealed[BATCHES_MAX];
};

// A record of the reporter, to the national team unless said otherwise, with one batch of the tokens first..first+count-1.
static inline void sent_make(struct sent *s, uint16_t team, unsigned first, unsigned count)
{
	static struct content c;
	const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {team}};
	struct token tokens[64];
	c = (struct content){.card = fixture_card(f, FIXTURE_REPORTER), .credential = SLICE_LITERAL("credential"),
	                     .document = SLICE_LITERAL("{\"a\":1}")};
	*s = (struct sent){.filing = {.kind = FILING_RECORD}};
	buf_init(&s->envelope, RECORD_MAX);
	OK(record_seal(&c, &label, f->governance, clock_now(), f->member[FIXTURE_REPORTER].signing, &s->envelope, s->id, s->batch_sk, &why));
	for (unsigned i = 0; i < count; i++) {
		tokens[i] = (struct token){.flags = TOKEN_REAL, .class = (uint8_t)((first + i) % TOKEN_CLASSES), .epoch = 1};
		memset(tokens[i].id, 0x40, TOKEN_ID);
		tokens[i].id[0] = (uint8_t)(first + i);
	}
	buf_init(&s->sealed[0], BATCH_SEALED_MAX);
	OK(batch_seal(s->id, 1, tokens, count, s->batch_sk, f->charter.matcher_key, f->origin, &s->sealed[0]));
	random_bytes(s->filing.salt, SALT);
	s->filing.payload = buf_slice(&s->envelope);
	s->filing.batches = 1;
	s->filing.batch[0] = buf_slice(&s->sealed[0]);
}

static inline void sent_free(struct sent *s)
{
	buf_free(&s->envelope);
	buf_free(&s->sealed[0]);
}

static inline struct voucher voucher_of(const struct filing *filing, uint8_t seat)
{
	struct voucher v = {.seat = seat, .kind = filing->kind, .time = clock_now(), .alias = {seat, 7}};
	filing_hash(filing, v.filing);
	return v;
}

static inline enum err file_with(const struct filing *filing, const struct voucher *v)
{
	uint8_t voucher[VOUCHER_BYTES];
	struct buf encoded, body;
	buf_init(&encoded, FILING_MAX);
	buf_init(&body, VOUCHER_BYTES + FILING_MAX);
	filing_encode(filing, &encoded);
	voucher_encode(v, voucher);
	hub_filing_encode(voucher, buf_slice(&encoded), &body);
	enum err e = hub_call(CORE_FILING, buf_slice(&body));
	buf_free(&encoded);
	buf_free(&body);
	return e;
}

static inline enum err file_through(const struct filing *filing, uint8_t seat)
{
	struct voucher v = voucher_of(filing, seat);
	voucher_sign(&v, f->seat[seat - 1].voucher, f->origin);
	return file_with(filing, &v);
}

#endif
