// hdr0, envelopes as bytes, labels, padding, and the body inside.
#include "test.h"

#include "crypto/secret.h"
#include "record/content.h"

static struct header sample(void)
{
	struct header h = {.quarter = 227, .t = 2, .n = 3};
	h.label = (struct label){.kind = RECORD_FLAW, .tlp = TLP_RED, .audience = 2, .team = {3, 700}};
	memset(h.id, 0x11, sizeof h.id);
	memset(h.committee, 0x22, sizeof h.committee);
	memset(h.batch_key, 0x33, sizeof h.batch_key);
	return h;
}

static void encode(const struct header *h, struct buf *b)
{
	buf_clear(b);
	header_encode(h, b);
	CHECK(buf_status(b) == ERR_OK);
}

static void round_trip(void)
{
	struct header h = sample(), got;
	struct buf b;
	struct why why;
	buf_init(&b, RECORD_HEADER_MAX);
	for (unsigned teams = 1; teams <= RECORD_AUDIENCE_MAX; teams++) {
		h.label.audience = teams;
		for (unsigned i = 0; i < teams; i++)
			h.label.team[i] = (uint16_t)(i * 8191 + 1);
		encode(&h, &b);
		memset(&got, 0, sizeof got);
		REQUIRE(header_decode(buf_slice(&b), &got, &why) == ERR_OK);
		CHECK_BYTES(got.id, h.id, RECORD_ID);
		CHECK_BYTES(got.committee, h.committee, 32);
		CHECK_BYTES(got.batch_key, h.batch_key, SIGN_PUBLIC);
		CHECK(got.quarter == 227 && got.t == 2 && got.n == 3 && got.label.kind == RECORD_FLAW && got.label.tlp == TLP_RED);
		CHECK(got.label.audience == teams && got.label.team[teams - 1] == h.label.team[teams - 1]);
		CHECK(label_audience_has(&got.label, 1) && !label_audience_has(&got.label, 2));
		for (size_t n = 0; n < b.n; n++)
			CHECK_SAY(header_decode(slice_of(b.p, n), &got, &why) == ERR_INPUT, "cut at %zu", n);
		buf_put_u8(&b, 0);
		CHECK(header_decode(buf_slice(&b), &got, &why) == ERR_INPUT);
	}
	buf_free(&b);
}

// Positions in hdr0: magic 0, suite 4, quarter 5, id 7, committee 23, t 55, n 56, kind 57, TLP 58, retention 59, veto 61,
// teams 62.
static void refusals(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum err want;
		const char *says;
	} rows[] = {
		{0, 't', ERR_INPUT, "TSR1"},         {3, '2', ERR_INPUT, "TSR1"},          {4, 0, ERR_INPUT, "suite 0"},
		{4, 2, ERR_INPUT, "suite 2"},        {55, 0, ERR_INPUT, "0 of 3"},         {55, 1, ERR_INPUT, "1 of 3"},
		{55, 4, ERR_INPUT, "4 of 3"},        {56, 0, ERR_INPUT, "2 of 0"},         {56, 4, ERR_INPUT, "2 of 4"},
		{56, 33, ERR_INPUT, "2 of 33"},      {57, 0, ERR_INPUT, "kind 0"},         {57, 3, ERR_INPUT, "kind 3"},
		{58, 5, ERR_INPUT, "TLP 5"},         {58, 255, ERR_INPUT, "TLP 255"},      {59, 1, ERR_INPUT, "retention 256"},
		{60, 1, ERR_INPUT, "retention 1"},   {61, 1, ERR_INPUT, "veto 1"},         {62, 0, ERR_INPUT, "no audience"},
		{62, 9, ERR_LIMIT, "9 teams"},       {62, 255, ERR_LIMIT, "255 teams"},    {62, 1, ERR_INPUT, "2 bytes too many"},
		{64, 0, ERR_INPUT, "team 0"},        {65, 0, ERR_INPUT, "team 188 at place 2"},
	};
	struct header h = sample(), got = {.quarter = 9};
	struct buf b;
	struct why why;
	buf_init(&b, RECORD_HEADER_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		encode(&h, &b);
		b.p[rows[i].at] = rows[i].value;
		// A first team of 700 makes 65 = 0 an order that falls.
		if (rows[i].at == 65)
			b.p[63] = 2;
		CHECK_SAY(header_decode(buf_slice(&b), &got, &why) == rows[i].want, "row %zu: %s", i, why.text);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: \"%s\" lacks \"%s\"", i, why.text, rows[i].says);
	}
	CHECK(got.quarter == 9); // untouched
	h.label.team[1] = h.label.team[0];
	encode(&h, &b);
	CHECK(header_decode(buf_slice(&b), &got, &why) == ERR_INPUT && strstr(why.text, "ascending") != NULL);
	buf_free(&b);
}

// An envelope of the right sizes, with nothing true in it.
static void envelope_make(size_t plain, struct buf *b)
{
	struct header h = sample();
	struct buf hdr0;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(&h, &hdr0);
	buf_clear(b);
	buf_put_vec16(b, buf_slice(&hdr0));
	buf_put_zeros(b, RECORD_COMMITMENT + 3 * RECORD_SHARE + RECORD_MAC + chunked_sealed_size(plain));
	buf_free(&hdr0);
	CHECK(buf_status(b) == ERR_OK);
}

static void envelopes(void)
{
	struct buf b;
	struct envelope e;
	struct why why;
	buf_init(&b, 2 * RECORD_MAX);
	envelope_make(RECORD_FLOOR, &b);
	REQUIRE(envelope_decode(buf_slice(&b), &e, &why) == ERR_OK);
	CHECK(e.shares.n == 3 * RECORD_SHARE && e.payload.n == chunked_sealed_size(RECORD_FLOOR));
	CHECK(e.shares.p == e.hdr0.p + e.hdr0.n + RECORD_COMMITMENT && e.payload.p + e.payload.n == b.p + b.n);
	// At every byte: no shorter envelope has a payload of a padded size.
	uint8_t *exact = malloc(b.n);
	for (size_t n = 0; exact != NULL && n < b.n; n++) {
		memcpy(exact + b.n - n, b.p, n); // ends where the memory ends, so that a read past it is seen
		CHECK_SAY(envelope_decode(slice_of(exact + b.n - n, n), &e, &why) == ERR_INPUT, "cut at %zu", n);
	}
	free(exact);
	static const struct {
		size_t plain;
		enum err want;
	} rows[] = {
		{0, ERR_INPUT},       {1, ERR_INPUT},      {16383, ERR_INPUT}, {16384, ERR_OK},     {16385, ERR_INPUT},
		{17407, ERR_INPUT},
		{17408, ERR_OK},      {17409, ERR_INPUT},  {18432, ERR_OK},    {32768, ERR_OK},     {33792, ERR_INPUT}, {34816, ERR_OK},
		{1015808, ERR_OK},    {1015809, ERR_INPUT}, {33030144, ERR_OK}, {33554432, ERR_LIMIT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		envelope_make(rows[i].plain, &b);
		CHECK_SAY(envelope_decode(buf_slice(&b), &e, &why) == rows[i].want, "%zu: %s", rows[i].plain, why.text);
	}
	envelope_make(RECORD_FLOOR, &b);
	b.p[1]++; // hdr0's length
	CHECK(envelope_decode(buf_slice(&b), &e, &why) == ERR_INPUT);
	b.p[1] -= 2;
	CHECK(envelope_decode(buf_slice(&b), &e, &why) == ERR_INPUT);
	buf_free(&b);
}

static void padding(void)
{
	static const struct {
		size_t n, want;
	} rows[] = {{0, 16384},           {1, 16384},           {16383, 16384},       {16384, 16384},       {16385, 17408},
	            {17408, 17408},       {17409, 18432},       {20000, 20480},       {32768, 32768},       {32769, 34816},
	            {65536, 65536},       {65537, 67584},       {1000000, 1015808},   {1048577, 1081344},   {33000000, 33030144}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_SAY(record_padded(rows[i].n) == rows[i].want, "%zu gives %zu", rows[i].n, record_padded(rows[i].n));
		CHECK(record_padded(rows[i].want) == rows[i].want);
	}
	for (size_t n = RECORD_FLOOR; n < 300000; n += 7) {
		size_t p = record_padded(n);
		CHECK_SAY(p >= n && p - n <= n / 16 && record_padded(p) == p, "%zu gives %zu", n, p);
	}
}

static void associated_data(void)
{
	static const uint8_t hdr0[] = "hdr0", c[RECORD_COMMITMENT] = {1}, other[RECORD_COMMITMENT] = {2};
	uint8_t a[SHARE_AAD], b[SHARE_AAD], room[RECORD_INFO_MAX];
	share_aad(slice_of(hdr0, 4), c, 1, a);
	share_aad(slice_of(hdr0, 4), c, 2, b);
	CHECK(memcmp(a, b, 32) == 0 && a[32] == 1 && b[32] == 2);
	share_aad(slice_of(hdr0, 3), c, 1, b);
	CHECK(memcmp(a, b, 32) != 0);
	share_aad(slice_of(hdr0, 4), other, 1, b);
	CHECK(memcmp(a, b, 32) != 0);
	struct slice info = share_info(SLICE_LITERAL("log.example/1"), room);
	CHECK(slice_equal(info, SLICE_LITERAL("tocsin/v1/share\0log.example/1")));
}

static void attach(struct content *c, const char *name, size_t n, struct slice bytes)
{
	struct attachment *a = &c->attachment[c->attachments++];
	memcpy(a->name, name, n);
	a->name[n] = 0;
	a->bytes = bytes;
}

static void bodies(void)
{
	static struct content c, got;
	struct buf b;
	struct why why;
	static const uint8_t digests[3 * SHARE_DIGEST] = {4};
	struct body inside;
	c = (struct content){.card = SLICE_LITERAL("card"), .credential = SLICE_LITERAL("cred"), .document = SLICE_LITERAL("{}")};
	memset(c.reply_secret, 7, sizeof c.reply_secret);
	attach(&c, "mail.eml", 8, SLICE_LITERAL("From: "));
	attach(&c, "\xc3\xa9" "cran 1.png", 12, slice_of(NULL, 0));
	buf_init(&b, 4096);
	content_encode(&c, slice_of(digests, sizeof digests), &b);
	size_t end = b.n;
	memset(buf_add(&b, SIGN_BYTES), 9, SIGN_BYTES);
	CHECK(content_check(&c, &why) == ERR_OK && content_size(&c, 3) == b.n);
	REQUIRE(content_decode(buf_slice(&b), &got, &inside, &why) == ERR_OK);
	CHECK(inside.covered.n == end && inside.signature[63] == 9 && inside.digests.n == sizeof digests && got.attachments == 2);
	CHECK(slice_equal(got.card, c.card) && slice_equal(got.credential, c.credential) && slice_equal(got.document, c.document));
	CHECK_TEXT(got.attachment[1].name, c.attachment[1].name);
	CHECK(slice_is_text(got.attachment[0].bytes, "From: ") && got.attachment[1].bytes.n == 0);
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(content_decode(slice_of(b.p, n), &got, &inside, &why) == ERR_INPUT, "cut at %zu", n);
	buf_put_u8(&b, 0);
	CHECK(content_decode(buf_slice(&b), &got, &inside, &why) == ERR_INPUT);
	b.n--;
	b.p[0] = 2;
	CHECK(content_decode(buf_slice(&b), &got, &inside, &why) == ERR_INPUT && strstr(why.text, "version 2") != NULL);
	b.p[0] = 1;
	b.p[1] = SEATS_MAX + 1;
	CHECK(content_decode(buf_slice(&b), &got, &inside, &why) == ERR_INPUT && strstr(why.text, "33 shares") != NULL);
	buf_free(&b);
}

// A body with one attachment of that name, put together by hand.
static enum err name_decode(const char *name, size_t n, struct why *why)
{
	static struct content got;
	struct buf b;
	struct body inside;
	buf_init(&b, 4096);
	buf_put_u8(&b, 1);
	buf_put_zeros(&b, 1 + 4 + 2 + 32 + 4);
	buf_put_u8(&b, 1);
	buf_put_vec16(&b, slice_of(name, n));
	buf_put_zeros(&b, 4 + SIGN_BYTES);
	enum err e = content_decode(buf_slice(&b), &got, &inside, why);
	buf_free(&b);
	return e;
}

static void names(void)
{
	static const char *const good[] = {"a", "...", ".bashrc", "a b.txt", "\xe6\x97\xa5\xe6\x9c\xac.txt", "\xc2\xa0", "a\"b"};
	static const struct {
		const char *name;
		size_t n;
	} bad[] = {{"", 0},      {".", 1},      {"..", 2},       {"a/b", 3},       {"/", 1},       {"a\\b", 3},      {"a\nb", 3},
	           {"a\0b", 3},  {"\x7f", 1},   {"a\x1b[m", 4},  {"\xc2\x85", 2},  {"\xc2\x9f", 2}, {"\xc0\xaf", 2}, {"\xff", 1},
	           {"\xed\xa0\x80", 3}};
	char longest[ATTACHMENT_NAME_MAX + 1];
	struct why why;
	memset(longest, 'x', sizeof longest);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_SAY(name_decode(good[i], strlen(good[i]), &why) == ERR_OK, "%s: %s", good[i], why.text);
	CHECK(name_decode(longest, ATTACHMENT_NAME_MAX, &why) == ERR_OK);
	CHECK(name_decode(longest, ATTACHMENT_NAME_MAX + 1, &why) == ERR_INPUT);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_SAY(name_decode(bad[i].name, bad[i].n, &why) == ERR_INPUT, "row %zu", i);
}

static void sizes(void)
{
	static const uint8_t big[CARD_MAX + 1];
	static struct content c;
	struct why why;
	c = (struct content){.card = slice_of(big, CARD_MAX), .credential = slice_of(big, CREDENTIAL_MAX)};
	CHECK(content_check(&c, &why) == ERR_OK);
	c.card.n++;
	CHECK(content_check(&c, &why) == ERR_LIMIT);
	c.card.n--;
	c.credential.n++;
	CHECK(content_check(&c, &why) == ERR_LIMIT);
	c.credential.n--;
	c.attachments = ATTACHMENTS_MAX + 1;
	CHECK(content_check(&c, &why) == ERR_LIMIT);
	c.attachments = 1;
	memset(c.attachment[0].name, 'x', ATTACHMENT_NAME_MAX + 1); // no NUL
	CHECK(content_check(&c, &why) == ERR_INPUT);
}

const struct test tests[] = {
	{"hdr0: round trip, truncation", round_trip}, {"hdr0: refusals", refusals}, {"envelope: sizes, truncation", envelopes},
	{"Padmé", padding}, {"share: associated data, info", associated_data}, {"body: round trip, truncation", bodies},
	{"attachment names", names}, {"content: maxima", sizes}, {NULL, NULL}};
