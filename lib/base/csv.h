// Rows of text read as they come: CSV (RFC 4180) with ',' or ';', or cells between tabs. Any run of bytes may be put; memory is bounded
// by one row. A byte order mark is skipped, as is a first line "sep=;"; cells are trimmed, in quotes they are left as they are; lines end
// with LF or CRLF; empty lines are skipped. A quote in a cell that does not begin with one is a letter. Between tabs quotes join no lines:
// a cell that is whole in quotes is read as one, in any other a quote is a letter.
//
// Every row is handed on. One that breaks a rule has `broken` set and the cells that could be read: the caller tells it and goes on. A
// quote that does not end as it should breaks the row of its own line, and the lines behind it are rows again.
#ifndef TOCSIN_BASE_CSV_H
#define TOCSIN_BASE_CSV_H

#include "base/err.h"
#include "base/slice.h"

#define CSV_CELLS_MAX 64
#define CSV_ROW_MAX (1u << 20) // bytes of one row; a longer one is passed over, broken

struct csv_row {
	uint64_t line;             // where it begins, from 1
	const struct slice *cells; // UTF-8; gone after the call
	size_t n;
	const char *broken;        // the rule it breaks ("column 2: a quote is not closed"), or NULL; gone after the call
	bool comment;              // the line begins with '#': one cell, the whole line
};

// Anything but ERR_OK stops the reading and is returned by the put that met it.
typedef enum err csv_take(void *context, const struct csv_row *row, struct why *why);

struct csv;
// separator 0: told by a first line "sep=…", else from the first row that is no comment: tab, then ';', then ',', whichever it holds
// outside quotes.
MUST_USE enum err csv_new(char separator, csv_take *take, void *context, struct csv **c, struct why *why);
MUST_USE enum err csv_put(struct csv *c, struct slice bytes, struct why *why);
MUST_USE enum err csv_end(struct csv *c, struct why *why); // the last row may lack its line end
void csv_free(struct csv *c);                              // NULL allowed

#endif
