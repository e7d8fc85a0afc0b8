#include "test.h"

#include "base/wire.h"
#include "proto/hub.h"
#include "proto/keeper.h"

#define ROOM (1u << 20)

static struct why why;

// Each codec: a sample, and its decoding written again, which must give the same bytes.
struct codec {
	const char *name;
	void (*make)(struct buf *out);
	enum err (*again)(struct slice bytes, struct buf *out, struct why *w);
	size_t whole; // a list: also its parts of a multiple of this many bytes are whole
};

static uint8_t id[RECORD_ID] = {1, 2, 3};

static struct slice some(size_t n)
{
	static uint8_t bytes[4096];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + 1);
	return slice_of(bytes, n);
}

// --- Hub ----------------------------------------------------------------------------------------------------------------------

static void make_entries_ask(struct buf *out)
{
	hub_entries_ask(0x0102030405060708, 100, out);
}

static enum err again_entries_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint64_t from = 0;
	uint32_t most = 0;
	enum err e = hub_entries_ask_decode(bytes, &from, &most, w);
	if (e == ERR_OK)
		hub_entries_ask(from, most, out);
	return e;
}

static void make_entries(struct buf *out)
{
	buf_put_u32(out, 3);
	buf_put_vec16(out, some(5));
	buf_put_vec16(out, some(0));
	buf_put_vec16(out, some(40));
}

static enum err again_leaf(void *out, uint64_t index, struct slice leaf, struct why *w)
{
	(void)w;
	CHECK(index >= 7 && index < 10);
	buf_put_vec16(out, leaf);
	return ERR_OK;
}

static enum err again_entries(struct slice bytes, struct buf *out, struct why *w)
{
	uint32_t count = 0;
	buf_put_u32(out, 3);
	enum err e = hub_entries_answer_each(bytes, 7, again_leaf, out, &count, w);
	CHECK(e != ERR_OK || count == 3);
	return e;
}

static void make_proof_ask(struct buf *out)
{
	hub_proof_ask(5, UINT64_MAX, out);
}

static enum err again_proof_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint64_t index = 0, size = 0;
	enum err e = hub_proof_ask_decode(bytes, &index, &size, w);
	if (e == ERR_OK)
		hub_proof_ask(index, size, out);
	return e;
}

static void make_proof(struct buf *out)
{
	struct tree_proof proof = {.n = TREE_PROOF_MAX};
	memcpy(proof.hash, some(sizeof proof.hash).p, sizeof proof.hash);
	hub_proof_answer(&proof, out);
}

static enum err again_proof(struct slice bytes, struct buf *out, struct why *w)
{
	struct tree_proof proof;
	enum err e = hub_proof_answer_decode(bytes, &proof, w);
	if (e == ERR_OK)
		hub_proof_answer(&proof, out);
	return e;
}

static void make_list_ask(struct buf *out)
{
	hub_list_ask(300, 7, out);
}

static enum err again_list_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint16_t team = 0;
	uint64_t after = 0;
	enum err e = hub_list_ask_decode(bytes, &team, &after, w);
	if (e == ERR_OK)
		hub_list_ask(team, after, out);
	return e;
}

#define HDR0 100
#define SUMMARY (8 + 8 + 8 + 8 + 1 + 2 + HDR0)

static struct record_summary summary_of(uint64_t sequence)
{
	return (struct record_summary){.sequence = sequence, .minute = 29000000, .leaf = 12, .size = 20000, .seat = 3, .hdr0 = some(HDR0)};
}

static void make_list(struct buf *out)
{
	for (uint64_t i = 1; i <= 3; i++) {
		struct record_summary s = summary_of(i);
		hub_summary_encode(&s, out);
	}
}

static enum err again_summary(void *out, const struct record_summary *s, struct why *w)
{
	(void)w;
	hub_summary_encode(s, out);
	return ERR_OK;
}

static enum err again_list(struct slice bytes, struct buf *out, struct why *w)
{
	return hub_summary_each(bytes, again_summary, out, w);
}

static void make_record_ask(struct buf *out)
{
	hub_record_ask(65535, id, out);
}

static enum err again_record_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint16_t team = 0;
	uint8_t got[RECORD_ID];
	enum err e = hub_record_ask_decode(bytes, &team, got, w);
	if (e == ERR_OK)
		hub_record_ask(team, got, out);
	return e;
}

static void make_matches(struct buf *out)
{
	const struct match_summary m = {.tokens = 9, .common = 1, .neighbours = 2, .reporters_least = 1, .reporters_most = 3};
	hub_matches_answer(&m, 2, out);
	for (uint32_t i = 0; i < 2; i++) {
		struct match_answer_neighbour n = {.shared = {i, 2, 3, UINT32_MAX}, .derived = 4, .record = summary_of(i + 1)};
		hub_matches_answer_neighbour(&n, out);
	}
}

static enum err again_neighbour(void *out, const struct match_answer_neighbour *n, struct why *w)
{
	(void)w;
	hub_matches_answer_neighbour(n, out);
	return ERR_OK;
}

static enum err again_matches(struct slice bytes, struct buf *out, struct why *w)
{
	struct match_summary m = {0};
	struct buf rest;
	buf_init(&rest, ROOM);
	enum err e = hub_matches_answer_each(bytes, &m, again_neighbour, &rest, w);
	if (e == ERR_OK)
		hub_matches_answer(&m, 2, out);
	buf_put_slice(out, buf_slice(&rest));
	buf_free(&rest);
	return e;
}

static void make_compare(struct buf *out)
{
	hub_compare_ask(4, id, (struct slice[]){some(30), some(0), some(9)}, 3, out);
}

static enum err again_compare(struct slice bytes, struct buf *out, struct why *w)
{
	uint16_t team = 0;
	uint8_t got[RECORD_ID];
	struct slice batches[BATCHES_MAX];
	unsigned count = 0;
	enum err e = hub_compare_ask_decode(bytes, &team, got, batches, &count, w);
	if (e == ERR_OK)
		hub_compare_ask(team, got, batches, count, out);
	return e;
}

static void make_request_ask(struct buf *out)
{
	static const uint8_t leaf[ACTIVITY_LEAF] = {ACTIVITY_RELEASE, 1, 2};
	hub_request_ask(9, id, leaf, out);
}

static enum err again_request_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint16_t team = 0;
	uint8_t record[RECORD_ID], leaf[ACTIVITY_LEAF];
	enum err e = hub_request_ask_decode(bytes, &team, record, leaf, w);
	if (e == ERR_OK)
		hub_request_ask(team, record, leaf, out);
	return e;
}

static void make_bulletin_ask(struct buf *out)
{
	hub_bulletin_ask(77, out);
}

static enum err again_bulletin_ask(struct slice bytes, struct buf *out, struct why *w)
{
	uint64_t number = 0;
	enum err e = hub_bulletin_ask_decode(bytes, &number, w);
	if (e == ERR_OK)
		hub_bulletin_ask(number, out);
	return e;
}

static void put_filing(const struct voucher *v, const struct filing *f, struct buf *out)
{
	uint8_t voucher[VOUCHER_BYTES];
	struct buf filing;
	buf_init(&filing, FILING_MAX);
	voucher_encode(v, voucher);
	filing_encode(f, &filing);
	hub_filing_encode(voucher, buf_slice(&filing), out);
	buf_free(&filing);
}

static void make_filing(struct buf *out)
{
	struct voucher v = {.seat = 2, .kind = FILING_TOKENS, .time = 1790000000, .alias = {4}, .filing = {5}, .signature = {6}};
	struct filing f = {.kind = FILING_TOKENS, .salt = {7}, .record = {8}, .batches = 2, .batch = {some(1400), some(1300)}};
	put_filing(&v, &f, out);
}

static enum err again_filing(struct slice bytes, struct buf *out, struct why *w)
{
	struct voucher v;
	struct filing f;
	enum err e = hub_filing_decode(bytes, &v, &f, w);
	if (e == ERR_OK)
		put_filing(&v, &f, out);
	return e;
}

// --- Keeper -------------------------------------------------------------------------------------------------------------------

static void make_card(struct buf *out)
{
	keeper_card_encode(some(200), some(300), out);
}

static enum err again_card(struct slice bytes, struct buf *out, struct why *w)
{
	struct slice card, credential;
	enum err e = keeper_card_decode(bytes, &card, &credential, w);
	if (e == ERR_OK)
		keeper_card_encode(card, credential, out);
	return e;
}

static void make_step(struct buf *out)
{
	const struct ceremony_step s = {.order = some(90), .class = TOKEN_CLASSES - 1, .round = 2, .input = some(333)};
	ceremony_step_encode(&s, out);
}

static enum err again_step(struct slice bytes, struct buf *out, struct why *w)
{
	struct ceremony_step s;
	enum err e = ceremony_step_decode(bytes, &s, w);
	if (e == ERR_OK)
		ceremony_step_encode(&s, out);
	return e;
}

static const struct codec codecs[] = {
	{"entries ask", make_entries_ask, again_entries_ask, 0},
	{"entries", make_entries, again_entries, 0},
	{"proof ask", make_proof_ask, again_proof_ask, 0},
	{"proof", make_proof, again_proof, 0},
	{"list ask", make_list_ask, again_list_ask, 0},
	{"list", make_list, again_list, SUMMARY},
	{"record ask", make_record_ask, again_record_ask, 0},
	{"matches", make_matches, again_matches, 0},
	{"compare", make_compare, again_compare, 0},
	{"request ask", make_request_ask, again_request_ask, 0},
	{"bulletin ask", make_bulletin_ask, again_bulletin_ask, 0},
	{"filing", make_filing, again_filing, 0},
	{"card", make_card, again_card, 0},
	{"ceremony step", make_step, again_step, 0},
};

// The bytes in memory of exactly their size, so that a read past the end is seen.
static enum err try(const struct codec *c, struct slice bytes, struct buf *out)
{
	uint8_t *exact = malloc(bytes.n > 0 ? bytes.n : 1);
	if (exact == NULL)
		exit(1);
	if (bytes.n > 0)
		memcpy(exact, bytes.p, bytes.n);
	buf_clear(out);
	enum err e = c->again(slice_of(exact, bytes.n), out, &why);
	free(exact);
	return e;
}

static void check_codec(const struct codec *c)
{
	struct buf sample, out;
	buf_init(&sample, ROOM);
	buf_init(&out, ROOM);
	c->make(&sample);
	CHECK_SAY(buf_status(&sample) == ERR_OK && try(c, buf_slice(&sample), &out) == ERR_OK, "%s: %s", c->name, why.text);
	CHECK_SAY(slice_equal(buf_slice(&sample), buf_slice(&out)), "%s: another encoding", c->name);
	for (size_t n = 0; n < sample.n; n++)
		if (c->whole == 0 || n % c->whole != 0)
			CHECK_SAY(try(c, slice_part(buf_slice(&sample), 0, n), &out) == ERR_INPUT, "%s: cut to %zu bytes", c->name, n);
	buf_put_u8(&sample, 0);
	CHECK_SAY(try(c, buf_slice(&sample), &out) == ERR_INPUT, "%s: a byte too many", c->name);
	buf_free(&sample);
	buf_free(&out);
}

static void test_codecs(void)
{
	for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
		check_codec(&codecs[i]);
}

// --- Refused ------------------------------------------------------------------------------------------------------------------

static const struct codec *codec_named(const char *name)
{
	for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
		if (strcmp(codecs[i].name, name) == 0)
			return &codecs[i];
	exit(1);
}

// A sample with `length` bytes at an offset written over.
static void test_refused(void)
{
	static const struct {
		const char *codec;
		size_t at, length;
		uint8_t bytes[4];
		enum err want;
	} rows[] = {
		{"entries", 0, 4, {0, 0, 0, 4}, ERR_INPUT},        // more than there are
		{"entries", 0, 4, {0, 0, 0x20, 1}, ERR_LIMIT},     // 8193
		{"entries", 0, 4, {255, 255, 255, 255}, ERR_LIMIT},
		{"entries", 4, 2, {255, 255}, ERR_INPUT},          // a leaf longer than the answer
		{"proof", 0, 2, {0, 62}, ERR_INPUT},               // a hash left over
		{"proof", 0, 2, {0, 64}, ERR_LIMIT},
		{"proof", 0, 2, {255, 255}, ERR_LIMIT},
		{"list", SUMMARY - HDR0 - 2, 2, {0, HDR0 + 1}, ERR_INPUT},
		{"list", SUMMARY - HDR0 - 2, 2, {1, 1}, ERR_INPUT},        // a header of 257 bytes
		{"matches", 20, 4, {0, 0, 0, 1}, ERR_INPUT},       // a neighbour left over
		{"matches", 20, 4, {0, 0, 0, 3}, ERR_INPUT},
		{"matches", 20, 4, {0, 0, 3, 233}, ERR_INPUT},     // 1001
		{"compare", 18, 1, {4}, ERR_INPUT},
		{"compare", 18, 1, {2}, ERR_INPUT},
		{"compare", 18, 1, {33}, ERR_LIMIT},
		{"compare", 19, 4, {255, 255, 255, 255}, ERR_INPUT},
		{"filing", 0, 1, {0}, ERR_INPUT},                  // seat 0
		{"filing", 1, 1, {9}, ERR_INPUT},                  // kind of the voucher
		{"filing", VOUCHER_BYTES, 1, {9}, ERR_INPUT},      // kind of the filing
		{"card", 0, 2, {255, 255}, ERR_INPUT},
		{"ceremony step", 92, 1, {TOKEN_CLASSES}, ERR_INPUT},
		{"ceremony step", 94, 4, {255, 255, 255, 255}, ERR_INPUT},
	};
	struct buf sample, out;
	buf_init(&sample, ROOM);
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct codec *c = codec_named(rows[i].codec);
		buf_clear(&sample);
		c->make(&sample);
		REQUIRE(rows[i].at + rows[i].length <= sample.n);
		memcpy(sample.p + rows[i].at, rows[i].bytes, rows[i].length);
		enum err e = try(c, buf_slice(&sample), &out);
		CHECK_SAY(e == rows[i].want, "row %zu, %s: %s, %s", i, c->name, err_name(e), why.text);
	}
	buf_free(&sample);
	buf_free(&out);
}

static void put_leaves(struct buf *b, unsigned count)
{
	buf_put_u32(b, count);
	for (unsigned i = 0; i < count; i++)
		buf_put_vec16(b, some(1));
}

static void put_header(struct buf *b, unsigned bytes)
{
	struct record_summary s = summary_of(1);
	s.hdr0 = some(bytes);
	hub_summary_encode(&s, b);
}

static void put_neighbours(struct buf *b, unsigned count)
{
	const struct match_summary m = {.neighbours = count};
	const struct match_answer_neighbour n = {.record = summary_of(1)};
	hub_matches_answer(&m, count, b);
	for (unsigned i = 0; i < count; i++)
		hub_matches_answer_neighbour(&n, b);
}

static void put_batches(struct buf *b, unsigned count)
{
	hub_record_ask(1, id, b);
	buf_put_u8(b, (uint8_t)count);
	for (unsigned i = 0; i < count; i++)
		buf_put_vec32(b, some(1));
}

static enum err any_leaf(void *context, uint64_t index, struct slice leaf, struct why *w)
{
	(void)context, (void)index, (void)leaf, (void)w;
	return ERR_OK;
}

static enum err read_leaves(struct slice bytes, struct buf *out, struct why *w)
{
	uint32_t count;
	(void)out;
	return hub_entries_answer_each(bytes, 0, any_leaf, NULL, &count, w);
}

// Whole in every other way: the maximum alone decides.
static void test_maxima(void)
{
	static const struct {
		void (*put)(struct buf *b, unsigned count);
		enum err (*read)(struct slice bytes, struct buf *out, struct why *w);
		unsigned most;
		enum err beyond;
	} rows[] = {
		{put_leaves, read_leaves, HUB_ENTRIES_MAX, ERR_LIMIT},
		{put_header, again_list, RECORD_HEADER_MAX, ERR_INPUT},
		{put_neighbours, again_matches, MATCH_NEIGHBOURS_MAX, ERR_INPUT},
		{put_batches, again_compare, BATCHES_MAX, ERR_LIMIT},
	};
	struct buf b, out;
	buf_init(&b, ROOM);
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (unsigned more = 0; more <= 1; more++) {
			buf_clear(&b);
			buf_clear(&out);
			rows[i].put(&b, rows[i].most + more);
			enum err e = rows[i].read(buf_slice(&b), &out, &why);
			CHECK_SAY(e == (more == 0 ? ERR_OK : rows[i].beyond), "row %zu, %u: %s", i, rows[i].most + more, err_name(e));
		}
	buf_free(&b);
	buf_free(&out);
}

// What is asked for beyond the maximum is cut, not refused.
static void test_most(void)
{
	struct buf b;
	uint64_t from;
	uint32_t most;
	buf_init(&b, 12);
	hub_entries_ask(1, UINT32_MAX, &b);
	CHECK(hub_entries_ask_decode(buf_slice(&b), &from, &most, &why) == ERR_OK && from == 1 && most == HUB_ENTRIES_MAX);
	buf_free(&b);
}

static enum err stop_leaf(void *context, uint64_t index, struct slice leaf, struct why *w)
{
	(void)leaf;
	++*(unsigned *)context;
	return index == 8 ? why_set(w, ERR_DENIED, "enough") : ERR_OK;
}

static void test_stopped(void)
{
	struct buf b;
	unsigned calls = 0;
	uint32_t count = 77;
	buf_init(&b, ROOM);
	make_entries(&b);
	CHECK(hub_entries_answer_each(buf_slice(&b), 7, stop_leaf, &calls, &count, &why) == ERR_DENIED && calls == 2 && count == 77);
	buf_free(&b);
}

// --- Tables -------------------------------------------------------------------------------------------------------------------

static void test_hub_table(void)
{
	for (const struct hub_question *q = hub_questions; q->name != NULL; q++) {
		CHECK(hub_question(q->verb) == q);
		for (const struct hub_question *other = q + 1; other->name != NULL; other++)
			CHECK(strcmp(q->name, other->name) != 0 && q->verb != other->verb);
		CHECK_SAY(q->body_max <= ASK_BODY_MAX && strlen(q->name) <= SIGN_KIND_MAX - 4, "%s", q->name);
		CHECK_SAY((q->roles == ROLE_ANALYSE) != (q->keepers || q->verb == HUB_BULLETIN), "%s", q->name);
	}
	CHECK(hub_question((enum hub_verb)0) == NULL && hub_question((enum hub_verb)(HUB_COMPLAIN + 1)) == NULL);
	const size_t summary = 33 + 2 + RECORD_HEADER_MAX;
	CHECK(hub_question(HUB_LIST)->answer_max >= HUB_LIST_MAX * summary);
	CHECK(hub_question(HUB_MATCHES)->answer_max >= 24 + MATCH_NEIGHBOURS_MAX * (20 + summary));
	CHECK(hub_question(HUB_COMPARE)->body_max >= 19 + BATCHES_MAX * (4 + BATCH_SEALED_MAX));
	CHECK(hub_question(HUB_BULLETIN)->answer_max >= 8 + BULLETIN_MAX);
	CHECK(hub_question(HUB_RECORD)->answer_max >= RECORD_MAX && hub_question(HUB_ENTRIES)->answer_max >= HUB_ENTRIES_BYTES);
}

static void test_keeper_table(void)
{
	for (const struct keeper_question *q = keeper_questions; q->name != NULL; q++) {
		CHECK(keeper_question(q->verb) == q);
		for (const struct keeper_question *other = q + 1; other->name != NULL; other++)
			CHECK(strcmp(q->name, other->name) != 0 && q->verb != other->verb);
		CHECK_SAY(q->body_max <= ASK_BODY_MAX && strlen(q->name) <= SIGN_KIND_MAX - 4, "%s", q->name);
	}
	CHECK(keeper_question((enum keeper_verb)0) == NULL && keeper_question((enum keeper_verb)(KEEPER_CARDS + 1)) == NULL);
	CHECK(keeper_question(KEEPER_FILE)->body_max + VOUCHER_BYTES <= ASK_BODY_MAX);
}

const struct test tests[] = {
	{"codecs", test_codecs},
	{"refused", test_refused},
	{"maxima", test_maxima},
	{"most", test_most},
	{"stopped", test_stopped},
	{"hub_table", test_hub_table},
	{"keeper_table", test_keeper_table},
	{NULL, NULL},
};
