#include <stdlib.h>

#include "crypto/dkg_private.h"

#define STATE_VERSION 1

struct dkg *dkg_make(void)
{
	struct dkg *dkg = calloc(1, sizeof *dkg);
	if (dkg != NULL) {
		buf_init(&dkg->mine, DKG_COMMITMENT_MAX);
		buf_init(&dkg->bundle, DKG_BUNDLE_MAX);
	}
	return dkg;
}

static void take_element(struct wire *w, uint8_t element[static ELEMENT])
{
	wire_copy(w, element, ELEMENT);
	if (!w->bad && !element_is_good(element))
		wire_fail(w);
}

void dkg_take_sender(struct wire *w, unsigned t, struct dkg_sender *sender)
{
	for (unsigned k = 0; k < t; k++)
		take_element(w, sender->commitment[k]);
	wire_copy(w, sender->pop, DKG_SIGNATURE);
	take_element(w, sender->ephemeral);
}

void dkg_put_sender(struct buf *b, unsigned t, const struct dkg_sender *sender)
{
	buf_put(b, sender->commitment, (size_t)t * ELEMENT);
	buf_put(b, sender->pop, DKG_SIGNATURE);
	buf_put(b, sender->ephemeral, ELEMENT);
}

enum err dkg_take_ciphertext(struct wire *w, struct slice *ciphertext)
{
	uint64_t n = wire_u64(w);
	if (!w->bad && n > DKG_CIPHERTEXT_MAX)
		return ERR_LIMIT;
	*ciphertext = wire_take(w, n);
	return w->bad || n < DKG_CIPHERTEXT_MIN ? ERR_INPUT : ERR_OK;
}

static enum err take_ciphertexts(struct wire *w, unsigned n, struct slice ciphertexts[static SEATS_MAX], const char *what,
                                 struct why *why)
{
	for (unsigned j = 0; j < n; j++) {
		enum err e = dkg_take_ciphertext(w, &ciphertexts[j]);
		if (e != ERR_OK)
			return why_set(why, e, "%s: ciphertext %u is cut short, below %d or above %d bytes", what, j + 1, DKG_CIPHERTEXT_MIN,
			               DKG_CIPHERTEXT_MAX);
	}
	return wire_end(w, what, why);
}

enum err dkg_commitment_decode(struct slice message, unsigned t, unsigned n, struct dkg_sender *sender,
                               struct slice ciphertexts[static SEATS_MAX], struct why *why)
{
	struct wire w = wire_of(message);
	dkg_take_sender(&w, t, sender);
	if (w.bad)
		return why_set(why, ERR_INPUT, "round 1 message: cut short, or an element is refused before byte %zu", wire_at(&w));
	return take_ciphertexts(&w, n, ciphertexts, "round 1 message", why);
}

enum err dkg_bundle_decode(struct slice bundle, unsigned n, struct slice ciphertexts[static SEATS_MAX], struct why *why)
{
	struct wire w = wire_of(bundle);
	return take_ciphertexts(&w, n, ciphertexts, "bundle", why);
}

void dkg_pop_message(const struct dkg *dkg, const struct dkg_sender *sender, struct buf *out)
{
	buf_put(out, dkg->context, DKG_CONTEXT);
	buf_put(out, sender->commitment, (size_t)dkg->t * ELEMENT);
	buf_put(out, sender->ephemeral, ELEMENT);
}

// The transcript's numbers are little-endian, unlike those of the messages ("Round 3: Certification").
static void put_little(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_put_u8(b, (uint8_t)(v >> 8 * i));
}

static uint64_t take_little(struct wire *w, unsigned bytes)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)wire_u8(w) << 8 * i;
	return v;
}

void dkg_put_transcript(const struct dkg *dkg, struct buf *out)
{
	put_little(out, sizeof DKG_CIPHERSUITE - 1, 8);
	buf_put_text(out, DKG_CIPHERSUITE);
	put_little(out, DKG_CONTEXT, 8);
	buf_put(out, dkg->context, DKG_CONTEXT);
	put_little(out, dkg->n, 4);
	put_little(out, dkg->t, 4);
	buf_put(out, dkg->keys, (size_t)dkg->n * ELEMENT);
	for (unsigned j = 0; j < dkg->n; j++)
		buf_put(out, dkg->senders[j].commitment, (size_t)dkg->t * ELEMENT);
	for (unsigned j = 0; j < dkg->n; j++)
		buf_put(out, dkg->senders[j].pop, DKG_SIGNATURE);
	for (unsigned j = 0; j < dkg->n; j++)
		buf_put(out, dkg->senders[j].ephemeral, ELEMENT);
	put_little(out, dkg->extension_n, 8);
	buf_put(out, dkg->extension, dkg->extension_n);
}

static enum err take_transcript_head(struct wire *w, struct dkg *dkg, struct why *why)
{
	if (take_little(w, 8) != sizeof DKG_CIPHERSUITE - 1 ||
	    !slice_is_text(wire_take(w, sizeof DKG_CIPHERSUITE - 1), DKG_CIPHERSUITE))
		return why_set(why, ERR_INPUT, "transcript: the ciphersuite is not " DKG_CIPHERSUITE);
	if (take_little(w, 8) != DKG_CONTEXT)
		return why_set(why, ERR_INPUT, "transcript: the context is not %d bytes", DKG_CONTEXT);
	wire_copy(w, dkg->context, DKG_CONTEXT);
	uint64_t n = take_little(w, 4), t = take_little(w, 4);
	if (w->bad || t < 1 || t > n)
		return why_set(why, ERR_INPUT, "transcript: cut short, or not 1 ≤ t ≤ n");
	if (n > SEATS_MAX)
		return why_set(why, ERR_LIMIT, "transcript: %u seats, at most %d", (unsigned)n, SEATS_MAX);
	dkg->n = (unsigned)n;
	dkg->t = (unsigned)t;
	return ERR_OK;
}

enum err dkg_take_transcript(struct wire *w, struct dkg *dkg, struct slice *transcript, struct why *why)
{
	const uint8_t *from = w->rest.p;
	enum err e = take_transcript_head(w, dkg, why);
	if (e != ERR_OK)
		return e;
	wire_copy(w, dkg->keys, (size_t)dkg->n * ELEMENT);
	for (unsigned j = 0; j < dkg->n; j++)
		for (unsigned k = 0; k < dkg->t; k++)
			take_element(w, dkg->senders[j].commitment[k]);
	for (unsigned j = 0; j < dkg->n; j++)
		wire_copy(w, dkg->senders[j].pop, DKG_SIGNATURE);
	for (unsigned j = 0; j < dkg->n; j++)
		take_element(w, dkg->senders[j].ephemeral);
	uint64_t extension_n = take_little(w, 8);
	if (!w->bad && extension_n > DKG_EXTENSION_MAX)
		return why_set(why, ERR_LIMIT, "transcript: an extension above %d bytes", DKG_EXTENSION_MAX);
	wire_copy(w, dkg->extension, w->bad ? 0 : extension_n);
	if (w->bad)
		return why_set(why, ERR_INPUT, "transcript: cut short, or an element is refused before byte %zu", wire_at(w));
	dkg->extension_n = extension_n;
	*transcript = slice_of(from, (size_t)(w->rest.p - from));
	return dkg_keys_check((const uint8_t(*)[ELEMENT])dkg->keys, dkg->n, why);
}

enum err dkg_keys_check(const uint8_t keys[][ELEMENT], unsigned n, struct why *why)
{
	for (unsigned j = 0; j < n; j++) {
		if (!element_is_good(keys[j]))
			return why_set(why, ERR_INPUT, "seat %u: the ceremony key is not a ristretto255 element", j + 1);
		for (unsigned i = 0; i < j; i++)
			if (memcmp(keys[i], keys[j], ELEMENT) == 0)
				return why_set(why, ERR_INPUT, "seat %u: the ceremony key is seat %u's", j + 1, i + 1);
	}
	return ERR_OK;
}

void dkg_encode(const struct dkg *dkg, struct buf *out)
{
	buf_put_u8(out, STATE_VERSION);
	buf_put_u8(out, (uint8_t)dkg->phase);
	buf_put_u8(out, (uint8_t)dkg->t);
	buf_put_u8(out, (uint8_t)dkg->n);
	buf_put_u8(out, (uint8_t)dkg->seat);
	buf_put(out, dkg->context, DKG_CONTEXT);
	buf_put(out, dkg->keys, (size_t)dkg->n * ELEMENT);
	buf_put_vec32(out, buf_slice(&dkg->mine));
	bool accepted = dkg->phase == DKG_ACCEPTED || dkg->phase == DKG_CERTIFIED;
	for (unsigned j = 0; accepted && j < dkg->n; j++)
		dkg_put_sender(out, dkg->t, &dkg->senders[j]);
	if (accepted)
		buf_put_vec32(out, buf_slice(&dkg->bundle));
	if (dkg->phase == DKG_CERTIFIED)
		buf_put_vec16(out, slice_of(dkg->extension, dkg->extension_n));
}

// A byte-string of the state and whether a message of that kind may stand there.
static enum err take_state_tail(struct wire *w, struct dkg *dkg, struct why *why)
{
	struct slice ciphertexts[SEATS_MAX];
	bool accepted = dkg->phase == DKG_ACCEPTED || dkg->phase == DKG_CERTIFIED;
	struct dkg_sender own;
	enum err e = ERR_OK;
	struct slice mine = wire_vec32(w);
	if (mine.n > 0)
		e = dkg_commitment_decode(mine, dkg->t, dkg->n, &own, ciphertexts, why);
	else if (dkg->phase != DKG_STARTED && dkg->phase != DKG_ABORTED)
		wire_fail(w);
	if (mine.n > 0 && dkg->phase == DKG_STARTED)
		wire_fail(w);
	if (e == ERR_OK)
		buf_put_slice(&dkg->mine, mine);
	for (unsigned j = 0; accepted && j < dkg->n; j++)
		dkg_take_sender(w, dkg->t, &dkg->senders[j]);
	struct slice bundle = accepted ? wire_vec32(w) : slice_of(NULL, 0);
	if (e == ERR_OK && accepted && !w->bad)
		e = dkg_bundle_decode(bundle, dkg->n, ciphertexts, why);
	buf_put_slice(&dkg->bundle, bundle);
	struct slice extension = dkg->phase == DKG_CERTIFIED ? wire_vec16(w) : slice_of(NULL, 0);
	if (extension.n > DKG_EXTENSION_MAX)
		return why_set(why, ERR_LIMIT, "ceremony state: an extension above %d bytes", DKG_EXTENSION_MAX);
	if (extension.n > 0)
		memcpy(dkg->extension, extension.p, extension.n);
	dkg->extension_n = extension.n;
	if (e == ERR_OK)
		e = wire_end(w, "ceremony state", why);
	if (e == ERR_OK && buf_status(&dkg->mine) != ERR_OK)
		e = buf_status(&dkg->mine);
	return e == ERR_OK ? buf_status(&dkg->bundle) : e;
}

static enum err take_state(struct wire *w, struct dkg *dkg, struct why *why)
{
	uint8_t version = wire_u8(w), phase = wire_u8(w);
	dkg->t = wire_u8(w);
	dkg->n = wire_u8(w);
	dkg->seat = wire_u8(w);
	if (w->bad || version != STATE_VERSION || phase < DKG_STARTED || phase > DKG_ABORTED || dkg->t < 1 || dkg->t > dkg->n ||
	    dkg->n > SEATS_MAX || dkg->seat < 1 || dkg->seat > dkg->n)
		return why_set(why, ERR_INPUT, "ceremony state: version, phase, threshold or seat is refused");
	dkg->phase = phase;
	wire_copy(w, dkg->context, DKG_CONTEXT);
	wire_copy(w, dkg->keys, (size_t)dkg->n * ELEMENT);
	enum err e = dkg_keys_check((const uint8_t(*)[ELEMENT])dkg->keys, dkg->n, why);
	return e == ERR_OK ? take_state_tail(w, dkg, why) : e;
}

enum err dkg_decode(struct slice state, struct dkg **out, struct why *why)
{
	struct dkg *dkg = dkg_make();
	if (dkg == NULL)
		return why_set(why, ERR_SYSTEM, "ceremony state: no memory");
	struct wire w = wire_of(state);
	enum err e = take_state(&w, dkg, why);
	if (e == ERR_OK)
		*out = dkg;
	else
		dkg_free(dkg);
	return e;
}
