// Seats of one key ceremony around one table, for the tests of crypto/dkg.h.
#ifndef TOCSIN_TEST_DKG_TABLE_H
#define TOCSIN_TEST_DKG_TABLE_H

#include "crypto/dkg.h"
#include "crypto/secret.h"
#include "test.h"

#define READ(array) ((const uint8_t(*)[32])(array))

// The seats, and the messages between them.
struct table {
	struct dkg_setup setup;
	uint8_t keys[SEATS_MAX][SCALAR], publics[SEATS_MAX][ELEMENT];
	struct dkg *seats[SEATS_MAX];
	struct dkg_message round1[SEATS_MAX], round3[SEATS_MAX];
	uint8_t signatures[SEATS_MAX][DKG_SIGNATURE];
};

static inline void seat_down(struct table *t, unsigned threshold, unsigned n, struct slice session)
{
	struct why why = {""};
	t->setup = (struct dkg_setup){threshold, n, READ(t->publics), session};
	for (unsigned i = 0; i < n; i++) {
		t->seats[i] = NULL;
		CHECK(dkg_key_public(t->keys[i], t->publics[i]) == ERR_OK);
	}
	for (unsigned i = 0; i < n; i++) {
		CHECK_SAY(dkg_new(&t->setup, t->keys[i], &t->seats[i], &why) == ERR_OK, "%s", why.text);
		CHECK(t->seats[i] != NULL && dkg_seat(t->seats[i]) == i + 1);
	}
}

static inline void stand_up(struct table *t)
{
	for (unsigned i = 0; i < t->setup.n; i++)
		dkg_free(t->seats[i]);
}

// The state goes through its bytes, as in a keeper that restarts. Every shorter state is refused, unless `quick`.
static inline void restart(struct table *t, unsigned i, bool quick)
{
	struct buf state;
	struct why why = {""};
	struct dkg *again = NULL;
	buf_init(&state, DKG_STATE_MAX);
	dkg_encode(t->seats[i], &state);
	CHECK(buf_status(&state) == ERR_OK);
	for (size_t n = quick ? state.n : 0; n < state.n; n++) {
		uint8_t *cut = malloc(n + 1);
		memcpy(cut, state.p, n);
		CHECK_SAY(dkg_decode(slice_of(cut, n), &again, NULL) == ERR_INPUT, "%zu of %zu bytes", n, state.n);
		free(cut);
	}
	CHECK(again == NULL);
	CHECK_SAY(dkg_decode(buf_slice(&state), &again, &why) == ERR_OK, "%s", why.text);
	buf_put_u8(&state, 0);
	struct dkg *longer = NULL;
	CHECK(dkg_decode(buf_slice(&state), &longer, NULL) == ERR_INPUT);
	CHECK(longer == NULL);
	dkg_free(t->seats[i]);
	t->seats[i] = again;
	buf_free(&state);
}

static inline void gather1(struct table *t)
{
	for (unsigned i = 0; i < t->setup.n; i++)
		t->round1[i] = (struct dkg_message){i + 1, dkg_commitment(t->seats[i])};
}

static inline void certify(struct table *t, unsigned i, struct slice extension)
{
	CHECK(dkg_certify(t->seats[i], t->keys[i], extension, t->signatures[i], NULL) == ERR_OK);
	t->round3[i] = (struct dkg_message){i + 1, slice_of(t->signatures[i], DKG_SIGNATURE)};
}

// A 3-of-5 ceremony with random keys, up to the round 1 messages.
static inline void committed(struct table *t, unsigned threshold, unsigned n)
{
	CHECK(crypto_init() == ERR_OK);
	for (unsigned i = 0; i < n; i++)
		scalar_random(t->keys[i]);
	seat_down(t, threshold, n, SLICE_LITERAL("address 2026 and random bytes"));
	for (unsigned i = 0; i < n; i++)
		CHECK(dkg_commit(t->seats[i], t->keys[i], NULL, NULL) == ERR_OK);
	gather1(t);
}

static inline void accepted(struct table *t, unsigned threshold, unsigned n)
{
	unsigned liar;
	committed(t, threshold, n);
	for (unsigned i = 0; i < n; i++)
		CHECK(dkg_accept(t->seats[i], t->keys[i], t->round1, n, &liar, NULL) == ERR_OK && liar == 0);
	for (unsigned i = 0; i < n; i++)
		certify(t, i, SLICE_LITERAL("charter"));
}

#endif
