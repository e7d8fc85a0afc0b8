// Setting up: the keeper's keys, its enrolment file, the charter it is given, and the sealing key of a quarter.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "charter/enrol.h"
#include "crypto/dkg.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "follow/follow.h"
#include "http/tls.h"
#include "keeper.h"
#include "sys/clock.h"
#include "sys/file.h"

#define QUARTERS_AHEAD 4 // a quarter farther away is a slip of the keyboard

static int finish(enum err e, const struct why *why)
{
	if (e == ERR_OK)
		return 0;
	fprintf(stderr, "tocsin-keeper: %s: %s\n", err_name(e), why->text);
	return 1;
}

// Writes a file of public bytes that must not exist yet.
static enum err write_public(const char *path, const struct buf *b, struct why *why)
{
	return buf_status(b) != ERR_OK ? why_set(why, ERR_SYSTEM, "%s: out of memory", path)
	                               : file_create(path, buf_slice(b), FILE_PUBLIC, why);
}

// --- Keys -----------------------------------------------------------------------------------------------------------------

static enum err make_sign(const struct keeper_conf *c, const char *name, uint8_t pk[static SIGN_PUBLIC], struct why *why)
{
	char path[CONF_TEXT_MAX];
	keeper_path(c, name, path);
	return keyfile_make_sign(path, pk, why);
}

static enum err make_ceremony(const struct keeper_conf *c, uint8_t pk[static ELEMENT], struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t key[SCALAR];
	keeper_path(c, "keys/ceremony", path);
	scalar_random(key);
	INVARIANT(dkg_key_public(key, pk) == ERR_OK);
	enum err e = keyfile_create(path, KEYFILE_SCALAR, key, why);
	secret_wipe(key, sizeof key);
	return e;
}

static enum err make_tls(const struct keeper_conf *c, uint8_t pin[static TLS_PIN], struct why *why)
{
	char certificate[CONF_TEXT_MAX], key[CONF_TEXT_MAX];
	keeper_path(c, "tls.pem", certificate);
	keeper_path(c, "tls.key", key);
	return tls_make_files("tocsin-keeper", certificate, key, pin, why);
}

static enum err make_folders(const struct keeper_conf *c, struct why *why)
{
	static const char *const names[] = {"keys", "store"};
	char path[CONF_TEXT_MAX];
	enum err e = file_dir(c->state, FILE_DIR, why);
	for (unsigned i = 0; i < 2 && e == ERR_OK; i++) {
		keeper_path(c, names[i], path);
		e = file_dir(path, FILE_DIR, why);
	}
	return e;
}

static enum err make_keys(const struct keeper_conf *c, struct seat *s, struct why *why)
{
	enum err e = make_sign(c, "keys/identity", s->identity, why);
	if (e == ERR_OK)
		e = make_sign(c, "keys/witness", s->witness, why);
	if (e == ERR_OK)
		e = make_sign(c, "keys/voucher", s->voucher, why);
	if (e == ERR_OK)
		e = make_ceremony(c, s->ceremony, why);
	return e == ERR_OK ? make_tls(c, s->tls_pin, why) : e;
}

int keeper_init(const struct keeper_conf *c)
{
	struct seat s = {0};
	struct why why;
	struct buf out;
	char path[CONF_TEXT_MAX];
	int lock = -1;
	buf_init(&out, ENROL_MAX);
	snprintf(s.name, sizeof s.name, "%s", c->name);
	snprintf(s.country, sizeof s.country, "%s", c->country);
	snprintf(s.address, sizeof s.address, "%s", c->advertise);
	enum err e = make_folders(c, &why);
	if (e == ERR_OK)
		e = file_lock(c->state, &lock, &why);
	if (e == ERR_OK)
		e = make_keys(c, &s, &why);
	keeper_path(c, "keeper.enrol", path);
	if (e == ERR_OK) {
		seat_enrolment_encode(&s, &out);
		e = write_public(path, &out, &why);
	}
	buf_free(&out);
	if (lock >= 0)
		close(lock);
	if (e == ERR_OK)
		printf("keys made; hand %s to whoever drafts the charter\n", path);
	return finish(e, &why);
}

// --- Charter --------------------------------------------------------------------------------------------------------------

enum err keeper_pin_charter(const struct keeper_conf *c, struct governance *g, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf leaf;
	buf_init(&leaf, DOCUMENT_MAX);
	keeper_path(c, "charter", path);
	enum err e = file_read(path, DOCUMENT_MAX, &leaf, why);
	if (e == ERR_OK)
		e = governance_pin(g, buf_slice(&leaf), why);
	buf_free(&leaf);
	return e;
}

enum err keeper_charter_now(const struct keeper_conf *c, struct charter *charter, struct why *why)
{
	char path[CONF_TEXT_MAX];
	keeper_path(c, "store/charter", path);
	if (!file_has(path))
		keeper_path(c, "charter", path);
	return document_read_charter(path, charter, why);
}

static enum err own_sign_key(const struct keeper_conf *c, const char *name, uint8_t pk[static SIGN_PUBLIC], struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t sk[SIGN_SECRET];
	keeper_path(c, name, path);
	enum err e = keyfile_read_sign(path, pk, sk, why);
	secret_wipe(sk, sizeof sk);
	return e;
}

static enum err own_ceremony_key(const struct keeper_conf *c, uint8_t pk[static ELEMENT], struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t key[SCALAR];
	keeper_path(c, "keys/ceremony", path);
	enum err e = keyfile_read(path, KEYFILE_SCALAR, key, why);
	if (e == ERR_OK && dkg_key_public(key, pk) != ERR_OK)
		e = why_set(why, ERR_INPUT, "%s: not a ceremony key", path);
	secret_wipe(key, sizeof key);
	return e;
}

static enum err own_pin(const struct keeper_conf *c, uint8_t pin[static TLS_PIN], struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf pem;
	buf_init(&pem, TLS_PEM_MAX);
	keeper_path(c, "tls.pem", path);
	enum err e = file_read(path, TLS_PEM_MAX, &pem, why);
	if (e == ERR_OK)
		e = tls_pin(buf_slice(&pem), pin, why);
	buf_free(&pem);
	return e;
}

enum err keeper_seat(const struct keeper_conf *c, const struct charter *charter, const struct seat **seat, struct why *why)
{
	struct seat own;
	enum err e = own_sign_key(c, "keys/identity", own.identity, why);
	if (e == ERR_OK)
		e = own_sign_key(c, "keys/witness", own.witness, why);
	if (e == ERR_OK)
		e = own_sign_key(c, "keys/voucher", own.voucher, why);
	if (e == ERR_OK)
		e = own_ceremony_key(c, own.ceremony, why);
	if (e == ERR_OK)
		e = own_pin(c, own.tls_pin, why);
	if (e != ERR_OK)
		return e;
	for (unsigned i = 0; i < charter->n; i++) {
		const struct seat *s = &charter->seats[i];
		if (memcmp(s->identity, own.identity, SIGN_PUBLIC) != 0)
			continue;
		if (memcmp(s->witness, own.witness, SIGN_PUBLIC) != 0 || memcmp(s->voucher, own.voucher, SIGN_PUBLIC) != 0 ||
		    memcmp(s->ceremony, own.ceremony, ELEMENT) != 0 || memcmp(s->tls_pin, own.tls_pin, TLS_PIN) != 0)
			return why_set(why, ERR_DENIED, "charter: seat %u (%s) has this keeper's identity key but other keys beside it",
			               s->index, s->name);
		*seat = s;
		return ERR_OK;
	}
	return why_set(why, ERR_DENIED, "charter: no seat has this keeper's identity key");
}

int keeper_install_charter(const struct keeper_conf *c, const char *from)
{
	char path[CONF_TEXT_MAX];
	struct why why;
	struct buf leaf;
	const struct seat *seat = NULL;
	int lock = -1;
	struct governance *g = governance_new();
	buf_init(&leaf, DOCUMENT_MAX);
	enum err e = g == NULL ? why_set(&why, ERR_SYSTEM, "out of memory") : file_lock(c->state, &lock, &why);
	if (e == ERR_OK)
		e = file_read(from, DOCUMENT_MAX, &leaf, &why);
	if (e == ERR_OK)
		e = governance_pin(g, buf_slice(&leaf), &why);
	if (e == ERR_OK)
		e = keeper_seat(c, governance_charter(g), &seat, &why);
	if (e == ERR_OK)
		e = make_folders(c, &why); // "store" is not among what a safe gives back
	keeper_path(c, "charter", path);
	if (e == ERR_OK)
		e = file_create(path, buf_slice(&leaf), FILE_PUBLIC, &why);
	if (e == ERR_OK)
		printf("charter of \"%s\" installed: this is seat %u of %u, %u to open\n", governance_charter(g)->name, seat->index,
		       governance_charter(g)->n, governance_charter(g)->t);
	governance_free(g);
	buf_free(&leaf);
	if (lock >= 0)
		close(lock);
	return finish(e, &why);
}

// --- Quarter --------------------------------------------------------------------------------------------------------------

// "2026Q4"; "next" or NULL for the one after the current.
static enum err quarter_parse(const char *text, uint16_t *quarter, struct why *why)
{
	uint16_t now = quarter_of(clock_now());
	if (text == NULL || strcmp(text, "next") == 0)
		*quarter = now + 1;
	else if (!quarter_named(slice_text(text), quarter))
		return why_set(why, ERR_INPUT, "quarter \"%s\": a year, Q and 1 to 4, as 2026Q4; or next", text);
	if (*quarter < now || *quarter > QUARTER_MAX || *quarter > now + QUARTERS_AHEAD)
		return why_set(why, ERR_INPUT, "quarter %s: is over, or more than a year ahead", text != NULL ? text : "next");
	return ERR_OK;
}

// The key file, made or (when it was made before) read: the document can be written again.
static enum err quarter_pair(const char *path, uint8_t pk[static HPKE_PUBLIC], struct why *why)
{
	uint8_t sk[HPKE_SECRET];
	enum err e;
	if (file_has(path)) {
		e = keyfile_read(path, KEYFILE_HPKE, sk, why);
		if (e == ERR_OK)
			xwing_public(sk, pk);
	} else {
		hpke_keypair(sk, pk);
		e = keyfile_create(path, KEYFILE_HPKE, sk, why);
	}
	secret_wipe(sk, sizeof sk);
	return e;
}

static enum err quarter_document(const struct quarter_key *k, const char *path, struct why *why)
{
	struct buf body, out;
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&out, DOCUMENT_MAX);
	quarter_key_encode(k, &body);
	const struct document d = {.type = DOCUMENT_QUARTER_KEY, .body = buf_slice(&body)};
	document_encode(&d, &out);
	enum err e = buf_status(&body) != ERR_OK || buf_status(&out) != ERR_OK ? why_set(why, ERR_SYSTEM, "out of memory")
	                                                                       : file_write(path, buf_slice(&out), FILE_PUBLIC, why);
	buf_free(&body);
	buf_free(&out);
	return e;
}

// A key that the ledger has and the disk has not is lost: another made in its place would open nothing.
static enum err quarter_lost(const struct keeper_conf *c, const struct quarter_key *k, struct why *why)
{
	char path[CONF_TEXT_MAX];
	struct buf charter;
	struct store *store = NULL;
	struct follow *follow = NULL;
	keeper_path(c, "store/store.sqlite", path);
	if (!file_has(path))
		return ERR_OK;
	buf_init(&charter, DOCUMENT_MAX);
	keeper_path(c, "charter", path);
	enum err e = file_read(path, DOCUMENT_MAX, &charter, why);
	keeper_path(c, "store", path);
	if (e == ERR_OK)
		e = store_open_snapshot(path, STORE_KEEPER, &store, why);
	if (e == ERR_OK)
		e = follow_open(store, buf_slice(&charter), &follow, why);
	if (e == ERR_OK && governance_quarter_key(follow_governance(follow), k->seat, k->quarter) != NULL)
		e = why_set(why, ERR_EXISTS,
		            "quarter %s: the ledger has this seat's sealing key, and it is not here: it takes no second one",
		            quarter_text(k->quarter).text);
	follow_close(follow);
	store_close(store);
	buf_free(&charter);
	return e;
}

int keeper_make_quarter(const struct keeper_conf *c, const char *text)
{
	char path[CONF_TEXT_MAX], name[48];
	struct why why;
	struct quarter_key k = {0};
	static struct charter charter;
	const struct seat *seat = NULL;
	enum err e = quarter_parse(text, &k.quarter, &why);
	if (e == ERR_OK)
		e = keeper_charter_now(c, &charter, &why);
	if (e == ERR_OK)
		e = keeper_seat(c, &charter, &seat, &why);
	if (e == ERR_OK) {
		k.seat = seat->index;
		snprintf(name, sizeof name, "keys/quarter-%u", k.quarter);
		keeper_path(c, name, path);
		if (!file_has(path))
			e = quarter_lost(c, &k, &why);
	}
	if (e == ERR_OK)
		e = quarter_pair(path, k.key, &why);
	if (e == ERR_OK) {
		snprintf(name, sizeof name, "quarter-%s.document", quarter_text(k.quarter).text);
		keeper_path(c, name, path);
		e = quarter_document(&k, path, &why);
	}
	if (e == ERR_OK)
		printf("%s is for the officer of seat %u to sign\n", path, k.seat);
	return finish(e, &why);
}
