// The only writer of JSON: streaming, into a buffer, with one sticky error. All `--json` output goes through it.
//
// Inside an object every put carries a name; inside an array and at the root the name is NULL. Breaking that, or closing what is
// not open, is a fault of the program and stops it. What depends on data does not: text that is not UTF-8 (ERR_INPUT), nesting
// deeper than JSON_DEPTH_MAX (ERR_LIMIT) and a full buffer (its own error) are remembered, later puts are ignored, and
// json_end() says what happened first.
#ifndef TOCSIN_JSON_WRITE_H
#define TOCSIN_JSON_WRITE_H

#include "base/buf.h"
#include "json/json.h"

struct json_writer {
	struct buf *out;
	enum err status;
	bool indented; // two spaces a level, one value a line
	bool done;     // the root has been written
	unsigned depth;
	struct {
		bool object, filled;
	} open[JSON_DEPTH_MAX];
	struct why why; // of the first error
};

// Appends to `out`, which must outlive the writer.
void json_begin(struct json_writer *w, struct buf *out, bool indented);
// Nothing failed and everything opened is closed; when indented, ends the last line.
MUST_USE enum err json_end(struct json_writer *w, struct why *why);

void json_open_object(struct json_writer *w, const char *name);
void json_open_array(struct json_writer *w, const char *name);
void json_close(struct json_writer *w); // the innermost object or array

void json_put_text(struct json_writer *w, const char *name, struct slice text);
void json_put_string(struct json_writer *w, const char *name, const char *text);
void json_put_number(struct json_writer *w, const char *name, uint64_t number);
void json_put_bool(struct json_writer *w, const char *name, bool truth);
void json_put_null(struct json_writer *w, const char *name);
void json_put_hex(struct json_writer *w, const char *name, struct slice bytes);
void json_put_base64(struct json_writer *w, const char *name, struct slice bytes);
void json_put_time(struct json_writer *w, const char *name, uint64_t seconds); // RFC 3339, UTC

#endif
