#include "ledger/witness.h"

#include <inttypes.h>

#include "base/num.h"

void witness_request_encode(const struct witness_request *r, struct buf *b)
{
	INVARIANT(r->proof.n <= TREE_PROOF_MAX);
	buf_printf(b, "old %" PRIu64 "\n", r->old);
	for (size_t i = 0; i < r->proof.n; i++) {
		buf_put_base64(b, slice_of(r->proof.hash[i], TREE_HASH));
		buf_put_u8(b, '\n');
	}
	buf_put_u8(b, '\n');
	buf_put_slice(b, r->note);
}

static bool line_take(struct slice *rest, struct slice *line)
{
	size_t end = slice_find(*rest, '\n', 0);
	if (end == rest->n)
		return false;
	*line = slice_part(*rest, 0, end);
	*rest = slice_part(*rest, end + 1, rest->n);
	return true;
}

enum err witness_request_parse(struct slice body, struct witness_request *r, struct why *why)
{
	if (body.n > WITNESS_REQUEST_MAX)
		return why_set(why, ERR_LIMIT, "witness request: %zu bytes, at most %d", body.n, WITNESS_REQUEST_MAX);
	struct witness_request parsed = {0};
	struct slice rest = body, line;
	if (!line_take(&rest, &line) || !slice_equal(slice_part(line, 0, 4), SLICE_LITERAL("old ")) ||
	    !num_parse(slice_part(line, 4, line.n), 0, UINT64_MAX, &parsed.old))
		return why_set(why, ERR_INPUT, "witness request: the first line is not \"old\" and a size");
	for (;;) {
		size_t n = 0;
		if (!line_take(&rest, &line))
			return why_set(why, ERR_INPUT, "witness request: no empty line behind the proof");
		if (line.n == 0)
			break;
		if (parsed.proof.n == TREE_PROOF_MAX)
			return why_set(why, ERR_LIMIT, "witness request: more than %d hashes of proof", TREE_PROOF_MAX);
		if (!base64_decode(line, parsed.proof.hash[parsed.proof.n], TREE_HASH, &n) || n != TREE_HASH)
			return why_set(why, ERR_INPUT, "witness request: hash %zu is not base64 of 32 bytes", parsed.proof.n);
		parsed.proof.n++;
	}
	parsed.note = rest;
	*r = parsed;
	return ERR_OK;
}

static enum witness_answer refuse(struct why *why, enum witness_answer answer, const char *rule, uint64_t value)
{
	why_set(why, ERR_DENIED, "witness: %s (%" PRIu64 ")", rule, value);
	return answer;
}

// The log's signature on the note, and its body. The origin comes first: another log is 404, not 403.
static enum witness_answer body_open(struct slice bytes, const struct note_key *log, struct checkpoint *c, struct why *why)
{
	struct note note;
	struct note_verdict verdict;
	if (note_parse(bytes, &note, why) != ERR_OK || checkpoint_parse(note.text, c, why) != ERR_OK)
		return WITNESS_MALFORMED;
	if (strcmp(c->origin, log->name) != 0) {
		why_set(why, ERR_ABSENT, "witness: no log of the name %s", c->origin);
		return WITNESS_UNKNOWN;
	}
	return note_verify(&note, log, 1, &verdict, why) == ERR_OK ? WITNESS_COSIGN : WITNESS_FORBIDDEN;
}

// From what is remembered, of the same size as the request's old one, to the checkpoint.
static enum witness_answer consistent(const struct witness_state *state, const struct checkpoint *c,
                                      const struct tree_proof *proof, struct why *why)
{
	uint8_t empty[TREE_HASH];
	tree_empty_root(empty);
	if (c->size == 0 && memcmp(c->root, empty, TREE_HASH) != 0)
		return refuse(why, WITNESS_INCONSISTENT, "the root of size 0 is not that of the empty tree", 0);
	if (state->size == 0 && proof->n != 0)
		return refuse(why, WITNESS_INCONSISTENT, "a proof from the empty tree has hashes", proof->n);
	if (state->size == 0)
		return WITNESS_COSIGN;
	enum err e = tree_consistency_verify(state->size, c->size, state->root, c->root, proof, why);
	return e == ERR_OK ? WITNESS_COSIGN : WITNESS_INCONSISTENT;
}

enum witness_answer witness_decide(const struct witness_state *state, const struct witness_request *r,
                                   const struct note_key *log, struct witness_state *next, struct why *why)
{
	struct checkpoint c;
	enum witness_answer answer = body_open(r->note, log, &c, why);
	if (answer == WITNESS_COSIGN && r->old > c.size)
		answer = refuse(why, WITNESS_MALFORMED, "the old size is over the checkpoint's", r->old);
	if (answer == WITNESS_COSIGN && r->old != state->size)
		answer = refuse(why, WITNESS_CONFLICT, "the old size is not that of the last checkpoint", state->size);
	if (answer == WITNESS_COSIGN)
		answer = consistent(state, &c, &r->proof, why);
	if (answer != WITNESS_COSIGN)
		return answer;
	INVARIANT(c.size >= state->size);
	next->size = c.size;
	memcpy(next->root, c.root, TREE_HASH);
	return WITNESS_COSIGN;
}
