// A card and a vouch, as they come from a candidate.
#include <stdlib.h>

#include "member/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct card c;
	struct vouch v;
	struct why why;
	size_t bad;
	struct slice s = slice_of(data, size), origin = SLICE_LITERAL("fixture.example/ledger");
	if (card_decode(s, origin, &c, &why) == ERR_OK && (!slice_is_utf8(slice_text(c.name), &bad) || strlen(c.country) != 2))
		abort();
	if (size >= SIGN_PUBLIC && vouch_decode(slice_part(s, SIGN_PUBLIC, size), data, origin, &v, &why) == ERR_OK &&
	    memcmp(v.card, v.sponsor, CARD_ID) == 0)
		abort();
	return 0;
}
