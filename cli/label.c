#include "label.h"

#define STATICS 8
#define STATIC_TEXT 192

static char *turn(void)
{
	static char texts[STATICS][STATIC_TEXT];
	static unsigned next;
	return texts[next++ % STATICS];
}

const char *label_team(const struct cli *c, uint16_t id)
{
	char *text = turn();
	const struct team *t = governance_team(platform_governance(c->platform), id);
	if (t == NULL)
		snprintf(text, STATIC_TEXT, "team %u", id);
	else
		snprintf(text, STATIC_TEXT, "%s (%u)", t->name, id);
	return text;
}

const char *label_audience(const struct cli *c, const uint16_t *team, unsigned count)
{
	static char text[LABEL_TEAMS_TEXT];
	size_t at = 0;
	text[0] = 0;
	for (unsigned i = 0; i < count && at < sizeof text; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i > 0 ? ", " : "", label_team(c, team[i]));
	return text;
}

const char *label_kind(enum record_kind kind)
{
	return kind == RECORD_FLAW ? "flaw" : "attack";
}

bool label_kind_parse(const char *text, enum record_kind *kind)
{
	*kind = strcmp(text, "flaw") == 0 ? RECORD_FLAW : RECORD_ATTACK;
	return strcmp(text, label_kind(*kind)) == 0;
}

static enum err no_such_team(struct cli *c, struct slice text)
{
	const struct team *list[GOVERNANCE_TEAMS_MAX];
	char names[WHY_MAX];
	size_t at = 0;
	unsigned n = governance_teams(platform_governance(c->platform), list, GOVERNANCE_TEAMS_MAX);
	names[0] = 0;
	for (unsigned i = 0; i < n && i < GOVERNANCE_TEAMS_MAX && at < sizeof names; i++)
		at += (size_t)snprintf(names + at, sizeof names - at, "%s%u %s", i > 0 ? ", " : "", list[i]->id, list[i]->name);
	return why_set(&c->why, ERR_ABSENT, "team \"%.*s\": no such team; there are: %s", SLICE_ARGS(slice_part(text, 0, 64)), names);
}

enum err label_team_find(struct cli *c, struct slice text, uint16_t *id)
{
	const struct team *list[GOVERNANCE_TEAMS_MAX];
	unsigned n = governance_teams(platform_governance(c->platform), list, GOVERNANCE_TEAMS_MAX);
	uint64_t number = 0;
	bool numbered = num_parse(text, 1, UINT16_MAX, &number);
	for (unsigned i = 0; i < n && i < GOVERNANCE_TEAMS_MAX; i++) {
		bool named = slice_same_letters(slice_text(list[i]->name), text);
		if (named || (numbered && list[i]->id == number)) {
			*id = list[i]->id;
			return ERR_OK;
		}
	}
	return no_such_team(c, text);
}

enum err label_own_team(struct cli *c, uint64_t given, uint16_t *team)
{
	const struct item *item = &c->platform->credential.item;
	if (given > UINT16_MAX)
		return why_set(&c->why, ERR_INPUT, "--team %llu: teams are numbered up to %u", (unsigned long long)given, UINT16_MAX);
	if ((item->roles & ROLE_ANALYSE) == 0)
		return why_set(&c->why, ERR_DENIED, "this member is not accredited as an analyst (roles: %s)", cli_roles(item->roles));
	*team = given != 0 ? (uint16_t)given : item->team;
	return ERR_OK;
}

const char *label_count(uint64_t n, const char *one, const char *many)
{
	char *text = turn();
	snprintf(text, STATIC_TEXT, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
	return text;
}

const char *label_shared(const uint32_t shared[static OBSERVABLE_CLASSES], uint32_t derived)
{
	static const char *const one[] = {"address", "name", "digest", "other", "derived"};
	static const char *const many[] = {"addresses", "names", "digests", "others", "derived"};
	static const unsigned order[] = {OBSERVABLE_DIGESTS, OBSERVABLE_NAMES, OBSERVABLE_ADDRESSES, OBSERVABLE_OTHERS,
	                                 OBSERVABLE_CLASSES};
	char *text = turn();
	size_t at = 0;
	for (size_t i = 0; i < sizeof order / sizeof *order && at < STATIC_TEXT; i++) {
		uint32_t n = order[i] == OBSERVABLE_CLASSES ? derived : shared[order[i]];
		if (n > 0)
			at += (size_t)snprintf(text + at, STATIC_TEXT - at, "%s%u %s", at > 0 ? ", " : "", n,
			                       n == 1 ? one[order[i]] : many[order[i]]);
	}
	if (at == 0)
		snprintf(text, STATIC_TEXT, "nothing");
	return text;
}

void label_json(const struct cli *c, struct json_writer *w, const struct header *h)
{
	json_put_hex(w, "id", slice_of(h->id, RECORD_ID));
	json_put_string(w, "kind", label_kind(h->label.kind));
	json_put_string(w, "tlp", tlp_text(h->label.tlp));
	json_open_array(w, "audience");
	for (unsigned i = 0; i < h->label.audience; i++)
		json_put_number(w, NULL, h->label.team[i]);
	json_close(w);
	json_open_array(w, "teams");
	for (unsigned i = 0; i < h->label.audience; i++) {
		const struct team *t = governance_team(platform_governance(c->platform), h->label.team[i]);
		json_open_object(w, NULL);
		json_put_number(w, "team", h->label.team[i]);
		if (t != NULL)
			json_put_string(w, "name", t->name);
		json_close(w);
	}
	json_close(w);
}
