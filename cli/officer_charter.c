// officer charter: the draft of a charter from enrolment files.
#include <stdlib.h>

#include "charter/enrol.h"
#include "officer.h"
#include "sys/clock.h"
#include "words.h"

struct drafting {
	const char *name, *origin, *hub, *after, *to;
	uint64_t threshold;
	struct cli_list seats, teams, founders, policy;
};

static const struct {
	const char *name;
	size_t at;
} policy_rows[] = {
	{"tokens.address", offsetof(struct policy, tokens[0])},
	{"tokens.name", offsetof(struct policy, tokens[1])},
	{"tokens.digest", offsetof(struct policy, tokens[2])},
	{"tokens.other", offsetof(struct policy, tokens[3])},
	{"filings", offsetof(struct policy, filings)},
	{"vouchers", offsetof(struct policy, vouchers)},
	{"releases.analyst", offsetof(struct policy, releases_analyst)},
	{"releases.team", offsetof(struct policy, releases_team)},
	{"releases.all", offsetof(struct policy, releases_all)},
	{"cosign-above", offsetof(struct policy, cosign_above)},
	{"common-cap", offsetof(struct policy, common_cap)},
};

static enum err policy_set(struct cli *c, const char *word, struct policy *p)
{
	struct slice s = slice_text(word);
	size_t at = slice_find(s, '=', 0);
	struct slice key = slice_part(s, 0, at), value = slice_part(s, at + 1, s.n);
	uint64_t number;
	if (slice_is_text(key, "retention") && num_parse(value, 1, CHARTER_RETENTION_MAX, &number)) {
		p->retention = (uint16_t)number;
		return ERR_OK;
	}
	for (unsigned i = 0; i < sizeof policy_rows / sizeof *policy_rows; i++)
		if (slice_is_text(key, policy_rows[i].name) && num_parse(value, 0, UINT32_MAX, &number)) {
			*(uint32_t *)((char *)p + policy_rows[i].at) = (uint32_t)number;
			return ERR_OK;
		}
	return why_set(&c->why, ERR_INPUT, "--policy \"%s\": KEY=NUMBER; the manual page has the keys", word);
}

static enum err enrolment(struct cli *c, const char *path, struct buf *b)
{
	buf_clear(b);
	return cli_read(c, path, ENROL_MAX, b);
}

static enum err hub_take(struct cli *c, const char *path, struct charter *x)
{
	struct hub_enrolment h;
	struct buf b;
	buf_init(&b, ENROL_MAX);
	enum err e = enrolment(c, path, &b);
	if (e == ERR_OK && (e = hub_enrolment_decode(buf_slice(&b), &h, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", path);
	if (e == ERR_OK) {
		snprintf(x->hub_address, sizeof x->hub_address, "%s", h.address);
		memcpy(x->ledger_key, h.ledger_key, sizeof h.ledger_key);
		memcpy(x->hub_key, h.hub_key, sizeof h.hub_key);
		memcpy(x->hub_pin, h.hub_pin, sizeof h.hub_pin);
		memcpy(x->matcher_key, h.matcher_key, sizeof h.matcher_key);
	}
	buf_free(&b);
	return e;
}

static enum err seat_take(struct cli *c, const char *keeper, const char *officer, struct charter *x)
{
	struct seat s;
	struct buf b;
	if (x->n == SEATS_MAX)
		return why_set(&c->why, ERR_LIMIT, "--seat: more than %d", SEATS_MAX);
	buf_init(&b, ENROL_MAX);
	enum err e = enrolment(c, keeper, &b);
	if (e == ERR_OK && (e = seat_enrolment_decode(buf_slice(&b), &s, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", keeper);
	if (e == ERR_OK)
		e = enrolment(c, officer, &b);
	if (e == ERR_OK && (e = officer_enrolment_decode(buf_slice(&b), s.officer, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", officer);
	if (e == ERR_OK) {
		s.index = (uint8_t)(x->n + 1);
		x->seats[x->n++] = s;
	}
	buf_free(&b);
	return e;
}

static enum err founder_take(struct cli *c, const char *path, struct charter *x)
{
	struct card card;
	struct buf b;
	if (x->founders == CHARTER_TEAMS_MAX)
		return why_set(&c->why, ERR_LIMIT, "--founder: more than %d", CHARTER_TEAMS_MAX);
	buf_init(&b, CARD_MAX);
	enum err e = cli_read(c, path, CARD_MAX, &b);
	if (e == ERR_OK && (e = card_decode(buf_slice(&b), charter_origin(x), &card, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", path);
	if (e == ERR_OK)
		card_id(buf_slice(&b), x->founder[x->founders++]);
	buf_free(&b);
	return e;
}

// What a later charter takes from the one before it.
static enum err after_take(struct cli *c, const char *path, struct charter *x)
{
	static struct charter before;
	enum err e = charter_file(c, path, &before, x->previous);
	if (e == ERR_OK && strcmp(before.origin, x->origin) != 0)
		e = why_set(&c->why, ERR_DENIED, "a ledger cannot be moved: its origin is %s", before.origin);
	if (e == ERR_OK)
		x->number = before.number + 1;
	return e;
}

static enum err charter_fill(struct cli *c, const struct drafting *d, struct charter *x)
{
	enum err e = ERR_OK;
	x->number = 1;
	x->issued = clock_now();
	x->policy = policy_default();
	x->t = (unsigned)d->threshold;
	if ((size_t)snprintf(x->name, sizeof x->name, "%s", d->name) >= sizeof x->name ||
	    (size_t)snprintf(x->origin, sizeof x->origin, "%s", d->origin) >= sizeof x->origin)
		return why_set(&c->why, ERR_LIMIT, "--name has at most %d bytes, --origin %d", CHARTER_NAME_MAX, SIGN_ORIGIN_MAX);
	if (d->after != NULL)
		e = after_take(c, d->after, x);
	if (e == ERR_OK)
		e = hub_take(c, d->hub, x);
	for (unsigned i = 0; i < d->seats.n && e == ERR_OK; i += 2)
		e = seat_take(c, d->seats.word[i], d->seats.word[i + 1], x);
	for (unsigned i = 0; i < d->teams.n && e == ERR_OK; i++)
		e = x->teams < CHARTER_TEAMS_MAX ? team_text(c, d->teams.word[i], &x->team[x->teams++])
		                                 : why_set(&c->why, ERR_LIMIT, "--team: more than %d", CHARTER_TEAMS_MAX);
	for (unsigned i = 0; i < d->founders.n && e == ERR_OK; i++)
		e = founder_take(c, d->founders.word[i], x);
	for (unsigned i = 0; i < d->policy.n && e == ERR_OK; i++)
		e = policy_set(c, d->policy.word[i], &x->policy);
	return e;
}

static int charter_run(struct cli *c)
{
	struct drafting d = {0};
	const struct cli_option options[] = {
		{0, "name", CLI_TEXT, &d.name, 0},
		{0, "origin", CLI_TEXT, &d.origin, 0},
		{0, "threshold", CLI_NUMBER, &d.threshold, 0},
		{0, "hub", CLI_TEXT, &d.hub, 0},
		{0, "after", CLI_TEXT, &d.after, 0},
		{0, "seat", CLI_LIST, &d.seats, 2},
		{0, "team", CLI_LIST, &d.teams, 1},
		{0, "founder", CLI_LIST, &d.founders, 1},
		{0, "policy", CLI_LIST, &d.policy, 1},
		{'o', "output", CLI_TEXT, &d.to, 0},
		{0},
	};
	struct charter *x = calloc(2, sizeof *x);
	struct buf body;
	if (x == NULL)
		return cli_fail(c, why_set(&c->why, ERR_SYSTEM, "out of memory"));
	if (!cli_options(c, options)) {
		free(x);
		return CLI_USAGE;
	}
	if (c->argc > 0 || d.name == NULL || d.origin == NULL || d.hub == NULL || d.to == NULL || d.seats.n == 0 || d.threshold > SEATS_MAX) {
		free(x);
		return cli_usage(c, "name, origin, threshold, hub, seats and -o FILE are wanted");
	}
	buf_init(&body, CHARTER_MAX);
	enum err e = charter_fill(c, &d, x);
	if (e == ERR_OK) {
		charter_encode(x, &body);
		e = buf_status(&body) == ERR_OK ? charter_decode(buf_slice(&body), x + 1, &c->why) : why_set(&c->why, ERR_LIMIT, "charter: too long");
	}
	int status = e == ERR_OK ? document_draft(c, DOCUMENT_CHARTER, &body, d.to) : cli_fail(c, e);
	buf_free(&body);
	free(x);
	return status;
}

const struct verb officer_charter = {
	"officer charter",
	"--name NAME --origin ORIGIN --threshold T --hub HUB.enrol {--seat KEEPER.enrol OFFICER.enrol}… [--team ID:KIND:CC:NAME]… "
	"[--founder CARD]… [--policy KEY=NUMBER]… [--after CHARTER] -o DRAFT",
	"draft a charter",
	charter_run,
};
