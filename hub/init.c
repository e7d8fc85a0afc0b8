// Setting up: the hub's keys, its enrolment file, and the charter it is given.
#include <stdio.h>
#include <sys/stat.h>

#include "charter/enrol.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "http/tls.h"
#include "hub.h"
#include "sys/file.h"

void hub_path(const struct hub_conf *c, const char *name, char path[static CONF_TEXT_MAX])
{
	INVARIANT(snprintf(path, CONF_TEXT_MAX, "%s/%s", c->state, name) < CONF_TEXT_MAX);
}

static int finish(enum err e, const struct why *why)
{
	if (e == ERR_OK)
		return 0;
	fprintf(stderr, "tocsin-hub: %s: %s\n", err_name(e), why->text);
	return 1;
}

static enum err make_sign(const struct hub_conf *c, const char *name, uint8_t pk[static SIGN_PUBLIC], struct why *why)
{
	char path[CONF_TEXT_MAX];
	hub_path(c, name, path);
	return keyfile_make_sign(path, pk, why);
}

static enum err make_matcher(const struct hub_conf *c, uint8_t pk[static HPKE_PUBLIC], struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t sk[HPKE_SECRET], pepper[32];
	hub_path(c, "matcher/matcher.key", path);
	hpke_keypair(sk, pk);
	random_bytes(pepper, sizeof pepper);
	enum err e = keyfile_create(path, KEYFILE_HPKE, sk, why);
	if (e == ERR_OK)
		e = keyfile_create(c->pepper, KEYFILE_RANDOM, pepper, why);
	secret_wipe(sk, sizeof sk);
	secret_wipe(pepper, sizeof pepper);
	return e;
}

static enum err make_tls(const struct hub_conf *c, uint8_t pin[static TLS_PIN], struct why *why)
{
	char certificate[CONF_TEXT_MAX], key[CONF_TEXT_MAX];
	hub_path(c, "tls.pem", certificate);
	hub_path(c, "tls.key", key);
	return tls_make_files("tocsin-hub", certificate, key, pin, why);
}

static enum err make_folders(const struct hub_conf *c, struct why *why)
{
	static const char *const names[] = {"keys", "store", "matcher"};
	char path[CONF_TEXT_MAX];
	enum err e = file_dir(c->state, FILE_DIR, why);
	for (unsigned i = 0; i < 3 && e == ERR_OK; i++) {
		hub_path(c, names[i], path);
		e = file_dir(path, FILE_DIR, why);
	}
	return e;
}

enum err hub_pepper_apart(const struct hub_conf *c, struct why *why)
{
	char folder[CONF_TEXT_MAX];
	struct stat state, pepper;
	snprintf(folder, sizeof folder, "%s", c->pepper);
	*strrchr(folder, '/') = 0; // an absolute path has one
	if (stat(c->state, &state) != 0)
		return why_set(why, ERR_ABSENT, "state: %s: no such directory", c->state);
	if (stat(folder[0] != 0 ? folder : "/", &pepper) != 0)
		return why_set(why, ERR_ABSENT, "pepper: %s: no such directory", folder);
	if (state.st_dev == pepper.st_dev)
		return why_set(why, ERR_DENIED, "pepper: %s lies on the same device as the state %s: a thief of one disk must not get both", c->pepper,
		               c->state);
	return ERR_OK;
}

int hub_init(const struct hub_conf *c)
{
	struct hub_enrolment h = {0};
	struct why why;
	struct buf out;
	char path[CONF_TEXT_MAX];
	buf_init(&out, ENROL_MAX);
	snprintf(h.address, sizeof h.address, "%s", c->advertise);
	enum err e = make_folders(c, &why);
	if (e == ERR_OK)
		e = hub_pepper_apart(c, &why);
	if (e == ERR_OK)
		e = make_sign(c, "keys/ledger.key", h.ledger_key, &why);
	if (e == ERR_OK)
		e = make_sign(c, "keys/hub.key", h.hub_key, &why);
	if (e == ERR_OK)
		e = make_matcher(c, h.matcher_key, &why);
	if (e == ERR_OK)
		e = make_tls(c, h.hub_pin, &why);
	hub_path(c, "hub.enrol", path);
	if (e == ERR_OK) {
		hub_enrolment_encode(&h, &out);
		e = buf_status(&out) != ERR_OK ? why_set(&why, ERR_SYSTEM, "out of memory") : file_create(path, buf_slice(&out), FILE_PUBLIC, &why);
	}
	buf_free(&out);
	if (e == ERR_OK)
		printf("keys made; hand %s to whoever drafts the charter\n", path);
	return finish(e, &why);
}

static enum err other_keys_are_ours(const struct hub_conf *c, const struct charter *charter, struct why *why)
{
	char path[CONF_TEXT_MAX];
	uint8_t sk[HPKE_SECRET], pk[HPKE_PUBLIC], pin[TLS_PIN];
	struct buf pem;
	hub_path(c, "matcher/matcher.key", path);
	enum err e = keyfile_read(path, KEYFILE_HPKE, sk, why);
	if (e != ERR_OK)
		return e;
	xwing_public(sk, pk);
	secret_wipe(sk, sizeof sk);
	if (memcmp(pk, charter->matcher_key, HPKE_PUBLIC) != 0)
		return why_set(why, ERR_DENIED, "the charter names another matcher key than this hub's");
	hub_path(c, "tls.pem", path);
	buf_init(&pem, TLS_PEM_MAX);
	e = file_read(path, TLS_PEM_MAX, &pem, why);
	if (e == ERR_OK)
		e = tls_pin(buf_slice(&pem), pin, why);
	buf_free(&pem);
	if (e == ERR_OK && memcmp(pin, charter->hub_pin, TLS_PIN) != 0)
		e = why_set(why, ERR_DENIED, "the charter pins another TLS key than this hub's");
	return e;
}

// The charter must be this hub's: its keys and none other's.
static enum err charter_is_ours(const struct hub_conf *c, const struct charter *charter, struct why *why)
{
	static const struct {
		const char *file, *name;
	} rows[] = {{"keys/ledger.key", "ledger"}, {"keys/hub.key", "receipt"}};
	for (unsigned i = 0; i < 2; i++) {
		char path[CONF_TEXT_MAX];
		uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
		hub_path(c, rows[i].file, path);
		enum err e = keyfile_read_sign(path, pk, sk, why);
		secret_wipe(sk, sizeof sk);
		if (e != ERR_OK)
			return e;
		if (memcmp(pk, i == 0 ? charter->ledger_key : charter->hub_key, SIGN_PUBLIC) != 0)
			return why_set(why, ERR_DENIED, "the charter names another %s key than this hub's", rows[i].name);
	}
	return other_keys_are_ours(c, charter, why);
}

enum err hub_charter_now(const struct hub_conf *c, struct charter *charter, struct why *why)
{
	char path[CONF_TEXT_MAX];
	hub_path(c, "store/charter", path);
	if (!file_has(path))
		hub_path(c, "charter", path);
	return document_read_charter(path, charter, why);
}

int hub_install_charter(const struct hub_conf *c, const char *from)
{
	char path[CONF_TEXT_MAX];
	struct why why;
	struct buf leaf;
	struct governance *g = governance_new();
	buf_init(&leaf, DOCUMENT_MAX);
	enum err e = g == NULL ? why_set(&why, ERR_SYSTEM, "out of memory") : file_read(from, DOCUMENT_MAX, &leaf, &why);
	if (e == ERR_OK)
		e = governance_pin(g, buf_slice(&leaf), &why);
	if (e == ERR_OK)
		e = charter_is_ours(c, governance_charter(g), &why);
	hub_path(c, "charter", path);
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&leaf), FILE_PUBLIC, &why);
	if (e == ERR_OK)
		printf("charter of \"%s\" installed: %u seats, %u to open\n", governance_charter(g)->name, governance_charter(g)->n,
		       governance_charter(g)->t);
	governance_free(g);
	buf_free(&leaf);
	return finish(e, &why);
}
