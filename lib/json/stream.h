// One JSON document of any size, read as it comes (over yajl): only the parts asked for are built, each as a small tree that
// lib/json reads, and freed before the next. Memory is bounded by the largest part, not by the document.
//
// A part is a path of member names from the root; "[]" stands for every item of an array, "*" for a member of any name:
//
//     "components[]"   "cveMetadata"   "containers.cna.affected[]"   "*.*" (Debian's tracker: package, then CVE)   "[]"
//
// Parts come in the order of the document. A part inside a part is not given again, and where two paths name one value it is the
// part of the first. What no part names is checked for syntax and skipped without an allocation. The same refusals as json_parse:
// a root that is no object or array, malformed UTF-8, NUL, lone surrogates, depth; inside a part and on the way to one also
// duplicate keys, and inside a part numbers out of range. Each says the byte offset ("byte 4711: …") and, inside a part, the
// path. A name with a dot, a bracket or a star in it cannot be written in a path.
//
// yajl does not look whether its memory was given: without memory the process stops (INVARIANT).
#ifndef TOCSIN_JSON_STREAM_H
#define TOCSIN_JSON_STREAM_H

#include "json/json.h"

#define JSON_STREAM_PARTS_MAX 16
#define JSON_STREAM_STARS_MAX 4
#define JSON_STREAM_STEPS_MAX 12              // names and brackets of one path
#define JSON_STREAM_PART_VALUES_MAX 1000000u  // values inside one part
#define JSON_STREAM_PART_BYTES_MAX (64u << 20) // text inside one part
#define JSON_STREAM_TEXT_MAX (16u << 20)       // one text, number or run of blanks, also outside the parts

struct json_part {
	size_t part;                               // which of the paths
	struct slice star[JSON_STREAM_STARS_MAX];  // the names that its stars stood for, in order
	uint64_t offset;                           // of its first byte in the document; of a bare text: of the byte after it
	struct json value;                         // gone after the call
};

// Anything but ERR_OK stops the reading and is returned by the put that met it.
typedef enum err json_take(void *context, struct json_part *part, struct why *why);

struct json_stream;

// The paths are copied. ERR_INPUT: a path that cannot be; ERR_LIMIT: over a maximum above.
MUST_USE enum err json_stream_new(const char *const *paths, size_t n, json_take *take, void *context, struct json_stream **s,
                                  struct why *why);
// A refusal is final: every further put, and the end, return it again.
MUST_USE enum err json_stream_put(struct json_stream *s, struct slice bytes, struct why *why);
// The document is complete? ERR_INPUT: it ends too early, or more follows.
MUST_USE enum err json_stream_end(struct json_stream *s, struct why *why);
// Makes it ready for another document, whatever became of the last one; the same paths. For many small documents.
void json_stream_again(struct json_stream *s);
void json_stream_free(struct json_stream *s); // NULL allowed

#endif
