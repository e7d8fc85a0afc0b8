// The cosigner against a core that counts its rounds and keepers that are not there.
#include "test.h"

#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "fixture.h"
#include "hub.h"
#include "http/client.h"
#include "log/log.h"
#include "sys/clock.h"

#define WAIT_S 30

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned rounds, asked; // guarded by lock
static uint8_t enough;
static int links[2];

static void count(unsigned *what)
{
	pthread_mutex_lock(&lock);
	++*what;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static bool wait_for(const unsigned *what, unsigned least)
{
	struct timespec until;
	int late = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&lock);
	while (*what < least && late == 0)
		late = pthread_cond_timedwait(&changed, &lock, &until);
	bool met = *what >= least;
	pthread_mutex_unlock(&lock);
	return met;
}

static enum err witness_round(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)context, (void)payload, (void)why;
	count(&rounds);
	buf_put_u8(reply, enough);
	return ERR_OK;
}

static enum err witness_ask(void *context, struct slice payload, struct buf *reply, struct why *why)
{
	(void)context, (void)payload, (void)why;
	count(&asked);
	buf_put_text(reply, "old 0\n\n");
	return ERR_OK;
}

static const struct channel_question stub[] = {
	{CORE_WITNESS_ROUND, 0, NULL, witness_round},
	{CORE_WITNESS_ASK, 1, NULL, witness_ask},
	{0, 0, NULL, NULL},
};

static void *serve(void *unused)
{
	(void)unused;
	const struct channel_link link = {.fd = links[1], .from = "net", .max = CORE_FRAME_MAX};
	const struct channel_server s = {.questions = stub, .links = &link, .count = 1, .stop = -1};
	enum err e = channel_serve(&s, NULL);
	INVARIANT(e == ERR_OK);
	return NULL;
}

struct running {
	struct fixture *f;
	struct channel *core;
	struct cosigner *cosigner;
	pthread_t thread;
};

static void start(struct running *r, uint8_t is_enough)
{
	struct why why;
	log_open("hub.net", LOG_ERROR + 1);
	r->f = fixture_new(2, 3);
	for (unsigned i = 0; i < 3; i++) // the discard port: nobody listens
		snprintf(r->f->charter.seats[i].address, sizeof r->f->charter.seats[i].address, "127.0.0.1:9");
	rounds = asked = 0;
	enough = is_enough;
	INVARIANT(http_client_init(&why) == ERR_OK);
	INVARIANT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, links) == 0);
	INVARIANT(channel_new(links, 1, CORE_FRAME_MAX, &r->core, &why) == ERR_OK);
	INVARIANT(pthread_create(&r->thread, NULL, serve, NULL) == 0);
	INVARIANT(cosigner_start(&r->f->charter, r->core, 3600, &r->cosigner, &why) == ERR_OK);
}

static void stop(struct running *r)
{
	cosigner_stop(r->cosigner);
	channel_free(r->core);
	INVARIANT(pthread_join(r->thread, NULL) == 0);
	close(links[1]);
	fixture_free(r->f);
}

// Keepers that are away are left alone for a while, and that is no reason to sleep until the next refresh.
static void goes_on_while_too_few_have_cosigned(void)
{
	struct running r;
	const uint64_t began = clock_monotonic_ms();
	start(&r, 0);
	CHECK(wait_for(&rounds, 7));
	pthread_mutex_lock(&lock);
	uint64_t took = clock_monotonic_ms() - began, most = 3 * (3 + (took - 1500) / 2000); // at once, after 0.5 s, after 1 s, then every 2 s
	CHECK_SAY(asked >= 3 && asked <= most, "%u questions in seven rounds: three seats that failed rest, longer each time", asked);
	pthread_mutex_unlock(&lock);
	stop(&r);
}

// With enough cosignatures it sleeps, until the ledger has grown.
static void wakes_when_the_ledger_grows(void)
{
	struct running r;
	start(&r, 1);
	for (unsigned i = 1; i <= 20; i++) {
		CHECK_SAY(wait_for(&rounds, i), "round %u", i);
		cosigner_wake(r.cosigner);
	}
	stop(&r);
}

const struct test tests[] = {
	{"goes_on_while_too_few_have_cosigned", goes_on_while_too_few_have_cosigned},
	{"wakes_when_the_ledger_grows", wakes_when_the_ledger_grows},
	{NULL, NULL},
};
