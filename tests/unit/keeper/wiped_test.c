// Secrets are gone from memory when they have done their work: a seat's process from start to end, and what a member and an analyst
// do with a record. Each step runs, then the whole writable memory of the process is searched.
#include "image.h"
#include "seat.h"

#include "filing/release.h"
#include "record/content.h"
#include "token/token.h"

static struct fixture *f;
static struct seat_state seats[SEATS];
static char keyring[CONF_TEXT_MAX] = "/tmp/tocsin-wiped-XXXXXX";

// Keys of members lie in files, as in their homes; in the fixture they are erased.
static void file_key(const char *name, enum keyfile_type type, const uint8_t *secret)
{
	char path[2 * CONF_TEXT_MAX];
	snprintf(path, sizeof path, "%s/%s", keyring, name);
	seat_must(keyfile_create(path, type, secret, &why));
	image_note(name, secret, KEYFILE_SECRET);
}

static uint8_t *take_key(const char *name, enum keyfile_type type)
{
	char path[2 * CONF_TEXT_MAX];
	uint8_t *secret = secret_new(SIGN_SECRET), pk[SIGN_PUBLIC];
	snprintf(path, sizeof path, "%s/%s", keyring, name);
	seat_must(type == KEYFILE_SIGN ? keyfile_read_sign(path, pk, secret, &why) : keyfile_read(path, type, secret, &why));
	return secret;
}

static void set_up(void)
{
	f = fixture_new(NEEDED, SEATS);
	clock_set(FIXTURE_NOW);
	INVARIANT(mkdtemp(keyring) != NULL);
	for (unsigned i = 0; i < SEATS; i++) {
		seat_make(&seats[i], f, i);
		seat_stop(&seats[i]);
		image_note("identity key", f->seat[i].identity, SIGN_SEED);
		image_note("witness key", f->seat[i].witness, SIGN_SEED);
		image_note("voucher key", f->seat[i].voucher, SIGN_SEED);
		image_note("ceremony key", f->seat[i].ceremony, SCALAR);
		image_note("sealing key", f->seat[i].sealing, HPKE_SECRET);
		for (unsigned class = 0; class < TOKEN_CLASSES; class++)
			image_note("token share", f->seat[i].token[class], SCALAR);
	}
	file_key("reporter", KEYFILE_SIGN, f->member[FIXTURE_REPORTER].signing);
	file_key("analyst", KEYFILE_HPKE, f->member[FIXTURE_ANALYST].sealing);
	file_key("matcher", KEYFILE_HPKE, f->matcher);
	image_scrub();
	image_expect_clean("the preparation");
}

// --- The steps ------------------------------------------------------------------------------------------------------------------

static void read_keys(void)
{
	secret_free(take_key("reporter", KEYFILE_SIGN));
	secret_free(take_key("analyst", KEYFILE_HPKE));
	image_expect_clean("reading keys");
}

static struct buf envelope;
static uint8_t record_id[RECORD_ID];
#define DOCUMENT 64

static void seal_record(void)
{
	static const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_NATIONAL}};
	static struct content c;
	uint8_t *text = secret_new(DOCUMENT), *batch_sk = secret_new(SIGN_SECRET), *sk = take_key("reporter", KEYFILE_SIGN);
	c = (struct content){.card = fixture_card(f, FIXTURE_REPORTER), .credential = SLICE_LITERAL("credential")};
	random_bytes(text, DOCUMENT);
	random_bytes(c.reply_secret, sizeof c.reply_secret);
	image_note("document", text, DOCUMENT);
	image_note("reply secret", c.reply_secret, sizeof c.reply_secret);
	c.document = slice_of(text, DOCUMENT);
	c.attachments = 1;
	strcpy(c.attachment[0].name, "a");
	c.attachment[0].bytes = c.document;
	buf_init(&envelope, RECORD_MAX);
	seat_must(record_seal(&c, &label, f->governance, FIXTURE_NOW, sk, &envelope, record_id, batch_sk, &why));
	image_note("batch key", batch_sk, SIGN_SEED);
	secret_wipe(&c, sizeof c);
	secret_free(sk);
	secret_free(text);

	struct token tokens[2] = {{TOKEN_REAL, 0, 1, {0}}, {TOKEN_REAL, 1, 1, {0}}};
	struct buf sealed;
	static struct batch batch;
	uint8_t *matcher = take_key("matcher", KEYFILE_HPKE), pk[HPKE_PUBLIC], batch_pk[SIGN_PUBLIC];
	memcpy(batch_pk, batch_sk + SIGN_SEED, SIGN_PUBLIC);
	for (unsigned i = 0; i < 2; i++) {
		random_bytes(tokens[i].id, TOKEN_ID);
		image_note("token id", tokens[i].id, TOKEN_ID);
	}
	buf_init(&sealed, BATCH_SEALED_MAX);
	xwing_public(matcher, pk);
	seat_must(batch_seal(record_id, 1, tokens, 2, batch_sk, pk, f->origin, &sealed));
	seat_must(batch_open(buf_slice(&sealed), record_id, batch_pk, matcher, f->origin, &batch, &why));
	secret_wipe(&batch, sizeof batch);
	secret_wipe(tokens, sizeof tokens);
	secret_free(batch_sk);
	secret_free(matcher);
	buf_free(&sealed);
	image_expect_clean("sealing a record and a batch");
}

static void release(const struct envelope *e, unsigned seat, const uint8_t request[static 32], struct buf *reply)
{
	struct buf frame;
	uint8_t aad[SHARE_AAD];
	buf_init(&frame, KEYS_RELEASE_BYTES);
	share_aad(e->hdr0, e->commitment, (uint8_t)(seat + 1), aad);
	buf_put_u16(&frame, e->header.quarter);
	buf_put(&frame, aad, sizeof aad);
	buf_put(&frame, e->shares.p + seat * RECORD_SHARE, RECORD_SHARE);
	buf_put(&frame, request, 32);
	buf_put(&frame, f->member[FIXTURE_ANALYST].card.sealing, HPKE_PUBLIC);
	buf_init(reply, RELEASED_BYTES);
	seat_must(keys_release(seats[seat].keys, buf_slice(&frame), reply, &why));
	buf_free(&frame);
}

// One observable through two seats; the keys of a running seat may live in one place.
static void evaluate(struct token_client *client, unsigned seat)
{
	struct buf body, frame, reply;
	struct evaluate e;
	buf_init(&body, EVALUATE_MAX);
	buf_init(&frame, KEYS_EVALUATE_HEAD + TOKEN_BATCH_MAX * ELEMENT);
	buf_init(&reply, EVALUATED_MAX);
	token_client_ask(client, &body);
	seat_must(evaluate_decode(buf_slice(&body), &e, &why));
	for (uint8_t class = 0; class < TOKEN_CLASSES; class++) {
		if (e.count[class] == 0)
			continue;
		buf_clear(&frame);
		buf_put_u8(&frame, class);
		buf_put_u16(&frame, e.epoch[class]);
		buf_put(&frame, governance_token_key(f->governance, class, 1)->share[seat], ELEMENT);
		buf_put_u16(&frame, e.count[class]);
		buf_put(&frame, e.element[class], (size_t)e.count[class] * ELEMENT);
		seat_must(keys_evaluate(seats[seat].keys, buf_slice(&frame), &reply, &why));
	}
	if (client != NULL)
		seat_must(token_client_answer(client, (uint8_t)(seat + 1), buf_slice(&reply), &why));
	buf_free(&body);
	buf_free(&frame);
	buf_free(&reply);
}

static struct token_client *client;
static struct buf releases[SEATS];
static const uint8_t request[32] = {5};

static void work_of_a_seat(unsigned seat)
{
	struct envelope e;
	seat_must(envelope_decode(buf_slice(&envelope), &e, &why));
	seat_start(&seats[seat]);
	image_home = (const uint8_t *)seats[seat].keys->secrets;
	image_home_n = sizeof *seats[seat].keys->secrets;
	image_expect_clean("the start of a seat");
	evaluate(client, seat);
	image_expect_clean("an evaluation");
	release(&e, seat, request, &releases[seat]);
	image_expect_clean("a release");
	seat_stop(&seats[seat]);
	image_home_n = 0;
	image_expect_clean("the end of a seat");
}

static void tokens(void)
{
	struct observable *o = (struct observable *)secret_new((sizeof *o + 15) / 16 * 16);
	const struct observable *list[] = {o};
	struct token token;
	uint8_t lock[1][TOKEN_LOCK];
	char written[] = "................................................................";
	random_bytes(o->value, 16);
	for (unsigned i = 0; i < 32; i++)
		written[i] = "abcdefghijklmnop"[(uint8_t)o->value[i / 2] >> 4 * (i % 2) & 15];
	strcpy(written + 32, ".example.org");
	seat_must(observable_canonical(OBSERVABLE_DOMAIN, slice_text(written), o, &why));
	image_note("observable", o->value, 32);
	secret_wipe(written, sizeof written);
	seat_must(token_client_new(list, 1, f->governance, &client, &why));
	secret_free((uint8_t *)o);
	// The client has its own copy as long as it lives: the seats are searched with their values only.
	struct image_secret observable = image_secrets[--image_count];
	work_of_a_seat(0);
	work_of_a_seat(1);
	image_secrets[image_count++] = observable;
	seat_must(token_client_finish(client, &token, lock, &why));
	token_client_free(client);
	image_note("token id", token.id, TOKEN_ID);
	image_note("lock", lock, TOKEN_LOCK);
	secret_wipe(&token, sizeof token);
	secret_wipe(lock, sizeof lock);
	image_expect_clean("tokens");
}

static void open_record(void)
{
	static struct content content;
	static struct card reporter;
	struct share *shares = (struct share *)secret_new(2 * 48);
	uint8_t *work = secret_new(128), *sealing = take_key("analyst", KEYFILE_HPKE), seat_numbers[] = {1, 2};
	struct record_keys *keys = (struct record_keys *)secret_new(96);
	struct buf plain;
	struct envelope e;
	uint64_t liars;
	seat_must(envelope_decode(buf_slice(&envelope), &e, &why));
	for (uint8_t i = 0; i < 2; i++) {
		seat_must(released_open(buf_slice(&releases[i]), request, i + 1, &f->charter, sealing, &shares[i], &why));
		image_note("share", shares[i].scalar, SCALAR);
		memcpy(work + i * SCALAR, shares[i].scalar, SCALAR);
	}
	seat_must(shamir_combine(seat_numbers, (const uint8_t(*)[SCALAR])work, 2, work + 64));
	image_note("s", work + 64, SCALAR);
	record_keys_derive(work + 64, e.hdr0, keys);
	image_note("payload key", keys->payload, sizeof keys->payload);
	image_note("MAC key", keys->mac, sizeof keys->mac);
	secret_free((uint8_t *)keys);
	secret_free(work);
	secret_free(sealing);
	buf_init_secret(&plain, RECORD_MAX);
	seat_must(record_open(&e, shares, 2, f->origin, &plain, &content, &reporter, &liars, &why));
	secret_free((uint8_t *)shares);
	CHECK(content.document.n == DOCUMENT);
	buf_free(&plain);
	secret_wipe(&content, sizeof content);
	image_expect_clean("opening a record");
}

static void clean_up(void)
{
	char command[CONF_TEXT_MAX + 16];
	for (unsigned i = 0; i < SEATS; i++)
		seat_remove(&seats[i]);
	snprintf(command, sizeof command, "rm -rf '%s'", keyring);
	INVARIANT(system(command) == 0);
}

static void memory(void)
{
#ifdef TOCSIN_SANITIZED
	(void)read_keys, (void)seal_record, (void)tokens, (void)open_record, (void)set_up, (void)clean_up;
	test_skip("a build with sanitizers keeps freed memory: run the release build");
#else
	set_up();
	read_keys();
	seal_record();
	tokens();
	open_record();
	clean_up();
#endif
}

const struct test tests[] = {{"memory", memory}, {NULL, NULL}};
