// Tokens and filing: what leaves this machine.
#include <stdlib.h>

#include "platform/inside.h"

// --- Tokens -------------------------------------------------------------------------------------------------------------------

struct evaluation { // of one batch by all seats
	struct buf answer[SEATS_MAX];
	enum err result[SEATS_MAX];
	struct why why[SEATS_MAX];
};

// Verifies every answer; who answers falsely is noted and left out.
static void answers_take(struct token_client *client, unsigned n, struct evaluation *v, uint64_t *liars)
{
	for (unsigned i = 0; i < n; i++) {
		if (v->result[i] != ERR_OK)
			continue;
		v->result[i] = token_client_answer(client, (uint8_t)(i + 1), buf_slice(&v->answer[i]), &v->why[i]);
		if (v->result[i] == ERR_AUTH || v->result[i] == ERR_INPUT)
			*liars |= 1ULL << (i + 1);
	}
}

// Why there are too few: a refusal says more than an absence.
static enum err too_few(const struct token_client *client, unsigned n, const struct evaluation *v, struct why *why)
{
	unsigned needed = token_client_needed(client), got = token_client_answers(client), told = 0;
	enum err e = ERR_AWAY;
	for (unsigned i = 0; i < n; i++)
		if (v->result[i] != ERR_OK && (e == ERR_AWAY || v->result[i] == ERR_DENIED)) {
			e = v->result[i] == ERR_DENIED ? ERR_DENIED : ERR_AWAY;
			told = i;
		}
	return why_set(why, e, "tokens: %u keepers answered, %u are needed; %.200s", got, needed, v->why[told].text);
}

static enum err batch_evaluate(struct platform *p, const struct observable *const *observables, size_t count, struct token *tokens,
                               uint8_t (*locks)[TOKEN_LOCK], uint64_t *liars, struct why *why)
{
	struct token_client *client = NULL;
	struct evaluation *v = calloc(1, sizeof *v);
	struct buf body;
	unsigned n = platform_charter(p)->n;
	buf_init(&body, EVALUATE_MAX);
	enum err e = v == NULL ? why_set(why, ERR_SYSTEM, "out of memory")
	                       : token_client_new(observables, count, platform_governance(p), &client, why);
	if (e == ERR_OK) {
		token_client_ask(client, &body);
		e = buf_status(&body) == ERR_OK ? ERR_OK : why_set(why, ERR_SYSTEM, "out of memory");
	}
	if (e == ERR_OK) {
		platform_ask_keepers(p, KEEPER_EVALUATE, buf_slice(&body), v->answer, v->result, v->why);
		answers_take(client, n, v, liars);
		e = token_client_answers(client) < token_client_needed(client) ? too_few(client, n, v, why)
		                                                               : token_client_finish(client, tokens, locks, why);
		for (unsigned i = 0; i < SEATS_MAX; i++)
			buf_free(&v->answer[i]);
	}
	token_client_free(client);
	buf_free(&body);
	free(v);
	return e;
}

enum err platform_tokens(struct platform *p, const struct observable *const *observables, size_t count, struct token *tokens,
                         uint8_t (*locks)[TOKEN_LOCK], uint64_t *liars, struct why *why)
{
	uint64_t found = 0;
	enum err e = ERR_OK;
	for (size_t at = 0; at < count && e == ERR_OK; at += TOKEN_BATCH_MAX) {
		size_t n = count - at < TOKEN_BATCH_MAX ? count - at : TOKEN_BATCH_MAX;
		e = batch_evaluate(p, observables + at, n, tokens + at, locks != NULL ? locks + at : NULL, &found, why);
	}
	if (liars != NULL)
		*liars = found;
	return e;
}

// --- Filing -------------------------------------------------------------------------------------------------------------------

static enum err relay(struct platform *p, unsigned seat, const struct filing *filing, struct slice bytes, struct receipt *receipt,
                      struct why *why)
{
	uint8_t hash[32];
	struct receipt r;
	struct buf answer;
	buf_init(&answer, RECEIPT_BYTES);
	filing_hash(filing, hash);
	enum err e = platform_ask_keeper(p, seat, KEEPER_FILE, bytes, &answer, why);
	if (e == ERR_OK)
		e = receipt_decode(buf_slice(&answer), &r, why);
	if (e == ERR_OK)
		e = receipt_check(&r, filing->salt, hash, platform_charter(p), why);
	if (e == ERR_OK)
		*receipt = r;
	buf_free(&answer);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "relay %u", seat);
}

enum err platform_file(struct platform *p, const struct filing *filing, unsigned *seat, struct receipt *receipt, struct why *why)
{
	unsigned seats[SEATS_MAX], n = seats_shuffle(p, seats);
	struct buf bytes;
	enum err e = ERR_AWAY, first = ERR_AWAY;
	buf_init(&bytes, FILING_MAX);
	filing_encode(filing, &bytes);
	if (buf_status(&bytes) != ERR_OK) {
		buf_free(&bytes);
		return why_set(why, ERR_LIMIT, "filing: over %u bytes", FILING_MAX);
	}
	for (unsigned i = 0; i < n; i++) {
		struct why one;
		e = relay(p, seats[i], filing, buf_slice(&bytes), receipt, &one);
		if (e == ERR_OK) {
			*seat = seats[i];
			break;
		}
		if (first == ERR_AWAY && (i == 0 || e != ERR_AWAY)) {
			first = e;
			if (why != NULL)
				*why = one;
		}
	}
	buf_free(&bytes);
	return e == ERR_OK ? ERR_OK : first;
}
