#include "filing/voucher.h"

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "filing/receipt.h"
#include "fixture.h"
#include "test.h"

#define NOW FIXTURE_NOW

// A voucher, and the filing and the moment at which the hub gets it.
struct delivery {
	struct filing f;
	struct voucher v;
	uint64_t now;
};

static struct filing filing(void)
{
	static uint8_t envelope[3000], batches[2][HPKE_OVERHEAD + 50];
	struct filing f = {.kind = FILING_RECORD, .payload = slice_of(envelope, sizeof envelope), .batches = 2};
	memset(batches[1], 1, sizeof batches[1]);
	for (unsigned i = 0; i < 2; i++)
		f.batch[i] = slice_of(batches[i], sizeof batches[i]);
	return f;
}

static struct delivery delivery(const struct fixture *x, unsigned signer, uint8_t seat, uint64_t time, struct slice origin)
{
	struct delivery d = {.f = filing(), .now = NOW, .v = {.seat = seat, .kind = FILING_RECORD, .time = time}};
	memset(d.v.alias, 4, ALIAS);
	filing_hash(&d.f, d.v.filing);
	voucher_sign(&d.v, x->seat[signer - 1].voucher, origin);
	return d;
}

static void as_it_is(struct delivery *d) { (void)d; }
static void late(struct delivery *d) { d->now = NOW + VOUCHER_AGE_MAX; }
static void early(struct delivery *d) { d->now = NOW - VOUCHER_AGE_MAX; }
static void old(struct delivery *d) { d->now = NOW + VOUCHER_AGE_MAX + 1; }
static void future(struct delivery *d) { d->now = NOW - VOUCHER_AGE_MAX - 1; }
static void wrong_seat(struct delivery *d) { d->v.seat = 2; }
static void no_seat(struct delivery *d) { d->v.seat = 4; }
static void seat_zero(struct delivery *d) { d->v.seat = 0; }
static void changed_time(struct delivery *d) { d->v.time++; }
static void changed_alias(struct delivery *d) { d->v.alias[31] ^= 1; }
static void changed_signature(struct delivery *d) { d->v.signature[0] ^= 1; }
static void changed_kind(struct delivery *d) { d->v.kind = FILING_REPLY; }
static void changed_hash(struct delivery *d) { d->v.filing[0] ^= 1; }
static void other_payload(struct delivery *d) { d->f.payload.n--; }
static void swapped_batches(struct delivery *d)
{
	struct slice first = d->f.batch[0];
	d->f.batch[0] = d->f.batch[1];
	d->f.batch[1] = first;
}
static void dropped_batch(struct delivery *d) { d->f.batches = 1; }
static void other_salt(struct delivery *d) { d->f.salt[0] ^= 1; }
static void other_kind(struct delivery *d) { d->f.kind = FILING_TOKENS; }
static void other_record(struct delivery *d) { d->f.record[0] ^= 1; }

static void vouchers(void)
{
	static const struct {
		void (*change)(struct delivery *d);
		enum err want;
		const char *say; // part of the explanation
	} rows[] = {
		{as_it_is, ERR_OK, ""},
		{late, ERR_OK, ""},
		{early, ERR_OK, ""},
		{old, ERR_DENIED, "301 seconds old; at most 300"},
		{future, ERR_DENIED, "made 301 seconds in the future; check its clock"},
		{wrong_seat, ERR_AUTH, "not signed by seat 2"},
		{no_seat, ERR_AUTH, "there is no seat 4"},
		{seat_zero, ERR_AUTH, "there is no seat 0"},
		{changed_time, ERR_AUTH, "not signed by seat 1"},
		{changed_alias, ERR_AUTH, "not signed by seat 1"},
		{changed_signature, ERR_AUTH, "not signed by seat 1"},
		{changed_kind, ERR_AUTH, "not signed by seat 1"},
		{changed_hash, ERR_AUTH, "not signed by seat 1"},
		{other_payload, ERR_AUTH, "it was given for another filing"},
		{swapped_batches, ERR_AUTH, "it was given for another filing"},
		{dropped_batch, ERR_AUTH, "it was given for another filing"},
		{other_salt, ERR_AUTH, "it was given for another filing"},
		{other_kind, ERR_AUTH, "it was given for another filing"},
		{other_record, ERR_AUTH, "it was given for another filing"},
	};
	struct fixture *x = fixture_new(2, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct delivery d = delivery(x, 1, 1, NOW, x->origin);
		struct why why = {""};
		rows[i].change(&d);
		enum err e = voucher_check(&d.v, &d.f, x->governance, d.now, &why);
		CHECK_SAY(e == rows[i].want && strstr(why.text, rows[i].say) != NULL, "row %zu: %s: %s", i, err_name(e), why.text);
	}
	fixture_free(x);
}

// Signed, but not by the right key, for the right platform, or at a possible time; and a voucher whose kind is not the filing's.
static void signers(void)
{
	struct fixture *x = fixture_new(2, 3);
	struct why why;
	struct delivery d = delivery(x, 2, 1, NOW, x->origin);
	CHECK(voucher_check(&d.v, &d.f, x->governance, NOW, &why) == ERR_AUTH);
	d = delivery(x, 1, 1, NOW, SLICE_LITERAL("elsewhere"));
	CHECK(voucher_check(&d.v, &d.f, x->governance, NOW, &why) == ERR_AUTH);
	static const uint64_t times[] = {0, UINT64_MAX};
	for (size_t i = 0; i < 2; i++) {
		d = delivery(x, 1, 1, times[i], x->origin);
		CHECK(voucher_check(&d.v, &d.f, x->governance, NOW, &why) == ERR_DENIED);
	}
	d = delivery(x, 1, 1, NOW, x->origin);
	voucher_sign(&d.v, x->seat[0].identity, x->origin);
	CHECK(voucher_check(&d.v, &d.f, x->governance, NOW, &why) == ERR_AUTH);
	d.v.kind = FILING_REPLY;
	voucher_sign(&d.v, x->seat[0].voucher, x->origin);
	CHECK(voucher_check(&d.v, &d.f, x->governance, NOW, &why) == ERR_AUTH);
	fixture_free(x);
}

static void voucher_bytes(void)
{
	struct fixture *x = fixture_new(2, 3);
	struct delivery d = delivery(x, 3, 3, NOW, x->origin);
	struct voucher got;
	struct why why;
	uint8_t bytes[VOUCHER_BYTES + 1] = {0};
	voucher_encode(&d.v, bytes);
	REQUIRE(voucher_decode(slice_of(bytes, VOUCHER_BYTES), &got, &why) == ERR_OK);
	CHECK(voucher_check(&got, &d.f, x->governance, NOW, &why) == ERR_OK);
	for (size_t n = 0; n <= VOUCHER_BYTES + 1; n++)
		if (n != VOUCHER_BYTES)
			CHECK_SAY(voucher_decode(slice_of(bytes, n), &got, &why) == ERR_INPUT, "%zu", n);
	static const struct {
		size_t place;
		uint8_t value;
	} bad[] = {{0, 0}, {0, SEATS_MAX + 1}, {0, 255}, {1, 0}, {1, 4}, {1, 255}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		voucher_encode(&d.v, bytes);
		bytes[bad[i].place] = bad[i].value;
		CHECK_SAY(voucher_decode(slice_of(bytes, VOUCHER_BYTES), &got, &why) == ERR_INPUT, "row %zu", i);
	}
	fixture_free(x);
}

// One member at one relay in one month is one alias; anything else is another.
static void aliases(void)
{
	static const uint8_t month[2][32] = {{1}, {2}}, member[2][SIGN_PUBLIC] = {{3}, {4}};
	uint8_t alias[4][ALIAS], again[ALIAS];
	for (int i = 0; i < 4; i++)
		alias_of(month[i / 2], member[i % 2], alias[i]);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < i; k++)
			CHECK(memcmp(alias[i], alias[k], ALIAS) != 0);
	hmac_sha256(slice_of(month[1], 32), slice_of(member[0], SIGN_PUBLIC), again);
	CHECK_BYTES(alias[2], again, ALIAS);
}

static void leaves(void)
{
	static const uint8_t salt[SALT] = {1}, hash[32] = {2};
	uint8_t leaf[ACTIVITY_LEAF], both[64] = {[0] = 1, [32] = 2}, want[32];
	sha256(slice_of(both, sizeof both), want);
	activity_leaf(ACTIVITY_NOTICE, 60 * 0x01020304ull + 59, salt, hash, leaf);
	CHECK_BYTES(leaf, "\x43\x01\x02\x03\x04", 5);
	CHECK_BYTES(leaf + 5, want, 32);
	struct why why;
	uint64_t time = 1;
	CHECK(activity_leaf_read(leaf, ACTIVITY_RELEASE, &time, &why) == ERR_INPUT && time == 1);
	CHECK_TEXT(why.text, "a leaf of type 0x43, not 0x41");
	CHECK(activity_leaf_read(leaf, ACTIVITY_NOTICE, &time, &why) == ERR_OK && time == 60 * 0x01020304ull);
	activity_leaf(ACTIVITY_FILING, ACTIVITY_TIME_MAX, salt, hash, leaf);
	CHECK_BYTES(leaf, "\x40\xff\xff\xff\xff", 5);
	CHECK(activity_leaf_read(leaf, ACTIVITY_NOTICE, &time, &why) == ERR_INPUT);
	CHECK(activity_leaf_read(leaf, ACTIVITY_FILING, &time, &why) == ERR_OK && time == ACTIVITY_TIME_MAX - 59);
}

static struct receipt receipt(const struct fixture *x, const uint8_t salt[static SALT], const uint8_t hash[static 32])
{
	struct receipt r = {.time = NOW, .index = 77};
	memcpy(r.filing, hash, 32);
	activity_leaf(ACTIVITY_FILING, r.time, salt, hash, r.leaf);
	receipt_sign(&r, x->hub, x->origin);
	return r;
}

static void receipts(void)
{
	static const uint8_t salt[SALT] = {1}, other_salt_bytes[SALT] = {2}, hash[32] = {3}, other_hash[32] = {4};
	struct fixture *x = fixture_new(2, 3);
	const struct charter *c = governance_charter(x->governance);
	struct receipt r = receipt(x, salt, hash), got;
	struct why why = {""};
	CHECK_SAY(receipt_check(&r, salt, hash, c, &why) == ERR_OK, "%s", why.text);
	CHECK(receipt_check(&r, salt, other_hash, c, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "receipt: it was given for another filing");
	CHECK(receipt_check(&r, other_salt_bytes, hash, c, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "receipt: the promised leaf is not this filing's");

	// Each signed by the hub, about a leaf that is another's.
	r.leaf[0] = ACTIVITY_RELEASE;
	receipt_sign(&r, x->hub, x->origin);
	CHECK(receipt_check(&r, salt, hash, c, &why) == ERR_AUTH);
	r = receipt(x, salt, hash);
	r.time += 60;
	receipt_sign(&r, x->hub, x->origin);
	CHECK(receipt_check(&r, salt, hash, c, &why) == ERR_AUTH);

	r = receipt(x, salt, hash);
	r.index++;
	CHECK(receipt_check(&r, salt, hash, c, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "receipt: not signed by the hub");
	receipt_sign(&r, x->ledger, x->origin);
	CHECK(receipt_check(&r, salt, hash, c, &why) == ERR_AUTH);
	receipt_sign(&r, x->hub, SLICE_LITERAL("elsewhere"));
	CHECK(receipt_check(&r, salt, hash, c, &why) == ERR_AUTH);

	uint8_t bytes[RECEIPT_BYTES + 1] = {0};
	r = receipt(x, salt, hash);
	receipt_encode(&r, bytes);
	CHECK(receipt_decode(slice_of(bytes, RECEIPT_BYTES), &got, &why) == ERR_OK);
	CHECK(got.index == 77 && receipt_check(&got, salt, hash, c, &why) == ERR_OK);
	for (size_t n = 0; n <= RECEIPT_BYTES + 1; n++)
		if (n != RECEIPT_BYTES)
			CHECK_SAY(receipt_decode(slice_of(bytes, n), &got, &why) == ERR_INPUT, "%zu", n);
	bytes[0] = 0xff; // a time that no leaf can hold
	CHECK(receipt_decode(slice_of(bytes, RECEIPT_BYTES), &got, &why) == ERR_INPUT);
	fixture_free(x);
}

const struct test tests[] = {
	{"vouchers that count, and that do not", vouchers},
	{"vouchers signed by others", signers},
	{"the bytes of a voucher", voucher_bytes},
	{"aliases", aliases},
	{"activity leaves", leaves},
	{"receipts", receipts},
	{NULL, NULL},
};
