// Inside lib/observable: one function per canonical form. Each gets trimmed UTF-8 text without controls, at most
// OBSERVABLE_WRITTEN_MAX bytes and not empty, fills *out only on success, and explains a refusal without the type's name.
#ifndef TOCSIN_OBSERVABLE_FORM_H
#define TOCSIN_OBSERVABLE_FORM_H

#include "observable/observable.h"

enum err form_ipv4(struct slice in, struct observable *out, struct why *why);
enum err form_ipv6(struct slice in, struct observable *out, struct why *why); // may give an ipv4
enum err form_cidr(struct slice in, struct observable *out, struct why *why); // may give an ipv4 or ipv6
enum err form_domain(struct slice in, struct observable *out, struct why *why);
enum err form_mail(struct slice in, struct observable *out, struct why *why);
enum err form_url(struct slice in, struct observable *out, struct why *why);
enum err form_wallet(struct slice in, struct observable *out, struct why *why);

// A value of at most OBSERVABLE_MAX bytes into *out; ERR_LIMIT over it.
enum err form_set(struct observable *out, enum observable_type type, struct slice value, struct why *why);
bool form_is_digit(uint8_t c);
bool form_is_hex(uint8_t c);
bool form_is_alnum(uint8_t c);
int form_hex(uint8_t c); // value of a hexadecimal digit

// Four strict decimal octets. On failure says why.
enum err address_ipv4(struct slice in, uint8_t ip[static 4], struct why *why);
enum err address_ipv6(struct slice in, uint8_t ip[static 16], struct why *why);
// Parses an address or network that is already canonical: bytes and prefix length.
void address_bytes(const struct observable *o, uint8_t ip[static 16], unsigned *bytes, unsigned *prefix);
// The host of a canonical URL, as it stands in it (brackets of an IPv6 address taken off).
struct slice url_host(struct slice url, bool *ipv6);
// The last label is a public suffix of its own, listed (no wildcard guess).
bool name_has_known_end(struct slice name);
// "readme.md": two labels, the last of which is also a usual file name ending.
bool name_may_be_file(struct slice name);
// The registered domain of a canonical domain; false when there is none or it is the domain itself.
bool name_registered(const struct observable *domain, struct observable *out);

#endif
