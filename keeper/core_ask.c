// What members ask: evaluations, vouchers, cards.
#include <inttypes.h>

#include "base/wire.h"
#include "core.h"
#include "crypto/hash.h"
#include "filing/voucher.h"
#include "log/log.h"
#include "sys/clock.h"
#include "token/token.h"

static const char *const class_names[TOKEN_CLASSES] = {"address", "name", "digest", "other"};
static const char *const class_scopes[TOKEN_CLASSES] = {"tokens/address", "tokens/name", "tokens/digest", "tokens/other"};

// An ask by a member, with the rules of its question.
static enum err member_ask(const struct core *c, enum keeper_verb verb, struct slice payload, struct ask *a, struct why *why)
{
	const struct keeper_question *q = keeper_question(verb);
	enum err e = ask_decode(payload, a, why);
	if (e == ERR_OK && a->by != ASKER_MEMBER)
		e = why_set(why, ERR_DENIED, "%s: for members only", q->name);
	if (e == ERR_OK && a->body.n > q->body_max)
		e = why_set(why, ERR_LIMIT, "%s: a body of %zu bytes, at most %zu", q->name, a->body.n, q->body_max);
	return e == ERR_OK ? ask_check(a, q->name, c->seat, q->roles, c->g, clock_now(), why) : e;
}

// Who asks again and again for more than a day's quota may be trying values out: said at most once a minute, so that the log is no
// way to fill a disk.
static void alarm_over_quota(struct core *c, const char *what, uint64_t asked, uint64_t limit)
{
	uint64_t now = clock_monotonic_ms();
	c->count.alarms[ALARM_QUOTA]++;
	if (c->over_quota_said != 0 && now - c->over_quota_said < OVER_QUOTA_MS)
		return;
	c->over_quota_said = now;
	log_line(LOG_WARNING, "alarm", log_value("of", "over-quota"), log_value("what", "%s", what),
	         log_value("asked", "%" PRIu64, asked), log_value("limit", "%" PRIu64, limit));
}

// Counts against a member's day; says so once when most of it is used.
static enum err charge(struct core *c, const char *scope, const char *what, const uint8_t card[static CARD_ID], uint64_t amount,
                       uint64_t limit, struct why *why)
{
	uint64_t total = 0, line = limit * ALARM_PERCENT / 100;
	enum err e = store_count_add(c->store, scope, slice_of(card, CARD_ID), core_today(), amount, limit, &total, why);
	if (e == ERR_DENIED)
		alarm_over_quota(c, what, amount, limit);
	if (e != ERR_OK)
		return e;
	if (total > line && total - amount <= line) {
		c->count.alarms[ALARM_QUOTA]++;
		log_line(LOG_WARNING, "alarm", log_value("of", "quota"), log_value("what", "%s", what),
		         log_value("used", "%" PRIu64, total), log_value("limit", "%" PRIu64, limit));
	}
	return ERR_OK;
}

// --- evaluate -------------------------------------------------------------------------------------------------------------

static enum err known_epochs(const struct core *c, const struct evaluate *v, struct why *why)
{
	for (unsigned i = 0; i < TOKEN_CLASSES; i++)
		if (v->count[i] > 0 && governance_token_key(c->g, i, v->epoch[i]) == NULL)
			return why_set(why, ERR_ABSENT, "there is no token key of class %s, epoch %u", class_names[i], v->epoch[i]);
	return ERR_OK;
}

// The announcement: a nonce stands for one body (ERR_EXISTS otherwise), and that is charged once. Inside a transaction.
static enum err announce(struct core *c, const struct ask *a, bool *charged, struct why *why)
{
	uint8_t key[CARD_ID + sizeof a->nonce + 16], hash[32]; // the last 16 are of the body's hash
	const size_t front = CARD_ID + sizeof a->nonce;
	memcpy(key, a->credential.item.card, CARD_ID);
	memcpy(key + CARD_ID, a->nonce, sizeof a->nonce);
	sha256(a->body, hash);
	memcpy(key + front, hash, 16);
	enum err e = store_mark(c->store, "announce", slice_of(key, front), core_today(), why);
	*charged = e == ERR_EXISTS;
	if (e != ERR_OK && !*charged)
		return e;
	e = store_mark(c->store, "announced", slice_of(key, sizeof key), core_today(), why);
	if (*charged && e == ERR_OK)
		return why_set(why, ERR_EXISTS, "evaluate: this announcement was made for other elements: announce anew");
	return e == ERR_EXISTS ? ERR_OK : e;
}

static enum err charge_evaluation(struct core *c, const struct ask *a, const struct evaluate *v, struct why *why)
{
	const struct policy *p = &core_charter(c)->policy;
	bool charged = false;
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = announce(c, a, &charged, why);
	for (unsigned i = 0; i < TOKEN_CLASSES && e == ERR_OK && !charged; i++)
		if (v->count[i] > 0)
			e = charge(c, class_scopes[i], class_names[i], a->credential.item.card, v->count[i], p->tokens[i], why);
	return core_end(c, e, why);
}

static enum err evaluate_class(struct core *c, const struct evaluate *v, unsigned class, struct buf *reply, struct why *why)
{
	const struct token_key *key = governance_token_key(c->g, class, v->epoch[class]);
	struct buf frame;
	if (c->seat > key->n)
		return why_set(why, ERR_ABSENT, "this keeper had no part in the key of class %s, epoch %u", class_names[class],
		               v->epoch[class]);
	buf_init(&frame, KEYS_EVALUATE_HEAD + TOKEN_BATCH_MAX * ELEMENT);
	buf_put_u8(&frame, (uint8_t)class);
	buf_put_u16(&frame, v->epoch[class]);
	buf_put(&frame, key->share[c->seat - 1], ELEMENT);
	buf_put_u16(&frame, v->count[class]);
	buf_put(&frame, v->element[class], v->count[class] * (size_t)ELEMENT);
	enum err e = core_ask_keys(c, KEYS_EVALUATE, &frame, reply, why);
	buf_free(&frame);
	return e;
}

enum err core_evaluate(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct ask a;
	struct evaluate v;
	enum err e = core_may_act(c, why);
	if (e == ERR_OK)
		e = member_ask(c, KEEPER_EVALUATE, payload, &a, why);
	if (e == ERR_OK)
		e = evaluate_decode(a.body, &v, why);
	if (e == ERR_OK)
		e = known_epochs(c, &v, why);
	if (e == ERR_OK)
		e = charge_evaluation(c, &a, &v, why);
	for (unsigned i = 0; i < TOKEN_CLASSES && e == ERR_OK; i++)
		if (v.count[i] > 0)
			if ((e = evaluate_class(c, &v, i, reply, why)) == ERR_OK)
				c->count.elements[i] += v.count[i];
	return e;
}

// --- file -----------------------------------------------------------------------------------------------------------------

static enum err charge_filing(struct core *c, const struct ask *a, const uint8_t hash[static 32], struct why *why)
{
	uint8_t key[32 + CARD_ID];
	memcpy(key, hash, 32);
	memcpy(key + 32, a->credential.item.card, CARD_ID);
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = store_mark(c->store, "filing", slice_of(key, sizeof key), core_today(), why);
	if (e == ERR_OK)
		e = charge(c, "filings", "filings", a->credential.item.card, 1, core_charter(c)->policy.filings, why);
	e = core_end(c, e, why);
	return e == ERR_EXISTS ? ERR_OK : e; // the identical filing again: charged once
}

static enum err vouch(struct core *c, const struct ask *a, const struct filing *f, const uint8_t hash[static 32],
                      struct buf *reply, struct why *why)
{
	struct buf frame;
	buf_init(&frame, KEYS_VOUCH_BYTES);
	buf_put_u8(&frame, c->seat);
	buf_put_u8(&frame, (uint8_t)f->kind);
	buf_put_u64(&frame, clock_now());
	buf_put(&frame, a->credential.item.signing, SIGN_PUBLIC);
	buf_put(&frame, hash, 32);
	enum err e = core_ask_keys(c, KEYS_VOUCH, &frame, reply, why);
	buf_free(&frame);
	return e;
}

enum err core_file(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct ask a;
	struct filing f;
	uint8_t hash[32];
	enum err e = core_may_act(c, why);
	if (e == ERR_OK)
		e = member_ask(c, KEEPER_FILE, payload, &a, why);
	if (e == ERR_OK)
		e = filing_decode(a.body, &f, why);
	if (e != ERR_OK)
		return e;
	filing_hash(&f, hash);
	e = charge_filing(c, &a, hash, why);
	return e == ERR_OK ? vouch(c, &a, &f, hash, reply, why) : e;
}

// --- Cards ------------------------------------------------------------------------------------------------------------------

// They inform and do not act, so they are served whatever the state (protocol/keeper.md).
enum err core_card(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct ask a;
	struct slice card, credential;
	uint8_t id[CARD_ID];
	enum err e = member_ask(c, KEEPER_CARD, payload, &a, why);
	if (e != ERR_OK)
		return e;
	struct wire w = wire_of(a.body);
	wire_copy(&w, id, sizeof id);
	e = wire_end(&w, "card", why);
	if (e == ERR_OK)
		e = store_card_get(c->store, id, &card, &credential, why);
	if (e == ERR_OK)
		buf_put_slice(reply, card);
	return e;
}

static enum err put_card(void *reply, struct slice card, struct slice credential, struct why *why)
{
	(void)credential;
	buf_put_vec16(reply, card);
	return buf_status(reply) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "cards: more than one answer holds");
}

enum err core_cards(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct ask a;
	enum err e = member_ask(c, KEEPER_CARDS, payload, &a, why);
	return e == ERR_OK ? store_card_each(c->store, put_card, reply, why) : e;
}

// The credential is this card's, and holds today.
static enum err check_card(const struct core *c, struct slice card, struct slice credential, uint8_t id[static CARD_ID],
                           struct why *why)
{
	struct card decoded;
	struct credential k;
	enum err e = card_decode(card, core_origin(c), &decoded, why);
	if (e == ERR_OK)
		e = credential_decode(credential, &k, why);
	if (e == ERR_OK)
		e = credential_check(&k, c->g, 0, clock_now(), why);
	if (e != ERR_OK)
		return e;
	card_id(card, id);
	if (memcmp(id, k.item.card, CARD_ID) != 0 || memcmp(decoded.signing, k.item.signing, SIGN_PUBLIC) != 0)
		return why_set(why, ERR_AUTH, "cards: the credential was given to another card");
	return ERR_OK;
}

enum err core_card_put(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct slice card, credential;
	uint8_t id[CARD_ID];
	(void)reply;
	enum err e = core_awake(c, why);
	if (e == ERR_OK)
		e = keeper_card_decode(payload, &card, &credential, why);
	if (e == ERR_OK)
		e = check_card(c, card, credential, id, why);
	if (e == ERR_OK)
		e = store_begin(c->store, why);
	return e == ERR_OK ? core_end(c, store_card_put(c->store, id, card, credential, why), why) : e;
}

enum err core_credential(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	struct slice card, credential;
	uint8_t id[CARD_ID];
	struct wire w = wire_of(payload);
	wire_copy(&w, id, sizeof id);
	enum err e = wire_end(&w, "card id", why);
	if (e == ERR_OK)
		e = store_card_get(c->store, id, &card, &credential, why);
	if (e == ERR_OK)
		buf_put_slice(reply, credential);
	return e;
}
