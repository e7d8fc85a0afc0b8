#include "log/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/clock.h"

static const char *const names[] = {"debug", "info", "warning", "error"};
static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"}; // sd-daemon(3): journald takes these off again

static const char *speaker = "tocsin";
static enum log_level lowest = LOG_INFO;
static bool journal;

void log_open(const char *role, enum log_level least)
{
	speaker = role;
	lowest = least;
	journal = getenv("JOURNAL_STREAM") != NULL;
}

bool log_level_named(const char *name, enum log_level *level)
{
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

struct log_field log_value(const char *key, const char *format, ...)
{
	struct log_field f = {.key = key};
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(f.value, sizeof f.value, format, arguments);
	va_end(arguments);
	return f;
}

struct log_field log_slice(const char *key, struct slice value)
{
	struct log_field f = {.key = key};
	// A NUL would end the value early and hide the rest: it is shown as '?'.
	for (size_t i = 0; i < value.n && i < sizeof f.value - 1; i++)
		f.value[i] = value.p[i] != 0 ? (char)value.p[i] : '?';
	return f;
}

// A line being written; what does not fit is dropped, with room kept for the newline and NUL.
struct line {
	char *p;
	size_t n;
};

static void put(struct line *l, const char *s, size_t n)
{
	if (n <= LOG_LINE_MAX - 2 - l->n) {
		memcpy(l->p + l->n, s, n);
		l->n += n;
	}
}

static void put_text(struct line *l, const char *s)
{
	put(l, s, strlen(s));
}

static bool is_plain(const char *value)
{
	for (const unsigned char *c = (const unsigned char *)value; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || *c == '"' || *c == '=' || *c == '\\')
			return false;
	return value[0] != 0;
}

static void put_quoted(struct line *l, const char *value)
{
	put_text(l, "\"");
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		char escaped[5] = {(char)*c, 0};
		if (*c == '"' || *c == '\\')
			snprintf(escaped, sizeof escaped, "\\%c", *c);
		else if (*c < ' ' || *c >= 0x7f)
			snprintf(escaped, sizeof escaped, "\\x%02x", *c);
		put_text(l, escaped);
	}
	put_text(l, "\"");
}

static void put_field(struct line *l, const char *key, const char *value)
{
	put_text(l, " ");
	put_text(l, key);
	put_text(l, "=");
	is_plain(value) ? put_text(l, value) : put_quoted(l, value);
}

size_t log_print(char line[LOG_LINE_MAX], enum log_level level, const char *event, const struct log_field *fields)
{
	struct line l = {line, 0};
	char when[TIME_TEXT];
	time_print(clock_now(), when);
	if (journal)
		put_text(&l, priorities[level]);
	put_text(&l, "time=");
	put_text(&l, when);
	put_field(&l, "level", names[level]);
	put_field(&l, "role", speaker);
	put_field(&l, "event", event);
	for (const struct log_field *f = fields; f->key != NULL; f++)
		put_field(&l, f->key, f->value);
	line[l.n++] = '\n';
	line[l.n] = 0;
	return l.n;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
	if (level < lowest)
		return;
	int kept = errno;
	char line[LOG_LINE_MAX];
	size_t n = log_print(line, level, event, fields);
	// A log that cannot be written must not stop the work; there is nobody left to tell.
	ssize_t written = write(STDERR_FILENO, line, n);
	(void)written;
	errno = kept;
}
