// Opening: what a seat checks before it gives its share away, and what it counts.
#include "running_core.h"

struct opening {
	struct buf request, body, note, hdr0;
	struct header header;
	uint8_t commitment[RECORD_COMMITMENT], share[RECORD_SHARE], scalar[SCALAR];
	uint64_t index;
};

static void opening_init(struct opening *o)
{
	uint8_t aad[SHARE_AAD], room[RECORD_INFO_MAX], pk[HPKE_PUBLIC];
	*o = (struct opening){.header = {.quarter = f->quarter, .t = NEEDED, .n = SEATS}, .commitment = {3}};
	o->header.label = (struct label){.kind = RECORD_ATTACK, .tlp = TLP_AMBER, .audience = 1, .team = {FIXTURE_INTERNATIONAL}};
	memcpy(o->header.batch_key, f->member[0].card.signing, SIGN_PUBLIC);
	seat_must(governance_committee(f->governance, f->quarter, o->header.committee, &why));
	buf_init(&o->request, REQUEST_MAX);
	buf_init(&o->body, RELEASE_MAX);
	buf_init(&o->note, NOTE_MAX);
	buf_init(&o->hdr0, RECORD_HEADER_MAX);
	header_encode(&o->header, &o->hdr0);
	share_aad(buf_slice(&o->hdr0), o->commitment, 1, aad);
	xwing_public(f->seat[0].sealing, pk);
	scalar_random(o->scalar);
	seat_must(hpke_seal(pk, share_info(f->origin, room), slice_of(aad, sizeof aad), slice_of(o->scalar, SCALAR), o->share));
}

static void opening_done(struct opening *o)
{
	buf_free(&o->request);
	buf_free(&o->body);
	buf_free(&o->note);
	buf_free(&o->hdr0);
}

// A new request, logged; `salt` makes it another one.
static void ask_to_open(struct opening *o, uint8_t salt)
{
	const struct fixture_member *m = &f->member[FIXTURE_ANALYST];
	struct request r = {.hdr0 = buf_slice(&o->hdr0), .purpose = "help", .team = FIXTURE_INTERNATIONAL, .card = fixture_card(f,
	    FIXTURE_ANALYST),
	                    .credential = m->credential, .time = clock_now(), .expiry = clock_now() + 3600, .salt = {salt}};
	uint8_t leaf[ACTIVITY_LEAF];
	struct request decoded;
	memcpy(r.commitment, o->commitment, sizeof r.commitment);
	buf_clear(&o->request);
	request_encode(&r, m->signing, f->origin, &o->request);
	seat_must(request_decode(buf_slice(&o->request), &decoded, &why));
	request_leaf(&decoded, leaf);
	o->index = ledger_n;
	append(slice_of(leaf, sizeof leaf));
	sign_checkpoint(ledger_n, 0, 0xc, clock_now(), &o->note);
}

static void cosign_request(struct opening *o, enum fixture_who who)
{
	struct buf with;
	buf_init(&with, REQUEST_MAX);
	seat_must(request_cosign(buf_slice(&o->request), &f->member[who].credential, f->member[who].signing, f->origin, &with, &why));
	buf_free(&o->request);
	o->request = with;
}

static enum err open_it(struct opening *o, struct buf *reply)
{
	struct release r = {.request = buf_slice(&o->request), .index = o->index, .checkpoint = buf_slice(&o->note)};
	memcpy(r.share, o->share, RECORD_SHARE);
	seat_must(tree_inclusion(o->index, ledger_n, node_read, NULL, &r.proof));
	buf_clear(&o->body);
	release_encode(&r, &o->body);
	buf_clear(reply);
	return core_release(core, buf_slice(&o->body), reply, &why);
}

static void a_release_is_logged_first_and_counted(void)
{
	struct opening o;
	struct buf reply;
	buf_init(&reply, RELEASED_BYTES);
	set_up();
	opening_init(&o);
	ask_to_open(&o, 1);
	CHECK(open_it(&o, &reply) == ERR_AWAY);
	follow_all();
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	CHECK(open_it(&o, &reply) == ERR_OK && used("releases/analyst", FIXTURE_ANALYST) == 1); // a repetition: once
	sign_checkpoint(ledger_n, 0, 0x4, FIXTURE_NOW, &o.note);
	CHECK(open_it(&o, &reply) == ERR_AUTH); // one cosignature
	sign_checkpoint(ledger_n, 1, 0xc, FIXTURE_NOW, &o.note);
	CHECK(open_it(&o, &reply) == ERR_AUTH); // another tree
	sign_checkpoint(ledger_n, 0, 0xc, FIXTURE_NOW, &o.note);
	o.index--;
	CHECK(open_it(&o, &reply) == ERR_AUTH); // another leaf
	o.index++;
	o.share[40] ^= 1;
	CHECK(open_it(&o, &reply) == ERR_AUTH && strstr(why.text, "share does not open") != NULL);
	o.share[40] ^= 1;
	CHECK(open_it(&o, &reply) == ERR_OK && used("releases/analyst", FIXTURE_ANALYST) == 1);
	clock_set(FIXTURE_NOW + 4000);
	follow_all();
	CHECK(open_it(&o, &reply) == ERR_DENIED); // expired
	opening_done(&o);
	tear_down();
	buf_free(&reply);
}

static void above_the_rate_a_second_analyst_signs(void)
{
	struct opening o;
	struct buf reply;
	buf_init(&reply, RELEASED_BYTES);
	set_up();
	const struct policy *p = &f->charter.policy;
	const struct slice card = slice_of(f->member[FIXTURE_ANALYST].id, CARD_ID);
	opening_init(&o);
	use("releases/analyst", card, p->cosign_above - 1);
	ask_to_open(&o, 1);
	follow_all();
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	ask_to_open(&o, 2);
	CHECK(open_it(&o, &reply) == ERR_DENIED && strstr(why.text, "second analyst") != NULL);
	CHECK(used("releases/analyst", FIXTURE_ANALYST) == p->cosign_above);
	cosign_request(&o, FIXTURE_SECOND_ANALYST);
	CHECK_SAY(open_it(&o, &reply) == ERR_OK, "%s", why.text);
	ask_to_open(&o, 3);
	cosign_request(&o, FIXTURE_ANALYST); // itself
	CHECK(open_it(&o, &reply) == ERR_DENIED);
	use("releases/analyst", card, p->releases_analyst - p->cosign_above - 1);
	ask_to_open(&o, 4);
	cosign_request(&o, FIXTURE_SECOND_ANALYST);
	CHECK(open_it(&o, &reply) == ERR_DENIED); // the day's end
	opening_done(&o);
	tear_down();
	buf_free(&reply);
}

const struct test tests[] = {
	{"a release is logged first, and counted", a_release_is_logged_first_and_counted},
	{"above the rate a second analyst signs", above_the_rate_a_second_analyst_signs},
	{NULL, NULL},
};
