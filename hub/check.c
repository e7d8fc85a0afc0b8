// The verb check: store, ledger and matcher's log agree. Nothing is changed. It also runs beside the hub: the store is read as of one
// moment, and what the matcher has appended since is left out. A hub that is stopped stays so meanwhile: its lock is taken.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "follow/follow.h"
#include "hub.h"
#include "match/log.h"
#include "sys/file.h"

#define PAGE 1000     // records asked for at once
#define HUB_KEYS 64   // receipt keys of charters, one after the other

struct check {
	const struct hub_conf *conf;
	struct store *store;
	struct governance *g;
	int lock;                     // -1: not taken
	bool running;                 // a hub has the store's lock: the matcher's log may be ahead
	uint64_t wrong;               // disagreements told so far
	struct tree_frontier tree;    // made again from the leaves
	struct checkpoint cosigned;   // size 0: none yet
	uint8_t hub_key[HUB_KEYS][SIGN_PUBLIC];
	unsigned hub_keys;
	uint64_t records, audiences, after; // seen so far; the last sequence
	uint64_t queued, entries, tokens, later, last_batch;
};

// One disagreement: place, value, rule.
static void disagree(struct check *c, const char *format, ...) PRINTF_LIKE(2, 3);
static void disagree(struct check *c, const char *format, ...)
{
	va_list arguments;
	c->wrong++;
	va_start(arguments, format);
	fputs("DISAGREES  ", stdout);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

static void row(struct check *c, uint64_t before, const char *what, const char *format, ...) PRINTF_LIKE(4, 5);
static void row(struct check *c, uint64_t before, const char *what, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("%-10s %-6s ", what, c->wrong == before ? "agrees" : "WRONG");
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

// --- The ledger ------------------------------------------------------------------------------------------------------------------------

static enum err node_compare(void *check, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	struct check *c = check;
	uint8_t stored[TREE_HASH];
	if (store_node_read(c->store, level, index, stored) != ERR_OK)
		disagree(c, "ledger: node %u/%" PRIu64 ": it is not in the store", level, index);
	else if (memcmp(stored, hash, TREE_HASH) != 0)
		disagree(c, "ledger: node %u/%" PRIu64 ": it is not the hash of the leaves below it", level, index);
	return ERR_OK;
}

static void remember_hub_key(struct check *c)
{
	const struct charter *charter = governance_charter(c->g);
	if (charter == NULL || c->hub_keys == HUB_KEYS)
		return;
	if (c->hub_keys == 0 || memcmp(c->hub_key[c->hub_keys - 1], charter->hub_key, SIGN_PUBLIC) != 0)
		memcpy(c->hub_key[c->hub_keys++], charter->hub_key, SIGN_PUBLIC);
}

static void compare_cosigned(struct check *c)
{
	uint8_t root[TREE_HASH];
	tree_root(&c->tree, root);
	if (memcmp(root, c->cosigned.root, TREE_HASH) != 0)
		disagree(c, "cosigned: %" PRIu64 " leaves: the leaves give another root than the one that was cosigned", c->cosigned.size);
}

static enum err check_leaf(void *check, uint64_t index, struct slice leaf, struct why *why)
{
	struct check *c = check;
	struct why refused;
	uint8_t hash[TREE_HASH];
	tree_leaf_hash(leaf, hash);
	enum err e = tree_append(&c->tree, hash, node_compare, c);
	if (e != ERR_OK)
		return why_set(why, e, "ledger: leaf %" PRIu64 ": the tree is full", index);
	e = governance_apply(c->g, index, leaf, &refused);
	if (e == ERR_SYSTEM)
		return why_set(why, e, "%s", refused.text);
	if (e != ERR_OK)
		disagree(c, "ledger: leaf %" PRIu64 ": a document that breaks a rule: %s", index, refused.text);
	remember_hub_key(c);
	if (c->cosigned.size == c->tree.size)
		compare_cosigned(c);
	return ERR_OK;
}

static enum err read_cosigned(struct check *c, struct why *why)
{
	struct slice saved;
	struct note note;
	enum err e = store_value_get(c->store, "cosigned", &saved, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e == ERR_OK)
		e = note_parse(saved, &note, why);
	return e == ERR_OK ? checkpoint_parse(note.text, &c->cosigned, why) : e;
}

// Under the charter in force; one that came after the note may have put other seats in their place.
static void verify_cosigned(struct check *c)
{
	struct slice saved;
	struct checkpoint p;
	struct why why;
	uint64_t time;
	if (c->cosigned.size == 0 || c->cosigned.size > c->tree.size || store_value_get(c->store, "cosigned", &saved, &why) != ERR_OK)
		return;
	if (follow_verify(governance_charter(c->g), saved, &p, &time, &why) != ERR_OK)
		disagree(c, "cosigned: %" PRIu64 " leaves: %s", c->cosigned.size, why.text);
}

static enum err check_ledger(struct check *c, struct why *why)
{
	uint64_t before = c->wrong;
	uint8_t made[TREE_HASH], kept[TREE_HASH];
	enum err e = read_cosigned(c, why);
	if (e == ERR_OK)
		e = store_leaf_each(c->store, 0, store_frontier(c->store)->size, check_leaf, c, why);
	if (e != ERR_OK)
		return e;
	tree_root(&c->tree, made);
	tree_root(store_frontier(c->store), kept);
	if (c->tree.size != store_frontier(c->store)->size || memcmp(made, kept, TREE_HASH) != 0)
		disagree(c, "ledger: frontier of %" PRIu64 " leaves: the leaves give another root", store_frontier(c->store)->size);
	row(c, before, "ledger", "%" PRIu64 " leaves, charter %u", c->tree.size, governance_charter(c->g)->number);
	before = c->wrong;
	if (c->cosigned.size > c->tree.size)
		disagree(c, "cosigned: %" PRIu64 " leaves: the ledger has only %" PRIu64 ": leaves are lost", c->cosigned.size, c->tree.size);
	verify_cosigned(c);
	row(c, before, "cosigned", "%" PRIu64 " leaves", c->cosigned.size);
	return ERR_OK;
}

// --- Records ---------------------------------------------------------------------------------------------------------------------------

static void check_envelope(struct check *c, const struct stored_record *r, const char *id)
{
	struct slice bytes;
	struct envelope envelope;
	struct why why;
	struct buf hdr0;
	if (store_envelope_get(c->store, r->id, &bytes, &why) != ERR_OK) {
		disagree(c, "record %s: its envelope is not here", id);
		return;
	}
	if (bytes.n != r->size)
		disagree(c, "record %s: %zu bytes of envelope: it was stored with %" PRIu64, id, bytes.n, r->size);
	if (envelope_decode(bytes, &envelope, &why) != ERR_OK) {
		disagree(c, "record %s: its envelope does not decode: %s", id, why.text);
		return;
	}
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(&r->header, &hdr0);
	if (buf_status(&hdr0) != ERR_OK || !slice_equal(buf_slice(&hdr0), envelope.hdr0) || memcmp(envelope.header.id, r->id, RECORD_ID) != 0)
		disagree(c, "record %s: its row tells another header than its envelope", id);
	buf_free(&hdr0);
}

static bool is_hubs(const struct check *c, const struct receipt *receipt)
{
	for (unsigned i = 0; i < c->hub_keys; i++)
		if (receipt_check_signature(receipt, c->hub_key[i], charter_origin(governance_charter(c->g)), NULL) == ERR_OK)
			return true;
	return false;
}

static void check_receipt(struct check *c, const struct stored_record *r, const char *id)
{
	uint8_t bytes[RECEIPT_BYTES];
	struct receipt receipt;
	struct slice leaf;
	struct why why;
	if (store_receipt_get(c->store, r->filing, bytes, &why) != ERR_OK)
		disagree(c, "record %s: its receipt is not here", id);
	else if (receipt_decode(slice_of(bytes, sizeof bytes), &receipt, &why) != ERR_OK)
		disagree(c, "record %s: its receipt does not decode: %s", id, why.text);
	else if (memcmp(receipt.filing, r->filing, sizeof r->filing) != 0 || receipt.time != r->time || receipt.index != r->leaf)
		disagree(c, "record %s: its receipt is for another filing, time or leaf", id);
	else if (!is_hubs(c, &receipt))
		disagree(c, "record %s: its receipt is not signed by the hub", id);
	else if (store_leaf_get(c->store, r->leaf, &leaf, &why) != ERR_OK)
		disagree(c, "record %s: its leaf %" PRIu64 " is not in the ledger", id, r->leaf);
	else if (!slice_equal(leaf, slice_of(receipt.leaf, sizeof receipt.leaf)))
		disagree(c, "record %s: leaf %" PRIu64 " is not the one that its receipt promises", id, r->leaf);
}

static enum err check_record(void *check, const struct stored_record *r, struct why *why)
{
	struct check *c = check;
	struct buf id;
	(void)why;
	buf_init(&id, 2 * RECORD_ID + 1);
	buf_put_hex(&id, slice_of(r->id, RECORD_ID));
	buf_put_u8(&id, 0);
	INVARIANT(buf_status(&id) == ERR_OK);
	check_envelope(c, r, (const char *)id.p);
	check_receipt(c, r, (const char *)id.p);
	buf_free(&id);
	c->records++;
	c->audiences += r->header.label.audience;
	c->after = r->sequence;
	return ERR_OK;
}

static enum err each_page(struct check *c, uint16_t team, enum err (*each)(void *, const struct stored_record *, struct why *), uint64_t *seen,
                          struct why *why)
{
	uint64_t before;
	enum err e;
	c->after = 0;
	do {
		before = *seen;
		e = store_record_each(c->store, team, c->after, PAGE, each, c, why);
	} while (e == ERR_OK && *seen > before);
	return e;
}

static enum err count_listed(void *check, const struct stored_record *r, struct why *why)
{
	struct check *c = check;
	(void)why;
	c->audiences--; // once for each team it is listed for: none remains
	c->records++;
	c->after = r->sequence;
	return ERR_OK;
}

// Every record is in the lists of all the teams it is addressed to.
static enum err check_lists(struct check *c, struct why *why)
{
	static const struct team *teams[GOVERNANCE_TEAMS_MAX];
	unsigned n = governance_teams(c->g, teams, GOVERNANCE_TEAMS_MAX);
	uint64_t records = c->records, due = c->audiences;
	enum err e = ERR_OK;
	for (unsigned i = 0; i < n && e == ERR_OK; i++)
		e = each_page(c, teams[i]->id, count_listed, &c->records, why);
	if (e == ERR_OK && c->audiences != 0)
		disagree(c, "records: %" PRIu64 " addresses in their labels: the lists of the teams have %" PRIu64, due, c->records - records);
	c->records = records;
	return e;
}

static enum err check_records(struct check *c, struct why *why)
{
	uint64_t before = c->wrong, count = 0;
	enum err e = each_page(c, 0, check_record, &c->records, why);
	if (e == ERR_OK)
		e = store_record_count(c->store, &count, why);
	if (e == ERR_OK && count != c->records)
		disagree(c, "records: %" PRIu64 " rows: %" PRIu64 " could be read", count, c->records);
	if (e == ERR_OK)
		e = check_lists(c, why);
	if (e == ERR_OK)
		row(c, before, "records", "%" PRIu64 " with envelope, receipt and leaf", c->records);
	return e;
}

// --- The matcher -----------------------------------------------------------------------------------------------------------------------

static enum err check_queue(struct check *c, struct why *why)
{
	struct queued_batch b = {0};
	uint64_t before = c->wrong, count = 0, seen = 0;
	enum err e = store_batch_last(c->store, &c->last_batch, why);
	if (e == ERR_OK)
		e = store_batch_count(c->store, &count, why);
	while (e == ERR_OK && (e = store_batch_next(c->store, b.number, &b, why)) == ERR_OK) {
		seen++;
		if (b.number > c->last_batch)
			disagree(c, "queue: batch %" PRIu64 ": the last number given is %" PRIu64, b.number, c->last_batch);
	}
	if (e != ERR_ABSENT)
		return e;
	if (seen != count) // the question for the next one passes over those without a record or a reporter
		disagree(c, "queue: %" PRIu64 " batches: only %" PRIu64 " of them belong to a record and its reporter", count, seen);
	c->queued = count;
	row(c, before, "queue", "%" PRIu64 " batches wait, %" PRIu64 " were ever queued", count, c->last_batch);
	return ERR_OK;
}

static enum err check_entry(void *check, const struct match_entry *entry, struct why *why)
{
	struct check *c = check;
	struct stored_record r;
	if (entry->batch > c->last_batch) {
		c->later++;
		if (!c->running)
			disagree(c, "matcher: batch %" PRIu64 ": the store has given no number above %" PRIu64 ": the log is newer than the store",
			         entry->batch, c->last_batch);
		return ERR_OK;
	}
	c->entries++;
	c->tokens += entry->count;
	enum err e = store_record_by_handle(c->store, entry->handle, &r, why);
	if (e == ERR_ABSENT)
		disagree(c, "matcher: batch %" PRIu64 ": its handle is no record's", entry->batch);
	else if (e == ERR_OK && r.seat != entry->seat)
		disagree(c, "matcher: batch %" PRIu64 ": of seat %u, its record of seat %u", entry->batch, entry->seat, r.seat);
	return e == ERR_ABSENT ? ERR_OK : e;
}

static enum err check_matcher(struct check *c, struct why *why)
{
	char folder[CONF_TEXT_MAX];
	uint64_t before = c->wrong;
	struct why said;
	uint8_t *pepper = secret_new(MATCH_PEPPER);
	hub_path(c->conf, "matcher", folder);
	enum err e = keyfile_read(c->conf->pepper, KEYFILE_RANDOM, pepper, &said);
	if (e != ERR_OK)
		disagree(c, "matcher: the pepper cannot be read: %s", said.text);
	e = match_log_read(folder, e == ERR_OK ? pepper : NULL, check_entry, c, &said);
	secret_free(pepper);
	if (e == ERR_SYSTEM)
		return why_set(why, e, "%s", said.text);
	if (e != ERR_OK && !(e == ERR_ABSENT && c->last_batch == c->queued))
		disagree(c, "matcher: %s", said.text);
	row(c, before, "matcher", "%" PRIu64 " batches, %" PRIu64 " tokens", c->entries, c->tokens);
	return ERR_OK;
}

// --- All of it -------------------------------------------------------------------------------------------------------------------------

static enum err check_open(struct check *c, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf leaf;
	hub_path(c->conf, "store", path);
	enum err e = file_lock(path, &c->lock, why);
	c->running = e == ERR_EXISTS;
	if (e == ERR_OK || c->running)
		e = store_open_snapshot(path, STORE_HUB, &c->store, why);
	if (e == ERR_OK && (c->g = governance_new()) == NULL)
		e = why_set(why, ERR_SYSTEM, "out of memory");
	buf_init(&leaf, DOCUMENT_MAX);
	hub_path(c->conf, "charter", path);
	if (e == ERR_OK)
		e = file_read(path, DOCUMENT_MAX, &leaf, why);
	if (e == ERR_OK)
		e = governance_pin(c->g, buf_slice(&leaf), why);
	buf_free(&leaf);
	return e;
}

static enum err check_all(struct check *c, struct why *why)
{
	struct why said;
	enum err e = check_open(c, why);
	if (e != ERR_OK)
		return e;
	uint64_t before = c->wrong;
	if (store_verify(c->store, &said) != ERR_OK)
		disagree(c, "%s", said.text);
	row(c, before, "store", "schema %d%s", STORE_SCHEMA, c->running ? ", read beside the running hub" : "");
	e = check_ledger(c, why);
	if (e == ERR_OK)
		e = check_records(c, why);
	if (e == ERR_OK)
		e = check_queue(c, why);
	return e == ERR_OK ? check_matcher(c, why) : e;
}

int hub_check(const struct hub_conf *conf)
{
	struct check c = {.conf = conf, .lock = -1};
	struct why why;
	enum err e = check_all(&c, &why);
	store_close(c.store);
	governance_free(c.g);
	if (c.lock >= 0)
		close(c.lock);
	if (e != ERR_OK) {
		fflush(stdout);
		fprintf(stderr, "tocsin-hub: check: %s: %s\n", err_name(e), why.text);
		return 1;
	}
	if (c.wrong > 0)
		printf("%" PRIu64 " disagreement%s\n", c.wrong, c.wrong == 1 ? "" : "s");
	return c.wrong > 0;
}
