// An opening on its way: what `tocsin open` has of a record, its request, the seats' answers, and what it found inside.
#ifndef TOCSIN_CLI_OPENING_H
#define TOCSIN_CLI_OPENING_H

#include "kept.h"
#include "report/report.h"

struct opening {
	struct cli *c;
	const char *purpose, *out, *second, *request_out, *envelope_in;
	bool request_only, no_compare, insist;
	uint16_t team;
	uint8_t id[RECORD_ID];
	char folder[FILE_PATH_MAX];
	struct buf bytes;          // the envelope's
	struct envelope envelope;
	struct buf request_bytes;
	struct request request;
	uint8_t hash[32];
	uint64_t index;
	struct buf checkpoint;
	struct tree_proof proof;
	enum err result[SEATS_MAX]; // of each seat
	struct why why[SEATS_MAX];
	struct share share[SEATS_MAX];
	unsigned shares;
	uint64_t answered, liars;
	struct buf plain;          // secret
	struct content content;
	struct card reporter;
	struct report report;
	enum err standing;         // of the reporter's credential
	struct why standing_why;
	bool complained;           // the hub was told that the card is false
	bool compared, compare_tried;
	uint32_t missing, extra;
	struct why compare_why;
	size_t common;             // left out by the common list
};

static inline const struct charter *opening_charter(const struct opening *o)
{
	return platform_charter(o->c->platform);
}
// Tells the hub when the record's card, or the record, is false beyond doubt; `opened` is unseal's result. A failure to tell it changes
// nothing.
void opening_complain(struct opening *o, enum err opened);
// All of it on stdout; the same as JSON, returning the exit status.
void opening_show(struct opening *o);
int opening_show_json(struct opening *o);
// A refused opening: each seat's reason on stderr, then the sentence in o->c->why. Returns CLI_FAILED.
int opening_fail(struct opening *o, enum err e);

#endif
