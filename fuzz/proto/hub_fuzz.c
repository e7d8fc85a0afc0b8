#include "proto/hub.h"

// Input: any body of the hub's API. What decodes must give the same bytes again.
static enum err put_leaf(void *out, uint64_t index, struct slice leaf, struct why *why)
{
	(void)index, (void)why;
	buf_put_vec16(out, leaf);
	return ERR_OK;
}

static enum err put_summary(void *out, const struct record_summary *s, struct why *why)
{
	(void)why;
	hub_summary_encode(s, out);
	return ERR_OK;
}

static enum err put_neighbour(void *out, const struct match_answer_neighbour *n, struct why *why)
{
	(void)why;
	hub_matches_answer_neighbour(n, out);
	return ERR_OK;
}

static void same(struct buf *again, struct slice s, size_t head)
{
	INVARIANT(buf_status(again) == ERR_OK && slice_equal(buf_slice(again), slice_part(s, head, s.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), batches[BATCHES_MAX];
	struct why why;
	struct buf b[6]; // one for each codec
	uint32_t count;
	uint16_t team;
	uint8_t id[RECORD_ID];
	unsigned n;
	struct tree_proof proof;
	struct match_summary m;
	struct voucher v;
	struct filing f;
	for (n = 0; n < 6; n++)
		buf_init(&b[n], size + 64);
	if (hub_entries_answer_each(s, 0, put_leaf, &b[0], &count, &why) == ERR_OK)
		same(&b[0], s, 4);
	if (hub_summary_each(s, put_summary, &b[1], &why) == ERR_OK)
		same(&b[1], s, 0);
	if (hub_matches_answer_each(s, &m, put_neighbour, &b[2], &why) == ERR_OK)
		same(&b[2], s, 24);
	if (hub_proof_answer_decode(s, &proof, &why) == ERR_OK)
		hub_proof_answer(&proof, &b[3]), same(&b[3], s, 0);
	if (hub_compare_ask_decode(s, &team, id, batches, &n, &why) == ERR_OK)
		hub_compare_ask(team, id, batches, n, &b[4]), same(&b[4], s, 0);
	if (hub_filing_decode(s, &v, &f, &why) == ERR_OK)
		filing_encode(&f, &b[5]), same(&b[5], s, VOUCHER_BYTES);
	for (n = 0; n < 6; n++)
		buf_free(&b[n]);
	return 0;
}
