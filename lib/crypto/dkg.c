#include "crypto/dkg.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto/dkg_private.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define POP_MESSAGE_MAX (DKG_CONTEXT + SEATS_MAX * ELEMENT + ELEMENT)

enum err dkg_key_public(const uint8_t key[static SCALAR], uint8_t public[static ELEMENT])
{
	uint8_t product[ELEMENT];
	if (!scalar_is_canonical(key) || crypto_scalarmult_ristretto255_base(product, key) != 0)
		return ERR_INPUT;
	memcpy(public, product, ELEMENT);
	return ERR_OK;
}

static enum err setup_check(const struct dkg_setup *setup, struct why *why)
{
	if (setup->t < 1 || setup->t > setup->n || setup->n > SEATS_MAX)
		return why_set(why, ERR_LIMIT, "ceremony: %u of %u seats, must be 1 ≤ t ≤ n ≤ %d", setup->t, setup->n, SEATS_MAX);
	if (setup->session.n < 1 || setup->session.n > DKG_SESSION_MAX)
		return why_set(why, ERR_LIMIT, "ceremony: a session name of %zu bytes, must be 1 to %d", setup->session.n, DKG_SESSION_MAX);
	return dkg_keys_check(setup->keys, setup->n, why);
}

// "Setup", the recommended construction: these lengths are big-endian, n is little-endian.
enum err dkg_context(const struct dkg_setup *setup, uint8_t context[static DKG_CONTEXT], struct why *why)
{
	enum err e = setup_check(setup, why);
	if (e != ERR_OK)
		return e;
	const struct slice suite = SLICE_LITERAL(DKG_CIPHERSUITE);
	const uint8_t session_n[8] = {[6] = (uint8_t)(setup->session.n >> 8), [7] = (uint8_t)setup->session.n};
	const uint8_t suite_n[8] = {[7] = (uint8_t)suite.n}, n[4] = {(uint8_t)setup->n};
	const struct slice parts[] = {SLICE_LITERAL("COCKTAIL-DKG-CONTEXT"), slice_of(session_n, 8), setup->session,
	                              slice_of(suite_n, 8), suite, slice_of(n, 4), slice_of(setup->keys, (size_t)setup->n * ELEMENT)};
	sha512_parts(parts, sizeof parts / sizeof *parts, context);
	return ERR_OK;
}

// The one seat (from 1) of this key, or 0.
static unsigned seat_of(const struct dkg *dkg, const uint8_t key[static SCALAR])
{
	uint8_t public[ELEMENT];
	if (dkg_key_public(key, public) == ERR_OK)
		for (unsigned j = 0; j < dkg->n; j++)
			if (memcmp(dkg->keys[j], public, ELEMENT) == 0)
				return j + 1;
	return 0;
}

enum err dkg_new(const struct dkg_setup *setup, const uint8_t key[static SCALAR], struct dkg **out, struct why *why)
{
	uint8_t context[DKG_CONTEXT];
	enum err e = dkg_context(setup, context, why);
	if (e != ERR_OK)
		return e;
	struct dkg *dkg = dkg_make();
	if (dkg == NULL)
		return why_set(why, ERR_SYSTEM, "ceremony: no memory");
	dkg->phase = DKG_STARTED;
	dkg->t = setup->t;
	dkg->n = setup->n;
	memcpy(dkg->context, context, DKG_CONTEXT);
	memcpy(dkg->keys, setup->keys, (size_t)setup->n * ELEMENT);
	dkg->seat = seat_of(dkg, key);
	if (dkg->seat == 0) {
		dkg_free(dkg);
		return why_set(why, ERR_INPUT, "ceremony: our key is none of the %u seats'", setup->n);
	}
	*out = dkg;
	return ERR_OK;
}

void dkg_free(struct dkg *dkg)
{
	if (dkg == NULL)
		return;
	buf_free(&dkg->mine);
	buf_free(&dkg->bundle);
	free(dkg);
}

enum dkg_phase dkg_phase(const struct dkg *dkg)
{
	return dkg->phase;
}

unsigned dkg_seat(const struct dkg *dkg)
{
	return dkg->seat;
}

struct slice dkg_commitment(const struct dkg *dkg)
{
	return buf_slice(&dkg->mine);
}

struct slice dkg_bundle(const struct dkg *dkg)
{
	return buf_slice(&dkg->bundle);
}

static enum err enter(const struct dkg *dkg, const uint8_t key[static SCALAR], enum dkg_phase from, enum dkg_phase to,
                      struct why *why)
{
	if (dkg->phase < from || dkg->phase > to)
		return why_set(why, ERR_DENIED, "ceremony: phase %d, this step belongs to %d", (int)dkg->phase, (int)from);
	if (seat_of(dkg, key) != dkg->seat)
		return why_set(why, ERR_INPUT, "ceremony: the key is not seat %u's", dkg->seat);
	return ERR_OK;
}

// "Round 1", steps 2 to 4: everything of the message but the ciphertexts.
static enum err make_sender(const struct dkg *dkg, const uint8_t coefficients[][SCALAR], const uint8_t ephemeral[static SCALAR],
                            struct dkg_sender *sender)
{
	for (unsigned k = 0; k < dkg->t; k++)
		if (dkg_key_public(coefficients[k], sender->commitment[k]) != ERR_OK)
			return ERR_INPUT;
	if (dkg_key_public(ephemeral, sender->ephemeral) != ERR_OK)
		return ERR_INPUT;
	struct buf message;
	buf_init(&message, POP_MESSAGE_MAX);
	dkg_pop_message(dkg, sender, &message);
	enum err e = buf_status(&message);
	if (e == ERR_OK && !schnorr_sign(coefficients[0], buf_slice(&message), sender->pop))
		e = ERR_SYSTEM;
	buf_free(&message);
	return e;
}

enum err dkg_commit_with(struct dkg *dkg, const uint8_t key[static SCALAR], const uint8_t coefficients[][SCALAR],
                         const uint8_t ephemeral[static SCALAR], const struct slice *payloads, struct why *why)
{
	enum err e = enter(dkg, key, DKG_STARTED, DKG_STARTED, why);
	if (e != ERR_OK)
		return e;
	for (unsigned j = 0; payloads != NULL && j < dkg->n; j++)
		if (payloads[j].n > DKG_PAYLOAD_MAX)
			return why_set(why, ERR_LIMIT, "payload for seat %u: %zu bytes, at most %d", j + 1, payloads[j].n, DKG_PAYLOAD_MAX);
	struct dkg_sender sender;
	uint8_t share[SCALAR];
	e = make_sender(dkg, coefficients, ephemeral, &sender);
	if (e == ERR_OK)
		dkg_put_sender(&dkg->mine, dkg->t, &sender);
	for (unsigned j = 0; e == ERR_OK && j < dkg->n; j++) {
		shamir_evaluate(coefficients, dkg->t, j + 1, share);
		e = dkg_put_share(dkg, key, ephemeral, &sender, j, share, payloads != NULL ? payloads[j] : slice_of(NULL, 0));
	}
	secret_wipe(share, sizeof share);
	if (e != ERR_OK) {
		buf_clear(&dkg->mine);
		return why_set(why, e, "ceremony: the round 1 message cannot be made");
	}
	dkg->phase = DKG_COMMITTED;
	return ERR_OK;
}

enum err dkg_commit(struct dkg *dkg, const uint8_t key[static SCALAR], const struct slice *payloads, struct why *why)
{
	uint8_t coefficients[SEATS_MAX][SCALAR], ephemeral[SCALAR];
	for (unsigned k = 0; k < dkg->t; k++)
		scalar_random(coefficients[k]);
	scalar_random(ephemeral);
	enum err e = dkg_commit_with(dkg, key, (const uint8_t(*)[SCALAR])coefficients, ephemeral, payloads, why);
	secret_wipe(coefficients, sizeof coefficients);
	secret_wipe(ephemeral, sizeof ephemeral);
	return e;
}

// Sorts the relayed messages by seat. Nothing of them is read yet, so nothing here ends the ceremony.
static enum err collect(const struct dkg *dkg, const struct dkg_message *messages, size_t count,
                        struct slice by_seat[static SEATS_MAX], unsigned *liar, struct why *why)
{
	bool seen[SEATS_MAX] = {false};
	for (size_t i = 0; i < count; i++) {
		unsigned seat = messages[i].seat;
		if (seat < 1 || seat > dkg->n)
			return why_set(why, ERR_INPUT, "a message from seat %u: there are %u", seat, dkg->n);
		if (seen[seat - 1]) {
			*liar = seat;
			return why_set(why, ERR_EXISTS, "seat %u: two messages in one round", seat);
		}
		seen[seat - 1] = true;
		by_seat[seat - 1] = messages[i].bytes;
	}
	for (unsigned j = 0; j < dkg->n; j++)
		if (!seen[j]) {
			*liar = j + 1;
			return why_set(why, ERR_AWAY, "seat %u: no message yet", j + 1);
		}
	return ERR_OK;
}

static bool pop_is_good(const struct dkg *dkg, const struct dkg_sender *sender)
{
	struct buf message;
	buf_init(&message, POP_MESSAGE_MAX);
	dkg_pop_message(dkg, sender, &message);
	bool good = buf_status(&message) == ERR_OK && schnorr_verify(sender->commitment[0], buf_slice(&message), sender->pop);
	buf_free(&message);
	return good;
}

// What of dkg_accept ends the ceremony when it is refused.
static enum err accept_all(struct dkg *dkg, const uint8_t key[static SCALAR], const struct slice by_seat[static SEATS_MAX],
                           unsigned *liar, struct why *why)
{
	struct slice ours[SEATS_MAX], all[SEATS_MAX];
	for (unsigned j = 0; j < dkg->n; j++) {
		*liar = j + 1;
		enum err e = dkg_commitment_decode(by_seat[j], dkg->t, dkg->n, &dkg->senders[j], all, why);
		if (e != ERR_OK)
			return why_at(why, e, "seat %u", j + 1);
		if (!pop_is_good(dkg, &dkg->senders[j]))
			return why_set(why, ERR_AUTH, "seat %u: its proof of possession is false", j + 1);
		ours[j] = all[dkg->seat - 1];
		buf_put_u64(&dkg->bundle, ours[j].n);
		buf_put_slice(&dkg->bundle, ours[j]);
	}
	*liar = 0;
	if (buf_status(&dkg->bundle) != ERR_OK)
		return why_set(why, buf_status(&dkg->bundle), "ceremony: the ciphertexts cannot be kept");
	uint8_t share[SCALAR];
	struct dkg_public public;
	enum err e = dkg_open_all(dkg, key, ours, share, &public, liar, why);
	secret_wipe(share, sizeof share);
	return e;
}

enum err dkg_accept(struct dkg *dkg, const uint8_t key[static SCALAR], const struct dkg_message *messages, size_t count,
                    unsigned *liar, struct why *why)
{
	struct slice by_seat[SEATS_MAX];
	*liar = 0;
	enum err e = enter(dkg, key, DKG_COMMITTED, DKG_COMMITTED, why);
	if (e == ERR_OK)
		e = collect(dkg, messages, count, by_seat, liar, why);
	if (e != ERR_OK)
		return e;
	if (!slice_equal(by_seat[dkg->seat - 1], buf_slice(&dkg->mine)))
		return why_set(why, ERR_EXISTS, "our own round 1 message was changed on its way");
	e = accept_all(dkg, key, by_seat, liar, why);
	if (e == ERR_SYSTEM)
		buf_free(&dkg->bundle); // nobody lied: the caller may try again
	else
		dkg->phase = e == ERR_OK ? DKG_ACCEPTED : DKG_ABORTED;
	return e;
}

enum err dkg_payload(const struct dkg *dkg, const uint8_t key[static SCALAR], unsigned from, struct buf *payload)
{
	struct slice ciphertexts[SEATS_MAX];
	struct buf plain;
	if (from < 1 || from > dkg->n)
		return ERR_ABSENT;
	enum err e = enter(dkg, key, DKG_ACCEPTED, DKG_CERTIFIED, NULL);
	if (e == ERR_OK)
		e = dkg_bundle_decode(buf_slice(&dkg->bundle), dkg->n, ciphertexts, NULL);
	if (e != ERR_OK)
		return e;
	buf_init_secret(&plain, SCALAR + DKG_PAYLOAD_MAX);
	e = dkg_open_share(dkg, key, from - 1, ciphertexts[from - 1], &plain, NULL);
	if (e == ERR_OK) {
		buf_put(payload, plain.p + SCALAR, plain.n - SCALAR);
		e = buf_status(payload);
	}
	buf_free(&plain);
	return e;
}

enum err dkg_certify(struct dkg *dkg, const uint8_t key[static SCALAR], struct slice extension,
                     uint8_t signature[static DKG_SIGNATURE], struct why *why)
{
	enum err e = enter(dkg, key, DKG_ACCEPTED, DKG_CERTIFIED, why);
	if (e != ERR_OK)
		return e;
	if (extension.n > DKG_EXTENSION_MAX)
		return why_set(why, ERR_LIMIT, "extension: %zu bytes, at most %d", extension.n, DKG_EXTENSION_MAX);
	if (dkg->phase == DKG_CERTIFIED && !slice_equal(extension, slice_of(dkg->extension, dkg->extension_n)))
		return why_set(why, ERR_DENIED, "extension: the transcript was signed with another one");
	if (extension.n > 0)
		memmove(dkg->extension, extension.p, extension.n);
	dkg->extension_n = extension.n;
	struct buf transcript;
	buf_init(&transcript, DKG_TRANSCRIPT_MAX);
	dkg_put_transcript(dkg, &transcript);
	e = buf_status(&transcript);
	if (e == ERR_OK && !schnorr_sign(key, buf_slice(&transcript), signature))
		e = ERR_SYSTEM;
	buf_free(&transcript);
	if (e != ERR_OK)
		return why_set(why, e, "ceremony: the transcript cannot be signed");
	dkg->phase = DKG_CERTIFIED;
	return ERR_OK;
}

static enum err verify_signatures(const struct dkg *dkg, struct slice transcript, const struct slice by_seat[static SEATS_MAX],
                                  unsigned *liar, struct why *why)
{
	for (unsigned j = 0; j < dkg->n; j++) {
		*liar = j + 1;
		if (by_seat[j].n != DKG_SIGNATURE)
			return why_set(why, ERR_INPUT, "seat %u: a signature of %zu bytes, must be %d", j + 1, by_seat[j].n, DKG_SIGNATURE);
		if (!schnorr_verify(dkg->keys[j], transcript, by_seat[j].p))
			return why_set(why, ERR_AUTH, "seat %u: its signature is false, or it saw other round 1 messages", j + 1);
	}
	*liar = 0;
	return ERR_OK;
}

enum err dkg_finish(const struct dkg *dkg, const uint8_t key[static SCALAR], const struct dkg_message *signatures, size_t count,
                    uint8_t share[static SCALAR], struct buf *certificate, struct dkg_public *public, unsigned *liar,
                    struct why *why)
{
	struct slice by_seat[SEATS_MAX], ciphertexts[SEATS_MAX];
	*liar = 0;
	enum err e = enter(dkg, key, DKG_CERTIFIED, DKG_CERTIFIED, why);
	if (e == ERR_OK)
		e = collect(dkg, signatures, count, by_seat, liar, why);
	if (e != ERR_OK)
		return e;
	struct buf made;
	buf_init(&made, DKG_CERTIFICATE_MAX);
	dkg_put_transcript(dkg, &made);
	e = buf_status(&made);
	if (e == ERR_OK)
		e = verify_signatures(dkg, buf_slice(&made), by_seat, liar, why);
	if (e == ERR_OK)
		e = dkg_bundle_decode(buf_slice(&dkg->bundle), dkg->n, ciphertexts, why);
	for (unsigned j = 0; e == ERR_OK && j < dkg->n; j++)
		buf_put_slice(&made, by_seat[j]);
	if (e == ERR_OK) {
		buf_put_slice(certificate, buf_slice(&made));
		e = buf_status(&made) != ERR_OK ? buf_status(&made) : buf_status(certificate);
	}
	if (e == ERR_OK)
		e = dkg_open_all(dkg, key, ciphertexts, share, public, liar, why);
	buf_free(&made);
	return e;
}

// A whole certificate into a fresh ceremony without a seat.
static enum err read_certificate(struct slice certificate, struct dkg *dkg, struct why *why)
{
	struct wire w = wire_of(certificate);
	struct slice transcript, by_seat[SEATS_MAX];
	unsigned liar;
	enum err e = dkg_take_transcript(&w, dkg, &transcript, why);
	if (e != ERR_OK)
		return e;
	for (unsigned j = 0; j < dkg->n; j++)
		by_seat[j] = wire_take(&w, DKG_SIGNATURE);
	e = wire_end(&w, "certificate", why);
	if (e == ERR_OK)
		e = verify_signatures(dkg, transcript, by_seat, &liar, why);
	for (unsigned j = 0; e == ERR_OK && j < dkg->n; j++)
		if (!pop_is_good(dkg, &dkg->senders[j]))
			e = why_set(why, ERR_AUTH, "seat %u: its proof of possession is false", j + 1);
	return e;
}

enum err dkg_certificate_read(struct slice certificate, struct dkg_public *public, struct why *why)
{
	struct dkg_public read;
	struct dkg *dkg = dkg_make();
	if (dkg == NULL)
		return why_set(why, ERR_SYSTEM, "certificate: no memory");
	enum err e = read_certificate(certificate, dkg, why);
	if (e == ERR_OK && !dkg_sum_up(dkg, &read))
		e = why_set(why, ERR_AUTH, "certificate: the commitments add up to no key");
	if (e == ERR_OK)
		*public = read;
	dkg_free(dkg);
	return e;
}

enum err dkg_recover(const uint8_t key[static SCALAR], struct slice certificate, struct slice bundle,
                     uint8_t share[static SCALAR], struct dkg_public *public, struct why *why)
{
	struct slice ciphertexts[SEATS_MAX];
	unsigned liar;
	struct dkg *dkg = dkg_make();
	if (dkg == NULL)
		return why_set(why, ERR_SYSTEM, "recovery: no memory");
	enum err e = read_certificate(certificate, dkg, why);
	if (e == ERR_OK && (dkg->seat = seat_of(dkg, key)) == 0)
		e = why_set(why, ERR_INPUT, "recovery: our key is none of the certificate's");
	if (e == ERR_OK)
		e = dkg_bundle_decode(bundle, dkg->n, ciphertexts, why);
	if (e == ERR_OK)
		e = dkg_open_all(dkg, key, ciphertexts, share, public, &liar, why);
	dkg_free(dkg);
	return e;
}
