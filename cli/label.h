// What a label says, for people: teams by name, kinds, what is shared.
#ifndef TOCSIN_CLI_LABEL_H
#define TOCSIN_CLI_LABEL_H

#include "cli.h"
#include "record/record.h"
#include "report/report.h"

#define LABEL_TEAMS_TEXT 1024

// "Hospital team of Portugal (2)"; "team 9" when the ledger has none of that number. One of 8 static buffers.
const char *label_team(const struct cli *c, uint16_t id);
// The audience by name, separated by commas, in a static buffer that the next call overwrites.
const char *label_audience(const struct cli *c, const uint16_t *team, unsigned count);
const char *label_kind(enum record_kind kind); // "attack", "flaw"
MUST_USE bool label_kind_parse(const char *text, enum record_kind *kind);
// A team given by number or by name (ASCII case ignored). Fills c->why and names the teams that exist.
MUST_USE enum err label_team_find(struct cli *c, struct slice text, uint16_t *id);
// As whose analyst: the number given, or the credential's (0: not given). ERR_DENIED: this member is nobody's analyst.
MUST_USE enum err label_own_team(struct cli *c, uint64_t given, uint16_t *team);
// "5 digests, 2 names, 1 derived"; "nothing" without any. One of 8 static buffers.
const char *label_shared(const uint32_t shared[static OBSERVABLE_CLASSES], uint32_t derived);
// A header's fields into an open JSON object: id, kind, tlp, audience (numbers), teams (numbers and names).
void label_json(const struct cli *c, struct json_writer *w, const struct header *h);
// "1 report", "2 reports". One of 8 static buffers.
const char *label_count(uint64_t n, const char *one, const char *many);

#endif
