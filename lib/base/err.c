#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[ERR_OK] = "ok",         [ERR_INPUT] = "input",   [ERR_LIMIT] = "limit",
	[ERR_AUTH] = "auth",     [ERR_DENIED] = "denied", [ERR_ABSENT] = "absent",
	[ERR_EXISTS] = "exists", [ERR_AWAY] = "away",     [ERR_SYSTEM] = "system",
};
#define NAMES (sizeof names / sizeof *names)

const char *err_name(enum err e)
{
	return (size_t)e < NAMES ? names[e] : "system";
}

enum err err_named(const char *name)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			return (enum err)i;
	return ERR_SYSTEM;
}

static void disarm(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) // C1, as UTF-8 writes it
			c[0] = c[1] = '?';
}

enum err why_set(struct why *w, enum err e, const char *format, ...)
{
	if (w != NULL) {
		va_list arguments;
		va_start(arguments, format);
		vsnprintf(w->text, sizeof w->text, format, arguments);
		va_end(arguments);
		disarm(w->text);
	}
	return e;
}

enum err why_at(struct why *w, enum err e, const char *format, ...)
{
	if (w != NULL) {
		struct why inner = *w;
		va_list arguments;
		va_start(arguments, format);
		int n = vsnprintf(w->text, sizeof w->text, format, arguments);
		va_end(arguments);
		if (n >= 0 && (size_t)n < sizeof w->text)
			snprintf(w->text + n, sizeof w->text - (size_t)n, ": %s", inner.text);
		disarm(w->text);
	}
	return e;
}

void invariant_broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "broken invariant: %s at %s:%d\n", condition, file, line);
	abort();
}
