// Records that the hub lists for a team.
#ifndef TOCSIN_CLI_LIST_H
#define TOCSIN_CLI_LIST_H

#include <stdlib.h>

#include "cli.h"

struct listed {
	uint64_t sequence, minute, leaf, size;
	uint8_t seat;
	struct header header;
};
MUST_USE enum err listed_of(const struct record_summary *s, struct listed *l, struct why *why);
// All of them, the oldest first. The caller frees the list, after a failure too.
MUST_USE enum err listed_all(struct cli *c, uint16_t team, struct listed **list, size_t *count);
void listed_json(const struct cli *c, struct json_writer *w, const struct listed *l); // into an open object

#endif
