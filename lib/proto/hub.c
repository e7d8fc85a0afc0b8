#include "proto/hub.h"

#include "base/wire.h"
#include "ledger/tile.h"

#define SUMMARY_FIXED (8 + 8 + 8 + 8 + 1) // bytes before hdr0

const struct hub_question hub_questions[] = {
	{HUB_ENTRIES, "entries", 0, true, 12, HUB_ENTRIES_BYTES},
	{HUB_PROOF, "proof", 0, true, 16, 2 + TREE_PROOF_MAX * TREE_HASH},
	{HUB_TILE, "tile", 0, true, 64, TILE_BUNDLE_MAX},
	{HUB_LIST, "list", ROLE_ANALYSE, false, 10, HUB_LIST_MAX * (SUMMARY_FIXED + 2 + RECORD_HEADER_MAX)},
	{HUB_RECORD, "record", ROLE_ANALYSE, false, 2 + RECORD_ID, RECORD_MAX},
	{HUB_MATCHES, "matches", ROLE_ANALYSE, false, 2 + RECORD_ID, 1u << 20},
	{HUB_REQUEST, "request", ROLE_ANALYSE, false, 2 + RECORD_ID + ACTIVITY_LEAF, 8},
	{HUB_COMPARE, "compare", ROLE_ANALYSE, false, 32 + BATCHES_MAX * (BATCH_SEALED_MAX + 4), 8},
	{HUB_BULLETIN, "bulletin", 0, false, 8, 8 + 32 + BULLETIN_REPLIES_MAX * REPLY_BYTES},
	{HUB_COMPLAIN, "complain", ROLE_ANALYSE, false, 2 + RECORD_ID, 0},
	{0, NULL, 0, false, 0, 0},
};

const struct hub_question *hub_question(enum hub_verb verb)
{
	for (const struct hub_question *q = hub_questions; q->name != NULL; q++)
		if (q->verb == verb)
			return q;
	return NULL;
}

void hub_entries_ask(uint64_t from, uint32_t most, struct buf *body)
{
	buf_put_u64(body, from);
	buf_put_u32(body, most);
}

enum err hub_entries_ask_decode(struct slice body, uint64_t *from, uint32_t *most, struct why *why)
{
	struct wire w = wire_of(body);
	uint64_t first = wire_u64(&w);
	uint32_t wanted = wire_u32(&w);
	enum err e = wire_end(&w, "entries", why);
	if (e != ERR_OK)
		return e;
	*from = first;
	*most = wanted < HUB_ENTRIES_MAX ? wanted : HUB_ENTRIES_MAX;
	return ERR_OK;
}

enum err hub_entries_answer_each(struct slice answer, uint64_t from,
                                 enum err (*each)(void *context, uint64_t index, struct slice leaf, struct why *why),
                                 void *context, uint32_t *count, struct why *why)
{
	struct wire w = wire_of(answer);
	uint32_t leaves = wire_u32(&w);
	if (leaves > HUB_ENTRIES_MAX)
		return why_set(why, ERR_LIMIT, "entries: %u leaves in one answer, at most %u", leaves, HUB_ENTRIES_MAX);
	for (uint32_t i = 0; i < leaves && !w.bad; i++) {
		struct slice leaf = wire_vec16(&w);
		enum err e = w.bad ? ERR_OK : each(context, from + i, leaf, why);
		if (e != ERR_OK)
			return e;
	}
	enum err e = wire_end(&w, "entries", why);
	if (e == ERR_OK)
		*count = leaves;
	return e;
}

void hub_proof_ask(uint64_t index, uint64_t size, struct buf *body)
{
	buf_put_u64(body, index);
	buf_put_u64(body, size);
}

enum err hub_proof_ask_decode(struct slice body, uint64_t *index, uint64_t *size, struct why *why)
{
	struct wire w = wire_of(body);
	uint64_t i = wire_u64(&w), s = wire_u64(&w);
	enum err e = wire_end(&w, "proof", why);
	if (e != ERR_OK)
		return e;
	*index = i;
	*size = s;
	return ERR_OK;
}

void hub_proof_answer(const struct tree_proof *proof, struct buf *out)
{
	buf_put_u16(out, (uint16_t)proof->n);
	buf_put(out, proof->hash, proof->n * TREE_HASH);
}

enum err hub_proof_answer_decode(struct slice answer, struct tree_proof *proof, struct why *why)
{
	struct wire w = wire_of(answer);
	struct tree_proof p = {.n = wire_u16(&w)};
	if (p.n > TREE_PROOF_MAX)
		return why_set(why, ERR_LIMIT, "proof: %zu hashes, at most %d", p.n, TREE_PROOF_MAX);
	wire_copy(&w, p.hash, p.n * TREE_HASH);
	enum err e = wire_end(&w, "proof", why);
	if (e == ERR_OK)
		*proof = p;
	return e;
}

void hub_list_ask(uint16_t team, uint64_t after, struct buf *body)
{
	buf_put_u16(body, team);
	buf_put_u64(body, after);
}

enum err hub_list_ask_decode(struct slice body, uint16_t *team, uint64_t *after, struct why *why)
{
	struct wire w = wire_of(body);
	uint16_t t = wire_u16(&w);
	uint64_t a = wire_u64(&w);
	enum err e = wire_end(&w, "list", why);
	if (e != ERR_OK)
		return e;
	*team = t;
	*after = a;
	return ERR_OK;
}

void hub_summary_encode(const struct record_summary *s, struct buf *out)
{
	buf_put_u64(out, s->sequence);
	buf_put_u64(out, s->minute);
	buf_put_u64(out, s->leaf);
	buf_put_u64(out, s->size);
	buf_put_u8(out, s->seat);
	buf_put_vec16(out, s->hdr0);
}

static struct record_summary summary_read(struct wire *w)
{
	struct record_summary s = {.sequence = wire_u64(w)}; // one only: an initialiser list has no order
	s.minute = wire_u64(w);
	s.leaf = wire_u64(w);
	s.size = wire_u64(w);
	s.seat = wire_u8(w);
	s.hdr0 = wire_vec16(w);
	if (s.hdr0.n > RECORD_HEADER_MAX)
		wire_fail(w);
	return s;
}

enum err hub_summary_each(struct slice answer, enum err (*each)(void *context, const struct record_summary *s, struct why *why),
                          void *context, struct why *why)
{
	struct wire w = wire_of(answer);
	while (w.rest.n > 0 && !w.bad) {
		struct record_summary s = summary_read(&w);
		enum err e = w.bad ? ERR_OK : each(context, &s, why);
		if (e != ERR_OK)
			return e;
	}
	return wire_end(&w, "list of records", why);
}

void hub_record_ask(uint16_t team, const uint8_t id[static RECORD_ID], struct buf *body)
{
	buf_put_u16(body, team);
	buf_put(body, id, RECORD_ID);
}

enum err hub_record_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], struct why *why)
{
	struct wire w = wire_of(body);
	uint16_t t = wire_u16(&w);
	struct slice name = wire_take(&w, RECORD_ID);
	enum err e = wire_end(&w, "record", why);
	if (e != ERR_OK)
		return e;
	*team = t;
	memcpy(id, name.p, RECORD_ID);
	return ERR_OK;
}

void hub_request_ask(uint16_t team, const uint8_t id[static RECORD_ID], const uint8_t leaf[static ACTIVITY_LEAF], struct buf *body)
{
	hub_record_ask(team, id, body);
	buf_put(body, leaf, ACTIVITY_LEAF);
}

enum err hub_request_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], uint8_t leaf[static ACTIVITY_LEAF],
                                struct why *why)
{
	struct wire w = wire_of(body);
	uint16_t t = wire_u16(&w);
	struct slice name = wire_take(&w, RECORD_ID), bytes = wire_take(&w, ACTIVITY_LEAF);
	enum err e = wire_end(&w, "request", why);
	if (e != ERR_OK)
		return e;
	*team = t;
	memcpy(id, name.p, RECORD_ID);
	memcpy(leaf, bytes.p, ACTIVITY_LEAF);
	return ERR_OK;
}

void hub_matches_answer(const struct match_summary *summary, uint32_t count, struct buf *out)
{
	buf_put_u32(out, summary->tokens);
	buf_put_u32(out, summary->common);
	buf_put_u32(out, summary->neighbours);
	buf_put_u32(out, summary->reporters_least);
	buf_put_u32(out, summary->reporters_most);
	buf_put_u32(out, count);
}

void hub_matches_answer_neighbour(const struct match_answer_neighbour *n, struct buf *out)
{
	for (unsigned i = 0; i < MATCH_CLASSES; i++)
		buf_put_u32(out, n->shared[i]);
	buf_put_u32(out, n->derived);
	hub_summary_encode(&n->record, out);
}

enum err hub_matches_answer_each(struct slice answer, struct match_summary *summary,
                                 enum err (*each)(void *context, const struct match_answer_neighbour *n, struct why *why),
                                 void *context, struct why *why)
{
	struct wire w = wire_of(answer);
	struct match_summary s = {.tokens = wire_u32(&w)};
	s.common = wire_u32(&w);
	s.neighbours = wire_u32(&w);
	s.reporters_least = wire_u32(&w);
	s.reporters_most = wire_u32(&w);
	uint32_t count = wire_u32(&w);
	if (w.bad || count > MATCH_NEIGHBOURS_MAX)
		return why_set(why, ERR_INPUT, "matches: cut short, or %u neighbours, at most %d", count, MATCH_NEIGHBOURS_MAX);
	*summary = s;
	for (uint32_t k = 0; k < count && !w.bad; k++) {
		struct match_answer_neighbour n;
		for (unsigned i = 0; i < MATCH_CLASSES; i++)
			n.shared[i] = wire_u32(&w);
		n.derived = wire_u32(&w);
		n.record = summary_read(&w);
		enum err e = w.bad ? ERR_OK : each(context, &n, why);
		if (e != ERR_OK)
			return e;
	}
	return wire_end(&w, "matches", why);
}

void hub_compare_ask(uint16_t team, const uint8_t id[static RECORD_ID], const struct slice *batches, unsigned count, struct buf *body)
{
	hub_record_ask(team, id, body);
	buf_put_u8(body, (uint8_t)count);
	for (unsigned i = 0; i < count; i++)
		buf_put_vec32(body, batches[i]);
}

enum err hub_compare_ask_decode(struct slice body, uint16_t *team, uint8_t id[static RECORD_ID], struct slice batches[static BATCHES_MAX],
                                unsigned *count, struct why *why)
{
	struct wire w = wire_of(body);
	uint16_t t = wire_u16(&w);
	struct slice name = wire_take(&w, RECORD_ID);
	uint8_t n = wire_u8(&w);
	if (n > BATCHES_MAX)
		return why_set(why, ERR_LIMIT, "compare: %u batches, at most %d", n, BATCHES_MAX);
	for (unsigned i = 0; i < n; i++)
		batches[i] = wire_vec32(&w);
	enum err e = wire_end(&w, "compare", why);
	if (e != ERR_OK)
		return e;
	*team = t;
	memcpy(id, name.p, RECORD_ID);
	*count = n;
	return ERR_OK;
}

void hub_bulletin_ask(uint64_t number, struct buf *body)
{
	buf_put_u64(body, number);
}

enum err hub_bulletin_ask_decode(struct slice body, uint64_t *number, struct why *why)
{
	struct wire w = wire_of(body);
	uint64_t n = wire_u64(&w);
	enum err e = wire_end(&w, "bulletin", why);
	if (e == ERR_OK)
		*number = n;
	return e;
}

void hub_filing_encode(const uint8_t voucher[static VOUCHER_BYTES], struct slice filing, struct buf *out)
{
	buf_put(out, voucher, VOUCHER_BYTES);
	buf_put_slice(out, filing);
}

enum err hub_filing_decode(struct slice body, struct voucher *v, struct filing *f, struct why *why)
{
	enum err e = voucher_decode(slice_part(body, 0, VOUCHER_BYTES), v, why);
	return e != ERR_OK ? e : filing_decode(slice_part(body, VOUCHER_BYTES, body.n), f, why);
}
