// Which field of a log line met, when the event was, and between whom: for the few lines that the scanner reports.
//
// A line is read leniently, left to right, once: broken JSON and half lines still give what can be known. (lib/json refuses
// what is not JSON and does not say at which byte a value stands; here every byte may be hostile and only places matter.)
// What is not recognised is text: the field is "text", and the column says the rest.
#ifndef TOCSIN_WATCH_FIELDS_H
#define TOCSIN_WATCH_FIELDS_H

#include "base/buf.h"
#include "base/slice.h"

#define FIELDS_NAME_MAX 96         // bytes of a field's name, NUL included; longer ones are cut
#define FIELDS_DEPTH_MAX 64        // JSON deeper than that is "json" from there on
#define FIELDS_HEADER_MAX 16384    // bytes of a Zeek #fields line
#define FIELDS_URL_MAX 4096        // bytes of a URL put together; a longer one is cut there, as in a line (SCAN_URL_MAX)

enum fields_format {
	FIELDS_TEXT, FIELDS_JSON, FIELDS_EVE, FIELDS_ZEEK, FIELDS_ZEEK_JSON, FIELDS_WEB, FIELDS_SQUID, FIELDS_BIND, FIELDS_SYSLOG,
	FIELDS_POSTFIX, FIELDS_JOURNAL,
};
const char *fields_format_name(enum fields_format format); // "suricata.eve", "zeek.tsv", …

// What the lines before said: the columns of a Zeek log. Zeroed before the first line.
struct fields_header {
	bool zeek; // the stream is one
	char separator;
	struct buf names; // as in the line, without "#fields"
};
void fields_header_init(struct fields_header *h);
void fields_header_free(struct fields_header *h);
// A line that starts with '#'.
void fields_header_line(struct fields_header *h, struct slice line);

enum fields_side { FIELDS_NO_SIDE, FIELDS_SOURCE, FIELDS_DESTINATION };

// A place asked about, in the line; name and side are the answer.
struct fields_place {
	size_t offset;
	char name[FIELDS_NAME_MAX];
	enum fields_side side;
};

// What the line says. Borrows from it.
struct fields {
	enum fields_format format;
	uint64_t time_ms; // WHEN_UNKNOWN when it says none
	struct slice source, destination, host; // empty when it says none
	struct slice url_host, url_path, url_port; // written apart; to be put together
	char url_name[FIELDS_NAME_MAX]; // "http.hostname+http.url"
	bool json; // the slices may hold JSON escapes
};

// places are in ascending order. `journal`: lines of NAME=value, one entry of the journal.
void fields_read(struct slice line, const struct fields_header *h, bool journal, uint64_t now_ms, struct fields *f,
                 struct fields_place *places, size_t count);
// "http://host/path", and with with_port "http://host:port/path"; false when there is none, or none with a port of its own.
bool fields_url(const struct fields *f, bool with_port, char url[static FIELDS_URL_MAX], size_t *n);

#endif
