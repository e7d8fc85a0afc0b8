#include "json/json.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef json_is_number // jansson's macros: here these names are functions
#undef json_is_object
#undef json_is_array

#define QUOTE_MAX 60 // bytes of a refused value shown in a message

// Line and column (in bytes, from 1) of an offset.
static void place_of(struct slice text, size_t at, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < at && i < text.n; i++)
		if (text.p[i] == '\n') {
			++*line;
			*column = 1;
		} else {
			++*column;
		}
}

static enum err refuse_at(struct slice text, size_t at, struct why *why, enum err e, const char *rule, unsigned max)
{
	size_t line, column;
	place_of(text, at, &line, &column);
	return why_set(why, e, "line %zu, column %zu: %s %u", line, column, rule, max);
}

// jansson builds while it recurses and stops at 2048 levels: what is too deep or too many is refused here, in one pass over the
// bytes. Only brackets outside strings count; everything else is left to the parser.
static enum err measure(struct slice text, struct why *why)
{
	const uint8_t *nul = text.n > 0 ? memchr(text.p, 0, text.n) : NULL;
	if (nul != NULL) // RFC 8259 has it nowhere; jansson loses one behind a number
		return refuse_at(text, (size_t)(nul - text.p), why, ERR_INPUT, "JSON has no byte", 0);
	unsigned depth = 0, values = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX)
				return refuse_at(text, i, why, ERR_LIMIT, "nested deeper than", JSON_DEPTH_MAX);
			values++;
		} else if (c == ']' || c == '}') {
			depth -= depth > 0;
		} else if (c == ',' && ++values > JSON_VALUES_MAX) {
			return refuse_at(text, i, why, ERR_LIMIT, "more values than", JSON_VALUES_MAX);
		}
	}
	return ERR_OK;
}

enum err json_parse(struct slice text, struct json *root, struct why *why)
{
	if (text.n > JSON_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "%zu bytes of JSON, the maximum is %u", text.n, JSON_BYTES_MAX);
	enum err e = measure(text, why);
	if (e != ERR_OK)
		return e;
	json_error_t error;
	json_t *value = json_loadb(text.n > 0 ? (const char *)text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL && json_error_code(&error) == json_error_out_of_memory)
		return why_set(why, ERR_SYSTEM, "no memory for %zu bytes of JSON", text.n);
	if (value == NULL)
		return why_set(why, ERR_INPUT, "line %d, column %d: %s", error.line, error.column, error.text);
	*root = (struct json){.value = value};
	return ERR_OK;
}

void json_free(struct json *root)
{
	json_decref((json_t *)root->value);
	root->value = NULL;
}

bool json_is_absent(const struct json *j)
{
	return j->value == NULL || json_is_null((const json_t *)j->value);
}

bool json_is_text(const struct json *j)
{
	return json_is_string((const json_t *)j->value);
}

static bool is_type(const struct json *j, json_type type)
{
	return j->value != NULL && json_typeof((const json_t *)j->value) == type;
}

bool json_is_number(const struct json *j)
{
	return is_type(j, JSON_INTEGER);
}

bool json_is_object(const struct json *j)
{
	return is_type(j, JSON_OBJECT);
}

bool json_is_array(const struct json *j)
{
	return is_type(j, JSON_ARRAY);
}

struct json json_find(const struct json *object, const char *name)
{
	struct json found = {.parent = object, .name = name};
	if (json_is_object(object))
		found.value = json_object_get(object->value, name);
	if (json_is_absent(&found))
		found.value = NULL;
	return found;
}

size_t json_count(const struct json *j)
{
	if (json_is_object(j))
		return json_object_size(j->value);
	return json_is_array(j) ? json_array_size(j->value) : 0;
}

struct json json_item(const struct json *array, size_t i)
{
	INVARIANT(json_is_array(array) && i < json_array_size(array->value));
	return (struct json){.value = json_array_get(array->value, i), .parent = array, .index = i};
}

bool json_next(const struct json *object, void **state, struct json *field)
{
	if (!json_is_object(object))
		return false;
	json_t *raw = (json_t *)object->value;
	*state = *state == NULL ? json_object_iter(raw) : json_object_iter_next(raw, *state);
	if (*state == NULL)
		return false;
	*field = (struct json){.value = json_object_iter_value(*state), .parent = object, .name = json_object_iter_key(*state)};
	return true;
}

void json_path(const struct json *j, char path[static JSON_PATH_MAX])
{
	const struct json *steps[JSON_DEPTH_MAX + 1];
	size_t count = 0, used = 0;
	for (; j->parent != NULL && count < JSON_DEPTH_MAX + 1; j = j->parent)
		steps[count++] = j;
	snprintf(path, JSON_PATH_MAX, "%s", count == 0 ? "the document" : "");
	while (count-- > 0 && used < JSON_PATH_MAX) {
		const struct json *s = steps[count];
		int n = s->name != NULL ? snprintf(path + used, JSON_PATH_MAX - used, "%s%s", used > 0 ? "." : "", s->name)
		                        : snprintf(path + used, JSON_PATH_MAX - used, "[%zu]", s->index);
		used += (size_t)n;
	}
}

enum err json_refuse(const struct json *j, struct why *why, enum err e, const char *format, ...)
{
	char path[JSON_PATH_MAX], text[WHY_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	json_path(j, path);
	return why_set(why, e, "%s: %s", path, text);
}

// "17 is no text": the value as it stands in the document, cut.
static enum err is_no(const struct json *j, const char *wanted, struct why *why)
{
	if (json_is_absent(j))
		return json_refuse(j, why, ERR_INPUT, "is missing, must be %s", wanted);
	char *dump = json_dumps(j->value, JSON_COMPACT | JSON_ENCODE_ANY);
	enum err e = json_refuse(j, why, ERR_INPUT, "%.*s is no %s", QUOTE_MAX, dump != NULL ? dump : "this", wanted);
	free(dump);
	return e;
}

enum err json_want_object(const struct json *j, struct why *why)
{
	return json_is_object(j) ? ERR_OK : is_no(j, "object", why);
}

enum err json_want_array(const struct json *j, struct why *why)
{
	return json_is_array(j) ? ERR_OK : is_no(j, "array", why);
}

enum err json_text(const struct json *j, struct slice *text, struct why *why)
{
	if (!json_is_text(j))
		return is_no(j, "text", why);
	*text = slice_of(json_string_value(j->value), json_string_length(j->value));
	return ERR_OK;
}

enum err json_number(const struct json *j, uint64_t min, uint64_t max, uint64_t *number, struct why *why)
{
	if (!json_is_number(j))
		return is_no(j, "number without a fraction", why);
	json_int_t v = json_integer_value(j->value);
	if (v < 0 || (uint64_t)v < min || (uint64_t)v > max)
		return json_refuse(j, why, ERR_INPUT, "%lld is not from %llu to %llu", (long long)v, (unsigned long long)min,
		                   (unsigned long long)max);
	*number = (uint64_t)v;
	return ERR_OK;
}

enum err json_decimal(const struct json *j, double min, double max, double *number, struct why *why)
{
	if (!is_type(j, JSON_INTEGER) && !is_type(j, JSON_REAL))
		return is_no(j, "number", why);
	double v = json_number_value(j->value);
	if (!(v >= min && v <= max))
		return json_refuse(j, why, ERR_INPUT, "%g is not from %g to %g", v, min, max);
	*number = v;
	return ERR_OK;
}

enum err json_bool(const struct json *j, bool *truth, struct why *why)
{
	if (!is_type(j, JSON_TRUE) && !is_type(j, JSON_FALSE))
		return is_no(j, "true or false", why);
	*truth = is_type(j, JSON_TRUE);
	return ERR_OK;
}

enum err json_get_text(const struct json *object, const char *name, struct slice *text, struct why *why)
{
	struct json j = json_find(object, name);
	return json_text(&j, text, why);
}

enum err json_opt_text(const struct json *object, const char *name, struct slice *text, struct why *why)
{
	struct json j = json_find(object, name);
	return j.value == NULL ? ERR_OK : json_text(&j, text, why);
}

enum err json_get_number(const struct json *object, const char *name, uint64_t min, uint64_t max, uint64_t *number,
                         struct why *why)
{
	struct json j = json_find(object, name);
	return json_number(&j, min, max, number, why);
}

enum err json_opt_number(const struct json *object, const char *name, uint64_t min, uint64_t max, uint64_t *number,
                         struct why *why)
{
	struct json j = json_find(object, name);
	return j.value == NULL ? ERR_OK : json_number(&j, min, max, number, why);
}

enum err json_get_bool(const struct json *object, const char *name, bool *truth, struct why *why)
{
	struct json j = json_find(object, name);
	return json_bool(&j, truth, why);
}

enum err json_opt_bool(const struct json *object, const char *name, bool *truth, struct why *why)
{
	struct json j = json_find(object, name);
	return j.value == NULL ? ERR_OK : json_bool(&j, truth, why);
}

enum err json_get_array(const struct json *object, const char *name, struct json *array, struct why *why)
{
	struct json j = json_find(object, name);
	enum err e = json_want_array(&j, why);
	if (e == ERR_OK)
		*array = j;
	return e;
}

enum err json_get_object(const struct json *object, const char *name, struct json *field, struct why *why)
{
	struct json j = json_find(object, name);
	enum err e = json_want_object(&j, why);
	if (e == ERR_OK)
		*field = j;
	return e;
}

enum err json_lines_next(struct json_lines *lines, struct json *root, struct why *why)
{
	while (lines->rest.n > 0) {
		size_t end = slice_find(lines->rest, '\n', 0);
		struct slice line = slice_trim(slice_part(lines->rest, 0, end));
		lines->rest = slice_part(lines->rest, end + 1, lines->rest.n);
		lines->line++;
		if (line.n == 0)
			continue;
		if (line.n > JSON_LINE_MAX)
			return why_set(why, ERR_LIMIT, "line %zu: %zu bytes, the maximum is %u", lines->line, line.n, JSON_LINE_MAX);
		enum err e = json_parse(line, root, why);
		return e == ERR_OK ? ERR_OK : why_at(why, e, "line %zu", lines->line);
	}
	return ERR_ABSENT;
}
