// The only reader of JSON (RFC 8259), over jansson. A document is checked for size, depth and number of values before anything
// is built, duplicate keys, NUL characters, malformed UTF-8, lone surrogates and numbers out of range are refused, and every
// refusal says where: line and column while parsing, the path afterwards ("Event.Attribute[3].type: 17 is no text").
//
// A `struct json` is a borrowed value together with the way to it: it points at its parent, so **the parent variable must stay
// where it is** (and the root must not be freed) for as long as the child is used. Text slices live until json_free(root).
#ifndef TOCSIN_JSON_JSON_H
#define TOCSIN_JSON_JSON_H

#include "base/err.h"
#include "base/slice.h"

#define JSON_BYTES_MAX (64u << 20)  // bytes of one document
#define JSON_DEPTH_MAX 64           // objects and arrays inside each other
#define JSON_VALUES_MAX 2000000u    // values in one document: bounds the memory a small text can ask for
#define JSON_PATH_MAX 200           // bytes of a path in a message, NUL included; longer ones are cut
#define JSON_LINE_MAX (4u << 20)    // bytes of one line of JSON lines

struct json {
	const void *value;         // NULL: absent
	const struct json *parent; // NULL: the root
	const char *name;          // of a field, or NULL
	size_t index;              // of an item, when there is no name
};

// Parses one object or array. On success *root is the whole document, to be given to json_free().
// ERR_INPUT: not JSON. ERR_LIMIT: over a maximum above.
MUST_USE enum err json_parse(struct slice text, struct json *root, struct why *why);
void json_free(struct json *root); // an absent root is allowed

bool json_is_absent(const struct json *j); // also true of null: a field set to null is a field not given
bool json_is_text(const struct json *j);
bool json_is_number(const struct json *j); // an integer
bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);

// The field `name` of an object; absent when there is none or when it is null. Asking a value that is no object gives absent too:
// where that matters ask json_want_object first.
struct json json_find(const struct json *object, const char *name);
// Items of an array or fields of an object; 0 for anything else.
size_t json_count(const struct json *j);
// Item i, i < json_count(array).
struct json json_item(const struct json *array, size_t i);
// Walks the fields of an object in the order of the document: start with *state = NULL; false at the end.
bool json_next(const struct json *object, void **state, struct json *field);

// The value itself. ERR_INPUT with the path when it is absent or of another kind or out of range.
MUST_USE enum err json_want_object(const struct json *j, struct why *why);
MUST_USE enum err json_want_array(const struct json *j, struct why *why);
MUST_USE enum err json_text(const struct json *j, struct slice *text, struct why *why); // a NUL follows the text
MUST_USE enum err json_number(const struct json *j, uint64_t min, uint64_t max, uint64_t *number, struct why *why);
MUST_USE enum err json_decimal(const struct json *j, double min, double max, double *number, struct why *why); // with or without fraction
MUST_USE enum err json_bool(const struct json *j, bool *truth, struct why *why);

// The same for a field: _get when it must be there, _opt when it may be missing or null (then the result is left alone).
MUST_USE enum err json_get_text(const struct json *object, const char *name, struct slice *text, struct why *why);
MUST_USE enum err json_opt_text(const struct json *object, const char *name, struct slice *text, struct why *why);
MUST_USE enum err json_get_number(const struct json *object, const char *name, uint64_t min, uint64_t max, uint64_t *number,
                                  struct why *why);
MUST_USE enum err json_opt_number(const struct json *object, const char *name, uint64_t min, uint64_t max, uint64_t *number,
                                  struct why *why);
MUST_USE enum err json_get_bool(const struct json *object, const char *name, bool *truth, struct why *why);
MUST_USE enum err json_opt_bool(const struct json *object, const char *name, bool *truth, struct why *why);
MUST_USE enum err json_get_array(const struct json *object, const char *name, struct json *array, struct why *why);
MUST_USE enum err json_get_object(const struct json *object, const char *name, struct json *field, struct why *why);

// "Event.Attribute[3].type"; "the document" for the root. Always NUL-terminated.
void json_path(const struct json *j, char path[static JSON_PATH_MAX]);
// A refusal at this value: "path: <message>". Returns e.
enum err json_refuse(const struct json *j, struct why *why, enum err e, const char *format, ...) PRINTF_LIKE(4, 5);

// JSON lines: one document a line, empty lines skipped. Start with {.rest = text}.
struct json_lines {
	struct slice rest;
	size_t line; // number of the line last read, from 1
};
// The next document (json_free it); ERR_ABSENT after the last one; a refusal starts with "line N". A refused line is passed over,
// so that reading may go on after it.
MUST_USE enum err json_lines_next(struct json_lines *lines, struct json *root, struct why *why);

#endif
