// Times as logs write them.
#include "when.h"

#include "test.h"

struct row {
	bool (*read)(struct slice, uint64_t *);
	const char *text, *want; // NULL: refused
};

static void reads(void)
{
	static const struct row rows[] = {
		{when_iso, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"},
		{when_iso, "2026-01-02T03:04:05.678901+0100", "2026-01-02T02:04:05.678Z"},
		{when_iso, "2026-01-02T03:04:05.6-01:30", "2026-01-02T04:34:05.600Z"},
		{when_iso, "2026-01-02 03:04:05,678Z", "2026-01-02T03:04:05.678Z"},
		{when_iso, "2026-01-02 03:04:05", "2026-01-02T03:04:05.000Z"}, // local: the test runs in UTC
		{when_iso, "2024-02-29T00:00:00Z rest", "2024-02-29T00:00:00.000Z"},
		{when_iso, "2026-01-02T03:04", NULL},
		{when_iso, "2026-13-02T03:04:05Z", NULL},
		{when_iso, "2026-00-02T03:04:05Z", NULL},
		{when_iso, "2026-01-32T03:04:05Z", NULL},
		{when_iso, "2026-01-02T24:04:05Z", NULL},
		{when_iso, "2026-01-02T03:60:05Z", NULL},
		{when_iso, "1969-01-02T03:04:05Z", NULL},
		{when_iso, "2026/01/02 03:04:05 [error]", "2026-01-02T03:04:05.000Z"},
		{when_iso, "2026-01-02 03:04:05 +0200 x", "2026-01-02T01:04:05.000Z"},
		{when_iso, "2026-01-02 03:04:05.5 -01:30", "2026-01-02T04:34:05.500Z"},
		{when_iso, "2026-01-02 03:04:05.5+02", "2026-01-02T01:04:05.500Z"},
		{when_iso, "2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05.000Z"},
		{when_iso, "2026-01-02 03:04:05 -12 degrees", "2026-01-02T03:04:05.000Z"},
		{when_iso, "2026-01-02T03:04:05+02:", NULL},
		{when_iso, "2026-01-02T03:04:05+2", NULL},
		{when_iso, "2026.01.02T03:04:05Z", NULL},
		{when_asctime, "Fri Jan 02 03:04:05.123456 2026] x", "2026-01-02T03:04:05.123Z"},
		{when_asctime, "Fri Jan  2 03:04:05 2026", "2026-01-02T03:04:05.000Z"},
		{when_asctime, "Fri Jan 02 03:04:05", NULL},
		{when_asctime, "FriJan 02 03:04:05 2026", NULL},
		{when_asctime, "Fri Jan 32 03:04:05 2026", NULL},
		{when_asctime, "Fri", NULL},
		{when_iso, "", NULL},
		{when_epoch, "1426050255.419", "2015-03-11T05:04:15.419Z"},
		{when_epoch, "1426050255", "2015-03-11T05:04:15.000Z"},
		{when_epoch, "30.043784", "1970-01-01T00:00:30.043Z"},
		{when_epoch, "1426050255419", "2015-03-11T05:04:15.419Z"},
		{when_epoch, "1426050255419123", "2015-03-11T05:04:15.419Z"},
		{when_epoch, "x1426050255", NULL},
		{when_epoch, "-5", NULL},
		{when_epoch, "", NULL},
		{when_epoch, "99999999999999999999999", NULL},
		{when_epoch, "999999999999", NULL},
		{when_clf, "17/May/2015:10:05:43 +0000", "2015-05-17T10:05:43.000Z"},
		{when_clf, "17/May/2015:10:05:43 -0230] \"GET", "2015-05-17T12:35:43.000Z"},
		{when_clf, "17/Mai/2015:10:05:43 +0000", NULL},
		{when_clf, "17-May-2015:10:05:43 +0000", NULL},
		{when_clf, "7/May/2015:10:05:43 +0000", NULL},
		{when_bind, "17-May-2015 10:05:43.123", "2015-05-17T10:05:43.123Z"},
		{when_bind, "17-May-2015 10:05:43.123 queries: info", "2015-05-17T10:05:43.123Z"},
		{when_bind, "17/May/2015 10:05:43.123", NULL},
		{when_bind, "17-May-2015 10:5:43", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t ms = 7;
		char text[WHEN_TEXT];
		bool ok = rows[i].read(slice_text(rows[i].text), &ms);
		CHECK_SAY(ok == (rows[i].want != NULL), "%s", rows[i].text);
		if (!ok || rows[i].want == NULL)
			continue;
		when_print(ms, text);
		CHECK_TEXT(text, rows[i].want);
	}
}

// A year that is not written is the one that puts the line at most a day ahead.
static void guesses_the_year(void)
{
	static const struct {
		const char *now, *line, *want;
	} rows[] = {
		{"2026-03-28T00:00:00Z", "Mar 27 13:06:56", "2026-03-27T13:06:56.000Z"},
		{"2026-03-28T00:00:00Z", "Mar  7 13:06:56", "2026-03-07T13:06:56.000Z"},
		{"2026-03-28T00:00:00Z", "Mar 27 13:06:56.25 host", "2026-03-27T13:06:56.250Z"},
		{"2026-01-01T00:00:30Z", "Dec 31 23:59:59", "2025-12-31T23:59:59.000Z"},
		{"2025-12-31T23:59:30Z", "Jan  1 00:00:10", "2026-01-01T00:00:10.000Z"},
		{"2026-03-28T00:00:00Z", "Mar 30 13:06:56", "2025-03-30T13:06:56.000Z"},
		{"2026-03-28T00:00:00Z", "Mär 27 13:06:56", NULL},
		{"2026-03-28T00:00:00Z", "Mar 27 13:06", NULL},
		{"2026-03-28T00:00:00Z", "Mar 00 13:06:56", NULL},
		{"2026-03-28T00:00:00Z", "", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t now, ms;
		char text[WHEN_TEXT];
		REQUIRE(when_iso(slice_text(rows[i].now), &now));
		bool ok = when_syslog(slice_text(rows[i].line), now, &ms);
		CHECK_SAY(ok == (rows[i].want != NULL), "%s", rows[i].line);
		if (!ok || rows[i].want == NULL)
			continue;
		when_print(ms, text);
		CHECK_TEXT(text, rows[i].want);
	}
}

static void in_utc(void)
{
	setenv("TZ", "UTC", 1);
	when_init();
	reads();
	guesses_the_year();
}

const struct test tests[] = {{"every format, and what is none", in_utc}, {NULL, NULL}};
