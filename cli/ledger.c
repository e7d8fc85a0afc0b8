// ledger verify: the whole ledger again from leaf 0, not from this home's copy: root, cosignatures, every document's rules.
#include <stdlib.h>

#include "cli.h"
#include "kept.h"
#include "sys/clock.h"

#define TYPES 256

struct audit {
	struct cli *cli;
	struct governance *governance; // of its own, from the pinned charter on
	struct tree_frontier frontier;
	struct checkpoint checkpoint;
	struct cosigners who;
	uint64_t counts[TYPES];
	unsigned refused;
	struct why last; // refusal
	struct checkpoint followed; // this home's newest: what is audited must contain it
	// Receipts of this home: leaf hashes by index are compared while the leaves go by.
	struct receipt *receipts;
	unsigned receipt_count, included, broken;
};

static enum err own_receipt(struct audit *a, uint64_t index, struct slice leaf)
{
	for (unsigned i = 0; i < a->receipt_count; i++)
		if (a->receipts[i].index == index)
			slice_equal(leaf, slice_of(a->receipts[i].leaf, ACTIVITY_LEAF)) ? a->included++ : a->broken++;
	return ERR_OK;
}

static enum err leaf_take(void *audit, uint64_t index, struct slice leaf, struct why *why)
{
	struct audit *a = audit;
	uint8_t hash[TREE_HASH];
	struct why refused;
	if (index >= a->checkpoint.size)
		return why_set(why, ERR_INPUT, "entries: leaf %llu was not asked for", (unsigned long long)index);
	tree_leaf_hash(leaf, hash);
	enum err e = tree_append(&a->frontier, hash, NULL, NULL);
	if (e != ERR_OK)
		return why_set(why, e, "leaf %llu", (unsigned long long)index);
	if (a->frontier.size == a->followed.size) {
		uint8_t root[TREE_HASH];
		tree_root(&a->frontier, root);
		if (memcmp(root, a->followed.root, TREE_HASH) != 0)
			return why_set(why, ERR_AUTH, "its first %llu leaves are others than this home has followed: the hub shows two ledgers",
			               (unsigned long long)a->followed.size);
	}
	a->counts[leaf.n > 0 ? leaf.p[0] : 0]++;
	e = governance_apply(a->governance, index, leaf, &refused);
	if (e == ERR_SYSTEM)
		return why_set(why, e, "%s", refused.text);
	if (e != ERR_OK) {
		a->refused++;
		why_set(&a->last, e, "leaf %llu: %s", (unsigned long long)index, refused.text);
	}
	return own_receipt(a, index, leaf);
}

static enum err entries_take(struct audit *a)
{
	struct cli *c = a->cli;
	struct buf body, answer;
	buf_init(&body, 12);
	buf_init(&answer, HUB_ENTRIES_BYTES);
	enum err e = ERR_OK;
	while (e == ERR_OK && a->frontier.size < a->checkpoint.size) {
		uint64_t from = a->frontier.size, wanted = a->checkpoint.size - from;
		uint32_t count = 0;
		buf_clear(&body);
		buf_clear(&answer);
		hub_entries_ask(from, wanted < HUB_ENTRIES_MAX ? (uint32_t)wanted : HUB_ENTRIES_MAX, &body);
		e = platform_ask_hub(c->platform, HUB_ENTRIES, buf_slice(&body), &answer, &c->why);
		if (e == ERR_OK)
			e = hub_entries_answer_each(buf_slice(&answer), from, leaf_take, a, &count, &c->why);
		if (e == ERR_OK && count == 0)
			e = why_set(&c->why, ERR_AUTH, "the hub withholds the leaves from %llu on", (unsigned long long)from);
		cli_progress(c, "leaf %llu of %llu", (unsigned long long)a->frontier.size, (unsigned long long)a->checkpoint.size);
	}
	buf_free(&body);
	buf_free(&answer);
	return e;
}

// The checkpoint under the charter in force at its end is checked twice: by the followed ledger before, by the audited one after.
static enum err checkpoint_take(struct audit *a, const struct charter *x, struct slice note)
{
	struct note_key log, witnesses[SEATS_MAX];
	enum err e = follow_keys(x, &log, witnesses, &a->cli->why);
	if (e == ERR_OK)
		e = checkpoint_verify(note, &log, witnesses, x->n, &a->checkpoint, &a->who, &a->cli->why);
	if (e == ERR_OK && a->who.count < x->t)
		e = why_set(&a->cli->why, ERR_AUTH, "checkpoint: cosigned by %u seats, %u are needed", a->who.count, x->t);
	return e;
}

static enum err pin(struct audit *a)
{
	char path[FILE_PATH_MAX];
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	a->governance = governance_new();
	enum err e = a->governance == NULL ? why_set(&a->cli->why, ERR_SYSTEM, "out of memory")
	                                   : file_path(path, a->cli->home, "charter", &a->cli->why);
	if (e == ERR_OK)
		e = file_read(path, DOCUMENT_MAX, &b, &a->cli->why);
	if (e == ERR_OK)
		e = governance_pin(a->governance, buf_slice(&b), &a->cli->why);
	buf_free(&b);
	return e;
}

static enum err audit(struct audit *a)
{
	struct cli *c = a->cli;
	struct followed newest;
	struct buf note;
	uint8_t root[TREE_HASH];
	buf_init(&note, NOTE_MAX);
	enum err e = pin(a);
	// Followed first, so that this home remembers it. Only a ledger that does not extend what it remembers ends the audit here: a member
	// that is suspended, or a ledger without new cosignatures, can still be audited.
	if (e == ERR_OK && cli_sync(c) == ERR_AUTH)
		e = ERR_AUTH;
	if (e == ERR_OK)
		e = platform_checkpoint(c->platform, &note, &c->why);
	if (e == ERR_OK)
		e = checkpoint_take(a, platform_charter(c->platform), buf_slice(&note));
	if (e == ERR_OK)
		e = follow_newest(c->platform->follow, &newest, &c->why);
	if (e == ERR_OK && a->checkpoint.size < newest.checkpoint.size)
		e = why_set(&c->why, ERR_AUTH, "the hub shows %llu leaves, it has shown %llu before", (unsigned long long)a->checkpoint.size,
		            (unsigned long long)newest.checkpoint.size);
	if (e == ERR_OK)
		a->followed = newest.checkpoint;
	if (e == ERR_OK)
		e = entries_take(a);
	tree_root(&a->frontier, root);
	if (e == ERR_OK && memcmp(root, a->checkpoint.root, TREE_HASH) != 0)
		e = why_set(&c->why, ERR_AUTH, "the %llu leaves do not give the cosigned root: the hub changed or left out some",
		            (unsigned long long)a->checkpoint.size);
	if (e == ERR_OK)
		e = checkpoint_take(a, governance_charter(a->governance), buf_slice(&note));
	buf_free(&note);
	return e;
}

// --- Receipts of this home ------------------------------------------------------------------------------------------------------------

static enum err receipts_load(struct audit *a)
{
	struct kept *list = NULL;
	size_t count = 0;
	enum err e = kept_all(a->cli, &list, &count);
	if (e == ERR_OK && (a->receipts = calloc(2 * count + 1, sizeof *a->receipts)) == NULL)
		e = why_set(&a->cli->why, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		for (unsigned part = 0; part < 2; part++)
			if (list[i].part[part].promised)
				a->receipts[a->receipt_count++] = list[i].part[part].receipt;
	free(list);
	return e;
}

// --- Telling --------------------------------------------------------------------------------------------------------------------------

static const struct {
	uint8_t type;
	const char *name;
} type_names[] = {
	{DOCUMENT_CHARTER, "charters"},         {DOCUMENT_QUARTER_KEY, "quarter keys"},
	{DOCUMENT_TOKEN_KEY, "token keys"},     {DOCUMENT_ACCREDITATION, "accreditations"},
	{DOCUMENT_STANDING, "standings"},       {DOCUMENT_COMMON_LIST, "common lists"},
	{DOCUMENT_TEAM, "teams"},               {DOCUMENT_CEREMONY, "ceremony orders"},
	{DOCUMENT_RESUME, "resumptions"},       {ACTIVITY_FILING, "filings"},
	{ACTIVITY_RELEASE, "releases"},         {ACTIVITY_PUBLICATION, "publications"},
	{ACTIVITY_NOTICE, "notices"},
};
#define NAMES (sizeof type_names / sizeof *type_names)

static void tell(const struct audit *a)
{
	const struct charter *x = governance_charter(a->governance);
	struct cli_table t;
	cli_table_begin(&t, 2, NULL);
	cli_row(&t, "leaves", "%llu", (unsigned long long)a->checkpoint.size);
	cli_row(&t, "root", "%s %s", cli_groups(a->checkpoint.root, TREE_HASH), cli_good("recomputed"));
	cli_row(&t, "cosigned by", "%u of %u seats, %u are needed", a->who.count, x->n, x->t);
	for (unsigned i = 0; i < x->n; i++)
		if ((a->who.seats >> i & 1) != 0)
			cli_row(&t, "", "seat %u, %s, %s", i + 1, x->seats[i].name, cli_time(a->who.times[i]));
	for (unsigned i = 0; i < NAMES; i++)
		if (a->counts[type_names[i].type] > 0)
			cli_row(&t, type_names[i].name, "%llu", (unsigned long long)a->counts[type_names[i].type]);
	if (a->refused > 0)
		cli_row(&t, "breaking a rule", "%s", cli_bad(a->last.text));
	if (a->receipt_count > 0)
		cli_row(&t, "own receipts", "%u, %u of them in the ledger%s", a->receipt_count, a->included,
		        a->broken > 0 ? cli_bad(", others stand in their place") : "");
	cli_table_end(&t);
}

static int tell_json(struct cli *c, const struct audit *a)
{
	const struct charter *x = governance_charter(a->governance);
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_number(&w, "size", a->checkpoint.size);
	json_put_hex(&w, "root", slice_of(a->checkpoint.root, TREE_HASH));
	json_put_number(&w, "threshold", x->t);
	json_open_array(&w, "cosigned");
	for (unsigned i = 0; i < x->n; i++) {
		if ((a->who.seats >> i & 1) == 0)
			continue;
		json_open_object(&w, NULL);
		json_put_number(&w, "seat", i + 1);
		json_put_time(&w, "time", a->who.times[i]);
		json_close(&w);
	}
	json_close(&w);
	json_open_object(&w, "leaves");
	for (unsigned i = 0; i < NAMES; i++) {
		char key[32];
		snprintf(key, sizeof key, "%s", type_names[i].name);
		for (char *p = key; *p != 0; p++)
			*p = *p == ' ' ? '_' : *p;
		json_put_number(&w, key, a->counts[type_names[i].type]);
	}
	json_close(&w);
	json_put_number(&w, "refused", a->refused);
	json_put_number(&w, "receipts", a->receipt_count);
	json_put_number(&w, "receipts_included", a->included);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

static int ledger_run(struct cli *c)
{
	const struct cli_option options[] = {{0}};
	struct audit *a = calloc(1, sizeof *a);
	if (!cli_options(c, options) || c->argc != 1 || strcmp(c->argv[0], "verify") != 0) {
		free(a);
		return cli_usage(c, "verify is the one thing to do with it");
	}
	enum err e = a == NULL ? why_set(&c->why, ERR_SYSTEM, "out of memory") : cli_open(c, PLATFORM_MEMBER);
	int status = CLI_FAILED;
	if (e == ERR_OK) {
		a->cli = c;
		e = receipts_load(a);
	}
	if (e == ERR_OK)
		e = audit(a);
	cli_progress_end(c);
	if (e != ERR_OK)
		status = cli_fail(c, e);
	else if (c->json)
		status = tell_json(c, a);
	else
		tell(a);
	if (e == ERR_OK)
		status = a->refused > 0 || a->included < a->receipt_count ? CLI_FAILED : CLI_OK;
	if (a != NULL) {
		governance_free(a->governance);
		free(a->receipts);
	}
	free(a);
	return status;
}

const struct verb verb_ledger = {"ledger", "verify", "download and verify the whole ledger", ledger_run};
