// The fields that charters, documents and cards share: short texts, countries, addresses. A cursor (base/wire.h) that remembers
// the first field it refused, so that a decoder reads its whole message and checks field_end() once.
#ifndef TOCSIN_CHARTER_FIELD_H
#define TOCSIN_CHARTER_FIELD_H

#include "base/buf.h"
#include "base/wire.h"

struct field_reader {
	struct wire wire;
	const char *what; // the message, for explanations
	struct why *why;
	enum err status;
};

struct field_reader field_reader_of(struct slice s, const char *what, struct why *why);
// Refuses the message because of one field; the first refusal stays.
void field_refuse(struct field_reader *f, enum err e, const char *format, ...) PRINTF_LIKE(3, 4);
// A text of 1 to max bytes into to[max + 1]: UTF-8, no control character (C0, DEL, C1), so that it may be printed as it is.
void field_text(struct field_reader *f, const char *name, size_t max, char *to);
// Two upper-case letters (ISO 3166-1 alpha-2, not compared with the list).
void field_country(struct field_reader *f, const char *name, char to[static 3]);
// "host:port": a name, an IPv4 address or an IPv6 address in brackets; port 1 to 65535.
void field_address(struct field_reader *f, const char *name, size_t max, char *to);
// ERR_OK when nothing was refused and the message ends here.
MUST_USE enum err field_end(struct field_reader *f);

// The writing half: one length byte and the text; the two letters.
void field_put_text(struct buf *out, const char *text);
void field_put_country(struct buf *out, const char country[static 3]);

// All bytes zero: a key that was not filled in.
bool field_is_zero(const uint8_t *p, size_t n);

#endif
