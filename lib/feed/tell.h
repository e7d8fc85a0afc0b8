// Inside lib/feed: what a file is, by its first bytes.
#ifndef TOCSIN_FEED_TELL_H
#define TOCSIN_FEED_TELL_H

#include "feed/reading.h"

#define TELL_BYTES (64u << 10) // looked at

enum shape {
	SHAPE_NONE,   // nothing that is known
	SHAPE_RECORD, // one JSON document, one record
	SHAPE_ARRAY,  // one JSON array of records
	SHAPE_LINES,  // a record a line
	SHAPE_STREAM, // one JSON document of many records
	SHAPE_TABLE,  // rows; its head says of which kind
};

struct told {
	enum shape shape;
	enum source_kind kind; // 0 of a table
	bool cyclonedx;        // of SOURCE_OPENVEX
};

struct told tell(struct slice head);

#endif
