// Any bytes as what a keeper answers to "cards", and each card in it as a client judges it. What was given adds up to what came.
#include "crypto/secret.h"
#include "member/card.h"
#include "proto/keeper.h"

struct seen {
	size_t bytes;
	unsigned cards;
};

static enum err each(void *context, struct slice bytes, struct why *why)
{
	struct seen *seen = context;
	struct card card;
	(void)why;
	seen->bytes += 2 + bytes.n;
	seen->cards++;
	if (card_decode(bytes, SLICE_LITERAL("fixture.example/ledger"), &card, NULL) == ERR_OK)
		INVARIANT(bytes.n <= CARD_MAX && strnlen(card.name, sizeof card.name) <= CARD_TEXT_MAX);
	return seen->cards == 1000 ? ERR_LIMIT : ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {0};
	struct why why;
	if (crypto_init() != ERR_OK)
		return 0;
	enum err e = keeper_cards_each(slice_of(data, size), each, &seen, &why);
	INVARIANT(seen.bytes <= size && (e == ERR_OK) == (seen.bytes == size && seen.cards < 1000));
	INVARIANT(e == ERR_OK || e == (seen.cards == 1000 ? ERR_LIMIT : ERR_INPUT));
	return 0;
}
