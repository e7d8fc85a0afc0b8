// Inside lib/feed: the tables. A format is its columns and what takes a row.
#ifndef TOCSIN_FEED_TABLE_H
#define TOCSIN_FEED_TABLE_H

#include "feed/reading.h"

#define TABLE_COLUMNS_MAX 12

struct table {
	struct reading *r;
	struct csv *csv;
	const struct format *format;
	size_t width;                          // cells of the head
	int column[CSV_CELLS_MAX];             // which column a cell is of; -1: none
	struct slice cell[TABLE_COLUMNS_MAX];  // of the row, by column; empty: not there
	struct buf plain;                      // cells in which blanks stand for control characters: remarks of several lines
	uint64_t line;
	bool rows;                             // one stood below the head, taken or not
	int64_t dated;                         // of a comment before the head
	struct slice package, cve, ecosystem;  // rows of one package and flaw that follow each other are one statement
	enum fact_status otherwise;
};

struct format {
	enum source_kind kind;
	const char *columns[TABLE_COLUMNS_MAX]; // the first `needed` must be there
	size_t needed;
	bool may_be_empty;                      // a list that an authority keeps: it lifts the last ban with a head alone
	bool open;                              // columns that are not known are passed over
	enum err (*take)(struct table *t, struct why *why); // a row that cannot be taken: row_refuse()
	enum err (*end)(struct table *t, struct why *why);  // NULL, or what is left to say
};

extern const struct format epss_format, banned_format, providers_format, aliases_format, affected_format;

MUST_USE enum err row_refuse(struct table *t, struct slice value, const char *rule, struct why *why);
// A date or nothing; false: neither.
bool row_date(struct slice cell, int64_t *date);

#endif
