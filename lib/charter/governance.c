#include "charter/governance.h"

#include <stdlib.h>

#include "charter/state.h"
#include "crypto/hash.h"

struct governance *governance_new(void)
{
	struct governance *g = calloc(1, sizeof *g);
	if (g == NULL)
		return NULL;
	table_init(&g->batches, sizeof(struct accreditation), GOVERNANCE_BATCHES_MAX);
	table_init(&g->standings, sizeof(struct standings), GOVERNANCE_STANDINGS_MAX);
	return g;
}

void governance_free(struct governance *g)
{
	if (g == NULL)
		return;
	for (unsigned q = 0; q <= QUARTER_MAX; q++) {
		for (unsigned i = 0; g->quarter[q] != NULL && i < SEATS_MAX; i++)
			free(g->quarter[q]->seat[i]);
		free(g->quarter[q]);
	}
	for (unsigned c = 0; c < TOKEN_CLASSES; c++)
		for (unsigned i = 0; i < g->epochs[c]; i++)
			free(g->token[c][i]);
	table_free(&g->batches);
	table_free(&g->standings);
	free(g->team);
	free(g->leaf);
	free(g);
}

static enum err no_memory(struct why *why)
{
	return why_set(why, ERR_SYSTEM, "governance: out of memory");
}

static enum err teams_reserve(struct governance *g, unsigned more, struct why *why)
{
	unsigned room = g->teams + more;
	if (room <= g->team_room)
		return ERR_OK;
	struct team *team = realloc(g->team, room * sizeof *team);
	if (team == NULL)
		return no_memory(why);
	g->team = team;
	g->team_room = room;
	return ERR_OK;
}

static struct team *find_team(const struct governance *g, uint16_t id)
{
	for (unsigned i = 0; i < g->teams; i++)
		if (g->team[i].id == id)
			return &g->team[i];
	return NULL;
}

static void put_team(struct governance *g, const struct team *t)
{
	struct team *at = find_team(g, t->id);
	INVARIANT(at != NULL || g->teams < g->team_room);
	*(at != NULL ? at : &g->team[g->teams++]) = *t;
}

static enum err enact_charter(struct governance *g, const struct change *c, struct why *why)
{
	uint8_t *leaf = malloc(c->leaf.n);
	enum err e = leaf == NULL ? no_memory(why) : teams_reserve(g, c->charter.teams, why);
	if (e != ERR_OK) {
		free(leaf);
		return e;
	}
	memcpy(leaf, c->leaf.p, c->leaf.n);
	free(g->leaf);
	g->leaf = leaf;
	g->leaf_n = c->leaf.n;
	g->charter = c->charter;
	charter_fingerprint(c->document.body, g->fingerprint);
	for (unsigned i = 0; i < c->charter.teams; i++)
		put_team(g, &c->charter.team[i]);
	uint16_t from = g->pinned ? (uint16_t)(quarter_of(c->charter.issued) + 1) : 0;
	g->committee[g->committees++] = (struct committee){from, (uint8_t)c->charter.t, (uint8_t)c->charter.n};
	if (!g->pinned)
		sha256(c->leaf, g->first);
	g->pinned = true;
	return ERR_OK;
}

static enum err enact_quarter_key(struct governance *g, const struct quarter_key *k, struct why *why)
{
	struct quarter_row **row = &g->quarter[k->quarter];
	if (*row == NULL && (*row = calloc(1, sizeof **row)) == NULL)
		return no_memory(why);
	struct quarter_key *mine = malloc(sizeof *mine);
	if (mine == NULL)
		return no_memory(why);
	*mine = *k;
	(*row)->seat[k->seat - 1] = mine;
	return ERR_OK;
}

static enum err enact_token_key(struct governance *g, const struct token_key *k, struct why *why)
{
	struct token_key *mine = malloc(sizeof *mine);
	if (mine == NULL)
		return no_memory(why);
	*mine = *k;
	g->token[k->class][g->epochs[k->class]++] = mine;
	return ERR_OK;
}

static enum err enact_accreditation(struct governance *g, const struct accreditation *a, struct why *why)
{
	void *entry;
	if (table_add(&g->batches, a->root, &entry) != ERR_OK)
		return no_memory(why);
	memcpy(entry, a, sizeof *a);
	return ERR_OK;
}

// Adds a suspension, which begins after all others of this side did.
static void suspend(struct standing_side *side, const struct standing *n)
{
	struct suspension *last = side->suspensions != 0 ? &side->suspension[side->suspensions - 1] : NULL;
	if (last == NULL || n->issued > last->until) {
		INVARIANT(side->suspensions < SUSPENSIONS_MAX);
		side->suspension[side->suspensions++] = (struct suspension){n->issued, n->until};
	} else if (n->until > last->until) {
		last->until = n->until;
	}
}

static enum err enact_standing(struct governance *g, const struct standing *n, bool held, struct why *why)
{
	void *found = table_find(&g->standings, n->card);
	if (found == NULL && table_add(&g->standings, n->card, &found) != ERR_OK)
		return no_memory(why);
	struct standings *s = found;
	struct standing_side *side = held ? &s->held : &s->ledger;
	side->newest = *n;
	if (n->action == STANDING_SUSPEND)
		suspend(side, n);
	if (n->action == STANDING_RESTORE) {
		s->ledger.suspensions = 0;
		if (s->held.newest.action == STANDING_SUSPEND && s->held.newest.issued <= n->issued)
			s->held = (struct standing_side){0};
	}
	return ERR_OK;
}

static enum err enact_team(struct governance *g, const struct team *t, struct why *why)
{
	enum err e = teams_reserve(g, 1, why);
	if (e == ERR_OK)
		put_team(g, t);
	return e;
}

static enum err enact(struct governance *g, const struct change *c, bool held, struct why *why)
{
	if (c->known)
		return ERR_OK;
	switch (c->document.type) {
	case DOCUMENT_CHARTER: return enact_charter(g, c, why);
	case DOCUMENT_QUARTER_KEY: return enact_quarter_key(g, &c->quarter_key, why);
	case DOCUMENT_TOKEN_KEY: return enact_token_key(g, &c->token_key, why);
	case DOCUMENT_ACCREDITATION: return enact_accreditation(g, &c->accreditation, why);
	case DOCUMENT_STANDING: return enact_standing(g, &c->standing, held, why);
	case DOCUMENT_TEAM: return enact_team(g, &c->team, why);
	case DOCUMENT_COMMON_LIST: g->common = c->common_list; return ERR_OK;
	case DOCUMENT_CEREMONY: g->ceremony = c->ceremony; return ERR_OK;
	case DOCUMENT_RESUME: g->resumed[c->resume.seat - 1] = c->resume.issued; return ERR_OK;
	}
	INVARIANT(!"a type that the rules admit");
	return ERR_SYSTEM;
}

static enum err same_first(const struct governance *g, struct slice leaf, struct why *why)
{
	uint8_t hash[32];
	sha256(leaf, hash);
	if (memcmp(hash, g->first, sizeof hash) != 0)
		return why_set(why, ERR_AUTH, "charter: leaf 0 is not the pinned charter");
	return ERR_OK;
}

enum err governance_pin(struct governance *g, struct slice leaf, struct why *why)
{
	struct change c;
	if (g->pinned)
		return same_first(g, leaf, why) == ERR_OK ? ERR_OK : why_set(why, ERR_EXISTS, "charter: another one is pinned");
	enum err e = rules_judge_first(leaf, &c, why);
	return e == ERR_OK ? enact(g, &c, false, why) : e;
}

static bool is_activity(struct slice leaf)
{
	return leaf.n > 0 && leaf.p[0] >= DOCUMENT_ACTIVITY_FIRST && leaf.p[0] <= DOCUMENT_ACTIVITY_LAST;
}

static enum err no_charter(struct why *why)
{
	return why_set(why, ERR_DENIED, "governance: no charter is pinned");
}

enum err governance_check(const struct governance *g, struct slice leaf, struct why *why)
{
	struct change c;
	if (!g->pinned)
		return rules_judge_first(leaf, &c, why);
	return is_activity(leaf) ? ERR_OK : rules_judge(g, leaf, false, &c, why);
}

enum err governance_apply(struct governance *g, uint64_t index, struct slice leaf, struct why *why)
{
	struct change c;
	if (index == 0)
		return g->pinned ? same_first(g, leaf, why) : governance_pin(g, leaf, why);
	if (!g->pinned)
		return no_charter(why);
	if (is_activity(leaf))
		return ERR_OK;
	enum err e = rules_judge(g, leaf, false, &c, why);
	return e == ERR_OK ? enact(g, &c, false, why) : e;
}

enum err governance_hold(struct governance *g, struct slice leaf, struct why *why)
{
	struct change c;
	if (!g->pinned)
		return no_charter(why);
	enum err e = rules_judge(g, leaf, true, &c, why);
	return e == ERR_OK ? enact(g, &c, true, why) : e;
}

const struct charter *governance_charter(const struct governance *g)
{
	return g->pinned ? &g->charter : NULL;
}

struct slice governance_charter_leaf(const struct governance *g)
{
	return slice_of(g->leaf, g->leaf_n);
}

const struct quarter_key *governance_quarter_key(const struct governance *g, unsigned seat, uint16_t quarter)
{
	if (seat == 0 || seat > SEATS_MAX || quarter > QUARTER_MAX || g->quarter[quarter] == NULL)
		return NULL;
	return g->quarter[quarter]->seat[seat - 1];
}

void governance_threshold(const struct governance *g, uint16_t quarter, unsigned *t, unsigned *n)
{
	*t = *n = 0;
	for (unsigned i = g->committees; i-- > 0;)
		if (g->committee[i].from <= quarter) {
			*t = g->committee[i].t;
			*n = g->committee[i].n;
			return;
		}
}

uint32_t governance_quarter_missing(const struct governance *g, uint16_t quarter)
{
	unsigned t, n;
	uint32_t missing = 0;
	governance_threshold(g, quarter, &t, &n);
	for (unsigned i = 0; i < n; i++)
		if (governance_quarter_key(g, i + 1, quarter) == NULL)
			missing |= UINT32_C(1) << i;
	return missing;
}

enum err governance_committee(const struct governance *g, uint16_t quarter, uint8_t hash[static 32], struct why *why)
{
	unsigned t, n;
	governance_threshold(g, quarter, &t, &n);
	if (n == 0)
		return why_set(why, ERR_ABSENT, "committee: no charter is pinned");
	uint8_t head[] = {quarter >> 8, quarter & 0xff, (uint8_t)t, (uint8_t)n}, key[SEATS_MAX][32];
	for (unsigned i = 1; i <= n; i++) {
		const struct quarter_key *k = governance_quarter_key(g, i, quarter);
		if (k == NULL)
			return why_set(why, ERR_ABSENT, "committee: seat %u (%s) has published no key for quarter %s", i,
			               i <= g->charter.n ? g->charter.seats[i - 1].name : "a former one", quarter_text(quarter).text);
		sha256(slice_of(k->key, HPKE_PUBLIC), key[i - 1]);
	}
	struct slice parts[] = {SLICE_LITERAL("tocsin/v1/committee\0"), charter_origin(&g->charter), SLICE_LITERAL("\0"),
	                        slice_of(head, sizeof head), slice_of(key, n * sizeof key[0])};
	sha256_parts(parts, sizeof parts / sizeof *parts, hash);
	return ERR_OK;
}

const struct token_key *governance_token_key(const struct governance *g, unsigned class, uint16_t epoch)
{
	if (class >= TOKEN_CLASSES || epoch > g->epochs[class] || g->epochs[class] == 0)
		return NULL;
	return g->token[class][(epoch != 0 ? epoch : g->epochs[class]) - 1];
}

const struct common_list *governance_common_list(const struct governance *g)
{
	return g->common.version != 0 ? &g->common : NULL;
}

const struct team *governance_team(const struct governance *g, uint16_t id)
{
	return find_team(g, id);
}

unsigned governance_teams(const struct governance *g, const struct team **list, unsigned room)
{
	for (unsigned i = 0; i < g->teams && i < room; i++)
		list[i] = &g->team[i];
	return g->teams;
}

const struct accreditation *governance_batch(const struct governance *g, const uint8_t root[static 32])
{
	return table_find(&g->batches, root);
}

const struct ceremony_order *governance_ceremony(const struct governance *g)
{
	return g->ceremony.epoch != 0 ? &g->ceremony : NULL;
}

uint64_t governance_resumed(const struct governance *g, unsigned seat)
{
	return seat >= 1 && seat <= SEATS_MAX ? g->resumed[seat - 1] : 0;
}

// A suspension dated in the future does not hold yet: otherwise one officer could suspend for longer than SUSPENSION_MAX.
static uint64_t suspended_until(const struct standing_side *side, uint64_t now)
{
	uint64_t until = 0;
	for (unsigned i = 0; i < side->suspensions; i++) {
		const struct suspension *s = &side->suspension[i];
		bool begun = s->from <= now || s->from - now <= STANDING_SKEW;
		if (begun && now < s->until)
			until = s->until;
	}
	return until;
}

enum member_state governance_standing(const struct governance *g, const uint8_t card[static CARD_ID], uint64_t now,
                                       uint64_t *until)
{
	const struct standings *s = table_find(&g->standings, card);
	*until = 0;
	if (s == NULL)
		return MEMBER_GOOD;
	if (s->ledger.newest.action == STANDING_EXPEL || s->held.newest.action == STANDING_EXPEL)
		return MEMBER_EXPELLED;
	uint64_t ledger = suspended_until(&s->ledger, now), held = suspended_until(&s->held, now);
	*until = ledger > held ? ledger : held;
	return *until != 0 ? MEMBER_SUSPENDED : MEMBER_GOOD;
}
