// Questions to hub and keepers.
#include <stdio.h>
#include <stdlib.h>

#include "crypto/secret.h"
#include "platform/inside.h"
#include "sys/clock.h"

#define PATH_ROOM 64

unsigned seats_shuffle(const struct platform *p, unsigned seats[static SEATS_MAX])
{
	unsigned n = platform_charter(p)->n;
	for (unsigned i = 0; i < n; i++)
		seats[i] = i + 1;
	for (unsigned i = n; i > 1; i--) {
		uint32_t r;
		random_bytes(&r, sizeof r);
		unsigned j = r % i, kept = seats[i - 1]; // at most 32 seats: the bias is below 2^-27
		seats[i - 1] = seats[j];
		seats[j] = kept;
	}
	return n;
}

enum err ask_make(struct platform *p, uint8_t to, const char *verb, const uint8_t nonce[static 16], struct slice body,
                  struct buf *frame, struct why *why)
{
	if (p->credential_bytes.n == 0)
		return why_set(why, ERR_ABSENT, "this member has no credential yet: it waits for its accreditation");
	struct ask a = {.by = ASKER_MEMBER, .to = to, .credential = p->credential, .body = body};
	memcpy(a.nonce, nonce, sizeof a.nonce);
	ask_encode(&a, verb, p->signing_sk, charter_origin(platform_charter(p)), clock_now(), frame);
	return buf_status(frame) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "%s: a question of %zu bytes", verb, body.n);
}

// One authenticated exchange with a peer.
static enum err exchange(struct platform *p, unsigned seat, const char *verb, struct slice body, size_t answer_max, struct buf *answer,
                         struct why *why)
{
	char path[PATH_ROOM];
	uint8_t nonce[16];
	struct buf frame;
	struct http_call call = {.method = "POST", .path = path};
	snprintf(path, sizeof path, "/v1/%s", verb);
	random_bytes(nonce, sizeof nonce);
	buf_init(&frame, ASK_BODY_MAX + ASK_OVERHEAD_MAX);
	struct buf got;
	buf_init(&got, answer_max);
	enum err e = client_of(p, seat, &call.client, why);
	if (e == ERR_OK)
		e = ask_make(p, (uint8_t)seat, verb, nonce, body, &frame, why);
	if (e == ERR_OK) {
		call.body = buf_slice(&frame);
		call.answer = &got;
		e = http_call(&call);
		if (e != ERR_OK && why != NULL)
			*why = call.why;
	}
	if (e == ERR_OK) {
		buf_put_slice(answer, buf_slice(&got));
		e = buf_status(answer) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "%s: an answer of %zu bytes", verb, got.n);
	}
	buf_free(&frame);
	buf_free(&got);
	return e;
}

enum err platform_ask_hub(struct platform *p, enum hub_verb verb, struct slice body, struct buf *answer, struct why *why)
{
	const struct hub_question *q = hub_question(verb);
	INVARIANT(q != NULL && body.n <= q->body_max);
	return exchange(p, 0, q->name, body, q->answer_max, answer, why);
}

enum err platform_ask_keeper(struct platform *p, unsigned seat, enum keeper_verb verb, struct slice body, struct buf *answer,
                             struct why *why)
{
	const struct keeper_question *q = keeper_question(verb);
	INVARIANT(q != NULL && seat > 0 && body.n <= q->body_max);
	return exchange(p, seat, q->name, body, q->answer_max, answer, why);
}

struct round { // of one question to all keepers
	char path[PATH_ROOM];
	struct buf frame[SEATS_MAX];
	struct http_call call[SEATS_MAX];
	unsigned seat[SEATS_MAX]; // of call[i], from 0
	unsigned calls;
};

static void round_make(struct platform *p, const struct keeper_question *q, struct slice body, struct buf *answers, enum err *results,
                       struct why *whys, struct round *r)
{
	uint8_t nonce[16];
	snprintf(r->path, sizeof r->path, "/v1/%s", q->name);
	random_bytes(nonce, sizeof nonce);
	for (unsigned i = 0; i < platform_charter(p)->n; i++) {
		struct http_call *call = &r->call[r->calls];
		buf_init(&r->frame[i], ASK_BODY_MAX + ASK_OVERHEAD_MAX);
		results[i] = client_of(p, i + 1, &call->client, &whys[i]);
		if (results[i] == ERR_OK)
			results[i] = ask_make(p, (uint8_t)(i + 1), q->name, nonce, body, &r->frame[i], &whys[i]);
		if (results[i] != ERR_OK)
			continue;
		call->method = "POST";
		call->path = r->path;
		call->body = buf_slice(&r->frame[i]);
		call->answer = &answers[i];
		call->timeout_ms = PLATFORM_ROUND_MS;
		r->seat[r->calls++] = i;
	}
}

void platform_ask_keepers(struct platform *p, enum keeper_verb verb, struct slice body, struct buf answers[static SEATS_MAX],
                          enum err results[static SEATS_MAX], struct why whys[static SEATS_MAX])
{
	const struct keeper_question *q = keeper_question(verb);
	struct round *r = calloc(1, sizeof *r);
	INVARIANT(q != NULL && body.n <= q->body_max);
	for (unsigned i = 0; i < SEATS_MAX; i++) {
		buf_init(&answers[i], q->answer_max);
		results[i] = why_set(&whys[i], r == NULL ? ERR_SYSTEM : ERR_AWAY, r == NULL ? "out of memory" : "there is no seat %u", i + 1);
	}
	if (r == NULL)
		return;
	round_make(p, q, body, answers, results, whys, r);
	http_call_all(r->call, r->calls);
	for (unsigned i = 0; i < r->calls; i++) {
		results[r->seat[i]] = r->call[i].result;
		whys[r->seat[i]] = r->call[i].why;
	}
	for (unsigned i = 0; i < SEATS_MAX; i++)
		buf_free(&r->frame[i]);
	free(r);
}

enum err platform_call(struct platform *p, unsigned seat, const char *method, const char *path, struct slice body, struct buf *answer,
                       struct why *why)
{
	struct http_call call = {.method = method, .path = path, .body = body, .answer = answer};
	enum err e = client_of(p, seat, &call.client, why);
	if (e != ERR_OK)
		return e;
	e = http_call(&call);
	if (e != ERR_OK && why != NULL)
		*why = call.why;
	return e;
}

// --- Cards --------------------------------------------------------------------------------------------------------------------

static enum err card_judge(const struct platform *p, const uint8_t id[static CARD_ID], struct slice bytes, struct card *card, struct why *why)
{
	uint8_t found[CARD_ID];
	card_id(bytes, found);
	if (memcmp(found, id, CARD_ID) != 0)
		return why_set(why, ERR_AUTH, "card: it is another card than was asked for");
	return card_decode(bytes, charter_origin(platform_charter(p)), card, why);
}

static enum err card_path(const struct platform *p, const uint8_t id[static CARD_ID], char path[static FILE_PATH_MAX], struct why *why)
{
	char folder[FILE_PATH_MAX], name[2 * CARD_ID + 1];
	enum err e = home_path(p, "cards", folder, why);
	if (e == ERR_OK)
		e = file_dir(folder, FILE_DIR, why);
	for (unsigned i = 0; i < CARD_ID; i++)
		snprintf(name + 2 * i, 3, "%02x", id[i]);
	return e == ERR_OK ? file_path(path, folder, name, why) : e;
}

// Any keeper will do: the id says whether it is the card.
static enum err card_fetch(struct platform *p, const uint8_t id[static CARD_ID], struct card *card, struct buf *bytes, struct why *why)
{
	unsigned seats[SEATS_MAX], n = seats_shuffle(p, seats);
	enum err worst = ERR_AWAY;
	for (unsigned i = 0; i < n; i++) {
		struct why one;
		buf_clear(bytes);
		enum err e = platform_ask_keeper(p, seats[i], KEEPER_CARD, slice_of(id, CARD_ID), bytes, &one);
		if (e == ERR_OK)
			e = card_judge(p, id, buf_slice(bytes), card, &one);
		if (e == ERR_OK)
			return e;
		if (i == 0 || e != ERR_AWAY) {
			worst = e;
			if (why != NULL)
				*why = one;
		}
	}
	buf_clear(bytes);
	return worst;
}

enum err platform_card(struct platform *p, const uint8_t id[static CARD_ID], struct card *card, struct buf *bytes, struct why *why)
{
	char path[FILE_PATH_MAX];
	struct buf got;
	buf_init(&got, CARD_MAX);
	enum err e = card_path(p, id, path, why);
	if (e == ERR_OK) {
		e = file_read(path, CARD_MAX, &got, why);
		if (e == ERR_OK)
			e = card_judge(p, id, buf_slice(&got), card, why);
		if (e != ERR_OK && (e = card_fetch(p, id, card, &got, why)) == ERR_OK)
			e = file_write(path, buf_slice(&got), FILE_PUBLIC, why);
	}
	if (e == ERR_OK && bytes != NULL) {
		buf_put_slice(bytes, buf_slice(&got));
		e = buf_status(bytes);
	}
	buf_free(&got);
	return e;
}
