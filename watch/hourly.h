// Sightings counted per indicator and hour: what `send` lets out of the house. No host, no log, no line, no field.
#ifndef TOCSIN_WATCH_HOURLY_H
#define TOCSIN_WATCH_HOURLY_H

#include "base/buf.h"
#include "observable/observable.h"

#define HOURLY_MAX 200000u // pairs of indicator and hour of one sending

struct hourly_row {
	uint64_t hour; // seconds since 1970, a whole hour
	uint64_t count;
	enum observable_type type;
	char *value; // owned
};

struct hourly {
	struct hourly_row *row;
	size_t n, room;
	uint32_t *slot;    // row + 1
	uint64_t *told;    // event ids met, so that what was told twice counts once
	size_t told_n, told_room;
	uint64_t sightings, refused;
};

void hourly_init(struct hourly *h);
void hourly_free(struct hourly *h);
// One line of JSON as sighting_json() writes it. ERR_INPUT: not such a line (counted too); ERR_LIMIT: over HOURLY_MAX.
MUST_USE enum err hourly_add(struct hourly *h, struct slice line, struct why *why);
void hourly_sort(struct hourly *h); // by hour, type, value; nothing is added after it
// The rows [from, to) of one hour as CSV "type,value,sightings".
void hourly_csv(const struct hourly *h, size_t from, size_t to, struct buf *out);

#endif
