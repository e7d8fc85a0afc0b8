// COCKTAIL-DKG (C2SP cocktail-dkg v0.2.1), ciphersuite COCKTAIL(Ristretto255, SHA-512): distributed generation of one scalar,
// t of n, without a dealer. Participants are the seats 1..n.
//
// Pure functions over messages: network and disk belong to the caller, whatever relays the messages is trusted with nothing.
//
//     dkg_new → dkg_commit → (everybody's round 1 messages) → dkg_accept → dkg_certify → (everybody's signatures) → dkg_finish
//
// Each function that moves the ceremony on changes `struct dkg`; the caller writes dkg_encode() to disk *before* the message it
// made leaves the machine, and goes on from dkg_decode() after a restart. The state holds no secret: the polynomial and the
// ephemeral key are wiped inside dkg_commit, and shares are decrypted anew with the ceremony key whenever they are needed. But
// state + ceremony key = share: keep both as such.
//
// A *ceremony key* is a scalar d, its public key d·B; every call with a `key` takes the same d. Refusals name a seat in *liar (0:
// nobody can be named) and in `why`. A refusal by dkg_accept ends the ceremony for good (phase DKG_ABORTED); a new one needs
// another session.
#ifndef TOCSIN_CRYPTO_DKG_H
#define TOCSIN_CRYPTO_DKG_H

#include "base/buf.h"
#include "crypto/schnorr.h"
#include "crypto/shamir.h"

#define DKG_CONTEXT 64                   // bytes: SHA-512
#define DKG_SESSION_MAX 256              // bytes of a session name
#define DKG_SIGNATURE SCHNORR_BYTES      // the round 3 message
#define DKG_CIPHERTEXT_MIN (SCALAR + 16) // a share and the AEAD's tag
#define DKG_CIPHERTEXT_MAX 65536         // MAX_CIPHERTEXT_SIZE: the specification's interoperability floor
#define DKG_PAYLOAD_MAX (DKG_CIPHERTEXT_MAX - DKG_CIPHERTEXT_MIN)
#define DKG_EXTENSION_MAX 1024
// A round 1 message with empty payloads; its maximum with payloads.
#define DKG_COMMITMENT_BYTES(t, n) (ELEMENT * (size_t)(t) + DKG_SIGNATURE + ELEMENT + (size_t)(n) * (8 + DKG_CIPHERTEXT_MIN))
#define DKG_COMMITMENT_MAX (ELEMENT * SEATS_MAX + DKG_SIGNATURE + ELEMENT + DKG_BUNDLE_MAX)
// The ciphertexts addressed to one seat, framed (C^rec of the specification).
#define DKG_BUNDLE_MAX ((size_t)SEATS_MAX * (8 + DKG_CIPHERTEXT_MAX))
#define DKG_TRANSCRIPT_MAX (256 + (size_t)SEATS_MAX * (2 * ELEMENT + DKG_SIGNATURE + SEATS_MAX * ELEMENT) + DKG_EXTENSION_MAX)
// The success certificate: transcript, then the n signatures in the order of seats.
#define DKG_CERTIFICATE_MAX (DKG_TRANSCRIPT_MAX + SEATS_MAX * DKG_SIGNATURE)
#define DKG_STATE_MAX (256 + DKG_TRANSCRIPT_MAX + DKG_COMMITMENT_MAX + DKG_BUNDLE_MAX)

enum dkg_phase {
	DKG_STARTED = 1, // next: dkg_commit
	DKG_COMMITTED,   // the round 1 message exists; next: dkg_accept
	DKG_ACCEPTED,    // every share is verified; next: dkg_certify
	DKG_CERTIFIED,   // the transcript is fixed and signed; next: dkg_finish
	DKG_ABORTED,     // somebody lied; nothing more can be done
};

// What all seats must agree on before the ceremony. `session` names it and must never come back: random bytes, or the class and
// the year with random bytes. The specification's `context` is its recommended hash of session, ciphersuite and keys.
struct dkg_setup {
	unsigned t, n;                  // 1 ≤ t ≤ n ≤ SEATS_MAX
	const uint8_t (*keys)[ELEMENT]; // n public ceremony keys in the order of seats, distinct
	struct slice session;           // 1..DKG_SESSION_MAX bytes
};

// A message as it was relayed: the seat it is said to come from, and its bytes.
struct dkg_message {
	unsigned seat;
	struct slice bytes;
};

// What a success certificate says. Everything is public.
struct dkg_public {
	unsigned t, n;
	uint8_t context[DKG_CONTEXT];
	uint8_t keys[SEATS_MAX][ELEMENT];   // ceremony keys
	uint8_t group[ELEMENT];             // Y: the token public key
	uint8_t shares[SEATS_MAX][ELEMENT]; // Y_1..Y_n: what each seat's evaluations are verified against (crypto/voprf.h)
	uint8_t extension[DKG_EXTENSION_MAX];
	size_t extension_n;
};

struct dkg;

// d·B. ERR_INPUT: d is zero or not canonical. A new ceremony key is scalar_random().
MUST_USE enum err dkg_key_public(const uint8_t key[static SCALAR], uint8_t public[static ELEMENT]);
// The context of a setup. ERR_LIMIT or ERR_INPUT as dkg_new.
MUST_USE enum err dkg_context(const struct dkg_setup *setup, uint8_t context[static DKG_CONTEXT], struct why *why);

// A ceremony for the seat whose key this is; dkg_free frees it. ERR_LIMIT: t, n or the session's length; ERR_INPUT: a public key is
// refused or doubled, or `key` belongs to none of them.
MUST_USE enum err dkg_new(const struct dkg_setup *setup, const uint8_t key[static SCALAR], struct dkg **dkg, struct why *why);
void dkg_free(struct dkg *dkg); // NULL is allowed
enum dkg_phase dkg_phase(const struct dkg *dkg);
unsigned dkg_seat(const struct dkg *dkg);

// Round 1. payloads is NULL, or n byte strings (payloads[j] reaches seat j+1 encrypted, at most DKG_PAYLOAD_MAX: ERR_LIMIT).
// ERR_DENIED: wrong phase.
MUST_USE enum err dkg_commit(struct dkg *dkg, const uint8_t key[static SCALAR], const struct slice *payloads, struct why *why);
// The same with given coefficients (t of them) and ephemeral scalar: for the public vectors only.
MUST_USE enum err dkg_commit_with(struct dkg *dkg, const uint8_t key[static SCALAR], const uint8_t coefficients[][SCALAR],
                                  const uint8_t ephemeral[static SCALAR], const struct slice *payloads, struct why *why);
// This seat's round 1 message, as often as it must be sent; empty before dkg_commit. Valid until dkg_free.
struct slice dkg_commitment(const struct dkg *dkg);

// Round 2: all n round 1 messages (this seat's own among them, unchanged), in any order. ERR_AWAY: one is missing, try again later;
// ERR_EXISTS: two for one seat, or ours was changed; these two do not end the ceremony, what follows does. ERR_INPUT or ERR_LIMIT:
// a message is malformed; ERR_AUTH: a proof of possession, an encryption or a share is false. ERR_DENIED: wrong phase.
MUST_USE enum err dkg_accept(struct dkg *dkg, const uint8_t key[static SCALAR], const struct dkg_message *messages, size_t count,
                             unsigned *liar, struct why *why);
// After dkg_accept: the payload that seat `from` addressed to this seat, appended to a secret buffer.
MUST_USE enum err dkg_payload(const struct dkg *dkg, const uint8_t key[static SCALAR], unsigned from, struct buf *payload);

// Round 3, first half: signs the transcript. The extension (may be empty) is what the application wants all seats to agree on.
// Doing it again with the same extension gives the same signature; ERR_DENIED: with another one, or in the wrong phase.
MUST_USE enum err dkg_certify(struct dkg *dkg, const uint8_t key[static SCALAR], struct slice extension,
                              uint8_t signature[static DKG_SIGNATURE], struct why *why);
// Round 3, second half: all n signatures, in any order. Success: the share of this seat, the success certificate (appended), and
// what it says. ERR_AWAY, ERR_EXISTS, ERR_DENIED as above; ERR_INPUT: a length; ERR_AUTH: a signature is false, or somebody
// signed another transcript. No refusal here ends the ceremony: our signature is out, so others may have finished.
MUST_USE enum err dkg_finish(const struct dkg *dkg, const uint8_t key[static SCALAR], const struct dkg_message *signatures,
                             size_t count, uint8_t share[static SCALAR], struct buf *certificate, struct dkg_public *public,
                             unsigned *liar, struct why *why);
// The ciphertexts addressed to this seat: with the ceremony key and the certificate, all that recovers the share. Empty before
// dkg_accept. Valid until dkg_free.
struct slice dkg_bundle(const struct dkg *dkg);

// Reads a success certificate: structure, every proof of possession and all n signatures. It proves that the holders of *these*
// keys agreed: the caller compares t, n, keys and context (dkg_context) with what it knows. ERR_INPUT, ERR_LIMIT, ERR_AUTH.
MUST_USE enum err dkg_certificate_read(struct slice certificate, struct dkg_public *public, struct why *why);
// The transcript that a certificate, once read, certifies: what a token key document hashes. Borrowed.
static inline struct slice dkg_transcript(struct slice certificate, const struct dkg_public *public)
{
	return slice_part(certificate, 0, certificate.n - (size_t)public->n * DKG_SIGNATURE);
}
// "Recovery Algorithm": the share once more, from ceremony key, certificate and bundle.
MUST_USE enum err dkg_recover(const uint8_t key[static SCALAR], struct slice certificate, struct slice bundle,
                              uint8_t share[static SCALAR], struct dkg_public *public, struct why *why);

// State on disk, at most DKG_STATE_MAX bytes. dkg_decode refuses what dkg_encode cannot have written.
void dkg_encode(const struct dkg *dkg, struct buf *out);
MUST_USE enum err dkg_decode(struct slice state, struct dkg **dkg, struct why *why);

#endif
