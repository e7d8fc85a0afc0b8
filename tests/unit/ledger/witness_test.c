#include "ledger/witness.h"

#include "test.h"

#define DASH "\xe2\x80\x94"
#define LEAVES 20u
#define HASH "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"

static struct note_key log_key;
static uint8_t log_sk[SIGN_SECRET];
static uint8_t nodes[6][32][TREE_HASH], roots[LEAVES + 1][TREE_HASH];
static struct why why;

static enum err put(void *ctx, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	memcpy(nodes[level][index], hash, TREE_HASH);
	return ERR_OK;
}

static enum err get(void *ctx, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	(void)ctx;
	memcpy(hash, nodes[level][index], TREE_HASH);
	return ERR_OK;
}

static void setup(void)
{
	uint8_t seed[SIGN_SEED] = {7}, pk[SIGN_PUBLIC];
	struct tree_frontier f = {0};
	sign_keypair_from_seed(seed, pk, log_sk);
	REQUIRE(note_key_make(slice_text("log.example"), NOTE_ED25519, pk, &log_key, &why) == ERR_OK);
	tree_root(&f, roots[0]);
	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t leaf[TREE_HASH];
		tree_leaf_hash(slice_of(&i, 1), leaf);
		REQUIRE(tree_append(&f, leaf, put, NULL) == ERR_OK);
		tree_root(&f, roots[i + 1]);
	}
}

static void put_checkpoint(struct buf *b, const char *origin, uint64_t size, const uint8_t *root)
{
	struct checkpoint c = {.size = size};
	struct buf text;
	snprintf(c.origin, sizeof c.origin, "%s", origin);
	memcpy(c.root, root, TREE_HASH);
	buf_init(&text, 1024);
	checkpoint_print(&c, &text);
	CHECK(note_sign(buf_slice(&text), &log_key, log_sk, 0, b, &why) == ERR_OK);
	buf_free(&text);
}

static struct witness_state state_of(unsigned size)
{
	struct witness_state s = {.size = size};
	memcpy(s.root, roots[size], TREE_HASH);
	return s;
}

// tlog-witness, "add-checkpoint", the example request.
static void specification_example(void)
{
	static const char body[] =
		"old 20852014\n" HASH "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
		"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
		"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" DASH
		" example.com/behind-the-sofa "
		"Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" DASH
		" example.com/behind-the-sofa "
		"opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
	struct witness_request r;
	struct checkpoint c;
	struct note note;
	struct buf b;
	REQUIRE(witness_request_parse(slice_text(body), &r, &why) == ERR_OK);
	CHECK(r.old == 20852014 && r.proof.n == 4 && note_parse(r.note, &note, &why) == ERR_OK && note.count == 2);
	CHECK(checkpoint_parse(note.text, &c, &why) == ERR_OK && c.size == 20852163);
	buf_init(&b, WITNESS_REQUEST_MAX);
	witness_request_encode(&r, &b);
	CHECK(slice_is_text(buf_slice(&b), body));
	buf_free(&b);
	// A cut is refused here, or leaves a checkpoint that is refused.
	for (size_t cut = 0; cut < strlen(body); cut++)
		if (witness_request_parse(slice_of(body, cut), &r, &why) == ERR_OK && note_parse(r.note, &note, &why) == ERR_OK)
			CHECK_SAY(note.count == 1 && body[cut - 1] == '\n', "cut at %zu", cut);
}

static void requests(void)
{
	static const struct {
		enum err e;
		const char *body;
	} rows[] = {
		{ERR_OK, "old 0\n\n"},
		{ERR_OK, "old 0\n\nx"},
		{ERR_OK, "old 18446744073709551615\n" HASH "\nnote"},
		{ERR_INPUT, ""},
		{ERR_INPUT, "\n"},
		{ERR_INPUT, "old 0"},
		{ERR_INPUT, "old 0\n"},
		{ERR_INPUT, "old\n\n"},
		{ERR_INPUT, "old \n\n"},
		{ERR_INPUT, "old 00\n\n"},
		{ERR_INPUT, "old 01\n\n"},
		{ERR_INPUT, "old  1\n\n"},
		{ERR_INPUT, "old 1 \n\n"},
		{ERR_INPUT, "old -1\n\n"},
		{ERR_INPUT, "old 18446744073709551616\n\n"},
		{ERR_INPUT, "Old 1\n\n"},
		{ERR_INPUT, " old 1\n\n"},
		{ERR_INPUT, "new 1\n\n"},
		{ERR_INPUT, "old 1\r\n\r\n"},
		{ERR_INPUT, "old 1\n" HASH},
		{ERR_INPUT, "old 1\nAAAA\n\n"},
		{ERR_INPUT, "old 1\n " HASH "\n"},
		{ERR_INPUT, "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw\n\n"},
		{ERR_INPUT, "old 1\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaz=\n\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct witness_request r = {.proof.n = 42};
		enum err e = witness_request_parse(slice_text(rows[i].body), &r, &why);
		CHECK_SAY(e == rows[i].e && (e == ERR_OK || r.proof.n == 42), "row %zu: %s", i, rows[i].body);
	}
	struct buf b;
	struct witness_request r;
	buf_init(&b, 2 * WITNESS_REQUEST_MAX);
	for (size_t n = TREE_PROOF_MAX; n <= TREE_PROOF_MAX + 1; n++) {
		buf_clear(&b);
		buf_put_text(&b, "old 1\n");
		for (size_t i = 0; i < n; i++)
			buf_put_text(&b, HASH);
		buf_put_text(&b, "\n");
		CHECK(witness_request_parse(buf_slice(&b), &r, &why) == (n <= TREE_PROOF_MAX ? ERR_OK : ERR_LIMIT));
	}
	buf_clear(&b);
	buf_put_text(&b, "old 0\n\n");
	buf_put_zeros(&b, WITNESS_REQUEST_MAX);
	CHECK(witness_request_parse(buf_slice(&b), &r, &why) == ERR_LIMIT);
	buf_free(&b);
}

// From every size to every larger one; and never back.
static void growth(void)
{
	struct buf b;
	setup();
	buf_init(&b, NOTE_MAX);
	for (unsigned have = 0; have <= LEAVES; have++)
		for (unsigned size = 0; size <= LEAVES; size++) {
			struct witness_state state = state_of(have), next = {.size = 99};
			struct witness_request r = {.old = have};
			buf_clear(&b);
			put_checkpoint(&b, "log.example", size, roots[size]);
			r.note = buf_slice(&b);
			if (have > 0 && size >= have)
				REQUIRE(tree_consistency(have, size, get, NULL, &r.proof) == ERR_OK);
			enum witness_answer a = witness_decide(&state, &r, &log_key, &next, &why);
			if (size >= have)
				CHECK_SAY(a == WITNESS_COSIGN && next.size == size && memcmp(next.root, roots[size], TREE_HASH) == 0,
				          "%u to %u", have, size);
			else
				CHECK_SAY(a == WITNESS_MALFORMED && next.size == 99, "%u back to %u", have, size);
			// The log lies about the old size to roll back: a conflict, whatever the proof.
			r.old = size;
			r.proof.n = 0;
			if (size < have)
				CHECK(witness_decide(&state, &r, &log_key, &next, &why) == WITNESS_CONFLICT && next.size == 99);
		}
	buf_free(&b);
}

static void refusals(void)
{
	setup();
	static const uint8_t wrong[TREE_HASH] = {1};
	static const struct {
		const char *what, *origin;
		unsigned have, old, size, proof_from;
		bool wrong_root, wrong_sig, extra;
		enum witness_answer a;
	} rows[] = {
		{"good", "log.example", 5, 5, 9, 5, false, false, false, WITNESS_COSIGN},
		{"same size again", "log.example", 9, 9, 9, 9, false, false, false, WITNESS_COSIGN},
		{"another log", "log.other", 5, 5, 9, 5, false, false, false, WITNESS_UNKNOWN},
		{"another log, false signature", "log.other", 5, 5, 9, 5, false, true, false, WITNESS_UNKNOWN},
		{"false signature", "log.example", 5, 5, 9, 5, false, true, false, WITNESS_FORBIDDEN},
		{"old size too small", "log.example", 5, 4, 9, 4, false, false, false, WITNESS_CONFLICT},
		{"old size too large", "log.example", 5, 6, 9, 6, false, false, false, WITNESS_CONFLICT},
		{"first contact with an old size", "log.example", 0, 5, 9, 5, false, false, false, WITNESS_CONFLICT},
		{"asks for the size", "log.example", 5, 0, 9, 0, false, false, false, WITNESS_CONFLICT},
		{"old size over the new", "log.example", 9, 9, 5, 0, false, false, false, WITNESS_MALFORMED},
		{"old size over the new and wrong", "log.example", 3, 9, 5, 0, false, false, false, WITNESS_MALFORMED},
		{"root of another tree", "log.example", 5, 5, 9, 5, true, false, false, WITNESS_INCONSISTENT},
		{"another root of the same size", "log.example", 9, 9, 9, 9, true, false, false, WITNESS_INCONSISTENT},
		{"same size with a proof", "log.example", 9, 9, 9, 9, false, false, true, WITNESS_INCONSISTENT},
		{"no proof", "log.example", 5, 5, 9, 0, false, false, false, WITNESS_INCONSISTENT},
		{"a hash too many", "log.example", 5, 5, 9, 5, false, false, true, WITNESS_INCONSISTENT},
		{"a proof from another size", "log.example", 5, 5, 9, 6, false, false, false, WITNESS_INCONSISTENT},
		{"a proof from nothing", "log.example", 0, 0, 9, 0, false, false, true, WITNESS_INCONSISTENT},
		{"first contact", "log.example", 0, 0, 9, 0, false, false, false, WITNESS_COSIGN},
		{"empty tree", "log.example", 0, 0, 0, 0, false, false, false, WITNESS_COSIGN},
		{"empty tree with a root", "log.example", 0, 0, 0, 0, true, false, false, WITNESS_INCONSISTENT},
		{"empty tree with a proof", "log.example", 0, 0, 0, 0, false, false, true, WITNESS_INCONSISTENT},
	};
	struct buf b;
	buf_init(&b, NOTE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct witness_state state = state_of(rows[i].have), next = {.size = 99};
		struct witness_request r = {.old = rows[i].old};
		buf_clear(&b);
		put_checkpoint(&b, rows[i].origin, rows[i].size, rows[i].wrong_root ? wrong : roots[rows[i].size]);
		if (rows[i].wrong_sig)
			b.p[b.n - 20] ^= 1;
		r.note = buf_slice(&b);
		if (rows[i].proof_from > 0)
			REQUIRE(tree_consistency(rows[i].proof_from, rows[i].size, get, NULL, &r.proof) == ERR_OK);
		r.proof.n += rows[i].extra;
		enum witness_answer a = witness_decide(&state, &r, &log_key, &next, &why);
		CHECK_SAY(a == rows[i].a, "%s: %d, %s", rows[i].what, a, why.text);
		CHECK_SAY(next.size == (a == WITNESS_COSIGN ? rows[i].size : 99), "%s", rows[i].what);
	}
	struct witness_state state = {0}, next;
	struct witness_request r = {.note = slice_text("no note")};
	CHECK(witness_decide(&state, &r, &log_key, &next, &why) == WITNESS_MALFORMED);
	r.note = slice_text("log.example\n1\n" HASH "\n" DASH " stranger AAAAAAAA\n");
	CHECK(witness_decide(&state, &r, &log_key, &next, &why) == WITNESS_FORBIDDEN);
	r.note = slice_text("log.example\n01\n" HASH "\n" DASH " stranger AAAAAAAA\n");
	CHECK(witness_decide(&state, &r, &log_key, &next, &why) == WITNESS_MALFORMED);
	buf_free(&b);
}

const struct test tests[] = {
	{"the specification's request", specification_example},
	{"requests refused", requests},
	{"from every size to every size", growth},
	{"what the witness refuses", refusals},
	{NULL, NULL},
};
