// Inside lib/version: what the table in version.c needs of each scheme, and the one way to read digits.
//
// A check says whether the text (1 to VERSION_MAX bytes) is a version of the scheme. A compare is only given texts that the check
// of its scheme accepted; it cannot fail. Neither allocates; both take time linear in the length.
#ifndef TOCSIN_VERSION_SCHEME_H
#define TOCSIN_VERSION_SCHEME_H

#include "base/err.h"
#include "base/slice.h"

MUST_USE enum err scheme_deb_check(struct slice text, struct why *why);
int scheme_deb_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_rpm_check(struct slice text, struct why *why);
int scheme_rpm_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_apk_check(struct slice text, struct why *why);
int scheme_apk_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_semver_check(struct slice text, struct why *why);
int scheme_semver_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_pep440_check(struct slice text, struct why *why);
int scheme_pep440_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_maven_check(struct slice text, struct why *why);
int scheme_maven_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_gem_check(struct slice text, struct why *why);
int scheme_gem_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_numbers_check(struct slice text, struct why *why);
int scheme_numbers_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_nuget_check(struct slice text, struct why *why);
int scheme_nuget_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_composer_check(struct slice text, struct why *why);
int scheme_composer_compare(struct slice a, struct slice b);
MUST_USE enum err scheme_cran_check(struct slice text, struct why *why);
int scheme_cran_compare(struct slice a, struct slice b);
int scheme_pub_compare(struct slice a, struct slice b);

// ASCII only, whatever the locale.
static inline bool scheme_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool scheme_is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The first byte, or 0 at the end (no scheme accepts a NUL).
static inline uint8_t scheme_first(struct slice s)
{
	return s.n > 0 ? s.p[0] : 0;
}

// Takes n ≤ rest->n bytes off the front and gives them. (Inline, as what follows: comparing is little else.)
static inline struct slice scheme_take(struct slice *rest, size_t n)
{
	struct slice taken = slice_of(rest->p, n);
	if (n > 0)
		*rest = slice_of(rest->p + n, rest->n - n);
	return taken;
}

// The longest run in front, perhaps empty.
static inline struct slice scheme_take_digits(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->n && scheme_is_digit(rest->p[n]))
		n++;
	return scheme_take(rest, n);
}

// The same.
static inline struct slice scheme_take_letters(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->n && scheme_is_letter(rest->p[n]))
		n++;
	return scheme_take(rest, n);
}

// Takes the word off the front if it is there, in any case.
bool scheme_take_word(struct slice *rest, const char *word);
// Takes c off the front if it is there.
static inline bool scheme_take_byte(struct slice *rest, uint8_t c)
{
	bool there = rest->n > 0 && rest->p[0] == c;
	scheme_take(rest, there);
	return there;
}

// What stands before the first byte c, taken off together with c; all that is left when there is no c.
struct slice scheme_take_until(struct slice *rest, uint8_t c);
// Two runs of digits by their value, however long they are. An empty run is 0.
int scheme_number_compare(struct slice a, struct slice b);
bool scheme_is_zero(struct slice digits);
// The same as slice_compare, after A–Z became a–z.
int scheme_caseless_compare(struct slice a, struct slice b);
// ERR_INPUT: "version "1.x", byte 3: rule". `rest` is the part of `text` that was not read.
enum err scheme_refuse(struct slice text, struct slice rest, const char *rule, struct why *why);

#endif
