// A borrowed run of bytes. It owns nothing: whoever made the bytes says until when they live.
#ifndef TOCSIN_BASE_SLICE_H
#define TOCSIN_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p;
	size_t n;
};

// For printf("%.*s", SLICE_ARGS(s)).
#define SLICE_ARGS(s) (int)(s).n, (const char *)(s).p
#define SLICE_LITERAL(text) ((struct slice){(const uint8_t *)(text), sizeof(text) - 1})

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){p, n};
}

static inline struct slice slice_text(const char *text)
{
	return (struct slice){(const uint8_t *)text, strlen(text)};
}

// Not constant time: for secrets use secret_equal() (crypto/secret.h).
bool slice_equal(struct slice a, struct slice b);
bool slice_is_text(struct slice a, const char *text);
// The same for what begins or ends with it. Of a text of no bytes that is true.
bool slice_starts(struct slice s, const char *with);
bool slice_ends(struct slice s, const char *with);
// ASCII, whatever the locale: A–Z become a–z, every other byte stays.
static inline uint8_t slice_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}
// Whether they are equal, or one starts with the other, but for the case of letters (slice_lower).
bool slice_same_letters(struct slice a, struct slice b);
bool slice_starts_letters(struct slice s, const char *with);
// Without the byte order mark that some editors put before UTF-8.
struct slice slice_unmarked(struct slice text);
// Byte order, shorter first on a common prefix: <0, 0, >0.
int slice_compare(struct slice a, struct slice b);
// The part [from, from+n); clipped at the end of s.
struct slice slice_part(struct slice s, size_t from, size_t n);
// s without leading and trailing ASCII white space.
struct slice slice_trim(struct slice s);
// Position of byte c at or after `from`, or s.n when there is none.
size_t slice_find(struct slice s, uint8_t c, size_t from);
// Well-formed UTF-8 per RFC 3629 (no surrogates, no overlong forms, ≤ U+10FFFF). On failure *bad is the offset.
bool slice_is_utf8(struct slice s, size_t *bad);
// At most n bytes of the start of s, never a part of a UTF-8 character.
struct slice slice_cut(struct slice s, size_t n);
// Bytes of the control character (C0, DEL; C1 as UTF-8 writes it) at i < s.n; 0: it is none.
size_t slice_control(struct slice s, size_t i);
bool slice_has_control(struct slice s);

#endif
