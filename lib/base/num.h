// Text to numbers and bytes: the only integer parser, hexadecimal, base64 and RFC 3339 time.
#ifndef TOCSIN_BASE_NUM_H
#define TOCSIN_BASE_NUM_H

#include "base/err.h"
#include "base/slice.h"

// Decimal digits only: no sign, no space, no leading zero before another digit, min ≤ value ≤ max.
MUST_USE bool num_parse(struct slice text, uint64_t min, uint64_t max, uint64_t *value);
// Exactly n bytes from 2n hexadecimal digits of either case.
MUST_USE bool hex_decode(struct slice text, uint8_t *out, size_t n);
// Standard base64 (RFC 4648 section 4), padded, no white space, unused bits zero. Writes at most `room` bytes.
MUST_USE bool base64_decode(struct slice text, uint8_t *out, size_t room, size_t *n);

#define TIME_TEXT 21 // "2026-01-02T03:04:05Z" and NUL
#define TIME_YEAR_10000 253402300800 // in seconds since 1970, which no date here reaches
// Seconds since 1970-01-01T00:00:00Z to RFC 3339 text in UTC. Seconds must be below TIME_YEAR_10000.
void time_print(uint64_t seconds, char text[TIME_TEXT]);
// RFC 3339 with seconds, an optional fraction (dropped) and Z or an offset; also a bare date (midnight UTC). Years 1970–9999.
MUST_USE bool time_parse(struct slice text, uint64_t *seconds);

// Days since 1970-01-01 of a date and back, proleptic Gregorian, years 1 to 99999.
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
unsigned month_length(int64_t year, unsigned month); // days

#endif
