#include "conf/conf.h"

#include <stdlib.h>

#include "base/num.h"
#include "sys/file.h"

#define PORT_MAX 65535

// What is being read, for explanations.
struct place {
	const char *file;
	unsigned line; // 0: a default of the table
	const char *key;
};

static enum err refuse(const struct place *at, struct slice value, struct why *why, const char *rule)
{
	struct slice shown = slice_part(value, 0, 80);
	return why_set(why, ERR_INPUT, "%s:%u: %s \"%.*s\": %s", at->file, at->line, at->key, SLICE_ARGS(shown), rule);
}

static enum err refuse_range(const struct place *at, struct slice value, const struct conf_field *f, const char *unit,
	struct why *why)
{
	char rule[128];
	snprintf(rule, sizeof rule, "must be %s from %ju to %ju", unit, (uintmax_t)f->min, (uintmax_t)f->max);
	return refuse(at, value, why, rule);
}

static enum err put_text(const struct conf_field *f, const struct place *at, struct slice value, char *to, struct why *why)
{
	size_t max = f->max > 0 && f->max < CONF_TEXT_MAX ? (size_t)f->max : CONF_TEXT_MAX - 1;
	if (value.n > max) {
		char rule[64];
		snprintf(rule, sizeof rule, "must have at most %zu bytes", max);
		return refuse(at, value, why, rule);
	}
	if (f->kind == CONF_PATH && value.p[0] != '/')
		return refuse(at, value, why, "must be an absolute path");
	memcpy(to, value.p, value.n);
	to[value.n] = 0;
	return ERR_OK;
}

// Which characters a host may have; whether it resolves is found out when it is used.
static bool is_host(struct slice host, bool v6)
{
	if (host.n == 0 || host.n >= CONF_HOST_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];
		bool digit = (c >= '0' && c <= '9') || c == '.';
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (v6 ? !(digit || c == ':' || (letter && (c | 0x20) <= 'f')) : !(digit || letter || c == '-'))
			return false;
	}
	return v6 || host.p[0] != '-';
}

static const char *parse_address(struct slice text, unsigned port_min, struct conf_address *address)
{
	bool v6 = text.n > 0 && text.p[0] == '[';
	size_t close = v6 ? slice_find(text, ']', 0) : slice_find(text, ':', 0);
	struct slice host = v6 ? slice_part(text, 1, close - 1) : slice_part(text, 0, close);
	struct slice port = slice_part(text, close + (v6 ? 2 : 1), text.n);
	bool colon = close + v6 < text.n && text.p[close + v6] == ':';
	uint64_t number;
	if (!colon || !is_host(host, v6))
		return "must be host:port or [IPv6]:port";
	if (!num_parse(port, port_min, PORT_MAX, &number))
		return port_min == 0 ? "must have a port from 0 to 65535" : "must have a port from 1 to 65535";
	memset(address, 0, sizeof *address);
	memcpy(address->host, host.p, host.n);
	address->port = (uint16_t)number;
	return NULL;
}

enum err conf_address_parse(struct slice text, unsigned port_min, struct conf_address *address, struct why *why)
{
	const char *rule = parse_address(text, port_min, address);
	if (rule == NULL)
		return ERR_OK;
	struct slice shown = slice_part(text, 0, 80);
	return why_set(why, ERR_INPUT, "address \"%.*s\": %s", SLICE_ARGS(shown), rule);
}

static const struct unit {
	char letter;
	uint64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
#define UNITS (sizeof units / sizeof *units)

static bool parse_duration(struct slice value, const struct conf_field *f, uint64_t *seconds)
{
	for (size_t i = 0; i < UNITS; i++) {
		uint64_t n;
		if (value.n < 2 || value.p[value.n - 1] != units[i].letter)
			continue;
		if (!num_parse(slice_part(value, 0, value.n - 1), 0, UINT64_MAX / units[i].seconds, &n))
			return false;
		*seconds = n * units[i].seconds;
		return *seconds >= f->min && *seconds <= f->max;
	}
	return false;
}

static enum err put_value(const struct conf_field *f, const struct place *at, struct slice value, void *into, struct why *why)
{
	void *to = (char *)into + f->at;
	const char *rule;
	switch (f->kind) {
	case CONF_TEXT:
	case CONF_PATH:
		return put_text(f, at, value, to, why);
	case CONF_NUMBER:
		return num_parse(value, f->min, f->max, to) ? ERR_OK : refuse_range(at, value, f, "a number", why);
	case CONF_DURATION:
		return parse_duration(value, f, to) ? ERR_OK : refuse_range(at, value, f, "a number with s, m, h or d, in seconds", why);
	case CONF_ADDRESS:
		rule = parse_address(value, f->min > 0, to);
		return rule == NULL ? ERR_OK : refuse(at, value, why, rule);
	case CONF_FLAG:
		if (!slice_is_text(value, "yes") && !slice_is_text(value, "no"))
			return refuse(at, value, why, "must be yes or no");
		*(bool *)to = slice_is_text(value, "yes");
		return ERR_OK;
	}
	INVARIANT(!"a kind of the table");
	return ERR_SYSTEM;
}

static enum err parse_line(const struct conf_field *table, struct place *at, struct slice line, void *into, bool *seen,
	struct why *why)
{
	size_t end = 0;
	while (end < line.n && line.p[end] != ' ' && line.p[end] != '\t')
		end++;
	struct slice key = slice_part(line, 0, end), value = slice_trim(slice_part(line, end, line.n));
	struct slice shown = slice_part(key, 0, 80);
	for (size_t i = 0; table[i].name != NULL; i++) {
		if (!slice_is_text(key, table[i].name))
			continue;
		at->key = table[i].name;
		if (seen[i])
			return why_set(why, ERR_INPUT, "%s:%u: %s: given twice", at->file, at->line, at->key);
		seen[i] = true;
		if (value.n == 0)
			return why_set(why, ERR_INPUT, "%s:%u: %s: has no value", at->file, at->line, at->key);
		return put_value(&table[i], at, value, into, why);
	}
	return why_set(why, ERR_INPUT, "%s:%u: \"%.*s\": no such key", at->file, at->line, SLICE_ARGS(shown));
}

static enum err check_bytes(const char *file, struct slice text, struct why *why)
{
	size_t bad = 0;
	if (!slice_is_utf8(text, &bad))
		return why_set(why, ERR_INPUT, "%s: byte %zu: not UTF-8", file, bad);
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < ' ' && text.p[i] != '\t' && text.p[i] != '\n') || text.p[i] == 0x7f)
			return why_set(why, ERR_INPUT, "%s: byte %zu: control character %u", file, i, text.p[i]);
	return ERR_OK;
}

static enum err put_defaults(const struct conf_field *table, const char *file, void *into, const bool *seen, struct why *why)
{
	for (size_t i = 0; table[i].name != NULL; i++) {
		if (seen[i])
			continue;
		if (table[i].required)
			return why_set(why, ERR_INPUT, "%s: %s: required, but not given", file, table[i].name);
		struct place at = {"default", 0, table[i].name};
		if (table[i].value != NULL)
			// A default that its own rule refuses is a mistake in the table.
			INVARIANT(put_value(&table[i], &at, slice_text(table[i].value), into, why) == ERR_OK);
	}
	return ERR_OK;
}

static void clear(const struct conf_field *table, void *into)
{
	static const size_t sizes[] = {
		[CONF_TEXT] = CONF_TEXT_MAX,         [CONF_PATH] = CONF_TEXT_MAX,           [CONF_NUMBER] = sizeof(uint64_t),
		[CONF_DURATION] = sizeof(uint64_t), [CONF_ADDRESS] = sizeof(struct conf_address), [CONF_FLAG] = sizeof(bool),
	};
	for (size_t i = 0; table[i].name != NULL; i++) {
		INVARIANT(i < CONF_FIELDS_MAX);
		memset((char *)into + table[i].at, 0, sizes[table[i].kind]);
	}
}

enum err conf_parse(const struct conf_field *table, const char *file, struct slice text, void *into, struct why *why)
{
	bool seen[CONF_FIELDS_MAX] = {false};
	clear(table, into);
	if (text.n > CONF_FILE_MAX)
		return why_set(why, ERR_LIMIT, "%s: %zu bytes: at most %d", file, text.n, CONF_FILE_MAX);
	enum err e = check_bytes(file, text, why);
	struct place at = {file, 0, ""};
	for (size_t from = 0, end; from < text.n && e == ERR_OK; from = end + 1) {
		end = slice_find(text, '\n', from);
		at.line++;
		struct slice line = slice_trim(slice_part(text, from, end - from));
		if (line.n > 0 && line.p[0] != '#')
			e = parse_line(table, &at, line, into, seen, why);
	}
	return e == ERR_OK ? put_defaults(table, file, into, seen, why) : e;
}

enum err conf_read(const struct conf_field *table, const char *path, void *into, struct why *why)
{
	struct buf text;
	buf_init(&text, CONF_FILE_MAX);
	enum err e = file_read(path, CONF_FILE_MAX, &text, why);
	if (e == ERR_OK)
		e = conf_parse(table, path, buf_slice(&text), into, why);
	buf_free(&text);
	return e;
}
