// Makes a set file out of what feeds give: STIX 2.1, MISP events and feeds, CSV, Zeek Intel, plain lists.
//
// A value is brought into its canonical form (observable/observable.h) or refused with its place and the rule; a value that
// stands twice is one indicator (the one that expires last, of equals the first). Common values are left out.
#ifndef TOCSIN_INDICATOR_BUILD_H
#define TOCSIN_INDICATOR_BUILD_H

#include "indicator/indicator.h"
#include "observable/commonplace.h"

enum indicator_format {
	INDICATOR_CSV,  // head "type,value,…"; id, source, tlp, pap, confidence, expiry (RFC 3339 or seconds) in any order
	INDICATOR_ZEEK, // Zeek Intel: "#fields\tindicator\tindicator_type\t…"
	INDICATOR_LIST, // one value a line, defanged or not, # comments, hosts-file lines (0.0.0.0 name)
	INDICATOR_STIX,
	INDICATOR_MISP,
};

// Why something did not become an indicator of its own.
struct indicator_stats {
	uint32_t of[256];    // indicators, by type code
	uint64_t read;       // values met
	uint64_t duplicates; // values that were there already
	uint64_t common;     // left out: common values
	uint64_t refused;    // malformed, or of no type a sensor can meet
	uint64_t notes;      // things the readers say that are no refusal
};

// Told of every refusal, common value and note as it happens. Borrowed text. `rule` is one sentence.
enum indicator_verdict { INDICATOR_REFUSED, INDICATOR_COMMON, INDICATOR_NOTE };
typedef void indicator_told(void *context, enum indicator_verdict verdict, struct slice place, struct slice value,
                            const char *rule);

struct indicator_build;

// `common` (may be NULL) and `told` (may be NULL) must outlive the build.
MUST_USE enum err indicator_build_new(const struct commonplace *common, indicator_told *told, void *context,
                                      struct indicator_build **build, struct why *why);
void indicator_build_free(struct indicator_build *build); // NULL allowed

// Adds one value. ERR_OK also when it was refused, common or there already (counted and told); ERR_LIMIT or ERR_SYSTEM stop the
// build.
MUST_USE enum err indicator_build_add(struct indicator_build *build, enum observable_type type, struct slice written,
                                      const struct indicator_meta *meta, struct slice place, struct why *why);
// Reads a whole input. `defaults` (may be NULL) gives what the input does not say. ERR_INPUT: not such an input at all, or JSON
// that is broken somewhere. STIX and MISP are read as a stream (json/stream.h, whose maxima hold for one object, one attribute,
// one event in a list of events): a document of a million objects takes no more memory than its indicators.
MUST_USE enum err indicator_build_read(struct indicator_build *build, enum indicator_format format, struct slice in,
                                       const struct indicator_meta *defaults, struct why *why);
// The format it looks like.
enum indicator_format indicator_guess(struct slice in);
const char *indicator_format_name(enum indicator_format format); // "csv", "zeek", "list", "stix", "misp"
bool indicator_format_named(struct slice name, enum indicator_format *format);

const struct indicator_stats *indicator_build_stats(const struct indicator_build *build);
// The file's bytes, in memory of the build (valid until the next call on it); `made` is the time to write into it. The same
// indicators in the same order give the same bytes.
MUST_USE enum err indicator_build_bytes(struct indicator_build *build, uint64_t made, struct slice *bytes, struct why *why);
// The same into a file, replaced as a whole (file_write).
MUST_USE enum err indicator_build_write(struct indicator_build *build, uint64_t made, const char *path, struct why *why);

#endif
