// The log: one line per event on standard error, `key=value` separated by spaces, read by people and by journald.
//
//     log_line(LOG_INFO, "listening", log_value("address", "%s:%u", host, port), log_value("threads", "%u", n));
//     time=2026-01-02T03:04:05Z level=info role=hub.net event=listening address=127.0.0.1:8443 threads=8
//
// A value with a space, quote, '=' or a byte outside printable ASCII is quoted, and its odd bytes are escaped (\" \\ \xNN), so
// one event is always one line. A line is one write(2): lines of several processes do not mix.
// Never a secret, a token, an observable, or who filed what: a log is read by more people than the record.
// Libraries do not log; a program logs an error once, where it stops travelling.
#ifndef TOCSIN_LOG_LOG_H
#define TOCSIN_LOG_LOG_H

#include "base/err.h"
#include "base/slice.h"

#define LOG_VALUE_MAX 384 // bytes of one value before quoting, NUL included; longer ones are cut
#define LOG_LINE_MAX 2048 // bytes of a line; longer ones are cut, the newline stays

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR,
};

struct log_field {
	const char *key; // NULL ends the list
	char value[LOG_VALUE_MAX];
};

// Who is speaking ("hub.net"; borrowed for ever) and the least level that is written. Before it: "tocsin", LOG_INFO.
void log_open(const char *role, enum log_level least);
// false when there is no level of this name ("debug", "info", "warning", "error").
MUST_USE bool log_level_named(const char *name, enum log_level *level);
struct log_field log_value(const char *key, const char *format, ...) PRINTF_LIKE(2, 3);
struct log_field log_slice(const char *key, struct slice value);
// The fields of a failure: cause=… why=…
#define log_failure(e, w) log_value("cause", "%s", err_name(e)), log_value("why", "%s", (w)->text)

#define log_line(level, event, ...) log_write((level), (event), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(,) {0}})
void log_write(enum log_level level, const char *event, const struct log_field *fields);
// The line without writing it, for tests: at most LOG_LINE_MAX bytes, newline and NUL included.
size_t log_print(char line[LOG_LINE_MAX], enum log_level level, const char *event, const struct log_field *fields);

#endif
