// The role matcher: opens sealed batches with its own key, keeps HMACs of token ids under a pepper that no backup has.
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "hub.h"
#include "log/log.h"
#include "sys/file.h"

struct matcher {
	uint8_t *sk; // HPKE_SECRET bytes, secret
	struct match *match;
	char origin[SIGN_ORIGIN_MAX + 1];
	struct batch batch; // the one being opened
	struct match_token tokens[TOKEN_BATCH_MAX];
};

static void tokens_of(struct matcher *m, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct token *t = &m->batch.token[i];
		m->tokens[i] = (struct match_token){.class = t->class, .derived = (t->flags & TOKEN_DERIVED) != 0};
		memcpy(m->tokens[i].id, t->id, TOKEN_ID);
	}
}

static enum err add(void *matcher, struct slice payload, struct buf *reply, struct why *why)
{
	struct matcher *m = matcher;
	struct wire w = wire_of(payload);
	uint64_t number = wire_u64(&w), handle = wire_u64(&w), reporter = wire_u64(&w);
	uint8_t seat = wire_u8(&w);
	struct slice record = wire_take(&w, RECORD_ID), key = wire_take(&w, SIGN_PUBLIC);
	(void)reply;
	if (w.bad)
		return why_set(why, ERR_INPUT, "batch cut short");
	enum err e = batch_open(w.rest, record.p, key.p, m->sk, slice_text(m->origin), &m->batch, why);
	if (e != ERR_OK)
		return e;
	tokens_of(m, m->batch.count);
	e = match_add(m->match, number, handle, reporter, seat, m->tokens, m->batch.count, why);
	secret_wipe(m->tokens, sizeof m->tokens);
	secret_wipe(&m->batch, sizeof m->batch);
	return e;
}

static enum err neighbours(void *matcher, struct slice payload, struct buf *reply, struct why *why)
{
	static struct match_neighbour list[MATCH_NEIGHBOURS_MAX];
	struct matcher *m = matcher;
	struct wire w = wire_of(payload);
	struct match_summary s;
	size_t found;
	uint64_t handle = wire_u64(&w);
	enum err e = wire_end(&w, "neighbours", why);
	if (e == ERR_OK)
		e = match_neighbours(m->match, handle, list, MATCH_NEIGHBOURS_MAX, &found, &s, why);
	if (e != ERR_OK)
		return e;
	hub_matches_answer(&s, (uint32_t)found, reply);
	for (size_t i = 0; i < found; i++) {
		buf_put_u64(reply, list[i].handle);
		for (unsigned k = 0; k < MATCH_CLASSES; k++)
			buf_put_u32(reply, list[i].shared[k]);
		buf_put_u32(reply, list[i].derived);
	}
	return buf_status(reply);
}

enum err matcher_neighbours_decode(struct slice answer, struct matcher_neighbours *n, struct why *why)
{
	struct wire w = wire_of(answer);
	n->summary = (struct match_summary){.tokens = wire_u32(&w)};
	n->summary.common = wire_u32(&w);
	n->summary.neighbours = wire_u32(&w);
	n->summary.reporters_least = wire_u32(&w);
	n->summary.reporters_most = wire_u32(&w);
	n->count = wire_u32(&w);
	if (n->count > MATCH_NEIGHBOURS_MAX)
		return why_set(why, ERR_LIMIT, "matcher: %u neighbours", n->count);
	for (uint32_t i = 0; i < n->count; i++) {
		n->list[i].handle = wire_u64(&w);
		for (unsigned k = 0; k < MATCH_CLASSES; k++)
			n->list[i].shared[k] = wire_u32(&w);
		n->list[i].derived = wire_u32(&w);
	}
	return wire_end(&w, "matcher's answer", why);
}

// The analyst seals its own tokens of the record to the matcher, signed by its card's key.
static enum err compare(void *matcher, struct slice payload, struct buf *reply, struct why *why)
{
	struct matcher *m = matcher;
	struct wire w = wire_of(payload);
	uint64_t handle = wire_u64(&w);
	struct slice record = wire_take(&w, RECORD_ID), key = wire_take(&w, SIGN_PUBLIC);
	size_t count = 0;
	struct match_token *all = calloc((size_t)BATCHES_MAX * TOKEN_BATCH_MAX, sizeof *all);
	enum err e = all == NULL ? why_set(why, ERR_SYSTEM, "matcher: out of memory") : ERR_OK;
	while (e == ERR_OK && !w.bad && w.rest.n > 0 && count <= (BATCHES_MAX - 1) * TOKEN_BATCH_MAX) {
		struct slice sealed = wire_vec32(&w);
		e = w.bad ? ERR_OK : batch_open(sealed, record.p, key.p, m->sk, slice_text(m->origin), &m->batch, why);
		if (e == ERR_OK && !w.bad) {
			tokens_of(m, m->batch.count);
			memcpy(all + count, m->tokens, m->batch.count * sizeof *all);
			count += m->batch.count;
		}
	}
	uint32_t missing, extra;
	if (e == ERR_OK)
		e = wire_end(&w, "compare", why);
	if (e == ERR_OK)
		e = match_compare(m->match, handle, all, count, &missing, &extra, why);
	if (e == ERR_OK) {
		buf_put_u32(reply, missing);
		buf_put_u32(reply, extra);
	}
	secret_wipe(m->tokens, sizeof m->tokens);
	secret_wipe(&m->batch, sizeof m->batch);
	if (all != NULL)
		secret_wipe(all, (size_t)BATCHES_MAX * TOKEN_BATCH_MAX * sizeof *all);
	free(all);
	return e;
}

static enum err status(void *matcher, struct slice payload, struct buf *reply, struct why *why)
{
	struct matcher *m = matcher;
	struct match_size s = match_size(m->match);
	(void)payload, (void)why;
	buf_put_u64(reply, s.postings);
	buf_put_u64(reply, s.tokens);
	buf_put_u64(reply, s.records);
	buf_put_u64(reply, s.bytes);
	return ERR_OK;
}

const struct channel_question matcher_questions[] = {
	{MATCHER_ADD, MATCHER_FRAME_MAX, "core", add},
	{MATCHER_NEIGHBOURS, 8, "core", neighbours},
	{MATCHER_COMPARE, MATCHER_FRAME_MAX, "core", compare},
	{MATCHER_STATUS, 0, "core", status},
	{0, 0, NULL, NULL},
};

static enum err prepare(struct matcher *m, const struct hub_conf *c, struct why *why)
{
	static struct charter charter; // large for a stack
	char path[CONF_TEXT_MAX];
	enum err e = hub_charter_now(c, &charter, why);
	if (e != ERR_OK)
		return e;
	uint8_t *pepper = secret_new(MATCH_PEPPER);
	m->sk = secret_new(HPKE_SECRET);
	memcpy(m->origin, charter.origin, sizeof m->origin);
	hub_path(c, "matcher/matcher.key", path);
	e = keyfile_read(path, KEYFILE_HPKE, m->sk, why);
	if (e == ERR_OK)
		e = keyfile_read(c->pepper, KEYFILE_RANDOM, pepper, why);
	hub_path(c, "matcher", path);
	if (e == ERR_OK)
		e = match_open(path, pepper, charter.policy.common_cap, &m->match, why);
	secret_free(pepper);
	return e;
}

enum err matcher_open(const struct hub_conf *c, struct matcher **out, struct why *why)
{
	struct matcher *m = calloc(1, sizeof *m);
	enum err e = m == NULL ? why_set(why, ERR_SYSTEM, "matcher: out of memory") : prepare(m, c, why);
	if (e == ERR_OK)
		*out = m;
	else
		matcher_close(m);
	return e;
}

void matcher_close(struct matcher *m)
{
	if (m == NULL)
		return;
	match_close(m->match);
	secret_free(m->sk);
	free(m);
}

void hub_plan_matcher(const struct hub_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan)
{
	hub_path(c, "matcher", path);
	*plan = (struct sandbox_plan){.kind = SANDBOX_KEYS, .write = {path}};
}

int matcher_run(struct role_self *self, void *conf)
{
	const struct hub_conf *c = conf;
	struct matcher *m = NULL;
	struct why why;
	char path[CONF_TEXT_MAX];
	struct sandbox_plan plan;
	hub_plan_matcher(c, path, &plan);
	enum err e = hub_pepper_apart(c, &why);
	if (e == ERR_OK)
		e = matcher_open(c, &m, &why);
	if (e == ERR_OK)
		e = role_enter(self, &plan, &why);
	if (e == ERR_OK) {
		struct match_size s = match_size(m->match);
		log_line(LOG_INFO, "index", log_value("tokens", "%llu", (unsigned long long)s.tokens),
		         log_value("records", "%llu", (unsigned long long)s.records));
		role_ready(self);
		e = role_serve(self, matcher_questions, m, NULL, 0, &why);
	}
	if (e != ERR_OK)
		log_line(LOG_ERROR, "matcher-ended", log_failure(e, &why));
	matcher_close(m);
	return e != ERR_OK;
}
