// From three reports to what meets: three reporters, sealed records, tokens through different pairs of three keepers, batches
// opened by the matcher. Equal observables, however written, have equal ids; others differ.
#include "keepers.h"

#include "crypto/secret.h"

#define RECORDS 3
#define EACH 4

static const struct written {
	enum observable_type type;
	const char *value;
	char same; // what is equal has the same letter
} written[RECORDS][EACH] = {
	{{OBSERVABLE_IPV4, "192.0.2.7", 'a'},
     {OBSERVABLE_DOMAIN, "Bad.Example.ORG.", 'b'},
     {OBSERVABLE_MD5, "D41D8CD98F00B204E9800998ECF8427E", 'c'},
     {OBSERVABLE_MUTEX, "Global\\x1", 'd'}},
	{{OBSERVABLE_DOMAIN, "bad.example.org", 'b'},
     {OBSERVABLE_IPV6, "::ffff:192.0.2.7", 'a'},
     {OBSERVABLE_MUTEX, "Global\\x2", 'e'},
     {OBSERVABLE_MD5, "d41d8cd98f00b204e9800998ecf8427f", 'f'}},
	{{OBSERVABLE_MD5, "d41d8cd98f00b204e9800998ecf8427e", 'c'},
     {OBSERVABLE_IPV4, "192.0.2.8", 'g'},
     {OBSERVABLE_FILENAME, "192.0.2.7", 'h'},
     {OBSERVABLE_DOMAIN, "worse.example.org", 'i'}},
};

static struct filed {
	struct token token[EACH];
	uint8_t lock[EACH][TOKEN_LOCK];
	struct batch batch;
} filed[RECORDS];

static void file(const struct fixture *f, unsigned r)
{
	static const enum fixture_who who[RECORDS] = {FIXTURE_REPORTER, FIXTURE_SECOND_REPORTER, FIXTURE_ANALYST};
	static const uint64_t seats[RECORDS] = {1 << 1 | 1 << 2, 1 << 2 | 1 << 3, 1 << 1 | 1 << 3};
	static struct observable o[EACH];
	static struct content content;
	const struct observable *at[EACH];
	const struct label label = {.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_INTERNATIONAL}};
	uint8_t id[RECORD_ID], batch_sk[SIGN_SECRET];
	struct buf envelope, sealed;
	struct envelope e;
	struct why why;
	for (unsigned i = 0; i < EACH; i++) {
		o[i] = observable_make(written[r][i].type, written[r][i].value);
		at[i] = &o[i];
	}
	REQUIRE(keepers_tokens(f, at, EACH, seats[r], r == 1, filed[r].token, filed[r].lock) == ERR_OK);
	content = (struct content){.card = fixture_card(f, who[r]), .document = SLICE_LITERAL("{}")};
	buf_init(&envelope, RECORD_MAX);
	buf_init(&sealed, BATCH_SEALED_MAX);
	REQUIRE(record_seal(&content, &label, f->governance, FIXTURE_NOW, f->member[who[r]].signing, &envelope, id, batch_sk, &why) ==
	        ERR_OK);
	REQUIRE(batch_seal(id, 1, filed[r].token, EACH, batch_sk, f->charter.matcher_key, f->origin, &sealed) == ERR_OK);
	// The matcher has the record's header from the hub, and nothing else.
	REQUIRE(envelope_decode(buf_slice(&envelope), &e, &why) == ERR_OK);
	const struct header *h = &e.header;
	CHECK(batch_open(buf_slice(&sealed), h->id, h->batch_key, f->matcher, f->origin, &filed[r].batch, &why) == ERR_OK);
	CHECK(filed[r].batch.count == EACH);
	buf_free(&envelope);
	buf_free(&sealed);
}

static unsigned shared(unsigned a, unsigned b)
{
	unsigned count = 0;
	for (size_t i = 0; i < filed[a].batch.count; i++)
		for (size_t j = 0; j < filed[b].batch.count; j++)
			count += memcmp(filed[a].batch.token[i].id, filed[b].batch.token[j].id, TOKEN_ID) == 0;
	return count;
}

static void meet(void)
{
	struct fixture *f = fixture_new(2, 3);
	for (unsigned r = 0; r < RECORDS; r++)
		file(f, r);
	for (unsigned i = 0; i < RECORDS * EACH; i++)
		for (unsigned j = 0; j < RECORDS * EACH; j++) {
			const struct filed *a = &filed[i / EACH], *b = &filed[j / EACH];
			bool same = written[i / EACH][i % EACH].same == written[j / EACH][j % EACH].same;
			CHECK_SAY((memcmp(a->token[i % EACH].id, b->token[j % EACH].id, TOKEN_ID) == 0) == same, "%u and %u", i, j);
			CHECK_SAY(secret_equal(a->lock[i % EACH], b->lock[j % EACH], TOKEN_LOCK) == same, "locks of %u and %u", i, j);
			CHECK(memcmp(a->token[i % EACH].id, b->lock[j % EACH], TOKEN_ID) != 0);
		}
	CHECK(shared(0, 1) == 2 && shared(0, 2) == 1 && shared(1, 2) == 0);
	fixture_free(f);
}

const struct test tests[] = {{"three reports, two keepers each", meet}, {NULL, NULL}};
