// The home: keys, card, origin and charter on disk.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "platform/inside.h"
#include "sys/clock.h"

#define SIGNING "signing.key"
#define SEALING "sealing.key"

static enum err path_of(const char *home, const char *name, char path[static FILE_PATH_MAX], struct why *why)
{
	return file_path(path, home, name, why);
}

enum err home_path(const struct platform *p, const char *name, char path[static FILE_PATH_MAX], struct why *why)
{
	return path_of(p->home, name, path, why);
}

static enum err home_origin(const char *home, char origin[static SIGN_ORIGIN_MAX + 1], struct why *why)
{
	char path[FILE_PATH_MAX];
	struct buf b;
	buf_init(&b, SIGN_ORIGIN_MAX);
	enum err e = path_of(home, "origin", path, why);
	if (e == ERR_OK)
		e = file_read(path, SIGN_ORIGIN_MAX, &b, why);
	if (e == ERR_ABSENT)
		e = why_set(why, ERR_ABSENT, "%s: no card yet; run `tocsin init`", home);
	if (e == ERR_OK && (b.n == 0 || memchr(b.p, 0, b.n) != NULL))
		e = why_set(why, ERR_INPUT, "%s: no origin", path);
	if (e == ERR_OK) {
		memcpy(origin, b.p, b.n);
		origin[b.n] = 0;
	}
	buf_free(&b);
	return e;
}

enum err platform_origin(const struct platform *p, char origin[static SIGN_ORIGIN_MAX + 1], struct why *why)
{
	return home_origin(p->home, origin, why);
}

// --- Making -------------------------------------------------------------------------------------------------------------------

static enum err keys_make(const char *home, struct card *card, uint8_t *signing_sk, uint8_t *sealing_sk, struct why *why)
{
	char path[FILE_PATH_MAX];
	uint8_t *seed = secret_new(SIGN_SEED);
	random_bytes(seed, SIGN_SEED);
	sign_keypair_from_seed(seed, card->signing, signing_sk);
	hpke_keypair(sealing_sk, card->sealing);
	enum err e = path_of(home, SIGNING, path, why);
	if (e == ERR_OK)
		e = keyfile_create(path, KEYFILE_SIGN, seed, why);
	if (e == ERR_OK)
		e = path_of(home, SEALING, path, why);
	if (e == ERR_OK)
		e = keyfile_create(path, KEYFILE_HPKE, sealing_sk, why);
	secret_free(seed);
	return e;
}

static enum err put_file(const char *home, const char *name, struct slice content, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = path_of(home, name, path, why);
	return e == ERR_OK ? file_create(path, content, FILE_PUBLIC, why) : e;
}

// Encoded under a throw-away key first, so that a text that a card may not have leaves no half-made home behind.
static enum err card_try(const struct card *card, struct slice origin, struct why *why)
{
	struct card trial = *card, decoded;
	uint8_t sk[SIGN_SECRET], sealing[HPKE_SECRET];
	struct buf b;
	sign_keypair(trial.signing, sk);
	hpke_keypair(sealing, trial.sealing);
	buf_init(&b, CARD_MAX);
	card_encode(&trial, sk, origin, &b);
	enum err e = buf_status(&b) != ERR_OK ? why_set(why, ERR_LIMIT, "card: over %d bytes", CARD_MAX)
	                                      : card_decode(buf_slice(&b), origin, &decoded, why);
	buf_free(&b);
	secret_wipe(sk, sizeof sk);
	secret_wipe(sealing, sizeof sealing);
	return e;
}

static enum err origin_check(const char *origin, struct why *why)
{
	struct note_key key;
	enum err e = note_key_make(slice_text(origin), NOTE_ED25519, (const uint8_t[SIGN_PUBLIC]){0}, &key, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "origin");
}

static enum err write_all(const char *home, struct card *card, const char *origin, uint8_t id[static CARD_ID], struct why *why)
{
	uint8_t *signing_sk = secret_new(SIGN_SECRET), *sealing_sk = secret_new(HPKE_SECRET);
	struct buf b;
	buf_init(&b, CARD_MAX);
	enum err e = keys_make(home, card, signing_sk, sealing_sk, why);
	if (e == ERR_OK) {
		card_encode(card, signing_sk, slice_text(origin), &b);
		e = buf_status(&b) == ERR_OK ? put_file(home, "origin", slice_text(origin), why) : why_set(why, ERR_SYSTEM, "out of memory");
	}
	if (e == ERR_OK)
		e = put_file(home, "card", buf_slice(&b), why);
	if (e == ERR_OK)
		card_id(buf_slice(&b), id);
	buf_free(&b);
	secret_free(signing_sk);
	secret_free(sealing_sk);
	return e;
}

enum err platform_create(const char *home, struct card *card, const char *origin, uint8_t id[static CARD_ID], struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = origin_check(origin, why);
	card->issued = clock_now();
	random_bytes(card->nonce, sizeof card->nonce);
	if (e == ERR_OK)
		e = card_try(card, slice_text(origin), why);
	if (e == ERR_OK)
		e = path_of(home, SIGNING, path, why);
	if (e == ERR_OK && file_has(path))
		e = why_set(why, ERR_EXISTS, "%s: there are keys in this home already", home);
	if (e == ERR_OK)
		e = file_dir(home, FILE_DIR, why);
	return e == ERR_OK ? write_all(home, card, origin, id, why) : e;
}

enum err platform_join(const char *home, struct slice charter, struct why *why)
{
	char path[FILE_PATH_MAX], origin[SIGN_ORIGIN_MAX + 1];
	struct buf old;
	struct governance *g = governance_new();
	buf_init(&old, DOCUMENT_MAX);
	enum err e = g == NULL ? why_set(why, ERR_SYSTEM, "out of memory") : governance_pin(g, charter, why);
	if (e == ERR_OK)
		e = home_origin(home, origin, why);
	if (e == ERR_OK && strcmp(origin, governance_charter(g)->origin) != 0)
		e = why_set(why, ERR_DENIED, "the card was made for \"%s\", this charter is of \"%s\"", origin, governance_charter(g)->origin);
	if (e == ERR_OK)
		e = path_of(home, "charter", path, why);
	if (e == ERR_OK && file_has(path)) {
		e = file_read(path, DOCUMENT_MAX, &old, why);
		if (e == ERR_OK && !slice_equal(buf_slice(&old), charter))
			e = why_set(why, ERR_EXISTS, "%s: another charter is pinned here", path);
	} else if (e == ERR_OK) {
		e = file_create(path, charter, FILE_PUBLIC, why);
	}
	governance_free(g);
	buf_free(&old);
	return e;
}

// --- Reading ------------------------------------------------------------------------------------------------------------------

static enum err home_check(const char *home, struct why *why)
{
	struct stat s;
	if (stat(home, &s) != 0)
		return errno == ENOENT ? why_set(why, ERR_ABSENT, "%s: no keys yet; run `tocsin init`", home)
		                       : why_set(why, ERR_SYSTEM, "%s: %s", home, strerror(errno));
	if (!S_ISDIR(s.st_mode))
		return why_set(why, ERR_INPUT, "%s: not a directory", home);
	if (s.st_uid != geteuid())
		return why_set(why, ERR_DENIED, "%s: belongs to somebody else", home);
	char path[FILE_PATH_MAX];
	// Before anybody is told to change a directory that is no home.
	if (path_of(home, SIGNING, path, why) == ERR_OK && !file_has(path))
		return why_set(why, ERR_ABSENT, "%s: no keys yet; run `tocsin init`", home);
	if ((s.st_mode & 077) != 0)
		return why_set(why, ERR_DENIED, "%s: mode %03o, others may look into it; run `chmod 700 %s`", home, s.st_mode & 0777, home);
	return ERR_OK;
}

static enum err keys_read(struct platform *p, uint8_t signing[static SIGN_PUBLIC], uint8_t sealing[static HPKE_PUBLIC], struct why *why)
{
	char path[FILE_PATH_MAX];
	p->signing_sk = secret_new(SIGN_SECRET);
	p->sealing_sk = secret_new(HPKE_SECRET);
	enum err e = home_path(p, SIGNING, path, why);
	if (e == ERR_OK)
		e = keyfile_read_sign(path, signing, p->signing_sk, why);
	if (e == ERR_ABSENT)
		return why_set(why, ERR_ABSENT, "%s: no keys yet; run `tocsin init`", p->home);
	if (e == ERR_OK)
		e = home_path(p, SEALING, path, why);
	if (e == ERR_OK)
		e = keyfile_read(path, KEYFILE_HPKE, p->sealing_sk, why);
	if (e == ERR_OK)
		xwing_public(p->sealing_sk, sealing);
	return e;
}

static enum err card_read(struct platform *p, struct why *why)
{
	char path[FILE_PATH_MAX], origin[SIGN_ORIGIN_MAX + 1];
	enum err e = home_origin(p->home, origin, why);
	if (e == ERR_OK)
		e = home_path(p, "card", path, why);
	if (e == ERR_OK)
		e = file_read(path, CARD_MAX, &p->card_bytes, why);
	if (e == ERR_OK && (e = card_decode(buf_slice(&p->card_bytes), slice_text(origin), &p->card, why)) != ERR_OK)
		why_at(why, e, "%s", path);
	if (e == ERR_OK)
		card_id(buf_slice(&p->card_bytes), p->card_id);
	return e;
}

enum err home_read(struct platform *p, struct why *why)
{
	uint8_t signing[SIGN_PUBLIC], sealing[HPKE_PUBLIC];
	enum err e = home_check(p->home, why);
	if (e == ERR_OK)
		e = keys_read(p, signing, sealing, why);
	if (e == ERR_OK)
		e = card_read(p, why);
	if (e == ERR_OK && memcmp(signing, p->card.signing, sizeof signing) != 0)
		e = why_set(why, ERR_AUTH, "%s: the card has another signing key than signing.key", p->home);
	if (e == ERR_OK && memcmp(sealing, p->card.sealing, sizeof sealing) != 0)
		e = why_set(why, ERR_AUTH, "%s: the card has another sealing key than sealing.key", p->home);
	return e;
}
