// A set file that somebody answers for: SET, and beside it SET.sig by the issuer's Ed25519 key (protocol/indicator-set.md,
// "Signature").
//
//   SET.sig      tocsin-set-signature 1            ISSUER.pub      tocsin-set-key 1
//                issuer NAME                                       issuer NAME
//                sha256 HEX                                        ed25519 HEX
//                ed25519 BASE64
//
// The signature is sign_message() of kind "indicator-set" and origin NAME over the 32 bytes of the SHA-256 of the file.
#ifndef TOCSIN_WATCH_SIGNED_H
#define TOCSIN_WATCH_SIGNED_H

#include "base/buf.h"
#include "crypto/sign.h"

#define SIGNED_FILE_MAX 1024
#define SIGNED_ISSUER_MAX 64

struct issuer {
	char name[SIGNED_ISSUER_MAX + 1]; // printable ASCII without spaces
	uint8_t pk[SIGN_PUBLIC];
};

MUST_USE bool issuer_name_is(const char *name);
void issuer_print(const struct issuer *i, struct buf *out);
MUST_USE enum err issuer_parse(struct slice text, struct issuer *i, struct why *why);
MUST_USE enum err issuer_read(const char *path, struct issuer *i, struct why *why);
// The signature file for a set with that hash.
void signed_print(const struct issuer *i, const uint8_t sk[static SIGN_SECRET], const uint8_t hash[static 32], struct buf *out);
// ERR_INPUT: no signature file; ERR_AUTH: by another issuer, over another file, or false.
MUST_USE enum err signed_verify(struct slice text, const struct issuer *i, const uint8_t hash[static 32], struct why *why);
// SHA-256 of a file of at most INDICATOR_FILE_MAX.
MUST_USE enum err signed_hash(const char *path, uint8_t hash[static 32], struct why *why);

#endif
