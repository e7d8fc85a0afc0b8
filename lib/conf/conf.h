// Configuration files: lines of `key value`, driven by one constant table per program.
//
// Strict: an unknown key, a key given twice, a missing required key and a value outside its rule are refused with file, line,
// value and rule. A '#' as first character of a line starts a comment; the value is the rest of the line, without white space
// at its ends; no quoting, no continuation. The text must be UTF-8 without control characters except tab and newline.
// The same table prints the manual page's section and what `-n` shows.
#ifndef TOCSIN_CONF_CONF_H
#define TOCSIN_CONF_CONF_H

#include <stdio.h>

#include "base/err.h"
#include "base/slice.h"

#define CONF_FILE_MAX 65536 // bytes of a configuration file
#define CONF_TEXT_MAX 512   // bytes of a text or path, NUL included
#define CONF_HOST_MAX 256
#define CONF_FIELDS_MAX 64 // rows of a table

struct conf_address {
	char host[CONF_HOST_MAX]; // a name, an IPv4 address, or an IPv6 address without its brackets
	uint16_t port; // 0 only where the row's min is 0: "any free port"
};

// What a value is, and the type of the member it is written to.
enum conf_kind {
	CONF_TEXT,     // char[CONF_TEXT_MAX]
	CONF_PATH,     // char[CONF_TEXT_MAX]: absolute
	CONF_NUMBER,   // uint64_t: decimal, min to max
	CONF_ADDRESS,  // struct conf_address: host:port, [v6]:port; port from min (0 or 1) to 65535
	CONF_DURATION, // uint64_t seconds: a number and s, m, h or d ("90s", "30d"); min to max in seconds
	CONF_FLAG,     // bool: yes or no
};

struct conf_field {
	const char *name; // NULL ends the table
	enum conf_kind kind;
	size_t at; // offsetof() the member in the program's own structure
	bool required;
	const char *value; // what stands when the key is missing, in the file's syntax; NULL: the member stays zero
	uint64_t min, max; // numbers, durations; for texts max is the most bytes (0: CONF_TEXT_MAX - 1)
	const char *help; // one sentence for the manual
};

// Reads `text` (called `file` in explanations) into the structure `into`: every member of the table is zeroed first, and
// undefined after a failure. ERR_INPUT: the file is wrong.
MUST_USE enum err conf_parse(const struct conf_field *table, const char *file, struct slice text, void *into, struct why *why);
// The same from a file: also ERR_ABSENT, ERR_LIMIT and ERR_SYSTEM.
MUST_USE enum err conf_read(const struct conf_field *table, const char *path, void *into, struct why *why);
// Writes every key with the value in force; conf_parse() reads it back to the same structure.
void conf_print(const struct conf_field *table, const void *from, FILE *out);
// Writes the keys as an mdoc list for the manual page.
void conf_manual(const struct conf_field *table, FILE *out);
// "host:port" or "[v6]:port" alone, for command lines. ERR_INPUT otherwise.
MUST_USE enum err conf_address_parse(struct slice text, unsigned port_min, struct conf_address *address, struct why *why);

#endif
