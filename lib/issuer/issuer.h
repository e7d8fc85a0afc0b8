// A file that somebody answers for: FILE, and beside it FILE.sig by the issuer's Ed25519 key. What the files are called and what
// the signature is made for is the WORD of their kind ("set": protocol/indicator-set.md, "Signature"; "knowledge":
// protocol/knowledge.md).
//
//   FILE.sig     tocsin-WORD-signature 1           ISSUER.pub      tocsin-WORD-key 1
//                issuer NAME                                       issuer NAME
//                sha256 HEX                                        ed25519 HEX
//                ed25519 BASE64
//
// The signature is sign_message() of the kind's purpose and origin NAME over the 32 bytes of the SHA-256 of the file.
#ifndef TOCSIN_ISSUER_ISSUER_H
#define TOCSIN_ISSUER_ISSUER_H

#include "base/buf.h"
#include "crypto/sign.h"
#include "sys/file.h"

#define ISSUER_FILE_MAX 1024
#define ISSUER_NAME_MAX 64

struct issued { // a kind of file
	const char *word, *purpose; // "set", "indicator-set"
	uint64_t max;               // bytes of such a file
};

struct issuer {
	char name[ISSUER_NAME_MAX + 1]; // printable ASCII without spaces
	uint8_t pk[SIGN_PUBLIC];
};

MUST_USE bool issuer_name_is(const char *name);
void issuer_print(const struct issued *kind, const struct issuer *i, struct buf *out);
MUST_USE enum err issuer_parse(const struct issued *kind, struct slice text, struct issuer *i, struct why *why);
MUST_USE enum err issuer_read(const struct issued *kind, const char *path, struct issuer *i, struct why *why);
// A new pair: the secret into `key` (which must not exist), the public half into `pub`, KEY.pub, which must not exist either.
MUST_USE enum err issuer_make(const struct issued *kind, const char *key, const char *name, char pub[static FILE_PATH_MAX],
                              struct why *why);
// Signs a file with KEY, whose public half lies beside it, into `signature`, FILE.sig.
MUST_USE enum err issuer_sign_file(const struct issued *kind, const char *file, const char *key, struct issuer *i,
                                   char signature[static FILE_PATH_MAX], struct why *why);
// The bytes read from FILE against FILE.sig.
MUST_USE enum err issuer_verify_bytes(const struct issued *kind, const char *file, struct slice bytes, const struct issuer *i,
                                      struct why *why);
// "<path><ending>"; ERR_LIMIT over FILE_PATH_MAX.
MUST_USE enum err issuer_beside(const char *path, const char *ending, char to[static FILE_PATH_MAX], struct why *why);

// The signature file for a file with that hash.
void issuer_sign(const struct issued *kind, const struct issuer *i, const uint8_t sk[static SIGN_SECRET],
                 const uint8_t hash[static 32], struct buf *out);
// ERR_INPUT: no signature file; ERR_AUTH: by another issuer, over another file, or false.
MUST_USE enum err issuer_verify(const struct issued *kind, struct slice text, const struct issuer *i,
                                const uint8_t hash[static 32], struct why *why);
// SHA-256 of a file of at most the kind's maximum.
MUST_USE enum err issuer_hash(const struct issued *kind, const char *path, uint8_t hash[static 32], struct why *why);

#endif
