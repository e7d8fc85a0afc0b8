#include "ledger/checkpoint.h"

#include "ledger/witness.h"
#include "test.h"

#define DASH "\xe2\x80\x94"
#define WITNESSES 3
#define NOW 1700000000u

static struct note_key log_key, keys[WITNESSES];
static uint8_t log_sk[SIGN_SECRET], sk[WITNESSES][SIGN_SECRET];
static struct why why;

static void setup(void)
{
	uint8_t seed[SIGN_SEED] = {7}, pk[SIGN_PUBLIC];
	sign_keypair_from_seed(seed, pk, log_sk);
	REQUIRE(note_key_make(slice_text("log.example/tocsin"), NOTE_ED25519, pk, &log_key, &why) == ERR_OK);
	for (unsigned i = 0; i < WITNESSES; i++) {
		char name[32];
		snprintf(name, sizeof name, "seat%u.example", i);
		seed[1] = (uint8_t)(i + 1);
		sign_keypair_from_seed(seed, pk, sk[i]);
		REQUIRE(note_key_make(slice_text(name), NOTE_COSIGNATURE, pk, &keys[i], &why) == ERR_OK);
	}
}

static void put_checkpoint(struct buf *b, uint64_t size, const uint8_t *root)
{
	struct checkpoint c = {.size = size};
	memcpy(c.origin, log_key.name, sizeof c.origin);
	memcpy(c.root, root, TREE_HASH);
	CHECK(checkpoint_sign(&c, &log_key, log_sk, b, &why) == ERR_OK);
}

static void cosign(struct buf *b, unsigned i, uint64_t time)
{
	struct buf line;
	buf_init(&line, 1024);
	CHECK(checkpoint_cosign(buf_slice(b), &keys[i], sk[i], time, &line, &why) == ERR_OK);
	buf_put_slice(b, buf_slice(&line));
	buf_free(&line);
}

static enum err verify(const struct buf *b, struct checkpoint *c, struct cosigners *who)
{
	return checkpoint_verify(buf_slice(b), &log_key, keys, WITNESSES, c, who, &why);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void bodies(void)
{
	static const struct {
		enum err e;
		const char *text;
	} rows[] = {
		{ERR_OK, "example.com/behind-the-sofa\n20852163\n" ROOT}, // tlog-checkpoint, the example
		{ERR_OK, "o\n0\n" ROOT},
		{ERR_OK, "an origin with spaces + plus\n1\n" ROOT},
		{ERR_OK, "o\n4611686018427387904\n" ROOT},
		{ERR_OK, "o\n1\n" ROOT "extension\n"},
		{ERR_OK, "o\n1\n" ROOT "extension\nanother\n"},
		{ERR_INPUT, ""},
		{ERR_INPUT, "o\n"},
		{ERR_INPUT, "o\n1\n"},
		{ERR_INPUT, "\n1\n" ROOT},
		{ERR_INPUT, "o\n\n" ROOT},
		{ERR_INPUT, "o\n1\n\n"},
		{ERR_INPUT, "o\n01\n" ROOT},
		{ERR_INPUT, "o\n00\n" ROOT},
		{ERR_INPUT, "o\n-1\n" ROOT},
		{ERR_INPUT, "o\n+1\n" ROOT},
		{ERR_INPUT, "o\n 1\n" ROOT},
		{ERR_INPUT, "o\n1 \n" ROOT},
		{ERR_INPUT, "o\n0x1\n" ROOT},
		{ERR_INPUT, "o\n18446744073709551616\n" ROOT},
		{ERR_LIMIT, "o\n18446744073709551615\n" ROOT},
		{ERR_LIMIT, "o\n4611686018427387905\n" ROOT},
		{ERR_INPUT, "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=="},
		{ERR_INPUT, "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=="
					"\n"},
		{ERR_INPUT, "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n"},     // 31 bytes
		{ERR_INPUT, "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n"},     // 33 bytes
		{ERR_INPUT, "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"},     // unused bits
		{ERR_INPUT, "o\n1\n CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"},
		{ERR_INPUT, "o\n1\n" ROOT "\n"},
		{ERR_INPUT, "o\n1\n" ROOT "extension"},
		{ERR_INPUT, "o\n1\n" ROOT "extension\n\nmore\n"},
		{ERR_INPUT, "o\r\n1\n" ROOT},
		{ERR_INPUT, "\xff\n1\n" ROOT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct checkpoint c = {.size = 42};
		enum err e = checkpoint_parse(slice_text(rows[i].text), &c, &why);
		CHECK_SAY(e == rows[i].e && (e == ERR_OK || c.size == 42), "row %zu: %s", i, rows[i].text);
		if (e != ERR_OK || strstr(rows[i].text, "ext") != NULL)
			continue;
		struct buf b;
		buf_init(&b, 1024);
		checkpoint_print(&c, &b);
		CHECK_SAY(slice_is_text(buf_slice(&b), rows[i].text), "row %zu", i);
		buf_free(&b);
	}
	char longest[256];
	struct checkpoint c;
	snprintf(longest, sizeof longest, "%0*d\n1\n" ROOT, SIGN_ORIGIN_MAX, 0);
	CHECK(checkpoint_parse(slice_text(longest), &c, &why) == ERR_OK && strlen(c.origin) == SIGN_ORIGIN_MAX);
	snprintf(longest, sizeof longest, "%0*d\n1\n" ROOT, SIGN_ORIGIN_MAX + 1, 0);
	CHECK(checkpoint_parse(slice_text(longest), &c, &why) == ERR_LIMIT);
}

// tlog-cosignature, the example: its keys are not given, so it is a well-formed checkpoint signed by strangers.
static void specification_example(void)
{
	static const char text[] =
		"example.com/behind-the-sofa\n20852163\n" ROOT "\n" DASH
		" example.com/behind-the-sofa "
		"Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" DASH
		" witness.example.com/w1 "
		"jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
	struct note note;
	struct checkpoint c;
	struct cosigners who;
	setup();
	REQUIRE(note_parse(slice_text(text), &note, &why) == ERR_OK && checkpoint_parse(note.text, &c, &why) == ERR_OK);
	CHECK(note.count == 2 && note.signatures[1].id == 0x8d66cf3f && c.size == 20852163);
	CHECK_TEXT(c.origin, "example.com/behind-the-sofa");
	CHECK(checkpoint_verify(slice_text(text), &log_key, keys, WITNESSES, &c, &who, &why) == ERR_AUTH);
}

static void counting(void)
{
	struct buf b;
	struct checkpoint c;
	struct cosigners who;
	uint8_t root[TREE_HASH] = {5};
	setup();
	buf_init(&b, NOTE_MAX);
	put_checkpoint(&b, 10, root);
	REQUIRE(verify(&b, &c, &who) == ERR_OK);
	CHECK(who.seats == 0 && who.count == 0 && c.size == 10 && c.root[0] == 5);
	cosign(&b, 2, NOW);
	REQUIRE(verify(&b, &c, &who) == ERR_OK);
	CHECK(who.seats == 4 && who.count == 1 && who.times[2] == NOW && who.times[0] == 0);
	cosign(&b, 2, NOW - 5); // the same seat again counts once, with its newest time
	cosign(&b, 2, NOW + 5);
	REQUIRE(verify(&b, &c, &who) == ERR_OK);
	CHECK(who.seats == 4 && who.count == 1 && who.times[2] == NOW + 5);
	cosign(&b, 0, NOW);
	buf_put_text(&b, DASH " stranger.example AAAAAAAA\n" DASH " stranger.example AAAAAAAA\n");
	REQUIRE(verify(&b, &c, &who) == ERR_OK);
	CHECK(who.seats == 5 && who.count == 2);
	// Fewer witnesses known: the others are strangers.
	CHECK(checkpoint_verify(buf_slice(&b), &log_key, keys, 1, &c, &who, &why) == ERR_OK && who.seats == 1);
	CHECK(checkpoint_verify(buf_slice(&b), &log_key, NULL, 0, &c, &who, &why) == ERR_OK && who.count == 0);
	// One key under two names would count twice.
	struct note_key twice[2] = {keys[0]};
	REQUIRE(note_key_make(slice_text("other.example"), NOTE_COSIGNATURE, keys[0].pk, &twice[1], &why) == ERR_OK);
	CHECK(checkpoint_verify(buf_slice(&b), &log_key, twice, 2, &c, &who, &why) == ERR_INPUT);
	// No truncation shows more than was signed, and none without the log's signature shows anything.
	for (size_t cut = 0; cut < b.n; cut++) {
		c.size = 42;
		enum err e = checkpoint_verify(slice_of(b.p, cut), &log_key, keys, WITNESSES, &c, &who, &why);
		CHECK_SAY(e == ERR_OK ? b.p[cut - 1] == '\n' && c.size == 10 && who.count <= 2 : c.size == 42, "cut at %zu", cut);
	}
	// Any flipped bit of the text or of a known signature refuses; elsewhere a signature may become a stranger's.
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 1;
		enum err e = verify(&b, &c, &who);
		CHECK_SAY(e != ERR_OK || (c.size == 10 && c.root[0] == 5 && who.count <= 2), "flip at %zu", i);
		b.p[i] ^= 1;
	}
	buf_free(&b);
}

static void refused(void)
{
	struct buf b;
	struct checkpoint c = {.size = 42};
	struct cosigners who = {.count = 42};
	uint8_t root[TREE_HASH] = {5};
	setup();
	buf_init(&b, NOTE_MAX);
	// Cosigned, but not signed by the log.
	struct slice text = slice_text("log.example/tocsin\n10\n" ROOT);
	buf_put_slice(&b, text);
	buf_put_text(&b, "\n");
	note_put_signature(&b, text, &keys[0], sk[0], NOW);
	CHECK(verify(&b, &c, &who) == ERR_AUTH);
	// The log's key on another origin.
	buf_clear(&b);
	CHECK(note_sign(slice_text("log.example/other\n10\n" ROOT), &log_key, log_sk, 0, &b, &why) == ERR_OK);
	CHECK(verify(&b, &c, &who) == ERR_AUTH);
	// The log's key on something that is no checkpoint.
	buf_clear(&b);
	CHECK(note_sign(slice_text("log.example/tocsin\nten\n" ROOT), &log_key, log_sk, 0, &b, &why) == ERR_OK);
	CHECK(verify(&b, &c, &who) == ERR_INPUT);
	// A witness's line from another checkpoint.
	struct buf other;
	buf_init(&other, NOTE_MAX);
	put_checkpoint(&other, 11, root);
	size_t before = other.n;
	cosign(&other, 1, NOW);
	buf_clear(&b);
	put_checkpoint(&b, 10, root);
	buf_put(&b, other.p + before, other.n - before);
	CHECK(verify(&b, &c, &who) == ERR_AUTH);
	// The log's line from another checkpoint.
	buf_clear(&b);
	put_checkpoint(&b, 10, root);
	b.p[strlen(log_key.name) + 2] = '1';
	CHECK(verify(&b, &c, &who) == ERR_AUTH);
	// A cosignature's time altered.
	buf_clear(&b);
	put_checkpoint(&b, 10, root);
	cosign(&b, 1, NOW);
	char *line = memmem(b.p, b.n, "seat1", 5);
	REQUIRE(line != NULL);
	line[strlen("seat1.example ") + 14] ^= 1;
	CHECK(verify(&b, &c, &who) == ERR_AUTH);
	CHECK(c.size == 42 && who.count == 42);
	buf_free(&other);
	buf_free(&b);
}

static void answers(void)
{
	struct buf b, answer, merged;
	struct checkpoint c;
	struct cosigners who;
	uint8_t root[TREE_HASH] = {5};
	setup();
	buf_init(&b, NOTE_MAX);
	buf_init(&answer, NOTE_MAX);
	buf_init(&merged, NOTE_MAX);
	put_checkpoint(&b, 10, root);
	cosign(&b, 0, NOW);
	buf_put_text(&answer, DASH " stranger AAAAAAAA\n");
	CHECK(checkpoint_cosign(buf_slice(&b), &keys[1], sk[1], NOW, &answer, &why) == ERR_OK);
	CHECK(checkpoint_cosign(buf_slice(&b), &keys[1], sk[1], NOW - 1, &answer, &why) == ERR_OK);
	CHECK(checkpoint_cosign(buf_slice(&b), &keys[2], sk[2], NOW, &answer, &why) == ERR_OK);
	REQUIRE(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_OK);
	REQUIRE(verify(&merged, &c, &who) == ERR_OK);
	CHECK(who.seats == 3 && who.times[1] == NOW && memmem(merged.p, merged.n, "stranger", 8) == NULL);
	// A newer time takes the place of the older one; an older or equal one does not.
	buf_clear(&b);
	buf_put_slice(&b, buf_slice(&merged));
	buf_clear(&merged);
	CHECK(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_EXISTS && merged.n == 0);
	buf_clear(&answer);
	CHECK(checkpoint_cosign(buf_slice(&b), &keys[1], sk[1], NOW + 60, &answer, &why) == ERR_OK);
	REQUIRE(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_OK);
	CHECK(merged.n == b.n && verify(&merged, &c, &who) == ERR_OK && who.seats == 3 && who.times[1] == NOW + 60);
	buf_clear(&merged);
	CHECK(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[2], &merged, &why) == ERR_AUTH); // not by this witness
	for (size_t cut = 0; cut < answer.n; cut++)
		CHECK(checkpoint_add(buf_slice(&b), slice_of(answer.p, cut), &keys[1], &merged, &why) != ERR_OK && merged.n == 0);
	buf_put_text(&answer, "\n" DASH " stranger AAAAAAAA\n");
	CHECK(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_INPUT); // a blank line
	buf_clear(&answer);
	memset(buf_add(&answer, CHECKPOINT_ANSWER_MAX + 1), 'a', CHECKPOINT_ANSWER_MAX + 1);
	CHECK(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_LIMIT);
	// An answer over another text.
	buf_clear(&answer);
	buf_clear(&b);
	put_checkpoint(&b, 11, root);
	CHECK(checkpoint_cosign(buf_slice(&b), &keys[1], sk[1], NOW, &answer, &why) == ERR_OK);
	buf_clear(&b);
	put_checkpoint(&b, 10, root);
	CHECK(checkpoint_add(buf_slice(&b), buf_slice(&answer), &keys[1], &merged, &why) == ERR_AUTH && merged.n == 0);
	CHECK(checkpoint_cosign(slice_text("no note"), &keys[1], sk[1], NOW, &merged, &why) == ERR_INPUT);
	CHECK(checkpoint_cosign(slice_text("a\n\n" DASH " n AAAAAAAA\n"), &keys[1], sk[1], NOW, &merged, &why) == ERR_INPUT);
	buf_free(&b);
	buf_free(&answer);
	buf_free(&merged);
}

const struct test tests[] = {
	{"bodies, accepted and refused", bodies},
	{"the specification's example", specification_example},
	{"cosignatures counted, truncated, flipped", counting},
	{"refused checkpoints", refused},
	{"a witness's answer taken into the note", answers},
	{NULL, NULL},
};
