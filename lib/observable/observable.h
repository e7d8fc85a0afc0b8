// What a report observed: an address, a name, a digest… in the one canonical form that decides what meets
// (protocol/observable.md). The same thing written in two ways has one canonical form; what could be meant in two ways is
// refused, never guessed.
#ifndef TOCSIN_OBSERVABLE_OBSERVABLE_H
#define TOCSIN_OBSERVABLE_OBSERVABLE_H

#include "base/err.h"
#include "base/slice.h"

#define OBSERVABLE_MAX 2048         // bytes of a canonical value
#define OBSERVABLE_WRITTEN_MAX 8192 // bytes of a value as written
#define OBSERVABLE_DERIVED_MAX 2    // tokens derived from one observable

// Token keys and quotas are per class; the class is the upper half of the type's code.
enum observable_class {
	OBSERVABLE_ADDRESSES = 0,
	OBSERVABLE_NAMES = 1,
	OBSERVABLE_DIGESTS = 2,
	OBSERVABLE_OTHERS = 3,
};
#define OBSERVABLE_CLASSES 4

// The values are the codes on the wire and in token inputs: never renumbered.
enum observable_type {
	OBSERVABLE_IPV4 = 0x01,
	OBSERVABLE_IPV6 = 0x02,
	OBSERVABLE_CIDR = 0x03,
	OBSERVABLE_ASN = 0x04,
	OBSERVABLE_DOMAIN = 0x11, // any name in the DNS, registered or deeper
	OBSERVABLE_MAIL = 0x12,
	OBSERVABLE_MD5 = 0x21,
	OBSERVABLE_SHA1 = 0x22,
	OBSERVABLE_SHA256 = 0x23,
	OBSERVABLE_SHA512 = 0x24,
	OBSERVABLE_CERTIFICATE = 0x25, // SHA-1 or SHA-256 fingerprint
	OBSERVABLE_URL = 0x31,
	OBSERVABLE_MUTEX = 0x32,
	OBSERVABLE_FILENAME = 0x33,
	OBSERVABLE_WALLET = 0x34,
	OBSERVABLE_CVE = 0x35,
	OBSERVABLE_REGISTRY_KEY = 0x36,
	OBSERVABLE_PRODUCT = 0x37,
};

struct observable {
	enum observable_type type;
	size_t n;                       // bytes of the value
	char value[OBSERVABLE_MAX + 1]; // canonical, NUL-terminated, UTF-8 without controls
};

// All types, in the order of their codes.
#define OBSERVABLE_TYPES 18
extern const enum observable_type observable_types[OBSERVABLE_TYPES];
const char *observable_type_name(enum observable_type type); // "ipv4", "registry-key", …; "?" for no type
bool observable_type_named(struct slice name, enum observable_type *type);
bool observable_type_is(uint8_t code); // a code read from a wire
static inline enum observable_class observable_class(enum observable_type type)
{
	return (enum observable_class)(type >> 4);
}

// The canonical form of `written`, taken as `type`. The result may have a more exact type: an IPv4-mapped IPv6 address is an
// ipv4, a network of one address is that address. ERR_INPUT or ERR_LIMIT says which rule refused it; *out is then untouched.
// A canonical value is its own canonical form.
MUST_USE enum err observable_canonical(enum observable_type type, struct slice written, struct observable *out, struct why *why);

// A URL as a log has it, which may be longer than any indicator, and whose path and query may hold any byte: the first
// OBSERVABLE_URL_FRONT bytes of its canonical form, without a NUL. The same form for all that observable_canonical() accepts.
#define OBSERVABLE_URL_FRONT (OBSERVABLE_MAX + 16) // so that what follows a value of OBSERVABLE_MAX is seen
MUST_USE enum err observable_url_front(struct slice written, char front[static OBSERVABLE_URL_FRONT], size_t *n, struct why *why);

// The type a bare value can only have, and its canonical form. Conservative: a name counts as a domain when its last label is in
// the public suffix list and is not a usual file name ending. ERR_INPUT when no type, or more than one, fits.
MUST_USE enum err observable_guess(struct slice written, struct observable *out, struct why *why);

// What an observable gives besides itself: a URL its host, a host its registered domain (public suffix list, private part
// included, so foo.duckdns.org is one), a mail address its domain. Returns how many, at most OBSERVABLE_DERIVED_MAX.
size_t observable_derive(const struct observable *o, struct observable derived[static OBSERVABLE_DERIVED_MAX]);

// Undoes defanging in place (rules in protocol/observable.md); returns the new length.
size_t observable_refang(char *text, size_t n);

static inline struct slice observable_value(const struct observable *o)
{
	return slice_of(o->value, o->n);
}

#endif
