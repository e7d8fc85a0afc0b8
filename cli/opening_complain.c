// A false card inside a record lowers the cap of the seat that vouched for it (protocol/hub.md, complain). The hub cannot look inside, so
// an analyst's client tells it, and only of what no clock and no suspension since explains.
#include "opening.h"

// Whether the credential was worth anything when the record can have been filed: from its quarter's begin to the end of the time in
// which it was still taken. Who is suspended or expelled now may have been good then.
static bool was_good(const struct opening *o, const struct credential *k)
{
	const struct governance *g = platform_governance(o->c->platform);
	const uint16_t quarter = o->envelope.header.quarter;
	const uint64_t begin = quarter_start(quarter), end = quarter_start((uint16_t)(quarter + 1)) + RECORD_GRACE;
	uint64_t until, at = k->item.from > begin ? k->item.from : begin;
	if (at >= end)
		return false;
	return credential_check(k, g, ROLE_FILE, at, NULL) == ERR_OK || governance_standing(g, k->item.card, at, &until) != MEMBER_GOOD;
}

// A report may have been written before its sender was accredited. As many seats as can open a record say that they have no good
// credential for the card: fewer may lie.
static bool is_stranger(const struct opening *o)
{
	const struct charter *charter = opening_charter(o);
	unsigned without = 0;
	uint8_t id[CARD_ID];
	card_id(o->content.card, id);
	for (unsigned seat = 1; seat <= charter->n; seat++) {
		struct credential k;
		enum err e = platform_credential_at(o->c->platform, seat, id, o->reporter.signing, &k, NULL, NULL);
		if (e == ERR_OK && was_good(o, &k))
			return false;
		without += e == ERR_OK || e == ERR_ABSENT;
	}
	return without >= charter->t;
}

static bool is_false(const struct opening *o, enum err opened)
{
	struct credential k;
	uint8_t id[CARD_ID];
	if (opened != ERR_OK) // with the shares of all seats: fewer may be a lying seat's doing
		return (opened == ERR_AUTH || opened == ERR_INPUT) && o->shares == o->envelope.header.n;
	if (o->standing == ERR_OK)
		return false;
	card_id(o->content.card, id);
	if (o->content.credential.n == 0)
		return is_stranger(o);
	if (credential_decode(o->content.credential, &k, NULL) != ERR_OK || memcmp(k.item.card, id, CARD_ID) != 0 ||
	    memcmp(k.item.signing, o->reporter.signing, SIGN_PUBLIC) != 0)
		return true;
	return !was_good(o, &k);
}

void opening_complain(struct opening *o, enum err opened)
{
	struct buf body, answer;
	if (!is_false(o, opened))
		return;
	buf_init(&body, hub_question(HUB_COMPLAIN)->body_max);
	buf_init(&answer, 1);
	hub_record_ask(o->team, o->id, &body);
	o->complained = platform_ask_hub(o->c->platform, HUB_COMPLAIN, buf_slice(&body), &answer, NULL) == ERR_OK;
	buf_free(&body);
	buf_free(&answer);
}
