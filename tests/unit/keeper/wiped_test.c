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

static void read_sign_it(void)
{
	secret_free(take_key("reporter", KEYFILE_SIGN));
}

static void read_hpke_it(void)
{
	secret_free(take_key("analyst", KEYFILE_HPKE));
}

static void read_keys(void)
{
	image_apart(read_sign_it);
	image_apart(read_hpke_it);
	image_expect_clean("reading keys");
}

#define DOCUMENT 64
static struct buf envelope;
static uint8_t record_id[RECORD_ID];
static uint8_t *text, *batch_sk, *reporter_sk, *matcher_sk;
static struct content content;

static void record_seal_it(void)
{
	static const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_NATIONAL}};
	seat_must(record_seal(&content, &label, f->governance, FIXTURE_NOW, reporter_sk, &envelope, record_id, batch_sk, &why));
}

static void seal_record(void)
{
	text = secret_new(DOCUMENT);
	batch_sk = secret_new(SIGN_SECRET);
	reporter_sk = take_key("reporter", KEYFILE_SIGN);
	content = (struct content){.card = fixture_card(f, FIXTURE_REPORTER), .credential = SLICE_LITERAL("credential")};
	random_bytes(text, DOCUMENT);
	random_bytes(content.reply_secret, sizeof content.reply_secret);
	image_note("document", text, DOCUMENT);
	image_note("reply secret", content.reply_secret, sizeof content.reply_secret);
	content.document = slice_of(text, DOCUMENT);
	content.attachments = 1;
	strcpy(content.attachment[0].name, "a");
	content.attachment[0].bytes = content.document;
	buf_init(&envelope, RECORD_MAX);
	image_apart(record_seal_it);
	image_note("batch key", batch_sk, SIGN_SEED);
	secret_wipe(&content, sizeof content);
	secret_free(reporter_sk);
	secret_free(text);
}

#define TOKENS 40 // more slots than a sort keeps on the stack
static struct token *batch_tokens; // secret
static struct buf sealed;
static uint8_t matcher_pk[HPKE_PUBLIC];
static struct batch batch;

static void batch_seal_it(void)
{
	seat_must(batch_seal(record_id, 1, batch_tokens, TOKENS, batch_sk, matcher_pk, f->origin, &sealed));
}

static void batch_open_it(void)
{
	uint8_t key[SIGN_PUBLIC];
	memcpy(key, batch_sk + SIGN_SEED, SIGN_PUBLIC);
	seat_must(batch_open(buf_slice(&sealed), record_id, key, matcher_sk, f->origin, &batch, &why));
}

static void seal_batch(void)
{
	batch_tokens = (struct token *)secret_new(TOKENS * sizeof *batch_tokens / 16 * 16 + 16);
	for (unsigned i = 0; i < TOKENS; i++) {
		batch_tokens[i] = (struct token){TOKEN_REAL, (uint8_t)(i % TOKEN_CLASSES), 1, {0}};
		random_bytes(batch_tokens[i].id, TOKEN_ID);
		image_note("token id", batch_tokens[i].id, TOKEN_ID);
	}
	matcher_sk = take_key("matcher", KEYFILE_HPKE);
	buf_init(&sealed, BATCH_SEALED_MAX);
	xwing_public(matcher_sk, matcher_pk);
	image_apart(batch_seal_it);
	image_apart(batch_open_it);
	secret_wipe(&batch, sizeof batch);
	secret_free((uint8_t *)batch_tokens);
	secret_free(batch_sk);
	secret_free(matcher_sk);
	buf_free(&sealed);
	image_expect_clean("sealing a record and a batch");
}

// --- A seat at work: what is asked of it, one after the other ----------------------------------------------------------------------

static unsigned seat; // the one at work
static struct token_client *client;
static struct buf releases[SEATS], answer;
static const uint8_t request[32] = {5};

static void start_it(void)
{
	seat_start(&seats[seat]);
}

static void release_it(void)
{
	struct buf frame;
	struct envelope e;
	uint8_t aad[SHARE_AAD];
	seat_must(envelope_decode(buf_slice(&envelope), &e, &why));
	buf_init(&frame, KEYS_RELEASE_BYTES);
	share_aad(e.hdr0, e.commitment, (uint8_t)(seat + 1), aad);
	buf_put_u16(&frame, e.header.quarter);
	buf_put(&frame, aad, sizeof aad);
	buf_put(&frame, e.shares.p + seat * RECORD_SHARE, RECORD_SHARE);
	buf_put(&frame, request, 32);
	buf_put(&frame, f->member[FIXTURE_ANALYST].card.sealing, HPKE_PUBLIC);
	buf_init(&releases[seat], RELEASED_BYTES);
	seat_must(keys_release(seats[seat].keys, buf_slice(&frame), &releases[seat], &why));
	buf_free(&frame);
}

static void evaluate_it(void)
{
	struct buf body, frame;
	struct evaluate e;
	buf_init(&body, EVALUATE_MAX);
	buf_init(&frame, KEYS_EVALUATE_HEAD + TOKEN_BATCH_MAX * ELEMENT);
	buf_init(&answer, EVALUATED_MAX);
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
		seat_must(keys_evaluate(seats[seat].keys, buf_slice(&frame), &answer, &why));
	}
	buf_free(&body);
	buf_free(&frame);
}

static void answer_it(void)
{
	seat_must(token_client_answer(client, (uint8_t)(seat + 1), buf_slice(&answer), &why));
}

// The keys of a running seat may live in one place.
static void work_of_a_seat(void)
{
	image_apart(start_it);
	image_home = (const uint8_t *)seats[seat].keys->secrets;
	image_home_n = sizeof *seats[seat].keys->secrets;
	image_expect_clean("the start of a seat");
	image_apart(evaluate_it);
	image_apart(release_it);
	image_expect_clean("an evaluation and a release");
	seat_stop(&seats[seat]);
	image_home_n = 0;
	image_expect_clean("the end of a seat");
	image_apart(answer_it);
	buf_free(&answer);
}

// --- A member's tokens -----------------------------------------------------------------------------------------------------------

static struct observable *observable; // secret
static struct token *token;           // secret
static uint8_t (*lock)[TOKEN_LOCK];   // secret

static void client_new_it(void)
{
	const struct observable *list[] = {observable};
	seat_must(token_client_new(list, 1, f->governance, &client, &why));
}

static void finish_it(void)
{
	seat_must(token_client_finish(client, token, lock, &why));
}

static void tokens(void)
{
	observable = (struct observable *)secret_new((sizeof *observable + 15) / 16 * 16);
	token = (struct token *)secret_new(48);
	lock = (uint8_t(*)[TOKEN_LOCK])secret_new(TOKEN_LOCK);
	observable->type = OBSERVABLE_DOMAIN;
	random_bytes(observable->value, 32);
	for (unsigned i = 0; i < 32; i++)
		observable->value[i] = "abcdefghijklmnop"[(uint8_t)observable->value[i] & 15];
	strcpy(observable->value + 32, ".example.org");
	observable->n = strlen(observable->value);
	struct image_secret later;
	image_note("observable", observable->value, 32);
	later = image_secrets[--image_count]; // the client has a copy as long as it lives
	image_apart(client_new_it);
	secret_free((uint8_t *)observable);
	for (seat = 0; seat < NEEDED; seat++)
		work_of_a_seat();
	image_secrets[image_count++] = later;
	image_apart(finish_it);
	token_client_free(client);
	image_note("token id", token->id, TOKEN_ID);
	image_note("lock", lock, TOKEN_LOCK);
	secret_free((uint8_t *)token);
	secret_free((uint8_t *)lock);
	image_expect_clean("tokens");
}

// --- An analyst opens -------------------------------------------------------------------------------------------------------------

static struct share *shares; // NEEDED, secret
static uint8_t *sealing_sk, *scalars, *s;
static struct record_keys *record_keys; // secret
static struct buf plain;

static void released_open_it(void)
{
	seat_must(released_open(buf_slice(&releases[seat]), request, (uint8_t)(seat + 1), &f->charter, sealing_sk, &shares[seat], &why));
}

static void combine_it(void)
{
	seat_must(shamir_combine((const uint8_t[]){1, 2}, (const uint8_t(*)[SCALAR])scalars, NEEDED, s));
}

static void derive_it(void)
{
	struct envelope e;
	seat_must(envelope_decode(buf_slice(&envelope), &e, &why));
	record_keys_derive(s, e.hdr0, record_keys);
}

static void record_open_it(void)
{
	struct envelope e;
	struct card reporter;
	uint64_t liars;
	seat_must(envelope_decode(buf_slice(&envelope), &e, &why));
	seat_must(record_open(&e, shares, NEEDED, f->origin, &plain, &content, &reporter, &liars, &why));
}

static void open_record(void)
{
	shares = (struct share *)secret_new(NEEDED * 48);
	scalars = secret_new(NEEDED * SCALAR);
	s = secret_new(SCALAR);
	record_keys = (struct record_keys *)secret_new(sizeof *record_keys);
	sealing_sk = take_key("analyst", KEYFILE_HPKE);
	for (seat = 0; seat < NEEDED; seat++) {
		image_apart(released_open_it);
		image_note("share", shares[seat].scalar, SCALAR);
		memcpy(scalars + seat * SCALAR, shares[seat].scalar, SCALAR);
	}
	image_apart(combine_it);
	image_note("s", s, SCALAR);
	image_apart(derive_it);
	image_note("payload key", record_keys->payload, sizeof record_keys->payload);
	image_note("MAC key", record_keys->mac, sizeof record_keys->mac);
	buf_init_secret(&plain, RECORD_MAX);
	image_apart(record_open_it);
	CHECK(content.document.n == DOCUMENT);
	buf_free(&plain);
	secret_wipe(&content, sizeof content);
	secret_free((uint8_t *)shares);
	secret_free((uint8_t *)record_keys);
	secret_free(scalars);
	secret_free(s);
	secret_free(sealing_sk);
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
	(void)read_keys, (void)seal_record, (void)seal_batch, (void)tokens, (void)open_record, (void)set_up, (void)clean_up;
	test_skip("a build with sanitizers keeps freed memory: run the release build");
#else
	set_up();
	read_keys();
	seal_record();
	seal_batch();
	tokens();
	open_record();
	clean_up();
#endif
}

const struct test tests[] = {{"memory", memory}, {NULL, NULL}};
