#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "sys/clock.h"

#define YEAR_MIN 1970
#define YEAR_MAX 9999
#define DAY_MS 86400000ull

void when_init(void)
{
	// With TZ unset the C library looks at /etc/localtime again and again, which the sandbox does not let it.
	if (getenv("TZ") == NULL)
		setenv("TZ", ":/etc/localtime", 1);
	tzset();
}

uint64_t when_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t seconds = clock_now(); // a test may have set the day
	return seconds * 1000 + (seconds == (uint64_t)t.tv_sec ? (uint64_t)t.tv_nsec / 1000000 : 0);
}

// A cursor over text that goes bad and stays bad.
struct cursor {
	struct slice rest;
	bool bad;
};

static unsigned digits(struct cursor *c, size_t n)
{
	unsigned v = 0;
	for (size_t i = 0; i < n; i++) {
		if (i >= c->rest.n || c->rest.p[i] < '0' || c->rest.p[i] > '9') {
			c->bad = true;
			return 0;
		}
		v = v * 10 + (unsigned)(c->rest.p[i] - '0');
	}
	c->rest = slice_part(c->rest, n, c->rest.n);
	return v;
}

static bool take(struct cursor *c, char a, char b)
{
	bool fits = !c->bad && c->rest.n > 0 && (c->rest.p[0] == a || c->rest.p[0] == b);
	if (fits)
		c->rest = slice_part(c->rest, 1, c->rest.n);
	return fits;
}

static void want(struct cursor *c, char a, char b)
{
	if (!take(c, a, b))
		c->bad = true;
}

static unsigned month(struct cursor *c)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (unsigned i = 0; i < 12 && c->rest.n >= 3; i++)
		if (memcmp(names + 3 * i, c->rest.p, 3) == 0) {
			c->rest = slice_part(c->rest, 3, c->rest.n);
			return i + 1;
		}
	c->bad = true;
	return 0;
}

// Milliseconds of a fraction of any length; the comma is ISO 8601's.
static unsigned fraction(struct cursor *c)
{
	unsigned ms = 0, scale = 100;
	if (!take(c, '.', ','))
		return 0;
	for (; c->rest.n > 0 && c->rest.p[0] >= '0' && c->rest.p[0] <= '9'; c->rest = slice_part(c->rest, 1, c->rest.n)) {
		ms += scale * (unsigned)(c->rest.p[0] - '0');
		scale /= 10;
	}
	return ms;
}

static void clock_of(struct cursor *c, struct tm *tm)
{
	tm->tm_hour = (int)digits(c, 2);
	want(c, ':', ':');
	tm->tm_min = (int)digits(c, 2);
	want(c, ':', ':');
	tm->tm_sec = (int)digits(c, 2);
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		c->bad = true;
}

static bool is_digit(struct slice s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

// What follows a space is a zone only when it can be nothing else: " +0200", " UTC".
static void skip_to_zone(struct cursor *c)
{
	struct slice s = c->rest;
	bool sign = s.n > 1 && (s.p[1] == '+' || s.p[1] == '-');
	if (sign && is_digit(s, 2) && is_digit(s, 3) && is_digit(s, s.n > 4 && s.p[4] == ':' ? 5 : 4))
		take(c, ' ', ' ');
}

// "Z", "+02", "+0200", "+02:00", " UTC": seconds east; false when none stands there.
static bool zone(struct cursor *c, long *east)
{
	*east = 0;
	skip_to_zone(c);
	if (take(c, 'Z', 'z') || (c->rest.n >= 4 && memcmp(c->rest.p, " UTC", 4) == 0))
		return true;
	if (c->rest.n == 0 || (c->rest.p[0] != '+' && c->rest.p[0] != '-'))
		return false;
	long sign = c->rest.p[0] == '-' ? -1 : 1;
	want(c, '+', '-');
	long hours = digits(c, 2);
	bool more = take(c, ':', ':') || is_digit(c->rest, 0);
	*east = sign * (hours * 3600 + (more ? (long)digits(c, 2) * 60 : 0));
	return true;
}

static bool finish(const struct cursor *c, struct tm *tm, bool zoned, long east, unsigned ms, uint64_t *out)
{
	int day = tm->tm_mday, mon = tm->tm_mon, year = tm->tm_year + 1900;
	if (c->bad || year < YEAR_MIN || year > YEAR_MAX || mon < 0 || mon > 11 || day < 1 || day > 31)
		return false;
	tm->tm_isdst = -1;
	time_t t = zoned ? timegm(tm) - east : mktime(tm);
	if (t < 0 || (zoned && (tm->tm_mday != day || tm->tm_mon != mon) && tm->tm_sec != 0)) // 31 February
		return false;
	*out = (uint64_t)t * 1000 + ms;
	return true;
}

bool when_iso(struct slice text, uint64_t *ms)
{
	struct cursor c = {text, false};
	struct tm tm = {0};
	long east;
	tm.tm_year = (int)digits(&c, 4) - 1900;
	want(&c, '-', '/');
	tm.tm_mon = (int)digits(&c, 2) - 1;
	want(&c, '-', '/');
	tm.tm_mday = (int)digits(&c, 2);
	want(&c, 'T', ' ');
	clock_of(&c, &tm);
	unsigned part = fraction(&c);
	bool zoned = zone(&c, &east);
	return finish(&c, &tm, zoned, east, part, ms);
}

bool when_epoch(struct slice text, uint64_t *ms)
{
	size_t whole = 0;
	while (whole < text.n && text.p[whole] >= '0' && text.p[whole] <= '9')
		whole++;
	uint64_t v;
	struct cursor c = {slice_part(text, whole, text.n), false};
	if (!num_parse(slice_part(text, 0, whole), 0, UINT64_MAX / 2000, &v))
		return false;
	if (whole >= 16)
		v /= 1000;
	*ms = whole >= 13 ? v : v * 1000 + fraction(&c);
	return *ms / 1000 < TIME_YEAR_10000;
}

bool when_clf(struct slice text, uint64_t *ms)
{
	struct cursor c = {text, false};
	struct tm tm = {0};
	long east;
	tm.tm_mday = (int)digits(&c, 2);
	want(&c, '/', '/');
	tm.tm_mon = (int)month(&c) - 1;
	want(&c, '/', '/');
	tm.tm_year = (int)digits(&c, 4) - 1900;
	want(&c, ':', ':');
	clock_of(&c, &tm);
	take(&c, ' ', ' ');
	bool zoned = zone(&c, &east);
	return finish(&c, &tm, zoned, east, 0, ms);
}

bool when_bind(struct slice text, uint64_t *ms)
{
	struct cursor c = {text, false};
	struct tm tm = {0};
	tm.tm_mday = (int)digits(&c, 2);
	want(&c, '-', '-');
	tm.tm_mon = (int)month(&c) - 1;
	want(&c, '-', '-');
	tm.tm_year = (int)digits(&c, 4) - 1900;
	want(&c, ' ', 'T');
	clock_of(&c, &tm);
	unsigned part = fraction(&c);
	return finish(&c, &tm, false, 0, part, ms);
}

// "Mar 27 13:06:56" and "Mar  7 13:06:56.25".
static unsigned day_and_clock(struct cursor *c, struct tm *tm)
{
	tm->tm_mon = (int)month(c) - 1;
	want(c, ' ', ' ');
	tm->tm_mday = (int)(take(c, ' ', ' ') ? digits(c, 1) : digits(c, 2));
	want(c, ' ', ' ');
	clock_of(c, tm);
	return fraction(c);
}

bool when_asctime(struct slice text, uint64_t *ms)
{
	struct cursor c = {slice_part(text, 4, text.n), text.n < 4 || text.p[3] != ' '};
	struct tm tm = {0};
	unsigned part = day_and_clock(&c, &tm);
	want(&c, ' ', ' ');
	tm.tm_year = (int)digits(&c, 4) - 1900;
	return finish(&c, &tm, false, 0, part, ms);
}

bool when_syslog(struct slice text, uint64_t now_ms, uint64_t *ms)
{
	struct cursor c = {text, false};
	struct tm tm = {0}, today;
	unsigned part = day_and_clock(&c, &tm);
	time_t now = (time_t)(now_ms / 1000);
	localtime_r(&now, &today);
	for (int back = -1; back <= 1; back++) { // on 31 December a clock that is ahead already writes 1 January
		struct tm guess = tm;
		guess.tm_year = today.tm_year - back;
		if (!finish(&c, &guess, false, 0, part, ms))
			return false;
		if (*ms <= now_ms + DAY_MS)
			return true;
	}
	return false;
}

void when_print(uint64_t ms, char text[WHEN_TEXT])
{
	char seconds[TIME_TEXT];
	time_print(ms / 1000 < TIME_YEAR_10000 ? ms / 1000 : 0, seconds);
	snprintf(text, WHEN_TEXT, "%.19s.%03uZ", seconds, (unsigned)(ms % 1000));
}
