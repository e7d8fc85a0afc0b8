// Shared by dkg.c (the rounds), dkg_share.c (the shares) and dkg_format.c (messages, transcript, state); nobody else includes it.
#ifndef TOCSIN_CRYPTO_DKG_PRIVATE_H
#define TOCSIN_CRYPTO_DKG_PRIVATE_H

#include "base/wire.h"
#include "crypto/dkg.h"

#define DKG_CIPHERSUITE "COCKTAIL(Ristretto255, SHA-512)"

// The public part of one seat's round 1 message.
struct dkg_sender {
	uint8_t commitment[SEATS_MAX][ELEMENT]; // t in use
	uint8_t pop[DKG_SIGNATURE];
	uint8_t ephemeral[ELEMENT];
};

struct dkg {
	enum dkg_phase phase;
	unsigned t, n, seat; // seat is 0 when read from a certificate
	uint8_t context[DKG_CONTEXT];
	uint8_t keys[SEATS_MAX][ELEMENT];
	struct dkg_sender senders[SEATS_MAX]; // from DKG_ACCEPTED on
	uint8_t extension[DKG_EXTENSION_MAX]; // from DKG_CERTIFIED on
	size_t extension_n;
	struct buf mine;   // this seat's round 1 message, from DKG_COMMITTED on
	struct buf bundle; // from DKG_ACCEPTED on
};

struct dkg *dkg_make(void); // zeroed, buffers ready; NULL without memory
// One seat's public part, its elements checked. Marks the cursor bad, or says why.
void dkg_take_sender(struct wire *w, unsigned t, struct dkg_sender *sender);
void dkg_put_sender(struct buf *b, unsigned t, const struct dkg_sender *sender);
// One framed ciphertext. ERR_INPUT: cut short or below the minimum; ERR_LIMIT: above DKG_CIPHERTEXT_MAX.
enum err dkg_take_ciphertext(struct wire *w, struct slice *ciphertext);
// A whole round 1 message; ciphertexts[j] is for seat j+1, borrowed.
enum err dkg_commitment_decode(struct slice message, unsigned t, unsigned n, struct dkg_sender *sender,
                               struct slice ciphertexts[static SEATS_MAX], struct why *why);
// "context ‖ C ‖ E", what a proof of possession signs.
void dkg_pop_message(const struct dkg *dkg, const struct dkg_sender *sender, struct buf *out);
// The transcript T of round 3.
void dkg_put_transcript(const struct dkg *dkg, struct buf *out);
// The transcript at the start of a certificate, into everything of `dkg` that is public; *transcript is its bytes.
enum err dkg_take_transcript(struct wire *w, struct dkg *dkg, struct slice *transcript, struct why *why);
enum err dkg_bundle_decode(struct slice bundle, unsigned n, struct slice ciphertexts[static SEATS_MAX], struct why *why);
// Appends the framed ciphertext of `share` and `payload` for seat j+1 to this seat's message.
enum err dkg_put_share(struct dkg *dkg, const uint8_t key[static SCALAR], const uint8_t ephemeral[static SCALAR],
                       const struct dkg_sender *sender, unsigned j, const uint8_t share[static SCALAR], struct slice payload);
// The plaintext of seat j+1's ciphertext for this seat, a canonical share first, in an empty secret buffer.
enum err dkg_open_share(const struct dkg *dkg, const uint8_t key[static SCALAR], unsigned j, struct slice ciphertext,
                        struct buf *plain, struct why *why);
// Decrypts, verifies and adds up the shares addressed to this seat; checks the sum against Y_i.
enum err dkg_open_all(const struct dkg *dkg, const uint8_t key[static SCALAR], const struct slice ciphertexts[static SEATS_MAX],
                      uint8_t share[static SCALAR], struct dkg_public *public, unsigned *liar, struct why *why);
// Y and Y_1..Y_n ("Compute Final Keys"). False: one is the identity, so that no key was made.
bool dkg_sum_up(const struct dkg *dkg, struct dkg_public *public);
// Public keys good and distinct.
enum err dkg_keys_check(const uint8_t keys[][ELEMENT], unsigned n, struct why *why);

#endif
