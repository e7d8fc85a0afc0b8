// Keepers in memory, for the tests of tokens: the fixture's seats answer evaluations with their shares.
#ifndef TOCSIN_TEST_KEEPERS_H
#define TOCSIN_TEST_KEEPERS_H

#include "fixture.h"
#include "test.h"
#include "token/token.h"

// What an honest seat answers to the encoded request.
static inline void keeper_answer(const struct fixture *f, unsigned seat, struct slice ask, struct buf *answer)
{
	struct evaluate e;
	struct why why;
	if (!CHECK_SAY(evaluate_decode(ask, &e, &why) == ERR_OK, "%s", why.text))
		return;
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		const struct token_key *key = governance_token_key(f->governance, class, e.epoch[class]);
		if (e.count[class] > 0)
			CHECK(evaluate_answer(&e, class, f->seat[seat - 1].token[class], key->share[seat - 1], answer, &why) == ERR_OK);
	}
}

static inline struct observable observable_make(enum observable_type type, const char *value)
{
	struct observable o;
	struct why why;
	memset(&o, 0, sizeof o);
	CHECK_SAY(observable_canonical(type, slice_text(value), &o, &why) == ERR_OK, "%s: %s", value, why.text);
	return o;
}

// Tokens of the observables through the seats in `mask` (bit i: seat i), asked from the last to the first when `backwards`.
static inline enum err keepers_tokens(const struct fixture *f, const struct observable *const *observables, size_t count,
                                      uint64_t mask, bool backwards, struct token *tokens, uint8_t (*locks)[TOKEN_LOCK])
{
	struct token_client *c;
	struct why why;
	struct buf ask, answer;
	if (!CHECK_SAY(token_client_new(observables, count, f->governance, &c, &why) == ERR_OK, "%s", why.text))
		return ERR_SYSTEM;
	buf_init(&ask, EVALUATE_MAX);
	buf_init(&answer, EVALUATED_MAX);
	token_client_ask(c, &ask);
	for (unsigned i = 1; i <= f->charter.n; i++) {
		unsigned seat = backwards ? f->charter.n + 1 - i : i;
		if ((mask >> seat & 1) == 0)
			continue;
		buf_clear(&answer);
		keeper_answer(f, seat, buf_slice(&ask), &answer);
		CHECK_SAY(token_client_answer(c, (uint8_t)seat, buf_slice(&answer), &why) == ERR_OK, "%s", why.text);
	}
	enum err e = token_client_finish(c, tokens, locks, &why);
	buf_free(&ask);
	buf_free(&answer);
	token_client_free(c);
	return e;
}

#endif
