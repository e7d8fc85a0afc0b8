#include "charter/field.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/num.h"

struct field_reader field_reader_of(struct slice s, const char *what, struct why *why)
{
	return (struct field_reader){.wire = wire_of(s), .what = what, .why = why};
}

void field_refuse(struct field_reader *f, enum err e, const char *format, ...)
{
	if (f->wire.bad) // cut short before: what was read here is nobody's value
		return;
	char text[WHY_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	f->status = why_set(f->why, e, "%s: %s", f->what, text);
	wire_fail(&f->wire);
}

void field_text(struct field_reader *f, const char *name, size_t max, char *to)
{
	struct slice s = wire_vec8(&f->wire);
	size_t bad;
	to[0] = 0;
	if (f->wire.bad)
		return;
	if (s.n == 0)
		field_refuse(f, ERR_INPUT, "%s is empty", name);
	else if (s.n > max)
		field_refuse(f, ERR_LIMIT, "%s has %zu bytes, at most %zu are allowed", name, s.n, max);
	else if (!slice_is_utf8(s, &bad))
		field_refuse(f, ERR_INPUT, "%s is not UTF-8 at byte %zu", name, bad);
	else if (slice_has_control(s))
		field_refuse(f, ERR_INPUT, "%s has a control character", name);
	else {
		memcpy(to, s.p, s.n);
		to[s.n] = 0;
	}
}

void field_country(struct field_reader *f, const char *name, char to[static 3])
{
	wire_copy(&f->wire, to, 2);
	to[2] = 0;
	for (size_t i = 0; i < 2; i++)
		if (to[i] < 'A' || to[i] > 'Z') {
			field_refuse(f, ERR_INPUT, "%s is not two letters A to Z", name);
			return;
		}
}

static bool is_host(struct slice s)
{
	bool v6 = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
	if (v6)
		s = slice_part(s, 1, s.n - 2);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], lower = c | 0x20;
		bool digit = c >= '0' && c <= '9', letter = lower >= 'a' && lower <= (v6 ? 'f' : 'z');
		if (!digit && !letter && c != '.' && c != (v6 ? ':' : '-'))
			return false;
	}
	return s.n > 0;
}

void field_address(struct field_reader *f, const char *name, size_t max, char *to)
{
	field_text(f, name, max, to);
	const char *colon = strrchr(to, ':');
	size_t n = colon != NULL ? (size_t)(colon - to) : 0;
	uint64_t port;
	if (colon == NULL || !is_host(slice_of(to, n)) || !num_parse(slice_text(colon + 1), 1, 65535, &port))
		field_refuse(f, ERR_INPUT, "%s \"%s\" is not host:port", name, to);
}

enum err field_end(struct field_reader *f)
{
	return f->status != ERR_OK ? f->status : wire_end(&f->wire, f->what, f->why);
}

void field_put_text(struct buf *out, const char *text)
{
	buf_put_vec8(out, slice_text(text));
}

void field_put_country(struct buf *out, const char country[static 3])
{
	buf_put(out, country, 2);
}

bool field_is_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}
