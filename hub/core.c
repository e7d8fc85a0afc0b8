#include "core.h"

#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "log/log.h"
#include "match/match.h"
#include "sys/clock.h"
#include "sys/file.h"

#define TICK_MS 50

const struct charter *core_charter(const struct core *c)
{
	return governance_charter(c->governance);
}

struct slice core_origin(const struct core *c)
{
	return charter_origin(core_charter(c));
}

static enum err status(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	uint64_t records = 0;
	(void)payload;
	enum err e = store_record_count(c->store, &records, why);
	if (e != ERR_OK)
		return e;
	buf_printf(reply, "platform=%s\nversion=%s\nledger-size=%llu\ncosigned-size=%llu\nrecords=%llu\n", core_charter(c)->name, TOCSIN_VERSION,
	           (unsigned long long)store_frontier(c->store)->size, (unsigned long long)c->cosigned_size, (unsigned long long)records);
	return buf_status(reply);
}

const struct channel_question core_questions[] = {
	{CORE_ASK, CORE_FRAME_MAX, "net", ask_answer},
	{CORE_CHECKPOINT, 0, "net", ledger_checkpoint},
	{CORE_CHARTER, 0, "net", ledger_charter},
	{CORE_STATUS, 0, "net", status},
	{CORE_GOVERNANCE, DOCUMENT_MAX, "net", ledger_governance},
	{CORE_FILING, VOUCHER_BYTES + FILING_MAX, "net", filing_accept, filing_settle},
	{CORE_WITNESS_ROUND, 0, "net", ledger_witness_round},
	{CORE_WITNESS_ASK, 1, "net", ledger_witness_ask},
	{CORE_WITNESS_ANSWER, CHECKPOINT_ANSWER_MAX + 1, "net", ledger_witness_answer},
	{CORE_METRICS, 0, "net", core_metrics},
	{CORE_WITNESS_SIZE, 9, "net", ledger_witness_size},
	{0, 0, NULL, NULL},
};

static enum err read_key(const struct hub_conf *conf, const char *name, uint8_t **sk, struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t pk[SIGN_PUBLIC];
	hub_path(conf, name, path);
	*sk = secret_new(SIGN_SECRET);
	return keyfile_read_sign(path, pk, *sk, why);
}

// Core needs one value of the pepper's device for as long as it runs, not the pepper: it reads that before it meets anybody, and wipes it.
static enum err read_asker_key(struct core *c, struct why *why)
{
	uint8_t *pepper = secret_new(MATCH_PEPPER);
	enum err e = keyfile_read(c->conf->pepper, KEYFILE_RANDOM, pepper, why);
	if (e == ERR_OK) {
		c->asker_key = secret_new(ASKER_KEY);
		hmac_sha256(slice_of(pepper, MATCH_PEPPER), SLICE_LITERAL("tocsin/v1/hub-askers"), c->asker_key);
	}
	secret_free(pepper);
	return e;
}

void core_asker(const struct core *c, const uint8_t card[static CARD_ID], const uint8_t *record, uint8_t name[static ASKER])
{
	uint8_t both[CARD_ID + RECORD_ID];
	memcpy(both, card, CARD_ID);
	if (record != NULL)
		memcpy(both + CARD_ID, record, RECORD_ID);
	hmac_sha256(slice_of(c->asker_key, ASKER_KEY), slice_of(both, record != NULL ? sizeof both : CARD_ID), name);
}

static enum err charter_read(const struct hub_conf *conf, struct buf *leaf, struct why *why)
{
	char path[CONF_TEXT_MAX];
	hub_path(conf, "charter", path);
	return file_read(path, DOCUMENT_MAX, leaf, why);
}

enum err core_open(struct core *c, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf leaf;
	c->lock = -1;
	c->started = clock_now();
	buf_init(&c->note, NOTE_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	hub_path(c->conf, "store", path);
	enum err e = file_lock(path, &c->lock, why);
	if (e == ERR_OK)
		e = read_key(c->conf, "keys/ledger.key", &c->ledger_sk, why);
	if (e == ERR_OK)
		e = read_key(c->conf, "keys/hub.key", &c->hub_sk, why);
	if (e == ERR_OK)
		e = read_asker_key(c, why);
	if (e == ERR_OK)
		e = charter_read(c->conf, &leaf, why);
	if (e == ERR_OK)
		e = store_open(path, STORE_HUB, &c->store, why);
	if (e == ERR_OK)
		e = ledger_open(c, buf_slice(&leaf), why);
	buf_free(&leaf);
	return e;
}

void hub_plan_core(const struct hub_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan)
{
	hub_path(c, "store", path);
	*plan = (struct sandbox_plan){.kind = SANDBOX_CORE, .write = {path}};
}

static enum err enter(struct core *c, struct role_self *self, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct sandbox_plan plan;
	hub_plan_core(c->conf, path, &plan);
	enum err e = role_enter(self, &plan, why);
	if (e == ERR_OK)
		c->matcher = role_channel(self, "matcher");
	return e;
}

void core_close(struct core *c)
{
	store_close(c->store);
	governance_free(c->governance);
	secret_free(c->ledger_sk);
	secret_free(c->hub_sk);
	secret_free(c->asker_key);
	buf_free(&c->note);
	if (c->lock >= 0)
		close(c->lock);
}

int core_run(struct role_self *self, void *conf)
{
	struct core c = {.conf = conf};
	struct why why;
	enum err e = core_open(&c, &why);
	if (e == ERR_OK)
		e = enter(&c, self, &why);
	if (e == ERR_OK) {
		log_line(LOG_INFO, "ledger", log_value("size", "%llu", (unsigned long long)store_frontier(c.store)->size));
		role_ready(self);
		e = role_serve(self, core_questions, &c, core_tick, TICK_MS, &why);
	}
	if (e != ERR_OK)
		log_line(LOG_ERROR, "core-ended", log_failure(e, &why));
	core_close(&c);
	return e != ERR_OK;
}
