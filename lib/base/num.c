#include "base/num.h"

#include <stdio.h>

bool num_parse(struct slice text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;
	if (text.n == 0 || (text.n > 1 && text.p[0] == '0'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t digit = (uint8_t)(text.p[i] - '0');
		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v < min || v > max)
		return false;
	*value = v;
	return true;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct slice text, uint8_t *out, size_t n)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (hex_digit(text.p[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(hex_digit(text.p[2 * i]) << 4 | hex_digit(text.p[2 * i + 1]));
	return true;
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct slice text, uint8_t *out, size_t room, size_t *n)
{
	if (text.n % 4 != 0)
		return false;
	size_t pad = 0;
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	size_t digits = text.n - pad, bytes = text.n / 4 * 3 - pad, written = 0;
	if (bytes > room)
		return false;
	uint32_t bits = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = base64_digit(text.p[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4 != 0)
			out[written++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	if (pad == 1 && (bits & 3) != 0)
		return false;
	if (pad == 2 && (bits & 15) != 0)
		return false;
	*n = bytes;
	return true;
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = y / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

void civil_from_days(int64_t z, int64_t *y, unsigned *m, unsigned *d)
{
	z += 719468;
	int64_t era = z / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

void time_print(uint64_t seconds, char text[TIME_TEXT])
{
	int64_t y;
	unsigned m, d, s = (unsigned)(seconds % 86400);
	INVARIANT(seconds <= 253402300799u);
	civil_from_days((int64_t)(seconds / 86400), &y, &m, &d);
	snprintf(text, TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)y % 10000, m % 100, d % 100, s / 3600 % 24, s / 60 % 60, s % 60);
}

// `width` digits at `at`, within [min, max].
static bool digits(struct slice t, size_t at, size_t width, unsigned min, unsigned max, unsigned *v)
{
	*v = 0;
	for (size_t i = at; i < at + width; i++) {
		if (i >= t.n || t.p[i] < '0' || t.p[i] > '9')
			return false;
		*v = *v * 10 + (t.p[i] - '0');
	}
	return *v >= min && *v <= max;
}

unsigned month_length(int64_t y, unsigned m)
{
	static const uint8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return length[m - 1] + (m == 2 && leap);
}

// "Z" or "+hh:mm" from `at` to the end, in seconds east of UTC.
static bool offset_parse(struct slice t, size_t at, int64_t *east)
{
	unsigned h, m;
	if (at + 1 == t.n && (t.p[at] | 0x20) == 'z') {
		*east = 0;
		return true;
	}
	if (at + 6 != t.n || (t.p[at] != '+' && t.p[at] != '-') || t.p[at + 3] != ':' || !digits(t, at + 1, 2, 0, 23, &h) ||
	    !digits(t, at + 4, 2, 0, 59, &m))
		return false;
	*east = (t.p[at] == '+' ? 1 : -1) * (int64_t)(h * 3600 + m * 60);
	return true;
}

bool time_parse(struct slice t, uint64_t *seconds)
{
	unsigned y, mo, d, h = 0, mi = 0, s = 0;
	int64_t east = 0;
	if (t.n < 10 || t.p[4] != '-' || t.p[7] != '-' || !digits(t, 0, 4, 1970, 9999, &y) || !digits(t, 5, 2, 1, 12, &mo) ||
	    !digits(t, 8, 2, 1, month_length(y, mo), &d))
		return false;
	if (t.n > 10) {
		if (t.n < 20 || ((t.p[10] | 0x20) != 't' && t.p[10] != ' ') || t.p[13] != ':' || t.p[16] != ':' ||
		    !digits(t, 11, 2, 0, 23, &h) || !digits(t, 14, 2, 0, 59, &mi) || !digits(t, 17, 2, 0, 60, &s))
			return false;
		size_t at = 19;
		if (t.p[at] == '.') {
			size_t first = ++at;
			while (at < t.n && t.p[at] >= '0' && t.p[at] <= '9')
				at++;
			if (at == first)
				return false;
		}
		if (!offset_parse(t, at, &east))
			return false;
	}
	int64_t total = days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + s - east;
	if (total < 0)
		return false;
	*seconds = (uint64_t)total;
	return true;
}
