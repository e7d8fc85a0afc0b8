// The verb check: store, cosignatures and keys of the seat agree. Nothing is changed and nothing locked, so it also runs beside the
// daemon: the store is read as of one moment, and what the keys have cosigned only grows after it.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/wire.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "crypto/voprf.h"
#include "follow/follow.h"
#include "keys.h"
#include "sys/clock.h"
#include "sys/file.h"

struct check {
	const struct keeper_conf *conf;
	struct store *store;
	struct follow *follow;
	struct governance *g;
	struct keys *keys;
	const struct seat *seat; // NULL: the charter in force has none for this keeper
	unsigned wrong;
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

static void row(const struct check *c, unsigned before, const char *what, const char *format, ...) PRINTF_LIKE(4, 5);
static void row(const struct check *c, unsigned before, const char *what, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("%-10s %-6s ", what, c->wrong == before ? "agrees" : "WRONG");
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

// --- Ledger and cosignatures --------------------------------------------------------------------------------------------------------

static enum err check_ledger(struct check *c, struct why *why)
{
	struct followed newest;
	unsigned before = c->wrong;
	uint8_t root[TREE_HASH];
	struct why said;
	enum err e = store_verify(c->store, &said);
	if (e != ERR_OK)
		disagree(c, "%s", said.text);
	row(c, before, "store", "schema %d", STORE_SCHEMA);
	before = c->wrong;
	e = follow_newest(c->follow, &newest, why);
	if (e != ERR_OK)
		return e;
	const struct tree_frontier *f = store_frontier(c->store);
	tree_root(f, root);
	if (newest.checkpoint.size != f->size || (f->size > 0 && memcmp(newest.checkpoint.root, root, TREE_HASH) != 0))
		disagree(c, "ledger: frontier of %" PRIu64 " leaves: the note that was followed is for %" PRIu64 ", or for another root", f->size,
		         newest.checkpoint.size);
	row(c, before, "ledger", "%" PRIu64 " leaves, charter %u", f->size, governance_charter(c->g)->number);
	return ERR_OK;
}

// What the keys have cosigned, or what others have shown core that they once did (core_witness.c), whichever is more.
static void remember_seen(struct check *c, struct keys_witnessed *witnessed)
{
	struct slice seen;
	if (store_value_get(c->store, "seen", &seen, NULL) != ERR_OK)
		return;
	struct wire w = wire_of(seen);
	uint64_t size = wire_u64(&w);
	struct slice root = wire_take(&w, TREE_HASH);
	uint64_t time = wire_u64(&w);
	if (w.bad)
		return;
	if (size > witnessed->size) {
		witnessed->size = size;
		memcpy(witnessed->root, root.p, TREE_HASH);
	}
	witnessed->time = time > witnessed->time ? time : witnessed->time;
}

// A keeper may follow what others have cosigned before it is asked itself; but it remembers whatever it has cosigned. `w` is what it
// remembers.
static void check_witnessed(struct check *c, const struct followed *newest, const struct keys_witnessed *w)
{
	unsigned before = c->wrong;
	struct note_key log, witnesses[SEATS_MAX];
	struct checkpoint p;
	struct cosigners who;
	struct why why;
	if (c->seat != NULL && newest->checkpoint.size > 0 && follow_keys(governance_charter(c->g), &log, witnesses, &why) == ERR_OK &&
	    checkpoint_verify(newest->note, &log, &witnesses[c->seat->index - 1], 1, &p, &who, &why) == ERR_OK && who.count == 1 &&
	    (p.size > w->size || who.times[0] > w->time))
		disagree(c, "witnessed: %" PRIu64 " leaves at %" PRIu64 ": the store has this seat's cosignature of %" PRIu64 " leaves at %" PRIu64
		         ": keys/ is older than store/", w->size, w->time, p.size, who.times[0]);
	if (w->size == newest->checkpoint.size && w->size > 0 && memcmp(w->root, newest->checkpoint.root, TREE_HASH) != 0)
		disagree(c, "witnessed: %" PRIu64 " leaves: another root than the one that was followed", w->size);
	row(c, before, "witnessed", "%" PRIu64 " leaves", w->size);
}

// --- Keys -------------------------------------------------------------------------------------------------------------------------

static void check_seat(struct check *c)
{
	unsigned before = c->wrong;
	struct why why;
	if (keeper_seat(c->conf, governance_charter(c->g), &c->seat, &why) != ERR_OK)
		disagree(c, "seat: %s", why.text);
	row(c, before, "seat", "%u of %u", c->seat != NULL ? c->seat->index : 0, governance_charter(c->g)->n);
}

static void check_quarter(struct check *c, uint16_t quarter, unsigned *found)
{
	char name[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC];
	struct why why;
	const struct quarter_key *published = governance_quarter_key(c->g, c->seat->index, quarter);
	if (published == NULL)
		return;
	snprintf(name, sizeof name, "quarter-%u", quarter);
	keys_path(c->keys, name, path);
	enum err e = keyfile_read(path, KEYFILE_HPKE, sk, &why);
	if (e == ERR_OK)
		xwing_public(sk, pk);
	secret_wipe(sk, sizeof sk);
	if (e != ERR_OK)
		disagree(c, "quarter %s: its sealing key is published, and cannot be read here: %s", quarter_text(quarter).text,
		         why.text);
	else if (memcmp(pk, published->key, HPKE_PUBLIC) != 0)
		disagree(c, "quarter %s: %s is not the key that the ledger has", quarter_text(quarter).text, path);
	else
		++*found;
}

static void check_quarters(struct check *c)
{
	unsigned before = c->wrong, found = 0;
	const uint16_t now = quarter_of(clock_now()), kept = governance_charter(c->g)->policy.retention;
	if (c->seat == NULL)
		return;
	if (governance_quarter_key(c->g, c->seat->index, now) == NULL)
		disagree(c, "quarter %s: the ledger has no sealing key of this seat: nobody can report", quarter_text(now).text);
	for (unsigned q = now > kept ? now - kept : 0; q <= now + 1u; q++)
		check_quarter(c, (uint16_t)q, &found);
	row(c, before, "quarters", "%u published sealing keys are here, %s for the next quarter", found,
	    governance_quarter_key(c->g, c->seat->index, (uint16_t)(now + 1)) != NULL ? "one" : "none yet");
}

// The secret of a share fits the public half that the token key names for this seat.
static bool share_fits(const struct check *c, unsigned class, const struct token_key *key)
{
	uint8_t public[ELEMENT];
	for (unsigned i = 0; i < c->keys->shares; i++) {
		const struct keys_share *s = &c->keys->share[i];
		if (s->class == class && s->epoch == key->epoch && memcmp(s->public, key->share[c->seat->index - 1], ELEMENT) == 0)
			return voprf_public(c->keys->secrets->share[i], public) == ERR_OK && memcmp(public, s->public, ELEMENT) == 0;
	}
	return false;
}

static void check_tokens(struct check *c)
{
	static const char *const classes[TOKEN_CLASSES] = {"address", "name", "digest", "other"};
	unsigned before = c->wrong, found = 0;
	for (unsigned i = 0; i < TOKEN_CLASSES && c->seat != NULL; i++) {
		const struct token_key *key = governance_token_key(c->g, i, 0);
		if (key == NULL || c->seat->index > key->n)
			continue;
		if (share_fits(c, i, key))
			found++;
		else
			disagree(c, "tokens: class %s, epoch %u: this seat's share of the newest key is not here", classes[i], key->epoch);
	}
	row(c, before, "tokens", "%u shares of the newest keys", found);
}

// --- All of it ----------------------------------------------------------------------------------------------------------------------

static enum err check_open(struct check *c, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf charter;
	keeper_path(c->conf, "charter", path);
	buf_init(&charter, DOCUMENT_MAX);
	enum err e = file_read(path, DOCUMENT_MAX, &charter, why);
	keeper_path(c->conf, "store", path);
	if (e == ERR_OK)
		e = store_open_snapshot(path, STORE_KEEPER, &c->store, why);
	if (e == ERR_OK)
		e = follow_open(c->store, buf_slice(&charter), &c->follow, why);
	if (e == ERR_OK)
		c->g = follow_governance(c->follow);
	buf_free(&charter);
	return e == ERR_OK ? keys_load(c->keys, why) : e;
}

static enum err check_all(struct check *c, struct why *why)
{
	struct followed newest;
	struct slice reason;
	struct keys_witnessed witnessed;
	enum err e = check_open(c, why);
	if (e == ERR_OK)
		e = check_ledger(c, why);
	if (e != ERR_OK)
		return e;
	witnessed = c->keys->witnessed;
	remember_seen(c, &witnessed);
	check_seat(c);
	e = follow_newest(c->follow, &newest, why); // its note is lent until the store is asked again
	if (e != ERR_OK)
		return e;
	check_witnessed(c, &newest, &witnessed);
	check_quarters(c);
	check_tokens(c);
	if (store_value_get(c->store, "suspended", &reason, NULL) == ERR_OK)
		printf("suspended until its officer resumes it: %.*s\n", SLICE_ARGS(reason));
	return ERR_OK;
}

int keeper_check(const struct keeper_conf *conf)
{
	struct check c = {.conf = conf, .keys = calloc(1, sizeof *c.keys)};
	struct why why;
	INVARIANT(c.keys != NULL);
	c.keys->conf = conf;
	c.keys->secrets = (struct keys_secrets *)secret_new((sizeof *c.keys->secrets + 15) / 16 * 16);
	enum err e = check_all(&c, &why);
	follow_close(c.follow);
	store_close(c.store);
	secret_free((uint8_t *)c.keys->secrets);
	free(c.keys);
	if (e != ERR_OK) {
		fflush(stdout);
		fprintf(stderr, "tocsin-keeper: check: %s: %s\n", err_name(e), why.text);
		return 1;
	}
	if (c.wrong > 0)
		printf("%u disagreement%s\n", c.wrong, c.wrong == 1 ? "" : "s");
	return c.wrong > 0;
}
