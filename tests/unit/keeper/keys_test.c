// What keys does for core, and what it does not do for a core that has been taken over.
#include "seat.h"

#include "base/wire.h"
#include "crypto/hash.h"
#include "filing/release.h"
#include "filing/voucher.h"
#include "sys/fail.h"

typedef enum err question(void *keys, struct slice payload, struct buf *reply, struct why *why);

static struct fixture *f;
static struct seat_state seats[SEATS];

static void platform(void)
{
	f = fixture_new(NEEDED, SEATS);
	clock_set(FIXTURE_NOW);
	for (unsigned i = 0; i < SEATS; i++)
		seat_make(&seats[i], f, i);
}

static void tear_down(void)
{
	for (unsigned i = 0; i < SEATS; i++)
		seat_remove(&seats[i]);
	fixture_free(f);
	clock_reset();
	fail_clear();
}

static enum err ask(unsigned seat, question *q, const struct buf *frame, struct buf *reply)
{
	buf_clear(reply);
	return q(seats[seat].keys, buf_slice(frame), reply, &why);
}

// Every shorter frame, and a longer one, is refused, whatever it asks.
static void expect_exact(question *q, struct buf *frame)
{
	struct buf reply;
	buf_init(&reply, 1u << 20);
	for (size_t n = 0; n < frame->n; n++) {
		buf_clear(&reply);
		CHECK_SAY(q(seats[0].keys, slice_of(frame->p, n), &reply, &why) != ERR_OK, "%zu of %zu bytes", n, frame->n);
	}
	buf_put_u8(frame, 0);
	CHECK(ask(0, q, frame, &reply) != ERR_OK);
	buf_free(&reply);
}

// --- Cosigning ------------------------------------------------------------------------------------------------------------

static void cosign_frame(struct buf *frame, uint64_t size, uint8_t root)
{
	uint8_t bytes[TREE_HASH];
	memset(bytes, root, sizeof bytes);
	buf_clear(frame);
	buf_put_u8(frame, 1);
	buf_put_u64(frame, size);
	buf_put(frame, bytes, sizeof bytes);
}

static void cosigning_never_goes_back(void)
{
	static const struct {
		uint64_t size;
		uint8_t root;
		enum err want;
	} rows[] = {
		{7, 1, ERR_OK}, {7, 1, ERR_OK}, {7, 2, ERR_AUTH}, {6, 1, ERR_DENIED}, {0, 0, ERR_DENIED}, {8, 3, ERR_OK}, {7, 1,
		    ERR_DENIED},
		{8, 1, ERR_AUTH}, {8, 3, ERR_OK},
	};
	struct buf frame, reply;
	buf_init(&frame, 100);
	buf_init(&reply, 4096);
	platform();
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		cosign_frame(&frame, rows[i].size, rows[i].root);
		CHECK_SAY(ask(0, keys_cosign, &frame, &reply) == rows[i].want, "row %u: %s", i, why.text);
		CHECK((reply.n > 0) == (rows[i].want == ERR_OK));
		seat_restart(&seats[0]); // it is all on disk
	}
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

static void nothing_is_cosigned_that_is_not_on_disk(void)
{
	static const enum fail_kind kinds[] = {FAIL_OPEN, FAIL_WRITE, FAIL_SYNC, FAIL_RENAME};
	struct buf frame, reply;
	buf_init(&frame, 100);
	buf_init(&reply, 4096);
	platform();
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		cosign_frame(&frame, 10 + i, 1);
		fail_at(kinds[i], 1, 5);
		CHECK(ask(0, keys_cosign, &frame, &reply) == ERR_SYSTEM);
		CHECK(reply.n == 0);
		fail_clear();
		CHECK(seats[0].keys->witnessed.size == 0);
	}
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

static void the_cosignature_is_the_seats(void)
{
	struct buf frame, reply, note, with;
	struct note_key log, witness;
	struct checkpoint c = {.size = 5}, back;
	struct cosigners who;
	char name[SIGN_ORIGIN_MAX + 16];
	buf_init(&frame, 100);
	buf_init(&reply, 4096);
	buf_init(&note, NOTE_MAX);
	buf_init(&with, NOTE_MAX);
	platform();
	charter_witness_name(&f->charter, 1, name);
	seat_must(note_key_make(slice_text(name), NOTE_COSIGNATURE, f->charter.seats[0].witness, &witness, &why));
	seat_must(note_key_make(f->origin, NOTE_ED25519, f->charter.ledger_key, &log, &why));
	memcpy(c.origin, f->charter.origin, sizeof c.origin);
	memset(c.root, 9, sizeof c.root);
	seat_must(checkpoint_sign(&c, &log, f->ledger, &note, &why));
	cosign_frame(&frame, 5, 9);
	CHECK(ask(0, keys_cosign, &frame, &reply) == ERR_OK);
	CHECK(checkpoint_add(buf_slice(&note), slice_part(buf_slice(&reply), 8, reply.n), &witness, &with, &why) == ERR_OK);
	CHECK(checkpoint_verify(buf_slice(&with), &log, &witness, 1, &back, &who, &why) == ERR_OK && who.count == 1);
	CHECK(who.times[0] == FIXTURE_NOW);
	expect_exact(keys_cosign, &frame);
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
	buf_free(&note);
	buf_free(&with);
}

// --- Vouchers -------------------------------------------------------------------------------------------------------------

static void vouch_frame(struct buf *frame, uint64_t time, uint8_t member)
{
	uint8_t bytes[32];
	memset(bytes, member, sizeof bytes);
	buf_clear(frame);
	buf_put_u8(frame, 1);
	buf_put_u8(frame, FILING_REPLY);
	buf_put_u64(frame, time);
	buf_put(frame, bytes, sizeof bytes);
	buf_put(frame, bytes, sizeof bytes);
}

static struct voucher vouched(uint64_t time, uint8_t member)
{
	struct buf frame, reply;
	struct voucher v = {0};
	buf_init(&frame, 200);
	buf_init(&reply, VOUCHER_BYTES);
	clock_set(time);
	vouch_frame(&frame, time, member);
	CHECK_SAY(ask(0, keys_vouch, &frame, &reply) == ERR_OK, "%s", why.text);
	CHECK(voucher_decode(buf_slice(&reply), &v, &why) == ERR_OK);
	buf_free(&frame);
	buf_free(&reply);
	return v;
}

static void an_alias_lasts_a_month(void)
{
	const uint64_t september = 1788300000, end = 1790812799, october = 1790812800, november = 1793491200; // 2026-09-01T21:20Z, …
	char path[CONF_TEXT_MAX];
	platform();
	struct voucher first = vouched(september, 1), other = vouched(september, 2);
	CHECK(memcmp(first.alias, other.alias, ALIAS) != 0);
	seat_restart(&seats[0]);
	struct voucher later = vouched(end, 1), next = vouched(october, 1);
	CHECK(memcmp(first.alias, later.alias, ALIAS) == 0);
	CHECK(memcmp(first.alias, next.alias, ALIAS) != 0);
	keys_path(seats[0].keys, "alias-202609", path);
	CHECK(file_has(path));
	vouched(november, 1);
	CHECK(!file_has(path)); // nobody can link it to anybody any more
	keys_path(seats[0].keys, "alias-202610", path);
	CHECK(file_has(path));
	tear_down();
}

static void a_voucher_is_for_now(void)
{
	struct buf frame, reply;
	buf_init(&frame, 200);
	buf_init(&reply, VOUCHER_BYTES);
	platform();
	vouch_frame(&frame, FIXTURE_NOW + VOUCHER_AGE_MAX + 1, 1);
	CHECK(ask(0, keys_vouch, &frame, &reply) == ERR_DENIED);
	vouch_frame(&frame, FIXTURE_NOW - VOUCHER_AGE_MAX - 1, 1);
	CHECK(ask(0, keys_vouch, &frame, &reply) == ERR_DENIED);
	vouch_frame(&frame, FIXTURE_NOW, 1);
	CHECK(ask(0, keys_vouch, &frame, &reply) == ERR_OK);
	expect_exact(keys_vouch, &frame);
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

// --- Release --------------------------------------------------------------------------------------------------------------

static void release_frame(struct buf *frame, uint16_t quarter, const uint8_t scalar[static SCALAR])
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX], sealed[RECORD_SHARE], request[32];
	struct slice hdr0 = SLICE_LITERAL("a header");
	uint8_t commitment[RECORD_COMMITMENT] = {4}, pk[HPKE_PUBLIC];
	memset(request, 5, sizeof request);
	share_aad(hdr0, commitment, 1, aad);
	xwing_public(f->seat[0].sealing, pk);
	seat_must(hpke_seal(pk, share_info(f->origin, room), slice_of(aad, sizeof aad), slice_of(scalar, SCALAR), sealed));
	buf_clear(frame);
	buf_put_u16(frame, quarter);
	buf_put(frame, aad, sizeof aad);
	buf_put(frame, sealed, sizeof sealed);
	buf_put(frame, request, sizeof request);
	buf_put(frame, f->member[FIXTURE_ANALYST].card.sealing, HPKE_PUBLIC);
}

static void a_share_reaches_the_analyst_alone(void)
{
	struct buf frame, reply;
	uint8_t scalar[SCALAR], request[32];
	struct share got;
	buf_init(&frame, KEYS_RELEASE_BYTES + 1);
	buf_init(&reply, RELEASED_BYTES);
	memset(request, 5, sizeof request);
	platform();
	scalar_random(scalar);
	release_frame(&frame, f->quarter, scalar);
	CHECK(ask(0, keys_release, &frame, &reply) == ERR_OK);
	CHECK(released_open(buf_slice(&reply), request, 1, &f->charter, f->member[FIXTURE_ANALYST].sealing, &got, &why) == ERR_OK);
	CHECK_BYTES(got.scalar, scalar, SCALAR);
	CHECK(released_open(buf_slice(&reply), request, 1, &f->charter, f->member[FIXTURE_SECOND_ANALYST].sealing, &got,
	                    &why) == ERR_AUTH);
	// Header, commitment, seat and share are all bound: a bit anywhere in them.
	for (size_t i = 2; i < 2 + SHARE_AAD + RECORD_SHARE; i += 97) {
		frame.p[i] ^= 1;
		CHECK_SAY(ask(0, keys_release, &frame, &reply) == ERR_AUTH, "byte %zu", i);
		frame.p[i] ^= 1;
	}
	release_frame(&frame, f->quarter - 1, scalar); // sealed to another quarter's key
	CHECK(ask(0, keys_release, &frame, &reply) == ERR_AUTH);
	release_frame(&frame, f->quarter - 9, scalar);
	CHECK(ask(0, keys_release, &frame, &reply) == ERR_ABSENT);
	release_frame(&frame, f->quarter, scalar);
	expect_exact(keys_release, &frame);
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

static void a_destroyed_key_opens_nothing(void)
{
	struct buf frame, reply;
	uint8_t scalar[SCALAR];
	buf_init(&frame, KEYS_RELEASE_BYTES);
	buf_init(&reply, RELEASED_BYTES);
	platform();
	scalar_random(scalar);
	buf_put_u16(&frame, f->quarter);
	CHECK(ask(0, keys_forget, &frame, &reply) == ERR_DENIED); // it is still being sealed to
	buf_clear(&frame);
	buf_put_u16(&frame, f->quarter - 1);
	CHECK(ask(0, keys_forget, &frame, &reply) == ERR_OK); // nothing before it
	release_frame(&frame, f->quarter, scalar);
	CHECK(ask(0, keys_release, &frame, &reply) == ERR_OK);
	clock_set(FIXTURE_NOW + 2 * 92 * 86400);
	buf_clear(&frame);
	buf_put_u16(&frame, f->quarter + 1);
	CHECK(ask(0, keys_forget, &frame, &reply) == ERR_OK);
	release_frame(&frame, f->quarter, scalar);
	CHECK(ask(0, keys_release, &frame, &reply) == ERR_ABSENT);
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

// --- Tokens ---------------------------------------------------------------------------------------------------------------

static void evaluate_frame(struct buf *frame, uint16_t epoch, const uint8_t public[static ELEMENT])
{
	uint8_t blind[SCALAR], blinded[ELEMENT];
	seat_must(voprf_blind(SLICE_LITERAL("input"), blind, blinded));
	buf_clear(frame);
	buf_put_u8(frame, 2);
	buf_put_u16(frame, epoch);
	buf_put(frame, public, ELEMENT);
	buf_put_u16(frame, 1);
	buf_put(frame, blinded, sizeof blinded);
}

static void evaluations_are_by_the_published_share(void)
{
	struct buf frame, reply;
	buf_init(&frame, 4096);
	buf_init(&reply, 4096);
	platform();
	const struct token_key *key = governance_token_key(f->governance, 2, 1);
	evaluate_frame(&frame, 1, key->share[0]);
	CHECK_SAY(ask(0, keys_evaluate, &frame, &reply) == ERR_OK, "%s", why.text);
	const uint8_t(*blinded)[ELEMENT] = (const uint8_t(*)[ELEMENT])(frame.p + KEYS_EVALUATE_HEAD);
	CHECK(reply.n == ELEMENT + VOPRF_PROOF);
	CHECK(voprf_verify(key->share[0], blinded, (const uint8_t(*)[ELEMENT])reply.p, 1, reply.p + ELEMENT) == ERR_OK);
	CHECK(ask(1, keys_evaluate, &frame, &reply) == ERR_ABSENT); // another seat's share
	evaluate_frame(&frame, 2, key->share[0]);
	CHECK(ask(0, keys_evaluate, &frame, &reply) == ERR_ABSENT);
	evaluate_frame(&frame, 1, key->share[0]);
	memset(frame.p + KEYS_EVALUATE_HEAD, 0, ELEMENT);
	CHECK(ask(0, keys_evaluate, &frame, &reply) == ERR_INPUT); // the identity
	evaluate_frame(&frame, 1, key->share[0]);
	expect_exact(keys_evaluate, &frame);
	tear_down();
	buf_free(&frame);
	buf_free(&reply);
}

// --- Ceremonies -------------------------------------------------------------------------------------------------------------

static uint8_t ceremony_keys[SEATS_MAX][ELEMENT];

static void ceremony_frame(struct buf *frame, unsigned seat, uint8_t round, uint8_t order, struct slice input)
{
	uint8_t id[KEYS_CEREMONY_ID];
	memset(id, order, sizeof id);
	buf_clear(frame);
	buf_put_u8(frame, (uint8_t)(seat + 1));
	buf_put_u8(frame, NEEDED);
	buf_put_u8(frame, SEATS);
	buf_put_u8(frame, 3);
	buf_put_u8(frame, round);
	buf_put_u16(frame, 2);
	buf_put(frame, id, sizeof id);
	buf_put(frame, ceremony_keys, sizeof ceremony_keys);
	buf_put_slice(frame, input);
}

// One round at all seats, each asked twice with a restart between: *next is the input of the round after.
static void play_round(uint8_t round, uint8_t order, struct slice input, struct buf *next)
{
	struct buf frame, first, again;
	buf_init(&frame, KEYS_FRAME_MAX);
	buf_init(&first, 1u << 20);
	buf_init(&again, 1u << 20);
	buf_clear(next);
	for (unsigned i = 0; i < SEATS; i++) {
		ceremony_frame(&frame, i, round, order, input);
		CHECK_SAY(ask(i, keys_ceremony, &frame, &first) == ERR_OK, "round %u, seat %u: %s", round, i + 1, why.text);
		seat_restart(&seats[i]);
		CHECK_SAY(ask(i, keys_ceremony, &frame, &again) == ERR_OK, "round %u, seat %u: %s", round, i + 1, why.text);
		CHECK(slice_equal(buf_slice(&first), buf_slice(&again)));
		if (round == 1)
			buf_put_vec32(next, buf_slice(&first));
		else if (round != 3 || i == 0)
			buf_put_slice(next, buf_slice(&first));
	}
	buf_free(&frame);
	buf_free(&first);
	buf_free(&again);
}

static void token_key_of(struct slice certificate, struct token_key *k, struct buf *body)
{
	static struct dkg_public public;
	*k = (struct token_key){.class = 3, .epoch = 2, .t = NEEDED, .n = SEATS};
	seat_must(dkg_certificate_read(certificate, &public, &why));
	memcpy(k->key, public.group, ELEMENT);
	memcpy(k->share, public.shares, sizeof k->share);
	sha256(dkg_transcript(certificate, &public), k->transcript);
	buf_clear(body);
	token_key_encode(k, body);
}

static void ceremony_setup(void)
{
	platform();
	memset(ceremony_keys, 0, sizeof ceremony_keys);
	for (unsigned i = 0; i < SEATS; i++)
		seat_must(dkg_key_public(f->seat[i].ceremony, ceremony_keys[i]));
}

static void a_ceremony_makes_a_key_that_evaluates(void)
{
	struct buf in, out, frame, reply;
	struct token_key k;
	uint64_t officers = 0, keepers = 0;
	buf_init(&in, CEREMONY_INPUT_MAX);
	buf_init(&out, CEREMONY_INPUT_MAX);
	buf_init(&frame, KEYS_FRAME_MAX);
	buf_init(&reply, 4096);
	ceremony_setup();
	play_round(1, 7, buf_slice(&in), &out);
	play_round(2, 7, buf_slice(&out), &in);
	play_round(3, 7, buf_slice(&in), &out);
	token_key_of(buf_slice(&out), &k, &in);
	play_round(4, 7, buf_slice(&in), &out);
	struct document d = {.type = DOCUMENT_TOKEN_KEY, .body = buf_slice(&in), .signatures = SEATS};
	for (unsigned i = 0; i < SEATS; i++) {
		d.signature[i] = (struct signature){.by = SIGNER_KEEPER, .seat = (uint8_t)(i + 1)};
		memcpy(d.signature[i].bytes, out.p + i * SIGN_BYTES, SIGN_BYTES);
	}
	CHECK(out.n == SEATS * SIGN_BYTES && document_verify(&d, &f->charter, &officers, &keepers, &why) == ERR_OK);
	CHECK(keepers == fixture_seats(SEATS) && officers == 0);
	evaluate_frame(&frame, 2, k.share[1]);
	frame.p[0] = 3;
	CHECK_SAY(ask(1, keys_evaluate, &frame, &reply) == ERR_OK, "%s", why.text);
	// A key that this ceremony did not give is not signed.
	k.transcript[0] ^= 1;
	buf_clear(&in);
	token_key_encode(&k, &in);
	ceremony_frame(&frame, 0, 4, 7, buf_slice(&in));
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_AUTH);
	tear_down();
	buf_free(&in);
	buf_free(&out);
	buf_free(&frame);
	buf_free(&reply);
}

static bool has_state(unsigned i, unsigned class, unsigned epoch)
{
	char name[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	snprintf(name, sizeof name, "dkg-%u-%u.state", class, epoch);
	keys_path(seats[i].keys, name, path);
	return file_has(path);
}

static enum err end_ceremony(unsigned i, uint8_t class, uint16_t epoch, struct buf *reply)
{
	struct buf frame;
	buf_init(&frame, 3);
	buf_put_u8(&frame, class);
	buf_put_u16(&frame, epoch);
	enum err e = ask(i, keys_ceremony_over, &frame, reply);
	buf_free(&frame);
	return e;
}

static void a_ceremony_that_is_over_leaves_nothing(void)
{
	struct buf in, out, reply;
	buf_init(&in, CEREMONY_INPUT_MAX);
	buf_init(&out, CEREMONY_INPUT_MAX);
	buf_init(&reply, 4096);
	ceremony_setup();
	play_round(1, 7, buf_slice(&in), &out); // class 3, epoch 2
	play_round(2, 7, buf_slice(&out), &in);
	CHECK(end_ceremony(0, 3, 1, &reply) == ERR_OK && has_state(0, 3, 2)); // another one is over
	CHECK(end_ceremony(0, 3, 2, &reply) == ERR_OK && !has_state(0, 3, 2)); // this seat missed round 3
	buf_clear(&in);
	play_round(1, 8, buf_slice(&in), &out); // another order, over what the first left at the other seats
	play_round(2, 8, buf_slice(&out), &in);
	play_round(3, 8, buf_slice(&in), &out);
	CHECK(has_state(0, 3, 2) && has_state(1, 3, 2)); // it may be gone through again until its key is in the ledger
	CHECK(end_ceremony(0, 2, 1, &reply) == ERR_OK && has_state(0, 3, 2)); // of another class
	CHECK(end_ceremony(0, 3, 2, &reply) == ERR_OK && !has_state(0, 3, 2) && has_state(1, 3, 2));
	CHECK(end_ceremony(0, 3, 2, &reply) == ERR_OK); // nothing is left to do
	CHECK(end_ceremony(0, TOKEN_CLASSES, 2, &reply) == ERR_OK && has_state(1, 3, 2)); // of no class
	tear_down();
	buf_free(&in);
	buf_free(&out);
	buf_free(&reply);
}

static void ceremonies_refuse(void)
{
	struct buf in, out, frame, reply;
	buf_init(&in, CEREMONY_INPUT_MAX);
	buf_init(&out, CEREMONY_INPUT_MAX);
	buf_init(&frame, KEYS_FRAME_MAX);
	buf_init(&reply, 1u << 20);
	ceremony_setup();
	ceremony_frame(&frame, 0, 2, 7, SLICE_LITERAL(""));
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_INPUT); // sizes before anything else
	play_round(1, 7, buf_slice(&in), &out);
	ceremony_frame(&frame, 0, 1, 7, SLICE_LITERAL("x"));
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_INPUT);
	ceremony_frame(&frame, 0, 5, 7, SLICE_LITERAL(""));
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_INPUT);
	ceremony_frame(&frame, 0, 0, 7, SLICE_LITERAL(""));
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_INPUT);
	ceremony_frame(&frame, 0, 2, 8, buf_slice(&out)); // another order
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_AWAY);
	buf_put_zeros(&in, SEATS * DKG_SIGNATURE);
	ceremony_frame(&frame, 0, 3, 7, buf_slice(&in)); // before round 2
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_AWAY);
	out.p[4 + 3 + out.n / SEATS * 2] ^= 1; // seat 3's message
	ceremony_frame(&frame, 0, 2, 7, buf_slice(&out));
	enum err e = ask(0, keys_ceremony, &frame, &reply);
	CHECK_SAY((e == ERR_AUTH || e == ERR_INPUT) && strstr(why.text, "seat 3") != NULL, "%s", why.text);
	out.p[4 + 3 + out.n / SEATS * 2] ^= 1;
	ceremony_frame(&frame, 0, 2, 7, buf_slice(&out)); // it is over for good
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_DENIED);
	ceremony_frame(&frame, 0, 1, 9, SLICE_LITERAL("")); // a new order begins anew
	CHECK(ask(0, keys_ceremony, &frame, &reply) == ERR_OK);
	tear_down();
	buf_free(&in);
	buf_free(&out);
	buf_free(&frame);
	buf_free(&reply);
}

const struct test tests[] = {
	{"cosigning never goes back, over restarts", cosigning_never_goes_back},
	{"nothing is cosigned that is not on disk", nothing_is_cosigned_that_is_not_on_disk},
	{"the cosignature is the seat's", the_cosignature_is_the_seats},
	{"an alias lasts a month, its key two", an_alias_lasts_a_month},
	{"a voucher is for now", a_voucher_is_for_now},
	{"a share reaches the analyst alone", a_share_reaches_the_analyst_alone},
	{"a destroyed key opens nothing", a_destroyed_key_opens_nothing},
	{"evaluations are by the published share", evaluations_are_by_the_published_share},
	{"a ceremony makes a key that evaluates", a_ceremony_makes_a_key_that_evaluates},
	{"a ceremony that is over leaves nothing", a_ceremony_that_is_over_leaves_nothing},
	{"ceremonies refuse sizes, order, lies", ceremonies_refuse},
	{NULL, NULL},
};
