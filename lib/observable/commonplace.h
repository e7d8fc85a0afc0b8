// The list of common values: what everybody meets says nothing about who attacked, so it is taken out before tokenising. One
// versioned text file per platform (format: protocol/observable.md, "Common values"); its SHA-256 is what officers sign.
#ifndef TOCSIN_OBSERVABLE_COMMONPLACE_H
#define TOCSIN_OBSERVABLE_COMMONPLACE_H

#include "observable/observable.h"

#define COMMONPLACE_BYTES_MAX (64u << 20)
#define COMMONPLACE_RULES_MAX 2000000u
#define COMMONPLACE_VERSION_MAX 64 // bytes of the version's name

struct commonplace;

// Parses the file; `text` is copied. ERR_INPUT names line, value and rule: an unknown kind, a value that is not in canonical form
// (the form is named), a rule given twice, a wrong header.
MUST_USE enum err commonplace_load(struct slice text, struct commonplace **list, struct why *why);
void commonplace_free(struct commonplace *list); // NULL allowed

struct slice commonplace_version(const struct commonplace *list);
const uint8_t *commonplace_hash(const struct commonplace *list); // 32 bytes: SHA-256 of the file
size_t commonplace_count(const struct commonplace *list);

// True when a rule covers it: an address or network inside a `cidr`, a name equal to a `host`, equal to or below a `domain`, a
// `value` of its type. *rule (may be NULL) is that rule's line, valid until commonplace_free().
bool commonplace_has(const struct commonplace *list, const struct observable *o, struct slice *rule);

#endif
