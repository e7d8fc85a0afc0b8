#include "proto/keeper.h"

#include "base/wire.h"

const struct keeper_question keeper_questions[] = {
	{KEEPER_FILE, "file", ROLE_FILE, FILING_MAX, RECEIPT_BYTES},
	{KEEPER_EVALUATE, "evaluate", ROLE_FILE, EVALUATE_MAX, EVALUATED_MAX},
	{KEEPER_CARD, "card", 0, CARD_ID, CARD_MAX},
	{KEEPER_CARDS, "cards", 0, 0, 64u << 20},
	{0, NULL, 0, 0, 0},
};

const struct keeper_question *keeper_question(enum keeper_verb verb)
{
	for (const struct keeper_question *q = keeper_questions; q->name != NULL; q++)
		if (q->verb == verb)
			return q;
	return NULL;
}

void keeper_card_encode(struct slice card, struct slice credential, struct buf *out)
{
	buf_put_vec16(out, card);
	buf_put_vec16(out, credential);
}

enum err keeper_card_decode(struct slice body, struct slice *card, struct slice *credential, struct why *why)
{
	struct wire w = wire_of(body);
	struct slice c = wire_vec16(&w), k = wire_vec16(&w);
	enum err e = wire_end(&w, "card with credential", why);
	if (e != ERR_OK)
		return e;
	*card = c;
	*credential = k;
	return ERR_OK;
}

enum err keeper_cards_each(struct slice answer, enum err (*each)(void *context, struct slice card, struct why *why), void *context,
                           struct why *why)
{
	struct wire w = wire_of(answer);
	while (w.rest.n > 0 && !w.bad) {
		struct slice card = wire_vec16(&w);
		enum err e = w.bad ? ERR_OK : each(context, card, why);
		if (e != ERR_OK)
			return e;
	}
	return wire_end(&w, "cards", why);
}

void ceremony_step_encode(const struct ceremony_step *s, struct buf *out)
{
	buf_put_vec16(out, s->order);
	buf_put_u8(out, s->class);
	buf_put_u8(out, s->round);
	buf_put_vec32(out, s->input);
}

enum err ceremony_step_decode(struct slice body, struct ceremony_step *s, struct why *why)
{
	struct wire w = wire_of(body);
	struct ceremony_step step = {.order = wire_vec16(&w)};
	step.class = wire_u8(&w);
	step.round = wire_u8(&w);
	step.input = wire_vec32(&w);
	enum err e = wire_end(&w, "step of a ceremony", why);
	if (e != ERR_OK)
		return e;
	if (step.class >= TOKEN_CLASSES)
		return why_set(why, ERR_INPUT, "step of a ceremony: class %u, there are %d (0 to %d)", step.class, TOKEN_CLASSES, TOKEN_CLASSES - 1);
	*s = step;
	return ERR_OK;
}
