// What every type of governance document must fulfil to count: protocol/governance.md, "Rules".
#include <inttypes.h>

#include "charter/state.h"

// Who signed; every signature has been verified.
struct signers {
	uint64_t officers, keepers; // bit i is seat i's
};

static uint64_t all_seats(unsigned n)
{
	return ((1ULL << n) - 1) << 1;
}

static enum err need_officers(const struct change *c, struct signers by, unsigned need, struct why *why)
{
	unsigned have = (unsigned)__builtin_popcountll(by.officers);
	if (have < need)
		return why_set(why, ERR_DENIED, "%s: signed by %u officers, %u are needed", document_kind(c->document.type), have, need);
	return ERR_OK;
}

static enum err need_officer_of(const struct change *c, struct signers by, unsigned seat, struct why *why)
{
	if ((by.officers >> seat & 1) == 0)
		return why_set(why, ERR_DENIED, "%s: not signed by the officer of seat %u", document_kind(c->document.type), seat);
	return ERR_OK;
}

// A team's number means the same for ever; its name may change.
static enum err team_keeps(const struct governance *g, const struct team *t, struct why *why)
{
	const struct team *before = governance_team(g, t->id);
	if (before != NULL && (before->kind != t->kind || strcmp(before->country, t->country) != 0))
		return why_set(why, ERR_DENIED, "charter: number %u was another team's before", t->id);
	return ERR_OK;
}

static enum err judge_charter(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = charter_decode(c->document.body, &c->charter, why);
	if (e != ERR_OK)
		return e;
	const struct charter *now = &g->charter, *next = &c->charter;
	if (next->number != now->number + 1)
		return why_set(why, ERR_DENIED, "charter: number %u does not follow %u", next->number, now->number);
	if (memcmp(next->previous, g->fingerprint, sizeof next->previous) != 0)
		return why_set(why, ERR_DENIED, "charter: its predecessor is not the charter in force");
	if (next->issued < now->issued)
		return why_set(why, ERR_DENIED, "charter: issued before its predecessor");
	if (strcmp(next->origin, now->origin) != 0 || memcmp(next->ledger_key, now->ledger_key, SIGN_PUBLIC) != 0)
		return why_set(why, ERR_DENIED, "charter: the ledger cannot be moved");
	if (g->committees == GOVERNANCE_CHARTERS_MAX)
		return why_set(why, ERR_LIMIT, "charter: over %d charters", GOVERNANCE_CHARTERS_MAX);
	unsigned added = 0;
	for (unsigned i = 0; i < next->teams && e == ERR_OK; i++) {
		e = team_keeps(g, &next->team[i], why);
		added += governance_team(g, next->team[i].id) == NULL;
	}
	if (e == ERR_OK && g->teams + added > GOVERNANCE_TEAMS_MAX)
		e = why_set(why, ERR_LIMIT, "charter: over %d teams", GOVERNANCE_TEAMS_MAX);
	return e == ERR_OK ? need_officers(c, by, now->t, why) : e;
}

static enum err judge_quarter_key(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	const struct quarter_key *k = &c->quarter_key;
	enum err e = quarter_key_decode(c->document.body, &c->quarter_key, why);
	if (e == ERR_OK)
		e = need_officer_of(c, by, k->seat, why);
	if (e != ERR_OK)
		return e;
	const struct quarter_key *before = governance_quarter_key(g, k->seat, k->quarter);
	c->known = before != NULL && memcmp(before->key, k->key, HPKE_PUBLIC) == 0;
	if (before != NULL && !c->known)
		return why_set(why, ERR_EXISTS, "quarter-key: seat %u has another key for quarter %s", k->seat,
		               quarter_text(k->quarter).text);
	return ERR_OK;
}

static enum err judge_token_key(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	const struct token_key *k = &c->token_key;
	enum err e = token_key_decode(c->document.body, &c->token_key, why);
	if (e != ERR_OK)
		return e;
	if (k->n != g->charter.n || k->t != g->charter.t)
		return why_set(why, ERR_DENIED, "token-key: made by %u of %u, the charter has %u of %u", k->t, k->n, g->charter.t,
		               g->charter.n);
	if (k->epoch <= g->epochs[k->class])
		return why_set(why, ERR_EXISTS, "token-key: class %u has its key of epoch %u", k->class, k->epoch);
	if (k->epoch != g->epochs[k->class] + 1)
		return why_set(why, ERR_DENIED, "token-key: epoch %u does not follow %u", k->epoch, g->epochs[k->class]);
	if (by.keepers != all_seats(g->charter.n))
		return why_set(why, ERR_DENIED, "token-key: signed by %d keepers, all %u are needed", __builtin_popcountll(by.keepers),
		               g->charter.n);
	return need_officers(c, by, g->charter.t, why);
}

static enum err judge_accreditation(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = accreditation_decode(c->document.body, &c->accreditation, why);
	if (e == ERR_OK)
		e = need_officers(c, by, g->charter.t, why);
	if (e != ERR_OK)
		return e;
	const struct accreditation *before = governance_batch(g, c->accreditation.root);
	c->known = before != NULL && before->count == c->accreditation.count;
	if (before != NULL && !c->known)
		return why_set(why, ERR_EXISTS, "accreditation: this root is a batch of %u", before->count);
	if (before == NULL && g->batches.n == g->batches.max)
		return why_set(why, ERR_LIMIT, "accreditation: over %d batches", GOVERNANCE_BATCHES_MAX);
	return ERR_OK;
}

static bool same_standing(const struct standing *a, const struct standing *b)
{
	return a->action == b->action && a->issued == b->issued && a->until == b->until && memcmp(a->card, b->card, CARD_ID) == 0;
}

static enum err suspension_fits(const struct standing_side *side, const struct standing *n, struct why *why)
{
	bool apart = side->suspensions == SUSPENSIONS_MAX && n->issued > side->suspension[SUSPENSIONS_MAX - 1].until;
	if (n->action == STANDING_SUSPEND && apart)
		return why_set(why, ERR_LIMIT, "standing: %d suspensions and no restoration: officers expel or restore", SUSPENSIONS_MAX);
	return ERR_OK;
}

// The ledger's order decides among the ledger's documents alone, so that all parties agree; what is held can only add to it.
static enum err judge_standing_date(const struct standings *s, bool held, struct change *c, struct why *why)
{
	const struct standing *n = &c->standing, *ledger = &s->ledger.newest, *before = &s->held.newest;
	uint64_t newest = held && before->issued > ledger->issued ? before->issued : ledger->issued;
	c->known = held && (same_standing(n, ledger) || same_standing(n, before));
	if (c->known)
		return ERR_OK;
	if (ledger->action == STANDING_EXPEL || (held && before->action == STANDING_EXPEL))
		return why_set(why, ERR_DENIED, "standing: the member was expelled, which is final");
	// An expulsion is final, so its repetition does no harm, and no date on a suspension may stand in its way.
	if (n->issued <= newest && n->action != STANDING_EXPEL)
		return why_set(why, ERR_DENIED, "standing: not newer than what holds for this card (a repetition?)");
	return suspension_fits(held ? &s->held : &s->ledger, n, why);
}

static enum err judge_standing(const struct governance *g, struct signers by, bool held, struct change *c, struct why *why)
{
	enum err e = standing_decode(c->document.body, &c->standing, why);
	if (e == ERR_OK)
		e = need_officers(c, by, c->standing.action == STANDING_SUSPEND ? 1 : g->charter.t, why);
	if (e != ERR_OK)
		return e;
	if (held && c->standing.action == STANDING_RESTORE)
		return why_set(why, ERR_DENIED, "standing: only the ledger restores");
	const struct standings *s = table_find(&g->standings, c->standing.card);
	if (s != NULL)
		return judge_standing_date(s, held, c, why);
	if (g->standings.n == g->standings.max)
		return why_set(why, ERR_LIMIT, "standing: over %d cards", GOVERNANCE_STANDINGS_MAX);
	return ERR_OK;
}

static enum err judge_common_list(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = common_list_decode(c->document.body, &c->common_list, why);
	if (e != ERR_OK)
		return e;
	if (c->common_list.version != g->common.version + 1)
		return why_set(why, ERR_DENIED, "common-list: version %u does not follow %u", c->common_list.version, g->common.version);
	return need_officers(c, by, g->charter.t, why);
}

static enum err judge_team(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = team_decode(c->document.body, &c->team, why);
	if (e != ERR_OK)
		return e;
	if (governance_team(g, c->team.id) != NULL)
		return why_set(why, ERR_EXISTS, "team: number %u is taken", c->team.id);
	if (g->teams == GOVERNANCE_TEAMS_MAX)
		return why_set(why, ERR_LIMIT, "team: over %d teams", GOVERNANCE_TEAMS_MAX);
	return need_officers(c, by, g->charter.t, why);
}

static enum err judge_ceremony(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = ceremony_order_decode(c->document.body, &c->ceremony, why);
	if (e != ERR_OK)
		return e;
	if (g->ceremony.epoch != 0 && c->ceremony.issued <= g->ceremony.issued)
		return why_set(why, ERR_DENIED, "ceremony: not newer than the last order");
	// After a ceremony that failed half way, only some classes still wait for the epoch.
	bool due = false;
	for (unsigned i = 0; i < TOKEN_CLASSES; i++)
		due = due || g->epochs[i] + 1 == c->ceremony.epoch;
	if (!due)
		return why_set(why, ERR_DENIED, "ceremony: no class waits for epoch %u", c->ceremony.epoch);
	return need_officers(c, by, g->charter.t, why);
}

static enum err judge_resume(const struct governance *g, struct signers by, struct change *c, struct why *why)
{
	enum err e = resume_decode(c->document.body, &c->resume, why);
	if (e == ERR_OK)
		e = need_officer_of(c, by, c->resume.seat, why);
	if (e == ERR_OK && c->resume.issued <= g->resumed[c->resume.seat - 1])
		e = why_set(why, ERR_DENIED, "resume: not newer than the last of seat %u (a repetition?)", c->resume.seat);
	return e;
}

static enum err judge(const struct governance *g, struct signers by, bool held, struct change *c, struct why *why)
{
	switch (c->document.type) {
	case DOCUMENT_CHARTER: return judge_charter(g, by, c, why);
	case DOCUMENT_QUARTER_KEY: return judge_quarter_key(g, by, c, why);
	case DOCUMENT_TOKEN_KEY: return judge_token_key(g, by, c, why);
	case DOCUMENT_ACCREDITATION: return judge_accreditation(g, by, c, why);
	case DOCUMENT_STANDING: return judge_standing(g, by, held, c, why);
	case DOCUMENT_COMMON_LIST: return judge_common_list(g, by, c, why);
	case DOCUMENT_TEAM: return judge_team(g, by, c, why);
	case DOCUMENT_CEREMONY: return judge_ceremony(g, by, c, why);
	case DOCUMENT_RESUME: return judge_resume(g, by, c, why);
	}
	return why_set(why, ERR_INPUT, "document: type 0x%02x is unknown", c->document.type);
}

enum err rules_judge(const struct governance *g, struct slice leaf, bool held, struct change *c, struct why *why)
{
	struct signers by;
	c->leaf = leaf;
	c->known = false;
	enum err e = document_decode(leaf, &c->document, why);
	if (e == ERR_OK && held && c->document.type != DOCUMENT_STANDING)
		e = why_set(why, ERR_DENIED, "%s: only suspensions and expulsions hold before the ledger",
		            document_kind(c->document.type));
	if (e == ERR_OK)
		e = document_verify(&c->document, &g->charter, &by.officers, &by.keepers, why);
	return e == ERR_OK ? judge(g, by, held, c, why) : e;
}

enum err rules_judge_first(struct slice leaf, struct change *c, struct why *why)
{
	struct signers by;
	c->leaf = leaf;
	c->known = false;
	enum err e = document_decode(leaf, &c->document, why);
	if (e == ERR_OK && c->document.type != DOCUMENT_CHARTER)
		e = why_set(why, ERR_INPUT, "charter: this is a %s", document_kind(c->document.type));
	if (e == ERR_OK)
		e = charter_decode(c->document.body, &c->charter, why);
	if (e == ERR_OK && c->charter.number != 1)
		e = why_set(why, ERR_DENIED, "charter: number %u, the first is 1", c->charter.number);
	if (e == ERR_OK)
		e = document_verify(&c->document, &c->charter, &by.officers, &by.keepers, why);
	return e == ERR_OK ? need_officers(c, by, c->charter.n, why) : e;
}
