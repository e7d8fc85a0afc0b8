// Inside lib/observable: what the four readers share. A kind is a type's code, or one of the wider kinds below that a source
// names without saying which type a value is.
#ifndef TOCSIN_OBSERVABLE_READING_H
#define TOCSIN_OBSERVABLE_READING_H

#include "base/buf.h"
#include "observable/extract.h"

enum kind {
	KIND_NONE = 0,       // known to give no token
	KIND_ADDRESS = 0x80, // ipv4, ipv6 or cidr
	KIND_HASH,           // md5, sha1, sha256 or sha512, by its length
	KIND_HOST,           // domain or address
	KIND_ANY,            // what it can only be (observable_guess)
};

// The kind that MISP, STIX or the head of a column calls by this name (ASCII case ignored); false for an unknown name.
bool kind_named(struct slice name, unsigned *kind);
// STIX and MISP names of hash algorithms; false for one we have no type for.
bool kind_of_hash(struct slice algorithm, unsigned *kind);

// The one door into the list: canonical value added, or refused with the rule. A URL without scheme, a name with a path, an
// address with a port give their host, with a note. An error means that reading must stop.
MUST_USE enum err put_value(struct extract *x, unsigned kind, bool background, struct slice written, struct slice place,
                            struct why *why);
// True when put_value would add it without a note.
bool value_fits(unsigned kind, struct slice written);
MUST_USE enum err put_note(struct extract *x, struct slice place, struct slice value, const char *rule, struct why *why);
MUST_USE enum err put_refusal(struct extract *x, struct slice place, struct slice value, const char *rule, struct why *why);

// The input as UTF-8 without byte order mark. Windows-1252 is noted in *x.
MUST_USE enum err reading_decode(struct slice in, struct buf *utf8, struct extract *x, struct why *why);

void meta_title(struct extract_meta *meta, struct slice title); // the first one given stays
void meta_tlp(struct extract_meta *meta, enum extract_tlp tlp); // the strictest stays
// "amber+strict", "white", …
enum extract_tlp tlp_named(struct slice name);

// A STIX pattern's equalities into *x (pattern.c); what it says beyond them is refused there.
MUST_USE enum err read_pattern(struct slice pattern, struct extract *x, struct slice place, struct why *why);
#define PATTERN_DEPTH_MAX 32

#endif
