// Times as logs write them, in milliseconds since 1970. Each returns true only when the whole beginning fits; none guesses
// silently: what a format leaves out (year, zone) is said below.
#ifndef TOCSIN_WATCH_WHEN_H
#define TOCSIN_WATCH_WHEN_H

#include "base/slice.h"

#define WHEN_UNKNOWN UINT64_MAX
#define WHEN_TEXT 25 // "2026-01-02T03:04:05.678Z" and NUL

// Before threads and before the sandbox: reads the machine's time zone once, for times that name none.
void when_init(void);
// "2026-01-02T03:04:05[.fraction][zone]", 'T' or a space, slashes as in nginx's error log; a zone is "Z", "±hh:mm", "±hhmm" or
// "±hh", after a space also "UTC"; without one: local time.
bool when_iso(struct slice text, uint64_t *ms);
// "1426050255.419" or "1426050255", to the nanosecond; 13 digits are milliseconds, 16 microseconds.
bool when_epoch(struct slice text, uint64_t *ms);
// "17/May/2015:10:05:43 +0000" (Apache, nginx).
bool when_clf(struct slice text, uint64_t *ms);
// "17-May-2015 10:05:43.123" (BIND): local time.
bool when_bind(struct slice text, uint64_t *ms);
// "Fri Mar 27 13:06:56.123456 2026" (Apache's error log, asctime): local time.
bool when_asctime(struct slice text, uint64_t *ms);
// "Mar 27 13:06:56" (syslog, RFC 3164 section 4.1.2): local time, in the year that puts it at most a day after `now_ms`.
bool when_syslog(struct slice text, uint64_t now_ms, uint64_t *ms);
void when_print(uint64_t ms, char text[WHEN_TEXT]);
uint64_t when_now(void); // milliseconds

#endif
