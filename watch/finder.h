// Inside fields: the readers of formats walk a line from left to right and say where each value stands.
#ifndef TOCSIN_WATCH_FINDER_H
#define TOCSIN_WATCH_FINDER_H

#include "fields.h"

struct finder {
	struct slice line;
	struct fields *f;
	struct fields_place *places;
	size_t count, next; // places before `next` have their answer
	uint64_t now_ms;
	unsigned marks; // which telling names were met (finder.c)
	struct slice maybe_host; // "host": of a request in Zeek's http.log, of a machine elsewhere
};

// The value of `name` stands at [from, to). Spans come in ascending order and do not overlap.
void finder_span(struct finder *d, struct slice name, size_t from, size_t to);
void finder_json(struct finder *d);
void finder_zeek(struct finder *d, const struct fields_header *h);
void finder_journal(struct finder *d);
// False: not that format, and nothing was said.
bool finder_web(struct finder *d);
bool finder_squid(struct finder *d);
bool finder_bind(struct finder *d, size_t from, bool timed);
bool finder_syslog(struct finder *d);
void finder_text(struct finder *d);

#endif
