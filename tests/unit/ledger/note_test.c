#include "ledger/note.h"

#include "test.h"

#define DASH "\xe2\x80\x94"
#define SIG "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc="
// signed-note, "Verifier keys", "Example".
static const char vkey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example[] =
	"This is an example message.\n\n" DASH
	" example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
// signed-note, the first example: its key is not given.
static const char poem[] = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
						   "ed \xc3\xa8 subito sera.\n\n" DASH " quasimodo.example/salvatore " SIG "\n";

static struct why why;
static struct note note; // large: not on the stack of every case

static void specification_example(void)
{
	struct note_key key;
	struct note_verdict verdict;
	struct buf b;
	REQUIRE(note_key_parse(slice_text(vkey), &key, &why) == ERR_OK);
	CHECK_TEXT(key.name, "example.com/foo");
	CHECK(key.id == 0x530d903a && key.type == NOTE_ED25519);
	buf_init(&b, NOTE_VKEY_MAX);
	note_key_print(&key, &b);
	CHECK(slice_is_text(buf_slice(&b), vkey));
	buf_free(&b);
	REQUIRE(note_parse(slice_text(example), &note, &why) == ERR_OK);
	CHECK(slice_is_text(note.text, "This is an example message.\n") && note.count == 1);
	CHECK(note_verify(&note, &key, 1, &verdict, &why) == ERR_OK && verdict.signed_by && verdict.time == 0);
	char altered[sizeof example];
	memcpy(altered, example, sizeof example);
	altered[0] = 't';
	REQUIRE(note_parse(slice_text(altered), &note, &why) == ERR_OK);
	CHECK(note_verify(&note, &key, 1, &verdict, &why) == ERR_AUTH);
	REQUIRE(note_parse(slice_text(poem), &note, &why) == ERR_OK);
	CHECK(note.text.n == strlen(poem) - strlen("\n" DASH " quasimodo.example/salvatore " SIG "\n"));
	CHECK(slice_is_text(note.signatures[0].name, "quasimodo.example/salvatore") && note.signatures[0].id == 0x367ba04b);
	CHECK(note_verify(&note, &key, 1, &verdict, &why) == ERR_AUTH); // an unknown key only
	CHECK(note_verify(&note, &key, 0, &verdict, &why) == ERR_AUTH);
}

static void refused_keys(void)
{
	static const char *const rows[] = {
		"",
		"+",
		"++",
		"example.com/foo",
		"example.com/foo+530d903a",
		"example.com/foo+530d903a+",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", // another id
		"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", // upper case
		"example.com/foo+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fooo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", // another name
		"example.com foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", // type 0x02
		"example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", // type 0x06
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=", // 31 bytes of key
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAAAA",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k+",
	};
	struct note_key key = {.id = 42};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(note_key_parse(slice_text(rows[i]), &key, &why) == ERR_INPUT && key.id == 42, "%s", rows[i]);
	for (size_t cut = 0; cut < strlen(vkey); cut++)
		CHECK(note_key_parse(slice_of(vkey, cut), &key, &why) == ERR_INPUT);
}

static void names(void)
{
	static const char *const bad[] = {
		"", "a b", "a+b", "a\tb", "a\nb", "a\x01", "\xff", "a\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xc3",
	};
	static const char *const good[] = {"a", "example.com/log", "\xc3\xa8", "\xe2\x80\x8b", "\xe2\x80\xb0", "a=b", "\xe2\x80\x94"};
	struct note_key key;
	uint8_t pk[SIGN_PUBLIC] = {1};
	char name[NOTE_NAME_MAX + 1];
	memset(name, 'n', sizeof name);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_SAY(note_key_make(slice_text(bad[i]), NOTE_ED25519, pk, &key, &why) == ERR_INPUT, "row %zu", i);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_SAY(note_key_make(slice_text(good[i]), NOTE_ED25519, pk, &key, &why) == ERR_OK, "row %zu", i);
	CHECK(note_key_make(slice_of("a\0b", 3), NOTE_ED25519, pk, &key, &why) == ERR_INPUT);
	CHECK(note_key_make(slice_of(name, NOTE_NAME_MAX), NOTE_ED25519, pk, &key, &why) == ERR_OK);
	CHECK(note_key_make(slice_of(name, NOTE_NAME_MAX + 1), NOTE_ED25519, pk, &key, &why) == ERR_LIMIT);
}

static void refused_notes(void)
{
	static const char *const rows[] = {
		"",
		"\n",
		"\n\n",
		"text\n",
		"text\n\n",
		"text\n" DASH " n AAAAAAAA\n",            // no blank line
		"text\n\n" DASH " n AAAAAAAA",            // no final newline
		"text\n\n\n",                             // no signature
		"text\n\n" DASH " n AAAAAAAA\n\n",        // the last blank line has no signature behind it
		"text\n\n" DASH " n AAAAAAAA\nx\n",       // a line that is no signature
		"text\n\nx\n" DASH " n AAAAAAAA\n",       //
		"text\n\n- n AAAAAAAA\n",                 // a hyphen
		"text\n\n" DASH "n AAAAAAAA\n",           // no space
		"text\n\n" DASH "  AAAAAAAA\n",           // no name
		"text\n\n" DASH " n\n",                   // no signature
		"text\n\n" DASH " n \n",                  //
		"text\n\n" DASH " n AAAAAA==\n",          // four bytes: an id and nothing
		"text\n\n" DASH " n AAAA\n",              //
		"text\n\n" DASH " n AAAAAAA\n",           // no padding
		"text\n\n" DASH " n AAAAAAB=\n",          // unused bits set
		"text\n\n" DASH " n AAAA_AAA\n",          // the other alphabet
		"text\n\n" DASH " n AAAAAAAA \n",         // trailing space
		"text\n\n" DASH " n  AAAAAAAA\n",         // two spaces
		"text\n\n" DASH " n m AAAAAAAA\n",        // a space in the name
		"text\n\n" DASH " n+m AAAAAAAA\n",        // a plus in the name
		"text\n\n" DASH " n\xc2\xa0m AAAAAAAA\n", // a Unicode space in the name
		"text\r\n\n" DASH " n AAAAAAAA\n",        // control characters
		"te\txt\n\n" DASH " n AAAAAAAA\n",        //
		"text\n\n" DASH " n\x01 AAAAAAAA\n",      //
		"te\xc3xt\n\n" DASH " n AAAAAAAA\n",      // not UTF-8
		"te\xed\xa0\x80xt\n\n" DASH " n AAAAAAAA\n",
		DASH " n AAAAAAAA\n",
		"\n" DASH " n AAAAAAAA\n",
	};
	note.count = 42;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(note_parse(slice_text(rows[i]), &note, &why) == ERR_INPUT && note.count == 42, "row %zu: %s", i, rows[i]);
	CHECK(note_parse(slice_of("te\0xt\n\n" DASH " n AAAAAAAA\n", 22), &note, &why) == ERR_INPUT);
	CHECK(note_parse(slice_text("text\n\n" DASH " n AAAAAAAA\n"), &note, &why) == ERR_OK);
	CHECK(note_parse(slice_text("\n\n" DASH " n AAAAAAAA\n"), &note, &why) == ERR_OK); // the text is one empty line
	for (size_t cut = 0; cut < strlen(example); cut++)
		CHECK_SAY(note_parse(slice_of(example, cut), &note, &why) == ERR_INPUT, "cut at %zu", cut);
}

static void limits(void)
{
	struct buf b;
	buf_init(&b, 2 * NOTE_MAX);
	for (unsigned n = 1; n <= NOTE_SIGNATURES_MAX + 1; n++) {
		buf_clear(&b);
		buf_put_text(&b, "text\n\n");
		for (unsigned i = 0; i < n; i++)
			buf_put_text(&b, DASH " n AAAAAAAA\n");
		enum err e = note_parse(buf_slice(&b), &note, &why);
		CHECK_SAY(e == (n <= NOTE_SIGNATURES_MAX ? ERR_OK : ERR_LIMIT), "%u signatures", n);
		CHECK(e != ERR_OK || note.count == n);
	}
	// Sixteen of the size of ML-DSA-87 must be accepted; one over the maximum must not.
	static uint8_t big[NOTE_SIGNATURE_MAX + 4];
	buf_clear(&b);
	buf_put_text(&b, "text\n\n");
	for (unsigned i = 0; i < 16; i++) {
		buf_put_text(&b, DASH " n ");
		buf_put_base64(&b, slice_of(big, 4 + 4627));
		buf_put_u8(&b, '\n');
	}
	CHECK(note_parse(buf_slice(&b), &note, &why) == ERR_OK && note.count == 16);
	buf_clear(&b);
	buf_put_text(&b, "text\n\n" DASH " n ");
	buf_put_base64(&b, slice_of(big, sizeof big));
	buf_put_u8(&b, '\n');
	CHECK(note_parse(buf_slice(&b), &note, &why) == ERR_LIMIT);
	buf_clear(&b);
	memset(buf_add(&b, NOTE_MAX), 'a', NOTE_MAX);
	buf_put_text(&b, example);
	CHECK(note_parse(buf_slice(&b), &note, &why) == ERR_LIMIT);
	buf_free(&b);
}

static void sign_and_verify(void)
{
	static const uint8_t seeds[3][SIGN_SEED] = {{1}, {2}, {3}};
	uint8_t pk[3][SIGN_PUBLIC], sk[3][SIGN_SECRET];
	struct note_key keys[3];
	struct note_verdict v[3];
	struct buf b;
	for (size_t i = 0; i < 3; i++)
		sign_keypair_from_seed(seeds[i], pk[i], sk[i]);
	REQUIRE(note_key_make(slice_text("log.example"), NOTE_ED25519, pk[0], &keys[0], &why) == ERR_OK);
	REQUIRE(note_key_make(slice_text("w1.example"), NOTE_COSIGNATURE, pk[1], &keys[1], &why) == ERR_OK);
	REQUIRE(note_key_make(slice_text("w2.example"), NOTE_COSIGNATURE, pk[2], &keys[2], &why) == ERR_OK);
	buf_init(&b, NOTE_MAX);
	struct slice text = slice_text("one\n\nthree\n");
	REQUIRE(note_sign(text, &keys[0], sk[0], 0, &b, &why) == ERR_OK);
	note_put_signature(&b, text, &keys[1], sk[1], 1700000000);
	note_put_signature(&b, text, &keys[1], sk[1], 1600000000);
	REQUIRE(buf_status(&b) == ERR_OK && note_parse(buf_slice(&b), &note, &why) == ERR_OK);
	CHECK(slice_equal(note.text, text) && note.count == 3);
	REQUIRE(note_verify(&note, keys, 3, v, &why) == ERR_OK);
	CHECK(v[0].signed_by && v[0].time == 0 && v[1].signed_by && v[1].time == 1700000000 && !v[2].signed_by);
	// The same key and name under the other type has another id: unknown, not false.
	struct note_key other;
	REQUIRE(note_key_make(slice_text("w1.example"), NOTE_ED25519, pk[1], &other, &why) == ERR_OK);
	CHECK(other.id != keys[1].id && note_verify(&note, &other, 1, v, &why) == ERR_AUTH);
	// Name and id of a known key over another one's signature: the note is refused, though the log's is genuine.
	struct note_key liar = keys[2];
	buf_clear(&b);
	REQUIRE(note_sign(text, &keys[0], sk[0], 0, &b, &why) == ERR_OK);
	note_put_signature(&b, text, &liar, sk[1], 5);
	REQUIRE(note_parse(buf_slice(&b), &note, &why) == ERR_OK);
	CHECK(note_verify(&note, keys, 3, v, &why) == ERR_AUTH);
	CHECK(note_verify(&note, keys, 2, v, &why) == ERR_OK && v[0].signed_by && !v[1].signed_by); // unknown to this verifier
	// Same id, other name; same name, other id: unknown.
	liar = keys[2];
	liar.id ^= 1;
	buf_clear(&b);
	REQUIRE(note_sign(text, &keys[0], sk[0], 0, &b, &why) == ERR_OK);
	note_put_signature(&b, text, &liar, sk[1], 5);
	liar.id ^= 1;
	liar.name[0] = 'v';
	note_put_signature(&b, text, &liar, sk[1], 5);
	REQUIRE(note_parse(buf_slice(&b), &note, &why) == ERR_OK);
	CHECK(note_verify(&note, keys, 3, v, &why) == ERR_OK && !v[2].signed_by);
	buf_clear(&b);
	CHECK(note_sign(slice_text("no newline"), &keys[0], sk[0], 0, &b, &why) == ERR_INPUT);
	CHECK(note_sign(slice_text(""), &keys[0], sk[0], 0, &b, &why) == ERR_INPUT);
	CHECK(note_sign(slice_text("\x01\n"), &keys[0], sk[0], 0, &b, &why) == ERR_INPUT);
	CHECK(note_sign(slice_text("\xff\n"), &keys[0], sk[0], 0, &b, &why) == ERR_INPUT);
	buf_free(&b);
}

// Signatures whose shape is wrong under a known name and id: false, not unknown.
static void misshapen(void)
{
	static const uint8_t seed[SIGN_SEED] = {9};
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	struct note_key keys[2];
	struct note_verdict v;
	struct buf b;
	sign_keypair_from_seed(seed, pk, sk);
	REQUIRE(note_key_make(slice_text("k"), NOTE_ED25519, pk, &keys[0], &why) == ERR_OK);
	REQUIRE(note_key_make(slice_text("k"), NOTE_COSIGNATURE, pk, &keys[1], &why) == ERR_OK);
	buf_init(&b, NOTE_MAX);
	for (size_t k = 0; k < 2; k++)
		for (size_t n = 1; n <= 80; n++) {
			uint32_t id = keys[k].id;
			uint8_t bytes[84] = {(uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};
			buf_clear(&b);
			buf_put_text(&b, "text\n\n" DASH " k ");
			buf_put_base64(&b, slice_of(bytes, 4 + n));
			buf_put_u8(&b, '\n');
			REQUIRE(note_parse(buf_slice(&b), &note, &why) == ERR_OK);
			CHECK(note_verify(&note, &keys[k], 1, &v, &why) == ERR_AUTH);
		}
	// Genuine signatures over time 0 and over a time of 2^63.
	static const uint64_t times[] = {0, (uint64_t)1 << 63, UINT64_MAX, 1, INT64_MAX};
	for (size_t i = 0; i < 5; i++) {
		struct buf m, line;
		uint8_t sig[SIGN_BYTES];
		buf_init(&m, 256);
		buf_init(&line, 256);
		buf_printf(&m, "cosignature/v1\ntime %llu\ntext\n", (unsigned long long)times[i]);
		sign_raw(sk, buf_slice(&m), sig);
		buf_put_u32(&line, keys[1].id);
		buf_put_u64(&line, times[i]);
		buf_put(&line, sig, sizeof sig);
		buf_clear(&b);
		buf_put_text(&b, "text\n\n" DASH " k ");
		buf_put_base64(&b, buf_slice(&line));
		buf_put_u8(&b, '\n');
		REQUIRE(note_parse(buf_slice(&b), &note, &why) == ERR_OK);
		CHECK_SAY(note_verify(&note, &keys[1], 1, &v, &why) == (i < 3 ? ERR_AUTH : ERR_OK), "row %zu", i);
		buf_free(&m);
		buf_free(&line);
	}
	buf_free(&b);
}

const struct test tests[] = {
	{"the specification's examples", specification_example},
	{"verifier keys refused", refused_keys},
	{"key names", names},
	{"notes refused", refused_notes},
	{"maxima", limits},
	{"sign, cosign, verify, unknown and false keys", sign_and_verify},
	{"misshapen signatures and forbidden times", misshapen},
	{NULL, NULL},
};
