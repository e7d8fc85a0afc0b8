#include "filing/filing.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "filing/reply.h"
#include "test.h"

static uint8_t bytes[REPLY_BYTES + 1]; // of payloads and batches: what they are matters to nobody here

static struct filing record(void)
{
	struct filing f = {.kind = FILING_RECORD, .payload = slice_of(bytes, 3000), .batches = 2};
	memset(f.salt, 5, SALT);
	f.batch[0] = slice_of(bytes, HPKE_OVERHEAD + 100);
	f.batch[1] = slice_of(bytes + 1, HPKE_OVERHEAD + 300);
	return f;
}

static struct filing tokens(void)
{
	struct filing f = {.kind = FILING_TOKENS, .record = {9}, .batches = 1, .batch = {slice_of(bytes, HPKE_OVERHEAD + 1)}};
	return f;
}

static struct filing reply(void)
{
	return (struct filing){.kind = FILING_REPLY, .payload = slice_of(bytes, REPLY_BYTES)};
}

static struct filing largest(void)
{
	static uint8_t envelope[RECORD_MAX];
	struct filing f = {.kind = FILING_RECORD, .payload = slice_of(envelope, RECORD_MAX)};
	return f;
}

static struct filing most_batches(void)
{
	static uint8_t batch[BATCH_SEALED_MAX];
	struct filing f = {.kind = FILING_TOKENS, .record = {9}, .batches = BATCHES_MAX};
	for (unsigned i = 0; i < BATCHES_MAX; i++)
		f.batch[i] = slice_of(batch, sizeof batch);
	return f;
}

static struct buf encoded(const struct filing *f)
{
	struct buf b;
	buf_init(&b, FILING_MAX + 2);
	filing_encode(f, &b);
	CHECK(buf_status(&b) == ERR_OK);
	return b;
}

static void round_trip(void)
{
	static struct filing (*const rows[])(void) = {record, tokens, reply, largest, most_batches};
	CHECK(crypto_init() == ERR_OK);
	random_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct filing f = rows[i](), got;
		struct why why;
		struct buf b = encoded(&f);
		CHECK_SAY(filing_decode(buf_slice(&b), &got, &why) == ERR_OK, "row %zu: %s", i, why.text);
		CHECK(b.n <= FILING_MAX && got.kind == f.kind && got.batches == f.batches && slice_equal(got.payload, f.payload));
		CHECK_BYTES(got.salt, f.salt, SALT);
		CHECK_BYTES(got.record, f.record, RECORD_ID);
		for (unsigned k = 0; k < f.batches; k++)
			CHECK(slice_equal(got.batch[k], f.batch[k]));
		uint8_t hash[32], want[32];
		filing_hash(&got, hash);
		sha256(buf_slice(&b), want);
		CHECK_BYTES(hash, want, 32);
		buf_put_u8(&b, 0);
		CHECK(filing_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
		buf_free(&b);
	}
}

static void truncated(void)
{
	static struct filing (*const rows[])(void) = {record, tokens};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct filing f = rows[i](), got;
		struct why why;
		struct buf b = encoded(&f);
		for (size_t n = 0; n < b.n; n++)
			CHECK_SAY(filing_decode(slice_of(b.p, n), &got, &why) == ERR_INPUT, "row %zu: %zu bytes", i, n);
		buf_free(&b);
	}
}

static void refused(void)
{
	static uint8_t large[RECORD_MAX + 1];
	struct filing rows[] = {
		[0] = record(), [1] = record(), [2] = record(), [3] = tokens(), [4] = tokens(),  [5] = tokens(),  [6] = reply(),
		[7] = reply(),  [8] = reply(),  [9] = reply(),  [10] = reply(), [11] = record(), [12] = record(), [13] = record(),
		[14] = record(), [15] = record(),
	};
	static const enum err want[] = {[11] = ERR_LIMIT, [12] = ERR_LIMIT, [15] = ERR_INPUT};
	rows[0].kind = 0;
	rows[1].kind = 4;
	rows[2].record[15] = 1;               // a record is named by its envelope
	rows[3].payload = slice_of(bytes, 1); // tokens bring no payload
	rows[4].batches = 0;                  // but batches
	memset(rows[5].record, 0, RECORD_ID); // of some record
	rows[6].payload.n = REPLY_BYTES - 1;
	rows[7].payload.n = REPLY_BYTES + 1;
	rows[8].record[0] = 1;
	rows[9].batches = 1;
	rows[9].batch[0] = slice_of(bytes, HPKE_OVERHEAD + 1);
	rows[10].payload.n = 0;
	rows[11].payload = slice_of(large, RECORD_MAX + 1);
	rows[12].batch[1] = slice_of(large, BATCH_SEALED_MAX + 1);
	rows[13].batch[0].n = HPKE_OVERHEAD; // nothing inside
	rows[14].batch[1].n = 0;
	rows[15].payload.n = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct filing got;
		struct why why;
		struct buf b = encoded(&rows[i]);
		enum err e = filing_decode(buf_slice(&b), &got, &why);
		CHECK_SAY(e == (want[i] != ERR_OK ? want[i] : ERR_INPUT), "row %zu: %s", i, err_name(e));
		buf_free(&b);
	}
	struct filing f = record(), got;
	struct why why;
	struct buf b = encoded(&f);
	b.p[1 + SALT + RECORD_ID] = BATCHES_MAX + 1;
	CHECK(filing_decode(buf_slice(&b), &got, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "filing: 33 batches; at most 32");
	buf_free(&b);
}

static void offline(void)
{
	struct filing f = record(), got;
	struct why why;
	struct buf b;
	f.batches = 0;
	buf_init(&b, OFFLINE_MAX);
	offline_encode(&f, &b);
	REQUIRE(buf_status(&b) == ERR_OK);
	CHECK(offline_decode(buf_slice(&b), &got, &why) == ERR_OK && slice_equal(got.payload, f.payload));
	CHECK(filing_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(offline_decode(slice_of(b.p, n), &got, &why) == ERR_INPUT, "%zu", n);
	b.p[4] = '2';
	CHECK(offline_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
	static struct filing (*const others[])(void) = {record, tokens, reply};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		f = others[i]();
		buf_clear(&b);
		buf_put_text(&b, OFFLINE_MAGIC);
		filing_encode(&f, &b);
		CHECK(offline_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
		CHECK_TEXT(why.text, "offline file: it holds something else than a record alone");
	}
	buf_free(&b);
}

const struct test tests[] = {
	{"filings survive their encoding", round_trip},
	{"filings cut short", truncated},
	{"filings that no kind allows", refused},
	{"offline files", offline},
	{NULL, NULL},
};
