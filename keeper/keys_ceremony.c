// Key ceremonies (crypto/dkg.h), one class at a time. Every round may be asked for again and gets the same answer; the state is
// on disk before an answer leaves.
//
// Round 1: nothing → our commitment. Round 2: all commitments (vec32 each, in seat order) → our signature on the transcript.
// Round 3: all signatures → the certificate; our share is saved. Round 4: the encoded token key → our signature on that document.
#include <stdio.h>

#include "base/num.h"
#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "keys.h"
#include "log/log.h"
#include "sys/file.h"

struct step {
	uint8_t seat, t, n, class, round;
	uint16_t epoch;
	uint8_t order[KEYS_CEREMONY_ID];
	uint8_t keys[SEATS_MAX][ELEMENT];
	struct slice input;
};

static enum err step_read(struct slice payload, struct step *s, struct why *why)
{
	struct wire w = wire_of(payload);
	s->seat = wire_u8(&w);
	s->t = wire_u8(&w);
	s->n = wire_u8(&w);
	s->class = wire_u8(&w);
	s->round = wire_u8(&w);
	s->epoch = wire_u16(&w);
	wire_copy(&w, s->order, sizeof s->order);
	wire_copy(&w, s->keys, sizeof s->keys);
	s->input = wire_take(&w, w.rest.n);
	enum err e = wire_end(&w, "ceremony", why);
	if (e != ERR_OK)
		return e;
	if (s->n < 1 || s->n > SEATS_MAX || s->t < 1 || s->t > s->n || s->seat < 1 || s->seat > s->n || s->class >= TOKEN_CLASSES ||
	    s->epoch < 1 || s->epoch > TOKEN_EPOCHS_MAX)
		return why_set(why, ERR_INPUT, "ceremony: seat %u of %u, t %u, class %u, epoch %u", s->seat, s->n, s->t, s->class,
		               s->epoch);
	return ERR_OK;
}

// What a round's input must have, to the byte: nothing else is looked into.
static enum err input_check(const struct step *s, struct why *why)
{
	const size_t sizes[CEREMONY_ROUNDS + 1] = {
		[2] = s->n * (4 + DKG_COMMITMENT_BYTES(s->t, s->n)),
		[3] = s->n * (size_t)DKG_SIGNATURE,
		[4] = 5 + 2 * ELEMENT + s->n * (size_t)ELEMENT, // protocol/governance.md, token key
	};
	if (s->round < 1 || s->round > CEREMONY_ROUNDS)
		return why_set(why, ERR_INPUT, "ceremony: round %u; 1 to %d", s->round, CEREMONY_ROUNDS);
	return keys_size("ceremony: input", s->input, sizes[s->round], why);
}

// --- State on disk ------------------------------------------------------------------------------------------------------------

// The id of the order, then dkg_encode().
static void state_path(const struct keys *k, const struct step *s, char path[static CONF_TEXT_MAX])
{
	char name[KEYS_NAME_MAX];
	snprintf(name, sizeof name, "dkg-%u-%u.state", s->class, s->epoch);
	keys_path(k, name, path);
}

static enum err state_save(const struct keys *k, const struct step *s, const struct dkg *dkg, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf b;
	state_path(k, s, path);
	buf_init_secret(&b, KEYS_CEREMONY_ID + DKG_STATE_MAX);
	buf_put(&b, s->order, sizeof s->order);
	dkg_encode(dkg, &b);
	enum err e = buf_status(&b) != ERR_OK ? why_set(why, ERR_SYSTEM, "out of memory")
	                                      : file_write(path, buf_slice(&b), FILE_SECRET, why);
	buf_free(&b);
	return e;
}

// ERR_ABSENT: nothing under way for this order.
static enum err state_load(const struct keys *k, const struct step *s, struct dkg **dkg, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf b;
	state_path(k, s, path);
	buf_init_secret(&b, KEYS_CEREMONY_ID + DKG_STATE_MAX);
	enum err e = file_read_secret(path, KEYS_CEREMONY_ID + DKG_STATE_MAX, &b, why);
	if (e == ERR_OK && (b.n < KEYS_CEREMONY_ID || memcmp(b.p, s->order, KEYS_CEREMONY_ID) != 0))
		e = why_set(why, ERR_ABSENT, "ceremony: class %u: another order's ceremony is under way", s->class);
	if (e == ERR_OK)
		e = dkg_decode(slice_part(buf_slice(&b), KEYS_CEREMONY_ID, b.n), dkg, why);
	buf_free(&b);
	return e;
}

static enum err state_need(const struct keys *k, const struct step *s, struct dkg **dkg, struct why *why)
{
	enum err e = state_load(k, s, dkg, why);
	if (e == ERR_ABSENT)
		return why_set(why, ERR_AWAY, "ceremony: class %u: round 1 of this order comes first", s->class);
	return e;
}

static enum err name_liar(unsigned liar, enum err e, struct why *why)
{
	return e == ERR_OK || liar == 0 ? e : why_at(why, e, "ceremony: seat %u", liar);
}

// --- Rounds -------------------------------------------------------------------------------------------------------------------

static enum err start(struct keys *k, const struct step *s, struct dkg **dkg, struct why *why)
{
	uint8_t session[KEYS_CEREMONY_ID + 1];
	memcpy(session, s->order, KEYS_CEREMONY_ID);
	session[KEYS_CEREMONY_ID] = s->class;
	const struct dkg_setup setup = {s->t, s->n, s->keys, slice_of(session, sizeof session)};
	struct dkg *made;
	enum err e = dkg_new(&setup, k->secrets->ceremony, &made, why);
	if (e != ERR_OK)
		return e;
	e = dkg_commit(made, k->secrets->ceremony, NULL, why);
	if (e == ERR_OK)
		e = state_save(k, s, made, why);
	if (e == ERR_OK)
		*dkg = made;
	else
		dkg_free(made);
	return e;
}

static enum err round_1(struct keys *k, const struct step *s, struct buf *reply, struct why *why)
{
	struct dkg *dkg = NULL;
	enum err e = state_load(k, s, &dkg, why);
	if (e == ERR_ABSENT)
		e = start(k, s, &dkg, why);
	if (e == ERR_OK)
		buf_put_slice(reply, dkg_commitment(dkg));
	dkg_free(dkg);
	return e;
}

// DKG_COMMITMENT_BYTES each, behind their lengths.
static enum err commitments_read(const struct step *s, struct dkg_message messages[static SEATS_MAX], struct why *why)
{
	struct wire w = wire_of(s->input);
	for (unsigned i = 0; i < s->n; i++) {
		messages[i] = (struct dkg_message){i + 1, wire_vec32(&w)};
		if (messages[i].bytes.n != DKG_COMMITMENT_BYTES(s->t, s->n))
			wire_fail(&w);
	}
	return wire_end(&w, "commitments", why);
}

static enum err accept(struct keys *k, const struct step *s, struct dkg *dkg, struct why *why)
{
	struct dkg_message messages[SEATS_MAX];
	unsigned liar = 0;
	if (dkg_phase(dkg) != DKG_COMMITTED)
		return ERR_OK; // done before
	enum err e = commitments_read(s, messages, why);
	if (e != ERR_OK)
		return e;
	e = dkg_accept(dkg, k->secrets->ceremony, messages, s->n, &liar, why);
	if (e == ERR_OK || dkg_phase(dkg) != DKG_ABORTED)
		return name_liar(liar, e, why);
	struct why saving;
	if (state_save(k, s, dkg, &saving) != ERR_OK)
		log_line(LOG_ERROR, "ceremony-not-saved", log_value("why", "%s", saving.text));
	log_line(LOG_ERROR, "ceremony-aborted", log_value("class", "%u", s->class), log_value("seat", "%u", liar),
	         log_failure(e, why));
	return name_liar(liar, e, why);
}

static enum err round_2(struct keys *k, const struct step *s, struct buf *reply, struct why *why)
{
	uint8_t signature[DKG_SIGNATURE];
	struct dkg *dkg = NULL;
	enum err e = state_need(k, s, &dkg, why);
	if (e == ERR_OK)
		e = accept(k, s, dkg, why);
	if (e == ERR_OK)
		e = dkg_certify(dkg, k->secrets->ceremony, slice_of(NULL, 0), signature, why);
	if (e == ERR_OK)
		e = state_save(k, s, dkg, why);
	if (e == ERR_OK)
		buf_put(reply, signature, sizeof signature);
	dkg_free(dkg);
	return e;
}

static enum err save_share(struct keys *k, const struct step *s, const struct dkg_public *public, struct slice certificate,
                           const uint8_t share[static SCALAR], struct why *why)
{
	struct keys_result r = {.class = s->class, .epoch = s->epoch, .seat = s->seat, .t = s->t, .n = s->n};
	memcpy(r.order, s->order, sizeof r.order);
	memcpy(r.group, public->group, ELEMENT);
	memcpy(r.public, public->shares, s->n * (size_t)ELEMENT);
	sha256(dkg_transcript(certificate, public), r.transcript);
	return keys_share_save(k, &r, share, why);
}

static enum err round_3(struct keys *k, const struct step *s, struct buf *reply, struct why *why)
{
	static struct dkg_public public; // large for a stack
	struct dkg_message signatures[SEATS_MAX];
	struct dkg *dkg = NULL;
	unsigned liar = 0;
	uint8_t *share = secret_new(SCALAR);
	for (unsigned i = 0; i < s->n; i++)
		signatures[i] = (struct dkg_message){i + 1, slice_part(s->input, i * (size_t)DKG_SIGNATURE, DKG_SIGNATURE)};
	enum err e = state_need(k, s, &dkg, why);
	if (e == ERR_OK && dkg_phase(dkg) != DKG_CERTIFIED && dkg_phase(dkg) != DKG_ABORTED)
		e = why_set(why, ERR_AWAY, "ceremony: class %u: round 2 of this order comes first", s->class);
	if (e == ERR_OK && dkg_seat(dkg) != s->seat)
		e = why_set(why, ERR_DENIED, "ceremony: class %u: began as seat %u", s->class, dkg_seat(dkg));
	if (e == ERR_OK) {
		e = dkg_finish(dkg, k->secrets->ceremony, signatures, s->n, share, reply, &public, &liar, why);
		e = name_liar(liar, e, why);
	}
	if (e == ERR_OK)
		e = save_share(k, s, &public, buf_slice(reply), share, why);
	if (e == ERR_OK)
		log_line(LOG_INFO, "ceremony-finished", log_value("class", "%u", s->class), log_value("epoch", "%u", s->epoch));
	secret_free(share);
	dkg_free(dkg);
	return e;
}

static enum err same_result(const struct token_key *key, const struct keys_result *r, struct why *why)
{
	bool same = key->class == r->class && key->epoch == r->epoch && key->t == r->t && key->n == r->n &&
	            memcmp(key->key, r->group, ELEMENT) == 0 && memcmp(key->transcript, r->transcript, sizeof r->transcript) == 0 &&
	            memcmp(key->share, r->public, r->n * (size_t)ELEMENT) == 0;
	return same ? ERR_OK : why_set(why, ERR_AUTH, "ceremony: class %u: the token key is not the one that this ceremony gave",
	                               r->class);
}

static enum err round_4(struct keys *k, const struct step *s, struct buf *reply, struct why *why)
{
	struct token_key key;
	struct keys_result r;
	struct document d = {.type = DOCUMENT_TOKEN_KEY, .body = s->input};
	enum err e = token_key_decode(s->input, &key, why);
	if (e == ERR_OK)
		e = keys_share_find(k, s->class, s->epoch, s->order, &r, why);
	if (e == ERR_ABSENT)
		return why_set(why, ERR_AWAY, "ceremony: class %u: round 3 of this order comes first", s->class);
	if (e == ERR_OK)
		e = same_result(&key, &r, why);
	if (e == ERR_OK)
		e = document_sign(&d, SIGNER_KEEPER, s->seat, k->secrets->identity, keys_origin(k), why);
	if (e == ERR_OK)
		buf_put(reply, d.signature[0].bytes, SIGN_BYTES);
	return e;
}

enum err keys_ceremony(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	static enum err (*const rounds[])(struct keys *, const struct step *, struct buf *, struct why *) = {
		NULL, round_1, round_2, round_3, round_4};
	struct step s;
	enum err e = step_read(payload, &s, why);
	if (e == ERR_OK)
		e = input_check(&s, why);
	return e == ERR_OK ? rounds[s.round](keys, &s, reply, why) : e;
}

// --- Afterwards -----------------------------------------------------------------------------------------------------------------

struct over {
	const struct keys *k;
	uint8_t class;
	uint16_t epoch;
};

static enum err over_one(void *context, const char *name, struct why *why)
{
	const struct over *o = context;
	uint64_t epoch;
	char prefix[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	size_t front = (size_t)snprintf(prefix, sizeof prefix, "dkg-%u-", o->class), n = strlen(name), end = strlen(".state");
	if (n <= front + end || memcmp(name, prefix, front) != 0 || strcmp(name + n - end, ".state") != 0 ||
	    !num_parse(slice_of(name + front, n - front - end), 1, TOKEN_EPOCHS_MAX, &epoch) || epoch > o->epoch)
		return ERR_OK;
	keys_path(o->k, name, path);
	enum err e = file_remove(path, why);
	if (e == ERR_OK)
		log_line(LOG_INFO, "ceremony-over", log_value("class", "%u", o->class), log_value("epoch", "%u", (unsigned)epoch));
	return e;
}

// Until its key is in the ledger or its order too old a ceremony may be gone through once more from its first round, and needs its state
// for that; from then on core takes no step of it, whether this seat came to a share or missed it, and what the state holds (this seat's
// polynomial) would only wait for a thief. A new order begins anew.
enum err keys_ceremony_over(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct wire w = wire_of(payload);
	struct over o = {.k = keys, .class = wire_u8(&w)};
	(void)reply;
	o.epoch = wire_u16(&w);
	enum err e = wire_end(&w, "ceremony", why);
	return e == ERR_OK ? keys_each_file(o.k, "dkg-", over_one, &o, why) : e;
}
