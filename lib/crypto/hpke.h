// HPKE base mode, single shot (RFC 9180): KEM X-Wing (0x647a), HKDF-SHA256 (0x0001), ChaCha20-Poly1305 (0x0003). This one suite.
#ifndef TOCSIN_CRYPTO_HPKE_H
#define TOCSIN_CRYPTO_HPKE_H

#include "crypto/xwing.h"

#define HPKE_OVERHEAD (XWING_CIPHER + 16) // sealed bytes beyond the plaintext: enc ‖ ct
#define HPKE_SECRET XWING_SECRET
#define HPKE_PUBLIC XWING_PUBLIC

void hpke_keypair(uint8_t sk[static HPKE_SECRET], uint8_t pk[static HPKE_PUBLIC]);
// SealBase with fresh randomness: sealed = enc ‖ ct, plain.n + HPKE_OVERHEAD bytes. ERR_INPUT for an invalid pk.
MUST_USE enum err hpke_seal(const uint8_t pk[static HPKE_PUBLIC], struct slice info, struct slice aad, struct slice plain,
                            uint8_t *sealed);
// OpenBase: plain gets sealed.n - HPKE_OVERHEAD bytes. ERR_INPUT when too short or enc is no X-Wing ciphertext,
// ERR_AUTH when it does not open (plain is then zeroed).
MUST_USE enum err hpke_open(const uint8_t sk[static HPKE_SECRET], struct slice info, struct slice aad, struct slice sealed,
                            uint8_t *plain);
// As hpke_seal with given encapsulation randomness: for the public vectors only.
MUST_USE enum err hpke_seal_derand(const uint8_t pk[static HPKE_PUBLIC], const uint8_t eseed[static XWING_ENCAPS_SEED],
                                   struct slice info, struct slice aad, struct slice plain, uint8_t *sealed);

#endif
