// Inside lib/indicator: what the readers of feeds share.
#ifndef TOCSIN_INDICATOR_BUILDING_H
#define TOCSIN_INDICATOR_BUILDING_H

#include "indicator/build.h"

// Types as feeds name them; wider names leave the exact type to the value.
enum build_kind { BUILD_UNKNOWN = 0, BUILD_ADDRESS = 0x80, BUILD_DIGEST, BUILD_ANY };

// A type code or one of the above, ASCII case ignored.
unsigned build_kind_named(struct slice name);
// Adds a value of that kind (BUILD_UNKNOWN is refused).
MUST_USE enum err build_put(struct indicator_build *b, unsigned kind, struct slice written, const struct indicator_meta *meta,
                            struct slice place, struct why *why);
// An address, a slash and the number of a prefix, whatever bits it has: never the path of a URL.
bool build_is_network(struct slice plain);
// Counts and tells what did not become an indicator.
void build_tell(struct indicator_build *b, enum indicator_verdict verdict, struct slice place, struct slice value,
                const char *rule);

// Cells of the metadata columns; false: malformed, *rule says why. Empty and "-" leave what is there.
bool build_tlp(struct slice text, struct indicator_meta *meta, const char **rule);
bool build_pap(struct slice text, struct indicator_meta *meta, const char **rule);
bool build_confidence(struct slice text, struct indicator_meta *meta, const char **rule);
bool build_expiry(struct slice text, struct indicator_meta *meta, const char **rule);

// What separates the cells of a line that is the head of a CSV, with a comment's '#' before it or not; 0: it is none.
uint8_t build_head_separator(struct slice line);
enum err build_read_csv(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why);
enum err build_read_zeek(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why);
enum err build_read_list(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why);
enum err build_read_document(struct indicator_build *b, bool stix, struct slice in, const struct indicator_meta *defaults,
                             struct why *why);

// True when `written` is already its own canonical form, seen without building it (only the usual types; false says nothing).
bool build_is_canonical(enum observable_type type, struct slice written);

#endif
