// One JSON document of any size, read as it comes (over yajl): only the parts asked for are built, each as a small tree that lib/json
// reads, and freed before the next. Memory is bounded by the largest part, not by the document.
//
// A part is a path of member names from the root; "[]" stands for every item of an array, "*" for a member of any name:
//
//     "components[]"   "cveMetadata"   "containers.cna.affected[]"   "*.*" (Debian's tracker: package, then CVE)   "[]"
//
// Parts come in the order of the document. What no part names is checked for syntax and skipped. The same refusals as json_parse:
// malformed UTF-8, NUL, lone surrogates, duplicate keys inside a part, depth; each with the byte offset and, inside a part, the path.
#ifndef TOCSIN_JSON_STREAM_H
#define TOCSIN_JSON_STREAM_H

#include "json/json.h"

#define JSON_STREAM_PARTS_MAX 16
#define JSON_STREAM_STARS_MAX 4
#define JSON_STREAM_PART_VALUES_MAX 1000000u  // values inside one part
#define JSON_STREAM_PART_BYTES_MAX (64u << 20) // text inside one part

struct json_part {
	size_t part;                               // which of the paths
	struct slice star[JSON_STREAM_STARS_MAX];  // the names that its stars stood for, in order
	uint64_t offset;                           // of its first byte in the document
	struct json value;                         // gone after the call
};

// Anything but ERR_OK stops the reading and is returned by the put that met it.
typedef enum err json_take(void *context, struct json_part *part, struct why *why);

struct json_stream;

MUST_USE enum err json_stream_new(const char *const *paths, size_t n, json_take *take, void *context, struct json_stream **s,
                                  struct why *why);
MUST_USE enum err json_stream_put(struct json_stream *s, struct slice bytes, struct why *why);
// The document is complete? ERR_INPUT: it ends too early, or more follows.
MUST_USE enum err json_stream_end(struct json_stream *s, struct why *why);
void json_stream_free(struct json_stream *s); // NULL allowed

#endif
