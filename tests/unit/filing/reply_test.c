#include "filing/reply.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "test.h"

#define ORIGIN SLICE_LITERAL("test.example/ledger")

struct person {
	uint8_t signing[SIGN_PUBLIC], sk[SIGN_SECRET];
	uint8_t sealing[HPKE_PUBLIC], sealing_sk[HPKE_SECRET];
	uint8_t card[CARD_ID];
};

static struct person analyst, reporter, stranger;
static uint8_t secret[32], tag[REPLY_TAG];

static void person_make(struct person *p)
{
	sign_keypair(p->signing, p->sk);
	hpke_keypair(p->sealing_sk, p->sealing);
	random_bytes(p->card, CARD_ID);
}

static void people(void)
{
	CHECK(crypto_init() == ERR_OK);
	person_make(&analyst);
	person_make(&reporter);
	person_make(&stranger);
	random_bytes(secret, sizeof secret);
	reply_tag(secret, REPLY_TO_REPORTER, 0, tag);
}

static struct reply from_analyst(struct slice text)
{
	struct reply r = {.text = text};
	memcpy(r.from, analyst.card, CARD_ID);
	memcpy(r.answer_to, analyst.sealing, HPKE_PUBLIC);
	return r;
}

static void tags(void)
{
	people();
	uint8_t seen[4][REPLY_TAG], other_secret[32] = {1};
	reply_tag(secret, REPLY_TO_REPORTER, 0, seen[0]);
	reply_tag(secret, REPLY_TO_ANALYST, 0, seen[1]);
	reply_tag(secret, REPLY_TO_REPORTER, REPLY_ROUNDS_MAX - 1, seen[2]);
	reply_tag(other_secret, REPLY_TO_REPORTER, 0, seen[3]);
	CHECK_BYTES(seen[0], tag, REPLY_TAG);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < i; k++)
			CHECK_SAY(memcmp(seen[i], seen[k], REPLY_TAG) != 0, "%d %d", i, k);
	uint8_t want[REPLY_TAG]; // the info as protocol/reply.md spells it
	static const char info[] = "tocsin/v1/reply-tag\0\x01\x00\x00\x01\x02";
	hkdf_sha512(slice_of(NULL, 0), slice_of(secret, 32), slice_of(info, sizeof info - 1), want, REPLY_TAG);
	reply_tag(secret, REPLY_TO_ANALYST, 258, seen[0]);
	CHECK_BYTES(seen[0], want, REPLY_TAG);
}

static void texts(void)
{
	static char longest[REPLY_TEXT_MAX + 1];
	memset(longest, 'a', sizeof longest);
	const struct {
		struct slice text;
		enum err want;
	} rows[] = {
		{SLICE_LITERAL("Which of your mail servers was it?\n\t– CERT"), ERR_OK},
		{SLICE_LITERAL(""), ERR_OK},
		{slice_of(longest, REPLY_TEXT_MAX), ERR_OK},
		{SLICE_LITERAL("\u00a0\u4e2d"), ERR_OK},
		{slice_of(longest, REPLY_TEXT_MAX + 1), ERR_LIMIT},
		{SLICE_LITERAL("a\x1b[2J"), ERR_INPUT}, // a terminal's escape
		{SLICE_LITERAL("a\0b"), ERR_INPUT},
		{SLICE_LITERAL("a\r\n"), ERR_INPUT},
		{SLICE_LITERAL("\x7f"), ERR_INPUT},
		{SLICE_LITERAL("\xc2\x9b"), ERR_INPUT}, // the same escape in C1
		{SLICE_LITERAL("\xff"), ERR_INPUT},
		{SLICE_LITERAL("\xc2"), ERR_INPUT},
	};
	people();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reply r = from_analyst(rows[i].text), got;
		static uint8_t blob[REPLY_BYTES], room[REPLY_ROOM];
		uint8_t signature[SIGN_BYTES];
		struct why why;
		enum err e = reply_seal(&r, tag, reporter.sealing, analyst.sk, ORIGIN, blob, &why);
		CHECK_SAY(e == rows[i].want, "row %zu: %s", i, err_name(e));
		if (e != ERR_OK)
			continue;
		CHECK_BYTES(blob, tag, REPLY_TAG);
		REQUIRE(reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_OK);
		CHECK_BYTES(got.from, analyst.card, CARD_ID);
		CHECK_BYTES(got.answer_to, analyst.sealing, HPKE_PUBLIC);
		CHECK(slice_equal(got.text, rows[i].text));
		CHECK(reply_check(&got, tag, analyst.signing, ORIGIN, signature));
	}
}

// Every way in which a blob can be for others than who opens it.
static void sealed(void)
{
	static uint8_t blob[REPLY_BYTES], room[REPLY_ROOM];
	uint8_t signature[SIGN_BYTES], bad_key[HPKE_PUBLIC];
	struct why why;
	struct reply got, r = from_analyst(SLICE_LITERAL("hello"));
	people();
	r = from_analyst(r.text);
	REQUIRE(reply_seal(&r, tag, reporter.sealing, analyst.sk, ORIGIN, blob, &why) == ERR_OK);
	CHECK(reply_open(blob, stranger.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "reply: not sealed to this key under this tag");
	CHECK(reply_open(blob, reporter.sealing_sk, SLICE_LITERAL("other.example/ledger"), room, &got, signature, &why) == ERR_AUTH);
	static const size_t places[] = {0, REPLY_TAG - 1, REPLY_TAG, REPLY_TAG + 1088, REPLY_TAG + XWING_CIPHER, REPLY_BYTES - 1};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		blob[places[i]] ^= 1;
		CHECK_SAY(reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_AUTH, "byte %zu", places[i]);
		blob[places[i]] ^= 1;
	}
	CHECK(reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_OK);
	memset(bad_key, 0xff, sizeof bad_key);
	CHECK(reply_seal(&r, tag, bad_key, analyst.sk, ORIGIN, blob, &why) == ERR_INPUT);
}

// The signature covers tag, sender, answer key and text, for this platform and purpose.
static void signatures(void)
{
	static uint8_t blob[REPLY_BYTES], room[REPLY_ROOM];
	uint8_t signature[SIGN_BYTES], other_tag[REPLY_TAG];
	struct why why;
	people();
	struct reply got, r = from_analyst(SLICE_LITERAL("hello"));
	REQUIRE(reply_seal(&r, tag, reporter.sealing, stranger.sk, ORIGIN, blob, &why) == ERR_OK); // claims to be the analyst
	REQUIRE(reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_OK);
	CHECK(!reply_check(&got, tag, analyst.signing, ORIGIN, signature));
	REQUIRE(reply_seal(&r, tag, reporter.sealing, analyst.sk, ORIGIN, blob, &why) == ERR_OK);
	REQUIRE(reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why) == ERR_OK);
	CHECK(reply_check(&got, tag, analyst.signing, ORIGIN, signature));
	CHECK(!reply_check(&got, tag, analyst.signing, SLICE_LITERAL("other"), signature));
	reply_tag(secret, REPLY_TO_REPORTER, 1, other_tag);
	CHECK(!reply_check(&got, other_tag, analyst.signing, ORIGIN, signature));
	struct reply changed = got;
	changed.from[0] ^= 1;
	CHECK(!reply_check(&changed, tag, analyst.signing, ORIGIN, signature));
	changed = got;
	changed.answer_to[HPKE_PUBLIC - 1] ^= 1;
	CHECK(!reply_check(&changed, tag, analyst.signing, ORIGIN, signature));
	changed = got;
	changed.text.n--;
	CHECK(!reply_check(&changed, tag, analyst.signing, ORIGIN, signature));
	signature[0] ^= 1;
	CHECK(!reply_check(&got, tag, analyst.signing, ORIGIN, signature));
}

// What an accredited but hostile sender may seal: plaintexts that no reply has.
static void plaintexts(void)
{
	static const struct {
		size_t length; // in the length field
		uint8_t first; // byte of the text
		size_t dirt;   // offset of a byte that is not zero, 0 for none
		enum err want;
	} rows[] = {
		{5, 'h', 0, ERR_OK},
		{REPLY_TEXT_MAX, 'h', 0, ERR_INPUT}, // zeros in the text are control characters
		{REPLY_TEXT_MAX + 1, 'h', 0, ERR_INPUT},
		{65535, 'h', 0, ERR_INPUT},
		{5, 0x1b, 0, ERR_INPUT},
		{5, 'h', REPLY_ROOM - 1, ERR_INPUT},
		{5, 'h', CARD_ID + HPKE_PUBLIC + 2 + 5 + SIGN_BYTES, ERR_INPUT},
	};
	static const char info[] = "tocsin/v1/reply\0test.example/ledger";
	people();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static uint8_t plain[REPLY_ROOM], room[REPLY_ROOM], blob[REPLY_BYTES];
		uint8_t signature[SIGN_BYTES];
		struct reply got;
		struct why why;
		uint8_t *p = plain + CARD_ID + HPKE_PUBLIC;
		memset(plain, 0, sizeof plain);
		p[0] = (uint8_t)(rows[i].length >> 8);
		p[1] = (uint8_t)rows[i].length;
		memcpy(p + 2, "hello", 5);
		p[2] = rows[i].first;
		if (rows[i].dirt != 0)
			plain[rows[i].dirt] = 1;
		memcpy(blob, tag, REPLY_TAG);
		REQUIRE(hpke_seal(reporter.sealing, slice_of(info, sizeof info - 1), slice_of(tag, REPLY_TAG),
		                  slice_of(plain, REPLY_ROOM), blob + REPLY_TAG) == ERR_OK);
		enum err e = reply_open(blob, reporter.sealing_sk, ORIGIN, room, &got, signature, &why);
		CHECK_SAY(e == rows[i].want, "row %zu: %s", i, err_name(e));
	}
}

static void bulletins(void)
{
	static uint8_t blobs[2][REPLY_BYTES];
	struct bulletin b = {.number = 7, .time = 1767225600, .count = 2, .blob = (const uint8_t(*)[REPLY_BYTES])blobs}, got;
	struct buf out;
	struct why why;
	CHECK(crypto_init() == ERR_OK);
	random_bytes(blobs, sizeof blobs);
	buf_init(&out, BULLETIN_MAX);
	bulletin_encode(&b, &out);
	REQUIRE(buf_status(&out) == ERR_OK && out.n == 20 + 2 * REPLY_BYTES);
	REQUIRE(bulletin_decode(buf_slice(&out), &got, &why) == ERR_OK);
	CHECK(got.number == 7 && got.time == 1767225600 && got.count == 2);
	CHECK_BYTES(got.blob[1], blobs[1], REPLY_BYTES);
	for (size_t n = 0; n < out.n; n++)
		CHECK_SAY(bulletin_decode(slice_of(out.p, n), &got, &why) == ERR_INPUT, "%zu", n);
	buf_put_u8(&out, 0);
	CHECK(bulletin_decode(buf_slice(&out), &got, &why) == ERR_INPUT);
	memcpy(out.p + 16, "\x00\x00\x10\x01", 4); // 4097
	CHECK(bulletin_decode(buf_slice(&out), &got, &why) == ERR_LIMIT);
	memset(out.p + 16, 0xff, 4);
	CHECK(bulletin_decode(buf_slice(&out), &got, &why) == ERR_LIMIT);
	buf_clear(&out);
	b.count = 0;
	bulletin_encode(&b, &out);
	CHECK(bulletin_decode(buf_slice(&out), &got, &why) == ERR_OK && got.count == 0);
	buf_free(&out);
}

const struct test tests[] = {
	{"the tag of a message", tags},
	{"texts that may be sent", texts},
	{"a blob opens for its recipient only", sealed},
	{"the sender's signature", signatures},
	{"plaintexts that are no reply", plaintexts},
	{"bulletins", bulletins},
	{NULL, NULL},
};
