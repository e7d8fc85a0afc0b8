// One place in a log that met one indicator, as JSON with the nested names of the Elastic Common Schema, or as a line for people.
#ifndef TOCSIN_WATCH_SIGHTING_H
#define TOCSIN_WATCH_SIGHTING_H

#include "fields.h"
#include "indicator/indicator.h"

#define SIGHTING_MAX 65536     // bytes of one, printed
#define SIGHTING_VALUE_MAX 4096 // bytes of a value as written that are shown
#define SIGHTING_ID 16

// Borrows all.
struct sighting {
	const struct indicator *what;
	struct slice value; // as written, or as put together
	const char *field;
	enum fields_side side;
	const struct fields *fields;
	const char *path;    // of the log
	uint64_t line, offset, column; // from 1, 0, 1; offset is that of the line's first byte
	uint64_t read_ms;
	bool duplicate; // may have been told before a crash
	uint8_t id[SIGHTING_ID]; // the same for the same line and indicator when it is told again
};

// The time of the event; that of reading when the line has none.
uint64_t sighting_time(const struct sighting *s);
// Between whom, for counting: the source address, else the machine, else the log.
struct slice sighting_host(const struct sighting *s);
// Fills the id. line_hash: of the line's text.
void sighting_identify(struct sighting *s, struct slice line_hash);
// One line with its newline is appended.
void sighting_json(const struct sighting *s, struct buf *out);
void sighting_text(const struct sighting *s, bool colour, struct buf *out);
// Text of a log, hostile: what is not UTF-8 becomes U+FFFD, controls stay for the JSON writer (`plain`: become '?').
void sighting_clean(struct slice text, bool plain, struct buf *out);

#endif
