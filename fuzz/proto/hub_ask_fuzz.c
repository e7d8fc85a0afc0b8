// The small questions to the hub. What decodes gives the same bytes again.
#include "proto/hub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct why why;
	struct buf b[6]; // one for each codec; the first has none
	bool good[6] = {false};
	uint64_t x, y;
	uint32_t most;
	uint16_t team;
	uint8_t id[RECORD_ID], leaf[ACTIVITY_LEAF];
	for (unsigned i = 0; i < 6; i++)
		buf_init(&b[i], size + 64);
	if (hub_entries_ask_decode(s, &x, &most, &why) == ERR_OK) // it asks for no more than there can be
		INVARIANT(most <= HUB_ENTRIES_MAX && s.n == 12);
	if ((good[1] = hub_proof_ask_decode(s, &x, &y, &why) == ERR_OK))
		hub_proof_ask(x, y, &b[1]);
	if ((good[2] = hub_list_ask_decode(s, &team, &x, &why) == ERR_OK))
		hub_list_ask(team, x, &b[2]);
	if ((good[3] = hub_record_ask_decode(s, &team, id, &why) == ERR_OK))
		hub_record_ask(team, id, &b[3]);
	if ((good[4] = hub_bulletin_ask_decode(s, &x, &why) == ERR_OK))
		hub_bulletin_ask(x, &b[4]);
	if ((good[5] = hub_request_ask_decode(s, &team, id, leaf, &why) == ERR_OK))
		hub_request_ask(team, id, leaf, &b[5]);
	for (unsigned i = 0; i < 6; i++) {
		INVARIANT(!good[i] || slice_equal(buf_slice(&b[i]), s));
		buf_free(&b[i]);
	}
	return 0;
}
