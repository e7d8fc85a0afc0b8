// The role keys: reads its keys, locks itself in, and answers core.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "keys.h"
#include "log/log.h"
#include "proto/hub.h"
#include "sys/clock.h"

#define KEYS_TICK_MS 3600000

struct slice keys_origin(const struct keys *k)
{
	return slice_text(k->origin);
}

void keys_path(const struct keys *k, const char *name, char path[static CONF_TEXT_MAX])
{
	INVARIANT(snprintf(path, CONF_TEXT_MAX, "%s/keys/%s", k->conf->state, name) < CONF_TEXT_MAX);
}

enum err keys_each_file(const struct keys *k, const char *prefix, keys_file_each *each, void *context, struct why *why)
{
	char path[CONF_TEXT_MAX];
	keeper_path(k->conf, "keys", path);
	DIR *d = opendir(path);
	if (d == NULL)
		return why_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	enum err e = ERR_OK;
	for (struct dirent *entry; e == ERR_OK && (entry = readdir(d)) != NULL;) {
		size_t n = strlen(entry->d_name);
		bool half = n > 4 && strcmp(entry->d_name + n - 4, ".new") == 0; // left by a power cut
		if (!half && n < KEYS_NAME_MAX && strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			e = each(context, entry->d_name, why);
	}
	closedir(d);
	return e;
}

enum err keys_size(const char *what, struct slice payload, size_t expected, struct why *why)
{
	if (payload.n != expected)
		return why_set(why, ERR_INPUT, "%s: %zu bytes, not %zu", what, payload.n, expected);
	return ERR_OK;
}

// The hub's ledger is asked for as this seat; nothing else is ever signed as an ask.
static enum err ask_entries(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct keys *k = keys;
	struct buf body;
	struct wire w = wire_of(payload);
	struct ask a = {.by = ASKER_KEEPER, .to = ASK_TO_HUB, .seat = wire_u8(&w)};
	uint64_t from = wire_u64(&w);
	uint32_t most = wire_u32(&w);
	enum err e = wire_end(&w, "ask", why);
	if (e != ERR_OK)
		return e;
	buf_init(&body, 16);
	hub_entries_ask(from, most, &body);
	INVARIANT(buf_status(&body) == ERR_OK);
	a.body = buf_slice(&body);
	random_bytes(a.nonce, sizeof a.nonce);
	ask_encode(&a, "entries", k->secrets->identity, keys_origin(k), clock_now(), reply);
	buf_free(&body);
	return ERR_OK;
}

static enum err identity(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	const struct keys *k = keys;
	(void)why;
	(void)payload; // its maximum is 0
	buf_put(reply, k->secrets->identity + SIGN_SEED, SIGN_PUBLIC);
	return buf_status(reply);
}

const struct channel_question keys_questions[] = {
	{KEYS_WITNESSED, 0, "core", keys_witnessed},
	{KEYS_IDENTITY, 0, "core", identity},
	{KEYS_COSIGN, KEYS_COSIGN_BYTES, "core", keys_cosign},
	{KEYS_ASK_ENTRIES, KEYS_ASK_BYTES, "core", ask_entries},
	{KEYS_EVALUATE, KEYS_EVALUATE_HEAD + TOKEN_BATCH_MAX * ELEMENT, "core", keys_evaluate},
	{KEYS_VOUCH, KEYS_VOUCH_BYTES, "core", keys_vouch},
	{KEYS_RELEASE, KEYS_RELEASE_BYTES, "core", keys_release},
	{KEYS_CEREMONY, KEYS_FRAME_MAX, "core", keys_ceremony},
	{KEYS_FORGET, 2, "core", keys_forget},
	{KEYS_CEREMONY_OVER, 3, "core", keys_ceremony_over},
	{0, 0, NULL, NULL},
};

static enum err load_sign(const struct keys *k, const char *name, uint8_t sk[static SIGN_SECRET], struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t pk[SIGN_PUBLIC];
	keys_path(k, name, path);
	return keyfile_read_sign(path, pk, sk, why);
}

static enum err load_origin(struct keys *k, struct why *why)
{
	struct governance *g = governance_new();
	enum err e = g == NULL ? why_set(why, ERR_SYSTEM, "out of memory") : keeper_pin_charter(k->conf, g, why);
	if (e == ERR_OK)
		snprintf(k->origin, sizeof k->origin, "%s", governance_charter(g)->origin); // no later charter can change it
	governance_free(g);
	return e;
}

enum err keys_load(struct keys *k, struct why *why)
{
	char path[CONF_TEXT_MAX];
	keys_path(k, "ceremony", path);
	enum err e = load_origin(k, why);
	if (e == ERR_OK)
		e = load_sign(k, "identity", k->secrets->identity, why);
	if (e == ERR_OK)
		e = load_sign(k, "witness", k->secrets->witness, why);
	if (e == ERR_OK)
		e = load_sign(k, "voucher", k->secrets->voucher, why);
	if (e == ERR_OK)
		e = keyfile_read(path, KEYFILE_SCALAR, k->secrets->ceremony, why);
	if (e == ERR_OK)
		e = keys_witness_load(k, why);
	return e == ERR_OK ? keys_shares_load(k, why) : e;
}

static void on_tick(void *keys)
{
	keys_alias_forget(keys);
}

void keeper_plan_keys(const struct keeper_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan)
{
	keeper_path(c, "keys", path);
	*plan = (struct sandbox_plan){.kind = SANDBOX_KEYS, .write = {path}};
}

static enum err serve(struct keys *k, struct role_self *self, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct sandbox_plan plan;
	keeper_plan_keys(k->conf, path, &plan);
	enum err e = keys_load(k, why);
	if (e == ERR_OK)
		e = role_enter(self, &plan, why);
	if (e != ERR_OK)
		return e;
	keys_alias_forget(k);
	log_line(LOG_INFO, "keys", log_value("shares", "%u", k->shares),
	         log_value("witnessed", "%llu", (unsigned long long)k->witnessed.size));
	role_ready(self);
	return role_serve(self, keys_questions, k, on_tick, KEYS_TICK_MS, why);
}

int keys_run(struct role_self *self, void *conf)
{
	struct keys *k = calloc(1, sizeof *k);
	struct why why;
	INVARIANT(k != NULL);
	k->conf = conf;
	k->secrets = (struct keys_secrets *)secret_new((sizeof *k->secrets + 15) / 16 * 16);
	enum err e = serve(k, self, &why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "failed", log_failure(e, &why));
	secret_free((uint8_t *)k->secrets);
	free(k);
	return e != ERR_OK;
}
