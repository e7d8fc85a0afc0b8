// The ledger: opening, appending, governance.
#include "base/wire.h"
#include "core.h"
#include "crypto/hash.h"
#include "log/log.h"
#include "sys/clock.h"
#include "sys/file.h"

// --- Leaves with a name ----------------------------------------------------------------------------------------------------------------

#define NAME_HASH 20 // bytes of the hash in the name of a leaf's value: what fits

static void index_name(const char *what, const uint8_t hash[static 32], char name[static STORE_NAME_MAX + 1])
{
	int n = snprintf(name, STORE_NAME_MAX + 1, "%s/", what);
	INVARIANT(n > 0 && n + 2 * NAME_HASH <= STORE_NAME_MAX);
	for (unsigned i = 0; i < NAME_HASH; i++)
		snprintf(name + n + 2 * i, 3, "%02x", hash[i]);
}

enum err ledger_index(struct core *c, const char *what, const uint8_t hash[static 32], uint64_t *index, struct why *why)
{
	char name[STORE_NAME_MAX + 1];
	struct slice stored;
	index_name(what, hash, name);
	enum err e = store_value_get(c->store, name, &stored, why);
	if (e != ERR_OK)
		return e;
	struct wire w = wire_of(stored);
	uint64_t got = wire_u64(&w);
	if (wire_end(&w, name, why) != ERR_OK)
		return ERR_SYSTEM;
	*index = got;
	return ERR_OK;
}

enum err ledger_append_named(struct core *c, const char *what, const uint8_t hash[static 32], struct slice leaf, uint64_t *index,
                             struct why *why)
{
	char name[STORE_NAME_MAX + 1];
	uint8_t number[8];
	uint64_t at;
	enum err e = store_leaf_add(c->store, leaf, &at, why);
	if (e != ERR_OK)
		return e;
	index_name(what, hash, name);
	for (unsigned i = 0; i < 8; i++)
		number[i] = (uint8_t)(at >> (56 - 8 * i));
	e = store_value_put(c->store, name, slice_of(number, sizeof number), why);
	if (e == ERR_OK)
		*index = at;
	return e;
}

// --- Opening ---------------------------------------------------------------------------------------------------------------------------

// A leaf that breaks a rule changes nothing, for all readers; stopping for it would keep the hub down for ever.
static enum err apply(void *core, uint64_t index, struct slice leaf, struct why *why)
{
	struct core *c = core;
	enum err e = governance_apply(c->governance, index, leaf, why);
	if (e == ERR_OK || e == ERR_SYSTEM || index == 0)
		return e;
	log_line(LOG_ERROR, "leaf-refused", log_value("leaf", "%llu", (unsigned long long)index), log_failure(e, why));
	return ERR_OK;
}

// For net and matcher, which look once, before they lock themselves in.
static enum err charter_copy(const struct core *c, struct why *why)
{
	char path[CONF_TEXT_MAX];
	hub_path(c->conf, "store/charter", path);
	return file_write(path, governance_charter_leaf(c->governance), FILE_PUBLIC, why);
}

// Type and body name a document: whoever leaves out one of more signatures than needed must not have it appended again.
static void document_hash(const struct document *d, uint8_t hash[static 32])
{
	uint8_t type = (uint8_t)d->type;
	sha256_parts((const struct slice[]){slice_of(&type, 1), d->body}, 2, hash);
}

static enum err document_store(struct core *c, struct slice leaf, const uint8_t hash[static 32], uint64_t *index, struct why *why)
{
	enum err e = store_begin(c->store, why);
	if (e != ERR_OK)
		return e;
	e = ledger_append_named(c, "document", hash, leaf, index, why);
	if (e == ERR_OK)
		return store_commit(c->store, why);
	store_rollback(c->store);
	return e;
}

static enum err append_charter(struct core *c, struct slice leaf, struct why *why)
{
	struct document d;
	uint8_t hash[32];
	uint64_t index;
	enum err e = document_decode(leaf, &d, why);
	if (e != ERR_OK)
		return e;
	document_hash(&d, hash);
	return document_store(c, leaf, hash, &index, why);
}

enum err ledger_open(struct core *c, struct slice charter_leaf, struct why *why)
{
	if ((c->governance = governance_new()) == NULL)
		return why_set(why, ERR_SYSTEM, "out of memory");
	enum err e = governance_pin(c->governance, charter_leaf, why);
	if (e == ERR_OK && store_frontier(c->store)->size == 0)
		e = append_charter(c, charter_leaf, why);
	if (e == ERR_OK)
		e = store_leaf_each(c->store, 0, store_frontier(c->store)->size, apply, c, why);
	if (e == ERR_OK)
		e = follow_keys(core_charter(c), &c->log_key, c->witness_keys, why);
	if (e == ERR_OK)
		e = charter_copy(c, why);
	return e == ERR_OK ? ledger_load_cosigned(c, why) : e;
}

// --- Governance ------------------------------------------------------------------------------------------------------------------------

// Another charter may have other seats: what they cosigned so far belongs to the old ones.
static void charter_changed(struct core *c)
{
	struct why why;
	enum err e = follow_keys(core_charter(c), &c->log_key, c->witness_keys, &why);
	INVARIANT(e == ERR_OK); // the charter was accepted
	buf_clear(&c->note);
	c->note_size = c->note_cosigned = 0;
	memset(c->seat_size, 0, sizeof c->seat_size);
	e = charter_copy(c, &why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "charter-not-copied", log_failure(e, &why));
	log_line(LOG_WARNING, "charter-changed", log_value("number", "%u", core_charter(c)->number),
	         log_value("do", "restart the hub so that it reaches the new seats"));
}

static enum err document_append(struct core *c, struct slice leaf, const uint8_t hash[static 32], uint64_t *index, struct why *why)
{
	uint32_t charter = core_charter(c)->number;
	enum err e = governance_check(c->governance, leaf, why);
	if (e == ERR_OK)
		e = document_store(c, leaf, hash, index, why);
	if (e != ERR_OK)
		return e;
	e = governance_apply(c->governance, *index, leaf, why);
	INVARIANT(e == ERR_OK); // it was checked above; without memory only a restart can follow the ledger again
	log_line(LOG_INFO, "governance", log_value("type", "%u", leaf.p[0]), log_value("leaf", "%llu", (unsigned long long)*index));
	if (core_charter(c)->number != charter)
		charter_changed(c);
	return ERR_OK;
}

enum err ledger_charter(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	(void)payload, (void)why;
	buf_put_slice(reply, governance_charter_leaf(c->governance));
	return buf_status(reply);
}

static enum err take_document(struct core *c, struct slice payload, struct buf *reply, struct why *why)
{
	struct document d;
	uint64_t index;
	uint8_t hash[32];
	enum err e = document_decode(payload, &d, why);
	if (e != ERR_OK)
		return e;
	document_hash(&d, hash);
	e = ledger_index(c, "document", hash, &index, why);
	if (e == ERR_ABSENT) {
		e = document_check_date(&d, clock_now(), why);
		if (e == ERR_OK)
			e = document_append(c, payload, hash, &index, why);
	}
	if (e != ERR_OK)
		return e;
	buf_put_u64(reply, index);
	return buf_status(reply);
}

enum err ledger_governance(void *core, struct slice payload, struct buf *reply, struct why *why)
{
	struct core *c = core;
	enum err e = take_document(c, payload, reply, why);
	c->count.documents[e]++;
	return e;
}
