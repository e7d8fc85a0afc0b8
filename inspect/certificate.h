// A certificate: what an inspection came to, signed by who inspected, to be held up years later without a network.
// Page: protocol/inspection.md, "Certificate".
//
//   {"body":{…},"signature":{"ed25519":"<hex key>","value":"<base64>"}}<LF>
//
// The signature is sign_message() of kind "inspection" and origin "tocsin-inspect" over the bytes of the body exactly as they
// stand in the file: nothing is parsed before it is verified.
#ifndef TOCSIN_INSPECT_CERTIFICATE_H
#define TOCSIN_INSPECT_CERTIFICATE_H

#include "crypto/sign.h"
#include "inspect.h"

#define CERTIFICATE_MAX (64u << 20)  // bytes of the file
#define CERTIFICATE_MONTHS 12        // that a favourable certificate is valid
#define REINSPECTION_MONTHS 2        // within which a major defect is to be re-checked
#define CERTIFICATE_DEFECTS_MAX 100000u
#define CERTIFICATE_SERIAL 32        // lower-case hexadecimal digits
// A result is signed while what was seen is still so, and never with the knowledge of another day: on a Monday what was inspected
// on the Friday before. No text sets the number of hours.
#define CERTIFY_HOURS 72

struct certificate {
	struct slice body; // in the file's bytes
	uint8_t key[SIGN_PUBLIC], signature[SIGN_BYTES];
};

void certificate_print(const struct certificate *c, struct buf *out);
// ERR_INPUT: no certificate; ERR_AUTH: changed, or signed by another key than it says.
MUST_USE enum err certificate_parse(struct slice file, struct certificate *c, struct why *why);
// The same of a file, read whole; c->body lies in `file`. Of every refusal `why` names the path.
MUST_USE enum err certificate_read(const char *path, struct buf *file, struct certificate *c, struct why *why);

// What every certificate says, checked; the slice is the body's. ERR_INPUT: a serial of other characters, no verdict, no date.
struct json;
struct certificate_head {
	struct slice serial;
	enum verdict verdict;
	int64_t day;
};
MUST_USE enum err certificate_head(const struct json *body, struct certificate_head *h, struct why *why);

struct certificate_ask {
	const char *result;    // path of the result
	const char *before;    // path of the certificate before, or NULL
	struct slice inspector; // name or number in the register of providers, or whoever inspects
	uint8_t key[SIGN_PUBLIC];
	const struct knowledge *knowledge; // for the register of providers, or NULL
};
// The body, from a result. ERR_DENIED: the data are stale, something is missing that a certificate needs, a line could not be
// read, the day is not today's, or the inspector is qualified and left a question unanswered. Parses what others wrote: call it
// where no key is.
MUST_USE enum err certificate_body(const struct certificate_ask *ask, struct buf *body, struct why *why);
// A re-inspection: only the defects of that certificate are asked from here on. Its signature is verified first; it is parsed
// apart.
MUST_USE enum err certificate_ask_again(const char *path, struct result *r, struct why *why);
// May whoever has this key inspect officially on that day? NULL: yes; else why not. *name: its name in the register, if it is
// there.
const char *certificate_unofficial(const struct knowledge *k, const uint8_t key[static SIGN_PUBLIC], int64_t day,
                                   struct slice *name);

// One page, with a QR code that holds what verifies it: serial, verdict, day, hash of the body, key, signature.
MUST_USE enum err certificate_pdf(const struct certificate *c, enum language l, struct buf *pdf, struct why *why);
// The same, made apart, into a file; path NULL: nothing.
MUST_USE enum err certificate_page(const struct certificate *c, enum language l, const char *path, struct why *why);
#define PDF_MAX (8u << 20)

#endif
