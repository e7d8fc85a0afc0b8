#include "sample.h"

static uint8_t receipt[RECEIPT_BYTES];

static struct slice key_of(const char *text)
{
	return slice_text(text);
}

// --- Records ------------------------------------------------------------------------------------------------------------------

struct seen {
	struct store *s;
	uint64_t sequence[64];
	unsigned n, stop;
};

static enum err note(void *context, const struct stored_record *r, struct why *w)
{
	struct seen *seen = context;
	uint64_t count;
	seen->sequence[seen->n++] = r->sequence;
	CHECK(store_record_count(seen->s, &count, w) == ERR_OK); // another question from within
	return seen->n == seen->stop ? why_set(w, ERR_DENIED, "enough") : ERR_OK;
}

static void check_list(struct store *s, uint64_t records)
{
	for (uint16_t team = 0; team <= 4; team++)
		for (uint64_t after = 0; after <= records; after += 3)
			for (unsigned limit = 0; limit <= 6; limit += 3) {
				struct seen seen = {.s = s};
				unsigned n = 0;
				CHECK(store_record_each(s, team, after, limit, note, &seen, &why) == ERR_OK);
				for (uint64_t i = after + 1; i <= records && n < limit; i++) {
					struct stored_record r = sample_record(i);
					if (team == 0 || label_audience_has(&r.header.label, team))
						CHECK_SAY(n < seen.n && seen.sequence[n++] == i, "team %u after %llu: %llu", team, (unsigned long long)after,
						          (unsigned long long)i);
				}
				CHECK(n == seen.n);
			}
}

static void test_records(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	struct stored_record r;
	uint64_t count;
	for (uint64_t i = 1; i <= 12; i++) {
		CHECK(store_begin(s, &why) == ERR_OK);
		CHECK_SAY(sample_add(s, i) == ERR_OK, "%s", why.text);
		CHECK(store_commit(s, &why) == ERR_OK);
		store_close(s);
		s = sample_open(directory, STORE_HUB);
		for (uint64_t k = 1; k <= i; k++)
			CHECK(sample_is_here(s, k));
		CHECK(!sample_is_here(s, i + 1));
		CHECK(store_record_count(s, &count, &why) == ERR_OK && count == i);
	}
	check_list(s, 12);
	struct seen seen = {.s = s, .stop = 2};
	CHECK(store_record_each(s, 1, 0, 10, note, &seen, &why) == ERR_DENIED && seen.n == 2);
	seen = (struct seen){.s = s};
	CHECK(store_record_each(s, 1, UINT64_MAX, 10, note, &seen, &why) == ERR_OK && seen.n == 0);
	struct stored_record want = sample_record(7);
	CHECK(store_record_by_handle(s, want.handle, &r, &why) == ERR_OK && memcmp(r.id, want.id, RECORD_ID) == 0 && r.sequence == 7);
	CHECK(store_record_by_handle(s, want.handle + 1, &r, &why) == ERR_ABSENT);
	store_close(s);
	sample_remove(directory);
}

static void test_record_refused(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	struct stored_record old = sample_record(1), r;
	struct slice out;
	uint64_t count;
	CHECK(store_begin(s, &why) == ERR_OK && sample_add(s, 1) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(sample_add(s, 1) == ERR_EXISTS); // the same filing
	r = sample_record(2);
	memcpy(r.id, old.id, RECORD_ID);
	sample_receipt(2, receipt);
	CHECK(store_record_add(s, &r, sample_envelope(2), NULL, 0, receipt, &why) == ERR_EXISTS); // the same id
	r = sample_record(2);
	r.handle = old.handle;
	CHECK(store_record_add(s, &r, sample_envelope(2), NULL, 0, receipt, &why) == ERR_EXISTS); // the same handle
	r = sample_record(2);
	CHECK(store_receipt_get(s, r.filing, receipt, &why) == ERR_ABSENT);
	CHECK(store_tokens_add(s, r.id, r.filing, NULL, 0, receipt, &why) == ERR_ABSENT); // no such record
	CHECK(store_tokens_add(s, old.id, old.filing, NULL, 0, receipt, &why) == ERR_EXISTS); // a filing that has a receipt
	CHECK(store_record_get(s, r.id, &r, &why) == ERR_ABSENT);
	CHECK(store_envelope_get(s, r.id, &out, &why) == ERR_ABSENT);
	CHECK(sample_add(s, 2) == ERR_OK); // refusals left the transaction whole
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(sample_is_here(s, 1) && sample_is_here(s, 2));
	CHECK(store_record_count(s, &count, &why) == ERR_OK && count == 2);
	store_close(s);
	sample_remove(directory);
}

static void test_batches(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	struct queued_batch b;
	struct stored_record first = sample_record(2), later = sample_record(4);
	uint64_t reporter, again, number = 0, newest = 0;
	uint8_t filing[32] = {9};
	CHECK(store_batch_next(s, 0, &b, &why) == ERR_ABSENT);
	CHECK(store_begin(s, &why) == ERR_OK && sample_add(s, 2) == ERR_OK && sample_add(s, 4) == ERR_OK);
	CHECK(store_reporter(s, first.seat, first.alias, &reporter, &why) == ERR_OK);
	CHECK(store_reporter(s, (uint8_t)(first.seat + 1), first.alias, &again, &why) == ERR_OK && again != reporter);
	CHECK(store_tokens_add(s, first.id, filing, (struct slice[]){sample_batch(99)}, 1, receipt, &why) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(store_reporter(s, first.seat, first.alias, &again, &why) == ERR_OK && again == reporter);
	static const uint64_t want[] = {4, 5, 8, 99}; // record 2 has two batches, record 4 one, and one follows record 2
	for (unsigned i = 0; i < 4; i++) {
		const struct stored_record *r = i == 2 ? &later : &first;
		REQUIRE(store_batch_next(s, number, &b, &why) == ERR_OK);
		CHECK(b.number > number && slice_equal(b.sealed, sample_batch(want[i])) && b.handle == r->handle);
		CHECK(memcmp(b.record, r->id, RECORD_ID) == 0 && memcmp(b.batch_key, r->header.batch_key, SIGN_PUBLIC) == 0);
		CHECK((b.reporter == reporter) == (i != 2));
		number = newest = b.number;
	}
	CHECK(store_batch_next(s, number, &b, &why) == ERR_ABSENT && store_batch_next(s, UINT64_MAX, &b, &why) == ERR_ABSENT);
	CHECK(store_begin(s, &why) == ERR_OK);
	for (number = 0; store_batch_next(s, number, &b, &why) == ERR_OK; number = b.number)
		CHECK(store_batch_done(s, b.number, &why) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(store_batch_next(s, 0, &b, &why) == ERR_ABSENT);
	CHECK(store_begin(s, &why) == ERR_OK && sample_add(s, 1) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(store_batch_next(s, 0, &b, &why) == ERR_OK && b.number > newest); // numbers never come back
	store_close(s);
	sample_remove(directory);
}

// --- Counters, marks, values --------------------------------------------------------------------------------------------------

static void test_counters(void)
{
	static const struct {
		const char *scope, *key;
		uint32_t day;
		uint64_t amount, limit;
		enum err want;
		uint64_t total;
	} rows[] = {
		{"tokens", "a", 5, 60, 100, ERR_OK, 60},
		{"tokens", "a", 5, 41, 100, ERR_DENIED, 60},
		{"tokens", "a", 5, UINT64_MAX, 100, ERR_DENIED, 60},
		{"tokens", "a", 5, 40, 100, ERR_OK, 100},
		{"tokens", "a", 5, 1, 100, ERR_DENIED, 100},
		{"tokens", "a", 5, 0, 100, ERR_OK, 100},
		{"tokens", "a", 5, 0, 99, ERR_DENIED, 100}, // the limit was lowered
		{"tokens", "a", 5, 1, 101, ERR_OK, 101},
		{"tokens", "b", 5, 101, 100, ERR_DENIED, 0},
		{"tokens", "b", 5, 1, 0, ERR_DENIED, 0},
		{"tokens", "b", 5, INT64_MAX, INT64_MAX, ERR_OK, INT64_MAX},
		{"tokens", "b", 5, 1, INT64_MAX, ERR_DENIED, INT64_MAX},
		{"filings", "a", 5, 100, 100, ERR_OK, 100},
		{"tokens", "a", 6, 100, 100, ERR_OK, 100}, // another day
		{"tokens", "", UINT32_MAX, 2, 3, ERR_OK, 2},
	};
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_KEEPER);
	uint64_t total;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		total = 77;
		CHECK(store_begin(s, &why) == ERR_OK);
		enum err e = store_count_add(s, rows[i].scope, key_of(rows[i].key), rows[i].day, rows[i].amount, rows[i].limit, &total, &why);
		CHECK_SAY(e == rows[i].want && total == rows[i].total, "row %zu: %s, %llu", i, err_name(e), (unsigned long long)total);
		CHECK(store_commit(s, &why) == ERR_OK);
		store_close(s);
		s = sample_open(directory, STORE_KEEPER);
		CHECK(store_count_get(s, rows[i].scope, key_of(rows[i].key), rows[i].day, &total, &why) == ERR_OK && total == rows[i].total);
	}
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_count_add(s, "tokens", key_of("a"), 5, 1, 100, &total, &why) == ERR_DENIED);
	CHECK_TEXT(why.text, "tokens: 101 of 100 used today; 1 more asked");
	static const struct {
		const char *scope, *key;
		uint32_t from, to;
		uint64_t total;
	} sums[] = {
		{"tokens", "a", 5, 6, 201}, {"tokens", "a", 5, 5, 101}, {"tokens", "a", 6, 6, 100},    {"tokens", "a", 0, 40, 201}, {"tokens", "a", 7, 40, 0},
		{"tokens", "a", 0, 4, 0},   {"filings", "a", 0, 9, 100}, {"filings", "b", 0, 9, 0},    {"nothing", "a", 0, 9, 0},
		{"tokens", "", UINT32_MAX - 1, UINT32_MAX, 2},
	};
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		enum err e = store_count_sum(s, sums[i].scope, key_of(sums[i].key), sums[i].from, sums[i].to, &total, &why);
		CHECK_SAY(e == ERR_OK && total == sums[i].total, "sum %zu: %llu", i, (unsigned long long)total);
	}
	CHECK(store_forget(s, 6, &why) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(store_count_get(s, "tokens", key_of("a"), 5, &total, &why) == ERR_OK && total == 0);
	CHECK(store_count_get(s, "tokens", key_of("a"), 6, &total, &why) == ERR_OK && total == 100);
	store_close(s);
	sample_remove(directory);
}

static void test_marks(void)
{
	static const struct {
		const char *scope, *key;
		uint32_t day, forget; // before the mark
		enum err want;
	} rows[] = {
		{"nonce", "a", 5, 0, ERR_OK},
		{"nonce", "a", 5, 0, ERR_EXISTS},
		{"nonce", "a", 6, 0, ERR_EXISTS}, // on whatever day
		{"nonce", "b", 5, 0, ERR_OK},
		{"request", "a", 5, 0, ERR_OK},
		{"request", "a", 5, 5, ERR_EXISTS},
		{"nonce", "b", 7, 5, ERR_EXISTS},
		{"nonce", "a", 7, 6, ERR_OK}, // forgotten
		{"nonce", "a", 7, 7, ERR_EXISTS},
	};
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_KEEPER);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK(store_begin(s, &why) == ERR_OK && store_forget(s, rows[i].forget, &why) == ERR_OK);
		CHECK_SAY(store_mark(s, rows[i].scope, key_of(rows[i].key), rows[i].day, &why) == rows[i].want, "row %zu: %s", i, why.text);
		CHECK(store_commit(s, &why) == ERR_OK);
	}
	store_close(s);
	sample_remove(directory);
}

static void test_values(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	struct slice v;
	uint8_t *large = calloc(1, STORE_VALUE_MAX + 1);
	REQUIRE(large != NULL);
	CHECK(store_value_get(s, "checkpoint", &v, &why) == ERR_ABSENT);
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_value_put(s, "checkpoint", slice_of(large, STORE_VALUE_MAX + 1), &why) == ERR_LIMIT);
	CHECK(store_value_put(s, "checkpoint", key_of("one"), &why) == ERR_OK);
	CHECK(store_value_put(s, "empty", slice_of(NULL, 0), &why) == ERR_OK);
	CHECK(store_value_put(s, "large", slice_of(large, STORE_VALUE_MAX), &why) == ERR_OK);
	CHECK(store_value_put(s, "checkpoint", key_of("two"), &why) == ERR_OK);
	CHECK(store_value_remove(s, "never", &why) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(store_value_get(s, "checkpoint", &v, &why) == ERR_OK && slice_is_text(v, "two"));
	CHECK(store_value_get(s, "empty", &v, &why) == ERR_OK && v.n == 0);
	CHECK(store_value_get(s, "large", &v, &why) == ERR_OK && slice_equal(v, slice_of(large, STORE_VALUE_MAX)));
	CHECK(store_begin(s, &why) == ERR_OK && store_value_remove(s, "checkpoint", &why) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(store_value_get(s, "checkpoint", &v, &why) == ERR_ABSENT);
	free(large);
	store_close(s);
	sample_remove(directory);
}

// --- Replies, cards, held documents -------------------------------------------------------------------------------------------

static enum err reply_add(struct store *s, uint64_t tag, uint64_t filing)
{
	static uint8_t blob[REPLY_BYTES];
	uint8_t hash[32];
	sample_bytes("reply", filing, blob, sizeof blob);
	sample_bytes("tag", tag, blob, REPLY_TAG);
	sample_bytes("reply filing", filing, hash, sizeof hash);
	sample_receipt(filing, receipt);
	return store_reply_add(s, blob, hash, receipt, &why);
}

// Whether the bulletin has exactly the replies from..to-1, in whatever order; *sorted when that is the order of their coming.
static bool holds(struct slice bytes, uint64_t number, uint64_t from, uint64_t to, bool *sorted)
{
	struct bulletin b;
	unsigned found = 0;
	if (bulletin_decode(bytes, &b, &why) != ERR_OK || b.number != number || b.count != to - from)
		return false;
	*sorted = true;
	for (uint64_t i = from; i < to; i++)
		for (uint32_t k = 0; k < b.count; k++) {
			uint8_t want[REPLY_TAG];
			sample_bytes("tag", i, want, REPLY_TAG);
			if (memcmp(b.blob[k], want, REPLY_TAG) == 0) {
				found++;
				*sorted = *sorted && k == i - from;
			}
		}
	return found == b.count;
}

static void test_replies(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t number = 77, newest = 77;
	unsigned count = 77;
	uint8_t hash[32];
	struct slice bytes;
	bool sorted;
	CHECK(store_bulletin_newest(s, &newest, &why) == ERR_OK && newest == 0);
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_bulletin_make(s, 600, &number, &count, &why) == ERR_ABSENT && number == 77 && count == 77);
	for (uint64_t i = 0; i < 30; i++)
		CHECK(reply_add(s, i, i) == ERR_OK);
	CHECK(reply_add(s, 3, 1000) == ERR_EXISTS); // tag used, waiting
	CHECK(reply_add(s, 1000, 3) == ERR_EXISTS); // this filing was accepted before
	CHECK(store_bulletin_make(s, 600, &number, &count, &why) == ERR_OK && number == 1 && count == 30);
	CHECK(reply_add(s, 3, 1000) == ERR_EXISTS); // tag used, published
	CHECK(reply_add(s, 30, 30) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(store_begin(s, &why) == ERR_OK && store_bulletin_make(s, 1200, &number, &count, &why) == ERR_OK && number == 2 && count == 1);
	CHECK(store_bulletin_make(s, 1200, &number, &count, &why) == ERR_ABSENT);
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(store_bulletin_get(s, 1, &bytes, &why) == ERR_OK && holds(bytes, 1, 0, 30, &sorted) && !sorted); // by chance: 1 in 30!
	CHECK(store_bulletin_get(s, 2, &bytes, &why) == ERR_OK && holds(bytes, 2, 30, 31, &sorted));
	CHECK(store_bulletin_get(s, 0, &bytes, &why) == ERR_ABSENT && store_bulletin_get(s, 3, &bytes, &why) == ERR_ABSENT);
	CHECK(store_bulletin_newest(s, &newest, &why) == ERR_OK && newest == 2);
	uint8_t got[RECEIPT_BYTES];
	sample_bytes("reply filing", 7, hash, sizeof hash);
	sample_receipt(7, receipt);
	CHECK(store_receipt_get(s, hash, got, &why) == ERR_OK && memcmp(got, receipt, RECEIPT_BYTES) == 0);
	store_close(s);
	sample_remove(directory);
}

struct list {
	char text[200];
	enum err end;
};

static enum err list_card(void *context, struct slice card, struct slice credential, struct why *w)
{
	struct list *l = context;
	size_t n = strlen(l->text);
	snprintf(l->text + n, sizeof l->text - n, "%.*s/%.*s ", SLICE_ARGS(card), SLICE_ARGS(credential));
	return l->end == ERR_OK ? ERR_OK : why_set(w, l->end, "enough");
}

static enum err list_held(void *context, struct slice leaf, struct why *w)
{
	return list_card(context, leaf, SLICE_LITERAL(""), w);
}

static void test_cards(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_KEEPER);
	const uint8_t a[CARD_ID] = {1}, b[CARD_ID] = {2}, c[CARD_ID] = {3};
	struct slice card, credential;
	struct list all = {.end = ERR_OK}, held = {.end = ERR_OK}, one = {.end = ERR_DENIED};
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_card_put(s, b, key_of("beta"), key_of("old"), &why) == ERR_OK);
	CHECK(store_card_put(s, a, key_of("alpha"), key_of("x"), &why) == ERR_OK);
	CHECK(store_card_put(s, b, key_of("beta"), key_of("new"), &why) == ERR_OK);
	CHECK(store_held_add(s, key_of("second"), &why) == ERR_OK && store_held_add(s, key_of("first"), &why) == ERR_OK);
	CHECK(store_held_add(s, key_of("second"), &why) == ERR_OK); // kept once
	CHECK(store_commit(s, &why) == ERR_OK);
	store_close(s);
	s = sample_open(directory, STORE_KEEPER);
	CHECK(store_card_get(s, b, &card, &credential, &why) == ERR_OK && slice_is_text(card, "beta") && slice_is_text(credential, "new"));
	CHECK(store_card_get(s, c, &card, &credential, &why) == ERR_ABSENT);
	CHECK(store_card_each(s, list_card, &all, &why) == ERR_OK);
	CHECK_TEXT(all.text, "alpha/x beta/new ");
	CHECK(store_card_each(s, list_card, &one, &why) == ERR_DENIED);
	CHECK_TEXT(one.text, "alpha/x ");
	CHECK(store_held_each(s, list_held, &held, &why) == ERR_OK);
	CHECK_TEXT(held.text, "second/ first/ ");
	store_close(s);
	sample_remove(directory);
}

// What was erased is not in the file any more: values under secret_delete.
static void test_erased(void)
{
	const char *directory = sample_directory();
	char path[FILE_PATH_MAX];
	struct store *s = sample_open(directory, STORE_HUB);
	size_t n = 0;
	CHECK(store_begin(s, &why) == ERR_OK && store_value_put(s, "a", key_of("needle-in-the-hay"), &why) == ERR_OK);
	CHECK(store_commit(s, &why) == ERR_OK);
	CHECK(store_begin(s, &why) == ERR_OK && store_value_remove(s, "a", &why) == ERR_OK && store_commit(s, &why) == ERR_OK);
	store_close(s);
	snprintf(path, sizeof path, "%s/store.sqlite", directory);
	unsigned char *file = test_read(path, &n);
	CHECK(file != NULL && memmem(file, n, "needle", 6) == NULL);
	free(file);
	sample_remove(directory);
}

const struct test tests[] = {
	{"records", test_records},
	{"record_refused", test_record_refused},
	{"batches", test_batches},
	{"counters", test_counters},
	{"marks", test_marks},
	{"values", test_values},
	{"replies", test_replies},
	{"cards", test_cards},
	{"erased", test_erased},
	{NULL, NULL},
};
